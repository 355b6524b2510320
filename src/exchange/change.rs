//! What a changed or missing line has to do with a failure: where it came in, what it would have done in its place, and the first step
//! that would have gone otherwise.

use super::cause::Cause;
use super::narration::sentence;

use super::words::{begin, the, thing};
use crate::explore::{Change, Departure, Story, beside_unchanged};
use crate::machine::{ActorId, Wait};
use crate::protocol::Mark;
use crate::scenario::Scenario;

/// Puts what the changes did before the steps behind a failure that ended a run. `others` are the orderings without the changes,
/// nearest first.
pub(super) fn with_changes(
    scenario: &Scenario,
    story: &Story,
    others: &[Scenario],
    mut causes: Vec<Cause>,
) -> Vec<Cause> {
    let each = others.iter();
    let each = each.filter_map(|other| Some((other, beside_unchanged(scenario, story, other)?)));
    let mut departures: Vec<(&Scenario, Departure)> =
        each.filter(|(_, it)| !it.changes.is_empty()).collect();
    // Rather one in which it is seen how the change made the difference.
    departures.sort_by_key(|(_, it)| (!it.seen, it.step.is_none()));
    let Some((other, departure)) = departures.into_iter().next() else {
        return causes;
    };
    let told = Told {
        scenario,
        story,
        other,
        departure: &departure,
    };
    let mut first: Vec<Cause> = Vec::new();
    for change in &departure.changes {
        first.push(told.change(change));
        told.late(change, &mut causes);
    }
    told.parting(&mut causes);
    causes.sort_by_key(|it| it.step);
    first.extend(causes);
    first
}

/// Of how many steps of a missing line it is told what they do.
const MOST_DEEDS: usize = 3;

struct Told<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
    other: &'a Scenario,
    departure: &'a Departure,
}

impl Told<'_> {
    fn text(&self, actor: ActorId, line: usize) -> String {
        format!("`{}`", self.scenario.cast[actor.index()].lines[line].text)
    }

    /// What a step does in the other ordering, quoted.
    fn there(&self, step: usize) -> String {
        let words = sentence(self.other, &self.departure.there, step);
        format!("\u{201c}{words}\u{201d}")
    }

    fn would_sleep(&self, actor: ActorId, wait: Wait) -> String {
        format!(
            "{} would sleep here, on {}.",
            the(self.scenario, actor),
            thing(self.scenario, wait.on, wait.which)
        )
    }

    fn change(&self, change: &Change) -> Cause {
        let Change { actor, line, .. } = *change;
        let name = self.text(actor, line);
        let who = the(self.scenario, actor);
        let after = match change.late {
            Some(step) => format!("only at step {step}"),
            None => "nowhere in this run".to_owned(),
        };
        let mut words = match (change.mark, change.overtakes) {
            (_, Some(other)) => {
                let other = self.text(actor, other);
                let late = match change.late {
                    Some(step) => format!("which runs only at step {step}"),
                    None => "which has not run yet".to_owned(),
                };
                format!("{name} is moved: here it runs before {other}, {late}.")
            }
            (Mark::MovedHere, _) if change.ran => format!("{name} is moved to here."),
            (Mark::MovedHere, _) if change.does.is_empty() && change.waits.is_none() => {
                format!("{name} is moved to here, and {who} sleeps in it.")
            }
            (Mark::MovedHere | Mark::MovedAway, _) => {
                format!("{name} is moved away: its place is here, and it runs {after}.")
            }
            (Mark::Inserted, _) if change.ran => {
                let words = sentence(self.scenario, self.story, change.step - 1);
                format!("{name} is inserted. {words}")
            }
            (Mark::Inserted, _) => format!("{name} is inserted, and {who} sleeps in it."),
            (Mark::NotYet, _) => {
                let era = self.scenario.era.word();
                format!("Linux {era} does not have {name} here yet.")
            }
            _ => format!("{name} is left out here."),
        };
        if let Some(wait) = change.waits.filter(|_| !change.ran) {
            words += &format!(" With it, {}", self.would_sleep(actor, wait));
        } else if !change.ran && !change.does.is_empty() {
            let does = change.does.iter().take(MOST_DEEDS);
            let does: Vec<String> = does.map(|step| self.there(*step)).collect();
            words += &format!(" With it: {}", does.join(" "));
            if change.does.len() > MOST_DEEDS {
                words += &format!(" and {} more steps", change.does.len() - MOST_DEEDS);
            }
        }
        if !self.departure.seen && self.departure.step.is_none() {
            words += " Without the change the run would be the same until it fails.";
        }
        Cause {
            step: change.step,
            actor,
            words,
            line: Some(line),
            missing: !change.ran,
        }
    }

    /// Adds the step at which a line that was overtaken, or moved away, runs after all.
    fn late(&self, change: &Change, causes: &mut Vec<Cause>) {
        let Some(step) = change.late.filter(|step| *step <= self.story.steps.len()) else {
            return;
        };
        let words = sentence(self.scenario, self.story, step - 1);
        self.add(step, format!("{words} This comes too late."), causes);
    }

    /// Adds the first step that would have gone otherwise.
    fn parting(&self, causes: &mut Vec<Cause>) {
        let Some(step) = self.departure.step else {
            return;
        };
        let Some(actor) = self.story.actor(step) else {
            return;
        };
        // What is missing right before it says already that its actor would sleep.
        let said = |it: &Change| it.step == step && it.waits.is_some() && !it.ran;
        let otherwise = match self.departure.waits {
            _ if self.departure.changes.iter().any(said) => String::new(),
            Some(wait) => format!(" Without the change {}", self.would_sleep(actor, wait)),
            None if self.departure.never => {
                let who = the(self.scenario, actor);
                format!(" Without the change {who} would not come to this line.")
            }
            None => match self.departure.does {
                Some(does) => format!(" Without the change: {}", self.there(does)),
                None => String::new(),
            },
        };
        let known = causes.iter_mut().find(|it| it.step == step && !it.missing);
        match known {
            Some(known) => known.words += &otherwise,
            None => {
                let words = sentence(self.scenario, self.story, step - 1);
                self.add(step, format!("{words}{otherwise}"), causes);
            }
        }
    }

    fn add(&self, step: usize, words: String, causes: &mut Vec<Cause>) {
        if causes.iter().any(|it| it.step == step && !it.missing) {
            return;
        }
        if let Some(actor) = self.story.actor(step) {
            causes.push(Cause {
                step,
                actor,
                words: begin(&words),
                line: None,
                missing: false,
            });
        }
    }
}
