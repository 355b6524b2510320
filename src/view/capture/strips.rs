//! The folios of a capture, each a strip over its lines or its time.

use std::fmt::Write as _;

use crate::exchange::capture::{Bit, Finding, Span};

use super::super::capture_msg::{CaptureMsg, Place};
use super::super::editor::{capture_asked, capture_field};
use super::super::vdom::{Attr, Element, button, el, note, select};
use super::looked::{Looked, events_of};
use super::window;
use super::words::{counted, many, pages, sign};

/// How many folios are shown at a time.
const SHOWN: usize = 20;
/// How folios can be sorted.
pub(super) const ORDERS: [&str; 4] = [
    "what is broken first",
    "as they come up",
    "most events first",
    "by place in the file",
];
/// How wide a strip is, in units of its own, and how high a row of it.
const WIDTH: usize = 1_000;
const ROW: usize = 6;
/// The bits that a strip shows, from above, with the classes of their colours.
const BITS: [(Bit, &str); 4] = [
    (Bit::Dirty, "dirty"),
    (Bit::Writeback, "writeback"),
    (Bit::Writable, "writable"),
    (Bit::Guarded, "guarded"),
];

/// All folios.
pub(super) fn folios(panel: &Looked) -> Element {
    let all = panel.sorted.len();
    let first = panel.first.min(all.saturating_sub(1));
    let last = all.min(first + SHOWN);
    let mut rows = el("ul", "folios");
    for folio in &panel.sorted[first..last] {
        rows = rows.child(row(panel, *folio));
    }
    let across = vec![
        ("lines".to_owned(), capture_asked(CaptureMsg::ByTime(false))),
        ("time".to_owned(), capture_asked(CaptureMsg::ByTime(true))),
    ];
    let orders = (0..).zip(ORDERS);
    let orders = orders.map(|(at, it)| (it.to_owned(), capture_asked(CaptureMsg::Order(at))));
    let moves = el("div", "moves")
        .child(select("Sorted", panel.order, orders.collect()))
        .child(select("Drawn over", usize::from(panel.by_time), across));
    let words = match all {
        0 => "No line says which folio it is about.".to_owned(),
        _ => format!("{} to {} of {}", first + 1, last, many(all as u64)),
    };
    let go = |from: usize| capture_asked(CaptureMsg::Folios(from as u32));
    el("section", "part")
        .attr(Attr::Part, "capture-folios")
        .child(el("h3", "").text("Folio by folio"))
        .child(moves)
        .child(legend())
        .child(rows)
        .child(pages(&words, first, last, all, SHOWN, &go))
        .child(line(panel))
}

fn legend() -> Element {
    let bits = BITS.iter().map(|(bit, class)| (*class, bit.words()));
    let others = [
        ("unknown", "the capture does not tell"),
        ("mark", "a rule is broken there"),
    ];
    let mut it = el("p", "colours small").child(el("span", "").text("From above:"));
    for (class, words) in bits.chain(others) {
        let swatch = el("span", &format!("swatch {class}"));
        it = it.child(el("span", "").child(swatch).text(words));
    }
    it
}

/// A folio's strip, and its events if they are open.
fn row(panel: &Looked, folio: u32) -> Element {
    let place = Place::Folio(folio);
    let open = panel.open.iter().find(|it| it.0 == place);
    let name = panel.capture.folio_name(folio);
    let tally = panel.tallies[folio as usize];
    let events = panel.capture.folios[folio as usize].events.len() as u64;
    let show = capture_asked(CaptureMsg::Events(place));
    let mut words = el("small", "").text(&counted(events, "event"));
    for (count, finding) in [
        (tally.broken, Finding::Broken),
        (tally.not_asked, Finding::NotAsked),
        (tally.unknown, Finding::Unknown),
    ] {
        if count > 0 {
            let (sign, class) = sign(finding);
            let words_of = format!("{sign} {} {}", many(count.into()), finding.words());
            words = words.text(" ").child(el("span", class).text(&words_of));
        }
    }
    let head = el("div", "folio")
        .child(
            el("div", "")
                .child(
                    button("link", "", &name, false, show)
                        .attr_bool(Attr::Expanded, open.is_some()),
                )
                .child(words),
        )
        .child(strip(panel, folio));
    let item = el("li", "").child(head);
    match open {
        Some((_, from)) => item.child(window::events(panel, place, *from)),
        None => item,
    }
}

/// Where an event stands on a strip.
fn place(panel: &Looked, event: u32) -> usize {
    let capture = &panel.capture;
    let event = &capture.events[event as usize];
    let (from, to) = capture.span();
    let (at, of) = match panel.by_time {
        true => (event.time.saturating_sub(from), to.saturating_sub(from)),
        false => (event.line.into(), capture.lines.into()),
    };
    (u128::from(at) * (WIDTH as u128 - 1) / u128::from(of.max(1))).min(WIDTH as u128 - 1) as usize
}

/// The bits of a folio as a drawing: where nothing is drawn, the capture does not tell.
fn strip(panel: &Looked, folio: u32) -> Element {
    let history = panel.capture.history(folio);
    let height = BITS.len() * ROW;
    let mut it = el("svg", "strip")
        .attr(Attr::ViewBox, &format!("0 0 {WIDTH} {height}"))
        .attr(Attr::Aspect, "none")
        .attr_bool(Attr::Hidden, true);
    for (row, (bit, class)) in BITS.into_iter().enumerate() {
        let Some((_, spans)) = history.spans.iter().find(|it| it.0 == bit) else {
            continue;
        };
        // Below both lies what hides the hatching.
        let known = runs(panel, spans, |it| it.is_some());
        let set = runs(panel, spans, |it| it == Some(true));
        for (class, runs, high) in [("clear", known, ROW), (class, set, ROW - 1)] {
            let mut d = String::new();
            for (from, to) in runs {
                let (y, wide) = (row * ROW, to - from);
                let _ = write!(d, "M{from} {y}h{wide}v{high}h-{wide}z");
            }
            if !d.is_empty() {
                it = it.child(el("path", class).attr(Attr::D, &d));
            }
        }
    }
    let mut marks = String::new();
    let broken = panel.tallies[folio as usize].broken > 0;
    let outcomes = panel.capture.outcomes.iter().filter(|_| broken);
    for outcome in outcomes.filter(|it| it.folio == folio && it.finding == Finding::Broken) {
        if let Some(event) = events_of(outcome).last() {
            let x = place(panel, *event).saturating_sub(1);
            let _ = write!(marks, "M{x} 0h3v{height}h-3z");
        }
    }
    match marks.is_empty() {
        true => it,
        false => it.child(el("path", "mark").attr(Attr::D, &marks)),
    }
}

/// Where a bit is as wanted, from where to where. What is too short to be seen is drawn a unit wide.
fn runs(
    panel: &Looked,
    spans: &[Span],
    wanted: impl Fn(Option<bool>) -> bool,
) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for span in spans.iter().filter(|it| wanted(it.set)) {
        let from = span.from.map_or(0, |it| place(panel, it));
        let to = span.to.map_or(WIDTH, |it| place(panel, it)).max(from + 1);
        match runs.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => runs.push((from, to)),
        }
    }
    runs
}

/// The field for a line, and the events around it.
fn line(panel: &Looked) -> Element {
    let mut field = el("input", "")
        .attr(Attr::Type, "text")
        .attr(Attr::Part, "capture-line");
    field.handler = Some(capture_field(CaptureMsg::Line));
    let label = el("label", "choice")
        .child(el("span", "").text("Show the line of number"))
        .child(field);
    let it = el("div", "").child(label);
    let open = panel.open.iter().find(|it| it.0 == Place::Line);
    match (&panel.line, open) {
        (Err(why), _) if !why.is_empty() => {
            it.child(note("unread", why).attr(Attr::Role, "status"))
        }
        (Ok(_), Some((_, from))) => it.child(window::events(panel, Place::Line, *from)),
        _ => it,
    }
}
