//! What stands above a diagram: what the ordering is called, in which kernel and on which device, and what it claims.

use crate::exchange::words::release_words;
use crate::machine::Protection;
use crate::protocol::Era;
use crate::scenario::{Device, Scenario};

/// Most changes that a title names.
const MOST: usize = 3;

/// What the ordering is called: by its file's title, but by its changes where the file's words may not be true of it, with
/// the names of a release.
pub(super) fn title(scenario: &Scenario, era: Era) -> String {
    let changed = !scenario.own_edits.is_empty() || scenario.era != scenario.own_era;
    let words = match scenario.edits.len() {
        many if many > MOST && changed => {
            let first = scenario.edits[..MOST].join("; ");
            format!("{first}; and {} more changes", many - MOST)
        }
        many if many > 0 && changed => scenario.edits.join("; "),
        _ if changed => {
            let written = scenario.own_era.word();
            format!("{} (written for Linux {written})", scenario.title)
        }
        _ => scenario.title.clone(),
    };
    release_words(&words, era)
}

/// "Linux 2.6.39, DIX+DIF disk"; and whose the address spaces are, where there are several.
pub(super) fn setting(scenario: &Scenario, era: Era) -> String {
    let names = match era == scenario.era {
        true => String::new(),
        false => format!(" (functions by their names in {})", era.word()),
    };
    let kernel = scenario.era.word();
    let mut text = format!("Linux {kernel}{names}, {}", disk(scenario.device));
    if scenario.spaces.len() > 1 {
        for (at, space) in scenario.spaces.iter().enumerate() {
            let actors = scenario.cast.iter().zip(&scenario.model.actors);
            let of = actors.filter(|(_, it)| it.space.is_some_and(|it| it.index() == at));
            let names: Vec<&str> = of.map(|(cast, _)| cast.name.as_str()).collect();
            let comma = if at == 0 { "; " } else { ", " };
            text += &format!("{comma}{space} is the mm of {}", names.join(" and "));
        }
    }
    text
}

/// What the file says of the ordering, where that is on the stage unchanged.
pub(super) fn claim(scenario: &Scenario, era: Era) -> Option<String> {
    scenario
        .as_written()
        .then(|| match era == scenario.own_era {
            true => scenario.summary.clone(),
            false => release_words(&scenario.summary, era),
        })
}

/// A device in as few words as in a mail.
fn disk(device: Device) -> &'static str {
    match (device.protection, device.ip) {
        (Protection::DixDif, false) => "DIX+DIF disk",
        (Protection::DixDif, true) => "DIX+DIF disk, IP checksums",
        (Protection::HbaInsert, _) => "DIF disk, guards by the HBA",
        (Protection::None, _) => "disk without PI",
        (Protection::FsChecksum, _) => "disk without PI, file system checksums",
        (Protection::DixOnly, _) => "DIX HBA, disk without PI",
        (Protection::Nvme, _) => "NVMe with PI",
        (Protection::Parity, _) => "RAID5 (skip_copy)",
        (Protection::Mirror, _) => "RAID1",
    }
}
