//! A pasted log, line by line.

use super::format::{FORMATS, Format, Sign};
use super::pattern::{find, number};

/// A line that is known.
pub struct Line {
    /// Its number in the text, from 1.
    pub number: usize,
    /// The line as it was pasted.
    pub text: String,
    /// How it is spelled.
    pub format: &'static Format,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    /// The text of a field of its pattern.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// A field that is a decimal number.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    /// A field that is a hexadecimal number, with 0x or without.
    pub fn hex(&self, name: &str) -> Option<u64> {
        let text = self.field(name)?;
        number(text)
            .filter(|_| text.starts_with("0x"))
            .or_else(|| u64::from_str_radix(text, 16).ok())
    }

    /// What it says.
    pub fn says(&self) -> String {
        if let Some(words) = self.command() {
            return words;
        }
        let mut says = self.format.says.to_owned();
        for (name, text) in &self.fields {
            says = says.replace(&format!("{{{name}}}"), text.trim());
        }
        says
    }

    /// A command of ten bytes in words: what, how many blocks, from where on.
    fn command(&self) -> Option<String> {
        let name = self
            .field("name")
            .filter(|_| self.format.sign == Sign::Command)?;
        let bytes = self.field("rest")?.split_whitespace();
        let bytes: Vec<u64> = bytes
            .map_while(|it| u64::from_str_radix(it, 16).ok())
            .collect();
        let value = |bytes: &[u64]| bytes.iter().fold(0, |all, it| all << 8 | it);
        let (lba, blocks) = (value(bytes.get(1..5)?), value(bytes.get(6..8)?));
        Some(format!(
            "The command as it was sent: {name}, {blocks} blocks from LBA {lba}."
        ))
    }
}

/// The lines of a text that are known. A text with none is no log, or one about other things.
pub fn read(text: &str) -> Vec<Line> {
    // What `cat` prints of an attribute stands below the command, without its name.
    let mut named = String::new();
    let known = |(at, line): (usize, &str)| {
        let line = line.trim_end();
        let bare = !line.is_empty() && line.bytes().all(|it| it.is_ascii_digit());
        let whole = match bare {
            true => format!("{named}: {line}"),
            false => line.to_owned(),
        };
        line.rsplit(['/', ' '])
            .next()
            .unwrap_or(line)
            .clone_into(&mut named);
        let (format, fields) = FORMATS
            .iter()
            .find_map(|format| Some((format, find(format.pattern, &whole)?)))?;
        let fields = fields
            .into_iter()
            .map(|(name, text)| (name, text.to_owned()));
        Some(Line {
            number: at + 1,
            text: line.to_owned(),
            format,
            fields: fields.collect(),
        })
    };
    text.lines().enumerate().filter_map(known).collect()
}
