//! Makes movements visible: what a step moved goes its way on a layer over the page (`animation.rs`), and lines tie a sleeper
//! to what it waits for (`wires.rs`).
//!
//! The page itself shows the moment's final state at once; what moves are small copies of what stands there, which only the
//! eye meets. Steps never wait for motion: a step made meanwhile ends it and begins its own. Jumps, steps back and quick
//! steps move nothing, nor does anything where a visitor wants no motion.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::js_sys::Date;
use leptos::web_sys::{DomRect, Element};

use stable_pages::machine::ActorId;
use stable_pages::view::{
    Finding, Load, Moment, Movement, OtherBuild, SPEEDS, Spot, Tab, Timed, movements, played_from,
    timed,
};

use super::animation::{self, Frame, Time, add_layer, animate, put};
use super::dom::{self, Chore, listen};
use super::store::Store;
use super::wires::{Wire, all, draw_lines, let_go, line_of, redraw_lines};

/// Steps by hand that follow each other within so many milliseconds move nothing.
const QUICK: f64 = 250.0;

/// How a movement gains and loses speed.
const EASING: &str = "cubic-bezier(.4, 0, .2, 1)";

/// An element that can be seen, and where; nothing if it cannot.
type Seen = Option<(Element, DomRect)>;

thread_local! {
    /// The number of the last step that was shown; what was planned for an older one comes too late.
    static TURN: Cell<u32> = const { Cell::new(0) };
    /// What was looked for since motion was last planned: most spots are asked for several times.
    static KNOWN: RefCell<Vec<(Spot, Seen)>> = const { RefCell::new(Vec::new()) };
}

/// Shows each step's movements, and draws the lines from sleepers anew whenever something changes.
pub fn watch(store: Store) {
    add_layer();
    let lines = Chore::new(draw_lines);
    let last = StoredValue::new_local((None::<Arc<Moment>>, 0.0));
    dom::whenever(move || {
        let moment = store.moment();
        let ui = store.ui();
        // Read, since the outlook comes a moment later and may move the ends of lines.
        store.outlook();
        let beside = ui.tab == Tab::Compare && ui.other != OtherBuild::None;
        mark_root("data-beside", beside);
        let (before, time) = last.get_value();
        if before.as_ref().is_some_and(|it| Arc::ptr_eq(it, &moment)) {
            // The moment is the same: what changed is beside the run, and moves nothing.
            return lines.after_frame();
        }
        let now = Date::now();
        last.set_value((Some(moment.clone()), now));
        stop();
        let quick = !ui.playing && now - time < QUICK;
        let from = before.and_then(|before| played_from(&before, &moment));
        let from = from.filter(|_| !quick && wanted());
        mark_root("data-still", from.is_none());
        let Some(from) = from else {
            return lines.after_frame();
        };
        // Played faster than one reads, steps move as much faster.
        let faster = match ui.playing {
            true => (SPEEDS[ui.speed] / 4).max(1),
            false => 1,
        };
        let turn = TURN.get();
        // In the step's own frame, once everything is drawn.
        request_animation_frame(move || {
            if TURN.get() == turn {
                show(timed(movements(&moment, from)), faster);
            }
        });
    });
    listen("resize", |_| {
        stop();
        draw_lines();
    });
    // A column can be scrolled by itself; the lines follow, and what moves would miss its place.
    listen("scroll", move |event| {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        // A program keeps its current line in view by itself, and nothing moves to or from one.
        if !target.is_some_and(|it| it.class_list().contains("program")) {
            stop();
        }
        lines.in_frame();
    });
}

/// Sets an attribute of the page's root where it differs, since even the same value costs a new style.
fn mark_root(name: &str, is: bool) {
    if let Some(root) = document().document_element()
        && root.has_attribute(name) != is
    {
        let _ = root.toggle_attribute(name);
    }
}

/// Ends all motion.
fn stop() {
    TURN.set(TURN.get() + 1);
    animation::stop();
}

/// Whether the visitor wants motion.
pub fn wanted() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    !query.ok().flatten().is_some_and(|it| it.matches())
}

/// A place on the window, in pixels.
#[derive(Clone, Copy)]
struct Point {
    x: i32,
    y: i32,
}

impl Point {
    fn middle(rect: &DomRect) -> Point {
        Point {
            x: (rect.left() + rect.width() / 2.0).round() as i32,
            y: (rect.top() + rect.height() / 2.0).round() as i32,
        }
    }

    fn transform(self) -> String {
        format!(
            "translate({}px, {}px) translate(-50%, -50%)",
            self.x, self.y
        )
    }
}

/// The element of a spot that can be seen.
fn seen(spot: &Spot) -> Seen {
    let known = KNOWN.with_borrow(|all| all.iter().find(|it| it.0 == *spot).cloned());
    if let Some((_, known)) = known {
        return known;
    }
    let found = look(&spot.selector());
    KNOWN.with_borrow_mut(|all| all.push((spot.clone(), found.clone())));
    found
}

/// The first such element, as another build beside has the same names.
fn look(selector: &str) -> Seen {
    let found = document().query_selector(selector);
    let element = found.ok().flatten()?;
    let rect = element.get_bounding_client_rect();
    let Point { x, y } = Point::middle(&rect);
    // Not what is scrolled away, folded, or covered by something open.
    let top = document().element_from_point(x as f32, y as f32)?;
    let seen = element.contains(Some(&top)) || top.contains(Some(&element));
    (rect.width() > 0.0 && seen).then_some((element, rect))
}

/// Where a load that goes to or from a spot has its middle.
fn place(spot: &Spot) -> Option<Point> {
    let (_, rect) = seen(spot)?;
    let mut middle = Point::middle(&rect);
    if let Spot::Cell(name) | Spot::Edge(name) = spot {
        // In a cell of the page's width the bytes stand at the left.
        let bytes = document().query_selector(&Spot::First(name.clone()).selector());
        let bytes = bytes.ok().flatten().map(|it| it.get_bounding_client_rect());
        let bytes = bytes.filter(|it| it.width() > 0.0);
        middle.x = bytes.map_or(middle.x, |it| Point::middle(&it).x);
    }
    Some(match spot {
        // In the gap between two rows.
        Spot::Edge(_) => Point {
            y: rect.top().round() as i32 - 4,
            ..middle
        },
        _ => middle,
    })
}

/// Shows movements, so many times as fast as usual.
fn show(all: Vec<Timed>, faster: u32) {
    let mut end = 0;
    let drawn = redraw_lines();
    for Timed {
        start,
        lasts,
        movement,
    } in &all
    {
        let time = Time {
            start: start / faster,
            lasts: lasts / faster,
        };
        end = end.max(time.start + time.lasts);
        move_one(movement, time, &drawn);
    }
    KNOWN.take();
    animation::begin();
    let turn = TURN.get();
    let over = move || {
        if TURN.get() == turn {
            stop();
        }
    };
    dom::later(Duration::from_millis((end + 50).into()), over);
}

fn move_one(movement: &Movement, time: Time, drawn: &BTreeMap<ActorId, Wire>) {
    match movement {
        Movement::Glide {
            load,
            from,
            to,
            before,
        } => {
            let Some(end) = place(to) else {
                return;
            };
            cover(to, before.as_ref(), time);
            let way: Vec<Point> = place(from).into_iter().chain([end]).collect();
            carry(load, &way, time);
        }
        Movement::Land {
            load,
            actor,
            through,
            to,
            before,
        } => {
            let Some(end) = place(to) else {
                return;
            };
            cover(to, Some(before), time);
            let start = place(&Spot::Actor(*actor));
            let way = [start, through.as_ref().and_then(place), Some(end)];
            let way: Vec<Point> = way.into_iter().flatten().collect();
            carry(load, &way, time);
        }
        Movement::Bounce { load, actor, off } => {
            let (Some(start), Some(end)) = (place(&Spot::Actor(*actor)), place(off)) else {
                return;
            };
            let half = time.lasts / 2;
            let time = Time {
                lasts: half,
                ..time
            };
            carry(load, &[start, end], time);
            let back = Time {
                start: time.start + half,
                lasts: half,
            };
            let fault = Load {
                text: "page fault".to_owned(),
                class: "fault",
            };
            ring(off, Finding::Differ, back);
            carry(&fault, &[end, start], back);
        }
        Movement::Pulse { spots, finding } => {
            for spot in spots {
                ring(spot, *finding, time);
            }
        }
        Movement::Pass { load, from, to } => {
            let held = |spot: &Spot| match spot {
                Spot::Held(actor, _) => place(spot).or_else(|| place(&Spot::Actor(*actor))),
                _ => place(spot),
            };
            if let (Some(start), Some(end)) = (held(from), held(to)) {
                carry(load, &[start, end], time);
            }
        }
        Movement::Flip { bit } => {
            let found = self::all(&bit.selector());
            let many = found.len() > 1;
            for element in found {
                if !many || element.class_list().contains("changed") {
                    let edge = [("transform", "rotateX(90deg)")];
                    animate(
                        &element,
                        time,
                        "ease-out",
                        &[(0, &edge), (1000, &[("transform", "none")])],
                    );
                }
            }
        }
        Movement::Shot { load, by, at } => {
            let (Some(start), Some(end)) = (place(&Spot::Actor(*by)), place(at)) else {
                return;
            };
            carry(load, &[start, end], time);
        }
        Movement::Tighten { sleeper, .. } => {
            let group = document().query_selector(&format!(".wires [data-sleeper=\"{sleeper}\"]"));
            let wire = line_of(*sleeper);
            if let (Ok(Some(group)), Some(wire)) = (group, wire) {
                wire.stretch(&group, time, true);
            }
        }
        Movement::LetGo { sleeper, .. } => {
            if let Some(wire) = drawn.get(sleeper) {
                let_go(wire, time);
            }
        }
    }
}

/// Carries a load along a way; where only its end can be seen, the load comes up there.
fn carry(load: &Load, way: &[Point], time: Time) {
    let element = put(&format!("load {}", load.class), &load.text);
    let mut places: Vec<String> = way.iter().map(|it| it.transform()).collect();
    if let [only] = &places[..] {
        places.insert(0, format!("{only} scale(1.6)"));
    }
    let last = places.len().saturating_sub(1).max(1) as u32;
    // The load can be seen only while it is on its way.
    let steps = places
        .iter()
        .map(|it| [("transform", &**it), ("opacity", "1")]);
    let steps: Vec<_> = steps.collect();
    let frames: Vec<Frame> = (0..)
        .zip(&steps)
        .map(|(at, step)| (at * 1000 / last, &step[..]))
        .collect();
    animate(&element, time, EASING, &frames);
}

/// Until a load comes, a cell shows what it held before, or nothing.
fn cover(to: &Spot, before: Option<&Load>, time: Time) {
    let until = Time {
        start: 0,
        lasts: time.start + time.lasts * 9 / 10,
    };
    if matches!(to, Spot::Edge(_)) {
        return;
    }
    let cell = seen(to).and_then(|(it, _)| it.closest("[data-cell]").ok().flatten());
    let Some(cell) = cell else {
        return;
    };
    let Some(before) = before else {
        let spans = cell.children();
        for span in (0..spans.length()).filter_map(|at| spans.item(at)) {
            let hidden = [("opacity", "0")];
            animate(&span, until, "linear", &[(0, &hidden), (1000, &hidden)]);
        }
        return;
    };
    let rect = cell.get_bounding_client_rect();
    let still = put(&format!("load still {}", before.class), &before.text);
    for (name, size) in [("width", rect.width()), ("height", rect.height())] {
        let _ = still
            .style()
            .set_property(name, &format!("{}px", size.round() as i32));
    }
    let there = Point::middle(&rect).transform();
    let there = [("transform", &*there), ("opacity", "1")];
    animate(&still, until, "linear", &[(0, &there), (1000, &there)]);
}

/// Draws a ring around a spot for a moment, without moving it.
fn ring(spot: &Spot, finding: Finding, time: Time) {
    let Some((_, rect)) = seen(spot) else {
        return;
    };
    let class = match finding {
        Finding::Seen => "ring",
        Finding::Equal => "ring equal",
        Finding::Differ => "ring differ",
    };
    let element = put(class, "");
    for (name, size) in [("width", rect.width()), ("height", rect.height())] {
        let size = size.round() as i32 + 6;
        let _ = element.style().set_property(name, &format!("{size}px"));
    }
    let place = Point::middle(&rect).transform();
    let wide = format!("{place} scale(1.25)");
    animate(
        &element,
        time,
        "ease-out",
        &[
            (0, &[("transform", &wide), ("opacity", "0")]),
            (350, &[("transform", &place), ("opacity", "1")]),
            (750, &[("transform", &place), ("opacity", "1")]),
            (1000, &[("transform", &place), ("opacity", "0")]),
        ],
    );
}
