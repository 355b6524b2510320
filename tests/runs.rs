//! Runs as visitors make them: the tree of choices in which nothing is lost, going to the next failure, and taking a run to
//! another kernel.

mod support;

use stable_pages::explore::{Check, Column, Held, Span, Story, carry, follow_to_failure, spans};
use stable_pages::machine::{
    ActorId, Choice, Content, Effect, History, Hop, Invariant, Model, PageId, Protection, SectorId,
    Status, enabled, status,
};
use stable_pages::protocol::{Era, OPS};
use stable_pages::scenario::{find, load_for};
use support::scenario;

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

/// A run may be cut short at the moment shown: what comes after it is another branch then, and not gone.
#[test]
fn a_run_can_end_at_the_moment_shown() {
    let (scenario, mut history) = run_of("mkwrite-no-wait", usize::MAX);
    let (length, last) = (history.depth(), history.at());
    history.seek(3);
    history.end_here();
    assert_eq!(history.branch().len(), 4);
    assert!(!history.forward());
    assert_eq!(history.ends(), [last]);
    assert!(history.choose(&scenario.model, scenario.schedule[3]));
    history.seek(usize::MAX);
    assert_eq!((history.depth(), history.at()), (length, last));
}

#[test]
fn run_to_failure_follows_the_steps_ahead() {
    let (broken, mut history) = run_of("mkwrite-no-wait", usize::MAX);
    history.seek(0);
    assert!(follow_to_failure(&broken, &mut history));
    assert_eq!(Story::of(&broken.model, &history).failures.len(), 1);
    let failed = history.depth();
    assert!(!follow_to_failure(&broken, &mut history));
    assert_eq!(history.depth(), failed, "nothing more fails, so it stays");
}

/// "To the next failure" also finds a deadlock or a lost update at the end of the steps ahead.
#[test]
fn run_to_failure_follows_to_a_bad_end() {
    for slug in [
        "two-page-inversion",
        "writeback-flag-leaked",
        "zap-stale-tlb",
    ] {
        let (scenario, mut history) = run_of(slug, usize::MAX);
        let length = history.depth();
        history.seek(1);
        assert!(follow_to_failure(&scenario, &mut history), "{slug}");
        assert_eq!(history.depth(), length, "{slug}");
    }
}

/// It goes on past a failure to what the scenario is about: the guard error comes before the fsync that hides it.
#[test]
fn run_to_failure_aims_at_the_scenarios_own() {
    let (scenario, mut history) = run_of("error-told-once", usize::MAX);
    history.seek(0);
    assert!(follow_to_failure(&scenario, &mut history));
    let story = Story::of(&scenario.model, &history);
    let (last, _) = story.broken.last().expect("broken");
    assert_eq!(*last, Invariant::I12);
    assert!(story.failures.iter().all(|it| it.step < history.depth()));
}

fn run_of(slug: &str, steps: usize) -> (stable_pages::scenario::Scenario, History) {
    let scenario = scenario(slug);
    let mut history = History::new(&scenario.model);
    for choice in scenario.schedule.iter().take(steps) {
        assert!(history.choose(&scenario.model, *choice));
    }
    (scenario, history)
}

/// In another era a run keeps the steps up to where the orderings part, and that place is known.
#[test]
fn a_run_is_carried_to_another_kernel_as_far_as_the_orders_agree() {
    let (old, history) = run_of("baseline-five-step", usize::MAX);
    let text = find("baseline-five-step").expect("there").text;
    let to = |era| load_for("x", text, None, Some(era)).expect("loads");

    // An era with the same order under other names keeps the whole run.
    let same = carry(&old, &history, &to(Era::V3_0));
    assert_eq!((same.choices.len(), same.parting), (history.depth(), None));

    // Since 3.9 the fault marks the page dirty before it waits.
    for era in [Era::V3_9, Era::V6_19] {
        let carried = carry(&old, &history, &to(era));
        let parting = carried.parting.expect("the orders differ");
        assert_eq!(carried.choices.len(), parting.step - 1);
        assert_eq!(OPS[parting.old].key, "wait_for_stable_page");
        assert_eq!(OPS[parting.new.expect("a step")].key, "set_page_dirty");
    }

    // In 2.6.39 there is no wait: the writer is at its PTE already.
    let parting = carry(&old, &history, &to(Era::V2_6_39)).parting;
    let parting = parting.expect("the wait is missing");
    assert_eq!(OPS[parting.old].key, "wait_for_stable_page");
    assert_eq!(OPS[parting.new.expect("a step")].key, "pte_mkwrite");
}

/// Orderings also part where the same step is due but its actor sleeps there in one of them.
#[test]
fn a_run_parts_where_the_other_kernel_sleeps() {
    let (old, history) = run_of("no-stable-pages-needed", usize::MAX);
    let text = find("no-stable-pages-needed").expect("there").text;
    let dix = stable_pages::scenario::Device::ALL[0];
    let waits = load_for("x", text, Some(dix), None).expect("loads");
    let parting = carry(&old, &history, &waits).parting.expect("it waits");
    // On the device with guards the orderings part first, since the flusher generates guards there.
    assert_eq!(OPS[parting.old].key, "queue_bio");
    assert_eq!(OPS[parting.new.expect("a step")].key, "generate_guard");

    let stable = text.replace("device = \"none\"", "device = \"none\"\nstable = true");
    let stable = stable_pages::scenario::load("x", &stable).expect("loads");
    let parting = carry(&old, &history, &stable).parting.expect("it waits");
    assert!(parting.blocked);
    assert_eq!(OPS[parting.old].key, "wait_for_stable_page");
    assert_eq!(parting.new, Some(parting.old));
}

/// Where another step is due, it does not matter whether that one sleeps: the orders differ.
#[test]
fn a_run_that_parts_at_another_step_is_not_blocked() {
    let text = find("baseline-five-step").expect("there").text;
    let to = |era| load_for("x", text, None, Some(era)).expect("loads");
    let (old, new) = (to(Era::V2_6_39), to(Era::V3_0));
    let mut history = History::new(&old.model);
    for (name, until) in [("flusher", "queue_bio"), ("writer", "pte_mkwrite")] {
        let mut world = *history.world();
        while support::next(&old, &world, name) != until {
            assert!(history.choose(&old.model, Choice::of(support::actor(&old, name))));
            world = *history.world();
        }
    }
    let writer = support::actor(&old, "writer");
    assert!(history.choose(&old.model, Choice::of(writer)));
    let carried = carry(&old, &history, &new);
    let parting = carried.parting.expect("3.0 waits for writeback");
    assert_eq!((parting.step, parting.actor), (history.depth(), writer));
    assert_eq!(OPS[parting.old].key, "pte_mkwrite");
    assert_eq!(
        OPS[parting.new.expect("a step")].key,
        "wait_for_stable_page"
    );
    let world = support::replayed(&new.model, &carried.choices).0;
    assert!(matches!(
        status(&new.model, &world, writer),
        Status::Asleep(_)
    ));
    assert!(!parting.blocked);
}

/// A choice that is not possible changes nothing.
#[test]
fn an_impossible_choice_is_refused() {
    let (scenario, mut history) = run_of("baseline-five-step", 0);
    let before = *history.world();
    for choice in [
        Choice {
            actor: ActorId(2),
            way: 0,
        },
        Choice {
            actor: ActorId(0),
            way: 1,
        },
        Choice {
            actor: ActorId(99),
            way: 0,
        },
    ] {
        assert!(!history.choose(&scenario.model, choice));
        assert_eq!(*history.world(), before);
    }
}

/// Labels belong to one run of a program: an actor that runs the same program twice has them twice.
#[test]
fn an_actor_that_runs_a_program_twice_ends_each() {
    let text = stable_pages::scenario::find("baseline-five-step")
        .expect("there")
        .text;
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("its end") + 2;
    let text = format!("{}schedule = []{}", &text[..start], &text[end..]);
    let text = text.replace(
        "run = [\"writepage\"]",
        "run = [\"writepage\", \"writepage\"]",
    );
    let twice = stable_pages::scenario::load("twice", &text).expect("loads");
    let flusher = &twice.model.actors[0];
    let many = flusher.code.len();
    // Jumps in the second half of the code lead to places within it, not back into the first half.
    for (pc, instr) in flusher.code.iter().enumerate().skip(many / 2) {
        assert!(instr.no as usize > many / 2, "{pc} leads to {}", instr.no);
    }
    assert_eq!(support::verdicts(&twice), "safe");
}

/// The stable window of a page is open from the first checksum, or else the submission of its I/O, until that is completed;
/// there is none where the I/O takes a copy.
#[test]
fn windows_are_open_from_the_checksum_to_the_completion() {
    let (mut open_for, mut copies) = (0, 0);
    for entry in support::loadable() {
        let scenario = entry.load().expect(entry.slug);
        let (model, story) = (&scenario.model, support::opening(&scenario).1);
        // That of a read is open from the device to the check.
        if model.reads() || model.reads_and_writes() {
            continue;
        }
        let spans = spans(model, &story);
        for page in model.page_ids() {
            // Sectors of which a checksum is taken, one bit each.
            let (mut open, mut copied, mut before) = (0u8, false, model.initial);
            let mut empty = false;
            for (step, record) in (1..).zip(&story.steps) {
                let inside = |bio| model.sectors_in(&before, bio, page);
                for effect in &record.effects {
                    match *effect {
                        Effect::Copied { page: of } if of == page => copied = true,
                        Effect::CopiedSector { page: of, .. } if of == page => copied = true,
                        Effect::WriteAccess {
                            page: of,
                            frozen: true,
                            ..
                        } if of == page => copied = true,
                        Effect::Guarded {
                            page: of, sector, ..
                        }
                        | Effect::Sampled {
                            page: of, sector, ..
                        } if of == page => open |= sector.bit(),
                        // A bio without a block reads nothing.
                        Effect::Buffers { page: of, mask } if of == page => empty = mask == 0,
                        Effect::Queued { bio, .. } if !empty => open |= inside(bio),
                        Effect::Completed { bio, .. } => {
                            open &= !inside(bio);
                            copied &= open != 0;
                        }
                        _ => {}
                    }
                }
                before = record.world;
                let holds = |it: &Span| {
                    it.held == Held::Window && it.page == page && (it.from..it.to).contains(&step)
                };
                // With the last step everything ends.
                if step < story.steps.len() {
                    let said = spans.iter().any(holds);
                    assert_eq!(said, open != 0 && !copied, "{} step {step}", entry.slug);
                }
                open_for += usize::from(open != 0);
                copies += usize::from(copied && open != 0);
            }
        }
    }
    assert!(open_for > 500 && copies > 0, "{open_for} {copies}");
}

/// What an effect puts where.
type Placed = (PageId, SectorId, Content);

/// A sector's way down, looked up in the effects from the last step back to that which added the page to its bio.
fn column(model: &Model, story: &Story, page: PageId, sector: SectorId) -> Column {
    let here = (page, sector);
    let last = |is: &dyn Fn(&Effect) -> bool| story.last(story.steps.len(), None, is);
    // Of several bios of a page, that of the sector.
    let added = |step: usize| {
        let record = &story.steps[step - 1];
        let bio = model.bio_at(&record.world, page, sector);
        let mut effects = record.effects.iter();
        effects.any(|it| matches!(it, Effect::Added { page: of, bio: it } if *of == page && bio == Some(*it)))
    };
    let begun = (1..=story.steps.len()).rev().find(|step| added(*step));
    let since = |is: &dyn Fn(&Effect) -> bool| last(is).filter(|it| Some(*it) >= begun);
    let effect = |step: usize, is: &dyn Fn(&Effect) -> bool| {
        let mut effects = story.steps[step - 1].effects.iter();
        *effects.find(|it| is(it)).expect("there")
    };
    // An effect on this sector with a content, and its step.
    let content = |of: &dyn Fn(&Effect) -> Option<Placed>| {
        let is = |it: &Effect| of(it).is_some_and(|it| (it.0, it.1) == here);
        since(&is).map(|step| (of(&effect(step, &is)).expect("found").2, step))
    };
    let guard = content(&|it| match *it {
        Effect::Guarded {
            page,
            sector,
            content,
        }
        | Effect::Sampled {
            page,
            sector,
            content,
        }
        | Effect::Inserted {
            page,
            sector,
            content,
        } => Some((page, sector, content)),
        // What it must check to comes along, where the host checks.
        Effect::ReadInto {
            page,
            sector,
            content,
            ..
        } if model.protection.guards() || model.protection == Protection::FsChecksum => {
            Some((page, sector, content))
        }
        _ => None,
    });
    let of_kind =
        |kind: &dyn Fn(&Effect) -> Option<(PageId, SectorId)>| since(&|it| kind(it) == Some(here));
    let check = |at: Hop| {
        let is = |it: &Effect| matches!(it, Effect::Checked { hop, page, sector, .. } if *hop == at && (*page, *sector) == here);
        since(&is).map(|step| match effect(step, &is) {
            Effect::Checked {
                received,
                computed,
                matched,
                ..
            } => Check {
                received,
                computed,
                matched,
                step,
            },
            other => panic!("{other:?}"),
        })
    };
    let stores = story.stores(page, sector, 0, story.steps.len());
    let mut queued = None;
    let mut before = &model.initial;
    for (step, record) in (1..).zip(&story.steps) {
        let bio = model.bio_at(before, page, sector);
        let mut effects = record.effects.iter();
        if effects.any(|it| matches!(it, Effect::Queued { bio: of, .. } if Some(*of) == bio)) {
            queued = Some(step).filter(|it| Some(*it) >= begun);
        } else if Some(step) == begun {
            queued = None;
        }
        before = &record.world;
    }
    Column {
        stored: stores.last().copied(),
        guard,
        sampled: of_kind(&|it| match *it {
            Effect::Sampled { page, sector, .. } => Some((page, sector)),
            _ => None,
        }),
        copied: since(&|it| match *it {
            Effect::Copied { page: of } => of == page,
            Effect::CopiedSector { page, sector, .. } => (page, sector) == here,
            _ => false,
        }),
        queued,
        wire: content(&|it| match *it {
            Effect::Fetched {
                page,
                sector,
                content,
            } => Some((page, sector, content)),
            _ => None,
        }),
        inserted: of_kind(&|it| match *it {
            Effect::Inserted { page, sector, .. } => Some((page, sector)),
            _ => None,
        })
        .is_some(),
        hba: check(Hop::Hba),
        target: check(Hop::Target),
    }
}

/// What a story tells of each sector is what its effects say since the page was added to its last bio, in runs that no
/// author has chosen.
#[test]
fn a_story_tells_each_sectors_way_down() {
    let (mut seed, mut again) = (1_u64, 0);
    for scenario in support::all_scenarios() {
        let model = &scenario.model;
        let mut history = History::new(model);
        for _ in 0..120 {
            let choices: Vec<Choice> = enabled(model, history.world()).collect();
            if choices.is_empty() {
                break;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            assert!(history.choose(model, choices[(seed >> 33) as usize % choices.len()]));
        }
        let story = Story::of(model, &history);
        let added = |it: &Effect| matches!(it, Effect::Added { .. });
        let mut moments = vec![story.steps.len()];
        // The moment after the last page was added, too.
        moments.extend(story.last(story.steps.len(), None, &added));
        for moment in moments {
            let story = story.first(model, moment);
            for page in model.page_ids() {
                for sector in model.sector_ids() {
                    let told = story.columns[page.index()][sector.index()];
                    let expected = column(model, &story, page, sector);
                    assert_eq!(told, expected, "{} {page:?} {sector:?}", scenario.slug);
                }
            }
            let adds = story.steps.iter().filter(|it| it.effects.iter().any(added));
            again += usize::from(adds.count() > model.page_ids().count());
        }
    }
    assert!(again > 0);
}
