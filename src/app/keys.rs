//! The keyboard: one table, from which the listener and the help sheet derive.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, KeyboardEvent};

use stable_pages::view::{Question, Sheet};

use super::desk::Desk;
use super::{link, race, render};

/// Listens for the life of the page.
pub fn listen(desk: Desk) {
    render::listen("keydown", move |event| {
        let event: KeyboardEvent = event.unchecked_into();
        if press(desk, &event) {
            event.prevent_default();
        }
    });
}

/// Whether the key belongs to what has the focus: a field, or a button's own Space.
fn taken(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let Some(target) = target else {
        return false;
    };
    let field = matches!(target.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA");
    let presses = matches!(target.tag_name().as_str(), "BUTTON" | "SUMMARY" | "A");
    field && event.key() != "?" || presses && event.key() == " "
}

fn press(desk: Desk, event: &KeyboardEvent) -> bool {
    let other = event.ctrl_key() || event.meta_key() || event.alt_key();
    if !other && race::press(desk, event) {
        event.stop_propagation();
        return true;
    }
    // The browser closes a sheet by itself, and says so later.
    let sheet = document().query_selector("dialog[open]").ok().flatten();
    if other || taken(event) || sheet.is_some() {
        return false;
    }
    if let Some(digit) = event.code().strip_prefix("Digit") {
        let actor = digit.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
        let known = desk.peek().scenario.cast.len();
        return match actor.filter(|actor| *actor < known) {
            Some(actor) if event.shift_key() => {
                desk.step_line(actor);
                true
            }
            Some(actor) => {
                desk.step(actor, 0);
                true
            }
            None => false,
        };
    }
    match event.key().as_str() {
        "ArrowRight" => desk.forward(),
        "ArrowLeft" => desk.back(),
        "Home" | "r" | "R" => desk.reset(),
        "End" => desk.seek(usize::MAX),
        " " => desk.toggle_play(),
        "w" | "W" => return desk.other_way(),
        "s" | "S" => desk.next_speed(),
        "f" | "F" => desk.run_to_failure(),
        "o" | "O" => return desk.show_list(true) || desk.show_list(false),
        "Escape" => return desk.show_list(false),
        "c" | "C" => link::ask(Question::Copy),
        "x" | "X" => desk.show_sheet(Some(Sheet::Share)),
        "?" => desk.show_sheet(Some(Sheet::Keys)),
        _ => return false,
    }
    true
}
