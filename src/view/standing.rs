//! What is known of an ordering's verdict, in one value: the badges in the header and in the list, the bar, the card of the
//! scenario and the matrix all speak from it, so they cannot contradict each other.

use crate::explore::{CellFound, Verdicts};
use crate::scenario::{Scenario, Verdict, words};

use super::badge::mark;
use super::check_results::CheckResults;
use super::vdom::{Element, el};

/// What is known of an ordering's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The search goes on; with what it has met so far.
    Looking(Verdicts),
    /// Every state was looked at: these are all the verdicts there are.
    Settled(Verdicts),
    /// Not every state was looked at; with what was met.
    Partial(Verdicts),
    /// Nothing can be checked.
    Unchecked,
}

impl Standing {
    /// What the checker knows of the ordering on the stage.
    pub fn of(results: &CheckResults) -> Standing {
        let (also, settled) = results.found_reduced.unwrap_or_default();
        let Some(checked) = &results.checked else {
            return match &results.progress {
                None if !results.problem.is_empty() => Standing::Unchecked,
                _ if settled => Standing::Settled(also),
                progress => {
                    let mut found = progress.map_or(Verdicts::NONE, |it| it.verdicts);
                    found.add(also);
                    Standing::Looking(found)
                }
            };
        };
        let mut found: Verdicts = checked.findings.iter().map(|finding| finding.0).collect();
        found.add(also);
        Standing::found(found, checked.complete || settled)
    }

    /// What the file of a scenario states of it as it stands, which the tests hold to what the checker finds.
    pub fn stated(scenario: &Scenario) -> Standing {
        match scenario.stated() {
            None => Standing::Looking(Verdicts::NONE),
            Some(verdicts) => Standing::Settled(verdicts.iter().copied().collect()),
        }
    }

    /// What the list of the catalogue states, in words.
    pub fn listed(words: &str) -> Standing {
        let all = words.split(", ");
        let named = |word| Verdict::ALL.into_iter().find(|it| it.words() == word);
        Standing::Settled(all.filter_map(named).collect())
    }

    /// What was found for a cell of the matrix.
    pub fn of_cell(cell: &CellFound) -> Standing {
        let found = cell.findings.iter().map(|finding| finding.0).collect();
        Standing::found(found, cell.complete)
    }

    fn found(found: Verdicts, complete: bool) -> Standing {
        match complete {
            true => Standing::Settled(found),
            false => Standing::Partial(found),
        }
    }

    /// The verdicts met.
    pub fn verdicts(self) -> Verdicts {
        match self {
            Standing::Looking(found) | Standing::Settled(found) | Standing::Partial(found) => found,
            Standing::Unchecked => Verdicts::NONE,
        }
    }

    /// Whether every state was looked at, and none is a failure.
    pub fn safe(self) -> bool {
        matches!(self, Standing::Settled(found) if found.safe())
    }

    /// The verdicts that are told: where some are failures, only these.
    pub fn told(self) -> Vec<Verdict> {
        match self.verdicts() {
            found if found.safe() => found.iter().collect(),
            found => found.failures().iter().collect(),
        }
    }

    /// In words: "safe", "guard error, lost update", "not known".
    pub fn words(self) -> String {
        match self {
            Standing::Unchecked => "not checked".to_owned(),
            Standing::Looking(found) if found.safe() => "being checked".to_owned(),
            Standing::Partial(found) if found.safe() => "not known".to_owned(),
            _ => words(&self.told()),
        }
    }

    /// The class of its colour, and the sign before its words.
    pub fn mark(self) -> (&'static str, &'static str) {
        match self {
            Standing::Looking(found) if found.safe() => ("open", "\u{2026}"),
            Standing::Partial(found) if found.safe() => ("open", "?"),
            Standing::Unchecked => ("open", "?"),
            _ => mark(&self.told()),
        }
    }

    /// Sign and words, as they stand in headings and tables.
    pub fn badge(self) -> Element {
        let (class, sign) = self.mark();
        el("span", &format!("badge {class}")).text(&format!("{sign} {}", self.words()))
    }
}
