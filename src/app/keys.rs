//! The keyboard: which key sends which message. The sheet of keys (`view::KEYS`) lists them.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, KeyboardEvent};
use stable_pages::machine::ActorId;

use stable_pages::view::{Msg, Panel, Sheet, Tab, WorkerRequest};

use super::store::Store;
use super::update::update;
use super::{course, dialogs, dom, editor, embed, playback, race, worker};

/// Listens for the page's life.
pub fn listen(store: Store) {
    dom::listen("keydown", move |event| {
        let event: KeyboardEvent = event.unchecked_into();
        if press(store, &event) {
            event.prevent_default();
        }
    });
}

/// Whether the key belongs to the element that has the focus: any key to a field, Space to a button.
fn belongs_to_focus(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let Some(target) = target else {
        return false;
    };
    let field = matches!(target.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA");
    let button = matches!(target.tag_name().as_str(), "BUTTON" | "SUMMARY" | "A");
    let elsewhere = matches!(event.key().as_str(), "?" | "Escape");
    // A slider has a use for few keys.
    let slides = target.get_attribute("type").as_deref() == Some("range");
    let slider_key = event.key().starts_with("Arrow")
        || matches!(event.key().as_str(), "Home" | "End" | "PageUp" | "PageDown");
    let elsewhere = elsewhere || slides && !slider_key;
    field && !elsewhere || button && event.key() == " "
}

/// Does what a key asks for; says whether it asks for anything.
fn press(store: Store, event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    if editor::key(store, event) {
        return true;
    }
    if !modified && race::press(store, event) {
        event.stop_propagation();
        return true;
    }
    if !modified && dialogs::list_key(store, event) {
        return true;
    }
    // An open dialog has the keyboard; the browser itself closes it, and says so later.
    let dialog = document().query_selector("dialog[open]").ok().flatten();
    if modified || belongs_to_focus(event) || dialog.is_some() {
        return false;
    }
    if let Some(msg) = course::key(store, event) {
        update(store, msg);
        return true;
    }
    if let Some(digit) = event.code().strip_prefix("Digit") {
        let actor = digit
            .parse::<u8>()
            .ok()
            .and_then(|it| it.checked_sub(1))
            .map(ActorId);
        // Where a lesson tells, nothing is stepped.
        if !store.ui_untracked().by_hand() {
            return false;
        }
        let known = store.moment_untracked().scenario.cast.len();
        let Some(actor) = actor.filter(|actor| actor.index() < known) else {
            return false;
        };
        let msg = match event.shift_key() {
            true => Msg::StepOther(actor),
            false => Msg::Step(actor, 0),
        };
        update(store, msg);
        return true;
    }
    // A frame shows the stage and time alone: nothing can be opened there.
    let opens = matches!(
        event.key().to_ascii_lowercase().as_str(),
        "e" | "i" | "b" | "k" | "p" | "v" | "m" | "d" | "l" | "n" | "u" | "o" | "/"
    );
    if opens && embed::is() {
        return false;
    }
    let msg = match event.key().as_str() {
        "ArrowRight" if event.shift_key() => Msg::ForwardOther,
        "ArrowLeft" if event.shift_key() => Msg::BackOther,
        "ArrowRight" => Msg::Forward,
        "ArrowLeft" => Msg::Back,
        "g" | "G" => Msg::StepSize(store.ui_untracked().step_size.other()),
        "e" | "E" => Msg::Tab(Tab::Explain),
        "i" | "I" => Msg::Tab(Tab::Inspect),
        "b" | "B" => Msg::Tab(Tab::Compare),
        "k" | "K" => Msg::Tab(Tab::Check),
        "p" | "P" => Msg::Tab(Tab::Edit),
        "v" | "V" => Msg::Panel(Panel::Verdicts),
        "m" | "M" => Msg::Panel(Panel::Map),
        "d" | "D" => Msg::Panel(Panel::Matrix),
        "l" | "L" => Msg::Panel(Panel::Mutants),
        "n" | "N" => Msg::Panel(Panel::Costs),
        "u" | "U" => Msg::Panel(Panel::Coverage),
        "Home" | "r" | "R" => Msg::Reset,
        "End" => Msg::Seek(usize::MAX),
        " " => Msg::TogglePlay,
        "s" | "S" => Msg::NextSpeed,
        "f" | "F" => Msg::ToFailure,
        "x" | "X" => Msg::Sheet(Some(Sheet::Share)),
        "?" => Msg::Sheet(Some(Sheet::Keys)),
        // No element sends these.
        "w" | "W" => return playback::step_other_way(store),
        "/" => return dialogs::show_list(store, true),
        "o" | "O" => return dialogs::show_list(store, true) || dialogs::show_list(store, false),
        "Escape" => return dialogs::close_one(store),
        "c" | "C" => {
            worker::send(WorkerRequest::MailText);
            return true;
        }
        _ => return false,
    };
    update(store, msg);
    true
}
