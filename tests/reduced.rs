//! The reduced search against the plain one: the same verdicts after the same number of steps.

mod support;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use stable_pages::explore::{Coverage, Progress, Reduced, Report};
use stable_pages::machine::{ActorId, Choice, alike, enabled, sort_alike, step};
use stable_pages::protocol::single_edits;
use stable_pages::scenario::{Scenario, Variant, Verdict, load_for, load_variant, programs};

/// Checks that both searches of a scenario find the same; returns how many states each of them stored.
fn compare(scenario: &Scenario) -> (usize, usize) {
    let (slug, device) = (&scenario.slug, scenario.device.word());
    let plain = support::explored(scenario);
    let reduced = Reduced::explore(&scenario.model, usize::MAX);
    assert_eq!(reduced.progress(), Progress::Complete);
    let found: Vec<(Verdict, usize)> = reduced
        .verdicts()
        .map(|(it, steps)| (it, steps.into()))
        .collect();
    let mut expected: Vec<(Verdict, usize)> = (plain.findings.iter())
        .map(|it| (it.verdict, it.schedule.len()))
        .collect();
    expected.sort();
    assert_eq!(found, expected, "{slug} on {device}");
    assert!(reduced.states() <= plain.states, "{slug} on {device}");
    (plain.states, reduced.states())
}

#[test]
fn reduction_changes_no_verdict_and_no_length_over_the_catalogue() {
    let (mut all, mut kept, mut largest) = (0, 0, (0, 0, String::new()));
    for entry in support::loadable() {
        for (device, _) in &entry.load().expect(entry.slug).expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None).expect(entry.slug);
            let (plain, reduced) = compare(&scenario);
            all += plain;
            kept += reduced;
            if plain > largest.0 {
                largest = (
                    plain,
                    reduced,
                    format!("{} on {}", entry.slug, device.word()),
                );
            }
        }
    }
    println!("{all} states plain, {kept} reduced; {largest:?}");
    assert!(3 * kept < 2 * all);
}

/// Mutants of some orderings, in which steps stand at places where no author has put them.
#[test]
fn reduction_changes_nothing_for_mutants() {
    let mut compared = 0;
    for slug in [
        "baseline-five-step",
        "mpage-da-submit-io",
        "odirect-user-buffer",
        "nested-vm",
        "jbd2-shadow",
    ] {
        let entry = stable_pages::scenario::find(slug).expect("there");
        let programs = programs(entry.text, &Variant::default()).expect(slug);
        // Edits of the disk's own steps are among them: without its DMA a check fails that the reduction takes for quiet.
        for edit in single_edits(&programs).into_iter().step_by(3) {
            let variant = Variant {
                edits: vec![edit],
                ..Variant::default()
            };
            if let Ok(scenario) = load_variant(slug, entry.text, &variant) {
                compare(&scenario);
                compared += 1;
            }
        }
    }
    println!("{compared} mutants");
    assert!(compared > 500);
}

/// A file with `many` alike writers through write(2).
fn writers(many: usize) -> String {
    let writers: String = (0..many)
        .map(|it| {
            format!(
                "[[actor]]\nname = \"w{it}\"\nabout = \"\"\nrun = [\"generic_perform_write new\"]\n"
            )
        })
        .collect();
    format!(
        "title = \"t\"\nera = \"3.0\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"dix+dif\"\nschedule = []\n\
         [file]\ninode = 1\nfirst_lba = 8\ninterval = 4096\n\
         [[page]]\nindex = 0\nmemory = [\"a\"]\nmedia = [\"b\"]\ndirty = true\n\
         [[store]]\nname = \"new\"\noffset = 100\ntext = \"x\"\n\
         [[actor]]\nname = \"f\"\nabout = \"\"\nrun = [\"writepage\"]\n{writers}\
         [[actor]]\nname = \"d\"\nabout = \"\"\nrun = [\"disk\"]\n\
         [[actor]]\nname = \"c\"\nabout = \"\"\nrun = [\"completion\"]\n\
         [expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n"
    )
}

#[test]
fn alike_writers_are_counted_once() {
    for many in 2..5 {
        let scenario = stable_pages::scenario::load("writers", &writers(many)).expect("loads");
        assert_eq!(
            alike(&scenario.model),
            [ActorId::first(many + 1).skip(1).collect::<Vec<_>>()]
        );
        let (plain, reduced) = compare(&scenario);
        println!("{many} writers: {plain} states, {reduced} with them alike");
        assert!(
            reduced * (many + 1) < plain * 2,
            "{many}: {plain} {reduced}"
        );
    }
}

/// Three actors that cannot be told apart, of which one may hold the page lock, and one a journal handle, while it stands
/// where the others do; a fourth is told apart by its last step only.
fn triplets() -> Scenario {
    let second = "[[page]]\nindex = 1\nmemory = [\"a\"]\nmedia = [\"b\"]\ndirty = true\n[[store]]";
    let mut text = writers(0).replace("[[store]]", second);
    for (name, last) in [
        ("one", "set_page_dirty"),
        ("two", "set_page_dirty"),
        ("other", "may_sleep"),
        ("three", "set_page_dirty"),
    ] {
        let lines = "trylock_page 1 else on\non>\njournal_start\nmay_sleep\njournal_stop";
        let actor = format!(
            "[[program]]\nname = \"of_{name}\"\ntext = \"\"\"\n{lines}\n{last}\n\"\"\"\n\
             [[actor]]\nname = \"{name}\"\nabout = \"\"\nrun = [\"of_{name}\"]\n[expect]"
        );
        text = text.replacen("[expect]", &actor, 1);
    }
    stable_pages::scenario::load("triplets", &text)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// If the same steps are made by alike actors in other parts, the worlds are one.
#[test]
fn worlds_that_differ_in_who_is_who_are_one() {
    let scenario = triplets();
    let model = &scenario.model;
    let classes = alike(model);
    let names = |class: &Vec<ActorId>| -> Vec<&str> {
        let name = |it: &ActorId| scenario.cast[it.index()].name.as_str();
        class.iter().map(name).collect()
    };
    let named: Vec<Vec<&str>> = classes.iter().map(names).collect();
    assert_eq!(named, [["one", "two", "three"]]);
    let (mut seed, mut differed) = (1_u64, 0);
    for turn in 1..=200 {
        let (mut one, mut other) = (model.initial, model.initial);
        // The actor that plays another's part: each the next one's, or the one's after it.
        let part = |actor: ActorId| {
            let at = classes[0].iter().position(|it| *it == actor);
            at.map_or(actor, |at| classes[0][(at + 1 + turn % 2) % 3])
        };
        loop {
            let choices: Vec<Choice> = enabled(model, &one).collect();
            if choices.is_empty() {
                break;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let choice = choices[(seed >> 33) as usize % choices.len()];
            let actor = part(choice.actor);
            one = step(model, &one, choice).0;
            other = step(model, &other, Choice { actor, ..choice }).0;
            let sorted = [one, other].map(|it| sort_alike(model, &classes, &it));
            assert_eq!(sorted[0], sorted[1], "{one:?} and {other:?}");
            assert_eq!(sort_alike(model, &classes, &sorted[0]), sorted[0]);
            // Which is a world in which all goes on as in the first.
            let ways = |world| enabled(model, world).count();
            assert_eq!(ways(&sorted[0]), ways(&one));
            differed += usize::from(one != other);
        }
    }
    assert!(differed > 1000, "{differed}");
}

/// Memory that only the reduced search gets by with: a report has all its verdicts then, each once.
#[test]
fn a_report_has_the_verdicts_of_the_reduced_search() {
    // In 2.6.39 write(2) waits for nothing.
    let text = writers(4).replace("era = \"3.0\"", "era = \"2.6.39\"");
    let scenario = stable_pages::scenario::load("writers", &text).expect("loads");
    let bytes = Reduced::explore(&scenario.model, usize::MAX).bytes();
    let (whole, part) = (
        Report::of(&scenario, usize::MAX),
        Report::of(&scenario, bytes),
    );
    assert_eq!(whole.coverage, Coverage::Complete);
    let Coverage::Reduced { states, may_loop } = part.coverage else {
        panic!("{:?}", part.coverage);
    };
    println!("{} states of {}, then {states}", part.states, whole.states);
    assert!(part.states < whole.states);
    assert!(!whole.safe() && part.settled() != may_loop);
    assert_eq!(part.verdicts, whole.verdicts);
}

/// Whether a run can go round is never missed: this search cannot tell whether it may do so for ever.
#[test]
fn runs_that_go_round_are_noticed() {
    let with = |lines: &str| {
        let actor = "[[actor]]\nname = \"round\"\nabout = \"\"\nrun = [\"of_round\"]\n[expect]";
        let program =
            format!("[[program]]\nname = \"of_round\"\ntext = \"\"\"\n{lines}\n\"\"\"\n{actor}");
        let text = writers(0).replacen("[expect]", &program, 1);
        stable_pages::scenario::load("round", &text).expect("loads")
    };
    let files = [
        with("again>\nmay_sleep\ngoto again"),
        with("again>\njournal_start\njournal_stop\ngoto again"),
        with("journal_start\njournal_stop"),
    ];
    let slugs = ["sync-chases-dirtier", "baseline-five-step", "unlock-gap"];
    let mut straight = 0;
    for scenario in files.into_iter().chain(slugs.map(support::scenario)) {
        let space = support::checked(&scenario);
        let graph = space.graph().expect("kept");
        let order = graph.order();
        let mut states = 0..graph.states() as u32;
        let rounds = states.any(|from| graph.steps(from).any(|edge| order.inside(from, edge.to)));
        let reduced = Reduced::explore(&scenario.model, usize::MAX);
        assert!(reduced.may_loop() || !rounds, "{}", scenario.slug);
        straight += usize::from(!reduced.may_loop());
    }
    assert!(straight > 0);
}

/// Random files, alike actors among them.
#[test]
fn reduction_changes_nothing_for_random_files() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines = prop::sample::select(vec![
        "lock_page",
        "unlock_page",
        "set_page_writeback",
        "wait_on_page_writeback",
        "bio_add_page",
        "generate_guard 0",
        "queue_bio",
        "store new",
        "may_sleep",
        "writepage",
        "set_page_dirty",
        "generic_perform_write new",
        "journal_start",
        "journal_stop",
    ]);
    let programs = prop::collection::vec(prop::collection::vec(lines, 1..5), 1..4);
    let mut compared = 0;
    for _ in 0..300 {
        let programs = programs.new_tree(&mut runner).expect("some").current();
        let mut text = writers(0);
        for (number, lines) in programs.iter().enumerate() {
            // Two actors for each program, so that some are alike.
            for twin in ["a", "b"] {
                let lines = lines.join("\", \"");
                text = text.replacen("[expect]", &format!("[[actor]]\nname = \"{twin}{number}\"\nabout = \"\"\nrun = [\"{lines}\"]\nmm = \"A\"\ncpu = 1\n[expect]"), 1);
            }
        }
        if let Ok(scenario) = stable_pages::scenario::load("random", &text) {
            let space = stable_pages::explore::Space::explore(
                &scenario.model,
                scenario.model.initial,
                stable_pages::explore::Limits {
                    bytes: 20 << 20,
                    graph: false,
                },
            );
            if space.progress() == Progress::Complete {
                compare(&scenario);
                compared += 1;
            }
        }
    }
    println!("{compared} random files");
    assert!(compared > 60);
}
