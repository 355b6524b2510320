//! The field's words in sentences: a small button each, that opens its meaning below.

use serde::{Deserialize, Serialize};

use crate::protocol::{TERMS, Term, term_meaning};

use super::look::Look;
use super::tree::{At, El, el, note};
use super::wish::Wish;

/// A place with sentences of its own, in which each word is explained once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Card {
    /// The step's sentence, above the stage.
    Now,
    /// A failure, by its place among those shown.
    Failure(u8),
    /// What a step is for.
    Step,
    /// The invariants.
    Broken,
}

/// A word of a card: its place in [`TERMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Where it was pressed.
    pub card: Card,
    /// Which.
    pub term: u8,
}

/// The words of one card, as its sentences are made.
pub struct Glossary {
    card: Card,
    open: Option<Word>,
    /// Words that have their button already.
    used: Vec<usize>,
}

impl Glossary {
    /// Of a card, `open` being the word whose meaning is shown.
    pub fn of(card: Card, open: Option<Word>) -> Glossary {
        Glossary {
            card,
            open,
            used: Vec::new(),
        }
    }

    /// Adds a sentence to an element. Kernel names stand between backquotes; each word of
    /// [`TERMS`] becomes a button where it first occurs.
    pub fn glossed(&mut self, mut into: El, text: &str) -> El {
        for (index, piece) in text.split('`').enumerate() {
            into = match index % 2 {
                1 => self.code(into, piece),
                _ => self.plain(into, piece),
            };
        }
        into
    }

    /// A kernel name: a word if it is one as a whole.
    fn code(&mut self, into: El, name: &str) -> El {
        let code = el("code", "").text(name);
        match word_at(name, 0) {
            Some((term, long)) if long == name.len() && !self.used.contains(&term) => {
                let button = self.button(term);
                into.with(button.with(code))
            }
            _ => into.with(code),
        }
    }

    fn plain(&mut self, mut into: El, text: &str) -> El {
        let mut from = 0;
        let mut at = 0;
        while at < text.len() {
            let found = word_at(text, at);
            match found.filter(|(term, _)| !self.used.contains(term)) {
                Some((term, long)) => {
                    let button = self.button(term).text(&text[at..at + long]);
                    // What follows without a space stays with it.
                    let rest = &text[at + long..];
                    let stop = rest.find(|it: char| !".,;:)".contains(it));
                    let stop = stop.unwrap_or(rest.len());
                    into = into.text(&text[from..at]).with(match stop {
                        0 => button,
                        _ => el("span", "whole").with(button).text(&rest[..stop]),
                    });
                    (at, from) = (at + long + stop, at + long + stop);
                }
                // Past a word that has its button, not into it.
                None => at += found.map_or(next(text, at), |it| it.1),
            }
        }
        into.text(&text[from..])
    }

    fn button(&mut self, term: usize) -> El {
        self.used.push(term);
        let word = Word {
            card: self.card,
            term: term as u8,
        };
        el("button", "term")
            .is(At::Expanded, self.open == Some(word))
            .press(Wish::Term(word))
    }

    /// The meaning of the word that is open, if this card has it; goes to its end. Always there,
    /// so that its coming is spoken.
    pub fn meaning(&self) -> El {
        let open = self.open.filter(|it| it.card == self.card);
        meaning_of(open.filter(|it| self.used.contains(&it.term.into())))
    }
}

/// The meaning of the word that is open in the step's sentence: apart from the sentence, which the
/// page draws at once and without these texts.
pub fn meaning_now(look: &Look) -> El {
    meaning_of(look.term.filter(|it| it.card == Card::Now))
}

fn meaning_of(open: Option<Word>) -> El {
    let slot = el("div", "meaning").at(At::Live, "polite");
    let known = open.and_then(|it| {
        let term = usize::from(it.term);
        Some((it, TERMS.get(term)?, term_meaning(term)?))
    });
    let Some((word, term, of)) = known else {
        return slot;
    };
    let close = el("button", "close")
        .at(At::Label, "Close the meaning")
        .text("\u{2715}")
        .press(Wish::Term(word));
    slot.with(
        el("div", "meant")
            .with(
                el("p", "")
                    .with(el("b", "").text(term.name))
                    .text(": ")
                    .text(of.meaning),
            )
            .with(note("source", of.source))
            .with(close),
    )
}

/// How many bytes the character at a place takes.
fn next(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The longest word that begins at a place and stands there by itself, and its length in bytes.
fn word_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let inside = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
    if text[..at].ends_with(inside) {
        return None;
    }
    let rest = &text[at..];
    let stands = |form: &str| {
        let Some(start) = rest.get(..form.len()) else {
            return false;
        };
        let after = &rest[form.len()..];
        // A call's brackets or an arrow make it code of more than the word.
        let ends = !after.starts_with(|it| inside(it) || it == '(' || it == '>');
        // A sentence may begin with it.
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
    use super::super::tree::Node;
    use super::*;

    fn glossed(text: &str) -> El {
        Glossary::of(Card::Step, None).glossed(el("p", ""), text)
    }

    /// The words that became buttons.
    fn buttons(text: &str) -> Vec<String> {
        let inner = glossed(text).inner;
        let of = |it: &Node| match it {
            Node::El(it) => it.find(&|it| it.tag == "button").map(El::all_text),
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
        let open = Some(Word {
            card: Card::Step,
            term,
        });
        let mut here = Glossary::of(Card::Step, open);
        let text = here.glossed(el("p", ""), "Queues the bio.");
        let button = text.find(&|it| it.tag == "button").expect("a button");
        assert_eq!(button.get(At::Expanded), Some("true"));
        assert!(
            here.meaning()
                .all_text()
                .starts_with("bio: The block layer")
        );
        let mut there = Glossary::of(Card::Now, open);
        let text = there.glossed(el("p", ""), "Queues the bio.");
        let button = text.find(&|it| it.tag == "button").expect("a button");
        assert_eq!(button.get(At::Expanded), Some("false"));
        assert_eq!(there.meaning().all_text(), "");
        // A card whose sentences do not have the word any more has closed it.
        assert_eq!(Glossary::of(Card::Step, open).meaning().all_text(), "");
    }
}
