//! The actors: program lines, the current one marked, and why somebody cannot move.

use leptos::prelude::*;

use stable_pages::exchange::status_words;
use stable_pages::machine::{Role, Status};
use stable_pages::protocol::{Mark, op_row};

use super::desk::Desk;
use super::listing::{Place, Row, rows};
use super::parts::{At, El, button, el, note, row};

pub fn cards(desk: Desk) -> AnyView {
    let many = desk.scenario.with(|it| it.cast.len());
    row((0..many).map(|actor| card(desk, actor)).collect())
}

/// How a status is called in the page's markup.
pub fn status_key(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Asleep(_) => "asleep",
        Status::Idle => "idle",
        Status::Finished => "finished",
        Status::Halted => "halted",
    }
}

fn card(desk: Desk, actor: usize) -> AnyView {
    let scenario = desk.scenario.get();
    let it = &scenario.model.actors[actor];
    let cast = &scenario.cast[actor];
    let state = desk.world().actors[actor];
    let status = desk.status(actor);
    let words = desk
        .story
        .with(|story| status_words(&scenario, story, status));
    let last = desk
        .story
        .with(|it| it.steps.last().map(|told| told.choice.actor));
    let next = it
        .code
        .get(state.pc as usize)
        .map(|instr| op_row(instr.op).label);
    let label = match status {
        Status::Finished | Status::Halted => "finished",
        _ => next.unwrap_or("step"),
    };
    let toggled: Vec<usize> = desk
        .panel()
        .toggled
        .iter()
        .filter(|(of, _)| *of == actor)
        .map(|(_, line)| *line)
        .collect();
    let mut program = el("ol", "program");
    for row in rows(&cast.lines, it, state, &toggled) {
        program = program.with(program_line(desk, actor, row, it.role == Role::Mmap));
    }
    let moved = if last == Some(actor as u8) {
        " moved"
    } else {
        ""
    };
    let heading = format!("actor-{actor}");
    let cannot = status != Status::Ready;
    let step = Box::new(move || desk.step(actor));
    let line = Box::new(move || desk.step_line(actor));
    el("article", &format!("actor {}{moved}", status_key(status)))
        .at(At::Actor, &cast.name)
        .at(At::LabelledBy, &heading)
        .with(
            el("header", "")
                .with(el("h2", "").at(At::Id, &heading).text(&cast.name))
                .with(el("span", "about").text(&cast.about)),
        )
        .with(program)
        .with(note("status", &words))
        .with(
            el("div", "moves")
                .child(button(
                    "step",
                    "",
                    &format!("{}: {label}", actor + 1),
                    cannot,
                    step,
                ))
                .child(button("line", "", "to line end", cannot, line)),
        )
        .view()
}

fn program_line(desk: Desk, actor: usize, row: Row, is_user: bool) -> El {
    let place = match row.place {
        Place::Done => "done",
        Place::Current => "current",
        Place::Faulted => "faulted",
        Place::Ahead => "ahead",
    };
    let (mark, note) = match row.mark {
        Mark::Kept if row.place == Place::Faulted => ("kept", "faulted"),
        Mark::Kept => ("kept", ""),
        Mark::Dropped => ("dropped", "left out"),
        Mark::MovedAway => ("away", "moved from here"),
        Mark::MovedHere => ("here", "moved to here"),
        Mark::Inserted => ("inserted", "inserted"),
    };
    let handler = if row.handler && is_user {
        " handler"
    } else {
        ""
    };
    let class = format!("code {place} {mark} depth-{}{handler}", row.depth);
    let text = match row.omitted {
        0 => row.text,
        many => format!("\u{22ef} {many} more"),
    };
    let line = row.line;
    let body = match row.open {
        Some(open) => el("button", "fold")
            .is(At::Expanded, open)
            .text(&text)
            .press(Box::new(move || desk.toggle_line(actor, line))),
        None => el("span", "text").text(&text).view(),
    };
    el("li", &class)
        .is(At::Current, row.place == Place::Current)
        .child(body)
        .with(el("em", "edit").text(note))
}
