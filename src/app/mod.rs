//! The page. The only place that knows the browser; it draws what `view` says, grants what visitors
//! ask for, and never decides protocol.

mod check;
mod desk;
mod keys;
mod link;
mod moves;
mod race;
mod render;
mod source;

use leptos::prelude::*;

use stable_pages::view::{self, Panel, el, nothing};

use desk::Desk;
use render::show;

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

fn app() -> impl IntoView {
    let desk = Desk::new();
    keys::listen(desk);
    source::take_drops(desk);
    let outlook = move || desk.outlook();
    view! {
        {show(move || view::top(&desk.now(), &desk.panel()))}
        <div role="alert">{show(move || view::notice(&desk.panel()))}</div>
        <div class="bar">
            {catalogue(desk)}
            {show(move || view::settings(&desk.now()))}
        </div>
        {checker(desk)}
        <main class="desk">
            <div class="middle">
                <div aria-live="polite" data-part="now">
                    {show(move || view::sentence(&desk.now(), &desk.panel()))}
                </div>
                {show(move || view::ahead(&desk.now(), outlook().as_ref().map(|it| &*it.0)))}
                <section class="stage" aria-label="Stage">
                    {show(move || view::pages(&desk.now(), &desk.panel()))}
                    {show(view::legend)}
                </section>
            </div>
            {show(move || view::actor_cards(&desk.now(), &desk.panel(), outlook().as_ref().map(|it| &*it.0)))}
            {show(move || view::explanations(&desk.now(), &desk.panel(), None))}
        </main>
        <footer class="foot">
            {show(move || view::timeline(&desk.now()))}
            <div class="controls">
                {show(move || view::moves(&desk.now(), &desk.panel()))}
                {show(move || view::step_buttons(&desk.now(), outlook().as_ref().map(|it| &*it.0)))}
            </div>
        </footer>
        <dialog class="help" id="help" aria-labelledby="help-title" on:close=move |_| desk.show_help(false)>
            {show(move || match desk.panel().help {
                // Filled when it is opened, so that the page starts sooner.
                true => view::sheet(desk.now().scenario.era),
                false => nothing(),
            })}
        </dialog>
        {show(move || match desk.panel().dropping {
            true => el("div", "drop").text("Drop a scenario file to open it"),
            false => nothing(),
        })}
    }
}

fn catalogue(desk: Desk) -> impl IntoView {
    view! {
        <nav class="catalogue" aria-label="Orderings, each with its expected verdict">
            <details class="orderings" id="orderings">
                <summary aria-keyshortcuts="O">{show(move || view::orderings_summary(&desk.now()))}</summary>
                <div class="scroll" tabindex="0" role="group" aria-label="All orderings">
                    {show(move || view::orderings(&desk.now()))}
                </div>
            </details>
            {source::picker(desk)}
        </nav>
    }
}

fn checker(desk: Desk) -> impl IntoView {
    let open = Memo::new(move |_| desk.checks().with(|it| it.panel));
    let panel = move || match open.get() {
        Some(Panel::Map) => race::panel(desk),
        _ => show(move || view::panel(&desk.now(), &desk.checks().get())),
    };
    view! {
        <section class="checker" aria-label="Checker: what every schedule does">
            <div class="top-line">
                <div class="strip" data-part="result" aria-live="polite">
                    {show(move || view::strip(&desk.now(), &desk.checks().get()))}
                </div>
                {show(move || view::questions(&desk.checks().get()))}
            </div>
            <div class="panel" data-part="panel">
                {panel}
                {show(move || match open.get() {
                    Some(_) => view::button("close", "", "\u{2715} Close", false, view::Wish::ClosePanel),
                    None => nothing(),
                })}
            </div>
        </section>
    }
}
