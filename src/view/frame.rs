//! What never changes of the page: its parts, in the order of the story, with a slot for each section
//! that is drawn anew.

use super::look::Sheet;
use super::tree::{At, El, On, el, note};
use super::wish::Wish;

/// A place for a section.
fn slot(name: &str) -> El {
    el("div", "").at(At::Slot, name)
}

/// The whole page.
pub fn frame() -> El {
    let help = el("button", "help-button")
        .at(At::Keys, "?")
        .at(At::Label, "Keys and words")
        .text("?")
        .press(Wish::Sheet(Some(Sheet::Keys)));
    let share = el("button", "share-button")
        .at(At::Keys, "X")
        .text("Share")
        .press(Wish::Sheet(Some(Sheet::Share)));
    let mut sheet = el("dialog", "help")
        .at(At::Id, "help")
        .at(At::LabelledBy, "help-title")
        .with(slot("sheet"));
    sheet.on = Some(On::Closed(Wish::Sheet(None)));
    el("div", "shell")
        .with(
            el("header", "top")
                .with(note("brand", "Stable Pages"))
                .with(catalogue())
                .with(slot("loading"))
                .with(slot("settings"))
                .with(share)
                .with(help),
        )
        .with(slot("notice").at(At::Role, "alert"))
        .with(checker())
        .with(desk())
        .with(
            el("footer", "foot").with(timeline()).with(full()).with(
                el("div", "controls")
                    .with(slot("moves"))
                    .with(slot("step-buttons")),
            ),
        )
        .with(sheet)
        .with(slot("drop"))
}

fn catalogue() -> El {
    let mut field = el("input", "")
        .at(At::Type, "file")
        .at(At::Accept, ".toml,.svg");
    field.on = Some(On::Pick);
    let file = el("label", "file")
        .with(el("span", "").text("Open a file\u{2026}"))
        .with(field);
    el("nav", "catalogue")
        .at(At::Label, "Orderings, each with its expected verdict")
        .with(
            el("details", "orderings")
                .at(At::Id, "orderings")
                .with(el("summary", "").at(At::Keys, "O").with(slot("chosen")))
                .with(
                    el("div", "scroll")
                        .at(At::TabIndex, "0")
                        .at(At::Role, "group")
                        .at(At::Label, "All orderings")
                        .with(file)
                        .with(slot("orderings")),
                ),
        )
}

fn checker() -> El {
    el("section", "checker")
        .at(At::Label, "Checker: what every schedule does")
        .with(
            el("div", "top-line")
                .with(
                    el("div", "strip")
                        .at(At::Part, "result")
                        .at(At::Live, "polite")
                        .with(slot("result")),
                )
                .with(slot("questions")),
        )
        .with(el("div", "panel").with(slot("panel")))
}

fn desk() -> El {
    let now = el("div", "")
        .at(At::Live, "polite")
        .at(At::Part, "now")
        .with(slot("sentence"));
    let mut wires = el("svg", "wires").is(At::Hidden, true);
    for class in ["thing", "holder", "end", "tip"] {
        wires = wires.with(el("path", class));
    }
    el("main", "desk")
        .with(
            el("div", "middle")
                .with(slot("tagline"))
                .with(now)
                .with(slot("cause"))
                .with(slot("meaning"))
                .with(slot("ahead"))
                .with(slot("stage"))
                .with(slot("compared"))
                .with(slot("legend")),
        )
        .with(slot("actors"))
        .with(
            el("div", "side")
                .at(At::Id, "side")
                .with(slot("tabs"))
                .with(slot("side")),
        )
        .with(wires)
}

/// For a page in a frame: the way to the whole one, which the page keeps up to date.
fn full() -> El {
    let link = el("a", "")
        .at(At::Id, "full")
        .at(At::Href, "./")
        .at(At::Target, "_blank")
        .text("Stable Pages: open the full page");
    el("p", "full").with(link)
}

fn timeline() -> El {
    el("section", "timeline")
        .at(At::Label, "Timeline")
        .with(slot("lanes"))
        .with(
            el("div", "track")
                .with(slot("tape"))
                .with(slot("playhead"))
                .with(slot("writing")),
        )
        .with(slot("scrubber"))
}
