//! What is known of a folio over the time of a capture: its lock, its bits, its PTEs.

use super::Capture;
use super::event::What;

/// How many events behind its falling asleep a sleeper's next one is looked for.
const FARTHEST: usize = 100_000;

/// What a span tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bit {
    /// Somebody holds the page lock.
    Locked,
    /// PG_dirty.
    Dirty,
    /// PG_writeback.
    Writeback,
    /// A PTE lets its process write.
    Writable,
    /// Between `bio_integrity_prep` and the disk's answer, or the end of writeback. Before 7.1 it is called for disks without guard tags too.
    Guarded,
}

impl Bit {
    /// All, in the order in which they are shown.
    pub const ALL: [Bit; 5] = [
        Bit::Locked,
        Bit::Dirty,
        Bit::Writeback,
        Bit::Writable,
        Bit::Guarded,
    ];

    /// Its name.
    pub fn words(self) -> &'static str {
        match self {
            Bit::Locked => "page lock",
            Bit::Dirty => "PG_dirty",
            Bit::Writeback => "PG_writeback",
            Bit::Writable => "writable PTE",
            Bit::Guarded => "after bio_integrity_prep",
        }
    }
}

/// A time in which a bit does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The event it begins with; none for the beginning of the capture.
    pub from: Option<u32>,
    /// The event it ends with; none for the capture's end.
    pub to: Option<u32>,
    /// Whether the bit is set; none where the capture does not tell.
    pub set: Option<bool>,
    /// Whose lock it is.
    pub by: Option<u16>,
}

/// Somebody who sleeps until something is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sleep {
    /// Who.
    pub task: u16,
    /// The event at which it falls asleep.
    pub from: u32,
    /// Its next event; none where the capture ends before.
    pub to: Option<u32>,
    /// Whether it waits for writeback; else for the page lock.
    pub writeback: bool,
}

/// What is known of a folio, bit by bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The spans of each bit, without gaps, from the capture's beginning to its end.
    pub spans: Vec<(Bit, Vec<Span>)>,
    /// Who sleeps.
    pub sleeps: Vec<Sleep>,
    /// Who does something to it, in the order of coming up.
    pub tasks: Vec<u16>,
}

/// A bit as it changes.
struct Track {
    spans: Vec<Span>,
}

impl Track {
    fn new() -> Track {
        Track {
            spans: vec![Span {
                from: None,
                to: None,
                set: None,
                by: None,
            }],
        }
    }

    fn now(&mut self) -> &mut Span {
        let at = self.spans.len() - 1;
        &mut self.spans[at]
    }

    fn becomes(&mut self, event: u32, set: Option<bool>, by: Option<u16>) {
        let now = self.now();
        if now.set == set && now.by == by {
            return;
        }
        if now.from == Some(event) {
            (now.set, now.by) = (set, by);
            return;
        }
        now.to = Some(event);
        self.spans.push(Span {
            from: Some(event),
            to: None,
            set,
            by,
        });
    }

    /// What it was up to an event, where nothing said so before.
    fn was(&mut self, set: bool) {
        let now = self.now();
        if now.set.is_none() {
            now.set = Some(set);
        }
    }
}

impl Capture {
    /// The next thing that an event's task does, to whatever folio.
    fn next_of(&self, event: u32) -> Option<u32> {
        let task = self.events[event as usize].task;
        let behind = self.events[event as usize + 1..].iter();
        let next = behind
            .take(FARTHEST)
            .position(|it| it.task == task && it.what() != What::WaitSleeps);
        u32::try_from(next?).ok().map(|it| event + 1 + it)
    }

    /// What is known of a folio.
    pub fn history(&self, folio: u32) -> History {
        let mut tracks = [(); 5].map(|()| Track::new());
        let (mut sleeps, mut tasks): (Vec<Sleep>, Vec<u16>) = (Vec::new(), Vec::new());
        // A task cleans the folio, and marks it dirty on the way; a task was let write and makes its PTE writable.
        let (mut cleaning, mut granted) = (None, None);
        let mut waiting: Vec<u16> = Vec::new();
        let events = self
            .folios
            .get(folio as usize)
            .map_or(&[][..], |it| &it.events);
        for number in events {
            let event = &self.events[*number as usize];
            if !tasks.contains(&event.task) {
                tasks.push(event.task);
            }
            let [locked, dirty, writeback, writable, guarded] = &mut tracks;
            let task = Some(event.task);
            // Who has waited for writeback and goes on has seen it clear.
            if waiting.contains(&event.task) && event.what() != What::WaitSleeps {
                waiting.retain(|it| *it != event.task);
                if writeback.now().set.is_none() {
                    writeback.becomes(*number, Some(false), None);
                }
            }
            if event.what() == What::WaitCalled {
                waiting.push(event.task);
            }
            let needs_lock = matches!(
                event.what(),
                What::ClearedForIo
                    | What::Mkclean
                    | What::WritebackStarted
                    | What::StableCalled
                    | What::Unlocked
            );
            if needs_lock || event.what() == What::MkwriteReturned && event.value & 0x200 != 0 {
                locked.becomes(*number, Some(true), task);
            }
            match event.what() {
                What::ClearedForIo => {
                    dirty.becomes(*number, Some(false), None);
                    cleaning = task;
                }
                What::Mkclean | What::MkcleanOne => writable.becomes(*number, Some(false), None),
                What::MarkedDirty if cleaning == task => {}
                // The PTE was made writable before: wp_page_reuse, mm/memory.c.
                What::MarkedDirty if granted.is_some() && granted == task => {
                    writable.becomes(*number, Some(true), None);
                }
                // A write faults only where the PTE does not let it.
                What::WriteFault => writable.becomes(*number, Some(false), None),
                What::MarkedDirty | What::DirtyTold => dirty.becomes(*number, Some(true), None),
                What::WritebackStarted => {
                    writeback.was(false);
                    writeback.becomes(*number, Some(true), None);
                    cleaning = None;
                }
                What::WritebackEnded => {
                    writeback.was(true);
                    writeback.becomes(*number, Some(false), None);
                    if guarded.now().set == Some(true) {
                        guarded.becomes(*number, Some(false), None);
                    }
                }
                What::MkwriteReturned if event.value & !0x204 == 0 => granted = task,
                What::MadeWritable => writable.becomes(*number, Some(true), None),
                What::Unlocked => {
                    if granted.is_some() && granted == task {
                        writable.becomes(*number, Some(true), None);
                        granted = None;
                    }
                    if cleaning == task {
                        cleaning = None;
                    }
                    // Whoever takes it next without sleeping does not show.
                    locked.becomes(*number, None, None);
                }
                What::WaitSleeps if writeback.now().set.is_none() => {
                    // Only who finds the bit set comes here.
                    writeback.becomes(*number, Some(true), None);
                    sleeps.push(Sleep {
                        task: event.task,
                        from: *number,
                        to: self.next_of(*number),
                        writeback: true,
                    });
                }
                What::WaitCalled | What::WaitSleeps if writeback.now().set == Some(true) => {
                    let asleep =
                        |it: &Sleep| it.task == event.task && it.to.is_none_or(|it| it > *number);
                    if !sleeps.iter().any(asleep) {
                        sleeps.push(Sleep {
                            task: event.task,
                            from: *number,
                            to: self.next_of(*number),
                            writeback: true,
                        });
                    }
                }
                What::LockSleeps => {
                    sleeps.push(Sleep {
                        task: event.task,
                        from: *number,
                        to: self.next_of(*number),
                        writeback: false,
                    });
                }
                What::GuardPrepared => guarded.becomes(*number, Some(true), None),
                What::Completed => {
                    guarded.was(true);
                    guarded.becomes(*number, Some(false), None);
                }
                _ => {}
            }
        }
        let spans = Bit::ALL
            .into_iter()
            .zip(tracks)
            .map(|(bit, track)| (bit, track.spans));
        History {
            spans: spans.collect(),
            sleeps,
            tasks,
        }
    }
}
