//! What a single step is worth: the same scenario without it.

use std::sync::Arc;

use crate::machine::ActorId;
use serde::{Deserialize, Serialize};

use crate::protocol::{Edit, Place, Program, instructions, place_of};
use crate::scenario::{Scenario, Variant, load_variant, programs};

use super::deeds::Profile;
use super::mutants::{Mutant, ProgramOwner, Trial};
use super::space::Limits;
use super::verdicts::Verdicts;

/// Most states looked at without one step; they take some 50 ms.
const MOST_STATES: usize = 20_000;

/// What comes of leaving a step out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Without {
    /// The step: its actor and instruction.
    pub step: (ActorId, u8),
    /// What comes of it; none where the edit cannot be made.
    pub mutant: Option<Mutant>,
    /// The verdicts that can be reached with the step.
    pub before: Verdicts,
}

/// Whether a step can be left out, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Omission {
    /// It can, by this edit.
    By(Edit),
    /// It cannot, being a step of the device: whatever the kernel does, the device makes it.
    Device,
    /// It cannot, being what a user's program wants of the kernel: without it there would be nothing
    /// to see.
    User,
}

/// How the step behind an actor's instruction would be left out, of a scenario whose actors run
/// these programs; none where there is no such instruction.
pub fn omission(
    scenario: &Scenario,
    programs: &[Program],
    actor: ActorId,
    pc: u8,
) -> Option<Omission> {
    let (program, at) = program_of(scenario, programs, actor, pc)?;
    Some(match ProgramOwner::of(scenario, programs, program) {
        ProgramOwner::Kernel | ProgramOwner::Lines => {
            Omission::By(Edit::Drop(place_of(program, at)?))
        }
        ProgramOwner::Device => Omission::Device,
        ProgramOwner::User => Omission::User,
    })
}

/// The step behind an actor's instruction as an edit names it, of a scenario whose actors run these programs; with the key
/// of a composite, that composite around it.
pub fn step_place(
    scenario: &Scenario,
    programs: &[Program],
    (actor, pc): (ActorId, u8),
    group: &str,
) -> Option<Place> {
    let (program, at) = program_of(scenario, programs, actor, pc)?;
    match group {
        "" => place_of(program, at),
        key => Some(Place {
            program: program.name.clone(),
            step: key.to_owned(),
            nth: None,
        }),
    }
}

/// The program that an actor's instruction belongs to, and the instruction's place in that program.
/// `programs` lists what all actors run in the order of the actors: the code of an actor is that of
/// its programs, one after the other.
fn program_of<'a>(
    scenario: &Scenario,
    programs: &'a [Program],
    actor: ActorId,
    pc: u8,
) -> Option<(&'a Program, usize)> {
    let before = scenario.model.actors.iter().take(actor.index());
    let mut left = before.map(|actor| actor.code.len()).sum::<usize>() + usize::from(pc);
    if usize::from(pc) >= scenario.model.actors.get(actor.index())?.code.len() {
        return None;
    }
    for program in programs {
        let many = instructions(program);
        if left < many {
            return Some((program, left));
        }
        left -= many;
    }
    None
}

/// A step being left out, in slices.
pub struct WithoutWork {
    step: (ActorId, u8),
    before: Verdicts,
    trial: Option<Trial>,
}

impl WithoutWork {
    /// Leaves out the step behind an actor's instruction, of a scenario that was loaded from this
    /// text with this variant, has the verdicts `before` and comes to `profile`, if that is known. None where it cannot be left out:
    /// [`omission`] says why.
    pub fn new(
        scenario: &Scenario,
        text: &str,
        variant: &Variant,
        step: (ActorId, u8),
        before: Verdicts,
        profile: Option<Arc<Profile>>,
    ) -> Option<WithoutWork> {
        let programs = programs(text, variant).ok()?;
        let Omission::By(edit) = omission(scenario, &programs, step.0, step.1)? else {
            return None;
        };
        let mut variant = variant.clone();
        variant.edits.push(edit.clone());
        let changed = load_variant(&scenario.slug, text, &variant).ok();
        Some(WithoutWork {
            step,
            before,
            trial: changed.map(|changed| Trial::new(edit, changed, Limits::NONE, profile)),
        })
    }

    /// Looks at up to `states` more states. Returns what comes of leaving the step out once that is
    /// known, or `MOST_STATES` were looked at.
    pub fn advance(&mut self, states: usize) -> Option<Without> {
        let mutant = match &mut self.trial {
            Some(trial) => Some(trial.advance(states, MOST_STATES)?),
            None => None,
        };
        Some(Without {
            step: self.step,
            mutant,
            before: self.before,
        })
    }
}

/// What comes of leaving a step out, as [`WithoutWork`] finds it, in one go. None where the step cannot
/// be left out.
pub fn without(
    scenario: &Scenario,
    text: &str,
    variant: &Variant,
    step: (ActorId, u8),
    before: Verdicts,
) -> Option<Without> {
    let mut work = WithoutWork::new(scenario, text, variant, step, before, None)?;
    loop {
        if let Some(found) = work.advance(MOST_STATES) {
            return Some(found);
        }
    }
}
