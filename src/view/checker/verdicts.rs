//! The verdicts, each with a shortest schedule, and the odds.

use crate::exchange::{Consequence, grouped, percent};
use crate::explore::{DecimalOdds, SearchResult, with_round};
use crate::machine::Choice;
use crate::scenario::{Scenario, Verdict};

use super::super::badge::card;
use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::vdom::{Attr, Element, button, el, note};
use super::count;

/// The panel of verdicts and odds.
pub fn panel(now: &Moment, results: &CheckResults) -> Element {
    let Some(checked) = &results.checked else {
        return note("small", "Once everything has been looked at.");
    };
    let mut cards = el("div", "cards");
    for found in &checked.findings {
        cards = cards.child(finding(&now.scenario, found, &checked.round));
    }
    if checked.safe() {
        let words = match checked.complete {
            true => {
                "No schedule breaks a rule, loses an update, leaves anything behind or gets stuck."
            }
            false => "None of the states looked at is a failure. Not all were looked at.",
        };
        cards = cards.child(el("div", "card").child(note("", words)));
    }
    cards.child(odds(results)).child(stated(now, checked))
}

fn finding(scenario: &Scenario, found: &(Verdict, Vec<Choice>), round: &[Choice]) -> Element {
    let (verdict, schedule) = (found.0, &found.1);
    let steps = schedule.len();
    let changes = schedule
        .windows(2)
        .filter(|pair| pair[0].actor != pair[1].actor);
    let words = match steps {
        0 => "The run begins so.".to_owned(),
        _ => format!(
            "Shortest schedule: {}, with {}, and none of that length has fewer.",
            count(steps as u64, "step"),
            match changes.count() {
                1 => "1 change of actor".to_owned(),
                many => format!("{many} changes of actor"),
            }
        ),
    };
    let livelock = match (verdict, round.len()) {
        (Verdict::Livelock, 0) => " From its end on, everybody can get turns for ever.".to_owned(),
        (Verdict::Livelock, many) => format!(
            " From there on, everybody can get turns for ever: {many} steps more, and all is as it was."
        ),
        _ => String::new(),
    };
    let run = with_round(found, round);
    let walk = Msg::WalkThrough(run.clone(), verdict);
    let end = Msg::ShowEnd(run);
    el("div", &card(verdict))
        .attr(Attr::Part, "finding")
        .child(el("h2", "").text(verdict.words()))
        .child(note("small", verdict.meaning()))
        .child(note(
            "",
            &Consequence::of(scenario, schedule, verdict).words(),
        ))
        .child(note("", &format!("{words}{livelock}")))
        .child(
            el("div", "moves")
                .child(button("primary", "", "Walk through it", false, walk))
                .child(button("", "", "Show its end", false, end)),
        )
}

fn odds(results: &CheckResults) -> Element {
    let card = el("div", "card")
        .attr(Attr::Part, "odds")
        .child(el("h2", "").text("Odds"));
    let digits = match &results.odds {
        None => return card.child(note("", "Not known yet, or not everything was looked at.")),
        Some(Err(reason)) => return card.child(note("", reason)),
        Some(Ok(digits)) => digits,
    };
    let mut list = el("dl", "figures")
        .child(el("dt", "").text("fail if each step is chosen at random"))
        .child(el("dd", "").text(&percent(digits.failing)));
    if digits.endless > 0.0 {
        list = list
            .child(el("dt", "").text("go on for ever without failing"))
            .child(el("dd", "").text(&percent(digits.endless)));
    }
    let mut findings = results.checked.iter().flat_map(|checked| &checked.findings);
    let livelock = match findings.any(|finding| finding.0 == Verdict::Livelock) {
        true => {
            "A livelock counts where there is no way out of it; where there is one, random steps take it in the end."
        }
        false => "",
    };
    card.child(list)
        .child(note("small", livelock))
        .child(note(
            "small",
            "At every moment each step that is possible is equally likely, the disk's too. Computed over all states, not sampled. Hardware fails at another rate: there, steps take their own time.",
        ))
        .child(counted(digits))
}

/// A folded section with the other figures, and what they mean.
fn counted(digits: &DecimalOdds) -> Element {
    let number = |digits: &str| {
        el("dd", "")
            .attr(Attr::Title, digits)
            .text(&grouped(digits))
    };
    let (above, below) = &digits.exactly;
    let mut list = el("dl", "figures");
    let meaning = match &digits.schedules {
        Some((all, failing)) => {
            list = list
                .child(el("dt", "").text("different schedules"))
                .child(number(all))
                .child(el("dt", "").text("of which fail"))
                .child(number(failing));
            "A schedule is one order of all steps. They are not equally likely, as some leave more to choose from than others, so the quotient of these two numbers is not the share above: it says how many orders fail, not how often one of them comes about."
        }
        None => "How many schedules there are has no answer: a run can go round for ever.",
    };
    let folded = el("details", "")
        .child(el("summary", "").text("How many schedules, and the share exactly"))
        .child(list)
        .child(note("small", meaning));
    if above == "0" || above == below {
        return folded;
    }
    folded.child(note(
        "digits",
        &format!("The share exactly: {above} / {below}"),
    ))
}

/// The verdicts that the file states, beside those that were found.
fn stated(now: &Moment, checked: &SearchResult) -> Element {
    let scenario = &now.scenario;
    let found: Vec<Verdict> = checked.findings.iter().map(|finding| finding.0).collect();
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
    let unstable = match (checked.unstable, checked.safe() && found.is_empty()) {
        (true, true) => {
            " In some schedules bytes do change between their checksum and the end of the I/O, harmlessly."
        }
        (false, _) => {
            " In no schedule do bytes change between their checksum and the end of the I/O."
        }
        _ => "",
    };
    el("div", "card")
        .child(el("h2", "").text("Stated and found"))
        .child(note("", &format!("{text}{unstable}")))
}
