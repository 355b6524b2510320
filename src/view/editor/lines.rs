//! The programs, line by line: what can be done with the line chosen, and what dropping each of them alone would do.

use crate::exchange::worth;
use crate::explore::Verdicts;
use crate::machine::ActorId;
use crate::protocol::{Edit, Mark, Place, Program, Side, line_steps};
use crate::scenario::{ActionKind, Change, line_actions};

use super::super::badge::mark;
use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::vdom::{Attr, Element, button, el, note, nothing, rich};
use super::desk::Desk;
use super::state::{EditMsg, Putting};
use super::{change, edit, palette};

/// The programs.
pub fn face(now: &Moment, results: &CheckResults, desk: &Desk, programs: &[Program]) -> Element {
    let cast = &now.scenario.cast;
    let actor = match desk.editing.actor.index() < cast.len() {
        true => desk.editing.actor,
        false => ActorId(0),
    };
    let mut actors = el("div", "group who")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Whose program");
    for (it, who) in now.scenario.model.actor_ids().zip(cast) {
        let choose = edit(EditMsg::Actor(it));
        let button = button("", "", &who.name, false, choose);
        actors = actors.child(button.attr_bool(Attr::Pressed, it == actor));
    }
    let lines = &cast[actor.index()].lines;
    let chosen = desk.editing.line.filter(|at| *at < lines.len());
    let mut list = el("ol", "edit-lines").attr(Attr::Label, "Lines");
    let steps = line_steps(programs, actor);
    let mut heading = false;
    for (at, line) in lines.iter().enumerate() {
        if line.handler && !heading {
            heading = true;
            list = list.child(el("li", "handler").text("after a write fault"));
        }
        let (class, said) = match line.mark {
            Mark::Kept => ("kept", ""),
            Mark::Dropped => ("dropped", "left out"),
            Mark::MovedAway => ("away", "moved from here"),
            Mark::MovedHere => ("here", "moved to here"),
            Mark::Inserted => ("inserted", "added"),
            Mark::NotYet | Mark::Elsewhere => ("not-yet", "not in this kernel"),
        };
        let step = steps.get(at);
        let place = step.and_then(|it| it.place.clone());
        let numbered = step.and_then(|it| it.numbered.as_ref());
        let choose = edit(EditMsg::Line(at));
        let body = button("text", "", &line.text, false, choose);
        let row = el("li", &format!("code {class} depth-{}", line.depth.min(6)))
            .attr(Attr::Line, &format!("{} {at}", actor.index()))
            .attr_bool(Attr::Current, chosen == Some(at))
            .child(
                el("span", "grip")
                    .attr_bool(Attr::Hidden, true)
                    .text("\u{2847}"),
            )
            .child(body.attr_bool(Attr::Pressed, chosen == Some(at)))
            .child(el("em", "edit").text(said))
            .child(alone(results, numbered));
        list = list.child(row);
        if chosen == Some(at) {
            let tools = tools(now, desk, (actor, at), place.as_ref());
            list = list.child(el("li", "tools").child(tools));
        }
    }
    el("div", "lines-face")
        .child(actors)
        .child(note("small", "Choose a line, here or on the stage: leave it out, move it (also by dragging), put something beside it. What stands at its right comes of leaving out that line alone."))
        .child(list)
}

/// What comes of leaving out one line alone.
fn alone(results: &CheckResults, place: Option<&Place>) -> Element {
    let Some(place) = place else {
        return nothing();
    };
    let table = &results.mutants;
    let before: Verdicts = match &results.checked {
        Some(checked) if results.spec == table.of => {
            checked.findings.iter().map(|it| it.0).collect()
        }
        _ => return nothing(),
    };
    let wanted = Edit::Drop(place.clone());
    let same = table.same.iter().find(|it| it.edit == wanted);
    let row = match same {
        Some(merged) => merged.row.and_then(|at| table.rows.get(at as usize)),
        None => table.rows.iter().find(|it| it.edit == wanted),
    };
    let Some(row) = row else {
        return match same {
            Some(_) => el("span", "alone").text("no difference"),
            None => nothing(),
        };
    };
    let verdicts: Vec<_> = row.verdicts.iter().filter(|it| it.fails()).collect();
    let (_, words) = worth(row, before);
    if verdicts.is_empty() {
        return el("span", "alone")
            .attr(Attr::Title, &words)
            .text("safe without");
    }
    let (class, sign) = mark(&verdicts);
    rich(
        el("span", &format!("alone {class}")).attr(Attr::Title, &format!("Without it: {words}")),
        &format!("{sign} {}", verdicts[0].words()),
    )
}

/// What can be done with the line chosen.
fn tools(
    now: &Moment,
    desk: &Desk,
    (actor, at): (ActorId, usize),
    place: Option<&Place>,
) -> Element {
    let actions = line_actions(desk.draft(), &now.scenario, actor, at);
    let mut moves = el("div", "moves")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "This line");
    for action in actions {
        let (part, key) = match action.kind {
            ActionKind::Drop => ("line-drop", "Delete"),
            ActionKind::PutBack => ("line-back", "Delete"),
            ActionKind::Up => ("line-up", "Alt+ArrowUp"),
            ActionKind::Down => ("line-down", "Alt+ArrowDown"),
            _ => ("line-other", ""),
        };
        let button = button("", key, &action.words, false, change(action.change));
        moves = moves.child(button.attr(Attr::Part, part));
    }
    let Some(place) = place else {
        return moves;
    };
    for (putting, words) in [
        (Putting::Beside(Side::Before), "Insert above\u{2026}"),
        (Putting::Beside(Side::After), "Insert below\u{2026}"),
        (Putting::Instead, "Replace\u{2026}"),
        (Putting::Swap, "Swap with\u{2026}"),
    ] {
        let open = desk.editing.putting == Some(putting);
        let msg = edit(EditMsg::Putting((!open).then_some(putting)));
        let button = button("", "", words, false, msg);
        moves = moves.child(button.attr_bool(Attr::Expanded, open));
    }
    let tools = el("div", "").child(moves);
    match desk.editing.putting {
        None => tools,
        Some(Putting::Swap) => tools.child(note("small", "Choose the other line.")),
        Some(putting) => {
            let to_change = |line: &str| match putting {
                Putting::Beside(side) => {
                    Change::Edit(Edit::Insert(line.to_owned(), place.clone(), side))
                }
                Putting::Instead | Putting::Swap => {
                    Change::Edit(Edit::Replace(place.clone(), line.to_owned()))
                }
            };
            tools.child(palette::palette_of(now, desk, &to_change))
        }
    }
}
