//! Which steps carry weight: what comes of every single change to the loaded ordering.

use std::collections::HashSet;

use crate::machine::{Choice, Instr, Op};
use crate::protocol::{Edit, Program, single_edits};
use crate::scenario::{Scenario, Variant, Verdict, load_variant, programs};

use super::expectation::failing_share;
use super::foresight::Foresight;
use super::space::{Limits, Progress, Space};
use super::verdicts::Verdicts;

/// What comes of one change.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Mutant {
    /// The change.
    pub edit: Edit,
    /// The verdicts that can be reached with it.
    pub verdicts: Verdicts,
    /// The share of schedules that fail, where everything was looked at.
    pub share: Option<f64>,
    /// A shortest failure, of those the one with the fewest changes of actor.
    pub shortest: Option<(Verdict, Vec<Choice>)>,
    /// Distinct states looked at.
    pub states: u32,
}

/// What a program comes to, for telling changes apart that are none.
type Code = Vec<(u8, Vec<(Op, u8, u8, u8)>)>;

fn code(scenario: &Scenario) -> Code {
    let instr = |it: &Instr| (it.op, it.page, it.arg, it.no);
    let of = scenario.model.actors.iter();
    of.map(|it| (it.main, it.code.iter().map(instr).collect()))
        .collect()
}

/// All changes of a scenario, one after the other, in slices.
pub struct MutantWork {
    slug: String,
    text: String,
    variant: Variant,
    edits: std::vec::IntoIter<Edit>,
    seen: HashSet<Code>,
    limits: Limits,
    running: Option<(Edit, Scenario, Space)>,
    /// Changes that come to code seen before, the unchanged one's included.
    pub same: u32,
    /// Changes that leave no program.
    pub refused: u32,
}

impl MutantWork {
    /// Every change of a scenario that was loaded from this text with this variant. The device's
    /// own program is left as it is, and so is what a thread of a user's does.
    pub fn new(scenario: &Scenario, text: &str, variant: &Variant, bytes: usize) -> MutantWork {
        let serves = |name: &String| {
            let of = scenario.cast.iter().zip(&scenario.model.actors);
            let mut of = of.filter(|(cast, _)| cast.name == *name);
            of.any(|(_, it)| it.code.iter().any(|instr| instr.op == Op::TakeRequest))
        };
        let own = |name: &String| scenario.cast.iter().any(|it| it.name == *name);
        // It was loaded once, so it can be again.
        let all = programs(text, variant).unwrap_or_default();
        let device = |name: &String| {
            let of = all.iter().filter(|it| it.name == *name);
            of.into_iter()
                .any(|it| it.steps.iter().any(|step| step.key() == "take_request"))
        };
        let left = |it: &&Program| !device(&it.name) && !serves(&it.name) && !own(&it.name);
        let programs: Vec<Program> = all.iter().filter(left).cloned().collect();
        MutantWork {
            slug: scenario.slug.clone(),
            text: text.to_owned(),
            variant: variant.clone(),
            edits: single_edits(&programs).into_iter(),
            seen: HashSet::from([code(scenario)]),
            limits: Limits { bytes, graph: true },
            running: None,
            same: 0,
            refused: 0,
        }
    }

    /// Changes not looked at yet.
    pub fn left(&self) -> usize {
        self.edits.len() + usize::from(self.running.is_some())
    }

    /// Looks at up to so many states of a change; the change, once all of it is known.
    pub fn advance(&mut self, states: usize) -> Option<Mutant> {
        if self.running.is_none() {
            let edit = self.edits.next()?;
            let mut variant = self.variant.clone();
            variant.edits.push(edit.clone());
            let Ok(scenario) = load_variant(&self.slug, &self.text, &variant) else {
                self.refused += 1;
                return None;
            };
            if !self.seen.insert(code(&scenario)) {
                self.same += 1;
                return None;
            }
            let space = Space::new(&scenario.model, scenario.model.initial, self.limits);
            self.running = Some((edit, scenario, space));
        }
        let (_, scenario, space) = self.running.as_mut()?;
        let model = &scenario.model;
        if space.advance(model, states) == Progress::Running {
            return None;
        }
        let complete = space.progress() == Progress::Complete;
        let graph = space.graph()?;
        let foresight = Foresight::of(graph);
        let nearest = foresight.ahead(0).min_by_key(|(_, steps)| *steps);
        let shortest = nearest.and_then(|(verdict, _)| {
            let schedule = foresight.witness(graph, 0, verdict)?;
            Some((verdict, schedule))
        });
        let (verdicts, share) = (space.verdicts(), complete.then(|| failing_share(graph)));
        let states = space.states() as u32;
        let (edit, ..) = self.running.take()?;
        Some(Mutant {
            edit,
            verdicts,
            share,
            shortest,
            states,
        })
    }
}
