//! The one table of steps: what each is called, what it means, why it is there, and where that is written.
//!
//! Buttons, program lines, legend, explanation, glossary, the reader of diagrams and scenario files all derive from
//! here. What a step does is `machine::step`; which registers it reads and writes is `machine::footprint`. How to add
//! one stands in ARCHITECTURE.md.

use crate::machine::{EndIo, LockKind, LockStep, Op, ReadStep, Resource};

/// What a step is called.
#[derive(Clone, Copy, Debug)]
pub struct OpRow {
    /// Its stable name: in scenario files, edits and links. The 2011 function where one exists.
    pub key: &'static str,
    /// What the machine does.
    pub op: Op,
    /// What a button says: an imperative of a few words.
    pub label: &'static str,
}

/// What something means, and where that is written.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// A sentence or two.
    pub meaning: &'static str,
    /// Why the protocol needs it, where the meaning does not say so already.
    pub reason: Option<&'static str>,
    /// Since when the kernel does this, where that is known: a release or an event, and where it is written.
    pub since: &'static str,
    /// Kernel file and release, commit, mail or standard: see [`pieces`](super::pieces).
    pub source: &'static str,
}

/// Everything that is said about one step.
struct Row {
    key: &'static str,
    op: Op,
    calls: [&'static str; 5],
    /// Other functions that stand for it in other people's diagrams.
    also: &'static [&'static str],
    label: &'static str,
    meaning: &'static str,
    reason: Option<&'static str>,
    /// Since when, with a source; empty where nothing older than the kernels read is known.
    since: &'static str,
    source: &'static str,
}

/// The same line in each era.
pub(super) const fn same(call: &'static str) -> [&'static str; 5] {
    [call; 5]
}

/// A line of the three older kernels, and that of the newer two: most often one about a page, and one about a folio.
pub(super) const fn folio(page: &'static str, folio: &'static str) -> [&'static str; 5] {
    [page, page, page, folio, folio]
}

/// The line of a call that the model does not interpret: it stands in the program.
pub const ANY_CALL: &str = "{}";

/// The key of a call that the model does not interpret.
pub const UNMODELLED: &str = "call";

/// Every step a program can have, by number.
pub static OPS: [OpRow; ROWS.len()] = {
    let mut all = [OpRow {
        key: "",
        op: Op::Goto,
        label: "",
    }; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = OpRow {
            key: ROWS[at].key,
            op: ROWS[at].op,
            label: ROWS[at].label,
        };
        at += 1;
    }
    all
};

/// The line of source shown in each era, oldest first, by the step's number. `{}` stands for the operand. Apart from [`OPS`] as well: on
/// the page, lines stand in their programs.
static CALLS: [[&str; 5]; ROWS.len()] = {
    let mut all = [[""; 5]; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = ROWS[at].calls;
        at += 1;
    }
    all
};

/// What each step does and why, by number. These texts are apart from [`OPS`], so that a program that
/// only makes steps does not carry them.
pub static MEANINGS: [Meaning; ROWS.len()] = {
    let mut all = [Meaning {
        meaning: "",
        reason: None,
        since: "",
        source: "",
    }; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = Meaning {
            meaning: ROWS[at].meaning,
            reason: ROWS[at].reason,
            since: ROWS[at].since,
            source: ROWS[at].source,
        };
        at += 1;
    }
    all
};

/// Functions that stand for a step in other people's diagrams, beyond those of [`OpRow::calls`], by
/// the step's number.
pub static ALSO: [&[&str]; ROWS.len()] = {
    let mut all: [&[&str]; ROWS.len()] = [&[]; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = ROWS[at].also;
        at += 1;
    }
    all
};

/// The number of a step's row, by key.
pub fn op_number(key: &str) -> Option<usize> {
    OPS.iter().position(|row| row.key == key)
}

/// The two ways of a step that can go two ways ([`Op::Choose`]).
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    /// What a button says of each.
    pub names: [&'static str; 2],
    /// What the narration says of each; `{who}` stands for the actor.
    pub told: [&'static str; 2],
}

/// The two ways of each step that has them, by key.
const WAYS: [(&str, Ways); 3] = [
    (
        "kmem_cache_alloc",
        Ways {
            names: ["it is there", "it fails"],
            told: [
                "{Who} gets the memory it asks for.",
                "The allocation fails: {who} gets no memory.",
            ],
        },
    ),
    (
        "alloc_or_reclaim",
        Ways {
            names: ["it is there", "some must be reclaimed"],
            told: [
                "{Who} gets the memory at once.",
                "There is no free memory: {who} has to reclaim some first.",
            ],
        },
    ),
    (
        "mblk_io_submit",
        Ways {
            names: ["ext4_bio_write_page", "block_write_full_page"],
            told: [
                "{Who} takes the branch of `ext4_bio_write_page`.",
                "{Who} takes the branch of `block_write_full_page`.",
            ],
        },
    ),
];

/// What the narration says of steps that share their op and not their meaning, by key. Of dirt that is carried over:
/// how the sentence begins where there was some, and the sentence where there was none. Of a checksum: the sentence
/// where it is taken of memory, and the one where it is taken of a copy.
const TOLD: [(&str, [&str; 2]); 4] = [
    (
        "redirty_if_cleaned",
        [
            "A PTE had been dirty or writable, so {who}",
            "No PTE was cleaned, so {who} leaves `PG_dirty`{of} as it is.",
        ],
    ),
    (
        "set_dirty_if_pte_was",
        [
            "The PTE was dirty, so {who}",
            "The PTE was not dirty, so {who} leaves `PG_dirty`{of} as it is.",
        ],
    ),
    (
        "generate_guard",
        [
            "{Who} computes the guard of {x} over its bytes as they are now: {y}.",
            "{Who} computes the guard of {x} over its copy: {y}.",
        ],
    ),
    (
        "csum_data",
        [
            "{Who} computes the checksum of {x} over its bytes as they are now.",
            "{Who} computes the checksum of {x} over its copy.",
        ],
    ),
];

impl OpRow {
    /// The line of source shown in each era, oldest first. `{}` stands for the operand.
    pub fn calls(&self) -> &'static [&'static str; 5] {
        &CALLS[op_number(self.key).unwrap_or(0)]
    }

    /// The kind of named lock that the step works on; none for a step on anything else.
    pub fn lock_kind(&self) -> Option<LockKind> {
        if !matches!(self.op, Op::Lock(_)) {
            return None;
        }
        let words = [
            ("mutex_", LockKind::Mutex),
            ("spin_", LockKind::Spin),
            ("down_", LockKind::Rwsem),
            ("up_", LockKind::Rwsem),
            ("atomic_", LockKind::Count),
            ("wait_var_event", LockKind::Count),
            ("complete", LockKind::Completion),
            ("wait_for_completion", LockKind::Completion),
        ];
        let found = words.iter().find(|(word, _)| self.key.starts_with(word));
        Some(found.map_or(LockKind::Flag, |(_, kind)| *kind))
    }

    /// The two ways of the step, if it can go two ways.
    pub fn ways(&self) -> Option<&'static Ways> {
        let mut rows = WAYS.iter();
        rows.find(|(key, _)| *key == self.key).map(|(_, ways)| ways)
    }

    /// What the narration says of each of its two outcomes, where other steps have the same op and are told otherwise.
    pub fn told(&self) -> Option<[&'static str; 2]> {
        let mut rows = TOLD.iter();
        rows.find(|(key, _)| *key == self.key)
            .map(|(_, told)| *told)
    }
}

/// Every step.
static ROWS: [Row; 130] = [
    Row {
        key: "lock_page",
        op: Op::LockPage,
        calls: folio("lock_page(page)", "folio_lock(folio)"),
        also: &["__lock_page", "lock_page_killable", "__folio_lock"],
        label: "lock the page",
        meaning: "Takes PG_locked, or sleeps until its holder lets go. Whoever cleans, dirties or maps the page must hold it.",
        reason: Some(
            "Cleaning the page, setting PG_writeback and looking at that bit in a fault must take turns; this lock sees to it. It freezes no bytes by itself.",
        ),
        since: "",
        source: "lock_page, include/linux/pagemap.h (2.6.39); folio_lock, include/linux/pagemap.h (6.19)",
    },
    Row {
        key: "trylock_page",
        op: Op::TrylockPage,
        calls: folio("trylock_page(page)", "folio_trylock(folio)"),
        also: &[],
        label: "try to lock the page",
        meaning: "Takes PG_locked if it is free, and goes elsewhere if it is not.",
        reason: Some(
            "Whoever may not sleep here must still leave a page alone that somebody else is working on.",
        ),
        since: "",
        source: "trylock_page, include/linux/pagemap.h (2.6.39); folio_trylock, include/linux/pagemap.h (6.19)",
    },
    Row {
        key: "unlock_page",
        op: Op::UnlockPage,
        calls: folio("unlock_page(page)", "folio_unlock(folio)"),
        also: &["__unlock_page"],
        label: "unlock the page",
        meaning: "Releases PG_locked and wakes whoever waits for it. From here on only PG_writeback protects the bytes.",
        reason: Some(
            "A fault or write(2) that slept on the lock goes on now. If PG_writeback is not set by then, it finds nothing to wait for.",
        ),
        since: "",
        source: "unlock_page, mm/filemap.c (2.6.39); folio_unlock, mm/filemap.c (6.19)",
    },
    Row {
        key: "wait_on_page_locked",
        op: Op::WaitPageUnlocked,
        calls: folio("wait_on_page_locked(page)", "folio_wait_locked(folio)"),
        also: &[],
        label: "wait for the page lock",
        meaning: "Sleeps until nobody holds PG_locked, without taking it: whoever was cleaning the page is then done.",
        reason: Some(
            "Without this wait a cleaner could clear the PG_dirty that the fault is about to set, and the new bytes would be forgotten.",
        ),
        since: "commit 79352894b285",
        source: "do_wp_page, mm/memory.c (2.6.39); commit 79352894b285, \"mm: fix clear_page_dirty_for_io vs fault race\"",
    },
    Row {
        key: "lock_buffer",
        op: Op::Take(Resource::BufferLock),
        calls: same("lock_buffer(bh)"),
        also: &[],
        label: "lock the buffer",
        meaning: "Takes BH_Lock, which is held for the whole of the buffer's I/O.",
        reason: Some(
            "I/O on a buffer alone sets no PG_writeback: this lock is the only sign that the block is on its way.",
        ),
        since: "",
        source: "__lock_buffer, fs/buffer.c (2.6.39, 6.19)",
    },
    Row {
        key: "unlock_buffer",
        op: Op::Release(Resource::BufferLock),
        calls: same("unlock_buffer(bh)"),
        also: &[],
        label: "unlock the buffer",
        meaning: "Releases BH_Lock.",
        reason: Some("Whoever slept on it may change the block now."),
        since: "",
        source: "unlock_buffer, fs/buffer.c (2.6.39, 6.19)",
    },
    Row {
        key: "pte_lock",
        op: Op::Take(Resource::PteLock),
        calls: same("pte_offset_map_lock in {}"),
        also: &[],
        label: "lock the page table",
        meaning: "Takes the lock of the address space's page table, which page_mkclean needs for each PTE.",
        reason: Some(
            "Faults, munmap and cleaning all change PTEs; this lock makes them take turns.",
        ),
        since: "",
        source: "zap_pte_range, mm/memory.c (2.6.39, 6.19)",
    },
    Row {
        key: "pte_unlock",
        op: Op::Release(Resource::PteLock),
        calls: same("pte_unmap_unlock in {}"),
        also: &[],
        label: "unlock the page table",
        meaning: "Releases the page table lock. From here on page_mkclean may look at the PTE.",
        reason: None,
        since: "",
        source: "zap_pte_range, mm/memory.c (2.6.39, 6.19)",
    },
    Row {
        key: "journal_start",
        op: Op::Take(Resource::Handle),
        calls: same("ext4_journal_start()"),
        also: &[],
        label: "open a journal handle",
        meaning: "Joins the running transaction, which cannot commit while the handle is open.",
        reason: Some(
            "What belongs to one operation reaches the disk together or not at all, so the commit must wait for every open handle.",
        ),
        since: "",
        source: "ext4_journal_start_sb, fs/ext4/super.c (2.6.39); __ext4_journal_start_sb, fs/ext4/ext4_jbd2.c (6.19)",
    },
    Row {
        key: "journal_stop",
        op: Op::Release(Resource::Handle),
        calls: same("ext4_journal_stop(handle)"),
        also: &[],
        label: "close the journal handle",
        meaning: "Closes the handle, so that the transaction may commit.",
        reason: Some(
            "As long as it is open the commit waits, and so does everybody who waits for the commit.",
        ),
        since: "",
        source: "__ext4_journal_stop, fs/ext4/super.c (2.6.39); __ext4_journal_stop, fs/ext4/ext4_jbd2.c (6.19)",
    },
    Row {
        key: "wait_for_handles",
        op: Op::Await(Resource::Handle),
        calls: same("wait for t_updates == 0"),
        also: &[],
        label: "wait for open handles",
        meaning: "The commit waits until every handle of the transaction is closed.",
        reason: Some("A transaction must not become permanent with half an operation in it."),
        since: "",
        source: "jbd2_journal_commit_transaction, fs/jbd2/commit.c (2.6.39, 6.19)",
    },
    Row {
        key: "wait_for_commit",
        op: Op::Await(Resource::Commit),
        calls: same("jbd2_log_wait_commit()"),
        also: &[],
        label: "wait for the commit",
        meaning: "Sleeps until the journal has committed the transaction.",
        reason: Some("Only what is committed survives a crash."),
        since: "",
        source: "jbd2_log_wait_commit, fs/jbd2/journal.c (2.6.39, 6.19)",
    },
    Row {
        key: "finish_commit",
        op: Op::Release(Resource::Commit),
        calls: same("commit record written"),
        also: &[],
        label: "finish the commit",
        meaning: "The transaction is on disk; whoever waits for it goes on.",
        reason: Some("Whoever slept until here still holds what it took before."),
        since: "",
        source: "jbd2_journal_commit_transaction, fs/jbd2/commit.c (2.6.39, 6.19)",
    },
    Row {
        key: "mmap_read_lock",
        op: Op::Take(Resource::Mutex),
        calls: folio("down_read(&mm->mmap_sem)", "mmap_read_lock(mm)"),
        also: &[],
        label: "take mmap_lock for a fault",
        meaning: "A fault holds the process's mmap_lock for read while the file system waits; the model lets one reader in at a time. In 6.19 a write fault on ext4 or xfs takes the lock of its own mapping instead, so a change of another mapping no longer waits for it.",
        reason: Some(
            "The mapping must not change during the fault. The price: a fault that sleeps on writeback keeps mmap and munmap of its process waiting.",
        ),
        since: "",
        source: "do_page_fault, arch/x86/mm/fault.c (2.6.39); do_user_addr_fault, arch/x86/mm/fault.c (6.19); vmf_can_call_fault, mm/memory.c (7.1.5); the kernel dossier, section 3.5",
    },
    Row {
        key: "mmap_read_unlock",
        op: Op::Release(Resource::Mutex),
        calls: folio("up_read(&mm->mmap_sem)", "mmap_read_unlock(mm)"),
        also: &[],
        label: "release mmap_lock",
        meaning: "Gives the process's lock back.",
        reason: Some("Whoever queued behind this fault goes on."),
        since: "",
        source: "do_page_fault, arch/x86/mm/fault.c (2.6.39); mmap_read_unlock, include/linux/mmap_lock.h (6.19)",
    },
    Row {
        key: "mmap_write_lock",
        op: Op::Take(Resource::Mutex),
        calls: folio("down_write(&mm->mmap_sem)", "mmap_write_lock(mm)"),
        also: &[],
        label: "take mmap_lock for mmap",
        meaning: "mmap, munmap and mprotect take mmap_lock for write. They queue behind every fault that sleeps with it, and all later faults of the process that want it queue behind them.",
        reason: None,
        since: "",
        source: "munmap(2), mm/mmap.c (2.6.39); mmap_write_lock, include/linux/mmap_lock.h (6.19); the kernel dossier, section 3.5",
    },
    Row {
        key: "mmap_write_unlock",
        op: Op::Release(Resource::Mutex),
        calls: folio("up_write(&mm->mmap_sem)", "mmap_write_unlock(mm)"),
        also: &[],
        label: "release mmap_lock",
        meaning: "Gives the process's lock back.",
        reason: Some("Faults of the process that queued behind it go on."),
        since: "",
        source: "munmap(2), mm/mmap.c (2.6.39); mmap_write_unlock, include/linux/mmap_lock.h (6.19)",
    },
    Row {
        key: "page_dirty",
        op: Op::TestPageDirty,
        calls: folio(
            "if (!PageDirty(page)) skip",
            "if (!folio_test_dirty(folio)) skip",
        ),
        also: &[],
        label: "look at PG_dirty",
        meaning: "Looks, under the page lock, whether somebody else has written the page already.",
        reason: Some(
            "Without this look a page would be written again that somebody else has just written.",
        ),
        since: "",
        source: "write_cache_pages, mm/page-writeback.c (2.6.39); folio_prepare_writeback, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "tag_pages_for_writeback",
        op: Op::TagTowrite,
        calls: same("tag_pages_for_writeback(mapping)"),
        also: &[],
        label: "tag what is dirty now",
        meaning: "Tags every page that is dirty now with TOWRITE; pages dirtied later are left to the next sync.",
        reason: Some(
            "Otherwise somebody who dirties pages as fast as sync writes them could keep it busy for ever.",
        ),
        since: "commit f446daaea9d4; commit 5b41d92437f1 for ext4",
        source: "tag_pages_for_writeback, mm/page-writeback.c (2.6.39, 6.19); commit 5b41d92437f1",
    },
    Row {
        key: "find_tagged",
        op: Op::FindTagged,
        calls: folio("pagevec_lookup_tag(tag)", "writeback_get_folio(wbc)"),
        also: &[],
        label: "look for a tagged page",
        meaning: "Finds the page by the tag in use: TOWRITE where pages were tagged first, otherwise DIRTY. Where there is none the loop is over.",
        reason: Some("This decides which pages the pass writes, and when it is over."),
        since: "",
        source: "write_cache_pages, mm/page-writeback.c (2.6.39); writeback_get_folio, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "pte_wrprotect",
        op: Op::PteWrprotect,
        calls: same("pte_wrprotect, pte_mkclean in {}"),
        also: &[],
        label: "write-protect one PTE",
        meaning: "Makes one page table entry read-only and clean if it was dirty or writable, so that the next store through it must fault.",
        reason: Some(
            "As long as one PTE is writable, its process can change bytes whose guard has been taken, and nobody in the kernel is asked.",
        ),
        since: "2.6.19: commit d08b3851da41, \"mm: tracking shared dirty pages\"",
        source: "page_mkclean_one, mm/rmap.c (2.6.39); page_vma_mkclean_one, mm/rmap.c (6.19)",
    },
    Row {
        key: "pte_revoke",
        op: Op::PteRevoke,
        calls: same("revoke write access in {}"),
        also: &[],
        label: "revoke one PTE's write access",
        meaning: "Takes the write bit from one page table entry and leaves its dirty bit: the step that Darrick Wong's RFC of April 2011 added below the file system.",
        reason: Some(
            "It stops stores through this PTE until the next fault. Whether that fault waits is up to page_mkwrite.",
        ),
        since: "",
        source: "Wong's RFC v2, 21 Apr 2011 <20110422000226.GA22189@tux1.beaverton.ibm.com>: as discussed there, since the patch itself was not read",
    },
    Row {
        key: "flush_tlb_page",
        op: Op::FlushTlb,
        calls: same("flush_tlb_page in {}"),
        also: &["ptep_clear_flush"],
        label: "flush the TLBs",
        meaning: "Empties the cached translation on every CPU. Until then a CPU may go on storing through its old writable entry, and nobody is told.",
        reason: None,
        since: "",
        source: "ptep_clear_flush in page_mkclean_one, mm/rmap.c (2.6.39); ptep_clear_flush in page_vma_mkclean_one, mm/rmap.c (6.19)",
    },
    Row {
        key: "redirty_if_cleaned",
        op: Op::RedirtyIfCleaned,
        calls: folio(
            "if (cleaned) set_page_dirty(page)",
            "if (cleaned) folio_mark_dirty(folio)",
        ),
        also: &[],
        label: "carry PTE dirt to PG_dirty",
        meaning: "If any PTE was dirty or writable, the whole page counts as dirty: that tells the file system, and keeps PG_dirty the one place where cleaners and dirtiers meet.",
        reason: Some(
            "A store through a writable PTE sets the dirty bit of the PTE only. Cleaning it without passing that on would forget the store.",
        ),
        since: "2.6.20: commit 7658cc289288",
        source: "clear_page_dirty_for_io, mm/page-writeback.c (2.6.39); folio_clear_dirty_for_io, mm/page-writeback.c (6.19); commit 7658cc289288",
    },
    Row {
        key: "TestClearPageDirty",
        op: Op::TestClearPageDirty,
        calls: folio("TestClearPageDirty(page)", "folio_test_clear_dirty(folio)"),
        also: &[],
        label: "clear PG_dirty",
        meaning: "Clears PG_dirty. If it was clear already there is nothing to write, and the page is skipped.",
        reason: Some(
            "What dirties the page from here on is for the next writeback. So no PTE may still be writable, or its stores would leave PG_dirty clear.",
        ),
        since: "",
        source: "clear_page_dirty_for_io, mm/page-writeback.c (2.6.39); folio_clear_dirty_for_io, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "set_page_dirty",
        op: Op::SetPageDirty,
        calls: folio("set_page_dirty(page)", "folio_mark_dirty(folio)"),
        also: &[
            "__set_page_dirty",
            "__set_page_dirty_nobuffers",
            "__folio_mark_dirty",
        ],
        label: "set PG_dirty",
        meaning: "Sets PG_dirty, and every buffer's dirty bit where the page has buffers, so that a later writeback picks the page up again.",
        reason: Some(
            "Writeback looks for this bit and its tag, never for bytes that differ: without it the change is not written.",
        ),
        since: "",
        source: "set_page_dirty, mm/page-writeback.c (2.6.39); folio_mark_dirty, mm/page-writeback.c (6.19); __set_page_dirty_buffers, fs/buffer.c (2.6.39)",
    },
    Row {
        key: "clear_buffer_dirty",
        op: Op::ClearDirtyBuffers,
        calls: same("clear_buffer_dirty(bh), each dirty block"),
        also: &[],
        label: "take the dirty blocks",
        meaning: "Takes the blocks whose buffers are dirty into the I/O; blocks that count as clean are not written. The kernel looks at them under the page lock; the model does when it fills the bio.",
        reason: Some(
            "Blocks are written one by one; one that counts as clean stays on the disk as it was.",
        ),
        since: "",
        source: "__block_write_full_page, fs/buffer.c (2.6.39); __block_write_full_folio, fs/buffer.c (6.19)",
    },
    Row {
        key: "set_page_writeback",
        op: Op::SetPageWriteback,
        calls: folio("set_page_writeback(page)", "folio_start_writeback(folio)"),
        also: &[
            "test_set_page_writeback",
            "set_page_writeback_keepwrite",
            "__folio_start_writeback",
        ],
        label: "set PG_writeback",
        meaning: "Sets PG_writeback, the promise that the bytes are frozen until the I/O is done. The promise holds only if it is made before the page lock is given up. 6.19 checks the lock here, but only a kernel with CONFIG_DEBUG_VM does; others go on.",
        reason: Some(
            "Whoever wants to change bytes looks at this bit. If the page is unlocked before it is set, a fault in between sees nothing to wait for.",
        ),
        since: "",
        source: "test_set_page_writeback, mm/page-writeback.c (2.6.39); __folio_start_writeback, mm/page-writeback.c (6.19); VM_BUG_ON_FOLIO, include/linux/mmdebug.h (6.19); Chris Mason, 26 Apr 2011, in the thread of Wong's RFC v2 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    Row {
        key: "set_block_writeback",
        op: Op::SetBlocksWriteback,
        calls: same("btrfs_folio_set_writeback(folio)"),
        also: &["btrfs_subpage_set_writeback", "btrfs_page_set_writeback"],
        label: "mark blocks as under writeback",
        meaning: "Marks these blocks of the page as under writeback, and sets PG_writeback unless another block's mark has done so. Each block is marked just before it goes into a bio.",
        reason: Some(
            "The page has one bit, and its blocks go out in several bios: the marks say whose end is the last.",
        ),
        since: "",
        source: "submit_one_sector, fs/btrfs/extent_io.c (7.1.5); btrfs_subpage_set_writeback, fs/btrfs/subpage.c (7.1.5)",
    },
    Row {
        key: "wait_on_page_writeback",
        op: Op::WaitWriteback,
        calls: folio(
            "wait_on_page_writeback(page)",
            "folio_wait_writeback(folio)",
        ),
        also: &["folio_wait_writeback_killable"],
        label: "wait for writeback",
        meaning: "Sleeps until PG_writeback is clear, and looks again after every wake-up.",
        reason: Some(
            "Until then the device may still read the bytes; whoever changes them earlier changes what is written under its guard.",
        ),
        since: "",
        source: "wait_on_page_writeback, include/linux/pagemap.h (2.6.39); folio_wait_writeback, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "wait_for_stable_page",
        op: Op::WaitStable,
        calls: [
            "wait_on_page_writeback(page)",
            "wait_on_page_writeback(page)",
            "wait_for_stable_page(page)",
            "folio_wait_stable(folio)",
            "folio_wait_stable(folio)",
        ],
        also: &[],
        label: "wait for a stable page",
        meaning: "Sleeps with the page locked until PG_writeback is clear. Since 3.9 it does so only where the mapping asks for stable pages; in 2.6.39 hardly any file system did it at all.",
        reason: Some("This is the other half of the promise: PG_writeback by itself stops nobody."),
        since: "3.0 on every disk (commit 0e499890c1fd, for ext4), since 3.9 where it is needed (commit 1d1d1a767206)",
        source: "ext4_page_mkwrite, fs/ext4/inode.c (2.6.39, 3.0); commit 0e499890c1fd; wait_for_stable_page, mm/page-writeback.c (3.9); commit 1d1d1a767206; folio_wait_stable, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "wait_on_page_writeback_once",
        op: Op::WaitOnce,
        calls: same("wait_on_page_writeback(page), no re-check"),
        also: &[],
        label: "wait, once",
        meaning: "Sleeps if PG_writeback is set, and takes any wake-up for an answer without looking at the bit again. Linux 5.9 and 5.10 did so; older and newer kernels look again.",
        reason: Some("By the time a waiter runs, the bit may be set again, for the next write."),
        since: "5.9: commit 2a9127fcf229",
        source: "commit c2407cf7d22d, which put the loop back",
    },
    Row {
        key: "BUG_ON_writeback",
        op: Op::AssertNoWriteback,
        calls: folio(
            "BUG_ON(PageWriteback(page))",
            "BUG_ON(folio_test_writeback(folio))",
        ),
        also: &[],
        label: "assert no writeback",
        meaning: "Stops the kernel if the page is under writeback here, where nobody else can have started it.",
        reason: Some(
            "If the page were under writeback here, its bytes would be promised to another I/O already.",
        ),
        since: "",
        source: "write_cache_pages, mm/page-writeback.c (2.6.39); folio_prepare_writeback, mm/page-writeback.c (6.19)",
    },
    Row {
        key: "clear_writeback",
        op: Op::ClearWriteback,
        calls: same("clear PG_writeback"),
        also: &["test_clear_page_writeback", "ClearPageWriteback"],
        label: "clear PG_writeback only",
        meaning: "Clears the bit; its waiters are woken in a step of their own.",
        reason: Some(
            "Before the wake-up comes, somebody may set the bit again; a waiter that does not look twice then goes on too early.",
        ),
        since: "",
        source: "end_page_writeback of 5.10, as told in commit c2407cf7d22d",
    },
    Row {
        key: "wake_up_page",
        op: Op::WakeUpPage,
        calls: same("wake_up_page(page, PG_writeback)"),
        also: &["wake_up_page_bit", "folio_wake_bit"],
        label: "wake the waiters",
        meaning: "Wakes whoever sleeps on PG_writeback, whatever the bit says by now.",
        reason: Some(
            "A waiter that nobody wakes sleeps for ever; one that does not look again trusts an old answer.",
        ),
        since: "",
        source: "end_page_writeback of 5.10, as told in commit c2407cf7d22d",
    },
    Row {
        key: "end_page_writeback",
        op: Op::EndIo(EndIo::Writeback),
        calls: folio("end_page_writeback(page)", "folio_end_writeback(folio)"),
        also: &["test_clear_page_writeback", "__folio_end_writeback"],
        label: "clear PG_writeback",
        meaning: "Clears PG_writeback and wakes its waiters. It needs no page lock, so a waiter may hold that.",
        reason: Some("The device needs the bytes no more, so whoever waited to change them may."),
        since: "",
        source: "end_page_writeback, mm/filemap.c (2.6.39); folio_end_writeback, mm/filemap.c (6.19)",
    },
    Row {
        key: "end_page_read",
        op: Op::Read(ReadStep::Unlock),
        calls: folio(
            "mpage_end_io: unlock_page(page)",
            "folio_end_read(folio, true)",
        ),
        also: &["mpage_end_io", "page_endio", "iomap_finish_folio_read"],
        label: "end the page's read",
        meaning: "Unlocks the page and wakes its waiters. Whoever began the read has locked it, and does not unlock it.",
        reason: Some(
            "From here on others may look at the bytes and change them, so whatever is checked must be checked before.",
        ),
        since: "",
        source: "mpage_end_io, fs/mpage.c (2.6.39); folio_end_read, mm/filemap.c (6.19)",
    },
    Row {
        key: "end_block_writeback",
        op: Op::EndIo(EndIo::Blocks),
        calls: same("btrfs_folio_clear_writeback(folio)"),
        also: &[
            "btrfs_subpage_clear_writeback",
            "btrfs_page_clear_writeback",
        ],
        label: "end the writeback of blocks",
        meaning: "Clears the writeback marks of the bio's blocks. If no other block of the page has one, clears PG_writeback and wakes its waiters.",
        reason: Some("Only the end of the last marked block may let waiters go on."),
        since: "",
        source: "end_bbio_data_write, fs/btrfs/extent_io.c (7.1.5); btrfs_subpage_clear_writeback, fs/btrfs/subpage.c (7.1.5)",
    },
    Row {
        key: "end_buffer_write",
        op: Op::EndIo(EndIo::Buffer),
        calls: same("end_buffer_write_sync: unlock_buffer(bh)"),
        also: &[],
        label: "unlock the buffer after its I/O",
        meaning: "Releases the buffer lock that was held for the I/O; PG_writeback was never set.",
        reason: Some("Whoever sleeps on the buffer lock may change the block now."),
        since: "",
        source: "end_buffer_write_sync, fs/buffer.c (2.6.39, 6.19)",
    },
    Row {
        key: "journal_end_io",
        op: Op::EndIo(EndIo::Shadow),
        calls: same("clear BH_Shadow, wake_up_bit"),
        also: &[],
        label: "clear BH_Shadow",
        meaning: "The journal has the block on disk: whoever wants to change it may go on.",
        reason: None,
        since: "",
        source: "journal_end_buffer_io_sync, fs/jbd2/commit.c (6.19)",
    },
    Row {
        key: "dio_complete",
        op: Op::EndIo(EndIo::Direct),
        calls: same("bio_release_pages(bio)"),
        also: &[],
        label: "end the direct I/O",
        meaning: "The direct I/O is over; there is no page flag to clear.",
        reason: Some(
            "A user's buffer has no PG_writeback: nobody guaranteed that it did not change meanwhile.",
        ),
        since: "",
        source: "bio_release_pages, block/bio.c (6.19)",
    },
    Row {
        key: "bio_put",
        op: Op::EndIo(EndIo::Part),
        calls: same("bio_put(bio)"),
        also: &[],
        label: "let go of the bio",
        meaning: "The bio is over, and its sectors can go out anew. Nothing is said of the page's other bios, so PG_writeback stays as it is.",
        reason: Some("Only whoever ends the last bio of a page may end the page's writeback."),
        since: "",
        source: "iomap_finish_ioend_buffered_write, fs/iomap/ioend.c (7.1.5)",
    },
    Row {
        key: "may_sleep",
        op: Op::Pause,
        calls: same("kmem_cache_alloc(GFP_NOFS): sleeps"),
        also: &[],
        label: "sleep in the allocator",
        meaning: "Sleeps in the allocator for a while and comes back with the memory; whatever the thread holds stays held.",
        reason: Some(
            "Sleeping is harmless as long as the page lock is held, because page_mkwrite needs that lock.",
        ),
        since: "",
        source: "ext4_bio_write_page, fs/ext4/page-io.c (2.6.39); Chris Mason, 26 Apr 2011, in the thread of Wong's RFC v2 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    Row {
        key: "convert_extents",
        op: Op::Pause,
        calls: same("ext4_convert_unwritten_extents()"),
        also: &[],
        label: "convert the extents",
        meaning: "Marks the blocks just written as holding data, in the journal, before PG_writeback may be cleared.",
        reason: Some("Whoever waits for PG_writeback waits for this too."),
        since: "commit b0857d309fae",
        source: "ext4_convert_unwritten_extents, fs/ext4/extents.c (6.19); commit b0857d309fae, \"ext4: defer clearing of PageWriteback after extent conversion\"",
    },
    Row {
        key: "get_block",
        op: Op::Pause,
        calls: same("get_block(): map the blocks"),
        also: &[],
        label: "map the blocks",
        meaning: "Finds or reserves the blocks of the page.",
        reason: Some("The bio must say where on the disk the page goes."),
        since: "",
        source: "ext4_get_block, fs/ext4/inode.c (2.6.39, 6.19)",
    },
    Row {
        key: "skip_writeback",
        op: Op::Pause,
        calls: same("PageWriteback: keep, look at the next"),
        also: &[],
        label: "pass over the page",
        meaning: "Reclaim meets a page under writeback and goes on to the next instead of waiting.",
        reason: Some(
            "Waiting here could mean waiting for a bio that this very thread has yet to submit.",
        ),
        since: "",
        source: "shrink_folio_list, mm/vmscan.c (6.19); commit ecf5fc6e9654",
    },
    Row {
        key: "kmem_cache_alloc",
        op: Op::Choose,
        calls: same("kmem_cache_alloc(GFP_NOFS)"),
        also: &[],
        label: "allocate memory",
        meaning: "Gets memory, or (the other way) fails: the page must then be left as it was found.",
        reason: Some(
            "If it fails after PG_writeback was set, somebody must clear that bit again, or waiters sleep for ever.",
        ),
        since: "",
        source: "ext4_bio_write_page, fs/ext4/page-io.c (2.6.39); commit a54aa7610861",
    },
    Row {
        key: "alloc_or_reclaim",
        op: Op::Choose,
        calls: same("kmalloc(GFP_NOFS)"),
        also: &[],
        label: "allocate memory",
        meaning: "Gets memory at once, or (the other way) has to reclaim some first.",
        reason: Some(
            "Reclaim may meet any page, even one that this very thread has put under writeback.",
        ),
        since: "",
        source: "commit ecf5fc6e9654, \"mm, vmscan: Do not wait for page writeback for GFP_NOFS allocations\"",
    },
    Row {
        key: "mblk_io_submit",
        op: Op::Choose,
        calls: same("if (test_opt(MBLK_IO_SUBMIT))"),
        also: &[],
        label: "choose the branch",
        meaning: "Writes the page by ext4_bio_write_page (the default in 2.6.39), or (the other way) by block_write_full_page.",
        reason: Some("Both ways must set PG_writeback before they unlock the page."),
        since: "",
        source: "mpage_da_submit_io, fs/ext4/inode.c (2.6.39)",
    },
    Row {
        key: "bio_add_page",
        op: Op::BioAdd,
        calls: folio("bio_add_page(bio, page)", "bio_add_folio(bio, folio)"),
        also: &[],
        label: "add the page to a bio",
        meaning: "Puts the page, or a range of its sectors, into the bio that this actor is building; nobody else can submit it.",
        reason: Some(
            "Until its builder submits the bio, whoever waits for the page's writeback waits for the builder.",
        ),
        since: "",
        source: "bio_add_page, fs/bio.c (2.6.39); bio_add_folio, block/bio.c (6.19)",
    },
    Row {
        key: "generate_guard",
        op: Op::GenerateGuard,
        calls: same("generate guard, sector {}"),
        also: &[],
        label: "compute one guard",
        meaning: "Computes the guard over the interval's bytes as they are now and puts it into the interval's 8-byte tuple. These bytes must not change until the I/O is complete.",
        reason: Some(
            "The tag travels with the command, the bytes are read from memory later. Each hop that checks compares the two.",
        ),
        since: "",
        source: "bio_integrity_generate, fs/bio-integrity.c (2.6.39); bio_integrity_generate, block/t10-pi.c (7.1.5)",
    },
    Row {
        key: "csum_data",
        op: Op::GenerateGuard,
        calls: same("checksum the data, sector {}"),
        also: &[],
        label: "checksum one sector",
        meaning: "The file system computes the checksum that it will store elsewhere, over the bytes as they are now.",
        reason: Some(
            "If the bytes change before the device fetches them, every later read from the disk fails the comparison.",
        ),
        since: "",
        source: "btrfs_csum_one_bio, fs/btrfs/file-item.c (6.19)",
    },
    Row {
        key: "bounce_copy",
        op: Op::BounceCopy,
        calls: [
            "copy the page",
            "copy the page",
            "blk_queue_bounce: copy the page",
            "copy the page",
            "bio_iov_iter_bounce: copy (xfs, btrfs)",
        ],
        also: &[],
        label: "copy the page",
        meaning: "Copies the page's bytes. Guards and I/O are made from the copy, so the page itself may change. In 7.3 xfs and btrfs do so for direct writes; ext4, f2fs and raw block devices do not.",
        reason: None,
        since: "3.9 in the block layer, for ext3 (commit ffecfd1a72fc), removed in 2025 (commit eeadd68e2a5f); since 7.0 for direct I/O on xfs (commit 3373503df025), since 7.3 for direct writes on btrfs (commit e9b7b9d9e78e)",
        source: "blk_queue_bounce, mm/bounce.c (3.9); commit ffecfd1a72fc; bio_iov_iter_bounce, block/bio.c (7.1.5); the kernel dossier, sections 13.1 and 13.5",
    },
    Row {
        key: "copy_sector",
        op: Op::CopySector,
        calls: same("read sector {} into a copy"),
        also: &[],
        label: "copy one sector",
        meaning: "A first reader, such as a compressor, takes the bytes of one sector as they are now. Checksums, guards and the I/O are made from what it took.",
        reason: Some(
            "It reads the page in pieces. Whoever stores between two of them has half a store on the media, with checksums that fit.",
        ),
        since: "",
        source: "zstd_compress_bio, fs/btrfs/zstd.c (7.1.5): the page is mapped, not copied, while it is compressed; zcomp_compress, drivers/block/zram/zcomp.c (7.1.5); commit 5376c9db4536; the kernel dossier, section 13.3",
    },
    Row {
        key: "queue_bio",
        op: Op::QueueBio,
        calls: same("queue the request"),
        also: &["submit_bio", "submit_bio_noacct", "generic_make_request"],
        label: "queue the request",
        meaning: "Puts the bio on the device's queue, where it may wait for milliseconds or seconds before the bytes are read.",
        reason: None,
        since: "",
        source: "__generic_make_request, block/blk-core.c (2.6.39); blk_mq_submit_bio, block/blk-mq.c (6.19)",
    },
    Row {
        key: "virtqueue_kick",
        op: Op::HandOver,
        calls: same("virtqueue_kick(vq)"),
        also: &[],
        label: "pass the request to the host",
        meaning: "The guest hands its bio to the host, which takes checksums of its own, later.",
        reason: None,
        since: "",
        source: "virtio_queue_rq, drivers/block/virtio_blk.c (6.19)",
    },
    Row {
        key: "take_guest_request",
        op: Op::TakeOver,
        calls: same("qemu: next request, O_DIRECT"),
        also: &[],
        label: "take the guest's request",
        meaning: "The host submits the guest's pages as they are in memory, without a copy (cache=none).",
        reason: Some(
            "The host's checksums cover the guest's memory, where the guest's own rules decide who may store.",
        ),
        since: "",
        source: "commit 968f19c5b1b7, \"btrfs: always fallback to buffered write if the inode requires checksum\"",
    },
    Row {
        key: "wait_for_bio",
        op: Op::WaitBio,
        calls: same("wait for the bio"),
        also: &[],
        label: "wait for the I/O",
        meaning: "Sleeps until the I/O on this page is over: what O_DIRECT does before it returns.",
        reason: Some("Until then the device may still read the buffer."),
        since: "",
        source: "__iomap_dio_rw, fs/iomap/direct-io.c (6.19)",
    },
    Row {
        key: "take_request",
        op: Op::TakeRequest,
        calls: same("take the next request"),
        also: &[],
        label: "take the request",
        meaning: "The disk accepts a write command from its queue and begins to transfer.",
        reason: Some(
            "The bytes are still in memory: what is stored before the DMA of a sector is what the device gets.",
        ),
        since: "",
        source: "scsi_request_fn, drivers/scsi/scsi_lib.c (2.6.39); scsi_queue_rq, drivers/scsi/scsi_lib.c (6.19)",
    },
    Row {
        key: "sample_parity",
        op: Op::SampleFirst,
        calls: same("xor into parity, sector {}"),
        also: &[],
        label: "compute parity",
        meaning: "The array reads the bytes to compute parity from them; it fetches the data itself later.",
        reason: Some("If the bytes change in between, data and parity are of different contents."),
        since: "2014, with skip_copy: commit d592a9969141",
        source: "ops_run_reconstruct5, drivers/md/raid5.c (6.19); commit d592a9969141",
    },
    Row {
        key: "sample_leg",
        op: Op::SampleFirst,
        calls: same("first leg fetches sector {}"),
        also: &[],
        label: "fetch for the first leg",
        meaning: "The first leg of the mirror fetches the bytes; the second fetches them again, later.",
        reason: Some("If the bytes change in between, the two disks hold different contents."),
        since: "",
        source: "raid1_write_request, drivers/md/raid1.c (6.19)",
    },
    Row {
        key: "dma_sector",
        op: Op::DmaSector,
        calls: same("DMA sector {}"),
        also: &[],
        label: "fetch a sector",
        meaning: "The HBA reads the sector's bytes from memory, as they are at this moment, and its tuple from the bio.",
        reason: Some(
            "This settles which bytes are written. A checksum taken earlier must still fit them.",
        ),
        since: "",
        source: "Documentation/block/data-integrity.rst (6.19)",
    },
    Row {
        key: "hba_verify",
        op: Op::HbaVerify,
        calls: same("check guard, sector {}"),
        also: &[],
        label: "check a guard at the HBA",
        meaning: "The HBA, or the NVMe controller, computes the guard over the bytes it fetched and compares it with the guard tag it received. If they differ the command fails; SCSI does not retry it.",
        reason: Some(
            "In this model a difference means that the bytes changed after the guard was taken. In a real one memory, bus or adapter may be at fault too: the tag cannot tell.",
        ),
        since: "",
        source: "SCSI_PROT_GUARD_CHECK in sd_setup_protect_cmnd, drivers/scsi/sd.c (6.19); nvme_decide_disposition, drivers/nvme/host/core.c (6.19); the kernel dossier, section 8.4",
    },
    Row {
        key: "hba_insert",
        op: Op::HbaInsert,
        calls: same("insert guard, sector {}"),
        also: &[],
        label: "insert a guard at the HBA",
        meaning: "The HBA computes the guard itself, from whatever bytes it fetched (WRITE_INSERT): the tag matches by construction.",
        reason: Some("A guard that is made this late cannot notice a change that came before."),
        since: "",
        source: "sd_prot_op and sd_setup_protect_cmnd, drivers/scsi/sd.c (6.19); the kernel dossier, section 8.4",
    },
    Row {
        key: "target_verify",
        op: Op::TargetVerify,
        calls: same("check guard, sector {}"),
        also: &[],
        label: "check a guard at the target",
        meaning: "The disk recomputes the CRC over what arrived over the wire and compares it with the tuple. The disk of this model checks every sector before it stores any, as scsi_debug does; a real one may have stored earlier blocks.",
        reason: Some("It covers the wire too: no sector is stored whose guard does not match."),
        since: "",
        source: "T10 SBC-3 (INCITS 514): WRPROTECT=001b; prot_verify_write, drivers/scsi/scsi_debug.c (6.19)",
    },
    Row {
        key: "commit_media",
        op: Op::CommitMedia,
        calls: same("write sectors and tuples to media"),
        also: &[],
        label: "write to media",
        meaning: "The disk stores the bytes it received, each sector with its tuple if it keeps any.",
        reason: Some("This is what a later read from the disk returns."),
        since: "",
        source: "T10 SBC-3 (INCITS 514); resp_write_dt0, drivers/scsi/scsi_debug.c (6.19)",
    },
    Row {
        key: "nvme_requeue",
        op: Op::Requeue,
        calls: same("nvme_retry_req: same tags"),
        also: &[],
        label: "requeue the command",
        meaning: "The host sends the failed command again with the same guard tags: up to five times (the module parameter max_retries), unless the controller says Do Not Retry. Where the page has changed for good it fails each time.",
        reason: None,
        since: "",
        source: "nvme_max_retries and nvme_decide_disposition, drivers/nvme/host/core.c (6.19)",
    },
    Row {
        key: "complete_request",
        op: Op::CompleteRequest,
        calls: same("report status, raise interrupt"),
        also: &[],
        label: "report status",
        meaning: "The disk tells the host how the command ended. One bad sector fails its bio, and all of the request where the sense data do not say which sector it was.",
        reason: Some("The device is done with the bytes; the kernel can end the stable window."),
        since: "",
        source: "sd_done, drivers/scsi/sd.c (2.6.39); sd_completed_bytes, drivers/scsi/sd.c (6.19); blk_update_request, block/blk-core.c (2.6.39)",
    },
    Row {
        key: "bio_endio",
        op: Op::BioEndio,
        calls: same("bio_endio(bio)"),
        also: &[],
        label: "end the bio",
        meaning: "The completion hands the status to the file system's end_io.",
        reason: Some(
            "Here the file system learns whether the write failed, and goes on to end writeback.",
        ),
        since: "",
        source: "bio_endio, fs/bio.c (2.6.39); bio_endio, block/bio.c (6.19)",
    },
    Row {
        key: "mapping_set_error",
        op: Op::MappingSetError,
        calls: same("mapping_set_error(mapping, error)"),
        also: &[],
        label: "latch the error",
        meaning: "Records the failure in the file's mapping, for fsync to report.",
        reason: Some(
            "Nobody waits at the end of this write to be told. fsync is where the error comes out.",
        ),
        since: "4.13 with errseq: commit 5660e13d2fd6",
        source: "mapping_set_error, include/linux/pagemap.h (2.6.39, 6.19)",
    },
    Row {
        key: "store",
        op: Op::Store,
        calls: same("store {}"),
        also: &[],
        label: "store bytes",
        meaning: "The CPU looks in its TLB, then in the page table. A writable entry lets the bytes change; a read-only one faults, and the store is run again afterwards.",
        reason: Some(
            "Whether this may happen while a write is under way is what the whole protocol decides.",
        ),
        since: "",
        source: "do_wp_page, mm/memory.c (2.6.39, 6.19)",
    },
    Row {
        key: "load",
        op: Op::Load,
        calls: same("load at {}"),
        also: &[],
        label: "load bytes",
        meaning: "Reads through the mapping: the CPU caches the translation in its TLB.",
        reason: Some(
            "The CPU uses the cached entry until it is flushed, whatever happens to the PTE.",
        ),
        since: "",
        source: "do_read_fault, mm/memory.c (6.19)",
    },
    Row {
        key: "pte_mkwrite",
        op: Op::PteMkwrite,
        calls: same("maybe_mkwrite(pte_mkdirty(pte))"),
        also: &[],
        label: "make the PTE writable",
        meaning: "Gives the faulting thread a writable and dirty PTE, if pte_same finds that nobody changed it meanwhile. From here on the thread's stores ask nobody.",
        reason: None,
        since: "",
        source: "do_wp_page, mm/memory.c (2.6.39); finish_mkwrite_fault, mm/memory.c (6.19)",
    },
    Row {
        key: "copy_from_user",
        op: Op::KernelStore,
        calls: [
            "iov_iter_copy_from_user_atomic {}",
            "iov_iter_copy_from_user_atomic {}",
            "iov_iter_copy_from_user_atomic {}",
            "copy_folio_from_iter_atomic {}",
            "copy_folio_from_iter_atomic {}",
        ],
        also: &[],
        label: "copy the user's bytes",
        meaning: "Copies the bytes through the kernel's own mapping. No PTE is consulted, so write-protecting PTEs neither helps nor hinders.",
        reason: Some("Only the wait in write_begin keeps it off a page under writeback."),
        since: "",
        source: "generic_perform_write, mm/filemap.c (2.6.39, 6.19)",
    },
    Row {
        key: "kernel_store",
        op: Op::KernelStore,
        calls: same("kernel stores {}"),
        also: &[],
        label: "store through the direct map",
        meaning: "The kernel changes the block through its own mapping of memory, which knows nothing of user PTEs.",
        reason: Some(
            "Only rules among the kernel's own functions keep it off a block that is being written.",
        ),
        since: "",
        source: "ext2_add_link, fs/ext2/dir.c (6.19); do_get_write_access, fs/jbd2/transaction.c (6.19)",
    },
    Row {
        key: "zero_user",
        op: Op::KernelStore,
        calls: same("zero_user_segment() {}"),
        also: &[],
        label: "zero the tail",
        meaning: "Fills the rest of the page with zeros, through the kernel's own mapping.",
        reason: Some(
            "As with write(2), only waiting for writeback first keeps it off bytes that are on their way.",
        ),
        since: "",
        source: "truncate_partial_page, mm/truncate.c (2.6.39); truncate_inode_partial_folio, mm/truncate.c (6.19)",
    },
    Row {
        key: "dma_write",
        op: Op::DmaStore,
        calls: same("device writes {} by DMA"),
        also: &[],
        label: "a device writes into the page",
        meaning: "A device stores by physical address: neither PTE nor page lock nor PG_writeback can stop it.",
        reason: None,
        since: "",
        source: "Documentation/core-api/pin_user_pages.rst (6.19)",
    },
    Row {
        key: "zap_pte",
        op: Op::ZapPte,
        calls: same("ptep_get_and_clear in {}"),
        also: &[],
        label: "remove one PTE",
        meaning: "Takes the PTE out of the page table and remembers its dirty bit. TLB entries of other CPUs still work.",
        reason: Some(
            "If the PTE was dirty, only its remover knows that now, until it sets PG_dirty.",
        ),
        since: "",
        source: "zap_pte_range, mm/memory.c (2.6.39, 6.19)",
    },
    Row {
        key: "set_dirty_if_pte_was",
        op: Op::RedirtyIfCleaned,
        calls: folio(
            "if (pte_dirty) set_page_dirty(page)",
            "if (pte_dirty) folio_mark_dirty(folio)",
        ),
        also: &[],
        label: "carry the dirty bit over",
        meaning: "Moves the dirty bit of the PTE that was removed to the page; no page lock is taken.",
        reason: Some("Without it, stores made through this PTE would be forgotten with it."),
        since: "",
        source: "zap_pte_range, mm/memory.c (2.6.39, 6.19)",
    },
    Row {
        key: "fork_pte",
        op: Op::ForkPte,
        calls: same("copy_one_pte to {}"),
        also: &[],
        label: "copy one PTE to the child",
        meaning: "The child's PTE is a copy marked clean; its write bit stays. Most shared file mappings are not copied at all: the child faults its PTEs in.",
        reason: Some(
            "A store through a writable PTE does not fault, so page_mkwrite is not asked.",
        ),
        since: "",
        source: "copy_one_pte, mm/memory.c (2.6.39); vma_needs_copy, mm/memory.c (6.19)",
    },
    Row {
        key: "check_mapping",
        op: Op::CheckMapping,
        calls: folio(
            "if (page->mapping != mapping)",
            "if (folio->mapping != mapping)",
        ),
        also: &[],
        label: "check the mapping again",
        meaning: "Looks, under the page lock, whether the page still belongs to the file; it may have been truncated while the thread slept.",
        reason: Some("A store into a page that has left the file is written nowhere."),
        since: "",
        source: "block_page_mkwrite, fs/buffer.c (2.6.39, 6.19); commit b827e496c893",
    },
    Row {
        key: "check_vma",
        op: Op::CheckVma,
        calls: same("find_vma: still mapped?"),
        also: &[],
        label: "look for the mapping",
        meaning: "A fault on an address that is no longer mapped is a SIGSEGV.",
        reason: Some("What was mapped when the fault began may be gone by now."),
        since: "",
        source: "do_page_fault, arch/x86/mm/fault.c (2.6.39); do_user_addr_fault, arch/x86/mm/fault.c (6.19)",
    },
    Row {
        key: "cancel_dirty_page",
        op: Op::CancelDirty,
        calls: folio("cancel_dirty_page(page)", "folio_cancel_dirty(folio)"),
        also: &[],
        label: "drop the dirty bit",
        meaning: "What is truncated need not be written.",
        reason: None,
        since: "",
        source: "cancel_dirty_page, mm/truncate.c (2.6.39); truncate_cleanup_folio, mm/truncate.c (6.19)",
    },
    Row {
        key: "remove_from_page_cache",
        op: Op::RemoveFromCache,
        calls: folio(
            "delete_from_page_cache(page)",
            "filemap_remove_folio(folio)",
        ),
        also: &["remove_from_page_cache", "invalidate_inode_page"],
        label: "remove the page from the file",
        meaning: "The page leaves the file: what is stored in it from now on goes nowhere.",
        reason: Some("Whoever slept for the page lock meanwhile must check for this."),
        since: "",
        source: "truncate_complete_page, mm/truncate.c (2.6.39); filemap_remove_folio, mm/filemap.c (6.19)",
    },
    Row {
        key: "sigbus",
        op: Op::Sigbus,
        calls: same("return VM_FAULT_SIGBUS"),
        also: &[],
        label: "end with a signal",
        meaning: "The address has no page of the file behind it any more. The thread gets a signal (SIGBUS beyond the end of the file, SIGSEGV where nothing is mapped), and its store is not run.",
        reason: None,
        since: "",
        source: "do_page_mkwrite, mm/memory.c (6.19); do_user_addr_fault, arch/x86/mm/fault.c (6.19)",
    },
    Row {
        key: "pin_page",
        op: Op::Pin,
        calls: [
            "get_user_pages(write)",
            "get_user_pages(write)",
            "get_user_pages(write)",
            "pin_user_pages(FOLL_WRITE)",
            "pin_user_pages(FOLL_WRITE)",
        ],
        also: &[],
        label: "pin the page",
        meaning: "Takes a reference that lets a device write into the page by its physical address.",
        reason: Some(
            "The device may store as long as the pin lasts, whatever the page tables say by then.",
        ),
        since: "",
        source: "pin_user_pages, mm/gup.c (6.19); Documentation/core-api/pin_user_pages.rst (6.19)",
    },
    Row {
        key: "unpin_page",
        op: Op::Unpin,
        calls: [
            "put_page(page)",
            "put_page(page)",
            "put_page(page)",
            "unpin_user_page(page)",
            "unpin_user_page(page)",
        ],
        also: &[],
        label: "unpin the page",
        meaning: "Gives the reference back.",
        reason: Some("From here on the device has no business in the page."),
        since: "",
        source: "unpin_user_page, mm/gup.c (6.19)",
    },
    Row {
        key: "fsync_begin",
        op: Op::FsyncBegin,
        calls: same("fsync(fd)"),
        also: &[],
        label: "call fsync",
        meaning: "Asks for everything stored so far to be on the media before the call returns success.",
        reason: Some("Until it has returned success a program cannot rely on its bytes."),
        since: "",
        source: "vfs_fsync_range, fs/sync.c (2.6.39, 6.19); fsync(2)",
    },
    Row {
        key: "fsync_return",
        op: Op::FsyncReturn,
        calls: [
            "test_and_clear_bit(AS_EIO)",
            "test_and_clear_bit(AS_EIO)",
            "test_and_clear_bit(AS_EIO)",
            "file_check_and_advance_wb_err()",
            "file_check_and_advance_wb_err()",
        ],
        also: &[],
        label: "return from fsync",
        meaning: "Reports a latched write error: with AS_EIO to whoever asks first, with errseq once to everyone who had the file open.",
        reason: Some("Who is told decides whether a failed write is noticed."),
        since: "4.13 with errseq: commit 5660e13d2fd6",
        source: "filemap_fdatawait_range, mm/filemap.c (2.6.39); file_check_and_advance_wb_err, mm/filemap.c (6.19)",
    },
    Row {
        key: "set_memory_ro",
        op: Op::SetMemoryRo,
        calls: same("set_memory_ro(page)"),
        also: &[],
        label: "make the kernel's mapping read-only",
        meaning: "Makes the kernel's own mapping of the page read-only: a kernel store traps at once, on the spot where the bug is. User PTEs are not concerned.",
        reason: None,
        since: "",
        source: "set_memory_ro, arch/x86/mm/pageattr.c (2.6.39); Darrick Wong, 2 May 2011, in the thread of his RFC v2 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    Row {
        key: "set_memory_rw",
        op: Op::SetMemoryRw,
        calls: same("set_memory_rw(page)"),
        also: &[],
        label: "make the kernel's mapping writable",
        meaning: "Ends the watch: the kernel's own mapping is writable again.",
        reason: None,
        since: "",
        source: "set_memory_rw, arch/x86/mm/pageattr.c (2.6.39); Darrick Wong, 2 May 2011, in the thread of his RFC v2 <20110422000226.GA22189@tux1.beaverton.ibm.com>",
    },
    Row {
        key: "get_write_access",
        op: Op::GetWriteAccess,
        calls: same("do_get_write_access(handle, jh)"),
        also: &[],
        label: "ask the journal for the block",
        meaning: "Sleeps while the journal is writing the block (BH_Shadow). If the committing transaction still has to write it, leaves it a frozen copy.",
        reason: Some("Otherwise the block would change while the journal writes it."),
        since: "",
        source: "do_get_write_access, fs/jbd2/transaction.c (6.19)",
    },
    Row {
        key: "file_shadow",
        op: Op::FileShadow,
        calls: same("jbd2_journal_write_metadata_buffer: BJ_Shadow"),
        also: &[],
        label: "file the block as being written",
        meaning: "Marks the block as being written to the journal, from the frozen copy if there is one.",
        reason: Some(
            "This begins the journal's own stable window: whoever wants to change the block waits, or works beside a frozen copy.",
        ),
        since: "",
        source: "jbd2_journal_write_metadata_buffer, fs/jbd2/journal.c (6.19)",
    },
    Row {
        key: "csum_read",
        op: Op::ReadChecksum,
        calls: same("es_checksum = ext4_superblock_csum(es)"),
        also: &[],
        label: "compute the block's checksum",
        meaning: "Computes CRC-32C over the block as it is now and keeps the result in a register.",
        reason: Some(
            "It fits these bytes only: any other store into the block before it is put there makes it wrong.",
        ),
        since: "",
        source: "ext4_superblock_csum, fs/ext4/super.c (6.19)",
    },
    Row {
        key: "csum_store",
        op: Op::StoreChecksum,
        calls: same("es->s_checksum = es_checksum"),
        also: &[],
        label: "store the block's checksum",
        meaning: "Stores the checksum computed before into the block, whatever the block holds by now.",
        reason: Some(
            "If the block was changed since the checksum was computed, the two do not fit.",
        ),
        since: "",
        source: "ext4_superblock_csum_set, fs/ext4/super.c (6.19); Constantine Sapuntzakis, 14 Sep 2020 <20200914161014.22275-1-costa@purestorage.com>",
    },
    Row {
        key: "bounce_read",
        op: Op::Read(ReadStep::Bounce),
        calls: same("bio_iov_iter_bounce(bio, iter)"),
        also: &[],
        label: "read into a page of the kernel's",
        meaning: "Gives the bio a page of the kernel's to read into, instead of the user's.",
        reason: Some(
            "Nobody else has that page, so what the device brings is still there when the host checks it.",
        ),
        since: "",
        source: "bio_iov_iter_bounce, block/bio.c (7.1.5); the kernel dossier, section 13.1",
    },
    Row {
        key: "submit_read",
        op: Op::Read(ReadStep::Submit),
        calls: same("submit_bio(bio): a read"),
        also: &[],
        label: "submit the read",
        meaning: "Submits the bio as a read: the device may bring the bytes from now on.",
        reason: Some("Until the read has ended, what is in the buffer is the device's affair."),
        since: "",
        source: "submit_bio, block/blk-core.c (6.19)",
    },
    Row {
        key: "dma_read",
        op: Op::Read(ReadStep::Dma),
        calls: same("DMA sector {} into memory"),
        also: &[],
        label: "bring a sector",
        meaning: "The device brings a sector from the media into memory, with its guard where the host is to check it.",
        reason: Some("It asks no lock and no PTE, and does not know who stores there meanwhile."),
        since: "",
        source: "Documentation/block/data-integrity.rst (6.19)",
    },
    Row {
        key: "complete_read",
        op: Op::Read(ReadStep::Complete),
        calls: same("report status of the read"),
        also: &[],
        label: "report the read as done",
        meaning: "The disk tells the host that all bytes have come. Whatever it could check on the way it has checked.",
        reason: Some("From here on only the host can look at the bytes."),
        since: "",
        source: "sd_done, drivers/scsi/sd.c (6.19)",
    },
    Row {
        key: "check_read",
        op: Op::Read(ReadStep::Check),
        calls: same("fs_bio_integrity_verify(bio): sector {}"),
        also: &[],
        label: "check a sector that was read",
        meaning: "Computes the guard over what memory holds now and compares it with the one that came; goes elsewhere if they differ.",
        reason: Some(
            "A difference may come from a store into the buffer: whoever reads again before failing finds out.",
        ),
        since: "",
        source: "fs_bio_integrity_verify, block/bio-integrity-fs.c (7.1.5); the kernel dossier, section 13.7",
    },
    Row {
        key: "verify_read",
        op: Op::Read(ReadStep::Verify),
        calls: same("bio_integrity_verify_fn: sector {}"),
        also: &[],
        label: "verify a sector that was read",
        meaning: "Computes the guard over what memory holds now and compares it with the one that came. If they differ, the read fails.",
        reason: Some(
            "It is the only check that covers the way into memory. It looks in a task, some time after the bytes have come.",
        ),
        since: "",
        source: "the kernel dossier, section 8.4; the kernel dossier, section 13.2",
    },
    Row {
        key: "copy_out",
        op: Op::Read(ReadStep::CopyOut),
        calls: same("bio_iov_iter_unbounce(bio): copy out"),
        also: &[],
        label: "copy to the user",
        meaning: "Copies the kernel's page to the user's buffer.",
        reason: Some("The bytes were checked where nobody could change them."),
        since: "",
        source: "bio_iov_iter_unbounce, block/bio.c (7.1.5); the kernel dossier, section 13.1",
    },
    Row {
        key: "read_again",
        op: Op::Read(ReadStep::Again),
        calls: same("xfs_read_bounce_and_resubmit(bio)"),
        also: &[],
        label: "read again, into a page of the kernel's",
        meaning: "Submits the read once more, into a page of the kernel's.",
        reason: Some(
            "If the bytes on the disk are right, they are right there; only who misbehaves pays for the second read.",
        ),
        since: "",
        source: "the kernel dossier, section 13.7",
    },
    Row {
        key: "bio_is_read",
        op: Op::Read(ReadStep::IsRead),
        calls: same("bio_data_dir(bio) == READ?"),
        also: &["bio_op", "op_is_write"],
        label: "look which way the I/O goes",
        meaning: "Goes on if the bio at hand is a read, and elsewhere if it is a write.",
        reason: Some("A device and a completion get reads and writes alike."),
        since: "",
        source: "bio_data_dir, include/linux/bio.h (2.6.39, 6.19)",
    },
    Row {
        key: "mutex_lock",
        op: Op::Lock(LockStep::Take),
        calls: same("mutex_lock(&{})"),
        also: &[
            "mutex_lock_nested",
            "mutex_lock_killable",
            "mutex_lock_interruptible",
        ],
        label: "take the mutex",
        meaning: "Takes the mutex, or sleeps until its holder lets go.",
        reason: Some(
            "One holder at a time: whoever else comes sleeps, with all that it holds itself.",
        ),
        since: "",
        source: "mutex_lock, kernel/locking/mutex.c (6.19)",
    },
    Row {
        key: "mutex_trylock",
        op: Op::Lock(LockStep::Try),
        calls: same("mutex_trylock(&{})"),
        also: &[],
        label: "try to take the mutex",
        meaning: "Takes the mutex if it is free, and goes elsewhere if it is not.",
        reason: Some("Whoever may not sleep here needs a way out."),
        since: "",
        source: "mutex_trylock, kernel/locking/mutex.c (6.19)",
    },
    Row {
        key: "mutex_unlock",
        op: Op::Lock(LockStep::Release),
        calls: same("mutex_unlock(&{})"),
        also: &[],
        label: "release the mutex",
        meaning: "Gives the mutex back; only its holder may.",
        reason: Some("Whoever sleeps on it goes on now."),
        since: "",
        source: "mutex_unlock, kernel/locking/mutex.c (6.19)",
    },
    Row {
        key: "spin_lock",
        op: Op::Lock(LockStep::Take),
        calls: same("spin_lock(&{})"),
        also: &[
            "spin_lock_irq",
            "spin_lock_irqsave",
            "spin_lock_bh",
            "_raw_spin_lock",
        ],
        label: "take the spin lock",
        meaning: "Takes the spin lock, or spins until its holder lets go.",
        reason: Some(
            "It is for short stretches in which nobody sleeps; the model does not check that.",
        ),
        since: "",
        source: "spin_lock, include/linux/spinlock.h (6.19)",
    },
    Row {
        key: "spin_trylock",
        op: Op::Lock(LockStep::Try),
        calls: same("spin_trylock(&{})"),
        also: &[],
        label: "try to take the spin lock",
        meaning: "Takes the spin lock if it is free, and goes elsewhere if it is not.",
        reason: Some("Whoever takes two locks the wrong way round must not wait for the second."),
        since: "",
        source: "spin_trylock, include/linux/spinlock.h (6.19)",
    },
    Row {
        key: "spin_unlock",
        op: Op::Lock(LockStep::Release),
        calls: same("spin_unlock(&{})"),
        also: &[
            "spin_unlock_irq",
            "spin_unlock_irqrestore",
            "spin_unlock_bh",
        ],
        label: "release the spin lock",
        meaning: "Gives the spin lock back; only its holder may.",
        reason: Some("Whoever spins on it goes on now."),
        since: "",
        source: "spin_unlock, include/linux/spinlock.h (6.19)",
    },
    Row {
        key: "down_read",
        op: Op::Lock(LockStep::TakeShared),
        calls: same("down_read(&{})"),
        also: &["down_read_nested", "down_read_killable"],
        label: "take it for reading",
        meaning: "Takes the semaphore together with other readers; sleeps while a writer holds it, or waits for its readers.",
        reason: Some(
            "A waiting writer keeps new readers out, or it might never come in; so who reads already and comes again may sleep behind a writer that waits for it.",
        ),
        since: "",
        source: "down_read, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "down_read_trylock",
        op: Op::Lock(LockStep::TryShared),
        calls: same("down_read_trylock(&{})"),
        also: &[],
        label: "try to take it for reading",
        meaning: "Takes the semaphore as a reader if a writer neither holds it nor waits for it, and goes elsewhere if one does.",
        reason: Some("It fails behind a waiting writer too."),
        since: "",
        source: "down_read_trylock, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "up_read",
        op: Op::Lock(LockStep::ReleaseShared),
        calls: same("up_read(&{})"),
        also: &["up_read_non_owner"],
        label: "release it as a reader",
        meaning: "Gives a reader's share of the semaphore back.",
        reason: Some("A writer comes in after the last reader."),
        since: "",
        source: "up_read, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "down_write",
        op: Op::Lock(LockStep::Take),
        calls: same("down_write(&{})"),
        also: &["down_write_nested", "down_write_killable"],
        label: "take it for writing",
        meaning: "Takes the semaphore alone. While others hold it, begins to wait, which keeps new readers out, and sleeps until all have gone.",
        reason: Some("A writer must be alone."),
        since: "",
        source: "down_write, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "down_write_trylock",
        op: Op::Lock(LockStep::Try),
        calls: same("down_write_trylock(&{})"),
        also: &[],
        label: "try to take it for writing",
        meaning: "Takes the semaphore alone if nobody holds it, and goes elsewhere if somebody does.",
        reason: Some("Whoever may not sleep here needs a way out."),
        since: "",
        source: "down_write_trylock, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "up_write",
        op: Op::Lock(LockStep::Release),
        calls: same("up_write(&{})"),
        also: &[],
        label: "release it as the writer",
        meaning: "Gives the semaphore back; only the writer that holds it may.",
        reason: Some("Readers and writers that sleep on it go on now."),
        since: "",
        source: "up_write, kernel/locking/rwsem.c (6.19)",
    },
    Row {
        key: "atomic_inc",
        op: Op::Lock(LockStep::Raise),
        calls: same("atomic_inc(&{})"),
        also: &["inode_dio_begin", "refcount_inc"],
        label: "count one up",
        meaning: "Counts one up.",
        reason: Some("Whoever waits for zero must wait for this one too."),
        since: "",
        source: "atomic_inc, include/linux/atomic/atomic-instrumented.h (6.19)",
    },
    Row {
        key: "atomic_dec",
        op: Op::Lock(LockStep::Lower),
        calls: same("atomic_dec(&{})"),
        also: &["inode_dio_end", "refcount_dec"],
        label: "count one down",
        meaning: "Counts one down, and wakes whoever waits for zero if it comes to that. Below zero is a bug.",
        reason: Some(
            "Anybody may do it, most often at the end of an I/O: a counter has no holder.",
        ),
        since: "",
        source: "atomic_dec, include/linux/atomic/atomic-instrumented.h (6.19)",
    },
    Row {
        key: "atomic_dec_and_test",
        op: Op::Lock(LockStep::LowerAndTest),
        calls: same("atomic_dec_and_test(&{})"),
        also: &["atomic_sub_and_test", "refcount_dec_and_test"],
        label: "count one down, and see if it was the last",
        meaning: "Counts one down, and wakes whoever waits for zero; goes on if it is zero now, and elsewhere if it is not. Below zero is a bug.",
        reason: Some(
            "Of several that end at the same time exactly one finds zero: what must come last is left to that one.",
        ),
        since: "",
        source: "atomic_dec_and_test, include/linux/atomic/atomic-instrumented.h (6.19)",
    },
    Row {
        key: "atomic_read",
        op: Op::Lock(LockStep::Test),
        calls: same("atomic_read(&{})"),
        also: &[],
        label: "look at the counter",
        meaning: "Goes on if the counter is not zero, and elsewhere if it is.",
        reason: Some("What it finds may have changed by the next step."),
        since: "",
        source: "atomic_read, include/linux/atomic/atomic-instrumented.h (6.19)",
    },
    Row {
        key: "wait_var_event",
        op: Op::Lock(LockStep::AwaitZero),
        calls: same("wait_var_event(&{}, it is zero)"),
        also: &["inode_dio_wait"],
        label: "wait for zero",
        meaning: "Sleeps until the counter is zero.",
        reason: Some("All that were counted are over then."),
        since: "",
        source: "wait_var_event, include/linux/wait_bit.h (6.19)",
    },
    Row {
        key: "complete",
        op: Op::Lock(LockStep::Raise),
        calls: same("complete(&{})"),
        also: &["complete_all"],
        label: "complete it",
        meaning: "Tells of one event, for one waiter, now or later.",
        reason: Some("An event that nobody waits for yet is not lost."),
        since: "",
        source: "complete, kernel/sched/completion.c (6.19)",
    },
    Row {
        key: "wait_for_completion",
        op: Op::Lock(LockStep::Consume),
        calls: same("wait_for_completion(&{})"),
        also: &["wait_for_completion_io"],
        label: "wait for the completion",
        meaning: "Sleeps until somebody has told of an event, and takes it.",
        reason: Some(
            "Nobody holds a completion: who sleeps waits for whoever comes to complete() next.",
        ),
        since: "",
        source: "wait_for_completion, kernel/sched/completion.c (6.19)",
    },
    Row {
        key: "set_bit",
        op: Op::Lock(LockStep::Raise),
        calls: same("set_bit({}, &flags)"),
        also: &["__set_bit"],
        label: "set the flag",
        meaning: "Sets the flag, and wakes whoever waits for it to be set.",
        reason: Some("A flag has no holder: anybody may set it."),
        since: "",
        source: "set_bit, include/asm-generic/bitops/instrumented-atomic.h (6.19)",
    },
    Row {
        key: "clear_bit",
        op: Op::Lock(LockStep::Lower),
        calls: same("clear_bit({}, &flags)"),
        also: &["clear_bit_unlock", "clear_and_wake_up_bit"],
        label: "clear the flag",
        meaning: "Clears the flag, and wakes whoever waits for it to be clear.",
        reason: Some("A flag has no holder: anybody may clear it."),
        since: "",
        source: "clear_bit, include/asm-generic/bitops/instrumented-atomic.h (6.19)",
    },
    Row {
        key: "test_bit",
        op: Op::Lock(LockStep::Test),
        calls: same("test_bit({}, &flags)"),
        also: &[],
        label: "look at the flag",
        meaning: "Goes on if the flag is set, and elsewhere if it is not.",
        reason: Some("What it finds may have changed by the next step."),
        since: "",
        source: "test_bit, include/linux/bitops.h (6.19)",
    },
    Row {
        key: "wait_on_bit",
        op: Op::Lock(LockStep::AwaitZero),
        calls: same("wait_on_bit(&flags, {})"),
        also: &["wait_on_bit_io"],
        label: "wait for the flag to be clear",
        meaning: "Sleeps until the flag is clear.",
        reason: Some("Whoever set it is done then."),
        since: "",
        source: "wait_on_bit, include/linux/wait_bit.h (6.19)",
    },
    Row {
        key: "wait_event",
        op: Op::Lock(LockStep::AwaitSet),
        calls: same("wait_event(wq, {})"),
        also: &[],
        label: "wait for the flag to be set",
        meaning: "Sleeps until the flag is set.",
        reason: Some("What it tells of has happened then."),
        since: "",
        source: "wait_event, include/linux/wait.h (6.19)",
    },
    Row {
        key: UNMODELLED,
        op: Op::Pause,
        calls: same(ANY_CALL),
        also: &[],
        label: "a call that is not modelled",
        meaning: "Not modelled: changes nothing here.",
        reason: Some(
            "It stands where it stands in the kernel's own function; of what it does there, the model says nothing.",
        ),
        since: "",
        source: "Computed: by nobody, since the scenario says where its calls come from",
    },
    Row {
        key: "goto",
        op: Op::Goto,
        calls: same("goto {}"),
        also: &[],
        label: "go on elsewhere",
        meaning: "Goes on at the line named; not a step.",
        reason: None,
        since: "",
        source: "",
    },
];

#[cfg(test)]
mod tests {
    use super::super::groups::GROUPS;
    use super::*;

    #[test]
    fn keys_are_unique_and_rows_complete() {
        let mut keys: Vec<&str> = OPS.iter().map(|row| row.key).collect();
        keys.extend(GROUPS.iter().map(|row| row.key));
        let many = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), many);
        assert!(OPS.len() < 256, "an instruction's tag is a byte");
        for row in &ROWS {
            let named = row.op == Op::Goto || !row.source.is_empty();
            assert!(row.meaning.ends_with('.') && named && !row.label.is_empty());
            let sentence = row.reason.is_none_or(|reason| reason.ends_with('.'));
            assert!(sentence, "{}", row.key);
            let public = OPS.iter().find(|other| other.key == row.key);
            assert_eq!(
                public.and_then(OpRow::told).is_some(),
                matches!(row.op, Op::RedirtyIfCleaned | Op::GenerateGuard),
                "what is told of {}",
                row.key
            );
            assert_eq!(
                public.and_then(OpRow::ways).is_some(),
                row.op == Op::Choose,
                "the two ways of {}",
                row.key
            );
        }
        for row in &GROUPS {
            assert!(row.meaning.ends_with('.') && !row.source.is_empty());
        }
    }
}
