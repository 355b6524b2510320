//! The targets of fuzz/ and tests/fuzz.rs: each hands bytes to a reader of outside input (links, diagrams, logs, captures, files, figures),
//! which must give a value or a typed error in bounded time and memory. A target panics only if that reader is wrong.

#![allow(dead_code)]

use stable_pages::exchange::capture::{Capture, DraftError, Reading};
use stable_pages::exchange::drawing::{Drawing, DrawingError, Wish};
use stable_pages::exchange::{Address, Link, diagram, dmesg};
use stable_pages::scenario::{LONGEST_DRAFT, Packed, Scenario, catalogue, load};
use stable_pages::view::reopen;

/// The longest input that is tried, in bytes; no browser requests a longer address.
const MOST: usize = 64 * 1024;

fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MOST)];
    String::from_utf8_lossy(bytes).into_owned()
}

/// A scenario of the catalogue, chosen by the length of the input.
fn scenario(bytes: &[u8]) -> Option<Scenario> {
    let entries: Vec<_> = catalogue().collect();
    entries.get(bytes.len() % entries.len().max(1))?.load().ok()
}

/// An address, opened in a scenario.
pub fn link(bytes: &[u8]) {
    let text = text(bytes);
    let _ = Address::parse(&text);
    let (Ok(link), Some(scenario)) = (Link::parse(&text), scenario(bytes)) else {
        return;
    };
    // What could not be read is not written.
    let mut read = link.clone();
    read.damage.clear();
    assert_eq!(Link::parse(&link.to_string()), Ok(read), "{text}");
    if let Some(draft) = &link.draft {
        assert!(draft.len() <= LONGEST_DRAFT && Link::carries_draft(&text));
        let _ = load("draft", draft);
    }
    let opened = link.open(&scenario);
    assert!(opened.at <= opened.run.len(), "{text}");
}

/// A pasted diagram.
pub fn diagram(bytes: &[u8]) {
    let Some(scenario) = scenario(bytes) else {
        return;
    };
    if let Ok(reading) = diagram::read(&text(bytes), &[&scenario]) {
        let run = Link::of(
            &scenario,
            &reading.choices,
            reading.choices.len(),
            Vec::new(),
        );
        // The choices of a reading are a run of the model.
        assert_eq!(run.open(&scenario).run, reading.choices);
    }
}

/// Somebody's drawing, which becomes programs.
pub fn drawing(bytes: &[u8]) {
    match Drawing::of(&text(bytes), &Wish::default()) {
        Ok(drawing) => {
            let run = Link::of(&drawing.scenario, &drawing.choices, 0, Vec::new());
            // The drawn order is a run of the model.
            assert_eq!(run.open(&drawing.scenario).run, drawing.choices);
        }
        // Whatever was drawn, the programs made of it build.
        Err(DrawingError::Unbuildable(error)) => panic!("{error}"),
        Err(_) => {}
    }
}

/// A pasted log.
pub fn log(bytes: &[u8]) {
    let text = text(bytes);
    let lines = dmesg::read(&text);
    for line in &lines {
        assert!(line.number <= text.lines().count());
        let _ = line.says();
    }
    // Answers are about lines that are there.
    assert!(!lines.is_empty() || dmesg::answers(&lines).is_empty());
}

/// A capture of a running kernel, whole and in two pieces, with all that is made of it.
pub fn capture(bytes: &[u8]) {
    let mut reading = Reading::new("it");
    let (one, other) = bytes.split_at(bytes.len() / 3);
    let pieces = reading.feed(one).and_then(|()| reading.feed(other));
    let pieces = pieces.and_then(|()| reading.finish());
    let capture = match Capture::of("it", bytes) {
        Ok(capture) => capture,
        Err(error) => return assert_eq!(pieces.err(), Some(error)),
    };
    let outcomes = pieces.map_or(0, |it| it.outcomes.len());
    assert_eq!(outcomes, capture.outcomes.len());
    let words = capture.outcomes.iter().map(|it| it.words(&capture).len());
    assert!(words.sum::<usize>() < 1 << 26);
    for folio in (0..).take(capture.folios.len().min(8)) {
        let _ = capture.history(folio);
        for stretch in capture.stretches(folio).into_iter().take(3) {
            let _ = capture.diagram(folio, stretch);
            match capture.draft(folio, stretch) {
                Ok(draft) => {
                    let run = Link::of(&draft.scenario, &draft.choices, 0, Vec::new());
                    assert_eq!(run.open(&draft.scenario).run, draft.choices);
                }
                // Whatever was captured, the programs made of it build.
                Err(DraftError::Unbuildable(error)) => panic!("{error}"),
                Err(_) => {}
            }
        }
    }
}

/// A visitor's file, and the same bytes as a packed scenario.
pub fn file(bytes: &[u8]) {
    let _ = load("file", &text(bytes));
    let _ = Packed::read(bytes);
}

/// A saved figure.
pub fn figure(bytes: &[u8]) {
    if let Ok(carried) = reopen(&text(bytes)) {
        link(carried.fragment.as_bytes());
    }
}
