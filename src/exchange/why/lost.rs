//! Why an update was lost: who stored, who cleaned the page behind it, and who found nothing to write.

use super::*;

impl Trace<'_> {
    pub(super) fn lost(&mut self, case: &Case) {
        let it = case.failure;
        let of = of_page(self.scenario, it.page);
        let stores = case.stores(0, it.step);
        let last = stores.last();
        let mut stale = false;
        if let Some(last) = last {
            self.stored(case, last.step, last.store, last.through);
            if last.through == Through::Tlb {
                stale = self.stale(case, last.step, last.actor);
            }
        }
        let cleared = |effect: &Effect| match *effect {
            Effect::DirtyCleared { page } | Effect::DirtyCancelled { page } => page == it.page,
            _ => false,
        };
        let cleared = self.story.last(self.end, None, &cleared);
        match (cleared, last) {
            _ if stale => {}
            (Some(step), Some(last)) if step > last.step => {
                let words = format!(
                    "{{Who}} cleared `PG_dirty`{of}, after that store; nobody has set it again."
                );
                self.add(step, &words);
            }
            (Some(step), _) => {
                let words = format!("{{Who}} cleared `PG_dirty`{of}; nobody has set it since.");
                self.add(step, &words);
            }
            (None, _) => self.forgotten(it.page),
        }
        let left = |effect: &Effect| match *effect {
            Effect::Buffers { page, mask } => page == it.page && mask & it.sector.bit() == 0,
            _ => false,
        };
        if let Some(step) = self.story.last(self.end, None, &left) {
            let words = format!(
                "{{Who}} took the dirty blocks into the I/O; that of {} counted as clean.",
                case.sector
            );
            self.add(step, &words);
        }
        let before = |step: &usize| last.is_some_and(|last| last.step > *step);
        if let Some(step) = case.copied().filter(before) {
            self.add(
                step,
                "{Who} copied the bytes for the write, before that store.",
            );
        } else if let Some(step) = case.fetched().filter(|_| !stale) {
            let early = before(&step);
            self.add(
                step,
                match early {
                    true => "{Who} fetched the bytes, before that store.",
                    false => "{Who} fetched the bytes, but they did not reach the media.",
                },
            );
        }
        let words = format!(
            "With this step everyone is done. {} is newer in memory than on the media, and no dirty bit, no I/O and no error says so.",
            begin(&case.sector)
        );
        self.add(it.step, &words);
    }

    /// For a page that was dirty in a PTE only: adds the step that cleared the PTE's dirty bit, and the one that then found
    /// nothing to write.
    fn forgotten(&mut self, number: PageId) {
        let cleaned = |effect: &Effect| match *effect {
            Effect::Cleaned { page, was, .. } | Effect::Zapped { page, was, .. } => {
                page == number && was.dirty()
            }
            _ => false,
        };
        if let Some(step) = self.story.last(self.end, None, &cleaned) {
            self.add(
                step,
                "{Who} took the PTE's dirty bit away, which alone said so.",
            );
        }
        let clean =
            |effect: &Effect| matches!(effect, Effect::NotDirty { page } if *page == number);
        if let Some(step) = self.story.last(self.end, None, &clean) {
            self.add(step, "{Who} found `PG_dirty` clear: nothing to write.");
        }
    }

    /// For a store through a stale TLB entry: adds the change of the PTE that made the entry stale, and the flush that came
    /// too late. Returns whether the entry was stale.
    pub(super) fn stale(&mut self, case: &Case, step: usize, actor: ActorId) -> bool {
        let number = case.failure.page;
        let Some(own) = (self.scenario.model.actors.get(actor.index())).and_then(|it| it.space)
        else {
            return false;
        };
        let mine = |page: PageId, space: SpaceId| (page, space) == (number, own);
        let changed = |effect: &Effect| match *effect {
            Effect::Zapped { page, space, .. }
            | Effect::Cleaned { page, space, .. }
            | Effect::Revoked { page, space } => mine(page, space),
            _ => false,
        };
        let Some(changed) = self.story.last(step, None, &changed) else {
            return false;
        };
        let effects = &self.story.steps[changed - 1].effects;
        let removed = effects.iter().any(|it| matches!(it, Effect::Zapped { .. }));
        let words = format!(
            "{{Who}} {}; the CPU of {} kept its writable TLB entry.",
            match removed {
                true => "removed the PTE",
                false => "made the PTE read-only",
            },
            case.the(actor)
        );
        self.add(changed, &words);
        let flushed = |effect: &Effect| match *effect {
            Effect::TlbFlushed { page, space, .. } => mine(page, space),
            _ => false,
        };
        let flushed = self.story.last(self.end, None, &flushed);
        match flushed.filter(|it| *it > changed) {
            Some(flushed) => self.add(flushed, "{Who} flushed the TLBs only here, too late."),
            None => {
                if let Some(last) = self.found.last_mut() {
                    last.words += " Nobody flushed it.";
                }
            }
        }
        true
    }

    pub(super) fn lost_by_fsync(&mut self, case: &Case) {
        let it = case.failure;
        let began = self.story.last(it.step, Some(it.actor), &|effect| {
            matches!(effect, Effect::FsyncBegan)
        });
        let began = began.unwrap_or(0);
        if let Some(last) = case.stores(0, began).last() {
            self.stored(case, last.step, last.store, last.through);
            if last.through == Through::Tlb {
                self.add(last.step, "That sets no dirty bit.");
            }
        }
        self.add(began, "{Who} called fsync.");
        let told = |effect: &Effect| matches!(effect, Effect::FsyncReturned { failed: true, .. });
        let clean = |effect: &Effect| match *effect {
            Effect::NotDirty { page } => page == it.page,
            _ => false,
        };
        if let Some(step) = self.story.last(it.step, None, &told) {
            self.add(step, "The error was reported to {Who}, once.");
        } else if let Some(step) = self.story.last(it.step, Some(it.actor), &clean)
            && step > began
        {
            self.add(step, "{Who} found nothing to write.");
            let cleared = |effect: &Effect| match *effect {
                Effect::DirtyCleared { page } => page == it.page,
                _ => false,
            };
            if let Some(step) = self.story.last(step, None, &cleared) {
                self.add(step, "{Who} cleared `PG_dirty`.");
            }
        }
        let words = format!(
            "fsync returned success to {}, but {} is not on the media.",
            case.the(it.actor),
            case.sector
        );
        self.add(it.step, &words);
    }

    pub(super) fn read_over(&mut self, case: &Case) {
        let it = case.failure;
        if let Some(last) = case.stores(0, it.step).last() {
            self.stored(case, last.step, last.store, last.through);
        }
        let words = format!(
            "{{Who}} brought the bytes of the media into {}, over newer ones.",
            case.sector
        );
        self.add(it.step, &words);
    }

    pub(super) fn detached(&mut self, case: &Case) {
        let it = case.failure;
        let removed = |effect: &Effect| match *effect {
            Effect::Removed { page } => page == it.page,
            _ => false,
        };
        let number = page(self.scenario, it.page);
        if let Some(step) = self.story.last(it.step, None, &removed) {
            self.add(step, &format!("{{Who}} removed {number} from the file."));
        }
        let words = format!("{{Who}} stored into {number}, which belongs to no file any more.");
        self.add(it.step, &words);
    }
}
