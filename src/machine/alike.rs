//! Worlds that differ only in names: in who of several actors that cannot be told apart is who, and in the numbers of bios.

use super::id::{ActorId, BioId};
use super::lock::LockKind;
use super::lock_state::bit;
use super::model::Model;
use super::op::Resource;
use super::world::{NOBODY, World};

/// The classes of two and more actors that run the same code in the same address space on the same
/// CPU, or in none. Actors that serve others (disk, completion, host) are in no class, since the
/// model refers to them by number.
pub fn alike(model: &Model) -> Vec<Vec<ActorId>> {
    let mut classes: Vec<Vec<ActorId>> = Vec::new();
    for (number, actor) in model.actor_ids().zip(&model.actors) {
        if actor.code.iter().any(|instr| instr.op.serves()) {
            continue;
        }
        let same = |class: &&mut Vec<ActorId>| {
            let first = &model.actors[class[0].index()];
            first.code == actor.code
                && (first.main, first.forever) == (actor.main, actor.forever)
                && (first.space, first.tlb) == (actor.space, actor.tlb)
        };
        match classes.iter_mut().find(same) {
            Some(class) => class.push(number),
            None => classes.push(vec![number]),
        }
    }
    classes.retain(|class| class.len() > 1);
    classes
}

/// The world with its bios numbered in the order of their first pages. Which number a bio gets depends on which were free,
/// and means nothing as long as whoever has one at hand works on that one only.
pub fn sort_bios(model: &Model, world: &World) -> World {
    let at = &model.layout;
    let used = || (model.page_ids()).flat_map(|page| model.bios_of(world, page));
    let mut next = 0;
    let in_order = |bio: BioId| {
        let is = bio.0 <= next;
        next = next.max(bio.0 + 1);
        is
    };
    if used().all(in_order) {
        return *world;
    }
    let mut order: Vec<BioId> = Vec::with_capacity(model.bio_ids().len());
    for bio in used().chain(model.bio_ids()) {
        if !order.contains(&bio) {
            order.push(bio);
        }
    }
    let mut sorted = *world;
    for (to, from) in model.bio_ids().zip(&order) {
        sorted[at.bio_state(to)] = world[at.bio_state(*from)];
        sorted[at.bio_owner(to)] = world[at.bio_owner(*from)];
    }
    let pages = model.page_ids().flat_map(|page| at.bios_of(page));
    let hands = [model.disk, model.completion].into_iter().flatten();
    // These registers hold a bio's number plus one, or 0.
    for cell in pages.chain(hands.map(|actor| at.reg(actor))) {
        let bio = world[cell].checked_sub(1).map(BioId);
        let to = bio.and_then(|bio| order.iter().position(|it| *it == bio));
        if let Some(to) = to {
            sorted[cell] = to as u8 + 1;
        }
    }
    sorted
}

/// The world with the actors of each class sorted by their registers, and with their new numbers as
/// owners of what they own.
pub fn sort_alike(model: &Model, classes: &[Vec<ActorId>], world: &World) -> World {
    let mut sorted = *world;
    for class in classes {
        let mut order = class.clone();
        order.sort_by_key(|actor| {
            (
                registers(model, &sorted, *actor),
                owned(model, &sorted, *actor),
            )
        });
        if order == *class {
            continue;
        }
        let mut renamed = sorted;
        for (place, actor) in class.iter().zip(&order) {
            let (to, from) = (model.layout.pc(*place), model.layout.pc(*actor));
            for cell in 0..4 {
                renamed[to + cell] = sorted[from + cell];
            }
        }
        for cell in sets(model) {
            let bits = class.iter().zip(&order).fold(0, |bits, (place, actor)| {
                bits | (u8::from(sorted[cell] & bit(*actor) != 0) * bit(*place))
            });
            let mine = class.iter().fold(0, |mine, actor| mine | bit(*actor));
            renamed[cell] = sorted[cell] & !mine | bits;
        }
        for (cell, first) in owners(model) {
            // A register holds its owner's number, or that plus one.
            let owner = sorted[cell].wrapping_sub(first);
            if let Some(at) = order.iter().position(|actor| actor.0 == owner) {
                renamed[cell] = class[at].0 + first;
            }
        }
        sorted = renamed;
    }
    sorted
}

fn registers(model: &Model, world: &World, actor: ActorId) -> [u8; 4] {
    let at = model.layout.pc(actor);
    std::array::from_fn(|cell| world[at + cell])
}

/// What an actor owns, one bit a register.
fn owned(model: &Model, world: &World, actor: ActorId) -> u64 {
    let mut owned = 0;
    for (number, (cell, first)) in owners(model).enumerate() {
        let owns = world[cell].wrapping_sub(first) == actor.0;
        owned |= u64::from(owns) << number;
    }
    for cell in sets(model) {
        owned = owned << 1 | u64::from(world[cell] & bit(actor) != 0);
    }
    owned
}

/// The registers that hold a set of actors, one bit each.
fn sets(model: &Model) -> impl Iterator<Item = usize> + '_ {
    let rwsems = (model.lock_ids()).filter(|it| model.locks[it.index()].kind == LockKind::Rwsem);
    let first = rwsems.filter_map(|lock| model.layout.lock_cell(lock));
    first.flat_map(|at| at + 1..at + 4)
}

/// The registers that hold an owner, each with what is added there to the actor's number: 0 or 1.
/// Where 0 is added [`NOBODY`] stands for no owner, where 1 is added 0 does, so that no owner is
/// never taken for an actor.
fn owners(model: &Model) -> impl Iterator<Item = (usize, u8)> + '_ {
    const _: () = assert!(NOBODY == u8::MAX);
    let at = &model.layout;
    let plain = model
        .page_ids()
        .flat_map(|page| [at.lock(page), at.writeback(page)]);
    let bios = model.bio_ids().map(|bio| at.bio_owner(bio));
    let taken = Resource::OWNED.into_iter().flat_map(move |resource| {
        let all = model.all_of(resource);
        all.filter_map(move |which| at.resource(resource, which))
    });
    let held = (model.lock_ids()).filter(|it| model.locks[it.index()].kind.is_held());
    let locks = held.filter_map(|lock| at.lock_cell(lock));
    plain
        .chain(bios)
        .map(|cell| (cell, 0))
        .chain(taken.chain(locks).map(|cell| (cell, 1)))
}
