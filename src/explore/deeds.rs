//! What the runs of an ordering do: which sectors are stored into, get a checksum, are checked and reach the media, and whether fsync
//! succeeds. A change that fails nowhere may have mended the ordering, or only have it do less.

use serde::{Deserialize, Serialize};

use crate::machine::{
    Effect, Invariant, Model, Op, PageId, SECTORS, SectorId, Watch, World, broken, step_possible,
};
use crate::scenario::Scenario;

use super::graph::Graph;
use super::space::Space;

/// A kind of deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The sector's new bytes reached the media.
    Written,
    /// A hop compared the sector's guard.
    Checked,
    /// A checksum of the sector was computed, by whomever.
    Sealed,
    /// A store changed the sector.
    Stored,
    /// fsync returned success.
    Synced,
}

impl Deed {
    /// All kinds.
    pub const ALL: [Deed; 5] = [
        Deed::Written,
        Deed::Checked,
        Deed::Sealed,
        Deed::Stored,
        Deed::Synced,
    ];

    /// The bits of the sectors of all pages.
    fn bits(self) -> u128 {
        0xff_ffff << (24 * self as u32)
    }
}

/// A set of deeds, each of a sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deeds(u128);

impl Deeds {
    fn add(&mut self, deed: Deed, page: PageId, sector: SectorId) {
        let place = page.index() * SECTORS + sector.index();
        self.0 |= 1 << (24 * deed as usize + place);
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether there is one of a kind.
    pub fn has(self, deed: Deed) -> bool {
        self.0 & deed.bits() != 0
    }

    /// Whether it is one of these deeds.
    pub fn contains(self, deed: Deed, page: PageId, sector: SectorId) -> bool {
        let mut one = Deeds::default();
        one.add(deed, page, sector);
        self.0 & one.0 != 0
    }

    /// Those that are not among others.
    pub fn without(self, others: Deeds) -> Deeds {
        Deeds(self.0 & !others.0)
    }
}

/// The deeds of a step, seen as it runs.
struct Seen<'a> {
    model: &'a Model,
    before: &'a World,
    deeds: Deeds,
    effects: Vec<Effect>,
}

impl Watch for Seen<'_> {
    fn see(&mut self, effect: Effect) {
        self.effects.push(effect);
        match effect {
            Effect::Committed { bio } => {
                for page in self.model.page_ids() {
                    let held = self.model.page(self.before, page);
                    let inside = self.model.sectors_in(self.before, bio, page);
                    let mine = self.model.sector_ids().filter(|sector| {
                        inside & sector.bit() != 0 && held.wire[sector.index()].is_some()
                    });
                    mine.for_each(|sector| self.deeds.add(Deed::Written, page, sector));
                }
            }
            Effect::Checked { page, sector, .. } => self.deeds.add(Deed::Checked, page, sector),
            Effect::Guarded { page, sector, .. }
            | Effect::Sampled { page, sector, .. }
            | Effect::Inserted { page, sector, .. } => self.deeds.add(Deed::Sealed, page, sector),
            Effect::ChecksumRead { page, .. } => self.deeds.add(Deed::Sealed, page, SectorId(0)),
            Effect::Stored {
                page,
                sector,
                from,
                to,
                ..
            } if from != to => self.deeds.add(Deed::Stored, page, sector),
            Effect::FsyncReturned { failed: false, .. } => {
                self.deeds.add(Deed::Synced, PageId(0), SectorId(0));
            }
            _ => {}
        }
    }
}

/// What all runs of an ordering come to, beside their verdicts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What is done in some run.
    pub some: Deeds,
    /// What is done in every run that ends.
    pub every: Deeds,
    /// The invariants that are broken somewhere, one bit each, in the order of [`Invariant::ALL`].
    pub broken: u16,
    /// The lines that were reached: actor, key of the step, and which of several of that key it is.
    reached: Vec<(u8, String, u8)>,
}

/// What is to be said of a change that fails nowhere, against the ordering without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safety {
    /// What no run does any more.
    pub gone: Deeds,
    /// Whether that is all there was, for each of [`Deed::ALL`].
    pub wholly: [bool; Deed::ALL.len()],
    /// What was done in every run, and is not any more.
    pub sometimes: Deeds,
    /// Whether there is a disk, and no run writes anything to it.
    pub idle: bool,
    /// The invariants that are broken, and were not, one bit each.
    pub broken: u16,
    /// How many lines of code there are, and how many of them were reached.
    pub lines: (u16, u16),
    /// Lines that were reached without the change, and are not any more.
    pub never: Vec<String>,
}

impl Safety {
    /// Whether everything that was done is done still, and anything is written at all.
    pub fn does_all(&self) -> bool {
        self.gone.is_empty() && self.sometimes.is_empty() && !self.idle
    }
}

/// The lines of a scenario that are steps of its code: actor, key, which of several of that key, text, and how often it ran.
fn lines<'a>(
    scenario: &'a Scenario,
    space: &'a Space,
) -> impl Iterator<Item = ((u8, String, u8), &'a str, u32)> {
    let casts = scenario.model.actor_ids().zip(&scenario.cast);
    casts.flat_map(move |(actor, cast)| {
        let steps = cast.lines.iter().filter(|line| line.row.is_some());
        let running = steps.filter(|line| !line.pcs.is_empty());
        let mut known: Vec<&str> = Vec::new();
        let named: Vec<_> = running
            .map(|line| {
                let before = known.iter().filter(|key| **key == line.key).count();
                known.push(&line.key);
                let ran = space.ran(actor, line.pcs.start.into());
                ((actor.0, line.key.clone(), before as u8), &*line.text, ran)
            })
            .collect();
        named
    })
}

impl Profile {
    /// What all runs of a scenario come to that a complete search has found; none where it was not complete or kept no graph.
    pub fn of(scenario: &Scenario, space: &Space) -> Option<Profile> {
        let graph = space.graph()?;
        let model = &scenario.model;
        let mut profile = Profile::default();
        let mut done = Vec::new();
        for state in 0..graph.states() as u32 {
            let world = space.world(state);
            for edge in graph.steps(state) {
                let mut seen = Seen {
                    model,
                    before: &world,
                    deeds: Deeds::default(),
                    effects: Vec::new(),
                };
                let after = step_possible(model, &world, edge.choice, &mut seen);
                profile.some.0 |= seen.deeds.0;
                done.push(seen.deeds);
                for it in broken(model, &after, Some(edge.choice.actor), &seen.effects) {
                    profile.broken |= bit(it);
                }
            }
        }
        profile.every = every(graph, &done);
        let reached = lines(scenario, space).filter(|(.., ran)| *ran > 0);
        profile.reached = reached.map(|(line, ..)| line).collect();
        Some(profile)
    }

    /// What is to be said of a change that fails nowhere, whose runs `changed` and a complete search have found.
    pub fn safety(&self, changed: &Profile, scenario: &Scenario, space: &Space) -> Safety {
        let mut safety = Safety {
            gone: self.some.without(changed.some),
            sometimes: self.every.without(changed.every),
            idle: has_disk(&scenario.model) && !changed.some.has(Deed::Written),
            broken: changed.broken & !self.broken,
            ..Safety::default()
        };
        safety.sometimes = safety.sometimes.without(safety.gone);
        safety.wholly = Deed::ALL.map(|it| safety.gone.has(it) && !changed.some.has(it));
        for (line, text, ran) in lines(scenario, space) {
            safety.lines.0 += 1;
            safety.lines.1 += u16::from(ran > 0);
            if ran == 0 && self.reached.contains(&line) {
                safety.never.push(text.to_owned());
            }
        }
        safety
    }
}

fn has_disk(model: &Model) -> bool {
    let mut code = model.actors.iter().flat_map(|actor| &actor.code);
    code.any(|instr| instr.op == Op::CommitMedia)
}

fn bit(invariant: Invariant) -> u16 {
    let place = Invariant::ALL.iter().position(|it| *it == invariant);
    place.map_or(0, |place| 1 << place)
}

/// The invariants of a set of bits.
pub fn invariants(bits: u16) -> impl Iterator<Item = Invariant> {
    let all = Invariant::ALL.into_iter();
    all.filter(move |it| bits & bit(*it) != 0)
}

/// What is done on every way from the first state to an end; `done` has the deeds of each step. Ways that never end do not count.
fn every(graph: &Graph, done: &[Deeds]) -> Deeds {
    const ALL: u128 = u128::MAX;
    let mut values = vec![ALL; graph.states()];
    for component in &graph.order().components {
        // From above, until nothing changes: within a cycle, what is certain of its ways out.
        loop {
            let mut changed = false;
            for state in component {
                let mut steps = graph.steps(*state).peekable();
                let value = match steps.peek() {
                    None => 0,
                    Some(_) => steps.fold(ALL, |all, edge| {
                        all & (done[edge.number as usize].0 | values[edge.to as usize])
                    }),
                };
                let known = &mut values[*state as usize];
                changed |= *known != value;
                *known = value;
            }
            if !changed || component.len() == 1 {
                break;
            }
        }
    }
    match values.first() {
        Some(value) if *value != ALL => Deeds(*value),
        _ => Deeds::default(),
    }
}
