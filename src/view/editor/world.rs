//! Actors, stores, locks and pages: what the programs work on.

use crate::machine::LockKind;
use crate::scenario::{ActorKey, ActorKind, Change, LockKey, PageKey, StoreKey};

use super::super::moment::Moment;
use super::super::msg::Msg;
use super::super::vdom::{Attr, Element, Handler, button, el, note, select};
use super::desk::Desk;
use super::state::{EditMsg, Face, Field, Sealed};
use super::{change, edit};

/// What the programs work on.
pub fn face(now: &Moment, desk: &Desk) -> Element {
    el("div", "world-face")
        .child(actors(now, desk))
        .child(stores(now, desk))
        .child(locks(now))
        .child(pages(now, desk))
}

/// A field whose value becomes a change when it is left.
fn field(label: &str, value: &str, of: Field) -> Element {
    let mut input = el("input", "")
        .attr(Attr::Type, "text")
        .attr(Attr::Value, value)
        .attr(Attr::Spellcheck, "false");
    input.handler = Some(Handler::EditChange(Sealed::of(&EditMsg::Field(of))));
    el("label", "choice")
        .child(el("span", "").text(label))
        .child(input)
}

fn card(title: &str, rows: Vec<Element>) -> Element {
    el("section", "card")
        .attr(Attr::Label, title)
        .child(el("h3", "").text(title))
        .child(el("ul", "").children(rows))
}

fn remove(what: Change) -> Element {
    button("", "", "Remove", false, change(what))
}

/// A list whose first option says what it is for and does nothing.
fn add(label: &str, options: Vec<(String, Msg)>) -> Element {
    let mut all = vec![("\u{2026}".to_owned(), edit(EditMsg::Face(Face::World)))];
    all.extend(options);
    select(label, 0, all)
}

fn actors(now: &Moment, desk: &Desk) -> Element {
    let row = |cast: &crate::scenario::Cast| {
        let name = &cast.name;
        let said = |key| desk.draft().said("actor", name, key);
        let of = |key| Field::Actor(name.clone(), key);
        el("li", "")
            .attr(Attr::Part, &format!("actor-{name}"))
            .child(el("b", "").text(name))
            .child(el("small", "").text(&cast.about))
            .child(field("CPU", &said("cpu"), of(ActorKey::Cpu)))
            .child(field("mm", &said("mm"), of(ActorKey::Mm)))
            .child(button(
                "",
                "",
                "Copy",
                false,
                change(Change::CopyActor(name.clone())),
            ))
            .child(remove(Change::RemoveActor(name.clone())))
    };
    let kinds = ActorKind::ALL.iter();
    let kinds = kinds.map(|it| (it.words().to_owned(), change(Change::AddActor(*it))));
    card("Actors", now.scenario.cast.iter().map(row).collect())
        .child(add("Add an actor", kinds.collect()))
}

fn stores(now: &Moment, desk: &Desk) -> Element {
    let row = |name: &String| {
        let said = |key| desk.draft().said("store", name, key);
        let of = |key| Field::Store(name.clone(), key);
        el("li", "")
            .attr(Attr::Part, &format!("store-{name}"))
            .child(el("b", "").text(name))
            .child(field("text", &said("text"), of(StoreKey::Text)))
            .child(field("or hex", &said("hex"), of(StoreKey::Hex)))
            .child(field("at byte", &said("offset"), of(StoreKey::Offset)))
            .child(field("of page", &said("page"), of(StoreKey::Page)))
            .child(remove(Change::RemoveStore(name.clone())))
    };
    let names = desk.draft().names("store");
    card("Stores", names.iter().map(row).collect())
        .child(button(
            "",
            "",
            "Add a store",
            false,
            change(Change::AddStore),
        ))
        .child(match now.scenario.model.stores.is_empty() {
            true => note(
                "small",
                "Bytes that a program writes, by a name that its line has: `store new`.",
            ),
            false => note("small", ""),
        })
}

fn locks(now: &Moment) -> Element {
    let row = |(name, lock): (&String, &crate::machine::Lock)| {
        el("li", "")
            .child(el("b", "").text(name))
            .child(el("small", "").text(lock.kind.word()))
            .child(field(
                "name",
                name,
                Field::Lock(name.clone(), LockKey::Name),
            ))
            .child(remove(Change::RemoveLock(name.clone())))
    };
    let scenario = &now.scenario;
    let rows = scenario.locks.iter().zip(&scenario.model.locks).map(row);
    let kinds = LockKind::ALL.into_iter().map(|it| {
        let kind = it.word().to_owned();
        let name = format!("my_{}{}", kind.replace(' ', "_"), scenario.locks.len() + 1);
        (kind.clone(), change(Change::AddLock { name, kind }))
    });
    card("Locks, counts and flags by name", rows.collect()).child(add("Add", kinds.collect()))
}

fn pages(now: &Moment, desk: &Desk) -> Element {
    let scenario = &now.scenario;
    let many = scenario.indexes.len();
    let row = |at: usize| {
        let said = |key| desk.draft().said_of_page(at, key);
        let of = |key| Field::Page(at, key);
        el("li", "")
            .child(el("b", "").text(&format!("page {at}")))
            .child(field("index", &said("index"), of(PageKey::Index)))
            .child(field("memory", &said("memory"), of(PageKey::Memory)))
            .child(field("disk", &said("media"), of(PageKey::Media)))
            .child(field("dirty", &said("dirty"), of(PageKey::Dirty)))
            .child(field("pins", &said("pins"), of(PageKey::Pins)))
            .child(remove(Change::RemovePage(at)))
    };
    let stable = [
        ("as the device wants", None),
        ("yes", Some(true)),
        ("no", Some(false)),
    ];
    let stable = stable.map(|(words, value)| (words.to_owned(), change(Change::Stable(value))));
    let interval = [512, 4096];
    let interval = interval.map(|it| (format!("{it} bytes"), change(Change::Interval(it))));
    let now_said = match scenario.model.stable {
        true => "The mapping asks for stable pages.",
        false => "The mapping does not ask for stable pages.",
    };
    card("Pages and mapping", (0..many).map(row).collect())
        .child(button("", "", "Add a page", false, change(Change::AddPage)))
        .child(add("A guard covers", interval.to_vec()))
        .child(add("Stable pages", stable.to_vec()))
        .child(note("small", now_said))
        .child(note(
            "small",
            "Kernel and device are chosen above. All else there is to a file stands in its text.",
        ))
}
