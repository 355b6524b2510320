//! A text out of a mail as plain lines: without quote marks and tabs, in ASCII.

/// Longest text that is read, in bytes.
pub(in crate::exchange) const MOST_BYTES: usize = 512 * 1024;

/// Most quote marks that are taken from the front of a line.
const DEEPEST: usize = 12;

/// The lines of a text without quote marks. A blank behind a quote mark goes with it if every line quoted as deeply has
/// one.
pub(in crate::exchange) fn unquoted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    for _ in 0..DEEPEST {
        let inner = |it: &&str| it.strip_prefix('>').map(str::len);
        let mut rests = lines
            .iter()
            .filter_map(|it| Some(&it[it.len() - inner(it)?..]));
        let blank = rests.all(|it| it.is_empty() || it.starts_with([' ', '\t', '>']));
        for line in &mut lines {
            let Some(rest) = line.strip_prefix('>') else {
                continue;
            };
            *line = rest.strip_prefix(' ').filter(|_| blank).unwrap_or(rest);
        }
    }
    lines
}

/// A line with its tabs expanded and in ASCII, so that a byte is a character.
pub(in crate::exchange) fn bare(rest: &str) -> String {
    let mut plain = String::with_capacity(rest.len());
    for c in rest.chars() {
        match c {
            // Bounded, since each tab becomes up to eight blanks.
            '\t' if plain.len() < MOST_BYTES => {
                let stop = 8 - plain.len() % 8;
                plain.extend(std::iter::repeat_n(' ', stop));
            }
            ' '..='~' => plain.push(c),
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' => plain.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2212}' => plain.push('-'),
            '\u{2192}' => plain += "->",
            _ if c.is_whitespace() || c.is_control() => plain.push(' '),
            _ => plain.push('?'),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The pieces of a line that are two blanks or more apart, each with the character at which it begins.
pub(in crate::exchange) fn cells(line: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut from = None;
    let bytes = line.as_bytes();
    for at in 0..=bytes.len() {
        let blank = |at: usize| bytes.get(at).is_none_or(|it| *it == b' ');
        match from {
            None if !blank(at) => from = Some(at),
            Some(start) if blank(at) && blank(at + 1) => {
                found.push((start, line[start..at].to_owned()));
                from = None;
            }
            _ => {}
        }
    }
    found
}

/// How many blanks a line begins with.
pub(in crate::exchange) fn margin(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
