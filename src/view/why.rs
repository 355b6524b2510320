//! "Why?": the chain of steps behind a failure, from the changed or missing line on. It stays while one visits its steps: as a card at
//! the side, as a strip under the step's sentence, and as marks on the timeline.

use serde::{Deserialize, Serialize};

use crate::exchange::{Cause, why_from};
use crate::explore::{Failure, Story};
use crate::machine::end;
use crate::scenario::{Scenario, Verdict};

use super::glossary::Glossary;
use super::moment::{Moment, stuck};
use super::msg::Msg;
use super::ui_state::{Card, UiState};
use super::vdom::{Attr, Element, button, el, nothing, rich};

/// The chain of steps behind a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The step at which the run failed.
    pub at: usize,
    /// What failed, in words.
    pub what: &'static str,
    /// The steps, the changed or missing line first.
    pub causes: Vec<Cause>,
}

/// A step of a chain, as the timeline marks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainMark {
    /// The step, or the one before which a line is missing.
    pub step: usize,
    /// Whether it is a line that is missing.
    pub missing: bool,
}

impl ChainMark {
    /// The moment at which it can be looked at, as [`Cause::moment`].
    pub fn moment(self) -> usize {
        self.step - usize::from(self.missing).min(self.step)
    }
}

/// What has gone wrong with a run, newest first: broken rules, each with the words for how often, and none for an end at which actors
/// sleep for ever, or go round for ever. Sectors that fail alike in one step count as one failure, and so does a sector that fails again.
pub fn troubles(story: &Story, stuck: Option<Verdict>) -> Vec<(Option<&Failure>, String)> {
    let failures = &story.failures;
    let mut all = Vec::new();
    for (at, failure) in failures.iter().enumerate() {
        let Some(verdict) = failure.verdict() else {
            continue;
        };
        let alike =
            |other: &Failure| other.verdict() == Some(verdict) && other.hop() == failure.hop();
        let beside = |other: &&Failure| alike(other) && other.step == failure.step;
        let again = |other: &&Failure| {
            alike(other) && (other.page, other.sector) == (failure.page, failure.sector)
        };
        let mut earlier = failures[..at].iter();
        if earlier.any(|other| beside(&other) || again(&other)) {
            continue;
        }
        let beside = failures.iter().filter(beside).count();
        let again = failures.iter().filter(again).count();
        let and = match (beside, again) {
            (1, 1) => String::new(),
            (1, 2) => ", twice".to_owned(),
            (1, _) => format!(", {again} times"),
            (_, _) => format!(" and {} more", beside - 1),
        };
        all.push((Some(failure), and));
    }
    if stuck.is_some() {
        all.push((None, String::new()));
    }
    all.reverse();
    all
}

/// The step at which the newest failure came about; none where nothing has failed.
pub fn failed_at(now: &Moment) -> Option<usize> {
    let troubles = troubles(&now.story, now.stuck());
    let (newest, _) = troubles.first()?;
    Some(newest.map_or(now.depth(), |failure| failure.step))
}

impl Chain {
    /// The chain behind the failure at a step of the run shown, whatever moment of it is shown; none where none failed there.
    /// `others` are the orderings without the changes.
    pub fn of(now: &Moment, at: usize, others: &[Scenario]) -> Option<Chain> {
        let (scenario, model) = (&now.scenario, &now.scenario.model);
        if at > now.length() {
            return None;
        }
        let story = now.whole.first(model, at);
        let last = story.steps.last();
        let end = end(model, &last.map_or(model.initial, |it| it.world));
        let stuck = stuck(end.as_ref(), story.round(model).as_ref());
        let troubles = troubles(&story, stuck);
        let (failure, _) = troubles.first()?;
        let what = match failure {
            Some(failure) if failure.step == at => failure.verdict()?.words(),
            Some(_) => return None,
            None => stuck?.words(),
        };
        Some(Chain {
            at,
            what,
            causes: why_from(scenario, &story, *failure, others),
        })
    }

    /// Its marks on the timeline.
    pub fn marks(&self) -> Vec<ChainMark> {
        let marks = self.causes.iter().map(|cause| ChainMark {
            step: cause.step,
            missing: cause.missing,
        });
        marks.collect()
    }

    /// The place in the chain of the moment shown.
    fn place(&self, now: &Moment) -> Option<usize> {
        let mut causes = self.causes.iter();
        causes.position(|it| it.moment() == now.depth())
    }

    fn back(&self, now: &Moment) -> Element {
        match now.depth() == self.at {
            true => nothing(),
            false => button("", "", "Back to the failure", false, Msg::Seek(self.at)),
        }
    }

    /// The card at the side.
    pub fn card(&self, now: &Moment, ui: &UiState) -> Element {
        let mut glossary = Glossary::of(Card::Chain, ui.term);
        let name = format!("Why: the {} at step {}", self.what, self.at);
        let mut list = el("ol", "causes").attr(Attr::Label, "The steps behind it");
        // Beside the chain, the moment shown has a line of its own.
        let mut beside = self.place(now).is_none().then(|| {
            let after = match now.depth() > self.at {
                true => ", after the failure",
                false => "",
            };
            let words = format!("shown now: step {}{after}", now.depth());
            el("li", "here beside").child(el("em", "here").text(&words))
        });
        for cause in &self.causes {
            let here = cause.moment() == now.depth();
            if cause.moment() > now.depth() {
                list = list.children(beside.take().into_iter().collect());
            }
            let label = match (cause.step, cause.missing) {
                (0, _) => "The start".to_owned(),
                (step, true) if now.whole.actor(step) == Some(cause.actor) => {
                    format!("Before step {step}")
                }
                (step, true) => format!("After step {}", step - 1),
                (step, false) => format!("Step {step}"),
            };
            let go = button("", "", &label, false, Msg::Seek(cause.moment()));
            let mut words = el("div", "");
            if cause.line.is_some() {
                words = words.child(el("em", "edit").text("the change"));
            }
            if here {
                words = words.child(el("em", "here").text("shown now"));
            }
            let class = if here { "here" } else { "" };
            list = list.child(
                el("li", class)
                    .attr_bool(Attr::Current, here)
                    .child(go)
                    .child(words.child(glossary.glossed(el("p", ""), &cause.words))),
            );
        }
        list = list.children(beside.take().into_iter().collect());
        let moves = el("div", "answers").child(self.back(now)).child(button(
            "",
            "",
            "Close",
            false,
            Msg::Why(None),
        ));
        el("div", "card chain")
            .attr(Attr::Part, "chain")
            .child(el("h2", "").text(&name))
            .child(list)
            .child(glossary.meaning())
            .child(moves)
    }

    /// The strip under the step's sentence: which step of the chain is shown, and the way to its neighbours.
    pub fn strip(&self, now: &Moment) -> Element {
        let many = self.causes.len();
        let place = self.place(now);
        let said = match place {
            Some(at) => format!(
                "{} of {many} behind the {} at step {}",
                at + 1,
                self.what,
                self.at
            ),
            None => format!(
                "Not one of the {many} steps behind the {} at step {}",
                self.what, self.at
            ),
        };
        let words = place.map_or("", |at| self.causes[at].words.as_str());
        let step = |label: &str, to: Option<usize>| {
            let cause = to.and_then(|to| self.causes.get(to));
            let msg = Msg::Seek(cause.map_or(now.depth(), Cause::moment));
            button("", "", label, cause.is_none(), msg)
        };
        // Several things may be told of one moment; the next is that of another.
        let moments: Vec<usize> = self.causes.iter().map(Cause::moment).collect();
        let other = |at: &usize| moments[*at] != now.depth();
        let next = match place {
            Some(at) => (at..many).find(other),
            None => Some(0),
        };
        let last = place.and_then(|at| (0..at).rev().find(other));
        el("div", "strip why")
            .attr(Attr::Part, "strip")
            .child(
                el("div", "")
                    .attr(Attr::Role, "status")
                    .child(el("p", "count").text("Why: ").text(&said))
                    .child(rich(el("p", ""), words)),
            )
            .child(
                el("div", "answers")
                    .child(step("Earlier in the chain", last))
                    .child(step("Next in the chain", next))
                    .child(self.back(now)),
            )
    }
}
