//! The TOML of a scenario file, as written. `ARCHITECTURE.md` documents it.

use crate::machine::PageId;
use toml::de::DeTable;

use super::error::{ScenarioError, Source};
use super::table::{Table, Word};

#[derive(Clone)]
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
    pub locks: Vec<LockTable>,
    pub actors: Vec<ActorTable>,
    pub programs: Vec<ProgramTable>,
    pub edits: Vec<EditTable>,
    pub notes: Vec<NoteTable>,
    pub stall: Option<StallTable>,
    /// The stated verdicts; a draft, whose verdicts nobody has found yet, has none.
    pub expect: Option<ExpectTable>,
    pub sources: Vec<String>,
}

#[derive(Clone)]
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

#[derive(Clone)]
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

#[derive(Clone)]
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

#[derive(Clone)]
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

#[derive(Clone)]
pub(super) struct ProgramTable {
    pub name: Word,
    pub forever: bool,
    pub text: Word,
}

/// The keys of an edit that are given; the others are empty.
#[derive(Clone)]
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

/// A lock, counter or flag with a name.
#[derive(Clone)]
pub(super) struct LockTable {
    pub name: Word,
    pub kind: Word,
    pub fair: bool,
    pub fair_at: Option<usize>,
    pub start: u8,
    pub start_at: Option<usize>,
}

#[derive(Clone)]
pub(super) struct NoteTable {
    pub on: Word,
    pub text: String,
}

/// How long an actor sleeps at worst, and behind whom.
#[derive(Clone)]
pub(super) struct StallTable {
    pub actor: Word,
    pub behind: Word,
    pub steps: i64,
}

/// The stated verdicts, by device.
#[derive(Clone)]
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

/// The tables of a text that has nothing but edits; none if it has anything else.
pub(super) fn edit_tables(text: &str) -> Option<Vec<EditTable>> {
    let source = Source::new(text);
    let document = DeTable::parse(text).ok()?;
    let mut top = Table::new(&source, "the file", 0, document.into_inner());
    let edits = top.tables("edit").into_iter().map(edit).collect();
    top.finish();
    source.check().ok()?;
    Some(edits)
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
        locks: top.tables("lock").into_iter().map(lock).collect(),
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

fn lock(mut table: Table) -> LockTable {
    let given = |table: &Table, key: &str| {
        let mut entries = table.entries.iter();
        let found = entries.find(|(name, _)| name.text == key);
        found.map(|(name, _)| name.at)
    };
    let (fair_at, start_at) = (given(&table, "fair"), given(&table, "start"));
    let lock = LockTable {
        name: table.text("name"),
        kind: table.text("kind"),
        fair: table.maybe_truth("fair", true),
        fair_at,
        start: table.maybe_number("start", 7, 0) as u8,
        start_at,
    };
    table.finish();
    lock
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
