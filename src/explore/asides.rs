//! The checker's book of the workers beside it: who is there, and who has how much to do.

use std::sync::Arc;

use super::aside::{AsideRequest, AsideTask};
use super::deeds::Profile;
use super::messages::ScenarioSpec;

/// A worker that is there.
struct Worker {
    number: usize,
    /// Whether it was told what its tasks are about.
    told: bool,
    /// Whether it was told what changes are held against.
    told_before: bool,
    /// Tasks that it has not answered.
    open: usize,
}

impl Worker {
    fn new(number: usize) -> Worker {
        Worker {
            number,
            told: false,
            told_before: false,
            open: 0,
        }
    }
}

/// Tasks that a worker has at most, so that it need not wait for the next and no task waits for it for long.
const MOST_OPEN: usize = 3;

/// The workers beside the checker.
#[derive(Default)]
pub(super) struct Asides {
    wanted: bool,
    there: Vec<Worker>,
    /// What the scenario comes to without a change, if that is known.
    before: Option<Arc<Profile>>,
    /// What they are to be asked.
    requests: Vec<(usize, AsideRequest)>,
}

impl Asides {
    /// Asks for workers, which take a while to be there.
    pub(super) fn want(&mut self) {
        self.wanted = true;
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// Begins with another scenario: what was asked is of no interest any more.
    pub(super) fn begin(&mut self) {
        self.requests.clear();
        self.before = None;
        for at in 0..self.there.len() {
            self.recall(self.there[at].number);
        }
    }

    /// Has a worker drop what it was asked.
    pub(super) fn recall(&mut self, number: usize) {
        let Some(worker) = self.there.iter_mut().find(|it| it.number == number) else {
            return;
        };
        if worker.open > 0 {
            let (turn, task) = (0, AsideTask::Drop);
            self.requests.push((number, AsideRequest { turn, task }));
        }
        *worker = Worker::new(number);
    }

    /// Begins with the changes of the scenario, which comes to this without them.
    pub(super) fn begin_changes(&mut self, before: Option<Arc<Profile>>) {
        self.before = before;
        for worker in &mut self.there {
            worker.told_before = false;
        }
    }

    /// Notes that a worker is there.
    pub(super) fn add(&mut self, number: usize) {
        self.there.push(Worker::new(number));
    }

    /// How many are there.
    pub(super) fn many(&self) -> usize {
        self.there.len()
    }

    /// Notes that a worker is gone.
    pub(super) fn remove(&mut self, number: usize) {
        self.there.retain(|it| it.number != number);
    }

    /// Notes that a worker has done a task.
    pub(super) fn done(&mut self, number: usize) {
        if let Some(worker) = self.there.iter_mut().find(|it| it.number == number) {
            worker.open = worker.open.saturating_sub(1);
        }
    }

    /// A worker that has room for a task: the one with the fewest.
    pub(super) fn free(&self) -> Option<usize> {
        let free = self.there.iter().filter(|it| it.open < MOST_OPEN);
        free.min_by_key(|it| it.open).map(|it| it.number)
    }

    /// Gives a task to a worker.
    pub(super) fn give(
        &mut self,
        number: usize,
        task: AsideTask,
        (turn, spec, bytes): (u32, &ScenarioSpec, usize),
    ) {
        let Some(worker) = self.there.iter_mut().find(|it| it.number == number) else {
            return;
        };
        let mut ask = |task| self.requests.push((number, AsideRequest { turn, task }));
        if !worker.told {
            worker.told = true;
            let (spec, bytes) = (spec.clone(), bytes as u64);
            ask(AsideTask::About { spec, bytes });
        }
        if matches!(task, AsideTask::Change(..)) && !worker.told_before {
            worker.told_before = true;
            ask(AsideTask::Before(self.before.as_deref().cloned()));
        }
        worker.open += 1;
        ask(task);
    }

    /// What workers are to be asked.
    pub(super) fn requests(&mut self) -> Vec<(usize, AsideRequest)> {
        std::mem::take(&mut self.requests)
    }
}
