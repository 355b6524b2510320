//! The kernel's log lines for a failure.
//!
//! Formats: section 8.7 of the dossier. Device names, inode and host numbers are illustrative;
//! sector, received and computed guard are the run's.

use crate::explore::Failure;
use crate::machine::{Hop, PageId, Protection, SectorId};
use crate::protocol::Era;
use crate::scenario::Scenario;

/// What the kernel of the scenario's era logs for a guard error, one line each; nothing for other
/// failures.
pub fn log_lines(scenario: &Scenario, failure: &Failure) -> Vec<String> {
    let Some(hop) = failure.hop() else {
        return Vec::new();
    };
    let contents = &scenario.model.contents;
    let refusal = Refusal {
        hop,
        lba: failure.lba,
        first_page: failure.first_page,
        first_sector: failure.first_sector,
        received: contents.guard(failure.sealed),
        computed: contents.guard(failure.fetched),
    };
    refusal.log_lines(scenario)
}

/// A sector's guard tag that a hop refuses, or would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The hop that compares the guards.
    pub hop: Hop,
    /// The sector's LBA.
    pub lba: u32,
    /// The first page of the request.
    pub first_page: PageId,
    /// The first sector of the request in that page.
    pub first_sector: SectorId,
    /// The guard that came with the sector.
    pub received: u16,
    /// The guard that the hop computes over the bytes that came.
    pub computed: u16,
}

impl Refusal {
    /// What the kernel of the scenario's era logs, one line each.
    ///
    /// The SCSI host adapter is scsi_debug, which logs both guards, in other words before 3.11 (`drivers/scsi/scsi_debug.c`).
    /// Its sense data have no INFORMATION field, so the request fails from its first sector on. For an NVMe controller
    /// there is only the block layer's line. The flags in that line are those that 6.1 logged for writeback under fsync
    /// and for direct I/O: REQ_SYNC and REQ_INTEGRITY, and REQ_IDLE. The lines in between (Result, CDB) are left out.
    pub fn log_lines(self, scenario: &Scenario) -> Vec<String> {
        let geometry = scenario.model.geometry;
        // The block layer counts sectors of 512 bytes, however large the disk's own sectors are.
        let first = u64::from(geometry.lba(self.first_page, self.first_sector))
            * u64::from(geometry.interval / 512);
        let nvme = scenario.model.protection == Protection::Nvme;
        let dev = if nvme { "nvme0n1" } else { "sdb" };
        let today = scenario.era >= Era::V6_19;
        let flags = match scenario.model.cached[self.first_page.index()] {
            true => "0x10800",
            false => "0x18800",
        };
        let mut lines = Vec::new();
        if !nvme {
            let (key, text) = match self.hop {
                Hop::Hba => ("Illegal Request", "Host"),
                Hop::Target => ("Aborted Command", "Target"),
            };
            let sd = if today {
                "sd 2:0:0:0: [sdb] tag#0"
            } else {
                "sd 2:0:0:0: [sdb]"
            };
            let (function, computed) = match today {
                true => ("scsi_debug:dif_verify", "data"),
                false => ("prot_verify_write", "calculated"),
            };
            lines.push(format!(
                "{function}: GUARD check failed on sector {} rcvd 0x{:04x}, {computed} 0x{:04x}",
                self.lba, self.received, self.computed
            ));
            if !today {
                lines.push(format!("{sd} {text} Data Integrity Failure"));
            }
            lines.push(format!("{sd} Sense Key : {key} [current]"));
            lines.push(format!("{sd} Add. Sense: Logical block guard check failed"));
        }
        lines.push(match today {
            false => format!("end_request: I/O error, dev {dev}, sector {first}"),
            true => format!(
                "protection error, dev {dev}, sector {first} op 0x1:(WRITE) flags {flags} phys_seg 1 prio class 2"
            ),
        });
        lines
    }
}

/// The error that fsync returns for a guard error (section 8.6).
pub(super) fn errno(era: Era) -> &'static str {
    match era {
        Era::V2_6_39 | Era::V3_0 | Era::V3_9 => "EIO",
        Era::V6_19 | Era::V7_3 => "EILSEQ",
    }
}

/// What fsync returns for the failure, and why, in the scenario's era (section 8.6).
pub fn fsync_errno(era: Era) -> &'static str {
    match era {
        Era::V2_6_39 | Era::V3_0 | Era::V3_9 => {
            "The block layer reports -EILSEQ; mapping_set_error keeps it as AS_EIO, so the next fsync returns EIO, once."
        }
        Era::V6_19 | Era::V7_3 => {
            "The block layer reports BLK_STS_PROTECTION; errseq keeps the errno, so the next fsync on ext4 returns EILSEQ, once."
        }
    }
}
