//! What a change of one step is worth, in words: whether it fails, mends the ordering, or only has it do less.

use super::figures::grouped;
use crate::explore::{Deed, Deeds, Mutant, Safety, Verdicts, invariants};
use crate::scenario::Verdict;

/// What a change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Some schedule fails.
    Fails,
    /// Not everything was looked at, and nothing fails so far.
    Unknown,
    /// The ordering failed without the change, does all that it did, and does not fail any more.
    Mends,
    /// The ordering failed without the change, and does less now: what fails is not done, or is not looked at.
    Unseen,
    /// Neither with nor without the change anything fails.
    Safe,
}

/// What a change comes to, and what there is to say of that; `before` are the verdicts without it.
pub fn worth(mutant: &Mutant, before: Verdicts) -> (Worth, String) {
    if !mutant.verdicts.safe() {
        let verdicts = mutant.verdicts.iter().filter(|it| it.fails());
        let verdicts: Vec<&str> = verdicts.map(Verdict::words).collect();
        return (Worth::Fails, verdicts.join(", "));
    }
    if mutant.share.is_none() {
        return (Worth::Unknown, "not all looked at".to_owned());
    }
    let Some(safety) = &mutant.safety else {
        let words = "nothing fails; whether it still does all it did is not known";
        return (Worth::Unknown, words.to_owned());
    };
    let less = less(safety);
    match (before.safe(), less.is_empty()) {
        (true, true) => (Worth::Safe, format!("safe here{}", but(safety))),
        (true, false) => (Worth::Safe, format!("safe here, but {less}{}", but(safety))),
        (false, true) => (Worth::Mends, format!("mends it{}", but(safety))),
        (false, false) => (
            Worth::Unseen,
            format!("only makes it unseen: {less}{}", but(safety)),
        ),
    }
}

/// What is not done any more, in words; empty if everything is.
pub(super) fn less(safety: &Safety) -> String {
    let mut said = Vec::new();
    if safety.idle && !safety.gone.has(Deed::Written) {
        said.push("nothing is ever written");
    }
    for (deed, wholly) in Deed::ALL.into_iter().zip(safety.wholly) {
        let words = |deeds: Deeds| deeds.has(deed);
        let said_of = match (deed, wholly, words(safety.gone), words(safety.sometimes)) {
            (Deed::Written, true, ..) => "nothing is written any more",
            (Deed::Written, _, true, _) => "some sectors are not written any more",
            (Deed::Written, _, _, true) => "some runs do not write what every run wrote",
            (Deed::Checked, true, ..) => "nothing is checked any more",
            (Deed::Checked, _, true, _) => "some sectors are not checked any more",
            (Deed::Checked, _, _, true) => "some runs do not check what every run checked",
            (Deed::Sealed, true, ..) => "no checksum is computed any more, so nobody can notice",
            (Deed::Sealed, _, true, _) => {
                "some sectors get no checksum any more, so nobody can notice what happens to them"
            }
            (Deed::Sealed, _, _, true) => "some runs compute no checksum where every run did",
            (Deed::Stored, true, ..) => "nobody stores any more",
            (Deed::Stored, _, true, _) => "some stores are not made any more",
            (Deed::Stored, _, _, true) => "some runs do not store what every run stored",
            (Deed::Synced, _, true, _) => "fsync never succeeds any more",
            (Deed::Synced, _, _, true) => "fsync does not always succeed any more",
            _ => continue,
        };
        said.push(said_of);
        // What is not written is not checked either; the first says enough.
        if wholly {
            break;
        }
    }
    said.join(", ")
}

/// What else one should know before believing it: broken invariants, lines that were not reached.
pub(super) fn but(safety: &Safety) -> String {
    const NAMED: usize = 2;
    let mut text = String::new();
    let broken = invariants(safety.broken).map(|it| {
        let (number, name) = it.name();
        format!("{number} ({name})")
    });
    let broken: Vec<String> = broken.collect();
    if !broken.is_empty() {
        text += &format!("; breaks {}", broken.join(", "));
    }
    let (all, reached) = safety.lines;
    let few = if 2 * reached < all { "only " } else { "" };
    if !safety.never.is_empty() || !few.is_empty() {
        let many = |number: u16| grouped(&number.to_string());
        text += &format!("; {few}{} of {} lines reached", many(reached), many(all));
    }
    if !safety.never.is_empty() {
        let names = safety.never.iter().take(NAMED);
        let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
        text += &format!(", no longer {}", names.join(", "));
        if safety.never.len() > NAMED {
            text += &format!(" and {} more", safety.never.len() - NAMED);
        }
    }
    text
}
