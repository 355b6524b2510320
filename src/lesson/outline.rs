//! A lesson's file taken apart, before its moments are played. Only this needs readers of TOML and Markdown: the page gets its own
//! lessons in this form, and fetches those readers for a visitor's.

use serde::{Deserialize, Serialize};

use super::error::LessonError;
use super::front::Front;
use super::markdown::{Section, sections};

/// A lesson's file, taken apart.
#[derive(Serialize, Deserialize)]
pub struct Outline {
    pub(super) front: Front,
    pub(super) sections: Vec<Section>,
}

impl Outline {
    /// Takes a lesson's text apart.
    ///
    /// # Errors
    /// [`LessonError`] with line, column and reason, where the text is no lesson.
    pub fn read(text: &str) -> Result<Outline, LessonError> {
        let (front, body) = Front::read(text)?;
        let sections = sections(text, body)?;
        Ok(Outline { front, sections })
    }

    /// The names of the scenarios that the lesson speaks of.
    pub fn scenarios(&self) -> Vec<String> {
        let front = self.front.scenario.iter().map(|(name, _)| name.as_str());
        let fences = self.sections.iter().flat_map(|section| {
            let answers = section.items.iter().filter_map(|it| it.fence.as_ref());
            section.fences.iter().chain(answers)
        });
        let named = fences.filter_map(|fence| Some(fence.field("scenario")?.value.as_str()));
        let mut names: Vec<String> = front
            .chain(named)
            .map(|name| name.split('/').next().unwrap_or_default().to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
