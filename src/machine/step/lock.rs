//! Named locks, counters and flags.

use super::super::lock::{LockKind, LockStep};
use super::super::lock_state::bit as of;
use super::*;

impl<W: Watch> Run<'_, W> {
    pub(super) fn lock_step(&mut self, step: LockStep, lock: LockId) -> Answer {
        let Some(at) = self.model.layout.lock_cell(lock) else {
            return Answer::Yes;
        };
        let state = self.model.lock(self.world, lock);
        let me = of(self.actor);
        match step {
            LockStep::Take | LockStep::Try if state.is_free() => {
                self.world[at] = self.actor.0 + 1;
                if self.model.locks[lock.index()].kind == LockKind::Rwsem {
                    self.world[at + 3] &= !me;
                }
                let shared = false;
                self.see(Effect::LockTaken { lock, shared });
            }
            LockStep::Take => {
                self.world[at + 3] |= me;
                self.see(Effect::LockQueued { lock });
                return Answer::Stay;
            }
            LockStep::Release => {
                if state.owner != Some(self.actor) {
                    return Answer::Bug(Assertion::ReleaseNotHeld);
                }
                self.world[at] = 0;
                let shared = false;
                self.see(Effect::LockReleased { lock, shared });
            }
            LockStep::TakeShared | LockStep::TryShared if state.admits_readers() => {
                self.set_shares(at, state.shares[self.actor.index()] + 1);
                let shared = true;
                self.see(Effect::LockTaken { lock, shared });
            }
            LockStep::ReleaseShared => {
                let Some(left) = state.shares[self.actor.index()].checked_sub(1) else {
                    return Answer::Bug(Assertion::ReleaseNotHeld);
                };
                self.set_shares(at, left);
                let shared = true;
                self.see(Effect::LockReleased { lock, shared });
            }
            LockStep::Try | LockStep::TryShared | LockStep::TakeShared => {
                let shared = step != LockStep::Try;
                self.see(Effect::LockRefused { lock, shared });
                return Answer::No;
            }
            LockStep::Raise | LockStep::Lower | LockStep::LowerAndTest | LockStep::Consume => {
                return self.change_value(step, lock, at, state.value);
            }
            LockStep::AwaitZero | LockStep::AwaitSet | LockStep::Test => {
                let value = state.value;
                self.see(Effect::ValueSeen { lock, value });
                if step == LockStep::Test && value == 0 {
                    return Answer::No;
                }
            }
        }
        Answer::Yes
    }

    /// Sets how many shares the actor has, three at most, in two registers of one bit for each actor.
    fn set_shares(&mut self, at: usize, shares: u8) {
        let (me, shares) = (of(self.actor), shares.min(3));
        for (cell, digit) in [(at + 1, 1), (at + 2, 2)] {
            self.world[cell] &= !me;
            self.world[cell] |= if shares & digit != 0 { me } else { 0 };
        }
    }

    fn change_value(&mut self, step: LockStep, lock: LockId, at: usize, from: u8) -> Answer {
        let flag = self.model.locks[lock.index()].kind == LockKind::Flag;
        let to = match step {
            LockStep::Raise if flag => 1,
            LockStep::Raise => from.saturating_add(1),
            _ if flag => 0,
            _ => match from.checked_sub(1) {
                Some(to) => to,
                None => return Answer::Bug(Assertion::BelowZero),
            },
        };
        self.world[at] = to;
        self.see(Effect::ValueChanged { lock, from, to });
        if step == LockStep::LowerAndTest && to != 0 {
            return Answer::No;
        }
        Answer::Yes
    }
}
