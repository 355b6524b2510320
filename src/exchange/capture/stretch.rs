//! A stretch of a folio's history as a diagram: a column a task, a line an event, as it is drawn for a mail.
//!
//! What the capture does not show and must have been is drawn too, and says so: the page lock that is taken without sleeping, the bio that
//! is submitted once its guard tags are prepared, and the store whose fault has been served.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Capture;
use super::event::What;

/// Most events of a stretch that becomes a diagram.
const MOST_EVENTS: usize = 120;

/// Events of a folio that belong together: it is made dirty, written, and written into again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first event, by its place in the folio's list.
    pub from: usize,
    /// The event behind the last.
    pub to: usize,
}

/// What a task is about while its lines are drawn.
#[derive(Clone, Copy, Debug, Default)]
struct Drawn {
    locked: bool,
    cleaning: bool,
    /// Whether it was let write.
    granted: bool,
    faulting: bool,
    /// Whether the wait that follows is the stable one's own.
    stable: bool,
}

/// The lines of a diagram.
#[derive(Default)]
struct Lines {
    all: Vec<(u16, String)>,
}

impl Lines {
    fn add(&mut self, task: u16, call: &str, remark: &str) {
        self.all.push((task, format!("{call}  # {remark}")));
    }
}

impl Capture {
    /// The rounds of a folio: each begins with what makes it dirty, or with its cleaning, and lasts until the next begins.
    pub fn stretches(&self, folio: u32) -> Vec<Stretch> {
        let events = self.events_of(folio);
        let (mut all, mut from): (Vec<Stretch>, usize) = (Vec::new(), 0);
        let (mut ended, mut faulting): (bool, Vec<u16>) = (false, Vec::new());
        for (at, number) in events.iter().enumerate() {
            let event = &self.events[*number as usize];
            let begins = match event.what() {
                What::Fault | What::MkwriteCalled => !faulting.contains(&event.task),
                What::ClearedForIo => true,
                _ => false,
            };
            if ended && begins && faulting.is_empty() && at > from {
                // The wait before the cleaning belongs to it.
                let before = &self.events[events[at - 1] as usize];
                let waited = event.what() == What::ClearedForIo
                    && before.task == event.task
                    && before.what() == What::WaitCalled;
                let cut = at - usize::from(waited && at - 1 > from);
                all.push(Stretch { from, to: cut });
                (from, ended) = (cut, false);
            }
            match event.what() {
                What::Fault | What::MkwriteCalled if !faulting.contains(&event.task) => {
                    faulting.push(event.task);
                }
                What::Unlocked | What::Fault => faulting.retain(|it| *it != event.task),
                What::WritebackEnded => ended = true,
                _ => {}
            }
        }
        if from < events.len() {
            all.push(Stretch {
                from,
                to: events.len(),
            });
        }
        all
    }

    pub(super) fn events_of(&self, folio: u32) -> &[u32] {
        let folio = self.folios.get(folio as usize);
        folio.map_or(&[][..], |it| &it.events)
    }

    /// A stretch as a diagram, at most 120 events of it. The numbers behind the calls are those of the capture's lines.
    pub fn diagram(&self, folio: u32, stretch: Stretch) -> String {
        let events = self.events_of(folio);
        let to = stretch
            .to
            .min(stretch.from.saturating_add(MOST_EVENTS))
            .min(events.len());
        let events = &events[stretch.from.min(to)..to];
        let mut lines = Lines::default();
        let mut doing: BTreeMap<u16, Drawn> = BTreeMap::new();
        for (at, number) in events.iter().enumerate() {
            self.draw(&mut lines, &mut doing, events, at, *number);
        }
        let mut columns: Vec<u16> = Vec::new();
        for (task, _) in &lines.all {
            if !columns.contains(task) {
                columns.push(*task);
            }
        }
        let labels: Vec<String> = columns.iter().map(|it| self.label(events, *it)).collect();
        let widths = lines.all.iter().map(|it| it.1.len());
        let width = widths.chain(labels.iter().map(String::len)).max();
        let width = width.unwrap_or(0) + 3;
        let mut heading = String::new();
        for label in &labels {
            let _ = write!(heading, "{label:width$}");
        }
        let mut text = format!("{}\n", heading.trim_end());
        for (task, line) in lines.all {
            let column = columns.iter().position(|it| *it == task).unwrap_or(0);
            let _ = writeln!(text, "{:indent$}{line}", "", indent = column * width);
        }
        text
    }

    /// "CPU0 (race-160)": the processor is that of the task's first event in the stretch.
    fn label(&self, events: &[u32], task: u16) -> String {
        let mut own = events.iter().map(|it| &self.events[*it as usize]);
        let cpu = own.find(|it| it.task == task).map_or(0, |it| it.cpu);
        match self.tasks.get(usize::from(task)) {
            Some(it) if it.pid.is_none() => format!("CPU{cpu} (interrupt)"),
            _ => format!("CPU{cpu} ({})", self.task_name(task)),
        }
    }

    /// Adds what an event is drawn as.
    fn draw(
        &self,
        lines: &mut Lines,
        doing: &mut BTreeMap<u16, Drawn>,
        events: &[u32],
        at: usize,
        number: u32,
    ) {
        let event = &self.events[number as usize];
        let task = event.task;
        let remark = event.line.to_string();
        let next = events[at + 1..].iter();
        let mut next = next
            .map(|it| &self.events[*it as usize])
            .filter(|it| it.task == task);
        let next = next.next();
        let it = doing.entry(task).or_default();
        let stable = std::mem::take(&mut it.stable);
        let call = format!("{}()", event.name());
        let locks = match event.what() {
            What::ClearedForIo | What::StableCalled | What::WritebackStarted | What::Mkclean => {
                true
            }
            What::MarkedDirty | What::DirtyTold => it.faulting,
            // The wait before the cleaning is made under the lock.
            What::WaitCalled => next.is_some_and(|next| next.what() == What::ClearedForIo),
            _ => false,
        };
        if locks && !it.locked {
            it.locked = true;
            lines.add(task, "folio_lock()", "not in the capture");
        }
        match event.what() {
            What::Fault => {
                *it = Drawn {
                    faulting: true,
                    ..Drawn::default()
                }
            }
            What::MkwriteCalled => it.faulting = true,
            What::ClearedForIo => {
                it.cleaning = true;
                lines.add(task, &call, &remark);
            }
            What::MarkedDirty if it.cleaning || it.granted => {}
            What::StableCalled => {
                let waits = next.is_some_and(|next| next.what() == What::WaitCalled);
                match waits {
                    true => {
                        it.stable = true;
                        lines.add(task, &call, &remark);
                    }
                    false => lines.add(task, "/* folio_wait_stable: not asked for */", &remark),
                }
            }
            What::WaitCalled if stable => {}
            What::MkwriteReturned => {
                it.granted = event.value & !0x204 == 0;
                it.locked |= event.value & 0x200 != 0;
            }
            What::Unlocked => {
                // Who is not seen to work on the folio gives back a lock for something else.
                if it.locked {
                    lines.add(task, &call, &remark);
                }
                if it.granted {
                    lines.add(task, "/* store */", "not in the capture");
                }
                *it = Drawn::default();
            }
            What::GuardPrepared => {
                lines.add(task, &call, &remark);
                lines.add(task, "submit_bio()", "not in the capture");
            }
            What::MarkedDirty
            | What::AddedToBio
            | What::WritebackStarted
            | What::WritebackEnded
            | What::WaitCalled
            | What::LockSleeps
            | What::BioEnded => lines.add(task, &call, &remark),
            What::WriteFault
            | What::DirtyTold
            | What::MadeWritable
            | What::Mkclean
            | What::MkcleanOne
            | What::WaitSleeps
            | What::Submitted
            | What::Queued
            | What::Issued
            | What::Completed => {}
        }
    }
}
