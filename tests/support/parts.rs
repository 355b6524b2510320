//! Files about pages that are in several bios, each with some of the sectors: what the catalogue has once or not at all.

#![allow(dead_code, reason = "not every test uses all of it")]

use stable_pages::scenario::{Scenario, Verdict, load};

/// What a file is about, its device, more keys of its `[file]`, whether a second page follows, its actors (name, lines,
/// more keys), and its verdicts.
type File = (
    &'static str,
    &'static str,
    &'static str,
    bool,
    &'static [(&'static str, &'static [&'static str], &'static str)],
    &'static [Verdict],
);

const DISK: (&str, &[&str], &str) = ("disk", &["short_disk"], "");
const ENDS: (&str, &[&str], &str) = ("ends", &["completion_direct"], "");
const STORES: (&str, &[&str], &str) = ("stores", &["kernel_store new", "set_page_dirty"], "");

const PIECES: (&str, &[&str], &str) = ("stores", &["kernel_store wide"], "");

const FILES: [File; 17] = [
    (
        "two bios of a page, without a bit that tells of them",
        "dix+dif",
        "",
        false,
        &[
            ("io", &["submit_bio 0-3", "submit_bio 4-7"], ""),
            STORES,
            DISK,
            ENDS,
        ],
        &[Verdict::UnstableWrite],
    ),
    (
        "a bio of a range, and one of the rest of the page and of another page",
        "none",
        "",
        true,
        &[
            ("io", &["bio_add_page 0 2-5", "queue_bio"], ""),
            (
                "other",
                &[
                    "bio_add_page 1",
                    "bio_add_page 0 6-7",
                    "bio_add_page 0 0-1",
                    "queue_bio",
                ],
                "",
            ),
            DISK,
            ENDS,
        ],
        &[],
    ),
    (
        "buffers that are cleaned by halves",
        "none",
        "block = 2048",
        false,
        &[
            ("io", &["submit_bio 0-3", "submit_bio 4-7"], ""),
            ("stores", &["kernel_store new"], ""),
            ("marks", &["set_page_dirty"], ""),
            DISK,
            ENDS,
        ],
        &[Verdict::LostUpdate, Verdict::UnstableWrite],
    ),
    (
        "a copy of what the bio has, and of nothing else",
        "dix+dif",
        "",
        false,
        &[
            ("io", &["copied 0-3", "copied 4-7"], ""),
            STORES,
            DISK,
            ENDS,
        ],
        &[],
    ),
    (
        "two that wait for each other's half",
        "none",
        "",
        false,
        &[
            (
                "P1",
                &["bio_add_page 0-3", "bio_add_page 4-7", "queue_bio"],
                "",
            ),
            (
                "P2",
                &["bio_add_page 4-7", "bio_add_page 0-3", "queue_bio"],
                "",
            ),
            DISK,
            ENDS,
        ],
        &[Verdict::Deadlock],
    ),
    (
        "who waits for all bios of a page waits for its own",
        "none",
        "",
        false,
        &[("P1", &["bio_add_page 0-3", "wait_for_bio"], "")],
        &[Verdict::Deadlock],
    ),
    (
        "a circle through the second of two bios",
        "none",
        "",
        false,
        &[
            (
                "P1",
                &[
                    "lock_page",
                    "set_page_writeback",
                    "unlock_page",
                    "bio_add_page 0-3",
                    "queue_bio",
                    "bio_add_page 4-7",
                    "mutex_lock m",
                    "queue_bio",
                    "mutex_unlock m",
                ],
                "",
            ),
            (
                "P2",
                &["mutex_lock m", "wait_on_page_writeback", "mutex_unlock m"],
                "",
            ),
        ],
        &[Verdict::Leak, Verdict::Deadlock, Verdict::Stall],
    ),
    (
        "guests hand a host their halves",
        "none",
        "",
        false,
        &[
            ("P1", &["bio_add_page 0-3", "virtqueue_kick"], ""),
            ("P2", &["bio_add_page 4-7", "virtqueue_kick"], ""),
            ("host", &["host"], ""),
            DISK,
            ENDS,
        ],
        &[],
    ),
    (
        "reads of halves, one of which is made again",
        "dix+dif",
        "",
        false,
        &[
            (
                "reads",
                &[
                    "bio_add_page 0-3",
                    "submit_read",
                    "bio_add_page 4-7",
                    "submit_read",
                ],
                "",
            ),
            ("stores", &["kernel_store new"], ""),
            ("disk", &["disk_read"], ""),
            ("verifier", &["read_endio"], ""),
        ],
        &[Verdict::LostUpdate],
    ),
    (
        "fsync of a page in two bios",
        "none",
        "",
        false,
        &[
            (
                "fsync",
                &[
                    "fsync_begin",
                    "submit_bio 0-3",
                    "submit_bio 4-7",
                    "wait_for_bio",
                    "fsync_return",
                ],
                "",
            ),
            ("stores", &["kernel_store new"], ""),
            DISK,
            ENDS,
        ],
        &[Verdict::UnstableWrite],
    ),
    (
        "a buffer lock that the first of two bios gives back",
        "none",
        "",
        false,
        &[
            (
                "io",
                &["lock_buffer", "submit_bio 0-3", "submit_bio 4-7"],
                "",
            ),
            (
                "stores",
                &["lock_buffer", "kernel_store new", "unlock_buffer"],
                "",
            ),
            DISK,
            ("ends", &["completion_buffers"], ""),
        ],
        &[Verdict::Assertion, Verdict::UnstableWrite],
    ),
    (
        "writeback that is ended by hand while bios are on their way",
        "none",
        "",
        false,
        &[
            (
                "io",
                &[
                    "lock_page",
                    "set_page_writeback",
                    "submit_bio 0-3",
                    "submit_bio 4-7",
                    "clear_writeback",
                    "wake_up_page",
                    "unlock_page",
                ],
                "",
            ),
            DISK,
            ("ends", &["completion_in_two_steps"], ""),
        ],
        &[Verdict::Assertion],
    ),
    (
        "halves that are tried again with the same guards",
        "nvme pi",
        "",
        false,
        &[
            ("io", &["submit_bio 0-0", "submit_bio 5-5"], ""),
            ("stores", &["kernel_store new"], ""),
            ("disk", &["disk"], ""),
            ENDS,
        ],
        &[Verdict::GuardError],
    ),
    (
        "a page that is copied in pieces and stays dirty",
        "dix+dif",
        "",
        false,
        &[("io", &["pieces"], ""), PIECES, DISK, ENDS],
        &[Verdict::TornWrite],
    ),
    (
        "halves that are copied in pieces, of a page whose blocks are clean by then",
        "fs checksum",
        "block = 1024",
        false,
        &[
            ("io", &["pieces 0-3", "pieces 4-7"], ""),
            PIECES,
            DISK,
            ENDS,
        ],
        &[Verdict::LostUpdate, Verdict::SilentCorruption],
    ),
    (
        "halves that are marked one after the other",
        "none",
        "",
        false,
        &[
            (
                "io",
                &[
                    "lock_page",
                    "set_block_writeback 0-3",
                    "submit_bio 0-3",
                    "set_block_writeback 4-7",
                    "submit_bio 4-7",
                    "unlock_page",
                ],
                "",
            ),
            (
                "stores",
                &[
                    "lock_page",
                    "wait_on_page_writeback",
                    "kernel_store wide",
                    "unlock_page",
                ],
                "",
            ),
            DISK,
            ("ends", &["blocks_end"], ""),
        ],
        &[],
    ),
    (
        "a page that is marked whole, and once more by somebody without its lock",
        "dix+dif",
        "",
        false,
        &[
            (
                "io",
                &[
                    "lock_page",
                    "set_block_writeback",
                    "submit_bio",
                    "unlock_page",
                ],
                "",
            ),
            (
                "other",
                &["set_block_writeback 2-5", "kernel_store wide"],
                "",
            ),
            DISK,
            ("ends", &["blocks_end"], ""),
        ],
        &[
            Verdict::Assertion,
            Verdict::UnstableWrite,
            Verdict::TornWrite,
        ],
    ),
];

const PROGRAMS: &str = "\
[[program]]\nname = \"blocks_end\"\nforever = true\ntext = '''\nbio_endio else fine\nfine>\nend_block_writeback\n'''\n\
[[program]]\nname = \"pieces\"\ntext = '''\nbio_add_page\n?buffers clear_buffer_dirty\neach sector\n  copy_sector\n?guards each sector\n  generate_guard\nqueue_bio\n'''\n\
[[lock]]\nname = \"m\"\nkind = \"mutex\"\n\
[[program]]\nname = \"short_disk\"\nforever = true\ntext = '''\ntake_request\neach page\n  each sector\n    dma_sector\ncommit_media\ncomplete_request\n'''\n\
[[program]]\nname = \"copied\"\ntext = '''\nbio_add_page\nbounce_copy\n?guards each sector\n  generate_guard\nqueue_bio\n'''\n\
[[program]]\nname = \"disk_read\"\nforever = true\ntext = '''\ntake_request\neach sector\n  dma_read\ncomplete_read\n'''\n\
[[program]]\nname = \"read_endio\"\nforever = true\ntext = '''\nbio_endio else came\ncame>\neach sector\n  check_read else again\ngoto done\nagain> read_again\nbio_endio else back\nback>\neach sector\n  verify_read\ncopy_out\ndone> dio_complete\n'''\n";

/// All files: what each is about, its text, and the verdicts it must have.
pub fn files() -> Vec<(&'static str, String, Vec<Verdict>)> {
    let all = FILES.iter().map(|(about, device, keys, second, actors, verdicts)| {
        let mut text = format!(
            "title = \"t\"\nera = \"6.19\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"{device}\"\nschedule = []\n\
             [file]\ninode = 1\nfirst_lba = 8\ninterval = 512\n{keys}\n\
             [[page]]\nindex = 0\nmemory = [\"ab\"]\nmedia = [\"old \"]\ndirty = true\n"
        );
        if *second {
            text += "[[page]]\nindex = 1\nmemory = [\"cd\"]\nmedia = [\"old \"]\ndirty = true\n";
        }
        text += "[[store]]\nname = \"new\"\noffset = 2600\ntext = \"new!\"\n\
             [[store]]\nname = \"wide\"\noffset = 2046\ntext = \"wide\"\n";
        text += PROGRAMS;
        for (name, run, more) in *actors {
            text += &format!("[[actor]]\nname = \"{name}\"\nabout = \"\"\nrun = {run:?}\n{more}\n");
        }
        (*about, text, verdicts.to_vec())
    });
    all.collect()
}

/// All files as scenarios.
///
/// # Panics
/// When one does not load.
pub fn scenarios() -> impl Iterator<Item = Scenario> {
    let loaded = |(about, text, _): (&str, String, _)| {
        load("parts", &text).unwrap_or_else(|error| panic!("{about}: {error}\n{text}"))
    };
    files().into_iter().map(loaded)
}
