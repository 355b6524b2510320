//! Movement that explains: a lock moves from holder to holder, and lines tie a sleeper to what it waits for.
//!
//! A token is an element that keeps its name (`data-token`) wherever it is drawn. After each step it is drawn at its new
//! place and animated from its old one to there. Steps never wait for an animation: a step made meanwhile begins new
//! ones, and jumps animate nothing.

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

/// Steps by hand that follow each other within so many milliseconds animate nothing.
const QUICK: f64 = 250.0;

/// Where a token is: pixels from the left and from the top of the window.
type Place = (f64, f64);

thread_local! {
    /// Where each token was when that was asked last.
    static PLACES: RefCell<BTreeMap<String, Place>> = RefCell::default();
    /// The animations of the last step.
    static ANIMATIONS: RefCell<Vec<Animation>> = RefCell::default();
}

// web-sys still calls this interface unstable, although browsers have had it for years.
#[wasm_bindgen]
extern "C" {
    type Animatable;
    type Animation;

    #[wasm_bindgen(method)]
    fn animate(this: &Animatable, frames: &JsValue, milliseconds: f64) -> Animation;

    #[wasm_bindgen(method)]
    fn cancel(this: &Animation);
}

/// All elements that a selector selects.
fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    let nodes = (0..found.length()).filter_map(|at| found.item(at));
    nodes.filter_map(|it| it.dyn_into().ok()).collect()
}

/// How long an animation takes, in milliseconds, as the style sheet says; 0 if none is wanted.
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

/// Animates every step, and draws the lines from sleepers anew whenever something changes.
pub fn watch(store: Store) {
    let last = StoredValue::new((0, 0.0));
    Effect::new(move |_| {
        let moment = store.moment();
        let ui = store.ui();
        // Read, since the outlook comes a moment later and may move the ends of lines.
        store.outlook();
        let (depth, time) = last.get_value();
        let quick = !ui.playing && Date::now() - time < QUICK;
        let root = document().document_element();
        let still = match moment.depth().abs_diff(depth) {
            // The moment is the same: what changed is beside the run, and begins no animation.
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
            // An element takes every attribute. Set only where it differs, since even the same value costs a new style.
            if root.get_attribute("data-speed").as_ref() != Some(&speed) {
                let _ = root.set_attribute("data-speed", &speed);
            }
            for (name, is) in [("data-still", still), ("data-beside", beside)] {
                if root.has_attribute(name) != is {
                    let _ = root.toggle_attribute(name);
                }
            }
        }
        for animation in ANIMATIONS.take() {
            animation.cancel();
        }
        if still {
            // After the frame, as asking for places makes the browser lay out the page.
            let look = || {
                drop(find_tokens());
                draw_lines();
            };
            return set_timeout(look, AFTER_FRAME);
        }
        // In the next frame, when everything is drawn.
        request_animation_frame(|| {
            animate_tokens();
            draw_lines();
        });
    });
    listen("resize", |_| {
        PLACES.with_borrow_mut(BTreeMap::clear);
        draw_lines();
    });
    // A column can be scrolled by itself; the lines follow.
    listen("scroll", |_| draw_lines());
}

/// A token, where it is, and where it was when that was asked last.
struct Token {
    element: Element,
    place: Place,
    before: Option<Place>,
}

/// Finds all tokens, and keeps where they are for the next time.
fn find_tokens() -> Vec<Token> {
    let mut found = Vec::new();
    let mut places = BTreeMap::new();
    for element in all("[data-token]") {
        let name = element.get_attribute("data-token").unwrap_or_default();
        let rect = element.get_bounding_client_rect();
        let place = (rect.left(), rect.top());
        let before = PLACES.with_borrow(|places| places.get(&name).copied());
        places.insert(name, place);
        found.push(Token {
            element,
            place,
            before,
        });
    }
    PLACES.set(places);
    found
}

/// Animates the tokens that have moved from where they were.
fn animate_tokens() {
    for token in find_tokens() {
        let Some((left, top)) = token.before else {
            continue;
        };
        let (x, y) = (left - token.place.0, top - token.place.1);
        if x.abs() + y.abs() <= 40.0 {
            continue;
        }
        let beat = beat();
        if beat > 0.0 {
            animate(&token.element, x, y, beat);
        }
    }
}

/// Moves an element from so many pixels away to its place.
fn animate(element: &Element, x: f64, y: f64, beat: f64) {
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
    let animation = element.unchecked_ref::<Animatable>().animate(&frames, beat);
    ANIMATIONS.with_borrow_mut(|animations| animations.push(animation));
}

/// Draws a line from each sleeper to what it waits for and to the actor that holds it: through the gaps between the
/// columns, and only for sleepers that are in view.
fn draw_lines() {
    let Some(wires) = document().query_selector(".wires").ok().flatten() else {
        return;
    };
    let sleepers = all("[data-wire]");
    // Hidden where there is no line, since a layer of the page's size takes long to paint.
    if wires.has_attribute("data-none") != sleepers.is_empty() {
        let _ = wires.toggle_attribute("data-none");
    }
    if sleepers.is_empty() {
        return;
    }
    let Some(column) = document().query_selector(".actors").ok().flatten() else {
        return;
    };
    // Its parent's corner, as it covers its parent but has no place while it is hidden.
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
                    // Below the words that stand under a bit.
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
