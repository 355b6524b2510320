//! A thing of the file by another name, wherever the file names it.

use crate::protocol::library;

use super::layout::{Entry, Layout};

/// Whether edits call the lines of an actor by its name: not where a program has that name.
pub(super) fn is_of_lines(layout: &Layout, actor: &str) -> bool {
    !library().any(|it| it == actor) && !layout.all("program").any(|it| it.text("name") == actor)
}

/// Gives an actor, a store, a lock or a program another name in all that names it.
pub(super) fn replace(layout: &mut Layout, kind: &str, from: &str, to: &str) {
    let own_lines = is_of_lines(layout, from);
    let mut at: Vec<(Entry, Words)> = Vec::new();
    let mut see = |entry: Option<&Entry>, words: Words| {
        at.extend(entry.map(|it| (it.clone(), words)));
    };
    let top = |key: &str| layout.top.iter().find(|it| it.key == key);
    for piece in &layout.pieces {
        match (kind, &piece.kind[..]) {
            ("actor", "note") => see(piece.entry("on"), Words::First),
            ("actor", "stall") => {
                see(piece.entry("actor"), Words::First);
                see(piece.entry("behind"), Words::First);
            }
            ("actor", "edit") if own_lines => {
                for key in ["drop", "move", "swap", "replace", "with", "before", "after"] {
                    see(piece.entry(key), Words::Program);
                }
            }
            ("store", "actor") => see(piece.entry("run"), Words::Behind),
            ("lock", "actor") => {
                see(piece.entry("run"), Words::Behind);
                see(piece.entry("holds"), Words::First);
            }
            ("store" | "lock", "program") => see(piece.entry("text"), Words::Behind),
            ("store" | "lock", "edit") => {
                see(piece.entry("insert"), Words::Behind);
                see(piece.entry("with"), Words::Behind);
            }
            ("program", "actor") => {
                see(piece.entry("run"), Words::First);
                see(piece.entry("fault"), Words::First);
            }
            ("program", "program") => see(piece.entry("text"), Words::Any),
            ("program", "edit") => {
                for key in ["drop", "move", "swap", "replace", "with", "before", "after"] {
                    see(piece.entry(key), Words::Program);
                }
                see(piece.entry("insert"), Words::First);
            }
            _ => {}
        }
    }
    if kind == "actor" {
        see(top("schedule"), Words::First);
    }
    for (entry, words) in at {
        let old = layout.raw(&entry);
        let new = renamed(old, words, from, to);
        if new != old {
            layout.replace(entry.value, new);
        }
    }
}

/// Which words of a text are the name of the thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// The first of each line.
    First,
    /// Those behind the first of each line.
    Behind,
    /// Every word.
    Any,
    /// What stands before a `/`.
    Program,
}

/// A value of a file as it is written, with a name replaced in its texts.
fn renamed(raw: &str, words: Words, from: &str, to: &str) -> String {
    let is_end = |it: char| it.is_whitespace() || "\"',[]".contains(it);
    let (mut out, mut rest) = (String::new(), raw);
    // How many words the line of the text has had so far, and whether a comment goes on to its end.
    let (mut before, mut comment) = (0, false);
    while !rest.is_empty() {
        let end = rest.find(is_end).unwrap_or(rest.len());
        if end > 0 {
            let word = &rest[..end];
            comment |= word.starts_with('#');
            let fits = match words {
                Words::First => before == 0,
                Words::Behind => before > 0,
                Words::Any => true,
                Words::Program => before == 0,
            };
            let new = match words {
                Words::Program => word
                    .strip_prefix(from)
                    .filter(|it| it.starts_with('/'))
                    .map(|step| format!("{to}{step}")),
                _ => (word == from).then(|| to.to_owned()),
            };
            match new.filter(|_| fits && !comment) {
                Some(new) => out += &new,
                None => out += word,
            }
            before += 1;
            rest = &rest[end..];
            continue;
        }
        let mark = rest.chars().next().unwrap_or(' ');
        if mark == '\n' {
            (before, comment) = (0, false);
        } else if !mark.is_whitespace() && !comment {
            before = 0;
        }
        out.push(mark);
        rest = &rest[mark.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_name_the_thing_are_replaced() {
        for (raw, words, is) in [
            (
                r#"["a a", "b a"] # a"#,
                Words::First,
                r#"["x a", "b a"] # a"#,
            ),
            (r#"["a a", "b a"]"#, Words::Behind, r#"["a x", "b x"]"#),
            (
                "\"\"\"\na a # a\n  b a\n\"\"\"",
                Words::Behind,
                "\"\"\"\na x # a\n  b x\n\"\"\"",
            ),
            (r#""a/lock_page""#, Words::Program, r#""x/lock_page""#),
            (r#""ab/a""#, Words::Program, r#""ab/a""#),
        ] {
            assert_eq!(renamed(raw, words, "a", "x"), is);
        }
    }
}
