//! What became of a drawing's lines, and what is assumed, in words.

use super::cell::{Parsed, Shape};
use super::deed::{Deed, How};
use super::fate::{Fate, Item};
use super::made::{Assumed, Programs};
use super::sheet::Cell;

/// What a line became.
pub(super) fn of(item: &Item, cell: &Cell, programs: &Programs, at: usize) -> String {
    let lines = programs.columns[cell.column].iter();
    let own: Vec<&str> = lines
        .filter(|it| it.cell == Some(at) && !it.frame)
        .map(|it| it.text.trim())
        .collect();
    match item.fate {
        Fate::Step | Fate::Lock => match (&item.deed, own.is_empty()) {
            (Some(deed), true) => already(deed).to_owned(),
            (Some(deed), false) => deed_words(deed, &own),
            (None, _) => format!(
                "known to do: {}",
                item.inside.join(", ").replace("submit", "submit_bio")
            ),
        },
        Fate::Condition if item.asks_dirty => "asks PG_dirty; answered as drawn".to_owned(),
        Fate::Condition => "a question the model cannot ask; answered as drawn".to_owned(),
        Fate::Frame => "calls what stands below it".to_owned(),
        Fate::Part => "belongs to the line above".to_owned(),
        Fate::Idle => "not modelled: a step that changes nothing".to_owned(),
        Fate::Jump if own.iter().any(|it| it.contains("again")) => {
            "goes back to the call that was refused".to_owned()
        }
        Fate::Jump => "leaves, and gives back what it holds".to_owned(),
        Fate::Remark => remark(&cell.parsed).to_owned(),
    }
}

fn remark(parsed: &Parsed) -> &'static str {
    match parsed.shape {
        Shape::Elided => "left out by the drawing",
        _ => "a remark",
    }
}

/// What a step is that has been made before.
fn already(deed: &Deed) -> &'static str {
    match deed {
        Deed::Page("end_page_writeback") => "the completion does this when the I/O has ended",
        Deed::Submit | Deed::Checksum => "said of a bio that is on its way already",
        _ => "done already",
    }
}

fn deed_words(deed: &Deed, own: &[&str]) -> String {
    match deed {
        Deed::Page(_) | Deed::Count(..) | Deed::Store(_) => {
            let first = own
                .iter()
                .find(|it| !it.ends_with('>') && !it.starts_with("goto"));
            format!("step: {}", first.copied().unwrap_or_default())
        }
        Deed::ClearForIo => "steps: page_mkclean, then PG_dirty is cleared".to_owned(),
        Deed::Truncate => format!("steps: {}", own.join(", ")),
        Deed::Checksum => "steps: guards are taken of the bytes".to_owned(),
        Deed::Submit => "steps: guards are taken, the bio goes out".to_owned(),
        Deed::Lock(how, name) => match how {
            How::Take => format!("takes {name}"),
            How::Share => format!("takes {name}, shared"),
            How::Try | How::TryShare => format!("tries {name}"),
            How::Release | How::ReleaseShare => format!("gives {name} back"),
        },
    }
}

impl Assumed {
    /// What is assumed, in a sentence.
    pub fn words(&self) -> String {
        match self {
            Assumed::SubmittedAtEnd(who) => format!(
                "No line submits the bio of {who}: it goes out at the end of what is drawn of {who}, after the last line."
            ),
            Assumed::Written(who) => format!(
                "{who} clears the dirty bit on its way to write: after its last line PG_writeback is set and the bio goes out."
            ),
            Assumed::HeldBefore(who, what) => {
                format!("{who} gives {what} back, so it takes it first, before the first line.")
            }
            Assumed::GivenBack(who, what) => format!("{who} gives {what} back at its end."),
            Assumed::WaitsForItsOwn(who) => {
                format!(
                    "{who} writes a page twice: it waits for the first write before the second."
                )
            }
            Assumed::LockedFor(who, what) => {
                format!(
                    "{who} holds {what} for the step that needs it, and gives it back right after it: does your code?"
                )
            }
            Assumed::Inside(who, function, steps) => {
                format!("{function} of {who} is taken to do {steps}: does your code?")
            }
            Assumed::LeavesOnFailure(who, what) => {
                format!("Where {what} of {who} fails, {who} gives back what it holds and leaves.")
            }
            Assumed::Flusher => {
                "Nobody is drawn to set PG_writeback: a flusher writes the page before.".to_owned()
            }
            Assumed::Disk => "A disk checks and stores what is submitted.".to_owned(),
            Assumed::Completion => "A softirq ends the I/O and clears PG_writeback.".to_owned(),
            Assumed::Pages(names) => {
                let all = names.iter().enumerate();
                let all: Vec<String> = all
                    .map(|(at, name)| format!("page {name} is page {at} of the model"))
                    .collect();
                format!("In the draft {}.", all.join(", "))
            }
            Assumed::PagesFolded(names) => format!(
                "The model has three pages; {} stand for the first one.",
                names.join(", ")
            ),
        }
    }
}
