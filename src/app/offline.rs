//! The page without a network: has its files kept by a service worker (src/sw.js), and hears from the
//! service worker of a newer build.
//!
//! Nothing depends on the service worker: where there is none, or the browser refuses it, the page works as
//! it did.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use leptos::web_sys::js_sys::Reflect;
use leptos::web_sys::{MessageEvent, ServiceWorkerContainer};
use wasm_bindgen_futures::JsFuture;

use super::dom::{listen, meta};

/// Has every file kept that the page can need, and has `on_newer` told of a newer build. Called when the
/// page can be used, so that it does not delay that.
pub fn start(on_newer: impl Fn() + 'static) {
    // Only a build that is to be published has a name, and a service worker.
    let (Some(build), Some(workers)) = (meta("build"), service_workers()) else {
        return;
    };
    // The service worker says its build's name, or that this page is to be loaded again.
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let said = event.data().as_string();
        match said.as_deref() {
            Some("reload") => reload(),
            name if name != Some(&build) => on_newer(),
            _ => {}
        }
    });
    workers.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post("ask");
    // A page can stay open for weeks.
    listen("visibilitychange", |_| {
        post("look");
    });
    spawn_local(async move {
        // Refused where the browser keeps nothing.
        let _ = JsFuture::from(workers.register("sw.js")).await;
    });
}

/// The service workers of this page: none without https, and not even to be asked for in some frames.
fn service_workers() -> Option<ServiceWorkerContainer> {
    let workers = Reflect::get(&window().navigator(), &"serviceWorker".into());
    let workers = workers.ok().filter(|it| !it.is_undefined())?;
    Some(workers.unchecked_into())
}

/// Sends a word to the service worker that controls this page; says whether there is one.
fn post(word: &str) -> bool {
    let worker = service_workers().and_then(|it| it.controller());
    worker.is_some_and(|it| it.post_message(&word.into()).is_ok())
}

/// Loads the page again.
pub fn reload() {
    // A page can always be loaded again.
    let _ = window().location().reload();
}

/// Loads the newer build; the address, and what it names, stay.
pub fn take_over() {
    // The service worker answers that the page is to be loaded again.
    if !post("take over") {
        reload();
    }
}
