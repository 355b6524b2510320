//! Fool the guard: the bytes of a store are chosen so that the checksum does not see them.

use crate::lesson::Scene;

use super::super::msg::Msg;
use super::super::vdom::{Attr, Element, button, el, note, select};
use super::attended::{Attended, CourseMsg};

/// The letters that a byte can be chosen from.
const LETTERS: std::ops::RangeInclusive<u8> = b' '..=b'~';

/// The choice of the bytes, what the guard comes to, the search, and the run.
pub fn fool(scene: &Scene, goal: &str, attended: &Attended) -> Element {
    let task = el("div", "task challenge").child(el("p", "goal").text(goal));
    let usual = scene.stored().unwrap_or_default();
    let bytes = match attended.bytes.len() == usual.len() {
        true => attended.bytes.as_slice(),
        false => usual,
    };
    let Some(trial) = scene.try_store(bytes) else {
        return task;
    };
    let choices = (0..bytes.len()).map(|at| {
        let mut options: Vec<u8> = LETTERS.collect();
        if !options.contains(&bytes[at]) {
            options.push(bytes[at]);
        }
        let chosen = options.iter().position(|it| *it == bytes[at]);
        let options = options.into_iter().map(|byte| {
            let mut with = bytes.to_vec();
            with[at] = byte;
            let shown = match LETTERS.contains(&byte) {
                true => format!("{} ({byte:02x})", char::from(byte)),
                false => format!("{byte:02x}"),
            };
            (shown, Msg::Course(CourseMsg::Bytes(with)))
        });
        let name = format!("byte {}", at + 1);
        select(&name, chosen.unwrap_or(0), options.collect())
    });
    let sees = match (trial.changes, trial.fooled()) {
        (false, _) => "These are the bytes that are there: nothing would change.",
        (true, true) => "The same: the guard does not tell.",
        (true, false) => "Another: the guard tells.",
    };
    let compared = note(
        "status",
        &format!(
            "Guard of the sector before the store: {:04x}. With it: {:04x}. {sees}",
            trial.before, trial.after
        ),
    );
    let task = task
        .child(el("div", "bytes-chosen").children(choices.collect()))
        .child(compared.attr(Attr::Live, "polite"))
        .child(search(scene, bytes, attended));
    let run = Msg::Course(CourseMsg::Store);
    task.child(el("div", "moves").child(button("primary", "", "Run it", false, run)))
}

/// The search for the last two bytes, and what it found.
fn search(scene: &Scene, bytes: &[u8], attended: &Attended) -> Element {
    let [first @ .., _, _] = bytes else {
        return note("", "");
    };
    if !attended.searched {
        let ask = Msg::Course(CourseMsg::Search);
        let words = "Try all 65,536 pairs of last bytes";
        return el("div", "moves").child(button("", "", words, false, ask));
    }
    match scene.hiding(first) {
        None => note(
            "small",
            "Of all 65,536 pairs of last bytes none leaves the guard as it is.",
        ),
        Some(last) => {
            let with = [first, &last].concat();
            let take = button(
                "",
                "",
                "Take them",
                with == bytes,
                Msg::Course(CourseMsg::Bytes(with)),
            );
            el("div", "moves")
                .child(note(
                    "small",
                    &format!(
                        "Of all 65,536 pairs of last bytes {:02x} {:02x} leaves the guard as it is.",
                        last[0], last[1]
                    ),
                ))
                .child(take)
        }
    }
}
