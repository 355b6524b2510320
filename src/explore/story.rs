//! What a run has done so far: the facts that a world, having no history, cannot know.

use crate::machine::{
    Choice, Content, Effect, History, Hop, Model, SECTORS, Through, Violation, World,
};
use crate::scenario::Verdict;

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
    pub actor: u8,
    /// Which of the model's stores.
    pub store: u8,
    /// Through TLB or page table.
    pub through: Through,
    /// At which step, from 1.
    pub step: usize,
}

/// One sector on its way down, as far as the latest I/O has taken it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// The last store into it.
    pub stored: Option<Stored>,
    /// The content its guard was computed from, and at which step.
    pub guard: Option<(Content, usize)>,
    /// What the HBA fetched, and at which step.
    pub wire: Option<(Content, usize)>,
    /// Whether the HBA inserted the guard.
    pub inserted: bool,
    /// The HBA's check.
    pub hba: Option<Check>,
    /// The target's check.
    pub target: Option<Check>,
}

/// A guard error, with everything needed to explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// At which step, from 1.
    pub step: usize,
    /// Who refused.
    pub hop: Hop,
    /// The page.
    pub page: u8,
    /// The sector in the page.
    pub sector: u8,
    /// The sector's LBA.
    pub lba: u32,
    /// The content the guard was computed from.
    pub sealed: Content,
    /// The content that was fetched.
    pub fetched: Content,
    /// The guard received.
    pub received: u16,
    /// The guard computed.
    pub computed: u16,
    /// When the guard was generated, if the block layer did it.
    pub guard_step: Option<usize>,
    /// The store that made the difference.
    pub stored: Option<Stored>,
}

/// A step as it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who moved.
    pub choice: Choice,
    /// What that did.
    pub effects: Vec<Effect>,
    /// The world after it.
    pub world: World,
}

/// The facts of a run up to the moment shown. One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The steps, oldest first.
    pub steps: Vec<Told>,
    /// The sectors of the page.
    pub columns: [Column; SECTORS],
    /// Guard errors, oldest first.
    pub failures: Vec<Failure>,
    /// Steps at which bytes changed inside the stable window.
    pub unstable: Vec<usize>,
    /// Sectors that a write reported as successful left wrong on media.
    pub silent: Vec<u8>,
    /// The step at which the page lock was taken by its present holder.
    pub locked_since: Option<usize>,
    /// The step at which PG_writeback was set, while it is set.
    pub writeback_since: Option<usize>,
}

impl Told {
    /// The verdict this step alone amounts to, if it broke a rule.
    pub fn verdict(&self) -> Option<Verdict> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Broke(violation) => Verdict::of(*violation),
            _ => None,
        })
    }
}

impl Story {
    /// Retells the current branch of a history up to the moment shown.
    pub fn of(model: &Model, history: &History) -> Story {
        let mut story = Story {
            steps: Vec::new(),
            columns: [Column::default(); SECTORS],
            failures: Vec::new(),
            unstable: Vec::new(),
            silent: Vec::new(),
            locked_since: None,
            writeback_since: None,
        };
        for (choice, effects, world) in history.replay(model) {
            let step = story.steps.len() + 1;
            for effect in &effects {
                story.tell(model, step, choice.actor, *effect);
            }
            story.steps.push(Told {
                choice,
                effects,
                world,
            });
        }
        story
    }

    /// Retells the current branch from its start to its end, whatever moment is shown.
    pub fn of_branch(model: &Model, history: &History) -> Story {
        let mut whole = history.clone();
        whole.seek(usize::MAX);
        Story::of(model, &whole)
    }

    fn tell(&mut self, model: &Model, step: usize, actor: u8, effect: Effect) {
        match effect {
            Effect::Locked { .. } => self.locked_since = Some(step),
            Effect::Unlocked { .. } => self.locked_since = None,
            Effect::WritebackSet { .. } => {
                self.writeback_since = Some(step);
                // A new I/O begins: what the last one did is over.
                for column in &mut self.columns {
                    *column = Column {
                        stored: column.stored,
                        ..Column::default()
                    };
                }
            }
            Effect::WritebackCleared { .. } => self.writeback_since = None,
            Effect::Guarded {
                sector, content, ..
            } => self.columns[sector as usize].guard = Some((content, step)),
            Effect::Fetched {
                sector, content, ..
            } => self.columns[sector as usize].wire = Some((content, step)),
            Effect::Inserted {
                sector, content, ..
            } => {
                let column = &mut self.columns[sector as usize];
                column.guard = Some((content, step));
                column.inserted = true;
            }
            Effect::Checked {
                hop,
                sector,
                received,
                computed,
                matched,
                ..
            } => {
                let check = Some(Check {
                    received,
                    computed,
                    matched,
                    step,
                });
                match hop {
                    Hop::Hba => self.columns[sector as usize].hba = check,
                    Hop::Target => self.columns[sector as usize].target = check,
                }
            }
            Effect::Stored {
                sector,
                store,
                from,
                to,
                through,
                ..
            } if from != to => {
                self.columns[sector as usize].stored = Some(Stored {
                    actor,
                    store,
                    through,
                    step,
                });
            }
            Effect::Broke(Violation::Unstable { .. }) => self.unstable.push(step),
            Effect::Broke(Violation::Silent { sector, .. }) => self.silent.push(sector),
            Effect::Broke(Violation::Guard {
                hop,
                page,
                sector,
                received,
                computed,
            }) => {
                let column = self.columns[sector as usize];
                self.failures.push(Failure {
                    step,
                    hop,
                    page,
                    sector,
                    lba: model.geometry.lba(page as usize, sector as usize),
                    sealed: received,
                    fetched: computed,
                    received: model.contents.guard(received),
                    computed: model.contents.guard(computed),
                    guard_step: column.guard.map(|(_, step)| step),
                    stored: column.stored,
                });
            }
            _ => {}
        }
    }
}
