//! The stage: each page's bits, and a table with one column a sector, from memory down to media.

use super::grid::{Cell, CellLink, Level, PageMoment};
use super::machine_state;
use super::moment::Moment;
use super::msg::Msg;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Node, el};
use crate::machine::PageId;

/// The stage: every page with its bits and its sectors.
pub fn stage(now: &Moment, ui: &UiState) -> Element {
    let model = &now.scenario.model;
    let mut sheets: Vec<Element> = Vec::new();
    for number in model.page_ids() {
        let moment = PageMoment::of(now, number);
        let bits = machine_state::draw_page_bits(&moment, &now.world, &now.before);
        let frozen = if moment.frozen() {
            "sheet frozen"
        } else {
            "sheet"
        };
        let sheet = el("div", frozen).child(bits);
        sheets.push(sheet.child(table(ui, &moment)));
    }
    let class = match (model.geometry.sectors(), model.geometry.pages) {
        (1, 2..) => "sheets beside",
        _ => "sheets",
    };
    el("section", "stage")
        .attr(Attr::Label, "Stage")
        .child(machine_state::draw_shared_bits(
            &now.scenario,
            &now.world,
            &now.before,
        ))
        .child(el("div", class).children(sheets))
}

fn table(ui: &UiState, moment: &PageMoment) -> Element {
    let (number, geometry) = (moment.number, moment.scenario.model.geometry);
    let several = geometry.pages > 1;
    let many = geometry.sectors();
    // Cells of the first page have no page number in their names.
    let prefix = match number {
        PageId(0) => String::new(),
        _ => format!("{number}-"),
    };
    // Roles are stated, since the style sheet lays rows out as grids, which takes them away.
    let mut heads = el("tr", "").attr(Attr::Role, "row").child(el("td", ""));
    for sector in geometry.sector_ids() {
        let lba = geometry.lba(number, sector);
        let pressed = ui.sector == (number, sector);
        let mut button = el("button", "sector").attr_bool(Attr::Pressed, pressed);
        if several {
            button = button.child(el("span", "hidden").text(&format!("page {number}, ")));
        }
        let button = button
            .child(el("span", "wide").text(if many == 1 { "" } else { "sector " }))
            .text(&match many {
                1 => "one interval of 4096 bytes".to_owned(),
                _ => sector.to_string(),
            })
            .child(el("small", "").text(&format!("LBA {lba}")))
            .on_click(Msg::Sector(number, sector));
        let head = el("th", "").attr(Attr::Role, "columnheader");
        heads = heads.child(head.attr(Attr::Scope, "col").child(button));
    }
    // One body for what the host keeps, one for what the device does.
    let mut bodies = [el("tbody", "host"), el("tbody", "device")];
    for body in &mut bodies {
        body.attrs.push((Attr::Role, "rowgroup".to_owned()));
    }
    for level in Level::all(moment.scenario) {
        let (title, what) = level.title(moment.scenario.model.protection);
        let mut row = el("tr", level.key()).attr(Attr::Role, "row").child(
            el("th", "")
                .attr(Attr::Role, "rowheader")
                .attr(Attr::Scope, "row")
                .child(el("b", "").text(title))
                .child(el("small", "").text(what)),
        );
        for sector in geometry.sector_ids() {
            let key = format!("{prefix}{}-{sector}", level.key());
            let cell = cell(moment.cell(level, sector), moment.step);
            row = row.child(cell.attr(Attr::Role, "cell").attr(Attr::Cell, &key));
        }
        let device = matches!(level, Level::Hba | Level::Target | Level::Media);
        bodies[usize::from(device)]
            .children
            .push(Node::Element(row));
    }
    let [host, device] = bodies;
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
        .attr(Attr::Role, "table")
        .child(el("caption", "hidden").text(&caption))
        .child(el("thead", "").attr(Attr::Role, "rowgroup").child(heads))
        .child(host)
        .child(device)
}

fn cell(cell: Cell, step: usize) -> Element {
    let mut class = format!("cell {}{}", cell.tone, cell.link.class());
    for (is, name) in [
        (cell.fresh, " fresh"),
        (cell.failed, " failed"),
        (cell.failed && cell.passing, " passing"),
        (cell.sealed, " sealed"),
    ] {
        if is {
            class += name;
        }
    }
    if cell.fresh {
        // The class differs between even and odd steps, so that a cell that changes in two steps in a row moves
        // twice.
        class += if step.is_multiple_of(2) {
            " even"
        } else {
            " odd"
        };
        class += match cell.hop {
            0 if matches!(cell.link, CellLink::Match | CellLink::Break) => " stamp checked",
            0 => " stamp",
            1 => " hop-1",
            2 => " hop-2",
            _ => " hop-3",
        };
    }
    el("td", &class)
        .attr(Attr::Title, &cell.words)
        .child(el("span", "bytes").text(&cell.first))
        .child(el("span", "crc").text(&cell.second))
}

/// What colours, stripes and signs mean on the stage and on the timeline: samples drawn as those parts are, of the
/// signs that this scenario can show.
pub fn legend(now: &Moment) -> Element {
    let protection = now.scenario.model.protection;
    let mut legend = el("ul", "legend").attr(Attr::Label, "What the signs mean");
    let mut add = |class: &str, sample: &str, words: &str| {
        let sample = el("span", class).attr_bool(Attr::Hidden, true).text(sample);
        let item = el("li", "").child(sample).child(el("span", "").text(words));
        let so_far = std::mem::replace(&mut legend, el("ul", ""));
        legend = so_far.child(item);
    };
    add("cell page", "3333", "the page as it was");
    add("cell newer", "new!", "stored since");
    add("cell old", "old", "on disk before");
    add("cell page fresh", "", "changed by this step");
    if protection.guards() {
        add("sample tie", "", "guard taken from these bytes");
        add("sample parted", "", "bytes changed under their guard");
        add("sample match", "", "compared: equal");
        add("sample break", "", "compared: different, refused");
    }
    add("sample window", "", "stable window: must not change");
    add("sample locked", "", "page lock");
    add("sample writeback", "", "PG_writeback");
    add("sample asleep", "", "asleep");
    let names = now.scenario.breaks.iter().map(|it| {
        let (number, name) = it.name();
        format!("{number} {name}")
    });
    let names: Vec<String> = names.collect();
    let broken = match names.is_empty() {
        true => "an invariant breaks: its name is at the side".to_owned(),
        false => format!("an invariant breaks: {}", names.join(", ")),
    };
    for (class, outline, words) in [
        ("store", "M7 1 13 12 1 12z", "store"),
        (
            "store guilty",
            "M7 1 13 12 1 12z",
            "store inside the window",
        ),
        ("match", "M4 7a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "guards equal"),
        ("mismatch", "M2 2 12 12M12 2 2 12", "guards differ"),
        ("flag", "M4 1v12M4 1h7l-2 3 2 3h-7", &broken),
        ("wire", "M0 7h14", "waits for"),
        ("wire holder", "M0 7h14", "who must act to end that"),
    ] {
        let sign = el("svg", "sign")
            .attr(Attr::Width, "14")
            .attr(Attr::Height, "14")
            .attr_bool(Attr::Hidden, true)
            .child(el("path", class).attr(Attr::D, outline));
        legend = legend.child(el("li", "").child(sign).child(el("span", "").text(words)));
    }
    legend
}
