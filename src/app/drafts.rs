//! The drafts kept in this browser, so that none is lost: one record for each, under a key of its own, so that two tabs do not
//! write over each other's. The tab remembers which one is on its stage, and has it again after a reload.

use leptos::prelude::*;
use leptos::web_sys::Storage;
use leptos::web_sys::js_sys::Date;

/// How the keys of drafts begin.
const PREFIX: &str = "draft ";
/// Where the tab keeps the key of its draft.
const HERE: &str = "draft here";
/// How many drafts are kept; the oldest go.
const MOST: usize = 30;
/// How much of a record is read for the list.
const HEAD: usize = 200;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn of_tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn here() -> Option<String> {
    of_tab()?.get_item(HERE).ok().flatten()
}

/// Keeps the draft on the stage; says when that was, or why it was not.
pub fn keep(record: &str) -> String {
    let Some(storage) = storage() else {
        return "This browser keeps nothing for this page: save the draft as a file, or take its link.".to_owned();
    };
    let now = Date::new_0();
    // Whole milliseconds: text out of floats would need much code.
    let moment = now.get_time() as u64;
    let when =
        String::from(now.to_locale_string("default", &leptos::wasm_bindgen::JsValue::UNDEFINED));
    let key = here().unwrap_or_else(|| {
        // No two drafts are begun in the same moment; if they are, in different tabs, one of them is kept.
        let key = format!("{PREFIX}{moment}");
        if let Some(tab) = of_tab() {
            let _ = tab.set_item(HERE, &key);
        }
        key
    });
    if storage
        .set_item(&key, &format!("{moment}\n{when}\n{record}"))
        .is_err()
    {
        return "There is no room left in this browser to keep the draft: save it as a file, or forget older drafts.".to_owned();
    }
    let mut all = keys(&storage);
    // A key has the moment at which its draft was begun.
    all.sort_unstable();
    for old in all.iter().rev().skip(MOST) {
        let _ = storage.remove_item(old);
    }
    format!("Kept in this browser, {when}.")
}

fn keys(storage: &Storage) -> Vec<String> {
    let many = storage.length().unwrap_or(0);
    let keys = (0..many).filter_map(|at| storage.key(at).ok().flatten());
    keys.filter(|key| key.starts_with(PREFIX)).collect()
}

/// The keys of the drafts kept, each with the beginning of its record.
pub fn list() -> Vec<(String, String)> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let heads = keys(&storage).into_iter().filter_map(|key| {
        let text = storage.get_item(&key).ok().flatten()?;
        let head = text.chars().take(HEAD).collect();
        Some((key, head))
    });
    heads.collect()
}

/// A draft's record; none where it is gone.
pub fn read(key: &str) -> Option<String> {
    let text = storage()?.get_item(key).ok().flatten()?;
    // Behind the two lines that say when it was kept.
    text.splitn(3, '\n').nth(2).map(str::to_owned)
}

/// Forgets a draft.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The draft that was on the stage of this tab when it was left. It is kept anew under another key, since a tab that was copied
/// has the same one.
pub fn last() -> Option<String> {
    let key = here()?;
    leave();
    read(&key)
}

/// Notes that what comes onto the stage is not the draft any more, which stays kept.
pub fn leave() {
    if let Some(tab) = of_tab() {
        let _ = tab.remove_item(HERE);
    }
}
