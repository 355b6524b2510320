//! The table of composites: lines of a program that unfold into others.

use super::ops::{folio, same};

/// What the page says about a composite: a line that unfolds into others.
#[derive(Debug)]
pub struct GroupRow {
    /// Its stable name.
    pub key: &'static str,
    /// The line of source shown in each era.
    pub calls: [&'static str; 4],
    /// Other functions that stand for it in other people's diagrams.
    pub also: &'static [&'static str],
    /// One sentence: what it is for.
    pub meaning: &'static str,
    /// Kernel file and version, mail or standard.
    pub source: &'static str,
}

/// The row of a composite, by key.
pub fn group_row(key: &str) -> Option<&'static GroupRow> {
    GROUPS.iter().find(|row| row.key == key)
}

/// Every composite.
pub const GROUPS: [GroupRow; 25] = [
    GroupRow {
        key: "writepage",
        calls: folio("writepage(page)", "writepages: one folio"),
        also: &[],
        meaning: "Writes one dirty page back. Its first four steps pass the page from the care of the page lock to that of PG_writeback without a gap; the fifth starts the I/O.",
        source: "Mason, linux-fsdevel, 26 Apr 2011",
    },
    GroupRow {
        key: "clear_page_dirty_for_io",
        calls: folio(
            "clear_page_dirty_for_io(page)",
            "folio_clear_dirty_for_io(folio)",
        ),
        also: &[],
        meaning: "Makes every PTE of the page read-only and clean, then clears PG_dirty: the page is as it will be written.",
        source: "mm/page-writeback.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "page_mkclean",
        calls: folio("page_mkclean(page)", "folio_mkclean(folio)"),
        also: &["page_mkclean_one", "page_vma_mkclean_one"],
        meaning: "Walks all shared mappings of the page and write-protects each PTE, one at a time.",
        source: "mm/rmap.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "submit_bio",
        calls: [
            "submit_bio(bio): __generic_make_request",
            "submit_bio(bio): __generic_make_request",
            "submit_bio(bio): blk_queue_bio",
            "submit_bio(bio): blk_mq_submit_bio",
        ],
        also: &[],
        meaning: "Starts the I/O: tags are generated here, in the block layer, not in writepage.",
        source: "block/blk-core.c (2.6.39), block/blk-mq.c (6.19)",
    },
    GroupRow {
        key: "submit_bio_bounced",
        calls: same("submit_bio(bio), snapshot"),
        also: &[],
        meaning: "Starts the I/O from a copy of the page, so that nobody need wait for it.",
        source: "block/blk-core.c, mm/bounce.c (3.9)",
    },
    GroupRow {
        key: "bio_integrity_prep",
        calls: same("bio_integrity_prep(bio)"),
        also: &[],
        meaning: "Generates one tuple for each protection interval of the bio.",
        source: "fs/bio-integrity.c (2.6.39), block/bio-integrity.c (6.19)",
    },
    GroupRow {
        key: "csum_one_bio",
        calls: same("btrfs_csum_one_bio(bio)"),
        also: &[],
        meaning: "The file system checksums the data before it goes to the disk.",
        source: "fs/btrfs/file-item.c (6.19)",
    },
    GroupRow {
        key: "page_mkwrite",
        calls: same("->page_mkwrite(vma, vmf)"),
        also: &[],
        meaning: "The file system's say before a page becomes writable: lock it, wait until it is stable, return it locked.",
        source: "ext4_page_mkwrite, fs/ext4/inode.c (3.0; 6.19 adds the order dirty, then wait)",
    },
    GroupRow {
        key: "write_begin",
        calls: same("->write_begin()"),
        also: &["grab_cache_page_write_begin"],
        meaning: "Finds and locks the page for write(2), and waits until it is stable.",
        source: "grab_cache_page_write_begin, mm/filemap.c (2.6.39, 3.0); FGP_WRITEBEGIN (6.19)",
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
        meaning: "The host adapter fetches each sector by DMA.",
        source: "the dossier, 8.4; drivers/scsi/sd.c (6.19)",
    },
    GroupRow {
        key: "target",
        calls: same("target: check and store"),
        also: &[],
        meaning: "The disk checks what arrived and stores it.",
        source: "T10 SBC; scsi_debug verifies all tuples before storing",
    },
    GroupRow {
        key: "raid5_parity",
        calls: same("raid5: compute parity"),
        also: &[],
        meaning: "The array computes the stripe's parity from the pages themselves (skip_copy).",
        source: "drivers/md/raid5.c (6.19); commit d592a9969141",
    },
    GroupRow {
        key: "raid1_leg",
        calls: same("raid1: first leg"),
        also: &[],
        meaning: "The first disk of the mirror fetches the page.",
        source: "drivers/md/raid1.c (6.19)",
    },
    GroupRow {
        key: "revoke_writes",
        calls: same("walk all PTEs, revoke write"),
        also: &[],
        meaning: "Finds every user PTE that maps a page of the bio and takes its write access: RFC v2 did this in bio_integrity_prep.",
        source: "Wong, 21 Apr 2011",
    },
    GroupRow {
        key: "unmap_mapping_range",
        calls: same("unmap_mapping_range()"),
        also: &[],
        meaning: "Removes the page from every page table.",
        source: "mm/memory.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "ext4_bio_write_page",
        calls: folio("ext4_bio_write_page(page)", "ext4_bio_write_folio(folio)"),
        also: &[],
        meaning: "Allocates, sets PG_writeback, adds the page to the bio and unlocks it.",
        source: "fs/ext4/page-io.c (2.6.39)",
    },
    GroupRow {
        key: "block_write_full_page",
        calls: same("block_write_full_page(page)"),
        also: &[],
        meaning: "Sets PG_writeback, submits every dirty buffer, unlocks last.",
        source: "fs/buffer.c (2.6.39)",
    },
    GroupRow {
        key: "mpage_da_submit_io",
        calls: same("mpage_da_submit_io()"),
        also: &[],
        meaning: "What Wong quoted on 25 April 2011: the page is locked all the way from clear_page_dirty_for_io to PG_writeback.",
        source: "fs/ext4/inode.c (2.6.39)",
    },
    GroupRow {
        key: "ext4_journal_stop",
        calls: same("ext4_journal_stop(sync handle)"),
        also: &[],
        meaning: "Closes the handle and, as it is a synchronous one, waits for the commit.",
        source: "fs/ext4/inode.c, commit 646caa9c8e19",
    },
    GroupRow {
        key: "shrink_page_list",
        calls: same("memcg reclaim: shrink_page_list()"),
        also: &[
            "shrink_folio_list",
            "shrink_inactive_list",
            "try_to_free_mem_cgroup_pages",
        ],
        meaning: "Looks for pages to free, and meets the one this very thread has put under writeback.",
        source: "mm/vmscan.c; commit ecf5fc6e9654",
    },
    GroupRow {
        key: "f2fs_wait_on_page_writeback",
        calls: same("f2fs_wait_on_page_writeback(page)"),
        also: &[],
        meaning: "Submits the private bio that holds the page, then waits.",
        source: "fs/f2fs/segment.c; Chao Yu, Sep 2018",
    },
    GroupRow {
        key: "set_page_dirty_lock",
        calls: same("set_page_dirty_lock(page)"),
        also: &[],
        meaning: "Marks the page dirty after the device wrote into it, without asking page_mkwrite.",
        source: "bio_set_pages_dirty, block/bio.c (6.19)",
    },
    GroupRow {
        key: "pin_user_pages",
        calls: same("pin_user_pages()"),
        also: &[],
        meaning: "Faults the PTE writable once, so page_mkwrite runs and waits once; after that the device asks nobody.",
        source: "mm/gup.c (6.19)",
    },
    GroupRow {
        key: "wb_page",
        calls: folio("write_cache_pages: one page", "writeback_iter: one folio"),
        also: &["write_cache_pages", "write_cache_page"],
        meaning: "One page of a pass: locked, waited for, cleaned, put under writeback and into the pass's bio.",
        source: "mm/page-writeback.c (2.6.39, 6.19)",
    },
];
