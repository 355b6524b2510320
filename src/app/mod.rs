//! The page. The only place that knows the browser; it draws what `view` says, grants what visitors
//! ask for, and never decides protocol.

mod check;
mod desk;
mod keys;
mod link;
mod motion;
mod moves;
mod race;
mod render;
mod source;
mod timeline;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use wasm_bindgen_futures::spawn_local;

use stable_pages::view::{self, Place, Wish, el, note, nothing};

use desk::Desk;
use render::{part, show};

/// Puts the page in place of the text that stands there before, as soon as there is a scenario to
/// show; where there is none, says so below that text.
pub fn mount() {
    spawn_local(async {
        let before = document().get_element_by_id("before");
        match source::first().await {
            Ok(first) => {
                if let Some(before) = before {
                    before.remove();
                }
                put(
                    document().body(),
                    Box::new(move || app(desk::Desk::new(first))),
                );
                if let Some(root) = document().document_element() {
                    let _ = root.set_attribute("data-ready", "true");
                }
            }
            Err(reason) => {
                let before = before.and_then(|it| it.dyn_into().ok());
                put(before, Box::new(move || nothing_to_show(&reason)));
            }
        }
    });
}

fn put(place: Option<HtmlElement>, view: Box<dyn FnOnce() -> AnyView>) {
    if let Some(place) = place {
        mount_to(place, view).forget();
    }
}

/// Below the text that stood there before: why it is all there is.
fn nothing_to_show(reason: &str) -> AnyView {
    let text = format!("The page is here, but no ordering to show could be fetched: {reason}.");
    // Reloading also helps where the page is of an older version than what it asks for.
    let again = |_| {
        let _ = window().location().reload();
    };
    view! {
        <div class="notice" role="alert">
            <p>{text}</p>
            <div class="moves">
                <button on:click=again>"Try again"</button>
            </div>
        </div>
    }
    .into_any()
}

fn app(desk: Desk) -> AnyView {
    keys::listen(desk);
    source::take_drops(desk);
    motion::watch(desk);
    race::listen(desk);
    let outlook = move || desk.outlook();
    view! {
        <header class="top">
            <p class="brand">"Stable Pages"</p>
            {catalogue(desk)}
            {show(move || view::loading(&desk.panel()))}
            {show(move || view::settings(&desk.now()))}
            <button class="quiet help-button" aria-keyshortcuts="?" aria-label="Keys and words" on:click=move |_| desk.show_help(true)>
                "?"
            </button>
        </header>
        <div role="alert">{show(move || view::notice(&desk.panel()))}</div>
        {checker(desk)}
        <main class="desk">
            <div class="middle">
                {show(move || view::tagline(&desk.now()))}
                <div aria-live="polite" data-part="now">
                    {show(move || view::sentence(&desk.now(), &desk.panel()))}
                </div>
                {part(desk, Place::Meaning, "")}
                {show(move || view::ahead(&desk.now(), outlook().as_ref().map(|it| &*it.0)))}
                {show(move || view::stage(&desk.now(), &desk.panel()))}
            </div>
            {show(move || view::actor_cards(&desk.now(), &desk.panel(), outlook().as_ref().map(|it| &*it.0)))}
            <div class="side" id="side">
                {show(move || view::tabs(&desk.panel()))}
                {part(desk, Place::Side, "Explanations come with the checker\u{2026}")}
            </div>
            <svg class="wires" aria-hidden="true">
                <path class="thing"></path>
                <path class="holder"></path>
                <path class="end"></path>
                <path class="tip"></path>
            </svg>
        </main>
        <footer class="foot">
            {timeline::section(desk)}
            <div class="controls">
                {show(move || view::moves(&desk.now(), &desk.panel()))}
                {show(move || view::step_buttons(&desk.now(), outlook().as_ref().map(|it| &*it.0)))}
            </div>
        </footer>
        <dialog class="help" id="help" aria-labelledby="help-title" on:close=move |_| desk.show_help(false)>
            {part(desk, Place::Sheet, "The words come with the checker\u{2026}")}
        </dialog>
        {show(move || match desk.panel().dropping {
            true => el("div", "drop").text("Drop a scenario file to open it"),
            false => nothing(),
        })}
    }
    .into_any()
}

fn catalogue(desk: Desk) -> impl IntoView {
    view! {
        <nav class="catalogue" aria-label="Orderings, each with its expected verdict">
            <details class="orderings" id="orderings">
                <summary aria-keyshortcuts="O">{show(move || view::orderings_summary(&desk.now()))}</summary>
                <div class="scroll" tabindex="0" role="group" aria-label="All orderings">
                    {source::picker(desk)}
                    {show(move || view::orderings(&desk.now()))}
                </div>
            </details>
        </nav>
    }
}

fn checker(desk: Desk) -> impl IntoView {
    view! {
        <section class="checker" aria-label="Checker: what every schedule does">
            <div class="top-line">
                <div class="strip" data-part="result" aria-live="polite">
                    {part(desk, Place::Result, "The checker is looking at every schedule\u{2026}")}
                </div>
                {show(move || view::questions(&desk.panel()))}
            </div>
            <div class="panel" data-part="panel">
                {show(move || match desk.panel().panel {
                    None => nothing(),
                    Some(_) => desk.drawn(Place::Panel).map_or_else(
                        || el("div", "open")
                            .with(note("", "Once everything has been looked at."))
                            .with(view::button("close", "", "\u{2715} Close", false, Wish::ClosePanel)),
                        |it| (*it.0).clone(),
                    ),
                })}
            </div>
        </section>
    }
}
