//! Bios and requests: which folios go out together, and what the disk answers.

use super::super::event::{NONE, What};
use super::super::line::{decimal, field, hex, request};
use super::super::rules::{Finding, Rule, Why};
use super::{Batch, Follow, MOST_UNDER_WAY};

impl Follow {
    pub(super) fn batch(&self, number: usize) -> Option<&Batch> {
        self.batches.get(number.checked_sub(self.forgotten)?)
    }

    pub(super) fn new_batch(&mut self, task: u16) -> Option<usize> {
        let folios = std::mem::take(&mut self.doing(task).started);
        if folios.is_empty() {
            return None;
        }
        if self.batches.len() >= MOST_UNDER_WAY {
            self.batches.pop_front();
            self.forgotten += 1;
        }
        let number = self.forgotten + self.batches.len();
        for folio in &folios {
            self.state(*folio).batch = Some(number);
        }
        self.batches.push_back(Batch {
            folios,
            task,
            bio: 0,
            sector: None,
            prepared: NONE,
            issued: NONE,
            completed: NONE,
        });
        Some(number)
    }

    /// Says that an event is about all folios of a bio.
    pub(super) fn about_all(&mut self, event: u32, number: usize) {
        let folios = self
            .batch(number)
            .map_or(Vec::new(), |it| it.folios.clone());
        for folio in folios {
            self.about(event, folio);
        }
    }

    pub(super) fn submitted(&mut self, event: u32, what: What, task: u16, text: &[u8]) {
        let waiting = |it: &Batch| it.task == task && it.issued == NONE && it.prepared == NONE;
        let number = match self.new_batch(task) {
            Some(number) => number,
            None => match self.batches.iter().rposition(waiting) {
                Some(at) => self.forgotten + at,
                None => return,
            },
        };
        let sector = decimal(text, b"sector").or_else(|| match what {
            What::Submitted => request(text).map(|it| it.1),
            _ => None,
        });
        let bio = field(text, b"bio").and_then(hex);
        let at = number - self.forgotten;
        let batch = &mut self.batches[at];
        batch.sector = sector.or(batch.sector);
        batch.bio = bio.unwrap_or(batch.bio);
        if what == What::GuardPrepared {
            batch.prepared = event;
        }
        self.about_all(event, number);
    }

    pub(super) fn issued(&mut self, event: u32, task: u16, text: &[u8]) {
        let Some((true, sector, sectors, _)) = request(text) else {
            return;
        };
        let open: Vec<usize> = (0..self.batches.len())
            .filter(|at| self.batches[*at].issued == NONE)
            .collect();
        let find =
            |is: &dyn Fn(&Batch) -> bool| open.iter().copied().find(|at| is(&self.batches[*at]));
        let at = find(&|it| it.sector == Some(sector))
            .or_else(|| find(&|it| it.sector.is_none() && it.folios.len() as u64 * 8 == sectors));
        let at = at.or_else(|| {
            // One bio of large folios, or a part of one.
            let own = |at: &&usize| {
                let batch = &self.batches[**at];
                batch.task == task && batch.sector.is_none()
            };
            let mut own = open.iter().filter(own);
            own.next().copied().filter(|_| own.next().is_none())
        });
        let at = match at {
            None if self.doing(task).started.len() as u64 * 8 == sectors => {
                self.new_batch(task).map(|it| it - self.forgotten)
            }
            found => found,
        };
        let Some(at) = at else { return };
        let batch = &mut self.batches[at];
        (batch.issued, batch.sector) = (event, Some(sector));
        self.about_all(event, self.forgotten + at);
    }

    pub(super) fn completed(&mut self, event: u32, task: u16, text: &[u8]) {
        let Some((_, sector, sectors, error)) = request(text) else {
            return;
        };
        if sectors == 0 {
            return;
        }
        let open =
            |it: &Batch| it.issued != NONE && it.completed == NONE && it.sector == Some(sector);
        let Some(at) = self.batches.iter().position(open) else {
            return;
        };
        let number = self.forgotten + at;
        let batch = &mut self.batches[at];
        batch.completed = event;
        let batch = batch.clone();
        let doing = self.doing(task);
        doing.batch = Some(number);
        doing.ending = batch.folios.iter().copied().collect();
        self.about_all(event, number);
        let first = batch.folios.first().copied().unwrap_or(NONE);
        match error {
            0 => {
                let at = [batch.issued, event, NONE, NONE];
                self.say(Rule::Taken, Finding::Kept, first, at, Why::Nothing);
            }
            _ => {
                let after = |it: &u32| {
                    let granted = self.folios[*it as usize].state.granted;
                    granted.filter(|it| batch.prepared != NONE && *it > batch.prepared)
                };
                let changed = batch.folios.iter().find_map(after);
                let prepared = changed.map_or(NONE, |_| batch.prepared);
                let at = [batch.issued, event, changed.unwrap_or(NONE), prepared];
                self.say(Rule::Taken, Finding::Broken, first, at, Why::Nothing);
            }
        }
    }

    pub(super) fn bio_ended(&mut self, event: u32, task: u16, text: &[u8]) {
        let bio = field(text, b"bio").and_then(hex);
        let by_bio = |it: &Batch| Some(it.bio) == bio && it.bio != 0;
        let number = match self.batches.iter().rposition(by_bio) {
            Some(at) => Some(self.forgotten + at),
            None if bio.is_none() => self.doing(task).batch,
            None => None,
        };
        if let Some(number) = number {
            self.about_all(event, number);
        }
    }
}
