//! The page without a network: has its files kept by a service worker (src/sw.js), and hears from it of
//! a newer build.
//!
//! Nothing depends on it: where there is no such worker, or it is refused, the page is what it was.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use leptos::web_sys::js_sys::Reflect;
use leptos::web_sys::{MessageEvent, ServiceWorkerContainer};
use wasm_bindgen_futures::JsFuture;

use super::desk::{Desk, start};
use super::link;
use super::render::listen;

/// Has everything kept that the page can need. Called when the page can be used, so that this takes
/// nothing away from it.
pub fn keep() {
    // Only a build that is to be published has a name, and a worker.
    let (Some(build), Some(workers)) = (link::meta("build"), workers()) else {
        return;
    };
    // A worker says its build, or that this one's time is over.
    let told = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let what = event.data().as_string();
        match what.as_deref() {
            Some("reload") => reload(),
            what if what != Some(&build) => Desk::the().set(|look| look.newer = true),
            _ => {}
        }
    });
    workers.set_onmessage(Some(told.as_ref().unchecked_ref()));
    told.forget();
    say("ask");
    // A page can stay open for weeks.
    listen("visibilitychange", |_| {
        say("look");
    });
    start(Box::pin(async move {
        // Refused where the browser keeps nothing.
        let _ = JsFuture::from(workers.register("sw.js")).await;
    }));
}

/// The browser's workers of this page: none without https, and not even to be asked for in some frames.
fn workers() -> Option<ServiceWorkerContainer> {
    let workers = Reflect::get(&window().navigator(), &"serviceWorker".into());
    let workers = workers.ok().filter(|it| !it.is_undefined())?;
    Some(workers.unchecked_into())
}

/// Tells the worker that has this page; says whether there is one.
fn say(what: &str) -> bool {
    let worker = workers().and_then(|it| it.controller());
    // A word can be sent.
    worker.is_some_and(|it| it.post_message(&what.into()).is_ok())
}

fn reload() {
    // A page can always be loaded again.
    let _ = window().location().reload();
}

/// Loads the newer build; the address, and what it names, stay.
pub fn take_over() {
    // The answer is to reload.
    if !say("take over") {
        reload();
    }
}
