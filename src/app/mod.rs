//! The page. The only place that knows the browser; it shows what the library says and hands
//! choices back, and never decides protocol.

mod actors;
mod bytes;
mod catalogue;
mod check;
mod checker;
mod columns;
mod controls;
mod desk;
mod explain;
mod grid;
mod header;
mod help;
mod keys;
mod link;
mod listing;
mod machine_state;
mod moves;
mod now;
mod parts;
mod source;
mod timeline;

use leptos::prelude::*;

use parts::{At, el, show};

/// Puts the page in place of the text that stood there before.
pub fn mount() {
    let document = document();
    if let Some(before) = document.get_element_by_id("before") {
        before.remove();
    }
    mount_to_body(app);
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-ready", "true");
    }
}

fn app() -> AnyView {
    let desk = desk::Desk::new();
    keys::listen(desk);
    source::take_drops(desk);
    let stage = el("section", "stage")
        .at(At::Label, "Stage")
        .child(show(move || columns::pages(desk)))
        .with(columns::legend());
    let middle = el("div", "middle")
        .with(
            el("div", "")
                .at(At::Live, "polite")
                .at(At::Part, "now")
                .child(show(move || explain::now(desk))),
        )
        .with(el("div", "foresight").child(show(move || explain::ahead(desk))))
        .with(stage);
    let main = el("main", "desk")
        .with(middle)
        .with(
            el("section", "actors")
                .at(At::Label, "Actors")
                .child(show(move || actors::cards(desk))),
        )
        .with(
            el("section", "explain")
                .at(At::Label, "Explanation")
                .child(show(move || explain::cards(desk)))
                .child(explain::sector_bytes(desk)),
        );
    let foot = el("footer", "foot")
        .child(timeline::timeline(desk))
        .child(controls::controls(desk));
    parts::row(vec![
        show(move || header::header(desk)),
        el("div", "")
            .at(At::Role, "alert")
            .child(show(move || header::notice(desk)))
            .view(),
        el("div", "bar")
            .child(catalogue::catalogue_list(desk))
            .child(show(move || header::settings(desk)))
            .view(),
        checker::checker(desk),
        main.view(),
        foot.view(),
        help::sheet(desk),
        show(move || match desk.panel().dropping {
            true => el("div", "drop")
                .text("Drop a scenario file to open it")
                .view(),
            false => parts::nothing(),
        }),
    ])
}
