//! The timeline, from left to right: a lane for each actor and each page, spans for what is held and for who sleeps,
//! marks for stores and checks, and the moment shown.

use std::fmt::Write;

use crate::exchange::slept;
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
const STRIP: usize = 16;
/// The height of the step numbers under the lanes.
const AXIS: usize = 12;
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
            tall: if actors + pages > 5 { 14 } else { 16 },
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
    let class = if lanes.tall < 16 {
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

/// The tape: the spans and marks of a run, which stay the same while the visitor goes through it. It has room for as many
/// steps as the longest run tried so far, so that a shorter one does not change its scale.
pub fn tape(
    scenario: &Scenario,
    whole: &Story,
    longest: usize,
    chain: &[ChainMark],
    ui: &UiState,
) -> Element {
    let lanes = Lanes::of(scenario);
    let mut parts = Vec::new();
    let spans = spans(&scenario.model, whole);
    // The window lies under everything else.
    let under = |span: &&Span| span.held == Held::Window;
    let over = |span: &&Span| span.held != Held::Window;
    for span in spans.iter().filter(under).chain(spans.iter().filter(over)) {
        parts.push(place(span, lanes, longest));
    }
    parts.push(ticks(whole, lanes, longest));
    parts.extend(marks(scenario, whole, lanes, longest));
    parts.extend(rings(whole, lanes, longest, chain));
    layer("tape", lanes.bottom() + AXIS, ui, longest).children(parts)
}

/// The writing on the tape: names of spans, invariants, numbers of steps. It lies above the veil, so that it stays
/// legible. Where there is no room for a word, a shorter one stands there, or none.
pub fn writing(
    scenario: &Scenario,
    whole: &Story,
    longest: usize,
    chain: &[ChainMark],
    ui: &UiState,
) -> Element {
    let lanes = Lanes::of(scenario);
    let width = match (ui.zoom, ui.tape) {
        (0, 0) => USUAL_WIDTH,
        (0, wide) => usize::from(wide),
        (zoom, _) => longest.max(1) * 6 * usize::from(zoom),
    };
    let mut room = Room {
        width: width as isize,
        longest,
        taken: Vec::new(),
    };
    let mut words = flags(whole, lanes, &mut room);
    words.extend(remarks(scenario, whole, lanes, &mut room));
    words.extend(numbers(whole, lanes, &mut room, chain));
    words.extend(names(scenario, whole, lanes, &mut room));
    layer("tape writing", lanes.bottom() + AXIS, ui, longest)
        .children(words)
        .children(axis(lanes, longest, width))
}

/// The row of a span's box, its top edge and height, and its class.
fn span_box(span: &Span, lanes: Lanes) -> (&'static str, usize, usize) {
    let page = lanes.top(lanes.actors + span.page.index());
    let lane = lanes.top(span.actor.index());
    match span.held {
        Held::Window if lanes.pages > 1 => ("window", page + 1, lanes.tall - 2),
        Held::Window => ("window", 0, lanes.bottom()),
        Held::Writeback => ("writeback", page + 2, lanes.tall - 4),
        Held::Lock => ("lock", lane + 2, lanes.tall - 4),
        Held::Asleep(_) => ("asleep", lane + 2, lanes.tall - 4),
    }
}

/// A span's box.
fn place(span: &Span, lanes: Lanes, longest: usize) -> Element {
    let (class, y, height) = span_box(span, lanes);
    let (x, width) = (
        percent(span.from, longest),
        percent(span.to - span.from, longest),
    );
    rect(class, &x, y, &width, height)
}

/// What a span is called, from the longest name to the shortest.
fn span_names(scenario: &Scenario, span: &Span, several: bool) -> Vec<String> {
    let of = match several {
        true => format!(" {}", span.page),
        false => String::new(),
    };
    let thing = match span.held {
        Held::Window if several => return Vec::new(),
        Held::Window if scenario.model.stable => {
            return vec![
                "stable window: bytes must not change".to_owned(),
                "stable window".to_owned(),
            ];
        }
        Held::Window => {
            return vec![
                "on the way: nobody asks for stable bytes".to_owned(),
                "on the way".to_owned(),
            ];
        }
        Held::Writeback => return vec![format!("PG_writeback{of}"), "writeback".to_owned()],
        Held::Lock => return vec![format!("page lock{of}"), "lock".to_owned()],
        Held::Asleep(on) => match on {
            Resource::PageLock => format!("page lock{of}"),
            Resource::Writeback => format!("PG_writeback{of}"),
            _ => return vec!["asleep".to_owned()],
        },
    };
    vec![format!("asleep: {thing}"), "asleep".to_owned()]
}

/// The names of spans, each where there is room for it inside its box.
fn names(scenario: &Scenario, whole: &Story, lanes: Lanes, room: &mut Room) -> Vec<Element> {
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
    let mut said = Vec::new();
    for span in &spans {
        let (class, y, height) = span_box(span, lanes);
        let (row, baseline) = match (span.held, lanes.pages) {
            (Held::Window, 1) => (0, 12),
            (Held::Window, _) => continue,
            (Held::Writeback, _) => (1 + lanes.actors + span.page.index(), 0),
            _ => (1 + span.actor.index(), 0),
        };
        let baseline = match baseline {
            0 => y + height - (height - 9) / 2 - 1,
            strip => strip,
        };
        let (from, to) = (room.at(span.from), room.at(span.to));
        let all = span_names(scenario, span, lanes.pages > 1);
        let found = all.iter().find_map(|words| {
            let x = room.within(row, from + 4, to, wide(words))?;
            Some((x, words))
        });
        if let Some((x, words)) = found {
            room.take(row, x, x + wide(words));
            let text = el("text", "")
                .attr(Attr::X, &(x - from).to_string())
                .attr(Attr::Y, &baseline.to_string())
                .text(words);
            said.push(
                el("svg", class)
                    .attr(Attr::X, &percent(span.from, room.longest))
                    .attr(Attr::Overflow, "visible")
                    .child(text),
            );
        }
    }
    said
}

/// How wide the timeline is taken to be as long as the page has not said so.
const USUAL_WIDTH: usize = 700;

/// How wide words are, in CSS pixels, rather too much than too little.
fn wide(words: &str) -> isize {
    (words.chars().count() as isize * 63 + 9) / 10
}

/// The room on the tape, in rows: the strip, then a row for each lane.
struct Room {
    width: isize,
    longest: usize,
    /// Row, left and right edge of what is written already.
    taken: Vec<(usize, isize, isize)>,
}

impl Room {
    /// Where a step is, in CSS pixels.
    fn at(&self, step: usize) -> isize {
        step as isize * self.width / self.longest.max(1) as isize
    }

    fn free(&self, row: usize, from: isize, to: isize) -> bool {
        let apart = |it: &(usize, isize, isize)| it.0 != row || it.2 <= from || it.1 >= to;
        from >= 0 && to <= self.width + 6 && self.taken.iter().all(apart)
    }

    fn take(&mut self, row: usize, from: isize, to: isize) {
        self.taken.push((row, from - 5, to + 5));
    }

    /// The first place in a row between two edges where something so wide fits.
    fn within(&self, row: usize, from: isize, to: isize, wide: isize) -> Option<isize> {
        let ends = self.taken.iter().filter(|it| it.0 == row).map(|it| it.2);
        let places = ends.filter(|end| *end > from).chain([from]);
        let fits = places.filter(|x| x + wide <= to && self.free(row, *x, x + wide));
        fits.min()
    }

    /// Puts words beside a step, so far from it, to the right or else to the left; says whether to the left. None if there
    /// is no room for them on either side.
    fn beside(&mut self, row: usize, step: usize, apart: isize, words: &str) -> Option<bool> {
        // These words are bold.
        let (x, wide) = (self.at(step), wide(words) * 9 / 8);
        let sides = [(x + apart, false), (x - apart - wide, true)];
        let (from, left) = sides
            .into_iter()
            .find(|(from, _)| self.free(row, *from, from + wide))?;
        self.take(row, from, from + wide);
        Some(left)
    }
}

/// The steps after which invariants first do not hold, each with what is so from there on.
pub fn breaks(whole: &Story) -> Vec<(usize, Vec<&'static str>)> {
    let mut flags: Vec<(usize, Vec<&'static str>)> = Vec::new();
    for (invariant, step) in &whole.broken {
        let words = invariant.broken();
        match flags.iter_mut().find(|(at, _)| at == step) {
            Some((_, all)) => all.push(words),
            None => flags.push((*step, vec![words])),
        }
    }
    flags
}

/// What is so from a step on that breaks invariants; empty if it breaks none.
fn broken_at(whole: &Story, step: usize) -> String {
    let broken = breaks(whole).into_iter().find(|(at, _)| *at == step);
    broken.map_or_else(String::new, |(_, words)| words.join(", "))
}

/// A flag at each step that breaks invariants, with their names as far as there is room.
fn flags(whole: &Story, lanes: Lanes, room: &mut Room) -> Vec<Element> {
    let mut drawn = Vec::new();
    for (step, names) in breaks(whole) {
        let (first, more) = (names[0], names.len() - 1);
        let mut all = vec![format!("\u{2691} {}", names.join(", "))];
        if more > 0 {
            all.push(format!("\u{2691} {first} +{more}"));
        }
        all.push("\u{2691}".to_owned());
        let mut found = None;
        for words in all {
            if let Some(left) = room.beside(0, step, 3, &words) {
                found = Some((words, left));
                break;
            }
        }
        let (words, left) = found.unwrap_or_default();
        drawn.push(
            el("svg", if left { "broke end" } else { "broke" })
                .attr(Attr::X, &percent(step, room.longest))
                .attr(Attr::Overflow, "visible")
                .attr(Attr::Define, &of_broken(step))
                .child(el("title", "").text(&format!("Broken: {}", names.join(", "))))
                .child(rect("", "-0.5", 0, "1", lanes.bottom()))
                .child(
                    el("text", "")
                        .attr(Attr::X, if left { "-3" } else { "3" })
                        .attr(Attr::Y, "11")
                        .text(&words),
                ),
        );
    }
    drawn
}

/// A stroke for every step, and, in long runs, for every check: one path each, stretched to the tape's width.
fn ticks(whole: &Story, lanes: Lanes, longest: usize) -> Element {
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
    let size = format!("0 0 {} {}", longest.max(1), lanes.bottom());
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
fn remarks(scenario: &Scenario, whole: &Story, lanes: Lanes, room: &mut Room) -> Vec<Element> {
    let mut said = Vec::new();
    for (index, record) in whole.steps.iter().enumerate() {
        let step = index + 1;
        let (class, all): (_, &[&str]) = match mark(&record.effects) {
            Mark::Mismatch => ("mark", &["refused"]),
            Mark::Store if whole.unstable.contains(&step) => {
                ("mark", &["inside the window", "inside"])
            }
            Mark::Tick if slept(scenario, whole, index) > 0 => ("mark woken", &["wakes"]),
            _ => continue,
        };
        let actor = record.choice.actor.index();
        let found = all.iter().find_map(|words| {
            let left = room.beside(1 + actor, step, 11, words)?;
            Some((*words, left))
        });
        let Some((words, left)) = found else {
            continue;
        };
        let text = el("text", if left { "end" } else { "" })
            .attr(Attr::X, if left { "-11" } else { "11" })
            .attr(Attr::Y, "4")
            .text(words);
        let mut spot = spot(step, room.longest, lanes.top(actor) + lanes.tall / 2);
        spot.attrs[0].1 = class.to_owned();
        said.push(spot.child(text));
    }
    said
}

/// Stores, checks and waking up, each with its sign.
fn marks(scenario: &Scenario, whole: &Story, lanes: Lanes, longest: usize) -> Vec<Element> {
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
            Mark::Tick if slept(scenario, whole, index) > 0 => ("wakes", "M-4 3 0-4 4 3"),
            _ => continue,
        };
        let y = lanes.top(record.choice.actor.index()) + lanes.tall / 2;
        parts.push(spot(step, longest, y).child(el("path", class).attr(Attr::D, outline)));
    }
    parts
}

/// Where the ring of a step behind a failure stands: its actor, and after how many steps. None for what is so from the
/// start, or missing at the end, which has no step of its own.
fn ring(whole: &Story, mark: &ChainMark) -> Option<(ActorId, usize)> {
    let length = whole.steps.len();
    let actor = whole.actor(mark.step.clamp(1, length.max(1)))?;
    Some((actor, mark.moment().min(length)))
}

/// The steps behind a failure, each ringed; a broken ring stands where a line is missing, before its actor's step.
fn rings(whole: &Story, lanes: Lanes, longest: usize, chain: &[ChainMark]) -> Vec<Element> {
    let mut rings = Vec::new();
    for mark in chain {
        let Some((actor, step)) = ring(whole, mark) else {
            continue;
        };
        let y = lanes.top(actor.index()) + lanes.tall / 2;
        let class = match mark.missing {
            true => "cause missing",
            false => "cause",
        };
        let ring = el("path", class).attr(Attr::D, "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0");
        rings.push(spot(step, longest, y).child(ring));
    }
    rings
}

/// The numbers of these rings: beside them where there is room, else above; where several are told of one moment, the
/// first number stands for them.
fn numbers(whole: &Story, lanes: Lanes, room: &mut Room, chain: &[ChainMark]) -> Vec<Element> {
    let rung = |mark: &ChainMark| ring(whole, mark);
    for (actor, step) in chain.iter().filter_map(rung) {
        let x = room.at(step);
        room.take(1 + actor.index(), x - 6, x + 6);
    }
    let mut said = Vec::new();
    for (at, mark) in chain.iter().enumerate() {
        let known = |it: &ChainMark| it.moment() == mark.moment();
        let Some((actor, step)) = ring(whole, mark).filter(|_| !chain[..at].iter().any(known))
        else {
            continue;
        };
        let (row, words) = (1 + actor.index(), (at + 1).to_string());
        let y = lanes.top(actor.index()) + lanes.tall / 2;
        let (class, x, above) = match room.beside(row, step, 10, &words) {
            Some(true) => ("link end", "-10", false),
            Some(false) => ("link", "10", false),
            None => ("link middle", "0", true),
        };
        if above {
            let x = room.at(step);
            room.take(row - 1, x - 4, x + 4);
        }
        let number = el("text", class)
            .attr(Attr::X, x)
            .attr(Attr::Y, if above { "-9" } else { "4" })
            .text(&words);
        said.push(spot(step, room.longest, y).child(number));
    }
    said
}

/// How many steps lie between two numbers on the axis.
pub fn every(length: usize) -> usize {
    let every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    let every = every.into_iter().find(|it| length / it <= 14);
    every.unwrap_or(2000)
}

/// The numbers of steps, as many as are legible.
fn axis(lanes: Lanes, length: usize, width: usize) -> Vec<Element> {
    // A number and the gap behind it take some 30 pixels.
    let mut every = every(length);
    while every * width / length.max(1) < 30 && every < length {
        every *= 2;
    }
    let numbers = (1..=length / every).map(|at| {
        el("text", "number")
            .attr(Attr::X, &percent(at * every, length))
            .attr(Attr::Y, &(lanes.bottom() + 10).to_string())
            .text(&(at * every).to_string())
    });
    numbers.collect()
}

/// How far the playhead and the slider's thumb are shifted.
fn shift(now: &Moment) -> String {
    percent(now.depth(), now.longest())
}

/// The moment shown: a line, and a veil over what lies ahead.
pub fn playhead(now: &Moment, ui: &UiState) -> Element {
    let lanes = Lanes::of(&now.scenario);
    // Gives its parent, and so the playhead, the size of the lanes.
    let size = layer("", lanes.bottom(), ui, now.longest());
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
        broken => format!(" Broken: {broken}."),
    };
    let (depth, longest) = (now.depth().to_string(), now.longest().to_string());
    // The range must know its end before a value beyond the old one.
    let mut range = el("input", "")
        .attr(Attr::Type, "range")
        .attr(Attr::Min, "0")
        .attr(Attr::Max, &longest)
        .attr(Attr::Value, &depth)
        .attr(Attr::Label, "Scrub through the steps")
        .attr(
            Attr::ValueText,
            &format!("step {depth} {}: {sentence}{broken}", now.of_run()),
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
