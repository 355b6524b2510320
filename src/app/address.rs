//! The page's address: what it asks for, and how it follows what a visitor does.
//!
//! What a visitor does becomes an entry of the browser's history when it is something else than before: a walk
//! step by step, however long, is one entry; each jump is one of its own.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use stable_pages::exchange::{Address, AddressError};

/// Milliseconds until the address follows: browsers refuse more than some hundred changes in half a minute.
const DELAY: u32 = 350;

/// How far the address has followed what the visitor did.
#[derive(Default)]
struct Trail {
    /// The link of what is shown.
    link: String,
    /// The fragment that the page wrote or answered last. While the address has another one, the browser is about
    /// to tell of it, as after a click on a link.
    known: Option<String>,
    /// The number of history entries that what the visitor did comes to.
    entries: u32,
    /// The entry that the address belongs to.
    written: u32,
    /// Whether something else is on its way: until it is there, the address does not follow what is shown.
    leaving: bool,
    /// Whether the last thing done was a step.
    walking: bool,
    timer: Option<Timeout>,
}

thread_local! {
    static TRAIL: RefCell<Trail> = RefCell::default();
}

/// What the page's address asks for.
pub fn current() -> Result<Address, AddressError> {
    Address::parse(&fragment())
}

/// What stands behind `#`, with it.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// The address without what stands behind `#`.
fn before_fragment() -> String {
    let whole = window().location().href().unwrap_or_default();
    whole.split('#').next().unwrap_or_default().to_owned()
}

/// The address without what stands behind `#` and behind `?`.
pub fn base() -> String {
    let whole = before_fragment();
    whole.split('?').next().unwrap_or_default().to_owned()
}

/// What the address asks for, and its fragment; none if it is the link of what is shown.
pub fn changed() -> Option<(Result<Address, AddressError>, String)> {
    let fragment = fragment();
    // Taken, since what the address asks for has no link yet.
    let shown = TRAIL.with_borrow_mut(|trail| std::mem::take(&mut trail.link));
    if fragment.strip_prefix('#') == Some(&shown) {
        TRAIL.with_borrow_mut(|trail| {
            trail.link = shown;
            trail.known = Some(fragment);
        });
        return None;
    }
    TRAIL.with_borrow_mut(|trail| trail.known = Some(fragment.clone()));
    let address = current();
    let leaving = matches!(
        address,
        Ok(Address::Scenario(_) | Address::Run(_) | Address::Draft)
    );
    TRAIL.with_borrow_mut(|trail| trail.leaving = leaving);
    Some((address, fragment))
}

/// Notes that what was on its way is there or will not come: the address follows what is shown again.
pub fn stays() {
    TRAIL.with_borrow_mut(|trail| trail.leaving = false);
}

/// Notes that a step was made: it belongs to the entry of the step before it.
pub fn stepped() {
    note(true);
}

/// Notes that something was done that is no step: it becomes an entry of its own.
pub fn jumped() {
    note(false);
}

fn note(walking: bool) {
    TRAIL.with_borrow_mut(|trail| {
        if !(walking && trail.walking) {
            trail.entries += 1;
        }
        trail.walking = walking;
    });
}

/// Notes that what the address names is shown.
pub fn arrived() {
    TRAIL.with_borrow_mut(|trail| {
        trail.written = trail.entries;
        trail.walking = false;
        trail.leaving = false;
    });
}

/// Has the address follow, since what is shown has another link now.
pub fn follow(link: String) {
    TRAIL.with_borrow_mut(|trail| {
        if trail.leaving {
            return;
        }
        trail.link = link;
        trail.known.get_or_insert_with(fragment);
        // One timer at a time.
        trail
            .timer
            .get_or_insert_with(|| Timeout::new(DELAY, write));
    });
}

fn write() {
    let here = fragment();
    let moved = TRAIL.with_borrow_mut(|trail| {
        let moved = trail.known.as_ref().is_some_and(|known| *known != here);
        if moved {
            trail.timer = None;
        }
        moved
    });
    // Written over now, what the visitor has just followed would never be opened.
    if moved {
        return;
    }
    let (link, fresh) = TRAIL.with_borrow_mut(|trail| {
        trail.timer = None;
        let fresh = trail.entries != trail.written;
        trail.written = trail.entries;
        (trail.link.clone(), fresh)
    });
    if let Some(full) = document().get_element_by_id("full") {
        // An element takes every attribute.
        let _ = full.set_attribute("href", &format!("{}#{link}", base()));
    }
    let current = here.strip_prefix('#').unwrap_or_default();
    // The address of a page just opened stays plain until something is done.
    let pristine = current.is_empty() && !link.contains('/');
    if link.is_empty() || link == current || pristine {
        return;
    }
    let to = format!("{}#{link}", before_fragment());
    if let Ok(history) = window().history() {
        // Refused only where addresses change too often, and to pages without one of their own.
        let _ = match fresh {
            true => history.push_state_with_url(&JsValue::NULL, "", Some(&to)),
            false => history.replace_state_with_url(&JsValue::NULL, "", Some(&to)),
        };
        TRAIL.with_borrow_mut(|trail| trail.known = Some(fragment()));
    }
}

/// Takes away what stands behind `#`, in an entry of its own, so that the browser goes back to what was there.
pub fn clear() {
    if let Ok(history) = window().history() {
        // Refused only to pages without an address of their own.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&before_fragment()));
        TRAIL.with_borrow_mut(|trail| trail.known = Some(fragment()));
    }
}

/// Goes to a link, as if it had been followed.
pub fn go_to(link: &str) {
    // Any text can stand behind `#`.
    let _ = window().location().set_hash(link);
}
