//! The controls at the foot: back, forward, play, to the next failure, the runs tried so far, and a button for each
//! actor's next step.

use crate::explore::{Fate, Outlook, StepRecord};
use crate::machine::Status;

use super::actors::{brief_foresight, status_key};
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::{SPEEDS, StepSize, UiState};
use super::vdom::{Attr, Element, button, el, nothing};

/// Why nobody can go forward at a run's end.
pub const NO_STEPS: &str = "No steps lie ahead. Step an actor, or reset and play the run again.";

/// Whether the checker knows that nothing can fail from here.
fn nothing_fails(now: &Moment, outlook: Option<&Outlook>) -> bool {
    let ahead = &now.whole.steps[now.depth()..];
    let fails = ahead.iter().any(StepRecord::fails);
    !fails && outlook.is_some_and(|seen| seen.complete && seen.here.fate == Fate::Safe)
}

/// The choice of how far one press goes.
fn step_size(ui: &UiState) -> Element {
    let single = ui.step_size == StepSize::Single;
    el("button", "size")
        .attr(Attr::Keys, "G")
        .attr(
            Attr::Label,
            match single {
                true => "Step: single, one step of the machine. Change to calls",
                false => "Step: call, a line of a program as it is folded. Change to single steps",
            },
        )
        .child(el("span", "wide").text("Step: "))
        .text(if single { "single" } else { "call" })
        .on_click(Msg::StepSize(ui.step_size.other()))
}

/// The buttons that go through time, and the runs tried so far.
pub fn time_controls(now: &Moment, ui: &UiState, outlook: Option<&Outlook>) -> Element {
    let at_start = now.depth() == 0;
    let at_end = now.depth() == now.length();
    let play = if ui.playing { "Pause" } else { "Play" };
    let speed = match SPEEDS[ui.speed.min(SPEEDS.len() - 1)] {
        1 => "0.25\u{d7}".to_owned(),
        2 => "0.5\u{d7}".to_owned(),
        quarters => format!("{}\u{d7}", quarters / 4),
    };
    let speed = el("button", "")
        .attr(Attr::Keys, "S")
        .attr(Attr::Label, &format!("Speed {speed}"))
        .child(el("span", "wide").text("Speed "))
        .text(&speed)
        .on_click(Msg::NextSpeed);
    let safe = nothing_fails(now, outlook);
    let mut to_failure = button("", "F", "To failure", safe, Msg::ToFailure);
    if safe {
        let why = "No failure can be reached from here: the checker looked at every schedule.";
        to_failure = to_failure.attr(Attr::Title, why);
    }
    let mut forward = button(
        "primary",
        "ArrowRight",
        "Forward \u{25b8}",
        at_end,
        Msg::Forward,
    );
    if at_end {
        forward = forward.attr(Attr::Title, NO_STEPS);
    }
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
        .child(forward)
        .child(button("play", "Space", play, false, Msg::TogglePlay))
        .child(speed)
        .child(step_size(ui))
        .child(to_failure);
    el("div", "times").child(time).child(branches(now))
}

/// A button for each actor's next step.
pub fn step_buttons(now: &Moment, ui: &UiState, outlook: Option<&Outlook>) -> Element {
    if !ui.by_hand() {
        return nothing();
    }
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
    for &(end, length, current) in &now.branches {
        let s = if length == 1 { "" } else { "s" };
        let label = format!("{} \u{b7} {length} step{s}", now.run_name(end));
        let chip = el("button", "")
            .attr_bool(Attr::Pressed, current)
            .text(&label);
        chips = chips.child(chip.on_click(Msg::SwitchRun(end)));
    }
    chips
}
