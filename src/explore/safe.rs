//! Steps that can always be made first: whatever others do meanwhile neither stops them nor comes to anything else.
//!
//! A step is safe if it has nothing to do with any step that another actor can make while this one stands before it. Who
//! holds a lock keeps others away from all that they do under it, who has set PG_writeback keeps them from doing so, and who
//! has a page's bio keeps them away from its I/O (`independence.rs`). What is safe follows from the code alone, so SPIN can
//! be told of it.

use crate::machine::{
    ActorId, Instr, LockKind, LockStep, MAX_PAGES, Model, Op, ReadStep, Resource, StableWait,
};

use super::independence::{Independence, gate};

/// What an actor surely holds: locks and writeback bits, each as the gate that it closes to others; and behind these for each
/// page that it has locked whether the page is under no writeback, and so in no bio.
type Held = u64;

/// The bit of a page that is locked and not under writeback.
const FREE: u32 = 32;

/// For each actor and instruction whether its step is safe.
pub fn safe_steps(model: &Model) -> Vec<Vec<bool>> {
    let steps = Independence::of(model);
    let all = |writeback| -> Vec<Vec<Option<Held>>> {
        let of = |actor| held(model, actor, writeback);
        model.actor_ids().map(of).collect()
    };
    let mut held = all(steps.is_orderly());
    let minded = steps.is_orderly() && writeback_is_minded(model, &held);
    if !minded {
        held = all(false);
    }
    let others = |actor: ActorId| model.actor_ids().filter(move |it| *it != actor);
    let is_safe = |actor: ActorId, pc: usize| {
        let Some(mine) = held[actor.index()][pc] else {
            return true; // Nobody comes there.
        };
        others(actor).all(|other| {
            (held[other.index()].iter().enumerate()).all(|(at, its)| {
                its.is_none_or(|its| {
                    let closed = mine as u32;
                    let pages = |held: Held| pages_of(held, minded);
                    keep_apart(mine, its)
                        || steps.are_apart(
                            model,
                            (actor, pc, pages(mine)),
                            (other, at, pages(its)),
                            closed,
                            minded,
                        )
                })
            })
        })
    };
    (model.actor_ids())
        .map(|actor| {
            let code = &model.actors[actor.index()].code;
            (0..code.len()).map(|pc| is_safe(actor, pc)).collect()
        })
        .collect()
}

/// Whether two actors cannot hold these at a time.
fn keep_apart(mine: Held, its: Held) -> bool {
    let writeback = |held: Held| held >> gate::WRITEBACK & 7;
    let free = |held: Held| held >> FREE & 7;
    mine & its & u64::from(u32::MAX) != 0
        || free(mine) & writeback(its) != 0
        || writeback(mine) & free(its) != 0
}

/// The pages that are in nobody else's bio while an actor holds this.
fn pages_of(held: Held, minded: bool) -> u8 {
    let pages = (held >> FREE | held >> gate::WRITEBACK) & 7;
    if minded { pages as u8 } else { 0 }
}

/// Whether PG_writeback is set of every page that is in a bio, by whoever built it: each sets it under the page lock before it
/// adds the page, and only the end of the bio clears it.
fn writeback_is_minded(model: &Model, held: &[Vec<Option<Held>>]) -> bool {
    let guest = |op| matches!(op, Op::HandOver | Op::TakeOver | Op::Read(_));
    let mut all = (model.actors.iter().zip(held)).flat_map(|(it, held)| {
        let in_main = (0..it.code.len()).map(|pc| pc < it.main.into());
        it.code.iter().zip(held).zip(in_main)
    });
    all.all(|((instr, held), in_main)| {
        let Some(held) = held else {
            return true;
        };
        // A fault handler's page is that of its store.
        let has = |gate: u32| in_main && held >> (gate + u32::from(instr.page.0)) & 1 != 0;
        match instr.op {
            Op::SetPageWriteback => has(gate::PAGE_LOCK),
            Op::BioAdd => has(gate::WRITEBACK),
            Op::SetBlocksWriteback | Op::ClearWriteback => false,
            op => !guest(op),
        }
    })
}

/// For each instruction of an actor what it holds there, by whatever way it comes; none where it never comes. With
/// `writeback` that counts, too.
fn held(model: &Model, actor: ActorId, writeback: bool) -> Vec<Option<Held>> {
    let it = &model.actors[actor.index()];
    let (main, end) = (usize::from(it.main), it.code.len());
    let mut found: Vec<Option<Held>> = vec![None; end];
    let mut ahead: Vec<(usize, Held)> = vec![(0, 0)];
    while let Some((pc, held)) = ahead.pop() {
        let (Some(instr), Some(known)) = (it.code.get(pc), found.get_mut(pc)) else {
            continue;
        };
        let here = known.map_or(held, |known| known & held);
        if *known == Some(here) {
            continue;
        }
        *known = Some(here);
        let yes = after(model, instr, here, pc < main, writeback);
        let mut go = |to: usize, held: Held| {
            if pc < main && to >= main {
                if it.forever {
                    ahead.push((0, held));
                }
            } else if to >= end {
                // A handler is over: any store may have begun it.
                let stores = it.code.iter().enumerate().take(main);
                let stores = stores.filter(|(_, instr)| instr.op == Op::Store);
                ahead.extend(stores.map(|(store, _)| (store, held)));
            } else {
                ahead.push((to, held));
            }
        };
        if instr.op != Op::Goto {
            go(pc + 1, yes);
        }
        if instr.op.can_answer_no() {
            go(instr.no.into(), here);
        }
        if instr.op == Op::Store {
            ahead.push((main, here));
        }
        if instr.op == Op::Sigbus && it.forever {
            ahead.push((0, here));
        }
    }
    found
}

/// What an actor holds after a step that went on. A fault handler's page is that of its store, so nothing is said of pages
/// there.
fn after(model: &Model, instr: &Instr, here: Held, in_main: bool, writeback: bool) -> Held {
    let page = instr.page;
    let bit = |gate: u32| 1u64 << (gate + u32::from(page.0));
    let free = bit(FREE);
    let waits = match model.rules.wait {
        StableWait::Never => false,
        StableWait::Always => true,
        StableWait::IfRequired => model.stable,
    };
    match instr.op {
        Op::LockPage | Op::TrylockPage if in_main && !unlocked_by_others(model) => {
            here | bit(gate::PAGE_LOCK)
        }
        Op::UnlockPage if in_main => here & !bit(gate::PAGE_LOCK) & !free,
        // Of any page.
        Op::UnlockPage => here & !(7 << gate::PAGE_LOCK) & !(7 << FREE),
        Op::Read(ReadStep::Submit) => here & !(7 << gate::PAGE_LOCK) & !(7 << FREE),
        Op::WaitWriteback | Op::WaitStable | Op::AssertNoWriteback
            if writeback && in_main && here & bit(gate::PAGE_LOCK) != 0 =>
        {
            match instr.op == Op::WaitStable && !waits {
                true => here,
                false => here | free,
            }
        }
        Op::SetPageWriteback if writeback && in_main => (here & !free) | bit(gate::WRITEBACK),
        Op::SetPageWriteback => here & !(7 << FREE),
        Op::QueueBio | Op::HandOver => here & !(7 << gate::WRITEBACK),
        Op::Take(it) if of_its_holder(it) => here | lock_of(model, instr),
        Op::Release(it) if of_its_holder(it) => here & !lock_of(model, instr),
        Op::Lock(LockStep::Take | LockStep::Try) => here | lock_of(model, instr),
        Op::Lock(LockStep::Release) => here & !lock_of(model, instr),
        _ => here,
    }
}

/// Whether the end of a read gives back page locks that others took.
fn unlocked_by_others(model: &Model) -> bool {
    let mut code = model.actors.iter().flat_map(|it| &it.code);
    code.any(|instr| instr.op == Op::Read(ReadStep::Unlock))
}

fn of_its_holder(it: Resource) -> bool {
    matches!(
        it,
        Resource::PteLock | Resource::Handle | Resource::Commit | Resource::Mutex
    )
}

/// The gate that is closed to others by whoever holds the lock of a step; none for a lock without one.
fn lock_of(model: &Model, instr: &Instr) -> Held {
    let bit = match instr.op {
        Op::Take(it) | Op::Release(it) => match it {
            Resource::PteLock => gate::PTE_LOCK + u32::from(instr.space().0),
            Resource::Handle => gate::HANDLE,
            Resource::Commit => gate::COMMIT,
            _ => gate::MUTEX,
        },
        _ => {
            let lock = instr.lock().index();
            let kind = model.locks[lock].kind;
            let alone = matches!(kind, LockKind::Mutex | LockKind::Spin | LockKind::Rwsem);
            if !alone || lock >= gate::MOST_NAMED {
                return 0;
            }
            gate::NAMED + lock as u32
        }
    };
    1 << bit
}

// A set of pages is three bits here.
const _: () = assert!(MAX_PAGES == 3);
