//! The connection to the checker's worker, or, where no worker may run, to the same program on this thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Object, Reflect, Uint8Array};
use leptos::web_sys::{
    CustomEvent, CustomEventInit, Event, HtmlScriptElement, MessageEvent, Worker,
};

use stable_pages::explore::{CheckerRequest, ScenarioSpec};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{
    BeatRun, Drafted, LessonFile, OpenedRun, WorkerMessage, WorkerRequest, WorkerResponse,
};

use super::dom::{self, meta};

/// Takes a scenario that was to be built: its bytes, or why there are none.
type OnBuilt = Box<dyn FnOnce(Result<Vec<u8>, String>)>;

/// Takes the run that a link or a figure names, or why it cannot be opened.
type OnOpened = Box<dyn FnOnce(Result<Box<OpenedRun>, String>)>;

/// A lesson taken apart: the bytes of its outline and the names of its scenarios, or what is wrong with it.
pub type ReadLesson = Result<(Vec<u8>, Vec<String>), String>;

/// Takes a lesson that was taken apart.
type OnRead = Box<dyn FnOnce(ReadLesson)>;

/// What the connection tells the page.
pub enum WorkerEvent {
    /// The checker is there.
    Ready,
    /// A message from it.
    Message(WorkerMessage),
    /// What became of a request for a draft.
    Drafted(Box<Drafted>),
    /// No worker may run here: the checker works on this thread.
    OnThisThread,
    /// There is no checker, and why.
    Unavailable(String),
}

#[derive(Default)]
struct Connection {
    on_event: Option<Rc<dyn Fn(WorkerEvent)>>,
    worker: Option<Worker>,
    on_this_thread: bool,
    /// Whether the checker has said that it is there.
    ready: bool,
    /// The requests made before that.
    waiting: Vec<JsValue>,
    /// Why there is no checker.
    unavailable: Option<String>,
    /// The number of the newest request that somebody waits for.
    number: u32,
    /// Who waits for a scenario to be built, by the request's number.
    builds: Vec<(u32, OnBuilt)>,
    /// Who waits for a run to be opened, by the request's number.
    opens: Vec<(u32, OnOpened)>,
}

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

#[wasm_bindgen]
extern "C" {
    /// The name that the checker's script gives to the function that starts it.
    #[wasm_bindgen(catch, js_name = "wasm_bindgen")]
    fn start_checker(options: &JsValue) -> Result<JsValue, JsValue>;
}

/// The address of one of a worker's files, which the build names by their content.
fn file(worker: &str, rest: &str) -> String {
    format!("./{}{rest}", meta(worker).as_deref().unwrap_or(worker))
}

/// Fetches the style sheets of the sections that the worker draws.
fn fetch_style_sheets() {
    for sheet in meta("later").unwrap_or_default().split(' ') {
        let link = document().create_element("link").ok();
        if let (Some(link), Some(head)) = (link, document().head()) {
            // An element takes every attribute, and a head every element.
            let _ = link.set_attribute("rel", "stylesheet");
            let _ = link.set_attribute("href", sheet);
            let _ = head.append_child(&link);
        }
    }
}

fn emit(event: WorkerEvent) {
    let on_event = CONNECTION.with_borrow(|connection| connection.on_event.clone());
    if let Some(on_event) = on_event {
        on_event(event);
    }
}

/// Starts the checker; `on_event` is told what comes of it.
pub fn start(on_event: impl Fn(WorkerEvent) + 'static) {
    CONNECTION.with_borrow_mut(|connection| connection.on_event = Some(Rc::new(on_event)));
    fetch_style_sheets();
    let Ok(worker) = Worker::new(&file("checker", "_loader.js")) else {
        return start_on_this_thread();
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        receive(&event.data());
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = Closure::<dyn Fn(Event)>::new(|_| {
        if ready() {
            give_up("the checker's worker broke down; reload the page to start it again");
        } else if !CONNECTION.with_borrow(|connection| connection.on_this_thread) {
            start_on_this_thread();
        }
    });
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
    CONNECTION.with_borrow_mut(|connection| connection.worker = Some(worker));
}

fn start_on_this_thread() {
    CONNECTION.with_borrow_mut(|connection| {
        connection.worker = None;
        connection.on_this_thread = true;
    });
    let failed = |what: &str| give_up(&format!("no worker may run here, and {what}"));
    let on_message = Closure::<dyn Fn(CustomEvent)>::new(|event: CustomEvent| {
        receive(&event.detail());
    });
    // Fails only for a listener that is no function.
    let _ = window()
        .add_event_listener_with_callback("checker-tells", on_message.as_ref().unchecked_ref());
    on_message.forget();
    let script = document().create_element("script").ok();
    let script = script.and_then(|it| it.dyn_into::<HtmlScriptElement>().ok());
    let (Some(script), Some(body)) = (script, document().body()) else {
        return failed("there is no place for a script");
    };
    script.set_src(&file("checker", ".js"));
    let on_load = Closure::<dyn Fn(Event)>::new(move |_| {
        let options = Object::new();
        // An object takes every property.
        let _ = Reflect::set(
            &options,
            &"module_or_path".into(),
            &file("checker", "_bg.wasm").into(),
        );
        if start_checker(&options).is_err() {
            failed("the checker's program could not be started either");
        }
    });
    script.set_onload(Some(on_load.as_ref().unchecked_ref()));
    on_load.forget();
    let on_error = Closure::<dyn Fn(Event)>::new(move |_| {
        failed("the checker's script could not be fetched either");
    });
    script.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
    // A body takes every element.
    let _ = body.append_child(&script);
    emit(WorkerEvent::OnThisThread);
}

/// Tells the page, and whoever waits for an answer, that there is no checker.
fn give_up(reason: &str) {
    let (builds, opens) = CONNECTION.with_borrow_mut(|connection| {
        connection.unavailable = Some(reason.to_owned());
        connection.waiting.clear();
        (
            std::mem::take(&mut connection.builds),
            std::mem::take(&mut connection.opens),
        )
    });
    emit(WorkerEvent::Unavailable(reason.to_owned()));
    for (_, on_built) in builds {
        on_built(Err(cannot_build(reason)));
    }
    for (_, on_opened) in opens {
        on_opened(Err(cannot_open(reason)));
    }
}

fn cannot_build(reason: &str) -> String {
    format!("the checker, which builds it, cannot work: {reason}")
}

fn cannot_open(reason: &str) -> String {
    format!("The checker, which reads links, cannot work: {reason}.")
}

/// Takes whoever waits for a request's answer out of a list.
fn take_waiting<T>(all: &mut Vec<(u32, T)>, number: u32) -> Option<T> {
    let at = all.iter().position(|waiting| waiting.0 == number)?;
    Some(all.swap_remove(at).1)
}

/// Takes a message: gives it to whoever waits for it, else to the page.
fn receive(data: &JsValue) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(message) = postcard::from_bytes::<WorkerMessage>(&bytes.to_vec()) else {
        return give_up("the checker is of another version than the page; reload the page");
    };
    match message.response {
        WorkerResponse::Built(number, built) => {
            let on_built = CONNECTION
                .with_borrow_mut(|connection| take_waiting(&mut connection.builds, number));
            if let Some(on_built) = on_built {
                on_built(built);
            }
        }
        WorkerResponse::Opened(number, opened) => {
            let on_opened = CONNECTION
                .with_borrow_mut(|connection| take_waiting(&mut connection.opens, number));
            if let Some(on_opened) = on_opened {
                on_opened(opened);
            }
        }
        // Whatever was checked when it was asked for.
        WorkerResponse::Drafted(drafted) => emit(WorkerEvent::Drafted(drafted)),
        WorkerResponse::Ready => {
            let waiting = CONNECTION.with_borrow_mut(|connection| {
                connection.ready = true;
                std::mem::take(&mut connection.waiting)
            });
            waiting.into_iter().for_each(post);
            emit(WorkerEvent::Ready);
        }
        _ => emit(WorkerEvent::Message(message)),
    }
}

/// Whether the checker is there.
pub fn ready() -> bool {
    CONNECTION.with_borrow(|connection| connection.ready)
}

/// Has the checker build a scenario.
pub fn build(spec: ScenarioSpec, on_built: OnBuilt) {
    if let Some(reason) = CONNECTION.with_borrow(|connection| connection.unavailable.clone()) {
        return on_built(Err(cannot_build(&reason)));
    }
    let number = CONNECTION.with_borrow_mut(|connection| {
        connection.number += 1;
        connection.builds.push((connection.number, on_built));
        connection.number
    });
    send(WorkerRequest::Checker(CheckerRequest::Build {
        number,
        spec,
    }));
}

/// Has the checker open a link in the file of the scenario that it names.
pub fn open_link(link: String, text: String, on_opened: OnOpened) {
    if let Some(number) = await_opened(on_opened) {
        send(WorkerRequest::OpenLink { number, link, text });
    }
}

/// Has the checker open a run of a beat: of a lesson that comes with the request, or of the one opened last.
pub fn open_beat(lesson: Option<LessonFile>, beat: usize, which: BeatRun, on_opened: OnOpened) {
    if let Some(number) = await_opened(on_opened) {
        send(WorkerRequest::OpenBeat {
            number,
            lesson,
            beat,
            which,
        });
    }
}

/// Has a lesson of a visitor's own taken apart, by a worker that is fetched for it and goes again.
pub fn read_lesson(text: &str, on_read: OnRead) {
    let Ok(reader) = Worker::new(&file("reader", "_loader.js")) else {
        return on_read(Err("no worker may run here, which would read it".to_owned()));
    };
    let on_read = Rc::new(RefCell::new(Some(on_read)));
    let answer = {
        let (reader, on_read) = (reader.clone(), on_read.clone());
        move |read: ReadLesson| {
            reader.terminate();
            if let Some(on_read) = on_read.take() {
                on_read(read);
            }
        }
    };
    let text = JsValue::from_str(text);
    let posts = reader.clone();
    let on_message = {
        let answer = answer.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().dyn_ref::<Uint8Array>() {
                // It says with anything else that it is there.
                None => drop(posts.post_message(&text)),
                Some(bytes) => {
                    let read = postcard::from_bytes(&bytes.to_vec());
                    let other =
                        "what reads it is of another version than the page; reload the page";
                    answer(read.unwrap_or_else(|_| Err(other.to_owned())));
                }
            }
        })
    };
    reader.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = Closure::<dyn Fn(Event)>::new(move |_| {
        answer(Err("what would read it could not be fetched".to_owned()));
    });
    reader.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
}

/// Has the checker open the run that a saved figure carries.
pub fn open_figure(svg: String, on_opened: OnOpened) {
    if let Some(number) = await_opened(on_opened) {
        send(WorkerRequest::OpenFigure { number, svg });
    }
}

/// The number of a request whose answer `on_opened` waits for; none if nobody will answer.
fn await_opened(on_opened: OnOpened) -> Option<u32> {
    if let Some(reason) = CONNECTION.with_borrow(|connection| connection.unavailable.clone()) {
        on_opened(Err(cannot_open(&reason)));
        return None;
    }
    CONNECTION.with_borrow_mut(|connection| {
        connection.number += 1;
        connection.opens.push((connection.number, on_opened));
        Some(connection.number)
    })
}

/// Sends a request.
pub fn send(request: WorkerRequest) {
    // Requests are plain data; encoding them cannot fail.
    if let Some(bytes) = to_bytes(&request) {
        post(Uint8Array::from(&bytes[..]).into());
    }
}

/// Sends the bytes of a request, or a file to be read; what comes before the checker is there waits.
pub fn post(data: JsValue) {
    if CONNECTION.with_borrow(|connection| connection.unavailable.is_some()) {
        return;
    }
    if !ready() {
        return CONNECTION.with_borrow_mut(|connection| connection.waiting.push(data));
    }
    if let Some(worker) = CONNECTION.with_borrow(|connection| connection.worker.clone()) {
        // Posting to a worker that is there does not fail.
        let _ = worker.post_message(&data);
        return;
    }
    // Later, as a worker would take it: the next request may be made while an answer is being taken.
    let post = move || {
        let init = CustomEventInit::new();
        init.set_detail(&data);
        // Fails only for an event that is none.
        let _ = CustomEvent::new_with_event_init_dict("checker-asked", &init)
            .and_then(|event| window().dispatch_event(&event));
    };
    dom::later(Duration::ZERO, post);
}
