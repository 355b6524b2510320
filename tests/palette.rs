//! The editor's palette: what is found by which words, and that it can be put into a program.

use stable_pages::machine::LockKind;
use stable_pages::protocol::{
    Edit, Era, Need, OPS, Place, Side, UNMODELLED, library, op_number, palette,
};
use stable_pages::scenario::{Change, Draft, Variant, find};

fn first(query: &str, many: usize) -> Vec<String> {
    let found = palette(query, Era::V3_0).into_iter().take(many);
    found.map(|it| it.key).collect()
}

#[test]
fn things_are_found_by_any_of_their_names() {
    for (query, key) in [
        ("lock_page", "lock_page"),
        ("folio_lock", "lock_page"),
        ("folio_lock()", "lock_page"),
        ("lock page", "lock_page"),
        ("lock_page_killable", "lock_page"),
        ("folio_wait_stable", "wait_for_stable_page"),
        ("wait_on_page_writ", "wait_on_page_writeback"),
        ("set_page_writebck", "set_page_writeback"),
        ("page_mkclean", "page_mkclean"),
        ("folio_clear_dirty_for_io", "clear_page_dirty_for_io"),
        ("bytes from the copy", "bounce_copy"),
        ("mutex", "mutex_lock"),
    ] {
        let found = first(query, 3);
        assert!(found.contains(&key.to_owned()), "{query}: {found:?}");
    }
    for exact in [
        "lock_page",
        "unlock_page",
        "set_page_writeback",
        "submit_bio",
    ] {
        assert_eq!(first(exact, 1), [exact]);
    }
    // By what it does, and why.
    for (query, key) in [
        ("frozen bytes", "set_page_writeback"),
        ("cached translation", "flush_tlb_page"),
        ("without taking it", "wait_on_page_locked"),
        ("meet cleaners dirtiers", "redirty_if_cleaned"),
    ] {
        let found = first(query, 8);
        assert!(found.contains(&key.to_owned()), "{query}: {found:?}");
    }
    assert_eq!(first("no such thing whatever", 5), [] as [&str; 0]);
    // In the words of the release.
    let today = palette("unlock_page", Era::V6_19);
    assert_eq!(today[0].call, "folio_unlock(folio)");
    assert!(today[0].source.contains("6.19"), "{}", today[0].source);
}

/// Everything that is offered can be put into a program, with what it says that it needs.
#[test]
fn whatever_is_offered_can_be_added() {
    let file = find("baseline-five-step").expect("in the catalogue").text;
    let mut draft = Draft::of(file);
    let locks = LockKind::ALL.map(|kind| (format!("of_{}", kind.word().replace(' ', "_")), kind));
    for (name, kind) in &locks {
        let change = Change::AddLock {
            name: name.clone(),
            kind: kind.word().to_owned(),
        };
        draft = draft.apply(&change).expect("can be added");
    }
    let all = palette("", Era::V3_0);
    assert!(all.len() > 140, "{}", all.len());
    let labels = |key: &str| {
        all.iter()
            .find(|it| it.key == key)
            .map(|it| it.labels.join(" "))
    };
    assert_eq!(labels("clear_page_dirty_for_io").as_deref(), Some("clean"));
    assert_eq!(labels("page_mkwrite").as_deref(), Some("gone"));
    assert_eq!(labels("do_wp_page").as_deref(), Some(""));
    for item in &all {
        let argument = match item.needs {
            Some(Need::Store) => "new",
            Some(Need::Space) => "A",
            Some(Need::Lock(kind)) => {
                let found = locks.iter().find(|(_, it)| *it == kind);
                &found.expect("a lock of each kind").0
            }
            Some(Need::Words) => "anything(inode)",
            Some(Need::Page) | None => "",
        };
        let line = format!("{} {argument}", item.key).trim_end().to_owned();
        // In lines of an actor's own, which have the labels that it goes to.
        let labels: String = item.labels.iter().map(|it| format!("{it}>\n")).collect();
        let actor = format!(
            "[[actor]]\nname = \"it\"\nabout = \"it\"\nmm = \"A\"\nrun = [\"around\"]\n\n[[program]]\nname = \"around\"\ntext = \"\"\"\nunlock_page\n{labels}\"\"\"\n"
        );
        let at = Place::parse("around/unlock_page").expect("a place");
        let next = Draft::of(format!("{}\n{actor}", draft.text));
        let next = next.apply(&Change::Edit(Edit::Insert(line.clone(), at, Side::Before)));
        if let Err(error) = next.expect("an edit").build("", &Variant::default()) {
            // Whoever gets reads and writes must look which one it has.
            assert!(
                error.reason.contains("gets reads and writes alike"),
                "{line}: {error}"
            );
        }
        assert!(
            !item.call.is_empty() && !item.call.contains("{}"),
            "{}",
            item.key
        );
        if op_number(&item.key).is_some() {
            assert!(
                !item.label.is_empty() && !item.meaning.is_empty(),
                "{}",
                item.key
            );
            assert!(
                item.key == UNMODELLED || !item.source.is_empty(),
                "{}",
                item.key
            );
        }
    }
    // Each step and program is there once.
    let keys: std::collections::BTreeSet<&str> = all.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys.len(), all.len());
    assert!(library().all(|it| keys.contains(it)));
    assert!(OPS.iter().filter(|it| !keys.contains(it.key)).count() < 20);
}
