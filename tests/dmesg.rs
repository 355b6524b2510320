//! Logs of the kernel that somebody pastes: public cases, each decoded line by line, with what could have happened.
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test dmesg` writes `tests/golden/logs` anew.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use stable_pages::exchange::Address;
use stable_pages::exchange::dmesg::{FORMATS, answers, read};
use stable_pages::machine::guard;
use stable_pages::scenario::find;

/// A log with the lines that say nothing here, the answers there are, and the orderings that fit best, the first first.
type Case = (
    &'static str,
    &'static [usize],
    &'static [&'static str],
    &'static [&'static str],
);

/// From what those who know the cases expect.
const EXPECTED: &[Case] = &[
    (
        "01-block-guard-read",
        &[],
        &["Block layer: a read"],
        &["read-buffer-changed"],
    ),
    (
        "03-guard-2639",
        &[],
        &["Host adapter: a write", "Block layer: a read"],
        &["mkwrite-no-wait", "write2-no-wait"],
    ),
    (
        "04-sd-sense-host",
        &[],
        &["Host adapter: a write"],
        &["mkwrite-no-wait", "write2-no-wait"],
    ),
    (
        "06-scsi-debug",
        &[],
        &["Host adapter: a write"],
        &["mkwrite-no-wait", "write2-no-wait", "odirect-user-buffer"],
    ),
    (
        "07-ext4-jbd2",
        &[],
        &["Host adapter: a write", "Journal"],
        &["mkwrite-no-wait"],
    ),
    ("08-btrfs-csum", &[], &["btrfs"], &["odirect-user-buffer"]),
    (
        "10-md-mismatch",
        &[1],
        &["md: members"],
        &["mirror-divergence", "odirect-mirror"],
    ),
    (
        "11-nvme-guard",
        &[5],
        &["NVMe controller"],
        &["kernel-metadata-writer", "nvme-retries"],
    ),
    (
        "13-iscsi-digest",
        &[1, 4],
        &["Transport"],
        &["odirect-user-buffer"],
    ),
    ("15-libceph-crc", &[], &["ceph"], &["read-buffer-changed"]),
    (
        "17-start-writeback-bug",
        &[1, 2, 3, 5, 7, 8],
        &["The kernel's own check"],
        &["wake-after-rearm"],
    ),
    (
        "19-hung-task-writeback",
        &[2, 3, 4, 5, 6, 7, 8, 9, 10],
        &["A task sleeps on PG_writeback"],
        &["two-page-inversion"],
    ),
    (
        "21-lockdep-header",
        &[1, 3, 4, 5, 6, 8, 9, 11],
        &["lockdep"],
        &[],
    ),
    (
        "22-guard-without-race",
        &[],
        &["Read: two kinds of checksum"],
        &[],
    ),
];

fn log(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    fs::read_to_string(path.join(format!("{name}.txt"))).expect("there is such a log")
}

#[test]
fn each_log_is_decoded_and_answered_as_those_who_know_the_case_expect() {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs"));
    assert_eq!(files.expect("a folder").count(), EXPECTED.len());
    for (name, quiet, titles, first) in EXPECTED {
        let text = log(name);
        let lines = read(&text);
        let known: Vec<usize> = lines.iter().map(|it| it.number).collect();
        let written = text
            .lines()
            .enumerate()
            .filter(|it| !it.1.trim().is_empty());
        let unknown: Vec<usize> = written
            .map(|it| it.0 + 1)
            .filter(|it| !known.contains(it))
            .collect();
        assert_eq!(unknown, *quiet, "{name}: lines that nothing is known of");
        let answers = answers(&lines);
        let found: Vec<&str> = answers.iter().map(|it| it.title).collect();
        assert_eq!(found.len(), titles.len(), "{name}: {found:?}");
        for (found, title) in found.iter().zip(*titles) {
            assert!(found.starts_with(title), "{name}: {found}, not {title}");
        }
        let best: Vec<&str> = answers[0]
            .can
            .iter()
            .map(|it| it.slug.split('/').next().unwrap_or_default())
            .collect();
        assert!(best.starts_with(first), "{name}: {best:?}");
        assert!(!first.is_empty() || best.is_empty(), "{name}: {best:?}");
    }
}

#[test]
fn what_each_line_became_is_recorded() {
    for (name, ..) in EXPECTED {
        let mut all = String::new();
        let lines = read(&log(name));
        for line in &lines {
            all += &format!(
                "{:>3} {}\n    {}: {}\n",
                line.number,
                line.text,
                line.format.who,
                line.says()
            );
        }
        for answer in answers(&lines) {
            all += &format!("\n== {}\n{}\n", answer.title, answer.means.join("\n"));
            for it in &answer.can {
                all += &format!("- {}: {}\n", it.slug, it.when);
            }
            for (head, words) in [
                ("Not", answer.cannot),
                ("Result", answer.result),
                ("Next", answer.next),
                ("Hardware", answer.hardware),
            ] {
                all += &format!("{head}: {words}\n");
            }
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/logs");
        expect_test::expect_file![folder.join(format!("{name}.txt"))].assert_eq(&all);
    }
}

#[test]
fn every_candidate_is_an_ordering_of_the_catalogue_and_but_for_one_that_is_only_slow_it_fails() {
    let slugs = EXPECTED
        .iter()
        .flat_map(|(name, ..)| answers(&read(&log(name))));
    for candidate in slugs.flat_map(|it| it.can) {
        let slug = candidate.slug.split("/").next().unwrap_or_default();
        assert!(Address::parse(candidate.slug).is_ok(), "{}", candidate.slug);
        let entry = find(slug);
        assert!(entry.is_some(), "{}", candidate.slug);
        let fails = entry.is_some_and(|it| !it.verdicts.is_empty());
        let elsewhere = candidate.slug.contains('/');
        assert!(
            fails || elsewhere || slug == "stable-stall",
            "{slug} is safe"
        );
    }
}

#[test]
fn no_field_of_a_pattern_is_left_unsaid_by_a_wrong_name() {
    for format in FORMATS {
        for field in format.says.split('{').skip(1) {
            let name = field.split('}').next().unwrap_or_default();
            assert!(
                format.pattern.contains(&format!(":{name}}}")),
                "{}: {name}",
                format.pattern
            );
        }
        assert!(!format.source.is_empty(), "{}", format.pattern);
    }
}

#[test]
fn prefixes_and_other_lines_do_not_matter() {
    let line = "sdc: guard tag error at sector 8 (rcvd 6b1d, want 09f2)";
    for prefix in [
        "",
        "> ",
        "[    1.0] ",
        "Nov 30 02:17:06 host kernel: ",
        "kern  :err   : [Mon Nov 30 02:17:06 2026] ",
        "<3>",
    ] {
        let text = format!("something else\n{prefix}{line}\n\nmore");
        let lines = read(&text);
        assert_eq!(lines.len(), 1, "{prefix}");
        assert_eq!((lines[0].number, lines[0].count("sector")), (2, Some(8)));
        assert_eq!(lines[0].hex("rcvd"), Some(0x6b1d));
    }
    assert!(read("a mail about guard tags\nand nothing else").is_empty());
}

#[test]
fn guards_that_are_known_by_themselves_are_told() {
    let said = |rcvd: u16, want: u16| {
        let line = format!("sdc: guard tag error at sector 8 (rcvd {rcvd:04x}, want {want:04x})");
        answers(&read(&line))[0].means.join("\n")
    };
    let ones = guard(&[0xff; 512]);
    assert!(said(ones, 0x1234).contains(&format!(
        "The tag that came: {ones:04x} is the CRC of 512 bytes of ones."
    )));
    assert!(said(0x1234, ones).contains("The bytes that were compared"));
    assert!(said(0x1234, 0x3412).contains("two byte orders"));
    assert!(said(0, 0x1234).contains("a tag that nobody filled in"));
    assert!(!said(0x6b1d, 0x09f2).contains("CRC of"));
    // Both orders of CRC and IP checksum are another case.
    assert!(said(0, 0xffff).contains("IP checksum") && said(0xffff, 0).contains("IP checksum"));
}

#[test]
fn long_texts_are_read_in_time() {
    let text =
        "Nov 30 02:17:06 host kernel: usb 1-1: new high-speed USB device number 2 using xhci_hcd\n"
            .repeat(3600);
    let begun = Instant::now();
    assert!(text.len() > 300_000 && read(&text).is_empty());
    // Far above what it takes, since this is a test and no bench.
    assert!(begun.elapsed() < Duration::from_secs(20));
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "(?s).{0,400}", at in 0..FORMATS.len(), cut in 0usize..80) {
        let _ = answers(&read(&text));
        // And a pattern's own text, cut and mixed with it.
        let own: String = FORMATS[at].pattern.chars().skip(cut).collect();
        let _ = answers(&read(&format!("{text}{own}{text}")));
    }
}

/// The attribute alone, with its path or as `cat` prints it; the level is not said, so both kinds of array are told of.
#[test]
fn the_attribute_of_an_array_is_read_without_a_log() {
    let paths = [
        "# cat /sys/block/md0/md/mismatch_cnt\n384\n",
        "/sys/block/md127/md/mismatch_cnt:384",
    ];
    for text in paths {
        let lines = read(text);
        assert_eq!(lines.len(), 1, "{text}");
        assert!(
            lines[0].says().contains("384 sectors"),
            "{}",
            lines[0].says()
        );
        let all = answers(&lines);
        let can: Vec<&str> = all[0].can.iter().map(|it| it.slug).collect();
        assert_eq!(can, ["mirror-divergence", "odirect-mirror", "parity-rot"]);
    }
    let none = read("# cat /sys/block/md0/md/mismatch_cnt\n0\n");
    assert!(answers(&none).is_empty());
    assert!(read("384\n").is_empty());
}
