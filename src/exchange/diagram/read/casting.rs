//! Castings: which actors the columns of a diagram stand for.

use super::place::{Casting, Placer};
use super::sheet::Sheet;
use crate::exchange::diagram::columns::{label_names, name};
use crate::machine::ActorId;
use crate::scenario::Scenario;

/// Most castings that are tried for one diagram.
const MOST: usize = 24;
/// Most steps of the search for castings.
const MOST_STEPS: usize = 60_000;

/// The actors that a label names; empty where the first part of it is no actor's name. A part of several words may end
/// with the name: "mmap writer".
fn named(scenario: &Scenario, label: &str) -> Vec<ActorId> {
    let is = |actor: &ActorId, part: &str| name(scenario, *actor).eq_ignore_ascii_case(part);
    let find = |part: &str| {
        let mut actors = scenario.model.actor_ids();
        let last = part.rsplit(' ').next().unwrap_or(part);
        let whole = actors.clone().find(|it| is(it, part));
        whole.or_else(|| actors.find(|it| is(it, last)))
    };
    let mut actors: Vec<ActorId> = Vec::new();
    for (at, part) in label_names(label).into_iter().enumerate() {
        match find(part) {
            Some(actor) => actors.push(actor),
            None if at == 0 => return actors,
            None => {}
        }
    }
    actors
}

/// A search for castings: gives each column whose label names no actor one that no other column has.
struct CastingSearch<'a> {
    /// The columns whose labels name no actor.
    open: &'a [usize],
    /// For each column and actor, how many of the column's lines name something in the actor's program.
    known: &'a [Vec<usize>],
    /// The castings found: how many lines their actors know in all, and an actor for each open column.
    found: Vec<(usize, Vec<Option<ActorId>>)>,
    steps: usize,
}

impl CastingSearch<'_> {
    fn go(&mut self, so_far: &mut Vec<Option<ActorId>>, taken: u64, sum: usize) {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return;
        }
        let Some(column) = self.open.get(so_far.len()) else {
            self.found.push((sum, so_far.clone()));
            return;
        };
        let mut any = false;
        let known = &self.known[*column];
        for (actor, many) in ActorId::first(known.len()).zip(known) {
            if *many > 0 && taken & 1 << actor.0 == 0 {
                any = true;
                so_far.push(Some(actor));
                self.go(so_far, taken | 1 << actor.0, sum + many);
                so_far.pop();
            }
        }
        if !any {
            so_far.push(None);
            self.go(so_far, taken, sum);
            so_far.pop();
        }
    }
}

/// The castings of a diagram with a scenario's actors, the likeliest first, each with the number of lines that name
/// something in the programs of their column's actors. A column whose label names actors has just these.
pub(super) fn castings(scenario: &Scenario, sheet: &Sheet) -> Vec<(usize, Casting)> {
    let columns: Vec<Vec<ActorId>> = sheet.labels.iter().map(|it| named(scenario, it)).collect();
    let many = |column: usize, actor: ActorId| {
        let lines = sheet
            .cells
            .iter()
            .filter(|cell| cell.column == column && !cell.remark);
        lines
            .filter(|cell| Placer::knows(scenario, actor, &cell.parsed))
            .count()
    };
    let actors = scenario.model.actor_ids();
    let known: Vec<Vec<usize>> = (0..columns.len())
        .map(|column| actors.clone().map(|actor| many(column, actor)).collect())
        .collect();
    let open: Vec<usize> = (0..columns.len())
        .filter(|it| columns[*it].is_empty())
        .collect();
    let taken = columns
        .iter()
        .flatten()
        .fold(0u64, |all, it| all | 1 << it.0);
    let fixed = columns.iter().enumerate();
    let sum = fixed
        .filter_map(|(at, it)| Some(known[at][it.first()?.index()]))
        .sum();
    let mut search = CastingSearch {
        open: &open,
        known: &known,
        found: Vec::new(),
        steps: 0,
    };
    search.go(&mut Vec::new(), taken, sum);
    let mut found = search.found;
    found.sort_by_key(|it| std::cmp::Reverse(it.0));
    found.truncate(MOST);
    let casting = |(sum, chosen): (usize, Vec<Option<ActorId>>)| {
        let mut columns = columns.clone();
        for (column, actor) in open.iter().zip(chosen) {
            columns[*column].extend(actor);
        }
        (sum, Casting { columns })
    };
    found.into_iter().map(casting).collect()
}
