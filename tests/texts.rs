//! Every sentence the page says, over the catalogue's opening runs and shortest failures, as recorded
//! under `tests/golden/texts`: a file for each scenario, and what is said of steps and words in
//! general in files of its own.
//!
//! A change of words shows there as a diff to be read as prose and approved.
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test texts` writes the files anew.

mod support;
#[path = "support/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use expect_test::ExpectFile;
use stable_pages::scenario::{catalogue, find, load_for};

const RENEW: &str = "UPDATE_EXPECT=1 cargo test --no-default-features --test texts";

/// The files that do not belong to one scenario.
const GENERAL: [&str; 5] = ["catalogue", "checker", "sentences", "steps", "words"];

/// The scenarios whose sections drawn by the worker are recorded: one that stalls, one that is safe, one with a guard error
/// and one that goes round. Only for the first, which is small, all single edits are tried.
const WORKER: [&str; 4] = [
    "writeback-flag-leaked",
    "baseline-five-step",
    "mkwrite-no-wait",
    "sync-chases-dirtier",
];

fn file(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/texts");
    PathBuf::from(folder).join(format!("{name}.txt"))
}

/// Compares a text with its file, or writes the file; says the first line that differs.
fn compare(name: &str, text: &str) -> Option<String> {
    let recorded: ExpectFile = expect_test::expect_file![file(name)];
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        recorded.assert_eq(text);
        return None;
    }
    let before = recorded.data();
    if before == text {
        return None;
    }
    let pairs = before.lines().zip(text.lines());
    let same = pairs.take_while(|(before, now)| before == now).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Some(format!(
        "tests/golden/texts/{name}.txt:{}\n  recorded: {}\n  now:      {}",
        same + 1,
        line(&before),
        line(text)
    ))
}

fn hold(wrong: Vec<String>) {
    // A changed sentence that all scenarios share makes all files differ; a few of them are enough to show it.
    let some: Vec<&str> = wrong.iter().take(8).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} files of texts differ; the first line that does, of some:\n\n{}\n\nIf the new words are right: {RENEW}, and read the diff.",
        wrong.len(),
        some.join("\n")
    );
}

#[test]
fn what_is_said_of_each_scenario_is_as_recorded() {
    let work: Vec<_> = support::chosen().collect();
    if support::loadable().count() < catalogue().count() {
        // `pack` writes no pages if one file does not load.
        println!("SKIPPED: a file does not load; nothing was compared");
        return;
    }
    let pages = texts::plain_pages();
    let (left, wrong) = (Mutex::new(work.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(entry) = left.lock().expect("no panic").next() else {
                        break;
                    };
                    let on =
                        |device| load_for(entry.slug, entry.text, device, None).expect("loads");
                    let own = on(None);
                    let devices = own.expect.iter().map(|(device, _)| *device);
                    let others = devices.filter(|device| *device != own.device);
                    let others: Vec<_> = others.map(|device| on(Some(device))).collect();
                    let text = texts::of_scenario(own, &others, &pages[entry.slug]);
                    let said = compare(entry.slug, &text);
                    wrong.lock().expect("no panic").extend(said);
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.extend(compare("catalogue", &pages["index"]));
    wrong.sort();
    hold(wrong);
}

#[test]
fn what_the_worker_draws_is_as_recorded() {
    let entries = WORKER.map(|slug| find(slug).expect("in the catalogue"));
    let parts = entries.iter().enumerate();
    let parts = parts.map(|(at, entry)| texts::of_worker(*entry, at == 0));
    let text = parts.collect::<Vec<_>>().join("\n\n\n");
    hold(compare("checker", &text).into_iter().collect());
}

#[test]
fn every_sentence_of_a_step_is_as_recorded() {
    // Without the file everything is new.
    let recorded = fs::read_to_string(file("sentences")).unwrap_or_default();
    hold(
        compare("sentences", &texts::sentences(&recorded))
            .into_iter()
            .collect(),
    );
}

#[test]
fn what_is_said_of_steps_and_words_is_as_recorded() {
    let wrong = [("steps", texts::steps()), ("words", texts::words())];
    hold(
        wrong
            .iter()
            .filter_map(|(name, text)| compare(name, text))
            .collect(),
    );
}

/// No text file is left of a scenario that has been removed.
#[test]
fn every_file_of_texts_is_of_a_scenario() {
    let slugs = catalogue().map(|entry| entry.slug.to_owned());
    let expected: BTreeSet<String> = slugs.chain(GENERAL.map(str::to_owned)).collect();
    let folder = file("any").parent().expect("a folder").to_owned();
    let files = fs::read_dir(folder).expect("there").flatten();
    let found: BTreeSet<String> = files
        .map(|file| {
            file.file_name()
                .to_string_lossy()
                .trim_end_matches(".txt")
                .to_owned()
        })
        .collect();
    let left: Vec<&String> = found.difference(&expected).collect();
    assert!(
        left.is_empty(),
        "no scenario has these texts any more, delete them: {left:?}"
    );
}
