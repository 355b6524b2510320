//! The shape of a run's JSON: types whose comments are the descriptions of its schema.

use serde::Serialize;

use super::super::schema::{DeviceWord, EraWord, InvariantNumber, StepKey, VerdictWord};
use crate::machine::{BioId, Content, Effect, LockKind, Resource, Stage};

/// What the `format` of a run says.
pub const RUN_FORMAT: &str = "stable-pages run";
pub(super) const VERSION: u32 = 2;

/// One run of Linux's page writeback, step by step, as the page Stable Pages exports it. Within
/// version 2 members may be added by later versions of this file; none is removed or given another
/// meaning.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Run<'a> {
    /// What this document is.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = RUN_FORMAT)))]
    pub format: &'static str,
    /// Which version of its shape it has.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = VERSION)))]
    pub version: u32,
    /// The page's address for this run; empty if it had none.
    pub link: &'a str,
    /// What was run.
    pub scenario: About<'a>,
    /// The actors, in order.
    pub actors: Vec<Actor<'a>>,
    /// The address spaces, in the order of each page's ptes.
    pub spaces: &'a [String],
    /// The TLBs, in the order of each page's tlbs.
    pub tlbs: Vec<Tlb<'a>>,
    /// The pages.
    pub pages: Vec<PageOf>,
    /// The guard tag of each content, by its number; null for number 0, which stands for no bytes.
    pub contents: Vec<Option<Guard>>,
    /// The state before the first step.
    pub initial: State<'a>,
    /// The steps, in order.
    pub steps: Vec<Step<'a>>,
    /// What came of the run.
    pub verdicts: Vec<VerdictWord>,
    /// Invariants that were broken.
    pub invariants: Vec<Broken>,
    /// How the run ended; null if somebody can still move.
    pub end: Option<Ended<'a>>,
}

/// What was run.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct About<'a> {
    /// Its name in links.
    pub slug: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// What is different from other scenarios.
    pub summary: String,
    /// Which kernel's names and rules hold.
    pub era: EraWord,
    /// The kind of device, as scenario files call it.
    pub device: DeviceWord,
    /// What is changed from the correct ordering.
    pub edits: &'a [String],
    /// Where it comes from.
    pub sources: &'a [String],
}

/// An actor, by its name.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct ActorName<'a>(pub &'a str);

/// A guard tag, four hexadecimal digits.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(transparent)]
#[cfg_attr(not(target_family = "wasm"), schemars(extend("pattern" = "^[0-9a-f]{4}$")))]
pub(super) struct Guard(pub String);

/// One of the actors.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Actor<'a> {
    /// Its name.
    pub name: ActorName<'a>,
    /// What and where it is.
    pub about: &'a str,
    /// Its address space; null if it has none.
    pub space: Option<&'a str>,
}

/// One of the TLBs.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Tlb<'a> {
    /// Whose translations it caches.
    pub space: Option<&'a str>,
    /// Who runs on its CPU.
    pub actors: Vec<ActorName<'a>>,
}

/// One of the pages, as it is throughout the run.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct PageOf {
    /// Its index in the file, from 0.
    pub index: Option<u32>,
    /// It is in the page cache.
    pub cached: bool,
    /// The address of each of its sectors.
    pub lbas: Vec<u32>,
}

/// A step, and the state after it.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Step<'a> {
    /// Its number, from 1.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1)))]
    pub step: usize,
    /// Who made it.
    pub actor: ActorName<'a>,
    /// Which way it went, where there are several; from 0.
    pub way: u8,
    /// The step's stable name, as in scenario files.
    pub op: StepKey,
    /// The kernel's line or function, as it is called in this era.
    pub line: &'a str,
    /// What it did, in English.
    pub sentence: String,
    /// What it did, in stable names, in the order of doing.
    pub effects: &'a [Effect],
    /// Invariants that hold no more after it, and did until then.
    pub breaks: Vec<InvariantNumber>,
    /// The verdict this step alone amounts to; null for most.
    pub verdict: Option<VerdictWord>,
    /// The state after it.
    pub state: State<'a>,
}

/// An invariant that was broken.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Broken {
    /// Its number.
    pub invariant: InvariantNumber,
    /// Its name.
    pub name: &'static str,
    /// After which step it first did not hold; 0 is the start.
    pub step: usize,
}

/// How a run ended.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Ended<'a> {
    /// In one word.
    pub kind: EndKind,
    /// Who waits for each other, or sleeps for ever.
    pub actors: Vec<ActorName<'a>>,
    /// How it ended, in English.
    pub sentence: String,
}

/// How a run ended, in one word.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum EndKind {
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
pub(super) struct State<'a> {
    /// The pages, in their order.
    pub pages: Vec<Page<'a>>,
    /// The actors, in their order.
    pub actors: Vec<Place<'a>>,
    /// What else is taken, and by whom.
    pub held: Vec<Holding<'a>>,
    /// The locks, counters and flags that the scenario declares by name, in its order; left out where it declares none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(not(target_family = "wasm"), schemars(default))]
    pub locks: Vec<NamedLock<'a>>,
    /// The mapping has a write error for the next fsync.
    pub error_latched: bool,
}

/// A lock, counter or flag with a name, at one moment.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct NamedLock<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: LockKind,
    /// Who holds it alone; null if nobody does.
    pub held_by: Option<ActorName<'a>>,
    /// Who holds it as a reader.
    pub read_by: Vec<ActorName<'a>>,
    /// The writers that wait for it and keep new readers out.
    pub waited_for_by: Vec<ActorName<'a>>,
    /// The value of a counter or completion; of a flag 1 if it is set.
    pub value: u8,
}

/// A page at one moment. Arrays of intervals have as many members as the page has sectors.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Page<'a> {
    /// Who holds PG_locked; null if nobody does. (The kernel records no holder, the model does.)
    pub locked_by: Option<ActorName<'a>>,
    /// PG_writeback.
    pub writeback: bool,
    /// PG_dirty.
    pub dirty: bool,
    /// Tagged PAGECACHE_TAG_TOWRITE.
    pub towrite: bool,
    /// No longer part of the file.
    pub truncated: bool,
    /// On the committing transaction's list BJ_Metadata.
    pub committing: bool,
    /// The kernel's own mapping of it is read-only.
    pub kernel_read_only: bool,
    /// Pins for DMA.
    pub pins: u8,
    /// Its dirty buffers, one bit a sector, the lowest for the first; null where it has no buffers.
    pub dirty_buffers: Option<u8>,
    /// Its sectors whose blocks are under writeback, one bit each; null where blocks have no such bit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks_under_writeback: Option<u8>,
    /// Its bio, if it is in one, by its number.
    pub bio: Option<BioId>,
    /// Where its bio is.
    pub bio_stage: Stage,
    /// Of each sector the bio that it is in; left out where a page is in one bio at a time. Then `bio` is the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(not(target_family = "wasm"), schemars(default))]
    pub bios: Vec<Option<BioId>>,
    /// Its PTE in each address space.
    pub ptes: Vec<Bits>,
    /// What each TLB caches of it.
    pub tlbs: Vec<Bits>,
    /// What memory holds.
    pub memory: Vec<Content>,
    /// The bounce copy or frozen data that the I/O takes instead, if there is one.
    pub copy: Vec<Content>,
    /// What was there when the checksum was taken, or without one at submission. From here to the
    /// end of the I/O these bytes must not change.
    pub sealed: Vec<Content>,
    /// The guard of what was sealed: with guards, the one that travels with the interval. Null
    /// where nothing is sealed.
    pub guards: Vec<Option<Guard>>,
    /// What the adapter fetched.
    pub fetched: Vec<Content>,
    /// What the media holds.
    pub media: Vec<Content>,
    /// The guard stored beside it on the media; null where there is none.
    pub media_guards: Vec<Option<Guard>>,
}

/// The bits of a PTE or of a TLB's entry.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Bits {
    /// There is one, or it is cached.
    pub present: bool,
    /// Stores are allowed.
    pub write: bool,
    /// The hardware has recorded a store.
    pub dirty: bool,
}

/// Where an actor stands.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Place<'a> {
    /// Which actor.
    pub name: ActorName<'a>,
    /// Whether it can move, and if not why.
    pub status: Standing,
    /// The stable name of the step it would make next; null when its program is over.
    pub next: Option<StepKey>,
    /// It is in its fault handler.
    pub faulting: bool,
    /// On what it sleeps; null if it does not.
    pub asleep: Option<Asleep<'a>>,
}

/// Whether an actor can move, and if not why.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
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
pub(super) struct Asleep<'a> {
    /// The kind of thing.
    pub on: Resource,
    /// Its page, address space or named lock, from 0.
    pub which: u8,
    /// Who must act next to end it; null if nobody will.
    pub behind: Option<ActorName<'a>>,
    /// The same in words, in the last state; null in those before.
    pub sentence: Option<String>,
}

/// A thing one sleeps on, taken.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(super) struct Holding<'a> {
    /// The kind of thing.
    pub what: Resource,
    /// Its page or address space, from 0; 0 where there is one.
    pub which: u8,
    /// Who has it.
    pub by: ActorName<'a>,
}
