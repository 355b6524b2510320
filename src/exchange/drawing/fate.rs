//! What each line of a drawing is: a step, a frame around others, a condition, a call that does nothing here, a remark.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{Shape, of_name};
use super::deed::{Deed, How};
use super::names::{of_function, word};
use super::phrases::of_words;
use super::sheet::{Cell, Sheet};

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// A step that the model knows, or several.
    Step,
    /// A lock, counter or flag by its name.
    Lock,
    /// A question, with the answer that is drawn.
    Condition,
    /// A function that only calls what stands below it.
    Frame,
    /// It belongs to the line above: goes on with it, or is inside of what that line does.
    Part,
    /// A call that the model knows nothing of: a step that changes nothing.
    Idle,
    /// Back to an earlier line.
    Jump,
    /// A remark.
    Remark,
}

/// What a visitor says that a line is, against what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// A remark.
    Remark,
    /// A step that changes nothing.
    Idle,
    /// A step on a page, by its key.
    Step(String),
}

/// A line of a drawing, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub fate: Fate,
    /// What it does.
    pub deed: Option<Deed>,
    /// Steps that the function is known to make where nothing is drawn below it.
    pub inside: &'static [&'static str],
    /// How a page is called that it names.
    pub page: Option<String>,
    /// Whether a question is drawn as answered with no.
    pub refused: bool,
    /// Whether it asks whether the page is dirty.
    pub asks_dirty: bool,
    /// The items below it, as far as they are deeper: their places behind it in its column.
    pub children: usize,
}

/// Functions that are known to make steps that drawings leave out, by the end of their name.
const INSIDE: [(&str, &[&str]); 7] = [
    ("page_mkwrite", &["lock_page", "wait_for_stable_page"]),
    ("write_begin", &["lock_page", "wait_for_stable_page"]),
    ("write_end", &["set_page_dirty", "unlock_page"]),
    (
        "writepage",
        &[
            "lock_page",
            "clear_page_dirty_for_io",
            "set_page_writeback",
            "unlock_page",
            "submit",
        ],
    ),
    (
        "writepages",
        &[
            "lock_page",
            "clear_page_dirty_for_io",
            "set_page_writeback",
            "unlock_page",
            "submit",
        ],
    ),
    (
        "perform_write",
        &[
            "lock_page",
            "wait_for_stable_page",
            "copy_from_user",
            "set_page_dirty",
            "unlock_page",
        ],
    ),
    (
        "buffered_write",
        &[
            "lock_page",
            "wait_for_stable_page",
            "copy_from_user",
            "set_page_dirty",
            "unlock_page",
        ],
    ),
];

/// Functions that ask whether a page is dirty.
const DIRTY: [&str; 6] = [
    "PageDirty",
    "folio_test_dirty",
    "buffer_dirty",
    "page_dirty",
    "extent_buffer_dirty",
    "test_dirty",
];

/// The keys of steps that a visitor can choose for a line.
pub const CHOICES: [&str; 10] = [
    "lock_page",
    "trylock_page",
    "unlock_page",
    "wait_on_page_writeback",
    "set_page_writeback",
    "end_page_writeback",
    "set_page_dirty",
    "clear_page_dirty_for_io",
    "submit_bio",
    "kernel_store",
];

fn chosen(key: &str) -> Option<Deed> {
    let key = CHOICES.iter().find(|it| **it == key)?;
    Some(match *key {
        "clear_page_dirty_for_io" => Deed::ClearForIo,
        "submit_bio" => Deed::Submit,
        "kernel_store" => Deed::Store("kernel_store"),
        key => Deed::Page(key),
    })
}

/// Judges every cell of a sheet, in its order. `said` has what a visitor said of a line, by line and column.
pub(super) fn judge(sheet: &mut Sheet, said: &BTreeMap<(usize, usize), Said>) -> Vec<Item> {
    join(sheet);
    let cells = &sheet.cells;
    let mut items: Vec<Item> = cells.iter().map(first_look).collect();
    tags(cells, &mut items);
    counters(&mut items);
    reads(sheet, &mut items);
    for column in 0..sheet.starts.len() {
        let own: Vec<usize> = (0..cells.len())
            .filter(|it| cells[*it].column == column)
            .collect();
        for (at, index) in own.iter().enumerate() {
            let deeper = |it: &&usize| cells[**it].start > cells[*index].start;
            items[*index].children = own[at + 1..].iter().take_while(deeper).count();
        }
        for at in 0..own.len() {
            look_below(cells, &mut items, &own, at);
        }
    }
    for (cell, item) in cells.iter().zip(&mut items) {
        match said.get(&(cell.line, cell.column)) {
            Some(Said::Remark) => (item.fate, item.deed, item.inside) = (Fate::Remark, None, &[]),
            Some(Said::Idle) => (item.fate, item.deed, item.inside) = (Fate::Idle, None, &[]),
            Some(Said::Step(key)) => {
                item.deed = chosen(key);
                item.inside = &[];
                item.fate = if item.deed.is_some() {
                    Fate::Step
                } else {
                    item.fate
                };
            }
            None => {}
        }
    }
    items
}

/// Joins a cell whose parentheses are open with what follows it in its column.
fn join(sheet: &mut Sheet) {
    for at in 0..sheet.cells.len() {
        let open = |text: &str| text.matches('(').count() > text.matches(')').count();
        let (column, line) = (sheet.cells[at].column, sheet.cells[at].line);
        if sheet.cells[at].parsed.shape != Shape::Call
            && sheet.cells[at].parsed.shape != Shape::Condition
            || !open(&sheet.cells[at].text)
        {
            continue;
        }
        let next = sheet.cells[at + 1..]
            .iter()
            .find(|it| it.column == column && it.line > line);
        if let Some(next) = next
            .filter(|it| it.line == line + 1)
            .map(|it| it.text.clone())
        {
            let whole = format!("{} {next}", sheet.cells[at].text);
            sheet.cells[at].parsed = super::cell::Parsed::of(&whole);
        }
    }
}

/// How a page is called by an argument, or by the words behind `page`.
fn page(cell: &Cell) -> Option<String> {
    let name = |text: &str| {
        let text = text.trim_start_matches('&').trim();
        let last = text
            .rsplit([' ', '['])
            .next()
            .unwrap_or(text)
            .trim_end_matches(']');
        let stem = last.trim_end_matches(|c: char| c.is_ascii_digit() || c == '\'');
        let letter = stem.len() == 1 && stem.starts_with(|c: char| c.is_ascii_uppercase());
        let known = ["", "page", "folio", "p", "bh", "pg", "page_", "eb", "pages"].contains(&stem)
            && stem.len() < last.len();
        let after = text.starts_with("page ") || text.starts_with("folio ");
        let small = after && last.len() == 1;
        (letter || known || small).then(|| {
            last.to_ascii_uppercase()
                .replace("PAGE", "")
                .replace("FOLIO", "")
        })
    };
    let parsed = &cell.parsed;
    if let Some(found) = parsed.arguments.iter().find_map(|it| name(it)) {
        return Some(found);
    }
    let lower = parsed.text.to_ascii_lowercase();
    let at = ["page ", "folio "]
        .iter()
        .find_map(|it| lower.find(it).map(|at| at + it.len()))?;
    let next = parsed.text[at..].split(|c: char| !of_name(c)).next()?;
    let short = next.len() == 1 || !next.is_empty() && next.bytes().all(|it| it.is_ascii_digit());
    (short && next != "a").then(|| next.to_ascii_uppercase())
}

/// A function whose name was written with blanks: `unlock page()`; in small letters.
fn joined(text: &str, function: &str) -> String {
    let before = text.split('(').next().unwrap_or("").to_ascii_lowercase();
    let words: Vec<&str> = before
        .split(|c: char| !of_name(c))
        .filter(|it| !it.is_empty())
        .collect();
    match words.len() {
        2 | 3 => words.join("_"),
        _ => function.to_ascii_lowercase(),
    }
}

/// What a line is by itself.
fn first_look(cell: &Cell) -> Item {
    let parsed = &cell.parsed;
    let function = parsed.function.as_deref().unwrap_or("");
    let mut deed = match parsed.shape {
        Shape::Call | Shape::Condition if !function.is_empty() => {
            of_function(function, &parsed.arguments)
                .or_else(|| of_function(&joined(&parsed.text, function), &parsed.arguments))
        }
        Shape::Words | Shape::Event => of_words(parsed),
        _ => None,
    };
    let asks_dirty = parsed.shape == Shape::Condition && DIRTY.contains(&function);
    // Who only looks does nothing.
    if parsed.shape == Shape::Condition
        && matches!(
            &deed,
            Some(Deed::Count(..)) | Some(Deed::Lock(How::Take | How::Share, _))
        )
    {
        deed = None;
    }
    let fate = match (&deed, parsed.shape) {
        (Some(Deed::Lock(..) | Deed::Count(..)), _) => Fate::Lock,
        (Some(_), _) => Fate::Step,
        (None, Shape::Call | Shape::Assignment) => Fate::Idle,
        (None, Shape::Condition) => Fate::Condition,
        (None, Shape::Jump) => Fate::Jump,
        (None, _) => Fate::Remark,
    };
    let small = function.to_ascii_lowercase();
    let inside = INSIDE
        .iter()
        .find(|it| small.ends_with(it.0) && parsed.shape == Shape::Call);
    let negated = parsed.shape == Shape::Condition && parsed.negated();
    Item {
        fate,
        deed,
        inside: inside.map_or(&[], |it| it.1),
        page: page(cell),
        refused: parsed.outcome == Some(false) || negated,
        asks_dirty,
        children: 0,
    }
}

/// Lines that are marked with the letter of a resource take it, whatever they are called.
fn tags(cells: &[Cell], items: &mut [Item]) {
    let mut known: BTreeMap<char, Deed> = BTreeMap::new();
    for (cell, item) in cells.iter().zip(&*items) {
        if let (Some(tag), Some(deed)) = (cell.parsed.tag, &item.deed) {
            known.entry(tag).or_insert_with(|| deed.clone());
        }
    }
    for (cell, item) in cells.iter().zip(items) {
        let Some(tag) = cell.parsed.tag.filter(|_| item.deed.is_none()) else {
            continue;
        };
        let gives = ["unlock", "release", "_put", "up_"]
            .iter()
            .any(|it| cell.parsed.text.contains(it));
        item.deed = Some(match known.get(&tag) {
            Some(Deed::Page(_)) if gives => Deed::Page("unlock_page"),
            Some(Deed::Page(_)) => Deed::Page("lock_page"),
            Some(Deed::Lock(how, name)) => {
                let (shared, tries) = (how.shared(), cell.parsed.text.contains("try"));
                let how = match (gives, shared, tries) {
                    (true, true, _) => How::ReleaseShare,
                    (true, ..) => How::Release,
                    (_, true, true) => How::TryShare,
                    (_, true, _) => How::Share,
                    (_, _, true) => How::Try,
                    _ => How::Take,
                };
                Deed::Lock(how, name.clone())
            }
            _ if gives => Deed::Lock(How::Release, word(&tag.to_string())),
            _ => Deed::Lock(How::Take, word(&tag.to_string())),
        });
        item.fate = match item.deed {
            Some(Deed::Page(_)) => Fate::Step,
            _ => Fate::Lock,
        };
    }
}

/// What a column submits that reads is a read: nothing of a page is written by it.
fn reads(sheet: &Sheet, items: &mut [Item]) {
    let word = |text: &str, what: &str| {
        let lower = text.to_ascii_lowercase();
        lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|it| it == what)
    };
    for column in 0..sheet.starts.len() {
        let own = || sheet.cells.iter().filter(move |it| it.column == column);
        let says = |what: &str| {
            let called = own().filter_map(|it| it.parsed.function.as_deref());
            word(&sheet.labels[column], what) || called.into_iter().any(|it| word(it, what))
        };
        let label = word(&sheet.labels[column], "read") || word(&sheet.labels[column], "reader");
        let reading = says("read") || says("readahead") || says("readpage");
        let writes = says("write") || says("writepage") || says("writepages");
        if !label && (!reading || writes) {
            continue;
        }
        for (cell, item) in sheet.cells.iter().zip(items.iter_mut()) {
            if cell.column == column && item.deed == Some(Deed::Submit) {
                (item.deed, item.fate) = (None, Fate::Idle);
            }
        }
    }
}

/// A counter or flag says something only where one line waits for it and another one moves it.
fn counters(items: &mut [Item]) {
    let waits = |key: &str| key.starts_with("wait");
    let names = |waiting: bool, items: &[Item]| -> Vec<String> {
        let all = items.iter().filter_map(|it| match &it.deed {
            Some(Deed::Count(key, name)) if waits(key) == waiting => Some(name.clone()),
            _ => None,
        });
        all.collect()
    };
    let (waited, moved) = (names(true, items), names(false, items));
    for item in items {
        if let Some(Deed::Count(_, name)) = &item.deed
            && !(waited.contains(name) && moved.contains(name))
        {
            (item.deed, item.fate) = (None, Fate::Idle);
        }
    }
}

/// What a line is by what stands below it.
fn look_below(cells: &[Cell], items: &mut [Item], own: &[usize], at: usize) {
    let index = own[at];
    let below = own[at + 1..][..items[index].children].to_vec();
    if items[index].fate == Fate::Part {
        return;
    }
    let shape = cells[index].parsed.shape;
    // A remark that goes on in the next line.
    if shape == Shape::Words && items[index].deed.is_none() && at > 0 {
        let above = own[at - 1];
        let words =
            cells[above].parsed.shape == Shape::Words && cells[above].line + 1 >= cells[index].line;
        if words && cells[index].start.abs_diff(cells[above].start) <= 2 {
            items[index].fate = if items[above].fate == Fate::Remark {
                Fate::Remark
            } else {
                Fate::Part
            };
        }
    }
    let known = below.iter().any(|it| items[*it].deed.is_some());
    let calls = below.iter().any(|it| {
        matches!(
            cells[*it].parsed.shape,
            Shape::Call | Shape::Condition | Shape::Assignment
        )
    });
    let locks = matches!(
        &items[index].deed,
        Some(Deed::Lock(..) | Deed::Page("lock_page" | "unlock_page" | "trylock_page"))
    );
    match &items[index].deed {
        // What stands below a lock happens after it.
        Some(_) if locks || shape != Shape::Call => {}
        Some(_) if known => (items[index].fate, items[index].deed) = (Fate::Frame, None),
        Some(_) => {
            for it in below {
                if items[it].fate != Fate::Remark {
                    items[it].fate = Fate::Part;
                }
            }
        }
        None if items[index].fate == Fate::Idle && !items[index].inside.is_empty() => {
            match known || calls {
                true => (items[index].fate, items[index].inside) = (Fate::Frame, &[]),
                false => items[index].fate = Fate::Step,
            }
        }
        None if items[index].fate == Fate::Idle && calls => items[index].fate = Fate::Frame,
        None if items[index].fate == Fate::Idle && known => items[index].fate = Fate::Frame,
        None => {}
    }
}
