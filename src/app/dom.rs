//! The virtual DOM made real: a Leptos view that compares the elements wanted with those it drew last
//! and patches only what differs, and the browser's events, turned into actions for the dispatcher.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Reflect;
use leptos::web_sys::{self, Event, File, HtmlElement, HtmlInputElement, HtmlMetaElement, Text};

use stable_pages::view::{Attr, Element, Handler, Msg, Node, Sealed};

/// How long after a change there is time for what need not be in its frame.
pub const AFTER_FRAME: Duration = Duration::from_millis(40);

/// Something that asks for places, which makes the browser lay out the page: it is done once, however often it was asked
/// for meanwhile.
#[derive(Clone, Copy)]
pub struct Chore {
    what: fn(),
    due: &'static Cell<bool>,
}

impl Chore {
    pub fn new(what: fn()) -> Chore {
        // There are a few, for as long as the page is.
        let due = Box::leak(Box::default());
        Chore { what, due }
    }

    /// Does it in the next frame, once everything is drawn, and before it is painted.
    pub fn in_frame(self) {
        if !self.due.replace(true) {
            request_animation_frame(move || self.run());
        }
    }

    /// Does it when the next frame is done.
    pub fn after_frame(self) {
        if !self.due.replace(true) {
            later(AFTER_FRAME, move || self.run());
        }
    }

    fn run(self) {
        self.due.set(false);
        (self.what)();
    }
}

/// What using an element comes to.
pub enum Action {
    /// The message of the element's handler.
    Msg(Msg),
    /// The value of one of the editor's fields.
    Edit(Sealed, String),
    /// A file was chosen to be opened. A message cannot carry it, as messages are plain data.
    OpenFile(File),
}

type Dispatch = Rc<dyn Fn(Action)>;

thread_local! {
    /// Where actions go.
    static DISPATCH: RefCell<Option<Dispatch>> = RefCell::default();
    /// Whether a step was sought in this frame.
    static SEEKING: Cell<bool> = const { Cell::new(false) };
    /// The step that was asked for since.
    static SOUGHT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Sends the actions of all elements to `dispatch` from now on.
pub fn set_dispatch(dispatch: impl Fn(Action) + 'static) {
    DISPATCH.set(Some(Rc::new(dispatch)));
}

fn dispatch(action: Action) {
    if let Some(dispatch) = DISPATCH.with_borrow(Clone::clone) {
        dispatch(action);
    }
}

/// Goes to a step: at once, but while the pointer moves only once a frame.
pub fn seek(step: usize) {
    if SEEKING.replace(true) {
        return SOUGHT.set(Some(step));
    }
    seek_now(step);
}

fn seek_now(step: usize) {
    dispatch(Action::Msg(Msg::Seek(step)));
    request_animation_frame(|| match SOUGHT.take() {
        Some(step) => seek_now(step),
        None => SEEKING.set(false),
    });
}

/// Mounts an element that never changes at the end of the body.
pub fn mount_frame(element: Element) {
    mount_to_body(move || VdomView(element));
}

/// Mounts a section into its slot of the frame, in turn; it is drawn anew whenever a signal that `view` reads
/// has changed.
pub fn mount_section(slot: &'static str, mut view: impl FnMut() -> Element + Send + 'static) {
    mount_view(slot, Box::new(move || VdomView(view())));
}

/// Mounts a view into its slot; boxed, so that Leptos's code for mounting exists once.
fn mount_view(slot: &'static str, view: Box<dyn FnMut() -> VdomView + Send>) {
    in_turn(move || {
        let place = document().query_selector(&format!("[data-slot={slot}]"));
        let place = place.ok().flatten().and_then(|it| it.dyn_into().ok());
        if let Some(place) = place {
            mount_to(place, move || view).forget();
        }
    });
}

/// Hears events anywhere on the page, for the page's life.
pub fn listen(kind: &'static str, hear: impl Fn(Event) + 'static) {
    listen_boxed(kind, Box::new(hear));
}

/// The same, boxed, so that it exists once; as the two below.
fn listen_boxed(kind: &'static str, hear: Box<dyn Fn(Event)>) {
    let hear = Closure::wrap(hear);
    // Fails only for a listener that is no function. Scrolling does not bubble, so it is heard on the way down.
    let _ = window().add_event_listener_with_callback_and_bool(
        kind,
        hear.as_ref().unchecked_ref(),
        kind == "scroll",
    );
    hear.forget();
}

/// Does something later.
pub fn later(pause: Duration, what: impl FnOnce() + 'static) {
    later_boxed(pause, Box::new(what));
}

fn later_boxed(pause: Duration, what: Box<dyn FnOnce()>) {
    set_timeout(what, pause);
}

/// Does something in a task of its own, after what was asked for so before: what takes long as a whole lets the browser do
/// something else in between. On a phone all takes several times as long.
pub fn in_turn(what: impl FnOnce() + 'static) {
    later(Duration::ZERO, what);
}

/// Has the browser lay out what there is.
pub fn lay_out() {
    document().body().map(|it| it.client_height());
}

/// Does something now, and again whenever a signal that it reads has changed.
pub fn whenever(what: impl FnMut() + 'static) {
    whenever_boxed(Box::new(what));
}

fn whenever_boxed(mut what: Box<dyn FnMut()>) {
    Effect::new(move |_| what());
}

/// The content of one of the page's `<meta>` elements, which the build writes.
pub fn meta(name: &str) -> Option<String> {
    let meta = document().query_selector(&format!("meta[name={name}]"));
    let meta = meta.ok().flatten()?;
    Some(meta.dyn_into::<HtmlMetaElement>().ok()?.content())
}

/// An element of the virtual DOM as a Leptos view.
struct VdomView(Element);

/// An element in the document, and what it was made from.
pub struct MountedElement {
    node: web_sys::Element,
    tag: Cow<'static, str>,
    attrs: Vec<(Attr, String)>,
    listener: Option<Listener>,
    children: Vec<MountedNode>,
}

/// A child in the document, and what it was made from.
enum MountedNode {
    Text(Text, String),
    Element(MountedElement),
}

/// A listener in the document. The browser keeps the closure, so a new handler for the same kind of event
/// only takes the old one's place.
struct Listener {
    handler: Rc<RefCell<Handler>>,
    kind: &'static str,
    closure: Closure<dyn Fn(Event)>,
}

/// Whether a tag is SVG's; every other one is HTML's.
fn is_svg(tag: &str) -> bool {
    matches!(
        tag,
        "svg" | "g" | "path" | "rect" | "text" | "line" | "title"
    )
}

impl MountedElement {
    fn create(element: Element) -> MountedElement {
        let document = document();
        // Tags are the program's own, so they are well-formed.
        let node = match is_svg(&element.tag) {
            true => document.create_element_ns(Some("http://www.w3.org/2000/svg"), &element.tag),
            false => document.create_element(&element.tag),
        };
        let mut mounted = MountedElement {
            node: node.expect("a well-formed tag"),
            tag: element.tag.clone(),
            attrs: Vec::new(),
            listener: None,
            children: Vec::new(),
        };
        mounted.patch(element);
        mounted
    }

    /// Changes the element in the document where the wanted one differs. Their tags are the same.
    fn patch(&mut self, wanted: Element) {
        let value = wanted.attr_value(Attr::Value).map(str::to_owned);
        self.patch_attrs(wanted.attrs);
        self.patch_children(wanted.children);
        self.patch_listener(wanted.handler);
        if let Some(value) = value {
            // After the children: a list takes only a value that one of its options has. Set each time, since a
            // visitor may have changed it.
            let name = JsValue::from_str("value");
            let _ = Reflect::set(&self.node, &name, &JsValue::from_str(&value));
        }
    }

    fn patch_attrs(&mut self, wanted: Vec<(Attr, String)>) {
        for (old, _) in &self.attrs {
            if !wanted.iter().any(|(attr, _)| attr == old) {
                let _ = self.node.remove_attribute(old.name());
            }
        }
        for (attr, value) in &wanted {
            let mut old = self.attrs.iter();
            let old = old.find(|(name, _)| name == attr);
            if old.is_none_or(|(_, old)| old != value) {
                self.set_attr(*attr, value);
            }
        }
        self.attrs = wanted;
    }

    fn set_attr(&self, attr: Attr, value: &str) {
        if attr == Attr::Shift {
            // A style, and not the attribute of that name, which the Content-Security-Policy refuses. To whole
            // pixels where that is understood, so that edges stay sharp and layers are merely copied.
            let style = self.node.unchecked_ref::<HtmlElement>().style();
            for to in [value, &format!("round({value}, 1px)")] {
                let _ = style.set_property(attr.name(), &format!("translateX({to})"));
            }
            return;
        }
        let _ = self.node.set_attribute(attr.name(), value);
    }

    fn patch_children(&mut self, wanted: Vec<Node>) {
        let many = wanted.len();
        for (at, wanted) in wanted.into_iter().enumerate() {
            match (self.children.get_mut(at), wanted) {
                (Some(MountedNode::Text(node, old)), Node::Text(text)) => {
                    if *old != text {
                        node.set_data(&text);
                        *old = text.into_owned();
                    }
                }
                (Some(MountedNode::Element(old)), Node::Element(element))
                    if old.tag == element.tag =>
                {
                    old.patch(element);
                }
                (Some(old), wanted) => {
                    let new = MountedNode::create(wanted);
                    let _ = self.node.replace_child(new.node(), old.node());
                    *old = new;
                }
                (None, wanted) => {
                    let new = MountedNode::create(wanted);
                    let _ = self.node.append_child(new.node());
                    self.children.push(new);
                }
            }
        }
        for old in self.children.drain(many..) {
            let _ = self.node.remove_child(old.node());
        }
    }

    fn patch_listener(&mut self, wanted: Option<Handler>) {
        let Some(handler) = wanted else {
            if let Some(old) = self.listener.take() {
                old.remove_from(&self.node);
            }
            return;
        };
        let kind = match handler {
            Handler::Click(_) => "click",
            Handler::Choose(_) | Handler::PickFile | Handler::EditChange(_) => "change",
            Handler::Seek
            | Handler::DiagramInput
            | Handler::EditInput(_)
            | Handler::FindChange
            | Handler::FindOrdering => "input",
            Handler::Close(_) => "close",
        };
        match &self.listener {
            Some(listener) if listener.kind == kind => {
                listener.handler.replace(handler);
            }
            _ => {
                if let Some(old) = self.listener.take() {
                    old.remove_from(&self.node);
                }
                self.listener = Some(Listener::new(&self.node, kind, handler));
            }
        }
    }
}

impl MountedNode {
    fn create(wanted: Node) -> MountedNode {
        match wanted {
            Node::Text(text) => {
                MountedNode::Text(document().create_text_node(&text), text.into_owned())
            }
            Node::Element(element) => MountedNode::Element(MountedElement::create(element)),
        }
    }

    fn node(&self) -> &web_sys::Node {
        match self {
            MountedNode::Text(node, _) => node,
            MountedNode::Element(mounted) => &mounted.node,
        }
    }
}

impl Listener {
    fn new(node: &web_sys::Element, kind: &'static str, handler: Handler) -> Listener {
        let handler = Rc::new(RefCell::new(handler));
        let closure = Closure::<dyn Fn(Event)>::new({
            let handler = handler.clone();
            move |event: Event| {
                // A clone, since the dispatcher may draw this very element anew.
                let handler = handler.borrow().clone();
                handle(handler, &event);
            }
        });
        let _ = node.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
        Listener {
            handler,
            kind,
            closure,
        }
    }

    fn remove_from(self, node: &web_sys::Element) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = node.remove_event_listener_with_callback(self.kind, callback);
    }
}

/// Sends the action of a handler and an event.
fn handle(handler: Handler, event: &Event) {
    match handler {
        Handler::Click(msg) | Handler::Close(msg) => dispatch(Action::Msg(msg)),
        Handler::DiagramInput => {
            // What is said of the text stands below it.
            if let Some(field) = event
                .target()
                .and_then(|it| it.dyn_into::<HtmlElement>().ok())
            {
                field.scroll_into_view();
            }
            dispatch(Action::Msg(Msg::ReadDiagram(event_target_value(event))));
        }
        Handler::FindOrdering => {
            dispatch(Action::Msg(Msg::FindOrdering(event_target_value(event))));
        }
        Handler::FindChange => {
            dispatch(Action::Msg(Msg::FindChange(event_target_value(event))));
        }
        Handler::EditInput(sealed) | Handler::EditChange(sealed) => {
            dispatch(Action::Edit(sealed, event_target_value(event)));
        }
        Handler::PickFile => {
            let field: HtmlInputElement = event_target(event);
            let file = field.files().and_then(|files| files.get(0));
            // So that the same file can be chosen again once it is corrected.
            field.set_value("");
            if let Some(file) = file {
                dispatch(Action::OpenFile(file));
            }
        }
        Handler::Seek => {
            if let Ok(step) = event_target_value(event).parse() {
                seek(step);
            }
        }
        Handler::Choose(mut msgs) => {
            let chosen: usize = event_target_value(event).parse().unwrap_or(0);
            // Back to what was drawn, in case the message is refused; otherwise the list is drawn anew.
            let list: HtmlInputElement = event_target(event);
            list.set_value(&list.get_attribute("value").unwrap_or_default());
            if chosen < msgs.len() {
                dispatch(Action::Msg(msgs.swap_remove(chosen)));
            }
        }
    }
}

impl Mountable for MountedElement {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
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

    fn elements(&self) -> Vec<web_sys::Element> {
        vec![self.node.clone()]
    }
}

impl Render for VdomView {
    type State = MountedElement;

    fn build(self) -> MountedElement {
        MountedElement::create(self.0)
    }

    fn rebuild(self, mounted: &mut MountedElement) {
        if mounted.tag == self.0.tag {
            return mounted.patch(self.0);
        }
        let new = MountedElement::create(self.0);
        let _ = mounted.node.replace_with_with_node_1(&new.node);
        *mounted = new;
    }
}

impl AddAnyAttr for VdomView {
    type Output<SomeNewAttr: Attribute> = VdomView;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> VdomView {
        self
    }
}

/// Leptos asks this of every view, but no server ever renders the page.
impl RenderHtml for VdomView {
    type AsyncOutput = VdomView;
    type Owned = VdomView;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> VdomView {
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

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> MountedElement {
        self.build()
    }

    fn into_owned(self) -> VdomView {
        self
    }
}
