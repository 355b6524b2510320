//! Links that carry a draft: short enough for a mail, the same file on the other side, and safe to open whatever they are.

mod support;

use stable_pages::exchange::{LONGEST_LINK, Link, LinkError, Opened};
use stable_pages::protocol::{Edit, Place};
use stable_pages::scenario::{Change, Draft, LONGEST_DRAFT, Variant, find};
use support::loadable;

/// The link to the opening run of a file of the catalogue, as if it were somebody's own.
fn link(draft: &Draft) -> Link {
    let scenario = draft.build("draft", &Variant::default()).expect("builds");
    let run = scenario.schedule.clone();
    Link::of(&scenario, &run, run.len(), Vec::new()).with_draft(draft.text.clone())
}

#[test]
fn drafts_travel() {
    let mut lengths = Vec::new();
    for entry in loadable() {
        let draft = Draft::of(entry.text);
        let link = link(&draft);
        let text = link.to_string();
        assert!(Link::carries_draft(&text) && Link::carries_draft(&format!("#{text}")));
        let plain = |it: char| it.is_ascii_alphanumeric() || "-._~/".contains(it);
        assert!(text.chars().all(plain), "{text}");
        assert_eq!(Link::parse(&text), Ok(link.clone()), "{}", entry.slug);
        // Wrapped by mail software.
        let lines: Vec<&str> = (0..text.len())
            .step_by(70)
            .map(|at| &text[at..text.len().min(at + 70)])
            .collect();
        assert_eq!(Link::parse(&lines.join("=\r\n")), Ok(link.clone()));
        let scenario = draft.build("draft", &link.variant()).expect("builds");
        let Opened { run, changed, .. } = link.open(&scenario);
        assert_eq!((run, changed), (scenario.schedule.clone(), String::new()));
        lengths.push(text.len());
    }
    lengths.sort_unstable();
    let (median, longest) = (lengths[lengths.len() / 2], lengths[lengths.len() - 1]);
    println!("characters of links to foreign drafts: median {median}, longest {longest}");
    assert!(median <= 1400, "median {median}");
    assert!(longest < LONGEST_LINK / 8, "longest {longest}");
}

#[test]
fn edits_go_along() {
    let drop = Edit::Drop(Place::parse("writepage/lock_page").expect("a place"));
    let start = Draft::of(find("baseline-five-step").expect("in the catalogue").text);
    let draft = start.apply(&Change::Edit(drop.clone())).expect("an edit");
    let scenario = draft.build("draft", &Variant::default()).expect("builds");
    let link = Link::of(&scenario, &[], 0, vec!["race".to_owned()]).with_draft(draft.text.clone());
    let read = Link::parse(&link.to_string()).expect("a link");
    assert_eq!(read.edits, [drop]);
    assert_eq!(read.draft.as_deref(), Some(&draft.text[..]));
    assert_eq!(read.see, ["race"]);
}

/// Links that were made once open for ever: these are from when links first carried drafts.
#[test]
fn old_links_open() {
    for (link, text) in [
        ("2/draft/cs_Ug3emcjPzgAkFAA/", "title = \"mine\"\n"),
        ("2/draft/____AwA/", ""),
        (
            "2/draft/umXljdaBAAAAAIAgrP3NRniLwmYcmwk/",
            "[file]\ninode = 12\nfirst_lba = 57\ninterval = 512\n\n[[page]]\nindex = 7\n",
        ),
    ] {
        let read = Link::parse(link).expect("a link");
        assert_eq!(read.draft.as_deref(), Some(text));
    }
}

#[test]
fn whatever_is_no_draft_is_refused() {
    let good = link(&Draft::empty()).to_string();
    let parts: Vec<&str> = good.split('/').collect();
    let with = |letters: &str| [parts[0], parts[1], letters, parts[3]].join("/");
    let letters = parts[2];
    let cut = &letters[..letters.len() - 5];
    for letters in ["", "A", "AAAA", "!", "AAAAAAAAAAAA", &letters[1..], cut] {
        let error = Link::parse(&with(letters)).expect_err(letters);
        assert!(
            matches!(error, LinkError::Draft { .. }),
            "{letters}: {error}"
        );
        assert!(error.to_string().len() < 160, "{error}");
    }
    // A letter changed is found out.
    for at in 0..letters.len() {
        let other = if &letters[at..=at] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &letters[..at], &letters[at + 1..]);
        assert!(Link::parse(&with(&changed)).is_err(), "letter {at}");
    }
    assert_eq!(Link::parse(&parts[..3].join("/")), Err(LinkError::CutOff));
    assert!(!Link::carries_draft("1abcd/unlock-gap/f") && !Link::carries_draft("draft"));
    // What is longer than drafts are is not unpacked.
    let long = Link::default().with_draft("a".repeat(LONGEST_DRAFT + 1));
    let error = Link::parse(&format!("{long}f")).expect_err("too long");
    assert!(error.to_string().contains("65536"), "{error}");
    let most = Link::default().with_draft("a".repeat(LONGEST_DRAFT));
    let read = Link::parse(&most.to_string()).expect("the longest");
    assert_eq!(read.draft.map(|it| it.len()), Some(LONGEST_DRAFT));
}
