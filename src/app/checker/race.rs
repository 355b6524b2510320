//! The race map, drawn: a progress graph of two actors with the current run as a path through it.

use std::fmt::Write;
use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, MouseEvent};

use stable_pages::explore::{Cell, Fate, Position, RaceMap};
use stable_pages::scenario::Scenario;

use super::super::check::Check;
use super::super::desk::Desk;
use super::super::figures::grouped;
use super::super::now::Now;
use super::super::parts::{At, El, button, el, note, nothing, row, select, show};
use super::line_text;

/// A cell's side, and the room for labels left and above, in units of the drawing.
const SIDE: usize = 13;
const LEFT: usize = 190;
const ABOVE: usize = 150;
/// Room to the right for the slanted labels, and a unit's size on the screen, in hundredths of a pixel.
const RIGHT: usize = 76;
const SCALE: usize = 135;
/// Characters of a label.
const LABEL: usize = 27;

/// Cells by row and column.
#[derive(Clone)]
struct Grid {
    map: Arc<RaceMap>,
    places: Vec<Option<Cell>>,
}

impl Grid {
    fn of(map: &Arc<RaceMap>) -> Grid {
        let mut places = vec![None; map.rows.len() * map.columns.len()];
        for cell in &map.cells {
            places[cell.at.0 as usize * map.columns.len() + cell.at.1 as usize] = Some(*cell);
        }
        Grid {
            map: map.clone(),
            places,
        }
    }

    fn rows(&self) -> usize {
        self.map.rows.len()
    }

    fn columns(&self) -> usize {
        self.map.columns.len()
    }

    fn at(&self, row: usize, column: usize) -> Option<&Cell> {
        if row >= self.rows() || column >= self.columns() {
            return None;
        }
        self.places[row * self.columns() + column].as_ref()
    }

    /// Rectangles over all cells of a kind, those side by side as one.
    fn fill(&self, is: &dyn Fn(&Cell) -> bool) -> String {
        let mut path = String::new();
        for row in 0..self.rows() {
            let mut column = 0;
            while column < self.columns() {
                let from = column;
                while self.at(row, column).is_some_and(is) {
                    column += 1;
                }
                if column > from {
                    let (x, y, width) = (from * SIDE, row * SIDE, (column - from) * SIDE);
                    let _ = write!(path, "M{x} {y}h{width}v{SIDE}h-{width}z");
                }
                column = column.max(from + 1);
            }
        }
        path
    }

    /// The same small figure in every cell of a kind.
    fn figure(&self, is: &dyn Fn(&Cell) -> bool, figure: &str) -> String {
        let mut path = String::new();
        for cell in self.map.cells.iter().filter(|it| is(it)) {
            let (x, y) = (cell.at.1 as usize * SIDE, cell.at.0 as usize * SIDE);
            let _ = write!(path, "M{x} {y}{figure}");
        }
        path
    }

    /// The border of all cells of a kind.
    fn border(&self, is: &dyn Fn(&Cell) -> bool) -> String {
        let mut path = String::new();
        let inside = |row: usize, column: usize| self.at(row, column).is_some_and(is);
        for cell in self.map.cells.iter().filter(|it| is(it)) {
            let (row, column) = (cell.at.0 as usize, cell.at.1 as usize);
            let (x, y) = (column * SIDE, row * SIDE);
            let mut edge = |open: bool, from: (usize, usize), along: char| {
                if open {
                    let _ = write!(path, "M{} {}{along}{SIDE}", from.0, from.1);
                }
            };
            edge(row == 0 || !inside(row - 1, column), (x, y), 'h');
            edge(!inside(row + 1, column), (x, y + SIDE), 'h');
            edge(column == 0 || !inside(row, column - 1), (x, y), 'v');
            edge(!inside(row, column + 1), (x + SIDE, y), 'v');
        }
        path
    }

    /// Rows, or columns, at which their actor holds the page lock, as runs.
    fn locked(&self, of_rows: bool) -> Vec<(usize, usize)> {
        let many = if of_rows { self.rows() } else { self.columns() };
        let holds = |at: usize| {
            self.map.cells.iter().any(|cell| match of_rows {
                true => cell.at.0 as usize == at && cell.locked.0 > 0,
                false => cell.at.1 as usize == at && cell.locked.1 > 0,
            })
        };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in (0..many).filter(|at| holds(*at)) {
            match runs.last_mut() {
                Some((_, end)) if *end == at => *end += 1,
                _ => runs.push((at, at + 1)),
            }
        }
        runs
    }

    /// Where both would hold it: the rectangles no schedule enters.
    fn forbidden(&self) -> String {
        let mut path = String::new();
        for (top, bottom) in self.locked(true) {
            for (left, right) in self.locked(false) {
                let (x, y) = (left * SIDE, top * SIDE);
                let (width, height) = ((right - left) * SIDE, (bottom - top) * SIDE);
                let _ = write!(path, "M{x} {y}h{width}v{height}h-{width}z");
            }
        }
        path
    }

    /// Bars beside the axes where their actor holds the page lock.
    fn bars(&self) -> String {
        let mut path = String::new();
        for (from, to) in self.locked(true) {
            let _ = write!(path, "M-4 {}v{}", from * SIDE, (to - from) * SIDE);
        }
        for (from, to) in self.locked(false) {
            let _ = write!(path, "M{} -4h{}", from * SIDE, (to - from) * SIDE);
        }
        path
    }

    fn place(&self, row: Position, column: Position) -> Option<(usize, usize)> {
        let row = self.map.rows.iter().position(|it| *it == row)?;
        let column = self.map.columns.iter().position(|it| *it == column)?;
        Some((row, column))
    }

    /// The run's way through the map: up to the moment shown, what lies ahead, and where it is.
    fn run(&self, now: &Now) -> (String, String, String) {
        let model = &now.scenario.model;
        let (first, second) = (self.map.actors.0 as usize, self.map.actors.1 as usize);
        let worlds = std::iter::once(model.initial);
        let worlds = worlds.chain(now.whole.steps.iter().map(|it| it.world));
        let (mut past, mut ahead, mut here) = (String::new(), String::new(), String::new());
        for (moment, world) in worlds.enumerate() {
            let row = Position::of(model, &world, first);
            let column = Position::of(model, &world, second);
            let Some((row, column)) = self.place(row, column) else {
                continue;
            };
            let (x, y) = (column * SIDE + SIDE / 2, row * SIDE + SIDE / 2);
            let line = |path: &mut String| {
                let command = if path.is_empty() { 'M' } else { 'L' };
                let _ = write!(path, "{command}{x} {y}");
            };
            if moment <= now.depth() {
                line(&mut past);
            }
            if moment >= now.depth() {
                line(&mut ahead);
            }
            if moment == now.depth() {
                here = format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4);
            }
        }
        (past, ahead, here)
    }
}

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
        let line = line_text(scenario, actor as usize, position.pc);
        format!("{name} at `{line}`")
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
fn cell_of(event: &MouseEvent, grid: &Grid) -> Option<(usize, usize)> {
    let drawing: Element = event.current_target()?.dyn_into().ok()?;
    let frame = drawing.get_bounding_client_rect();
    let scale = (LEFT + grid.columns() * SIDE + RIGHT) as f64 / frame.width().max(1.0);
    let x = (f64::from(event.client_x()) - frame.left()) * scale - LEFT as f64;
    let y = (f64::from(event.client_y()) - frame.top()) * scale - ABOVE as f64;
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
        let (Some(Shared(map)), Some(at)) = (map.get(), cursor.get()) else {
            let words = "Point at a cell, or move into the map with the keyboard and use the arrow keys, to hear what holds there. Enter or a click goes there by a shortest schedule.";
            return note("", words).view();
        };
        let grid = Grid::of(&map);
        if at.0 >= grid.rows() || at.1 >= grid.columns() {
            return nothing();
        }
        let words = words(&desk.scenario(), &grid, at);
        let all = words
            .iter()
            .map(|it| super::super::parts::rich(el("p", ""), it).view());
        row(all.collect())
    });
    let racers = show(move || racers(desk));
    el("div", "race")
        .with(el("div", "above").child(racers))
        .with(
            el("div", "split").child(drawing).with(
                el("div", "said")
                    .with(
                        el("div", "card")
                            .at(At::Live, "polite")
                            .at(At::Part, "cell")
                            .child(said),
                    )
                    .with(legend()),
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
        button("", "", "Turn", false, swap),
    ])
}

fn legend() -> El {
    let item = |class: &str, words: &str| {
        el("li", "")
            .with(el("span", &format!("swatch {class}")))
            .text(words)
    };
    el("ul", "legend")
        .with(item("safe", "nothing fails from here"))
        .with(item("risk", "some schedules fail"))
        .with(item("doomed", "every schedule fails"))
        .with(item("none", "no schedule comes here"))
        .with(item("asleep", "one of the two is asleep, in every state"))
        .with(item(
            "lock",
            "holds the page lock; dashed: where both would",
        ))
        .with(item(
            "writeback",
            "a page is under writeback, in every state",
        ))
        .with(item("run", "the run on the stage, and where it is"))
}

fn labels(scenario: &Scenario, actor: u8, positions: &[Position]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for position in positions {
        labels.push(short(&line_text(scenario, actor as usize, position.pc)));
    }
    labels
}

fn drawing(desk: Desk, grid: Grid, cursor: RwSignal<Option<(usize, usize)>>) -> AnyView {
    let scenario = desk.peek().scenario.clone();
    let (first, second) = grid.map.actors;
    let name = |actor: u8| scenario.cast[actor as usize].name.clone();
    let (width, height) = (grid.columns() * SIDE, grid.rows() * SIDE);
    let (wide, high) = (LEFT + width + RIGHT, ABOVE + height + 8);
    let view_box = format!("0 0 {wide} {high}");
    let on_screen = (wide * SCALE / 100).to_string();
    let label = format!(
        "Race map: {} downwards, {} to the right. Arrow keys move, Enter goes there.",
        name(first),
        name(second)
    );
    let asleep = |it: &Cell| it.asleep.0 == it.states || it.asleep.1 == it.states;
    let under_writeback = |it: &Cell| it.writeback == it.states;
    let paths = [
        ("cells safe", grid.fill(&|it| it.fate() == Fate::Safe)),
        ("cells risk", grid.fill(&|it| it.fate() == Fate::AtRisk)),
        ("cells doomed", grid.fill(&|it| it.fate() == Fate::Doomed)),
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
    let paths: Vec<AnyView> = paths
        .into_iter()
        .map(|(class, d)| {
            leptos::svg::path()
                .attr("class", class)
                .attr("d", d)
                .into_any()
        })
        .collect();
    let mut texts: Vec<AnyView> = Vec::new();
    let text = |class: &str, transform: String, words: String| {
        leptos::svg::text()
            .attr("class", class.to_owned())
            .attr("transform", transform)
            .child(words)
            .into_any()
    };
    for (at, words) in labels(&scenario, first, &grid.map.rows)
        .into_iter()
        .enumerate()
    {
        texts.push(text(
            "row",
            format!("translate(-8 {})", at * SIDE + 10),
            words,
        ));
    }
    for (at, words) in labels(&scenario, second, &grid.map.columns)
        .into_iter()
        .enumerate()
    {
        texts.push(text(
            "column",
            format!("translate({} -8) rotate(-60)", at * SIDE + 9),
            words,
        ));
    }
    texts.push(text(
        "axis",
        format!("translate(-{} -8)", LEFT - 4),
        format!("{} \u{2193}", name(first)),
    ));
    texts.push(text(
        "axis",
        format!("translate(-{} -{})", LEFT - 4, ABOVE - 14),
        format!("{} \u{2192}", name(second)),
    ));
    let run = {
        let grid = grid.clone();
        move || {
            let (past, ahead, here) = grid.run(&desk.now());
            [("run ahead", ahead), ("run past", past), ("run here", here)]
                .into_iter()
                .map(|(class, d)| {
                    leptos::svg::path()
                        .attr("class", class)
                        .attr("d", d)
                        .into_any()
                })
                .collect::<Vec<AnyView>>()
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
        let at = cell_of(&event, &hovering);
        if at.is_some() && at != cursor.get_untracked() {
            cursor.set(at);
        }
    };
    let press = move |event: MouseEvent| {
        if let Some(at) = cell_of(&event, &pressing) {
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
    let transform = format!("translate({LEFT} {ABOVE})");
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
