//! What is said of changes of one step: "mends it" only where all is done that was done.

mod support;

use std::collections::{BTreeSet, HashMap};

use stable_pages::exchange::{Worth, worth};
use stable_pages::explore::{Mutant, MutantWork, Profile, Verdicts};
use stable_pages::machine::{Effect, Model, World, enabled, step};
use stable_pages::protocol::{Edit, Place, Side, single_edits};
use stable_pages::scenario::{Prepared, Scenario, Variant, find, load_variant, programs};

/// Failing orderings whose runs do not go round, small enough to try all single changes of.
const FAILING: [&str; 8] = [
    "mkclean-no-redirty",
    "write2-no-wait",
    "guard-before-freeze",
    "one-guard-a-page",
    "odirect-user-buffer",
    "writeback-flag-leaked",
    "jbd2-no-shadow",
    "kernel-metadata-writer",
];

/// What a step does to sectors, in words of this test's own.
type Done = BTreeSet<(&'static str, u8, u8)>;

fn done(model: &Model, before: &World, effects: &[Effect]) -> Done {
    let mut all = Done::new();
    for effect in effects {
        match *effect {
            // What is on the media now and was on the wire before.
            Effect::Committed { bio } => {
                for page in model.page_ids() {
                    let held = model.page(before, page);
                    for sector in model.sector_ids() {
                        if held.bio == Some(bio) && held.wire[sector.index()].is_some() {
                            all.insert(("written", page.0, sector.0));
                        }
                    }
                }
            }
            Effect::Checked { page, sector, .. } => {
                all.insert(("checked", page.0, sector.0));
            }
            Effect::Guarded { page, sector, .. }
            | Effect::Sampled { page, sector, .. }
            | Effect::Inserted { page, sector, .. } => {
                all.insert(("sealed", page.0, sector.0));
            }
            Effect::Stored {
                page,
                sector,
                from,
                to,
                ..
            } if from != to => {
                all.insert(("stored", page.0, sector.0));
            }
            Effect::FsyncReturned { failed: false, .. } => {
                all.insert(("synced", 0, 0));
            }
            _ => {}
        }
    }
    all
}

/// What is done on all ways from a world to an end; adds what is done on any to `some`.
fn every(
    model: &Model,
    world: &World,
    known: &mut HashMap<World, Option<Done>>,
    some: &mut Done,
) -> Done {
    match known.get(world) {
        Some(Some(known)) => return known.clone(),
        Some(None) => panic!("a run goes round"),
        None => {}
    }
    known.insert(*world, None);
    let mut all: Option<Done> = None;
    let choices: Vec<_> = enabled(model, world).collect();
    for choice in choices {
        let (next, effects) = step(model, world, choice);
        let mut way = done(model, world, &effects);
        some.extend(way.iter().copied());
        way.extend(every(model, &next, known, some));
        all = Some(match all {
            None => way,
            Some(all) => all.intersection(&way).copied().collect(),
        });
    }
    let all = all.unwrap_or_default();
    known.insert(*world, Some(all.clone()));
    all
}

/// What is done in some run, and in every run.
fn sums(scenario: &Scenario) -> (Done, Done) {
    let model = &scenario.model;
    let mut some = Done::new();
    let every = every(model, &model.initial, &mut HashMap::new(), &mut some);
    (some, every)
}

/// All single changes of an ordering, and its verdicts.
fn mutants(slug: &str) -> (Vec<Mutant>, Verdicts) {
    let entry = find(slug).expect("there");
    let scenario = entry.load().expect(slug);
    let space = support::checked(&scenario);
    let profile = Profile::of(&scenario, &space).map(std::sync::Arc::new);
    assert!(profile.is_some());
    let variant = Variant::default();
    let mut work = MutantWork::new(&scenario, entry.text, &variant, usize::MAX, profile);
    let mut found = Vec::new();
    while work.left() > 0 {
        found.extend(work.advance(usize::MAX));
    }
    (found, space.verdicts())
}

#[test]
fn a_change_that_mends_does_all_that_was_done() {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for slug in FAILING {
        let (found, before) = mutants(slug);
        assert!(!before.safe(), "{slug} fails");
        let entry = find(slug).expect("there");
        let (some, all) = sums(&entry.load().expect(slug));
        for mutant in &found {
            let (worth, words) = worth(mutant, before);
            if !matches!(worth, Worth::Mends | Worth::Unseen) {
                continue;
            }
            let variant = Variant {
                edits: vec![mutant.edit.clone()],
                ..Variant::default()
            };
            let changed = load_variant(slug, entry.text, &variant).expect("loads");
            let (some_now, all_now) = sums(&changed);
            // Where there is a disk and nothing is written to it, nothing is mended either.
            let idle = !some_now.iter().any(|it| it.0 == "written");
            let less = idle || !some.is_subset(&some_now) || !all.is_subset(&all_now);
            println!("{slug}: {}: {words}", mutant.edit.words());
            assert_eq!(
                worth == Worth::Unseen,
                less,
                "{slug}: {:?}: {words}",
                mutant.edit
            );
            if less
                && some_now.iter().all(|it| it.0 != "written")
                && some.iter().any(|it| it.0 == "written")
            {
                assert!(words.contains("nothing is written any more"), "{words}");
            } else if idle {
                assert!(words.contains("nothing is ever written"), "{words}");
            }
            let count = match less {
                true => "unseen",
                false => "mended",
            };
            *counts.entry(count).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert!(counts["mended"] > 5 && counts["unseen"] > 5, "{counts:?}");
}

/// "Safe here" is qualified in the same breath.
#[test]
fn safe_here_says_what_it_leaves_out() {
    let (found, before) = mutants("baseline-five-step");
    assert!(before.safe());
    let mut qualified = 0;
    for mutant in found.iter().filter(|it| it.verdicts.safe()) {
        let safety = mutant.safety.as_ref().expect("everything was looked at");
        let (worth, words) = worth(mutant, before);
        assert_eq!(worth, Worth::Safe);
        assert!(words.starts_with("safe here"), "{words}");
        let (all, reached) = safety.lines;
        let few = 2 * reached < all;
        assert_eq!(words.contains(", but "), !safety.does_all(), "{words}");
        assert_eq!(words.contains("breaks I"), safety.broken != 0, "{words}");
        assert_eq!(
            words.contains("lines reached"),
            few || !safety.never.is_empty(),
            "{words}"
        );
        println!("{}: {words}", mutant.edit.words());
        qualified += usize::from(words != "safe here");
    }
    assert!(qualified > 0);
}

/// A file that is read once and built with each change is what is loaded with that change, errors included.
#[test]
fn a_prepared_file_builds_what_is_loaded() {
    let mut compared = 0;
    for entry in support::loadable() {
        let variant = Variant::default();
        let programs = programs(entry.text, &variant).expect(entry.slug);
        let prepared = Prepared::new(entry.slug, entry.text, &variant).expect(entry.slug);
        // Two that have no place in some files: one with labels of its own, one of a store that no file has.
        let place = Place::parse("writepage/lock_page").expect("a place");
        let insert = |line: &str| Edit::Insert(line.to_owned(), place.clone(), Side::Before);
        let inserted = ["page_mkclean", "store nobody's"].map(insert);
        let edits = single_edits(&programs).into_iter().step_by(17);
        for edit in edits.chain(inserted) {
            let with = Variant {
                edits: vec![edit.clone()],
                ..variant.clone()
            };
            let loaded = load_variant(entry.slug, entry.text, &with);
            let loaded = loaded.map_err(|error| error.to_string());
            let built = prepared.with(&edit).map_err(|error| error.to_string());
            assert_eq!(built, loaded, "{} {}", entry.slug, edit.words());
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}
