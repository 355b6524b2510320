//! A stretch of a folio's history becomes a scenario: an actor a task, and the capture's order as a run of it.
//!
//! The programs have the steps that the capture shows, in the order in which each task made them, and what must have been between them: the
//! page lock, which is taken unseen, and the store whose fault was served. The run makes each step where its line stands; where the model
//! cannot go on, the capture departs from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Capture;
use super::event::What;
use super::stretch::Stretch;
use crate::exchange::statements::schedule_lines;
use crate::explore::{Limits, Progress, Space, Story, Verdicts};
use crate::machine::{ActorId, Choice, History, Status, World, status, step, ways};
use crate::scenario::{Scenario, ScenarioError, Verdict, load};

/// The name of a capture's scenario in links.
const SLUG: &str = "capture";
/// Most events of a stretch that becomes a scenario.
const MOST_EVENTS: usize = 400;
/// Most steps of the run, and most up to one line.
const MOST_STEPS: usize = 2_000;
const MOST_FOR_A_LINE: usize = 300;
/// Most memory of the search.
const BYTES: usize = 12 << 20;
/// Most tasks that become actors; a disk and a completion come besides.
const MOST_TASKS: usize = 6;

/// A stretch that becomes no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// It has too many events.
    #[error(
        "The stretch has {found} events; at most {MOST_EVENTS} become a scenario. Take a shorter one."
    )]
    TooLong {
        /// How many it has.
        found: usize,
    },
    /// Too many tasks take part.
    #[error(
        "{found} tasks take part in the stretch; at most {MOST_TASKS} become actors. Take a shorter one."
    )]
    TooManyTasks {
        /// How many there are.
        found: usize,
    },
    /// Nothing in it is a step of the model.
    #[error("Nobody locks, cleans, writes or waits for the folio in the stretch.")]
    Nothing,
    /// The file does not build.
    #[error("The stretch becomes a scenario that does not build: {0}")]
    Unbuildable(ScenarioError),
}

/// A stretch as a scenario.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The scenario's file.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The capture's order, as far as the model can go with it.
    pub choices: Vec<Choice>,
    /// How many choices are made when an event is reached: the event and the number, in the capture's order.
    pub reached: Vec<(u32, usize)>,
    /// The event at which the model cannot go on, and who it is that cannot.
    pub departs: Option<(u32, String)>,
    /// What the file has that the capture does not show.
    pub assumed: Vec<String>,
    /// What the capture's order comes to.
    pub drawn: Vec<Verdict>,
    /// What some order of the same steps comes to.
    pub all: Verdicts,
    /// How many states there are, and whether all were looked at.
    pub states: usize,
    /// Whether every order was looked at.
    pub complete: bool,
    /// A shortest run to each verdict.
    pub shortest: Vec<(Verdict, Vec<Choice>)>,
}

/// How far an actor has to be when an event happens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    event: u32,
    actor: usize,
    key: &'static str,
    /// The how-manieth step of that key, from 1.
    nth: usize,
    /// Whether it is enough to stand at the step.
    reach: bool,
}

/// An actor of the scenario.
#[derive(Clone, Debug, Default)]
struct Actor {
    name: String,
    about: String,
    lines: Vec<String>,
    /// Whether it stores through a mapping.
    maps: bool,
    cleans: bool,
    /// What it is about.
    now: Now,
    /// How many steps of a key its lines have so far.
    counts: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Now {
    /// A fault is being served.
    faulting: bool,
    granted: bool,
    cleaning: bool,
    started: bool,
    copying: bool,
    /// The wait that was called belongs to the one for a stable page.
    stable: bool,
    /// A bio is built and not submitted.
    unsubmitted: bool,
    /// Its guard tags are prepared.
    prepared: bool,
}

#[derive(Default)]
struct Programs {
    actors: Vec<Actor>,
    /// Which actor a task is; interrupts and idle processors are the completion.
    of_task: BTreeMap<u16, usize>,
    targets: Vec<Target>,
    stores: usize,
    /// The order of the steps in `page_mkwrite`, as first seen.
    fault: Vec<&'static str>,
    asked: Option<bool>,
    completes: bool,
    /// Whether the disk took a request, as its answer says.
    taken: bool,
    /// Whether writeback is on its way when the stretch begins.
    underway: bool,
    guards: bool,
    assumed: Vec<String>,
    dirty: Option<bool>,
}

/// The completion's place among the actors of the targets.
const COMPLETION: usize = usize::MAX;
const DISK: usize = usize::MAX - 1;

impl Actor {
    fn line(&mut self, key: &'static str, line: &str, remark: &str) -> usize {
        self.lines.push(format!("{line}    # {remark}"));
        self.count(key)
    }

    fn count(&mut self, key: &'static str) -> usize {
        let count = self.counts.entry(key).or_default();
        *count += 1;
        *count
    }
}

const UNSEEN: &str = "not in the capture";

/// A text that can stand between TOML's quotes.
fn quotable(text: &str) -> String {
    let plain = |c: char| match c {
        '\\' | '"' => '\'',
        c if c.is_control() => '?',
        c => c,
    };
    text.chars().map(plain).collect()
}

impl Capture {
    /// Makes a scenario of a stretch of a folio's history.
    ///
    /// # Errors
    /// [`DraftError`] where it is too long, or nothing in it is a step.
    pub fn draft(&self, folio: u32, stretch: Stretch) -> Result<Draft, DraftError> {
        let events = self.events_of(folio);
        let to = stretch.to.min(events.len());
        let events = &events[stretch.from.min(to)..to];
        if events.len() > MOST_EVENTS {
            return Err(DraftError::TooLong {
                found: events.len(),
            });
        }
        let mut programs = Programs::default();
        let first = |what: What| {
            events
                .iter()
                .position(|it| self.events[*it as usize].what() == what)
        };
        programs.underway = match (first(What::WritebackEnded), first(What::WritebackStarted)) {
            (Some(end), Some(start)) => end < start,
            (Some(_), None) => true,
            _ => false,
        };
        for (at, number) in events.iter().enumerate() {
            self.add(&mut programs, events, at, *number);
        }
        programs.over();
        let found = programs
            .actors
            .iter()
            .filter(|it| !it.lines.is_empty())
            .count();
        if found > MOST_TASKS {
            return Err(DraftError::TooManyTasks { found });
        }
        if programs.actors.iter().all(|it| it.lines.is_empty()) {
            return Err(DraftError::Nothing);
        }
        let lines = |it: Option<&u32>| it.map_or(0, |it| self.events[*it as usize].line);
        let (first, last) = (lines(events.first()), lines(events.last()));
        let about = format!("{}, lines {first} to {last}", self.folio_name(folio));
        let text = self.file(&programs, &about);
        let scenario = load(SLUG, &text).map_err(DraftError::Unbuildable)?;
        Ok(judged(scenario, text, programs))
    }

    /// Adds what an event says to its actor's program.
    fn add(&self, programs: &mut Programs, events: &[u32], at: usize, number: u32) {
        let event = &self.events[number as usize];
        let what = event.what();
        let remark = format!("{} at line {}", event.name(), event.line);
        let interrupt = self.tasks[usize::from(event.task)].pid.is_none();
        let completes = matches!(
            what,
            What::Completed | What::BioEnded | What::WritebackEnded
        );
        if what == What::Issued && programs.actors.iter().all(|it| !it.now.unsubmitted) {
            let done = events[at + 1..].iter().map(|it| &self.events[*it as usize]);
            let done = done
                .filter(|it| it.what() == What::Completed)
                .map(|it| it.value)
                .next();
            if done == Some(0) {
                let nth = programs.count(DISK, "");
                programs.targets.push(Target {
                    event: number,
                    actor: DISK,
                    key: "",
                    nth,
                    reach: false,
                });
                programs.taken = true;
            }
        }
        if completes || interrupt {
            programs.completes |= completes;
            let target = match what {
                What::Completed => Some((DISK, "", false)),
                What::WritebackEnded => Some((COMPLETION, "end_page_writeback", false)),
                _ => None,
            };
            if let Some((actor, key, reach)) = target {
                let nth = programs.count(actor, key);
                programs.targets.push(Target {
                    event: number,
                    actor,
                    key,
                    nth,
                    reach,
                });
            }
            return;
        }
        let next = events[at + 1..].iter().map(|it| &self.events[*it as usize]);
        let mut next = next.filter(|it| it.task == event.task);
        let next = next.next().map(super::Event::what);
        let index = programs.actor(self, event.task, event.cpu);
        let seen = !programs.fault.is_empty();
        let actor = &mut programs.actors[index];
        let stable = std::mem::take(&mut actor.now.stable);
        let mut targets: Vec<(&'static str, usize, bool)> = Vec::new();
        match what {
            What::Fault | What::MkwriteCalled => {
                let served = events[at + 1..].iter().map(|it| &self.events[*it as usize]);
                let mut served = served.filter(|it| it.task == event.task);
                let mkwrite = what == What::MkwriteCalled
                    || served
                        .find(|it| !matches!(it.what(), What::WriteFault))
                        .is_some_and(|it| it.what() == What::MkwriteCalled);
                if mkwrite && !actor.now.faulting {
                    programs.stores += 1;
                    actor.now = Now {
                        faulting: true,
                        ..Now::default()
                    };
                    actor.maps = true;
                    let line = format!("store new{}", programs.stores);
                    let nth = actor.line("store", &line, &remark);
                    targets.push(("store", nth, false));
                    // The store is tried once more when its fault has been served.
                    actor.count("store");
                }
            }
            What::DirtyTold => {}
            What::MarkedDirty if actor.now.cleaning || actor.now.granted => {}
            What::MarkedDirty => {
                programs.dirty.get_or_insert(false);
                if actor.now.faulting {
                    if !seen {
                        programs.fault.push("set_page_dirty");
                    }
                    let nth = actor.count("set_page_dirty");
                    targets.push(("set_page_dirty", nth, false));
                } else if !actor.now.copying {
                    let nth = actor.line("set_page_dirty", "set_page_dirty", &remark);
                    targets.push(("set_page_dirty", nth, false));
                }
            }
            What::StableCalled => {
                let waits = next == Some(What::WaitCalled);
                let asked = programs.asked.get_or_insert(waits);
                *asked |= waits;
                actor.now.stable = true;
                if actor.now.faulting {
                    if !programs.fault.contains(&"wait_for_stable_page") {
                        programs.fault.push("wait_for_stable_page");
                    }
                    let nth = actor.count("wait_for_stable_page");
                    targets.push(("wait_for_stable_page", nth, true));
                } else if !actor.now.copying {
                    actor.now.copying = true;
                    actor.line("lock_page", "lock_page", UNSEEN);
                    let nth = actor.line("wait_for_stable_page", "wait_for_stable_page", &remark);
                    targets.push(("wait_for_stable_page", nth, true));
                }
            }
            What::WaitCalled if stable || actor.now.faulting || actor.now.copying => {}
            What::WaitCalled => {
                if next == Some(What::ClearedForIo) {
                    actor.line("lock_page", "lock_page", UNSEEN);
                    actor.now.cleaning = true;
                }
                let nth = actor.line("wait_on_page_writeback", "wait_on_page_writeback", &remark);
                targets.push(("wait_on_page_writeback", nth, true));
            }
            What::ClearedForIo => {
                programs.dirty.get_or_insert(true);
                if !actor.now.cleaning {
                    actor.line("lock_page", "lock_page", UNSEEN);
                }
                actor.now.cleaning = true;
                actor.cleans = true;
                let walked =
                    !self.walks() || matches!(next, Some(What::Mkclean | What::MkcleanOne) | None);
                if walked {
                    actor.line("TestClearPageDirty", "clear_page_dirty_for_io", &remark);
                } else {
                    let line = "TestClearPageDirty else clean";
                    actor.line(
                        "TestClearPageDirty",
                        line,
                        &format!("{remark}, without folio_mkclean"),
                    );
                }
                let nth = actor.counts["TestClearPageDirty"];
                targets.push(("lock_page", actor.counts["lock_page"], false));
                if next.is_none() {
                    targets.push(("TestClearPageDirty", nth, false));
                }
            }
            What::WritebackStarted => {
                actor.now.started = true;
                actor.now.unsubmitted = true;
                let nth = actor.line("set_page_writeback", "set_page_writeback", &remark);
                targets.push(("set_page_writeback", nth, false));
            }
            What::Unlocked => {
                let now = actor.now;
                if now.copying {
                    programs.stores += 1;
                    let line = format!("copy_from_user new{}", programs.stores);
                    actor.line("copy_from_user", &line, UNSEEN);
                    actor.line("set_page_dirty", "set_page_dirty", UNSEEN);
                }
                if now.faulting {
                    if now.granted {
                        actor.count("set_page_dirty");
                        let nth = actor.count("unlock_page");
                        targets.push(("unlock_page", nth, false));
                        targets.push(("store", actor.counts["store"], false));
                    }
                } else if now.copying || now.cleaning {
                    let nth = actor.line("unlock_page", "unlock_page", &remark);
                    targets.push(("unlock_page", nth, false));
                }
                actor.now = Now {
                    unsubmitted: now.unsubmitted,
                    ..Now::default()
                };
            }
            What::MkwriteReturned => {
                actor.now.granted = event.value & !0x204 == 0;
                if let Some(nth) = actor.counts.get("wait_for_stable_page").copied() {
                    targets.push(("wait_for_stable_page", nth, false));
                }
            }
            What::GuardPrepared | What::Issued if actor.now.unsubmitted => {
                programs.guards |= what == What::GuardPrepared;
                actor.now.unsubmitted = false;
                actor.line("queue_bio", "submit_bio", &remark);
                actor.now.prepared = true;
                let nth = actor.counts["queue_bio"];
                // The bio goes out once it is prepared.
                targets.push(("queue_bio", nth, false));
            }
            _ => {}
        }
        for (key, nth, reach) in targets {
            let target = Target {
                event: number,
                actor: index,
                key,
                nth,
                reach,
            };
            programs.targets.push(target);
        }
    }

    /// Whether the capture has the walk over PTEs at all.
    fn walks(&self) -> bool {
        let walk = |name: &&'static str| name.contains("mkclean");
        self.recorded.iter().any(|it| walk(&it.0))
    }

    /// When an event happened, in seconds.
    pub fn seconds(&self, event: u32) -> String {
        let time = self.events[event as usize].time;
        format!("{}.{:06}", time / 1_000_000_000, time / 1_000 % 1_000_000)
    }

    fn file(&self, programs: &Programs, about: &str) -> String {
        let mut out = String::new();
        let name = quotable(&self.name);
        let _ = writeln!(
            out,
            "# Made of a capture: behind each line stands the one it was made of.\n"
        );
        let _ = writeln!(out, "title = \"{about} of {name}\"");
        let _ = writeln!(
            out,
            "summary = \"What {name} shows of one folio, an actor a task. Bytes, and what is marked, are not in the capture.\""
        );
        let device =
            match programs.guards || !self.recorded.iter().any(|it| it.0 == "block_rq_issue") {
                true => "dix+dif",
                false => "none",
            };
        let _ = writeln!(out, "watch = \"\"\nera = \"6.19\"\ndevice = \"{device}\"");
        if let Some(asked) = programs.asked {
            let _ = writeln!(out, "stable = {asked}");
        }
        let _ = writeln!(out, "\n[file]\ninode = 12\nfirst_lba = 56\ninterval = 4096");
        let dirty = programs.dirty != Some(false) || programs.underway;
        let maps = programs.actors.iter().any(|it| it.maps);
        let _ = writeln!(
            out,
            "\n[[page]]\nindex = 0\nmemory = [\"new \"]\nmedia = [\"old \"]\ndirty = {dirty}"
        );
        if maps {
            let _ = writeln!(
                out,
                "pte = \"{}\"",
                if dirty { "writable" } else { "read-only" }
            );
        }
        for store in 1..=programs.stores {
            let _ = writeln!(
                out,
                "\n[[store]]\nname = \"new{store}\"\npage = 0\noffset = 0\ntext = \"new{store}!\""
            );
        }
        if maps {
            let stable = programs.fault.contains(&"wait_for_stable_page");
            let mut mkwrite = String::new();
            for key in &programs.fault {
                let _ = writeln!(mkwrite, "  {key}");
            }
            let remark = if stable {
                ""
            } else {
                "    # no wait for a stable page is in the capture"
            };
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"fault_seen\"\ntext = '''\npage_mkwrite:{remark}\n  lock_page    # {UNSEEN}\n  check_mapping else gone    # {UNSEEN}\n{mkwrite}pte_mkwrite else changed    # {UNSEEN}\nset_page_dirty\nchanged>\nunlock_page\nend\ngone>\nunlock_page\nsigbus\n'''"
            );
        }
        for (at, actor) in programs
            .actors
            .iter()
            .enumerate()
            .filter(|it| !it.1.lines.is_empty())
        {
            let mut lines = actor.lines.join("\n");
            if actor.cleans {
                lines += "\nend\nclean>\nunlock_page";
            }
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"{}_seen\"\ntext = '''\n{lines}\n'''",
                actor.name
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"{0}\"\nabout = \"{1}\"\nrun = [\"{0}_seen\"]",
                actor.name,
                quotable(&actor.about)
            );
            if actor.maps {
                let _ = writeln!(out, "mm = \"A\"\ncpu = {at}\nfault = \"fault_seen\"");
            }
        }
        if programs.underway {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"flusher_\"\nabout = \"began writeback; {UNSEEN}\"\nrun = [\"writepage\"]"
            );
        }
        if programs.io() {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"disk\"\nabout = \"adapter and disk\"\nrun = [\"disk\"]"
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"completion\"\nabout = \"interrupt\"\nrun = [\"completion\"]"
            );
        }
        out
    }
}

impl Programs {
    fn count(&self, actor: usize, key: &'static str) -> usize {
        let same = |it: &&Target| it.actor == actor && it.key == key;
        self.targets.iter().filter(same).count() + 1
    }

    fn io(&self) -> bool {
        let submits = |it: &Actor| it.counts.contains_key("queue_bio");
        self.underway || self.actors.iter().any(submits)
    }

    fn actor(&mut self, capture: &Capture, task: u16, cpu: u16) -> usize {
        if let Some(index) = self.of_task.get(&task) {
            return *index;
        }
        let about = format!("{}, CPU {cpu}", capture.task_name(task));
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut name: String = capture.task_name(task).chars().map(plain).collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.insert_str(0, "task_");
        }
        self.actors.push(Actor {
            name,
            about,
            ..Actor::default()
        });
        self.of_task.insert(task, self.actors.len() - 1);
        self.actors.len() - 1
    }

    /// What is begun and not ended in the stretch is brought to an end.
    fn over(&mut self) {
        for actor in &mut self.actors {
            let now = actor.now;
            // What is cleared for I/O is written.
            let unmarked = now.cleaning && actor.cleans && !now.started;
            if unmarked {
                actor.line("set_page_writeback", "set_page_writeback", UNSEEN);
            }
            if now.copying || now.cleaning {
                actor.line("unlock_page", "unlock_page", UNSEEN);
            }
            if now.unsubmitted || unmarked {
                actor.line("queue_bio", "submit_bio", UNSEEN);
            }
        }
        if self.stores > 0 && self.actors.iter().any(|it| it.maps) {
            let words = "Each store is made as soon as its fault has been served; when it was made, the capture does not say.";
            self.assumed.push(words.to_owned());
        }
        self.assumed.push("The page lock is taken before the first step that needs it: taking it shows only where somebody sleeps for it.".to_owned());
        if self.underway {
            self.assumed.push("Writeback is under way when the stretch begins: a flusher that is not in it began it.".to_owned());
        }
        if self.io() {
            let words = match self.taken {
                true => {
                    "When the disk reads the page is not in the capture. It took what it was sent, so the run has it read at once; in other orders it reads later."
                }
                false => {
                    "When the disk reads the page is not in the capture; the run has it read as late as it can."
                }
            };
            self.assumed.push(words.to_owned());
        }
    }
}

struct Run<'a> {
    scenario: &'a Scenario,
    world: World,
    choices: Vec<Choice>,
    /// How many steps of each key each actor has made.
    made: BTreeMap<(usize, String), usize>,
    /// Those who act when somebody waits for them.
    servers: Vec<ActorId>,
}

impl Run<'_> {
    /// The key of the step that an actor stands at.
    fn key(&self, actor: ActorId) -> String {
        let pc = self.scenario.model.actor(&self.world, actor).pc;
        let lines = self.scenario.cast[actor.index()].lines.iter();
        let mut at = lines.filter(|it| it.row.is_some() && it.pcs.contains(&pc));
        at.next().map_or(String::new(), |it| it.key.clone())
    }

    fn made(&self, actor: ActorId, key: &str) -> usize {
        let made = self.made.get(&(actor.index(), key.to_owned()));
        made.copied().unwrap_or(0)
    }

    fn ready(&self, actor: ActorId) -> bool {
        status(&self.scenario.model, &self.world, actor) == Status::Ready
    }

    fn step(&mut self, actor: ActorId) -> bool {
        let model = &self.scenario.model;
        if self.choices.len() >= MOST_STEPS
            || !self.ready(actor)
            || ways(model, &self.world, actor) == 0
        {
            return false;
        }
        let key = self.key(actor);
        let choice = Choice { actor, way: 0 };
        let (next, _) = step(model, &self.world, choice);
        self.world = next;
        self.choices.push(choice);
        *self.made.entry((actor.index(), key)).or_default() += 1;
        true
    }

    /// Lets the disk and the completion act until an actor can go on; says whether it can.
    fn help(&mut self, actor: ActorId) -> bool {
        for _ in 0..MOST_FOR_A_LINE {
            if self.ready(actor) {
                return true;
            }
            let servers = self.servers.clone();
            if !servers.into_iter().any(|it| it != actor && self.step(it)) {
                return false;
            }
        }
        false
    }

    /// Brings an actor to where an event has it; says whether it can get there.
    fn bring(&mut self, actor: ActorId, target: &Target) -> bool {
        for _ in 0..MOST_FOR_A_LINE {
            let made = self.made(actor, target.key);
            let there = target.reach && made + 1 >= target.nth && self.key(actor) == target.key;
            let over = status(&self.scenario.model, &self.world, actor) == Status::Finished;
            if made >= target.nth || over {
                return true;
            }
            if there {
                // Whoever has nothing to wait for goes on at once.
                self.step(actor);
                return true;
            }
            if !self.help(actor) || !self.step(actor) {
                return false;
            }
        }
        false
    }
}

fn judged(scenario: Scenario, text: String, programs: Programs) -> Draft {
    let named = |name: &str| scenario.cast.iter().position(|it| it.name == name);
    let ids: Vec<ActorId> = scenario.model.actor_ids().collect();
    let id = |at: Option<usize>| at.and_then(|at| ids.get(at).copied());
    let (disk, completion, flusher) = (
        id(named("disk")),
        id(named("completion")),
        id(named("flusher_")),
    );
    let mut run = Run {
        scenario: &scenario,
        world: scenario.model.initial,
        choices: Vec::new(),
        made: BTreeMap::new(),
        servers: [disk, completion].into_iter().flatten().collect(),
    };
    if let Some(flusher) = flusher {
        for _ in 0..MOST_FOR_A_LINE {
            if run.made(flusher, "queue_bio") > 0 || !run.step(flusher) {
                break;
            }
        }
    }
    let (mut reached, mut departs) = (Vec::new(), None);
    for target in &programs.targets {
        let actor = match target.actor {
            DISK => disk,
            COMPLETION => completion,
            index => id(named(&programs.actors[index].name)),
        };
        let Some(actor) = actor else { continue };
        let there = match target.actor {
            DISK => {
                while run.step(actor) {}
                true
            }
            _ => run.bring(actor, target),
        };
        if !there {
            departs = Some((target.event, scenario.cast[actor.index()].name.clone()));
            break;
        }
        reached.push((target.event, run.choices.len()));
    }
    let choices = run.choices;
    let (text, scenario) = with_run(text, scenario, &choices);
    let limits = Limits {
        bytes: BYTES,
        graph: true,
    };
    let space = Space::explore(&scenario.model, scenario.model.initial, limits);
    let mut history = History::new(&scenario.model);
    for choice in &choices {
        history.choose(&scenario.model, *choice);
    }
    let drawn = Story::of(&scenario.model, &history).verdicts(&scenario.model);
    let findings = space.findings(&scenario.model).into_iter();
    Draft {
        text,
        choices,
        reached,
        departs,
        assumed: programs.assumed,
        drawn,
        all: space.verdicts(),
        states: space.states(),
        complete: space.progress() == Progress::Complete,
        shortest: findings.map(|it| (it.verdict, it.schedule)).collect(),
        scenario,
    }
}

/// The file with the capture's order as its opening run.
fn with_run(text: String, scenario: Scenario, choices: &[Choice]) -> (String, Scenario) {
    let lines = schedule_lines(&scenario, choices);
    let lines: String = lines.iter().map(|it| format!("  \"{it}\",\n")).collect();
    let with = text.replacen(
        "\n[file]\n",
        &format!("\nschedule = [\n{lines}]\n\n[file]\n"),
        1,
    );
    match load(SLUG, &with) {
        Ok(scenario) => (with, scenario),
        Err(_) => (text, scenario),
    }
}
