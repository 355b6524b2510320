//! The draft's changes held against the ordering without them, while every schedule of both is looked at.

use crate::explore::{Mending, MendingWork, ScenarioSpec};
use crate::scenario::{load, load_variant};

use super::fix::DESIGN;

/// What a design is held against.
const CORRECT: &str = include_str!("../../../assets/scenarios/baseline-five-step.toml");

/// What the changes of a draft come to, and the search for that.
#[derive(Default)]
pub struct Held {
    of: Option<ScenarioSpec>,
    work: Option<MendingWork>,
    found: Option<Mending>,
}

impl Held {
    /// Begins with another draft, unless it is the same.
    pub fn begin(&mut self, spec: &ScenarioSpec) {
        if self.of.as_ref() != Some(spec) {
            *self = Held {
                of: Some(spec.clone()),
                work: work(spec),
                found: None,
            };
        }
    }

    /// Whether the search goes on.
    pub fn busy(&self) -> bool {
        self.work.is_some()
    }

    /// Looks at up to so many states more.
    pub fn search(&mut self, states: usize) {
        if let Some(found) = self.work.as_mut().and_then(|work| work.advance(states)) {
            self.work = None;
            self.found = found;
        }
    }

    /// What the changes of a draft come to, once that is known.
    pub fn of(&self, spec: Option<&ScenarioSpec>) -> Option<&Mending> {
        self.found.as_ref().filter(|_| self.of.as_ref() == spec)
    }
}

/// The work for a draft; none for one without changes.
fn work(spec: &ScenarioSpec) -> Option<MendingWork> {
    if spec.slug == DESIGN {
        let correct = load("baseline-five-step", CORRECT).ok()?;
        let design = load_variant(&spec.slug, &spec.text, &spec.variant()).ok()?;
        return Some(MendingWork::between(correct, design));
    }
    match spec.edits.is_empty() {
        true => None,
        false => MendingWork::new(&spec.slug, &spec.text, &spec.variant()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_is_held_against_the_correct_ordering() {
        let mut held = Held::default();
        let spec = ScenarioSpec {
            slug: DESIGN.to_owned(),
            text: super::super::desk::DESIGN_FROM.to_owned(),
            ..ScenarioSpec::default()
        };
        held.begin(&spec);
        assert!(held.busy());
        while held.busy() {
            held.search(1000);
        }
        assert!(held.of(Some(&spec)).is_some());
        assert!(held.of(None).is_none());
    }
}
