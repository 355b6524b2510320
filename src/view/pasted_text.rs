//! What somebody has pasted: a drawing, lines of a kernel log, a sector's bytes. A worker of its own reads it, which is fetched when something
//! is pasted for the first time.

use serde::{Deserialize, Serialize};

use super::capture_msg::CaptureMsg;
use super::dmesg::PastedLog;
use super::drawing::PastedDrawing;
use super::drawing_msg::DrawingMsg;
use super::sector_bytes::pasted_bytes;
use super::vdom::{Attr, Element, note};

/// What the checker's worker asks of the one that reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReadRequest {
    /// Read a text.
    Text(String),
    /// Read its drawing otherwise.
    Drawing(DrawingMsg),
    /// Read a capture that was pasted: its text.
    PastedCapture(String),
    /// Hold the rounds of the capture that are looked at against these scenarios: their names and files.
    Catalogue(Vec<(String, String)>),
    /// Show something else of the capture that is open; the value of the field that asks.
    Capture(CaptureMsg, String),
}

/// What a text was read as; each part only if the text has such.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadText {
    /// Whether it is still being read.
    pub pending: bool,
    /// A drawing, and what it comes to.
    pub drawing: Option<Element>,
    /// Lines of a kernel log, and what could have happened.
    pub log: Option<Element>,
    /// The bytes of a sector, and their checksums.
    pub bytes: Option<Element>,
}

impl ReadText {
    /// Nothing, and why.
    pub fn failed(why: &str) -> ReadText {
        ReadText {
            drawing: Some(note("unread", why).attr(Attr::Role, "status")),
            ..ReadText::default()
        }
    }
}

/// Reads what is pasted.
#[derive(Default)]
pub struct TextReader {
    drawing: Option<PastedDrawing>,
    read: ReadText,
}

impl TextReader {
    /// Does what is asked for.
    pub fn handle(&mut self, request: ReadRequest) -> &ReadText {
        match request {
            ReadRequest::Text(text) => {
                let bytes = pasted_bytes(&text);
                // A dump of bytes has columns too.
                self.drawing = match bytes.is_some() {
                    true => None,
                    false => PastedDrawing::of(&text),
                };
                self.read = ReadText {
                    pending: false,
                    drawing: None,
                    log: PastedLog::of(&text).map(|it| it.view()),
                    bytes,
                };
            }
            ReadRequest::Drawing(msg) => {
                if let Some(drawing) = &mut self.drawing {
                    drawing.used(msg);
                }
            }
            // A worker of its own reads captures.
            ReadRequest::PastedCapture(_)
            | ReadRequest::Catalogue(_)
            | ReadRequest::Capture(..) => {}
        }
        self.read.drawing = self.drawing.as_ref().map(PastedDrawing::view);
        &self.read
    }
}
