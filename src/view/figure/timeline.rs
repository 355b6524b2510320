//! The lower half of the figure: the timeline, with a lane for each actor and each page.

use crate::explore::{Held, Span, Story, spans};
use crate::machine::{ActorId, Effect, Resource};

use super::super::moment::Moment;
use super::super::timeline::{Mark, breaks, every, mark};
use super::ink::{self, Face};
use super::svg::{Anchor, Frame, PX, Path, Svg, width};
use super::{LABELS, LEFT, RIGHT};

/// The place of the run's start.
const BEGIN: i32 = LEFT + LABELS;
/// The place of the last step, with room for half a sign behind it.
const END: i32 = RIGHT - 12 * PX;
/// The heights of a row of text above the lanes, of a track of spans, of a row of signs, and of a span.
const STRIP: i32 = 16 * PX;
const TRACK: i32 = 17 * PX;
const SIGNS: i32 = 18 * PX;
const BAR: i32 = 14 * PX;

/// A row of texts and signs: the stretches that are taken.
#[derive(Clone, Default)]
struct Row {
    taken: Vec<(i32, i32)>,
}

impl Row {
    fn free(&self, from: i32, to: i32) -> bool {
        from >= LEFT && to <= RIGHT && self.taken.iter().all(|it| to <= it.0 || it.1 <= from)
    }

    fn take(&mut self, from: i32, to: i32) {
        self.taken.push((from, to));
    }
}

/// A lane.
#[derive(Default)]
struct Lane<'a> {
    /// The lane's spans; those that overlap are in different tracks.
    tracks: Vec<Vec<&'a Span>>,
    top: i32,
    height: i32,
}

impl<'a> Lane<'a> {
    fn hold(&mut self, span: &'a Span) {
        let free = |track: &&mut Vec<&Span>| track.iter().all(|it| it.to <= span.from);
        match self.tracks.iter_mut().find(free) {
            Some(track) => track.push(span),
            None => self.tracks.push(vec![span]),
        }
    }
}

/// The timeline while it is drawn.
struct Time<'a> {
    now: &'a Moment,
    whole: &'a Story,
    length: usize,
    several: bool,
    /// The places of thin upright lines, poles of flags and edges of windows, which texts cross only where there is no
    /// other room.
    thin: Vec<i32>,
    /// The place of the moment shown, which no text crosses.
    moment: i32,
    /// The texts, which are drawn above everything else.
    writing: Svg,
}

impl Time<'_> {
    fn x(&self, step: usize) -> i32 {
        BEGIN + ((END - BEGIN) as usize * step / self.length) as i32
    }

    /// Whether no upright line crosses a text; without `thin`, thin lines do not count.
    fn clear(&self, from: i32, to: i32, thin: bool) -> bool {
        let apart = |line: &i32| *line <= from || to <= *line;
        apart(&self.moment) && (!thin || self.thin.iter().all(apart))
    }

    /// The width of one step.
    fn each(&self) -> i32 {
        (END - BEGIN) / self.length as i32
    }
}

/// Draws the timeline from `top` down; returns where it ends.
pub fn timeline(svg: &mut Svg, now: &Moment, top: i32) -> i32 {
    let mut time = Time {
        now,
        whole: &now.whole,
        length: now.length().max(1),
        several: now.scenario.model.geometry.pages > 1,
        thin: Vec::new(),
        moment: 0,
        writing: Svg::default(),
    };
    let spans = spans(&now.scenario.model, time.whole);
    let (actors, pages) = (now.scenario.cast.len(), now.scenario.model.geometry.pages);
    let mut lanes: Vec<Lane> = Vec::new();
    lanes.resize_with(actors + usize::from(pages), Lane::default);
    for span in &spans {
        match span.held {
            Held::Window if !time.several => {}
            Held::Window | Held::Writeback => lanes[actors + span.page.index()].hold(span),
            Held::Lock | Held::Asleep(_) => lanes[span.actor.index()].hold(span),
        }
    }
    time.moment = time.x(now.depth());
    if !time.several {
        for span in spans.iter().filter(|it| it.held == Held::Window) {
            time.thin.extend([time.x(span.from), time.x(span.to)]);
        }
    }
    let (strips, flags) = time.flags(&spans);
    let first = top + strips * STRIP + 2 * PX;
    let mut y = first;
    for (number, lane) in lanes.iter_mut().enumerate() {
        let tracks = lane.tracks.len() as i32;
        let page = number >= actors;
        lane.top = y;
        lane.height = match page {
            true => tracks.max(1) * TRACK + 6 * PX,
            false => tracks * TRACK + SIGNS + 4 * PX,
        };
        y += lane.height;
    }
    let bottom = y;
    time.thin.extend(flags.iter().map(|it| it.x));
    time.windows(svg, &spans, top, bottom);
    for (number, lane) in lanes.iter().enumerate() {
        let name = match number.checked_sub(actors) {
            None => now.scenario.cast[number].name.clone(),
            Some(_) if !time.several => "page".to_owned(),
            Some(page) => format!("page {page}"),
        };
        let middle = lane.top + lane.height / 2 + 4 * PX;
        let at = (BEGIN - 12 * PX, middle);
        let room = LABELS - 14 * PX;
        (time.writing).text(at, Anchor::End, Face::LANE, room, &name);
        let base = lane.top + lane.height;
        svg.line(&[(BEGIN, base), (RIGHT, base)], false, ink::LANE);
        for (track, spans) in lane.tracks.iter().enumerate() {
            for span in spans {
                time.span(svg, span, lane.top + 3 * PX + track as i32 * TRACK);
            }
        }
    }
    for flag in &flags {
        flag.draw(svg, &mut time.writing, top, bottom);
    }
    for (actor, lane) in now.scenario.model.actor_ids().zip(&lanes) {
        time.signs(svg, actor, lane.top + lane.height);
    }
    time.axis(svg, first, bottom);
    svg.raw(&time.writing.finish());
    bottom + 22 * PX
}

/// A flag at a step that breaks invariants.
struct Flag {
    x: i32,
    /// The strip above the lanes that the words stand in.
    strip: i32,
    words: String,
    /// Whether the words stand to the left of the pole.
    before: bool,
}

const CLOTH: i32 = 11 * PX;

impl Flag {
    /// The stretch that its cloth and words take.
    fn reach(&self) -> (i32, i32) {
        let w = CLOTH + width(&self.words, Face::REMARK) + 4 * PX;
        match self.before {
            true => (self.x - w, self.x),
            false => (self.x, self.x + w),
        }
    }

    fn draw(&self, svg: &mut Svg, writing: &mut Svg, top: i32, bottom: i32) {
        let y = top + self.strip * STRIP + 2 * PX;
        svg.line(&[(self.x, y), (self.x, bottom)], false, ink::FLAG);
        flag(svg, self.x, y, self.before);
        let (x, anchor) = match self.before {
            true => (self.x - CLOTH, Anchor::End),
            false => (self.x + CLOTH, Anchor::Start),
        };
        let at = (x, y + 10 * PX);
        writing.text(at, anchor, Face::REMARK, i32::MAX, &self.words);
    }
}

/// Draws a flag's cloth beside the top of its pole.
pub fn flag(svg: &mut Svg, x: i32, y: i32, before: bool) {
    let side = if before { -1 } else { 1 };
    let cloth = [(x, y), (x + side * 8 * PX, y + 3 * PX), (x, y + 6 * PX)];
    svg.line(&cloth, true, ink::FLAG_CLOTH);
}

impl Time<'_> {
    /// The words in the band of a single page's stable window, as far as there is room.
    fn window_words(&self, span: &Span) -> String {
        let words = match self.now.scenario.model.stable {
            true => ["stable window: bytes must not change", "stable window"],
            false => ["on the way: nobody asks for stable bytes", "on the way"],
        };
        let room = self.x(span.to) - self.x(span.from) - 10 * PX;
        let fits = words.into_iter().find(|it| width(it, Face::WINDOW) <= room);
        fits.unwrap_or("").to_owned()
    }

    /// How many strips there are, and the flags in them, placed so that neither words nor poles run through each
    /// other.
    fn flags(&self, spans: &[Span]) -> (i32, Vec<Flag>) {
        let mut strips: Vec<Row> = vec![Row::default()];
        if !self.several {
            for span in spans.iter().filter(|it| it.held == Held::Window) {
                let words = self.window_words(span);
                if !words.is_empty() {
                    let from = self.x(span.from);
                    let w = width(&words, Face::WINDOW) + 8 * PX;
                    strips[0].take(from, from + w);
                }
            }
        }
        let mut flags: Vec<Flag> = Vec::new();
        for (step, names) in breaks(self.whole) {
            let all = names.join(", ");
            let words = match names.len() - 1 {
                more if width(&all, Face::REMARK) > RIGHT / 4 => format!("{} +{more}", names[0]),
                _ => all,
            };
            let flag = self.flag(step, words, &strips, &flags);
            let (from, to) = flag.reach();
            let at = flag.strip as usize;
            strips.resize(strips.len().max(at + 1), Row::default());
            strips[at].take(from, to);
            flags.push(flag);
        }
        let used = strips.iter().rposition(|it| !it.taken.is_empty());
        (used.map_or(0, |at| at as i32 + 1), flags)
    }

    /// Places a flag where there is room for it: in the highest strip in which nothing is in its way, or in a new one.
    fn flag(&self, step: usize, words: String, strips: &[Row], flags: &[Flag]) -> Flag {
        let x = self.x(step);
        let mut flag = Flag {
            x,
            strip: 0,
            words,
            before: false,
        };
        let end = flag.reach().1;
        // The words stand to the left of the pole if on its right the line of the moment shown crosses them.
        let past = x <= self.moment && self.moment < end;
        let edge = self.thin.iter().any(|it| x < *it && *it < end);
        let before = past || edge || end > RIGHT;
        for before in [before, !before] {
            flag.before = before;
            let (from, to) = flag.reach();
            for at in 0..=strips.len() {
                flag.strip = at as i32;
                let below = strips.get(at..).unwrap_or(&[]);
                let pole = |row: &Row| row.taken.iter().all(|(from, to)| x <= *from || *to <= x);
                let mut above = flags.iter().filter(|it| it.strip <= flag.strip);
                let row = below.first().cloned().unwrap_or_default();
                if row.free(from, to)
                    && below.iter().all(pole)
                    && above.all(|it| it.x <= from || to <= it.x)
                {
                    return flag;
                }
            }
        }
        // Across another flag's pole, then, but not over the edge.
        flag.before = end > RIGHT;
        flag.strip = strips.len() as i32;
        flag
    }

    /// Draws the stable windows of a single page, which lie under everything.
    fn windows(&mut self, svg: &mut Svg, spans: &[Span], top: i32, bottom: i32) {
        if self.several {
            return;
        }
        for span in spans.iter().filter(|it| it.held == Held::Window) {
            let (from, to) = (self.x(span.from), self.x(span.to));
            let at = Frame {
                x: from,
                y: top,
                w: (to - from).max(PX),
                h: bottom - top,
            };
            svg.rect(at, 0, ink::WINDOW);
            let at = (from + 5 * PX, top + 12 * PX);
            let words = self.window_words(span);
            (self.writing).text(at, Anchor::Start, Face::WINDOW, i32::MAX, &words);
        }
    }

    fn span(&mut self, svg: &mut Svg, span: &Span, y: i32) {
        let (paint, face, words) = match span.held {
            Held::Window => {
                let words = match self.now.scenario.model.stable {
                    true => ["stable window", "window"],
                    false => ["on the way", ""],
                };
                (ink::WINDOW, Face::WINDOW, words)
            }
            Held::Writeback => (
                ink::WRITEBACK,
                Face::SPAN.ink("#ffffff"),
                ["PG_writeback", "WB"],
            ),
            Held::Lock => (ink::LOCK, Face::SPAN, ["page lock", "lock"]),
            Held::Asleep(on) => {
                let words = match on {
                    Resource::PageLock => "asleep: page lock",
                    Resource::Writeback => "asleep: PG_writeback",
                    _ => "asleep",
                };
                (ink::ASLEEP, Face::SPAN, [words, "asleep"])
            }
        };
        let (from, to) = (self.x(span.from), self.x(span.to));
        let at = Frame {
            x: from,
            y,
            w: (to - from).max(PX),
            h: BAR,
        };
        svg.rect(at, 0, paint);
        // The words may begin at the span's start, or behind a line that crosses it.
        let mut starts = vec![from, self.moment];
        starts.extend(self.thin.iter().copied());
        starts.retain(|it| from <= *it && *it < to);
        starts.sort_unstable();
        for thin in [true, false] {
            for words in words {
                let words = match span.held {
                    Held::Lock if self.several => format!("{words} {}", span.page),
                    _ => words.to_owned(),
                };
                let w = width(&words, face) + 4 * PX;
                let mut starts = starts.iter().map(|it| it + 4 * PX);
                let fits = starts.find(|it| it + w <= to && self.clear(*it, it + w, thin));
                if let (Some(x), false) = (fits, words.is_empty()) {
                    let at = (x, y + 11 * PX);
                    (self.writing).text(at, Anchor::Start, face, w, &words);
                    return;
                }
            }
        }
    }

    /// Draws the signs of what an actor did, above the bottom of its lane.
    fn signs(&mut self, svg: &mut Svg, actor: ActorId, base: i32) {
        let many = self.each() < 6 * PX;
        let middle = base - 10 * PX;
        let small = (self.each() * 45 / 100).clamp(16, 4 * PX);
        let big = (self.each() * 70 / 100).clamp(4 * PX, 6 * PX);
        let (mut plain, mut passed) = (Path::default(), Path::default());
        let mut row = Row::default();
        let mut remarks: Vec<(i32, &str)> = Vec::new();
        for (index, record) in self.whole.steps.iter().enumerate() {
            let step = index + 1;
            if record.choice.actor != actor {
                continue;
            }
            let x = self.x(step);
            // Signs of the past lie over the line of the moment shown, the others under the veil.
            let out = match step <= self.now.depth() {
                true => &mut self.writing,
                false => &mut *svg,
            };
            match mark(&record.effects) {
                Mark::Tick => plain.line(&[(x, base), (x, base - 4 * PX)], false),
                Mark::Match if many => {
                    passed.line(&[(x, base - 5 * PX), (x, base - 15 * PX)], false);
                    row.take(x - PX, x + PX);
                }
                Mark::Match => {
                    out.circle(x, middle, small, ink::MATCH);
                    row.take(x - small, x + small);
                }
                Mark::Mismatch => {
                    cross(out, x, middle, big);
                    row.take(x - big, x + big);
                    remarks.push((x, "refused"));
                }
                Mark::Store => {
                    let guilty = self.whole.unstable.contains(&step);
                    store(out, x, middle, big, guilty);
                    row.take(x - big, x + big);
                    if guilty {
                        remarks.push((x, self.inside(&record.effects)));
                    }
                }
            }
        }
        let narrow = (self.each() * 6 / 10).clamp(6, 25);
        let mut width_of = String::from("stroke-width=\"");
        width_of += &format!("{}.{}\" ", narrow / PX, narrow % PX);
        svg.path(&plain, &format!("{width_of}{}", ink::TICK));
        svg.path(&passed, &format!("{width_of}{}", ink::PASSED));
        for (x, words) in remarks {
            let (w, apart) = (width(words, Face::REMARK), big + 3 * PX);
            let y = middle + 4 * PX;
            // To the right of the sign or to its left.
            let places = [x + apart, x - apart - w];
            let free = |at: i32| at > BEGIN && at + w <= RIGHT && row.free(at, at + w);
            let clear = |thin| {
                let mut all = places.into_iter();
                all.find(|at| free(*at) && self.clear(*at, at + w, thin))
            };
            if let Some(at) = clear(true).or_else(|| clear(false)) {
                row.take(at, at + w);
                // To the left, the words end at the sign however wide the letters are.
                let (x, anchor) = match at > x {
                    true => (at, Anchor::Start),
                    false => (at + w, Anchor::End),
                };
                (self.writing).text((x, y), anchor, Face::REMARK, w, words);
            }
        }
    }

    /// The words beside a store that changes bytes on their way.
    fn inside(&self, effects: &[Effect]) -> &'static str {
        let stores = |effect: &Effect| matches!(effect, Effect::Stored { .. });
        match (self.now.scenario.model.stable, effects.iter().any(stores)) {
            (true, true) => "inside the window",
            _ => "on the way",
        }
    }

    /// Draws the numbers of steps, and the line of the moment shown with the veil behind it.
    fn axis(&self, svg: &mut Svg, top: i32, bottom: i32) {
        let depth = self.now.depth();
        let (x, y) = (self.moment, bottom + 14 * PX);
        if depth < self.now.length() {
            // The veil spares the sign of the step that led here.
            let from = x + self.each().min(8 * PX);
            let at = Frame {
                x: from,
                y: top,
                w: RIGHT - from,
                h: bottom - top,
            };
            svg.rect(at, 0, ink::VEIL);
        }
        let words = depth.to_string();
        let face = Face::REMARK.ink("#ffffff");
        let half = width(&words, face) / 2 + 4 * PX;
        let mut row = Row::default();
        row.take(x - half, x + half);
        let pole = Frame {
            x: x - PX,
            y: top,
            w: 2 * PX,
            h: bottom - top + 3 * PX,
        };
        svg.rect(pole, 0, ink::PLAYHEAD);
        let sign = Frame {
            x: x - half,
            y: bottom + 3 * PX,
            w: 2 * half,
            h: 15 * PX,
        };
        svg.rect(sign, 3 * PX, ink::PLAYHEAD);
        svg.text((x, y), Anchor::Middle, face, i32::MAX, &words);
        let at = (BEGIN - 12 * PX, y);
        svg.text(at, Anchor::End, Face::AXIS, LABELS, "step");
        let each = every(self.now.length());
        for step in (each..=self.now.length()).step_by(each) {
            let (x, words) = (self.x(step), step.to_string());
            let half = width(&words, Face::AXIS) / 2 + 2 * PX;
            if row.free(x - half, x + half) {
                row.take(x - half, x + half);
                svg.text((x, y), Anchor::Middle, Face::AXIS, i32::MAX, &words);
            }
        }
    }
}

/// Draws a store as a triangle, filled where it changes bytes that must not change.
pub fn store(svg: &mut Svg, x: i32, y: i32, size: i32, guilty: bool) {
    let points = [
        (x, y - size),
        (x + size, y + size * 8 / 10),
        (x - size, y + size * 8 / 10),
    ];
    svg.line(&points, true, if guilty { ink::GUILTY } else { ink::STORE });
}

/// Draws a check with guards that differ as a cross.
pub fn cross(svg: &mut Svg, x: i32, y: i32, size: i32) {
    let size = size * 8 / 10;
    svg.line(
        &[(x - size, y - size), (x + size, y + size)],
        false,
        ink::MISMATCH,
    );
    svg.line(
        &[(x - size, y + size), (x + size, y - size)],
        false,
        ink::MISMATCH,
    );
}
