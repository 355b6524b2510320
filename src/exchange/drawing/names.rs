//! What a function of a drawing stands for: a step on a page, a lock by its name, a counter.

use super::cell::of_name;
use super::deed::{Deed, How};
use super::functions::{COUNTS, FIXED, GENERIC, HOWS, OTHERS, PAGE};
use crate::protocol::{ALSO, OPS};

/// A name as the program language has it: letters, digits and underscores.
pub(super) fn word(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if of_name(c) { c } else { ' ' })
        .collect();
    let word = plain.split_whitespace().collect::<Vec<_>>().join("_");
    match word.chars().next() {
        None => "lock".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n_{word}"),
        Some(_) => word,
    }
}

/// The name of a lock that an argument points at: its last part, or more where that says too little.
fn lock_name(argument: &str) -> String {
    let plain = argument
        .trim_start_matches(['&', '*', '('])
        .trim_end_matches(')');
    let parts: Vec<&str> = plain
        .split([' ', '.'])
        .flat_map(|it| it.split("->"))
        .filter(|it| !it.is_empty())
        .collect();
    let last = parts.last().copied().unwrap_or(plain);
    let bare = [
        "lock", "mutex", "sem", "rwsem", "rw_sem", "i_mutex", "i_rwsem", "spinlock", "l",
    ];
    let of = parts.len().checked_sub(2).and_then(|at| parts.get(at));
    let own = ["inode", "mapping", "page", "folio", "sb", "this", "p"];
    match of.filter(|of| bare.contains(&last) && !own.contains(of)) {
        Some(of) => word(&format!("{of} {last}")),
        None => word(last),
    }
}

/// The lock that `xfs_ilock` takes, by its flag.
fn xfs_lock(arguments: &[String]) -> (String, bool) {
    let flag = arguments.last().map_or("", String::as_str);
    let name = match flag {
        _ if flag.contains("MMAPLOCK") => "mmaplock",
        _ if flag.contains("IOLOCK") => "iolock",
        _ => "ilock",
    };
    (name.to_owned(), flag.contains("SHARED"))
}

/// What a function does that takes or gives back a lock with a name.
fn lock(function: &str, arguments: &[String]) -> Option<Deed> {
    let first = arguments.first().map_or("", String::as_str);
    for (name, all) in &FIXED {
        let Some(at) = all.iter().position(|it| it.contains(&function)) else {
            continue;
        };
        let how = HOWS[at];
        if *name == "xfs_ilock" {
            let (name, shared) = xfs_lock(arguments);
            let how = match (how, shared) {
                (How::Take, true) => How::Share,
                (How::Try, true) => How::TryShare,
                (How::Release, true) => How::ReleaseShare,
                (how, _) => how,
            };
            return Some(Deed::Lock(how, name));
        }
        // One letter, or a number, says which inode it is.
        let which = first.trim_start_matches(['&', '*']);
        let several = which.len() == 1 && which.starts_with(|c: char| c.is_ascii_uppercase())
            || which.len() < 8 && which.ends_with(|c: char| c.is_ascii_digit());
        return Some(Deed::Lock(
            how,
            match several && !which.is_empty() {
                true => word(&format!("{name} {which}")),
                false => (*name).to_owned(),
            },
        ));
    }
    let generic = GENERIC.iter().find(|(begins, _)| {
        let rest = function.strip_prefix(begins);
        let tails = [
            "",
            "_nested",
            "_nest_lock",
            "_killable",
            "_interruptible",
            "_io",
            "_irq",
            "_irqsave",
            "_bh",
            "_irqrestore",
            "_non_owner",
            "_nosave",
            "_common",
        ];
        rest.is_some_and(|rest| tails.contains(&rest))
    });
    let Some((_, how)) = generic else {
        return by_its_name(function, first);
    };
    let name = match arguments.is_empty() {
        true => "lock".to_owned(),
        false => lock_name(first),
    };
    let page = name == "page" || name == "folio" || name.ends_with("page_lock");
    Some(match (page, how.releases(), how.tries()) {
        (true, true, _) => Deed::Page("unlock_page"),
        (true, _, true) => Deed::Page("trylock_page"),
        (true, ..) => Deed::Page("lock_page"),
        _ => Deed::Lock(*how, name),
    })
}

/// A function of which nothing is known but that its name says that it locks: `lock_extent`, `nilfs_segctor_unlock`.
fn by_its_name(function: &str, argument: &str) -> Option<Deed> {
    if [
        "rcu", "srcu", "lockdep", "local", "class", "is", "assert", "init", "held", "block",
    ]
    .iter()
    .any(|it| function.split('_').any(|word| word == *it))
    {
        return None;
    }
    let words: Vec<&str> = function.split('_').filter(|it| !it.is_empty()).collect();
    let at = words
        .iter()
        .position(|it| matches!(*it, "lock" | "unlock" | "trylock"))?;
    let shared = words.iter().any(|it| matches!(*it, "read" | "shared"));
    let how = match (words[at], shared) {
        ("lock", false) => How::Take,
        ("lock", true) => How::Share,
        ("trylock", false) => How::Try,
        ("trylock", true) => How::TryShare,
        (_, false) => How::Release,
        (_, true) => How::ReleaseShare,
    };
    let rest: Vec<&str> = words
        .into_iter()
        .filter(|it| {
            !matches!(
                *it,
                "lock"
                    | "unlock"
                    | "trylock"
                    | "read"
                    | "write"
                    | "shared"
                    | "nested"
                    | "killable"
                    | "interruptible"
                    | "irqsave"
                    | "irqrestore"
            )
        })
        .collect();
    let letter = argument.trim_start_matches('&');
    let which = if letter.len() == 1 { letter } else { "" };
    Some(Deed::Lock(
        how,
        word(&format!("{} {which}", rest.join("_"))),
    ))
}

/// What a function does, with its arguments; none for one that the model knows nothing of.
pub(super) fn of_function(function: &str, arguments: &[String]) -> Option<Deed> {
    if let Some((_, deed)) = OTHERS.iter().find(|it| it.0.contains(&function)) {
        return Some(deed.clone());
    }
    for (key, names) in &PAGE {
        let row = OPS.iter().position(|it| it.key == *key)?;
        let calls = OPS[row].calls().iter();
        let called = calls
            .filter_map(|it| it.split('(').next())
            .any(|it| it == function);
        if *key == function
            || names.contains(&function)
            || ALSO[row].contains(&function)
            || called && *key != "BUG_ON_writeback"
        {
            return Some(Deed::Page(key));
        }
    }
    if matches!(
        function,
        "BUG_ON"
            | "VM_BUG_ON"
            | "VM_BUG_ON_PAGE"
            | "VM_BUG_ON_FOLIO"
            | "WARN_ON"
            | "WARN_ON_ONCE"
            | "ASSERT"
    ) {
        let what = arguments.join(" ").to_ascii_lowercase();
        let no = !what.contains('!')
            && (what.contains("pagewriteback") || what.contains("test_writeback"));
        return (no && !function.starts_with("ASSERT")).then_some(Deed::Page("BUG_ON_writeback"));
    }
    if let Some((_, key, fixed)) = COUNTS.iter().find(|it| it.0 == function) {
        let of = match function.ends_with("_bit") || function.contains("_bit_") {
            // A bit is named first where it is set, and last where it is waited for.
            true if function.starts_with("wait") => arguments.get(1).or(arguments.first()),
            _ => arguments.first(),
        };
        let of = match function {
            "wait_event" => arguments.get(1).or(arguments.first()),
            _ => of,
        };
        let name = match fixed.is_empty() {
            true => lock_name(of.map_or("counter", String::as_str)),
            false => (*fixed).to_owned(),
        };
        return Some(Deed::Count(key, name));
    }
    lock(function, arguments)
}
