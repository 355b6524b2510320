//! A run for Perfetto and `chrome://tracing`, in the Trace Event Format as JSON.
//!
//! The model has no clock: one step is drawn as one millisecond. The scenario is the process, each
//! actor a thread with a slice for each step, inside slices for the composites it belongs to, and with
//! slices for sleep. Page locks, PG_writeback and stable windows have tracks of their own;
//! stores, failed checks and broken invariants are instants; an arrow leads from the step that woke
//! somebody to the step the woken one makes next.

use serde::Serialize;

use super::narration::{sentence, world_before};
use super::run_json::line_of;
use crate::explore::{Held, Story, spans};
use crate::machine::{ActorId, Effect, Resource, Status, status};
use crate::scenario::Scenario;

/// How many microseconds long a step is drawn.
const STEP: usize = 1000;
/// The number of the only process, the scenario.
const PROCESS: usize = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace<'a> {
    display_time_unit: &'static str,
    other_data: About<'a>,
    trace_events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct About<'a> {
    format: &'static str,
    scenario: &'a str,
    title: &'a str,
    time: &'static str,
    link: &'a str,
}

/// An event of the format; members that events of its kind do not have are left out.
#[derive(Default, Serialize)]
struct Event<'a> {
    name: String,
    cat: &'static str,
    ph: &'static str,
    ts: usize,
    pid: usize,
    tid: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The scope of an instant: its thread (`t`) or its process (`p`).
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
    /// `e` at the end of an arrow, which so binds to the slice around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'static str>,
    args: Args<'a>,
}

#[derive(Default, Serialize)]
struct Args<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
}

/// The whole run as a trace; `link` is the page's whole address for it.
pub fn chrome_trace(scenario: &Scenario, story: &Story, link: &str) -> String {
    let mut tracer = Tracer {
        scenario,
        story,
        events: Vec::new(),
    };
    tracer.composites();
    tracer.steps();
    tracer.spans();
    tracer.wakes();
    // Sorted by time; of two slices that begin together the longer one first, since it contains the other.
    let begin = |it: &Event| (it.ts, std::cmp::Reverse(it.dur));
    tracer.events.sort_by_key(begin);
    let mut events = tracer.names();
    events.append(&mut tracer.events);
    let trace = Trace {
        display_time_unit: "ms",
        other_data: About {
            format: "stable-pages trace 1",
            scenario: &scenario.slug,
            title: &scenario.name,
            time: "The model has no clock: one step is drawn as one millisecond.",
            link,
        },
        trace_events: events,
    };
    // A trace is plain data with text for keys; writing it cannot fail.
    serde_json::to_string(&trace).unwrap_or_default()
}

struct Tracer<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
    events: Vec<Event<'a>>,
}

/// The number of an actor's thread.
fn thread(actor: ActorId) -> usize {
    actor.index() + 1
}

impl<'a> Tracer<'a> {
    fn actor_name(&self, actor: ActorId) -> &'a str {
        self.scenario
            .cast
            .get(actor.index())
            .map_or("", |it| &it.name)
    }

    /// The names of process and threads.
    fn names(&self) -> Vec<Event<'a>> {
        let named = |what: &str, tid: usize, args: Args<'a>| Event {
            name: what.to_owned(),
            cat: "__metadata",
            ph: "M",
            pid: PROCESS,
            tid,
            args,
            ..Event::default()
        };
        let name = |name: &'a str| Args {
            name: Some(name),
            ..Args::default()
        };
        let mut all = vec![named("process_name", 0, name(&self.scenario.name))];
        let actors = self.scenario.model.actor_ids();
        for (actor, cast) in actors.zip(&self.scenario.cast) {
            all.push(named("thread_name", thread(actor), name(&cast.name)));
            let order = Args {
                sort_index: Some(actor.index()),
                ..Args::default()
            };
            all.push(named("thread_sort_index", thread(actor), order));
        }
        all
    }

    fn slice(
        &mut self,
        actor: ActorId,
        name: &str,
        cat: &'static str,
        (from, to): (usize, usize),
        args: Args<'a>,
    ) {
        self.events.push(Event {
            name: name.to_owned(),
            cat,
            ph: "X",
            ts: from * STEP,
            dur: Some((to - from) * STEP),
            pid: PROCESS,
            tid: thread(actor),
            args,
            ..Event::default()
        });
    }

    /// A slice for each round of a composite, from the actor's first step in it to its last one.
    fn composites(&mut self) {
        let actors = self.scenario.model.actor_ids();
        for (actor, cast) in actors.zip(&self.scenario.cast) {
            // The actor's steps (from 0), each with the instruction that it ran.
            let mine = self.story.steps.iter().enumerate();
            let mine = mine.filter(|(_, told)| told.choice.actor == actor);
            let mine: Vec<(usize, u8)> = mine
                .map(|(at, _)| {
                    let before = world_before(self.scenario, self.story, at);
                    (at, self.scenario.model.actor(&before, actor).pc)
                })
                .collect();
            let composites = cast.lines.iter();
            let composites = composites.filter(|it| it.row.is_none() && !it.key.is_empty());
            for line in composites {
                let mut open: Option<(usize, usize)> = None;
                for (at, pc) in &mine {
                    let inside = line.pcs.contains(pc);
                    let again = *pc == line.pcs.start;
                    if let Some(span) = open.filter(|_| !inside || again) {
                        self.slice(actor, &line.text, "composite", span, Args::default());
                        open = None;
                    }
                    if inside {
                        open = Some((open.map_or(*at, |it| it.0), at + 1));
                    }
                }
                if let Some(span) = open {
                    self.slice(actor, &line.text, "composite", span, Args::default());
                }
            }
        }
    }

    /// A slice for each step, and instants for its stores, failed checks and broken invariants.
    fn steps(&mut self) {
        for (at, told) in self.story.steps.iter().enumerate() {
            let actor = told.choice.actor;
            let Some((row, line)) = line_of(self.scenario, self.story, at) else {
                continue;
            };
            let name = if line.is_empty() { row.key } else { line };
            let args = Args {
                step: Some(at + 1),
                line: Some(row.key),
                sentence: Some(sentence(self.scenario, self.story, at).replace('`', "")),
                ..Args::default()
            };
            self.slice(actor, name, "step", (at, at + 1), args);
            let mut said: Vec<(&str, &'static str)> = Vec::new();
            for effect in &told.effects {
                match effect {
                    Effect::Stored { .. } if self.story.unstable.contains(&(at + 1)) => {
                        said.push(("store inside the window", "t"));
                    }
                    Effect::Stored { .. } => said.push(("store", "t")),
                    Effect::Checked { matched: false, .. } => said.push(("guards differ", "t")),
                    _ => {}
                }
            }
            // A step that stores into several sectors gets one instant for all of them.
            said.dedup();
            for (words, reach) in said {
                self.instant(actor, at, words.to_owned(), reach);
            }
            for (invariant, step) in &self.story.broken {
                if *step == at + 1 {
                    let (number, name) = invariant.name();
                    self.instant(actor, at, format!("{number} {name} breaks"), "p");
                }
            }
        }
    }

    /// An instant in the middle of a step (counted from 0); `reach` is its scope.
    fn instant(&mut self, actor: ActorId, at: usize, name: String, reach: &'static str) {
        self.events.push(Event {
            name,
            cat: "event",
            ph: "i",
            ts: at * STEP + STEP / 2,
            pid: PROCESS,
            tid: thread(actor),
            s: Some(reach),
            ..Event::default()
        });
    }

    /// Sleep, as slices of its actor's thread; locks, PG_writeback and windows of pages, as tracks of their own.
    fn spans(&mut self) {
        let several = self.scenario.model.geometry.pages > 1;
        let stable = self.scenario.model.stable;
        for span in spans(&self.scenario.model, self.story) {
            let name = match span.held {
                Held::Asleep(on) => {
                    let name = match on {
                        Resource::PageLock => "asleep: page lock",
                        Resource::Writeback => "asleep: PG_writeback",
                        _ => "asleep",
                    };
                    let args = Args::default();
                    self.slice(span.actor, name, "sleep", (span.from, span.to), args);
                    continue;
                }
                Held::Lock => "page lock",
                Held::Writeback => "PG_writeback",
                Held::Window if stable => "stable window",
                Held::Window => "bytes on their way",
            };
            let of = if several {
                format!(" of page {}", span.page)
            } else {
                String::new()
            };
            let holder = (span.held == Held::Lock).then(|| self.actor_name(span.actor));
            for (ph, step) in [("b", span.from), ("e", span.to)] {
                self.events.push(Event {
                    name: format!("{name}{of}"),
                    cat: "page",
                    ph,
                    ts: step * STEP,
                    pid: PROCESS,
                    tid: 0,
                    id: Some(format!("{name}{of}")),
                    args: Args {
                        by: holder,
                        ..Args::default()
                    },
                    ..Event::default()
                });
            }
        }
    }

    /// An arrow from the step that lets somebody go on to the next step of whoever slept.
    fn wakes(&mut self) {
        let model = &self.scenario.model;
        for (at, told) in self.story.steps.iter().enumerate() {
            let before = world_before(self.scenario, self.story, at);
            for actor in model.actor_ids() {
                let asleep = |world| matches!(status(model, world, actor), Status::Asleep(_));
                if !asleep(&before) || asleep(&told.world) {
                    continue;
                }
                let mut rest = self.story.steps.iter().enumerate().skip(at + 1);
                let next = rest.find(|(_, told)| told.choice.actor == actor);
                let Some((next, _)) = next else { continue };
                let waker = told.choice.actor;
                for (ph, who, step, bp) in [("s", waker, at, None), ("f", actor, next, Some("e"))] {
                    self.events.push(Event {
                        name: "wakes".to_owned(),
                        cat: "wake",
                        ph,
                        ts: step * STEP + STEP / 2,
                        pid: PROCESS,
                        tid: thread(who),
                        id: Some(format!("{}-{actor}", at + 1)),
                        bp,
                        ..Event::default()
                    });
                }
            }
        }
    }
}
