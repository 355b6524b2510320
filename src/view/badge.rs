//! A verdict as a badge: a sign and words, in the colour of how bad it is. The sign and the words say it without colour.

use crate::scenario::{Severity, Verdict, words};

use super::vdom::{Element, el};

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
