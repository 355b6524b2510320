//! Locks, counters and flags by name: what can come of every step on them. That SPIN finds the same is tested in `spin.rs`,
//! that steps read and write what is stated in `footprint.rs`.

#[path = "support/machine.rs"]
mod machine;
mod support;

use machine::Machine;
use stable_pages::exchange::status_words;
use stable_pages::explore::{Reduced, Story};
use stable_pages::machine::{
    Choice, Effect, History, LockId, ModelError, Resource, Status, Wait, Which, status,
};
use stable_pages::scenario::{Scenario, Verdict, load};
use stateright::{Checker, Model as _, Property};
use support::{actor, checked, explored, locks, next, one, run_to};

fn file(about: &str) -> Scenario {
    let mut all = locks::files().into_iter();
    let (_, text, _) = all
        .find(|(it, ..)| *it == about)
        .expect("a file of that name");
    load("locks", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Our search, the plain one of the tests, the reduced one and stateright find the verdicts that each file must have.
#[test]
fn every_file_has_its_verdicts() {
    for ((about, _, mut verdicts), scenario) in locks::files().into_iter().zip(locks::scenarios()) {
        verdicts.sort_unstable();
        let space = checked(&scenario);
        let found: Vec<Verdict> = space.verdicts().iter().collect();
        assert_eq!(found, verdicts, "{about}");
        support::same(&scenario, &explored(&scenario), &space);
        let reduced = Reduced::explore(&scenario.model, usize::MAX);
        let found: Vec<Verdict> = reduced.verdicts().map(|(verdict, _)| verdict).collect();
        let fails = |it: &&Verdict| **it != Verdict::Livelock;
        assert_eq!(
            found,
            verdicts.iter().filter(fails).copied().collect::<Vec<_>>(),
            "{about}"
        );
        let theirs = Machine {
            model: scenario.model.clone(),
            properties: || vec![Property::<Machine>::always("goes on", |_, _| true)],
        };
        let theirs = theirs.checker().spawn_bfs().join();
        assert_eq!(theirs.unique_state_count(), space.states(), "{about}");
    }
}

fn wait(scenario: &Scenario, world: &stable_pages::machine::World, name: &str) -> Wait {
    match status(&scenario.model, world, actor(scenario, name)) {
        Status::Asleep(wait) => wait,
        other => panic!("{name} is {other:?}"),
    }
}

/// (rwsem_down_read_slowpath, kernel/locking/rwsem.c, 6.19: a reader queues up behind whoever waits already.)
#[test]
fn a_waiting_writer_keeps_new_readers_out() {
    let scenario = file("a reader comes twice, and a writer waits in between");
    let mut world = scenario.model.initial;
    let lock = LockId(0);
    assert_eq!(
        one(&scenario, &mut world, "P1"),
        [Effect::LockTaken { lock, shared: true }]
    );
    // Before the writer has come, the reader may come again.
    let mut early = world;
    one(&scenario, &mut early, "P1");
    assert_eq!(scenario.model.lock(&early, lock).shares[0], 2);
    assert_eq!(
        one(&scenario, &mut world, "P2"),
        [Effect::LockQueued { lock }]
    );
    let reader = wait(&scenario, &world, "P1");
    assert_eq!(
        (reader.on, reader.which, reader.holder),
        (
            Resource::Named,
            Which::Lock(lock),
            Some(actor(&scenario, "P2"))
        )
    );
    assert_eq!(
        wait(&scenario, &world, "P2").holder,
        Some(actor(&scenario, "P1"))
    );
    // One share back is not enough for the writer, both are.
    let mut late = early;
    one(&scenario, &mut late, "P2");
    one(&scenario, &mut late, "P1");
    assert_eq!(
        wait(&scenario, &late, "P2").holder,
        Some(actor(&scenario, "P1"))
    );
    one(&scenario, &mut late, "P1");
    assert_eq!(
        one(&scenario, &mut late, "P2"),
        [Effect::LockTaken {
            lock,
            shared: false
        }]
    );
    assert_eq!(
        scenario.model.lock(&late, lock).owner,
        Some(actor(&scenario, "P2"))
    );
    assert!(
        !scenario
            .model
            .lock(&late, lock)
            .waits_to_write(actor(&scenario, "P2"))
    );
}

/// Nobody holds a completion: who waits for one waits for whoever can still come to `complete`, which says who is in the circle.
#[test]
fn whoever_can_still_complete_is_waited_for() {
    let scenario = file("whoever completes needs what the waiter holds");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "P1", "wait_for_completion");
    assert_eq!(
        wait(&scenario, &world, "P1").holder,
        Some(actor(&scenario, "P2"))
    );
    let words = words(&scenario, &[("P1", 1)], "P1");
    assert_eq!(words, "asleep on done, which P2 is to complete");
    let scenario = file("a completion too few");
    let mut world = scenario.model.initial;
    for name in ["P1", "P2"] {
        one(&scenario, &mut world, name);
    }
    assert_eq!(wait(&scenario, &world, "P3").holder, None);
    let words = self::words(&scenario, &[("P1", 1), ("P2", 1)], "P3");
    assert_eq!(words, "asleep on done, which nobody is left to complete");
}

/// In which words an actor is told of after a run.
fn words(scenario: &Scenario, run: &[(&str, usize)], name: &str) -> String {
    let mut history = History::new(&scenario.model);
    for (name, many) in run {
        for _ in 0..*many {
            history.choose(&scenario.model, Choice::of(actor(scenario, name)));
        }
    }
    let who = actor(scenario, name);
    let now = status(&scenario.model, history.world(), who);
    status_words(scenario, &Story::of(&scenario.model, &history), who, now)
}

#[test]
fn all_readers_are_named_and_the_writer_that_goes_first() {
    let scenario = file("of two readers the second waits for the writer");
    let run = [("P1", 1), ("P2", 1), ("P3", 2)];
    assert_eq!(
        words(&scenario, &run, "P3"),
        "asleep on r, held by P1 and P2 since step 1"
    );
    assert_eq!(
        words(&scenario, &run, "P2"),
        "asleep on m, held by P3 since step 3"
    );
    let twice = file("a reader comes twice, and a writer waits in between");
    assert_eq!(
        words(&twice, &[("P1", 1), ("P2", 1)], "P1"),
        "asleep on r, for which P2 waits as a writer since step 2"
    );
}

/// A step of another kind of lock, a lock that is not declared, and keys that mean nothing are refused with their place.
#[test]
fn what_does_not_fit_a_lock_is_refused() {
    let (_, text, _) = locks::files().swap_remove(0);
    let refused = |from: &str, to: &str| {
        let text = text.replacen(from, to, 1);
        load("locks", &text).expect_err(to).to_string()
    };
    for (from, to, says) in [
        (
            "mutex_lock m",
            "down_read m",
            "\"down_read\" works on a rwsem; \"m\" is a mutex",
        ),
        (
            "mutex_lock m",
            "mutex_lock",
            "\"mutex_lock\" needs the name of a mutex",
        ),
        (
            "mutex_lock m",
            "mutex_lock q",
            "\"q\" is neither a page's number nor a store",
        ),
        (
            "mutex_lock m",
            "lock_page m",
            "\"lock_page\" works on a page, by its number; \"m\" is a lock",
        ),
        (
            "\"mutex\"",
            "\"mutx\"",
            "unknown kind of lock \"mutx\" (did you mean \"mutex\"?)",
        ),
        (
            "\"mutex\"\n",
            "\"mutex\"\nfair = true\n",
            "fair: only a rwsem",
        ),
        (
            "\"mutex\"\n",
            "\"mutex\"\nstart = 1\n",
            "start: a mutex begins free",
        ),
        (
            "name = \"m\"",
            "name = \"s\"",
            "there is already another lock \"s\"",
        ),
        ("name = \"m\"", "name = \"new\"", "\"new\" is a store"),
    ] {
        let said = refused(from, to);
        assert!(said.contains(says), "{to}: {said}");
    }
    let two = text.replace("about = \"\"", "about = \"\"\nholds = [\"m\"]");
    let said = load("locks", &two).expect_err("held twice").to_string();
    assert!(said.contains("somebody else holds \"m\" already"), "{said}");
}

/// The machine refuses by itself what the loader would: a step on a lock of another kind, or on one that there is not.
#[test]
fn the_machine_refuses_what_does_not_fit() {
    use stable_pages::machine::{
        Actor, Geometry, Instr, Lock, LockKind, LockStep, Model, Op, Operand, PageId, PageStart,
        Parts, Protection, Rules, StableWait,
    };
    let with = |step, kind: Option<LockKind>| {
        let instr = Instr {
            op: Op::Lock(step),
            page: PageId(0),
            operand: Operand::Lock(LockId(0)),
            no: 0,
            tag: 0,
        };
        let (fair, start) = (false, 0);
        Model::new(Parts {
            geometry: Geometry {
                pages: 1,
                interval: 4096,
                first_lba: 8,
                block: 0,
                ip_guards: false,
                stamp: None,
            },
            protection: Protection::None,
            stable: false,
            rules: Rules {
                writeback_asserts_lock: true,
                wait: StableWait::IfRequired,
                errseq: true,
            },
            actors: vec![Actor {
                space: None,
                tlb: None,
                code: vec![instr],
                main: 1,
                forever: false,
            }],
            stores: Vec::new(),
            memory: vec![vec![0; 4096]],
            media: vec![vec![0; 4096]],
            pages: vec![PageStart::default()],
            spaces: 0,
            tlbs: Vec::new(),
            locks: kind
                .map(|kind| Lock { kind, fair, start })
                .into_iter()
                .collect(),
            held: Vec::new(),
            shared: Vec::new(),
        })
    };
    for step in LockStep::ALL {
        assert!(matches!(with(step, None), Err(ModelError::Missing { .. })));
        for kind in LockKind::ALL {
            let built = with(step, Some(kind));
            match step.fits(kind) {
                true => assert!(built.is_ok(), "{step:?} {kind:?}"),
                false => assert!(
                    matches!(built, Err(ModelError::LockKind { .. })),
                    "{step:?} {kind:?}"
                ),
            }
        }
    }
}

/// `next` is used by other tests of this folder; here it says that a refused reader has gone past its step.
#[test]
fn a_refused_reader_goes_where_its_else_says() {
    let scenario = file("readers, a writer and whoever tries");
    let mut world = scenario.model.initial;
    one(&scenario, &mut world, "P1");
    one(&scenario, &mut world, "P2");
    let lock = LockId(0);
    assert_eq!(
        one(&scenario, &mut world, "P3"),
        [Effect::LockRefused { lock, shared: true }],
        "a writer waits"
    );
    assert_eq!(next(&scenario, &world, "P3"), "");
}
