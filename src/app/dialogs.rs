//! What opens over the page: the dialog of sheets, and the list of orderings.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent};

use stable_pages::view::Sheet;

use super::definition;
use super::store::Store;

/// Opens a sheet, or closes the dialog.
pub fn show_sheet(store: Store, which: Option<Sheet>) {
    store.update_ui(|ui| ui.sheet = which);
    let dialog = document().get_element_by_id("help");
    let Some(dialog) = dialog.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) else {
        return;
    };
    if which.is_none() {
        dialog.close();
    } else if !dialog.open() {
        // Refused only for a dialog that is open or not on the page.
        let _ = dialog.show_modal();
    }
}

/// The element of a selector, to be given the focus or clicked.
fn element(selector: &str) -> Option<HtmlElement> {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|it| it.dyn_into().ok())
}

/// Opens the list of orderings, with the focus in its field, or closes it, and gives the focus to the summary that does
/// that by mouse. Says whether there was anything to do.
pub fn show_list(store: Store, open: bool) -> bool {
    let list = document().get_element_by_id("orderings");
    let Some(list) = list.filter(|list| list.has_attribute("open") != open) else {
        return false;
    };
    // Fails only for a name that no attribute can have.
    let _ = list.toggle_attribute("open");
    store.update_ui(|ui| ui.find.clear());
    let focus = element(match open {
        true => FIELD,
        false => "#orderings > summary",
    });
    if let Some(focus) = focus {
        let _ = focus.focus();
    }
    true
}

/// The field that the list is searched by.
const FIELD: &str = "#orderings [data-part=find]";

/// What a key does in the open list: arrows, j and k go through it, Enter in its field opens what stands first. Says
/// whether it is a key of the list's.
pub fn list_key(store: Store, event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let inside = |it: &Element| it.closest("#orderings[open]").ok().flatten().is_some();
    let Some(target) = target.filter(inside) else {
        return false;
    };
    let Ok(found) = document().query_selector_all("#orderings li > a") else {
        return false;
    };
    let all: Vec<HtmlElement> = (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into().ok())
        .collect();
    let in_field = target.matches(FIELD).unwrap_or(false);
    let letters = !in_field || store.ui_untracked().find.is_empty();
    let at = all.iter().position(|it| it.is_same_node(Some(&target)));
    let to = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| at + 1),
        "j" if letters => at.map_or(0, |at| at + 1),
        "ArrowUp" | "k" if at.is_some() => match at {
            Some(at) if at > 0 => at - 1,
            _ => return element(FIELD).is_some_and(|field| field.focus().is_ok()),
        },
        "k" if letters => return true,
        "Enter" if in_field => {
            if let Some(first) = all.first() {
                first.click();
            }
            return true;
        }
        "/" if !in_field => return element(FIELD).is_some_and(|field| field.focus().is_ok()),
        _ => return false,
    };
    if let Some(link) = all.get(to) {
        let _ = link.focus();
    }
    true
}

/// Closes what lies uppermost: a definition, the list, the meaning of a term, the checker's panel, the drawer. Says whether
/// anything was open.
/// (An open dialog the browser closes by itself.)
pub fn close_one(store: Store) -> bool {
    if definition::close(store) || show_list(store, false) {
        return true;
    }
    let ui = store.ui_untracked();
    if ui.projector {
        store.update_ui(|ui| ui.projector = false);
    } else if ui.term.is_some() {
        store.update_ui(|ui| ui.term = None);
    } else if ui.panel.is_some() {
        store.update_ui(|ui| {
            ui.panel = None;
            ui.filter.clear();
        });
    } else {
        store.update_ui(|ui| ui.drawer = None);
    }
    ui.term.is_some() || ui.panel.is_some() || ui.drawer.is_some()
}
