//! What a sector's bytes that somebody pasted come to: under the field they were pasted into.

use crate::exchange::SectorBytes;

use super::vdom::{Attr, Element, el, note};

/// The checksums of pasted bytes, and what is wrong with their tuple; nothing for a text that is no dump of bytes.
pub fn pasted_bytes(text: &str) -> Option<Element> {
    let card = el("div", "reading").attr(Attr::Part, "bytes-reading");
    let read = match SectorBytes::read(text)? {
        Ok(read) => read,
        Err(error) => {
            return Some(
                card.child(
                    note("", &format!("These bytes cannot be read: {error}."))
                        .attr(Attr::Role, "status"),
                ),
            );
        }
    };
    let many = read.bytes.len();
    let odd = match many {
        512 | 4096 => "",
        _ => " Guards are taken over 512 or 4096 bytes.",
    };
    let said = note("", &format!("{many} bytes.{odd}")).attr(Attr::Role, "status");
    let mut sums = el("dl", "");
    for sum in read.sums() {
        sums = sums
            .child(el("dt", "").text(sum.name))
            .child(el("dd", "").child(el("code", "").text(&sum.value)));
    }
    let mut parts = el("ul", "tuple-parts");
    for finding in read.findings() {
        let (class, sign) = match finding.agrees {
            true => ("good", "\u{2713} "),
            false => ("bad", "\u{2260} "),
        };
        parts = parts.child(el("li", class).text(sign).text(&finding.words));
    }
    let none = match parts.children.is_empty() {
        true => {
            "No tuple stands with them: paste its eight bytes behind the sector's, or write \u{201c}guard 0x1234 app 0 ref 59\u{201d} and \u{201c}LBA 59\u{201d} above."
        }
        false => "",
    };
    Some(
        card.child(said)
            .child(sums)
            .child(parts)
            .child(note("small", none)),
    )
}
