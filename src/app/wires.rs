//! The lines that tie a sleeper to what it waits for and to the actor that holds it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use stable_pages::machine::ActorId;

use super::animation::{Time, animate, lay};

thread_local! {
    /// The lines drawn last, by the number of their sleeper.
    static WIRES: RefCell<BTreeMap<ActorId, Wire>> = RefCell::default();
}

/// The line from a sleeper to what it waits for, and to the actor that holds it: outlines in the coordinates of the drawing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wire {
    /// By the class in style sheets: to the thing with its end, to the holder with its tip.
    outlines: [(&'static str, String); 4],
    /// Where it begins.
    start: (i32, i32),
}

impl Wire {
    /// Draws it into a drawing.
    fn draw(&self, into: &Element) -> Option<Element> {
        let svg = Some("http://www.w3.org/2000/svg");
        let group = document().create_element_ns(svg, "g").ok()?;
        for (class, outline) in &self.outlines {
            let path = document().create_element_ns(svg, "path").ok()?;
            let _ = path.set_attribute("class", class);
            let _ = path.set_attribute("d", outline);
            let _ = group.append_child(&path);
        }
        let _ = into.append_child(&group);
        Some(group)
    }

    /// Has it shoot out from its sleeper and pull tight, or snap back.
    pub fn stretch(&self, group: &Element, time: Time, tight: bool) {
        let (x, y) = self.start;
        let origin = format!("{x}px {y}px");
        let at = |transform| [("transform", transform), ("transformOrigin", &*origin)];
        let (short, long) = (at("scale(0.02)"), at("none"));
        let (slack, tense) = (at("translateY(3px)"), at("translateY(-2px)"));
        match tight {
            true => animate(
                group,
                time,
                "ease-out",
                &[(0, &short), (650, &slack), (820, &tense), (1000, &long)],
            ),
            false => animate(group, time, "ease-in", &[(0, &long), (1000, &short)]),
        }
    }
}

/// The drawing that holds the lines.
fn drawing() -> Option<Element> {
    document().query_selector(".wires").ok().flatten()
}

/// Draws a line from each sleeper to what it waits for and to the actor that holds it, where that has changed.
pub fn draw_lines() {
    let Some(drawing) = drawing() else {
        return;
    };
    let wires = find_lines(&drawing);
    // Hidden where there is no line, since a layer of the page's size takes long to paint.
    if drawing.has_attribute("data-none") != wires.is_empty() {
        let _ = drawing.toggle_attribute("data-none");
    }
    let same = WIRES.with_borrow(|drawn| *drawn == wires);
    if same {
        return;
    }
    drawing.set_text_content(None);
    for (sleeper, wire) in &wires {
        if let Some(group) = wire.draw(&drawing) {
            let _ = group.set_attribute("data-sleeper", &sleeper.to_string());
        }
    }
    WIRES.set(wires);
}

/// The lines as the page is now: through the gaps between the columns, and only for sleepers that are in view.
fn find_lines(drawing: &Element) -> BTreeMap<ActorId, Wire> {
    let mut wires = BTreeMap::new();
    let sleepers = all("[data-wire]");
    let column = document().query_selector(".actors").ok().flatten();
    // Its parent's corner, as it covers its parent but has no place while it is hidden.
    let (false, Some(column), Some(origin)) =
        (sleepers.is_empty(), column, drawing.parent_element())
    else {
        return wires;
    };
    let origin = origin.get_bounding_client_rect();
    let column = column.get_bounding_client_rect();
    let x = |it: f64| (it - origin.left()).round() as i32;
    let y = |it: f64| (it - origin.top()).round() as i32;
    let seen = |at: f64| at > column.top() && at < column.bottom();
    for (number, sleeper) in sleepers.iter().enumerate() {
        let from = sleeper.get_bounding_client_rect();
        let middle = from.top() + from.height() / 2.0;
        let card = sleeper.closest("[data-thing^=actor-]").ok().flatten();
        let actor = card.and_then(|card| {
            let name = card.get_attribute("data-thing")?;
            name.strip_prefix("actor-")?.parse().ok()
        });
        let (true, Some(actor)) = (seen(middle), actor) else {
            continue;
        };
        let [mut things, mut holders, mut ends, mut tips] = [const { String::new() }; 4];
        let mut start = (x(from.right()), y(middle));
        let apart = 4 * (number as i32 % 3);
        let names = sleeper.get_attribute("data-wire").unwrap_or_default();
        for name in names.split(' ') {
            let to = document().query_selector(&format!("[data-thing=\"{name}\"]"));
            let Some(bit) = to.ok().flatten() else {
                continue;
            };
            let to = bit.get_bounding_client_rect();
            if name.starts_with("actor-") {
                // From card to card, along their left edge.
                let end = (to.top() + 14.0).max(column.top() + 8.0);
                let end = end.min(column.bottom() - 8.0);
                let (begin, edge, end) = (y(middle), x(from.left()), y(end));
                let gap = edge - 5 - apart;
                holders += &format!("M{edge} {begin}H{gap}V{end}H{edge}");
                tips += &format!("M{} {end}l-7 -4v8z", edge + 3);
            } else {
                let (begin, edge) = (y(middle), x(from.right()));
                // Below the words that stand under a bit.
                let entry = bit.closest(".entry").ok().flatten();
                let under = entry.map_or(to.bottom(), |it| it.get_bounding_client_rect().bottom());
                let (gap, below) = (x(column.right()) + 3 + apart, y(under) + 2 + apart);
                let (end, top) = (x(to.right() - 7.0), y(to.bottom()) + 1);
                things += &format!("M{edge} {begin}H{gap}V{below}H{end}V{}", top + 6);
                ends += &format!("M{end} {top}l-4 7h8z");
                start.0 = edge;
            }
        }
        let outlines = [
            ("thing", things),
            ("holder", holders),
            ("end", ends),
            ("tip", tips),
        ];
        wires.insert(ActorId(actor), Wire { outlines, start });
    }
    wires
}

/// Has a line that is not drawn any more snap back to its sleeper.
pub fn let_go(wire: &Wire, time: Time) -> Option<()> {
    let corner = drawing()?.parent_element()?.get_bounding_client_rect();
    let drawing = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "svg");
    let drawing = drawing.ok()?;
    let _ = drawing.set_attribute("class", "wires");
    lay(&drawing);
    let (left, top) = (corner.left().round() as i32, corner.top().round() as i32);
    let there = format!("translate({left}px, {top}px)");
    let group = wire.draw(&drawing)?;
    let whole = Time {
        start: 0,
        lasts: time.start + time.lasts,
    };
    let there = [("transform", &*there), ("visibility", "visible")];
    animate(&drawing, whole, "linear", &[(0, &there), (1000, &there)]);
    wire.stretch(&group, time, false);
    Some(())
}

/// The line of a sleeper, if one is drawn.
pub fn line_of(sleeper: ActorId) -> Option<Wire> {
    WIRES.with_borrow(|wires| wires.get(&sleeper).cloned())
}

/// The lines as they were, which are drawn anew as they are now.
pub fn redraw_lines() -> BTreeMap<ActorId, Wire> {
    let drawn = WIRES.take();
    draw_lines();
    drawn
}

/// All elements that a selector selects.
pub fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    let nodes = (0..found.length()).filter_map(|at| found.item(at));
    nodes.filter_map(|it| it.dyn_into().ok()).collect()
}
