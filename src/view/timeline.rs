//! The timeline, from left to right: a lane for each actor and each page, spans for what is held and for who sleeps,
//! marks for stores and checks, and the moment shown.

use std::fmt::Write;

use crate::explore::{Held, Span, Story, spans};
use crate::machine::{ActorId, Effect, Resource};
use crate::scenario::Scenario;

use super::definition::of_broken;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Handler, el};
use super::why::ChainMark;

/// The sign of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Tick,
    Match,
    Mismatch,
    Store,
}

/// The sign of a step that had these effects.
pub fn mark(effects: &[Effect]) -> Mark {
    let mut mark = Mark::Tick;
    for effect in effects {
        match effect {
            Effect::Checked { matched: true, .. } => mark = Mark::Match,
            Effect::Checked { matched: false, .. } => mark = Mark::Mismatch,
            Effect::Stored { .. } => mark = Mark::Store,
            _ => {}
        }
    }
    mark
}

/// The height of the strip above the lanes, in CSS pixels.
const STRIP: usize = 18;
/// The height of the step numbers under the lanes.
const AXIS: usize = 15;
/// Runs with more steps than this show checks as strokes and not as signs.
const MANY: usize = 140;

/// The lanes from top to bottom: one for each actor, then one for each page.
#[derive(Clone, Copy)]
struct Lanes {
    actors: usize,
    pages: usize,
    /// The height of a lane, in CSS pixels; the style sheet knows both heights.
    tall: usize,
}

impl Lanes {
    fn of(scenario: &Scenario) -> Lanes {
        let (actors, pages) = (scenario.cast.len(), scenario.model.geometry.pages as usize);
        Lanes {
            actors,
            pages,
            tall: if actors + pages > 6 { 16 } else { 20 },
        }
    }

    fn top(self, lane: usize) -> usize {
        STRIP + lane * self.tall
    }

    fn bottom(self) -> usize {
        self.top(self.actors + self.pages)
    }
}

/// The lanes' names.
pub fn lanes(scenario: &Scenario) -> Element {
    let lanes = Lanes::of(scenario);
    let class = if lanes.tall < 20 {
        "lanes low"
    } else {
        "lanes"
    };
    let mut names = el("ul", class).attr_bool(Attr::Hidden, true);
    for cast in &scenario.cast {
        names = names.child(el("li", "").text(&cast.name));
    }
    for page in 0..lanes.pages {
        let name = match lanes.pages {
            1 => "page".to_owned(),
            _ => format!("page {page}"),
        };
        names = names.child(el("li", "").text(&name));
    }
    names
}

/// The place of a moment as a share of the width: 0 at the left edge, the last step at the right. Computed in
/// thousandths of a percent, since whole numbers are printed by far less code.
fn percent(step: usize, length: usize) -> String {
    let thousandths = step * 100_000 / length.max(1);
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

fn rect(class: &str, x: &str, y: usize, width: &str, height: usize) -> Element {
    el("rect", class)
        .attr(Attr::X, x)
        .attr(Attr::Y, &y.to_string())
        .attr(Attr::Width, width)
        .attr(Attr::Height, &height.to_string())
}

/// A drawing as wide as the tape, which depends on the zoom.
fn layer(class: &str, height: usize, ui: &UiState, length: usize) -> Element {
    let width = match ui.zoom {
        0 => "100%".to_owned(),
        // CSS pixels a step.
        zoom => (length.max(1) * 6 * usize::from(zoom)).to_string(),
    };
    el("svg", class)
        .attr_bool(Attr::Hidden, true)
        .attr(Attr::Width, &width)
        .attr(Attr::Height, &height.to_string())
}

/// The tape: the spans and marks of a run, which stay the same while the visitor goes through it.
pub fn tape(scenario: &Scenario, whole: &Story, chain: &[ChainMark], ui: &UiState) -> Element {
    let lanes = Lanes::of(scenario);
    let length = whole.steps.len();
    let mut parts = Vec::new();
    let spans = spans(&scenario.model, whole);
    // The window lies under everything else.
    let under = |span: &&Span| span.held == Held::Window;
    let over = |span: &&Span| span.held != Held::Window;
    for span in spans.iter().filter(under).chain(spans.iter().filter(over)) {
        parts.push(place(scenario, span, lanes, length).0);
    }
    parts.push(ticks(whole, lanes));
    parts.extend(marks(whole, lanes));
    parts.extend(links(whole, lanes, chain));
    layer("tape", lanes.bottom() + AXIS, ui, length).children(parts)
}

/// The writing on the tape: names of spans, invariants, numbers of steps. It lies above the veil, so that it stays
/// legible.
pub fn writing(scenario: &Scenario, whole: &Story, ui: &UiState) -> Element {
    let lanes = Lanes::of(scenario);
    let length = whole.steps.len();
    let mut spans = spans(&scenario.model, whole);
    // Where an actor falls asleep with a lock, the lock's name ends where the sleep's begins.
    let sleeps: Vec<(ActorId, usize)> = spans
        .iter()
        .filter(|span| matches!(span.held, Held::Asleep(_)))
        .map(|span| (span.actor, span.from))
        .collect();
    for span in spans.iter_mut().filter(|span| span.held == Held::Lock) {
        let inside = |(actor, from): &&(ActorId, usize)| *actor == span.actor && *from >= span.from;
        let sleep = sleeps.iter().filter(inside).map(|(_, from)| *from).min();
        span.to = sleep.map_or(span.to, |from| span.to.min(from));
    }
    let names = spans.iter().map(|it| place(scenario, it, lanes, length).1);
    layer("tape writing", lanes.bottom() + AXIS, ui, length)
        .children(names.collect())
        .children(remarks(whole, lanes))
        .children(flags(whole, lanes))
        .children(axis(lanes, length))
}

/// A span's box, and the writing in it.
fn place(scenario: &Scenario, span: &Span, lanes: Lanes, length: usize) -> (Element, Element) {
    let several = lanes.pages > 1;
    let of = match several {
        true => format!(" {}", span.page),
        false => String::new(),
    };
    let page = lanes.top(lanes.actors + span.page.index());
    let lane = lanes.top(span.actor.index());
    let (class, y, height, words) = match span.held {
        Held::Window => {
            let words = match scenario.model.stable {
                true => "stable window: bytes must not change",
                false => "on the way: nobody asks for stable bytes",
            };
            match several {
                true => ("window", page + 1, lanes.tall - 2, ""),
                false => ("window", 0, lanes.bottom(), words),
            }
        }
        Held::Writeback => ("writeback", page + 2, lanes.tall - 4, "PG_writeback"),
        Held::Lock => ("lock", lane + 2, lanes.tall - 4, "page lock"),
        Held::Asleep(_) => ("asleep", lane + 2, lanes.tall - 4, "asleep"),
    };
    let words = match span.held {
        Held::Window if !several => words.to_owned(),
        Held::Window => String::new(),
        Held::Asleep(on) => match on {
            Resource::PageLock => format!("asleep: page lock{of}"),
            Resource::Writeback => format!("asleep: PG_writeback{of}"),
            _ => "asleep".to_owned(),
        },
        _ => format!("{words}{of}"),
    };
    let (x, width) = (
        percent(span.from, length),
        percent(span.to - span.from, length),
    );
    let baseline = match span.held {
        Held::Window => 12,
        _ => height - (height - 9) / 2 - 1,
    };
    // In a nested drawing, so that the writing is cut at the box's end.
    let nested = el("svg", class)
        .attr(Attr::X, &x)
        .attr(Attr::Y, &y.to_string())
        .attr(Attr::Width, &width)
        .attr(Attr::Height, &height.to_string());
    let words = el("text", "")
        .attr(Attr::X, "4")
        .attr(Attr::Y, &baseline.to_string())
        .text(&words);
    (rect(class, &x, y, &width, height), nested.child(words))
}

/// The steps after which invariants first do not hold, each with the invariants' numbers.
pub fn breaks(whole: &Story) -> Vec<(usize, String)> {
    let mut flags: Vec<(usize, String)> = Vec::new();
    for (invariant, step) in &whole.broken {
        let number = invariant.name().0;
        match flags.iter_mut().find(|(at, _)| at == step) {
            Some((_, numbers)) => {
                *numbers += " ";
                *numbers += number;
            }
            None => flags.push((*step, number.to_owned())),
        }
    }
    flags
}

/// The invariants that first do not hold after a step, by number and name; empty if there is none.
fn broken_at(whole: &Story, step: usize) -> String {
    let broken = whole.broken.iter().filter(|(_, at)| *at == step);
    let names = broken.map(|(invariant, _)| {
        let (number, name) = invariant.name();
        format!("{number} {name}")
    });
    names.collect::<Vec<String>>().join(", ")
}

/// A flag with the invariants' numbers at each step that breaks some.
fn flags(whole: &Story, lanes: Lanes) -> Vec<Element> {
    let length = whole.steps.len();
    let breaks = breaks(whole);
    let drawn = breaks.iter().map(|(step, numbers)| {
        let step = *step;
        // The numbers stand to the left of the pole where there is no room to the right.
        let near = |(other, _): &(usize, String)| *other > step && (other - step) * 12 < length;
        let end = step * 10 > length * 9 || step * 12 > length && breaks.iter().any(near);
        el("svg", if end { "broke end" } else { "broke" })
            .attr(Attr::X, &percent(step, length))
            .attr(Attr::Overflow, "visible")
            .attr(Attr::Define, &of_broken(step))
            .child(el("title", "").text(&format!("Breaks {}", broken_at(whole, step))))
            .child(rect("", "-0.5", 0, "1", lanes.bottom()))
            .child(
                el("text", "")
                    .attr(Attr::X, if end { "-3" } else { "3" })
                    .attr(Attr::Y, "11")
                    .text(&format!("\u{2691} {numbers}")),
            )
    });
    drawn.collect()
}

/// A stroke for every step, and, in long runs, for every check: one path each, stretched to the tape's width.
fn ticks(whole: &Story, lanes: Lanes) -> Element {
    let length = whole.steps.len();
    let (mut plain, mut passed) = (String::new(), String::new());
    for (at, record) in whole.steps.iter().enumerate() {
        let bottom = lanes.top(record.choice.actor.index() + 1);
        let (path, tall) = match mark(&record.effects) {
            Mark::Match if length > MANY => (&mut passed, lanes.tall - 6),
            Mark::Tick => (&mut plain, 4),
            _ => continue,
        };
        // Writing to a string does not fail.
        let _ = write!(path, "M{} {bottom}v-{tall}", at + 1);
    }
    let size = format!("0 0 {} {}", length.max(1), lanes.bottom());
    el("svg", "ticks")
        .attr(Attr::ViewBox, &size)
        .attr(Attr::Aspect, "none")
        .attr(Attr::Width, "100%")
        .attr(Attr::Height, &lanes.bottom().to_string())
        .attr(Attr::Overflow, "visible")
        .child(el("path", "tick").attr(Attr::D, &plain))
        .child(el("path", "passed").attr(Attr::D, &passed))
}

/// A nested drawing for a sign: its origin is in percent of the tape, its units are pixels.
fn spot(step: usize, length: usize, y: usize) -> Element {
    el("svg", "mark")
        .attr(Attr::X, &percent(step, length))
        .attr(Attr::Y, &y.to_string())
        .attr(Attr::Overflow, "visible")
}

/// Words beside the signs that matter most.
fn remarks(whole: &Story, lanes: Lanes) -> Vec<Element> {
    let length = whole.steps.len();
    let mut said = Vec::new();
    for (index, record) in whole.steps.iter().enumerate() {
        let step = index + 1;
        let words = match mark(&record.effects) {
            Mark::Mismatch => "refused",
            Mark::Store if whole.unstable.contains(&step) => "inside the window",
            _ => continue,
        };
        let y = lanes.top(record.choice.actor.index()) + lanes.tall / 2;
        let end = step * 100 > length * 86;
        let text = el("text", if end { "end" } else { "" })
            .attr(Attr::X, if end { "-11" } else { "11" })
            .attr(Attr::Y, "4")
            .text(words);
        said.push(spot(step, length, y).child(text));
    }
    said
}

/// Stores and checks, each with its sign.
fn marks(whole: &Story, lanes: Lanes) -> Vec<Element> {
    let length = whole.steps.len();
    let mut parts: Vec<Element> = Vec::new();
    for (index, record) in whole.steps.iter().enumerate() {
        let step = index + 1;
        let guilty = whole.unstable.contains(&step);
        let (class, outline) = match mark(&record.effects) {
            Mark::Match if length <= MANY => ("match", "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0"),
            Mark::Mismatch => ("mismatch", "M-5-5 5 5M5-5-5 5"),
            Mark::Store if guilty => ("store guilty", "M0-7 7 6-7 6z"),
            Mark::Store => ("store", "M0-6 6 5-6 5z"),
            _ => continue,
        };
        let y = lanes.top(record.choice.actor.index()) + lanes.tall / 2;
        parts.push(spot(step, length, y).child(el("path", class).attr(Attr::D, outline)));
    }
    parts
}

/// The steps behind a failure, each ringed and numbered; a broken ring stands where a line is missing, before its actor's step.
fn links(whole: &Story, lanes: Lanes, chain: &[ChainMark]) -> Vec<Element> {
    let length = whole.steps.len();
    let mut rings = Vec::new();
    for (at, mark) in chain.iter().enumerate() {
        // What is so from the start, or missing at the end, has no step of its own.
        let Some(actor) = whole.actor(mark.step.clamp(1, length.max(1))) else {
            continue;
        };
        let y = lanes.top(actor.index()) + lanes.tall / 2;
        let class = match mark.missing {
            true => "cause missing",
            false => "cause",
        };
        let ring = el("path", class).attr(Attr::D, "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0");
        let mut place = spot(mark.moment().min(length), length, y).child(ring);
        // Where several are told of one moment, the first number stands for them.
        let known = |it: &ChainMark| it.moment() == mark.moment();
        if !chain[..at].iter().any(known) {
            let number = el("text", "link").attr(Attr::Y, "-9");
            place = place.child(number.text(&(at + 1).to_string()));
        }
        rings.push(place);
    }
    rings
}

/// How many steps lie between two numbers on the axis.
pub fn every(length: usize) -> usize {
    let every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    let every = every.into_iter().find(|it| length / it <= 14);
    every.unwrap_or(2000)
}

/// The numbers of steps, as many as are legible.
fn axis(lanes: Lanes, length: usize) -> Vec<Element> {
    let every = every(length);
    let numbers = (1..=length / every).map(|at| {
        el("text", "number")
            .attr(Attr::X, &percent(at * every, length))
            .attr(Attr::Y, &(lanes.bottom() + 11).to_string())
            .text(&(at * every).to_string())
    });
    numbers.collect()
}

/// How far the playhead and the slider's thumb are shifted.
fn shift(now: &Moment) -> String {
    percent(now.depth(), now.length())
}

/// The moment shown: a line, and a veil over what lies ahead.
pub fn playhead(now: &Moment, ui: &UiState) -> Element {
    let lanes = Lanes::of(&now.scenario);
    // Gives its parent, and so the playhead, the size of the lanes.
    let size = layer("", lanes.bottom(), ui, now.length());
    el("div", "head")
        .child(size)
        .child(el("div", "playhead").attr(Attr::Shift, &shift(now)))
}

/// The slider under the lanes, and the buttons of the zoom.
pub fn scrubber(now: &Moment, ui: &UiState) -> Element {
    let sentence = now.sentence().unwrap_or_else(|| "start".to_owned());
    let sentence = sentence.replace('`', "");
    let broken = match broken_at(&now.whole, now.depth()) {
        broken if broken.is_empty() => broken,
        broken => format!(" Breaks {broken}."),
    };
    let (depth, length) = (now.depth().to_string(), now.length().to_string());
    // The range must know its end before a value beyond the old one.
    let mut range = el("input", "")
        .attr(Attr::Type, "range")
        .attr(Attr::Min, "0")
        .attr(Attr::Max, &length)
        .attr(Attr::Value, &depth)
        .attr(Attr::Label, "Scrub through the steps")
        .attr(
            Attr::ValueText,
            &format!("step {depth} of {length}: {sentence}{broken}"),
        );
    range.handler = Some(Handler::Seek);
    let mut zoom = el("div", "zoom")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Zoom of the timeline");
    for (label, to, cannot) in [
        ("\u{2212}", ui.zoom.saturating_sub(1), ui.zoom == 0),
        ("+", ui.zoom + 1, ui.zoom >= MOST_ZOOM),
    ] {
        let name = if label == "+" { "Zoom in" } else { "Zoom out" };
        zoom = zoom.child(
            el("button", "")
                .attr(Attr::Label, name)
                .attr_bool(Attr::Disabled, cannot)
                .text(label)
                .on_click(Msg::Zoom(if cannot { ui.zoom } else { to })),
        );
    }
    let thumb = el("span", "thumb").attr(Attr::Shift, &shift(now));
    let way = el("span", "way").child(thumb);
    let slider = el("div", "slider").child(range).child(way);
    el("div", "scrubber").child(zoom).child(slider)
}

/// The closest view: 24 pixels a step.
pub const MOST_ZOOM: u8 = 4;
