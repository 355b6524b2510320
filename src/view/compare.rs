//! The comparison at the side: the same turns in another build of the scenario, and the step where the two part.

use std::sync::Arc;

use crate::exchange::{outcome, parting_words, sentence, status_words};
use crate::explore::{Turns, Verdicts, same_turns};
use crate::machine::History;
use crate::scenario::Scenario;

use super::moment::Moment;
use super::msg::Msg;
use super::stage::stage;
use super::standing::Standing;
use super::ui_state::{OtherBuild, UiState};
use super::vdom::{Attr, Element, button, el, note, rich, select};

/// Another build of the scenario after the same turns as the run on the stage.
pub struct Comparison {
    /// The moment of the other build.
    pub now: Moment,
    turns: Turns,
    /// What every schedule of the other build comes to, once that is known.
    pub found: Option<Standing>,
}

impl Comparison {
    /// Gives another build the turns of the run up to the moment shown.
    pub fn of(now: &Moment, other: &Arc<Scenario>) -> Comparison {
        let steps: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
        let turns = same_turns(&now.scenario, &steps, other);
        let mut history = History::new(&other.model);
        for choice in turns.choices[..now.depth()].iter().flatten() {
            history.choose(&other.model, *choice);
        }
        Comparison {
            now: Moment::of(other, &history, now.own, None).since(Some(now.began)),
            turns,
            found: None,
        }
    }
}

/// The list of builds to compare with.
fn choice(now: &Moment, ui: &UiState) -> Element {
    let mut others = vec![(OtherBuild::None, "nothing".to_owned())];
    if !now.scenario.edits.is_empty() {
        let words = match now.scenario.era {
            crate::protocol::Era::V2_6_39 => "the correct ordering, of Linux 3.0",
            _ => "the correct ordering",
        };
        others.push((OtherBuild::Unchanged, words.to_owned()));
    }
    for (at, era) in crate::protocol::Era::ALL.iter().enumerate() {
        if *era != now.scenario.era {
            others.push((OtherBuild::Era(at), format!("Linux {}", era.word())));
        }
    }
    for (at, device) in crate::scenario::Device::ALL.iter().enumerate() {
        if *device != now.scenario.device {
            others.push((OtherBuild::Device(at), format!("on {}", device.word())));
        }
    }
    let chosen = others.iter().position(|it| it.0 == ui.other).unwrap_or(0);
    let options = others.into_iter();
    let options = options.map(|(other, words)| (words, Msg::CompareWith(other)));
    select("Beside it", chosen, options.collect())
}

/// The comparison: what the other build does with the same turns.
pub fn compare(now: &Moment, ui: &UiState, other: Option<&Comparison>) -> Element {
    let panel = el("section", "beside-panel")
        .attr(Attr::Part, "beside")
        .child(choice(now, ui));
    let Some(other) = other else {
        return panel.child(note(
            "small",
            "Two orderings side by side: the same actors get the same turns, and whoever cannot move lets its turn pass.",
        ));
    };
    let (there, depth) = (&other.now, now.depth());
    let parted = match &other.turns.parting {
        None => el("p", "small").text("All steps of the run on the stage are the same there."),
        Some(parting) => {
            let words = parting_words(&now.scenario, &there.scenario, parting);
            let class = if parting.step <= depth {
                "parting past"
            } else {
                "parting"
            };
            let go = format!("go to step {}", parting.step);
            rich(el("p", class), &words).text(" ").child(button(
                "link",
                "",
                &go,
                false,
                Msg::Seek(parting.step),
            ))
        }
    };
    let turn = match depth.checked_sub(1).map(|at| other.turns.choices[at]) {
        None => "Start: nothing has happened in either.".to_owned(),
        Some(None) => {
            let actor = now.last_actor().unwrap_or_default();
            let status = there.status(actor);
            let name = &there.scenario.cast[actor.index()].name;
            let words = status_words(&there.scenario, &there.story, actor, status);
            format!("The turn of {name} passes: {words}.")
        }
        Some(Some(_)) => match there.depth().checked_sub(1) {
            Some(last) => sentence(&there.scenario, &there.story, last),
            None => String::new(),
        },
    };
    let bad = |now: &Moment| now.failed() || now.stuck().is_some();
    let ended = match &there.end {
        Some(end) => outcome(&there.scenario, &there.story, end),
        None => String::new(),
    };
    let class = if bad(there) { "now failed" } else { "now" };
    let mut drawn = stage(there, ui).attr(Attr::Part, "beside-stage");
    for (attr, value) in &mut drawn.attrs {
        if *attr == Attr::Label {
            *value = "Stage of the ordering beside".to_owned();
        }
    }
    let count = format!("Beside: {} steps in {depth} turns", there.depth());
    // That these turns end well there says nothing of other turns.
    let standing = other.found.unwrap_or(Standing::Looking(Verdicts::NONE));
    let found = el("p", "there")
        .text(&format!("Every schedule of {}: ", there.scenario.name))
        .child(standing.badge());
    panel
        .child(found)
        .child(parted)
        .child(
            el("div", class)
                .child(note("count", &count))
                .child(rich(el("p", "sentence"), &turn))
                .child(rich(el("p", "ending"), &ended)),
        )
        .child(drawn)
}
