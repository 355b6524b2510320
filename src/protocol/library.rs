//! The correct programs, as text: the kernel's side of every scenario.
//!
//! `text.rs` reads them; `ARCHITECTURE.md` documents the language. Sections are those of the
//! project's kernel dossier.

/// The programs of the library: of each its header (its name, and `forever` if it begins again when
/// it ends) and its lines.
pub(super) fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let programs = LIBRARY.split("\nprogram ").skip(1);
    programs.map(|text| text.split_once('\n').unwrap_or((text, "")))
}

/// The names of the library's programs.
pub fn library() -> impl Iterator<Item = &'static str> {
    sections().map(|(header, _)| header.split(' ').next().unwrap_or(header))
}

/// A program of the library as it is written there.
pub fn library_text(name: &str) -> Option<&'static str> {
    let mut all = sections().map(|(header, body)| (header.split(' ').next(), body));
    all.find(|(of, _)| *of == Some(name)).map(|(_, body)| body)
}

/// Every program of the library.
const LIBRARY: &str = "
# Mason's five steps (2.1, 5.1). ptep_clear_flush clears the PTE, flushes, and only then sets the
# read-only PTE; here it is set first and flushed next. Between the two a walk faults either way,
# and a stale TLB entry lets a store through either way, so the same worlds are reached.
program writepage
  lock_page
  clear_page_dirty_for_io
  set_page_writeback
  unlock_page
  submit_bio
  end
  clean>
  unlock_page

program clear_page_dirty_for_io
  page_mkclean
  redirty_if_cleaned
  TestClearPageDirty else clean

program page_mkclean
  each mapping
    pte_wrprotect else next
    flush_tlb_page
    next>

# W5 (2.6). Data checksums of the file system are taken before the block layer sees the bio.
program submit_bio
  bio_add_page
  ?buffers clear_buffer_dirty
  ?csum csum_one_bio:
    each sector
      csum_data
  ?guards bio_integrity_prep:
    each sector
      generate_guard
  queue_bio

# 3.9 alone: the block layer copies where the disk asks for stable pages, after the file system has taken its
# checksums and before the guards, over the copy (2.6). Before, nobody copied for stability; in 2025 it was removed.
program submit_bio_bounced
  bio_add_page
  ?csum csum_one_bio:
    each sector
      csum_data
  ?stable ?3.9+ ?3.9- bounce_copy
  ?guards bio_integrity_prep:
    each sector
      generate_guard
  queue_bio

# The block layer's half alone, for bios that were filled before.
program submit
  ?csum csum_one_bio:
    each page
      each sector
        csum_data
  ?guards bio_integrity_prep:
    each page
      each sector
        generate_guard
  queue_bio

# As writepage, but snapshot instead of wait (3.9).
program writepage_snapshot
  lock_page
  clear_page_dirty_for_io
  set_page_writeback
  unlock_page
  submit_bio_bounced
  end
  clean>
  unlock_page

# One page of a pass whose bio is submitted later (2.4, 2.5).
program wb_page
  lock_page
  page_dirty else clean
  wait_on_page_writeback
  BUG_ON_writeback
  clear_page_dirty_for_io
  set_page_writeback
  bio_add_page
  clean>
  unlock_page

# 2.6.39 ext4, one page (2.3).
program ext4_writepage
  lock_page
  clear_page_dirty_for_io
  ext4_bio_write_page:
    kmem_cache_alloc else nomem
    set_page_writeback
    bio_add_page
    unlock_page
  submit
  end
  nomem>
  set_page_dirty
  clean>
  unlock_page

# The function that Wong quoted, with both branches (2.2, 2.3). The result of
# clear_page_dirty_for_io is ignored.
program mpage_da_submit_io
  lock_page
  wait_on_page_writeback
  BUG_ON_writeback
  clear_page_dirty_for_io:
    page_mkclean
    redirty_if_cleaned
    TestClearPageDirty
  mblk_io_submit else buffers
  ext4_bio_write_page:
    kmem_cache_alloc else nomem
    set_page_writeback
    bio_add_page
    unlock_page
  submit
  end
  buffers>
  block_write_full_page:
    set_page_writeback
    bio_add_page
    submit
    unlock_page
  end
  nomem>
  set_page_dirty
  unlock_page

# The file system's half of a write fault (3.3, 3.4): lock, wait, return VM_FAULT_LOCKED. Since 3.9
# the generic helpers mark the page dirty first and wait last.
program page_mkwrite
  lock_page
  check_mapping else gone
  ?3.9+ set_page_dirty
  ?3.0+ wait_for_stable_page

# The write fault (3.2 F2 to F6; 3.4 G1 to G8).
program do_wp_page
  page_mkwrite
  pte_mkwrite else changed
  set_page_dirty
  changed>
  unlock_page
  end
  gone>
  unlock_page
  sigbus

# The same with the process's mmap_lock, which is held all the while (3.5).
program do_wp_page_mmap_lock
  mmap_read_lock
  page_mkwrite
  pte_mkwrite else changed
  set_page_dirty
  changed>
  unlock_page
  mmap_read_unlock
  end
  gone>
  unlock_page
  mmap_read_unlock
  sigbus

# The same for a file system without page_mkwrite (ext2, ext3 and fat until 3.9).
program do_wp_page_no_mkwrite
  pte_mkwrite else changed
  wait_on_page_locked
  set_page_dirty
  changed>

# A thread whose mapping may be gone (munmap in another thread).
program do_wp_page_or_segv
  check_vma else segv
  do_wp_page
  end
  segv>
  sigbus

# ext4 without delayed allocation: the handle is closed before the wait (3.4, S35).
program do_wp_page_journal
  page_mkwrite:
    journal_start
    lock_page
    check_mapping else gone
    get_block
    ?3.9+ set_page_dirty
    journal_stop
    ?3.0+ wait_for_stable_page
  pte_mkwrite else changed
  set_page_dirty
  changed>
  unlock_page
  end
  gone>
  unlock_page
  journal_stop
  sigbus

# write(2), one chunk (4).
program generic_perform_write
  write_begin:
    lock_page
    ?3.0+ wait_for_stable_page
  copy_from_user
  write_end:
    set_page_dirty
    unlock_page

# A directory entry of ext2, as it ought to be (6.9, S22).
program ext2_add_link
  lock_page
  wait_on_page_writeback
  kernel_store
  set_page_dirty
  unlock_page

# 6.1. Pages under writeback are waited for.
program truncate_inode_page
  lock_page
  wait_on_page_writeback
  unmap_mapping_range:
    each mapping
      zap_pte else next
      flush_tlb_page
      next>
  cancel_dirty_page
  remove_from_page_cache
  unlock_page

# truncate_partial_page itself only zeroes; block_truncate_page marks the buffer dirty, which stands here as
# set_page_dirty.
program truncate_partial_page
  lock_page
  wait_on_page_writeback
  zero_user
  set_page_dirty
  unlock_page

# 6.3. The TLBs are flushed before the page table lock drops.
program munmap
  pte_lock
  zap_pte
  set_dirty_if_pte_was
  flush_tlb_page
  pte_unlock

# 6.7, 6.8: O_DIRECT read of another file into this page, which is pinned already.
program direct_io_read_into_page
  dma_write
  set_page_dirty_lock:
    lock_page
    set_page_dirty
    unlock_page
  unpin_page

# 6.8, 13.1, 13.5: O_DIRECT write on xfs and btrfs, which copy first where the device asks for stable pages: xfs
# since 7.0, btrfs since 7.3. ext4 and raw devices do not; there 7.3 is as 6.19.
program direct_io_write
  bio_add_page
  ?stable ?7.3+ bounce_copy
  ?csum csum_one_bio:
    each sector
      csum_data
  ?guards bio_integrity_prep:
    each sector
      generate_guard
  queue_bio
  wait_for_bio

# 2.6.39 ext3 in ordered mode: buffers, no page lock, no PG_writeback (S16).
program journal_submit_data_buffers
  lock_buffer
  submit_bio_bounced

# 6.10: the committing transaction writes a block; the next one wants to change it.
program jbd2_write_metadata_buffer
  file_shadow
  submit_bio

program jbd2_modify_block
  get_write_access
  kernel_store
  set_page_dirty

# S24: change and checksum under one lock.
program ext4_update_super
  lock_buffer
  kernel_store
  csum_read
  csum_store
  set_page_dirty
  unlock_buffer

program write_dirty_buffer
  lock_buffer
  submit_bio

# 3, variant A of S08: Wong's walk.
program revoke_writes
  each mapping
    pte_revoke else next
    flush_tlb_page
    next>

# fsync of a file of one page.
program fsync
  fsync_begin
  wb_page
  submit
  wait_on_page_writeback
  fsync_return

# S31: an integrity sync tags first and writes only what was tagged.
program write_cache_pages_sync
  tag_pages_for_writeback
  again>
  find_tagged else done
  wb_page
  submit
  wait_on_page_writeback
  goto again
  done>

# S20: a guest hands its bio to a host that checksums.
program guest_writepage
  lock_page
  clear_page_dirty_for_io
  set_page_writeback
  bio_add_page
  unlock_page
  virtqueue_kick
  end
  clean>
  unlock_page

program host forever
  take_guest_request
  ?stable ?7.3+ bounce_copy
  submit

# S28: a synchronous handle is stopped last.
program ext4_writepages_sync
  journal_start
  wb_page
  submit
  ext4_journal_stop:
    journal_stop
    wait_for_commit

program jbd2_commit_transaction
  wait_for_handles
  wait_on_page_writeback
  finish_commit

# The journal's side of S35: it can only close when no handle is open.
program jbd2_close_transaction
  wait_for_handles
  finish_commit

# S36: f2fs keeps a private bio; whoever waits submits it first.
program f2fs_rewrite
  wb_page
  f2fs_wait_on_page_writeback:
    submit
    wait_on_page_writeback

# The disk (8.4). Verification precedes storing, as scsi_debug does it (8.5). SCSI does not retry a
# guard error; NVMe does, with the same tags (8.3).
program disk forever
  take_request
  again>
  ?parity raid5_parity:
    each page
      each sector
        sample_parity
  ?mirror raid1_leg:
    each page
      each sector
        sample_leg
  hba:
    each page
      each sector
        dma_sector
        ?guards hba_verify else bad
        ?insert hba_insert
  target:
    ?checked each page
      each sector
        target_verify else bad
    commit_media
  ?nvme goto done
  bad>
  ?nvme nvme_requeue else done
  ?nvme goto again
  done>
  complete_request

# 2.7.
program completion forever
  bio_endio else fine
  mapping_set_error
  fine>
  each page
    end_page_writeback

program completion_buffers forever
  bio_endio else fine
  mapping_set_error
  fine>
  each page
    end_buffer_write

program completion_journal forever
  bio_endio else fine
  mapping_set_error
  fine>
  each page
    journal_end_io

program completion_direct forever
  bio_endio else fine
  fine>
  each page
    dio_complete

# 5.10: clearing the bit and waking its waiters are two steps (S29).
program completion_in_two_steps forever
  bio_endio else fine
  mapping_set_error
  fine>
  each page
    clear_writeback
    wake_up_page

# Since the 3.11 era unwritten extents are converted first (2.7), which needs the journal (S35).
program completion_converts forever
  bio_endio else fine
  mapping_set_error
  fine>
  wait_for_commit
  convert_extents
  each page
    end_page_writeback
";
