//! Top of the page: name, scenario, kernel and device, and messages.

use crate::protocol::Era;
use crate::scenario::Device;

use super::definition::{DEVICE, KERNEL};
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, button, el, note, nothing, select};

/// What the page is about, for a visitor who does not know.
const TAGLINE: &str = "A page must not change between its checksum and the disk. Step through how Linux sees to that, or ";

/// The tagline, until the first step is made.
pub fn tagline(now: &Moment, ui: &UiState) -> Element {
    // Where the window is low, only the first ordering has room for it.
    let class = match now.scenario.slug == "baseline-five-step" {
        true => "tagline",
        false => "tagline spare",
    };
    if now.depth() > 0 || ui.lesson.is_some() {
        return el("p", class);
    }
    let open = el("label", "")
        .attr(Attr::For, "file")
        .text("open a trace\u{2026}");
    note(class, TAGLINE).child(open)
}

/// What is being fetched.
pub fn loading(ui: &UiState) -> Element {
    let loading = match ui.loading.as_str() {
        "" => String::new(),
        title => format!("Fetching \u{201c}{title}\u{201d}\u{2026}"),
    };
    note("loading", &loading)
}

/// The choice of the kernel and of the device.
pub fn settings(now: &Moment) -> Element {
    let (era, device) = (now.scenario.era, now.scenario.device);
    let index = |at: Option<usize>| at.unwrap_or(0);
    let eras = select(
        "Linux",
        index(Era::ALL.iter().position(|it| *it == era)),
        Era::ALL
            .iter()
            .enumerate()
            .map(|(at, it)| (format!("Linux {}", it.word()), Msg::Era(at)))
            .collect(),
    );
    let devices = select(
        "Device",
        index(Device::ALL.iter().position(|it| *it == device)),
        Device::ALL
            .iter()
            .enumerate()
            .map(|(at, it)| {
                let words = format!("{} ({})", it.heading(), it.word());
                (words, Msg::Device(at))
            })
            .collect(),
    );
    // What the choice means is said where it is asked about.
    el("section", "settings")
        .attr(Attr::Label, "Kernel and device")
        .child(eras.attr(Attr::Define, KERNEL))
        .child(devices.attr(Attr::Define, DEVICE))
}

/// Says what could not be done, or that there is a newer build of the page.
pub fn notice(ui: &UiState) -> Element {
    let (class, text, first) = match (ui.notice.as_str(), &ui.failed) {
        ("", _) if ui.newer => (
            "notice newer",
            "A new version of this page is available.",
            Some(("Reload", Msg::TakeNewBuild)),
        ),
        ("", _) => return nothing(),
        (text, Some(_)) => ("notice", text, Some(("Try again", Msg::TryAgain))),
        (text, None) => ("notice", text, None),
    };
    let mut moves = el("div", "moves");
    if let Some((label, msg)) = first {
        moves = moves.child(button("", "", label, false, msg));
    }
    el("div", class)
        .child(note("", text))
        .child(moves.child(button("", "", "Close", false, Msg::CloseNotice)))
}
