//! What the page asks of the worker that plays a lesson.

use serde::{Deserialize, Serialize};

/// A lesson's file and those of the scenarios that it speaks of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LessonFile {
    /// Its name in links.
    pub slug: String,
    /// Whether it is a visitor's own.
    pub own: bool,
    /// Its text.
    pub text: String,
    /// Its [`Outline`](crate::lesson::Outline), as bytes.
    pub outline: Vec<u8>,
    /// Names and files of scenarios.
    pub files: Vec<(String, String)>,
}

/// Which run of a beat comes onto the stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BeatRun {
    /// The one that leads to its moment.
    Moment,
    /// That of an answer.
    Answer(usize),
    /// A shortest way to do what it asks for.
    Shortest,
    /// The scenario's opening run, with a store of these bytes.
    Store(Vec<u8>),
}
