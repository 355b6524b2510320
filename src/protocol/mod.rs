//! The kernel's side of the model: names, programs, edits.
//!
//! Everything the page says about a step stands in one table ([`OPS`] and [`GROUPS`]); programs
//! are texts ([`library`]) that expand into trees of steps ([`Step`]), and a broken ordering is a
//! correct one plus [`Edit`]s.

mod edit;
mod library;
mod ops;
mod terms;
mod text;
mod tree;

pub use edit::{Edit, EditError, Place, Program, Side, apply};
pub use ops::{Era, GROUPS, GroupRow, OPS, OpRow, group_row, op_number, ways};
pub use terms::TERMS;
pub use text::{Frame, Shape, Source, TextError, expand, library, lines, source};
pub use tree::{Code, Line, Mark, Step, What, compile};
