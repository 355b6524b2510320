//! The protocol's invariants as named checks, evaluated on each step.
//!
//! The numbers are those of the kernel dossier (docs/kernel), section 10. They are stated as Linux
//! keeps them: some hold only where the mapping asks for stable pages, and transients that the
//! kernel allows are allowed here.

use super::effect::{Assertion, Effect, Leak, Violation};
use super::id::{ActorId, PageId, SectorId};
use super::model::Model;
use super::op::Resource;
use super::rest::unsaid;
use super::status::{End, Status, end, status};
use super::view::Stage;
use super::world::World;

/// What must hold after every step (I, safety), and what every fair run must come to (L, liveness).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Invariant {
    /// Frozen.
    I1,
    /// No writable alias.
    I2,
    /// No lost update.
    I3,
    /// Clean means protected.
    I4,
    /// A dirty PTE means the file system knows.
    I5,
    /// Lock discipline.
    I6,
    /// Writeback is set once.
    I7,
    /// Writeback implies a pending completion.
    I8,
    /// The mapping is checked again.
    I9,
    /// Guard honesty.
    I10,
    /// Reference tag honesty.
    I11,
    /// Errors are visible.
    I12,
    /// No deadlock.
    L1,
    /// Every waiter is woken.
    L2,
    /// fsync terminates.
    L3,
    /// A fault terminates.
    L4,
}

impl Invariant {
    /// All invariants, in the order of their numbers.
    pub const ALL: [Invariant; 16] = [
        Invariant::I1,
        Invariant::I2,
        Invariant::I3,
        Invariant::I4,
        Invariant::I5,
        Invariant::I6,
        Invariant::I7,
        Invariant::I8,
        Invariant::I9,
        Invariant::I10,
        Invariant::I11,
        Invariant::I12,
        Invariant::L1,
        Invariant::L2,
        Invariant::L3,
        Invariant::L4,
    ];

    /// Number and name.
    pub fn name(self) -> (&'static str, &'static str) {
        self.row().0
    }

    /// What is so where it does not hold, in a word or two: for a flag at the step that breaks it.
    pub fn broken(self) -> &'static str {
        match self {
            Invariant::I1 => "bytes not frozen",
            Invariant::I2 => "writable alias",
            Invariant::I3 => "no dirty mark",
            Invariant::I4 => "clean but writable",
            Invariant::I5 => "only the PTE is dirty",
            Invariant::I6 => "lock misused",
            Invariant::I7 => "writeback twice",
            Invariant::I8 => "no end of writeback",
            Invariant::I9 => "mapping unchecked",
            Invariant::I10 => "guard wrong",
            Invariant::I11 => "ref tag wrong",
            Invariant::I12 => "error hidden",
            Invariant::L1 => "deadlock",
            Invariant::L2 => "waiter not woken",
            Invariant::L3 => "fsync never ends",
            Invariant::L4 => "fault never ends",
        }
    }

    /// What must hold, in one sentence.
    pub fn meaning(self) -> &'static str {
        self.row().1
    }

    /// Where it is written that Linux keeps it so.
    pub fn source(self) -> &'static str {
        match self {
            Invariant::I1 | Invariant::I2 => {
                "folio_wait_stable, mm/page-writeback.c (6.19); the kernel dossier, chapter 10"
            }
            Invariant::I3 => "commit 7658cc289288; the kernel dossier, chapter 10",
            Invariant::I4 => "commit d08b3851da41; the kernel dossier, chapter 10",
            Invariant::I5 => {
                "can_change_shared_pte_writable, mm/mprotect.c (6.19); the kernel dossier, section 5.5"
            }
            Invariant::I6 | Invariant::I7 => {
                "test_set_page_writeback, mm/page-writeback.c (2.6.39); __folio_start_writeback, mm/page-writeback.c (6.19); the kernel dossier, chapter 10"
            }
            Invariant::I8 => "commit a54aa7610861; the kernel dossier, chapter 10",
            Invariant::I9 => "commit b827e496c893; the kernel dossier, chapter 10",
            Invariant::I10 => "T10 SBC-3 (INCITS 514); the kernel dossier, chapter 10",
            Invariant::I11 => "T10 SBC-3 (INCITS 514); the kernel dossier, section 8.1",
            Invariant::I12 => {
                "file_check_and_advance_wb_err, mm/filemap.c (6.19); the kernel dossier, section 8.6"
            }
            Invariant::L1 | Invariant::L4 => "the kernel dossier, chapter 10",
            Invariant::L2 => "commit c2407cf7d22d; the kernel dossier, chapter 10",
            Invariant::L3 => {
                "tag_pages_for_writeback, mm/page-writeback.c (6.19); the kernel dossier, chapter 10"
            }
        }
    }

    fn row(self) -> ((&'static str, &'static str), &'static str) {
        match self {
            Invariant::I1 => (
                ("I1", "frozen"),
                "Where stable pages are asked for, an interval's bytes do not change from its checksum (or submission) until the I/O is complete.",
            ),
            Invariant::I2 => (
                ("I2", "no writable alias"),
                "Where stable pages are asked for, no PTE or TLB entry of a page under writeback is writable.",
            ),
            Invariant::I3 => (
                ("I3", "no lost update"),
                "Where memory is newer than the disk, a dirty bit, an I/O under way or a reported error says so.",
            ),
            Invariant::I4 => (
                ("I4", "clean means protected"),
                "While PG_dirty is clear, no PTE or TLB entry is writable, except under the page lock or inside the fault that will set PG_dirty.",
            ),
            Invariant::I5 => (
                ("I5", "dirty PTE, file system told"),
                "A dirty PTE means that the page has been marked dirty since it was last cleaned, except under the page lock or inside a fault.",
            ),
            Invariant::I6 => (
                ("I6", "lock discipline"),
                "Only the holder unlocks a page; only under its lock is PG_writeback set, PG_dirty cleared or the page removed.",
            ),
            Invariant::I7 => (
                ("I7", "writeback once"),
                "PG_writeback is set only where it is clear and cleared only where it is set.",
            ),
            Invariant::I8 => (
                ("I8", "writeback has an end coming"),
                "A page under writeback is in a bio on its way, or whoever will submit that bio is still at work.",
            ),
            Invariant::I9 => (
                ("I9", "mapping checked again"),
                "Whoever acts on a page after sleeping for its lock has checked that it still belongs to the file.",
            ),
            Invariant::I10 => (
                ("I10", "guard honesty"),
                "The CRC over the bytes fetched is the guard that came with them.",
            ),
            Invariant::I11 => (
                ("I11", "reference tag honesty"),
                "The reference tag on the media is the low 32 bits of the sector's address; no step of this model can break that.",
            ),
            Invariant::I12 => (
                ("I12", "errors are visible"),
                "The next fsync of everyone who had the file open reports a failed write, once.",
            ),
            Invariant::L1 => (("L1", "no deadlock"), "Nobody waits in a circle."),
            Invariant::L2 => (
                ("L2", "waiters are woken"),
                "Whoever waits for PG_writeback is woken in the end.",
            ),
            Invariant::L3 => (
                ("L3", "fsync terminates"),
                "fsync returns even while somebody goes on dirtying pages.",
            ),
            Invariant::L4 => (
                ("L4", "a fault terminates"),
                "A store that faults gets done in the end.",
            ),
        }
    }
}

/// The invariants that do not hold in a world, and those broken by the step that led to it (who made
/// it, and its effects). Of the liveness invariants L1 and L2 are judged where nobody can move; L3
/// and L4 take a whole search and are not judged here.
pub fn broken(
    model: &Model,
    world: &World,
    actor: Option<ActorId>,
    effects: &[Effect],
) -> Vec<Invariant> {
    let mut found = [false; Invariant::ALL.len()];
    let mut add = |invariant: Invariant| found[invariant as usize] = true;
    for effect in effects {
        if let Some(invariant) = by_effect(model, world, actor, effect) {
            add(invariant);
        }
    }
    for page in model.page_ids() {
        by_state(model, world, page, &mut add);
    }
    match end(model, world) {
        Some(End::Deadlock(_)) => add(Invariant::L1),
        Some(End::Stall(_)) => add(Invariant::L2),
        Some(End::Rest(found)) => found.iter().filter_map(at_rest).for_each(add),
        _ => {}
    }
    let all = Invariant::ALL.into_iter();
    all.filter(|invariant| found[*invariant as usize]).collect()
}

/// Which invariant it breaks that nobody is left to mend it.
fn at_rest(violation: &Violation) -> Option<Invariant> {
    match violation {
        Violation::Lost { .. } => Some(Invariant::I3),
        Violation::Leaked(Leak::Held(Resource::Writeback, _)) => Some(Invariant::I8),
        _ => None,
    }
}

fn by_effect(
    model: &Model,
    world: &World,
    actor: Option<ActorId>,
    effect: &Effect,
) -> Option<Invariant> {
    match *effect {
        Effect::Broke(Violation::Unstable { .. }) if model.stable => Some(Invariant::I1),
        Effect::Broke(Violation::Guard { .. } | Violation::ReadMismatch { guard: true, .. }) => {
            Some(Invariant::I10)
        }
        Effect::Broke(Violation::Lost { .. }) => Some(Invariant::I3),
        Effect::Broke(Violation::Assertion { what, .. }) => Some(match what {
            Assertion::WritebackTwice
            | Assertion::EndWithoutWriteback
            | Assertion::StillWriteback => Invariant::I7,
            Assertion::UnlockNotHeld
            | Assertion::CleanUnlocked
            | Assertion::WritebackUnlocked
            | Assertion::ReleaseNotHeld
            | Assertion::BelowZero
            | Assertion::RemoveUnlocked => Invariant::I6,
        }),
        Effect::WritebackSet { page } => {
            let held = model.page(world, page).lock == actor;
            (!held).then_some(Invariant::I6)
        }
        Effect::MadeWritable { page, .. } => {
            let gone = model.page(world, page).gone;
            gone.then_some(Invariant::I9)
        }
        Effect::FsyncReturned { missed: true, .. } => Some(Invariant::I12),
        _ => None,
    }
}

fn by_state(model: &Model, world: &World, number: PageId, add: &mut dyn FnMut(Invariant)) {
    let page = model.page(world, number);
    if !model.cached[number.index()] {
        return;
    }
    let ptes = (model.space_ids()).map(|space| model.pte(world, space, number));
    let tlbs = model.tlb_ids().map(|tlb| model.tlb(world, tlb, number));
    let writable = ptes.clone().chain(tlbs).any(|entry| entry.write());
    let dirty_pte = ptes.clone().any(|pte| pte.dirty());
    let writeback = page.writeback.is_some();
    if writeback && model.stable && writable {
        add(Invariant::I2);
    }
    // Under the page lock and inside a fault the kernel allows both of these for a while.
    let faulting = (model.actor_ids()).any(|actor| model.actor(world, actor).faulting);
    let transient = page.lock.is_some() || faulting;
    if !transient && !page.gone && !page.dirty {
        if writable {
            add(Invariant::I4);
        }
        if dirty_pte {
            add(Invariant::I5);
        }
    }
    if page.lock.is_none() {
        let mut sectors = model.sector_ids();
        if sectors.any(|sector| forgotten(model, world, number, sector)) {
            add(Invariant::I3);
        }
    }
    let mut sectors = model.sector_ids();
    if writeback && !sectors.any(|sector| io_is_coming(model, world, number, sector)) {
        add(Invariant::I8);
    }
}

/// Whether the I/O of a sector is on its way, or whoever will submit it is still at it.
fn io_is_coming(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let alive = |actor: Option<ActorId>| {
        actor.is_some_and(|it| status(model, world, it) != Status::Finished)
    };
    let Some(bio) = model.bio_at(world, page, sector) else {
        return alive(model.page(world, page).writeback);
    };
    let bio = model.bio(world, bio);
    match bio.stage {
        Stage::Free => alive(model.page(world, page).writeback),
        Stage::Building => alive(bio.owner),
        _ => true,
    }
}

/// Whether an interval is newer in memory than on media, and neither a dirty bit nor an I/O nor an
/// error says so. (The dossier's invariant I3.)
fn forgotten(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    unsaid(model, world, page, sector) && !io_is_coming(model, world, page, sector)
}
