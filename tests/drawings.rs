//! Drawings of other people: what each of their lines becomes, and what they come to.
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test drawings` writes `tests/golden/drawings` anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use stable_pages::exchange::Link;
use stable_pages::exchange::diagram;
use stable_pages::exchange::drawing::{Drawing, DrawingError, Fate, Said, Tone, Wish};
use stable_pages::explore::Story;
use stable_pages::machine::History;
use stable_pages::scenario::{Device, load, words};

/// What those who know a drawing expect of it: its name, its columns, how it is to be taken, what the drawn order comes to, what some
/// order comes to, and words that the answer must have.
type Case = (
    &'static str,
    &'static [&'static str],
    Tone,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const EXPECTED: &[Case] = &[
    (
        "01-memcg-fault-writeback-abba",
        &["", ""],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &[
            "has not submitted it",
            "Line 9 is never reached",
            "as soon as PG_writeback is set, nothing fails",
        ],
    ),
    (
        "02-f2fs-double-writeback",
        &["[Process A]", "[Process B]", "[Process C]"],
        Tone::Fails,
        "safe",
        "assertion",
        &["On an ordinary disk, as drawn and in other orders: assertion"],
    ),
    (
        "04-f2fs-ipu-bio-gc-mutex",
        &["Thread A", "Thread B"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["gc_mutex", "has not submitted it"],
    ),
    (
        "05-f2fs-mkwrite-gc-mutex",
        &["Thread A", "Thread B"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["gc_mutex"],
    ),
    (
        "06-f2fs-quota-compress-3way",
        &["Kworker", "Thread B", "Thread C"],
        Tone::Fails,
        "livelock",
        "livelock",
        &[],
    ),
    (
        "08-f2fs-umount-irq-null",
        &["Thread A", "Thread B", "IRQ context"],
        Tone::Unknown,
        "safe",
        "safe",
        &["the lifetime of an object"],
    ),
    (
        "13-jbd2-forget-write-in-flight",
        &["P1", "wb_workfn", "P2"],
        Tone::Unknown,
        "safe",
        "safe",
        &["I/O error", "a crash"],
    ),
    (
        "15-ext4-evict-dirty-inode",
        &["CPU0", "CPU1"],
        Tone::Unknown,
        "safe",
        "safe",
        &["the lifetime of an object"],
    ),
    (
        "16-ext4-dio-read-vs-mkwrite",
        &["Task 1 - flusher", "Task 2 - dio read", "Task 3 - fault"],
        Tone::Unknown,
        "safe",
        "safe",
        &["what a reader sees"],
    ),
    (
        "18-xfs-folio-split-in-endio",
        &["CPU 0", "CPU 1"],
        Tone::Unknown,
        "safe",
        "safe",
        &["a folio that is split"],
    ),
    (
        "20-xfs-hole-punch-map-pages",
        &["P0", "p1"],
        Tone::Unknown,
        "safe",
        "safe",
        &["a hole in the file"],
    ),
    (
        "21-btrfs-subpage-last-dirty",
        &["T1 (eb1, page is shared)", "T2 (eb2, page is shared)"],
        Tone::Unknown,
        "safe",
        "safe",
        &["bits of blocks smaller than a page"],
    ),
    (
        "23-md-bitmap-page-guard",
        &["[Func 1]", "[Func 2]"],
        Tone::Fails,
        "guard error",
        "guard error",
        &["On an ordinary disk, as drawn and in other orders: safe (unstable write)"],
    ),
    (
        "25-ceph-hole-punch-fault",
        &["CPU1", "CPU2"],
        Tone::Unknown,
        "safe",
        "safe",
        &["a hole in the file"],
    ),
    (
        "27-lockdep-splat-writepages",
        &["CPU0", "CPU1"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["classes of locks", "xattr_sem"],
    ),
    (
        "own-colons-and-words",
        &["flusher", "writer"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["log_mutex", "has not submitted it"],
    ),
    (
        "own-comment-block",
        &["CPU 0 (writeback)", "CPU 1 (write(2))"],
        Tone::Fails,
        "guard error",
        "guard error",
        &[],
    ),
    (
        "own-holds-and-wants",
        &["task A", "task B"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["invalidate_lock", "i_rwsem"],
    ),
    (
        "own-touching-columns",
        &["CPU0", "CPU1"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &["extent_rwsem"],
    ),
    (
        "own-trylock-in-time",
        &["kswapd", "flusher"],
        Tone::Safe,
        "safe",
        "safe",
        &[],
    ),
    (
        "own-two-in-a-mail",
        &["Thread 1", "Thread 2"],
        Tone::Fails,
        "deadlock",
        "deadlock",
        &[],
    ),
];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every drawing, by name.
fn drawings() -> Vec<(String, String)> {
    let all = fs::read_dir(folder().join("tests/drawings")).expect("there are drawings");
    let mut all: Vec<(String, String)> = all
        .map(|it| {
            let path = it.expect("a file").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        })
        .collect();
    all.sort();
    all
}

fn drawn(text: &str) -> Drawing {
    Drawing::of(text, &Wish::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What a drawing became, and what it comes to.
fn told(drawing: &Drawing) -> String {
    let mut out = String::new();
    let (placed, of) = drawing.placed();
    let _ = writeln!(out, "columns: {}", drawing.labels.join(" | "));
    let _ = writeln!(out, "lines that call something: {of}, placed: {placed}\n");
    for line in &drawing.lines {
        let (number, text, words) = (line.number, &line.text, &line.words);
        let who = &drawing.scenario.cast[line.column].name;
        let _ = writeln!(
            out,
            "{number:>3} {who}: {text}\n      {words} ({:?})",
            line.reached
        );
    }
    let judged = drawing.judge();
    let answer = drawing.answer(&judged);
    let _ = writeln!(out, "\n{:?}: {}", answer.tone, answer.headline);
    for it in &answer.sentences {
        let _ = writeln!(out, "- {it}");
    }
    for mend in &judged.mends {
        let _ = writeln!(out, "mended by {}", mend.words);
    }
    for it in &drawing.assumed {
        let _ = writeln!(out, "assumed: {}", it.words());
    }
    let _ = writeln!(out, "\n{}", drawing.text);
    out
}

#[test]
fn drawings_become_what_is_recorded() {
    let golden = folder().join("tests/golden/drawings");
    for (name, text) in drawings() {
        let path = golden.join(format!("{name}.txt"));
        let now = told(&drawn(&text));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(&golden).expect("a folder");
            fs::write(&path, &now).expect("a file");
        }
        let recorded = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(now, recorded, "{name}: UPDATE_EXPECT=1 writes it anew");
    }
}

/// Every drawing comes to what those who know it expect.
#[test]
fn drawings_come_to_what_is_expected() {
    let all = drawings();
    assert_eq!(all.len(), EXPECTED.len());
    for (name, labels, tone, as_drawn, some, says) in EXPECTED {
        let (_, text) = all
            .iter()
            .find(|it| it.0 == *name)
            .expect("the drawing is there");
        let drawing = drawn(text);
        assert_eq!(drawing.labels, *labels, "{name}");
        let judged = drawing.judge();
        let answer = drawing.answer(&judged);
        assert!(judged.complete, "{name}");
        assert_eq!(words(&judged.drawn), *as_drawn, "{name}");
        assert_eq!(
            words(&judged.all.iter().collect::<Vec<_>>()),
            *some,
            "{name}"
        );
        assert_eq!(answer.tone, *tone, "{name}: {}", answer.headline);
        let said = format!("{} {}", answer.headline, answer.sentences.join(" "));
        for it in *says {
            assert!(said.contains(it), "{name} does not say \"{it}\": {said}");
        }
    }
}

/// No line of a drawing is dropped, and most of those that call something have a place.
#[test]
fn every_line_has_a_fate() {
    let (mut placed, mut of) = (0, 0);
    for (name, text) in drawings() {
        let drawing = drawn(&text);
        let part = drawing.placed();
        (placed, of) = (placed + part.0, of + part.1);
        let first = drawing.lines[0].number;
        for number in first..=drawing.span.1 {
            let line = &drawing.source[number - 1];
            let marks = line.bytes().all(|it| b" |-=_+^v".contains(&it));
            let there = drawing.lines.iter().any(|it| it.number == number);
            assert!(there || marks, "{name}, line {number}: {line}");
        }
    }
    assert!(10 * placed >= 7 * of, "{placed} of {of}");
}

/// How a drawing travels does not matter: quoted, indented, with blanks for tabs, as a comment, in the middle of a mail.
#[test]
fn drawings_survive_their_travels() {
    for (name, text) in drawings() {
        let plain = drawn(&text);
        let blanks: String = plain.source.iter().map(|it| format!("{it}\n")).collect();
        let each = |before: &str| -> String {
            blanks.lines().map(|it| format!("{before}{it}\n")).collect()
        };
        let mail = format!(
            "Hi,\n\nI see the following in production, with 6.12:\n\n{blanks}\n\nAny idea? It goes away without the patch.\n\nThanks,\nX\n"
        );
        let travelled = [
            blanks.clone(),
            text.lines().map(|it| format!("> {it}\n")).collect(),
            each("    "),
            each(" * "),
            mail,
        ];
        for text in travelled {
            let other = drawn(&text);
            let fates = |it: &Drawing| -> Vec<(String, Fate)> {
                let all = it.lines.iter().filter(|it| it.matters);
                all.map(|it| (it.text.clone(), it.fate)).collect()
            };
            assert_eq!(fates(&other), fates(&plain), "{name}\n{text}");
            assert_eq!(other.choices, plain.choices, "{name}\n{text}");
        }
    }
}

/// The draft is a file like any other: it loads with the drawn order as its run, travels in a link, and its diagram reads back as that run.
#[test]
fn drafts_read_back() {
    for (name, text) in drawings() {
        let drawing = drawn(&text);
        let again = load("drawing", &drawing.text).expect("it loads");
        assert_eq!(again.schedule, drawing.choices, "{name}");
        let link =
            Link::of(&again, &drawing.choices, drawing.drawn, Vec::new()).with_draft(&drawing.text);
        let link = link.to_string();
        assert!(link.len() < 6_000, "{name}: {}", link.len());
        let mut history = History::new(&again.model);
        for choice in &drawing.choices {
            assert!(history.choose(&again.model, *choice), "{name}");
        }
        let story = Story::of(&again.model, &history);
        let written = diagram::write(&again, &story, &diagram::Options::default());
        let read = diagram::read(&written, &[&again]).expect("it is a diagram");
        assert_eq!(read.choices, drawing.choices, "{name}\n{written}");
    }
}

/// One press changes what a line is, and where a column begins.
#[test]
fn a_visitor_has_the_last_word() {
    let text = "CPU0                CPU1\nlock_page(page)\n                    lock_page(page)\nour_own_wait(page)\n";
    let plain = drawn(text);
    assert_eq!(plain.lines[2].fate, Fate::Idle);
    let mut wish = Wish::default();
    wish.said
        .insert((4, 0), Said::Step("unlock_page".to_owned()));
    let told = Drawing::of(text, &wish).expect("a drawing");
    assert_eq!(told.lines[2].fate, Fate::Step);
    assert!(
        told.text.contains("unlock_page    # 4: our_own_wait(page)"),
        "{}",
        told.text
    );
    wish.said.insert((2, 0), Said::Remark);
    let told = Drawing::of(text, &wish).expect("a drawing");
    assert_eq!(told.lines[0].fate, Fate::Remark);
    let wish = Wish {
        starts: Some(vec![0, 30]),
        ..Wish::default()
    };
    let recut = Drawing::of(text, &wish);
    assert!(recut.is_ok_and(|it| it.lines[1].column == 0));
}

/// Of several drawings in a text each can be had.
/// A store as the page itself draws it is one; and where nothing fails, it is said of which lines nothing was made.
#[test]
fn no_line_is_passed_over_in_silence() {
    let text = |line: &str| {
        let writes = "lock_page(page)\nclear_page_dirty_for_io(page)\nset_page_writeback(page)\nunlock_page(page)\nsubmit_bio(bio)";
        format!(
            "CPU0                              CPU1\n{writes}\n                                  {line}\n                                  wait_on_page_writeback(page)\n"
        )
    };
    let answer = |text: &str| {
        let drawing = drawn(text);
        let judged = drawing.judge();
        drawing.answer(&judged)
    };
    let stored = answer(&text("store \"x\" at 0x10"));
    assert_eq!(stored.tone, Tone::Fails, "{stored:?}");
    let said = answer(&text("then look at the data"));
    assert_eq!(said.tone, Tone::Safe, "{said:?}");
    assert!(
        said.headline.ends_with(" Line 7 was taken as a remark."),
        "{said:?}"
    );
    assert!(
        said.headline.starts_with("Nothing fails, as drawn"),
        "{said:?}"
    );
}

/// An order that cannot happen is not one in which nothing fails, whether the sleeper is woken further down or not.
#[test]
fn an_order_that_cannot_happen_is_not_called_safe_as_drawn() {
    for behind in [
        "",
        "                                  SetPageUptodate(page)\n",
    ] {
        let text = format!(
            "CPU0                              CPU1\nlock_page(page)\nset_page_writeback(page)\n                                  lock_page(page)\n                                  unlock_page(page)\nunlock_page(page)\nsubmit_bio(bio)\n{behind}"
        );
        let drawing = drawn(&text);
        let answer = drawing.answer(&drawing.judge());
        assert_eq!(answer.tone, Tone::Safe, "{answer:?}");
        let begins = |text: &str, with: &str| assert!(text.starts_with(with), "{answer:?}");
        begins(&answer.headline, "The drawn order cannot happen");
        begins(&answer.sentences[0], "At line 4 CPU1 ");
    }
}

#[test]
fn several_drawings_can_be_chosen_from() {
    let (_, text) = drawings()
        .into_iter()
        .find(|it| it.0 == "own-two-in-a-mail")
        .expect("it is there");
    let first = drawn(&text);
    assert_eq!((first.many, first.which), (2, 0));
    let wish = Wish {
        which: 1,
        ..Wish::default()
    };
    let second = Drawing::of(&text, &wish).expect("the second one");
    assert_eq!(second.lines[0].text, "lock_page(page)");
    assert!(!second.judge().all.safe());
}

/// What is no drawing is none, and what says too little is not called safe.
#[test]
fn the_model_does_not_judge_what_it_does_not_know() {
    let prose =
        "Hi all,\n\nthis is a mail without a drawing. It calls lock_page() and so on.\n\nThanks\n";
    assert_eq!(
        Drawing::of(prose, &Wish::default()).err(),
        Some(DrawingError::NoColumns)
    );
    let endless = format!(
        "CPU0                CPU1\n                    unlock_page(page)\n{}",
        "lock_page(page)\n".repeat(500)
    );
    assert!(matches!(
        Drawing::of(&endless, &Wish::default()),
        Err(DrawingError::TooManyLines { line: 1, .. })
    ));
    let foreign = "CPU0                CPU1\nfoo_begin(x)\n                    foo_end(x)\n                    kmem_cache_destroy(x)\nfoo_use(x)\n";
    let drawing = drawn(foreign);
    let answer = drawing.answer(&drawing.judge());
    assert_eq!(answer.tone, Tone::Unknown, "{}", answer.headline);
    assert!(
        answer.headline.contains("cannot judge"),
        "{}",
        answer.headline
    );
}

/// The same bug drawn with pages or folios, by function or in words, comes to the same.
#[test]
fn two_drawings_of_one_bug_come_to_one_verdict() {
    let by_name = "CPU0                      CPU1\nfolio_lock(folio)\nfolio_start_writeback(folio)\nfolio_unlock(folio)\n                          folio_lock(folio)\n                          down_write(&fs->sem)\n                          folio_wait_writeback(folio)\ndown_read(&fs->sem)\n";
    let in_words = "flusher:                  writer:\nlocks page\nsets PG_writeback\nunlocks page\n                          locks page\n                          takes sem\n                          waits for writeback\ntakes sem\n";
    for text in [by_name, in_words] {
        let judged = drawn(text).judge();
        assert_eq!(words(&judged.drawn), "deadlock", "{text}");
    }
}

/// A stated device is judged as it is: on an ordinary disk nobody notices a page that changes.
#[test]
fn devices_are_told_apart() {
    let (_, text) = drawings()
        .into_iter()
        .find(|it| it.0 == "own-comment-block")
        .expect("it is there");
    let judged = drawn(&text).judge();
    let none = judged
        .devices
        .iter()
        .find(|it| it.device == Device::ALL[2])
        .expect("it differs");
    assert!(none.all.safe());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Damaged drawings give a drawing or an error, and every run is one of the model.
    #[test]
    fn damaged_drawings_do_no_harm(which in 0..EXPECTED.len(), from in 0..900usize, many in 0..60usize, with in "[ -~\t\n]{0,12}") {
        let (_, text) = &drawings()[which];
        let text: Vec<char> = text.chars().collect();
        let from = from.min(text.len());
        let to = (from + many).min(text.len());
        let damaged: String = text[..from].iter().copied().chain(with.chars()).chain(text[to..].iter().copied()).collect();
        match Drawing::of(&damaged, &Wish::default()) {
            Ok(drawing) => {
                let link = Link::of(&drawing.scenario, &drawing.choices, 0, Vec::new());
                prop_assert_eq!(link.open(&drawing.scenario).run, drawing.choices);
            }
            Err(DrawingError::Unbuildable(error)) => prop_assert!(false, "{error}\n{damaged}"),
            Err(_) => {}
        }
    }
}
