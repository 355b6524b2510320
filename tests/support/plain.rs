//! A plain exhaustive search over every interleaving, breadth first, which the checker's results are compared with.
//!
//! It has no packing and no reduction: it keeps every world, and makes every step of each.

use std::collections::hash_map::{Entry, HashMap};

use stable_pages::machine::{
    ActorId, Choice, Effect, End, Model, Violation, World, enabled, end, step_watched,
};
use stable_pages::scenario::Verdict;

/// The failure at the end of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its last step broke a rule.
    Broke(Violation),
    /// It ends with actors waiting for each other.
    Deadlock(Vec<ActorId>),
    /// It ends with this actor asleep for ever.
    Stall(ActorId),
}

/// A shortest schedule to a verdict.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What happens at its end.
    pub outcome: Outcome,
    /// The choices, from the world the search started in.
    pub schedule: Vec<Choice>,
}

/// What a search has found so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Distinct worlds.
    pub states: usize,
    /// Steps between them.
    pub edges: usize,
    /// Worlds in which nobody can move.
    pub ends: usize,
    /// Length of the longest shortest schedule to any world looked at.
    pub depth: usize,
    /// Whether some schedule changes bytes between checksum and completion, noticed or not.
    pub unstable: bool,
    /// One shortest schedule for each verdict reached.
    pub findings: Vec<Finding>,
    /// Whether every reachable world was looked at; only then does no finding mean *safe*.
    pub complete: bool,
}

impl Report {
    /// The finding of a verdict.
    pub fn finding(&self, verdict: Verdict) -> Option<&Finding> {
        self.findings.iter().find(|it| it.verdict == verdict)
    }
}

struct Seen {
    world: World,
    parent: u32,
    choice: Choice,
    depth: u32,
}

/// A search that can be run in slices.
pub struct Search {
    seen: Vec<Seen>,
    index: HashMap<World, u32>,
    next: usize,
    report: Report,
}

impl Search {
    /// A search from one world.
    pub fn new(from: World) -> Search {
        Search {
            seen: vec![Seen {
                world: from,
                parent: 0,
                choice: Choice::of(ActorId(0)),
                depth: 0,
            }],
            index: HashMap::from([(from, 0)]),
            next: 0,
            report: Report {
                states: 1,
                ..Report::default()
            },
        }
    }

    /// Looks at up to `worlds` more worlds; returns whether all have been looked at.
    pub fn advance(&mut self, model: &Model, worlds: usize) -> bool {
        let mut effects = Vec::new();
        for _ in 0..worlds {
            let Some(seen) = self.seen.get(self.next) else {
                break;
            };
            let (at, world, depth) = (self.next as u32, seen.world, seen.depth);
            self.next += 1;
            self.report.depth = self.report.depth.max(depth as usize);
            self.look_at_end(model, &world, at);
            for choice in enabled(model, &world) {
                let next = step_watched(model, &world, choice, &mut effects);
                self.report.edges += 1;
                for effect in effects.drain(..) {
                    let Effect::Broke(violation) = effect else {
                        continue;
                    };
                    match Verdict::of(violation) {
                        None => self.report.unstable = true,
                        Some(verdict) => {
                            self.keep(verdict, Outcome::Broke(violation), at, Some(choice));
                        }
                    }
                }
                let id = self.seen.len() as u32;
                if let Entry::Vacant(free) = self.index.entry(next) {
                    free.insert(id);
                    self.seen.push(Seen {
                        world: next,
                        parent: at,
                        choice,
                        depth: depth + 1,
                    });
                }
            }
        }
        self.report.states = self.seen.len();
        self.report.complete = self.next == self.seen.len();
        self.report.complete
    }

    fn look_at_end(&mut self, model: &Model, world: &World, at: u32) {
        match end(model, world) {
            None => return,
            Some(End::Halted) => {}
            Some(End::Deadlock(cycle)) => {
                self.keep(Verdict::Deadlock, Outcome::Deadlock(cycle), at, None);
            }
            Some(End::Stall(actor)) => {
                self.keep(Verdict::Stall, Outcome::Stall(actor), at, None);
            }
            Some(End::Rest(found)) => {
                for violation in found {
                    let verdict = Verdict::of(violation).expect("what is wrong at rest");
                    self.keep(verdict, Outcome::Broke(violation), at, None);
                }
            }
        }
        self.report.ends += 1;
    }

    fn keep(&mut self, verdict: Verdict, outcome: Outcome, at: u32, last: Option<Choice>) {
        let mut schedule: Vec<Choice> = last.into_iter().collect();
        let mut id = at;
        while id != 0 {
            let seen = &self.seen[id as usize];
            schedule.push(seen.choice);
            id = seen.parent;
        }
        schedule.reverse();
        // A bad end is found only when its world is looked at. By then a step out of a world as far away, whose schedule
        // is one step longer, may have been found to fail; the shorter schedule replaces it.
        let longer = |it: &Finding| it.verdict == verdict && it.schedule.len() > schedule.len();
        self.report.findings.retain(|it| !longer(it));
        if self.report.finding(verdict).is_some() {
            return;
        }
        self.report.findings.push(Finding {
            verdict,
            outcome,
            schedule,
        });
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Every world found so far, in the order of finding.
    pub fn worlds(&self) -> impl Iterator<Item = &World> {
        self.seen.iter().map(|seen| &seen.world)
    }

    /// Looks at everything reachable, or at `most` worlds.
    pub fn run(model: &Model, from: World, most: usize) -> Report {
        let mut search = Search::new(from);
        search.advance(model, most);
        search.report
    }
}
