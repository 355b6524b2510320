//! What a drawing is about that the model does not have.

use super::sheet::Sheet;

/// Something outside of the model: words by which it is known, and why the model cannot judge it.
struct Outside {
    words: &'static [&'static str],
    what: &'static str,
    why: &'static str,
}

/// Everything that drawings of kernel mail are known to be about beyond pages, locks and bios. Words count as a part of a line, in small
/// letters.
const ALL: [Outside; 11] = [
    Outside {
        words: &[
            "use after free",
            "use-after-free",
            "uaf",
            "freed",
            "kfree",
            "free_",
            "is gone",
            "of nobody",
            "= null",
            "null pointer",
            "null deref",
            "destroy_",
            "iput(",
            "evict(",
            "clear_inode",
            "put_super",
            "release_mem",
            "inode memory",
            "dangling",
        ],
        what: "the lifetime of an object",
        why: "Everything in the model lives for ever: actors, locks and pages.",
    },
    Outside {
        words: &[
            "split_huge",
            "split_folio",
            "folio_split",
            "split_page",
            "large folio",
            "thp_split",
            "big folio",
        ],
        what: "a folio that is split",
        why: "To the model a page is a page: it has no large folios.",
    },
    Outside {
        words: &[
            "hole",
            "fallocate",
            "punch",
            "collapse_range",
            "zero_objects",
        ],
        what: "a hole in the file",
        why: "In the model every page has its sectors; no block is allocated or freed.",
    },
    Outside {
        words: &[
            "stale",
            "old data",
            "old disk",
            "old bytes",
            "old content",
            "reads old",
            "returns old",
            "uninitialized",
            "uninitialised",
        ],
        what: "what a reader sees",
        why: "The model judges what is written, and checks of what is read; that somebody reads old bytes it does not see.",
    },
    Outside {
        words: &["i_size", "isize", "i_disksize", "eof"],
        what: "the size of the file",
        why: "The model has no size of a file.",
    },
    Outside {
        words: &[
            "bitmap",
            "subpage",
            "eb1",
            "eb2",
            "extent_buffer",
            "sub-page",
            "iomap_folio_state",
            "->state_lock",
        ],
        what: "bits of blocks smaller than a page",
        why: "In the model a page has one PG_dirty for all of its blocks.",
    },
    Outside {
        words: &[
            "write fails",
            "write of bh fails",
            "i/o error",
            "io error",
            "eio",
            "write_io_error",
            "error bit",
            "media error",
        ],
        what: "a write that fails by itself",
        why: "In the model a write fails by its checksum alone, not by an I/O error.",
    },
    Outside {
        words: &[
            "crash",
            "power loss",
            "power failure",
            "cleanup_journal_tail",
            "journal tail",
            "recovery",
            "replay the journal",
        ],
        what: "a crash, and what the journal replays",
        why: "The model never crashes and replays no journal.",
    },
    Outside {
        words: &[
            "smp_mb",
            "smp_wmb",
            "smp_rmb",
            "barrier()",
            "reorder",
            "write_once",
            "read_once",
            "store buffer",
        ],
        what: "the order of memory accesses",
        why: "Steps of the model are indivisible, and everybody sees them at once.",
    },
    Outside {
        words: &[
            "migrate_page",
            "migrate_folio",
            "khugepaged",
            "compaction",
            "memory_failure",
            "hwpoison",
        ],
        what: "pages that move",
        why: "Pages of the model stay where they are.",
    },
    Outside {
        words: &[
            "ordered_extent",
            "btrfs_ordered",
            "qgroup",
            "reserve_metadata",
            "delalloc_space",
            "space_info",
        ],
        what: "btrfs' accounting",
        why: "The model has neither ordered extents nor reservations.",
    },
];

/// What a drawing is about that the model does not have: what, and why the model cannot judge that.
pub(super) fn outside(sheet: &Sheet, lines: &[String]) -> Vec<(&'static str, &'static str)> {
    let text: Vec<String> = lines[sheet.lines.clone()]
        .iter()
        .map(|it| it.to_ascii_lowercase())
        .collect();
    let found = ALL.iter().filter(|it| {
        let mut words = it.words.iter();
        words.any(|word| text.iter().any(|line| has(line, word)))
    });
    found.map(|it| (it.what, it.why)).collect()
}

/// Whether a line has some words, which begin where a word begins.
fn has(line: &str, words: &str) -> bool {
    let mut from = 0;
    while let Some(at) = line[from..].find(words).map(|it| from + it) {
        let before = line[..at].chars().next_back();
        let letter = |c: char| c.is_ascii_alphanumeric();
        let begins = !words.starts_with(letter) || !before.is_some_and(letter);
        let after = line[at + words.len()..].chars().next();
        let ends = words.len() > 4 || !after.is_some_and(letter);
        if begins && ends {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Whether a drawing is lockdep's table: rows of lock classes, and no functions.
pub(super) fn is_lockdep(sheet: &Sheet) -> bool {
    let calls = sheet
        .cells
        .iter()
        .filter_map(|it| it.parsed.function.as_deref());
    let all: Vec<&str> = calls.collect();
    !all.is_empty()
        && all
            .iter()
            .all(|it| ["lock", "rlock", "unlock", "sync"].contains(it))
}
