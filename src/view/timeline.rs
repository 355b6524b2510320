//! Time from left to right: a lane for each actor, spans for lock, writeback and stable window,
//! and the scrubber under them.

use crate::explore::Story;
use crate::machine::{Effect, Model, NOBODY, Stage};
use crate::scenario::Scenario;

use super::now::Now;
use super::tree::{At, El, On, el};

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
    fn of(shown: &Scenario) -> Lanes {
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

/// The section.
pub fn timeline(now: &Now) -> El {
    let lanes = Lanes::of(&now.scenario);
    let class = if lanes.tall < 17 {
        "lanes low"
    } else {
        "lanes"
    };
    let mut names = el("ul", class).is(At::Hidden, true);
    for cast in &now.scenario.cast {
        names = names.with(el("li", "").text(&cast.name));
    }
    for page in 0..lanes.pages {
        let name = match lanes.pages {
            1 => "PG_writeback".to_owned(),
            _ => format!("page {page}"),
        };
        names = names.with(el("li", "").text(&name));
    }
    let at = percent(now.depth(), now.length());
    let mut parts = spans_drawn(&now.scenario, &now.whole, lanes);
    parts.push(rect("cursor", &at, 0, "2px", lanes.bottom()));
    parts.extend(marks_drawn(&now.whole, lanes));
    // What lies ahead is veiled, but not the mark of the step shown.
    let veil = el("rect", "ahead").at(At::X, "7").at(At::Y, "0");
    let veil = veil.at(At::Width, "100%").at(At::Height, "100%");
    parts.push(
        el("svg", "")
            .at(At::X, &at)
            .at(At::Overflow, "visible")
            .with(veil),
    );
    let drawing = el("svg", "")
        .is(At::Hidden, true)
        .at(At::Height, &lanes.bottom().to_string())
        .all(parts);
    let sentence = now.sentence().unwrap_or_else(|| "start".to_owned());
    let sentence = sentence.replace('`', "");
    let (depth, length) = (now.depth().to_string(), now.length().to_string());
    let mut range = el("input", "")
        .at(At::Type, "range")
        .at(At::Min, "0")
        .at(At::Max, &length)
        .at(At::Value, &depth)
        .at(At::Label, "Scrub through the steps")
        .at(
            At::ValueText,
            &format!("step {depth} of {length}: {sentence}"),
        );
    range.on = Some(On::Slide);
    el("section", "timeline")
        .at(At::Label, "Timeline")
        .with(names)
        .with(el("div", "track").with(drawing).with(range))
}

/// Where a moment stands: 0 at the left edge, the last step at the right. In thousandths of a
/// percent, since whole numbers are printed by far less code.
fn percent(step: usize, length: usize) -> String {
    let thousandths = step * 100_000 / length.max(1);
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

fn rect(class: &'static str, x: &str, y: usize, width: &str, height: usize) -> El {
    el("rect", class)
        .at(At::X, x)
        .at(At::Y, &y.to_string())
        .at(At::Width, width)
        .at(At::Height, &height.to_string())
}

fn spans_drawn(scenario: &Scenario, story: &Story, lanes: Lanes) -> Vec<El> {
    let length = story.steps.len();
    let several = lanes.pages > 1;
    let spans = spans(&scenario.model, story);
    // The window lies under everything else, and the thin writeback line over the locks.
    let of = |kind: &'static str| spans.iter().filter(move |span| span.kind == kind);
    let mut parts: Vec<El> = Vec::new();
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
            let words = el("text", "window-name")
                .at(At::X, &x)
                .at(At::Y, "12")
                .at(At::Dx, "4");
            parts.push(words.text(name));
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

fn marks_drawn(story: &Story, lanes: Lanes) -> Vec<El> {
    let length = story.steps.len();
    let mut parts: Vec<El> = Vec::new();
    for (index, told) in story.steps.iter().enumerate() {
        let x = percent(index + 1, length);
        let y = lanes.top(told.choice.actor as usize) + lanes.tall / 2;
        let y = y.to_string();
        let (class, outline) = shape(&told.effects);
        // Nested, so that the outline is in pixels around a point in percent.
        let path = el("path", class).at(At::D, outline);
        let place = el("svg", "").at(At::X, &x).at(At::Y, &y);
        parts.push(place.at(At::Overflow, "visible").with(path));
    }
    parts
}
