//! What leaves the page or comes into it: addresses and links, sentences about runs, diagrams, and files for
//! other programs.

mod address;
pub mod capture;
mod carried;
mod case;
mod cause;
mod change;
mod chrome_trace;
mod consequence;
pub mod diagram;
pub mod dmesg;
pub mod drawing;
mod ending;
mod explain;
mod figures;
mod foresight;
mod introduction;
mod klog;
mod leaks;
mod link;
mod lock_words;
mod made_file;
mod missing;
mod narration;
mod promela;
mod release;
mod run_json;
mod schema;
mod sector_bytes;
mod seen;
mod statements;
mod why;
mod without;
mod words;
mod worth;

pub use address::{Address, AddressError};
pub use carried::{carried_words, parting_words};
pub use cause::Cause;
pub use chrome_trace::chrome_trace;
pub use consequence::{Consequence, Hurt, Notices, Repair};
pub use ending::{explain_end, livelock_words, outcome, round_began, status_words};
pub use explain::{explain, explain_change};
pub use figures::{amount, grouped, millions, percent};
pub use foresight::{Outlooks, foresee, foresee_briefly, foresee_step, reduced_words};
pub use introduction::{introduction, what_differs, who_compares};
pub use klog::{Refusal, fsync_errno, log_lines};
pub use leaks::since;
pub use link::{LONGEST_LINK, Link, LinkError, Opened, model_sum};
pub use missing::missing;
pub use narration::{bytes, hex, press_sentence, sentence, slept, stored};
pub use promela::{promela, promela_all};
pub use release::release_words;
#[cfg(not(target_family = "wasm"))]
pub use run_json::run_schema;
pub use run_json::{RUN_FORMAT, run_json};
#[cfg(not(target_family = "wasm"))]
pub use schema::schema;
pub use schema::{DeviceWord, EraWord, InvariantNumber, StepKey, VerdictWord};
pub use sector_bytes::{BytesError, Finding, SectorBytes, Sum, Tuple};
pub use seen::{Held, Seen, all_seen, seen, seen_words};
pub use statements::{Statements, schedule_lines, statements};
pub use why::{why, why_end, why_from, why_round};
pub use without::without_words;
pub(crate) use words::bio as bio_words;
pub use worth::{Worth, worth};
