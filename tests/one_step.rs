//! Single steps: what each does, and what it leaves alone beside it (another page, another address space, the other flags
//! of the page, another actor's bio). The scenarios of the catalogue seldom have a neighbour to be hit.

mod support;

use stable_pages::machine::{
    Access, BioId, Choice, Effect, End, Leak, Loss, PageId, Resource, SectorId, SpaceId, Status,
    TlbId, Violation, Wait, Which, World, end, status, step, ways,
};
use stable_pages::protocol::Era;
use stable_pages::scenario::{Scenario, load, load_for};
use support::{actor, exhaust, next, one, run_to, varied};

const PAGES: [PageId; 2] = [PageId(0), PageId(1)];

/// An actor of a small file: its name, its keys, its lines.
type Runs<'a> = (&'a str, &'a str, &'a [&'a str]);

/// A small file: the keys of each page, and its actors.
fn made(pages: &[&str], actors: &[Runs]) -> Scenario {
    made_with("interval = 4096", 100, pages, actors)
}

/// As [`made`], with keys of the file, and the place of its store.
fn made_with(file: &str, offset: u16, pages: &[&str], actors: &[Runs]) -> Scenario {
    let page = |(number, keys): (usize, &&str)| {
        format!(
            "[[page]]\nindex = {number}\nmemory = [\"new {number} \"]\nmedia = [\"old \"]\n{keys}\n"
        )
    };
    let pages: String = pages.iter().enumerate().map(page).collect();
    let actor = |(name, keys, lines): &Runs| {
        // A single line may be a program of the library.
        let (program, run) = match lines {
            [line] => (String::new(), (*line).to_owned()),
            _ => {
                let (run, lines) = (format!("of_{name}"), lines.join("\n"));
                let program =
                    format!("[[program]]\nname = \"{run}\"\ntext = \"\"\"\n{lines}\n\"\"\"\n");
                (program, run)
            }
        };
        format!("{program}[[actor]]\nname = \"{name}\"\nabout = \"\"\nrun = [\"{run}\"]\n{keys}\n")
    };
    let actors: String = actors.iter().map(actor).collect();
    let text = format!(
        "title = \"t\"\nera = \"3.0\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"none\"\nschedule = []\n\
         [file]\ninode = 1\nfirst_lba = 8\n{file}\n{pages}\
         [[store]]\nname = \"word\"\noffset = {offset}\ntext = \"xyz\"\n{actors}"
    );
    load("made", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The effects of each step that an actor makes until it cannot move.
fn all_of(scenario: &Scenario, world: &mut World, name: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    while status(&scenario.model, world, actor(scenario, name)) == Status::Ready {
        effects.extend(one(scenario, world, name));
    }
    effects
}

/// docs/kernel, model: a page is in one bio at a time, so who would add it to a second one sleeps until the first has
/// ended; who builds the bio that the page is in does not.
#[test]
fn a_page_is_in_one_bio_at_a_time() {
    let lines = ["bio_add_page", "queue_bio"];
    let scenario = made(
        &["dirty = true"],
        &[("one", "", &lines), ("other", "", &lines)],
    );
    let mut world = scenario.model.initial;
    one(&scenario, &mut world, "one");
    let wait = Wait {
        on: Resource::Bio,
        which: Which::Page(PageId(0)),
        holder: Some(actor(&scenario, "one")),
    };
    let other = actor(&scenario, "other");
    assert_eq!(status(&scenario.model, &world, other), Status::Asleep(wait));

    // A file may not add a page twice where that is certain; here it depends on who answers.
    let twice = ["bio_add_page", "page_dirty else end", "bio_add_page"];
    let scenario = made(&["dirty = true"], &[("one", "", &twice)]);
    let mut world = scenario.model.initial;
    one(&scenario, &mut world, "one");
    one(&scenario, &mut world, "one");
    let (page, bio) = (PageId(0), BioId(0));
    let effects = one(&scenario, &mut world, "one");
    assert_eq!(effects, [Effect::Added { page, bio }]);
}

/// A disk takes the requests before it in any order, and a completion ends the bios that are done in any order.
#[test]
fn requests_are_taken_and_ended_in_any_order() {
    let scenario = made(
        &["dirty = true"; 2],
        &[
            ("one", "", &["bio_add_page 0", "queue_bio"]),
            ("other", "", &["bio_add_page 1", "queue_bio"]),
            ("disk", "", &["disk"]),
            ("completion", "", &["completion"]),
        ],
    );
    let model = &scenario.model;
    let mut world = model.initial;
    for name in ["one", "other"] {
        exhaust(&scenario, &mut world, name);
    }
    let of_each_way = |world: &World, name: &str| {
        let actor = actor(&scenario, name);
        let many = ways(model, world, actor);
        let first = |way| step(model, world, Choice { actor, way }).1[0];
        (0..many).map(first).collect::<Vec<_>>()
    };
    let bios = [BioId(0), BioId(1)];
    let taken = bios.map(|bio| Effect::Taken { bio });
    assert_eq!(of_each_way(&world, "disk"), taken);
    exhaust(&scenario, &mut world, "disk");
    let ended = bios.map(|bio| Effect::Ended { bio, failed: false });
    assert_eq!(of_each_way(&world, "completion"), ended);
}

/// A host takes over the guests' bios in any order.
#[test]
fn a_host_takes_over_in_any_order() {
    let scenario = made(
        &["dirty = true"; 2],
        &[
            ("one", "", &["bio_add_page 0", "virtqueue_kick"]),
            ("other", "", &["bio_add_page 1", "virtqueue_kick"]),
            ("host", "", &["take_guest_request", "queue_bio"]),
        ],
    );
    let mut world = scenario.model.initial;
    for name in ["one", "other"] {
        exhaust(&scenario, &mut world, name);
    }
    assert_eq!(ways(&scenario.model, &world, actor(&scenario, "host")), 2);
}

/// Who has no bio passes over what is done with one, and one who comes round to nothing else is idle.
#[test]
fn who_has_no_bio_passes_over_what_is_done_with_one() {
    let lines = [
        "commit_media",
        "complete_request",
        "bounce_copy",
        "queue_bio",
        "virtqueue_kick",
        "may_sleep",
    ];
    let scenario = made(&["dirty = true"], &[("one", "", &lines)]);
    assert_eq!(next(&scenario, &scenario.model.initial, "one"), "may_sleep");
    // A program that begins anew passes over its first steps as well.
    let server = made(
        &["dirty = true"],
        &[("one", "forever = true", &["queue_bio", "may_sleep"])],
    );
    let mut world = server.model.initial;
    for _ in 0..3 {
        assert_eq!(next(&server, &world, "one"), "may_sleep");
        one(&server, &mut world, "one");
    }
    let scenario = made(
        &["dirty = true"],
        &[("one", "", &["again>", "queue_bio", "goto again"])],
    );
    let one = actor(&scenario, "one");
    assert_eq!(
        status(&scenario.model, &scenario.model.initial, one),
        Status::Idle
    );
}

/// Dossier 2.4 (S12): writeback writes the dirty buffers of a dirty page, so PG_dirty says nothing of a block whose own
/// buffer is clean.
#[test]
fn a_dirty_page_says_nothing_of_a_clean_buffer() {
    let nobody_writes = [
        ("run = [\"writepage\"]", "run = [\"may_sleep\"]"),
        ("[[edit]]\ndrop = \"writepage/redirty_if_cleaned\"\n", ""),
        (
            "clean_blocks = [2, 3]",
            "clean_blocks = [2, 3]\npte = \"read-only\"",
        ),
    ];
    let scenario = varied("partial-buffers", &nobody_writes, "");
    let mut world = scenario.model.initial;
    for name in ["flusher", "writer"] {
        exhaust(&scenario, &mut world, name);
    }
    assert!(scenario.model.page(&world, PageId(0)).dirty);
    let lost = [4, 5, 6, 7].map(|sector| Violation::Lost {
        page: PageId(0),
        sector: SectorId(sector),
        how: Loss::AtRest,
    });
    assert_eq!(end(&scenario.model, &world), Some(End::Rest(lost.into())));
}

/// What is left of the second page is said of the second page.
#[test]
fn a_leak_is_of_its_page() {
    for (step, leak) in [
        (
            "lock_page 1",
            Leak::Held(Resource::PageLock, Which::Page(PageId(1))),
        ),
        ("pin_page 1", Leak::Pin(PageId(1))),
        ("set_memory_ro 1", Leak::ReadOnly(PageId(1))),
    ] {
        let scenario = made(&["dirty = true"; 2], &[("one", "", &[step])]);
        let mut world = scenario.model.initial;
        exhaust(&scenario, &mut world, "one");
        let found = vec![Violation::Leaked(leak)];
        assert_eq!(end(&scenario.model, &world), Some(End::Rest(found)));
        assert_eq!(leak.page(), PageId(1));
    }
}

/// [K6.19 lib/errseq.c]: an opener is told of an error once. What it was told is not forgotten by a fault in between.
#[test]
fn who_was_told_of_an_error_stays_told() {
    let entry = stable_pages::scenario::find("error-told-once").expect("there");
    let told_twice = entry.text.replacen(
        "run = [\"fsync_return\"]",
        "run = [\"fsync_return\", \"store new\", \"fsync_return\"]\nmm = \"A\"\ncpu = 1",
        1,
    );
    let told_twice = told_twice.replace("dirty = true", "dirty = true\npte = \"none\"");
    for (era, fails) in [
        (Era::V3_0, 0),
        (Era::V3_0, 1),
        (Era::V6_19, 0),
        (Era::V6_19, 1),
    ] {
        let scenario = load_for("x", &told_twice, None, Some(era))
            .unwrap_or_else(|error| panic!("{error}\n{told_twice}"));
        let mut world = scenario.model.initial;
        assert!(!scenario.model.mapping_error(&world));
        if fails == 1 {
            run_to(&scenario, &mut world, "flusher", "queue_bio");
            for name in ["flusher", "adapter", "disk", "completion"] {
                exhaust(&scenario, &mut world, name);
            }
            assert!(scenario.model.mapping_error(&world));
        }
        let returned = |effects: Vec<Effect>| -> Vec<(bool, bool)> {
            let of = |effect: &Effect| match effect {
                Effect::FsyncReturned { failed, missed } => Some((*failed, *missed)),
                _ => None,
            };
            effects.iter().filter_map(of).collect()
        };
        let first = returned(all_of(&scenario, &mut world, "opener1"));
        let second = returned(all_of(&scenario, &mut world, "opener2"));
        let expected = match (fails, era) {
            (0, _) => ([(false, false), (false, false)], [(false, false)]),
            // AS_EIO is one bit: the second opener misses the error.
            (_, Era::V3_0) => ([(true, false), (false, false)], [(false, true)]),
            _ => ([(true, false), (false, false)], [(true, false)]),
        };
        assert_eq!(
            (&first[..], &second[..]),
            (&expected.0[..], &expected.1[..]),
            "{fails} {}",
            era.word()
        );
    }
}

/// Pins are counted, up to what the machine has room for, and stand beside the page's other flags.
#[test]
fn pins_are_counted_beside_the_other_flags() {
    let mut lines = vec!["pin_page", "pin_page", "unpin_page", "set_memory_ro"];
    lines.extend(["pin_page"; 8]);
    lines.extend(["unpin_page"; 8]);
    let scenario = made(&["dirty = true"], &[("one", "", &lines)]);
    let mut world = scenario.model.initial;
    let mut pins = Vec::new();
    while status(&scenario.model, &world, actor(&scenario, "one")) == Status::Ready {
        one(&scenario, &mut world, "one");
        let page = scenario.model.page(&world, PageId(0));
        assert!(page.dirty && !page.gone && !page.towrite && !page.committing);
        assert_eq!(page.read_only, pins.len() >= 3);
        pins.push(page.pins);
    }
    assert_eq!(
        pins,
        [1, 2, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    );
}

/// [K2.6.39 arch/x86/mm/pageattr.c]: set_memory_ro twice is read-only still, and neither call touches the page's flags.
#[test]
fn a_kernel_mapping_is_set_not_toggled() {
    let lines = [
        "set_memory_ro",
        "set_memory_ro",
        "set_memory_rw",
        "set_memory_rw",
    ];
    for dirty in [true, false] {
        let scenario = made(&[&format!("dirty = {dirty}")], &[("one", "", &lines)]);
        let mut world = scenario.model.initial;
        for read_only in [true, true, false, false] {
            one(&scenario, &mut world, "one");
            let page = scenario.model.page(&world, PageId(0));
            assert_eq!((page.read_only, page.dirty), (read_only, dirty));
        }
    }
}

/// [K2.6.39 fs/jbd2/transaction.c, do_get_write_access]: a block on the committing transaction is frozen before it is
/// changed, once; a block that is on none is not. journal_file_buffer takes it off the transaction.
#[test]
fn a_committing_block_is_frozen_once() {
    let lines = ["get_write_access", "get_write_access", "file_shadow"];
    for committing in [true, false] {
        let page = format!("dirty = true\ncommitting = {committing}");
        let scenario = made(&[&page], &[("one", "", &lines)]);
        let mut world = scenario.model.initial;
        assert_eq!(
            scenario.model.page(&world, PageId(0)).committing,
            committing
        );
        let effects = all_of(&scenario, &mut world, "one");
        let page = PageId(0);
        assert_eq!(
            effects,
            [
                Effect::WriteAccess {
                    page,
                    frozen: committing
                },
                Effect::WriteAccess {
                    page,
                    frozen: false
                },
                Effect::Shadowed { page },
            ]
        );
        let page = scenario.model.page(&world, page);
        assert!(!page.committing && page.dirty);
        assert_eq!(page.copy[0].is_some(), committing);
    }
}

/// [K3.0 mm/page-writeback.c, tag_pages_for_writeback]: an integrity sync writes what was dirty when it began, so it ends
/// even while others go on dirtying pages; any other pass writes what is dirty when it comes by.
#[test]
fn a_tagged_pass_leaves_later_pages_alone() {
    let pass = [
        "find_tagged 0 else a",
        "a> find_tagged 1 else b",
        "b> may_sleep",
    ];
    let mut tagged = vec!["tag_pages_for_writeback"];
    tagged.extend(pass);
    let scenario = made(
        &["dirty = true", "dirty = false"],
        &[
            ("sync", "", &tagged),
            ("background", "", &pass),
            ("writer", "", &["set_page_dirty 1"]),
        ],
    );
    let mut world = scenario.model.initial;
    let tags = |world: &World| PAGES.map(|page| scenario.model.page(world, page).towrite);
    let effects = one(&scenario, &mut world, "sync");
    let tagged = [true, false].into_iter().zip(PAGES);
    let tagged: Vec<Effect> = tagged
        .map(|(tagged, page)| Effect::Tagged { page, tagged })
        .collect();
    assert_eq!(effects, tagged);
    assert_eq!(tags(&world), [true, false]);
    one(&scenario, &mut world, "writer");
    let [first, second] = PAGES;
    let found = |world: &mut World, name: &str| {
        let effects = [one(&scenario, world, name), one(&scenario, world, name)];
        effects.concat()
    };
    assert_eq!(
        found(&mut world.clone(), "background"),
        [
            Effect::FoundDirty { page: first },
            Effect::FoundDirty { page: second }
        ]
    );
    assert_eq!(
        found(&mut world, "sync"),
        [
            Effect::FoundDirty { page: first },
            Effect::NotDirty { page: second }
        ]
    );
    assert_eq!(tags(&world), [false, false]);
}

/// [K2.6.39 mm/filemap.c]: a wake-up is for those who sleep for this page, and only for those who sleep already.
#[test]
fn a_wake_up_is_for_the_sleepers_of_its_page() {
    let scenario = made(
        &["dirty = true"; 2],
        &[
            (
                "flusher",
                "",
                &[
                    "lock_page 0",
                    "set_page_writeback 0",
                    "lock_page 1",
                    "set_page_writeback 1",
                    "may_sleep",
                    "wake_up_page 0",
                    "wake_up_page 0",
                ],
            ),
            (
                "here",
                "",
                &[
                    "wait_on_page_writeback_once 0",
                    "wait_on_page_writeback_once 0",
                ],
            ),
            ("too", "", &["wait_on_page_writeback_once 0"]),
            ("there", "", &["wait_on_page_writeback_once 1"]),
            ("late", "", &["wait_on_page_writeback_once 0"]),
        ],
    );
    let mut world = scenario.model.initial;
    run_to(&scenario, &mut world, "flusher", "wake_up_page");
    for (name, page) in [("here", 0), ("too", 0), ("there", 1)] {
        let page = PageId(page);
        assert_eq!(
            one(&scenario, &mut world, name),
            [Effect::FellAsleep { page }]
        );
    }
    let page = PageId(0);
    let asleep = |world: &World| {
        let names = ["here", "too", "there"];
        names.map(|name| status(&scenario.model, world, actor(&scenario, name)) != Status::Ready)
    };
    assert_eq!(asleep(&world), [true; 3]);
    assert_eq!(
        one(&scenario, &mut world, "flusher"),
        [Effect::WokeWaiters { page, many: 2 }]
    );
    assert_eq!(asleep(&world), [false, false, true]);
    // The bit is set still: who comes now falls asleep, who was woken goes on without looking.
    assert_eq!(
        one(&scenario, &mut world, "late"),
        [Effect::FellAsleep { page }]
    );
    assert_eq!(one(&scenario, &mut world, "here"), [Effect::Woke { page }]);
    let again = one(&scenario, &mut world, "here");
    assert_eq!(again, [Effect::FellAsleep { page }], "a wait of its own");
    assert_eq!(
        one(&scenario, &mut world, "flusher"),
        [Effect::WokeWaiters { page, many: 3 }]
    );
    assert_eq!(
        status(&scenario.model, &world, actor(&scenario, "late")),
        Status::Ready
    );
}

/// [K2.6.39 arch/x86/mm/tlb.c]: a flush is of one address space, on all CPUs that run it.
#[test]
fn a_flush_is_of_one_address_space() {
    let user = |mm: &str, cpu: u8| format!("mm = \"{mm}\"\ncpu = {cpu}");
    let (a0, a1, b, none) = (user("A", 0), user("A", 1), user("B", 2), user("A", 3));
    let load: &[&str] = &["load word"];
    let scenario = made(
        &["dirty = true\npte = \"read-only\"\ntlb = \"none\""],
        &[
            ("a0", &a0, load),
            ("a1", &a1, load),
            ("b", &b, load),
            ("late", &none, load),
            ("flusher", "", &["flush_tlb_page A", "flush_tlb_page A"]),
        ],
    );
    let mut world = scenario.model.initial;
    for name in ["a0", "a1", "b"] {
        one(&scenario, &mut world, name);
    }
    let (page, space) = (PageId(0), SpaceId(0));
    let flushed = |entries| Effect::TlbFlushed {
        page,
        space,
        entries,
    };
    assert_eq!(one(&scenario, &mut world, "flusher"), [flushed(2)]);
    let cached = [0, 1, 2, 3].map(|tlb| scenario.model.tlb(&world, TlbId(tlb), page));
    assert_eq!(
        cached,
        [Access::NONE, Access::NONE, Access::READ_ONLY, Access::NONE]
    );
    assert_eq!(one(&scenario, &mut world, "flusher"), [flushed(0)]);
}

/// A file with a page, its disk and completion, and what else is said; `writer` stores once, `sync` is an fsync without the
/// writing, cut in two.
fn synced(lines: &[&str], offset: u16) -> Scenario {
    made_with(
        "interval = 512",
        offset,
        &["dirty = true"],
        &[
            ("flusher", "", lines),
            ("writer", "", &["kernel_store word"]),
            ("sync", "", &["fsync_begin", "fsync_return"]),
            (
                "truncate",
                "",
                &["lock_page", "remove_from_page_cache", "unlock_page"],
            ),
            ("disk", "", &["disk"]),
            ("completion", "", &["bio_endio", "dio_complete"]),
        ],
    )
}

/// The sectors of which fsync says they are on the disk although they are not.
fn missed(scenario: &Scenario, world: &mut World) -> Vec<u8> {
    let sector = |effect| match effect {
        Effect::Broke(Violation::Lost {
            sector,
            how: Loss::Fsync,
            ..
        }) => Some(sector.0),
        _ => None,
    };
    let effects = one(scenario, world, "sync");
    effects.into_iter().filter_map(sector).collect()
}

/// [POSIX fsync; K2.6.39 mm/filemap.c]: fsync promises the bytes of the moment when it was called, or newer ones, of every
/// sector. Bytes fetched before that do not keep the promise, though they are written after it; nor do those of a copy
/// taken before. Of a page that has left the file nothing is promised.
#[test]
fn fsync_promises_what_was_there_when_it_was_called() {
    let lines = ["bio_add_page", "queue_bio"];
    // Newer bytes, over two sectors, are as good.
    let scenario = synced(&lines, 511);
    let mut world = scenario.model.initial;
    for name in ["sync", "writer"] {
        one(&scenario, &mut world, name);
    }
    for name in ["flusher", "disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    assert_eq!(missed(&scenario, &mut world), [0_u8; 0]);
    // Bytes fetched before the store and the call.
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    run_to(&scenario, &mut world, "disk", "commit_media");
    for name in ["writer", "sync"] {
        one(&scenario, &mut world, name);
    }
    for name in ["disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    let before = world;
    assert_eq!(missed(&scenario, &mut world), [0, 1]);
    // The page has left the file meanwhile.
    let mut world = before;
    exhaust(&scenario, &mut world, "truncate");
    assert_eq!(missed(&scenario, &mut world), [0_u8; 0]);
    // A copy that was taken before, and fetched after.
    let scenario = synced(&["bio_add_page", "bounce_copy", "queue_bio"], 0);
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    for name in ["writer", "sync"] {
        one(&scenario, &mut world, name);
    }
    for name in ["disk", "completion"] {
        exhaust(&scenario, &mut world, name);
    }
    assert_eq!(missed(&scenario, &mut world), [0]);
}

/// [K2.6.39 mm/memory.c]: whatever PTE the store faulted on, after the fault it is forgotten.
#[test]
fn a_fault_leaves_nothing_of_itself_behind() {
    let end_of = |pte: &str| {
        let keys = format!("dirty = true\npte = \"{pte}\"\ntlb = \"none\"");
        let scenario = made(
            &[&keys],
            &[("one", "mm = \"A\"\ncpu = 1", &["store word", "may_sleep"])],
        );
        let mut world = scenario.model.initial;
        let effects = one(&scenario, &mut world, "one");
        assert!(matches!(effects[0], Effect::Faulted { .. }));
        run_to(&scenario, &mut world, "one", "may_sleep");
        world
    };
    assert_eq!(end_of("none"), end_of("read-only"));
}

/// [Intel SDM 3A, 4.8]: a store through a translation that is cached as clean walks the page table and sets the dirty bit
/// there, though it may write.
#[test]
fn a_store_through_a_clean_tlb_entry_sets_the_dirty_bit() {
    let keys = "dirty = true\npte = \"writable clean\"\ntlb = \"writable clean\"";
    let scenario = made(&[keys], &[("one", "mm = \"A\"\ncpu = 1", &["store word"])]);
    let mut world = scenario.model.initial;
    assert_eq!(
        scenario.model.tlb(&world, TlbId(0), PageId(0)),
        Access::WRITABLE_CLEAN
    );
    one(&scenario, &mut world, "one");
    assert_eq!(
        scenario.model.pte(&world, SpaceId(0), PageId(0)),
        Access::WRITABLE_DIRTY
    );
    assert_eq!(
        scenario.model.tlb(&world, TlbId(0), PageId(0)),
        Access::WRITABLE_DIRTY
    );
}

/// [K2.6.39 mm/memory.c, zap_pte_range]: a dirty PTE that is removed makes the page dirty, a clean one does not.
#[test]
fn the_dirty_bit_of_a_removed_pte_is_kept() {
    for (pte, dirty) in [("writable", true), ("writable clean", false)] {
        let keys = format!("dirty = false\npte = \"{pte}\"");
        let user = "mm = \"A\"\ncpu = 1";
        let lines = ["zap_pte A", "set_dirty_if_pte_was"];
        let scenario = made(
            &[&keys],
            &[("one", "", &lines), ("user", user, &["load word"])],
        );
        let mut world = scenario.model.initial;
        exhaust(&scenario, &mut world, "one");
        assert_eq!(scenario.model.page(&world, PageId(0)).dirty, dirty, "{pte}");
    }
}

/// [K2.6.39 mm/truncate.c]: a page that is cancelled is neither dirty nor tagged, and nothing else changes.
#[test]
fn cancelling_a_page_takes_dirty_bit_and_tag() {
    let page = "dirty = true\ncommitting = true\npins = 1";
    let lines = ["tag_pages_for_writeback", "cancel_dirty_page"];
    let scenario = made(&[page], &[("one", "", &lines)]);
    let mut world = scenario.model.initial;
    one(&scenario, &mut world, "one");
    let mut expected = scenario.model.page(&world, PageId(0));
    assert!(expected.dirty && expected.towrite && expected.committing);
    one(&scenario, &mut world, "one");
    (expected.dirty, expected.towrite) = (false, false);
    assert_eq!(scenario.model.page(&world, PageId(0)), expected);
}

/// A journal has one handle for all pages; who waits for handles finds none open.
#[test]
fn there_is_one_journal_handle_for_all_pages() {
    let scenario = made(
        &["dirty = true"; 2],
        &[("one", "", &["wait_for_handles", "journal_start"])],
    );
    let mut world = scenario.model.initial;
    let (what, page) = (Resource::Handle, PageId(0));
    assert_eq!(
        one(&scenario, &mut world, "one"),
        [Effect::FoundFree { what, page }]
    );
    one(&scenario, &mut world, "one");
    let owners = PAGES.map(|page| scenario.model.owner(&world, what, Which::Page(page)));
    assert_eq!(owners, [Some(actor(&scenario, "one")); 2]);
}

/// A bio is guarded from its submission, failed from the check that fails, and neither once it is over: [K6.19
/// drivers/nvme/host/core.c] a command that did not fail is not sent again.
#[test]
fn a_bio_says_whether_it_is_guarded_and_has_failed() {
    use stable_pages::scenario::Device;
    let entry = stable_pages::scenario::find("unlock-gap").expect("there");
    let of = |word: &str| {
        let device = Device::ALL.into_iter().find(|it| it.word() == word);
        load_for("x", entry.text, device, None).expect("loads")
    };
    for (device, guarded) in [("dix+dif", true), ("none", false), ("nvme pi", true)] {
        let scenario = of(device);
        let mut world = scenario.model.initial;
        let bio = |world: &World| {
            let bio = scenario.model.bio(world, BioId(0));
            (bio.guarded, bio.failed)
        };
        run_to(&scenario, &mut world, "flusher", "queue_bio");
        assert_eq!(bio(&world), (false, false));
        exhaust(&scenario, &mut world, "flusher");
        assert_eq!(bio(&world), (guarded, false));
        let effects = all_of(&scenario, &mut world, "disk");
        let again = |it: &&Effect| matches!(it, Effect::Requeued { .. });
        assert_eq!(effects.iter().find(again), None, "{device}");
        assert_eq!(bio(&world), (false, false), "done");
    }
    let odd = ["take_request", "nvme_requeue else end"];
    let scenario = made(
        &["dirty = true"],
        &[
            ("flusher", "", &["bio_add_page", "queue_bio"]),
            ("odd", "", &odd),
        ],
    );
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    let taken = Effect::Taken { bio: BioId(0) };
    assert_eq!(all_of(&scenario, &mut world, "odd"), [taken]);
    let scenario = of("dix+dif");
    let (history, story) = support::opening(&scenario);
    let failed = story.failures.first().expect("a guard error").step;
    let worlds = history.replay(&scenario.model);
    let bio = |step: usize| scenario.model.bio(&worlds[step].2, BioId(0)).failed;
    assert_eq!((bio(failed - 2), bio(failed - 1)), (false, true));
}

/// page_mkclean's answer is kept until its caller has acted on it.
#[test]
fn who_cleaned_a_pte_knows_it_until_the_page_is_dirty() {
    let scenario = support::scenario("baseline-five-step");
    let flusher = actor(&scenario, "flusher");
    let mut world = scenario.model.initial;
    let cleaned = |world: &World| scenario.model.actor(world, flusher).cleaned;
    run_to(&scenario, &mut world, "flusher", "pte_wrprotect");
    assert!(!cleaned(&world));
    one(&scenario, &mut world, "flusher");
    assert!(cleaned(&world));
    run_to(&scenario, &mut world, "flusher", "redirty_if_cleaned");
    assert!(cleaned(&world));
    one(&scenario, &mut world, "flusher");
    assert!(!cleaned(&world));
}

/// Whoever ends the writeback of a page by hand takes it out of its bio. The disk, which has the bio at hand, completes it
/// all the same: a bio without a page, which nobody ends where there is no completion.
#[test]
fn a_bio_that_lost_its_page_is_left_behind() {
    let lines = [
        "lock_page",
        "set_page_writeback",
        "bio_add_page",
        "queue_bio",
        "unlock_page",
    ];
    let scenario = made(
        &["dirty = true"],
        &[
            ("flusher", "", &lines),
            ("other", "", &["clear_writeback"]),
            ("disk", "", &["disk"]),
        ],
    );
    let mut world = scenario.model.initial;
    exhaust(&scenario, &mut world, "flusher");
    run_to(&scenario, &mut world, "disk", "complete_request");
    for name in ["other", "disk"] {
        exhaust(&scenario, &mut world, name);
    }
    let Some(End::Rest(left)) = end(&scenario.model, &world) else {
        panic!("all is at rest");
    };
    assert_eq!(left, [Violation::Leaked(Leak::Bio(BioId(0)))]);
}

/// A checksum inside a block stands in its own interval: the others are judged without it, and only its interval changes
/// when it is stored.
#[test]
fn a_checksum_is_of_its_own_interval() {
    let flusher = [
        "lock_page",
        "set_page_writeback",
        "unlock_page",
        "bio_add_page",
        "queue_bio",
    ];
    let scenario = made_with(
        "interval = 512\nchecksum = [600, 1000]",
        700,
        &["dirty = true"],
        &[
            (
                "writer",
                "",
                &["kernel_store word", "csum_read", "csum_store"],
            ),
            ("flusher", "", &flusher),
            ("disk", "", &["disk"]),
        ],
    );
    let mut world = scenario.model.initial;
    let stored = |effects: Vec<Effect>| -> Vec<u8> {
        let sector = |effect: &Effect| match effect {
            Effect::Stored { sector, .. } => Some(sector.0),
            _ => None,
        };
        effects.iter().filter_map(sector).collect()
    };
    assert_eq!(stored(one(&scenario, &mut world, "writer")), [1]);
    one(&scenario, &mut world, "writer");
    assert_eq!(stored(one(&scenario, &mut world, "writer")), [1]);
    exhaust(&scenario, &mut world, "flusher");
    let effects = all_of(&scenario, &mut world, "disk");
    let broke = |it: &&Effect| matches!(it, Effect::Broke(_));
    assert_eq!(effects.iter().find(broke), None);
}
