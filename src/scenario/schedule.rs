//! The small language of opening schedules.
//!
//! A line names an actor and how far it goes: `writer 3` (so many steps), `flusher through
//! unlock_page` (up to and including that step or composite, by its key), `flusher way 1` (one
//! step, the other way), `disk until stuck` (until it sleeps, idles or is finished).

use crate::machine::{ActorId, Choice, Effect, Model, Op, Status, Violation, World, status, step};
use crate::protocol::{OPS, TextError, Token, did_you_mean, group_row, op_number};

use super::loaded::Cast;

/// Most steps one line may make; a program that loops for ever stops here.
const MOST: usize = 2000;

/// A run that is made line by line: an opening schedule, or a moment of a lesson.
pub struct Run<'a> {
    model: &'a Model,
    cast: &'a [Cast],
    world: World,
    /// Where somebody has stopped the kernel: what it says then, and at whose step.
    stop: Option<String>,
    /// The choices made so far.
    pub choices: Vec<Choice>,
}

impl<'a> Run<'a> {
    /// The run without a step.
    pub fn new(model: &'a Model, cast: &'a [Cast]) -> Run<'a> {
        Run::after(model, cast, &[])
    }

    /// The run that has made these steps, each of which must be possible.
    pub fn after(model: &'a Model, cast: &'a [Cast], made: &[Choice]) -> Run<'a> {
        let go = |world, choice: &Choice| step(model, &world, *choice).0;
        Run {
            model,
            cast,
            world: made.iter().fold(model.initial, go),
            stop: None,
            choices: made.to_vec(),
        }
    }

    /// Makes the steps of one line, given with its words.
    ///
    /// # Errors
    /// [`TextError`] at the word that is wrong; the steps before are made.
    pub fn line(&mut self, line: &str, words: &[Token]) -> Result<(), TextError> {
        let (model, cast) = (self.model, self.cast);
        let wrong = |word: usize, reason: String| {
            let at = words.get(word).and_then(|word| word.at);
            TextError {
                reason,
                at,
                before: None,
            }
        };
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let Some((name, rest)) = texts.split_first() else {
            return Err(wrong(0, form(line)));
        };
        let actor = cast.iter().position(|actor| actor.name == *name);
        let actor = actor.ok_or_else(|| wrong(0, no_actor(cast, name)))?;
        let shown = &cast[actor].lines;
        let actor = ActorId::at(actor);
        let mut choice = Choice::of(actor);
        let goal = match rest {
            ["until", "stuck"] => Goal::Stuck,
            ["through", key] => {
                let mut own = shown.iter().map(|line| line.key.as_str());
                if op_number(key).is_none()
                    && group_row(key).is_none()
                    && own.all(|own| own != *key)
                {
                    let own = shown.iter().map(|line| line.key.as_str());
                    let near = did_you_mean(key, own.chain(OPS.iter().map(|row| row.key)));
                    return Err(wrong(2, format!("there is no step \"{key}\"{near}")));
                }
                Goal::Through(key)
            }
            ["way", way] => {
                choice.way = way.parse().map_err(|_| wrong(2, form(line)))?;
                Goal::Count(1)
            }
            [count] => Goal::Count(count.parse().map_err(|_| wrong(1, form(line)))?),
            _ => return Err(wrong(1, form(line))),
        };
        let mut made = 0;
        let mut faulted = false;
        loop {
            if goal == Goal::Count(made) {
                return Ok(());
            }
            let now = status(model, &self.world, actor);
            if now != Status::Ready {
                return match goal {
                    Goal::Stuck => Ok(()),
                    _ => Err(wrong(0, self.standstill(name, made, now))),
                };
            }
            if made >= MOST {
                let reason = endless(name, faulted && !maps_writable(model, actor));
                return Err(wrong(0, reason));
            }
            let pc = model.actor(&self.world, actor).pc;
            faulted |= usize::from(pc) >= model.actors[actor.index()].main.into();
            let code = &model.actors[actor.index()].code;
            let tag = code.get(usize::from(pc)).map(|instr| instr.tag);
            let (next, effects) = step(model, &self.world, choice);
            if next == self.world {
                return Err(wrong(1, format!("{name} has no such way here")));
            }
            self.world = next;
            self.choices.push(choice);
            made += 1;
            if let Some(what) = effects.iter().find_map(stops) {
                let key = tag.map_or("step", |tag| OPS[usize::from(tag)].key);
                self.stop = Some(format!("{what} ({name}'s {key})"));
            }
            if let Goal::Through(key) = goal {
                let op = tag.is_some_and(|tag| OPS[usize::from(tag)].key == key);
                let now = model.actor(&self.world, actor).pc;
                let mut lines = shown.iter();
                let group = lines.any(|line| {
                    line.key == key
                        && line.row.is_none()
                        && line.pcs.contains(&pc)
                        && !line.pcs.contains(&now)
                });
                if op || group {
                    return Ok(());
                }
            }
        }
    }
}

impl Run<'_> {
    /// Why a line cannot go on after so many of its steps.
    fn standstill(&self, name: &str, made: usize, now: Status) -> String {
        let steps = match made {
            1 => "1 step".to_owned(),
            _ => format!("{made} steps"),
        };
        match (&self.stop, made) {
            (Some(stop), 0) => format!("{name} cannot go on, the kernel has stopped: {stop}"),
            (Some(stop), _) => format!("after {steps} the kernel stops: {stop}"),
            (None, _) => format!("after {steps} {name} cannot go on ({})", why(now)),
        }
    }
}

/// What the kernel says where it stops at a step with this effect.
fn stops(effect: &Effect) -> Option<String> {
    match effect {
        Effect::Broke(Violation::Assertion { what, .. }) => {
            Some(format!("BUG: {}", what.meaning()))
        }
        Effect::Broke(Violation::Trap { .. }) => {
            Some("trap: the kernel's mapping is read-only".to_owned())
        }
        _ => None,
    }
}

/// Whether an actor's fault handler ever makes a PTE writable.
fn maps_writable(model: &Model, actor: ActorId) -> bool {
    let actor = &model.actors[actor.index()];
    let mut handler = actor.code.iter().skip(actor.main.into());
    handler.any(|instr| instr.op == Op::PteMkwrite)
}

/// What to say of an actor who makes more than [`MOST`] steps; `faults`: since its store faults again and again.
fn endless(name: &str, faults: bool) -> String {
    let why = match faults {
        true => {
            "its fault handler never makes the PTE writable, so its store faults again and again: a program of \"fault\" needs pte_mkwrite".to_owned()
        }
        false => format!("say how many, such as \"{name} 20\""),
    };
    format!("{name} goes on for more than {MOST} steps; {why}")
}

/// What to say of a name that no actor has.
pub(super) fn no_actor(cast: &[Cast], name: &str) -> String {
    let known: Vec<&str> = cast.iter().map(|actor| actor.name.as_str()).collect();
    format!(
        "there is no actor \"{name}\"{}; actors are {}",
        did_you_mean(name, known.iter().copied()),
        known.join(", ")
    )
}

#[derive(PartialEq)]
enum Goal<'a> {
    Count(usize),
    Through(&'a str),
    Stuck,
}

fn form(line: &str) -> String {
    format!(
        "\"{line}\" is not of the form \"actor 3\", \"actor through unlock_page\", \"actor way 1\" or \"actor until stuck\""
    )
}

fn why(status: Status) -> &'static str {
    match status {
        Status::Ready => "it could",
        Status::Asleep(_) => "it sleeps",
        Status::Idle => "it has nothing to do yet",
        Status::Finished => "it is finished",
        Status::Halted => "the kernel has stopped",
    }
}
