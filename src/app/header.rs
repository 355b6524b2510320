//! Top of the page: name, scenario, kernel and device, and messages.

use leptos::prelude::*;

use stable_pages::protocol::Era;
use stable_pages::scenario::Device;

use super::desk::Desk;
use super::parts::{At, button, el, note, nothing, select, words};

/// What the page is about, for whoever comes without knowing.
const TAGLINE: &str = "A page must not change between the moment its checksum is taken and the moment the disk has it. \
    Step through how Linux sees to that, and through what happens when one step is missing.";

pub fn header(desk: Desk) -> AnyView {
    let help = Box::new(move || desk.show_help(true));
    let loading = desk.panel().loading;
    let loading = match loading {
        "" => String::new(),
        title => format!("Fetching \u{201c}{title}\u{201d}\u{2026}"),
    };
    let scenario = desk.scenario();
    let own = if scenario.own { "your file" } else { "" };
    el("header", "top")
        .with(note("brand", "Stable Pages"))
        .with(el("h1", "").text(&scenario.title))
        .with(el("span", "own").text(own))
        .with(note("loading", &loading))
        .child(button("quiet", "?", "Keys and words (?)", false, help))
        .with(note(
            "tagline",
            if desk.now().depth() == 0 { TAGLINE } else { "" },
        ))
        .view()
}

/// Which kernel and which device, each to be changed.
pub fn settings(desk: Desk) -> AnyView {
    let shown = desk.scenario();
    let (era, device) = (shown.era, shown.device);
    let of = |era: Era| Era::ALL.iter().position(|it| *it == era).unwrap_or(0);
    let at = |device: Device| Device::ALL.iter().position(|it| *it == device).unwrap_or(0);
    let eras = select(
        "Linux",
        words(&Era::ALL.map(Era::word)),
        of(era),
        Box::new(move |index| {
            let device = desk.peek().scenario.device;
            desk.rebuild(device, Era::ALL[index]);
            of(desk.peek().scenario.era)
        }),
    );
    let devices = select(
        "Device",
        words(&Device::ALL.map(Device::word)),
        at(device),
        Box::new(move |index| {
            let era = desk.peek().scenario.era;
            desk.rebuild(Device::ALL[index], era);
            at(desk.peek().scenario.device)
        }),
    );
    let about = format!("{} \u{b7} {}", era.kernels(), device.about());
    el("section", "settings")
        .at(At::Label, "Kernel and device")
        .child(eras)
        .child(devices)
        .with(note("era", &about))
        .view()
}

/// A message about an address or a file that leads nowhere.
pub fn notice(desk: Desk) -> AnyView {
    let panel = desk.panel();
    if panel.notice.is_empty() {
        return nothing();
    }
    let close = Box::new(move || desk.close_notice());
    let mut moves = el("div", "moves");
    if let Some(entry) = panel.failed {
        let again = Box::new(move || desk.open(entry));
        moves = moves.child(button("", "", "Try again", false, again));
    }
    el("div", "notice")
        .with(note("", &panel.notice))
        .with(moves.child(button("", "", "Close", false, close)))
        .view()
}
