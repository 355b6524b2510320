//! What a pasted log says, and what could have happened: under the field it was pasted into.

use crate::exchange::dmesg::{Answer, Candidate, Line, answers, read};
use crate::scenario::find;

use super::msg::Msg;
use super::vdom::{Attr, Element, button, el, note};

/// The lines of a pasted log that are known, with the answers; nothing for a text without any.
pub struct PastedLog {
    lines: Vec<Line>,
    answers: Vec<Answer>,
}

impl PastedLog {
    /// Reads a text.
    pub fn of(text: &str) -> Option<PastedLog> {
        let lines = read(text);
        let answers = answers(&lines);
        (!lines.is_empty()).then_some(PastedLog { lines, answers })
    }

    /// What it says.
    pub fn view(&self) -> Element {
        let many = self.lines.len();
        let words = match (many, self.answers.is_empty()) {
            (1, _) => "One line of a kernel log is known here.".to_owned(),
            _ => format!("{many} lines of a kernel log are known here."),
        };
        let mut all = el("div", "reading")
            .attr(Attr::Part, "log-reading")
            .child(note("", &words).attr(Attr::Role, "status"));
        if self.answers.is_empty() {
            all = all.child(note("", "They do not come to a case that can be told from them alone: paste the lines around them as well."));
        }
        let cards = self.answers.iter().map(card);
        let rows = self.lines.iter().map(row);
        all.children(cards.collect())
            .child(el("h4", "").text("Line by line"))
            .child(el("table", "lines-read").child(el("tbody", "").children(rows.collect())))
    }
}

fn card(answer: &Answer) -> Element {
    let mut card = el("div", "case").child(el("h4", "").text(answer.title));
    for words in &answer.means {
        card = card.child(el("p", "").text(words));
    }
    let all = answer.can.iter().map(candidate);
    let all: Vec<Element> = all.collect();
    card = card.child(el("h5", "").text(match all.is_empty() {
        true => "No ordering of the catalogue comes to this",
        false => "Orderings that come to this, the best fit first",
    }));
    if !all.is_empty() {
        card = card.child(el("ol", "candidates").children(all));
    }
    let parts = [
        ("It was not", answer.cannot),
        ("What comes of it", answer.result),
        ("Look next at", answer.next),
        ("Hardware?", answer.hardware),
    ];
    let parts = parts
        .into_iter()
        .flat_map(|(name, words)| [el("dt", "").text(name), el("dd", "").text(words)]);
    card.child(el("dl", "").children(parts.collect()))
}

fn candidate(it: &Candidate) -> Element {
    let slug = it.slug.split('/').next().unwrap_or_default();
    let title = find(slug).map_or(slug, |entry| entry.title);
    let open = Msg::GoToLink(it.slug.to_owned());
    el("li", "")
        .child(button("link", "", title, false, open))
        .text(&format!(": {}", it.when))
}

fn row(line: &Line) -> Element {
    let number = el("th", "")
        .attr(Attr::Scope, "row")
        .text(&line.number.to_string());
    let says = el("td", "")
        .child(el("b", "").text(&format!("{}: ", line.format.who)))
        .text(&line.says())
        .child(el("small", "").text(&format!(" {}", line.format.source)));
    el("tr", "placed")
        .child(number)
        .child(el("td", "").child(el("code", "").text(&line.text)))
        .child(says)
}
