//! Load-bearing steps: a sortable table of every single change of the scenario and what comes of it; each opens on
//! the stage.

use std::cmp::Ordering;

use crate::exchange::{grouped, percent};
use crate::explore::{Mutant, ScenarioSpec, Verdicts};
use crate::protocol::Edit;

use super::super::check_results::CheckResults;
use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, button, el, note, nothing, rich, select};
use super::list;

const COLUMNS: [&str; 5] = [
    "change",
    "in",
    "verdict",
    "fails if a die chooses",
    "steps to the first",
];
const KINDS: [&str; 5] = [
    "left out, or waits changed",
    "moved",
    "swapped",
    "all changes",
    "all that are safe here",
];
/// How many rows are shown at once.
const MOST_ROWS: usize = 120;

fn kind(edit: &Edit) -> usize {
    match edit {
        Edit::Drop(_) | Edit::Replace(..) | Edit::Insert(..) => 0,
        Edit::Move(..) => 1,
        Edit::Swap(..) => 2,
    }
}

fn program(edit: &Edit) -> &str {
    match edit {
        Edit::Drop(step)
        | Edit::Replace(step, _)
        | Edit::Move(step, ..)
        | Edit::Swap(step, _)
        | Edit::Insert(_, step, _) => &step.program,
    }
}

fn compare(one: &Mutant, other: &Mutant, column: usize) -> Ordering {
    let steps = |mutant: &Mutant| match &mutant.shortest {
        Some((_, schedule)) => schedule.len(),
        None => usize::MAX,
    };
    match column {
        0 => one.edit.words().cmp(&other.edit.words()),
        1 => program(&one.edit).cmp(program(&other.edit)),
        2 => one.verdicts.bits().cmp(&other.verdicts.bits()),
        3 => one
            .share
            .partial_cmp(&other.share)
            .unwrap_or(Ordering::Equal),
        _ => steps(one).cmp(&steps(other)),
    }
}

/// The panel of mutants.
pub fn panel(ui: &UiState, results: &CheckResults) -> Element {
    let table = &results.mutants;
    let Some(of) = &table.of else {
        return button("", "", "Try every single change", false, Msg::TryMutants);
    };
    let before: Verdicts = match (&results.checked, results.spec.as_ref() == Some(of)) {
        (Some(checked), true) => checked.findings.iter().map(|finding| finding.0).collect(),
        _ => Verdicts::NONE,
    };
    let mut rows: Vec<&Mutant> = table.rows.iter().collect();
    rows.retain(|row| match ui.kind {
        3 => true,
        4 => row.verdicts.safe(),
        kind_shown => kind(&row.edit) == kind_shown,
    });
    let (column, down) = ui.order;
    if column > 0 || down {
        rows.sort_unstable_by(|one, other| compare(one, other, column));
    }
    if down {
        rows.reverse();
    }
    let harmless = table.rows.iter().filter(|it| it.verdicts.safe()).count();
    let summary = match table.left {
        0 => format!(
            "{} changes of one step that make a difference to the program ({} more come to the same as another): {} fail, {harmless} are safe here.",
            grouped(&table.rows.len().to_string()),
            table.same,
            table.rows.len() - harmless
        ),
        u32::MAX => "Every single change is being tried\u{2026}".to_owned(),
        left => format!("{} changes tried, {} to go\u{2026}", table.rows.len(), left),
    };
    let stop = match table.left {
        0 => nothing(),
        _ => button("", "", "Stop", false, Msg::StopChecking),
    };
    let kinds = KINDS.iter().enumerate();
    let kinds = kinds.map(|(at, words)| ((*words).to_owned(), Msg::MutantKind(at)));
    let kinds = select("Show", ui.kind, kinds.collect());
    let mut head = el("tr", "");
    for (at, title) in COLUMNS.iter().enumerate() {
        let current = at == column;
        let arrow = match (current, down) {
            (false, _) => "",
            (true, false) => " \u{25b4}",
            (true, true) => " \u{25be}",
        };
        let side = if at > 2 { "figure" } else { "" };
        head = head.child(
            el("th", side)
                .attr(Attr::Scope, "col")
                .attr(
                    Attr::Sort,
                    match (current, down) {
                        (false, _) => "none",
                        (_, false) => "ascending",
                        _ => "descending",
                    },
                )
                .child(button(
                    "link",
                    "",
                    &format!("{title}{arrow}"),
                    false,
                    Msg::SortMutants(at),
                )),
        );
    }
    let mut body = el("tbody", "");
    let many = rows.len();
    for mutant in rows.into_iter().take(MOST_ROWS) {
        body = body.child(line(of, mutant, before));
    }
    let all = table.rows.len();
    let more = match many > MOST_ROWS {
        true => format!(
            "The first {MOST_ROWS} of {many} rows; sort, or choose another kind, to see others."
        ),
        false => format!("{many} of {all} rows."),
    };
    el("div", "mutants")
        .child(el("div", "above").child(note("", &summary)).child(stop).child(kinds))
        .child(
            el("div", "scroll").attr(Attr::TabIndex, "0").attr(Attr::Role, "group").attr(Attr::Label, "Table of changes").child(
                el("table", "changes")
                    .attr(Attr::Part, "mutants")
                    .child(el("thead", "").child(head))
                    .child(body),
            ),
        )
        .child(note("small", &more))
        .child(note(
            "small",
            "\u{201c}Safe here\u{201d}: the step is unnecessary in this scenario, and that is said of this scenario only: of its actors and stores, its device, its kernel. Another one may need it: redirty_if_cleaned does nothing for a page that is dirty from the start, and everything for one that is dirty in a PTE only. Nor is everything bad a failure: bytes that arrive unprotected are right, and a clean page that is left writable loses nothing before somebody stores again.",
        ))
}

fn line(of: &ScenarioSpec, mutant: &Mutant, before: Verdicts) -> Element {
    let (class, badge, said) = match (mutant.verdicts.safe(), mutant.share) {
        (true, Some(_)) if !before.safe() => ("good", "\u{2713}", "mends it".to_owned()),
        (true, Some(_)) => ("good", "\u{2713}", "safe here".to_owned()),
        (true, None) => ("", "?", "not all looked at".to_owned()),
        (false, _) => ("bad", "\u{2715}", list(mutant.verdicts)),
    };
    let steps = mutant
        .shortest
        .as_ref()
        .map_or(String::new(), |it| it.1.len().to_string());
    let mut edits = of.edits.clone();
    edits.push(mutant.edit.clone());
    let run = mutant
        .shortest
        .as_ref()
        .map_or(Vec::new(), |it| it.1.clone());
    let change = el("button", "link");
    let change = rich(change, &mutant.edit.words()).on_click(Msg::ApplyEdits(edits, run));
    el("tr", class)
        .child(el("th", "").attr(Attr::Scope, "row").child(change))
        .child(el("td", "").child(el("code", "").text(program(&mutant.edit))))
        .child(
            el("td", "")
                .child(el("span", &format!("badge {class}")).text(&format!("{badge} {said}"))),
        )
        .child(el("td", "figure").text(&mutant.share.map_or("not known".to_owned(), percent)))
        .child(el("td", "figure").text(&steps))
}
