//! Breaks texts into lines of at most 72 characters.

use super::WIDTH;

/// How far a line of a left column may reach into the next column before it is wrapped. It can, since no other column
/// has anything on that line.
const BEYOND: usize = 14;

/// The places where a text can be broken: the byte where the line before the break ends, the byte where the next line
/// begins (behind spaces, which are dropped), and whether the break is outside of parentheses.
fn breaks(text: &str) -> Vec<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let arrow = text.rfind(" -> ").unwrap_or(text.len());
    let mut depth = 0usize;
    let mut found = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => {
                depth += 1;
                let next = bytes.get(at + 1).copied();
                if at > 0
                    && bytes[at - 1] != b' '
                    && next.is_some_and(|it| it != b')' && it != b' ')
                {
                    found.push((at + 1, at + 1, false));
                }
            }
            b')' => depth = depth.saturating_sub(1),
            b' ' => {
                let end = text[..at].trim_end().len();
                // The result of a call is not separated from the arrow before it.
                if end > 0 && at <= arrow && bytes.get(at + 1).is_some_and(|it| *it != b' ') {
                    found.push((end, at + 1, depth == 0));
                }
            }
            _ => {}
        }
    }
    found
}

/// How long the longest piece of an ASCII text is that has no place to break it.
pub(super) fn longest_word(text: &str) -> usize {
    let mut start = 0;
    let mut longest = 0;
    for (end, next, _) in breaks(text) {
        longest = longest.max(end.saturating_sub(start));
        start = next;
    }
    longest.max(text.len() - start)
}

/// Breaks an ASCII text into lines: the first of the width `first`, the others of the width `rest`. A piece that has no
/// place to break it makes its line wider than that, but never wider than `most`.
pub(super) fn wrap(text: &str, first: usize, rest: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut text = text.trim();
    let mut width = first;
    let most = most.max(first).max(1);
    while text.len() > width {
        let all = breaks(text);
        let within = |it: &&(usize, usize, bool)| it.0 <= width && it.0 > 0;
        let outer = all
            .iter()
            .filter(within)
            .rfind(|it| it.2 && 2 * it.0 >= width);
        let (end, next) = match outer.or(all.iter().rfind(within)).or(all.first()) {
            Some((end, next, _)) if *end <= most => (*end, *next),
            _ if text.len() <= most => break,
            _ => (most, most),
        };
        lines.push(text[..end].to_owned());
        text = text[next..].trim_start();
        width = rest;
    }
    if !text.is_empty() {
        lines.push(text.to_owned());
    }
    lines
}

/// A paragraph in lines of the full width. Mail software changes lines that begin with "From " or `>`, so such a line
/// gets a space in front.
pub(super) fn paragraph(text: &str) -> String {
    let mut lines = String::new();
    for line in wrap(text, WIDTH - 1, WIDTH - 1, WIDTH) {
        if line.starts_with("From ") || line.starts_with('>') {
            lines.push(' ');
        }
        lines += &line;
        lines.push('\n');
    }
    lines
}

/// The part of each line that belongs to one column: where its text begins, and where it should end.
#[derive(Clone, Copy)]
pub(super) struct Strip {
    pub at: usize,
    /// Where the next column begins; none for the last column.
    pub next: Option<usize>,
}

impl Strip {
    /// Adds the lines of one event: its text, and each remark beside it, or below it where it does not fit.
    pub fn put(self, out: &mut String, depth: u8, text: &str, notes: &[String]) {
        // A line is never indented so far that it would begin in the next column.
        let room = self.next.unwrap_or(WIDTH) - self.at;
        let indent = (2 * usize::from(depth)).min(room.saturating_sub(6));
        let hard = WIDTH - self.at - indent;
        let soft = hard.min(self.next.map_or(room, |_| room + BEYOND) - indent);
        let mut lines = wrap(text, soft, soft - 2, hard - 2);
        let mut indented = vec![indent; lines.len()];
        indented.iter_mut().skip(1).for_each(|it| *it += 2);
        for note in notes {
            // An arrow that does not fit into one line becomes a remark, of which one can tell where it ends.
            let note = match note.strip_prefix("<- ") {
                Some(text) if note.len() > soft.saturating_sub(2) => &format!("[{text}]"),
                _ => note,
            };
            // No other column has anything on the line, so an arrow may stand in its place.
            let room = match note.starts_with("<- ") {
                true => hard,
                false => soft - 2,
            };
            let last = lines.last_mut();
            let last = last.filter(|it| it.len() + 2 + note.len() <= room);
            if let Some(last) = last {
                *last = format!("{last}  {note}");
                continue;
            }
            for (at, line) in wrap(note, soft - 2, soft - 3, hard - 3)
                .into_iter()
                .enumerate()
            {
                indented.push(indent + 2 + at.min(1));
                lines.push(line);
            }
        }
        for (line, indent) in lines.iter().zip(indented) {
            for _ in 0..self.at + indent {
                out.push(' ');
            }
            *out += line;
            out.push('\n');
        }
    }
}
