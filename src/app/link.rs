//! The line to the checker: a worker, or, where none may run, the same program on this thread.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::wasm_bindgen::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Object, Reflect, Uint8Array};
use leptos::web_sys::{
    CustomEvent, CustomEventInit, Event, HtmlMetaElement, HtmlScriptElement, MessageEvent, Worker,
};

use stable_pages::explore::{Answer, Ask, Tell};

/// Who is told what the checker says.
type Hear = fn(Heard);

/// What comes over the line.
pub enum Heard {
    /// An answer.
    Told(Tell),
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
    waiting: Vec<Ask>,
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

/// The checker's files, which the build names by their content.
fn file(rest: &str) -> String {
    let meta = document().query_selector("meta[name=checker]");
    let meta = meta.ok().flatten();
    let name = meta.and_then(|it| it.dyn_into::<HtmlMetaElement>().ok());
    let name = name.map_or("checker".to_owned(), |it| it.content());
    format!("./{name}{rest}")
}

/// Calls the checker; `hear` is told what comes of it.
pub fn open(hear: Hear) {
    let Ok(worker) = Worker::new(&file("_loader.js")) else {
        return on_this_thread(hear);
    };
    let told = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        take(&event.data(), hear);
    });
    worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
    told.forget();
    let failed = Closure::<dyn Fn(Event)>::new(move |_| {
        let ready = LINE.with_borrow(|line| line.ready);
        if ready {
            let reason = "the checker's worker broke down; reload the page to start it again";
            hear(Heard::Nobody(reason.to_owned()));
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
    let nobody = move |what: &str| {
        hear(Heard::Nobody(format!(
            "no worker may run here, and {what}; everything else works as it did"
        )));
    };
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

fn take(data: &JsValue, hear: Hear) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    let Ok(tell) = postcard::from_bytes::<Tell>(&bytes.to_vec()) else {
        let reason = "the checker is of another version than the page; reload the page";
        return hear(Heard::Nobody(reason.to_owned()));
    };
    if tell.answer == Answer::Ready {
        let waiting = LINE.with_borrow_mut(|line| {
            line.ready = true;
            std::mem::take(&mut line.waiting)
        });
        waiting.into_iter().for_each(ask);
    }
    hear(Heard::Told(tell));
}

/// Asks the checker; what is asked before it is there waits.
pub fn ask(ask: Ask) {
    let ready = LINE.with_borrow(|line| line.ready);
    if !ready {
        return LINE.with_borrow_mut(|line| line.waiting.push(ask));
    }
    // Questions are plain data; encoding them cannot fail.
    let Ok(bytes) = postcard::to_allocvec(&ask) else {
        return;
    };
    let bytes = Uint8Array::from(&bytes[..]);
    // Posting to a worker that is there does not fail.
    let _ = match LINE.with_borrow(|line| line.worker.clone()) {
        Some(worker) => worker.post_message(&bytes),
        None => {
            let init = CustomEventInit::new();
            init.set_detail(&bytes);
            CustomEvent::new_with_event_init_dict("checker-asked", &init)
                .and_then(|event| window().dispatch_event(&event).map(|_| ()))
        }
    };
}
