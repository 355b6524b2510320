//! An actor's program, written as programs are: its steps in their order, each by its name in the kernel and with its line,
//! and a `goto` where it goes on elsewhere.

use std::collections::BTreeSet;

use crate::machine::{ActorId, Op};
use crate::protocol::{Line, Mark, OPS};

use super::library::{comment, indented, is_of_word, not, option, printed, step_name};
use super::steps::{Branch, Then, Way};
use super::writer::{Place, Writer};

/// A part of a program's text.
enum Part {
    Comment(String),
    Step(Place),
    /// Where an actor stays whose program is over.
    Finished,
}

impl Writer<'_> {
    /// The statements of an actor's process.
    pub(super) fn program(&mut self, actor: ActorId) -> String {
        let parts = self.parts(actor);
        let label = |part: &Part| match part {
            Part::Comment(_) => None,
            Part::Step(it) => Some(self.label(actor, it.pc, it.store)),
            Part::Finished => Some("finished".to_owned()),
        };
        let labels: Vec<Option<String>> = parts.iter().map(label).collect();
        let next = |at: usize| labels[at + 1..].iter().flatten().next();
        let mut texts = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let next = next(at).map_or("", |it| it);
            texts.push(match part {
                Part::Comment(text) => match text.strip_prefix('\n') {
                    Some(text) => format!("\n/* {text} */"),
                    None => format!("/* {text} */"),
                },
                Part::Step(place) => self.statement(*place, next),
                Part::Finished => "stop;".to_owned(),
            });
        }
        let gotos = texts.iter().flat_map(|it| it.split("goto ").skip(1));
        let mut wanted: BTreeSet<&str> = gotos
            .filter_map(|it| it.split(|it: char| !is_of_word(it)).next())
            .collect();
        let mut out = self.locals(actor);
        // What comes along with the step before stands in a block with it.
        let comes_along = |part: &Part| match part {
            Part::Step(it) => self.unnoticed[actor.index()][it.pc],
            _ => false,
        };
        let along: Vec<bool> = parts.iter().map(comes_along).collect();
        let mut open = false;
        for (at, (part, text)) in parts.iter().zip(&texts).enumerate() {
            let is_step = |it: &Part| !matches!(it, Part::Comment(_));
            let next = parts[at + 1..].iter().position(is_step);
            let followed = next.is_some_and(|it| along[at + 1 + it]);
            let asked = match part {
                Part::Step(it) => self.is_asked_for(*it),
                _ => true,
            };
            if let Some(label) = &labels[at]
                && (wanted.remove(&**label) || asked)
            {
                out += &format!("{label}:\n");
            }
            let begins = matches!(part, Part::Step(_)) && followed && !open;
            if begins {
                out += "\ttogether {\n";
                open = true;
            }
            out += &(indented(text, if open { 2 } else { 1 }) + "\n");
            if open && !followed && is_step(part) {
                out += "\t};\n";
                open = false;
            }
        }
        // A loop in which there is nothing to do.
        for label in wanted {
            out += &format!("{label}:\n\tstop;\n");
        }
        out
    }

    /// The parts of an actor's program: the program, from the first instruction that has something to do on, its end, what
    /// stands before that, and its fault handler, once for each store.
    fn parts(&self, actor: ActorId) -> Vec<Part> {
        let it = &self.model.actors[actor.index()];
        let places = self.places(actor);
        let of = |store| -> Vec<Place> {
            let all = places.iter().filter(|it| it.store == store);
            all.copied().collect()
        };
        let first = self.first(actor).unwrap_or(it.main.into());
        let mut before = self.lines(actor, &of(None));
        let is_first = |part: &Part| matches!(part, Part::Step(it) if it.pc >= first);
        let begin = match before.iter().position(is_first) {
            // With what stands above it.
            Some(at) => (before[..at].iter())
                .rposition(|it| matches!(it, Part::Step(_)))
                .map_or(0, |it| it + 1),
            None => before.len(),
        };
        let mut all = before.split_off(begin);
        let nothing = all.iter().all(|it| matches!(it, Part::Comment(_)));
        if !it.forever || nothing {
            all.push(Part::Finished);
        }
        all.extend(before);
        let stores: BTreeSet<usize> = places.iter().filter_map(|it| it.store).collect();
        for store in stores {
            let line = self.line(actor, store).map_or("", |it| &it.text);
            let about = format!("\nThe handler of a write fault of: {}", comment(line));
            all.push(Part::Comment(about));
            all.extend(self.lines(actor, &of(Some(store))));
        }
        all
    }

    /// The line that an instruction belongs to.
    pub(super) fn line(&self, actor: ActorId, pc: usize) -> Option<&Line> {
        let mut lines = self.scenario.cast[actor.index()].lines.iter();
        lines.find(|it| it.row.is_some() && it.pcs.contains(&(pc as u8)))
    }

    /// The lines of a program or of a handler, with its instructions.
    fn lines(&self, actor: ActorId, places: &[Place]) -> Vec<Part> {
        let lines = &self.scenario.cast[actor.index()].lines;
        let handler = places.first().is_some_and(|it| it.store.is_some());
        let steps = || places.iter().filter(|it| !self.is_void(it));
        let mut all = Vec::new();
        for line in lines.iter().filter(|it| it.handler == handler) {
            let text = comment(&line.text);
            let why = match (line.row, line.mark) {
                (None, _) if line.key.is_empty() => None,
                (None, _) => Some(""),
                (_, Mark::Dropped) => Some(": left out"),
                (_, Mark::MovedAway) => Some(": moved elsewhere"),
                (_, Mark::NotYet) => Some(": came with a later kernel, or was gone by then"),
                _ => None,
            };
            all.extend(why.map(|why| Part::Comment(text.clone() + why)));
            let on_it = |it: &&Place| line.row.is_some() && line.pcs.contains(&(it.pc as u8));
            if places
                .iter()
                .any(|it| on_it(&it) && it.instr.op != Op::Goto && self.is_void(it))
            {
                all.push(Part::Comment(text + ": never has anything to do here"));
            }
            all.extend(steps().filter(on_it).map(|it| Part::Step(*it)));
        }
        let without = steps().filter(|it| self.line(actor, it.pc).is_none());
        all.extend(without.map(|it| Part::Step(*it)));
        all
    }

    /// Whether an instruction is passed over wherever an actor comes to it.
    fn is_void(&self, place: &Place) -> bool {
        let names = self.names(place.instr);
        let nothing = self.nothing_to_do(place.actor, place.instr, &names);
        nothing.is_some_and(|it| it.ever)
    }

    /// Whether it is asked at the end of a run if the actor stands at a place.
    fn is_asked_for(&mut self, place: Place) -> bool {
        let names = self.names(place.instr);
        let sleeps = self.sleep(place.instr, &names).is_some();
        sleeps || !self.model.locks.is_empty() && self.may_wait(place)
    }

    /// The statement for an instruction: its step, and where that goes on. `next` is the label of what stands behind it.
    fn statement(&mut self, place: Place, next: &str) -> String {
        let (name, head, line) = match self.line(place.actor, place.pc) {
            Some(it) => {
                let about = it.row.map_or("", |it| OPS[it].label);
                (step_name(&it.text, &it.key), about, it.text.clone())
            }
            None => ("step".to_owned(), "", String::new()),
        };
        let names = self.parameters();
        let mut possible = "!halted".to_owned();
        let until = self.sleep(place.instr, &names).map(|it| it.until);
        let to_do = self.something_to_do(place.actor, place.instr, &names);
        for cond in [until, to_do].into_iter().flatten() {
            possible += &format!(" && {cond}");
        }
        let ways = self.ways(place, &names);
        let goes_on = |then: &Then| !matches!(then, Then::Bug | Then::Trap);
        let all = || ways.iter().flat_map(|it| &it.branches).map(|it| it.then);
        let through = match all().any(|it| it == Then::On) {
            true => Then::On,
            false => all().find(goes_on).unwrap_or(Then::On),
        };
        let text = step(&possible, &ways, through);
        let own = &self.scenario.cast[place.actor.index()].name;
        let mut arguments = vec![format!("\"{}\\n\"", printed(&format!("{own}: {line}")))];
        let mut parameters = vec!["line"];
        let literal = self.names(place.instr);
        for (parameter, value) in [
            ("page", literal.page),
            ("sector", literal.sector),
            ("lock", literal.lock),
        ] {
            if text
                .split(|it: char| !is_of_word(it))
                .any(|it| it == parameter)
            {
                parameters.push(parameter);
                arguments.push(value);
            }
        }
        let exits: Vec<(Then, &str)> = (EXITS.iter())
            .filter(|(then, _)| *then != through && all().any(|it| it == *then))
            .copied()
            .collect();
        let mut simple = true;
        for (then, parameter) in exits {
            parameters.push(parameter);
            let does = self.then(place, then);
            simple &= is_goto(&does);
            arguments.push(does);
        }
        let name = self
            .library
            .step(&name, head, &parameters.join(", "), &text);
        let call = match arguments.iter().any(|it| it.contains('\n')) {
            true => format!(
                "{name}({})",
                indented(&arguments.join(",\n"), 1).trim_start()
            ),
            false => format!("{name}({})", arguments.join(", ")),
        };
        let on = self.then(place, through);
        simple &= is_goto(&on);
        let on = without_goto(&on, next);
        match (on.as_str(), simple) {
            ("", true) => call + ";",
            (on, true) => format!("{call}; {on};"),
            ("", false) => format!("atomic {{\n{}\n}};", indented(&(call + ";"), 1)),
            (on, false) => {
                let does = indented(&format!("{call};\n{on}"), 1);
                format!("atomic {{\n{does}\n}};")
            }
        }
    }

    /// The statements that send the actor to its next instruction.
    fn then(&self, place: Place, then: Then) -> String {
        let Place {
            actor,
            pc,
            store,
            instr,
        } = place;
        let main = self.model.actors[actor.index()].main.into();
        let not = self.not_after(actor, instr);
        match then {
            Then::On => self.go_to(actor, pc + 1, store, not),
            Then::No => self.go_to(actor, instr.no.into(), store, not),
            Then::Leave => self.go_to(actor, main, None, not),
            Then::Fault => self.go_to(actor, main, Some(pc), not),
            Then::Stay | Then::Bug | Then::Trap => format!("goto {}", self.label(actor, pc, store)),
        }
    }
}

/// The exits of a step for which its macro has a parameter, which says what is done there.
const EXITS: [(Then, &str); 4] = [
    (Then::No, "no"),
    (Then::Stay, "stay"),
    (Then::Leave, "leave"),
    (Then::Fault, "fault"),
];

/// A step as statements: an option for each way, and in each way for each exit. What goes on `through` falls out of them.
fn step(possible: &str, ways: &[Way], through: Then) -> String {
    let mut options = Vec::new();
    let does = |it: &Branch| {
        let mut all = it.does.clone();
        match it.then {
            Then::Bug => all.push("BUG".to_owned()),
            Then::Trap => all.push("halted = true; broke(TRAP)".to_owned()),
            _ => {}
        }
        all.join(";\n")
    };
    for way in ways {
        let guard = match &way.when {
            Some(when) => format!("{possible} && {when}"),
            None => possible.to_owned(),
        };
        let first = way.branches.first().map(|it| it.then);
        if way.branches.len() == 1 || way.branches.iter().all(|it| Some(it.then) == first) {
            let does = match &way.branches[..] {
                [one] => does(one),
                all => {
                    let all = all.iter().map(|it| match (&it.when, does(it)) {
                        (None, does) if does.is_empty() => ":: else\n".to_owned(),
                        (when, does) => option(when.as_deref().unwrap_or("else"), &does) + "\n",
                    });
                    format!("if\n{}fi", all.collect::<String>())
                }
            };
            options.push((d_step(&guard, &does), first.unwrap_or(through)));
            continue;
        }
        let mut guard = guard;
        for it in &way.branches {
            let here = match &it.when {
                Some(when) if when.contains("||") => format!("{guard} && ({when})"),
                Some(when) => format!("{guard} && {when}"),
                None => guard.clone(),
            };
            options.push((d_step(&here, &does(it)), it.then));
            if let Some(when) = &it.when {
                guard += &format!(" && {}", not(when));
            }
        }
    }
    if let [(one, then)] = &options[..]
        && *then == through
    {
        return format!("{{ {one} }}");
    }
    let all = options.into_iter().map(|(does, then)| {
        let exit = match then {
            Then::Bug | Then::Trap => "; stop",
            then => match EXITS.iter().find(|(it, _)| *it == then && then != through) {
                Some((_, parameter)) => &format!("; {parameter}"),
                None => "",
            },
        };
        format!(":: {does}{exit}\n")
    });
    format!("if\n{}fi", all.collect::<String>())
}

fn d_step(guard: &str, does: &str) -> String {
    match does {
        "" => format!("d_step {{ {guard} -> say(line) }}"),
        does if does.contains('\n') => {
            format!("d_step {{ {guard} -> say(line)\n{} }}", indented(does, 1))
        }
        does => format!("d_step {{ {guard} -> say(line) {does} }}"),
    }
}

fn is_goto(text: &str) -> bool {
    text.strip_prefix("goto ")
        .is_some_and(|it| it.chars().all(is_of_word))
}

/// Statements without each `goto` to what comes next anyway.
fn without_goto(text: &str, next: &str) -> String {
    let ending = format!("goto {next}");
    let lines = text.lines().map(|line| match line.strip_suffix(&ending) {
        Some(rest) if !next.is_empty() => {
            let rest = rest.trim_end();
            rest.trim_end_matches(';')
                .trim_end_matches(" ->")
                .to_owned()
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
