//! A writer of SVG: shapes, and text that is never wider than its place.
//!
//! All measures are in tenths of a pixel, as whole numbers, since these are printed by far less code.

use std::fmt::Write;

use super::ink::Face;

/// One pixel.
pub const PX: i32 = 10;

/// Which point of a text is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A place and a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

/// A drawing as far as it is written.
#[derive(Default)]
pub struct Svg {
    out: String,
}

/// A text, escaped for XML's text and attribute values. Characters that XML does not have become replacement
/// characters.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '"' => out += "&quot;",
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(it),
        }
    }
    out
}

/// Writes tenths of a pixel as pixels.
fn put(out: &mut String, value: i32) {
    // Writing to a string does not fail, here and below.
    if value < 0 {
        out.push('-');
    }
    let (whole, tenths) = ((value / PX).abs(), (value % PX).abs());
    let _ = write!(out, "{whole}");
    if tenths != 0 {
        let _ = write!(out, ".{tenths}");
    }
}

impl Svg {
    /// Adds text of SVG as it is.
    pub fn raw(&mut self, text: &str) {
        self.out += text;
    }

    fn number(&mut self, name: &str, value: i32) {
        self.out += name;
        put(&mut self.out, value);
        self.out.push('"');
    }

    /// Draws a box; `round` is the radius of its corners.
    #[inline(never)]
    pub fn rect(&mut self, at: Frame, round: i32, paint: &str) {
        self.out += "<rect";
        self.number(" x=\"", at.x);
        self.number(" y=\"", at.y);
        self.number(" width=\"", at.w.max(0));
        self.number(" height=\"", at.h.max(0));
        if round > 0 {
            self.number(" rx=\"", round);
        }
        self.out.push(' ');
        self.out += paint;
        self.out += "/>\n";
    }

    /// Draws a broken line through points; with `closed`, back to the first one.
    #[inline(never)]
    pub fn line(&mut self, points: &[(i32, i32)], closed: bool, paint: &str) {
        let mut path = Path::default();
        path.line(points, closed);
        self.path(&path, paint);
    }

    /// Draws a path, unless it is empty.
    #[inline(never)]
    pub fn path(&mut self, path: &Path, paint: &str) {
        if path.d.is_empty() {
            return;
        }
        self.out += "<path d=\"";
        self.out += &path.d;
        self.out += "\" ";
        self.out += paint;
        self.out += "/>\n";
    }

    #[inline(never)]
    pub fn circle(&mut self, x: i32, y: i32, r: i32, paint: &str) {
        self.out += "<circle";
        self.number(" cx=\"", x);
        self.number(" cy=\"", y);
        self.number(" r=\"", r);
        self.out.push(' ');
        self.out += paint;
        self.out += "/>\n";
    }

    /// Writes a line of text on its baseline, shortened to the width `most`; returns its estimated width.
    #[inline(never)]
    pub fn text(
        &mut self,
        (x, y): (i32, i32),
        anchor: Anchor,
        face: Face,
        most: i32,
        words: &str,
    ) -> i32 {
        let words = shortened(words, face, most);
        if words.is_empty() {
            return 0;
        }
        self.begin_text((x, y), anchor, face);
        // Of two spaces the second does not break, since viewers show a row of spaces as one.
        self.out += &escaped(&words.replace("  ", " \u{a0}"));
        self.out += "</text>\n";
        width(&words, face)
    }

    fn begin_text(&mut self, (x, y): (i32, i32), anchor: Anchor, face: Face) {
        self.out += "<text";
        self.number(" x=\"", x);
        self.number(" y=\"", y);
        self.number(" font-size=\"", face.size);
        if face.mono {
            self.out += " font-family=\"monospace\"";
        }
        if face.bold {
            self.out += " font-weight=\"bold\"";
        }
        self.out += match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.out += " fill=\"";
        self.out += face.ink;
        self.out += "\">";
    }

    /// Writes a text in lines as wide as `room`, at most `most` of them; kernel names between backquotes are set in the
    /// monospace face. Returns how many lines there are.
    #[inline(never)]
    pub fn paragraph(
        &mut self,
        (x, y): (i32, i32),
        face: Face,
        room: i32,
        most: usize,
        text: &str,
    ) -> i32 {
        let lines = wrapped(text, face, room, most);
        for (number, line) in lines.iter().enumerate() {
            let y = y + number as i32 * face.leading();
            self.begin_text((x, y), Anchor::Start, face);
            for (at, run) in line.iter().enumerate() {
                let space = if at > 0 && run.apart { " " } else { "" };
                self.out += space;
                match run.code {
                    true => {
                        self.out += "<tspan font-family=\"monospace\"";
                        self.number(" font-size=\"", code(face).size);
                        self.out.push('>');
                        self.out += &escaped(&run.words);
                        self.out += "</tspan>";
                    }
                    false => self.out += &escaped(&run.words),
                }
            }
            self.out += "</text>\n";
        }
        lines.len() as i32
    }

    /// The text of the drawing.
    pub fn finish(self) -> String {
        self.out
    }
}

/// The outline of a shape.
#[derive(Default)]
pub struct Path {
    d: String,
}

impl Path {
    /// Adds a broken line through points; with `closed`, back to the first one.
    pub fn line(&mut self, points: &[(i32, i32)], closed: bool) {
        for (at, (x, y)) in points.iter().enumerate() {
            self.d.push(if at == 0 { 'M' } else { 'L' });
            put(&mut self.d, *x);
            self.d.push(' ');
            put(&mut self.d, *y);
        }
        if closed {
            self.d.push('Z');
        }
    }
}

impl Face {
    /// The distance from one baseline to the next.
    pub fn leading(self) -> i32 {
        self.size * 135 / 100
    }
}

/// The face of kernel names within a text, of a size that looks as large.
fn code(face: Face) -> Face {
    Face {
        mono: true,
        size: face.size * 93 / 100,
        ..face
    }
}

/// Widths of the letters from space to tilde, in hundredths of the size: the widest of what a
/// `sans-serif` usually is (DejaVu Sans, as wide as Verdana, and Liberation Sans, as wide as Arial).
const PLAIN: &[u8; 95] = &[
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 56, 102, 69, 69, 73, 78, 67, 62, 78, 76, 30, 50, 67, 56, 87, 75,
    79, 67, 79, 73, 67, 62, 74, 69, 99, 69, 67, 69, 40, 34, 40, 84, 56, 50, 62, 64, 55, 64, 62, 36,
    64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];
const BOLD: &[u8; 95] = &[
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70,
    70, 70, 70, 40, 40, 84, 84, 84, 62, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 56, 78, 64, 100,
    84, 86, 74, 86, 78, 73, 69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 56, 50, 68, 72, 60, 72,
    68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72,
    37, 72, 84,
];

/// The width of one letter, in hundredths of the size.
fn letter(it: char, face: Face) -> i32 {
    let ascii = (it as usize).checked_sub(0x20).filter(|at| *at < 95);
    match (ascii, face.mono, face.bold) {
        (Some(_), true, _) => 61,
        (Some(at), _, true) => BOLD[at].into(),
        (Some(at), ..) => PLAIN[at].into(),
        (None, mono, _) => match it {
            '\u{b7}' | '\u{a0}' if mono => 61,
            '\u{b7}' | '\u{a0}' => 40,
            '\u{2010}'..='\u{201f}' if it != '\u{2014}' && it != '\u{2015}' => 62,
            '\0'..='\u{10ff}' | '\u{2000}'..='\u{2bff}' => 100,
            _ => 140,
        },
    }
}

/// The greatest width that a text can have in usual fonts.
pub fn width(text: &str, face: Face) -> i32 {
    let all: i32 = text.chars().map(|it| letter(it, face)).sum();
    (all * face.size + 99) / 100
}

/// The text, or, where it is wider than `most`, as much of it as there is room for before an ellipsis.
pub fn shortened(text: &str, face: Face, most: i32) -> String {
    if width(text, face) <= most {
        return text.to_owned();
    }
    let room = most - width("\u{2026}", face);
    let (mut kept, mut used) = (String::new(), 0);
    for it in text.chars() {
        used += letter(it, face) * face.size / 100 + 1;
        if used > room {
            break;
        }
        kept.push(it);
    }
    match kept.trim_end() {
        "" => String::new(),
        kept => format!("{kept}\u{2026}"),
    }
}

/// Words that stand in one line in one face.
struct Run {
    words: String,
    code: bool,
    /// Whether a space stands before the words.
    apart: bool,
}

/// Breaks a text into lines; the last of `most` lines is shortened.
fn wrapped(text: &str, face: Face, room: i32, most: usize) -> Vec<Vec<Run>> {
    let mut lines: Vec<Vec<Run>> = Vec::new();
    let mut used = room;
    let space = width(" ", face);
    // Room is kept for a full stop or a comma behind code.
    let most_used = room - face.size;
    let mut apart = false;
    for (piece, words) in text.split('`').enumerate() {
        let is_code = piece % 2 == 1;
        let face = if is_code { code(face) } else { face };
        apart |= words.starts_with(char::is_whitespace);
        for word in words.split_whitespace() {
            let w = width(word, face);
            let first = lines.is_empty();
            // A word without a space before it, such as a full stop after code, stays in its line.
            let glued = !apart && !first && used + w <= room;
            if !glued && (first || used + space + w > most_used) {
                if lines.len() == most {
                    end(&mut lines, face, room);
                    return lines;
                }
                lines.push(Vec::new());
                used = 0;
            }
            let Some(line) = lines.last_mut() else {
                return lines;
            };
            let run = Run {
                words: shortened(word, face, room),
                code: is_code,
                apart,
            };
            used += w.min(room) + if apart && !line.is_empty() { space } else { 0 };
            match line.last_mut() {
                Some(last) if last.code == is_code => {
                    last.words += if apart { " " } else { "" };
                    last.words += &run.words;
                }
                _ => line.push(run),
            }
            apart = true;
        }
        apart = words.ends_with(char::is_whitespace);
    }
    lines
}

/// Puts an ellipsis at the end of the last line.
fn end(lines: &mut [Vec<Run>], face: Face, room: i32) {
    let Some(line) = lines.last_mut() else { return };
    let Some(last) = line.pop() else { return };
    let before: i32 = line
        .iter()
        .map(|it| width(&it.words, face) + width(" ", face))
        .sum();
    let words = last.words + "\u{2026}";
    line.push(Run {
        words: shortened(&words, face, (room - before).max(face.size)),
        ..last
    });
}

/// How many lines a paragraph would have.
pub fn lines(text: &str, face: Face, room: i32, most: usize) -> i32 {
    wrapped(text, face, room, most).len() as i32
}
