//! The functions and tracepoints that a capture is read for, and what each of them says.

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A user's access has faulted.
    Fault,
    /// A write to a read-only page of a mapping is looked at.
    WriteFault,
    /// The file system is asked whether a page may be written through a mapping.
    MkwriteCalled,
    /// It has answered.
    MkwriteReturned,
    /// The fault handler makes the PTE writable.
    MadeWritable,
    /// The folio is marked dirty.
    MarkedDirty,
    /// Its inode is told that it is dirty.
    DirtyTold,
    /// The folio's dirty bit is cleared for I/O.
    ClearedForIo,
    /// Its PTEs are looked for, to take write access away.
    Mkclean,
    /// One PTE loses write access.
    MkcleanOne,
    /// The file system adds the folio to a bio.
    AddedToBio,
    /// PG_writeback is set.
    WritebackStarted,
    /// PG_writeback is cleared.
    WritebackEnded,
    /// Somebody calls the function that waits for PG_writeback.
    WaitCalled,
    /// Somebody falls asleep until PG_writeback is cleared.
    WaitSleeps,
    /// Somebody calls the function that waits if the mapping asks for stable pages.
    StableCalled,
    /// Somebody sleeps for the page lock.
    LockSleeps,
    /// The page lock is given back.
    Unlocked,
    /// Guard tags are prepared for a bio.
    GuardPrepared,
    /// A bio is submitted.
    Submitted,
    /// A request goes to the driver.
    Queued,
    /// A request is issued to the disk.
    Issued,
    /// The disk has answered a request.
    Completed,
    /// A bio has ended.
    BioEnded,
}

use What::*;

/// The kernel's name, what it says, and whether it is a wrapper of older kernels, whose folio function may follow it as another line.
pub(super) struct Row {
    pub name: &'static str,
    pub what: What,
    pub wrapper: bool,
}

const fn row(name: &'static str, what: What) -> Row {
    Row {
        name,
        what,
        wrapper: false,
    }
}

const fn wrapper(name: &'static str, what: What) -> Row {
    Row {
        name,
        what,
        wrapper: true,
    }
}

/// In the order of names.
pub(super) const ROWS: &[Row] = &[
    row("__bio_integrity_prep", GuardPrepared),
    row("__folio_lock", LockSleeps),
    row("__folio_lock_killable", LockSleeps),
    row("__folio_lock_or_retry", LockSleeps),
    row("__folio_start_writeback", WritebackStarted),
    row("__lock_page", LockSleeps),
    wrapper("__test_set_page_writeback", WritebackStarted),
    row("__xfs_filemap_fault", MkwriteCalled),
    row("__xfs_filemap_fault_ret", MkwriteReturned),
    row("bio_endio", BioEnded),
    row("bio_integrity_prep", GuardPrepared),
    row("block_bio_queue", Submitted),
    row("block_rq_complete", Completed),
    row("block_rq_issue", Issued),
    row("btrfs_page_mkwrite", MkwriteCalled),
    row("btrfs_page_mkwrite_ret", MkwriteReturned),
    wrapper("clear_page_dirty_for_io", ClearedForIo),
    row("do_wp_page", WriteFault),
    wrapper("end_page_writeback", WritebackEnded),
    row("ext4_bio_write_folio", AddedToBio),
    row("ext4_bio_write_page", AddedToBio),
    row("ext4_end_bio", BioEnded),
    row("ext4_page_mkwrite", MkwriteCalled),
    row("ext4_page_mkwrite_ret", MkwriteReturned),
    row("f2fs_vm_page_mkwrite", MkwriteCalled),
    row("f2fs_vm_page_mkwrite_ret", MkwriteReturned),
    row("filemap_page_mkwrite", MkwriteCalled),
    row("filemap_page_mkwrite_ret", MkwriteReturned),
    row("finish_mkwrite_fault", MadeWritable),
    row("folio_clear_dirty_for_io", ClearedForIo),
    row("folio_end_writeback", WritebackEnded),
    row("folio_end_writeback_no_dropbehind", WritebackEnded),
    row("folio_mark_dirty", MarkedDirty),
    row("folio_mkclean", Mkclean),
    row("folio_unlock", Unlocked),
    row("folio_wait_stable", StableCalled),
    row("folio_wait_writeback", WaitCalled),
    row("folio_wait_writeback_killable", WaitCalled),
    row("iomap_finish_ioend", BioEnded),
    row("page_fault_user", Fault),
    wrapper("page_mkclean", Mkclean),
    row("page_mkclean_one", MkcleanOne),
    row("page_vma_mkclean_one", MkcleanOne),
    row("scsi_queue_rq", Queued),
    wrapper("set_page_dirty", MarkedDirty),
    wrapper("set_page_writeback", WritebackStarted),
    row("submit_bio", Submitted),
    wrapper("test_set_page_writeback", WritebackStarted),
    wrapper("unlock_page", Unlocked),
    wrapper("wait_for_stable_page", StableCalled),
    wrapper("wait_on_page_writeback", WaitCalled),
    row("writeback_dirty_folio", DirtyTold),
    row("writeback_dirty_page", DirtyTold),
    row("xfs_end_bio", BioEnded),
    row("xfs_filemap_fault", MkwriteCalled),
    row("xfs_filemap_fault_ret", MkwriteReturned),
    row("xfs_filemap_page_mkwrite", MkwriteCalled),
    row("xfs_filemap_page_mkwrite_ret", MkwriteReturned),
    // The tracepoint of the function's name, which only one who sleeps comes to; `sleeps`.
    row("~folio_wait_writeback", WaitSleeps),
];

/// The row of a name. Suffixes of the compiler (`.isra.0`, `.constprop.0`) do not count.
pub(super) fn row_of(name: &[u8]) -> Option<usize> {
    let end = name.iter().position(|it| *it == b'.').unwrap_or(name.len());
    ROWS.binary_search_by(|row| row.name.as_bytes().cmp(&name[..end]))
        .ok()
}

/// The row of the tracepoint that somebody who waits for writeback comes to.
pub(super) fn sleeps() -> usize {
    ROWS.len() - 1
}

/// No event, no folio.
pub(super) const NONE: u32 = u32::MAX;

/// A line of the capture that says something about writeback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where its line begins in the file, in bytes.
    pub offset: u64,
    /// When it happened, in nanoseconds of the tracer's clock.
    pub time: u64,
    /// What it carries: the answer of `page_mkwrite`, the address of a fault, the sector of a request that is issued, the error of one that is
    /// done (negative, or 0).
    pub value: u64,
    /// Its line, from 1.
    pub line: u32,
    /// Who did it, by its place in [`super::Capture::tasks`].
    pub task: u16,
    /// The processor.
    pub cpu: u16,
    pub(super) row: u8,
}

impl Event {
    /// What it says.
    pub fn what(&self) -> What {
        ROWS[usize::from(self.row)].what
    }

    /// The kernel's name of the function or tracepoint.
    pub fn name(&self) -> &'static str {
        ROWS[usize::from(self.row)].name.trim_start_matches('~')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_found() {
        assert!(ROWS.is_sorted_by(|a, b| a.name < b.name));
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(row_of(row.name.as_bytes()), Some(at));
        }
        assert_eq!(row_of(b"folio_mkclean.isra.0"), row_of(b"folio_mkclean"));
        assert_eq!(row_of(b"schedule"), None);
    }
}
