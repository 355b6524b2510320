//! The race map's pointer and keys; what it shows is `view::race`'s.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, MouseEvent};

use stable_pages::explore::RaceMap;
use stable_pages::view::race::{Frame, Grid, above, cell_at, drawing, label, legend, said};
use stable_pages::view::{el, note};

use super::desk::Desk;
use super::render::show;

/// A map that compares by identity: drawn anew for another map only.
#[derive(Clone)]
struct Shared(Arc<RaceMap>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn frame() -> Frame {
    let width = window().inner_width().ok().and_then(|it| it.as_f64());
    Frame::of(width.unwrap_or(0.0))
}

/// The cell under the pointer.
fn pointed_at(event: &MouseEvent, grid: &Grid) -> Option<(usize, usize)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let drawing = target.closest("svg").ok()??;
    let at = drawing.get_bounding_client_rect();
    let x = f64::from(event.client_x()) - at.left();
    let y = f64::from(event.client_y()) - at.top();
    cell_at(grid, frame(), (x, y), at.width())
}

/// The panel.
pub fn panel(desk: Desk) -> AnyView {
    let cursor: RwSignal<Option<(usize, usize)>> = RwSignal::new(None);
    let map = Memo::new(move |_| desk.checks().with(|it| it.map.clone().map(Shared)));
    let grid = Memo::new(move |_| map.get().map(|Shared(map)| Grid::of(&map)));
    let drawing = show(move || match grid.get() {
        Some(grid) => drawing(&desk.now(), &grid, cursor.get(), frame()),
        None => note("small", "Once everything has been looked at."),
    });
    let said = show(move || match grid.get() {
        Some(grid) => said(&desk.now(), &grid, cursor.get()),
        None => el("div", ""),
    });
    let legend = show(move || match grid.get() {
        Some(grid) => legend(&grid),
        None => el("ul", ""),
    });
    let above = show(move || above(&desk.now(), &desk.checks().get()));
    let label = move || grid.with(|it| it.as_ref().map(|it| label(&desk.now(), it)));
    let go = move |grid: &Grid| {
        let at = cursor.get_untracked();
        if let Some(cell) = at.and_then(|(row, column)| grid.at(row, column)) {
            desk.go_to_state(cell.nearest);
        }
    };
    let at = move |event: &MouseEvent| grid.with_untracked(|it| pointed_at(event, it.as_ref()?));
    let hover = move |event: MouseEvent| {
        let at = at(&event);
        if at.is_some() && at != cursor.get_untracked() {
            cursor.set(at);
        }
    };
    let press = move |event: MouseEvent| {
        if let Some(at) = at(&event) {
            cursor.set(Some(at));
            grid.with_untracked(|it| it.as_ref().map(go));
        }
    };
    let key = move |event: KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else {
            return;
        };
        let (row, column) = cursor.get_untracked().unwrap_or((0, 0));
        let at = match event.key().as_str() {
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(grid.rows() - 1), column),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(grid.columns() - 1)),
            "Home" => (row, 0),
            "End" => (row, grid.columns() - 1),
            "Enter" => {
                go(&grid);
                (row, column)
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        cursor.set(Some(at));
    };
    let focus = move |_| {
        if cursor.get_untracked().is_none() {
            cursor.set(Some((0, 0)));
        }
    };
    view! {
        <div class="race">
            {above}
            <div class="split">
                <div
                    class="map"
                    tabindex="0"
                    role="application"
                    aria-roledescription="race map"
                    aria-label=label
                    data-part="map"
                    on:keydown=key
                    on:focus=focus
                    on:mousemove=hover
                    on:click=press
                >
                    {drawing}
                </div>
                <div class="said">{said} {legend}</div>
            </div>
        </div>
    }
    .into_any()
}
