//! The few kinds of things the page is made of.
//!
//! Nothing here is generic. A section of the page is one closure ([`show`]) that builds plain
//! elements ([`El`]) from what the desk says; Leptos compares them with those on the page and
//! touches only what differs. Leptos' code for an element so exists once, not once for each
//! shape of markup (measured: that was half the page).

use leptos::html::custom;
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

/// Runs what a button is for.
pub type Act = Box<dyn Fn() + Send + Sync>;

/// The attributes in use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Id,
    Role,
    Title,
    Href,
    Scope,
    TabIndex,
    Label,
    LabelledBy,
    Live,
    Current,
    Hidden,
    Disabled,
    Pressed,
    Expanded,
    Keys,
    Sort,
    Part,
    Cell,
    Actor,
    Bit,
}

/// An element under construction: a pointer, since it is handed on with every word said of it.
pub struct El(Box<Inner>);

struct Inner {
    tag: &'static str,
    class: String,
    attributes: Vec<(At, String)>,
    children: Vec<AnyView>,
}

/// An element of a class.
#[inline(never)]
pub fn el(tag: &'static str, class: &str) -> El {
    El(Box::new(Inner {
        tag,
        class: class.to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
    }))
}

impl El {
    /// Sets an attribute.
    #[inline(never)]
    pub fn at(mut self, at: At, value: &str) -> El {
        self.0.attributes.push((at, value.to_owned()));
        self
    }

    /// Sets an attribute to `"true"` or `"false"`.
    #[inline(never)]
    pub fn is(self, at: At, truth: bool) -> El {
        self.at(at, if truth { "true" } else { "false" })
    }

    /// Adds text.
    #[inline(never)]
    pub fn text(self, text: &str) -> El {
        self.child(text.to_owned().into_any())
    }

    /// Adds an element.
    #[inline(never)]
    pub fn with(self, child: El) -> El {
        self.child(child.view())
    }

    /// Adds whatever it is.
    #[inline(never)]
    pub fn child(mut self, child: AnyView) -> El {
        self.0.children.push(child);
        self
    }

    /// Adds a list.
    #[inline(never)]
    pub fn all(mut self, children: Vec<AnyView>) -> El {
        self.0.children.extend(children);
        self
    }

    /// The finished element.
    #[inline(never)]
    pub fn view(self) -> AnyView {
        self.finish(None)
    }

    /// The finished element, which does something when it is pressed.
    #[inline(never)]
    pub fn press(self, act: Act) -> AnyView {
        self.finish(Some(act))
    }

    #[inline(never)]
    fn finish(self, act: Option<Act>) -> AnyView {
        let Inner {
            tag,
            class,
            attributes: given,
            children,
        } = *self.0;
        let value = |at: At| {
            let mut all = given.iter();
            all.find(|(of, _)| *of == at)
                .map(|(_, value)| value.clone())
        };
        // Leptos keeps an element whose tag is what the browser calls it, which is in capitals.
        let element = custom(tag.to_ascii_uppercase())
            .class(class)
            .attr("id", value(At::Id))
            .attr("role", value(At::Role))
            .attr("title", value(At::Title))
            .attr("href", value(At::Href))
            .attr("scope", value(At::Scope))
            .attr("tabindex", value(At::TabIndex))
            .attr("aria-label", value(At::Label))
            .attr("aria-labelledby", value(At::LabelledBy))
            .attr("aria-live", value(At::Live))
            .attr("aria-current", value(At::Current))
            .attr("aria-hidden", value(At::Hidden))
            .attr("aria-disabled", value(At::Disabled))
            .attr("aria-pressed", value(At::Pressed))
            .attr("aria-expanded", value(At::Expanded))
            .attr("aria-keyshortcuts", value(At::Keys))
            .attr("aria-sort", value(At::Sort))
            .attr("data-part", value(At::Part))
            .attr("data-cell", value(At::Cell))
            .attr("data-actor", value(At::Actor))
            .attr("data-bit", value(At::Bit));
        match act {
            None => element.child(children).into_any(),
            Some(act) => element
                .on(leptos::ev::click, move |_| act())
                .child(children)
                .into_any(),
        }
    }
}

/// A part of the page that is built anew when what it reads has changed.
pub fn show(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn FnMut() -> AnyView + Send> = Box::new(view);
    view.into_any()
}

/// Several things in a row.
#[inline(never)]
pub fn row(views: Vec<AnyView>) -> AnyView {
    views.into_any()
}

/// Nothing.
#[inline(never)]
pub fn nothing() -> AnyView {
    ().into_any()
}

/// A button. `cannot` keeps it visible and in the tab order, and says that it does nothing now.
#[inline(never)]
pub fn button(class: &str, key: &str, label: &str, cannot: bool, act: Act) -> AnyView {
    let button = el("button", class).is(At::Disabled, cannot).text(label);
    let button = if key.is_empty() {
        button
    } else {
        button.at(At::Keys, key)
    };
    button.press(act)
}

/// Text with kernel names between backquotes: every second piece is code.
#[inline(never)]
pub fn rich(mut into: El, text: &str) -> El {
    for (index, piece) in text.split('`').enumerate() {
        into = if index % 2 == 1 {
            into.with(el("code", "").text(piece))
        } else {
            into.text(piece)
        };
    }
    into
}

/// A native list to choose one of several words from. `chosen` is asked again after a choice, which
/// may have been refused.
pub fn select(
    label: &str,
    words: Vec<String>,
    chosen: usize,
    choose: Box<dyn Fn(usize) -> usize + Send + Sync>,
) -> AnyView {
    let mut options: Vec<AnyView> = Vec::new();
    for (index, word) in words.into_iter().enumerate() {
        let (value, selected) = (index.to_string(), index == chosen);
        options.push(view! { <option value=value selected=selected>{word}</option> }.into_any());
    }
    let change = move |event| {
        let list: HtmlInputElement = event_target(&event);
        if let Ok(index) = list.value().parse() {
            list.set_value(&choose(index).to_string());
        }
    };
    let (label, chosen) = (label.to_owned(), chosen.to_string());
    view! {
        <label class="choice">
            <span>{label}</span>
            <select on:change=change prop:value=chosen>
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// Words for a [`select`].
pub fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// A paragraph of a class.
#[inline(never)]
pub fn note(class: &str, text: &str) -> El {
    el("p", class).text(text)
}
