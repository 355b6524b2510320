//! What can be put into a program: steps and programs of the library, found by their names in any release, by other people's
//! names for them, and by what they do.

use crate::machine::{LockKind, OperandKind};
use serde::{Deserialize, Serialize};

use super::change::short;
use super::era::Era;
use super::groups::{GroupRow, group_row};
use super::library::{library, library_text};
use super::ops::{ALSO, MEANINGS, OPS, OpRow, UNMODELLED, op_number};
use super::source::{SourceLine, lines};

/// Names less alike than this (by Jaro and Winkler, from 0 to 1) are not the one that was meant.
const ALIKE: f64 = 0.9;
/// Shorter words are not taken for misspelt ones.
const SHORTEST: usize = 4;

/// Something that can be put into a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaletteItem {
    /// What its line begins with.
    pub key: String,
    /// The line of source in the release asked for; what it works on is left open.
    pub call: String,
    /// What it does, as a button says it; of a program, the steps it makes.
    pub label: String,
    /// What it does, in a sentence or two; empty for a program of which the kernel has several.
    pub meaning: String,
    /// Why the protocol needs it.
    pub reason: String,
    /// Kernel file and release, commit, mail or standard.
    pub source: String,
    /// What must be named behind the key.
    pub needs: Option<Need>,
    /// The labels that it goes to and does not have: the program around it must have them.
    pub labels: Vec<String>,
}

/// What a line must name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Need {
    /// A page, where there are several; without it, page 0.
    Page,
    /// An address space, where its actor has none.
    Space,
    /// A store.
    Store,
    /// A lock, counter or flag of a kind.
    Lock(LockKind),
    /// Any words: the call as it is to be shown.
    Words,
}

/// How well something fits what was asked for; the less the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Name,
    Beginning,
    Part,
    Words,
    Misspelt,
}

/// What fits a query, best first; everything for an empty one. What stands below a loop over sectors only, jumps, and
/// composites that are no programs cannot be a line by themselves, and are not among it.
pub fn palette(query: &str, era: Era) -> Vec<PaletteItem> {
    let query = query.trim().to_lowercase();
    let name = query.replace([' ', '-'], "_");
    let name = name.trim_end_matches(['(', ')']).trim_start_matches("->");
    let words: Vec<&str> = query
        .split(|it: char| !it.is_alphanumeric() && it != '_')
        .filter(|it| !it.is_empty())
        .collect();
    let mut found: Vec<(Fit, PaletteItem)> = Vec::new();
    let mut offer = |names: Vec<String>, item: PaletteItem| {
        let said = format!("{} {} {}", item.label, item.meaning, item.reason);
        let fits = match query.is_empty() {
            true => Some(Fit::Name),
            false => fit(name, &words, &names, &said.to_lowercase()),
        };
        found.extend(fits.map(|it| (it, item)));
    };
    for program in library() {
        let row = group_row(program);
        let mut names = vec![program.to_owned()];
        names.extend(row.iter().flat_map(|it| called(&it.calls, it.also)));
        offer(names, of_program(program, row, era));
    }
    for (at, row) in OPS.iter().enumerate() {
        if row.op.operand() == OperandKind::Sector || row.key == "goto" {
            continue;
        }
        let mut names = vec![row.key.to_owned()];
        names.extend(called(row.calls(), ALSO[at]));
        offer(names, of_step(at, row, era));
    }
    // Sorting keeps what fits alike in the order of the tables.
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, item)| item).collect()
}

/// How well names and words fit a query; none if they do not.
fn fit(name: &str, words: &[&str], names: &[String], said: &str) -> Option<Fit> {
    let any = |is: &dyn Fn(&str) -> bool| !name.is_empty() && names.iter().any(|it| is(it));
    if any(&|it| it == name) {
        return Some(Fit::Name);
    }
    if any(&|it| it.starts_with(name)) {
        return Some(Fit::Beginning);
    }
    if any(&|it| it.contains(name)) {
        return Some(Fit::Part);
    }
    let begins = |word: &&str| {
        let mut all = said.split(|it: char| !it.is_alphanumeric() && it != '_');
        all.any(|it| it.starts_with(*word)) || names.iter().any(|it| it.contains(*word))
    };
    if !words.is_empty() && words.iter().all(begins) {
        return Some(Fit::Words);
    }
    let alike = |it: &str| strsim::jaro_winkler(name, it) >= ALIKE;
    let misspelt = name.len() >= SHORTEST && any(&alike);
    misspelt.then_some(Fit::Misspelt)
}

/// The functions of a row in all releases, and other people's names for it.
fn called<'a>(
    calls: &'a [&'static str; 5],
    also: &'a [&'static str],
) -> impl Iterator<Item = String> + 'a {
    let functions = calls.iter().map(|call| {
        let call = short(call);
        let name = call.trim_start_matches("->").trim_end_matches("()");
        name.to_lowercase()
    });
    functions.chain(also.iter().map(|it| it.to_lowercase()))
}

fn of_step(at: usize, row: &OpRow, era: Era) -> PaletteItem {
    let meaning = &MEANINGS[at];
    PaletteItem {
        key: row.key.to_owned(),
        call: row.calls()[era as usize].replace("{}", "\u{2026}"),
        label: row.label.to_owned(),
        meaning: meaning.meaning.to_owned(),
        reason: meaning.reason.unwrap_or_default().to_owned(),
        source: meaning.source.to_owned(),
        needs: match row.op.operand() {
            _ if row.key == UNMODELLED => Some(Need::Words),
            OperandKind::Space => Some(Need::Space),
            OperandKind::Store => Some(Need::Store),
            OperandKind::Lock => row.lock_kind().map(Need::Lock),
            OperandKind::None | OperandKind::Sectors | OperandKind::Sector => Some(Need::Page),
        },
        labels: Vec::new(),
    }
}

fn of_program(program: &str, row: Option<&GroupRow>, era: Era) -> PaletteItem {
    let body = lines(library_text(program).unwrap_or_default(), |_| None);
    let mut needs = None;
    need(&body, &mut needs);
    PaletteItem {
        key: program.to_owned(),
        call: row.map_or(format!("{program}()"), |it| {
            it.calls[era as usize].to_owned()
        }),
        label: steps(&body).join(", "),
        meaning: row.map_or(String::new(), |it| it.meaning.to_owned()),
        reason: String::new(),
        source: row.map_or(String::new(), |it| it.source.to_owned()),
        needs: needs.or(Some(Need::Page)),
        labels: open(&body),
    }
}

/// The step or program that a line calls, if it calls one: not what stands before it, nor a loop or a jump.
fn head(line: &SourceLine) -> Option<&str> {
    let mut words = line.words.iter().map(|it| it.text.as_str());
    let head = words.find(|it| !it.starts_with('?') && !it.ends_with('>'))?;
    let head = head.trim_end_matches(':');
    (!["each", "goto", "end"].contains(&head)).then_some(head)
}

/// The steps and programs that a program calls in its outermost lines.
fn steps(body: &[SourceLine]) -> Vec<&str> {
    let least = body.iter().map(|it| it.indent).min().unwrap_or(0);
    let mut all: Vec<&str> = Vec::new();
    for line in body.iter().filter(|it| it.indent == least) {
        all.extend(head(line));
    }
    all
}

/// What the steps of a program need that they do not name and no loop gives them.
fn need(body: &[SourceLine], needs: &mut Option<Need>) {
    let mut in_mapping: Option<usize> = None;
    for line in body {
        if in_mapping.is_some_and(|indent| line.indent <= indent) {
            in_mapping = None;
        }
        if line.words.iter().any(|it| it.text == "mapping") {
            in_mapping = Some(line.indent);
        }
        let Some(head) = head(line) else { continue };
        if let Some(row) = op_number(head) {
            match OPS[row].op.operand() {
                OperandKind::Store => *needs = Some(Need::Store),
                OperandKind::Space if in_mapping.is_none() => {
                    needs.get_or_insert(Need::Space);
                }
                _ => {}
            }
        } else if let Some(inner) = library_text(head) {
            need(&lines(inner, |_| None), needs);
        }
    }
}

/// The labels that the steps of a program go to and that it does not have itself.
fn open(body: &[SourceLine]) -> Vec<String> {
    let words = || {
        body.iter()
            .flat_map(|it| it.words.iter().map(|it| it.text.as_str()))
    };
    let own: Vec<&str> = words()
        .filter_map(|it| it.strip_suffix('>'))
        .chain(["end"])
        .collect();
    let mut all: Vec<String> = Vec::new();
    let pairs = words().zip(words().skip(1));
    for (_, label) in pairs.filter(|(word, _)| ["else", "goto"].contains(word)) {
        all.push(label.to_owned());
    }
    for inner in body.iter().filter_map(head).filter_map(library_text) {
        all.extend(open(&lines(inner, |_| None)));
    }
    all.retain(|it| !own.contains(&&it[..]));
    all.sort();
    all.dedup();
    all
}
