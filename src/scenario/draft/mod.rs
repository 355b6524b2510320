//! A draft: an ordering that somebody is at work on, as a file and the edits that are not in it yet.
//!
//! As long as the file is one of the catalogue, a link names it and carries the edits. Whatever is no edit of a program
//! (another actor, page, store) is a change to the file's text, and only to that part of it.

mod actors;
mod change;
mod complete;
mod empty;
mod error;
mod layout;
mod lines;
mod names;
mod own;
mod scan;
mod tables;
mod tokens;
mod words;

use serde::{Deserialize, Serialize};

use crate::protocol::{Edit, Place, Side};

use super::build::{Variant, edits, load_variant};
use super::error::ScenarioError;
use super::loaded::Scenario;
use layout::quoted;

pub use actors::ActorKind;
pub use change::{ActorKey, Change, LockKey, PageKey, ProgramKey, StoreKey};
pub use complete::{Completion, complete};
pub use error::{DraftError, Uneditable};
pub use lines::{
    ActionKind, LineAction, insert_line, line_actions, move_line, place_of_line, replace_line,
    swap_lines,
};
pub use tokens::{TextToken, tokens};

/// Most bytes of a draft's file.
pub const LONGEST_DRAFT: usize = 64 * 1024;

/// A file, and edits that are not in it yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file.
    pub text: String,
    /// The edits, made after those of the file.
    pub edits: Vec<Edit>,
}

impl Draft {
    /// A file without further edits.
    pub fn of(text: impl Into<String>) -> Draft {
        Draft {
            text: text.into(),
            edits: Vec::new(),
        }
    }

    /// The least from which an ordering can be written: a page, a disk, and nobody who does anything.
    pub fn empty() -> Draft {
        Draft::of(empty::TEXT)
    }

    /// The file with the edits behind it, each as an `[[edit]]`; byte for byte the file where there are none.
    pub fn whole(&self) -> String {
        let mut whole = self.text.clone();
        if !self.edits.is_empty() && !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        for edit in &self.edits {
            whole += "\n[[edit]]\n";
            whole += &edit_lines(edit);
        }
        whole
    }

    /// The draft whose [`whole`](Draft::whole) this text is: the same file with other edits if nothing else is behind it than
    /// edits as `whole` writes them, else the text without further edits.
    pub fn with_whole(&self, whole: &str) -> Draft {
        let edits = whole.strip_prefix(&self.text[..]).and_then(edits);
        let same = edits.map(|edits| Draft {
            text: self.text.clone(),
            edits,
        });
        same.filter(|it| it.whole() == whole)
            .unwrap_or_else(|| Draft::of(whole))
    }

    /// How the draft differs from its file when it is loaded, on the device and in the kernel of `setting`.
    pub fn variant(&self, setting: &Variant) -> Variant {
        Variant {
            edits: self.edits.clone(),
            cut_schedule: true,
            ..setting.clone()
        }
    }

    /// Builds the draft, on the device and in the kernel of `setting`.
    ///
    /// # Errors
    /// [`ScenarioError`] with line, column and reason.
    pub fn build(&self, slug: &str, setting: &Variant) -> Result<Scenario, ScenarioError> {
        load_variant(slug, &self.text, &self.variant(setting))
    }
}

/// The keys of an edit's table.
fn edit_lines(edit: &Edit) -> String {
    let line = |key: &str, value: &str| format!("{key} = {}\n", quoted(value));
    let at = |key: &str, place: &Place| line(key, &place.to_string());
    let beside = |to: &Place, side: &Side| match side {
        Side::Before => at("before", to),
        Side::After => at("after", to),
    };
    match edit {
        Edit::Drop(it) => at("drop", it),
        Edit::Move(it, to, side) => at("move", it) + &beside(to, side),
        Edit::Swap(one, other) => at("swap", one) + &at("with", other),
        Edit::Insert(added, to, side) => line("insert", added) + &beside(to, side),
        Edit::Replace(it, by) => at("replace", it) + &line("with", by),
    }
}

impl Draft {
    /// What a table of the file says of a key; empty where it says nothing.
    pub fn said(&self, kind: &'static str, name: &str, key: &str) -> String {
        let layout = layout::Layout::of(&self.text);
        let piece = layout
            .as_ref()
            .ok()
            .and_then(|it| it.named(kind, name).ok());
        piece.map_or_else(String::new, |it| it.text(key).to_owned())
    }

    /// The same of a page, by its number.
    pub fn said_of_page(&self, number: usize, key: &str) -> String {
        let layout = layout::Layout::of(&self.text);
        let piece = layout
            .as_ref()
            .ok()
            .and_then(|it| it.nth("page", number).ok());
        piece.map_or_else(String::new, |it| it.text(key).to_owned())
    }

    /// The names of the tables of a kind.
    pub fn names(&self, kind: &'static str) -> Vec<String> {
        let layout = layout::Layout::of(&self.text);
        layout.map_or_else(|_| Vec::new(), |it| it.names(kind))
    }
}
