//! The engine: what each step does.

use super::content::Content;
use super::effect::{Assertion, Effect, Hop, Through, Violation, Watch};
use super::model::{Model, Protection};
use super::op::{Instr, Op};
use super::status::{Status, instr, status};
use super::world::{Access, Bio, IoStatus, NOBODY, Stage, World};

/// Which actor moves, and which way where its op has more than one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The actor's number.
    pub actor: u8,
    /// The outcome's number; 0 for every op that has a single one.
    pub way: u8,
}

impl Choice {
    /// The only way of an actor whose op has one outcome.
    pub fn of(actor: usize) -> Choice {
        Choice {
            actor: actor as u8,
            way: 0,
        }
    }
}

/// Runs one step.
///
/// A choice that is not possible changes nothing and has no effects; [`status`] says why.
pub fn step(model: &Model, world: &World, choice: Choice) -> (World, Vec<Effect>) {
    let mut effects = Vec::new();
    let next = step_watched(model, world, choice, &mut effects);
    (next, effects)
}

/// As [`step`], with the effects shown to a watcher: the checker's way, which allocates nothing.
pub fn step_watched(model: &Model, world: &World, choice: Choice, watch: &mut impl Watch) -> World {
    let actor = choice.actor as usize;
    let mut next = *world;
    if choice.way != 0 || status(model, world, actor) != Status::Ready {
        return next;
    }
    let Some(instr) = instr(model, world, actor) else {
        return next;
    };
    let mut run = Run {
        model,
        world: &mut next,
        actor,
        watch,
    };
    match run.execute(instr) {
        Answer::Yes => run.go(world.actors[actor].pc + 1),
        Answer::No => run.go(instr.no),
        Answer::Fault => run.fault(),
        Answer::Bug(what) => {
            run.world.halted = true;
            run.see(Effect::Broke(Violation::Assertion {
                page: instr.page,
                what,
            }));
        }
    }
    next
}

/// How an op went: decides where its actor goes on.
enum Answer {
    Yes,
    No,
    Fault,
    Bug(Assertion),
}

/// One step under way.
struct Run<'a, W: Watch> {
    model: &'a Model,
    world: &'a mut World,
    actor: usize,
    watch: &'a mut W,
}

impl<W: Watch> Run<'_, W> {
    fn see(&mut self, effect: Effect) {
        self.watch.see(effect);
    }

    /// Moves the actor's pc, and past the end of a program or handler to where that leads.
    fn go(&mut self, to: u8) {
        let it = &self.model.actors[self.actor];
        let state = &mut self.world.actors[self.actor];
        state.pc = to;
        if state.retry != 0 && to as usize >= it.code.len() {
            state.pc = state.retry - 1;
            state.retry = 0;
            state.cleaned = false;
            self.see(Effect::Retries);
        } else if state.retry == 0 && to >= it.main {
            state.pc = if it.role.serves() { 0 } else { it.main };
            state.cleaned = false;
        }
    }

    fn fault(&mut self) {
        let it = &self.model.actors[self.actor];
        let state = &mut self.world.actors[self.actor];
        state.retry = state.pc + 1;
        state.pc = it.main;
    }

    fn execute(&mut self, instr: Instr) -> Answer {
        let page = instr.page;
        let p = page as usize;
        let sector = instr.arg;
        let s = sector as usize;
        let me = self.actor as u8;
        match instr.op {
            Op::LockPage => {
                self.world.pages[p].lock = me;
                self.see(Effect::Locked { page });
                Answer::Yes
            }
            Op::UnlockPage => {
                if self.world.pages[p].lock != me {
                    return Answer::Bug(Assertion::UnlockNotHeld);
                }
                self.world.pages[p].lock = NOBODY;
                self.see(Effect::Unlocked { page });
                Answer::Yes
            }
            Op::PteWrprotect => self.pte_wrprotect(page, instr.arg),
            Op::FlushTlb => {
                let mut entries = 0;
                for (tlb, space) in self.model.tlb_spaces.iter().enumerate() {
                    let entry = &mut self.world.tlbs[tlb][p];
                    if *space == instr.arg && entry.present() {
                        *entry = Access::NONE;
                        entries += 1;
                    }
                }
                self.see(Effect::TlbFlushed {
                    page,
                    space: instr.arg,
                    entries,
                });
                Answer::Yes
            }
            Op::RedirtyIfCleaned => {
                let state = &mut self.world.actors[self.actor];
                let cleaned = state.cleaned;
                state.cleaned = false;
                if cleaned {
                    self.set_dirty(page);
                } else {
                    self.see(Effect::NotRedirtied { page });
                }
                Answer::Yes
            }
            Op::TestClearPageDirty => {
                if self.world.pages[p].lock != me {
                    return Answer::Bug(Assertion::CleanUnlocked);
                }
                if !self.world.pages[p].dirty {
                    self.see(Effect::NotDirty { page });
                    return Answer::No;
                }
                self.world.pages[p].dirty = false;
                self.see(Effect::DirtyCleared { page });
                Answer::Yes
            }
            Op::SetPageDirty => {
                self.set_dirty(page);
                Answer::Yes
            }
            Op::SetPageWriteback => {
                let it = &mut self.world.pages[p];
                if it.writeback != NOBODY {
                    return Answer::Bug(Assertion::WritebackTwice);
                }
                if self.model.rules.writeback_asserts_lock && it.lock != me {
                    return Answer::Bug(Assertion::WritebackUnlocked);
                }
                it.writeback = me;
                self.see(Effect::WritebackSet { page });
                Answer::Yes
            }
            Op::WaitOnPageWriteback => {
                self.see(Effect::NoWriteback { page });
                Answer::Yes
            }
            Op::GenerateGuard => {
                let content = self.world.pages[p].memory[s];
                let bio = &mut self.world.bios[p];
                bio.stage = Stage::Preparing;
                bio.owner = me;
                bio.sealed[s] = content;
                self.see(Effect::Guarded {
                    page,
                    sector,
                    content,
                });
                Answer::Yes
            }
            Op::QueueBio => {
                self.queue(page);
                Answer::Yes
            }
            Op::TakeRequest => {
                self.world.bios[p].stage = Stage::InDevice;
                self.see(Effect::Taken { page });
                Answer::Yes
            }
            Op::DmaSector => {
                let content = self.world.pages[p].memory[s];
                self.world.bios[p].wire[s] = content;
                self.see(Effect::Fetched {
                    page,
                    sector,
                    content,
                });
                Answer::Yes
            }
            Op::HbaInsert => {
                let content = self.world.bios[p].wire[s];
                self.see(Effect::Inserted {
                    page,
                    sector,
                    content,
                });
                Answer::Yes
            }
            Op::HbaVerify => self.verify(Hop::Hba, page, sector),
            Op::TargetVerify => self.verify(Hop::Target, page, sector),
            Op::CommitMedia => {
                let bio = self.world.bios[p];
                let protected = self.model.protection != Protection::None;
                let media = &mut self.world.media[p];
                for s in 0..self.model.geometry.sectors() {
                    if bio.wire[s].is_some() {
                        media.bytes[s] = bio.wire[s];
                        if protected {
                            media.tuples[s] = bio.tuple(s);
                        }
                    }
                }
                self.see(Effect::Committed { page });
                Answer::Yes
            }
            Op::CompleteRequest => {
                self.complete(page);
                Answer::Yes
            }
            Op::BioEndio => {
                let failed = self.world.bios[p].status != IoStatus::Ok;
                self.see(Effect::Ended { page, failed });
                if failed { Answer::Yes } else { Answer::No }
            }
            Op::MappingSetError => {
                self.world.mapping_error = true;
                self.see(Effect::ErrorLatched { page });
                Answer::Yes
            }
            Op::EndPageWriteback => {
                if self.world.pages[p].writeback == NOBODY {
                    return Answer::Bug(Assertion::EndWithoutWriteback);
                }
                self.world.pages[p].writeback = NOBODY;
                self.world.bios[p] = Bio::FREE;
                self.see(Effect::WritebackCleared { page });
                Answer::Yes
            }
            Op::Store => self.store(instr.arg),
            Op::PteMkwrite => {
                let pte = &mut self.world.ptes[instr.arg as usize][p];
                let space = instr.arg;
                if pte.write() || !pte.present() {
                    self.see(Effect::PteChanged { page, space });
                    return Answer::No;
                }
                *pte = Access::WRITABLE_DIRTY;
                self.see(Effect::MadeWritable { page, space });
                Answer::Yes
            }
        }
    }

    fn set_dirty(&mut self, page: u8) {
        let it = &mut self.world.pages[page as usize];
        let was = it.dirty;
        it.dirty = true;
        self.see(Effect::DirtySet { page, was });
    }

    /// One round of `page_mkclean_one`: a PTE that is dirty *or* writable is normalised.
    /// (The dossier's section 5; `mm/rmap.c`, 2.6.39 and 6.19.)
    fn pte_wrprotect(&mut self, page: u8, space: u8) -> Answer {
        if self.world.pages[page as usize].lock != self.actor as u8 {
            return Answer::Bug(Assertion::CleanUnlocked);
        }
        let pte = &mut self.world.ptes[space as usize][page as usize];
        let was = *pte;
        if !was.dirty() && !was.write() {
            self.see(Effect::FoundClean { page, space });
            return Answer::No;
        }
        *pte = Access::new(was.present(), false, false);
        self.world.actors[self.actor].cleaned = true;
        self.see(Effect::Cleaned { page, space, was });
        Answer::Yes
    }

    /// Submission seals what has no guard yet: without protection information the bytes are
    /// promised from here on. (The dossier's invariant I1.)
    fn queue(&mut self, page: u8) {
        let sectors = self.model.geometry.sectors();
        let memory = self.world.pages[page as usize].memory;
        let bio = &mut self.world.bios[page as usize];
        bio.stage = Stage::Queued;
        bio.owner = self.actor as u8;
        bio.guarded = bio.sealed[..sectors].iter().all(|sealed| sealed.is_some());
        for (sealed, now) in bio.sealed.iter_mut().zip(memory).take(sectors) {
            if !sealed.is_some() {
                *sealed = now;
            }
        }
        let guarded = bio.guarded;
        self.see(Effect::Queued { page, guarded });
    }

    fn verify(&mut self, hop: Hop, page: u8, sector: u8) -> Answer {
        let bio = &self.world.bios[page as usize];
        let received = bio.tuple(sector as usize);
        let computed = bio.wire[sector as usize];
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
        self.world.bios[page as usize].status = IoStatus::Protection;
        self.see(Effect::Broke(Violation::Guard {
            hop,
            page,
            sector,
            received,
            computed,
        }));
        Answer::No
    }

    fn complete(&mut self, page: u8) {
        let p = page as usize;
        let bio = self.world.bios[p];
        let failed = bio.status != IoStatus::Ok;
        self.see(Effect::Completed { page, failed });
        if !failed {
            for sector in 0..self.model.geometry.sectors() {
                if self.world.media[p].bytes[sector] != bio.sealed[sector] {
                    self.see(Effect::Broke(Violation::Silent {
                        page,
                        sector: sector as u8,
                    }));
                }
            }
        }
        // Only the status is still of interest to anyone.
        self.world.bios[p] = Bio {
            stage: Stage::Done,
            status: bio.status,
            ..Bio::FREE
        };
    }

    /// A store as the hardware does it: a cached writable and dirty translation lets it through
    /// whatever the page table says; otherwise the walk decides, and sets the PTE's dirty bit.
    fn store(&mut self, store: u8) -> Answer {
        let it = &self.model.actors[self.actor];
        let page = self.model.stores[store as usize].page;
        let p = page as usize;
        let pte = &mut self.world.ptes[it.space as usize][p];
        let tlb = &mut self.world.tlbs[it.tlb as usize][p];
        let through = if tlb.write() && tlb.dirty() {
            Through::Tlb
        } else if pte.present() && pte.write() {
            *pte = Access::WRITABLE_DIRTY;
            *tlb = Access::WRITABLE_DIRTY;
            Through::PageTable
        } else {
            // A permission fault drops the CPU's own entry for the address.
            *tlb = Access::NONE;
            let space = it.space;
            self.see(Effect::Faulted { page, space });
            return Answer::Fault;
        };
        let sectors = self.model.geometry.sectors();
        for sector in 0..sectors {
            if !self.model.stores[store as usize].touches(self.model.geometry, sector) {
                continue;
            }
            let from = self.world.pages[p].memory[sector];
            let to = self
                .model
                .contents
                .after(store as usize, p * sectors + sector, from);
            self.world.pages[p].memory[sector] = to;
            self.see(Effect::Stored {
                page,
                sector: sector as u8,
                store,
                from,
                to,
                through,
            });
            let sealed: Content = self.world.bios[p].sealed[sector];
            if from != to && sealed.is_some() {
                self.see(Effect::Broke(Violation::Unstable {
                    page,
                    sector: sector as u8,
                }));
            }
        }
        Answer::Yes
    }
}
