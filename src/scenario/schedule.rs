//! The small language of opening schedules.
//!
//! A line names an actor and how far it goes: `writer 3` (so many steps), `flusher through
//! unlock_page` (up to and including that step or composite, by its key), `flusher way 1` (one
//! step, the other way), `disk until stuck` (until it sleeps, idles or is finished).

use crate::machine::{Choice, Model, Status, World, status, step};
use crate::protocol::{OPS, group_row, op_number};

use super::build::Cast;

/// Most steps one line may make; a program that loops for ever stops here.
const MOST: usize = 2000;

/// Runs one line from a world, adding the choices made; or says what is wrong.
pub(super) fn run(
    line: &str,
    model: &Model,
    cast: &[Cast],
    world: &mut World,
    choices: &mut Vec<Choice>,
) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, rest) = words.split_first().ok_or("the line is empty")?;
    let actor = cast.iter().position(|it| it.name == *name).ok_or_else(|| {
        let known: Vec<&str> = cast.iter().map(|it| it.name.as_str()).collect();
        format!(
            "there is no actor \"{name}\"; actors are {}",
            known.join(", ")
        )
    })?;
    let mut choice = Choice::of(actor);
    let goal = match rest {
        ["until", "stuck"] => Goal::Stuck,
        ["through", key] => {
            let own = cast[actor].lines.iter().any(|line| line.key == *key);
            if op_number(key).is_none() && group_row(key).is_none() && !own {
                return Err(format!("there is no step \"{key}\""));
            }
            Goal::Through(key)
        }
        ["way", way] => {
            choice.way = way.parse().map_err(|_| form(line))?;
            Goal::Count(1)
        }
        [count] => Goal::Count(count.parse().map_err(|_| form(line))?),
        _ => return Err(form(line)),
    };
    let mut made = 0;
    loop {
        if goal == Goal::Count(made) {
            return Ok(());
        }
        let now = status(model, world, actor);
        if now != Status::Ready {
            return match goal {
                Goal::Stuck => Ok(()),
                _ => Err(format!(
                    "after {made} steps {name} cannot go on ({})",
                    why(now)
                )),
            };
        }
        if made >= MOST {
            return Err(format!("{name} goes on for more than {MOST} steps"));
        }
        let pc = model.actor(world, actor).pc;
        let tag = model.actors[actor].code.get(pc as usize).map(|it| it.tag);
        let next = step(model, world, choice).0;
        if next == *world {
            return Err(format!("{name} has no such way here"));
        }
        *world = next;
        choices.push(choice);
        made += 1;
        if let Goal::Through(key) = goal {
            let op = tag.is_some_and(|tag| OPS[tag as usize].key == key);
            let now = model.actor(world, actor).pc;
            let mut lines = cast[actor].lines.iter();
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
