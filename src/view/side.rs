//! The column at the side: one of several things at a time.

use super::explain;
use super::inspect::inspect;
use super::look::{Look, Tab};
use super::now::Now;
use super::tree::{At, El, button, el};
use super::wish::Wish;

/// What the column can show, and how that is called.
const TABS: [(Tab, &str); 2] = [(Tab::Explain, "Explain"), (Tab::Inspect, "Inspect")];

/// The column: what it can show, and what it shows.
pub fn side(now: &Now, look: &Look) -> El {
    let mut tabs = el("div", "group tabs")
        .at(At::Role, "group")
        .at(At::Label, "At the side");
    for (tab, name) in TABS {
        let button = button("", "", name, false, Wish::Tab(tab));
        tabs = tabs.with(button.is(At::Pressed, look.tab == tab));
    }
    el("div", "side")
        .at(At::Id, "side")
        .with(tabs)
        .with(match look.tab {
            Tab::Inspect => inspect(now, look),
            Tab::Explain | Tab::Beside => explain::cards(now),
        })
}
