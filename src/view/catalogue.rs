//! The list of orderings, each with the verdict it must have, and the visitor's own files.

use crate::scenario::{Entry, catalogue};

use super::now::Now;
use super::tree::{At, El, el, note};
use super::wish::Wish;

/// What stands on the closed list.
pub fn orderings_summary(now: &Now) -> El {
    let scenario = &now.scenario;
    let stated = scenario
        .expect
        .iter()
        .find(|it| it.0 == scenario.own_device);
    el("span", "chosen")
        .with(el("h1", "").text(&now.scenario.title))
        .with(match stated {
            Some((_, verdicts)) if !now.own => {
                let verdicts: Vec<&str> = verdicts.iter().map(|it| it.words()).collect();
                badge(&verdicts.join(", "))
            }
            _ => el("span", "badge own").text("your file"),
        })
}

/// The list itself.
pub fn orderings(now: &Now) -> El {
    let mut groups: Vec<&str> = Vec::new();
    for entry in catalogue() {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    let legend = "Each with the number it has in the project's kernel dossier and with what a search through every schedule finds, on the device and in the kernel it is written for.";
    let mut lists = el("div", "").with(note("small", legend));
    for group in groups {
        let entries = catalogue().filter(|entry| entry.group == group);
        let entries = entries.map(|entry| item(now, entry)).collect();
        lists = lists
            .with(el("h2", "").text(group))
            .with(el("ul", "").all(entries));
    }
    lists
}

fn badge(verdicts: &str) -> El {
    match verdicts {
        "" => el("span", "badge good").text("\u{2713} safe"),
        verdicts => el("span", "badge bad").text(&format!("\u{2715} {verdicts}")),
    }
}

fn item(now: &Now, entry: Entry) -> El {
    let current = !now.own && now.scenario.slug == entry.slug;
    let link = el("a", "")
        .at(At::Href, &format!("#{}", entry.slug))
        .is(At::Current, current)
        .with(el("span", "number").text(entry.section))
        .with(el("span", "").text(entry.title))
        .with(badge(entry.verdicts))
        .press(Wish::Follow(entry.slug.to_owned()));
    el("li", "").with(link)
}
