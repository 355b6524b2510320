//! What is said of a scenario before its first step. What its file tells holds only where all is as the file has it; in
//! another kernel, on another device and with changes the words are derived from what is on the stage.

use crate::machine::{Protection, StableWait};
use crate::scenario::Scenario;

/// What the scenario on the stage is, in a sentence or more.
pub fn introduction(scenario: &Scenario) -> String {
    match scenario.as_written() {
        true => scenario.summary.clone(),
        false => format!("{} {}", what_differs(scenario), who_compares(scenario)),
    }
}

/// What is different from the file; empty where nothing is.
pub fn what_differs(scenario: &Scenario) -> String {
    let title = &scenario.title;
    let changes = scenario.own_changes();
    let elsewhere = (scenario.era, scenario.device) != (scenario.own_era, scenario.own_device);
    let written = format!(
        "written for Linux {} {}",
        scenario.own_era.word(),
        scenario.own_device.on()
    );
    let place = match elsewhere {
        true => format!(" It was {written}."),
        false => String::new(),
    };
    match (changes, scenario.unchanged) {
        _ if scenario.as_written() => String::new(),
        ([], true) => format!("\u{201c}{title}\u{201d} with its changes undone.{place}"),
        ([], false) => format!("This is \u{201c}{title}\u{201d}, {written}."),
        _ => format!(
            "Changed from \u{201c}{title}\u{201d}: {}.{place}",
            changes.join("; ")
        ),
    }
}

/// Who on this device and in this kernel takes a first sample of the bytes, who compares, and who waits.
pub fn who_compares(scenario: &Scenario) -> String {
    let compares = match scenario.model.protection {
        Protection::DixDif => {
            "Guards are taken in the block layer; adapter and disk recompute them and refuse a sector whose bytes have changed."
        }
        Protection::HbaInsert => {
            "The adapter makes each guard from the bytes that it has fetched, so nobody notices what changed before."
        }
        Protection::None => "Nobody takes a checksum: the disk keeps whatever it fetches.",
        Protection::FsChecksum => {
            "The file system takes a checksum of the bytes; nobody compares it before a later read."
        }
        Protection::DixOnly => {
            "Guards are taken in the block layer; the adapter recomputes them and passes the bytes on without."
        }
        Protection::Nvme => {
            "Guards are taken in the block layer; the controller recomputes them, and after a mismatch the host tries again."
        }
        Protection::Parity => {
            "Parity is computed from the page and the data is fetched later; nobody compares the two before a rebuild."
        }
        Protection::Mirror => {
            "Each leg fetches the page for itself; nobody compares the legs before a check of the array."
        }
    };
    let waits = match (scenario.model.rules.wait, scenario.model.stable) {
        (StableWait::Never, _) => {
            "This kernel itself has no wait for stable pages yet: Linux 3.0 brought it."
        }
        (StableWait::Always, _) => {
            "A wait for stable pages waits for writeback in this kernel, on every device."
        }
        (StableWait::IfRequired, true) => {
            "The mapping asks for stable pages, so a wait for them waits for writeback."
        }
        (StableWait::IfRequired, false) => {
            "The mapping does not ask for stable pages, so a wait for them returns at once."
        }
    };
    format!("{compares} {waits}")
}
