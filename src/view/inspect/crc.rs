//! The computation of the guard followed byte by byte, for one version of the bytes or for two beside each other.

use super::super::msg::Msg;
use super::super::ui_state::UiState;
use super::super::vdom::{Attr, Element, button, el, note, rich};
use super::hex::{Version, badge, key};
use super::holders::{Holder, Sector};
use super::register::{POLYNOMIAL, Shift, Sum, division, entry, index, word};

/// How many units are shown from the first that differs on.
const FOLLOWED: usize = 6;

/// The computation that is followed: the guard of one version, or of two.
pub(super) struct Computation<'a> {
    pub(super) sum: Sum,
    pub(super) size: usize,
    pub(super) versions: &'a [Version<'a>],
    /// The first byte of the unit that is shown.
    pub(super) at: usize,
}

impl<'a> Computation<'a> {
    /// The computation for the one or two versions that are compared, at the byte chosen, else at the first that
    /// differs.
    pub(super) fn of(
        sector: &Sector,
        versions: &'a [Version<'a>],
        ui: &UiState,
    ) -> Computation<'a> {
        let many = match sector.compared() {
            (_, None) => 1,
            (_, Some(_)) => 2,
        };
        let mut computation = Computation {
            sum: sector.sum(),
            size: sector.size(),
            versions: &versions[..many.min(versions.len())],
            at: 0,
        };
        let chosen = ui.crc_byte.or(computation.parting()).unwrap_or(0);
        computation.at = computation.aligned(chosen);
        computation
    }

    /// The unit that a byte belongs to.
    fn aligned(&self, byte: usize) -> usize {
        let unit = self.sum.unit();
        byte.min(self.size - unit) / unit * unit
    }

    fn unit(&self, version: &Version<'a>, at: usize) -> &'a [u8] {
        let end = (at + self.sum.unit()).min(version.bytes.len());
        version.bytes.get(at..end).unwrap_or(&[])
    }

    /// Where the two versions first differ.
    pub(super) fn parting(&self) -> Option<usize> {
        let [one, other] = self.versions else {
            return None;
        };
        let mut bytes = one.bytes.iter().zip(other.bytes);
        bytes
            .position(|(one, other)| one != other)
            .map(|at| self.aligned(at))
    }

    /// The register after each unit from an offset on.
    pub(super) fn registers(&self, version: &Version, from: usize) -> Vec<u16> {
        let mut register = self.sum.before(version.bytes, from);
        let rest = version.bytes.get(from..).unwrap_or(&[]);
        let units = rest.chunks(self.sum.unit());
        units
            .map(|unit| {
                register = self.sum.step(register, unit);
                register
            })
            .collect()
    }
}

#[inline(never)]
fn hex(value: u16) -> String {
    format!("{value:04x}")
}

/// Sixteen bits in groups of four.
#[inline(never)]
fn bits(value: u16) -> String {
    let nibble = |at: u32| format!("{:04b}", value >> at & 15);
    [12, 8, 4, 0].map(nibble).join(" ")
}

/// A unit in hex; a byte that is a character, with that.
fn shown(unit: &[u8]) -> String {
    let hex: String = unit.iter().map(|it| format!("{it:02x}")).collect();
    match unit {
        [it] if it.is_ascii_graphic() => format!("{hex} \"{}\"", char::from(*it)),
        _ => hex,
    }
}

/// A table, with a caption for screen readers.
#[inline(never)]
fn sheet(class: &str, part: &str, caption: &str, head: Element, body: Element) -> Element {
    el("table", class)
        .attr(Attr::Part, part)
        .child(el("caption", "hidden").text(caption))
        .child(el("thead", "").child(head))
        .child(body)
}

#[inline(never)]
fn cell(text: &str) -> Element {
    el("td", "").text(text)
}

#[inline(never)]
fn head(text: &str) -> Element {
    el("th", "").attr(Attr::Scope, "row").text(text)
}

/// The cards of the computation.
pub(super) fn crc(
    sector: &Sector,
    holders: &[Holder],
    versions: &[Version],
    ui: &UiState,
) -> Element {
    let computation = Computation::of(sector, versions, ui);
    let name = match computation.sum {
        Sum::Crc => "CRC-16/T10-DIF",
        Sum::Ip => "The IP checksum",
    };
    let mut card = el("div", "card worked").attr(Attr::Part, "worked");
    card = card.child(el("h2", "").text(&format!("{name}, worked through")));
    let guarded = sector.protection().guards() || sector.column.inserted;
    if !guarded {
        card = card.child(note(
            "small",
            "No tuple carries it here; the stage shows it as a fingerprint of the bytes.",
        ));
    }
    card = rules(
        card.child(key(holders, computation.versions)),
        computation.sum,
    )
    .child(chooser(&computation))
    .child(one_unit(&computation));
    if computation.sum == Sum::Crc {
        card = derived(card, &computation);
    }
    card = match computation.parting() {
        Some(at) => card
            .child(parted(&computation, at))
            .child(xored(&computation, sector)),
        None => card.child(last(&computation)),
    };
    card
}

/// The rule by which the register goes on.
fn rules(card: Element, sum: Sum) -> Element {
    let (formula, words) = match sum {
        Sum::Crc => (
            "crc = (crc << 8) ^ table[(crc >> 8) ^ byte]",
            "The register begins as 0. Each byte shifts it left by eight bits; what falls out at the top picks, with the byte, an entry of a table. What it holds after the last byte is the guard. Polynomial `8bb7`, nothing reflected, nothing inverted.",
        ),
        Sum::Ip => (
            "sum = sum + word, carry added at the bottom",
            "The sum begins as 0. Every two bytes are added as one 16-bit number. The guard is the sum's complement.",
        ),
    };
    card.child(el("p", "formula").child(el("code", "").text(formula)))
        .child(rich(el("p", "small"), words))
}

/// Which byte is shown, and the buttons that go to others.
fn chooser(computation: &Computation) -> Element {
    let (unit, last) = (
        computation.sum.unit(),
        computation.size - computation.sum.unit(),
    );
    let name = match computation.sum {
        Sum::Crc => "Byte",
        Sum::Ip => "Word at",
    };
    let back = |by: usize| computation.at.saturating_sub(by * unit);
    let on = |by: usize| (computation.at + by * unit).min(last);
    let mut ways = vec![
        ("First", 0),
        ("\u{2212}16", back(16)),
        ("\u{2212}1", back(1)),
        ("+1", on(1)),
        ("+16", on(16)),
        ("Last", last),
    ];
    if let Some(parting) = computation.parting() {
        ways.push(("First that differs", parting));
    }
    let buttons = ways
        .into_iter()
        .map(|(label, to)| button("", "", label, to == computation.at, Msg::CrcByte(to)));
    let group = el("div", "group")
        .attr(Attr::Role, "group")
        .attr(Attr::Label, "Place in the computation")
        .children(buttons.collect());
    el("div", "")
        .child(
            el("p", "at")
                .attr(Attr::Part, "crc-byte")
                .attr(Attr::Live, "polite")
                .child(el("b", "").text(&format!("{name} 0x{:03x}", computation.at)))
                .text(&format!(" of 0x000 to 0x{:03x}", computation.size - 1)),
        )
        .child(group)
}

/// The table's head: a column for each version.
fn heads(computation: &Computation) -> Element {
    let mut row = el("tr", "").child(el("td", ""));
    for version in computation.versions {
        row = row.child(el("th", "").attr(Attr::Scope, "col").child(badge(version)));
    }
    row
}

/// A table's head of plain words.
fn named(words: &[&str]) -> Element {
    let mut row = el("tr", "");
    for word in words {
        row = row.child(match word.is_empty() {
            true => el("td", ""),
            false => el("th", "").attr(Attr::Scope, "col").text(word),
        });
    }
    row
}

/// The step at the unit shown: the register before, the unit, the register after.
fn one_unit(computation: &Computation) -> Element {
    type UnitText = fn(Sum, u16, &[u8]) -> String;
    let rows: &[(&str, UnitText)] = match computation.sum {
        Sum::Crc => &[
            ("before", |_, before, _| hex(before)),
            ("byte", |_, _, unit| shown(unit)),
            ("index", |_, before, unit| {
                let (upper, byte) = (before >> 8, unit.first().copied().unwrap_or(0));
                format!("{upper:02x} ^ {byte:02x} = {:02x}", index(before, unit))
            }),
            ("table entry", |_, before, unit| {
                hex(entry(index(before, unit)))
            }),
            ("before << 8", |_, before, _| hex(before << 8)),
            ("after", |sum, before, unit| hex(sum.step(before, unit))),
        ],
        Sum::Ip => &[
            ("sum before", |_, before, _| hex(before)),
            ("word", |_, _, unit| hex(word(unit))),
            ("carry", |_, before, unit| {
                let (_, carry) = before.overflowing_add(word(unit));
                u8::from(carry).to_string()
            }),
            ("sum after", |sum, before, unit| hex(sum.step(before, unit))),
        ],
    };
    let mut body = el("tbody", "");
    for (name, value) in rows {
        let mut row = el("tr", "").child(head(name));
        for version in computation.versions {
            let before = computation.sum.before(version.bytes, computation.at);
            row = row.child(cell(&value(
                computation.sum,
                before,
                computation.unit(version, computation.at),
            )));
        }
        body = body.child(row);
    }
    let caption = "One step of the computation";
    sheet("steps one", "crc-step", caption, heads(computation), body)
}

/// How the table's entries for the byte shown come about, by eight steps of polynomial division.
fn derived(card: Element, computation: &Computation) -> Element {
    let mut divisions: Vec<(String, u8)> = Vec::new();
    for version in computation.versions {
        let before = computation.sum.before(version.bytes, computation.at);
        let index = index(before, computation.unit(version, computation.at));
        match divisions.iter_mut().find(|(_, other)| *other == index) {
            Some((letters, _)) => *letters += &format!(" and {}", version.letter),
            None => divisions.push((version.letter.to_owned(), index)),
        }
    }
    let mut inside = el("details", "derived")
        .child(el("summary", "").text("Where the table entry comes from"))
        .child(rich(
            el("p", "small"),
            "The index in the upper eight bits, shifted left eight times. Whenever a 1 falls out at the top, the polynomial is subtracted, which in this arithmetic is XOR with `8bb7`. What is left is the remainder: the entry.",
        ));
    for (letters, index) in divisions {
        let of = match computation.versions.len() {
            1 => String::new(),
            _ => format!("{letters}: "),
        };
        let heading = format!("{of}index {index:02x}, entry {:04x}", entry(index));
        inside = inside
            .child(el("h3", "").text(&heading))
            .child(divided(&division(index)));
    }
    card.child(inside)
}

/// The table of one division.
fn divided(shifts: &[Shift; 8]) -> Element {
    let mut body = el("tbody", "");
    let begin = el("tr", "")
        .child(head("index"))
        .child(cell(&bits(shifts[0].from)))
        .child(cell(&hex(shifts[0].from)));
    body = body.child(begin);
    for (at, shift) in shifts.iter().enumerate() {
        let (class, what) = match shift.out {
            true => ("out", format!("1 out, ^ {}", hex(POLYNOMIAL))),
            false => ("", "0 out".to_owned()),
        };
        body = body.child(
            el("tr", class)
                .child(head(&format!("{}. {what}", at + 1)))
                .child(cell(&bits(shift.to)))
                .child(cell(&hex(shift.to))),
        );
    }
    let caption = "Eight steps of polynomial division";
    let heads = named(&["shift", "register after", ""]);
    sheet("steps binary", "division", caption, heads, body)
}

/// The table of both computations, from the first byte that differs to the end.
fn parted(computation: &Computation, at: usize) -> Element {
    let unit = computation.sum.unit();
    let from = at.saturating_sub(unit);
    let runs: Vec<Vec<u16>> = computation
        .versions
        .iter()
        .map(|version| computation.registers(version, from))
        .collect();
    let many = runs[0].len();
    let mut heads = el("tr", "").child(el("th", "").attr(Attr::Scope, "col").text("at"));
    let what = match computation.sum {
        Sum::Crc => ("byte", "register"),
        Sum::Ip => ("word", "sum"),
    };
    for (place, version) in computation.versions.iter().enumerate() {
        if place > 0 {
            heads = heads.child(el("td", ""));
        }
        for text in [what.0, what.1] {
            let head = el("th", "").attr(Attr::Scope, "col").child(badge(version));
            heads = heads.child(head.text(text));
        }
    }
    let mut body = el("tbody", "");
    let shown_until = (usize::from(at > 0) + FOLLOWED).min(many);
    for row in (0..shown_until).chain((many - 1).max(shown_until)..many) {
        if row > shown_until {
            let gap = el("td", "").attr(Attr::ColSpan, "6").text("\u{22ee}");
            body = body.child(el("tr", "gap").child(gap));
        }
        let place = from + row * unit;
        let mut line = el("tr", "").child(head(&format!("0x{place:03x}")));
        let units: Vec<&[u8]> = computation
            .versions
            .iter()
            .map(|version| computation.unit(version, place))
            .collect();
        for (which, bytes) in units.iter().enumerate() {
            let register = runs[which][row];
            if which > 0 {
                let same = register == runs[0][row];
                let (sign, words) = match same {
                    true => ("=", "the same"),
                    false => ("\u{2260}", "different"),
                };
                line = line.child(el("td", "sign").attr(Attr::Title, words).text(sign));
            }
            let text: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
            let cell_of = |differs: bool, text: &str| match differs {
                true => el("td", "").child(el("mark", "").text(text)),
                false => cell(text),
            };
            line = line
                .child(cell_of(which > 0 && *bytes != units[0], &text))
                .child(cell_of(
                    which > 0 && register != runs[0][row],
                    &hex(register),
                ));
        }
        body = body.child(line);
    }
    let same = match at {
        0 => "The two part at once.".to_owned(),
        _ => format!("Before 0x{at:03x} both go through the same values; from there on they part."),
    };
    let words =
        format!("{same} They meet again only if later differences happen to cancel this one.");
    el("div", "")
        .child(el("h3", "").text("Both computations, from the first difference on"))
        .child(note("small", &words))
        .child(sheet(
            "steps both",
            "crc-both",
            "Both computations side by side",
            heads,
            body,
        ))
}

/// The two guards bit by bit.
fn xored(computation: &Computation, sector: &Sector) -> Element {
    let guards: Vec<u16> = computation
        .versions
        .iter()
        .map(|version| computation.sum.guard(version.bytes))
        .collect();
    let differ = guards.iter().fold(0, |all, it| all ^ it);
    let mut body = el("tbody", "");
    for (version, guard) in computation.versions.iter().zip(&guards) {
        let name = el("th", "").attr(Attr::Scope, "row").child(badge(version));
        body = body.child(
            el("tr", "")
                .child(name)
                .child(cell(&hex(*guard)))
                .child(marked(*guard, differ)),
        );
    }
    body = body.child(
        el("tr", "xor")
            .child(head("XOR"))
            .child(cell(&hex(differ)))
            .child(marked(differ, differ)),
    );
    let many = differ.count_ones();
    let differing = match many {
        0 => "The bytes differ and the guards do not: a collision.".to_owned(),
        1 => "1 bit of 16 differs.".to_owned(),
        _ => format!("{many} bits of 16 differ."),
    };
    let later = computation.versions.last().map(|it| it.content);
    let fetched = sector.wire();
    let compared = sector.sampled().is_some() && sector.protection().guards();
    let who = match (compared, many) {
        (true, 0) if later == Some(fetched) => "Whoever compares them sees no difference.",
        (true, _) if later == Some(fetched) => "Whoever compares them refuses the write.",
        (true, 1..) if !fetched.is_some() => {
            "If B were fetched now, with the guard of A, it would be refused."
        }
        _ => "Nobody compares these two.",
    };
    let words = format!("{differing} {who}");
    el("div", "")
        .child(el("h3", "").text("The two guards, bit by bit"))
        .child(sheet(
            "steps binary",
            "guards",
            "Both guards and their XOR",
            named(&["", "guard", "bits"]),
            body,
        ))
        .child(note("", &words))
}

/// Sixteen bits, with those marked that differ.
fn marked(value: u16, differ: u16) -> Element {
    let mut into = el("td", "");
    for at in (0..16).rev() {
        let bit = if value >> at & 1 == 1 { "1" } else { "0" };
        into = match differ >> at & 1 {
            1 => into.child(el("mark", "").text(bit)),
            _ => into.text(bit),
        };
        if at % 4 == 0 && at > 0 {
            into = into.text(" ");
        }
    }
    into
}

/// Where a single computation ends.
fn last(computation: &Computation) -> Element {
    let guard = hex(computation.sum.guard(computation.versions[0].bytes));
    let text = format!(
        "After the last byte the guard is `{guard}`. Every place that matters holds these bytes, so there is nothing to compare the guard with."
    );
    rich(el("p", "").attr(Attr::Part, "guards"), &text)
}
