//! The fuzz targets (fuzz/) with a bounded number of inputs: links, diagrams, logs, files and figures, damaged as mail programs,
//! editors and people damage them.

#[path = "support/inputs.rs"]
mod inputs;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use stable_pages::exchange::Link;
use stable_pages::exchange::diagram::{Options, write};
use stable_pages::explore::Story;
use stable_pages::machine::History;
use stable_pages::scenario::{Scenario, catalogue};
use stable_pages::view::{Carried, Moment, figure};
use std::sync::Arc;

/// How many damaged inputs for each target.
const CASES: u32 = 400;

fn scenarios() -> Vec<Scenario> {
    catalogue().filter_map(|it| it.load().ok()).collect()
}

fn history(scenario: &Scenario) -> History {
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        history.choose(&scenario.model, *choice);
    }
    history
}

/// One damage: its kind, two places, and bytes to put there.
type Damage = (u8, prop::sample::Index, prop::sample::Index, Vec<u8>);

fn damaged(seed: &[u8], other: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (how, from, to, with) in damages {
        let from = from.index(bytes.len() + 1);
        let to = from + to.index(bytes.len() - from + 1);
        match how % 6 {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(from..from, with.iter().copied())),
            2 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
            3 => bytes.truncate(from),
            4 => {
                let end = other.len().min(to);
                drop(bytes.splice(from..to, other[end.min(from)..end].iter().copied()));
            }
            _ => {
                for (at, byte) in bytes.iter_mut().enumerate().skip(from).take(8) {
                    *byte = byte.wrapping_add(with.get(at % 4).copied().unwrap_or(1));
                }
            }
        }
        bytes.truncate(40_000);
    }
    bytes
}

/// Runs a target on damaged seeds and on random bytes.
fn bombard(target: fn(&[u8]), seeds: &[Vec<u8>]) {
    assert!(seeds.len() >= 60, "{} seeds", seeds.len());
    for seed in seeds {
        target(seed);
    }
    let damage = (
        any::<u8>(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        prop::collection::vec(any::<u8>(), 0..12),
    );
    let damages = prop::collection::vec(damage, 1..6);
    let case = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        damages,
    );
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config.clone());
    let found = runner.run(&case, |(seed, other, damages)| {
        target(&damaged(
            &seeds[seed.index(seeds.len())],
            &seeds[other.index(seeds.len())],
            &damages,
        ));
        Ok(())
    });
    found.expect("no damage does harm");
    let noise = prop::collection::vec(any::<u8>(), 0..2000);
    let found = TestRunner::new(config).run(&noise, |bytes| {
        target(&bytes);
        Ok(())
    });
    found.expect("no noise does harm");
}

#[test]
fn links() {
    let links = scenarios().into_iter().map(|it| {
        let link = Link::of(
            &it,
            &it.schedule,
            it.schedule.len() / 2,
            vec!["race".to_owned()],
        );
        link.to_string().into_bytes()
    });
    let frozen = include_str!("golden/links.txt")
        .lines()
        .map(|it| it.as_bytes().to_vec());
    // Of one's own, each once in twenty: a letter changed makes no draft of it any more.
    let own = scenarios().into_iter().zip(catalogue()).step_by(20);
    let own = own.map(|(it, entry)| {
        let link = Link::of(&it, &it.schedule, 2, Vec::new()).with_draft(entry.text);
        link.to_string().into_bytes()
    });
    bombard(
        inputs::link,
        &links.chain(frozen).chain(own).collect::<Vec<_>>(),
    );
}

#[test]
fn diagrams() {
    let texts = scenarios().into_iter().map(|it| {
        let story = Story::of(&it.model, &history(&it));
        write(&it, &story, &Options::default()).into_bytes()
    });
    bombard(inputs::diagram, &texts.collect::<Vec<_>>());
}

#[test]
fn drawings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drawings");
    let all = std::fs::read_dir(folder).expect("a folder");
    let all = all.filter_map(|it| std::fs::read_to_string(it.ok()?.path()).ok());
    // As it is, quoted, and below another one.
    let seeds = all.flat_map(|text| {
        let quoted = text.lines().map(|it| format!("> {it}\n")).collect();
        let twice = format!("{text}\n\nand\n\n{text}");
        [text, quoted, twice]
    });
    bombard(
        inputs::drawing,
        &seeds.map(String::into_bytes).collect::<Vec<_>>(),
    );
}

#[test]
fn logs() {
    // Each line of the recorded ones, and each as a whole.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/logs");
    let all = std::fs::read_dir(folder).expect("a folder");
    let all = all.filter_map(|it| std::fs::read_to_string(it.ok()?.path()).ok());
    let all: Vec<String> = all.collect();
    let lines = all.iter().flat_map(|it| it.lines());
    let seeds = lines.chain(all.iter().map(String::as_str));
    bombard(
        inputs::log,
        &seeds.map(|it| it.as_bytes().to_vec()).collect::<Vec<_>>(),
    );
}

#[test]
fn captures() {
    // Parts of the recorded ones.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/captures");
    let all = std::fs::read_dir(folder).expect("a folder");
    let all = all.filter_map(|it| std::fs::read(it.ok()?.path()).ok());
    let part = |text: Vec<u8>| -> Vec<Vec<u8>> {
        let lines: Vec<&[u8]> = text.split_inclusive(|it| *it == b'\n').collect();
        let parts = lines.chunks(40);
        parts.map(<[&[u8]]>::concat).collect()
    };
    bombard(inputs::capture, &all.flat_map(part).collect::<Vec<_>>());
}

#[test]
fn files() {
    let files = catalogue().map(|it| it.text.as_bytes().to_vec());
    bombard(inputs::file, &files.collect::<Vec<_>>());
}

#[test]
fn figures() {
    let figures = scenarios().into_iter().map(|it| {
        let fragment = Link::of(&it, &it.schedule, 3, Vec::new()).to_string();
        let (history, it) = (history(&it), Arc::new(it));
        let now = Moment::of(&it, &history, false, None);
        let file = Some("title = \"mine\"".to_owned());
        figure(&now, "", &Carried { fragment, file }).into_bytes()
    });
    bombard(inputs::figure, &figures.collect::<Vec<_>>());
}
