//! What real kernels did, as `make kernel-lab` recorded it: the results are as their schema says, and the kernels' own lines
//! and guards are read as they are meant. That the recorded verdicts are the model's, `src/bin/lab/record.rs` tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use stable_pages::exchange::dmesg::{Sign, read};
use stable_pages::exchange::fsync_errno;
use stable_pages::machine::guard;
use stable_pages::protocol::Era;

/// The kernels of the lab.
const KERNELS: [&str; 2] = ["6.1", "6.12"];

fn results() -> Value {
    let text = fs::read_to_string("assets/lab/results.json").expect("recorded");
    serde_json::from_str(&text).expect("JSON")
}

/// The rows of a kernel, by the experiments' names.
fn rows(series: &str) -> BTreeMap<String, Value> {
    let results = results();
    let mut kernels = results["kernels"].as_array().expect("kernels").iter();
    let kernel = kernels.find(|it| it["series"] == series).expect("recorded");
    let rows = kernel["experiments"].as_array().expect("rows").iter();
    rows.map(|it| (it["name"].as_str().expect("a name").to_owned(), it.clone()))
        .collect()
}

/// The kernel's lines of each experiment.
fn logs(series: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(format!("tests/lab/{series}.log")).expect("recorded");
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(of) => name = of.to_owned(),
            None => *all.entry(name.clone()).or_default() += &format!("{line}\n"),
        }
    }
    all
}

/// The guard of a sector as the programs of the lab write it (lab/programs/lab.h).
fn guard_of(first: u8) -> u64 {
    let mut sector = [0x5a; 512];
    sector[0] = first;
    guard(&sector).into()
}

#[test]
fn results_are_as_their_schema_says() {
    let schema = fs::read_to_string("assets/schema/lab-1.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let results = results();
    if let Some(error) = validator.iter_errors(&results).next() {
        panic!("{}: {error}", error.instance_path);
    }
    let mut wrong = results.clone();
    wrong["kernels"][0]["experiments"][0]["outcome"] = "fine".into();
    assert!(!validator.is_valid(&wrong));
}

/// In what the lab writes, the first byte of a sector changes and no other. So each guard that a kernel or a device names in its log,
/// received or computed, is one of 256; the two of a line are of other bytes.
#[test]
fn guards_in_the_kernels_logs_are_the_crcs_of_the_bytes_that_were_there() {
    let known: BTreeSet<u64> = (0..=255).map(guard_of).collect();
    let mut many = 0;
    for series in KERNELS {
        for (name, log) in logs(series) {
            // Metadata has bytes that nobody here knows.
            if name.starts_with("churn") {
                continue;
            }
            for line in read(&log) {
                if !matches!(line.format.sign, Sign::ScsiDebug | Sign::ReadGuard) {
                    continue;
                }
                let (came, computed) = (line.hex("rcvd"), line.hex("want"));
                let (came, computed) = (came.expect("a guard"), computed.expect("a guard"));
                assert_ne!(came, computed, "{name}: {}", line.text);
                for guard in [came, computed] {
                    assert!(known.contains(&guard), "{series} {name}: {}", line.text);
                }
                many += 1;
            }
        }
    }
    assert!(many > 200, "only {many} lines");
}

/// Part n of the disk was written with guards, then with n in its first byte and none (lab/programs/read_back.c).
#[test]
fn a_sector_with_other_bytes_than_its_guard_says_is_refused_with_both_guards() {
    for series in KERNELS {
        let lines = read(&logs(series)["read-back"]);
        let lines = lines.iter().filter(|it| it.format.sign == Sign::ScsiDebug);
        let mut parts = BTreeSet::new();
        for line in lines {
            let part = line.count("sector").expect("a sector") / 8;
            assert_eq!(line.hex("rcvd"), Some(guard_of(0x5a)), "{}", line.text);
            let part = u8::try_from(part).expect("one of eight");
            assert_eq!(line.hex("want"), Some(guard_of(part)), "{}", line.text);
            parts.insert(part);
        }
        assert_eq!(parts.len(), 8, "Linux {series}");
    }
}

/// Which kinds of lines there are after a write that the device refused, a read that it refused, and one that the host refused.
#[test]
fn the_kernels_lines_are_known() {
    let signs = |series: &str, name: &str| -> BTreeSet<Sign> {
        let log = &logs(series)[name];
        read(log).iter().map(|it| it.format.sign).collect()
    };
    for series in KERNELS {
        let refused = [
            Sign::ScsiDebug,
            Sign::SenseKey,
            Sign::SenseGuard,
            Sign::Command,
            Sign::Protection,
        ];
        for name in ["odirect-scribbled-raw", "read-back"] {
            let signs = signs(series, name);
            assert!(
                refused.iter().all(|it| signs.contains(it)),
                "{series} {name}: {signs:?}"
            );
        }
        let signs = signs(series, "read-scribbled-raw");
        assert!(signs.contains(&Sign::ReadGuard), "{series}: {signs:?}");
        assert!(!signs.contains(&Sign::ScsiDebug), "{series}: {signs:?}");
    }
    // btrfs of 6.1 finds the bytes that were torn; what 6.12 does is a copy.
    assert!(signs("6.1", "odirect-read-again-btrfs").contains(&Sign::BtrfsCsum));
    assert!(!signs("6.12", "odirect-read-again-btrfs").contains(&Sign::BtrfsCsum));
}

/// A line of the recorder's capture: task, event, and the fields behind it.
struct Event<'a> {
    task: &'a str,
    event: &'a str,
    fields: &'a str,
}

impl Event<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        let mut words = self.fields.split_whitespace();
        words.find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
    }
}

fn events(capture: &str) -> Vec<Event<'_>> {
    let lines = capture.lines().filter(|it| !it.starts_with('#'));
    let event = |line| -> Option<Event> {
        let line: &str = line;
        let (task, rest) = line.split_once(" [")?;
        // The time is behind processor and flags.
        let (_, rest) = rest.split_once(": ")?;
        let (event, fields) = rest.split_once(": ")?;
        let task = task.trim();
        Some(Event {
            task,
            event,
            fields,
        })
    };
    lines
        .map(|it| event(it).unwrap_or_else(|| panic!("{it}")))
        .collect()
}

/// The protocol, in what was recorded of real kernels: a folio's writeback begins once and ends once, and a page_mkwrite that has waited
/// for its folio to be stable returns when it is not under writeback. (Which folio a fault is for, its wait tells.)
#[test]
fn page_mkwrite_returns_after_writeback_in_what_was_recorded() {
    for series in KERNELS {
        let capture = fs::read_to_string(format!("tests/lab/{series}.ftrace")).expect("recorded");
        assert!(capture.starts_with("# stable-pages capture 1\n"));
        assert!(capture.contains(&format!("# kernel: {series}.")));
        let file = capture.split_once("inode ").expect("the file").1;
        let file = file.split_whitespace().next();
        // Writeback by index; the wait by task. None where the capture has not told yet.
        let mut under: BTreeMap<&str, bool> = BTreeMap::new();
        let mut waits: BTreeMap<&str, &str> = BTreeMap::new();
        let (mut begun, mut returned, mut waited) = (0, 0, 0);
        let all = events(&capture);
        for it in &all {
            let index = it.field("index").unwrap_or_default();
            if it.field("ino").is_some() {
                assert_eq!(it.field("ino"), file, "{}", it.fields);
            }
            match it.event {
                "__folio_start_writeback" => {
                    assert_ne!(
                        under.insert(index, true),
                        Some(true),
                        "{series}: {index} begins twice"
                    );
                    begun += 1;
                }
                "folio_end_writeback" => {
                    assert_ne!(
                        under.insert(index, false),
                        Some(false),
                        "{series}: {index} ends twice"
                    );
                }
                "folio_wait_stable" => {
                    waited += usize::from(under.get(index) == Some(&true));
                    waits.insert(it.task, index);
                }
                "ext4_page_mkwrite_ret" if it.field("ret") == Some("0x200") => {
                    let Some(index) = waits.remove(it.task) else {
                        continue;
                    };
                    assert_ne!(
                        under.get(index),
                        Some(&true),
                        "{series}: page_mkwrite of {index}"
                    );
                    returned += 1;
                }
                _ => {}
            }
        }
        assert!(
            begun > 30 && returned > 30,
            "Linux {series}: {begun} {returned}"
        );
        assert!(
            waited > 0,
            "Linux {series}: nobody had to wait, so nothing is shown"
        );
    }
}

#[test]
fn each_kernel_returns_the_errno_that_the_page_tells_of() {
    let errno = |series: &str, name: &str| -> Vec<String> {
        let row = &rows(series)[name];
        assert!(row["failures"].as_u64() > Some(0), "{series} {name}");
        let errno = row["errno"].as_object().expect("errno");
        errno.keys().cloned().collect()
    };
    for series in KERNELS {
        for name in [
            "odirect-scribbled-raw",
            "odirect-scribbled-ext4",
            "read-scribbled-raw",
        ] {
            assert_eq!(errno(series, name), ["EILSEQ"], "{series} {name}");
        }
        assert_eq!(
            errno(series, "churn-ext4-nojournal"),
            ["EIO"],
            "{series}: syncfs"
        );
    }
    // fsync on ext4 keeps the errno in releases between the two.
    assert_eq!(errno("6.1", "mmap-ext4-off"), ["EIO"]);
    assert_eq!(errno("6.1", "mmap-xfs-off"), ["EILSEQ"]);
    let today = errno("6.12", "pinned-page");
    assert_eq!(today, ["EILSEQ"]);
    assert!(fsync_errno(Era::V6_19).contains(&today[0]));
}

/// With protection information 6.12 has writers wait whatever stable_writes says; 6.1 obeys.
#[test]
fn stable_writes_is_obeyed_by_6_1_and_ignored_by_6_12() {
    for name in [
        "mmap-ext4-off",
        "mmap-xfs-off",
        "write-ext4-off",
        "two-processes-off",
    ] {
        for series in KERNELS {
            let row = &rows(series)[name];
            assert_eq!(row["stable_writes"], 0, "{series} {name}");
            assert_eq!(
                row["failures"].as_u64() > Some(0),
                series == "6.1",
                "{series} {name}"
            );
        }
    }
}
