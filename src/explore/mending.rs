//! What a visitor's changes come to, all together, against an ordering without them: whether they mend it, or only have it do less.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocol::{Edit, Place};
use crate::scenario::{Scenario, Variant, load_variant};

use super::costs::{Bill, Cost, costs};
use super::deeds::Profile;
use super::mutants::{Mutant, Trial};
use super::space::{Limits, Progress, Space};
use super::verdicts::Verdicts;

/// Most states looked at of either ordering.
const MOST_STATES: usize = 50_000;

/// What changes come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mending {
    /// The verdicts without them.
    pub before: Verdicts,
    /// What comes of the ordering with them; as an edit only the last of them stands there.
    pub after: Mutant,
    /// How many steps writers sleep on average without the changes and with them, where everything was looked at.
    pub slept: Option<(f64, f64)>,
}

/// Changes being held against the ordering without them, in slices.
pub struct MendingWork {
    original: Scenario,
    space: Space,
    changed: Option<Scenario>,
    trial: Option<Trial>,
}

impl MendingWork {
    /// The changes of a variant, against the same file without them.
    pub fn new(slug: &str, text: &str, variant: &Variant) -> Option<MendingWork> {
        let original = Variant {
            edits: Vec::new(),
            ..variant.clone()
        };
        let original = load_variant(slug, text, &original).ok()?;
        let changed = load_variant(slug, text, variant).ok()?;
        Some(MendingWork::between(original, changed))
    }

    /// One ordering against another one.
    pub fn between(original: Scenario, changed: Scenario) -> MendingWork {
        MendingWork {
            space: Space::new(&original.model, original.model.initial, Limits::NONE),
            original,
            changed: Some(changed),
            trial: None,
        }
    }

    /// Looks at up to `states` more states. Returns what the changes come to once that is known, and none within it where there are too
    /// many states to know.
    pub fn advance(&mut self, states: usize) -> Option<Option<Mending>> {
        if let Some(trial) = &mut self.trial {
            let after = trial.advance(states, MOST_STATES)?;
            let (model, space) = (&self.original.model, &self.space);
            let world = |state| space.world(state);
            let bills = space.graph().map(|graph| costs(model, graph, &world));
            let slept = |bills: &[Bill]| {
                let bill = bills.iter().find(|it| it.cost == Cost::Stall);
                bill.map(|it| it.mean)
            };
            let slept = bills
                .as_deref()
                .and_then(slept)
                .zip(trial.costs().as_deref().and_then(slept));
            let before = space.verdicts();
            return Some(Some(Mending {
                before,
                after,
                slept,
            }));
        }
        if self.space.states() > MOST_STATES {
            return Some(None);
        }
        match self.space.advance(&self.original.model, states) {
            Progress::Running => return None,
            Progress::Complete => {}
            _ => return Some(None),
        }
        let profile = Profile::of(&self.original, &self.space).map(Arc::new);
        let last = self.changed.as_ref().and_then(|it| it.own_edits.last());
        let none = || {
            let place = Place {
                program: String::new(),
                step: String::new(),
                nth: None,
            };
            Edit::Drop(place)
        };
        let edit = last.cloned().unwrap_or_else(none);
        let changed = self.changed.take()?;
        self.trial = Some(Trial::new(edit, changed, Limits::NONE, profile));
        None
    }
}

/// What changes come to, in one go.
pub fn mending(slug: &str, text: &str, variant: &Variant) -> Option<Mending> {
    let mut work = MendingWork::new(slug, text, variant)?;
    loop {
        if let Some(found) = work.advance(MOST_STATES) {
            return found;
        }
    }
}
