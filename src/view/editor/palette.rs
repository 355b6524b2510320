//! The palette: lines to insert, found as one types.

use crate::protocol::{Need, PaletteItem, palette};
use crate::scenario::{Change, Scenario};

use super::super::moment::Moment;
use super::super::vdom::{Attr, Element, Handler, button, el, note, rich};
use super::change;
use super::desk::Desk;
use super::state::{EditMsg, Sealed};

/// The most lines offered at a time.
const MOST: usize = 10;

/// The palette's field and what was found.
pub fn palette_of(now: &Moment, desk: &Desk, to_change: &dyn Fn(&str) -> Change) -> Element {
    let query = desk.editing.query.trim();
    let mut field = el("input", "")
        .attr(Attr::Type, "search")
        .attr(Attr::Part, "palette-query");
    field.handler = Some(Handler::EditInput(Sealed::of(&EditMsg::Query)));
    let search = el("label", "choice")
        .child(el("span", "").text("A function of any kernel, or what it does"))
        .child(field);
    let found = palette(query, now.scenario.era);
    let many = found.len();
    let mut list = el("ul", "palette").attr(Attr::Label, "Lines to insert");
    // A line with arguments is taken as it is written.
    if query.contains(char::is_whitespace) && !query.is_empty() {
        let as_written = button("link", "", query, false, change(to_change(query)));
        list = list.child(
            el("li", "")
                .child(as_written)
                .child(el("small", "").text("as it is written")),
        );
    }
    for item in found.into_iter().take(MOST) {
        let mut row = el("li", "");
        let lines = lines(&now.scenario, desk, &item);
        for line in &lines {
            let words = match lines.len() {
                1 if *line == item.key => item.call.clone(),
                _ => format!("{} ({line})", item.call),
            };
            row = row.child(button("link", "", &words, false, change(to_change(line))));
        }
        if lines.is_empty() {
            row = row.child(el("code", "").text(&item.call));
        }
        let words = match (&item.meaning, lines.is_empty(), item.needs) {
            (_, true, Some(Need::Words)) => "Write what is to be shown behind it.",
            (_, true, _) => {
                "There is nothing here that it could work on: add it among actors and bytes."
            }
            (meaning, ..) if meaning.is_empty() => &item.label,
            (meaning, ..) => meaning,
        };
        list = list.child(
            row.child(rich(el("small", ""), words))
                .child(el("small", "source").text(&item.source)),
        );
    }
    let more = match many > MOST {
        true => format!("{} more: write on.", many - MOST),
        false if many == 0 => {
            "Nothing of that name. Anything else can stand there as a call that does nothing: write `call` before it.".to_owned()
        }
        false => String::new(),
    };
    el("div", "palette-of")
        .child(search)
        .child(list)
        .child(note("small", &more))
}

/// The lines that something can be inserted as here: one for each thing that it could work on.
fn lines(scenario: &Scenario, desk: &Desk, item: &PaletteItem) -> Vec<String> {
    let key = &item.key;
    let with = |name: &String| format!("{key} {name}");
    match item.needs {
        None => vec![key.clone()],
        Some(Need::Page) => {
            let others = 1..scenario.indexes.len();
            let others = others.map(|at| format!("{key} {at}"));
            [key.clone()].into_iter().chain(others).collect()
        }
        Some(Need::Space) => scenario.spaces.iter().map(with).collect(),
        Some(Need::Store) => desk.draft().names("store").iter().map(with).collect(),
        Some(Need::Lock(kind)) => {
            let locks = scenario.locks.iter().zip(&scenario.model.locks);
            let locks = locks.filter(|(_, lock)| lock.kind == kind);
            locks.map(|(name, _)| with(name)).collect()
        }
        Some(Need::Words) => Vec::new(),
    }
}
