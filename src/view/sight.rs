//! What is open on the page, in words for links: `see-bytes-0.3`, `see-race`.

use crate::protocol::Era;
use crate::scenario::Device;

use super::look::{Look, Other, Panel, Tab};

const PANELS: [(Panel, &str); 5] = [
    (Panel::Verdicts, "verdicts"),
    (Panel::Map, "race"),
    (Panel::Mutants, "changes"),
    (Panel::Costs, "costs"),
    (Panel::Coverage, "coverage"),
];

/// What is open, beyond what is when a scenario is opened.
pub fn sight(look: &Look) -> Vec<String> {
    let mut words = Vec::new();
    let (page, sector) = look.sector;
    match (look.tab, look.other) {
        (Tab::Explain, _) => {}
        (Tab::Inspect, _) => words.push(format!("bytes-{page}.{sector}")),
        (Tab::Beside, Other::None) => words.push("beside".to_owned()),
        (Tab::Beside, Other::Unchanged) => words.push("beside-unchanged".to_owned()),
        (Tab::Beside, Other::Era(at)) => {
            let era = Era::ALL[at % Era::ALL.len()];
            words.push(format!("beside-linux-{}", era.word()));
        }
        (Tab::Beside, Other::Device(at)) => {
            let device = Device::ALL[at % Device::ALL.len()];
            words.push(format!("beside-on-{}", device.link_word()));
        }
    }
    let panel = PANELS.iter().find(|it| Some(it.0) == look.panel);
    words.extend(panel.map(|it| it.1.to_owned()));
    words
}

/// Opens what the words say, and nothing else; words that mean nothing here are passed over.
pub fn look_at(look: &mut Look, words: &[String]) {
    (look.tab, look.other, look.panel) = (Tab::Explain, Other::None, None);
    for word in words {
        if let Some((panel, _)) = PANELS.iter().find(|it| it.1 == word) {
            look.panel = Some(*panel);
        } else if let Some(place) = word.strip_prefix("bytes-") {
            let numbers = place.split_once('.');
            let numbers =
                numbers.and_then(|(page, sector)| Some((page.parse().ok()?, sector.parse().ok()?)));
            look.tab = Tab::Inspect;
            look.sector = numbers.unwrap_or(look.sector);
        } else if let Some(other) = word.strip_prefix("beside") {
            look.tab = Tab::Beside;
            let other = other.trim_start_matches('-');
            let era = Era::ALL
                .iter()
                .position(|it| other.strip_prefix("linux-") == Some(it.word()));
            let device = Device::ALL
                .iter()
                .position(|it| other.strip_prefix("on-") == Some(&it.link_word()));
            look.other = match (other, era, device) {
                ("unchanged", ..) => Other::Unchanged,
                (_, Some(at), _) => Other::Era(at),
                (_, _, Some(at)) => Other::Device(at),
                _ => Other::None,
            };
        }
    }
}
