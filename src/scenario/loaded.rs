//! A scenario as it is after its file was read: a model, and all that the file says of it.

use serde::{Deserialize, Serialize};

use crate::machine::{ActorId, Choice, Invariant, Model};
use crate::protocol::{Edit, Era, Line};

use super::error::ScenarioWarning;
use super::verdict::{Device, Verdict};

/// An actor as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// Its name.
    pub name: String,
    /// What and where it is, in a few words.
    pub about: String,
    /// Its program and, for a user thread, its fault handler.
    pub lines: Vec<Line>,
}

/// A remark on a decisive step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The actor whose step it is about.
    pub actor: ActorId,
    /// The step, by its row in the table.
    pub row: usize,
    /// What there is to say.
    pub text: String,
}

/// How long somebody must sleep at worst, and behind whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StallBound {
    /// Who sleeps.
    pub actor: ActorId,
    /// Who must make most of the steps.
    pub behind: ActorId,
    /// Steps others must make before it is woken, however quickly they act.
    pub steps: u32,
}

/// A scenario, checked and ready to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The file's name without ending; its name in links.
    pub slug: String,
    /// The title of its file, which speaks of the file's own kernel, device and ordering.
    pub title: String,
    /// What it is called as it stands on the stage: the title, or else its number with what is different.
    pub name: String,
    /// Its number in the dossier's catalogue, such as `S04`; empty for others.
    pub section: String,
    /// The heading it stands under in the list.
    pub group: String,
    /// Its place in the list.
    pub order: u16,
    /// Which kernel's names and rules hold.
    pub era: Era,
    /// The era the file is written for.
    pub own_era: Era,
    /// What differs from the correct ordering, in a sentence or two; told only where all is as written.
    pub summary: String,
    /// What to look at in the opening run; told only where all is as written.
    pub watch: String,
    /// The device it runs on.
    pub device: Device,
    /// The device the file is written for.
    pub own_device: Device,
    /// Inode number, for log lines.
    pub inode: u32,
    /// Each page's index in the file.
    pub indexes: Vec<u32>,
    /// The names of the address spaces.
    pub spaces: Vec<String>,
    /// The machine.
    pub model: Model,
    /// The actors as shown, in the machine's order.
    pub cast: Vec<Cast>,
    /// The names of the locks, counters and flags that it declares.
    pub locks: Vec<String>,
    /// How each store is shown.
    pub stores: Vec<String>,
    /// Remarks on decisive steps.
    pub notes: Vec<Note>,
    /// What is changed from the correct ordering, each change in the names of `era`, with functions between backquotes.
    pub edits: Vec<String>,
    /// What the steps of its actors do, by their row: the narration says it where a step has no effects.
    pub meanings: Vec<(u8, String)>,
    /// The edits made beyond those of the file.
    pub own_edits: Vec<Edit>,
    /// Whether the file's own edits are left out.
    pub unchanged: bool,
    /// The opening run.
    pub schedule: Vec<Choice>,
    /// The verdicts the opening run shows.
    pub opening: Vec<Verdict>,
    /// The invariants the opening run breaks, in the order of breaking.
    pub breaks: Vec<Invariant>,
    /// The verdicts it must have, by device; nothing where the file does not say.
    pub expect: Vec<(Device, Vec<Verdict>)>,
    /// What the file says of the longest sleep.
    pub stall: Option<StallBound>,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// What its author should know of; nothing for a file of the catalogue.
    pub warnings: Vec<ScenarioWarning>,
}

impl Scenario {
    /// What a step does, by its row; empty for one that its actors do not have.
    pub fn meaning(&self, row: u8) -> &str {
        let mut all = self.meanings.iter();
        let found = all.find(|(known, _)| *known == row);
        found.map_or("", |(_, meaning)| meaning)
    }

    /// Whether it is on the stage just as its file has it: on its device, in its kernel, with no other edits. Only then
    /// what the file tells holds: its title, summary, remarks, what to watch, and its opening run.
    pub fn as_written(&self) -> bool {
        let own = (self.own_era, self.own_device);
        (self.era, self.device) == own && self.own_edits.is_empty() && !self.unchanged
    }

    /// The verdicts it must have on its device; empty means safe. None where the file does not
    /// say: on other devices, in other eras than its own, and with other edits.
    pub fn stated(&self) -> Option<&[Verdict]> {
        if self.era != self.own_era || !self.own_edits.is_empty() || self.unchanged {
            return None;
        }
        let all = self.expect.iter();
        let found = all.into_iter().find(|(device, _)| *device == self.device);
        found.map(|(_, verdicts)| verdicts.as_slice())
    }

    /// What is changed beyond the file, in words.
    pub fn own_changes(&self) -> &[String] {
        &self.edits[self.edits.len().saturating_sub(self.own_edits.len())..]
    }

    /// The remark on a step; none where not all is as the file has it.
    pub fn note(&self, actor: ActorId, row: usize) -> Option<&str> {
        let mut notes = self.notes.iter().filter(|_| self.as_written());
        let found = notes.find(|note| note.actor == actor && note.row == row);
        found.map(|note| note.text.as_str())
    }
}

/// Verdicts in words: "safe", "safe (unstable write)" or "guard error, lost update".
pub fn words(verdicts: &[Verdict]) -> String {
    let all: Vec<&str> = verdicts.iter().map(|verdict| verdict.words()).collect();
    match (all.is_empty(), verdicts.iter().any(|it| it.fails())) {
        (true, _) => "safe".to_owned(),
        (_, false) => format!("safe ({})", all.join(", ")),
        (_, true) => all.join(", "),
    }
}
