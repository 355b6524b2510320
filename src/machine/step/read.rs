//! Reads: from the media into memory, checked there, and copied out of the kernel's page.

use super::super::read::ReadStep;
use super::super::rest::read_over;
use super::*;

impl<W: Watch> Run<'_, W> {
    pub(super) fn read_step(&mut self, step: ReadStep, instr: Instr) -> Answer {
        let at = &self.model.layout;
        let page = instr.page;
        match step {
            ReadStep::Bounce => {
                self.copy(page, self.own_sectors(page));
                self.see(Effect::ReadBounced { page });
            }
            ReadStep::Submit => {
                if let Some(bio) = own_bio(self.model, self.world, self.actor) {
                    self.set_stage(bio, Stage::Queued);
                    self.world[at.bio_state(bio)] |= bio::READ;
                    for (page, _) in self.sectors_of(bio) {
                        if self.world[at.lock(page)] == self.actor.0 {
                            self.world[at.lock(page)] = WITH_READ;
                        }
                    }
                    let guarded = false;
                    self.see(Effect::Queued { bio, guarded });
                }
            }
            ReadStep::Dma => self.read_sector(page, instr.sector()),
            ReadStep::Complete => {
                if let Some(bio) = self.bio_at_hand() {
                    self.set_stage(bio, Stage::Done);
                    self.world[at.bio_owner(bio)] = NOBODY;
                    let failed = false;
                    self.see(Effect::Completed { bio, failed });
                }
            }
            ReadStep::Check | ReadStep::Verify => {
                return self.verify_read(page, instr.sector(), step == ReadStep::Verify);
            }
            ReadStep::CopyOut => {
                let bio = self.world[at.reg(self.actor)];
                for sector in self.model.sector_ids() {
                    let Some(copy) = at.copy(page, sector) else {
                        continue;
                    };
                    if self.world[copy] != 0 && self.world[at.bio_of(page, sector)] == bio {
                        self.world[at.memory(page, sector)] = self.world[copy];
                        self.world[copy] = 0;
                    }
                }
                self.see(Effect::CopiedOut { page });
            }
            ReadStep::Again => {
                let Some(bio) = self.bio_at_hand() else {
                    return Answer::Yes;
                };
                for (page, sector) in self.sectors_of(bio) {
                    self.copy(page, sector.bit());
                    self.world[at.sealed(page, sector)] = 0;
                }
                self.set_stage(bio, Stage::Queued);
                self.see(Effect::ReadAgain { bio });
            }
            ReadStep::Unlock => {
                if self.world[at.lock(page)] == NOBODY {
                    return Answer::Bug(Assertion::UnlockNotHeld);
                }
                self.world[at.lock(page)] = NOBODY;
                self.see(Effect::Unlocked { page });
            }
            ReadStep::IsRead => {
                let Some(bio) = self.bio_at_hand() else {
                    return Answer::Yes;
                };
                let read = self.model.bio(self.world, bio).read;
                self.see(Effect::Direction { bio, read });
                if !read {
                    return Answer::No;
                }
            }
        }
        Answer::Yes
    }

    /// Brings a sector into the kernel's page if the bio has one, else into memory, past every lock and PTE. Its guard
    /// comes along where the host is to check it.
    fn read_sector(&mut self, page: PageId, sector: SectorId) {
        let at = &self.model.layout;
        let content = Content(self.world[at.media(page, sector)]);
        let copy = at.copy(page, sector).filter(|cell| self.world[*cell] != 0);
        let loses = copy.is_none() && read_over(self.model, self.world, page, sector);
        self.world[copy.unwrap_or(at.memory(page, sector))] = content.0;
        let guard = match self.model.protection {
            protection if protection.guards() => match at.tuples(page, sector) {
                Some(cell) => self.world[cell],
                None => content.0,
            },
            // The checksum that the file system keeps elsewhere is that of the bytes on media.
            Protection::FsChecksum => content.0,
            _ => 0,
        };
        self.world[at.sealed(page, sector)] = guard;
        let bounced = copy.is_some();
        self.see(Effect::ReadInto {
            page,
            sector,
            content,
            bounced,
        });
        if loses {
            let how = Loss::ReadOver;
            self.see(Effect::Broke(Violation::Lost { page, sector, how }));
        }
    }

    /// The host computes the checksum of a sector that was read, in a task, after the bytes have come.
    fn verify_read(&mut self, page: PageId, sector: SectorId, last: bool) -> Answer {
        let at = &self.model.layout;
        let received = Content(self.world[at.sealed(page, sector)]);
        let computed = self.source(page, sector);
        let guard = self.model.protection.guards();
        let matched = match (received.is_some(), guard) {
            (false, _) => true,
            (true, true) => self.model.contents.guards_match(received, computed),
            (true, false) => received == computed,
        };
        self.see(Effect::ReadChecked {
            page,
            sector,
            received,
            computed,
            matched,
        });
        if matched {
            return Answer::Yes;
        }
        if last {
            self.see(Effect::Broke(Violation::ReadMismatch {
                page,
                sector,
                guard,
                received,
                computed,
            }));
        }
        Answer::No
    }
}
