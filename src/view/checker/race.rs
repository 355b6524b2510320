//! The race map: a progress graph of two actors with the current run as a path through it.

use crate::machine::ActorId;
mod grid;

use crate::exchange::grouped;
use crate::explore::{Cell, Fate, Position};
use crate::scenario::Scenario;

use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, button, el, note, rich, select};
use super::line_at;
use grid::Grid;
pub use grid::SIDE;

/// The room around the cells, in units of the drawing.
#[derive(Clone, Copy)]
struct Frame {
    left: usize,
    above: usize,
    right: usize,
    /// A unit's size on the screen, in hundredths of a pixel.
    scale: usize,
    /// Whether there is room for the names of steps; else they are numbered.
    named: bool,
}

const WIDE: Frame = Frame {
    left: 226,
    above: 182,
    right: 98,
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
impl Frame {
    fn width(self, grid: &Grid) -> usize {
        self.left + grid.columns() * SIDE + self.right
    }
}

/// The most characters of a label.
const LABEL: usize = 34;

fn short(text: &str) -> String {
    match text.chars().count() > LABEL {
        true => text.chars().take(LABEL - 1).chain(['\u{2026}']).collect(),
        false => text.to_owned(),
    }
}

/// What a cell stands for and what holds there, in sentences.
fn words(scenario: &Scenario, grid: &Grid, at: (usize, usize)) -> Vec<String> {
    let (first, second) = grid.map.actors;
    let stands = |actor: ActorId, position: Position| {
        let name = &scenario.cast[actor.index()].name;
        let line = line_at(scenario, actor, position);
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
            "{states}; from {} of them some schedules fail, from {} all do.",
            cell.risky, cell.doomed
        ),
    });
    let share = |many: u32, words: &str| match many {
        0 => String::new(),
        many if many == all => format!("{words}. "),
        _ => format!("{words}, in some of the states. "),
    };
    let name = |actor: ActorId| &scenario.cast[actor.index()].name;
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

/// The panel of the race map. `Attr::Grid` tells the page where the cells are, in units of the drawing: left, above,
/// the drawing's width, rows, columns.
pub fn panel(now: &Moment, ui: &UiState, results: &CheckResults) -> Element {
    let panel = el("div", "race").child(above(now, ui));
    let Some(map) = &results.map else {
        return panel.child(note("small", "Once everything has been looked at."));
    };
    let grid = Grid::of(map);
    let around = if ui.narrow { NARROW } else { WIDE };
    let frame = [
        around.left,
        around.above,
        around.width(&grid),
        grid.rows(),
        grid.columns(),
    ];
    let drawn = el("div", "map")
        .attr(Attr::TabIndex, "0")
        .attr(Attr::Role, "application")
        .attr(Attr::Label, &label(now, &grid))
        .attr(Attr::Part, "map")
        .attr(Attr::Grid, &frame.map(|it| it.to_string()).join(" "))
        .child(drawing(now, &grid, ui.cell, around));
    let beside = el("div", "said")
        .child(said(now, &grid, ui.cell))
        .child(legend(&grid));
    panel.child(el("div", "split").child(drawn).child(beside))
}

/// The state of a cell that is nearest to the start, for a schedule to that cell.
pub fn nearest_state(results: &CheckResults, (row, column): (usize, usize)) -> Option<u32> {
    let grid = Grid::of(results.map.as_ref()?);
    grid.at(row, column).map(|cell| cell.nearest)
}

/// The words beside the map: of the cell pointed at, else of the one that the run is in.
fn said(now: &Moment, grid: &Grid, pointed: Option<(usize, usize)>) -> Element {
    let pointed = pointed.filter(|it| it.0 < grid.rows() && it.1 < grid.columns());
    let card = el("div", "card")
        .attr(Attr::Live, "polite")
        .attr(Attr::Part, "cell");
    let Some(at) = pointed.or_else(|| grid.moment(now, now.depth())) else {
        return card;
    };
    let all = words(&now.scenario, grid, at);
    let all = all.iter().map(|it| rich(el("p", ""), it)).collect();
    let hint = match pointed.is_none() {
        true => {
            "That is where the run on the stage is. Point at another cell, or move with the arrow keys; a click or Enter puts a shortest schedule to it on the stage, and keeps the run that is there."
        }
        false => "",
    };
    card.children(all).child(note("small", hint))
}

/// The choice of the two actors on the axes, and what a cell means.
fn above(now: &Moment, ui: &UiState) -> Element {
    let names: Vec<&String> = now.scenario.cast.iter().map(|it| &it.name).collect();
    let (first, second) = ui.racers;
    let list = |label: &str, chosen: ActorId, of_first: bool| {
        let msg = |index: ActorId| match (of_first, index) {
            (true, it) if it != second => Msg::Racers(it, second),
            (false, it) if it != first => Msg::Racers(first, it),
            _ => Msg::Racers(first, second),
        };
        let options = ActorId::first(names.len()).zip(&names);
        let options = options.map(|(at, name)| ((*name).clone(), msg(at)));
        select(label, chosen.index(), options.collect())
    };
    let name = |actor: ActorId| names.get(actor.index()).map_or("", |it| it.as_str());
    let words = format!(
        "Rows: the step that {} makes next; columns: the one that {} makes next. A cell gathers all states with both there, wherever everybody else is.",
        name(first),
        name(second)
    );
    el("div", "above")
        .child(list("Down", first, true))
        .child(list("Across", second, false))
        .child(button(
            "",
            "",
            "Swap axes",
            false,
            Msg::Racers(second, first),
        ))
        .child(note("small", &words))
}

fn asleep(cell: &Cell) -> bool {
    cell.asleep.0 == cell.states || cell.asleep.1 == cell.states
}

fn under_writeback(cell: &Cell) -> bool {
    cell.writeback == cell.states
}

/// The meaning of the signs that are on this map.
fn legend(grid: &Grid) -> Element {
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
        list = list.child(
            el("li", "")
                .child(el("span", &format!("swatch {class}")))
                .child(el("span", "").text(words)),
        );
    }
    list
}

fn labels(scenario: &Scenario, actor: ActorId, positions: &[Position], named: bool) -> Vec<String> {
    let label = |(at, position): (usize, &Position)| match named {
        true => short(&line_at(scenario, actor, *position)),
        false => (at + 1).to_string(),
    };
    positions.iter().enumerate().map(label).collect()
}

/// Paths of the drawing, each with its class.
fn drawn<const N: usize>(paths: [(&'static str, String); N]) -> Vec<Element> {
    let path = |(class, d): (&'static str, String)| el("path", class).attr(Attr::D, &d);
    paths.into_iter().map(path).collect()
}

/// The name of the map for assistive software.
fn label(now: &Moment, grid: &Grid) -> String {
    let (first, second) = grid.map.actors;
    let name = |actor: ActorId| &now.scenario.cast[actor.index()].name;
    format!(
        "Race map: {} downwards, {} to the right. Arrow keys move, Enter goes there.",
        name(first),
        name(second)
    )
}

/// The map: cells, regions, names of steps, the run, and a frame around the cell pointed at.
fn drawing(now: &Moment, grid: &Grid, cursor: Option<(usize, usize)>, around: Frame) -> Element {
    let scenario = &now.scenario;
    let (first, second) = grid.map.actors;
    let (wide, high) = (around.width(grid), around.above + grid.rows() * SIDE + 8);
    let paths = drawn([
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
    ]);
    let mut texts: Vec<Element> = Vec::new();
    let mut text = |class: &str, transform: String, words: &str| {
        let element = el("text", class).attr(Attr::Transform, &transform);
        texts.push(element.text(words));
    };
    let rows = labels(scenario, first, &grid.map.rows, around.named);
    for (at, words) in rows.iter().enumerate() {
        text("row", format!("translate(-8 {})", at * SIDE + 10), words);
    }
    let columns = labels(scenario, second, &grid.map.columns, around.named);
    for (at, words) in columns.iter().enumerate() {
        let (x, turned) = (at * SIDE, if around.named { " rotate(-60)" } else { "" });
        let shift = if around.named { 9 } else { 3 };
        text(
            "column",
            format!("translate({} -8){turned}", x + shift),
            words,
        );
    }
    if around.named {
        let (left, above) = (around.left - 4, around.above - 14);
        let name = |actor: ActorId| &scenario.cast[actor.index()].name;
        let down = format!("{} \u{2193}", name(first));
        let across = format!("{} \u{2192}", name(second));
        text("axis", format!("translate(-{left} -8)"), &down);
        text("axis", format!("translate(-{left} -{above})"), &across);
    }
    let run = grid.run(now);
    let frame = cursor.map_or(String::new(), |(row, column)| {
        let (x, y) = (column * SIDE, row * SIDE);
        format!("M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z")
    });
    let run = drawn([
        ("run ahead", run.ahead),
        ("run past", run.past),
        ("run failed", run.failed),
        ("run here", run.here),
        ("cursor", frame),
    ]);
    let transform = format!("translate({} {})", around.left, around.above);
    el("svg", "")
        .attr(Attr::ViewBox, &format!("0 0 {wide} {high}"))
        .attr(Attr::Width, &(wide * around.scale / 100).to_string())
        .attr_bool(Attr::Hidden, true)
        .child(
            el("g", "")
                .attr(Attr::Transform, &transform)
                .children(paths)
                .children(texts)
                .children(run),
        )
}
