//! Load-bearing steps: a sortable table of every single change of the scenario and what comes of it; each opens on
//! the stage.

use std::cmp::Ordering;

use crate::exchange::{Worth, grouped, percent, worth};
use crate::explore::{Merged, Mutant, ScenarioSpec, Verdicts, with_round};
use crate::machine::Choice;
use crate::protocol::{Edit, OPS, Place, group_row};
use crate::scenario::Verdict;

use super::super::badge::{self, mark};
use super::super::check_results::CheckResults;
use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, Handler, button, el, note, nothing, rich, select};

const COLUMNS: [&str; 5] = [
    "change",
    "in",
    "verdict",
    "odds of failing",
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
    &edit.place().program
}

fn compare(one: &Mutant, other: &Mutant, column: usize) -> Ordering {
    let steps = |mutant: &Mutant| match &mutant.shortest {
        Some((_, schedule)) => schedule.len(),
        None => usize::MAX,
    };
    match column {
        0 => one.words.cmp(&other.words),
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
    let wanted = words(&ui.filter);
    let mut rows: Vec<&Mutant> = table.rows.iter().collect();
    rows.retain(|row| match ui.kind {
        _ if !wanted.is_empty() => matches(&row.edit, &wanted),
        3 => true,
        4 => row.verdicts.safe(),
        kind_shown => kind(&row.edit) == kind_shown,
    });
    let mut merged: Vec<&Merged> = table.same.iter().collect();
    merged.retain(|it| !wanted.is_empty() && matches(&it.edit, &wanted));
    let (column, down) = ui.order;
    if column > 0 || down {
        rows.sort_unstable_by(|one, other| compare(one, other, column));
    }
    if down {
        rows.reverse();
    }
    let many = |wanted: Worth| {
        let all = table.rows.iter().map(|it| worth(it, before).0);
        all.filter(|it| *it == wanted).count()
    };
    let counts = [
        (Worth::Fails, "fails", "fail"),
        (Worth::Mends, "mends it", "mend it"),
        (Worth::Unseen, "only makes it unseen", "only make it unseen"),
        (Worth::Safe, "is safe here", "are safe here"),
        (Worth::Unknown, "is not known", "are not known"),
    ];
    let counts = counts.map(|(worth, one, words)| (many(worth), one, words));
    let counts = counts.iter().filter(|(many, ..)| *many > 0);
    let counts: Vec<String> = counts
        .map(|(many, one, words)| format!("{many} {}", if *many == 1 { one } else { words }))
        .collect();
    let summary = match table.left {
        0 => format!(
            "{} changes of one step that make a difference to the program ({} more come to the same as another): {}.",
            grouped(&table.rows.len().to_string()),
            table.same.len(),
            counts.join(", ")
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
    let failing = rows
        .iter()
        .take(MOST_ROWS)
        .flat_map(|it| it.verdicts.iter());
    let failing: Vec<Verdict> = failing.filter(|it| it.fails()).collect();
    for mutant in rows.into_iter().take(MOST_ROWS) {
        body = body.child(line(of, mutant, before));
    }
    let all = table.rows.len();
    let also = merged.len();
    for it in merged.into_iter().take(MOST_ROWS.saturating_sub(many)) {
        let row = it.row.and_then(|at| table.rows.get(at as usize));
        body = body.child(merged_line(of, it, row, before));
    }
    let more = match many + also > MOST_ROWS {
        _ if !wanted.is_empty() && many + also == 0 => {
            "No change has these words. One word of a step's name in any kernel is enough, such as \u{201c}writeback\u{201d}.".to_owned()
        }
        false if also > 0 => format!("{many} of {all} rows, and {also} changes that come to the same as another."),
        true => format!(
            "The first {MOST_ROWS} of {many} rows; sort, or choose another kind, to see others."
        ),
        false => format!("{many} of {all} rows."),
    };
    el("div", "mutants")
        .child(el("div", "above").child(note("", &summary)).child(stop).child(kinds).child(search()))
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
            "\u{201c}Mends it\u{201d}: every run stores, computes, checks and writes all that the runs without the change do, and none fails. \u{201c}Only makes it unseen\u{201d}: nothing fails because less is done. \u{201c}Safe here\u{201d} is said of this scenario only: of its actors and stores, its device, its kernel. Another one may need the step.",
        ))
        .child(badge::meanings(&failing, false))
}

/// The words of a text that is searched, or searched for.
fn words(text: &str) -> Vec<String> {
    let name = |it: char| it.is_alphanumeric() || it == '_';
    let words = text.split(|it: char| !name(it));
    let words = words.filter(|it| !it.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether each word that is searched for is part of one of a change's, or of a name that one of its steps has in any kernel.
fn matches(edit: &Edit, wanted: &[String]) -> bool {
    let mut text = edit.words();
    let mut name = |key: &str| {
        let op = OPS
            .iter()
            .find(|row| row.key == key)
            .map(|row| *row.calls());
        let calls = op.or_else(|| group_row(key).map(|row| row.calls));
        for call in calls.iter().flatten() {
            text.push(' ');
            text += call;
        }
    };
    let mut place = |place: &Place| name(&place.step);
    match edit {
        Edit::Drop(step) | Edit::Insert(_, step, _) | Edit::Replace(step, _) => place(step),
        Edit::Move(step, other, _) | Edit::Swap(step, other) => {
            place(step);
            place(other);
        }
    }
    if let Edit::Insert(line, ..) | Edit::Replace(_, line) = edit {
        name(line.split_whitespace().next().unwrap_or(""));
    }
    let all = words(&text);
    let found = |word: &String| all.iter().any(|it| it.contains(word.as_str()));
    wanted.iter().all(found)
}

/// The field to search for a change. It has no value of its own, so that what is written is never taken back.
fn search() -> Element {
    let mut field = el("input", "")
        .attr(Attr::Type, "search")
        .attr(Attr::Part, "find-change");
    field.handler = Some(Handler::FindChange);
    el("label", "choice")
        .child(el("span", "").text("Find a change, by names of any kernel"))
        .child(field)
}

/// A change that comes to the same as another one, or changes nothing.
fn merged_line(of: &ScenarioSpec, it: &Merged, row: Option<&Mutant>, before: Verdicts) -> Element {
    let (words, class, badge) = match row {
        Some(row) => {
            let (class, words) = said(row, before);
            (format!("comes to the same as {}", row.words), class, words)
        }
        None => {
            let words = "changes nothing here".to_owned();
            (String::new(), "", words)
        }
    };
    let cell = || el("td", "figure");
    el("tr", class)
        .child(
            el("th", "")
                .attr(Attr::Scope, "row")
                .child(change(of, &it.edit, &it.words, Vec::new()))
                .child(rich(el("small", ""), &words)),
        )
        .child(el("td", "").child(el("code", "").text(program(&it.edit))))
        .child(el("td", "").child(rich(el("span", &format!("badge {class}")), &badge)))
        .child(cell())
        .child(cell())
}

/// A button that makes a change.
fn change(of: &ScenarioSpec, edit: &Edit, words: &str, run: Vec<Choice>) -> Element {
    let mut edits = of.edits.clone();
    edits.push(edit.clone());
    rich(el("button", "link"), words).on_click(Msg::ApplyEdits(edits, run))
}

/// What a change comes to: its class in style sheets, and the words with their sign.
fn said(mutant: &Mutant, before: Verdicts) -> (&'static str, String) {
    let (worth, words) = worth(mutant, before);
    let verdicts: Vec<Verdict> = mutant.verdicts.iter().collect();
    let (class, sign) = match worth {
        Worth::Fails => mark(&verdicts),
        Worth::Unknown => ("", "?"),
        Worth::Unseen => ("unseen", "\u{25cc}"),
        Worth::Mends | Worth::Safe => ("good", "\u{2713}"),
    };
    (class, format!("{sign} {words}"))
}

fn line(of: &ScenarioSpec, mutant: &Mutant, before: Verdicts) -> Element {
    let (class, words) = said(mutant, before);
    let shortest = mutant.shortest.as_ref();
    let steps = shortest.map_or(String::new(), |it| it.1.len().to_string());
    let run = shortest.map_or(Vec::new(), |it| with_round(it, &mutant.round));
    el("tr", class)
        .child(el("th", "").attr(Attr::Scope, "row").child(change(
            of,
            &mutant.edit,
            &mutant.words,
            run,
        )))
        .child(el("td", "").child(el("code", "").text(program(&mutant.edit))))
        .child(el("td", "").child(rich(el("span", &format!("badge {class}")), &words)))
        .child(el("td", "figure").text(&mutant.share.map_or("not known".to_owned(), percent)))
        .child(el("td", "figure").text(&steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_found_by_the_names_of_any_kernel() {
        let place = |step: &str| Place {
            program: "writepage".to_owned(),
            step: step.to_owned(),
            nth: None,
        };
        let (bit, clean) = (
            place("set_page_writeback"),
            place("clear_page_dirty_for_io"),
        );
        let edit = Edit::Move(bit, clean, crate::protocol::Side::Before);
        for wanted in [
            "set_page_writeback before clear_page_dirty_for_io",
            "folio_start_writeback(folio)",
            "Writeback MOVED",
            "folio_clear_dirty_for_io",
        ] {
            assert!(matches(&edit, &words(wanted)), "{wanted}");
        }
        for wanted in ["unlock_page", "set_page_writeback after"] {
            assert!(!matches(&edit, &words(wanted)), "{wanted}");
        }
    }
}
