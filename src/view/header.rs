//! Top of the page: name, scenario, kernel and device, and messages.

use crate::protocol::Era;
use crate::scenario::Device;

use super::look::Look;
use super::now::Now;
use super::tree::{At, El, button, el, note, nothing, select};
use super::wish::Wish;

/// What the page is about, for whoever comes without knowing.
const TAGLINE: &str = "A page must not change between the moment its checksum is taken and the moment the disk has it. \
    Step through how Linux sees to that, and through what happens when one step is missing.";

/// The whole matter in two sentences, until the first step is made.
pub fn tagline(now: &Now) -> El {
    note("tagline", if now.depth() == 0 { TAGLINE } else { "" })
}

/// What is being fetched.
pub fn loading(look: &Look) -> El {
    let loading = match look.loading.as_str() {
        "" => String::new(),
        title => format!("Fetching \u{201c}{title}\u{201d}\u{2026}"),
    };
    note("loading", &loading)
}

/// Which kernel and which device, each to be changed.
pub fn settings(now: &Now) -> El {
    let (era, device) = (now.scenario.era, now.scenario.device);
    let index = |at: Option<usize>| at.unwrap_or(0);
    let eras = select(
        "Linux",
        index(Era::ALL.iter().position(|it| *it == era)),
        Era::ALL
            .iter()
            .enumerate()
            .map(|(at, it)| (it.word().to_owned(), Wish::Era(at)))
            .collect(),
    );
    let devices = select(
        "Device",
        index(Device::ALL.iter().position(|it| *it == device)),
        Device::ALL
            .iter()
            .enumerate()
            .map(|(at, it)| (it.word().to_owned(), Wish::Device(at)))
            .collect(),
    );
    let about = format!("{} \u{b7} {}", era.kernels(), device.about());
    el("section", "settings")
        .at(At::Label, "Kernel and device")
        .with(eras)
        .with(devices)
        .with(note("era", &about))
}

/// A message about an address or a file that leads nowhere, or that there is a newer build of the page.
pub fn notice(look: &Look) -> El {
    let (class, text, first) = match (look.notice.as_str(), &look.failed) {
        ("", _) if look.newer => (
            "notice newer",
            "A new version of this page is there.",
            Some(("Reload", Wish::Update)),
        ),
        ("", _) => return nothing(),
        (text, Some(_)) => ("notice", text, Some(("Try again", Wish::TryAgain))),
        (text, None) => ("notice", text, None),
    };
    let mut moves = el("div", "moves");
    if let Some((label, wish)) = first {
        moves = moves.with(button("", "", label, false, wish));
    }
    el("div", class)
        .with(note("", text))
        .with(moves.with(button("", "", "Close", false, Wish::CloseNotice)))
}
