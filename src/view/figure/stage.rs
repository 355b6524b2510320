//! The upper half of the figure: the bits, and a column for each sector from memory down to media.

use crate::machine::{Geometry, SectorId};

use super::super::grid::{Cell, CellLink, Level, PageMoment};
use super::super::machine_state::{Bit, BitGroup, PageBits, page_bits, shared_bits, within};
use super::super::moment::Moment;
use super::super::picture::Picture;
use super::ink::{self, Face};
use super::svg::{Anchor, Frame, PX, Path, Svg, lines, shortened, width};
use super::{LABELS, LEFT, RIGHT};

/// The left edge of the columns.
const COLUMNS: i32 = LEFT + LABELS;
/// The greatest width of columns that are whole pages, by how many pages there are.
const WIDEST: [i32; 3] = [330 * PX, 454 * PX, 330 * PX];
const GAP: i32 = 10 * PX;
const CELL: i32 = 40 * PX;
/// The height between two rows, for the sign that says how they hang together.
const BETWEEN: i32 = 24 * PX;
const HEAD: i32 = 34 * PX;
const BIT: i32 = 19 * PX;
/// The most lines for the words of what holds for a page.
const LINES: usize = 3;

/// Draws the stage from `top` down; returns where it ends, and, where there is much room beside its last table, from
/// which point on.
pub fn stage(svg: &mut Svg, now: &Moment, picture: Picture, top: i32) -> (i32, Option<(i32, i32)>) {
    let geometry = now.scenario.model.geometry;
    let pages = geometry.page_ids();
    let mut y = top;
    let shared = shared_bits(&now.scenario, &now.world, &now.before);
    if let Some(group) = shared.filter(|_| picture.has_shared()) {
        y = groups(svg, &[(&group, false)], LEFT, y, RIGHT - LEFT) + GAP;
    }
    let moments: Vec<PageMoment> = pages
        .clone()
        .map(|page| PageMoment::of(now, page))
        .collect();
    // Pages of one sector each stand beside each other, others one below the other.
    match geometry.sectors() {
        1 => {
            let sheets: Vec<_> = (moments.iter())
                .map(|moment| (moment, SectorId(0)))
                .collect();
            let (bottom, begins) = table(svg, now, picture, &sheets, y);
            let free = COLUMNS + WIDEST[0] + 3 * GAP;
            (bottom, (pages.len() == 1).then_some((free, begins)))
        }
        _ => {
            for (number, moment) in moments.iter().enumerate() {
                let sectors = geometry.sector_ids();
                let sheet: Vec<_> = sectors.map(|sector| (moment, sector)).collect();
                let gap = if number > 0 { 2 * GAP } else { 0 };
                y = table(svg, now, picture, &sheet, y + gap).0;
            }
            (y, None)
        }
    }
}

/// Draws the columns of one page, or one column of each page, under their bits; returns where they end, and where the
/// table begins.
fn table(
    svg: &mut Svg,
    now: &Moment,
    picture: Picture,
    columns: &[(&PageMoment, SectorId)],
    top: i32,
) -> (i32, i32) {
    let geometry = now.scenario.model.geometry;
    let many = columns.len();
    let each = match geometry.sectors() {
        1 => WIDEST.get(many - 1).copied().unwrap_or(0),
        _ => i32::MAX,
    };
    let each = each.min((RIGHT - COLUMNS) / many as i32);
    let beside = geometry.sectors() == 1 && columns.len() > 1;
    let mut y = top;
    let mut after = y;
    let mut windows: Vec<Hold> = Vec::new();
    for (place, (moment, sector)) in columns.iter().enumerate() {
        if *sector > SectorId(0) {
            continue;
        }
        let PageBits {
            mappings,
            frame,
            window,
        } = within(page_bits(moment, &now.world, &now.before), picture);
        let (x, room) = match beside {
            true => (COLUMNS + place as i32 * each, each - GAP),
            false => (LEFT, RIGHT - LEFT),
        };
        let mut at = y;
        // In the order in which a store goes: through a cached entry, if there is one, and the PTE into the page.
        let mut all: Vec<(&BitGroup, bool)> = Vec::new();
        for mapping in &mappings {
            all.extend(mapping.caches.iter().map(|cache| (cache, false)));
            all.push((&mapping.pte, mapping.caches.len() == 1));
        }
        let into = mappings.len() == 1 && !beside;
        let frame = frame.iter().enumerate();
        let frame = frame.map(|(number, group)| (group, into && number == 0));
        match beside {
            true => {
                at = groups(svg, &all, x, at, room) + GAP / 2;
                at = groups(svg, &frame.collect::<Vec<_>>(), x, at, room);
            }
            false => {
                all.extend(frame);
                at = groups(svg, &all, x, at, room);
            }
        }
        after = after.max(at);
        let (x, w) = match beside {
            true => (x, room),
            false => (x, each * columns.len() as i32 + LABELS),
        };
        let frozen = moment.frozen() && picture.has_window();
        windows.push((x, w, window, frozen));
    }
    let begins = after + GAP;
    let levels = Level::within(&now.scenario, picture);
    // The rows of the host: the bytes that must not change, and what was taken from them.
    let host = |level: &&Level| matches!(level, Level::Memory | Level::Copy | Level::Tuple);
    let kept = levels.iter().filter(host).count() as i32;
    y = begins + hold_height(&windows);
    let h = y - begins + HEAD + kept * (CELL + BETWEEN) - BETWEEN + 5 * PX;
    hold(svg, &windows, begins, h);
    heads(svg, geometry, columns, each, y);
    y += HEAD;
    for (row, level) in levels.iter().enumerate() {
        let y = y + row as i32 * (CELL + BETWEEN);
        let (title, what) = level.title(now.scenario.model.protection);
        let room = LABELS - 12 * PX;
        let right = COLUMNS - 10 * PX;
        svg.text((right, y + 17 * PX), Anchor::End, Face::HEAD, room, title);
        svg.text((right, y + 32 * PX), Anchor::End, Face::SMALL, room, what);
        for (place, (moment, sector)) in columns.iter().enumerate() {
            let (inset, gap) = if beside { (6 * PX, GAP) } else { (0, 7 * PX) };
            let at = Frame {
                x: COLUMNS + place as i32 * each + inset,
                y,
                w: each - gap - 2 * inset,
                h: CELL,
            };
            let shown = moment.cell(*level, *sector).within(picture);
            cell(svg, at, &shown, row > 0);
        }
    }
    let bottom = y + levels.len() as i32 * (CELL + BETWEEN) - BETWEEN;
    (bottom, begins)
}

/// What holds for a page: the left edge and the width of its columns, the words, and whether its bytes are on their
/// way.
type Hold = (i32, i32, String, bool);

fn hold_room(w: i32) -> i32 {
    w - 24 * PX
}

/// The height of the words of what holds.
fn hold_height(all: &[Hold]) -> i32 {
    let many = all
        .iter()
        .map(|(_, w, words, _)| lines(words, Face::WINDOW, hold_room(*w), LINES));
    match many.max().unwrap_or(0) {
        0 => 0,
        many => many * Face::WINDOW.leading() + 8 * PX,
    }
}

/// Writes what holds for each page's bytes, on a band of this height around the rows that it holds for.
fn hold(svg: &mut Svg, all: &[Hold], y: i32, h: i32) {
    for (x, w, words, frozen) in all {
        let (x, w) = (*x, *w);
        if *frozen {
            svg.rect(Frame { x, y, w, h }, 0, ink::WINDOW);
            let bar = Frame { x, y, w: 4 * PX, h };
            svg.rect(bar, 0, ink::WINDOW_BAR);
        }
        let at = (x + 14 * PX, y + 16 * PX);
        svg.paragraph(at, Face::WINDOW, hold_room(w), LINES, words);
    }
}

/// Writes the numbers of sectors and their LBAs.
fn heads(
    svg: &mut Svg,
    geometry: Geometry,
    columns: &[(&PageMoment, SectorId)],
    each: i32,
    y: i32,
) {
    for (place, (moment, sector)) in columns.iter().enumerate() {
        let middle = COLUMNS + place as i32 * each + (each - 7 * PX) / 2;
        let several = geometry.pages > 1;
        let name = match (geometry.sectors(), several) {
            (1, true) => format!("page {}, one interval", moment.number),
            (1, false) => "one interval of 4096 bytes".to_owned(),
            _ => format!("sector {sector}"),
        };
        let room = each - 8 * PX;
        let lba = format!("LBA {}", geometry.lba(moment.number, *sector));
        let at = (middle, y + 14 * PX);
        svg.text(at, Anchor::Middle, Face::HEAD, room, &name);
        let at = (middle, y + 28 * PX);
        svg.text(at, Anchor::Middle, Face::SMALL, room, &lba);
    }
}

/// Draws a cell, and how it hangs together with the one above it.
fn cell(svg: &mut Svg, at: Frame, cell: &Cell, below: bool) {
    let paint = match (cell.failed, cell.tone) {
        (true, _) if cell.passing => ink::PASSING,
        (true, _) => ink::FAILED,
        (_, "page") => ink::PAGE,
        (_, "newer") => ink::NEWER,
        (_, "old") => ink::OLD,
        _ => ink::EMPTY,
    };
    if below {
        link(svg, at, cell.link);
    }
    if cell.fresh {
        let ring = Frame {
            x: at.x - 3 * PX,
            y: at.y - 3 * PX,
            w: at.w + 6 * PX,
            h: at.h + 6 * PX,
        };
        svg.rect(ring, 7 * PX, ink::FRESH);
    }
    // What the disk held before has sharp corners.
    let round = if cell.tone == "old" { 0 } else { 5 * PX };
    svg.rect(at, round, paint);
    let face = match cell.failed {
        true if cell.passing => Face::BYTES.bold().ink(ink::PASSING_INK),
        true => Face::BYTES.bold().ink(ink::BAD),
        false => Face::BYTES,
    };
    let (middle, room) = (at.x + at.w / 2, at.w - 6 * PX);
    // Without the place to break a line at, and without a sign that few typefaces have.
    let plain = |text: &str| {
        let text = text.replace('\u{200b}', "").replace('\u{2715}', "\u{d7}");
        text.replace(' ', "\u{a0}")
    };
    let (first, second) = (plain(&cell.first), plain(&cell.second));
    if second.is_empty() {
        let at = (middle, at.y + 24 * PX);
        svg.text(at, Anchor::Middle, face, room, &first);
        return;
    }
    svg.text((middle, at.y + 17 * PX), Anchor::Middle, face, room, &first);
    let at = (middle, at.y + 32 * PX);
    svg.text(at, Anchor::Middle, face, room, &second);
}

/// Draws the sign between a cell and the one above it.
pub fn link(svg: &mut Svg, cell: Frame, link: CellLink) {
    let (x, y) = (cell.x + cell.w / 2, cell.y - BETWEEN / 2);
    let half = BETWEEN / 2;
    match link {
        CellLink::None => {}
        CellLink::Tie => svg.line(&[(x, y - half), (x, y + half)], false, ink::TIE),
        CellLink::Match => equal(svg, x, y, ink::TIE),
        CellLink::Parted => {
            unequal(
                svg,
                x,
                y,
                r##"fill="none" stroke="#6a3d00" stroke-width="2""##,
            );
        }
        CellLink::Break => {
            // A jagged line from edge to edge.
            let (from, to) = (cell.x, cell.x + cell.w);
            let teeth = ((to - from) / (9 * PX)).max(4);
            let mut path = Path::default();
            let points: Vec<(i32, i32)> = (0..=teeth)
                .map(|it| {
                    let up = if it % 2 == 0 { 3 * PX } else { -3 * PX };
                    (from + (to - from) * it / teeth, y + up)
                })
                .collect();
            path.line(&points, false);
            svg.path(&path, ink::BREAK);
            badge(svg, x, y);
        }
    }
}

/// Draws "=" as a shape, as the typeface may lack the signs drawn below.
pub fn equal(svg: &mut Svg, x: i32, y: i32, paint: &str) {
    let mut path = Path::default();
    for up in [-2 * PX, 2 * PX] {
        path.line(&[(x - 5 * PX, y + up), (x + 5 * PX, y + up)], false);
    }
    svg.path(&path, paint);
}

/// Draws "≠" as a shape.
fn unequal(svg: &mut Svg, x: i32, y: i32, paint: &str) {
    let mut path = Path::default();
    for up in [-2 * PX, 2 * PX] {
        path.line(&[(x - 5 * PX, y + up), (x + 5 * PX, y + up)], false);
    }
    path.line(&[(x - 3 * PX, y + 6 * PX), (x + 3 * PX, y - 6 * PX)], false);
    svg.path(&path, paint);
}

/// Draws "≠" on a dark ground.
pub fn badge(svg: &mut Svg, x: i32, y: i32) {
    let at = Frame {
        x: x - 13 * PX,
        y: y - 8 * PX,
        w: 26 * PX,
        h: 16 * PX,
    };
    svg.rect(at, 4 * PX, ink::BADGE);
    unequal(
        svg,
        x,
        y,
        r##"fill="none" stroke="#ffffff" stroke-width="2""##,
    );
}

/// The width of a bit.
fn bit_width(bit: &Bit) -> i32 {
    width(&shown(bit), Face::BIT_ON) + 14 * PX
}

/// The words of a bit: its name, who holds it, and, if the last step changed it, what it was.
fn shown(bit: &Bit) -> String {
    let name = match bit.by.is_empty() {
        true => bit.name.clone(),
        false => format!("{} {}", bit.name, bit.by),
    };
    match (bit.on, bit.was) {
        (true, false) => format!("{name}, was clear"),
        (false, true) => format!("{name}, was set"),
        _ => name,
    }
}

/// Draws boxes with groups of bits from left to right, wrapped, some with an arrow before them; returns where they
/// end.
fn groups(svg: &mut Svg, all: &[(&BitGroup, bool)], left: i32, top: i32, room: i32) -> i32 {
    let arrow = 24 * PX;
    let (mut x, mut y, mut bottom) = (left, top, top);
    for (number, (group, led)) in all.iter().enumerate() {
        let inner = room - 20 * PX;
        // Bits in rows.
        let mut rows: Vec<(i32, Vec<&Bit>)> = vec![(0, Vec::new())];
        for bit in &group.bits {
            let w = bit_width(bit).min(inner);
            match rows.last_mut() {
                Some((used, row)) if row.is_empty() || *used + 6 * PX + w <= inner => {
                    *used += w + if row.is_empty() { 0 } else { 6 * PX };
                    row.push(bit);
                }
                _ => rows.push((w, vec![bit])),
            }
        }
        let title = width(&group.title, Face::HEAD) + 2 * PX;
        let remark = width(&group.remark, Face::SMALL) + 2 * PX;
        let widest = rows.iter().map(|(used, _)| *used).max().unwrap_or(0);
        let w = widest.max(title).max(remark).min(inner) + 20 * PX;
        let said = i32::from(!group.remark.is_empty());
        let h = 30 * PX + rows.len() as i32 * (BIT + 4 * PX) + said * 15 * PX;
        let before = match number > 0 && x > left {
            true if *led => arrow,
            true => GAP,
            false => 0,
        };
        if x + before + w > left + room {
            (x, y) = (left, bottom + GAP / 2);
        } else if before > 0 {
            if *led {
                let (from, to, at) = (x + 5 * PX, x + arrow - 5 * PX, y + 26 * PX);
                svg.line(&[(from, at), (to, at)], false, ink::ARROW);
                let head = [
                    (to - 4 * PX, at - 4 * PX),
                    (to, at),
                    (to - 4 * PX, at + 4 * PX),
                ];
                svg.line(&head, false, ink::ARROW);
            }
            x += before;
        }
        svg.rect(Frame { x, y, w, h }, 5 * PX, ink::CARD);
        let inside = w - 20 * PX;
        let at = (x + 10 * PX, y + 18 * PX);
        svg.text(at, Anchor::Start, Face::HEAD, inside, &group.title);
        for (row, (_, bits)) in rows.iter().enumerate() {
            let mut x = x + 10 * PX;
            let y = y + 25 * PX + row as i32 * (BIT + 4 * PX);
            for one in bits {
                let w = bit_width(one).min(inner);
                bit(svg, Frame { x, y, w, h: BIT }, one);
                x += w + 6 * PX;
            }
        }
        let at = (x + 10 * PX, y + h - 8 * PX);
        svg.text(at, Anchor::Start, Face::SMALL, inside, &group.remark);
        x += w;
        bottom = bottom.max(y + h);
    }
    bottom
}

/// Draws a bit.
fn bit(svg: &mut Svg, at: Frame, bit: &Bit) {
    let paint = match (bit.on, bit.kind) {
        (false, _) => ink::BIT_OFF,
        (_, "dirty") => ink::BIT_DIRTY,
        (_, "lock") => ink::BIT_LOCK,
        (_, "writeback") => ink::BIT_WRITEBACK,
        (_, "error") => ink::BIT_BAD,
        _ => ink::BIT_SET,
    };
    if bit.on != bit.was {
        let ring = Frame {
            x: at.x - 2 * PX,
            y: at.y - 2 * PX,
            w: at.w + 4 * PX,
            h: at.h + 4 * PX,
        };
        svg.rect(ring, 5 * PX, ink::FRESH);
    }
    svg.rect(at, 4 * PX, paint);
    let face = match (bit.on, bit.kind) {
        (false, _) => Face::BIT,
        (_, "writeback") => Face::BIT_ON.ink("#ffffff"),
        _ => Face::BIT_ON,
    };
    let words = shortened(&shown(bit), Face::BIT_ON, at.w - 12 * PX);
    let place = (at.x + at.w / 2, at.y + 13 * PX);
    svg.text(place, Anchor::Middle, face, at.w, &words);
}
