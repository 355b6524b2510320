//! What must hold where everybody is at rest, derived a second time: from the dossier's words
//! (docs/kernel/invariants.md) and a world's public views, not from the machine's own judgement.
//!
//! - L1, L2: I/O always completes and whoever takes a lock gives it back. At rest nobody acts any
//!   more, so no lock, no handle and no commit has a holder, no counter stands higher than at the start, and no bio is
//!   anywhere on its way.
//! - I8: PG_writeback implies an I/O that will end it. At rest there is none, so the bit is clear.
//! - I3: bytes newer than the disk's are announced by PG_dirty (and, where pages have buffers, by
//!   the block's own: S12), by a dirty PTE, or by a write error that was reported.
//! - TORN (9) is bytes on media that are nobody's: of a write that took other bytes than were sampled for it, where the
//!   page on media is neither what was sampled nor what memory holds. A run is told again from its effects to see which
//!   writes were such. Parity and a mirror's legs are compared with the data and each other (S21), a block in the journal
//!   belongs to one transaction (S23). If the page is dirty, it is written again; parity only if the array feels like it.
//! - A pin is given back by whoever took it; a file's own pins belong to somebody outside (S18). So is
//!   the kernel's own mapping (`set_memory_ro`).
//!
//! - A torn copy (S38): a copy that was made sector by sector has half of a store. A run is told again from its effects to see
//!   which stores each sector on media has.
//!
//! What the checker finds at every end at rest must be just that: over the catalogue on all devices,
//! over single edits of it, double edits of the baseline, and random programs.

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stable_pages::explore::{Limits, Progress, Space, Verdicts};
use stable_pages::machine::{
    Content, Effect, LockKind, Model, Op, PageId, Protection, Resource, SectorId, Stage, Status,
    World, enabled, status, step,
};
use stable_pages::protocol::{Edit, Program, single_edits};
use stable_pages::scenario::{
    Device, Entry, Scenario, Variant, Verdict, find, load, load_for, load_variant,
    programs as programs_of,
};

/// The most states a model may have here, and how long edits are looked at.
const MOST: usize = 12_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// What is wrong with a world at rest, in words that the table of changed verdicts counts.
type Wrong = BTreeSet<&'static str>;

const NEWER: &str = "newer bytes, clean everywhere";
const HALF: &str = "newer bytes, PG_dirty set, buffer clean";
const TORN: &str = "torn, to be written again";
const CORRUPT: &str = "torn for good";
const EXPOSED: &str = "a clean page the next store goes past";
/// Those of these that are about bytes, not about something left behind.
const OF_BYTES: [&str; 5] = [NEWER, HALF, TORN, CORRUPT, EXPOSED];

/// Whether nobody moves and nobody waits.
fn at_rest(model: &Model, world: &World) -> bool {
    let still = |it| matches!(status(model, world, it), Status::Finished | Status::Idle);
    model.actor_ids().all(still)
}

/// Whether nobody has read a sector yet: the run begins with other bytes than the media's, and with nothing to say that they
/// are to be written, and has them still.
fn unread(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let reads = model.reads() || model.reads_and_writes();
    let (first, now) = (model.page(&model.initial, page), model.page(world, page));
    let at = sector.index();
    let buffer = first.buffers.is_none_or(|it| it >> sector.0 & 1 == 1);
    let mut ptes = (model.space_ids()).map(|it| model.pte(&model.initial, it, page));
    let said = first.dirty && buffer || ptes.any(|it| it.dirty());
    reads && !said && first.memory[at] != first.media[at] && now.memory[at] == first.memory[at]
}

/// The judgement. `told` says whether the run that led here reported a write error.
fn wrong(model: &Model, world: &World, told: &dyn Fn() -> bool) -> Wrong {
    let mut found = Wrong::new();
    let mut add = |is: bool, what| {
        if is {
            found.insert(what);
        }
    };
    for id in model.page_ids() {
        let page = model.page(world, id);
        add(page.lock.is_some(), "page lock");
        add(page.writeback.is_some(), "PG_writeback");
        add(
            page.block_writeback.is_some_and(|it| it != 0),
            "a block's writeback",
        );
        add(page.bio.is_some(), "bio");
        add(page.pins > model.page(&model.initial, id).pins, "pin");
        add(page.read_only, "kernel mapping");
        if !model.cached[id.index()] || page.gone {
            continue;
        }
        let pte_says = model.space_ids().any(|it| model.pte(world, it, id).dirty());
        for sector in model.sector_ids() {
            if page.memory[sector.index()] == page.media[sector.index()] || pte_says {
                continue;
            }
            let buffer = page.buffers.is_none_or(|it| it >> sector.0 & 1 == 1);
            let said = page.dirty && buffer || told() || unread(model, world, id, sector);
            add(!said, if page.dirty { HALF } else { NEWER });
        }
    }
    for bio in model.bio_ids() {
        add(model.bio(world, bio).stage != Stage::Free, "bio");
    }
    for resource in Resource::OWNED {
        for which in model.all_of(resource) {
            let taken = model.owner(world, resource, which).is_some();
            add(taken, called(resource));
        }
    }
    for (lock, of) in model.lock_ids().zip(&model.locks) {
        let now = model.lock(world, lock);
        let held = now.owner.is_some() || now.shares.iter().any(|it| *it > 0);
        let counts = of.kind == LockKind::Count;
        add(held || counts && now.value > of.start, "named lock");
    }
    found
}

/// What a resource that nobody has given back is called in the table.
fn called(resource: Resource) -> &'static str {
    match resource {
        Resource::BufferLock => "buffer lock",
        Resource::Shadow => "BH_Shadow",
        Resource::PteLock => "page table lock",
        Resource::Handle => "journal handle",
        Resource::Commit => "journal commit",
        Resource::Mutex => "mmap_lock or another mutex",
        Resource::PageLock | Resource::Writeback | Resource::Bio => "counted by page",
        Resource::Named => "counted by lock",
    }
}

/// Whether a PTE calls a page dirty that counts as clean (I5). If the media have its bytes, that is no verdict: it will be
/// written once more than it needs. Some runs begin so (S11).
fn calls_dirty(model: &Model, world: &World) -> bool {
    model.page_ids().any(|page| {
        let it = model.page(world, page);
        let mut ptes = model.space_ids().map(|it| model.pte(world, it, page));
        let dirty = ptes.any(|it| it.dirty());
        model.cached[page.index()] && !it.gone && !it.dirty && dirty
    })
}

/// Whether the run that led to a state latched a write error.
fn told(model: &Model, space: &Space, state: u32) -> bool {
    let mut world = model.initial;
    for choice in space.schedule(model, state) {
        let (next, effects) = step(model, &world, choice);
        if effects.contains(&Effect::ErrorLatched) {
            return true;
        }
        world = next;
    }
    false
}

/// Whether a page that counts as clean can be written to without a fault (I4), and whether it is newer than the media and
/// only a PTE says so (I5): the next store, or an fsync, goes past it.
fn goes_past(model: &Model, world: &World, id: PageId) -> [bool; 2] {
    let it = model.page(world, id);
    let mut entries: Vec<_> = model
        .tlb_ids()
        .map(|tlb| model.tlb(world, tlb, id))
        .collect();
    let ptes: Vec<_> = model
        .space_ids()
        .map(|space| model.pte(world, space, id))
        .collect();
    let only_a_pte = ptes.iter().any(|it| it.dirty()) && it.memory != it.media;
    entries.extend(ptes);
    let clean = model.cached[id.index()] && !it.gone && !it.dirty;
    [entries.iter().any(|it| it.write()), only_a_pte].map(|it| clean && it)
}

/// The sectors of each page of which the last completed write took other bytes than were sampled for it: by parity or a
/// mirror's first leg, by whoever computed the guard, or else by the submission. Told from the effects of a run.
fn unstable(model: &Model, space: &Space, state: u32) -> HashSet<(PageId, SectorId)> {
    let mut world = model.initial;
    let mut sampled: BTreeMap<(u8, u8), Content> = BTreeMap::new();
    let mut fetched: BTreeMap<(u8, u8), Content> = BTreeMap::new();
    let mut found = HashSet::new();
    for choice in space.schedule(model, state) {
        let (next, effects) = step(model, &world, choice);
        let inside = |world: &World, page: u8, sector: u8, bio| {
            model.bio_at(world, PageId(page), SectorId(sector)) == Some(bio)
        };
        let in_bio = |bio| {
            let all = model
                .page_ids()
                .flat_map(|page| model.sector_ids().map(move |it| (page, it)));
            let before = world;
            all.filter(move |(page, sector)| model.bio_at(&before, *page, *sector) == Some(bio))
        };
        for effect in effects {
            match effect {
                Effect::Added { page, bio } => {
                    let other = |at: (u8, u8)| at.0 != page.0 || !inside(&next, at.0, at.1, bio);
                    sampled.retain(|at, _| other(*at));
                    fetched.retain(|at, _| other(*at));
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
                    sampled.insert((page.0, sector.0), content);
                }
                Effect::Queued { bio, .. } => {
                    for (page, sector) in in_bio(bio) {
                        let it = model.page(&world, page);
                        let copy = it.copy[sector.index()];
                        let now = if copy.is_some() {
                            copy
                        } else {
                            it.memory[sector.index()]
                        };
                        let written = model.page(&next, page).sealed[sector.index()].is_some();
                        if written {
                            sampled.entry((page.0, sector.0)).or_insert(now);
                        }
                    }
                }
                Effect::Requeued { bio, .. } => {
                    fetched.retain(|at, _| !inside(&world, at.0, at.1, bio));
                }
                Effect::Fetched {
                    page,
                    sector,
                    content,
                } => {
                    fetched.insert((page.0, sector.0), content);
                }
                Effect::Completed { bio, failed: false } => {
                    for (page, sector) in in_bio(bio) {
                        let at = (page.0, sector.0);
                        // A write that never fetched what it was to write is unstable too.
                        let (sampled, fetched) = (sampled.get(&at), fetched.get(&at));
                        if sampled != fetched {
                            found.insert((page, sector));
                        } else if fetched.is_some() && model.protection != Protection::Parity {
                            found.remove(&(page, sector));
                        }
                    }
                }
                _ => {}
            }
        }
        world = next;
    }
    found
}

/// What unstable writes have left on the media at rest.
fn torn(model: &Model, world: &World, unstable: &HashSet<(PageId, SectorId)>) -> Wrong {
    let mut found = Wrong::new();
    let parity = model.protection == Protection::Parity;
    let legs = model.protection == Protection::Mirror;
    for id in model.page_ids() {
        let page = model.page(world, id);
        let mine = |sector: &SectorId| unstable.contains(&(id, *sector));
        if !model.sector_ids().any(|it| mine(&it)) || page.gone && !parity {
            continue;
        }
        let journal = model.has(Resource::Shadow);
        let bad = |it: &SectorId| match parity || legs || journal {
            true => mine(it),
            false => page.memory[it.index()] != page.media[it.index()],
        };
        let bad: Vec<SectorId> = model.sector_ids().filter(bad).collect();
        let pte_says = model.space_ids().any(|it| model.pte(world, it, id).dirty());
        let again = |it: &SectorId| {
            let buffer = page.buffers.is_none_or(|all| all >> it.0 & 1 == 1);
            page.dirty && buffer || pte_says
        };
        if !bad.is_empty() {
            let healed = model.cached[id.index()] && !parity && bad.iter().all(again);
            found.insert(if healed { TORN } else { CORRUPT });
        }
    }
    found
}

/// What copies made sector by sector have left of stores on the media at rest, told from the effects of a run: for each sector
/// the step of the last store that it has, in memory, in the copy, as fetched and on media.
fn halved(model: &Model, space: &Space, state: u32) -> Wrong {
    let mut found = Wrong::new();
    let mut code = model.actors.iter().flat_map(|it| &it.code);
    if !code.any(|it| it.op == Op::CopySector) {
        return found;
    }
    type Steps = BTreeMap<(PageId, SectorId), usize>;
    let [mut memory, mut copy, mut wire, mut media] = [const { Steps::new() }; 4];
    let mut stores: BTreeMap<usize, Vec<(PageId, SectorId)>> = BTreeMap::new();
    let mut world = model.initial;
    for (number, choice) in (1..).zip(space.schedule(model, state)) {
        let (next, effects) = step(model, &world, choice);
        let last = |of: &Steps, at| of.get(&at).copied().unwrap_or(0);
        for effect in effects {
            match effect {
                Effect::Stored {
                    page,
                    sector,
                    from,
                    to,
                    ..
                } if from != to => {
                    memory.insert((page, sector), number);
                    stores.entry(number).or_default().push((page, sector));
                }
                Effect::CopiedSector { page, sector, .. } => {
                    copy.insert((page, sector), last(&memory, (page, sector)));
                }
                Effect::Copied { page } => {
                    let all = model.sector_ids().map(|sector| (page, sector));
                    copy.extend(all.map(|at| (at, last(&memory, at))));
                }
                Effect::Fetched { page, sector, .. } => {
                    let at = (page, sector);
                    let of_copy = model.page(&world, page).copy[sector.index()].is_some();
                    let from = if of_copy { &copy } else { &memory };
                    wire.insert(at, last(from, at));
                }
                Effect::Committed { bio } => {
                    for page in model.page_ids() {
                        let inside = |it: &SectorId| model.bio_at(&world, page, *it) == Some(bio);
                        for at in model.sector_ids().filter(inside).map(|it| (page, it)) {
                            media.extend(wire.get(&at).map(|step| (at, *step)));
                        }
                    }
                }
                _ => {}
            }
        }
        world = next;
    }
    for (number, touched) in &stores {
        // Nothing is asked of a store of which memory has only a part by now, or of a page that has left the file.
        let (page, _) = touched[0];
        let it = model.page(&world, page);
        if !model.cached[page.index()]
            || it.gone
            || touched.iter().any(|at| memory.get(at) != Some(number))
        {
            continue;
        }
        let lacks = |at: &&(PageId, SectorId)| media.get(at).is_none_or(|step| step < number);
        let lacking: Vec<_> = touched.iter().filter(lacks).collect();
        if lacking.is_empty() || lacking.len() == touched.len() {
            continue;
        }
        let pte_says = (model.space_ids()).any(|of| model.pte(&world, of, page).dirty());
        let healed = lacking.iter().all(|(_, sector)| {
            let buffer = it.buffers.is_none_or(|all| all >> sector.0 & 1 == 1);
            it.dirty && buffer || pte_says
        });
        found.insert(if healed { TORN } else { CORRUPT });
    }
    found
}

/// What a whole search came to.
#[derive(Default)]
struct Judged {
    /// What is wrong at some end at rest.
    wrong: Wrong,
    /// The checker's verdicts.
    verdicts: Verdicts,
    /// Whether the judgement of before this test, by which PG_writeback said that somebody will write,
    /// called it safe.
    was_safe: bool,
    ends: usize,
    needless: bool,
    /// Whether runs can go on for ever without rest and leave something held by whoever is done.
    held_for_ever: bool,
}

/// Searches a model, and compares what the checker says of each end with the second judgement; none where it
/// has too many states.
fn judged(name: &str, scenario: &Scenario, most: usize) -> Option<Judged> {
    let model = &scenario.model;
    let mut space = Space::new(model, model.initial, Limits::NONE);
    if space.advance(model, most) != Progress::Complete {
        return None;
    }
    let graph = space.graph().expect("kept");
    let mut all = Judged {
        verdicts: space.verdicts(),
        ..Judged::default()
    };
    let broken = (0..graph.states() as u32).flat_map(|it| graph.steps(it));
    let broken = broken.fold(Verdicts::NONE, |mut all, edge| {
        all.add(edge.broke);
        all
    });
    let others = Verdicts::from_iter(
        space
            .verdicts()
            .iter()
            .filter(|it| it.fails())
            .filter(|it| !matches!(it, Verdict::Leak | Verdict::LostUpdate))
            .filter(|it| !matches!(it, Verdict::TornWrite | Verdict::SilentCorruption))
            .filter(|it| *it != Verdict::ExposedPage),
    );
    all.was_safe = broken.is_empty() && others.is_empty();
    for (state, verdicts) in graph.ends() {
        let world = space.world(*state);
        if enabled(model, &world).next().is_some() {
            continue; // marked for a livelock
        }
        all.ends += 1;
        let told = || told(model, &space, *state);
        let found: Wrong = match at_rest(model, &world) {
            true => {
                let mut found = wrong(model, &world, &told);
                let lost = |id| {
                    let page = model.page(&world, id);
                    let newer = (model.sector_ids()).any(|it| {
                        let at = it.index();
                        page.memory[at] != page.media[at] && !unread(model, &world, id, it)
                    });
                    let ptes = model.space_ids().map(|it| model.pte(&world, it, id));
                    newer && !ptes.into_iter().any(|it| it.dirty()) && !told()
                };
                let past = |id: &PageId| {
                    let begun = goes_past(model, &model.initial, *id);
                    let now = goes_past(model, &world, *id);
                    now.iter().zip(begun).any(|(now, begun)| *now && !begun) && !lost(*id)
                };
                if model.page_ids().any(|id| past(&id)) {
                    found.insert(EXPOSED);
                }
                found.extend(halved(model, &space, *state));
                if model.protection != Protection::FsChecksum {
                    found.extend(torn(model, &world, &unstable(model, &space, *state)));
                }
                found
            }
            false => {
                let stuck = verdicts.has(Verdict::Deadlock) || verdicts.has(Verdict::Stall);
                assert_eq!(stuck, !model.halted(&world), "{name}");
                Wrong::new()
            }
        };
        all.needless |= calls_dirty(model, &world) && !calls_dirty(model, &model.initial);
        let lost = found.contains(NEWER) || found.contains(HALF);
        let left = found.iter().any(|it| !OF_BYTES.contains(it));
        for (verdict, word) in [
            (Verdict::ExposedPage, EXPOSED),
            (Verdict::TornWrite, TORN),
            (Verdict::SilentCorruption, CORRUPT),
        ] {
            let says = found.contains(word);
            assert_eq!(verdicts.has(verdict), says, "{name}: {found:?}");
        }
        assert_eq!(verdicts.has(Verdict::LostUpdate), lost, "{name}: {found:?}");
        assert_eq!(verdicts.has(Verdict::Leak), left, "{name}: {found:?}");
        let unfinished = model.page_ids().any(|it| {
            let page = model.page(&world, it);
            page.writeback.is_some() || page.bio.is_some()
        });
        all.was_safe &= unfinished || !found.contains(NEWER);
        all.wrong.extend(found);
    }
    all.held_for_ever = graph.rounds().iter().any(|round| {
        let world = space.world(round[0]);
        let done = |it| status(model, &world, it) == Status::Finished;
        let held = |id| {
            let page = model.page(&world, id);
            page.lock.is_some_and(done) || page.writeback.is_some_and(done) && page.bio.is_none()
        };
        model.page_ids().any(held)
    });
    // Safe is what nothing is wrong with.
    let safe = others.is_empty() && broken.safe() && all.wrong.is_empty();
    assert_eq!(space.verdicts().safe(), safe, "{name}");
    if safe {
        assert_eq!(space.needless_write(), all.needless, "{name}");
    }
    Some(all)
}

/// How many models were safe by the old judgement and are not any more, by what is left.
#[derive(Default)]
struct Table {
    models: usize,
    ends: usize,
    was_safe: usize,
    changed: usize,
    needless: usize,
    held_for_ever: usize,
    /// By what is wrong: how many models, and how many with nothing else.
    by: BTreeMap<&'static str, (usize, usize)>,
}

impl Table {
    fn add(&mut self, it: &Judged) {
        self.models += 1;
        self.ends += it.ends;
        self.was_safe += usize::from(it.was_safe);
        self.needless += usize::from(it.needless && it.verdicts.safe());
        self.held_for_ever += usize::from(it.held_for_ever && it.verdicts.safe());
        if it.was_safe && !it.wrong.is_empty() {
            self.changed += 1;
            for what in &it.wrong {
                let (any, alone) = self.by.entry(what).or_default();
                *any += 1;
                *alone += usize::from(it.wrong.len() == 1);
            }
        }
    }

    fn print(&self, name: &str) {
        let Table {
            models,
            ends,
            was_safe,
            changed,
            needless,
            held_for_ever,
            ..
        } = self;
        println!(
            "{name}: {models} models, {ends} ends; {changed} of {was_safe} safe ones are not any more"
        );
        println!("    {needless} safe ones end with I5 broken somewhere");
        println!("    {held_for_ever} safe ones never rest, and something stays held");
        for (what, (many, alone)) in &self.by {
            println!("    {many:>5} {what} ({alone} with nothing else)");
        }
    }
}

/// The edits of the kernel's programs: neither of the device's nor of what a file writes out for an actor.
fn kernel_edits(entry: Entry, scenario: &Scenario) -> Vec<Edit> {
    let all = programs_of(entry.text, &Variant::default()).expect(entry.slug);
    let takes = |it: &Program| it.steps.iter().any(|step| step.key() == "take_request");
    let of_device = |name: &str| all.iter().any(|it| it.name == name && takes(it));
    let own = |name: &str| scenario.cast.iter().any(|it| it.name == name);
    let kernel = |it: &&Program| !of_device(&it.name) && !own(&it.name);
    let programs: Vec<Program> = all.iter().filter(kernel).cloned().collect();
    single_edits(&programs)
}

/// A scenario with edits, unless it comes to code seen before.
fn edited(entry: Entry, edits: &[&Edit], seen: &mut HashSet<String>) -> Option<(String, Scenario)> {
    let variant = Variant {
        edits: edits.iter().map(|it| (*it).clone()).collect(),
        ..Variant::default()
    };
    let scenario = load_variant(entry.slug, entry.text, &variant).ok()?;
    let new = seen.insert(format!("{:?}", scenario.model.actors));
    let words: Vec<String> = edits.iter().map(|it| it.words()).collect();
    new.then(|| {
        (
            format!("{} with {}", entry.slug, words.join(" and ")),
            scenario,
        )
    })
}

/// A file may begin with a page that is clean and writable, and with one that is newer and only a PTE says so (S11): that is
/// not held against its ordering. What has become of the page is.
#[test]
fn what_a_page_begins_with_excuses_that_and_no_more() {
    let found = |memory: &str, pte: &str, lines: &str| {
        let text = format!(
            "title = \"t\"\nera = \"3.0\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"none\"\nschedule = []\n\
             [file]\ninode = 1\nfirst_lba = 8\ninterval = 4096\n\
             [[page]]\nindex = 0\nmemory = [\"{memory}\"]\nmedia = [\"a\"]\ndirty = false\npte = \"{pte}\"\n\
             [[store]]\nname = \"new\"\noffset = 100\ntext = \"x\"\n\
             [[actor]]\nname = \"writer\"\nabout = \"\"\nmm = \"A\"\nrun = [{lines}]\n\
             [[actor]]\nname = \"disk\"\nabout = \"\"\nrun = [\"disk\"]\n\
             [[actor]]\nname = \"completion\"\nabout = \"\"\nrun = [\"completion\"]\n"
        );
        let scenario = load("begun", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let found = judged(lines, &scenario, MOST).expect("small");
        (found.verdicts.iter().collect::<Vec<_>>(), found.needless)
    };
    let store = "\"store new\"";
    let write =
        "\"lock_page\", \"set_page_writeback\", \"unlock_page\", \"bio_add_page\", \"queue_bio\"";
    let stored_and_written = format!("{store}, {write}");
    let exposed = vec![Verdict::ExposedPage];
    assert_eq!(
        found("a", "writable clean", "\"may_sleep\""),
        (vec![], false)
    );
    assert_eq!(found("a", "writable clean", store), (exposed, true));
    // The bytes are on the media, and the PTE still says dirty.
    assert_eq!(
        found("a", "writable clean", &stored_and_written),
        (vec![], true)
    );
    assert_eq!(found("b", "writable", store), (vec![], false));
}

#[test]
fn the_catalogue_leaves_nothing_behind_but_where_it_says_so() {
    let mut table = Table::default();
    for entry in support::chosen() {
        for device in Device::ALL {
            let scenario = load_for(entry.slug, entry.text, Some(device), None).expect(entry.slug);
            let name = format!("{} on {}", entry.slug, device.word());
            let found = judged(&name, &scenario, 3_000_000).expect("all explored");
            // S06 is about a PG_writeback that is left set; marks that nobody looks at are left, too.
            let leaks = found.verdicts.has(Verdict::Leak);
            let says_so = ["writeback-flag-leaked", "block-marks-ignored"].contains(&entry.slug);
            assert_eq!(leaks, says_so, "{name}: {:?}", found.wrong);
            table.add(&found);
        }
    }
    table.print("catalogue");
    assert_eq!(table.changed, 0);
}

/// Every so-many-th single edit of each scenario, so that time is shared among all; a whole run
/// takes minutes (`EVERY=1`).
#[test]
fn named_locks_are_judged_alike() {
    for ((about, ..), scenario) in support::locks::files()
        .into_iter()
        .zip(support::locks::scenarios())
    {
        judged(about, &scenario, MOST).expect("all explored");
    }
}

#[test]
fn single_edits_are_judged_alike() {
    let every: Option<usize> = std::env::var("EVERY").ok().and_then(|it| it.parse().ok());
    let mut table = Table::default();
    let begun = Instant::now();
    let mut cases: Vec<(usize, Entry, Edit)> = Vec::new();
    for entry in support::chosen() {
        let scenario = entry.load().expect(entry.slug);
        let edits = kernel_edits(entry, &scenario).into_iter().enumerate();
        cases.extend(edits.map(|(at, edit)| (at * 7919 % 1009, entry, edit)));
    }
    // The same order every time, a little of every scenario first.
    cases.sort_by_key(|it| it.0);
    let mut seen: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
    for (number, (_, entry, edit)) in cases.iter().enumerate() {
        let late = begun.elapsed() > PATIENCE && every.is_none();
        if late || !number.is_multiple_of(every.unwrap_or(1)) {
            continue;
        }
        let seen = seen.entry(entry.slug).or_insert_with(|| {
            let own = entry.load().expect(entry.slug);
            HashSet::from([format!("{:?}", own.model.actors)])
        });
        let Some((name, scenario)) = edited(*entry, &[edit], seen) else {
            continue;
        };
        if let Some(found) = judged(
            &name,
            &scenario,
            if every.is_some() { 3_000_000 } else { MOST },
        ) {
            table.add(&found);
        }
    }
    table.print("single edits");
    assert!(table.changed > 5 || !support::all_are_chosen());
}

#[test]
fn the_baseline_edited_once_and_twice_is_judged_alike() {
    let entry = find("baseline-five-step").expect("there");
    let own = entry.load().expect("loads");
    let edits = kernel_edits(entry, &own);
    let mut seen = HashSet::from([format!("{:?}", own.model.actors)]);
    let (mut once, mut twice) = (Table::default(), Table::default());
    for edit in &edits {
        if let Some((name, scenario)) = edited(entry, &[edit], &mut seen) {
            once.add(&judged(&name, &scenario, 3_000_000).expect("explored"));
        }
    }
    once.print("baseline, one edit");
    let begun = Instant::now();
    let all = edits.len() * edits.len();
    // A step that shares no factor with their number comes past every pair.
    let stride = (all / 3..).find(|it| gcd(*it, all) == 1).expect("some");
    let mut at = 0;
    for _ in 0..all {
        at = (at + stride) % all;
        let pair = [&edits[at / edits.len()], &edits[at % edits.len()]];
        if let Some((name, scenario)) = edited(entry, &pair, &mut seen)
            && let Some(found) = judged(&name, &scenario, MOST)
        {
            twice.add(&found);
        }
        if begun.elapsed() > PATIENCE {
            break;
        }
    }
    twice.print("baseline, two edits");
    assert!(once.changed > 0 && twice.changed > 0);
}

fn gcd(one: usize, other: usize) -> usize {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}

#[test]
fn random_programs_are_judged_alike() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[15; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let files = programs::file();
    let mut table = Table::default();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE / 2 && table.models < 2_000 {
        let text = files.new_tree(&mut runner).expect("a file").current();
        // Most words in a random order are wrong somewhere.
        let Ok(scenario) = load("random", &text) else {
            continue;
        };
        if let Some(found) = judged(&text, &scenario, MOST) {
            table.add(&found);
        }
    }
    table.print("random programs");
    assert!(table.models > 20);
}
