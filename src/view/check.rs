//! What the checker has said about the scenario on the stage.

use std::sync::Arc;

use crate::exchange::reduced_words;
use crate::explore::{Answer, Bill, Checked, Digits, Mutant, RaceMap, Sofar, Subject};

/// Every single change of an ordering, as far as it is known.
#[derive(Clone, Default)]
pub struct Table {
    /// What was changed: the scenario with its edits.
    pub of: Option<Subject>,
    /// What each change leads to.
    pub rows: Arc<Vec<Mutant>>,
    /// Changes still to be looked at.
    pub left: u32,
    /// Changes that come to the same as another.
    pub same: u32,
}

/// All that is known.
#[derive(Clone, Default)]
pub struct Check {
    /// What is checked.
    pub subject: Option<Subject>,
    /// How far the search is.
    pub sofar: Option<Sofar>,
    /// What it found.
    pub checked: Option<Arc<Checked>>,
    /// The odds, or why they are not known.
    pub odds: Option<Result<Digits, String>>,
    /// What a search that needs less memory found, in words.
    pub reduced: String,
    /// The race map.
    pub map: Option<Arc<RaceMap>>,
    /// Every single change.
    pub table: Table,
    /// What the ordering costs.
    pub costs: Option<Vec<Bill>>,
    /// What the ordering set beside is called, and what it costs.
    pub compared: Option<(String, Vec<Bill>)>,
    /// What could not be done.
    pub problem: String,
}

impl Check {
    /// Nothing is known of this yet. The table of changes stays while one goes through it.
    pub fn begin(&mut self, subject: &Subject) {
        let same_file = |of: &Subject| {
            (&of.slug, of.device, of.era) == (&subject.slug, subject.device, subject.era)
        };
        let keeps = self.table.of.as_ref().is_some_and(same_file) && self.table.left == 0;
        *self = Check {
            subject: Some(subject.clone()),
            table: match keeps {
                true => std::mem::take(&mut self.table),
                false => Table::default(),
            },
            ..Check::default()
        };
    }

    /// Every single change is going to be tried.
    pub fn begin_table(&mut self) {
        self.table = Table {
            of: self.subject.clone(),
            left: u32::MAX,
            ..Table::default()
        };
    }

    /// Takes note of an answer; gives back what is not for the panels.
    pub fn take(&mut self, answer: Answer) -> Option<Answer> {
        match answer {
            Answer::Progress(sofar) => self.sofar = Some(sofar),
            Answer::Checked(checked) => {
                self.sofar = Some(checked.sofar);
                self.checked = Some(Arc::from(checked));
            }
            Answer::Reduced {
                complete,
                states,
                verdicts,
                may_loop,
            } => self.reduced = reduced_words(complete, states, &verdicts, may_loop),
            Answer::Odds(odds) => self.odds = Some(odds),
            Answer::Map(map) => self.map = Some(Arc::new(map)),
            Answer::Mutants { found, left, same } => {
                Arc::make_mut(&mut self.table.rows).extend(found);
                self.table.left = left;
                self.table.same = same;
            }
            Answer::Costs(bills) => self.costs = Some(bills),
            Answer::Compared(title, bills) => self.compared = Some((title, bills)),
            other => {
                if let Answer::Failed(reason) = &other {
                    self.problem = reason.clone();
                }
                return Some(other);
            }
        }
        None
    }
}
