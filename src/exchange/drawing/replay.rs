//! The drawn order on the model: whether it can happen, where it stops, and what it comes to.

use serde::{Deserialize, Serialize};

use super::made::{Line, Programs};
use super::sheet::Cell;
use crate::machine::{ActorId, Choice, Status, World, status, step, ways};
use crate::scenario::Scenario;

/// How a program shows a drawn line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub column: usize,
    /// The line of the program.
    pub shown: String,
    /// The line of the drawing.
    pub drawn: String,
}

/// What happened to a line in the drawn order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reached {
    /// Its steps are made, as drawn: the choices from and to, counted from 0.
    Made(usize, usize),
    /// Its actor falls asleep at it, and has got no further where the drawing ends.
    Sleeps,
    /// Its actor sleeps at an earlier line.
    NotReached,
    /// It stands for no step.
    Nothing,
}

/// The drawn order as a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replay {
    /// What was drawn.
    pub choices: Vec<Choice>,
    /// How many of these are drawn; the rest is what follows.
    pub drawn: usize,
    pub reached: Vec<Reached>,
    /// The drawn lines, and how the programs show them.
    pub texts: Vec<Shown>,
}

/// Most steps of a run.
const MOST: usize = 2_000;

/// Most steps up to the end of a line.
const MOST_FOR_A_LINE: usize = 300;

/// The instructions of each line of a program: the first, and the one behind the last. Adds to `texts` how the program shows what is drawn.
fn places(
    scenario: &Scenario,
    actor: ActorId,
    lines: &[Line],
    cells: &[Cell],
    texts: &mut Vec<Shown>,
) -> Vec<(u8, u8)> {
    let mut compiled = scenario.cast[actor.index()]
        .lines
        .iter()
        // A label has a line only where nothing else leads to it.
        .filter(|it| !it.handler && !it.key.is_empty());
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let text = line.text.trim_start();
        let label = text.ends_with('>') || text == "end";
        let conditional = text.starts_with('?') || text.starts_with("each ");
        if conditional || label {
            all.push((0, 0));
            continue;
        }
        let depth = (line.indent + (line.text.len() - line.text.trim_start().len())) / 2;
        let found = compiled.find(|it| usize::from(it.depth) == depth);
        if let (Some(found), Some(cell)) = (found, line.cell) {
            texts.push(Shown {
                column: actor.index(),
                shown: found.text.clone(),
                drawn: cells[cell].parsed.text.clone(),
            });
        }
        all.push(found.map_or((0, 0), |it| (it.pcs.start, it.pcs.end)));
    }
    all
}

struct Run<'a> {
    scenario: &'a Scenario,
    world: World,
    choices: Vec<Choice>,
    /// Who is not drawn, or not drawn any more: they act when somebody waits for them.
    servers: Vec<ActorId>,
}

impl Run<'_> {
    fn pc(&self, actor: ActorId) -> u8 {
        self.scenario.model.actor(&self.world, actor).pc
    }

    fn step(&mut self, actor: ActorId, way: u8) -> bool {
        let model = &self.scenario.model;
        if self.choices.len() >= MOST || status(model, &self.world, actor) != Status::Ready {
            return false;
        }
        let way = way.min(ways(model, &self.world, actor).saturating_sub(1));
        let choice = Choice { actor, way };
        let (next, _) = step(model, &self.world, choice);
        self.world = next;
        self.choices.push(choice);
        true
    }

    /// Lets those who are not drawn act until an actor can go on; says whether it can.
    fn help(&mut self, actor: ActorId) -> bool {
        for _ in 0..MOST {
            if status(&self.scenario.model, &self.world, actor) == Status::Ready {
                return true;
            }
            let servers = self.servers.clone();
            if !servers.into_iter().any(|it| self.step(it, 0)) {
                return false;
            }
        }
        false
    }
}

/// Makes the drawn lines in their order.
pub(super) fn replay(scenario: &Scenario, programs: &Programs, cells: &[Cell]) -> Replay {
    let columns = programs.columns.len();
    let mut run = Run {
        scenario,
        world: scenario.model.initial,
        choices: Vec::new(),
        servers: scenario.model.actor_ids().skip(columns).collect(),
    };
    let actors: Vec<ActorId> = scenario.model.actor_ids().take(columns).collect();
    let mut texts = Vec::new();
    let mut places_of = |it: &ActorId| {
        places(
            scenario,
            *it,
            &programs.columns[it.index()],
            cells,
            &mut texts,
        )
    };
    let places: Vec<Vec<(u8, u8)>> = actors.iter().map(&mut places_of).collect();
    let mut reached = vec![Reached::Nothing; cells.len()];
    let mut asleep: Vec<Option<usize>> = vec![None; columns];
    for (index, cell) in cells.iter().enumerate() {
        // What is left of a column behind its last line is not drawn.
        for (column, actor) in actors.iter().enumerate() {
            let over =
                cells[index..].iter().all(|it| it.column != column) && asleep[column].is_none();
            if over && !run.servers.contains(actor) {
                run.servers.push(*actor);
            }
        }
        let lines = programs.columns[cell.column]
            .iter()
            .zip(&places[cell.column]);
        // A jump is made with the step before it.
        let own = lines.filter(|(line, place)| {
            line.cell == Some(index)
                && place.0 < place.1
                && !line.frame
                && !line.text.starts_with("goto")
        });
        let own: Vec<(u8, u8)> = own.map(|(_, place)| *place).collect();
        let (Some(start), Some(end)) = (
            own.iter().map(|it| it.0).min(),
            own.iter().map(|it| it.1).max(),
        ) else {
            continue;
        };
        let actor = actors[cell.column];
        let first = run.choices.len();
        if let Some(at) = asleep[cell.column] {
            // It may have been woken meanwhile.
            if !run.help(actor) {
                reached[index] = Reached::NotReached;
                continue;
            }
            reached[at] = Reached::Made(first, first + 1);
            asleep[cell.column] = None;
        }
        reached[index] = loop {
            let before = run.pc(actor);
            let over =
                before >= end || status(&scenario.model, &run.world, actor) == Status::Finished;
            if over || run.choices.len() - first > MOST_FOR_A_LINE {
                break Reached::Made(first, run.choices.len());
            }
            if !run.help(actor) || !run.step(actor, 0) {
                asleep[cell.column] = Some(index);
                break Reached::Sleeps;
            }
            // Out of the line, to wherever: a jump may lead back.
            if (start..end).contains(&before) && !(start..end).contains(&run.pc(actor)) {
                break Reached::Made(first, run.choices.len());
            }
        };
    }
    let drawn = run.choices.len();
    // What comes after: those who are not drawn first, then everybody in turn.
    let mut order = run.servers.clone();
    order.extend(actors.iter().filter(|it| !run.servers.contains(it)));
    // Once round is enough of what goes round.
    let mut seen = vec![run.world];
    while run.choices.len() < MOST && order.iter().any(|it| run.step(*it, 0)) {
        if seen.contains(&run.world) {
            break;
        }
        seen.push(run.world);
    }
    Replay {
        choices: run.choices,
        drawn,
        reached,
        texts,
    }
}
