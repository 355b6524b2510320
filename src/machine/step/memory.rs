//! Stores, loads and page tables: how bytes change in memory, and who may change them.

use super::*;

impl<W: Watch> Run<'_, W> {
    /// One round of `page_mkclean_one`: a PTE that is dirty *or* writable is normalised.
    /// (The dossier's section 5; `mm/rmap.c`, 2.6.39 and 6.19.) `PteRevoke`, the walk of the 2011 RFC,
    /// takes only the write bit, and does not assert the page lock.
    pub(super) fn protect(&mut self, instr: Instr) -> Answer {
        let (page, space) = (instr.page, instr.space());
        let clean = instr.op == Op::PteWrprotect;
        if clean && self.lock_owner(page) != self.actor.0 {
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

    pub(super) fn flush(&mut self, page: PageId, space: SpaceId) {
        let mut entries = 0;
        for (tlb, of) in self.model.tlb_ids().zip(&self.model.tlb_spaces) {
            let cell = self.model.layout.tlb(tlb, page);
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

    /// Removes a PTE, as `munmap` and `truncate` do; a later step acts on its dirty bit.
    pub(super) fn zap(&mut self, page: PageId, space: SpaceId) -> Answer {
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

    /// A store as the hardware does it: a cached writable and dirty translation lets it through
    /// whatever the page table says; otherwise the walk decides, and sets the PTE's dirty bit.
    pub(super) fn user_store(&mut self, store: StoreId) -> Answer {
        let it = &self.model.actors[self.actor.index()];
        let (Some(space), Some(tlb)) = (it.space, it.tlb) else {
            return Answer::Yes;
        };
        let page = self.model.stores[store.index()].page;
        let cell = self.model.layout.tlb(tlb, page);
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
    pub(super) fn load(&mut self, store: StoreId) {
        let it = &self.model.actors[self.actor.index()];
        let (Some(space), Some(tlb)) = (it.space, it.tlb) else {
            return;
        };
        let page = self.model.stores[store.index()].page;
        let cell = self.model.layout.tlb(tlb, page);
        if self.world[cell] == 0 {
            if !self.pte(space, page).present() {
                self.set_pte(space, page, Access::READ_ONLY);
            }
            self.world[cell] = self.pte(space, page).0;
        }
        self.see(Effect::Loaded { page, space });
    }

    pub(super) fn make_writable(&mut self, page: PageId, space: SpaceId) -> Answer {
        let orig = *self.my_flags() >> bit::ORIG;
        // pte_same() fails: somebody else changed the PTE since the fault.
        if self.pte(space, page).0 != orig {
            self.see(Effect::PteChanged { page, space });
            return Answer::No;
        }
        self.set_pte(space, page, Access::WRITABLE_DIRTY);
        self.see(Effect::MadeWritable { page, space });
        Answer::Yes
    }

    pub(super) fn store(&mut self, store: StoreId, through: Through) {
        let it = &self.model.stores[store.index()];
        let at = &self.model.layout;
        let page = it.page;
        let gone = self.world[at.flags(page)] & flag::GONE != 0;
        for sector in self.model.sector_ids() {
            if !it.touches(self.model.geometry, sector) {
                continue;
            }
            let from = Content(self.world[at.memory(page, sector)]);
            let interval = self.model.geometry.interval_number(page, sector);
            let to = self.model.contents.after(store, interval, from);
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

    /// Changes an interval in memory, which breaks a rule if the interval is sealed and the I/O takes
    /// no copy.
    pub(super) fn change(
        &mut self,
        page: PageId,
        sector: SectorId,
        store: StoreId,
        from: Content,
        to: Content,
        through: Through,
    ) {
        let at = &self.model.layout;
        self.world[at.memory(page, sector)] = to.0;
        self.see(Effect::Stored {
            page,
            sector,
            store,
            from,
            to,
            through,
        });
        let copied = at
            .copy(page, sector)
            .is_some_and(|cell| self.world[cell] != 0);
        if from != to && self.world[at.sealed(page, sector)] != 0 && !copied {
            self.see(Effect::Broke(Violation::Unstable { page, sector }));
        }
    }

    /// The block that carries its own checksum, if there is one.
    pub(super) fn block(&self) -> Option<(PageId, SectorId)> {
        let stamp = self.model.geometry.stamp?;
        Some((stamp.page, stamp.sector(self.model.geometry)))
    }

    pub(super) fn block_content(&self) -> Content {
        let block = self.block();
        block.map_or(Content::NONE, |(page, sector)| {
            Content(self.world[self.model.layout.memory(page, sector)])
        })
    }

    pub(super) fn store_checksum(&mut self) {
        let read = Content(self.world[self.model.layout.reg(self.actor)]);
        self.world[self.model.layout.reg(self.actor)] = 0;
        if let (Some((page, sector)), true) = (self.block(), read.is_some()) {
            let from = self.block_content();
            let to = self.model.contents.stamped(from, read);
            self.change(page, sector, StoreId::CHECKSUM, from, to, Through::Kernel);
        }
    }
}
