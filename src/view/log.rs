//! What the kernel logs and what fsync returns, as cards show it.

use crate::exchange::fsync_errno;
use crate::protocol::Era;

use super::tree::{At, El, el, note};

/// Adds log lines under a heading, and the errno that follows.
pub fn log(card: El, heading: &str, lines: &[String], era: Era) -> El {
    let block = el("pre", "log").at(At::TabIndex, "0").at(At::Part, "log");
    card.with(el("h3", "").text(heading))
        .with(block.text(&lines.join("\n")))
        .with(note("small", fsync_errno(era)))
}
