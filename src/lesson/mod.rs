//! The course: lessons are files of front matter and Markdown under `assets/lessons`, and whatever they say of a run is
//! checked against the engine.
//!
//! [`load`] reads a lesson and plays its moments; [`Lesson::prove`] asks the search what a single run cannot tell: that an
//! ordering is safe, and that a challenge's par is the shortest. `ARCHITECTURE.md` documents the format.

mod answer;
mod beat;
mod error;
mod fact;
mod fields;
mod fool;
mod front;
mod markdown;
mod outline;
mod part;
mod proof;
mod read;
mod scene;

pub use answer::Answer;
pub use beat::{Beat, Goal, Lesson, Task};
pub use error::LessonError;
pub use fact::Fact;
pub use fool::Trial;
pub use markdown::{Paragraph, Span};
pub use outline::Outline;
pub use part::{Part, Parts};
pub use read::{load, play};
pub use scene::{Files, Scene};
