//! The checker in a thread of its own: a web worker. Where no worker may run, the page loads the
//! same module into its own thread, and the checker works there in smaller slices.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Date, Uint8Array};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{Question, Reply, Said, Scribe};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, CustomEvent, CustomEventInit, DedicatedWorkerGlobalScope, MessageEvent,
    Url, Window,
};

/// Milliseconds of work between two looks at what else has come in. In the page's own thread
/// these are milliseconds in which nothing else moves.
const SLICE: f64 = 45.0;
const SLICE_IN_PAGE: f64 = 10.0;

/// Where questions come from and answers go.
#[derive(Clone)]
enum Place {
    Worker(DedicatedWorkerGlobalScope),
    Page(Window),
}

impl Place {
    fn send(&self, said: &Said) {
        // Messages are plain data; encoding them cannot fail.
        let Some(bytes) = to_bytes(said) else {
            return;
        };
        let bytes = Uint8Array::from(&bytes[..]);
        // Sending fails only where nobody is left to listen.
        let _ = match self {
            Place::Worker(scope) => scope.post_message(&bytes),
            Place::Page(window) => {
                let init = CustomEventInit::new();
                init.set_detail(&bytes);
                CustomEvent::new_with_event_init_dict("checker-tells", &init)
                    .and_then(|event| window.dispatch_event(&event).map(|_| ()))
            }
        };
    }

    fn slice(&self) -> f64 {
        match self {
            Place::Worker(_) => SLICE,
            Place::Page(_) => SLICE_IN_PAGE,
        }
    }
}

struct Work {
    place: Place,
    scribe: Scribe,
    /// Whether the next slice is on its way.
    going: bool,
}

type Shared = Rc<RefCell<Work>>;

fn main() {
    console_error_panic_hook::set_once();
    let global: JsValue = js_sys::global().into();
    let place = match global.dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) => Place::Worker(scope),
        Err(other) => Place::Page(other.unchecked_into()),
    };
    let work = Rc::new(RefCell::new(Work {
        place: place.clone(),
        scribe: Scribe::new(Date::now, publish),
        going: false,
    }));
    match &place {
        Place::Worker(scope) => {
            let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                hear(&work, &event.data());
            });
            scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            heard.forget();
        }
        Place::Page(window) => {
            let heard = Closure::<dyn FnMut(CustomEvent)>::new(move |event: CustomEvent| {
                hear(&work, &event.detail());
            });
            // Fails only for a listener that is none.
            let _ = window
                .add_event_listener_with_callback("checker-asked", heard.as_ref().unchecked_ref());
            heard.forget();
        }
    }
    place.send(&Said {
        turn: 0,
        reply: Reply::Ready,
    });
}

thread_local! {
    /// The files that the page can fetch: name and address.
    static FILES: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a file for the page, in place of the last one of its name; gives its address.
fn publish(name: &str, mime: &str, text: &str) -> String {
    let bag = BlobPropertyBag::new();
    bag.set_type(mime);
    let parts = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &bag);
    let address = blob.and_then(|it| Url::create_object_url_with_blob(&it));
    // Fails only where nothing can be kept; the link then leads nowhere.
    let address = address.unwrap_or_default();
    FILES.with_borrow_mut(|files| {
        files.retain(|(of, old)| {
            if of == name {
                let _ = Url::revoke_object_url(old);
            }
            of != name
        });
        files.push((name.to_owned(), address.clone()));
    });
    address
}

fn hear(work: &Shared, data: &JsValue) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(question) = postcard::from_bytes::<Question>(&bytes.to_vec()) else {
        return;
    };
    let mut it = work.borrow_mut();
    let place = it.place.clone();
    it.scribe.hear(question, &mut |said| place.send(&said));
    if !it.going && it.scribe.busy() {
        it.going = true;
        next(work.clone());
    }
}

/// Works for a slice, after whatever else there is to hear.
fn next(work: Shared) {
    Timeout::new(0, move || {
        let mut it = work.borrow_mut();
        let place = it.place.clone();
        let until = Date::now() + place.slice();
        it.scribe.work(until, &mut |said| place.send(&said));
        it.going = it.scribe.busy();
        let more = it.going;
        drop(it);
        if more {
            next(work);
        }
    })
    .forget();
}
