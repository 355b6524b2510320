//! What a lesson may say of a moment, in a small language: each fact is true or false of the model, and the engine decides.
//!
//! `met guard error`, `met nothing`, `broke I2`; `writer asleep on PG_writeback`, `writer ready`, `writer at lock_page`;
//! `PG_dirty set`, `page lock free`, `PTE A writable`, `TLB writer stale`, `memory equals disk`; and, of everything that can
//! come after the moment, `safe`, `can guard error` and `odds above 10 %`; of what follows from a failure, `noticed by fsync`,
//! `hurts the file` and `repaired`. `not` before a fact says the contrary.

use crate::exchange::{Consequence, Hurt, Notices, Repair};
use crate::machine::{
    Access, ActorId, Invariant, Model, PageId, Resource, SpaceId, Status, World, status,
};
use crate::protocol::{OPS, did_you_mean, op_number};
use crate::scenario::{Scenario, Verdict};

use super::scene::Scene;

/// A fact of a moment.
#[derive(Clone, Debug)]
pub struct Fact {
    /// As the lesson has it.
    pub text: String,
    not: bool,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Met(Verdict),
    MetNothing,
    Broke(Invariant),
    Actor(ActorId, Standing),
    Bit(Bit, PageId, bool),
    Pte(SpaceId, Entry),
    Tlb(ActorId, Entry),
    Bytes { rows: [Row; 2], equal: bool },
    Noticed(Finder),
    Hurts(Hurt),
    Repaired,
    Safe,
    Can(Verdict),
    Odds { above: bool, percent: f64 },
}

/// Who finds out of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finder {
    Nobody,
    Fsync,
    Write,
    Log,
    Read,
    Scrub,
    Waiter,
}

impl Finder {
    fn of(notices: Notices) -> Finder {
        match notices {
            Notices::Nobody => Finder::Nobody,
            Notices::Fsync(_) => Finder::Fsync,
            Notices::Write => Finder::Write,
            Notices::Log => Finder::Log,
            Notices::Read | Notices::ReadCall => Finder::Read,
            Notices::Scrub => Finder::Scrub,
            Notices::HungTask | Notices::Waiter => Finder::Waiter,
        }
    }
}

#[derive(Clone, Debug)]
enum Standing {
    Ready,
    Idle,
    Finished,
    Asleep(Option<Resource>),
    At(usize),
}

#[derive(Clone, Copy, Debug)]
enum Bit {
    Dirty,
    Writeback,
    Lock,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Writable,
    ReadOnly,
    Dirty,
    Clean,
    Gone,
    /// A cached entry that allows stores which the PTE does not.
    Stale,
}

#[derive(Clone, Copy, Debug)]
enum Row {
    Memory,
    Copy,
    Guard,
    Adapter,
    Disk,
}

const FINDERS: [(&str, Finder); 7] = [
    ("nobody", Finder::Nobody),
    ("fsync", Finder::Fsync),
    ("write", Finder::Write),
    ("the log", Finder::Log),
    ("a read", Finder::Read),
    ("a scrub", Finder::Scrub),
    ("who waits", Finder::Waiter),
];
const HURT: [(&str, Hurt); 12] = [
    ("nobody", Hurt::Nobody),
    ("the file after a crash", Hurt::FileAfterCrash),
    ("the journal", Hurt::Journal),
    ("the file", Hurt::File),
    ("the program", Hurt::Program),
    ("others in the bio", Hurt::SameBio),
    ("the stripe", Hurt::Stripe),
    ("metadata", Hurt::Metadata),
    ("who stored", Hurt::Storer),
    ("who stores next", Hurt::NextStore),
    ("who waits", Hurt::Waiters),
    ("who is stopped", Hurt::Stopped),
];
const ROWS: [(&str, Row); 5] = [
    ("memory", Row::Memory),
    ("copy", Row::Copy),
    ("guard", Row::Guard),
    ("adapter", Row::Adapter),
    ("disk", Row::Disk),
];
const ENTRIES: [(&str, Entry); 6] = [
    ("writable", Entry::Writable),
    ("read-only", Entry::ReadOnly),
    ("dirty", Entry::Dirty),
    ("clean", Entry::Clean),
    ("gone", Entry::Gone),
    ("stale", Entry::Stale),
];
const RESOURCES: [(&str, Resource); 9] = [
    ("page lock", Resource::PageLock),
    ("PG_writeback", Resource::Writeback),
    ("bio", Resource::Bio),
    ("buffer lock", Resource::BufferLock),
    ("BH_Shadow", Resource::Shadow),
    ("page table lock", Resource::PteLock),
    ("handle", Resource::Handle),
    ("commit", Resource::Commit),
    ("mutex", Resource::Mutex),
];
const FORMS: &str = "facts are \"met VERDICT\", \"met nothing\", \"broke I2\", \"ACTOR ready\" (idle, finished, asleep, asleep on PG_writeback, at STEP), \"PG_dirty set\" (or clear), \"PG_writeback set\", \"page lock held\" (or free), \"PTE SPACE writable\" (read-only, dirty, clean, gone), \"TLB ACTOR stale\", \"memory equals disk\" (or differs from; copy, guard, adapter), \"noticed by fsync\", \"hurts the file\", \"repaired\", \"safe\", \"can VERDICT\" and \"odds above 10 %\" (or below); \"not\" before them says the contrary";

impl Fact {
    /// Reads a fact of a scenario.
    ///
    /// # Errors
    /// The reason, with the nearest word there is.
    pub(super) fn read(text: &str, scenario: &Scenario) -> Result<Fact, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (not, words) = match words.split_first() {
            Some((&"not", rest)) => (true, rest),
            _ => (false, &words[..]),
        };
        Ok(Fact {
            text: text.to_owned(),
            not,
            kind: Kind::read(words, scenario)?,
        })
    }

    /// Whether it is true of a moment; none where memory was too small for the search it needs.
    pub fn holds(&self, scene: &Scene) -> Option<bool> {
        match self.is_searched() {
            true => match self.kind {
                Kind::Odds { above, percent } => {
                    let share = scene.odds()?.value() * 100.0;
                    let so = match above {
                        true => share > percent,
                        false => share < percent,
                    };
                    Some(so != self.not)
                }
                _ => Some(self.is_among(&scene.found()?)),
            },
            false => Some(self.kind.holds(scene)? != self.not),
        }
    }

    /// Whether it is true of a moment after which just these verdicts can come. Only for what is
    /// [searched](Fact::is_searched).
    pub fn is_among(&self, found: &[Verdict]) -> bool {
        let so = match self.kind {
            Kind::Safe => !found.iter().any(|it| it.fails()),
            Kind::Can(verdict) => found.contains(&verdict),
            _ => self.not,
        };
        so != self.not
    }

    /// Whether a run to this verdict shows what it says of all that can come, or what is so in its place.
    pub fn is_shown_by(&self, verdict: Verdict, found: &[Verdict]) -> bool {
        match self.kind {
            Kind::Can(asked) if found.contains(&asked) => verdict == asked,
            Kind::Can(_) | Kind::Safe => verdict.fails(),
            _ => false,
        }
    }

    /// Whether it is about all that can come after the moment, for which every schedule is looked at.
    pub fn is_searched(&self) -> bool {
        matches!(self.kind, Kind::Safe | Kind::Can(_) | Kind::Odds { .. })
    }

    /// Whether it is about what follows from a failure.
    pub fn is_consequence(&self) -> bool {
        matches!(
            self.kind,
            Kind::Noticed(_) | Kind::Hurts(_) | Kind::Repaired
        )
    }

    /// Whether it is about how many runs fail, if the next step is always chosen at random.
    pub fn is_odds(&self) -> bool {
        matches!(self.kind, Kind::Odds { .. })
    }
}

impl Kind {
    fn read(words: &[&str], scenario: &Scenario) -> Result<Kind, String> {
        match words {
            ["safe"] => Ok(Kind::Safe),
            ["met", "nothing"] => Ok(Kind::MetNothing),
            ["met", verdict @ ..] => Ok(Kind::Met(verdict_named(&verdict.join(" "))?)),
            ["can", verdict @ ..] => Ok(Kind::Can(verdict_named(&verdict.join(" "))?)),
            ["noticed", "by", who @ ..] => {
                Ok(Kind::Noticed(named("finder", &who.join(" "), FINDERS)?))
            }
            ["hurts", who @ ..] => Ok(Kind::Hurts(named("victim", &who.join(" "), HURT)?)),
            ["repaired"] => Ok(Kind::Repaired),
            ["odds", side @ ("above" | "below"), number, "%"] => {
                let percent = number
                    .parse::<f64>()
                    .ok()
                    .filter(|it| (0.0..=100.0).contains(it));
                let percent =
                    percent.ok_or("odds are a number of percent, as in \"odds above 0.5 %\"")?;
                let above = *side == "above";
                Ok(Kind::Odds { above, percent })
            }
            ["broke", name] => {
                let all = Invariant::ALL.into_iter().map(|it| (it.name().0, it));
                Ok(Kind::Broke(named("invariant", name, all)?))
            }
            ["PG_dirty", "set" | "clear", ..] => {
                bit(Bit::Dirty, words[1] == "set", &words[2..], scenario)
            }
            ["PG_writeback", "set" | "clear", ..] => {
                bit(Bit::Writeback, words[1] == "set", &words[2..], scenario)
            }
            ["page", "lock", "held" | "free", ..] => {
                bit(Bit::Lock, words[2] == "held", &words[3..], scenario)
            }
            ["PTE", space, entry] => {
                let all = scenario.spaces.iter().enumerate();
                let all = all.map(|(at, name)| (name.as_str(), SpaceId::at(at)));
                let space = named("address space", space, all)?;
                Ok(Kind::Pte(space, named("kind of entry", entry, ENTRIES)?))
            }
            ["TLB", actor, entry] => {
                let actor = actor_named(actor, scenario)?;
                if scenario.model.actors[actor.index()].tlb.is_none() {
                    return Err(format!("{} has no TLB", words[1]));
                }
                Ok(Kind::Tlb(actor, named("kind of entry", entry, ENTRIES)?))
            }
            [one, "equals", other] => rows(one, other, true),
            [one, "differs", "from", other] => rows(one, other, false),
            [actor, standing @ ..] if !standing.is_empty() => {
                let standing = match standing {
                    ["ready"] => Standing::Ready,
                    ["idle"] => Standing::Idle,
                    ["finished"] => Standing::Finished,
                    ["asleep"] => Standing::Asleep(None),
                    ["asleep", "on", what @ ..] => Standing::Asleep(Some(named(
                        "thing to sleep on",
                        &what.join(" "),
                        RESOURCES,
                    )?)),
                    ["at", key] => match op_number(key) {
                        Some(number) => Standing::At(number),
                        None => {
                            let near = did_you_mean(key, OPS.iter().map(|row| row.key));
                            return Err(format!("there is no step \"{key}\"{near}"));
                        }
                    },
                    _ => return Err(FORMS.to_owned()),
                };
                Ok(Kind::Actor(actor_named(actor, scenario)?, standing))
            }
            _ => Err(FORMS.to_owned()),
        }
    }

    fn holds(&self, scene: &Scene) -> Option<bool> {
        let model = &scene.scenario.model;
        let world = scene.world();
        Some(match self {
            Kind::Met(verdict) => scene.story().verdicts(model).contains(verdict),
            Kind::MetNothing => !scene.story().verdicts(model).iter().any(|it| it.fails()),
            Kind::Broke(invariant) => {
                let story = scene.story();
                story.broken.iter().any(|(broken, _)| broken == invariant)
            }
            Kind::Actor(actor, standing) => stands(model, &world, *actor, standing),
            Kind::Bit(bit, page, set) => {
                let page = model.page(&world, *page);
                let is = match bit {
                    Bit::Dirty => page.dirty,
                    Bit::Writeback => page.writeback.is_some(),
                    Bit::Lock => page.lock.is_some(),
                };
                is == *set
            }
            Kind::Pte(space, entry) => entry.is(model.pte(&world, *space, PageId(0)), None),
            Kind::Tlb(actor, entry) => {
                let actor = &model.actors[actor.index()];
                let (tlb, space) = (actor.tlb?, actor.space?);
                let pte = model.pte(&world, space, PageId(0));
                entry.is(model.tlb(&world, tlb, PageId(0)), Some(pte))
            }
            Kind::Bytes { rows, equal } => {
                let page = model.page(&world, PageId(0));
                let [one, other] = rows.map(|row| match row {
                    Row::Memory => page.memory,
                    Row::Copy => page.copy,
                    Row::Guard => page.sealed,
                    Row::Adapter => page.wire,
                    Row::Disk => page.media,
                });
                let mut sectors = model.sector_ids();
                sectors.all(|it| one[it.index()] == other[it.index()]) == *equal
            }
            Kind::Noticed(who) => scene
                .consequence()
                .is_some_and(|it| Finder::of(it.notices) == *who),
            Kind::Hurts(who) => scene.consequence().is_some_and(|it| it.hurt == *who),
            Kind::Repaired => scene
                .consequence()
                .is_some_and(|it| it.repair == Repair::NextWriteback),
            // Told from what the search finds.
            Kind::Safe | Kind::Can(_) | Kind::Odds { .. } => return None,
        })
    }
}

impl Scene {
    /// What follows from the worst that the run has come to; none if it has not failed.
    pub fn consequence(&self) -> Option<Consequence> {
        let met = self.story().verdicts(&self.scenario.model).into_iter();
        let worst = met.filter(|it| it.fails()).max_by_key(|it| it.severity())?;
        Some(Consequence::of(&self.scenario, &self.run, worst))
    }
}

fn stands(model: &Model, world: &World, actor: ActorId, standing: &Standing) -> bool {
    match (status(model, world, actor), standing) {
        (Status::Ready, Standing::Ready)
        | (Status::Idle, Standing::Idle)
        | (Status::Finished, Standing::Finished)
        | (Status::Asleep(_), Standing::Asleep(None)) => true,
        (Status::Asleep(wait), Standing::Asleep(Some(on))) => wait.on == *on,
        (_, Standing::At(number)) => model
            .due(world, actor)
            .is_some_and(|it| usize::from(it.tag) == *number),
        _ => false,
    }
}

impl Entry {
    fn is(self, entry: Access, pte: Option<Access>) -> bool {
        match self {
            Entry::Writable => entry.present() && entry.write(),
            Entry::ReadOnly => entry.present() && !entry.write(),
            Entry::Dirty => entry.present() && entry.dirty(),
            Entry::Clean => entry.present() && !entry.dirty(),
            Entry::Gone => !entry.present(),
            Entry::Stale => entry.write() && pte.is_some_and(|it| !it.write()),
        }
    }
}

fn bit(bit: Bit, set: bool, page: &[&str], scenario: &Scenario) -> Result<Kind, String> {
    let page = match page {
        [] => PageId(0),
        [number] => {
            let mut all = scenario.model.page_ids();
            all.find(|it| it.to_string() == *number)
                .ok_or_else(|| format!("there is no page {number}"))?
        }
        _ => return Err(FORMS.to_owned()),
    };
    Ok(Kind::Bit(bit, page, set))
}

fn rows(one: &str, other: &str, equal: bool) -> Result<Kind, String> {
    let rows = [named("row", one, ROWS)?, named("row", other, ROWS)?];
    Ok(Kind::Bytes { rows, equal })
}

fn actor_named(name: &str, scenario: &Scenario) -> Result<ActorId, String> {
    let all = scenario.model.actor_ids().zip(&scenario.cast);
    named("actor", name, all.map(|(id, it)| (it.name.as_str(), id)))
}

pub(super) fn verdict_named(words: &str) -> Result<Verdict, String> {
    let all = Verdict::ALL.into_iter().map(|it| (it.words(), it));
    named("verdict", words, all)
}

/// The thing of that name; else the reason, with the nearest name and all of them.
fn named<'a, T>(
    what: &str,
    name: &str,
    all: impl IntoIterator<Item = (&'a str, T)>,
) -> Result<T, String> {
    let (names, mut things): (Vec<&str>, Vec<T>) = all.into_iter().unzip();
    match names.iter().position(|it| *it == name) {
        Some(at) => Ok(things.swap_remove(at)),
        None => {
            let near = did_you_mean(name, names.iter().copied());
            let known = names.join(", ");
            Err(format!(
                "there is no {what} \"{name}\"{near}; known: {known}"
            ))
        }
    }
}
