//! A lesson that is attended: its beats' moments for the stage, and what the worker draws of it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::lesson::{Answer, Lesson, Task, play};
use crate::machine::Choice;
use crate::scenario::Packed;

use super::super::messages::OpenedRun;
use super::attended::{Asked, Attended};
use super::request::{BeatRun, LessonFile};
use super::sheet::after;

/// A lesson that is attended.
pub struct Class {
    /// The lesson.
    pub lesson: Lesson,
    own: bool,
    /// The shortest ways of its challenges, by beat, as far as they were asked for.
    shortest: RefCell<BTreeMap<usize, Option<Vec<Choice>>>>,
}

impl Class {
    /// Plays a lesson.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn read(file: &LessonFile) -> Result<Class, String> {
        let outline = postcard::from_bytes(&file.outline)
            .map_err(|_| "it is of another version than the page; reload the page")?;
        let lesson = play(&file.slug, &file.text, outline, &file.files);
        Ok(Class::of(
            lesson.map_err(|error| error.to_string())?,
            file.own,
        ))
    }

    /// Attends a lesson.
    pub fn of(lesson: Lesson, own: bool) -> Class {
        Class {
            lesson,
            own,
            shortest: RefCell::default(),
        }
    }

    /// Whether it is the lesson that somebody attends.
    pub fn is(&self, attended: &Attended) -> bool {
        self.lesson.slug == attended.slug && self.own == attended.own
    }

    /// A run of a beat; with the last beat for one behind it. None where there is no such run.
    pub fn open(&self, beat: usize, which: BeatRun) -> Option<OpenedRun> {
        let beats = &self.lesson.beats;
        let beat = beat.min(beats.len().checked_sub(1)?);
        let here = &beats[beat];
        let answers = match &here.task {
            Task::Predict(answers) | Task::Explain(answers) => &answers[..],
            Task::GoOn | Task::Break(_) | Task::Fool(_) => &[],
        };
        let way;
        let mut own = false;
        let (scene, from) = match which {
            BeatRun::Answer(at) => {
                let answer: &Answer = answers.get(at)?;
                let mut end = answer.scene.clone();
                end.run.extend(example(answer));
                way = end;
                (&way, answer.from)
            }
            BeatRun::Store(ref bytes) => {
                own = true;
                // Before any was chosen, those of the file.
                let usual = here.scene.stored()?;
                way = (here.scene).storing(if bytes.is_empty() { usual } else { bytes })?;
                (&way, 0)
            }
            BeatRun::Shortest => {
                let mut end = here.scene.clone();
                end.run.extend(self.shortest(beat)?);
                way = end;
                (&way, here.scene.run.len())
            }
            BeatRun::Moment => {
                // What goes on from the beat before is played from there.
                let before = beat.checked_sub(1).map(|it| &beats[it].scene);
                let goes_on = before.filter(|it| {
                    it.scenario == here.scene.scenario && here.scene.run.starts_with(&it.run)
                });
                let from = goes_on.map_or(here.scene.run.len(), |it| it.run.len());
                (&here.scene, from)
            }
        };
        // At a lesson's start, what is there is not news.
        let before = beats[beat.saturating_sub(1)].shown;
        let packed = Packed {
            scenario: (*scene.scenario).clone(),
            text: scene.text.to_string(),
        };
        let attended = Attended {
            slug: self.lesson.slug.clone(),
            own: self.own,
            beat,
            beats: beats.len(),
            next: match after(&self.lesson.slug) {
                Some(next) if !self.own => next.slug.to_owned(),
                _ => String::new(),
            },
            shown: here.shown,
            new: here.shown.beyond(before),
            asked: match &here.task {
                Task::GoOn => Asked::GoOn,
                Task::Predict(_) => Asked::Predict,
                Task::Break(_) => Asked::Break,
                Task::Explain(_) => Asked::Explain,
                Task::Fool(_) => Asked::Fool,
            },
            answers: answers.len(),
            from: here.scene.run.len(),
            given_up: which == BeatRun::Shortest,
            picked: match which {
                BeatRun::Answer(at) => Some(at),
                BeatRun::Moment | BeatRun::Shortest | BeatRun::Store(_) => None,
            },
            ..Attended::default()
        };
        Some(OpenedRun {
            packed: packed.bytes(),
            run: scene.run.clone(),
            at: from,
            attended: Some(attended),
            own,
            ..OpenedRun::default()
        })
    }

    /// A shortest way to do what a beat asks for, if it is a challenge and can be searched.
    pub fn shortest(&self, beat: usize) -> Option<Vec<Choice>> {
        let here = self.lesson.beats.get(beat)?;
        let Task::Break(goal) = &here.task else {
            return None;
        };
        let mut known = self.shortest.borrow_mut();
        let way = known
            .entry(beat)
            .or_insert_with(|| goal.shortest(&here.scene));
        way.clone()
    }
}

/// A shortest run that shows an answer about all schedules; nothing for any other, and where there is none.
fn example(answer: &Answer) -> Vec<Choice> {
    if !answer.claim.is_searched() {
        return Vec::new();
    }
    let found = answer.scene.found().unwrap_or_default();
    let way = (answer.scene).shortest(|verdict| answer.claim.is_shown_by(verdict, &found));
    way.unwrap_or_default()
}
