//! Whom the columns of a diagram are about.

use super::place::{Crew, Placer};
use super::sheet::Sheet;
use crate::exchange::diagram::columns::name;
use crate::machine::ActorId;
use crate::scenario::Scenario;

/// Most ways to cast a diagram that are tried.
const MOST: usize = 24;
/// Most that are looked at to find these.
const MOST_LOOKED_AT: usize = 60_000;

/// The actors a label names; none where any part of it is no actor's name.
fn named(scenario: &Scenario, label: &str) -> Vec<ActorId> {
    let names = label.rsplit(": ").next().unwrap_or(label);
    let find = |part: &str| {
        let mut actors = scenario.model.actor_ids();
        actors.find(|it| name(scenario, *it).eq_ignore_ascii_case(part.trim()))
    };
    let all: Option<Vec<ActorId>> = names.split(" / ").map(find).collect();
    all.unwrap_or_default()
}

/// Columns without a name yet, and how many of their lines each actor knows.
struct Casting<'a> {
    open: &'a [usize],
    known: &'a [Vec<usize>],
    found: Vec<(usize, Vec<Option<ActorId>>)>,
    looked_at: usize,
}

impl Casting<'_> {
    fn go(&mut self, so_far: &mut Vec<Option<ActorId>>, taken: u64, sum: usize) {
        self.looked_at += 1;
        if self.looked_at > MOST_LOOKED_AT {
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

/// The ways to cast a diagram with a scenario's actors, the likeliest first, each with the number
/// of lines that its actors know at all. Labels that are actors' names leave no choice.
pub(super) fn crews(scenario: &Scenario, sheet: &Sheet) -> Vec<(usize, Crew)> {
    let columns: Vec<Vec<ActorId>> = sheet.labels.iter().map(|it| named(scenario, it)).collect();
    let many = |column: usize, actor: ActorId| {
        let lines = sheet
            .cells
            .iter()
            .filter(|it| it.column == column && !it.remark);
        lines
            .filter(|it| Placer::knows(scenario, actor, &it.said))
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
    let mut casting = Casting {
        open: &open,
        known: &known,
        found: Vec::new(),
        looked_at: 0,
    };
    casting.go(&mut Vec::new(), taken, sum);
    let mut found = casting.found;
    found.sort_by_key(|it| std::cmp::Reverse(it.0));
    found.truncate(MOST);
    let crew = |(sum, chosen): (usize, Vec<Option<ActorId>>)| {
        let mut columns = columns.clone();
        for (column, actor) in open.iter().zip(chosen) {
            columns[*column].extend(actor);
        }
        (sum, Crew { columns })
    };
    found.into_iter().map(crew).collect()
}
