//! The judgement where everybody is at rest: what is lost, what is torn, and what is left behind.
//!
//! Everyone is finished, or idle for good: nobody outside the model acts. Whatever is still held
//! then is held for ever, and an I/O that has not ended never ends, in a model without a disk too.
//!
//! A clean page that is still writable (I4), or newer than the media in the knowledge of a PTE only (I5), has lost nothing
//! yet, but the next store or fsync goes past it: it is exposed. A PTE that is dirty although the page is on the media
//! costs a needless write, and is no matter of judgement.

use super::content::Content;
use super::effect::{Leak, Loss, Violation};
use super::id::{BioId, PageId, SectorId};
use super::model::Model;
use super::op::{Resource, Which};
use super::parts::Protection;
use super::view::Stage;
use super::world::{World, flag, global};

/// Whether an interval is newer in memory than on media, and neither a dirty bit nor an error says
/// so. PG_dirty says so of a block only where the block's own buffer is dirty too: writeback takes
/// no other.
pub(super) fn unsaid(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let at = &model.layout;
    if !model.cached[page.index()]
        || world[at.memory(page, sector)] == world[at.media(page, sector)]
    {
        return false;
    }
    let said = dirty(model, world, page, sector)
        || unread(model, world, page, sector)
        || world[at.flags(page)] & flag::GONE != 0
        || world[at.global] & global::ERROR_EVER != 0;
    !said
}

/// Whether an interval of a page that the run begins with clean, and with other bytes than the media, has these still: nobody
/// has read it yet, and what it holds is no update.
pub(super) fn unread(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let (cell, first) = (model.layout.memory(page, sector), &model.initial);
    model.reads
        && world[cell] == first[cell]
        && first[cell] != first[model.layout.media(page, sector)]
        && !dirty(model, first, page, sector)
}

/// Whether a read into an interval of memory would bring older bytes over newer ones, which no error tells of.
pub(super) fn read_over(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let at = &model.layout;
    model.cached[page.index()]
        && world[at.memory(page, sector)] != world[at.media(page, sector)]
        && !unread(model, world, page, sector)
        && world[at.flags(page)] & flag::GONE == 0
        && world[at.global] & global::ERROR_EVER == 0
}

/// Whether a dirty bit says that an interval is to be written: PG_dirty (and the block's own, where pages have
/// buffers) or that of a PTE.
fn dirty(model: &Model, world: &World, page: PageId, sector: SectorId) -> bool {
    let at = &model.layout;
    let buffer = at.buffers(page).map_or(u8::MAX, |cell| world[cell]);
    world[at.flags(page)] & flag::DIRTY != 0 && buffer & sector.bit() != 0
        || (model.space_ids()).any(|space| model.pte(world, space, page).dirty())
}

/// Whether a page that counts as clean is writable, and whether it is newer than its media with only a PTE to say so.
fn exposed(model: &Model, world: &World, page: PageId) -> [bool; 2] {
    let at = &model.layout;
    if !model.cached[page.index()] || world[at.flags(page)] & (flag::DIRTY | flag::GONE) != 0 {
        return [false; 2];
    }
    let ptes = || (model.space_ids()).map(|space| model.pte(world, space, page));
    let tlbs = model.tlb_ids().map(|tlb| model.tlb(world, tlb, page));
    let newer =
        (model.sector_ids()).any(|it| world[at.memory(page, it)] != world[at.media(page, it)]);
    [
        ptes().chain(tlbs).any(|it| it.write()),
        newer && ptes().any(|it| it.dirty()),
    ]
}

/// What an unstable write has left on the media of a page: its torn intervals, and whether the next writeback
/// repairs them; none if the media hold what was sampled, or what memory holds.
///
/// A page is judged as a whole, since programs read it as one: if one interval is older than the write and another
/// newer, the mix is nobody's. Three kinds of copy are judged against each other instead of against memory: the legs of
/// a mirror; parity and data, which no writeback is sure to mend (raid5 may read, modify and write); and a block in the
/// journal, which belongs to one transaction.
fn torn(model: &Model, world: &World, page: PageId) -> (u8, bool) {
    let at = &model.layout;
    let mixed = at.mixed(page).map_or(0, |cell| world[cell]);
    let parity = model.protection == Protection::Parity;
    let gone = world[at.flags(page)] & flag::GONE != 0;
    if mixed == 0 || gone && !parity {
        return (0, false);
    }
    let apart = parity || model.protection == Protection::Mirror || model.has(Resource::Shadow);
    let differs = |sector: &SectorId| match apart {
        true => mixed & sector.bit() != 0,
        false => world[at.memory(page, *sector)] != world[at.media(page, *sector)],
    };
    let all = || model.sector_ids().filter(differs);
    let repaired = !parity
        && model.cached[page.index()]
        && all().all(|sector| dirty(model, world, page, sector));
    (all().fold(0, |mask, sector| mask | sector.bit()), repaired)
}

/// What a copy that was made interval by interval has left of stores on the media of a page: the intervals in which half
/// of one is missing, and whether the next writeback brings them; none if the media have every store of memory's whole or not
/// at all. Whoever took a checksum took it of the copy, so it fits.
fn halved(model: &Model, world: &World, page: PageId) -> (u8, bool) {
    let at = &model.layout;
    if !at.copied_by_sector
        || !model.cached[page.index()]
        || world[at.flags(page)] & flag::GONE != 0
    {
        return (0, false);
    }
    let bytes = |cell: usize| model.contents.bytes(Content(world[cell]));
    let missing = (model.stores.iter())
        .filter(|store| store.page == page)
        .fold(0, |mask, store| {
            let touched = || (model.sector_ids()).filter(|it| store.touches(model.geometry, *it));
            let is_in = |cell: usize, it| store.is_in(model.geometry, it, bytes(cell));
            let lacks = |it: &SectorId| !is_in(at.media(page, *it), *it);
            let done = touched().all(|it| is_in(at.memory(page, it), it));
            let half = done && !touched().all(|it| lacks(&it));
            mask | touched()
                .filter(|it| half && lacks(it))
                .fold(0, |mask, it| mask | it.bit())
        });
    let mut all = (model.sector_ids()).filter(|it| missing & it.bit() != 0);
    (missing, all.all(|it| dirty(model, world, page, it)))
}

/// What must not be where everybody is at rest: every interval whose newer bytes nobody will write, every torn one,
/// and everything that nobody will give back.
pub(super) fn broken_at_rest(model: &Model, world: &World) -> Vec<Violation> {
    let mut found = Vec::new();
    for page in model.page_ids() {
        for sector in model.sector_ids() {
            if unsaid(model, world, page, sector) {
                let how = Loss::AtRest;
                found.push(Violation::Lost { page, sector, how });
            }
        }
        let lost = |it: &Violation| matches!(it, Violation::Lost { page: of, .. } if *of == page);
        // What a file begins with is not held against the ordering; what has become of it is.
        let begun = exposed(model, &model.initial, page).into_iter();
        let mut exposed = exposed(model, world, page).into_iter().zip(begun);
        if exposed.any(|(now, begun)| now && !begun) && !found.iter().any(lost) {
            found.push(Violation::Exposed { page });
        }
        for (mask, repaired) in [torn(model, world, page), halved(model, world, page)] {
            let torn = (model.sector_ids()).filter(|sector| mask & sector.bit() != 0);
            found.extend(torn.map(|sector| match repaired {
                true => Violation::Torn { page, sector },
                false => Violation::Corrupt { page, sector },
            }));
        }
    }
    found.extend(leaks(model, world).map(Violation::Leaked));
    found
}

fn leaks<'a>(model: &'a Model, world: &'a World) -> impl Iterator<Item = Leak> + 'a {
    let of_page = [Resource::PageLock, Resource::Writeback, Resource::Bio];
    let all = of_page
        .into_iter()
        .chain(Resource::OWNED)
        .chain([Resource::Named]);
    let held = all
        .flat_map(|on| model.all_of(on).map(move |which| (on, which)))
        .filter(|(on, which)| held(model, world, *on, *which))
        .map(|(on, which)| Leak::Held(on, which));
    let empty = |bio: &BioId| {
        let mut pages = model.page_ids();
        model.bio(world, *bio).stage != Stage::Free
            && pages.all(|page| model.sectors_in(world, *bio, page) == 0)
    };
    let empty = model.bio_ids().filter(empty).map(Leak::Bio);
    held.chain(empty).chain(
        model
            .page_ids()
            .flat_map(|page| leaks_of_page(model, world, page)),
    )
}

fn held(model: &Model, world: &World, on: Resource, which: Which) -> bool {
    match (on, which) {
        (Resource::Bio, Which::Page(page)) => model.bios_of(world, page).next().is_some(),
        (Resource::Writeback, Which::Page(page)) => {
            let blocks = model.layout.block_writeback(page);
            model.owner(world, on, which).is_some() || blocks.is_some_and(|cell| world[cell] != 0)
        }
        (_, Which::Lock(lock)) => !model.lock_is_given_back(world, lock),
        _ => model.owner(world, on, which).is_some(),
    }
}

/// What is not a matter of locks. The pins that a file begins with are somebody's outside the model,
/// who may keep them.
fn leaks_of_page(model: &Model, world: &World, page: PageId) -> impl Iterator<Item = Leak> {
    let (now, first) = (model.page(world, page), model.page(&model.initial, page));
    let all = [
        (now.pins > first.pins, Leak::Pin(page)),
        (now.read_only, Leak::ReadOnly(page)),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, leak)| leak)
}
