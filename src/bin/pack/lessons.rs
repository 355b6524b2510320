//! The course as plain pages: a handout of each lesson with figures of its moments, their list, and a page for teachers.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use pulldown_cmark::{Event, Parser, html as markdown};
use stable_pages::exchange::diagram;
use stable_pages::lesson::{Answer, Beat, Goal, Lesson, Part, Scene, Task, load};
use stable_pages::view::{
    Attr, Element, PackedLesson, cited_outside, el, lesson_figure, moment_of, note, outcome, rich,
    said, spans,
};

use crate::document::{Document, document, escaped, html, link};
use crate::dossier::{Dossier, FROM_SCENARIOS};

const ABOUT: &str = "Ten short lessons on Linux's stable page writeback protocol, for somebody who has had one operating systems course: predict, break it, explain it back. Each answer is decided by the model.";
const TEACHERS: &str = "teachers.html";

/// Reads the lessons of a folder, in their order; what lies beyond them comes last.
///
/// # Errors
/// When a file cannot be read, or is no lesson.
pub fn read(folder: &Path) -> io::Result<Vec<Lesson>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let slug = path.file_stem().and_then(|it| it.to_str());
        let slug = slug.unwrap_or_default();
        let text = fs::read_to_string(&path)?;
        let lesson = load(slug, &text);
        all.push(lesson.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?);
    }
    all.sort_by_key(|it| it.number.unwrap_or(u8::MAX));
    Ok(all)
}

/// The lessons as the page fetches them.
///
/// # Errors
/// When a file cannot be read any more, or is no lesson.
pub fn packed(folder: &Path, lessons: Vec<Lesson>) -> io::Result<Vec<(String, Vec<u8>)>> {
    let pack = |lesson: Lesson| {
        let slug = lesson.slug.clone();
        let text = fs::read_to_string(folder.join(format!("{slug}.md")))?;
        let packed = PackedLesson::of(lesson, &text);
        let packed = packed.map_err(|error| io::Error::other(format!("{slug}.md: {error}")))?;
        Ok((format!("{slug}.bin"), packed.bytes()))
    };
    lessons.into_iter().map(pack).collect()
}

/// The names and contents of all files; `teaching` is the text for teachers, in Markdown.
pub fn all(lessons: &[Lesson], teaching: &str, dossier: &Dossier) -> Vec<(String, String)> {
    let mut files = vec![
        ("index.html".to_owned(), list(lessons)),
        (TEACHERS.to_owned(), teachers(lessons, teaching)),
    ];
    for (at, lesson) in lessons.iter().enumerate() {
        let neighbour = |at: Option<usize>| at.and_then(|it| lessons.get(it));
        let beside = [neighbour(at.checked_sub(1)), neighbour(Some(at + 1))];
        files.push((
            format!("{}.html", lesson.slug),
            handout(lesson, beside, dossier),
        ));
        for (number, beat) in lesson.beats.iter().enumerate() {
            if let Some(words) = &beat.figure {
                let now = moment_of(&beat.scene);
                let drawn = lesson_figure(&now, beat.shown, words);
                files.push((figure_name(lesson, number), drawn));
            }
        }
    }
    files
}

fn figure_name(lesson: &Lesson, number: usize) -> String {
    format!("{}-{}.svg", lesson.slug, number + 1)
}

/// A link to a beat of a lesson on the page.
fn on_page(lesson: &Lesson, beat: usize) -> Element {
    link("", &format!("../#lesson/{}/{}", lesson.slug, beat + 1))
}

/// What a lesson is called in lists.
fn numbered(lesson: &Lesson) -> String {
    match lesson.number {
        Some(number) => format!("{number}. {}", lesson.title),
        None => lesson.title.clone(),
    }
}

fn minutes(lesson: &Lesson) -> String {
    format!("{} minutes", lesson.minutes)
}

fn list(lessons: &[Lesson]) -> String {
    let items = lessons.iter().map(|lesson| {
        let name = link("", &format!("{}.html", lesson.slug)).text(&numbered(lesson));
        let line = el("p", "").child(name).text(", ").text(&minutes(lesson));
        let line = line
            .text(" \u{b7} ")
            .child(on_page(lesson, 0).text("do it on the page"));
        el("li", "")
            .child(line)
            .child(note("small", &lesson.takeaway))
    });
    let teachers = el("p", "")
        .child(link("", TEACHERS).text("For teachers"))
        .text(": how to use it in a lecture, and what is usually misunderstood.");
    let main = el("main", "")
        .child(el("h1", "").text("The course"))
        .child(note("", ABOUT))
        .child(el("ul", "plain").children(items.collect()))
        .child(teachers);
    page("The course", ABOUT, &html(&main))
}

fn handout(lesson: &Lesson, beside: [Option<&Lesson>; 2], dossier: &Dossier) -> String {
    let place = match lesson.number {
        Some(number) => format!("Lesson {number} \u{b7} {}", minutes(lesson)),
        None => format!("Beyond the lessons \u{b7} {}", minutes(lesson)),
    };
    let mut main = html(&note("small", &place)) + &html(&el("h1", "").text(&lesson.title));
    for (number, beat) in lesson.beats.iter().enumerate() {
        main += &html(
            &el("h2", "")
                .attr(Attr::Id, &anchor(number))
                .text(&beat.title),
        );
        main += &text_of(beat);
        if let Some(words) = &beat.figure {
            let eight = beat.shown.has(Part::EightSectors);
            main += &figure(&figure_name(lesson, number), words, eight);
        }
        main += &task(beat);
        let to = format!("../#{}", beat.scene.link());
        let moment = link("", &to).text("this moment on the workbench");
        let open = on_page(lesson, number).text("Do this on the page");
        main += &html(&el("p", "small").child(open).text(" \u{b7} ").child(moment));
    }
    main += &html(&el("h2", "").text("To take away"));
    main += &html(&note("end", &lesson.takeaway));
    main += &html(&el("h2", "").text("Sources"));
    let sources = lesson
        .sources
        .iter()
        .map(|it| cited_outside(el("li", ""), it));
    main += &html(&el("ul", "").children(sources.collect()));
    let mut others = el("nav", "").attr(Attr::Label, "Other lessons");
    for (lesson, which) in beside.iter().zip(["Previous", "Next"]) {
        if let Some(lesson) = lesson {
            let name = link("", &format!("{}.html", lesson.slug)).text(&numbered(lesson));
            others = others.child(el("p", "").text(which).text(": ").child(name));
        }
    }
    main += &html(&others);
    // The dossier is beside the lessons, as it is beside the scenarios.
    let main = dossier.linked(&format!("<main>{main}</main>"), FROM_SCENARIOS);
    page(&lesson.title, &lesson.takeaway, &main)
}

/// The fragment of a beat on its lesson's page.
fn anchor(number: usize) -> String {
    format!("beat-{}", number + 1)
}

/// Paragraphs and quotes.
fn text_of(beat: &Beat) -> String {
    said(&beat.text).iter().map(html).collect()
}

/// A picture of a moment, which can be wider than the window: it scrolls by itself, also from the keyboard.
fn figure(name: &str, words: &str, eight: bool) -> String {
    let words = escaped(words);
    let class = if eight { "eight" } else { "one" };
    format!(
        r#"<figure><div class="wide" tabindex="0"><img class="{class}" src="{name}" alt="{words}" /></div><figcaption>{words}</figcaption></figure>"#
    )
}

fn task(beat: &Beat) -> String {
    match &beat.task {
        Task::GoOn => String::new(),
        Task::Predict(answers) => questions(answers, "What happens"),
        Task::Explain(answers) => questions(answers, "What the model says"),
        Task::Break(goal) => challenge(goal, &beat.scene),
        Task::Fool(goal) => html(&el("p", "").child(el("strong", "").text(goal))),
    }
}

fn questions(answers: &[Answer], summary: &str) -> String {
    let asked = answers.iter().map(|it| spans(el("li", ""), &it.words));
    let told = answers.iter().map(told);
    let folded = el("details", "")
        .child(el("summary", "").text(summary))
        .child(el("ul", "").children(told.collect()));
    html(&el("ul", "answers").children(asked.collect())) + &html(&folded)
}

/// What the engine says of an answer, behind its words.
fn told(answer: &Answer) -> Element {
    let words = spans(el("li", ""), &answer.words).text(" ");
    words.child(outcome(answer))
}

fn challenge(goal: &Goal, from: &Scene) -> String {
    let par = match goal.par {
        1 => "1 step".to_owned(),
        par => format!("{par} steps"),
    };
    let asked = el("p", "")
        .child(el("strong", "").text(&goal.words))
        .text(&format!(" The shortest way takes {par}."));
    let Some(way) = goal.shortest(from) else {
        return html(&asked);
    };
    let mut end = from.clone();
    end.run.extend(way);
    let drawn = diagram::draw(&end.scenario, &end.story(), &diagram::Options::default());
    let drawn = el("div", "wide")
        .attr(Attr::TabIndex, "0")
        .child(el("pre", "").text(&drawn));
    let open = link("", &format!("../#{}", end.link())).text("Open it at its end");
    let folded = el("details", "")
        .child(el("summary", "").text("A shortest way"))
        .child(drawn)
        .child(el("p", "").child(open));
    html(&asked) + &html(&folded)
}

/// The page for teachers: the text, and behind it every moment of every lesson.
fn teachers(lessons: &[Lesson], text: &str) -> String {
    // HTML in the file is shown as text.
    let events = Parser::new(text).map(|event| match event {
        Event::Html(it) | Event::InlineHtml(it) => Event::Text(it),
        other => other,
    });
    let mut main = String::new();
    markdown::push_html(&mut main, events);
    main += &html(&el("h2", "").text("Every lesson, and its moments on the page"));
    for lesson in lessons {
        let name = link("", &format!("{}.html", lesson.slug)).text(&numbered(lesson));
        main += &html(&el("h3", "").child(name).text(", ").text(&minutes(lesson)));
        let beats = lesson.beats.iter().enumerate().map(|(number, beat)| {
            let to = format!("{}.html#{}", lesson.slug, anchor(number));
            let course = on_page(lesson, number).text("on the page");
            let open = link("", &format!("../#{}", beat.scene.link()));
            let scenario: &Arc<_> = &beat.scene.scenario;
            el("li", "")
                .child(link("", &to).text(&beat.title))
                .text(": ")
                .child(rich(open, &scenario.name))
                .text(&match beat.scene.run.len() {
                    0 => ", at its start".to_owned(),
                    steps => format!(", after {steps} steps"),
                })
                .text(&format!(" ({}; ", task_words(&beat.task)))
                .child(course)
                .text(")")
        });
        main += &html(&el("ol", "").children(beats.collect()));
    }
    let about = "How to use the course in a lecture, what is usually misunderstood, and a link to each moment.";
    page("For teachers", about, &format!("<main>{main}</main>"))
}

fn task_words(task: &Task) -> String {
    match task {
        Task::GoOn => "look".to_owned(),
        Task::Predict(_) => "predict".to_owned(),
        Task::Break(goal) => format!("break it, par {}", goal.par),
        Task::Explain(_) => "explain".to_owned(),
        Task::Fool(_) => "fool the guard".to_owned(),
    }
}

fn page(title: &str, about: &str, main: &str) -> String {
    document(&Document {
        title,
        about,
        home: "../",
        ways: &[
            ("index.html", "The course"),
            ("../scenarios/index.html", "All orderings"),
        ],
        style: "../scenarios/plain.css",
        main,
    })
}
