//! The text of a file, cut into its smallest parts, whatever is wrong with it: while somebody types, most of the time something
//! is.

use std::ops::Range;

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Heading,
    Key,
    Comment,
    /// What stands between quotes; the quotes are outside of `content`.
    Text {
        content: Range<usize>,
    },
    /// A number, a date, `true`, or anything else without quotes.
    Plain,
}

/// A part of the text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub range: Range<usize>,
    pub kind: Kind,
    /// The name in the heading above it; empty above the first one.
    pub table: &'a str,
    /// The number of that heading.
    pub number: usize,
    /// Of a value, its key.
    pub key: &'a str,
}

/// The parts of a text, in its order. Blanks, `=`, commas and brackets of lists are none.
pub(super) fn scan(text: &str) -> Vec<Part<'_>> {
    let mut scanner = Scanner {
        text,
        at: 0,
        table: "",
        number: 0,
        parts: Vec::new(),
    };
    while scanner.at < text.len() {
        scanner.statement();
    }
    scanner.parts
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    table: &'a str,
    number: usize,
    parts: Vec<Part<'a>>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, start: usize, kind: Kind, key: &'a str) {
        self.parts.push(Part {
            range: start..self.at,
            kind,
            table: self.table,
            number: self.number,
            key,
        });
    }

    /// Goes on to the end of the line, or to one of some letters.
    fn until(&mut self, ends: &[char]) {
        let rest = self.rest();
        let end = rest.find(|it| it == '\n' || ends.contains(&it));
        self.at += end.unwrap_or(rest.len());
    }

    /// A heading, or a key with its value, or what stands between them.
    fn statement(&mut self) {
        let start = self.at;
        match self.rest().chars().next() {
            None => {}
            Some('[') => {
                self.until(&['#']);
                let heading = self.text[start..self.at].trim_end();
                self.at = start + heading.len();
                self.table = heading.trim_matches(['[', ']', ' ', '\t']);
                self.number += 1;
                self.push(start, Kind::Heading, "");
            }
            Some('#') => self.comment(),
            Some(it) if it.is_whitespace() || "=],}".contains(it) => self.at += it.len_utf8(),
            Some(_) => {
                self.until(&['=', '#']);
                let key = self.text[start..self.at].trim_end();
                self.at = start + key.len();
                let name = key.trim_matches(['"', '\'']);
                self.push(start, Kind::Key, name);
                self.blanks();
                if self.rest().starts_with('=') {
                    self.at += 1;
                    self.value(name);
                }
            }
        }
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    }

    fn comment(&mut self) {
        let start = self.at;
        self.until(&[]);
        self.push(start, Kind::Comment, "");
    }

    /// What stands behind a `=`: to the end of the line, or of the list or table that begins there.
    fn value(&mut self, key: &'a str) {
        let mut open = 0usize;
        loop {
            self.blanks();
            let start = self.at;
            match self.rest().chars().next() {
                None => return,
                Some('\n') if open == 0 => return,
                Some('#') => self.comment(),
                Some('[' | '{') => (open, self.at) = (open + 1, self.at + 1),
                Some(']' | '}') => (open, self.at) = (open.saturating_sub(1), self.at + 1),
                Some(it) if it.is_whitespace() || it == ',' || it == '=' => {
                    self.at += it.len_utf8();
                    // A list that nobody has closed ends where the next heading stands.
                    if it == '\n' && self.rest().starts_with("[[") {
                        return;
                    }
                }
                Some('"' | '\'') => self.quoted(key),
                Some(_) => {
                    self.until(&[',', ']', '}', '#', '=', '"', '\'']);
                    let plain = self.text[start..self.at].trim_end();
                    self.at = start + plain.len();
                    self.push(start, Kind::Plain, key);
                }
            }
        }
    }

    /// A text in quotes of any kind; without closing ones, to the end of its line, or of the file.
    fn quoted(&mut self, key: &'a str) {
        let start = self.at;
        let mark = &self.rest()[..1];
        let thrice = self.rest().starts_with(&mark.repeat(3));
        let marks = if thrice {
            mark.repeat(3)
        } else {
            mark.to_owned()
        };
        self.at += marks.len();
        let begin = self.at;
        let end = loop {
            let rest = self.rest();
            if rest.is_empty() || (!thrice && rest.starts_with('\n')) {
                break self.at;
            }
            if rest.starts_with(&marks[..]) {
                // A fourth and fifth quote belong to the text.
                let more = rest.len() - rest.trim_start_matches(mark).len();
                let within = if thrice { more.min(5) - 3 } else { 0 };
                self.at += within;
                let end = self.at;
                self.at += marks.len();
                break end;
            }
            let mut letters = rest.chars();
            let escaped = letters.next() == Some('\\') && mark == "\"";
            self.at += rest.chars().next().map_or(0, char::len_utf8);
            if escaped && let Some(next) = letters.next() {
                self.at += if next == '\n' && !thrice {
                    0
                } else {
                    next.len_utf8()
                };
            }
        };
        self.push(
            start,
            Kind::Text {
                content: begin..end,
            },
            key,
        );
    }
}
