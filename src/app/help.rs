//! The sheet behind `?`: keys, and every op's meaning and source.

use leptos::prelude::*;

use stable_pages::protocol::{GROUPS, OPS, TERMS};

use super::desk::Desk;
use super::keys;
use super::parts::{At, El, button, el, nothing, row, show};

pub fn sheet(desk: Desk) -> AnyView {
    // Filled when it is opened, so that the page starts sooner.
    let body = show(move || match desk.panel().help {
        true => contents(desk),
        false => nothing(),
    });
    view! {
        <dialog
            class="help"
            id="help"
            aria-labelledby="help-title"
            on:close=move |_| desk.show_help(false)
        >
            {body}
        </dialog>
    }
    .into_any()
}

fn contents(desk: Desk) -> AnyView {
    let era = desk.scenario().era as usize;
    let mut keys = el("dl", "keys");
    for (key, what) in keys::TABLE {
        keys = word(keys, key, what, "");
    }
    let mut terms = el("dl", "words");
    for (term, meaning) in TERMS {
        terms = word(terms, term, meaning, "");
    }
    let groups = GROUPS
        .iter()
        .map(|it| (it.calls[era], it.meaning, it.source));
    let ops = OPS.iter().map(|it| (it.calls[era], it.meaning, it.source));
    let mut words = el("dl", "words");
    for (call, meaning, source) in groups.chain(ops) {
        words = word(words, &call.replace("{}", "\u{2026}"), meaning, source);
    }
    let close = Box::new(move || desk.show_help(false));
    row(vec![
        el("div", "help-head")
            .with(el("h2", "").at(At::Id, "help-title").text("Keys and words"))
            .child(button("", "Escape", "Close", false, close))
            .view(),
        el("h3", "").text("Keys").view(),
        keys.view(),
        el("h3", "").text("Words").view(),
        terms.view(),
        el("h3", "").text("What each step means").view(),
        words.view(),
    ])
}

fn word(list: El, term: &str, meaning: &str, source: &str) -> El {
    let meaning = el("dd", "").text(meaning).text(" ");
    list.with(el("dt", "").with(el("code", "").text(term)))
        .with(meaning.with(el("span", "source").text(source)))
}
