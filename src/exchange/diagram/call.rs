//! What a line of a diagram calls a step or a composite.

use crate::exchange::words::{several, store};
use crate::machine::{Actor, ActorId, Instr, Model, Operand, PageId, World};
use crate::protocol::{Era, Line, OPS, group_row, with_page};
use crate::scenario::Scenario;

/// The instruction an actor runs next, with its number; a fault handler works on the page whose
/// store faulted.
pub(super) fn standing(model: &Model, world: &World, actor: ActorId) -> Option<(u8, Instr)> {
    let instr = model.due(world, actor)?;
    Some((model.actor(world, actor).pc, instr))
}

/// A step's line of source in an era, in ASCII.
pub(super) fn step_call(scenario: &Scenario, era: Era, instr: Instr) -> String {
    let call = OPS
        .get(usize::from(instr.tag))
        .map_or("", |row| row.calls[era as usize]);
    let several = several(scenario);
    let of_page = match several {
        true => format!(" of page {}", instr.page),
        false => String::new(),
    };
    let shown = match instr.operand {
        Operand::None => String::new(),
        Operand::Sector(sector) => format!("{sector}{of_page}"),
        Operand::Store(id) => format!("{}{of_page}", store(scenario, id)),
        Operand::Space(space) => {
            let name = scenario.spaces.get(space.index());
            name.cloned().unwrap_or_default()
        }
    };
    let call = call.replace("{}", &shown);
    ascii(&match several {
        true => with_page(&call, instr.page),
        false => call,
    })
}

/// A composite's line of source in an era, in ASCII. One that has no row in the table of
/// composites is a program of the scenario, and called like a function.
pub(super) fn group_call(scenario: &Scenario, era: Era, line: &Line, page: PageId) -> String {
    let call = match group_row(&line.key) {
        Some(row) => row.calls[era as usize].to_owned(),
        None => format!("{}()", line.key),
    };
    ascii(&match several(scenario) {
        true => with_page(&call, page),
        false => call,
    })
}

/// The composites of an actor that contain an instruction, outermost first, as indexes of `lines`.
pub(super) fn groups_at(lines: &[Line], pc: u8) -> impl Iterator<Item = usize> {
    let inside = move |(_, it): &(usize, &Line)| {
        it.row.is_none() && !it.key.is_empty() && it.pcs.contains(&pc)
    };
    lines.iter().enumerate().filter(inside).map(|(at, _)| at)
}

/// The line that shows an instruction.
pub(super) fn line_at(lines: &[Line], pc: u8) -> Option<&Line> {
    let mut lines = lines.iter();
    lines.find(|it| it.row.is_some() && it.pcs.contains(&pc))
}

/// Whether an actor is still in the same round of a composite after it has gone from the instruction `before` to the
/// instruction `now`.
pub(super) fn stays(line: &Line, before: u8, now: u8) -> bool {
    line.pcs.contains(&before) && line.pcs.contains(&now) && now >= before
}

/// Whether an actor serves others: the disk, the completion, a guest's host.
pub(super) fn serves(actor: &Actor) -> bool {
    actor.code.iter().any(|it| it.op.serves())
}

/// A text in printable ASCII: a character without an ASCII likeness becomes a question mark, backquotes are left out.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' => {}
            ' '..='~' => plain.push(c),
            '\u{2026}' => plain += "...",
            '\u{b7}' => plain.push('.'),
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' => plain.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            _ if c.is_whitespace() => plain.push(' '),
            _ => plain.push('?'),
        }
    }
    plain
}
