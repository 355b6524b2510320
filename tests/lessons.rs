//! Lessons: every file of the course is read, played and proved by the engine; damaged ones come to an error with a place.

use std::fs;

use stable_pages::exchange::Link;
use stable_pages::lesson::{Answer, Lesson, Paragraph, Part, Scene, Span, Task, load};
use stable_pages::protocol::unfollowed;

/// The files of the course, with their names; `LESSON=slug` looks at one of them only.
fn files() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir("assets/lessons").expect("the lessons are part of the source") {
        let path = entry.expect("readable").path();
        assert_eq!(path.extension().and_then(|it| it.to_str()), Some("md"));
        let slug = path.file_stem().and_then(|it| it.to_str());
        let slug = slug.expect("UTF-8").to_owned();
        if std::env::var("LESSON").is_ok_and(|it| it != slug) {
            continue;
        }
        all.push((slug, fs::read_to_string(path).expect("UTF-8")));
    }
    assert!(!all.is_empty());
    all
}

fn read(slug: &str, text: &str) -> Lesson {
    load(slug, text).unwrap_or_else(|error| panic!("assets/lessons/{slug}.md: {error}"))
}

fn lessons() -> Vec<Lesson> {
    files()
        .iter()
        .map(|(slug, text)| read(slug, text))
        .collect()
}

#[test]
fn every_lesson_is_proved_by_the_engine() {
    let mut wrong = Vec::new();
    for (slug, text) in files() {
        match load(&slug, &text) {
            Ok(lesson) => wrong
                .extend((lesson.prove().into_iter()).map(|error| format!("{slug}.md: {error}"))),
            Err(error) => wrong.push(format!("{slug}.md: {error}")),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_lesson_is_as_long_as_a_lesson_should_be() {
    if std::env::var_os("LESSON").is_some() {
        return;
    }
    let all = lessons();
    let mut numbers: Vec<u8> = all.iter().filter_map(|it| it.number).collect();
    numbers.sort();
    assert_eq!(numbers, (1..=10).collect::<Vec<u8>>());
    for lesson in all.iter().filter(|it| it.number.is_some()) {
        let slug = &lesson.slug;
        assert!(lesson.minutes <= 5, "{slug} takes too long");
        assert!(
            (5..=9).contains(&lesson.beats.len()),
            "{slug}: {} beats",
            lesson.beats.len()
        );
        let asks = lesson
            .beats
            .iter()
            .filter(|it| matches!(it.task, Task::Predict(_)));
        assert!(asks.count() >= 1, "{slug} asks for no prediction");
        let explains = lesson
            .beats
            .iter()
            .map(|it| matches!(it.task, Task::Explain(_)));
        let explains: Vec<bool> = explains.collect();
        let last = explains.len() - 1;
        assert!(explains[last], "{slug} does not end with a question");
        assert!(
            !explains[..last].contains(&true),
            "{slug} has two last questions"
        );
        assert!(!lesson.sources.is_empty(), "{slug} names no source");
    }
}

#[test]
fn questions_have_right_and_wrong_answers() {
    for lesson in lessons() {
        for beat in &lesson.beats {
            if let Task::Predict(answers) | Task::Explain(answers) = &beat.task {
                let right = answers.iter().filter(|it| it.right).count();
                let place = format!("{}: {}", lesson.slug, beat.title);
                assert!(right > 0, "{place} has no right answer");
                assert!(right < answers.len(), "{place} has no wrong answer");
            }
        }
    }
}

fn words(text: &[Paragraph]) -> String {
    let own = text.iter().filter(|it| !it.quote);
    let spans = own.flat_map(|it| it.words.iter().chain([&BREAK]));
    let words = spans.map(|it| match it {
        Span::Text(it) | Span::Code(it) | Span::Stress(it) => it.as_str(),
    });
    words.collect()
}

static BREAK: Span = Span::Text(String::new());

/// One idea in one to three sentences, and a question at the end of it that does not count.
#[test]
fn beats_are_short() {
    for lesson in lessons() {
        for beat in &lesson.beats {
            let said = words(&beat.text) + " ";
            let ends = [". ", ": ", "? ", "! "];
            let sentences: usize = [". ", "? ", "! "]
                .iter()
                .map(|it| said.matches(it).count())
                .sum();
            let place = format!("{}: {}", lesson.slug, beat.title);
            assert!(
                (1..=4).contains(&sentences),
                "{place}: {sentences} sentences"
            );
            let long = said.split(|c| ends.iter().any(|it| it.starts_with(c)));
            let long = long
                .map(|it| it.split_whitespace().count())
                .max()
                .unwrap_or(0);
            assert!(long <= 40, "{place}: a sentence of {long} words");
        }
    }
}

/// A word stands in a lesson no earlier than the part of the picture that it names.
#[test]
fn nothing_is_named_before_it_is_introduced() {
    let all = [
        ("guard", Part::GuardTag),
        ("adapter", Part::Adapter),
        ("HBA", Part::Adapter),
        ("page lock", Part::PageLock),
        ("PG_dirty", Part::PgDirty),
        ("PG_writeback", Part::PgWriteback),
        ("PTE", Part::Pte),
        ("TLB", Part::Tlb),
        ("journal", Part::Journal),
    ];
    for lesson in lessons().iter().filter(|it| it.number.is_some()) {
        for beat in &lesson.beats {
            let said = words(&beat.text);
            for (word, part) in all {
                let known = beat.shown.has(part) || !said.contains(word);
                assert!(
                    known,
                    "{}: {}: {word} is not shown yet",
                    lesson.slug, beat.title
                );
            }
        }
    }
}

#[test]
fn challenges_get_harder() {
    if std::env::var_os("LESSON").is_some() {
        return;
    }
    let all = lessons();
    let challenges = all.iter().find(|it| it.slug == "challenges");
    let challenges = challenges.expect("a lesson of challenges");
    let pars = challenges.beats.iter().map(|beat| match &beat.task {
        Task::Break(goal) => goal.par,
        _ => panic!("{} is no challenge", beat.title),
    });
    let pars = pars.collect::<Vec<_>>();
    assert_eq!(pars.len(), 10);
    assert!(pars.is_sorted(), "{pars:?}");
}

#[test]
fn links_lead_to_the_moments() {
    for lesson in lessons() {
        for beat in &lesson.beats {
            let answers: &[Answer] = match &beat.task {
                Task::Predict(answers) | Task::Explain(answers) => answers,
                _ => &[],
            };
            let scenes: Vec<&Scene> = answers.iter().map(|it| &it.scene).collect();
            for scene in scenes.into_iter().chain([&beat.scene]) {
                let opened = Link::parse(&scene.link())
                    .expect("a link")
                    .open(&scene.scenario);
                let found = (&opened.run, opened.at, opened.changed.as_str());
                assert_eq!(found, (&scene.run, scene.run.len(), ""), "{}", scene.link());
            }
        }
    }
}

#[test]
fn every_source_can_be_looked_up() {
    for lesson in lessons() {
        for source in &lesson.sources {
            assert_eq!(unfollowed(source), None, "{}", lesson.slug);
        }
    }
}

/// A lesson as short as one can be, with everything in it that can go wrong.
const SMALL: &str = r#"+++
title = "A store in the gap"
minutes = 3
scenario = "unlock-gap"
takeaway = "Set the bit first."
+++

## The gap

The page is unlocked.

```stage
run: flusher through unlock_page
show: eight sectors, page lock
then: page lock free
```

- [x] It fails.
  ```answer
  run: writer through pte_mkwrite
  claim: can guard error
  ```
- [ ] It sleeps.
  ```answer
  run: writer until stuck
  claim: writer asleep
  then: writer finished
  ```

## You

Break it.

```break
goal: Have the adapter refuse the write.
verdict: guard error
par: 28
```
"#;

#[test]
fn faults_have_a_place_and_a_reason() {
    let lesson = read("small", SMALL);
    assert_eq!(lesson.prove(), []);
    for (from, to, says) in [
        (
            "+++\ntitle",
            "title",
            "line 1, column 1: a lesson begins with its front matter, between two lines \"+++\"",
        ),
        (
            "+++\n\n",
            "\n\n",
            "line 2, column 1: the front matter has no end: a line \"+++\"",
        ),
        (
            "minutes = 3",
            "minuets = 3",
            "line 3, column 1: there is no key \"minuets\" (did you mean \"minutes\"?); keys are title, number, minutes, scenario, takeaway, sources",
        ),
        (
            "minutes = 3",
            "minutes = 300",
            "line 3, column 11: minutes is a number from 1 to 255",
        ),
        (
            "\"unlock-gap\"",
            "\"unlock-gab\"",
            "line 4, column 13: there is no scenario \"unlock-gab\" (did you mean \"unlock-gap\"?)",
        ),
        (
            "\"unlock-gap\"",
            "\"unlock-gap/on-nothing\"",
            "line 4, column 13: \"on-nothing\" in the link is not understood: devices are dix-dif, hba-insert, none, fs-checksum, dix-only, nvme-pi, dix-dif-ip, raid5-parity, raid1-mirror.",
        ),
        (
            "\"unlock-gap\"",
            "\"unlock-gap/drop.writepage.lock_pag\"",
            "line 4, column 13: \"unlock-gap/drop.writepage.lock_pag\": ",
        ),
        (
            "## The gap",
            "# The gap",
            "line 8, column 1: a beat begins with a heading of two signs, \"## Title\"",
        ),
        (
            "is unlocked",
            "is <b>un</b>locked",
            "line 10, column 13: HTML has no place in a lesson: write Markdown",
        ),
        (
            "The page is",
            "<p onclick=\"x\">",
            "line 10, column 1: HTML has no place in a lesson: write Markdown",
        ),
        (
            "is unlocked",
            "is [un](https://example.org)locked",
            "line 10, column 13: links have no place in a lesson's text: name what it rests on in \"sources\"",
        ),
        (
            "```stage",
            "```stag",
            "line 12, column 1: a beat's blocks are \"stage\", \"break\" and \"fool\", an answer's is \"answer\"; not \"stag\"",
        ),
        (
            "run: flusher",
            "runs: flusher",
            "line 13, column 1: \"stage\" has no key \"runs\" (did you mean \"run\"?); keys are scenario, run, show, figure, then",
        ),
        (
            "flusher through unlock_page",
            "flusher through unlock_pag",
            "line 13, column 22: there is no step \"unlock_pag\" (did you mean \"unlock_page\"?)",
        ),
        (
            "flusher through unlock_page",
            "flusher 3",
            "line 13, column 14: steps are named here, not counted: \"writer through store\"",
        ),
        (
            "flusher through unlock_page",
            "flushr until stuck",
            "line 13, column 6: there is no actor \"flushr\" (did you mean \"flusher\"?); actors are flusher, writer, disk, completion",
        ),
        (
            "page lock\nthen",
            "page look\nthen",
            "line 14, column 22: there is no part \"page look\" (did you mean \"page lock\"?); parts are one sector, eight sectors,",
        ),
        (
            "sectors, page",
            "sectors, journal, page",
            "line 14, column 22: scenario \"unlock-gap\" has no journal here",
        ),
        (
            "then: page lock free",
            "then: page locked",
            "line 15, column 7: facts are ",
        ),
        (
            "- [x] It fails",
            "- It fails",
            "line 18, column 1: an answer begins with \"- [x]\" if it is right, with \"- [ ]\" if not",
        ),
        (
            "claim: can guard error",
            "claim: can gard error",
            "line 21, column 10: there is no verdict \"gard error\" (did you mean \"guard error\"?); known: guard error,",
        ),
        (
            "  claim: writer asleep\n",
            "",
            "line 24, column 3: the answer claims nothing: write \"claim: \" and a fact",
        ),
        (
            "par: 28",
            "par: none",
            "line 37, column 6: par is a number of steps",
        ),
        (
            "goal: Have the adapter refuse the write.\n",
            "",
            "line 34, column 1: there is no \"goal:\": what to reach, in one line",
        ),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from}");
        let error = load("small", &text).expect_err(to).to_string();
        assert!(error.starts_with(says), "{to}\n{error}\n{says}");
    }
}

/// Each thing that a lesson can say untruly is found out, where it stands.
#[test]
fn what_is_untrue_is_found_out() {
    for (from, to, says) in [
        (
            "then: page lock free",
            "then: page lock held",
            "line 15, column 1: \"page lock held\" is not so by the model",
        ),
        (
            "- [x] It fails",
            "- [ ] It fails",
            "line 21, column 3: \"It fails.\" is right by the model, and the lesson has it as wrong",
        ),
        (
            "- [ ] It sleeps",
            "- [x] It sleeps",
            "line 26, column 3: \"It sleeps.\" is wrong by the model, and the lesson has it as right",
        ),
        (
            "then: writer finished",
            "then: writer ready",
            "line 26, column 3: \"writer ready\" is not so by the model",
        ),
        (
            "claim: can guard error",
            "claim: safe",
            "line 21, column 3: \"It fails.\" is wrong by the model, and the lesson has it as right",
        ),
        (
            "par: 28",
            "par: 27",
            "line 37, column 1: par is 27, and a shortest schedule has 28 steps",
        ),
        (
            "par: 28",
            "par: 29",
            "line 37, column 1: par is 29, and a shortest schedule has 28 steps",
        ),
        (
            "verdict: guard error",
            "verdict: deadlock",
            "line 37, column 1: no schedule comes to that",
        ),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from}");
        let wrong = load("small", &text).expect("loads").prove();
        let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        assert_eq!(wrong, [says], "{to}");
    }
}

/// Cut at each byte, with each line missing and with each line twice, a lesson loads or comes to an error.
#[test]
fn damaged_lessons_do_not_panic() {
    let mut refused = 0;
    let mut look = |text: &str| {
        if let Err(error) = load("damaged", text) {
            assert!(error.line >= 1 && error.column >= 1 && !error.reason.is_empty());
            refused += 1;
        }
    };
    for at in (0..SMALL.len()).filter(|at| SMALL.is_char_boundary(*at)) {
        look(&SMALL[..at]);
        look(&format!("{}\u{1f}\u{e9}{}", &SMALL[..at], &SMALL[at..]));
    }
    let lines: Vec<&str> = SMALL.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        look(&[&lines[..at], &lines[at + 1..]].concat().concat());
        look(&[&lines[..=at], &lines[at..]].concat().concat());
    }
    look(&SMALL.replace('\n', "\r\n").replace("run:", "run"));
    assert!(load("crlf", &SMALL.replace('\n', "\r\n")).is_ok());
    assert!(refused > 100, "only {refused} refused");
}

/// What lesson 7 has one take away: leave out any of Mason's five steps and three, and some schedule fails.
#[test]
fn each_of_the_eight_steps_carries_weight() {
    for step in [
        "writepage.lock_page",
        "writepage.clear_page_dirty_for_io",
        "writepage.set_page_writeback",
        "writepage.unlock_page",
        "writepage.submit_bio",
        "page_mkwrite.lock_page",
        "page_mkwrite.wait_for_stable_page",
        "do_wp_page.pte_mkwrite",
    ] {
        let claim = "- [x] It fails.\n  ```answer\n  claim: not safe\n  ```\n";
        let text = format!(
            "+++\ntitle = \"t\"\nminutes = 1\nscenario = \"baseline-five-step/drop.{step}\"\ntakeaway = \"t\"\n+++\n\n## Without it\n\nText.\n\n{claim}"
        );
        assert_eq!(read("dropped", &text).prove(), [], "{step}");
    }
}

/// The example that ARCHITECTURE.md walks through is a lesson, and true.
#[test]
fn the_documented_example_is_a_lesson() {
    let text = fs::read_to_string("ARCHITECTURE.md").expect("it is there");
    let (_, example) = text.split_once("A walked example:").expect("it has one");
    let lines = example.lines().skip(2);
    let lines = lines.take_while(|it| it.is_empty() || it.starts_with("    "));
    let lines = lines.map(|it| format!("{}\n", it.strip_prefix("    ").unwrap_or_default()));
    let lesson = load("example", &lines.collect::<String>()).expect("ARCHITECTURE.md");
    assert_eq!(lesson.prove(), []);
    assert_eq!(lesson.beats.len(), 1);
}
