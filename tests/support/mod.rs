//! What several tests need: scenarios by name or varied, actors by name, steps by key.

#![allow(dead_code, reason = "not every test uses all of it")]

pub mod clock;
pub mod locks;
pub mod parts;
pub mod plain;
pub mod spin;

use std::sync::OnceLock;

use plain::{Report, Search};
use stable_pages::explore::{Finding, Limits, Space, Story, Verdicts};
use stable_pages::machine::{
    ActorId, Choice, Effect, End, History, Model, Status, World, end, status, step, ways,
};
use stable_pages::protocol::OPS;
use stable_pages::scenario::{Entry, Scenario, Verdict, catalogue, find, load, load_for};
use stable_pages::view::{Attr, Element, Node};

/// The files of the catalogue that load. A file that does not fails one test only (`every_file_loads` in
/// `tests/scenarios.rs`, with the loader's message); all other tests leave it out.
pub fn loadable() -> impl Iterator<Item = Entry> {
    static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
    let all = ALL.get_or_init(|| catalogue().filter(|entry| entry.load().is_ok()).collect());
    all.iter().copied()
}

/// The files that tests of scenarios use: the one that the variable `SCENARIO` names if it is set, else all.
///
/// # Panics
/// When `SCENARIO` names no scenario.
pub fn chosen() -> impl Iterator<Item = Entry> {
    let slug = std::env::var("SCENARIO").ok();
    if let Some(slug) = &slug {
        assert!(find(slug).is_some(), "SCENARIO={slug}: no such file");
    }
    loadable().filter(move |entry| slug.as_ref().is_none_or(|slug| slug == entry.slug))
}

/// Whether all scenarios are used, so that tests can require that there are enough of them.
pub fn all_are_chosen() -> bool {
    std::env::var_os("SCENARIO").is_none() && loadable().count() == catalogue().count()
}

/// The catalogue on each device for which it states verdicts, and what has the steps that no file has.
pub fn all_scenarios() -> impl Iterator<Item = Scenario> {
    let stated = loadable().flat_map(|entry| {
        let devices = entry.load().expect("loads").expect.into_iter();
        devices.map(move |(device, _)| {
            load_for(entry.slug, entry.text, Some(device), None).expect("loads")
        })
    });
    let variants = ["trylock_page", "pin_page"].map(|step| {
        let place = "before = \"do_wp_page/lock_page\"";
        let edit = format!("[[edit]]\ninsert = \"{step}\"\n{place}");
        varied("baseline-five-step", &[], &edit)
    });
    stated.chain(variants).chain(locks::scenarios())
}

/// A scenario of the catalogue.
pub fn scenario(slug: &str) -> Scenario {
    find(slug).expect("in the catalogue").load().expect("loads")
}

/// The actor of a name.
pub fn actor(scenario: &Scenario, name: &str) -> ActorId {
    let found = scenario.cast.iter().position(|it| it.name == name);
    ActorId::at(found.expect("an actor of the scenario"))
}

/// A file without its opening run.
pub fn without_opening(text: &str) -> String {
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("the schedule's end") + 2;
    format!("{}schedule = []{}", &text[..start], &text[end..])
}

/// A scenario of the catalogue without its opening run, notes and edits, with pieces of its text
/// replaced and with edits added.
pub fn varied(slug: &str, pieces: &[(&str, &str)], edits: &str) -> Scenario {
    let mut text = without_opening(find(slug).expect("in the catalogue").text);
    for (from, to) in pieces {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let text = text.replace("[file]", &format!("{edits}\n[file]"));
    load("varied", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The key of the step that an actor makes next; empty if its program is over.
pub fn next(scenario: &Scenario, world: &World, name: &str) -> &'static str {
    let who = actor(scenario, name);
    let pc = usize::from(scenario.model.actor(world, who).pc);
    let code = &scenario.model.actors[who.index()].code;
    code.get(pc)
        .map_or("", |instr| OPS[usize::from(instr.tag)].key)
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

/// Makes steps of an actor until it cannot move.
pub fn exhaust(scenario: &Scenario, world: &mut World, name: &str) {
    let who = actor(scenario, name);
    for _ in 0..500 {
        if status(&scenario.model, world, who) != Status::Ready {
            return;
        }
        *world = step(&scenario.model, world, Choice::of(who)).0;
    }
}

/// The report of a plain search through all of a scenario.
pub fn explored(scenario: &Scenario) -> Report {
    let report = Search::run(&scenario.model, scenario.model.initial, 3_000_000);
    assert!(report.complete);
    report
}

/// The checker's search through all of a scenario.
pub fn checked(scenario: &Scenario) -> Space {
    let model = &scenario.model;
    let space = Space::explore(model, model.initial, Limits::NONE);
    assert_eq!(space.progress(), stable_pages::explore::Progress::Complete);
    space
}

/// Checks that the checker's search has the numbers of the plain search and, for each verdict but livelock, which the plain
/// search does not know, a schedule of the same length that leads to it.
pub fn same(scenario: &Scenario, plain: &Report, space: &Space) {
    let (slug, model) = (&scenario.slug, &scenario.model);
    assert_eq!(plain.states, space.states(), "{slug}");
    assert_eq!(plain.edges as u64, space.edges(), "{slug}");
    assert_eq!(plain.ends as u32, space.ends(), "{slug}");
    assert_eq!(plain.depth as u32, space.depth(), "{slug}");
    assert_eq!(plain.unstable, space.unstable(), "{slug}");
    let found = space.findings(model);
    let known = |it: &&Finding| it.verdict != Verdict::Livelock;
    assert_eq!(plain.findings.len(), found.iter().filter(known).count());
    for finding in found.iter().filter(known) {
        let other = plain.finding(finding.verdict).expect(slug);
        assert_eq!(other.schedule.len(), finding.schedule.len(), "{slug}");
        assert!(replayed(model, &finding.schedule).1.has(finding.verdict));
    }
}

/// The world at the end of a schedule, and the verdicts of its last step and of its end, both of which it may have: one step
/// can break a rule and leave everybody waiting.
pub fn replayed(model: &Model, schedule: &[Choice]) -> (World, Verdicts) {
    let (mut world, mut effects) = (model.initial, Vec::new());
    for choice in schedule {
        assert!(choice.way < ways(model, &world, choice.actor));
        (world, effects) = step(model, &world, *choice);
    }
    let broke = effects.iter().filter_map(|effect| match effect {
        Effect::Broke(violation) => Verdict::of(*violation),
        _ => None,
    });
    let verdicts = broke.chain(bad_end(model, &world)).collect();
    (world, verdicts)
}

/// What a run amounts to that ends badly in a world.
pub fn bad_end(model: &Model, world: &World) -> Vec<Verdict> {
    match end(model, world) {
        Some(End::Deadlock(_)) => vec![Verdict::Deadlock],
        Some(End::Stall(_)) => vec![Verdict::Stall],
        Some(End::Rest(found)) => found.into_iter().filter_map(Verdict::of).collect(),
        Some(End::Halted) | None => Vec::new(),
    }
}

/// The verdicts in words, sorted.
pub fn verdicts(scenario: &Scenario) -> String {
    let found: Vec<_> = checked(scenario).verdicts().iter().collect();
    stable_pages::scenario::words(&found)
}

/// The opening run and its story.
pub fn opening(scenario: &Scenario) -> (History, Story) {
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
    }
    let story = Story::of(&scenario.model, &history);
    (history, story)
}

/// Whether an element of the page has a class.
pub fn has(el: &Element, class: &str) -> bool {
    let classes = el.attr_value(Attr::Class).unwrap_or("");
    classes.split(' ').any(|it| it == class)
}

/// All elements in one, itself included, of which something holds.
pub fn all<'a>(el: &'a Element, is: &dyn Fn(&Element) -> bool, into: &mut Vec<&'a Element>) {
    if is(el) {
        into.push(el);
    }
    for node in &el.children {
        if let Node::Element(it) = node {
            all(it, is, into);
        }
    }
}
