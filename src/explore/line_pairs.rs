//! The lines of an actor in two orderings that differ by changes: which is which.

use crate::protocol::{Line, Mark};

/// A line that is a step, and where it stands in the code of either ordering.
pub(super) struct Pair {
    /// The line, by its place among the actor's.
    pub(super) line: usize,
    /// The line that was changed: this one, or the composite around it.
    pub(super) owner: usize,
    pub(super) mark: Mark,
    pub(super) here: Option<u8>,
    pub(super) there: Option<u8>,
}

/// The lines that are steps, each with what was done to it or to a composite around it, and to which.
fn steps(lines: &[Line]) -> Vec<(usize, Mark, usize)> {
    let mut around: Vec<(u8, Mark, usize)> = Vec::new();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        around.retain(|(depth, ..)| *depth < line.depth);
        let (mark, owner) = match (line.mark, around.last()) {
            // What was done to a composite holds for its lines, those of other kernels among them.
            (Mark::Kept | Mark::NotYet, Some((_, mark, owner))) if *mark != Mark::Kept => {
                (*mark, *owner)
            }
            (own, _) => (own, at),
        };
        around.push((line.depth, mark, owner));
        if line.row.is_some() {
            found.push((at, mark, owner));
        }
    }
    found
}

/// The line at the outermost level that a line is, or is part of.
pub(super) fn outermost(lines: &[Line], line: usize) -> usize {
    let above = lines[..=line].iter().rposition(|it| it.depth == 0);
    above.unwrap_or(line)
}

/// The lines of an actor in both orderings; none where they do not correspond.
pub(super) fn pairs(here: &[Line], there: &[Line]) -> Option<Vec<Pair>> {
    let pc = |line: &Line| (!line.pcs.is_empty()).then_some(line.pcs.start);
    let mut others = steps(there).into_iter();
    let mut all: Vec<Pair> = Vec::new();
    let mut come = Vec::new();
    for (at, mark, owner) in steps(here) {
        let mut pair = Pair {
            line: at,
            owner,
            mark,
            here: pc(&here[at]),
            there: None,
        };
        if matches!(mark, Mark::MovedHere | Mark::Inserted) {
            come.push(pair);
            continue;
        }
        let (other, ..) = others.next()?;
        if there[other].key != here[at].key {
            return None;
        }
        pair.there = pc(&there[other]);
        all.push(pair);
    }
    if others.next().is_some() {
        return None;
    }
    // A line that was moved is one line, with the places it has in either ordering.
    for pair in come {
        let key = &here[pair.line].key;
        let away = all.iter_mut().find(|it| {
            it.mark == Mark::MovedAway && it.here.is_none() && here[it.line].key == *key
        });
        match away.filter(|_| pair.mark == Mark::MovedHere) {
            Some(away) => {
                *away = Pair {
                    there: away.there,
                    ..pair
                }
            }
            None => all.push(pair),
        }
    }
    Some(all)
}
