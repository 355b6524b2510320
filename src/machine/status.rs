//! Who can move and why not, who holds what, and how a run ends.

use super::choice::Choice;
use super::effect::Violation;
use super::footprint::Register;
use super::id::{ActorId, BioId, SectorId};
use super::lock_state::{actors, bit as of, holders, may_go};
use super::model::Model;
use super::op::{Instr, Op, Resource, Which};
use super::parts::{Actor, StableWait};
use super::read::ReadStep;
use super::rest::broken_at_rest;
use super::view::{Stage, io_holder, io_holders, lock_holder};
use super::world::{LANES, NOBODY, WITH_READ, World, actor as bit, global};

/// On what an actor sleeps, and who must act before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// What it sleeps on.
    pub on: Resource,
    /// Which one of the resource.
    pub which: Which,
    /// Who holds it; of several, the first. What an I/O holds (PG_writeback, a buffer's lock, BH_Shadow) is held by
    /// whoever must act next to give it back: the actor that has not submitted its bio, then the
    /// device, then the completion; of a page in several bios, by all of these.
    pub holder: Option<ActorId>,
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
    /// Everyone is finished or idle; the updates that are lost then, and what is left behind.
    Rest(Vec<Violation>),
    /// Actors are left asleep that wait for each other, in the order of waiting.
    Deadlock(Vec<ActorId>),
    /// This actor sleeps for ever: nobody who can move will wake it.
    Stall(ActorId),
    /// The kernel hit a BUG.
    Halted,
}

/// The instruction an actor will run next; none when its program is over.
pub(super) fn instr(model: &Model, world: &World, actor: ActorId) -> Option<Instr> {
    let Actor { code, main, .. } = model.actors.get(actor.index())?;
    let pc = world[model.layout.pc(actor)];
    if world[model.layout.retry(actor)] == 0 && pc >= *main {
        return None;
    }
    let mut instr = code.get(usize::from(pc)).copied()?;
    // A fault handler works on the page whose store faulted.
    if let Some(store) = world[model.layout.retry(actor)].checked_sub(1) {
        instr.page = code.get(usize::from(store))?.page;
    }
    Some(instr)
}

impl Model {
    /// The instruction an actor will run next, with the page it works on there; none when its
    /// program is over.
    pub fn due(&self, world: &World, actor: ActorId) -> Option<Instr> {
        instr(self, world, actor)
    }
}

/// The actor's bio under construction, if it has one.
pub(super) fn own_bio(model: &Model, world: &World, actor: ActorId) -> Option<BioId> {
    model.bio_ids().find(|bio| {
        Stage::of(world[model.layout.bio_state(*bio)]) == Stage::Building
            && world[model.layout.bio_owner(*bio)] == actor.0
    })
}

/// The nth bio of a stage.
pub(super) fn nth_bio(model: &Model, world: &World, stage: Stage, way: u8) -> Option<BioId> {
    model
        .bio_ids()
        .filter(|bio| Stage::of(world[model.layout.bio_state(*bio)]) == stage)
        .nth(way.into())
}

/// Whether `wait_for_stable_page` sleeps while its page is under writeback.
fn must_wait(model: &Model) -> bool {
    match model.rules.wait {
        StableWait::Never => false,
        StableWait::Always => true,
        StableWait::IfRequired => model.stable,
    }
}

/// Whether an instruction has nothing to do, so that its actor passes over it without a step: it is
/// about a sector that is not under I/O, or a page of somebody else's bio.
pub(super) fn void(model: &Model, world: &World, actor: ActorId, instr: Instr) -> bool {
    let at = &model.layout;
    let page = instr.page;
    let in_mask = || {
        let mask = at.mask(page).map_or(u8::MAX, |cell| world[cell]);
        mask & instr.sector().bit() != 0
    };
    let bio = world[at.bio_of(page, instr.sector())];
    let is_in = |bio: u8| bio != 0 && at.bios_of(page).any(|cell| world[cell] == bio);
    let is_in_own = || own_bio(model, world, actor).is_some_and(|mine| is_in(mine.0 + 1));
    match instr.op {
        Op::Goto => true,
        Op::GenerateGuard | Op::CopySector => {
            let mine = own_bio(model, world, actor);
            !in_mask() || mine.is_none_or(|mine| bio != mine.0 + 1)
        }
        Op::SampleFirst | Op::DmaSector | Op::HbaVerify | Op::HbaInsert | Op::TargetVerify => {
            !in_mask() || bio == 0 || bio != world[at.reg(actor)]
        }
        Op::EndIo(_) => !is_in(world[at.reg(actor)]),
        Op::CommitMedia | Op::Requeue | Op::CompleteRequest => world[at.reg(actor)] == 0,
        Op::Read(ReadStep::Submit) => own_bio(model, world, actor).is_none(),
        Op::BounceCopy | Op::Read(ReadStep::Bounce) => !is_in_own(),
        Op::Read(ReadStep::Complete | ReadStep::Again | ReadStep::IsRead) => {
            world[at.reg(actor)] == 0
        }
        Op::Read(step) if step.of_sector() => !in_mask() || bio == 0 || bio != world[at.reg(actor)],
        Op::Read(_) => !is_in(world[at.reg(actor)]),
        Op::QueueBio | Op::HandOver => own_bio(model, world, actor).is_none(),
        _ => false,
    }
}

/// Whether an actor can move, and if not, why.
pub fn status(model: &Model, world: &World, actor: ActorId) -> Status {
    if world[model.layout.global] & global::HALTED != 0 {
        return Status::Halted;
    }
    let Some(instr) = instr(model, world, actor) else {
        return Status::Finished;
    };
    match status_at(model, world, actor, instr) {
        // Whoever only asks whether an actor is ready need not look for those it waits for.
        Status::Asleep(wait) if wait.on == Resource::Named => Status::Asleep(Wait {
            holder: actors(holders(model, world, instr)).next(),
            ..wait
        }),
        status => status,
    }
}

/// As [`status`], before an instruction. Inlined, so that a caller that only asks whether the actor
/// is ready does not pay for the reasons why it is not.
#[inline(always)]
fn status_at(model: &Model, world: &World, actor: ActorId, instr: Instr) -> Status {
    let at = &model.layout;
    let page = instr.page;
    let asleep = |on, holder| {
        let which = Which::Page(page);
        Status::Asleep(Wait { on, which, holder })
    };
    let on_writeback = || {
        let owner = Some(ActorId(world[at.writeback(page)]));
        asleep(Resource::Writeback, io_holder(model, world, page, owner))
    };
    let under_writeback = world[at.writeback(page)] != NOBODY;
    match instr.op {
        Op::LockPage | Op::WaitPageUnlocked if world[at.lock(page)] != NOBODY => {
            asleep(Resource::PageLock, lock_holder(model, world, page))
        }
        Op::Lock(step) if !may_go(model, world, actor, step, instr.lock()) => {
            let which = Which::Lock(instr.lock());
            let (on, holder) = (Resource::Named, None);
            Status::Asleep(Wait { on, which, holder })
        }
        Op::Take(on) | Op::Await(on) => taken(model, world, on, instr.which(on), None),
        Op::GetWriteAccess | Op::FileShadow => {
            taken(model, world, Resource::Shadow, Which::Page(page), None)
        }
        Op::PteWrprotect | Op::PteRevoke | Op::PteMkwrite | Op::ZapPte | Op::ForkPte => {
            let which = Which::Space(instr.space());
            taken(model, world, Resource::PteLock, which, Some(actor))
        }
        Op::WaitWriteback if under_writeback => on_writeback(),
        Op::WaitStable if under_writeback && must_wait(model) => on_writeback(),
        Op::WaitOnce => match world[at.actor_flags(actor)] & (bit::SLEEPING | bit::WOKEN) {
            bit::SLEEPING => asleep(Resource::Writeback, model.completion),
            _ => Status::Ready,
        },
        Op::BioAdd | Op::WaitBio if at.bios_of(page).any(|cell| world[cell] != 0) => {
            let mine = own_bio(model, world, actor).map_or(0, |bio| bio.0 + 1);
            let wanted = instr.sectors().unwrap_or(u8::MAX);
            let free = |sector: SectorId| {
                let bio = world[at.bio_of(page, sector)];
                wanted & sector.bit() == 0 || bio == 0 || bio == mine
            };
            if instr.op == Op::BioAdd && model.sector_ids().all(free) {
                return Status::Ready;
            }
            asleep(Resource::Bio, io_holder(model, world, page, None))
        }
        Op::TakeRequest => idle_without(model, world, Stage::Queued),
        Op::BioEndio => idle_without(model, world, Stage::Done),
        Op::TakeOver => idle_without(model, world, Stage::Passed),
        _ if void(model, world, actor, instr) => Status::Idle,
        _ => Status::Ready,
    }
}

fn idle_without(model: &Model, world: &World, stage: Stage) -> Status {
    match nth_bio(model, world, stage, 0) {
        Some(_) => Status::Ready,
        None => Status::Idle,
    }
}

/// The status before a step that needs a resource free: asleep while anyone but `except` has it.
fn taken(
    model: &Model,
    world: &World,
    on: Resource,
    which: Which,
    except: Option<ActorId>,
) -> Status {
    let cell = model.layout.resource(on, which);
    let Some(owner) = cell.and_then(|cell| world[cell].checked_sub(1)) else {
        return Status::Ready;
    };
    let owner = Some(ActorId(owner));
    if except == owner {
        return Status::Ready;
    }
    let holder = match (on, which) {
        (Resource::BufferLock | Resource::Shadow, Which::Page(page)) => {
            io_holder(model, world, page, owner)
        }
        _ => owner,
    };
    Status::Asleep(Wait { on, which, holder })
}

/// In how many ways an actor can make its next step; 0 where it cannot.
pub fn ways(model: &Model, world: &World, actor: ActorId) -> u8 {
    if world[model.layout.global] & global::HALTED != 0 {
        return 0;
    }
    let Some(instr) = instr(model, world, actor) else {
        return 0;
    };
    if status_at(model, world, actor, instr) != Status::Ready {
        return 0;
    }
    let many = |stage| {
        let all = model
            .bio_ids()
            .filter(|bio| Stage::of(world[model.layout.bio_state(*bio)]) == stage);
        all.count() as u8
    };
    match instr.op {
        Op::Choose => 2,
        Op::TakeRequest => many(Stage::Queued),
        Op::BioEndio => many(Stage::Done),
        Op::TakeOver => many(Stage::Passed),
        _ => 1,
    }
}

/// The bits of a world's lanes that [`status`] and [`ways`] depend on, and who stands where with what in hand: worlds that
/// differ in other bits only do not differ in who can move, and whom the others wait for.
pub fn control_bits(model: &Model) -> [u64; LANES] {
    let at = &model.layout;
    let mut bits = [0; LANES];
    let mut add = |cell: usize, of: u8| bits[cell / 8] |= u64::from(of) << (8 * (cell % 8));
    for cell in model.cells() {
        match cell.register {
            // Of an actor's flags only those of its sleep matter here.
            Register::Actors if (model.actor_ids()).any(|it| at.actor_flags(it) == cell.at) => {
                add(cell.at, bit::SLEEPING | bit::WOKEN);
            }
            Register::Actors
            | Register::PageLock
            | Register::Writeback
            | Register::BioOf
            | Register::Bio
            | Register::Mask
            | Register::Lock(_)
            | Register::Named => add(cell.at, cell.bits),
            _ => {}
        }
    }
    add(at.global, global::HALTED);
    bits
}

/// The steps that are possible now, in the order of the actors.
pub fn enabled<'a>(model: &'a Model, world: &'a World) -> impl Iterator<Item = Choice> + 'a {
    model
        .actor_ids()
        .flat_map(|actor| (0..ways(model, world, actor)).map(move |way| Choice { actor, way }))
}

/// How the run ends, if nobody can move.
pub fn end(model: &Model, world: &World) -> Option<End> {
    if world[model.layout.global] & global::HALTED != 0 {
        return Some(End::Halted);
    }
    let mut asleep = None;
    for actor in model.actor_ids() {
        match status(model, world, actor) {
            Status::Ready => return None,
            Status::Asleep(_) if asleep.is_none() => asleep = Some(actor),
            _ => {}
        }
    }
    let Some(first) = asleep else {
        return Some(End::Rest(broken_at_rest(model, world)));
    };
    let sleepers = model.actor_ids().skip(first.index());
    let mut cycles = sleepers.map(|actor| cycle(model, world, actor));
    let found = cycles.find(|cycle| !cycle.is_empty());
    Some(found.map_or(End::Stall(first), End::Deadlock))
}

/// Follows holders from one sleeper to the next, and returns the circle this leads to; empty if every way ends at somebody
/// who does not sleep, or at nobody.
pub fn cycle(model: &Model, world: &World, first: ActorId) -> Vec<ActorId> {
    let mut chain = Vec::new();
    let mut seen = 0;
    match follow(model, world, first, &mut chain, &mut seen) {
        true => chain,
        false => Vec::new(),
    }
}

/// Goes on from an actor to those it waits for; whether that comes round, in which case the chain is the circle. A named
/// lock may have several holders, so there may be several ways to go.
fn follow(
    model: &Model,
    world: &World,
    actor: ActorId,
    chain: &mut Vec<ActorId>,
    seen: &mut u8,
) -> bool {
    if let Some(at) = chain.iter().position(|it| *it == actor) {
        chain.drain(..at);
        return true;
    }
    if *seen & of(actor) != 0 {
        return false;
    }
    *seen |= of(actor);
    chain.push(actor);
    let comes_round =
        actors(behind(model, world, actor)).any(|next| follow(model, world, next, chain, seen));
    if !comes_round {
        chain.pop();
    }
    comes_round
}

/// Everybody an actor sleeps behind, one bit each.
fn behind(model: &Model, world: &World, actor: ActorId) -> u8 {
    match (status(model, world, actor), instr(model, world, actor)) {
        (Status::Asleep(wait), Some(instr)) if wait.on == Resource::Named => {
            holders(model, world, instr)
        }
        // Who sleeps once is woken by the completion, whatever the page is in.
        (Status::Asleep(wait), Some(instr)) if model.in_parts() && instr.op != Op::WaitOnce => {
            match (wait.on, wait.which) {
                (Resource::PageLock, Which::Page(page))
                    if world[model.layout.lock(page)] == WITH_READ =>
                {
                    io_holders(model, world, page, None)
                }
                (
                    Resource::Writeback | Resource::Bio | Resource::BufferLock | Resource::Shadow,
                    Which::Page(page),
                ) => io_holders(model, world, page, model.owner(world, wait.on, wait.which)),
                _ => wait.holder.map_or(0, of),
            }
        }
        (Status::Asleep(wait), _) => wait.holder.map_or(0, of),
        _ => 0,
    }
}
