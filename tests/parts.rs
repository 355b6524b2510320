//! Pages that are in several bios at a time, each with some of their sectors. That SPIN finds the same is tested in `spin.rs`,
//! that steps read and write what is stated in `footprint.rs`.

#[path = "support/machine.rs"]
mod machine;
mod support;

use machine::Machine;
use stable_pages::explore::Reduced;
use stable_pages::machine::{
    BioId, Effect, End, EndIo, PageId, SectorId, Stage, World, cycle, end,
};
use stable_pages::scenario::{Scenario, Verdict, load};
use stateright::{Checker, Model as _, Property};
use support::{actor, checked, exhaust, explored, one, parts};

fn file(about: &str) -> Scenario {
    let mut all = parts::files().into_iter();
    let found = all.find(|(it, ..)| *it == about);
    let (_, text, _) = found.expect("a file of that name");
    load("parts", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Our search, the plain one of the tests, the reduced one and stateright find the verdicts that each file must have.
#[test]
fn every_file_has_its_verdicts() {
    let mut wrong = String::new();
    for ((about, _, mut verdicts), scenario) in parts::files().into_iter().zip(parts::scenarios()) {
        verdicts.sort_unstable();
        let space = checked(&scenario);
        let found: Vec<Verdict> = space.verdicts().iter().collect();
        if found != verdicts {
            wrong += &format!("{about}: found {found:?}, stated {verdicts:?}\n");
        }
        support::same(&scenario, &explored(&scenario), &space);
        let reduced = Reduced::explore(&scenario.model, usize::MAX);
        let found: Vec<Verdict> = reduced.verdicts().map(|(verdict, _)| verdict).collect();
        let fails = |it: &&Verdict| **it != Verdict::Livelock;
        let of_all: Vec<Verdict> = space.verdicts().iter().filter(|it| fails(&it)).collect();
        assert_eq!(found, of_all, "{about}, reduced");
        let theirs = Machine {
            model: scenario.model.clone(),
            properties: || vec![Property::<Machine>::always("goes on", |_, _| true)],
        };
        let theirs = theirs.checker().spawn_bfs().join();
        assert_eq!(theirs.unique_state_count(), space.states(), "{about}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The bios of each sector of page 0.
fn bios(scenario: &Scenario, world: &World) -> Vec<Option<u8>> {
    let model = &scenario.model;
    let of = |sector| model.bio_at(world, PageId(0), sector).map(|it| it.0);
    model.sector_ids().map(of).collect()
}

/// Lets an actor move until one of its steps has an effect; its ways are all the first.
fn until(scenario: &Scenario, world: &mut World, name: &str, wanted: Effect) {
    while !one(scenario, world, name).contains(&wanted) {}
}

/// (iomap_add_to_ioend and iomap_finish_ioend_buffered_write, fs/iomap/ioend.c, 7.1.5: each bio has blocks and an end of its
/// own.)
#[test]
fn the_end_of_a_bio_leaves_the_other_bio_of_the_page_alone() {
    let scenario = file("two bios of a page, without a bit that tells of them");
    let model = &scenario.model;
    let mut world = model.initial;
    exhaust(&scenario, &mut world, "io");
    let (first, second) = (BioId(0), BioId(1));
    let halves = [[Some(0); 4], [Some(1); 4]].concat();
    assert_eq!(bios(&scenario, &world), halves);
    let (bio, failed) = (first, false);
    until(
        &scenario,
        &mut world,
        "disk",
        Effect::Completed { bio, failed },
    );
    let page = model.page(&world, PageId(0));
    assert_eq!(page.media[..4], page.memory[..4]);
    assert_ne!(page.media[4..], page.memory[4..]);
    assert!(page.sealed[..4].iter().all(|it| !it.is_some()));
    assert!(page.sealed[4..].iter().all(|it| it.is_some()));
    let stages = |world: &World| [0, 4].map(|it| model.stage_at(world, PageId(0), SectorId(it)));
    assert_eq!(stages(&world), [Stage::Done, Stage::Queued]);
    let (page, what) = (PageId(0), EndIo::Direct);
    until(
        &scenario,
        &mut world,
        "ends",
        Effect::IoEnded { page, what },
    );
    assert_eq!(bios(&scenario, &world), [[None; 4], [Some(1); 4]].concat());
    assert_eq!(model.bio(&world, first).stage, Stage::Free);
    assert_eq!(model.bio(&world, second).stage, Stage::Queued);
}

/// Only a page that some step names sectors of has registers for several bios.
#[test]
fn parts_are_as_many_as_the_programs_tell_apart() {
    for (about, bios) in [
        ("two bios of a page, without a bit that tells of them", 2),
        (
            "a bio of a range, and one of the rest of the page and of another page",
            6,
        ),
        ("halves that are tried again with the same guards", 3),
    ] {
        assert_eq!(file(about).model.bio_ids().len(), bios, "{about}");
    }
    let whole = support::scenario("baseline-five-step");
    assert!(!whole.model.in_parts());
    assert_eq!(whole.model.bio_ids().len(), 1);
}

/// (iomap_finish_folio_write, fs/iomap/buffered-io.c, 7.1.5)
#[test]
fn who_waits_for_a_page_waits_for_all_of_its_bios() {
    let scenario = file("a circle through the second of two bios");
    let model = &scenario.model;
    let mut world = model.initial;
    let (one_of, other) = (actor(&scenario, "P1"), actor(&scenario, "P2"));
    one(&scenario, &mut world, "P2");
    exhaust(&scenario, &mut world, "P1");
    // Nobody has the first bio, which is on its way to a disk that is not there.
    assert_eq!(cycle(model, &world, other), [other, one_of]);
    assert_eq!(end(model, &world), Some(End::Deadlock(vec![one_of, other])));
}

/// (folio_end_writeback, mm/filemap.c, 6.19, has no word for a bio: one on its way goes on.)
#[test]
fn ending_writeback_by_hand_leaves_bios_on_their_way() {
    let scenario = file("writeback that is ended by hand while bios are on their way");
    let mut world = scenario.model.initial;
    let page = PageId(0);
    until(
        &scenario,
        &mut world,
        "io",
        Effect::WritebackCleared { page, woke: false },
    );
    let halves = [[Some(0); 4], [Some(1); 4]].concat();
    assert_eq!(bios(&scenario, &world), halves);
}
