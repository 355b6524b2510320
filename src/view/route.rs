//! The part of a link that says what is open on the page: words such as `see-bytes-0.3`, `see-race`.

use crate::machine::{PageId, SectorId};
use crate::protocol::Era;
use crate::scenario::Device;

use super::ui_state::{Drawer, OtherBuild, Panel, StepSize, Tab, UiState};

/// The panels and their words.
const PANELS: [(Panel, &str); 6] = [
    (Panel::Verdicts, "verdicts"),
    (Panel::Map, "race"),
    (Panel::Matrix, "places"),
    (Panel::Mutants, "changes"),
    (Panel::Costs, "costs"),
    (Panel::Coverage, "coverage"),
];

/// The word for presses that make one step each.
const SINGLE_STEPS: &str = "single-steps";

/// The words for what is open, apart from what a scenario opens with.
pub fn route_words(ui: &UiState) -> Vec<String> {
    let mut words = Vec::new();
    let (page, sector) = ui.sector;
    match (ui.tab, ui.other) {
        (Tab::Explain, _) => {}
        (Tab::Check, _) if ui.panel.is_some() => {}
        (Tab::Check, _) => words.push("check".to_owned()),
        (Tab::Edit, _) => words.push("editor".to_owned()),
        (Tab::Inspect, _) => words.push(format!("bytes-{page}.{sector}")),
        (Tab::Compare, OtherBuild::None) => words.push("beside".to_owned()),
        (Tab::Compare, OtherBuild::Unchanged) => words.push("beside-unchanged".to_owned()),
        (Tab::Compare, OtherBuild::Era(at)) => {
            let era = Era::ALL[at % Era::ALL.len()];
            words.push(format!("beside-linux-{}", era.word()));
        }
        (Tab::Compare, OtherBuild::Device(at)) => {
            let device = Device::ALL[at % Device::ALL.len()];
            words.push(format!("beside-on-{}", device.link_word()));
        }
    }
    let panel = PANELS.iter().find(|(panel, _)| Some(*panel) == ui.panel);
    words.extend(panel.map(|(_, word)| (*word).to_owned()));
    if ui.step_size == StepSize::Single {
        words.push(SINGLE_STEPS.to_owned());
    }
    words
}

/// Opens what the words say, and closes everything else that they could name; unknown words are passed over.
pub fn apply_route(ui: &mut UiState, words: &[String]) {
    (ui.tab, ui.other, ui.panel) = (Tab::Explain, OtherBuild::None, None);
    ui.step_size = StepSize::Call;
    for word in words {
        if word == SINGLE_STEPS {
            ui.step_size = StepSize::Single;
        } else if let Some((panel, _)) = PANELS.iter().find(|(_, name)| name == word) {
            ui.panel = Some(*panel);
        } else if word == "check" {
            ui.tab = Tab::Check;
        } else if word == "editor" {
            ui.tab = Tab::Edit;
        } else if let Some(place) = word.strip_prefix("bytes-") {
            let numbers = place.split_once('.');
            let numbers = numbers.and_then(|(page, sector)| {
                let (page, sector) = (page.parse().ok()?, sector.parse().ok()?);
                Some((PageId::at(page), SectorId::at(sector)))
            });
            ui.tab = Tab::Inspect;
            ui.sector = numbers.unwrap_or(ui.sector);
        } else if let Some(other) = word.strip_prefix("beside") {
            ui.tab = Tab::Compare;
            let other = other.trim_start_matches('-');
            let era = Era::ALL
                .iter()
                .position(|it| other.strip_prefix("linux-") == Some(it.word()));
            let device = Device::ALL
                .iter()
                .position(|it| other.strip_prefix("on-") == Some(&it.link_word()));
            ui.other = match (other, era, device) {
                ("unchanged", ..) => OtherBuild::Unchanged,
                (_, Some(at), _) => OtherBuild::Era(at),
                (_, _, Some(at)) => OtherBuild::Device(at),
                _ => OtherBuild::None,
            };
        }
    }
    // What a link names is to be seen in a narrow window too.
    let open = ui.shown() != Tab::Explain;
    ui.drawer = open.then_some(Drawer::Side);
}
