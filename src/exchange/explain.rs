//! A failure explained in a few sentences: which step broke which rule, who did what before, and what follows from it.

use super::case::Case;
use super::ending::exposed_words;
use super::leaks::{leak_words, leaks};
use super::narration::{hex, hop_name, instr_at, row, world_before};
use super::words::{begin, of_page, page, store, way};
use crate::explore::{Failure, Stored, Story};
use crate::machine::{
    ActorId, Assertion, Consumer, Effect, Hop, Loss, PageId, Protection, Resource, Stage, StoreId,
    Through, Violation,
};
use crate::scenario::Scenario;

/// The sentences that explain a failure.
pub fn explain(scenario: &Scenario, story: &Story, failure: &Failure) -> Vec<String> {
    let case = Case::of(scenario, story, failure);
    let mut said = match failure.violation {
        Violation::Unstable { .. } => case.changes().into_iter().collect(),
        Violation::Guard { hop, .. } => case.guard(hop),
        Violation::ReadMismatch { guard, .. } => case.read_mismatch(guard),
        Violation::UnstableWrite { .. } => case.unstable_write(),
        Violation::Torn { .. } => case.torn(true),
        Violation::Corrupt { .. } => case.torn(false),
        Violation::Checksum {
            consumer: Consumer::Block,
            ..
        } => case.block(),
        Violation::Checksum { .. } => case.checksum(),
        Violation::Lost { how, .. } => case.lost(how),
        Violation::Exposed { page } => case.exposed(page),
        Violation::Leaked(leak) => case.leaked(leak.page()),
        Violation::Assertion { what, .. } => case.assertion(what),
        Violation::Trap { .. } => case.trap(),
    };
    said.retain(|text| !text.is_empty());
    said
}

/// Who changed the bytes between checksum and fetch, in a sentence, where somebody did.
pub fn explain_change(scenario: &Scenario, story: &Story, failure: &Failure) -> Option<String> {
    Case::of(scenario, story, failure).changes()
}

impl Case<'_> {
    fn change(&self, it: &Stored) -> String {
        format!(
            "at step {} {} stored {} {}",
            it.step,
            self.the(it.actor),
            store(self.scenario, it.store),
            way(it.through)
        )
    }

    /// Who changed the bytes between checksum and fetch, and whether anything forbade it.
    fn changes(&self) -> Option<String> {
        let io = &self.failure.column;
        let until = io.fetched().unwrap_or(self.failure.step);
        // The bytes must not change from their checksum on or, without a checksum, from submission on.
        let from = io.sealed().or(io.queued).unwrap_or(0);
        let stores = self.stores(from, until);
        let last = stores.last()?;
        let many = match stores.len() {
            1 => String::new(),
            many => format!(" (the last of {many} such stores)"),
        };
        let rule = match (self.scenario.model.stable, io.sealed()) {
            (true, Some(_)) => "from their checksum to the end of the I/O they must not change",
            (true, None) => "from submission to the end of the I/O they must not change",
            _ => "nothing forbade it, because nothing asks for stable pages here",
        };
        let fetch = match io.fetched() {
            Some(step) => format!("before the bytes were fetched at step {step}"),
            None => "while the write was under way".to_owned(),
        };
        Some(format!(
            "In between, {}{many}, {fetch}: {rule}.",
            self.change(last)
        ))
    }

    /// When the checksum was taken (in the words `what`), or else when the write was submitted.
    fn sealed(&self, what: &str) -> String {
        let io = &self.failure.column;
        match (io.sealed(), io.queued) {
            (Some(step), _) => self.story.actor(step).map_or_else(String::new, |actor| {
                format!("{} {what} at step {step}.", begin(&self.the(actor)))
            }),
            (None, Some(step)) => format!("The write was submitted at step {step}."),
            _ => String::new(),
        }
    }

    /// Whether a later writeback will write the page again after its write has failed.
    fn afterwards(&self) -> &'static str {
        match self.page.dirty {
            true => {
                "`PG_dirty` is set again by now, so the next writeback tries once more; fsync still reports the error, once."
            }
            false => {
                "`PG_dirty` is clear by now, so no writeback tries again unless somebody dirties the page; fsync reports the error, once."
            }
        }
    }

    fn guard(&self, hop: Hop) -> Vec<String> {
        let it = self.failure;
        let mut said = vec![format!(
            "At step {} the {} recomputed the guard of {} (LBA {}): it received {} and computed {} from the bytes that arrived.",
            it.step,
            hop_name(self.scenario, hop),
            self.sector,
            it.lba,
            self.hex(it.sealed),
            self.hex(it.fetched),
        )];
        said.push(self.sealed("had computed the received guard"));
        said.extend(self.changes());
        said.push(
            "No hardware misbehaved, yet the whole bio fails with `-EILSEQ`, and so does every page in it."
                .to_owned(),
        );
        if self.scenario.model.cached[it.page.index()] {
            said.push(self.afterwards().to_owned());
        }
        said
    }

    fn unstable_write(&self) -> Vec<String> {
        let sector = self.failure.sector.index();
        let (sealed, wire) = (self.page.sealed[sector], self.page.wire[sector]);
        let model = &self.scenario.model;
        let (what, taken) = match model.protection {
            Protection::Parity => (
                "parity was computed from other bytes of",
                "had computed the parity",
            ),
            Protection::Mirror => (
                "the legs of the mirror took different bytes of",
                "had fetched the sector for the first leg",
            ),
            _ => (
                "the media got other bytes than were submitted for",
                "had computed its guard",
            ),
        };
        let mut said = vec![format!(
            "At step {} the write was reported as done, but {what} {}.",
            self.failure.step, self.sector
        )];
        said.push(self.sealed(taken));
        said.extend(self.changes());
        let guarded = model.protection.guards();
        said.push(match model.protection {
            _ if !wire.is_some() => "Nobody ever fetched these bytes.".to_owned(),
            _ if guarded && self.failure.column.sealed().is_some() && model.contents.guards_match(sealed, wire) => {
                format!(
                    "The bytes differ, but both have the guard {}: every check compared equal guards and let them pass.",
                    self.hex(wire)
                )
            }
            _ if guarded => {
                "The bio carried no guard from before the change, so no check could notice."
                    .to_owned()
            }
            Protection::HbaInsert => {
                "The adapter computed the guard itself, from the bytes it had fetched, so the disk's check could only agree: a guard that is made after the change blesses it."
                    .to_owned()
            }
            Protection::Parity => "Parity and data disagree, and nothing on the way compares them.".to_owned(),
            Protection::Mirror => "The two legs hold different bytes, and nothing on the way compares them.".to_owned(),
            _ => "Nobody on the way keeps a checksum, so nobody notices.".to_owned(),
        });
        said
    }

    /// What an unstable write has left at the end of the run.
    fn torn(&self, repaired: bool) -> Vec<String> {
        let (it, model) = (self.failure, &self.scenario.model);
        let write = self.story.unstable_write(it.page);
        let mut said = vec![match model.protection {
            _ if write.is_none() => format!(
                "Everyone is done after step {}, and the media hold half of a store: of {} they have the bytes from before it.",
                it.step, self.sector
            ),
            Protection::Parity => format!(
                "Everyone is done after step {}, and the parity of {} does not fit its data.",
                it.step, self.sector
            ),
            Protection::Mirror => format!(
                "Everyone is done after step {}, and the legs of the mirror differ in {}.",
                it.step, self.sector
            ),
            _ if model.has(Resource::Shadow) => format!(
                "Everyone is done after step {}, and what the journal holds of {} belongs to no transaction: part of it is of the next one.",
                it.step, self.sector
            ),
            _ => format!(
                "Everyone is done after step {}, and the media hold a mix: {} there is not what memory holds, and the page as a whole is not what was submitted.",
                it.step, self.sector
            ),
        }];
        if let Some(write) = write {
            said.extend(Case::of(self.scenario, self.story, write).unstable_write());
        } else if let Some(halved) = self.halved() {
            said.push(format!(
                "{} copied {} at step {}; {}; the rest was copied after that, at step {}.",
                begin(&self.the(halved.copier)),
                self.sector,
                halved.copied,
                self.change(&halved.store),
                halved.rest
            ));
            said.push(
                "Every checksum and guard was computed over the copy, so all of them fit."
                    .to_owned(),
            );
        }
        said.push(match (repaired, model.protection) {
            (true, _) => "The page is dirty, so the next writeback writes it anew. The mix stays only if the machine stops before that.".to_owned(),
            (false, Protection::Parity) if write.is_some() => "No writeback is sure to mend that: a read-modify-write carries the error on, and only parity computed anew from all the data heals it. A rebuild before that gives wrong bytes, perhaps for a block that nobody has touched.".to_owned(),
            (false, _) if !model.cached[it.page.index()] => "It was the program's own memory: nobody but the program can write it again.".to_owned(),
            (false, _) => "The page is clean: no writeback will look at it again.".to_owned(),
        });
        said
    }

    fn checksum(&self) -> Vec<String> {
        let mut said = vec![format!(
            "At step {} the write was reported as done, but the file system's checksum was taken from other bytes of {} than reached the media.",
            self.failure.step, self.sector
        )];
        said.push(self.sealed("had computed the checksum"));
        said.extend(self.changes());
        said.push("The checksum is kept apart from the data: a read from the disk computes it again and finds that it does not match.".to_owned());
        said
    }

    fn block(&self) -> Vec<String> {
        let mut said = vec![format!(
            "At step {} the block in {} was reported as written, but the checksum inside it does not fit its bytes.",
            self.failure.step, self.sector
        )];
        let until = self.failure.column.fetched().unwrap_or(self.failure.step);
        let all = self.stores(0, until);
        let put = all.iter().rfind(|it| it.store == StoreId::CHECKSUM);
        let read = put.and_then(|put| {
            let computed = |it: &Effect| matches!(it, Effect::ChecksumRead { .. });
            self.story.last(put.step, Some(put.actor), &computed)
        });
        if let (Some(put), Some(read)) = (put, read) {
            said.push(format!(
                "{} computed it at step {read} and stored it at step {}.",
                begin(&self.the(put.actor)),
                put.step
            ));
        }
        if let Some(other) = all.iter().rfind(|it| it.store != StoreId::CHECKSUM) {
            let text = begin(&self.change(other));
            said.push(match (read, put) {
                (Some(read), Some(put)) if other.step > read && other.step < put.step => {
                    format!("{text}, in between: the checksum belongs to bytes that are gone.")
                }
                _ => format!(
                    "{text}; nobody had stored a new checksum yet when the block was fetched at step {until}."
                ),
            });
        }
        if all.is_empty() {
            said.push("It was wrong when the run began, and nobody has stored another.".to_owned());
        }
        said.push(match self.scenario.model.protection {
            Protection::None => "Nobody on the way looks inside the block.".to_owned(),
            _ => "Whoever checks on the way compares the bytes with their own checksum, which is right: nobody looks inside the block."
                .to_owned(),
        });
        said
    }

    fn exposed(&self, number: PageId) -> Vec<String> {
        let (scenario, it) = (self.scenario, self.failure);
        let name = page(scenario, number);
        let mut said = vec![format!(
            "Everyone is done after step {}, and {name} counts as clean: {}.",
            it.step,
            exposed_words(scenario, self.story, number)
        )];
        let cleared = self.last(|effect| match effect {
            Effect::DirtyCleared { page } => Some(*page),
            _ => None,
        });
        if let Some((step, actor)) = cleared {
            said.push(format!(
                "{} cleared `PG_dirty` at step {step}, and nobody has set it since.",
                begin(&self.the(actor))
            ));
        }
        said.push("Nothing is lost yet. But nobody is told of the next store, and writeback and fsync look at `PG_dirty` only.".to_owned());
        said
    }

    fn leaked(&self, page: PageId) -> Vec<String> {
        let (scenario, story) = (self.scenario, self.story);
        let mine = leaks(scenario, story).into_iter();
        let mine = mine.filter(|it| it.page() == page);
        let each = mine.map(|it| format!("{}.", begin(&leak_words(scenario, story, it))));
        let mut said: Vec<String> = each.collect();
        said.push(format!(
            "Everyone is done after step {}: nobody is left to put that right.",
            self.failure.step
        ));
        said
    }

    fn lost(&self, how: Loss) -> Vec<String> {
        let it = self.failure;
        let number = page(self.scenario, it.page);
        let of = of_page(self.scenario, it.page);
        let stores = self.stores(0, it.step);
        let (fetched, copied) = (self.fetched(), self.copied());
        match how {
            Loss::AtRest => {
                let mut said = vec![format!(
                    "Everyone is done after step {}, and {} is newer in memory than on the media.",
                    it.step, self.sector
                )];
                let change = stores.last();
                let text = change.map_or_else(String::new, |last| begin(&self.change(last)));
                said.push(match (change.map(|last| last.step), fetched) {
                    (Some(stored), Some(_)) if copied.is_some_and(|copy| copy < stored) => format!(
                        "{text}, the last change to it; the write takes the copy of step {}, which was made before that.",
                        copied.unwrap_or(0)
                    ),
                    (Some(stored), Some(step)) if step > stored => format!(
                        "{text}, the last change to it; it was fetched at step {step}, but did not reach the media."
                    ),
                    (Some(_), Some(step)) => format!(
                        "{text}, the last change to it; the write had fetched it at step {step}, before that."
                    ),
                    (Some(_), None) => {
                        format!("{text}, the last change to it; no write has fetched it.")
                    }
                    (None, Some(step)) => format!(
                        "It was newer when the run began; it was fetched at step {step}, but did not reach the media."
                    ),
                    (None, None) => {
                        "It was newer when the run began, and no write has fetched it.".to_owned()
                    }
                });
                if stores.last().is_some_and(|it| it.through == Through::Tlb) {
                    said.push("A store through a writable and dirty TLB entry sets no bit in the PTE, so nobody was told.".to_owned());
                }
                let cleared = self.last(|effect| match effect {
                    Effect::DirtyCleared { page } | Effect::DirtyCancelled { page } => Some(*page),
                    _ => None,
                });
                if let Some((step, actor)) = cleared {
                    let who = begin(&self.the(actor));
                    let when = match change {
                        Some(last) if last.step > step => ", before that change",
                        Some(_) => ", after that change",
                        None => "",
                    };
                    said.push(format!(
                        "{who} cleared `PG_dirty`{of} at step {step}{when}."
                    ));
                }
                said.push(format!(
                    "No dirty bit, no I/O and no error says so: no writeback will look at {number}."
                ));
                said
            }
            Loss::Fsync => {
                let began = |effect: &Effect| matches!(effect, Effect::FsyncBegan);
                let began = self.story.last(it.step, Some(it.actor), &began);
                let began = began.unwrap_or(0);
                let mut said = vec![format!(
                    "At step {} fsync returned success to {}, but what {} held when fsync was called (step {began}) is not on the media.",
                    it.step,
                    self.the(it.actor),
                    self.sector
                )];
                let earlier = stores.iter().rfind(|it| it.step <= began);
                said.extend(earlier.map(|last| format!("{}.", begin(&self.change(last)))));
                let missed = Effect::FsyncReturned {
                    failed: false,
                    missed: true,
                };
                let told = self.story.steps.get(it.step.saturating_sub(1));
                said.push(match fetched {
                    _ if told.is_some_and(|it| it.effects.contains(&missed)) => {
                        "The write failed, and somebody else was told of the error already."
                            .to_owned()
                    }
                    Some(step) if step > began => format!(
                        "It was fetched at step {step}, but had not reached the media when fsync returned."
                    ),
                    _ => "No device has fetched it since.".to_owned(),
                });
                said.push("Whoever called fsync relies on bytes that are not there.".to_owned());
                said
            }
            Loss::ReadOver => {
                let mut said = Vec::new();
                if let Some(last) = stores.last() {
                    said.push(format!("{}.", begin(&self.change(last))));
                }
                said.push(format!(
                    "At step {} the read brought the bytes of the media over it: {} in memory is as old as on the disk again.",
                    it.step, self.sector
                ));
                said.push(
                    "Nobody is told: whoever writes the page back now writes the old bytes."
                        .to_owned(),
                );
                said
            }
            Loss::Detached => {
                let removed = self.last(|effect| match effect {
                    Effect::Removed { page } => Some(*page),
                    _ => None,
                });
                let mut said = Vec::new();
                if let Some(last) = stores.last() {
                    said.push(format!(
                        "{}, into {}.",
                        begin(&self.change(last)),
                        self.sector
                    ));
                }
                if let Some((step, actor)) = removed {
                    let who = self.the(actor);
                    said.push(format!(
                        "But {who} had removed {number} from the file at step {step}: the bytes belong to no file any more."
                    ));
                }
                said.push("No writeback finds such a page. That is why whoever has slept on the page lock must check the mapping again.".to_owned());
                said
            }
        }
    }

    /// A read that brought the right bytes and failed all the same.
    fn read_mismatch(&self, guard: bool) -> Vec<String> {
        let it = self.failure;
        let contents = &self.scenario.model.contents;
        let of = |content| hex(contents.guard(content));
        let mut said = vec![match guard {
            true => format!(
                "{} came from the disk with the guard {}, which fits its bytes there. When the host computed it over what memory held, it was {}.",
                begin(&self.sector),
                of(it.sealed),
                of(it.fetched)
            ),
            false => format!(
                "{} came from the disk as it was written, but the file system found other bytes in memory when it took their checksum.",
                begin(&self.sector)
            ),
        }];
        let stored = |effect: &Effect| matches!(*effect, Effect::Stored { page, sector, .. } if (page, sector) == (it.page, it.sector));
        if let Some(step) = self.story.last(it.step, None, &stored)
            && let Some(actor) = self.story.actor(step)
        {
            said.push(format!(
                "{} had stored into the buffer at step {step}, between the device and the check.",
                begin(&self.the(actor))
            ));
        }
        said.push("Neither disk nor wire is at fault: a second read may well succeed.".to_owned());
        said
    }

    fn assertion(&self, what: Assertion) -> Vec<String> {
        let it = self.failure;
        let before = world_before(self.scenario, self.story, it.step.saturating_sub(1));
        let step = row(instr_at(self.scenario, &before, it.actor));
        let mut said = vec![format!(
            "At step {} {} ran \"{}\" on {}.",
            it.step,
            self.the(it.actor),
            step.label,
            page(self.scenario, it.page)
        )];
        let of = of_page(self.scenario, it.page);
        let by = |who: ActorId, what: &str| format!("{what} {}", self.the(who));
        said.push(match what {
            Assertion::UnlockNotHeld
            | Assertion::CleanUnlocked
            | Assertion::WritebackUnlocked
            | Assertion::RemoveUnlocked => match self.page.lock {
                None => format!("Nobody held the page lock{of} then."),
                Some(holder) => format!("The page lock{of} was {} then.", by(holder, "held by")),
            },
            Assertion::BelowZero => {
                "Nothing was counted then that was not over already.".to_owned()
            }
            Assertion::WritebackTwice | Assertion::StillWriteback => {
                let set = self.last(|effect| match effect {
                    Effect::WritebackSet { page } => Some(*page),
                    _ => None,
                });
                let way = match self.stage {
                    Stage::Free => ", and is in no bio",
                    Stage::Building => ", and its bio is not submitted yet",
                    _ => ", and its write is still on its way",
                };
                match set {
                    Some((step, actor)) => format!(
                        "`PG_writeback`{of} was {} at step {step}{way}.",
                        by(actor, "set by")
                    ),
                    None => format!("`PG_writeback`{of} was set."),
                }
            }
            Assertion::EndWithoutWriteback => {
                let cleared = self.last(|effect| match effect {
                    Effect::WritebackCleared { page, .. } => Some(*page),
                    _ => None,
                });
                match cleared {
                    Some((step, actor)) => format!(
                        "`PG_writeback`{of} had been {} at step {step} already.",
                        by(actor, "cleared by")
                    ),
                    None => format!("`PG_writeback`{of} had never been set."),
                }
            }
            Assertion::ReleaseNotHeld => format!("{} did not hold it.", self.who()),
        });
        said.push(format!(
            "The kernel would stop with a BUG or complain with a WARN: {}.",
            what.meaning()
        ));
        said
    }

    fn trap(&self) -> Vec<String> {
        let it = self.failure;
        let of = of_page(self.scenario, it.page);
        let set = self.last(|effect| match effect {
            Effect::KernelMapping {
                page,
                read_only: true,
            } => Some(*page),
            _ => None,
        });
        let mut said = vec![format!(
            "At step {} {} stored into {} through the kernel's own mapping, which is read-only.",
            it.step,
            self.the(it.actor),
            page(self.scenario, it.page)
        )];
        if let Some((step, actor)) = set {
            said.push(format!(
                "{} had made the mapping{of} read-only at step {step}.",
                begin(&self.the(actor))
            ));
        }
        said.push("The debugging aid stops the culprit in the act, instead of leaving a guard error that says only that somebody changed the bytes.".to_owned());
        said
    }
}
