//! The rows of an actor's program: which lines are shown, which composites are unfolded, which line is current.

use crate::machine::Actor;
use crate::protocol::{Line, Mark};

use super::press::is_open;

/// Composites with more lines than this show only those around the current one.
const MAX_CHILDREN: usize = 6;

/// Where an actor is in its program.
#[derive(Clone, Copy)]
pub struct ProgramPosition {
    /// The instruction that it will run next.
    pub pc: u8,
    /// The store that faulted, while its fault is handled.
    pub retry: Option<u8>,
    /// Whether the next press takes a composite as a whole, which is then folded where the actor stands before it.
    pub calls: bool,
}

/// Where a line stands relative to its actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    Done,
    Current,
    /// A store that has faulted and will be run again.
    Faulted,
    Ahead,
}

/// A row: a line, or the place of some that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRow {
    /// The index of the line; where lines are left out, of the first of them.
    pub line: usize,
    pub depth: u8,
    pub text: String,
    pub mark: Mark,
    pub place: LineState,
    pub handler: bool,
    /// For a composite: whether it is unfolded.
    pub open: Option<bool>,
    /// How many lines are left out here; 0 for a row that is a line.
    pub omitted: usize,
}

/// The most rows of a program, around the current one. So a card keeps its height while its actor goes on, and the
/// cards below it keep their places.
pub const SHOWN: usize = 8;
/// The most rows where actors wait for each other, so that the whole circle can be seen at once.
pub const STUCK: usize = 3;

/// The rows to show. `by_hand` has the composites that the visitor has folded or unfolded: line, and whether it is open. Of more than `most`
/// rows only those around the current one are shown.
pub fn rows(
    lines: &[Line],
    actor: &Actor,
    position: ProgramPosition,
    by_hand: &[(usize, bool)],
    most: usize,
) -> Vec<ProgramRow> {
    let mut rows = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        at = add_rows(lines, at, actor, position, by_hand, &mut rows);
    }
    match rows.len() <= most {
        true => rows,
        false => around_current(rows, most),
    }
}

/// Only the rows around the innermost current one, those that were edited and those that faulted;
/// each stretch of others is one row.
fn around_current(rows: Vec<ProgramRow>, most: usize) -> Vec<ProgramRow> {
    let current = rows.iter().rposition(|row| row.place == LineState::Current);
    let current = current.unwrap_or(0);
    let always = |row: &ProgramRow| {
        let edited = !matches!(row.mark, Mark::Kept | Mark::NotYet | Mark::Elsewhere);
        edited || matches!(row.place, LineState::Current | LineState::Faulted)
    };
    let mut kept: Vec<bool> = rows.iter().map(always).collect();
    // The composites that the current row is in.
    let mut depth = rows[current].depth;
    for at in (0..current).rev() {
        kept[at] |= rows[at].depth < depth;
        depth = depth.min(rows[at].depth);
    }
    // Twice as many of those ahead as of those behind.
    let near = (1..rows.len()).flat_map(|distance| {
        [
            current + 2 * distance - 1,
            current + 2 * distance,
            current.wrapping_sub(distance),
        ]
    });
    for at in near {
        // A row that stands for others already is joined to those left out beside it.
        if kept.get(at) != Some(&false) || rows[at].omitted > 0 {
            continue;
        }
        kept[at] = true;
        let stretches = kept.chunk_by(|one, other| one == other).filter(|it| !it[0]);
        let shown = kept.iter().filter(|it| **it).count();
        if shown + stretches.count() > most {
            kept[at] = false;
            break;
        }
    }
    // A row in place of a single one would take as much room as that one.
    for at in 0..kept.len() {
        let beside = |other: usize| kept.get(other).copied().unwrap_or(true);
        kept[at] |= beside(at.wrapping_sub(1)) && beside(at + 1);
    }
    let mut near: Vec<ProgramRow> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let hides = !kept[at];
        match near.last_mut() {
            Some(last) if hides && last.omitted > 0 => last.omitted += row.omitted.max(1),
            _ if hides => near.push(ProgramRow {
                omitted: row.omitted.max(1),
                open: None,
                depth: 0,
                mark: Mark::Kept,
                ..row
            }),
            _ => near.push(row),
        }
    }
    near
}

/// Adds the rows of the line at an index and of the lines below it; returns the next index on its level.
fn add_rows(
    lines: &[Line],
    at: usize,
    actor: &Actor,
    position: ProgramPosition,
    by_hand: &[(usize, bool)],
    rows: &mut Vec<ProgramRow>,
) -> usize {
    let line = &lines[at];
    let below = lines[at + 1..].iter();
    let end = at + 1 + below.take_while(|it| it.depth > line.depth).count();
    let inside = is_in(line, actor, position);
    let chosen = by_hand.iter().find(|(line, _)| *line == at);
    let chosen = chosen.map(|(_, open)| *open);
    let unfolds = line.row.is_none() && !line.key.is_empty();
    let before = position.calls && pc_for(line, position) == line.pcs.start;
    let by_itself = unfolds && (inside && !before || is_open(lines, at));
    let open = unfolds.then(|| chosen.unwrap_or(by_itself) && line.mark != Mark::MovedAway);
    let place = if inside && (line.row.is_some() || open == Some(false)) {
        match position.retry.is_some() && !line.handler {
            true => LineState::Faulted,
            false => LineState::Current,
        }
    } else if done(line, actor, position) {
        LineState::Done
    } else {
        LineState::Ahead
    };
    let row = |line: usize, place, open, omitted| ProgramRow {
        line,
        depth: lines[line].depth,
        text: lines[line].text.clone(),
        mark: lines[line].mark,
        place,
        handler: lines[line].handler,
        open,
        omitted,
    };
    rows.push(row(at, place, open, 0));
    if open != Some(true) {
        return end;
    }
    let shown_by_hand = chosen == Some(true);
    let current = (at + 1..end).find(|child| is_in(&lines[*child], actor, position));
    let long = end - at - 1 > MAX_CHILDREN && !shown_by_hand;
    let near = |child: usize| {
        let edited = lines[child].mark != Mark::Kept;
        !long || edited || current.is_some_and(|it| child.abs_diff(it) <= 1)
    };
    let mut child = at + 1;
    while child < end {
        if near(child) {
            child = add_rows(lines, child, actor, position, by_hand, rows);
            continue;
        }
        let first = child;
        while child < end && !near(child) {
            child += 1;
        }
        let place = if done(&lines[child - 1], actor, position) {
            LineState::Done
        } else {
            LineState::Ahead
        };
        rows.push(row(first, place, None, child - first));
    }
    end
}

/// Whether the actor is in the line.
fn is_in(line: &Line, actor: &Actor, position: ProgramPosition) -> bool {
    let over = position.retry.is_none() && position.pc >= actor.main;
    line.pcs.contains(&pc_for(line, position)) && !over
}

/// The actor's pc in the part that a line belongs to: the program, or the handler of its faults.
fn pc_for(line: &Line, position: ProgramPosition) -> u8 {
    match position.retry {
        Some(store) if !line.handler => store,
        _ => position.pc,
    }
}

/// Whether the actor has passed the line.
fn done(line: &Line, actor: &Actor, position: ProgramPosition) -> bool {
    let finished = position.retry.is_none() && position.pc >= actor.main;
    let past = line.pcs.end <= pc_for(line, position);
    line.mark.runs()
        && match line.handler {
            true => finished || position.retry.is_some() && past,
            false => past,
        }
}
