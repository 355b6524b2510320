//! The workers beside the checker: this program once more, in threads of their own, where it does the tasks that the checker gives
//! away. They are started when there is something to give, and stay.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Date, Uint8Array};
use stable_pages::explore::{Aside, AsideAnswer, AsideRequest};
use stable_pages::scenario::to_bytes;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Event, MessageEvent, Worker, WorkerOptions};

/// The name of a worker beside the checker, by which the program knows what it is.
pub const NAME: &str = "aside";

/// Most of them: each takes memory.
const MOST: usize = 3;

/// Milliseconds of work before requests that have come in meanwhile are taken.
const SLICE: f64 = 45.0;

/// What the checker is told of a worker beside it.
pub enum News {
    /// It is there.
    There,
    /// It is gone.
    Gone,
    /// It has found something.
    Answer(AsideAnswer),
}

/// The workers beside the checker, each by its number.
#[derive(Default)]
pub struct Asides {
    all: Vec<Worker>,
    started: bool,
}

impl Asides {
    /// Starts as many as the machine has processors to spare, once. `tell` is told of each.
    pub fn start(
        &mut self,
        scope: &DedicatedWorkerGlobalScope,
        tell: impl Fn(usize, News) + 'static,
    ) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let cores = scope.navigator().hardware_concurrency() as usize;
        let tell = Rc::new(tell);
        let options = WorkerOptions::new();
        options.set_name(NAME);
        for number in 0..cores.saturating_sub(1).min(MOST) {
            let address = scope.location().href();
            let Ok(worker) = Worker::new_with_options(&address, &options) else {
                return;
            };
            let told = tell.clone();
            let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let bytes = event.data().dyn_into::<Uint8Array>();
                let answer = bytes.map(|it| postcard::from_bytes(&it.to_vec()));
                told(
                    number,
                    match answer {
                        // Anything else than bytes says that it is there.
                        Err(_) => News::There,
                        Ok(Ok(answer)) => News::Answer(answer),
                        Ok(Err(_)) => News::Gone,
                    },
                );
            });
            worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            on_message.forget();
            let told = tell.clone();
            let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                // Else it would be an error of the checker's, too.
                event.prevent_default();
                told(number, News::Gone);
            });
            worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
            on_error.forget();
            self.all.push(worker);
        }
    }

    /// Asks one of them.
    pub fn ask(&self, number: usize, request: &AsideRequest) {
        if let (Some(worker), Some(bytes)) = (self.all.get(number), to_bytes(request)) {
            // Posting to a worker that is there does not fail.
            let _ = worker.post_message(&Uint8Array::from(&bytes[..]));
        }
    }
}

/// The program as a worker beside the checker.
struct Work {
    aside: Aside,
    /// Whether the next slice of work is scheduled.
    scheduled: bool,
}

/// Runs the program as a worker beside the checker.
pub fn run(scope: &DedicatedWorkerGlobalScope) {
    let work = Rc::new(RefCell::new(Work {
        aside: Aside::default(),
        scheduled: false,
    }));
    let here = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else {
            return;
        };
        let Ok(request) = postcard::from_bytes(&bytes.to_vec()) else {
            return;
        };
        let mut state = work.borrow_mut();
        state.aside.handle(request);
        if !state.scheduled && state.aside.busy() {
            state.scheduled = true;
            schedule(here.clone(), work.clone());
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // Posting fails only where the checker is gone.
    let _ = scope.post_message(&JsValue::TRUE);
}

/// Schedules a slice of work, which begins after the requests that have come in by then, and more slices if it needs them.
fn schedule(scope: DedicatedWorkerGlobalScope, work: Rc<RefCell<Work>>) {
    Timeout::new(0, move || {
        let mut state = work.borrow_mut();
        let until = Date::now() + SLICE;
        while state.aside.busy() && Date::now() < until {
            state.aside.work(&mut |answer| {
                let bytes = to_bytes(&answer).unwrap_or_default();
                // As above.
                let _ = scope.post_message(&Uint8Array::from(&bytes[..]));
            });
        }
        state.scheduled = state.aside.busy();
        let more = state.scheduled;
        drop(state);
        if more {
            schedule(scope, work);
        }
    })
    .forget();
}
