//! Reads: from the media into memory, and the host's own check.

use crate::machine::{Instr, Protection, ReadStep};

use super::steps::{Then, Way, branch, or_else, way};
use super::writer::Writer;

impl Writer<'_> {
    /// What a step of a read does.
    pub(super) fn read_step(&mut self, step: ReadStep, instr: Instr) -> Vec<Way> {
        let page = instr.page;
        let n = self.model.geometry.interval_number(page, instr.sector());
        let guards = self.has.guards;
        let does = |statements: &[&str]| way(vec![or_else(statements, Then::On)]);
        match step {
            ReadStep::Bounce => does(&[&self.copies(page, true)]),
            ReadStep::Submit => does(&[&format!("b = {}; bio_stage[b] = QUEUED", self.own_bio)]),
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
                does(&[&into, &format!("sealed[{n}] = {came}")])
            }
            ReadStep::Complete => {
                does(&["b = at_hand[me]; bio_stage[b] = DONE; bio_owner[b] = NOBODY"])
            }
            ReadStep::Check | ReadStep::Verify => {
                let (table, source) = (&self.guard_tag, self.source(&n.to_string()));
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
                let body = format!("b = at_hand[me];\n{each};\nbio_stage[b] = QUEUED");
                let head = "The same read once more, into a page of the kernel's.";
                does(&[&(self.library.inline("read_again", head, "me", &body) + "(me)")])
            }
        }
    }
}
