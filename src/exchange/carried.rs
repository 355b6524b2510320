//! In words, what is different about a run in another kernel, on another device or after other edits.

use super::words::the;
use crate::explore::{Carried, Parting};
use crate::machine::Protection;
use crate::protocol::OPS;
use crate::scenario::Scenario;

/// How many steps of a run are the same in another build of its scenario, and how they go on, in a sentence or two.
pub fn carried_words(old: &Scenario, new: &Scenario, carried: &Carried) -> String {
    let (there, here) = (place(old, new), place(new, old));
    let many = carried.choices.len();
    let Some(parting) = &carried.parting else {
        return match many {
            0 => String::new(),
            1 => format!("The step is the same {there}."),
            _ => format!("All {many} steps are the same {there}."),
        };
    };
    let same = match many {
        0 => String::new(),
        1 => "The first step is the same. ".to_owned(),
        _ => format!("The first {many} steps are the same. "),
    };
    format!("{same}{}", parted(old, new, parting, &here, &there))
}

/// At which step two orderings part, and what each of them does there.
pub fn parting_words(old: &Scenario, new: &Scenario, parting: &Parting) -> String {
    let (there, here) = match (old.era, old.device) == (new.era, new.device) {
        true => ("beside".to_owned(), "here".to_owned()),
        false => (place(old, new), place(new, old)),
    };
    parted(old, new, parting, &here, &there)
}

/// As [`parting_words`]; `here` and `there` are the words for the new and the old ordering.
fn parted(old: &Scenario, new: &Scenario, parting: &Parting, here: &str, there: &str) -> String {
    let who = the(new, parting.actor);
    let made = call(old, parting.old);
    let step = parting.step;
    let begins = format!("At step {step} {who} runs {made} {here};");
    match parting.new {
        _ if parting.blocked => {
            format!("{begins} {there} it sleeps before that step, or has no work yet.")
        }
        None => format!("{begins} {there} its program is over."),
        Some(row) if row == parting.old => {
            format!("{begins} {there} the same step is about something else or cannot go that way.")
        }
        Some(row) => format!("{begins} {there} it is at {} instead.", call(new, row)),
    }
}

/// What sets `of` apart from `other`: "in Linux 6.19", or "with DIX only" where the kernel is the same.
fn place(other: &Scenario, of: &Scenario) -> String {
    if of.era != other.era {
        return format!("in Linux {}", of.era.word());
    }
    let with = match of.device.protection {
        _ if of.device.ip => "with IP-checksum guards",
        Protection::DixDif => "with DIX and DIF",
        Protection::DixOnly => "with DIX only",
        Protection::Nvme => "with NVMe protection information",
        Protection::HbaInsert => "with DIF only",
        Protection::None => "without protection information",
        Protection::FsChecksum => "with file system checksums",
        Protection::Parity => "with RAID5 parity",
        Protection::Mirror => "with a RAID1 mirror",
    };
    with.to_owned()
}

/// A step as its kernel's line of source; by its label where that line is no call or would need an operand.
fn call(scenario: &Scenario, number: usize) -> String {
    let Some(row) = OPS.get(number) else {
        return "a step".to_owned();
    };
    let mut lines = scenario.cast.iter().flat_map(|it| &it.lines);
    let line = lines.find(|it| it.row == Some(number));
    match line.map_or("", |it| it.text.as_str()) {
        call if call.contains('(') => format!("`{call}`"),
        _ => format!("\"{}\"", row.label),
    }
}
