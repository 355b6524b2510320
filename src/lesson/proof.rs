//! Holds all that a lesson says against the engine.

use crate::explore::{Foresight, Limits, Odds, Progress, Share, Space};
use crate::machine::Choice;
use crate::scenario::Verdict;

use super::answer::Answer;
use super::beat::{Goal, Lesson, Task};
use super::error::{LessonError, Spot};
use super::fact::Fact;
use super::markdown::plain;
use super::scene::Scene;

/// Most memory a search for a fact may take, in bytes.
const MEMORY: usize = if cfg!(target_family = "wasm") {
    160 << 20
} else {
    1 << 30
};

impl Lesson {
    /// What it says that is not so: facts at its moments, answers that are right or wrong otherwise than it has them, pars
    /// that are not the shortest. Every schedule is looked at where that is asked for.
    pub fn prove(&self) -> Vec<LessonError> {
        let mut wrong = Vec::new();
        for beat in &self.beats {
            for (fact, spot) in &beat.then {
                wrong.extend(held(fact, &beat.scene, *spot));
            }
            match &beat.task {
                Task::GoOn => {}
                Task::Break(goal) => wrong.extend(goal.prove(&beat.scene)),
                Task::Fool(_) => {
                    if !beat.scene.can_be_fooled() {
                        let reason = "no bytes of the scenario's store can be found that its guard does not see";
                        wrong.push(beat.spot.wrong(reason));
                    }
                }
                Task::Predict(answers) | Task::Explain(answers) => {
                    wrong.extend(answers.iter().flat_map(Answer::prove));
                }
            }
        }
        wrong
    }
}

impl Answer {
    /// Whether the engine says what it claims; none where memory was too small to tell.
    pub fn is_so(&self) -> Option<bool> {
        self.claim.holds(&self.scene)
    }

    fn prove(&self) -> Vec<LessonError> {
        let said = plain(&self.words);
        let mut wrong = Vec::new();
        match self.is_so() {
            None => wrong.push(self.spot.wrong(too_much(&self.claim))),
            Some(so) if so != self.right => {
                let [so, right] = [so, self.right].map(|it| if it { "right" } else { "wrong" });
                let reason =
                    format!("\"{said}\" is {so} by the model, and the lesson has it as {right}");
                wrong.push(self.spot.wrong(reason));
            }
            Some(_) => {}
        }
        let then = self.then.iter();
        wrong.extend(then.filter_map(|fact| held(fact, &self.scene, self.spot)));
        wrong
    }
}

impl Scene {
    /// What can come after the moment, of every schedule; none where memory was too small to know.
    pub fn found(&self) -> Option<Vec<Verdict>> {
        let limits = Limits::bytes(MEMORY);
        let space = Space::explore(&self.scenario.model, self.world(), limits);
        let complete = space.progress() == Progress::Complete;
        complete.then(|| space.verdicts().iter().collect())
    }
}

impl Scene {
    /// A shortest way from the moment on to a verdict that is meant; none where nothing leads there, or memory was too small to know.
    pub fn shortest(&self, meant: impl Fn(Verdict) -> bool) -> Option<Vec<Choice>> {
        let model = &self.scenario.model;
        let limits = Limits::bytes(MEMORY);
        let space = Space::explore(model, self.world(), limits);
        let graph = space.graph()?;
        if space.progress() != Progress::Complete {
            return None;
        }
        let findings = Foresight::of(graph).findings(model, &space, graph);
        let ways = findings.into_iter().filter(|it| meant(it.verdict));
        let shortest = ways.min_by_key(|it| it.schedule.len())?;
        Some(shortest.schedule)
    }

    /// How many of the runs from the moment on fail, if each next step is chosen at random; none where memory was too small, or too
    /// many equations would have to be solved.
    pub fn odds(&self) -> Option<Share> {
        let limits = Limits::bytes(MEMORY);
        let space = Space::explore(&self.scenario.model, self.world(), limits);
        let complete = space.progress() == Progress::Complete;
        let graph = space.graph().filter(|_| complete)?;
        Odds::of(graph).ok().map(|odds| odds.failing)
    }
}

impl Goal {
    /// Whether a verdict is what the goal asks for.
    pub fn meant(&self, verdict: Verdict) -> bool {
        match self.verdict {
            Some(asked) => verdict == asked,
            None => verdict.fails(),
        }
    }

    /// A shortest way to it from a moment on; none where nothing leads there, or memory was too small to know.
    pub fn shortest(&self, from: &Scene) -> Option<Vec<Choice>> {
        from.shortest(|verdict| self.meant(verdict))
    }

    fn prove(&self, from: &Scene) -> Option<LessonError> {
        let reason = match self.shortest(from) {
            None => "no schedule comes to that".to_owned(),
            Some(way) if way.len() != self.par => {
                format!(
                    "par is {}, and a shortest schedule has {} steps",
                    self.par,
                    way.len()
                )
            }
            Some(way) => {
                let mut end = from.clone();
                end.run.extend(way);
                let met = end.story().verdicts(&end.scenario.model);
                if met.into_iter().any(|it| self.meant(it)) {
                    return None;
                }
                "the shortest schedule does not show it when it is run".to_owned()
            }
        };
        Some(self.spot.wrong(reason))
    }
}

/// The error that a fact does not hold.
fn held(fact: &Fact, scene: &Scene, spot: Spot) -> Option<LessonError> {
    match fact.holds(scene) {
        Some(true) => None,
        Some(false) => Some(spot.wrong(format!("\"{}\" is not so by the model", fact.text))),
        None => Some(spot.wrong(too_much(fact))),
    }
}

fn too_much(fact: &Fact) -> String {
    format!(
        "\"{}\" could not be decided: there are too many states",
        fact.text
    )
}
