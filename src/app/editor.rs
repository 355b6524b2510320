//! The editor's side of the page: the draft's text in its field, lines dragged, drafts kept. The worker has the draft with its
//! versions, and draws the editor (`view/editor`).

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{
    Element, Event, HtmlElement, HtmlTextAreaElement, KeyboardEvent, PointerEvent,
};

use stable_pages::machine::ActorId;
use stable_pages::scenario::Packed;
use stable_pages::view::{DraftAsked, Drafted, Drawer, Sealed, Slot, Tab, WorkerRequest};

use super::dom::{self, Chore};
use super::store::Store;
use super::{course, drafts, navigation, worker};

/// Milliseconds after a change until it is kept.
const KEEP: u32 = 300;
/// The id of the field with the draft's text.
const FIELD: &str = "draft-text";

thread_local! {
    /// The newest request.
    static NUMBER: Cell<u32> = const { Cell::new(0) };
    /// Whether something was written that the worker is yet to be told.
    static WRITTEN: Cell<bool> = const { Cell::new(false) };
    /// The newest request that was answered.
    static DRAWN: Cell<u32> = const { Cell::new(0) };
    /// Keeps the draft a moment later.
    static KEEPER: RefCell<Option<Timeout>> = const { RefCell::new(None) };
    /// The line that is dragged: its actor and number.
    static DRAGGED: Cell<Option<(u8, usize)>> = const { Cell::new(None) };
}

/// Keeps the field and the drags going; brings back what was edited before the page was loaded again.
pub fn watch(store: Store) {
    let text = Chore::new(show_text);
    dom::whenever(move || {
        store.section(Slot::Side);
        text.in_frame();
    });
    for kind in ["keyup", "click"] {
        dom::listen(kind, |event| {
            if target(&event).is_some_and(|it| it.id() == FIELD) {
                tell_caret();
            }
        });
    }
    for kind in ["pointerdown", "pointermove", "pointerup", "pointercancel"] {
        dom::listen(kind, move |event| drag(kind, &event));
    }
    if let Some(record) = drafts::last() {
        store.update_ui(|ui| ui.tab = Tab::Edit);
        ask(DraftAsked::Open(record));
    }
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn field() -> Option<HtmlTextAreaElement> {
    document().get_element_by_id(FIELD)?.dyn_into().ok()
}

fn element(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Asks the worker for something that may change the draft.
fn ask(asked: DraftAsked) {
    NUMBER.set(NUMBER.get() + 1);
    tell(asked);
}

/// Tells the worker something.
fn tell(asked: DraftAsked) {
    worker::send(WorkerRequest::Draft(NUMBER.get(), asked));
}

/// An element of the editor was used.
pub fn used(sealed: Sealed, value: String) {
    const QUERY: &str = "[data-part=palette-query]";
    if field().is_some_and(|field| field.value() == value && !value.is_empty()) {
        // What is written in one go is sent in one.
        if !WRITTEN.replace(true) {
            let send = move || {
                WRITTEN.set(false);
                tell_caret();
                let text = field().map_or(value, |it| it.value());
                ask(DraftAsked::Used(sealed, text));
            };
            dom::later(dom::AFTER_FRAME / 2, send);
        }
        return;
    }
    let before = element(QUERY).is_some();
    ask(DraftAsked::Used(sealed, value));
    if !before {
        // Once the palette is there, if that was what was asked for.
        let focus = || drop(element(QUERY).map(|it| it.focus()));
        dom::later(4 * dom::AFTER_FRAME, focus);
    }
}

/// A line was chosen on the stage.
pub fn choose(store: Store, actor: ActorId, line: usize) {
    store.update_ui(|ui| ui.drawer = Some(Drawer::Side));
    tell(DraftAsked::Line(actor, line));
}

/// Tells which drafts are kept.
pub fn tell_drafts() {
    tell(DraftAsked::Kept(drafts::list()));
}

/// Opens a draft that was kept.
pub fn open(key: &str) {
    if let Some(record) = drafts::read(key) {
        ask(DraftAsked::Open(record));
    }
}

/// Takes what became of a request; only the newest one comes onto the stage.
pub fn take(store: Store, drafted: Drafted) {
    DRAWN.set(drafted.number);
    if !drafted.refused.is_empty() {
        // What was written stays in its field.
        DRAWN.set(0);
        store.set_remark(drafted.refused);
    }
    if drafted.record.is_empty() {
        return;
    }
    course::leave(store);
    let packed = drafted.packed.filter(|_| drafted.number == NUMBER.get());
    if let Some(Ok(packed)) = packed.map(|bytes| Packed::read(&bytes)) {
        navigation::carry_run_to(store, packed, drafted.own);
    }
    if drafted.fresh {
        drafts::leave();
    }
    let record = drafted.record;
    let keep = move || tell(DraftAsked::Said(drafts::keep(&record)));
    KEEPER.set(Some(Timeout::new(KEEP, keep)));
    if let (Some(at), Some(field)) = (drafted.caret, field()) {
        let place = move || {
            show_text();
            let text = field.value();
            let units = text.get(..at).map_or(0, |it| it.encode_utf16().count()) as u32;
            let _ = field.focus();
            let _ = field.set_selection_range(units, units);
        };
        dom::later(dom::AFTER_FRAME, place);
    }
}

/// Has the field show the draft's text, which the worker has drawn below it, unless something is being written or on its way.
fn show_text() {
    let (Some(field), Some(ink)) = (field(), element("#draft-ink")) else {
        return;
    };
    let text = ink.text_content().unwrap_or_default();
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if field.value() != text && !WRITTEN.get() && DRAWN.get() == NUMBER.get() {
        field.set_value(text);
    }
}

/// Tells where the caret stands.
fn tell_caret() {
    let Some(field) = field() else {
        return;
    };
    let mut left = field.selection_start().ok().flatten().unwrap_or(0) as usize;
    let text = field.value();
    let before = text.chars().take_while(|it| {
        let fits = it.len_utf16() <= left;
        left = left.saturating_sub(it.len_utf16());
        fits
    });
    tell(DraftAsked::Caret(before.map(char::len_utf8).sum()));
}

/// What a key does: taking back, and what the line chosen has keys for. Says whether it is a key of the editor's.
pub fn key(store: Store, event: &KeyboardEvent) -> bool {
    let Some(target) = target(event).filter(|_| store.ui_untracked().shown() == Tab::Edit) else {
        return false;
    };
    // Another field takes back what was written into it by itself.
    let writes = target.id() != FIELD && target.matches("input, textarea, select").unwrap_or(false);
    let control = event.ctrl_key() || event.meta_key();
    let part = match (event.key().as_str(), control, event.alt_key()) {
        ("z", true, _) if !writes => "undo",
        ("Z" | "y", true, _) if !writes => "redo",
        ("ArrowUp", false, true) => "line-up",
        ("ArrowDown", false, true) => "line-down",
        ("Delete", false, false) if !writes && target.id() != FIELD => "line-drop",
        ("ArrowUp" | "ArrowDown", false, false) => {
            return walk(&target, event.key() == "ArrowDown");
        }
        _ => return false,
    };
    let button = element(&format!("[data-part={part}]"));
    let back = (part == "line-drop").then_some("[data-part=line-back]");
    match button.or_else(|| element(back?)) {
        Some(button) => button.click(),
        None => return false,
    }
    true
}

/// Gives the focus to the line before or behind, if it is in a line.
fn walk(from: &Element, down: bool) -> bool {
    let mut row = from.closest("[data-line]").ok().flatten();
    let inside = row.is_some();
    while let Some(it) = row {
        row = match down {
            true => it.next_element_sibling(),
            false => it.previous_element_sibling(),
        };
        let button = row.as_ref().filter(|it| it.has_attribute("data-line"));
        let button = button.and_then(|it| it.query_selector("button").ok()?);
        if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
            break;
        }
    }
    inside
}

/// A line is taken, carried, or let go.
fn drag(kind: &str, event: &Event) {
    let Some((actor, from)) = DRAGGED.get() else {
        let grip = target(event)
            .filter(|it| kind == "pointerdown" && it.matches(".grip").unwrap_or(false));
        if let Some(line) = grip.and_then(|it| line_of(&it.parent_element()?)) {
            event.prevent_default();
            DRAGGED.set(Some(line));
        }
        return;
    };
    for row in ["over", "under"] {
        if let Some(it) = element(&format!("[data-line].{row}")) {
            let _ = it.class_list().remove_1(row);
        }
    }
    let to = event.dyn_ref().and_then(below);
    match kind {
        "pointermove" => {
            if let Some((row, lower)) = to {
                let _ = row.class_list().add_1(if lower { "under" } else { "over" });
            }
        }
        "pointerup" => {
            DRAGGED.set(None);
            let to = to.and_then(|(row, lower)| Some((line_of(&row)?, lower)));
            if let Some(((_, to), lower)) = to.filter(|((of, to), _)| *of == actor && *to != from) {
                ask(DraftAsked::Move(ActorId(actor), from, to, lower));
            }
        }
        _ => DRAGGED.set(None),
    }
}

/// The line that a row has: its actor and number.
fn line_of(row: &Element) -> Option<(u8, usize)> {
    let name = row.get_attribute("data-line")?;
    let (actor, line) = name.split_once(' ')?;
    Some((actor.parse().ok()?, line.parse().ok()?))
}

/// The row below the pointer, and whether the pointer is in its lower half.
fn below(event: &PointerEvent) -> Option<(Element, bool)> {
    let y = event.client_y() as f32;
    let row = document().element_from_point(event.client_x() as f32, y)?;
    let row = row.closest("[data-line]").ok()??;
    let place = row.get_bounding_client_rect();
    Some((row, f64::from(y) > place.top() + place.height() / 2.0))
}
