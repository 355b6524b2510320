//! The front matter of a lesson: TOML between two lines `+++`.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::protocol::did_you_mean;

use super::error::{LessonError, wrong};

const FENCE: &str = "+++";
const KEYS: [&str; 6] = [
    "title", "number", "minutes", "scenario", "takeaway", "sources",
];

/// What stands before the first beat.
#[derive(Serialize, Deserialize)]
pub(super) struct Front {
    pub title: String,
    /// Its place in the course; none for what lies beyond the lessons.
    pub number: Option<u8>,
    pub minutes: u8,
    /// The scenario of beats that name none, and its place in the file.
    pub scenario: Option<(String, usize)>,
    pub takeaway: String,
    pub sources: Vec<String>,
}

impl Front {
    /// Reads it; says where the beats begin, too.
    pub fn read(text: &str) -> Result<(Front, usize), LessonError> {
        let (front, body) = parts(text)?;
        let base = front.start;
        let table = DeTable::parse(&text[front]).map_err(|error| {
            let at = error.span().map_or(0, |it| it.start);
            wrong(text, base + at, error.message().to_owned())
        })?;
        let table = table.into_inner();
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !KEYS.contains(&name) {
                let near = did_you_mean(name, KEYS.into_iter());
                let known = KEYS.join(", ");
                let reason = format!("there is no key \"{name}\"{near}; keys are {known}");
                return Err(wrong(text, base + key.span().start, reason));
            }
        }
        let entry = |key: &str| table.get(key);
        let word = |key: &str| match entry(key) {
            None => Ok(None),
            Some(value) => string(value).map(Some).ok_or_else(|| {
                wrong(
                    text,
                    base + value.span().start,
                    format!("{key} is a text, between quotes"),
                )
            }),
        };
        let needed = |key: &str, use_of: &str| match word(key)? {
            Some(word) if !word.trim().is_empty() => Ok(word),
            _ => Err(wrong(text, base, format!("there is no {key}: {use_of}"))),
        };
        let small = |key: &str| match entry(key).map(|it| (it.get_ref(), it.span().start)) {
            None => Ok(None),
            Some((DeValue::Integer(digits), at)) => {
                let number = digits.as_str().parse().ok().filter(|it| *it > 0);
                let reason = format!("{key} is a number from 1 to 255");
                number
                    .map(Some)
                    .ok_or_else(|| wrong(text, base + at, reason))
            }
            Some((_, at)) => Err(wrong(text, base + at, format!("{key} is a number"))),
        };
        let sources = match entry("sources").map(|it| (it.get_ref(), it.span().start)) {
            None => Vec::new(),
            Some((DeValue::Array(all), at)) => {
                let all: Option<Vec<String>> = all.iter().map(string).collect();
                all.ok_or_else(|| wrong(text, base + at, "sources is a list of texts"))?
            }
            Some((_, at)) => return Err(wrong(text, base + at, "sources is a list of texts")),
        };
        let scenario = entry("scenario").map(|it| base + it.span().start + 1);
        let front = Front {
            title: needed("title", "what the lesson is called")?,
            number: small("number")?,
            minutes: small("minutes")?
                .ok_or_else(|| wrong(text, base, "there is no minutes: how long it takes"))?,
            scenario: word("scenario")?.zip(scenario),
            takeaway: needed("takeaway", "the sentence to take away")?,
            sources,
        };
        Ok((front, body))
    }
}

fn string(value: &Spanned<DeValue>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

/// Where the front matter stands, and where what follows it begins.
fn parts(text: &str) -> Result<(Range<usize>, usize), LessonError> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        let reason = "a lesson begins with its front matter, between two lines \"+++\"";
        return Err(wrong(text, 0, reason));
    }
    let start = first.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok((start..at, at + line.len()));
        }
        at += line.len();
    }
    Err(wrong(
        text,
        start,
        "the front matter has no end: a line \"+++\"",
    ))
}
