//! What an ordering costs, and what another one does, side by side.

use crate::exchange::amount;
use crate::scenario::catalogue;

use super::super::check::Check;
use super::super::look::Look;
use super::super::now::Now;
use super::super::tree::{At, El, el, note, select};
use super::super::wish::Wish;

/// The panel.
pub fn panel(now: &Now, look: &Look, check: &Check) -> El {
    let Some(own) = &check.costs else {
        let words = match check.checked.as_ref().is_some_and(|it| !it.complete) {
            true => "Not everything was looked at, so the costs are not known.",
            false => "Once everything has been looked at.",
        };
        return note("small", words);
    };
    let scenario = &now.scenario;
    let slug = scenario.slug.clone();
    let choices: Vec<_> = catalogue().filter(|it| it.slug != slug).collect();
    let chosen = choices.iter().position(|it| it.slug == look.costs_of);
    let mut options = vec![(
        "another ordering\u{2026}".to_owned(),
        Wish::Compare(String::new()),
    )];
    options.extend(choices.iter().map(|it| {
        let wish = Wish::Compare(it.slug.to_owned());
        (it.title.to_owned(), wish)
    }));
    let list = select("Compare with", chosen.map_or(0, |at| at + 1), options);
    let other = check.compared.as_ref();
    let mut head = el("tr", "")
        .with(el("th", "").at(At::Scope, "col").text("per schedule"))
        .with(column(&scenario.title, "on average"))
        .with(column("", "at worst"));
    if let Some((title, _)) = other {
        head = head
            .with(column(title, "on average"))
            .with(column("", "at worst"));
    }
    let mut body = el("tbody", "");
    for (at, bill) in own.iter().enumerate() {
        let mut line = el("tr", "")
            .with(el("th", "").at(At::Scope, "row").text(bill.cost.words()))
            .with(figure(bill.mean))
            .with(figure(bill.most));
        if let Some(bill) = other.and_then(|(_, bills)| bills.get(at)) {
            line = line.with(figure(bill.mean)).with(figure(bill.most));
        }
        body = body.with(line);
    }
    let device = scenario.device.word();
    let era = scenario.era.word();
    el("div", "costs")
        .with(list)
        .with(
            el("table", "bills")
                .at(At::Part, "costs")
                .with(el("thead", "").with(head))
                .with(body),
        )
        .with(note(
            "small",
            &format!("Both on {device} in Linux {era}. On average: when each possible step is equally likely at every moment. At worst: in the dearest schedule there is. A writer's sleep is counted in steps that others make meanwhile, the disk's among them; a step is no measure of time. Copied are whole pages, so that a page can be written to under I/O; what write(2) brings along does not count."),
        ))
}

fn column(title: &str, what: &str) -> El {
    let head = el("th", "figure").at(At::Scope, "col");
    let head = match title {
        "" => head,
        title => head.text(title).text(": "),
    };
    head.with(el("small", "").text(what))
}

fn figure(value: f64) -> El {
    el("td", "figure").text(&amount(value))
}
