//! The list of orderings, each with the verdict it must have, and the visitor's own files.

use crate::scenario::{Entry, Verdict, catalogue};

use super::badge::badge;
use super::moment::Moment;
use super::msg::Msg;
use super::vdom::{Attr, Element, el, note};

/// The summary of the closed list: the title of the scenario on the stage, and its verdicts.
pub fn orderings_summary(now: &Moment) -> Element {
    let scenario = &now.scenario;
    let stated = scenario
        .expect
        .iter()
        .find(|it| it.0 == scenario.own_device);
    el("span", "chosen")
        .child(el("h1", "").text(&now.scenario.title))
        .child(match stated {
            Some((_, verdicts)) if !now.own => badge("span", verdicts),
            _ => el("span", "badge own").text("your file"),
        })
}

/// The list, in its groups.
pub fn orderings(now: &Moment) -> Element {
    let mut groups: Vec<&str> = Vec::new();
    for entry in catalogue() {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    let legend = "Each with the number it has in the project's kernel dossier and with what a search through every schedule finds, on the device and in the kernel it is written for.";
    let mut lists = el("div", "").child(note("small", legend));
    for group in groups {
        let entries = catalogue().filter(|entry| entry.group == group);
        let entries = entries.map(|entry| item(now, entry)).collect();
        lists = lists
            .child(el("h2", "").text(group))
            .child(el("ul", "").children(entries));
    }
    lists
}

/// The verdicts that the file of an entry states of its own device.
fn stated(entry: Entry) -> Vec<Verdict> {
    let named = |words: &str| Verdict::ALL.into_iter().find(|it| it.words() == words);
    entry.verdicts.split(", ").filter_map(named).collect()
}

fn item(now: &Moment, entry: Entry) -> Element {
    let current = !now.own && now.scenario.slug == entry.slug;
    let link = el("a", "")
        .attr(Attr::Href, &format!("#{}", entry.slug))
        .attr_bool(Attr::Current, current)
        .child(el("span", "number").text(entry.section))
        .child(el("span", "").text(entry.title))
        .child(badge("span", &stated(entry)))
        .on_click(Msg::FollowLink(entry.slug.to_owned()));
    el("li", "").child(link)
}
