//! What is said of a drawing: whether its order can happen, what it comes to, what every order comes to, and what the model cannot
//! judge.

use super::replay::Reached;
use super::{Drawing, DrawnLine, Judgement};
use crate::exchange::figures::grouped;
use crate::exchange::words::list as numbers;
use crate::exchange::{explain_end, livelock_words, outcome, round_began, status_words};
use crate::explore::{Story, Verdicts};
use crate::machine::{ActorId, Choice, History, Status, end, status};
use crate::scenario::{Device, words};

/// How a drawing is to be taken, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Some order fails.
    Fails,
    /// Nothing fails that the model knows of.
    Safe,
    /// The model cannot judge it.
    Unknown,
}

/// What is said of a drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it is to be taken.
    pub tone: Tone,
    /// The answer in a sentence.
    pub headline: String,
    /// What there is to say besides, a sentence or two each.
    pub sentences: Vec<String>,
}

impl Drawing {
    /// What is said of it.
    pub fn answer(&self, judged: &Judgement) -> Answer {
        let mut sentences = Vec::new();
        let fails = !judged.all.safe() || judged.devices.iter().any(|it| !it.all.safe());
        let judgeable = self.has_something_shared();
        let drawn_fails = judged.drawn.iter().any(|it| it.fails());
        let cannot_happen = self.cannot_happen(drawn_fails);
        let happens = cannot_happen.is_none();
        sentences.extend(cannot_happen);
        if drawn_fails {
            sentences.extend(self.how_it_ends());
        }
        let idle = self
            .lines
            .iter()
            .filter(|it| it.fate == super::Fate::Idle)
            .count();
        let not_modelled = match idle {
            0 => String::new(),
            1 => " One call is not modelled and changes nothing here.".to_owned(),
            many => format!(" {many} calls are not modelled and change nothing here."),
        };
        let prose = self.lines.iter().filter(|it| it.prose);
        let mut prose: Vec<usize> = prose.map(|it| it.number).collect();
        // Words may stand in several columns of a line.
        prose.dedup();
        let prose = match &prose[..] {
            [] => String::new(),
            [one] => format!(" Line {one} was taken as a remark."),
            all => format!(" Lines {} were taken as remarks.", numbers(all)),
        };
        // Where much is not modelled, that nothing fails says little.
        let much = 3 * idle > self.lines.iter().filter(|it| it.matters).count();
        let tone = match (fails, judgeable, self.outside.is_empty() && !much) {
            (true, ..) => Tone::Fails,
            (false, true, true) => Tone::Safe,
            _ => Tone::Unknown,
        };
        let mut headline = match (fails, judgeable) {
            (true, _) if self.lockdep => format!(
                "Two orders of two locks: {}. These are classes of locks, not locks, so the table says that it may happen, not that it does.",
                words(&judged.drawn)
            ),
            (true, _) if drawn_fails => format!("As drawn: {}.", words(&judged.drawn)),
            (true, _) if judged.all.safe() => format!(
                "As drawn nothing fails {}; on another device something does.",
                self.scenario.device.on()
            ),
            (true, _) => format!(
                "As drawn nothing fails {}. Another order of the same lines comes to: {}.",
                self.scenario.device.on(),
                list(judged.all)
            ),
            (false, false) => format!(
                "The model cannot judge this: of what two columns work on it knows no page, lock or flag.{not_modelled}"
            ),
            (false, true) if !self.outside.is_empty() => format!(
                "What this drawing is about the model cannot judge. Of what it knows (pages, locks, bios) nothing fails in any order.{not_modelled}"
            ),
            (false, true) if much => format!(
                "Of what the model knows of these lines (pages, locks, bios) nothing fails in any order.{not_modelled}"
            ),
            (false, true) if happens => {
                format!("Nothing fails, as drawn or in any other order.{not_modelled}")
            }
            (false, true) => format!(
                "The drawn order cannot happen, and in no order that can anything fails.{not_modelled}"
            ),
        };
        headline += &prose;
        if judgeable || fails {
            sentences.push(self.every_order(judged));
        }
        if let (false, Some((_, run))) =
            (drawn_fails, judged.shortest.iter().find(|it| it.0.fails()))
        {
            sentences.extend(self.ending(run));
        }
        for it in &judged.devices {
            let (drawn, all) = (words(&it.drawn), list(it.all));
            sentences.push(match drawn == all {
                true => format!(
                    "{}, as drawn and in other orders: {all}.",
                    device(it.device)
                ),
                false => format!(
                    "{}: as drawn {drawn}, in some order {all}.",
                    device(it.device)
                ),
            });
        }
        if let Some(at_once) = judged
            .at_once
            .filter(|it| it.failures() != judged.all.failures())
        {
            sentences.push(match at_once.safe() {
                true => "No line says when the bio goes out. This holds where it is sent at the end; where it goes out as soon as PG_writeback is set, nothing fails.".to_owned(),
                false => format!("No line says when the bio goes out. Where it goes out as soon as PG_writeback is set: {}.", list(at_once)),
            });
        }
        for (what, why) in &self.outside {
            sentences.push(format!("Outside of the model: {what}. {why}"));
        }
        Answer {
            tone,
            headline,
            sentences: sentences.iter().map(|it| self.named(it)).collect(),
        }
    }

    /// Whether two columns work on the same page, lock or flag, or one of them on a page that the disk reads.
    fn has_something_shared(&self) -> bool {
        self.things.iter().any(|(column, thing)| {
            let mut others = self.things.iter();
            others.any(|(other, of)| of == thing && other != column)
        })
    }

    /// Why the drawn order cannot happen, if it cannot: whose line is not reached, and on what he sleeps.
    fn cannot_happen(&self, fails: bool) -> Option<String> {
        let lines = &self.lines;
        let place = lines
            .iter()
            .position(|it| it.reached == Reached::NotReached)?;
        let stopped = &lines[place];
        // Made by now, where the sleeper was woken before a line further down.
        let stands = |it: &&DrawnLine| {
            let begun = matches!(it.reached, Reached::Sleeps | Reached::Made(..));
            it.column == stopped.column && begun
        };
        let at = lines[..place].iter().rfind(stands)?;
        let actor = ActorId(stopped.column as u8);
        let model = &self.scenario.model;
        let mut history = History::new(model);
        for choice in &self.choices[..self.drawn] {
            history.choose(model, *choice);
        }
        let now = status(model, history.world(), actor);
        let waits = match now {
            Status::Asleep(_) => {
                let story = Story::of(model, &history);
                let sleeps = status_words(&self.scenario, &story, actor, now);
                format!("is {}", self.by_line(&sleeps))
            }
            _ => "has to wait".to_owned(),
        };
        let name = &self.scenario.cast[actor.index()].name;
        let (number, at) = (stopped.number, at.number);
        Some(match fails && matches!(now, Status::Asleep(_)) {
            true => format!("Line {number} is never reached: at line {at} {name} {waits}."),
            false => format!(
                "At line {at} {name} {waits}, so line {number} cannot come where it is drawn."
            ),
        })
    }

    /// How the drawn order ends, with the lines of the drawing for the steps of the run.
    fn how_it_ends(&self) -> Option<String> {
        Some(self.by_line(&self.ending(&self.choices)?))
    }

    /// How a run ends.
    fn ending(&self, run: &[Choice]) -> Option<String> {
        let (scenario, model) = (&self.scenario, &self.scenario.model);
        let mut history = History::new(model);
        for choice in run {
            history.choose(model, *choice);
        }
        let story = Story::of(model, &history);
        if let Some(round) = story.round(model) {
            let after = round_began(&round);
            let mut told = livelock_words(scenario, &round, &after);
            for actor in model.actor_ids() {
                let now = status(model, history.world(), actor);
                if matches!(now, Status::Asleep(_)) {
                    let name = &scenario.cast[actor.index()].name;
                    told += &format!(" {name} is {}.", status_words(scenario, &story, actor, now));
                }
            }
            return Some(told.replace('`', ""));
        }
        let ended = end(model, history.world())?;
        let mut told = vec![outcome(scenario, &story, &ended)];
        told.extend(explain_end(scenario, &story, &ended));
        Some(told.join(" ").replace('`', ""))
    }

    /// A text that names steps of the drawn order, with the lines that they were made of.
    fn by_line(&self, text: &str) -> String {
        let mut pieces = text.split("step ");
        let mut told = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
            let step = piece[..digits].parse::<usize>().ok();
            let line = step.and_then(|step| {
                let mut lines = self.lines.iter();
                lines.find(
                    |it| matches!(it.reached, Reached::Made(from, to) if from < step && step <= to),
                )
            });
            match line {
                Some(line) => told += &format!("line {}{}", line.number, &piece[digits..]),
                None => told += &format!("step {piece}"),
            }
        }
        told
    }

    fn every_order(&self, judged: &Judgement) -> String {
        let states = grouped(&judged.states.to_string());
        let states = match judged.complete {
            true => format!("Every order of the lines was looked at ({states} states)"),
            false => format!("{states} states were looked at, not all there are"),
        };
        let failing = judged.shortest.iter().filter(|it| it.0.fails());
        let found: Vec<String> = failing
            .map(|(verdict, run)| format!("{}, soonest after {} steps", verdict.words(), run.len()))
            .collect();
        match found.is_empty() {
            true => format!("{states}: nothing fails."),
            false => format!("{states}: {}.", found.join("; ")),
        }
    }
}

/// A device in words.
fn device(device: Device) -> String {
    let (first, rest) = device.on().split_at(1);
    first.to_ascii_uppercase() + rest
}

fn list(verdicts: Verdicts) -> String {
    words(&verdicts.iter().collect::<Vec<_>>())
}
