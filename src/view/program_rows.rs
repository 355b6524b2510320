//! Which lines of an actor's program are shown, and how: folding, the current line, what is done.

use crate::machine::Actor;
use crate::protocol::{Line, Mark};

/// Composites with more children than this show only those around the current one.
const WHOLE: usize = 6;

/// Where an actor is in its program.
#[derive(Clone, Copy)]
pub struct ProgramPosition {
    /// The instruction it will run next.
    pub pc: u8,
    /// While a fault is handled, the store that faulted.
    pub retry: Option<u8>,
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

/// A line as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRow {
    /// Index of the line; the first of those left out for [`ProgramRow::omitted`].
    pub line: usize,
    pub depth: u8,
    pub text: String,
    pub mark: Mark,
    pub place: LineState,
    pub handler: bool,
    /// For a composite: whether it is unfolded.
    pub open: Option<bool>,
    /// How many lines are left out here, if the row stands for some.
    pub omitted: usize,
}

/// Programs with more rows than this show only so many, around the current one: a card keeps its height while
/// its actor goes on, and what stands below it its place.
pub const SHOWN: usize = 8;
/// So many where actors wait for each other: the whole circle is to be seen at once.
pub const STUCK: usize = 3;

/// The rows to show. `toggled` holds composites the visitor has folded or unfolded by hand; `most` is how many
/// rows a program may have before only those around the current one are shown.
pub fn rows(
    lines: &[Line],
    actor: &Actor,
    state: ProgramPosition,
    toggled: &[usize],
    most: usize,
) -> Vec<ProgramRow> {
    let mut rows = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        at = visit(lines, at, actor, state, toggled, &mut rows);
    }
    match rows.len() <= most {
        true => rows,
        false => near(rows, most),
    }
}

/// Only the rows around the innermost current one, those that were edited and those that faulted;
/// each stretch of others is one row.
fn near(rows: Vec<ProgramRow>, most: usize) -> Vec<ProgramRow> {
    let current = rows.iter().rposition(|it| it.place == LineState::Current);
    let current = current.unwrap_or(0);
    let always = |row: &ProgramRow| {
        let edited = !matches!(row.mark, Mark::Kept | Mark::NotYet | Mark::Elsewhere);
        edited || matches!(row.place, LineState::Current | LineState::Faulted)
    };
    let mut kept: Vec<bool> = rows.iter().map(always).collect();
    // The functions it is in.
    let mut depth = rows[current].depth;
    for at in (0..current).rev() {
        kept[at] |= rows[at].depth < depth;
        depth = depth.min(rows[at].depth);
    }
    // Twice as many of those ahead as of those behind.
    let near = (1..rows.len()).flat_map(|it| {
        [
            current + 2 * it - 1,
            current + 2 * it,
            current.wrapping_sub(it),
        ]
    });
    for at in near {
        // One that stands for others already joins those left out beside it.
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
    // A row that stands for a single one would take as much room.
    for at in 0..kept.len() {
        let beside = |it: usize| kept.get(it).copied().unwrap_or(true);
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

/// Shows the line at an index with what is below it; returns the next index on its level.
fn visit(
    lines: &[Line],
    at: usize,
    actor: &Actor,
    state: ProgramPosition,
    toggled: &[usize],
    rows: &mut Vec<ProgramRow>,
) -> usize {
    let line = &lines[at];
    let below = lines[at + 1..].iter();
    let end = at + 1 + below.take_while(|it| it.depth > line.depth).count();
    let inside = holds(line, actor, state);
    let place = if inside && line.row.is_some() {
        match state.retry.is_some() && !line.handler {
            true => LineState::Faulted,
            false => LineState::Current,
        }
    } else if done(line, actor, state) {
        LineState::Done
    } else {
        LineState::Ahead
    };
    let edited = lines[at + 1..end].iter().any(|it| it.mark != Mark::Kept);
    let by_itself = inside || edited || line.handler;
    let unfolds = line.row.is_none() && !line.key.is_empty();
    let open =
        unfolds.then(|| (by_itself != toggled.contains(&at)) && line.mark != Mark::MovedAway);
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
    let shown_by_hand = toggled.contains(&at);
    let current = (at + 1..end).find(|child| holds(&lines[*child], actor, state));
    let long = end - at - 1 > WHOLE && !shown_by_hand;
    let near = |child: usize| {
        let edited = lines[child].mark != Mark::Kept;
        !long || edited || current.is_some_and(|it| child.abs_diff(it) <= 1)
    };
    let mut child = at + 1;
    while child < end {
        if near(child) {
            child = visit(lines, child, actor, state, toggled, rows);
            continue;
        }
        let first = child;
        while child < end && !near(child) {
            child += 1;
        }
        let place = if done(&lines[child - 1], actor, state) {
            LineState::Done
        } else {
            LineState::Ahead
        };
        rows.push(row(first, place, None, child - first));
    }
    end
}

/// Whether the actor stands in the line.
fn holds(line: &Line, actor: &Actor, state: ProgramPosition) -> bool {
    let over = state.retry.is_none() && state.pc >= actor.main;
    line.pcs.contains(&main_pc(line, state)) && !over
}

/// Where the actor is in the part, program or handler, that a line belongs to.
fn main_pc(line: &Line, state: ProgramPosition) -> u8 {
    match state.retry {
        Some(store) if !line.handler => store,
        _ => state.pc,
    }
}

fn done(line: &Line, actor: &Actor, state: ProgramPosition) -> bool {
    let finished = state.retry.is_none() && state.pc >= actor.main;
    let past = line.pcs.end <= main_pc(line, state);
    line.mark.runs()
        && match line.handler {
            true => finished || state.retry.is_some() && past,
            false => past,
        }
}
