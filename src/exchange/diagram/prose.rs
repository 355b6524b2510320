//! The paragraph below a diagram: what failed, and how the run ended.

use super::call::ascii;
use super::layout::paragraph;
use super::{Options, Searched};
use crate::exchange::ending::{livelock_words, outcome};
use crate::exchange::leaks::{last_world, leak_words};
use crate::exchange::narration::hex;
use crate::exchange::words::{begin, release_words, sectors, the, thing};
use crate::explore::{Failure, Story};
use crate::machine::{
    ActorId, Consumer, End, Hop, Invariant, Loss, Protection, Status, Violation, end, status,
};
use crate::scenario::{Scenario, Verdict, words};

/// Most failures of a run that are told.
pub(super) const MOST: usize = 2;

/// The first failures of a run and, if it is over, how it ended; and what a search of every order of steps found.
pub(super) fn verdict(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let mut said: Vec<String> = Vec::new();
    let failures = story.failures.iter();
    for failure in failures.filter(|it| it.fails()).take(MOST) {
        said.push(failed(scenario, story, failure));
    }
    said.extend(untold(scenario, story));
    said.retain(|it| !it.is_empty());
    let last = last_world(scenario, story);
    let round = story.round(&scenario.model);
    match end(&scenario.model, &last) {
        // A sentence about a failure says already how such a run ends.
        Some(End::Halted | End::Rest(_)) if !said.is_empty() => {}
        Some(how) => {
            said.push(outcome(scenario, story, &how));
            said.extend(sleepers(scenario, story, &how));
        }
        None if round.is_some() => {
            let words = round.map(|it| livelock_words(scenario, &it, "one round before"));
            said.extend(words);
        }
        None if said.is_empty() => said.push("Nothing has failed so far.".to_owned()),
        None => {}
    }
    if let Some(Searched { states, found }) = &options.searched {
        let fails = |it: &Verdict| it.fails();
        let found: Vec<Verdict> = found.iter().copied().filter(fails).collect();
        let fails = story.verdicts(&scenario.model).iter().any(fails);
        said.push(match found.is_empty() {
            true => format!("No order of steps fails (exhaustive, {states} states)."),
            false if fails => format!("(Exhaustive search, {states} states.)"),
            false => format!(
                "Other orders of steps fail: {} (exhaustive, {states} states).",
                words(&found)
            ),
        });
    }
    said.retain(|it| !it.is_empty());
    let era = options.era.unwrap_or(scenario.era);
    let text = without_steps(&said.join(" "));
    paragraph(&ascii(&release_words(&text, era)))
}

/// A text without the numbers of steps, which the diagram does not have.
fn without_steps(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut parts = text.split(" at step ");
    said += parts.next().unwrap_or_default();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit());
        if rest.len() == part.len() {
            said += " at step ";
        }
        said += rest;
    }
    said
}

/// An fsync that does not tell of an error of which another one has told.
fn untold(scenario: &Scenario, story: &Story) -> Option<String> {
    let mut broken = story.broken.iter();
    let (_, step) = broken.find(|(it, _)| *it == Invariant::I12)?;
    let who = begin(&the(scenario, story.actor(*step)?));
    Some(format!(
        "{who}'s fsync returns 0 although the write failed: an fsync before it was told of the error, and cleared it."
    ))
}

/// What each actor of a deadlock sleeps on.
fn sleepers(scenario: &Scenario, story: &Story, how: &End) -> Vec<String> {
    let End::Deadlock(cycle) = how else {
        return Vec::new();
    };
    let world = last_world(scenario, story);
    let sleeps = |actor: &ActorId| match status(&scenario.model, &world, *actor) {
        Status::Asleep(wait) => Some(format!(
            "{} sleeps on {}.",
            begin(&the(scenario, *actor)),
            thing(scenario, wait.on, wait.which)
        )),
        _ => None,
    };
    cycle.iter().filter_map(sleeps).collect()
}

/// A failure in a sentence or two.
fn failed(scenario: &Scenario, story: &Story, failure: &Failure) -> String {
    let which = sectors(scenario, failure.page, &[failure.sector]);
    let guard = |content| hex(scenario.model.contents.guard(content));
    match failure.violation {
        Violation::Guard {
            hop,
            received,
            computed,
            ..
        } => {
            let who = match hop {
                Hop::Hba => "The host adapter",
                Hop::Target => "The disk",
            };
            format!(
                "{who} refuses {which}: its guard is 0x{}, that of the data 0x{}. The write fails with -EILSEQ although no hardware misbehaved.",
                guard(received),
                guard(computed)
            )
        }
        Violation::ReadMismatch {
            guard,
            received,
            computed,
            ..
        } => match guard {
            true => format!(
                "The host fails the read of {which}: its guard is 0x{0}, that of what is in memory 0x{1}, although the bytes came right.",
                self::hex(scenario.model.contents.guard(received)),
                self::hex(scenario.model.contents.guard(computed))
            ),
            false => format!(
                "The file system fails the read of {which}: its checksum does not fit what is in memory, although the bytes came right."
            ),
        },
        Violation::UnstableWrite { .. } => {
            let what = match scenario.model.protection {
                Protection::Parity => "parity was computed from other bytes",
                Protection::Mirror => "the other leg of the mirror holds other bytes",
                _ => "with other bytes than were submitted",
            };
            format!("The write of {which} completes without error, but {what}.")
        }
        // The sentence about the end tells of these.
        Violation::Torn { .. } | Violation::Corrupt { .. } => String::new(),
        Violation::Checksum { consumer, .. } => {
            let what = match consumer {
                Consumer::FileSystem => "the file system's checksum was taken from other bytes",
                Consumer::Block => "the checksum inside the block is not that of its bytes",
            };
            format!("The write of {which} completes without error, but {what}.")
        }
        Violation::Lost { how, .. } => match how {
            Loss::AtRest => format!(
                "{} is newer in memory than on the media, and neither a dirty bit nor an error says so: the update is lost.",
                begin(&which)
            ),
            Loss::Fsync => format!(
                "fsync returns success, but the media do not hold what memory held of {which} when it was called."
            ),
            Loss::ReadOver => format!(
                "The read brings the bytes of the media over {which}, which was newer in memory: the update is lost."
            ),
            Loss::Detached => format!(
                "The store into {which} goes into a page that has left the file: it is lost."
            ),
        },
        Violation::Exposed { .. } => {
            "Everyone is done, but the page counts as clean and the next store goes past it unseen."
                .to_owned()
        }
        Violation::Leaked(leak) => {
            format!(
                "Everyone is done, but {}.",
                leak_words(scenario, story, leak)
            )
        }
        Violation::Assertion { what, .. } => format!("The kernel stops: {}.", what.meaning()),
        Violation::Trap { .. } => {
            "The store traps: the kernel's own mapping of the page is read-only.".to_owned()
        }
        Violation::Unstable { .. } => String::new(),
    }
}
