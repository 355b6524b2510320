//! What stands beside a line: the result of its steps, what it does to others, guards that differ, and who sleeps on what.
//!
//! Results follow an arrow (`->`), what the eye needs stands behind one that points back (`<-`), figures in square
//! brackets, waits in angle brackets.

use std::ops::Range;

use super::call::{ascii, standing};
use crate::exchange::narration::{hex, world_before};
use crate::exchange::words::{release_words, sectors, thing};
use crate::explore::Story;
use crate::machine::{
    ActorId, Effect, Model, Op, PageId, Protection, SectorId, SpaceId, Stage, Violation, Wait,
    World, ways,
};
use crate::protocol::{Era, Mark, OPS, OpRow, release_function};
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
                .map(|page| (page, model.sectors_in(world, bio, page)))
                .filter(|(_, sectors)| *sectors != 0);
            match inside.next() {
                Some((page, sectors)) if model.in_parts() => {
                    format!(
                        "bio of page {page} from sector {}",
                        sectors.trailing_zeros()
                    )
                }
                Some((page, _)) => format!("bio of page {page}"),
                None => format!("bio {bio}"),
            }
        }
    };
    Some(words)
}

/// The result of the steps of one line, where it is not the usual one: which way was taken, or that a lock was busy, a
/// page clean, a wait unnecessary.
pub(super) fn result(
    scenario: &Scenario,
    story: &Story,
    era: Era,
    steps: Range<usize>,
) -> Option<String> {
    let first = story.steps.get(steps.start)?;
    let before = world_before(scenario, story, steps.start);
    let chosen = way(
        &scenario.model,
        &before,
        first.choice.actor,
        first.choice.way,
    );
    if steps.len() == 1 && chosen.is_some() {
        return chosen.map(|it| release_words(&it, era));
    }
    let (_, instr) = standing(&scenario.model, &before, first.choice.actor)?;
    let asserts = instr.op == Op::AssertNoWriteback;
    let told = story.steps.get(steps)?;
    let mut effects = told.iter().flat_map(|it| &it.effects);
    let text = effects.find_map(|effect| {
        Some(match effect {
            Effect::Faulted { .. } => "write fault",
            Effect::LockBusy { .. } => "busy",
            Effect::ReadChecked { matched: false, .. } => "differs",
            Effect::LockRefused { .. } => "busy",
            Effect::LockQueued { .. } => "waits to write",
            Effect::NotDirty { .. } => "clean",
            Effect::NoWriteback { .. } if !asserts => NO_WAIT,
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

/// The result of a wait that was none.
pub(super) const NO_WAIT: &str = "no wait";

/// The remark on a line that stands where the correct ordering does not have it.
pub(super) fn changed(mark: Mark) -> Option<String> {
    match mark {
        Mark::MovedHere => Some("<- moved here".to_owned()),
        Mark::Inserted => Some("<- added".to_owned()),
        _ => None,
    }
}

/// The remarks on the steps of one line: what the eye needs behind an arrow, figures in brackets.
pub(super) fn notes(
    scenario: &Scenario,
    story: &Story,
    era: Era,
    steps: Range<usize>,
    mark: Option<Mark>,
) -> Vec<String> {
    let mut said: Vec<String> = mark.and_then(changed).into_iter().collect();
    let cleaned = |it: &Effect| matches!(it, Effect::Cleaned { .. });
    let told = story.steps.get(steps.clone()).unwrap_or_default();
    let many = told
        .iter()
        .flat_map(|it| &it.effects)
        .filter(|it| cleaned(it));
    match many.count() {
        0 => {}
        1 => said.push("<- PTE is read-only from here".to_owned()),
        _ => said.push("<- PTEs are read-only from here".to_owned()),
    }
    for step in steps.clone() {
        for effect in &story.steps[step].effects {
            let text = match *effect {
                Effect::MadeWritable { page, space } => undone(story, step, page, space)
                    .then(|| release_function("page_mkclean", era))
                    .flatten()
                    .map(|name| format!("<- undoes {}", name.trim_end_matches("()"))),
                _ => remark(scenario, story, step, effect)
                    .map(|it| format!("[{}]", ascii(&release_words(&it, era)))),
            };
            said.extend(text.filter(|it| !said.contains(it)));
        }
    }
    said
}

/// Whether a PTE that a step makes writable was made read-only for an I/O that is not over.
fn undone(story: &Story, step: usize, page: PageId, space: SpaceId) -> bool {
    let before = story.steps[..step].iter().flat_map(|it| &it.effects);
    let mut cleaned = false;
    for effect in before {
        match *effect {
            Effect::Cleaned {
                page: of,
                space: at,
                ..
            } if (of, at) == (page, space) => cleaned = true,
            Effect::WritebackCleared { page: of, .. } | Effect::IoEnded { page: of, .. }
                if of == page =>
            {
                cleaned = false;
            }
            _ => {}
        }
    }
    cleaned
}

/// The remark on an effect of one of a line's steps, if it is worth one.
fn remark(scenario: &Scenario, story: &Story, step: usize, effect: &Effect) -> Option<String> {
    let guard = |content| hex(scenario.model.contents.guard(content));
    let name = |page: PageId, sector: SectorId| sectors(scenario, page, &[sector]);
    Some(match *effect {
        // Of many guards only those of sectors that change later or are refused are shown.
        Effect::Guarded {
            page,
            sector,
            content,
        } if matters(story, page, sector) => {
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
            let other = match scenario.model.protection {
                Protection::Parity => "parity is of other bytes",
                Protection::Mirror => "the first leg has other bytes",
                _ => "other bytes than were submitted",
            };
            format!("{}: {other}", name(page, sector))
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
