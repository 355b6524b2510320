//! The timeline: which of its sections are drawn anew with each step and which with each run, and the pointer
//! on it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, PointerEvent};

use stable_pages::view;

use super::dom::{self, AFTER_FRAME, mount_section};
use super::store::{PtrEq, Store};

/// The moment under the pointer.
fn pointed_at(store: Store, event: &PointerEvent) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let track = target.closest(".track").ok()??;
    let tape = track.query_selector(".tape").ok()??;
    let at = tape.get_bounding_client_rect();
    let along = (f64::from(event.client_x()) - at.left()) / at.width().max(1.0);
    let moment = store.moment_untracked();
    // To the left of the tape this is negative, which becomes 0.
    let step = (along * moment.longest() as f64).round() as usize;
    Some(step.min(moment.length()))
}

/// Notes how wide the tape is, in steps of some pixels, so that what is written on it fits.
fn measure(store: Store) {
    let track = document().query_selector(".track").ok().flatten();
    // Between its edges lie ten pixels on either side.
    let width = track.map_or(0, |it| it.client_width() - 20);
    let width = u16::try_from(width).unwrap_or(0) / 16 * 16;
    store.update_ui(|ui| ui.tape = width);
}

/// Mounts the sections of the timeline.
pub fn mount(store: Store) {
    // What rests on the scenario and the whole run only is drawn anew for another run only.
    let run = Memo::new(move |_| {
        let moment = store.moment();
        (
            PtrEq(moment.scenario.clone()),
            PtrEq(moment.whole.clone()),
            moment.longest(),
        )
    });
    // It has no width while a lesson hides it.
    let zoom = Memo::new(move |_| {
        let ui = store.ui();
        (ui.zoom, ui.tape, ui.lesson.map(|it| it.whole))
    });
    // The steps behind a failure are pointed out on demand; the worker finds them.
    let chain = Memo::new(move |_| {
        let open = store.ui().why.is_some();
        store.checker().with(|checker| match open {
            true => checker.chain.clone(),
            false => Vec::new(),
        })
    });
    mount_section("lanes", move || view::lanes(&run.get().0.0));
    mount_section("tape", move || {
        let (scenario, whole, longest) = run.get();
        zoom.track();
        let ui = store.ui_untracked();
        view::tape(&scenario.0, &whole.0, longest, &chain.get(), &ui)
    });
    mount_section("writing", move || {
        let (scenario, whole, longest) = run.get();
        zoom.track();
        let ui = store.ui_untracked();
        view::writing(&scenario.0, &whole.0, longest, &chain.get(), &ui)
    });
    dom::whenever(move || {
        run.track();
        zoom.track();
        // After the frame, as asking for a width makes the browser lay out the page.
        dom::later(AFTER_FRAME, move || measure(store));
    });
    mount_section("playhead", move || {
        view::playhead(&store.moment(), &store.ui())
    });
    mount_section("scrubber", move || {
        view::scrubber(&store.moment(), &store.ui())
    });
}

/// Listens to the pointer: a press goes to a moment, and so does dragging.
pub fn listen(store: Store) {
    let seek = move |event: Event| {
        let event: PointerEvent = event.unchecked_into();
        let wanted = event.type_() == "pointerdown" || event.buttons() & 1 == 1;
        let step = pointed_at(store, &event).filter(|_| wanted);
        if let Some(step) = step.filter(|it| *it != store.moment_untracked().depth()) {
            dom::seek(step);
        }
    };
    dom::listen("resize", move |_| measure(store));
    dom::listen("pointerdown", seek);
    dom::listen("pointermove", seek);
}
