//! What opens over the page: the dialog of sheets, and the list of orderings.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlDialogElement, HtmlElement};

use stable_pages::view::Sheet;

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

/// Opens the list of orderings, or closes it, and gives the focus to the summary that does that by mouse.
/// Says whether there was anything to do.
pub fn show_list(open: bool) -> bool {
    let list = document().get_element_by_id("orderings");
    let Some(list) = list.filter(|list| list.has_attribute("open") != open) else {
        return false;
    };
    // Fails only for a name that no attribute can have.
    let _ = list.toggle_attribute("open");
    let summary = list.first_element_child();
    if let Some(summary) = summary.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
    true
}
