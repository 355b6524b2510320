//! Runs as visitors make them: the tree of choices in which nothing is lost, going to the next failure, and taking a run to
//! another kernel.

mod support;

use stable_pages::explore::{Story, carry, follow_to_failure};
use stable_pages::machine::{ActorId, Choice, History, Invariant, enabled};
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
    for era in [Era::V3_9, Era::Today] {
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
