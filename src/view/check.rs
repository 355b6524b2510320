//! What the checker has said about the scenario on the stage.

use std::sync::Arc;

use crate::explore::{Bill, Checked, Digits, Mutant, Outlook, RaceMap, Sofar, Subject};
use crate::scenario::Entry;

use super::look::Panel;

/// The order of rows in the table of changes: by column, and which way.
pub type Order = (usize, bool);

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
    /// Counts checks; answers of older ones are dropped.
    pub turn: u32,
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
    /// What lies ahead, and of which moment.
    pub outlook: Option<(u32, Arc<Outlook>)>,
    /// Counts the moments shown.
    pub moment: u32,
    /// The race map.
    pub map: Option<Arc<RaceMap>>,
    /// The two actors of the map.
    pub racers: (u8, u8),
    /// Every single change.
    pub table: Table,
    /// What the ordering costs.
    pub costs: Option<Vec<Bill>>,
    /// The ordering whose costs are set beside, then its title and bills.
    pub other: Option<Entry>,
    /// See [`Check::other`].
    pub compared: Option<(String, Vec<Bill>)>,
    /// What could not be done.
    pub problem: String,
    /// No worker may run here.
    pub slow: bool,
    /// There is no checker.
    pub gone: bool,
    /// A question from the stage that waits for an answer: a run to failure.
    pub wanted: bool,
    /// The panel that is open.
    pub panel: Option<Panel>,
    /// How the table of changes is sorted.
    pub order: Order,
    /// Kinds of change shown in the table.
    pub kind: usize,
}

impl Check {
    /// Whether a search goes on.
    pub fn running(&self) -> bool {
        self.checked.is_none() && !self.gone && self.problem.is_empty()
    }
}
