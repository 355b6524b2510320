//! What leaves the page or comes in: addresses, and texts in the kernel's own words.

mod address;
mod klog;
mod narration;

pub use address::{Address, AddressError};
pub use klog::{fsync_errno, log_lines};
pub use narration::{bytes, hex, outcome, sentence, status_words, stored};
