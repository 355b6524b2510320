//! Programs of the lines of a drawing, with what the drawing leaves out: what starts the I/O, who completes it, what is given back at
//! the end.

use std::collections::BTreeMap;

use super::cell::{Shape, of_name};
use super::deed::{Deed, How};
use super::fate::{Fate, Item};
use super::file::{File, file};
use super::made::{About, Assumed, Line, Programs};
use super::names::word;
use super::sheet::{Cell, Sheet};

/// How the programs are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Whether a bio goes out as soon as its page is under writeback, where no line says when.
    pub at_once: bool,
}

/// What an actor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Held {
    Page(usize),
    Lock(String, bool),
}

/// Most pages of the model.
const MOST_PAGES: usize = 3;
/// Deepest nesting of frames that is kept.
const DEEPEST: usize = 5;

struct Writer<'a> {
    cells: &'a [Cell],
    items: &'a [Item],
    way: Way,
    /// Kinds of the named locks.
    kinds: BTreeMap<String, &'static str>,
    /// The pages by name.
    pages: Vec<String>,
    assumed: Vec<Assumed>,
    stores: Vec<(String, usize)>,
    number: usize,
    name: String,
    lines: Vec<Line>,
    held: Vec<Held>,
    taken_before: Vec<Held>,
    /// Pages that the actor has put into a bio that is not submitted.
    built: Vec<usize>,
    summed: bool,
    submitted: bool,
    /// Pages whose write the actor has begun and not waited for.
    written: Vec<usize>,
    /// A page whose dirty bit was cleared on the way to the disk.
    cleared: Option<usize>,
    /// Whether a line of its column sets PG_writeback.
    sets: bool,
    ends_by_hand: bool,
    completes: bool,
    /// The page whose lock is held for the steps at hand, without being drawn.
    borrowed: Option<usize>,
    frames: Vec<(usize, usize, bool)>,
    exits: Vec<(String, Vec<Held>)>,
    labels: usize,
    again: Option<String>,
    /// The branch of a call that was refused: its label, and the cell before which it ends.
    branches: Vec<(String, Option<usize>)>,
    late: bool,
}

fn is_set(item: &Item) -> bool {
    item.deed == Some(Deed::Page("set_page_writeback"))
        || item.fate == Fate::Step && item.inside.contains(&"set_page_writeback")
}

fn is_end(item: &Item) -> bool {
    item.deed == Some(Deed::Page("end_page_writeback"))
}

/// Whether a line makes a step for which the kernel wants the page lock.
fn needs_lock(item: &Item) -> bool {
    matches!(
        item.deed,
        Some(
            Deed::ClearForIo
                | Deed::Page(
                    "set_page_writeback" | "TestClearPageDirty" | "remove_from_page_cache"
                )
        )
    )
}

/// Makes the programs of a drawing.
pub(super) fn programs(sheet: &Sheet, items: &[Item], way: Way, about: &About) -> Programs {
    let cells = &sheet.cells;
    let mut made = Programs::default();
    let mut pages: Vec<String> = Vec::new();
    for item in items.iter().filter(|it| it.deed.is_some()) {
        if let Some(name) = item.page.as_ref().filter(|it| !pages.contains(it)) {
            pages.push(name.clone());
        }
    }
    if pages.len() > MOST_PAGES {
        made.assumed
            .push(Assumed::PagesFolded(pages.split_off(MOST_PAGES)));
    }
    let kinds = kinds(items);
    let column = |of: usize| move |it: &usize| cells[*it].column == of;
    let any = |is: &dyn Fn(&Item) -> bool| items.iter().any(is);
    let drawn_set = any(&is_set);
    let drawn_end = any(&is_end);
    let mut stores: Vec<(String, usize)> = Vec::new();
    let mut completions = Vec::new();
    let (mut submits, mut set) = (false, drawn_set);
    for at in 0..sheet.starts.len() {
        let own: Vec<usize> = (0..cells.len()).filter(column(at)).collect();
        let name = actor_name(&sheet.labels[at], at, &made.names);
        let sets = own.iter().any(|it| is_set(&items[*it]));
        let ends = own.iter().any(|it| is_end(&items[*it]));
        let submit = own.iter().any(|it| items[*it].deed == Some(Deed::Submit));
        let mut writer = Writer {
            cells,
            items,
            way,
            kinds: kinds.clone(),
            pages: pages.clone(),
            assumed: Vec::new(),
            stores: std::mem::take(&mut stores),
            number: at,
            name: name.clone(),
            lines: Vec::new(),
            held: Vec::new(),
            taken_before: Vec::new(),
            built: Vec::new(),
            summed: false,
            submitted: false,
            written: Vec::new(),
            cleared: None,
            sets,
            ends_by_hand: ends && sets && !submit,
            completes: ends && !sets,
            borrowed: None,
            frames: Vec::new(),
            exits: Vec::new(),
            labels: 0,
            again: None,
            branches: Vec::new(),
            late: false,
        };
        writer.column(&own);
        set |= writer.sets;
        completions.push(writer.completes);
        submits |= writer.submitted;
        made.late |= writer.late;
        made.assumed.append(&mut writer.assumed);
        stores = writer.stores;
        made.names.push(name);
        made.columns.push(writer.lines);
    }
    if pages.len() > 1 {
        made.assumed.push(Assumed::Pages(pages.clone()));
        made.pages.clone_from(&pages);
    }
    let flusher = drawn_end && !set && completions.contains(&true);
    if flusher {
        made.assumed.push(Assumed::Flusher);
    }
    let io = submits || flusher;
    let folios = cells.iter().any(|it| it.text.contains("folio"));
    made.text = file(&File {
        about,
        sheet,
        made: &made,
        pages: pages.len().max(1),
        kinds: &kinds,
        stores: &stores,
        completions: &completions,
        flusher,
        io,
        direct: io && !set && !flusher,
        dirty: drawn_set
            || flusher
            || any(&|it| {
                it.asks_dirty
                    || matches!(
                        it.deed,
                        Some(
                            Deed::ClearForIo
                                | Deed::Page("TestClearPageDirty" | "cancel_dirty_page")
                        )
                    )
            }),
        era: if folios { "7.3" } else { "3.9" },
    });
    if io {
        made.assumed.push(Assumed::Disk);
        if !completions.contains(&true) {
            made.assumed.push(Assumed::Completion);
        }
    }
    made
}

/// What kind each named lock is, by what is done to it.
fn kinds(items: &[Item]) -> BTreeMap<String, &'static str> {
    let mut kinds: BTreeMap<String, &'static str> = BTreeMap::new();
    for item in items {
        match &item.deed {
            Some(Deed::Lock(how, name)) => {
                let kind = kinds.entry(name.clone()).or_insert("mutex");
                if how.shared() {
                    *kind = "rwsem";
                }
            }
            Some(Deed::Count(key, name)) => {
                let kind = match *key {
                    "complete" | "wait_for_completion" => "completion",
                    key if key.ends_with("_bit") || key == "wait_event" => "flag",
                    _ => "count",
                };
                kinds.insert(name.clone(), kind);
            }
            _ => {}
        }
    }
    kinds
}

/// The name of a column's actor: one word, and nobody else's.
fn actor_name(label: &str, column: usize, taken: &[String]) -> String {
    let plain = label
        .split(['(', ',', ';', '-'])
        .next()
        .unwrap_or("")
        .trim_matches(['[', ']', '<', '>', ':', ' ']);
    // "Thread A" is ThreadA.
    let joined: String = plain.split(|c: char| !of_name(c)).collect();
    let words = plain.split_whitespace().count();
    let mut name = match joined.is_empty() {
        true => format!("column{}", column + 1),
        false if words > 1 => {
            let (first, rest) = joined.split_at(1);
            word(&(first.to_ascii_uppercase() + rest))
        }
        false => word(&joined),
    };
    name.truncate(24);
    let reserved = ["disk", "completion", "flusher_"];
    let used = |name: &String| taken.contains(name) || reserved.contains(&name.as_str());
    if used(&name) {
        name = format!("{name}_{}", column + 1);
    }
    name
}

impl Writer<'_> {
    fn page(&self, item: &Item) -> usize {
        let of = item
            .page
            .as_ref()
            .and_then(|name| self.pages.iter().position(|it| it == name));
        of.unwrap_or(0)
    }

    /// A step on a page.
    fn on(&self, key: &str, page: usize) -> String {
        match self.pages.len() > 1 {
            true => format!("{key} {page}"),
            false => key.to_owned(),
        }
    }

    /// Adds a line, below the frames around it.
    fn put(&mut self, text: &str, cell: Option<usize>) {
        let mut indent = 0;
        for at in 0..self.frames.len() {
            let (_, index, open) = self.frames[at];
            if !open {
                let function = self.cells[index]
                    .parsed
                    .function
                    .as_deref()
                    .unwrap_or("frame");
                self.lines.push(Line {
                    indent,
                    text: format!("{}:", word(function)),
                    cell: Some(index),
                    frame: true,
                });
                self.frames[at].2 = true;
            }
            indent += 2;
        }
        self.lines.push(Line {
            indent,
            text: text.to_owned(),
            cell,
            frame: false,
        });
    }

    fn label(&mut self, word: &str) -> String {
        self.labels += 1;
        format!("{word}{}", self.labels)
    }

    fn column(&mut self, own: &[usize]) {
        if self.completes {
            for line in ["bio_endio else fine", "mapping_set_error", "fine>"] {
                self.put(line, None);
            }
        }
        for (at, index) in own.iter().enumerate() {
            self.close(*index, Some(at), own);
            self.item(*index, at, own);
        }
        self.close_all();
        self.give_borrowed();
        self.finish();
    }

    /// Closes the frames and branches that end above a cell.
    fn close(&mut self, index: usize, at: Option<usize>, own: &[usize]) {
        while let Some((label, Some(end))) = self.branches.last().cloned() {
            if at.is_none_or(|at| at < end) {
                break;
            }
            self.branches.pop();
            self.frames.clear();
            self.put(&format!("{label}>"), None);
        }
        let _ = own;
        let start = self.cells[index].start;
        self.frames.retain(|it| it.0 < start);
    }

    fn column_cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|it| it.column == self.number)
    }

    fn close_all(&mut self) {
        self.frames.clear();
        while let Some((label, _)) = self.branches.pop() {
            self.put(&format!("{label}>"), None);
        }
    }

    fn item(&mut self, index: usize, at: usize, own: &[usize]) {
        let item = &self.items[index];
        let more = needs_lock(item) && self.borrowed == Some(self.page(item));
        let nothing = matches!(item.fate, Fate::Remark | Fate::Part | Fate::Frame);
        if !more && !nothing {
            self.give_borrowed();
        }
        if needs_lock(item) {
            self.borrow(index, at, own);
        }
        match item.fate {
            Fate::Frame if self.frames.len() < DEEPEST => {
                let named = self.cells[index].parsed.function.is_some();
                if named {
                    self.frames.push((self.cells[index].start, index, false));
                }
            }
            Fate::Step | Fate::Lock => match &item.deed {
                Some(deed) => self.deed(index, &deed.clone(), at, own),
                None => self.inside(index),
            },
            Fate::Condition if item.asks_dirty => {
                let page = self.page(item);
                let clean = self.label("clean");
                let line = format!("{} else {clean}", self.on("page_dirty", page));
                self.put(&line, Some(index));
                self.exits.push((clean.clone(), self.held.clone()));
                if item.refused {
                    // It goes on where the page is clean.
                    let (label, held) = self.exits.pop().unwrap_or_default();
                    let leave = self.label("dirty");
                    self.put(&format!("goto {leave}"), None);
                    self.put(&format!("{label}>"), None);
                    self.exits.push((leave, held));
                }
            }
            Fate::Condition | Fate::Idle => {
                let line = format!("call {}", plain(&self.cells[index].parsed.text));
                self.put(&line, Some(index));
            }
            Fate::Jump => {
                let text = self.cells[index].parsed.text.to_ascii_lowercase();
                let back = [
                    "again", "retry", "repeat", "restart", "redo", "loop", "begin", "start",
                ];
                let back = back.iter().any(|it| text.contains(it));
                let label = match (back, self.again.clone()) {
                    (true, Some(again)) => again,
                    // Out of the function, with what it holds given back.
                    _ => {
                        let out = self.label("out");
                        self.exits.push((out.clone(), self.held.clone()));
                        out
                    }
                };
                self.put(&format!("goto {label}"), Some(index));
            }
            _ => {}
        }
    }

    /// Takes the page lock for a step that needs it, where it is not drawn. A lock that is given back further down was held before.
    fn borrow(&mut self, index: usize, at: usize, own: &[usize]) {
        let page = self.page(&self.items[index]);
        let held = Held::Page(page);
        if self.held.contains(&held) || self.borrowed == Some(page) || self.completes {
            return;
        }
        let later = own[at + 1..]
            .iter()
            .find_map(|it| match self.items[*it].deed {
                Some(Deed::Page(key @ ("lock_page" | "unlock_page")))
                    if self.page(&self.items[*it]) == page =>
                {
                    Some(key)
                }
                _ => None,
            });
        if later == Some("unlock_page") {
            self.hold_before(held.clone());
            self.held.push(held);
            return;
        }
        let line = self.take(&held);
        self.put(&line, None);
        self.borrowed = Some(page);
        let said = Assumed::LockedFor(self.name.clone(), self.words(&held));
        if !self.assumed.contains(&said) {
            self.assumed.push(said);
        }
    }

    fn give_borrowed(&mut self) {
        if let Some(page) = self.borrowed.take() {
            let line = self.give(&Held::Page(page));
            self.put(&line, None);
        }
    }

    /// The steps that a function is known to make and that are not drawn.
    fn inside(&mut self, index: usize) {
        let item = &self.items[index];
        let page = self.page(item);
        let mut said = Vec::new();
        for key in item.inside {
            let holds = self.held.contains(&Held::Page(page));
            let out = self.submitted && *key == "submit";
            if *key == "lock_page" && holds || out {
                continue;
            }
            said.push(key.replace("submit", "submit_bio"));
            match *key {
                "clear_page_dirty_for_io" => self.clear_for_io(page, index),
                "submit" => self.submit(page, Some(index)),
                "copy_from_user" => self.store("copy_from_user", page, index),
                key => self.page_step(key, page, index),
            }
        }
        let function = self.cells[index]
            .parsed
            .function
            .clone()
            .unwrap_or_default();
        self.assumed.push(Assumed::Inside(
            self.name.clone(),
            function,
            said.join(", "),
        ));
    }

    fn clear_for_io(&mut self, page: usize, index: usize) {
        self.cleared = Some(page);
        self.put("clear_page_dirty_for_io:", Some(index));
        for key in ["page_mkclean", "redirty_if_cleaned", "TestClearPageDirty"] {
            let line = format!("  {}", self.on(key, page));
            self.put(&line, Some(index));
        }
    }

    fn store(&mut self, key: &str, page: usize, index: usize) {
        let name = format!("new{}", self.stores.len() + 1);
        self.stores.push((name.clone(), page));
        self.put(&format!("{key} {name}"), Some(index));
    }

    /// A page is in one bio at a time: before it is written again its first write is waited for.
    fn wait_for_own(&mut self, page: usize) {
        if !self.written.contains(&page) || self.built.contains(&page) {
            return;
        }
        self.written.retain(|it| *it != page);
        let line = match self.sets {
            true => self.on("wait_on_page_writeback", page),
            false => "wait_for_bio".to_owned(),
        };
        self.put(&line, None);
        let said = Assumed::WaitsForItsOwn(self.name.clone());
        if !self.assumed.contains(&said) {
            self.assumed.push(said);
        }
    }

    fn submit(&mut self, page: usize, cell: Option<usize>) {
        if self.built.is_empty() {
            self.wait_for_own(page);
            self.written.push(page);
        }
        self.written.append(&mut self.built.clone());
        let line = match (self.built.is_empty(), self.summed) {
            (false, true) => "queue_bio".to_owned(),
            (false, false) => "submit".to_owned(),
            (true, _) => self.on("submit_bio", page),
        };
        self.put(&line, cell);
        self.built.clear();
        (self.summed, self.submitted) = (false, true);
    }

    fn page_step(&mut self, key: &'static str, page: usize, index: usize) {
        if matches!(key, "set_page_writeback" | "bio_add_page") {
            self.wait_for_own(page);
        }
        if matches!(key, "wait_on_page_writeback" | "wait_for_stable_page") {
            self.written.retain(|it| *it != page);
        }
        let holds = self.held.iter().position(|it| *it == Held::Page(page));
        match (key, holds) {
            ("unlock_page", Some(at)) => {
                self.held.remove(at);
            }
            ("unlock_page", None) if !self.completes => self.hold_before(Held::Page(page)),
            ("lock_page", _) => self.held.push(Held::Page(page)),
            _ => {}
        }
        if key == "end_page_writeback" && self.ends_by_hand {
            for key in ["clear_writeback", "wake_up_page"] {
                let line = self.on(key, page);
                self.put(&line, Some(index));
            }
            return;
        }
        if key == "TestClearPageDirty" {
            self.cleared = Some(page);
        }
        if key == "bio_add_page" {
            if self.built.contains(&page) || self.submitted {
                return;
            }
            self.built.push(page);
        }
        let line = self.on(key, page);
        self.put(&line, Some(index));
        if key == "set_page_writeback" && !self.ends_by_hand && !self.built.contains(&page) {
            let line = self.on("bio_add_page", page);
            self.put(&line, None);
            self.built.push(page);
            if self.way.at_once {
                self.submit(page, None);
            }
        }
    }

    /// What is given back without having been taken is held when the drawing begins.
    fn hold_before(&mut self, held: Held) {
        let line = self.take(&held);
        let at = self
            .lines
            .iter()
            .take_while(|it| it.cell.is_none() && it.indent == 0)
            .count();
        let at = if self.completes {
            at
        } else {
            self.taken_before.len()
        };
        self.lines.insert(
            at,
            Line {
                indent: 0,
                text: line,
                cell: None,
                frame: false,
            },
        );
        self.assumed
            .push(Assumed::HeldBefore(self.name.clone(), self.words(&held)));
        for exit in &mut self.exits {
            exit.1.push(held.clone());
        }
        self.taken_before.push(held);
    }

    fn words(&self, held: &Held) -> String {
        match held {
            Held::Page(page) => match self.pages.get(*page).filter(|_| self.pages.len() > 1) {
                Some(name) => format!("the lock of page {name}"),
                None => "the page lock".to_owned(),
            },
            Held::Lock(name, _) => name.clone(),
        }
    }

    fn take(&self, held: &Held) -> String {
        match held {
            Held::Page(page) => self.on("lock_page", *page),
            Held::Lock(name, shared) => {
                self.lock_line(if *shared { How::Share } else { How::Take }, name)
            }
        }
    }

    fn give(&self, held: &Held) -> String {
        match held {
            Held::Page(page) => self.on("unlock_page", *page),
            Held::Lock(name, shared) => self.lock_line(
                if *shared {
                    How::ReleaseShare
                } else {
                    How::Release
                },
                name,
            ),
        }
    }

    fn lock_line(&self, how: How, name: &str) -> String {
        let rwsem = self.kinds.get(name) == Some(&"rwsem");
        let key = match (rwsem, how) {
            (false, How::Take | How::Share) => "mutex_lock",
            (false, How::Try | How::TryShare) => "mutex_trylock",
            (false, _) => "mutex_unlock",
            (_, How::Take) => "down_write",
            (_, How::Share) => "down_read",
            (_, How::Try) => "down_write_trylock",
            (_, How::TryShare) => "down_read_trylock",
            (_, How::Release) => "up_write",
            (_, How::ReleaseShare) => "up_read",
        };
        format!("{key} {name}")
    }

    /// A call that can be refused, with the answer that is drawn.
    fn try_lock(&mut self, line: &str, held: Held, index: usize, at: usize, own: &[usize]) {
        if !self.items[index].refused {
            let busy = self.label("busy");
            self.put(&format!("{line} else {busy}"), Some(index));
            self.exits.push((busy, self.held.clone()));
            self.held.push(held);
            self.assumed.push(Assumed::LeavesOnFailure(
                self.name.clone(),
                plain(&self.cells[index].parsed.text),
            ));
            return;
        }
        // Refused: what follows is what it does then, as far as it is drawn below, or up to a jump back.
        let (again, refused, past) = (
            self.label("again"),
            self.label("refused"),
            self.label("past"),
        );
        let children = self.items[index].children;
        let rest = &own[at + 1..];
        let jump = rest
            .iter()
            .position(|it| self.items[*it].fate == Fate::Jump);
        let end = match (children, jump) {
            (1.., _) => at + 1 + children,
            (_, Some(jump)) => at + 2 + jump,
            _ => own.len(),
        };
        self.put(&format!("{again}>"), None);
        self.put(&format!("{line} else {refused}"), Some(index));
        let give = self.give(&held);
        self.put(&give, None);
        self.put(&format!("goto {past}"), None);
        self.put(&format!("{refused}>"), None);
        self.again = Some(again);
        self.branches.push((past, Some(end)));
    }

    fn deed(&mut self, index: usize, deed: &Deed, at: usize, own: &[usize]) {
        let item = &self.items[index];
        let page = self.page(item);
        match deed {
            Deed::Page("trylock_page") => {
                let line = self.on("trylock_page", page);
                self.try_lock(&line, Held::Page(page), index, at, own);
            }
            Deed::Page("end_page_writeback")
                if !self.completes && !self.ends_by_hand && self.sets =>
            {
                // The I/O ends by itself: the completion does that.
            }
            Deed::Page(key) => self.page_step(key, page, index),
            Deed::ClearForIo => self.clear_for_io(page, index),
            Deed::Truncate => {
                self.truncate(page, index);
            }
            Deed::Checksum if self.submitted => {}
            Deed::Checksum => {
                if self.built.is_empty() {
                    self.wait_for_own(page);
                    let line = self.on("bio_add_page", page);
                    self.put(&line, None);
                    self.built.push(page);
                }
                self.put("bio_integrity_prep:", Some(index));
                for line in [
                    "  each page",
                    "    each sector",
                    "      ?guards generate_guard",
                    "      ?csum csum_data",
                ] {
                    self.put(line, Some(index));
                }
                self.summed = true;
            }
            Deed::Submit if self.submitted && self.built.is_empty() => {}
            Deed::Submit => self.submit(page, Some(index)),
            Deed::Store(key) => self.store(key, page, index),
            Deed::Count(key, name) => self.put(&format!("{key} {name}"), Some(index)),
            Deed::Lock(how, name) => {
                let line = self.lock_line(*how, name);
                let held = Held::Lock(
                    name.clone(),
                    how.shared() && self.kinds.get(name) == Some(&"rwsem"),
                );
                if how.tries() {
                    self.try_lock(&line, held, index, at, own);
                    return;
                }
                if how.releases() {
                    match self
                        .held
                        .iter()
                        .position(|it| matches!(it, Held::Lock(of, _) if of == name))
                    {
                        Some(at) => {
                            let held = self.held.remove(at);
                            let line = self.give(&held);
                            self.put(&line, Some(index));
                            return;
                        }
                        None => self.hold_before(held),
                    }
                } else {
                    self.held.push(held);
                }
                self.put(&line, Some(index));
            }
        }
    }

    /// What truncation does to a page; it takes the page lock and waits for writeback unless that is drawn.
    fn truncate(&mut self, page: usize, index: usize) {
        let holds = self.held.contains(&Held::Page(page));
        let mut steps = vec![
            "wait_on_page_writeback",
            "cancel_dirty_page",
            "remove_from_page_cache",
        ];
        if !holds {
            steps.insert(0, "lock_page");
            steps.push("unlock_page");
        }
        for key in &steps {
            let line = self.on(key, page);
            self.put(&line, Some(index));
        }
        let what = self.cells[index]
            .parsed
            .function
            .clone()
            .unwrap_or_else(|| self.cells[index].text.clone());
        self.assumed
            .push(Assumed::Inside(self.name.clone(), what, steps.join(", ")));
    }

    /// What the drawing leaves out at the end: the bio goes out, locks are given back; and where calls fail, the same.
    fn finish(&mut self) {
        let writes = |it: &Cell| {
            let function = it
                .parsed
                .function
                .as_deref()
                .unwrap_or("")
                .to_ascii_lowercase();
            let words: Vec<&str> = function.split('_').collect();
            words.iter().any(|it| {
                [
                    "write",
                    "writepage",
                    "writepages",
                    "writeback",
                    "wb",
                    "flush",
                ]
                .contains(it)
            })
        };
        if let Some(page) = self.cleared.filter(|_| !self.sets && !self.submitted)
            && self.column_cells().any(writes)
        {
            let held = self.held.contains(&Held::Page(page));
            let lines = [
                "lock_page",
                "set_page_writeback",
                "bio_add_page",
                "unlock_page",
                "submit",
            ];
            for key in lines {
                if held && key.ends_with("lock_page") {
                    continue;
                }
                let line = if key == "submit" {
                    key.to_owned()
                } else {
                    self.on(key, page)
                };
                self.put(&line, None);
            }
            (self.sets, self.submitted) = (true, true);
            self.assumed.push(Assumed::Written(self.name.clone()));
        }
        if !self.built.is_empty() {
            self.submit(0, None);
            self.late = true;
            self.assumed
                .push(Assumed::SubmittedAtEnd(self.name.clone()));
        }
        let held = std::mem::take(&mut self.held);
        for it in held.iter().rev() {
            let line = self.give(it);
            self.put(&line, None);
            self.assumed
                .push(Assumed::GivenBack(self.name.clone(), self.words(it)));
        }
        let exits = std::mem::take(&mut self.exits);
        if exits.is_empty() {
            return;
        }
        self.put("end", None);
        for (label, held) in exits {
            self.put(&format!("{label}>"), None);
            for it in held.iter().rev() {
                let line = self.give(it);
                self.put(&line, None);
            }
            self.put("end", None);
        }
    }
}

/// A text as a line of a program can have it.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !matches!(c, '#' | '\'' | '>' | '?'))
        .collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    text.truncate(72);
    let text = text
        .trim_matches(|c: char| !of_name(c) && c != ')')
        .to_owned();
    match text.is_empty() {
        true => "something".to_owned(),
        false => text,
    }
}

/// Whether a cell says something that a run can come to.
pub(super) fn matters(cell: &Cell, item: &Item) -> bool {
    matches!(cell.parsed.shape, Shape::Call) || matches!(item.fate, Fate::Step | Fate::Lock)
}
