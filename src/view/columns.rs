//! The stage: each page's bits, and a table with one column a sector, from memory down to media.

use super::grid::{Cell, Level, Moment};
use super::look::Look;
use super::machine_state;
use super::now::Now;
use super::tree::{At, El, el};
use super::wish::Wish;

/// Every page: its bits and its sectors.
pub fn pages(now: &Now, look: &Look) -> El {
    let scenario = &*now.scenario;
    let model = &scenario.model;
    let shared = machine_state::shared(scenario, &now.world, &now.before);
    let mut sheets: Vec<El> = Vec::new();
    for number in 0..model.geometry.pages as usize {
        let moment = Moment {
            scenario,
            number,
            page: model.page(&now.world, number),
            before: model.page(&now.before, number),
            initial: model.page(&model.initial, number),
            stage: model.stage(&now.world, number),
            columns: &now.story.columns[number],
            failures: &now.story.failures,
            step: now.depth(),
        };
        let bits = machine_state::bits(&moment, &now.world, &now.before);
        let sheet = el("div", "sheet").with(bits);
        sheets.push(sheet.with(table(look, &moment)));
    }
    let class = match (model.geometry.sectors(), model.geometry.pages) {
        (1, 2..) => "sheets beside",
        _ => "sheets",
    };
    let sheets = el("div", class).all(sheets);
    el("div", "pages").with(shared).with(sheets)
}

fn table(look: &Look, moment: &Moment) -> El {
    let (number, geometry) = (moment.number, moment.scenario.model.geometry);
    let several = geometry.pages > 1;
    let many = geometry.sectors();
    // The first page's parts keep their names.
    let prefix = match number {
        0 => String::new(),
        _ => format!("{number}-"),
    };
    let mut heads = el("tr", "").with(el("td", ""));
    for sector in 0..many {
        let lba = geometry.lba(number, sector);
        let pressed = look.sector == (number, sector);
        let mut button = el("button", "sector").is(At::Pressed, pressed);
        if several {
            button = button.with(el("span", "hidden").text(&format!("page {number}, ")));
        }
        let button = button
            .with(el("span", "wide").text(if many == 1 { "" } else { "sector " }))
            .text(&match many {
                1 => "one interval of 4096 bytes".to_owned(),
                _ => sector.to_string(),
            })
            .with(el("small", "").text(&format!("LBA {lba}")))
            .press(Wish::Sector(number, sector));
        heads = heads.with(el("th", "").at(At::Scope, "col").with(button));
    }
    let mut body = el("tbody", "");
    for level in Level::all(moment.scenario) {
        let (title, what) = level.title(moment.scenario.model.protection);
        let mut row = el("tr", "").with(
            el("th", "")
                .at(At::Scope, "row")
                .with(el("b", "").text(title))
                .with(el("small", "").text(what)),
        );
        for sector in 0..many {
            let key = format!("{prefix}{}-{sector}", level.key());
            row = row.with(cell(moment.cell(level, sector)).at(At::Cell, &key));
        }
        body = body.with(row);
    }
    let class = match (many, several) {
        (1, _) => "columns single",
        (_, true) => "columns several",
        _ => "columns",
    };
    let mut caption = "Each column is one sector on its way from memory to media.".to_owned();
    if several {
        caption = format!("Page {number}. {caption}");
    }
    el("table", class)
        .with(el("caption", "hidden").text(&caption))
        .with(el("thead", "").with(heads))
        .with(body)
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
        ("key sealed", "its bytes are on their way"),
        ("key failed", "guard differs, or bytes wrong or lost"),
        ("key lock", "page lock held"),
        ("key broke", "below: an invariant breaks"),
    ] {
        legend = legend.with(el("span", class).text(words));
    }
    legend
}
