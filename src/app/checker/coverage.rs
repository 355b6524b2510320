//! What a check covered: how often each step ran, and which never did.

use leptos::prelude::*;

use stable_pages::explore::Checked;

use super::super::desk::Desk;
use super::super::figures::grouped;
use super::super::parts::{At, El, el, note};

pub fn panel(desk: Desk) -> AnyView {
    let checked = desk.checks().with(|it| it.checked.clone());
    let Some(checked) = checked else {
        return note("small", "Once everything has been looked at.").view();
    };
    let scenario = desk.scenario();
    let mut cards = el("div", "cards");
    for actor in 0..scenario.cast.len() {
        cards = cards.with(of_actor(desk, &checked, actor));
    }
    let sofar = &checked.sofar;
    let words = format!(
        "{} states, {} steps between them, {} ends; {} MiB. How often each step was taken, over all states. A step that never ran was not tested by this check.",
        grouped(&sofar.states.to_string()),
        grouped(&sofar.edges.to_string()),
        grouped(&checked.ends.to_string()),
        checked.bytes.div_ceil(1 << 20),
    );
    el("div", "").with(note("small", &words)).with(cards).view()
}

fn of_actor(desk: Desk, checked: &Checked, actor: usize) -> El {
    let scenario = desk.scenario();
    let cast = &scenario.cast[actor];
    let ran = checked.ran.get(actor).map_or(&[][..], |it| &it[..]);
    let mut list = el("ol", "coverage");
    let mut never = 0;
    for line in cast.lines.iter().filter(|it| it.row.is_some()) {
        let pcs = line.pcs.start as usize..line.pcs.end as usize;
        let Some(counts) = ran.get(pcs).filter(|it| !it.is_empty()) else {
            continue;
        };
        let times: u64 = counts.iter().map(|it| u64::from(*it)).sum();
        never += u32::from(times == 0);
        let (class, shown) = match times {
            0 => ("never", "never reached".to_owned()),
            _ => ("", grouped(&times.to_string())),
        };
        list = list.with(
            el("li", class)
                .with(el("code", "").text(&line.text))
                .with(el("span", "").text(&shown)),
        );
    }
    let words = match never {
        0 => "every step ran".to_owned(),
        1 => "one step never ran".to_owned(),
        many => format!("{many} steps never ran"),
    };
    el("div", "card")
        .at(At::Part, "coverage")
        .with(el("h2", "").text(&cast.name))
        .with(note("small", &words))
        .with(list)
}
