//! What the checker knows of every schedule: its result in one line, and a panel for each question.

use crate::machine::ActorId;
mod costs;
mod coverage;
mod matrix;
mod mutants;
mod race;
pub use race::{SIDE, nearest_state};
mod verdicts;

use crate::exchange::{grouped, millions, percent};
use crate::explore::{Position, SearchProgress, SearchResult, Verdicts};
use crate::scenario::{Scenario, Verdict};

use super::check_results::CheckResults;
use super::moment::Moment;
use super::msg::Msg;
use super::standing::Standing;
use super::ui_state::{Panel, UiState};
use super::vdom::{Attr, Element, button, el, note, nothing, rich};

/// The panels, in the order of their buttons, with their keys.
const PANELS: [(Panel, &str, &str); 6] = [
    (Panel::Verdicts, "Verdicts and odds", "V"),
    (Panel::Map, "Race map", "M"),
    (Panel::Matrix, "Other devices and kernels", "D"),
    (Panel::Mutants, "Load-bearing steps", "L"),
    (Panel::Costs, "Costs", "N"),
    (Panel::Coverage, "Coverage", "U"),
];

/// The checker's result in one line, below it what qualifies it.
pub fn result_line(now: &Moment, ui: &UiState, results: &CheckResults) -> Element {
    let line = match (&results.checked, &results.progress) {
        (Some(checked), _) => result(results, checked, &now.scenario),
        (None, _) if !results.problem.is_empty() => {
            note("", &format!("Nothing was checked: {}", results.problem))
        }
        (None, Some(progress)) => running(progress),
        (None, None) => note("", "The checker is looking at every schedule\u{2026}"),
    };
    let slow = match ui.slow {
        true => {
            "No worker may run here, so the checker works on the page's own thread, a little at a time: slower, and with less memory."
        }
        false => "",
    };
    let with_edits = |result: Element| match now.scenario.own_edits.is_empty() {
        true => result,
        false => {
            let words = now.scenario.own_changes().join("; ");
            result.child(
                el("p", "edited")
                    .text("Changed here: ")
                    .child(rich(el("span", ""), &words))
                    .text(" ")
                    .child(button("", "", "Undo the change", false, Msg::UndoEdits)),
            )
        }
    };
    let result = el("div", "result")
        .child(line)
        .child(note("small", &results.reduced))
        .child(note(
            "small",
            match results.checked.is_some() {
                true => &results.problem,
                false => "",
            },
        ))
        .child(note("small", slow));
    with_edits(result)
}

/// A number with what it counts, in the singular or the plural.
fn count(many: u64, one: &str) -> String {
    let s = if many == 1 { "" } else { "s" };
    format!("{} {one}{s}", grouped(&many.to_string()))
}

fn rate(progress: &SearchProgress) -> String {
    let seconds = f64::from(progress.millis.max(1)) / 1000.0;
    let rate = f64::from(progress.states) / seconds;
    format!("{} million states a second", millions(rate))
}

fn running(progress: &SearchProgress) -> Element {
    let words = format!(
        "Looking at every schedule: {}, {} of them still to be looked at, {}.",
        count(progress.states.into(), "state"),
        grouped(&progress.frontier.to_string()),
        rate(progress)
    );
    el("p", "running")
        .text(&words)
        .text(&match progress.verdicts.safe() {
            true => String::new(),
            false => format!(" So far: {}.", list(progress.verdicts)),
        })
        .text(" ")
        .child(button("", "", "Stop", false, Msg::StopChecking))
}

fn list(verdicts: Verdicts) -> String {
    let words: Vec<&str> = verdicts.iter().map(Verdict::words).collect();
    words.join(", ")
}

fn result(results: &CheckResults, checked: &SearchResult, scenario: &Scenario) -> Element {
    let pages = count(scenario.model.geometry.pages.into(), "page");
    let within = format!("{pages}, {}", count(scenario.cast.len() as u64, "actor"));
    let progress = &checked.progress;
    let size = format!(
        "{}, {}",
        count(progress.states.into(), "state"),
        count(progress.edges, "transition")
    );
    let standing = Standing::of(results);
    if standing.safe() && checked.complete {
        return el("p", "safe")
            .child(standing.badge())
            .text(&format!(
                " Every schedule of this model ({within}) was looked at and none fails: {size}, {} deep; {}.{} ",
                count(progress.depth.into(), "step"),
                reached(checked, scenario),
                needless_write(checked)
            ))
            .child(button(
                "",
                "",
                "What that does not cover",
                false,
                Msg::Panel(Panel::Coverage),
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
    if standing.verdicts().safe() {
        // What the search that needs less memory has found stands below.
        let not_safe = match standing.safe() {
            true => "",
            false => " That is not \u{201c}safe\u{201d}.",
        };
        return el("p", "open").child(standing.badge()).text(&format!(
            " No failure in the {} looked at.{because}{not_safe}",
            count(progress.states.into(), "state")
        ));
    }
    let nearest = checked
        .findings
        .iter()
        .filter(|(verdict, _)| verdict.fails())
        .map(|(_, schedule)| schedule.len())
        .min();
    let share = match &results.odds {
        // A livelock that has a way out, and nothing else.
        Some(Ok(odds)) if odds.failing == 0.0 => {
            " Steps chosen at random leave the loop in the end.".to_owned()
        }
        Some(Ok(odds)) => format!(
            " If each step is chosen at random, {} fail.",
            percent(odds.failing)
        ),
        _ => String::new(),
    };
    let first = match nearest {
        Some(steps) => format!(" First after {}.", count(steps as u64, "step")),
        None => String::new(),
    };
    el("p", "fails")
        .child(standing.badge())
        .text(&format!("{first}{share} {size}.{because}"))
}

/// How many lines of code the search reached, and some of those that it did not: of them "safe" says nothing.
fn reached(checked: &SearchResult, scenario: &Scenario) -> String {
    const NAMED: usize = 3;
    let (mut all, mut never) = (0, Vec::new());
    for (actor, ran) in scenario.model.actor_ids().zip(&checked.ran) {
        for (pc, text) in steps(scenario, actor) {
            all += 1;
            if ran.get(pc as usize) == Some(&0) {
                never.push(text);
            }
        }
    }
    if never.is_empty() {
        return format!("all {all} lines of code were reached");
    }
    let few = match 2 * never.len() > all {
        true => "only ",
        false => "",
    };
    let more = match never.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let reached = all - never.len();
    never.truncate(NAMED);
    format!(
        "{few}{reached} of {all} lines of code were reached, never {}{more}",
        never.join(", ")
    )
}

/// What no verdict tells of, and yet is not as it should be at the end of some run.
fn needless_write(checked: &SearchResult) -> &'static str {
    match checked.needless_write {
        true => {
            " Some run ends with a page that counts as clean while a PTE says dirty (I5): its bytes are on the disk, so that costs a needless write and no more."
        }
        false => "",
    }
}

/// The buttons that open the panels.
pub fn panel_buttons(ui: &UiState) -> Element {
    let button = |(panel, words, key): &(Panel, &str, &str)| {
        el("button", "")
            .attr(Attr::Keys, key)
            .attr_bool(Attr::Expanded, ui.panel == Some(*panel))
            .text(words)
            .on_click(Msg::Panel(*panel))
    };
    el("div", "questions")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "What the checker knows")
        .children(PANELS.iter().map(button).collect())
}

/// The panel that is open.
pub fn panel(now: &Moment, ui: &UiState, results: &CheckResults) -> Element {
    let open = match ui.panel {
        None => return nothing(),
        Some(Panel::Verdicts) => verdicts::panel(now, results),
        Some(Panel::Map) => race::panel(now, ui, results),
        Some(Panel::Matrix) => matrix::panel(now, results),
        Some(Panel::Mutants) => mutants::panel(ui, results),
        Some(Panel::Costs) => costs::panel(now, ui, results),
        Some(Panel::Coverage) => coverage::panel(now, results),
    };
    el("div", "open")
        .attr(Attr::Part, "panel")
        .child(open)
        .child(button(
            "close",
            "",
            "\u{2715} Close",
            false,
            Msg::ClosePanel,
        ))
}

/// The lines of an actor that are steps: first instruction and text; where another line has the same text, with the
/// label or composite that the line stands below.
fn steps(scenario: &Scenario, actor: ActorId) -> Vec<(u8, String)> {
    let lines = &scenario.cast[actor.index()].lines;
    let mut found: Vec<(u8, &str, &str)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.row.is_none() || line.pcs.is_empty() {
            continue;
        }
        // The label or the composite that the line stands below.
        let above = lines[..at].iter().rev().find(|above| {
            let label = above.key.is_empty() && above.depth <= line.depth;
            above.row.is_none() && (label || above.depth < line.depth)
        });
        found.push((
            line.pcs.start,
            &line.text,
            above.map_or("", |above| &above.text),
        ));
    }
    let several = |text: &str| found.iter().filter(|(_, other, _)| *other == text).count() > 1;
    let text = |(pc, text, above): &(u8, &str, &str)| match several(text) && !above.is_empty() {
        true => (*pc, format!("{text} [{}]", above.trim_end_matches(':'))),
        false => (*pc, (*text).to_owned()),
    };
    found.iter().map(text).collect()
}

/// The text of the line that an actor is before.
fn line_at(scenario: &Scenario, actor: ActorId, at: Position) -> String {
    let finished = at.store.is_none() && at.pc >= scenario.model.actors[actor.index()].main;
    let all = steps(scenario, actor);
    let mut found = all.into_iter().filter(|(pc, _)| *pc == at.pc && !finished);
    found
        .next()
        .map_or("(finished)".to_owned(), |(_, text)| text)
}
