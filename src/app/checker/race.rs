//! The race map, drawn: a progress graph of two actors with the current run as a path through it.

mod grid;

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, MouseEvent};

use stable_pages::exchange::grouped;
use stable_pages::explore::{Cell, Fate, Position, RaceMap};
use stable_pages::scenario::Scenario;

use super::super::check::Check;
use super::super::desk::Desk;
use super::super::parts::{At, El, button, el, note, nothing, rich, row, select, show};
use super::standing;
use grid::{Grid, SIDE};

/// Room around the cells, in units of the drawing, and a unit's size on the screen in hundredths of
/// a pixel.
#[derive(Clone, Copy)]
struct Frame {
    left: usize,
    above: usize,
    right: usize,
    scale: usize,
    /// Whether there is room for the names of steps; else they are numbered.
    named: bool,
}

const WIDE: Frame = Frame {
    left: 196,
    above: 158,
    right: 84,
    scale: 135,
    named: true,
};
const NARROW: Frame = Frame {
    left: 22,
    above: 26,
    right: 6,
    scale: 200,
    named: false,
};
/// Screens narrower than this have no room for names.
const NARROW_BELOW: f64 = 640.0;

impl Frame {
    fn now() -> Frame {
        let width = window().inner_width().ok().and_then(|it| it.as_f64());
        match width.is_some_and(|it| it < NARROW_BELOW) {
            true => NARROW,
            false => WIDE,
        }
    }

    fn width(self, grid: &Grid) -> usize {
        self.left + grid.columns() * SIDE + self.right
    }
}

/// Characters of a label.
const LABEL: usize = 29;

fn short(text: &str) -> String {
    match text.chars().count() > LABEL {
        true => text.chars().take(LABEL - 1).chain(['\u{2026}']).collect(),
        false => text.to_owned(),
    }
}

/// What holds in a cell, in words.
fn words(scenario: &Scenario, grid: &Grid, at: (usize, usize)) -> Vec<String> {
    let (first, second) = grid.map.actors;
    let stands = |actor: u8, position: Position| {
        let name = &scenario.cast[actor as usize].name;
        let line = standing(scenario, actor as usize, position);
        format!("{name} before `{line}`")
    };
    let mut said = vec![format!(
        "{}, {}.",
        stands(first, grid.map.rows[at.0]),
        stands(second, grid.map.columns[at.1])
    )];
    let Some(cell) = grid.at(at.0, at.1) else {
        said.push("No schedule comes here.".to_owned());
        return said;
    };
    let all = cell.states;
    let states = match all {
        1 => "One state".to_owned(),
        many => format!("{} states", grouped(&many.to_string())),
    };
    said.push(match cell.fate() {
        Fate::Safe => format!("{states}; from here nothing fails."),
        Fate::Doomed => format!("{states}; whatever comes next, every schedule from here fails."),
        Fate::AtRisk if all == 1 => "One state; from it some schedules fail.".to_owned(),
        Fate::AtRisk if cell.risky == all => format!("{states}; from each, some schedules fail."),
        Fate::AtRisk => format!(
            "{states}; from {} of them schedules fail, from {} all do.",
            cell.risky, cell.doomed
        ),
    });
    let share = |many: u32, words: &str| match many {
        0 => String::new(),
        many if many == all => format!("{words}. "),
        _ => format!("{words}, in some of the states. "),
    };
    let name = |actor: u8| &scenario.cast[actor as usize].name;
    let held = [
        share(cell.asleep.0, &format!("{} is asleep", name(first))),
        share(cell.asleep.1, &format!("{} is asleep", name(second))),
        share(cell.locked.0, &format!("{} holds a page lock", name(first))),
        share(
            cell.locked.1,
            &format!("{} holds a page lock", name(second)),
        ),
        share(cell.locked.2, "Somebody else holds a page lock"),
        share(cell.writeback, "A page is under writeback"),
    ];
    let held = held.concat();
    if !held.is_empty() {
        said.push(held.trim_end().to_owned());
    }
    said
}

/// The cell of a point on the screen.
fn cell_of(event: &MouseEvent, grid: &Grid, around: Frame) -> Option<(usize, usize)> {
    let drawing: Element = event.current_target()?.dyn_into().ok()?;
    let frame = drawing.get_bounding_client_rect();
    let scale = around.width(grid) as f64 / frame.width().max(1.0);
    let x = (f64::from(event.client_x()) - frame.left()) * scale - around.left as f64;
    let y = (f64::from(event.client_y()) - frame.top()) * scale - around.above as f64;
    let (row, column) = ((y / SIDE as f64).floor(), (x / SIDE as f64).floor());
    let inside = row >= 0.0 && column >= 0.0;
    let (row, column) = (row as usize, column as usize);
    (inside && row < grid.rows() && column < grid.columns()).then_some((row, column))
}

pub fn panel(desk: Desk) -> AnyView {
    let cursor: RwSignal<Option<(usize, usize)>> = RwSignal::new(None);
    // The map compares by identity: drawn anew for another map only.
    let map = Memo::new(move |_| desk.checks().with(|it| it.map.clone().map(Shared)));
    let drawing = show(move || match map.get() {
        Some(Shared(map)) => drawing(desk, Grid::of(&map), cursor),
        None => note("small", "Once everything has been looked at.").view(),
    });
    let said = show(move || {
        let Some(Shared(map)) = map.get() else {
            return nothing();
        };
        let grid = Grid::of(&map);
        let pointed = cursor
            .get()
            .filter(|it| it.0 < grid.rows() && it.1 < grid.columns());
        // Until somebody points at another one: where the run is.
        let now = desk.now();
        let Some(at) = pointed.or_else(|| grid.moment(&now, now.depth())) else {
            return nothing();
        };
        let mut all: Vec<AnyView> = words(&desk.scenario(), &grid, at)
            .iter()
            .map(|it| rich(el("p", ""), it).view())
            .collect();
        if pointed.is_none() {
            let words = "That is where the run on the stage is. Point at another cell, or move with the arrow keys; a click or Enter puts a shortest schedule to it on the stage, and keeps the run there is.";
            all.push(note("small", words).view());
        }
        row(all)
    });
    let racers = show(move || racers(desk));
    let meaning = show(move || {
        let (first, second) = desk.checks().with(|it| it.racers);
        let scenario = desk.scenario();
        let name = |actor: u8| scenario.cast.get(actor as usize).map_or("", |it| &it.name);
        let words = format!(
            "Downwards the step that {} makes next, to the right the one that {} makes next. A cell gathers all states with both there, wherever everybody else is.",
            name(first),
            name(second)
        );
        note("small", &words).view()
    });
    let legend = show(move || match map.get() {
        Some(Shared(map)) => legend(&Grid::of(&map)).view(),
        None => nothing(),
    });
    el("div", "race")
        .with(el("div", "above").child(racers).child(meaning))
        .with(
            el("div", "split").child(drawing).with(
                el("div", "said")
                    .with(
                        el("div", "card")
                            .at(At::Live, "polite")
                            .at(At::Part, "cell")
                            .child(said),
                    )
                    .child(legend),
            ),
        )
        .view()
}

/// A map that compares by identity.
#[derive(Clone)]
struct Shared(Arc<RaceMap>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn racers(desk: Desk) -> AnyView {
    let check: Check = desk.checks().get();
    let scenario = desk.scenario();
    // The names live as long as the lists: they are few.
    let names: Vec<String> = scenario.cast.iter().map(|it| it.name.clone()).collect();
    let list = |label: &str, chosen: u8, other: u8, first: bool| {
        let choose = Box::new(move |index: usize| {
            let index = index as u8;
            if index == other {
                return chosen as usize;
            }
            desk.race(if first {
                (index, other)
            } else {
                (other, index)
            });
            index as usize
        });
        select(label, names.clone(), chosen.into(), choose)
    };
    let (first, second) = check.racers;
    let swap = Box::new(move || desk.race((second, first)));
    row(vec![
        list("Down", first, second, true),
        list("Across", second, first, false),
        button("", "", "Swap axes", false, swap),
    ])
}

fn asleep(cell: &Cell) -> bool {
    cell.asleep.0 == cell.states || cell.asleep.1 == cell.states
}

fn under_writeback(cell: &Cell) -> bool {
    cell.writeback == cell.states
}

/// What of it is on this map.
fn legend(grid: &Grid) -> El {
    let has = |is: &dyn Fn(&Cell) -> bool| grid.map.cells.iter().any(is);
    let all = [
        (
            "safe",
            "nothing fails from here",
            has(&|it| it.fate() == Fate::Safe),
        ),
        (
            "risk",
            "some schedules from here fail",
            has(&|it| it.fate() == Fate::AtRisk),
        ),
        (
            "doomed",
            "every schedule from here fails",
            has(&|it| it.fate() == Fate::Doomed),
        ),
        (
            "none",
            "no schedule comes here",
            !grid.unreachable().is_empty(),
        ),
        ("asleep", "one of the two is asleep", has(&asleep)),
        (
            "lock",
            "beside an axis: that actor holds the page lock",
            !grid.bars().is_empty(),
        ),
        (
            "forbidden",
            "both would hold it, so nobody comes here",
            !grid.forbidden().is_empty(),
        ),
        (
            "writeback",
            "a page is under writeback",
            has(&under_writeback),
        ),
        (
            "run",
            "the run on the stage: done, where it is, dotted what lies ahead; it jumps back where a fault returns to its store or a program begins again",
            true,
        ),
        ("failed", "where a rule is broken on it", true),
    ];
    let mut list = el("ul", "legend");
    for (class, words, _) in all.iter().filter(|it| it.2) {
        list = list.with(
            el("li", "")
                .with(el("span", &format!("swatch {class}")))
                .with(el("span", "").text(words)),
        );
    }
    list
}

fn labels(scenario: &Scenario, actor: u8, positions: &[Position], named: bool) -> Vec<String> {
    let label = |(at, position): (usize, &Position)| match named {
        true => short(&standing(scenario, actor as usize, *position)),
        false => (at + 1).to_string(),
    };
    positions.iter().enumerate().map(label).collect()
}

/// Paths of the drawing, each of a class.
fn drawn(paths: Vec<(&'static str, String)>) -> Vec<AnyView> {
    let path = |(class, d)| {
        leptos::svg::path()
            .attr("class", class)
            .attr("d", d)
            .into_any()
    };
    paths.into_iter().map(path).collect()
}

fn drawing(desk: Desk, grid: Grid, cursor: RwSignal<Option<(usize, usize)>>) -> AnyView {
    let scenario = desk.peek().scenario.clone();
    let (first, second) = grid.map.actors;
    let name = |actor: u8| scenario.cast[actor as usize].name.clone();
    let around = Frame::now();
    let (wide, high) = (around.width(&grid), around.above + grid.rows() * SIDE + 8);
    let view_box = format!("0 0 {wide} {high}");
    let on_screen = (wide * around.scale / 100).to_string();
    let label = format!(
        "Race map: {} downwards, {} to the right. Arrow keys move, Enter goes there.",
        name(first),
        name(second)
    );
    let paths = [
        ("mark none", grid.unreachable()),
        ("cells safe", grid.boxes(&|it| it.fate() == Fate::Safe)),
        ("cells risk", grid.boxes(&|it| it.fate() == Fate::AtRisk)),
        ("cells doomed", grid.boxes(&|it| it.fate() == Fate::Doomed)),
        (
            "mark risk",
            grid.figure(&|it| it.fate() == Fate::AtRisk, "m6 6h1v1h-1z"),
        ),
        (
            "mark doomed",
            grid.figure(&|it| it.fate() == Fate::Doomed, "m4 4l5 5m0 -5l-5 5"),
        ),
        (
            "mark asleep",
            grid.figure(&asleep, "m0 6l6 -6m-6 13l13 -13m-6 13l6 -6"),
        ),
        ("border writeback", grid.border(&under_writeback)),
        ("border forbidden", grid.forbidden()),
        ("bars", grid.bars()),
    ];
    let paths = drawn(paths.into());
    let mut texts: Vec<AnyView> = Vec::new();
    let text = |class: &str, transform: String, words: String| {
        leptos::svg::text()
            .attr("class", class.to_owned())
            .attr("transform", transform)
            .child(words)
            .into_any()
    };
    for (at, words) in labels(&scenario, first, &grid.map.rows, around.named)
        .into_iter()
        .enumerate()
    {
        texts.push(text(
            "row",
            format!("translate(-8 {})", at * SIDE + 10),
            words,
        ));
    }
    for (at, words) in labels(&scenario, second, &grid.map.columns, around.named)
        .into_iter()
        .enumerate()
    {
        let (x, turned) = (at * SIDE, if around.named { " rotate(-60)" } else { "" });
        let shift = if around.named { 9 } else { 3 };
        texts.push(text(
            "column",
            format!("translate({} -8){turned}", x + shift),
            words,
        ));
    }
    if around.named {
        let (left, above) = (around.left - 4, around.above - 14);
        let down = format!("{} \u{2193}", name(first));
        let across = format!("{} \u{2192}", name(second));
        texts.push(text("axis", format!("translate(-{left} -8)"), down));
        texts.push(text("axis", format!("translate(-{left} -{above})"), across));
    }
    let run = {
        let grid = grid.clone();
        move || {
            let run = grid.run(&desk.now());
            drawn(vec![
                ("run ahead", run.ahead),
                ("run past", run.past),
                ("run failed", run.failed),
                ("run here", run.here),
            ])
        }
    };
    let frame = move || match cursor.get() {
        Some((row, column)) => {
            let (x, y) = (column * SIDE, row * SIDE);
            format!("M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z")
        }
        None => String::new(),
    };
    let go = move |grid: &Grid| {
        let cell = cursor
            .get_untracked()
            .and_then(|(row, column)| grid.at(row, column).copied());
        if let Some(cell) = cell {
            desk.go_to_state(cell.nearest);
        }
    };
    let (hovering, pressing, keying) = (grid.clone(), grid.clone(), grid);
    let hover = move |event: MouseEvent| {
        let at = cell_of(&event, &hovering, around);
        if at.is_some() && at != cursor.get_untracked() {
            cursor.set(at);
        }
    };
    let press = move |event: MouseEvent| {
        if let Some(at) = cell_of(&event, &pressing, around) {
            cursor.set(Some(at));
            go(&pressing);
        }
    };
    let key = move |event: KeyboardEvent| {
        let (row, column) = cursor.get_untracked().unwrap_or((0, 0));
        let at = match event.key().as_str() {
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(keying.rows() - 1), column),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(keying.columns() - 1)),
            "Home" => (row, 0),
            "End" => (row, keying.columns() - 1),
            "Enter" => {
                go(&keying);
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
    let transform = format!("translate({} {})", around.left, around.above);
    view! {
        <div
            class="map"
            tabindex="0"
            role="application"
            aria-roledescription="race map"
            aria-label=label
            data-part="map"
            on:keydown=key
            on:focus=focus
        >
            <svg viewBox=view_box width=on_screen aria-hidden="true" on:mousemove=hover on:click=press>
                <g transform=transform>
                    {paths}
                    {texts}
                    {run}
                    <path class="cursor" d=frame />
                </g>
            </svg>
        </div>
    }
    .into_any()
}
