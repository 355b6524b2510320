//! A lesson as bytes, which the page fetches when it is opened: its file with those of its scenarios, for the worker to read,
//! and its first beat ready to be shown, for the page to begin with.

use serde::{Deserialize, Serialize};

use crate::lesson::{Lesson, LessonError, Outline};
use crate::scenario::{PackError, find, seal, to_bytes, unseal};

use super::super::messages::OpenedRun;
use super::super::vdom::Element;
use super::class::Class;
use super::outcome::moment_of;
use super::request::{BeatRun, LessonFile};

/// A lesson, packed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackedLesson {
    /// The lesson.
    pub file: LessonFile,
    /// Its first beat's moment.
    pub first: OpenedRun,
    /// Its first beat's text.
    pub panel: Element,
    /// The same with the choice that a first visit has; only in the lesson that is opened then.
    pub welcome: Option<Element>,
}

impl PackedLesson {
    /// Packs a lesson of the catalogue.
    ///
    /// # Errors
    /// [`LessonError`], where it cannot be read.
    pub fn of(lesson: Lesson, text: &str) -> Result<PackedLesson, LessonError> {
        let outline = Outline::read(text)?;
        let files = outline.scenarios().into_iter().filter_map(|slug| {
            let entry = find(&slug)?;
            Some((slug, entry.text.to_owned()))
        });
        let file = LessonFile {
            slug: lesson.slug.clone(),
            own: false,
            text: text.to_owned(),
            outline: to_bytes(&outline).unwrap_or_default(),
            files: files.collect(),
        };
        let class = Class::of(lesson, false);
        let first = class.open(0, BeatRun::Moment).unwrap_or_default();
        let mut attended = first.attended.clone().unwrap_or_default();
        let now = class.lesson.beats.first().map(|it| moment_of(&it.scene));
        let panel = class.panel(&attended, now.as_ref(), None);
        attended.welcome = true;
        let welcome = class.lesson.number == Some(1);
        let welcome = welcome.then(|| class.panel(&attended, now.as_ref(), None));
        Ok(PackedLesson {
            file,
            panel,
            welcome,
            first,
        })
    }

    /// As bytes that [`read`](PackedLesson::read) reads in the same build.
    pub fn bytes(&self) -> Vec<u8> {
        seal(self)
    }

    /// Reads what [`bytes`](PackedLesson::bytes) wrote.
    ///
    /// # Errors
    /// [`PackError`], for any other bytes.
    pub fn read(bytes: &[u8]) -> Result<PackedLesson, PackError> {
        unseal(bytes)
    }
}
