//! The race map's pointer and keys. The map itself is drawn by the worker.

use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use stable_pages::view::{SIDE, WorkerRequest};

use super::store::Store;
use super::{dom, worker};

/// The race map that an event happened on, and where its cells are: left edge, top edge and the drawing's
/// width in units of the drawing, then rows and columns.
fn map_of(event: &Event) -> Option<(Element, [usize; 5])> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let map = target.closest("[data-grid]").ok()??;
    let grid = map.get_attribute("data-grid")?;
    let mut numbers = grid.split(' ').map_while(|it| it.parse().ok());
    let grid = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    Some((map, grid))
}

/// The cell under the pointer.
fn pointed_at(event: &MouseEvent) -> Option<(usize, usize)> {
    let (map, [left, above, width, rows, columns]) = map_of(event)?;
    let at = map.query_selector("svg").ok()??.get_bounding_client_rect();
    let scale = width as f64 / at.width().max(1.0);
    let along = |to: i32, from: f64, before: usize| {
        let units = (f64::from(to) - from) * scale - before as f64;
        (units >= 0.0).then_some(units as usize / SIDE)
    };
    let row = along(event.client_y(), at.top(), above)?;
    let column = along(event.client_x(), at.left(), left)?;
    (row < rows && column < columns).then_some((row, column))
}

fn point_at(store: Store, cell: (usize, usize)) {
    store.update_ui(|ui| ui.cell = Some(cell));
}

/// Asks for a shortest schedule to a cell.
fn go_to(cell: (usize, usize)) {
    worker::send(WorkerRequest::ScheduleToCell(cell.0, cell.1));
}

/// Takes a key, if the map has the focus; says whether it did.
pub fn press(store: Store, event: &KeyboardEvent) -> bool {
    let Some((_, [.., rows, columns])) = map_of(event) else {
        return false;
    };
    let (row, column) = store.ui_untracked().cell.unwrap_or((0, 0));
    let last = (rows.saturating_sub(1), columns.saturating_sub(1));
    let cell = match event.key().as_str() {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => ((row + 1).min(last.0), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, (column + 1).min(last.1)),
        "Home" => (row, 0),
        "End" => (row, last.1),
        "Enter" => {
            go_to((row, column));
            (row, column)
        }
        _ => return false,
    };
    point_at(store, cell);
    true
}

/// Listens for the page's life, anywhere on it, since maps come and go.
pub fn listen(store: Store) {
    let cell = |event: &Event| event.dyn_ref().and_then(pointed_at);
    dom::listen("mousemove", move |event| {
        if let Some(cell) = cell(&event) {
            point_at(store, cell);
        }
    });
    dom::listen("click", move |event| {
        if let Some(cell) = cell(&event) {
            point_at(store, cell);
            go_to(cell);
        }
    });
    dom::listen("focusin", move |event| {
        if map_of(&event).is_some() && store.ui_untracked().cell.is_none() {
            point_at(store, (0, 0));
        }
    });
}
