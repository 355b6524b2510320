//! What moves on the page at a step: what the step changed goes the way it went, and nothing else moves.
//!
//! Movements name their places as the markup does, wherever on the page those stand. `app/motion.rs` makes them visible.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exchange::{bytes, hex};
use crate::explore::StepRecord;
use crate::machine::{
    ActorId, Content, Effect, Hop, Model, Op, PageId, ReadStep, Resource, SectorId, Status,
    StoreId, Through, Which, World, status,
};
use crate::scenario::Scenario;

use super::grid::{Level, PageMoment, excerpt, tone};
use super::machine_state::{Bit, page_bits, pte_thing, shared_bits, thing, tlb_thing};
use super::moment::Moment;

/// A place on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A cell of the stage.
    Cell(String),
    /// The first line of a cell.
    First(String),
    /// The second line of a cell.
    Second(String),
    /// The upper edge of a cell, where it hangs together with the one above.
    Edge(String),
    /// An actor's name on its card.
    Actor(ActorId),
    /// A lock among those that an actor holds.
    Held(ActorId, String),
    /// A lock's bit, a PTE, a TLB entry, a page, by its name.
    Thing(String),
    /// A bit, by the name of the thing that it is in and its own.
    Bit(String, String),
}

impl Spot {
    /// Selects its element.
    pub fn selector(&self) -> String {
        match self {
            Spot::Cell(name) | Spot::Edge(name) => format!("[data-cell=\"{name}\"]"),
            Spot::First(name) => format!("[data-cell=\"{name}\"] .bytes"),
            Spot::Second(name) => format!("[data-cell=\"{name}\"] .crc"),
            Spot::Actor(actor) => format!("[data-thing=actor-{actor}] h2"),
            Spot::Held(actor, lock) => {
                format!("[data-thing=actor-{actor}] [data-token=\"{lock}\"]")
            }
            Spot::Thing(name) => format!("[data-thing=\"{name}\"]"),
            Spot::Bit(thing, bit) => {
                format!("[data-thing=\"{thing}\"] [data-bit=\"{bit}\"]")
            }
        }
    }

    /// The cell or thing that it is in; none for places at actors, which are always there.
    fn within(&self) -> Option<&str> {
        match self {
            Spot::Cell(name) | Spot::First(name) | Spot::Second(name) | Spot::Edge(name) => {
                Some(name)
            }
            Spot::Held(_, name) | Spot::Thing(name) | Spot::Bit(name, _) => Some(name),
            Spot::Actor(_) => None,
        }
    }
}

/// What goes from place to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// What stands on it.
    pub text: String,
    /// Its class in style sheets: the age of bytes, `tag`, `lock`, `fault` or `shot`.
    pub class: &'static str,
}

/// What a pulse tells of the places where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// They were looked at.
    Seen,
    /// They are equal.
    Equal,
    /// They differ.
    Differ,
}

/// One thing that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are loads, places and actors by name"
)]
pub enum Movement {
    /// Bytes or a guard go from one cell to another. `before` is what the cell held until they come, where it held anything.
    Glide {
        load: Load,
        from: Spot,
        to: Spot,
        before: Option<Load>,
    },
    /// A store goes from its actor, through the translation that lets it pass, into its sector.
    Land {
        load: Load,
        actor: ActorId,
        through: Option<Spot>,
        to: Spot,
        before: Load,
    },
    /// A store meets a PTE that does not let it pass, and comes back as a fault.
    Bounce {
        load: Load,
        actor: ActorId,
        off: Spot,
    },
    /// Nothing moves: places are looked at, or compared.
    Pulse { spots: Vec<Spot>, finding: Finding },
    /// A lock goes from its holder, or from its place while nobody has it, to the next.
    Pass { load: Load, from: Spot, to: Spot },
    /// A bit changes, in its place.
    Flip { bit: Spot },
    /// An actor falls asleep: its line to what it waits for pulls tight.
    Tighten { sleeper: ActorId, on: Spot },
    /// An actor sleeps no longer: its line lets go.
    LetGo { sleeper: ActorId, on: Spot },
    /// One actor has a translation dropped that another one's CPU had cached.
    Shot { load: Load, by: ActorId, at: Spot },
}

impl Movement {
    /// How long it takes, in milliseconds.
    fn lasts(&self) -> u32 {
        match self {
            Movement::Flip { .. } => 250,
            Movement::Shot { .. } => 280,
            Movement::Pulse { .. } | Movement::LetGo { .. } => 320,
            Movement::Pass { .. } | Movement::Tighten { .. } => 380,
            Movement::Glide { .. } => 400,
            Movement::Land { .. } => 450,
            Movement::Bounce { .. } => 500,
        }
    }

    /// The places that it begins at, or that it is about: it cannot begin before what goes there has come.
    fn begins(&self) -> Vec<&Spot> {
        match self {
            Movement::Glide { from, .. } | Movement::Pass { from, .. } => vec![from],
            Movement::Pulse { spots, .. } => spots.iter().collect(),
            Movement::Flip { bit } => vec![bit],
            Movement::LetGo { on, .. } => vec![on],
            _ => Vec::new(),
        }
    }

    /// The place that it goes to.
    fn ends(&self) -> Option<&Spot> {
        match self {
            Movement::Glide { to, .. } | Movement::Land { to, .. } => Some(to),
            Movement::Pass { to, .. } => Some(to),
            Movement::Bounce { off, .. } => Some(off),
            Movement::Shot { at, .. } => Some(at),
            _ => None,
        }
    }
}

/// A movement with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    /// When it begins, in milliseconds after the press.
    pub start: u32,
    /// How long it takes, in milliseconds.
    pub lasts: u32,
    /// What moves.
    pub movement: Movement,
}

/// The most that lies between the begins of two steps of one press, in milliseconds.
const BETWEEN: u32 = 250;
/// Within so many milliseconds all steps of one press begin.
const SPREAD: u32 = 500;

/// Puts the movements of steps after each other: a step begins before the last one has ended, but nothing leaves a place
/// before it has come there.
pub fn timed(steps: Vec<Vec<Movement>>) -> Vec<Timed> {
    let steps: Vec<_> = steps.into_iter().filter(|it| !it.is_empty()).collect();
    let gaps = steps.len().saturating_sub(1).max(1) as u32;
    let gap = BETWEEN.min(SPREAD / gaps);
    let mut there: BTreeMap<String, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for (number, step) in (0..).zip(steps) {
        for movement in step {
            let begins = movement.begins().into_iter().filter_map(Spot::within);
            let come = begins.filter_map(|place| there.get(place)).copied();
            let start = come.max().unwrap_or(0).max(number * gap);
            let lasts = movement.lasts();
            let mut come = |spot: Option<&Spot>, after: u32| {
                if let Some(place) = spot.and_then(Spot::within) {
                    there.insert(place.to_owned(), start + after);
                }
            };
            if let Movement::Land { through, .. } = &movement {
                come(through.as_ref(), lasts / 2);
            }
            // The last quarter of a movement is the slow one.
            come(movement.ends(), lasts * 3 / 4);
            all.push(Timed {
                start,
                lasts,
                movement,
            });
        }
    }
    all
}

/// The moment from which motion plays when `now` is shown after `last`: none after a jump, a step back, or another run.
pub fn played_from(last: &Moment, now: &Moment) -> Option<usize> {
    let one_run = Arc::ptr_eq(&last.scenario, &now.scenario);
    let from = last.depth();
    let onward = from < now.depth() && from == now.began;
    (one_run && onward && last.node_at(from) == now.node_at(from)).then_some(from)
}

/// What moves at each step of the run shown after the first so many.
pub fn movements(now: &Moment, after: usize) -> Vec<Vec<Movement>> {
    let steps = now.story.steps.iter().enumerate().skip(after);
    let each = steps.map(|(at, record)| {
        let before = match at.checked_sub(1) {
            Some(last) => now.story.steps[last].world,
            None => now.scenario.model.initial,
        };
        let step = Step {
            now,
            scenario: &now.scenario,
            model: &now.scenario.model,
            at,
            before,
            record,
        };
        step.movements()
    });
    each.collect()
}

/// One step of the run shown.
struct Step<'a> {
    now: &'a Moment,
    scenario: &'a Scenario,
    model: &'a Model,
    /// Its place among the steps, from 0.
    at: usize,
    before: World,
    record: &'a StepRecord,
}

impl Step<'_> {
    fn movements(&self) -> Vec<Movement> {
        let mut all = Vec::new();
        for effect in &self.record.effects {
            self.follow(*effect, &mut all);
        }
        let bits = self.bits();
        self.pass(&bits, &mut all);
        let passed = |bit: &Bit| {
            let mut moved = all.iter();
            let of = |spot: &Spot| spot.within() == Some(&bit.thing);
            moved.any(|it| matches!(it, Movement::Pass { from, to, .. } if of(from) || of(to)))
        };
        let flips = bits.iter().filter(|(_, bit)| bit.on != bit.was);
        let flips = flips.filter(|(_, bit)| bit.thing.is_empty() || !passed(bit));
        let flips = flips.map(|(within, bit)| Movement::Flip {
            bit: Spot::Bit(within.clone(), bit.key().to_owned()),
        });
        let mut flips: Vec<Movement> = flips.collect();
        // The buffers of a page are called the same, and those that changed flip together.
        flips.dedup();
        all.extend(flips);
        self.sleep(&mut all);
        all
    }

    /// All bits with the names of the things that they are in.
    fn bits(&self) -> Vec<(String, Bit)> {
        let (now, was) = (&self.record.world, &self.before);
        let mut groups = Vec::new();
        for number in self.model.page_ids() {
            let moment = PageMoment {
                page: self.model.page(now, number),
                before: self.model.page(was, number),
                step: self.at + 1,
                mover: Some(self.record.choice.actor),
                ..PageMoment::of(self.now, number)
            };
            let bits = page_bits(&moment, now, was);
            for mapping in bits.mappings {
                groups.extend(mapping.caches);
                groups.push(mapping.pte);
            }
            groups.extend(bits.frame);
        }
        groups.extend(shared_bits(self.scenario, now, was));
        let bits = groups.into_iter().flat_map(|group| {
            let thing = group.thing;
            group.bits.into_iter().map(move |bit| (thing.clone(), bit))
        });
        bits.collect()
    }

    /// The locks that have another holder than before.
    fn pass(&self, bits: &[(String, Bit)], into: &mut Vec<Movement>) {
        for resource in [
            Resource::PageLock,
            Resource::BufferLock,
            Resource::PteLock,
            Resource::Handle,
            Resource::Mutex,
            Resource::Named,
        ] {
            for which in self.model.all_of(resource) {
                let name = thing(resource, which);
                let owner = |world: &World| match which {
                    Which::Lock(lock) => self.model.lock(world, lock).first_holder(),
                    _ => self.model.owner(world, resource, which),
                };
                let (was, is) = (owner(&self.before), owner(&self.record.world));
                let bit = bits.iter().find(|(_, bit)| bit.thing == name);
                let (true, Some((_, bit))) = (was != is, bit) else {
                    continue;
                };
                let load = Load {
                    text: bit.name.clone(),
                    class: "lock",
                };
                let free = || Spot::Thing(name.clone());
                into.push(Movement::Pass {
                    load,
                    // The token is not on the card of its last holder any more.
                    from: was.map_or_else(free, Spot::Actor),
                    to: is.map_or_else(free, |actor| Spot::Held(actor, name.clone())),
                });
            }
        }
    }

    /// The actors that fell asleep, and those that sleep no longer.
    fn sleep(&self, into: &mut Vec<Movement>) {
        for sleeper in self.model.actor_ids() {
            let asleep = |world: &World| match status(self.model, world, sleeper) {
                Status::Asleep(wait) => Some(Spot::Thing(thing(wait.on, wait.which))),
                _ => None,
            };
            let (was, is) = (asleep(&self.before), asleep(&self.record.world));
            if was == is {
                continue;
            }
            into.extend(was.map(|on| Movement::LetGo { sleeper, on }));
            into.extend(is.map(|on| Movement::Tighten { sleeper, on }));
        }
    }

    fn bytes(&self, page: PageId, sector: SectorId, content: Content) -> Load {
        let initial = self.model.page(&self.model.initial, page);
        Load {
            text: excerpt(self.model, page, sector, content),
            class: tone(&initial, sector, content),
        }
    }

    /// Bytes with their guard below them.
    fn with_guard(&self, bytes: Load, guarded: Content) -> Load {
        Load {
            text: format!("{}\n{}", bytes.text, self.guard(guarded).text),
            ..bytes
        }
    }

    fn guard(&self, content: Content) -> Load {
        Load {
            text: hex(self.model.contents.guard(content)),
            class: "tag",
        }
    }

    /// The row that an I/O reads a sector from: the copy, if there is one.
    fn source(&self, page: PageId, sector: SectorId) -> Level {
        match self.model.page(&self.before, page).copy[sector.index()].is_some() {
            true => Level::Copy,
            false => Level::Memory,
        }
    }

    /// Whether the block layer's guards go with a sector's bytes.
    fn guarded(&self, page: PageId, sector: SectorId) -> bool {
        let bio = self.model.bio_at(&self.before, page, sector);
        let guarded = bio.is_some_and(|bio| self.model.bio(&self.before, bio).guarded);
        guarded && self.model.protection.guards()
    }

    /// The row that a sector's bytes have come down to.
    fn lowest(&self, page: PageId, sector: SectorId) -> Level {
        let steps = self.now.story.steps[..self.at].iter().rev();
        let mut effects = steps.flat_map(|record| record.effects.iter().rev());
        let last = effects.find_map(|effect| match *effect {
            Effect::Fetched {
                page: of,
                sector: at,
                ..
            } if (of, at) == (page, sector) => Some(Level::Hba),
            Effect::Checked {
                hop: Hop::Target,
                page: of,
                sector: at,
                ..
            } if (of, at) == (page, sector) => Some(Level::Target),
            _ => None,
        });
        last.unwrap_or(Level::Hba)
    }

    /// What moves by an effect.
    fn follow(&self, effect: Effect, into: &mut Vec<Movement>) {
        let actor = self.record.choice.actor;
        let model = self.model;
        match effect {
            Effect::ReadInto {
                page,
                sector,
                content,
                bounced,
            } => {
                let to = if bounced { Level::Copy } else { Level::Memory };
                let load = self.bytes(page, sector, content);
                self.glide(load, (Level::Media, to), (page, sector), None, into);
                let sealed = model.page(&self.record.world, page).sealed[sector.index()];
                // A second read brings what stands there already.
                let mut code = model.actors.iter().flat_map(|it| &it.code);
                let again = code.any(|instr| instr.op == Op::Read(ReadStep::Again));
                if bounced && again {
                    return;
                }
                if sealed.is_some() && model.protection.guards() {
                    // The guard comes from the device, wherever that has it from.
                    let nothing = Load {
                        text: String::new(),
                        class: "tag",
                    };
                    into.push(Movement::Land {
                        load: self.guard(sealed),
                        actor,
                        through: None,
                        to: Spot::First(Level::Tuple.cell(page, sector)),
                        before: nothing,
                    });
                } else if sealed.is_some() {
                    let load = self.bytes(page, sector, sealed);
                    let way = (Level::Media, Level::Tuple);
                    self.glide(load, way, (page, sector), None, into);
                }
            }
            Effect::CopiedOut { page } => {
                let copy = model.page(&self.before, page).copy;
                for sector in model.sector_ids().filter(|it| copy[it.index()].is_some()) {
                    let load = self.bytes(page, sector, copy[sector.index()]);
                    let way = (Level::Copy, Level::Memory);
                    self.glide(load, way, (page, sector), None, into);
                }
            }
            Effect::ReadChecked {
                page,
                sector,
                matched,
                ..
            } => {
                let finding = match matched {
                    true => Finding::Equal,
                    false => Finding::Differ,
                };
                let from = self.source(page, sector);
                let tuple = Spot::First(Level::Tuple.cell(page, sector));
                let spots = vec![tuple, Spot::Second(from.cell(page, sector))];
                into.push(pulse(spots, finding));
            }
            Effect::ReadAgain { bio } => {
                let inside = |page: &PageId| model.sectors_in(&self.before, bio, *page) != 0;
                for page in model.page_ids().filter(inside) {
                    self.follow(Effect::ReadBounced { page }, into);
                }
            }
            Effect::ReadBounced { page } => {
                let memory = model.page(&self.before, page).memory;
                for sector in model.sector_ids() {
                    let load = self.bytes(page, sector, memory[sector.index()]);
                    let way = (Level::Memory, Level::Copy);
                    self.glide(load, way, (page, sector), None, into);
                }
            }
            Effect::Copied { page } | Effect::WriteAccess { page, frozen: true } => {
                let memory = model.page(&self.before, page).memory;
                for sector in model.sector_ids() {
                    let load = self.bytes(page, sector, memory[sector.index()]);
                    self.glide(
                        load,
                        (Level::Memory, Level::Copy),
                        (page, sector),
                        None,
                        into,
                    );
                }
            }
            Effect::CopiedSector {
                page,
                sector,
                content,
            } => {
                let load = self.bytes(page, sector, content);
                let way = (Level::Memory, Level::Copy);
                self.glide(load, way, (page, sector), None, into);
            }
            Effect::Guarded {
                page,
                sector,
                content,
            }
            | Effect::Sampled {
                page,
                sector,
                content,
            } => {
                let from = self.source(page, sector);
                match model.protection.guards() {
                    true => into.push(Movement::Glide {
                        load: self.guard(content),
                        from: Spot::Second(from.cell(page, sector)),
                        to: Spot::First(Level::Tuple.cell(page, sector)),
                        before: None,
                    }),
                    false => {
                        let load = self.bytes(page, sector, content);
                        self.glide(load, (from, Level::Tuple), (page, sector), None, into);
                    }
                }
            }
            Effect::Fetched {
                page,
                sector,
                content,
            } => {
                if self.guarded(page, sector) {
                    let sealed = model.page(&self.before, page).sealed[sector.index()];
                    // To where the check compares it with the bytes' own.
                    into.push(Movement::Glide {
                        load: self.guard(sealed),
                        from: Spot::First(Level::Tuple.cell(page, sector)),
                        to: Spot::Edge(Level::Hba.cell(page, sector)),
                        before: None,
                    });
                }
                let load = self.bytes(page, sector, content);
                let from = self.source(page, sector);
                self.glide(load, (from, Level::Hba), (page, sector), None, into);
            }
            Effect::Inserted { page, sector, .. } => {
                let spot = Spot::Second(Level::Hba.cell(page, sector));
                into.push(pulse(vec![spot], Finding::Seen));
            }
            Effect::Checked {
                hop,
                page,
                sector,
                received,
                computed,
                matched,
            } => {
                let finding = match matched {
                    true => Finding::Equal,
                    false => Finding::Differ,
                };
                let mut spots = Vec::new();
                if self.guarded(page, sector) {
                    spots.push(Spot::First(Level::Tuple.cell(page, sector)));
                }
                let level = match hop {
                    Hop::Hba => Level::Hba,
                    Hop::Target => Level::Target,
                };
                spots.push(Spot::Second(level.cell(page, sector)));
                if hop == Hop::Target {
                    // The wire and the check are one step of the model.
                    let load = self.with_guard(self.bytes(page, sector, computed), received);
                    self.glide(
                        load,
                        (Level::Hba, Level::Target),
                        (page, sector),
                        None,
                        into,
                    );
                }
                into.push(pulse(spots, finding));
            }
            Effect::Committed { bio } => {
                for page in model.page_ids() {
                    let (was, is) = (
                        model.page(&self.before, page),
                        model.page(&self.record.world, page),
                    );
                    let inside = model.sectors_in(&self.before, bio, page);
                    for sector in model.sector_ids() {
                        let at = sector.index();
                        if inside & sector.bit() == 0 || !was.wire[at].is_some() {
                            continue;
                        }
                        let mut load = self.bytes(page, sector, is.media[at]);
                        let mut before = self.bytes(page, sector, was.media[at]);
                        if is.tuples[at].is_some() {
                            load = self.with_guard(load, is.tuples[at]);
                        }
                        if was.tuples[at].is_some() {
                            before = self.with_guard(before, was.tuples[at]);
                        }
                        let from = self.lowest(page, sector);
                        let before = Some(before);
                        self.glide(load, (from, Level::Media), (page, sector), before, into);
                    }
                }
            }
            Effect::Stored {
                page,
                sector,
                store,
                from,
                to,
                through,
            } => {
                let its = &model.actors[actor.index()];
                let through = match (through, its.tlb, its.space) {
                    (Through::Tlb, Some(tlb), _) => Some(Spot::Thing(tlb_thing(tlb, page))),
                    (Through::PageTable, _, Some(space)) => {
                        Some(Spot::Thing(pte_thing(space, page)))
                    }
                    _ => None,
                };
                let before = self.with_guard(self.bytes(page, sector, from), from);
                // A checksum written into its block comes from nowhere but its own bytes.
                let load = match store {
                    StoreId::CHECKSUM => self.guard(to),
                    _ => self.bytes(page, sector, to),
                };
                into.push(Movement::Land {
                    load,
                    actor,
                    through,
                    to: Spot::Cell(Level::Memory.cell(page, sector)),
                    before,
                });
            }
            Effect::Faulted {
                page,
                space,
                mapped,
            } => {
                let bit = match mapped {
                    true => "write",
                    false => "present",
                };
                let due = model.due(&self.before, actor);
                let store = due.and_then(|instr| model.stores.get(instr.store().index()));
                let text = store.map_or(String::new(), |store| {
                    bytes(&store.bytes[..store.bytes.len().min(4)])
                });
                into.push(Movement::Bounce {
                    load: Load {
                        text,
                        class: "newer",
                    },
                    actor,
                    off: Spot::Bit(pte_thing(space, page), bit.to_owned()),
                });
            }
            Effect::TlbFlushed { page, space, .. } => {
                for (tlb, of) in model.tlb_ids().zip(&model.tlb_spaces) {
                    let own = model.actors[actor.index()].tlb == Some(tlb);
                    let cached = model.tlb(&self.before, tlb, page).present();
                    if *of == space && cached && !own {
                        into.push(Movement::Shot {
                            load: Load {
                                text: "flush".to_owned(),
                                class: "shot",
                            },
                            by: actor,
                            at: Spot::Thing(tlb_thing(tlb, page)),
                        });
                    }
                }
            }
            _ => into.extend(self.seen(effect).map(|it| pulse(vec![it], Finding::Seen))),
        }
    }

    /// Has a load glide from a row's cell to another's: bytes along the first lines, with their guard from cell to cell.
    fn glide(
        &self,
        load: Load,
        (from, to): (Level, Level),
        (page, sector): (PageId, SectorId),
        before: Option<Load>,
        into: &mut Vec<Movement>,
    ) {
        let spot = match load.text.contains('\n') {
            true => Spot::Cell,
            false => Spot::First,
        };
        into.push(Movement::Glide {
            load,
            from: spot(from.cell(page, sector)),
            to: spot(to.cell(page, sector)),
            before,
        });
    }

    /// What an effect looked at without changing it.
    fn seen(&self, effect: Effect) -> Option<Spot> {
        let due = self.model.due(&self.before, self.record.choice.actor);
        let by_tag = due.is_some_and(|instr| instr.op == Op::FindTagged);
        let flag =
            |page: PageId, bit: &str| Some(Spot::Bit(format!("page-{page}"), bit.to_owned()));
        match effect {
            Effect::LockBusy { page } => flag(page, "PG_locked"),
            Effect::LockRefused { lock, .. } | Effect::ValueSeen { lock, .. } => {
                Some(Spot::Thing(thing(Resource::Named, Which::Lock(lock))))
            }
            Effect::FoundFree { what, .. } => {
                let which = due?.which(what);
                Some(Spot::Thing(thing(what, which)))
            }
            // Which of two tags was looked for is not told.
            Effect::FoundDirty { .. } | Effect::NotDirty { .. } if by_tag => None,
            Effect::FoundDirty { page } | Effect::NotDirty { page } => flag(page, "PG_dirty"),
            Effect::FoundClean { page, space } | Effect::PteChanged { page, space } => {
                Some(Spot::Thing(pte_thing(space, page)))
            }
            Effect::NoWriteback { page }
            | Effect::WritebackIgnored { page }
            | Effect::FellAsleep { page } => flag(page, "PG_writeback"),
            _ => None,
        }
    }
}

fn pulse(spots: Vec<Spot>, finding: Finding) -> Movement {
    Movement::Pulse { spots, finding }
}
