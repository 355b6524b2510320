//! One sector at the moment shown: where its bytes are and since when, its tuple, and its guard
//! worked through.

mod crc;
mod hex;
mod places;
mod register;
mod tuple;

use crate::exchange::{Refusal, fsync_errno, log_lines};
use crate::machine::{Hop, Protection};

use super::log::log;
use super::look::Look;
use super::now::Now;
use super::tree::{At, El, button, el, note, rich, select};
use super::wish::Wish;

use hex::Version;
use places::{Key, Place, Sector};

/// The inspector of the sector that is looked at.
pub fn inspect(now: &Now, look: &Look) -> El {
    let sector = Sector::of(now, look);
    let places = sector.places();
    let versions = hex::versions(&sector, &places);
    el("section", "inspect")
        .at(At::Label, "Inspector")
        .with(held(&sector, &places, &versions))
        .with(hex::hex(&sector, &places, &versions, look))
        .with(tuple::tuples(&sector))
        .with(crc::crc(&sector, &places, &versions, look))
        .with(kernel(&sector))
}

/// Which sector, and which version of its bytes each place holds.
fn held(sector: &Sector, places: &[Place], versions: &[Version]) -> El {
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
    for place in places {
        list = list.with(row(sector, place, versions));
    }
    el("div", "card")
        .at(At::Part, "held")
        .with(heading(sector))
        .with(note("", &words))
        .with(list)
}

fn heading(sector: &Sector) -> El {
    let geometry = sector.now.scenario.model.geometry;
    let mut options = Vec::new();
    for page in 0..geometry.pages as usize {
        for number in 0..geometry.sectors() {
            let of = match geometry.pages {
                1 => String::new(),
                _ => format!("page {page}, "),
            };
            let lba = geometry.lba(page, number);
            let text = format!("{of}sector {number}, LBA {lba}");
            options.push((text, Wish::Sector(page, number)));
        }
    }
    let chosen = sector.page * geometry.sectors() + sector.number;
    el("div", "which")
        .with(el("h2", "").text("Bytes of"))
        .with(select("One sector", chosen, options))
}

/// A place: what it holds, its guard, since which step, and who put it there.
fn row(sector: &Sector, place: &Place, versions: &[Version]) -> El {
    let key = match place.key {
        Key::Start => "start",
        Key::Memory => "memory",
        Key::Copy => "copy",
        Key::Sealed => "sealed",
        Key::Wire => "fetched",
        Key::Target => "target",
        Key::Media => "media",
    };
    let sum = format!("{} {:04x}", sector.sum_name(), sector.guard(place.content));
    let mut line = el("div", "line");
    if let Some(version) = versions.iter().find(|it| it.content == place.content) {
        line = line.with(hex::badge(version));
    }
    line = line
        .with(el("span", "place").text(place.title))
        .with(el("code", "").text(&sum));
    if place.since > 0 {
        let text = format!("step {}", place.since);
        line = line.with(button("", "", &text, false, Wish::Seek(place.since)));
    }
    el("li", "")
        .at(At::Part, &format!("held-{key}"))
        .with(line)
        .with(rich(el("p", "small"), &place.words))
}

/// What the kernel logs and fsync returns of this sector's guard.
fn kernel(sector: &Sector) -> El {
    let scenario = &sector.now.scenario;
    let card = el("div", "card")
        .at(At::Part, "kernel")
        .with(el("h2", "").text("What the kernel says of it"));
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
            "Nothing while writing: only whoever reads the sector later compares it with the file system's checksum. fsync reports success."
        }
        Protection::Parity | Protection::Mirror => {
            "Nothing while writing: nobody compares the two copies before a scrub or a rebuild. fsync reports success."
        }
    };
    let card = card.with(note("", said));
    match sector.protection().guards() {
        true => {
            let text = format!("Were it refused: {}", fsync_errno(scenario.era));
            card.with(note("small", &text))
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
            self.held.copy[self.number],
            self.held.memory[self.number],
        ];
        let fetched = sources.into_iter().find(|it| it.is_some())?;
        let (received, computed) = (self.guard(received), self.guard(fetched));
        let model = &self.now.scenario.model;
        let mut pages = 0..model.geometry.pages;
        let beside = |it: &u8| model.page(&self.now.world, (*it).into()).bio == self.held.bio;
        let first = match self.held.bio {
            Some(_) => pages.find(beside),
            None => None,
        };
        (received != computed).then_some(Refusal {
            hop: Hop::Hba,
            lba: self.lba(),
            first_page: first.unwrap_or(self.page as u8),
            received,
            computed,
        })
    }
}
