//! What lies ahead, in a few words.

use crate::explore::{Ahead, Fate};
use crate::scenario::Verdict;

/// Where a state or a step leads, for whoever chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlooks {
    /// Whether it can go wrong.
    pub fate: Fate,
    /// In words, without a full stop.
    pub words: String,
}

fn steps(many: u16) -> String {
    match many {
        1 => "1 step".to_owned(),
        _ => format!("{many} steps"),
    }
}

/// The nearest verdicts, at most two.
fn nearest(ahead: &Ahead) -> Vec<(Verdict, u16)> {
    let mut verdicts = ahead.verdicts.clone();
    verdicts.sort_by_key(|(_, steps)| *steps);
    verdicts.truncate(2);
    verdicts
}

/// What a step that is offered leads to; distances count the step itself. `complete` says whether
/// every schedule was looked at.
pub fn foresee_step(ahead: &Ahead, complete: bool) -> Outlooks {
    let verdicts = nearest(ahead);
    let words = match &verdicts[..] {
        [] if complete => "safe from here on".to_owned(),
        [] => "no failure in sight".to_owned(),
        [(verdict, 0 | 1), ..] => format!("{}, with this step", verdict.words()),
        all => {
            let each = all
                .iter()
                .map(|(it, away)| format!("{} in {}", it.words(), steps(*away)));
            let each: Vec<String> = each.collect();
            let certain = match ahead.fate {
                Fate::Doomed if complete => ", whatever comes",
                _ => "",
            };
            each.join(", ") + certain
        }
    };
    Outlooks {
        fate: ahead.fate,
        words,
    }
}

/// What lies ahead of the moment shown, in a sentence; `share` words the share of schedules that
/// fail from here.
pub fn foresee(ahead: &Ahead, complete: bool, share: &str) -> Outlooks {
    let verdicts = nearest(ahead);
    let each = verdicts.iter().map(|(it, away)| match away {
        0 => format!("{} here", it.words()),
        _ => format!("{} {} away", it.words(), steps(*away)),
    });
    let each: Vec<String> = each.collect();
    let words = match (verdicts.is_empty(), complete, ahead.fate) {
        (true, true, _) => "Safe from here on: no schedule fails any more.".to_owned(),
        (true, false, _) => "No failure in sight; not everything was looked at.".to_owned(),
        (false, true, Fate::Doomed) if verdicts[0].1 == 0 => String::new(),
        (false, true, Fate::Doomed) => {
            format!("From here every schedule fails: {}.", each.join(", "))
        }
        (false, true, _) => format!(
            "From here: {}. Of random schedules {share} fail.",
            each.join(", ")
        ),
        _ => format!(
            "From here: {}, perhaps nearer; not everything was looked at.",
            each.join(", ")
        ),
    };
    Outlooks {
        fate: ahead.fate,
        words,
    }
}

/// What a reduced search found where the full one ran out of memory.
pub fn reduced_words(
    complete: bool,
    states: u32,
    verdicts: &[(Verdict, u16)],
    may_loop: bool,
) -> String {
    let how = "A search that takes alike actors as one, and steps that nobody else can notice together with the next,";
    let each = verdicts
        .iter()
        .map(|(it, away)| format!("{} first in {}", it.words(), steps(*away)));
    let found = each.collect::<Vec<String>>().join(", ");
    let found = match (found.is_empty(), complete) {
        (false, _) => found,
        (true, true) => "no failure".to_owned(),
        (true, false) => "no failure so far".to_owned(),
    };
    let livelock = match may_loop {
        true => "; whether somebody can go round for ever it cannot tell",
        false => "",
    };
    match complete {
        true => format!("{how} did look at everything ({states} states): {found}{livelock}."),
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
        let say = |ahead: &Ahead| foresee_step(ahead, true).words;
        assert_eq!(say(&ahead(&[], Fate::Safe)), "safe from here on");
        let guard = (Verdict::GuardError, 3);
        assert_eq!(
            say(&ahead(&[guard], Fate::AtRisk)),
            "guard error in 3 steps"
        );
        let both = [(Verdict::LostUpdate, 9), guard];
        let words = "guard error in 3 steps, lost update in 9 steps";
        assert_eq!(say(&ahead(&both, Fate::AtRisk)), words);
        let stuck = [(Verdict::Deadlock, 2)];
        assert_eq!(
            say(&ahead(&stuck, Fate::Doomed)),
            "deadlock in 2 steps, whatever comes"
        );
        let now = [(Verdict::GuardError, 1)];
        assert_eq!(
            say(&ahead(&now, Fate::Doomed)),
            "guard error, with this step"
        );
        assert_eq!(
            foresee_step(&ahead(&[], Fate::Safe), false).words,
            "no failure in sight"
        );
    }

    #[test]
    fn a_moment_says_what_can_come_of_it() {
        let far = ahead(&[(Verdict::GuardError, 12)], Fate::AtRisk);
        assert_eq!(
            foresee(&far, true, "3.1 %").words,
            "From here: guard error 12 steps away. Of random schedules 3.1 % fail."
        );
        let here = ahead(&[(Verdict::Deadlock, 0)], Fate::Doomed);
        assert_eq!(foresee(&here, true, "all").words, "");
    }
}
