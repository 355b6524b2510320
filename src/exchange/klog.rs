//! The kernel's log lines for a failure.
//!
//! Formats: section 8.7 of the dossier. Device names, inode and host numbers are illustrative;
//! sector, received and computed guard are the run's.

use crate::explore::Failure;
use crate::machine::Hop;
use crate::protocol::Era;
use crate::scenario::Scenario;

/// What the kernel of the scenario's era logs for a guard error, one line each.
///
/// The adapter gives no INFORMATION field with its sense data, so the request fails from its first
/// sector on. It is scsi_debug, which names both guards
/// (`drivers/scsi/scsi_debug.c`, 6.1: "GUARD check failed on sector ..").
pub fn log_lines(scenario: &Scenario, failure: &Failure) -> Vec<String> {
    let Some(hop) = failure.hop() else {
        return Vec::new();
    };
    let key = match hop {
        Hop::Hba => "Illegal Request",
        Hop::Target => "Aborted Command",
    };
    let geometry = scenario.model.geometry;
    let contents = &scenario.model.contents;
    let (received, computed) = (
        contents.guard(failure.sealed),
        contents.guard(failure.fetched),
    );
    // The block layer counts in units of 512 bytes, whatever the disk does.
    let first =
        u64::from(geometry.lba(failure.first_page.into(), 0)) * u64::from(geometry.interval / 512);
    let mut lines = vec![format!(
        "scsi_debug:dif_verify: GUARD check failed on sector {} rcvd 0x{received:04x}, data 0x{computed:04x}",
        failure.lba
    )];
    let sd = "sd 2:0:0:0: [sdb]";
    match scenario.era {
        Era::V2_6_39 | Era::V3_0 | Era::V3_9 => {
            let text = match hop {
                Hop::Hba => "Host Data Integrity Failure",
                Hop::Target => "Target Data Integrity Failure",
            };
            lines.push(format!("{sd} {text}"));
            lines.push(format!("{sd} Sense Key : {key} [current]"));
            lines.push(format!("{sd} Add. Sense: Logical block guard check failed"));
            lines.push(format!("end_request: I/O error, dev sdb, sector {first}"));
        }
        Era::Today => {
            lines.push(format!("{sd} tag#0 Sense Key : {key} [current]"));
            lines.push(format!(
                "{sd} tag#0 Add. Sense: Logical block guard check failed"
            ));
            lines.push(format!(
                "protection error, dev sdb, sector {first} op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2"
            ));
        }
    }
    lines
}

/// What fsync returns for the failure, and why, in the scenario's era (section 8.6).
pub fn fsync_errno(era: Era) -> &'static str {
    match era {
        Era::V2_6_39 | Era::V3_0 | Era::V3_9 => {
            "The block layer reports -EILSEQ; mapping_set_error keeps it as AS_EIO, so the next fsync returns EIO, once."
        }
        Era::Today => {
            "The block layer reports BLK_STS_PROTECTION; errseq keeps the errno, so the next fsync on ext4 returns EILSEQ, once."
        }
    }
}
