//! The holders of a sector's bytes at the moment shown, and since when they have them.

use crate::exchange::sentence;
use crate::explore::{Check, Column, Failure};
use crate::machine::{Content, Effect, Page, PageId, Protection, SectorId, Violation, World};

use super::super::moment::Moment;
use super::super::ui_state::UiState;
use super::register::Sum;

/// One sector of one page at the moment shown.
pub(super) struct Sector<'a> {
    pub(super) now: &'a Moment,
    pub(super) page: PageId,
    pub(super) number: SectorId,
    /// The registers of its page.
    pub(super) held: Page,
    /// Its way down to the device.
    pub(super) column: Column,
    /// What memory held when the run began.
    pub(super) initial: Content,
    /// What the media held when the run began.
    pub(super) first_media: Content,
}

/// A place that holds bytes of the sector, or that they were taken from.
pub(super) struct Holder {
    pub(super) key: HolderKind,
    pub(super) title: &'static str,
    pub(super) content: Content,
    /// The step since which it holds them; 0 for the start.
    pub(super) since: usize,
    /// Who put them there, in a sentence.
    pub(super) words: String,
}

/// The kinds of holders, in the order of the stage.
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
        // While another scenario comes in, the sector selected may be one that only the last scenario has.
        let page = ui.sector.0.min(PageId(model.geometry.pages - 1));
        let number = ui.sector.1.min(SectorId::at(model.geometry.sectors() - 1));
        let start = model.page(&model.initial, page);
        Sector {
            now,
            page,
            number,
            held: model.page(&now.world, page),
            column: now.story.columns[page.index()][number.index()],
            initial: start.memory[number.index()],
            first_media: start.media[number.index()],
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

    /// The sector's offset in its page.
    pub(super) fn start(&self) -> usize {
        self.number.index() * self.size()
    }

    /// How many bytes the sector has.
    pub(super) fn size(&self) -> usize {
        self.now.scenario.model.geometry.interval.into()
    }

    /// How the sixteen bits of its guard are computed.
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

    /// The content that a guard, a checksum or another sample was taken from before the device fetched anything, and at
    /// which step.
    pub(super) fn sampled(&self) -> Option<(Content, usize)> {
        self.column.guard.filter(|_| !self.column.inserted)
    }

    /// The content that its checksum was taken from, or, without a checksum, that was submitted, and at which step.
    fn sealed(&self) -> Option<(Content, usize)> {
        self.sampled().or_else(|| self.submitted())
    }

    /// The content that the device fetched.
    pub(super) fn wire(&self) -> Content {
        self.column.wire.map_or(Content::NONE, |it| it.0)
    }

    /// The stretches of the sector that the model's stores write: from which offset to before which.
    pub(super) fn stores(&self) -> Vec<(usize, usize)> {
        let model = &self.now.scenario.model;
        let (start, size) = (self.start(), self.size());
        let mut found = Vec::new();
        for store in &model.stores {
            if store.page == self.page && store.touches(model.geometry, self.number) {
                let first = usize::from(store.offset);
                let end = first + store.bytes.len();
                found.push((first.saturating_sub(start), (end - start).min(size)));
            }
        }
        found
    }

    /// The two contents whose guards are computed beside each other: what the guard was taken from, and the first of
    /// what came later that differs from it.
    pub(super) fn compared(&self) -> (Content, Option<Content>) {
        let first = self.sealed().map_or(self.initial, |(content, _)| content);
        let copy = self.held.copy[self.number.index()];
        let later = [self.wire(), self.held.memory[self.number.index()], copy];
        let differs = |content: &Content| content.is_some() && *content != first;
        (first, later.into_iter().find(differs))
    }

    /// The content that the submission of the I/O sealed, and at which step. Without a guard, these are the bytes that
    /// the device is to have.
    fn submitted(&self) -> Option<(Content, usize)> {
        let model = &self.now.scenario.model;
        let mut found: Option<(Content, usize)> = None;
        for (index, record) in self.now.story.steps.iter().enumerate().rev() {
            let sealed = model.page(&record.world, self.page).sealed[self.number.index()];
            match found {
                None if sealed.is_some() => found = Some((sealed, index + 1)),
                Some((content, _)) if sealed == content => found = Some((content, index + 1)),
                Some(_) => break,
                None => {}
            }
            let bio = model.bio_at(&record.world, self.page, self.number);
            let added = |effect: &Effect| matches!(effect, Effect::Added { page, bio: it } if *page == self.page && bio == Some(*it));
            if record.effects.iter().any(added) {
                break;
            }
        }
        found
    }

    /// The step that changed a register last; 0 if none did.
    fn since(&self, register: impl Fn(&Page) -> Content) -> usize {
        let model = &self.now.scenario.model;
        let read = |world: &World| register(&model.page(world, self.page));
        let last = read(&self.now.world);
        let mut steps = self.now.story.steps.iter();
        let other = steps.rposition(|record| read(&record.world) != last);
        match other {
            Some(at) => at + 2,
            None if read(&model.initial) != last => 1,
            None => 0,
        }
    }

    /// The sentence of the step that put bytes somewhere; `else_` where that was before the first step.
    fn step_sentence(&self, step: usize, else_: &str) -> String {
        match step.checked_sub(1) {
            Some(index) => sentence(&self.now.scenario, &self.now.story, index),
            None => else_.to_owned(),
        }
    }

    /// Every holder that has bytes of the sector, in the order of the stage.
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
        let memory = held.memory[number.index()];
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
        let since = self.since(|it| it.memory[number.index()]);
        let words = self.step_sentence(since, "As it was when the run began.");
        add(HolderKind::Memory, "memory", memory, since, words);
        let since = self.since(|it| it.copy[number.index()]);
        let words = self.step_sentence(since, "");
        add(
            HolderKind::Copy,
            "copy",
            held.copy[number.index()],
            since,
            words,
        );
        if let Some((content, since)) = self.sealed() {
            let words = self.step_sentence(since, "");
            add(
                HolderKind::Sealed,
                self.sealed_title(),
                content,
                since,
                words,
            );
        }
        if let Some((content, since)) = self.column.wire {
            let mut words = self.step_sentence(since, "");
            if let Some((_, step)) = self.column.guard.filter(|_| self.column.inserted) {
                words += &format!(" {}", self.step_sentence(step, ""));
            }
            if let Some(check) = self.column.hba {
                words += &format!(" {}", self.checked(check));
            }
            add(HolderKind::Wire, self.wire_title(), content, since, words);
        }
        if let Some(check) = self.column.target {
            let words = self.checked(check);
            add(
                HolderKind::Target,
                "target",
                check.computed,
                check.step,
                words,
            );
        }
        let since = self.since(|it| it.media[number.index()]);
        let words = self.step_sentence(since, "On the disk when the run began.");
        add(
            HolderKind::Media,
            "media",
            held.media[number.index()],
            since,
            words,
        );
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

    /// The result of a check, in a sentence.
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
        failures.rfind(|failure| match failure.violation {
            Violation::Guard { page, sector, .. }
            | Violation::ReadMismatch { page, sector, .. } => {
                (page.index(), sector.index()) == (self.page.index(), self.number.index())
            }
            _ => false,
        })
    }
}
