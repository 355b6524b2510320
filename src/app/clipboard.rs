//! The clipboard.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Puts a text into the clipboard; returns what is to be said of that.
pub async fn copy(text: String) -> String {
    let copied = window().navigator().clipboard().write_text(&text);
    let first = text.lines().next().unwrap_or_default();
    match (JsFuture::from(copied).await, text.lines().count()) {
        (Ok(_), 1) => format!("Copied: {first}"),
        (Ok(_), lines) => format!("Copied: {lines} lines, \u{201c}{first}\u{201d} and so on."),
        (Err(_), _) => {
            "The browser does not let the page copy; mark the text and copy it yourself.".to_owned()
        }
    }
}
