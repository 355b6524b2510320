//! The stage's table: one column a sector, flowing down from memory to media.

use leptos::prelude::*;

use super::desk::Desk;
use super::grid::{Cell, Level, Moment};
use super::parts::{At, El, el};

pub fn table(desk: Desk) -> AnyView {
    let scenario = desk.scenario.get();
    let many = scenario.model.geometry.sectors();
    let columns = desk.story.with(|story| story.columns);
    let moment = Moment {
        scenario: &scenario,
        world: desk.world(),
        before: desk.world_before(),
        columns: &columns,
        step: desk.depth(),
    };
    let mut heads = el("tr", "").with(el("td", ""));
    for sector in 0..many {
        let lba = scenario.model.geometry.lba(0, sector);
        let pressed = desk.panel().sector == sector;
        let button = el("button", "sector")
            .is(At::Pressed, pressed)
            .with(el("span", "wide").text("sector "))
            .text(&sector.to_string())
            .with(el("small", "").text(&format!("LBA {lba}")))
            .press(Box::new(move || desk.set(|panel| panel.sector = sector)));
        heads = heads.with(el("th", "").at(At::Scope, "col").child(button));
    }
    let mut body = el("tbody", "");
    for level in Level::ALL {
        let (title, what) = level.title();
        let mut row = el("tr", "").with(
            el("th", "")
                .at(At::Scope, "row")
                .with(el("b", "").text(title))
                .with(el("small", "").text(what)),
        );
        for sector in 0..many {
            let key = format!("{}-{sector}", level.key());
            row = row.with(cell(moment.cell(level, sector)).at(At::Cell, &key));
        }
        body = body.with(row);
    }
    let class = if many == 1 {
        "columns single"
    } else {
        "columns"
    };
    let caption = "Each column is one sector on its way from memory to media.";
    el("table", class)
        .with(el("caption", "hidden").text(caption))
        .with(el("thead", "").with(heads))
        .with(body)
        .view()
}

fn cell(cell: Cell) -> El {
    let mut class = format!("cell {}", cell.tone);
    for (is, name) in [
        (cell.fresh, " fresh"),
        (cell.failed, " failed"),
        (cell.sealed, " sealed"),
    ] {
        if is {
            class += name;
        }
    }
    el("td", &class)
        .at(At::Title, &cell.words)
        .with(el("span", "bytes").text(&cell.first))
        .with(el("span", "crc").text(&cell.second))
}

/// What colours, stripes and borders mean, drawn as the cells themselves are.
pub fn legend() -> El {
    let mut legend = el("p", "legend");
    for (class, words) in [
        ("key page", "the page as it was"),
        ("key newer", "stored since the start"),
        ("key old", "on disk before"),
        ("key fresh", "changed by this step"),
        ("key sealed", "frozen: must not change"),
        ("key failed", "guard differs"),
        ("key lock", "page lock held"),
    ] {
        legend = legend.with(el("span", class).text(words));
    }
    legend
}
