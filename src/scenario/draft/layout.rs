//! Where the tables and keys of a scenario file stand, and changes to single ones of them: every byte that is not touched
//! stays as it is.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::error::DraftError;
use crate::scenario::error::{ScenarioError, Source};

/// The kinds of tables in the order in which the catalogue's files have them.
const ORDER: [&str; 11] = [
    "file", "page", "store", "lock", "actor", "program", "edit", "note", "stall", "expect",
    "source",
];

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    /// Where the key begins.
    pub at: usize,
    /// The value.
    pub value: Range<usize>,
    /// The value, if it is a text, without its quotes.
    pub text: Option<String>,
    /// Whether the value is a table with a heading of its own, `[page.ptes]`.
    headed: bool,
}

/// A table with a heading of its own: `[file]`, or one of several `[[actor]]`.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// What its heading says.
    pub kind: String,
    /// The heading.
    pub heading: Range<usize>,
    pub entries: Vec<Entry>,
    /// Where the last of what it holds ends.
    pub end: usize,
}

impl Piece {
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.key == key)
    }

    /// The text of a key; empty if it has none.
    pub fn text(&self, key: &str) -> &str {
        let text = self.entry(key).and_then(|it| it.text.as_deref());
        text.unwrap_or_default()
    }
}

/// A file, taken apart, and the changes to be made to it.
pub(super) struct Layout<'a> {
    text: &'a str,
    /// The keys above the first table.
    pub top: Vec<Entry>,
    /// The tables, in the order of the file.
    pub pieces: Vec<Piece>,
    /// What is to stand in the place of which bytes.
    changes: Vec<(Range<usize>, String)>,
}

impl<'a> Layout<'a> {
    /// Takes a file apart.
    ///
    /// # Errors
    /// [`DraftError::Unreadable`] if it is no TOML.
    pub fn of(text: &'a str) -> Result<Layout<'a>, DraftError> {
        let document = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let error: ScenarioError = Source::new(text).error(at, error.message().to_owned());
            DraftError::unreadable(&error)
        })?;
        let (mut top, mut pieces) = (Vec::new(), Vec::new());
        for (key, value) in document.get_ref().iter() {
            let kind = key.get_ref().to_string();
            let tables: Vec<&Spanned<DeValue>> = match value.get_ref() {
                DeValue::Array(all) => all.iter().collect(),
                _ => vec![value],
            };
            if tables.is_empty() || !tables.iter().all(|it| is_headed(text, it)) {
                top.push(entry(text, key, value));
                continue;
            }
            for table in tables {
                let DeValue::Table(inner) = table.get_ref() else {
                    continue;
                };
                let entries = inner.iter().map(|(key, value)| entry(text, key, value));
                pieces.push(Piece {
                    kind: kind.clone(),
                    heading: table.span(),
                    entries: entries.collect(),
                    end: end(table),
                });
            }
        }
        pieces.sort_by_key(|it| it.heading.start);
        Ok(Layout {
            text,
            top,
            pieces,
            changes: Vec::new(),
        })
    }

    /// The tables of a kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |it| it.kind == kind)
    }

    /// The names of the tables of a kind.
    pub fn names(&self, kind: &str) -> Vec<String> {
        self.all(kind)
            .map(|it| it.text("name").to_owned())
            .collect()
    }

    /// The table of a kind by its name.
    ///
    /// # Errors
    /// [`DraftError::Missing`] if there is none.
    pub fn named(&self, kind: &'static str, name: &str) -> Result<Piece, DraftError> {
        let found = self.all(kind).find(|it| it.text("name") == name);
        found.cloned().ok_or_else(|| self.missing(kind, name))
    }

    /// The table of a kind by its number, from 0.
    ///
    /// # Errors
    /// [`DraftError::Missing`] if there are not as many.
    pub fn nth(&self, kind: &'static str, number: usize) -> Result<Piece, DraftError> {
        let found = self.all(kind).nth(number);
        found
            .cloned()
            .ok_or_else(|| self.missing(kind, &number.to_string()))
    }

    fn missing(&self, kind: &'static str, name: &str) -> DraftError {
        if self.top.iter().any(|it| it.key == kind) {
            return DraftError::Inline {
                kind: kind.to_owned(),
            };
        }
        let known = match kind {
            "page" => (0..self.all(kind).count())
                .map(|it| it.to_string())
                .collect(),
            _ => self.names(kind),
        };
        DraftError::Missing {
            what: kind.to_owned(),
            name: name.to_owned(),
            known: known.join(", "),
        }
    }

    /// A name that begins so and that nothing in the file has: `writer`, `writer2`.
    pub fn free_name(&self, begin: &str) -> String {
        let mut taken: Vec<&str> = self.pieces.iter().map(|it| it.text("name")).collect();
        taken.extend(self.pieces.iter().map(|it| it.text("mm")));
        let stem = begin.trim_end_matches(|it: char| it.is_ascii_digit());
        let stem = if stem.is_empty() { begin } else { stem };
        let mut names = (2..).map(|number| format!("{stem}{number}"));
        match taken.contains(&begin) {
            false => begin.to_owned(),
            // There are more numbers than names in the file.
            true => names
                .find(|it| !taken.contains(&&it[..]))
                .unwrap_or_default(),
        }
    }

    /// The line that a byte stands in: where it begins.
    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |it| it + 1)
    }

    /// Where the line of a byte ends, its line end included.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |it| at + it + 1)
    }

    /// Puts a value behind a key of a table, `Some("\"text\"")` as it is written, or takes the key out.
    pub fn set(&mut self, piece: &Piece, key: &str, value: Option<String>) {
        let last = piece.entries.iter().filter(|it| !it.headed);
        let last = last.map(|it| it.value.end).max();
        let behind = last.unwrap_or(piece.heading.end);
        self.change(piece.entry(key).cloned(), behind, key, value);
    }

    /// The same for a key above the first table.
    pub fn set_top(&mut self, key: &str, value: Option<String>) {
        let entry = self.top.iter().find(|it| it.key == key).cloned();
        let last = self.top.iter().map(|it| it.value.end).max();
        match (last, entry, value) {
            (None, None, Some(value)) => self.changes.push((0..0, format!("{key} = {value}\n"))),
            (last, entry, value) => self.change(entry, last.unwrap_or(0), key, value),
        }
    }

    fn change(&mut self, entry: Option<Entry>, behind: usize, key: &str, value: Option<String>) {
        match (entry, value) {
            (Some(entry), Some(value)) => self.changes.push((entry.value, value)),
            (Some(entry), None) => {
                let lines = self.line_start(entry.at)..self.line_end(entry.value.end);
                self.changes.push((lines, String::new()));
            }
            (None, Some(value)) => {
                let at = self.line_end(behind);
                self.add(at, &format!("{key} = {value}\n"));
            }
            (None, None) => {}
        }
    }

    /// Adds lines at the beginning of a line.
    fn add(&mut self, at: usize, lines: &str) {
        let open = at > 0 && !self.text[..at].ends_with('\n');
        let begin = if open { "\n" } else { "" };
        self.changes.push((at..at, format!("{begin}{lines}")));
    }

    /// Takes a table out, with the blank lines behind it.
    pub fn remove(&mut self, piece: &Piece) {
        let start = self.line_start(piece.heading.start);
        let mut end = self.line_end(piece.end);
        while end < self.text.len() && self.text[end..self.line_end(end)].trim().is_empty() {
            end = self.line_end(end);
        }
        self.changes.push((start..end, String::new()));
    }

    /// Puts a table behind the last one of its kind.
    pub fn insert(&mut self, kind: &str, lines: &str) {
        let rank = |kind: &str| ORDER.iter().position(|it| *it == kind);
        let mut before = self.pieces.iter();
        let same = before.rfind(|it| it.kind == kind);
        let near = || {
            let below = self.pieces.iter().filter(|it| rank(&it.kind) < rank(kind));
            below.max_by_key(|it| (rank(&it.kind), it.end))
        };
        let at = match same.or_else(near) {
            Some(piece) => self.line_end(piece.end),
            None => self.text.len(),
        };
        self.add(at, &format!("\n[[{kind}]]\n{lines}"));
    }

    /// The lines of a table below its heading.
    pub fn body(&self, piece: &Piece) -> &'a str {
        let start = self.line_end(piece.heading.end);
        &self.text[start..self.line_end(piece.end).max(start)]
    }

    /// The bytes of a value.
    pub fn raw(&self, entry: &Entry) -> &'a str {
        &self.text[entry.value.clone()]
    }

    /// Puts other bytes in the place of some.
    pub fn replace(&mut self, bytes: Range<usize>, with: String) {
        self.changes.push((bytes, with));
    }

    /// The file with the changes made.
    pub fn finish(mut self) -> String {
        // Where two begin at the same byte, the first is to stand first.
        self.changes
            .sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
        let (mut text, mut at) = (String::new(), 0);
        for (bytes, with) in &self.changes {
            // Of two changes to the same bytes the first is made.
            if bytes.start >= at {
                text += &self.text[at..bytes.start];
                text += with;
                at = bytes.end;
            }
        }
        text + &self.text[at..]
    }
}

/// Whether a value is a table with a heading.
fn is_headed(text: &str, value: &Spanned<DeValue>) -> bool {
    matches!(value.get_ref(), DeValue::Table(_)) && text[value.span()].starts_with('[')
}

fn entry(text: &str, key: &Spanned<DeString>, value: &Spanned<DeValue>) -> Entry {
    Entry {
        key: key.get_ref().to_string(),
        at: key.span().start,
        value: value.span(),
        text: match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        },
        headed: is_headed(text, value),
    }
}

/// Where the last of a value ends: that of a table with a heading goes on behind the heading.
fn end(value: &Spanned<DeValue>) -> usize {
    let inner = match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, it)| end(it)).max(),
        DeValue::Array(all) => all.iter().map(end).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span().end)
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            _ if letter.is_control() => out += &format!("\\u{:04X}", letter as u32),
            _ => out.push(letter),
        }
    }
    out + "\""
}

/// A list of texts as TOML writes it.
pub(super) fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

/// The lines of a program as TOML writes them.
pub(super) fn lines(text: &str) -> String {
    let body = text.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"");
    let plain = |it: char| !it.is_control() || it == '\n' || it == '\t';
    let body: String = body.chars().filter(|it| plain(*it)).collect();
    format!("\"\"\"\n{}\n\"\"\"", body.trim_end_matches('\n'))
}
