//! What somebody may have meant who wrote a word that does not exist.

use super::groups::{GROUPS, group_row};
use super::library::library;
use super::ops::{ALSO, OPS, op_number};

/// Words less alike than this (by Jaro and Winkler, from 0 to 1) are not offered.
const ALIKE: f64 = 0.82;

/// The known word nearest to one that does not exist; none if none is near.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let alike = |other: &str| strsim::jaro_winkler(&lower, &other.to_lowercase());
    let scored = known.map(|other| (alike(other), other));
    let near = scored.filter(|(score, other)| *score >= ALIKE && *other != word);
    let best = near.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map(|(_, best)| best)
}

/// The nearest known word as an aside for a message: ` (did you mean "unlock_page"?)`; empty where
/// none is near.
pub fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = nearest(word, known);
    best.map_or(String::new(), |best| format!(" (did you mean \"{best}\"?)"))
}

/// What to say of a word that is neither a step nor one of the programs.
pub(super) fn unknown_step(programs: &[&str], word: &str) -> String {
    let called = |name: &str| op_number(name).is_some() || programs.contains(&name);
    let steps = OPS.iter().map(|row| row.key as &str);
    let known = programs.iter().copied().chain(steps).chain(["each", "end"]);
    let hint = match (word.split_once('('), kernel_name(word)) {
        (Some((name, _)), _) if called(name) => format!(" (write \"{name}\", without brackets)"),
        (_, Some(aside)) => aside,
        _ if group_row(word).is_some() => {
            format!(" (a composite is \"{word}:\", with its steps on deeper lines)")
        }
        _ => did_you_mean(word, known),
    };
    let unmodelled = match hint.is_empty() {
        true => format!(", and \"call {word}\" is a call that is not modelled"),
        false => String::new(),
    };
    format!(
        "there is no step or program \"{word}\"{hint}; `make check ARGS=--list` lists them{unmodelled}"
    )
}

/// What a function of some kernel is called here, as an aside for a message: ` ("folio_lock" is
/// "lock_page" here, the 2011 name)`; none if no step shows that function.
pub(super) fn kernel_name(word: &str) -> Option<String> {
    let name = word.split('(').next().unwrap_or(word);
    let steps = OPS.iter().zip(ALSO);
    let steps = steps.map(|(row, also)| (row.key, row.calls(), also));
    let groups = GROUPS.iter().map(|row| (row.key, &row.calls, row.also));
    let rows = || steps.clone().chain(groups.clone());
    let begins = |call: &&'static str| functions(call).next() == Some(name);
    let has = |call: &&'static str| functions(call).any(|function| function == name);
    // First the functions that a line begins with, then those further on in it, then those that
    // stand for a step in other people's diagrams.
    let called = rows().find(|(_, calls, _)| calls.iter().any(begins));
    let inside = || rows().find(|(_, calls, _)| calls.iter().any(has));
    let drawn = || rows().find(|(.., also)| also.contains(&name));
    let (key, calls, _) = called.or_else(inside).or_else(drawn)?;
    if key == name {
        return None;
    }
    let what = match op_number(key) {
        None if !library().any(|program| program == key) => "the composite ",
        _ => "",
    };
    let old = functions(calls[0]).next() == Some(key);
    let aside = if old { ", the 2011 name" } else { "" };
    Some(format!(" (\"{name}\" is {what}\"{key}\" here{aside})"))
}

/// The functions that a line of source calls, and other names of kernel code in it: words before a
/// bracket, or with an underscore.
fn functions(call: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    call.split_inclusive(move |c: char| !inside(c))
        .filter_map(move |piece| {
            let name = piece.trim_end_matches(|c| !inside(c));
            let called = piece.ends_with('(') && !name.is_empty();
            let named = name.contains('_') && name.chars().any(char::is_lowercase);
            (called || named).then_some(name)
        })
}
