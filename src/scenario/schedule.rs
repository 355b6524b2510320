//! The small language of opening schedules.
//!
//! A line names an actor and how far it goes: `writer 3` (so many steps), `flusher through
//! unlock_page` (up to and including that step or composite, by its key), `flusher way 1` (one
//! step, the other way), `disk until stuck` (until it sleeps, idles or is finished).

use crate::machine::{ActorId, Choice, Model, Status, World, status, step};
use crate::protocol::{OPS, TextError, Token, did_you_mean, group_row, op_number};

use super::loaded::Cast;

/// Most steps one line may make; a program that loops for ever stops here.
const MOST: usize = 2000;

/// An opening run, made line by line.
pub(super) struct Run<'a> {
    model: &'a Model,
    cast: &'a [Cast],
    world: World,
    /// The choices made so far.
    pub choices: Vec<Choice>,
}

impl<'a> Run<'a> {
    /// The run without a step.
    pub fn new(model: &'a Model, cast: &'a [Cast]) -> Run<'a> {
        Run {
            model,
            cast,
            world: model.initial,
            choices: Vec::new(),
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
            TextError { reason, at }
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
        loop {
            if goal == Goal::Count(made) {
                return Ok(());
            }
            let now = status(model, &self.world, actor);
            if now != Status::Ready {
                return match goal {
                    Goal::Stuck => Ok(()),
                    _ => {
                        let why = why(now);
                        let reason = format!("after {made} steps {name} cannot go on ({why})");
                        Err(wrong(0, reason))
                    }
                };
            }
            if made >= MOST {
                let reason = format!("{name} goes on for more than {MOST} steps");
                return Err(wrong(0, reason));
            }
            let pc = model.actor(&self.world, actor).pc;
            let code = &model.actors[actor.index()].code;
            let tag = code.get(usize::from(pc)).map(|instr| instr.tag);
            let next = step(model, &self.world, choice).0;
            if next == self.world {
                return Err(wrong(1, format!("{name} has no such way here")));
            }
            self.world = next;
            self.choices.push(choice);
            made += 1;
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
