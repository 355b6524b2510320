//! Presses: what one press takes of a run, in every opening run and shortest failure of the catalogue, and what is said of
//! it.

mod support;

use std::fmt::Write;
use std::sync::Arc;

use stable_pages::exchange::{press_sentence, sentence};
use stable_pages::explore::Story;
use stable_pages::machine::{Choice, Effect, History, Status, status, ways};
use stable_pages::scenario::Scenario;
use stable_pages::view::{Folded, Moment, press_ahead, press_behind, presses};

fn story(scenario: &Scenario, run: &[Choice]) -> Story {
    let mut history = History::new(&scenario.model);
    for choice in run {
        assert!(history.choose(&scenario.model, *choice));
    }
    Story::of(&scenario.model, &history)
}

/// The opening run of every scenario, and a shortest run to each of its failures.
fn runs() -> impl Iterator<Item = (Scenario, Vec<Vec<Choice>>)> {
    support::chosen().map(|entry| {
        let scenario = entry.load().expect("loads");
        let found = support::checked(&scenario).findings(&scenario.model);
        let mut runs: Vec<_> = found.into_iter().map(|it| it.schedule).collect();
        runs.push(scenario.schedule.clone());
        (scenario, runs)
    })
}

/// Whether a step is worth a look of its own, written down a second time: by what its world and effects say.
fn deserves_a_look(scenario: &Scenario, story: &Story, step: usize) -> bool {
    let record = &story.steps[step - 1];
    let changes = record.effects.iter().any(|effect| match effect {
        Effect::Stored { from, to, .. } => from != to,
        Effect::Checked { matched, .. } => !matched,
        Effect::Faulted { .. } | Effect::FellAsleep { .. } | Effect::Woke { .. } => true,
        _ => false,
    });
    let actor = record.choice.actor;
    let asleep = matches!(
        status(&scenario.model, &record.world, actor),
        Status::Asleep(_)
    );
    let broken = story.broken.iter().any(|(_, at)| *at == step);
    record.fails() || changes || asleep || broken
}

#[test]
fn presses_cover_every_run_and_step_over_nothing() {
    let (mut several, mut looked_at) = (0, 0);
    for (scenario, runs) in runs() {
        for run in runs {
            let story = story(&scenario, &run);
            let bounds = presses(&scenario, &story, &[]);
            let slug = &scenario.slug;
            assert_eq!(bounds.first(), Some(&0), "{slug}");
            assert_eq!(bounds.last(), Some(&run.len()), "{slug}");
            assert!(bounds.is_sorted_by(|one, other| one < other), "{slug}");
            for pair in bounds.windows(2) {
                let (from, to) = (pair[0], pair[1]);
                several += usize::from(to - from > 1);
                let actor = run[from].actor;
                for step in from + 1..=to {
                    assert_eq!(run[step - 1].actor, actor, "{slug} {step}");
                }
                for step in from + 1..to {
                    looked_at += 1;
                    assert!(!deserves_a_look(&scenario, &story, step), "{slug} {step}");
                    let world = &story.steps[step - 1].world;
                    assert_eq!(ways(&scenario.model, world, actor), 1, "{slug} {step}");
                }
                assert_eq!(press_behind(&scenario, &story, &[], to), from, "{slug}");
                // By hand the same press goes as far as it goes alone, which is no less.
                let start = story.first(&scenario.model, from);
                let ahead = press_ahead(&scenario, &start, &[], run[from]);
                assert!(ahead.starts_with(&run[from..to]), "{slug} {from} {to}");
            }
        }
    }
    if support::all_are_chosen() {
        assert!(several > 300 && looked_at > 1000, "{several} {looked_at}");
    }
}

#[test]
fn the_first_run_is_short_and_its_loops_are_one_press() {
    let scenario = support::scenario("baseline-five-step");
    let story = story(&scenario, &scenario.schedule);
    let bounds = presses(&scenario, &story, &[]);
    assert!(bounds.len() - 1 <= 25, "{bounds:?}");
    let said = |from, to| press_sentence(&scenario, &story, from, to);
    assert_eq!(
        said(1, 5),
        "The flusher calls `clear_page_dirty_for_io`: it makes the PTE read-only and clean, flushes the TLBs for the PTE, and clears `PG_dirty`."
    );
    assert_eq!(
        said(21, 37),
        "The disk fetches sectors 0 to 7 from memory; the HBA recomputes the guards of sectors 0 to 7: all match."
    );
    for pair in [(1, 5), (7, 17), (21, 37), (37, 46)] {
        assert!(
            bounds.windows(2).any(|it| (it[0], it[1]) == pair),
            "{pair:?} {bounds:?}"
        );
    }
    // What the visitor unfolds by hand is stepped through line by line.
    let flusher = support::actor(&scenario, "flusher");
    let lines = &scenario.cast[flusher.index()].lines;
    let line = lines
        .iter()
        .position(|it| it.key == "submit_bio")
        .expect("a call");
    let folded = [Folded {
        actor: flusher,
        line,
        open: true,
    }];
    let finer = presses(&scenario, &story, &folded);
    for bound in [8, 16] {
        assert!(
            finer.contains(&bound) && !bounds.contains(&bound),
            "{finer:?}"
        );
    }
}

/// A press that is told of as one shows everything that its steps changed.
#[test]
fn a_moment_reached_by_a_press_marks_all_that_it_changed() {
    let scenario = Arc::new(support::scenario("baseline-five-step"));
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule[..37] {
        assert!(history.choose(&scenario.model, *choice));
    }
    let fresh = |now: &Moment| {
        let drawn = stable_pages::view::stage(now, &stable_pages::view::UiState::default());
        format!("{drawn:?}").matches(" fresh").count()
    };
    let single = Moment::of(&scenario, &history, false, None);
    let press = single.clone().since(Some(21));
    assert_eq!((fresh(&single), fresh(&press)), (1, 8));
    assert!(press.sentence().expect("a step").contains("sectors 0 to 7"));
    assert_eq!(single.sentence(), single.step_sentence());
}

/// Every sentence of a press of several steps, over the opening runs.
#[test]
fn what_is_said_of_presses_is_as_recorded() {
    let mut text = String::new();
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let story = story(&scenario, &scenario.schedule);
        let bounds = presses(&scenario, &story, &[]);
        let _ = writeln!(
            text,
            "{}: {} presses for {} steps",
            entry.slug,
            bounds.len() - 1,
            story.steps.len()
        );
        for pair in bounds.windows(2).filter(|it| it[1] - it[0] > 1) {
            let said = press_sentence(&scenario, &story, pair[0], pair[1]);
            let _ = writeln!(text, "  {} to {}: {said}", pair[0] + 1, pair[1]);
            if story.steps[pair[1] - 1].fails() {
                assert_eq!(said, sentence(&scenario, &story, pair[1] - 1));
            }
        }
    }
    expect_test::expect_file![concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/presses.txt"
    )]
    .assert_eq(&text);
}
