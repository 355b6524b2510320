//! Draws what `view` says: a Leptos view that compares what is wanted with what was drawn last and
//! touches only what differs.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Reflect;
use leptos::web_sys::{self, Element, Event, HtmlElement, HtmlInputElement, Text};

use stable_pages::view::{At, El, Node, On, Place, Question, Wish, el, note, nothing};

use super::desk::Desk;
use super::{link, source};

/// Draws what never changes.
pub fn frame(el: El) {
    mount_to_body(move || Drawn(el));
}

type View = Box<dyn FnMut() -> Drawn + Send>;

/// Draws a section into its slot of the frame, anew whenever a signal it reads has changed.
pub fn put(slot: &str, view: impl FnMut() -> El + Send + 'static) {
    let mut view: Box<dyn FnMut() -> El + Send> = Box::new(view);
    put_view(slot, Box::new(move || Drawn(view())));
}

#[inline(never)]
fn put_view(slot: &str, view: View) {
    let place = document().query_selector(&format!("[data-slot={slot}]"));
    let place = place.ok().flatten().and_then(|it| it.dyn_into().ok());
    if let Some(place) = place {
        mount_to(place, move || view).forget();
    }
}

/// A part of the page that the checker draws; until it does, a word or two.
pub fn put_part(desk: Desk, slot: &str, place: Place, until: &'static str) {
    put(slot, move || match (desk.drawn(place), desk.panel().gone) {
        (_, Some(_)) if matches!(place, Place::Meaning | Place::Cause | Place::Compared) => {
            nothing()
        }
        // The plain pages list them too.
        (_, Some(_)) if place == Place::List => el("a", "")
            .at(At::Href, "scenarios/")
            .text("All orderings, as plain pages"),
        (_, Some(reason)) => note(
            "",
            &format!(
                "The checker cannot work: {reason}. Without it there are no explanations, and no other kernel or device and no file of yours can be shown; everything else works as it did."
            ),
        ),
        (Some(it), _) => (*it.0).clone(),
        (None, None) => note("small", until),
    });
}

/// Hears events anywhere on the page, for its life.
pub fn listen(kind: &'static str, hear: impl Fn(Event) + 'static) {
    listen_for(kind, Box::new(hear));
}

#[inline(never)]
fn listen_for(kind: &'static str, hear: Box<dyn Fn(Event)>) {
    let hear = Closure::<dyn Fn(Event)>::wrap(hear);
    // Fails only for a listener that is none. Scrolling does not bubble, so it is heard on the way down.
    let _ = window().add_event_listener_with_callback_and_bool(
        kind,
        hear.as_ref().unchecked_ref(),
        kind == "scroll",
    );
    hear.forget();
}

/// An element to be drawn.
pub struct Drawn(pub El);

/// An element as it was drawn.
pub struct State {
    node: Element,
    tag: Cow<'static, str>,
    at: Vec<(At, String)>,
    on: Option<Listener>,
    inner: Vec<Inside>,
}

enum Inside {
    Text(Text, String),
    El(State),
}

/// What using an element asks for; the browser holds on to the closure.
struct Listener {
    wanted: Rc<RefCell<On>>,
    kind: &'static str,
    closure: Closure<dyn Fn(Event)>,
}

/// Names of drawings' elements; everything else is HTML.
fn drawing(tag: &str) -> bool {
    matches!(
        tag,
        "svg" | "g" | "path" | "rect" | "text" | "line" | "title"
    )
}

impl State {
    fn of(el: El) -> State {
        let document = document();
        // Tags and names are the program's own, so they are well-formed.
        let node = match drawing(&el.tag) {
            true => document.create_element_ns(Some("http://www.w3.org/2000/svg"), &el.tag),
            false => document.create_element(&el.tag),
        };
        let mut state = State {
            node: node.expect("a well-formed name"),
            tag: el.tag.clone(),
            at: Vec::new(),
            on: None,
            inner: Vec::new(),
        };
        state.fill(el);
        state
    }

    /// Makes of what was drawn what is wanted.
    fn fill(&mut self, el: El) {
        let value = el.get(At::Value).map(str::to_owned);
        self.attributes(el.at);
        self.inside(el.inner);
        self.listen(el.on);
        if let Some(value) = value {
            // After what is inside: a list knows its words only then. A visitor may have changed it.
            let name = JsValue::from_str("value");
            let _ = Reflect::set(&self.node, &name, &JsValue::from_str(&value));
        }
    }

    fn attributes(&mut self, at: Vec<(At, String)>) {
        for (name, _) in &self.at {
            if !at.iter().any(|(other, _)| other == name) {
                let _ = self.node.remove_attribute(name.name());
            }
        }
        for (name, value) in &at {
            let mut was = self.at.iter();
            let was = was.find(|(other, _)| other == name);
            if was.is_none_or(|(_, was)| was != value) {
                self.set(*name, value);
            }
        }
        self.at = at;
    }

    fn set(&self, name: At, value: &str) {
        if name == At::Shift {
            // A style, and not the attribute of that name, which the Content-Security-Policy refuses. To whole
            // pixels where that is understood, so that edges stay sharp and layers are merely copied.
            let style = self.node.unchecked_ref::<HtmlElement>().style();
            for to in [value, &format!("round({value}, 1px)")] {
                let _ = style.set_property(name.name(), &format!("translateX({to})"));
            }
            return;
        }
        let _ = self.node.set_attribute(name.name(), value);
    }

    fn inside(&mut self, inner: Vec<Node>) {
        let many = inner.len();
        for (at, wanted) in inner.into_iter().enumerate() {
            match (self.inner.get_mut(at), wanted) {
                (Some(Inside::Text(node, was)), Node::Text(text)) => {
                    if *was != text {
                        node.set_data(&text);
                        *was = text.into_owned();
                    }
                }
                (Some(Inside::El(state)), Node::El(el)) if state.is(&el.tag) => state.fill(el),
                (Some(old), wanted) => {
                    let new = Inside::of(wanted);
                    let _ = self.node.replace_child(new.node(), old.node());
                    *old = new;
                }
                (None, wanted) => {
                    let new = Inside::of(wanted);
                    let _ = self.node.append_child(new.node());
                    self.inner.push(new);
                }
            }
        }
        for old in self.inner.drain(many..) {
            let _ = self.node.remove_child(old.node());
        }
    }

    fn is(&self, tag: &str) -> bool {
        self.tag == tag
    }

    fn listen(&mut self, on: Option<On>) {
        let Some(on) = on else {
            if let Some(old) = self.on.take() {
                old.forget_by(&self.node);
            }
            return;
        };
        let kind = match on {
            On::Press(_) => "click",
            On::Choose(_) => "change",
            On::Slide | On::Write => "input",
            On::Pick => "change",
            On::Closed(_) => "close",
        };
        match &self.on {
            Some(listener) if listener.kind == kind => {
                listener.wanted.replace(on);
            }
            _ => {
                if let Some(old) = self.on.take() {
                    old.forget_by(&self.node);
                }
                self.on = Some(Listener::new(&self.node, kind, on));
            }
        }
    }
}

impl Inside {
    fn of(wanted: Node) -> Inside {
        match wanted {
            Node::Text(text) => Inside::Text(document().create_text_node(&text), text.into_owned()),
            Node::El(el) => Inside::El(State::of(el)),
        }
    }

    fn node(&self) -> &web_sys::Node {
        match self {
            Inside::Text(node, _) => node,
            Inside::El(state) => &state.node,
        }
    }
}

impl Listener {
    fn new(node: &Element, kind: &'static str, on: On) -> Listener {
        let wanted = Rc::new(RefCell::new(on));
        let closure = Closure::<dyn Fn(Event)>::new({
            let wanted = wanted.clone();
            move |event: Event| {
                // Granting may draw this very element anew.
                let on = wanted.borrow().clone();
                used(&on, &event);
            }
        });
        let _ = node.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
        Listener {
            wanted,
            kind,
            closure,
        }
    }

    fn forget_by(self, node: &Element) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = node.remove_event_listener_with_callback(self.kind, callback);
    }
}

fn used(on: &On, event: &Event) {
    if let On::Press(Wish::Reload) = on {
        // Asked for where there is no desk. A page can always be loaded again.
        let _ = window().location().reload();
        return;
    }
    let desk = Desk::the();
    match on {
        On::Press(wish) | On::Closed(wish) => desk.grant(wish.clone()),
        On::Write => link::ask(Question::Read(event_target_value(event))),
        On::Pick => source::picked(desk, &event_target(event)),
        On::Slide => {
            if let Ok(step) = event_target_value(event).parse() {
                desk.seek(step);
            }
        }
        On::Choose(wishes) => {
            let chosen: usize = event_target_value(event).parse().unwrap_or(0);
            // As it was drawn, should the wish be refused.
            let list: HtmlInputElement = event_target(event);
            list.set_value(&list.get_attribute("value").unwrap_or_default());
            if let Some(wish) = wishes.get(chosen) {
                desk.grant(wish.clone());
            }
        }
    }
}

impl Mountable for State {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&web_sys::Node>) {
        let _ = parent.insert_before(&self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.node.parent_element() {
            Some(parent) => {
                child.mount(&parent, Some(&self.node));
                true
            }
            None => false,
        }
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.node.clone()]
    }
}

impl Render for Drawn {
    type State = State;

    fn build(self) -> State {
        State::of(self.0)
    }

    fn rebuild(self, state: &mut State) {
        if state.is(&self.0.tag) {
            return state.fill(self.0);
        }
        let new = State::of(self.0);
        let _ = state.node.replace_with_with_node_1(&new.node);
        *state = new;
    }
}

impl AddAnyAttr for Drawn {
    type Output<SomeNewAttr: Attribute> = Drawn;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Drawn {
        self
    }
}

/// Leptos asks for this of every view; the page is never rendered by a server.
impl RenderHtml for Drawn {
    type AsyncOutput = Drawn;
    type Owned = Drawn;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Drawn {
        self
    }

    fn to_html_with_buf(
        self,
        _: &mut String,
        _: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> State {
        self.build()
    }

    fn into_owned(self) -> Drawn {
        self
    }
}
