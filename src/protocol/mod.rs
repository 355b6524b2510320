//! The kernel's side of the model: names, programs, edits.
//!
//! Everything the page says about a step stands in a table ([`OPS`], and [`GROUPS`] for composites); programs
//! are texts ([`library`]) that expand into trees of steps ([`Step`]), and a broken ordering is a
//! correct one plus [`Edit`]s.

mod edit;
mod era;
mod groups;
mod library;
mod ops;
mod single;
mod terms;
mod text;
mod tree;

pub use edit::{Edit, EditError, Place, Program, Side, apply};
pub use era::Era;
pub use groups::{GROUPS, GroupRow, group_row};
pub use ops::{ALSO, MEANINGS, Meaning, OPS, OpRow, Ways, op_number};
pub use single::{instructions, place_of, single_edits};
pub use terms::{TERMS, Term, term_meaning};
pub use text::{Frame, Shape, Source, TextError, expand, library, library_text, lines, source};
pub use tree::{Code, Line, Mark, Step, What, compile, with_page};
