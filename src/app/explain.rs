//! What happened, why it matters, and when a guard failed: who, where, which bytes.

use leptos::prelude::*;

use stable_pages::exchange::{fsync_errno, hex, log_lines, outcome, stored};
use stable_pages::explore::Failure;
use stable_pages::machine::Hop;
use stable_pages::protocol::op_row;

use super::bytes::dump;
use super::desk::{Desk, Shown};
use super::parts::{At, El, button, el, note, nothing, rich, row, show};

/// The last step in one sentence; spoken by screen readers as one steps.
pub fn now(desk: Desk) -> AnyView {
    let scenario = desk.scenario.get();
    let (depth, length) = (desk.depth(), desk.length());
    let last = desk.story.with(|it| {
        let told = it.steps.last()?;
        Some((told.choice.actor as usize, told.verdict().is_some()))
    });
    let count = match last {
        Some((actor, _)) => {
            let name = &scenario.cast[actor].name;
            format!("Step {depth} of {length} \u{b7} {name}")
        }
        None => format!("Start \u{b7} {length} steps lie ahead"),
    };
    let sentence = desk.sentence().unwrap_or_else(|| scenario.summary.clone());
    let ending = desk.end().map_or(String::new(), |end| {
        desk.story.with(|story| outcome(&scenario, story, &end))
    });
    let failed = last.is_some_and(|(_, failed)| failed);
    let cause = desk.story.with(|story| {
        let failure = story.failures.last().filter(|_| failed)?;
        let (guard, by) = (failure.guard_step?, failure.stored?);
        let store = stored(&scenario, &by);
        Some(format!(
            "The guard was computed at step {guard}; {store} at step {}.",
            by.step
        ))
    });
    el("div", if failed { "now failed" } else { "now" })
        .with(note("count", &count))
        .with(rich(el("p", "sentence"), &sentence))
        .with(note("cause", &cause.unwrap_or_default()))
        .with(note("ending", &ending))
        .with(note("remark", &desk.panel().remark))
        .view()
}

pub fn cards(desk: Desk) -> AnyView {
    let scenario = desk.scenario.get();
    let failures = desk.story.with(|story| story.failures.clone());
    let failures = failures.iter();
    row(vec![
        row(failures
            .map(|it| guard_error(desk, &scenario, it))
            .collect()),
        why(desk, &scenario),
        what_this_is(&scenario),
    ])
}

/// The op behind the last step.
fn why(desk: Desk, scenario: &Shown) -> AnyView {
    let line = desk.story.with(|story| {
        let actor = story.steps.last()?.choice.actor as usize;
        let pc = desk.world_before().actors[actor].pc;
        let mut lines = scenario.cast[actor].lines.iter();
        lines.find(|line| line.op.is_some() && line.pcs.contains(&pc))
    });
    let Some((line, op)) = line.and_then(|line| Some((line, line.op?))) else {
        return nothing();
    };
    let row = op_row(op);
    el("div", "card")
        .at(At::Part, "why")
        .with(el("h2", "").with(el("code", "").text(&line.text)))
        .with(note("", row.meaning))
        .with(note("source", row.source))
        .view()
}

/// A value and where it comes from.
fn value(list: El, name: &str, key: &str, value: u16, from: &str) -> El {
    let code = el("code", "").at(At::Part, key).text(&hex(value));
    list.with(el("dt", "").text(name))
        .with(el("dd", "").with(code).text(from))
}

/// Preformatted text that can be scrolled by keyboard.
fn block(class: &str, key: &str) -> El {
    el("pre", class).at(At::TabIndex, "0").at(At::Part, key)
}

fn guard_error(desk: Desk, scenario: &Shown, failure: &Failure) -> AnyView {
    let hop = match failure.hop {
        Hop::Hba => "HBA",
        Hop::Target => "target",
    };
    let contents = &scenario.model.contents;
    let sealed = contents.bytes(failure.sealed);
    let fetched = contents.bytes(failure.fetched);
    let taken = failure
        .guard_step
        .map_or(String::new(), |step| format!(", computed at step {step}"));
    let recomputed = format!(", over what the HBA fetched, at step {}", failure.step);
    let values = el("dl", "compare");
    let values = value(
        values,
        "guard received",
        "received",
        failure.received,
        &taken,
    );
    let values = value(
        values,
        "guard computed",
        "computed",
        failure.computed,
        &recomputed,
    );
    let between = match failure.stored {
        None => nothing(),
        Some(by) => {
            let text = format!("In between, {} at step {}.", stored(scenario, &by), by.step);
            let go = Box::new(move || desk.seek(by.step));
            row(vec![
                note("", &text).at(At::Part, "who").view(),
                button("", "", "Go to that store", false, go),
            ])
        }
    };
    let title = format!(
        "Guard error at the {hop}: sector {}, LBA {}",
        failure.sector, failure.lba
    );
    let bytes = el("details", "")
        .with(el("summary", "").text("The bytes behind both guards"))
        .with(el("h3", "").text("when the guard was computed"))
        .with(dump(block("dump", "sealed-bytes"), sealed, fetched))
        .with(el("h3", "").text("as fetched"))
        .with(dump(block("dump", "fetched-bytes"), fetched, sealed));
    el("div", "card failure")
        .at(At::Part, "failure")
        .with(el("h2", "").text(&title))
        .with(values)
        .child(between)
        .with(
            el("h3", "")
                .text("What the kernel logs (its sectors are LBAs; the adapter is scsi_debug)"),
        )
        .with(block("log", "log").text(&log_lines(scenario, failure).join("\n")))
        .with(note("small", fsync_errno(scenario.era)))
        .with(bytes)
        .view()
}

/// The scenario: what to watch, what must come of it, and where it is from.
fn what_this_is(scenario: &Shown) -> AnyView {
    let expected = format!(
        "What a search through every schedule finds on a disk with DIX and DIF: {}.",
        scenario.expected_words()
    );
    let mut card = el("div", "card")
        .at(At::Part, "scenario")
        .with(el("h2", "").text("What to watch"))
        .with(note("", &scenario.watch))
        .with(note("verdict", &expected));
    for text in &scenario.sources {
        card = card.with(note("source", text));
    }
    card.view()
}

/// One sector's bytes in memory.
pub fn sector_bytes(desk: Desk) -> AnyView {
    let summary = show(move || {
        let text = format!("Sector {} in memory, byte by byte", desk.panel().sector);
        text.into_any()
    });
    let body = show(move || {
        let sector = desk.panel().sector;
        let content = desk.world().pages[0].memory[sector];
        let scenario = desk.scenario.get();
        let contents = &scenario.model.contents;
        let initial = scenario.model.initial.pages[0].memory[sector];
        let crc = hex(contents.guard(content));
        let words = format!(
            "CRC-16/T10-DIF over these bytes: {crc}. Marked bytes have changed since the start. For another sector, press its number on the stage."
        );
        let shown = block("dump", "sector-bytes");
        row(vec![
            note("small", &words).view(),
            dump(shown, contents.bytes(content), contents.bytes(initial)).view(),
        ])
    });
    el("details", "card")
        .with(el("summary", "").child(summary))
        .child(body)
        .view()
}
