//! The engine: what each step does. Steps that take more than a few lines are in the modules below.

mod io;
mod lock;
mod memory;
mod read;
mod sync;

use super::choice::Choice;
use super::content::Content;
use super::effect::{Assertion, Consumer, Effect, Hop, Loss, Through, Violation, Watch};
use super::id::{ActorId, BioId, LockId, PageId, SectorId, SpaceId, StoreId};
use super::model::Model;
use super::op::{EndIo, Instr, Op, Resource, Which};
use super::parts::{Actor, Protection};
use super::status::{instr, nth_bio, own_bio, void, ways};
use super::view::Stage;
use super::world::{Access, NOBODY, SECTORS, WITH_READ, World, actor as bit, bio, flag, global};

/// Runs one step.
///
/// A choice that is not possible changes nothing and has no effects; [`status`](super::status) says why.
pub fn step(model: &Model, world: &World, choice: Choice) -> (World, Vec<Effect>) {
    let mut effects = Vec::new();
    let next = step_watched(model, world, choice, &mut effects);
    (next, effects)
}

/// As [`step`], with the effects shown to a watcher. It allocates nothing, so the checker uses it.
pub fn step_watched(model: &Model, world: &World, choice: Choice, watch: &mut impl Watch) -> World {
    if choice.way >= ways(model, world, choice.actor) {
        return *world;
    }
    step_possible(model, world, choice, watch)
}

/// As [`step_watched`], for a choice that is known to be possible.
pub fn step_possible(
    model: &Model,
    world: &World,
    choice: Choice,
    watch: &mut impl Watch,
) -> World {
    let actor = choice.actor;
    let mut next = *world;
    let Some(instr) = instr(model, world, actor) else {
        return next;
    };
    let pc = world[model.layout.pc(actor)];
    let mut run = Run {
        model,
        world: &mut next,
        actor,
        way: choice.way,
        watch,
    };
    match run.execute(instr) {
        Answer::Yes => run.go(pc + 1),
        Answer::No => run.go(instr.no),
        Answer::Stay => {}
        Answer::Leave => run.leave(),
        Answer::Fault => run.fault(),
        Answer::Bug(what) => {
            run.world[model.layout.global] |= global::HALTED;
            run.see(Effect::Broke(Violation::Assertion {
                page: instr.page,
                what,
            }));
        }
        Answer::Trap => {
            run.world[model.layout.global] |= global::HALTED;
            run.see(Effect::Broke(Violation::Trap { page: instr.page }));
        }
    }
    next
}

/// Moves an actor past instructions that have nothing to do where it stands.
pub(super) fn settle(model: &Model, world: &mut World, actor: ActorId) {
    let Actor {
        code,
        main,
        forever,
        ..
    } = &model.actors[actor.index()];
    let (pc, retry) = (model.layout.pc(actor), model.layout.retry(actor));
    // An actor in a loop of nothing but such instructions stays there, idle.
    for _ in 0..=2 * code.len() {
        if world[retry] != 0 && usize::from(world[pc]) >= code.len() {
            world[pc] = world[retry] - 1;
            world[retry] = 0;
            world[model.layout.actor_flags(actor)] &= !(bit::CLEANED | 7 << bit::ORIG);
        } else if world[retry] == 0 && world[pc] >= *main {
            world[pc] = if *forever { 0 } else { *main };
            let flags = model.layout.actor_flags(actor);
            world[flags] &= bit::SEEN;
            world[model.layout.reg(actor)] = 0;
            if !*forever || *main == 0 {
                return;
            }
        }
        match instr(model, world, actor) {
            Some(instr) if instr.op == Op::Goto => world[pc] = instr.no,
            Some(instr) if void(model, world, actor, instr) => world[pc] += 1,
            _ => return,
        }
    }
}

/// How an op went: decides where its actor goes on.
enum Answer {
    Yes,
    No,
    /// The same instruction again.
    Stay,
    /// The program is over, before its last instruction.
    Leave,
    Fault,
    Bug(Assertion),
    Trap,
}

/// One step under way.
struct Run<'a, W: Watch> {
    model: &'a Model,
    world: &'a mut World,
    actor: ActorId,
    way: u8,
    watch: &'a mut W,
}

impl<W: Watch> Run<'_, W> {
    fn see(&mut self, effect: Effect) {
        self.watch.see(effect);
    }

    /// Moves the actor's pc, and past the end of a program or handler to where that leads.
    fn go(&mut self, to: u8) {
        let at = &self.model.layout;
        let handling = self.world[at.retry(self.actor)] != 0;
        self.world[at.pc(self.actor)] = to;
        settle(self.model, self.world, self.actor);
        if handling && self.world[at.retry(self.actor)] == 0 {
            self.see(Effect::Retries);
        }
    }

    /// Ends the program, and a fault that is handled, at once.
    fn leave(&mut self) {
        let at = &self.model.layout;
        self.world[at.retry(self.actor)] = 0;
        self.go(self.model.actors[self.actor.index()].main);
    }

    /// Starts the fault handler; the store is run again after it.
    fn fault(&mut self) {
        let at = &self.model.layout;
        self.world[at.retry(self.actor)] = self.world[at.pc(self.actor)] + 1;
        self.world[at.pc(self.actor)] = self.model.actors[self.actor.index()].main;
        settle(self.model, self.world, self.actor);
    }

    fn lock_owner(&self, page: PageId) -> u8 {
        self.world[self.model.layout.lock(page)]
    }

    fn page_flags(&mut self, page: PageId) -> &mut u8 {
        &mut self.world[self.model.layout.flags(page)]
    }

    fn my_flags(&mut self) -> &mut u8 {
        &mut self.world[self.model.layout.actor_flags(self.actor)]
    }

    fn pte(&self, space: SpaceId, page: PageId) -> Access {
        self.model.pte(self.world, space, page)
    }

    fn set_pte(&mut self, space: SpaceId, page: PageId, to: Access) {
        self.world[self.model.layout.pte(space, page)] = to.0;
    }

    fn execute(&mut self, instr: Instr) -> Answer {
        let at = &self.model.layout;
        let page = instr.page;
        let me = self.actor.0;
        match instr.op {
            Op::LockPage => {
                self.world[at.lock(page)] = me;
                self.see(Effect::Locked { page });
            }
            Op::TrylockPage => {
                if self.world[at.lock(page)] != NOBODY {
                    self.see(Effect::LockBusy { page });
                    return Answer::No;
                }
                self.world[at.lock(page)] = me;
                self.see(Effect::Locked { page });
            }
            Op::UnlockPage => {
                if self.world[at.lock(page)] != me {
                    return Answer::Bug(Assertion::UnlockNotHeld);
                }
                self.world[at.lock(page)] = NOBODY;
                self.see(Effect::Unlocked { page });
            }
            Op::WaitPageUnlocked => self.see(Effect::FoundFree {
                what: Resource::PageLock,
                page,
            }),
            Op::Take(_) | Op::Release(_) | Op::Await(_) => return self.resource(instr),
            Op::Lock(step) => return self.lock_step(step, instr.lock()),
            Op::Read(step) => return self.read_step(step, instr),
            Op::TestPageDirty => {
                if self.world[at.flags(page)] & flag::DIRTY == 0 {
                    self.see(Effect::NotDirty { page });
                    return Answer::No;
                }
                self.see(Effect::FoundDirty { page });
            }
            Op::TagTowrite => self.tag_towrite(),
            Op::FindTagged => return self.find_tagged(page),
            Op::PteWrprotect | Op::PteRevoke => return self.protect(instr),
            Op::FlushTlb => self.flush(page, instr.space()),
            Op::RedirtyIfCleaned => {
                let cleaned = *self.my_flags() & bit::CLEANED != 0;
                *self.my_flags() &= !bit::CLEANED;
                if cleaned {
                    self.set_dirty(page);
                } else {
                    self.see(Effect::NotRedirtied { page });
                }
            }
            Op::TestClearPageDirty => {
                if self.lock_owner(page) != me {
                    return Answer::Bug(Assertion::CleanUnlocked);
                }
                if *self.page_flags(page) & flag::DIRTY == 0 {
                    self.see(Effect::NotDirty { page });
                    return Answer::No;
                }
                *self.page_flags(page) &= !flag::DIRTY;
                self.see(Effect::DirtyCleared { page });
            }
            Op::SetPageDirty => self.set_dirty(page),
            Op::ClearDirtyBuffers => {
                let of = instr.sectors().unwrap_or(u8::MAX);
                let mut mask = of & self.model.geometry.all_sectors();
                if let (Some(buffers), Some(cell)) = (at.buffers(page), at.mask(page)) {
                    mask = of & self.world[buffers];
                    self.world[buffers] &= !of;
                    self.world[cell] = self.world[cell] & !of | mask;
                }
                self.see(Effect::Buffers { page, mask });
            }
            Op::SetPageWriteback => {
                if self.world[at.writeback(page)] != NOBODY {
                    return Answer::Bug(Assertion::WritebackTwice);
                }
                if self.model.rules.writeback_asserts_lock && self.lock_owner(page) != me {
                    return Answer::Bug(Assertion::WritebackUnlocked);
                }
                self.world[at.writeback(page)] = me;
                self.see(Effect::WritebackSet { page });
            }
            Op::SetBlocksWriteback => {
                let begins = self.world[at.writeback(page)] == NOBODY;
                if begins && self.model.rules.writeback_asserts_lock && self.lock_owner(page) != me
                {
                    return Answer::Bug(Assertion::WritebackUnlocked);
                }
                let all = self.model.geometry.all_sectors();
                let mask = instr.sectors().unwrap_or(all) & all;
                if let Some(cell) = at.block_writeback(page) {
                    self.world[cell] |= mask;
                }
                self.see(Effect::BlocksMarked { page, mask });
                if begins {
                    self.world[at.writeback(page)] = me;
                    self.see(Effect::WritebackSet { page });
                }
            }
            Op::WaitWriteback => self.see(Effect::NoWriteback { page }),
            Op::WaitStable => match self.world[at.writeback(page)] {
                NOBODY => self.see(Effect::NoWriteback { page }),
                _ => self.see(Effect::WritebackIgnored { page }),
            },
            Op::WaitOnce => return self.wait_once(page),
            Op::AssertNoWriteback => {
                if self.world[at.writeback(page)] != NOBODY {
                    return Answer::Bug(Assertion::StillWriteback);
                }
                self.see(Effect::NoWriteback { page });
            }
            Op::ClearWriteback => return self.clear_writeback(page, false),
            Op::WakeUpPage => {
                let many = self.wake(page);
                self.see(Effect::WokeWaiters { page, many });
            }
            Op::EndIo(what) => return self.end_io(page, what),
            Op::Pause => self.see(Effect::Passed),
            Op::Choose => {
                self.see(Effect::Chose { way: self.way });
                if self.way != 0 {
                    return Answer::No;
                }
            }
            Op::BioAdd => self.bio_add(page, instr.sectors()),
            Op::GenerateGuard => {
                let sector = instr.sector();
                let content = self.source(page, sector);
                self.world[at.sealed(page, sector)] = content.0;
                self.see(Effect::Guarded {
                    page,
                    sector,
                    content,
                });
            }
            Op::BounceCopy => {
                self.copy(page, self.own_sectors(page));
                self.see(Effect::Copied { page });
            }
            Op::CopySector => {
                let sector = instr.sector();
                self.copy(page, sector.bit());
                let content = self.source(page, sector);
                self.see(Effect::CopiedSector {
                    page,
                    sector,
                    content,
                });
            }
            Op::QueueBio => self.queue(),
            Op::HandOver => {
                if let Some(bio) = own_bio(self.model, self.world, self.actor) {
                    self.set_stage(bio, Stage::Passed);
                    self.world[at.bio_owner(bio)] = NOBODY;
                    self.see(Effect::HandedOver { bio });
                }
            }
            Op::TakeOver => {
                if let Some(bio) = nth_bio(self.model, self.world, Stage::Passed, self.way) {
                    self.set_stage(bio, Stage::Building);
                    self.world[at.bio_owner(bio)] = me;
                    self.see(Effect::TookOver { bio });
                }
            }
            Op::WaitBio => self.see(Effect::FoundFree {
                what: Resource::Bio,
                page,
            }),
            Op::TakeRequest => {
                if let Some(bio) = nth_bio(self.model, self.world, Stage::Queued, self.way) {
                    self.set_stage(bio, Stage::InDevice);
                    self.world[at.reg(self.actor)] = bio.0 + 1;
                    self.see(Effect::Taken { bio });
                }
            }
            Op::SampleFirst => {
                let sector = instr.sector();
                let content = self.source(page, sector);
                self.world[at.sealed(page, sector)] = content.0;
                self.see(Effect::Sampled {
                    page,
                    sector,
                    content,
                });
            }
            Op::DmaSector => {
                let sector = instr.sector();
                let content = self.source(page, sector);
                self.world[at.wire(page, sector)] = content.0;
                self.see(Effect::Fetched {
                    page,
                    sector,
                    content,
                });
                let promised = at
                    .promise(page, sector)
                    .is_some_and(|cell| self.world[cell] != 0);
                let copied = at
                    .copy(page, sector)
                    .is_some_and(|cell| self.world[cell] != 0);
                if let (Some(cell), true, false) = (at.sampled(page), promised, copied) {
                    self.world[cell] |= sector.bit();
                }
            }
            Op::HbaInsert => {
                let sector = instr.sector();
                let content = Content(self.world[at.wire(page, sector)]);
                self.see(Effect::Inserted {
                    page,
                    sector,
                    content,
                });
            }
            Op::HbaVerify => return self.verify(Hop::Hba, page, instr.sector()),
            Op::TargetVerify => return self.verify(Hop::Target, page, instr.sector()),
            Op::CommitMedia => self.commit(),
            Op::Requeue => return self.requeue(),
            Op::CompleteRequest => self.complete(),
            Op::BioEndio => {
                let Some(bio) = nth_bio(self.model, self.world, Stage::Done, self.way) else {
                    return Answer::Yes;
                };
                self.world[at.reg(self.actor)] = bio.0 + 1;
                let failed = self.world[at.bio_state(bio)] & bio::FAILED != 0;
                self.see(Effect::Ended { bio, failed });
                if !failed {
                    return Answer::No;
                }
            }
            Op::MappingSetError => {
                self.world[at.global] |= global::ERROR_PENDING | global::ERROR_EVER;
                self.see(Effect::ErrorLatched);
            }
            Op::Store => return self.user_store(instr.store()),
            Op::Load => self.load(instr.store()),
            Op::PteMkwrite => return self.make_writable(page, instr.space()),
            Op::KernelStore => {
                if *self.page_flags(page) & flag::READ_ONLY != 0 {
                    return Answer::Trap;
                }
                self.store(instr.store(), Through::Kernel);
            }
            Op::DmaStore => self.store(instr.store(), Through::Dma),
            Op::ZapPte => return self.zap(page, instr.space()),
            Op::ForkPte => {
                // `check` refuses a fork by an actor without an address space.
                let parent = self.model.actors[self.actor.index()].space;
                let from = parent.map_or(Access::NONE, |space| self.pte(space, page));
                let to = Access::new(from.present(), from.write(), false);
                let space = instr.space();
                self.set_pte(space, page, to);
                // A new mm has run nowhere yet, so no TLB caches anything of it.
                for (tlb, of) in self.model.tlb_ids().zip(&self.model.tlb_spaces) {
                    if *of == space {
                        self.world[at.tlb(tlb, page)] = 0;
                    }
                }
                self.see(Effect::Forked { page, space, to });
            }
            Op::CheckMapping => {
                let gone = *self.page_flags(page) & flag::GONE != 0;
                self.see(Effect::MappingChecked { page, gone });
                if gone {
                    return Answer::No;
                }
            }
            Op::CheckVma => {
                let gone = !self.pte(instr.space(), page).present();
                self.see(Effect::MappingChecked { page, gone });
                if gone {
                    return Answer::No;
                }
            }
            Op::CancelDirty => {
                *self.page_flags(page) &= !(flag::DIRTY | flag::TOWRITE);
                self.see(Effect::DirtyCancelled { page });
            }
            Op::RemoveFromCache => {
                if self.lock_owner(page) != me {
                    return Answer::Bug(Assertion::RemoveUnlocked);
                }
                *self.page_flags(page) |= flag::GONE;
                self.see(Effect::Removed { page });
            }
            Op::Sigbus => {
                self.see(Effect::Sigbus);
                return Answer::Leave;
            }
            Op::Pin | Op::Unpin => {
                let flags = self.page_flags(page);
                let pins = (*flags & flag::PINS) / flag::PIN;
                let pins = match instr.op {
                    Op::Pin => (pins + 1).min(7),
                    _ => pins.saturating_sub(1),
                };
                *flags = (*flags & !flag::PINS) | (pins * flag::PIN);
                self.see(Effect::Pinned { page, pins });
            }
            Op::FsyncBegin => self.fsync_begin(),
            Op::FsyncReturn => self.fsync_return(),
            Op::SetMemoryRo | Op::SetMemoryRw => {
                let read_only = instr.op == Op::SetMemoryRo;
                let flags = self.page_flags(page);
                *flags = match read_only {
                    true => *flags | flag::READ_ONLY,
                    false => *flags & !flag::READ_ONLY,
                };
                self.see(Effect::KernelMapping { page, read_only });
            }
            Op::GetWriteAccess => {
                let committing = *self.page_flags(page) & flag::COMMITTING != 0;
                let copied = at
                    .copy(page, SectorId(0))
                    .is_some_and(|cell| self.world[cell] != 0);
                let frozen = committing && !copied;
                if frozen {
                    self.copy(page, u8::MAX);
                }
                self.see(Effect::WriteAccess { page, frozen });
            }
            Op::FileShadow => {
                if let Some(cell) = at.resource(Resource::Shadow, Which::Page(page)) {
                    self.world[cell] = me + 1;
                }
                *self.page_flags(page) &= !flag::COMMITTING;
                self.see(Effect::Shadowed { page });
            }
            Op::ReadChecksum => {
                let content = self.block_content();
                self.world[at.reg(self.actor)] = content.0;
                self.see(Effect::ChecksumRead { page, content });
            }
            Op::StoreChecksum => self.store_checksum(),
            Op::Goto => return Answer::No,
        }
        Answer::Yes
    }
}
