//! The page as data: every section is a pure function from what there is to show to elements.
//!
//! The page draws them (`app/render.rs`) and grants the wishes they carry; nothing here knows a
//! browser.

mod actors;
mod bytes;
mod catalogue;
mod check;
mod checker;
mod columns;
mod controls;
mod explain;
mod glossary;
mod grid;
mod header;
mod help;
mod listing;
mod look;
mod machine_state;
mod now;
mod timeline;
mod tree;
mod wish;

pub use actors::cards as actor_cards;
pub use catalogue::{orderings, orderings_summary};
pub use check::{Check, Table};
pub use checker::{panel, questions, race, strip};
pub use columns::{legend, pages};
pub use controls::{moves, step_buttons};
pub use explain::{ahead, cards as explanations, causes, now as sentence};
pub use glossary::{Card, Glossary, Word};
pub use header::{notice, settings, top};
pub use help::{KEYS, sheet};
pub use look::{Look, Panel, SPEEDS, Tab};
pub use now::Now;
pub use timeline::timeline;
pub use tree::{At, El, Node, On, button, el, note, nothing, rich, select};
pub use wish::Wish;
