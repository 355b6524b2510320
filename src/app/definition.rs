//! The bubble that says what a thing on the page is, beside the thing: when the pointer rests on it, when it gets the focus by
//! keyboard, when it is touched. Escape closes it; it stays while the pointer is in it.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, HtmlElement, PointerEvent};

use super::dom;
use super::store::Store;

/// How long the pointer rests before the bubble opens, and how long it stays once the pointer has left.
const REST: Duration = Duration::from_millis(280);

thread_local! {
    /// Grows with each wish to open or close, so that a wish that was overtaken comes to nothing.
    static WISH: Cell<u32> = const { Cell::new(0) };
}

/// Listens for the page's life.
pub fn listen(store: Store) {
    dom::listen("pointerover", move |event| {
        let touch = event
            .dyn_ref::<PointerEvent>()
            .is_some_and(|it| it.pointer_type() == "touch");
        if touch {
            return;
        }
        match (asked(&event), inside(&event)) {
            (_, true) => {
                wish();
            }
            (Some(element), _) => later(move || open(store, &element)),
            (None, _) if !store.ui_untracked().define.is_empty() => later(move || {
                close(store);
            }),
            // A rest that has not lasted.
            (None, _) => {
                wish();
            }
        }
    });
    dom::listen("focusin", move |event| match asked(&event) {
        Some(element) if element.matches(":focus-visible").unwrap_or(false) => {
            open(store, &element)
        }
        _ if inside(&event) => {}
        _ => {
            close(store);
        }
    });
    dom::listen("click", move |event| match asked(&event) {
        // A line that folds does that.
        Some(element) if !element.has_attribute("aria-expanded") => open(store, &element),
        _ if inside(&event) => {}
        _ => {
            close(store);
        }
    });
}

/// Closes the bubble; says whether it was open.
pub fn close(store: Store) -> bool {
    wish();
    let open = !store.ui_untracked().define.is_empty();
    store.update_ui(|ui| ui.define.clear());
    open
}

/// A new wish, which overtakes those before it.
fn wish() -> u32 {
    WISH.set(WISH.get().wrapping_add(1));
    WISH.get()
}

/// Does something after a while, unless there is another wish until then.
fn later(what: impl Fn() + 'static) {
    let mine = wish();
    set_timeout(
        move || {
            if WISH.get() == mine {
                what();
            }
        },
        REST,
    );
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The element under the event that can be asked about.
fn asked(event: &Event) -> Option<Element> {
    target(event)?.closest("[data-define]").ok()?
}

/// Whether the event is in the bubble itself.
fn inside(event: &Event) -> bool {
    let over = target(event).and_then(|it| it.closest("#bubble").ok().flatten());
    over.is_some()
}

/// Opens the bubble below an element, or above it where there is more room.
fn open(store: Store, element: &Element) {
    wish();
    let what = element.get_attribute("data-define").unwrap_or_default();
    let bubble = document().get_element_by_id("bubble");
    if let Some(bubble) = bubble.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let at = element.get_bounding_client_rect();
        let size = |it: Result<leptos::wasm_bindgen::JsValue, _>| {
            it.ok().and_then(|it| it.as_f64()).unwrap_or(0.0)
        };
        let (width, height) = (size(window().inner_width()), size(window().inner_height()));
        let style = bubble.style();
        // What stands left of the tabs leaves them free.
        let tabs = document().query_selector(".tabs").ok().flatten();
        let tabs = tabs.map(|it| it.get_bounding_client_rect().left());
        let edge = tabs.filter(|tabs| at.left() < *tabs).unwrap_or(width);
        // The style sheet knows how wide the bubble can be.
        let left = at.left().min(edge - 340.0).max(8.0).round() as i32;
        let (edge, other, gap) = match at.bottom() + 180.0 < height {
            true => ("top", "bottom", at.bottom() + 6.0),
            false => ("bottom", "top", height - at.top() + 6.0),
        };
        for (name, value) in [
            ("left", format!("{left}px")),
            (edge, format!("{}px", gap.round() as i32)),
            (other, "auto".to_owned()),
        ] {
            // Fails only for what is no property.
            let _ = style.set_property(name, &value);
        }
    }
    store.update_ui(|ui| ui.define = what);
}
