//! What a stretch says each task did, as lines of programs, and where in its program a task stands when an event happens.

use std::collections::BTreeMap;

use super::Capture;
use super::event::{Event, What};
use super::replay::{ANSWER, COMPLETION, DISK, Target};

/// An actor of the scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Actor {
    pub name: String,
    pub about: String,
    pub lines: Vec<String>,
    /// Whether it stores through a mapping.
    pub maps: bool,
    pub cleans: bool,
    /// Whether it has sent a bio and not waited for it.
    pub sent: bool,
    /// What it is about.
    pub now: Now,
    /// How many steps of a key its lines have so far.
    pub counts: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Now {
    /// A fault is being served.
    pub faulting: bool,
    pub granted: bool,
    pub cleaning: bool,
    pub started: bool,
    pub copying: bool,
    /// The wait that was called belongs to the one for a stable page.
    pub stable: bool,
    /// A bio is built and not submitted.
    pub unsubmitted: bool,
}

#[derive(Default)]
pub(super) struct Programs {
    pub actors: Vec<Actor>,
    /// Which actor a task is; interrupts and idle processors are the completion.
    pub of_task: BTreeMap<u16, usize>,
    pub targets: Vec<Target>,
    pub stores: usize,
    /// The order of the steps in `page_mkwrite`, as first seen.
    pub fault: Vec<&'static str>,
    pub asked: Option<bool>,
    /// Whether the disk took a request, as its answer says.
    pub taken: bool,
    /// Whether writeback is on its way when the stretch begins.
    pub underway: bool,
    pub assumed: Vec<String>,
    pub dirty: Option<bool>,
}

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

pub(super) const UNSEEN: &str = "not in the capture";

impl Capture {
    /// What the events of a stretch come to.
    pub(super) fn programs(&self, events: &[u32]) -> Programs {
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
        programs
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
                let nth = programs.count(DISK, ANSWER);
                programs.targets.push(Target {
                    event: number,
                    actor: DISK,
                    key: ANSWER,
                    nth,
                    reach: true,
                    slept: None,
                });
                programs.taken = true;
            }
        }
        if completes || interrupt {
            let target = match what {
                // The answer to a request that is in the stretch.
                What::Completed if programs.io() => Some((DISK, ANSWER, false)),
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
                    slept: None,
                });
            }
            return;
        }
        let next = events[at + 1..].iter().map(|it| &self.events[*it as usize]);
        let mut next = next.filter(|it| it.task == event.task);
        let next = next.next().map(Event::what);
        let slept = self.slept(events, at);
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
                // A task that comes to a wait and sleeps not was busy elsewhere before.
                if slept == Some(false)
                    && !actor.lines.is_empty()
                    && next != Some(What::ClearedForIo)
                {
                    let line = "call other_folios()    # what the task does elsewhere";
                    actor.lines.push(line.to_owned());
                }
                actor.sent = false;
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
                // A sector is in one bio at a time: the last one went out and ended before.
                if actor.now.unsubmitted {
                    actor.line("queue_bio", "submit_bio", UNSEEN);
                    actor.sent = true;
                }
                if std::mem::take(&mut actor.sent) {
                    actor.line("wait_on_page_writeback", "wait_on_page_writeback", UNSEEN);
                }
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
                actor.now.unsubmitted = false;
                actor.line("queue_bio", "submit_bio", &remark);
                actor.sent = true;
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
                slept: slept.filter(|_| reach),
            };
            programs.targets.push(target);
        }
    }

    /// Whether a task that waits at an event slept: writeback ended before its next line. None where it has no other.
    fn slept(&self, events: &[u32], at: usize) -> Option<bool> {
        let task = self.events[events[at] as usize].task;
        let behind = events[at + 1..].iter().map(|it| &self.events[*it as usize]);
        let goes_on = behind.clone().position(|it| {
            it.task == task && !matches!(it.what(), What::WaitSleeps | What::WaitCalled)
        })?;
        let mut meanwhile = behind.take(goes_on);
        Some(meanwhile.any(|it| it.what() == What::WritebackEnded))
    }

    /// Whether the capture has the walk over PTEs at all.
    fn walks(&self) -> bool {
        let walk = |name: &&'static str| name.contains("mkclean");
        self.recorded.iter().any(|it| walk(&it.0))
    }
}

impl Programs {
    fn count(&self, actor: usize, key: &'static str) -> usize {
        let same = |it: &&Target| it.actor == actor && it.key == key && !it.reach;
        self.targets.iter().filter(same).count() + 1
    }

    pub fn io(&self) -> bool {
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
            if unmarked && std::mem::take(&mut actor.sent) {
                actor.line("wait_on_page_writeback", "wait_on_page_writeback", UNSEEN);
            }
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
            self.assumed.push("Writeback is under way when the stretch begins: a flusher that is not in it began it, and the disk has read the page before.".to_owned());
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
