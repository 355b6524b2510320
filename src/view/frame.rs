//! The frame of the page, which never changes: its parts in the order of the story, with a slot for each section that
//! is drawn anew.

use super::course::CourseMsg;
use super::msg::Msg;
use super::ui_state::Sheet;
use super::vdom::{Attr, Element, Handler, el, note};

/// The place of a section.
fn slot(name: &str) -> Element {
    el("div", "").attr(Attr::Slot, name)
}

/// The whole page.
pub fn frame() -> Element {
    let help = el("button", "help-button")
        .attr(Attr::Keys, "?")
        .attr(Attr::Label, "Keys and words")
        .text("?")
        .on_click(Msg::Sheet(Some(Sheet::Keys)));
    let share = el("button", "share-button")
        .attr(Attr::Keys, "X")
        .text("Share")
        .on_click(Msg::Sheet(Some(Sheet::Share)));
    let course = el("button", "course-button")
        .text("Course")
        .on_click(Msg::Sheet(Some(Sheet::Course)));
    let leave = el("button", "leave-button")
        .text("Open the workbench")
        .on_click(Msg::Course(CourseMsg::Leave));
    let mut sheet = el("dialog", "help")
        .attr(Attr::Id, "help")
        .attr(Attr::LabelledBy, "help-title")
        .child(slot("sheet"));
    sheet.handler = Some(Handler::Close(Msg::Sheet(None)));
    let bubble = el("div", "bubble")
        .attr(Attr::Id, "bubble")
        .attr(Attr::Role, "status")
        .child(slot("definition"));
    let projector = el("button", "projector-button")
        .attr(Attr::Keys, "Escape")
        .text("Leave projector mode")
        .on_click(Msg::Course(CourseMsg::Projector));
    el("div", "shell")
        .child(projector)
        .child(
            el("header", "top")
                .child(note("brand", "Stable Pages"))
                .child(catalogue())
                .child(slot("loading"))
                .child(slot("settings"))
                .child(leave)
                .child(course)
                .child(share)
                .child(help),
        )
        .child(slot("notice").attr(Attr::Role, "alert"))
        .child(desk())
        .child(
            el("footer", "foot").child(timeline()).child(full()).child(
                el("div", "controls")
                    .child(slot("moves"))
                    .child(slot("step-buttons")),
            ),
        )
        .child(sheet)
        .child(bubble)
        .child(slot("drop"))
}

fn catalogue() -> Element {
    // The tagline has a label for it, too.
    let mut field = el("input", "")
        .attr(Attr::Id, "file")
        .attr(Attr::Type, "file");
    field.handler = Some(Handler::PickFile);
    let file = el("label", "file")
        .child(el("span", "").text("Open a file or a trace\u{2026}"))
        .child(field);
    el("nav", "catalogue")
        .attr(Attr::Label, "Orderings, each with its expected verdict")
        .child(
            el("details", "orderings")
                .attr(Attr::Id, "orderings")
                .child(
                    el("summary", "")
                        .attr(Attr::Keys, "/ O")
                        .child(slot("chosen")),
                )
                .child(
                    el("div", "scroll")
                        .attr(Attr::TabIndex, "0")
                        .attr(Attr::Role, "group")
                        .attr(Attr::Label, "All orderings")
                        .child(slot("find"))
                        .child(file)
                        .child(slot("orderings")),
                ),
        )
}

/// What the checker knows, in the column at the side.
fn checker() -> Element {
    el("section", "checker")
        .attr(Attr::Label, "Checker: what every schedule does")
        .child(
            el("div", "strip")
                .attr(Attr::Part, "result")
                .attr(Attr::Live, "polite")
                .child(slot("result")),
        )
        .child(slot("questions"))
        .child(el("div", "panel").child(slot("panel")))
}

fn desk() -> Element {
    let now = el("div", "")
        .attr(Attr::Live, "polite")
        .attr(Attr::Part, "now")
        .child(slot("sentence"))
        .child(slot("elsewhere"));
    // The lines in it are drawn by app/motion.rs.
    let wires = el("svg", "wires").attr_bool(Attr::Hidden, true);
    let legend = el("details", "card signs")
        .child(el("summary", "").text("What the signs mean"))
        .child(slot("legend"));
    el("main", "desk")
        .child(
            el("div", "middle")
                .child(
                    el("div", "say")
                        .child(slot("tagline"))
                        .child(now)
                        .child(slot("chain"))
                        .child(slot("meaning"))
                        .child(slot("ahead")),
                )
                .child(slot("stage")),
        )
        .child(slot("actors"))
        .child(el("div", "lesson").child(slot("lesson")))
        .child(slot("tabs"))
        .child(
            el("div", "side")
                .attr(Attr::Id, "side")
                .child(checker())
                .child(slot("side"))
                .child(legend),
        )
        .child(wires)
}

/// For a page embedded in another: a link to the whole page, whose address is kept up to date.
fn full() -> Element {
    let link = el("a", "")
        .attr(Attr::Id, "full")
        .attr(Attr::Href, "./")
        .attr(Attr::Target, "_blank")
        .text("Stable Pages: open the full page");
    el("p", "full").child(link)
}

fn timeline() -> Element {
    el("section", "timeline")
        .attr(Attr::Label, "Timeline")
        .child(slot("lanes"))
        .child(
            el("div", "track")
                .child(slot("tape"))
                .child(slot("playhead"))
                .child(slot("writing")),
        )
        .child(slot("scrubber"))
}
