//! The list of orderings, each with the verdict it must have, and the visitor's own files.

use leptos::prelude::*;

use stable_pages::scenario::{Entry, catalogue};

use super::desk::Desk;
use super::parts::{At, El, el, note, row, show};
use super::source;

pub fn catalogue_list(desk: Desk) -> AnyView {
    let summary = show(move || {
        let it = desk.scenario();
        let entry = catalogue().find(|entry| !it.own && entry.slug == it.slug);
        let many = catalogue().count();
        let all = format!("Orderings ({many})");
        row(vec![
            el("b", "").text(&all).view(),
            el("span", "this").text("this one:").view(),
            match &entry {
                Some(entry) => badge(entry).view(),
                None => el("span", "badge").text("your file").view(),
            },
        ])
    });
    let lists = show(move || {
        let mut groups: Vec<&str> = Vec::new();
        for entry in catalogue() {
            if !groups.contains(&entry.group) {
                groups.push(entry.group);
            }
        }
        let mut lists: Vec<AnyView> = Vec::new();
        let legend = "Each with the number it has in the project's kernel dossier and with what a search through every schedule finds, on the device and in the kernel it is written for.";
        lists.push(note("small", legend).view());
        for group in groups {
            let entries = catalogue().filter(|entry| entry.group == group);
            let entries: Vec<AnyView> = entries.map(|entry| item(desk, entry)).collect();
            lists.push(el("h2", "").text(group).view());
            lists.push(el("ul", "").all(entries).view());
        }
        row(lists)
    });
    let list = el("details", "orderings")
        .at(At::Id, "orderings")
        .with(el("summary", "").at(At::Keys, "O").child(summary))
        .with(
            el("div", "scroll")
                .at(At::TabIndex, "0")
                .at(At::Role, "group")
                .at(At::Label, "All orderings")
                .child(lists),
        );
    el("nav", "catalogue")
        .at(At::Label, "Orderings, each with its expected verdict")
        .with(list)
        .child(source::picker(desk))
        .view()
}

fn badge(entry: &Entry) -> El {
    match entry.verdicts {
        "" => el("span", "badge good").text("\u{2713} clean"),
        verdicts => el("span", "badge bad").text(&format!("\u{2715} {verdicts}")),
    }
}

fn item(desk: Desk, entry: Entry) -> AnyView {
    let shown = desk.scenario();
    let current = !shown.own && shown.slug == entry.slug;
    let address = format!("#{}", entry.slug);
    let link = el("a", "")
        .at(At::Href, &address)
        .is(At::Current, current)
        .with(el("span", "number").text(entry.section))
        .with(el("span", "").text(entry.title))
        .with(badge(&entry));
    let link = link.press(Box::new(move || {
        desk.show_list(false);
        // The browser tells of a new address only.
        if window().location().hash().ok().as_ref() == Some(&address) {
            desk.open(entry);
        }
    }));
    el("li", "").child(link).view()
}
