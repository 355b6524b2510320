//! The verdicts, each with a shortest schedule, and the odds.

use crate::exchange::{grouped, percent};
use crate::explore::{Checked, Digits};
use crate::machine::Choice;
use crate::scenario::Verdict;

use super::super::check::Check;
use super::super::now::Now;
use super::super::tree::{At, El, button, el, note};
use super::super::wish::Wish;

/// The panel.
pub fn panel(now: &Now, check: &Check) -> El {
    let Some(checked) = &check.checked else {
        return note("small", "Once everything has been looked at.");
    };
    let mut cards = el("div", "cards");
    for (verdict, schedule) in &checked.findings {
        cards = cards.with(finding(*verdict, schedule));
    }
    if checked.findings.is_empty() {
        let words = match checked.complete {
            true => "No schedule breaks a rule, loses an update or gets stuck.",
            false => "None of the states looked at is a failure. Not all were looked at.",
        };
        cards = cards.with(el("div", "card").with(note("", words)));
    }
    cards.with(odds(check)).with(stated(now, checked))
}

fn finding(verdict: Verdict, schedule: &[Choice]) -> El {
    let steps = schedule.len();
    let changes = schedule.windows(2).filter(|it| it[0].actor != it[1].actor);
    let words = match steps {
        0 => "The run begins so.".to_owned(),
        _ => format!(
            "Shortest schedule: {steps} steps, with {} changes of actor, and none of that length has fewer.",
            changes.count()
        ),
    };
    let livelock = match verdict {
        Verdict::Livelock => " From its end on, everybody can get turns for ever.",
        _ => "",
    };
    let walk = Wish::Walk(schedule.to_vec(), verdict);
    let end = Wish::ShowEnd(schedule.to_vec());
    el("div", "card failure")
        .at(At::Part, "finding")
        .with(el("h2", "").text(verdict.words()))
        .with(note("small", verdict.meaning()))
        .with(note("", &format!("{words}{livelock}")))
        .with(
            el("div", "moves")
                .with(button("primary", "", "Walk through it", false, walk))
                .with(button("", "", "Show its end", false, end)),
        )
}

fn odds(check: &Check) -> El {
    let card = el("div", "card")
        .at(At::Part, "odds")
        .with(el("h2", "").text("Odds"));
    let digits = match &check.odds {
        None => return card.with(note("", "Not known yet, or not everything was looked at.")),
        Some(Err(reason)) => return card.with(note("", reason)),
        Some(Ok(digits)) => digits,
    };
    let mut list = el("dl", "figures");
    let mut say = |term: &str, value: El| {
        let row = std::mem::replace(&mut list, el("dl", "figures"));
        list = row.with(el("dt", "").text(term)).with(value);
    };
    say(
        "fail if a die chooses each step",
        el("dd", "").text(&percent(digits.failing)),
    );
    if digits.endless > 0.0 {
        say(
            "go on for ever without failing",
            el("dd", "").text(&percent(digits.endless)),
        );
    }
    match &digits.schedules {
        Some((all, failing)) => {
            say("different schedules", number(all));
            say("of which fail", number(failing));
        }
        None => say(
            "different schedules",
            el("dd", "").text("without end: a run can go round"),
        ),
    }
    let livelock = |it: &Checked| it.findings.iter().any(|it| it.0 == Verdict::Livelock);
    let livelock = match check.checked.as_ref().is_some_and(|it| livelock(it)) {
        true => {
            "A livelock counts where there is no way out of it; where there is one, a die takes it in the end."
        }
        false => "",
    };
    card.with(list)
        .with(note("small", livelock))
        .with(note(
            "small",
            "The first share is that of a die: at every moment each step that is possible is equally likely, the disk's too. Computed over all states, not sampled. Schedules differ in probability, so it is not the quotient of the two numbers below it; and it is no rate on hardware, where steps take their own time.",
        ))
        .with(exactly(digits))
}

fn number(digits: &str) -> El {
    el("dd", "").at(At::Title, digits).text(&grouped(digits))
}

fn exactly(digits: &Digits) -> El {
    let (above, below) = &digits.exactly;
    if above == "0" || above == below {
        return el("span", "hidden");
    }
    el("details", "")
        .with(el("summary", "").text("The share exactly"))
        .with(note("digits", &format!("{above} / {below}")))
}

/// What the file says must come of it, beside what did.
fn stated(now: &Now, checked: &Checked) -> El {
    let scenario = &now.scenario;
    let found: Vec<Verdict> = checked.findings.iter().map(|it| it.0).collect();
    let words = crate::scenario::words(&found);
    let text = match scenario.stated() {
        _ if !checked.complete => return el("span", "hidden"),
        Some(stated) if stated == found => {
            format!(
                "Stated by the scenario's file: {words}. That is what was found, just now, in your browser."
            )
        }
        Some(stated) => format!(
            "Stated by the scenario's file: {}. Found was: {words}. One of the two is wrong.",
            crate::scenario::words(stated)
        ),
        None => format!(
            "The scenario's file states no verdict for this kernel, device and change. Found: {words}."
        ),
    };
    let unstable = match (checked.unstable, found.is_empty()) {
        (true, true) => {
            " In some schedules bytes do change between their checksum and the end of the I/O, harmlessly."
        }
        (false, _) => {
            " In no schedule do bytes change between their checksum and the end of the I/O."
        }
        _ => "",
    };
    el("div", "card")
        .with(el("h2", "").text("Stated and found"))
        .with(note("", &format!("{text}{unstable}")))
}
