//! Every scenario's stated verdicts, proved by looking at every interleaving.
//!
//! `SCENARIO=slug cargo test --no-default-features --test scenarios` looks at one only; so do the tests
//! `matrix`, `oracle`, `spin` and `texts`.

mod support;

use stable_pages::explore::{Limits, Progress, Sleep, Space, Story, longest_sleep, starved};
use stable_pages::machine::{ActorId, Choice, History, Invariant, Model, Op, enabled, step};
use stable_pages::scenario::{Scenario, Verdict, catalogue, load_for, words};

fn explored(model: &Model) -> Space {
    let space = Space::explore(model, model.initial, Limits::NONE);
    assert_eq!(space.progress(), Progress::Complete);
    space
}

fn all() -> Vec<Scenario> {
    let all = support::chosen().map(|entry| entry.load().expect("loads"));
    all.collect()
}

/// The only test that fails if a file does not load; it prints the loader's message for each such file.
#[test]
fn every_file_loads() {
    let wrong = catalogue().filter_map(|entry| {
        let error = entry.load().err()?;
        Some(format!("assets/scenarios/{}.toml: {error}\n", entry.slug))
    });
    let wrong: String = wrong.collect();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_scenario_has_the_verdicts_it_states_on_every_device() {
    let mut wrong = Vec::new();
    for entry in support::chosen() {
        let own = entry.load().expect("loads");
        for (device, stated) in &own.expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None);
            let scenario = scenario.unwrap_or_else(|error| panic!("{}: {error}", entry.slug));
            let space = explored(&scenario.model);
            let found: Vec<Verdict> = space.verdicts().iter().collect();
            let lengths: Vec<String> = (space.findings(&scenario.model).iter())
                .map(|f| format!("{} in {}", f.verdict.words(), f.schedule.len()))
                .collect();
            println!(
                "{:4} {:26} {:12} {:7} states {:7} edges {:5} ends, depth {:3}: {}",
                own.section,
                entry.slug,
                device.word(),
                space.states(),
                space.edges(),
                space.ends(),
                space.depth(),
                if lengths.is_empty() {
                    "clean".into()
                } else {
                    lengths.join(", ")
                },
            );
            if found != *stated {
                wrong.push(format!(
                    "{} on {}: found {}, stated {}",
                    entry.slug,
                    device.word(),
                    words(&found),
                    words(stated)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An opening run goes on until nobody can move, and has the verdicts and broken invariants that the file states, in that
/// order.
#[test]
fn every_opening_run_shows_its_point() {
    let mut wrong = Vec::new();
    for scenario in all() {
        let model = &scenario.model;
        let mut history = History::new(model);
        for choice in &scenario.schedule {
            assert!(history.choose(model, *choice));
        }
        let story = Story::of(model, &history);
        let (found, slug) = (story.verdicts(model), &scenario.slug);
        // A run that shows a livelock may end while somebody can move, and an actor that stores for ever always can. Device
        // and completion have endless programs too, but can move only if there is work for them.
        let livelock = scenario.opening.contains(&Verdict::Livelock);
        let goes_on = |choice: Choice| {
            let actor = &model.actors[choice.actor.index()];
            let serves = |op| matches!(op, Op::TakeRequest | Op::TakeOver | Op::BioEndio);
            actor.forever && !actor.code.iter().any(|instr| serves(instr.op))
        };
        if !livelock && !enabled(model, history.world()).all(goes_on) {
            wrong.push(format!("{slug}: the opening run stops half-way"));
        }
        let expected = scenario.opening.clone();
        if found != expected && !expected.contains(&Verdict::Livelock) {
            wrong.push(format!(
                "{slug}: the opening run gives {}, not {}",
                words(&found),
                words(&expected)
            ));
        }
        let mut broken: Vec<(usize, Invariant)> =
            story.broken.iter().map(|(it, step)| (*step, *it)).collect();
        broken.sort();
        let names: Vec<&str> = broken.iter().map(|(_, it)| it.name().0).collect();
        let stated: Vec<&str> = scenario.breaks.iter().map(|it| it.name().0).collect();
        if names != stated {
            wrong.push(format!(
                "{slug}: breaks {names:?}, not {stated:?} {broken:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The checker has the findings of a plain search, and the schedule of each leads to its verdict.
#[test]
fn every_shortest_failure_replays() {
    let (mut replayed, mut livelocks) = (0, 0);
    for entry in support::chosen() {
        for (device, _) in &entry.load().expect(entry.slug).expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None).expect("loads");
            let model = &scenario.model;
            let space = explored(model);
            support::same(&scenario, &support::explored(&scenario), &space);
            for finding in space.findings(model) {
                replayed += 1;
                if finding.verdict != Verdict::Livelock {
                    continue;
                }
                // The schedule to a livelock ends in its loop: a search from there comes back to that state.
                let from = support::replayed(model, &finding.schedule).0;
                assert!(starved(model, &from).is_some());
                let round = Space::explore(model, from, Limits::NONE);
                let mut states = 0..round.states() as u32;
                let back = states.any(|state| {
                    let world = round.world(state);
                    stable_pages::machine::enabled(model, &world)
                        .any(|choice| step(model, &world, choice).0 == from)
                });
                assert!(back);
                livelocks += 1;
            }
        }
    }
    if support::all_are_chosen() {
        assert!(replayed > 150 && livelocks > 0, "only {replayed}");
    }
}

fn sleep(model: &Model, actor: ActorId) -> Sleep {
    let space = explored(model);
    let graph = space.graph().expect("kept");
    longest_sleep(model, graph, &|state| space.world(state), actor)
}

/// S30: the stated longest sleep of a writer, and the actor it sleeps behind, are exact.
#[test]
fn stated_sleeps_are_exact() {
    let mut stated = 0;
    for scenario in all() {
        let Some(bound) = scenario.stall else {
            continue;
        };
        let model = &scenario.model;
        let found = sleep(model, bound.actor);
        let expected = Sleep::Steps(bound.steps, bound.behind);
        assert_eq!(found, expected, "{}", scenario.slug);
        // Since 3.9 nobody waits for stable pages on this disk (the dossier's S30; commit 1d1d1a767206), so only the wait
        // for the page lock is left.
        let entry = stable_pages::scenario::find(&scenario.slug).expect("there");
        let era = stable_pages::protocol::Era::V3_9;
        let later = load_for("x", entry.text, None, Some(era)).expect("loads");
        match sleep(&later.model, bound.actor) {
            Sleep::Steps(steps, behind) => {
                assert!(steps * 2 < bound.steps, "{steps} of {}", bound.steps);
                assert_ne!(behind, bound.behind);
            }
            Sleep::Forever => panic!("it is woken"),
        }
        stated += 1;
    }
    assert!(stated > 0 || !support::all_are_chosen());
}
