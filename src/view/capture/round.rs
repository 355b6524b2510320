//! A round of a folio as a scenario: what the capture's order comes to in the model, and what other orders of the same steps come to.

use crate::exchange::capture::{Capture, Draft, DraftError, Stretch};

use crate::exchange::Link;

use super::super::drawing::link;
use super::super::msg::Msg;
use super::super::vdom::{Attr, Element, button, el, note, rich};
use super::looked::Looked;

/// How many orderings that explain a round are shown.
const SHOWN: usize = 6;

/// What a round becomes.
pub(super) fn draft(looked: &Looked, folio: u32, round: Stretch) -> Element {
    let capture = &looked.capture;
    let it = el("div", "draft").attr(Attr::Part, "capture-draft");
    match capture.draft(folio, round) {
        Ok(draft) => drawn(it, capture, &draft).child(like(looked, folio, round)),
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
    let line = |it: &u32| capture.events.get(*it as usize).map_or(0, |it| it.line);
    let unlike: Vec<String> = draft.unlike.iter().map(|it| line(it).to_string()).collect();
    let comes_to = match failed.is_empty() {
        true => "nothing has failed at its end".to_owned(),
        false => format!("it comes to: {}", failed.join(", ")),
    };
    let (class, words) = match (&draft.departs, unlike.is_empty(), failed.is_empty()) {
        (Some((event, who)), ..) => {
            let words = format!(
                "\u{2260} The model cannot go all the way that the kernel went: at line {}, {who} cannot go on.",
                line(event)
            );
            ("bad", words)
        }
        (None, false, _) => {
            let words = format!(
                "\u{2260} The model makes the same steps, but one of the two sleeps where the other goes on: at line {}. In the model {comes_to}.",
                unlike.join(", ")
            );
            ("bad", words)
        }
        (None, true, false) => (
            "bad",
            format!("\u{2717} The model goes the way that the kernel went, and {comes_to}."),
        ),
        (None, true, true) => (
            "",
            format!("= The model goes the way that the kernel went, and {comes_to}."),
        ),
    };
    let others: Vec<_> = draft.shortest.iter().filter(|it| it.0.fails()).collect();
    let names: Vec<_> = others.iter().map(|it| it.0.words()).collect();
    let (states, era, device) = (draft.states, scenario.era.word(), scenario.device.on());
    let all = match (names.is_empty(), draft.complete) {
        (false, _) => format!(
            "Other orders of the same steps can come to: {} (Linux {era} {device}).",
            names.join(", ")
        ),
        (true, true) => format!(
            "No order of these steps fails in the model, of {states} states (Linux {era} {device}, with what is assumed below)."
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

/// Which orderings of the catalogue explain a round.
fn like(looked: &Looked, folio: u32, round: Stretch) -> Element {
    if looked.catalogue.is_empty() {
        let words = "Which orderings of the catalogue explain it";
        let ask = button("", "", words, false, Msg::ReadWithAll);
        return el("div", "moves").child(ask);
    }
    let all = looked.capture.like(folio, round, &looked.catalogue);
    let mut list = el("ol", "");
    for like in all.iter().filter(|it| it.placed > 0).take(SHOWN) {
        let scenario = &looked.catalogue[like.scenario];
        let link = Link::of(scenario, &like.choices, like.choices.len(), Vec::new());
        let mut words = format!(": {} of {} lines", like.placed, like.of);
        for (what, lines) in [
            ("its actor sleeps where the kernel went on", &like.against),
            ("it has no step", &like.missing),
        ] {
            if !lines.is_empty() {
                let lines: Vec<_> = lines.iter().take(8).map(u32::to_string).collect();
                words += &format!("; {what} at line {}", lines.join(", "));
            }
        }
        let open = Msg::GoToLink(link.to_string());
        let item = el("li", "").child(button("link", "", &scenario.title, false, open));
        list = list.child(item.text(&words));
    }
    let words = match list.children.is_empty() {
        true => "No ordering of the catalogue has a step for any of these lines.",
        false => {
            "Orderings of the catalogue, those first that explain most of it; each opens at the end of its run:"
        }
    };
    el("div", "")
        .attr(Attr::Part, "capture-like")
        .child(note("", words))
        .child(list)
}
