//! Movement that explains: a lock goes from hand to hand, a sleeper is tied to what it waits for.
//!
//! What moves keeps a name (`data-token`) while it stands here or there; after each step it is drawn
//! where it is now, and travels there from where it was. Steps never wait for it: a step made
//! meanwhile begins a new movement, and jumps move nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use leptos::web_sys::Element;
use leptos::web_sys::js_sys::{Array, Date, Object, Reflect};

use stable_pages::view::{OtherBuild, Tab};

use super::dom::{AFTER_FRAME, listen};
use super::store::Store;

/// Steps by hand that follow each other within so many milliseconds move nothing.
const QUICK: f64 = 250.0;

/// Where a token is: pixels from the left and from the top of the window.
type Place = (f64, f64);

thread_local! {
    /// Where each token was when last looked.
    static PLACES: RefCell<BTreeMap<String, Place>> = RefCell::default();
    /// What still moves.
    static MOVING: RefCell<Vec<Movement>> = RefCell::default();
}

// What web-sys still calls unstable, and browsers have had for years.
#[wasm_bindgen]
extern "C" {
    type Movable;
    type Movement;

    #[wasm_bindgen(method)]
    fn animate(this: &Movable, frames: &JsValue, milliseconds: f64) -> Movement;

    #[wasm_bindgen(method)]
    fn cancel(this: &Movement);
}

/// All elements with an attribute.
fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    let nodes = (0..found.length()).filter_map(|at| found.item(at));
    nodes.filter_map(|it| it.dyn_into().ok()).collect()
}

/// How long a movement takes, in milliseconds; the style sheet knows, and nothing if none is wanted.
fn beat() -> f64 {
    let root = document().document_element();
    let style = root.and_then(|it| window().get_computed_style(&it).ok().flatten());
    let value = style.and_then(|it| it.get_property_value("--beat").ok());
    let value = value.unwrap_or_default();
    let number: String = value.chars().filter(|it| it.is_ascii_digit()).collect();
    // A whole number: reading fractions, or printing them (as clamp does), costs 20 kB of tables.
    match value.ends_with("ms") {
        true => number.parse::<u32>().unwrap_or(0).into(),
        false => 0.0,
    }
}

/// Follows what is on the stage.
pub fn watch(store: Store) {
    let last = StoredValue::new((0, 0.0));
    Effect::new(move |_| {
        let moment = store.moment();
        let ui = store.ui();
        // It comes a moment later, and may move what lines end at.
        store.outlook();
        let (depth, time) = last.get_value();
        let quick = !ui.playing && Date::now() - time < QUICK;
        let root = document().document_element();
        let still = match moment.depth().abs_diff(depth) {
            // What else is shown at the same moment begins nothing.
            0 => root
                .as_ref()
                .is_some_and(|it| it.has_attribute("data-still")),
            many => many > 1 || quick,
        };
        if moment.depth() != depth {
            last.set_value((moment.depth(), Date::now()));
        }
        if let Some(root) = root {
            let speed = ui.speed.to_string();
            let beside = ui.tab == Tab::Compare && ui.other != OtherBuild::None;
            // An element takes every attribute; one that stays costs nothing only if it is let be.
            if root.get_attribute("data-speed").as_ref() != Some(&speed) {
                let _ = root.set_attribute("data-speed", &speed);
            }
            for (name, is) in [("data-still", still), ("data-beside", beside)] {
                if root.has_attribute(name) != is {
                    let _ = root.toggle_attribute(name);
                }
            }
        }
        for moving in MOVING.take() {
            moving.cancel();
        }
        if still {
            // Where things are is asked once the frame is there: asking for it takes its time.
            let seen = || {
                drop(places());
                tie();
            };
            return set_timeout(seen, AFTER_FRAME);
        }
        // Once everything is drawn.
        request_animation_frame(|| {
            travel();
            tie();
        });
    });
    listen("resize", |_| {
        PLACES.with_borrow_mut(BTreeMap::clear);
        tie();
    });
    // Columns scroll by themselves; lines follow.
    listen("scroll", |_| tie());
}

/// Asks where each token is, and keeps that; returns them with where they were when that was asked last.
fn places() -> Vec<(Element, Place, Option<Place>)> {
    let mut found = Vec::new();
    let mut now = BTreeMap::new();
    for token in all("[data-token]") {
        let name = token.get_attribute("data-token").unwrap_or_default();
        let at = token.get_bounding_client_rect();
        let place = (at.left(), at.top());
        let was = PLACES.with_borrow(|it| it.get(&name).copied());
        now.insert(name, place);
        found.push((token, place, was));
    }
    PLACES.set(now);
    found
}

/// Lets tokens travel from where they were.
fn travel() {
    for (token, place, was) in places() {
        let Some((left, top)) = was else {
            continue;
        };
        let (x, y) = (left - place.0, top - place.1);
        if x.abs() + y.abs() <= 40.0 {
            continue;
        }
        let beat = beat();
        if beat > 0.0 {
            animate(&token, x, y, beat);
        }
    }
}

fn animate(token: &Element, x: f64, y: f64, beat: f64) {
    let frame = |transform: &str| {
        let frame = Object::new();
        // An object takes every property.
        let _ = Reflect::set(&frame, &"transform".into(), &transform.into());
        let _ = Reflect::set(&frame, &"zIndex".into(), &"3".into());
        frame
    };
    let (x, y) = (x.round() as i32, y.round() as i32);
    let from = frame(&format!("translate({x}px, {y}px)"));
    let frames = Array::of2(&from, &frame("none"));
    let moving = token.unchecked_ref::<Movable>().animate(&frames, beat);
    MOVING.with_borrow_mut(|it| it.push(moving));
}

/// Draws a line from each sleeper to what it waits for and to whoever has it: through the gaps
/// between the columns, and no further than what is in view.
fn tie() {
    let Some(wires) = document().query_selector(".wires").ok().flatten() else {
        return;
    };
    let sleepers = all("[data-wire]");
    // Where there is no line, nothing lies over the page: a layer of its size takes long to paint.
    if wires.has_attribute("data-none") != sleepers.is_empty() {
        let _ = wires.toggle_attribute("data-none");
    }
    if sleepers.is_empty() {
        return;
    }
    let Some(column) = document().query_selector(".actors").ok().flatten() else {
        return;
    };
    // It may be hidden, and covers what holds it.
    let Some(origin) = wires.parent_element() else {
        return;
    };
    let origin = origin.get_bounding_client_rect();
    let column = column.get_bounding_client_rect();
    let x = |it: f64| (it - origin.left()).round() as i32;
    let y = |it: f64| (it - origin.top()).round() as i32;
    let seen = |at: f64| at > column.top() && at < column.bottom();
    let [mut things, mut holders, mut ends, mut tips] = [const { String::new() }; 4];
    for (number, sleeper) in sleepers.iter().enumerate() {
        let from = sleeper.get_bounding_client_rect();
        let middle = from.top() + from.height() / 2.0;
        if !seen(middle) {
            continue;
        }
        let apart = 3 * number as i32;
        let names = sleeper.get_attribute("data-wire").unwrap_or_default();
        for name in names.split(' ') {
            let to = document().query_selector(&format!("[data-thing=\"{name}\"]"));
            let Some(to) = to.ok().flatten() else {
                continue;
            };
            let to = to.get_bounding_client_rect();
            if name.starts_with("actor-") {
                // From card to card, along their left edge.
                let end = (to.top() + 14.0).max(column.top() + 8.0);
                let end = end.min(column.bottom() - 8.0);
                let (start, edge, end) = (y(middle), x(from.left()), y(end));
                let gap = edge - 6 - apart % 10;
                holders += &format!("M{edge} {start}H{gap}V{end}H{edge}");
                tips += &format!("M{} {end}l-7 -4v8z", edge + 3);
            } else {
                let (start, edge) = (y(middle), x(from.right()));
                let (gap, below) = (
                    x(column.right()) + 4 + apart,
                    // Under the words below a bit.
                    y(to.bottom()) + 24 + apart % 10,
                );
                let (end, top) = (x(to.right() - 7.0), y(to.bottom()) + 1);
                things += &format!("M{edge} {start}H{gap}V{below}H{end}V{}", top + 6);
                ends += &format!("M{end} {top}l-4 7h8z");
            }
        }
    }
    for (class, d) in [
        ("thing", things),
        ("holder", holders),
        ("end", ends),
        ("tip", tips),
    ] {
        let path = wires.query_selector(&format!(".{class}"));
        if let Some(path) = path.ok().flatten()
            && path.get_attribute("d").unwrap_or_default() != d
        {
            let _ = path.set_attribute("d", &d);
        }
    }
}
