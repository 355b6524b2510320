//! Finds the drawings in a text, and cuts their lines into the cells of columns.
//!
//! A drawing begins with labels (`CPU0`, `[Process A]`, a function's name), with or without a rule below them, or with none. Columns
//! drift: a line belongs to the column on its left as far as it can be the indentation of the line above it there, and else to the one
//! on its right.

use std::ops::Range;

use super::cell::{Parsed, Shape, of_name};
use crate::exchange::diagram::plain::{bare, cells, margin, unquoted};

/// What one column has on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// The line, from 0.
    pub line: usize,
    pub column: usize,
    /// The character of the line at which it begins, behind marks of lists and trees.
    pub start: usize,
    pub text: String,
    pub parsed: Parsed,
}

/// A drawing, cut into cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Its lines, labels included.
    pub lines: Range<usize>,
    /// The label of each column; empty for a column without one.
    pub labels: Vec<String>,
    /// The character at which each column begins.
    pub starts: Vec<usize>,
    pub cells: Vec<Cell>,
    /// Whether it has no labels, so that the cut between columns is a guess.
    pub guessed: bool,
    /// Whether a visitor has said where the columns begin.
    pub strict: bool,
}

/// Most columns.
const MOST_COLUMNS: usize = 6;
/// Longest label.
const LONGEST_LABEL: usize = 44;
/// How much further to the right than the line above it a line may begin and still be below it.
const DEEPER: usize = 8;
/// How many characters to the left of its column's label a line may begin, whatever stands above it.
const SLACK: usize = 2;

/// The lines of a text, without quote marks, tabs, and the marks of a comment block or a patch in front of them.
pub(super) fn plain_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = unquoted(text).into_iter().map(bare).collect();
    // The column of a mark in front of a line.
    let mark = |line: &String| {
        let at = margin(line);
        let rest = &line[at..];
        let width = ["+ *", "*", "+", "//", "#"]
            .iter()
            .find(|it| rest.starts_with(**it))?
            .len();
        let free = rest.len() == width || rest[width..].starts_with(' ');
        free.then_some((at, width))
    };
    let mut at = 0;
    while at < lines.len() {
        let first = mark(&lines[at]);
        let run = lines[at..]
            .iter()
            .take_while(|it| first.is_some() && mark(it) == first)
            .count();
        if let Some((place, width)) = first.filter(|_| run >= 4) {
            for line in &mut lines[at..at + run] {
                line.replace_range(place..place + width, &" ".repeat(width));
            }
        }
        at += run.max(1);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// The labels over a drawing.
struct Header {
    /// The first line below it.
    end: usize,
    labels: Vec<(usize, String)>,
    /// The characters at which bars stand between columns.
    bars: Vec<usize>,
}

/// The drawings in some lines.
pub(super) fn sheets(lines: &[String]) -> Vec<Sheet> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let sheet = header(lines, at).map(|header| Sheet::below(lines, at, header));
        match sheet.filter(Sheet::is_drawing) {
            Some(sheet) => {
                at = sheet.lines.end.max(at + 1);
                found.push(sheet);
            }
            None => at += 1,
        }
    }
    if found.is_empty() {
        found = without_labels(lines);
    }
    found
}

/// The labels in a line, if it has any.
fn header(lines: &[String], at: usize) -> Option<Header> {
    let line = &lines[at];
    let bars = bars_of(line);
    let labels: Vec<(usize, String)> = match bars.is_empty() {
        true => cells(line),
        false => segments(line, &bars)
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(start, text)| (start, text.to_owned()))
            .collect(),
    };
    if !(2..=MOST_COLUMNS).contains(&labels.len()) || !labels.iter().all(|it| may_be_label(&it.1)) {
        return None;
    }
    let rule = lines.get(at + 1).is_some_and(|it| is_rule(it));
    let strong = labels.iter().filter(|it| is_label(&it.1)).count();
    let calls = labels.iter().filter(|it| it.1.contains("()")).count();
    // Two functions side by side over lines of both columns are labels too, if only of what runs there.
    let bare_names = strong == 0 && !rule && calls == 0;
    if bare_names
        && !labels
            .iter()
            .all(|it| Parsed::of(&it.1).shape == Shape::Call)
    {
        return None;
    }
    Some(Header {
        end: at + 1 + usize::from(rule),
        labels,
        bars,
    })
}

/// The bars between labels: those that do not begin the line, and do not end it.
fn bars_of(line: &str) -> Vec<usize> {
    let bytes = line.as_bytes();
    let first = margin(line);
    let all = bytes
        .iter()
        .enumerate()
        .filter(|it| *it.1 == b'|')
        .map(|it| it.0);
    let inner = all.filter(|at| {
        *at > first + 3 && at + 1 < bytes.len() && bytes[at + 1] == b' ' && bytes[at - 1] == b' '
    });
    inner.collect()
}

/// The pieces of a line between bars, each with the character at which it begins.
fn segments<'a>(line: &'a str, bars: &[usize]) -> Vec<(usize, &'a str)> {
    let mut from = 0;
    let mut all = Vec::new();
    let ends = bars.iter().copied().chain([line.len()]);
    for end in ends {
        let end = end.min(line.len());
        let piece = line.get(from.min(end)..end).unwrap_or("");
        let start = from + margin(piece);
        all.push((start, piece.trim()));
        from = end + 1;
    }
    all
}

/// Whether a line is a rule below labels.
fn is_rule(line: &str) -> bool {
    let text = line.trim();
    text.len() > 1
        && text.bytes().all(|it| b"-=_+| ~*".contains(&it))
        && ["--", "==", "__", "~~", "**"]
            .iter()
            .any(|it| text.contains(it))
}

/// Words that stand over columns in kernel mail, with or without a number or a letter.
const LABELS: [&str; 44] = [
    "cpu",
    "thread",
    "task",
    "process",
    "proc",
    "t",
    "p",
    "a",
    "b",
    "c",
    "ta",
    "tb",
    "writer",
    "reader",
    "flusher",
    "kworker",
    "context",
    "irq",
    "softirq",
    "hardirq",
    "interrupt",
    "bh",
    "func",
    "core",
    "node",
    "host",
    "guest",
    "client",
    "server",
    "user",
    "kernel",
    "worker",
    "parent",
    "child",
    "kswapd",
    "syscall",
    "fault",
    "writeback",
    "path",
    "owner",
    "waiter",
    "fsync",
    "truncate",
    "commit",
];

/// Whether a text is what people write over columns.
fn is_label(text: &str) -> bool {
    let bracketed = text.starts_with(['[', '<']) && text.ends_with([']', '>']);
    let first = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|it| !it.is_empty());
    let first = first.unwrap_or("").to_ascii_lowercase();
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let pid = text.rsplit_once('-').is_some_and(|(name, pid)| {
        name.len() > 1 && pid.len() > 1 && pid.bytes().all(|it| it.is_ascii_digit())
    });
    let colon = text.ends_with(':') && text.split_whitespace().count() <= 4;
    (bracketed || colon || pid || LABELS.contains(&stem)) && !text.contains("()")
}

/// Whether a text could stand over a column.
fn may_be_label(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let short = text.len() <= LONGEST_LABEL && words <= 7;
    short
        && !text.ends_with(['.', ';', ','])
        && text.contains(|c: char| c.is_ascii_alphanumeric())
        && !text.contains(" = ")
}

impl Sheet {
    /// The drawing below labels.
    fn below(lines: &[String], at: usize, header: Header) -> Sheet {
        let mut sheet = Sheet {
            lines: at..header.end,
            labels: header
                .labels
                .iter()
                .map(|it| it.1.trim_matches([':', ' ']).to_owned())
                .collect(),
            starts: header.labels.iter().map(|it| it.0).collect(),
            ..Sheet::default()
        };
        sheet.lines.end = sheet.find_end(lines, header.end);
        let body = header.end..sheet.lines.end;
        let bars = match header.bars.is_empty() {
            true => sheet.common_bars(&lines[body.clone()]),
            false => header.bars,
        };
        sheet.cut(lines, body, &bars);
        sheet
    }

    /// Where the drawing ends: before a paragraph that is prose, or the labels of another one.
    fn find_end(&self, lines: &[String], from: usize) -> usize {
        let mut end = from;
        let mut at = from;
        let mut first = true;
        while at < lines.len() {
            if lines[at].trim().is_empty() {
                at += 1;
                continue;
            }
            let many = lines[at..]
                .iter()
                .take_while(|it| !it.trim().is_empty())
                .count();
            let paragraph = &lines[at..at + many];
            let again = |at: usize| {
                let pieces = cells(&lines[at]);
                pieces.len() > 1 && pieces.iter().all(|it| is_label(&it.1))
            };
            if let Some(next) = (at..at + many).find(|it| again(*it)) {
                // What stands right above the next labels is its own paragraph's, if anything.
                if !first && next == at {
                    return end;
                }
                if next > at {
                    return next;
                }
            }
            if !first && !self.goes_on(paragraph) {
                return end;
            }
            first = false;
            at += many;
            end = at;
        }
        end
    }

    /// Whether a paragraph belongs to the drawing above it.
    fn goes_on(&self, paragraph: &[String]) -> bool {
        let second = self.starts.get(1).copied().unwrap_or(usize::MAX);
        let middle = (self.starts[0] + second) / 2;
        let right =
            |it: &&String| margin(it) > middle.max(self.starts[0] + DEEPER) && !is_sentence(it);
        let bar = |it: &&String| bars_of(it).iter().any(|bar| bar.abs_diff(second) <= 6);
        let event = |it: &String| {
            let parsed = Parsed::of(it.trim());
            let called =
                parsed.shape == Shape::Call && !is_sentence(it) && !it.trim().ends_with('.');
            called || matches!(parsed.shape, Shape::Elided | Shape::Event)
        };
        paragraph.iter().any(|it| right(&it) || bar(&it)) || paragraph.iter().all(event)
    }

    /// The characters at which most of the lines have a bar.
    fn common_bars(&self, lines: &[String]) -> Vec<usize> {
        let all: Vec<&String> = lines.iter().filter(|it| !it.trim().is_empty()).collect();
        let mut bars = Vec::new();
        for pair in self.starts.windows(2) {
            let (low, high) = (pair[0] + 4, pair[1] + 1);
            let many = |at: usize| {
                all.iter()
                    .filter(|it| it.as_bytes().get(at) == Some(&b'|'))
                    .count()
            };
            let best = (low..high).max_by_key(|at| many(*at));
            match best.filter(|at| 2 * many(*at) > all.len()) {
                Some(at) => bars.push(at),
                None => return Vec::new(),
            }
        }
        bars
    }

    /// Whether at least two columns have something.
    fn is_drawing(&self) -> bool {
        let mut columns: Vec<usize> = self.cells.iter().map(|it| it.column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.len() > 1
    }

    /// Cuts lines into cells.
    fn cut(&mut self, lines: &[String], body: Range<usize>, bars: &[usize]) {
        self.cells.clear();
        let numbered = row_numbers(&lines[body.clone()]);
        let base = base(&lines[body.clone()]);
        // Where the last line of each column began.
        let mut last: Vec<usize> = self.starts.clone();
        for at in body {
            let mut line = lines[at].clone();
            if numbered {
                blank_number(&mut line, base);
            }
            if line.trim().is_empty() || is_rule(&line) {
                continue;
            }
            if !bars.is_empty() {
                for (column, (start, text)) in segments(&line, bars).into_iter().enumerate() {
                    if column < self.starts.len() && !text.is_empty() {
                        self.push(at, column, start, text);
                    }
                }
                continue;
            }
            self.cut_line(at, &line, &mut last);
        }
    }

    fn push(&mut self, line: usize, column: usize, start: usize, text: &str) {
        let parsed = Parsed::of(text);
        // The line of a tree, or one that leads from step to step.
        if parsed.text.bytes().all(|it| b"|v^: ".contains(&it)) {
            return;
        }
        self.cells.push(Cell {
            line,
            column,
            start: start + parsed.marks,
            text: text.trim().to_owned(),
            parsed,
        });
    }

    fn cut_line(&mut self, at: usize, line: &str, last: &mut [usize]) {
        if self.is_across(line) {
            self.push(at, 0, margin(line), line.trim_start());
            if let Some(cell) = self.cells.last_mut() {
                cell.parsed.shape = Shape::Comment;
            }
            return;
        }
        let pieces = cells(line);
        let mut column = self.column(pieces[0].0, last);
        let (mut start, mut from) = (pieces[0].0, pieces[0].0);
        let mut done: Vec<(usize, usize, usize)> = Vec::new();
        for (place, text) in pieces.iter().skip(1) {
            let other = self.column(*place, last);
            let remark = ["--", "<-", "//", "/*", "#", "=", "<="]
                .iter()
                .any(|it| text.starts_with(it));
            if other > column && !remark {
                done.push((column, start, *place));
                (column, start, from) = (other, *place, *place);
            }
        }
        let _ = from;
        done.push((column, start, line.len()));
        for (column, start, end) in done {
            last[column] = start;
            let text = line[start..end].trim_end();
            match self.touching(column, start, text) {
                Some((other, place)) => {
                    self.push(at, column, start, line[start..place].trim_end());
                    self.push(at, other, place, line[place..end].trim_end());
                    last[other] = place;
                }
                None => self.push(at, column, start, text),
            }
        }
    }

    /// The column of what begins at a character of its line.
    fn column(&self, start: usize, last: &[usize]) -> usize {
        for at in (1..self.starts.len()).rev() {
            if start + SLACK >= self.starts[at] {
                return at;
            }
            if self.strict {
                continue;
            }
            let left = self.starts[at - 1];
            let middle = (left.min(last[at - 1]) + self.starts[at]) / 2;
            // As far to the right as a column's own lines begin.
            let own = last[at] < self.starts[at] && start >= last[at] && start > middle;
            if own || start > last[at - 1] + DEEPER && start > middle {
                return at;
            }
        }
        0
    }

    /// Where a text that reaches into the next column goes over into that column's own.
    fn touching(&self, column: usize, start: usize, text: &str) -> Option<(usize, usize)> {
        let bytes = text.as_bytes();
        for other in column + 1..self.starts.len() {
            let from = self.starts[other].saturating_sub(start + SLACK).max(2);
            for at in from..bytes.len().saturating_sub(2) {
                let closed = matches!(bytes[at - 1], b')' | b';')
                    || bytes[at - 1] == b' ' && matches!(bytes[at - 2], b')' | b';');
                let rest = &text[at..];
                let parsed = Parsed::of(rest);
                let name = rest.starts_with(|c: char| of_name(c) || c == '-');
                let whole = parsed
                    .function
                    .as_deref()
                    .is_some_and(|it| rest[parsed.marks..].starts_with(it));
                if closed && name && whole && parsed.shape == Shape::Call {
                    return Some((other, start + at));
                }
                if at > from + 24 {
                    break;
                }
            }
        }
        None
    }

    /// Whether a line is a sentence that runs over the columns.
    fn is_across(&self, line: &str) -> bool {
        let Some(second) = self.starts.get(1) else {
            return false;
        };
        let words = line.split_whitespace().count();
        let over = margin(line) + 4 < *second && line.len() > second + 8 && cells(line).len() == 1;
        over && words >= 8 && Parsed::of(line.trim()).shape != Shape::Call
    }

    /// The same drawing with its columns cut where a visitor wants them.
    pub fn recut(&mut self, lines: &[String], starts: Vec<usize>) {
        let first = self.cells.first().map_or(self.lines.start, |it| it.line);
        self.labels.resize(starts.len(), String::new());
        self.starts = starts;
        self.strict = true;
        self.cut(lines, first..self.lines.end, &[]);
    }
}

/// Whether a line is a sentence of prose.
fn is_sentence(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let calls = line.matches('(').count();
    words >= 8 || words >= 5 && calls == 0 && line.trim_end().ends_with(['.', ':'])
}

/// Whether most lines begin with the number of a row: digits, with blanks behind them. A number with a dot is a cell's own.
fn row_numbers(lines: &[String]) -> bool {
    let base = base(lines);
    let all = lines.iter().filter(|it| !it.trim().is_empty());
    let many = all.clone().count();
    let with = all
        .filter(|it| blank_number(&mut (*it).clone(), base))
        .count();
    with > 1 && 2 * with > many
}

/// How far all lines are indented.
fn base(lines: &[String]) -> usize {
    let all = lines.iter().filter(|it| !it.trim().is_empty());
    all.map(|it| margin(it)).min().unwrap_or(0)
}

/// Replaces the number in front of a line by blanks; says whether there was one.
fn blank_number(line: &mut String, base: usize) -> bool {
    let start = margin(line);
    let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
    let end = start + digits;
    if digits == 0 || digits > 3 || start > base + 2 || !line[end..].starts_with("  ") {
        return false;
    }
    line.replace_range(..end, &" ".repeat(end));
    true
}

/// A drawing without labels: a block whose lines begin in places that are far apart.
fn without_labels(lines: &[String]) -> Vec<Sheet> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        // Single blank lines may stand inside.
        let mut end = at;
        while end < lines.len()
            && !(lines[end].trim().is_empty()
                && lines.get(end + 1).is_none_or(|it| {
                    it.trim().is_empty() || is_sentence(it) && margin(it) < 2 * DEEPER
                }))
        {
            end += 1;
        }
        if let Some(sheet) = guess(lines, at..end) {
            found.push(sheet);
        }
        at = end.max(at + 1);
    }
    found
}

fn guess(lines: &[String], body: Range<usize>) -> Option<Sheet> {
    let block: Vec<&String> = lines[body.clone()]
        .iter()
        .filter(|it| !it.trim().is_empty())
        .collect();
    let mut places: Vec<usize> = block.iter().map(|it| margin(it)).collect();
    places.sort_unstable();
    places.dedup();
    let mut starts = vec![*places.first()?];
    for pair in places.windows(2) {
        if pair[1] - pair[0] > DEEPER + 4 {
            starts.push(pair[1]);
        }
    }
    if !(2..=MOST_COLUMNS).contains(&starts.len()) {
        return None;
    }
    let mut sheet = Sheet {
        lines: body.clone(),
        labels: vec![String::new(); starts.len()],
        starts,
        guessed: true,
        ..Sheet::default()
    };
    sheet.cut(lines, body, &[]);
    let calls = |column: usize| {
        let all = sheet.cells.iter().filter(|it| it.column == column);
        all.filter(|it| it.parsed.shape == Shape::Call).count()
    };
    let drawn = (0..sheet.starts.len()).filter(|it| calls(*it) > 0).count();
    let total: usize = (0..sheet.starts.len()).map(calls).sum();
    (drawn > 1 && total >= 3).then_some(sheet)
}
