//! What the protocol asks of a kernel, and what a capture says about it.

use std::fmt::Write as _;

use super::Capture;
use super::event::NONE;

/// A rule of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// `page_mkwrite` lets nobody write while PG_writeback is set.
    Granted,
    /// `write(2)` changes no bytes while PG_writeback is set.
    Copied,
    /// Write access goes before the bytes are read.
    Protected,
    /// PG_writeback is set before the page lock is given back.
    Marked,
    /// A folio is under one write at a time.
    Once,
    /// Whoever waits for writeback goes on after its end.
    Waited,
    /// PG_writeback is cleared when the disk has answered.
    Ended,
    /// The disk takes what it is sent.
    Taken,
}

impl Rule {
    /// All rules, in the order in which they are shown.
    pub const ALL: [Rule; 8] = [
        Rule::Granted,
        Rule::Copied,
        Rule::Protected,
        Rule::Marked,
        Rule::Once,
        Rule::Waited,
        Rule::Ended,
        Rule::Taken,
    ];

    /// The rule as a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Rule::Granted => "page_mkwrite lets nobody write while PG_writeback is set",
            Rule::Copied => "write(2) changes no bytes while PG_writeback is set",
            Rule::Protected => "Write access is taken away before PG_writeback is set",
            Rule::Marked => "PG_writeback is set before the page lock is given back",
            Rule::Once => "A folio is under one write at a time",
            Rule::Waited => "Whoever waits for writeback goes on only after its end",
            Rule::Ended => "PG_writeback is cleared only after the disk has answered",
            Rule::Taken => "The disk takes what it is sent",
        }
    }

    /// Where the kernel says so, in the form of a scenario's `[[source]]`.
    pub fn source(self) -> &'static str {
        match self {
            Rule::Granted => {
                "folio_wait_stable, mm/page-writeback.c (6.19); do_page_mkwrite, mm/memory.c (6.19)"
            }
            Rule::Copied => "folio_wait_stable, mm/page-writeback.c (6.19)",
            Rule::Protected => "folio_clear_dirty_for_io, mm/page-writeback.c (6.19)",
            Rule::Marked | Rule::Once => "__folio_start_writeback, mm/page-writeback.c (6.19)",
            Rule::Waited => "folio_wait_writeback, mm/page-writeback.c (6.19)",
            Rule::Ended => "folio_end_writeback, mm/filemap.c (6.19)",
            Rule::Taken => "blk_update_request, block/blk-mq.c (6.19)",
        }
    }
}

/// What a capture says about one occasion to keep a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The rule is broken.
    Broken,
    /// It does not hold, and need not: the mapping does not ask for stable pages.
    NotAsked,
    /// The capture cannot tell.
    Unknown,
    /// The rule is kept.
    Kept,
}

impl Finding {
    /// All, the gravest first.
    pub const ALL: [Finding; 4] = [
        Finding::Broken,
        Finding::NotAsked,
        Finding::Unknown,
        Finding::Kept,
    ];

    /// The finding in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Finding::Broken => "broken",
            Finding::NotAsked => "not stable, not asked for",
            Finding::Unknown => "cannot tell",
            Finding::Kept => "kept",
        }
    }
}

/// Why a capture cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing is missing.
    Nothing,
    /// What happened before the capture begins.
    Before,
    /// The function or tracepoint is not recorded.
    NotRecorded(&'static str),
    /// Which folio a line is about is not recorded.
    WhichFolio,
    /// Whether the mapping asks for stable pages.
    Asked,
    /// Two lines of two CPUs have the same time.
    SameTime,
    /// Which request the folio went out with.
    WhichRequest,
}

impl Why {
    fn words(self) -> String {
        match self {
            Why::Nothing => String::new(),
            Why::Before => "what happened before the capture begins is not in it".to_owned(),
            Why::NotRecorded(name) => format!("{name} is not recorded"),
            Why::WhichFolio => "which folio these lines are about is not recorded".to_owned(),
            Why::Asked => "nothing shows whether the mapping asks for stable pages".to_owned(),
            Why::SameTime => {
                "these lines of two CPUs have the same time, so which came first is not certain"
                    .to_owned()
            }
            Why::WhichRequest => "which request the folio went out with does not show".to_owned(),
        }
    }
}

/// One occasion to keep a rule, and the lines that say what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The rule.
    pub rule: Rule,
    /// Whether it is kept.
    pub finding: Finding,
    /// The folio, by its place in [`Capture::folios`]; `u32::MAX` where it is not known.
    pub folio: u32,
    /// The events that say so, by their places in [`Capture::events`]; `u32::MAX` for none. What they are depends on the rule.
    pub at: [u32; 4],
    /// Why the capture cannot tell.
    pub why: Why,
}

impl Outcome {
    /// The lines that say so, from 1, in their order.
    pub fn lines(&self, capture: &Capture) -> Vec<u32> {
        let known = self.at.iter().filter(|it| **it != NONE);
        let mut lines: Vec<u32> = known.map(|it| capture.events[*it as usize].line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// What came of it, with the numbers of its lines.
    pub fn words(&self, capture: &Capture) -> String {
        let line = |at: usize| match self.at[at] {
            NONE => "a line that is not in the capture".to_owned(),
            event => format!("line {}", capture.events[event as usize].line),
        };
        let has = |at: usize| self.at[at] != NONE;
        let task = |at: usize| match self.at[at] {
            NONE => "somebody".to_owned(),
            event => capture.task_name(capture.events[event as usize].task),
        };
        let name = |at: usize| match self.at[at] {
            NONE => "",
            event => capture.events[event as usize].name(),
        };
        let folio = capture.folio_name(self.folio);
        let mut words = match (self.rule, self.finding) {
            (Rule::Granted, Finding::Kept) => match has(2) {
                true => format!(
                    "{} was let write {folio} at {}: {} was over since {}",
                    task(0),
                    line(0),
                    "writeback",
                    line(2)
                ),
                false => format!(
                    "{} was let write {folio} at {}: it was not under writeback",
                    task(0),
                    line(0)
                ),
            },
            (Rule::Granted, Finding::Unknown) if self.folio == NONE => {
                format!("{} called {} at {}", task(0), name(0), line(0))
            }
            (Rule::Granted, Finding::Unknown) => {
                format!("{} was let write {folio} at {}", task(0), line(0))
            }
            (Rule::Granted, _) => {
                let since = match has(1) {
                    true => format!("since {}", line(1)),
                    false => format!("since before the capture begins, until {}", line(2)),
                };
                let mut words = format!(
                    "page_mkwrite returned at {} and let {} write {folio} while writeback was set {since}",
                    line(0),
                    task(0)
                );
                if has(3) {
                    let _ = write!(words, "; bio_integrity_prep came at {}", line(3));
                }
                words
            }
            (Rule::Copied, Finding::Kept) => format!(
                "{} had {folio} for a write from {} to {}: it was not under writeback",
                task(0),
                line(2),
                line(0)
            ),
            (Rule::Copied, Finding::Unknown) => format!(
                "{} had {folio} for a write from {} to {}",
                task(0),
                line(2),
                line(0)
            ),
            (Rule::Copied, _) => {
                let since = match has(1) {
                    true => format!("since {}", line(1)),
                    false => "since before the capture begins".to_owned(),
                };
                format!(
                    "{} had {folio} for a write from {} to {} while writeback was set {since}",
                    task(0),
                    line(2),
                    line(0)
                )
            }
            (Rule::Protected, Finding::Kept) => format!(
                "{folio}: cleared for I/O at {}, write access taken away at {}, marked at {}",
                line(0),
                line(1),
                line(2)
            ),
            (Rule::Protected, Finding::Unknown) => format!("{folio}: marked at {}", line(2)),
            (Rule::Protected, _) => format!(
                "{folio}: cleared for I/O at {} and marked at {}; no {} between them, so a writable PTE stays",
                line(0),
                line(2),
                "folio_mkclean"
            ),
            (Rule::Marked, Finding::Kept) => {
                format!("{folio}: marked at {}, unlocked at {}", line(1), line(2))
            }
            (Rule::Marked, _) => format!(
                "{folio}: cleared for I/O at {}, unlocked at {}, and marked only at {}: between the two anybody finds it clean and not under writeback",
                line(0),
                line(2),
                line(1)
            ),
            (Rule::Once, Finding::Kept) => format!(
                "{folio}: marked at {}; its last write ended at {}",
                line(1),
                line(0)
            ),
            (Rule::Once, Finding::Unknown) => format!("{folio}: marked at {}", line(1)),
            (Rule::Once, _) => format!(
                "{folio}: marked at {} although it is under writeback since {}",
                line(1),
                line(0)
            ),
            (Rule::Waited, Finding::Kept) => format!(
                "{} slept on {folio} from {} on and went on at {}, {} later, after the end of writeback at {}",
                task(0),
                line(0),
                line(2),
                capture.between(self.at[0], self.at[2]),
                line(1)
            ),
            (Rule::Waited, Finding::Unknown) => format!(
                "{} slept on {folio} from {} on and went on at {}, {} later",
                task(0),
                line(0),
                line(2),
                capture.between(self.at[0], self.at[2])
            ),
            (Rule::Waited, _) => format!(
                "{} called {} at {} while {folio} was under writeback, and went on at {} although that had not ended",
                task(0),
                name(0),
                line(0),
                line(2)
            ),
            (Rule::Ended, Finding::Kept) => format!(
                "{folio}: the disk answered at {}, writeback ended at {}",
                line(0),
                line(1)
            ),
            (Rule::Ended, Finding::Unknown) => format!("{folio}: writeback ended at {}", line(1)),
            (Rule::Ended, _) => format!(
                "{folio}: writeback ended at {} although the request of {} was not answered",
                line(1),
                line(0)
            ),
            (Rule::Taken, Finding::Kept) => {
                format!("the request of {} was done at {}", line(0), line(1))
            }
            (Rule::Taken, _) => {
                let error = match self.at[1] {
                    NONE => 0,
                    event => capture.events[event as usize].value.cast_signed(),
                };
                let mut words = format!(
                    "the request issued at {} failed at {} with error {error}",
                    line(0),
                    line(1)
                );
                if has(2) {
                    let _ = write!(
                        words,
                        ". One of its folios was let to a writer at {}, after bio_integrity_prep at {}",
                        line(2),
                        line(3)
                    );
                }
                words
            }
        };
        match self.finding {
            Finding::NotAsked => {
                words += ": not stable, allowed because the mapping does not ask for it"
            }
            Finding::Unknown => {
                let _ = write!(words, ": {}", self.why.words());
            }
            Finding::Broken | Finding::Kept => {}
        }
        words
    }
}
