//! Single facts about Linux that the model keeps, each with its source. "Dossier" is the project's
//! kernel dossier; S numbers are its catalogue's.

mod support;

use stable_pages::machine::{
    Access, Assertion, BioId, Consumer, Content, Effect, End, Hop, Invariant, Leak, Loss, PageId,
    Resource, SectorId, SpaceId, Stage, Status, Through, TlbId, Violation, Which, World, broken,
    end, guard, status,
};
use stable_pages::scenario::{Verdict, find, load, load_for};
use support::{
    actor, checked, exhaust, explored, next, one, opening, run_to, scenario, varied, verdicts,
};

/// Dossier 1.2 and 5.4 R4 (S10): a store through a cached writable and dirty TLB entry consults no
/// PTE, so it sets no PTE bit, faults nowhere, and nobody is told.
#[test]
fn a_store_through_a_stale_tlb_entry_sets_no_pte_bit() {
    let scenario = scenario("mkclean-without-flush");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", "set_page_writeback");
    assert_eq!(
        scenario.model.pte(&world, SpaceId(0), PageId(0)),
        Access::READ_ONLY
    );
    assert_eq!(
        scenario.model.tlb(&world, TlbId(0), PageId(0)),
        Access::WRITABLE_DIRTY
    );
    let effects = one(&scenario, &mut world, "writer");
    let through = matches!(
        effects[0],
        Effect::Stored {
            through: Through::Tlb,
            ..
        }
    );
    assert!(through);
    assert_eq!(
        scenario.model.pte(&world, SpaceId(0), PageId(0)),
        Access::READ_ONLY
    );
    assert!(
        !scenario.model.page(&world, PageId(0)).dirty,
        "nobody was told"
    );
}

/// Dossier 3.2 F1 to F8 [K2.6.39 mm/memory.c]: store, read-only PTE, page_mkwrite, writable and
/// dirty PTE, and the store is run again.
#[test]
fn the_fault_path_is_walked_and_the_store_is_run_again() {
    let scenario = scenario("baseline-five-step");
    let model = &scenario.model;
    let mut world = model.initial;
    run_to(&scenario, &mut world, "flusher", "bio_add_page");
    let before = model.page(&world, PageId(0)).memory;
    assert_eq!(
        one(&scenario, &mut world, "writer"),
        [Effect::Faulted {
            page: PageId(0),
            space: SpaceId(0),
            mapped: true
        }]
    );
    assert_eq!(
        one(&scenario, &mut world, "writer"),
        [Effect::Locked { page: PageId(0) }]
    );
    run_to(&scenario, &mut world, "writer", "wait_for_stable_page");
    // B 12: waiting for writeback while holding the page lock is the standard idiom.
    let writer = actor(&scenario, "writer");
    let Status::Asleep(wait) = status(model, &world, writer) else {
        panic!("page_mkwrite waits for writeback");
    };
    assert_eq!(
        (wait.on, wait.which),
        (Resource::Writeback, Which::Page(PageId(0)))
    );
    assert_eq!(
        model.page(&world, PageId(0)).memory,
        before,
        "nothing stored yet"
    );
    for name in ["flusher", "disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    run_to(&scenario, &mut world, "writer", "pte_mkwrite");
    one(&scenario, &mut world, "writer");
    assert_eq!(
        model.pte(&world, SpaceId(0), PageId(0)),
        Access::WRITABLE_DIRTY
    );
    run_to(&scenario, &mut world, "writer", "store");
    assert_eq!(model.page(&world, PageId(0)).memory, before);
    let effects = one(&scenario, &mut world, "writer");
    let walked = matches!(
        effects[0],
        Effect::Stored {
            through: Through::PageTable,
            ..
        }
    );
    assert!(walked);
    assert!(model.page(&world, PageId(0)).dirty && model.page(&world, PageId(0)).lock.is_none());
}

/// Dossier 3.3 and 3.4 G5, G6 [K6.19 fs/buffer.c]: today the fault marks the page dirty before it
/// waits, so that a freezing file system sees it. 3.0's ext4 (S01) waited first.
#[test]
fn the_modern_fault_path_marks_dirty_before_it_waits() {
    let entry = stable_pages::scenario::find("baseline-five-step").expect("there");
    for (era, first) in [
        ("3.0", "wait_for_stable_page"),
        ("3.9", "set_page_dirty"),
        ("6.19", "set_page_dirty"),
    ] {
        let era = stable_pages::protocol::Era::ALL
            .into_iter()
            .find(|it| it.word() == era);
        let scenario = load_for("x", entry.text, None, era).expect("loads");
        let mut world = scenario.model.initial;
        run_to(&scenario, &mut world, "flusher", "bio_add_page");
        run_to(&scenario, &mut world, "writer", "check_mapping");
        one(&scenario, &mut world, "writer");
        assert_eq!(next(&scenario, &world, "writer"), first);
        if first == "set_page_dirty" {
            one(&scenario, &mut world, "writer");
            // B 4 and the dossier's 2.1: dirty and under writeback at once is legal.
            let page = scenario.model.page(&world, PageId(0));
            assert!(page.dirty && page.writeback.is_some());
            let who = actor(&scenario, "writer");
            let asleep = status(&scenario.model, &world, who);
            assert!(matches!(asleep, Status::Asleep(_)));
        }
    }
}

/// B 1 and dossier 3.3: 2.6.39's ext4_page_mkwrite has no wait; 3.0 has; 3.9 waits only where the
/// device asks for it.
#[test]
fn the_wait_came_in_3_0_and_became_conditional_in_3_9() {
    use stable_pages::protocol::Era;
    let entry = stable_pages::scenario::find("baseline-five-step").expect("there");
    let none = stable_pages::scenario::Device::ALL[2];
    assert_eq!(none.word(), "none");
    let with = |era, device| {
        let scenario = load_for("x", entry.text, device, Some(era)).expect("loads");
        verdicts(&scenario)
    };
    assert_eq!(with(Era::V2_6_39, None), "guard error");
    for era in [Era::V3_0, Era::V3_9, Era::V6_19] {
        assert_eq!(with(era, None), "safe");
    }
    assert_eq!(with(Era::V3_0, Some(none)), "safe");
    assert_eq!(with(Era::V3_9, Some(none)), "safe (unstable write)");
    assert_eq!(with(Era::V6_19, Some(none)), "safe (unstable write)");
}

/// ARCHITECTURE.md: PG_writeback is held by whoever must act next to clear it.
#[test]
fn the_holder_of_writeback_is_whoever_must_act_next() {
    let scenario = scenario("baseline-five-step");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", "bio_add_page");
    run_to(&scenario, &mut world, "writer", "wait_for_stable_page");
    let holder = |world: &stable_pages::machine::World| match status(
        &scenario.model,
        world,
        actor(&scenario, "writer"),
    ) {
        Status::Asleep(wait) => wait.holder.map(|it| scenario.cast[it.index()].name.clone()),
        other => panic!("the writer waits, but is {other:?}"),
    };
    assert_eq!(holder(&world).as_deref(), Some("flusher"));
    run_to(&scenario, &mut world, "flusher", "queue_bio");
    assert_eq!(holder(&world).as_deref(), Some("flusher"));
    one(&scenario, &mut world, "flusher");
    assert_eq!(holder(&world).as_deref(), Some("disk"));
    run_to(&scenario, &mut world, "disk", "complete_request");
    assert_eq!(holder(&world).as_deref(), Some("disk"));
    one(&scenario, &mut world, "disk");
    assert_eq!(holder(&world).as_deref(), Some("completion"));
}

/// Dossier 8.5 (S02): scsi_debug verifies before it stores, so nothing of a failed write reaches
/// the media; 8.6: the racing writer has set PG_dirty again, so no data is lost.
#[test]
fn a_guard_error_stores_nothing_and_is_latched_for_fsync() {
    let scenario = scenario("mkwrite-no-wait");
    let (history, story) = opening(&scenario);
    let model = &scenario.model;
    let page = model.page(history.world(), PageId(0));
    assert_eq!(page.media, model.page(&model.initial, PageId(0)).media);
    assert!(model.mapping_error(history.world()) && page.dirty);
    assert_eq!(end(model, history.world()), Some(End::Rest(Vec::new())));
    // B 7: with DIX the host adapter is the first to find the mismatch.
    assert_eq!(story.failures[0].hop(), Some(Hop::Hba));
}

/// Dossier 8.3 [K6.19 drivers/nvme/host/core.c nvme_max_retries]: a failed command is sent five times more, with
/// the same guards; then the write has failed.
#[test]
fn nvme_sends_a_failed_command_five_times_more() {
    let entry = stable_pages::scenario::find("mkwrite-no-wait").expect("there");
    let nvme = stable_pages::scenario::Device::ALL
        .into_iter()
        .find(|it| it.word() == "nvme pi");
    let scenario = load_for("x", entry.text, nvme, None).expect("loads");
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    exhaust(&scenario, &mut world, "writer");
    let mut effects = Vec::new();
    while status(&scenario.model, &world, actor(&scenario, "disk")) == Status::Ready {
        effects.extend(one(&scenario, &mut world, "disk"));
        assert!(effects.len() < 500, "it gives up");
    }
    let mut times = Vec::new();
    for effect in &effects {
        if let Effect::Requeued { times: nth, .. } = effect {
            times.push(*nth);
        }
    }
    assert_eq!(times, [1, 2, 3, 4, 5]);
    let failed = Effect::Completed {
        bio: BioId(0),
        failed: true,
    };
    assert_eq!(effects.last(), Some(&failed));
}

/// Guards arise from bytes: those of a failure are the CRCs of what was sealed and fetched.
#[test]
fn the_guards_of_a_failure_are_those_of_its_bytes() {
    for slug in [
        "mkwrite-no-wait",
        "unlock-gap",
        "mkclean-skipped",
        "nested-vm",
    ] {
        let scenario = scenario(slug);
        let contents = &scenario.model.contents;
        let failure = opening(&scenario).1.failures[0];
        let fetched = contents.bytes(failure.fetched);
        assert_eq!(contents.bytes(failure.sealed), [b'3'; 512]);
        assert_eq!(&fetched[..4], b"new!");
        assert_eq!(&fetched[4..], [b'3'; 508]);
        assert_eq!(contents.guard(failure.sealed), 0xb218);
        assert_eq!(contents.guard(failure.fetched), guard(fetched));
    }
}

/// S34a and appendix A: the delta C5 DB 80 keeps the CRC; the Internet checksum sees it.
#[test]
fn a_collision_passes_every_check() {
    let scenario = scenario("unlucky-collision");
    let (_, story) = opening(&scenario);
    let (mut checks, mut different) = (0, 0);
    for effect in story.steps.iter().flat_map(|told| &told.effects) {
        if let Effect::Checked {
            matched,
            received,
            computed,
            ..
        } = effect
        {
            assert!(matched);
            checks += 1;
            different += usize::from(received != computed);
        }
    }
    assert_eq!((checks, different), (16, 2), "HBA and target, one sector");
    assert_eq!(verdicts(&scenario), "safe (unstable write)");
}

/// Dossier 8.2: the Internet checksum cannot see swapped 16-bit words; the CRC can.
#[test]
fn swapped_words_pass_an_ip_guard() {
    let pieces = [
        ("memory = [\"A\"]", "memory = [\"ABCD\"]"),
        ("hex = \"84 9a c1\"", "text = \"CDAB\""),
        ("offset = 2045", "offset = 2044"),
    ];
    let crc = varied("unlucky-collision", &pieces, "");
    assert_eq!(verdicts(&crc), "guard error");
    let mut ip = pieces.to_vec();
    ip.push(("device = \"dix+dif\"", "device = \"dix+dif ip\""));
    assert_eq!(
        verdicts(&varied("unlucky-collision", &ip, "")),
        "safe (unstable write)"
    );
}

/// Dossier 0.2 and S04 [K6.19 mm/page-writeback.c]: today's __folio_start_writeback asserts the
/// lock; 2.6.39 went on and failed later.
#[test]
fn today_the_unlock_gap_is_an_assertion() {
    let scenario = varied("unlock-gap", &[("era = \"3.0\"", "era = \"6.19\"")], "");
    let report = explored(&scenario);
    let finding = report.finding(Verdict::Assertion).expect("it asserts");
    assert!(matches!(
        finding.outcome,
        support::plain::Outcome::Broke(Violation::Assertion {
            what: Assertion::WritebackUnlocked,
            ..
        })
    ));
    assert!(report.finding(Verdict::GuardError).is_none());
}

/// Dossier 5.2 [C 7658cc289288] (S12): set_page_dirty marks every buffer, and that is what makes
/// all four blocks be written.
#[test]
fn set_page_dirty_marks_every_buffer() {
    let broken = scenario("partial-buffers");
    let mut world = broken.model.initial;
    assert_eq!(
        broken.model.page(&world, PageId(0)).buffers,
        Some(0b0000_1111)
    );
    run_to(&broken, &mut world, "flusher", "generate_guard");
    exhaust(&broken, &mut world, "flusher");
    let sealed = broken.model.page(&world, PageId(0)).sealed;
    assert!(sealed[..4].iter().all(|it| it.is_some()));
    assert!(
        sealed[4..].iter().all(|it| *it == Content::NONE),
        "blocks 2 and 3"
    );

    let edit = "[[edit]]\ndrop = \"writepage/redirty_if_cleaned\"";
    let whole = varied("partial-buffers", &[(edit, "")], "");
    let mut world = whole.model.initial;
    run_to(&whole, &mut world, "flusher", "set_page_writeback");
    assert_eq!(
        whole.model.page(&world, PageId(0)).buffers,
        Some(0b1111_1111)
    );
    assert_eq!(verdicts(&whole), "safe");
}

/// Dossier 5.2 [K2.6.39 fs/buffer.c __set_page_dirty_buffers]: a write fault as well marks every buffer.
#[test]
fn a_write_fault_marks_every_buffer() {
    let run = ("run = [\"load new\"]", "run = [\"store new\"]");
    let scenario = varied("partial-buffers", &[run], "");
    let mut world = scenario.model.initial;
    for name in ["flusher", "disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    assert_eq!(scenario.model.page(&world, PageId(0)).buffers, Some(0));
    run_to(&scenario, &mut world, "writer", "set_page_dirty");
    one(&scenario, &mut world, "writer");
    assert_eq!(
        scenario.model.page(&world, PageId(0)).buffers,
        Some(0b1111_1111)
    );
}

/// Dossier 3.1 [K2.6.39 mm/memory.c]: a read of a page that is not mapped maps it read-only and
/// clean, so the first store faults and the file system is told.
#[test]
fn a_load_maps_a_page_read_only() {
    let pieces = [
        (
            "run = [\"store new\"]",
            "run = [\"load new\", \"store new\"]",
        ),
        ("dirty = true", "dirty = true\npte = \"none\""),
    ];
    let scenario = varied("baseline-five-step", &pieces, "");
    let mut world = scenario.model.initial;
    assert_eq!(
        scenario.model.pte(&world, SpaceId(0), PageId(0)),
        Access::NONE
    );
    let effects = one(&scenario, &mut world, "writer");
    assert_eq!(
        effects,
        [Effect::Loaded {
            page: PageId(0),
            space: SpaceId(0)
        }]
    );
    assert_eq!(
        scenario.model.pte(&world, SpaceId(0), PageId(0)),
        Access::READ_ONLY
    );
    assert_eq!(
        scenario.model.tlb(&world, TlbId(0), PageId(0)),
        Access::READ_ONLY
    );
    let effects = one(&scenario, &mut world, "writer");
    let faulted = Effect::Faulted {
        page: PageId(0),
        space: SpaceId(0),
        mapped: true,
    };
    assert_eq!(effects, [faulted]);
    assert_eq!(verdicts(&scenario), "safe");
}

/// Dossier 5.4 R1 [C 79352894b285] (S13): waiting for the page lock between PTE and set_page_dirty
/// closes the race; without page_mkwrite nothing waits for writeback all the same (3.3).
#[test]
fn dirtying_passes_through_the_page_lock() {
    assert!(verdicts(&scenario("fault-vs-clear")).contains("lost update"));
    assert_eq!(verdicts(&scenario("fault-vs-clear-fixed")), "guard error");
}

/// Dossier 6.3 [C 1cf35d47712d] (S14): page_mkclean needs the page table lock that munmap holds.
#[test]
fn page_mkclean_waits_for_the_page_table_lock() {
    let scenario = scenario("zap-flush-first");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "unmapper", "flush_tlb_page");
    run_to(&scenario, &mut world, "flusher", "pte_wrprotect");
    let who = actor(&scenario, "flusher");
    let Status::Asleep(wait) = status(&scenario.model, &world, who) else {
        panic!("the lock is held");
    };
    assert_eq!(wait.on, Resource::PteLock);
    assert_eq!(wait.holder, Some(actor(&scenario, "unmapper")));
}

/// Dossier 6.10 (S23) [K6.19 fs/jbd2/transaction.c]: wait for the shadow, or leave a frozen copy.
#[test]
fn jbd2_waits_or_freezes() {
    let scenario = scenario("jbd2-shadow");
    // Transaction T+1 changes the block first: the journal then writes a frozen copy.
    let mut world = scenario.model.initial;
    let effects = one(&scenario, &mut world, "txn2");
    assert_eq!(
        effects,
        [Effect::WriteAccess {
            page: PageId(0),
            frozen: true
        }]
    );
    let old = scenario.model.page(&world, PageId(0)).memory;
    one(&scenario, &mut world, "txn2");
    exhaust(&scenario, &mut world, "jbd2");
    let page = scenario.model.page(&world, PageId(0));
    assert_eq!(page.sealed, old, "the journal guards the frozen copy");
    assert_ne!(page.memory, old);
    // The journal writes the block first: transaction T+1 sleeps until that I/O is over.
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "jbd2");
    let who = actor(&scenario, "txn2");
    let Status::Asleep(wait) = status(&scenario.model, &world, who) else {
        panic!("BH_Shadow is set");
    };
    assert_eq!(wait.on, Resource::Shadow);
    assert_eq!(wait.holder, Some(actor(&scenario, "disk")));
}

/// Dossier 2.6 [K3.9.6 block/blk-core.c] (S17): the copy is taken before the guards.
#[test]
fn the_snapshot_is_taken_before_the_guards() {
    assert_eq!(verdicts(&scenario("snapshot-order")), "guard error");
    assert_eq!(verdicts(&scenario("snapshot-right")), "safe");
    let (history, _) = opening(&scenario("snapshot-right"));
    assert!(history.depth() > 0);
}

/// Dossier 6.7 [DOC pin_user_pages.rst] (S18): DMA asks neither PTE nor lock nor PG_writeback.
#[test]
fn dma_ignores_every_protection() {
    let scenario = scenario("gup-dma-into-page");
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    assert!(scenario.model.page(&world, PageId(0)).writeback.is_some());
    let effects = one(&scenario, &mut world, "disk2");
    let dma = matches!(
        effects[0],
        Effect::Stored {
            through: Through::Dma,
            ..
        }
    );
    assert!(dma && scenario.model.page(&world, PageId(0)).pins == 1);
}

/// Dossier 6.9 (S24) [M 2020-09-14]: a stale checksum stored into a block is bad on every disk;
/// every guard matches.
#[test]
fn a_checksum_inside_a_block_can_be_stale_with_perfect_guards() {
    let scenario = scenario("checksum-inside-the-block");
    let (_, story) = opening(&scenario);
    assert_eq!(story.mismatch(), Some(Consumer::Block));
    let checked = story.steps.iter().flat_map(|told| &told.effects);
    let bad = checked.filter(|it| matches!(it, Effect::Checked { matched: false, .. }));
    assert_eq!(bad.count(), 0);
}

/// Dossier 8.5 and S32: one status for the bio, so all its pages fail with one bad sector.
#[test]
fn one_bad_sector_fails_every_page_of_the_bio() {
    let scenario = scenario("bio-of-three-pages");
    let (history, story) = opening(&scenario);
    assert_eq!(story.failures.len(), 1);
    assert_eq!(
        (story.failures[0].page, story.failures[0].lba),
        (PageId(1), 57)
    );
    let model = &scenario.model;
    for page in model.page_ids() {
        let (now, before) = (
            model.page(history.world(), page),
            model.page(&model.initial, page),
        );
        assert_eq!(
            now.media, before.media,
            "page {page} did not reach the media"
        );
        assert_eq!(now.writeback, None, "and is no longer under writeback");
    }
    assert!(model.mapping_error(history.world()));
}

/// S32: a store across two sectors changes both; the first is reported.
#[test]
fn the_first_of_two_bad_sectors_is_reported() {
    let scenario = scenario("straddling-store");
    let (_, story) = opening(&scenario);
    assert_eq!(story.unstable.len(), 2, "both sectors changed under I/O");
    assert_eq!(story.failures.len(), 1);
    assert_eq!(
        (story.failures[0].sector, story.failures[0].lba),
        (SectorId(2), 58)
    );
}

/// S32: with 4096-byte intervals there is one guard for the whole page.
#[test]
fn one_interval_a_page_fails_as_a_whole() {
    let scenario = scenario("one-guard-a-page");
    let failure = opening(&scenario).1.failures[0];
    assert_eq!((failure.sector, failure.lba), (SectorId(0), 56));
    assert_eq!(scenario.model.contents.bytes(failure.fetched).len(), 4096);
}

/// S33 and dossier 8.4: an adapter that inserts guards computes them from torn data, which then pass every check.
#[test]
fn inserted_guards_match_whatever_was_fetched() {
    let scenario = scenario("insert-mode-blindness");
    let (history, story) = opening(&scenario);
    let verdicts = story.verdicts(&scenario.model);
    assert_eq!(verdicts, [Verdict::UnstableWrite, Verdict::TornWrite]);
    let page = scenario.model.page(history.world(), PageId(0));
    assert_eq!(page.media, page.tuples, "every stored guard fits its bytes");
    let initial = scenario.model.page(&scenario.model.initial, PageId(0));
    assert_eq!(page.media[3..5], initial.memory[3..5], "old");
    assert_eq!(page.media[5..7], page.memory[5..7], "new");
    assert_ne!(page.media[5], initial.memory[5]);
}

/// Dossier 7 [C c2407cf7d22d] (S29): a waiter that looks again is safe from a late wake-up.
#[test]
fn a_late_wake_up_hits_only_who_does_not_look_again() {
    let scenario_once = scenario("wake-after-rearm");
    let (_, story) = opening(&scenario_once);
    let last = story.steps.last().expect("steps");
    let bug = last.effects.iter().any(|it| {
        matches!(
            it,
            Effect::Broke(Violation::Assertion {
                what: Assertion::StillWriteback,
                ..
            })
        )
    });
    assert!(bug);
    assert_eq!(verdicts(&scenario("wake-and-look-again")), "safe");
}

/// Dossier 1.2 and L2 [K2.6.39 mm/filemap.c]: end_page_writeback clears the bit and wakes whoever sleeps for it,
/// also one who will not look at the bit again.
#[test]
fn end_page_writeback_wakes_who_does_not_look_again() {
    let edit = "[[edit]]\nreplace = \"do_wp_page/wait_for_stable_page\"\nwith = \"wait_on_page_writeback_once\"";
    let scenario = varied("baseline-five-step", &[], edit);
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", "bio_add_page");
    run_to(
        &scenario,
        &mut world,
        "writer",
        "wait_on_page_writeback_once",
    );
    let effects = one(&scenario, &mut world, "writer");
    assert_eq!(effects, [Effect::FellAsleep { page: PageId(0) }]);
    let writer = actor(&scenario, "writer");
    let asleep = status(&scenario.model, &world, writer);
    assert!(matches!(asleep, Status::Asleep(_)));
    for name in ["flusher", "disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    assert_eq!(status(&scenario.model, &world, writer), Status::Ready);
    // With only one writeback nobody sets the bit again, so a wait that does not look again is enough.
    assert_eq!(verdicts(&scenario), "safe");
}

/// Dossier 2.3 [C a54aa7610861] (S06): with the flag set first a failed allocation leaks it.
#[test]
fn a_leaked_writeback_bit_has_no_completion_coming() {
    let scenario = scenario("writeback-flag-leaked");
    let (history, story) = opening(&scenario);
    assert!(story.broken.iter().any(|(it, _)| *it == Invariant::I8));
    let sync = actor(&scenario, "sync");
    assert_eq!(
        end(&scenario.model, history.world()),
        Some(End::Stall(sync))
    );
    let edit = "[[edit]]\nmove = \"ext4_writepage/set_page_writeback\"\nbefore = \"ext4_writepage/kmem_cache_alloc\"";
    assert_eq!(
        verdicts(&varied("writeback-flag-leaked", &[(edit, "")], "")),
        "safe"
    );
}

/// L1 and S26 to S28, S35, S36: the wait cycle runs through bios that were never submitted.
#[test]
fn deadlocks_are_named_by_their_true_cycle() {
    for (slug, cycle) in [
        ("two-page-inversion", vec!["flusher", "fsync2", "fsync1"]),
        ("reclaim-waits-for-own-bio", vec!["flusher"]),
        ("journal-stop-with-bio", vec!["flusher", "jbd2"]),
        (
            "mkwrite-waits-with-handle-open",
            vec!["writer", "completion", "jbd2"],
        ),
        ("waiting-on-a-cached-bio", vec!["gc"]),
    ] {
        let scenario = scenario(slug);
        let (history, _) = opening(&scenario);
        let Some(End::Deadlock(found)) = end(&scenario.model, history.world()) else {
            panic!("{slug} ends in a deadlock");
        };
        let mut names: Vec<&str> = (found.iter())
            .map(|it| scenario.cast[it.index()].name.as_str())
            .collect();
        let first = names.iter().position(|it| *it == cycle[0]);
        names.rotate_left(first.expect("in the cycle"));
        assert_eq!(names, cycle, "{slug}");
    }
}

/// Dossier 8.6: AS_EIO is tested and cleared by the first fsync; errseq reports an error once to each opener.
#[test]
fn a_write_error_is_told_once_or_once_to_each() {
    use stable_pages::protocol::Era;
    let entry = stable_pages::scenario::find("error-told-once").expect("there");
    for (era, expected) in [(Era::V3_0, [true, false]), (Era::V6_19, [true, true])] {
        let scenario = load_for("x", entry.text, None, Some(era)).expect("loads");
        let mut world = scenario.model.initial;
        run_to(&scenario, &mut world, "flusher", "queue_bio");
        for name in ["flusher", "adapter", "disk", "completion"] {
            exhaust(&scenario, &mut world, name);
        }
        let told = ["opener1", "opener2"].map(|name| {
            matches!(
                one(&scenario, &mut world, name)[0],
                Effect::FsyncReturned { failed: true, .. }
            )
        });
        assert_eq!(told, expected, "{}", era.word());
    }
}

/// Dossier 5.3: a forked PTE can be clean and writable, so page_mkclean must look at both bits.
#[test]
fn page_mkclean_takes_clean_but_writable_ptes() {
    let scenario = scenario("fork-writable-clean");
    let mut world = scenario.model.initial;
    // The child's mm is new: whatever it cached before, no TLB has anything of it after the fork.
    exhaust(&scenario, &mut world, "child");
    exhaust(&scenario, &mut world, "parent");
    let tlbs = scenario.model.tlb_ids().zip(&scenario.model.tlb_spaces);
    for (tlb, _) in tlbs.filter(|(_, space)| **space == SpaceId(1)) {
        assert_eq!(scenario.model.tlb(&world, tlb, PageId(0)), Access::NONE);
    }
    assert_eq!(
        scenario.model.pte(&world, SpaceId(1), PageId(0)),
        Access::WRITABLE_CLEAN
    );
    run_to(&scenario, &mut world, "flusher", "set_page_writeback");
    assert_eq!(
        scenario.model.pte(&world, SpaceId(1), PageId(0)),
        Access::READ_ONLY
    );
}

/// Verdicts of the correct protocol without one of its steps, or with one moved.
#[test]
fn single_edits_of_the_correct_ordering_have_these_verdicts() {
    let with = |edit: &str| verdicts(&varied("baseline-five-step", &[], edit));
    let drop = |step: &str| with(&format!("[[edit]]\ndrop = \"{step}\""));
    assert_eq!(with(""), "safe");
    // The page lock is never released: a fault waits for it for ever; if none comes, it is left behind.
    assert_eq!(drop("writepage/unlock_page"), "leak, stall");
    assert_eq!(drop("do_wp_page/unlock_page"), "leak");
    // Writeback never set: page_mkwrite has nothing to wait for, completion nothing to clear.
    assert_eq!(
        drop("writepage/set_page_writeback"),
        "guard error, assertion"
    );
    assert_eq!(drop("writepage/lock_page"), "assertion");
    // S11: the PTE's dirty bit is cleared and forgotten, which is harmless here, since PG_dirty was set already.
    assert_eq!(drop("writepage/redirty_if_cleaned"), "safe");
    // Dossier 2.1: setting writeback before cleaning, inside one lock hold, is as safe.
    let first = "[[edit]]\nmove = \"writepage/set_page_writeback\"\nbefore = \"writepage/clear_page_dirty_for_io\"";
    assert_eq!(with(first), "safe");
    // Where the page may be found clean, the way out of that does not clear it: PG_writeback is left
    // behind with no I/O, and newer bytes with no dirty bit.
    let early = varied("mkclean-no-redirty", &[], first);
    assert_eq!(verdicts(&early), "lost update, leak");
    // Dossier 2.1, B 2: unlocking after the submission instead of before it is as safe.
    assert_eq!(
        with("[[edit]]\nswap = \"writepage/unlock_page\"\nwith = \"writepage/submit_bio\""),
        "safe"
    );
    // An edit inside a composite that an earlier edit has moved.
    let inside = format!(
        "{first}\n[[edit]]\nmove = \"writepage/clear_page_dirty_for_io\"\nbefore = \"writepage/set_page_writeback\"\n[[edit]]\ndrop = \"writepage/page_mkclean\""
    );
    // Without page_mkclean the page ends clean and writable: the next store is seen by nobody.
    assert_eq!(with(&inside), "guard error, exposed page");
    // The whole submission before the lock: a store between DMA and page_mkclean is lost as well, since the I/O has not
    // taken it and its dirty bit is cleared.
    assert_eq!(
        with("[[edit]]\nmove = \"writepage/submit_bio\"\nbefore = \"writepage/lock_page\""),
        "guard error, lost update, assertion"
    );
}

/// Dossier 10, I3 and I8: what is wrong at rest breaks its invariant there at the latest, also where the page lock is
/// still held, or a bio stands before a disk that does not come: while somebody could act neither was a breach yet.
#[test]
fn at_rest_nothing_is_under_way_any_more() {
    let drop = |step: &str| format!("[[edit]]\ndrop = \"{step}\"");
    let no_disk = [("run = [\"disk\"]", "run = [\"may_sleep\"]")];
    let (mut lost_under_lock, mut queued) = (0, 0);
    for scenario in [
        // The flusher never unlocks, and forgets the dirty bit of a PTE.
        varied("mkclean-no-redirty", &[], &drop("writepage/unlock_page#2")),
        varied("baseline-five-step", &no_disk, ""),
        scenario("baseline-five-step"),
    ] {
        let (model, space) = (&scenario.model, checked(&scenario));
        for state in 0..space.states() as u32 {
            let world = space.world(state);
            let Some(End::Rest(wrong)) = end(model, &world) else {
                continue;
            };
            let lost = |it: &Violation| matches!(it, Violation::Lost { .. });
            let leak = |it: &Violation| {
                matches!(it, Violation::Leaked(Leak::Held(Resource::Writeback, _)))
            };
            let expected = [wrong.iter().any(lost), wrong.iter().any(leak)];
            let broken = broken(model, &world, None, &[]);
            let found = [Invariant::I3, Invariant::I8].map(|it| broken.contains(&it));
            assert_eq!(found, expected, "{wrong:?}");
            let locked = model.page(&world, PageId(0)).lock.is_some();
            lost_under_lock += usize::from(expected[0] && locked);
            queued += usize::from(expected[1] && model.stage(&world, PageId(0)) == Stage::Queued);
        }
    }
    assert!(
        lost_under_lock > 0 && queued > 0,
        "{lost_under_lock} {queued}"
    );
}

/// Dossier 10, I8: a bio whose submitter is gone will not be submitted: no end of the writeback is coming, whatever the
/// others still do.
#[test]
fn a_bio_that_nobody_will_submit_is_no_end_of_writeback() {
    let edit = "[[edit]]\ndrop = \"writepage/queue_bio\"";
    let scenario = varied("baseline-five-step", &[], edit);
    let model = &scenario.model;
    let mut world = model.initial;
    let coming = |world: &World| !broken(model, world, None, &[]).contains(&Invariant::I8);
    run_to(&scenario, &mut world, "flusher", "bio_add_page");
    one(&scenario, &mut world, "flusher");
    assert_eq!(model.stage(&world, PageId(0)), Stage::Building);
    assert!(coming(&world));
    exhaust(&scenario, &mut world, "flusher");
    assert_eq!(model.stage(&world, PageId(0)), Stage::Building);
    assert_eq!(end(model, &world), None, "the writer can move");
    assert!(!coming(&world));
}

/// Dossier 8.4 and 16 (S39): the host checks what a read has left in memory some time after the device has brought it. Whoever
/// stores there meanwhile makes the read fail, though media and guard are right.
#[test]
fn a_store_into_the_buffer_fails_a_read() {
    let scenario = scenario("read-buffer-changed");
    let model = &scenario.model;
    let (page, sector) = (PageId(0), SectorId(0));
    let read = |stores: bool| {
        let mut world = model.initial;
        run_to(&scenario, &mut world, "reader", "wait_for_bio");
        run_to(&scenario, &mut world, "disk", "dma_read");
        let media = model.page(&world, page).media[0];
        let came = one(&scenario, &mut world, "disk");
        let bounced = false;
        let content = media;
        let expected = Effect::ReadInto {
            page,
            sector,
            content,
            bounced,
        };
        assert_eq!(came, [expected]);
        assert_eq!(model.page(&world, page).memory[0], media);
        exhaust(&scenario, &mut world, "disk");
        if stores {
            exhaust(&scenario, &mut world, "thread");
        }
        run_to(&scenario, &mut world, "verifier", "verify_read");
        let effects = one(&scenario, &mut world, "verifier");
        assert_eq!(
            model.page(&world, page).media[0],
            media,
            "the disk is innocent"
        );
        effects
    };
    let checked = |effects: &[Effect]| match effects[0] {
        Effect::ReadChecked {
            matched,
            received,
            computed,
            ..
        } => (matched, received == computed),
        other => panic!("{other:?}"),
    };
    let (quiet, changed) = (read(false), read(true));
    assert_eq!((checked(&quiet), quiet.len()), ((true, true), 1));
    assert_eq!(checked(&changed), (false, false));
    let mismatch = |guard| {
        let is = |it: &Effect| matches!(it, Effect::Broke(Violation::ReadMismatch { guard: of, .. }) if *of == guard);
        changed.iter().any(is)
    };
    assert!(mismatch(true) && !mismatch(false));
}

/// Dossier 13.1 and 13.7 (S40): where the device reads into a page of the kernel's, a store into the user's buffer changes
/// nothing that is checked, and what is copied out is what came.
#[test]
fn a_page_of_the_kernels_is_checked_and_copied_out() {
    for slug in ["read-bounced", "read-again-into-a-copy"] {
        let scenario = scenario(slug);
        let model = &scenario.model;
        let mut world = model.initial;
        exhaust(&scenario, &mut world, "reader");
        exhaust(&scenario, &mut world, "disk");
        exhaust(&scenario, &mut world, "thread");
        let mine = model.page(&world, PageId(0)).memory[0];
        exhaust(&scenario, &mut world, "verifier");
        exhaust(&scenario, &mut world, "disk");
        exhaust(&scenario, &mut world, "verifier");
        let it = model.page(&world, PageId(0));
        assert_ne!(it.memory[0], mine, "{slug}");
        assert_eq!(it.memory[0], it.media[0], "{slug}");
        assert!(!it.copy[0].is_some() && it.bio.is_none(), "{slug}");
    }
}

/// folio_end_read, mm/filemap.c (6.19): it asserts that the folio is locked, not by whom. The task that began the read has
/// locked it and does not unlock it, so whoever waits for the lock waits for the disk, then for the completion.
#[test]
fn the_end_of_a_read_unlocks_its_page() {
    let scenario = scenario("read-looked-at-again");
    let (model, page) = (&scenario.model, PageId(0));
    let mut world = model.initial;
    run_to(&scenario, &mut world, "reader", "lock_page");
    run_to(&scenario, &mut world, "writer", "submit_read");
    let holder = |world: &World, name| match status(model, world, actor(&scenario, name)) {
        Status::Asleep(wait) => {
            assert_eq!(wait.on, Resource::PageLock);
            wait.holder
        }
        other => panic!("{other:?}"),
    };
    let [writer, disk, completion] =
        ["writer", "disk", "completion"].map(|name| Some(actor(&scenario, name)));
    assert_eq!(holder(&world, "reader"), writer);
    one(&scenario, &mut world, "writer");
    for name in ["reader", "writer"] {
        assert_eq!(holder(&world, name), disk, "{name}");
    }
    exhaust(&scenario, &mut world, "disk");
    assert_eq!(holder(&world, "reader"), completion);
    run_to(&scenario, &mut world, "completion", "end_page_read");
    let effects = one(&scenario, &mut world, "completion");
    assert_eq!(effects, [Effect::Unlocked { page }]);
    let it = model.page(&world, page);
    assert!(it.lock.is_none() && it.bio.is_some(), "bio_put comes after");
    // A page that nobody has locked cannot be unlocked.
    let text = find("read-looked-at-again").expect("there").text;
    let twice = text.replace("end_page_read\n", "end_page_read\nend_page_read\n");
    let found = verdicts(&load("twice", &twice).expect("loads"));
    assert!(found.contains(Verdict::Assertion.words()), "{found}");
}

/// filemap_update_page, mm/filemap.c (6.19), commit ef1e68236b91 (S47): a read of a page that is newer in memory brings
/// the old bytes over the new ones; of a page that nobody has read yet it is the first to bring any.
#[test]
fn a_read_goes_over_newer_bytes() {
    let scenario = scenario("read-over-a-change");
    let (model, page) = (&scenario.model, PageId(0));
    let mut world = model.initial;
    run_to(&scenario, &mut world, "reader", "lock_page");
    run_to(&scenario, &mut world, "writer", "submit_read");
    one(&scenario, &mut world, "writer");
    run_to(&scenario, &mut world, "disk", "dma_read");
    assert_eq!(
        one(&scenario, &mut world, "disk").len(),
        1,
        "nothing is lost"
    );
    exhaust(&scenario, &mut world, "disk");
    exhaust(&scenario, &mut world, "completion");
    run_to(&scenario, &mut world, "writer", "set_page_dirty");
    for name in ["writer", "writer"] {
        one(&scenario, &mut world, name);
    }
    run_to(&scenario, &mut world, "reader", "submit_read");
    one(&scenario, &mut world, "reader");
    run_to(&scenario, &mut world, "disk", "dma_read");
    let effects = one(&scenario, &mut world, "disk");
    let (sector, how) = (SectorId(0), Loss::ReadOver);
    let lost = Effect::Broke(Violation::Lost { page, sector, how });
    assert!(effects.contains(&lost), "{effects:?}");
    let it = model.page(&world, page);
    assert!(it.dirty && it.memory == it.media);
}

/// Where reads and writes come to the same device, it has to look which one it has.
#[test]
fn who_gets_reads_and_writes_looks_which() {
    let text = find("read-bounced").expect("there").text;
    let both = text.replace(
        "run = [\"store new\"]",
        "run = [\"store new\", \"bio_add_page\", \"queue_bio\"]",
    );
    let refused = load("both", &both).expect_err("refused").to_string();
    assert!(refused.contains("gets reads and writes alike"), "{refused}");
}

/// A call that is not modelled is a step like any other, and changes nothing but where its actor stands.
#[test]
fn a_call_that_is_not_modelled_changes_nothing() {
    let scenario = scenario("page-table-under-page-lock");
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "faulter", "call");
    let faulter = actor(&scenario, "faulter");
    let (before, pc) = (world, scenario.model.actor(&world, faulter).pc);
    assert_eq!(
        one(&scenario, &mut world, "faulter"),
        [Effect::Passed],
        "whatever stands in the line"
    );
    assert_eq!(scenario.model.actor(&world, faulter).pc, pc + 1);
    for cell in scenario.model.cells() {
        let at = |world: &World| world.lanes()[cell.at / 8].to_le_bytes()[cell.at % 8];
        assert!(cell.actor == Some(faulter) || at(&before) == at(&world));
    }
    let line = (scenario.cast[faulter.index()].lines.iter()).find(|it| it.pcs.contains(&pc));
    assert_eq!(
        line.map(|it| &it.text[..]),
        Some("pte_alloc_one(vma->vm_mm)")
    );
}

/// Commits 4adaa611020f and 5376c9db4536 [K7.1.5 zstd_compress_bio, fs/btrfs/zstd.c: the compressor reads the mapped page]
/// (S38): what is read of a sector stays as it was read, whatever is stored after; sectors that are still to be read have it.
#[test]
fn a_compressor_takes_one_sector_after_the_other() {
    let scenario = scenario("compressed-while-writable");
    let (model, page) = (&scenario.model, PageId(0));
    let mut world = model.initial;
    let old = model.page(&world, page).memory;
    run_to(&scenario, &mut world, "flusher", "copy_sector");
    for sector in 0..3 {
        let (sector, content) = (SectorId(sector), old[usize::from(sector)]);
        assert_eq!(
            one(&scenario, &mut world, "flusher"),
            [Effect::CopiedSector {
                page,
                sector,
                content
            }]
        );
    }
    one(&scenario, &mut world, "writer");
    run_to(&scenario, &mut world, "flusher", "set_page_writeback");
    let it = model.page(&world, page);
    assert_eq!(it.copy[2], old[2], "read before the store");
    assert_ne!(it.memory[2], old[2]);
    assert_eq!(it.copy[3], it.memory[3], "read after it");
    assert_ne!(it.memory[3], old[3]);
    assert!(!it.dirty);
    for name in ["flusher", "disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    let Some(End::Rest(found)) = end(model, &world) else {
        panic!("everybody is done");
    };
    let sector = SectorId(2);
    assert!(found.contains(&Violation::Corrupt { page, sector }));
    let how = Loss::AtRest;
    assert!(found.contains(&Violation::Lost { page, sector, how }));
}

/// [K7.1.5 btrfs_subpage_set_writeback, btrfs_subpage_clear_writeback, fs/btrfs/subpage.c]: the first mark of a block sets
/// PG_writeback, and the end of a bio clears the marks of its own blocks; the last one takes PG_writeback with it.
#[test]
fn the_last_mark_of_a_block_takes_pg_writeback_with_it() {
    let scenario = scenario("block-marks-under-page-lock");
    let (model, page) = (&scenario.model, PageId(0));
    let mut world = model.initial;
    run_to(&scenario, &mut world, "flusher", "set_block_writeback");
    let mask = 0b0000_1111;
    let marked = Effect::BlocksMarked { page, mask };
    let set = Effect::WritebackSet { page };
    assert_eq!(one(&scenario, &mut world, "flusher"), [marked, set]);
    run_to(&scenario, &mut world, "flusher", "set_block_writeback");
    let mask = 0b1111_0000;
    let marked = Effect::BlocksMarked { page, mask };
    assert_eq!(one(&scenario, &mut world, "flusher"), [marked]);
    exhaust(&scenario, &mut world, "flusher");
    exhaust(&scenario, &mut world, "disk");
    let mut left = Vec::new();
    for _ in 0..2 {
        run_to(&scenario, &mut world, "completion", "end_block_writeback");
        one(&scenario, &mut world, "completion");
        let it = model.page(&world, page);
        left.push((it.block_writeback, it.writeback.is_some()));
    }
    assert_eq!(left, [(Some(mask), true), (Some(0), false)]);
}
