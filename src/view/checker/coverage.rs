//! What a search covered: how often each step ran, and which steps never did.

use crate::exchange::grouped;
use crate::explore::SearchResult;
use crate::machine::ActorId;
use crate::protocol::ASSUMPTIONS;

use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::sources::cited;
use super::super::vdom::{Attr, Element, el, note};
use super::steps;

/// The panel of coverage.
pub fn panel(now: &Moment, results: &CheckResults) -> Element {
    let Some(checked) = &results.checked else {
        return note("small", "Once everything has been looked at.");
    };
    let scenario = &now.scenario;
    let mut cards = el("div", "cards");
    for actor in scenario.model.actor_ids() {
        cards = cards.child(of_actor(now, checked, actor));
    }
    let progress = &checked.progress;
    let words = format!(
        "{} states and {} transitions between them; {} of the states are ends; the farthest state is {} steps from the start; the search took {} MiB. Beside each step: on how many of the transitions it was made. A step that was never reached is one this check says nothing about.",
        grouped(&progress.states.to_string()),
        grouped(&progress.edges.to_string()),
        grouped(&checked.ends.to_string()),
        progress.depth,
        checked.bytes.div_ceil(1 << 20),
    );
    el("div", "")
        .child(note("small", &words))
        .child(cards)
        .child(assumptions())
}

/// What the model takes for granted or leaves out.
fn assumptions() -> Element {
    let mut list = el("dl", "invariants");
    for it in &ASSUMPTIONS {
        let words = el("dd", "").text(it.words);
        let words = match it.source {
            "" => words,
            source => cited(words.text(" ("), source).text(")"),
        };
        list = list.child(el("dt", "").text(it.about)).child(words);
    }
    el("div", "card")
        .attr(Attr::Part, "assumptions")
        .child(el("h2", "").text("What \u{201c}safe\u{201d} does not cover"))
        .child(note(
            "small",
            "What this model takes for granted, and what of the kernel it leaves out.",
        ))
        .child(list)
}

fn of_actor(now: &Moment, checked: &SearchResult, actor: ActorId) -> Element {
    let scenario = &now.scenario;
    let cast = &scenario.cast[actor.index()];
    let ran = checked.ran.get(actor.index()).map_or(&[][..], |it| &it[..]);
    let mut list = el("ol", "coverage");
    let mut never = 0;
    for (pc, text) in steps(scenario, actor) {
        let times = ran.get(pc as usize).copied().unwrap_or(0);
        never += u32::from(times == 0);
        let (class, shown) = match times {
            0 => ("never", "never reached".to_owned()),
            _ => ("", grouped(&times.to_string())),
        };
        list = list.child(
            el("li", class)
                .child(el("code", "").text(&text))
                .child(el("span", "").text(&shown)),
        );
    }
    let words = match never {
        0 => "every step was reached".to_owned(),
        1 => "one step was never reached".to_owned(),
        many => format!("{many} steps were never reached"),
    };
    el("div", "card")
        .attr(Attr::Part, "coverage")
        .child(el("h2", "").text(&cast.name))
        .child(note("small", &words))
        .child(list)
}
