//! Top of the page: name, scenario, the list with expected verdicts, and messages.

use leptos::prelude::*;

use stable_pages::scenario::{Scenario, catalogue};

use super::desk::Desk;
use super::parts::{At, button, el, note, nothing, show};

/// What the page is about, for whoever comes without knowing.
const TAGLINE: &str = "A page must not change between the moment its checksum is taken and the moment the disk has it. \
    Step through how Linux sees to that, and through what happens when one step is missing.";

pub fn header(desk: Desk) -> AnyView {
    let help = Box::new(move || desk.show_help(true));
    desk.scenario.with(|it| {
        el("header", "top")
            .with(note("brand", "Stable Pages"))
            .with(el("h1", "").text(&it.title))
            .with(note("era", it.era.kernels()))
            .child(button("quiet", "?", "Keys and words (?)", false, help))
            .with(note(
                "tagline",
                if desk.depth() == 0 { TAGLINE } else { "" },
            ))
            .view()
    })
}

/// A message about an address or a file that leads nowhere. The list stands right below it.
pub fn notice(desk: Desk) -> AnyView {
    let text = desk.panel().notice;
    if text.is_empty() {
        return nothing();
    }
    note("notice", &format!("{text} Choose an ordering below.")).view()
}

/// All scenarios, each with the verdict it must have.
pub fn list(desk: Desk) -> AnyView {
    let mut all: Vec<Scenario> = Vec::new();
    for scenario in catalogue().filter_map(|entry| entry.load().ok()) {
        let after = all.iter().position(|it| it.order > scenario.order);
        all.insert(after.unwrap_or(all.len()), scenario);
    }
    let cards = show(move || {
        let current = desk.scenario.with(|it| it.slug.clone());
        let mut list = el("ul", "");
        for scenario in &all {
            let clean = scenario.expected().is_empty();
            let verdict = scenario.expected_words();
            let (class, words) = match clean {
                true => (
                    "badge good",
                    format!("\u{2713} {verdict} on every schedule"),
                ),
                false => ("badge bad", format!("\u{2715} {verdict} possible")),
            };
            let link = el("a", "")
                .at(At::Href, &format!("#{}", scenario.slug))
                .is(At::Current, scenario.slug == current)
                .with(el("span", "").text(&scenario.title))
                .with(el("span", class).text(&words));
            list = list.with(el("li", "").with(link));
        }
        list.view()
    });
    el("nav", "catalogue")
        .at(At::Label, "Orderings, each with its expected verdict")
        .child(cards)
        .view()
}
