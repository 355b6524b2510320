//! The scenarios that come with the page.

use super::build::{Scenario, load};
use super::error::ScenarioError;

static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// A scenario file of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in links.
    pub slug: &'static str,
    /// The file's text.
    pub text: &'static str,
}

impl Entry {
    /// The scenario in it.
    ///
    /// # Errors
    /// [`ScenarioError`]; a test holds every file of the catalogue to none.
    pub fn load(&self) -> Result<Scenario, ScenarioError> {
        load(self.slug, self.text)
    }
}

/// Every file under `assets/scenarios`, by name.
pub fn catalogue() -> impl Iterator<Item = Entry> {
    FILES.iter().map(|(slug, text)| Entry { slug, text })
}

/// The file of a slug.
pub fn find(slug: &str) -> Option<Entry> {
    catalogue().find(|entry| entry.slug == slug)
}
