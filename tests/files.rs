//! Scenario files: every fault gets line, column and reason; no text at all makes them panic.

use proptest::prelude::*;
use stable_pages::scenario::{ScenarioError, catalogue, find, load};

fn base() -> &'static str {
    find("unlock-gap").expect("in the catalogue").text
}

/// The error after replacing one piece of a good file.
fn error(from: &str, to: &str) -> ScenarioError {
    assert!(base().contains(from), "{from}");
    load("x", &base().replacen(from, to, 1)).expect_err("the file is bad now")
}

/// The line on which a text stands in the good file, from 1.
fn line(text: &str) -> usize {
    let at = base().find(text).expect("in the file");
    base()[..at].matches('\n').count() + 1
}

/// Adding a file is all it takes: the catalogue is the folder, in the order the files state.
#[test]
fn the_catalogue_is_the_folder() {
    let folder = std::fs::read_dir("assets/scenarios").expect("a folder");
    let mut files: Vec<String> = folder
        .map(|it| it.expect("readable").path())
        .map(|it| it.file_stem().expect("named").display().to_string())
        .collect();
    files.sort();
    let mut listed: Vec<&str> = catalogue().map(|it| it.slug).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
    let mut before = 0;
    for entry in catalogue() {
        let scenario = entry.load().expect(entry.slug);
        assert!(entry.order >= before, "{}", entry.slug);
        before = entry.order;
        // What the list says without reading the file is what the file says.
        assert_eq!(entry.title, scenario.title);
        assert_eq!(entry.section, scenario.section);
        assert_eq!(entry.group, scenario.group);
        assert!(!entry.group.is_empty());
        assert_eq!(entry.order, scenario.order);
        let words = stable_pages::scenario::words(scenario.stated().expect("its own device"));
        let listed = if entry.verdicts.is_empty() {
            "safe"
        } else {
            entry.verdicts
        };
        assert_eq!(listed, words, "{}", entry.slug);
        assert!(!scenario.sources.is_empty() && !scenario.schedule.is_empty());
    }
}

#[test]
fn faults_have_a_place_and_a_reason() {
    for (from, to, place, words) in [
        (
            "era = \"3.0\"",
            "era = \"1999\"",
            "era =",
            "it is one of 2.6.39, 3.0, 3.9, 6.19",
        ),
        (
            "device = \"dix+dif\"",
            "device = 3",
            "device =",
            "a text in quotes",
        ),
        (
            "run = [\"disk\"]",
            "run = [\"tape\"]",
            "run = [\"disk\"]",
            "no step and no program \"tape\"",
        ),
        (
            "run = [\"store new\"]",
            "run = [\"store old\"]",
            "run = [\"store new\"]",
            "neither a page's number nor a store",
        ),
        (
            "run = [\"store new\"]",
            "run = [\"store\"]",
            "run = [\"store new\"]",
            "needs the name of a store",
        ),
        (
            "name = \"disk\"",
            "name = \"writer\"",
            "name = \"disk\"",
            "already another actor",
        ),
        (
            "offset = 1536",
            "offset = 4094",
            "[[store]]",
            "stays within its 4096-byte page",
        ),
        (
            "text = \"new!\"",
            "hex = \"0g\"",
            "text = \"new!\"",
            "pairs of hexadecimal digits",
        ),
        (
            "text = \"new!\"",
            "",
            "[[store]]",
            "one of \"text\", \"hex\" and \"zeros\"",
        ),
        ("interval = 512", "interval = 1024", "[file]", "512 or 4096"),
        (
            "interval = 512",
            "interval = 512\nblock = 700",
            "[file]",
            "a block has 512",
        ),
        (
            "dirty = true",
            "dirty = true\ncolour = 1",
            "dirty = true",
            "has no \"colour\"",
        ),
        (
            "dirty = true",
            "dirty = true\npte = \"odd\"",
            "dirty = true",
            "is no state of a PTE",
        ),
        (
            "writepage/unlock_page",
            "writepage/unlock",
            "[[edit]]",
            "its steps are lock_page",
        ),
        (
            "writepage/unlock_page",
            "nobody/unlock_page",
            "[[edit]]",
            "programs are writepage",
        ),
        ("move =", "shove =", "move =", "has no \"shove\""),
        (
            "flusher through queue_bio",
            "flusher through bio",
            "\"flusher through queue_bio\"",
            "no step \"bio\"",
        ),
        (
            "flusher through queue_bio",
            "kworker 3",
            "\"flusher through queue_bio\"",
            "no actor \"kworker\"",
        ),
        (
            "flusher through queue_bio",
            "disk 3",
            "\"flusher through queue_bio\"",
            "nothing to do yet",
        ),
        (
            "flusher through queue_bio",
            "flusher way 1",
            "\"flusher through queue_bio\"",
            "no such way",
        ),
        (
            "[\"guard error\"]",
            "[\"bad luck\"]",
            "\"dix+dif\" = [",
            "is no verdict",
        ),
        ("none = [", "some = [", "none = [", "is no device"),
        (
            "breaks = [\"I3\"",
            "breaks = [\"I99\"",
            "breaks = [",
            "no invariant",
        ),
        (
            "on = \"flusher",
            "on = \"nobody",
            "on = \"flusher",
            "no actor \"nobody\"",
        ),
        ("title = ", "tittle = ", "# What", "lacks \"title\""),
        ("watch = \"", "watch = ", "watch =", ""),
    ] {
        let error = error(from, to);
        assert!(error.reason.contains(words), "{from} -> {to}: {error}");
        let expected = line(place);
        assert!(
            error.line.abs_diff(expected) <= 1,
            "{from} -> {to}: {error}, expected line {expected}"
        );
        assert!(error.column >= 1 && !error.reason.is_empty());
    }
}

/// A fault in a program that a file brings along has the place of its line.
#[test]
fn faults_in_programs_have_the_line_they_stand_on() {
    for (from, to, words, column) in [
        ("wb_page 1", "wb_pages 1", "no program \"wb_pages\"", 1),
        ("wb_page 0", "wb_page 7", "there is no page 7", 1),
        ("wb_page 0", "lock_page 0 else out", "no label \"out>\"", 1),
        ("wb_page 0", "?4.2 lock_page", "no condition", 1),
        ("wb_page 0", "lock_page else end", "one outcome", 1),
    ] {
        let text = find("two-page-inversion").expect("there").text;
        // Comments in a program end with their line.
        assert!(text.contains(from), "{from}");
        let bad = text.replacen(from, to, 1);
        let error = load("x", &bad).expect_err(to);
        assert!(error.reason.contains(words), "{to}: {error}");
        let at = bad.find(to).expect("replaced");
        let expected = bad[..at].matches('\n').count() + 1;
        assert_eq!((error.line, error.column), (expected, column), "{error}");
    }
}

#[test]
fn programs_that_call_each_other_for_ever_are_refused() {
    let text = find("two-page-inversion").expect("there").text;
    let bad = text.replacen("wb_page 1", "cyclic_pass", 1);
    let error = load("x", &bad).expect_err("it never ends");
    assert!(error.reason.contains("nested too deeply"), "{error}");
}

#[test]
fn too_much_is_refused_not_wrapped() {
    let many = vec!["\"store new\""; 300].join(", ");
    let refused = error("\"store new\"", &many);
    assert!(refused.reason.contains("steps"), "{refused}");
    let pages = "[[page]]\nindex = 1\nmemory = [\"a\"]\nmedia = [\"b\"]\ndirty = true\n";
    let refused = error("[[store]]", &format!("{}[[store]]", pages.repeat(3)));
    assert!(refused.reason.contains("at most 3 pages"), "{refused}");
    let refused = error("[[store]]", &format!("{}[[store]]", pages.repeat(2)));
    assert!(refused.reason.contains("bytes of state"), "{refused}");
    let deep = format!("title = {}1{}", "[".repeat(400), "]".repeat(400));
    assert!(load("x", &deep).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in "\\PC{0,200}") {
        let _ = load("x", &text);
    }

    #[test]
    fn no_damage_makes_loading_panic(which in any::<prop::sample::Index>(), at in 0_usize..4000, cut in 0_usize..60, put in "[ -~\n]{0,12}") {
        let all: Vec<&str> = catalogue().map(|entry| entry.text).collect();
        let text: Vec<char> = which.get(&all).chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        let damaged: String = text[..at].iter().copied().chain(put.chars()).chain(text[end..].iter().copied()).collect();
        if let Ok(scenario) = load("x", &damaged) {
            // What loads also runs: a bounded search visits it without panicking.
            let from = scenario.model.initial;
            let mut space = stable_pages::explore::Space::new(&scenario.model, from, stable_pages::explore::Limits::NONE);
            space.advance(&scenario.model, 300);
        }
    }
}
