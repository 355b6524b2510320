//! What the page shows, as data: every section is a pure function from the moment shown to elements of a small
//! virtual DOM ([`Element`]), which carry the messages ([`Msg`]) that using them sends.
//!
//! This is Elm's shape: `app/store.rs` is the model, this is the view, `app/update.rs` does what a message asks
//! for, `app/dom.rs` makes the elements real. Nothing here knows a browser, so every section is tested natively,
//! and the worker draws half of them ([`Renderer`]).

mod actors;
mod badge;
mod capture;
mod capture_msg;
mod catalogue;
mod check_results;
mod checker;
mod compare;
mod controls;
mod course;
mod definition;
mod dmesg;
mod drawing;
mod drawing_msg;
mod editor;
mod explain;
mod figure;
mod frame;
mod glossary;
mod grid;
mod guard_bits;
mod header;
mod help;
mod inspect;
mod log;
mod machine_state;
mod messages;
mod moment;
mod movement;
mod msg;
mod pasted_text;
mod picture;
mod press;
mod program_rows;
mod renderer;
mod route;
mod sector_bytes;
mod seen;
mod share;
mod side;
mod sources;
mod stage;
mod standing;
mod timeline;
mod ui_state;
mod vdom;
mod why;

pub use actors::actor_cards;
pub use badge::badge;
pub use capture::{CapturePanel, Fate, FileError, OpenedFiles, Opening, ReadAgain, ReadFile};
pub use capture_msg::{CaptureMsg, Place};
pub use catalogue::{list_search, orderings_summary};
pub use check_results::{CheckResults, Matrix, MutantTable};
pub use checker::{SIDE, panel_buttons};
pub use compare::{Comparison, compare};
pub use controls::{NO_STEPS, step_buttons, time_controls};
pub use course::{
    Asked, Attended, BeatRun, Class, CourseMsg, LessonFile, PackedLesson, Progress, lessons,
    moment_of, outcome, said, spans,
};
pub use editor::{DraftAsked, Drafted, FIXES, Fix, Sealed};
pub use explain::{LeftOut, elsewhere, explanations, outlook_line, sentence, spoken_of};
pub use figure::{Carried, FigureError, figure, lesson_figure, reopen};
pub use frame::frame;
pub use glossary::Glossary;
pub use header::{loading, notice, settings, tagline};
pub use help::{KEYS, sheet};
pub use inspect::inspect;
pub use messages::{OpenedRun, RenderInput, Slot, WorkerMessage, WorkerRequest, WorkerResponse};
pub use moment::Moment;
pub use movement::{Finding, Load, Movement, Spot, Timed, movements, played_from, timed};
pub use msg::Msg;
pub use pasted_text::{ReadRequest, ReadText, TextReader};
pub use press::{press_ahead, press_behind, presses, stands_out};
pub use renderer::{PublishFile, Renderer};
pub use route::{apply_route, route_words};
pub use seen::on_real_kernels;
pub use side::tabs;
pub use sources::{cited, cited_outside, source};
pub use stage::{legend, stage};
pub use standing::Standing;
pub use timeline::{lanes, playhead, scrubber, tape, writing};
pub use ui_state::{
    Card, Drawer, Folded, OtherBuild, Panel, SPEEDS, Sheet, StepSize, Tab, TermRef, USUAL_SPEED,
    UiState, reading_time,
};
pub use vdom::{Attr, Element, Handler, Node, button, el, note, nothing, rich, select};
pub use why::{Chain, ChainMark, failed_at};
