//! The reduced search against the plain one: the same verdicts after the same number of steps.

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use stable_pages::explore::{Coverage, Limits, Progress, Reduced, Report, Space};
use stable_pages::machine::{
    ActorId, Choice, Status, World, alike, control_bits, enabled, sort_alike, status, step, ways,
};
use stable_pages::protocol::single_edits;
use stable_pages::scenario::{Scenario, Variant, Verdict, load_for, load_variant};

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
            // Of a page that goes out in parts the I/O is no baton, and little is saved.
            if !scenario.model.in_parts() {
                all += plain;
                kept += reduced;
            }
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
    assert!(40 * kept < all);
}

/// Who can move, and for whom the others wait, depends on the bits by which the choice of whose steps to make is remembered,
/// and on no others.
#[test]
fn other_bits_do_not_say_who_can_move() {
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        noise = noise.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        noise ^ noise >> 29
    };
    let (mut worlds, mut asleep) = (0, 0);
    for entry in support::loadable() {
        let scenario = entry.load().expect(entry.slug);
        let model = &scenario.model;
        let bits = control_bits(model);
        let mut world = model.initial;
        loop {
            let mut lanes = world.lanes();
            for (lane, bits) in lanes.iter_mut().zip(bits) {
                *lane ^= draw() & !bits;
            }
            let other = World::from(lanes);
            for actor in model.actor_ids() {
                let known = status(model, &world, actor);
                assert_eq!(status(model, &other, actor), known, "{}", entry.slug);
                let many = ways(model, &world, actor);
                assert_eq!(ways(model, &other, actor), many, "{}", entry.slug);
                asleep += usize::from(matches!(known, Status::Asleep(_)));
            }
            worlds += 1;
            let choices: Vec<Choice> = enabled(model, &world).collect();
            if choices.is_empty() || worlds % 300 == 0 {
                break;
            }
            let choice = choices[draw() as usize % choices.len()];
            world = step(model, &world, choice).0;
        }
    }
    assert!(worlds > 1_000 && asleep > 500, "{worlds}, {asleep}");
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
        let programs =
            stable_pages::scenario::programs(entry.text, &Variant::default()).expect(slug);
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
    let Coverage::Reduced {
        states,
        may_loop,
        fewest: true,
    } = part.coverage
    else {
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
            let limits = Limits {
                bytes: 20 << 20,
                graph: false,
            };
            let space = Space::explore(&scenario.model, scenario.model.initial, limits);
            if space.progress() == Progress::Complete {
                compare(&scenario);
                compared += 1;
            }
        }
    }
    println!("{compared} random files");
    assert!(compared > 60);
}

/// What an actor of the models below does: mostly what is right, and some that is not.
const DEEDS: [&str; 24] = [
    "writepage",
    "wb_page 0|submit",
    "wb_page 0|wb_page 1|submit",
    "wb_page 1|submit|wb_page 0|submit",
    "fsync",
    "generic_perform_write new",
    "generic_perform_write more",
    "store new",
    "store more",
    "munmap A",
    "set_page_dirty 1",
    "truncate_inode_page",
    "direct_io_read_into_page new",
    "call f()",
    "mutex_lock m|generic_perform_write more|mutex_unlock m",
    "down_read r|set_page_dirty 0|up_read r",
    "down_write r|may_sleep|up_write r",
    "complete c|atomic_inc n",
    "wait_for_completion c",
    "set_bit g|wait_var_event n",
    "journal_start|wb_page 0|submit|journal_stop",
    "again>|trylock_page 0 else again|set_page_dirty 0|unlock_page 0",
    "lock_page 0|set_page_writeback 0|bio_add_page 0|unlock_page 0|queue_bio",
    "copy_from_user new|wait_on_page_writeback_once 1",
];

/// Files of two to four actors that do such things, some of them alike.
fn deeds() -> impl Strategy<Value = String> {
    let run = prop::collection::vec(prop::sample::select(DEEDS.to_vec()), 1..3);
    let actors = prop::collection::vec((run, any::<bool>()), 1..4);
    let device = prop::sample::select(vec![
        "dix+dif",
        "none",
        "fs checksum",
        "raid1 mirror",
        "nvme pi",
    ]);
    let era = prop::sample::select(vec!["2.6.39", "3.0", "6.19"]);
    let shape = (any::<bool>(), any::<bool>(), any::<bool>());
    (actors, device, era, shape).prop_map(|(actors, device, era, (buffers, small, flusher))| {
        let page = |index: usize| {
            format!("[[page]]\nindex = {index}\nmemory = [\"ab\"]\nmedia = [\"old \"]\ndirty = true\npte = \"read-only\"\n")
        };
        let mut text = format!(
            "title = \"t\"\nera = \"{era}\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"{device}\"\nschedule = []\n\
             [file]\ninode = 1\nfirst_lba = 8\ninterval = {}\n{}{}{}\
             [[store]]\nname = \"new\"\noffset = 100\ntext = \"new!\"\n\
             [[store]]\nname = \"more\"\npage = 1\noffset = 0\ntext = \"more\"\n{}",
            if small { 512 } else { 4096 },
            if buffers { "block = 4096\n" } else { "" },
            page(0),
            page(1),
            programs::LOCKS
        );
        for (number, (run, twin)) in actors.iter().enumerate() {
            let lines = run.join("|").replace('|', "\n");
            text += &format!("[[program]]\nname = \"p{number}\"\ntext = \"\"\"\n{lines}\n\"\"\"\n");
            for name in ["a", "b"].iter().take(1 + usize::from(*twin)) {
                text += &format!("[[actor]]\nname = \"{name}{number}\"\nabout = \"\"\nrun = [\"p{number}\"]\nmm = \"A\"\ncpu = 1\n");
            }
        }
        if flusher {
            text += "[[actor]]\nname = \"f\"\nabout = \"\"\nrun = [\"writepage\"]\n";
        }
        text + "[[actor]]\nname = \"d\"\nabout = \"\"\nrun = [\"disk\"]\n\
            [[actor]]\nname = \"e\"\nabout = \"\"\nrun = [\"completion\"]\n\
            [expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n"
    })
}

/// Random models: programs of all steps at any place, on all devices and in all kernels; and actors that mostly do what is
/// right, with stores, several bios, named locks, calls, and some of them alike. Each verdict is found by both searches, after
/// as many steps, and whatever goes round goes round in both.
#[test]
fn reduction_changes_nothing_for_random_programs() {
    const MANY: usize = 5_200;
    const MOST_STATES: usize = 6_000;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = |wild: bool| match wild {
        true => programs::file()
            .new_tree(&mut runner)
            .expect("a file")
            .current(),
        false => deeds().new_tree(&mut runner).expect("a file").current(),
    };
    let texts: Vec<String> = (0..3 * MANY).map(|number| draw(number % 3 == 0)).collect();
    let [next, compared, all, kept, failing, loaded] = [(); 6].map(|()| AtomicUsize::new(0));
    let each = || {
        while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
            if compared.load(Ordering::Relaxed) >= MANY {
                break;
            }
            let Ok(scenario) = stable_pages::scenario::load("random", text) else {
                continue;
            };
            loaded.fetch_add(1, Ordering::Relaxed);
            let model = &scenario.model;
            let mut space = Space::new(model, model.initial, Limits::NONE);
            space.advance(model, MOST_STATES);
            if space.frontier() > 0 {
                continue;
            }
            space.advance(model, 1);
            let reduced = Reduced::explore(model, usize::MAX);
            assert!(reduced.are_fewest());
            let found: Vec<(Verdict, usize)> = (reduced.verdicts())
                .map(|(it, steps)| (it, steps.into()))
                .collect();
            let findings = space.findings(model);
            let expected: Vec<(Verdict, usize)> = (findings.iter())
                .filter(|it| it.verdict != Verdict::Livelock)
                .map(|it| (it.verdict, it.schedule.len()))
                .collect();
            assert_eq!(found, expected, "{text}");
            let graph = space.graph().expect("kept");
            let order = graph.order();
            let mut states = 0..graph.states() as u32;
            let goes_round =
                states.any(|from| graph.steps(from).any(|edge| order.inside(from, edge.to)));
            assert_eq!(reduced.may_loop(), goes_round, "{text}");
            compared.fetch_add(1, Ordering::Relaxed);
            failing.fetch_add(usize::from(!found.is_empty()), Ordering::Relaxed);
            all.fetch_add(space.states(), Ordering::Relaxed);
            kept.fetch_add(reduced.states(), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(each);
        each();
        if let Err(panic) = other.join() {
            std::panic::resume_unwind(panic);
        }
    });
    let [compared, all, kept, failing, loaded] =
        [compared, all, kept, failing, loaded].map(AtomicUsize::into_inner);
    println!("{compared} models of {loaded}, {failing} fail; {all} states plain, {kept} reduced");
    assert!(compared >= 5_000 && failing > 1_000);
    assert!(2 * kept < all);
}
