//! Lines of a kernel log that somebody pastes: what each says (`line.rs`, over the table of `format.rs` and the patterns
//! of `pattern.rs`), what two guards tell by themselves
//! (`guards.rs`), and what could have happened (`answer.rs`).

mod answer;
mod format;
mod guards;
mod line;
mod pattern;

pub use answer::{Answer, Candidate, answers};
pub use format::{FORMATS, Format, Sign};
pub use guards::{Told, told};
pub use line::{Line, read};
