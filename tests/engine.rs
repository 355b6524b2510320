//! Single facts about the engine, each with its source, and properties of random runs.

use std::collections::HashSet;

use proptest::prelude::*;
use stable_pages::explore::{Ahead, Search, Story, to_next_failure};
use stable_pages::machine::{
    Choice, Content, Effect, End, History, Model, Op, Resource, Status, Through, Violation, World,
    enabled, end, status, step,
};
use stable_pages::scenario::{Device, Scenario, Verdict, catalogue, find, load, load_for};

fn scenario(slug: &str) -> Scenario {
    find(slug).expect("in the catalogue").load().expect("loads")
}

fn text(slug: &str) -> &'static str {
    find(slug).expect("in the catalogue").text
}

/// The actor of a name.
fn actor(scenario: &Scenario, name: &str) -> usize {
    let found = scenario.cast.iter().position(|it| it.name == name);
    found.expect("an actor of the scenario")
}

/// A scenario of the catalogue without opening run, with pieces of its text replaced and with
/// edits added to those it has.
fn varied(slug: &str, pieces: &[(&str, &str)], edits: &str) -> Scenario {
    let mut text = text(slug).to_owned();
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("the schedule's end") + 2;
    text.replace_range(start..end, "schedule = []");
    for (from, to) in pieces {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let text = text.replace("[page]", &format!("{edits}\n[page]"));
    load("varied", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Steps an actor until its next op is `op`.
fn run_to(scenario: &Scenario, world: &mut World, name: &str, op: Op) {
    let who = actor(scenario, name);
    for _ in 0..100 {
        let pc = world.actors[who].pc as usize;
        if scenario.model.actors[who].code[pc].op == op {
            return;
        }
        assert_eq!(status(&scenario.model, world, who), Status::Ready);
        *world = step(&scenario.model, world, Choice::of(who)).0;
    }
    panic!("{name} never comes to {op:?}");
}

fn one(scenario: &Scenario, world: &mut World, name: &str) -> Vec<Effect> {
    let (next, effects) = step(&scenario.model, world, Choice::of(actor(scenario, name)));
    *world = next;
    effects
}

/// Dossier 1.2 and 5.4 R4: a store through a cached writable and dirty TLB entry consults no PTE.
#[test]
fn a_store_through_a_stale_tlb_entry_sets_no_pte_bit() {
    let edit = "[[edit]]\ndrop = \"writepage/flush_tlb_page\"";
    let scenario = varied("baseline-five-step", &[], edit);
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", Op::SetPageWriteback);
    assert!(!world.ptes[0][0].write() && !world.ptes[0][0].dirty());
    assert!(world.tlbs[0][0].write(), "the edit left the TLB stale");
    let effects = one(&scenario, &mut world, "writer");
    assert!(matches!(
        effects[0],
        Effect::Stored {
            through: Through::Tlb,
            ..
        }
    ));
    assert!(!world.ptes[0][0].dirty() && !world.ptes[0][0].write());
    assert!(!world.pages[0].dirty, "nobody was told");

    // S10: guard error and lost update, both.
    let report = Search::run(&scenario.model, scenario.model.initial, usize::MAX);
    assert!(report.finding(Verdict::GuardError).is_some());
    assert!(report.finding(Verdict::LostUpdate).is_some());
}

/// Dossier 3.2 F1 to F8: store, read-only PTE, page_mkwrite, writable and dirty PTE, retry.
#[test]
fn the_fault_path_is_walked_and_the_store_is_run_again() {
    let scenario = scenario("baseline-five-step");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", Op::UnlockPage);
    one(&scenario, &mut world, "flusher");
    let before = world.pages[0].memory;
    assert_eq!(
        one(&scenario, &mut world, "writer"),
        [Effect::Faulted { page: 0, space: 0 }]
    );
    assert_eq!(
        one(&scenario, &mut world, "writer"),
        [Effect::Locked { page: 0 }]
    );
    // B 12: waiting for writeback while holding the page lock is the standard idiom.
    let writer = actor(&scenario, "writer");
    let Status::Asleep(wait) = status(&scenario.model, &world, writer) else {
        panic!("page_mkwrite waits for writeback");
    };
    assert_eq!(wait.on, Resource::Writeback(0));
    assert_eq!(world.pages[0].memory, before, "nothing has been stored yet");
    for _ in 0..200 {
        let others = enabled(&scenario.model, &world);
        let Some(choice) = others.into_iter().find(|it| it.actor as usize != writer) else {
            break;
        };
        world = step(&scenario.model, &world, choice).0;
    }
    run_to(&scenario, &mut world, "writer", Op::PteMkwrite);
    one(&scenario, &mut world, "writer");
    assert!(world.ptes[0][0].write() && world.ptes[0][0].dirty());
    run_to(&scenario, &mut world, "writer", Op::Store);
    assert_eq!(world.pages[0].memory, before);
    let effects = one(&scenario, &mut world, "writer");
    assert!(matches!(
        effects[0],
        Effect::Stored {
            through: Through::PageTable,
            ..
        }
    ));
    assert_ne!(world.pages[0].memory, before);
    assert!(world.pages[0].dirty && world.pages[0].lock == u8::MAX);
}

/// Design, section 2: the writeback bit is held by whoever must act next to clear it.
#[test]
fn the_holder_of_writeback_is_whoever_must_act_next() {
    let scenario = scenario("baseline-five-step");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", Op::UnlockPage);
    one(&scenario, &mut world, "flusher");
    one(&scenario, &mut world, "writer");
    one(&scenario, &mut world, "writer");
    let holder = |world: &World| match status(&scenario.model, world, actor(&scenario, "writer")) {
        Status::Asleep(wait) => wait
            .holder
            .map(|it| scenario.cast[it as usize].name.as_str()),
        other => panic!("the writer waits, but is {other:?}"),
    };
    assert_eq!(holder(&world), Some("flusher"));
    run_to(&scenario, &mut world, "flusher", Op::QueueBio);
    assert_eq!(holder(&world), Some("flusher"));
    one(&scenario, &mut world, "flusher");
    assert_eq!(holder(&world), Some("disk"));
    run_to(&scenario, &mut world, "disk", Op::CompleteRequest);
    assert_eq!(holder(&world), Some("disk"));
    one(&scenario, &mut world, "disk");
    assert_eq!(holder(&world), Some("completion"));
}

/// Dossier 8.5: one bad sector fails the whole request, and nothing reaches the media.
#[test]
fn a_guard_error_stores_nothing_and_is_latched_for_fsync() {
    let scenario = scenario("mkwrite-no-wait");
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
    }
    let world = history.world();
    assert_eq!(world.media[0], scenario.model.initial.media[0]);
    assert!(world.mapping_error);
    // 8.6: the racing writer has set PG_dirty again, so no data is lost.
    assert!(world.pages[0].dirty);
    assert_eq!(end(&scenario.model, world), Some(End::Rest(Vec::new())));
}

/// Guards arise from bytes: those of the failure are the CRCs of what was sealed and fetched.
#[test]
fn the_guards_of_a_failure_are_those_of_its_bytes() {
    for slug in ["mkwrite-no-wait", "unlock-gap", "mkclean-skipped"] {
        let scenario = scenario(slug);
        let mut history = History::new(&scenario.model);
        for choice in &scenario.schedule {
            assert!(history.choose(&scenario.model, *choice));
        }
        let story = Story::of(&scenario.model, &history);
        let failure = story.failures[0];
        let sealed = scenario.model.contents.bytes(failure.sealed);
        let fetched = scenario.model.contents.bytes(failure.fetched);
        assert_eq!(sealed, [b'3'; 512]);
        assert_eq!(&fetched[..4], b"new!");
        assert_eq!(&fetched[4..], [b'3'; 508]);
        assert_eq!(failure.received, 0xb218);
        assert_eq!(failure.computed, stable_pages::machine::guard(fetched));
    }
}

/// S34a: a store that keeps the CRC passes every check and is silent corruption.
#[test]
fn a_collision_is_silent_corruption_although_every_guard_matches() {
    // 509 x 'A' then 84 9a c1 has the guard of 512 x 'A' (appendix A). TOML texts are UTF-8, so
    // the model is built from a scenario's code and the test's own bytes.
    let scenario = scenario("mkclean-skipped");
    let model = &scenario.model;
    let collide = Model::new(stable_pages::machine::Parts {
        geometry: model.geometry,
        protection: model.protection,
        rules: model.rules,
        actors: model.actors.clone(),
        stores: vec![stable_pages::machine::Store {
            page: 0,
            offset: 2045,
            bytes: vec![0x84, 0x9a, 0xc1],
        }],
        memory: vec![vec![b'A'; 512]; 8],
        media: vec![vec![0; 512]; 8],
        dirty: vec![true],
        ptes: vec![stable_pages::machine::Access::WRITABLE_DIRTY],
        tlbs: vec![(0, stable_pages::machine::Access::WRITABLE_DIRTY)],
    })
    .expect("a model");
    let report = Search::run(&collide, collide.initial, usize::MAX);
    assert!(report.complete && report.unstable);
    assert!(report.finding(Verdict::GuardError).is_none());
    assert!(report.finding(Verdict::SilentCorruption).is_some());
}

/// Today's `__folio_start_writeback` asserts the lock (6.19); 2.6.39 went on and failed later.
#[test]
fn today_the_unlock_gap_is_an_assertion() {
    let era = [("era = \"2011\"", "era = \"today\"")];
    let scenario = varied("unlock-gap", &era, "");
    let report = Search::run(&scenario.model, scenario.model.initial, usize::MAX);
    assert!(report.finding(Verdict::Assertion).is_some());
    assert!(report.finding(Verdict::GuardError).is_none());
}

/// What is load-bearing is found by leaving it out; one line of the correct protocol each.
#[test]
fn single_edits_of_the_correct_ordering_have_these_verdicts() {
    let with = |edit: &str| {
        let scenario = varied("baseline-five-step", &[], edit);
        let report = Search::run(&scenario.model, scenario.model.initial, usize::MAX);
        assert!(report.complete);
        let mut found: Vec<&str> = report
            .findings
            .iter()
            .map(|it| it.verdict.words())
            .collect();
        found.sort_unstable();
        found.join(", ")
    };
    let drop = |step: &str| with(&format!("[[edit]]\ndrop = \"{step}\""));
    assert_eq!(with(""), "");
    // The release of a lock that is never given up: whoever faults waits for ever.
    assert_eq!(drop("writepage/unlock_page"), "deadlock");
    // Wb never set: page_mkwrite has nothing to wait for, and completion finds nothing to clear.
    assert_eq!(
        drop("writepage/set_page_writeback"),
        "assertion, guard error"
    );
    assert_eq!(drop("writepage/lock_page"), "assertion");
    // S11: the PTE's dirt is thrown away, but here PG_dirty was set already: harmless.
    assert_eq!(drop("writepage/redirty_if_cleaned"), "");
    // Dossier 2.1: setting writeback before cleaning, inside one lock hold, is as safe.
    assert_eq!(
        with(
            "[[edit]]\nmove = \"writepage/set_page_writeback\"\nbefore = \"writepage/clear_page_dirty_for_io\""
        ),
        ""
    );
    // Dossier 2.1: unlocking after the submission instead of before it is as safe.
    assert_eq!(
        with("[[edit]]\nswap = \"writepage/unlock_page\"\nwith = \"writepage/submit_bio\""),
        ""
    );
    // An edit inside a composite that an earlier edit has moved.
    assert_eq!(
        with(
            "[[edit]]\nmove = \"writepage/set_page_writeback\"\nbefore = \"writepage/clear_page_dirty_for_io\"\n\
              [[edit]]\nmove = \"writepage/clear_page_dirty_for_io\"\nbefore = \"writepage/set_page_writeback\"\n\
              [[edit]]\ndrop = \"writepage/page_mkclean\""
        ),
        "guard error"
    );
    // S07: guards before the freeze. A store between DMA and mkclean is lost as well: it is cleaned
    // away and was not in the I/O.
    assert_eq!(
        with("[[edit]]\nmove = \"writepage/submit_bio\"\nbefore = \"writepage/lock_page\""),
        "assertion, guard error, lost update"
    );
}

/// S32: with 4096-byte intervals there is one guard for the whole page.
#[test]
fn one_interval_a_page_fails_as_a_whole() {
    let digits = r#""0", "1", "2", "3", "4", "5", "6", "7""#;
    let pieces = [("interval = 512", "interval = 4096"), (digits, r#""A""#)];
    let scenario = varied("mkwrite-no-wait", &pieces, "");
    let report = Search::run(&scenario.model, scenario.model.initial, usize::MAX);
    let finding = report.finding(Verdict::GuardError).expect("it still fails");
    let mut history = History::new(&scenario.model);
    for choice in &finding.schedule {
        assert!(history.choose(&scenario.model, *choice));
    }
    let failure = Story::of(&scenario.model, &history).failures[0];
    assert_eq!(
        (failure.sector, failure.lba, failure.received),
        (0, 56, 0xe8f7)
    );
    assert_eq!(scenario.model.contents.bytes(failure.fetched).len(), 4096);
}

#[test]
fn going_back_keeps_the_steps_ahead_and_branches_stay_within_reach() {
    let scenario = scenario("mkwrite-no-wait");
    let model = &scenario.model;
    let mut history = History::new(model);
    let mut worlds = vec![*history.world()];
    for choice in &scenario.schedule {
        assert!(history.choose(model, *choice));
        worlds.push(*history.world());
    }
    let length = scenario.schedule.len();
    for depth in (0..length).rev() {
        assert!(history.back());
        assert_eq!(history.depth(), depth);
        assert_eq!(*history.world(), worlds[depth], "exactly as it was");
    }
    assert!(!history.back());
    assert_eq!(
        history.branch().len(),
        length + 1,
        "the steps ahead are kept"
    );
    assert_eq!(history.choices(), scenario.schedule);

    // Another step at step 3 starts a branch.
    history.seek(3);
    let taken = scenario.schedule[3];
    let other = enabled(model, history.world()).find(|it| *it != taken);
    assert!(history.choose(model, other.expect("somebody else can move")));
    assert_eq!(history.ends().len(), 2);
    assert_eq!(history.choices().len(), 4);
    let first = history
        .ends()
        .into_iter()
        .find(|it| history.depth_of(*it) == length);
    history.switch(first.expect("the old branch is still there"));
    assert_eq!(history.depth(), 3, "at the last moment both share");
    assert_eq!(history.choices(), scenario.schedule);
    history.seek(usize::MAX);
    assert_eq!(*history.world(), worlds[length]);
    // The same choice again follows the branch that exists.
    history.seek(3);
    assert!(history.choose(model, taken));
    assert_eq!(history.ends().len(), 2);
}

#[test]
fn run_to_failure_follows_searches_or_says_safe() {
    let broken = scenario("mkwrite-no-wait");
    let mut history = History::new(&broken.model);
    for choice in &broken.schedule {
        history.choose(&broken.model, *choice);
    }
    history.seek(0);
    let went = to_next_failure(&broken.model, &mut history, 10_000);
    assert_eq!(went, Ahead::Followed);
    assert_eq!(Story::of(&broken.model, &history).failures.len(), 1);

    let mut empty = History::new(&broken.model);
    assert_eq!(
        to_next_failure(&broken.model, &mut empty, 10_000),
        Ahead::Found
    );
    let story = Story::of(&broken.model, &empty);
    assert_eq!(story.failures[0].step, story.steps.len());

    let safe = scenario("baseline-five-step");
    let mut history = History::new(&safe.model);
    let said = to_next_failure(&safe.model, &mut history, 10_000);
    let states = Search::run(&safe.model, safe.model.initial, usize::MAX).states;
    assert_eq!(said, Ahead::Safe { states });
    let said = to_next_failure(&safe.model, &mut history, 5);
    assert!(matches!(said, Ahead::Unknown { states } if states < 20));
}

fn all() -> Vec<Scenario> {
    let entries = catalogue();
    entries
        .flat_map(|entry| Device::ALL.map(|device| load_for(entry.slug, entry.text, device)))
        .map(|scenario| scenario.expect("loads"))
        .collect()
}

/// Every world that can be reached moves on, waits in a named cycle, or is an end.
#[test]
fn every_reachable_world_moves_waits_or_ends() {
    for scenario in all() {
        let model = &scenario.model;
        let mut search = Search::new(model.initial);
        assert!(search.advance(model, usize::MAX));
        let mut worlds = HashSet::new();
        for world in search.worlds() {
            assert!(worlds.insert(*world), "each world once");
            match end(model, world) {
                None => assert!(enabled(model, world).next().is_some()),
                Some(End::Deadlock(cycle)) => assert!(!cycle.is_empty()),
                Some(End::Rest(_) | End::Halted) => {
                    assert_eq!(enabled(model, world).next(), None);
                }
            }
        }
    }
}

proptest! {
    /// The same choices give the same world, whether stepped, replayed, or gone back over.
    #[test]
    fn random_runs_replay(pick in 0_usize..12, steps in prop::collection::vec(0_usize..6, 0..120)) {
        let scenarios = all();
        let scenario = &scenarios[pick % scenarios.len()];
        let model = &scenario.model;
        let mut history = History::new(model);
        let mut worlds = vec![model.initial];
        for wanted in steps {
            let choices: Vec<Choice> = enabled(model, history.world()).collect();
            // An impossible choice changes nothing.
            let nobody = Choice { actor: 99, way: 0 };
            prop_assert_eq!(step(model, history.world(), nobody), (*history.world(), Vec::new()));
            if choices.is_empty() {
                break;
            }
            prop_assert!(history.choose(model, choices[wanted % choices.len()]));
            worlds.push(*history.world());
        }
        let mut world = model.initial;
        for (choice, expected) in history.choices().into_iter().zip(&worlds[1..]) {
            world = step(model, &world, choice).0;
            prop_assert_eq!(&world, expected);
        }
        for expected in worlds.iter().rev() {
            prop_assert_eq!(history.world(), expected);
            history.back();
        }
        // Dead registers are zero: a page without bio has none of its contents.
        for bio in world.bios {
            if bio.owner == u8::MAX && bio.stage == stable_pages::machine::Stage::Free {
                prop_assert!(bio.sealed.iter().chain(&bio.wire).all(|it| *it == Content::NONE));
            }
        }
    }

    /// A guard error always follows a change of bytes inside the stable window.
    #[test]
    fn no_guard_error_without_an_unstable_window(steps in prop::collection::vec(0_usize..6, 0..160)) {
        for scenario in all() {
            let model = &scenario.model;
            let mut world = model.initial;
            let mut unstable = false;
            for wanted in &steps {
                let choices: Vec<Choice> = enabled(model, &world).collect();
                if choices.is_empty() {
                    break;
                }
                let (next, effects) = step(model, &world, choices[wanted % choices.len()]);
                for effect in effects {
                    match effect {
                        Effect::Broke(Violation::Unstable { .. }) => unstable = true,
                        Effect::Broke(Violation::Guard { .. }) => prop_assert!(unstable),
                        _ => {}
                    }
                }
                world = next;
            }
        }
    }
}
