//! Where a learner is in the course, and what of the picture that shows.

use serde::{Deserialize, Serialize};

use crate::lesson::Parts;

use super::super::picture::Picture;

/// What a beat asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// To go on.
    #[default]
    GoOn,
    /// To say what will happen.
    Predict,
    /// To make it fail, as the scheduler.
    Break,
    /// To say what is true.
    Explain,
    /// To choose the bytes of a store.
    Fool,
}

/// A beat of a lesson that is attended, and what the learner has done there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attended {
    /// The lesson's name in links; for a visitor's own, its file's.
    pub slug: String,
    /// Whether it is a visitor's own.
    pub own: bool,
    /// The beat, counted from 0.
    pub beat: usize,
    /// How many beats the lesson has.
    pub beats: usize,
    /// The lesson that comes after it; empty for none.
    pub next: String,
    /// The parts of the picture that have been introduced.
    pub shown: Parts,
    /// Those that this beat introduces.
    pub new: Parts,
    /// What it asks for.
    pub asked: Asked,
    /// How many answers or statements it has.
    pub answers: usize,
    /// How many steps lead to its moment.
    pub from: usize,
    /// The bytes that a store writes, where they are the learner's own.
    pub bytes: Vec<u8>,
    /// Whether the search for bytes that the guard does not see was asked for.
    pub searched: bool,
    /// Whether a shortest way was asked for.
    pub given_up: bool,
    /// The answer whose run is on the stage.
    pub picked: Option<usize>,
    /// Whether that run is still being made: what it comes to is said afterwards.
    pub running: bool,
    /// What was said of statements: whether each is taken to be true.
    pub said: Vec<Option<bool>>,
    /// Whether the whole picture is shown all the same.
    pub whole: bool,
    /// Whether this is a first visit, with the choice between course and workbench.
    pub welcome: bool,
}

impl Attended {
    /// What of the stage is drawn; all of it where nothing is introduced, as beyond the lessons.
    pub fn picture(&self) -> Picture {
        match self.whole || self.shown == Parts::NONE {
            true => Picture::ALL,
            false => Picture::of(self.shown, self.new),
        }
    }

    /// Whether the learner steps actors by hand.
    pub fn by_hand(&self) -> bool {
        self.whole || self.asked == Asked::Break
    }
}

/// What can be done in the course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CourseMsg {
    /// Open a lesson at a beat.
    Open(String, usize),
    /// Go to the next beat, or from the last one to the list.
    Next,
    /// Go to the beat before.
    Previous,
    /// Run an answer.
    Pick(usize),
    /// Run a shortest way to do what a challenge asks for.
    ShowShortest,
    /// Have the store write these bytes.
    Bytes(Vec<u8>),
    /// Have the last bytes searched for.
    Search,
    /// Run the store of one's own bytes.
    Store,
    /// Say of a statement whether it is true.
    Say(usize, bool),
    /// Go back to the beat's moment.
    Again,
    /// Show the whole picture, or what has been introduced.
    Whole(bool),
    /// Begin the course: the choice of the first visit is made.
    Begin,
    /// Leave the course for the workbench.
    Leave,
    /// Show nothing but stage and sentence, in large type, or all again.
    Projector,
}

/// The furthest beats that a learner has come to, by lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress(pub Vec<(String, usize)>);

impl Progress {
    /// Notes that a beat was opened.
    pub fn reach(&mut self, slug: &str, beat: usize) {
        match self.0.iter_mut().find(|(of, _)| of == slug) {
            Some((_, furthest)) => *furthest = beat.max(*furthest),
            None => self.0.push((slug.to_owned(), beat)),
        }
    }

    /// The furthest beat of a lesson, if it was opened.
    pub fn of(&self, slug: &str) -> Option<usize> {
        let found = self.0.iter().find(|(of, _)| of == slug);
        found.map(|(_, beat)| *beat)
    }

    /// As one line of text, for the browser to keep.
    pub fn line(&self) -> String {
        let all = self.0.iter().map(|(slug, beat)| format!("{slug}/{beat}"));
        all.collect::<Vec<String>>().join(" ")
    }

    /// Reads such a line; what is no lesson and number is passed over.
    pub fn read(line: &str) -> Progress {
        let words = line.split(' ').filter_map(|word| {
            let (slug, beat) = word.split_once('/')?;
            Some((slug.to_owned(), beat.parse().ok()?))
        });
        Progress(words.collect())
    }
}
