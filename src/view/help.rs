//! The sheet behind `?`: keys, and every op's meaning and source.

use crate::protocol::{Era, GROUPS, MEANINGS, OPS, TERMS, term_meaning};

use super::tree::{At, El, button, el};
use super::wish::Wish;

/// A key as the sheet names it, and what it does.
pub const KEYS: [(&str, &str); 14] = [
    ("1 to 9", "step that actor, in the order of their panels"),
    ("Shift + 1 to 9", "step that actor to the end of its line"),
    (
        "W",
        "the other way, for the first actor whose step can go two ways",
    ),
    ("\u{2192}", "one step forward on the current run"),
    ("\u{2190}", "one step back; the steps ahead stay"),
    ("Home or R", "reset: back to the start; the runs stay"),
    ("End", "to the end of the current run"),
    ("Space", "play or pause"),
    ("S", "change the speed"),
    ("F", "run to the next failure"),
    ("O", "open or close the list of orderings"),
    ("C", "copy the run as text for a mail"),
    ("X", "share: link, text, figure, data; paste a diagram"),
    ("?", "this sheet"),
];

/// What is on it.
pub fn sheet(era: Era) -> El {
    let era = era as usize;
    let mut keys = el("dl", "keys");
    for (key, what) in KEYS {
        keys = word(keys, key, what, "");
    }
    let mut terms = el("dl", "words");
    for (at, term) in TERMS.iter().enumerate() {
        if let Some(it) = term_meaning(at) {
            terms = word(terms, term.name, it.meaning, it.source);
        }
    }
    let groups = GROUPS
        .iter()
        .map(|it| (it.calls[era], it.meaning, it.source));
    let ops = OPS.iter().zip(&MEANINGS);
    let ops = ops.map(|(it, of)| (it.calls[era], of.meaning, of.source));
    let mut words = el("dl", "words");
    for (call, meaning, source) in groups.chain(ops) {
        words = word(words, &call.replace("{}", "\u{2026}"), meaning, source);
    }
    el("div", "sheet-body")
        .with(
            el("div", "help-head")
                .with(el("h2", "").at(At::Id, "help-title").text("Keys and words"))
                .with(button("", "Escape", "Close", false, Wish::Sheet(None))),
        )
        .with(el("h3", "").text("Keys"))
        .with(keys)
        .with(el("h3", "").text("Words"))
        .with(terms)
        .with(el("h3", "").text("What each step means"))
        .with(words)
}

fn word(list: El, term: &str, meaning: &str, source: &str) -> El {
    let meaning = el("dd", "").text(meaning).text(" ");
    list.with(el("dt", "").with(el("code", "").text(term)))
        .with(meaning.with(el("span", "source").text(source)))
}
