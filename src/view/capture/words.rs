//! Numbers, times and signs in words, and the buttons between parts of a list.

use crate::exchange::capture::Finding;

use super::super::msg::Msg;
use super::super::vdom::{Element, button, el};

/// The sign and the class of a finding.
pub(super) fn sign(finding: Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::Broken => ("\u{2717}", "bad"),
        Finding::NotAsked => ("\u{2248}", "passing"),
        Finding::Unknown => ("?", "unknown"),
        Finding::Kept => ("\u{2713}", "good"),
    }
}

/// A number with blanks between its thousands.
pub(super) fn many(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push('\u{202f}');
        }
        words.push(digit);
    }
    words
}

/// Nanoseconds as seconds.
pub(super) fn seconds(time: u64) -> String {
    format!(
        "{}.{:06}",
        time / 1_000_000_000,
        time % 1_000_000_000 / 1_000
    )
}

/// "1 folio", "2 folios".
pub(super) fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {what}{s}", many(number))
}

/// Buttons to what stands before and behind what is shown; only the words, where all is shown.
pub(super) fn pages(
    words: &str,
    from: usize,
    to: usize,
    all: usize,
    shown: usize,
    go: &dyn Fn(usize) -> Msg,
) -> Element {
    let it = el("div", "moves pages");
    if from == 0 && to >= all {
        return it.child(el("small", "").text(words));
    }
    let back = from.saturating_sub(shown);
    it.child(button("", "", "\u{2039} Earlier", from == 0, go(back)))
        .child(el("small", "").text(words))
        .child(button(
            "",
            "",
            "Later \u{203a}",
            to >= all,
            go(to.min(all.saturating_sub(1))),
        ))
}
