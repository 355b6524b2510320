//! What comes from elsewhere: scenarios from beside the page, built and packed, and texts of a
//! visitor's files.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::js_sys::Uint8Array;
use leptos::web_sys::{DataTransfer, DragEvent, Event, File, FileList, HtmlInputElement, Response};
use wasm_bindgen_futures::JsFuture;

use stable_pages::exchange::Address;
use stable_pages::scenario::{BUILD, Packed};

use super::address::address;
use super::desk::Desk;
use super::render::listen;

/// What opens when the address asks for nothing in particular; index.html has it fetched ahead.
const FIRST: &str = "baseline-five-step";

/// Most bytes of a scenario file; those of the catalogue have a few thousand.
const MOST_BYTES: u32 = 256 * 1024;
/// The same of a figure, which carries a run.
const MOST_OF_FIGURE: u32 = 2048 * 1024;

/// The scenario that the page begins with, or why there is none: the one that the address names,
/// or, where it names none or that one cannot be fetched, the usual one.
pub async fn first() -> Result<Packed, String> {
    let usual = request(FIRST);
    if let Ok(Address::Scenario(entry) | Address::Run(entry)) = address()
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

/// Asks for a scenario. The build in its address keeps older ones in a cache out of the way.
fn request(slug: &str) -> JsFuture {
    window()
        .fetch_with_str(&format!("scenarios/{slug}.bin?{BUILD}"))
        .into()
}

async fn answer(request: JsFuture) -> Result<Packed, String> {
    let offline = "there is no answer from the server";
    let response = request.await.map_err(|_| offline)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(format!("the server answered {}", response.status()));
    }
    let bytes = response.array_buffer().map_err(|_| offline)?;
    let bytes = JsFuture::from(bytes).await.map_err(|_| offline)?;
    let packed = Packed::read(&Uint8Array::new(&bytes).to_vec());
    packed.map_err(|error| error.to_string())
}

/// The text of a visitor's file, or what is wrong with it.
pub async fn read(file: &File) -> Result<String, String> {
    let figure = file.name().ends_with(".svg");
    let most = if figure { MOST_OF_FIGURE } else { MOST_BYTES };
    if file.size() > f64::from(most) {
        let most = most / 1024;
        return Err(format!(
            "it is larger than {most} KiB, so it is hardly a scenario"
        ));
    }
    // Also what the browser answers for a folder.
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

/// Opens the file that was chosen.
pub fn picked(desk: Desk, field: &HtmlInputElement) {
    open_first(desk, field.files());
    // The same file can be chosen again once it is corrected.
    field.set_value("");
}

fn open_first(desk: Desk, files: Option<FileList>) -> bool {
    let file = files.and_then(|files| files.get(0));
    let found = file.is_some();
    if let Some(file) = file {
        desk.open_file(file);
    }
    found
}

/// Takes files that are dropped anywhere on the page.
pub fn take_drops(desk: Desk) {
    for kind in ["dragenter", "dragover", "dragleave", "drop"] {
        listen(kind, move |event: Event| {
            let event: DragEvent = event.unchecked_into();
            let Some(carried) = event.data_transfer().filter(has_files) else {
                return;
            };
            event.prevent_default();
            // Leaving for nothing is leaving the window.
            let over = match kind {
                "drop" => false,
                "dragleave" => event.related_target().is_some(),
                _ => true,
            };
            if desk.peek_panel().dropping != over {
                desk.set(|panel| panel.dropping = over);
            }
            if kind == "drop" {
                open_first(desk, carried.files());
            }
        });
    }
}

fn has_files(carried: &DataTransfer) -> bool {
    carried.types().iter().any(|it| it == "Files")
}
