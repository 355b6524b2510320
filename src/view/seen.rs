//! What real kernels did, beside what the model says of the same.

use crate::exchange::{Seen, seen, seen_words};
use crate::scenario::Scenario;

use super::vdom::{Element, el, note, nothing, rich};

/// A sentence for each kernel, and behind it each experiment with how to repeat it; nothing where nothing was seen.
pub fn on_real_kernels(scenario: &Scenario) -> Element {
    let seen = seen(scenario);
    let repeat = match &seen[..] {
        [first, .., last] if first.repeat != last.repeat => "make kernel-lab",
        [first, ..] => first.repeat,
        [] => return nothing(),
    };
    let repeat = format!(
        "In QEMU, on a disk of scsi_debug with one queue slot, so that a race has time. `{repeat}` repeats it. How often it fails depends on the machine: none or some is what counts."
    );
    el("div", "seen").child(note("", &seen_words(&seen))).child(
        el("details", "")
            .child(el("summary", "").text("What ran, and how to repeat it"))
            .child(experiments(&seen))
            .child(rich(el("p", "small"), &repeat)),
    )
}

/// Each experiment in a line, below its kernel.
fn experiments(seen: &[Seen]) -> Element {
    let mut list = el("dl", "");
    for of_series in seen.chunk_by(|one, other| one.series == other.series) {
        let [
            Seen {
                series,
                version,
                date,
                ..
            },
            ..,
        ] = of_series
        else {
            continue;
        };
        let kernel = format!("Linux {series} (Debian's {version}, {date})");
        list = list.child(el("dt", "").text(&kernel));
        for it in of_series {
            let mut line = format!("{}: {}.", it.about, it.figures());
            if !it.why.is_empty() {
                line += &format!(" {}.", it.why);
            }
            list = list.child(el("dd", "").text(&line));
        }
    }
    list
}
