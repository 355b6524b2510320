//! A file on its way in: a capture is read as its bytes come, a small text goes where pasted texts go, and of anything else it is said
//! what it is.

use crate::exchange::capture::{CaptureError, Reading, is_capture};

use super::super::capture_msg::CaptureMsg;
use super::super::editor::capture_asked;
use super::super::vdom::{Attr, button, el, note, nothing};
use super::panel::CapturePanel;
use super::read_file::{Fate, ReadFile};

/// How much of a file's beginning shows what it is.
const HEAD: usize = 64 * 1024;
/// Up to how many bytes a text that is no capture is read as one that was pasted.
const MOST_OF_TEXT: u64 = 256 * 1024;
/// The sizes of one sector, with and without its tuple.
const SECTORS: [u64; 4] = [512, 520, 4096, 4104];

/// Files that begin so are no texts, and what to do with them.
const KNOWN: [(&[u8], &str); 6] = [
    (
        b"PERFILE2",
        "It is perf's own file, of which nothing can be read here. Record with lab/record-writeback.sh or trace-cmd.",
    ),
    (
        b"\x1f\x8b",
        "It is packed with gzip: unpack it first (gunzip).",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "It is packed with zstd: unpack it first (unzstd).",
    ),
    (
        b"\xfd7zXZ\x00",
        "It is packed with xz: unpack it first (unxz).",
    ),
    (b"BZh", "It is packed with bzip2: unpack it first."),
    (b"PK\x03\x04", "It is a zip archive: unpack it first."),
];

/// Why a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Nothing is in it.
    #[error("It is empty.")]
    Empty,
    /// It is of a kind that is known and not read.
    #[error("{0}")]
    Known(&'static str),
    /// It is no text.
    #[error("Line {line}: it is no text from byte {byte} on, and no file that is known here.")]
    NoText {
        /// The line, from 1.
        line: usize,
        /// The byte of the file, from 1.
        byte: usize,
    },
    /// It is a text, but too large for one that is no capture.
    #[error(
        "It is no capture: none of its first lines looks as the kernel's tracer writes them (task-pid [cpu] flags time: event). And it is too large for anything else."
    )]
    TooLarge,
    /// It looks as a capture, and is none.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The browser refuses to read it.
    #[error("The browser cannot read it: it is a folder, or was changed or taken away meanwhile.")]
    Unreadable,
}

impl FileError {
    fn no_text(bytes: &[u8], at: usize) -> FileError {
        FileError::NoText {
            line: 1 + bytes[..at].iter().filter(|it| **it == b'\n').count(),
            byte: at + 1,
        }
    }
}

/// A file on its way in.
pub struct Opening {
    name: String,
    size: u64,
    read: u64,
    /// Its reading, if it is a capture.
    reading: Option<Reading>,
    /// What there is of a text that is none.
    text: Vec<u8>,
}

impl Opening {
    /// A file of so many bytes, of which none has come.
    pub fn new(name: &str, size: u64) -> Opening {
        Opening {
            name: name.to_owned(),
            size,
            read: 0,
            reading: None,
            text: Vec::new(),
        }
    }

    /// Takes the next bytes; the first ones are at least 64 kB, or all there are.
    ///
    /// # Errors
    /// [`FileError`] as soon as it is clear that the file cannot be opened.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if self.read == 0 {
            self.begin(&bytes[..bytes.len().min(HEAD)])?;
        }
        self.read += bytes.len() as u64;
        match &mut self.reading {
            Some(reading) => reading.feed(bytes)?,
            None => self.text.extend(bytes),
        }
        Ok(())
    }

    /// Sees what kind of file it is.
    fn begin(&mut self, head: &[u8]) -> Result<(), FileError> {
        if let Some((_, why)) = KNOWN.iter().find(|it| head.starts_with(it.0)) {
            return Err(FileError::Known(why));
        }
        if is_capture(head) {
            self.reading = Some(Reading::new(&self.name));
            return Ok(());
        }
        match no_text(head) {
            Some(at) if !SECTORS.contains(&self.size) => Err(FileError::no_text(head, at)),
            None if self.size > MOST_OF_TEXT => Err(FileError::TooLarge),
            _ => Ok(()),
        }
    }

    /// How far it has come.
    pub fn progress(&self) -> ReadFile {
        let mega = |bytes: u64| format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10);
        let lines = self.reading.as_ref().map_or(0, Reading::lines);
        let words = format!(
            "{} of {} MB, {lines} lines",
            mega(self.read),
            mega(self.size)
        );
        let bar = el("progress", "")
            .attr(Attr::Label, "How much of the file has been read")
            .attr(Attr::Max, &self.size.max(1).to_string())
            .attr(Attr::Value, &self.read.to_string());
        let cancel = button("", "", "Cancel", false, capture_asked(CaptureMsg::Cancel));
        ReadFile {
            name: self.name.clone(),
            fate: Fate::Reading,
            view: el("div", "progress")
                .attr(Attr::Part, "file-progress")
                .child(bar)
                .child(note("", &words))
                .child(el("div", "moves").child(cancel)),
        }
    }

    /// Ends it: what there is to be seen, and the capture if it is one.
    pub fn finish(self) -> (ReadFile, Option<CapturePanel>) {
        let name = self.name.clone();
        match self.end() {
            Ok(read) => read,
            Err(error) => (ReadFile::refused(&name, &error.to_string()), None),
        }
    }

    fn end(self) -> Result<(ReadFile, Option<CapturePanel>), FileError> {
        if let Some(reading) = self.reading {
            let panel = CapturePanel::new(reading.finish()?);
            return Ok((panel.drawn(), Some(panel)));
        }
        let sector = SECTORS.contains(&self.size);
        let text = match (no_text(&self.text), String::from_utf8(self.text)) {
            (None, Ok(text)) => text,
            (_, Ok(text)) if sector => dump(text.as_bytes()),
            (_, Err(error)) if sector => dump(error.as_bytes()),
            (at, Ok(text)) => {
                return Err(FileError::no_text(text.as_bytes(), at.unwrap_or(0)));
            }
            (_, Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                return Err(FileError::no_text(error.as_bytes(), at));
            }
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        if text.trim().is_empty() {
            return Err(FileError::Empty);
        }
        let read = ReadFile {
            name: self.name,
            fate: Fate::Text(text),
            view: nothing(),
        };
        Ok((read, None))
    }
}

/// Where a text has what no text has.
fn no_text(bytes: &[u8]) -> Option<usize> {
    let control = |it: &u8| *it < 0x20 && !matches!(it, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let odd = bytes.iter().position(control);
    let valid = std::str::from_utf8(bytes).err();
    // A character may be cut at the end.
    let invalid = valid.filter(|it| it.error_len().is_some());
    odd.into_iter()
        .chain(invalid.map(|it| it.valid_up_to()))
        .min()
}

/// Bytes as `xxd` writes them.
fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(at, line)| {
        let digits: String = line.iter().map(|it| format!("{it:02x} ")).collect();
        format!("{:08x}: {digits}\n", at * 16)
    });
    lines.collect()
}
