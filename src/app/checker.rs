//! What every schedule does: the checker's result in one line, and a panel for each question.

mod costs;
mod coverage;
mod mutants;
mod race;
mod verdicts;

use leptos::prelude::*;

use stable_pages::explore::{Checked, Sofar, Verdicts};
use stable_pages::scenario::{Scenario, Verdict};

use super::check::{Check, Panel};
use super::desk::Desk;
use super::figures::{grouped, millions, percent};
use super::parts::{At, El, button, el, note, nothing, row, show};

/// The panels, in the order of their buttons.
const PANELS: [(Panel, &str); 5] = [
    (Panel::Verdicts, "Verdicts and odds"),
    (Panel::Map, "Race map"),
    (Panel::Mutants, "Load-bearing steps"),
    (Panel::Costs, "Costs"),
    (Panel::Coverage, "Coverage"),
];

/// The result in one line.
fn strip(desk: Desk) -> AnyView {
    let check = desk.checks().get();
    let line = match (&check.checked, &check.sofar) {
        _ if check.gone => note("", &check.problem),
        (Some(checked), _) => result(&check, checked),
        (None, _) if !check.problem.is_empty() => {
            note("", &format!("Nothing was checked: {}", check.problem))
        }
        (None, Some(sofar)) => running(desk, sofar),
        (None, None) => note("", "The checker is looking at every schedule\u{2026}"),
    };
    let slow = match check.slow && !check.gone {
        true => {
            "No worker may run here, so the checker works on the page's own thread, a little at a time: slower, and with less memory."
        }
        false => "",
    };
    let fewer = |it: El| match desk.scenario().own_edits.is_empty() {
        true => it,
        false => {
            let undo = Box::new(move || desk.rebuild_with(Vec::new(), Vec::new()));
            let words = desk.scenario().edits.join("; ");
            it.with(
                el("p", "edited")
                    .text("Changed here: ")
                    .with(super::parts::rich(el("span", ""), &words))
                    .text(" ")
                    .child(button("", "", "Undo the change", false, undo)),
            )
        }
    };
    let result = el("div", "result")
        .with(line)
        .with(note("small", &check.reduced))
        .with(note(
            "small",
            match check.checked.is_some() {
                true => &check.problem,
                false => "",
            },
        ))
        .with(note("small", slow));
    fewer(result).view()
}

/// A number and what it counts.
fn count(many: u64, one: &str) -> String {
    let s = if many == 1 { "" } else { "s" };
    format!("{} {one}{s}", grouped(&many.to_string()))
}

fn rate(sofar: &Sofar) -> String {
    let seconds = f64::from(sofar.millis.max(1)) / 1000.0;
    let rate = f64::from(sofar.states) / seconds;
    format!("{} million states a second", millions(rate))
}

fn running(desk: Desk, sofar: &Sofar) -> El {
    let words = format!(
        "Looking at every schedule: {}, {} of them still to be looked at, {}.",
        count(sofar.states.into(), "state"),
        grouped(&sofar.frontier.to_string()),
        rate(sofar)
    );
    let stop = Box::new(move || desk.stop_checking());
    el("p", "running")
        .text(&words)
        .text(&match sofar.verdicts.is_empty() {
            true => String::new(),
            false => format!(" So far: {}.", list(sofar.verdicts)),
        })
        .text(" ")
        .child(button("", "", "Stop", false, stop))
}

fn list(verdicts: Verdicts) -> String {
    let words: Vec<&str> = verdicts.iter().map(Verdict::words).collect();
    words.join(", ")
}

fn result(check: &Check, checked: &Checked) -> El {
    let sofar = &checked.sofar;
    let size = format!(
        "{}, {}, at most {} deep",
        count(sofar.states.into(), "state"),
        count(sofar.edges, "step"),
        count(sofar.depth.into(), "step")
    );
    if checked.findings.is_empty() && checked.complete {
        return el("p", "safe")
            .with(el("b", "badge good").text("\u{2713} safe"))
            .text(&format!(
                " Every schedule was looked at and none fails: {size}."
            ));
    }
    let because = match (checked.complete, checked.stopped) {
        (true, _) => String::new(),
        (_, true) => " The check was stopped before everything was looked at.".to_owned(),
        _ => format!(
            " Memory ({} MiB) was full before everything was looked at.",
            checked.bytes >> 20
        ),
    };
    if checked.findings.is_empty() {
        return el("p", "open")
            .with(el("b", "badge").text("? not known"))
            .text(&format!(
                " No failure in the {} looked at.{because} That is not \u{201c}safe\u{201d}.",
                count(sofar.states.into(), "state")
            ));
    }
    let nearest = checked.findings.iter().map(|(_, it)| it.len()).min();
    let share = match &check.odds {
        Some(Ok(odds)) => format!("; {} of random schedules fail", percent(odds.failing)),
        _ => String::new(),
    };
    let verdicts: Verdicts = checked.findings.iter().map(|(it, _)| *it).collect();
    el("p", "fails")
        .with(el("b", "badge bad").text(&format!("\u{2715} {}", list(verdicts))))
        .text(&format!(
            " First after {}{share}. {size}.{because}",
            count(nearest.unwrap_or(0) as u64, "step")
        ))
}

/// The section: result, buttons, the panel that is open.
pub fn checker(desk: Desk) -> AnyView {
    let buttons = show(move || {
        let open = desk.checks().with(|it| it.panel);
        let all = PANELS.iter().map(|(panel, words)| {
            let panel = *panel;
            el("button", "")
                .is(At::Expanded, open == Some(panel))
                .text(words)
                .press(Box::new(move || desk.open_panel(panel)))
        });
        row(all.collect())
    });
    let open = Memo::new(move |_| desk.checks().with(|it| it.panel));
    let panel = show(move || match open.get() {
        None => nothing(),
        Some(Panel::Verdicts) => show(move || verdicts::panel(desk)),
        Some(Panel::Map) => race::panel(desk),
        Some(Panel::Mutants) => show(move || mutants::panel(desk)),
        Some(Panel::Costs) => show(move || costs::panel(desk)),
        Some(Panel::Coverage) => show(move || coverage::panel(desk)),
    });
    let top = el("div", "top-line")
        .with(
            el("div", "strip")
                .at(At::Part, "result")
                .at(At::Live, "polite")
                .child(show(move || strip(desk))),
        )
        .with(
            el("div", "questions")
                .at(At::Role, "group")
                .at(At::Label, "What the checker knows")
                .child(buttons),
        );
    el("section", "checker")
        .at(At::Label, "Checker: what every schedule does")
        .with(top)
        .with(el("div", "panel").at(At::Part, "panel").child(panel))
        .view()
}

/// The line of source an actor is at, by instruction.
fn line_text(scenario: &Scenario, actor: usize, pc: u8) -> String {
    let lines = scenario.cast[actor].lines.iter();
    let mut found = lines.filter(|line| line.row.is_some() && line.pcs.contains(&pc));
    match found.next() {
        Some(line) => line.text.clone(),
        None => "(finished)".to_owned(),
    }
}
