//! Reads: from the media into memory, and the host's own check.

use crate::machine::{Instr, PageId, Protection, ReadStep, SectorId};

use super::steps::{Then, Way, branch, or_else, way};
use super::writer::{Names, Writer};

impl Writer<'_> {
    /// The bytes of a sector that nobody has read yet, if the run begins with such.
    pub(super) fn not_read_yet(&self, page: PageId, sector: SectorId) -> Option<u8> {
        let (model, first) = (self.model, &self.model.initial);
        let reads = model.reads() || model.reads_and_writes();
        let it = model.page(first, page);
        let at = sector.index();
        let buffers = it.buffers.unwrap_or(u8::MAX);
        let dirty = it.dirty && buffers & sector.bit() != 0
            || (model.space_ids()).any(|space| model.pte(first, space, page).dirty());
        (reads && !dirty && it.memory[at] != it.media[at]).then_some(it.memory[at].0)
    }

    /// To be added to a condition on the bytes of a page's sector `n`: that they are no bytes that nobody has read yet.
    pub(super) fn but_for_unread(&self, page: PageId, n: &str) -> String {
        let all = self.model.sector_ids().filter_map(|sector| {
            let number = self.model.geometry.interval_number(page, sector);
            let first = self.not_read_yet(page, sector)?;
            match n.parse::<usize>() {
                Ok(it) if it != number => None,
                Ok(_) => Some(format!(" && memory[{n}] != {first}")),
                Err(_) => Some(format!(" && !({n} == {number} && memory[{n}] == {first})")),
            }
        });
        all.collect()
    }

    /// The condition that a read into a sector of memory brings older bytes over newer ones; none if it never does.
    fn read_over(&self, page: PageId, sector: SectorId, names: &Names) -> Option<String> {
        if !self.model.cached[page.index()] {
            return None;
        }
        let n = &names.sector;
        let mut when = format!("memory[{n}] != media[{n}]");
        if self.has.copy {
            when += &format!(" && copy[{n}] == 0");
        }
        if let Some(first) = self.not_read_yet(page, sector) {
            when += &format!(" && memory[{n}] != {first}");
        }
        if self.has.gone {
            when += &format!(" && !gone[{}]", names.page);
        }
        if self.has.errors {
            when += " && !failed_once";
        }
        Some(when)
    }

    /// What a step of a read does.
    pub(super) fn read_step(&mut self, step: ReadStep, instr: Instr, names: &Names) -> Vec<Way> {
        let (page, n) = (&*names.page, &*names.sector);
        let guards = self.has.guards;
        let does = |statements: &[&str]| way(vec![or_else(statements, Then::On)]);
        match step {
            ReadStep::Bounce => does(&[&self.copies(page, true)]),
            ReadStep::Submit => {
                let each = self.each_interval(
                    "if\n:: bio_of[{b}] == b && PG_locked[{p}] == me -> PG_locked[{p}] = WITH_READ\n:: else\nfi",
                );
                let body = format!(
                    "b = {};\n{each};\nbio_stage[b] = QUEUED; bio_read[b] = true",
                    self.own_bio
                );
                let head = "A read: the locks of its pages go with it.";
                does(&[&(self.library.inline("queue_read", head, "me", &body) + "(me)")])
            }
            ReadStep::Unlock => way(vec![
                branch(format!("PG_locked[{page}] == NOBODY"), &[], Then::Bug),
                or_else(&[&format!("PG_locked[{page}] = NOBODY")], Then::On),
            ]),
            ReadStep::IsRead => way(vec![
                branch("!bio_read[at_hand]", &[], Then::No),
                or_else(&[], Then::On),
            ]),
            ReadStep::Dma => {
                let into = match self.has.copy {
                    true => format!(
                        "if\n:: copy[{n}] != 0 -> copy[{n}] = media[{n}]\n:: else -> memory[{n}] = media[{n}]\nfi"
                    ),
                    false => format!("memory[{n}] = media[{n}]"),
                };
                let came = match (guards, self.has.tuples, self.model.protection) {
                    (true, true, _) => format!("tuples[{n}]"),
                    (true, false, _) | (_, _, Protection::FsChecksum) => format!("media[{n}]"),
                    _ => "0".to_owned(),
                };
                let sealed = format!("sealed[{n}] = {came}");
                match self.read_over(instr.page, instr.sector(), names) {
                    Some(when) => way(vec![
                        branch(when, &[&into, &sealed, "broke(LOST_UPDATE)"], Then::On),
                        or_else(&[&into, &sealed], Then::On),
                    ]),
                    None => does(&[&into, &sealed]),
                }
            }
            ReadStep::Complete => {
                does(&["b = at_hand; bio_stage[b] = DONE; bio_owner[b] = NOBODY"])
            }
            ReadStep::Check | ReadStep::Verify => {
                let (table, source) = (&self.guard_tag, self.source(n));
                let (differs, verdict) = match guards {
                    true => (
                        format!("{table}[sealed[{n}]] != {table}[{source}]"),
                        "broke(GUARD_ERROR)",
                    ),
                    false => (
                        format!("sealed[{n}] != {source}"),
                        "broke(CHECKSUM_MISMATCH)",
                    ),
                };
                let fails = if step == ReadStep::Verify {
                    verdict
                } else {
                    ""
                };
                way(vec![
                    branch(format!("sealed[{n}] != 0 && {differs}"), &[fails], Then::No),
                    or_else(&[], Then::On),
                ])
            }
            ReadStep::CopyOut => match self.has.copy {
                true => does(&[&self.copy_out(page)]),
                false => does(&[]),
            },
            ReadStep::Again => {
                let each = self.each_interval(
                    "if\n:: bio_of[{b}] == b -> copy[{n}] = memory[{n}]; sealed[{n}] = 0\n:: else\nfi",
                );
                let body = format!("b = at_hand;\n{each};\nbio_stage[b] = QUEUED");
                let head = "The same read once more, into a page of the kernel's.";
                does(&[&(self.library.inline("queue_read_again", head, "", &body) + "()")])
            }
        }
    }
}
