//! The timeline: what of it changes with each step, what with each run, and the pointer on it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, PointerEvent};

use stable_pages::explore::Story;
use stable_pages::scenario::Scenario;
use stable_pages::view;

use super::desk::Desk;
use super::render::{self, put};

/// A run that compares by identity: drawn anew for another run only.
#[derive(Clone)]
struct Run(Arc<Scenario>, Arc<Story>);

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && Arc::ptr_eq(&self.1, &other.1)
    }
}

/// The moment under the pointer.
fn pointed_at(desk: Desk, event: &PointerEvent) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let track = target.closest(".track").ok()??;
    let tape = track.query_selector(".tape").ok()??;
    let at = tape.get_bounding_client_rect();
    let along = (f64::from(event.client_x()) - at.left()) / at.width().max(1.0);
    let length = desk.peek().length();
    // What is left of the tape comes to 0.
    let step = (along * length as f64).round() as usize;
    Some(step.min(length))
}

/// Draws the section at the foot.
pub fn draw(desk: Desk) {
    let run = Memo::new(move |_| {
        let now = desk.now();
        Run(now.scenario.clone(), now.whole.clone())
    });
    let zoom = Memo::new(move |_| desk.panel().zoom);
    // The steps behind a failure are pointed out on demand.
    let causes = Memo::new(move |_| match desk.panel().why {
        true => view::causes(&desk.now()),
        false => Vec::new(),
    });
    put("lanes", move || view::lanes(&run.get().0));
    put("tape", move || {
        let Run(scenario, whole) = run.get();
        zoom.track();
        view::tape(&scenario, &whole, &causes.get(), &desk.peek_panel())
    });
    put("writing", move || {
        let Run(scenario, whole) = run.get();
        zoom.track();
        view::writing(&scenario, &whole, &desk.peek_panel())
    });
    put("playhead", move || {
        view::playhead(&desk.now(), &desk.panel())
    });
    put("scrubber", move || {
        view::scrubber(&desk.now(), &desk.panel())
    });
}

/// Takes the pointer: a press goes to a moment, and so does dragging.
pub fn listen(desk: Desk) {
    let seek = move |event: Event| {
        let event: PointerEvent = event.unchecked_into();
        let wanted = event.type_() == "pointerdown" || event.buttons() & 1 == 1;
        let step = pointed_at(desk, &event).filter(|_| wanted);
        if let Some(step) = step.filter(|it| *it != desk.peek().depth()) {
            desk.seek(step);
        }
    };
    render::listen("pointerdown", seek);
    render::listen("pointermove", seek);
}
