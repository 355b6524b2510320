//! Stable Pages: Linux's page writeback protocol as an executable model.
//!
//! The modules depend on each other in one direction only, each on those before it:
//!
//! - [`machine`]: what exists and how a step changes it;
//! - [`protocol`]: the kernel's names, programs and their edits;
//! - [`scenario`]: data files into models, and the catalogue;
//! - [`explore`]: what a run did, and what every run can do;
//! - [`exchange`]: addresses and texts that leave the page or come in;
//! - [`lesson`]: the course: files whose moments are played and whose claims the engine decides;
//! - [`view`]: what the page shows, as data.
//!
//! The page itself (`app`, Leptos) is the binary's; the library knows no browser.

#![deny(missing_docs)]

pub mod exchange;
pub mod explore;
pub mod lesson;
pub mod machine;
pub mod protocol;
pub mod scenario;
pub mod view;
