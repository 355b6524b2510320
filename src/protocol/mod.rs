//! The kernel's side of the model: names, programs, edits.
//!
//! Everything the page says about a step stands in a table ([`OPS`], and [`GROUPS`] for composites).
//! Programs are texts ([`library`]) that expand into trees of steps ([`Step`]), and a broken ordering
//! is a correct one plus [`Edit`]s.

mod assumptions;
mod change;
mod citation;
mod dossier;
mod edit;
mod era;
mod groups;
mod library;
mod line;
mod ops;
mod palette;
mod resolve;
mod second_bio;
mod single;
mod source;
mod suggest;
mod terms;
mod text;
mod tree;

pub use assumptions::{ASSUMPTIONS, Assumption};
pub use change::{change_words, release_function, renamed};
pub use citation::{Piece, Target, addresses, evidence, file_in, pieces, plain, unfollowed};
pub use dossier::{Reference, heading_key, references, section_anchor, section_page};
pub use edit::{Edit, EditError, Place, Program, Side, apply};
pub use era::Era;
pub use groups::{GROUPS, GroupRow, device_call, group_row};
pub use library::{library, library_text};
pub use line::{LineStep, line_steps};
pub use ops::{ALSO, ANY_CALL, MEANINGS, Meaning, OPS, OpRow, UNMODELLED, Ways, op_number};
pub use palette::{Need, PaletteItem, palette};
pub use resolve::resolved;
pub use second_bio::{SecondBio, second_bio};
pub use single::{instructions, place_of, single_edits};
pub use source::{Source, SourceLine, Token, lines, one_line, tokens};
pub use suggest::{did_you_mean, nearest};
pub use terms::{TERMS, Term, term_meaning};
pub use text::{Frame, Named, Shape, TextError, expand, program_names, source};
pub use tree::{Code, Line, Mark, Step, What, compile, with_page, with_sectors};
