//! What is done whenever something else comes onto the stage, or could not come.

use leptos::prelude::*;

use super::store::{Session, Store};
use super::{address, checking, drafts, playback};

/// Says what could not be done; everything else stays.
pub fn complain(store: Store, notice: String) {
    address::stays();
    store.update_ui(|ui| {
        ui.notice = notice;
        ui.failed = None;
        ui.loading.clear();
    });
}

/// Says why a visitor's file is not opened.
#[inline(never)]
pub fn refuse(store: Store, name: &str, reason: &str) {
    complain(
        store,
        format!("{name} cannot be shown: {reason}. What was on the page is still there."),
    );
}

/// Takes the notice away.
pub fn close_notice(store: Store) {
    complain(store, String::new());
}

/// Begins a navigation and gives its number; what older ones have asked for comes too late.
pub fn begin(store: Store) -> u32 {
    playback::play(store, false);
    store.next_navigation()
}

/// Has the browser call the page by the scenario's name.
pub fn set_title(store: Store) {
    let title = &store.moment_untracked().scenario.name;
    document().set_title(&format!("{title} \u{b7} Stable Pages"));
}

/// Puts another scenario onto the stage.
pub fn show(store: Store, session: Session) {
    close_notice(store);
    drafts::leave();
    store.update_ui(|ui| {
        ui.remark.clear();
        ui.folded.clear();
    });
    store.set_session(session);
    store.select_racing_sector();
    set_title(store);
    checking::check(store);
}
