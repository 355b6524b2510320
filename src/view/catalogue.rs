//! The list of orderings, each with the verdict it must have, and the visitor's own files.

use crate::scenario::{Entry, Verdict, catalogue};

use super::badge::meanings;
use super::check_results::CheckResults;
use super::moment::Moment;
use super::msg::Msg;
use super::standing::Standing;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Handler, el, note};

/// The summary of the closed list: what is on the stage, and its verdict, which the checker's `badge` tells once it
/// knows; until then the file does, where it speaks of what is on the stage.
pub fn orderings_summary(now: &Moment, drawn: Option<Element>) -> Element {
    let stated = || Standing::stated(&now.scenario).badge();
    // The number of a visitor's file may be that of the one it was copied from.
    let name = match now.own && now.scenario.own_edits.is_empty() {
        true => &now.scenario.title,
        false => &now.scenario.name,
    };
    el("span", "chosen")
        .child(el("h1", "").text(name))
        .child(drawn.unwrap_or_else(stated))
        .child(el("span", "own").text(if now.own { "your file" } else { "" }))
}

/// The verdict of what is on the stage.
pub fn badge(now: &Moment, results: &CheckResults) -> Element {
    standing(now, results).badge()
}

/// What is known of the verdict of what is on the stage. While it is being looked at, its file tells, as far as it
/// speaks of that.
fn standing(now: &Moment, results: &CheckResults) -> Standing {
    match Standing::of(results) {
        Standing::Looking(found) if found.safe() => Standing::stated(&now.scenario),
        known => known,
    }
}

/// Whether an ordering has all the words that the list is searched for: in its number, title, name, group or verdicts,
/// or among the steps that it names.
fn finds(entry: &Entry, words: &str) -> bool {
    let verdicts = if entry.verdicts.is_empty() {
        "safe"
    } else {
        entry.verdicts
    };
    let parts = [
        entry.section,
        entry.title,
        entry.slug,
        entry.group,
        verdicts,
        entry.steps,
    ];
    let all = parts.join("\n").to_lowercase();
    let mut words = words.split_whitespace();
    words.all(|word| all.contains(&word.to_lowercase()))
}

/// The field that the list is searched by.
pub fn list_search(ui: &UiState) -> Element {
    let mut field = el("input", "")
        .attr(Attr::Type, "search")
        .attr(Attr::Keys, "/")
        .attr(Attr::Part, "find")
        .attr(
            Attr::Label,
            "Find an ordering: title, number, verdict, step",
        )
        .attr(Attr::Value, &ui.find);
    field.handler = Some(Handler::FindOrdering);
    let label = el("label", "")
        .child(el("span", "").text("Find"))
        .child(field);
    el("div", "find").child(label)
}

/// How many orderings the search finds, and what to do where it finds none. (The page itself knows only their names.)
fn found(ui: &UiState) -> Element {
    let many = catalogue().count();
    let found = catalogue().filter(|entry| finds(entry, &ui.find)).count();
    let words = match found {
        _ if ui.find.trim().is_empty() => format!("{many} orderings"),
        0 => format!(
            "None of {many} has these words. Try fewer letters, a number (S02), a verdict (deadlock) or a step (page_mkclean)."
        ),
        1 => "1 ordering has these words".to_owned(),
        _ => format!("{found} of {many} orderings have these words"),
    };
    note("small", &words)
        .attr(Attr::Live, "polite")
        .attr(Attr::Part, "found")
}

/// The list, in its groups, as far as it is searched for.
pub fn orderings(now: &Moment, ui: &UiState, results: &CheckResults) -> Element {
    let wanted = || catalogue().filter(|entry| finds(entry, &ui.find));
    let mut groups: Vec<&str> = Vec::new();
    for entry in wanted() {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    let legend = "Each with the number it has in the project's kernel dossier and with what a search through every schedule finds, on the device and in the kernel it is written for.";
    let listed = catalogue().flat_map(|entry| Standing::listed(entry.verdicts).told());
    let listed: Vec<Verdict> = listed.collect();
    let mut lists = el("div", "")
        .child(found(ui))
        .child(note("small", legend))
        .child(meanings(&listed, true));
    for group in groups {
        let entries = wanted().filter(|entry| entry.group == group);
        let entries = entries.map(|entry| item(now, results, entry)).collect();
        lists = lists
            .child(el("h2", "").text(group))
            .child(el("ul", "").children(entries));
    }
    lists
}

fn item(now: &Moment, results: &CheckResults, entry: Entry) -> Element {
    let current = !now.own && now.scenario.slug == entry.slug;
    let as_written = match current && now.scenario.as_written() {
        true => standing(now, results),
        false => Standing::listed(entry.verdicts),
    };
    let link = el("a", "")
        .attr(Attr::Href, &format!("#{}", entry.slug))
        .attr_bool(Attr::Current, current)
        .child(el("span", "number").text(entry.section))
        .child(el("span", "").text(entry.title))
        .child(as_written.badge())
        .on_click(Msg::FollowLink(entry.slug.to_owned()));
    let item = el("li", "").child(link);
    if !current || now.scenario.as_written() {
        return item;
    }
    let here = el("p", "here")
        .text(&format!("on the stage: {} ", now.scenario.name))
        .child(standing(now, results).badge());
    item.child(here)
}
