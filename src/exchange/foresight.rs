//! What can still happen after a step or from a moment on, in a few words.

use crate::explore::{Ahead, Fate};
use crate::scenario::Verdict;

/// Where a state or an offered step leads, as shown to the visitor who chooses the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlooks {
    /// Whether some, all or no schedules from there fail.
    pub fate: Fate,
    /// A sign for `fate`; empty where the run has failed already and nothing else can fail after that.
    pub sign: &'static str,
    /// The same in words.
    pub words: String,
}

impl Outlooks {
    fn new(fate: Fate, failed: bool, words: String) -> Outlooks {
        let sign = match (fate, failed) {
            (Fate::Safe, false) => "\u{2713} ",
            (Fate::Safe, true) => "",
            (Fate::AtRisk, _) => "! ",
            (Fate::Doomed, _) => "\u{2715} ",
        };
        Outlooks { fate, sign, words }
    }
}

fn steps(many: u16) -> String {
    match many {
        1 => "1 step".to_owned(),
        _ => format!("{many} steps"),
    }
}

/// The one or two verdicts that the fewest steps lead to.
fn nearest(ahead: &Ahead) -> &[(Verdict, u16)] {
    &ahead.verdicts[..ahead.verdicts.len().min(2)]
}

/// What a step that is offered leads to; distances count the step itself. `complete` says whether
/// every schedule was looked at, `failed` whether this run has failed already.
pub fn foresee_step(ahead: &Ahead, complete: bool, failed: bool) -> Outlooks {
    let verdicts = nearest(ahead);
    let each = verdicts
        .iter()
        .map(|(it, away)| format!("{} in {}", it.words(), steps(*away)));
    let each = each.collect::<Vec<String>>().join(", ");
    let words = match (verdicts, complete, ahead.fate) {
        ([], true, _) if failed => "no further failure".to_owned(),
        ([], true, _) => "safe from here on".to_owned(),
        ([], false, _) => "no failure in sight".to_owned(),
        ([(verdict, 0 | 1), ..], ..) => format!("fails with {} at this step", verdict.words()),
        (_, true, Fate::Doomed) => format!("fails for certain, with {each}"),
        _ => format!("may fail with {each} at the earliest"),
    };
    Outlooks::new(ahead.fate, failed, words)
}

/// As [`foresee_step`], in a word or two, for a button.
pub fn foresee_briefly(ahead: &Ahead, complete: bool, failed: bool) -> String {
    match (ahead.verdicts.first(), complete, ahead.fate) {
        (None, true, _) if failed => "ready".to_owned(),
        (None, true, _) => "\u{2713} safe".to_owned(),
        (None, false, _) => "not known".to_owned(),
        (Some((_, away)), true, Fate::Doomed) => format!("\u{2715} fails in {away}"),
        (Some((_, away)), ..) => format!("! in {away}"),
    }
}

/// What lies ahead of the moment shown, in a sentence; `share` words the share of schedules that
/// fail from here.
pub fn foresee(ahead: &Ahead, complete: bool, failed: bool, share: &str) -> Outlooks {
    let verdicts = nearest(ahead);
    let each = verdicts.iter().map(|(it, away)| match away {
        0 => format!("{} here", it.words()),
        _ => format!("{} in {}", it.words(), steps(*away)),
    });
    let each = each.collect::<Vec<String>>().join(", ");
    let words = match (verdicts, complete, ahead.fate) {
        ([], true, _) if failed => "It has failed; nothing else can fail after that.".to_owned(),
        ([], true, _) => "Safe from here on: no schedule fails.".to_owned(),
        ([], false, _) => "No failure in sight; not everything was looked at.".to_owned(),
        ([(_, 0), ..], true, Fate::Doomed) => String::new(),
        (_, true, Fate::Doomed) => {
            format!("From here every schedule fails, with {each} at the earliest.")
        }
        (_, true, _) => {
            format!(
                "May fail from here, with {each} at the earliest. If each step is chosen at random, {share} fail."
            )
        }
        _ => format!(
            "May fail from here, with {each}, perhaps sooner; not everything was looked at."
        ),
    };
    Outlooks::new(ahead.fate, failed, words)
}

/// What a reduced search found, beside the full one or where that ran out of memory. The verdicts come with a number of steps
/// each, of which there may be `fewer` for all that is known.
pub fn reduced_words(
    complete: bool,
    states: u32,
    verdicts: &[(Verdict, u16)],
    fewer: bool,
    may_loop: bool,
) -> String {
    let how = "A reduced search (identical actors taken as one, steps whose order nobody can notice made in one order)";
    let each = verdicts.iter().map(|(it, away)| match fewer {
        true => format!("{} in {} or fewer", it.words(), steps(*away)),
        false => format!("{} first in {}", it.words(), steps(*away)),
    });
    let found = each.collect::<Vec<String>>().join(", ");
    let found = match (found.is_empty(), complete) {
        (false, _) => found,
        (true, true) => "no failure".to_owned(),
        (true, false) => "no failure so far".to_owned(),
    };
    let livelock = match may_loop {
        true => "; it cannot tell whether somebody can go round for ever",
        false => "",
    };
    match complete {
        true => format!("{how} looked at everything ({states} states): {found}{livelock}."),
        false => {
            format!("{how} ran out of memory as well, after {states} states: {found}{livelock}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(verdicts: &[(Verdict, u16)], fate: Fate) -> Ahead {
        Ahead {
            verdicts: verdicts.to_vec(),
            fate,
            share: 0.5,
        }
    }

    #[test]
    fn steps_say_where_they_lead() {
        let say = |ahead: &Ahead| foresee_step(ahead, true, false).words;
        assert_eq!(say(&ahead(&[], Fate::Safe)), "safe from here on");
        let guard = (Verdict::GuardError, 3);
        let risk = ahead(&[guard, (Verdict::LostUpdate, 9)], Fate::AtRisk);
        let words = "may fail with guard error in 3 steps, lost update in 9 steps at the earliest";
        assert_eq!(say(&risk), words);
        assert_eq!(foresee_briefly(&risk, true, false), "! in 3");
        let stuck = ahead(&[(Verdict::Deadlock, 2)], Fate::Doomed);
        assert_eq!(say(&stuck), "fails for certain, with deadlock in 2 steps");
        assert_eq!(foresee_briefly(&stuck, true, false), "\u{2715} fails in 2");
        let now = ahead(&[(Verdict::GuardError, 1)], Fate::Doomed);
        assert_eq!(say(&now), "fails with guard error at this step");
        let unknown = ahead(&[], Fate::Safe);
        assert_eq!(
            foresee_step(&unknown, false, false).words,
            "no failure in sight"
        );
        assert_eq!(foresee_briefly(&unknown, false, false), "not known");
    }

    #[test]
    fn a_moment_says_what_can_come_of_it() {
        let far = ahead(&[(Verdict::GuardError, 12)], Fate::AtRisk);
        let words = "May fail from here, with guard error in 12 steps at the earliest. If each step is chosen at random, 3.1 % fail.";
        assert_eq!(foresee(&far, true, false, "3.1 %").words, words);
        let here = ahead(&[(Verdict::Deadlock, 0)], Fate::Doomed);
        assert_eq!(foresee(&here, true, true, "all").words, "");
        // A run that has failed is never called safe, although nothing else can fail.
        let over = foresee(&ahead(&[], Fate::Safe), true, true, "none");
        assert_eq!((over.sign, over.words.contains("failed")), ("", true));
        assert_eq!(
            foresee_step(&ahead(&[], Fate::Safe), true, true).words,
            "no further failure"
        );
    }
}
