//! The run that a saved file carries inside, so that the page can open it again: a figure, or a run as JSON, which has
//! its link.
//!
//! It stands in the figure's `<metadata>` as one word, `stable-pages:1:FRAGMENT::end` or
//! `stable-pages:1:FRAGMENT:FILE:end`. FRAGMENT and FILE are printable ASCII; whatever else they have, and
//! `% : < > & " '`, is written as `%` and two hexadecimal digits for each byte of UTF-8. So the word
//! has nothing that an editor would escape, and what space it puts in can be taken out again.

use std::fmt::Write;

/// The run that a figure carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The page's address after `#`: scenario, changes, schedule and moment.
    pub fragment: String,
    /// The text of the scenario's file, if it is not one of the catalogue.
    pub file: Option<String>,
}

/// A text from which no run can be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// There is no mark of the page in it.
    #[error(
        "There is no run in this file. Figures saved from this page carry one in their <metadata>; a program that takes metadata out takes the run out too."
    )]
    NoRun,
    /// The mark is followed by the number of another format.
    #[error("The run in this figure is of format {found}; this page reads format 1 only.")]
    OtherFormat {
        /// What stands in place of the format's number, shortened.
        found: String,
    },
    /// The run was cut or altered.
    #[error(
        "The run in this figure was cut or altered on its way, at character {at} of {of} of what it carries."
    )]
    Damaged {
        /// How many characters of the word are well-formed.
        at: usize,
        /// How many characters were looked at.
        of: usize,
    },
    /// JSON, but not of a run.
    #[error(
        "This JSON is not a run of Stable Pages: it has no \u{201c}format\u{201d} that says so, or no \u{201c}link\u{201d}."
    )]
    NotARun,
    /// JSON of a run, in a version that does not exist yet.
    #[error("The run in this file is of version {found}; this page reads versions 1 and 2.")]
    OtherVersion {
        /// What stands in place of the version.
        found: String,
    },
    /// The text is longer than any that the page writes.
    #[error("This file has {found} bytes; a figure has {MOST} at most.")]
    TooLong {
        /// The text's length in bytes.
        found: usize,
    },
}

/// The most bytes that a text may have.
const MOST: usize = 16 << 20;
const MARK: &str = "stable-pages:";
const FORMAT: &str = "1:";
const END: &str = "end";
/// The end of the format's number, of the fragment and of the file.
const STOP: u8 = b':';

impl Carried {
    /// Writes the run as the one word described above.
    pub(super) fn word(&self) -> String {
        let mut word = format!("{MARK}{FORMAT}");
        encode(&self.fragment, &mut word);
        word.push(STOP.into());
        if let Some(file) = &self.file {
            // An empty file is a file, too.
            word.push('+');
            encode(file, &mut word);
        }
        word.push(STOP.into());
        word + END
    }
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'%' | STOP | b'<' | b'>' | b'&' | b'"' | b'\'' => {}
            0x21..=0x7e => {
                into.push(byte.into());
                continue;
            }
            _ => {}
        }
        // Writing to a string does not fail.
        let _ = write!(into, "%{byte:02X}");
    }
}

/// Takes the run out of a figure's text, as the page wrote it or after an editor has saved it again.
///
/// Any text at all may be given. Where several runs stand in it, the first whole one counts.
///
/// # Errors
/// [`FigureError`], which says what is missing.
pub fn reopen(svg: &str) -> Result<Carried, FigureError> {
    if svg.len() > MOST {
        return Err(FigureError::TooLong { found: svg.len() });
    }
    if svg.trim_start().starts_with('{') {
        return read_json(svg);
    }
    let mut first = None;
    let mut rest = svg;
    while let Some(at) = rest.find(MARK) {
        rest = &rest[at + MARK.len()..];
        match read(rest) {
            Ok(carried) => return Ok(carried),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(FigureError::NoRun))
}

/// Takes the link out of a run as JSON (`exchange/run_json.rs`), of any version. Its head is looked for member by member, so
/// that the worker need not have a JSON parser for the sake of three words.
fn read_json(text: &str) -> Result<Carried, FigureError> {
    if member(text, "format") != Some(crate::exchange::RUN_FORMAT) {
        return Err(FigureError::NotARun);
    }
    match member(text, "version") {
        Some("1" | "2") => {}
        other => {
            let found = other.unwrap_or("none").chars().take(12).collect();
            return Err(FigureError::OtherVersion { found });
        }
    }
    let link = member(text, "link").ok_or(FigureError::NotARun)?;
    let (_, fragment) = link.split_once('#').ok_or(FigureError::NotARun)?;
    Ok(Carried {
        fragment: fragment.to_owned(),
        file: None,
    })
}

/// The first member of a name: a number's digits, or a text without its quotes. None of the texts wanted has an escape.
fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\"{name}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    match rest.strip_prefix('"') {
        Some(inner) => inner.split('"').next(),
        None => rest.split(|it: char| !it.is_ascii_digit()).next(),
    }
}

/// Reads the word behind its mark; what follows the word does not matter.
fn read(text: &str) -> Result<Carried, FigureError> {
    // Only up to the next mark or tag, so that a text with many marks is read once and not once for each mark.
    let text = text.split('<').next().unwrap_or("");
    let text = text.split(MARK).next().unwrap_or("");
    let mut word = Word {
        bytes: text.bytes().filter(|it| !it.is_ascii_whitespace()),
        at: 0,
        of: text.len(),
    };
    let mut format = String::new();
    loop {
        match word.bytes.next() {
            Some(STOP) => break,
            Some(byte) if byte.is_ascii_graphic() && format.len() < 12 => format.push(byte.into()),
            _ => break,
        }
        word.at += 1;
    }
    if format + ":" != FORMAT {
        let found: String = text
            .chars()
            .filter(|it| !it.is_control())
            .take(12)
            .collect();
        return Err(FigureError::OtherFormat { found });
    }
    let fragment = word.part()?;
    let file = word.part()?;
    let file = match file.strip_prefix('+') {
        Some(file) => Some(file.to_owned()),
        None if file.is_empty() => None,
        None => return Err(word.damaged()),
    };
    match END.bytes().all(|wanted| word.bytes.next() == Some(wanted)) {
        true => Ok(Carried { fragment, file }),
        false => Err(word.damaged()),
    }
}

/// The rest of a word, without the white space that an editor has put into it.
struct Word<I> {
    bytes: I,
    at: usize,
    of: usize,
}

impl<I: Iterator<Item = u8>> Word<I> {
    fn damaged(&self) -> FigureError {
        FigureError::Damaged {
            at: self.at,
            of: self.of,
        }
    }

    fn next(&mut self) -> Result<u8, FigureError> {
        self.at += 1;
        self.bytes.next().ok_or_else(|| self.damaged())
    }

    /// The text up to the next stop.
    fn part(&mut self) -> Result<String, FigureError> {
        let mut bytes = Vec::new();
        loop {
            match self.next()? {
                STOP => break,
                b'%' => {
                    let mut byte = 0;
                    for _ in 0..2 {
                        let digit = char::from(self.next()?).to_digit(16);
                        byte = byte << 4 | digit.ok_or_else(|| self.damaged())? as u8;
                    }
                    bytes.push(byte);
                }
                byte if byte.is_ascii_graphic() => bytes.push(byte),
                _ => return Err(self.damaged()),
            }
        }
        String::from_utf8(bytes).map_err(|_| self.damaged())
    }
}
