//! What could stand at a place of a file's text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::machine::{Invariant, LockKind};
use crate::protocol::{Era, GROUPS, MEANINGS, OPS, library, library_text};
use crate::scenario::keys::FILE_KEYS;
use crate::scenario::verdict::{Device, Verdict};

use super::layout::quoted;
use super::scan::{Kind, Part, scan};
use super::words::{Inside, Names};

/// Most proposals for a place.
const MOST: usize = 60;

/// What could stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Where the word begins that is there.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What could stand instead, best first, each with what it is.
    pub items: Vec<(String, String)>,
}

/// Nothing, at a byte of the text.
fn nothing(at: usize) -> Completion {
    Completion {
        from: at,
        to: at,
        items: Vec::new(),
    }
}

type Items = Vec<(String, String)>;

/// What could stand at a byte of a text, instead of the word that is there. Nothing where any text may stand.
pub fn complete(text: &str, at: usize) -> Completion {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let parts = scan(text);
    let names = Names::of(text, &parts);
    let here = parts.iter().find(|it| match &it.kind {
        Kind::Text { content } => content.start <= at && at <= content.end,
        Kind::Comment => it.range.start < at && at <= it.range.end,
        _ => it.range.start <= at && at <= it.range.end,
    });
    let context = Context {
        text,
        names: &names,
        table: parts
            .iter()
            .take_while(|it| it.range.start < at)
            .last()
            .map_or("", |it| it.table),
    };
    match here.map(|it| (it, &it.kind)) {
        Some((_, Kind::Comment)) => nothing(at),
        Some((part, Kind::Heading)) => {
            chosen(text, part.range.start..at, part.range.end, headings())
        }
        Some((part, Kind::Key)) => {
            let items = context.keys(&parts, part.number, part.range.start);
            chosen(text, part.range.start..at, part.range.end, items)
        }
        Some((part, Kind::Text { content })) => context.inside(part, content.clone(), at),
        Some((part, Kind::Plain)) => {
            let items = in_quotes(context.values(part.key), part.key);
            chosen(text, part.range.start..at, part.range.end, items)
        }
        None => {
            let line = text[..at].rsplit('\n').next().unwrap_or("");
            let last = parts.iter().take_while(|it| it.range.end <= at).last();
            match last.filter(|_| line.contains('=')) {
                Some(part) => chosen(
                    text,
                    at..at,
                    at,
                    in_quotes(context.values(part.key), part.key),
                ),
                None if line.trim().is_empty() => {
                    let number = last.map_or(0, |it| it.number);
                    let mut items = context.keys(&parts, number, at);
                    items.extend(headings());
                    chosen(text, at..at, at, items)
                }
                None => nothing(at),
            }
        }
    }
}

/// Those of some items that fit what has been typed so far: those that begin so first.
fn chosen(text: &str, typed: Range<usize>, to: usize, items: Items) -> Completion {
    let word = text[typed.clone()].to_lowercase();
    let word = word.trim_start_matches(['"', '\'']);
    let begins = |it: &str| it.trim_start_matches('"').to_lowercase().starts_with(word);
    let (mut first, rest): (Items, Items) = items.into_iter().partition(|(it, _)| begins(it));
    let inside = rest
        .into_iter()
        .filter(|(it, _)| it.to_lowercase().contains(word));
    first.extend(inside);
    first.truncate(MOST);
    Completion {
        from: typed.start,
        to,
        items: first,
    }
}

fn items<'t>(words: impl IntoIterator<Item = &'t str>, what: &str) -> Items {
    let words = words.into_iter();
    words.map(|it| (it.to_owned(), what.to_owned())).collect()
}

/// Values as they stand where nobody has written quotes.
fn in_quotes(items: Items, key: &str) -> Items {
    let truth = |it: &str| it == "true" || it == "false";
    let list = ["run", "breaks", "opening", "schedule", "holds"].contains(&key);
    let quoted = |it: String| match (truth(&it), list) {
        (true, _) => it,
        (_, true) => format!("[{}]", quoted(&it)),
        _ => quoted(&it),
    };
    items
        .into_iter()
        .map(|(it, what)| (quoted(it), what))
        .collect()
}

/// The headings of tables.
fn headings() -> Items {
    let mut all: Items = Vec::new();
    for key in FILE_KEYS.iter().filter(|it| !it.table.is_empty()) {
        if !all.iter().any(|(it, _)| it == key.table) {
            let keys = FILE_KEYS
                .iter()
                .filter(|it| it.table == key.table && !it.name.is_empty());
            let keys: Vec<&str> = keys.map(|it| it.name).collect();
            all.push((key.table.to_owned(), keys.join(", ")));
        }
    }
    all
}

/// What is known of the place.
struct Context<'a> {
    text: &'a str,
    names: &'a Names<'a>,
    /// The table it stands in.
    table: &'a str,
}

impl Context<'_> {
    /// The keys that the table of a number can have and does not have yet; the one that stands at `at` may stay.
    fn keys(&self, parts: &[Part], number: usize, at: usize) -> Items {
        let table = parts.iter().find(|it| it.number == number && number > 0);
        let table = table.map_or("", |it| it.table);
        if table == "expect" {
            let devices = Device::ALL.map(|it| quoted(it.word()));
            return items(
                devices.iter().map(String::as_str),
                "a device, with its verdicts",
            );
        }
        let of = |it: &&str| it.trim_matches(['[', ']']) == table;
        let has = |name: &str| {
            let mut own = parts
                .iter()
                .filter(|it| it.number == number && it.kind == Kind::Key);
            own.any(|it| it.key == name && it.range.start != at)
        };
        let keys = FILE_KEYS
            .iter()
            .filter(|it| of(&it.table) && !it.name.is_empty());
        let keys = keys.filter(|it| !has(it.name));
        keys.map(|it| (it.name.to_owned(), it.meaning.to_owned()))
            .collect()
    }

    /// What a key's value can be.
    fn values(&self, key: &str) -> Items {
        let names = self.names;
        match (self.table, key) {
            ("", "era") => items(Era::ALL.map(Era::word), "a kernel"),
            ("", "device") => items(Device::ALL.map(Device::word), "a device"),
            ("", "opening") | ("expect", _) => items(Verdict::ALL.map(Verdict::words), "a verdict"),
            ("", "breaks") => {
                let all = Invariant::ALL.map(|it| it.name());
                all.map(|(number, name)| (number.to_owned(), name.to_owned()))
                    .to_vec()
            }
            ("", "schedule") | ("note", "on") | ("stall", _) => {
                items(names.actors.iter().copied(), "an actor")
            }
            ("lock", "kind") => items(LockKind::ALL.map(LockKind::word), "a kind of lock"),
            ("page", "pte" | "tlb") => items(
                ["none", "read-only", "writable", "writable clean"],
                "the state of a PTE",
            ),
            ("actor", "mm") => items(names.spaces.iter().copied(), "an address space"),
            ("actor", "holds") => {
                let kinds = [
                    "journal handle",
                    "commit",
                    "mmap_lock",
                    "page lock",
                    "buffer lock",
                ];
                let mut all = items(names.locks.iter().copied(), "a lock of this file");
                all.extend(items(kinds, "held as the run begins"));
                all
            }
            ("actor", "fault") => self.programs(),
            ("actor", "run") | ("edit", "insert") => self.heads(),
            (_, "stable" | "dirty" | "cached" | "committing" | "forever" | "fair") => {
                items(["true", "false"], "")
            }
            ("file", "interval") => items(["512", "4096"], "bytes that a guard covers"),
            _ => Vec::new(),
        }
    }

    fn programs(&self) -> Items {
        let mut all = items(
            self.names.programs.iter().copied(),
            "a program of this file",
        );
        let meaning = |name: &str| {
            let row = GROUPS.iter().find(|it| it.key == name);
            row.map_or("a program", |it| it.meaning).to_owned()
        };
        all.extend(library().map(|it| (it.to_owned(), meaning(it))));
        all
    }

    /// What a line of the program language begins with.
    fn heads(&self) -> Items {
        let mut all = self.programs();
        let steps = OPS
            .iter()
            .zip(&MEANINGS)
            .filter(|(row, _)| row.key != "goto");
        all.extend(steps.map(|(row, meaning)| (row.key.to_owned(), meaning.meaning.to_owned())));
        for (word, what) in [
            ("each sector", "once for each sector of the page"),
            ("each mapping", "once for each address space"),
            ("each page", "once for each page"),
            ("goto", "goes on at a label"),
            ("end", "ends the program"),
        ] {
            all.push((word.to_owned(), what.to_owned()));
        }
        all
    }

    /// What a step works on.
    fn arguments(&self) -> Items {
        let names = self.names;
        let mut all = items(names.stores.iter().copied(), "a store");
        all.extend(items(names.locks.iter().copied(), "a lock"));
        all.extend(items(names.spaces.iter().copied(), "an address space"));
        let pages: Vec<String> = (0..names.pages).map(|it| it.to_string()).collect();
        if pages.len() > 1 {
            all.extend(items(pages.iter().map(String::as_str), "a page"));
        }
        all.push((
            "else".to_owned(),
            "where it goes on if it answers no".to_owned(),
        ));
        all
    }

    /// Inside of a text in quotes.
    fn inside(&self, part: &Part, content: Range<usize>, at: usize) -> Completion {
        let whole = &self.text[content.clone()];
        let typed = &self.text[content.start..at];
        let is_end = |it: char| it.is_whitespace() || "\"'".contains(it);
        let word_end = self.text[at..content.end].find(|it| is_end(it) || it == '/');
        let word_end = word_end.map_or(content.end, |it| at + it);
        match Inside::of(part.table, part.key, whole) {
            Inside::Lines => {
                let line = typed.rsplit('\n').next().unwrap_or("");
                let start = at
                    - line
                        .chars()
                        .rev()
                        .take_while(|it| !is_end(*it))
                        .map(char::len_utf8)
                        .sum::<usize>();
                if line.contains('#') {
                    return nothing(at);
                }
                let before = &line[..line.len() - (at - start)];
                let said = before
                    .split_whitespace()
                    .filter(|it| !it.starts_with('?') && !it.ends_with('>'));
                let said: Vec<&str> = said.collect();
                let found = match said[..] {
                    [] => self.heads(),
                    ["goto"] | [.., "else"] => labels(whole),
                    ["each"] => items(["sector", "mapping", "page"], "once for each"),
                    ["call", ..] => Vec::new(),
                    _ => self.arguments(),
                };
                chosen(self.text, start..at, word_end, found)
            }
            Inside::Place => match typed.split_once('/') {
                None => {
                    let mut all = self.programs();
                    all.extend(items(
                        self.names.actors.iter().copied(),
                        "lines of an actor",
                    ));
                    chosen(self.text, content.start..at, word_end, all)
                }
                Some((program, step)) => {
                    let start = at - step.len();
                    chosen(self.text, start..at, content.end, steps_of(program))
                }
            },
            Inside::Program => chosen(self.text, content.start..at, content.end, self.programs()),
            Inside::Words
                if part.table.is_empty() && part.key == "schedule" || part.key == "on" =>
            {
                self.schedule(typed, content, at)
            }
            Inside::Words => {
                let found = self.values(part.key);
                chosen(self.text, content.start..at, content.end, found)
            }
        }
    }

    /// A line of a schedule, or what a note is on.
    fn schedule(&self, typed: &str, content: Range<usize>, at: usize) -> Completion {
        let Some((_, rest)) = typed.split_once(' ') else {
            let actors = items(self.names.actors.iter().copied(), "an actor");
            let end = self.text[at..content.end]
                .find(' ')
                .map_or(content.end, |it| at + it);
            return chosen(self.text, content.start..at, end, actors);
        };
        let steps = items(OPS.iter().map(|it| it.key), "a step");
        let (start, found) = match rest.strip_prefix("through ") {
            Some(step) => (at - step.len(), steps),
            None => {
                let mut all = items(["until stuck"], "as far as it can go");
                all.extend(items(["through"], "up to a step, that included"));
                all.extend(items(["way 1"], "one step, the other way"));
                // A note is on a step.
                all.extend(steps);
                (at - rest.len(), all)
            }
        };
        chosen(self.text, start..at, content.end, found)
    }
}

/// The labels of a program's text, and its end.
fn labels(text: &str) -> Items {
    let words = text.split_whitespace();
    let labels = words
        .filter_map(|it| it.strip_suffix('>'))
        .filter(|it| !it.is_empty());
    let mut all = items(labels, "a label");
    all.push(("end".to_owned(), "the end of the program".to_owned()));
    all
}

/// The steps of a program of the library, at any depth; all steps for any other name.
fn steps_of(program: &str) -> Items {
    let mut keys: Vec<&str> = Vec::new();
    walk(program, &mut keys);
    if keys.is_empty() {
        keys = OPS.iter().map(|it| it.key).collect();
    }
    let meaning = |key: &str| {
        let step = OPS.iter().position(|it| it.key == key);
        let group = GROUPS.iter().find(|it| it.key == key);
        step.map(|it| MEANINGS[it].meaning)
            .or(group.map(|it| it.meaning))
            .unwrap_or_default()
    };
    keys.iter()
        .map(|key| ((*key).to_owned(), meaning(key).to_owned()))
        .collect()
}

fn walk(program: &str, keys: &mut Vec<&str>) {
    let Some(text) = library_text(program) else {
        return;
    };
    for line in text.lines() {
        let code = line.split('#').next().unwrap_or("");
        let mut words = code.split_whitespace();
        let head = words.find(|it| !it.starts_with('?') && !it.ends_with('>'));
        let Some(head) = head.map(|it| it.trim_end_matches(':')) else {
            continue;
        };
        if !["each", "goto", "end"].contains(&head) && !keys.contains(&head) {
            keys.push(head);
            walk(head, keys);
        }
    }
}
