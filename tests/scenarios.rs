//! Every scenario's stated verdicts, proved by looking at every interleaving.

use stable_pages::explore::{Search, Story};
use stable_pages::machine::{History, Protection};
use stable_pages::scenario::{Device, Scenario, Verdict, catalogue, load_for};

/// More worlds than any scenario of the catalogue has; a search that needs more fails its test.
const BOUND: usize = 2_000_000;

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
    let mut checked = 0;
    for entry in catalogue() {
        for device in Device::ALL {
            let scenario = load_for(entry.slug, entry.text, device).expect("loads");
            let report = Search::run(&scenario.model, scenario.model.initial, BOUND);
            assert!(report.complete, "{}: not all explored", entry.slug);
            let mut found: Vec<Verdict> = report.findings.iter().map(|f| f.verdict).collect();
            found.sort_unstable();
            let lengths: Vec<String> = report
                .findings
                .iter()
                .map(|f| format!("{} in {}", f.verdict.words(), f.schedule.len()))
                .collect();
            println!(
                "{:24} {:10} {:7} states {:7} edges {:5} ends, depth {:3}: {}",
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
            assert_eq!(found, scenario.expected(), "{} on {device:?}", entry.slug);
            // Bytes that change under a checksum are what every failure here comes from.
            assert_eq!(
                report.unstable,
                !found.is_empty(),
                "{} on {device:?}",
                entry.slug
            );
            checked += 1;
        }
    }
    assert!(checked >= 12, "only {checked} checked");
}

#[test]
fn every_shortest_failure_replays() {
    let mut replayed = 0;
    for scenario in all() {
        let model = &scenario.model;
        let report = Search::run(model, model.initial, BOUND);
        for finding in &report.findings {
            let mut history = History::new(model);
            for choice in &finding.schedule {
                assert!(history.choose(model, *choice), "{}", scenario.slug);
            }
            let story = Story::of(model, &history);
            assert_eq!(finding.verdict, Verdict::GuardError);
            let failure = story.failures.last().expect("a guard error was promised");
            assert_eq!(failure.step, finding.schedule.len());
            assert_ne!(failure.received, failure.computed);
            replayed += 1;
        }
    }
    assert_eq!(replayed, 3);
}

/// The opening run shows the scenario's point: it ends with everyone at rest, and with the
/// failure the scenario is about, if it is about one.
#[test]
fn every_opening_run_shows_its_point() {
    for scenario in all() {
        let model = &scenario.model;
        let mut history = History::new(model);
        for choice in &scenario.schedule {
            assert!(history.choose(model, *choice));
        }
        let story = Story::of(model, &history);
        assert!(
            stable_pages::machine::end(model, history.world()).is_some(),
            "{}: the opening run stops half-way",
            scenario.slug
        );
        assert_eq!(model.protection, Protection::DixDif);
        let expects_guard = scenario.expected().contains(&Verdict::GuardError);
        assert_eq!(
            !story.failures.is_empty(),
            expects_guard,
            "{}",
            scenario.slug
        );
        assert_eq!(
            !story.unstable.is_empty(),
            expects_guard,
            "{}",
            scenario.slug
        );
        // The racing store is what the failure names.
        for failure in &story.failures {
            let stored = failure.stored.expect("somebody stored");
            assert!(failure.guard_step.expect("a guard was taken") < stored.step);
            assert!(stored.step < failure.step);
            assert_eq!(scenario.cast[stored.actor as usize].name, "writer");
        }
    }
}
