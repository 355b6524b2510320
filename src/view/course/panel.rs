//! A beat as the page shows it: its text, what there is to do, and what came of it.

use crate::exchange::diagram;
use crate::lesson::{Answer, Beat, Goal, Paragraph, Part, Task};
use crate::scenario::Verdict;

use super::super::actors::status_key;
use super::super::badge::badge;
use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::sources::cited;
use super::super::stage::ages;
use super::super::ui_state::{Sheet, TermRef};
use super::super::vdom::{Attr, Element, button, el, note, nothing};
use super::attended::{Attended, CourseMsg};
use super::class::Class;
use super::fool::fool;
use super::outcome::{is_so, picked, spans, stretches, told};
use super::sheet::{after, lessons};

/// The button of a message of the course.
fn press(class: &str, key: &str, label: &str, msg: CourseMsg) -> Element {
    button(class, key, label, false, Msg::Course(msg))
}

impl Class {
    /// Draws the beat that is attended; `now` is the moment on the stage, once there is one, `term` the word whose meaning is shown.
    pub fn panel(
        &self,
        attended: &Attended,
        now: Option<&Moment>,
        term: Option<TermRef>,
    ) -> Element {
        let Some(beat) = self.lesson.beats.get(attended.beat) else {
            return nothing();
        };
        let mut panel = el("section", "lesson-panel").attr(Attr::Label, "Lesson");
        if attended.welcome {
            panel = panel.child(welcome());
        }
        let task = match &beat.task {
            Task::GoOn => nothing(),
            Task::Predict(answers) => predict(answers, attended, term),
            Task::Explain(answers) => explain(answers, attended, term),
            Task::Break(goal) => self.challenge(beat, goal, attended, now),
            Task::Fool(goal) => fool(&beat.scene, goal, attended),
        };
        let said = el("div", "beat")
            .attr(Attr::Live, "polite")
            .attr(Attr::Part, "beat")
            .child(el("h2", "").text(&beat.title))
            .children(said(&beat.text))
            .child(introduced(attended));
        panel = panel.child(self.head(attended)).child(said);
        if let Some(now) = now {
            panel = panel.child(ages(now, attended.picture()));
            if !attended.by_hand() {
                panel = panel.child(cast(now));
            }
        }
        panel = panel.child(task);
        if attended.beat + 1 == attended.beats {
            panel = panel.child(self.end());
        }
        panel.child(self.moves(attended))
    }

    /// Which lesson it is, how far it has gone, and the way to any of its beats.
    fn head(&self, attended: &Attended) -> Element {
        let lesson = &self.lesson;
        let (many, minutes) = (lessons().filter(|it| it.number > 0).count(), lesson.minutes);
        let which = match lesson.number {
            _ if attended.own => "Your own lesson".to_owned(),
            Some(number) => format!("Lesson {number} of {many}"),
            None => "Beyond the lessons".to_owned(),
        };
        let beats = lesson.beats.iter().enumerate().map(|(at, beat)| {
            let name = format!("{}: {}", at + 1, beat.title);
            let open = CourseMsg::Open(lesson.slug.clone(), at);
            let number = button("", "", &(at + 1).to_string(), false, Msg::Course(open));
            let number = number.attr(Attr::Label, &name).attr(Attr::Title, &name);
            el("li", "").child(number.attr_bool(Attr::Current, at == attended.beat))
        });
        el("header", "lesson-head")
            .child(
                el("p", "small")
                    .text(&format!("{which} \u{b7} {minutes} minutes \u{b7} "))
                    .child(button(
                        "link",
                        "",
                        "all lessons",
                        false,
                        Msg::Sheet(Some(Sheet::Course)),
                    )),
            )
            .child(el("h1", "").text(&lesson.title))
            .child(
                el("ol", "beats")
                    .attr(Attr::Label, "Steps of this lesson")
                    .children(beats.collect()),
            )
    }

    /// What to take away, and what it rests on.
    fn end(&self) -> Element {
        let lesson = &self.lesson;
        let sources = lesson.sources.iter();
        let sources = sources.map(|it| cited(el("li", ""), it));
        let sources = el("details", "")
            .child(el("summary", "").text("What this rests on"))
            .child(el("ul", "source").children(sources.collect()));
        el("div", "takeaway")
            .child(el("h3", "").text("To take away"))
            .child(note("", &lesson.takeaway))
            .child(sources)
    }

    /// Back, on, and out.
    fn moves(&self, attended: &Attended) -> Element {
        let mut moves = el("div", "moves");
        if attended.beat > 0 {
            let back = press("", "ArrowLeft", "\u{25c2} Back", CourseMsg::Previous);
            moves = moves.child(back);
        }
        let last = attended.beat + 1 == attended.beats;
        let next = match (last, after(&self.lesson.slug)) {
            (false, _) => "Next \u{25b8}".to_owned(),
            (true, Some(next)) if !attended.own => format!("Next: {} \u{25b8}", next.title),
            (true, _) => "All lessons".to_owned(),
        };
        moves = moves.child(press("primary", "ArrowRight", &next, CourseMsg::Next));
        let whole = match attended.whole {
            true => "Show what has been introduced",
            false => "Show everything",
        };
        let whole = press("link", "", whole, CourseMsg::Whole(!attended.whole));
        let ways = el("p", "ways small").child(whole);
        el("footer", "lesson-foot").child(moves).child(ways)
    }

    fn challenge(
        &self,
        beat: &Beat,
        goal: &Goal,
        attended: &Attended,
        now: Option<&Moment>,
    ) -> Element {
        let task = el("div", "task challenge").child(el("p", "goal").text(&goal.words));
        let Some(now) = now.filter(|it| it.scenario == beat.scene.scenario) else {
            return task;
        };
        let steps = now.depth().saturating_sub(attended.from);
        let met = now.story.verdicts(&now.scenario.model);
        let done = met.iter().any(|it| goal.meant(*it));
        let undo = |class, label: &str| button(class, "Backspace", label, steps == 0, Msg::Back);
        let again = press("", "", "From the start", CourseMsg::Again);
        if !done {
            let over = now.end.is_some() || now.round.is_some();
            let words = match (over, steps) {
                (true, _) => "Nothing is left to do, and it has not failed so.".to_owned(),
                (false, 0) => "You are the scheduler: whose step comes first?".to_owned(),
                (false, 1) => "1 step so far.".to_owned(),
                (false, many) => format!("{many} steps so far."),
            };
            let class = if over { "primary" } else { "" };
            let other: Vec<Verdict> = met.into_iter().filter(|it| it.fails()).collect();
            let mut status = note("status", &words);
            if !other.is_empty() {
                status = status.text(" ").child(badge("span", &other));
            }
            return task
                .child(status.attr(Attr::Live, "polite"))
                .child(
                    el("div", "moves")
                        .child(undo(class, "\u{21b6} Undo the last step"))
                        .child(again),
                )
                .child(give_up());
        }
        let par = match goal.par {
            1 => "1 step".to_owned(),
            par => format!("{par} steps"),
        };
        let broken = el("p", "status")
            .attr(Attr::Live, "polite")
            .child(el("strong", "").text(&format!("Broken, in {steps} steps. ")))
            .text(&format!("The shortest way takes {par}."));
        let story = &now.story;
        let drawn = diagram::draw(&now.scenario, story, &diagram::Options::default());
        let yours: Vec<_> = story.steps.iter().map(|it| it.choice).collect();
        let side = |name: &str, run: &[_]| {
            el("div", "")
                .child(el("h3", "").text(name))
                .child(stretches(&now.scenario, run))
        };
        let name = if attended.given_up {
            "On the stage"
        } else {
            "Yours"
        };
        let mut both = el("div", "schedules").child(side(name, &yours[attended.from..]));
        if let Some(way) = self.shortest(attended.beat).filter(|_| !attended.given_up) {
            both = both.child(side("A shortest", &way));
        }
        let copy = Msg::CopyText(drawn.clone());
        let text = el("details", "")
            .child(el("summary", "").text("The run as text"))
            .child(
                el("pre", "")
                    .attr(Attr::TabIndex, "0")
                    .attr(Attr::Label, "The run as text")
                    .text(&drawn),
            )
            .child(button("", "", "Copy", false, copy));
        task.child(broken.text(" ").child(badge("span", &met)))
            .child(both)
            .child(
                el("div", "moves")
                    .child(again)
                    .child(undo("", "\u{21b6} Undo")),
            )
            .child(text)
            .child(give_up())
    }
}

/// The way out of a challenge.
fn give_up() -> Element {
    let show = press(
        "link",
        "",
        "Show me a shortest way",
        CourseMsg::ShowShortest,
    );
    el("p", "small").child(show)
}

/// The choice of a first visit.
fn welcome() -> Element {
    let course = lessons().filter(|it| it.number > 0);
    let minutes: usize = course.map(|it| usize::from(it.minutes)).sum();
    let start = format!("Start the course ({minutes} minutes)");
    el("div", "welcome")
        .child(note(
            "",
            "How does a page stay unchanged while it is written to the disk? Find out by doing, or look around by yourself.",
        ))
        .child(
            el("div", "moves")
                .child(press("primary", "", &start, CourseMsg::Begin))
                .child(press("", "", "Open the workbench", CourseMsg::Leave)),
        )
}

/// Paragraphs, with quotes that follow each other as one.
pub fn said(text: &[Paragraph]) -> Vec<Element> {
    let mut all = Vec::new();
    for run in text.chunk_by(|one, other| one.quote == other.quote) {
        let paragraphs = run.iter().map(|it| spans(el("p", ""), &it.words));
        match run[0].quote {
            true => all.push(el("blockquote", "").children(paragraphs.collect())),
            false => all.extend(paragraphs),
        }
    }
    all
}

/// The parts of the picture that are new, framed as they are there.
fn introduced(attended: &Attended) -> Element {
    let parts: Vec<Part> = attended.new.iter().collect();
    if parts.is_empty() || attended.whole {
        return nothing();
    }
    let names = parts.iter().map(|part| el("li", "").text(part.words()));
    el("div", "introduced small")
        .child(el("span", "").text("New, framed in the picture:"))
        .child(el("ul", "").children(names.collect()))
}

/// Who takes part and how each stands, where the window has no room for the cards.
fn cast(now: &Moment) -> Element {
    let scenario = &now.scenario;
    let all = scenario.model.actor_ids().zip(&scenario.cast);
    let items = all.map(|(actor, cast)| {
        el("li", "")
            .child(el("b", "").text(&cast.name))
            .text(&format!(" {}", status_key(now.status(actor))))
    });
    el("ul", "cast small")
        .attr(Attr::Label, "Who takes part")
        .children(items.collect())
}

fn predict(answers: &[Answer], attended: &Attended, term: Option<TermRef>) -> Element {
    let items = answers.iter().enumerate().map(|(at, answer)| {
        let chosen = attended.picked == Some(at);
        let key = el("kbd", "").text(&(at + 1).to_string());
        let pick = el("button", "answer")
            .attr_bool(Attr::Pressed, chosen)
            .attr(Attr::Keys, &(at + 1).to_string())
            .child(key)
            .child(spans(el("span", ""), &answer.words))
            .on_click(Msg::Course(CourseMsg::Pick(at)));
        let item = el("li", "").child(pick);
        match chosen && !attended.running {
            true => item.child(picked(answer, at, term)),
            false => item,
        }
    });
    let mut task = el("div", "task")
        .child(note("small", "Choose, and it is run:"))
        .child(el("ol", "answers").children(items.collect()));
    task.attrs.push((Attr::Live, "polite".to_owned()));
    match attended.picked {
        Some(_) if !attended.running => task.child(el("div", "moves").child(press(
            "",
            "",
            "Back to the question",
            CourseMsg::Again,
        ))),
        _ => task,
    }
}

fn explain(answers: &[Answer], attended: &Attended, term: Option<TermRef>) -> Element {
    let items = answers.iter().enumerate().map(|(at, answer)| {
        let said = attended.said.get(at).copied().flatten();
        let say = |so: bool, label: &str| {
            press("", "", label, CourseMsg::Say(at, so)).attr_bool(Attr::Pressed, said == Some(so))
        };
        let item = el("li", "statement")
            .child(spans(el("p", ""), &answer.words))
            .child(
                el("div", "moves")
                    .child(say(true, "true"))
                    .child(say(false, "false")),
            );
        let Some(said) = said else {
            return item;
        };
        let so = is_so(answer);
        let verdict = match so {
            Some(true) if said => "True, as you say. ",
            Some(false) if !said => "False, as you say. ",
            Some(true) => "True in the model. ",
            Some(false) => "False in the model. ",
            None => "There are too many states to tell. ",
        };
        let right = so.map(|so| so == said);
        item.child(told(answer, at, term, verdict, right))
    });
    el("div", "task").child(el("ol", "statements").children(items.collect()))
}
