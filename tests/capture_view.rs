//! A file that the page itself does not read: how it comes in, and what is seen of a capture of a running kernel.

use std::fs;

use stable_pages::exchange::capture::{Bit, Capture, Finding, Rule, What};
use stable_pages::view::{
    Attr, CaptureMsg, CapturePanel, Element, Fate, Node, OpenedFiles, Opening, Place, ReadFile,
    nothing,
};

const CAPTURES: [&str; 5] = [
    "function-mmap-ext4-sw1",
    "kprobe-mmap-ext4-sw0",
    "kprobe-mmap-ext4-sw1-6.12",
    "kprobe-mmap-ext4-sw1",
    "kprobe-write-ext4-sw1",
];

fn bytes(name: &str) -> Vec<u8> {
    fs::read(format!("assets/captures/{name}.ftrace")).expect("a capture")
}

/// Brings a file in, in pieces of so many bytes behind the first.
fn open(name: &str, bytes: &[u8], piece: usize) -> (ReadFile, Option<CapturePanel>) {
    let mut opening = Opening::new(name, bytes.len() as u64);
    let (first, rest) = bytes.split_at(bytes.len().min(1 << 16));
    for piece in [first].into_iter().chain(rest.chunks(piece)) {
        if let Err(error) = opening.feed(piece) {
            return (ReadFile::refused(name, &error.to_string()), None);
        }
        assert_eq!(opening.progress().fate, Fate::Reading);
    }
    opening.finish()
}

fn panel(name: &str) -> (CapturePanel, Capture, Vec<u8>) {
    let bytes = bytes(name);
    let capture = Capture::of(name, &bytes).expect("a capture");
    let (read, panel) = open(name, &bytes, 1000);
    assert_eq!(read.fate, Fate::Capture);
    (panel.expect("a panel"), capture, bytes)
}

fn part<'a>(view: &'a Element, name: &str) -> &'a Element {
    let is = |it: &Element| it.attr_value(Attr::Part) == Some(name);
    view.find(&is).unwrap_or_else(|| panic!("no {name}"))
}

/// Every element inside of a tag.
fn all<'a>(view: &'a Element, tag: &str, into: &mut Vec<&'a Element>) {
    if view.tag == tag {
        into.push(view);
    }
    for node in &view.children {
        if let Node::Element(child) = node {
            all(child, tag, into);
        }
    }
}

fn tagged<'a>(view: &'a Element, tag: &str) -> Vec<&'a Element> {
    let mut found = Vec::new();
    all(view, tag, &mut found);
    found
}

fn nodes(view: &Element) -> usize {
    let of = |node: &Node| match node {
        Node::Text(_) => 1,
        Node::Element(child) => nodes(child),
    };
    1 + view.children.iter().map(of).sum::<usize>()
}

#[test]
fn a_capture_is_shown_with_every_count() {
    for name in CAPTURES {
        let (mut panel, capture, bytes) = panel(name);
        let again = |from: u64, many: usize| {
            let from = usize::try_from(from).expect("small");
            Some(bytes[from..bytes.len().min(from + many)].to_vec())
        };
        let view = panel.drawn().view;
        let rules = part(&view, "capture-rules").all_text();
        for rule in Rule::ALL {
            assert!(rules.contains(rule.words()), "{name}: {rule:?}");
        }
        let buttons: Vec<String> = tagged(part(&view, "capture-rules"), "button")
            .iter()
            .map(|it| it.all_text().replace('\u{202f}', ""))
            .collect();
        let mut expected = Vec::new();
        for rule in Rule::ALL {
            for finding in Finding::ALL {
                let count = capture.count(rule, finding);
                if count > 0 {
                    expected.push(format!(" {count} {}", finding.words()));
                }
            }
        }
        assert_eq!(buttons.len(), expected.len(), "{name}");
        for (button, expected) in buttons.iter().zip(&expected) {
            assert!(button.ends_with(expected), "{name}: {button} {expected}");
        }
        // Every list opens, and says of its first outcome what the capture says.
        for (number, rule) in (0..).zip(Rule::ALL) {
            for (kind, finding) in (0..).zip(Finding::ALL) {
                let of = |it: &&stable_pages::exchange::capture::Outcome| {
                    it.rule == rule && it.finding == finding
                };
                let Some(first) = capture.outcomes.iter().find(of) else {
                    continue;
                };
                let view = panel.used(CaptureMsg::List(number, kind), "", &again).view;
                let words = first.words(&capture).replace('`', "");
                assert!(
                    part(&view, "capture-rules").all_text().contains(&words),
                    "{name}: {words}"
                );
                panel.used(CaptureMsg::List(number, kind), "", &again);
            }
        }
        assert_eq!(panel.drawn().view, view, "all is closed again");
    }
}

#[test]
fn the_lines_of_an_outcome_are_shown_with_their_original_text() {
    for name in CAPTURES {
        let (mut panel, capture, bytes) = panel(name);
        let text = String::from_utf8(bytes.clone()).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        let again = |from: u64, many: usize| {
            let from = usize::try_from(from).expect("small");
            Some(bytes[from..bytes.len().min(from + many)].to_vec())
        };
        for (at, outcome) in capture.outcomes.iter().enumerate().step_by(29) {
            let (rule, kind) = (
                Rule::ALL.iter().position(|it| *it == outcome.rule),
                Finding::ALL.iter().position(|it| *it == outcome.finding),
            );
            let (rule, kind) = (rule.expect("a rule") as u8, kind.expect("a kind") as u8);
            panel.used(CaptureMsg::ListFrom(rule, kind, 0), "", &again);
            let before = (capture.outcomes[..at].iter())
                .filter(|it| it.rule == outcome.rule && it.finding == outcome.finding)
                .count();
            panel.used(CaptureMsg::ListFrom(rule, kind, before as u32), "", &again);
            let place = Place::Outcome(at as u32);
            let view = panel.used(CaptureMsg::Events(place), "", &again).view;
            let events = part(&view, "capture-events");
            let first = outcome.lines(&capture)[0];
            let marked = |it: &Element| {
                it.attr_value(Attr::Class) == Some("named")
                    && it.all_text().contains(&format!("{first}"))
            };
            assert!(
                events.find(&marked).is_some(),
                "{name}: line {first} is not shown as asked about"
            );
            let event = *outcome
                .at
                .iter()
                .filter(|it| **it != u32::MAX)
                .min()
                .expect("one");
            let view = panel.used(CaptureMsg::Text(event), "", &again).view;
            let original = view.find(&|it| it.attr_value(Attr::Class) == Some("original"));
            let line = capture.events[event as usize].line as usize;
            assert_eq!(
                original.expect("the original text").all_text(),
                lines[line - 1].trim(),
                "{name}"
            );
            panel.used(CaptureMsg::Text(event), "", &again);
            panel.used(CaptureMsg::Events(place), "", &again);
            panel.used(CaptureMsg::List(rule, kind), "", &again);
        }
        // A file that is gone says so.
        let view = panel.used(CaptureMsg::Events(Place::Folio(0)), "", &|_, _| None);
        drop(view);
        let event = capture.folios[0].events[0];
        let view = panel.used(CaptureMsg::Text(event), "", &|_, _| None).view;
        assert!(view.all_text().contains("was changed or taken away"));
    }
}

/// The letters of the bits in a row of events.
fn bits(row: &Element) -> String {
    let class = |it: &&&Element| {
        it.attr_value(Attr::Class)
            .is_some_and(|it| it.starts_with("bit"))
    };
    let cells = tagged(row, "td");
    cells.iter().filter(class).map(|it| it.all_text()).collect()
}

#[test]
fn bits_stand_as_the_history_has_them() {
    let (mut panel, capture, _) = panel("kprobe-mmap-ext4-sw1");
    let mut seen = 0;
    for folio in (0..).take(capture.folios.len()) {
        let place = Place::Folio(folio);
        panel.used(CaptureMsg::Order(1), "", &|_, _| None);
        panel.used(CaptureMsg::Folios(folio), "", &|_, _| None);
        let view = panel.used(CaptureMsg::Events(place), "", &|_, _| None).view;
        let rows = tagged(part(&view, "capture-events"), "tr");
        for event in capture.folios[folio as usize].events.iter().take(40) {
            let event = &capture.events[*event as usize];
            let line = format!("line {}: ", event.line);
            let is = |row: &&&Element| {
                let named = |it: &Element| {
                    it.attr_value(Attr::Label)
                        .is_some_and(|it| it.starts_with(&line))
                };
                row.find(&named).is_some()
            };
            let row = rows.iter().find(is).expect("a row for the event");
            let bits = bits(row);
            let letters: Vec<char> = bits.chars().collect();
            assert_eq!(letters.len(), Bit::ALL.len());
            match event.what() {
                What::WritebackStarted => assert_eq!(letters[2], 'W', "{line}"),
                What::WritebackEnded => assert_eq!(letters[2], '\u{b7}', "{line}"),
                What::ClearedForIo => assert_eq!(letters[1], '\u{b7}', "{line}"),
                What::Mkclean => assert_eq!(letters[3], '\u{b7}', "{line}"),
                _ => continue,
            }
            seen += 1;
        }
        panel.used(CaptureMsg::Events(place), "", &|_, _| None);
    }
    assert!(seen > 50, "{seen} events looked at");
}

#[test]
fn a_line_is_found_by_its_number() {
    let (mut panel, capture, _) = panel("kprobe-mmap-ext4-sw0");
    let none = |_: u64, _: usize| None;
    for event in capture.events.iter().step_by(17) {
        let view = panel
            .used(CaptureMsg::Line, &event.line.to_string(), &none)
            .view;
        let shown = part(part(&view, "capture-folios"), "capture-events");
        let label = format!("line {}: its original text", event.line);
        let is = |it: &Element| it.attr_value(Attr::Label) == Some(&label);
        assert!(shown.find(&is).is_some(), "{label}");
    }
    for (value, words) in [
        ("999999999", "Nothing about writeback comes at line"),
        ("twelve", "by its number"),
        ("99999999999999999999", "by its number"),
    ] {
        let view = panel.used(CaptureMsg::Line, value, &none).view;
        assert!(view.all_text().contains(words), "{value}");
    }
}

#[test]
fn a_stretch_goes_where_pasted_diagrams_go() {
    let (mut panel, capture, _) = panel("kprobe-mmap-ext4-sw0");
    let folio = (0..)
        .take(capture.folios.len())
        .max_by_key(|it| capture.stretches(*it).len())
        .expect("a folio");
    let read = panel.used(CaptureMsg::Diagram(folio, 0), "", &|_, _| None);
    let Fate::Text(text) = &read.fate else {
        panic!("{:?}", read.fate);
    };
    assert!(text.contains("folio_") && read.name.contains("lines"));
    let mut files = OpenedFiles::default();
    files.take(panel.drawn());
    assert_eq!(files.take(read.clone()), Some(text.clone()));
    let sheet = files.sheet(nothing);
    assert!(sheet.all_text().contains("Back to the capture"));
    assert!(sheet.all_text().contains(text));
    // In the model it comes to what the capture's own draft says.
    let round = capture.stretches(folio)[0];
    let draft = capture.draft(folio, round).expect("a draft");
    panel.used(CaptureMsg::Order(1), "", &|_, _| None);
    panel.used(CaptureMsg::Folios(folio), "", &|_, _| None);
    panel.used(CaptureMsg::Events(Place::Folio(folio)), "", &|_, _| None);
    let view = panel
        .used(CaptureMsg::Draft(folio, 0), "", &|_, _| None)
        .view;
    let said = part(&view, "capture-draft").all_text();
    for (verdict, run) in draft.shortest.iter().filter(|it| it.0.fails()) {
        let words = format!("Shortest {} ({} steps)", verdict.words(), run.len());
        assert!(said.contains(&words), "{said}");
    }
    assert_eq!(
        said.contains("No order of these steps fails"),
        draft.all.safe()
    );
    assert_eq!(
        said.contains("cannot go all the way"),
        draft.departs.is_some()
    );
    // Held against two orderings, the capture's own comparison is shown.
    let files = ["baseline-five-step", "mkwrite-no-wait"].map(|slug| {
        let file = format!("assets/scenarios/{slug}.toml");
        (slug.to_owned(), fs::read_to_string(file).expect("a file"))
    });
    let view = panel.take_catalogue(&files).view;
    let said = part(&view, "capture-like").all_text();
    let built = files
        .iter()
        .map(|(slug, text)| stable_pages::scenario::load(slug, text).expect("a scenario"));
    let built: Vec<_> = built.collect();
    for like in capture.like(folio, round, &built) {
        let title = &built[like.scenario].title;
        let words = format!("{title}: {} of {} lines", like.placed, like.of);
        assert_eq!(said.contains(&words), like.placed > 0, "{said}");
    }
    let none = panel.used(CaptureMsg::Diagram(u32::MAX, 0), "", &|_, _| None);
    assert_eq!(none.fate, Fate::Capture);
}

/// A capture of many events of one folio, and of many folios.
#[test]
fn what_is_drawn_at_a_time_is_bounded() {
    let mut text = String::from("# tracer: nop\n");
    for at in 0..30_000u32 {
        let (folio, name) = match at % 3 {
            0 => (7, "folio_mark_dirty"),
            1 => (at, "folio_clear_dirty_for_io"),
            _ => (7, "folio_unlock"),
        };
        let task = at % 11;
        text += &format!(
            "  task-{task} [00{}] ..... {}.{:06}: {name}: ({name}+0x0/0x1) folio=0xfff{folio:05x}000 index={folio} ino=12\n",
            at % 2,
            at / 1000,
            at % 1000
        );
    }
    let (read, panel) = open("made", text.as_bytes(), 7777);
    let mut panel = panel.expect("a panel");
    assert!(nodes(&read.view) < 2_000, "{}", nodes(&read.view));
    let none = |_: u64, _: usize| None;
    let mut view = read.view;
    for place in [Place::Folio(0), Place::Folio(1), Place::Line] {
        panel.used(CaptureMsg::Line, "900", &none);
        view = panel.used(CaptureMsg::Events(place), "", &none).view;
    }
    for (rule, kind) in (0..8).flat_map(|rule| (0..4).map(move |kind| (rule, kind))) {
        view = panel.used(CaptureMsg::List(rule, kind), "", &none).view;
    }
    let many = nodes(&view);
    assert!(many < 12_000, "{many} nodes");
    // Beyond every end.
    for msg in [
        CaptureMsg::EventsFrom(Place::Folio(0), u32::MAX),
        CaptureMsg::Folios(u32::MAX),
        CaptureMsg::ListFrom(255, 255, u32::MAX),
        CaptureMsg::List(1, 9),
        CaptureMsg::Order(200),
        CaptureMsg::Events(Place::Folio(u32::MAX)),
        CaptureMsg::Events(Place::Outcome(u32::MAX)),
        CaptureMsg::Text(u32::MAX),
        CaptureMsg::ByTime(true),
        CaptureMsg::Cancel,
        CaptureMsg::Back,
    ] {
        panel.used(msg, "", &none);
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let long = "just some prose\n".repeat(20_000);
    let mut late = bytes("kprobe-mmap-ext4-sw0");
    late.truncate(300);
    for (what, bytes, words) in [
        ("empty", &b""[..], "empty"),
        ("blank", b" \n\n", "empty"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0", "gunzip"),
        ("zstd", b"\x28\xb5\x2f\xfd\0", "unzstd"),
        ("xz", b"\xfd7zXZ\0\0", "unxz"),
        ("zip", b"PK\x03\x04....", "zip"),
        ("trace.dat", b"\x17\x08\x44tracing6\0", "trace-cmd report"),
        ("perf.data", b"PERFILE2........", "perf"),
        ("png", b"\x89PNG\r\n\x1a\n\0\0", "Line 1"),
        ("latin", b"one\ntwo\xff\xfe three\n", "Line 2"),
        ("zero", b"one\ntwo\nth\0ree\n", "Line 3"),
        ("prose", long.as_bytes(), "no capture"),
        (
            "graph",
            b"# tracer: function_graph\n# x\n",
            "function_graph",
        ),
        ("headings", &late, "writeback"),
    ] {
        let (read, panel) = open(what, bytes, 1000);
        let said = read.view.all_text();
        assert_eq!(read.fate, Fate::Refused, "{what}");
        assert!(panel.is_none() && read.name == what);
        assert!(said.contains(words), "{what}: {said}");
        assert!(said.contains("still there"), "{what}");
    }
}

#[test]
fn other_texts_and_sectors_go_where_pasted_ones_go() {
    let log = "sd 0:0:0:0: [sda] tag#0 Add. Sense: Logical block guard check failed\n";
    let (read, _) = open("dmesg.txt", log.as_bytes(), 100);
    assert_eq!(read.fate, Fate::Text(log.to_owned()));
    let with_mark = [b"\xef\xbb\xbf", log.as_bytes()].concat();
    assert_eq!(
        open("dmesg.txt", &with_mark, 100).0.fate,
        Fate::Text(log.to_owned())
    );
    for size in [512, 520, 4096, 4104] {
        for fill in [0u8, 0x5a, 0xfe] {
            let sector: Vec<u8> = (0..size)
                .map(|at| (at as u8).wrapping_mul(31) ^ fill)
                .collect();
            let (read, _) = open("sector.bin", &sector, 100);
            let Fate::Text(text) = read.fate else {
                panic!("{size}: {:?}", read.view.all_text());
            };
            let sector = stable_pages::exchange::SectorBytes::read(&text);
            let sector = sector.expect("bytes").expect("in order");
            assert_eq!(sector.bytes.len(), size / 512 * 512);
            assert_eq!(sector.tuple.guard.is_some(), size % 512 == 8);
        }
    }
    // Bytes that happen to be a text are a text.
    let text = "a".repeat(512);
    assert_eq!(open("a.txt", text.as_bytes(), 100).0.fate, Fate::Text(text));
}

#[test]
fn what_was_open_stays_until_another_capture_is_read() {
    let (panel, ..) = panel("kprobe-mmap-ext4-sw0");
    let mut files = OpenedFiles::default();
    assert!(files.reopen().all_text().is_empty());
    assert_eq!(files.take(panel.drawn()), None);
    let shown = files.sheet(nothing);
    assert!(
        shown
            .all_text()
            .starts_with("Capture: kprobe-mmap-ext4-sw0")
    );
    for read in [
        Opening::new("next", 10).progress(),
        ReadFile::refused("next", "It is empty."),
    ] {
        files.take(read);
        let sheet = files.sheet(nothing);
        assert!(!sheet.all_text().starts_with("Capture"));
        assert!(
            sheet
                .all_text()
                .contains("Back to the capture kprobe-mmap-ext4-sw0")
        );
        files.used(CaptureMsg::Cancel);
        assert!(files.sheet(nothing).all_text().contains("Cancelled"));
        files.used(CaptureMsg::Back);
        assert_eq!(files.sheet(nothing), shown);
    }
    assert!(files.reopen().all_text().contains("kprobe-mmap-ext4-sw0"));
    // What is lost cannot be gone back to.
    files.take(ReadFile {
        fate: Fate::Lost,
        ..ReadFile::refused("kprobe-mmap-ext4-sw0", "It broke down.")
    });
    assert!(!files.has_capture());
    assert!(!files.sheet(nothing).all_text().contains("Back to"));
}
