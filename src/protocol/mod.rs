//! The kernel's side of the model: names, programs, edits.
//!
//! Everything the page says about an op stands in one table ([`OPS`] and [`GROUPS`]); programs are
//! trees of steps ([`Step`]), and a broken ordering is a correct one plus [`Edit`]s.

mod edit;
mod ops;
mod program;
mod terms;
mod tree;

pub use edit::{Edit, EditError, Place, apply};
pub use ops::{Era, GROUPS, GroupRow, OPS, OpRow, group_row, op_row};
pub use program::{Program, Shape, completion, disk, programs, stores};
pub use terms::TERMS;
pub use tree::{Code, Line, Mark, Step, What, compile};
