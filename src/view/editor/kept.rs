//! The drafts kept in this browser, and the one at work as a file.

use super::super::msg::Msg;
use super::super::ui_state::Sheet;
use super::super::vdom::{Attr, Element, button, el, note, nothing};
use super::desk::Desk;
use super::edit;
use super::state::EditMsg;

/// The drafts kept in this browser.
pub fn face(desk: &Desk) -> Element {
    let new = edit(EditMsg::New);
    // It is pasted where everything is that comes out of mails.
    let paste = Msg::Sheet(Some(Sheet::Share));
    let save = el("a", "button")
        .attr(Attr::Href, &desk.file)
        .attr(Attr::Download, "draft.toml")
        .text("Save as a file");
    let it = el("div", "kept").attr(Attr::Part, "drafts").child(
        el("div", "moves")
            .child(button("", "", "New, from nothing", false, new))
            .child(button(
                "",
                "",
                "New, from a diagram in a mail",
                false,
                paste,
            ))
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
