//! Time from left to right: a lane for each actor, spans for lock, writeback and stable window,
//! and the scrubber under them.

use leptos::prelude::*;

use stable_pages::explore::Story;
use stable_pages::machine::Effect;

use super::desk::Desk;
use super::parts::{At, el, show};

/// A stretch of steps during which something held.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    kind: &'static str,
    lane: usize,
    /// First and last step, from 1.
    from: usize,
    to: usize,
}

/// Spans of a run, in the order they began.
fn spans(story: &Story) -> Vec<Span> {
    let length = story.steps.len();
    let mut spans: Vec<Span> = Vec::new();
    for (index, told) in story.steps.iter().enumerate() {
        let (step, lane) = (index + 1, told.choice.actor as usize);
        let mut open = |kind| {
            if !spans
                .iter()
                .any(|span| span.kind == kind && span.to == length)
            {
                spans.push(Span {
                    kind,
                    lane,
                    from: step,
                    to: length,
                });
            }
        };
        for effect in &told.effects {
            match effect {
                Effect::Locked { .. } => open("lock"),
                Effect::WritebackSet { .. } => open("writeback"),
                Effect::Guarded { .. } | Effect::Queued { .. } => open("window"),
                _ => {}
            }
        }
        for effect in &told.effects {
            let kind = match effect {
                Effect::Unlocked { .. } => "lock",
                Effect::WritebackCleared { .. } => "writeback",
                Effect::Completed { .. } => "window",
                _ => continue,
            };
            let running = spans
                .iter_mut()
                .rev()
                .find(|span| span.kind == kind && span.to == length);
            if let Some(span) = running {
                span.to = step;
            }
        }
    }
    spans
}

/// How a step is drawn: class and outline around its point, in pixels.
fn shape(effects: &[Effect]) -> (&'static str, &'static str) {
    let mut shape = ("tick", "M-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0");
    for effect in effects {
        match effect {
            Effect::Checked { matched: true, .. } => {
                shape = ("match", "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0");
            }
            Effect::Checked { matched: false, .. } => shape = ("mismatch", "M-5-5 5 5M5-5-5 5"),
            Effect::Stored { .. } => shape = ("store", "M0-6 6 5-6 5z"),
            _ => {}
        }
    }
    shape
}

/// Height of a lane and of the strip above the lanes, in CSS pixels.
const LANE: usize = 17;
const STRIP: usize = 15;

pub fn timeline(desk: Desk) -> AnyView {
    let names = show(move || {
        let mut names = el("ul", "lanes").is(At::Hidden, true);
        for cast in &desk.scenario.get().cast {
            names = names.with(el("li", "").text(&cast.name));
        }
        names.with(el("li", "").text("PG_writeback")).view()
    });
    // A lane for each actor, and one for PG_writeback.
    let lanes = move || desk.scenario.with(|it| it.cast.len() + 1);
    let drawing = show(move || {
        let at = percent(desk.depth(), desk.length());
        let tall = STRIP + lanes() * LANE;
        let mut parts = desk.whole.with(|story| spans_drawn(story, lanes()));
        parts.push(rect("cursor", &at, 0, "2px", tall));
        parts.extend(desk.whole.with(marks_drawn));
        // What lies ahead is veiled, but not the mark of the step shown.
        parts.push(
            view! {
                <svg x=at overflow="visible">
                    <rect class="ahead" x="7" y="0" width="100%" height="100%" />
                </svg>
            }
            .into_any(),
        );
        let height = (STRIP + lanes() * LANE).to_string();
        view! {
            <svg aria-hidden="true" height=height>
                {parts}
            </svg>
        }
        .into_any()
    });
    let range = show(move || {
        let sentence = desk.sentence().unwrap_or_else(|| "start".to_owned());
        let sentence = sentence.replace('`', "");
        let (depth, length) = (desk.depth().to_string(), desk.length().to_string());
        let spoken = format!("step {depth} of {length}: {sentence}");
        let scrub = move |event| {
            if let Ok(step) = event_target_value(&event).parse() {
                desk.seek(step);
            }
        };
        // The range must know its end before a value beyond the old one.
        view! {
            <input
                type="range"
                min="0"
                max=length
                prop:value=depth
                aria-label="Scrub through the steps"
                aria-valuetext=spoken
                on:input=scrub
            />
        }
        .into_any()
    });
    el("section", "timeline")
        .at(At::Label, "Timeline")
        .child(names)
        .with(el("div", "track").child(drawing).child(range))
        .view()
}

/// Where a moment stands: 0 at the left edge, the last step at the right. In thousandths of a
/// percent, since whole numbers are printed by far less code.
fn percent(step: usize, length: usize) -> String {
    let thousandths = step * 100_000 / length.max(1);
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

fn rect(class: &'static str, x: &str, y: usize, width: &str, height: usize) -> AnyView {
    let (x, y, width, height) = (
        x.to_owned(),
        y.to_string(),
        width.to_owned(),
        height.to_string(),
    );
    view! { <rect class=class x=x y=y width=width height=height /> }.into_any()
}

fn spans_drawn(story: &Story, lanes: usize) -> Vec<AnyView> {
    let length = story.steps.len();
    let bottom = STRIP + lanes * LANE;
    let spans = spans(story);
    // The window lies under everything else.
    let windows = spans.iter().filter(|span| span.kind == "window");
    let others = spans.iter().filter(|span| span.kind != "window");
    let mut parts: Vec<AnyView> = Vec::new();
    for span in windows.chain(others) {
        let x = percent(span.from, length);
        let width = percent(span.to - span.from, length);
        let (y, height) = match span.kind {
            "window" => (0, bottom),
            "writeback" => (bottom - LANE + 6, LANE - 12),
            _ => (STRIP + span.lane * LANE + 4, LANE - 8),
        };
        parts.push(rect(span.kind, &x, y, &width, height));
        if span.kind == "window" {
            let name = "stable window: bytes must not change";
            parts.push(
                view! {
                    <text class="window-name" x=x y="12" dx="4">
                        {name}
                    </text>
                }
                .into_any(),
            );
        }
    }
    parts
}

fn marks_drawn(story: &Story) -> Vec<AnyView> {
    let length = story.steps.len();
    let mut parts: Vec<AnyView> = Vec::new();
    for (index, told) in story.steps.iter().enumerate() {
        let x = percent(index + 1, length);
        let y = (STRIP + told.choice.actor as usize * LANE + LANE / 2).to_string();
        let (class, outline) = shape(&told.effects);
        // Nested, so that the outline is in pixels around a point in percent.
        parts.push(
            view! {
                <svg x=x y=y overflow="visible">
                    <path class=class d=outline />
                </svg>
            }
            .into_any(),
        );
    }
    parts
}
