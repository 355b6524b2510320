//! Runs as text diagrams: what leaves is fit for mail.

mod support;

use std::fs;
use std::path::Path;

use stable_pages::exchange::diagram::{Detail, Labels, Options, WIDTH, write};
use stable_pages::protocol::Era;
use stable_pages::scenario::{Scenario, catalogue};

use support::{opening, scenario};

const DETAILS: [Detail; 2] = [Detail::Folded, Detail::Unfolded];

fn full(scenario: &Scenario, detail: Detail) -> Options {
    Options {
        title: Some(scenario.title.clone()),
        claim: Some(scenario.summary.clone()),
        detail,
        odds: Some("3 of 8 schedules fail if a die chooses each step.".to_owned()),
        link: Some(format!(
            "https://example.org/stable-pages/#{}/{}",
            scenario.slug,
            "A-_9".repeat(20)
        )),
        ..Options::default()
    }
}

/// What mail asks of every line.
fn fit_for_mail(text: &str) {
    for line in text.lines() {
        let printable = line.bytes().all(|it| (b' '..=b'~').contains(&it));
        assert!(printable, "not ASCII, or a tab: {line:?}");
        assert_eq!(line, line.trim_end(), "{text}");
        assert!(
            !line.starts_with("From ") && !line.starts_with('>'),
            "{line}"
        );
        if !line.starts_with("Link: ") {
            assert!(
                line.len() <= WIDTH,
                "{} columns: {line}\n{text}",
                line.len()
            );
            assert!(format!("> > {line}").len() <= 80);
        }
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    assert!(!text.contains("\n\n\n"));
}

#[test]
fn every_opening_run_is_fit_for_mail() {
    for entry in catalogue() {
        let scenario = entry.load().expect("loads");
        let (_, story) = opening(&scenario);
        for detail in DETAILS {
            for labels in [Labels::Actors, Labels::Cpus] {
                let mut options = full(&scenario, detail);
                options.labels = labels;
                options.era = Some(Era::Today);
                fit_for_mail(&write(&scenario, &story, &options));
            }
            let text = write(&scenario, &story, &full(&scenario, detail));
            fit_for_mail(&text);
            assert!(text.ends_with("A-_9 [1]\n"), "the link is whole");
        }
    }
}

/// As recorded; `GOLDEN=write cargo test --test diagram` writes the files anew.
#[test]
fn diagrams_are_as_recorded() {
    let write_anew = std::env::var("GOLDEN").is_ok_and(|it| it == "write");
    for slug in ["unlock-gap", "mkwrite-no-wait", "two-page-inversion"] {
        let scenario = scenario(slug);
        let (_, story) = opening(&scenario);
        for (detail, ending) in [(Detail::Folded, "folded"), (Detail::Unfolded, "unfolded")] {
            let text = write(&scenario, &story, &full(&scenario, detail));
            let path = Path::new("tests/golden/diagram").join(format!("{slug}.{ending}.txt"));
            if write_anew {
                fs::create_dir_all("tests/golden/diagram").expect("writable");
                fs::write(&path, &text).expect("writable");
            }
            assert_eq!(
                text,
                fs::read_to_string(&path).unwrap_or_default(),
                "{path:?}"
            );
        }
    }
}
