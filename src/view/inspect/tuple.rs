//! The tuple: the eight bytes of protection information that go with a sector, decoded, or what there is instead.

use crate::machine::{Protection, crc32c, guard};

use super::super::vdom::{Attr, Element, el, note, rich};
use super::holders::Sector;
use super::register::Sum;

/// A tuple: where it is, and its bytes.
struct Tuple {
    key: &'static str,
    place: &'static str,
    bytes: [u8; 8],
}

/// The layout of struct t10_pi_tuple: guard, application tag and reference tag, big-endian.
pub(super) fn packed(guard: u16, lba: u32) -> [u8; 8] {
    let (guard, lba) = (guard.to_be_bytes(), lba.to_be_bytes());
    [guard[0], guard[1], 0, 0, lba[0], lba[1], lba[2], lba[3]]
}

impl Sector<'_> {
    /// The tuples there are, from the bio down.
    fn tuples(&self) -> Vec<Tuple> {
        let mut found = Vec::new();
        let mut add = |key, place, guard| {
            let bytes = packed(guard, self.lba());
            found.push(Tuple { key, place, bytes });
        };
        if let Some((content, _)) = self
            .column
            .guard
            .filter(|_| self.protection().tuples() || self.protection().guards())
        {
            match self.column.inserted {
                true => add("tuple-hba", "from the HBA", self.guard(content)),
                false => add("tuple-bio", "with the bio", self.guard(content)),
            }
        }
        let stored = self.held.tuples[self.number.index()];
        if stored.is_some() {
            // An adapter that takes IP checksums writes CRCs all the same.
            let tag = match self.sum() {
                Sum::Crc => self.guard(stored),
                Sum::Ip => guard(self.bytes(self.held.media[self.number.index()])),
            };
            add("tuple-media", "on media", tag);
        }
        found
    }

    /// Says which tuples there are not, and why.
    fn without(&self) -> &'static str {
        match self.protection() {
            Protection::None => {
                "No tuple exists on this device: nobody takes a checksum of this sector, and nobody compares one."
            }
            Protection::HbaInsert if !self.column.inserted => {
                "No tuple travels with the bio here: the HBA makes one from the bytes it fetches."
            }
            Protection::HbaInsert => {
                "The HBA made this guard from the bytes it fetched. It matches them, whatever was submitted."
            }
            Protection::FsChecksum => {
                "No tuple exists on this device. The file system keeps a checksum of the data elsewhere (btrfs: CRC-32C) and compares when it reads; the disk knows nothing of it."
            }
            Protection::Parity => {
                "No tuple exists on this device. The second copy is parity, kept on another disk: it is taken from the page first, and the page's own bytes are fetched later."
            }
            Protection::Mirror => {
                "No tuple exists on this device. The second copy is the other leg's: each leg fetches the page for itself, and nobody compares them on the way."
            }
            Protection::DixOnly if self.sampled().is_some() => {
                "The media hold none: the HBA checks the tuple and strips it."
            }
            Protection::DixDif | Protection::DixOnly | Protection::Nvme
                if self.sampled().is_none() =>
            {
                "No tuple goes with the bio yet: the block layer makes it for each sector when the bio is submitted."
            }
            Protection::Nvme => {
                "NVMe's 16-bit guard format is this same tuple; it goes to the controller in a buffer of its own."
            }
            Protection::DixDif | Protection::DixOnly => "",
        }
    }
}

/// The card of the tuples, byte by byte.
pub(super) fn tuples(sector: &Sector) -> Element {
    let tuples = sector.tuples();
    let mut card = el("div", "card").attr(Attr::Part, "tuples");
    card = card.child(el("h2", "").text(match tuples.is_empty() {
        true => "The tuple",
        false => "The tuple of 8 bytes beside each sector",
    }));
    let without = sector.without();
    if !without.is_empty() {
        card = card.child(note("", without));
    }
    if !tuples.is_empty() {
        card = card.child(table(&tuples)).child(fields(sector, &tuples));
        card = card.child(note(
            "source",
            "struct t10_pi_tuple, include/linux/t10-pi.h; Type 1 protection, T10 SBC. All fields are big-endian.",
        ));
    }
    if sector.protection() == Protection::FsChecksum && sector.size() == 4096 {
        let taken = sector.sampled().map(|it| it.0);
        let bytes = sector.bytes(taken.unwrap_or(sector.held.memory[sector.number.index()]));
        // The library's is ext4's, which leaves out the last inversion.
        let text = format!("CRC-32C over the block: `{:08x}`.", !crc32c(bytes));
        card = card.child(rich(el("p", ""), &text));
    }
    card
}

fn table(tuples: &[Tuple]) -> Element {
    let head = |text: &str, many: &str| {
        el("th", "field")
            .attr(Attr::Scope, "colgroup")
            .attr(Attr::ColSpan, many)
            .text(text)
    };
    let heads = el("tr", "")
        .child(el("td", ""))
        .child(head("guard", "2"))
        .child(head("app", "2"))
        .child(head("reference", "4"));
    let mut body = el("tbody", "");
    for tuple in tuples {
        let place = el("th", "").attr(Attr::Scope, "row").text(tuple.place);
        let mut row = el("tr", "").attr(Attr::Part, tuple.key).child(place);
        for (at, byte) in tuple.bytes.iter().enumerate() {
            // A border where a field begins.
            let class = if matches!(at, 0 | 2 | 4) { "field" } else { "" };
            row = row.child(el("td", class).text(&format!("{byte:02x}")));
        }
        body = body.child(row);
    }
    el("table", "tuple")
        .child(el("caption", "hidden").text("The bytes of the tuple and their fields"))
        .child(el("thead", "").child(heads))
        .child(body)
}

/// What each field means.
fn fields(sector: &Sector, tuples: &[Tuple]) -> Element {
    let (size, lba) = (sector.size(), sector.lba());
    let guard = match sector.sum() {
        Sum::Crc => format!("CRC-16/T10-DIF over the {size} bytes."),
        Sum::Ip => format!(
            "With the bio goes the IP checksum of the {size} bytes, which is cheaper to compute; the HBA checks it and writes the CRC to the disk."
        ),
    };
    let all = [
        ("guard tag", "bytes 0, 1", guard),
        (
            "application tag",
            "bytes 2, 3",
            "The kernel writes 0. On reading, `ffff` here would mean: do not check this sector."
                .to_owned(),
        ),
        (
            "reference tag",
            "bytes 4 to 7",
            format!(
                "The low 32 bits of the LBA: {lba} is `{lba:08x}`. It catches sectors that went to the wrong place. The block layer counts from the bio's start and rewrites it to the disk's LBA before dispatch."
            ),
        ),
    ];
    let mut list = el("dl", "fields");
    for (at, (name, place, words)) in all.into_iter().enumerate() {
        let range = [0..2, 2..4, 4..8][at].clone();
        let value = |tuple: &Tuple| -> String {
            let bytes = tuple.bytes[range.clone()].iter();
            bytes.map(|byte| format!("{byte:02x}")).collect()
        };
        let same = tuples.iter().all(|tuple| value(tuple) == value(&tuples[0]));
        let values: Vec<String> = match same {
            true => vec![value(&tuples[0])],
            false => tuples
                .iter()
                .map(|tuple| format!("{} {}", value(tuple), tuple.place))
                .collect(),
        };
        list = list
            .child(
                el("dt", "")
                    .child(el("b", "").text(name))
                    .child(el("small", "").text(&format!(" {place}: ")))
                    .child(el("code", "").text(&values.join(", "))),
            )
            .child(rich(el("dd", ""), &words));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::packed;

    /// The tuples of the dossier's appendix A.
    #[test]
    fn tuples_are_big_endian() {
        assert_eq!(packed(0x7d33, 8), [0x7d, 0x33, 0, 0, 0, 0, 0, 8]);
        let far = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78];
        assert_eq!(packed(0, 0x1234_5678), far);
    }
}
