//! What stands beside a line: the result of its steps, guards that differ, broken rules, and who sleeps on what.
//!
//! Results follow an arrow, remarks stand in square brackets, waits in angle brackets.

use std::ops::Range;

use super::call::{ascii, standing};
use crate::exchange::narration::{hex, world_before};
use crate::exchange::words::{sectors, thing};
use crate::explore::Story;
use crate::machine::{
    ActorId, Effect, Model, Op, PageId, SectorId, Stage, Violation, Wait, World, ways,
};
use crate::protocol::{Mark, OPS, OpRow};
use crate::scenario::Scenario;

/// "<blocks on PG_writeback of page 1, behind fsync1>".
pub(super) fn blocked(scenario: &Scenario, wait: Wait) -> String {
    let holder = wait.holder.and_then(|it| scenario.cast.get(it.index()));
    let behind = holder.map_or("nobody", |it| it.name.as_str());
    let on = thing(scenario, wait.on, wait.which);
    ascii(&format!("<blocks on {on}, behind {behind}>"))
}

/// Which way a step goes that has several, in a word or two; none where there is one way.
/// Different ways have different words.
pub(super) fn way(model: &Model, world: &World, actor: ActorId, way: u8) -> Option<String> {
    if ways(model, world, actor) < 2 {
        return None;
    }
    let (_, instr) = standing(model, world, actor)?;
    let words = match instr.op {
        Op::Choose => {
            let ways = OPS.get(instr.tag as usize).and_then(OpRow::ways)?;
            ways.names.get(way as usize)?.to_string()
        }
        op => {
            let stage = match op {
                Op::TakeRequest => Stage::Queued,
                Op::BioEndio => Stage::Done,
                _ => Stage::Passed,
            };
            let mut of_stage = model
                .bio_ids()
                .filter(|it| model.bio(world, *it).stage == stage);
            let bio = of_stage.nth(way.into())?;
            let mut inside = model
                .page_ids()
                .filter(|it| model.page(world, *it).bio == Some(bio));
            match inside.next() {
                Some(page) => format!("bio of page {page}"),
                None => format!("bio {bio}"),
            }
        }
    };
    Some(words)
}

/// The result of the steps of one line, where it is not the usual one: which way was taken, or that a lock was busy, a
/// page clean, a wait unnecessary.
pub(super) fn result(scenario: &Scenario, story: &Story, steps: Range<usize>) -> Option<String> {
    let first = story.steps.get(steps.start)?;
    let before = world_before(scenario, story, steps.start);
    let chosen = way(
        &scenario.model,
        &before,
        first.choice.actor,
        first.choice.way,
    );
    if steps.len() == 1 && chosen.is_some() {
        return chosen;
    }
    let (_, instr) = standing(&scenario.model, &before, first.choice.actor)?;
    let asserts = instr.op == Op::AssertNoWriteback;
    let told = story.steps.get(steps)?;
    let mut effects = told.iter().flat_map(|it| &it.effects);
    let text = effects.find_map(|effect| {
        Some(match effect {
            Effect::Faulted { .. } => "write fault",
            Effect::LockBusy { .. } => "busy",
            Effect::NotDirty { .. } => "clean",
            Effect::NoWriteback { .. } if !asserts => "no wait",
            Effect::WritebackIgnored { .. } => "set, but no wait",
            Effect::FellAsleep { .. } => "sleeps",
            Effect::Woke { .. } => "woken",
            Effect::PteChanged { .. } => "PTE has changed",
            Effect::MappingChecked { gone: true, .. } => "gone",
            Effect::Ended { failed: true, .. } => "error",
            Effect::FsyncReturned { failed: true, .. } => "error",
            Effect::FsyncReturned { failed: false, .. } => "0",
            _ => return None,
        })
    })?;
    Some(text.to_owned())
}

/// The remarks on the steps of one line, each in its brackets.
pub(super) fn notes(
    scenario: &Scenario,
    story: &Story,
    steps: Range<usize>,
    mark: Option<Mark>,
) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    match mark {
        Some(Mark::MovedHere) => said.push("moved here".to_owned()),
        Some(Mark::Inserted) => said.push("added".to_owned()),
        _ => {}
    }
    for step in steps.clone() {
        for effect in &story.steps[step].effects {
            let text = remark(scenario, story, steps.clone(), step, effect);
            said.extend(text.filter(|it| !said.contains(it)));
        }
    }
    for (invariant, step) in &story.broken {
        if step.checked_sub(1).is_some_and(|it| steps.contains(&it)) {
            let (number, name) = invariant.name();
            said.push(format!("breaks {number}: {name}"));
        }
    }
    said.iter().map(|it| format!("[{}]", ascii(it))).collect()
}

/// The remark on an effect of one of a line's steps, if it is worth one.
fn remark(
    scenario: &Scenario,
    story: &Story,
    steps: Range<usize>,
    step: usize,
    effect: &Effect,
) -> Option<String> {
    let guard = |content| hex(scenario.model.contents.guard(content));
    let name = |page: PageId, sector: SectorId| sectors(scenario, page, &[sector]);
    Some(match *effect {
        // A folded line that computes many guards shows only those of sectors that change later or are refused.
        Effect::Guarded {
            page,
            sector,
            content,
        } if steps.len() == 1 || matters(story, page, sector) => {
            // A file system's checksum is none of the guards of T10 PI, which alone are computed here.
            match key(scenario, story, step) {
                "csum_data" => format!("checksum of {} taken", name(page, sector)),
                _ => format!("guard of {}: 0x{}", name(page, sector), guard(content)),
            }
        }
        Effect::Stored {
            page,
            sector,
            from,
            to,
            ..
        } if from != to => name(page, sector),
        Effect::Checked {
            page,
            sector,
            received,
            computed,
            matched: false,
            ..
        } => format!(
            "{}: guard 0x{}, data 0x{}",
            name(page, sector),
            guard(received),
            guard(computed)
        ),
        Effect::Broke(Violation::UnstableWrite { page, sector }) => {
            format!("{}: other bytes than were submitted", name(page, sector))
        }
        Effect::Broke(Violation::Checksum { page, sector, .. }) => {
            format!("{}: checksum of other bytes", name(page, sector))
        }
        Effect::Broke(Violation::Assertion { what, .. }) => format!("BUG: {}", what.meaning()),
        Effect::Broke(Violation::Trap { .. }) => "traps: the mapping is read-only".to_owned(),
        _ => return None,
    })
}

/// The key of the step made at a place of the run.
fn key(scenario: &Scenario, story: &Story, step: usize) -> &'static str {
    let before = world_before(scenario, story, step);
    let actor = story.steps[step].choice.actor;
    let instr = standing(&scenario.model, &before, actor);
    instr.map_or("", |(_, instr)| OPS[usize::from(instr.tag)].key)
}

/// Whether a store changes a sector in this run, or a check refuses it.
fn matters(story: &Story, page: PageId, sector: SectorId) -> bool {
    let mut effects = story.steps.iter().flat_map(|it| &it.effects);
    effects.any(|it| match *it {
        Effect::Stored {
            page: p,
            sector: s,
            from,
            to,
            ..
        } => (p, s) == (page, sector) && from != to,
        Effect::Checked {
            page: p,
            sector: s,
            matched: false,
            ..
        } => (p, s) == (page, sector),
        _ => false,
    })
}
