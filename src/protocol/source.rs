//! The text of a program as words and lines with their places, before anything is known of what they mean.

/// A program as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Whether it begins again when it ends.
    pub forever: bool,
    /// Its lines.
    pub lines: Vec<SourceLine>,
}

/// A line of a program text. It has at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// How far it is indented.
    pub indent: usize,
    /// Its words.
    pub words: Vec<Token>,
}

/// A word of a program text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The word.
    pub text: String,
    /// The byte of the scenario file at which it stands; none in the library and in the edits of
    /// a link.
    pub at: Option<usize>,
}

/// The words of a line; `place` maps a byte of the line to its place in the scenario file.
pub fn tokens(line: &str, place: impl Fn(usize) -> Option<usize>) -> Vec<Token> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        words.push(Token {
            text: rest[..end].to_owned(),
            at: place(line.len() - rest.len()),
        });
        rest = rest[end..].trim_start();
    }
    words
}

/// Splits a text into the lines of a program; `place` maps a byte of the text to its place in the
/// scenario file.
pub fn lines(text: &str, place: impl Fn(usize) -> Option<usize>) -> Vec<SourceLine> {
    let mut all = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or("").trim_end();
        let words = tokens(code, |byte| place(start + byte));
        if !words.is_empty() {
            let indent = code.len() - code.trim_start().len();
            all.push(SourceLine { indent, words });
        }
        start += line.len();
    }
    all
}

/// A program of one line.
pub fn one_line(name: &str, line: &str, place: impl Fn(usize) -> Option<usize>) -> Source {
    let words = tokens(line, place);
    let lines = vec![SourceLine { indent: 0, words }];
    Source {
        name: name.to_owned(),
        forever: false,
        lines: lines
            .into_iter()
            .filter(|line| !line.words.is_empty())
            .collect(),
    }
}

/// The words of a line, joined again.
pub(super) fn sentence(words: &[Token]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

/// The labels that lines define, those inside loops excepted: each round has its own.
pub(super) fn labels(lines: &[SourceLine]) -> Vec<Token> {
    let mut found = Vec::new();
    let mut inside: Option<usize> = None;
    for line in lines {
        if inside.is_some_and(|outer| line.indent > outer) {
            continue;
        }
        inside = None;
        let mut words = line.words.iter();
        let Some(word) = words.find(|word| !word.text.starts_with('?')) else {
            continue;
        };
        if word.text == "each" {
            inside = Some(line.indent);
        } else if let Some(name) = word.text.strip_suffix('>') {
            found.push(Token {
                text: name.to_owned(),
                at: word.at,
            });
        }
    }
    found
}
