//! The page in the browser, and the only code that knows the browser. It has Elm's shape: `store` is the
//! model, `view` (in the library) makes elements of it, `dom` makes those real and sends messages, and
//! `update` does what a message asks for.
//!
//! The store and the modules that talk to the browser or the worker (`dom`, `worker`, `offline`, `address`,
//! `source`) know nobody else and take callbacks; this file puts all together.

mod address;
mod animation;
mod arrival;
mod checking;
mod clipboard;
mod course;
mod definition;
mod dialogs;
mod dom;
mod drafts;
mod editor;
mod embed;
mod keys;
mod layout;
mod motion;
mod navigation;
mod offline;
mod picture;
mod playback;
mod race;
mod source;
mod store;
mod timeline;
mod update;
mod wires;
mod worker;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use stable_pages::view::{self, Attr, Element, Msg, Slot, el, note, nothing};

use course::First;
use dom::{Action, mount_section};
use store::Store;

/// Puts the page in place of the text of index.html, as soon as there is a scenario to show; where there is
/// none, says so below that text.
pub fn mount() {
    // In turn, since to get the program ready was work enough for one go.
    dom::in_turn(|| {
        // Leptos's own `spawn_local` works only once something is mounted.
        spawn_local(async {
            match course::first(address::current()).await {
                Ok(first) => {
                    dom::in_turn(|| dom::mount_frame(view::frame()));
                    dom::in_turn(move || start(first));
                }
                Err(reason) => mount_apology(&reason),
            }
        });
    });
}

/// Says why the text of index.html is all there is.
fn mount_apology(reason: &str) {
    // Its one button loads the page again, which also helps where the page is older than what it asks for.
    dom::set_dispatch(|_| offline::reload());
    let text = format!("No ordering could be fetched: {reason}.");
    let again = view::button("", "", "Try again", false, Msg::Reload);
    let notice = el("div", "notice")
        .attr(Attr::Role, "alert")
        .child(note("", &text))
        .child(el("div", "moves").child(again));
    dom::mount_frame(notice);
}

/// Starts the page, whose frame is there, with a scenario of the catalogue, or with a lesson. It is put together out of sight,
/// and shown once it is whole.
fn start(first: First) {
    // Signals live as long as the page.
    let owner = Owner::new();
    owner.set();
    let store = Store::new(first.packed);
    dom::set_dispatch(move |action| match action {
        Action::Msg(msg) => update::update(store, msg),
        Action::Edit(sealed, value) => editor::used(sealed, value),
        Action::OpenFile(file) => navigation::open_file(store, file),
    });
    std::mem::forget(owner);
    dom::in_turn(move || {
        embed::watch(store);
        layout::tell_root(store);
        course::start(store, first.lesson);
    });
    dom::in_turn(move || navigation::start(store));
    mount_sections(store);
    dom::in_turn(move || {
        keys::listen(store);
        source::listen_for_drops(
            move |dropping| store.update_ui(|ui| ui.dropping = dropping),
            move |file| navigation::open_file(store, file),
        );
        definition::listen(store);
        race::listen(store);
        timeline::listen(store);
        layout::watch(store);
        motion::watch(store);
        editor::watch(store);
        checking::start(store, editor::take);
        if let Some(before) = document().get_element_by_id("before") {
            before.remove();
        }
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "true");
        }
    });
}

/// Mounts the sections that the page draws, and those that the worker does.
fn mount_sections(store: Store) {
    mount_section("loading", move || view::loading(&store.ui()));
    mount_section("settings", move || {
        view::settings(&store.moment_per_scenario())
    });
    mount_section("chosen", move || {
        let badge = store.section(Slot::Badge);
        let badge = badge.map(|drawn| (*drawn.0).clone());
        view::orderings_summary(&store.moment_per_scenario(), badge)
    });
    mount_section("find", move || view::list_search(&store.ui()));
    mount_section("notice", move || view::notice(&store.ui()));
    mount_section("panel", move || panel(store));
    mount_section("tagline", move || {
        view::tagline(&store.moment(), &store.ui())
    });
    mount_section("sentence", move || {
        view::sentence(&store.moment(), &store.ui())
    });
    mount_section("ahead", move || {
        let outlook = store.outlook();
        view::outlook_line(&store.moment(), outlook.as_ref().map(|it| &*it.0))
    });
    mount_section("stage", move || view::stage(&store.moment(), &store.ui()));
    mount_section("actors", move || {
        let outlook = store.outlook();
        let outlook = outlook.as_ref().map(|it| &*it.0);
        view::actor_cards(&store.moment(), &store.ui(), outlook)
    });
    // Laid out in two goes.
    dom::in_turn(dom::lay_out);
    mount_section("tabs", move || view::tabs(&store.ui()));
    timeline::mount(store);
    mount_section("moves", move || {
        let outlook = store.outlook();
        let outlook = outlook.as_ref().map(|it| &*it.0);
        view::time_controls(&store.moment(), &store.ui(), outlook)
    });
    mount_section("step-buttons", move || {
        let outlook = store.outlook();
        let outlook = outlook.as_ref().map(|it| &*it.0);
        view::step_buttons(&store.moment(), &store.ui(), outlook)
    });
    mount_section("drop", move || match store.ui().dropping {
        true => el("div", "drop").text("Drop a file to open it"),
        false => nothing(),
    });
    for (name, slot, until) in [
        (
            "result",
            Slot::Result,
            "The checker is looking at every schedule\u{2026}",
        ),
        (
            "side",
            Slot::Side,
            "Explanations come with the checker\u{2026}",
        ),
        (
            "sheet",
            Slot::Sheet,
            "The words come with the checker\u{2026}",
        ),
        ("meaning", Slot::TermMeaning, ""),
        ("chain", Slot::Chain, ""),
        (
            "lesson",
            Slot::Lesson,
            "The lesson comes with the checker\u{2026}",
        ),
        ("definition", Slot::Definition, ""),
        ("legend", Slot::Legend, ""),
        ("questions", Slot::Questions, ""),
        ("elsewhere", Slot::Elsewhere, ""),
        (
            "orderings",
            Slot::Orderings,
            "The list comes with the checker\u{2026}",
        ),
    ] {
        mount_section(name, move || worker_section(store, slot, until));
    }
}

/// What the worker has drawn for a slot; before that, the words `until`, and where there is no checker, why.
fn worker_section(store: Store, slot: Slot, until: &str) -> Element {
    match (store.section(slot), store.ui().gone, slot) {
        (
            _,
            Some(_),
            Slot::TermMeaning
            | Slot::Chain
            | Slot::Definition
            | Slot::Legend
            | Slot::Questions
            | Slot::Elsewhere,
        ) => nothing(),
        // The plain pages list the orderings, too.
        (_, Some(_), Slot::Orderings) => el("a", "")
            .attr(Attr::Href, "scenarios/")
            .text("All orderings, as plain pages"),
        (_, Some(reason), _) => note(
            "",
            &format!(
                "The checker cannot work: {reason}. Without it there are no explanations, and no other kernel or device and no file of yours can be shown; everything else works as it did."
            ),
        ),
        (Some(drawn), ..) => (*drawn.0).clone(),
        (None, ..) => note("small", until),
    }
}

/// The checker's panel that is open, which the worker draws.
fn panel(store: Store) -> Element {
    if store.ui().panel.is_none() {
        return nothing();
    }
    if let Some(drawn) = store.section(Slot::Panel) {
        return (*drawn.0).clone();
    }
    let close = view::button("close", "", "\u{2715} Close", false, Msg::ClosePanel);
    let words = match store.ui().gone {
        Some(_) => "There is no checker to draw it.",
        None => "Once everything has been looked at.",
    };
    let open = el("div", "open").attr(Attr::Part, "panel");
    open.child(note("", words)).child(close)
}
