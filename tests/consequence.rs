//! What follows from a failure: who finds out, who is hurt, and whether the next writeback repairs it, against what the
//! dossier and the cases of the lists say.

mod support;

use stable_pages::exchange::{Consequence, Hurt, Notices, Repair};
use stable_pages::explore::{Limits, Space};
use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, Verdict, catalogue, find, load_for};

fn of(slug: &str, device: &str, era: Option<Era>, verdict: Verdict) -> Consequence {
    let entry = find(slug).expect(slug);
    let device = Device::ALL.into_iter().find(|it| it.word() == device);
    let scenario = load_for(slug, entry.text, device, era).expect(slug);
    let space = Space::explore(&scenario.model, scenario.model.initial, Limits::NONE);
    let found = space.findings(&scenario.model);
    let run = found.iter().find(|it| it.verdict == verdict).expect(slug);
    Consequence::of(&scenario, &run.schedule, verdict)
}

/// Sections 8.6 and B.5: the classic race ends with a dirty page, so the next write succeeds; fsync reports the error once, EIO
/// until errseq kept the errno.
#[test]
fn a_refused_write_is_told_by_fsync_and_made_again() {
    for (era, errno) in [(Era::V2_6_39, "EIO"), (Era::V6_19, "EILSEQ")] {
        let it = of("mkwrite-no-wait", "dix+dif", Some(era), Verdict::GuardError);
        assert_eq!(it.notices, Notices::Fsync(errno));
        assert_eq!(
            (it.hurt, it.repair),
            (Hurt::FileAfterCrash, Repair::NextWriteback)
        );
    }
}

/// A bio fails as a whole: what repairs the page that was stored into says nothing of the others.
#[test]
fn every_page_of_a_refused_bio_is_told_of() {
    let it = of("bio-of-three-pages", "dix+dif", None, Verdict::GuardError);
    assert_eq!((it.hurt, it.repair), (Hurt::SameBio, Repair::Never));
    let (never, next) = (Some(Repair::Never), Some(Repair::NextWriteback));
    assert_eq!(it.pages, [never, next, never]);
    let words = it.words();
    assert!(
        words.contains("Page 0: no writeback repairs it. Page 1: the next writeback repairs it."),
        "{words}"
    );
    let one = of("mkwrite-no-wait", "dix+dif", None, Verdict::GuardError);
    assert_eq!(one.pages, [None; 3]);
}

/// Section 6.8 and report 39: a program that changes its own buffer in flight is told by write(2), and is the only one hurt.
#[test]
fn direct_io_hurts_the_program_that_does_it() {
    let it = of("odirect-user-buffer", "dix+dif", None, Verdict::GuardError);
    assert_eq!((it.notices, it.hurt), (Notices::Write, Hurt::Program));
    assert_eq!(it.repair, Repair::Never);
}

/// md(4) and report 39: no read compares parity; a rebuild gives wrong bytes of other blocks too. The legs of a mirror are written
/// again with the page.
#[test]
fn parity_hurts_others_and_a_mirror_heals() {
    let it = of(
        "parity-rot",
        "raid5 parity",
        None,
        Verdict::SilentCorruption,
    );
    assert_eq!(
        (it.notices, it.hurt, it.repair),
        (Notices::Scrub, Hurt::Stripe, Repair::Perhaps)
    );
    let it = of(
        "mirror-divergence",
        "raid1 mirror",
        None,
        Verdict::TornWrite,
    );
    assert_eq!(it.repair, Repair::NextWriteback);
}

/// S23: the log's block is torn only for whoever must replay it.
#[test]
fn a_torn_block_of_the_journal_hurts_the_file_system() {
    let it = of("jbd2-no-shadow", "none", None, Verdict::TornWrite);
    assert_eq!((it.notices, it.hurt), (Notices::Nobody, Hurt::Journal));
}

/// S13: no dirty bit is left, so nobody is told and nothing repairs it.
#[test]
fn a_lost_update_is_told_to_nobody() {
    let it = of("fault-vs-clear", "none", None, Verdict::LostUpdate);
    assert_eq!((it.notices, it.hurt), (Notices::Nobody, Hurt::Storer));
}

/// S15: no writeback finds a page that has left its file, dirty or not.
#[test]
fn nothing_repairs_a_page_that_left_its_file() {
    let it = of(
        "mkwrite-unlocked-truncate",
        "none",
        None,
        Verdict::LostUpdate,
    );
    assert_eq!((it.hurt, it.repair), (Hurt::Storer, Repair::Never));
}

/// S24: a block whose checksum is wrong in memory is written as wrong again.
#[test]
fn nothing_repairs_a_block_that_is_wrong_in_memory() {
    let slug = "checksum-inside-the-block";
    let scenario = load_for(slug, find(slug).expect(slug).text, None, None).expect(slug);
    let it = Consequence::of(&scenario, &scenario.schedule, Verdict::ChecksumMismatch);
    assert_eq!((it.hurt, it.repair), (Hurt::Metadata, Repair::Never));
}

/// kernel/hung_task.c (6.19): a task that has been switched to since the last look is not reported.
#[test]
fn a_livelock_is_no_hung_task() {
    let it = of("sync-chases-dirtier", "none", None, Verdict::Livelock);
    assert_eq!((it.notices, it.hurt), (Notices::Waiter, Hurt::Waiters));
}

/// Every verdict there is comes with all three, and only what is no failure hurts nobody.
#[test]
fn every_verdict_of_the_catalogue_has_its_consequence() {
    for entry in catalogue() {
        for device in Device::ALL {
            let scenario = load_for(entry.slug, entry.text, Some(device), None).expect(entry.slug);
            let space = Space::explore(&scenario.model, scenario.model.initial, Limits::NONE);
            for finding in space.findings(&scenario.model) {
                let it = Consequence::of(&scenario, &finding.schedule, finding.verdict);
                let name = format!("{} on {}: {:?}", entry.slug, device.word(), finding.verdict);
                assert_eq!(it.hurt == Hurt::Nobody, !finding.verdict.fails(), "{name}");
                // A read that fails has changed nothing on the media.
                let needless = !finding.verdict.fails() || it.notices == Notices::ReadCall;
                assert_eq!(it.repair == Repair::Needless, needless, "{name}");
                let words = it.words();
                assert!(
                    words.ends_with('.') && !words.contains("  "),
                    "{name}: {words}"
                );
            }
        }
    }
}
