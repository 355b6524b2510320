//! The page's side of the checker: what is asked of it, and what is done with its answers. What it
//! draws (`view::Scribe`) is put where it belongs.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use stable_pages::explore::{Ask, Outlook, Subject};
use stable_pages::machine::{Choice, World};
use stable_pages::scenario::Entry;
use stable_pages::view::{El, Panel, Place, Question, Reply, Said, Situation};

use super::address::own_address;
use super::desk::{Desk, Moment};
use super::link::{self, Heard};
use super::source;

/// Bytes a search may take, in a worker and on the page's own thread.
const MOST_BYTES: u64 = 320 << 20;
const MOST_BYTES_HERE: u64 = 48 << 20;

/// Windows narrower than this, in CSS pixels, have no room for names on the race map.
const NARROW_BELOW: f64 = 640.0;

/// How long after a change the worker is told.
pub const AFTER_FRAME: Duration = Duration::from_millis(40);

/// What the checker has said, as far as the page keeps it.
#[derive(Clone, Default)]
pub struct Check {
    /// Counts checks; answers of older ones are dropped.
    turn: u32,
    /// What lies ahead of the moment asked about last, of the one before it and of those one step further, so
    /// that it need not be waited for when a step is made.
    outlooks: Vec<(World, Arc<Outlook>)>,
    /// The check and the moment whose outlook was asked for last.
    looked: Option<(u32, u32)>,
    /// What is drawn of it: a place's number is its place.
    drawn: [Option<Arc<El>>; Place::ALL.len()],
    /// A question from the stage that waits for an answer: a run to failure.
    wanted: bool,
}

impl Check {
    fn outlook(&self, shown: &World) -> Option<Arc<Outlook>> {
        let mut known = self.outlooks.iter();
        known.find(|it| it.0 == *shown).map(|it| it.1.clone())
    }
}

/// Something that compares by identity.
#[derive(Clone)]
pub struct Same<T>(pub Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Same<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What lies ahead of the moment shown, once that is known.
pub fn outlook(now: Memo<Moment>, checks: RwSignal<Check>) -> Memo<Option<Same<Outlook>>> {
    Memo::new(move |_| {
        let shown = now.with(|it| it.0.world);
        checks.with(|it| it.outlook(&shown).map(Same))
    })
}

/// What the checker draws at a place.
pub fn drawn(checks: RwSignal<Check>, place: Place) -> Memo<Option<Same<El>>> {
    Memo::new(move |_| checks.with(|it| it.drawn[place as usize].clone().map(Same)))
}

/// Whether what the checker draws is about to change.
fn busy(is: bool) {
    if let Some(side) = document().get_element_by_id("side") {
        // An element takes every attribute.
        let _ = side.set_attribute("aria-busy", if is { "true" } else { "false" });
    }
}

fn hear(heard: Heard) {
    Desk::the().heard(heard);
}

impl Desk {
    /// Starts the checker once the page is there, and keeps it told of what is on the stage.
    pub fn start_checking(self) {
        set_timeout(|| link::open(hear), Duration::from_millis(30));
        // Whatever is shown, its outlook and its drawings are wanted: of what is shown a moment after the
        // frame, so that it is painted without the worker beside it, and nobody asks for what was skipped.
        let turn = Memo::new(move |_| self.checks().with(|it| it.turn));
        let asked = StoredValue::new(false);
        Effect::new(move |_| {
            self.now();
            self.panel();
            turn.track();
            if asked.get_value() {
                return;
            }
            asked.set_value(true);
            let told = self.told.try_update_value(|it| {
                *it += 1;
                *it
            });
            // Assistive software need not read what is about to change.
            busy(true);
            // Leptos's timer: gloo's, once forgotten, never gives its closure back.
            let tell = move || {
                asked.set_value(false);
                self.look();
                self.tell(told.unwrap_or(0));
            };
            set_timeout(tell, AFTER_FRAME);
        });
    }

    /// Asks what lies ahead of the moment shown, unless that was asked.
    fn look(self) {
        let now = self.peek();
        let schedule: Vec<Choice> = now.story.steps.iter().map(|it| it.choice).collect();
        let (turn, moment) = (self.checks().with_untracked(|it| it.turn), now.moment);
        if self
            .checks()
            .with_untracked(|it| it.looked == Some((turn, moment)))
        {
            return;
        }
        self.checks().update(|it| it.looked = Some((turn, moment)));
        link::ask(Question::Ask(Ask::Look { schedule }));
    }

    /// Tells what is shown, so that the rest can be drawn.
    fn tell(self, number: u32) {
        let now = self.peek();
        let width = window().inner_width().ok().and_then(|it| it.as_f64());
        let mut look = self.peek_panel();
        // What the checker does not draw need not concern it.
        look.remark.clear();
        look.notice.clear();
        look.loading.clear();
        look.newer = false;
        look.playing = false;
        look.narrow = width.is_some_and(|it| it < NARROW_BELOW);
        let turn = self.checks().with_untracked(|it| it.turn);
        let situation = Situation {
            number,
            turn,
            own: now.own,
            run: now.whole.steps.iter().map(|it| it.choice).collect(),
            depth: now.depth(),
            look,
            base: own_address(),
        };
        link::ask(Question::Show(Box::new(situation)));
    }

    /// Checks what is on the stage, from nothing.
    pub fn check(self) {
        let subject = self.subject();
        let slow = self.peek_panel().slow;
        let bytes = if slow { MOST_BYTES_HERE } else { MOST_BYTES };
        let racers = self.usual_racers();
        self.set(|look| {
            look.racers = racers;
            look.cell = None;
        });
        let turn = self.checks().with_untracked(|it| it.turn) + 1;
        // First, so that what is shown next belongs to it.
        link::ask(Question::Ask(Ask::Check {
            turn,
            subject,
            bytes,
        }));
        self.checks().update(|it| {
            it.turn = turn;
            it.outlooks.clear();
            it.wanted = false;
            // What was drawn of the last scenario is not of this one.
            for place in [
                Place::Result,
                Place::Side,
                Place::Cause,
                Place::Compared,
                Place::Panel,
            ] {
                it.drawn[place as usize] = None;
            }
        });
        let other = self.peek_panel();
        if other.panel == Some(Panel::Costs) {
            self.compare_usual();
        }
    }

    /// Opens a panel, or closes it.
    pub fn open_panel(self, panel: Panel) {
        self.set(|look| {
            look.panel = (look.panel != Some(panel)).then_some(panel);
            look.cell = None;
        });
        if self.peek_panel().panel == Some(Panel::Costs) {
            self.compare_usual();
        }
    }

    /// The stage is what is wanted now.
    pub fn close_panel(self) {
        self.set(|look| look.panel = None);
    }

    /// Tries every single change of what is on the stage.
    pub fn mutate(self) {
        link::ask(Question::Ask(Ask::Mutants));
    }

    /// Sets the correct ordering's costs beside; beside those, one's that copies instead of waiting.
    fn compare_usual(self) {
        let own = self.subject().slug;
        let chosen = stable_pages::scenario::find(&self.peek_panel().costs_of);
        let usual = ["baseline-five-step", "snapshot-right"];
        let usual = usual.into_iter().find(|it| *it != own);
        let usual = usual.and_then(stable_pages::scenario::find);
        if let Some(entry) = chosen.or(usual) {
            self.compare(entry);
        }
    }

    /// Sets the costs of another ordering beside.
    pub fn compare(self, entry: Entry) {
        self.set(|look| look.costs_of = entry.slug.to_owned());
        let turn = self.checks().with_untracked(|it| it.turn);
        let own = self.subject();
        leptos::task::spawn_local(async move {
            let packed = source::fetch(entry.slug).await;
            if self.checks().with_untracked(|it| it.turn) != turn {
                return;
            }
            match packed {
                // On the same device, in the same kernel.
                Ok(packed) => link::ask(Question::Ask(Ask::Compare(Subject {
                    slug: entry.slug.to_owned(),
                    text: packed.text,
                    edits: Vec::new(),
                    ..own
                }))),
                Err(reason) => self.remark(format!(
                    "\u{201c}{}\u{201d} could not be fetched: {reason}.",
                    entry.slug
                )),
            }
        });
    }

    /// Stops the search; what is known stays.
    pub fn stop_checking(self) {
        link::ask(Question::Ask(Ask::Stop));
    }

    /// Asks for a shortest way to a cell of the map.
    pub fn go_to_cell(self, (row, column): (usize, usize)) {
        link::ask(Question::Cell(row, column));
    }

    /// Asks for a shortest failure from the moment shown.
    pub fn ask_for_failure(self) {
        let now = self.peek();
        let schedule = now.story.steps.iter().map(|it| it.choice).collect();
        self.checks().update(|it| it.wanted = true);
        link::ask(Question::Ask(Ask::Fail { schedule }));
    }

    fn heard(self, heard: Heard) {
        let Said { turn, reply } = match heard {
            Heard::Told(said) => said,
            Heard::OnThisThread => {
                self.set(|look| look.slow = true);
                // The bound is another one here; a check begins anew, and forgets what was asked.
                return self.check();
            }
            Heard::Nobody(reason) => return self.set(|look| look.gone = Some(reason.clone())),
        };
        if turn == self.checks().with_untracked(|it| it.turn) {
            self.take(reply);
        }
    }

    fn take(self, reply: Reply) {
        match reply {
            Reply::Ready | Reply::Loaded(..) | Reply::Opened(..) => {}
            Reply::Link(link) => self.linked(link),
            Reply::Copy(text) => self.copy(text),
            Reply::Shown(number) => {
                // Once the drawings before it are on the page.
                let done = move || busy(number != self.told.get_value());
                set_timeout(done, Duration::ZERO);
            }
            Reply::Drawn(place, el) => self.checks().update(|it| {
                it.drawn[place as usize] = Some(Arc::new(el));
            }),
            Reply::Outlooks(outlooks) => self.checks().update(|it| {
                let outlooks = outlooks.into_iter().map(|(world, new)| {
                    // What is known already is not drawn again.
                    let known = it.outlook(&world);
                    (world, known.unwrap_or_else(|| Arc::new(new)))
                });
                it.outlooks = outlooks.collect();
            }),
            Reply::Failed(reason) => {
                if self.wanted() {
                    self.remark(reason);
                }
            }
            Reply::Way(schedule) => {
                let steps = schedule.len();
                self.load_run(&schedule, usize::MAX);
                self.remark(format!("One of the shortest ways there: {steps} steps."));
            }
            Reply::Failure(schedule) => {
                if self.wanted() {
                    self.go_on_with(&schedule);
                    self.remark(
                        "Found by the checker: of the shortest ways to fail from there, one with the fewest changes of actor."
                            .to_owned(),
                    );
                }
            }
            Reply::NoFailure(complete, states) => {
                if self.wanted() {
                    self.remark(match complete {
                        true => format!(
                            "No failure can be reached from here: all {states} states were looked at."
                        ),
                        false => format!(
                            "No failure from here in the {states} states looked at; there are more."
                        ),
                    });
                }
            }
        }
    }

    /// Whether an answer was waited for; it is not any more.
    fn wanted(self) -> bool {
        let wanted = self.checks().with_untracked(|it| it.wanted);
        self.checks().update(|it| it.wanted = false);
        wanted
    }
}
