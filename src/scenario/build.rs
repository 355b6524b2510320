//! From a file to a scenario that runs.

use crate::machine::{
    Access, Actor, Choice, Geometry, MAX_ACTORS, MOST_INSTRS, Model, PAGE_SIZE, Parts, Protection,
    Role, Rules, Store, Violation,
};
use crate::protocol::{
    Edit, EditError, Era, Line, Place, Program, Shape, Step, apply, compile, completion, disk,
    programs, stores,
};

use super::error::{ScenarioError, Source};
use super::file::{ActorTable, EditTable, File, PageTable, Word};
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

    /// The word scenario files use.
    pub fn word(self) -> &'static str {
        match self.0 {
            Protection::DixDif => "dix+dif",
            Protection::HbaInsert => "hba insert",
            Protection::None => "none",
        }
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
    pub expect: Vec<(Device, Vec<Verdict>)>,
    /// Where it comes from.
    pub sources: Vec<String>,
}

impl Scenario {
    /// The verdicts it must have on its own device; empty means clean.
    pub fn expected(&self) -> Vec<Verdict> {
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

/// One of several things, by its word; the first where there is no such word.
fn by_word<T: Copy>(
    source: &Source,
    what: &str,
    given: &Word,
    all: &[T],
    word: fn(T) -> &'static str,
) -> T {
    for it in all {
        if word(*it) == given.text {
            return *it;
        }
    }
    let known: Vec<&str> = all.iter().map(|it| word(*it)).collect();
    let known = known.join(", ");
    let reason = format!("\"{}\" is no {what}; it is one of {known}", given.text);
    source.wrong(given.at, reason);
    all[0]
}

/// What most parts of a scenario depend on.
struct Frame {
    era: Era,
    device: Device,
    geometry: Geometry,
}

/// The actors and what their programs refer to.
#[derive(Default)]
struct Crew {
    actors: Vec<Actor>,
    cast: Vec<Cast>,
    stores: Vec<Store>,
    /// How many address spaces there are.
    spaces: u8,
}

fn build(slug: &str, text: &str, other: Option<Device>) -> Result<Scenario, ScenarioError> {
    let source = Source::new(text);
    let file = File::read(&source)?;
    let frame = frame(&source, &file, other);
    let roles = roles(&source, &file);
    let expect = expect(&source, &file);
    source.check()?;
    let mut crew = crew(&source, &file, &frame, &roles);
    let cast = std::mem::take(&mut crew.cast);
    let parts = parts(&source, &file, &frame, crew);
    source.check()?;
    let model =
        Model::new(parts).map_err(|reason| source.error(file.page.at, reason.to_string()))?;
    let schedule = opening(&source, &file, &model, &cast, other.is_some());
    source.check()?;
    Ok(Scenario {
        slug: slug.to_owned(),
        title: file.title,
        order: file.order,
        era: frame.era,
        summary: file.summary,
        watch: file.watch,
        device: frame.device,
        inode: file.page.inode,
        index: file.page.index,
        model,
        cast,
        schedule,
        expect,
        sources: file.sources,
    })
}

fn frame(source: &Source, file: &File, other: Option<Device>) -> Frame {
    let era = by_word(source, "era", &file.era, &Era::ALL, Era::word);
    let device = by_word(source, "device", &file.device, &Device::ALL, Device::word);
    let page = &file.page;
    if page.interval != 512 && page.interval != 4096 {
        let reason = "interval: a protection interval has 512 or 4096 bytes";
        source.wrong(page.at, reason.to_owned());
    }
    Frame {
        era,
        device: other.unwrap_or(device),
        geometry: Geometry {
            pages: 1,
            interval: page.interval,
            first_lba: page.first_lba,
        },
    }
}

const ROLES: [Role; 4] = [Role::Flusher, Role::Mmap, Role::Disk, Role::Completion];

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Flusher => "flusher",
        Role::Mmap => "mmap",
        Role::Disk => "disk",
        Role::Completion => "completion",
    }
}

/// The roles of the actors, whose names are checked.
fn roles(source: &Source, file: &File) -> Vec<Role> {
    if let Some(extra) = file.actors.get(MAX_ACTORS) {
        let reason = format!("a scenario has at most {MAX_ACTORS} actors");
        source.wrong(extra.at, reason);
    }
    let mut roles = Vec::new();
    for (number, it) in file.actors.iter().enumerate() {
        let name = &it.name.text;
        if name.is_empty() || name.contains(char::is_whitespace) {
            source.wrong(it.name.at, "an actor's name is one word".to_owned());
        }
        let mut before = file.actors[..number].iter();
        if before.any(|before| before.name.text == *name) {
            let reason = format!("there is already an actor \"{name}\"");
            source.wrong(it.name.at, reason);
        }
        let role = by_word(source, "role", &it.role, &ROLES, role_word);
        if role != Role::Mmap && !it.stores.is_empty() {
            let reason = "only an actor of role mmap has stores";
            source.wrong(it.at, reason.to_owned());
        }
        roles.push(role);
    }
    roles
}

/// The correct programs with the file's edits made.
fn edited(source: &Source, file: &File, shape: &Shape) -> Vec<Program> {
    let mut programs = programs(shape);
    for table in &file.edits {
        let edit = read_edit(table);
        if let Err(error) = edit.and_then(|edit| apply(&edit, &mut programs)) {
            source.wrong(table.at, error.to_string());
        }
    }
    programs
}

fn crew(source: &Source, file: &File, frame: &Frame, roles: &[Role]) -> Crew {
    let mappers = file.actors.iter().zip(roles);
    let shape = Shape {
        sectors: frame.geometry.sectors() as u8,
        // Each thread that maps the file has an address space of its own.
        spaces: mappers
            .filter(|(_, role)| **role == Role::Mmap)
            .map(|(actor, _)| format!("{}'s mm", actor.name.text))
            .collect(),
        protection: frame.device.0,
    };
    let programs = edited(source, file, &shape);
    let mut crew = Crew::default();
    for (it, role) in file.actors.iter().zip(roles) {
        let mut handler: &[Step] = &[];
        let own = match role {
            Role::Flusher => nth(&programs, "writepage", 0).to_vec(),
            Role::Disk => disk(&shape),
            Role::Completion => completion(),
            Role::Mmap => {
                handler = nth(&programs, "do_wp_page", crew.spaces);
                stores(&numbered(source, it, &mut crew.stores))
            }
        };
        let code = compile(&own, handler, frame.era);
        if code.instrs.len() > MOST_INSTRS {
            let reason = format!("its program has more than {MOST_INSTRS} steps");
            source.wrong(it.at, reason);
        }
        crew.actors.push(Actor {
            role: *role,
            space: crew.spaces,
            tlb: crew.spaces,
            code: code.instrs,
            main: code.main,
        });
        crew.cast.push(Cast {
            name: it.name.text.clone(),
            about: it.about.clone(),
            lines: code.lines,
        });
        crew.spaces += u8::from(*role == Role::Mmap);
    }
    crew
}

/// An actor's stores, each with its number, its page and how it is shown.
fn numbered(source: &Source, actor: &ActorTable, all: &mut Vec<Store>) -> Vec<(u8, u8, String)> {
    let mut numbered = Vec::new();
    for store in &actor.stores {
        let end = store.offset as usize + store.text.len();
        if end > PAGE_SIZE || store.text.is_empty() {
            let reason = "a store writes at least one byte and stays within its 4096-byte page";
            source.wrong(store.at, reason.to_owned());
        }
        let shown = format!("\"{}\" at {:#05x}", store.text, store.offset);
        numbered.push((all.len().min(255) as u8, 0, shown));
        all.push(Store {
            page: 0,
            offset: store.offset,
            bytes: store.text.clone().into_bytes(),
        });
    }
    numbered
}

fn parts(source: &Source, file: &File, frame: &Frame, crew: Crew) -> Parts {
    let page = &file.page;
    // A dirty page has been written through its mappings: their PTEs and TLBs are writable.
    let access = if page.dirty {
        Access::WRITABLE_DIRTY
    } else {
        Access::READ_ONLY
    };
    Parts {
        geometry: frame.geometry,
        protection: frame.device.0,
        rules: Rules {
            writeback_asserts_lock: frame.era.writeback_asserts_lock(),
        },
        actors: crew.actors,
        stores: crew.stores,
        memory: fill(source, page, &page.memory, frame.geometry),
        media: fill(source, page, &page.media, frame.geometry),
        dirty: vec![page.dirty],
        ptes: vec![access; crew.spaces as usize],
        tlbs: (0..crew.spaces).map(|space| (space, access)).collect(),
    }
}

/// The choices of the opening run.
fn opening(
    source: &Source,
    file: &File,
    model: &Model,
    cast: &[Cast],
    other_device: bool,
) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut world = model.initial;
    for line in &file.schedule {
        if let Err(reason) = schedule::run(&line.text, model, cast, &mut world, &mut choices) {
            // Another device ends some steps earlier; what is possible is kept.
            if !other_device {
                source.wrong(line.at, reason);
            }
            break;
        }
    }
    choices
}

fn expect(source: &Source, file: &File) -> Vec<(Device, Vec<Verdict>)> {
    let mut expect: Vec<(Device, Vec<Verdict>)> = Vec::new();
    for (name, words) in &file.expect.devices {
        let device = by_word(source, "device", name, &Device::ALL, Device::word);
        let stated: Vec<Verdict> = words
            .iter()
            .map(|word| by_word(source, "verdict", word, &Verdict::ALL, Verdict::words))
            .collect();
        let verdicts = Verdict::ALL.into_iter();
        expect.push((device, verdicts.filter(|it| stated.contains(it)).collect()));
    }
    for device in Device::ALL {
        if !expect.iter().any(|(known, _)| *known == device) {
            let word = device.word();
            let reason = format!("state the verdicts for device \"{word}\" (an empty list: clean)");
            source.wrong(file.expect.at, reason);
        }
    }
    expect
}

/// The steps of the nth program of a name.
fn nth<'a>(programs: &'a [Program], name: &str, index: u8) -> &'a [Step] {
    programs
        .iter()
        .filter(|program| program.name == name)
        .nth(index as usize)
        .map_or(&[], |program| &program.steps)
}

fn read_edit(table: &EditTable) -> Result<Edit, EditError> {
    let EditTable {
        drop,
        moved,
        swap,
        with,
        insert,
        before,
        at: _,
    } = table;
    let given = [drop, moved, swap, with, insert, before].map(|text| !text.is_empty());
    match given {
        [true, false, false, false, false, false] => Ok(Edit::Drop(Place::parse(drop)?)),
        [false, true, false, false, false, true] => Ok(Edit::MoveBefore(
            Place::parse(moved)?,
            Place::parse(before)?,
        )),
        [false, false, true, true, false, false] => {
            Ok(Edit::Swap(Place::parse(swap)?, Place::parse(with)?))
        }
        [false, false, false, false, true, true] => {
            Ok(Edit::InsertBefore(insert.clone(), Place::parse(before)?))
        }
        _ => Err(EditError::NotAnEdit),
    }
}

/// The bytes of each interval: a text for each, or one for all, repeated to fill it.
fn fill(source: &Source, page: &PageTable, texts: &[Word], geometry: Geometry) -> Vec<Vec<u8>> {
    let many = geometry.sectors();
    let usable = texts.len() == 1 || texts.len() == many;
    if !usable || texts.iter().any(|it| it.text.is_empty()) {
        let reason =
            format!("memory and media: give one text for all sectors, or one for each of {many}");
        source.wrong(page.at, reason);
        return Vec::new();
    }
    let size = geometry.interval as usize;
    let texts = texts.iter().cycle().take(many);
    texts
        .map(|it| it.text.bytes().cycle().take(size).collect())
        .collect()
}
