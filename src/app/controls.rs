//! Going through time: back, forward, play, to the next failure, and the runs tried so far.

use leptos::prelude::*;

use stable_pages::machine::Status;

use super::actors::{brief_foresight, status_key};
use super::desk::Desk;
use super::moves::SPEEDS;
use super::parts::{Act, At, button, el, nothing, row, show};

pub fn controls(desk: Desk) -> AnyView {
    let time = el("div", "group")
        .at(At::Role, "group")
        .at(At::Label, "Time")
        .child(show(move || through_time(desk)));
    let actors = el("div", "group quick")
        .at(At::Role, "group")
        .at(At::Label, "Step an actor")
        .child(show(move || actors(desk)));
    el("div", "controls")
        .with(time)
        .with(actors)
        .child(show(move || branches(desk)))
        .view()
}

fn through_time(desk: Desk) -> AnyView {
    let act = |what: fn(Desk)| -> Act { Box::new(move || what(desk)) };
    let now = desk.now();
    let at_start = now.depth() == 0;
    let at_end = now.depth() == now.length();
    let play = if desk.panel().playing {
        "Pause"
    } else {
        "Play"
    };
    row(vec![
        button("", "R", "Reset", at_start, act(Desk::reset)),
        button("", "ArrowLeft", "\u{25c2} Back", at_start, act(Desk::back)),
        button(
            "primary",
            "ArrowRight",
            "Forward \u{25b8}",
            at_end,
            act(Desk::forward),
        ),
        button("play", "Space", play, false, act(Desk::toggle_play)),
        speed(desk),
        button("", "F", "To failure", false, act(Desk::run_to_failure)),
    ])
}

fn speed(desk: Desk) -> AnyView {
    let speed = SPEEDS[desk.panel().speed];
    el("button", "")
        .at(At::Keys, "S")
        .at(At::Label, &format!("Speed {speed}/s"))
        .with(el("span", "wide").text("Speed "))
        .text(&format!("{speed}/s"))
        .press(Box::new(move || desk.next_speed()))
}

fn actors(desk: Desk) -> AnyView {
    let now = desk.now();
    let cast = now.scenario.cast.iter().enumerate();
    row(cast
        .map(|(actor, it)| {
            let status = now.status(actor);
            el("button", "")
                .is(At::Disabled, status != Status::Ready)
                .text(&it.name)
                .text(" ")
                .with(el("small", "").child(match status {
                    Status::Ready => show(move || brief_foresight(desk, actor).into_any()),
                    _ => status_key(status).into_any(),
                }))
                .press(Box::new(move || desk.step(actor, 0)))
        })
        .collect())
}

/// The runs tried so far, once there is more than one.
fn branches(desk: Desk) -> AnyView {
    let branches = &desk.now().branches;
    if branches.len() < 2 {
        return nothing();
    }
    let mut chips = el("div", "group branches")
        .at(At::Role, "group")
        .at(At::Label, "Runs tried so far");
    for (number, &(end, length, current)) in branches.iter().enumerate() {
        let label = format!("run {} \u{b7} {length} steps", number + 1);
        let chip = el("button", "").is(At::Pressed, current).text(&label);
        chips = chips.child(chip.press(Box::new(move || desk.switch(end))));
    }
    chips.view()
}
