//! Reading a TOML table key by key: what is wrong with a key or its value is told with its place, and what a table
//! cannot have is known once everything that it can have was asked for.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::protocol::{did_you_mean, nearest};

use super::error::Source;

/// A text and where it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub text: String,
    pub at: usize,
}

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A table being read. A key that has been read is taken out, so the keys left are unknown ones.
pub(super) struct Table<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) name: &'static str,
    pub(super) at: usize,
    pub(super) entries: Vec<(Word, Value<'a>)>,
    /// The keys that were asked for: all that the table can have.
    pub(super) keys: Vec<String>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        source: &'a Source<'a>,
        name: &'static str,
        at: usize,
        table: DeTable<'a>,
    ) -> Table<'a> {
        let mut entries = Vec::new();
        for (key, value) in table {
            let at = key.span().start;
            let text = key.into_inner().into_owned();
            entries.push((Word { text, at }, value));
        }
        Table {
            source,
            name,
            at,
            entries,
            keys: Vec::new(),
        }
    }

    /// Where a key stands; the table's place if it is not given.
    pub(super) fn at_of(&self, key: &str) -> usize {
        let mut entries = self.entries.iter();
        let found = entries.find(|(name, _)| name.text == key);
        found.map_or(self.at, |(name, _)| name.at)
    }

    pub(super) fn maybe(&mut self, key: &str) -> Option<Value<'a>> {
        self.keys.push(key.to_owned());
        let at = self.entries.iter().position(|(name, _)| name.text == key)?;
        Some(self.entries.swap_remove(at).1)
    }

    /// The value of a key that must be there; `false` stands for one that is not.
    pub(super) fn need(&mut self, key: &str) -> Value<'a> {
        self.maybe(key).unwrap_or_else(|| {
            let given = self.entries.iter().map(|(name, _)| name.text.as_str());
            let (at, reason) = match nearest(key, given) {
                Some(near) => (
                    self.at_of(near),
                    format!(
                        "{} has no \"{near}\"; did you mean \"{key}\", which it needs?",
                        self.name
                    ),
                ),
                None => (self.at, format!("{} lacks \"{key}\"", self.name)),
            };
            self.source.wrong(at, reason);
            Spanned::new(0..0, DeValue::Boolean(false))
        })
    }

    pub(super) fn wrong(&self, value: &Value, key: &str, what: &str) {
        let reason = format!("\"{key}\" is {what}");
        self.source.wrong(value.span().start, reason);
    }

    pub(super) fn word(&self, key: &str, value: Value<'a>) -> Word {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Word {
                text: text.clone().into_owned(),
                at,
            },
            _ => {
                self.wrong(&value, key, "a text in quotes");
                Word::default()
            }
        }
    }

    pub(super) fn text(&mut self, key: &str) -> Word {
        let value = self.need(key);
        self.word(key, value)
    }

    pub(super) fn maybe_text(&mut self, key: &str) -> Word {
        let value = self.maybe(key);
        value.map_or(Word::default(), |value| self.word(key, value))
    }

    pub(super) fn list(&self, key: &str, value: Value<'a>) -> Vec<Value<'a>> {
        if !matches!(value.get_ref(), DeValue::Array(_)) {
            self.wrong(&value, key, "a list");
        }
        match value.into_inner() {
            DeValue::Array(values) => values.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn words(&self, key: &str, value: Value<'a>) -> Vec<Word> {
        let values = self.list(key, value);
        values
            .into_iter()
            .map(|value| self.word(key, value))
            .collect()
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<Word> {
        let value = self.need(key);
        self.words(key, value)
    }

    pub(super) fn maybe_texts(&mut self, key: &str) -> Vec<Word> {
        let value = self.maybe(key);
        value.map_or(Vec::new(), |value| self.words(key, value))
    }

    /// A whole number from 0 to `most`.
    pub(super) fn whole(&self, key: &str, value: &Value<'a>, most: i64) -> i64 {
        let number = match value.get_ref() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if (0..=most).contains(&number) => number,
            _ => {
                self.wrong(value, key, &format!("a whole number from 0 to {most}"));
                0
            }
        }
    }

    pub(super) fn number(&mut self, key: &str, most: i64) -> i64 {
        let value = self.need(key);
        self.whole(key, &value, most)
    }

    pub(super) fn maybe_number(&mut self, key: &str, most: i64, otherwise: i64) -> i64 {
        let value = self.maybe(key);
        value.map_or(otherwise, |value| self.whole(key, &value, most))
    }

    pub(super) fn maybe_numbers(&mut self, key: &str, most: i64) -> Vec<i64> {
        let Some(value) = self.maybe(key) else {
            return Vec::new();
        };
        let values = self.list(key, value);
        let values = values.iter();
        values.map(|value| self.whole(key, value, most)).collect()
    }

    pub(super) fn boolean(&self, key: &str, value: Value<'a>) -> bool {
        if !matches!(value.get_ref(), DeValue::Boolean(_)) {
            self.wrong(&value, key, "true or false");
        }
        matches!(value.get_ref(), DeValue::Boolean(true))
    }

    pub(super) fn truth(&mut self, key: &str) -> bool {
        let value = self.need(key);
        self.boolean(key, value)
    }

    pub(super) fn maybe_truth(&mut self, key: &str, otherwise: bool) -> bool {
        let value = self.maybe(key);
        value.map_or(otherwise, |value| self.boolean(key, value))
    }

    pub(super) fn table(&mut self, key: &'static str) -> Table<'a> {
        let value = self.need(key);
        self.below(key, value)
    }

    pub(super) fn below(&self, key: &'static str, value: Value<'a>) -> Table<'a> {
        if !matches!(value.get_ref(), DeValue::Table(_)) {
            self.wrong(&value, key, "a table");
        }
        let at = value.span().start;
        let table = match value.into_inner() {
            DeValue::Table(table) => table,
            _ => DeTable::new(),
        };
        Table::new(self.source, key, at, table)
    }

    /// The tables of a list of tables; nothing if the key is not given.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.maybe(key) else {
            return Vec::new();
        };
        let values = self.list(key, value);
        values
            .into_iter()
            .map(|value| self.below(key, value))
            .collect()
    }

    /// Refuses a key of the table that nobody asked for.
    pub(super) fn finish(self) {
        let first = self.entries.iter().min_by_key(|(key, _)| key.at);
        if let Some((key, _)) = first {
            let keys = self.keys.iter().map(String::as_str);
            let reason = format!(
                "{} has no \"{}\"{}; its keys are {}",
                self.name,
                key.text,
                did_you_mean(&key.text, keys),
                self.keys.join(", ")
            );
            self.source.wrong(key.at, reason);
        }
    }
}
