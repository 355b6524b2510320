//! What the protocol lacks in an ordering, which is why it can fail.

use crate::machine::StableWait;
use crate::protocol::Mark;
use crate::scenario::Scenario;

/// The edits of the scenario, by the lines of the programs that they change; in the file's words where no line shows them.
fn changed(scenario: &Scenario) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for cast in &scenario.cast {
        for line in &cast.lines {
            let what = match line.mark {
                Mark::Dropped => "is left out",
                Mark::MovedHere => "is moved",
                Mark::Inserted => "is inserted",
                _ => continue,
            };
            let words = format!("`{}` {what} (see {})", line.text, cast.name);
            if !said.contains(&words) {
                said.push(words);
            }
        }
    }
    match said.is_empty() {
        true => scenario.edits.clone(),
        false => said,
    }
}

/// What the protocol lacks here, which is why the run could fail: the scenario's edits; if it has none, the steps that its
/// kernel does not have yet, or that nothing asks for stable pages. None if it lacks nothing of that kind.
pub fn missing(scenario: &Scenario) -> Option<String> {
    let model = &scenario.model;
    if !scenario.edits.is_empty() {
        return Some(format!(
            "What was changed: {}.",
            changed(scenario).join("; ")
        ));
    }
    let lines = scenario.cast.iter().flat_map(|it| &it.lines);
    let mut absent: Vec<String> = Vec::new();
    for line in lines.filter(|line| line.mark == Mark::NotYet) {
        let text = format!("`{}`", line.text);
        if !absent.contains(&text) {
            absent.push(text);
        }
    }
    let era = scenario.era.word();
    if !absent.is_empty() {
        return Some(format!(
            "What Linux {era} does not do here yet: {}.",
            absent.join("; ")
        ));
    }
    if !model.cached.contains(&true) {
        return Some(
            "The buffer is a program's own: no page lock and no PG_writeback stands for it."
                .to_owned(),
        );
    }
    match model.rules.wait {
        StableWait::IfRequired if !model.stable => {
            Some("Nothing asks for stable pages here, so nobody waits for them.".to_owned())
        }
        _ => None,
    }
}
