//! The table of composites: lines of a program that unfold into others.

use super::ops::{folio, same};
use crate::machine::Op;

/// What the page says about a composite: a line that unfolds into others.
#[derive(Debug)]
pub struct GroupRow {
    /// Its stable name.
    pub key: &'static str,
    /// The line of source shown in each era.
    pub calls: [&'static str; 5],
    /// Other functions that stand for it in other people's diagrams.
    pub also: &'static [&'static str],
    /// One sentence: what it is for.
    pub meaning: &'static str,
    /// Kernel file and release, commit, mail or standard: see [`pieces`](super::pieces).
    pub source: &'static str,
}

/// The row of a composite, by key.
pub fn group_row(key: &str) -> Option<&'static GroupRow> {
    GROUPS.iter().find(|row| row.key == key)
}

/// What a composite of the device is called where it does less than its row says; none for any other. `ops` are the steps
/// that it makes.
pub fn device_call(key: &str, ops: &[Op]) -> Option<&'static str> {
    match key {
        "hba" if ops.contains(&Op::HbaVerify) => None,
        "hba" if ops.contains(&Op::HbaInsert) => Some("HBA: fetch, insert guards"),
        "hba" => Some("HBA: fetch"),
        "target" if ops.contains(&Op::TargetVerify) => None,
        "target" => Some("target: store"),
        _ => None,
    }
}

/// What each release calls to start the I/O of a bio.
const SUBMIT_BIO: [&str; 5] = [
    "submit_bio(bio): __generic_make_request",
    "submit_bio(bio): __generic_make_request",
    "submit_bio(bio): blk_queue_bio",
    "submit_bio(bio): blk_mq_submit_bio",
    "submit_bio(bio): blk_mq_submit_bio",
];

/// Every composite.
pub const GROUPS: [GroupRow; 26] = [
    GroupRow {
        key: "writepage",
        calls: folio("writepage(page)", "writepages: one folio"),
        also: &[],
        meaning: "Writes one dirty page back, in the five steps that Chris Mason (btrfs) listed in 2011. The first four hand the page over from the page lock to PG_writeback without a gap; the fifth starts the I/O.",
        source: "Chris Mason, 26 Apr 2011, in the thread of Wong's RFC v2 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    GroupRow {
        key: "clear_page_dirty_for_io",
        calls: folio(
            "clear_page_dirty_for_io(page)",
            "folio_clear_dirty_for_io(folio)",
        ),
        also: &[],
        meaning: "Makes every PTE of the page read-only and clean, then clears PG_dirty: the page is as it will be written.",
        source: "clear_page_dirty_for_io, mm/page-writeback.c (2.6.39); folio_clear_dirty_for_io, mm/page-writeback.c (6.19)",
    },
    GroupRow {
        key: "page_mkclean",
        calls: folio("page_mkclean(page)", "folio_mkclean(folio)"),
        also: &["page_mkclean_one", "page_vma_mkclean_one"],
        meaning: "Walks all shared mappings of the page and write-protects each PTE, one at a time.",
        source: "page_mkclean, mm/rmap.c (2.6.39); folio_mkclean, mm/rmap.c (6.19)",
    },
    GroupRow {
        key: "submit_bio",
        calls: SUBMIT_BIO,
        also: &[],
        meaning: "Starts the I/O. The block layer generates the tags here, not writepage; since 7.1 xfs does it itself, just before.",
        source: "__generic_make_request, block/blk-core.c (2.6.39); blk_queue_bio, block/blk-core.c (3.9); blk_mq_submit_bio, block/blk-mq.c (6.19); the kernel dossier, section 13.2",
    },
    GroupRow {
        key: "submit",
        calls: SUBMIT_BIO,
        also: &[],
        meaning: "Starts the I/O of a bio that was filled before: tags are generated here, in the block layer.",
        source: "submit_bio, block/blk-core.c (2.6.39); blk_queue_bio, block/blk-core.c (3.9); blk_mq_submit_bio, block/blk-mq.c (6.19)",
    },
    GroupRow {
        key: "submit_bio_bounced",
        calls: same("submit_bio(bio), snapshot"),
        also: &[],
        meaning: "Starts the I/O from a copy of the page, so that nobody need wait for it: 3.9 did so for ext3, where the disk asks for stable pages. A checksum of the file system is taken before the copy.",
        source: "blk_queue_bio, block/blk-core.c (3.9); blk_queue_bounce, mm/bounce.c (3.9); must_snapshot_stable_pages, mm/bounce.c (3.9); commit eeadd68e2a5f, which removed it in 2025",
    },
    GroupRow {
        key: "bio_integrity_prep",
        calls: [
            "bio_integrity_prep(bio)",
            "bio_integrity_prep(bio)",
            "bio_integrity_prep(bio)",
            "bio_integrity_prep(bio)",
            "bio_integrity_prep(bio, action)",
        ],
        also: &[],
        meaning: "Generates one tuple for each protection interval of the bio.",
        source: "bio_integrity_prep, fs/bio-integrity.c (2.6.39); bio_integrity_prep, block/bio-integrity-auto.c (6.19, 7.1.5)",
    },
    GroupRow {
        key: "csum_one_bio",
        calls: same("btrfs_csum_one_bio(bio)"),
        also: &[],
        meaning: "The file system checksums the data before it goes to the disk.",
        source: "btrfs_csum_one_bio, fs/btrfs/file-item.c (6.19)",
    },
    GroupRow {
        key: "page_mkwrite",
        calls: same("->page_mkwrite(vma, vmf)"),
        also: &[],
        meaning: "The file system's say before a page becomes writable: lock it, wait until it is stable, return it locked. Since 3.0 the generic helper marks it dirty before it waits; the model does so from 3.9 on.",
        source: "ext4_page_mkwrite, fs/ext4/inode.c (3.0); __block_page_mkwrite, fs/buffer.c (3.0); block_page_mkwrite, fs/buffer.c (6.19)",
    },
    GroupRow {
        key: "write_begin",
        calls: same("->write_begin()"),
        also: &["grab_cache_page_write_begin"],
        meaning: "Finds and locks the page for write(2), and waits until it is stable.",
        source: "grab_cache_page_write_begin, mm/filemap.c (2.6.39, 3.0); FGP_WRITEBEGIN, include/linux/pagemap.h (6.19)",
    },
    GroupRow {
        key: "write_end",
        calls: same("->write_end()"),
        also: &[],
        meaning: "Marks the page dirty and unlocks it.",
        source: "generic_write_end, fs/buffer.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "hba",
        calls: same("HBA: fetch and check"),
        also: &[],
        meaning: "The host adapter, or the NVMe controller, fetches each sector by DMA.",
        source: "sd_setup_protect_cmnd, drivers/scsi/sd.c (6.19); the kernel dossier, section 8.4",
    },
    GroupRow {
        key: "target",
        calls: same("target: check and store"),
        also: &[],
        meaning: "The disk checks what arrived and stores it. Like scsi_debug it checks all sectors first.",
        source: "T10 SBC-3 (INCITS 514); resp_write_dt0, drivers/scsi/scsi_debug.c (6.19)",
    },
    GroupRow {
        key: "raid5_parity",
        calls: same("raid5: compute parity"),
        also: &[],
        meaning: "The array computes the stripe's parity from the pages themselves (skip_copy).",
        source: "ops_run_reconstruct5, drivers/md/raid5.c (6.19); commit d592a9969141",
    },
    GroupRow {
        key: "raid1_leg",
        calls: same("raid1: first leg"),
        also: &[],
        meaning: "The first disk of the mirror fetches the page.",
        source: "raid1_write_request, drivers/md/raid1.c (6.19)",
    },
    GroupRow {
        key: "revoke_writes",
        calls: same("walk all PTEs, revoke write"),
        also: &[],
        meaning: "Finds every user PTE that maps a page of the bio and takes its write access: Darrick Wong's RFC v2 did this in bio_integrity_prep.",
        source: "Wong's RFC v2, 21 Apr 2011 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    GroupRow {
        key: "unmap_mapping_range",
        calls: same("unmap_mapping_range()"),
        also: &[],
        meaning: "Removes the page from every page table.",
        source: "unmap_mapping_range, mm/memory.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "ext4_bio_write_page",
        calls: folio("ext4_bio_write_page(page)", "ext4_bio_write_folio(folio)"),
        also: &[],
        meaning: "Allocates, sets PG_writeback, adds the page to the bio and unlocks it. In 6.19 ext4_bio_write_folio does not allocate first, and its caller unlocks.",
        source: "ext4_bio_write_page, fs/ext4/page-io.c (2.6.39); ext4_bio_write_folio, fs/ext4/page-io.c (6.19); mpage_folio_done, fs/ext4/inode.c (6.19)",
    },
    GroupRow {
        key: "block_write_full_page",
        calls: folio(
            "block_write_full_page(page)",
            "block_write_full_folio(folio)",
        ),
        also: &[],
        meaning: "Sets PG_writeback, submits every dirty buffer, unlocks last.",
        source: "__block_write_full_page, fs/buffer.c (2.6.39); __block_write_full_folio, fs/buffer.c (6.19)",
    },
    GroupRow {
        key: "mpage_da_submit_io",
        calls: same("mpage_da_submit_io()"),
        also: &[],
        meaning: "The function that Darrick Wong quoted on 25 April 2011: the page is locked all the way from clear_page_dirty_for_io to PG_writeback. Linux 6.19 has no such function; mpage_submit_folio took its place.",
        source: "mpage_da_submit_io, fs/ext4/inode.c (2.6.39); mpage_submit_folio, fs/ext4/inode.c (6.19)",
    },
    GroupRow {
        key: "ext4_journal_stop",
        calls: same("ext4_journal_stop(sync handle)"),
        also: &[],
        meaning: "Closes the handle and, as it is a synchronous one, waits for the commit.",
        source: "commit 646caa9c8e19, \"ext4: fix deadlock during page writeback\"",
    },
    GroupRow {
        key: "shrink_page_list",
        calls: folio(
            "memcg reclaim: shrink_page_list()",
            "memcg reclaim: shrink_folio_list()",
        ),
        also: &[
            "shrink_folio_list",
            "shrink_inactive_list",
            "try_to_free_mem_cgroup_pages",
        ],
        meaning: "Looks for pages to free, and meets the one this very thread has put under writeback.",
        source: "shrink_page_list, mm/vmscan.c (2.6.39); shrink_folio_list, mm/vmscan.c (6.19); commit ecf5fc6e9654",
    },
    GroupRow {
        key: "f2fs_wait_on_page_writeback",
        calls: folio(
            "f2fs_wait_on_page_writeback(page)",
            "f2fs_folio_wait_writeback(folio)",
        ),
        also: &[],
        meaning: "Submits the private bio that holds the page, then waits.",
        source: "f2fs_folio_wait_writeback, fs/f2fs/segment.c (6.19); commit 48018b4cfd07, \"f2fs: submit cached bio to avoid endless PageWriteback\"",
    },
    GroupRow {
        key: "set_page_dirty_lock",
        calls: same("set_page_dirty_lock(page)"),
        also: &[],
        meaning: "Marks the page dirty once the device has written into it, without asking page_mkwrite. The kernel marks it before the I/O, and again afterwards if it was cleaned meanwhile; the model only afterwards.",
        source: "bio_dirty_fn and bio_set_pages_dirty, block/bio.c (6.19)",
    },
    GroupRow {
        key: "pin_user_pages",
        calls: same("pin_user_pages()"),
        also: &[],
        meaning: "Faults the PTE writable once, so page_mkwrite runs and waits once. After that the device asks nobody.",
        source: "pin_user_pages, mm/gup.c (6.19)",
    },
    GroupRow {
        key: "wb_page",
        calls: folio("write_cache_pages: one page", "writeback_iter: one folio"),
        also: &["write_cache_pages", "write_cache_page"],
        meaning: "One page of a pass: locked, waited for, cleaned, put under writeback and into the pass's bio.",
        source: "write_cache_pages, mm/page-writeback.c (2.6.39); writeback_iter, mm/page-writeback.c (6.19)",
    },
];
