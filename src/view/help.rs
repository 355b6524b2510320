//! The sheet behind `?`: the keys, the glossary, and the meaning and source of every step.

use crate::protocol::{ANY_CALL, Era, GROUPS, MEANINGS, OPS, TERMS, term_meaning};

use super::msg::Msg;
use super::sources::cited;
use super::vdom::{Attr, Element, button, el};

/// The keys as the sheet names them, and what each does.
pub const KEYS: [(&str, &str); 29] = [
    ("1 to 9", "step that actor, in the order of their panels"),
    (
        "G",
        "step size: a call (a line of a program as it is folded), or a single step",
    ),
    (
        "Shift + 1 to 9, \u{2192}, \u{2190}",
        "the same by the other step size",
    ),
    (
        "W",
        "go the other way, at the first actor whose step has two",
    ),
    ("\u{2192}", "forward on the current run"),
    ("\u{2190}", "back; the steps ahead are kept"),
    ("Home or R", "reset: back to the start; the runs are kept"),
    ("End", "to the end of the current run"),
    ("Space", "play or pause"),
    ("S", "change the speed"),
    ("F", "run to the next failure"),
    (
        "/ or O",
        "the list of orderings: write to find; arrows, J and K go through it",
    ),
    ("Esc", "close what is open, one at a time"),
    ("E", "explain"),
    ("I", "inspect a sector"),
    ("B", "compare: the run beside another build"),
    ("K", "check: what every schedule comes to"),
    ("P", "edit: programs, actors, bytes, text"),
    (
        "Ctrl + Z, Ctrl + Y",
        "in the editor: take a change back, make it again",
    ),
    (
        "Alt + \u{2191}, \u{2193}, Del",
        "in the editor's lines: move the line chosen, leave it out or put it back",
    ),
    ("V", "verdicts and odds"),
    ("M", "race map"),
    ("D", "other devices and kernels"),
    ("L", "load-bearing steps"),
    ("N", "costs"),
    ("U", "coverage"),
    ("C", "copy the run as text for a mail"),
    (
        "X",
        "share: link, text, figure, data; paste a diagram or a kernel log",
    ),
    ("?", "this sheet"),
];

/// The content of the sheet.
pub fn sheet(era: Era) -> Element {
    let era = era as usize;
    let mut keys = el("dl", "keys");
    for (key, what) in KEYS {
        keys = word(keys, key, what, "");
    }
    let mut terms = el("dl", "words");
    for (at, term) in TERMS.iter().enumerate() {
        if let Some(meaning) = term_meaning(at) {
            terms = word(terms, term.name, meaning.meaning, meaning.source);
        }
    }
    let groups = GROUPS
        .iter()
        .map(|it| (it.calls[era], it.meaning, it.source));
    let ops = OPS.iter().zip(&MEANINGS);
    let ops = ops.map(|(it, of)| match it.calls()[era] {
        ANY_CALL => (it.label, of.meaning, of.source),
        call => (call, of.meaning, of.source),
    });
    let mut words = el("dl", "words");
    for (call, meaning, source) in groups.chain(ops) {
        words = word(words, &call.replace("{}", "\u{2026}"), meaning, source);
    }
    el("div", "sheet-body")
        .child(
            el("div", "help-head")
                .child(
                    el("h2", "")
                        .attr(Attr::Id, "help-title")
                        .text("Keys and words"),
                )
                .child(button("", "Escape", "Close", false, Msg::Sheet(None))),
        )
        .child(el("h3", "").text("Keys"))
        .child(keys)
        .child(el("h3", "").text("Words"))
        .child(terms)
        .child(el("h3", "").text("What each step means"))
        .child(words)
}

/// Adds a term, its meaning and its source to a list.
fn word(list: Element, term: &str, meaning: &str, source: &str) -> Element {
    let meaning = el("dd", "").text(meaning).text(" ");
    list.child(el("dt", "").child(el("code", "").text(term)))
        .child(meaning.child(cited(el("span", "source"), source)))
}
