//! The engine: what each step does.

use super::content::Content;
use super::effect::{Assertion, Consumer, Effect, Hop, Loss, Through, Violation, Watch};
use super::model::{Model, Protection};
use super::op::{EndIo, Instr, Op, Resource};
use super::status::{instr, nth_bio, own_bio, void, ways};
use super::view::Stage;
use super::world::{Access, NOBODY, World, actor as bit, bio, flag, global};

/// Which actor moves, and which way where its op has more than one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The actor's number.
    pub actor: u8,
    /// The outcome's number; 0 for every op that has a single one.
    pub way: u8,
}

impl Choice {
    /// The first way of an actor; the only one of most ops.
    pub fn of(actor: usize) -> Choice {
        Choice {
            actor: actor as u8,
            way: 0,
        }
    }
}

/// Runs one step.
///
/// A choice that is not possible changes nothing and has no effects; [`status`](super::status) says why.
pub fn step(model: &Model, world: &World, choice: Choice) -> (World, Vec<Effect>) {
    let mut effects = Vec::new();
    let next = step_watched(model, world, choice, &mut effects);
    (next, effects)
}

/// As [`step`], with the effects shown to a watcher: the checker's way, which allocates nothing.
pub fn step_watched(model: &Model, world: &World, choice: Choice, watch: &mut impl Watch) -> World {
    let actor = choice.actor as usize;
    let mut next = *world;
    if choice.way >= ways(model, world, actor) {
        return next;
    }
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
pub(super) fn settle(model: &Model, world: &mut World, actor: usize) {
    let it = &model.actors[actor];
    let (pc, retry) = (model.layout.pc(actor), model.layout.retry(actor));
    // A loop of nothing but such instructions is left where it is: idle.
    for _ in 0..=2 * it.code.len() {
        if world[retry] != 0 && world[pc] as usize >= it.code.len() {
            world[pc] = world[retry] - 1;
            world[retry] = 0;
            world[model.layout.actor_flags(actor)] &= !(bit::CLEANED | 7 << bit::ORIG);
        } else if world[retry] == 0 && world[pc] >= it.main {
            world[pc] = if it.forever { 0 } else { it.main };
            let flags = model.layout.actor_flags(actor);
            world[flags] &= bit::SEEN;
            world[model.layout.reg(actor)] = 0;
            if !it.forever || it.main == 0 {
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
    /// The program is over.
    Leave,
    Fault,
    Bug(Assertion),
    Trap,
}

/// One step under way.
struct Run<'a, W: Watch> {
    model: &'a Model,
    world: &'a mut World,
    actor: usize,
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

    fn leave(&mut self) {
        let at = &self.model.layout;
        self.world[at.retry(self.actor)] = 0;
        self.go(self.model.actors[self.actor].main);
    }

    fn fault(&mut self) {
        let at = &self.model.layout;
        self.world[at.retry(self.actor)] = self.world[at.pc(self.actor)] + 1;
        self.world[at.pc(self.actor)] = self.model.actors[self.actor].main;
        settle(self.model, self.world, self.actor);
    }

    fn lock_owner(&self, page: u8) -> u8 {
        self.world[self.model.layout.lock(page.into())]
    }

    fn page_flags(&mut self, page: u8) -> &mut u8 {
        &mut self.world[self.model.layout.flags(page.into())]
    }

    fn my_flags(&mut self) -> &mut u8 {
        &mut self.world[self.model.layout.actor_flags(self.actor)]
    }

    fn pte(&self, space: u8, page: u8) -> Access {
        self.model.pte(self.world, space.into(), page.into())
    }

    fn set_pte(&mut self, space: u8, page: u8, to: Access) {
        self.world[self.model.layout.pte(space.into(), page.into())] = to.0;
    }

    /// The bio the device or the completion has at hand.
    fn bio_at_hand(&self) -> Option<u8> {
        self.world[self.model.layout.reg(self.actor)].checked_sub(1)
    }

    fn pages_of(&self, bio: u8) -> impl Iterator<Item = usize> + use<W> {
        let mut mine = 0u8;
        for page in 0..self.model.geometry.pages as usize {
            if self.world[self.model.layout.bio_of(page)] == bio + 1 {
                mine |= 1 << page;
            }
        }
        (0..self.model.geometry.pages as usize).filter(move |page| mine & 1 << page != 0)
    }

    fn under_io(&self, page: usize, sector: usize) -> bool {
        let mask = self.model.layout.mask(page);
        mask.is_none_or(|cell| self.world[cell] & 1 << sector != 0)
    }

    fn set_stage(&mut self, number: usize, stage: Stage) {
        let cell = self.model.layout.bio_state(number);
        self.world[cell] = self.world[cell] & !bio::STAGE | stage as u8;
    }

    fn execute(&mut self, instr: Instr) -> Answer {
        let at = &self.model.layout;
        let (page, p) = (instr.page, instr.page as usize);
        let (sector, s) = (instr.arg, instr.arg as usize);
        let me = self.actor as u8;
        match instr.op {
            Op::LockPage => {
                self.world[at.lock(p)] = me;
                self.see(Effect::Locked { page });
            }
            Op::TrylockPage => {
                if self.world[at.lock(p)] != NOBODY {
                    self.see(Effect::LockBusy { page });
                    return Answer::No;
                }
                self.world[at.lock(p)] = me;
                self.see(Effect::Locked { page });
            }
            Op::UnlockPage => {
                if self.world[at.lock(p)] != me {
                    return Answer::Bug(Assertion::UnlockNotHeld);
                }
                self.world[at.lock(p)] = NOBODY;
                self.see(Effect::Unlocked { page });
            }
            Op::WaitPageUnlocked => self.see(Effect::FoundFree {
                what: Resource::PageLock,
                page,
            }),
            Op::Take(_) | Op::Release(_) | Op::Await(_) => return self.resource(instr),
            Op::TestPageDirty => {
                if self.world[at.flags(p)] & flag::DIRTY == 0 {
                    self.see(Effect::NotDirty { page });
                    return Answer::No;
                }
                self.see(Effect::FoundDirty { page });
            }
            Op::TagTowrite => self.tag_towrite(),
            Op::FindTagged => return self.find_tagged(page),
            Op::PteWrprotect | Op::PteRevoke => return self.protect(instr),
            Op::FlushTlb => self.flush(page, instr.arg),
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
                let dirty = at.buffers(p).map_or(0, |cell| self.world[cell]);
                if let (Some(buffers), Some(mask)) = (at.buffers(p), at.mask(p)) {
                    self.world[buffers] = 0;
                    self.world[mask] = dirty;
                    self.see(Effect::Buffers { page, mask: dirty });
                } else {
                    let mask = self.model.geometry.all_sectors();
                    self.see(Effect::Buffers { page, mask });
                }
            }
            Op::SetPageWriteback => {
                if self.world[at.writeback(p)] != NOBODY {
                    return Answer::Bug(Assertion::WritebackTwice);
                }
                if self.model.rules.writeback_asserts_lock && self.lock_owner(page) != me {
                    return Answer::Bug(Assertion::WritebackUnlocked);
                }
                self.world[at.writeback(p)] = me;
                self.see(Effect::WritebackSet { page });
            }
            Op::WaitWriteback => self.see(Effect::NoWriteback { page }),
            Op::WaitStable => match self.world[at.writeback(p)] {
                NOBODY => self.see(Effect::NoWriteback { page }),
                _ => self.see(Effect::WritebackIgnored { page }),
            },
            Op::WaitOnce => return self.wait_once(page),
            Op::AssertNoWriteback => {
                if self.world[at.writeback(p)] != NOBODY {
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
            Op::BioAdd => self.bio_add(page),
            Op::GenerateGuard => {
                let content = self.source(p, s);
                self.world[at.sealed(p, s)] = content.0;
                self.see(Effect::Guarded {
                    page,
                    sector,
                    content,
                });
            }
            Op::BounceCopy => {
                self.copy(page);
                self.see(Effect::Copied { page });
            }
            Op::QueueBio => self.queue(),
            Op::HandOver => {
                if let Some(number) = own_bio(self.model, self.world, self.actor) {
                    self.set_stage(number, Stage::Passed);
                    self.world[at.bio_owner(number)] = NOBODY;
                    self.see(Effect::HandedOver { bio: number as u8 });
                }
            }
            Op::TakeOver => {
                if let Some(number) = nth_bio(self.model, self.world, Stage::Passed, self.way) {
                    self.set_stage(number, Stage::Building);
                    self.world[at.bio_owner(number)] = me;
                    self.see(Effect::TookOver { bio: number as u8 });
                }
            }
            Op::WaitBio => self.see(Effect::FoundFree {
                what: Resource::Bio,
                page,
            }),
            Op::TakeRequest => {
                if let Some(number) = nth_bio(self.model, self.world, Stage::Queued, self.way) {
                    self.set_stage(number, Stage::InDevice);
                    self.world[at.reg(self.actor)] = number as u8 + 1;
                    self.see(Effect::Taken { bio: number as u8 });
                }
            }
            Op::SampleFirst => {
                let content = self.source(p, s);
                self.world[at.sealed(p, s)] = content.0;
                self.see(Effect::Sampled {
                    page,
                    sector,
                    content,
                });
            }
            Op::DmaSector => {
                let content = self.source(p, s);
                self.world[at.wire(p, s)] = content.0;
                self.see(Effect::Fetched {
                    page,
                    sector,
                    content,
                });
                let promised = at.promise(p, s).is_some_and(|cell| self.world[cell] != 0);
                let copied = at.copy(p, s).is_some_and(|cell| self.world[cell] != 0);
                if let (Some(cell), true, false) = (at.sampled(p), promised, copied) {
                    self.world[cell] |= 1 << s;
                }
            }
            Op::HbaInsert => {
                let content = Content(self.world[at.wire(p, s)]);
                self.see(Effect::Inserted {
                    page,
                    sector,
                    content,
                });
            }
            Op::HbaVerify => return self.verify(Hop::Hba, page, sector),
            Op::TargetVerify => return self.verify(Hop::Target, page, sector),
            Op::CommitMedia => self.commit(),
            Op::Requeue => return self.requeue(),
            Op::CompleteRequest => self.complete(),
            Op::BioEndio => {
                let Some(number) = nth_bio(self.model, self.world, Stage::Done, self.way) else {
                    return Answer::Yes;
                };
                self.world[at.reg(self.actor)] = number as u8 + 1;
                let failed = self.world[at.bio_state(number)] & bio::FAILED != 0;
                let bio = number as u8;
                self.see(Effect::Ended { bio, failed });
                if !failed {
                    return Answer::No;
                }
            }
            Op::MappingSetError => {
                self.world[at.global] |= global::ERROR_PENDING | global::ERROR_EVER;
                self.see(Effect::ErrorLatched);
            }
            Op::Store => return self.user_store(instr.arg),
            Op::Load => self.load(instr.arg),
            Op::PteMkwrite => return self.make_writable(page, instr.arg),
            Op::KernelStore => {
                if *self.page_flags(page) & flag::READ_ONLY != 0 {
                    return Answer::Trap;
                }
                self.store(instr.arg, Through::Kernel);
            }
            Op::DmaStore => self.store(instr.arg, Through::Dma),
            Op::ZapPte => return self.zap(page, instr.arg),
            Op::ForkPte => {
                let parent = self.model.actors[self.actor].space.unwrap_or(0);
                let from = self.pte(parent, page);
                let to = Access::new(from.present(), from.write(), false);
                self.set_pte(instr.arg, page, to);
                let space = instr.arg;
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
                let gone = !self.pte(instr.arg, page).present();
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
                let copied = at.copy(p, 0).is_some_and(|cell| self.world[cell] != 0);
                let frozen = committing && !copied;
                if frozen {
                    self.copy(page);
                }
                self.see(Effect::WriteAccess { page, frozen });
            }
            Op::FileShadow => {
                if let Some(cell) = at.resource(Resource::Shadow, p) {
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

    fn resource(&mut self, instr: Instr) -> Answer {
        let (what, free) = match instr.op {
            Op::Take(what) => (what, false),
            Op::Release(what) => (what, true),
            Op::Await(what) => (what, false),
            _ => return Answer::Yes,
        };
        let page = instr.page;
        let which = match what {
            Resource::PteLock => instr.arg,
            _ => page,
        };
        let Some(cell) = self.model.layout.resource(what, which.into()) else {
            return Answer::Yes;
        };
        let me = self.actor as u8 + 1;
        if free {
            if self.world[cell] != me {
                return Answer::Bug(Assertion::ReleaseNotHeld);
            }
            self.world[cell] = 0;
            self.see(Effect::GaveBack { what, page });
        } else if matches!(instr.op, Op::Take(_)) {
            self.world[cell] = me;
            self.see(Effect::Took { what, page });
        } else {
            self.see(Effect::FoundFree { what, page });
        }
        Answer::Yes
    }

    fn set_dirty(&mut self, page: u8) {
        let was = *self.page_flags(page) & flag::DIRTY != 0;
        *self.page_flags(page) |= flag::DIRTY;
        // The whole page counts as dirty: every buffer does. (__set_page_dirty_buffers)
        if let Some(cell) = self.model.layout.buffers(page.into()) {
            self.world[cell] = self.model.geometry.all_sectors();
        }
        self.see(Effect::DirtySet { page, was });
    }

    fn tag_towrite(&mut self) {
        for page in 0..self.model.geometry.pages {
            let flags = self.page_flags(page);
            let tagged = *flags & flag::DIRTY != 0;
            if tagged {
                *flags |= flag::TOWRITE;
            }
            self.see(Effect::Tagged { page, tagged });
        }
        *self.my_flags() |= bit::TAGGED;
    }

    /// Looks the page up by the tag in use: TOWRITE once pages have been tagged, else DIRTY.
    fn find_tagged(&mut self, page: u8) -> Answer {
        let tag = match *self.my_flags() & bit::TAGGED {
            0 => flag::DIRTY,
            _ => flag::TOWRITE,
        };
        if *self.page_flags(page) & tag == 0 {
            self.see(Effect::NotDirty { page });
            return Answer::No;
        }
        *self.page_flags(page) &= !flag::TOWRITE;
        self.see(Effect::FoundDirty { page });
        Answer::Yes
    }

    /// One round of `page_mkclean_one`: a PTE that is dirty *or* writable is normalised.
    /// (The dossier's section 5; `mm/rmap.c`, 2.6.39 and 6.19.) The RFC's walk takes only the
    /// write bit, and asks for no page lock.
    fn protect(&mut self, instr: Instr) -> Answer {
        let (page, space) = (instr.page, instr.arg);
        let clean = instr.op == Op::PteWrprotect;
        if clean && self.lock_owner(page) != self.actor as u8 {
            return Answer::Bug(Assertion::CleanUnlocked);
        }
        let was = self.pte(space, page);
        if !was.present() || !(was.write() || clean && was.dirty()) {
            self.see(Effect::FoundClean { page, space });
            return Answer::No;
        }
        self.set_pte(space, page, Access::new(true, false, was.dirty() && !clean));
        if clean {
            *self.my_flags() |= bit::CLEANED;
            self.see(Effect::Cleaned { page, space, was });
        } else {
            self.see(Effect::Revoked { page, space });
        }
        Answer::Yes
    }

    fn flush(&mut self, page: u8, space: u8) {
        let mut entries = 0;
        for (tlb, of) in self.model.tlb_spaces.iter().enumerate() {
            let cell = self.model.layout.tlb(tlb, page.into());
            if *of == space && self.world[cell] != 0 {
                self.world[cell] = 0;
                entries += 1;
            }
        }
        self.see(Effect::TlbFlushed {
            page,
            space,
            entries,
        });
    }

    /// As `munmap` and `truncate` take a PTE away; the caller acts on its dirty bit.
    fn zap(&mut self, page: u8, space: u8) -> Answer {
        let was = self.pte(space, page);
        self.set_pte(space, page, Access::NONE);
        self.see(Effect::Zapped { page, space, was });
        if was.dirty() {
            *self.my_flags() |= bit::CLEANED;
        }
        match was.present() {
            true => Answer::Yes,
            false => Answer::No,
        }
    }

    /// Sleeps once, and believes whoever wakes it. (`wait_on_page_writeback` before
    /// commit c2407cf7d22d.)
    fn wait_once(&mut self, page: u8) -> Answer {
        let flags = *self.my_flags();
        if flags & bit::WOKEN != 0 {
            *self.my_flags() &= !(bit::SLEEPING | bit::WOKEN);
            self.see(Effect::Woke { page });
            return Answer::Yes;
        }
        if self.world[self.model.layout.writeback(page.into())] == NOBODY {
            self.see(Effect::NoWriteback { page });
            return Answer::Yes;
        }
        *self.my_flags() |= bit::SLEEPING;
        self.see(Effect::FellAsleep { page });
        Answer::Stay
    }

    /// Marks everyone woken who sleeps at a wait for this page's writeback.
    fn wake(&mut self, page: u8) -> u8 {
        let mut many = 0;
        for actor in 0..self.model.actors.len() {
            let waits = instr(self.model, self.world, actor)
                .is_some_and(|it| it.op == Op::WaitOnce && it.page == page);
            let cell = self.model.layout.actor_flags(actor);
            if waits && self.world[cell] & bit::SLEEPING != 0 {
                self.world[cell] |= bit::WOKEN;
                many += 1;
            }
        }
        many
    }

    fn clear_writeback(&mut self, page: u8, woke: bool) -> Answer {
        let cell = self.model.layout.writeback(page.into());
        if self.world[cell] == NOBODY {
            return Answer::Bug(Assertion::EndWithoutWriteback);
        }
        self.world[cell] = NOBODY;
        self.release_from_bio(page.into());
        self.see(Effect::WritebackCleared { page, woke });
        Answer::Yes
    }

    /// Takes a page out of its bio; a bio without pages is free.
    fn release_from_bio(&mut self, page: usize) {
        let at = &self.model.layout;
        let Some(number) = self.world[at.bio_of(page)].checked_sub(1) else {
            return;
        };
        self.world[at.bio_of(page)] = 0;
        if let Some(cell) = at.mask(page) {
            self.world[cell] = 0;
        }
        for sector in 0..self.model.geometry.sectors() {
            self.world[at.sealed(page, sector)] = 0;
            self.world[at.wire(page, sector)] = 0;
            if let Some(cell) = at.copy(page, sector) {
                self.world[cell] = 0;
            }
        }
        if self.pages_of(number).next().is_none() {
            self.world[at.bio_state(number.into())] = 0;
            self.world[at.bio_owner(number.into())] = NOBODY;
        }
    }

    fn end_io(&mut self, page: u8, what: EndIo) -> Answer {
        if what == EndIo::Writeback {
            let answer = self.clear_writeback(page, true);
            if matches!(answer, Answer::Yes) {
                self.wake(page);
            }
            return answer;
        }
        let resource = match what {
            EndIo::Buffer => Some(Resource::BufferLock),
            EndIo::Shadow => Some(Resource::Shadow),
            _ => None,
        };
        let cell = resource.and_then(|it| self.model.layout.resource(it, page.into()));
        if let Some(cell) = cell {
            self.world[cell] = 0;
        }
        self.release_from_bio(page.into());
        self.see(Effect::IoEnded { page, what });
        Answer::Yes
    }

    fn bio_add(&mut self, page: u8) {
        let at = &self.model.layout;
        let own = own_bio(self.model, self.world, self.actor);
        let free = || nth_bio(self.model, self.world, Stage::Free, 0);
        // A page is in one bio at most and there are as many bios as pages, so one is free.
        let Some(number) = own.or_else(free) else {
            return;
        };
        self.set_stage(number, Stage::Building);
        self.world[at.bio_owner(number)] = self.actor as u8;
        self.world[at.bio_of(page.into())] = number as u8 + 1;
        if let Some(cell) = at.mask(page.into()) {
            self.world[cell] = self.model.geometry.all_sectors();
        }
        let bio = number as u8;
        self.see(Effect::Added { page, bio });
    }

    /// What an I/O takes: the copy if there is one, else memory as it is at this moment.
    fn source(&self, page: usize, sector: usize) -> Content {
        let at = &self.model.layout;
        let copy = at.copy(page, sector).map_or(0, |cell| self.world[cell]);
        match copy {
            0 => Content(self.world[at.memory(page, sector)]),
            id => Content(id),
        }
    }

    fn copy(&mut self, page: u8) {
        let at = &self.model.layout;
        for sector in 0..self.model.geometry.sectors() {
            if let Some(cell) = at.copy(page.into(), sector) {
                self.world[cell] = self.world[at.memory(page.into(), sector)];
            }
        }
    }

    /// Submission seals what has no checksum yet: without protection information the bytes are
    /// promised from here on. (The dossier's invariant I1.)
    fn queue(&mut self) {
        let at = &self.model.layout;
        let Some(number) = own_bio(self.model, self.world, self.actor) else {
            return;
        };
        let mut guarded = self.model.protection.guards();
        for page in self.pages_of(number as u8) {
            for sector in 0..self.model.geometry.sectors() {
                if !self.under_io(page, sector) {
                    continue;
                }
                let sealed = at.sealed(page, sector);
                if self.world[sealed] == 0 {
                    guarded = false;
                    self.world[sealed] = self.source(page, sector).0;
                }
            }
        }
        self.set_stage(number, Stage::Queued);
        self.world[at.bio_owner(number)] = self.actor as u8;
        if guarded {
            self.world[at.bio_state(number)] |= bio::GUARDED;
        }
        let bio = number as u8;
        self.see(Effect::Queued { bio, guarded });
    }

    /// The bytes a tuple's guard was computed from: the submitter's when the bio is guarded,
    /// else those the HBA fetched (WRITE_INSERT).
    fn tuple(&self, page: usize, sector: usize) -> Content {
        let at = &self.model.layout;
        let guarded = self.world[at.bio_of(page)]
            .checked_sub(1)
            .is_some_and(|it| self.world[at.bio_state(it.into())] & bio::GUARDED != 0);
        match guarded {
            true => Content(self.world[at.sealed(page, sector)]),
            false => Content(self.world[at.wire(page, sector)]),
        }
    }

    fn verify(&mut self, hop: Hop, page: u8, sector: u8) -> Answer {
        let at = &self.model.layout;
        let received = self.tuple(page.into(), sector.into());
        let computed = Content(self.world[at.wire(page.into(), sector.into())]);
        let matched = self.model.contents.guards_match(received, computed);
        self.see(Effect::Checked {
            hop,
            page,
            sector,
            received,
            computed,
            matched,
        });
        if matched {
            return Answer::Yes;
        }
        if let Some(number) = self.bio_at_hand() {
            self.world[at.bio_state(number.into())] |= bio::FAILED;
        }
        self.see(Effect::Broke(Violation::Guard {
            hop,
            page,
            sector,
            received,
            computed,
        }));
        Answer::No
    }

    fn commit(&mut self) {
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return;
        };
        for page in self.pages_of(bio) {
            for sector in 0..self.model.geometry.sectors() {
                let wire = self.world[at.wire(page, sector)];
                if wire == 0 {
                    continue;
                }
                self.world[at.media(page, sector)] = wire;
                if let Some(cell) = at.tuples(page, sector) {
                    self.world[cell] = self.tuple(page, sector).0;
                }
                if let (Some(promise), Some(sampled)) = (at.promise(page, sector), at.sampled(page))
                {
                    let fresh = self.world[sampled] & 1 << sector != 0;
                    if fresh || self.world[promise] == wire {
                        self.world[promise] = 0;
                        self.world[sampled] &= !(1 << sector);
                    }
                }
            }
        }
        self.see(Effect::Committed { bio });
    }

    /// NVMe requeues a failed command up to `nvme_max_retries` times with the same PI buffer; the
    /// bytes are fetched anew. (drivers/nvme/host/core.c, 6.19)
    fn requeue(&mut self) -> Answer {
        const MOST: u8 = 5;
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return Answer::No;
        };
        let cell = at.bio_state(bio.into());
        let times = (self.world[cell] & bio::REQUEUES) / bio::REQUEUE;
        if self.world[cell] & bio::FAILED == 0 || times >= MOST {
            return Answer::No;
        }
        self.world[cell] &= !bio::FAILED;
        self.world[cell] += bio::REQUEUE;
        for page in self.pages_of(bio) {
            for sector in 0..self.model.geometry.sectors() {
                self.world[at.wire(page, sector)] = 0;
            }
        }
        let times = times + 1;
        self.see(Effect::Requeued { bio, times });
        Answer::Yes
    }

    fn complete(&mut self) {
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return;
        };
        let failed = self.world[at.bio_state(bio.into())] & bio::FAILED != 0;
        self.see(Effect::Completed { bio, failed });
        for page in self.pages_of(bio) {
            for sector in 0..self.model.geometry.sectors() {
                let sealed = Content(self.world[at.sealed(page, sector)]);
                let wire = Content(self.world[at.wire(page, sector)]);
                if !failed {
                    self.judge(page as u8, sector as u8, sealed, wire);
                }
                // Only the status is still of interest to anyone.
                self.world[at.sealed(page, sector)] = 0;
                self.world[at.wire(page, sector)] = 0;
                if let Some(cell) = at.copy(page, sector) {
                    self.world[cell] = 0;
                }
            }
            if let Some(cell) = at.sampled(page) {
                self.world[cell] = 0;
            }
        }
        self.world[at.bio_state(bio.into())] &= !(bio::GUARDED | bio::REQUEUES);
        self.set_stage(bio.into(), Stage::Done);
        self.world[at.bio_owner(bio.into())] = NOBODY;
    }

    /// A write that was reported as done: does the media hold what was sealed?
    fn judge(&mut self, page: u8, sector: u8, sealed: Content, wire: Content) {
        let consumer = match self.model.protection {
            Protection::FsChecksum => Some(Consumer::FileSystem),
            Protection::Parity => Some(Consumer::Parity),
            Protection::Mirror => Some(Consumer::Mirror),
            _ => None,
        };
        if wire != sealed {
            self.see(Effect::Broke(match consumer {
                Some(consumer) => Violation::Checksum {
                    page,
                    sector,
                    consumer,
                },
                None => Violation::Silent { page, sector },
            }));
        }
        let stamp = self.model.geometry.stamp;
        let interval = page as usize * self.model.geometry.sectors() + sector as usize;
        let covered = stamp.is_some_and(|it| it.interval(self.model.geometry) == interval);
        if covered && wire.is_some() && !self.model.contents.verifies(wire) {
            self.see(Effect::Broke(Violation::Checksum {
                page,
                sector,
                consumer: Consumer::Block,
            }));
        }
    }

    /// A store as the hardware does it: a cached writable and dirty translation lets it through
    /// whatever the page table says; otherwise the walk decides, and sets the PTE's dirty bit.
    fn user_store(&mut self, store: u8) -> Answer {
        let it = &self.model.actors[self.actor];
        let (Some(space), Some(tlb)) = (it.space, it.tlb) else {
            return Answer::Yes;
        };
        let page = self.model.stores[store as usize].page;
        let cell = self.model.layout.tlb(tlb.into(), page.into());
        let cached = Access(self.world[cell]);
        let pte = self.pte(space, page);
        let through = if cached.write() && cached.dirty() {
            Through::Tlb
        } else if pte.present() && pte.write() {
            self.set_pte(space, page, Access::WRITABLE_DIRTY);
            self.world[cell] = Access::WRITABLE_DIRTY.0;
            Through::PageTable
        } else {
            // A permission fault drops the CPU's own entry for the address.
            self.world[cell] = 0;
            let flags = self.my_flags();
            *flags = *flags & !(7 << bit::ORIG) | pte.0 << bit::ORIG;
            self.see(Effect::Faulted {
                page,
                space,
                mapped: pte.present(),
            });
            return Answer::Fault;
        };
        self.store(store, through);
        Answer::Yes
    }

    /// A load fills the TLB; a page that is not mapped yet is mapped read-only.
    fn load(&mut self, store: u8) {
        let it = &self.model.actors[self.actor];
        let (Some(space), Some(tlb)) = (it.space, it.tlb) else {
            return;
        };
        let page = self.model.stores[store as usize].page;
        let cell = self.model.layout.tlb(tlb.into(), page.into());
        if self.world[cell] == 0 {
            if !self.pte(space, page).present() {
                self.set_pte(space, page, Access::READ_ONLY);
            }
            self.world[cell] = self.pte(space, page).0;
        }
        self.see(Effect::Loaded { page, space });
    }

    fn make_writable(&mut self, page: u8, space: u8) -> Answer {
        let orig = *self.my_flags() >> bit::ORIG;
        // pte_same: somebody else changed it meanwhile.
        if self.pte(space, page).0 != orig {
            self.see(Effect::PteChanged { page, space });
            return Answer::No;
        }
        self.set_pte(space, page, Access::WRITABLE_DIRTY);
        self.see(Effect::MadeWritable { page, space });
        Answer::Yes
    }

    fn store(&mut self, store: u8, through: Through) {
        let it = &self.model.stores[store as usize];
        let at = &self.model.layout;
        let (page, p) = (it.page, it.page as usize);
        let sectors = self.model.geometry.sectors();
        let gone = self.world[at.flags(p)] & flag::GONE != 0;
        for s in 0..sectors {
            if !it.touches(self.model.geometry, s) {
                continue;
            }
            let sector = s as u8;
            let from = Content(self.world[at.memory(p, s)]);
            let interval = p * sectors + s;
            let to = self.model.contents.after(store.into(), interval, from);
            self.change(page, sector, store, from, to, through);
            if gone && from != to {
                self.see(Effect::Broke(Violation::Lost {
                    page,
                    sector,
                    how: Loss::Detached,
                }));
            }
        }
    }

    /// Changes an interval in memory; inside the stable window that is a broken promise.
    fn change(
        &mut self,
        page: u8,
        sector: u8,
        store: u8,
        from: Content,
        to: Content,
        through: Through,
    ) {
        let at = &self.model.layout;
        let (p, s) = (page as usize, sector as usize);
        self.world[at.memory(p, s)] = to.0;
        self.see(Effect::Stored {
            page,
            sector,
            store,
            from,
            to,
            through,
        });
        let copied = at.copy(p, s).is_some_and(|cell| self.world[cell] != 0);
        if from != to && self.world[at.sealed(p, s)] != 0 && !copied {
            self.see(Effect::Broke(Violation::Unstable { page, sector }));
        }
    }

    fn block(&self) -> Option<(usize, usize)> {
        let geometry = self.model.geometry;
        let interval = geometry.stamp?.interval(geometry);
        let sectors = geometry.sectors();
        Some((interval / sectors, interval % sectors))
    }

    fn block_content(&self) -> Content {
        let block = self.block();
        block.map_or(Content::NONE, |(page, sector)| {
            Content(self.world[self.model.layout.memory(page, sector)])
        })
    }

    fn store_checksum(&mut self) {
        let read = Content(self.world[self.model.layout.reg(self.actor)]);
        self.world[self.model.layout.reg(self.actor)] = 0;
        if let (Some((page, sector)), true) = (self.block(), read.is_some()) {
            let from = self.block_content();
            let to = self.model.contents.stamped(from, read);
            let (page, sector) = (page as u8, sector as u8);
            self.change(page, sector, u8::MAX, from, to, Through::Kernel);
        }
    }

    fn fsync_begin(&mut self) {
        let at = &self.model.layout;
        for page in 0..self.model.geometry.pages as usize {
            for sector in 0..self.model.geometry.sectors() {
                let memory = self.world[at.memory(page, sector)];
                let newer = self.model.cached[page] && memory != self.world[at.media(page, sector)];
                if let Some(cell) = at.promise(page, sector) {
                    self.world[cell] = if newer { memory } else { 0 };
                }
            }
            if let Some(cell) = at.sampled(page) {
                self.world[cell] = 0;
            }
        }
        self.see(Effect::FsyncBegan);
    }

    /// 2.6.39 tests and clears AS_EIO, so whoever asks first is told; with errseq each opener is
    /// told once. (filemap_fdatawait_range, mm/filemap.c, 2.6.39; file_check_and_advance_wb_err,
    /// 6.19)
    fn fsync_return(&mut self) {
        let at = &self.model.layout;
        let errors = self.world[at.global];
        let told = *self.my_flags() & bit::SEEN != 0;
        let (failed, missed) = if self.model.rules.errseq {
            (errors & global::ERROR_EVER != 0 && !told, false)
        } else {
            let failed = errors & global::ERROR_PENDING != 0;
            (failed, errors & global::ERROR_EVER != 0 && !failed && !told)
        };
        self.world[at.global] &= !global::ERROR_PENDING;
        if failed {
            *self.my_flags() |= bit::SEEN;
        }
        self.see(Effect::FsyncReturned { failed, missed });
        for page in 0..self.model.geometry.pages as usize {
            let gone = self.world[at.flags(page)] & flag::GONE != 0;
            for sector in 0..self.model.geometry.sectors() {
                let Some(cell) = at.promise(page, sector) else {
                    continue;
                };
                if self.world[cell] != 0 && !failed && !gone {
                    self.see(Effect::Broke(Violation::Lost {
                        page: page as u8,
                        sector: sector as u8,
                        how: Loss::Fsync,
                    }));
                }
                self.world[cell] = 0;
            }
        }
    }
}
