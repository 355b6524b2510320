//! What somebody's drawing becomes: under the field it was pasted into.

use crate::exchange::Link;
use crate::exchange::drawing::{
    CHOICES, Drawing, DrawingError, DrawnLine, Fate, Judgement, Reached, SLUG, Said, Tone, Wish,
};
use crate::machine::Choice;
use crate::scenario::{Scenario, Variant, load_variant};

use super::drawing_msg::DrawingMsg;
use super::editor::drawing_asked;
use super::msg::Msg;
use super::vdom::{Attr, Element, button, el, note, select};

/// Fewest characters of a column.
const NARROWEST: usize = 4;

/// A pasted drawing, and what it comes to.
pub struct PastedDrawing {
    text: String,
    wish: Wish,
    read: Result<(Drawing, Judgement), DrawingError>,
}

fn read(text: &str, wish: &Wish) -> Result<(Drawing, Judgement), DrawingError> {
    let drawing = Drawing::of(text, wish)?;
    let judged = drawing.judge();
    Ok((drawing, judged))
}

impl PastedDrawing {
    /// Makes programs of a text; nothing for one that has no drawing.
    pub fn of(text: &str) -> Option<PastedDrawing> {
        let wish = Wish::default();
        let read = read(text, &wish);
        let none = matches!(read, Err(DrawingError::NoColumns));
        (!none).then(|| PastedDrawing {
            text: text.to_owned(),
            wish,
            read,
        })
    }

    /// Reads the text as the visitor wants it.
    pub(super) fn used(&mut self, msg: DrawingMsg) {
        match msg {
            DrawingMsg::Which(which) => {
                self.wish = Wish {
                    which,
                    ..Wish::default()
                };
            }
            DrawingMsg::Cut(column, by) => {
                let Ok((drawing, _)) = &self.read else { return };
                let mut starts = drawing.starts.clone();
                let low = column.checked_sub(1).map_or(0, |it| starts[it] + NARROWEST);
                let high = starts
                    .get(column + 1)
                    .map_or(usize::MAX, |it| it.saturating_sub(NARROWEST));
                if let Some(start) = starts.get_mut(column) {
                    *start = start.saturating_add_signed(by.into()).min(high).max(low);
                }
                self.wish.starts = Some(starts);
            }
            DrawingMsg::Said(line, column, said) => {
                match said {
                    Some(said) => self.wish.said.insert((line, column), said),
                    None => self.wish.said.remove(&(line, column)),
                };
            }
        }
        self.read = read(&self.text, &self.wish);
    }

    /// What it became.
    pub fn view(&self) -> Element {
        let it = el("div", "reading").attr(Attr::Part, "drawing-reading");
        let (drawing, judged) = match &self.read {
            Ok(it) => (&it.0, &it.1),
            Err(error) => {
                return it.child(note("unread", &error.to_string()).attr(Attr::Role, "status"));
            }
        };
        it.child(answer(drawing, judged))
            .child(opened(drawing, judged))
            .child(self.columns(drawing))
            .child(lines(drawing, &self.wish))
            .child(assumed(drawing))
    }

    /// The text with its columns, and what can be done about the cut between them.
    fn columns(&self, drawing: &Drawing) -> Element {
        let mut it = el("div", "");
        let mut moves = el("div", "moves");
        if drawing.many > 1 {
            let all = (0..drawing.many).map(|at| {
                let msg = drawing_asked(DrawingMsg::Which(at));
                (format!("{} of {}", at + 1, drawing.many), msg)
            });
            moves = moves.child(select("Drawing", drawing.which, all.collect()));
        }
        for column in 1..drawing.starts.len() {
            let name = label(drawing, column);
            let by = |by| drawing_asked(DrawingMsg::Cut(column, by));
            moves = moves
                .child(el("span", "").text(&format!("{name} begins")))
                .child(button("", "", "further left", false, by(-2)))
                .child(button("", "", "further right", false, by(2)));
        }
        for column in 0..drawing.starts.len() {
            if drawing.lines.iter().all(|it| it.column != column) {
                let words = format!(
                    "{} has no lines: it begins in another place.",
                    label(drawing, column)
                );
                it = it.child(note("unread", &words));
            }
        }
        if drawing.guessed {
            let words = "No labels stand over the columns: where they begin is a guess.";
            it = it.child(note("", words));
        }
        let (first, last) = drawing.span;
        let text = drawing.source[first - 1..last].join("\n");
        it.child(
            el("pre", "mail")
                .text(&format!("{}\n{text}", ruler(drawing)))
                .attr(Attr::TabIndex, "0")
                .attr(
                    Attr::Label,
                    "The drawing, with marks where its columns begin",
                ),
        )
        .child(moves)
    }
}

/// Marks where the columns begin.
fn ruler(drawing: &Drawing) -> String {
    let mut marks = String::new();
    for start in &drawing.starts {
        let blanks = start.saturating_sub(marks.len());
        marks += &" ".repeat(blanks);
        marks.push('v');
    }
    marks
}

/// The name of a column's actor.
fn name(drawing: &Drawing, column: usize) -> &str {
    let cast = drawing.scenario.cast.get(column);
    cast.map_or("", |it| &it.name)
}

fn label(drawing: &Drawing, column: usize) -> String {
    match drawing.labels.get(column).map(String::as_str) {
        None | Some("") => format!("column {}", column + 1),
        Some(label) => format!("\u{201c}{label}\u{201d}"),
    }
}

fn answer(drawing: &Drawing, judged: &Judgement) -> Element {
    let answer = drawing.answer(judged);
    let (class, sign) = match answer.tone {
        Tone::Fails => ("bad", "\u{2717} "),
        Tone::Safe => ("good", "\u{2713} "),
        Tone::Unknown => ("", "? "),
    };
    let headline = el("p", class).child(el("strong", "").text(sign).text(&answer.headline));
    let said = answer.sentences.iter().map(|it| el("li", "").text(it));
    el("div", "case")
        .child(headline.attr(Attr::Role, "status"))
        .child(el("ul", "").children(said.collect()))
}

/// A link to a run of the drawing's draft, or to its draft with a change.
pub(super) fn link(scenario: &Scenario, text: &str, run: &[Choice], at: usize) -> Msg {
    let link = Link::of(scenario, run, at, vec!["editor".to_owned()]).with_draft(text);
    Msg::GoToLink(link.to_string())
}

fn opened(drawing: &Drawing, judged: &Judgement) -> Element {
    let (scenario, text) = (&drawing.scenario, &drawing.text);
    let draft = link(scenario, text, &drawing.choices, drawing.drawn);
    let mut moves = el("div", "moves").child(button(
        "primary",
        "",
        "Open as a draft, as drawn",
        false,
        draft,
    ));
    let failing = judged.shortest.iter().filter(|it| it.0.fails());
    for (verdict, run) in failing {
        let words = format!("Shortest {} ({} steps)", verdict.words(), run.len());
        moves = moves.child(button(
            "",
            "",
            &words,
            false,
            link(scenario, text, run, run.len()),
        ));
    }
    let mut all = el("div", "").child(moves);
    if judged.mends.is_empty() {
        return all;
    }
    let mut list = el("ul", "");
    for mend in &judged.mends {
        let variant = Variant {
            edits: vec![mend.edit.clone()],
            ..Variant::default()
        };
        let Ok(changed) = load_variant(SLUG, text, &variant) else {
            continue;
        };
        let words = mend.words.replace('`', "");
        list = list.child(el("li", "").child(button(
            "link",
            "",
            &words,
            false,
            link(&changed, text, &changed.schedule, 0),
        )));
    }
    all = all.child(note(
        "",
        "Nothing fails any more, and all is done that was, with one line changed:",
    ));
    all.child(list)
}

/// What a visitor can say that a line is.
fn choices(line: &DrawnLine, wish: &Wish) -> Element {
    let said = wish.said.get(&(line.number, line.column));
    let mut all: Vec<(String, Option<Said>)> = vec![
        ("it was read".to_owned(), None),
        ("a remark".to_owned(), Some(Said::Remark)),
        ("changes nothing".to_owned(), Some(Said::Idle)),
    ];
    all.extend(
        CHOICES
            .iter()
            .map(|key| ((*key).to_owned(), Some(Said::Step((*key).to_owned())))),
    );
    let chosen = all.iter().position(|it| it.1.as_ref() == said).unwrap_or(0);
    let msg = |it: Option<Said>| drawing_asked(DrawingMsg::Said(line.number, line.column, it));
    let options = all.into_iter().map(|(words, it)| (words, msg(it)));
    select("take it as", chosen, options.collect())
}

fn lines(drawing: &Drawing, wish: &Wish) -> Element {
    let mut table = el("tbody", "");
    for line in &drawing.lines {
        let class = match line.fate {
            Fate::Idle => "missing",
            Fate::Remark | Fate::Part => "prose",
            _ => "placed",
        };
        let reached = match line.reached {
            Reached::Sleeps => "; here it falls asleep",
            Reached::NotReached => "; not reached as drawn",
            Reached::Made(..) | Reached::Nothing => "",
        };
        let words = format!("{}{reached}", line.words);
        table = table.child(
            el("tr", class)
                .child(el("th", "").attr(Attr::Scope, "row").text(&format!(
                    "{} {}",
                    line.number,
                    name(drawing, line.column)
                )))
                .child(el("td", "").child(el("code", "").text(&line.text)))
                .child(el("td", "").text(&words).child(choices(line, wish))),
        );
    }
    let (placed, of) = drawing.placed();
    let words = format!(
        "{placed} of {of} lines that call something are steps, locks, conditions or frames; the others change nothing here."
    );
    el("div", "")
        .child(el("h4", "").text("Line by line"))
        .child(note("small", &words))
        .child(el("table", "lines-read").child(table))
}

fn assumed(drawing: &Drawing) -> Element {
    let all = drawing
        .assumed
        .iter()
        .map(|it| el("li", "").text(&it.words()));
    let all: Vec<Element> = all.collect();
    if all.is_empty() {
        return el("div", "");
    }
    el("div", "")
        .child(el("h4", "").text("Not drawn, and assumed"))
        .child(el("ul", "").children(all))
}
