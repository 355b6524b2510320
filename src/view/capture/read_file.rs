//! A file that the page itself does not read, and what became of it.

use serde::{Deserialize, Serialize};

use super::super::vdom::{Attr, Element, el, note, rich};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// It is still being read.
    Reading,
    /// It is a capture, which is open now.
    Capture,
    /// It is another text.
    Text(String),
    /// It cannot be opened.
    Refused,
    /// It was the capture that is open, and what had it broke down.
    Lost,
}

/// A file, and what is to be seen of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadFile {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// What is to be seen of it.
    pub view: Element,
}

impl ReadFile {
    /// A file that cannot be opened, and why.
    pub fn refused(name: &str, why: &str) -> ReadFile {
        ReadFile {
            name: name.to_owned(),
            fate: Fate::Refused,
            view: el("div", "")
                .child(rich(el("p", "unread"), why).attr(Attr::Role, "status"))
                .child(note(
                    "",
                    "What was on the page is still there. Read here are: the text of a kernel's trace buffer (tracefs trace, trace-cmd report), what lab/record-writeback.sh records, scenarios (.toml), lessons (.md), figures and runs saved from this page (.svg, .json); and, up to 256 KiB, diagrams out of mails, lines of kernel logs and a sector's bytes.",
                )),
        }
    }
}
