//! The fenced blocks of a lesson: lines of the form `key: value`, with `#` before a remark.

use serde::{Deserialize, Serialize};

use crate::protocol::did_you_mean;

use super::error::{LessonError, wrong};

/// A line of a fenced block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Field {
    pub key: String,
    pub value: String,
    /// The byte of the file where the line begins.
    pub at: usize,
    /// The byte of the file where the value begins.
    pub value_at: usize,
}

/// A fenced block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fence {
    /// The word behind its three backquotes.
    pub kind: String,
    /// The byte of the file where it begins.
    pub at: usize,
    pub fields: Vec<Field>,
}

impl Fence {
    /// Takes one line of it, of which `at` is the byte in the file.
    pub fn line(&mut self, text: &str, line: &str, at: usize) -> Result<(), LessonError> {
        let code = line.split(" #").next().unwrap_or_default().trim_end();
        let start = at + code.len() - code.trim_start().len();
        if code.is_empty() {
            return Ok(());
        }
        let Some((key, value)) = code.split_once(':') else {
            let reason = format!("\"{}\" is not of the form \"key: value\"", code.trim());
            return Err(wrong(text, start, reason));
        };
        let value_at = at + code.len() - value.trim_start().len();
        if value.trim().is_empty() {
            return Err(wrong(
                text,
                start,
                format!("nothing follows \"{}:\"", key.trim()),
            ));
        }
        self.fields.push(Field {
            key: key.trim().to_owned(),
            value: value.trim().to_owned(),
            at: start,
            value_at,
        });
        Ok(())
    }

    /// Checks that it has no keys but these, and of those in `once` one at most.
    pub fn check(&self, text: &str, keys: &[&str], once: &[&str]) -> Result<(), LessonError> {
        for (number, field) in self.fields.iter().enumerate() {
            let key = field.key.as_str();
            if !keys.contains(&key) {
                let near = did_you_mean(key, keys.iter().copied());
                let known = keys.join(", ");
                let reason = format!(
                    "\"{}\" has no key \"{key}\"{near}; keys are {known}",
                    self.kind
                );
                return Err(wrong(text, field.at, reason));
            }
            if once.contains(&key) && self.fields[..number].iter().any(|it| it.key == key) {
                return Err(wrong(text, field.at, format!("there are two \"{key}:\"")));
            }
        }
        Ok(())
    }

    /// The first field of a key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|it| it.key == key)
    }

    /// All fields of a key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |it| it.key == key)
    }
}
