//! The editor, in the column at the side: one ordering with two faces, its programs line by line and its file as text, and what
//! every schedule of it comes to. The worker changes drafts (`desk.rs`), the page keeps and shows them (`app/editor.rs`).

mod desk;
mod fix;
mod lines;
mod palette;
mod state;
mod text;
mod world;

pub use desk::{Desk, Drafted};
pub use fix::{FIXES, Fix};
pub use state::{DraftAsked, Sealed};
use state::{EditMsg, Face};

use crate::explore::{Mending, with_round};
use crate::protocol::Program;
use crate::scenario::Change;

use super::badge::badge;
use super::check_results::CheckResults;
use super::checker::result_line;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, button, el, note, nothing, rich};

/// A message of the editor's.
fn edit(msg: EditMsg) -> Msg {
    Msg::Edit(Sealed::of(&msg))
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
    mending: Option<&Mending>,
    file: &str,
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
        Face::Kept => kept(desk, file),
        Face::Fix => fix::face(),
    };
    el("div", "editor")
        .attr(Attr::Part, "editor")
        .child(history(desk))
        .child(verdict(now, ui, results, desk, mending))
        .child(faces)
        .child(face)
}

/// The buttons that take changes back, and what there is to be taken back.
fn history(desk: &Desk) -> Element {
    let (undo, redo) = desk.steps();
    let edits = desk.draft().edits.len();
    el("div", "moves")
        .child(
            button(
                "",
                "Control+Z",
                "\u{21b6} Undo",
                undo == 0,
                edit(EditMsg::Undo),
            )
            .attr(Attr::Part, "undo"),
        )
        .child(
            button(
                "",
                "Control+Y",
                "\u{21b7} Redo",
                redo == 0,
                edit(EditMsg::Redo),
            )
            .attr(Attr::Part, "redo"),
        )
        .child(button(
            "",
            "",
            "Take all changes back",
            edits == 0,
            change(Change::TakeBackAll),
        ))
}

/// What every schedule of the draft comes to, with a run for each verdict; or why it cannot be built.
fn verdict(
    now: &Moment,
    ui: &UiState,
    results: &CheckResults,
    desk: &Desk,
    mending: Option<&Mending>,
) -> Element {
    let verdict = el("div", "verdict")
        .attr(Attr::Part, "draft-verdict")
        .attr(Attr::Live, "polite");
    if let Some(fault) = &desk.fault {
        let words = format!("{fault}. The stage shows the last version that runs.");
        return verdict.child(rich(el("p", "fault"), &words));
    }
    let mut verdict = verdict.child(result_line(now, ui, results));
    if let Some(mending) = mending {
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

/// The drafts kept in this browser.
fn kept(desk: &Desk, file: &str) -> Element {
    let new = edit(EditMsg::New);
    let save = el("a", "button")
        .attr(Attr::Href, file)
        .attr(Attr::Download, "draft.toml")
        .text("Save as a file");
    let it = el("div", "kept").attr(Attr::Part, "drafts").child(
        el("div", "moves")
            .child(button("", "", "New, from nothing", false, new))
            .child(save),
    );
    // Each record begins with its time, in milliseconds and in words, and its name.
    let mut drafts: Vec<(f64, &str, &str, &str)> = Vec::new();
    for (key, head) in &desk.editing.drafts {
        let mut lines = head.lines();
        let time = lines.next().and_then(|it| it.parse().ok());
        if let (Some(time), Some(when), Some(name)) = (time, lines.next(), lines.next()) {
            drafts.push((time, key, when, name));
        }
    }
    drafts.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut list = el("ul", "");
    for (_, key, when, name) in &drafts {
        let open = Msg::OpenDraft((*key).to_owned());
        let forget = Msg::ForgetDraft((*key).to_owned());
        list = list.child(
            el("li", "")
                .child(button("link", "", name, false, open))
                .child(el("small", "").text(when))
                .child(button("", "", "Forget", false, forget)),
        );
    }
    let none = match drafts.is_empty() {
        true => note("small", "None yet: a draft is kept with its first change."),
        false => nothing(),
    };
    it.child(list)
        .child(none)
        .child(note(
            "small",
            "Drafts are kept in this browser and leave it only by a link or a file.",
        ))
        .child(note("small", &desk.editing.kept))
}

impl Desk {
    /// Whether the programs are shown line by line.
    pub fn shows_lines(&self) -> bool {
        self.editing.face == Face::Lines
    }

    /// Whether the drafts kept are shown, beside which the draft can be saved.
    pub fn shows_drafts(&self) -> bool {
        self.editing.face == Face::Kept
    }
}
