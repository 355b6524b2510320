//! From a file to a scenario that runs.

mod crew;
mod stated;

use std::cell::Cell;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::machine::{
    Access, Actor, Choice, Geometry, Invariant, MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS,
    MOST_INSTRS, Model, Op, PAGE_SIZE, PageStart, Parts, Resource, Rules, Stamp, Store,
};
use crate::protocol::{
    Edit, EditError, Era, Frame, Line, MEANINGS, OPS, Place, Program, Shape, Side, Source as Text,
    Step, What, apply, compile, expand, lines, op_number, source as program_source,
};

use super::error::{ScenarioError, Source};
use super::file::{ActorTable, EditTable, File, PageTable, Word};
use super::schedule;
use super::verdict::{Device, Verdict};
use crew::Crew;

/// An actor as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// Its name.
    pub name: String,
    /// What and where it is, in a few words.
    pub about: String,
    /// Its program and, for a user thread, its fault handler.
    pub lines: Vec<Line>,
}

/// A remark on a decisive step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Whose step.
    pub actor: u8,
    /// Which, by its row in the table.
    pub row: usize,
    /// What there is to say.
    pub text: String,
}

/// How long somebody must sleep at worst, and behind whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StallBound {
    /// Who sleeps.
    pub actor: u8,
    /// Who must make most of the steps.
    pub behind: u8,
    /// Steps others must make before it is woken, however quickly they act.
    pub steps: u32,
}

/// A scenario, checked and ready to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The file's name without ending; its name in links.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its number in the dossier's catalogue, such as `S04`; empty for others.
    pub section: String,
    /// The heading it stands under in the list.
    pub group: String,
    /// Its place in the list.
    pub order: u16,
    /// Which kernel's names and rules hold.
    pub era: Era,
    /// The era the file is written for.
    pub own_era: Era,
    /// What is different, in a sentence or two.
    pub summary: String,
    /// What to look at in the opening run.
    pub watch: String,
    /// The device it runs on.
    pub device: Device,
    /// The device the file is written for.
    pub own_device: Device,
    /// Inode number, for log lines.
    pub inode: u32,
    /// Each page's index in the file.
    pub indexes: Vec<u32>,
    /// The names of the address spaces.
    pub spaces: Vec<String>,
    /// The machine.
    pub model: Model,
    /// The actors as shown, in the machine's order.
    pub cast: Vec<Cast>,
    /// How each store is shown.
    pub stores: Vec<String>,
    /// Remarks on decisive steps.
    pub notes: Vec<Note>,
    /// What is changed from the correct ordering, in words.
    pub edits: Vec<String>,
    /// What the steps of its actors do, by their row: told where a step has no effects to tell of.
    pub meanings: Vec<(u8, String)>,
    /// What is changed beyond what the file says.
    pub own_edits: Vec<Edit>,
    /// The opening run.
    pub schedule: Vec<Choice>,
    /// The verdicts the opening run shows.
    pub opening: Vec<Verdict>,
    /// The invariants the opening run breaks, in the order of breaking.
    pub breaks: Vec<Invariant>,
    /// The verdicts it must have, by device.
    pub expect: Vec<(Device, Vec<Verdict>)>,
    /// What it says of the longest sleep there is.
    pub stall: Option<StallBound>,
    /// Where it comes from.
    pub sources: Vec<String>,
}

impl Scenario {
    /// What a step does, by its row; empty for one that its actors do not have.
    pub fn meaning(&self, row: u8) -> &str {
        let mut all = self.meanings.iter();
        all.find(|it| it.0 == row).map_or("", |it| &it.1)
    }

    /// The verdicts it must have on its device; empty means safe. None where the file does not
    /// say: on other devices, in other eras than its own, and with further edits.
    pub fn stated(&self) -> Option<&[Verdict]> {
        if self.era != self.own_era || !self.own_edits.is_empty() {
            return None;
        }
        let all = self.expect.iter();
        let found = all.into_iter().find(|(device, _)| *device == self.device);
        found.map(|(_, verdicts)| verdicts.as_slice())
    }

    /// The remark on a step.
    pub fn note(&self, actor: u8, row: usize) -> Option<&str> {
        let mut notes = self.notes.iter();
        let found = notes.find(|note| note.actor == actor && note.row == row);
        found.map(|note| note.text.as_str())
    }
}

/// Verdicts in words: "safe", or "guard error, lost update".
pub fn words(verdicts: &[Verdict]) -> String {
    if verdicts.is_empty() {
        return "safe".to_owned();
    }
    let words: Vec<&str> = verdicts.iter().map(|it| it.words()).collect();
    words.join(", ")
}

/// Loads a scenario for the device and the era it names.
///
/// # Errors
/// [`ScenarioError`] with line, column and reason, whatever the text is.
pub fn load(slug: &str, text: &str) -> Result<Scenario, ScenarioError> {
    load_for(slug, text, None, None)
}

/// Loads a scenario for another device or era. Its opening schedule is the file's as far as it
/// goes.
///
/// # Errors
/// As [`load`]; and where an edit of the file has no place in the other era's programs.
pub fn load_for(
    slug: &str,
    text: &str,
    device: Option<Device>,
    era: Option<Era>,
) -> Result<Scenario, ScenarioError> {
    load_variant(
        slug,
        text,
        &Variant {
            device,
            era,
            ..Variant::default()
        },
    )
}

/// What is different from a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// Another device.
    pub device: Option<Device>,
    /// Another kernel.
    pub era: Option<Era>,
    /// Further edits, made after the file's own.
    pub edits: Vec<Edit>,
    /// Without the file's own edits: the correct ordering of the same.
    pub unchanged: bool,
}

/// Loads a scenario with all that is to be different. Its opening schedule is the file's as far as
/// it goes.
///
/// # Errors
/// As [`load`]; and where an edit has no place in the programs.
pub fn load_variant(slug: &str, text: &str, variant: &Variant) -> Result<Scenario, ScenarioError> {
    Ok(read(slug, text, variant)?.0)
}

/// The programs that a scenario's actors run, all edits made, as further edits address them.
///
/// # Errors
/// As [`load_variant`].
pub fn programs(text: &str, variant: &Variant) -> Result<Vec<Program>, ScenarioError> {
    Ok(read("", text, variant)?.1)
}

fn read(
    slug: &str,
    text: &str,
    variant: &Variant,
) -> Result<(Scenario, Vec<Program>), ScenarioError> {
    let source = Source::new(text);
    let file = File::read(&source)?;
    let own_era = by_word(&source, "era", &file.era, &Era::ALL, Era::word);
    let own_device = by_word(&source, "device", &file.device, &Device::ALL, Device::word);
    let setting = Setting {
        source: &source,
        file: &file,
        variant,
        era: variant.era.unwrap_or(own_era),
        device: variant.device.unwrap_or(own_device),
    };
    let built = setting.build()?;
    let (expect, opening, breaks) = (setting.expect(), setting.opening(), setting.breaks());
    let notes = setting.notes(&built.cast);
    let stall = setting.stall(&built.cast);
    let plain = Variant {
        device: variant.device,
        era: variant.era,
        ..Variant::default()
    };
    let elsewhere = (setting.device, setting.era, variant) != (own_device, own_era, &plain);
    let schedule = setting.schedule(&built, elsewhere);
    source.check()?;
    let scenario = Scenario {
        slug: slug.to_owned(),
        era: setting.era,
        own_era,
        device: setting.device,
        own_device,
        inode: file.geometry.inode,
        indexes: file.pages.iter().map(|page| page.index).collect(),
        spaces: built.spaces,
        opening: opening.unwrap_or_else(|| {
            let all = expect.iter();
            let own = all.into_iter().find(|(device, _)| *device == own_device);
            own.map_or(Vec::new(), |(_, verdicts)| verdicts.clone())
        }),
        cast: built.cast,
        stores: file.stores.iter().map(|it| it.shown.clone()).collect(),
        notes,
        edits: (setting
            .file_edits()
            .filter_map(|it| crew::read_edit(it).ok()))
        .chain(variant.edits.iter().cloned())
        .map(|edit| edit.words())
        .collect(),
        meanings: meanings(&built.model),
        model: built.model,
        own_edits: variant.edits.clone(),
        schedule,
        breaks,
        expect,
        stall,
        title: file.title,
        section: file.section,
        group: file.group,
        order: file.order,
        summary: file.summary,
        watch: file.watch,
        sources: file.sources,
    };
    Ok((scenario, built.programs))
}

/// What the steps in a model's code do, each once.
fn meanings(model: &Model) -> Vec<(u8, String)> {
    let code = model.actors.iter().flat_map(|it| &it.code);
    let rows: BTreeSet<u8> = code.map(|it| it.tag).collect();
    let meaning = |row: u8| MEANINGS[row as usize].meaning.to_owned();
    rows.into_iter().map(|row| (row, meaning(row))).collect()
}

/// One of several things, by its word; the first where there is no such word.
fn by_word<T: Copy>(
    source: &Source,
    what: &str,
    given: &Word,
    all: &[T],
    word: fn(T) -> &'static str,
) -> T {
    all[place_of(source, what, given, all.len(), &|it| word(all[it]))]
}

/// As [`by_word`], for things of any type.
fn place_of(
    source: &Source,
    what: &str,
    given: &Word,
    many: usize,
    word: &dyn Fn(usize) -> &'static str,
) -> usize {
    let mut known = String::new();
    for it in 0..many {
        if word(it) == given.text {
            return it;
        }
        known += if it > 0 { ", " } else { "" };
        known += word(it);
    }
    let reason = format!("\"{}\" is no {what}; it is one of {known}", given.text);
    source.wrong(given.at, reason);
    0
}

/// What somebody can hold when a run begins.
const HELD: [Resource; 5] = [
    Resource::Handle,
    Resource::Commit,
    Resource::Mutex,
    Resource::PageLock,
    Resource::BufferLock,
];

fn held_word(resource: Resource) -> &'static str {
    match resource {
        Resource::Handle => "journal handle",
        Resource::Commit => "commit",
        Resource::Mutex => "mmap_lock",
        Resource::PageLock => "page lock",
        _ => "buffer lock",
    }
}

const ACCESS: [Access; 4] = [
    Access::NONE,
    Access::READ_ONLY,
    Access::WRITABLE_DIRTY,
    Access::WRITABLE_CLEAN,
];

fn access_word(access: Access) -> &'static str {
    match (access.present(), access.write(), access.dirty()) {
        (false, ..) => "none",
        (_, false, _) => "read-only",
        (.., true) => "writable",
        _ => "writable clean",
    }
}

/// A file on its way to becoming a machine.
struct Setting<'a> {
    source: &'a Source<'a>,
    file: &'a File,
    variant: &'a Variant,
    era: Era,
    device: Device,
}

struct Built {
    model: Model,
    cast: Vec<Cast>,
    spaces: Vec<String>,
    programs: Vec<Program>,
}

impl Setting<'_> {
    /// The file's edits, if they are to be made.
    fn file_edits(&self) -> impl Iterator<Item = &EditTable> {
        let wanted = !self.variant.unchanged;
        self.file.edits.iter().filter(move |_| wanted)
    }

    fn wrong(&self, at: usize, reason: impl Into<String>) {
        self.source.wrong(at, reason.into());
    }

    fn build(&self) -> Result<Built, ScenarioError> {
        let geometry = self.geometry();
        let spaces = self.spaces();
        self.names();
        let stores = self.stores();
        self.source.check()?;
        let mut shape = Shape {
            scopes: Cell::new(0),
            pages: geometry.pages,
            sectors: geometry.sectors() as u8,
            spaces,
            stores: (self.file.stores.iter().map(|it| {
                let of = match geometry.pages {
                    1 => it.shown.clone(),
                    _ => format!("{} of page {}", it.shown, it.page),
                };
                (it.name.text.clone(), it.page, of)
            }))
            .collect(),
            buffers: geometry.block != 0,
            protection: self.device.protection,
            era: self.era,
            own: Vec::new(),
        };
        shape.own = self.programs();
        let Crew {
            actors,
            cast,
            tlbs,
            programs,
        } = self.crew(&shape);
        self.source.check()?;
        let parts = Parts {
            geometry,
            protection: self.device.protection,
            stable: self
                .file
                .stable
                .unwrap_or(self.device.protection.wants_stable()),
            rules: Rules {
                writeback_asserts_lock: self.era.writeback_asserts_lock(),
                wait: self.era.wait(),
                errseq: self.era.errseq(),
            },
            held: self.held(),
            actors,
            stores,
            memory: self.fill(geometry, |page| &page.memory),
            media: self.fill(geometry, |page| &page.media),
            pages: self.pages(&shape, geometry, &tlbs),
            spaces: shape.spaces.len() as u8,
            tlbs,
        };
        self.source.check()?;
        let model = Model::new(parts)
            .map_err(|reason| self.source.error(self.file.geometry.at, reason.to_string()))?;
        Ok(Built {
            model,
            cast,
            spaces: shape.spaces,
            programs,
        })
    }

    fn geometry(&self) -> Geometry {
        let table = &self.file.geometry;
        if table.interval != 512 && table.interval != 4096 {
            self.wrong(
                table.at,
                "interval: a protection interval has 512 or 4096 bytes",
            );
        }
        if let Some(extra) = self.file.pages.get(MAX_PAGES) {
            let reason = format!("a scenario has at most {MAX_PAGES} pages");
            self.wrong(extra.at, reason);
        }
        if self.file.pages.is_empty() {
            self.wrong(self.file.at, "a scenario has at least one [[page]]");
        }
        let stamp = match table.checksum[..] {
            [] => None,
            [from, at] => Some(Stamp {
                page: 0,
                from: from as u16,
                at: at as u16,
            }),
            _ => {
                self.wrong(
                    table.at,
                    "checksum: two offsets in page 0, where the covered bytes begin and where the checksum stands",
                );
                None
            }
        };
        Geometry {
            pages: self.file.pages.len().min(MAX_PAGES) as u8,
            interval: table.interval.max(512),
            first_lba: table.first_lba,
            block: table.block,
            ip_guards: self.device.ip,
            stamp,
        }
    }

    /// The address spaces, in the order in which actors name them.
    fn spaces(&self) -> Vec<String> {
        let mut spaces: Vec<String> = Vec::new();
        for actor in &self.file.actors {
            let mm = &actor.mm;
            if mm.text.contains(char::is_whitespace) || mm.text.parse::<u8>().is_ok() {
                self.wrong(mm.at, "an address space's name is one word, not a number");
            }
            if !mm.text.is_empty() && !spaces.contains(&mm.text) {
                spaces.push(mm.text.clone());
                if spaces.len() > MAX_SPACES {
                    let reason = format!("a scenario has at most {MAX_SPACES} address spaces");
                    self.wrong(mm.at, reason);
                }
            }
        }
        spaces
    }

    /// Names of actors and stores are single words, used once.
    fn names(&self) {
        if let Some(extra) = self.file.actors.get(MAX_ACTORS) {
            let reason = format!("a scenario has at most {MAX_ACTORS} actors");
            self.wrong(extra.at, reason);
        }
        let actors = self.file.actors.iter().map(|it| ("actor", &it.name));
        let stores = self.file.stores.iter().map(|it| ("store", &it.name));
        let mut before: Vec<(&str, &str)> = Vec::new();
        for (what, name) in actors.chain(stores) {
            if name.text.is_empty() || name.text.contains(char::is_whitespace) {
                self.wrong(name.at, format!("the name of an {what} is one word"));
            }
            if name.text.parse::<u8>().is_ok() {
                self.wrong(name.at, "a number names a page; choose a word");
            }
            if before.contains(&(what, &name.text)) {
                self.wrong(
                    name.at,
                    format!("there is already another {what} \"{}\"", name.text),
                );
            }
            before.push((what, &name.text));
        }
    }

    fn stores(&self) -> Vec<Store> {
        let mut stores = Vec::new();
        for it in &self.file.stores {
            if it.bytes.is_empty() || it.offset as usize + it.bytes.len() > PAGE_SIZE {
                self.wrong(
                    it.at,
                    "a store writes at least one byte and stays within its 4096-byte page",
                );
            }
            if it.page as usize >= self.file.pages.len() {
                self.wrong(
                    it.at,
                    format!("there is no page {}; they count from 0", it.page),
                );
            }
            stores.push(Store {
                page: it.page,
                offset: it.offset,
                bytes: it.bytes.clone(),
            });
        }
        stores
    }

    fn pages(&self, shape: &Shape, geometry: Geometry, tlbs: &[u8]) -> Vec<PageStart> {
        let mut pages = Vec::new();
        for it in &self.file.pages {
            // A dirty page has been written through its mappings: their PTEs are writable.
            let usual = match it.dirty || !it.cached {
                true => Access::WRITABLE_DIRTY,
                false => Access::READ_ONLY,
            };
            let access = |word: &Word, usual: Access| match word.text.as_str() {
                "" => usual,
                _ => by_word(self.source, "state of a PTE", word, &ACCESS, access_word),
            };
            let pte = access(&it.pte, usual);
            let tlb = access(&it.tlb, pte);
            let mut ptes = vec![pte; shape.spaces.len()];
            let mut cached = vec![tlb; tlbs.len()];
            for (name, word) in &it.ptes {
                let Some(space) = shape.spaces.iter().position(|it| *it == name.text) else {
                    let reason = format!("no actor has \"mm\" \"{}\"", name.text);
                    self.wrong(name.at, reason);
                    continue;
                };
                ptes[space] = access(word, pte);
                for (entry, of) in cached.iter_mut().zip(tlbs) {
                    if *of as usize == space {
                        *entry = access(&it.tlb, ptes[space]);
                    }
                }
            }
            let mut buffers = if it.dirty { u8::MAX } else { 0 };
            let many = (geometry.block / geometry.interval.max(1)).max(1);
            for block in &it.clean_blocks {
                for sector in 0..many {
                    let bit = *block as u16 * many + sector;
                    buffers &= !(1u16.checked_shl(bit.into()).unwrap_or(0) as u8);
                }
            }
            pages.push(PageStart {
                dirty: it.dirty,
                cached: it.cached,
                buffers,
                committing: it.committing,
                pins: it.pins,
                ptes,
                tlbs: cached,
            });
        }
        pages
    }

    /// The bytes of each interval: a text for each, or one for all, repeated to fill it.
    fn fill(&self, geometry: Geometry, of: fn(&PageTable) -> &Vec<Word>) -> Vec<Vec<u8>> {
        let many = geometry.sectors();
        let size = geometry.interval as usize;
        let mut all = Vec::new();
        for page in &self.file.pages {
            let texts = of(page);
            let usable = texts.len() == 1 || texts.len() == many;
            if !usable || texts.iter().any(|it| it.text.is_empty()) {
                let reason = format!(
                    "memory and media: give one text for all sectors, or one for each of {many}"
                );
                self.wrong(page.at, reason);
                continue;
            }
            let texts = texts.iter().cycle().take(many);
            all.extend(texts.map(|it| it.text.bytes().cycle().take(size).collect::<Vec<u8>>()));
        }
        all
    }
}
