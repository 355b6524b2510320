//! Builds a scenario that runs from what its file says.

mod actors;
mod locks;
mod stated;
mod warnings;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::machine::{
    Access, Actor, ActorId, Choice, Geometry, Instr, Invariant, Lock, LockId, LockKind, MAX_ACTORS,
    MAX_PAGES, MAX_SPACES, MAX_TLBS, MOST_INSTRS, Model, Op, PAGE_SIZE, PageId, PageStart, Parts,
    Resource, Rules, SpaceId, Stamp, Store, StoreId, TlbId, Which,
};
use crate::protocol::{
    Edit, EditError, Era, Frame, MEANINGS, Named, OPS, Place, Program, Shape, Side, Source as Text,
    Step, What, apply, change_words, compile, did_you_mean, expand, lines, one_line, op_number,
    program_names, resolved, second_bio, source as program_source, tokens,
};

use super::error::{ScenarioError, ScenarioWarning, Source, WarningKind};
use super::file::{ActorTable, EditTable, File, PageTable, edit_tables};
use super::loaded::{Cast, Note, Scenario, StallBound};
use super::name::Naming;
use super::schedule;
use super::table::Word;
use super::verdict::{Device, Verdict};
pub(super) use actors::edits;
use actors::{Actors, Written};

/// Loads a scenario for the device and the era it names.
///
/// # Errors
/// [`ScenarioError`] with line, column and reason, whatever the text is.
pub fn load(slug: &str, text: &str) -> Result<Scenario, ScenarioError> {
    load_for(slug, text, None, None)
}

/// Loads a scenario for another device or era. Its opening schedule is the file's, as far as its steps
/// are possible there.
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

/// How a scenario is to differ from its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// Another device.
    pub device: Option<Device>,
    /// Another kernel.
    pub era: Option<Era>,
    /// Further edits, made after the file's own.
    pub edits: Vec<Edit>,
    /// Whether the file's own edits are left out, which gives the correct ordering.
    pub unchanged: bool,
    /// Whether an opening schedule is cut where its next step is not possible, instead of refused. On
    /// another device, in another kernel and with edits it always is.
    pub cut_schedule: bool,
}

/// Loads a scenario with all that is to be different. Its opening schedule is the file's, as far as its
/// steps are possible there.
///
/// # Errors
/// As [`load`]; and where an edit has no place in the programs.
pub fn load_variant(slug: &str, text: &str, variant: &Variant) -> Result<Scenario, ScenarioError> {
    Ok(read(slug, text, variant)?.0)
}

/// The orderings without changes that a scenario loaded with this variant is held against, nearest first: that of its own kernel, where
/// anything was changed, and those of the kernels after it.
pub fn unchanged(slug: &str, text: &str, variant: &Variant) -> Vec<Scenario> {
    let without = |era: Option<Era>| {
        let variant = Variant {
            era,
            edits: Vec::new(),
            unchanged: true,
            ..variant.clone()
        };
        load_variant(slug, text, &variant).ok()
    };
    let Ok(changed) = load_variant(slug, text, variant) else {
        return Vec::new();
    };
    let own = (!changed.edits.is_empty()).then_some(changed.era);
    let later = Era::ALL.into_iter().filter(|era| *era > changed.era);
    let eras = own.into_iter().chain(later);
    eras.filter_map(|era| without(Some(era))).collect()
}

/// The programs that a scenario's actors run, all edits made, as further edits address them.
///
/// # Errors
/// As [`load_variant`].
pub fn programs(text: &str, variant: &Variant) -> Result<Vec<Program>, ScenarioError> {
    Ok(read("", text, variant)?.1)
}

/// A file that is read once and built again and again, each time with another edit made after those of its variant.
pub struct Prepared {
    slug: String,
    text: String,
    variant: Variant,
    file: File,
    written: Written,
}

impl Prepared {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`load_variant`], but for what the variant's own edits do not fit.
    pub fn new(slug: &str, text: &str, variant: &Variant) -> Result<Prepared, ScenarioError> {
        let source = Source::new(text);
        let file = File::read(&source)?;
        let setting = Setting::new(&source, &file, variant);
        let written = setting.write(setting.ground()?.shape);
        source.check()?;
        Ok(Prepared {
            slug: slug.to_owned(),
            text: text.to_owned(),
            variant: variant.clone(),
            written,
            file,
        })
    }

    /// The scenario with one more edit: the same as [`load_variant`] makes.
    ///
    /// # Errors
    /// As [`load_variant`].
    pub fn with(&self, edit: &Edit) -> Result<Scenario, ScenarioError> {
        let mut variant = self.variant.clone();
        variant.edits.push(edit.clone());
        let (source, file) = (Source::new(&self.text), self.file.clone());
        let (scenario, _) = read_file(&self.slug, &source, file, &variant, Some(&self.written))?;
        Ok(scenario)
    }
}

fn read(
    slug: &str,
    text: &str,
    variant: &Variant,
) -> Result<(Scenario, Vec<Program>), ScenarioError> {
    let source = Source::new(text);
    let file = File::read(&source)?;
    read_file(slug, &source, file, variant, None)
}

/// Builds what a file says; what its actors run may be `written` out already.
fn read_file(
    slug: &str,
    source: &Source,
    file: File,
    variant: &Variant,
    written: Option<&Written>,
) -> Result<(Scenario, Vec<Program>), ScenarioError> {
    let setting = Setting::new(source, &file, variant);
    let Setting {
        own_era,
        own_device,
        ..
    } = setting;
    let built = setting.build(written)?;
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
    let (other_era, other_device) = (setting.era != own_era, setting.device != own_device);
    let changed = variant.unchanged || !variant.edits.is_empty();
    let as_written = !other_era && !other_device && !changed;
    let naming = Naming {
        section: &file.section,
        slug,
        unchanged: variant.unchanged,
        edits: &variant.edits,
        programs: &built.programs,
        era: setting.era,
        other_era: other_era.then_some(setting.era),
        other_device: other_device.then_some(setting.device),
    };
    let scenario = Scenario {
        name: match as_written {
            true => file.title.clone(),
            false => naming.name(),
        },
        unchanged: variant.unchanged,
        slug: slug.to_owned(),
        era: setting.era,
        own_era,
        device: setting.device,
        own_device,
        inode: file.geometry.inode,
        indexes: file.pages.iter().map(|page| page.index).collect(),
        spaces: built.spaces,
        opening: opening.unwrap_or_else(|| {
            let own = expect.iter().find(|(device, _)| *device == own_device);
            own.map_or(Vec::new(), |(_, verdicts)| verdicts.clone())
        }),
        cast: built.cast,
        locks: file
            .locks
            .iter()
            .map(|lock| lock.name.text.clone())
            .collect(),
        stores: file
            .stores
            .iter()
            .map(|store| store.shown.clone())
            .collect(),
        notes,
        edits: built.changes,
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
        warnings: built.warnings,
    };
    Ok((scenario, built.programs))
}

/// The meanings of all steps in a model's code, each once, by row.
fn meanings(model: &Model) -> Vec<(u8, String)> {
    let code = model.actors.iter().flat_map(|actor| &actor.code);
    let rows: BTreeSet<u8> = code.map(|instr| instr.tag).collect();
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
    all[index_of(source, what, given, all.len(), &|index| word(all[index]))]
}

/// As [`by_word`], by index: `word` gives the word of each of `many` things.
fn index_of(
    source: &Source,
    what: &str,
    given: &Word,
    many: usize,
    word: &dyn Fn(usize) -> &'static str,
) -> usize {
    let known: Vec<&str> = (0..many).map(word).collect();
    let found = known.iter().position(|word| *word == given.text);
    if found.is_none() {
        let reason = format!(
            "unknown {what} \"{}\"{}; expected one of {}",
            given.text,
            did_you_mean(&given.text, known.iter().copied()),
            known.join(", ")
        );
        source.wrong(given.at, reason);
    }
    found.unwrap_or(0)
}

/// What an actor can hold when a run begins.
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

/// A file, and the kernel and device for which it is made into a machine.
struct Setting<'a> {
    source: &'a Source<'a>,
    file: &'a File,
    variant: &'a Variant,
    own_era: Era,
    own_device: Device,
    era: Era,
    device: Device,
}

/// What a machine has beside its actors.
struct Ground {
    geometry: Geometry,
    stores: Vec<Store>,
    locks: Vec<Lock>,
    /// What programs must know of it.
    shape: Shape,
}

/// What is built from a file for a kernel and a device.
struct Built {
    model: Model,
    cast: Vec<Cast>,
    spaces: Vec<String>,
    programs: Vec<Program>,
    /// What its edits change, in words.
    changes: Vec<String>,
    warnings: Vec<ScenarioWarning>,
}

impl<'a> Setting<'a> {
    fn new(source: &'a Source<'a>, file: &'a File, variant: &'a Variant) -> Setting<'a> {
        let own_era = by_word(source, "era", &file.era, &Era::ALL, Era::word);
        let own_device = by_word(source, "device", &file.device, &Device::ALL, Device::word);
        Setting {
            source,
            file,
            variant,
            own_era,
            own_device,
            era: variant.era.unwrap_or(own_era),
            device: variant.device.unwrap_or(own_device),
        }
    }
}

impl Setting<'_> {
    /// The file's edits; none where the variant leaves them out.
    fn file_edits(&self) -> impl Iterator<Item = &EditTable> {
        let wanted = !self.variant.unchanged;
        self.file.edits.iter().filter(move |_| wanted)
    }

    fn wrong(&self, at: usize, reason: impl Into<String>) {
        self.source.wrong(at, reason.into());
    }

    /// What there is beside the actors.
    fn ground(&self) -> Result<Ground, ScenarioError> {
        let geometry = self.geometry();
        let spaces = self.spaces();
        self.names();
        let stores = self.stores();
        let locks = self.locks();
        self.source.check()?;
        let mut shape = Shape {
            scopes: Cell::new(0),
            pages: geometry.pages,
            sectors: geometry.sectors() as u8,
            spaces,
            stores: (self.file.stores.iter().map(|store| {
                let shown = match geometry.pages {
                    1 => store.shown.clone(),
                    _ => format!("{} of page {}", store.shown, store.page),
                };
                (store.name.text.clone(), store.page, shown)
            }))
            .collect(),
            locks: (self.file.locks.iter().zip(&locks))
                .map(|(table, lock)| (table.name.text.clone(), lock.kind))
                .collect(),
            buffers: geometry.block != 0,
            block_sectors: (geometry.block / geometry.interval).max(1) as u8,
            protection: self.device.protection,
            era: self.era,
            own: Vec::new(),
            named: RefCell::default(),
        };
        shape.own = self.programs();
        Ok(Ground {
            geometry,
            stores,
            locks,
            shape,
        })
    }

    fn build(&self, written: Option<&Written>) -> Result<Built, ScenarioError> {
        let Ground {
            geometry,
            stores,
            locks,
            shape,
        } = self.ground()?;
        let written = match written {
            Some(written) => written.clone(),
            None => self.write(shape),
        };
        let (shape, actors) = self.actors(written);
        let Actors {
            actors,
            cast,
            tlbs,
            programs,
            changes,
            idle_faults,
        } = actors;
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
            shared: self.shared(),
            locks,
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
        let warnings = self.warnings(&shape, &idle_faults);
        Ok(Built {
            warnings,
            model,
            cast,
            spaces: shape.spaces,
            programs,
            changes,
        })
    }

    fn geometry(&self) -> Geometry {
        let table = &self.file.geometry;
        if table.interval != 512 && table.interval != 4096 {
            self.wrong(
                table.interval_at,
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
                page: PageId(0),
                from: from as u16,
                at: at as u16,
            }),
            _ => {
                self.wrong(
                    table.checksum_at,
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
            if self
                .file
                .stores
                .iter()
                .any(|store| store.name.text == mm.text)
            {
                let reason = format!(
                    "\"{}\" is a store: in a program's line nobody could tell which is meant; choose another name",
                    mm.text
                );
                self.wrong(mm.at, reason);
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

    /// Refuses names of actors and stores that are not single words, or used twice.
    fn names(&self) {
        if let Some(extra) = self.file.actors.get(MAX_ACTORS) {
            let reason = format!("a scenario has at most {MAX_ACTORS} actors");
            self.wrong(extra.at, reason);
        }
        let actors = self.file.actors.iter().map(|actor| ("actor", &actor.name));
        let stores = self.file.stores.iter().map(|store| ("store", &store.name));
        let locks = self.file.locks.iter().map(|lock| ("lock", &lock.name));
        let mut before: Vec<(&str, &str)> = Vec::new();
        for (what, name) in actors.chain(stores).chain(locks) {
            if name.text.is_empty() || name.text.contains(char::is_whitespace) {
                self.wrong(name.at, format!("{what}: its name is one word"));
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
        for table in &self.file.stores {
            if table.bytes.is_empty() || table.offset as usize + table.bytes.len() > PAGE_SIZE {
                self.wrong(
                    table.at,
                    "a store writes at least one byte and stays within its 4096-byte page",
                );
            }
            if table.page.index() >= self.file.pages.len() {
                self.wrong(
                    table.page_at,
                    format!("there is no page {}; they count from 0", table.page),
                );
            }
            stores.push(Store {
                page: table.page,
                offset: table.offset,
                bytes: table.bytes.clone(),
            });
        }
        stores
    }

    fn pages(&self, shape: &Shape, geometry: Geometry, tlbs: &[SpaceId]) -> Vec<PageStart> {
        let mut pages = Vec::new();
        for table in &self.file.pages {
            // A dirty page has been written through its mappings, so their PTEs are writable.
            let usual = match table.dirty || !table.cached {
                true => Access::WRITABLE_DIRTY,
                false => Access::READ_ONLY,
            };
            let access = |word: &Word, usual: Access| match word.text.as_str() {
                "" => usual,
                _ => by_word(self.source, "state of a PTE", word, &ACCESS, access_word),
            };
            let pte = access(&table.pte, usual);
            let tlb = access(&table.tlb, pte);
            let mut ptes = vec![pte; shape.spaces.len()];
            let mut cached = vec![tlb; tlbs.len()];
            for (name, word) in &table.ptes {
                let Some(space) = shape.spaces.iter().position(|space| *space == name.text) else {
                    let reason = format!("no actor has \"mm\" \"{}\"", name.text);
                    self.wrong(name.at, reason);
                    continue;
                };
                ptes[space] = access(word, pte);
                for (entry, of) in cached.iter_mut().zip(tlbs) {
                    if of.index() == space {
                        *entry = access(&table.tlb, ptes[space]);
                    }
                }
            }
            let mut buffers = if table.dirty { u8::MAX } else { 0 };
            let many = (geometry.block / geometry.interval.max(1)).max(1);
            for block in &table.clean_blocks {
                for sector in 0..many {
                    let bit = *block as u16 * many + sector;
                    buffers &= !(1u16.checked_shl(bit.into()).unwrap_or(0) as u8);
                }
            }
            pages.push(PageStart {
                dirty: table.dirty,
                cached: table.cached,
                buffers,
                committing: table.committing,
                pins: table.pins,
                ptes,
                tlbs: cached,
            });
        }
        pages
    }

    /// The bytes of each interval: a page has a text for each of them, or one for all, and a text is
    /// repeated until it fills its interval.
    fn fill(&self, geometry: Geometry, of: fn(&PageTable) -> &Vec<Word>) -> Vec<Vec<u8>> {
        let many = geometry.sectors();
        let size = geometry.interval as usize;
        let form = format!(
            "memory and media are one text for all sectors or one for each of {many}, repeated to fill it"
        );
        let mut all = Vec::new();
        for page in &self.file.pages {
            let texts = of(page);
            if texts.len() != 1 && texts.len() != many {
                let at = texts.first().map_or(page.at, |text| text.at);
                self.wrong(at, format!("there are {} texts here; {form}", texts.len()));
                continue;
            }
            for text in texts {
                match text.text.len() {
                    0 => self.wrong(text.at, format!("there is nothing in this text; {form}")),
                    long if long > size => {
                        let reason = format!("this text has {long} bytes, a sector {size}; {form}");
                        self.wrong(text.at, reason);
                    }
                    _ => {}
                }
            }
            let texts = texts.iter().cycle().take(many);
            let filled = |text: &Word| text.text.bytes().cycle().take(size).collect::<Vec<u8>>();
            all.extend(texts.map(filled));
        }
        all
    }
}
