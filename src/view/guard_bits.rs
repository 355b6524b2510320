//! Two guards that the last step compared and found different, bit by bit.

use crate::exchange::hex;
use crate::explore::Check;
use crate::machine::{Hop, PageId, Protection, SectorId};

use super::moment::Moment;
use super::vdom::{Attr, Element, el, note, nothing};

/// The check that the last step made and that failed; where several failed, that of the first sector.
fn refused(now: &Moment) -> Option<(PageId, SectorId, Hop, Check)> {
    let step = now.depth();
    let geometry = now.scenario.model.geometry;
    for (page, columns) in geometry.page_ids().zip(&now.story.columns) {
        for (sector, column) in geometry.sector_ids().zip(columns) {
            for (hop, check) in [(Hop::Hba, column.hba), (Hop::Target, column.target)] {
                let check = check.filter(|it| it.step == step && !it.matched);
                if let Some(check) = check {
                    return Some((page, sector, hop, check));
                }
            }
        }
    }
    None
}

/// A row with the bits of a guard, those marked that differ from the other guard's.
fn bits(name: &str, from: &str, guard: u16, other: u16) -> Element {
    let mut row = el("tr", "")
        .child(el("th", "").attr(Attr::Scope, "row").text(name))
        .child(el("td", "value").child(el("code", "").text(&hex(guard))));
    for bit in (0..16).rev() {
        let one = guard >> bit & 1;
        let differs = (guard ^ other) >> bit & 1 == 1;
        let class = if differs { "differs" } else { "" };
        let digit = if one == 1 { "1" } else { "0" };
        row = row.child(el("td", class).text(digit));
    }
    row.child(el("td", "from").text(from))
}

/// Both guards of the check that failed at this step; nothing where none failed. That two guards are equal is said
/// by the sentence and by the sign between their cells.
pub fn guard_bits(now: &Moment) -> Element {
    let Some((page, sector, hop, check)) = refused(now) else {
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
    let verdict = format!("{differ} of 16 bits differ: it refuses the sector.");
    let column = &now.story.columns[page.index()][sector.index()];
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
        .child(bits("received", &taken, received, computed))
        .child(bits("recomputed", &fetched, computed, received));
    el("figure", "comparison")
        .attr(Attr::Part, "comparison")
        .child(note("small", &title))
        .child(
            el("div", "scroll")
                .attr(Attr::TabIndex, "0")
                .attr(Attr::Role, "group")
                .attr(Attr::Label, "Both guards in bits")
                .child(el("table", "").child(body)),
        )
        .child(el("figcaption", "").text(&verdict))
}
