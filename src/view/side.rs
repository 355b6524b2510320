//! The column at the side: one of several things at a time.

use super::beside::{Beside, beside};
use super::explain::{self, LeftOut};
use super::inspect::inspect;
use super::look::{Look, Tab};
use super::now::Now;
use super::tree::{At, El, button, el};
use super::wish::Wish;

/// What the column can show, and how that is called.
const TABS: [(Tab, &str); 3] = [
    (Tab::Explain, "Explain"),
    (Tab::Inspect, "Inspect"),
    (Tab::Beside, "Compare"),
];

/// The choice of what the column shows.
pub fn tabs(look: &Look) -> El {
    let mut tabs = el("div", "group tabs")
        .at(At::Role, "group")
        .at(At::Label, "At the side");
    for (tab, name) in TABS {
        let button = button("", "", name, false, Wish::Tab(tab));
        tabs = tabs.with(button.is(At::Pressed, look.tab == tab));
    }
    tabs
}

/// What it shows.
pub fn side(now: &Now, look: &Look, other: Option<&Beside>, left_out: Option<&LeftOut>) -> El {
    match look.tab {
        Tab::Explain => explain::cards(now, look, left_out),
        Tab::Inspect => inspect(now, look),
        Tab::Beside => beside(now, look, other),
    }
}
