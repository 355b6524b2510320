//! The correct ordering: Mason's five-step writepage, three-step page_mkwrite, the disk and the
//! completion. (Chris Mason, linux-fsdevel, 26 Apr 2011, in "Re: [RFC v2] block integrity:
//! Stabilize(?) pages during writeback".)

use crate::machine::{Op, Protection};

use super::tree::{SKIP_FLUSH, Step};

/// What a program must know of the machine it runs on.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Protection intervals in a page.
    pub sectors: u8,
    /// The names of the address spaces that map the page.
    pub spaces: Vec<String>,
    /// The device.
    pub protection: Protection,
}

/// A named program that edits can address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name in edits.
    pub name: &'static str,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// The two halves of the protocol, for one page.
///
/// `writepage` is what the flusher runs; `do_wp_page` is the write fault of a thread that runs
/// in address space `space` (one program for each space, as each makes its own PTE writable).
pub fn programs(shape: &Shape) -> Vec<Program> {
    let mut all = vec![Program {
        name: "writepage",
        steps: writepage(shape, 0),
    }];
    for space in 0..shape.spaces.len() {
        all.push(Program {
            name: "do_wp_page",
            steps: write_fault(0, space as u8),
        });
    }
    all
}

/// Sections 2.1 and 5.1 of the dossier; `mm/page-writeback.c` and `mm/rmap.c`, 2.6.39.
///
/// `ptep_clear_flush` clears the PTE, flushes, and only then is the read-only PTE set. Here it is
/// set first and flushed next: between the two a walk faults either way, and a stale TLB entry
/// lets a store through either way, so the same worlds are reached.
fn writepage(shape: &Shape, page: u8) -> Vec<Step> {
    let mut walk = Vec::new();
    for (space, name) in shape.spaces.iter().enumerate() {
        let shown = Some(name.clone());
        walk.push(Step::with(Op::PteWrprotect, page, space as u8, shown.clone()).or(SKIP_FLUSH));
        walk.push(Step::with(Op::FlushTlb, page, space as u8, shown));
    }
    let mut start_io = Vec::new();
    if shape.protection == Protection::DixDif {
        let guards = each_sector(shape, |sector, shown| {
            vec![Step::with(Op::GenerateGuard, page, sector, shown)]
        });
        start_io.push(Step::group("bio_integrity_prep", guards));
    }
    start_io.push(Step::op(Op::QueueBio, page));
    vec![
        Step::op(Op::LockPage, page),
        Step::group(
            "clear_page_dirty_for_io",
            vec![
                Step::group("page_mkclean", walk),
                Step::op(Op::RedirtyIfCleaned, page),
                Step::op(Op::TestClearPageDirty, page).or("unlock_page"),
            ],
        ),
        Step::op(Op::SetPageWriteback, page),
        Step::op(Op::UnlockPage, page),
        Step::group("submit_bio", start_io),
    ]
}

/// Section 3.2 of the dossier (F2 to F6), with page_mkwrite as ext4 has it since 3.0: lock, wait,
/// return VM_FAULT_LOCKED. The end of the handler runs the store again.
fn write_fault(page: u8, space: u8) -> Vec<Step> {
    vec![
        Step::group(
            "page_mkwrite",
            vec![
                Step::op(Op::LockPage, page),
                Step::op(Op::WaitOnPageWriteback, page),
            ],
        ),
        Step::with(Op::PteMkwrite, page, space, None).or("unlock_page"),
        Step::op(Op::SetPageDirty, page),
        Step::op(Op::UnlockPage, page),
    ]
}

/// The program of a thread that stores through its mapping: one step for each store.
pub fn stores(numbered: &[(u8, u8, String)]) -> Vec<Step> {
    numbered
        .iter()
        .map(|(store, page, shown)| Step::with(Op::Store, *page, *store, Some(shown.clone())))
        .collect()
}

/// The disk, for ever: sections 2.1 (W5d) and 8.4 of the dossier.
///
/// Verification precedes storing, as scsi_debug does it (section 8.5).
pub fn disk(shape: &Shape) -> Vec<Step> {
    let page = 0;
    let checked = shape.protection != Protection::None;
    let transfer = each_sector(shape, |sector, shown| {
        let mut steps = vec![Step::with(Op::DmaSector, page, sector, shown.clone())];
        match shape.protection {
            Protection::None => {}
            Protection::DixDif => {
                steps.push(Step::with(Op::HbaVerify, page, sector, shown).or("complete_request"))
            }
            Protection::HbaInsert => steps.push(Step::with(Op::HbaInsert, page, sector, shown)),
        }
        steps
    });
    let mut arrive = Vec::new();
    if checked {
        arrive = each_sector(shape, |sector, shown| {
            vec![Step::with(Op::TargetVerify, page, sector, shown).or("complete_request")]
        });
    }
    arrive.push(Step::op(Op::CommitMedia, page));
    vec![
        Step::op(Op::TakeRequest, page),
        Step::group("hba", transfer),
        Step::group("target", arrive),
        Step::op(Op::CompleteRequest, page),
    ]
}

/// The completion, for ever: section 2.7 of the dossier.
pub fn completion() -> Vec<Step> {
    vec![
        Step::op(Op::BioEndio, 0).or("end_page_writeback"),
        Step::op(Op::MappingSetError, 0),
        Step::op(Op::EndPageWriteback, 0),
    ]
}

fn each_sector(shape: &Shape, of: impl Fn(u8, Option<String>) -> Vec<Step>) -> Vec<Step> {
    (0..shape.sectors)
        .flat_map(|sector| of(sector, Some(sector.to_string())))
        .collect()
}
