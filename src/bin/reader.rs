//! A web worker that takes a visitor's own lesson apart: it has the readers of TOML and Markdown, which nothing else on the page
//! needs, and is fetched only for that.

use js_sys::Uint8Array;
use stable_pages::lesson::Outline;
use stable_pages::scenario::to_bytes;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let sender = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        let read = Outline::read(&text).map_err(|error| error.to_string());
        let read = read.map(|it| (to_bytes(&it).unwrap_or_default(), it.scenarios()));
        // Plain data, which can always be encoded; posting fails only where the page is gone.
        let bytes = to_bytes(&read).unwrap_or_default();
        let _ = sender.post_message(&Uint8Array::from(&bytes[..]));
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // Says that it is there.
    let _ = scope.post_message(&JsValue::NULL);
}
