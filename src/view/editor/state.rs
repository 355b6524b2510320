//! What of the editor is open, and what using it asks for. The worker has all of that; through the page it goes sealed.

use serde::{Deserialize, Serialize};

use crate::machine::ActorId;
use crate::protocol::Side;
use crate::scenario::{ActorKey, Change, LockKey, PageKey, StoreKey, to_bytes};

use super::super::capture_msg::CaptureMsg;
use super::super::drawing_msg::DrawingMsg;

/// The faces of the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Face {
    /// The lines of an actor's program.
    #[default]
    Lines,
    /// Actors, stores, locks, pages.
    World,
    /// The file.
    Text,
    /// The drafts kept in this browser.
    Kept,
    /// Orderings to be mended.
    Fix,
}

/// Where a line that is looked for in the palette is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Putting {
    /// On a side of the line chosen.
    Beside(Side),
    /// In the place of the line chosen.
    Instead,
    /// Nowhere: the line chosen next changes places with this one.
    Swap,
}

/// What of the editor is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Editing {
    /// The face shown.
    pub face: Face,
    /// The actor whose program is shown.
    pub actor: ActorId,
    /// The line chosen.
    pub line: Option<usize>,
    /// Where a line from the palette goes, while that is open.
    pub putting: Option<Putting>,
    /// What the palette is searched for.
    pub query: String,
    /// Where the caret stands in the text, in bytes.
    pub caret: usize,
    /// When the draft was last kept in this browser, or why it could not be; empty before the first change.
    pub kept: String,
    /// The drafts kept in this browser: their keys there, and how their records begin.
    pub drafts: Vec<(String, String)>,
}

/// Plain data that only the worker reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Seals data.
    pub(super) fn of(data: &impl Serialize) -> Sealed {
        // Plain data can always be encoded.
        Sealed(to_bytes(data).unwrap_or_default())
    }

    /// What was sealed; none for what is nothing of the kind.
    pub(super) fn read<T: for<'a> Deserialize<'a>>(&self) -> Option<T> {
        postcard::from_bytes(&self.0).ok()
    }
}

/// A field whose value becomes a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Field {
    /// A value of an actor.
    Actor(String, ActorKey),
    /// A value of a store.
    Store(String, StoreKey),
    /// A value of a lock.
    Lock(String, LockKey),
    /// A value of a page, by its number.
    Page(usize, PageKey),
}

impl Field {
    /// The change that a value comes to; an empty one takes a key out that can be missing.
    pub fn change(self, value: String) -> Change {
        let some = Some(value.clone()).filter(|it| !it.trim().is_empty());
        match self {
            Field::Actor(actor, key) => Change::SetActor {
                actor,
                key,
                value: some,
            },
            Field::Store(store, key) => Change::SetStore { store, key, value },
            Field::Lock(lock, key) => Change::SetLock {
                lock,
                key,
                value: some,
            },
            Field::Page(page, key) => Change::SetPage {
                page,
                key,
                value: some,
            },
        }
    }
}

/// What using an element of the editor asks for. Fields add their value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum EditMsg {
    /// Show a face.
    Face(Face),
    /// Show an actor's program.
    Actor(ActorId),
    /// Choose a line of it, or let it go.
    Line(usize),
    /// Open the palette, or close it.
    Putting(Option<Putting>),
    /// Look for lines in the palette: the value.
    Query,
    /// Make a change.
    Change(Change),
    /// Make the change that the value of a field comes to.
    Field(Field),
    /// Take the text as it was written: the value.
    Text,
    /// Put a word in the place of what stands between two bytes of the text.
    Complete(usize, usize, String),
    /// Take the last change back.
    Undo,
    /// Make the change again that was taken back.
    Redo,
    /// Begin with the least that runs.
    New,
    /// Begin with what a protocol is to be designed from.
    Design,
    /// Read a pasted drawing otherwise.
    Drawing(DrawingMsg),
    /// Show something else of a capture.
    Capture(CaptureMsg),
}

/// What the page itself asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DraftAsked {
    /// An element of the editor was used: what it asks for, and its value if it is a field.
    Used(Sealed, String),
    /// A line of an actor's program was chosen on the stage.
    Line(ActorId, usize),
    /// A line of an actor's program was dragged to another one, to its lower half or not.
    Move(ActorId, usize, usize, bool),
    /// The caret stands behind so many bytes of the text.
    Caret(usize),
    /// The drafts that the browser keeps.
    Kept(Vec<(String, String)>),
    /// When the draft was kept, or why it was not.
    Said(String),
    /// Open a draft that was kept.
    Open(String),
}
