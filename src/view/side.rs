//! The column at the side: one of several things at a time.

use super::check_results::CheckResults;
use super::compare::{Comparison, compare};
use super::explain::{self, LeftOut};
use super::inspect::inspect;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::{Tab, UiState};
use super::vdom::{Attr, Element, button, el};
use super::why::Chain;

/// The tabs of the column, and their labels.
const TABS: [(Tab, &str); 3] = [
    (Tab::Explain, "Explain"),
    (Tab::Inspect, "Inspect"),
    (Tab::Compare, "Compare"),
];

/// The buttons that choose the tab.
pub fn tabs(ui: &UiState) -> Element {
    let mut tabs = el("div", "group tabs")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "At the side");
    for (tab, name) in TABS {
        let button = button("", "", name, false, Msg::Tab(tab));
        tabs = tabs.child(button.attr_bool(Attr::Pressed, ui.tab == tab));
    }
    tabs
}

/// The content of the tab chosen.
pub fn side(
    now: &Moment,
    ui: &UiState,
    results: &CheckResults,
    other: Option<&Comparison>,
    left_out: Option<&LeftOut>,
    chain: Option<&Chain>,
) -> Element {
    match ui.tab {
        Tab::Explain => explain::explanations(now, ui, results, left_out, chain),
        Tab::Inspect => inspect(now, ui),
        Tab::Compare => compare(now, ui, other),
    }
}
