//! Captures of running kernels: what is found in each is written down in `tests/golden/captures`
//! (`UPDATE_EXPECT=1 cargo test --no-default-features --test captures` writes it anew), and every stretch of every folio runs on the model.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use expect_test::expect_file;
use stable_pages::exchange::capture::{
    Bit, Capture, CaptureError, Finding, History, Reading, Rule, Span, Stretch, What, is_capture,
};
use stable_pages::scenario::{Scenario, catalogue};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The captures of 2026 and those of the lab's recorder.
fn files() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in ["assets/captures", "tests/lab"] {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder of captures");
        let paths = entries.map(|it| it.expect("readable").path());
        all.extend(paths.filter(|it| it.extension().is_some_and(|it| it == "ftrace")));
    }
    all.sort();
    all
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn read(path: &Path) -> Capture {
    let text = fs::read(path).expect("readable");
    assert!(is_capture(&text[..text.len().min(1 << 16)]));
    Capture::of(&stem(path), &text).expect("a capture")
}

fn spans(capture: &Capture, spans: &[Span]) -> String {
    let line = |event: Option<u32>, other: &str| match event {
        Some(event) => capture.events[event as usize].line.to_string(),
        None => other.to_owned(),
    };
    let words = spans.iter().map(|it| {
        let set = match it.set {
            None => "?".to_owned(),
            Some(set) => match it.by {
                Some(task) if set => capture.task_name(task),
                _ => if set { "set" } else { "clear" }.to_owned(),
            },
        };
        format!("{}..{} {set}", line(it.from, ""), line(it.to, ""))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn orderings() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        let all = catalogue().map(|it| it.load().expect("it loads"));
        all.collect()
    });
    &ALL
}

/// The orderings that explain most of a stretch.
fn explained(capture: &Capture, folio: u32, stretch: Stretch) -> String {
    let like = capture.like(folio, stretch, orderings());
    let words = like.iter().take(4).map(|it| {
        let mut words = format!(
            "{} {} of {}",
            orderings()[it.scenario].slug,
            it.placed,
            it.of
        );
        if !it.against.is_empty() {
            let _ = write!(words, " (against it: lines {:?})", it.against);
        }
        words
    });
    format!("in the catalogue: {}", words.collect::<Vec<_>>().join(", "))
}

/// What is found in a capture.
fn findings(capture: &Capture) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} lines: {} about writeback, {} about something else, {} not read. {} folios, {} tasks.",
        capture.lines,
        capture.events.len(),
        capture.other,
        capture.not_read,
        capture.folios.len(),
        capture.tasks.len()
    );
    for remark in &capture.remarks {
        let _ = writeln!(out, "# {remark}");
    }
    let mut asks: Vec<_> = capture.asks.iter().collect();
    asks.sort_by_key(|it| *it.0);
    for (inode, asks) in asks {
        let _ = writeln!(
            out,
            "inode {inode:?}: asks for stable pages {} times, does not {} times",
            asks.yes, asks.no
        );
    }
    for rule in Rule::ALL {
        let _ = writeln!(out, "\n{}", rule.words());
        for finding in Finding::ALL {
            let count = capture.count(rule, finding);
            if count == 0 {
                continue;
            }
            let _ = writeln!(out, "  {}: {count}", finding.words());
            let told = capture
                .outcomes
                .iter()
                .filter(|it| it.rule == rule && it.finding == finding);
            let most = if finding == Finding::Kept { 2 } else { 6 };
            for outcome in told.take(most) {
                let _ = writeln!(out, "    {}", outcome.words(capture));
            }
        }
    }
    let busiest = (0..capture.folios.len())
        .max_by_key(|at| (capture.folios[*at].events.len(), capture.folios.len() - at));
    let folio = u32::try_from(busiest.expect("a folio")).expect("few");
    let _ = writeln!(out, "\n{}", capture.folio_name(folio));
    let history = capture.history(folio);
    for (bit, all) in &history.spans {
        let _ = writeln!(out, "  {}: {}", bit.words(), spans(capture, all));
    }
    for sleep in &history.sleeps {
        let line = |it: u32| capture.events[it as usize].line;
        let to = sleep
            .to
            .map_or("the end".to_owned(), |it| line(it).to_string());
        let _ = writeln!(
            out,
            "  {} sleeps from {} to {to}",
            capture.task_name(sleep.task),
            line(sleep.from)
        );
    }
    let stretches = capture.stretches(folio);
    for stretch in &stretches {
        let _ = writeln!(out, "\n{}", capture.diagram(folio, *stretch).trim_end());
        match capture.draft(folio, *stretch) {
            Ok(draft) => {
                let words = |all: &[stable_pages::scenario::Verdict]| {
                    let words: Vec<_> = all.iter().map(|it| it.words()).collect();
                    if words.is_empty() {
                        "nothing".to_owned()
                    } else {
                        words.join(", ")
                    }
                };
                let all: Vec<_> = draft.shortest.iter().map(|it| it.0).collect();
                let _ = writeln!(
                    out,
                    "as captured: {}; every order ({} states): {}",
                    words(&draft.drawn),
                    draft.states,
                    words(&all)
                );
                let _ = writeln!(out, "{}", explained(capture, folio, *stretch));
            }
            Err(error) => {
                let _ = writeln!(out, "{error}");
            }
        }
    }
    out
}

#[test]
fn what_is_found_in_each_capture_is_written_down() {
    for path in files() {
        let golden = Path::new(ROOT)
            .join("tests/golden/captures")
            .join(stem(&path) + ".txt");
        expect_file![golden].assert_eq(&findings(&read(&path)));
    }
}

#[test]
fn no_kernel_broke_a_rule_and_only_one_that_may_let_somebody_write_under_writeback() {
    for path in files() {
        let capture = read(&path);
        for rule in Rule::ALL {
            assert_eq!(
                capture.count(rule, Finding::Broken),
                0,
                "{rule:?} in {}",
                path.display()
            );
        }
        let let_write = capture.count(Rule::Granted, Finding::NotAsked);
        let unstable = stem(&path).ends_with("sw0");
        assert_eq!(let_write > 0, unstable, "{}", path.display());
    }
}

/// The model goes every stretch that a real kernel went: nobody sleeps in it who went on, and what a kernel that waits did comes to nothing.
#[test]
fn the_model_goes_where_the_kernel_went() {
    let mut ran = 0;
    for path in files() {
        let capture = read(&path);
        for folio in 0..u32::try_from(capture.folios.len()).expect("few") {
            for stretch in capture.stretches(folio) {
                let place = format!(
                    "{}, {}, {stretch:?}",
                    path.display(),
                    capture.folio_name(folio)
                );
                let Ok(draft) = capture.draft(folio, stretch) else {
                    continue;
                };
                ran += 1;
                let departs = draft
                    .departs
                    .as_ref()
                    .map(|it| (capture.events[it.0 as usize].line, &it.1));
                assert_eq!(departs, None, "{place}\n{}", draft.text);
                let unlike = draft
                    .unlike
                    .iter()
                    .map(|it| capture.events[*it as usize].line);
                assert_eq!(
                    unlike.collect::<Vec<_>>(),
                    [0; 0],
                    "{place}\n{}",
                    draft.text
                );
                let failed: Vec<_> = draft.drawn.iter().filter(|it| it.fails()).collect();
                assert!(failed.is_empty(), "{place}: {failed:?}\n{}", draft.text);
                assert!(draft.complete, "{place}");
                if !stem(&path).ends_with("sw0") {
                    assert!(draft.all.safe(), "{place}: {:?}\n{}", draft.all, draft.text);
                }
            }
        }
    }
    assert!(ran > 200, "only {ran} stretches ran");
}

#[test]
fn a_capture_in_any_pieces_is_the_same() {
    for path in files() {
        let text = fs::read(&path).expect("readable");
        let whole = findings(&Capture::of(&stem(&path), &text).expect("a capture"));
        for size in [1, 7, 4_096] {
            let mut reading = Reading::new(&stem(&path));
            for piece in text.chunks(size) {
                reading.feed(piece).expect("a capture");
            }
            assert_eq!(findings(&reading.finish().expect("a capture")), whole);
        }
    }
}

#[test]
fn every_event_knows_its_line() {
    for path in files() {
        let text = fs::read(&path).expect("readable");
        let capture = read(&path);
        let lines: Vec<&[u8]> = text.split(|it| *it == b'\n').collect();
        for event in &capture.events {
            let line = lines[event.line as usize - 1];
            assert!(text[usize::try_from(event.offset).expect("small")..].starts_with(line));
            let found = String::from_utf8_lossy(line).contains(event.name());
            assert!(found, "line {} does not name {}", event.line, event.name());
        }
    }
}

fn histories(capture: &Capture) -> Vec<History> {
    (0..u32::try_from(capture.folios.len()).expect("few"))
        .map(|it| capture.history(it))
        .collect()
}

/// The histories have no gaps, and agree with the lines in a way of their own: by the last line that sets or clears.
#[test]
fn histories_have_no_gaps() {
    for path in files() {
        let capture = read(&path);
        for (folio, history) in capture.folios.iter().zip(histories(&capture)) {
            for (bit, spans) in &history.spans {
                assert_eq!(spans.first().and_then(|it| it.from), None);
                assert_eq!(spans.last().and_then(|it| it.to), None);
                for pair in spans.windows(2) {
                    assert_eq!(pair[0].to, pair[1].from, "{bit:?}");
                    assert!(pair[0].from < pair[0].to, "{bit:?}");
                }
                if *bit == Bit::Writeback {
                    let events = folio
                        .events
                        .iter()
                        .map(|it| capture.events[*it as usize].what());
                    let started = events.filter(|it| *it == What::WritebackStarted).count();
                    let set = spans
                        .iter()
                        .filter(|it| it.set == Some(true) && it.from.is_some())
                        .count();
                    // A task that sleeps shows that the bit is set as well.
                    assert!(set >= started);
                }
            }
        }
    }
}

fn error(text: &[u8]) -> CaptureError {
    Capture::of("it", text).expect_err("no capture")
}

#[test]
fn what_is_no_capture_says_why() {
    assert_eq!(error(b""), CaptureError::Empty);
    assert_eq!(error(b"\x17\x08\x44tracing6\0\0"), CaptureError::TraceDat);
    assert_eq!(
        error(b"# tracer: nop\n#\nab\0c\n"),
        CaptureError::Binary { line: 3 }
    );
    assert_eq!(
        error(b"#\n# tracer: function_graph\n"),
        CaptureError::Graph { line: 2 }
    );
    let foreign = "once upon a time\n".repeat(2_000);
    let CaptureError::Foreign { line, .. } = error(foreign.as_bytes()) else {
        panic!("it is foreign");
    };
    assert_eq!(line, 1);
    let other = "  cat-12  [000] .....  5.000001: sched_switch: prev_comm=cat\n".repeat(3);
    let CaptureError::Nothing { lines, others } = error(other.as_bytes()) else {
        panic!("it is about something else");
    };
    assert_eq!((lines, others.contains("sched_switch")), (3, true));
}

#[test]
fn a_damaged_capture_says_which_lines_were_not_read() {
    let text = fs::read(Path::new(ROOT).join("assets/captures/kprobe-mmap-ext4-sw0.ftrace"))
        .expect("there");
    let mut lines: Vec<Vec<u8>> = text.split(|it| *it == b'\n').map(<[u8]>::to_vec).collect();
    lines[49] = b"torn by a mail program".to_vec();
    lines[59] = vec![b'x'; 100_000];
    let mut text = lines.join(&b'\n');
    // Cut off in the middle of a line.
    text.truncate(text.len() - 60);
    let capture = Capture::of("damaged", &text).expect("still a capture");
    let told: Vec<u32> = capture.told.iter().map(|it| it.line).collect();
    assert_eq!(told, [50, 60]);
    assert_eq!(
        capture.lines as usize,
        text.split(|it| *it == b'\n').count()
    );
}

/// The same orderings, if a kernel made them: each rule has a capture that breaks it.
#[test]
fn each_rule_can_be_broken() {
    let event = |task: &str, cpu: u32, time: u32, name: &str, rest: &str| {
        format!(
            "  {task} [{cpu:03}] ..... {}.{:06}: {name}: {rest}\n",
            time / 1000,
            time % 1000 * 1000
        )
    };
    let folio = "(x+0x0/0x20) folio=0xffff1 index=1 ino=12";
    let write = |order: &[&str]| -> String {
        let lines = order.iter().enumerate();
        let lines = lines.map(|(at, name)| {
            let at = u32::try_from(at).expect("few");
            match name.split_once('!') {
                Some(("issue", sectors)) => event(
                    "kworker-5",
                    0,
                    at,
                    "block_rq_issue",
                    &format!("8,0 W 4096 () 800 + {sectors} be,0,4 [kworker]"),
                ),
                Some(("complete", error)) => event(
                    "<idle>-0",
                    1,
                    at,
                    "block_rq_complete",
                    &format!("8,0 W () 800 + 8 be,0,4 [{error}]"),
                ),
                Some(("ret", value)) => event(
                    "race-7",
                    1,
                    at,
                    "ext4_page_mkwrite_ret",
                    &format!("(a <- b) ret={value}"),
                ),
                Some(("race", name)) => event("race-7", 1, at, name, folio),
                _ => event("kworker-5", 0, at, name, folio),
            }
        });
        lines.collect()
    };
    let clean = [
        "folio_clear_dirty_for_io",
        "folio_mkclean",
        "__folio_start_writeback",
        "folio_unlock",
        "bio_integrity_prep",
        "issue!8",
    ];
    let waits = [
        "race!ext4_page_mkwrite",
        "race!folio_wait_stable",
        "race!folio_wait_writeback",
        "ret!0x200",
    ];
    let broken = |order: &[&[&str]]| -> Vec<Rule> {
        let capture = Capture::of("it", write(&order.concat()).as_bytes()).expect("a capture");
        let all = Rule::ALL.into_iter();
        all.filter(|it| capture.count(*it, Finding::Broken) > 0)
            .collect()
    };
    let end = ["complete!0", "folio_end_writeback"];
    assert_eq!(broken(&[&clean, &end, &waits]), []);
    assert_eq!(
        broken(&[&clean, &waits, &end]),
        [Rule::Granted, Rule::Waited]
    );
    let copies = [
        "race!folio_wait_stable",
        "race!folio_wait_writeback",
        "race!folio_unlock",
    ];
    assert_eq!(
        broken(&[&clean, &copies, &end]),
        [Rule::Copied, Rule::Waited]
    );
    assert_eq!(
        broken(&[
            &["folio_clear_dirty_for_io"],
            &clean[2..],
            &end,
            &clean,
            &end
        ]),
        [Rule::Protected]
    );
    assert_eq!(
        broken(&[
            &clean[..2],
            &["folio_unlock", "__folio_start_writeback"],
            &clean[4..],
            &end
        ]),
        [Rule::Marked]
    );
    assert_eq!(broken(&[&clean, &clean[..4], &end]), [Rule::Once]);
    assert_eq!(
        broken(&[&clean, &["folio_end_writeback", "complete!0"]]),
        [Rule::Ended]
    );
    assert_eq!(
        broken(&[&clean, &["complete!-84", "folio_end_writeback"]]),
        [Rule::Taken]
    );
}
