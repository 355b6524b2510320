//! A verdict as a badge: a sign and words, in the colour of how bad it is. The sign and the words say it without colour.

use crate::scenario::{SAFE, Severity, Verdict, words};

use super::vdom::{Attr, Element, el, nothing};

/// The class and the sign of the worst of some verdicts; none of them is safe.
pub fn mark(verdicts: &[Verdict]) -> (&'static str, &'static str) {
    match verdicts.iter().map(|it| it.severity()).max() {
        None => ("good", "\u{2713}"),
        Some(Severity::Fact) => ("fact", "\u{2713}"),
        Some(Severity::Passing) => ("passing", "!"),
        Some(Severity::Failure) => ("bad", "\u{2715}"),
    }
}

/// The badge: "✓ safe", "! torn write".
pub fn badge(tag: &'static str, verdicts: &[Verdict]) -> Element {
    let (class, sign) = mark(verdicts);
    el(tag, &format!("badge {class}")).text(&format!("{sign} {}", words(verdicts)))
}

/// The class of a card about a verdict.
pub fn card(verdict: Verdict) -> String {
    let (class, _) = mark(&[verdict]);
    format!("card failure {class}")
}

/// What the words of some badges mean, folded; with `safe`, that word too.
pub fn meanings(verdicts: &[Verdict], safe: bool) -> Element {
    let mut list = el("dl", "invariants");
    let mut many = 0;
    let safe = safe.then_some(("safe", SAFE));
    let met = Verdict::ALL.into_iter().filter(|it| verdicts.contains(it));
    for (words, meaning) in safe
        .into_iter()
        .chain(met.map(|it| (it.words(), it.meaning())))
    {
        many += 1;
        list = list
            .child(el("dt", "").text(words))
            .child(el("dd", "").text(meaning));
    }
    let summary = match many {
        0 => return nothing(),
        1 => "What this word means",
        _ => "What these words mean",
    };
    el("details", "")
        .attr(Attr::Part, "meanings")
        .child(el("summary", "").text(summary))
        .child(list)
}
