//! Lessons: every file of the course is read, played and proved by the engine; damaged ones come to an error with a place.

use std::fs;
use std::path::Path;

use stable_pages::lesson::{Lesson, Paragraph, Part, Span, Task, load};

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
    let beyond: Vec<&Lesson> = all.iter().filter(|it| it.number.is_none()).collect();
    let [challenges] = beyond[..] else {
        panic!("one file lies beyond the lessons")
    };
    let pars = challenges.beats.iter().map(|beat| match &beat.task {
        Task::Break(goal) => goal.par,
        _ => panic!("{} is no challenge", beat.title),
    });
    let pars = pars.collect::<Vec<_>>();
    assert_eq!(pars.len(), 10);
    assert!(pars.is_sorted(), "{pars:?}");
}
