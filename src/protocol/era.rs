//! The kernels whose names and rules a scenario can have.

use crate::machine::StableWait;

/// Which kernel's names and rules hold.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Era {
    /// 2.6.39, May 2011: hardly any file system waits yet.
    V2_6_39,
    /// 3.0, July 2011: write(2), ext4, xfs and btrfs wait, on every disk.
    V3_0,
    /// 3.9, April 2013: `wait_for_stable_page`, and snapshots for ext3.
    V3_9,
    /// 6.19, February 2026: folios.
    V6_19,
    /// 7.3, October 2026: direct writes are copied on xfs and btrfs.
    V7_3,
}

impl Era {
    /// All eras, oldest first.
    pub const ALL: [Era; 5] = [Era::V2_6_39, Era::V3_0, Era::V3_9, Era::V6_19, Era::V7_3];

    /// The word scenario files use.
    pub fn word(self) -> &'static str {
        match self {
            Era::V2_6_39 => "2.6.39",
            Era::V3_0 => "3.0",
            Era::V3_9 => "3.9",
            Era::V6_19 => "6.19",
            Era::V7_3 => "7.3",
        }
    }

    /// The kernel release and what is special about it.
    pub fn kernels(self) -> &'static str {
        match self {
            Era::V2_6_39 => "Linux 2.6.39 (May 2011): hardly any file system waits yet",
            Era::V3_0 => "Linux 3.0 (July 2011): write(2), ext4, xfs and btrfs wait, on every disk",
            Era::V3_9 => "Linux 3.9 (April 2013): writers wait where the disk asks for it",
            Era::V6_19 => {
                "Linux 6.19 (February 2026, folios): writers wait where the mapping asks for it"
            }
            Era::V7_3 => {
                "Linux 7.3 (October 2026): as 6.19, but xfs and btrfs copy direct writes where the device asks for it"
            }
        }
    }

    /// Where it is written how its writers wait.
    pub fn source(self) -> &'static str {
        match self {
            Era::V2_6_39 => {
                "ext4_page_mkwrite, fs/ext4/inode.c (2.6.39); grab_cache_page_write_begin, mm/filemap.c (2.6.39); the kernel dossier, sections 3.3 and 4"
            }
            Era::V3_0 => {
                "commit 0e499890c1fd; grab_cache_page_write_begin, mm/filemap.c (3.0); the kernel dossier, sections 3.3 and 4"
            }
            Era::V3_9 => {
                "commit 1d1d1a767206, \"mm: only enforce stable page writes if the backing device requires it\"; wait_for_stable_page, mm/page-writeback.c (3.9)"
            }
            Era::V6_19 => {
                "folio_wait_stable, mm/page-writeback.c (6.19); the kernel dossier, sections 3.3 and 7.1"
            }
            Era::V7_3 => {
                "folio_wait_stable, mm/page-writeback.c (7.1.5); commit 3373503df025 (xfs, 7.0); commit e9b7b9d9e78e (btrfs, 7.3); the kernel dossier, sections 13.1, 13.5 and 14"
            }
        }
    }

    /// Whether `set_page_writeback` asserts the page lock.
    /// (`__folio_start_writeback`, mm/page-writeback.c, 6.19: only with CONFIG_DEBUG_VM; absent in 2.6.39.)
    pub fn writeback_asserts_lock(self) -> bool {
        self >= Era::V6_19
    }

    /// How the fault path and `write_begin` wait. (The dossier's 3.3 and 4.)
    pub fn wait(self) -> StableWait {
        match self {
            Era::V2_6_39 => StableWait::Never,
            Era::V3_0 => StableWait::Always,
            Era::V3_9 | Era::V6_19 | Era::V7_3 => StableWait::IfRequired,
        }
    }

    /// Whether each opener of a file is told of a write error once (errseq, 4.13), or only the first
    /// to call fsync.
    pub fn errseq(self) -> bool {
        self >= Era::V6_19
    }
}
