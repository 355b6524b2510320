//! The ordering on the stage in every kernel and on every device, as the checker looks at them one after the other; each
//! cell opens the ordering there.

use crate::explore::MatrixCell;
use crate::protocol::Era;
use crate::scenario::{Device, Verdict, never_existed};

use super::super::badge;
use super::super::check_results::CheckResults;
use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::standing::Standing;
use super::super::vdom::{Attr, Element, button, el, note, nothing};

/// The panel of other devices and kernels.
pub fn panel(now: &Moment, results: &CheckResults) -> Element {
    let matrix = &results.matrix;
    let (many, done) = (Era::ALL.len() * Device::ALL.len(), matrix.cells.len());
    let progress = match (matrix.left, done == many) {
        (_, true) => el("p", "").text("Each found by looking at every schedule there."),
        (0, _) => el("p", "")
            .text(&format!("Stopped after {done} of {many}. "))
            .child(button("", "", "Look at the rest", false, Msg::FillMatrix)),
        _ => el("p", "")
            .text(&format!("{done} of {many} looked at\u{2026} "))
            .child(button("", "", "Stop", false, Msg::StopChecking)),
    };
    let mut head = el("tr", "").child(el("th", "").attr(Attr::Scope, "col").text("device"));
    for era in Era::ALL {
        let words = format!("Linux {}", era.word());
        head = head.child(el("th", "").attr(Attr::Scope, "col").text(&words));
    }
    let mut body = el("tbody", "");
    for device in Device::ALL {
        let heading = el("th", "")
            .attr(Attr::Scope, "row")
            .child(el("b", "").text(device.heading()))
            .child(el("small", "").text(device.word()));
        let mut row = el("tr", "").child(heading);
        for era in Era::ALL {
            row = row.child(cell(now, results, era, device));
        }
        body = body.child(row);
    }
    let caption = format!(
        "{}: what it comes to in each kernel on each device",
        match now.scenario.own_edits.is_empty() {
            true => now.scenario.title.clone(),
            false => format!("{}, changed", now.scenario.title),
        }
    );
    el("div", "matrix")
        .child(el("div", "above").child(progress))
        .child(
            el("div", "scroll")
                .attr(Attr::TabIndex, "0")
                .attr(Attr::Role, "group")
                .attr(Attr::Label, "Table of other devices and kernels")
                .child(
                    el("table", "places")
                        .attr(Attr::Part, "matrix")
                        .child(el("caption", "").text(&caption))
                        .child(el("thead", "").child(head))
                        .child(body),
                ),
        )
        .child(note(
            "small",
            "Press a cell to open the ordering there. Any device can be put under any kernel here; not every pair existed.",
        ))
        .child(words(now, results))
}

/// What the words in the cells mean.
fn words(now: &Moment, results: &CheckResults) -> Element {
    let here = (now.scenario.era, now.scenario.device);
    let cells = results.matrix.cells.iter();
    let known = cells.filter(|it| (it.era, it.device) != here);
    let all = known.filter_map(|it| it.found.as_ref().ok().map(Standing::of_cell));
    let all: Vec<Standing> = all.chain([Standing::of(results)]).collect();
    let told: Vec<Verdict> = all.iter().flat_map(|it| it.told()).collect();
    badge::meanings(&told, all.iter().any(|it| it.safe()))
}

/// Who is hurt, and whether the next writeback repairs it, where something fails.
fn follows(results: &CheckResults, era: Era, device: Device) -> Element {
    let mut all = results.matrix.follows.iter();
    match all.find(|it| (it.0, it.1) == (era, device)) {
        None => nothing(),
        Some((.., it)) => {
            let words = format!("hurts {}; {}", it.hurt.words(), it.repair.words());
            el("small", "").text(&words)
        }
    }
}

/// What the ordering comes to in a kernel on a device.
fn cell(now: &Moment, results: &CheckResults, era: Era, device: Device) -> Element {
    let here = (era, device) == (now.scenario.era, now.scenario.device);
    let name = format!("{}-{}", device.link_word(), era.word());
    let out = el("td", "").attr(Attr::Part, &name);
    let mut cells = results.matrix.cells.iter();
    let found = cells.find(|it| (it.era, it.device) == (era, device));
    let standing = match found {
        // Where it stands, the bar tells of it, which may be stopped and go on.
        _ if here => Standing::of(results),
        None => {
            let words = match results.matrix.left {
                0 => "not looked at",
                _ => "\u{2026}",
            };
            return out.child(el("span", "waits").text(words));
        }
        Some(MatrixCell {
            found: Err(reason), ..
        }) => {
            let words = el("span", "waits")
                .attr(Attr::Title, reason)
                .text("cannot be made there");
            return out.child(words);
        }
        Some(MatrixCell { found: Ok(it), .. }) => Standing::of_cell(it),
    };
    let open = el("button", "place")
        .attr_bool(Attr::Current, here)
        .child(standing.badge())
        .child(follows(results, era, device))
        .child(match here {
            true => el("small", "").text("on the stage"),
            false => nothing(),
        })
        .child(match never_existed(device, era) {
            Some(fact) => el("small", "never")
                .attr(Attr::Title, fact.why)
                .text("no such pair existed"),
            None => nothing(),
        })
        .on_click(Msg::OpenAt(era, device));
    out.attr(Attr::Class, standing.mark().0).child(open)
}
