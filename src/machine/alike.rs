//! Actors that cannot be told apart, and worlds that differ only in who of them is who.

use super::id::ActorId;
use super::model::Model;
use super::op::Resource;
use super::world::{NOBODY, World};

/// The classes of two and more actors with the same code that run as the same thread would: in the
/// same address space on the same CPU, or in none. Whoever serves others (disk, completion, host)
/// is named by the model and is in none.
pub fn alike(model: &Model) -> Vec<Vec<ActorId>> {
    let mut classes: Vec<Vec<ActorId>> = Vec::new();
    for (number, it) in model.actor_ids().zip(&model.actors) {
        if it.code.iter().any(|instr| instr.op.serves()) {
            continue;
        }
        let same = |class: &&mut Vec<ActorId>| {
            let first = &model.actors[class[0].index()];
            first.code == it.code
                && (first.main, first.forever) == (it.main, it.forever)
                && (first.space, first.tlb) == (it.space, it.tlb)
        };
        match classes.iter_mut().find(same) {
            Some(class) => class.push(number),
            None => classes.push(vec![number]),
        }
    }
    classes.retain(|class| class.len() > 1);
    classes
}

/// The world with the actors of each class in a fixed order, and what they own renamed.
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
        for (cell, first) in owners(model) {
            // A register holds its owner's number, or that plus one.
            let owner = sorted[cell].wrapping_sub(first);
            if let Some(at) = order.iter().position(|it| it.0 == owner) {
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
    owned
}

/// The registers that hold an actor's number, and what is added to it there. Nobody is
/// [`NOBODY`] in the one kind and 0 in the other, which no actor's number plus that is.
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
    plain
        .chain(bios)
        .map(|cell| (cell, 0))
        .chain(taken.map(|cell| (cell, 1)))
}
