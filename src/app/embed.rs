//! The page in a frame of another page, with `?embed`: shows stage and controls only, and tells the other page
//! its height.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::{Object, Reflect};

use super::dom::{self, listen};
use super::store::Store;

/// Whether the address asks for the embedded page.
pub fn asked() -> bool {
    let query = window().location().search().unwrap_or_default();
    query
        .trim_start_matches('?')
        .split('&')
        .any(|it| it == "embed" || it == "embed=")
}

/// Whether the page is embedded.
pub fn is() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.has_attribute("data-embed"))
}

/// Shows stage and controls only, where the address asks for that.
pub fn watch(store: Store) {
    let Some(root) = document().document_element().filter(|_| asked()) else {
        return;
    };
    // An element takes every attribute.
    let _ = root.set_attribute("data-embed", "");
    if let Some(full) = document().query_selector(".full").ok().flatten() {
        // In place of the scenario's own heading, which is not shown.
        let _ = full.set_attribute("role", "heading");
        let _ = full.set_attribute("aria-level", "1");
    }
    dom::whenever(move || {
        store.moment();
        store.ui();
        request_animation_frame(tell);
    });
    listen("resize", |_| tell());
}

/// Tells the page around this one how high it is: `{ type: "stable-pages", height }`, in CSS pixels.
fn tell() {
    let shell = document().query_selector(".shell").ok().flatten();
    let height = shell.map_or(0, |it| it.scroll_height());
    let message = Object::new();
    // An object takes every property, and anybody may know the height.
    let _ = Reflect::set(&message, &"type".into(), &"stable-pages".into());
    let _ = Reflect::set(&message, &"height".into(), &JsValue::from(height));
    if let Ok(Some(parent)) = window().parent() {
        let _ = parent.post_message(&message, "*");
    }
}
