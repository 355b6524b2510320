//! Page flags, PTEs and TLBs as labelled bits; what the last step changed is ringed.

use leptos::prelude::*;

use stable_pages::machine::{Access, NOBODY, Role, Stage, World};

use super::desk::{Desk, Shown};
use super::parts::{At, el, note};

/// A bit and the part of the world it shows.
struct Bit {
    kind: &'static str,
    name: String,
    on: bool,
    was: bool,
}

/// Changed bits carry a ring and their old value in words.
fn bit(bit: Bit) -> AnyView {
    let Bit {
        kind,
        name,
        on,
        was,
    } = bit;
    let changed = on != was;
    let class = format!(
        "bit {kind}{}{}",
        if on { " on" } else { "" },
        if changed { " changed" } else { "" }
    );
    let key = name.split(' ').next().unwrap_or("").to_owned();
    let before = match (changed, was) {
        (false, _) => "",
        (true, true) => "was set",
        (true, false) => "was clear",
    };
    el("li", &class)
        .at(At::Bit, &key)
        .with(el("span", "").text(&name))
        .with(el("span", "hidden").text(if on { ": set" } else { ": clear" }))
        .with(el("em", "").text(before))
        .view()
}

/// A titled group of bits.
fn entry(title: String, bits: Vec<Bit>, remark: &str) -> AnyView {
    let bits = bits.into_iter().map(bit).collect();
    el("div", "entry")
        .with(el("h2", "").text(&title))
        .with(el("ul", "bits").all(bits))
        .with(note("note", remark))
        .view()
}

fn access(present: &str, now: Access, was: Access) -> Vec<Bit> {
    let bit = |kind, name: &str, on, was| Bit {
        kind,
        name: name.to_owned(),
        on,
        was,
    };
    vec![
        bit("", present, now.present(), was.present()),
        bit("write", "write", now.write(), was.write()),
        bit("dirty", "dirty", now.dirty(), was.dirty()),
    ]
}

fn page(scenario: &Shown, now: &World, was: &World) -> AnyView {
    let (page, before) = (now.pages[0], was.pages[0]);
    let owner = scenario.cast.get(page.lock as usize);
    let lock = owner.map_or("PG_locked".to_owned(), |it| {
        format!("PG_locked by {}", it.name)
    });
    let mut bits = vec![
        Bit {
            kind: "lock",
            name: lock,
            on: page.lock != NOBODY,
            was: before.lock != NOBODY,
        },
        Bit {
            kind: "dirty",
            name: "PG_dirty".to_owned(),
            on: page.dirty,
            was: before.dirty,
        },
        Bit {
            kind: "writeback",
            name: "PG_writeback".to_owned(),
            on: page.writeback != NOBODY,
            was: before.writeback != NOBODY,
        },
    ];
    // Of interest only once something has failed.
    if now.mapping_error || was.mapping_error {
        bits.push(Bit {
            kind: "error",
            name: "AS_EIO".to_owned(),
            on: now.mapping_error,
            was: was.mapping_error,
        });
    }
    let title = format!("page {} of inode {}", scenario.index, scenario.inode);
    entry(title, bits, "")
}

pub fn bits(desk: Desk) -> AnyView {
    let (now, was) = (desk.world(), desk.world_before());
    let scenario = desk.scenario.get();
    let mut entries = vec![page(&scenario, &now, &was)];
    for (actor, cast) in scenario.model.actors.iter().zip(&scenario.cast) {
        if actor.role != Role::Mmap {
            continue;
        }
        let (space, tlb) = (actor.space as usize, actor.tlb as usize);
        let (pte, cached) = (now.ptes[space][0], now.tlbs[tlb][0]);
        entries.push(entry(
            format!("{}'s PTE", cast.name),
            access("present", pte, was.ptes[space][0]),
            "",
        ));
        let stale = cached.write() && !pte.write();
        entries.push(entry(
            format!("{}'s TLB entry", cast.name),
            access("cached", cached, was.tlbs[tlb][0]),
            if stale {
                "stale: allows what the PTE forbids"
            } else {
                ""
            },
        ));
    }
    let since = desk.story.with(|story| {
        let steps = story.columns.iter().filter_map(|it| it.guard);
        steps.map(|(_, step)| step).min()
    });
    let since = since.map_or(String::new(), |step| {
        format!(" since step {step}, when the first guard was computed")
    });
    let window = match now.bios[0].stage {
        Stage::Preparing | Stage::Queued | Stage::InDevice => {
            format!("Stable window open{since}: these bytes must not change.")
        }
        Stage::Free | Stage::Done => String::new(),
    };
    el("div", "machine")
        .all(entries)
        .with(note("window", &window).at(At::Part, "window"))
        .view()
}
