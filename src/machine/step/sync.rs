//! Dirty bits, waiting and waking, fsync, and the locks that are not the page lock.

use super::super::rest::unread;
use super::*;

impl<W: Watch> Run<'_, W> {
    pub(super) fn resource(&mut self, instr: Instr) -> Answer {
        let (what, free) = match instr.op {
            Op::Take(what) => (what, false),
            Op::Release(what) => (what, true),
            Op::Await(what) => (what, false),
            _ => return Answer::Yes,
        };
        let page = instr.page;
        let Some(cell) = self.model.layout.resource(what, instr.which(what)) else {
            return Answer::Yes;
        };
        let me = self.actor.0 + 1;
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

    pub(super) fn set_dirty(&mut self, page: PageId) {
        let was = *self.page_flags(page) & flag::DIRTY != 0;
        *self.page_flags(page) |= flag::DIRTY;
        // All buffers of the page become dirty with it. (__set_page_dirty_buffers)
        if let Some(cell) = self.model.layout.buffers(page) {
            self.world[cell] = self.model.geometry.all_sectors();
        }
        self.see(Effect::DirtySet { page, was });
    }

    pub(super) fn tag_towrite(&mut self) {
        for page in self.model.page_ids() {
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
    pub(super) fn find_tagged(&mut self, page: PageId) -> Answer {
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

    /// Sleeps once, and after being woken does not look at PG_writeback again.
    /// (`wait_on_page_writeback` before commit c2407cf7d22d.)
    pub(super) fn wait_once(&mut self, page: PageId) -> Answer {
        let flags = *self.my_flags();
        if flags & bit::WOKEN != 0 {
            *self.my_flags() &= !(bit::SLEEPING | bit::WOKEN);
            self.see(Effect::Woke { page });
            return Answer::Yes;
        }
        if self.world[self.model.layout.writeback(page)] == NOBODY {
            self.see(Effect::NoWriteback { page });
            return Answer::Yes;
        }
        *self.my_flags() |= bit::SLEEPING;
        self.see(Effect::FellAsleep { page });
        Answer::Stay
    }

    /// Marks as woken every actor that sleeps in [`Op::WaitOnce`] for this page; returns how many.
    pub(super) fn wake(&mut self, page: PageId) -> u8 {
        let mut many = 0;
        for actor in self.model.actor_ids() {
            let waits = instr(self.model, self.world, actor)
                .is_some_and(|instr| instr.op == Op::WaitOnce && instr.page == page);
            let cell = self.model.layout.actor_flags(actor);
            if waits && self.world[cell] & bit::SLEEPING != 0 {
                self.world[cell] |= bit::WOKEN;
                many += 1;
            }
        }
        many
    }

    pub(super) fn fsync_begin(&mut self) {
        let at = &self.model.layout;
        for page in self.model.page_ids() {
            for sector in self.model.sector_ids() {
                let memory = self.world[at.memory(page, sector)];
                let newer = self.model.cached[page.index()]
                    && memory != self.world[at.media(page, sector)]
                    && !unread(self.model, self.world, page, sector);
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

    /// Returns from fsync. 2.6.39 tests and clears AS_EIO, so the first caller is told of an error;
    /// with errseq each opener is told once. (filemap_fdatawait_range, mm/filemap.c, 2.6.39;
    /// file_check_and_advance_wb_err, 6.19)
    pub(super) fn fsync_return(&mut self) {
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
        for page in self.model.page_ids() {
            let gone = self.world[at.flags(page)] & flag::GONE != 0;
            for sector in self.model.sector_ids() {
                let Some(cell) = at.promise(page, sector) else {
                    continue;
                };
                if self.world[cell] != 0 && !failed && !gone {
                    self.see(Effect::Broke(Violation::Lost {
                        page,
                        sector,
                        how: Loss::Fsync,
                    }));
                }
                self.world[cell] = 0;
            }
        }
    }
}
