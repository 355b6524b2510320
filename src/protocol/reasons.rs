//! Why the protocol needs each step. A table of its own, because the checker, which never says so,
//! would carry it along with the one of the steps.

/// Steps by their keys, each with the reason; those whose meaning gives it already are not here.
const REASONS: [(&str, &str); 76] = [
    (
        "lock_page",
        "Cleaning the page, setting PG_writeback and looking for that bit in a fault must not mix; this lock makes them take turns. By itself it freezes no bytes.",
    ),
    (
        "trylock_page",
        "Whoever may not sleep here still has to leave a page alone that somebody else is working on.",
    ),
    (
        "unlock_page",
        "A fault or write(2) that slept on the lock goes on now. If PG_writeback is not set by then, it finds nothing to wait for.",
    ),
    (
        "wait_on_page_locked",
        "Without this wait a cleaner could clear the PG_dirty that the fault is about to set, and the new bytes would be forgotten.",
    ),
    (
        "lock_buffer",
        "I/O on a buffer alone sets no PG_writeback: this lock is the only sign that the block is on its way.",
    ),
    (
        "unlock_buffer",
        "Whoever slept on it may change the block now.",
    ),
    (
        "pte_lock",
        "Faults, munmap and cleaning all change PTEs; this lock makes them take turns.",
    ),
    (
        "journal_start",
        "What belongs to one operation reaches the disk together or not at all, so the commit must wait for every open handle.",
    ),
    (
        "journal_stop",
        "As long as it is open the commit waits, and so does everybody who waits for the commit.",
    ),
    (
        "wait_for_handles",
        "A transaction must not become permanent with half an operation in it.",
    ),
    (
        "wait_for_commit",
        "Only what is committed survives a crash.",
    ),
    (
        "finish_commit",
        "Whoever slept until here still holds what it took before.",
    ),
    (
        "mmap_read_lock",
        "The mapping must not change during the fault. The price: a fault that sleeps on writeback keeps mmap and munmap of its process waiting.",
    ),
    (
        "mmap_read_unlock",
        "Whoever queued behind this fault goes on.",
    ),
    (
        "mmap_write_unlock",
        "Faults of the process that queued behind it go on.",
    ),
    (
        "page_dirty",
        "Without this look a page would be written again that somebody else has just written.",
    ),
    (
        "tag_pages_for_writeback",
        "Otherwise somebody who dirties pages as fast as sync writes them could keep it busy for ever.",
    ),
    (
        "find_tagged",
        "This decides which pages the pass writes, and when it is over.",
    ),
    (
        "pte_wrprotect",
        "As long as one PTE is writable, its process can change bytes whose guard has been taken, and nobody in the kernel is asked.",
    ),
    (
        "pte_revoke",
        "It stops stores through this PTE until the next fault. Whether that fault waits is up to page_mkwrite.",
    ),
    (
        "redirty_if_cleaned",
        "A store through a writable PTE sets the dirty bit of the PTE only. Cleaning it without passing that on would forget the store.",
    ),
    (
        "TestClearPageDirty",
        "What dirties the page from here on is for the next writeback. So no PTE may still be writable, or its stores would leave PG_dirty clear.",
    ),
    (
        "set_page_dirty",
        "Writeback looks for this bit and its tag, never for bytes that differ: without it the change is not written.",
    ),
    (
        "clear_buffer_dirty",
        "Blocks are written one by one; one that counts as clean stays on the disk as it was.",
    ),
    (
        "set_page_writeback",
        "Whoever wants to change bytes looks for this bit. If the page is unlocked before it is set, a fault in between sees nothing to wait for.",
    ),
    (
        "wait_on_page_writeback",
        "Until then the device may still read the bytes; who changes them earlier changes what is written under its guard.",
    ),
    (
        "wait_for_stable_page",
        "This is the other half of the promise: PG_writeback by itself stops nobody.",
    ),
    (
        "wait_on_page_writeback_once",
        "By the time a waiter runs, the bit may be set again, for the next write.",
    ),
    (
        "BUG_ON_writeback",
        "If the page were under writeback here, its bytes would be promised to another I/O already.",
    ),
    (
        "clear_writeback",
        "Before the wake-up comes, somebody may set the bit again; a waiter that does not look twice then goes on too early.",
    ),
    (
        "wake_up_page",
        "A waiter that nobody wakes sleeps for ever; one that does not look again trusts an old answer.",
    ),
    (
        "end_page_writeback",
        "The device needs the bytes no more, so whoever waited to change them may.",
    ),
    (
        "end_buffer_write",
        "Whoever sleeps on the buffer lock may change the block now.",
    ),
    (
        "dio_complete",
        "A user's buffer has no PG_writeback: that nobody changed it meanwhile was up to the program.",
    ),
    (
        "may_sleep",
        "Sleeping is harmless as long as the page lock is held, because page_mkwrite needs that lock.",
    ),
    (
        "convert_extents",
        "Whoever waits for PG_writeback waits for this too.",
    ),
    (
        "get_block",
        "The bio must say where on the disk the page goes.",
    ),
    (
        "skip_writeback",
        "To wait here could mean to wait for a bio that this very thread has yet to submit.",
    ),
    (
        "kmem_cache_alloc",
        "If it fails after PG_writeback was set, somebody must clear that bit again, or waiters sleep for ever.",
    ),
    (
        "alloc_or_reclaim",
        "Reclaim may meet any page, even one that this very thread has put under writeback.",
    ),
    (
        "mblk_io_submit",
        "Both ways must set PG_writeback before they unlock the page.",
    ),
    (
        "bio_add_page",
        "Until its builder submits the bio, whoever waits for the page's writeback waits for the builder.",
    ),
    (
        "generate_guard",
        "The tag travels with the command, the bytes are read from memory later. Each hop that checks compares the two.",
    ),
    (
        "csum_data",
        "If the bytes change before the device fetches them, every later read of them fails the comparison.",
    ),
    (
        "take_guest_request",
        "The host's checksums cover the guest's memory, where the guest's own rules decide who may store.",
    ),
    (
        "wait_for_bio",
        "Until then the device may still read the buffer.",
    ),
    (
        "take_request",
        "The bytes are still in memory: what is stored before the DMA of a sector is what the device gets.",
    ),
    (
        "sample_parity",
        "If the bytes change in between, data and parity are of different contents.",
    ),
    (
        "sample_leg",
        "If the bytes change in between, the two disks hold different contents.",
    ),
    (
        "dma_sector",
        "This settles which bytes are written. A checksum taken earlier must still fit them.",
    ),
    (
        "hba_verify",
        "A difference means that the bytes changed after the guard was taken, whoever did it: here a race becomes an I/O error.",
    ),
    (
        "hba_insert",
        "A guard that is made this late cannot notice a change that came before.",
    ),
    (
        "target_verify",
        "It covers the wire too: nothing is stored that does not fit its guard.",
    ),
    ("commit_media", "This is what a later read returns."),
    (
        "complete_request",
        "The device is done with the bytes; the kernel can end the stable window.",
    ),
    (
        "bio_endio",
        "Here the file system learns whether the write failed, and goes on to end writeback.",
    ),
    (
        "mapping_set_error",
        "Nobody waits at the end of this write to be told. fsync is where the error comes out.",
    ),
    (
        "store",
        "Whether this may happen while a write is under way is what the whole protocol decides.",
    ),
    (
        "load",
        "The cached entry is used until it is flushed, whatever happens to the PTE.",
    ),
    (
        "copy_from_user",
        "Only the wait in write_begin keeps it off a page under writeback.",
    ),
    (
        "kernel_store",
        "Only rules among the kernel's own functions keep it off a block that is being written.",
    ),
    (
        "zero_user",
        "As with write(2), only waiting for writeback first keeps it off bytes that are on their way.",
    ),
    (
        "zap_pte",
        "If the PTE was dirty, only its remover knows that now, until it sets PG_dirty.",
    ),
    (
        "set_dirty_if_pte_was",
        "Without it, stores made through this PTE would be forgotten with it.",
    ),
    (
        "fork_pte",
        "A store through a writable PTE does not fault, so page_mkwrite is not asked.",
    ),
    (
        "check_mapping",
        "A store into a page that has left the file is written nowhere.",
    ),
    (
        "check_vma",
        "What was mapped when the fault began may be gone by now.",
    ),
    (
        "remove_from_page_cache",
        "Whoever slept for the page lock meanwhile must check for this.",
    ),
    (
        "pin_page",
        "The device may store as long as the pin lasts, whatever the page tables say by then.",
    ),
    (
        "unpin_page",
        "From here on the device has no business in the page.",
    ),
    (
        "fsync_begin",
        "Until it has returned success a program cannot rely on its bytes.",
    ),
    (
        "fsync_return",
        "Who is told decides whether a failed write is noticed.",
    ),
    (
        "get_write_access",
        "Otherwise the block would change while the journal writes it.",
    ),
    (
        "file_shadow",
        "This begins the journal's own stable window: whoever wants to change the block waits, or works beside a frozen copy.",
    ),
    (
        "csum_read",
        "It fits these bytes only: any other store into the block before it is put there makes it wrong.",
    ),
    (
        "csum_store",
        "If the block was changed since the checksum was computed, the two do not fit.",
    ),
];

/// Why the protocol needs a step, where its meaning does not say so.
pub fn reason(key: &str) -> Option<&'static str> {
    let mut all = REASONS.iter();
    all.find(|(of, _)| *of == key).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::super::ops::op_number;
    use super::*;

    #[test]
    fn each_reason_is_of_a_step_and_there_once() {
        for (at, (key, reason)) in REASONS.iter().enumerate() {
            assert!(op_number(key).is_some(), "{key}");
            assert!(reason.ends_with('.'), "{key}");
            assert!(REASONS[..at].iter().all(|(other, _)| other != key), "{key}");
        }
    }
}
