//! Who does something, and whose folio a line is about.

use super::super::event::What;
use super::super::line::{Line, decimal, field, hex};
use super::{Doing, Folio, Follow, MOST_FOLIOS, MOST_TASKS, State, Task};

impl Follow {
    pub(super) fn task(&mut self, line: &Line<'_>) -> u16 {
        // Interrupts, and idle processors, are another one on each processor.
        let (kind, id) = match (line.interrupt, line.pid) {
            (true, _) => (1, u32::from(line.cpu)),
            (_, 0) => (2, u32::from(line.cpu)),
            (_, pid) => (0, pid),
        };
        let key = kind << 32 | u64::from(id);
        if let Some(task) = self.task_of.get(&key) {
            return *task;
        }
        if self.tasks.len() >= MOST_TASKS {
            return 0;
        }
        let task = u16::try_from(self.tasks.len()).unwrap_or(0);
        let name = match kind {
            1 => format!("interrupt on CPU {}", line.cpu),
            2 => format!("idle CPU {}", line.cpu),
            _ => String::from_utf8_lossy(line.task).into_owned(),
        };
        self.tasks.push(Task {
            name,
            pid: (kind == 0).then_some(line.pid),
            events: 0,
        });
        self.doing.push(Doing::default());
        self.task_of.insert(key, task);
        task
    }

    pub(super) fn new_folio(
        &mut self,
        address: Option<u64>,
        place: Option<(u64, u64)>,
    ) -> Option<u32> {
        if self.folios.len() >= MOST_FOLIOS {
            return None;
        }
        let number = u32::try_from(self.folios.len()).ok()?;
        self.folios.push(Folio {
            address,
            inode: place.map(|it| it.0),
            index: place.map(|it| it.1),
            events: Vec::new(),
            state: State::default(),
        });
        if let Some(address) = address {
            self.by_address.insert(address, number);
        }
        if let Some(place) = place {
            self.by_place.insert(place, number);
        }
        Some(number)
    }

    /// The folio that a line names.
    pub(super) fn named(&mut self, text: &[u8]) -> Option<u32> {
        let address = field(text, b"folio").and_then(hex);
        let place = decimal(text, b"ino").zip(decimal(text, b"index"));
        match (address, place) {
            (Some(address), _) => {
                if let Some(known) = self.by_address.get(&address) {
                    let folio = &self.folios[*known as usize];
                    // The same memory may serve another page later.
                    if place.is_none() || folio.inode.zip(folio.index) == place {
                        return Some(*known);
                    }
                } else if let Some(known) = place.and_then(|it| self.by_place.get(&it)) {
                    let known = *known;
                    let folio = &mut self.folios[known as usize];
                    if folio.address.is_none() {
                        folio.address = Some(address);
                        self.by_address.insert(address, known);
                        return Some(known);
                    }
                }
                self.new_folio(Some(address), place)
            }
            (None, Some(place)) => match self.by_place.get(&place) {
                Some(known) => Some(*known),
                None => self.new_folio(None, Some(place)),
            },
            (None, None) => None,
        }
    }

    /// Says that an event is about a folio.
    pub(super) fn about(&mut self, event: u32, folio: u32) {
        let events = &mut self.folios[folio as usize].events;
        match events.last() {
            Some(last) if *last >= event => {
                if let Err(at) = events.binary_search(&event) {
                    events.insert(at, event);
                }
            }
            _ => events.push(event),
        }
    }

    /// The folio of a line that names none, by what its task is about.
    pub(super) fn follows(&mut self, event: u32, what: What, task: u16) -> Option<u32> {
        match what {
            What::ClearedForIo => {
                let folio = self.new_folio(None, None)?;
                self.doing(task).current = Some(folio);
                if let Some(before) = self.doing(task).pending.pop()
                    && self.events[before as usize].what() == What::WaitCalled
                {
                    self.about(before, folio);
                }
                Some(folio)
            }
            What::Mkclean | What::MkcleanOne | What::AddedToBio | What::WritebackStarted => {
                self.doing(task).current
            }
            What::MarkedDirty | What::StableCalled | What::MadeWritable | What::Unlocked => {
                let doing = self.doing(task);
                doing.asks_for().or(doing.granted).or(doing.current)
            }
            What::MkwriteReturned => self.doing(task).asks_for(),
            What::WaitCalled => {
                let doing = self.doing(task);
                if doing.mkwrite.is_none() {
                    doing.pending.clear();
                    doing.pending.push(event);
                }
                doing.asks_for()
            }
            What::WritebackEnded => self.doing(task).ending.pop_front(),
            _ => None,
        }
    }

    /// The events before that were waiting for a folio.
    pub(super) fn settle_pending(&mut self, task: u16, what: What, folio: u32) {
        let doing = self.doing(task);
        match &mut doing.mkwrite {
            Some(mkwrite) if mkwrite.folio.is_none() => {
                mkwrite.folio = Some(folio);
                for before in std::mem::take(&mut doing.pending) {
                    self.about(before, folio);
                }
            }
            Some(_) => {}
            // A fault that came to nothing of this kind.
            None if what == What::Unlocked => doing.pending.clear(),
            None => {}
        }
    }
}
