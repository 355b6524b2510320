//! What could have happened, from the lines of a log: orderings of the catalogue, the best fit first; what rules a race out;
//! where to look next. What is said here is argued in the dossier, section 8, and in `kernel-facts` of the cases.

use super::format::Sign;
use super::guards::{told_by_guards, two_kinds};
use super::line::Line;

/// An ordering that comes to such lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name in the catalogue.
    pub slug: &'static str,
    /// When it is the one.
    pub when: &'static str,
}

/// One thing that the log tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who noticed, in a few words.
    pub title: &'static str,
    /// What follows from the lines.
    pub means: Vec<String>,
    /// What could have happened, the best fit first; none where the model cannot judge it.
    pub can: Vec<Candidate>,
    /// What cannot have.
    pub cannot: &'static str,
    /// What comes of it for the program.
    pub result: &'static str,
    /// Where to look next on the machine.
    pub next: &'static str,
    /// What speaks for hardware, firmware or cabling instead.
    pub hardware: &'static str,
}

const fn can(slug: &'static str, when: &'static str) -> Candidate {
    Candidate { slug, when }
}

/// What could have happened, for each thing that the lines tell of.
pub fn answers(lines: &[Line]) -> Vec<Answer> {
    let log = Log(lines);
    let all = [
        log.assertion(),
        log.write_refused(),
        log.journal_refused(),
        log.kinds_of_checksum(),
        log.read_refused(),
        log.other_tag(),
        log.btrfs(),
        log.mismatches(),
        log.digest(),
        log.ceph(),
        log.metadata(),
        log.hung(),
        log.lockdep(),
    ];
    let mut all: Vec<Answer> = all.into_iter().flatten().collect();
    if all.is_empty() {
        all.extend(log.input_output());
    }
    all
}

struct Log<'a>(&'a [Line]);

/// REQ_IDLE among the flags of a request: with REQ_SYNC and REQ_INTEGRITY, 6.1 set it for direct I/O and not for writeback (measured).
const REQ_IDLE: u64 = 0x8000;

impl Log<'_> {
    fn all(&self, sign: Sign) -> impl Iterator<Item = &Line> {
        self.0.iter().filter(move |it| it.format.sign == sign)
    }

    fn has(&self, sign: Sign) -> bool {
        self.all(sign).next().is_some()
    }

    fn text(&self, words: &str) -> bool {
        self.0.iter().any(|it| it.text.contains(words))
    }

    /// Whether a tag of a write was refused.
    fn guards_a_write(&self) -> bool {
        let refused = [
            Sign::SenseGuard,
            Sign::ScsiDebug,
            Sign::NvmeGuard,
            Sign::Protection,
        ];
        let refused = refused.into_iter().any(|sign| self.has(sign));
        let reads = |it: &Line| it.text.contains("(READ)") || it.text.contains("Read(");
        let ways = [Sign::Protection, Sign::Command, Sign::NvmeGuard];
        let mut ways = ways.into_iter().flat_map(|sign| self.all(sign)).peekable();
        refused && (ways.peek().is_none() || ways.any(|it| !reads(it)))
    }

    fn write_refused(&self) -> Option<Answer> {
        if !self.guards_a_write() {
            return None;
        }
        let mut means = Vec::new();
        let nvme = self.has(Sign::NvmeGuard);
        let target = self.text("Aborted Command") || self.text("Target Data Integrity");
        means.push(match (nvme, target) {
            (true, _) => "The NVMe controller refused a write: the bytes it fetched are not those that the guards were computed over. Memory changed in between.",
            (_, true) => "The disk refused a write although the adapter had let it pass: bytes or tags changed behind the adapter, on the cable or in a buffer of either side. No store of this machine reaches there.",
            (_, false) => "The host adapter refused a write before anything went over the cable: the bytes it fetched are not those that the guards were computed over. Memory changed in between.",
        }.to_owned());
        if self.has(Sign::ScsiDebug) {
            means.push("scsi_debug is memory that acts as a disk: this is a test, and hardware is out of the question.".to_owned());
        }
        let sectors = self
            .all(Sign::ScsiDebug)
            .filter_map(|it| it.count("sector"));
        if let Some(sector) = sectors.min() {
            means.push(format!("Sector {sector} is the one that changed; the other sectors of the request fail with it."));
        } else {
            means.push(
                "The whole request fails; which of its sectors changed is not said.".to_owned(),
            );
        }
        let mut flags = self.all(Sign::Protection).filter_map(|it| it.hex("flags"));
        let direct = flags.any(|it| it & REQ_IDLE != 0);
        if direct {
            means.push("The flags have REQ_IDLE, which direct I/O sets and writeback does not: the page is the program's own buffer.".to_owned());
        }
        if self.text("Data Integrity Failure") || self.text("end_request:") {
            means.push("It is spelled as in 2.6.39 and before, where no store waits for a write: stable pages came with 3.0.".to_owned());
        }
        means.extend(self.all(Sign::ScsiDebug).find_map(told_by_guards));
        if self.text("writing to inode") {
            means.push("It is file data: the file system names an inode.".to_owned());
        }
        let direct_io = can(
            "odirect-user-buffer",
            "the write is O_DIRECT, and another thread stores into its buffer",
        );
        let kernel = can(
            "kernel-metadata-writer",
            "the kernel itself stores into the page: a bitmap, a directory of ext2, a superblock",
        );
        let mut all = vec![
            can(
                "mkwrite-no-wait",
                "a program stores through a mapping while the page is under writeback: kernels before 3.0, or stable_writes switched off",
            ),
            can(
                "write2-no-wait",
                "write(2) copies into the page while it is under writeback: the same kernels",
            ),
            direct_io,
            can(
                "stable-flag-lost",
                "stable_writes was read before the device asked for it, or lost between stacked devices",
            ),
            can(
                "gup-dma-into-page",
                "a device stores into a pinned page of the page cache: today's kernels, too",
            ),
            can(
                "truncate-tail-zeroing",
                "the kernel zeroes the tail of the last page: before 7.3",
            ),
            can(
                "unlock-gap",
                "the page is unlocked before PG_writeback is set",
            ),
            can(
                "mkclean-without-flush",
                "a stale TLB entry lets a store through",
            ),
            can(
                "second-mapper-missed",
                "one of several mappings was not write-protected",
            ),
            can(
                "guard-before-freeze",
                "a driver computes guards before the page is frozen",
            ),
            can("snapshot-order", "the bounce copy is made after the guards"),
        ];
        // The best fit first.
        let first = match () {
            () if self.has(Sign::SuperWritten) => Some(kernel),
            () if direct => Some(direct_io),
            () => None,
        };
        if let Some(first) = first {
            all.retain(|it| *it != first);
            all.insert(0, first);
        }
        if nvme {
            all.insert(1, can("nvme-retries", "the write is tried again, five times, with the same guards, and fails each time"));
        }
        if target {
            all.clear();
        }
        let both = self.all(Sign::NvmeGuard).filter_map(|it| it.field("dev"));
        let mut both: Vec<&str> = both.collect();
        both.sort_unstable();
        both.dedup();
        if both.len() > 1 {
            means.push(format!("{} refuse the same write within moments: more likely one page that changed than as many broken drives.", both.join(" and ")));
        }
        Some(Answer {
            title: match (nvme, target) {
                (true, _) => "NVMe controller: a write's guard does not fit",
                (_, true) => "Disk: a write's guard does not fit",
                (_, false) => "Host adapter: a write's guard does not fit",
            },
            means,
            can: all,
            cannot: "No lost update: a write that was forgotten carries a guard that fits. No deadlock. And not where the adapter computes the guards itself: they fit whatever it fetches.",
            result: match nvme {
                true => {
                    "NVMe tries the request again with the same guards, so it fails again; what md wrote for itself (super_written) fails the member. A file's fsync fails once, with EILSEQ (ext4 up to 6.1: EIO)."
                }
                false => {
                    "The request is not tried again by the SCSI layer. fsync fails once, with EILSEQ (ext4 up to 6.1: EIO); the page is usually dirty again, and the next write is good."
                }
            },
            next: "cat /sys/block/DEV/queue/stable_writes and /sys/block/DEV/integrity/*; who opens files with O_DIRECT; whether the file system was mounted before stable_writes was set.",
            hardware: "Rather hardware if nobody writes, if it is the same sector again and again, or if memory errors (EDAC) stand beside it.",
        })
    }

    fn journal_refused(&self) -> Option<Answer> {
        let refused = self.has(Sign::JournalAborted) && self.has(Sign::Protection);
        refused.then(|| Answer {
            title: "Journal: a block of its own was refused",
            means: vec!["A block of the journal did not fit its guard, so the journal is aborted and the file system goes read-only. Data blocks alone do not do that.".to_owned()],
            can: vec![
                can("jbd2-no-shadow", "a metadata block is modified while the journal writes it"),
                can("journalled-data-mapped", "the data are journalled (data=journal), and their page is mapped writable: before 5.10"),
                can("metadata-without-journal", "the block is written in place, without a journal, and changed meanwhile"),
            ],
            cannot: "Not a store into file data in data=ordered: the journal holds none. And none of the deadlocks, which give no error.",
            result: "Everything after it fails with EROFS until the file system is mounted again; the journal is replayed then.",
            next: "The mount options (data=, data_err=); which devices DMA into memory on this machine.",
            hardware: "Rather hardware, a wrong integrity profile, or a device that stores where it should not, if journal and data fail within seconds of each other.",
        })
    }

    /// Both guards of a read are known, and one is the other kind of checksum over the same bytes.
    fn kinds_of_checksum(&self) -> Option<Answer> {
        let kinds = self.all(Sign::ReadGuard).find_map(two_kinds)?;
        Some(Answer {
            title: "Read: two kinds of checksum over the same bytes",
            means: vec![kinds, "Both sides have the same bytes, and one computes a CRC where the other computes an IP checksum: the kind got lost between them, for instance in a clone of the bio. It happens at every read, and no schedule makes a difference.".to_owned()],
            can: Vec::new(),
            cannot: "No race, and no page that changed in flight. The model has one kind of guard from end to end, so it cannot judge this one.",
            result: "read(2) fails with EILSEQ each time; the device below reads the same sector without an error.",
            next: "Read the same sector from the device below (of dm or md); compare integrity/format of both in sysfs.",
            hardware: "Not hardware: a bad sector would fail below as well.",
        })
    }

    fn read_refused(&self) -> Option<Answer> {
        let mut lines: Vec<&Line> = self.all(Sign::ReadGuard).collect();
        lines.retain(|it| two_kinds(it).is_none());
        let first = lines.first()?;
        let mut means = vec!["Adapter and disk let these bytes pass, or they would have answered with sense data; the host compares them again in memory, and there they do not fit. They changed after the DMA.".to_owned()];
        let pair = |it: &Line| {
            (
                it.field("sector").map(str::to_owned),
                it.hex("rcvd"),
                it.hex("want"),
            )
        };
        let again = lines.iter().map(|it| pair(it));
        let moved = again
            .clone()
            .any(|it| it.0 == pair(first).0 && it.1 == pair(first).1 && it.2 != pair(first).2);
        let same = lines.len() > 1 && again.clone().all(|it| it == pair(first));
        if moved {
            means.push("The tag that came is the same twice and the bytes are not: the buffer moves, the medium does not.".to_owned());
        }
        means.extend(told_by_guards(first));
        if same {
            means.push("The same two values each time: that is no race, but bytes that are wrong where they stand.".to_owned());
        }
        Some(Answer {
            title: "Block layer: a read's guard does not fit",
            means,
            can: match same {
                true => Vec::new(),
                false => vec![can(
                    "read-buffer-changed",
                    "O_DIRECT, and the program stores into the buffer while it is read: ext4, raw devices, xfs up to 6.19 (since 7.0 it reads through a copy)",
                )],
            },
            cannot: "No ordering of a write: a wrong write is refused when it is made, or carries a guard that fits. No lost update, no deadlock.",
            result: "read(2) fails with EILSEQ; a second read succeeds if nobody stores.",
            next: "Who reads with O_DIRECT, and whether threads share the buffer; several pieces of one read into the same page.",
            hardware: "Rather hardware if the second value is the same at every read, in many files, without O_DIRECT.",
        })
    }

    fn other_tag(&self) -> Option<Answer> {
        let other = self.has(Sign::OtherTag) || self.has(Sign::SenseTag);
        other.then(|| Answer {
            title: "A tag names another block",
            means: vec!["A reference or application tag does not fit. They say where bytes belong, not what they are, so bytes that change in flight cannot cause it.".to_owned()],
            can: Vec::new(),
            cannot: "No ordering of the catalogue: a store changes the guard's bytes, never the reference tag.",
            result: "The request fails with EILSEQ.",
            next: "Remapping layers (dm, partitions) that shift LBAs, and how the disk was formatted (type 1 or 2).",
            hardware: "Rather firmware, a misdirected write, or a layer that rewrites reference tags wrongly.",
        })
    }

    fn btrfs(&self) -> Option<Answer> {
        let lines: Vec<&Line> = self.all(Sign::BtrfsCsum).collect();
        let first = lines.first()?;
        let at = |it: &Line| {
            (
                it.field("inode").map(str::to_owned),
                it.field("offset").map(str::to_owned),
            )
        };
        let twins = lines.iter().filter(|it| at(it) == at(first));
        let mut mirrors: Vec<(u64, u64)> = twins
            .filter_map(|it| Some((it.count("mirror")?, it.hex("got")?)))
            .collect();
        mirrors.sort_unstable();
        mirrors.dedup();
        let same = mirrors.len() > 1 && mirrors.iter().all(|it| it.1 == mirrors[0].1);
        let differ = mirrors.len() > 1 && !same;
        let means = match (same, differ) {
            (true, _) => {
                "Both mirrors hold the same bytes, and the stored checksum is of others: most likely they changed after it was computed and before the first copy went out. Memory that lost a bit in between looks the same."
            }
            (_, true) => {
                "The mirrors hold different bytes: they were sampled at two moments, or one of the copies is bad."
            }
            _ => {
                "Only one copy is named. If another fits, it is the disk or its cable; if none does, the bytes changed after their checksum was computed."
            }
        };
        Some(Answer {
            title: "btrfs: bytes do not fit the checksum that was stored with them",
            means: vec![means.to_owned()],
            can: vec![
                can(
                    "odirect-user-buffer/on-fs-checksum",
                    "the buffer of an O_DIRECT write changes in flight: before 6.15",
                ),
                can(
                    "nested-vm",
                    "a guest stores into its page while the host writes it: cache=none",
                ),
                can(
                    "protected-with-last-block",
                    "7.2.0 to 7.2.3, folios of several blocks",
                ),
                can(
                    "mkwrite-no-wait/on-fs-checksum",
                    "a store while the page is under writeback: nothing makes it wait",
                ),
                can(
                    "gup-dma-into-page",
                    "a device stores into a pinned page of the file",
                ),
                can(
                    "odirect-mirror",
                    "the mirrors differ: two legs, two samples",
                ),
            ],
            cannot: "No lost update: its checksum fits. No compressed extent: the compressed bytes are what is summed. No deadlock.",
            result: "read(2) fails with EIO where no copy fits.",
            next: "Which program writes the file, and whether with O_DIRECT; guests with cache=none; btrfs device stats.",
            hardware: "Rather hardware if it is one mirror only, many files, or the counters wr and rd grow as well.",
        })
    }

    fn mismatches(&self) -> Option<Answer> {
        let mut lines = self.all(Sign::Mismatches);
        lines.find(|it| it.count("count") != Some(0))?;
        // The attribute in sysfs does not say the level.
        let level = self.all(Sign::Mismatches).find_map(|it| it.count("level"));
        let (parity, mirror) = (
            level.is_none_or(|it| it >= 4),
            level.is_none_or(|it| it < 4),
        );
        let mut means = vec!["No request failed, and no one was told: a check compared the members and found them different.".to_owned()];
        let mut causes = Vec::new();
        if mirror {
            means.push("On a mirror, each leg took its own sample of a page that changed. It is harmless where nobody will read the block (swap, deleted files), and silent corruption where somebody does.".to_owned());
            causes.push(can(
                "mirror-divergence",
                "a page changes under writeback, and nothing asks for stable pages",
            ));
            causes.push(can(
                "odirect-mirror",
                "the buffer of an O_DIRECT write, or a guest's page with cache=none",
            ));
        }
        if parity {
            means.push("With parity, parity and data were sampled at two moments. The loss comes later, when a member fails and is computed anew.".to_owned());
            causes.push(can(
                "parity-rot",
                "a page changes between the parity's sample and the data's",
            ));
            if !mirror {
                causes.push(can(
                    "odirect-mirror",
                    "O_DIRECT: the buffer changes between two samples",
                ));
            }
        }
        Some(Answer {
            title: "md: members of an array differ",
            means,
            can: causes,
            cannot: "No guard error, no deadlock, and no forgotten write: one sample gives equal copies.",
            result: "None, until a member is lost or the other copy is read.",
            next: "/sys/block/DEV/md/mismatch_cnt after another check; which file owns the block; swap on the array; O_DIRECT writers.",
            hardware: "Rather hardware if the count grows while nobody writes, or one member has link errors.",
        })
    }

    fn digest(&self) -> Option<Answer> {
        let read = self.text("(1015)");
        let drbd = self.has(Sign::DrbdDigest);
        let digests = [Sign::IscsiDigest, Sign::TcpDigest, Sign::DrbdDigest];
        if !digests.into_iter().any(|sign| self.has(sign)) {
            return None;
        }
        let mut means = vec!["A digest was computed over the page, and the page was sent a moment later, from where it stands: in between it changed.".to_owned()];
        if read {
            means.push("1015 is the host's own finding, in a read: there the destination changed, or the target's page did.".to_owned());
        }
        if self.text("buffer modified by upper layers") {
            means.push(
                "DRBD compared its buffer again and says so itself: nothing happened on the wire."
                    .to_owned(),
            );
        }
        means.push("The model has guard tags, not a transport's digest: the orderings are the same, and who notices is another.".to_owned());
        Some(Answer {
            title: match drbd {
                true => "DRBD: data do not fit their digest",
                false => "Transport: data do not fit their digest",
            },
            means,
            can: vec![
                can(
                    "odirect-user-buffer",
                    "O_DIRECT, and the program stores into its buffer (xfs copies since 7.0)",
                ),
                can(
                    "stable-flag-lost",
                    "a stacked device does not pass on that stable pages are asked for",
                ),
                can(
                    "mkwrite-no-wait",
                    "kernels before 3.0, or stable_writes switched off",
                ),
                can(
                    "read-buffer-changed",
                    "in a read: the destination is stored to",
                ),
            ],
            cannot: "A header digest has no page in it, so no store explains one. No lost update.",
            result: "The session is opened again, and the command sent again with the bytes as they are then: the data are right afterwards.",
            next: "stable_writes of every layer, from the file system's device down to the session; O_DIRECT writers.",
            hardware: "Rather network hardware (or its offloads) if header digests fail as well, or with many hosts at once.",
        })
    }

    fn ceph(&self) -> Option<Answer> {
        self.has(Sign::CephCrc).then(|| Answer {
            title: "ceph: data that were received do not fit their CRC",
            means: vec![
                "The client received data straight into the caller's pages and computed the CRC over them there; they did not hold still, or were wrong on the way.".to_owned(),
                "The model cannot judge the known case, one page that a read names several times (a guest's dummy page); it has the other, a destination that is stored to.".to_owned(),
            ],
            can: vec![can("read-buffer-changed", "the destination is stored to while the read comes in")],
            cannot: "No ordering of writeback: of writes the server complains, not the client.",
            result: "The connection is reset and the read made again; if every try meets it, the reader hangs. The data on disk are right.",
            next: "The map option rxbounce (since 5.17), which receives into the kernel's own pages first.",
            hardware: "Rather the network if ordinary reads of many clients fail, from one server.",
        })
    }

    fn metadata(&self) -> Option<Answer> {
        self.has(Sign::Metadata).then(|| Answer {
            title: "File system: metadata do not fit the checksum inside them",
            means: vec!["The block was written with a checksum that is not of its bytes, or changed on the medium.".to_owned()],
            can: vec![
                can("checksum-inside-the-block", "two updaters, one of which changes the block after the other has summed it"),
                can("metadata-without-journal", "the block changes while it is written in place"),
                can("jbd2-no-shadow", "the block changes while the journal writes it"),
            ],
            cannot: "No store of a program: it cannot reach a block of metadata.",
            result: "The operation fails with EFSBADCRC or EFSCORRUPTED; the file system may shut down.",
            next: "Read the block again (xfs_db, debugfs); whether the same block fails on each read.",
            hardware: "Rather the medium if the block reads differently each time, or SMART counts grow.",
        })
    }

    fn assertion(&self) -> Option<Answer> {
        let line = self.all(Sign::Assertion).next()?;
        let what = self
            .0
            .iter()
            .find_map(|it| it.field("what"))
            .unwrap_or_default();
        let unlocked = what.contains("!folio_test_locked") || what.contains("!PageLocked");
        let twice = what.contains("writeback") || self.text("start_writeback");
        let mut means = vec![
            match (unlocked, twice) {
                (true, _) => "PG_writeback was to be set on a page that is not locked.",
                (_, true) => {
                    "Writeback of a page was started while it was under writeback already."
                }
                _ => "The kernel found a page in a state that the code does not allow for.",
            }
            .to_owned(),
        ];
        if line.format.sign == Sign::Assertion && twice && !unlocked {
            means.push("A kernel without this check goes on, and stops at the second end_page_writeback instead.".to_owned());
        }
        Some(Answer {
            title: "The kernel's own check: a page's state is wrong",
            means,
            can: match unlocked {
                true => vec![can(
                    "unlock-gap",
                    "the page is unlocked before PG_writeback is set",
                )],
                false => vec![
                    can(
                        "wake-after-rearm",
                        "clearing the bit and waking are two steps, and the waiter does not look again",
                    ),
                    can(
                        "unlock-gap",
                        "the lock was dropped before the bit was set, and taken by somebody else",
                    ),
                ],
            },
            cannot: "No deadlock. Guard errors and lost updates only if bytes changed as well, which these lines do not say.",
            result: "The kernel stops there, or that thread dies with its locks held.",
            next: "The whole stack: who called, and whether the lock was dropped and taken again on the way without a new wait.",
            hardware: "Not hardware.",
        })
    }

    fn hung(&self) -> Option<Answer> {
        if !self.has(Sign::HungTask) {
            return None;
        }
        let bit = self.has(Sign::WaitsForWriteback);
        if !bit && !self.has(Sign::WaitsForLock) {
            return None;
        }
        let mut means = vec![match bit {
            true => "A task waits for PG_writeback, and in two minutes nobody has cleared it.",
            false => "A task waits for a page lock, and in two minutes nobody has released it: the holder is the one to look at.",
        }.to_owned()];
        if self.has(Sign::InFault) {
            means.push("It stands in a write fault, so it holds the page lock and the mmap lock while it sleeps; whoever needs either sleeps behind it.".to_owned());
        }
        Some(Answer {
            title: match bit {
                true => "A task sleeps on PG_writeback",
                false => "A task sleeps on a page lock",
            },
            means,
            can: vec![
                can(
                    "two-page-inversion",
                    "the page is in a bio that its flusher has not submitted, and the flusher sleeps on a lock",
                ),
                can(
                    "reclaim-waits-for-own-bio",
                    "the flusher itself waits, in reclaim, for a page of its own bio",
                ),
                can(
                    "mkwrite-waits-with-handle-open",
                    "the end of the write needs the journal, and the waiter holds a handle",
                ),
                can(
                    "waiting-on-a-cached-bio",
                    "f2fs holds the bio in a cache, and waits for a page in it",
                ),
                can(
                    "writeback-flag-leaked",
                    "the bit was set and forgotten on an error path",
                ),
                can(
                    "stable-stall",
                    "only slow: a deep queue before a slow disk. It ends by itself",
                ),
            ],
            cannot: "Nothing that ends in a guard error or a lost update: those do not sleep.",
            result: "The task hangs in state D, and so does whoever needs its locks.",
            next: "The flusher's stack (a bio that is not submitted?), /sys/block/DEV/inflight (in the device?), kworkers (in the completion?).",
            hardware: "Rather the device if others sleep in the block layer as well, or resets stand in the log.",
        })
    }

    fn lockdep(&self) -> Option<Answer> {
        self.has(Sign::Lockdep).then(|| Answer {
            title: "lockdep: two orders of two classes of locks",
            means: vec!["Nothing hung: lockdep has seen two classes of locks taken in both orders, perhaps never on the same objects. That is about classes, which the model does not have, so it cannot judge this.".to_owned()],
            can: Vec::new(),
            cannot: "It says nothing of the page lock, of PG_writeback or of bios that are not submitted: lockdep does not follow them, and its silence about them proves nothing.",
            result: "None. A deadlock if both orders meet on the same objects.",
            next: "Both stacks of the report, and what else keeps the two from meeting. The locks can be declared in an ordering of one's own, by name.",
            hardware: "Not hardware.",
        })
    }

    fn input_output(&self) -> Option<Answer> {
        let failed = [
            Sign::InputOutput,
            Sign::NvmeOther,
            Sign::SuperWritten,
            Sign::Passed,
        ];
        let failed = failed.into_iter().any(|sign| self.has(sign));
        failed.then(|| Answer {
            title: "A request failed, and no checksum is named",
            means: vec!["These lines do not say that a tag was refused. A page that changes in flight is noticed by whoever compares it; nobody here has.".to_owned()],
            can: vec![can("error-told-once", "of the error itself: which fsync hears of it, and which does not")],
            cannot: "No guard error, as far as these lines go.",
            result: "fsync fails once for each file that is open.",
            next: "The lines before these: sense data, NVMe status.",
            hardware: "Rather the device or its cable.",
        })
    }
}
