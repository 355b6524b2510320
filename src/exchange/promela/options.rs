//! An actor's process: an option for each way of each instruction, each under the line of the program that it belongs to.

use crate::machine::{ActorId, Op};
use crate::protocol::Mark;

use super::library::{comment, indented, option, printed};
use super::steps::Then;
use super::writer::{Place, Writer};

impl Writer<'_> {
    /// The steps of an actor that no other actor can tell from not having been made yet, as options.
    pub(super) fn unnoticed(&mut self, actor: ActorId) -> String {
        let places = self.places(actor);
        let mut out = Vec::new();
        for place in places {
            if self.unnoticed[actor.index()][place.pc] && place.instr.op != Op::Goto {
                let (name, lines) = {
                    let cast = &self.scenario.cast[actor.index()];
                    let mut lines = cast.lines.iter().filter(|line| line.row.is_some());
                    let line = lines.find(|line| line.pcs.contains(&(place.pc as u8)));
                    (cast.name.clone(), line.map(|line| line.text.clone()))
                };
                let say = match lines {
                    Some(text) => format!("{name}: {text}"),
                    None => name,
                };
                out.extend(self.option(place, &say));
            }
        }
        out.join("\n")
    }

    /// The options of an actor's process, with the lines of its program.
    pub(super) fn options(&mut self, actor: ActorId) -> String {
        let cast = &self.scenario.cast[actor.index()];
        let places = self.places(actor);
        let mut out = Vec::new();
        let mut told = vec![false; places.len()];
        let mut handler = false;
        for line in &cast.lines {
            let text = comment(&line.text);
            if line.handler && !handler {
                handler = true;
                out.push("\n/* The handler of its write faults. */".to_owned());
            }
            let Some(_) = line.row else {
                if !line.key.is_empty() {
                    out.push(format!("/* {text}: */"));
                }
                continue;
            };
            let absent = match line.mark {
                Mark::Dropped => Some("left out"),
                Mark::MovedAway => Some("moved elsewhere"),
                Mark::NotYet => Some("came with a later kernel, or was gone by then"),
                _ => None,
            };
            if let Some(why) = absent {
                out.push(format!("/* {text}: {why} */"));
            }
            for (number, place) in places.iter().enumerate() {
                if line.pcs.contains(&(place.pc as u8)) {
                    told[number] = true;
                    out.push(format!("/* {}: {text} */", place.pc));
                    let say = format!("{}: {}", cast.name, line.text);
                    out.extend(self.option(*place, &say));
                }
            }
        }
        for (place, told) in places.iter().zip(told) {
            if !told && place.instr.op != Op::Goto {
                out.extend(self.option(*place, &cast.name));
            }
        }
        if places.iter().all(|it| it.instr.op == Op::Goto) {
            out.push(":: false /* has nothing to do */".to_owned());
        }
        out.join("\n")
    }

    /// The options of one instruction: one for each way.
    fn option(&mut self, place: Place, say: &str) -> Vec<String> {
        let mut possible = self.standing(place, "me");
        let until = self.sleep(place.instr).map(|it| it.until);
        let to_do = self.something_to_do(place.actor, place.instr);
        for cond in [until, to_do].into_iter().flatten() {
            possible += &format!(" && {cond}");
        }
        let ways = self.ways(place);
        let mut out = Vec::new();
        for it in ways {
            let when = it.when.map_or(String::new(), |when| format!(" && {when}"));
            let mut bodies = it.branches.into_iter().map(|branch| {
                let mut does = branch.does;
                does.extend(self.then(place, branch.then));
                (branch.when, does.join(";\n"))
            });
            let body = match (bodies.len(), bodies.next()) {
                (1, Some((_, does))) => does,
                (_, first) => {
                    let all = first.into_iter().chain(bodies).map(|(when, does)| {
                        let when = when.unwrap_or_else(|| "else".to_owned());
                        option(&when, &does) + "\n"
                    });
                    format!("if\n{}fi", all.collect::<String>())
                }
            };
            out.push(format!(
                ":: d_step {{ {possible}{when} -> say(\"{}\\n\")\n{} }}",
                printed(say),
                indented(&body, 1)
            ));
        }
        out
    }

    /// The statements that send the actor to its next instruction; none if it stays where it is.
    fn then(&mut self, place: Place, then: Then) -> Option<String> {
        let handling = place.handling.then_some(place.instr.page);
        let main = self.model.actors[place.actor.index()].main.into();
        let not = self.not_after(place.actor, place.instr);
        let go_to = |pc: usize, handling| self.go_to(place.actor, pc, handling, not.clone());
        Some(match then {
            Then::On => go_to(place.pc + 1, handling),
            Then::No => go_to(place.instr.no.into(), handling),
            Then::Stay => return None,
            Then::Leave => {
                let left = handling.map_or("", |_| "retry[me] = 0; ");
                left.to_owned() + &go_to(main, None)
            }
            Then::Fault(page) => "retry[me] = pc[me] + 1;\n".to_owned() + &go_to(main, Some(page)),
            Then::Bug => "BUG".to_owned(),
            Then::Trap => "halted = true; broke(TRAP)".to_owned(),
        })
    }
}
