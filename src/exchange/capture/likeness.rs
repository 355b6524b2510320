//! Which orderings of the catalogue explain a stretch of a capture: those that can go the way it went.
//!
//! Each task takes the part of one actor, and each line's step is made where the line stands. An ordering in which somebody sleeps where the
//! kernel went on, or that has no such step, explains less.

use super::Capture;
use super::programs::{Actor, Programs};
use super::replay::{COMPLETION, DISK, Run, Target};
use super::stretch::Stretch;
use crate::machine::{ActorId, Choice};
use crate::scenario::Scenario;

/// Most castings tried of an ordering.
const MOST_CASTINGS: usize = 64;
/// Most events of a stretch that is looked for.
const MOST_EVENTS: usize = 400;

/// An ordering, and how much of a stretch it explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// Its place among those that were tried.
    pub scenario: usize,
    /// How many lines have their step in its run.
    pub placed: usize,
    /// How many lines there are.
    pub of: usize,
    /// Lines at which its actor sleeps although the kernel's task went on, or goes on, or does not wait at all, although that slept.
    pub against: Vec<u32>,
    /// Lines for which it has no step.
    pub missing: Vec<u32>,
    /// The run.
    pub choices: Vec<Choice>,
}

impl Like {
    /// What it explains, the more the better; a contradiction counts more than what is missing.
    fn worth(&self) -> isize {
        let count = |it: usize| isize::try_from(it).unwrap_or(isize::MAX);
        count(self.placed) - 3 * count(self.against.len())
    }
}

impl Capture {
    /// The orderings that explain a stretch, those that explain most of it first.
    pub fn like(&self, folio: u32, stretch: Stretch, among: &[Scenario]) -> Vec<Like> {
        let events = self.events_of(folio);
        let to = stretch
            .to
            .min(stretch.from.saturating_add(MOST_EVENTS))
            .min(events.len());
        let programs = self.programs(&events[stretch.from.min(to)..to]);
        let all = among.iter().enumerate();
        let mut all: Vec<Like> = all
            .filter_map(|(at, it)| self.best(&programs, at, it))
            .collect();
        // Of those that explain as much, the first of the catalogue.
        all.sort_by_key(|it| (std::cmp::Reverse(it.worth()), it.scenario));
        all
    }

    /// The casting of a scenario that explains most.
    fn best(&self, programs: &Programs, at: usize, scenario: &Scenario) -> Option<Like> {
        let ids: Vec<ActorId> = scenario.model.actor_ids().collect();
        let named = |name: &str| {
            let at = scenario.cast.iter().position(|it| it.name == name);
            at.and_then(|at| ids.get(at).copied())
        };
        let servers = [named("disk"), named("completion")];
        let mut castings: Vec<Vec<Option<ActorId>>> = vec![Vec::new()];
        for actor in &programs.actors {
            let fits =
                |id: &&ActorId| !servers.contains(&Some(**id)) && fits(actor, scenario, **id);
            let possible: Vec<ActorId> = ids.iter().filter(fits).copied().collect();
            let mut next = Vec::new();
            for casting in &castings {
                let free = possible.iter().filter(|it| !casting.contains(&Some(**it)));
                let before = next.len();
                next.extend(free.map(|it| [casting.clone(), vec![Some(*it)]].concat()));
                if next.len() == before {
                    next.push([casting.clone(), vec![None]].concat());
                }
            }
            next.truncate(MOST_CASTINGS);
            castings = next;
        }
        let tried = castings.iter().filter(|it| it.iter().any(Option::is_some));
        let tried = tried.map(|it| self.follow(programs, at, scenario, it, servers));
        tried.max_by_key(|it| (it.worth(), std::cmp::Reverse(it.choices.len())))
    }

    fn follow(
        &self,
        programs: &Programs,
        at: usize,
        scenario: &Scenario,
        casting: &[Option<ActorId>],
        servers: [Option<ActorId>; 2],
    ) -> Like {
        let [disk, completion] = servers;
        let mut run = Run::new(scenario, &programs.targets, disk, completion);
        let mut like = Like {
            scenario: at,
            placed: 0,
            of: 0,
            against: Vec::new(),
            missing: Vec::new(),
            choices: Vec::new(),
        };
        for (place, target) in programs.targets.iter().enumerate() {
            run.frees(place);
            let line = self.events[target.event as usize].line;
            let actor = match target.actor {
                DISK => {
                    match (disk, target.reach) {
                        (Some(disk), true) => run.read_early(disk),
                        (Some(disk), false) => _ = run.bring(disk, target),
                        (None, _) => {}
                    }
                    continue;
                }
                COMPLETION => completion,
                index => casting.get(index).copied().flatten(),
            };
            let knows_it = actor.is_some_and(|it| knows(scenario, it, target.key));
            // A wait at which nobody slept says little of an ordering without one; one at which somebody slept speaks against it.
            match target.slept {
                Some(false) if !knows_it => continue,
                Some(true) if !knows_it => {
                    like.of += 1;
                    like.against.push(line);
                    continue;
                }
                _ => like.of += 1,
            }
            let Some(actor) = actor.filter(|it| knows(scenario, *it, target.key)) else {
                like.missing.push(line);
                continue;
            };
            // The next step of the key, however many the ordering has made before.
            let (made, before) = (run.made(actor, target.key), run.clone());
            let nth = match target.reach {
                true => made + 1,
                // Whoever stood at the step has perhaps made it already.
                false => made + usize::from(made < target.nth),
            };
            let target = Target {
                nth,
                ..target.clone()
            };
            let there = run.bring(actor, &target);
            if there && !run.agrees(actor, &target) {
                like.against.push(line);
                continue;
            }
            match there && (target.reach || run.made(actor, target.key) >= nth) {
                true => like.placed += 1,
                false => {
                    match run.asleep(actor) {
                        true => like.against.push(line),
                        false => like.missing.push(line),
                    }
                    run = before;
                }
            }
        }
        like.choices = run.choices;
        like
    }
}

/// Whether an actor of a scenario has a step of a key.
fn knows(scenario: &Scenario, actor: ActorId, key: &str) -> bool {
    let lines = &scenario.cast[actor.index()].lines;
    lines
        .iter()
        .any(|it| it.row.is_some() && !it.pcs.is_empty() && it.key == key)
}

/// Whether an actor of a scenario may be the one of the capture: it has most of its steps.
fn fits(actor: &Actor, scenario: &Scenario, id: ActorId) -> bool {
    let known = actor
        .counts
        .keys()
        .filter(|it| knows(scenario, id, it))
        .count();
    2 * known > actor.counts.len() && !actor.counts.is_empty()
}
