//! The dossier's section 9.1, cell by cell: which verdict each family of orderings has on each
//! kind of device. Where the model disagrees with a cell, the exception says why.
//!
//! The dossier's TORN, "mixed bytes on media without error", is what a run may pass through. What the state at rest
//! makes of it is told apart here: where a single store into a single sector comes into the I/O, the media end up with
//! what was submitted or with what memory holds, an unstable write; a mix takes two sectors or two stores, and is torn
//! while the page is dirty.

mod support;

use stable_pages::scenario::{Device, Verdict, catalogue, load_for, words};
use support::explored;

const GUARD: &[Verdict] = &[Verdict::GuardError];
const UNSTABLE: &[Verdict] = &[Verdict::UnstableWrite];
const TORN: &[Verdict] = &[Verdict::TornWrite];
const LOST_AND_EXPOSED: &[Verdict] = &[Verdict::LostUpdate, Verdict::ExposedPage];
const EXPOSED: &[Verdict] = &[Verdict::ExposedPage];
const CSUM: &[Verdict] = &[Verdict::ChecksumMismatch];
const LOST: &[Verdict] = &[Verdict::LostUpdate];
const CORRUPT: &[Verdict] = &[Verdict::SilentCorruption];
const STUCK: &[Verdict] = &[Verdict::Deadlock];
const CRASH: &[Verdict] = &[Verdict::Assertion];

/// A row of the matrix: its scenarios, then its cells for the devices none, DIX+DIF, HBA insert, fs checksum.
type Row = (&'static [&'static str], [&'static [&'static [Verdict]]; 4]);
const ROWS: &[Row] = &[
    (
        // S01, S05, S17 right
        &[
            "baseline-five-step",
            "sleep-with-lock-held",
            "snapshot-right",
        ],
        [&[], &[], &[], &[]],
    ),
    (
        // S02 S03 S04 S09 S16 S18 S22 S25 S42
        &[
            "mkwrite-no-wait",
            "write2-no-wait",
            "unlock-gap",
            "second-mapper-missed",
            "ext3-ordered-data",
            "gup-dma-into-page",
            "kernel-metadata-writer",
            "truncate-tail-zeroing",
            "bounced-read-into-mapped-page",
        ],
        [&[UNSTABLE], &[GUARD], &[UNSTABLE], &[CSUM]],
    ),
    (
        // S10 S14 S37
        &[
            "mkclean-without-flush",
            "zap-stale-tlb",
            "protected-with-last-block",
        ],
        [&[LOST, UNSTABLE], &[LOST, GUARD], &[LOST], &[LOST, CSUM]],
    ),
    (
        // S11 S12 S13 S15 S41 S44
        &[
            "mkclean-no-redirty",
            "partial-buffers",
            "fault-vs-clear",
            "mkwrite-unlocked-truncate",
            "redirtied-behind-the-fs",
            "block-bits-not-told",
        ],
        [&[LOST], &[LOST], &[LOST], &[LOST]],
    ),
    // S38
    (
        &["compressed-while-writable"],
        [
            &[LOST, CORRUPT],
            &[LOST, CORRUPT],
            &[LOST, CORRUPT],
            &[LOST, CORRUPT],
        ],
    ),
    (
        // S26 S27 S28 S35 S36 S43
        &[
            "two-page-inversion",
            "reclaim-waits-for-own-bio",
            "journal-stop-with-bio",
            "mkwrite-waits-with-handle-open",
            "waiting-on-a-cached-bio",
            "dropbehind-takes-the-lock",
        ],
        [&[STUCK], &[STUCK], &[STUCK], &[STUCK]],
    ),
    // S29
    (
        &["wake-after-rearm"],
        [&[CRASH], &[CRASH], &[CRASH], &[CRASH]],
    ),
];

/// Verdicts that the model finds beyond the matrix, and why the model is right.
struct Exception {
    file: &'static str,
    /// The verdicts besides those of the cell: for none, DIX+DIF, HBA insert, fs checksum.
    besides: [&'static [Verdict]; 4],
    why: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "second-mapper-missed",
        besides: [
            LOST_AND_EXPOSED,
            LOST_AND_EXPOSED,
            LOST_AND_EXPOSED,
            LOST_AND_EXPOSED,
        ],
        why: "S09's own text says LOST: PG_dirty stays clear, so fsync after a store that comes too late for the I/O misses it; until then only the PTE says dirty",
    },
    Exception {
        file: "mkclean-without-flush",
        besides: [
            EXPOSED,
            EXPOSED,
            &[Verdict::UnstableWrite, Verdict::ExposedPage],
            EXPOSED,
        ],
        why: "a store through the stale entry can also fall between submission and DMA; the inserted guard then fits the newer bytes, as in S02's row; and the entry stays writable for the next store",
    },
    Exception {
        file: "zap-stale-tlb",
        besides: [&[], &[], UNSTABLE, &[]],
        why: "as for S10",
    },
    Exception {
        file: "protected-with-last-block",
        besides: [&[], &[], UNSTABLE, &[]],
        why: "as for S10",
    },
    Exception {
        file: "redirtied-behind-the-fs",
        besides: [UNSTABLE, GUARD, UNSTABLE, CSUM],
        why: "the device may also write while the page is under writeback, which is S18",
    },
    Exception {
        file: "snapshot-right",
        besides: [UNSTABLE, &[], UNSTABLE, CSUM],
        why: "3.9 copies only where the disk asks for stable pages, and after the file system has taken its checksum",
    },
    Exception {
        file: "fault-vs-clear",
        besides: [
            &[Verdict::UnstableWrite, Verdict::ExposedPage],
            &[Verdict::GuardError, Verdict::ExposedPage],
            &[Verdict::UnstableWrite, Verdict::ExposedPage],
            &[Verdict::ChecksumMismatch, Verdict::ExposedPage],
        ],
        why: "the file system of S13 has no page_mkwrite, so nothing waits for writeback either (section 3.3: ext2, ext3, fat); and until fsync is called the page is clean with a writable PTE",
    },
    Exception {
        file: "truncate-tail-zeroing",
        besides: [TORN, &[], TORN, &[]],
        why: "truncate zeroes several sectors at once: some may be fetched before that and some after, which is a mix",
    },
];

const DEVICES: [&str; 4] = ["none", "dix+dif", "hba insert", "fs checksum"];

#[test]
fn the_matrix_holds_cell_by_cell() {
    let (mut cells, mut used, mut wrong) = (0, 0, Vec::new());
    for (files, row) in ROWS {
        for file in *files {
            let Some(entry) = support::chosen().find(|entry| entry.slug == *file) else {
                continue;
            };
            let exception = EXCEPTIONS.iter().find(|it| it.file == *file);
            used += usize::from(exception.is_some());
            for (column, device) in DEVICES.iter().enumerate() {
                let device = Device::ALL.into_iter().find(|it| it.word() == *device);
                let scenario = load_for(file, entry.text, device, None).expect(file);
                let mut expected: Vec<Verdict> = row[column].concat();
                if let Some(exception) = exception {
                    assert!(!exception.why.is_empty());
                    expected.extend(exception.besides[column]);
                }
                expected.sort_unstable();
                let report = explored(&scenario);
                let mut found: Vec<Verdict> = report.findings.iter().map(|it| it.verdict).collect();
                found.sort_unstable();
                if found != expected {
                    wrong.push(format!(
                        "{file} on {}: found {}, the matrix says {}",
                        DEVICES[column],
                        words(&found),
                        words(&expected)
                    ));
                }
                cells += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if support::all_are_chosen() {
        assert_eq!((cells, used), (116, EXCEPTIONS.len()));
    }
}

/// The main lesson of the matrix: guard tags catch bytes that change after their checksum, never updates that are not
/// written.
#[test]
fn no_guard_error_tells_of_a_forgotten_write() {
    for file in [
        "mkclean-no-redirty",
        "partial-buffers",
        "mkwrite-unlocked-truncate",
    ] {
        for entry in support::chosen().filter(|entry| entry.slug == file) {
            let scenario = entry.load().expect("loads");
            assert_eq!(support::verdicts(&scenario), "lost update", "{file}");
        }
    }
}

/// Every ordering of the dossier's catalogue is there.
#[test]
fn the_catalogue_is_whole() {
    for number in 1..=46 {
        let section = format!("S{number:02}");
        assert!(
            catalogue().any(|entry| entry.section == section),
            "{section} has no file"
        );
    }
}
