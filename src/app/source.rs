//! What comes from outside the program: the packed scenarios beside the page, and the visitor's files.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::js_sys::Uint8Array;
use leptos::web_sys::{DataTransfer, DragEvent, Event, File, Response};
use wasm_bindgen_futures::JsFuture;

use stable_pages::exchange::{Address, AddressError};
use stable_pages::scenario::{BUILD, Packed};
use stable_pages::view::PackedLesson;

use super::dom::listen;

/// The scenario that opens when the address names none, and nothing else is asked for.
pub const FIRST: &str = "baseline-five-step";

/// The scenario that the page begins with, or why there is none: the one that the address names,
/// or, where it names none or that one cannot be fetched, the usual one.
pub async fn first(address: Result<Address, AddressError>) -> Result<Packed, String> {
    let usual = request(FIRST);
    if let Ok(Address::Scenario(entry) | Address::Run(entry)) = address
        && entry.slug != FIRST
        && let Ok(packed) = answer(request(entry.slug)).await
    {
        return Ok(packed);
    }
    answer(usual).await
}

/// A scenario of the catalogue, or why it could not be fetched.
pub async fn fetch(slug: &str) -> Result<Packed, String> {
    answer(request(slug)).await
}

/// A lesson, or why it could not be fetched.
pub async fn fetch_lesson(slug: &str) -> Result<PackedLesson, String> {
    let request = window().fetch_with_str(&format!("lessons/{slug}.bin?{BUILD}"));
    let bytes = bytes(request.into()).await?;
    PackedLesson::read(&bytes).map_err(|error| error.to_string())
}

/// Asks the server for a scenario. The build's name in the address keeps a cache from answering with an older one.
fn request(slug: &str) -> JsFuture {
    window()
        .fetch_with_str(&format!("scenarios/{slug}.bin?{BUILD}"))
        .into()
}

/// Waits for the server's answer and reads it.
async fn answer(request: JsFuture) -> Result<Packed, String> {
    let packed = Packed::read(&bytes(request).await?);
    packed.map_err(|error| error.to_string())
}

/// Waits for the server's answer.
async fn bytes(request: JsFuture) -> Result<Vec<u8>, String> {
    let offline = "there is no answer from the server";
    let response = request.await.map_err(|_| offline)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(format!("the server answered {}", response.status()));
    }
    let bytes = response.array_buffer().map_err(|_| offline)?;
    let bytes = JsFuture::from(bytes).await.map_err(|_| offline)?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// The text of a visitor's file, or what is wrong with it.
pub async fn read(file: &File) -> Result<String, String> {
    // Fails for a folder, too.
    let bytes = JsFuture::from(file.array_buffer()).await;
    let bytes = bytes.map_err(|_| "the browser cannot read it as a file")?;
    let text = String::from_utf8(Uint8Array::new(&bytes).to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].split(|it| *it == b'\n').count();
        format!("line {line}: it is not UTF-8 text from byte {} on", at + 1)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match text.trim().is_empty() {
        true => Err("it is empty".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// Takes files that are dropped anywhere on the page: `on_hover` is told whether one is held over it.
pub fn listen_for_drops(on_hover: impl Fn(bool) + 'static, on_drop: impl Fn(File) + 'static) {
    let (on_hover, on_drop) = (Rc::new(on_hover), Rc::new(on_drop));
    for kind in ["dragenter", "dragover", "dragleave", "drop"] {
        let (on_hover, on_drop) = (on_hover.clone(), on_drop.clone());
        listen(kind, move |event: Event| {
            let event: DragEvent = event.unchecked_into();
            let Some(data) = event.data_transfer().filter(has_files) else {
                return;
            };
            event.prevent_default();
            on_hover(match kind {
                "drop" => false,
                // What leaves for no other element leaves the window.
                "dragleave" => event.related_target().is_some(),
                _ => true,
            });
            let file = data.files().and_then(|files| files.get(0));
            if let Some(file) = file.filter(|_| kind == "drop") {
                on_drop(file);
            }
        });
    }
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().iter().any(|kind| kind == "Files")
}
