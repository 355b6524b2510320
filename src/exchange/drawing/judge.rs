//! What every order of a drawing's lines comes to, and which single change mends it.

use std::sync::Arc;

use super::Drawing;
use crate::exchange::made_file::{BYTES, explored, run_verdicts};
use crate::exchange::{Worth, worth};
use crate::explore::{Mutant, MutantWork, Profile, Progress, Space, Verdicts};
use crate::machine::Choice;
use crate::protocol::{Edit, Side};
use crate::scenario::{Device, Variant, Verdict};

/// With more states than this no changes are tried.
const MOST_FOR_CHANGES: usize = 2_000;
/// Most changes named.
const MOST_MENDS: usize = 4;

/// A change of one line that mends an ordering.
#[derive(Clone, Debug, PartialEq)]
pub struct Mend {
    /// The change.
    pub edit: Edit,
    /// What it changes.
    pub words: String,
}

/// What a drawing comes to on another device.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// The device.
    pub device: Device,
    /// What the drawn order comes to there.
    pub drawn: Vec<Verdict>,
    /// What some order comes to.
    pub all: Verdicts,
}

/// What a drawing comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What the drawn order comes to, with what follows it.
    pub drawn: Vec<Verdict>,
    /// What some order comes to.
    pub all: Verdicts,
    /// Whether everything was looked at.
    pub complete: bool,
    /// How many states there are.
    pub states: usize,
    /// A shortest run to each verdict.
    pub shortest: Vec<(Verdict, Vec<Choice>)>,
    /// What it comes to on other devices, where that is something else.
    pub devices: Vec<Elsewhere>,
    /// What some order comes to where the bio goes out at once.
    pub at_once: Option<Verdicts>,
    /// Changes of one line after which nothing fails and all is done that was.
    pub mends: Vec<Mend>,
}

impl Drawing {
    /// Looks at every order.
    pub fn judge(&self) -> Judgement {
        let scenario = &self.scenario;
        let space = explored(scenario);
        let drawn = run_verdicts(scenario, &self.choices);
        let findings = space.findings(&scenario.model).into_iter();
        let devices = self.elsewhere.iter().filter_map(|(device, other, run)| {
            let there = Elsewhere {
                device: *device,
                drawn: run_verdicts(other, run),
                all: explored(other).verdicts(),
            };
            let same = there.all.failures() == space.verdicts().failures() && there.drawn == drawn;
            (!same).then_some(there)
        });
        Judgement {
            all: space.verdicts(),
            complete: space.progress() == Progress::Complete,
            states: space.states(),
            shortest: findings.map(|it| (it.verdict, it.schedule)).collect(),
            devices: devices.collect(),
            drawn: drawn.clone(),
            at_once: self.at_once.as_deref().map(|it| explored(it).verdicts()),
            mends: mends(self, &space),
        }
    }
}

impl Drawing {
    /// What a change changes, with its column and in the words of the drawing; none for a change of what is not drawn.
    fn in_its_words(&self, mutant: &Mutant) -> Option<String> {
        let (Edit::Move(place, ..) | Edit::Swap(place, ..)) = &mutant.edit else {
            return None;
        };
        let name = place.program.strip_suffix("_drawn")?;
        let column = self.scenario.cast.iter().position(|it| it.name == name)?;
        let head = |it: &str| it.split('(').next().unwrap_or(it).to_owned();
        let mut words = format!("{name}: ");
        for (at, piece) in mutant.words.split('`').enumerate() {
            if at % 2 == 0 {
                words += piece;
                continue;
            }
            let mut own = self.texts.iter().filter(|it| it.column == column);
            let pages = |it: &str| it.split_once("page ").map(|it| it.1.to_owned());
            let drawn =
                own.find(|it| head(&it.shown) == head(piece) && pages(&it.shown) == pages(piece))?;
            words += &drawn.drawn;
        }
        Some(words)
    }
}

fn mends(drawing: &Drawing, space: &Space) -> Vec<Mend> {
    let (scenario, text) = (&drawing.scenario, &drawing.text);
    let complete = space.progress() == Progress::Complete;
    if space.verdicts().safe() || !complete || space.states() > MOST_FOR_CHANGES {
        return Vec::new();
    }
    let Some(before) = Profile::of(scenario, space).map(Arc::new) else {
        return Vec::new();
    };
    let variant = Variant::default();
    let mut work = MutantWork::new(scenario, text, &variant, BYTES, Some(before));
    let mut found: Vec<(Mutant, String)> = Vec::new();
    while work.left() > 0 {
        let Some(mutant) = work.advance(MOST_FOR_CHANGES) else {
            continue;
        };
        // To leave a line out is to do less than the code does.
        let moved = matches!(mutant.edit, Edit::Move(..) | Edit::Swap(..));
        // Safe, and without an "only", a "but" or a rule that it breaks.
        let whole = worth(&mutant, space.verdicts()) == (Worth::Mends, "mends it".to_owned());
        if let Some(words) = drawing.in_its_words(&mutant).filter(|_| moved && whole) {
            found.push((mutant, words));
        }
    }
    // Where a change moves a line, the rest of the drawing stands.
    let keeps = |it: &(Mutant, String)| match it.0.edit {
        Edit::Move(.., Side::Before) => 0,
        Edit::Move(..) => 1,
        Edit::Swap(..) => 2,
        _ => 3,
    };
    found.sort_by_key(keeps);
    found.truncate(MOST_MENDS);
    found
        .into_iter()
        .map(|(it, words)| Mend {
            edit: it.edit,
            words,
        })
        .collect()
}
