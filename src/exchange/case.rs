//! A failure, with what is asked of its run: who stored, fetched or copied before it.

use super::narration::{hex, world_before};
use super::words::{begin, sectors, the};
use crate::explore::{Failure, Stored, Story};
use crate::machine::{ActorId, Content, Effect, Page, PageId, Stage};
use crate::scenario::Scenario;

/// A failure, with what its sentences speak of.
pub(super) struct Case<'a> {
    pub scenario: &'a Scenario,
    pub story: &'a Story,
    pub failure: &'a Failure,
    /// The page just before the failing step.
    pub page: Page,
    /// Where the page's bio was just before the failing step.
    pub stage: Stage,
    /// The sector it is about, in words.
    pub sector: String,
}

/// How half of a store came into a copy, by steps from 1.
pub(super) struct Halved {
    pub copier: ActorId,
    /// The step that copied the sector.
    pub copied: usize,
    /// The store after it.
    pub store: Stored,
    /// The step after the store that copied another of its sectors.
    pub rest: usize,
}

impl Case<'_> {
    pub fn of<'a>(scenario: &'a Scenario, story: &'a Story, failure: &'a Failure) -> Case<'a> {
        let at = failure.step.saturating_sub(1);
        let before = world_before(scenario, story, at);
        Case {
            scenario,
            story,
            failure,
            page: scenario.model.page(&before, failure.page),
            stage: scenario
                .model
                .stage_at(&before, failure.page, failure.sector),
            sector: sectors(scenario, failure.page, &[failure.sector]),
        }
    }

    pub fn the(&self, actor: ActorId) -> String {
        the(self.scenario, actor)
    }

    pub fn hex(&self, content: Content) -> String {
        hex(self.scenario.model.contents.guard(content))
    }

    pub fn who(&self) -> String {
        begin(&self.the(self.failure.actor))
    }

    /// The last step before the failure, from 1, with an effect of one kind on the page, and the actor that made it. `is`
    /// gives the page of such an effect.
    pub fn last(&self, is: fn(&Effect) -> Option<PageId>) -> Option<(usize, ActorId)> {
        let of = |effect: &Effect| is(effect) == Some(self.failure.page);
        let step = self.story.last(self.failure.step, None, &of)?;
        Some((step, self.story.actor(step)?))
    }

    /// The last step before the failure, from 1, at which a device fetched the sector, even if that was for an earlier I/O.
    pub fn fetched(&self) -> Option<usize> {
        let it = self.failure;
        let fetches = |effect: &Effect| match *effect {
            Effect::Fetched { page, sector, .. } => (page, sector) == (it.page, it.sector),
            _ => false,
        };
        self.story.last(it.step, None, &fetches)
    }

    /// The last step before the fetch at which the page was copied for it; none where the device fetched the page itself.
    pub fn copied(&self) -> Option<usize> {
        let it = self.failure;
        let copies = |effect: &Effect| match *effect {
            Effect::Copied { page } => page == it.page,
            Effect::CopiedSector { page, sector, .. } => (page, sector) == (it.page, it.sector),
            _ => false,
        };
        let fetches = |effect: &Effect| matches!(*effect, Effect::Fetched { page, sector, .. } if (page, sector) == (it.page, it.sector));
        let fetched = self.fetched()?;
        let earlier = self.story.last(fetched - 1, None, &fetches);
        let copied = self.story.last(fetched, None, &copies)?;
        (earlier < Some(copied)).then_some(copied)
    }

    /// How half of a store came into a copy: the sector was copied before it, another sector of the store after it.
    pub fn halved(&self) -> Option<Halved> {
        let it = self.failure;
        let copies = |effect: &Effect| matches!(*effect, Effect::CopiedSector { page, sector, .. } if (page, sector) == (it.page, it.sector));
        let copied = self.story.last(it.step, None, &copies)?;
        let store = self.stores(copied, it.step).into_iter().next()?;
        let geometry = self.scenario.model.geometry;
        let of = self.scenario.model.stores.get(store.store.index())?;
        let others = |effect: &Effect| matches!(*effect, Effect::CopiedSector { page, sector, .. } if page == it.page && of.touches(geometry, sector));
        let rest = self.story.last(it.step, None, &others)?;
        (copied < store.step && store.step < rest).then_some(Halved {
            copier: self.story.actor(copied)?,
            copied,
            store,
            rest,
        })
    }

    /// The stores that changed the sector after one step and not after another.
    pub fn stores(&self, after: usize, until: usize) -> Vec<Stored> {
        let it = self.failure;
        self.story.stores(it.page, it.sector, after, until)
    }
}
