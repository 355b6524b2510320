//! The web worker: the checker, and the renderer that draws its results, in a thread of their own. Where the browser lets
//! no worker run, the page loads the same program into its own thread, where it works in shorter slices.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Date, Reflect, Uint8Array};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{
    ReadRequest, ReadText, Renderer, WorkerMessage, WorkerRequest, WorkerResponse,
};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, CustomEvent, CustomEventInit, DedicatedWorkerGlobalScope, Event,
    MessageEvent, Url, Window, Worker,
};

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

/// The worker that reads what is pasted.
#[derive(Default)]
struct Reader {
    worker: Option<Worker>,
    /// Whether it has said that it is there.
    ready: bool,
    /// Requests that it has not answered yet, those that wait for it to come included.
    open: Vec<ReadRequest>,
}

impl Reader {
    /// Asks for something. A new text does not wait for one that is being read.
    fn ask(work: &Shared, request: ReadRequest) {
        let mut state = work.borrow_mut();
        let reader = &mut state.reader;
        if matches!(request, ReadRequest::Text(_)) && !reader.open.is_empty() {
            if let Some(worker) = reader.worker.take() {
                worker.terminate();
            }
            *reader = Reader::default();
        }
        reader.open.push(request.clone());
        if reader.worker.is_none() {
            reader.worker = Reader::start(work);
        } else if reader.ready {
            reader.post(&request);
        }
        if reader.worker.is_none() {
            reader.open.clear();
            let words = "What is pasted is read by a worker of its own, which cannot be fetched or may not run here.";
            let read = ReadText::failed(words);
            let host = state.host.clone();
            (state.renderer).take_read(read, &mut |message| host.send(&message));
        }
    }

    fn post(&self, request: &ReadRequest) {
        let bytes = to_bytes(request).unwrap_or_default();
        if let Some(worker) = &self.worker {
            // Posting to a worker that is there does not fail.
            let _ = worker.post_message(&Uint8Array::from(&bytes[..]));
        }
    }

    /// Starts it; its address stands in this worker's loader.
    fn start(work: &Shared) -> Option<Worker> {
        let address = Reflect::get(&js_sys::global(), &"READER".into()).ok()?;
        let worker = Worker::new(&address.as_string()?).ok()?;
        let on_message = {
            let work = work.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                Reader::said(&work, &event.data());
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let work = work.clone();
        let on_error = Closure::<dyn FnMut(Event)>::new(move |_| {
            let mut state = work.borrow_mut();
            state.reader = Reader::default();
            let read = ReadText::failed(
                "What reads a pasted text could not be fetched, or broke down over it.",
            );
            let host = state.host.clone();
            (state.renderer).take_read(read, &mut |message| host.send(&message));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        Some(worker)
    }

    /// Takes what it says: bytes are an answer, anything else is that it is there.
    fn said(work: &Shared, data: &JsValue) {
        let mut state = work.borrow_mut();
        let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
            state.reader.ready = true;
            return state
                .reader
                .open
                .iter()
                .for_each(|it| state.reader.post(it));
        };
        if !state.reader.open.is_empty() {
            state.reader.open.remove(0);
        }
        let read = postcard::from_bytes::<ReadText>(&bytes.to_vec());
        let read = read.unwrap_or_else(|_| {
            ReadText::failed(
                "What reads a pasted text is of another version than the page; reload the page.",
            )
        });
        let host = state.host.clone();
        (state.renderer).take_read(read, &mut |message| host.send(&message));
    }
}

/// The state of the program.
struct Work {
    reader: Reader,
    host: Host,
    renderer: Renderer,
    /// Whether the next slice of work is scheduled.
    scheduled: bool,
}

type Shared = Rc<RefCell<Work>>;

fn main() {
    console_error_panic_hook::set_once();
    let global: JsValue = js_sys::global().into();
    let host = match global.dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) => Host::Worker(scope),
        Err(other) => Host::Page(other.unchecked_into()),
    };
    let work = Rc::new(RefCell::new(Work {
        reader: Reader::default(),
        host: host.clone(),
        renderer: Renderer::new(Date::now, publish),
        scheduled: false,
    }));
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
fn receive(work: &Shared, data: &JsValue) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(request) = postcard::from_bytes::<WorkerRequest>(&bytes.to_vec()) else {
        return;
    };
    let mut state = work.borrow_mut();
    let host = state.host.clone();
    (state.renderer).handle(request, &mut |message| host.send(&message));
    if !state.scheduled && state.renderer.busy() {
        state.scheduled = true;
        schedule(work.clone());
    }
    let asked = state.renderer.to_read();
    drop(state);
    for request in asked {
        Reader::ask(work, request);
    }
}

/// Schedules a slice of work, which begins after the requests that have come in by then, and more slices if it needs them.
fn schedule(work: Shared) {
    Timeout::new(0, move || {
        let mut state = work.borrow_mut();
        let host = state.host.clone();
        let until = Date::now() + host.slice();
        (state.renderer).work(until, &mut |message| host.send(&message));
        state.scheduled = state.renderer.busy();
        let more = state.scheduled;
        drop(state);
        if more {
            schedule(work);
        }
    })
    .forget();
}
