//! The course on the page: lessons beside the stage, whose picture grows with them.

mod attended;
mod class;
mod fool;
mod outcome;
mod packed;
mod panel;
mod request;
mod sheet;

pub use attended::{Asked, Attended, CourseMsg, Progress};
pub use class::Class;
pub use outcome::{moment_of, outcome, spans};
pub use packed::PackedLesson;
pub use panel::said;
pub use request::{BeatRun, LessonFile};
pub use sheet::{lessons, sheet};
