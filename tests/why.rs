//! "Why?": the steps behind a failure, from the changed or missing line on.

mod support;

use std::collections::BTreeSet;

use stable_pages::exchange::{Cause, why_from};
use stable_pages::explore::{
    CellFound, CheckerRequest, MutantWork, ScenarioSpec, Story, beside_unchanged, with_round,
};
use stable_pages::machine::{Choice, End, History, end};
use stable_pages::protocol::{Edit, Mark, Place};
use stable_pages::scenario::{Entry, Scenario, Variant, Verdict, find, load_variant, unchanged};
use stable_pages::view::{
    Attr, ChainMark, Element, RenderInput, Renderer, Slot, UiState, WorkerRequest, WorkerResponse,
};

use support::checked;

/// A scenario with the orderings that it is held against.
struct Case {
    scenario: Scenario,
    others: Vec<Scenario>,
}

/// The chain behind a failure, and the run up to that.
struct Told {
    story: Story,
    chain: Vec<Cause>,
}

impl Case {
    fn of(entry: Entry, variant: &Variant) -> Case {
        Case {
            scenario: load_variant(entry.slug, entry.text, variant).expect(entry.slug),
            others: unchanged(entry.slug, entry.text, variant),
        }
    }

    /// The chains of all failures of a run.
    fn chains(&self, schedule: &[Choice]) -> Vec<Told> {
        let model = &self.scenario.model;
        let mut history = History::new(model);
        for choice in schedule {
            assert!(history.choose(model, *choice));
        }
        let whole = Story::of(model, &history);
        let mut all = Vec::new();
        let failures = whole.failures.iter();
        for failure in failures.filter(|it| it.verdict().is_some()) {
            let story = whole.first(model, failure.step);
            let chain = why_from(&self.scenario, &story, Some(failure), &self.others);
            all.push(Told { story, chain });
        }
        let stuck = matches!(
            end(model, history.world()),
            Some(End::Deadlock(_) | End::Stall(_))
        );
        if stuck || whole.round(model).is_some() {
            let chain = why_from(&self.scenario, &whole, None, &self.others);
            all.push(Told {
                story: whole,
                chain,
            });
        }
        all
    }

    /// The opening run, and the run that the page shows for each verdict.
    fn runs(&self) -> Vec<Vec<Choice>> {
        let found = CellFound::of(&self.scenario, &checked(&self.scenario));
        let found = found.findings.iter().map(|it| with_round(it, &found.round));
        std::iter::once(self.scenario.schedule.clone())
            .chain(found)
            .collect()
    }

    fn verdicts(&self, schedule: &[Choice]) -> Vec<Verdict> {
        let mut history = History::new(&self.scenario.model);
        for choice in schedule {
            assert!(history.choose(&self.scenario.model, *choice));
        }
        Story::of(&self.scenario.model, &history).verdicts(&self.scenario.model)
    }

    /// Whether a cause is about a line that was changed or is missing in this kernel, and says truly whether a step ran it.
    fn is_true(&self, told: &Told, cause: &Cause) -> bool {
        let Some(line) = cause.line else {
            return false;
        };
        let line = &self.scenario.cast[cause.actor.index()].lines[line];
        assert!(
            !matches!(line.mark, Mark::Kept | Mark::Elsewhere),
            "{line:?}"
        );
        let model = &self.scenario.model;
        if cause.missing {
            assert!(cause.moment() < cause.step);
            // A line that is left out has no code; one that was moved runs elsewhere.
            let next = told.story.steps.get(cause.step - 1);
            let before = told.story.steps[..cause.step - 1].last();
            let world = before.map_or(model.initial, |it| it.world);
            let pc = model.actor(&world, cause.actor).pc;
            let runs =
                next.is_some_and(|it| it.choice.actor == cause.actor) && line.pcs.contains(&pc);
            assert!(!runs, "{cause:?}");
        } else {
            let step = &told.story.steps[cause.step - 1];
            assert_eq!(step.choice.actor, cause.actor);
            let before = told.story.steps[..cause.step - 1].last();
            let world = before.map_or(model.initial, |it| it.world);
            let pc = model.actor(&world, cause.actor).pc;
            assert!(line.pcs.contains(&pc), "{cause:?}");
        }
        true
    }
}

#[test]
fn the_chain_contains_the_change_in_every_ordering_that_is_an_edit() {
    let (mut without, mut many, mut edited) = (Vec::new(), 0, 0);
    for entry in support::chosen() {
        let own = entry.load().expect(entry.slug);
        if own.edits.is_empty() {
            continue;
        }
        edited += 1;
        for (device, _) in &own.expect {
            let variant = Variant {
                device: Some(*device),
                ..Variant::default()
            };
            let case = Case::of(entry, &variant);
            for run in case.runs() {
                for told in case.chains(&run) {
                    many += 1;
                    if !told.chain.iter().any(|it| case.is_true(&told, it)) {
                        without.push((entry.slug, *device, told.chain));
                    } else {
                        assert!(told.chain[0].line.is_some(), "it begins with the change");
                    }
                }
            }
        }
    }
    assert!(without.is_empty(), "{without:#?}");
    assert!(
        !support::all_are_chosen() || edited > 35 && many > 150,
        "{edited} {many}"
    );
}

/// A kernel that lacks the line is held against the first that has it.
#[test]
fn what_a_kernel_does_not_have_yet_is_what_is_missing() {
    let case = Case::of(find("mpage-da-2-6-39").expect("there"), &Variant::default());
    assert!(case.scenario.edits.is_empty());
    let told = case.chains(&case.scenario.schedule).remove(0);
    assert!(case.is_true(&told, &told.chain[0]));
    let words = &told.chain[0].words;
    assert!(words.starts_with("Linux 2.6.39 does not have `wait_on_page_writeback(page)` here yet. With it, the writer would sleep"), "{words}");
}

/// Every verdict that an ordering of the catalogue can come to, on every device it is stated for, has steps behind it: none is told by
/// its last step alone.
#[test]
fn every_verdict_of_the_catalogue_has_a_why() {
    let (mut told, mut none) = ([0; Verdict::ALL.len()], Vec::new());
    for entry in support::chosen() {
        for (device, _) in &entry.load().expect(entry.slug).expect {
            let variant = Variant {
                device: Some(*device),
                ..Variant::default()
            };
            let case = Case::of(entry, &variant);
            let cell = CellFound::of(&case.scenario, &checked(&case.scenario));
            for found in &cell.findings {
                let (verdict, run) = (found.0, with_round(found, &cell.round));
                let verdicts = case.verdicts(&run);
                assert!(verdicts.contains(&verdict), "{}: {verdict:?}", entry.slug);
                told[verdict as usize] += 1;
                for told in case.chains(&run) {
                    let steps: BTreeSet<usize> = told.chain.iter().map(|it| it.step).collect();
                    if steps.len() < 2 {
                        none.push((entry.slug, *device, verdict, told.chain));
                    }
                }
            }
        }
    }
    println!("{told:?}");
    assert!(none.is_empty(), "{none:#?}");
    if support::all_are_chosen() {
        let never: Vec<_> = Verdict::ALL
            .iter()
            .filter(|it| told[**it as usize] == 0)
            .collect();
        assert!(never.is_empty(), "{never:?}");
    }
}

/// S31: a livelock begins with the line left out, and lists what goes round.
#[test]
fn a_livelock_is_told_by_its_round() {
    let case = Case::of(
        find("sync-chases-dirtier").expect("there"),
        &Variant::default(),
    );
    let told = case.chains(&case.scenario.schedule).remove(0);
    for it in &told.chain {
        println!("{:>3} {}", it.step, it.words);
    }
    let words: Vec<&str> = told.chain.iter().map(|it| &*it.words).collect();
    assert!(case.is_true(&told, &told.chain[0]));
    assert!(
        words[0].starts_with("`tag_pages_for_writeback(mapping)` is left out here."),
        "{words:?}"
    );
    let said = |part: &str| words.iter().filter(|it| it.contains(part)).count();
    assert_eq!(said("finds the page by its tag"), 2, "{words:?}");
    assert_eq!(said("clears `PG_dirty`"), 2, "{words:?}");
    assert_eq!(said("sets `PG_dirty`"), 2, "{words:?}");
    assert!(
        words
            .last()
            .expect("some")
            .contains("as it was after step 27"),
        "{words:?}"
    );
    // A run that has not come round yet is none; nor is a round in which somebody who could move does not.
    let model = &case.scenario.model;
    let many = told.story.steps.len();
    let rounds = (0..=many).filter(|it| told.story.first(model, *it).round(model).is_some());
    assert_eq!(many, 73);
    assert!(rounds.eq(65..=73));
    assert_eq!(told.story.goes_round(model, 0), Some(65));
}

/// Links by hand: S04 is the ordering of which a learner asked why.
#[test]
fn an_early_unlock_is_followed_to_the_mismatch() {
    let case = Case::of(find("unlock-gap").expect("there"), &Variant::default());
    let told = case.chains(&case.scenario.schedule).remove(0);
    let steps: Vec<usize> = told.chain.iter().map(|it| it.step).collect();
    assert_eq!(steps, [6, 10, 11, 14, 19, 25, 34]);
    let words: Vec<&str> = told.chain.iter().map(|it| &*it.words).collect();
    for (at, part) in [
        (
            0,
            "`unlock_page(page)` is moved: here it runs before `set_page_writeback(page)`, which runs only at step 14.",
        ),
        (1, "finds `PG_writeback` clear"),
        (
            1,
            "Without the change the writer would sleep here, on `PG_writeback`.",
        ),
        (2, "made the PTE writable"),
        (3, "sets `PG_writeback`"),
        (4, "computed the guard of sector 3"),
        (5, "stored \"new!\""),
        (6, "The two differ."),
    ] {
        assert!(words[at].contains(part), "{at}: {}", words[at]);
    }
}

/// A change that does not matter is not made out to be the cause.
#[test]
fn a_change_without_a_part_in_the_failure_is_called_that() {
    let entry = find("mkwrite-no-wait").expect("there");
    let harmless = Edit::Drop(Place {
        program: "do_wp_page".to_owned(),
        step: "check_mapping".to_owned(),
        nth: None,
    });
    let variant = Variant {
        edits: vec![harmless],
        ..Variant::default()
    };
    let case = Case::of(entry, &variant);
    let told = case.chains(&case.runs()[1]).remove(0);
    let waits = "`wait_on_page_writeback(page)` is left out here.";
    assert!(told.chain[0].words.starts_with(waits), "{:?}", told.chain);
    assert!(told.chain.iter().filter(|it| it.line.is_some()).count() == 1);
}

/// In the correct ordering with any single change, a failure is told from that change on.
#[test]
fn every_failing_change_of_the_baseline_is_in_its_chain() {
    let entry = find("baseline-five-step").expect("there");
    let variant = Variant::default();
    let baseline = entry.load().expect("loads");
    let mut work = MutantWork::new(&baseline, entry.text, &variant, usize::MAX, None);
    let (mut many, mut without) = (0, Vec::new());
    while work.left() > 0 {
        let Some(mutant) = work.advance(usize::MAX) else {
            continue;
        };
        let Some(found) = &mutant.shortest else {
            continue;
        };
        let run = &with_round(found, &mutant.round);
        let variant = Variant {
            edits: vec![mutant.edit.clone()],
            ..Variant::default()
        };
        let case = Case::of(entry, &variant);
        for told in case.chains(run) {
            many += 1;
            if !told.chain.iter().any(|it| case.is_true(&told, it)) {
                let words: Vec<String> = told.chain.iter().map(|it| it.words.clone()).collect();
                without.push((mutant.edit.words(), words));
            }
        }
    }
    println!("{many} failures");
    assert!(many > 60, "{many}");
    assert!(
        without.is_empty(),
        "{} of {many}: {without:#?}",
        without.len()
    );
}

/// An ordering beside itself never parts.
#[test]
fn an_ordering_beside_itself_does_the_same() {
    for entry in support::chosen() {
        let scenario = entry.load().expect(entry.slug);
        let mut history = History::new(&scenario.model);
        for choice in &scenario.schedule {
            history.choose(&scenario.model, *choice);
        }
        let story = Story::of(&scenario.model, &history);
        if !scenario.edits.is_empty() {
            continue;
        }
        let beside = beside_unchanged(&scenario, &story, &scenario).expect(entry.slug);
        assert_eq!(
            (beside.step, beside.changes.len()),
            (None, 0),
            "{}",
            entry.slug
        );
        assert_eq!(
            beside.there.steps.len(),
            story.steps.len(),
            "{}",
            entry.slug
        );
    }
}

/// The worker with a run on the stage, and what it has drawn and sent last.
struct Worker {
    renderer: Renderer,
    input: RenderInput,
    side: Option<Element>,
    strip: Option<Element>,
    marks: Vec<ChainMark>,
}

impl Worker {
    fn new(slug: &str, run: Vec<Choice>) -> Worker {
        let entry = find(slug).expect("there");
        let spec = ScenarioSpec {
            slug: slug.to_owned(),
            text: entry.text.to_owned(),
            device: None,
            era: None,
            edits: Vec::new(),
        };
        let mut worker = Worker {
            renderer: Renderer::new(|| 0.0, |name, _, _| name.to_owned()),
            input: RenderInput {
                turn: 1,
                run,
                ..RenderInput::default()
            },
            side: None,
            strip: None,
            marks: Vec::new(),
        };
        let bytes = 64 << 20;
        worker.hear(WorkerRequest::Checker(CheckerRequest::Check {
            turn: 1,
            spec,
            bytes,
        }));
        worker
    }

    fn hear(&mut self, request: WorkerRequest) {
        let mut said = Vec::new();
        self.renderer
            .handle(request, &mut |it| said.push(it.response));
        while self.renderer.busy() {
            self.renderer.work(1.0, &mut |it| said.push(it.response));
        }
        for response in said {
            match response {
                WorkerResponse::Section(Slot::Side, element) => self.side = Some(element),
                WorkerResponse::Section(Slot::Chain, element) => self.strip = Some(element),
                WorkerResponse::Chain(marks) => self.marks = marks,
                _ => {}
            }
        }
    }

    /// Shows a moment, with "Why?" open for the failure at a step or not.
    fn show(&mut self, depth: usize, why: Option<usize>) {
        self.input.number += 1;
        self.input.depth = depth;
        self.input.ui = UiState {
            why,
            ..UiState::default()
        };
        self.hear(WorkerRequest::Render(Box::new(self.input.clone())));
    }

    fn chain(&self) -> Option<&Element> {
        let side = self.side.as_ref()?;
        side.find(&|it| it.attr_value(Attr::Part) == Some("chain"))
    }
}

#[test]
fn the_chain_stays_open_while_its_steps_are_visited() {
    let scenario = find("unlock-gap").expect("there").load().expect("loads");
    let mut worker = Worker::new("unlock-gap", scenario.schedule.clone());
    worker.show(34, None);
    assert!(worker.chain().is_none() && worker.marks.is_empty());
    worker.show(34, Some(34));
    let here = |it: &Element| it.attr_value(Attr::Current) == Some("true");
    let back = |it: &Element| it.tag == "button" && it.all_text() == "Back to the failure";
    let chain = worker.chain().expect("open");
    let shown = chain.find(&here).expect("the failing step is shown");
    assert!(
        shown.all_text().starts_with("Step 34"),
        "{}",
        shown.all_text()
    );
    assert!(chain.find(&back).is_none(), "one is there");
    let marks: Vec<usize> = worker.marks.iter().map(|it| it.step).collect();
    assert_eq!(marks, [6, 10, 11, 14, 19, 25, 34]);
    // At each of its steps, and in between, it is there still.
    for step in [6, 10, 25, 8, 0] {
        worker.show(step, Some(34));
        let chain = worker.chain().expect("still open");
        let shown = chain.find(&here).map(Element::all_text);
        let label = format!("Step {step}");
        match marks.contains(&step) {
            true => assert!(shown.expect("marked").starts_with(&label)),
            false => assert_eq!(shown, None),
        }
        assert!(chain.find(&back).is_some());
        let strip = worker.strip.as_ref().expect("drawn").all_text();
        let place = marks.iter().position(|it| *it == step);
        let words = match place {
            Some(at) => format!("Why: {} of 7 behind the guard error at step 34", at + 1),
            None => "Why: Not one of the 7 steps behind the guard error at step 34".to_owned(),
        };
        assert!(strip.starts_with(&words), "{strip}");
    }
    // A run that does not come to that failure has no such chain.
    worker.input.run.truncate(30);
    worker.show(20, Some(34));
    assert!(worker.chain().is_none() && worker.marks.is_empty());
}
