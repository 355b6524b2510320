//! A scenario file that is made of what a visitor brought, a drawing or a capture: its texts, its opening run, and what it comes to.

use super::statements::schedule_lines;
use crate::explore::{Limits, Space, Story};
use crate::machine::{Choice, History};
use crate::scenario::{Scenario, Verdict, load};

/// Most memory of the search.
pub(in crate::exchange) const BYTES: usize = 12 << 20;

/// A text between TOML's quotes.
pub(in crate::exchange) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    text.replace(char::is_control, "?")
}

/// A file with a run as its opening schedule, and its scenario; as they were, where that does not load.
pub(in crate::exchange) fn with_run(
    text: String,
    scenario: Scenario,
    run: &[Choice],
) -> (String, Scenario) {
    let lines = schedule_lines(&scenario, run);
    let lines: String = lines.iter().map(|it| format!("  \"{it}\",\n")).collect();
    let schedule = format!("\nschedule = [\n{lines}]\n\n[file]\n");
    let with = text.replacen("\n[file]\n", &schedule, 1);
    match load(&scenario.slug, &with) {
        Ok(scenario) => (with, scenario),
        Err(_) => (text, scenario),
    }
}

/// What a run comes to.
pub(in crate::exchange) fn run_verdicts(scenario: &Scenario, run: &[Choice]) -> Vec<Verdict> {
    let model = &scenario.model;
    let mut history = History::new(model);
    for choice in run {
        history.choose(model, *choice);
    }
    Story::of(model, &history).verdicts(model)
}

/// Looks at every order.
pub(in crate::exchange) fn explored(scenario: &Scenario) -> Space {
    let limits = Limits::bytes(BYTES);
    Space::explore(&scenario.model, scenario.model.initial, limits)
}
