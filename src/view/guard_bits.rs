//! Two guards that differ, bit by bit.

use crate::exchange::hex;

use super::vdom::{Attr, Element, el};

/// A row with the bits of a guard, those marked that differ from the other guard's.
fn row(name: &str, guard: u16, other: u16) -> Element {
    let mut row = el("tr", "").child(el("th", "").attr(Attr::Scope, "row").text(name));
    for bit in (0..16).rev() {
        let differs = (guard ^ other) >> bit & 1 == 1;
        let class = if differs { "differs" } else { "" };
        let digit = if guard >> bit & 1 == 1 { "1" } else { "0" };
        row = row.child(el("td", class).text(digit));
    }
    row
}

/// The guard that was received and the one computed, one below the other.
pub fn guard_bits(received: u16, computed: u16) -> Element {
    let body = el("tbody", "")
        .child(row(&hex(received), received, computed))
        .child(row(&hex(computed), computed, received));
    let differ = (received ^ computed).count_ones();
    el("figure", "comparison")
        .attr(Attr::Part, "comparison")
        .child(el("table", "").child(body))
        .child(el("figcaption", "").text(&format!("{differ} of 16 bits differ.")))
}
