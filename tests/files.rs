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

#[test]
fn faults_have_a_place_and_a_reason() {
    for (from, to, place, words) in [
        (
            "era = \"2011\"",
            "era = \"1999\"",
            "era =",
            "it is one of 2011, 2013, today",
        ),
        (
            "device = \"dix+dif\"",
            "device = 3",
            "device =",
            "a text in quotes",
        ),
        (
            "role = \"disk\"",
            "role = \"tape\"",
            "role = \"disk\"",
            "flusher, mmap, disk",
        ),
        (
            "name = \"disk\"",
            "name = \"writer\"",
            "name = \"disk\"",
            "already an actor",
        ),
        (
            "offset = 1536",
            "offset = 4094",
            "stores =",
            "stays within its 4096-byte page",
        ),
        ("interval = 512", "interval = 1024", "[page]", "512 or 4096"),
        (
            "dirty = true",
            "dirty = true\ncolour = 1",
            "dirty = true",
            "has no \"colour\"",
        ),
        (
            "writepage/unlock_page",
            "writepage/unlock",
            "[[edit]]",
            "its steps are lock_page",
        ),
        (
            "writepage/unlock_page",
            "writer/unlock_page",
            "[[edit]]",
            "programs are writepage",
        ),
        ("move =", "shove =", "move =", "has no \"shove\""),
        (
            "flusher through queue_bio",
            "flusher through bio",
            "\"flusher through queue_bio\"",
            "no op \"bio\"",
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
            "[\"guard error\"]",
            "[\"bad luck\"]",
            "\"dix+dif\" = [",
            "is no verdict",
        ),
        ("none = [", "some = [", "none = [", "is no device"),
        ("title = ", "tittle = ", "title = ", "lacks \"title\""),
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

#[test]
fn too_much_is_refused_not_wrapped() {
    let store = "{ offset = 0, text = \"a\" }";
    let many = vec![store; 300].join(", ");
    let error = error("{ offset = 1536, text = \"new!\" }", &many);
    assert!(
        error.reason.contains("steps") || error.reason.contains("stores"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in "\\PC{0,200}") {
        let _ = load("x", &text);
    }

    #[test]
    fn no_damage_makes_loading_panic(which in 0_usize..4, at in 0_usize..3000, cut in 0_usize..60, put in "[ -~\n]{0,12}") {
        let all: Vec<&str> = catalogue().map(|entry| entry.text).collect();
        let text: Vec<char> = all[which % all.len()].chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        let damaged: String = text[..at].iter().copied().chain(put.chars()).chain(text[end..].iter().copied()).collect();
        if let Ok(scenario) = load("x", &damaged) {
            // What loads also runs: a bounded search visits it without panicking.
            stable_pages::explore::Search::run(&scenario.model, scenario.model.initial, 300);
        }
    }
}
