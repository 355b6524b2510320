//! The race map, drawn: a progress graph of two actors with the current run as a path through it.

mod grid;

use crate::exchange::grouped;
use crate::explore::{Cell, Fate, Position};
use crate::scenario::Scenario;

use super::super::check::Check;
use super::super::look::Look;
use super::super::now::Now;
use super::super::tree::{At, El, button, el, note, rich, select};
use super::super::wish::Wish;
use super::standing;
use grid::Grid;
pub use grid::SIDE;

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
impl Frame {
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

/// The panel. `At::Grid` tells the page where the cells are, in units of the drawing: left, above,
/// the drawing's width, rows, columns.
pub fn panel(now: &Now, look: &Look, check: &Check) -> El {
    let panel = el("div", "race").with(above(now, look));
    let Some(map) = &check.map else {
        return panel.with(note("small", "Once everything has been looked at."));
    };
    let grid = Grid::of(map);
    let around = if look.narrow { NARROW } else { WIDE };
    let frame = [
        around.left,
        around.above,
        around.width(&grid),
        grid.rows(),
        grid.columns(),
    ];
    let drawn = el("div", "map")
        .at(At::TabIndex, "0")
        .at(At::Role, "application")
        .at(At::Label, &label(now, &grid))
        .at(At::Part, "map")
        .at(At::Grid, &frame.map(|it| it.to_string()).join(" "))
        .with(drawing(now, &grid, look.cell, around));
    let beside = el("div", "said")
        .with(said(now, &grid, look.cell))
        .with(legend(&grid));
    panel.with(el("div", "split").with(drawn).with(beside))
}

/// The state that a cell of the map stands for, to be gone to.
pub fn way_to(check: &Check, (row, column): (usize, usize)) -> Option<u32> {
    let grid = Grid::of(check.map.as_ref()?);
    grid.at(row, column).map(|cell| cell.nearest)
}

/// What stands beside the map: the cell pointed at, else the one the run is in, in words.
fn said(now: &Now, grid: &Grid, pointed: Option<(usize, usize)>) -> El {
    let pointed = pointed.filter(|it| it.0 < grid.rows() && it.1 < grid.columns());
    let card = el("div", "card")
        .at(At::Live, "polite")
        .at(At::Part, "cell");
    let Some(at) = pointed.or_else(|| grid.moment(now, now.depth())) else {
        return card;
    };
    let all = words(&now.scenario, grid, at);
    let all = all.iter().map(|it| rich(el("p", ""), it)).collect();
    let hint = match pointed.is_none() {
        true => {
            "That is where the run on the stage is. Point at another cell, or move with the arrow keys; a click or Enter puts a shortest schedule to it on the stage, and keeps the run there is."
        }
        false => "",
    };
    card.all(all).with(note("small", hint))
}

/// Who is on the axes, and what that means.
fn above(now: &Now, look: &Look) -> El {
    let names: Vec<&String> = now.scenario.cast.iter().map(|it| &it.name).collect();
    let (first, second) = look.racers;
    let list = |label: &str, chosen: u8, of_first: bool| {
        let wish = |index: u8| match (of_first, index) {
            (true, it) if it != second => Wish::Race(it, second),
            (false, it) if it != first => Wish::Race(first, it),
            _ => Wish::Race(first, second),
        };
        let options = names.iter().enumerate();
        let options = options.map(|(at, name)| ((*name).clone(), wish(at as u8)));
        select(label, chosen.into(), options.collect())
    };
    let name = |actor: u8| names.get(actor as usize).map_or("", |it| it.as_str());
    let words = format!(
        "Downwards the step that {} makes next, to the right the one that {} makes next. A cell gathers all states with both there, wherever everybody else is.",
        name(first),
        name(second)
    );
    el("div", "above")
        .with(list("Down", first, true))
        .with(list("Across", second, false))
        .with(button(
            "",
            "",
            "Swap axes",
            false,
            Wish::Race(second, first),
        ))
        .with(note("small", &words))
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
fn drawn<const N: usize>(paths: [(&'static str, String); N]) -> Vec<El> {
    let path = |(class, d): (&'static str, String)| el("path", class).at(At::D, &d);
    paths.into_iter().map(path).collect()
}

/// What the map is called.
fn label(now: &Now, grid: &Grid) -> String {
    let (first, second) = grid.map.actors;
    let name = |actor: u8| &now.scenario.cast[actor as usize].name;
    format!(
        "Race map: {} downwards, {} to the right. Arrow keys move, Enter goes there.",
        name(first),
        name(second)
    )
}

/// The map: cells, regions, names of steps, the run, and a frame around the cell pointed at.
fn drawing(now: &Now, grid: &Grid, cursor: Option<(usize, usize)>, around: Frame) -> El {
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
    let mut texts: Vec<El> = Vec::new();
    let mut text = |class: &str, transform: String, words: &str| {
        let it = el("text", class).at(At::Transform, &transform);
        texts.push(it.text(words));
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
        let name = |actor: u8| &scenario.cast[actor as usize].name;
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
        .at(At::ViewBox, &format!("0 0 {wide} {high}"))
        .at(At::Width, &(wide * around.scale / 100).to_string())
        .is(At::Hidden, true)
        .with(
            el("g", "")
                .at(At::Transform, &transform)
                .all(paths)
                .all(texts)
                .all(run),
        )
}
