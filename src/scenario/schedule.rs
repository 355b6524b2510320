//! The small language of opening schedules.
//!
//! A line names an actor and how far it goes:
//! `writer 3` (so many steps), `flusher through unlock_page` (up to and including that op, by its
//! key in the table), `disk until stuck` (until it sleeps, idles or is finished).

use crate::machine::{Choice, Model, Status, World, status, step};
use crate::protocol::OPS;

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
    let goal = match rest {
        ["until", "stuck"] => Goal::Stuck,
        ["through", key] => {
            let row = OPS.iter().find(|row| row.key == *key);
            Goal::Through(row.ok_or_else(|| format!("there is no op \"{key}\""))?.op)
        }
        [count] => Goal::Count(count.parse().map_err(|_| form(line))?),
        _ => return Err(form(line)),
    };
    let choice = Choice::of(actor);
    let mut made = 0;
    loop {
        if goal == Goal::Count(made) {
            return Ok(());
        }
        let now = status(model, world, actor);
        if now != Status::Ready {
            return match goal {
                Goal::Stuck if made > 0 => Ok(()),
                _ => Err(format!(
                    "after {made} steps {name} cannot go on ({})",
                    why(now)
                )),
            };
        }
        if made >= MOST {
            return Err(format!("{name} goes on for more than {MOST} steps"));
        }
        let pc = world.actors[actor].pc as usize;
        let op = model.actors[actor].code.get(pc).map(|instr| instr.op);
        *world = step(model, world, choice).0;
        choices.push(choice);
        made += 1;
        if op.is_some_and(|op| goal == Goal::Through(op)) {
            return Ok(());
        }
    }
}

#[derive(PartialEq)]
enum Goal {
    Count(usize),
    Through(crate::machine::Op),
    Stuck,
}

fn form(line: &str) -> String {
    format!(
        "\"{line}\" is not of the form \"actor 3\", \"actor through unlock_page\" or \"actor until stuck\""
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
