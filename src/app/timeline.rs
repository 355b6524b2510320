//! The timeline: what of it changes with each step, what with each run, and the pointer on it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, PointerEvent};

use stable_pages::explore::Story;
use stable_pages::scenario::Scenario;
use stable_pages::view;

use super::desk::Desk;
use super::render::show;

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
    let track: Element = event.current_target()?.dyn_into().ok()?;
    let tape = track.query_selector(".tape").ok()??;
    let at = tape.get_bounding_client_rect();
    let along = (f64::from(event.client_x()) - at.left()) / at.width().max(1.0);
    let length = desk.peek().length() as f64;
    Some((along.clamp(0.0, 1.0) * length).round() as usize)
}

/// The section at the foot.
pub fn section(desk: Desk) -> impl IntoView {
    let run = Memo::new(move |_| {
        let now = desk.now();
        Run(now.scenario.clone(), now.whole.clone())
    });
    let zoom = Memo::new(move |_| desk.panel().zoom);
    let tape = show(move || {
        let Run(scenario, whole) = run.get();
        zoom.track();
        view::tape(&scenario, &whole, &[], &desk.peek_panel())
    });
    let writing = show(move || {
        let Run(scenario, whole) = run.get();
        zoom.track();
        view::writing(&scenario, &whole, &desk.peek_panel())
    });
    let lanes = show(move || view::lanes(&run.get().0));
    let seek = move |event: PointerEvent| {
        if let Some(step) = pointed_at(desk, &event).filter(|it| *it != desk.peek().depth()) {
            desk.seek(step);
        }
    };
    let drag = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            seek(event);
        }
    };
    view! {
        <section class="timeline" aria-label="Timeline">
            {lanes}
            <div class="track" on:pointerdown=seek on:pointermove=drag>
                {tape}
                {show(move || view::playhead(&desk.now(), &desk.panel()))}
                {writing}
            </div>
            {show(move || view::scrubber(&desk.now(), &desk.panel()))}
        </section>
    }
}
