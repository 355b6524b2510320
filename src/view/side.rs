//! The column at the side: one of several things at a time.

use super::check_results::CheckResults;
use super::compare::{Comparison, compare};
use super::explain::{self, LeftOut};
use super::inspect::inspect;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::{Drawer, Tab, UiState};
use super::vdom::{Attr, Element, button, el, nothing};
use super::why::Chain;

/// The tabs of the column, their labels and keys.
const TABS: [(Tab, &str, &str); 5] = [
    (Tab::Explain, "Explain", "E"),
    (Tab::Inspect, "Inspect", "I"),
    (Tab::Compare, "Compare", "B"),
    (Tab::Check, "Check", "K"),
    (Tab::Edit, "Edit", "P"),
];

/// The buttons that choose the tab. Where the window is too narrow for the programs, there is one for them too.
pub fn tabs(ui: &UiState) -> Element {
    let mut tabs = el("div", "group tabs")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "At the side");
    let programs = ui.drawer == Some(Drawer::Programs);
    let to = (!programs).then_some(Drawer::Programs);
    let code = button("code-tab", "", "Code", false, Msg::Drawer(to));
    tabs = tabs.child(code.attr_bool(Attr::Pressed, programs));
    let away = if ui.drawer.is_none() { "away" } else { "" };
    for (tab, name, key) in TABS {
        let button = button(away, key, name, false, Msg::Tab(tab));
        tabs = tabs.child(button.attr_bool(Attr::Pressed, !programs && ui.shown() == tab));
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
    match ui.shown() {
        Tab::Explain => explain::explanations(now, ui, results, left_out, chain),
        Tab::Inspect => inspect(now, ui),
        Tab::Compare => compare(now, ui, other),
        // The checker's sections have slots of their own, the editor is drawn by who has the draft.
        Tab::Check | Tab::Edit => nothing(),
    }
}
