//! Every scenario's stated verdicts, proved by looking at every interleaving.

use stable_pages::explore::{Outcome, Search, Sleep, Story, longest_sleep};
use stable_pages::machine::{End, History, Invariant, end, step};
use stable_pages::scenario::{Scenario, Verdict, catalogue, load_for, words};

/// More worlds than any scenario of the catalogue has; a search that needs more fails its test.
const BOUND: usize = 3_000_000;

fn all() -> Vec<Scenario> {
    catalogue()
        .map(|entry| {
            entry
                .load()
                .unwrap_or_else(|error| panic!("{}.toml: {error}", entry.slug))
        })
        .collect()
}

#[test]
fn every_scenario_has_the_verdicts_it_states_on_every_device() {
    let mut wrong = Vec::new();
    for entry in catalogue() {
        let own = entry
            .load()
            .unwrap_or_else(|error| panic!("{}.toml: {error}", entry.slug));
        for (device, stated) in &own.expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None);
            let scenario = scenario.unwrap_or_else(|error| panic!("{}: {error}", entry.slug));
            let report = Search::run(&scenario.model, scenario.model.initial, BOUND);
            assert!(report.complete, "{}: not all explored", entry.slug);
            let mut found: Vec<Verdict> = report.findings.iter().map(|f| f.verdict).collect();
            found.sort_unstable();
            let lengths: Vec<String> = (report.findings.iter())
                .map(|f| format!("{} in {}", f.verdict.words(), f.schedule.len()))
                .collect();
            println!(
                "{:4} {:26} {:12} {:7} states {:7} edges {:5} ends, depth {:3}: {}",
                own.section,
                entry.slug,
                device.word(),
                report.states,
                report.edges,
                report.ends,
                report.depth,
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

/// The opening run shows the scenario's point: it ends with nobody able to move, with the verdicts
/// and the broken invariants the file states, in the order stated.
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
        let loops = scenario.slug.starts_with("sync-");
        if end(model, history.world()).is_none() && !loops {
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

/// Each finding comes with a schedule that replays to it, and with nothing of its kind before.
#[test]
fn every_shortest_failure_replays() {
    let mut replayed = 0;
    for entry in catalogue() {
        for (device, _) in &entry.load().expect(entry.slug).expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None).expect("loads");
            let model = &scenario.model;
            for finding in &Search::run(model, model.initial, BOUND).findings {
                let mut history = History::new(model);
                for choice in &finding.schedule {
                    assert!(history.choose(model, *choice), "{}", scenario.slug);
                }
                let story = Story::of(model, &history);
                match &finding.outcome {
                    Outcome::Broke(violation) => {
                        let last = story.failures.last().expect("a failure was promised");
                        assert_eq!(last.step, finding.schedule.len(), "{}", scenario.slug);
                        let all = story.failures.iter();
                        let same = all.filter(|it| it.verdict() == Some(finding.verdict));
                        assert!(same.clone().any(|it| it.violation == *violation));
                        assert!(same.clone().all(|it| it.step == last.step), "shortest");
                    }
                    Outcome::Deadlock(cycle) => {
                        let found = end(model, history.world());
                        assert_eq!(found, Some(End::Deadlock(cycle.clone())));
                    }
                    Outcome::Stall(actor) => {
                        assert_eq!(end(model, history.world()), Some(End::Stall(*actor)));
                    }
                    Outcome::Livelock(actor) => {
                        // From there on it can go round: a search from there comes back.
                        let from = *history.world();
                        let mut search = Search::new(from);
                        assert!(search.advance(model, BOUND));
                        let back = search.worlds().any(|world| {
                            stable_pages::machine::enabled(model, world)
                                .any(|choice| step(model, world, choice).0 == from)
                        });
                        assert!(back && !model.actors[*actor as usize].forever);
                    }
                }
                replayed += 1;
            }
        }
    }
    assert!(replayed > 150, "only {replayed}");
}

/// S30: how long a writer sleeps, and behind whom, is stated and exact.
#[test]
fn stated_sleeps_are_exact() {
    let mut stated = 0;
    for scenario in all() {
        let Some(bound) = scenario.stall else {
            continue;
        };
        let model = &scenario.model;
        let mut search = Search::new(model.initial);
        assert!(search.advance(model, BOUND));
        let sleep = longest_sleep(model, &search.graph(model), bound.actor.into());
        let expected = Sleep::Steps(bound.steps, bound.behind);
        assert_eq!(sleep, expected, "{}", scenario.slug);
        // Since 3.9 nobody waits for this disk (the dossier's S30; commit 1d1d1a767206): what is
        // left is the wait for the page lock.
        let entry = stable_pages::scenario::find(&scenario.slug).expect("there");
        let era = stable_pages::protocol::Era::V3_9;
        let later = load_for("x", entry.text, None, Some(era)).expect("loads");
        let mut search = Search::new(later.model.initial);
        assert!(search.advance(&later.model, BOUND));
        let graph = search.graph(&later.model);
        match longest_sleep(&later.model, &graph, bound.actor.into()) {
            Sleep::Steps(steps, behind) => {
                assert!(steps * 2 < bound.steps, "{steps} of {}", bound.steps);
                assert_ne!(behind, bound.behind);
            }
            Sleep::Forever => panic!("it is woken"),
        }
        stated += 1;
    }
    assert!(stated > 0);
}
