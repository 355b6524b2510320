//! The scenarios that come with the page.

use super::build::load;
use super::error::ScenarioError;
use super::loaded::Scenario;

// `build.rs` writes `LIST`, a line for each file of `assets/scenarios`, and `TEXTS`, their texts.
include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// A scenario file of the catalogue: what a list says of it, and its text. On the page, which has
/// the list from the checker, an entry has only its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in links.
    pub slug: &'static str,
    /// Its number in the dossier's catalogue; empty for others.
    pub section: &'static str,
    /// The heading it stands under.
    pub group: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its place in the list.
    pub order: u16,
    /// The verdicts it must have on its own device, in words; empty for safe.
    pub verdicts: &'static str,
    /// The steps and programs that its changes and its own programs name, to be found by.
    pub steps: &'static str,
    /// The file's text; empty in WebAssembly, where files are fetched.
    pub text: &'static str,
}

impl Entry {
    /// The scenario in it.
    ///
    /// # Errors
    /// [`ScenarioError`], where the file is wrong; a test loads every file of the catalogue.
    pub fn load(&self) -> Result<Scenario, ScenarioError> {
        load(self.slug, self.text)
    }
}

/// Every file under `assets/scenarios`, in the order of the list.
pub fn catalogue() -> impl Iterator<Item = Entry> {
    LIST.lines().enumerate().map(|(at, line)| {
        let mut words = line.split('\t');
        let mut word = || words.next().unwrap_or_default();
        Entry {
            slug: word(),
            section: word(),
            group: word(),
            title: word(),
            order: word().parse().unwrap_or(u16::MAX),
            verdicts: word(),
            steps: word(),
            text: TEXTS.get(at).copied().unwrap_or_default(),
        }
    })
}

/// The file of a slug.
pub fn find(slug: &str) -> Option<Entry> {
    catalogue().find(|entry| entry.slug == slug)
}
