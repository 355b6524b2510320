//! The page in a frame of another page, with `?embed`: stage and controls only, and word of its height.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::{Object, Reflect};

use super::desk::Desk;
use super::render::listen;

/// Whether the address asks for it.
fn asked() -> bool {
    let query = window().location().search().unwrap_or_default();
    query
        .trim_start_matches('?')
        .split('&')
        .any(|it| it == "embed" || it == "embed=")
}

/// Shows stage and controls only, where the address asks for that.
pub fn watch(desk: Desk) {
    let Some(root) = document().document_element().filter(|_| asked()) else {
        return;
    };
    // An element takes every attribute.
    let _ = root.set_attribute("data-embed", "");
    if let Some(full) = document().query_selector(".full").ok().flatten() {
        // The scenario's own heading is not shown.
        let _ = full.set_attribute("role", "heading");
        let _ = full.set_attribute("aria-level", "1");
    }
    Effect::new(move |_| {
        desk.now();
        desk.panel();
        request_animation_frame(tell);
    });
    listen("resize", |_| tell());
}

/// Tells the page around how high this one is: `{ type: "stable-pages", height }`, in CSS pixels.
fn tell() {
    let shell = document().query_selector(".shell").ok().flatten();
    let height = shell.map_or(0, |it| it.scroll_height());
    let word = Object::new();
    // An object takes every property, and anybody may know the height.
    let _ = Reflect::set(&word, &"type".into(), &"stable-pages".into());
    let _ = Reflect::set(&word, &"height".into(), &JsValue::from(height));
    if let Ok(Some(parent)) = window().parent() {
        let _ = parent.post_message(&word, "*");
    }
}
