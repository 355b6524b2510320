//! The legends of the figure: what those of its signs mean that are in it.

use crate::explore::Held;
use crate::explore::spans;

use super::super::grid::{CellLink, Level, PageMoment};
use super::super::machine_state::{BitGroup, page_bits, shared_bits};
use super::super::moment::Moment;
use super::super::timeline::{Mark, mark};
use super::ink::{self, Face};
use super::stage::{badge, equal, link};
use super::svg::{Anchor, Frame, PX, Svg};
use super::timeline::{cross, flag, store};
use super::{LEFT, RIGHT};

/// Draws a sign in a place.
type Draw = fn(&mut Svg, Frame);

const SIGN: i32 = 26 * PX;
const ROW: i32 = 20 * PX;
/// How many columns of signs there are.
const COLUMNS: i32 = 5;

fn middle(at: Frame) -> (i32, i32) {
    (at.x + at.w / 2, at.y + at.h / 2)
}

/// Draws signs from `top` down; returns where they end.
fn draw(svg: &mut Svg, signs: &[(bool, &str, Draw)], top: i32) -> i32 {
    let each = (RIGHT - LEFT) / COLUMNS;
    let mut rows = 0;
    let shown = signs.iter().filter(|(is, ..)| *is);
    for (number, (_, words, draw)) in shown.enumerate() {
        let (row, column) = (number as i32 / COLUMNS, number as i32 % COLUMNS);
        let (x, y) = (LEFT + column * each, top + row * ROW);
        let at = Frame {
            x,
            y: y + 2 * PX,
            w: SIGN,
            h: 13 * PX,
        };
        draw(svg, at);
        let (at, room) = ((x + SIGN + 7 * PX, y + 12 * PX), each - SIGN - 10 * PX);
        svg.text(at, Anchor::Start, Face::LEGEND, room, words);
        rows = row + 1;
    }
    top + rows * ROW
}

/// Draws the legend of the stage from `top` down; returns where it ends.
pub fn of_stage(svg: &mut Svg, now: &Moment, top: i32) -> i32 {
    let model = &now.scenario.model;
    let pages = model.page_ids();
    let mut cells = Vec::new();
    let shared = shared_bits(&now.scenario, &now.world, &now.before);
    let changed = |group: &BitGroup| group.bits.iter().any(|bit| bit.on != bit.was);
    let mut fresh = shared.iter().any(changed);
    for page in pages {
        let moment = PageMoment::of(now, page);
        let bits = page_bits(&moment, &now.world, &now.before);
        let mappings = bits.mappings.iter();
        let mappings = mappings.flat_map(|mapping| mapping.caches.iter().chain([&mapping.pte]));
        fresh |= mappings.chain(&bits.frame).any(changed);
        for level in Level::all(&now.scenario) {
            for sector in model.sector_ids() {
                cells.push(moment.cell(level, sector));
            }
        }
    }
    fresh |= cells.iter().any(|cell| cell.fresh);
    let tone = |wanted: &str| cells.iter().any(|cell| cell.tone == wanted && !cell.failed);
    let linked = |wanted: CellLink| cells.iter().any(|cell| cell.link == wanted);
    let all: [(bool, &str, Draw); 8] = [
        (tone("page"), "the page as it was", |svg, at| {
            svg.rect(at, 4 * PX, ink::PAGE);
        }),
        (tone("newer"), "stored since", |svg, at| {
            svg.rect(at, 4 * PX, ink::NEWER);
        }),
        (tone("old"), "on disk before", |svg, at| {
            svg.rect(at, 0, ink::OLD);
        }),
        (fresh, "changed by this step", |svg, at| {
            svg.rect(at, 5 * PX, ink::FRESH);
        }),
        (linked(CellLink::Tie), "taken from it", |svg, at| {
            let (x, y) = middle(at);
            svg.line(&[(x, y - at.h / 2), (x, y + at.h / 2)], false, ink::TIE);
        }),
        (
            linked(CellLink::Match),
            "guards compared: equal",
            |svg, at| {
                let (x, y) = middle(at);
                equal(svg, x, y, ink::TIE);
            },
        ),
        (
            linked(CellLink::Parted),
            "changed under its guard",
            |svg, at| {
                let cell = Frame {
                    y: at.y + at.h / 2 + 10 * PX,
                    ..at
                };
                link(svg, cell, CellLink::Parted);
            },
        ),
        (
            linked(CellLink::Break),
            "guards differ: refused",
            |svg, at| {
                let (x, y) = middle(at);
                badge(svg, x, y);
            },
        ),
    ];
    draw(svg, &all, top)
}

/// Draws the legend of the timeline from `top` down; returns where it ends.
pub fn of_time(svg: &mut Svg, now: &Moment, top: i32) -> i32 {
    let model = &now.scenario.model;
    let spans = spans(model, &now.whole);
    let held = |wanted: fn(Held) -> bool| spans.iter().any(|it| wanted(it.held));
    let steps = || now.whole.steps.iter().enumerate();
    let marked = |wanted: Mark| steps().any(|(_, it)| mark(&it.effects) == wanted);
    let guilty = |at: usize| now.whole.unstable.contains(&(at + 1));
    let stored = |wanted: bool| {
        steps().any(|(at, it)| mark(&it.effects) == Mark::Store && guilty(at) == wanted)
    };
    let stable = model.stable;
    let guilty_words = match stable {
        true => "store inside the window",
        false => "store while on the way",
    };
    let all: [(bool, &str, Draw); 11] = [
        (
            held(|it| it == Held::Window) && stable,
            "stable window",
            |svg, at| {
                svg.rect(at, 0, ink::WINDOW);
            },
        ),
        (
            held(|it| it == Held::Window) && !stable,
            "bytes on their way",
            |svg, at| {
                svg.rect(at, 0, ink::WINDOW);
            },
        ),
        (held(|it| it == Held::Lock), "page lock", |svg, at| {
            svg.rect(at, 0, ink::LOCK);
        }),
        (
            held(|it| it == Held::Writeback),
            "PG_writeback",
            |svg, at| {
                svg.rect(at, 0, ink::WRITEBACK);
            },
        ),
        (
            held(|it| matches!(it, Held::Asleep(_))),
            "asleep",
            |svg, at| {
                svg.rect(at, 0, ink::ASLEEP);
            },
        ),
        (marked(Mark::Tick), "step", |svg, at| {
            let (x, y) = (middle(at).0, at.y + at.h);
            let paint = format!("stroke-width=\"2\" {}", ink::TICK);
            svg.line(&[(x, y), (x, y - 5 * PX)], false, &paint);
        }),
        (stored(false), "store", |svg, at| {
            let (x, y) = middle(at);
            store(svg, x, y, 6 * PX, false);
        }),
        (stored(true), guilty_words, |svg, at| {
            let (x, y) = middle(at);
            store(svg, x, y, 6 * PX, true);
        }),
        (marked(Mark::Match), "guard checked: equal", |svg, at| {
            let (x, y) = middle(at);
            svg.circle(x, y, 4 * PX, ink::MATCH);
        }),
        (
            marked(Mark::Mismatch),
            "guard checked: different",
            |svg, at| {
                let (x, y) = middle(at);
                cross(svg, x, y, 6 * PX);
            },
        ),
        (
            !now.whole.broken.is_empty(),
            "an invariant first breaks",
            |svg, at| {
                let (x, y) = (middle(at).0, at.y);
                svg.line(&[(x, y), (x, y + at.h)], false, ink::FLAG);
                flag(svg, x, y, false);
            },
        ),
    ];
    draw(svg, &all, top)
}
