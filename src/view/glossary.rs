//! Glossary terms in sentences: each is a small button that opens its meaning below.

use crate::protocol::{TERMS, Term, term_meaning};

use super::msg::Msg;
use super::sources::source;
use super::ui_state::{Card, TermRef, UiState};
use super::vdom::{Attr, Element, el};

/// Makes the terms in the sentences of one card buttons, each where it first occurs.
pub struct Glossary {
    card: Card,
    open: Option<TermRef>,
    /// The terms that have their button already.
    used: Vec<usize>,
}

impl Glossary {
    /// For the sentences of a card; `open` is the term whose meaning is shown.
    pub fn of(card: Card, open: Option<TermRef>) -> Glossary {
        Glossary {
            card,
            open,
            used: Vec::new(),
        }
    }

    /// Adds a sentence to an element. Kernel names stand between backquotes; each term of [`TERMS`] becomes a button
    /// where it first occurs.
    pub fn glossed(&mut self, mut into: Element, text: &str) -> Element {
        for (index, piece) in text.split('`').enumerate() {
            into = match index % 2 {
                1 => self.code(into, piece),
                _ => self.plain(into, piece),
            };
        }
        into
    }

    /// Adds a kernel name, as a button if the whole of it is a term.
    fn code(&mut self, into: Element, name: &str) -> Element {
        let code = el("code", "").text(name);
        match term_at(name, 0) {
            Some((term, long)) if long == name.len() && !self.used.contains(&term) => {
                let button = self.button(term);
                into.child(button.child(code))
            }
            _ => into.child(code),
        }
    }

    fn plain(&mut self, mut into: Element, text: &str) -> Element {
        let mut from = 0;
        let mut at = 0;
        while at < text.len() {
            let found = term_at(text, at);
            match found.filter(|(term, _)| !self.used.contains(term)) {
                Some((term, long)) => {
                    let button = self.button(term).text(&text[at..at + long]);
                    // Punctuation stays in one line with the button before it.
                    let rest = &text[at + long..];
                    let stop = rest.find(|char: char| !".,;:)".contains(char));
                    let stop = stop.unwrap_or(rest.len());
                    into = into.text(&text[from..at]).child(match stop {
                        0 => button,
                        _ => el("span", "whole").child(button).text(&rest[..stop]),
                    });
                    (at, from) = (at + long + stop, at + long + stop);
                }
                // Past a term that has its button already, since a shorter term may stand inside it.
                None => at += found.map_or(next(text, at), |(_, long)| long),
            }
        }
        into.text(&text[from..])
    }

    fn button(&mut self, term: usize) -> Element {
        self.used.push(term);
        let word = TermRef {
            card: self.card,
            term: term as u8,
        };
        el("button", "term")
            .attr_bool(Attr::Expanded, self.open == Some(word))
            .on_click(Msg::ToggleTerm(word))
    }

    /// The meaning of the term that is open, if it is in this card; stands at the card's end. The element is there
    /// even without a meaning, so that screen readers speak one that comes.
    pub fn meaning(&self) -> Element {
        let open = self.open.filter(|open| open.card == self.card);
        meaning_of(open.filter(|open| self.used.contains(&open.term.into())))
    }
}

/// The meaning of the term that is open in the step's sentence. It is a section of its own, drawn by the worker, since
/// the page draws the sentence at once and does not have the texts of the glossary.
pub fn sentence_term_meaning(ui: &UiState) -> Element {
    meaning_of(ui.term.filter(|term| term.card == Card::Sentence))
}

fn meaning_of(open: Option<TermRef>) -> Element {
    let slot = el("div", "meaning").attr(Attr::Live, "polite");
    let known = open.and_then(|open| {
        let term = usize::from(open.term);
        Some((open, TERMS.get(term)?, term_meaning(term)?))
    });
    let Some((open, term, of)) = known else {
        return slot;
    };
    let close = el("button", "close")
        .attr(Attr::Label, "Close the meaning")
        .text("\u{2715}")
        .on_click(Msg::ToggleTerm(open));
    slot.child(
        el("div", "meant")
            .child(
                el("p", "")
                    .child(el("b", "").text(term.name))
                    .text(": ")
                    .text(of.meaning),
            )
            .child(source(of.source))
            .child(close),
    )
}

/// How many bytes the character at a place takes.
fn next(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The longest term that begins at a place and stands there as a word by itself, and its length in bytes.
fn term_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let inside = |char: char| char.is_alphanumeric() || char == '_' || char == '-';
    if text[..at].ends_with(inside) {
        return None;
    }
    let rest = &text[at..];
    let stands = |form: &str| {
        let Some(start) = rest.get(..form.len()) else {
            return false;
        };
        let after = &rest[form.len()..];
        // With a call's brackets or an arrow behind it, it is code and no term.
        let ends = !after.starts_with(|char| inside(char) || char == '(' || char == '>');
        // At the beginning of a sentence it has a capital letter.
        let (start, form) = (start.as_bytes(), form.as_bytes());
        let same = start[1..] == form[1..]
            && (start[0] == form[0] || start[0] == form[0].to_ascii_uppercase());
        same && ends
    };
    let of = |(index, term): (usize, &Term)| {
        let forms = term.forms.iter().chain([&term.name]);
        let long = forms.filter(|form| stands(form)).map(|form| form.len());
        long.max().map(|long| (index, long))
    };
    TERMS
        .iter()
        .enumerate()
        .filter_map(of)
        .max_by_key(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::super::vdom::Node;
    use super::*;

    fn glossed(text: &str) -> Element {
        Glossary::of(Card::Step, None).glossed(el("p", ""), text)
    }

    /// The texts of the buttons in a sentence.
    fn buttons(text: &str) -> Vec<String> {
        let inner = glossed(text).children;
        let of = |node: &Node| match node {
            Node::Element(child) => {
                let button = child.find(&|inside| inside.tag == "button");
                button.map(Element::all_text)
            }
            _ => None,
        };
        inner.iter().filter_map(of).collect()
    }

    #[test]
    fn whole_words_become_buttons_once_and_the_text_stays() {
        for (text, words) in [
            ("The HBA checks, and the HBA stores.", &["HBA"][..]),
            (
                "PTEs are in a TLB; the PTE is dirty.",
                &["PTEs", "TLB", "dirty"],
            ),
            ("Sets `PG_writeback` of page 1.", &["PG_writeback"]),
            ("Guard tags differ", &["Guard tags"]),
            ("the guard tag, not the guard", &["guard tag"]),
            ("folio_mark_dirty, PG_dirty_bits, bioset, TLB-like", &[]),
            ("`folio_wait_writeback` and `set_page_dirty(page)`", &[]),
            (
                "under writeback here; writeback there",
                &["under writeback", "writeback"],
            ),
            (
                "write-protects the PTE\u{2019}s page",
                &["write-protects", "PTE"],
            ),
            ("fails with `-EILSEQ`", &["-EILSEQ"]),
            ("->page_mkwrite() asks page_mkwrite.", &["page_mkwrite"]),
            ("\u{201c}\u{e9}\u{201d} bio", &["bio"]),
        ] {
            assert_eq!(buttons(text), words, "{text}");
            assert_eq!(glossed(text).all_text(), text.replace('`', ""));
        }
    }

    #[test]
    fn the_meaning_opens_where_the_word_was_pressed() {
        let term = TERMS.iter().position(|it| it.name == "bio").expect("there") as u8;
        let open = Some(TermRef {
            card: Card::Step,
            term,
        });
        let mut here = Glossary::of(Card::Step, open);
        let text = here.glossed(el("p", ""), "Queues the bio.");
        let button = text.find(&|it| it.tag == "button").expect("a button");
        assert_eq!(button.attr_value(Attr::Expanded), Some("true"));
        assert!(
            here.meaning()
                .all_text()
                .starts_with("bio: The block layer")
        );
        let mut there = Glossary::of(Card::Sentence, open);
        let text = there.glossed(el("p", ""), "Queues the bio.");
        let button = text.find(&|it| it.tag == "button").expect("a button");
        assert_eq!(button.attr_value(Attr::Expanded), Some("false"));
        assert_eq!(there.meaning().all_text(), "");
        // A card whose sentences do not have the word any more has closed it.
        assert_eq!(Glossary::of(Card::Step, open).meaning().all_text(), "");
    }
}
