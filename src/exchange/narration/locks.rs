//! What is said of steps on named locks, counters and flags.

use super::*;
use crate::machine::{LockId, LockKind, LockStep};

impl Step<'_> {
    fn kind(&self, lock: LockId) -> LockKind {
        let locks = &self.scenario.model.locks;
        locks
            .get(lock.index())
            .map_or(LockKind::Mutex, |it| it.kind)
    }

    fn about_lock(&self, lock: LockId, text: &str, y: &str) -> Option<String> {
        let x = thing(self.scenario, Resource::Named, Which::Lock(lock));
        self.fill(PageId(0), text, &x, y)
    }

    pub(super) fn lock_taken(&self, lock: LockId, shared: bool) -> Option<String> {
        let text = match (self.kind(lock), shared) {
            (_, true) => "{Who} takes {x} for reading.",
            (LockKind::Rwsem, false) => "{Who} takes {x} for writing.",
            _ => "{Who} takes {x}.",
        };
        self.about_lock(lock, text, "")
    }

    pub(super) fn lock_queued(&self, lock: LockId) -> Option<String> {
        let text = "{Who} finds {x} taken and waits for it as a writer: from here on new readers are kept out.";
        self.about_lock(lock, text, "")
    }

    pub(super) fn lock_refused(&self, lock: LockId, shared: bool) -> Option<String> {
        let waited_for = shared && self.scenario.model.lock(&self.before, lock).owner.is_none();
        let text = match waited_for {
            true => "{Who} finds that a writer waits for {x}, and goes on without it.",
            false => "{Who} finds {x} taken and does not wait: it goes on without it.",
        };
        self.about_lock(lock, text, "")
    }

    pub(super) fn lock_released(&self, lock: LockId) -> Option<String> {
        self.about_lock(lock, "{Who} releases {x}.", "")
    }

    pub(super) fn value_changed(&self, lock: LockId, from: u8, to: u8) -> Option<String> {
        let up = self.op() == Some(Op::Lock(LockStep::Raise));
        let text = match (self.kind(lock), up) {
            (LockKind::Completion, true) => "{Who} completes {x}.",
            (LockKind::Completion, false) => "{Who} finds {x} completed and goes on.",
            (LockKind::Flag, _) if from == to && up => "{Who} sets {x}, which was set already.",
            (LockKind::Flag, _) if from == to => "{Who} clears {x}, which was clear already.",
            (LockKind::Flag, true) => "{Who} sets {x}.",
            (LockKind::Flag, false) => "{Who} clears {x}.",
            (_, true) => "{Who} counts {x} up: it is {y} now.",
            (_, false) => "{Who} counts {x} down: it is {y} now.",
        };
        self.about_lock(lock, text, &to.to_string())
    }

    pub(super) fn value_seen(&self, lock: LockId, value: u8) -> Option<String> {
        let text = match (self.kind(lock), value) {
            (LockKind::Flag, 0) => "{Who} finds {x} clear and goes on.",
            (LockKind::Flag, _) => "{Who} finds {x} set and goes on.",
            (_, 0) => "{Who} finds {x} at zero and goes on.",
            _ => "{Who} finds {x} at {y} and goes on.",
        };
        self.about_lock(lock, text, &value.to_string())
    }
}
