//! What the checker has said about the scenario on the stage, as its panels show it.

use std::sync::Arc;

use crate::exchange::{Consequence, reduced_words};
use crate::explore::{
    Bill, CheckerResponse, CostsOf, DecimalOdds, MatrixCell, Merged, Mutant, RaceMap,
    ReducedResult, ScenarioSpec, SearchProgress, SearchResult, Verdicts,
};
use crate::protocol::Era;
use crate::scenario::Device;

/// Every single change of a scenario, as far as they have been tried.
#[derive(Clone, Default)]
pub struct MutantTable {
    /// The scenario that is changed, with the edits it has already.
    pub of: Option<ScenarioSpec>,
    /// What each change leads to.
    pub rows: Arc<Vec<Mutant>>,
    /// How many changes are still to be tried.
    pub left: u32,
    /// The changes that come to the same as another, or change nothing.
    pub same: Arc<Vec<Merged>>,
}

/// What the ordering comes to in other kernels and on other devices, as far as that was looked at.
#[derive(Clone, Default)]
pub struct Matrix {
    /// The ordering, wherever it stood when the matrix was begun.
    pub of: Option<ScenarioSpec>,
    /// What it comes to in each kernel on each device looked at.
    pub cells: Arc<Vec<MatrixCell>>,
    /// What follows from the worst that was found, where something fails.
    pub follows: Vec<(Era, Device, Consequence)>,
    /// How many are still to be looked at.
    pub left: u32,
}

impl Matrix {
    /// Whether this is the whole matrix of an ordering, which is the same wherever the ordering stands.
    fn is_of(&self, spec: &ScenarioSpec) -> bool {
        let same = |of: &ScenarioSpec| {
            (&of.slug, &of.text, &of.edits) == (&spec.slug, &spec.text, &spec.edits)
        };
        let whole = self.cells.len() == Era::ALL.len() * Device::ALL.len();
        self.of.as_ref().is_some_and(same) && whole
    }
}

/// All that the checker has said.
#[derive(Clone, Default)]
pub struct CheckResults {
    /// What is checked.
    pub spec: Option<ScenarioSpec>,
    /// How far the search is.
    pub progress: Option<SearchProgress>,
    /// What the search found.
    pub checked: Option<Arc<SearchResult>>,
    /// The odds, or why they are not known.
    pub odds: Option<Result<DecimalOdds, String>>,
    /// What the search that needs less memory found, in words.
    pub reduced: String,
    /// The verdicts that it found, and whether these are then all there are.
    pub found_reduced: Option<(Verdicts, bool)>,
    /// The race map.
    pub map: Option<Arc<RaceMap>>,
    /// Every single change.
    pub mutants: MutantTable,
    /// The ordering in other kernels and on other devices.
    pub matrix: Matrix,
    /// What the ordering costs.
    pub costs: Option<Vec<Bill>>,
    /// The ordering that it is compared with, and what that costs.
    pub costs_of_other: Option<CostsOf>,
    /// What could not be done.
    pub problem: String,
}

impl CheckResults {
    /// Forgets everything, since another check begins. The table of mutants stays as long as only edits differ,
    /// so that a visitor can try one mutant after the other; the matrix stays as long as only kernel and device differ.
    pub fn begin(&mut self, spec: &ScenarioSpec) {
        let same_file = |of: &ScenarioSpec| {
            (&of.text, of.device, of.era) == (&spec.text, spec.device, spec.era)
        };
        let matrix = match self.matrix.is_of(spec) {
            true => std::mem::take(&mut self.matrix),
            false => Matrix::default(),
        };
        let keeps = self.mutants.of.as_ref().is_some_and(same_file) && self.mutants.left == 0;
        *self = CheckResults {
            spec: Some(spec.clone()),
            matrix,
            mutants: match keeps {
                true => std::mem::take(&mut self.mutants),
                false => MutantTable::default(),
            },
            ..CheckResults::default()
        };
    }

    /// Begins a table of mutants, none of which has been tried.
    pub fn begin_mutants(&mut self) {
        self.mutants = MutantTable {
            of: self.spec.clone(),
            left: u32::MAX,
            ..MutantTable::default()
        };
    }

    /// Begins the matrix, of which nothing has been looked at.
    pub fn begin_matrix(&mut self) {
        self.matrix = Matrix {
            of: self.spec.clone(),
            left: u32::MAX,
            ..Matrix::default()
        };
    }

    /// Records a response of the checker's; gives back one that the page, and not a panel, waits for.
    pub fn record(&mut self, response: CheckerResponse) -> Option<CheckerResponse> {
        match response {
            CheckerResponse::Progress(progress) => self.progress = Some(progress),
            CheckerResponse::Checked(checked) => {
                self.progress = Some(checked.progress);
                if checked.complete {
                    self.reduced.clear();
                    self.found_reduced = None;
                }
                self.checked = Some(Arc::from(checked));
            }
            CheckerResponse::Reduced(ReducedResult {
                complete,
                states,
                verdicts,
                fewest,
                may_loop,
            }) => {
                self.reduced = reduced_words(complete, states, &verdicts, !fewest, may_loop);
                let found = verdicts.iter().map(|(verdict, _)| *verdict).collect();
                self.found_reduced = Some((found, complete && !may_loop));
            }
            CheckerResponse::Odds(odds) => self.odds = Some(odds),
            CheckerResponse::RaceMap(map) => self.map = Some(Arc::new(map)),
            CheckerResponse::Mutants { found, left, same } => {
                Arc::make_mut(&mut self.mutants.rows).extend(found);
                self.mutants.left = left;
                Arc::make_mut(&mut self.mutants.same).extend(same);
            }
            CheckerResponse::Matrix { cells, left } => {
                Arc::make_mut(&mut self.matrix.cells).extend(cells);
                self.matrix.left = left;
            }
            CheckerResponse::Costs(bills) => self.costs = Some(bills),
            CheckerResponse::CostsOf(other) => self.costs_of_other = Some(other),
            other => {
                if let CheckerResponse::Failed(reason) = &other {
                    self.problem = reason.clone();
                }
                return Some(other);
            }
        }
        None
    }
}
