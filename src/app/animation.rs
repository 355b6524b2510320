//! What moves on the page: a layer over it, and elements animated by the browser's own animations.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use leptos::web_sys::js_sys::{Array, Object, Reflect};
use leptos::web_sys::{Element, HtmlElement, Node};

thread_local! {
    /// Over the page: holds what moves.
    static LAYER: RefCell<Option<HtmlElement>> = RefCell::default();
    /// What goes onto the layer at the next [`begin`].
    static LAID: RefCell<Vec<Node>> = RefCell::default();
    /// What begins with it: elements with the frames and options of their animations.
    static PLANNED: RefCell<Vec<(Element, Array, Object)>> = RefCell::default();
    /// The animations that go on.
    static ANIMATIONS: RefCell<Vec<Animation>> = RefCell::default();
}

// web-sys still calls this interface unstable, although browsers have had it for years.
#[wasm_bindgen]
extern "C" {
    type Animatable;
    type Animation;

    #[wasm_bindgen(method)]
    fn animate(this: &Animatable, frames: &JsValue, options: &JsValue) -> Animation;

    #[wasm_bindgen(method)]
    fn cancel(this: &Animation);
}

/// Puts the layer over the page.
pub fn add_layer() {
    let layer = create("div", "motion");
    // An element takes every attribute.
    let _ = layer.set_attribute("aria-hidden", "true");
    if let Some(body) = document().body() {
        let _ = body.append_child(&layer);
    }
    LAYER.set(Some(layer));
}

fn create(tag: &str, class: &str) -> HtmlElement {
    // The tags are the program's own, so they are well-formed.
    let element = document().create_element(tag).expect("a well-formed tag");
    element.set_class_name(class);
    element.unchecked_into()
}

/// Begins what was planned. Apart from planning, as the browser would lay out the page once more for each place
/// that is asked for after a change.
pub fn begin() {
    LAYER.with_borrow(|layer| {
        for node in LAID.take() {
            // A node that is new goes in everywhere.
            let _ = layer.as_ref().map(|layer| layer.append_child(&node));
        }
    });
    let planned = PLANNED.take();
    let begun = planned.iter().map(|(element, frames, options)| {
        element
            .unchecked_ref::<Animatable>()
            .animate(frames, options)
    });
    ANIMATIONS.with_borrow_mut(|all| all.extend(begun));
}

/// Ends all animations, and empties the layer.
pub fn stop() {
    LAID.take();
    PLANNED.take();
    for animation in ANIMATIONS.take() {
        animation.cancel();
    }
    LAYER.with_borrow(|layer| {
        if let Some(layer) = layer
            && layer.has_child_nodes()
        {
            layer.set_text_content(None);
        }
    });
}

/// When something moves, in milliseconds.
#[derive(Clone, Copy)]
pub struct Time {
    /// After so many it begins.
    pub start: u32,
    /// How long it takes.
    pub lasts: u32,
}

/// One frame of an animation: at which thousandth of its time, the properties and their values.
pub type Frame<'a> = (u32, &'a [(&'a str, &'a str)]);

/// Plans to animate an element; [`stop`] ends it.
pub fn animate(element: &Element, time: Time, easing: &str, frames: &[Frame]) {
    let list = Array::new();
    for (offset, properties) in frames {
        let frame = Object::new();
        // An object takes every property.
        let _ = Reflect::set(
            &frame,
            &"offset".into(),
            &(f64::from(*offset) / 1000.0).into(),
        );
        let _ = Reflect::set(&frame, &"easing".into(), &easing.into());
        for (name, value) in *properties {
            let _ = Reflect::set(&frame, &(*name).into(), &(*value).into());
        }
        list.push(&frame);
    }
    let options = Object::new();
    for (name, value) in [("delay", time.start), ("duration", time.lasts)] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    PLANNED.with_borrow_mut(|all| all.push((element.clone(), list, options)));
}

/// Plans to put an element onto the layer.
pub fn put(class: &str, text: &str) -> HtmlElement {
    let element = create("div", class);
    element.set_text_content(Some(text));
    lay(&element);
    element
}

/// Plans to lay an element onto the layer.
pub fn lay(element: &Node) {
    LAID.with_borrow_mut(|all| all.push(element.clone()));
}
