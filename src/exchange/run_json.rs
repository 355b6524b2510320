//! A run as JSON, for other programs. `assets/schema/run-2.json` describes each member; it is made of the types here,
//! whose comments are its descriptions. New information gets a new member; a member whose meaning changes makes a new
//! version.

use serde::Serialize;

use super::ending::outcome;
use super::introduction;
use super::narration::{hex, sentence, world_before};
use super::schema::{DeviceWord, EraWord, InvariantNumber, StepKey, VerdictWord};
use super::status_words;
use crate::explore::Story;
use crate::machine::{
    Access, ActorId, BioId, Content, Effect, End, Intervals, LockKind, Model, PageId, Resource,
    SpaceId, Stage, Status, World, end, status,
};
use crate::protocol::{OPS, OpRow};
use crate::scenario::Scenario;

/// What the `format` of a run says.
pub const RUN_FORMAT: &str = "stable-pages run";
const VERSION: u32 = 2;

/// One run of Linux's page writeback, step by step, as the page Stable Pages exports it. Within
/// version 2 members may be added by later versions of this file; none is removed or given another
/// meaning.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Run<'a> {
    /// What this document is.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = RUN_FORMAT)))]
    format: &'static str,
    /// Which version of its shape it has.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = VERSION)))]
    version: u32,
    /// The page's address for this run; empty if it had none.
    link: &'a str,
    /// What was run.
    scenario: About<'a>,
    /// The actors, in order.
    actors: Vec<Actor<'a>>,
    /// The address spaces, in the order of each page's ptes.
    spaces: &'a [String],
    /// The TLBs, in the order of each page's tlbs.
    tlbs: Vec<Tlb<'a>>,
    /// The pages.
    pages: Vec<PageOf>,
    /// The guard tag of each content, by its number; null for number 0, which stands for no bytes.
    contents: Vec<Option<Guard>>,
    /// The state before the first step.
    initial: State<'a>,
    /// The steps, in order.
    steps: Vec<Step<'a>>,
    /// What came of the run.
    verdicts: Vec<VerdictWord>,
    /// Invariants that were broken.
    invariants: Vec<Broken>,
    /// How the run ended; null if somebody can still move.
    end: Option<Ended<'a>>,
}

/// What was run.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct About<'a> {
    /// Its name in links.
    slug: &'a str,
    /// What it is called.
    title: &'a str,
    /// What is different from other scenarios.
    summary: String,
    /// Which kernel's names and rules hold.
    era: EraWord,
    /// The kind of device, as scenario files call it.
    device: DeviceWord,
    /// What is changed from the correct ordering.
    edits: &'a [String],
    /// Where it comes from.
    sources: &'a [String],
}

/// An actor, by its name.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(transparent)]
struct ActorName<'a>(&'a str);

/// A guard tag, four hexadecimal digits.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(transparent)]
#[cfg_attr(not(target_family = "wasm"), schemars(extend("pattern" = "^[0-9a-f]{4}$")))]
struct Guard(String);

/// One of the actors.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Actor<'a> {
    /// Its name.
    name: ActorName<'a>,
    /// What and where it is.
    about: &'a str,
    /// Its address space; null if it has none.
    space: Option<&'a str>,
}

/// One of the TLBs.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Tlb<'a> {
    /// Whose translations it caches.
    space: Option<&'a str>,
    /// Who runs on its CPU.
    actors: Vec<ActorName<'a>>,
}

/// One of the pages, as it is throughout the run.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct PageOf {
    /// Its index in the file, from 0.
    index: Option<u32>,
    /// It is in the page cache.
    cached: bool,
    /// The address of each of its sectors.
    lbas: Vec<u32>,
}

/// A step, and the state after it.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Step<'a> {
    /// Its number, from 1.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1)))]
    step: usize,
    /// Who made it.
    actor: ActorName<'a>,
    /// Which way it went, where there are several; from 0.
    way: u8,
    /// The step's stable name, as in scenario files.
    op: StepKey,
    /// The kernel's line or function, as it is called in this era.
    line: &'a str,
    /// What it did, in English.
    sentence: String,
    /// What it did, in stable names, in the order of doing.
    effects: &'a [Effect],
    /// Invariants that hold no more after it, and did until then.
    breaks: Vec<InvariantNumber>,
    /// The verdict this step alone amounts to; null for most.
    verdict: Option<VerdictWord>,
    /// The state after it.
    state: State<'a>,
}

/// An invariant that was broken.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Broken {
    /// Its number.
    invariant: InvariantNumber,
    /// Its name.
    name: &'static str,
    /// After which step it first did not hold; 0 is the start.
    step: usize,
}

/// How a run ended.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Ended<'a> {
    /// In one word.
    kind: EndKind,
    /// Who waits for each other, or sleeps for ever.
    actors: Vec<ActorName<'a>>,
    /// How it ended, in English.
    sentence: String,
}

/// How a run ended, in one word.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum EndKind {
    /// Everybody is finished, or serves others and has no work.
    Rest,
    /// Actors wait for each other.
    Deadlock,
    /// An actor sleeps on what nobody will do any more.
    Stall,
    /// The kernel hit a BUG.
    Halted,
}

/// Everything at one moment.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct State<'a> {
    /// The pages, in their order.
    pages: Vec<Page<'a>>,
    /// The actors, in their order.
    actors: Vec<Place<'a>>,
    /// What else is taken, and by whom.
    held: Vec<Holding<'a>>,
    /// The locks, counters and flags that the scenario declares by name, in its order; left out where it declares none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(not(target_family = "wasm"), schemars(default))]
    locks: Vec<NamedLock<'a>>,
    /// The mapping has a write error for the next fsync.
    error_latched: bool,
}

/// A lock, counter or flag with a name, at one moment.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct NamedLock<'a> {
    /// Its name.
    name: &'a str,
    /// What it is.
    kind: LockKind,
    /// Who holds it alone; null if nobody does.
    held_by: Option<ActorName<'a>>,
    /// Who holds it as a reader.
    read_by: Vec<ActorName<'a>>,
    /// The writers that wait for it and keep new readers out.
    waited_for_by: Vec<ActorName<'a>>,
    /// The value of a counter or completion; of a flag 1 if it is set.
    value: u8,
}

/// A page at one moment. Arrays of intervals have as many members as the page has sectors.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Page<'a> {
    /// Who holds PG_locked; null if nobody does. (The kernel records no holder, the model does.)
    locked_by: Option<ActorName<'a>>,
    /// PG_writeback.
    writeback: bool,
    /// PG_dirty.
    dirty: bool,
    /// Tagged PAGECACHE_TAG_TOWRITE.
    towrite: bool,
    /// No longer part of the file.
    truncated: bool,
    /// On the committing transaction's list BJ_Metadata.
    committing: bool,
    /// The kernel's own mapping of it is read-only.
    kernel_read_only: bool,
    /// Pins for DMA.
    pins: u8,
    /// Its dirty buffers, one bit a sector, the lowest for the first; null where it has no buffers.
    dirty_buffers: Option<u8>,
    /// Its sectors whose blocks are under writeback, one bit each; null where blocks have no such bit.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks_under_writeback: Option<u8>,
    /// Its bio, if it is in one, by its number.
    bio: Option<BioId>,
    /// Where its bio is.
    bio_stage: Stage,
    /// Of each sector the bio that it is in; left out where a page is in one bio at a time. Then `bio` is the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(not(target_family = "wasm"), schemars(default))]
    bios: Vec<Option<BioId>>,
    /// Its PTE in each address space.
    ptes: Vec<Bits>,
    /// What each TLB caches of it.
    tlbs: Vec<Bits>,
    /// What memory holds.
    memory: Vec<Content>,
    /// The bounce copy or frozen data that the I/O takes instead, if there is one.
    copy: Vec<Content>,
    /// What was there when the checksum was taken, or without one at submission. From here to the
    /// end of the I/O these bytes must not change.
    sealed: Vec<Content>,
    /// The guard of what was sealed: with guards, the one that travels with the interval. Null
    /// where nothing is sealed.
    guards: Vec<Option<Guard>>,
    /// What the adapter fetched.
    fetched: Vec<Content>,
    /// What the media holds.
    media: Vec<Content>,
    /// The guard stored beside it on the media; null where there is none.
    media_guards: Vec<Option<Guard>>,
}

/// The bits of a PTE or of a TLB's entry.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Bits {
    /// There is one, or it is cached.
    present: bool,
    /// Stores are allowed.
    write: bool,
    /// The hardware has recorded a store.
    dirty: bool,
}

/// Where an actor stands.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Place<'a> {
    /// Which actor.
    name: ActorName<'a>,
    /// Whether it can move, and if not why.
    status: Standing,
    /// The stable name of the step it would make next; null when its program is over.
    next: Option<StepKey>,
    /// It is in its fault handler.
    faulting: bool,
    /// On what it sleeps; null if it does not.
    asleep: Option<Asleep<'a>>,
}

/// Whether an actor can move, and if not why.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Standing {
    /// It can move.
    Ready,
    /// It sleeps.
    Asleep,
    /// It serves others and has no work yet.
    Idle,
    /// Its program is over.
    Finished,
    /// It stands where the kernel hit a BUG.
    Halted,
}

/// On what an actor sleeps.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Asleep<'a> {
    /// The kind of thing.
    on: Resource,
    /// Its page, address space or named lock, from 0.
    which: u8,
    /// Who must act next to end it; null if nobody will.
    behind: Option<ActorName<'a>>,
    /// The same in words, in the last state; null in those before.
    sentence: Option<String>,
}

/// A thing one sleeps on, taken.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
struct Holding<'a> {
    /// The kind of thing.
    what: Resource,
    /// Its page or address space, from 0; 0 where there is one.
    which: u8,
    /// Who has it.
    by: ActorName<'a>,
}

/// The schema of [`run_json`], as `assets/schema/run-2.json` has it.
#[cfg(not(target_family = "wasm"))]
pub fn run_schema() -> String {
    super::schema::schema::<Run>("urn:stable-pages:run-2", "A run of Stable Pages")
}

impl From<Access> for Bits {
    fn from(it: Access) -> Bits {
        Bits {
            present: it.present(),
            write: it.write(),
            dirty: it.dirty(),
        }
    }
}

/// The whole run as JSON without indentation, with the state after each step.
///
/// `link` is the page's whole address for this run.
pub fn run_json(scenario: &Scenario, story: &Story, link: &str) -> String {
    let model = &scenario.model;
    let builder = RunBuilder { scenario, story };
    let of_space = |space: Option<SpaceId>| Some(scenario.spaces.get(space?.index())?.as_str());
    let last = story.steps.len();
    let run = Run {
        format: RUN_FORMAT,
        version: VERSION,
        link,
        scenario: About {
            slug: &scenario.slug,
            title: &scenario.name,
            summary: introduction(scenario),
            era: scenario.era.into(),
            device: scenario.device.into(),
            edits: &scenario.edits,
            sources: &scenario.sources,
        },
        actors: (scenario.cast.iter().zip(&model.actors))
            .map(|(cast, it)| Actor {
                name: ActorName(&cast.name),
                about: &cast.about,
                space: of_space(it.space),
            })
            .collect(),
        spaces: &scenario.spaces,
        tlbs: (model.tlb_ids().zip(&model.tlb_spaces))
            .map(|(tlb, space)| {
                let actors = model.actor_ids().zip(&model.actors);
                let mine = actors.filter(|(_, it)| it.tlb == Some(tlb));
                Tlb {
                    space: of_space(Some(*space)),
                    actors: mine.filter_map(|(at, _)| builder.name(at)).collect(),
                }
            })
            .collect(),
        pages: (model.page_ids())
            .map(|page| PageOf {
                index: scenario.indexes.get(page.index()).copied(),
                cached: model.cached[page.index()],
                lbas: (model.sector_ids())
                    .map(|sector| model.geometry.lba(page, sector))
                    .collect(),
            })
            .collect(),
        contents: builder.contents(),
        initial: builder.state(&model.initial, 0),
        steps: (1..=last).filter_map(|step| builder.step(step)).collect(),
        verdicts: (story.verdicts(model).into_iter())
            .map(VerdictWord::from)
            .collect(),
        invariants: (story.broken.iter())
            .map(|(it, step)| Broken {
                invariant: (*it).into(),
                name: it.name().1,
                step: *step,
            })
            .collect(),
        end: builder.end(),
    };
    // A run is plain data with text for keys; writing it cannot fail.
    serde_json::to_string(&run).unwrap_or_default()
}

struct RunBuilder<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
}

impl<'a> RunBuilder<'a> {
    fn name(&self, actor: ActorId) -> Option<ActorName<'a>> {
        let cast = self.scenario.cast.get(actor.index())?;
        Some(ActorName(&cast.name))
    }

    fn model(&self) -> &'a Model {
        &self.scenario.model
    }

    fn guard(&self, content: Content) -> Option<Guard> {
        let guard = || Guard(hex(self.model().contents.guard(content)));
        content.is_some().then(guard)
    }

    /// The guard of each content; none for the first one, which stands for no bytes.
    fn contents(&self) -> Vec<Option<Guard>> {
        let all = 0..self.model().contents.count();
        all.map(|it| self.guard(Content(it as u8))).collect()
    }

    fn step(&self, step: usize) -> Option<Step<'a>> {
        let (scenario, story) = (self.scenario, self.story);
        let told = &story.steps[step - 1];
        let (row, line) = line_of(scenario, story, step - 1)?;
        let broken = story.broken.iter().filter(|(_, at)| *at == step);
        Some(Step {
            step,
            actor: self.name(told.choice.actor).unwrap_or(ActorName("")),
            way: told.choice.way,
            op: row.into(),
            line,
            sentence: sentence(scenario, story, step - 1).replace('`', ""),
            effects: &told.effects,
            breaks: broken.map(|(it, _)| (*it).into()).collect(),
            verdict: told.verdict().map(VerdictWord::from),
            state: self.state(&told.world, step),
        })
    }

    /// The state after a step; after the last step also with a sentence for each sleeper.
    fn state(&self, world: &World, step: usize) -> State<'a> {
        let model = self.model();
        let mut held = Vec::new();
        for what in Resource::OWNED {
            for which in model.all_of(what) {
                let owner = model.owner(world, what, which);
                if let Some(by) = owner.and_then(|it| self.name(it)) {
                    let which = which.number();
                    held.push(Holding { what, which, by });
                }
            }
        }
        let (pages, actors) = (model.page_ids(), model.actor_ids());
        State {
            pages: pages.map(|it| self.page(world, it)).collect(),
            actors: actors.map(|it| self.place(world, it, step)).collect(),
            held,
            locks: self.locks(world),
            error_latched: model.mapping_error(world),
        }
    }

    fn locks(&self, world: &World) -> Vec<NamedLock<'a>> {
        let model = self.model();
        let locks = model.lock_ids().zip(&model.locks).zip(&self.scenario.locks);
        let named = locks.map(|((lock, of), name)| {
            let it = model.lock(world, lock);
            let all = |is: &dyn Fn(ActorId) -> bool| {
                let actors = model.actor_ids().filter(|actor| is(*actor));
                actors.filter_map(|actor| self.name(actor)).collect()
            };
            NamedLock {
                name,
                kind: of.kind,
                held_by: it.owner.and_then(|it| self.name(it)),
                read_by: all(&|actor| it.owner.is_none() && it.holds(actor)),
                waited_for_by: all(&|actor| it.waits_to_write(actor)),
                value: it.value,
            }
        });
        named.collect()
    }

    fn page(&self, world: &World, number: PageId) -> Page<'a> {
        let model = self.model();
        let sectors = model.geometry.sectors();
        let it = model.page(world, number);
        let row = |all: &Intervals| all[..sectors].to_vec();
        let guards = |all: &Intervals| all[..sectors].iter().map(|it| self.guard(*it)).collect();
        let (spaces, tlbs) = (model.space_ids(), model.tlb_ids());
        Page {
            locked_by: it.lock.and_then(|it| self.name(it)),
            writeback: it.writeback.is_some(),
            dirty: it.dirty,
            towrite: it.towrite,
            truncated: it.gone,
            committing: it.committing,
            kernel_read_only: it.read_only,
            pins: it.pins,
            dirty_buffers: it.buffers,
            blocks_under_writeback: it.block_writeback,
            bio: it.bio,
            bio_stage: model.stage(world, number),
            bios: (model.sector_ids())
                .filter(|_| model.in_parts())
                .map(|sector| model.bio_at(world, number, sector))
                .collect(),
            ptes: spaces.map(|s| model.pte(world, s, number).into()).collect(),
            tlbs: tlbs.map(|t| model.tlb(world, t, number).into()).collect(),
            memory: row(&it.memory),
            copy: row(&it.copy),
            sealed: row(&it.sealed),
            guards: guards(&it.sealed),
            fetched: row(&it.wire),
            media: row(&it.media),
            media_guards: guards(&it.tuples),
        }
    }

    fn place(&self, world: &World, actor: ActorId, step: usize) -> Place<'a> {
        let model = self.model();
        let state = model.actor(world, actor);
        let status = status(model, world, actor);
        let next = model.actors[actor.index()].code.get(usize::from(state.pc));
        let over = matches!(status, Status::Finished | Status::Halted);
        let words = || status_words(self.scenario, self.story, actor, status);
        let now = step == self.story.steps.len();
        Place {
            name: self.name(actor).unwrap_or(ActorName("")),
            status: match status {
                Status::Ready => Standing::Ready,
                Status::Asleep(_) => Standing::Asleep,
                Status::Idle => Standing::Idle,
                Status::Finished => Standing::Finished,
                Status::Halted => Standing::Halted,
            },
            next: next
                .filter(|_| !over)
                .map(|it| (&OPS[usize::from(it.tag)]).into()),
            faulting: state.faulting,
            asleep: match status {
                Status::Asleep(wait) => Some(Asleep {
                    on: wait.on,
                    which: wait.which.number(),
                    behind: wait.holder.and_then(|it| self.name(it)),
                    sentence: now.then(words),
                }),
                _ => None,
            },
        }
    }

    fn end(&self) -> Option<Ended<'a>> {
        let last = self.story.steps.last();
        let world = last.map_or(self.model().initial, |told| told.world);
        let end = end(self.model(), &world)?;
        let (kind, actors) = match &end {
            End::Rest(_) => (EndKind::Rest, Vec::new()),
            End::Deadlock(cycle) => (EndKind::Deadlock, cycle.clone()),
            End::Stall(actor) => (EndKind::Stall, vec![*actor]),
            End::Halted => (EndKind::Halted, Vec::new()),
        };
        Some(Ended {
            kind,
            actors: actors.into_iter().filter_map(|it| self.name(it)).collect(),
            sentence: outcome(self.scenario, self.story, &end).replace('`', ""),
        })
    }
}

/// The row of a step (counted from 0), and its line of source in the scenario's kernel.
pub(super) fn line_of<'a>(
    scenario: &'a Scenario,
    story: &Story,
    index: usize,
) -> Option<(&'static OpRow, &'a str)> {
    let actor = story.steps.get(index)?.choice.actor;
    let before = world_before(scenario, story, index);
    let pc = scenario.model.actor(&before, actor).pc;
    let code = &scenario.model.actors[actor.index()].code;
    let row = &OPS[usize::from(code.get(usize::from(pc))?.tag)];
    let mut lines = scenario.cast[actor.index()].lines.iter();
    let line = lines.find(|it| it.row.is_some() && it.pcs.contains(&pc));
    Some((row, line.map_or("", |it| &it.text)))
}
