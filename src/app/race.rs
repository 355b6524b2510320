//! The race map's pointer and keys; what it shows is drawn by the checker.

use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use stable_pages::view::SIDE;

use super::desk::Desk;
use super::render;

/// The map an event is about, and where its cells are: left, above, the drawing's width, rows,
/// columns, in units of the drawing.
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

fn point(desk: Desk, cell: (usize, usize)) {
    if desk.peek_panel().cell != Some(cell) {
        desk.set(|look| look.cell = Some(cell));
    }
}

/// Takes a key for the map, if it has the focus; says whether it did.
pub fn press(desk: Desk, event: &KeyboardEvent) -> bool {
    let Some((_, [.., rows, columns])) = map_of(event) else {
        return false;
    };
    let (row, column) = desk.peek_panel().cell.unwrap_or((0, 0));
    let last = (rows.saturating_sub(1), columns.saturating_sub(1));
    let cell = match event.key().as_str() {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => ((row + 1).min(last.0), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, (column + 1).min(last.1)),
        "Home" => (row, 0),
        "End" => (row, last.1),
        "Enter" => {
            desk.go_to_cell((row, column));
            (row, column)
        }
        _ => return false,
    };
    point(desk, cell);
    true
}

/// Listens for the life of the page; maps come and go.
pub fn listen(desk: Desk) {
    let cell = |event: &Event| event.dyn_ref().and_then(pointed_at);
    render::listen("mousemove", move |event| {
        if let Some(cell) = cell(&event) {
            point(desk, cell);
        }
    });
    render::listen("click", move |event| {
        if let Some(cell) = cell(&event) {
            point(desk, cell);
            desk.go_to_cell(cell);
        }
    });
    render::listen("focusin", move |event| {
        if map_of(&event).is_some() && desk.peek_panel().cell.is_none() {
            point(desk, (0, 0));
        }
    });
}
