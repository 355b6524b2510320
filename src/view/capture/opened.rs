//! The files that the page itself does not read, as the checker's worker knows them: the capture that is open, and what became of the
//! file opened last. The sheet that shows them.

use super::super::capture_msg::CaptureMsg;
use super::super::editor::capture_asked;
use super::super::msg::Msg;
use super::super::ui_state::Sheet;
use super::super::vdom::{Attr, Element, button, el, nothing};
use super::read_file::{Fate, ReadFile};

/// The files that the page itself does not read.
#[derive(Default)]
pub struct OpenedFiles {
    /// The capture that is open.
    capture: Option<ReadFile>,
    /// The file opened last, unless it is that capture.
    last: Option<ReadFile>,
}

impl OpenedFiles {
    /// Takes what was read, or is being read; returns the text of a file that is none of a capture.
    pub fn take(&mut self, read: ReadFile) -> Option<String> {
        match read.fate {
            Fate::Capture => (self.capture, self.last) = (Some(read), None),
            Fate::Text(ref text) => {
                let text = text.clone();
                self.last = Some(read);
                return Some(text);
            }
            Fate::Reading | Fate::Refused => self.last = Some(read),
            Fate::Lost => (self.capture, self.last) = (None, Some(read)),
        }
        None
    }

    /// Does what was asked for, as far as it is to be done here.
    pub fn used(&mut self, msg: CaptureMsg) {
        match msg {
            CaptureMsg::Cancel => {
                if let Some(last) = &mut self.last {
                    *last = ReadFile::refused(
                        &last.name,
                        "Cancelled: it was not read to its end, and nothing of it is kept.",
                    );
                }
            }
            CaptureMsg::Back => self.last = None,
            // The worker that has the capture does the rest.
            _ => {}
        }
    }

    /// The sheet. `text` draws a file that is no capture, as if it had been pasted.
    pub fn sheet(&self, text: impl FnOnce() -> Element) -> Element {
        let it = el("div", "sheet-body share capture");
        let Some(file) = self.last.as_ref().or(self.capture.as_ref()) else {
            return it
                .child(head("Opening\u{2026}"))
                .child(el("p", "").text("The file is on its way."));
        };
        let (what, content) = match file.fate {
            Fate::Capture => ("Capture", file.view.clone()),
            Fate::Text(_) => (
                "Read as a text",
                el("div", "").child(file.view.clone()).child(text()),
            ),
            Fate::Reading => ("Reading", file.view.clone()),
            Fate::Refused | Fate::Lost => ("Not opened", file.view.clone()),
        };
        let mut it = it.child(head(&format!("{what}: {}", file.name)));
        if let (Some(_), Some(capture)) = (&self.last, &self.capture) {
            let words = format!("Back to the capture {}", capture.name);
            let back = button("", "", &words, false, capture_asked(CaptureMsg::Back));
            it = it.child(el("div", "moves").child(back));
        }
        it.child(content)
    }

    /// Whether a capture is open.
    pub fn has_capture(&self) -> bool {
        self.capture.is_some()
    }

    /// A button that shows the capture that is open; nothing where none is.
    pub fn reopen(&self) -> Element {
        match self.capture.as_ref().or(self.last.as_ref()) {
            Some(file) => {
                let words = format!("Show what was opened: {}", file.name);
                let show = Msg::Sheet(Some(Sheet::Opened));
                button("reopen", "", &words, false, show)
            }
            None => nothing(),
        }
    }
}

fn head(title: &str) -> Element {
    el("div", "help-head")
        .child(el("h2", "").attr(Attr::Id, "help-title").text(title))
        .child(button("", "Escape", "Close", false, Msg::Sheet(None)))
}
