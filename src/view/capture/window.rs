//! Events of a capture, one below the other: of a folio with its bits and with a lane for each task, of nobody in particular without.

use crate::exchange::capture::{Bit, Event, Finding, History, Stretch, What};

use super::super::capture_msg::{CaptureMsg, Place};
use super::super::editor::capture_asked;
use super::super::vdom::{Attr, Element, button, el, note};
use super::looked::{Looked, events_of};
use super::words::{counted, many, pages, seconds};

/// How many events are shown at a time.
const SHOWN: usize = 40;
/// The most lanes; further tasks share the last one.
const LANES: usize = 6;
/// The bits, each with its letter.
const BITS: [(Bit, &str); 5] = [
    (Bit::Locked, "L"),
    (Bit::Dirty, "D"),
    (Bit::Writeback, "W"),
    (Bit::Writable, "P"),
    (Bit::Guarded, "G"),
];

/// The events that a place shows, from one of them on.
pub(super) fn events(panel: &Looked, place: Place, from: usize) -> Element {
    let capture = &panel.capture;
    let folio = panel.folio_of(place);
    let outcome = match place {
        Place::Outcome(at) => capture.outcomes.get(at as usize),
        _ => None,
    };
    let named = outcome.map(events_of).unwrap_or_default();
    let everybody: Vec<u32>;
    let all: &[u32] = match folio {
        Some(folio) => &capture.folios[folio as usize].events,
        None if place == Place::Line => {
            everybody = (0..)
                .take(capture.events.len())
                .skip(from)
                .take(SHOWN)
                .collect();
            &everybody
        }
        None => &named,
    };
    // Without a folio the events of all are cut out already.
    let (from, total) = match (folio, place) {
        (None, Place::Line) => (0, all.len()),
        _ => (from.min(all.len().saturating_sub(1)), all.len()),
    };
    let to = total.min(from + SHOWN);
    let shown = &all[from..to];
    let history = folio.map(|it| capture.history(it));
    let stretches = folio.map(|it| capture.stretches(it)).unwrap_or_default();
    let mut lanes: Vec<u16> = Vec::new();
    for event in shown {
        let task = capture.events[*event as usize].task;
        if !lanes.contains(&task) {
            lanes.push(task);
        }
    }
    let broken = broken(panel, folio);
    let mut body = el("tbody", "");
    for (at, event) in shown.iter().enumerate() {
        if let (Some(folio), Some(number)) = (folio, begins(&stretches, from + at)) {
            body = body.children(round(
                panel,
                (folio, number),
                stretches[number],
                lanes.len(),
            ));
        }
        let mark = match (named.contains(event), broken.contains(event)) {
            (true, _) => "named",
            (_, true) => "broken",
            _ => "",
        };
        body = body.child(row(panel, *event, history.as_ref(), &lanes, mark));
        if let Some(text) = panel.texts.get(event) {
            let columns =
                4 + lanes.len().min(LANES) + if history.is_some() { BITS.len() } else { 0 };
            let cell = el("td", "").attr(Attr::ColSpan, &columns.to_string());
            body = body.child(el("tr", "original").child(cell.child(el("code", "").text(text))));
        }
    }
    let table = el("table", "events")
        .child(head(panel, history.is_some(), &lanes))
        .child(body);
    let scroll = el("div", "sideways")
        .attr(Attr::TabIndex, "0")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Events, one a row")
        .child(table);
    let mut it = el("div", "opened").attr(Attr::Part, "capture-events");
    if history.is_some() {
        it = it.child(note(
            "legend small",
            "After each event: L page lock held, D PG_dirty, W PG_writeback, P a PTE lets its process write, G bio_integrity_prep called and writeback not over; \u{201c}?\u{201d} where the capture does not tell. In its lane: \u{25cf} the task does something, z it sleeps on this folio. \u{2717} breaks a rule, \u{25b8} was asked about.",
        ));
    }
    let mut jumps = el("div", "moves");
    for event in named
        .iter()
        .filter(|it| !shown.contains(it) && folio.is_some())
    {
        let at = all.partition_point(|it| it < event).saturating_sub(3);
        let line = capture.events[*event as usize].line;
        let go = capture_asked(CaptureMsg::EventsFrom(place, at as u32));
        jumps = jumps.child(button("", "", &format!("To line {line}"), false, go));
    }
    if !jumps.children.is_empty() {
        it = it.child(jumps);
    }
    it = it.child(scroll);
    let words = format!("events {} to {to} of {}", from + 1, many(total as u64));
    let go = |from: usize| capture_asked(CaptureMsg::EventsFrom(place, from as u32));
    match folio {
        Some(_) => it.child(pages(&words, from, to, total, SHOWN, &go)),
        None => it.child(note(
            "small",
            "Which folio these lines are about is not recorded.",
        )),
    }
}

/// The events of a folio at which a rule is broken.
fn broken(panel: &Looked, folio: Option<u32>) -> Vec<u32> {
    let Some(folio) = folio.filter(|it| panel.tallies[*it as usize].broken > 0) else {
        return Vec::new();
    };
    let outcomes = panel.capture.outcomes.iter();
    let outcomes = outcomes.filter(|it| it.folio == folio && it.finding == Finding::Broken);
    outcomes
        .filter_map(|it| events_of(it).last().copied())
        .collect()
}

/// The stretch that begins with an event, if there are several.
fn begins(stretches: &[Stretch], at: usize) -> Option<usize> {
    stretches.iter().position(|it| it.from == at)
}

/// What stands above a round of the folio: dirty, written, written into again.
fn round(
    panel: &Looked,
    (folio, number): (u32, usize),
    round: Stretch,
    lanes: usize,
) -> Vec<Element> {
    let events = counted((round.to - round.from) as u64, "event");
    let words = format!("Round {}, {events}", number + 1);
    let number = number as u32;
    let draft = panel.drafts.get(&(folio, number));
    let model = capture_asked(CaptureMsg::Draft(folio, number));
    let model =
        button("link", "", "in the model", false, model).attr_bool(Attr::Expanded, draft.is_some());
    let diagram = capture_asked(CaptureMsg::Diagram(folio, number));
    let columns = (4 + BITS.len() + lanes.min(LANES)).to_string();
    let cell = el("th", "")
        .attr(Attr::Scope, "rowgroup")
        .attr(Attr::ColSpan, &columns)
        .text(&words)
        .text(": ")
        .child(model)
        .text(", ")
        .child(button("link", "", "as a diagram", false, diagram));
    let mut rows = vec![el("tr", "round").child(cell)];
    if let Some(draft) = draft {
        let cell = el("td", "").attr(Attr::ColSpan, &columns);
        rows.push(el("tr", "").child(cell.child(draft.clone())));
    }
    rows
}

fn head(panel: &Looked, bits: bool, lanes: &[u16]) -> Element {
    let column = |class: &str, words: &str, title: &str| {
        let it = el("th", "").attr(Attr::Scope, "col").text(words);
        let it = match class {
            "" => it,
            class => it.attr(Attr::Class, class),
        };
        match title {
            "" => it,
            title => it.attr(Attr::Title, title).attr(Attr::Label, title),
        }
    };
    let mut row = el("tr", "")
        .child(column("", "line", ""))
        .child(column("number", "seconds", ""));
    if bits {
        for (bit, letter) in BITS {
            row = row.child(column("bit", letter, bit.words()));
        }
    }
    for (at, task) in lanes.iter().take(LANES).enumerate() {
        let name = match (at + 1 == LANES, lanes.len() > LANES) {
            (true, true) => "others".to_owned(),
            _ => panel.capture.task_name(*task),
        };
        row = row.child(column("lane", &(at + 1).to_string(), &name));
    }
    row = row
        .child(column("", "task, CPU", ""))
        .child(column("", "what", ""));
    el("thead", "").child(row)
}

/// The place of a task among the lanes.
fn lane(lanes: &[u16], task: u16) -> Option<usize> {
    let at = lanes.iter().position(|it| *it == task)?;
    Some(at.min(LANES - 1))
}

fn row(
    panel: &Looked,
    number: u32,
    history: Option<&History>,
    lanes: &[u16],
    mark: &'static str,
) -> Element {
    let capture = &panel.capture;
    let event = &capture.events[number as usize];
    let sign = match mark {
        "named" => "\u{25b8} ",
        "broken" => "\u{2717} ",
        _ => "",
    };
    let text = capture_asked(CaptureMsg::Text(number));
    let line = button("link", "", &event.line.to_string(), false, text)
        .attr(
            Attr::Label,
            &format!("line {}: its original text", event.line),
        )
        .attr_bool(Attr::Expanded, panel.texts.contains_key(&number));
    let mut row = el("tr", mark)
        .child(el("th", "").attr(Attr::Scope, "row").text(sign).child(line))
        .child(el("td", "number").text(&seconds(event.time)));
    if let Some(history) = history {
        for (bit, letter) in BITS {
            let set = after(history, bit, number);
            let (class, words) = match set {
                Some(true) => ("bit on", letter),
                Some(false) => ("bit", "\u{b7}"),
                None => ("bit unknown", "?"),
            };
            row = row.child(el("td", class).text(words));
        }
    }
    let mine = lane(lanes, event.task);
    for at in 0..lanes.len().min(LANES) {
        let sleeps = |it: &u16| lane(lanes, *it) == Some(at) && sleeps(history, *it, number);
        let (class, words) = match (mine == Some(at), lanes.iter().any(sleeps)) {
            (true, _) => ("lane does", "\u{25cf}"),
            (_, true) => ("lane sleeps", "z"),
            _ => ("lane", ""),
        };
        row = row.child(el("td", class).text(words));
    }
    let task = capture.tasks.get(usize::from(event.task));
    // Interrupts and idle processors have the processor in their name.
    let who = match task.and_then(|it| it.pid) {
        Some(_) => format!("{}, {}", capture.task_name(event.task), event.cpu),
        None => capture.task_name(event.task),
    };
    row.child(el("td", "").text(&who)).child(
        el("td", "")
            .child(el("code", "").text(event.name()))
            .text(&value(event)),
    )
}

/// What a bit is after an event.
fn after(history: &History, bit: Bit, event: u32) -> Option<bool> {
    let (_, spans) = history.spans.iter().find(|it| it.0 == bit)?;
    let behind = spans.partition_point(|it| it.from.is_none_or(|from| from <= event));
    spans.get(behind.checked_sub(1)?)?.set
}

/// Whether a task sleeps on the folio while something else happens.
fn sleeps(history: Option<&History>, task: u16, event: u32) -> bool {
    let sleeps = history.map_or(&[][..], |it| &it.sleeps);
    sleeps
        .iter()
        .any(|it| it.task == task && it.from < event && it.to.is_none_or(|to| event < to))
}

/// What an event carries, in words.
fn value(event: &Event) -> String {
    match event.what() {
        What::MkwriteReturned => format!(" returned {:#x}", event.value),
        What::Fault => format!(" at {:#x}", event.value),
        What::Issued => format!(" from sector {}", many(event.value)),
        What::Completed => match event.value.cast_signed() {
            0 => " without error".to_owned(),
            error => format!(" with error {error}"),
        },
        _ => String::new(),
    }
}
