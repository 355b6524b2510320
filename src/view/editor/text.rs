//! The file: what the page's field lies over (its text in colours, with line numbers and the fault underlined), and what can be
//! completed at the caret.

use crate::scenario::{TextToken, complete, tokens};

use super::super::vdom::{Attr, Element, Handler, button, el, note, rich};
use super::desk::Desk;
use super::edit;
use super::state::{EditMsg, Sealed};

/// The most completions offered at a time.
const MOST: usize = 12;

/// The text.
pub fn face(desk: &Desk) -> Element {
    let text = &desk.whole;
    let lines = text.split('\n').count();
    let numbers: String = (1..=lines).map(|it| format!("{it}\n")).collect();
    let mut field = el("textarea", "")
        .attr(Attr::Id, "draft-text")
        .attr(Attr::Label, "The scenario's file")
        .attr(Attr::DescribedBy, "draft-fault")
        .attr(Attr::Spellcheck, "false")
        .attr(Attr::Wrap, "off");
    field.handler = Some(Handler::EditInput(Sealed::of(&EditMsg::Text)));
    let fault = desk.fault.as_ref();
    let field = field.attr_bool(Attr::Invalid, fault.is_some());
    let pane = el("div", "pane")
        .child(
            el("pre", "numbers")
                .attr_bool(Attr::Hidden, true)
                .text(&numbers),
        )
        .child(
            el("div", "page")
                .child(ink(text, fault.map(|it| (it.line, it.column))))
                .child(field),
        );
    let words = fault.map_or_else(String::new, |fault| fault.to_string());
    let completion = complete(text, desk.editing.caret.min(text.len()));
    let mut list = el("ul", "completions").attr(Attr::Label, "Completions");
    for (word, what) in completion.items.into_iter().take(MOST) {
        let msg = EditMsg::Complete(completion.from, completion.to, word.clone());
        list = list.child(
            el("li", "")
                .child(button("link", "", &word, false, edit(msg)))
                .child(el("small", "").text(&what)),
        );
    }
    el("div", "text-face")
        .child(pane)
        .child(rich(el("p", "fault").attr(Attr::Id, "draft-fault"), &words))
        .child(list)
        .child(note(
            "small",
            "Tab goes to what completes the word at the caret, and from there on. The file's format is described in the project's ARCHITECTURE.md.",
        ))
}

/// The class of a token in style sheets.
fn class(token: TextToken) -> &'static str {
    match token {
        TextToken::Heading => "t-heading",
        TextToken::Key => "t-key",
        TextToken::String => "t-text",
        TextToken::Comment => "t-comment",
        TextToken::Number => "t-number",
        TextToken::Step => "t-step",
        TextToken::Program => "t-program",
        TextToken::Argument => "t-argument",
        TextToken::Label => "t-label",
        TextToken::Keyword => "t-keyword",
        TextToken::Unknown => "t-unknown",
    }
}

/// The text in colours; from the fault's place to the end of its word it is underlined.
fn ink(text: &str, fault: Option<(usize, usize)>) -> Element {
    let mut ink = el("pre", "ink")
        .attr(Attr::Id, "draft-ink")
        .attr_bool(Attr::Hidden, true);
    let wrong = fault.map(|(line, column)| fault_range(text, line, column));
    let mut cuts = Vec::new();
    for (range, token) in tokens(text) {
        cuts.push((range, class(token)));
    }
    let mut at = 0;
    let mut put = |from: usize, to: usize, class: &str| {
        let Some(piece) = text.get(from..to).filter(|it| !it.is_empty()) else {
            return;
        };
        let is_wrong = wrong
            .as_ref()
            .is_some_and(|it| from < it.end && to > it.start);
        let class = match is_wrong {
            true => format!("{class} wrong"),
            false => class.to_owned(),
        };
        let ink_now = std::mem::replace(&mut ink, el("pre", ""));
        ink = match class.is_empty() {
            true => ink_now.text(piece),
            false => ink_now.child(el("span", class.trim()).text(piece)),
        };
    };
    for (range, class) in cuts {
        if range.start < at || range.end > text.len() {
            continue;
        }
        put(at, range.start, "");
        put(range.start, range.end, class);
        at = range.end;
    }
    put(at, text.len(), "");
    // A last line that is empty has a height only with something behind it.
    ink.text("\n")
}

/// The bytes from a place, both numbers from 1 and columns in characters, to the end of the word there.
fn fault_range(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let starts = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let Some((start, content)) = starts.into_iter().nth(line.saturating_sub(1)) else {
        return text.len()..text.len();
    };
    let before: usize = content
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    let from = start + before.min(content.len());
    let rest = text.get(from..start + content.len()).unwrap_or_default();
    let word = rest.find(|it: char| it.is_whitespace() || it == ',' || it == '"');
    let length = match word {
        None => rest.len(),
        // An empty word is the character itself.
        Some(0) => rest.chars().next().map_or(0, char::len_utf8),
        Some(many) => many,
    };
    from..from + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ink_is_the_text() {
        for text in [
            "",
            "a = 1\n",
            "title = \"\u{e9}\u{1F4A5}\"\n[[actor]]\nrun = [\"lock_page",
            "\n\n\u{0}",
        ] {
            for fault in [None, Some((1, 1)), Some((2, 40)), Some((99, 1))] {
                let ink = ink(text, fault);
                assert_eq!(ink.all_text(), format!("{text}\n"));
            }
        }
    }
}
