//! What a run has done so far: the facts that a world, having no history, cannot know.

use crate::machine::{
    ActorId, Choice, Consumer, Content, Effect, End, History, Hop, Invariant, Loss, MAX_PAGES,
    Model, PageId, Protection, SECTORS, SectorId, StoreId, Through, Violation, World, broken, end,
};
use crate::scenario::Verdict;

use super::round::{Round, last_round};

/// A guard compared at a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The content the received guard was computed from.
    pub received: Content,
    /// The content that arrived.
    pub computed: Content,
    /// Whether the guards are equal.
    pub matched: bool,
    /// At which step, from 1.
    pub step: usize,
}

/// A store that changed a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Who stored.
    pub actor: ActorId,
    /// Which of the model's stores, or [`StoreId::CHECKSUM`].
    pub store: StoreId,
    /// How it reached the page.
    pub through: Through,
    /// At which step, from 1.
    pub step: usize,
}

/// One sector on its way down, as far as the latest I/O has taken it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// The last store into it.
    pub stored: Option<Stored>,
    /// The content its guard or other checksum was computed from, and at which step.
    pub guard: Option<(Content, usize)>,
    /// At which step parity or the first leg of a mirror took its sample.
    pub sampled: Option<usize>,
    /// At which step the page was copied for the I/O.
    pub copied: Option<usize>,
    /// At which step the bio was submitted.
    pub queued: Option<usize>,
    /// What the HBA fetched, and at which step.
    pub wire: Option<(Content, usize)>,
    /// Whether the HBA inserted the guard.
    pub inserted: bool,
    /// The HBA's check.
    pub hba: Option<Check>,
    /// The target's check.
    pub target: Option<Check>,
}

impl Column {
    /// The step at which the submitter took a checksum or sample; not that at which the device inserted
    /// a guard, which comes after the fetch and promises nothing.
    pub fn sealed(&self) -> Option<usize> {
        let guard = self.guard.filter(|_| !self.inserted);
        guard.map(|(_, step)| step)
    }

    /// The step at which the bytes were fetched.
    pub fn fetched(&self) -> Option<usize> {
        self.wire.map(|(_, step)| step)
    }
}

/// A broken rule that amounts to a verdict, with what is needed to explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// At which step, from 1.
    pub step: usize,
    /// Who made that step.
    pub actor: ActorId,
    /// What was broken.
    pub violation: Violation,
    /// The page.
    pub page: PageId,
    /// The sector in the page; 0 where it is about the whole page.
    pub sector: SectorId,
    /// The sector's LBA.
    pub lba: u32,
    /// The first page of the request it happened to.
    pub first_page: PageId,
    /// The first sector of the request in that page.
    pub first_sector: SectorId,
    /// The content its checksum was computed from, or that was submitted.
    pub sealed: Content,
    /// The content that was fetched.
    pub fetched: Content,
    /// The sector's way down until then.
    pub column: Column,
}

impl Failure {
    /// The verdict it amounts to.
    pub fn verdict(&self) -> Option<Verdict> {
        Verdict::of(self.violation)
    }

    /// Whether that verdict is a failure: an unstable write alone is none.
    pub fn fails(&self) -> bool {
        self.verdict().is_some_and(Verdict::fails)
    }

    /// Which hop refused, for a guard error.
    pub fn hop(&self) -> Option<Hop> {
        match self.violation {
            Violation::Guard { hop, .. } => Some(hop),
            _ => None,
        }
    }
}

/// A step as it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// Who moved.
    pub choice: Choice,
    /// What that did.
    pub effects: Vec<Effect>,
    /// The world after it.
    pub world: World,
}

/// The facts of a run up to the moment shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The steps, oldest first.
    pub steps: Vec<StepRecord>,
    /// The sectors of each page.
    pub columns: [[Column; SECTORS]; MAX_PAGES],
    /// Broken rules, oldest first; where a step does the same to several sectors of a page, the
    /// first of them.
    pub failures: Vec<Failure>,
    /// Steps at which bytes changed inside the stable window.
    pub unstable: Vec<usize>,
    /// Invariants that were broken, each with the first step after which it was (0: from the
    /// start).
    pub broken: Vec<(Invariant, usize)>,
}

impl StepRecord {
    /// Whether this step alone amounts to a failure.
    pub fn fails(&self) -> bool {
        let verdicts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Broke(violation) => Verdict::of(*violation),
            _ => None,
        });
        verdicts.into_iter().any(Verdict::fails)
    }

    /// The verdict this step alone amounts to, if it broke a rule.
    pub fn verdict(&self) -> Option<Verdict> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Broke(violation) => Verdict::of(*violation),
            _ => None,
        })
    }
}

impl Story {
    /// The story of a run without steps.
    pub(super) fn begin(model: &Model) -> Story {
        let mut story = Story {
            steps: Vec::new(),
            columns: [[Column::default(); SECTORS]; MAX_PAGES],
            failures: Vec::new(),
            unstable: Vec::new(),
            broken: Vec::new(),
        };
        story.judge(model, &model.initial, 0, None, &[]);
        story
    }

    /// Retells the current branch of a history up to the moment shown.
    pub fn of(model: &Model, history: &History) -> Story {
        let mut story = Story::begin(model);
        for (choice, effects, world) in history.replay(model) {
            story.go_on(
                model,
                StepRecord {
                    choice,
                    effects,
                    world,
                },
            );
        }
        story
    }

    /// Adds a step.
    pub fn go_on(&mut self, model: &Model, record: StepRecord) {
        let last = self.steps.last();
        let before = last.map_or(model.initial, |record| record.world);
        let (step, actor) = (self.steps.len() + 1, record.choice.actor);
        for effect in &record.effects {
            self.tell(model, (&before, &record.world), step, actor, *effect);
        }
        self.judge(model, &record.world, step, Some(actor), &record.effects);
        // Where everybody is finished or idle, updates may be lost and things left behind, of which no effect tells.
        if let Some(End::Rest(found)) = end(model, &record.world) {
            for violation in found {
                self.fail(model, &before, step, actor, violation);
            }
        }
        self.steps.push(record);
    }

    /// The same run after so many of its steps.
    pub fn first(&self, model: &Model, steps: usize) -> Story {
        let mut story = Story::begin(model);
        for record in self.steps.iter().take(steps) {
            story.go_on(model, record.clone());
        }
        story
    }

    /// Retells the current branch from its start to its end, whatever moment is shown.
    pub fn of_branch(model: &Model, history: &History) -> Story {
        let mut whole = history.clone();
        whole.seek(usize::MAX);
        Story::of(model, &whole)
    }

    /// The verdicts of this run: of its broken rules, and of how it ended.
    pub fn verdicts(&self, model: &Model) -> Vec<Verdict> {
        let failures = self.failures.iter();
        let mut found: Vec<Verdict> = failures.filter_map(Failure::verdict).collect();
        let last = self
            .steps
            .last()
            .map_or(model.initial, |record| record.world);
        match end(model, &last) {
            Some(End::Deadlock(_)) => found.push(Verdict::Deadlock),
            Some(End::Stall(_)) => found.push(Verdict::Stall),
            Some(_) => {}
            None if self.round(model).is_some() => found.push(Verdict::Livelock),
            None => {}
        }
        let all = Verdict::ALL.into_iter();
        all.filter(|verdict| found.contains(verdict)).collect()
    }

    /// The round with which the run ends, if that can repeat for ever and keeps somebody from finishing: a livelock.
    pub fn round(&self, model: &Model) -> Option<Round> {
        self.round_at(model, self.steps.len())
    }

    /// The first step after so many at which such a round is complete.
    pub fn goes_round(&self, model: &Model, after: usize) -> Option<usize> {
        let mut steps = after + 1..=self.steps.len();
        steps.find(|steps| self.round_at(model, *steps).is_some())
    }

    fn round_at(&self, model: &Model, steps: usize) -> Option<Round> {
        last_round(model, steps, &|at| {
            let record = &self.steps[at];
            (record.choice.actor, &record.world)
        })
    }

    /// Notes the invariants that do not hold after a step and held until then.
    fn judge(
        &mut self,
        model: &Model,
        world: &World,
        step: usize,
        actor: Option<ActorId>,
        effects: &[Effect],
    ) {
        for invariant in broken(model, world, actor, effects) {
            if !self.broken.iter().any(|(known, _)| *known == invariant) {
                self.broken.push((invariant, step));
            }
        }
    }

    /// Notes a broken rule; `before` is the world before the step, with the I/O's contents.
    fn fail(
        &mut self,
        model: &Model,
        before: &World,
        step: usize,
        actor: ActorId,
        violation: Violation,
    ) {
        let (page, sector) = match violation {
            Violation::Unstable { page, sector }
            | Violation::Guard { page, sector, .. }
            | Violation::ReadMismatch { page, sector, .. }
            | Violation::UnstableWrite { page, sector }
            | Violation::Torn { page, sector }
            | Violation::Corrupt { page, sector }
            | Violation::Checksum { page, sector, .. }
            | Violation::Lost { page, sector, .. } => (page, sector),
            Violation::Leaked(leak) => (leak.page(), SectorId(0)),
            Violation::Exposed { page } => (page, SectorId(0)),
            Violation::Assertion { page, .. } | Violation::Trap { page } => (page, SectorId(0)),
        };
        // What one step does to several sectors of a page is noted for the first of them only.
        let kind = std::mem::discriminant(&violation);
        let same = |known: &Failure| {
            known.step == step
                && known.page == page
                && std::mem::discriminant(&known.violation) == kind
        };
        if self.failures.iter().any(same) {
            return;
        }
        let column = self.columns[page.index()][sector.index()];
        let held = model.page(before, page);
        let (mut sealed, mut fetched) = (held.sealed[sector.index()], held.wire[sector.index()]);
        if let Violation::Guard {
            received, computed, ..
        }
        | Violation::ReadMismatch {
            received, computed, ..
        } = violation
        {
            (sealed, fetched) = (received, computed);
        }
        let bio = model.bio_at(before, page, sector);
        let first = bio.and_then(|bio| {
            let pages = model.page_ids();
            let mut inside = pages.map(|page| (page, model.sectors_in(before, bio, page)));
            inside.find(|(_, sectors)| *sectors != 0)
        });
        let (first_page, sectors) = first.unwrap_or((page, 1));
        self.failures.push(Failure {
            step,
            actor,
            violation,
            page,
            sector,
            lba: model.geometry.lba(page, sector),
            first_page,
            first_sector: SectorId(sectors.trailing_zeros() as u8),
            sealed,
            fetched,
            column,
        });
    }

    /// The last of the first `until` steps, by one actor or by any, with such an effect: its number, from 1.
    pub fn last(
        &self,
        until: usize,
        by: Option<ActorId>,
        is: &dyn Fn(&Effect) -> bool,
    ) -> Option<usize> {
        let mut steps = self.steps.iter().take(until);
        let found = steps.rposition(|record| {
            by.is_none_or(|by| by == record.choice.actor) && record.effects.iter().any(is)
        });
        found.map(|at| at + 1)
    }

    /// Who made a step, by its number, from 1.
    pub fn actor(&self, step: usize) -> Option<ActorId> {
        let record = self.steps.get(step.checked_sub(1)?)?;
        Some(record.choice.actor)
    }

    /// The stores that changed a sector after one step and not after another, oldest first.
    pub fn stores(
        &self,
        page: PageId,
        sector: SectorId,
        after: usize,
        until: usize,
    ) -> Vec<Stored> {
        let mut found = Vec::new();
        for (at, record) in self.steps.iter().enumerate().take(until).skip(after) {
            let (step, actor) = (at + 1, record.choice.actor);
            for effect in &record.effects {
                match *effect {
                    Effect::Stored {
                        page: of,
                        sector: into,
                        store,
                        from,
                        to,
                        through,
                    } if (of, into) == (page, sector) && from != to => found.push(Stored {
                        actor,
                        store,
                        through,
                        step,
                    }),
                    _ => {}
                }
            }
        }
        found
    }

    fn column(&mut self, page: PageId, sector: SectorId) -> &mut Column {
        &mut self.columns[page.index()][sector.index()]
    }

    /// Notes what an effect says.
    fn tell(
        &mut self,
        model: &Model,
        (before, after): (&World, &World),
        step: usize,
        actor: ActorId,
        effect: Effect,
    ) {
        match effect {
            // A new I/O begins: what the columns say of the last one is dropped.
            Effect::Added { page, bio } => {
                let inside = model.sectors_in(after, bio, page);
                let columns = &mut self.columns[page.index()];
                for (sector, column) in model.sector_ids().zip(columns) {
                    if inside & sector.bit() != 0 {
                        *column = Column {
                            stored: column.stored,
                            ..Column::default()
                        };
                    }
                }
            }
            Effect::Copied { page } => {
                for column in &mut self.columns[page.index()] {
                    column.copied = Some(step);
                }
            }
            Effect::CopiedSector { page, sector, .. } => {
                self.column(page, sector).copied = Some(step);
            }
            Effect::Queued { bio, .. } => {
                for page in model.page_ids() {
                    let inside = model.sectors_in(before, bio, page);
                    let columns = &mut self.columns[page.index()];
                    for (sector, column) in model.sector_ids().zip(columns) {
                        if inside & sector.bit() != 0 {
                            column.queued = Some(step);
                        }
                    }
                }
            }
            Effect::Guarded {
                page,
                sector,
                content,
            } => {
                self.column(page, sector).guard = Some((content, step));
            }
            Effect::Sampled {
                page,
                sector,
                content,
            } => {
                let column = self.column(page, sector);
                column.guard = Some((content, step));
                column.sampled = Some(step);
            }
            Effect::Fetched {
                page,
                sector,
                content,
            } => {
                self.column(page, sector).wire = Some((content, step));
            }
            // What it must check to comes along, where the host checks.
            Effect::ReadInto {
                page,
                sector,
                content,
                ..
            } if model.protection.guards() || model.protection == Protection::FsChecksum => {
                self.column(page, sector).guard = Some((content, step));
            }
            Effect::Inserted {
                page,
                sector,
                content,
            } => {
                let column = self.column(page, sector);
                column.guard = Some((content, step));
                column.inserted = true;
            }
            Effect::Checked {
                hop,
                page,
                sector,
                received,
                computed,
                matched,
            } => {
                let column = self.column(page, sector);
                let check = Some(Check {
                    received,
                    computed,
                    matched,
                    step,
                });
                match hop {
                    Hop::Hba => column.hba = check,
                    Hop::Target => column.target = check,
                }
            }
            Effect::Stored {
                page,
                sector,
                store,
                from,
                to,
                through,
            } if from != to => {
                self.column(page, sector).stored = Some(Stored {
                    actor,
                    store,
                    through,
                    step,
                });
            }
            Effect::Broke(Violation::Unstable { .. }) => self.unstable.push(step),
            Effect::Broke(violation) => self.fail(model, before, step, actor, violation),
            _ => {}
        }
    }

    /// The last unstable write of a page, which is where a torn page comes from.
    pub fn unstable_write(&self, page: PageId) -> Option<&Failure> {
        let mut failures = self.failures.iter();
        failures
            .rfind(|it| it.page == page && matches!(it.violation, Violation::UnstableWrite { .. }))
    }

    /// Whose checksum does not match, if one does not.
    pub fn mismatch(&self) -> Option<Consumer> {
        let mut failures = self.failures.iter();
        failures.find_map(|failure| match failure.violation {
            Violation::Checksum { consumer, .. } => Some(consumer),
            _ => None,
        })
    }

    /// How an update was lost, if one was.
    pub fn loss(&self) -> Option<Loss> {
        let mut failures = self.failures.iter();
        failures.find_map(|failure| match failure.violation {
            Violation::Lost { how, .. } => Some(how),
            _ => None,
        })
    }
}
