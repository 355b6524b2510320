//! A round of a folio as a scenario: what the capture's order comes to in the model, and what other orders of the same steps come to.

use crate::exchange::capture::{Capture, Draft, DraftError, Stretch};

use super::super::drawing::link;
use super::super::vdom::{Attr, Element, button, el, note, rich};

/// What a round becomes.
pub(super) fn draft(capture: &Capture, folio: u32, round: Stretch) -> Element {
    let it = el("div", "draft").attr(Attr::Part, "capture-draft");
    match capture.draft(folio, round) {
        Ok(draft) => drawn(it, capture, &draft),
        Err(error) => it.child(refused(&error)),
    }
}

fn refused(error: &DraftError) -> Element {
    note("unread", &error.to_string()).attr(Attr::Role, "status")
}

fn drawn(it: Element, capture: &Capture, draft: &Draft) -> Element {
    let (scenario, text) = (&draft.scenario, &draft.text);
    let failed: Vec<_> = draft.drawn.iter().filter(|it| it.fails()).collect();
    let failed: Vec<_> = failed.iter().map(|it| it.words()).collect();
    let (class, words) = match (&draft.departs, failed.is_empty()) {
        (Some((event, who)), _) => {
            let line = capture.events.get(*event as usize).map_or(0, |it| it.line);
            let words = format!(
                "\u{2260} The model cannot go all the way that the kernel went: at line {line}, {who} cannot go on."
            );
            ("bad", words)
        }
        (None, false) => {
            let words = format!(
                "\u{2717} The model goes the way that the kernel went. It comes to: {}.",
                failed.join(", ")
            );
            ("bad", words)
        }
        (None, true) => {
            let words =
                "= The model goes the way that the kernel went, and nothing has failed at its end.";
            ("", words.to_owned())
        }
    };
    let others: Vec<_> = draft.shortest.iter().filter(|it| it.0.fails()).collect();
    let names: Vec<_> = others.iter().map(|it| it.0.words()).collect();
    let (states, era, device) = (draft.states, scenario.era.word(), scenario.device.word());
    let all = match (names.is_empty(), draft.complete) {
        (false, _) => format!(
            "Other orders of the same steps can come to: {} (Linux {era}, {device}).",
            names.join(", ")
        ),
        (true, true) => format!(
            "No order of these steps fails in the model, of {states} states (Linux {era}, {device}, with what is assumed below)."
        ),
        (true, false) => {
            format!("In {states} states no order of these steps fails; not all were looked at.")
        }
    };
    let draft_link = link(scenario, text, &draft.choices, draft.choices.len());
    let open = "Open as a draft, as captured";
    let mut moves = el("div", "moves").child(button("primary", "", open, false, draft_link));
    for (verdict, run) in others {
        let words = format!("Shortest {} ({} steps)", verdict.words(), run.len());
        let run = link(scenario, text, run, run.len());
        moves = moves.child(button("", "", &words, false, run));
    }
    let assumed = draft.assumed.iter().map(|it| rich(el("li", ""), it));
    let assumed = el("ul", "").children(assumed.collect());
    it.child(note(class, &words).attr(Attr::Role, "status"))
        .child(note("", &all))
        .child(moves)
        .child(note("small", "Not in the capture, and assumed:"))
        .child(assumed)
}
