//! The inspector, without a browser: its figures against the machine's, at many moments.

mod support;

use std::sync::Arc;

use stable_pages::machine::{History, PageId, SectorId, guard, ip_checksum};
use stable_pages::scenario::{Device, Scenario, Variant, find, load_variant};
use stable_pages::view::{Attr, Element, Handler, Moment, Msg, UiState, inspect, tabs};
use support::all;

/// The start, the end and `few` other moments of a scenario's opening run.
fn moments(scenario: &Arc<Scenario>, few: usize) -> Vec<Moment> {
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        history.choose(&scenario.model, *choice);
    }
    let length = scenario.schedule.len();
    let mut at: Vec<usize> = (0..=few).map(|it| length * it / few).collect();
    at.dedup();
    let mut found = Vec::new();
    for step in at {
        history.seek(step);
        found.push(Moment::of(scenario, &history, false, None));
    }
    found
}

fn looking(page: PageId, sector: SectorId) -> UiState {
    UiState {
        sector: (page, sector),
        whole: true,
        ..UiState::default()
    }
}

fn part<'a>(el: &'a Element, name: &str) -> Option<&'a Element> {
    el.find(&|it| it.attr_value(Attr::Part) == Some(name))
}

/// The bytes shown of the version with a letter.
fn bytes(el: &Element, letter: &str) -> Vec<u8> {
    let name = format!("bytes-{letter}");
    let mut rows = Vec::new();
    all(
        el,
        &|it| it.attr_value(Attr::Part) == Some(&name),
        &mut rows,
    );
    let hex: String = rows
        .iter()
        .map(|it| it.all_text().replace(' ', ""))
        .collect();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Each place shown, with the letter of its version and its guard.
fn held(el: &Element) -> Vec<(String, String, u16)> {
    let mut rows = Vec::new();
    let is = |it: &Element| {
        it.attr_value(Attr::Part)
            .is_some_and(|part| part.starts_with("held-"))
    };
    all(el, &is, &mut rows);
    let read = |row: &&Element| {
        let letter = row.find(&|it| {
            it.attr_value(Attr::Class)
                .is_some_and(|class| class.starts_with("version"))
        });
        let code = row
            .find(&|it| it.tag == "code")
            .expect("a guard")
            .all_text();
        let guard = code.rsplit(' ').next().expect("a guard");
        (
            row.attr_value(Attr::Part).expect("a name").to_owned(),
            letter.expect("a version").all_text(),
            u16::from_str_radix(guard, 16).expect("hex"),
        )
    };
    rows.iter().map(read).collect()
}

#[test]
fn every_place_shows_the_bytes_its_guard_is_of() {
    let mut looked_at = 0;
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        let model = &scenario.model;
        for now in moments(&scenario, 4) {
            for page in model.page_ids() {
                // Not every sector: all of them would take long, and neighbours are alike.
                for sector in [0, 2, 3] {
                    let sector = SectorId(sector).min(SectorId::at(model.geometry.sectors() - 1));
                    let shown = inspect(&now, &looking(page, sector));
                    let world = model.page(&now.world, page);
                    for (name, letter, said) in held(&shown) {
                        let bytes = bytes(&shown, &letter);
                        assert_eq!(bytes.len(), usize::from(model.geometry.interval));
                        assert_eq!(guard(&bytes), said, "{} {name}", entry.slug);
                        let content = match &name[..] {
                            "held-memory" => world.memory[sector.index()],
                            "held-media" => world.media[sector.index()],
                            "held-copy" => world.copy[sector.index()],
                            _ => continue,
                        };
                        assert_eq!(model.contents.bytes(content), bytes, "{name}");
                        looked_at += 1;
                    }
                }
            }
        }
    }
    assert!(looked_at > 1000, "{looked_at}");
}

/// The rows of a table, each cell's text.
fn table(el: &Element) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    all(el, &|it| it.tag == "tr", &mut rows);
    let cells = |row: &&Element| {
        let mut cells = Vec::new();
        all(row, &|it| it.tag == "td" || it.tag == "th", &mut cells);
        cells.iter().map(|it| it.all_text()).collect()
    };
    rows.iter().map(cells).collect()
}

#[test]
fn computations_part_at_the_first_difference_and_end_in_the_guards() {
    let mut parted = 0;
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        for now in moments(&scenario, 3) {
            for sector in scenario.model.sector_ids() {
                let shown = inspect(&now, &looking(PageId(0), sector));
                let Some(both) = part(&shown, "crc-both") else {
                    continue;
                };
                parted += 1;
                let (one, other) = (bytes(&shown, "A"), bytes(&shown, "B"));
                let first = one.iter().zip(&other).position(|(a, b)| a != b);
                let first = first.expect("a difference");
                let rows = table(both);
                for row in rows.iter().filter(|row| row.len() == 6) {
                    let Some(at) = row[0].strip_prefix("0x") else {
                        continue;
                    };
                    let at = usize::from_str_radix(at, 16).expect("hex");
                    assert_eq!(row[1], format!("{:02x}", one[at]));
                    assert_eq!(row[4], format!("{:02x}", other[at]));
                    assert_eq!(row[2], format!("{:04x}", guard(&one[..=at])));
                    assert_eq!(row[5], format!("{:04x}", guard(&other[..=at])));
                    assert!(at >= first || row[2] == row[5]);
                    assert!(at != first || row[3] == "\u{2260}");
                }
                let last = rows.last().expect("a row");
                assert_eq!(last[0], format!("0x{:03x}", one.len() - 1));
                let guards = table(part(&shown, "guards").expect("both guards"));
                let xor = guard(&one) ^ guard(&other);
                assert_eq!(guards[3][1], format!("{xor:04x}"));
                // The byte shown at first is the first that differs.
                let at = part(&shown, "crc-byte").expect("a place").all_text();
                assert!(at.contains(&format!("0x{first:03x} of")), "{at}");
            }
        }
    }
    assert!(parted > 50, "{parted}");
}

#[test]
fn any_byte_can_be_looked_at() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let now = moments(&scenario, 1).pop().expect("the end");
    for at in [0, 1, 255, 511, 9999] {
        let ui = UiState {
            crc_byte: Some(at),
            ..looking(PageId(0), SectorId(3))
        };
        let shown = inspect(&now, &ui);
        let at = at.min(511);
        let step = table(part(&shown, "crc-step").expect("a step"));
        for (column, letter) in [(1, "A"), (2, "B")] {
            let bytes = bytes(&shown, letter);
            assert_eq!(step[1][column], format!("{:04x}", guard(&bytes[..at])));
            let after = &step.last().expect("a row")[column];
            assert_eq!(*after, format!("{:04x}", guard(&bytes[..=at])));
        }
    }
}

#[test]
fn the_tuple_is_that_of_the_guard_and_the_lba() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let moments = moments(&scenario, 1);
    let [start, end] = &moments[..] else {
        panic!("start and end")
    };
    assert!(
        part(
            &inspect(start, &looking(PageId(0), SectorId(3))),
            "tuple-bio"
        )
        .is_none()
    );
    let shown = inspect(end, &looking(PageId(0), SectorId(3)));
    let received = guard(&[b'3'; 512]).to_be_bytes();
    let [high, low] = received.map(|it| format!("{it:02x}"));
    // Sector 3 is LBA 59.
    let bio = &table(part(&shown, "tuple-bio").expect("a tuple"))[0];
    let expected = [
        "with the bio",
        &high,
        &low,
        "00",
        "00",
        "00",
        "00",
        "00",
        "3b",
    ];
    assert_eq!(bio[..], expected);
    let old = guard(&b"old ".repeat(128)).to_be_bytes();
    let [high, low] = old.map(|it| format!("{it:02x}"));
    let media = &table(part(&shown, "tuple-media").expect("a tuple"))[0];
    assert_eq!(media[1..3], [high, low]);
}

/// With IP checksums the bio's guard is one, and the disk's is a CRC.
#[test]
fn each_device_shows_the_tuples_it_has() {
    let text = find("mkwrite-no-wait").expect("there").text;
    for device in Device::ALL {
        let variant = Variant {
            device: Some(device),
            ..Variant::default()
        };
        let scenario = load_variant("mkwrite-no-wait", text, &variant).expect("loads");
        let protection = scenario.model.protection;
        let scenario = Arc::new(scenario);
        let now = moments(&scenario, 1).pop().expect("the end");
        let shown = inspect(&now, &looking(PageId(0), SectorId(0)));
        let guarded = protection.guards() && now.depth() > 0;
        let bio = part(&shown, "tuple-bio");
        assert!(bio.is_none() || guarded, "{}", device.word());
        let media = part(&shown, "tuple-media");
        assert_eq!(media.is_some(), protection.tuples(), "{}", device.word());
        let tag = |row: &Element| {
            let cells = table(row).remove(0);
            u16::from_str_radix(&format!("{}{}", cells[1], cells[2]), 16).expect("hex")
        };
        if let Some(row) = media {
            let held = scenario.model.page(&now.world, PageId(0)).media[0];
            assert_eq!(tag(row), guard(scenario.model.contents.bytes(held)));
        }
        if let (Some(row), true) = (bio, device.ip) {
            assert_eq!(tag(row), ip_checksum(&[b'0'; 512]));
        }
        if device.ip {
            let ui = UiState {
                crc_byte: Some(511),
                ..looking(PageId(0), SectorId(3))
            };
            let shown = inspect(&now, &ui);
            let step = table(part(&shown, "crc-step").expect("a step"));
            for (column, letter) in [(1, "A"), (2, "B")] {
                let sum = &step.last().expect("a row")[column];
                let complement = !ip_checksum(&bytes(&shown, letter));
                assert_eq!(*sum, format!("{complement:04x}"));
            }
        }
    }
}

#[test]
fn the_store_can_be_gone_to_and_the_log_names_both_guards() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let now = moments(&scenario, 1).pop().expect("the end");
    let ui = UiState {
        whole: false,
        ..looking(PageId(0), SectorId(3))
    };
    let shown = inspect(&now, &ui);
    let memory = part(&shown, "held-memory").expect("memory");
    let said = memory.all_text();
    assert!(said.contains("stores \"new!\" at 0x600"), "{said}");
    let stored = now.story.columns[0][3].stored.expect("a store");
    let goes = Handler::Click(Msg::Seek(stored.step));
    assert!(
        memory
            .find(&|it| it.handler.as_ref() == Some(&goes))
            .is_some()
    );
    let mut changed = vec![b'3'; 512];
    let received = guard(&changed);
    changed[..4].copy_from_slice(b"new!");
    let log = part(&shown, "log").expect("a log").all_text();
    let both = format!(
        "rcvd 0x{received:04x}, calculated 0x{:04x}",
        guard(&changed)
    );
    assert!(log.contains(&both), "{log}");
    // Folding hides only lines without a difference.
    assert_eq!(bytes(&shown, "A").len(), 16);
    assert!(
        shown
            .all_text()
            .contains("0x010 to 0x1ff: A = B \u{2260} C")
    );
}

#[test]
fn the_column_shows_what_was_asked_for() {
    let scenario = Arc::new(
        find("mkwrite-no-wait")
            .expect("there")
            .load()
            .expect("loads"),
    );
    let now = moments(&scenario, 1).remove(0);
    let mut ui = UiState::default();
    let is = |class: &'static str| move |it: &Element| it.attr_value(Attr::Class) == Some(class);
    let pressed = |ui: &UiState| {
        let tabs = tabs(ui);
        let on = tabs.find(&|it| it.attr_value(Attr::Pressed) == Some("true"));
        on.map(Element::all_text)
    };
    assert_eq!(pressed(&ui).as_deref(), Some("Explain"));
    ui.tab = stable_pages::view::Tab::Inspect;
    assert_eq!(pressed(&ui).as_deref(), Some("Inspect"));
    let shown = inspect(&now, &ui);

    assert!(shown.find(&is("inspect")).is_some());
}
