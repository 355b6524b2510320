//! The sentences that one template is not enough for: locks, dirty bits, ways of a step, stores.

use super::*;

impl Step<'_> {
    pub(super) fn took(&self, what: Resource, page: PageId) -> Option<String> {
        let text = match what {
            Resource::Handle => {
                "{Who} opens a journal handle: the transaction cannot commit while it is open."
            }
            _ => "{Who} takes {x}.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    pub(super) fn gave_back(&self, what: Resource, page: PageId) -> Option<String> {
        let text = match what {
            Resource::Handle => "{Who} closes its journal handle.",
            Resource::Commit => "{Who} has committed the transaction: its waiters go on.",
            _ => "{Who} releases {x}.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    pub(super) fn found_free(&self, what: Resource, page: PageId) -> Option<String> {
        let text = match what {
            Resource::PageLock => "{Who} finds {page} unlocked: whoever held the lock is done.",
            Resource::Bio => "{Who} finds no I/O{of} under way and goes on.",
            Resource::Handle => "{Who} finds no journal handle open and goes on.",
            Resource::Commit => "{Who} finds the transaction committed and goes on.",
            _ => "{Who} finds {x} free and goes on.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    /// A lock or the like by name. Effects name the page it was taken for; a page table's lock belongs to an
    /// address space, which only the instruction names.
    pub(super) fn thing(&self, what: Resource, page: PageId) -> String {
        let which = match (what, self.instr) {
            (Resource::PteLock, Some(instr)) => instr.which(what),
            _ => Which::Page(page),
        };
        thing(self.scenario, what, which)
    }

    pub(super) fn dirty_set(&self, page: PageId, was: bool) -> Option<String> {
        let why = self.row.told().map_or("{Who}", |[why, _]| why);
        let more = match (self.scenario.model.geometry.block, was) {
            (0, false) => "",
            (0, true) => ", which was set already",
            (_, false) => " and the dirty bit of every buffer",
            (_, true) => " once more and the dirty bit of every buffer",
        };
        self.fill(
            page,
            &format!("{why} sets `PG_dirty`{{of}}{{x}}."),
            more,
            "",
        )
    }

    pub(super) fn buffers(&self, page: PageId, mask: u8) -> Option<String> {
        let all = self.scenario.model.sector_ids();
        let taken: Vec<SectorId> = all.clone().filter(|it| mask & it.bit() != 0).collect();
        let text = match taken.len() {
            0 => "{Who} finds no dirty block{of}: the I/O will carry nothing.",
            many if many == all.len() => "{Who} takes every block{of} into the I/O.",
            _ => {
                "{Who} takes only the dirty blocks into the I/O: {x}. Blocks that count as clean are not written."
            }
        };
        self.fill(page, text, &self.names_several(page, &taken), "")
    }

    pub(super) fn chose(&self, way: u8) -> Option<String> {
        let text = self.row.ways()?.told.get(usize::from(way))?;
        self.say(PageId(0), text)
    }

    pub(super) fn stores(&self, at: usize) -> Option<String> {
        let which = self.same_kind(at, |it| match it {
            Effect::Stored { page, sector, .. } => Some((*page, *sector)),
            _ => None,
        });
        let Effect::Stored {
            page,
            store: id,
            from,
            to,
            through,
            ..
        } = self.effects[at]
        else {
            return None;
        };
        if which.is_empty() {
            return None;
        }
        let model = &self.scenario.model;
        let guarded = model.protection.guards() || model.protection.tuples();
        let unchanged = self.effects.iter().all(|it| match it {
            Effect::Stored { from, to, .. } => from == to,
            _ => true,
        });
        let change = if unchanged {
            ", which held these bytes already,".to_owned()
        } else if guarded && which.len() == 1 && from != to {
            format!(", whose guard would now be {},", self.guard(to))
        } else {
            String::new()
        };
        Some(format!(
            "{} stores {} into {}{change} {}.",
            self.begin,
            store(self.scenario, id),
            sectors(self.scenario, page, &which),
            way(through)
        ))
    }
}
