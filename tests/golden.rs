//! The opening runs of some scenarios, effect by effect, as JSON lines: those with a file under `tests/golden`.
//!
//! A change of the engine that changes a run shows here as a diff to be read and approved:
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test golden` writes the files anew.

mod support;

use std::fs;
use std::path::Path;

use stable_pages::machine::{History, step};

#[test]
fn opening_runs_are_as_recorded() {
    let write = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut compared = 0;
    for entry in support::loadable() {
        let path = Path::new("tests/golden").join(format!("{}.jsonl", entry.slug));
        if !path.exists() {
            continue;
        }
        compared += 1;
        let scenario = entry.load().expect("loads");
        let model = &scenario.model;
        let mut history = History::new(model);
        let mut lines = String::new();
        for choice in &scenario.schedule {
            let (_, effects) = step(model, history.world(), *choice);
            assert!(history.choose(model, *choice));
            let line = serde_json::json!({
                "step": history.depth(),
                "actor": scenario.cast[choice.actor.index()].name,
                "effects": effects,
            });
            lines += &format!("{line}\n");
        }
        if write {
            fs::write(&path, &lines).expect("writable");
        }
        let recorded = fs::read_to_string(&path).unwrap_or_default();
        for (number, (now, before)) in lines.lines().zip(recorded.lines()).enumerate() {
            assert_eq!(now, before, "{}, step {}", entry.slug, number + 1);
        }
        let steps = lines.lines().count();
        assert_eq!(
            steps,
            recorded.lines().count(),
            "{}: number of steps",
            entry.slug
        );
    }
    let files = fs::read_dir("tests/golden").expect("there").flatten();
    let runs = files.filter(|it| it.path().extension().is_some_and(|end| end == "jsonl"));
    assert_eq!(compared, runs.count());
}
