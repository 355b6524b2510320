//! The page. The only place that knows the browser; it draws what `view` says, grants what visitors
//! ask for, and never decides protocol.

mod address;
mod check;
mod desk;
mod embed;
mod keys;
mod link;
mod motion;
mod moves;
mod offline;
mod picture;
mod race;
mod render;
mod source;
mod timeline;
mod wishes;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use stable_pages::scenario::Packed;
use stable_pages::view::{self, At, El, Place, Wish, el, note, nothing};

use desk::Desk;
use render::{put, put_part};

/// Puts the page in place of the text that stands there before, as soon as there is a scenario to
/// show; where there is none, says so below that text.
pub fn mount() {
    spawn_local(async {
        let first = source::first().await;
        let before = document().get_element_by_id("before");
        let root = document().document_element();
        match first {
            Ok(first) => {
                if let Some(before) = before {
                    before.remove();
                }
                app(first);
                if let Some(root) = root {
                    let _ = root.set_attribute("data-ready", "true");
                }
            }
            Err(reason) => nothing_to_show(&reason),
        }
    });
}

/// Below the text that stands there before: why it is all there is.
fn nothing_to_show(reason: &str) {
    let text = format!("No ordering could be fetched: {reason}.");
    // Reloading also helps where the page is of an older version than what it asks for.
    let again = view::button("", "", "Try again", false, Wish::Reload);
    let said = el("div", "notice")
        .at(At::Role, "alert")
        .with(note("", &text))
        .with(el("div", "moves").with(again));
    render::frame(said);
}

fn app(first: Packed) {
    render::frame(view::frame());
    // Signals live as long as the page.
    let owner = Owner::new();
    owner.set();
    let desk = Desk::new(first);
    std::mem::forget(owner);
    keys::listen(desk);
    source::take_drops(desk);
    race::listen(desk);
    timeline::listen(desk);
    put("loading", move || view::loading(&desk.panel()));
    put("settings", move || view::settings(&desk.once_a_scenario()));
    put("chosen", move || {
        view::orderings_summary(&desk.once_a_scenario())
    });
    put("notice", move || view::notice(&desk.panel()));
    put("questions", move || view::questions(&desk.panel()));
    put("panel", move || panel(desk));
    put("tagline", move || view::tagline(&desk.now()));
    put("sentence", move || {
        view::sentence(&desk.now(), &desk.panel())
    });
    put("ahead", move || {
        let seen = desk.outlook();
        view::ahead(&desk.now(), seen.as_ref().map(|it| &*it.0))
    });
    put("stage", move || view::stage(&desk.now(), &desk.panel()));
    put("legend", move || view::legend(&desk.once_a_scenario()));
    put("actors", move || {
        let seen = desk.outlook();
        view::actor_cards(&desk.now(), &desk.panel(), seen.as_ref().map(|it| &*it.0))
    });
    put("tabs", move || view::tabs(&desk.panel()));
    timeline::draw(desk);
    put("moves", move || view::moves(&desk.now(), &desk.panel()));
    put("step-buttons", move || {
        let seen = desk.outlook();
        view::step_buttons(&desk.now(), seen.as_ref().map(|it| &*it.0))
    });
    put("drop", move || match desk.panel().dropping {
        true => el("div", "drop").text("Drop a scenario file to open it"),
        false => nothing(),
    });
    for (slot, place, until) in [
        (
            "result",
            Place::Result,
            "The checker is looking at every schedule\u{2026}",
        ),
        (
            "side",
            Place::Side,
            "Explanations come with the checker\u{2026}",
        ),
        (
            "sheet",
            Place::Sheet,
            "The words come with the checker\u{2026}",
        ),
        ("meaning", Place::Meaning, ""),
        ("cause", Place::Cause, ""),
        ("compared", Place::Compared, ""),
        (
            "orderings",
            Place::List,
            "The list comes with the checker\u{2026}",
        ),
    ] {
        put_part(desk, slot, place, until);
    }
    motion::watch(desk);
    embed::watch(desk);
}

/// The checker's open panel.
fn panel(desk: Desk) -> El {
    if desk.panel().panel.is_none() {
        return nothing();
    }
    if let Some(drawn) = desk.drawn(Place::Panel) {
        return (*drawn.0).clone();
    }
    let close = view::button("close", "", "\u{2715} Close", false, Wish::ClosePanel);
    let words = match desk.panel().gone {
        Some(_) => "There is no checker to draw it.",
        None => "Once everything has been looked at.",
    };
    let open = el("div", "open").at(At::Part, "panel");
    open.with(note("", words)).with(close)
}
