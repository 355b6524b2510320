//! What a step's line is in each release, in which file, and since when.

use crate::protocol::{Era, Meaning, OpRow, file_in};

/// What the line of a step is in a release: kernel names between backquotes, sources as in the tables. Nothing where
/// there is no more to say than the line itself.
///
/// A release is named with a file only where the step's source was read in it.
pub fn release_words(row: &OpRow, meaning: &Meaning, era: Era) -> Option<String> {
    let call = |era: Era| row.calls()[era as usize].replace("{}", "\u{2026}");
    let line = call(era);
    let mut words = format!("`{line}`");
    let alone = words.len();
    if let Some(path) = file_in(meaning.source, era.word()) {
        words += &format!(", {path} ({})", era.word());
    }
    let others = others(era, &line, call);
    if !others.is_empty() {
        words += &format!("; {}", others.join("; "));
    }
    if !meaning.since.is_empty() {
        words += &format!(". Since {}", meaning.since);
    }
    (words.len() > alone).then(|| words + ".")
}

/// The releases in which the line is another, each row of them once: "2.6.39 to 3.9: `lock_page(page)`".
fn others(era: Era, line: &str, call: impl Fn(Era) -> String) -> Vec<String> {
    let mut rows: Vec<(Era, Era, String)> = Vec::new();
    for other in Era::ALL.into_iter().filter(|it| *it != era) {
        let theirs = call(other);
        match rows.last_mut() {
            Some((_, last, same)) if *same == theirs => *last = other,
            _ => rows.push((other, other, theirs)),
        }
    }
    rows.retain(|(_, _, theirs)| theirs != line);
    let words = rows.into_iter().map(|(first, last, theirs)| {
        let releases = match first == last {
            true => first.word().to_owned(),
            false => format!("{} to {}", first.word(), last.word()),
        };
        format!("{releases}: `{theirs}`")
    });
    words.collect()
}
