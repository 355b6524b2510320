//! The list of all lessons, with how far one has come.

use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, Handler, button, el, note};
use super::attended::CourseMsg;

// `build.rs` writes `LESSONS`, a line for each file of `assets/lessons`.
include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// A lesson of the course, as a list has it.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Its name in links.
    pub slug: &'static str,
    /// Its place in the course; 0 for what lies beyond the lessons.
    pub number: u8,
    /// How many minutes it takes.
    pub minutes: u8,
    /// How many beats it has.
    pub beats: usize,
    /// Its title.
    pub title: &'static str,
}

/// All lessons, in their order; what lies beyond them comes last.
pub fn lessons() -> impl Iterator<Item = Listed> {
    LESSONS.lines().map(|line| {
        let mut words = line.split('\t');
        let mut word = || words.next().unwrap_or_default();
        Listed {
            slug: word(),
            number: word().parse().unwrap_or(0),
            minutes: word().parse().unwrap_or(0),
            beats: word().parse().unwrap_or(0),
            title: word(),
        }
    })
}

/// The lesson that comes after one.
pub fn after(slug: &str) -> Option<Listed> {
    let mut all = lessons().skip_while(|it| it.slug != slug);
    all.next()?;
    all.next()
}

/// The content of the sheet.
pub fn sheet(ui: &UiState) -> Element {
    let item = |lesson: Listed| {
        let reached = ui.progress.of(lesson.slug);
        let (beats, minutes) = (lesson.beats, lesson.minutes);
        let so_far = match reached {
            None => format!("{minutes} minutes"),
            Some(at) if at + 1 >= beats => "\u{2713} to the end".to_owned(),
            Some(at) => format!("at {} of {beats}", at + 1),
        };
        // One that was left in its middle goes on there.
        let at = reached.filter(|at| at + 1 < beats).unwrap_or(0);
        let title = match lesson.number {
            0 => lesson.title.to_owned(),
            number => format!("{number}. {}", lesson.title),
        };
        let open = CourseMsg::Open(lesson.slug.to_owned(), at);
        let name = button("link", "", &title, false, Msg::Course(open));
        el("li", "")
            .child(name)
            .child(el("span", "small").text(&so_far))
    };
    let (course, beyond): (Vec<_>, Vec<_>) = lessons().partition(|it| it.number > 0);
    let list = |all: Vec<Listed>| el("ol", "lessons").children(all.into_iter().map(item).collect());
    let projector = match ui.projector {
        true => "Leave projector mode",
        false => "Projector mode",
    };
    let projector = button("", "", projector, false, Msg::Course(CourseMsg::Projector));
    let outside = |to: &str, words: &str| {
        let link = el("a", "")
            .attr(Attr::Href, to)
            .attr(Attr::Target, "_blank");
        el("li", "").child(link.text(words))
    };
    let mut field = el("input", "")
        .attr(Attr::Type, "file")
        .attr(Attr::Accept, ".md");
    field.handler = Some(Handler::PickFile);
    let file = el("label", "file")
        .child(el("span", "").text("Open a lesson of your own (.md)\u{2026}"))
        .child(field);
    el("div", "course-sheet")
        .child(
            el("header", "")
                .child(el("h2", "").attr(Attr::Id, "help-title").text("The course"))
                .child(button("close", "", "\u{2715} Close", false, Msg::Sheet(None))),
        )
        .child(note(
            "",
            "Ten short lessons, each on the same engine as the workbench: predict, break it, explain it back. None is locked.",
        ))
        .child(list(course))
        .child(el("h3", "").text("Beyond the lessons"))
        .child(list(beyond))
        .child(
            el("p", "")
                .child(button(
                    "link",
                    "",
                    "Fix it, design it",
                    false,
                    Msg::GoToLink("unlock-gap/see-editor".to_owned()),
                ))
                .text(" by hand, in the editor: six broken orderings, and a protocol from nothing"),
        )
        .child(el("h3", "").text("For teachers"))
        .child(
            el("ul", "")
                .child(outside("lessons/teachers.html", "How to use it in a lecture"))
                .child(outside("lessons/index.html", "Each lesson as a handout to print")),
        )
        .child(el("div", "moves").child(projector).child(file))
}
