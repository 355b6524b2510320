//! A file whose text is changed is not the one any more of which its claims speak.

use super::error::DraftError;
use super::layout::{Layout, quoted};

/// What the file says of verdicts, runs and sleeps.
const OUTCOMES: [&str; 3] = ["schedule", "opening", "breaks"];

/// The file without what it states of its outcome, since nobody has looked at the new ordering yet. A file of the catalogue is
/// no longer the one that its title, summary, remarks and sources speak of, either.
///
/// # Errors
/// [`DraftError::Unreadable`] if it is no TOML.
pub(super) fn disowned(text: &str) -> Result<String, DraftError> {
    let mut layout = Layout::of(text)?;
    let is_listed = layout.top.iter().any(|it| it.key == "group");
    let mut gone = vec!["expect", "stall"];
    if is_listed {
        let title = layout.top.iter().find(|it| it.key == "title");
        let title = title.and_then(|it| it.text.clone()).unwrap_or_default();
        layout.set_top("title", Some(quoted(&format!("Draft, from: {title}"))));
        layout.set_top("summary", Some(quoted("")));
        layout.set_top("watch", Some(quoted("")));
        for key in ["section", "group", "order"] {
            layout.set_top(key, None);
        }
        gone.extend(["note", "source"]);
    }
    for key in OUTCOMES {
        layout.set_top(key, None);
    }
    let pieces: Vec<_> = layout
        .pieces
        .iter()
        .filter(|it| gone.contains(&&it.kind[..]))
        .cloned()
        .collect();
    for piece in pieces {
        layout.remove(&piece);
    }
    Ok(layout.finish())
}
