//! What happened, why it matters, and when a guard failed: who, where, which bytes.

use crate::exchange::{explain, explain_end, foresee, hex, log_lines, outcome, percent};
use crate::explore::{Failure, Outlook};
use crate::machine::{Content, End, Hop, Protection, Violation};
use crate::protocol::OPS;
use crate::scenario::{Scenario, Verdict, words};

use super::actors::outlook_words;
use super::look::Look;
use super::now::Now;
use super::tree::{At, El, button, el, note, nothing, rich};
use super::wish::Wish;

/// The last step in one sentence; spoken by screen readers as one steps.
pub fn now(now: &Now, look: &Look) -> El {
    let scenario = &now.scenario;
    let (depth, length) = (now.depth(), now.length());
    let count = match now.last_actor() {
        Some(actor) => {
            let name = &scenario.cast[actor].name;
            format!("Step {depth} of {length} \u{b7} {name}")
        }
        None => format!("Start \u{b7} {length} steps lie ahead"),
    };
    let sentence = now.sentence().unwrap_or_else(|| scenario.summary.clone());
    let ending = match &now.end {
        Some(end) => outcome(scenario, &now.story, end),
        None => String::new(),
    };
    let last = now.story.steps.last();
    let failed = last.is_some_and(|told| told.verdict().is_some());
    // How a run ends badly matters more than the step it ended with.
    let badly = match &now.end {
        Some(End::Rest(lost)) => !lost.is_empty(),
        Some(_) => true,
        None => false,
    };
    let first = if badly { ending.as_str() } else { "" };
    let ending = if badly { "" } else { ending.as_str() };
    let remark = now
        .last_row()
        .and_then(|(actor, row, _)| scenario.note(actor as u8, row));
    let bad = failed || badly;
    el("div", if bad { "now failed" } else { "now" })
        .with(note("count", &count))
        .with(rich(el("p", "sentence badly"), first))
        .with(rich(el("p", "sentence"), &sentence))
        .with(rich(el("p", "decisive"), remark.unwrap_or("")))
        .with(rich(el("p", "ending"), ending))
        .with(rich(el("p", "remark"), &look.remark))
}

/// What can still come of the moment shown.
pub fn ahead(now: &Now, outlook: Option<&Outlook>) -> El {
    let line = el("div", "foresight");
    let Some(seen) = outlook else {
        return line;
    };
    let share = percent(seen.here.share);
    line.with(outlook_words(foresee(
        &seen.here,
        seen.complete,
        now.failed(),
        &share,
    )))
}

/// The cards at the side.
pub fn cards(now: &Now) -> El {
    let (scenario, failures) = (&now.scenario, &now.story.failures);
    let mut cards = Vec::new();
    for (at, failure) in failures.iter().enumerate() {
        let Some(verdict) = failure.verdict() else {
            continue;
        };
        // One card for sectors that fail alike in one step, and for one that fails again.
        let kind = |it: &Failure| it.verdict() == Some(verdict) && it.hop() == failure.hop();
        let beside = |it: &&Failure| kind(it) && it.step == failure.step;
        let again =
            |it: &&Failure| kind(it) && (it.page, it.sector) == (failure.page, failure.sector);
        if failures[..at].iter().any(|it| beside(&it) || again(&it)) {
            continue;
        }
        let beside = failures.iter().filter(beside).count();
        let again = failures.iter().filter(again).count();
        let and = match (beside, again) {
            (1, 1) => String::new(),
            (1, _) => format!(", {again} times"),
            (_, _) => format!(" and {} more", beside - 1),
        };
        cards.push(failed(now, verdict, failure, &and));
    }
    cards.extend(stuck(now));
    cards.push(broken(now));
    cards.push(why(now));
    cards.push(what_this_is(scenario));
    el("section", "explain")
        .at(At::Label, "Explanation")
        .all(cards)
}

/// The op behind the last step.
fn why(now: &Now) -> El {
    let scenario = &now.scenario;
    let Some((actor, number, pc)) = now.last_row() else {
        return nothing();
    };
    let mut lines = scenario.cast[actor].lines.iter();
    let line = lines.find(|line| line.row.is_some() && line.pcs.contains(&pc));
    let row = &OPS[number];
    let text = line.map_or(row.calls[scenario.era as usize], |line| &line.text);
    el("div", "card")
        .at(At::Part, "why")
        .with(el("h2", "").with(el("code", "").text(text)))
        .with(note("", row.meaning))
        .with(note("source", row.source))
}

/// Capital first.
fn title(words: &str) -> String {
    let (first, rest) = words.split_at(words.len().min(1));
    first.to_ascii_uppercase() + rest
}

/// A list of what there is to say.
fn said(mut card: El, sentences: &[String]) -> El {
    for text in sentences {
        card = card.with(rich(el("p", ""), text));
    }
    card
}

/// A run that ended with actors that sleep for ever.
fn stuck(now: &Now) -> Option<El> {
    let end = now.end.as_ref()?;
    let verdict = match end {
        End::Deadlock(_) => Verdict::Deadlock,
        End::Stall(_) => Verdict::Stall,
        End::Rest(_) | End::Halted => return None,
    };
    let sentences = explain_end(&now.scenario, &now.story, end);
    let card = el("div", "card failure")
        .at(At::Part, "failure")
        .with(el("h2", "").text(&title(verdict.words())))
        .with(note("small", verdict.meaning()));
    Some(changed(said(card, &sentences), &now.scenario))
}

/// What is not as in the correct ordering: the cause behind the mechanism.
fn changed(card: El, scenario: &Scenario) -> El {
    match scenario.edits.is_empty() {
        true => card,
        false => {
            let text = format!("What was changed: {}.", scenario.edits.join("; "));
            card.with(rich(el("p", "changed"), &text))
        }
    }
}

/// The invariants that do not hold any more, each with the step that broke it.
fn broken(now: &Now) -> El {
    let broken = &now.story.broken;
    if broken.is_empty() {
        return nothing();
    }
    let mut list = el("dl", "invariants");
    for &(invariant, step) in broken {
        let (number, name) = invariant.name();
        let at = match step {
            0 => "from the start".to_owned(),
            _ => format!("step {step}"),
        };
        let term = el("dt", "")
            .with(el("b", "").text(number))
            .text(" ")
            .text(name);
        list = list
            .with(
                term.text(" ")
                    .with(button("", "", &at, false, Wish::Seek(step))),
            )
            .with(el("dd", "").text(invariant.meaning()));
    }
    el("div", "card")
        .at(At::Part, "broken")
        .with(el("h2", "").text("Invariants broken so far"))
        .with(note(
            "small",
            "A broken invariant is a warning; what counts as failure is a verdict.",
        ))
        .with(list)
}

/// A value and where it comes from.
fn value(list: El, name: &str, key: &str, value: u16, from: &str) -> El {
    let code = el("code", "").at(At::Part, key).text(&hex(value));
    list.with(el("dt", "").text(name))
        .with(el("dd", "").with(code).text(from))
}

fn failed(now: &Now, verdict: Verdict, failure: &Failure, and: &str) -> El {
    let scenario = &now.scenario;
    let place = match failure.violation {
        Violation::Assertion { .. } | Violation::Trap { .. } => String::new(),
        _ if scenario.model.geometry.pages > 1 => format!(
            ": page {}, sector {}, LBA {}",
            failure.page, failure.sector, failure.lba
        ),
        _ => format!(": sector {}, LBA {}", failure.sector, failure.lba),
    };
    let hop = match failure.hop() {
        Some(Hop::Hba) if scenario.model.protection == Protection::Nvme => " at the controller",
        Some(Hop::Hba) => " at the HBA",
        Some(Hop::Target) => " at the target",
        None => "",
    };
    let heading = format!("{}{hop}{place}{and}", title(verdict.words()));
    let sentences = explain(scenario, &now.story, failure);
    let card = el("div", "card failure")
        .at(At::Part, "failure")
        .with(el("h2", "").text(&heading))
        .with(note("small", verdict.meaning()));
    let card = match failure.violation {
        Violation::Guard {
            received, computed, ..
        } => compared(card, scenario, failure, received, computed),
        _ => card,
    };
    let mut card = changed(said(card, &sentences), scenario);
    if let Some(by) = failure.stored {
        card = card.with(button(
            "",
            "",
            "Go to that store",
            false,
            Wish::Seek(by.step),
        ));
    }
    let log = log_lines(scenario, failure);
    if !log.is_empty() {
        let heading = "What the kernel logs (its sectors are LBAs)";
        card = super::log::log(card, heading, &log, scenario.era);
    }
    if place.is_empty() {
        return card;
    }
    let inspect = Wish::Sector(failure.page.into(), failure.sector.into());
    card.with(button("", "", "Inspect its bytes", false, inspect))
}

/// Both guards, and when each was computed.
fn compared(
    card: El,
    scenario: &Scenario,
    failure: &Failure,
    received: Content,
    computed: Content,
) -> El {
    let contents = &scenario.model.contents;
    let taken = failure
        .guard_step
        .map_or(String::new(), |step| format!(", computed at step {step}"));
    let recomputed = format!(", over what was fetched, at step {}", failure.step);
    let values = el("dl", "compare");
    let (received, computed) = (contents.guard(received), contents.guard(computed));
    let values = value(values, "guard received", "received", received, &taken);
    let values = value(values, "guard computed", "computed", computed, &recomputed);
    card.with(values)
}

/// The scenario: what to watch, what must come of it, and where it is from.
fn what_this_is(scenario: &Scenario) -> El {
    let place = format!(
        "{} and Linux {}",
        scenario.device.word(),
        scenario.era.word()
    );
    let expected = match scenario.stated() {
        Some(verdicts) => format!(
            "A search through every schedule, with {place}, finds {}.",
            match verdicts.is_empty() {
                true => "no failure".to_owned(),
                false => words(verdicts),
            }
        ),
        None => format!(
            "The file states no verdict for {place}; it is written for {} and Linux {}. \u{201c}To failure\u{201d} searches from any step.",
            scenario.own_device.word(),
            scenario.own_era.word()
        ),
    };
    let mut card = el("div", "card")
        .at(At::Part, "scenario")
        .with(el("h2", "").text("What to watch"))
        .with(rich(el("p", ""), &scenario.watch))
        .with(note("verdict", &expected));
    // The same ordering elsewhere: guards catch what changed, never what was forgotten.
    let mut others = el("dl", "elsewhere");
    for (device, verdicts) in &scenario.expect {
        if *device != scenario.device && scenario.era == scenario.own_era {
            others = others
                .with(el("dt", "").text(device.word()))
                .with(el("dd", "").text(&words(verdicts)));
        }
    }
    if scenario.expect.len() > 1 && scenario.era == scenario.own_era {
        card = card.with(note("small", "The same ordering on other devices:"));
    }
    card = card.with(others);
    for text in &scenario.sources {
        card = card.with(note("source", text));
    }
    card
}
