//! A web worker that reads what a visitor brings, and is fetched only for that: a lesson of their own, for which it has the readers of TOML
//! and Markdown, and what is pasted, for which it has the tables of kernel names and log lines.
//!
//! A lesson comes as a text, from the page; what is pasted comes as bytes, from the checker.

use std::cell::RefCell;

use js_sys::Uint8Array;
use stable_pages::lesson::Outline;
use stable_pages::scenario::to_bytes;
use stable_pages::view::{ReadRequest, TextReader};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

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
    let reader = RefCell::new(TextReader::default());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        let answer = match data.dyn_ref::<Uint8Array>() {
            Some(bytes) => {
                let request = postcard::from_bytes::<ReadRequest>(&bytes.to_vec());
                let request = request.unwrap_or(ReadRequest::Text(String::new()));
                to_bytes(reader.borrow_mut().handle(request))
            }
            None => lesson(&data.as_string().unwrap_or_default()),
        };
        // Plain data, which can always be encoded; posting fails only where the page is gone.
        let bytes = answer.unwrap_or_default();
        let _ = sender.post_message(&Uint8Array::from(&bytes[..]));
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // Says that it is there.
    let _ = scope.post_message(&JsValue::NULL);
}
