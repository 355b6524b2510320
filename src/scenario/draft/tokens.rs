//! The text of a file as an editor colours it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::protocol::{group_row, library, op_number};

use super::scan::{Kind, scan};
use super::words::{Inside, Names};

/// What a piece of the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextToken {
    /// `[file]`, `[[actor]]`.
    Heading,
    /// A key.
    Key,
    /// A text in quotes, or its quotes.
    String,
    /// A comment, of the file or of a program.
    Comment,
    /// A number, or `true` and `false`.
    Number,
    /// A step or a composite.
    Step,
    /// A program.
    Program,
    /// What a step works on.
    Argument,
    /// A label, or where it is gone to.
    Label,
    /// A word of the program language: `each`, `else`, `goto`, `end`, `?3.0+`.
    Keyword,
    /// A word that stands where a step should, and is none.
    Unknown,
}

/// The pieces of a text that have a colour, in its order: they do not overlap, and begin and end between letters.
pub fn tokens(text: &str) -> Vec<(Range<usize>, TextToken)> {
    let parts = scan(text);
    let names = Names::of(text, &parts);
    let mut all = Vec::new();
    for part in &parts {
        let token = match &part.kind {
            Kind::Heading => TextToken::Heading,
            Kind::Key => TextToken::Key,
            Kind::Comment => TextToken::Comment,
            Kind::Plain => TextToken::Number,
            Kind::Text { content } => {
                let words = &text[content.clone()];
                let inside = Inside::of(part.table, part.key, words);
                if inside == Inside::Words {
                    all.push((part.range.clone(), TextToken::String));
                    continue;
                }
                all.push((part.range.start..content.start, TextToken::String));
                match inside {
                    Inside::Lines => lines(words, content.start, &names, &mut all),
                    Inside::Place => place(words, content.start, &mut all),
                    _ => all.push((content.clone(), program(words, &names))),
                }
                all.push((content.end..part.range.end, TextToken::String));
                continue;
            }
        };
        all.push((part.range.clone(), token));
    }
    all.retain(|(range, _)| !range.is_empty());
    all
}

fn program(word: &str, names: &Names) -> TextToken {
    match library().any(|it| it == word) || names.programs.contains(&word) {
        true => TextToken::Program,
        false => TextToken::Unknown,
    }
}

/// `writepage/unlock_page#2`.
fn place(text: &str, at: usize, all: &mut Vec<(Range<usize>, TextToken)>) {
    let (program, step) = text.split_once('/').unwrap_or((text, ""));
    let slash = at + program.len();
    all.push((at..slash, TextToken::Program));
    let begin = (slash + 1).min(at + text.len());
    all.push((begin..begin + step.len(), TextToken::Step));
}

/// Lines of the program language.
fn lines(text: &str, at: usize, names: &Names, all: &mut Vec<(Range<usize>, TextToken)>) {
    let mut start = at;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or("");
        line_words(code, start, names, all);
        let comment = line.trim_end();
        if comment.len() > code.len() {
            all.push((
                start + code.len()..start + comment.len(),
                TextToken::Comment,
            ));
        }
        start += line.len();
    }
}

fn line_words(code: &str, at: usize, names: &Names, all: &mut Vec<(Range<usize>, TextToken)>) {
    let mut before = "";
    let mut head = "";
    for word in code.split_whitespace() {
        // The words are pieces of the line.
        let start = at + (word.as_ptr() as usize - code.as_ptr() as usize);
        let token = match (head, before) {
            ("", _) if word.starts_with('?') => TextToken::Keyword,
            ("", _) if word.ends_with('>') => TextToken::Label,
            ("", _) => {
                head = word;
                self::head(word, names)
            }
            ("goto" | "end", _) | (_, "else") => TextToken::Label,
            ("each", _) => TextToken::Keyword,
            _ if word == "else" => TextToken::Keyword,
            _ => TextToken::Argument,
        };
        all.push((start..start + word.len(), token));
        before = word;
    }
}

/// The first word of a line.
fn head(word: &str, names: &Names) -> TextToken {
    if ["each", "goto", "end", "call"].contains(&word) {
        return TextToken::Keyword;
    }
    let key = word.strip_suffix(':').unwrap_or(word);
    match op_number(key).is_some() || key != word || group_row(key).is_some() {
        true if program(key, names) == TextToken::Program && key == word => TextToken::Program,
        true => TextToken::Step,
        false => program(word, names),
    }
}
