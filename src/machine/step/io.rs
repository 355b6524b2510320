//! A bio from its first page to the end of its I/O: submitter, device, completion.

use super::*;

impl<W: Watch> Run<'_, W> {
    /// The bio the device or the completion has at hand.
    pub(super) fn bio_at_hand(&self) -> Option<BioId> {
        self.world[self.model.layout.reg(self.actor)]
            .checked_sub(1)
            .map(BioId)
    }

    /// The sectors of a page that are in the bio the actor builds, one bit each.
    pub(super) fn own_sectors(&self, page: PageId) -> u8 {
        let own = own_bio(self.model, self.world, self.actor);
        own.map_or(0, |bio| self.model.sectors_in(self.world, bio, page))
    }

    /// The sectors that are in a bio now, page by page.
    pub(super) fn sectors_of(&self, bio: BioId) -> Sectors {
        Sectors::of(self.model, self.world, bio)
    }

    pub(super) fn under_io(&self, page: PageId, sector: SectorId) -> bool {
        let mask = self.model.layout.mask(page);
        mask.is_none_or(|cell| self.world[cell] & sector.bit() != 0)
    }

    pub(super) fn set_stage(&mut self, bio: BioId, stage: Stage) {
        let cell = self.model.layout.bio_state(bio);
        self.world[cell] = self.world[cell] & !bio::STAGE | stage as u8;
    }

    pub(super) fn clear_writeback(&mut self, page: PageId, woke: bool) -> Answer {
        let cell = self.model.layout.writeback(page);
        if self.world[cell] == NOBODY {
            return Answer::Bug(Assertion::EndWithoutWriteback);
        }
        self.world[cell] = NOBODY;
        self.release_from_bio(page);
        self.see(Effect::WritebackCleared { page, woke });
        Answer::Yes
    }

    /// Takes a page out of its bio; of several, out of the one at hand. A bio left without pages is free again.
    pub(super) fn release_from_bio(&mut self, page: PageId) {
        let at = &self.model.layout;
        let bio = match self.model.in_parts() {
            true => self.bio_at_hand(),
            false => self.world[at.bio_of(page, SectorId(0))]
                .checked_sub(1)
                .map(BioId),
        };
        let Some(bio) = bio else {
            return;
        };
        for (of, sector) in self.sectors_of(bio) {
            if of != page {
                continue;
            }
            for cell in [at.sealed(page, sector), at.wire(page, sector)] {
                self.world[cell] = 0;
            }
            if let Some(cell) = at.copy(page, sector) {
                self.world[cell] = 0;
            }
            if let Some(cell) = at.mask(page) {
                self.world[cell] &= !sector.bit();
            }
        }
        for cell in at.bios_of(page) {
            if self.world[cell] == bio.0 + 1 {
                self.world[cell] = 0;
            }
        }
        if self.sectors_of(bio).next().is_none() {
            self.world[at.bio_state(bio)] = 0;
            self.world[at.bio_owner(bio)] = NOBODY;
        }
    }

    pub(super) fn end_io(&mut self, page: PageId, what: EndIo) -> Answer {
        let mut last = what == EndIo::Writeback;
        if let (EndIo::Blocks, Some(cell)) = (what, self.model.layout.block_writeback(page)) {
            let bio = self.bio_at_hand();
            let mine = bio.map_or(0, |bio| self.model.sectors_in(self.world, bio, page));
            let left = self.world[cell] & !mine;
            last = left == 0;
            if last && self.world[self.model.layout.writeback(page)] == NOBODY {
                return Answer::Bug(Assertion::EndWithoutWriteback);
            }
            self.world[cell] = left;
        }
        if last {
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
        let which = Which::Page(page);
        let cell = resource.and_then(|resource| self.model.layout.resource(resource, which));
        if let Some(cell) = cell {
            self.world[cell] = 0;
        }
        self.release_from_bio(page);
        self.see(Effect::IoEnded { page, what });
        Answer::Yes
    }

    /// Adds sectors of a page to the actor's bio, or all of them where none are named.
    pub(super) fn bio_add(&mut self, page: PageId, sectors: Option<u8>) {
        let at = &self.model.layout;
        let own = own_bio(self.model, self.world, self.actor);
        let free = || nth_bio(self.model, self.world, Stage::Free, 0);
        // Each part of a page is in one bio at most and there are as many bios as parts, so one is free.
        let Some(bio) = own.or_else(free) else {
            return;
        };
        self.set_stage(bio, Stage::Building);
        self.world[at.bio_owner(bio)] = self.actor.0;
        let sectors = sectors.unwrap_or(u8::MAX);
        for sector in self.model.sector_ids() {
            if sectors & sector.bit() != 0 {
                self.world[at.bio_of(page, sector)] = bio.0 + 1;
            }
        }
        if let Some(cell) = at.mask(page) {
            let added = sectors & self.model.geometry.all_sectors();
            self.world[cell] = self.world[cell] & !sectors | added;
        }
        self.see(Effect::Added { page, bio });
    }

    /// What an I/O reads of a sector: the copy if there is one, else memory as it is now.
    pub(super) fn source(&self, page: PageId, sector: SectorId) -> Content {
        let at = &self.model.layout;
        let copy = at.copy(page, sector).map_or(0, |cell| self.world[cell]);
        match copy {
            0 => Content(self.world[at.memory(page, sector)]),
            id => Content(id),
        }
    }

    /// Copies sectors of a page, one bit each.
    pub(super) fn copy(&mut self, page: PageId, sectors: u8) {
        let at = &self.model.layout;
        for sector in self.model.sector_ids() {
            let wanted = sectors & sector.bit() != 0;
            if let Some(cell) = at.copy(page, sector).filter(|_| wanted) {
                self.world[cell] = self.world[at.memory(page, sector)];
            }
        }
    }

    /// Submits the bio, and seals every interval that has no checksum yet: without protection
    /// information its bytes must not change from here on. (The dossier's invariant I1.)
    pub(super) fn queue(&mut self) {
        let at = &self.model.layout;
        let Some(bio) = own_bio(self.model, self.world, self.actor) else {
            return;
        };
        let mut guarded = self.model.protection.guards();
        for (page, sector) in self.sectors_of(bio) {
            let sealed = at.sealed(page, sector);
            if self.world[sealed] == 0 && self.under_io(page, sector) {
                guarded = false;
                self.world[sealed] = self.source(page, sector).0;
            }
        }
        self.set_stage(bio, Stage::Queued);
        self.world[at.bio_owner(bio)] = self.actor.0;
        if guarded {
            self.world[at.bio_state(bio)] |= bio::GUARDED;
        }
        self.see(Effect::Queued { bio, guarded });
    }

    /// The bytes a tuple's guard was computed from: the submitter's when the bio is guarded,
    /// else those the HBA fetched (WRITE_INSERT).
    pub(super) fn tuple(&self, page: PageId, sector: SectorId) -> Content {
        let at = &self.model.layout;
        let guarded = self.world[at.bio_of(page, sector)]
            .checked_sub(1)
            .is_some_and(|bio| self.world[at.bio_state(BioId(bio))] & bio::GUARDED != 0);
        match guarded {
            true => Content(self.world[at.sealed(page, sector)]),
            false => Content(self.world[at.wire(page, sector)]),
        }
    }

    pub(super) fn verify(&mut self, hop: Hop, page: PageId, sector: SectorId) -> Answer {
        let at = &self.model.layout;
        let received = self.tuple(page, sector);
        let computed = Content(self.world[at.wire(page, sector)]);
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
        if let Some(bio) = self.bio_at_hand() {
            self.world[at.bio_state(bio)] |= bio::FAILED;
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

    pub(super) fn commit(&mut self) {
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return;
        };
        for (page, sector) in self.sectors_of(bio) {
            let wire = self.world[at.wire(page, sector)];
            if wire == 0 {
                continue;
            }
            self.world[at.media(page, sector)] = wire;
            if let Some(cell) = at.tuples(page, sector) {
                self.world[cell] = self.tuple(page, sector).0;
            }
            if let (Some(promise), Some(sampled)) = (at.promise(page, sector), at.sampled(page)) {
                let fresh = self.world[sampled] & sector.bit() != 0;
                if fresh || self.world[promise] == wire {
                    self.world[promise] = 0;
                    self.world[sampled] &= !sector.bit();
                }
            }
        }
        self.see(Effect::Committed { bio });
    }

    /// NVMe requeues a failed command up to `nvme_max_retries` times with the same PI buffer; the
    /// bytes are fetched anew. (drivers/nvme/host/core.c, 6.19)
    pub(super) fn requeue(&mut self) -> Answer {
        const MOST: u8 = 5;
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return Answer::No;
        };
        let cell = at.bio_state(bio);
        let times = (self.world[cell] & bio::REQUEUES) / bio::REQUEUE;
        if self.world[cell] & bio::FAILED == 0 || times >= MOST {
            return Answer::No;
        }
        self.world[cell] &= !bio::FAILED;
        self.world[cell] += bio::REQUEUE;
        for (page, sector) in self.sectors_of(bio) {
            self.world[at.wire(page, sector)] = 0;
        }
        let times = times + 1;
        self.see(Effect::Requeued { bio, times });
        Answer::Yes
    }

    pub(super) fn complete(&mut self) {
        let at = &self.model.layout;
        let Some(bio) = self.bio_at_hand() else {
            return;
        };
        let failed = self.world[at.bio_state(bio)] & bio::FAILED != 0;
        self.see(Effect::Completed { bio, failed });
        for (page, sector) in self.sectors_of(bio) {
            let sealed = Content(self.world[at.sealed(page, sector)]);
            let wire = Content(self.world[at.wire(page, sector)]);
            if !failed {
                self.judge(page, sector, sealed, wire);
            }
            // Nobody reads these registers of a completed bio; cleared, they do not tell apart
            // worlds that behave alike.
            self.world[at.sealed(page, sector)] = 0;
            self.world[at.wire(page, sector)] = 0;
            if let Some(cell) = at.copy(page, sector) {
                self.world[cell] = 0;
            }
            if let Some(cell) = at.sampled(page) {
                self.world[cell] &= !sector.bit();
            }
        }
        self.world[at.bio_state(bio)] &= !(bio::GUARDED | bio::REQUEUES);
        self.set_stage(bio, Stage::Done);
        self.world[at.bio_owner(bio)] = NOBODY;
    }

    /// Judges an interval of a write that was reported as done: whether the media holds the bytes
    /// that were sealed, and, of a block with its own checksum, whether that verifies.
    pub(super) fn judge(&mut self, page: PageId, sector: SectorId, sealed: Content, wire: Content) {
        let differs = wire != sealed;
        if differs {
            self.see(Effect::Broke(match self.model.protection {
                Protection::FsChecksum => Violation::Checksum {
                    page,
                    sector,
                    consumer: Consumer::FileSystem,
                },
                _ => Violation::UnstableWrite { page, sector },
            }));
        }
        if let Some(cell) = self.model.layout.mixed(page) {
            // Parity that is wrong once stays wrong where the array reads, modifies and writes (drivers/md/raid5.c).
            if differs {
                self.world[cell] |= sector.bit();
            } else if wire.is_some() && self.model.protection != Protection::Parity {
                self.world[cell] &= !sector.bit();
            }
        }
        let stamp = self.model.geometry.stamp;
        let interval = self.model.geometry.interval_number(page, sector);
        let covered = stamp.is_some_and(|stamp| stamp.interval(self.model.geometry) == interval);
        if covered && wire.is_some() && !self.model.contents.verifies(wire) {
            self.see(Effect::Broke(Violation::Checksum {
                page,
                sector,
                consumer: Consumer::Block,
            }));
        }
    }
}

/// Sectors, as one bit each, in the order of the pages.
pub(super) struct Sectors(u32);

impl Sectors {
    /// Those of a bio.
    fn of(model: &Model, world: &World, bio: BioId) -> Sectors {
        let pages = model.page_ids();
        Sectors(pages.fold(0, |all, page| {
            all | u32::from(model.sectors_in(world, bio, page)) << (SECTORS * page.index())
        }))
    }
}

impl Iterator for Sectors {
    type Item = (PageId, SectorId);

    fn next(&mut self) -> Option<(PageId, SectorId)> {
        let first = self.0.trailing_zeros() as usize;
        if self.0 == 0 {
            return None;
        }
        self.0 &= self.0 - 1;
        Some((PageId::at(first / SECTORS), SectorId::at(first % SECTORS)))
    }
}
