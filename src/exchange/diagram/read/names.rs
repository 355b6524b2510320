//! What a line of somebody else's diagram names, and which steps and composites go by that name.

use crate::machine::{Instr, Operand, PageId, Reach, SectorId};
use crate::protocol::{ALSO, GROUPS, Line, OPS};

/// A line of a diagram, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ParsedLine {
    /// The function that the line names; where it names none, its words.
    pub name: String,
    /// The line without marks, results and remarks.
    pub plain: String,
    /// The number of the page that the line names, as the text counts pages.
    pub page: Option<u32>,
    /// The sector that the line names.
    pub sector: Option<SectorId>,
    /// The result of the call, which the line has after an arrow.
    pub result: String,
    /// Whether the line says that its actor sleeps.
    pub blocks: bool,
    /// The steps and composites of that name: rows of `OPS`, then, counted on, of `GROUPS`.
    keys: Vec<usize>,
}

/// For lines that name no function: a phrase, and the keys of the steps it may stand for. Of several phrases that a
/// line contains the first in this list counts.
const PHRASES: [(&str, &[&str]); 22] = [
    (
        "pagewriteback",
        &[
            "wait_for_stable_page",
            "wait_on_page_writeback",
            "wait_on_page_writeback_once",
            "BUG_ON_writeback",
        ],
    ),
    ("guard[", &["generate_guard"]),
    ("generate guard", &["generate_guard"]),
    ("device checks", &["hba_verify", "target_verify"]),
    ("check guard", &["hba_verify", "target_verify"]),
    ("dma sector", &["dma_sector", "dma_read"]),
    ("pte rw", &["pte_mkwrite"]),
    ("pte ro", &["pte_wrprotect"]),
    ("unlock page", &["unlock_page"]),
    ("unlocks page", &["unlock_page"]),
    ("lock page", &["lock_page"]),
    ("locks page", &["lock_page"]),
    ("wait for writeback", &["wait_on_page_writeback"]),
    ("wait for page", &["wait_on_page_writeback"]),
    ("waits for page", &["wait_on_page_writeback"]),
    ("set writeback", &["set_page_writeback"]),
    ("sets writeback", &["set_page_writeback"]),
    ("submit", &["submit_bio", "queue_bio"]),
    ("write fault", &["store"]),
    ("page fault", &["store"]),
    ("store", &["store", "kernel_store", "copy_from_user"]),
    ("copy", &["copy_from_user", "bounce_copy"]),
];

impl ParsedLine {
    /// Takes a line apart; list marks, step numbers and remarks are left out.
    pub fn of(text: &str) -> ParsedLine {
        let text = unlisted(text);
        let text = text.strip_prefix("->").unwrap_or(text).trim_start();
        let lower = text.to_ascii_lowercase();
        let sleeps = [
            "<block",
            "<wait",
            "<sleep",
            "blocked",
            "blocks on",
            "sleeps on",
            "deadlock",
        ];
        let blocks = sleeps.iter().any(|it| lower.contains(it));
        let mut body = text;
        for mark in ["  [", " [", " <", "/*", "//"] {
            body = body.split(mark).next().unwrap_or("");
        }
        let (body, result) = match body.split_once(" -> ") {
            Some((body, result)) => (body, result.trim().to_owned()),
            None => (body, String::new()),
        };
        let mut line = ParsedLine {
            plain: body.trim().to_owned(),
            name: function(body).unwrap_or_else(|| words(body)),
            page: after_word(body, &["page", "folio", "pg"]),
            sector: after_word(body, &["sector", "guard["])
                .and_then(|it| u8::try_from(it).ok().map(SectorId)),
            result,
            blocks,
            keys: Vec::new(),
        };
        let steps = OPS.iter().zip(ALSO);
        let steps = steps.map(|(row, also)| (row.key, row.calls(), also));
        let groups = GROUPS.iter().map(|row| (row.key, &row.calls, row.also));
        for (at, (key, calls, also)) in steps.chain(groups).enumerate() {
            if line.fits(key, calls, also) {
                line.keys.push(at);
            }
        }
        line
    }

    /// Whether a line of a program goes by this name.
    pub fn names(&self, line: &Line) -> bool {
        match line.row {
            Some(row) => self.names_step(row),
            None => {
                let mut rows = GROUPS.iter();
                let row = rows.position(|it| it.key == line.key);
                let listed = row.is_some_and(|it| self.keys.contains(&(OPS.len() + it)));
                listed || !line.key.is_empty() && self.name == line.key
            }
        }
    }

    /// Whether a line of a program goes by this name; where no step or composite does, whether it is the same text.
    pub fn is_of(&self, line: &Line) -> bool {
        self.names(line) || self.keys.is_empty() && self.is(&line.text)
    }

    /// Whether the line is this call in full, blanks aside.
    pub fn is(&self, call: &str) -> bool {
        let dense = |text: &'_ str| text.bytes().filter(|it| *it != b' ').collect::<Vec<u8>>();
        self.plain.as_bytes().first() == call.as_bytes().first()
            && dense(&self.plain) == dense(call)
    }

    /// Whether the step of a row of `OPS` goes by this name.
    pub fn names_step(&self, row: usize) -> bool {
        row < OPS.len() && self.keys.contains(&row)
    }

    /// Whether any step or composite of the model goes by this name.
    pub fn is_known(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether a step or composite goes by this name: by its key, by a function in its calls of any kernel, by another
    /// name in `also`, or by a phrase.
    fn fits(&self, key: &str, calls: &[&str], also: &[&str]) -> bool {
        if self.name.is_empty() {
            return false;
        }
        let name = self.name.as_str();
        if name.contains(' ') || name.contains('[') {
            let phrase = PHRASES.iter().find(|it| name.contains(it.0));
            return phrase.is_some_and(|it| it.1.contains(&key));
        }
        if name == key || also.contains(&name) {
            return true;
        }
        let suffixed = match key {
            "page_mkwrite" => name.ends_with("page_mkwrite"),
            "writepage" => name.ends_with("_writepage") || name == "writepage",
            "wb_page" => name.ends_with("_writepages") || name == "writepages",
            _ => false,
        };
        if suffixed {
            return true;
        }
        let mut calls = calls.iter();
        calls.any(|call| functions(call).any(|it| it == name))
            || PHRASES.iter().any(|it| it.0 == name && it.1.contains(&key))
    }

    /// Whether an instruction works on the sector that the line names, if it names one, and on `page`: the page that
    /// the line names, by the model's number.
    pub fn is_about(&self, instr: Instr, page: Option<PageId>) -> bool {
        let sector = match instr.operand {
            Operand::Sector(sector) => self.sector.is_none_or(|it| it == sector),
            _ => true,
        };
        let reach = instr.op.footprint().reach;
        let of_page = !matches!(reach, Reach::Nothing | Reach::AllPages);
        sector && (!of_page || page.is_none_or(|it| it == instr.page))
    }
}

/// The functions that a text names: words with a parenthesis right behind them, and, outside of parentheses, words
/// with an underscore in them.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let part = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let mut at = 0;
    let mut depth = 0usize;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && part(bytes[at]) {
                at += 1;
            }
            if at == start {
                depth = match bytes[at] {
                    b'(' => depth + 1,
                    b')' => depth.saturating_sub(1),
                    _ => depth,
                };
                at += 1;
                continue;
            }
            let word = &text[start..at];
            let calls = bytes.get(at) == Some(&b'(');
            let own = depth == 0
                && word.contains('_')
                && word.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
            let keyword = matches!(word, "if" | "while" | "for" | "return" | "sizeof");
            if !keyword && (calls || own) {
                return Some(word);
            }
        }
        None
    })
}

/// The function a line names: the first that is called, or whose name has an underscore.
fn function(text: &str) -> Option<String> {
    functions(text).next().map(str::to_owned)
}

/// A line without the list mark or step number in front of it.
pub(super) fn unlisted(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let after = &text[digits..];
        text = match text.as_bytes() {
            [b'-' | b'*' | b'o', b' ', ..] => text[2..].trim_start(),
            [b'(', b'0'..=b'9', ..] => text[1..].trim_start(),
            _ if digits > 0 && after.starts_with(['.', ')', ':']) => after[1..].trim_start(),
            _ => return text,
        };
    }
}

/// The words of a line that names no function, in small letters.
fn words(text: &str) -> String {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '!']);
    let mut all = text.split_whitespace();
    let mut name = all.next().unwrap_or("").to_ascii_lowercase();
    for word in all.take(8) {
        name.push(' ');
        name += &word.to_ascii_lowercase();
    }
    name
}

/// The number right after one of some words.
fn after_word(text: &str, words: &[&str]) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    words.iter().find_map(|word| {
        lower.match_indices(word).find_map(|(at, _)| {
            let rest = lower[at + word.len()..].trim_start_matches([' ', '#']);
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest[..digits].parse().ok()
        })
    })
}
