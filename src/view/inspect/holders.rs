//! The places that hold a sector's bytes at the moment shown, and since when.

use crate::exchange::sentence;
use crate::explore::{Check, Column, Failure};
use crate::machine::{Content, Effect, Page, Protection, Violation, World};

use super::super::moment::Moment;
use super::super::ui_state::UiState;
use super::register::Sum;

/// One sector of one page at the moment shown.
pub(super) struct Sector<'a> {
    pub(super) now: &'a Moment,
    pub(super) page: usize,
    pub(super) number: usize,
    /// Its page, and its way down.
    pub(super) held: Page,
    pub(super) column: Column,
    /// What memory held when the run began.
    pub(super) initial: Content,
    /// What the media held then.
    pub(super) first_media: Content,
}

/// Somewhere the bytes are, or were taken from.
pub(super) struct Holder {
    /// What it is.
    pub(super) key: HolderKind,
    pub(super) title: &'static str,
    pub(super) content: Content,
    /// Since which step it has them; 0 for the start.
    pub(super) since: usize,
    /// Who put them there.
    pub(super) words: String,
}

/// Which place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HolderKind {
    Start,
    Memory,
    Copy,
    Sealed,
    Wire,
    Target,
    Media,
}

impl<'a> Sector<'a> {
    pub(super) fn of(now: &'a Moment, ui: &UiState) -> Sector<'a> {
        let model = &now.scenario.model;
        // While another scenario comes in, the place may be one of the last one's.
        let page = ui.sector.0.min(model.geometry.pages as usize - 1);
        let number = ui.sector.1.min(model.geometry.sectors() - 1);
        let start = model.page(&model.initial, page);
        Sector {
            now,
            page,
            number,
            held: model.page(&now.world, page),
            column: now.story.columns[page][number],
            initial: start.memory[number],
            first_media: start.media[number],
        }
    }

    pub(super) fn protection(&self) -> Protection {
        self.now.scenario.model.protection
    }

    pub(super) fn bytes(&self, content: Content) -> &'a [u8] {
        self.now.scenario.model.contents.bytes(content)
    }

    pub(super) fn guard(&self, content: Content) -> u16 {
        self.now.scenario.model.contents.guard(content)
    }

    pub(super) fn lba(&self) -> u32 {
        let geometry = self.now.scenario.model.geometry;
        geometry.lba(self.page, self.number)
    }

    /// Where it begins in its page.
    pub(super) fn start(&self) -> usize {
        self.number * self.size()
    }

    /// Bytes in it.
    pub(super) fn size(&self) -> usize {
        self.now.scenario.model.geometry.interval.into()
    }

    /// How its sixteen bits are made.
    pub(super) fn sum(&self) -> Sum {
        match self.now.scenario.model.geometry.ip_guards {
            true => Sum::Ip,
            false => Sum::Crc,
        }
    }

    /// What those sixteen bits are called.
    pub(super) fn sum_name(&self) -> &'static str {
        match self.sum() {
            Sum::Crc => "CRC",
            Sum::Ip => "IP checksum",
        }
    }

    /// The guard, checksum or other sample that was taken before anything was fetched.
    pub(super) fn sampled(&self) -> Option<(Content, usize)> {
        self.column.guard.filter(|_| !self.column.inserted)
    }

    /// What its checksum was taken from, or, without one, what was submitted, and at which step.
    fn sealed(&self) -> Option<(Content, usize)> {
        self.sampled().or_else(|| self.submitted())
    }

    /// What the device fetched.
    pub(super) fn wire(&self) -> Content {
        self.column.wire.map_or(Content::NONE, |it| it.0)
    }

    /// Where the model's stores go in it: offsets from its start, until which.
    pub(super) fn stores(&self) -> Vec<(usize, usize)> {
        let model = &self.now.scenario.model;
        let (start, size) = (self.start(), self.size());
        let mut found = Vec::new();
        for store in &model.stores {
            if store.page as usize == self.page && store.touches(model.geometry, self.number) {
                let first = store.offset as usize;
                let end = first + store.bytes.len();
                found.push((first.saturating_sub(start), (end - start).min(size)));
            }
        }
        found
    }

    /// The two contents whose guards are worked out beside each other: what the guard was taken
    /// from, and, where one differs from that, what came after.
    pub(super) fn compared(&self) -> (Content, Option<Content>) {
        let first = self.sealed().map_or(self.initial, |it| it.0);
        let copy = self.held.copy[self.number];
        let later = [self.wire(), self.held.memory[self.number], copy];
        let differs = |it: &Content| it.is_some() && *it != first;
        (first, later.into_iter().find(differs))
    }

    /// What the I/O's submission sealed, and at which step: where no guard says so, its device
    /// promises these bytes.
    fn submitted(&self) -> Option<(Content, usize)> {
        let model = &self.now.scenario.model;
        let mut found: Option<(Content, usize)> = None;
        for (index, told) in self.now.story.steps.iter().enumerate().rev() {
            let sealed = model.page(&told.world, self.page).sealed[self.number];
            match found {
                None if sealed.is_some() => found = Some((sealed, index + 1)),
                Some((content, _)) if sealed == content => found = Some((content, index + 1)),
                Some(_) => break,
                None => {}
            }
            let added = |it: &Effect| matches!(it, Effect::Added { page, .. } if *page as usize == self.page);
            if told.effects.iter().any(added) {
                break;
            }
        }
        found
    }

    /// The step after which a register last changed.
    fn since(&self, register: impl Fn(&Page) -> Content) -> usize {
        let model = &self.now.scenario.model;
        let read = |world: &World| register(&model.page(world, self.page));
        let last = read(&self.now.world);
        let mut steps = self.now.story.steps.iter();
        let other = steps.rposition(|told| read(&told.world) != last);
        match other {
            Some(at) => at + 2,
            None if read(&model.initial) != last => 1,
            None => 0,
        }
    }

    /// The step that put bytes somewhere, in a sentence.
    fn told(&self, step: usize, else_: &str) -> String {
        match step.checked_sub(1) {
            Some(index) => sentence(&self.now.scenario, &self.now.story, index),
            None => else_.to_owned(),
        }
    }

    /// Every place that holds something, in the order of the stage.
    pub(super) fn holders(&self) -> Vec<Holder> {
        let (number, held) = (self.number, &self.held);
        let mut holders = Vec::new();
        let mut add = |key: HolderKind, title, content: Content, since: usize, words: String| {
            if content.is_some() {
                holders.push(Holder {
                    key,
                    title,
                    content,
                    since,
                    words,
                });
            }
        };
        let memory = held.memory[number];
        if memory != self.initial {
            let words = "What it held when the run began, for comparison.".to_owned();
            add(
                HolderKind::Start,
                "memory at the start",
                self.initial,
                0,
                words,
            );
        }
        let since = self.since(|it| it.memory[number]);
        let told = self.told(since, "As it was when the run began.");
        add(HolderKind::Memory, "memory", memory, since, told);
        let since = self.since(|it| it.copy[number]);
        let told = self.told(since, "");
        add(HolderKind::Copy, "copy", held.copy[number], since, told);
        if let Some((content, since)) = self.sealed() {
            let told = self.told(since, "");
            add(
                HolderKind::Sealed,
                self.sealed_title(),
                content,
                since,
                told,
            );
        }
        if let Some((content, since)) = self.column.wire {
            let mut told = self.told(since, "");
            if let Some((_, step)) = self.column.guard.filter(|_| self.column.inserted) {
                told += &format!(" {}", self.told(step, ""));
            }
            if let Some(check) = self.column.hba {
                told += &format!(" {}", self.checked(check));
            }
            add(HolderKind::Wire, self.wire_title(), content, since, told);
        }
        if let Some(check) = self.column.target {
            let told = self.checked(check);
            add(
                HolderKind::Target,
                "target",
                check.computed,
                check.step,
                told,
            );
        }
        let since = self.since(|it| it.media[number]);
        let told = self.told(since, "On the disk when the run began.");
        add(HolderKind::Media, "media", held.media[number], since, told);
        holders
    }

    fn sealed_title(&self) -> &'static str {
        match self.protection() {
            _ if self.sampled().is_none() => "submitted",
            Protection::Parity => "parity",
            Protection::Mirror => "first leg",
            Protection::FsChecksum => "checksum",
            _ => "bio's guard",
        }
    }

    fn wire_title(&self) -> &'static str {
        match self.protection() {
            Protection::Nvme => "controller",
            Protection::Mirror => "second leg",
            _ => "HBA",
        }
    }

    /// What a check came to.
    fn checked(&self, check: Check) -> String {
        let (computed, received) = (self.guard(check.computed), self.guard(check.received));
        match check.matched {
            true => format!(
                "Checked at step {}: {computed:04x}, as received.",
                check.step
            ),
            false => format!(
                "Refused at step {}: these bytes give {computed:04x}, but {received:04x} was received.",
                check.step
            ),
        }
    }

    /// The guard error of this sector, if the run has one.
    pub(super) fn failure(&self) -> Option<&'a Failure> {
        let mut failures = self.now.story.failures.iter();
        failures.rfind(|it| match it.violation {
            Violation::Guard { page, sector, .. } => {
                (page as usize, sector as usize) == (self.page, self.number)
            }
            _ => false,
        })
    }
}
