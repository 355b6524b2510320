//! From a file to a scenario that runs.

use std::collections::BTreeSet;
use std::fmt;

use toml::Spanned;

use crate::machine::{
    Access, Actor, Choice, Geometry, MAX_ACTORS, Model, PAGE_SIZE, Parts, Protection, Role, Rules,
    Store, Violation,
};
use crate::protocol::{
    Edit, Era, Line, Place, Program, Shape, Step, apply, compile, completion, disk, programs,
    stores,
};

use super::error::ScenarioError;
use super::file::{ActorTable, EditTable, File};
use super::schedule;

/// What can come of a run; a scenario states which it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// A hop recomputed a guard and it differed.
    GuardError,
    /// The write completed without error, but media does not hold what was sealed.
    SilentCorruption,
    /// At rest, newer bytes in memory than on media, and nothing says so.
    LostUpdate,
    /// Actors left that wait for each other.
    Deadlock,
    /// The kernel would BUG or WARN.
    Assertion,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Verdict; 5] = [
        Verdict::GuardError,
        Verdict::SilentCorruption,
        Verdict::LostUpdate,
        Verdict::Deadlock,
        Verdict::Assertion,
    ];

    /// The words scenario files and the page use.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::GuardError => "guard error",
            Verdict::SilentCorruption => "silent corruption",
            Verdict::LostUpdate => "lost update",
            Verdict::Deadlock => "deadlock",
            Verdict::Assertion => "assertion",
        }
    }

    /// The verdict a violation amounts to; an unstable window alone is a property, not a verdict.
    pub fn of(violation: Violation) -> Option<Verdict> {
        match violation {
            Violation::Unstable { .. } => None,
            Violation::Guard { .. } => Some(Verdict::GuardError),
            Violation::Silent { .. } => Some(Verdict::SilentCorruption),
            Violation::Lost { .. } => Some(Verdict::LostUpdate),
            Violation::Assertion { .. } => Some(Verdict::Assertion),
        }
    }
}

/// A kind of device for which a scenario states its verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Device(pub Protection);

impl Device {
    /// Every kind.
    pub const ALL: [Device; 3] = [
        Device(Protection::DixDif),
        Device(Protection::HbaInsert),
        Device(Protection::None),
    ];
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Protection::DixDif => "dix+dif",
            Protection::HbaInsert => "hba insert",
            Protection::None => "none",
        })
    }
}

/// An actor as the page shows it.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Its name.
    pub name: String,
    /// What and where it is, in a few words.
    pub about: String,
    /// Its program and, for a user thread, its fault handler.
    pub lines: Vec<Line>,
}

/// A scenario, checked and ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name without ending; its name in links.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its place in the list.
    pub order: u16,
    /// Which kernel's names and rules hold.
    pub era: Era,
    /// What is different, in a sentence or two.
    pub summary: String,
    /// What to look at in the opening run.
    pub watch: String,
    /// The device it runs on.
    pub device: Device,
    /// Inode number and page index in the file, for log lines.
    pub inode: u32,
    /// The page's index in the file.
    pub index: u32,
    /// The machine.
    pub model: Model,
    /// The actors as shown, in the machine's order.
    pub cast: Vec<Cast>,
    /// The opening run.
    pub schedule: Vec<Choice>,
    /// The verdicts it must have, by device.
    pub expect: Vec<(Device, BTreeSet<Verdict>)>,
    /// Where it comes from.
    pub sources: Vec<String>,
}

impl Scenario {
    /// The verdicts it must have on its own device; empty means clean.
    pub fn expected(&self) -> BTreeSet<Verdict> {
        self.expect
            .iter()
            .find(|(device, _)| *device == self.device)
            .map(|(_, verdicts)| verdicts.clone())
            .unwrap_or_default()
    }

    /// The expected verdicts in words: "clean", or "guard error".
    pub fn expected_words(&self) -> String {
        let words: Vec<&str> = self.expected().iter().map(|v| v.words()).collect();
        if words.is_empty() {
            "clean".to_owned()
        } else {
            words.join(", ")
        }
    }
}

/// Loads a scenario for the device it names.
///
/// # Errors
/// [`ScenarioError`] with line, column and reason, whatever the text is.
pub fn load(slug: &str, text: &str) -> Result<Scenario, ScenarioError> {
    build(slug, text, None)
}

/// Loads a scenario for another device. Its opening schedule is the file's as far as it goes.
///
/// # Errors
/// As [`load`].
pub fn load_for(slug: &str, text: &str, device: Device) -> Result<Scenario, ScenarioError> {
    build(slug, text, Some(device))
}

/// Turns reasons into errors at places of one text.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn fail<T>(&self, at: &Spanned<T>, reason: impl ToString) -> ScenarioError {
        ScenarioError::at(self.0, at.span(), reason)
    }

    /// One of several words.
    fn word<T: Copy>(
        &self,
        what: &str,
        given: &Spanned<String>,
        all: &[(String, T)],
    ) -> Result<T, ScenarioError> {
        all.iter()
            .find(|(word, _)| word == given.get_ref())
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let known: Vec<&str> = all.iter().map(|(word, _)| word.as_str()).collect();
                let reason = format!(
                    "\"{}\" is no {what}; it is one of {}",
                    given.get_ref(),
                    known.join(", ")
                );
                self.fail(given, reason)
            })
    }
}

fn devices() -> Vec<(String, Device)> {
    Device::ALL
        .map(|device| (device.to_string(), device))
        .into()
}

fn build(slug: &str, text: &str, other: Option<Device>) -> Result<Scenario, ScenarioError> {
    let source = Source(text);
    let file: File = toml::from_str(text)
        .map_err(|error| ScenarioError::at(text, error.span().unwrap_or(0..0), error.message()))?;
    let eras = Era::ALL.map(|era| (era.word().to_owned(), era));
    let era = source.word("era", &file.era, &eras)?;
    let device = source.word("device", &file.device, &devices())?;
    let device = other.unwrap_or(device);

    let page = file.page.get_ref();
    let geometry = Geometry {
        pages: 1,
        interval: page.interval,
        first_lba: page.first_lba,
    };
    if page.interval != 512 && page.interval != 4096 {
        let reason = "interval: a protection interval has 512 or 4096 bytes";
        return Err(source.fail(&file.page, reason));
    }
    let roles = [
        ("flusher".to_owned(), Role::Flusher),
        ("mmap".to_owned(), Role::Mmap),
        ("disk".to_owned(), Role::Disk),
        ("completion".to_owned(), Role::Completion),
    ];
    if let Some(extra) = file.actor.get(MAX_ACTORS) {
        let reason = format!("a scenario has at most {MAX_ACTORS} actors");
        return Err(source.fail(extra, reason));
    }
    let mut roles_of = Vec::new();
    for (number, actor) in file.actor.iter().enumerate() {
        let it = actor.get_ref();
        let name = it.name.get_ref();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(source.fail(&it.name, "an actor's name is one word"));
        }
        if file.actor[..number]
            .iter()
            .any(|before| before.get_ref().name.get_ref() == name)
        {
            return Err(source.fail(&it.name, format!("there is already an actor \"{name}\"")));
        }
        roles_of.push(source.word("role", &it.role, &roles)?);
    }
    let shape = Shape {
        sectors: geometry.sectors() as u8,
        // Each thread that maps the file has an address space of its own.
        spaces: mappers(&file, &roles_of)
            .map(|actor| format!("{}'s mm", actor.name.get_ref()))
            .collect(),
        protection: device.0,
    };
    let mut programs = programs(&shape);
    for table in &file.edit {
        let edit = read_edit(table.get_ref()).map_err(|reason| source.fail(table, reason))?;
        apply(&edit, &mut programs).map_err(|reason| source.fail(table, reason))?;
    }

    let mut actors = Vec::new();
    let mut cast = Vec::new();
    let mut all_stores = Vec::new();
    let mut space = 0;
    for (actor, role) in file.actor.iter().zip(&roles_of) {
        let it = actor.get_ref();
        if *role != Role::Mmap && !it.stores.is_empty() {
            return Err(source.fail(actor, "only an actor of role mmap has stores"));
        }
        let handler = if *role == Role::Mmap {
            nth(&programs, "do_wp_page", space)
        } else {
            &[]
        };
        let own: Vec<Step> = match role {
            Role::Flusher => nth(&programs, "writepage", 0).to_vec(),
            Role::Disk => disk(&shape),
            Role::Completion => completion(),
            Role::Mmap => {
                let mut numbered = Vec::new();
                for store in &it.stores {
                    let table = store.get_ref();
                    if table.offset as usize + table.text.len() > PAGE_SIZE || table.text.is_empty()
                    {
                        let reason =
                            "a store writes at least one byte and stays within its 4096-byte page";
                        return Err(source.fail(store, reason));
                    }
                    let shown = format!("\"{}\" at {:#05x}", table.text, table.offset);
                    numbered.push((all_stores.len().min(255) as u8, 0, shown));
                    all_stores.push(Store {
                        page: 0,
                        offset: table.offset,
                        bytes: table.text.clone().into_bytes(),
                    });
                }
                stores(&numbered)
            }
        };
        let code = compile(&own, handler, era)
            .ok_or_else(|| source.fail(actor, "its program has more than 250 steps"))?;
        actors.push(Actor {
            role: *role,
            space,
            tlb: space,
            code: code.instrs,
            main: code.main,
        });
        cast.push(Cast {
            name: it.name.get_ref().clone(),
            about: it.about.clone(),
            lines: code.lines,
        });
        space += u8::from(*role == Role::Mmap);
    }

    let fill = |texts: &[String], what| {
        fill(texts, geometry).ok_or_else(|| {
            let many = geometry.sectors();
            let reason =
                format!("{what}: give one text for all sectors, or one for each of {many}");
            source.fail(&file.page, reason)
        })
    };
    // A dirty page has been written through its mappings: their PTEs and TLBs are writable.
    let access = if page.dirty {
        Access::WRITABLE_DIRTY
    } else {
        Access::READ_ONLY
    };
    let model = Model::new(Parts {
        geometry,
        protection: device.0,
        rules: Rules {
            writeback_asserts_lock: era.writeback_asserts_lock(),
        },
        actors,
        stores: all_stores,
        memory: fill(&page.memory, "memory")?,
        media: fill(&page.media, "media")?,
        dirty: vec![page.dirty],
        ptes: vec![access; space as usize],
        tlbs: (0..space).map(|space| (space, access)).collect(),
    })
    .map_err(|reason| source.fail(&file.page, reason))?;

    let mut choices = Vec::new();
    let mut world = model.initial;
    for line in &file.schedule {
        match schedule::run(line.get_ref(), &model, &cast, world) {
            Ok((made, after)) => {
                choices.extend(made);
                world = after;
            }
            // Another device ends some steps earlier; what is possible is kept.
            Err(_) if other.is_some() => break,
            Err(reason) => return Err(source.fail(line, reason)),
        }
    }

    let mut expect = Vec::new();
    for (name, words) in file.expect.get_ref() {
        let (_, known) = devices()
            .into_iter()
            .find(|(word, _)| word == name)
            .ok_or_else(|| source.fail(&file.expect, format!("\"{name}\" is no device")))?;
        let all = Verdict::ALL.map(|verdict| (verdict.words().to_owned(), verdict));
        let verdicts: Result<BTreeSet<Verdict>, ScenarioError> = words
            .iter()
            .map(|word| source.word("verdict", word, &all))
            .collect();
        expect.push((known, verdicts?));
    }
    if let Some(missing) = Device::ALL
        .iter()
        .find(|device| !expect.iter().any(|(known, _)| known == *device))
    {
        let reason = format!("state the verdicts for device \"{missing}\" (an empty list: clean)");
        return Err(source.fail(&file.expect, reason));
    }
    Ok(Scenario {
        slug: slug.to_owned(),
        title: file.title,
        order: file.order,
        era,
        summary: file.summary,
        watch: file.watch,
        device,
        inode: page.inode,
        index: page.index,
        model,
        cast,
        schedule: choices,
        expect,
        sources: file.source.into_iter().map(|source| source.text).collect(),
    })
}

fn mappers<'a>(file: &'a File, roles: &'a [Role]) -> impl Iterator<Item = &'a ActorTable> {
    let actors = file.actor.iter().zip(roles);
    actors
        .filter(|(_, role)| **role == Role::Mmap)
        .map(|(actor, _)| actor.get_ref())
}

/// The steps of the nth program of a name.
fn nth<'a>(programs: &'a [Program], name: &str, index: u8) -> &'a [Step] {
    programs
        .iter()
        .filter(|program| program.name == name)
        .nth(index as usize)
        .map_or(&[], |program| &program.steps)
}

fn read_edit(table: &EditTable) -> Result<Edit, String> {
    let place = |text: &String| Place::parse(text).map_err(|error| error.to_string());
    let EditTable {
        drop,
        moved,
        swap,
        with,
        insert,
        before,
    } = table;
    match (drop, moved, swap, with, insert, before) {
        (Some(step), None, None, None, None, None) => Ok(Edit::Drop(place(step)?)),
        (None, Some(step), None, None, None, Some(before)) => {
            Ok(Edit::MoveBefore(place(step)?, place(before)?))
        }
        (None, None, Some(one), Some(other), None, None) => {
            Ok(Edit::Swap(place(one)?, place(other)?))
        }
        (None, None, None, None, Some(key), Some(before)) => {
            Ok(Edit::InsertBefore(key.clone(), place(before)?))
        }
        _ => Err("an edit is drop; move and before; swap and with; or insert and before".into()),
    }
}

/// The bytes of each interval: a text for each, or one for all, repeated to fill it.
fn fill(texts: &[String], geometry: Geometry) -> Option<Vec<Vec<u8>>> {
    let sectors = geometry.sectors();
    let usable = texts.len() == 1 || texts.len() == sectors;
    if !usable || texts.iter().any(String::is_empty) {
        return None;
    }
    let texts = texts.iter().cycle().take(sectors);
    Some(
        texts
            .map(|text| {
                let bytes = text.bytes().cycle();
                bytes.take(geometry.interval as usize).collect()
            })
            .collect(),
    )
}
