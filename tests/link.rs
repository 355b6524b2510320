//! Links to runs: short, readable, the same run again; any text at all is a link or a typed error.

mod support;

use proptest::prelude::*;
use stable_pages::exchange::{Address, Link, LinkError};
use stable_pages::explore::{Limits, Space};
use stable_pages::machine::{Choice, History, enabled};
use stable_pages::protocol::{Edit, Era, Place, Side};
use stable_pages::scenario::{Device, Scenario, Variant, load_variant};

/// What links may hold: unreserved characters of RFC 3986, and `/`.
fn survives_mail(link: &str) -> bool {
    let fine = |it: char| it.is_ascii_alphanumeric() || "-._~/".contains(it);
    link.chars().all(fine) && link.ends_with(|it: char| it.is_ascii_alphanumeric())
}

fn loaded() -> impl Iterator<Item = Scenario> {
    support::loadable().map(|entry| entry.load().expect(entry.slug))
}

fn round_trip(scenario: &Scenario, run: &[Choice], at: usize) -> String {
    let link = Link::of(scenario, run, at, vec!["inspect".to_owned()]);
    let text = link.to_string();
    assert_eq!(Link::parse(&text), Ok(link.clone()), "{text}");
    assert_eq!(Link::parse(&format!("#{text}")), Ok(link.clone()));
    assert!(survives_mail(&text), "{text}");
    let opened = link.open(scenario);
    assert_eq!((opened.run.as_slice(), opened.at), (run, at), "{text}");
    assert_eq!(opened.changed, "", "{text}");
    Link::of(scenario, run, at, Vec::new()).to_string()
}

#[test]
fn the_shortest_failure_of_every_scenario_has_a_link_of_at_most_50_characters() {
    let mut lengths = Vec::new();
    for scenario in loaded() {
        let space = Space::explore(&scenario.model, scenario.model.initial, Limits::NONE);
        for finding in space.findings(&scenario.model) {
            let text = format!(
                "#{}",
                round_trip(&scenario, &finding.schedule, finding.schedule.len())
            );
            println!("{:3} {text}", text.len());
            assert!(text.len() <= 50, "{} characters: {text}", text.len());
            lengths.push(text.len());
        }
    }
    lengths.sort();
    assert!(lengths.len() > 40);
    println!(
        "{} links: median {}, longest {:?}",
        lengths.len(),
        lengths[lengths.len() / 2],
        lengths.last()
    );
}

#[test]
fn every_moment_of_every_opening_run_comes_back() {
    for scenario in loaded() {
        for at in [0, 1, scenario.schedule.len() / 2, scenario.schedule.len()] {
            round_trip(
                &scenario,
                &scenario.schedule,
                at.min(scenario.schedule.len()),
            );
        }
        let start = Link::of(&scenario, &scenario.schedule, 0, Vec::new());
        assert!(start.is_start(&scenario));
        let seen = Link::of(&scenario, &scenario.schedule, 0, vec!["race".to_owned()]);
        assert!(!seen.is_start(&scenario));
    }
}

/// A run of at most `most` steps; the numbers choose among the possible ones.
fn wander(scenario: &Scenario, numbers: &[usize], most: usize) -> Vec<Choice> {
    let model = &scenario.model;
    let mut history = History::new(model);
    for number in numbers.iter().cycle().take(most) {
        let choices: Vec<Choice> = enabled(model, history.world()).collect();
        if choices.is_empty() {
            break;
        }
        history.choose(model, choices[number % choices.len()]);
    }
    history.choices()
}

#[test]
fn two_hundred_steps_of_an_edited_scenario_take_at_most_400_characters() {
    let place = |step: &str| Place::parse(step).expect(step);
    let edits = [
        Edit::Drop(place("generic_perform_write/wait_for_stable_page")),
        Edit::Move(
            place("generic_perform_write/set_page_dirty"),
            place("generic_perform_write/copy_from_user"),
            Side::Before,
        ),
        Edit::Insert(
            "wait_on_page_writeback".to_owned(),
            place("write_cache_pages_sync/find_tagged"),
            Side::After,
        ),
    ];
    let entry = stable_pages::scenario::find("sync-chases-dirtier").expect("a scenario that loops");
    let (numbers, mut longest) = ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2], 0);
    for many in 1..=3 {
        let variant = Variant {
            device: Some(Device::ALL[1]),
            era: Some(Era::V2_6_39),
            edits: edits[..many].to_vec(),
            ..Variant::default()
        };
        let scenario = load_variant(entry.slug, entry.text, &variant).expect("edits that fit");
        let run = wander(&scenario, &numbers, 200);
        assert_eq!(run.len(), 200);
        let text = round_trip(&scenario, &run, 120);
        longest = longest.max(text.len());
        let link = Link::parse(&text).expect("a link");
        assert_eq!(
            (link.edits.clone(), link.era, link.device),
            (variant.edits.clone(), variant.era, variant.device)
        );
        println!("{} {text}", text.len());
    }
    assert!((1..=400).contains(&longest), "{longest}");
}

/// Links that people may have. The file of them is only added to; no link in it is ever changed.
#[test]
fn links_of_the_past_open() {
    for line in include_str!("golden/links.txt")
        .lines()
        .filter(|it| !it.starts_with("//"))
    {
        let (text, rest) = line.split_once("  ").expect("link, then steps and moment");
        let link = Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let entry = stable_pages::scenario::find(&link.slug).expect("its scenario is still there");
        let scenario =
            load_variant(entry.slug, entry.text, &link.variant()).expect("its edits still fit");
        let opened = link.open(&scenario);
        // The link opens with all of its steps, or says what has changed.
        let told = format!("{} {}", opened.run.len(), opened.at);
        assert!(
            told == rest || !opened.changed.is_empty(),
            "{text}: {told}, {}",
            opened.changed
        );
        assert!(!opened.run.is_empty(), "{text}: {}", opened.changed);
    }
}

#[test]
fn what_does_not_fit_any_more_is_said() {
    let scenario = stable_pages::scenario::find("unlock-gap")
        .expect("it")
        .load()
        .expect("it");
    let said = |text: &str| Link::parse(text).expect(text).open(&scenario);
    let sum = stable_pages::exchange::model_sum(&scenario);
    let opened = said(&format!("1{sum}/unlock-gap/f3d2"));
    assert_eq!(opened.run.len(), 3);
    assert!(
        opened
            .changed
            .starts_with("3 of 5 steps could be made. Step 4: the disk cannot move there:"),
        "{}",
        opened.changed
    );
    let opened = said(&format!("1{sum}/unlock-gap/f2z"));
    assert!(
        opened
            .changed
            .contains("No actor's letter is \u{201c}z\u{201d}; they are f flusher"),
        "{}",
        opened.changed
    );
    let opened = said("1zzzz/unlock-gap/f2");
    assert!(
        opened.changed.contains("checksum zzzz, now"),
        "{}",
        opened.changed
    );
    assert_eq!(opened.run.len(), 2);
    let opened = said(&format!("1{sum}/unlock-gap/f2F/at-99"));
    assert_eq!((opened.run.len(), opened.at), (2, 2));
    assert!(
        opened.changed.contains("has no such way"),
        "{}",
        opened.changed
    );
}

#[test]
fn what_is_no_link_has_a_reason() {
    for (text, words) in [
        ("", "version"),
        ("9abcd/x/y", "newer page"),
        ("1abcd", "cut off"),
        ("1abcd/unlock-gap", "cut off"),
        ("1abcd/unlock-gap/f0", "is not a run"),
        ("1abcd/unlock-gap/f99999", "at most 20000"),
        ("1abcd/unlock-gap/9f", "is not a run"),
        ("1abcd/unlock-gap/F-1", "is not a run"),
        (
            "1abcd/unlock-gap/f2/drop.writepage",
            "edits are drop.program.step",
        ),
        (
            "1abcd/unlock-gap/f2/insert.writepage.x.after.~zz",
            "damaged",
        ),
    ] {
        let error = Link::parse(text).expect_err(text).to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
    let long = "f".repeat(40_000);
    assert!(matches!(Link::parse(&long), Err(LinkError::TooLong { .. })));
}

/// Whatever can be read of a link is opened, and the rest is said.
#[test]
fn a_bad_tail_leaves_the_run() {
    let scenario = support::scenario("unlock-gap");
    for (tail, words) in [
        ("/at-x", "number of steps"),
        ("/linux-5.0", "2.6.39, 3.0, 3.9, 6.19"),
        ("/on-floppy", "dix-dif"),
        ("/wat", "parts begin with"),
        ("~9", "is not a run"),
        ("f0", "is not a run"),
    ] {
        let text = format!("1abcd/unlock-gap/f2{tail}");
        let opened = Link::parse(&text).expect("a run").open(&scenario);
        assert_eq!(opened.run.len(), 2, "{text}");
        assert!(opened.changed.contains(words), "{text}: {}", opened.changed);
        assert!(opened.changed.contains("It is left out."), "{text}");
    }
}

/// What mail software and its readers make of a link opens the same run.
#[test]
fn links_out_of_mail_open() {
    let scenario = support::scenario("unlock-gap");
    let run = &scenario.schedule;
    let link = Link::of(&scenario, run, 7, Vec::new()).to_string();
    let (one, two) = link.split_at(9);
    for text in [
        format!("#{link}."),
        format!("#{link},"),
        format!("#{link})."),
        format!("#{link}>"),
        format!("#{link}>; rel=x"),
        format!("#{link} [1]"),
        format!("#{link}%20[1]"),
        format!("#{link}[1]"),
        format!("#{link}\u{201d}"),
        format!("#{link} which shows it"),
        format!("#{link} here"),
        format!("#{}", link.replace('/', "%2F")),
        format!("#{}", link.replace('/', "%2f").replace('-', "%2D")),
        format!("#{one}=\n{two}"),
        format!("#{one}\r\n   {two}"),
        format!("#{one}%3D%0A{two}"),
        format!("#{one}%20{two}"),
    ] {
        assert!(
            matches!(Address::parse(&text), Ok(Address::Run(it)) if it.slug == "unlock-gap"),
            "{text}"
        );
        let opened = Link::parse(&text).expect(&text).open(&scenario);
        assert_eq!((&opened.run, opened.at), (run, 7), "{text}");
        assert_eq!(opened.changed, "", "{text}");
    }
    for text in [
        "#unlock-gap.",
        "#unlock-gap)",
        "#unlock-gap%20",
        "#unlock-gap/",
    ] {
        let address = Address::parse(text);
        assert!(matches!(address, Ok(Address::Scenario(_))), "{text}");
    }
}

/// A link written by hand has a scenario's name, and behind it whatever is to be different.
#[test]
fn links_written_by_hand_open() {
    let entry = stable_pages::scenario::find("baseline-five-step").expect("there");
    let open = |text: &str| {
        assert!(
            matches!(Address::parse(text), Ok(Address::Run(_))),
            "{text}"
        );
        let link = Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let built = load_variant(entry.slug, entry.text, &link.variant());
        let scenario = built.unwrap_or_else(|error| panic!("{text}: {error}"));
        let opened = link.open(&scenario);
        assert_eq!(opened.changed, "", "{text}");
        (scenario, opened)
    };
    let (scenario, opened) = open("#baseline-five-step/drop.writepage.unlock_page");
    assert_eq!(scenario.own_edits.len(), 1);
    assert_eq!((opened.run, opened.at), (scenario.schedule.clone(), 0));
    let (scenario, opened) = open("#baseline-five-step/f3/linux-6.19/on-none");
    assert_eq!((opened.run.len(), opened.at), (3, 3));
    assert_eq!(
        (scenario.era.word(), scenario.device.word()),
        ("6.19", "none")
    );
    let (_, opened) = open("#1/baseline-five-step/f3");
    assert_eq!(opened.run.len(), 3);
    // Functions of the release, where our files name programs and steps.
    for (text, change) in [
        (
            "#1/baseline-five-step/f/drop.page_mkwrite.wait_on_page_writeback",
            "`wait_on_page_writeback()` left out of `->page_mkwrite()`",
        ),
        (
            "#baseline-five-step/drop.page_mkwrite.folio_wait_stable/linux-6.19",
            "`folio_wait_stable()` left out of `->page_mkwrite()`",
        ),
        (
            "#baseline-five-step/move.writepage.folio_unlock.before.folio_start_writeback/linux-6.19",
            "`folio_unlock()` moved before `folio_start_writeback()`",
        ),
    ] {
        let (scenario, _) = open(text);
        assert_eq!(scenario.edits, [change], "{text}");
    }
    let (scenario, opened) = open("#baseline-five-step/at-2/see-race");
    assert_eq!((opened.run, opened.at), (scenario.schedule.clone(), 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_link_or_an_error(text in "\\PC*") {
        let _ = Link::parse(&text).map(|it| it.to_string());
    }

    /// A random text of the form of a link is read and written back unchanged, and opens in any scenario without a panic.
    #[test]
    fn whatever_looks_like_a_link(
        slug in 0..67_usize,
        run in "([a-zA-Z][0-9]{0,3}(-[0-9]{1,2})?){0,40}",
        parts in proptest::collection::vec("(at-[0-9]{1,5}|linux-(3.0|6.19)|see-[a-z]{1,9}|drop\\.[a-z_]{1,9}\\.[a-z_]{0,8}[a-z](-[1-3])?|insert\\.[a-z]{1,4}\\.[a-z]{1,4}\\.after\\.([a-z~0-9]{0,12}))", 0..4),
    ) {
        let text = format!("1abcd/x/{run}/{}", parts.join("/"));
        let text = text.trim_end_matches('/');
        if let Ok(mut link) = Link::parse(text) {
            // What could not be read is not written.
            link.damage.clear();
            let again = link.to_string();
            let read = Link::parse(&again);
            prop_assert_eq!(read.as_ref(), Ok(&link), "{}", again);
            let entry = support::loadable().nth(slug).expect("67 scenarios");
            let scenario = entry.load().expect("a scenario");
            let opened = link.open(&scenario);
            prop_assert!(opened.at <= opened.run.len());
            prop_assert!(opened.changed.len() < 1500);
        }
    }
}
