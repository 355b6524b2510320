//! Properties of random scenarios, edits and schedules.

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::collections::HashSet;
use std::sync::OnceLock;

use programs::file;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use stable_pages::explore::{Limits, Space, Story};
use stable_pages::machine::{
    ActorId, Choice, Effect, End, History, Model, Op, Violation, World, enabled, end, step,
};
use stable_pages::protocol::{Era, OPS};
use stable_pages::scenario::{Device, Scenario, load, load_for};
use support::plain::Search;

fn all() -> &'static [Scenario] {
    static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
    ALL.get_or_init(|| {
        let files = support::loadable().flat_map(|entry| {
            Device::ALL
                .into_iter()
                .flat_map(move |device| Era::ALL.map(|era| (entry, device, era)))
        });
        // Every file of the catalogue can be looked at in every era and on every device.
        files
            .map(|(entry, device, era)| {
                load_for(entry.slug, entry.text, Some(device), Some(era)).expect(entry.slug)
            })
            .collect()
    })
}

/// Checks that a world is an end just if nobody can move in it.
fn well_formed(model: &Model, world: &World) -> Result<(), TestCaseError> {
    let moves = enabled(model, world).next().is_some();
    match end(model, world) {
        None => prop_assert!(moves),
        Some(End::Deadlock(cycle)) => prop_assert!(!moves && !cycle.is_empty()),
        Some(End::Stall(actor)) => {
            prop_assert!(!moves && actor.index() < model.actors.len());
        }
        Some(End::Rest(_) | End::Halted) => prop_assert!(!moves),
    }
    Ok(())
}

/// Makes a run in which `wanted` picks each step among the possible ones, and checks it: effects, story, verdicts, replay.
fn check_run(model: &Model, wanted: &[usize]) -> Result<(), TestCaseError> {
    let mut history = History::new(model);
    let mut worlds = vec![model.initial];
    let mut unstable = false;
    for wanted in wanted {
        let choices: Vec<Choice> = enabled(model, history.world()).collect();
        well_formed(model, history.world())?;
        let nobody = Choice {
            actor: ActorId(99),
            way: 0,
        };
        prop_assert_eq!(
            step(model, history.world(), nobody),
            (*history.world(), Vec::new())
        );
        if choices.is_empty() {
            break;
        }
        let choice = choices[wanted % choices.len()];
        let (next, effects) = step(model, history.world(), choice);
        for effect in effects {
            match effect {
                Effect::Broke(Violation::Unstable { .. }) => unstable = true,
                Effect::Broke(Violation::Guard { .. }) => {
                    // A guard differs only where bytes changed after it was taken, or where the
                    // copy that was fetched is not the one that was guarded.
                    prop_assert!(unstable || model_copies(model));
                }
                _ => {}
            }
        }
        prop_assert!(history.choose(model, choice));
        prop_assert_eq!(history.world(), &next);
        worlds.push(next);
    }
    // The same choices give the same worlds again, and the story has as many steps.
    let mut world = model.initial;
    for (choice, expected) in history.choices().into_iter().zip(&worlds[1..]) {
        world = step(model, &world, choice).0;
        prop_assert_eq!(&world, expected);
    }
    let story = Story::of(model, &history);
    prop_assert_eq!(story.steps.len(), history.depth());
    // A verdict comes from a broken rule, from how the run ended, or from a round that it ends with.
    let ended = matches!(
        end(model, history.world()),
        Some(End::Deadlock(_) | End::Stall(_))
    ) || story.round(model).is_some();
    prop_assert!(story.verdicts(model).is_empty() || ended || !story.failures.is_empty());
    // Stepping back equals replaying.
    for expected in worlds.iter().rev() {
        prop_assert_eq!(history.world(), expected);
        history.back();
    }
    Ok(())
}

fn model_copies(model: &Model) -> bool {
    let code = model.actors.iter().flat_map(|it| &it.code);
    code.into_iter()
        .any(|it| matches!(OPS[it.tag as usize].key, "bounce_copy" | "copy_sector"))
}

/// Checks that a file is refused with a place and a reason, or that its runs are sound and the checker's findings are those
/// of a plain search.
fn check_file(text: &str, wanted: &[usize]) -> Result<(), TestCaseError> {
    match load("random", text) {
        // A random file may be faulty; then the error has a place.
        Err(error) => {
            prop_assert!(error.line >= 1 && error.column >= 1 && !error.reason.is_empty());
        }
        Ok(scenario) => {
            check_run(&scenario.model, wanted)?;
            let mut plain = Search::new(scenario.model.initial);
            let whole = plain.advance(&scenario.model, 2_000);
            let mut space = Space::new(&scenario.model, scenario.model.initial, Limits::NONE);
            space.advance(&scenario.model, 2_001);
            if whole {
                support::same(&scenario, plain.report(), &space);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Random runs of every scenario, device and era.
    #[test]
    fn random_runs_replay(pick in any::<prop::sample::Index>(), wanted in prop::collection::vec(0_usize..8, 0..160)) {
        let scenario = pick.get(all());
        check_run(&scenario.model, &wanted)?;
    }

    /// No program that a file can express makes the machine panic, or leaves a world that is
    /// neither moving, waiting nor over.
    #[test]
    fn no_program_breaks_the_machine(text in file(), wanted in prop::collection::vec(0_usize..8, 0..120)) {
        check_file(&text, &wanted)?;
    }
}

/// Files that random tests once failed on: BH_Shadow without a journal that would clear it, and a host without a guest.
#[test]
fn a_shadow_and_a_host_by_themselves_are_sound() {
    let text = programs::text(
        ("dix+dif", "2.6.39", "none"),
        "drop = \"writepage/page_mkclean\"",
        (2, false, false),
        &["file_shadow", "get_write_access"],
        &["fsync", "host"],
    );
    load("random", &text).expect("loads");
    check_file(&text, &[]).expect("sound");
}

/// Most random files load, so that the property above tests their runs and not only the loader.
#[test]
fn most_random_files_load() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut loaded = 0;
    for _ in 0..400 {
        let text = file().new_tree(&mut runner).expect("a file").current();
        loaded += usize::from(load("random", &text).is_ok());
    }
    assert!(loaded > 160, "only {loaded} of 400");
}

/// Programs of single known steps, so that every op is run in a place it is not meant for.
#[test]
fn every_step_alone_is_safe_to_run() {
    let mut loaded = 0;
    for row in &OPS {
        for argument in ["", " new", " A", " m", " s", " r", " n", " c", " g"] {
            let text = format!(
                "title = \"t\"\nera = \"6.19\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"dix+dif\"\nschedule = []\n\
                 [file]\ninode = 1\nfirst_lba = 8\ninterval = 4096\nblock = 4096\nchecksum = [0, 8]\n\
                 [[page]]\nindex = 0\nmemory = [\"ab\"]\nmedia = [\"old \"]\ndirty = true\n\
                 [[store]]\nname = \"new\"\noffset = 100\ntext = \"new!\"\n\
                 {}\
                 [[actor]]\nname = \"a\"\nabout = \"\"\nrun = [\"{}{argument}\"]\nmm = \"A\"\nforever = true\n\
                 [[actor]]\nname = \"f\"\nabout = \"\"\nrun = [\"writepage\"]\n\
                 [[actor]]\nname = \"d\"\nabout = \"\"\nrun = [\"disk\"]\n\
                 [[actor]]\nname = \"c\"\nabout = \"\"\nrun = [\"completion\"]\n\
                 [expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n",
                programs::LOCKS,
                row.key
            );
            let Ok(scenario) = load("alone", &text) else {
                continue;
            };
            let mut search = Search::new(scenario.model.initial);
            assert!(search.advance(&scenario.model, 200_000), "{}", row.key);
            for world in search.worlds() {
                well_formed(&scenario.model, world).expect(row.key);
            }
            loaded += 1;
            break;
        }
    }
    // Not the jump, not the steps that need a sector from "each sector", and none of reads, since the others write.
    let reads = OPS.iter().filter(|row| matches!(row.op, Op::Read(_)));
    let most = OPS.len() - reads.count();
    assert!(loaded >= most - 10, "only {loaded} of {most}");
}

/// Every reachable world of every scenario, device and era is well-formed, and is found only once.
#[test]
fn every_reachable_world_moves_waits_or_ends() {
    let (mut models, mut seen) = (0, 0);
    for scenario in all().iter().filter(|it| it.era == it.own_era) {
        let model = &scenario.model;
        let mut search = Search::new(model.initial);
        assert!(search.advance(model, 2_000_000));
        let mut worlds = HashSet::new();
        for world in search.worlds() {
            assert!(worlds.insert(*world), "each world once");
            well_formed(model, world).expect(&scenario.slug);
        }
        models += 1;
        seen += worlds.len();
    }
    assert!(models > 400 && seen > 200_000, "{models} {seen}");
}

/// A world of 128 bytes has room for the geometry that the dossier's races need.
#[test]
fn two_writers_and_two_pages_fit_into_a_world() {
    let text = "title = \"t\"\nera = \"6.19\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"dix+dif\"\nschedule = []\n\
         [file]\ninode = 1\nfirst_lba = 8\ninterval = 512\n\
         [[page]]\nindex = 0\nmemory = [\"a\"]\nmedia = [\"b\"]\ndirty = true\n\
         [[page]]\nindex = 1\nmemory = [\"c\"]\nmedia = [\"d\"]\ndirty = true\n\
         [[store]]\nname = \"x\"\noffset = 100\ntext = \"x\"\n\
         [[store]]\nname = \"y\"\npage = 1\noffset = 100\ntext = \"y\"\n\
         [[actor]]\nname = \"one\"\nabout = \"\"\nrun = [\"store x\"]\nmm = \"A\"\n\
         [[actor]]\nname = \"two\"\nabout = \"\"\nrun = [\"store y\"]\nmm = \"B\"\n\
         [[actor]]\nname = \"flusher\"\nabout = \"\"\nrun = [\"wb_page 0\", \"wb_page 1\", \"submit\"]\n\
         [[actor]]\nname = \"disk\"\nabout = \"\"\nrun = [\"disk\"]\n\
         [[actor]]\nname = \"completion\"\nabout = \"\"\nrun = [\"completion\"]\n\
         [expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n";
    let scenario = load("two", text).expect("fits");
    assert!(size_of::<World>() <= 128);
    let used = scenario.model.layout.used;
    println!("{used} of 128 bytes");
    assert!(used <= 128);
    let report = support::explored(&scenario);
    assert!(report.findings.is_empty() && report.states > 1000);
    println!("{} states", report.states);
}
