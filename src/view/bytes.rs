//! Bytes in hex, sixteen a line, with those marked that differ from another content.

use super::tree::{El, el};

/// Adds a dump of `bytes` to an element; bytes that differ from `other` are marked.
pub fn dump(mut into: El, bytes: &[u8], other: &[u8]) -> El {
    let mut plain = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if at % 16 == 0 {
            plain += &format!("{at:03x} ");
        }
        plain.push(' ');
        let text = format!("{byte:02x}");
        if other.get(at) == Some(byte) {
            plain += &text;
        } else {
            into = into.text(&plain).with(el("mark", "").text(&text));
            plain.clear();
        }
        if at % 16 == 15 {
            plain.push('\n');
        }
    }
    into.text(&plain)
}
