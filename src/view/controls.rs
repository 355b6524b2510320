//! Going through time: back, forward, play, to the next failure, and the runs tried so far.

use crate::explore::Outlook;
use crate::machine::Status;

use super::actors::{brief_foresight, status_key};
use super::look::{Look, SPEEDS};
use super::now::Now;
use super::tree::{At, El, button, el, nothing};
use super::wish::Wish;

/// The buttons that go through time, and the runs tried so far.
pub fn moves(now: &Now, look: &Look) -> El {
    let at_start = now.depth() == 0;
    let at_end = now.depth() == now.length();
    let play = if look.playing { "Pause" } else { "Play" };
    let speed = SPEEDS[look.speed.min(SPEEDS.len() - 1)];
    let speed = el("button", "")
        .at(At::Keys, "S")
        .at(At::Label, &format!("Speed {speed}/s"))
        .with(el("span", "wide").text("Speed "))
        .text(&format!("{speed}/s"))
        .press(Wish::Speed);
    let time = el("div", "group")
        .at(At::Role, "group")
        .at(At::Label, "Time")
        .with(button("", "R", "Reset", at_start, Wish::Reset))
        .with(button(
            "",
            "ArrowLeft",
            "\u{25c2} Back",
            at_start,
            Wish::Back,
        ))
        .with(button(
            "primary",
            "ArrowRight",
            "Forward \u{25b8}",
            at_end,
            Wish::Forward,
        ))
        .with(button("play", "Space", play, false, Wish::Play))
        .with(speed)
        .with(button("", "F", "To failure", false, Wish::ToFailure));
    el("div", "times").with(time).with(branches(now))
}

/// A button for each actor's next step.
pub fn step_buttons(now: &Now, outlook: Option<&Outlook>) -> El {
    let mut group = el("div", "group quick")
        .at(At::Role, "group")
        .at(At::Label, "Step an actor");
    for (actor, it) in now.scenario.cast.iter().enumerate() {
        let status = now.status(actor);
        let said = match status {
            Status::Ready => brief_foresight(now, outlook, actor),
            Status::Idle => "not enabled".to_owned(),
            _ => status_key(status).to_owned(),
        };
        group = group.with(
            el("button", "")
                .is(At::Disabled, status != Status::Ready)
                .text(&it.name)
                .text(" ")
                .with(el("small", "").text(&said))
                .press(Wish::Step(actor as u8, 0)),
        );
    }
    group
}

/// The runs tried so far, once there is more than one.
fn branches(now: &Now) -> El {
    if now.branches.len() < 2 {
        return nothing();
    }
    let mut chips = el("div", "group branches")
        .at(At::Role, "group")
        .at(At::Label, "Runs tried so far");
    for (number, &(end, length, current)) in now.branches.iter().enumerate() {
        let label = format!("run {} \u{b7} {length} steps", number + 1);
        let chip = el("button", "").is(At::Pressed, current).text(&label);
        chips = chips.with(chip.press(Wish::Switch(end)));
    }
    chips
}
