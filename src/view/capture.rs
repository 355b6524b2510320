//! A capture of a running kernel, read from a visitor's file by a worker that is fetched for it. [`Opening`] takes the file in,
//! [`CapturePanel`] has what was read and draws it: the rules and what the capture says of each (`overview.rs`), the folios (`strips.rs`),
//! and a folio's events (`window.rs`). The checker's worker keeps what they drew last ([`OpenedFiles`]).

mod looked;
mod opened;
mod opening;
mod overview;
mod panel;
mod read_file;
mod round;
mod strips;
mod window;
mod words;

pub use opened::OpenedFiles;
pub use opening::{FileError, Opening};
pub use panel::{CapturePanel, ReadAgain};
pub use read_file::{Fate, ReadFile};
