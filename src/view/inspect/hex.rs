//! The hex dump: the versions of a sector's bytes, line under line, where they differ.

use crate::exchange::bytes as characters;
use crate::machine::Content;

use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, button, el, note};
use super::holders::{Holder, Sector};

/// The bytes of a line.
const LINE: usize = 16;

/// One of the contents that the holders have.
pub(super) struct Version<'a> {
    /// Its name; A is what the others are compared with.
    pub(super) letter: &'static str,
    /// The class of the bytes' age: of the page as it was (`page`), `newer`, or on disk before (`old`).
    pub(super) tone: &'static str,
    pub(super) content: Content,
    pub(super) bytes: &'a [u8],
}

/// The different contents among the holders'. The two that are compared come first.
pub(super) fn versions<'a>(sector: &Sector<'a>, holders: &[Holder]) -> Vec<Version<'a>> {
    let letters = ["A", "B", "C", "D", "E", "F", "G"];
    let (first, later) = sector.compared();
    let old = sector.first_media;
    let mut found: Vec<Version> = Vec::new();
    let held = holders.iter().map(|it| it.content);
    for content in [Some(first), later].into_iter().flatten().chain(held) {
        if found.iter().any(|version| version.content == content) {
            continue;
        }
        found.push(Version {
            letter: letters[found.len().min(letters.len() - 1)],
            tone: match content {
                it if it == sector.initial => "page",
                it if it == old => "old",
                _ => "newer",
            },
            content,
            bytes: sector.bytes(content),
        });
    }
    found
}

/// A version's letter in its colour.
#[inline(never)]
pub(super) fn badge(version: &Version) -> Element {
    el("b", &format!("version {}", version.tone)).text(version.letter)
}

/// A stretch of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// Shown, from one offset to before another.
    Shown(usize, usize),
    /// Folded.
    Folded(usize, usize),
}

/// For each version, the first one that has the same bytes in a line.
fn alike(versions: &[Version], at: usize) -> Vec<usize> {
    let line = |version: &Version| {
        let bytes = version.bytes;
        bytes
            .get(at..(at + LINE).min(bytes.len()))
            .map(<[u8]>::to_vec)
    };
    let lines: Vec<_> = versions.iter().map(line).collect();
    let first = |line| lines.iter().position(|other| other == line).unwrap_or(0);
    lines.iter().map(first).collect()
}

/// The pairs of versions that differ in a line, a bit for each pair.
fn apart(alike: &[usize]) -> u64 {
    let pairs = (0..alike.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    let differ = pairs.filter(|(one, other)| alike[*one] != alike[*other]);
    differ.fold(0, |bits, (one, other)| bits | 1 << (one * 8 + other))
}

/// Which lines are shown: those in which a store begins, and those in which two versions differ that are the same in
/// every line shown before.
pub(super) fn stretches(
    versions: &[Version],
    size: usize,
    stores: &[(usize, usize)],
) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let stored = |at: usize| stores.iter().any(|(from, _)| from / LINE == at / LINE);
    let lines = || (0..size).step_by(LINE);
    let of_stores = lines().filter(|at| stored(*at));
    let mut seen = of_stores.fold(0, |bits, at| bits | apart(&alike(versions, at)));
    let mut last = Vec::new();
    for at in lines() {
        let now = alike(versions, at);
        let new = apart(&now) & !seen;
        seen |= new;
        let shown = stored(at) || new != 0;
        let end = (at + LINE).min(size);
        match found.last_mut() {
            Some(Stretch::Shown(_, until)) if shown => *until = end,
            // In a folded stretch the same versions are equal in all lines.
            Some(Stretch::Folded(_, until)) if !shown && now == last => *until = end,
            _ if shown => found.push(Stretch::Shown(at, end)),
            _ => found.push(Stretch::Folded(at, end)),
        }
        last = now;
    }
    found
}

/// The words of a folded stretch: which versions are equal in it.
fn said(versions: &[Version], at: usize) -> String {
    let now = alike(versions, at);
    let mut groups: Vec<(usize, String)> = Vec::new();
    for (first, version) in now.iter().zip(versions) {
        match groups.iter_mut().find(|(of, _)| of == first) {
            Some((_, letters)) => *letters += &format!(" = {}", version.letter),
            None => groups.push((*first, version.letter.to_owned())),
        }
    }
    let groups: Vec<String> = groups.into_iter().map(|(_, letters)| letters).collect();
    match groups.len() {
        1 => "the same everywhere".to_owned(),
        _ => groups.join(" \u{2260} "),
    }
}

/// Some bytes of a line in hex, with a gap before every fourth byte but the first.
fn digits(bytes: &[u8], from: usize, until: usize) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate().take(until).skip(from) {
        if at % 4 == 0 && at > from {
            text.push(' ');
        }
        text += &format!("{byte:02x}");
    }
    text
}

/// The bytes of a line in one version, those marked that differ from the first version's.
fn row(version: &Version, first: &Version, at: usize, until: usize) -> Element {
    let part = |version: &Version| version.bytes.get(at..until).unwrap_or(&[]).to_vec();
    let (bytes, other) = (part(version), part(first));
    let differs = |at: usize| other.get(at) != Some(&bytes[at]);
    let mut hex = el("code", "").attr(Attr::Part, &format!("bytes-{}", version.letter));
    let mut from = 0;
    while from < bytes.len() {
        let same = |at: &usize| differs(*at) == differs(from);
        let end = (from..bytes.len()).take_while(same).count() + from;
        if from > 0 && from % 4 == 0 {
            hex = hex.text(" ");
        }
        let text = digits(&bytes, from, end);
        hex = match differs(from) {
            true => hex.child(el("mark", "").text(&text)),
            false => hex.text(&text),
        };
        from = end;
    }
    el("div", "row")
        .child(badge(version))
        .child(hex)
        .child(el("span", "text").text(&characters(&bytes)))
}

/// An offset into the sector.
fn offset(at: usize) -> String {
    format!("0x{at:03x}")
}

/// The card of the dump: the lines where versions differ and where stores go, or all lines.
pub(super) fn hex(
    sector: &Sector,
    holders: &[Holder],
    versions: &[Version],
    ui: &UiState,
) -> Element {
    let size = sector.size();
    let mut dump = el("div", "hex")
        .attr(Attr::TabIndex, "0")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Bytes of this sector");
    let all = [Stretch::Shown(0, size)];
    let some = stretches(versions, size, &sector.stores());
    for stretch in if ui.whole { &all[..] } else { &some } {
        match *stretch {
            Stretch::Shown(from, until) => {
                for at in (from..until).step_by(LINE) {
                    dump = dump.child(el("div", "offset").text(&offset(at)));
                    for version in versions {
                        dump = dump.child(row(version, &versions[0], at, (at + LINE).min(size)));
                    }
                }
            }
            Stretch::Folded(from, until) => {
                let text = format!(
                    "{} to {}: {}",
                    offset(from),
                    offset(until - 1),
                    said(versions, from)
                );
                dump = dump.child(button("folded", "", &text, false, Msg::AllBytes(true)));
            }
        }
    }
    let label = match ui.whole {
        true => "Fold what is the same",
        false => "Show every byte",
    };
    let place = match sector.start() {
        0 => "Offsets count from the start of the sector".to_owned(),
        start => format!("Offsets count from the start of the sector, 0x{start:03x} in the page"),
    };
    let marks = match versions.len() {
        1 => String::new(),
        _ => "; bytes that differ from A are underlined".to_owned(),
    };
    el("div", "card")
        .child(el("h2", "").text("Where they differ"))
        .child(key(holders, versions))
        .child(note("small", &format!("{place}{marks}.")))
        .child(dump)
        .child(button("", "", label, false, Msg::AllBytes(!ui.whole)).attr(Attr::Part, "whole"))
}

/// The legend of the letters: which holders have each version.
pub(super) fn key(holders: &[Holder], versions: &[Version]) -> Element {
    let mut list = el("ul", "versions");
    for version in versions {
        let held = holders
            .iter()
            .filter(|holder| holder.content == version.content);
        let held: Vec<&str> = held.map(|holder| holder.title).collect();
        list = list.child(
            el("li", "")
                .child(badge(version))
                .text(&format!(" {}", held.join(", "))),
        );
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(content: u8, bytes: &[u8]) -> Version<'_> {
        Version {
            letter: "A",
            tone: "page",
            content: Content(content),
            bytes,
        }
    }

    #[test]
    fn what_is_equal_is_folded_and_lines_of_stores_are_shown() {
        let one = vec![b'3'; 512];
        let mut other = one.clone();
        other[0x20..0x24].copy_from_slice(b"new!");
        let versions = [version(1, &one), version(2, &other)];
        use Stretch::{Folded, Shown};
        let expected = vec![Folded(0, 0x20), Shown(0x20, 0x30), Folded(0x30, 0x200)];
        assert_eq!(stretches(&versions, 512, &[(0x20, 0x24)]), expected);
        assert_eq!(said(&versions, 0x30), "the same everywhere");
        let same = [version(1, &one)];
        assert_eq!(stretches(&same, 512, &[(0x20, 0x24)]), expected);
        assert_eq!(stretches(&same, 512, &[]), vec![Folded(0, 0x200)]);
    }

    #[test]
    fn a_long_difference_is_folded_after_its_first_line() {
        let (one, other) = (vec![b'3'; 512], vec![b'o'; 512]);
        let versions = [version(1, &one), version(2, &other)];
        use Stretch::{Folded, Shown};
        let expected = vec![Shown(0, 0x10), Folded(0x10, 0x200)];
        assert_eq!(stretches(&versions, 512, &[]), expected);
    }

    #[test]
    fn a_row_has_every_byte_and_marks_what_differs() {
        let (one, other) = (*b"0123456789abcdef", *b"0123new789abcdef");
        let (one, other) = (version(1, &one), version(2, &other));
        let row = row(&other, &one, 0, 16);
        let hex = row.find(&|it| it.tag == "code").expect("hex");
        assert_eq!(hex.all_text(), "30313233 6e657737 38396162 63646566");
        let mark = row.find(&|it| it.tag == "mark").expect("a mark");
        assert_eq!(mark.all_text(), "6e6577");
    }
}
