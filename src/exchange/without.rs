//! What would happen without a step, in words.

use super::figures::{grouped, percent};
use super::words::a;
use super::worth::{but, less};
use crate::explore::{Mutant, Omission, Verdicts, Without};

/// What comes of leaving a step out; `omission` says whether an edit can. None while the checker is still searching
/// the ordering without the step.
pub fn without_words(omission: &Omission, without: Option<&Without>) -> Option<String> {
    Some(match omission {
        Omission::Device => {
            "The device makes this step; no change to the kernel's code leaves it out.".to_owned()
        }
        Omission::User => {
            "This is what the program wants. Without it there would be nothing to see here."
                .to_owned()
        }
        Omission::By(_) => match without?.mutant.as_ref() {
            None => "It cannot be left out here.".to_owned(),
            Some(mutant) => outcome(mutant, without?.before),
        },
    })
}

/// What the search of the ordering without the step found, against the verdicts `before`, with the step.
fn outcome(mutant: &Mutant, before: Verdicts) -> String {
    let new: Verdicts = (mutant.verdicts.iter())
        .filter(|it| !before.has(*it))
        .collect();
    let states = grouped(&mutant.states.to_string());
    let what = match (mutant.verdicts.safe(), mutant.share) {
        (true, None) => {
            return format!("In the {states} states looked at nothing fails; there are more.");
        }
        (true, Some(_)) => return nothing_fails(mutant, before),
        _ if new.is_empty() => format!("It fails all the same, with {}", list(mutant.verdicts)),
        _ if before.safe() => format!("{} becomes possible", first_up(&list(new))),
        _ => format!("{} becomes possible as well", first_up(&list(new))),
    };
    let first = match &mutant.shortest {
        Some((_, run)) if new.is_empty() || before.safe() => {
            format!(", first after {}", steps(run.len()))
        }
        Some((_, run)) => format!(
            "; the first failure of all comes after {}",
            steps(run.len())
        ),
        None => String::new(),
    };
    let share = match mutant.share {
        Some(share) if share >= 1.0 => "; every schedule fails.".to_owned(),
        // A livelock is a loop in which every actor that can move does move; steps chosen at random leave
        // such a loop with probability 1, so no share of schedules fails.
        Some(0.0) => "; steps chosen at random leave the loop in the end.".to_owned(),
        Some(share) => {
            let share = percent(share);
            let of = if share.ends_with(['%', ')']) {
                " of"
            } else {
                ""
            };
            format!("; {share}{of} schedules fail if each step is chosen at random.")
        }
        None => format!(". Only {states} states were looked at; there are more."),
    };
    format!("{what}{first}{share}")
}

/// What is to be said of an ordering that does not fail without the step.
fn nothing_fails(mutant: &Mutant, before: Verdicts) -> String {
    let more = if before.safe() { "" } else { " any more" };
    let Some(safety) = &mutant.safety else {
        return format!(
            "Nothing fails{more}. Whether the ordering still does all it did is not known here."
        );
    };
    let (less, but) = (less(safety), but(safety));
    let but = match but.strip_prefix("; ") {
        Some(but) => format!(" ({}.)", first_up(but)),
        None => String::new(),
    };
    match (less.is_empty(), before.safe()) {
        (false, _) => format!(
            "No failure is seen{more}, since {less}: that is no proof that the step is useless.{but}"
        ),
        (true, true) => format!(
            "Nothing fails: this scenario, with its actors, its device and its kernel, is safe without it. Another may need it.{but}"
        ),
        (true, false) => {
            format!("Nothing fails any more: this scenario is safe without it.{but}")
        }
    }
}

fn steps(many: usize) -> String {
    match many {
        1 => "1 step".to_owned(),
        _ => format!("{many} steps"),
    }
}

/// "a guard error or a lost update".
fn list(verdicts: Verdicts) -> String {
    let all: Vec<String> = verdicts.iter().map(a).collect();
    match &all[..] {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn first_up(text: &str) -> String {
    let (first, rest) = text.split_at(text.len().min(1));
    first.to_ascii_uppercase() + rest
}
