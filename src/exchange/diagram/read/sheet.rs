//! Cuts a pasted text into cells: takes quote marks and tabs away, finds the columns' labels, and tells the diagram's
//! lines from the prose around it.

use super::ReadError;
use super::names::ParsedLine;
use crate::exchange::diagram::columns::label_names;
use crate::exchange::diagram::plain::{MOST_BYTES, bare, cells, margin, unquoted};

/// Most lines that are read.
pub(super) const MOST_LINES: usize = 4000;
/// Most columns.
const MOST_COLUMNS: usize = 8;
/// How many characters to the left of its column's label a line may begin.
const SLACK: usize = 2;

/// The text that one column has on one line.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The line, from 0.
    pub line: usize,
    pub column: usize,
    /// The character of the line, from 0, at which the text begins.
    pub start: usize,
    pub text: String,
    /// Whether it is part of a remark in brackets, or an ellipsis.
    pub remark: bool,
    /// The text taken apart, for looking its step up by name.
    pub parsed: ParsedLine,
}

/// A pasted text, cut into cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// Each line, without quote marks and tabs.
    pub lines: Vec<String>,
    /// The columns' labels.
    pub labels: Vec<String>,
    /// The character, from 0, at which each column begins.
    pub starts: Vec<usize>,
    /// The lines of the header, from 0.
    pub header: std::ops::Range<usize>,
    pub cells: Vec<Cell>,
    /// The address after "Link:", if the text has one.
    pub link: Option<String>,
}

impl Sheet {
    /// Cuts a text into cells. `known` tells whether a label is an actor's name, `event` whether a text names something
    /// that an actor does.
    pub fn of(
        text: &str,
        known: &dyn Fn(&str) -> bool,
        event: &dyn Fn(&str) -> bool,
    ) -> Result<Sheet, ReadError> {
        if text.len() > MOST_BYTES {
            return Err(ReadError::TooLong {
                found: text.len(),
                most: MOST_BYTES,
            });
        }
        let lines: Vec<String> = unquoted(text).into_iter().map(bare).collect();
        if lines.len() > MOST_LINES {
            return Err(ReadError::TooManyLines {
                found: lines.len(),
                most: MOST_LINES,
            });
        }
        let mut sheet = Sheet {
            link: link(&lines),
            lines,
            ..Sheet::default()
        };
        sheet.find_header(known)?;
        sheet.cut(event);
        sheet.remarks();
        sheet.legend();
        Ok(sheet)
    }

    /// Finds the labels over the columns: a line of labels above a line of as many dashes, or a line of two or more
    /// words that usually stand over columns.
    fn find_header(&mut self, known: &dyn Fn(&str) -> bool) -> Result<(), ReadError> {
        for at in 0..self.lines.len() {
            let labels = cells(&self.lines[at]);
            if labels.is_empty() || labels.len() > MOST_COLUMNS {
                continue;
            }
            let below = self.lines.get(at + 1).map(|line| cells(line));
            let dashes =
                below.filter(|all| !all.is_empty() && all.iter().all(|it| is_dashes(&it.1)));
            let rule = dashes.filter(|all| all.len() == labels.len());
            let fits = match &rule {
                Some(all) if all.len() > 1 => {
                    let meet = |(one, other): (&(usize, String), &(usize, String))| {
                        one.0 < other.0 + other.1.len() && other.0 < one.0 + one.1.len()
                    };
                    labels.iter().zip(all).all(meet)
                }
                Some(all) => {
                    // A single underlined label counts only if it names an actor of a scenario, since every
                    // underlined heading of a text looks like one.
                    let whole = self.whole_label(at, 0, labels[0].0);
                    all[0].0 == labels[0].0 && names(&whole, known)
                }
                None => {
                    let broken = at + 1 < self.lines.len() && self.continues(at, at + 1);
                    let all = labels.iter().all(|it| looks_like_label(&it.1, known));
                    labels.len() > 1 && all && !broken
                }
            };
            if !fits {
                continue;
            }
            let mut first = at;
            while first > 0 && self.continues(first - 1, first) {
                first -= 1;
            }
            self.header = first..at + 1 + usize::from(rule.is_some());
            for (column, (start, text)) in labels.iter().enumerate() {
                let whole = match rule {
                    Some(_) => self.whole_label(at, column, *start),
                    None => text.clone(),
                };
                let ruled = rule.as_ref().map_or(*start, |all| all[column].0);
                self.starts.push(ruled.min(*start));
                self.labels.push(whole);
            }
            return Ok(());
        }
        Err(ReadError::NoHeader)
    }

    /// Whether a label in one line goes on in the line below it: a label of several actors is broken before or after
    /// the stroke between two names.
    fn continues(&self, above: usize, below: usize) -> bool {
        let (above, below) = (cells(&self.lines[above]), cells(&self.lines[below]));
        above.iter().any(|one| {
            let other = below.iter().find(|it| it.0 == one.0);
            let broken = |above: &str, below: &str| {
                let before =
                    above.ends_with(" /") || above.ends_with(',') || above.ends_with(", then");
                let opens =
                    below.starts_with("/ ") || below.starts_with("then ") || below.starts_with('(');
                before || opens
            };
            other.is_some_and(|it| broken(&one.1, &it.1))
        })
    }

    /// A label in full, with the lines above `at` that belong to it.
    fn whole_label(&self, at: usize, column: usize, start: usize) -> String {
        let mut parts = vec![cells(&self.lines[at])[column].1.clone()];
        let mut line = at;
        while line > 0 && self.continues(line - 1, line) {
            line -= 1;
            let above = cells(&self.lines[line]);
            parts.extend(above.into_iter().find(|it| it.0 == start).map(|it| it.1));
        }
        parts.reverse();
        parts.join(" ")
    }

    /// Adds to labels such as `CPU0` the actors that a line above the header names for it: `CPU0: flusher / disk`.
    fn legend(&mut self) {
        for label in &mut self.labels {
            let said = self.lines[..self.header.start].iter().find_map(|line| {
                let (name, who) = line.trim().split_once(':')?;
                (name == label.as_str()).then(|| who.trim().to_owned())
            });
            if let Some(who) = said.filter(|it| !it.is_empty()) {
                *label = format!("{label}: {who}");
            }
        }
    }

    /// The column of a text that begins at a character of its line.
    fn column(&self, start: usize) -> usize {
        let left = |at: &usize| *at <= start + SLACK;
        self.starts.iter().rposition(left).unwrap_or(0)
    }

    /// Cuts the paragraphs below the header into cells, those of them that belong to the diagram.
    fn cut(&mut self, event: &dyn Fn(&str) -> bool) {
        let mut cells: Vec<Cell> = Vec::new();
        let mut line = self.header.end;
        let mut first = true;
        while line < self.lines.len() {
            let rest = self.lines[line..].iter();
            let many = rest.take_while(|it| !it.trim().is_empty()).count();
            if many == 0 {
                line += 1;
                continue;
            }
            let lines = line..line + many;
            if std::mem::take(&mut first) || self.is_table(lines.clone(), event) {
                lines.clone().for_each(|it| self.cut_line(it, &mut cells));
            }
            line = lines.end;
        }
        self.cells = cells;
    }

    /// Whether a paragraph below the first one belongs to the diagram: one of its lines stands in a column other than
    /// the first, or every line names something that an actor does.
    fn is_table(&self, lines: std::ops::Range<usize>, event: &dyn Fn(&str) -> bool) -> bool {
        let mut all = self.lines[lines].iter();
        let right = |it: &String| self.starts.len() > 1 && self.column(margin(it)) > 0;
        let sentence = |it: &String| it.trim_end().ends_with(['.', ':', ';']);
        all.clone().any(right) || all.all(|it| event(it) && !sentence(it))
    }

    fn cut_line(&self, line: usize, into: &mut Vec<Cell>) {
        let numbered = self.lines[line].split_at_checked(self.starts[0]);
        let is_number = |margin: &str| margin.bytes().all(|it| b"0123456789.:) ".contains(&it));
        // Step numbers in the left margin are replaced by blanks.
        let unnumbered = numbered.filter(|(margin, _)| is_number(margin));
        let text = match unnumbered {
            Some((margin, rest)) => &format!("{:1$}{rest}", "", margin.len()),
            None => &self.lines[line],
        };
        let mut start = margin(text);
        let mut column = self.column(start);
        let mut from = start;
        // A piece of the line that begins where a column further to the right does is that column's, so two actors
        // can share a line.
        for (at, piece) in cells(text).into_iter().skip(1) {
            let other = self.column(at);
            let stands = other > column && self.starts[other].abs_diff(at) <= SLACK;
            let quoted = text[..at].bytes().filter(|it| *it == b'"').count() % 2 == 1;
            if stands && !quoted && !piece.starts_with(['[', '<']) {
                into.push(cell(line, column, start, &text[from..at]));
                (start, from, column) = (at, at, other);
            }
        }
        into.push(cell(line, column, start, &text[from..]));
    }

    /// Marks the cells that are remarks, and those below that a bracket left open makes part of one.
    fn remarks(&mut self) {
        for at in 0..self.cells.len() {
            let text = self.cells[at].text.clone();
            let dots = text.bytes().all(|it| b"0123456789.:|v ^-+*=".contains(&it));
            let comment = text.starts_with("//")
                || text.starts_with("/*")
                || text.starts_with('#')
                || text.starts_with("...");
            self.cells[at].remark |= dots || comment;
            let close = match text.as_bytes().first() {
                // What points back at a call, and what is in parentheses, ends with its line.
                Some(b'<') if text.starts_with("<-") => {
                    self.cells[at].remark = true;
                    continue;
                }
                Some(b'(') if is_enclosed(&text) => {
                    self.cells[at].remark = true;
                    continue;
                }
                Some(b'(') if text.starts_with("(no ") => ')',
                Some(b'[') => ']',
                Some(b'<') => '>',
                _ => continue,
            };
            self.cells[at].remark = true;
            let (column, mut open) = (self.cells[at].column, !text.contains(close));
            for next in self.cells[at + 1..].iter_mut().take(4) {
                if !open || next.column != column {
                    break;
                }
                next.remark = true;
                open = !next.text.contains(close);
            }
        }
    }
}

fn cell(line: usize, column: usize, start: usize, text: &str) -> Cell {
    Cell {
        line,
        column,
        start,
        text: text.trim().to_owned(),
        remark: false,
        parsed: ParsedLine::of(text.trim()),
    }
}

/// Whether a text is in parentheses as a whole, and not just numbered: "(1) lock_page()".
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0usize;
    let closes = text.bytes().position(|it| {
        match it {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    closes.is_some_and(|it| it + 1 == text.len())
}

fn is_dashes(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|it| it == b'-' || it == b'=')
}

/// Whether a label names actors: every part of it is a name that is known, or it is `CPU` with a number.
fn names(label: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let numbered = label
        .strip_prefix("CPU")
        .is_some_and(|it| it.parse::<u8>().is_ok());
    numbered || label_names(label).into_iter().all(known)
}

/// Words that stand over columns in kernel mail, with or without a number.
const LABELS: [&str; 16] = [
    "cpu", "thread", "task", "process", "proc", "t", "p", "ta", "tb", "a", "b", "writer", "reader",
    "flusher", "kworker", "context",
];
/// Longest text that is taken for a label.
const LONGEST_LABEL: usize = 40;

fn looks_like_label(text: &str, known: &dyn Fn(&str) -> bool) -> bool {
    if names(text, known) {
        return true;
    }
    let word = text.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != ')');
    let first = word.split(|c: char| !c.is_ascii_alphanumeric()).next();
    let first = first.unwrap_or("");
    let stem = first
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .to_ascii_lowercase();
    // A call has its parenthesis right behind a name.
    let call = word.split(" (").any(|it| it.contains('('));
    let short = text.len() <= LONGEST_LABEL && !call;
    short && (LABELS.contains(&stem.as_str()) || is_task(word))
}

/// Whether a text is a task as traces name it: "fio-1234", "kworker/u8:2-77".
fn is_task(text: &str) -> bool {
    let Some((name, pid)) = text.rsplit_once('-') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:_.-".contains(c);
    let number = pid.len() > 1 && pid.bytes().all(|it| it.is_ascii_digit());
    number && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain)
}

/// The first address after "Link:", whether or not the line was quoted.
fn link(lines: &[String]) -> Option<String> {
    let found = lines.iter().find_map(|it| it.trim().strip_prefix("Link:"));
    let word = found?.split_whitespace().next()?;
    Some(word.trim_matches(['<', '>', '"']).to_owned())
}
