//! The explanation at the side, at every moment of every opening run of the catalogue.

mod support;

use std::sync::Arc;

use stable_pages::exchange::without_words;
use stable_pages::explore::{Mutant, Omission, Verdicts, Without};
use stable_pages::machine::{Choice, History};
use stable_pages::protocol::{Edit, Place};
use stable_pages::scenario::{Scenario, Verdict};
use stable_pages::view::{
    At, El, LeftOut, Look, Node, Now, On, Sheet, Wish, causes, explanations, sentence,
};

use support::scenario;

/// The moments of a scenario's opening run, from its start on.
fn moments(scenario: Scenario) -> Vec<Now> {
    let schedule = scenario.schedule.clone();
    let scenario = Arc::new(scenario);
    let mut history = History::new(&scenario.model);
    let mut all = vec![Now::of(&scenario, &history, false, None)];
    for choice in schedule {
        history.choose(&scenario.model, choice);
        all.push(Now::of(&scenario, &history, false, None));
    }
    all
}

fn last(slug: &str) -> Now {
    moments(scenario(slug)).pop().expect("a moment")
}

/// Every element, outermost first, with how many buttons it is inside of.
fn walk(it: &El, buttons: usize, see: &mut dyn FnMut(&El, usize)) {
    see(it, buttons);
    let inside = buttons + usize::from(it.tag == "button" || it.tag == "summary");
    for node in &it.inner {
        if let Node::El(it) = node {
            walk(it, inside, see);
        }
    }
}

fn parts(side: &El) -> Vec<String> {
    let mut found = Vec::new();
    let mut see = |it: &El, _: usize| {
        let part = it.get(At::Part).filter(|_| it.get(At::Class).is_some());
        found.extend(part.filter(|it| !it.contains("bytes")).map(str::to_owned));
    };
    walk(side, 0, &mut see);
    found.retain(|it| ["failure", "why", "broken", "scenario"].contains(&&**it));
    found
}

#[test]
fn every_moment_is_explained() {
    let mut many = 0;
    for entry in support::loadable() {
        for now in moments(entry.load().expect("loads")) {
            let look = Look {
                why: true,
                ..Look::default()
            };
            let step = now.last_row();
            let left_out = step.map(|(actor, _, pc)| LeftOut {
                step: (actor as u8, pc),
                omission: Omission::Device,
                without: None,
            });
            let side = explanations(&now, &look, left_out.as_ref());
            let mut terms: Vec<Wish> = Vec::new();
            let mut see = |it: &El, buttons: usize| {
                assert!(
                    it.tag != "button" || buttons == 0,
                    "a button inside another"
                );
                if let Some(On::Press(wish @ Wish::Term(_))) = &it.on {
                    assert!(!terms.contains(wish), "{wish:?} twice in a card");
                    terms.push(wish.clone());
                }
            };
            walk(&side, 0, &mut see);
            walk(&sentence(&now, &look), 0, &mut see);
            // Every step says what, what for, and what without it.
            let step = side.find(&|it| it.get(At::Part) == Some("why"));
            assert_eq!(step.is_some(), now.depth() > 0);
            if let Some(step) = step {
                let text = step.all_text();
                assert!(text.contains("Why it matters"), "{text}");
                assert!(text.contains("Without it"), "{text}");
            }
            assert!(causes(&now).iter().all(|it| (1..=now.depth()).contains(it)));
            let failed = parts(&side).contains(&"failure".to_owned());
            assert_eq!(
                !causes(&now).is_empty(),
                failed,
                "{} {}",
                entry.slug,
                now.depth()
            );
            many += 1;
        }
    }
    assert!(many > 2_000, "{many}");
}

/// Failure first, then the step, then invariants, then the scenario.
#[test]
fn the_order_is_that_of_urgency() {
    let now = last("mkwrite-no-wait");
    let side = explanations(&now, &Look::default(), None);
    assert_eq!(parts(&side), ["failure", "why", "broken", "scenario"]);
    let answers = side.find(&|it| it.get(At::Class) == Some("answers"));
    let answers = answers.expect("buttons");
    let wishes: Vec<&On> = answers
        .inner
        .iter()
        .filter_map(|it| match it {
            Node::El(it) => it.on.as_ref(),
            Node::Text(_) => None,
        })
        .collect();
    assert_eq!(
        wishes,
        [
            &On::Press(Wish::Back),
            &On::Press(Wish::Why),
            &On::Press(Wish::Sheet(Some(Sheet::Share)))
        ]
    );
    assert_eq!(causes(&now), [12, 31, 33]);
}

#[test]
fn what_a_step_is_worth_is_said_for_this_very_step() {
    let now = last("mkwrite-no-wait");
    let edit = Edit::Drop(Place {
        program: "writepage".to_owned(),
        step: "lock_page".to_owned(),
        nth: None,
    });
    let (actor, _, pc) = now.last_row().expect("a step");
    let mut without = Without {
        step: (actor as u8, pc),
        mutant: Some(Mutant {
            edit: edit.clone(),
            verdicts: Verdicts::one(Verdict::GuardError),
            share: Some(0.31),
            shortest: Some((Verdict::GuardError, vec![Choice::of(0); 19])),
            states: 500,
        }),
        before: Verdicts::NONE,
    };
    let say = |it: &Without| without_words(&Omission::By(edit.clone()), Some(it)).expect("words");
    assert_eq!(
        say(&without),
        "A guard error becomes possible, first after 19 steps; 31 % of schedules fail if a die chooses each step."
    );
    without.before = Verdicts::one(Verdict::GuardError);
    assert!(
        say(&without).starts_with("It fails as it does with it, with a guard error, first after")
    );
    without.before = Verdicts::one(Verdict::LostUpdate);
    assert!(say(&without).starts_with("A guard error becomes possible as well; the first failure"));
    let mutant = without.mutant.as_mut().expect("there");
    (mutant.verdicts, mutant.share, mutant.shortest) = (Verdicts::NONE, None, None);
    assert_eq!(
        say(&without),
        "In the 500 states looked at nothing fails; there are more."
    );
    assert_eq!(without_words(&Omission::By(edit.clone()), None), None);
    // What is known of another step is not shown.
    without.step.1 += 1;
    let left_out = LeftOut {
        step: without.step,
        omission: Omission::By(edit.clone()),
        without: Some(without),
    };
    let side = explanations(&now, &Look::default(), Some(&left_out));
    assert!(!side.all_text().contains("500 states"));
}
