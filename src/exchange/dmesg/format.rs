//! The table of log lines that are known: how each is spelled, who says it, and what it says.

/// What kind of line it is; answers are found by these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The block layer has verified a read, and a guard does not fit.
    ReadGuard,
    /// A reference or an application tag does not fit.
    OtherTag,
    /// The SCSI layer's sense data: who refused.
    SenseKey,
    /// That a guard tag was what did not fit.
    SenseGuard,
    /// That another tag was.
    SenseTag,
    /// A command of SCSI, as it was sent.
    Command,
    /// The block layer ends a request with a protection error.
    Protection,
    /// It ends one with any other error.
    InputOutput,
    /// scsi_debug, which is memory that acts as a disk.
    ScsiDebug,
    /// An NVMe controller's status, of a guard check.
    NvmeGuard,
    /// Its status, of anything else.
    NvmeOther,
    /// A file system or the block layer hands an error on.
    Passed,
    /// The journal hears that file data were not written.
    JournalData,
    /// The journal is given up, and what follows.
    JournalAborted,
    /// btrfs has read bytes that do not fit their checksum.
    BtrfsCsum,
    /// It has repaired them from another copy, or cannot.
    BtrfsRepair,
    /// Its counters of a device.
    BtrfsCounts,
    /// A checksum of metadata, of XFS or ext4.
    Metadata,
    /// How many differences a check of an array found.
    Mismatches,
    /// Such a check begins or ends.
    ArrayCheck,
    /// md has written its own block, in vain.
    SuperWritten,
    /// md takes a member out of the array.
    MemberFailed,
    /// A data digest of iSCSI does not fit.
    IscsiDigest,
    /// What becomes of the connection.
    IscsiConnection,
    /// A data digest of NVMe/TCP does not fit.
    TcpDigest,
    /// A digest of DRBD does not fit.
    DrbdDigest,
    /// A CRC of ceph's messenger does not fit.
    CephCrc,
    /// A check of the kernel's own about a page or folio.
    Assertion,
    /// A task has slept for long.
    HungTask,
    /// A function on a stack that waits for PG_writeback.
    WaitsForWriteback,
    /// One that waits for the page lock.
    WaitsForLock,
    /// The fault's side of a stack.
    InFault,
    /// lockdep reports an order of locks.
    Lockdep,
}

/// One line as the kernel spells it.
pub struct Format {
    /// What kind of line it is.
    pub sign: Sign,
    /// As in `pattern.rs`.
    pub pattern: &'static str,
    /// Who says it.
    pub who: &'static str,
    /// What it says; fields of the pattern in braces.
    pub says: &'static str,
    /// Where in the kernel, and in which releases, in the form that sources have.
    pub source: &'static str,
}

const BLOCK: &str = "block layer";
const SCSI: &str = "SCSI layer";
const FS: &str = "file system";

macro_rules! formats {
    ($($sign:ident, $pattern:literal, $who:expr, $says:literal, $source:literal;)*) => {
        &[$(Format { sign: Sign::$sign, pattern: $pattern, who: $who, says: $says, source: $source }),*]
    };
}

/// All of them; of several that fit a line, the first is taken.
pub const FORMATS: &[Format] = formats! {
    ReadGuard, "{w:dev}: guard tag error at sector {d:sector} (rcvd {x:rcvd}, want {x:want})", BLOCK,
        "A read is verified in memory, after the DMA: with sector {sector} came the tag {rcvd}, and the bytes that are in memory now come to {want}.",
        "t10_pi_verify, block/t10-pi.c (7.1)";
    ReadGuard, "{w:dev}: guard tag error on sector {d:sector} (rcvd {x:rcvd}, data {x:want})", BLOCK,
        "A read is verified in memory, after the DMA: with sector {sector} came the tag {rcvd}, and the bytes that are in memory now come to {want}.",
        "sd_dif_type1_verify, drivers/scsi/sd_dif.c (2.6.39)";
    OtherTag, "{w:dev}: ref tag error at location {d:lba} (rcvd {d:rcvd})", BLOCK,
        "A read is verified in memory: the tag says that the bytes belong to {rcvd}, not to {lba}. The bytes are of another place; that is no race of stores.",
        "t10_pi_verify, block/t10-pi.c (7.1)";
    OtherTag, "{w:dev}: ref tag error on sector {d:lba}", BLOCK,
        "A read is verified in memory: the tag says that the bytes belong elsewhere. That is no race of stores.",
        "sd_dif_type1_verify, drivers/scsi/sd_dif.c (2.6.39)";
    ScsiDebug, "GUARD check failed on sector {d:sector} rcvd {x:rcvd}, data {x:want}", "scsi_debug, the simulated adapter",
        "With sector {sector} came the guard {rcvd}; the bytes that were fetched come to {want}.",
        "dif_verify, drivers/scsi/scsi_debug.c (7.1)";
    ScsiDebug, "GUARD check failed on sector {d:sector} rcvd {x:rcvd}, calculated {x:want}", "scsi_debug, the simulated adapter",
        "With sector {sector} came the guard {rcvd}; the bytes that were fetched come to {want}.",
        "prot_verify_write, drivers/scsi/scsi_debug.c (2.6.39)";
    OtherTag, "REF check failed on sector {d:sector}", "scsi_debug, the simulated adapter",
        "The reference tag of sector {sector} names another sector. That is no race of stores.",
        "dif_verify, drivers/scsi/scsi_debug.c (7.1)";
    SenseKey, "Host Data Integrity Failure", SCSI,
        "The host adapter refused the command: memory and tags did not fit when it fetched them.",
        "drivers/scsi/sd.c (2.6.39)";
    SenseKey, "Target Data Integrity Failure", SCSI,
        "The disk refused the command: what came over the cable does not fit its tags.",
        "drivers/scsi/sd.c (2.6.39)";
    SenseKey, "Sense Key : {*:key} [", SCSI,
        "Sense key {key}. With a tag that does not fit, Illegal Request is the host adapter, before the cable, and Aborted Command the disk, behind it.",
        "T10 SPC-4; drivers/scsi/scsi_logging.c (7.1)";
    SenseGuard, "Logical block guard check failed", SCSI,
        "ASC 10h/01h: a guard tag does not fit the bytes. Which side changed is not said.",
        "T10 SPC-4";
    SenseTag, "Logical block reference tag check failed", SCSI,
        "ASC 10h/03h: a reference tag names another block. That is no race of stores.",
        "T10 SPC-4";
    SenseTag, "Logical block application tag check failed", SCSI,
        "ASC 10h/02h: an application tag does not fit. Linux leaves it open, so who set it is the question.",
        "T10 SPC-4";
    Passed, "Result: hostbyte={w:host} driverbyte={w:driver}", SCSI,
        "A command has failed; the lines behind it say why.",
        "drivers/scsi/scsi_logging.c (7.1)";
    Command, "CDB: {*:name}(10) {x:op} {*:rest}", SCSI,
        "The command as it was sent: {name}, {rest}",
        "drivers/scsi/scsi_logging.c (7.1)";
    Command, "CDB: {*:name}(10): {x:op} {*:rest}", SCSI,
        "The command as it was sent: {name}, {rest}",
        "drivers/scsi/constants.c (2.6.39)";
    NvmeGuard, "{w:dev}: {*:command} @ LBA {d:lba}, {d:blocks} blocks, {*:what} (sct 0x2 / sc 0x82)", "NVMe controller",
        "Status 282h, End-to-end Guard Check Error: the bytes that the controller fetched do not fit their guards. Command {command}, {blocks} blocks from LBA {lba}.",
        "nvme_log_error, drivers/nvme/host/core.c (7.1)";
    NvmeOther, "{w:dev}: {*:command} @ LBA {d:lba}, {d:blocks} blocks, {*:what} (sct {x:type} / sc {x:code})", "NVMe controller",
        "Status type {type}, code {code}: no guard check. Command {command}, {blocks} blocks from LBA {lba}.",
        "nvme_log_error, drivers/nvme/host/core.c (7.1)";
    Protection, "protection error, dev {w:dev}, sector {d:sector} op {x:op}:({w:name}) flags {x:flags}", BLOCK,
        "The request fails as a whole, from sector {sector} on ({name}): a tag was refused, error 84 (EILSEQ). Which sector, the line cannot tell.",
        "blk_print_req_error, block/blk-mq.c (7.1)";
    InputOutput, "I/O error, dev {w:dev}, sector {d:sector} op {x:op}:({w:name}) flags {x:flags}", BLOCK,
        "The request fails as a whole, from sector {sector} on ({name}), for another reason than a tag.",
        "blk_print_req_error, block/blk-mq.c (7.1)";
    InputOutput, "I/O error, dev {w:dev}, sector {d:sector}", BLOCK,
        "The request fails as a whole, from sector {sector} on. This spelling does not say whether a tag was refused.",
        "blk_update_request, block/blk-core.c (2.6.39)";
    Passed, "I/O error 8 writing to inode {d:inode} starting block {d:block})", FS,
        "ext4 hears of a protection error (8) in a write of inode {inode}: file data. The number is the block after the one that failed.",
        "ext4_end_bio, fs/ext4/page-io.c (7.1)";
    Passed, "I/O error {d:error} writing to inode {d:inode} starting block {d:block})", FS,
        "ext4 hears of error {error} in a write of inode {inode}: file data. The number is the block after the one that failed.",
        "ext4_end_bio, fs/ext4/page-io.c (7.1)";
    Passed, "Buffer I/O error on dev {w:dev}, logical block {d:block}, {*:what}", "buffer heads",
        "The error is handed on, to block {block} of {dev}: {what}.",
        "buffer_io_error, fs/buffer.c (7.1)";
    Passed, "Buffer I/O error on device {w:dev}, logical block {d:block}", "buffer heads",
        "The error is handed on, to block {block} of {dev}.",
        "buffer_io_error, fs/buffer.c (2.6.39)";
    Passed, "lost page write due to I/O error on {w:dev}", "buffer heads",
        "A page was not written, and its mapping is told: the next fsync fails, once. \u{201c}Lost\u{201d} is the word of 2.6.39; the page is dirty again if somebody stored, and written then.",
        "end_buffer_async_write, fs/buffer.c (2.6.39)";
    JournalData, "JBD2: Detected IO errors while flushing file data on {w:dev}", "journal",
        "File data that an ordered commit waited for were not written. The journal goes on, unless it is mounted with data_err=abort.",
        "fs/jbd2/commit.c (6.1)";
    JournalAborted, "Aborting journal on device {w:dev}.", "journal",
        "A block of the journal itself was not written: the file system goes read-only.",
        "jbd2_journal_abort, fs/jbd2/journal.c (7.1)";
    JournalAborted, "Detected aborted journal", FS,
        "The journal had been aborted before.",
        "ext4_journal_check_start, fs/ext4/ext4_jbd2.c (7.1)";
    JournalAborted, "Remounting filesystem read-only", FS,
        "What follows from the aborted journal.",
        "ext4_handle_error, fs/ext4/super.c (7.1)";
    BtrfsCsum, "csum failed root {d:root} ino {d:inode} off {d:offset} csum {x:got} expected csum {x:expected} mirror {d:mirror}", FS,
        "Read from mirror {mirror}, the bytes at offset {offset} of inode {inode} come to {got}; {expected} was stored when they were written.",
        "btrfs_print_data_csum_error, fs/btrfs/bio.c (7.1)";
    BtrfsCounts, "bdev {w:dev} errs: wr {d:wr}, rd {d:rd}, flush {d:flush}, corrupt {d:corrupt}, gen {d:gen}", FS,
        "Counters of {dev}: {wr} failed writes, {rd} failed reads, {corrupt} checksums that did not fit.",
        "btrfs_dev_stat_inc_and_print, fs/btrfs/volumes.c (7.1)";
    BtrfsRepair, "unable to fixup (regular) error at logical {d:logical}", FS,
        "No copy of the bytes at {logical} fits their checksum, so there is nothing to repair from.",
        "scrub, fs/btrfs/scrub.c (7.1)";
    BtrfsRepair, "fixed up error at logical {d:logical}", FS,
        "Another copy fitted the checksum, and was written over the one that did not.",
        "scrub, fs/btrfs/scrub.c (7.1)";
    BtrfsCsum, "checksum error at logical {d:logical}", FS,
        "A scrub finds bytes at {logical} that do not fit the checksum that was stored when they were written.",
        "scrub, fs/btrfs/scrub.c (7.1)";
    Metadata, "XFS ({w:dev}): Metadata CRC error detected at {w:function}", FS,
        "A block of metadata that was read does not fit the checksum inside it ({function}).",
        "xfs_verifier_error, fs/xfs/xfs_error.c (7.1)";
    Metadata, "iget: checksum invalid", FS,
        "An inode that was read does not fit the checksum inside it.",
        "__ext4_iget, fs/ext4/inode.c (7.1)";
    Passed, "writeback error on inode {d:inode}, offset {d:offset}, sector {d:sector}", FS,
        "A write of inode {inode}, offset {offset}, has failed; the next fsync is told.",
        "fs/iomap (7.1)";
    Mismatches, "mismatches found: {d:count} (on raid level {d:level})", "mdadm",
        "A check found {count} sectors' worth of windows that differ between the members (level {level}). It is counted in windows of the check, not in exact sectors; no request failed.",
        "md(4)";
    Mismatches, "mismatch_cnt: {d:count}", "sysfs",
        "The last check or repair counted {count} sectors' worth of windows that differ between the members. No request failed.",
        "md(4)";
    Mismatches, "mismatch_cnt:{d:count}", "sysfs",
        "The last check or repair counted {count} sectors' worth of windows that differ between the members. No request failed.",
        "md(4)";
    ArrayCheck, "md: data-check of RAID array {w:dev}", "md",
        "A check of {dev} begins: all members are read and compared.",
        "md_do_sync, drivers/md/md.c (7.1)";
    ArrayCheck, "data-check done", "md",
        "The check is over. It says nothing of what it found: mismatch_cnt does.",
        "md_do_sync, drivers/md/md.c (7.1)";
    SuperWritten, "super_written gets error={d:errno}", "md",
        "A write of the array's superblock or bitmap has failed; error 84 is EILSEQ, a tag that was refused.",
        "super_written, drivers/md/md.c (7.1)";
    MemberFailed, "Disk failure on {w:dev}, disabling device", "md",
        "md takes {dev} out of the array because of the failed write. That is its conclusion, not the disk's.",
        "raid1_error, drivers/md/raid1.c (7.1)";
    IscsiDigest, "CRC32C DataDigest {x:got} does not match computed {x:computed}", "iSCSI target",
        "With the data of a write came the digest {got}; the bytes that arrived come to {computed}.",
        "iscsit_check_dataout, drivers/target/iscsi/iscsi_target.c (7.1)";
    IscsiConnection, "Unable to recover from DataOUT CRC failure", "iSCSI target",
        "The target closes the session, since the error cannot be recovered at this level.",
        "drivers/target/iscsi/iscsi_target_erl0.c (7.1)";
    IscsiConnection, "detected conn error (1020)", "iSCSI host",
        "The connection was closed by the other side.",
        "drivers/scsi/libiscsi.c (7.1)";
    IscsiDigest, "detected conn error (1015)", "iSCSI host",
        "A data digest does not fit: the bytes of a read are not those that were sent.",
        "drivers/scsi/libiscsi.c (7.1)";
    IscsiConnection, "detected conn error ({d:code})", "iSCSI host",
        "The connection has failed, code {code}.",
        "drivers/scsi/libiscsi.c (7.1)";
    TcpDigest, "data digest error: recv {x:got} expected {x:computed}", "NVMe/TCP",
        "With the data came the digest {got}; the bytes that arrived come to {computed}.",
        "drivers/nvme/host/tcp.c (7.1)";
    DrbdDigest, "Digest mismatch, buffer modified by upper layers during write: {*:where}", "DRBD",
        "DRBD itself compared again: the buffer changed while it was being sent.",
        "drivers/block/drbd/drbd_receiver.c (7.1)";
    DrbdDigest, "Digest integrity check FAILED", "DRBD",
        "The bytes that arrived do not fit the digest that was computed before they were sent.",
        "drivers/block/drbd/drbd_receiver.c (7.1)";
    CephCrc, "data crc {d:got} != exp. {d:expected}", "ceph messenger",
        "Data that were received come to {got}; {expected} came with them.",
        "read_partial_message, net/ceph/messenger_v1.c (7.1)";
    CephCrc, "bad data crc, calculated {d:got}, expected {d:expected}", "ceph messenger",
        "Data that were received come to {got}; {expected} came with them.",
        "net/ceph/messenger_v2.c (7.1)";
    CephCrc, "bad crc/signature", "ceph messenger",
        "The message is thrown away, and the connection opened again.",
        "net/ceph/messenger_v1.c (7.1)";
    CephCrc, "integrity error, bad crc", "ceph messenger",
        "The message is thrown away, and the connection opened again.",
        "net/ceph/messenger_v2.c (7.1)";
    Assertion, "VM_BUG_ON_FOLIO({*:what})", "the kernel's own check",
        "This is not so, and had to be: {what} must be false.",
        "include/linux/mmdebug.h (7.1)";
    Assertion, "VM_BUG_ON_PAGE({*:what})", "the kernel's own check",
        "This is not so, and had to be: {what} must be false.",
        "include/linux/mmdebug.h (6.1)";
    Assertion, "kernel BUG at mm/page-writeback.c:{d:line}!", "the kernel's own check",
        "The kernel stops in the code of writeback, line {line}.",
        "mm/page-writeback.c (7.1)";
    Assertion, "kernel BUG at mm/filemap.c:{d:line}!", "the kernel's own check",
        "The kernel stops in the code of the page cache, line {line}.",
        "mm/filemap.c (7.1)";
    HungTask, "INFO: task {w:task}:{d:pid} blocked for more than {d:seconds} seconds", "hung task watchdog",
        "The task {task} has slept without a pause for {seconds} s. That it sleeps for ever is not said.",
        "check_hung_task, kernel/hung_task.c (7.1)";
    WaitsForWriteback, "folio_wait_writeback+{x:at}", "stack", "It waits for PG_writeback.", "mm/page-writeback.c (7.1)";
    WaitsForWriteback, "folio_wait_stable+{x:at}", "stack", "It waits for PG_writeback, since stable pages are asked for.", "mm/page-writeback.c (7.1)";
    WaitsForWriteback, "wait_on_page_writeback+{x:at}", "stack", "It waits for PG_writeback.", "mm/page-writeback.c (3.0)";
    WaitsForWriteback, "wait_for_stable_page+{x:at}", "stack", "It waits for PG_writeback, since stable pages are asked for.", "mm/page-writeback.c (3.9)";
    WaitsForLock, "__folio_lock+{x:at}", "stack", "It waits for the page lock.", "mm/filemap.c (7.1)";
    WaitsForLock, "__lock_page+{x:at}", "stack", "It waits for the page lock.", "mm/filemap.c (3.0)";
    InFault, "page_mkwrite+{x:at}", "stack", "A store has faulted, and is to be allowed.", "mm/memory.c (7.1)";
    Lockdep, "possible circular locking dependency detected", "lockdep",
        "Two classes of locks have been taken in both orders. Nothing hung.",
        "kernel/locking/lockdep.c (7.1)";
};
