//! The changes that can be made to a draft.

use serde::{Deserialize, Serialize};

use crate::protocol::{Edit, Era, Place};
use crate::scenario::build::{Variant, edits, programs};
use crate::scenario::verdict::Device;

use super::error::DraftError;
use super::layout::Layout;
use super::{ActorKind, Draft, LONGEST_DRAFT, edit_lines, names, own};
/// One change to a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// One edit more.
    Edit(Edit),
    /// Another edit in the place of one, by its number.
    Amend(usize, Edit),
    /// An edit less, by its number.
    TakeBack(usize),
    /// No edit any more.
    TakeBackAll,
    /// An edit of the file itself less, by its number there.
    RemoveEdit(usize),
    /// The text with the edits behind it, as somebody has written it.
    Whole(String),
    /// One actor more.
    AddActor(ActorKind),
    /// An actor once more, under another name and on another CPU.
    CopyActor(String),
    /// An actor less, with all that is said of it.
    RemoveActor(String),
    /// Another value for a key of an actor; none takes the key out.
    SetActor {
        /// The actor's name.
        actor: String,
        /// What is set.
        key: ActorKey,
        /// Its value; of lists, one a line.
        value: Option<String>,
    },
    /// One store more.
    AddStore,
    /// Another value for a key of a store.
    SetStore {
        /// The store's name.
        store: String,
        /// What is set.
        key: StoreKey,
        /// Its value.
        value: String,
    },
    /// A store less.
    RemoveStore(String),
    /// One lock more.
    AddLock {
        /// Its name.
        name: String,
        /// Its kind, as files have it.
        kind: String,
    },
    /// Another value for a key of a lock; none takes the key out.
    SetLock {
        /// The lock's name.
        lock: String,
        /// What is set.
        key: LockKey,
        /// Its value.
        value: Option<String>,
    },
    /// A lock less.
    RemoveLock(String),
    /// One program more, of the file's own.
    AddProgram(String),
    /// Another value for a key of a program of the file's own.
    SetProgram {
        /// The program's name.
        program: String,
        /// What is set.
        key: ProgramKey,
        /// Its value.
        value: String,
    },
    /// A program less.
    RemoveProgram(String),
    /// One page more.
    AddPage,
    /// A page less, by its number.
    RemovePage(usize),
    /// Another value for a key of a page; none takes the key out.
    SetPage {
        /// The page's number.
        page: usize,
        /// What is set.
        key: PageKey,
        /// Its value; of lists, one a line.
        value: Option<String>,
    },
    /// Whether the mapping asks for stable pages; none for what the device wants.
    Stable(Option<bool>),
    /// How many bytes a guard covers.
    Interval(u16),
    /// How many bytes a buffer has; none where pages have none.
    Block(Option<u16>),
    /// The device that the file is written for.
    Device(Device),
    /// The kernel that the file is written for.
    Era(Era),
    /// What it is called.
    Title(String),
}

/// A key of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActorKey {
    /// Its name, wherever it is named.
    Name,
    /// What and where it is.
    About,
    /// Its CPU.
    Cpu,
    /// Its address space.
    Mm,
    /// Its lines.
    Run,
    /// The program of its write faults.
    Fault,
    /// Whether it begins again: `true` or `false`.
    Forever,
    /// What it holds as the run begins.
    Holds,
}

/// A key of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreKey {
    /// Its name, wherever it is named.
    Name,
    /// Its page.
    Page,
    /// Where in the page.
    Offset,
    /// Its bytes, as text.
    Text,
    /// Its bytes, as pairs of hexadecimal digits.
    Hex,
    /// Its bytes, as a number of zeros.
    Zeros,
}

/// A key of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockKey {
    /// Its name, wherever it is named.
    Name,
    /// Its kind.
    Kind,
    /// Of a rwsem, whether a waiting writer keeps new readers out.
    Fair,
    /// Its value as the run begins.
    Start,
}

/// A key of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProgramKey {
    /// Its name, wherever it is called.
    Name,
    /// Its lines.
    Text,
    /// Whether it begins again: `true` or `false`.
    Forever,
}

/// A key of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageKey {
    /// Its place in the file.
    Index,
    /// What memory holds, one text for all sectors or one for each.
    Memory,
    /// What the disk holds.
    Media,
    /// Whether it is dirty.
    Dirty,
    /// Whether it is in the page cache.
    Cached,
    /// How many pins it has.
    Pins,
    /// The state of its PTEs.
    Pte,
    /// What TLBs hold of it.
    Tlb,
}

impl Draft {
    /// The draft with a change made. It need not build: the loader says then why not.
    ///
    /// # Errors
    /// [`DraftError`] if the change cannot be made.
    pub fn apply(&self, change: &Change) -> Result<Draft, DraftError> {
        let mut draft = self.clone();
        match change {
            Change::Edit(edit) => draft.edits.push(writable(edit)?),
            Change::Amend(number, edit) => {
                *draft.edit(*number)? = writable(edit)?;
            }
            Change::TakeBack(number) => {
                draft.edit(*number)?;
                draft.edits.remove(*number);
                self.needed(*number, &draft)?;
            }
            Change::TakeBackAll => draft.edits.clear(),
            Change::Whole(whole) => draft = self.with_whole(whole),
            Change::RemoveEdit(number) => {
                let mut layout = Layout::of(&self.text)?;
                let piece = layout.nth("edit", *number).map_err(|error| match error {
                    DraftError::Missing { .. } => DraftError::NoEdit {
                        number: *number,
                        many: layout.all("edit").count(),
                    },
                    error => error,
                })?;
                layout.remove(&piece);
                draft.text = own::disowned(&layout.finish())?;
            }
            Change::RemoveActor(_) => {
                draft.text = own::disowned(&self.changed_text(change)?)?;
                // Edits of programs that nobody runs any more go as well.
                let (before, after) = (self.program_names(), draft.program_names());
                let gone = |it: &Edit| {
                    let program = &it.place().program;
                    before.contains(program) && !after.contains(program)
                };
                draft.edits.retain(|it| !gone(it));
            }
            _ => {
                draft.text = own::disowned(&self.changed_text(change)?)?;
                if let Change::SetActor {
                    actor,
                    key: ActorKey::Name,
                    value: Some(name),
                } = change
                    && names::is_of_lines(&Layout::of(&self.text)?, actor)
                {
                    // Lines of its own are a program that goes by its name.
                    draft.edits = self
                        .edits
                        .iter()
                        .map(|it| renamed(it, actor, name))
                        .collect();
                }
            }
        }
        let bytes = draft.whole().len();
        match bytes > LONGEST_DRAFT {
            true => Err(DraftError::TooLong {
                bytes,
                most: LONGEST_DRAFT,
            }),
            false => Ok(draft),
        }
    }

    /// The names of the programs that the file's actors run; none if it does not build.
    fn program_names(&self) -> Vec<String> {
        let setting = Variant {
            cut_schedule: true,
            ..Variant::default()
        };
        let all = programs(&self.text, &setting).unwrap_or_default();
        all.into_iter().map(|it| it.name).collect()
    }

    fn edit(&mut self, number: usize) -> Result<&mut Edit, DraftError> {
        let many = self.edits.len();
        let found = self.edits.get_mut(number);
        found.ok_or(DraftError::NoEdit { number, many })
    }

    /// Refuses to take back an edit that a later one needs; `without` is the draft without it.
    fn needed(&self, taken: usize, without: &Draft) -> Result<(), DraftError> {
        let plain = Variant::default();
        if without.build("", &plain).is_ok() || self.build("", &plain).is_err() {
            return Ok(());
        }
        for many in taken..without.edits.len() {
            let begin = Draft {
                text: self.text.clone(),
                edits: without.edits[..=many].to_vec(),
            };
            if let Err(error) = begin.build("", &plain) {
                return Err(DraftError::Needed {
                    number: many + 1,
                    words: without.edits[many].words(),
                    reason: error.reason,
                });
            }
        }
        Ok(())
    }
}

/// An edit, if a file can say it.
fn writable(edit: &Edit) -> Result<Edit, DraftError> {
    let read = edits(&format!("[[edit]]\n{}", edit_lines(edit)));
    match read.as_deref() {
        Some([same]) if same == edit => Ok(edit.clone()),
        _ => Err(DraftError::NotWritable {
            words: edit.words(),
        }),
    }
}

/// An edit in which a program goes by another name.
fn renamed(edit: &Edit, from: &str, to: &str) -> Edit {
    edit.with_places(|place| Place {
        program: match place.program == from {
            true => to.to_owned(),
            false => place.program.clone(),
        },
        ..place.clone()
    })
}
