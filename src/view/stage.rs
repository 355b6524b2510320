//! The stage: each page's bits, and a table with one column a sector, from memory down to media.

use super::definition::of_level;
use super::grid::{Cell, Level, PageMoment};
use super::machine_state;
use super::moment::Moment;
use super::msg::Msg;
use super::picture::Picture;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Node, define_button, el, note, nothing};
use crate::lesson::Part;
use crate::machine::{Protection, SectorId};

/// The stage: every page with its bits and its sectors.
pub fn stage(now: &Moment, ui: &UiState) -> Element {
    let geometry = now.scenario.model.geometry;
    let picture = ui.picture();
    let stage = el("section", "stage").attr(Attr::Label, "Stage");
    if geometry.pages > 1 && geometry.sectors() == 1 {
        return stage.child(side_by_side(now, ui, picture));
    }
    let sheets = geometry.page_ids().map(|number| {
        let moment = PageMoment::of(now, number);
        let bits = machine_state::draw_page_bits(&moment, &now.world, &now.before, picture);
        let frozen = if moment.frozen() && picture.has_window() {
            "sheet frozen"
        } else {
            "sheet"
        };
        el("div", frozen)
            .child(bits)
            .child(table(ui, &moment, picture))
    });
    let shared = match picture.has_shared() {
        true => machine_state::draw_shared_bits(now),
        false => nothing(),
    };
    stage
        .child(shared)
        .child(el("div", "sheets").children(sheets.collect()))
}

/// Pages of one sector each, in one table: a column for each page, with its bits above its bytes.
fn side_by_side(now: &Moment, ui: &UiState, picture: Picture) -> Element {
    let scenario = &now.scenario;
    let geometry = scenario.model.geometry;
    let all = geometry
        .page_ids()
        .map(|number| PageMoment::of(now, number));
    let pages: Vec<PageMoment> = all.collect();
    let row = |class: &str| el("tr", class).attr(Attr::Role, "row");
    let body = |class: &str| el("tbody", class).attr(Attr::Role, "rowgroup");
    let mut heads = row("").child(el("td", ""));
    for page in &pages {
        let index = scenario.indexes.get(page.number.index()).copied();
        let lba = geometry.lba(page.number, SectorId::default());
        let small = match index {
            Some(index) => format!("index {index}, LBA {lba}"),
            None => format!("LBA {lba}"),
        };
        // Before anybody has heard of addresses.
        let small = if picture.whole() { &*small } else { "" };
        heads = heads.child(head(ui, page, &format!("page {}", page.number), small));
    }
    let mut rows: Vec<Vec<(String, Element)>> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for page in &pages {
        let bits = machine_state::bit_rows(page, &now.world, &now.before, picture);
        for (name, _) in &bits {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        rows.push(bits);
    }
    let mut bits = body("flags");
    for name in names {
        let mut line = row("").child(row_head(el("b", "").text(&name)));
        for page in &mut rows {
            let at = page.iter().position(|(of, _)| *of == name);
            let entry = at.map_or_else(nothing, |at| page.remove(at).1);
            line = line.child(el("td", "").attr(Attr::Role, "cell").child(entry));
        }
        bits = bits.child(line);
    }
    if let Some((name, entry)) = machine_state::shared_row(now).filter(|_| picture.has_shared()) {
        let all = el("td", "all").attr(Attr::Role, "cell");
        let all = all.attr(Attr::ColSpan, &pages.len().to_string());
        let name = row_head(el("b", "").text(&name));
        bits = bits.child(row("").child(name).child(all.child(entry)));
    }
    let [mut host, mut device] = [body("host"), body("device")];
    for level in Level::within(scenario, picture) {
        let mut line =
            row(level.key()).child(level_head(level, scenario.model.protection, picture));
        for page in &pages {
            let sector = SectorId::default();
            let drawn = cell(page.cell(level, sector).within(picture));
            let key = level.cell(page.number, sector);
            let mut drawn = drawn.attr(Attr::Role, "cell").attr(Attr::Cell, &key);
            if page.frozen() && picture.has_window() && !level.of_device() {
                add_class(&mut drawn, " held");
            }
            line = line.child(drawn);
        }
        match level.of_device() {
            true => device = device.child(line),
            false => host = host.child(line),
        }
    }
    let open = pages
        .iter()
        .filter(|page| page.frozen() && picture.has_window());
    let open: Vec<String> = open.map(|page| page.number.to_string()).collect();
    let window = match &open[..] {
        [] => String::new(),
        [one] => format!(
            "Page {one}: {}",
            machine_state::window(&pages[pages.iter().position(PageMoment::frozen).unwrap_or(0)])
        ),
        many => format!("On their way: pages {}.", many.join(" and ")),
    };
    let table = el("table", &format!("columns pages-{}", pages.len()))
        .attr(Attr::Role, "table")
        .child(
            el("caption", "hidden")
                .text("Each column is one page, with its bits, on its way from memory to media."),
        )
        .child(el("thead", "").attr(Attr::Role, "rowgroup").child(heads))
        .child(bits)
        .child(host)
        .child(device);
    el("div", "sheet")
        .child(note("window", &window).attr(Attr::Part, "window"))
        .child(table)
}

/// The heading of a column, which opens the inspector of its sector.
fn head(ui: &UiState, moment: &PageMoment, words: &str, small: &str) -> Element {
    let place = (moment.number, SectorId::default());
    let button = el("button", "sector")
        .attr_bool(Attr::Pressed, ui.sector == place)
        .text(words)
        .child(el("small", "").text(small))
        .on_click(Msg::Sector(place.0, place.1));
    el("th", "")
        .attr(Attr::Role, "columnheader")
        .attr(Attr::Scope, "col")
        .child(button)
}

/// The name of a row.
fn row_head(name: Element) -> Element {
    el("th", "")
        .attr(Attr::Role, "rowheader")
        .attr(Attr::Scope, "row")
        .child(name)
}

/// The name of a row of cells, and what they show.
fn level_head(level: Level, protection: Protection, picture: Picture) -> Element {
    let (title, what) = level.title(protection);
    let name = define_button("", &of_level(level)).child(el("b", "").text(title));
    let name = machine_state::marked_new(name, picture.is_new(level.part()));
    // There are no checksums yet, for whom there is no guard tag.
    let what = match picture.has(Part::GuardTag) {
        true if picture.whole() => what,
        true => what.trim_end_matches(", ref tag"),
        false => what.split(',').next().unwrap_or_default(),
    };
    row_head(name.child(el("small", "").text(what)))
}

/// Adds a class to an element that has some.
fn add_class(element: &mut Element, class: &str) {
    let mut attrs = element.attrs.iter_mut();
    if let Some((_, classes)) = attrs.find(|(attr, _)| *attr == Attr::Class) {
        *classes += class;
    }
}

fn table(ui: &UiState, moment: &PageMoment, picture: Picture) -> Element {
    let (number, geometry) = (moment.number, moment.scenario.model.geometry);
    let several = geometry.pages > 1;
    let many = geometry.sectors();
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
            .children(match picture.whole() {
                true => vec![el("small", "").text(&format!("LBA {lba}"))],
                false => Vec::new(),
            })
            .on_click(Msg::Sector(number, sector));
        let head = el("th", "").attr(Attr::Role, "columnheader");
        heads = heads.child(head.attr(Attr::Scope, "col").child(button));
    }
    // One body for what the host keeps, one for what the device does.
    let mut bodies = [el("tbody", "host"), el("tbody", "device")];
    for body in &mut bodies {
        body.attrs.push((Attr::Role, "rowgroup".to_owned()));
    }
    for level in Level::within(moment.scenario, picture) {
        let row = el("tr", level.key()).attr(Attr::Role, "row");
        let head = level_head(level, moment.scenario.model.protection, picture);
        let mut row = row.child(head);
        for sector in geometry.sector_ids() {
            let key = level.cell(number, sector);
            let cell = cell(moment.cell(level, sector).within(picture));
            row = row.child(cell.attr(Attr::Role, "cell").attr(Attr::Cell, &key));
        }
        bodies[usize::from(level.of_device())]
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

fn cell(cell: Cell) -> Element {
    let mut class = format!("cell {}{}", cell.tone, cell.link.class());
    for (is, name) in [
        (cell.fresh, " fresh"),
        (cell.failed, " failed"),
        (cell.failed && cell.passing, " passing"),
    ] {
        if is {
            class += name;
        }
    }
    el("td", &class)
        .attr(Attr::Title, &cell.words)
        .child(el("span", "bytes").text(&cell.first))
        .child(el("span", "crc").text(&cell.second))
}

/// How old bytes are: the class of their cells, a sample, and what it means.
const AGES: [(&str, &str, &str); 3] = [
    ("page", "3333", "the page as the run began"),
    ("newer", "new!", "stored since the run began"),
    ("old", "old", "on the disk before"),
];

/// What stripes and colours of the bytes in a picture mean; nothing as long as nobody has stored any.
pub fn ages(now: &Moment, picture: Picture) -> Element {
    let scenario = &now.scenario;
    let mut tones: Vec<&str> = Vec::new();
    for page in scenario.model.page_ids() {
        let moment = PageMoment::of(now, page);
        for level in Level::within(scenario, picture) {
            let sectors = scenario.model.geometry.sector_ids();
            tones.extend(sectors.map(|sector| moment.cell(level, sector).tone));
        }
    }
    if !tones.contains(&"newer") {
        return nothing();
    }
    let shown = AGES.iter().filter(|(tone, ..)| tones.contains(tone));
    let items = shown.map(|(tone, _, words)| sample(&format!("cell {tone}"), "", words));
    el("ul", "legend")
        .attr(Attr::Label, "Bytes in the picture")
        .children(items.collect())
}

/// A row of a legend, with a sample that is drawn as the part it stands for.
fn sample(class: &str, text: &str, words: &str) -> Element {
    let sample = el("span", class).attr_bool(Attr::Hidden, true).text(text);
    el("li", "").child(sample).child(el("span", "").text(words))
}

/// A row of a legend, with a sign of the timeline or a line between cards.
fn sign(class: &str, outline: &str, words: &str) -> Element {
    let sign = el("svg", "sign")
        .attr(Attr::Width, "14")
        .attr(Attr::Height, "14")
        .attr_bool(Attr::Hidden, true)
        .child(el("path", class).attr(Attr::D, outline));
    el("li", "").child(sign).child(el("span", "").text(words))
}

/// What colours, stripes and signs mean on the stage and on the timeline: samples drawn as those parts are, of the
/// signs that this scenario can show.
pub fn legend(now: &Moment) -> Element {
    let mut rows: Vec<Element> = AGES
        .map(|(tone, text, words)| sample(&format!("cell {tone}"), text, words))
        .into();
    rows.push(sample("cell page fresh", "", "changed by this step"));
    if now.scenario.model.protection.guards() {
        rows.extend([
            sample("sample tie", "", "guard taken from these bytes"),
            sample("sample parted", "", "bytes changed under their guard"),
            sample("sample match", "", "compared: equal"),
            sample("sample break", "", "compared: different, refused"),
        ]);
    }
    rows.extend([
        sample("sample window", "", "stable window: must not change"),
        sample("sample locked", "", "page lock"),
        sample("sample writeback", "", "PG_writeback"),
        sample("sample asleep", "", "asleep"),
        sign("store", "M7 1 13 12 1 12z", "store"),
        sign(
            "store guilty",
            "M7 1 13 12 1 12z",
            "store inside the window",
        ),
        sign("match", "M4 7a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "guards equal"),
        sign("mismatch", "M2 2 12 12M12 2 2 12", "guards differ"),
    ]);
    let breaks = &now.scenario.breaks;
    let which = match breaks.is_empty() {
        true => ": its name is at the side",
        false => "; in the opening run:",
    };
    let broken = format!("an invariant breaks, a rule that ought to hold at every step{which}");
    rows.push(sign("flag", "M4 1v12M4 1h7l-2 3 2 3h-7", &broken));
    rows.extend(breaks.iter().map(|it| {
        let (number, name) = it.name();
        let name = el("b", "").text(&format!("{number} {name}"));
        let rule = el("span", "").child(name).text(": ").text(it.meaning());
        el("li", "rule").child(rule)
    }));
    rows.extend([
        sign("wire", "M0 7h14", "waits for"),
        sign("wire holder", "M0 7h14", "who must act to end that"),
    ]);
    el("ul", "legend")
        .attr(Attr::Label, "What the signs mean")
        .children(rows)
}
