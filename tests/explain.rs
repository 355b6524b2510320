//! The explanation at the side, at every moment of every opening run of the catalogue.

mod support;

use std::sync::Arc;

use stable_pages::exchange::{explain, outcome, why, without_words};
use stable_pages::explore::{Finding, Mutant, Omission, Story, Verdicts, Without};
use stable_pages::machine::{ActorId, Choice, History, end};
use stable_pages::protocol::{Edit, Era, Place};
use stable_pages::scenario::{Scenario, Verdict};
use stable_pages::view::{
    Attr, Chain, CheckResults, Element, Handler, LeftOut, Moment, Msg, Node, Sheet, UiState,
    explanations, failed_at, sentence,
};

use support::scenario;

/// The moments of a scenario's opening run, from its start on.
fn moments(scenario: Scenario) -> Vec<Moment> {
    let schedule = scenario.schedule.clone();
    let scenario = Arc::new(scenario);
    let mut history = History::new(&scenario.model);
    let mut all = vec![Moment::of(&scenario, &history, false, None)];
    for choice in schedule {
        history.choose(&scenario.model, choice);
        all.push(Moment::of(&scenario, &history, false, None));
    }
    all
}

fn last(slug: &str) -> Moment {
    moments(scenario(slug)).pop().expect("a moment")
}

/// Every element, outermost first, with how many buttons it is inside of.
fn walk(it: &Element, buttons: usize, see: &mut dyn FnMut(&Element, usize)) {
    see(it, buttons);
    let inside = buttons + usize::from(it.tag == "button" || it.tag == "summary");
    for node in &it.children {
        if let Node::Element(it) = node {
            walk(it, inside, see);
        }
    }
}

fn parts(side: &Element) -> Vec<String> {
    let mut found = Vec::new();
    let mut see = |element: &Element, _: usize| {
        let part = element
            .attr_value(Attr::Part)
            .filter(|_| element.attr_value(Attr::Class).is_some());
        found.extend(
            part.filter(|part| !part.contains("bytes"))
                .map(str::to_owned),
        );
    };
    walk(side, 0, &mut see);
    found.retain(|it| ["failure", "why", "broken", "scenario"].contains(&&**it));
    found
}

/// What the column at the side says of a moment, with nothing chosen and before the checker has said anything.
fn beside(now: &Moment) -> String {
    let (ui, results) = (UiState::default(), CheckResults::default());
    explanations(now, &ui, &results, None, None).all_text()
}

#[test]
fn every_moment_is_explained() {
    let mut many = 0;
    for entry in support::loadable() {
        for now in moments(entry.load().expect("loads")) {
            let at = failed_at(&now);
            let ui = UiState {
                why: at,
                ..UiState::default()
            };
            let chain = at.and_then(|at| Chain::of(&now, at, &[]));
            let step = now.last_row();
            let left_out = step.map(|(actor, _, pc)| LeftOut {
                step: (actor, pc),
                omission: Omission::Device,
                without: None,
            });
            let side = explanations(
                &now,
                &ui,
                &CheckResults::default(),
                left_out.as_ref(),
                chain.as_ref(),
            );
            let mut terms: Vec<Msg> = Vec::new();
            let mut see = |it: &Element, buttons: usize| {
                assert!(
                    it.tag != "button" || buttons == 0,
                    "a button inside another"
                );
                if let Some(Handler::Click(msg @ Msg::ToggleTerm(_))) = &it.handler {
                    assert!(!terms.contains(msg), "{msg:?} twice in a card");
                    terms.push(msg.clone());
                }
            };
            walk(&side, 0, &mut see);
            walk(&sentence(&now, &ui), 0, &mut see);
            // The card of a step says what the step does, what for, and what would happen without it.
            let step = side.find(&|it| it.attr_value(Attr::Part) == Some("why"));
            assert_eq!(step.is_some(), now.depth() > 0);
            if let Some(step) = step {
                let text = step.all_text();
                assert!(text.contains("Why it matters"), "{text}");
                assert!(text.contains("Without it"), "{text}");
            }
            let steps = chain.iter().flat_map(|it| &it.causes).map(|it| it.step);
            assert!(steps.max().unwrap_or(0) <= now.depth());
            let failed = parts(&side).contains(&"failure".to_owned());
            assert_eq!(chain.is_some(), failed, "{} {}", entry.slug, now.depth());
            many += 1;
        }
    }
    assert!(many > 2_000, "{many}");
}

/// Cards are in this order: failure, step, invariants, scenario.
#[test]
fn the_order_is_that_of_urgency() {
    let now = last("mkwrite-no-wait");
    let side = explanations(
        &now,
        &UiState::default(),
        &CheckResults::default(),
        None,
        None,
    );
    assert_eq!(parts(&side), ["failure", "why", "broken", "scenario"]);
    let answers = side.find(&|it| it.attr_value(Attr::Class) == Some("answers"));
    let answers = answers.expect("buttons");
    let msgs: Vec<&Handler> = answers
        .children
        .iter()
        .filter_map(|it| match it {
            Node::Element(it) => it.handler.as_ref(),
            Node::Text(_) => None,
        })
        .collect();
    assert_eq!(
        msgs,
        [
            &Handler::Click(Msg::Seek(now.depth() - 1)),
            &Handler::Click(Msg::Why(Some(33))),
            &Handler::Click(Msg::Sheet(Some(Sheet::Share)))
        ]
    );
    let chain = Chain::of(&now, 33, &[]).expect("it failed there");
    let steps: Vec<usize> = chain.causes.iter().map(|it| it.step).collect();
    assert_eq!(steps, [12, 28, 31, 33]);
    assert_eq!(Chain::of(&now, 32, &[]), None);
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
        step: (actor, pc),
        mutant: Some(Mutant {
            words: String::new(),
            edit: edit.clone(),
            verdicts: Verdicts::one(Verdict::GuardError),
            share: Some(0.31),
            shortest: Some((Verdict::GuardError, vec![Choice::of(ActorId(0)); 19])),
            round: Vec::new(),
            states: 500,
            safety: None,
        }),
        before: Verdicts::NONE,
    };
    let say = |it: &Without| without_words(&Omission::By(edit.clone()), Some(it)).expect("words");
    assert_eq!(
        say(&without),
        "A guard error becomes possible, first after 19 steps; 31 % of schedules fail if each step is chosen at random."
    );
    without.before = Verdicts::one(Verdict::GuardError);
    assert!(say(&without).starts_with("It fails all the same, with a guard error, first after"));
    without.before = Verdicts::one(Verdict::LostUpdate);
    assert!(say(&without).starts_with("A guard error becomes possible as well; the first failure"));
    let mutant = without.mutant.as_mut().expect("there");
    (mutant.verdicts, mutant.share, mutant.shortest) = (Verdicts::NONE, None, None);
    assert_eq!(
        say(&without),
        "In the 500 states looked at nothing fails; there are more."
    );
    assert_eq!(without_words(&Omission::By(edit.clone()), None), None);
    // What would happen without another step is not shown.
    without.step.1 += 1;
    let left_out = LeftOut {
        step: without.step,
        omission: Omission::By(edit.clone()),
        without: Some(without),
    };
    let side = explanations(
        &now,
        &UiState::default(),
        &CheckResults::default(),
        Some(&left_out),
        None,
    );
    assert!(!side.all_text().contains("500 states"));
}

/// The end of a shortest run to a leak, and the steps that its explanation and its chain of causes name.
fn leak(slug: &str, edit: &str) -> (String, Vec<String>, Vec<usize>) {
    let scenario = support::varied(slug, &[], &format!("[[edit]]\n{edit}"));
    let model = &scenario.model;
    let findings = support::checked(&scenario).findings(model);
    let leak = |it: &&Finding| it.verdict == Verdict::Leak;
    let found = findings.iter().find(leak);
    let schedule = &found
        .unwrap_or_else(|| panic!("{slug}, {edit}: no leak"))
        .schedule;
    let mut history = History::new(model);
    for choice in schedule {
        assert!(history.choose(model, *choice));
    }
    let story = Story::of(model, &history);
    let end = end(model, history.world()).expect("at rest");
    let last = story.failures.last().expect("the leak");
    let steps = why(&scenario, &story, last).into_iter();
    (
        outcome(&scenario, &story, &end),
        explain(&scenario, &story, last),
        steps.map(|it| it.step).collect(),
    )
}

/// What is left behind is said with the step at which it was taken, and by whom; once for each kind.
#[test]
fn a_leak_says_what_is_left_since_when_and_by_whom() {
    let cases = [
        (
            "baseline-five-step",
            "drop = \"do_wp_page/unlock_page\"",
            "`PG_locked` is still held: the writer took it at step ",
        ),
        (
            "baseline-five-step",
            "drop = \"writepage/queue_bio\"",
            "the bio is still there: the flusher began it at step ",
        ),
        (
            "baseline-five-step",
            "drop = \"writepage/submit_bio\"",
            "`PG_writeback` is still set: the flusher set it at step ",
        ),
        (
            "baseline-five-step",
            "insert = \"pin_page\"\nbefore = \"do_wp_page/page_mkwrite\"",
            "the page is still pinned: the writer took a pin at step ",
        ),
        (
            "baseline-five-step",
            "insert = \"set_memory_ro\"\nbefore = \"do_wp_page/unlock_page\"",
            "the kernel's own mapping of the page is still read-only: the writer made it so at step ",
        ),
        (
            "zap-flush-first",
            "drop = \"munmap/pte_unlock\"",
            "the page table lock is still held: ",
        ),
        (
            "stall-behind-mmap-lock",
            "drop = \"do_wp_page_mmap_lock/mmap_read_unlock#1\"",
            "`mmap_lock` is still held: ",
        ),
        (
            "checksum-under-lock",
            "drop = \"write_dirty_buffer/submit_bio\"",
            "the buffer lock is still held: ",
        ),
        (
            "jbd2-shadow",
            "drop = \"jbd2_write_metadata_buffer/queue_bio\"",
            "`BH_Shadow` is still set: ",
        ),
        (
            "nested-vm",
            "drop = \"host/submit\"",
            "the bio is still there: ",
        ),
    ];
    for (slug, edit, words) in cases {
        let (end, said, steps) = leak(slug, edit);
        assert!(end.contains(words), "{slug}, {edit}: {end}");
        // The explanation says the same, in a sentence of its own.
        let same = |it: &String| it.to_lowercase().contains(&words.to_lowercase());
        assert!(said.iter().any(same), "{slug}, {edit}: {said:?}");
        assert!(
            steps.is_sorted() && !steps.contains(&0),
            "{slug}: {steps:?}"
        );
    }
}

/// A step says what its line is in the release shown, in which file of it, and what it is called in the others.
#[test]
fn a_step_says_what_its_line_is_in_the_release() {
    let on = |era| {
        let entry = stable_pages::scenario::find("baseline-five-step").expect("in the catalogue");
        let scenario = stable_pages::scenario::load_for(entry.slug, entry.text, None, Some(era));
        let scenario = scenario.expect("loads");
        let row = stable_pages::protocol::op_number("set_page_writeback").expect("a step");
        let mut all = moments(scenario).into_iter();
        let now = all.find(|now| now.last_row().is_some_and(|(_, it, _)| it == row));
        explanations(
            &now.expect("it is made"),
            &UiState::default(),
            &CheckResults::default(),
            None,
            None,
        )
    };
    for (era, line, others, release) in [
        (
            Era::V2_6_39,
            "In Linux 2.6.39set_page_writeback(page), mm/page-writeback.c (2.6.39); 6.19 to 7.3: folio_start_writeback(folio).",
            1,
            "?h=v2.6.39",
        ),
        (
            Era::V6_19,
            "In Linux 6.19folio_start_writeback(folio), mm/page-writeback.c (6.19); 2.6.39 to 3.9: set_page_writeback(page).",
            1,
            "?h=v6.19",
        ),
    ] {
        let side = on(era);
        assert!(side.all_text().contains(line), "{}", side.all_text());
        let mut links = Vec::new();
        let mut see = |it: &Element, _: usize| {
            if it.tag == "a" {
                assert_eq!(it.attr_value(Attr::Rel), Some("noreferrer noopener"));
                assert_eq!(it.attr_value(Attr::ReferrerPolicy), Some("no-referrer"));
                assert_eq!(it.attr_value(Attr::Target), Some("_blank"));
                links.push(it.attr_value(Attr::Href).expect("an address").to_owned());
            }
        };
        walk(&side, 0, &mut see);
        let there = |it: &&String| it.contains("mm/page-writeback.c") && it.ends_with(release);
        assert!(links.iter().filter(there).count() > others, "{links:?}");
    }
}

/// The end of a scenario's opening run, in a sentence.
fn ending(scenario: Scenario) -> String {
    let last = moments(scenario).pop().expect("a moment");
    let end = last.end.as_ref().expect("its end");
    outcome(&last.scenario, &last.story, end)
}

/// Two failures at once are said as two, each with what it is of.
#[test]
fn what_went_wrong_twice_is_said_twice() {
    let said = ending(scenario("mkclean-skipped"));
    assert!(said.starts_with("Everyone is done, and two things went wrong. At step 25 the device refused sector 3 and the whole write with it: fsync reports that once. The page counts as clean:"), "{said}");
    let last = last("mkclean-skipped");
    let side = beside(&last);
    for of in [
        "What follows from the exposed page. Nobody finds out.",
        "What follows from the guard error (sector 3). fsync finds out",
    ] {
        assert!(side.contains(of), "{of} in {side}");
    }
    // A failure alone needs no name.
    let said = ending(scenario("fault-vs-clear"));
    assert!(
        said.starts_with("Everyone is done, but the page counts as clean"),
        "{said}"
    );
}

/// The pages of a bio that was refused fare differently, and each is told of.
#[test]
fn each_page_of_a_refused_bio_is_told_of() {
    let said = ending(scenario("bio-of-three-pages"));
    assert!(
        said.contains("The newer bytes of pages 0 and 2 in memory will not be written"),
        "{said}"
    );
    assert!(
        said.contains("The newer bytes of page 1 in memory are not lost"),
        "{said}"
    );
}

/// fsync reports only what the mapping was told of.
#[test]
fn an_error_that_nobody_recorded_is_not_reported() {
    let whole = scenario("mkwrite-no-wait");
    let dropped = support::varied(
        "mkwrite-no-wait",
        &[],
        "[[edit]]\ndrop = \"completion/mapping_set_error\"",
    );
    let model = &dropped.model;
    let mut history = History::new(model);
    for choice in whole.schedule {
        history.choose(model, choice);
    }
    let story = Story::of(model, &history);
    let end = end(model, history.world()).expect("at rest");
    let said = outcome(&dropped, &story, &end);
    assert!(
        said.contains("A write failed.") && !said.contains("fsync reports"),
        "{said}"
    );
}

/// A press of several steps is explained as a whole.
#[test]
fn a_press_is_explained_as_a_whole() {
    let all = moments(scenario("baseline-five-step"));
    let (at, began) = (4, 1);
    let now = all.into_iter().nth(at).expect("a moment");
    let now = now.since(Some(began));
    let side = beside(&now);
    assert!(side.contains("The steps just made, 2 to 4"), "{side}");
    let whole = now.sentence().expect("steps").replace('`', "");
    assert!(side.replace('`', "").contains(&whole), "{whole} in {side}");
}
