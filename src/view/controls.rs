//! The controls at the foot: back, forward, play, to the next failure, the runs tried so far, and a button for each
//! actor's next step.

use crate::explore::Outlook;
use crate::machine::Status;

use super::actors::{brief_foresight, status_key};
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::{SPEEDS, UiState};
use super::vdom::{Attr, Element, button, el, nothing};

/// The buttons that go through time, and the runs tried so far.
pub fn time_controls(now: &Moment, ui: &UiState) -> Element {
    let at_start = now.depth() == 0;
    let at_end = now.depth() == now.length();
    let play = if ui.playing { "Pause" } else { "Play" };
    let speed = SPEEDS[ui.speed.min(SPEEDS.len() - 1)];
    let speed = el("button", "")
        .attr(Attr::Keys, "S")
        .attr(Attr::Label, &format!("Speed {speed}/s"))
        .child(el("span", "wide").text("Speed "))
        .text(&format!("{speed}/s"))
        .on_click(Msg::NextSpeed);
    let time = el("div", "group")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Time")
        .child(button("", "R", "Reset", at_start, Msg::Reset))
        .child(button(
            "",
            "ArrowLeft",
            "\u{25c2} Back",
            at_start,
            Msg::Back,
        ))
        .child(button(
            "primary",
            "ArrowRight",
            "Forward \u{25b8}",
            at_end,
            Msg::Forward,
        ))
        .child(button("play", "Space", play, false, Msg::TogglePlay))
        .child(speed)
        .child(button("", "F", "To failure", false, Msg::ToFailure));
    el("div", "times").child(time).child(branches(now))
}

/// A button for each actor's next step.
pub fn step_buttons(now: &Moment, outlook: Option<&Outlook>) -> Element {
    let mut group = el("div", "group quick")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Step an actor");
    for (actor, cast) in now.scenario.model.actor_ids().zip(&now.scenario.cast) {
        let status = now.status(actor);
        let said = match status {
            Status::Ready => brief_foresight(now, outlook, actor),
            Status::Idle => "idle".to_owned(),
            _ => status_key(status).to_owned(),
        };
        group = group.child(
            el("button", "")
                .attr_bool(Attr::Disabled, status != Status::Ready)
                .text(&cast.name)
                .text(" ")
                .child(el("small", "").text(&said))
                .on_click(Msg::Step(actor, 0)),
        );
    }
    group
}

/// The runs tried so far, once there is more than one.
fn branches(now: &Moment) -> Element {
    if now.branches.len() < 2 {
        return nothing();
    }
    let mut chips = el("div", "group branches")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Runs tried so far");
    for (number, &(end, length, current)) in now.branches.iter().enumerate() {
        let label = format!("run {} \u{b7} {length} steps", number + 1);
        let chip = el("button", "")
            .attr_bool(Attr::Pressed, current)
            .text(&label);
        chips = chips.child(chip.on_click(Msg::SwitchRun(end)));
    }
    chips
}
