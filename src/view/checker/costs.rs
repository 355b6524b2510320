//! What an ordering costs, beside what another one costs.

use crate::exchange::amount;
use crate::explore::Verdicts;
use crate::protocol::Era;
use crate::scenario::{Device, Verdict, catalogue};

use super::super::badge::badge;
use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, el, note, select};

/// The panel of costs.
pub fn panel(now: &Moment, ui: &UiState, results: &CheckResults) -> Element {
    let Some(own) = &results.costs else {
        let words = match results.checked.as_ref().is_some_and(|it| !it.complete) {
            true => "Not everything was looked at, so the costs are not known.",
            false => "Once everything has been looked at.",
        };
        return note("small", words);
    };
    let scenario = &now.scenario;
    let slug = scenario.slug.clone();
    let choices: Vec<_> = catalogue().filter(|entry| entry.slug != slug).collect();
    let chosen = choices.iter().position(|entry| entry.slug == ui.costs_of);
    let mut options = vec![(
        "another ordering\u{2026}".to_owned(),
        Msg::CompareCosts(String::new()),
    )];
    options.extend(choices.iter().map(|entry| {
        let msg = Msg::CompareCosts(entry.slug.to_owned());
        (entry.title.to_owned(), msg)
    }));
    let list = select("Compare with", chosen.map_or(0, |at| at + 1), options);
    let other = results.costs_of_other.as_ref();
    let mut head = el("tr", "")
        .child(el("th", "").attr(Attr::Scope, "col").text("per schedule"))
        .child(column(
            &scenario.title,
            &setting(scenario.era, scenario.device),
            "on average",
        ))
        .child(column("", "", "at worst"));
    if let Some(other) = other {
        head = head
            .child(column(
                &other.title,
                &setting(other.era, other.device),
                "on average",
            ))
            .child(column("", "", "at worst"));
    }
    let found = results.checked.iter().flat_map(|it| &it.findings);
    let found: Verdicts = found.map(|finding| finding.0).collect();
    let mut outcome = el("tr", "")
        .child(el("th", "").attr(Attr::Scope, "row").text("comes to"))
        .child(verdicts(found));
    if let Some(other) = other {
        outcome = outcome.child(verdicts(other.verdicts));
    }
    let mut body = el("tbody", "");
    for (at, bill) in own.iter().enumerate() {
        let mut line = el("tr", "")
            .child(
                el("th", "")
                    .attr(Attr::Scope, "row")
                    .text(bill.cost.words()),
            )
            .child(figure(bill.mean))
            .child(figure(bill.most));
        if let Some(bill) = other.and_then(|other| other.bills.get(at)) {
            line = line.child(figure(bill.mean)).child(figure(bill.most));
        }
        body = body.child(line);
    }
    body = body.child(outcome);
    let differ = other.map_or(String::new(), |other| {
        let (era, device) = (other.era != scenario.era, other.device != scenario.device);
        let what = match (era, device) {
            (false, false) => return "Both in the same kernel, on the same device.".to_owned(),
            (true, false) => "kernels",
            (false, true) => "devices",
            (true, true) => "kernels and devices",
        };
        format!("Each in its own setting: the {what} differ, and part of the difference in costs is theirs.")
    });
    el("div", "costs")
        .child(list)
        .child(
            el("table", "bills")
                .attr(Attr::Part, "costs")
                .child(el("thead", "").child(head))
                .child(body),
        )
        .child(note(
            "small",
            &format!("{differ} On average: when each possible step is equally likely at every moment. At worst: in the costliest schedule. A writer's sleep is counted in steps that others make meanwhile, the disk's among them; a step is no measure of time. Copied are whole pages, so that a page can be written to under I/O; what write(2) brings along does not count."),
        ))
}

/// The kernel and the device of a column.
fn setting(era: Era, device: Device) -> String {
    format!("Linux {}, {}", era.word(), device.word())
}

fn column(title: &str, setting: &str, what: &str) -> Element {
    let head = el("th", "figure").attr(Attr::Scope, "col");
    let head = match title {
        "" => head,
        title => head.text(title).text(" (").text(setting).text("): "),
    };
    head.child(el("small", "").text(what))
}

/// What an ordering comes to: a cheap one may fail.
fn verdicts(found: Verdicts) -> Element {
    let found: Vec<Verdict> = found.iter().collect();
    el("td", "figure")
        .attr(Attr::ColSpan, "2")
        .child(badge("span", &found))
}

fn figure(value: f64) -> Element {
    el("td", "figure").text(&amount(value))
}
