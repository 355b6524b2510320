//! A capture of a running kernel: what its functions and tracepoints say about writeback, read as a stream.
//!
//! Text of tracefs (function tracer, kprobe events, tracepoints), of `lab/record-writeback.sh`, of `trace-cmd report` and of `perf script`. Each folio gets a
//! history (`history.rs`), each rule of the protocol the lines that keep or break it (`rules.rs`), and a stretch of it becomes a diagram as
//! one draws it for a mail (`stretch.rs`), which `drawing` makes a scenario of.

mod draft;
mod event;
mod file;
mod follow;
mod history;
mod likeness;
mod line;
mod programs;
mod replay;
mod rules;
mod stretch;

use std::collections::HashMap;

pub use draft::{Draft, DraftError};
pub use event::{Event, What};
use follow::Follow;
pub use follow::{Asks, Folio, Task};
pub use history::{Bit, History, Sleep, Span};
pub use likeness::Like;
use line::Read;
pub use rules::{Finding, Outcome, Rule, Why};
pub use stretch::Stretch;

/// Most bytes of a line.
const LONGEST_LINE: usize = 1 << 16;
/// Lines looked at before a text that has none of the form is given up.
const MOST_FOREIGN: u32 = 1_000;
/// Lines that were not read, of which it is told why.
const MOST_TOLD: usize = 20;
/// Most lines: their numbers have 32 bits.
const MOST_LINES: u32 = u32::MAX - 1;

/// A file that is no capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// Nothing is in it.
    #[error("The file is empty.")]
    Empty,
    /// It is the binary file that trace-cmd writes.
    #[error(
        "This is trace-cmd's own file. `trace-cmd report FILE > text` makes the text that is read here."
    )]
    TraceDat,
    /// It is no text.
    #[error("Line {line} has a zero byte: this is no text.")]
    Binary {
        /// The line, from 1.
        line: u32,
    },
    /// It is the output of the function_graph tracer.
    #[error(
        "Line {line}: function_graph's text does not say which task a line is about. Record with the function tracer, with kprobe events, or with lab/record-writeback.sh."
    )]
    Graph {
        /// The line, from 1.
        line: u32,
    },
    /// Its lines have another form.
    #[error(
        "Line {line} is no line of a trace: {why}. Lines look like \"task-123 [001] ..... 46.570928: folio_unlock: ...\"."
    )]
    Foreign {
        /// The first such line, from 1.
        line: u32,
        /// What is missing in it.
        why: &'static str,
    },
    /// It has lines, but none about writeback.
    #[error(
        "None of the {lines} lines is about writeback{others}. What is read: kprobes or the function tracer on functions such as folio_clear_dirty_for_io, __folio_start_writeback, folio_end_writeback, folio_wait_writeback, and the tracepoints of the groups writeback and block; lab/record-writeback.sh records them."
    )]
    Nothing {
        /// How many lines it has.
        lines: u32,
        /// What they are about instead.
        others: String,
    },
    /// It has more lines than can be numbered.
    #[error("The file has more than {MOST_LINES} lines.")]
    TooLong,
}

/// A line that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRead {
    /// The line, from 1.
    pub line: u32,
    /// Why.
    pub why: &'static str,
}

/// A capture.
#[derive(Debug)]
pub struct Capture {
    /// The file's name.
    pub name: String,
    /// How many lines it has.
    pub lines: u32,
    /// What the recorder and the tracer say at its beginning, without `#`.
    pub remarks: Vec<String>,
    /// The lines about writeback, in order.
    pub events: Vec<Event>,
    /// Events that came after the most that are kept, and were not followed.
    pub beyond: u64,
    /// Who did something.
    pub tasks: Vec<Task>,
    /// The folios, in the order in which they come up.
    pub folios: Vec<Folio>,
    /// How often each rule was kept, broken or could not be told.
    pub counts: HashMap<(Rule, Finding), u64>,
    /// The occasions, in the order of the capture; of those that keep a rule only the first thousand.
    pub outcomes: Vec<Outcome>,
    /// Whether the mapping of each inode was seen to ask for stable pages.
    pub asks: HashMap<Option<u64>, Asks>,
    /// How many lines have another form, or are about something else.
    pub not_read: u32,
    /// The first of those that have another form.
    pub told: Vec<NotRead>,
    /// How many lines are about something else.
    pub other: u32,
    /// How many entries the tracer's heading counts, if the file has fewer: it was cut, or filtered.
    pub cut: Option<u64>,
    /// How many events the tracer says it has lost, and at which lines; 0 where it gives no number.
    pub lost: Vec<(u32, u64)>,
    /// The names of functions and tracepoints that came up, with how often.
    pub recorded: Vec<(&'static str, u64)>,
}

/// Whether a text is a capture, by its beginning.
pub fn is_capture(head: &[u8]) -> bool {
    let lines = head.split(|it| *it == b'\n').take(200);
    let mut read = lines.map(line::read);
    let found = read.any(|it| match it {
        Read::Line(line) => event::row_of(line.name).is_some(),
        Read::Remark(text) => {
            text.starts_with(b"# tracer: ") || text.starts_with(b"# stable-pages capture")
        }
        _ => false,
    });
    found || head.starts_with(TRACE_DAT)
}

/// The beginning of trace-cmd's own files: trace-cmd.dat(5).
const TRACE_DAT: &[u8] = b"\x17\x08\x44tracing";

/// Reads a capture, piece by piece.
#[derive(Debug, Default)]
pub struct Reading {
    name: String,
    follow: Follow,
    /// What is left of the last piece: the beginning of a line.
    rest: Vec<u8>,
    /// Whether the line under way is longer than a line may be.
    overlong: bool,
    offset: u64,
    lines: u32,
    read: u32,
    remarks: Vec<String>,
    not_read: u32,
    told: Vec<NotRead>,
    other: HashMap<Vec<u8>, u32>,
    others: u32,
    lost: Vec<(u32, u64)>,
}

impl Reading {
    /// Begins to read a file of a name.
    pub fn new(name: &str) -> Reading {
        Reading {
            name: name.to_owned(),
            ..Reading::default()
        }
    }

    /// How many lines have been read.
    pub fn lines(&self) -> u64 {
        u64::from(self.lines)
    }

    /// Reads the next piece of the file.
    ///
    /// # Errors
    /// [`CaptureError`] as soon as it is clear that this is no capture.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), CaptureError> {
        let mut bytes = bytes;
        if self.offset == 0 && self.rest.is_empty() && bytes.starts_with(TRACE_DAT) {
            return Err(CaptureError::TraceDat);
        }
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, behind) = (&bytes[..end], &bytes[end + 1..]);
            bytes = behind;
            if self.rest.is_empty() && !self.overlong {
                self.line(line)?;
                self.offset += end as u64 + 1;
                continue;
            }
            let mut whole = std::mem::take(&mut self.rest);
            let length = whole.len() + line.len();
            if !self.overlong && length <= LONGEST_LINE {
                whole.extend_from_slice(line);
                self.line(&whole)?;
            } else {
                self.overlong_line()?;
            }
            self.offset += length as u64 + 1;
            self.overlong = false;
        }
        match self.overlong || self.rest.len() + bytes.len() > LONGEST_LINE {
            true => {
                // Its bytes count, and are not kept.
                self.overlong = true;
                self.offset += (self.rest.len() + bytes.len()) as u64;
                self.rest.clear();
            }
            false => self.rest.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), CaptureError> {
        self.lines += 1;
        match self.lines {
            MOST_LINES => Err(CaptureError::TooLong),
            _ => Ok(()),
        }
    }

    fn overlong_line(&mut self) -> Result<(), CaptureError> {
        self.count()?;
        self.foreign("it is longer than 64 kB")
    }

    fn foreign(&mut self, why: &'static str) -> Result<(), CaptureError> {
        self.not_read += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(NotRead {
                line: self.lines,
                why,
            });
        }
        match self.told.first() {
            Some(first) if self.read == 0 && self.not_read >= MOST_FOREIGN => {
                Err(CaptureError::Foreign {
                    line: first.line,
                    why: first.why,
                })
            }
            _ => Ok(()),
        }
    }

    fn line(&mut self, text: &[u8]) -> Result<(), CaptureError> {
        self.count()?;
        match line::read(text) {
            Read::Line(line) => {
                self.read += 1;
                match event::row_of(line.name) {
                    Some(row) => self.follow.take(row, &line, self.offset, self.lines),
                    None => self.something_else(line.name),
                }
                Ok(())
            }
            Read::Remark(text) => {
                if text.starts_with(b"# tracer: function_graph") {
                    return Err(CaptureError::Graph { line: self.lines });
                }
                self.remark(text);
                Ok(())
            }
            Read::Lost(many) => {
                if self.lost.len() < MOST_FOREIGN as usize {
                    self.lost.push((self.lines, many.unwrap_or(0)));
                }
                Ok(())
            }
            Read::Blank => Ok(()),
            Read::Foreign(_) if self.read == 0 && text.contains(&0) => {
                Err(CaptureError::Binary { line: self.lines })
            }
            Read::Foreign(why) => self.foreign(why),
        }
    }

    fn something_else(&mut self, name: &[u8]) {
        self.others += 1;
        // A few names, to say what a foreign capture is about.
        if let Some(count) = self.other.get_mut(name) {
            *count += 1;
        } else if self.other.len() < 64 {
            self.other.insert(name.to_owned(), 1);
        }
    }

    fn remark(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        let text = text.trim_start_matches('#').trim();
        // The heading's picture of the flags.
        let picture = text.starts_with(['_', '/', '|', '(']) || text.starts_with("TASK-PID");
        if !text.is_empty() && !picture && self.remarks.len() < MOST_TOLD {
            self.remarks.push(text.to_owned());
        }
    }

    /// Reads the last line, and settles what only the whole can tell.
    ///
    /// # Errors
    /// [`CaptureError`] where nothing in it is about writeback.
    pub fn finish(mut self) -> Result<Capture, CaptureError> {
        if self.overlong {
            self.overlong_line()?;
        } else if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            self.line(&rest)?;
        }
        if self.lines == 0 {
            return Err(CaptureError::Empty);
        }
        if self.follow.events.is_empty() {
            return Err(self.nothing());
        }
        self.follow.finish();
        let heading = self.remarks.iter().find_map(|it| {
            let counts = it.strip_prefix("entries-in-buffer/entries-written: ")?;
            counts.split('/').next()?.trim().parse::<u64>().ok()
        });
        let cut = heading.filter(|it| *it > u64::from(self.read));
        let follow = self.follow;
        let rows = event::ROWS.iter().zip(&follow.rows);
        let recorded = rows.filter(|it| *it.1 > 0);
        let recorded = recorded.map(|(row, count)| (row.name, *count));
        Ok(Capture {
            recorded: recorded.collect(),
            name: self.name,
            lines: self.lines,
            remarks: self.remarks,
            events: follow.events,
            beyond: follow.beyond,
            tasks: follow.tasks,
            folios: follow.folios,
            counts: follow.counts,
            outcomes: follow.outcomes,
            asks: follow.asks,
            not_read: self.not_read,
            told: self.told,
            other: self.others,
            cut,
            lost: self.lost,
        })
    }

    fn nothing(&self) -> CaptureError {
        if self.read == 0
            && let Some(first) = self.told.first()
        {
            return CaptureError::Foreign {
                line: first.line,
                why: first.why,
            };
        }
        let mut others: Vec<_> = self.other.iter().collect();
        others.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let names: Vec<_> = others
            .iter()
            .take(4)
            .map(|it| String::from_utf8_lossy(it.0))
            .collect();
        CaptureError::Nothing {
            lines: self.lines,
            others: match names.is_empty() {
                true => String::new(),
                false => format!("; they are about {}", names.join(", ")),
            },
        }
    }
}

impl Capture {
    /// Reads a text as a whole.
    ///
    /// # Errors
    /// [`CaptureError`] where it is none.
    pub fn of(name: &str, text: &[u8]) -> Result<Capture, CaptureError> {
        let mut reading = Reading::new(name);
        reading.feed(text)?;
        reading.finish()
    }

    /// The name of a task: `race-161`, `interrupt on CPU 1`.
    pub fn task_name(&self, task: u16) -> String {
        let Some(task) = self.tasks.get(usize::from(task)) else {
            return String::new();
        };
        match task.pid {
            Some(pid) => format!("{}-{pid}", task.name),
            None => task.name.clone(),
        }
    }

    /// The name of a folio: `folio 3 of inode 12`.
    pub fn folio_name(&self, folio: u32) -> String {
        let Some(folio) = self.folios.get(folio as usize) else {
            return "a folio".to_owned();
        };
        match (folio.inode, folio.index, folio.address) {
            (Some(inode), Some(index), _) => format!("folio {index} of inode {inode}"),
            (_, _, Some(address)) => format!("the folio at {address:#x}"),
            _ => match folio.events.first() {
                Some(event) => format!("the folio of line {}", self.events[*event as usize].line),
                None => "a folio".to_owned(),
            },
        }
    }

    /// How long it is between two events: `6.07 ms`.
    pub(super) fn between(&self, from: u32, to: u32) -> String {
        let time = |it: u32| self.events.get(it as usize).map_or(0, |it| it.time);
        let micros = time(to).saturating_sub(time(from)) / 1_000;
        match micros {
            0..1_000 => format!("{micros} \u{b5}s"),
            1_000..1_000_000 => format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10),
            _ => format!(
                "{}.{:02} s",
                micros / 1_000_000,
                micros % 1_000_000 / 10_000
            ),
        }
    }

    /// How many lines stand behind each other, of one processor and with one time, at most: a clock that stood still.
    pub fn standstill(&self) -> (u16, usize) {
        let mut last: HashMap<u16, (u64, usize)> = HashMap::new();
        let mut most = (0, 0);
        for event in &self.events {
            let now = last.entry(event.cpu).or_insert((event.time, 0));
            *now = match now.0 == event.time {
                true => (now.0, now.1 + 1),
                false => (event.time, 1),
            };
            if now.1 > most.1 {
                most = (event.cpu, now.1);
            }
        }
        most
    }

    /// How often a rule came out in a way.
    pub fn count(&self, rule: Rule, finding: Finding) -> u64 {
        self.counts.get(&(rule, finding)).copied().unwrap_or(0)
    }

    /// The first and the last time, in nanoseconds of the tracer's clock.
    pub fn span(&self) -> (u64, u64) {
        let time = |it: Option<&Event>| it.map_or(0, |it| it.time);
        (time(self.events.first()), time(self.events.last()))
    }
}
