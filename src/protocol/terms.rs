//! The field's words, each with its meaning and where that is written.

use super::ops::Meaning;

/// A word that a newcomer may not know.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The word.
    pub name: &'static str,
    /// Other forms in which texts have it.
    pub forms: &'static [&'static str],
}

type Row = (Term, Meaning);

const fn term(
    name: &'static str,
    forms: &'static [&'static str],
    meaning: &'static str,
    source: &'static str,
) -> Row {
    (
        Term { name, forms },
        Meaning {
            meaning,
            reason: None,
            since: "",
            source,
        },
    )
}

/// Every word, by number.
pub static TERMS: [Term; ROWS.len()] = {
    let mut all = [ROWS[0].0; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = ROWS[at].0;
        at += 1;
    }
    all
};

static MEANINGS: [Meaning; ROWS.len()] = {
    let mut all = [ROWS[0].1; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = ROWS[at].1;
        at += 1;
    }
    all
};

/// What a word means, by its number; the source is empty for a word that only this page uses.
pub fn term_meaning(term: usize) -> Option<Meaning> {
    MEANINGS.get(term).copied()
}

/// Every word, those of the block layer and the disk first.
const ROWS: [Row; 36] = [
    term(
        "guard tag",
        &["guard tags", "guard", "guards"],
        "CRC-16 over the bytes of a protection interval (a sector of 512, or 4096); it travels with them and is recomputed on the way. Between operating system and adapter it may be an IP checksum instead.",
        "T10 SBC-3 (INCITS 514); Documentation/block/data-integrity.rst (6.19)",
    ),
    term(
        "reference tag",
        &["reference tags"],
        "The low 32 bits of the sector's LBA, so that a sector cannot land in another's place (Type 1 protection).",
        "T10 SBC-3 (INCITS 514); struct t10_pi_tuple, include/linux/t10-pi.h (6.19)",
    ),
    term(
        "tuple",
        &["tuples"],
        "Guard, application and reference tag of one protection interval: 8 bytes (T10 protection information).",
        "T10 SBC-3 (INCITS 514); struct t10_pi_tuple, include/linux/t10-pi.h (6.19)",
    ),
    term(
        "DIF",
        &[],
        "Data integrity field: protection information between adapter and disk.",
        "Documentation/block/data-integrity.rst (6.19)",
    ),
    term(
        "DIX",
        &[],
        "Data integrity extensions: the same between operating system and adapter. The block layer computes the guards (since 7.1 xfs does it itself, just before).",
        "Documentation/block/data-integrity.rst (6.19)",
    ),
    term(
        "HBA",
        &[],
        "Host bus adapter: fetches memory by DMA and sends it to the disk. NVMe has none: its controller does both.",
        "Documentation/block/data-integrity.rst (6.19)",
    ),
    term(
        "DMA",
        &[],
        "Direct memory access: a device reads or writes memory by its physical address. PTEs play no part.",
        "Documentation/core-api/dma-api-howto.rst (6.19)",
    ),
    term(
        "target",
        &[],
        "The disk's own end of the wire, which checks once more before it stores.",
        "T10 SBC-3 (INCITS 514)",
    ),
    term(
        "LBA",
        &["LBAs"],
        "Logical block address: a sector's number on the disk.",
        "T10 SBC-3 (INCITS 514)",
    ),
    term(
        "bio",
        &["bios"],
        "The block layer's description of one I/O: which pages, which sectors.",
        "struct bio, include/linux/blk_types.h (6.19)",
    ),
    term(
        "page lock",
        &["PG_locked"],
        "The bit PG_locked of a page, taken by lock_page. Whoever cleans, dirties, maps or removes the page takes turns by it. It keeps write(2) out, but neither a store through a writable PTE nor a device.",
        "lock_page, include/linux/pagemap.h (2.6.39); folio_lock, include/linux/pagemap.h (6.19)",
    ),
    term(
        "PG_dirty",
        &[],
        "A page's bit that says: this page must still be written. It compares no bytes: it is set around a store (by the fault, or by write(2)), and cleared before the I/O starts, while the newer bytes are still on their way. Writeback looks for it.",
        "set_page_dirty, mm/page-writeback.c (2.6.39); folio_mark_dirty, mm/page-writeback.c (6.19)",
    ),
    term(
        "PG_writeback",
        &["under writeback"],
        "A page's bit that says: its bytes are on their way to the disk. It stops nobody by itself; whoever wants to change the bytes must look at it and wait.",
        "test_set_page_writeback, mm/page-writeback.c (2.6.39); __folio_start_writeback, mm/page-writeback.c (6.19)",
    ),
    term(
        "writeback",
        &[],
        "Writing dirty pages of a file from memory to the disk, some time after they were changed.",
        "write_cache_pages, mm/page-writeback.c (2.6.39); writeback_iter, mm/page-writeback.c (6.19)",
    ),
    term(
        "TOWRITE",
        &[],
        "A tag in the index of a file's pages. Sync sets it on every page that is dirty when it begins, and then writes only those.",
        "tag_pages_for_writeback, mm/page-writeback.c (2.6.39, 6.19)",
    ),
    term(
        "dirty",
        &[],
        "To be written: stored into since its last write began, as far as anybody knows. A page has a bit for that (PG_dirty), and so has each PTE.",
        "set_page_dirty, mm/page-writeback.c (2.6.39); folio_mark_dirty, mm/page-writeback.c (6.19)",
    ),
    term(
        "folio",
        &["folios"],
        "One page, or several that belong together; newer kernels say folio where older ones say page.",
        "struct folio, include/linux/mm_types.h (6.19)",
    ),
    term(
        "PTE",
        &["PTEs", "page table entry"],
        "Page table entry: whether a process may read or write a page, and whether it has (dirty).",
        "Documentation/mm/page_tables.rst (6.19)",
    ),
    term(
        "write-protect",
        &["write-protects", "write-protected", "write protection"],
        "To take the write bit from a PTE: the next store through it faults, and the kernel is asked.",
        "page_mkclean_one, mm/rmap.c (2.6.39); page_vma_mkclean_one, mm/rmap.c (6.19)",
    ),
    term(
        "page_mkclean",
        &["mkclean"],
        "Makes every PTE of a page read-only and clean, before it is written. The mappings stay and can still be read.",
        "page_mkclean, mm/rmap.c (2.6.39); folio_mkclean, mm/rmap.c (6.19)",
    ),
    term(
        "page_mkwrite",
        &[],
        "The file system's function that a write fault calls before the page becomes writable: the place to wait for a stable page.",
        "Documentation/filesystems/locking.rst (6.19)",
    ),
    term(
        "write fault",
        &["faults", "fault"],
        "A store through a PTE that is missing or read-only: the CPU stops and calls the kernel, which mends the PTE or refuses.",
        "do_wp_page, mm/memory.c (2.6.39, 6.19)",
    ),
    term(
        "pte_same",
        &[],
        "The check, under the page table lock, that the PTE is still what it was when the fault began.",
        "do_wp_page, mm/memory.c (2.6.39); finish_mkwrite_fault, mm/memory.c (6.19)",
    ),
    term(
        "TLB",
        &["TLBs"],
        "A CPU's cache of PTEs. An entry goes stale when its PTE is changed, and the CPU uses it until it is flushed. Here it works as on x86: the CPU sets the dirty bit by itself, and a flush reaches every CPU at once. Other processors fault to set that bit, or are flushed one by one.",
        "Documentation/core-api/cachetlb.rst (6.19); the kernel dossier, section 1.2",
    ),
    term(
        "stable window",
        &[],
        "From the first guard computed until the I/O is complete: the bytes must not change.",
        "",
    ),
    term(
        "stable page",
        &["stable pages"],
        "A page whose bytes do not change while they are written. Since 3.9 the kernel sees to it only where the mapping asks.",
        "commit 1d1d1a767206 (3.9); folio_wait_stable, mm/page-writeback.c (6.19)",
    ),
    term(
        "-EILSEQ",
        &["EILSEQ"],
        "The errno of a guard that does not fit. Old kernels keep only that there was an error, and fsync returns EIO.",
        "blk_errors, block/blk-core.c (6.19)",
    ),
    term(
        "fsync",
        &[],
        "The call by which a program asks that all it has stored in a file be on the disk; it also reports a write that failed.",
        "fsync(2); vfs_fsync_range, fs/sync.c (2.6.39, 6.19)",
    ),
    term(
        "BH_Shadow",
        &[],
        "A buffer's bit that says: the journal is writing this block.",
        "BH_Shadow, include/linux/jbd2.h (6.19)",
    ),
    term(
        "journal handle",
        &["handle", "handles"],
        "A ticket for one operation in the running transaction, which cannot commit while it is open.",
        "start_this_handle, fs/jbd2/transaction.c (6.19)",
    ),
    term(
        "mmap_lock",
        &[],
        "A process's lock over its mappings, called mmap_sem in the older kernels: faults take it for read, mmap and munmap for write. In 6.19 most faults take the lock of one mapping (the VMA lock) instead.",
        "mmap_read_lock, include/linux/mmap_lock.h (6.19); vmf_can_call_fault, mm/memory.c (7.1.5)",
    ),
    term(
        "bounce",
        &["bounce copy"],
        "To copy a page before its I/O and write the copy, so that the page itself may change. The block layer did so for ext3 from 3.9 on, and dropped it in 2025; 7.0 copies again, for direct I/O on xfs.",
        "blk_queue_bounce, mm/bounce.c (3.9); commit eeadd68e2a5f; commit 8dd5e7c75d7b; the kernel dossier, section 13.1",
    ),
    term(
        "parity",
        &[],
        "The exclusive OR of a stripe's data, kept on another disk: a lost disk is rebuilt from it.",
        "ops_run_reconstruct5, drivers/md/raid5.c (6.19); md(4)",
    ),
    term(
        "sector",
        &["sectors"],
        "What a disk reads and writes as a whole: 512 bytes, or 4096. A page of 4096 bytes has eight of them, or one.",
        "T10 SBC-3 (INCITS 514)",
    ),
    term(
        "unstable write",
        &[],
        "A write whose bytes changed while it was under way, and which was reported as done. On a disk without checksums that is no failure: the page is dirty again, and is written once more.",
        "",
    ),
    term(
        "schedule",
        &["schedules"],
        "One order in which the actors make their steps.",
        "",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_complete_and_no_form_is_two_terms() {
        let mut forms: Vec<&str> = Vec::new();
        for (term, it) in &ROWS {
            assert!(it.meaning.ends_with(['.', ')']), "{}", term.name);
            forms.push(term.name);
            forms.extend(term.forms);
        }
        let many = forms.len();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!(forms.len(), many);
    }
}
