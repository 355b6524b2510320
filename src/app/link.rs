//! The line to the checker: a worker, or, where none may run, the same program on this thread.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Object, Reflect, Uint8Array};
use leptos::web_sys::{
    CustomEvent, CustomEventInit, Event, HtmlMetaElement, HtmlScriptElement, MessageEvent, Worker,
};

use stable_pages::explore::{Ask, Subject};
use stable_pages::scenario::to_bytes;
use stable_pages::view::{Arrived, Question, Reply, Said};

use super::offline;

/// Who is told what the checker says.
type Hear = fn(Heard);

/// Who is told of a scenario that was to be built: its bytes, or why there are none.
type Then = Box<dyn FnOnce(Result<Vec<u8>, String>)>;

/// Who is told what a link comes to.
type Opened = Box<dyn FnOnce(Result<Box<Arrived>, String>)>;

/// What comes over the line.
pub enum Heard {
    /// An answer.
    Told(Said),
    /// No worker may run here: the checker works on this thread.
    OnThisThread,
    /// There is no checker, and why.
    Nobody(String),
}

#[derive(Default)]
struct Line {
    worker: Option<Worker>,
    on_this_thread: bool,
    /// Whether the checker has said that it is there.
    ready: bool,
    /// What was asked before that.
    waiting: Vec<Question>,
    /// Why there is no checker.
    gone: Option<String>,
    /// Counts scenarios to be built.
    number: u32,
    /// Who waits for them.
    loads: Vec<(u32, Then)>,
    /// Who waits for links.
    opens: Vec<(u32, Opened)>,
}

thread_local! {
    static LINE: RefCell<Line> = RefCell::default();
}

#[wasm_bindgen]
extern "C" {
    /// What the checker's script calls its own start.
    #[wasm_bindgen(catch, js_name = "wasm_bindgen")]
    fn start_checker(what: &JsValue) -> Result<JsValue, JsValue>;
}

/// What a `<meta>` of the page says; the build writes it.
pub fn meta(name: &str) -> Option<String> {
    let meta = document().query_selector(&format!("meta[name={name}]"));
    let meta = meta.ok().flatten()?;
    Some(meta.dyn_into::<HtmlMetaElement>().ok()?.content())
}

/// The checker's files, which the build names by their content.
fn file(rest: &str) -> String {
    format!(
        "./{}{rest}",
        meta("checker").as_deref().unwrap_or("checker")
    )
}

/// Fetches the style sheets of what the checker draws.
fn dress() {
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

/// Calls the checker; `hear` is told what comes of it.
pub fn open(hear: Hear) {
    dress();
    let Ok(worker) = Worker::new(&file("_loader.js")) else {
        return on_this_thread(hear);
    };
    let told = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        take(&event.data(), hear);
    });
    worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
    told.forget();
    let failed = Closure::<dyn Fn(Event)>::new(move |_| {
        if ready() {
            let reason = "the checker's worker broke down; reload the page to start it again";
            nobody(hear, reason);
        } else if !LINE.with_borrow(|line| line.on_this_thread) {
            on_this_thread(hear);
        }
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    LINE.with_borrow_mut(|line| line.worker = Some(worker));
}

fn on_this_thread(hear: Hear) {
    LINE.with_borrow_mut(|line| {
        line.worker = None;
        line.on_this_thread = true;
    });
    let nobody = move |what: &str| nobody(hear, &format!("no worker may run here, and {what}"));
    let told = Closure::<dyn Fn(CustomEvent)>::new(move |event: CustomEvent| {
        take(&event.detail(), hear);
    });
    // Fails only for a listener that is none.
    let _ =
        window().add_event_listener_with_callback("checker-tells", told.as_ref().unchecked_ref());
    told.forget();
    let script = document().create_element("script").ok();
    let script = script.and_then(|it| it.dyn_into::<HtmlScriptElement>().ok());
    let (Some(script), Some(body)) = (script, document().body()) else {
        return nobody("there is no place for a script");
    };
    script.set_src(&file(".js"));
    let loaded = Closure::<dyn Fn(Event)>::new(move |_| {
        let what = Object::new();
        // An object takes every property.
        let _ = Reflect::set(&what, &"module_or_path".into(), &file("_bg.wasm").into());
        if start_checker(&what).is_err() {
            nobody("the checker's program could not be started either");
        }
    });
    script.set_onload(Some(loaded.as_ref().unchecked_ref()));
    loaded.forget();
    let failed = Closure::<dyn Fn(Event)>::new(move |_| {
        nobody("the checker's script could not be fetched either");
    });
    script.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    // A body takes every element.
    let _ = body.append_child(&script);
    hear(Heard::OnThisThread);
}

/// There is no checker: nobody need wait for it.
fn nobody(hear: Hear, reason: &str) {
    let (loads, opens) = LINE.with_borrow_mut(|line| {
        line.gone = Some(reason.to_owned());
        line.waiting.clear();
        (
            std::mem::take(&mut line.loads),
            std::mem::take(&mut line.opens),
        )
    });
    hear(Heard::Nobody(reason.to_owned()));
    for (_, then) in loads {
        then(Err(without(reason)));
    }
    for (_, then) in opens {
        then(Err(unread(reason)));
    }
}

fn without(reason: &str) -> String {
    format!("the checker, which builds it, cannot work: {reason}")
}

fn unread(reason: &str) -> String {
    format!("The checker, which reads links, cannot work: {reason}.")
}

/// Takes who waits for an answer out of a list.
fn waiting<T>(all: &mut Vec<(u32, T)>, number: u32) -> Option<T> {
    let at = all.iter().position(|it| it.0 == number)?;
    Some(all.swap_remove(at).1)
}

fn take(data: &JsValue, hear: Hear) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(said) = postcard::from_bytes::<Said>(&bytes.to_vec()) else {
        let reason = "the checker is of another version than the page; reload the page";
        return nobody(hear, reason);
    };
    if let Reply::Loaded(number, built) = said.reply {
        let then = LINE.with_borrow_mut(|line| waiting(&mut line.loads, number));
        if let Some(then) = then {
            then(built);
        }
        return;
    }
    if let Reply::Opened(number, arrived) = said.reply {
        let then = LINE.with_borrow_mut(|line| waiting(&mut line.opens, number));
        if let Some(then) = then {
            then(arrived);
        }
        return;
    }
    if said.reply == Reply::Ready {
        let waiting = LINE.with_borrow_mut(|line| {
            line.ready = true;
            std::mem::take(&mut line.waiting)
        });
        waiting.into_iter().for_each(ask);
        // All that the page needs has been fetched.
        offline::keep();
    }
    hear(Heard::Told(said));
}

/// Whether the checker is there.
pub fn ready() -> bool {
    LINE.with_borrow(|line| line.ready)
}

/// Has the checker build a scenario; `then` is told what comes of it.
pub fn load(subject: Subject, then: Then) {
    if let Some(reason) = LINE.with_borrow(|line| line.gone.clone()) {
        return then(Err(without(&reason)));
    }
    let number = LINE.with_borrow_mut(|line| {
        line.number += 1;
        line.loads.push((line.number, then));
        line.number
    });
    ask(Question::Ask(Ask::Load { number, subject }));
}

/// Has the checker read a link, in the file of its scenario; `then` is told what comes of it.
pub fn open_run(link: String, text: String, then: Opened) {
    if let Some(number) = expect(then) {
        ask(Question::Open { number, link, text });
    }
}

/// The number of a question that somebody waits for; none if nobody will answer.
fn expect(then: Opened) -> Option<u32> {
    if let Some(reason) = LINE.with_borrow(|line| line.gone.clone()) {
        then(Err(unread(&reason)));
        return None;
    }
    LINE.with_borrow_mut(|line| {
        line.number += 1;
        line.opens.push((line.number, then));
        Some(line.number)
    })
}

/// Has the checker look what a saved figure carries.
pub fn reopen(svg: String, then: Opened) {
    if let Some(number) = expect(then) {
        ask(Question::Reopen { number, svg });
    }
}

/// Asks the checker; what is asked before it is there waits.
pub fn ask(question: Question) {
    if LINE.with_borrow(|line| line.gone.is_some()) {
        return;
    }
    if !ready() {
        return LINE.with_borrow_mut(|line| line.waiting.push(question));
    }
    // Questions are plain data; encoding them cannot fail.
    let Some(bytes) = to_bytes(&question) else {
        return;
    };
    let bytes = Uint8Array::from(&bytes[..]);
    if let Some(worker) = LINE.with_borrow(|line| line.worker.clone()) {
        // Posting to a worker that is there does not fail.
        let _ = worker.post_message(&bytes);
        return;
    }
    // Later, as a worker would hear of it: an answer can be what leads to the next question.
    let post = move || {
        let init = CustomEventInit::new();
        init.set_detail(&bytes);
        // Fails only for an event that is none.
        let _ = CustomEvent::new_with_event_init_dict("checker-asked", &init)
            .and_then(|event| window().dispatch_event(&event));
    };
    set_timeout(post, Duration::ZERO);
}
