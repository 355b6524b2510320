//! The page as data: every section is a pure function from what there is to show to elements.
//!
//! The page draws them (`app/render.rs`) and grants the wishes they carry; nothing here knows a
//! browser.

mod actors;
mod beside;
mod catalogue;
mod check;
mod checker;
mod comparison;
mod controls;
mod explain;
mod figure;
mod frame;
mod glossary;
mod grid;
mod header;
mod help;
mod inspect;
mod listing;
mod log;
mod look;
mod machine_state;
mod now;
mod scribe;
mod share;
mod side;
mod sight;
mod stage;
mod timeline;
mod tree;
mod wish;

pub use actors::cards as actor_cards;
pub use beside::{Beside, beside};
pub use catalogue::orderings_summary;
pub use check::{Check, Table};
pub use checker::{SIDE, questions};
pub use comparison::comparison;
pub use controls::{moves, step_buttons};
pub use explain::{LeftOut, ahead, cards as explanations, causes, now as sentence};
pub use figure::{Carried, FigureError, figure, reopen};
pub use frame::frame;
pub use glossary::{Card, Glossary, Word};
pub use header::{loading, notice, settings, tagline};
pub use help::{KEYS, sheet};
pub use inspect::inspect;
pub use look::{Look, Other, Panel, SPEEDS, Sheet, Tab};
pub use now::Now;
pub use scribe::{Arrived, Place, Publish, Question, Reply, Said, Scribe, Situation};
pub use side::tabs;
pub use sight::{look_at, sight};
pub use stage::{legend, stage};
pub use timeline::{lanes, playhead, scrubber, tape, writing};
pub use tree::{At, El, Node, On, button, el, note, nothing, rich, select};
pub use wish::Wish;
