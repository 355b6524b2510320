//! Which actors share a column, and where the columns stand.
//!
//! Actors that serve others (disk, completion, a guest's host) share the column of the actor that submits the first
//! bio, since they take over from it. Where there are more than three columns, the two whose actors take turns least
//! often are joined.

use super::WIDTH;
use super::call::{ascii, serves};
use super::events::Event;
use super::layout::longest_word;
use crate::explore::Story;
use crate::machine::{ActorId, Effect, Op};
use crate::scenario::Scenario;

/// Most columns of a diagram.
const MOST: usize = 3;

/// Actors that share a column. A line that names no actor is the first one's, unless another had the line before.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub actors: Vec<ActorId>,
    /// The character, from 0, that its lines begin at.
    pub at: usize,
}

/// Longest actor's name that is written in full.
const LONGEST_NAME: usize = 24;

/// An actor's name as diagrams write it. Mail software changes lines that begin with "From" or `>`, so no name may.
pub(super) fn name(scenario: &Scenario, actor: ActorId) -> String {
    let cast = scenario.cast.get(actor.index());
    let mut name = ascii(cast.map_or("", |it| it.name.as_str()));
    name.truncate(LONGEST_NAME);
    match name.as_str() {
        "From" => "from".to_owned(),
        _ => name.replace('>', "?"),
    }
}

impl Column {
    /// Whether none of its actors is a task that runs on a processor: a device that stores by DMA is none.
    pub fn is_device(&self, scenario: &Scenario) -> bool {
        let device = |it: &ActorId| {
            let actor = &scenario.model.actors[it.index()];
            serves(actor) || actor.code.iter().any(|it| it.op == Op::DmaStore)
        };
        self.actors.iter().all(device)
    }

    /// "CPU0 (flusher), then disk, completion": the tasks that run on a processor, and who takes over from them.
    pub fn label(&self, scenario: &Scenario, number: usize) -> String {
        let serving = |it: &&ActorId| serves(&scenario.model.actors[it.index()]);
        let named = |all: &mut dyn Iterator<Item = &ActorId>| {
            let names: Vec<String> = all.map(|it| name(scenario, *it)).collect();
            names.join(", ")
        };
        let tasks = named(&mut self.actors.iter().filter(|it| !serving(it)));
        let servants = named(&mut self.actors.iter().filter(serving));
        match (tasks.is_empty(), servants.is_empty()) {
            (true, _) => servants,
            (_, true) if self.is_device(scenario) => tasks,
            (_, true) => format!("CPU{number} ({tasks})"),
            _ => format!("CPU{number} ({tasks}), then {servants}"),
        }
    }
}

/// The names of actors that a label has: "CPU0 (flusher), then disk", "P1: flusher", "flusher / disk".
pub(super) fn label_names(label: &str) -> Vec<&str> {
    let label = label.rsplit(": ").next().unwrap_or(label);
    let (own, others) = match label.split_once(", then ") {
        Some((own, others)) => (own, Some(others)),
        None => (label, None),
    };
    let inside = own
        .split_once(" (")
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    let own = inside.unwrap_or(own);
    let parts = own.split(" / ").chain(others).flat_map(|it| it.split(", "));
    parts.map(str::trim).collect()
}

/// The columns for the actors that have events, in the actors' order.
pub(super) fn columns(scenario: &Scenario, story: &Story, events: &[Event]) -> Vec<Column> {
    let moves = |actor: &ActorId| events.iter().any(|event| event.actor == *actor);
    let all = scenario.model.actor_ids().filter(moves);
    let (servants, own): (Vec<ActorId>, Vec<ActorId>) =
        all.partition(|it| serves(&scenario.model.actors[it.index()]));
    let submits = |it: &Effect| matches!(it, Effect::Queued { .. } | Effect::HandedOver { .. });
    let submitter = story.steps.iter().find_map(|told| {
        let mine = own.contains(&told.choice.actor) && told.effects.iter().any(submits);
        mine.then_some(told.choice.actor)
    });
    let mut sets: Vec<Vec<ActorId>> = own.into_iter().map(|it| vec![it]).collect();
    let with = |set: &Vec<ActorId>| submitter.is_some_and(|it| set.contains(&it));
    let place = sets.iter().position(with).unwrap_or(0);
    match sets.get_mut(place) {
        Some(set) => set.extend(servants),
        None if !servants.is_empty() => sets.push(servants),
        None => {}
    }
    while sets.len() > MOST {
        join(&mut sets, events);
    }
    loop {
        if let Some(columns) = stand(&sets, events) {
            return columns;
        }
        if sets.len() < 2 {
            let alone = |actors| Column { actors, at: 0 };
            return sets.into_iter().map(alone).collect();
        }
        join(&mut sets, events);
    }
}

/// Joins the two columns whose actors take turns least often; of several such pairs the last one.
fn join(sets: &mut Vec<Vec<ActorId>>, events: &[Event]) {
    let mut best = (usize::MAX, 0, 1);
    for one in 0..sets.len() {
        for other in one + 1..sets.len() {
            let both =
                |it: &&Event| sets[one].contains(&it.actor) || sets[other].contains(&it.actor);
            let actors: Vec<ActorId> = events.iter().filter(both).map(|it| it.actor).collect();
            let turns = actors.windows(2).filter(|it| it[0] != it[1]).count();
            if turns <= best.0 {
                best = (turns, one, other);
            }
        }
    }
    let joined = sets.remove(best.2);
    sets[best.1].extend(joined);
}

/// The places of the columns: equal distances, the usual ones first, and shorter ones where the last column needs more
/// room to its right. None if no distance leaves every line its room.
fn stand(sets: &[Vec<ActorId>], events: &[Event]) -> Option<Vec<Column>> {
    let widths: &[usize] = match sets.len() {
        1 => &[0],
        2 => &[36, 32, 28, 24, 20, 16],
        _ => &[24, 20],
    };
    let column_of = |actor: ActorId| sets.iter().position(|set| set.contains(&actor));
    let fits = |width: usize| {
        events.iter().all(|event| {
            let at = column_of(event.actor).unwrap_or(0);
            let indent = 2 * usize::from(event.depth);
            let word = longest_word(&event.text).max(
                event
                    .notes
                    .iter()
                    .map(|note| longest_word(note))
                    .max()
                    .unwrap_or(0)
                    + 2,
            );
            let inside = at + 1 == sets.len() || indent + 6 <= width;
            inside && width * at + indent + 2 + word <= WIDTH
        })
    };
    let width = widths.iter().find(|it| fits(**it))?;
    let all = sets.iter().enumerate();
    let column = |(at, actors): (usize, &Vec<ActorId>)| Column {
        actors: actors.clone(),
        at: width * at,
    };
    Some(all.map(column).collect())
}

/// Whether the line of an event must name its actor, because another actor had the line before it in that column.
pub(super) fn names_actor(column: &Column, events: &[Event], at: usize) -> bool {
    let mine = |it: &&Event| column.actors.contains(&it.actor);
    let before = events[..at].iter().rev().find(mine);
    let last = before.map_or(column.actors[0], |it| it.actor);
    last != events[at].actor
}
