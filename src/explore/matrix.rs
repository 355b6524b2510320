//! The ordering on the stage in every kernel and on every device: what each of them comes to.

use crate::machine::Choice;
use crate::protocol::Era;
use crate::scenario::{Device, Scenario, Variant, Verdict, load_variant};

use super::round::round_of;
use super::space::{Limits, Progress, Space};

/// What the ordering comes to in one kernel on one device.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MatrixCell {
    /// The kernel.
    pub era: Era,
    /// The device.
    pub device: Device,
    /// What was found; a reason where the ordering cannot be built there.
    pub found: Result<CellFound, String>,
}

/// What a search found for a cell.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CellFound {
    /// Whether every state was looked at.
    pub complete: bool,
    /// How many states there are.
    pub states: u32,
    /// The verdicts, each with a shortest schedule.
    pub findings: Vec<(Verdict, Vec<Choice>)>,
    /// For a livelock among them, the round that can follow its schedule for ever.
    pub round: Vec<Choice>,
}

impl CellFound {
    /// The worst of its failures, with a shortest schedule to it; none where nothing fails.
    pub fn worst(&self) -> Option<&(Verdict, Vec<Choice>)> {
        let failures = self.findings.iter().filter(|(verdict, _)| verdict.fails());
        failures.rev().max_by_key(|(verdict, _)| verdict.severity())
    }

    /// What a search that is over has found of a scenario.
    pub fn of(scenario: &Scenario, space: &Space) -> CellFound {
        let findings = space.findings(&scenario.model).into_iter();
        let findings: Vec<_> = findings.map(|it| (it.verdict, it.schedule)).collect();
        CellFound {
            complete: space.progress() == Progress::Complete,
            states: space.states() as u32,
            round: space
                .graph()
                .map_or(Vec::new(), |it| round_of(it, &findings)),
            findings,
        }
    }
}

/// A scenario that is looked at beside the one on the stage, in slices.
pub struct BesideWork {
    scenario: Scenario,
    space: Space,
}

impl BesideWork {
    /// Begins with a scenario, with so many bytes of memory at most.
    pub fn new(scenario: Scenario, bytes: usize) -> BesideWork {
        let limits = Limits::bytes(bytes);
        BesideWork {
            space: Space::new(&scenario.model, scenario.model.initial, limits),
            scenario,
        }
    }

    /// Looks at up to `states` states. Returns what was found once all were looked at, or memory is full.
    pub fn advance(&mut self, states: usize) -> Option<CellFound> {
        let progress = self.space.advance(&self.scenario.model, states);
        (progress != Progress::Running).then(|| CellFound::of(&self.scenario, &self.space))
    }
}

/// An ordering that is looked at in a kernel on a device, in slices.
pub(super) struct CellWork {
    era: Era,
    device: Device,
    /// Why it cannot be built there, if so.
    work: Result<Box<BesideWork>, String>,
}

impl CellWork {
    /// Begins with an ordering that was loaded from this text with this variant.
    pub(super) fn new(
        slug: &str,
        text: &str,
        variant: &Variant,
        (era, device): (Era, Device),
        bytes: usize,
    ) -> CellWork {
        let variant = Variant {
            era: Some(era),
            device: Some(device),
            ..variant.clone()
        };
        let built = load_variant(slug, text, &variant).map_err(|error| error.to_string());
        CellWork {
            era,
            device,
            work: built.map(|scenario| Box::new(BesideWork::new(scenario, bytes))),
        }
    }

    /// Looks at up to `states` states. Returns what it comes to once all were looked at, or memory is full.
    pub(super) fn advance(&mut self, states: usize) -> Option<MatrixCell> {
        let found = match &mut self.work {
            Ok(work) => Ok(work.advance(states)?),
            Err(why) => Err(why.clone()),
        };
        let (era, device) = (self.era, self.device);
        Some(MatrixCell { era, device, found })
    }
}

/// All kernels and devices, one after the other, in slices. Some can be looked at elsewhere.
pub struct MatrixWork {
    slug: String,
    text: String,
    variant: Variant,
    places: Vec<(Era, Device)>,
    bytes: usize,
    running: Option<CellWork>,
    /// Places that are looked at elsewhere, each with where.
    away: Vec<((Era, Device), usize)>,
}

impl MatrixWork {
    /// The matrix of an ordering that was loaded from this text with this variant. What it comes to where it stands is
    /// known, and is not looked for again.
    pub fn new(scenario: &Scenario, text: &str, variant: &Variant, bytes: usize) -> MatrixWork {
        let all = Device::ALL.iter().rev().flat_map(|device| {
            let eras = Era::ALL.iter().rev();
            eras.map(|era| (*era, *device))
        });
        let others = all.filter(|place| *place != (scenario.era, scenario.device));
        MatrixWork {
            slug: scenario.slug.clone(),
            text: text.to_owned(),
            variant: variant.clone(),
            places: others.collect(),
            bytes,
            running: None,
            away: Vec::new(),
        }
    }

    /// Places not looked at yet.
    pub fn left(&self) -> usize {
        self.places.len() + usize::from(self.running.is_some()) + self.away.len()
    }

    /// Whether there is anything to do here.
    pub(super) fn busy(&self) -> bool {
        self.running.is_some() || !self.places.is_empty()
    }

    /// A place that is to be looked at elsewhere.
    pub(super) fn give_away(&mut self, to: usize) -> Option<(Era, Device)> {
        let place = self.places.pop()?;
        self.away.push((place, to));
        Some(place)
    }

    /// Notes that a place was looked at elsewhere. Says whether that was waited for.
    pub(super) fn came_back(&mut self, cell: &MatrixCell) -> bool {
        let many = self.away.len();
        let place = (cell.era, cell.device);
        self.away.retain(|it| it.0 != place);
        self.away.len() < many
    }

    /// Has the places looked at here that were given to somebody who is gone.
    pub(super) fn take_back(&mut self, from: usize) {
        let back = self.away.extract_if(.., |it| it.1 == from);
        self.places.extend(back.map(|it| it.0));
    }

    /// Looks at up to `states` states in one kernel on one device. Returns what it comes to there once all of its states
    /// were looked at, or memory is full.
    pub fn advance(&mut self, states: usize) -> Option<MatrixCell> {
        if self.running.is_none() {
            let place = self.places.pop()?;
            let work = CellWork::new(&self.slug, &self.text, &self.variant, place, self.bytes);
            self.running = Some(work);
        }
        let found = self.running.as_mut()?.advance(states)?;
        self.running = None;
        Some(found)
    }
}
