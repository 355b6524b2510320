//! A web worker that reads what a visitor brings, and is fetched only for that: a lesson of their own, for which it has the readers of TOML
//! and Markdown, what is pasted, for which it has the tables of kernel names and log lines, and captures of running kernels.
//!
//! A lesson comes as a text, from the page; what is pasted comes as bytes, and a capture as a file, from the checker.

use std::cell::RefCell;

use js_sys::{Date, Uint8Array};
use stable_pages::lesson::Outline;
use stable_pages::scenario::to_bytes;
use stable_pages::view::{CapturePanel, FileError, Opening, ReadFile, ReadRequest, TextReader};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

/// Bytes of a file that are read at a time.
const SLICE: f64 = 2.0 * 1024.0 * 1024.0;
/// Milliseconds between two words of how far it has come.
const PACE: f64 = 200.0;

/// What this worker has read.
#[derive(Default)]
struct Read {
    text: TextReader,
    /// The capture that is open, and its file.
    capture: Option<(CapturePanel, File)>,
}

impl Read {
    /// Does what is asked for, and gives the answer as bytes.
    fn handle(&mut self, request: ReadRequest) -> Option<Vec<u8>> {
        match (request, &mut self.capture) {
            (ReadRequest::Capture(msg, value), Some((panel, file))) => {
                let again = |from: u64, many: usize| {
                    let from = from as f64;
                    slice(file, from, from + many as f64)
                };
                to_bytes(&panel.used(msg, &value, &again))
            }
            (ReadRequest::Catalogue(files), Some((panel, _))) => {
                to_bytes(&panel.take_catalogue(&files))
            }
            (request, _) => to_bytes(self.text.handle(request)),
        }
    }

    /// Reads a file; `say` is told how far it has come.
    fn open(&mut self, file: &File, say: impl Fn(&ReadFile)) -> ReadFile {
        let (name, size) = (file.name(), file.size());
        let mut opening = Opening::new(&name, size as u64);
        say(&opening.progress());
        let (mut at, mut said) = (0.0, Date::now());
        // Once at least, since a folder may say that it has no bytes.
        loop {
            let end = size.min(at + SLICE);
            let bytes = slice(file, at, end).ok_or(FileError::Unreadable);
            if let Err(error) = bytes.and_then(|it| opening.feed(&it)) {
                return ReadFile::refused(&name, &error.to_string());
            }
            at = end;
            if at >= size {
                break;
            }
            if Date::now() - said > PACE {
                said = Date::now();
                say(&opening.progress());
            }
        }
        let (read, panel) = opening.finish();
        self.capture = panel.map(|panel| (panel, file.clone()));
        read
    }
}

/// The bytes of a part of a file; none where the browser cannot read them.
fn slice(file: &File, from: f64, to: f64) -> Option<Vec<u8>> {
    let part = file.slice_with_f64_and_f64(from, to).ok()?;
    let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&part);
    Some(Uint8Array::new(&buffer.ok()?.into()).to_vec())
}

/// A lesson taken apart, as bytes.
fn lesson(text: &str) -> Option<Vec<u8>> {
    let read = Outline::read(text).map_err(|error| error.to_string());
    to_bytes(&read.map(|it| (to_bytes(&it).unwrap_or_default(), it.scenarios())))
}

fn main() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let sender = scope.clone();
    // Posting fails only where the page is gone.
    let post = move |bytes: Option<Vec<u8>>| {
        // Plain data, which can always be encoded.
        let bytes = bytes.unwrap_or_default();
        let _ = sender.post_message(&Uint8Array::from(&bytes[..]));
    };
    let read = RefCell::new(Read::default());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        let mut read = read.borrow_mut();
        if let Some(file) = data.dyn_ref::<File>() {
            let opened = read.open(file, |said| post(to_bytes(said)));
            return post(to_bytes(&opened));
        }
        post(match data.dyn_ref::<Uint8Array>() {
            Some(bytes) => {
                let request = postcard::from_bytes::<ReadRequest>(&bytes.to_vec());
                read.handle(request.unwrap_or(ReadRequest::Text(String::new())))
            }
            None => lesson(&data.as_string().unwrap_or_default()),
        });
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // Says that it is there.
    let _ = scope.post_message(&JsValue::NULL);
}
