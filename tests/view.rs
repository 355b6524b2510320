//! What the stage shows, without a browser: over the catalogue's opening runs, and what the worker draws.

mod support;

use std::sync::Arc;

use stable_pages::explore::Ask;
use stable_pages::explore::Subject;
use stable_pages::machine::{History, Violation};
use stable_pages::scenario::{Scenario, find};
use stable_pages::view::{
    At, Beside, El, Look, Now, Other, Place, Question, Reply, Scribe, Situation, Tab, actor_cards,
    comparison, stage, tape,
};

fn has(el: &El, class: &str) -> bool {
    let classes = el.get(At::Class).unwrap_or("");
    classes.split(' ').any(|it| it == class)
}

fn moments(scenario: &Arc<Scenario>) -> Vec<Now> {
    let mut history = History::new(&scenario.model);
    let mut all = vec![Now::of(scenario, &history, false, None)];
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
        let last = all.last();
        all.push(Now::of(scenario, &history, false, last));
    }
    all
}

/// A guard that does not fit is a break in its column and is compared bit by bit; nowhere else is
/// a break. A story that goes on by steps is the one that is told anew.
#[test]
fn a_mismatch_is_a_break_in_its_column() {
    let (mut breaks, mut parted) = (0, 0);
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        for now in moments(&scenario) {
            assert_eq!(now.story, now.whole.first(&scenario.model, now.depth()));
            let drawn = stage(&now, &Look::default());
            let refused = |it: &El| has(it, "cell") && has(it, "break") && has(it, "failed");
            let now_refused = now.story.failures.iter().any(|it| {
                it.step == now.depth() && matches!(it.violation, Violation::Guard { .. })
            });
            let compared = Some(comparison(&now)).filter(|it| it.get(At::Part).is_some());
            assert_eq!(compared.is_some(), now_refused, "{}", entry.slug);
            if now_refused {
                breaks += 1;
                assert!(drawn.find(&refused).is_some(), "{}", entry.slug);
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
            // Nobody's card is without its status or its step.
            let cards = actor_cards(&now, &Look::default(), None);
            for cast in &scenario.cast {
                let card = cards.find(&|it| it.get(At::Actor) == Some(&cast.name));
                assert!(card.is_some_and(|it| it.find(&|it| has(it, "status")).is_some()));
            }
        }
    }
    assert!(breaks > 5 && parted > 20, "{breaks} {parted}");
}

/// The store that did it stands inside the window, and is said to.
#[test]
fn the_guilty_store_is_marked_on_the_tape() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let now = moments(&scenario).pop().expect("a moment");
    let drawn = tape(&scenario, &now.whole, &[12, 31], &Look::default());
    assert!(drawn.find(&|it| has(it, "guilty")).is_some());
    assert!(drawn.find(&|it| has(it, "mismatch")).is_some());
    assert!(drawn.find(&|it| has(it, "cause")).is_some());
}

/// The same turns in the ordering that waits: the writer's turn passes, and nothing fails.
#[test]
fn the_correct_ordering_beside_does_not_fail() {
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
    let beside = Beside::of(&now, &other);
    assert!(!beside.now.failed());
    assert!(beside.now.depth() < now.depth(), "turns passed");
}

/// The worker draws what the page shows, and only what has changed.
#[test]
fn the_worker_draws_what_is_shown() {
    let entry = find("mkwrite-no-wait").expect("there");
    let scenario = entry.load().expect("loads");
    let mut scribe = Scribe::new(|| 0.0, |name, _, _| name.to_owned());
    let mut said = Vec::new();
    let subject = Subject {
        slug: entry.slug.to_owned(),
        text: entry.text.to_owned(),
        device: None,
        era: None,
        edits: Vec::new(),
    };
    let ask = Ask::Check {
        turn: 1,
        subject,
        bytes: 64 << 20,
    };
    scribe.hear(Question::Ask(ask), &mut |it| said.push(it));
    let mut situation = Situation {
        number: 1,
        turn: 1,
        run: scenario.schedule.clone(),
        depth: 33,
        ..Situation::default()
    };
    let show = |it: &Situation| Question::Show(Box::new(it.clone()));
    scribe.hear(show(&situation), &mut |it| said.push(it));
    while scribe.busy() {
        scribe.work(1.0, &mut |it| said.push(it));
    }
    let drawn = |said: &[stable_pages::view::Said], place: Place| {
        let mut all = said.iter().rev();
        all.find_map(|it| match &it.reply {
            Reply::Drawn(at, el) if *at == place => Some(el.all_text()),
            _ => None,
        })
    };
    assert!(drawn(&said, Place::Result).is_some_and(|it| it.contains("guard error")));
    let side = drawn(&said, Place::Side).expect("drawn");
    assert!(side.contains("Guard error at the HBA"), "{side}");
    assert!(side.contains("Without it"), "{side}");
    assert!(drawn(&said, Place::Cause).is_some_and(|it| it.contains("the writer stored")));
    said.clear();
    situation.number = 2;
    scribe.hear(show(&situation), &mut |it| said.push(it));
    assert_eq!(said.len(), 1, "nothing has changed");
    assert_eq!(said[0].reply, Reply::Shown(2));
    situation.look.tab = Tab::Beside;
    situation.look.other = Other::Unchanged;
    scribe.hear(show(&situation), &mut |it| said.push(it));
    let side = drawn(&said, Place::Side).expect("drawn");
    assert!(side.contains("At step"), "{side}");
    // What belongs to another check is not drawn.
    said.clear();
    situation.turn = 7;
    scribe.hear(show(&situation), &mut |it| said.push(it));
    assert!(drawn(&said, Place::Side).is_none());
}
