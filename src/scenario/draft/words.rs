//! What the texts of a file hold: lines of the program language, places of edits, or plain words.

use std::collections::BTreeSet;

use super::scan::{Kind, Part};

/// What stands between the quotes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Lines of the program language.
    Lines,
    /// `program/step`.
    Place,
    /// The name of a program.
    Program,
    /// Words.
    Words,
}

impl Inside {
    /// What the value of a key holds.
    pub fn of(table: &str, key: &str, content: &str) -> Inside {
        match (table, key) {
            ("actor", "run") | ("program", "text") | ("edit", "insert") => Inside::Lines,
            ("edit", "with") if !content.contains('/') => Inside::Lines,
            ("edit", "drop" | "move" | "swap" | "replace" | "before" | "after" | "with") => {
                Inside::Place
            }
            ("actor", "fault") => Inside::Program,
            _ => Inside::Words,
        }
    }
}

/// The names that a file gives, by the kind of the table.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub actors: Vec<&'a str>,
    pub stores: Vec<&'a str>,
    pub locks: Vec<&'a str>,
    pub programs: Vec<&'a str>,
    pub spaces: BTreeSet<&'a str>,
    pub pages: usize,
}

impl<'a> Names<'a> {
    pub fn of(text: &'a str, parts: &[Part<'a>]) -> Names<'a> {
        let mut names = Names::default();
        for part in parts {
            if part.kind == Kind::Heading {
                names.pages += usize::from(part.table == "page");
            }
            let Kind::Text { content } = &part.kind else {
                continue;
            };
            let word = &text[content.clone()];
            match (part.table, part.key) {
                ("actor", "name") => names.actors.push(word),
                ("actor", "mm") => _ = names.spaces.insert(word),
                ("store", "name") => names.stores.push(word),
                ("lock", "name") => names.locks.push(word),
                ("program", "name") => names.programs.push(word),
                _ => {}
            }
        }
        names
    }
}
