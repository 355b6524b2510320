//! Lines of the kernel's log, and the errno of fsync, as cards show them.

use crate::exchange::fsync_errno;
use crate::protocol::Era;

use super::vdom::{Attr, Element, el, note};

/// Adds log lines under a heading, and the errno that follows.
pub fn log(card: Element, heading: &str, lines: &[String], era: Era) -> Element {
    let block = el("pre", "log")
        .attr(Attr::TabIndex, "0")
        .attr(Attr::Part, "log");
    card.child(el("h3", "").text(heading))
        .child(block.text(&lines.join("\n")))
        .child(note("small", fsync_errno(era)))
}
