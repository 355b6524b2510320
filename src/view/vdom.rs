//! A small virtual DOM: elements with attributes, children and handlers, as plain values.
//!
//! Plain values can be compared, tested without a browser and sent from the worker to the page.
//! `app/dom.rs` makes them real: it compares them with what it drew last and patches the document.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::Msg;
use super::editor::Sealed;

/// The attributes in use. Those that begin with `data-` in the document are the page's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attr {
    /// Classes, between spaces.
    Class,
    /// The element's id in the document.
    Id,
    /// Of a label: the field that it is of.
    For,
    /// The role for assistive software.
    Role,
    /// The tooltip.
    Title,
    /// Where a link leads.
    Href,
    /// Where a link opens.
    Target,
    /// What the page that a link opens is told of this one.
    Rel,
    /// Whether the browser tells the page that a link opens where the visitor came from.
    ReferrerPolicy,
    /// What a link's target is saved as.
    Download,
    /// How many lines a field has.
    Rows,
    /// What a table's heading is about.
    Scope,
    /// How many columns a cell of a table takes.
    ColSpan,
    /// Whether the Tab key reaches the element.
    TabIndex,
    /// The name for assistive software.
    Label,
    /// The id of the element that has the name for assistive software.
    LabelledBy,
    /// The id of the element that says more for assistive software.
    DescribedBy,
    /// Whether what a field holds is wrong.
    Invalid,
    /// Whether the browser checks a field's spelling.
    Spellcheck,
    /// Whether a field breaks its lines.
    Wrap,
    /// How urgently screen readers speak a change of the content.
    Live,
    /// Whether the element is the current one of several.
    Current,
    /// Whether assistive software passes the element over.
    Hidden,
    /// Whether the element does nothing now.
    Disabled,
    /// Whether a button is held down.
    Pressed,
    /// Whether what it opens is open.
    Expanded,
    /// The key that does the same.
    Keys,
    /// How a column is sorted.
    Sort,
    /// The value of a field in words.
    ValueText,
    /// The value of a field, a property that is set each time, since a visitor may have changed it.
    Value,
    /// The kind of a field.
    Type,
    /// The least value of a field.
    Min,
    /// The greatest value of a field.
    Max,
    /// Which files a field takes.
    Accept,
    /// The name of the section that is mounted here.
    Slot,
    /// The part of the page that the element is, for tests and style sheets.
    Part,
    /// What the element can be asked about: see `definition.rs`.
    Define,
    /// The cell of the stage that the element is.
    Cell,
    /// The name of the actor whose card the element is.
    Actor,
    /// The bit that the element shows.
    Bit,
    /// The line of a program in the editor: its actor's number, and its own.
    Line,
    /// The name of something that is animated when it moves to another place.
    Token,
    /// The names of the elements that a line is drawn to from here.
    Wire,
    /// The name of an element that lines are drawn to.
    Thing,
    /// Whether a lesson introduces the part of the picture.
    New,
    /// Where the cells of a race map are: see `checker/race.rs`.
    Grid,
    /// The left edge of a shape.
    X,
    /// The top edge of a shape.
    Y,
    /// The width of a shape.
    Width,
    /// The height of a shape.
    Height,
    /// The outline of a path.
    D,
    /// The transformation of a shape.
    Transform,
    /// The part of a drawing that is shown.
    ViewBox,
    /// How a drawing is stretched.
    Aspect,
    /// Whether what lies outside a drawing is shown.
    Overflow,
    /// How far the element is shifted to the right, as a length of CSS or a share of its width. In the document this is
    /// no attribute but a style.
    Shift,
}

impl Attr {
    /// The attribute's name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Attr::Class => "class",
            Attr::Id => "id",
            Attr::For => "for",
            Attr::Role => "role",
            Attr::Title => "title",
            Attr::Href => "href",
            Attr::Target => "target",
            Attr::Rel => "rel",
            Attr::ReferrerPolicy => "referrerpolicy",
            Attr::Download => "download",
            Attr::Rows => "rows",
            Attr::Scope => "scope",
            Attr::ColSpan => "colspan",
            Attr::TabIndex => "tabindex",
            Attr::Label => "aria-label",
            Attr::LabelledBy => "aria-labelledby",
            Attr::DescribedBy => "aria-describedby",
            Attr::Invalid => "aria-invalid",
            Attr::Spellcheck => "spellcheck",
            Attr::Wrap => "wrap",
            Attr::Live => "aria-live",
            Attr::Current => "aria-current",
            Attr::Hidden => "aria-hidden",
            Attr::Disabled => "aria-disabled",
            Attr::Pressed => "aria-pressed",
            Attr::Expanded => "aria-expanded",
            Attr::Keys => "aria-keyshortcuts",
            Attr::Sort => "aria-sort",
            Attr::ValueText => "aria-valuetext",
            Attr::Value => "value",
            Attr::Type => "type",
            Attr::Min => "min",
            Attr::Max => "max",
            Attr::Accept => "accept",
            Attr::Slot => "data-slot",
            Attr::Part => "data-part",
            Attr::Define => "data-define",
            Attr::Cell => "data-cell",
            Attr::Actor => "data-actor",
            Attr::Bit => "data-bit",
            Attr::Line => "data-line",
            Attr::Token => "data-token",
            Attr::Wire => "data-wire",
            Attr::Thing => "data-thing",
            Attr::New => "data-new",
            Attr::Grid => "data-grid",
            Attr::X => "x",
            Attr::Y => "y",
            Attr::Width => "width",
            Attr::Height => "height",
            Attr::D => "d",
            Attr::Transform => "transform",
            Attr::ViewBox => "viewBox",
            Attr::Aspect => "preserveAspectRatio",
            Attr::Overflow => "overflow",
            Attr::Shift => "transform",
        }
    }
}

/// What using an element does: most often a message, with what the browser's event adds to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Handler {
    /// A click sends the message.
    Click(Msg),
    /// Choosing an option of a list sends the message of its place.
    Choose(Vec<Msg>),
    /// Dragging the slider goes to the moment it stands at.
    Seek,
    /// Writing or pasting into the field has its text read as a diagram.
    DiagramInput,
    /// Writing into the field searches the table of changes.
    FindChange,
    /// Writing into the field searches the list of orderings.
    FindOrdering,
    /// Writing into the field has the editor do something with its value.
    EditInput(Sealed),
    /// Leaving the field has the editor do something with its value.
    EditChange(Sealed),
    /// Choosing a file opens it.
    PickFile,
    /// Closing the dialog sends the message.
    Close(Msg),
}

/// A child of an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Node {
    /// Text.
    Text(Cow<'static, str>),
    /// An element.
    Element(Element),
}

impl From<Element> for Node {
    fn from(element: Element) -> Node {
        Node::Element(element)
    }
}

/// An element of the virtual DOM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Element {
    /// The tag of HTML or SVG.
    pub tag: Cow<'static, str>,
    /// Its attributes, each at most once.
    pub attrs: Vec<(Attr, String)>,
    /// What using it does.
    pub handler: Option<Handler>,
    /// Its children, in the order of the document.
    pub children: Vec<Node>,
}

/// An element with a class; an empty class is no attribute.
#[inline(never)]
pub fn el(tag: &'static str, class: &str) -> Element {
    let mut attrs = Vec::new();
    if !class.is_empty() {
        attrs.push((Attr::Class, class.to_owned()));
    }
    Element {
        tag: Cow::Borrowed(tag),
        attrs,
        handler: None,
        children: Vec::new(),
    }
}

impl Element {
    /// Sets an attribute.
    #[inline(never)]
    pub fn attr(mut self, attr: Attr, value: &str) -> Element {
        self.attrs.push((attr, value.to_owned()));
        self
    }

    /// Sets an attribute to `"true"` or `"false"`.
    pub fn attr_bool(self, attr: Attr, value: bool) -> Element {
        self.attr(attr, if value { "true" } else { "false" })
    }

    /// Adds a text; an empty one makes no node.
    #[inline(never)]
    pub fn text(mut self, text: &str) -> Element {
        if !text.is_empty() {
            self.children.push(Node::Text(Cow::Owned(text.to_owned())));
        }
        self
    }

    /// Adds an element as the last child.
    #[inline(never)]
    pub fn child(mut self, child: Element) -> Element {
        self.children.push(Node::Element(child));
        self
    }

    /// Adds elements as the last children.
    #[inline(never)]
    pub fn children(mut self, children: Vec<Element>) -> Element {
        self.children
            .extend(children.into_iter().map(Node::Element));
        self
    }

    /// Has a click send a message.
    #[inline(never)]
    pub fn on_click(mut self, msg: Msg) -> Element {
        self.handler = Some(Handler::Click(msg));
        self
    }

    /// The value of an attribute.
    pub fn attr_value(&self, attr: Attr) -> Option<&str> {
        let found = self.attrs.iter().find(|(name, _)| *name == attr);
        found.map(|(_, value)| &**value)
    }

    /// All text inside, in the order of reading.
    pub fn all_text(&self) -> String {
        let mut all = String::new();
        for node in &self.children {
            match node {
                Node::Text(text) => all += text,
                Node::Element(child) => all += &child.all_text(),
            }
        }
        all
    }

    /// This element, or the first one inside, for which `is` holds.
    pub fn find(&self, is: &dyn Fn(&Element) -> bool) -> Option<&Element> {
        if is(self) {
            return Some(self);
        }
        self.children.iter().find_map(|node| match node {
            Node::Text(_) => None,
            Node::Element(child) => child.find(is),
        })
    }
}

/// An element without content, which keeps the place of one that may come.
pub fn nothing() -> Element {
    el("span", "hidden")
}

/// A button that says what it names is: see `definition.rs`.
pub fn define_button(class: &str, what: &str) -> Element {
    let class = format!("define {class}");
    el("button", class.trim_end()).attr(Attr::Define, what)
}

/// A paragraph with a class.
pub fn note(class: &str, text: &str) -> Element {
    el("p", class).text(text)
}

/// A button. With `disabled` it stays visible and in the tab order, and assistive software is told
/// that it does nothing now.
#[inline(never)]
pub fn button(class: &str, key: &str, label: &str, disabled: bool, msg: Msg) -> Element {
    let mut button = el("button", class).text(label);
    if disabled {
        button = button.attr_bool(Attr::Disabled, true);
    }
    if !key.is_empty() {
        button = button.attr(Attr::Keys, key);
    }
    button.on_click(msg)
}

/// Adds a text in which kernel names stand between backquotes: every second piece becomes code.
#[inline(never)]
pub fn rich(mut into: Element, text: &str) -> Element {
    for (index, piece) in text.split('`').enumerate() {
        into = match index % 2 {
            1 => into.child(el("code", "").text(piece)),
            _ => into.text(piece),
        };
    }
    into
}

/// A native list of options, each with its words and the message that choosing it sends.
pub fn select(label: &str, chosen: usize, options: Vec<(String, Msg)>) -> Element {
    let mut list = el("select", "").attr(Attr::Value, &chosen.to_string());
    let mut msgs = Vec::new();
    for (index, (words, msg)) in options.into_iter().enumerate() {
        list = list.child(
            el("option", "")
                .attr(Attr::Value, &index.to_string())
                .text(&words),
        );
        msgs.push(msg);
    }
    list.handler = Some(Handler::Choose(msgs));
    el("label", "choice")
        .child(el("span", "").text(label))
        .child(list)
}
