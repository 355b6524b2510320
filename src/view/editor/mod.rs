//! The editor, in the column at the side: one ordering with two faces, its programs line by line and its file as text, and what
//! every schedule of it comes to. The worker has the draft and its versions (`desk.rs`), the page the field, drags and storage
//! (`app/editor.rs`).

mod desk;
mod fix;
mod held;
mod kept;
mod lines;
mod palette;
mod state;
mod text;
mod version;
mod world;

pub use desk::{Desk, Drafted};
pub use fix::{FIXES, Fix};
pub use state::{DraftAsked, Sealed};
use state::{EditMsg, Face};

use crate::explore::with_round;
use crate::protocol::Program;
use crate::scenario::Change;

use super::badge::badge;
use super::capture_msg::CaptureMsg;
use super::check_results::CheckResults;
use super::checker::result_line;
use super::drawing_msg::DrawingMsg;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Handler, button, el, rich};

/// A message of the editor's.
fn edit(msg: EditMsg) -> Msg {
    Msg::Edit(Sealed::of(&msg))
}

/// A message about a pasted drawing: the worker has that too.
pub(super) fn drawing_asked(msg: DrawingMsg) -> Msg {
    edit(EditMsg::Drawing(msg))
}

/// A message about the capture that is open: the worker has that as well.
pub(super) fn capture_asked(msg: CaptureMsg) -> Msg {
    edit(EditMsg::Capture(msg))
}

/// A field whose value says what is to be seen of it.
pub(super) fn capture_field(msg: CaptureMsg) -> Handler {
    Handler::EditChange(Sealed::of(&EditMsg::Capture(msg)))
}

/// What is asked for about the capture, and the value of the field that asks.
pub(super) fn about_capture(asked: &DraftAsked) -> Option<(CaptureMsg, String)> {
    let DraftAsked::Used(sealed, value) = asked else {
        return None;
    };
    match sealed.read()? {
        EditMsg::Capture(msg) => Some((msg, value.clone())),
        _ => None,
    }
}

/// What is asked for about a pasted drawing, if that is what is asked for.
pub(super) fn about_drawing(asked: &DraftAsked) -> Option<DrawingMsg> {
    let DraftAsked::Used(sealed, _) = asked else {
        return None;
    };
    match sealed.read()? {
        EditMsg::Drawing(msg) => Some(msg),
        _ => None,
    }
}

/// A message that changes the draft.
fn change(change: Change) -> Msg {
    edit(EditMsg::Change(change))
}

const FACES: [(Face, &str); 5] = [
    (Face::Lines, "Programs"),
    (Face::World, "Actors and bytes"),
    (Face::Text, "Text"),
    (Face::Kept, "Drafts"),
    (Face::Fix, "Fix it"),
];

/// The editor.
pub fn editor(
    now: &Moment,
    ui: &UiState,
    results: &CheckResults,
    desk: &Desk,
    programs: &[Program],
) -> Element {
    let mut faces = el("div", "group faces")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Edit by");
    for (face, words) in FACES {
        // The page knows which drafts there are.
        let msg = match face {
            Face::Kept => Msg::Drafts(Sealed::of(&EditMsg::Face(face))),
            _ => edit(EditMsg::Face(face)),
        };
        let button = button("", "", words, false, msg);
        faces = faces.child(button.attr_bool(Attr::Pressed, desk.editing.face == face));
    }
    let face = match desk.editing.face {
        Face::Lines => lines::face(now, results, desk, programs),
        Face::World => world::face(now, desk),
        Face::Text => text::face(desk),
        Face::Kept => kept::face(desk),
        Face::Fix => fix::face(),
    };
    el("div", "editor")
        .attr(Attr::Part, "editor")
        .child(history(desk))
        .child(verdict(now, ui, results, desk))
        .child(faces)
        .child(face)
}

/// The buttons that take changes back, and what there is to be taken back.
fn history(desk: &Desk) -> Element {
    let (undo, redo) = desk.steps();
    let edits = desk.draft().edits.len();
    let mut moves = el("div", "moves");
    for (part, key, words, many, msg) in [
        ("undo", "Control+Z", "\u{21b6} Undo", undo, EditMsg::Undo),
        ("redo", "Control+Y", "\u{21b7} Redo", redo, EditMsg::Redo),
    ] {
        let button = button("", key, words, many == 0, edit(msg));
        moves = moves.child(button.attr(Attr::Part, part));
    }
    moves.child(button(
        "",
        "",
        "Take all changes back",
        edits == 0,
        change(Change::TakeBackAll),
    ))
}

/// What every schedule of the draft comes to, with a run for each verdict; or why it cannot be built.
fn verdict(now: &Moment, ui: &UiState, results: &CheckResults, desk: &Desk) -> Element {
    let verdict = el("div", "verdict")
        .attr(Attr::Part, "draft-verdict")
        .attr(Attr::Live, "polite");
    if let Some(fault) = &desk.fault {
        let words = format!("{fault}. The stage shows the last version that runs.");
        return verdict.child(rich(el("p", "fault"), &words));
    }
    let mut verdict = verdict.child(result_line(now, ui, results));
    if let Some(mending) = desk.held.of(results.spec.as_ref()) {
        let many = desk.draft().edits.len();
        verdict = verdict.child(fix::rating(&now.scenario.slug, many, mending));
    }
    let Some(checked) = &results.checked else {
        return verdict;
    };
    let failing = checked.findings.iter().filter(|it| it.0.fails());
    let mut runs = el("ul", "runs");
    let mut any = false;
    for found in failing {
        any = true;
        let run = with_round(found, &checked.round);
        let steps = found.1.len();
        let s = if steps == 1 { "" } else { "s" };
        let play = Msg::WalkThrough(run.clone(), found.0);
        runs = runs.child(
            el("li", "")
                .child(badge("span", &[found.0]))
                .text(&format!(" in {steps} step{s} "))
                .child(button("", "", "Walk there", false, play))
                .child(button("", "", "Show its end", false, Msg::ShowEnd(run))),
        );
    }
    if any {
        verdict = verdict.child(runs);
    }
    verdict
}
