//! What a function, or words, of a drawing stand for: a step on a page, a lock by its name, a counter, or something outside of the
//! model.

use super::cell::{Parsed, Shape, of_name};
use crate::protocol::{ALSO, OPS};

/// What a line of a drawing does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// A step on a page, by its key.
    Page(&'static str),
    /// `clear_page_dirty_for_io`, with the walk over the PTEs.
    ClearForIo,
    /// Everything that truncation does to a page.
    Truncate,
    /// Checksums or guards are taken.
    Checksum,
    /// The bio goes out.
    Submit,
    /// The kernel stores into the page, by the key of the step.
    Store(&'static str),
    /// A lock by its name is taken or given back.
    Lock(How, String),
    /// A counter, a flag or a completion, by the key of the step and its name.
    Count(&'static str, String),
}

/// How a named lock is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Take,
    Share,
    Try,
    TryShare,
    Release,
    ReleaseShare,
}

impl How {
    /// Whether others may hold the lock at the same time.
    pub fn shared(self) -> bool {
        matches!(self, How::Share | How::TryShare | How::ReleaseShare)
    }

    /// Whether the call comes back without the lock if somebody has it.
    pub fn tries(self) -> bool {
        matches!(self, How::Try | How::TryShare)
    }

    /// Whether it gives the lock back.
    pub fn releases(self) -> bool {
        matches!(self, How::Release | How::ReleaseShare)
    }
}

/// Functions that stand for a step on a page, beyond those of the table of steps, by the step's key. What a helper of a file system
/// does besides is not modelled.
const PAGE: [(&str, &[&str]); 14] = [
    (
        "lock_page",
        &[
            "lock_page_nosync",
            "folio_lock_killable",
            "find_lock_page",
            "find_or_create_page",
            "grab_cache_page",
            "grab_cache_page_write_begin",
            "grab_cache_page_nowait",
            "f2fs_grab_cache_page",
            "f2fs_grab_cache_folio",
            "f2fs_pagecache_get_page",
            "f2fs_get_lock_data_page",
            "f2fs_get_lock_data_folio",
            "get_lock_data_page",
            "pagecache_get_page",
            "__filemap_get_folio",
            "filemap_get_folio_locked",
            "filemap_grab_folio",
            "filemap_lock_folio",
            "write_begin_get_folio",
            "iomap_get_folio",
            "lock_page_or_retry",
            "folio_lock_or_retry",
            "__folio_lock_or_retry",
            "lock_page_async",
            "read_mapping_page_lock",
            "lock_delalloc_pages",
            "lock_delalloc_folios",
            "prepare_pages",
            "f2fs_get_node_page",
            "ll_grab_page",
            "nfs_lock_page",
        ],
    ),
    (
        "trylock_page",
        &[
            "TestSetPageLocked",
            "try_lock_page",
            "folio_trylock_or_skip",
        ],
    ),
    (
        "unlock_page",
        &[
            "folio_unlock_put",
            "f2fs_put_page",
            "f2fs_folio_put",
            "f2fs_put_dnode",
            "unlock_and_put_page",
            "unlock_put_page",
        ],
    ),
    (
        "wait_on_page_locked",
        &[
            "folio_wait_locked_killable",
            "wait_on_page_locked_killable",
            "folio_put_wait_locked",
        ],
    ),
    (
        "wait_on_page_writeback",
        &[
            "f2fs_wait_on_page_writeback",
            "f2fs_folio_wait_writeback",
            "f2fs_wait_on_block_writeback",
            "f2fs_wait_on_all_pages",
            "wait_on_page_writeback_range",
            "wait_on_page_writeback_killable",
            "filemap_fdatawait",
            "filemap_fdatawait_range",
            "__filemap_fdatawait_range",
            "filemap_fdatawait_keep_errors",
            "filemap_fdatawait_range_keep_errors",
            "filemap_write_and_wait",
            "filemap_write_and_wait_range",
            "file_write_and_wait_range",
            "inode_wait_for_writeback",
            "wait_on_inode",
            "folio_wait_bit",
            "wait_on_page_bit",
            "folio_wait_bit_common",
            "wait_on_extent_buffer_writeback",
            "wait_on_subrequests",
            "nfs_wb_page",
            "nfs_wb_folio",
            "sync_page",
        ],
    ),
    (
        "wait_for_stable_page",
        &["wait_on_stable_page_write", "folio_wait_stable_killable"],
    ),
    (
        "set_page_writeback",
        &[
            "SetPageWriteback",
            "TestSetPageWriteback",
            "folio_start_writeback_keepwrite",
            "btrfs_set_range_writeback",
            "btrfs_folio_clamp_set_writeback",
            "set_extent_buffer_writeback",
            "iomap_start_folio_write",
            "nfs_set_page_writeback",
            "nfs_folio_set_writeback",
            "ceph_set_page_writeback",
        ],
    ),
    (
        "end_page_writeback",
        &[
            "ClearPageWriteback",
            "TestClearPageWriteback",
            "folio_end_writeback_no_dropbehind",
            "iomap_finish_page_writeback",
            "iomap_finish_folio_write",
            "end_extent_writepage",
            "btrfs_page_clear_writeback",
            "end_bh_write",
            "nfs_end_page_writeback",
            "nfs_folio_end_writeback",
        ],
    ),
    (
        "set_page_dirty",
        &[
            "SetPageDirty",
            "redirty_page_for_writepage",
            "folio_redirty_for_writepage",
            "filemap_dirty_folio",
            "block_dirty_folio",
            "block_page_mkwrite_dirty",
            "mark_buffer_dirty",
            "mark_buffer_dirty_inode",
            "f2fs_set_data_page_dirty",
            "f2fs_dirty_data_folio",
            "iomap_dirty_folio",
            "ext4_dirty_folio",
            "btrfs_page_set_dirty",
            "btrfs_folio_set_dirty",
            "btrfs_dirty_pages",
            "set_extent_buffer_dirty",
            "ceph_set_page_dirty",
            "ceph_dirty_folio",
            "nfs_dirty_folio",
            "folio_set_dirty",
            "set_buffer_dirty",
            "ext4_handle_dirty_metadata",
            "jbd2_journal_dirty_metadata",
            "account_page_dirtied",
        ],
    ),
    (
        "TestClearPageDirty",
        &[
            "ClearPageDirty",
            "test_clear_page_dirty",
            "clear_page_dirty",
            "folio_clear_dirty",
            "test_clear_buffer_dirty",
            "clear_buffer_dirty",
            "btree_clear_page_dirty",
            "btree_clear_folio_dirty",
            "btrfs_clear_buffer_dirty",
            "btrfs_clear_and_test_dirty",
            "clear_subpage_extent_buffer_dirty",
        ],
    ),
    (
        "cancel_dirty_page",
        &["__folio_cancel_dirty", "cancel_dirty_folio"],
    ),
    (
        "remove_from_page_cache",
        &[
            "delete_from_page_cache_batch",
            "__delete_from_page_cache",
            "__remove_from_page_cache",
            "delete_from_page_cache",
            "remove_mapping",
            "__remove_mapping",
            "filemap_remove_folio",
            "invalidate_complete_page",
            "invalidate_complete_page2",
            "invalidate_complete_folio2",
        ],
    ),
    ("BUG_ON_writeback", &[]),
    (
        "bio_add_page",
        &[
            "io_submit_add_bh",
            "io_submit_add_folio",
            "bio_add_page_to_ioend",
            "bio_iov_iter_get_pages",
            "f2fs_merge_page_bio",
            "add_ipu_page",
        ],
    ),
];

/// Functions that stand for something else than one step on a page.
const OTHERS: [(&[&str], Deed); 7] = [
    (
        &[
            "clear_page_dirty_for_io",
            "folio_clear_dirty_for_io",
            "clear_page_dirty_for_io_nomkclean",
            "btrfs_page_clear_dirty_for_io",
            "btrfs_folio_clear_dirty",
            "clear_extent_buffer_dirty_for_io",
        ],
        Deed::ClearForIo,
    ),
    (
        &[
            "truncate_inode_pages",
            "truncate_inode_pages_range",
            "truncate_inode_pages_final",
            "truncate_inode_page",
            "truncate_inode_folio",
            "truncate_pagecache",
            "truncate_pagecache_range",
            "truncate_setsize",
            "truncate_complete_page",
            "generic_error_remove_page",
            "generic_error_remove_folio",
            "invalidate_inode_pages2",
            "invalidate_inode_pages2_range",
            "invalidate_mapping_pages",
            "invalidate_inode_page",
            "mapping_evict_folio",
            "ceph_zero_pagecache_range",
            "ceph_invalidate_pagecache",
        ],
        Deed::Truncate,
    ),
    (
        &[
            "bio_integrity_prep",
            "bio_integrity_generate",
            "bio_integrity_process",
            "blk_integrity_generate",
            "blk_integrity_prepare",
            "t10_pi_generate",
            "csum_one_bio",
            "btrfs_csum_one_bio",
            "csum_dirty_buffer",
            "btrfs_csum_data",
            "csum_tree_block",
            "btree_csum_one_bio",
            "nvme_tcp_ddgst_update",
            "nvme_tcp_ddgst_final",
            "crypto_ahash_update",
            "jbd2_checksum_data",
            "jbd2_block_tag_csum_set",
            "drbd_csum_bio",
            "iscsi_tcp_dgst_header",
        ],
        Deed::Checksum,
    ),
    (
        &[
            "submit_bio",
            "submit_bio_noacct",
            "submit_bio_wait",
            "generic_make_request",
            "submit_bh",
            "_submit_bh",
            "submit_bh_wbc",
            "ll_rw_block",
            "write_dirty_buffer",
            "sync_dirty_buffer",
            "__sync_dirty_buffer",
            "f2fs_submit_page_bio",
            "f2fs_submit_page_write",
            "f2fs_submit_merged_write",
            "f2fs_submit_merged_write_cond",
            "f2fs_submit_merged_bio",
            "f2fs_submit_merged_ipu_write",
            "f2fs_submit_bio",
            "f2fs_submit_write_bio",
            "__submit_bio",
            "__submit_merged_bio",
            "submit_write_page",
            "ext4_io_submit",
            "xfs_submit_ioend",
            "iomap_submit_ioend",
            "iomap_ioend_writeback_submit",
            "submit_one_bio",
            "btrfs_submit_bio",
            "btrfs_submit_bbio",
            "blk_finish_plug",
            "blk_flush_plug",
            "blk_flush_plug_list",
            "__blk_flush_plug",
            "mpage_bio_submit",
            "mpage_bio_submit_write",
            "dio_bio_submit",
            "iomap_dio_submit_bio",
            "queue_rq",
            "nvme_queue_rq",
            "scsi_queue_rq",
            "blk_mq_submit_bio",
            "btrfs_submit_compressed_write",
            "write_one_eb",
            "md_write_page",
            "write_page",
            "md_super_write",
            "ceph_osdc_start_request",
            "io_submit_init_bio",
        ],
        Deed::Submit,
    ),
    (
        &[
            "copy_from_user",
            "iov_iter_copy_from_user_atomic",
            "copy_page_from_iter_atomic",
            "copy_folio_from_iter_atomic",
            "copy_from_iter",
            "btrfs_copy_from_user",
            "__copy_from_user",
            "filemap_copy_from_user",
            "copy_page_from_iter",
            "copy_to_page",
        ],
        Deed::Store("copy_from_user"),
    ),
    (
        &[
            "memcpy",
            "memset",
            "memmove",
            "memcpy_to_page",
            "memcpy_to_folio",
            "memset_page",
            "kmap_store",
            "ext4_update_super",
            "write_extent_buffer",
            "set_bit_in_page",
        ],
        Deed::Store("kernel_store"),
    ),
    (
        &[
            "zero_user",
            "zero_user_segment",
            "zero_user_segments",
            "folio_zero_range",
            "folio_zero_segment",
            "clear_page",
            "memzero_page",
        ],
        Deed::Store("zero_user"),
    ),
];

/// Functions that take or give back a lock of a fixed name: the name, then those that take it, share it, try it, try to share it,
/// give it back, give back a share.
type Fixed = (&'static str, [&'static [&'static str]; 6]);

const FIXED: [Fixed; 12] = [
    (
        "mmap_lock",
        [
            &["mmap_write_lock", "mmap_write_lock_killable"],
            &[
                "mmap_read_lock",
                "mmap_read_lock_killable",
                "lock_mm_and_find_vma",
            ],
            &["mmap_write_trylock"],
            &["mmap_read_trylock"],
            &["mmap_write_unlock"],
            &["mmap_read_unlock"],
        ],
    ),
    (
        "i_rwsem",
        [
            &[
                "inode_lock",
                "inode_lock_nested",
                "btrfs_inode_lock",
                "lock_inode",
            ],
            &["inode_lock_shared"],
            &["inode_trylock"],
            &["inode_trylock_shared"],
            &["inode_unlock", "btrfs_inode_unlock", "unlock_inode"],
            &["inode_unlock_shared"],
        ],
    ),
    (
        "invalidate_lock",
        [
            &["filemap_invalidate_lock"],
            &["filemap_invalidate_lock_shared"],
            &["filemap_invalidate_trylock"],
            &["filemap_invalidate_trylock_shared"],
            &["filemap_invalidate_unlock"],
            &["filemap_invalidate_unlock_shared"],
        ],
    ),
    (
        "cp_rwsem",
        [
            &["f2fs_lock_all", "mutex_lock_all"],
            &["f2fs_lock_op", "mutex_lock_op"],
            &[],
            &["f2fs_trylock_op"],
            &["f2fs_unlock_all", "mutex_unlock_all"],
            &["f2fs_unlock_op", "mutex_unlock_op"],
        ],
    ),
    (
        "sb_writers",
        [
            &["freeze_super", "sb_wait_write"],
            &[
                "sb_start_write",
                "sb_start_pagefault",
                "sb_start_intwrite",
                "mnt_want_write",
                "file_start_write",
            ],
            &[],
            &["sb_start_write_trylock"],
            &["thaw_super"],
            &[
                "sb_end_write",
                "sb_end_pagefault",
                "sb_end_intwrite",
                "mnt_drop_write",
                "file_end_write",
            ],
        ],
    ),
    (
        "s_writepages_rwsem",
        [
            &["ext4_writepages_down_write"],
            &["ext4_writepages_down_read"],
            &[],
            &[],
            &["ext4_writepages_up_write"],
            &["ext4_writepages_up_read"],
        ],
    ),
    (
        "buffer_lock",
        [
            &["lock_buffer", "__lock_buffer"],
            &[],
            &["trylock_buffer"],
            &[],
            &["unlock_buffer"],
            &[],
        ],
    ),
    (
        "extent_lock",
        [
            &[
                "lock_extent",
                "lock_extent_bits",
                "btrfs_lock_extent",
                "btrfs_lock_and_flush_ordered_range",
                "lock_and_cleanup_extent_if_need",
            ],
            &[],
            &["try_lock_extent", "btrfs_try_lock_extent"],
            &[],
            &[
                "unlock_extent",
                "unlock_extent_cached",
                "btrfs_unlock_extent",
            ],
            &[],
        ],
    ),
    (
        "tree_lock",
        [
            &[
                "btrfs_tree_lock",
                "btrfs_search_slot",
                "xa_lock_irq",
                "btrfs_lock_root_node",
            ],
            &["btrfs_tree_read_lock"],
            &["btrfs_try_tree_write_lock"],
            &[],
            &[
                "btrfs_tree_unlock",
                "btrfs_release_path",
                "btrfs_free_path",
                "xa_unlock_irq",
            ],
            &["btrfs_tree_read_unlock"],
        ],
    ),
    // A transaction is what the commit waits for: those inside share it, the commit wants it alone.
    (
        "transaction",
        [
            &[
                "jbd2_journal_lock_updates",
                "jbd2_journal_wait_updates",
                "journal_lock_updates",
            ],
            &[
                "jbd2_journal_start",
                "jbd2__journal_start",
                "ext4_journal_start",
                "__ext4_journal_start",
                "ext4_journal_start_sb",
                "journal_start",
                "start_this_handle",
                "ext3_journal_start",
                "ocfs2_start_trans",
                "gfs2_trans_begin",
                "btrfs_start_transaction",
                "btrfs_join_transaction",
                "xfs_trans_alloc",
            ],
            &[],
            &[],
            &["jbd2_journal_unlock_updates", "journal_unlock_updates"],
            &[
                "jbd2_journal_stop",
                "ext4_journal_stop",
                "__ext4_journal_stop",
                "journal_stop",
                "ext3_journal_stop",
                "ocfs2_commit_trans",
                "gfs2_trans_end",
                "btrfs_end_transaction",
                "xfs_trans_commit",
            ],
        ],
    ),
    (
        "pte_lock",
        [
            &["pte_offset_map_lock", "pte_lockptr", "pte_lock"],
            &[],
            &[],
            &[],
            &["pte_unmap_unlock", "pte_unlock"],
            &[],
        ],
    ),
    (
        "xfs_ilock",
        [
            &["xfs_ilock", "xfs_lock_inodes"],
            &[
                "xfs_ilock_data_map_shared",
                "xfs_ilock_attr_map_shared",
                "xfs_ilock_iocb",
            ],
            &["xfs_ilock_nowait"],
            &[],
            &["xfs_iunlock"],
            &[],
        ],
    ),
];

/// How the functions of [`FIXED`] work on their lock, in its order.
const HOWS: [How; 6] = [
    How::Take,
    How::Share,
    How::Try,
    How::TryShare,
    How::Release,
    How::ReleaseShare,
];

/// Beginnings of functions that work on the lock in their first argument. Of several that fit the first counts.
const GENERIC: [(&str, How); 36] = [
    ("mutex_trylock", How::Try),
    ("mutex_lock", How::Take),
    ("mutex_unlock", How::Release),
    ("rt_mutex_lock", How::Take),
    ("rt_mutex_unlock", How::Release),
    ("ww_mutex_lock", How::Take),
    ("ww_mutex_unlock", How::Release),
    ("spin_trylock", How::Try),
    ("spin_lock", How::Take),
    ("spin_unlock", How::Release),
    ("raw_spin_lock", How::Take),
    ("raw_spin_unlock", How::Release),
    ("_raw_spin_lock", How::Take),
    ("_raw_spin_unlock", How::Release),
    ("down_read_trylock", How::TryShare),
    ("down_write_trylock", How::Try),
    ("down_trylock", How::Try),
    ("down_read", How::Share),
    ("down_write", How::Take),
    ("up_read", How::ReleaseShare),
    ("up_write", How::Release),
    ("percpu_down_read", How::Share),
    ("percpu_down_write", How::Take),
    ("percpu_up_read", How::ReleaseShare),
    ("percpu_up_write", How::Release),
    ("f2fs_down_read", How::Share),
    ("f2fs_down_write", How::Take),
    ("f2fs_up_read", How::ReleaseShare),
    ("f2fs_up_write", How::Release),
    ("read_lock", How::Share),
    ("write_lock", How::Take),
    ("read_unlock", How::ReleaseShare),
    ("write_unlock", How::Release),
    ("rlock", How::Share),
    ("lock", How::Take),
    ("unlock", How::Release),
];

/// Functions that count, flag or complete, by the key of the step; with a fixed name or that of their argument.
const COUNTS: [(&str, &str, &str); 22] = [
    ("inode_dio_begin", "atomic_inc", "i_dio_count"),
    ("inode_dio_end", "atomic_dec", "i_dio_count"),
    ("inode_dio_wait", "wait_var_event", "i_dio_count"),
    ("atomic_inc", "atomic_inc", ""),
    ("atomic_add", "atomic_inc", ""),
    ("atomic_dec", "atomic_dec", ""),
    ("atomic_sub", "atomic_dec", ""),
    ("refcount_inc", "atomic_inc", ""),
    ("refcount_dec", "atomic_dec", ""),
    ("wait_var_event", "wait_var_event", ""),
    ("wait_for_completion", "wait_for_completion", ""),
    ("wait_for_completion_io", "wait_for_completion", ""),
    ("complete", "complete", ""),
    ("complete_all", "complete", ""),
    ("set_bit", "set_bit", ""),
    ("__set_bit", "set_bit", ""),
    ("clear_bit", "clear_bit", ""),
    ("clear_bit_unlock", "clear_bit", ""),
    ("clear_and_wake_up_bit", "clear_bit", ""),
    ("wait_on_bit", "wait_on_bit", ""),
    ("wait_on_bit_io", "wait_on_bit", ""),
    ("wait_event", "wait_event", ""),
];

/// A name as the program language has it: letters, digits and underscores.
pub(super) fn word(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if of_name(c) { c } else { ' ' })
        .collect();
    let word = plain.split_whitespace().collect::<Vec<_>>().join("_");
    match word.chars().next() {
        None => "lock".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n_{word}"),
        Some(_) => word,
    }
}

/// The name of a lock that an argument points at: its last part, or more where that says too little.
fn lock_name(argument: &str) -> String {
    let plain = argument
        .trim_start_matches(['&', '*', '('])
        .trim_end_matches(')');
    let parts: Vec<&str> = plain
        .split([' ', '.'])
        .flat_map(|it| it.split("->"))
        .filter(|it| !it.is_empty())
        .collect();
    let last = parts.last().copied().unwrap_or(plain);
    let bare = [
        "lock", "mutex", "sem", "rwsem", "rw_sem", "i_mutex", "i_rwsem", "spinlock", "l",
    ];
    let of = parts.len().checked_sub(2).and_then(|at| parts.get(at));
    let own = ["inode", "mapping", "page", "folio", "sb", "this", "p"];
    match of.filter(|of| bare.contains(&last) && !own.contains(of)) {
        Some(of) => word(&format!("{of} {last}")),
        None => word(last),
    }
}

/// The lock that `xfs_ilock` takes, by its flag.
fn xfs_lock(arguments: &[String]) -> (String, bool) {
    let flag = arguments.last().map_or("", String::as_str);
    let name = match flag {
        _ if flag.contains("MMAPLOCK") => "mmaplock",
        _ if flag.contains("IOLOCK") => "iolock",
        _ => "ilock",
    };
    (name.to_owned(), flag.contains("SHARED"))
}

/// What a function does that takes or gives back a lock with a name.
fn lock(function: &str, arguments: &[String]) -> Option<Deed> {
    let first = arguments.first().map_or("", String::as_str);
    for (name, all) in &FIXED {
        let Some(at) = all.iter().position(|it| it.contains(&function)) else {
            continue;
        };
        let how = HOWS[at];
        if *name == "xfs_ilock" {
            let (name, shared) = xfs_lock(arguments);
            let how = match (how, shared) {
                (How::Take, true) => How::Share,
                (How::Try, true) => How::TryShare,
                (How::Release, true) => How::ReleaseShare,
                (how, _) => how,
            };
            return Some(Deed::Lock(how, name));
        }
        // One letter, or a number, says which inode it is.
        let which = first.trim_start_matches(['&', '*']);
        let several = which.len() == 1 && which.starts_with(|c: char| c.is_ascii_uppercase())
            || which.len() < 8 && which.ends_with(|c: char| c.is_ascii_digit());
        return Some(Deed::Lock(
            how,
            match several && !which.is_empty() {
                true => word(&format!("{name} {which}")),
                false => (*name).to_owned(),
            },
        ));
    }
    let generic = GENERIC.iter().find(|(begins, _)| {
        let rest = function.strip_prefix(begins);
        let tails = [
            "",
            "_nested",
            "_nest_lock",
            "_killable",
            "_interruptible",
            "_io",
            "_irq",
            "_irqsave",
            "_bh",
            "_irqrestore",
            "_non_owner",
            "_nosave",
            "_common",
        ];
        rest.is_some_and(|rest| tails.contains(&rest))
    });
    let Some((_, how)) = generic else {
        return by_its_name(function, first);
    };
    let name = match arguments.is_empty() {
        true => "lock".to_owned(),
        false => lock_name(first),
    };
    let page = name == "page" || name == "folio" || name.ends_with("page_lock");
    Some(match (page, how.releases(), how.tries()) {
        (true, true, _) => Deed::Page("unlock_page"),
        (true, _, true) => Deed::Page("trylock_page"),
        (true, ..) => Deed::Page("lock_page"),
        _ => Deed::Lock(*how, name),
    })
}

/// A function of which nothing is known but that its name says that it locks: `lock_extent`, `nilfs_segctor_unlock`.
fn by_its_name(function: &str, argument: &str) -> Option<Deed> {
    if [
        "rcu", "srcu", "lockdep", "local", "class", "is", "assert", "init", "held", "block",
    ]
    .iter()
    .any(|it| function.split('_').any(|word| word == *it))
    {
        return None;
    }
    let words: Vec<&str> = function.split('_').filter(|it| !it.is_empty()).collect();
    let at = words
        .iter()
        .position(|it| matches!(*it, "lock" | "unlock" | "trylock"))?;
    let shared = words.iter().any(|it| matches!(*it, "read" | "shared"));
    let how = match (words[at], shared) {
        ("lock", false) => How::Take,
        ("lock", true) => How::Share,
        ("trylock", false) => How::Try,
        ("trylock", true) => How::TryShare,
        (_, false) => How::Release,
        (_, true) => How::ReleaseShare,
    };
    let rest: Vec<&str> = words
        .into_iter()
        .filter(|it| {
            !matches!(
                *it,
                "lock"
                    | "unlock"
                    | "trylock"
                    | "read"
                    | "write"
                    | "shared"
                    | "nested"
                    | "killable"
                    | "interruptible"
                    | "irqsave"
                    | "irqrestore"
            )
        })
        .collect();
    let letter = argument.trim_start_matches('&');
    let which = if letter.len() == 1 { letter } else { "" };
    Some(Deed::Lock(
        how,
        word(&format!("{} {which}", rest.join("_"))),
    ))
}

/// What a function does, with its arguments; none for one that the model knows nothing of.
pub(super) fn of_function(function: &str, arguments: &[String]) -> Option<Deed> {
    if let Some((_, deed)) = OTHERS.iter().find(|it| it.0.contains(&function)) {
        return Some(deed.clone());
    }
    for (key, names) in &PAGE {
        let row = OPS.iter().position(|it| it.key == *key)?;
        let calls = OPS[row].calls().iter();
        let called = calls
            .filter_map(|it| it.split('(').next())
            .any(|it| it == function);
        if *key == function
            || names.contains(&function)
            || ALSO[row].contains(&function)
            || called && *key != "BUG_ON_writeback"
        {
            return Some(Deed::Page(key));
        }
    }
    if matches!(
        function,
        "BUG_ON"
            | "VM_BUG_ON"
            | "VM_BUG_ON_PAGE"
            | "VM_BUG_ON_FOLIO"
            | "WARN_ON"
            | "WARN_ON_ONCE"
            | "ASSERT"
    ) {
        let what = arguments.join(" ").to_ascii_lowercase();
        let no = !what.contains('!')
            && (what.contains("pagewriteback") || what.contains("test_writeback"));
        return (no && !function.starts_with("ASSERT")).then_some(Deed::Page("BUG_ON_writeback"));
    }
    if let Some((_, key, fixed)) = COUNTS.iter().find(|it| it.0 == function) {
        let of = match function.ends_with("_bit") || function.contains("_bit_") {
            // A bit is named first where it is set, and last where it is waited for.
            true if function.starts_with("wait") => arguments.get(1).or(arguments.first()),
            _ => arguments.first(),
        };
        let of = match function {
            "wait_event" => arguments.get(1).or(arguments.first()),
            _ => of,
        };
        let name = match fixed.is_empty() {
            true => lock_name(of.map_or("counter", String::as_str)),
            false => (*fixed).to_owned(),
        };
        return Some(Deed::Count(key, name));
    }
    lock(function, arguments)
}

/// Words of a line, in small letters.
fn words(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !of_name(c) && c != '/' && c != '-');
    all.filter(|it| !it.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

const TAKES: [&str; 20] = [
    "lock", "locks", "locking", "take", "takes", "taking", "took", "acquire", "acquires",
    "acquired", "grab", "grabs", "get", "gets", "hold", "holds", "holding", "want", "wants",
    "locked",
];
const GIVES: [&str; 8] = [
    "unlock", "unlocks", "unlocked", "release", "releases", "released", "drop", "drops",
];
const WAITS: [&str; 5] = ["wait", "waits", "waiting", "sleeps", "blocks"];
const NOT: [&str; 12] = [
    "not", "no", "never", "nobody", "without", "already", "before", "until", "if", "when", "only",
    "would",
];

/// Whether a word is about pages.
fn is_page(word: &str) -> bool {
    ["page", "pages", "folio", "folios", "page_lock", "pagelock"].contains(&word)
}

/// Whether a word looks like the name of a lock.
fn is_lock_name(word: &str) -> bool {
    let ends = ["lock", "mutex", "sem", "rwsem", "_lock", "excl", "spinlock"];
    word.len() > 2 && ends.iter().any(|it| word.ends_with(it)) && !TAKES.contains(&word)
}

/// What words do; none where they say something that is no step.
pub(super) fn of_words(parsed: &Parsed) -> Option<Deed> {
    let text = match parsed.shape {
        Shape::Event => parsed.text.trim_matches(|c: char| "<>[]*! ".contains(c)),
        _ => parsed.text.as_str(),
    };
    let all = words(text);
    let has = |these: &[&str]| all.iter().any(|it| these.contains(&it.as_str()));
    let begins = |these: &[&str]| all.iter().take(2).any(|it| these.contains(&it.as_str()));
    if all.is_empty() || all.len() > 9 {
        return None;
    }
    // What becomes of a page's contents, drawn as an arrow between two of them: `M(page) -> M-2(page)`.
    let content = |it: &str| {
        it.contains('(')
            && words(it)
                .iter()
                .any(|it| is_page(it) || it == "data" || it == "buffer")
    };
    if let Some((from, to)) = text.split_once("->").or_else(|| text.split_once("=>"))
        && content(from)
        && content(to)
    {
        return Some(Deed::Store("kernel_store"));
    }
    let protection = [
        "integrity",
        "guard",
        "guards",
        "checksum",
        "checksums",
        "csum",
        "crc",
        "tuple",
        "tuples",
        "digest",
        "pi",
    ];
    if has(&protection) && text.contains('+') {
        return Some(Deed::Checksum);
    }
    if has(&NOT) {
        return None;
    }
    let page = all.iter().any(|it| is_page(it));
    let writeback = all.iter().any(|it| it.contains("writeback"));
    let dirty = all.iter().any(|it| it.contains("dirty"));
    let named = all.iter().find(|it| is_lock_name(it) && !is_page(it));
    let held = ["held", "taken", "locked"]
        .iter()
        .any(|it| all.last().is_some_and(|last| last == it));
    if begins(&GIVES) && (page || named.is_some()) {
        return Some(match named.filter(|it| !page || !it.ends_with("lock")) {
            Some(name) => Deed::Lock(How::Release, lock_word(text, name)),
            None => Deed::Page("unlock_page"),
        });
    }
    if begins(&WAITS) && (writeback || has(&["io", "i/o"]) || page && has(&["stable"])) {
        return Some(Deed::Page("wait_on_page_writeback"));
    }
    // "takes A", "unlock B": a lock by a letter, or by a name that does not say that it is one.
    if let [verb, name] = &all[..]
        && !is_page(name)
        && name.len() < 16
    {
        let how = match verb.as_str() {
            verb if TAKES.contains(&verb) => Some(How::Take),
            verb if GIVES.contains(&verb) => Some(How::Release),
            _ => None,
        };
        if let Some(how) = how {
            return Some(Deed::Lock(how, lock_word(text, name)));
        }
    }
    if (begins(&TAKES) || held) && !writeback && !dirty {
        if let Some(name) = named.filter(|it| !(page && it.as_str() == "lock")) {
            let excl = has(&["shared", "read"]);
            let how = if excl { How::Share } else { How::Take };
            return Some(Deed::Lock(how, lock_word(text, name)));
        }
        if page
            && (has(&["lock", "locks", "locked", "locking", "every", "all"])
                || begins(&["lock", "locks", "grab", "grabs"]))
        {
            return Some(Deed::Page("lock_page"));
        }
    }
    if begins(&["try", "tries", "trylock"]) && page {
        return Some(Deed::Page("trylock_page"));
    }
    if writeback && begins(&["set", "sets", "mark", "marks", "start", "starts"]) {
        return Some(Deed::Page("set_page_writeback"));
    }
    if writeback
        && (begins(&["clear", "clears", "end", "ends", "finish", "finishes"])
            || has(&["completes", "completed", "ended", "done", "finished"]))
    {
        return Some(Deed::Page("end_page_writeback"));
    }
    if dirty && begins(&["clear", "clears", "clean", "cleans", "test"]) {
        return Some(Deed::Page("TestClearPageDirty"));
    }
    if begins(&[
        "dirty",
        "dirties",
        "redirty",
        "redirties",
        "re-dirty",
        "re-dirties",
    ]) || dirty && begins(&["set", "sets", "mark", "marks", "make", "makes"])
    {
        return Some(Deed::Page("set_page_dirty"));
    }
    let io = has(&[
        "bio", "bios", "io", "i/o", "request", "write", "doorbell", "command", "bh", "buffer",
    ]);
    if begins(&[
        "submit",
        "submits",
        "submitted",
        "issue",
        "issues",
        "send",
        "sends",
        "queue",
        "queues",
        "ring",
        "kick",
        "kicks",
        "start",
        "starts",
    ]) && io
    {
        return Some(Deed::Submit);
    }
    if begins(&[
        "compute",
        "computes",
        "generate",
        "generates",
        "calculate",
        "calculates",
        "take",
        "takes",
        "checksum",
        "checksums",
        "csum",
    ]) && has(&protection)
    {
        return Some(Deed::Checksum);
    }
    let bytes = page || has(&["data", "buffer", "bytes", "contents", "content", "memory"]);
    if begins(&[
        "store",
        "stores",
        "modify",
        "modifies",
        "modified",
        "change",
        "changes",
        "changed",
        "overwrite",
        "overwrites",
        "update",
        "updates",
        "scribble",
        "scribbles",
        "memcpy",
        "memset",
        "write",
        "writes",
    ]) && bytes
        && !io
    {
        return Some(Deed::Store("kernel_store"));
    }
    if begins(&["truncate", "truncates", "invalidate", "invalidates"]) && page {
        return Some(Deed::Truncate);
    }
    None
}

/// The name of a lock as the text writes it, found by the same in small letters.
fn lock_word(text: &str, lower: &str) -> String {
    let mut all = text.split(|c: char| !of_name(c));
    let found = all
        .find(|it| it.to_ascii_lowercase() == lower)
        .unwrap_or(lower);
    match found {
        _ if found.to_ascii_uppercase().starts_with("XFS_MMAPLOCK") => "mmaplock".to_owned(),
        _ => word(found),
    }
}
