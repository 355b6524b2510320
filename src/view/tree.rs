//! What the page shows, as data: elements with attributes, text and what pressing them asks for.
//!
//! Plain values, so that they can be compared, tested without a browser and sent from the checker
//! to the page, which only draws them.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::Wish;

/// The attributes in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum At {
    /// Classes, between spaces.
    Class,
    /// The element's name in the document.
    Id,
    /// What it is for assistive software.
    Role,
    /// What it says when pointed at.
    Title,
    /// Where a link leads.
    Href,
    /// Where a link opens.
    Target,
    /// What a link's target is saved as.
    Download,
    /// How many lines a field has.
    Rows,
    /// What a table's heading is about.
    Scope,
    /// How many columns a cell of a table takes.
    ColSpan,
    /// Whether the keyboard comes by.
    TabIndex,
    /// What it is called.
    Label,
    /// Which element says what it is called.
    LabelledBy,
    /// How a change is spoken.
    Live,
    /// Whether it is the current one.
    Current,
    /// Whether assistive software passes it over.
    Hidden,
    /// Whether it does nothing now.
    Disabled,
    /// Whether a button is held down.
    Pressed,
    /// Whether what it opens is open.
    Expanded,
    /// The key for it.
    Keys,
    /// How a column is sorted.
    Sort,
    /// The value of a field in words.
    ValueText,
    /// The field's own value; follows the data, whatever a visitor did to it.
    Value,
    /// What kind of field.
    Type,
    /// The least and the greatest value.
    Min,
    /// See [`At::Min`].
    Max,
    /// Which files a field takes.
    Accept,
    /// The section that is drawn here.
    Slot,
    /// Which part of the page it is, for tests and style.
    Part,
    /// Which cell of the stage it is.
    Cell,
    /// Whose it is.
    Actor,
    /// Which bit it shows.
    Bit,
    /// A thing that keeps its identity while it moves from place to place.
    Token,
    /// From here a line is drawn to the things named.
    Wire,
    /// The name lines are drawn to.
    Thing,
    /// Where a race map's cells are: see `checker/race.rs`.
    Grid,
    /// Of drawings: place, size and outline.
    X,
    /// See [`At::X`].
    Y,
    /// See [`At::X`].
    Width,
    /// See [`At::X`].
    Height,
    /// See [`At::X`].
    D,
    /// See [`At::X`].
    Transform,
    /// The part of a drawing that is seen.
    ViewBox,
    /// How a drawing is stretched.
    Aspect,
    /// Whether what is outside is seen.
    Overflow,
    /// How far it is moved to the right of where it stands, as a length of CSS or a share of its width. No
    /// attribute of the document, but a style.
    Shift,
}

impl At {
    /// The attribute's name in the document.
    pub fn name(self) -> &'static str {
        match self {
            At::Class => "class",
            At::Id => "id",
            At::Role => "role",
            At::Title => "title",
            At::Href => "href",
            At::Target => "target",
            At::Download => "download",
            At::Rows => "rows",
            At::Scope => "scope",
            At::ColSpan => "colspan",
            At::TabIndex => "tabindex",
            At::Label => "aria-label",
            At::LabelledBy => "aria-labelledby",
            At::Live => "aria-live",
            At::Current => "aria-current",
            At::Hidden => "aria-hidden",
            At::Disabled => "aria-disabled",
            At::Pressed => "aria-pressed",
            At::Expanded => "aria-expanded",
            At::Keys => "aria-keyshortcuts",
            At::Sort => "aria-sort",
            At::ValueText => "aria-valuetext",
            At::Value => "value",
            At::Type => "type",
            At::Min => "min",
            At::Max => "max",
            At::Accept => "accept",
            At::Slot => "data-slot",
            At::Part => "data-part",
            At::Cell => "data-cell",
            At::Actor => "data-actor",
            At::Bit => "data-bit",
            At::Token => "data-token",
            At::Wire => "data-wire",
            At::Thing => "data-thing",
            At::Grid => "data-grid",
            At::X => "x",
            At::Y => "y",
            At::Width => "width",
            At::Height => "height",
            At::D => "d",
            At::Transform => "transform",
            At::ViewBox => "viewBox",
            At::Aspect => "preserveAspectRatio",
            At::Overflow => "overflow",
            At::Shift => "transform",
        }
    }
}

/// What a visitor asks for by using an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum On {
    /// By pressing it.
    Press(Wish),
    /// By choosing one of a list.
    Choose(Vec<Wish>),
    /// By dragging a slider: the moment it stands at.
    Slide,
    /// By writing or pasting into a field.
    Write,
    /// By choosing a file to be opened.
    Pick,
    /// By closing it.
    Closed(Wish),
}

/// What is inside an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Node {
    /// Text.
    Text(Cow<'static, str>),
    /// Another element.
    El(El),
}

impl From<El> for Node {
    fn from(it: El) -> Node {
        Node::El(it)
    }
}

/// An element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct El {
    /// What it is called in the document.
    pub tag: Cow<'static, str>,
    /// Its attributes, each at most once.
    pub at: Vec<(At, String)>,
    /// What using it asks for.
    pub on: Option<On>,
    /// What is inside.
    pub inner: Vec<Node>,
}

/// An element of a class.
#[inline(never)]
pub fn el(tag: &'static str, class: &str) -> El {
    let mut at = Vec::new();
    if !class.is_empty() {
        at.push((At::Class, class.to_owned()));
    }
    El {
        tag: Cow::Borrowed(tag),
        at,
        on: None,
        inner: Vec::new(),
    }
}

impl El {
    /// Sets an attribute.
    #[inline(never)]
    pub fn at(mut self, at: At, value: &str) -> El {
        self.at.push((at, value.to_owned()));
        self
    }

    /// Sets an attribute to `"true"` or `"false"`.
    pub fn is(self, at: At, truth: bool) -> El {
        self.at(at, if truth { "true" } else { "false" })
    }

    /// Adds text; none is not there.
    #[inline(never)]
    pub fn text(mut self, text: &str) -> El {
        if !text.is_empty() {
            self.inner.push(Node::Text(Cow::Owned(text.to_owned())));
        }
        self
    }

    /// Adds an element.
    #[inline(never)]
    pub fn with(mut self, child: El) -> El {
        self.inner.push(Node::El(child));
        self
    }

    /// Adds elements.
    #[inline(never)]
    pub fn all(mut self, children: Vec<El>) -> El {
        self.inner.extend(children.into_iter().map(Node::El));
        self
    }

    /// Says what pressing it asks for.
    #[inline(never)]
    pub fn press(mut self, wish: Wish) -> El {
        self.on = Some(On::Press(wish));
        self
    }

    /// The value of an attribute.
    pub fn get(&self, at: At) -> Option<&str> {
        let found = self.at.iter().find(|(of, _)| *of == at);
        found.map(|(_, value)| &**value)
    }

    /// All text inside, in the order of reading.
    pub fn all_text(&self) -> String {
        let mut text = String::new();
        for node in &self.inner {
            match node {
                Node::Text(it) => text += it,
                Node::El(it) => text += &it.all_text(),
            }
        }
        text
    }

    /// The first element inside, or this one, for which something holds.
    pub fn find(&self, is: &dyn Fn(&El) -> bool) -> Option<&El> {
        if is(self) {
            return Some(self);
        }
        self.inner.iter().find_map(|node| match node {
            Node::Text(_) => None,
            Node::El(it) => it.find(is),
        })
    }
}

/// Nothing to be seen, in the place of something that may come.
pub fn nothing() -> El {
    el("span", "hidden")
}

/// A paragraph of a class.
pub fn note(class: &str, text: &str) -> El {
    el("p", class).text(text)
}

/// A button. `cannot` keeps it visible and in the tab order, and says that it does nothing now.
#[inline(never)]
pub fn button(class: &str, key: &str, label: &str, cannot: bool, wish: Wish) -> El {
    let mut button = el("button", class).text(label);
    if cannot {
        button = button.is(At::Disabled, true);
    }
    if !key.is_empty() {
        button = button.at(At::Keys, key);
    }
    button.press(wish)
}

/// Text with kernel names between backquotes: every second piece is code.
#[inline(never)]
pub fn rich(mut into: El, text: &str) -> El {
    for (index, piece) in text.split('`').enumerate() {
        into = match index % 2 {
            1 => into.with(el("code", "").text(piece)),
            _ => into.text(piece),
        };
    }
    into
}

/// A native list to choose one of several words from, each with what choosing it asks for.
pub fn select(label: &str, chosen: usize, options: Vec<(String, Wish)>) -> El {
    let mut list = el("select", "").at(At::Value, &chosen.to_string());
    let mut wishes = Vec::new();
    for (index, (word, wish)) in options.into_iter().enumerate() {
        list = list.with(
            el("option", "")
                .at(At::Value, &index.to_string())
                .text(&word),
        );
        wishes.push(wish);
    }
    list.on = Some(On::Choose(wishes));
    el("label", "choice")
        .with(el("span", "").text(label))
        .with(list)
}
