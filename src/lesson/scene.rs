//! A moment of a scenario: which one, as an address names it, and the steps that were made in it, by name.

use std::sync::Arc;

use crate::exchange::Link;
use crate::explore::Story;
use crate::machine::{Choice, History, World};
use crate::protocol::{did_you_mean, tokens};
use crate::scenario::{Run, Scenario, catalogue, find, load_variant};

use super::error::{LessonError, wrong};
use super::fields::Field;

/// The files of scenarios that a lesson speaks of, by their names. What is not among them comes from the catalogue, which in
/// the browser has no texts.
pub type Files = [(String, String)];

/// A moment of a scenario.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The scenario, with the kernel, device and edits that the lesson gives it.
    pub scenario: Arc<Scenario>,
    /// The file it was built from.
    pub text: Arc<str>,
    /// The steps that lead to the moment.
    pub run: Vec<Choice>,
}

impl Scene {
    /// The start of a scenario, named as an address names it by hand: `unlock-gap/linux-6.19/on-none`.
    pub(super) fn open(
        text: &str,
        name: &str,
        at: usize,
        files: &Files,
    ) -> Result<Scene, LessonError> {
        let fault = |reason: String| wrong(text, at, reason);
        let slug = name.split('/').next().unwrap_or_default();
        let Some(entry) = find(slug) else {
            let known: Vec<&str> = catalogue().map(|it| it.slug).collect();
            let near = did_you_mean(slug, known.into_iter());
            return Err(fault(format!("there is no scenario \"{slug}\"{near}")));
        };
        let file = files.iter().find(|(of, _)| of == slug);
        let file = file.map_or(entry.text, |(_, file)| file);
        let link = Link::parse(name).map_err(|error| fault(error.to_string()))?;
        if !link.damage.is_empty() {
            return Err(fault(link.damage));
        }
        let scenario = load_variant(slug, file, &link.variant());
        let scenario = scenario.map_err(|error| fault(format!("\"{name}\": {}", error.reason)))?;
        Ok(Scene {
            scenario: Arc::new(scenario),
            text: file.into(),
            run: Vec::new(),
        })
    }

    /// Goes on as a line says, in the language of opening schedules: `writer through store`. Steps are named, not counted.
    pub(super) fn go(&mut self, text: &str, line: &Field) -> Result<(), LessonError> {
        for part in line.value.split_inclusive(';') {
            let offset = part.as_ptr() as usize - line.value.as_ptr() as usize;
            let part = part.trim_end_matches(';');
            let words = tokens(part, |byte| Some(line.value_at + offset + byte));
            if let [_, count] = &words[..]
                && count.text.parse::<usize>().is_ok()
            {
                let reason = "steps are named here, not counted: \"writer through store\"";
                let at = count.at.unwrap_or(line.value_at);
                return Err(wrong(text, at, reason));
            }
            let mut run = Run::after(&self.scenario.model, &self.scenario.cast, &self.run);
            run.line(part.trim(), &words)
                .map_err(|error| wrong(text, error.at.unwrap_or(line.value_at), error.reason))?;
            self.run = run.choices;
        }
        Ok(())
    }

    /// The run as a history.
    pub fn history(&self) -> History {
        let mut history = History::new(&self.scenario.model);
        for choice in &self.run {
            history.choose(&self.scenario.model, *choice);
        }
        history
    }

    /// What the run did.
    pub fn story(&self) -> Story {
        Story::of(&self.scenario.model, &self.history())
    }

    /// The world at the moment.
    pub fn world(&self) -> World {
        *self.history().world()
    }

    /// The link to the moment, as it stands behind `#`.
    pub fn link(&self) -> String {
        Link::of(&self.scenario, &self.run, self.run.len(), Vec::new()).to_string()
    }
}
