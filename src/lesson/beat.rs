//! A lesson is a row of beats: one idea, a moment, something to do.

use crate::scenario::Verdict;

use super::answer::Answer;
use super::error::Spot;
use super::fact::Fact;
use super::markdown::Paragraph;
use super::part::Parts;
use super::scene::Scene;

/// A lesson, read and played.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The file's name without ending.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its place in the course; none for what lies beyond the lessons.
    pub number: Option<u8>,
    /// How many minutes it takes.
    pub minutes: u8,
    /// The sentence to take away.
    pub takeaway: String,
    /// What it rests on.
    pub sources: Vec<String>,
    /// Its beats.
    pub beats: Vec<Beat>,
}

/// One idea of a lesson.
#[derive(Clone, Debug)]
pub struct Beat {
    /// Its heading.
    pub title: String,
    /// Its text.
    pub text: Vec<Paragraph>,
    /// The moment it speaks of.
    pub scene: Scene,
    /// The parts of the picture that have been introduced.
    pub shown: Parts,
    /// What a figure of the moment shows, in words, if there is to be one.
    pub figure: Option<String>,
    /// What holds at the moment, each with its place.
    pub(super) then: Vec<(Fact, Spot)>,
    /// What there is to do.
    pub task: Task,
    pub(super) spot: Spot,
}

/// What a learner does at a beat.
#[derive(Clone, Debug)]
pub enum Task {
    /// Go on.
    GoOn,
    /// Say what will happen, before it does.
    Predict(Vec<Answer>),
    /// Find a schedule that fails.
    Break(Goal),
    /// Say which statements are true of the model.
    Explain(Vec<Answer>),
    /// Choose the bytes of the scenario's store so that its guard does not tell: the goal in one line.
    Fool(String),
}

/// What a challenge asks for, from its beat's moment on.
#[derive(Clone, Debug)]
pub struct Goal {
    /// In one line.
    pub words: String,
    /// What must come of it; without one, any failure will do.
    pub verdict: Option<Verdict>,
    /// How many steps the shortest way takes: [`Lesson::prove`] asks the search.
    pub par: usize,
    pub(super) spot: Spot,
}
