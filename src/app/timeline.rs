//! Time from left to right: a lane for each actor, spans for lock, writeback and stable window,
//! and the scrubber under them.

use leptos::prelude::*;

use stable_pages::explore::Story;
use stable_pages::machine::{Effect, Model, NOBODY, Stage};
use stable_pages::scenario::Scenario;

use super::desk::Desk;
use super::parts::{At, el, show};

/// A stretch of steps during which something held of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    kind: &'static str,
    page: usize,
    /// Who held it, for a lock.
    actor: usize,
    /// First and last step, from 1.
    from: usize,
    to: usize,
}

/// Spans of a run, in the order they began.
fn spans(model: &Model, story: &Story) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for page in 0..model.geometry.pages as usize {
        // What holds now: by whom, and which span shows it.
        let mut open: [Option<(u8, usize)>; 3] = [None; 3];
        let before = std::iter::once(&model.initial);
        let worlds = before.chain(story.steps.iter().map(|told| &told.world));
        for (step, world) in worlds.enumerate() {
            let (it, stage) = (model.page(world, page), model.stage(world, page));
            let sealed = it.sealed.iter().any(|it| it.is_some());
            // With a copy to take from, the page itself may change.
            let copied = it.copy.iter().any(|it| it.is_some());
            let moving = sealed && !copied && !matches!(stage, Stage::Free | Stage::Done);
            let held = [
                ("window", moving.then_some(0)),
                ("writeback", (it.writeback != NOBODY).then_some(0)),
                ("lock", (it.lock != NOBODY).then_some(it.lock)),
            ];
            for ((kind, now), open) in held.into_iter().zip(&mut open) {
                if let Some((_, span)) = *open {
                    spans[span].to = step;
                }
                if now == open.map(|(by, _)| by) {
                    continue;
                }
                *open = now.map(|by| {
                    spans.push(Span {
                        kind,
                        page,
                        actor: by as usize,
                        from: step,
                        to: step,
                    });
                    (by, spans.len() - 1)
                });
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

/// Height of the strip above the lanes, in CSS pixels.
const STRIP: usize = 15;

/// Where things stand, from top to bottom: a lane for each actor, then one for each page.
#[derive(Clone, Copy)]
struct Lanes {
    actors: usize,
    pages: usize,
    /// Height of a lane, in CSS pixels; the style sheet knows both.
    tall: usize,
}

impl Lanes {
    fn of(desk: Desk) -> Lanes {
        let shown = desk.scenario();
        let (actors, pages) = (shown.cast.len(), shown.model.geometry.pages as usize);
        Lanes {
            actors,
            pages,
            tall: if actors + pages > 7 { 14 } else { 17 },
        }
    }

    fn top(self, lane: usize) -> usize {
        STRIP + lane * self.tall
    }

    fn bottom(self) -> usize {
        self.top(self.actors + self.pages)
    }
}

pub fn timeline(desk: Desk) -> AnyView {
    let names = show(move || {
        let lanes = Lanes::of(desk);
        let class = if lanes.tall < 17 {
            "lanes low"
        } else {
            "lanes"
        };
        let mut names = el("ul", class).is(At::Hidden, true);
        for cast in &desk.scenario().cast {
            names = names.with(el("li", "").text(&cast.name));
        }
        for page in 0..lanes.pages {
            let name = match lanes.pages {
                1 => "PG_writeback".to_owned(),
                _ => format!("page {page}"),
            };
            names = names.with(el("li", "").text(&name));
        }
        names.view()
    });
    let drawing = show(move || {
        let now = desk.now();
        let at = percent(now.depth(), now.length());
        let lanes = Lanes::of(desk);
        let mut parts = spans_drawn(&now.scenario, &now.whole, lanes);
        parts.push(rect("cursor", &at, 0, "2px", lanes.bottom()));
        parts.extend(marks_drawn(&now.whole, lanes));
        // What lies ahead is veiled, but not the mark of the step shown.
        parts.push(
            view! {
                <svg x=at overflow="visible">
                    <rect class="ahead" x="7" y="0" width="100%" height="100%" />
                </svg>
            }
            .into_any(),
        );
        let height = lanes.bottom().to_string();
        view! {
            <svg aria-hidden="true" height=height>
                {parts}
            </svg>
        }
        .into_any()
    });
    let range = show(move || {
        let now = desk.now();
        let sentence = now.sentence().unwrap_or_else(|| "start".to_owned());
        let sentence = sentence.replace('`', "");
        let (depth, length) = (now.depth().to_string(), now.length().to_string());
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

fn spans_drawn(scenario: &Scenario, story: &Story, lanes: Lanes) -> Vec<AnyView> {
    let length = story.steps.len();
    let several = lanes.pages > 1;
    let spans = spans(&scenario.model, story);
    // The window lies under everything else, and the thin writeback line over the locks.
    let of = |kind: &'static str| spans.iter().filter(move |span| span.kind == kind);
    let mut parts: Vec<AnyView> = Vec::new();
    for span in of("window").chain(of("lock")).chain(of("writeback")) {
        let x = percent(span.from, length);
        let width = percent(span.to - span.from, length);
        let page = lanes.top(lanes.actors + span.page);
        let (y, height) = match span.kind {
            "window" if several => (page + 1, lanes.tall - 2),
            "window" => (0, lanes.bottom()),
            "writeback" => (page + 6, lanes.tall - 12),
            _ if several => (page + 3, lanes.tall - 6),
            _ => (lanes.top(span.actor) + 4, lanes.tall - 8),
        };
        parts.push(rect(span.kind, &x, y, &width, height));
        if span.kind == "window" && !several {
            let name = match scenario.model.stable {
                true => "stable window: bytes must not change",
                false => "on the way: nobody asks for stable bytes",
            };
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
    for (_, step) in &story.broken {
        parts.push(rect(
            "broke",
            &percent(*step, length),
            0,
            "1px",
            lanes.bottom(),
        ));
    }
    parts
}

fn marks_drawn(story: &Story, lanes: Lanes) -> Vec<AnyView> {
    let length = story.steps.len();
    let mut parts: Vec<AnyView> = Vec::new();
    for (index, told) in story.steps.iter().enumerate() {
        let x = percent(index + 1, length);
        let y = lanes.top(told.choice.actor as usize) + lanes.tall / 2;
        let y = y.to_string();
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
