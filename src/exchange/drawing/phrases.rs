//! What words of a drawing stand for, where no function is named.

use super::cell::{Parsed, Shape, of_name};
use super::deed::{Deed, How};
use super::names::word;

/// Words of a line, in small letters.
fn words(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !of_name(c) && c != '/' && c != '-');
    all.filter(|it| !it.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

const TAKES: [&str; 20] = [
    "lock", "locks", "locking", "take", "takes", "taking", "took", "acquire", "acquires",
    "acquired", "grab", "grabs", "get", "gets", "hold", "holds", "holding", "want", "wants",
    "locked",
];
const GIVES: [&str; 8] = [
    "unlock", "unlocks", "unlocked", "release", "releases", "released", "drop", "drops",
];
const WAITS: [&str; 5] = ["wait", "waits", "waiting", "sleeps", "blocks"];
const NOT: [&str; 12] = [
    "not", "no", "never", "nobody", "without", "already", "before", "until", "if", "when", "only",
    "would",
];

/// Whether a word is about pages.
fn is_page(word: &str) -> bool {
    ["page", "pages", "folio", "folios", "page_lock", "pagelock"].contains(&word)
}

/// Whether a word looks like the name of a lock.
fn is_lock_name(word: &str) -> bool {
    let ends = ["lock", "mutex", "sem", "rwsem", "_lock", "excl", "spinlock"];
    word.len() > 2 && ends.iter().any(|it| word.ends_with(it)) && !TAKES.contains(&word)
}

/// What words do; none where they say something that is no step.
pub(super) fn of_words(parsed: &Parsed) -> Option<Deed> {
    let text = match parsed.shape {
        Shape::Event => parsed.text.trim_matches(|c: char| "<>[]*! ".contains(c)),
        _ => parsed.text.as_str(),
    };
    let all = words(text);
    let has = |these: &[&str]| all.iter().any(|it| these.contains(&it.as_str()));
    let begins = |these: &[&str]| all.iter().take(2).any(|it| these.contains(&it.as_str()));
    if all.is_empty() || all.len() > 9 {
        return None;
    }
    // What becomes of a page's contents, drawn as an arrow between two of them: `M(page) -> M-2(page)`.
    let content = |it: &str| {
        it.contains('(')
            && words(it)
                .iter()
                .any(|it| is_page(it) || it == "data" || it == "buffer")
    };
    if let Some((from, to)) = text.split_once("->").or_else(|| text.split_once("=>"))
        && content(from)
        && content(to)
    {
        return Some(Deed::Store("kernel_store"));
    }
    let protection = [
        "integrity",
        "guard",
        "guards",
        "checksum",
        "checksums",
        "csum",
        "crc",
        "tuple",
        "tuples",
        "digest",
        "pi",
    ];
    if has(&protection) && text.contains('+') {
        return Some(Deed::Checksum);
    }
    if has(&NOT) {
        return None;
    }
    let page = all.iter().any(|it| is_page(it));
    let writeback = all.iter().any(|it| it.contains("writeback"));
    let dirty = all.iter().any(|it| it.contains("dirty"));
    let named = all.iter().find(|it| is_lock_name(it) && !is_page(it));
    let held = ["held", "taken", "locked"]
        .iter()
        .any(|it| all.last().is_some_and(|last| last == it));
    if begins(&GIVES) && (page || named.is_some()) {
        return Some(match named.filter(|it| !page || !it.ends_with("lock")) {
            Some(name) => Deed::Lock(How::Release, lock_word(text, name)),
            None => Deed::Page("unlock_page"),
        });
    }
    if begins(&WAITS) && (writeback || has(&["io", "i/o"]) || page && has(&["stable"])) {
        return Some(Deed::Page("wait_on_page_writeback"));
    }
    // "takes A", "unlock B": a lock by a letter, or by a name that does not say that it is one.
    if let [verb, name] = &all[..]
        && !is_page(name)
        && name.len() < 16
    {
        let how = match verb.as_str() {
            verb if TAKES.contains(&verb) => Some(How::Take),
            verb if GIVES.contains(&verb) => Some(How::Release),
            _ => None,
        };
        if let Some(how) = how {
            return Some(Deed::Lock(how, lock_word(text, name)));
        }
    }
    if (begins(&TAKES) || held) && !writeback && !dirty {
        if let Some(name) = named.filter(|it| !(page && it.as_str() == "lock")) {
            let excl = has(&["shared", "read"]);
            let how = if excl { How::Share } else { How::Take };
            return Some(Deed::Lock(how, lock_word(text, name)));
        }
        if page
            && (has(&["lock", "locks", "locked", "locking", "every", "all"])
                || begins(&["lock", "locks", "grab", "grabs"]))
        {
            return Some(Deed::Page("lock_page"));
        }
    }
    if begins(&["try", "tries", "trylock"]) && page {
        return Some(Deed::Page("trylock_page"));
    }
    if writeback && begins(&["set", "sets", "mark", "marks", "start", "starts"]) {
        return Some(Deed::Page("set_page_writeback"));
    }
    if writeback
        && (begins(&["clear", "clears", "end", "ends", "finish", "finishes"])
            || has(&["completes", "completed", "ended", "done", "finished"]))
    {
        return Some(Deed::Page("end_page_writeback"));
    }
    if dirty && begins(&["clear", "clears", "clean", "cleans", "test"]) {
        return Some(Deed::Page("TestClearPageDirty"));
    }
    if begins(&[
        "dirty",
        "dirties",
        "redirty",
        "redirties",
        "re-dirty",
        "re-dirties",
    ]) || dirty && begins(&["set", "sets", "mark", "marks", "make", "makes"])
    {
        return Some(Deed::Page("set_page_dirty"));
    }
    let io = has(&[
        "bio", "bios", "io", "i/o", "request", "write", "doorbell", "command", "bh", "buffer",
    ]);
    if begins(&[
        "submit",
        "submits",
        "submitted",
        "issue",
        "issues",
        "send",
        "sends",
        "queue",
        "queues",
        "ring",
        "kick",
        "kicks",
        "start",
        "starts",
    ]) && io
    {
        return Some(Deed::Submit);
    }
    if begins(&[
        "compute",
        "computes",
        "generate",
        "generates",
        "calculate",
        "calculates",
        "take",
        "takes",
        "checksum",
        "checksums",
        "csum",
    ]) && has(&protection)
    {
        return Some(Deed::Checksum);
    }
    // As the page itself draws a store: `store "!" at 0x514`.
    let number = |it: &str| it.starts_with(|c: char| c.is_ascii_digit());
    let placed = all.windows(2).any(|it| it[0] == "at" && number(&it[1]));
    let bytes =
        page || placed || has(&["data", "buffer", "bytes", "contents", "content", "memory"]);
    if begins(&[
        "store",
        "stores",
        "modify",
        "modifies",
        "modified",
        "change",
        "changes",
        "changed",
        "overwrite",
        "overwrites",
        "update",
        "updates",
        "scribble",
        "scribbles",
        "memcpy",
        "memset",
        "write",
        "writes",
    ]) && bytes
        && !io
    {
        return Some(Deed::Store("kernel_store"));
    }
    if begins(&["truncate", "truncates", "invalidate", "invalidates"]) && page {
        return Some(Deed::Truncate);
    }
    None
}

/// The name of a lock as the text writes it, found by the same in small letters.
fn lock_word(text: &str, lower: &str) -> String {
    let mut all = text.split(|c: char| !of_name(c));
    let found = all
        .find(|it| it.to_ascii_lowercase() == lower)
        .unwrap_or(lower);
    match found {
        _ if found.to_ascii_uppercase().starts_with("XFS_MMAPLOCK") => "mmaplock".to_owned(),
        _ => word(found),
    }
}
