//! The one table of ops: what each is called, what it means, and where that is written.
//!
//! Buttons, program lines, legend, narration, glossary and scenario files all derive from here.

use crate::machine::Op;

/// Which kernel's names (and, where they differ, rules) hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// Pages, 2.6.39 with the waits that arrived in 3.0.
    Y2011,
    /// 3.9, with `wait_for_stable_page`.
    Y2013,
    /// Folios, 6.19.
    Today,
}

impl Era {
    /// All eras, oldest first.
    pub const ALL: [Era; 3] = [Era::Y2011, Era::Y2013, Era::Today];

    /// The word scenario files use.
    pub fn word(self) -> &'static str {
        match self {
            Era::Y2011 => "2011",
            Era::Y2013 => "2013",
            Era::Today => "today",
        }
    }

    /// The kernel releases it stands for.
    pub fn kernels(self) -> &'static str {
        match self {
            Era::Y2011 => "Linux 2.6.39 and 3.0 (pages)",
            Era::Y2013 => "Linux 3.9 (pages)",
            Era::Today => "Linux 6.19 (folios)",
        }
    }

    /// Whether `set_page_writeback` asserts the page lock.
    /// (`__folio_start_writeback`, mm/page-writeback.c, 6.19; absent in 2.6.39.)
    pub fn writeback_asserts_lock(self) -> bool {
        self == Era::Today
    }
}

/// What the page says about one op.
#[derive(Debug)]
pub struct OpRow {
    /// The op.
    pub op: Op,
    /// Its stable name: in scenario files, edits and links. The 2011 function where one exists.
    pub key: &'static str,
    /// The line of source shown in each era, oldest first. `{}` stands for the operand.
    pub calls: [&'static str; 3],
    /// What a button says: an imperative of a few words.
    pub label: &'static str,
    /// One sentence: what it does and why.
    pub meaning: &'static str,
    /// Kernel file and version, mail or standard.
    pub source: &'static str,
}

/// What the page says about a composite: a line that unfolds into others.
#[derive(Debug)]
pub struct GroupRow {
    /// Its stable name.
    pub key: &'static str,
    /// The line of source shown in each era.
    pub calls: [&'static str; 3],
    /// One sentence: what it is for.
    pub meaning: &'static str,
    /// Kernel file and version, mail or standard.
    pub source: &'static str,
}

/// The row of an op.
pub fn op_row(op: Op) -> &'static OpRow {
    // The table is in the order of the enum; a test holds it to that.
    &OPS[op as usize]
}

/// The row of a composite, by key.
pub fn group_row(key: &str) -> Option<&'static GroupRow> {
    GROUPS.iter().find(|row| row.key == key)
}

const fn same(call: &'static str) -> [&'static str; 3] {
    [call, call, call]
}

const fn folio(page: &'static str, folio: &'static str) -> [&'static str; 3] {
    [page, page, folio]
}

/// Every op, in the order of [`Op`].
pub const OPS: [OpRow; Op::ALL.len()] = [
    OpRow {
        op: Op::LockPage,
        key: "lock_page",
        calls: folio("lock_page(page)", "folio_lock(folio)"),
        label: "lock the page",
        meaning: "Takes PG_locked, or sleeps until its holder lets go: whoever cleans, dirties or \
                  maps the page must hold it.",
        source: "mm/filemap.c, include/linux/pagemap.h (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::UnlockPage,
        key: "unlock_page",
        calls: folio("unlock_page(page)", "folio_unlock(folio)"),
        label: "unlock the page",
        meaning: "Releases PG_locked and wakes whoever waits for it; from here on only \
                  PG_writeback still protects the bytes.",
        source: "mm/filemap.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::PteWrprotect,
        key: "pte_wrprotect",
        calls: same("pte_wrprotect, pte_mkclean in {}"),
        label: "write-protect one PTE",
        meaning: "Makes one page table entry read-only and clean if it was dirty or writable, so \
                  that the next store through it must fault.",
        source: "page_mkclean_one, mm/rmap.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::FlushTlb,
        key: "flush_tlb_page",
        calls: same("flush_tlb_page in {}"),
        label: "flush the TLBs",
        meaning: "Empties the cached translation on every CPU; until then a CPU may go on storing \
                  through its old writable entry and nobody is told.",
        source: "ptep_clear_flush in page_mkclean_one, mm/rmap.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::RedirtyIfCleaned,
        key: "redirty_if_cleaned",
        calls: folio(
            "if (cleaned) set_page_dirty(page)",
            "if (cleaned) folio_mark_dirty(folio)",
        ),
        label: "carry PTE dirt to PG_dirty",
        meaning: "If any PTE was dirty or writable, the whole page counts as dirty: that tells the \
                  file system, and keeps PG_dirty the one place where cleaners and dirtiers meet.",
        source: "clear_page_dirty_for_io, mm/page-writeback.c (2.6.39); commit 7658cc289288",
    },
    OpRow {
        op: Op::TestClearPageDirty,
        key: "TestClearPageDirty",
        calls: folio("TestClearPageDirty(page)", "folio_test_clear_dirty(folio)"),
        label: "clear PG_dirty",
        meaning: "Clears PG_dirty; if it was clear already there is nothing to write and the page \
                  is skipped.",
        source: "clear_page_dirty_for_io, mm/page-writeback.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::SetPageDirty,
        key: "set_page_dirty",
        calls: folio("set_page_dirty(page)", "folio_mark_dirty(folio)"),
        label: "set PG_dirty",
        meaning: "Sets PG_dirty, so that a later writeback picks the page up again.",
        source: "mm/page-writeback.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::SetPageWriteback,
        key: "set_page_writeback",
        calls: folio("set_page_writeback(page)", "folio_start_writeback(folio)"),
        label: "set PG_writeback",
        meaning: "Sets PG_writeback, the promise that the bytes are frozen until the I/O is done; \
                  it only holds if it is made before the page lock is given up.",
        source: "test_set_page_writeback, mm/page-writeback.c (2.6.39); Mason, 26 Apr 2011",
    },
    OpRow {
        op: Op::WaitOnPageWriteback,
        key: "wait_on_page_writeback",
        calls: [
            "wait_on_page_writeback(page)",
            "wait_for_stable_page(page)",
            "folio_wait_stable(folio)",
        ],
        label: "wait for writeback",
        meaning: "Sleeps, page lock held, until PG_writeback is clear: the disk must have its copy \
                  before anyone may write.",
        source: "mm/filemap.c; ext4_page_mkwrite since 3.0 (0e499890c1fd)",
    },
    OpRow {
        op: Op::GenerateGuard,
        key: "generate_guard",
        calls: same("generate guard, sector {}"),
        label: "compute one guard",
        meaning: "Computes CRC-16/T10-DIF over the 512 bytes as they are now and puts it into the \
                  sector's 8-byte tuple; these bytes must not change until the I/O is complete.",
        source: "bio_integrity_generate, fs/bio-integrity.c (2.6.39); block/t10-pi.c (6.19)",
    },
    OpRow {
        op: Op::QueueBio,
        key: "queue_bio",
        calls: same("queue the request"),
        label: "queue the request",
        meaning: "Puts the bio on the device's queue; it may wait there for milliseconds or \
                  seconds before the bytes are read.",
        source: "__generic_make_request, block/blk-core.c (2.6.39); blk_mq_submit_bio (6.19)",
    },
    OpRow {
        op: Op::TakeRequest,
        key: "take_request",
        calls: same("take the next request"),
        label: "take the request",
        meaning: "The disk accepts the write command and begins to transfer.",
        source: "scsi_request_fn, drivers/scsi/scsi_lib.c (2.6.39)",
    },
    OpRow {
        op: Op::DmaSector,
        key: "dma_sector",
        calls: same("DMA sector {}"),
        label: "fetch a sector",
        meaning: "The HBA reads the sector's 512 bytes from memory, as they are at this moment, \
                  and its tuple from the bio.",
        source: "Documentation/block/data-integrity.rst (6.19)",
    },
    OpRow {
        op: Op::HbaVerify,
        key: "hba_verify",
        calls: same("check guard, sector {}"),
        label: "check a guard at the HBA",
        meaning: "The HBA computes the CRC over the bytes it fetched and compares it with the \
                  guard tag it received; if they differ the command fails and is not retried.",
        source: "SCSI_PROT_GUARD_CHECK, drivers/scsi/sd.c (6.19); scsi_debug",
    },
    OpRow {
        op: Op::HbaInsert,
        key: "hba_insert",
        calls: same("insert guard, sector {}"),
        label: "insert a guard at the HBA",
        meaning: "The HBA computes the guard itself, from whatever bytes it fetched \
                  (WRITE_INSERT): the tag matches by construction.",
        source: "sd_prot_op, drivers/scsi/sd.c (6.19)",
    },
    OpRow {
        op: Op::TargetVerify,
        key: "target_verify",
        calls: same("check guard, sector {}"),
        label: "check a guard at the target",
        meaning: "The disk recomputes the CRC over what arrived over the wire and compares it with \
                  the tuple before it stores anything.",
        source: "T10 SBC, WRPROTECT=001b; dif_verify, drivers/scsi/scsi_debug.c (6.1)",
    },
    OpRow {
        op: Op::CommitMedia,
        key: "commit_media",
        calls: same("write sectors and tuples to media"),
        label: "write to media",
        meaning: "The disk stores the bytes it received, each sector with its tuple.",
        source: "T10 SBC; resp_write_dt0, drivers/scsi/scsi_debug.c",
    },
    OpRow {
        op: Op::CompleteRequest,
        key: "complete_request",
        calls: same("report status, raise interrupt"),
        label: "report status",
        meaning: "The disk tells the host how the command ended; one bad sector fails the whole \
                  request.",
        source: "sd_done, drivers/scsi/sd.c; blk_update_request, block/blk-core.c (2.6.39)",
    },
    OpRow {
        op: Op::BioEndio,
        key: "bio_endio",
        calls: same("bio_endio(bio)"),
        label: "end the bio",
        meaning: "The completion hands the status to the file system's end_io.",
        source: "fs/bio.c (2.6.39), block/bio.c (6.19)",
    },
    OpRow {
        op: Op::MappingSetError,
        key: "mapping_set_error",
        calls: same("mapping_set_error(mapping, error)"),
        label: "latch the error",
        meaning: "Records the failure in the file's mapping; the next fsync reports it once.",
        source: "include/linux/pagemap.h (2.6.39, AS_EIO; 6.19, errseq)",
    },
    OpRow {
        op: Op::EndPageWriteback,
        key: "end_page_writeback",
        calls: folio("end_page_writeback(page)", "folio_end_writeback(folio)"),
        label: "clear PG_writeback",
        meaning: "Clears PG_writeback and wakes its waiters; it needs no page lock, so a waiter \
                  may hold that.",
        source: "mm/filemap.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::Store,
        key: "store",
        calls: same("store {}"),
        label: "store bytes",
        meaning: "The CPU looks in its TLB, then in the page table: a writable entry lets the \
                  bytes change, a read-only one faults and the store is run again afterwards.",
        source: "do_wp_page, mm/memory.c (2.6.39, 6.19)",
    },
    OpRow {
        op: Op::PteMkwrite,
        key: "pte_mkwrite",
        calls: same("maybe_mkwrite(pte_mkdirty(pte))"),
        label: "make the PTE writable",
        meaning: "Gives the faulting thread a writable and dirty PTE, if pte_same finds that nobody \
                  changed it meanwhile: from here on its stores ask nobody.",
        source: "do_wp_page, mm/memory.c (2.6.39); finish_mkwrite_fault (6.19)",
    },
];

/// Every composite.
pub const GROUPS: [GroupRow; 7] = [
    GroupRow {
        key: "clear_page_dirty_for_io",
        calls: folio(
            "clear_page_dirty_for_io(page)",
            "folio_clear_dirty_for_io(folio)",
        ),
        meaning: "Makes every PTE of the page read-only and clean, then clears PG_dirty: the page \
                  is as it will be written.",
        source: "mm/page-writeback.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "page_mkclean",
        calls: folio("page_mkclean(page)", "folio_mkclean(folio)"),
        meaning: "Walks all shared mappings of the page and write-protects each PTE, one at a \
                  time.",
        source: "mm/rmap.c (2.6.39, 6.19)",
    },
    GroupRow {
        key: "submit_bio",
        calls: same("submit_bio(bio)"),
        meaning: "Starts the I/O: the guards are computed here, in the block layer, and not \
                  earlier.",
        source: "block/blk-core.c (2.6.39); block/blk-mq.c (6.19)",
    },
    GroupRow {
        key: "bio_integrity_prep",
        calls: same("bio_integrity_prep(bio)"),
        meaning: "Generates the protection information of the bio, one 8-byte tuple for each \
                  sector.",
        source: "fs/bio-integrity.c (2.6.39), block/bio-integrity-auto.c (6.19)",
    },
    GroupRow {
        key: "page_mkwrite",
        calls: same("->page_mkwrite(vma, vmf)"),
        meaning: "The file system's say before a page becomes writable: lock it, and wait until \
                  its writeback is over.",
        source: "ext4_page_mkwrite, fs/ext4/inode.c (3.0); Mason, 26 Apr 2011",
    },
    GroupRow {
        key: "hba",
        calls: same("HBA: transfer the page"),
        meaning: "The host adapter fetches sector after sector with its tuple.",
        source: "Documentation/block/data-integrity.rst (6.19)",
    },
    GroupRow {
        key: "target",
        calls: same("target: verify, then store"),
        meaning: "The disk verifies every tuple of the write before it stores anything.",
        source: "drivers/scsi/scsi_debug.c (6.1)",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, row) in OPS.iter().enumerate() {
            assert_eq!(row.op as usize, index, "{}", row.key);
            assert_eq!(Op::ALL[index], row.op);
        }
    }

    #[test]
    fn keys_are_unique_and_rows_complete() {
        let mut keys: Vec<&str> = OPS.iter().map(|row| row.key).collect();
        keys.extend(GROUPS.iter().map(|row| row.key));
        let many = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), many);
        for row in &OPS {
            assert!(row.meaning.ends_with('.') && !row.source.is_empty() && !row.label.is_empty());
        }
    }
}
