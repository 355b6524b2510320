//! The TOML of a scenario file, as written. `ARCHITECTURE.md` documents it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ScenarioError, Source};

/// A text and where it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub text: String,
    pub at: usize,
}

pub(super) struct File {
    pub title: String,
    pub order: u16,
    pub era: Word,
    pub summary: String,
    pub watch: String,
    pub device: Word,
    pub schedule: Vec<Word>,
    pub page: PageTable,
    pub actors: Vec<ActorTable>,
    pub edits: Vec<EditTable>,
    pub expect: ExpectTable,
    pub sources: Vec<String>,
}

pub(super) struct PageTable {
    pub at: usize,
    pub inode: u32,
    pub index: u32,
    pub first_lba: u32,
    pub interval: u16,
    /// One text a sector, repeated to fill it; a single one fills every sector.
    pub memory: Vec<Word>,
    pub media: Vec<Word>,
    pub dirty: bool,
}

pub(super) struct ActorTable {
    pub at: usize,
    pub name: Word,
    pub role: Word,
    pub about: String,
    pub stores: Vec<StoreTable>,
}

pub(super) struct StoreTable {
    pub at: usize,
    pub offset: u16,
    pub text: String,
}

/// The keys of an edit that are given; the others are empty.
pub(super) struct EditTable {
    pub at: usize,
    pub drop: String,
    pub moved: String,
    pub swap: String,
    pub with: String,
    pub insert: String,
    pub before: String,
}

/// The stated verdicts, by device.
pub(super) struct ExpectTable {
    pub at: usize,
    pub devices: Vec<(Word, Vec<Word>)>,
}

impl File {
    pub fn read(source: &Source) -> Result<File, ScenarioError> {
        let document = DeTable::parse(source.text()).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.error(at, error.message().to_owned())
        })?;
        let at = document.span().start;
        let file = file(Table::new(source, "the file", at, document.into_inner()));
        source.check()?;
        Ok(file)
    }
}

fn file(mut top: Table) -> File {
    let file = File {
        title: top.text("title").text,
        order: top.number("order", u16::MAX.into()) as u16,
        era: top.text("era"),
        summary: top.text("summary").text,
        watch: top.text("watch").text,
        device: top.text("device"),
        schedule: top.texts("schedule"),
        page: page(top.table("page")),
        actors: top.tables("actor").into_iter().map(actor).collect(),
        edits: top.tables("edit").into_iter().map(edit).collect(),
        expect: expect(top.table("expect")),
        sources: top.tables("source").into_iter().map(cited).collect(),
    };
    top.finish();
    file
}

fn page(mut table: Table) -> PageTable {
    let page = PageTable {
        at: table.at,
        inode: table.number("inode", u32::MAX.into()) as u32,
        index: table.number("index", u32::MAX.into()) as u32,
        first_lba: table.number("first_lba", u32::MAX.into()) as u32,
        interval: table.number("interval", u16::MAX.into()) as u16,
        memory: table.texts("memory"),
        media: table.texts("media"),
        dirty: table.truth("dirty"),
    };
    table.finish();
    page
}

fn actor(mut table: Table) -> ActorTable {
    let actor = ActorTable {
        at: table.at,
        name: table.text("name"),
        role: table.text("role"),
        about: table.text("about").text,
        stores: table.tables("stores").into_iter().map(store).collect(),
    };
    table.finish();
    actor
}

fn store(mut table: Table) -> StoreTable {
    let store = StoreTable {
        at: table.at,
        offset: table.number("offset", u16::MAX.into()) as u16,
        text: table.text("text").text,
    };
    table.finish();
    store
}

fn edit(mut table: Table) -> EditTable {
    let edit = EditTable {
        at: table.at,
        drop: table.maybe_text("drop"),
        moved: table.maybe_text("move"),
        swap: table.maybe_text("swap"),
        with: table.maybe_text("with"),
        insert: table.maybe_text("insert"),
        before: table.maybe_text("before"),
    };
    table.finish();
    edit
}

fn cited(mut table: Table) -> String {
    let text = table.text("text").text;
    table.finish();
    text
}

fn expect(mut table: Table) -> ExpectTable {
    let names: Vec<Word> = table.entries.iter().map(|(key, _)| key.clone()).collect();
    let mut devices = Vec::new();
    for name in names {
        let verdicts = table.texts(&name.text);
        devices.push((name, verdicts));
    }
    ExpectTable {
        at: table.at,
        devices,
    }
}

type Value<'a> = Spanned<DeValue<'a>>;

/// A table being read: what has been read is taken out, so that what is left is unknown.
struct Table<'a> {
    source: &'a Source<'a>,
    name: &'static str,
    at: usize,
    entries: Vec<(Word, Value<'a>)>,
}

impl<'a> Table<'a> {
    fn new(source: &'a Source<'a>, name: &'static str, at: usize, table: DeTable<'a>) -> Table<'a> {
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
        }
    }

    fn maybe(&mut self, key: &str) -> Option<Value<'a>> {
        let at = self.entries.iter().position(|(name, _)| name.text == key)?;
        Some(self.entries.swap_remove(at).1)
    }

    /// The value of a key that must be there; `false` stands for one that is not.
    fn need(&mut self, key: &str) -> Value<'a> {
        self.maybe(key).unwrap_or_else(|| {
            let reason = format!("{} lacks \"{key}\"", self.name);
            self.source.wrong(self.at, reason);
            Spanned::new(0..0, DeValue::Boolean(false))
        })
    }

    fn wrong(&self, value: &Value, key: &str, what: &str) {
        let reason = format!("\"{key}\" is {what}");
        self.source.wrong(value.span().start, reason);
    }

    fn word(&self, key: &str, value: Value<'a>) -> Word {
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

    fn text(&mut self, key: &str) -> Word {
        let value = self.need(key);
        self.word(key, value)
    }

    fn maybe_text(&mut self, key: &str) -> String {
        let value = self.maybe(key);
        value.map_or(String::new(), |value| self.word(key, value).text)
    }

    fn list(&self, key: &str, value: Value<'a>) -> Vec<Value<'a>> {
        if !matches!(value.get_ref(), DeValue::Array(_)) {
            self.wrong(&value, key, "a list");
        }
        match value.into_inner() {
            DeValue::Array(values) => values.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn texts(&mut self, key: &str) -> Vec<Word> {
        let value = self.need(key);
        let values = self.list(key, value);
        values
            .into_iter()
            .map(|value| self.word(key, value))
            .collect()
    }

    /// A whole number from 0 to `most`.
    fn number(&mut self, key: &str, most: i64) -> i64 {
        let value = self.need(key);
        let number = match value.get_ref() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if (0..=most).contains(&number) => number,
            _ => {
                self.wrong(&value, key, &format!("a whole number from 0 to {most}"));
                0
            }
        }
    }

    fn truth(&mut self, key: &str) -> bool {
        let value = self.need(key);
        if !matches!(value.get_ref(), DeValue::Boolean(_)) {
            self.wrong(&value, key, "true or false");
        }
        matches!(value.get_ref(), DeValue::Boolean(true))
    }

    fn table(&mut self, key: &'static str) -> Table<'a> {
        let value = self.need(key);
        self.below(key, value)
    }

    fn below(&self, key: &'static str, value: Value<'a>) -> Table<'a> {
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

    /// None, one or many.
    fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.maybe(key) else {
            return Vec::new();
        };
        let values = self.list(key, value);
        values
            .into_iter()
            .map(|value| self.below(key, value))
            .collect()
    }

    /// Nothing may be left over.
    fn finish(self) {
        if let Some((key, _)) = self.entries.first() {
            let reason = format!("{} has no \"{}\"", self.name, key.text);
            self.source.wrong(key.at, reason);
        }
    }
}
