//! What the engine says of an answer, and of a challenge's run.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::exchange::{outcome as ending, percent, status_words};
use crate::explore::StepRecord;
use crate::lesson::{Answer, Scene, Span};
use crate::machine::{Choice, Effect, Status};
use crate::scenario::{Scenario, Verdict};

use super::super::badge::badge;
use super::super::glossary::Glossary;
use super::super::moment::Moment;
use super::super::ui_state::{Card, TermRef};
use super::super::vdom::{Attr, Element, el, rich};

/// The moment of a scene.
pub fn moment_of(scene: &Scene) -> Moment {
    Moment::of(&scene.scenario, &scene.history(), false, None)
}

/// Adds running text.
pub fn spans(into: Element, words: &[Span]) -> Element {
    words.iter().fold(into, |into, span| match span {
        Span::Text(it) => into.text(it),
        Span::Code(it) => into.child(el("code", "").text(it)),
        Span::Stress(it) => into.child(el("em", "").text(it)),
    })
}

/// What can come after a moment; none where memory was too small to know. The same few are asked for again and again, and each is
/// a search.
fn found(scene: &Scene) -> Option<Vec<Verdict>> {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, Option<Vec<Verdict>>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let link = scene.link();
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&link).cloned()) {
        return known;
    }
    let found = scene.found();
    KNOWN.with_borrow_mut(|known| known.insert(link, found.clone()));
    found
}

/// How many runs fail after a moment, likewise.
fn odds(scene: &Scene) -> Option<f64> {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, Option<f64>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let link = scene.link();
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&link).copied()) {
        return known;
    }
    let share = scene.odds().map(|it| it.value());
    KNOWN.with_borrow_mut(|known| known.insert(link, share));
    share
}

/// Whether an answer's claim is so; none where memory was too small to tell.
pub fn is_so(answer: &Answer) -> Option<bool> {
    match answer.claim.is_searched() && !answer.claim.is_odds() {
        true => Some(answer.claim.is_among(&found(&answer.scene)?)),
        false => answer.is_so(),
    }
}

/// Whether an answer is so, in words.
fn so_words(so: Option<bool>) -> &'static str {
    match so {
        Some(true) => "It is so. ",
        Some(false) => "Not so. ",
        None => "There are too many states to tell. ",
    }
}

/// What the engine says of an answer, as plain text.
pub fn outcome(answer: &Answer) -> Element {
    let so = el("strong", "").text(so_words(is_so(answer)));
    because(answer, el("p", "").child(so), &mut rich)
}

/// What the engine says of an answer that was picked.
pub fn picked(answer: &Answer, at: usize, open: Option<TermRef>) -> Element {
    let so = is_so(answer);
    told(answer, at, open, so_words(so), so)
}

/// What the engine says of an answer: whether the learner was right, in words and in looks, and why. Each word of the field is a
/// button that opens its meaning below.
pub fn told(
    answer: &Answer,
    at: usize,
    open: Option<TermRef>,
    verdict: &str,
    right: Option<bool>,
) -> Element {
    let class = match right {
        Some(true) => "outcome right",
        Some(false) => "outcome wrong",
        None => "outcome",
    };
    let mut glossary = Glossary::of(Card::Answer(at as u8), open);
    let verdict = el("p", "").child(el("strong", "").text(verdict));
    let why = because(answer, verdict, &mut |into, text| {
        glossary.glossed(into, text)
    });
    el("div", class)
        .attr(Attr::Part, "outcome")
        .child(why)
        .child(glossary.meaning())
}

/// Adds what the engine finds at an answer's run, or of all schedules; `write` adds a sentence.
fn because(
    answer: &Answer,
    mut told: Element,
    write: &mut dyn FnMut(Element, &str) -> Element,
) -> Element {
    if answer.claim.is_odds() {
        return match odds(&answer.scene) {
            Some(share) => told.text(&format!(
                "Of runs whose next step is always chosen at random, {} fail.",
                percent(share)
            )),
            None => told,
        };
    }
    if answer.claim.is_searched() {
        return match found(&answer.scene) {
            Some(found) => told
                .text(match found.iter().any(|it| it.fails()) {
                    true => "Every schedule was looked at; at worst: ",
                    false => "Every schedule was looked at: ",
                })
                .child(badge("span", &found))
                .text("."),
            None => told,
        };
    }
    let now = moment_of(&answer.scene);
    let mut failures = now.story.failures.iter();
    if let Some(failure) = failures.find(|it| it.fails() && it.step > answer.from) {
        let sentence = match &now.end {
            // What is found where all are at rest, no step has done.
            Some(end) if failure.step == now.depth() => ending(&now.scenario, &now.story, end),
            _ => {
                let mut until = answer.scene.clone();
                until.run.truncate(failure.step);
                moment_of(&until).sentence().unwrap_or_default()
            }
        };
        told = write(told, &sentence);
    }
    if let Some(sentence) = stored(answer, &now).filter(|_| !now.failed()) {
        told = write(told, &sentence);
    }
    told = write(told, &asleep(&now));
    told = match answer.claim.is_consequence() {
        true => told.text(&follows(&answer.scene)),
        false => write(told, &facts(answer)),
    };
    let met = now.story.verdicts(&now.scenario.model).into_iter();
    let met: Vec<Verdict> = met.filter(|it| it.fails()).collect();
    match met.is_empty() {
        // Where that was the question.
        true if answer.claim.text.starts_with("met ") => told.text(" Nothing has failed."),
        true => told,
        false => told.text(" ").child(badge("span", &met)),
    }
}

/// The last store of an answer's own steps, in a sentence.
fn stored(answer: &Answer, now: &Moment) -> Option<String> {
    let steps = now.story.steps.get(answer.from..)?;
    let stores = |step: &StepRecord| {
        let mut effects = step.effects.iter();
        effects.any(|it| matches!(it, Effect::Stored { .. }))
    };
    let at = answer.from + steps.iter().rposition(stores)?;
    let mut until = answer.scene.clone();
    until.run.truncate(at + 1);
    moment_of(&until).step_sentence()
}

/// What follows from the failure.
fn follows(scene: &Scene) -> String {
    let follows = scene.consequence();
    follows.map_or_else(String::new, |it| format!(" {}", it.words()))
}

/// What is so in the end, where no failure tells of it.
fn facts(answer: &Answer) -> String {
    let claim = Some(&answer.claim).filter(|_| answer.right);
    let all = claim.into_iter().chain(&answer.then);
    let all = all.map(|it| it.text.as_str());
    // What was met and who sleeps has been said.
    let all = all.filter(|it| !it.starts_with("met ") && !it.contains(" asleep"));
    let all: Vec<&str> = all.collect();
    match all.is_empty() {
        true => String::new(),
        false => format!(" In the end: {}.", all.join(", ")),
    }
}

/// Who sleeps at a moment, in a sentence each.
fn asleep(now: &Moment) -> String {
    let scenario = &now.scenario;
    let mut all = String::new();
    for (actor, cast) in scenario.model.actor_ids().zip(&scenario.cast) {
        let status = now.status(actor);
        if let Status::Asleep(_) = status {
            let words = status_words(scenario, &now.story, actor, status);
            all += &format!(" The {} is {words}.", cast.name);
        }
    }
    all
}

/// A schedule as a list of stretches: who moves, and how many steps.
pub fn stretches(scenario: &Scenario, run: &[Choice]) -> Element {
    let turns = run.chunk_by(|one, other| one.actor == other.actor);
    let items = turns.map(|turn| {
        let name = &scenario.cast[turn[0].actor.index()].name;
        let steps = match turn.len() {
            1 => "1 step".to_owned(),
            many => format!("{many} steps"),
        };
        el("li", "")
            .child(el("b", "").text(name))
            .text(&format!(" {steps}"))
    });
    el("ol", "stretches").children(items.collect())
}
