//! Changes to the tables of a draft's file.

use crate::machine::{LockKind, MAX_PAGES};

use super::error::DraftError;
use super::layout::{Layout, Piece, lines, list, quoted};
use super::{ActorKey, Change, Draft, LockKey, PageKey, ProgramKey, StoreKey, actors, names};

impl Draft {
    /// The file after a change to its text.
    pub(super) fn changed_text(&self, change: &Change) -> Result<String, DraftError> {
        let mut layout = Layout::of(&self.text)?;
        match change {
            Change::AddActor(kind) => actors::add(&mut layout, *kind),
            Change::CopyActor(name) => copy_actor(&mut layout, name)?,
            Change::RemoveActor(name) => remove_actor(&mut layout, name)?,
            Change::SetActor { actor, key, value } => {
                set_actor(&mut layout, actor, *key, value.as_deref())?;
            }
            Change::AddStore => {
                let name = layout.free_name("new");
                let body = actors::store(&layout, &name);
                layout.insert("store", &body);
            }
            Change::SetStore { store, key, value } => set_store(&mut layout, store, *key, value)?,
            Change::RemoveStore(name) => remove(&mut layout, "store", name)?,
            Change::AddLock { name, kind } => {
                fresh(&layout, "lock", name)?;
                let body = format!("name = {}\nkind = {}\n", quoted(name), lock_kind(kind)?);
                layout.insert("lock", &body);
            }
            Change::SetLock { lock, key, value } => {
                set_lock(&mut layout, lock, *key, value.as_deref())?;
            }
            Change::RemoveLock(name) => remove(&mut layout, "lock", name)?,
            Change::AddProgram(name) => {
                fresh(&layout, "program", name)?;
                let body = format!(
                    "name = {}\ntext = {}\n",
                    quoted(name),
                    lines("lock_page\nunlock_page")
                );
                layout.insert("program", &body);
            }
            Change::SetProgram {
                program,
                key,
                value,
            } => {
                set_program(&mut layout, program, *key, value)?;
            }
            Change::RemoveProgram(name) => remove(&mut layout, "program", name)?,
            Change::AddPage => add_page(&mut layout)?,
            Change::RemovePage(number) => {
                let piece = layout.nth("page", *number)?;
                layout.remove(&piece);
            }
            Change::SetPage { page, key, value } => {
                set_page(&mut layout, *page, *key, value.as_deref())?;
            }
            Change::Stable(value) => layout.set_top("stable", value.map(|it| it.to_string())),
            Change::Interval(bytes) => set_file(&mut layout, "interval", Some(*bytes))?,
            Change::Block(bytes) => set_file(&mut layout, "block", *bytes)?,
            Change::Device(device) => layout.set_top("device", Some(quoted(device.word()))),
            Change::Era(era) => layout.set_top("era", Some(quoted(era.word()))),
            Change::Title(title) => layout.set_top("title", Some(quoted(title))),
            Change::Edit(_)
            | Change::Amend(..)
            | Change::TakeBack(_)
            | Change::TakeBackAll
            | Change::RemoveEdit(_)
            | Change::Whole(_) => {}
        }
        Ok(layout.finish())
    }
}

fn wrong(key: &str, value: &str, reason: &str) -> DraftError {
    DraftError::Value {
        key: key.to_owned(),
        value: value.chars().take(40).collect(),
        reason: reason.to_owned(),
    }
}

fn number(key: &str, value: &str, most: u32) -> Result<String, DraftError> {
    let value = value.trim();
    let hex = value.strip_prefix("0x");
    let read = match hex {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => value.parse::<u32>().ok(),
    };
    match read {
        Some(number) if number <= most => Ok(value.to_owned()),
        _ => Err(wrong(
            key,
            value,
            &format!("it is a whole number from 0 to {most}"),
        )),
    }
}

fn truth(key: &str, value: &str) -> Result<String, DraftError> {
    match value {
        "true" | "false" => Ok(value.to_owned()),
        _ => Err(wrong(key, value, "it is true or false")),
    }
}

fn word(key: &str, value: &str) -> Result<String, DraftError> {
    let plain = |it: char| !it.is_whitespace() && !it.is_control() && !"\"'#/,[]".contains(it);
    match !value.is_empty() && value.chars().all(plain) && value.parse::<u8>().is_err() {
        true => Ok(quoted(value)),
        false => Err(wrong(key, value, "it is one word, not a number")),
    }
}

fn lock_kind(kind: &str) -> Result<String, DraftError> {
    let known = LockKind::ALL.map(LockKind::word);
    match known.contains(&kind) {
        true => Ok(quoted(kind)),
        false => Err(wrong(
            "kind",
            kind,
            &format!("it is one of {}", known.join(", ")),
        )),
    }
}

/// Refuses a name that is none, or that another table of the kind has.
fn fresh(layout: &Layout, kind: &'static str, name: &str) -> Result<(), DraftError> {
    word("name", name)?;
    match layout.all(kind).any(|it| it.text("name") == name) {
        true => Err(DraftError::Taken {
            what: kind.to_owned(),
            name: name.to_owned(),
        }),
        false => Ok(()),
    }
}

fn remove(layout: &mut Layout, kind: &'static str, name: &str) -> Result<(), DraftError> {
    let piece = layout.named(kind, name)?;
    layout.remove(&piece);
    Ok(())
}

/// Gives a table of a kind another name, if it is another one.
fn rename(
    layout: &mut Layout,
    kind: &'static str,
    piece: &Piece,
    name: &str,
) -> Result<(), DraftError> {
    let from = piece.text("name").to_owned();
    if from == name {
        return Ok(());
    }
    fresh(layout, kind, name)?;
    names::replace(layout, kind, &from, name);
    layout.set(piece, "name", Some(quoted(name)));
    Ok(())
}

fn copy_actor(layout: &mut Layout, name: &str) -> Result<(), DraftError> {
    let piece = layout.named("actor", name)?;
    let copy = layout.free_name(name);
    let cpu = actors::free_cpu(layout);
    // The lines as they are, with another name and CPU.
    let body = format!("[[actor]]\n{}", layout.body(&piece));
    let mut inner = Layout::of(&body)?;
    let of = inner.nth("actor", 0)?;
    inner.set(&of, "name", Some(quoted(&copy)));
    if of.entry("cpu").is_some() {
        inner.set(&of, "cpu", Some(cpu.to_string()));
    }
    let body = inner.finish();
    let body = body.split_once('\n').map_or("", |(_, rest)| rest);
    let end = if body.ends_with('\n') { "" } else { "\n" };
    layout.insert("actor", &format!("{body}{end}"));
    Ok(())
}

fn remove_actor(layout: &mut Layout, name: &str) -> Result<(), DraftError> {
    let piece = layout.named("actor", name)?;
    layout.remove(&piece);
    let first = |text: &str| text.split_whitespace().next() == Some(name);
    let notes = layout.all("note").filter(|it| first(it.text("on")));
    for note in notes.cloned().collect::<Vec<_>>() {
        layout.remove(&note);
    }
    Ok(())
}

fn set_actor(
    layout: &mut Layout,
    actor: &str,
    key: ActorKey,
    value: Option<&str>,
) -> Result<(), DraftError> {
    let piece = layout.named("actor", actor)?;
    let given = value.unwrap_or_default();
    let (name, value) = match key {
        ActorKey::Name => return rename(layout, "actor", &piece, given),
        ActorKey::About => ("about", Some(quoted(given))),
        ActorKey::Run => (
            "run",
            Some(list(given.lines().filter(|it| !it.trim().is_empty()))),
        ),
        ActorKey::Cpu => ("cpu", value.map(|it| number("cpu", it, 63)).transpose()?),
        ActorKey::Mm => ("mm", value.map(|it| word("mm", it)).transpose()?),
        ActorKey::Fault => ("fault", value.map(|it| word("fault", it)).transpose()?),
        ActorKey::Forever => ("forever", value.map(|it| truth("forever", it)).transpose()?),
        ActorKey::Holds => ("holds", value.map(|it| list(it.lines()))),
    };
    layout.set(&piece, name, value);
    Ok(())
}

fn set_store(
    layout: &mut Layout,
    store: &str,
    key: StoreKey,
    value: &str,
) -> Result<(), DraftError> {
    let piece = layout.named("store", store)?;
    let (name, value) = match key {
        StoreKey::Name => return rename(layout, "store", &piece, value),
        StoreKey::Page => ("page", number("page", value, MAX_PAGES as u32 - 1)?),
        StoreKey::Offset => ("offset", number("offset", value, 4095)?),
        StoreKey::Text => ("text", quoted(value)),
        StoreKey::Hex => ("hex", quoted(value)),
        StoreKey::Zeros => ("zeros", number("zeros", value, 4096)?),
    };
    let bytes = ["text", "hex", "zeros"];
    let mut there = bytes.iter().filter(|it| piece.entry(it).is_some());
    // The bytes stand where they stood, whichever way they are said.
    match there.next().and_then(|it| piece.entry(it)) {
        Some(old) if bytes.contains(&name) && old.key != name => {
            let whole = old.at..old.value.end;
            layout.replace(whole, format!("{name} = {value}"));
        }
        _ => layout.set(&piece, name, Some(value)),
    }
    Ok(())
}

fn set_lock(
    layout: &mut Layout,
    lock: &str,
    key: LockKey,
    value: Option<&str>,
) -> Result<(), DraftError> {
    let piece = layout.named("lock", lock)?;
    let given = value.unwrap_or_default();
    let (name, value) = match key {
        LockKey::Name => return rename(layout, "lock", &piece, given),
        LockKey::Kind => ("kind", Some(lock_kind(given)?)),
        LockKey::Fair => ("fair", value.map(|it| truth("fair", it)).transpose()?),
        LockKey::Start => ("start", value.map(|it| number("start", it, 7)).transpose()?),
    };
    layout.set(&piece, name, value);
    Ok(())
}

fn set_program(
    layout: &mut Layout,
    program: &str,
    key: ProgramKey,
    value: &str,
) -> Result<(), DraftError> {
    let piece = layout.named("program", program)?;
    let (name, value) = match key {
        ProgramKey::Name => return rename(layout, "program", &piece, value),
        ProgramKey::Text => ("text", lines(value)),
        ProgramKey::Forever => ("forever", truth("forever", value)?),
    };
    layout.set(&piece, name, Some(value));
    Ok(())
}

fn add_page(layout: &mut Layout) -> Result<(), DraftError> {
    let many = layout.all("page").count();
    let last = match many {
        0 => None,
        _ => Some(layout.nth("page", many - 1)?),
    };
    let raw = |key: &str, otherwise: &str| {
        let entry = last.as_ref().and_then(|it| it.entry(key));
        entry.map_or(otherwise.to_owned(), |it| layout.raw(it).to_owned())
    };
    let index = raw("index", "6")
        .parse::<u32>()
        .map_or(many as u32, |it| it.saturating_add(1));
    let body = format!(
        "index = {index}\nmemory = {}\nmedia = {}\ndirty = true\n",
        raw("memory", "[\"new \"]"),
        raw("media", "[\"old \"]")
    );
    layout.insert("page", &body);
    Ok(())
}

fn set_page(
    layout: &mut Layout,
    page: usize,
    key: PageKey,
    value: Option<&str>,
) -> Result<(), DraftError> {
    let piece = layout.nth("page", page)?;
    let given = value.unwrap_or_default();
    let (name, value) = match key {
        PageKey::Index => ("index", Some(number("index", given, u32::MAX)?)),
        PageKey::Memory => ("memory", Some(list(given.lines()))),
        PageKey::Media => ("media", Some(list(given.lines()))),
        PageKey::Dirty => ("dirty", Some(truth("dirty", given)?)),
        PageKey::Cached => ("cached", value.map(|it| truth("cached", it)).transpose()?),
        PageKey::Pins => ("pins", value.map(|it| number("pins", it, 7)).transpose()?),
        PageKey::Pte => ("pte", value.map(quoted)),
        PageKey::Tlb => ("tlb", value.map(quoted)),
    };
    layout.set(&piece, name, value);
    Ok(())
}

fn set_file(layout: &mut Layout, key: &str, value: Option<u16>) -> Result<(), DraftError> {
    let piece = layout.nth("file", 0)?;
    layout.set(&piece, key, value.map(|it| it.to_string()));
    Ok(())
}
