//! Named locks in a world: who holds them, who waits for them, and who must act before the wait is over.

use super::id::{ActorId, LockId};
use super::lock::{Lock, LockKind, LockStep};
use super::model::Model;
use super::op::{Instr, Op};
use super::parts::Actor;
use super::world::{MAX_ACTORS, World};

/// A named lock as it is in a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LockState {
    /// Who holds it alone.
    pub owner: Option<ActorId>,
    /// How many shares each actor has of it, three at most: who takes a fourth has to give back three.
    pub shares: [u8; MAX_ACTORS],
    /// The writers that wait for it and keep new readers out, one bit each.
    pub queue: u8,
    /// The value of a counter, completion or flag.
    pub value: u8,
}

impl LockState {
    /// Whoever holds it, alone or with others, one bit each.
    pub fn holders(&self) -> u8 {
        let mut all = self.owner.map_or(0, bit);
        for (actor, shares) in ActorId::first(MAX_ACTORS).zip(self.shares) {
            all |= if shares > 0 { bit(actor) } else { 0 };
        }
        all
    }

    /// Whether an actor is one of them.
    pub fn holds(&self, actor: ActorId) -> bool {
        self.holders() & bit(actor) != 0
    }

    /// Whether an actor waits for it as a writer and keeps new readers out.
    pub fn waits_to_write(&self, actor: ActorId) -> bool {
        self.queue & bit(actor) != 0
    }

    /// The first of them.
    pub fn first_holder(&self) -> Option<ActorId> {
        actors(self.holders()).next()
    }

    /// Whether nobody holds it.
    pub fn is_free(&self) -> bool {
        self.holders() == 0
    }

    /// Whether another reader may come in.
    pub(super) fn admits_readers(&self) -> bool {
        self.owner.is_none() && (self.queue == 0 || self.is_free())
    }
}

/// An actor's bit in a set of actors.
pub(super) fn bit(actor: ActorId) -> u8 {
    1 << (actor.0 & 7)
}

/// The actors of a set, in order.
pub(super) fn actors(set: u8) -> impl Iterator<Item = ActorId> {
    ActorId::first(MAX_ACTORS).filter(move |actor| set & bit(*actor) != 0)
}

impl Model {
    /// The named locks, in the order of the scenario.
    pub fn lock_ids(&self) -> impl ExactSizeIterator<Item = LockId> + Clone + use<> {
        LockId::first(self.locks.len())
    }

    /// A named lock's registers.
    pub fn lock(&self, world: &World, lock: LockId) -> LockState {
        let mut state = LockState::default();
        let Some(at) = self.layout.lock_cell(lock) else {
            return state;
        };
        match self.locks[lock.index()].kind {
            LockKind::Mutex | LockKind::Spin => {
                state.owner = world[at].checked_sub(1).map(ActorId);
            }
            LockKind::Rwsem => {
                state.owner = world[at].checked_sub(1).map(ActorId);
                for (actor, shares) in self.actor_ids().zip(&mut state.shares) {
                    *shares = u8::from(world[at + 1] & bit(actor) != 0)
                        + 2 * u8::from(world[at + 2] & bit(actor) != 0);
                }
                state.queue = world[at + 3];
            }
            LockKind::Count | LockKind::Completion | LockKind::Flag => state.value = world[at],
        }
        state
    }

    /// Whether a named lock is as it must be where everybody is at rest: held by nobody, and a counter no higher than
    /// at the start. A flag or a completion may stay as it is.
    pub(super) fn lock_is_given_back(&self, world: &World, lock: LockId) -> bool {
        let state = self.lock(world, lock);
        let Lock { kind, start, .. } = self.locks[lock.index()];
        state.is_free() && (kind != LockKind::Count || state.value <= start)
    }
}

/// Whether an actor can make a step on a named lock; if not, it sleeps. Who must act next is told by [`holders`].
pub(super) fn may_go(
    model: &Model,
    world: &World,
    actor: ActorId,
    step: LockStep,
    lock: LockId,
) -> bool {
    let state = model.lock(world, lock);
    match step {
        // The step by which a writer begins to wait is one of its own, since it keeps readers out from then on.
        LockStep::Take => {
            state.is_free() || model.locks[lock.index()].fair && state.queue & bit(actor) == 0
        }
        LockStep::TakeShared => state.admits_readers(),
        LockStep::Consume | LockStep::AwaitSet => state.value != 0,
        LockStep::AwaitZero => state.value == 0,
        LockStep::Try
        | LockStep::TryShared
        | LockStep::Release
        | LockStep::ReleaseShared
        | LockStep::Raise
        | LockStep::Lower
        | LockStep::LowerAndTest
        | LockStep::Test => true,
    }
}

/// Everybody who may have to act before an actor's wait for a named lock is over, one bit each: who holds it; the writers
/// that go before a reader; of a counter or flag, whoever can still come to a step that changes it as wanted.
pub(super) fn holders(model: &Model, world: &World, instr: Instr) -> u8 {
    let Op::Lock(step) = instr.op else {
        return 0;
    };
    let lock = instr.lock();
    let state = model.lock(world, lock);
    let changes = match step {
        LockStep::TakeShared if state.owner.is_none() => return state.queue,
        LockStep::Consume | LockStep::AwaitSet => &[LockStep::Raise][..],
        LockStep::AwaitZero => &[LockStep::Lower, LockStep::LowerAndTest, LockStep::Consume],
        _ => return state.holders(),
    };
    let wanted = |it: &Instr| match it.op {
        Op::Lock(step) => it.lock() == lock && changes.contains(&step),
        _ => false,
    };
    let able = (model.actor_ids()).filter(|actor| comes_to(model, world, *actor, &wanted));
    able.fold(0, |set, actor| set | bit(actor))
}

/// Whether an actor can still come to an instruction, by any way through its code.
fn comes_to(model: &Model, world: &World, actor: ActorId, wanted: &dyn Fn(&Instr) -> bool) -> bool {
    if model.due(world, actor).is_none() {
        return false;
    }
    let Actor {
        code,
        main,
        forever,
        ..
    } = &model.actors[actor.index()];
    let main = usize::from(*main);
    let at = |cell: usize| usize::from(world[cell]);
    // A fault handler is followed by the store that faulted.
    let store = at(model.layout.retry(actor)).checked_sub(1);
    let mut ahead = vec![at(model.layout.pc(actor))];
    ahead.extend(store);
    let mut seen = vec![false; code.len()];
    while let Some(pc) = ahead.pop() {
        let Some(instr) = code.get(pc) else {
            continue;
        };
        if std::mem::replace(&mut seen[pc], true) {
            continue;
        }
        if wanted(instr) {
            return true;
        }
        // At its end a program begins again or is over, and a handler is over.
        let go = |to: usize| match (pc < main, to < main) {
            (true, false) => forever.then_some(0),
            _ => Some(to),
        };
        ahead.extend(match instr.op {
            Op::Goto => None,
            _ => go(pc + 1),
        });
        if instr.op.can_answer_no() {
            ahead.extend(go(instr.no.into()));
        }
        if instr.op == Op::Store {
            ahead.push(main);
        }
    }
    false
}
