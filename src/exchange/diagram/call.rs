//! What a line of a diagram calls a step or a composite.

use crate::exchange::words::{of_page, several, store};
use crate::machine::{
    Actor, ActorId, Instr, Model, Op, Operand, OperandKind, PageId, SectorId, World,
};
use crate::protocol::{
    ANY_CALL, Era, Line, Mark, OPS, group_row, release_function, with_page, with_sectors,
};
use crate::scenario::Scenario;

/// The instruction an actor runs next, with its number; a fault handler works on the page whose
/// store faulted.
pub(super) fn standing(model: &Model, world: &World, actor: ActorId) -> Option<(u8, Instr)> {
    let instr = model.due(world, actor)?;
    Some((model.actor(world, actor).pc, instr))
}

/// The line of source in an era of the step that an actor makes with an instruction, given with its number; in ASCII.
pub(super) fn step_call(
    scenario: &Scenario,
    era: Era,
    actor: ActorId,
    (pc, instr): (u8, Instr),
) -> String {
    let call = OPS
        .get(usize::from(instr.tag))
        .map_or("", |row| row.calls()[era as usize]);
    if call == ANY_CALL {
        // The same in each kernel, and nowhere but in its line.
        let line = line_at(&scenario.cast[actor.index()].lines, pc);
        return ascii(line.map_or("", |line| &line.text));
    }
    let several = several(scenario);
    let of_page = match several {
        true => format!(" of page {}", instr.page),
        false => String::new(),
    };
    let shown = match instr.operand {
        Operand::None | Operand::Sectors(_) => String::new(),
        Operand::Sector(sector) => format!("{sector}{of_page}"),
        Operand::Store(id) => {
            let shown = store(scenario, id);
            // A load reads whatever is there.
            let place = shown.rsplit_once(" at ").filter(|_| instr.op == Op::Load);
            format!("{}{of_page}", place.map_or(&*shown, |it| it.1))
        }
        Operand::Lock(lock) => scenario
            .locks
            .get(lock.index())
            .cloned()
            .unwrap_or_default(),
        Operand::Space(space) => match &scenario.spaces[..] {
            // There is no other address space to tell it from.
            [_] => return ascii(&call.replace(" in {}", "").replace(" to {}", "")),
            all => all.get(space.index()).cloned().unwrap_or_default(),
        },
    };
    let call = call.replace("{}", &shown);
    let call = match several {
        true => with_page(&call, instr.page),
        false => call,
    };
    ascii(&with_sectors(&call, instr.sectors()))
}

/// A composite's line of source in an era, in ASCII: the call alone, without what it comes to in that era.
pub(super) fn group_call(scenario: &Scenario, era: Era, line: &Line, page: PageId) -> String {
    let call = match line.key.as_str() {
        // Their names are those of no kernel, and depend on what they do.
        "hba" | "target" => ascii(&line.text),
        _ => whole_group_call(scenario, era, line, page),
    };
    match call.split_once(": ") {
        Some((call, _)) if call.ends_with(')') => call.to_owned(),
        _ => call,
    }
}

/// A composite's line of source in an era, in ASCII. One that has no row in the table of
/// composites is a program of the scenario, and called like a function.
pub(super) fn whole_group_call(scenario: &Scenario, era: Era, line: &Line, page: PageId) -> String {
    let call = match group_row(&line.key) {
        Some(row) => row.calls[era as usize].to_owned(),
        None => format!("{}()", line.key),
    };
    ascii(&match several(scenario) {
        true => with_page(&call, page),
        false => call,
    })
}

/// The line for all steps of a call that are not shown.
pub(super) const REST: &str = "...";

/// The line for the same done to several sectors of a page, one after the other: "sectors 0-2: DMA, check". `tags` are
/// the rows of what is done to each.
pub(super) fn sectors_call(
    scenario: &Scenario,
    era: Era,
    (low, high): (SectorId, SectorId),
    page: PageId,
    tags: &[u8],
) -> String {
    let does = tags.iter().filter_map(|tag| OPS.get(usize::from(*tag)));
    let does = does.map(|row| {
        let call = row.calls()[era as usize];
        let call = call.replace(", sector {}", "").replace(" sector {}", "");
        match call.strip_suffix(" guard").filter(|it| *it == "check") {
            Some(check) => check.to_owned(),
            None => call,
        }
    });
    let does: Vec<String> = does.collect();
    let of = of_page(scenario, page);
    ascii(&format!("sectors {low}-{high}{of}: {}", does.join(", ")))
}

/// The remark for a line that is left out of a program, or moved down: "(no wait_on_page_writeback)".
pub(super) fn left_out_call(scenario: &Scenario, era: Era, line: &Line) -> String {
    let call = release_function(&line.key, era).unwrap_or_else(|| line.text.clone());
    // Of a line with several calls the first; the space stands behind them.
    let first = call
        .split(", ")
        .next()
        .unwrap_or(&call)
        .replace(" in {}", "");
    let space = line.text.rsplit_once(" in ").map(|it| it.1);
    let name = match line.row.map(|row| OPS[row].op.operand()) {
        Some(OperandKind::Space) if scenario.spaces.len() > 1 => {
            format!("{first} in {}", space.unwrap_or_default())
        }
        _ => {
            let function = first.strip_suffix("()").unwrap_or(&first);
            match function.contains(['(', ' ']) {
                true => format!("\"{function}\""),
                false => function.to_owned(),
            }
        }
    };
    let yet = match line.mark {
        Mark::MovedAway => " yet",
        _ => "",
    };
    ascii(&format!("(no {name}{yet})"))
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
