//! What the checker has said about the scenario on the stage, as its panels show it.

use std::sync::Arc;

use crate::exchange::reduced_words;
use crate::explore::{
    Bill, CheckerResponse, CostsOf, DecimalOdds, Merged, Mutant, RaceMap, ScenarioSpec,
    SearchProgress, SearchResult,
};

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
    /// The race map.
    pub map: Option<Arc<RaceMap>>,
    /// Every single change.
    pub mutants: MutantTable,
    /// What the ordering costs.
    pub costs: Option<Vec<Bill>>,
    /// The ordering that it is compared with, and what that costs.
    pub costs_of_other: Option<CostsOf>,
    /// What could not be done.
    pub problem: String,
}

impl CheckResults {
    /// Forgets everything, since another check begins. The table of mutants stays as long as only edits differ,
    /// so that a visitor can try one mutant after the other.
    pub fn begin(&mut self, spec: &ScenarioSpec) {
        let same_file = |of: &ScenarioSpec| {
            (&of.slug, of.device, of.era) == (&spec.slug, spec.device, spec.era)
        };
        let keeps = self.mutants.of.as_ref().is_some_and(same_file) && self.mutants.left == 0;
        *self = CheckResults {
            spec: Some(spec.clone()),
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

    /// Records a response of the checker's; gives back one that the page, and not a panel, waits for.
    pub fn record(&mut self, response: CheckerResponse) -> Option<CheckerResponse> {
        match response {
            CheckerResponse::Progress(progress) => self.progress = Some(progress),
            CheckerResponse::Checked(checked) => {
                self.progress = Some(checked.progress);
                self.checked = Some(Arc::from(checked));
            }
            CheckerResponse::Reduced {
                complete,
                states,
                verdicts,
                may_loop,
            } => self.reduced = reduced_words(complete, states, &verdicts, may_loop),
            CheckerResponse::Odds(odds) => self.odds = Some(odds),
            CheckerResponse::RaceMap(map) => self.map = Some(Arc::new(map)),
            CheckerResponse::Mutants { found, left, same } => {
                Arc::make_mut(&mut self.mutants.rows).extend(found);
                self.mutants.left = left;
                Arc::make_mut(&mut self.mutants.same).extend(same);
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
