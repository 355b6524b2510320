//! What the style sheets ask of the page's root: which tab is shown at the side, whether a panel is open there, what
//! lies over the stage. And the programs scrolled to their current lines.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

use stable_pages::view::{Asked, Drawer, Tab};

use super::dom::{self, Chore};
use super::store::Store;

/// Keeps the root told.
pub fn tell_root(store: Store) {
    dom::whenever(move || {
        let ui = store.ui();
        let Some(root) = document().document_element() else {
            return;
        };
        let tab = match ui.shown() {
            Tab::Explain => "explain",
            Tab::Inspect => "inspect",
            Tab::Compare => "compare",
            Tab::Check => "check",
            Tab::Edit => "edit",
        };
        let drawer = match ui.drawer {
            None => "",
            Some(Drawer::Side) => "side",
            Some(Drawer::Programs) => "programs",
        };
        let wide = ui.panel.is_some() || ui.shown() == Tab::Edit;
        let panel = if wide { "open" } else { "" };
        let lesson = match &ui.lesson {
            None => "",
            Some(it) if it.whole => "whole",
            Some(it) if it.asked == Asked::Break => "break",
            Some(_) => "watch",
        };
        let projector = if ui.projector { "on" } else { "" };
        for (name, value) in [
            ("data-tab", tab),
            ("data-drawer", drawer),
            ("data-panel", panel),
            ("data-lesson", lesson),
            ("data-projector", projector),
        ] {
            // Only where it differs, since even the same value costs a new style.
            if root.get_attribute(name).as_deref() != Some(value) {
                // An element takes every attribute.
                let _ = root.set_attribute(name, value);
            }
        }
    });
}

/// Keeps the sentence in its room, and the current lines in view.
pub fn watch(store: Store) {
    let (sentence, programs) = (Chore::new(fit_sentence), Chore::new(scroll_programs));
    dom::whenever(move || {
        store.moment();
        store.ui();
        // What lies ahead stands below the sentence.
        store.outlook();
        sentence.in_frame();
        programs.after_frame();
    });
    dom::listen("resize", |_| fit_sentence());
}

/// Sets the step's sentence, and what stands with it, as large as it fits into its room.
fn fit_sentence() {
    let say = document().query_selector(".say").ok().flatten();
    let Some(say) = say.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let style = say.style();
    // Fails only for what is no property.
    let _ = style.remove_property("font-size");
    for size in [
        "0.9rem", "0.82rem", "0.74rem", "0.68rem", "0.62rem", "0.58rem",
    ] {
        if say.scroll_height() <= say.client_height() {
            return;
        }
        let _ = style.set_property("font-size", size);
    }
}

/// Scrolls each program, and nothing else, so that the line that comes next is in its middle.
fn scroll_programs() {
    let Ok(lines) = document().query_selector_all(".program > .current:not(:has(~ .current))")
    else {
        return;
    };
    for at in 0..lines.length() {
        let line = lines
            .item(at)
            .and_then(|it| it.dyn_into::<HtmlElement>().ok());
        let Some((line, program)) = line.and_then(|it| {
            let program: Element = it.parent_element()?;
            Some((it, program))
        }) else {
            continue;
        };
        let room = program.client_height();
        if program.scroll_height() <= room {
            continue;
        }
        let line = line.get_bounding_client_rect();
        let above = line.top() - program.get_bounding_client_rect().top();
        let middle = (f64::from(room) - line.height()) / 2.0;
        program.set_scroll_top(program.scroll_top() + (above - middle).round() as i32);
    }
}
