//! The inspector: one sector at the moment shown, with the holders of its bytes and since when they have them, its
//! tuple, and the computation of its guard.

mod crc;
mod hex;
mod holders;
mod register;
mod tuple;

use crate::exchange::{Refusal, fsync_errno, log_lines};
use crate::machine::{Hop, Protection};

use super::log::log;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, button, el, note, rich, select};

use hex::Version;
use holders::{Holder, HolderKind, Sector};

/// The inspector of the sector that is selected.
pub fn inspect(now: &Moment, ui: &UiState) -> Element {
    let sector = Sector::of(now, ui);
    let holders = sector.holders();
    let versions = hex::versions(&sector, &holders);
    el("section", "inspect")
        .attr(Attr::Label, "Inspector")
        .child(held(&sector, &holders, &versions))
        .child(hex::hex(&sector, &holders, &versions, ui))
        .child(tuple::tuples(&sector))
        .child(crc::crc(&sector, &holders, &versions, ui))
        .child(kernel(&sector))
}

/// The card with the choice of the sector, and which version of its bytes each holder has.
fn held(sector: &Sector, holders: &[Holder], versions: &[Version]) -> Element {
    let many = match versions.len() {
        1 => "Every place holds the same bytes".to_owned(),
        many => format!("{many} versions of its bytes exist"),
    };
    let moment = match sector.now.depth() {
        0 => "at the start".to_owned(),
        step => format!("after step {step}"),
    };
    let words = format!("{many} {moment}. From memory down to media:");
    let mut list = el("ol", "held");
    for holder in holders {
        list = list.child(row(sector, holder, versions));
    }
    el("div", "card")
        .attr(Attr::Part, "held")
        .child(heading(sector))
        .child(note("", &words))
        .child(list)
}

fn heading(sector: &Sector) -> Element {
    let geometry = sector.now.scenario.model.geometry;
    let mut options = Vec::new();
    for page in geometry.page_ids() {
        for number in geometry.sector_ids() {
            let of = match geometry.pages {
                1 => String::new(),
                _ => format!("page {page}, "),
            };
            let lba = geometry.lba(page, number);
            let text = format!("{of}sector {number}, LBA {lba}");
            options.push((text, Msg::Sector(page, number)));
        }
    }
    let chosen = geometry.interval_number(sector.page, sector.number);
    el("div", "which")
        .child(el("h2", "").text("Bytes of"))
        .child(select("One sector", chosen, options))
}

/// A row for a holder: the version it has, its guard, since which step, and who put it there.
fn row(sector: &Sector, holder: &Holder, versions: &[Version]) -> Element {
    let key = match holder.key {
        HolderKind::Start => "start",
        HolderKind::Memory => "memory",
        HolderKind::Copy => "copy",
        HolderKind::Sealed => "sealed",
        HolderKind::Wire => "fetched",
        HolderKind::Target => "target",
        HolderKind::Media => "media",
    };
    let sum = format!("{} {:04x}", sector.sum_name(), sector.guard(holder.content));
    let mut line = el("div", "line");
    if let Some(version) = versions
        .iter()
        .find(|version| version.content == holder.content)
    {
        line = line.child(hex::badge(version));
    }
    line = line
        .child(el("span", "place").text(holder.title))
        .child(el("code", "").text(&sum));
    if holder.since > 0 {
        let text = format!("step {}", holder.since);
        line = line.child(button("", "", &text, false, Msg::Seek(holder.since)));
    }
    el("li", "")
        .attr(Attr::Part, &format!("held-{key}"))
        .child(line)
        .child(rich(el("p", "small"), &holder.words))
}

/// The card with what the kernel logs, and what fsync returns, about this sector's guard.
fn kernel(sector: &Sector) -> Element {
    let scenario = &sector.now.scenario;
    let card = el("div", "card")
        .attr(Attr::Part, "kernel")
        .child(el("h2", "").text("What the kernel says of it"));
    if let Some(failure) = sector.failure() {
        let lines = log_lines(scenario, failure);
        let heading = format!("Logged after the refusal at step {}", failure.step);
        return log(card, &heading, &lines, scenario.era);
    }
    let said = match sector.protection() {
        Protection::DixDif | Protection::DixOnly | Protection::Nvme => match sector.refusal() {
            Some(refusal) => {
                let lines = refusal.log_lines(scenario);
                let heading = "If the bytes were fetched and checked now, it would log";
                return log(card, heading, &lines, scenario.era);
            }
            None if sector.sampled().is_none() => "There is no guard yet that could be refused.",
            None => "The guard is that of the bytes that go with it: nothing to log.",
        },
        Protection::None | Protection::HbaInsert => {
            "Nothing, whatever changes on the way: no guard is older than the bytes that the device fetched. fsync reports success."
        }
        Protection::FsChecksum => {
            "Nothing while writing: only a read from the disk compares it with the file system's checksum, and while the page is cached there is none. fsync reports success."
        }
        Protection::Parity | Protection::Mirror => {
            "Nothing while writing: only a scrub compares the two copies. fsync reports success."
        }
    };
    let card = card.child(note("", said));
    match sector.protection().guards() {
        true => {
            let text = format!("If it were refused: {}", fsync_errno(scenario.era));
            card.child(note("small", &text))
        }
        false => card,
    }
}

impl Sector<'_> {
    /// What a check would find if it were made on what the device fetched or would fetch now.
    fn refusal(&self) -> Option<Refusal> {
        let (received, _) = self.sampled()?;
        let sources = [
            self.wire(),
            self.held.copy[self.number.index()],
            self.held.memory[self.number.index()],
        ];
        let fetched = sources.into_iter().find(|content| content.is_some())?;
        let (received, computed) = (self.guard(received), self.guard(fetched));
        let model = &self.now.scenario.model;
        let bio = model.bio_at(&self.now.world, self.page, self.number);
        let mut pages = model.page_ids();
        let first = pages.find(|page| {
            model
                .bios_of(&self.now.world, *page)
                .any(|it| Some(it) == bio)
        });
        let first_page = first.unwrap_or(self.page);
        let mut sectors = model.sector_ids();
        let first_sector = sectors.find(|it| model.bio_at(&self.now.world, first_page, *it) == bio);
        (received != computed).then_some(Refusal {
            hop: Hop::Hba,
            lba: self.lba(),
            first_page,
            first_sector: first_sector.unwrap_or_default(),
            received,
            computed,
        })
    }
}
