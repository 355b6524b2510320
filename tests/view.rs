//! What the stage shows, without a browser: over the catalogue's opening runs, and what the worker draws.

mod support;

use std::sync::Arc;

use stable_pages::explore::{CheckerRequest, ScenarioSpec};
use stable_pages::machine::{ActorId, Choice, End, History, Violation};
use stable_pages::scenario::{Entry, Scenario, Severity, Verdict, find};
use stable_pages::view::{
    Attr, ChainMark, CheckResults, Comparison, Element, Moment, OtherBuild, RenderInput, Renderer,
    Slot, Tab, UiState, WorkerRequest, WorkerResponse, actor_cards, explanations, sentence, stage,
    tape, writing,
};
use support::has;

fn moments(scenario: &Arc<Scenario>) -> Vec<Moment> {
    let mut history = History::new(&scenario.model);
    let mut all = vec![Moment::of(scenario, &history, false, None)];
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
        let last = all.last();
        all.push(Moment::of(scenario, &history, false, last));
    }
    all
}

/// The stage shows a break just where a guard differs, and compares that guard bit by bit. A story extended step by step is
/// equal to one told from the start.
/// The request to check a scenario of the catalogue.
fn check(entry: Entry) -> CheckerRequest {
    CheckerRequest::Check {
        turn: 1,
        spec: ScenarioSpec {
            slug: entry.slug.to_owned(),
            text: entry.text.to_owned(),
            device: None,
            era: None,
            edits: Vec::new(),
        },
        bytes: 64 << 20,
    }
}

#[test]
fn a_mismatch_is_a_break_in_its_column() {
    let (mut breaks, mut parted) = (0, 0);
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        for now in moments(&scenario) {
            assert_eq!(now.story, now.whole.first(&scenario.model, now.depth()));
            let drawn = stage(&now, &UiState::default());
            let refused = |it: &Element| has(it, "cell") && has(it, "break") && has(it, "failed");
            let now_refused = now.story.failures.iter().any(|it| {
                it.step == now.depth() && matches!(it.violation, Violation::Guard { .. })
            });
            if now_refused {
                breaks += 1;
                assert!(drawn.find(&refused).is_some(), "{}", entry.slug);
                let ui = UiState::default();
                let cards = explanations(&now, &ui, &CheckResults::default(), None, None);
                let compared = cards.find(&|it| it.attr_value(Attr::Part) == Some("comparison"));
                let compared = compared.expect("compared").all_text();
                assert!(compared.contains("bits differ"), "{compared}");
            }
            if now.story.failures.is_empty() {
                assert!(drawn.find(&refused).is_none(), "{}", entry.slug);
            }
            parted += usize::from(
                drawn
                    .find(&|it| has(it, "cell") && has(it, "parted"))
                    .is_some(),
            );
            // Every actor's card has a status or a step.
            let cards = actor_cards(&now, &UiState::default(), None);
            for cast in &scenario.cast {
                let card = cards.find(&|it| it.attr_value(Attr::Actor) == Some(&cast.name));
                assert!(card.is_some_and(|card| card.find(&|it| has(it, "status")).is_some()));
            }
        }
    }
    assert!(breaks > 5 && parted > 20, "{breaks} {parted}");
}

/// The store that causes the failure is marked as inside the window.
#[test]
fn the_guilty_store_is_marked_on_the_tape() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let now = moments(&scenario).pop().expect("a moment");
    let chain = [(12, false), (31, true)];
    let chain = chain.map(|(step, missing)| ChainMark { step, missing });
    let ui = UiState::default();
    let drawn = tape(&scenario, &now.whole, now.length(), &chain, &ui);
    let written = writing(&scenario, &now.whole, now.length(), &chain, &ui);
    assert!(drawn.find(&|it| has(it, "guilty")).is_some());
    assert!(drawn.find(&|it| has(it, "mismatch")).is_some());
    // The steps of a chain are told apart by more than colour: a ring, broken where a line is missing, and a number.
    assert!(drawn.find(&|it| has(it, "cause")).is_some());
    assert!(drawn.find(&|it| has(it, "missing")).is_some());
    let second = written.find(&|it| has(it, "link") && it.all_text() == "2");
    assert!(second.is_some());
}

/// The same turns in the ordering that waits: the writer's turn passes, and nothing fails.
#[test]
fn the_correct_ordering_comparison_does_not_fail() {
    let entry = find("mkwrite-no-wait").expect("there");
    let scenario = Arc::new(entry.load().expect("loads"));
    let variant = stable_pages::scenario::Variant {
        era: Some(stable_pages::protocol::Era::V3_0),
        unchanged: true,
        ..Default::default()
    };
    let other = stable_pages::scenario::load_variant(entry.slug, entry.text, &variant);
    let other = Arc::new(other.expect("loads"));
    assert!(other.edits.is_empty());
    let now = moments(&scenario).pop().expect("a moment");
    assert!(now.failed());
    let comparison = Comparison::of(&now, &other);
    assert!(!comparison.now.failed());
    assert!(comparison.now.depth() < now.depth(), "turns passed");
}

/// The worker draws what the page shows, and only what has changed.
#[test]
fn the_worker_draws_what_is_shown() {
    let entry = find("mkwrite-no-wait").expect("there");
    let scenario = entry.load().expect("loads");
    let mut renderer = Renderer::new(|| 0.0, |name, _, _| name.to_owned());
    let mut said = Vec::new();
    let ask = check(entry);
    renderer.handle(WorkerRequest::Checker(ask), &mut |it| said.push(it));
    let mut input = RenderInput {
        number: 1,
        turn: 1,
        run: scenario.schedule.clone(),
        depth: 33,
        ..RenderInput::default()
    };
    let show = |it: &RenderInput| WorkerRequest::Render(Box::new(it.clone()));
    renderer.handle(show(&input), &mut |it| said.push(it));
    while renderer.busy() {
        renderer.work(1.0, &mut |it| said.push(it));
    }
    let drawn = |said: &[stable_pages::view::WorkerMessage], place: Slot| {
        let mut all = said.iter().rev();
        all.find_map(|it| match &it.response {
            WorkerResponse::Section(at, el) if *at == place => Some(el.all_text()),
            _ => None,
        })
    };
    assert!(drawn(&said, Slot::Result).is_some_and(|it| it.contains("guard error")));
    let side = drawn(&said, Slot::Side).expect("drawn");
    assert!(side.contains("Guard error at the HBA"), "{side}");
    assert!(side.contains("Without it"), "{side}");
    said.clear();
    input.number = 2;
    renderer.handle(show(&input), &mut |it| said.push(it));
    assert_eq!(said.len(), 1, "nothing has changed");
    assert_eq!(said[0].response, WorkerResponse::Rendered(2));
    input.ui.tab = Tab::Compare;
    input.ui.other = OtherBuild::Unchanged;
    renderer.handle(show(&input), &mut |it| said.push(it));
    let side = drawn(&said, Slot::Side).expect("drawn");
    assert!(side.contains("At step"), "{side}");
    // Answers to an older check are not drawn.
    said.clear();
    input.turn = 7;
    renderer.handle(show(&input), &mut |it| said.push(it));
    assert!(drawn(&said, Slot::Side).is_none());
}

/// Of two runs of one length, the worker draws the one that the page shows.
#[test]
fn another_run_of_the_same_length_is_another_run() {
    let entry = find("mkwrite-no-wait").expect("there");
    let drawn = |runs: &[[u8; 2]]| {
        let mut renderer = Renderer::new(|| 0.0, |name, _, _| name.to_owned());
        let ask = check(entry);
        let mut said = Vec::new();
        renderer.handle(WorkerRequest::Checker(ask), &mut |it| said.push(it));
        for run in runs {
            said.clear();
            let input = RenderInput {
                turn: 1,
                run: run.map(|actor| Choice::of(ActorId(actor))).to_vec(),
                depth: run.len(),
                ..RenderInput::default()
            };
            let show = WorkerRequest::Render(Box::new(input));
            renderer.handle(show, &mut |it| said.push(it));
        }
        let said = said.into_iter().map(|it| it.response);
        let mut side = said.filter_map(|it| match it {
            WorkerResponse::Section(Slot::Side, side) => Some(side.all_text()),
            _ => None,
        });
        side.next_back().expect("drawn")
    };
    assert_eq!(drawn(&[[0, 1], [1, 0]]), drawn(&[[1, 0]]));
    assert_ne!(drawn(&[[0, 1]]), drawn(&[[1, 0]]));
}

/// One severity decides the colour: of a badge, of the sentence at the end, and of the cells on the stage.
#[test]
fn what_the_next_writeback_repairs_is_amber_everywhere() {
    let (mut amber, mut red) = (0, 0);
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        let now = moments(&scenario).pop().expect("the start at least");
        let Some(End::Rest(found)) = &now.end else {
            continue;
        };
        let verdicts = found.iter().filter_map(|it| Verdict::of(*it));
        let Some(worst) = verdicts.map(Verdict::severity).max() else {
            continue;
        };
        let ui = UiState::default();
        let headline = sentence(&now, &ui);
        let drawn = stage(&now, &ui);
        let torn = |it: &Violation| matches!(it, Violation::Torn { .. });
        let cell = |it: &Element| has(it, "cell") && has(it, "failed") && has(it, "passing");
        assert_eq!(
            drawn.find(&cell).is_some(),
            found.iter().any(torn),
            "{}",
            entry.slug
        );
        match worst {
            Severity::Passing => {
                amber += 1;
                assert!(
                    has(&headline, "passing") && !has(&headline, "failed"),
                    "{}",
                    entry.slug
                );
                let red =
                    |it: &Element| has(it, "cell") && has(it, "failed") && !has(it, "passing");
                assert!(drawn.find(&red).is_none(), "{}", entry.slug);
            }
            Severity::Failure => {
                red += 1;
                assert!(
                    has(&headline, "failed") && !has(&headline, "passing"),
                    "{}",
                    entry.slug
                );
            }
            Severity::Fact => {}
        }
    }
    assert!(amber > 1 && red > 3, "{amber} {red}");
}
