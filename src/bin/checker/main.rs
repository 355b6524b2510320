//! The web worker: the checker, and the renderer that draws its results, in a thread of their own. Where the browser lets
//! no worker run, the page loads the same program into its own thread, where it works in shorter slices.

mod asides;
mod readers;

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Date, Uint8Array};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{
    ReadFile, ReadRequest, ReadText, Renderer, WorkerMessage, WorkerRequest, WorkerResponse,
};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, CustomEvent, CustomEventInit, DedicatedWorkerGlobalScope, File,
    MessageEvent, Url, Window,
};

use asides::{Asides, News};
use readers::{Readers, Takes};

/// Milliseconds of work before requests that have come in meanwhile are taken.
const SLICE: f64 = 45.0;
/// The same in the page's own thread, where the page cannot react during a slice.
const SLICE_IN_PAGE: f64 = 10.0;

/// The thread that the program runs in, which requests come to and responses are sent from.
#[derive(Clone)]
enum Host {
    Worker(DedicatedWorkerGlobalScope),
    Page(Window),
}

impl Host {
    fn send(&self, message: &WorkerMessage) {
        // Messages are plain data; encoding them cannot fail.
        let Some(bytes) = to_bytes(message) else {
            return;
        };
        let bytes = Uint8Array::from(&bytes[..]);
        // Sending fails only where the page is gone.
        let _ = match self {
            Host::Worker(scope) => scope.post_message(&bytes),
            Host::Page(window) => {
                let init = CustomEventInit::new();
                init.set_detail(&bytes);
                CustomEvent::new_with_event_init_dict("checker-tells", &init)
                    .and_then(|event| window.dispatch_event(&event).map(|_| ()))
            }
        };
    }

    fn slice(&self) -> f64 {
        match self {
            Host::Worker(_) => SLICE,
            Host::Page(_) => SLICE_IN_PAGE,
        }
    }
}

/// The state of the program.
struct Work {
    host: Host,
    renderer: Renderer,
    /// Whether the next slice of work is scheduled.
    scheduled: bool,
    asides: Asides,
}

/// The program, and the workers that read for it.
#[derive(Clone)]
struct Shared {
    work: Rc<RefCell<Work>>,
    readers: Readers,
}

/// Takes what the workers have read to the renderer.
struct Take(Rc<RefCell<Work>>);

impl Take {
    fn with(&self, take: impl FnOnce(&mut Renderer, &mut dyn FnMut(WorkerMessage))) {
        let mut state = self.0.borrow_mut();
        let host = state.host.clone();
        take(&mut state.renderer, &mut |message| host.send(&message));
    }
}

impl Takes for Take {
    fn take_text(&self, read: ReadText) {
        self.with(|renderer, send| renderer.take_read(read, send));
    }

    fn take_file(&self, read: ReadFile) -> Vec<ReadRequest> {
        self.with(|renderer, send| renderer.take_file(read, send));
        self.0.borrow_mut().renderer.to_read()
    }
}

fn main() {
    console_error_panic_hook::set_once();
    let global: JsValue = js_sys::global().into();
    let host = match global.dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) if scope.name() == asides::NAME => return asides::run(&scope),
        Ok(scope) => Host::Worker(scope),
        Err(other) => Host::Page(other.unchecked_into()),
    };
    let work = Rc::new(RefCell::new(Work {
        host: host.clone(),
        renderer: Renderer::new(Date::now, publish),
        scheduled: false,
        asides: Asides::default(),
    }));
    let readers = Readers::new(Rc::new(Take(work.clone())));
    let work = Shared { work, readers };
    match &host {
        Host::Worker(scope) => {
            let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                receive(&work, &event.data());
            });
            scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            on_message.forget();
        }
        Host::Page(window) => {
            let on_message = Closure::<dyn FnMut(CustomEvent)>::new(move |event: CustomEvent| {
                receive(&work, &event.detail());
            });
            // Adding a listener fails only if it is no function.
            let _ = window.add_event_listener_with_callback(
                "checker-asked",
                on_message.as_ref().unchecked_ref(),
            );
            on_message.forget();
        }
    }
    host.send(&WorkerMessage {
        turn: 0,
        response: WorkerResponse::Ready,
    });
}

thread_local! {
    /// The files that the page can fetch: name and blob address of each.
    static FILES: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a file for the page to fetch, in place of the last one of its name, and returns its address.
fn publish(name: &str, mime: &str, text: &str) -> String {
    let bag = BlobPropertyBag::new();
    bag.set_type(mime);
    let parts = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &bag);
    let address = blob.and_then(|blob| Url::create_object_url_with_blob(&blob));
    // This fails only where the browser has no room for the file; its link then leads nowhere.
    let address = address.unwrap_or_default();
    FILES.with_borrow_mut(|files| {
        files.retain(|(old_name, old_address)| {
            if old_name == name {
                let _ = Url::revoke_object_url(old_address);
            }
            old_name != name
        });
        files.push((name.to_owned(), address.clone()));
    });
    address
}

/// Takes a request, and has the next slice of work scheduled if there is any.
fn receive(shared: &Shared, data: &JsValue) {
    if let Some(file) = data.dyn_ref::<File>() {
        return shared.readers.open(file);
    }
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(request) = postcard::from_bytes::<WorkerRequest>(&bytes.to_vec()) else {
        return;
    };
    let mut state = shared.work.borrow_mut();
    let host = state.host.clone();
    (state.renderer).handle(request, &mut |message| host.send(&message));
    let asked = state.renderer.to_read();
    drop(state);
    go_on(&shared.work);
    for request in asked {
        shared.readers.ask(request);
    }
}

/// Gives to the workers beside the checker what is theirs, and has the next slice of work scheduled if there is any.
fn go_on(work: &Rc<RefCell<Work>>) {
    let mut state = work.borrow_mut();
    let state = &mut *state;
    if let (true, Host::Worker(scope)) = (state.renderer.wants_asides(), &state.host) {
        let tells = work.clone();
        state
            .asides
            .start(scope, move |number, news| hear(&tells, number, news));
    }
    for (number, request) in state.renderer.to_asides() {
        state.asides.ask(number, &request);
    }
    if !state.scheduled && state.renderer.busy() {
        state.scheduled = true;
        schedule(work.clone());
    }
}

/// Takes what there is to be heard of a worker beside the checker.
fn hear(work: &Rc<RefCell<Work>>, number: usize, news: News) {
    let mut state = work.borrow_mut();
    let host = state.host.clone();
    match news {
        News::There => state.renderer.add_aside(number),
        News::Gone => state.renderer.remove_aside(number),
        News::Answer(answer) => {
            let send = &mut |message| host.send(&message);
            state.renderer.take_aside(number, answer, send);
        }
    }
    drop(state);
    go_on(work);
}

/// Schedules a slice of work, which begins after the requests that have come in by then, and more slices if it needs them.
fn schedule(work: Rc<RefCell<Work>>) {
    Timeout::new(0, move || {
        let mut state = work.borrow_mut();
        let host = state.host.clone();
        let until = Date::now() + host.slice();
        (state.renderer).work(until, &mut |message| host.send(&message));
        state.scheduled = false;
        drop(state);
        go_on(&work);
    })
    .forget();
}
