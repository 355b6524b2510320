//! What an ordering costs, beside what another one costs.

use crate::exchange::amount;
use crate::scenario::catalogue;

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
        .child(column(&scenario.title, "on average"))
        .child(column("", "at worst"));
    if let Some((title, _)) = other {
        head = head
            .child(column(title, "on average"))
            .child(column("", "at worst"));
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
        if let Some(bill) = other.and_then(|(_, bills)| bills.get(at)) {
            line = line.child(figure(bill.mean)).child(figure(bill.most));
        }
        body = body.child(line);
    }
    let device = scenario.device.word();
    let era = scenario.era.word();
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
            &format!("Both on {device} in Linux {era}. On average: when each possible step is equally likely at every moment. At worst: in the dearest schedule there is. A writer's sleep is counted in steps that others make meanwhile, the disk's among them; a step is no measure of time. Copied are whole pages, so that a page can be written to under I/O; what write(2) brings along does not count."),
        ))
}

fn column(title: &str, what: &str) -> Element {
    let head = el("th", "figure").attr(Attr::Scope, "col");
    let head = match title {
        "" => head,
        title => head.text(title).text(": "),
    };
    head.child(el("small", "").text(what))
}

fn figure(value: f64) -> Element {
    el("td", "figure").text(&amount(value))
}
