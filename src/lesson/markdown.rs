//! The Markdown of a lesson as sections: a heading, paragraphs, quotes, a list of answers, fenced blocks. Anything else is
//! refused, raw HTML first of all.

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

use super::error::{LessonError, wrong};
use super::fields::Fence;

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Words.
    Text(String),
    /// A name of the kernel.
    Code(String),
    /// Words to be stressed.
    Stress(String),
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// Whether somebody else's words are quoted.
    pub quote: bool,
    /// Its text.
    pub words: Vec<Span>,
}

/// Words without marks.
pub(super) fn plain(words: &[Span]) -> String {
    let plain = words.iter().map(|it| match it {
        Span::Text(it) | Span::Code(it) | Span::Stress(it) => it.as_str(),
    });
    plain.collect()
}

/// An item of a list.
#[derive(Serialize, Deserialize)]
pub(super) struct Item {
    /// Whether its box is ticked; none where it has no box.
    pub mark: Option<bool>,
    pub words: Vec<Span>,
    pub fence: Option<Fence>,
    /// The byte of the file where it begins.
    pub at: usize,
}

/// What a heading of a lesson stands over.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Section {
    pub title: String,
    /// The byte of the file where its heading begins.
    pub at: usize,
    pub text: Vec<Paragraph>,
    pub items: Vec<Item>,
    pub fences: Vec<Fence>,
}

/// Reads what follows the front matter, from byte `from` of the file on.
pub(super) fn sections(text: &str, from: usize) -> Result<Vec<Section>, LessonError> {
    let parser = Parser::new_ext(&text[from..], Options::ENABLE_TASKLISTS);
    let events = parser.into_offset_iter();
    let events: Vec<_> = events
        .map(|(event, range)| (event, range.start + from..range.end + from))
        .collect();
    let events = events.into_iter().peekable();
    Reader { text, events }.sections()
}

struct Reader<'a> {
    text: &'a str,
    events: Peekable<IntoIter<(Event<'a>, Range<usize>)>>,
}

impl<'a> Reader<'a> {
    fn sections(mut self) -> Result<Vec<Section>, LessonError> {
        let mut all: Vec<Section> = Vec::new();
        while let Some((event, range)) = self.events.next() {
            let at = range.start;
            if let Event::Start(Tag::Heading { level, .. }) = event {
                if level != HeadingLevel::H2 {
                    let reason = "a beat begins with a heading of two signs, \"## Title\"";
                    return Err(wrong(self.text, at, reason));
                }
                let words = self.words(at)?;
                all.push(Section {
                    title: plain(&words),
                    at,
                    ..Section::default()
                });
                continue;
            }
            let Some(section) = all.last_mut() else {
                let reason = "the first beat needs a heading, \"## Title\", before its text";
                return Err(wrong(self.text, at, reason));
            };
            match event {
                Event::Start(Tag::Paragraph) => section.text.push(Paragraph {
                    quote: false,
                    words: self.words(at)?,
                }),
                Event::Start(Tag::BlockQuote(_)) => self.quote(&mut section.text)?,
                Event::Start(Tag::List(None)) => section.items.extend(self.items()?),
                Event::Start(Tag::CodeBlock(kind)) => section.fences.push(self.fence(&kind, at)?),
                other => return Err(self.refused(&other, at)),
            }
        }
        Ok(all)
    }

    /// What cannot stand in a lesson.
    fn refused(&self, event: &Event, at: usize) -> LessonError {
        let what = match event {
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => {
                "HTML has no place in a lesson: write Markdown"
            }
            Event::Start(Tag::Link { .. }) => {
                "links have no place in a lesson's text: name what it rests on in \"sources\""
            }
            Event::Start(Tag::Image { .. }) => {
                "pictures are made of the moment: write \"figure: what it shows\" in the beat's \"stage\""
            }
            Event::Start(Tag::List(Some(_))) => {
                "answers have no numbers: begin each with \"- [ ]\""
            }
            _ => {
                "a beat is made of paragraphs, quotes, answers (\"- [ ]\") and fenced blocks; nothing else"
            }
        };
        wrong(self.text, at, what)
    }

    /// Running text up to the end of the element that it stands in, which is taken too.
    fn words(&mut self, from: usize) -> Result<Vec<Span>, LessonError> {
        let mut words = Vec::new();
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => return Ok(words),
                other => self.word(other, range.start, &mut words)?,
            }
        }
        Err(wrong(self.text, from, "the text has no end"))
    }

    /// One event of running text.
    fn word(
        &mut self,
        event: Event<'a>,
        at: usize,
        into: &mut Vec<Span>,
    ) -> Result<(), LessonError> {
        match event {
            Event::Text(it) => push(into, &it),
            Event::SoftBreak | Event::HardBreak => push(into, " "),
            Event::Code(it) => into.push(Span::Code(it.into_string())),
            Event::Start(Tag::Emphasis | Tag::Strong) => {
                let inner = self.words(at)?;
                into.push(Span::Stress(plain(&inner)));
            }
            other => return Err(self.refused(&other, at)),
        }
        Ok(())
    }

    fn quote(&mut self, into: &mut Vec<Paragraph>) -> Result<(), LessonError> {
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Tag::Paragraph) => into.push(Paragraph {
                    quote: true,
                    words: self.words(range.start)?,
                }),
                other => return Err(self.refused(&other, range.start)),
            }
        }
        Ok(())
    }

    fn items(&mut self) -> Result<Vec<Item>, LessonError> {
        let mut all = Vec::new();
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => break,
                _ => all.push(self.item(range.start)?),
            }
        }
        Ok(all)
    }

    fn item(&mut self, at: usize) -> Result<Item, LessonError> {
        let mut item = Item {
            mark: None,
            words: Vec::new(),
            fence: None,
            at,
        };
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(TagEnd::Item) => break,
                Event::TaskListMarker(mark) => item.mark = Some(mark),
                // A list with empty lines between its items has their text in paragraphs.
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                Event::Start(Tag::CodeBlock(kind)) => {
                    if item.fence.is_some() {
                        let reason = "an answer has one fenced block";
                        return Err(wrong(self.text, range.start, reason));
                    }
                    item.fence = Some(self.fence(&kind, range.start)?);
                }
                other => {
                    let mut words = std::mem::take(&mut item.words);
                    self.word(other, range.start, &mut words)?;
                    item.words = words;
                }
            }
        }
        Ok(item)
    }

    fn fence(&mut self, kind: &CodeBlockKind, at: usize) -> Result<Fence, LessonError> {
        let kind = match kind {
            CodeBlockKind::Fenced(kind) => kind.to_string(),
            CodeBlockKind::Indented => String::new(),
        };
        let mut fence = Fence {
            kind,
            at,
            fields: Vec::new(),
        };
        for (event, range) in self.events.by_ref() {
            if matches!(event, Event::End(_)) {
                break;
            }
            let mut at = range.start;
            for line in self.text[range].split_inclusive('\n') {
                fence.line(self.text, line, at)?;
                at += line.len();
            }
        }
        Ok(fence)
    }
}

/// Adds words, to those before if there are any.
fn push(into: &mut Vec<Span>, more: &str) {
    match into.last_mut() {
        Some(Span::Text(words)) => words.push_str(more),
        _ => into.push(Span::Text(more.to_owned())),
    }
}
