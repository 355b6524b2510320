//! The text face of the editor: what has which colour, and what could stand where.

mod support;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use stable_pages::scenario::{TextToken, complete, find, load, tokens};
use support::loadable;

/// Tokens stand in the order of the text, do not overlap, and begin and end between letters.
fn check(text: &str) {
    let mut at = 0;
    for (range, token) in tokens(text) {
        assert!(
            range.start >= at && range.end > range.start,
            "{token:?} {range:?}"
        );
        assert!(
            text.get(range.clone()).is_some(),
            "{token:?} {range:?} cuts a letter"
        );
        at = range.end;
    }
    assert!(at <= text.len());
}

#[test]
fn files_of_the_catalogue_are_understood() {
    let (mut steps, mut places) = (0, 0);
    for entry in loadable() {
        check(entry.text);
        for (range, token) in tokens(entry.text) {
            let word = &entry.text[range];
            assert_ne!(token, TextToken::Unknown, "{}: {word}", entry.slug);
            match token {
                TextToken::Heading => assert!(word.starts_with('[') && word.ends_with(']')),
                TextToken::Comment => assert!(word.starts_with('#')),
                TextToken::Step | TextToken::Program => steps += 1,
                TextToken::Label | TextToken::Keyword => places += 1,
                TextToken::Number => {
                    let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
                    assert!(word.chars().all(plain), "{}: {word}", entry.slug);
                }
                _ => {}
            }
        }
        // Nothing but blanks and marks is left without a colour.
        let mut rest = entry.text.to_owned();
        for (range, _) in tokens(entry.text).into_iter().rev() {
            rest.replace_range(range, "");
        }
        let marks = |it: char| it.is_whitespace() || "[]{}=,/".contains(it);
        assert!(rest.chars().all(marks), "{}: {rest}", entry.slug);
    }
    assert!(steps > 600 && places > 100, "{steps} {places}");
}

#[test]
fn a_program_s_words_are_told_apart() {
    let text = "[[program]]\nname = \"mine\"\ntext = \"\"\"\nagain> ?3.0+ TestClearPageDirty else clean # why\nsubmit_bio 0\nmine\nnonsense\n\"\"\"\n";
    let found: Vec<(&str, TextToken)> = tokens(text)
        .into_iter()
        .map(|(range, token)| (&text[range], token))
        .collect();
    use TextToken::*;
    let goal = [
        ("[[program]]", Heading),
        ("name", Key),
        ("\"mine\"", String),
        ("text", Key),
        ("\"\"\"", String),
        ("again>", Label),
        ("?3.0+", Keyword),
        ("TestClearPageDirty", Step),
        ("else", Keyword),
        ("clean", Label),
        ("# why", Comment),
        ("submit_bio", Program),
        ("0", Argument),
        ("mine", Program),
        ("nonsense", Unknown),
        ("\"\"\"", String),
    ];
    assert_eq!(found, goal);
}

/// What is proposed where a `|` stands.
fn at(text: &str) -> Vec<String> {
    let place = text.find('|').expect("a place");
    let text = text.replacen('|', "", 1);
    let found = complete(&text, place);
    assert!(found.from <= place && place <= found.to, "{found:?}");
    found.items.into_iter().map(|(word, _)| word).collect()
}

#[test]
fn what_fits_is_proposed() {
    let file = find("baseline-five-step").expect("in the catalogue").text;
    let with = |from: &str, to: &str| {
        assert!(file.contains(from), "{from}");
        at(&file.replacen(from, to, 1))
    };
    assert_eq!(with("era = \"3.0\"", "era = \"3.|\"")[..2], ["3.0", "3.9"]);
    assert!(with("device = \"dix+dif\"", "device = |").contains(&"\"none\"".to_owned()));
    assert_eq!(
        with("run = [\"writepage\"]", "run = [\"writep|\"]")[0],
        "writepage"
    );
    assert!(
        with("run = [\"writepage\"]", "run = [\"unlock_p|\"]").contains(&"unlock_page".to_owned())
    );
    assert_eq!(with("\"store new\"", "\"store n|\"")[0], "new");
    assert_eq!(with("mm = \"A\"\n", "mm = \"A\"\nfau|\n")[0], "fault");
    // What the table has already is not proposed.
    assert!(!with("mm = \"A\"\n", "mm = \"A\"\n|\n").contains(&"run".to_owned()));
    assert!(with("[file]", "[fi|]").contains(&"[file]".to_owned()));
    assert_eq!(with("\"disk until stuck\"", "\"di|\"")[0], "disk");
    assert_eq!(
        with("\"disk until stuck\"", "\"disk until|\"")[0],
        "until stuck"
    );
    assert_eq!(with("none = []", "none = [\"guar|\"]")[0], "guard error");
    let edit = |text: &str| at(&format!("{file}\n[[edit]]\n{text}\n"));
    assert_eq!(edit("drop = \"writepage/unl|\"")[0], "unlock_page");
    assert_eq!(edit("drop = \"do_wp|\"")[0], "do_wp_page");
    let program = |text: &str| {
        at(&format!(
            "{file}\n[[program]]\nname = \"x\"\ntext = \"\"\"\n{text}\n\"\"\"\n"
        ))
    };
    assert_eq!(
        program("TestClearPageDirty else |\nclean>"),
        ["clean", "end"]
    );
    assert!(program("mutex|").contains(&"mutex_lock".to_owned()));
    assert_eq!(program("each |"), ["sector", "mapping", "page"]);
    // Free words and comments have no proposals.
    assert_eq!(with("title = \"The", "title = \"|The"), [] as [&str; 0]);
    assert_eq!(at("# com|ment"), [] as [&str; 0]);
    assert!(at("|").contains(&"title".to_owned()));
}

/// Every key that is proposed for a table is one that the loader knows there.
#[test]
fn proposed_keys_are_known() {
    let file = find("baseline-five-step").expect("in the catalogue").text;
    for heading in [
        "[file]",
        "[[page]]",
        "[[store]]",
        "[[actor]]",
        "[[note]]",
        "[[source]]",
    ] {
        let place = file.find(heading).expect("a table") + heading.len() + 1;
        let text = format!("{}\n{}", &file[..place], &file[place..]);
        let keys = complete(&text, place)
            .items
            .into_iter()
            .filter(|(it, _)| !it.starts_with('['));
        let keys: Vec<(String, String)> = keys.collect();
        for (key, meaning) in keys {
            assert!(!meaning.is_empty());
            let text = format!("{}{key} = 1\n{}", &file[..place], &file[place..]);
            let said = load("x", &text).map_or_else(|it| it.to_string(), |_| String::new());
            assert!(
                !said.contains(&format!("has no \"{key}\"")),
                "{heading}: {said}"
            );
        }
    }
}

#[test]
fn any_text_has_tokens_and_proposals() {
    let files: Vec<&str> = loadable().map(|it| it.text).collect();
    let bits = [
        "\"", "\"\"\"", "'", "[[", "]", "{", "=", "#", "\n", "\\", "\u{e9}", "else ", "/", "\r\n",
        "run = [",
    ];
    let damage = prop::collection::vec((any::<prop::sample::Index>(), 0..bits.len() + 3), 0..8);
    let case = (
        any::<prop::sample::Index>(),
        damage,
        any::<prop::sample::Index>(),
    );
    let config = ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let found = TestRunner::new(config.clone()).run(&case, |(file, damage, place)| {
        let mut text = files[file.index(files.len())].to_owned();
        for (at, bit) in damage {
            let at = at.index(text.len() + 1);
            let at = (0..=at)
                .rev()
                .find(|it| text.is_char_boundary(*it))
                .unwrap_or(0);
            match bits.get(bit) {
                Some(bit) => text.insert_str(at, bit),
                None => text.truncate(at),
            }
        }
        check(&text);
        let at = place.index(text.len() + 1);
        let found = complete(&text, at);
        prop_assert!(found.from <= found.to && text.get(found.from..found.to).is_some());
        Ok(())
    });
    found.expect("no damage does harm");
    let found = TestRunner::new(config).run(&(".{0,60}", any::<u8>()), |(text, at)| {
        check(&text);
        let found = complete(&text, at.into());
        prop_assert!(text.get(found.from..found.to).is_some());
        Ok(())
    });
    found.expect("no noise does harm");
}
