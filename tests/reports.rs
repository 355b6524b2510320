//! The table of public reports (docs/reports.md): every finding in it is the checker's, and where it is not what the
//! report expects, the table argues.

mod support;

use std::collections::BTreeSet;

use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, Variant, Verdict, find, load_variant};
use support::checked;

const TABLE: &str = include_str!("../docs/reports.md");

/// The reports there are.
const REPORTS: [&str; 14] = [
    "28", "29", "31", "32", "33", "35", "36", "38", "39", "40", "43", "45", "46", "47",
];

/// The cells of each row.
fn rows() -> Vec<[&'static str; 8]> {
    let lines = TABLE.lines().filter(|it| it.starts_with("| "));
    let cells = lines.skip(2).map(|line| {
        let inner = line.trim_matches('|');
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        cells.try_into().unwrap_or_else(|_| panic!("{line}"))
    });
    cells.collect()
}

/// The verdicts of a cell.
fn verdicts(cell: &str) -> BTreeSet<Verdict> {
    if cell == "safe" {
        return BTreeSet::new();
    }
    let of = |word: &str| {
        let mut all = Verdict::ALL.into_iter();
        let found = all.find(|it| it.words() == word);
        found.unwrap_or_else(|| panic!("\"{word}\" is no verdict"))
    };
    cell.split(", ").map(of).collect()
}

#[test]
fn what_is_found_of_each_report_is_what_the_table_says() {
    let mut wrong = String::new();
    for [
        report,
        case,
        ordering,
        kernel,
        device,
        expected,
        found,
        argued,
    ] in rows()
    {
        let name = format!("{report}, {case}");
        if ordering == "-" {
            assert!(!argued.is_empty(), "{name}: nothing says why");
            assert_eq!([kernel, device, expected, found], [""; 4], "{name}");
            continue;
        }
        let (slug, line) = ordering.split_once(" + ").unwrap_or((ordering, ""));
        let mut text = find(slug).expect(slug).text.to_owned();
        if !line.is_empty() {
            let lines = text.lines().filter(|it| !it.starts_with("stable = "));
            let lines: Vec<&str> = lines.collect();
            text = lines.join("\n");
            text = text.replacen("\ndevice = ", &format!("\n{line}\ndevice = "), 1);
        }
        let variant = Variant {
            device: Device::ALL.into_iter().find(|it| it.word() == device),
            era: Era::ALL.into_iter().find(|it| it.word() == kernel),
            cut_schedule: true,
            ..Variant::default()
        };
        assert!(variant.device.is_some() && variant.era.is_some(), "{name}");
        let scenario = load_variant(slug, &text, &variant).unwrap_or_else(|it| panic!("{it}"));
        let theirs: BTreeSet<Verdict> = checked(&scenario).verdicts().iter().collect();
        if theirs != verdicts(found) {
            wrong += &format!("{name}: found {theirs:?}, the table says {found}\n");
        }
        // A write that took other bytes than were sampled is part of whatever comes of it.
        let worse = theirs.iter().any(|it| *it != Verdict::UnstableWrite);
        let told = |it: &&Verdict| **it != Verdict::UnstableWrite || !worse;
        let ours: BTreeSet<Verdict> = theirs.iter().filter(told).copied().collect();
        if ours != verdicts(expected) && argued.is_empty() {
            wrong += &format!("{name}: expected {expected}, found {found}, and nothing says why\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_report_is_in_the_table() {
    let mut named: Vec<&str> = (rows().iter())
        .map(|row| row[0].split(' ').next().unwrap_or_default())
        .collect();
    named.dedup();
    assert_eq!(named, REPORTS);
}
