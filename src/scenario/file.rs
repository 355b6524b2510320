//! The TOML of a scenario file, as written. `ARCHITECTURE.md` documents it.

use crate::machine::PageId;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::protocol::{did_you_mean, nearest};

use super::error::{ScenarioError, Source};

/// A text and where it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub text: String,
    pub at: usize,
}

pub(super) struct File {
    pub at: usize,
    pub title: String,
    pub section: String,
    pub group: String,
    pub order: u16,
    pub era: Word,
    pub summary: String,
    pub watch: String,
    pub device: Word,
    pub stable: Option<bool>,
    /// The opening run; a draft has none.
    pub schedule: Option<Vec<Word>>,
    pub opening: Option<Vec<Word>>,
    pub breaks: Vec<Word>,
    pub geometry: GeometryTable,
    pub pages: Vec<PageTable>,
    pub stores: Vec<StoreTable>,
    pub actors: Vec<ActorTable>,
    pub programs: Vec<ProgramTable>,
    pub edits: Vec<EditTable>,
    pub notes: Vec<NoteTable>,
    pub stall: Option<StallTable>,
    /// The stated verdicts; a draft, whose verdicts nobody has found yet, has none.
    pub expect: Option<ExpectTable>,
    pub sources: Vec<String>,
}

pub(super) struct GeometryTable {
    pub at: usize,
    pub inode: u32,
    pub first_lba: u32,
    pub interval: u16,
    pub interval_at: usize,
    pub block: u16,
    /// Two offsets in page 0: where the bytes begin that a checksum in the block covers, and where
    /// the checksum stands.
    pub checksum: Vec<i64>,
    pub checksum_at: usize,
}

pub(super) struct PageTable {
    pub at: usize,
    pub index: u32,
    /// One text a sector, repeated to fill it; a single one fills every sector.
    pub memory: Vec<Word>,
    pub media: Vec<Word>,
    pub dirty: bool,
    pub cached: bool,
    pub committing: bool,
    pub pins: u8,
    pub pte: Word,
    pub tlb: Word,
    /// The PTE of single address spaces, by name.
    pub ptes: Vec<(Word, Word)>,
    pub clean_blocks: Vec<i64>,
}

pub(super) struct ActorTable {
    pub at: usize,
    pub name: Word,
    pub about: String,
    pub run: Vec<Word>,
    pub fault: Word,
    pub mm: Word,
    /// The CPU, and where that is said; -1 where it is not.
    pub cpu: i64,
    pub cpu_at: usize,
    pub forever: bool,
    pub holds: Vec<Word>,
}

pub(super) struct StoreTable {
    pub at: usize,
    pub name: Word,
    pub page: PageId,
    pub page_at: usize,
    pub offset: u16,
    pub bytes: Vec<u8>,
    /// How the page shows the store.
    pub shown: String,
}

pub(super) struct ProgramTable {
    pub name: Word,
    pub forever: bool,
    pub text: Word,
}

/// The keys of an edit that are given; the others are empty.
pub(super) struct EditTable {
    pub at: usize,
    pub drop: Word,
    pub moved: Word,
    pub swap: Word,
    pub with: Word,
    pub insert: Word,
    pub replace: Word,
    pub before: Word,
    pub after: Word,
}

impl EditTable {
    /// The words of all keys, in the order of the fields.
    pub fn words(&self) -> [&Word; 8] {
        let EditTable {
            at: _,
            drop,
            moved,
            swap,
            with,
            insert,
            replace,
            before,
            after,
        } = self;
        [drop, moved, swap, with, insert, replace, before, after]
    }
}

pub(super) struct NoteTable {
    pub on: Word,
    pub text: String,
}

/// How long an actor sleeps at worst, and behind whom.
pub(super) struct StallTable {
    pub actor: Word,
    pub behind: Word,
    pub steps: i64,
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
        at: top.at,
        title: top.text("title").text,
        section: top.maybe_text("section").text,
        group: top.maybe_text("group").text,
        order: top.maybe_number("order", u16::MAX.into(), u16::MAX.into()) as u16,
        era: top.text("era"),
        summary: top.text("summary").text,
        watch: top.text("watch").text,
        device: top.text("device"),
        stable: top
            .maybe("stable")
            .map(|value| top.boolean("stable", value)),
        schedule: top
            .maybe("schedule")
            .map(|value| top.words("schedule", value)),
        opening: top
            .maybe("opening")
            .map(|value| top.words("opening", value)),
        breaks: top.maybe_texts("breaks"),
        geometry: geometry(top.table("file")),
        pages: top.tables("page").into_iter().map(page).collect(),
        stores: top.tables("store").into_iter().map(store).collect(),
        actors: top.tables("actor").into_iter().map(actor).collect(),
        programs: top.tables("program").into_iter().map(program).collect(),
        edits: top.tables("edit").into_iter().map(edit).collect(),
        notes: top.tables("note").into_iter().map(note).collect(),
        stall: top
            .maybe("stall")
            .map(|value| stall(top.below("stall", value))),
        expect: top
            .maybe("expect")
            .map(|value| expect(top.below("expect", value))),
        sources: top.tables("source").into_iter().map(cited).collect(),
    };
    top.finish();
    file
}

fn geometry(mut table: Table) -> GeometryTable {
    let geometry = GeometryTable {
        at: table.at,
        inode: table.number("inode", u32::MAX.into()) as u32,
        first_lba: table.number("first_lba", u32::MAX.into()) as u32,
        interval_at: table.at_of("interval"),
        interval: table.number("interval", u16::MAX.into()) as u16,
        block: table.maybe_number("block", u16::MAX.into(), 0) as u16,
        checksum_at: table.at_of("checksum"),
        checksum: table.maybe_numbers("checksum", u16::MAX.into()),
    };
    table.finish();
    geometry
}

fn page(mut table: Table) -> PageTable {
    let page = PageTable {
        at: table.at,
        index: table.number("index", u32::MAX.into()) as u32,
        memory: table.texts("memory"),
        media: table.texts("media"),
        dirty: table.truth("dirty"),
        cached: table.maybe_truth("cached", true),
        committing: table.maybe_truth("committing", false),
        pins: table.maybe_number("pins", 7, 0) as u8,
        pte: table.maybe_text("pte"),
        tlb: table.maybe_text("tlb"),
        ptes: named(&mut table, "ptes"),
        clean_blocks: table.maybe_numbers("clean_blocks", 7),
    };
    table.finish();
    page
}

/// The names and words of an inner table; nothing if the table is not given.
fn named(table: &mut Table, key: &'static str) -> Vec<(Word, Word)> {
    let Some(value) = table.maybe(key) else {
        return Vec::new();
    };
    let mut inner = table.below(key, value);
    let names: Vec<Word> = inner.entries.iter().map(|(key, _)| key.clone()).collect();
    let words = names.into_iter().map(|name| {
        let word = inner.text(&name.text);
        (name, word)
    });
    words.collect()
}

fn actor(mut table: Table) -> ActorTable {
    let actor = ActorTable {
        at: table.at,
        name: table.text("name"),
        about: table.text("about").text,
        run: table.texts("run"),
        fault: table.maybe_text("fault"),
        mm: table.maybe_text("mm"),
        cpu_at: table.at_of("cpu"),
        cpu: table.maybe_number("cpu", 63, -1),
        forever: table.maybe_truth("forever", false),
        holds: table.maybe_texts("holds"),
    };
    table.finish();
    actor
}

/// A text, cut to its beginning where it is long.
fn brief(words: &str) -> String {
    match words.chars().count() {
        0..=30 => words.to_owned(),
        _ => words.chars().take(15).chain(['\u{2026}']).collect(),
    }
}

fn store(mut table: Table) -> StoreTable {
    let name = table.text("name");
    let offset = table.number("offset", u16::MAX.into()) as u16;
    let page_at = table.at_of("page");
    let page = PageId(table.maybe_number("page", 7, 0) as u8);
    let text = table.maybe_text("text");
    let hex = table.maybe_text("hex");
    let zeros = table.maybe_number("zeros", 4096, 0) as usize;
    let digits: Vec<u8> = hex.text.bytes().filter(|digit| *digit != b' ').collect();
    let mut bytes = text.text.clone().into_bytes();
    let mut shown = format!("\"{}\" at {offset:#05x}", brief(&text.text));
    if !hex.text.is_empty() {
        shown = format!("{} at {offset:#05x}", brief(&hex.text));
        for pair in digits.chunks(2) {
            let pair = std::str::from_utf8(pair).unwrap_or("");
            match u8::from_str_radix(pair, 16) {
                Ok(byte) if pair.len() == 2 => bytes.push(byte),
                _ => {
                    let reason = "\"hex\" is pairs of hexadecimal digits, such as \"84 9a c1\"";
                    table.source.wrong(hex.at, reason.to_owned());
                }
            }
        }
    } else if zeros > 0 {
        shown = format!("{zeros} zeros at {offset:#05x}");
        bytes = vec![0; zeros];
    }
    let given = [!text.text.is_empty(), !hex.text.is_empty(), zeros > 0];
    if given.iter().filter(|given| **given).count() != 1 {
        let reason = "a store has one of \"text\", \"hex\" and \"zeros\"";
        table.source.wrong(table.at, reason.to_owned());
    }
    let store = StoreTable {
        at: table.at,
        name,
        page,
        page_at,
        offset,
        bytes,
        shown,
    };
    table.finish();
    store
}

fn program(mut table: Table) -> ProgramTable {
    let program = ProgramTable {
        name: table.text("name"),
        forever: table.maybe_truth("forever", false),
        text: table.text("text"),
    };
    table.finish();
    program
}

fn edit(mut table: Table) -> EditTable {
    let edit = EditTable {
        at: table.at,
        drop: table.maybe_text("drop"),
        moved: table.maybe_text("move"),
        swap: table.maybe_text("swap"),
        with: table.maybe_text("with"),
        insert: table.maybe_text("insert"),
        replace: table.maybe_text("replace"),
        before: table.maybe_text("before"),
        after: table.maybe_text("after"),
    };
    table.finish();
    edit
}

fn note(mut table: Table) -> NoteTable {
    let note = NoteTable {
        on: table.text("on"),
        text: table.text("text").text,
    };
    table.finish();
    note
}

fn stall(mut table: Table) -> StallTable {
    let stall = StallTable {
        actor: table.text("actor"),
        behind: table.text("behind"),
        steps: table.number("steps", u32::MAX.into()),
    };
    table.finish();
    stall
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

/// A table being read. A key that has been read is taken out, so the keys left are unknown ones.
struct Table<'a> {
    source: &'a Source<'a>,
    name: &'static str,
    at: usize,
    entries: Vec<(Word, Value<'a>)>,
    /// The keys that were asked for: all that the table can have.
    keys: Vec<String>,
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
            keys: Vec::new(),
        }
    }

    /// Where a key stands; the table's place if it is not given.
    fn at_of(&self, key: &str) -> usize {
        let mut entries = self.entries.iter();
        let found = entries.find(|(name, _)| name.text == key);
        found.map_or(self.at, |(name, _)| name.at)
    }

    fn maybe(&mut self, key: &str) -> Option<Value<'a>> {
        self.keys.push(key.to_owned());
        let at = self.entries.iter().position(|(name, _)| name.text == key)?;
        Some(self.entries.swap_remove(at).1)
    }

    /// The value of a key that must be there; `false` stands for one that is not.
    fn need(&mut self, key: &str) -> Value<'a> {
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

    fn maybe_text(&mut self, key: &str) -> Word {
        let value = self.maybe(key);
        value.map_or(Word::default(), |value| self.word(key, value))
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

    fn words(&self, key: &str, value: Value<'a>) -> Vec<Word> {
        let values = self.list(key, value);
        values
            .into_iter()
            .map(|value| self.word(key, value))
            .collect()
    }

    fn texts(&mut self, key: &str) -> Vec<Word> {
        let value = self.need(key);
        self.words(key, value)
    }

    fn maybe_texts(&mut self, key: &str) -> Vec<Word> {
        let value = self.maybe(key);
        value.map_or(Vec::new(), |value| self.words(key, value))
    }

    /// A whole number from 0 to `most`.
    fn whole(&self, key: &str, value: &Value<'a>, most: i64) -> i64 {
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

    fn number(&mut self, key: &str, most: i64) -> i64 {
        let value = self.need(key);
        self.whole(key, &value, most)
    }

    fn maybe_number(&mut self, key: &str, most: i64, otherwise: i64) -> i64 {
        let value = self.maybe(key);
        value.map_or(otherwise, |value| self.whole(key, &value, most))
    }

    fn maybe_numbers(&mut self, key: &str, most: i64) -> Vec<i64> {
        let Some(value) = self.maybe(key) else {
            return Vec::new();
        };
        let values = self.list(key, value);
        let values = values.iter();
        values.map(|value| self.whole(key, value, most)).collect()
    }

    fn boolean(&self, key: &str, value: Value<'a>) -> bool {
        if !matches!(value.get_ref(), DeValue::Boolean(_)) {
            self.wrong(&value, key, "true or false");
        }
        matches!(value.get_ref(), DeValue::Boolean(true))
    }

    fn truth(&mut self, key: &str) -> bool {
        let value = self.need(key);
        self.boolean(key, value)
    }

    fn maybe_truth(&mut self, key: &str, otherwise: bool) -> bool {
        let value = self.maybe(key);
        value.map_or(otherwise, |value| self.boolean(key, value))
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

    /// The tables of a list of tables; nothing if the key is not given.
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

    /// Refuses a key of the table that nobody asked for.
    fn finish(self) {
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
