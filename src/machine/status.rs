//! Who can move and why not, who holds what, and how a run ends.

use super::effect::Violation;
use super::model::{Model, Role};
use super::op::{Instr, Op};
use super::step::Choice;
use super::world::{NOBODY, Stage, World};

/// A thing one sleeps on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// PG_locked of a page.
    PageLock(u8),
    /// PG_writeback of a page.
    Writeback(u8),
    /// The page's earlier bio, which is still on its way.
    Bio(u8),
}

/// On what an actor sleeps, and who must act before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// What it sleeps on.
    pub on: Resource,
    /// Who holds it. A page's writeback bit is held by whoever must act next to clear it: the
    /// actor that has not submitted its bio, then the device, then the completion.
    pub holder: Option<u8>,
}

/// Why an actor can or cannot move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Its next step is possible.
    Ready,
    /// It sleeps.
    Asleep(Wait),
    /// It serves others, and nobody has given it work.
    Idle,
    /// Its program is over.
    Finished,
    /// The kernel hit a BUG.
    Halted,
}

/// How a run ends where nobody can move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everyone is finished or idle; what is lost at rest is listed.
    Rest(Vec<Violation>),
    /// Actors are left asleep. The cycle names them in the order of waiting; it is empty where
    /// somebody waits for a holder that has finished.
    Deadlock(Vec<u8>),
    /// The kernel hit a BUG.
    Halted,
}

/// The instruction an actor will run next; none when its program is over.
pub(super) fn instr(model: &Model, world: &World, actor: usize) -> Option<Instr> {
    let it = model.actors.get(actor)?;
    let state = world.actors[actor];
    if state.retry == 0 && state.pc >= it.main {
        return None;
    }
    it.code.get(state.pc as usize).copied()
}

fn holder_of_writeback(model: &Model, world: &World, page: usize) -> Option<u8> {
    let serving = |role| {
        model
            .actors
            .iter()
            .position(|actor| actor.role == role)
            .map(|actor| actor as u8)
    };
    match world.bios[page].stage {
        Stage::Free | Stage::Preparing => Some(world.pages[page].writeback),
        Stage::Queued | Stage::InDevice => serving(Role::Disk),
        Stage::Done => serving(Role::Completion),
    }
}

/// Whether an actor can move, and if not, why.
pub fn status(model: &Model, world: &World, actor: usize) -> Status {
    if world.halted {
        return Status::Halted;
    }
    let Some(Instr { op, page, .. }) = instr(model, world, actor) else {
        return Status::Finished;
    };
    let p = page as usize;
    let bio = &world.bios[p];
    match op {
        Op::LockPage if world.pages[p].lock != NOBODY => Status::Asleep(Wait {
            on: Resource::PageLock(page),
            holder: Some(world.pages[p].lock),
        }),
        Op::WaitOnPageWriteback if world.pages[p].writeback != NOBODY => Status::Asleep(Wait {
            on: Resource::Writeback(page),
            holder: holder_of_writeback(model, world, p),
        }),
        Op::GenerateGuard | Op::QueueBio
            if !(bio.stage == Stage::Free
                || bio.stage == Stage::Preparing && bio.owner == actor as u8) =>
        {
            let holder = match bio.stage {
                Stage::Preparing => Some(bio.owner),
                _ => holder_of_writeback(model, world, p),
            };
            Status::Asleep(Wait {
                on: Resource::Bio(page),
                holder,
            })
        }
        Op::TakeRequest if bio.stage != Stage::Queued => Status::Idle,
        Op::BioEndio if bio.stage != Stage::Done => Status::Idle,
        _ => Status::Ready,
    }
}

/// The steps that are possible now, in the order of the actors.
pub fn enabled<'a>(model: &'a Model, world: &'a World) -> impl Iterator<Item = Choice> + 'a {
    (0..model.actors.len())
        .filter(|actor| status(model, world, *actor) == Status::Ready)
        .map(Choice::of)
}

/// How the run ends, if nobody can move.
pub fn end(model: &Model, world: &World) -> Option<End> {
    if world.halted {
        return Some(End::Halted);
    }
    let mut asleep = None;
    for actor in 0..model.actors.len() {
        match status(model, world, actor) {
            Status::Ready => return None,
            Status::Asleep(_) if asleep.is_none() => asleep = Some(actor),
            _ => {}
        }
    }
    match asleep {
        Some(first) => Some(End::Deadlock(cycle(model, world, first))),
        None => Some(End::Rest(lost(model, world))),
    }
}

/// Follows holders from one sleeper until somebody comes round again.
fn cycle(model: &Model, world: &World, first: usize) -> Vec<u8> {
    let mut chain = vec![first as u8];
    loop {
        let last = chain[chain.len() - 1] as usize;
        let Status::Asleep(Wait {
            holder: Some(next), ..
        }) = status(model, world, last)
        else {
            return Vec::new();
        };
        if let Some(at) = chain.iter().position(|actor| *actor == next) {
            return chain.split_off(at);
        }
        chain.push(next);
    }
}

/// At rest: every interval that is newer in memory than on media although nothing says so.
fn lost(model: &Model, world: &World) -> Vec<Violation> {
    let mut found = Vec::new();
    for page in 0..model.geometry.pages as usize {
        let it = &world.pages[page];
        let known = it.dirty
            || it.writeback != NOBODY
            || world.mapping_error
            || world.ptes.iter().any(|space| space[page].dirty());
        for sector in 0..model.geometry.sectors() {
            if !known && it.memory[sector] != world.media[page].bytes[sector] {
                found.push(Violation::Lost {
                    page: page as u8,
                    sector: sector as u8,
                });
            }
        }
    }
    found
}
