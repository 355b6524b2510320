//! The figure of a run: the stage and the timeline as one SVG file that needs nothing else, for papers, slides and
//! mails. It is drawn from the same facts as the page's own stage and timeline, carries the run inside, and can be
//! read in black and white.

mod ink;
mod legend;
mod reopen;
mod stage;
mod svg;
mod timeline;

pub use reopen::{Carried, FigureError, reopen};

use crate::exchange::{explain, outcome, status_words};
use crate::lesson::Parts;
use crate::machine::Status;

use super::moment::Moment;
use super::picture::Picture;
use ink::{DEFS, Face};
use svg::{Anchor, Frame, PX, Svg, escaped, width};

/// The width of the figure.
const WIDTH: i32 = 1100 * PX;
/// The width of the figure of a lesson whose page is a single column.
const NARROW: i32 = 560 * PX;
/// The left and the right edge of what is drawn.
const LEFT: i32 = 28 * PX;
const RIGHT: i32 = WIDTH - LEFT;
/// The width of the names of rows and lanes.
const LABELS: i32 = 132 * PX;

/// The moment shown and the whole run as an SVG file, 1100 pixels wide and as high as it must be.
///
/// `link` is the page's whole address for this run, printed at the bottom; an empty one is left
/// out. `carried` is what [`reopen`] gives back.
pub fn figure(now: &Moment, link: &str, carried: &Carried) -> String {
    let mut body = Svg::default();
    let mut y = head(&mut body, now);
    y = panel(&mut body, "a", &place(now), y);
    y = moment(&mut body, now, y);
    let (bottom, beside) = stage::stage(&mut body, now, Picture::ALL, y + 14 * PX);
    y = match beside {
        Some((x, top)) => notes(&mut body, now, x, top + 14 * PX).max(bottom),
        None => bottom,
    };
    y = legend::of_stage(&mut body, now, y + 14 * PX);
    if beside.is_none() {
        y = notes(&mut body, now, LEFT, y + 20 * PX);
    }
    let words = match now.length() {
        0 => "The run has no steps yet".to_owned(),
        steps if now.depth() < steps => {
            format!("The whole run, {steps} steps; pale what comes after the moment of a")
        }
        steps => format!("The whole run, {steps} steps"),
    };
    y = panel(&mut body, "b", &words, y + 12 * PX);
    y = timeline::timeline(&mut body, now, y + 4 * PX);
    y = legend::of_time(&mut body, now, y + 12 * PX);
    y = foot(&mut body, link, y + 6 * PX);
    whole(now, carried, y, &body.finish())
}

/// The stage alone at the moment shown, with the parts that a lesson has introduced. `words` say what it shows.
pub fn lesson_figure(now: &Moment, parts: Parts, words: &str) -> String {
    let mut body = Svg::default();
    let (bottom, _) = stage::stage(&mut body, now, Picture::of(parts, Parts::NONE), 16 * PX);
    let geometry = now.scenario.model.geometry;
    // A single column leaves most of the width empty.
    let width = match geometry.sectors() * geometry.pages as usize {
        1 => NARROW,
        _ => WIDTH,
    };
    let size = (width, bottom + 16 * PX);
    framed(&now.scenario.name, words, size, "", &body.finish())
}

/// Puts the file around what is drawn.
fn whole(now: &Moment, carried: &Carried, height: i32, body: &str) -> String {
    let sentence = now.sentence().unwrap_or_default().replace('`', "");
    let said = format!("{}. {sentence}", place(now));
    let carried = format!("<metadata>{}</metadata>\n", carried.word());
    let size = (WIDTH, height);
    framed(&now.scenario.name, said.trim_end(), size, &carried, body)
}

/// Puts a file with a title, a description and metadata around what is drawn.
fn framed(title: &str, said: &str, size: (i32, i32), metadata: &str, body: &str) -> String {
    let (width, height) = size;
    let mut svg = Svg::default();
    let (w, h) = (width / PX, height / PX + 1);
    svg.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    svg.raw(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\">\n"
    ));
    svg.raw(metadata);
    svg.raw(&format!("<title>{}</title>\n", escaped(title)));
    svg.raw(&format!("<desc>{}</desc>\n", escaped(said)));
    svg.raw(DEFS);
    let paper = Frame {
        x: 0,
        y: 0,
        w: width,
        h: h * PX,
    };
    svg.rect(paper, 0, ink::PAPER);
    svg.raw(body);
    svg.raw("</svg>\n");
    svg.finish()
}

/// The words for the moment shown: which it is, and whose step led to it.
fn place(now: &Moment) -> String {
    let actor = now
        .last_actor()
        .and_then(|it| now.scenario.cast.get(it.index()));
    match actor {
        None => format!("The start of a run of {} steps", now.length()),
        Some(cast) => {
            let (depth, length) = (now.depth(), now.length());
            format!("Step {depth} of {length} \u{b7} {}", cast.name)
        }
    }
}

/// Draws title, verdicts, kernel, device and what is changed; returns where they end.
fn head(svg: &mut Svg, now: &Moment) -> i32 {
    let scenario = &now.scenario;
    let verdicts = now.whole.verdicts(&scenario.model);
    let mut right = RIGHT;
    for verdict in verdicts.iter().rev() {
        let words = format!("\u{d7} {}", verdict.words());
        let w = width(&words, Face::VERDICT) + 18 * PX;
        right -= w;
        let chip = Frame {
            x: right,
            y: 24 * PX,
            w,
            h: 24 * PX,
        };
        svg.rect(
            chip,
            12 * PX,
            r##"fill="#ffffff" stroke="#c22b21" stroke-width="1.6""##,
        );
        let at = (right + w / 2, 41 * PX);
        svg.text(at, Anchor::Middle, Face::VERDICT, w, &words);
        right -= 8 * PX;
    }
    let room = right - LEFT - 10 * PX;
    let at = (LEFT, 44 * PX);
    let lines = svg.paragraph(at, Face::TITLE, room, 2, &scenario.name);
    let mut y = 44 * PX + lines * Face::TITLE.leading() - 6 * PX;
    let about = format!(
        "{} \u{b7} {}",
        scenario.era.kernels(),
        scenario.device.about()
    );
    let room = RIGHT - LEFT;
    y += svg.paragraph((LEFT, y), Face::ABOUT, room, 2, &about) * Face::ABOUT.leading();
    let changed = match scenario.edits.is_empty() {
        true => "Nothing is changed from the correct ordering.".to_owned(),
        false => format!("Changed: {}", scenario.edits.join("; ")),
    };
    y += svg.paragraph((LEFT, y), Face::ABOUT, room, 3, &changed) * Face::ABOUT.leading();
    y - 4 * PX
}

/// Draws the heading of a panel, its letter and what it shows, under a line; returns the next baseline.
fn panel(svg: &mut Svg, letter: &str, words: &str, y: i32) -> i32 {
    svg.line(&[(LEFT, y), (RIGHT, y)], false, ink::RULE);
    let base = y + 24 * PX;
    let w = svg.text((LEFT, base), Anchor::Start, Face::PANEL, RIGHT, letter);
    let x = LEFT + w + 10 * PX;
    svg.text((x, base), Anchor::Start, Face::WHERE, RIGHT - x, words);
    base + 8 * PX
}

/// Writes the last step in a sentence, and how the run ended; returns where that ends.
fn moment(svg: &mut Svg, now: &Moment, y: i32) -> i32 {
    let start = format!("{}: before the first step.", now.scenario.name);
    let sentence = now.sentence().unwrap_or(start);
    let (face, room) = (Face::SENTENCE, RIGHT - LEFT);
    let mut y = y + 14 * PX;
    y += svg.paragraph((LEFT, y), face, room, 4, &sentence) * face.leading();
    if let Some(end) = &now.end {
        let words = outcome(&now.scenario, &now.story, end);
        let face = Face::NOTE;
        y += svg.paragraph((LEFT, y), face, room, 3, &words) * face.leading();
    }
    y - 12 * PX
}

/// Writes from `x` on what failed and why, which invariants broke, and who sleeps; returns where that ends.
fn notes(svg: &mut Svg, now: &Moment, x: i32, y: i32) -> i32 {
    let scenario = &now.scenario;
    let mut said: Vec<(&str, String)> = Vec::new();
    let mut failures = now.story.failures.iter();
    if let Some((failure, verdict)) =
        failures.find_map(|failure| Some((failure, failure.verdict().filter(|it| it.fails())?)))
    {
        let words = explain(scenario, &now.story, failure).join(" ");
        said.push((verdict.words(), words));
    }
    let broken = now.story.broken.iter();
    let broken = broken.map(|(invariant, step)| format!("{}, step {step}", invariant.broken()));
    let broken: Vec<String> = broken.collect();
    if !broken.is_empty() {
        said.push(("broken", broken.join("; ") + "."));
    }
    for (actor, cast) in scenario.model.actor_ids().zip(&scenario.cast) {
        let status = now.status(actor);
        if let Status::Asleep(_) = status {
            let words = status_words(scenario, &now.story, actor, status);
            said.push((&cast.name, words + "."));
        }
    }
    let mut y = y;
    for (name, words) in said {
        let room = LABELS - 10 * PX;
        svg.text((x + room, y), Anchor::End, Face::HEAD, room, name);
        let x = x + LABELS;
        let lines = svg.paragraph((x, y), Face::NOTE, RIGHT - x, 14, &words);
        y += lines.max(1) * Face::NOTE.leading() + 3 * PX;
    }
    y
}

/// Writes the link at the bottom; returns where it ends.
fn foot(svg: &mut Svg, link: &str, y: i32) -> i32 {
    if link.is_empty() {
        return y + 8 * PX;
    }
    svg.line(&[(LEFT, y), (RIGHT, y)], false, ink::RULE);
    let mut y = y + 15 * PX;
    // A link has no spaces to break lines at, so it is cut.
    let room = RIGHT - LEFT;
    let in_line = (room * 100 / (61 * Face::LINK.size)) as usize;
    let letters: Vec<char> = link.chars().collect();
    let lines: Vec<String> = letters.chunks(in_line).map(String::from_iter).collect();
    for (number, line) in lines.iter().enumerate().take(3) {
        let more = number == 2 && lines.len() > 3;
        let line = format!("{line}{}", if more { "\u{2026}\u{2026}" } else { "" });
        svg.text((LEFT, y), Anchor::Start, Face::LINK, room, &line);
        y += Face::LINK.leading();
    }
    y
}
