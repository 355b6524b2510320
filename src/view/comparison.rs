//! The comparison of two guards that the last step made, bit by bit.

use crate::exchange::hex;
use crate::explore::Check;
use crate::machine::{Hop, Protection};

use super::now::Now;
use super::tree::{At, El, el, note, nothing};

/// The check the last step made, of the sector that decides: the first that differs, else the first.
fn last_check(now: &Now) -> Option<(usize, usize, Hop, Check)> {
    let step = now.depth();
    let mut found = None;
    for (page, columns) in now.story.columns.iter().enumerate() {
        for (sector, column) in columns.iter().enumerate() {
            for (hop, check) in [(Hop::Hba, column.hba), (Hop::Target, column.target)] {
                let Some(check) = check.filter(|it| it.step == step) else {
                    continue;
                };
                let decides = found.is_none_or(|(.., it): (usize, usize, Hop, Check)| it.matched);
                if found.is_none() || decides && !check.matched {
                    found = Some((page, sector, hop, check));
                }
            }
        }
    }
    found
}

/// The bits of a guard; those that differ from the other one's stand out.
fn bits(name: &str, from: &str, guard: u16, other: u16) -> El {
    let mut row = el("tr", "")
        .with(el("th", "").at(At::Scope, "row").text(name))
        .with(el("td", "value").with(el("code", "").text(&hex(guard))));
    for bit in (0..16).rev() {
        let one = guard >> bit & 1;
        let differs = (guard ^ other) >> bit & 1 == 1;
        let class = if differs { "differs" } else { "" };
        let digit = if one == 1 { "1" } else { "0" };
        row = row.with(el("td", class).text(digit));
    }
    row.with(el("td", "from").text(from))
}

/// Both guards of the check the last step made; nothing where it made none.
pub fn comparison(now: &Now) -> El {
    let Some((page, sector, hop, check)) = last_check(now) else {
        return nothing();
    };
    let (scenario, model) = (&now.scenario, &now.scenario.model);
    let received = model.contents.guard(check.received);
    let computed = model.contents.guard(check.computed);
    let who = match (hop, model.protection) {
        (Hop::Hba, Protection::Nvme) => "the controller",
        (Hop::Hba, _) => "the HBA",
        (Hop::Target, _) => "the target",
    };
    let of = match model.geometry.pages {
        1 => String::new(),
        _ => format!(" of page {page}"),
    };
    let lba = model.geometry.lba(page, sector);
    let differ = (received ^ computed).count_ones();
    let (class, verdict) = match check.matched {
        true => (
            "comparison",
            "All 16 bits are equal: it lets the sector pass.".to_owned(),
        ),
        false => (
            "comparison refused",
            format!("{differ} of 16 bits differ: it refuses the sector."),
        ),
    };
    let column = &now.story.columns[page][sector];
    let taken = column.guard.map(|(_, step)| step);
    let taken = taken.map_or("with the tuple".to_owned(), |step| {
        format!("taken at step {step}")
    });
    let fetched = column.wire.map(|(_, step)| step);
    let fetched = match fetched {
        Some(step) => format!("from the bytes fetched at step {step}"),
        None => "from the bytes that came".to_owned(),
    };
    let algorithm = match scenario.device.ip {
        true => "IP checksum",
        false => "CRC-16/T10-DIF",
    };
    let title = format!(
        "Here {who} compares, for sector {sector}{of} (LBA {lba}), two guards ({algorithm})"
    );
    let body = el("tbody", "")
        .with(bits("received", &taken, received, computed))
        .with(bits("recomputed", &fetched, computed, received));
    el("figure", class)
        .at(At::Part, "comparison")
        .with(note("small", &title))
        .with(
            el("div", "scroll")
                .at(At::TabIndex, "0")
                .at(At::Role, "group")
                .at(At::Label, "Both guards in bits")
                .with(el("table", "").with(body)),
        )
        .with(el("figcaption", "").text(&verdict))
}
