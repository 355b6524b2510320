//! What several tests need: scenarios by name or varied, actors by name, steps by key.

#![allow(dead_code, reason = "not every test uses all of it")]

use stable_pages::explore::{Report, Search, Story};
use stable_pages::machine::{Choice, Effect, History, Status, World, status, step};
use stable_pages::protocol::OPS;
use stable_pages::scenario::{Scenario, find, load};

/// A scenario of the catalogue.
pub fn scenario(slug: &str) -> Scenario {
    find(slug).expect("in the catalogue").load().expect("loads")
}

/// The actor of a name.
pub fn actor(scenario: &Scenario, name: &str) -> usize {
    let found = scenario.cast.iter().position(|it| it.name == name);
    found.expect("an actor of the scenario")
}

/// A scenario of the catalogue without its opening run, notes and edits, with pieces of its text
/// replaced and with edits added.
pub fn varied(slug: &str, pieces: &[(&str, &str)], edits: &str) -> Scenario {
    let mut text = find(slug).expect("in the catalogue").text.to_owned();
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("the schedule's end") + 2;
    text.replace_range(start..end, "schedule = []");
    for (from, to) in pieces {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let text = text.replace("[file]", &format!("{edits}\n[file]"));
    load("varied", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The key of the step an actor makes next; empty when its program is over.
pub fn next(scenario: &Scenario, world: &World, name: &str) -> &'static str {
    let who = actor(scenario, name);
    let pc = scenario.model.actor(world, who).pc as usize;
    let code = &scenario.model.actors[who].code;
    code.get(pc).map_or("", |instr| OPS[instr.tag as usize].key)
}

/// Steps an actor until its next step is `key`.
pub fn run_to(scenario: &Scenario, world: &mut World, name: &str, key: &str) {
    let who = actor(scenario, name);
    for _ in 0..200 {
        if next(scenario, world, name) == key {
            return;
        }
        let now = status(&scenario.model, world, who);
        assert_eq!(now, Status::Ready, "{name} on its way to {key}");
        *world = step(&scenario.model, world, Choice::of(who)).0;
    }
    panic!("{name} never comes to {key}");
}

/// One step of an actor, and what it did.
pub fn one(scenario: &Scenario, world: &mut World, name: &str) -> Vec<Effect> {
    let (next, effects) = step(&scenario.model, world, Choice::of(actor(scenario, name)));
    *world = next;
    effects
}

/// Steps an actor as far as it goes.
pub fn exhaust(scenario: &Scenario, world: &mut World, name: &str) {
    let who = actor(scenario, name);
    for _ in 0..500 {
        if status(&scenario.model, world, who) != Status::Ready {
            return;
        }
        *world = step(&scenario.model, world, Choice::of(who)).0;
    }
}

/// Everything that can come of a scenario.
pub fn explored(scenario: &Scenario) -> Report {
    let report = Search::run(&scenario.model, scenario.model.initial, 3_000_000);
    assert!(report.complete);
    report
}

/// The verdicts in words, sorted.
pub fn verdicts(scenario: &Scenario) -> String {
    let report = explored(scenario);
    let mut found: Vec<_> = report.findings.iter().map(|it| it.verdict).collect();
    found.sort_unstable();
    stable_pages::scenario::words(&found)
}

/// The opening run, retold.
pub fn opening(scenario: &Scenario) -> (History, Story) {
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
    }
    let story = Story::of(&scenario.model, &history);
    (history, story)
}
