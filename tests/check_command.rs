//! The program `check`, as it is called in a terminal: what it prints, its exit status, and that a file with the
//! statements that it prints for pasting is as it expects.
//!
//! What it prints is recorded under `tests/golden/check`;
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test check_command` writes them anew.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use expect_test::expect_file;
use serde_json::Value;
use stable_pages::exchange::promela;
use stable_pages::explore::{Limits, Report, Space};
use stable_pages::machine::Invariant;
use stable_pages::protocol::{Era, OPS, library};
use stable_pages::scenario::{Device, FILE_KEYS, Scenario, Verdict, catalogue, find, load};
use toml::de::{DeTable, DeValue};

/// What a call has printed, and its exit status.
struct Output {
    status: i32,
    out: String,
    err: String,
}

/// Calls `check`, with a text as standard input.
fn check_with(input: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_check"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("check starts");
    let mut stdin = child.stdin.take().expect("piped");
    // Writing fails if the program has ended without reading.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("check ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Output {
        status: output.status.code().expect("no signal"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn check(arguments: &[&str]) -> Output {
    check_with("", arguments)
}

/// What a call has printed, read as JSON and compared with its schema.
fn json(output: &Output) -> Value {
    let schema = std::fs::read_to_string("assets/schema/check-2.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value: Value = serde_json::from_str(&output.out).expect("JSON");
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    value
}

fn text(slug: &str) -> &'static str {
    find(slug).expect("in the catalogue").text
}

/// Writes a file for one test, which is named after the test.
fn written(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{name}.toml"));
    std::fs::write(&path, text).expect("a folder for tests");
    path
}

/// A file without one of its tables.
fn without_table(text: &str, table: &str) -> String {
    let mut inside = "";
    let kept = text.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            inside = line.trim_end();
        }
        inside != table
    });
    kept.collect()
}

/// A scenario's file without `[expect]`, `breaks` and `opening`, and with a wrong number of steps in `[stall]`.
fn draft(slug: &str) -> String {
    let mut kept = String::new();
    for line in without_table(text(slug), "[expect]").lines() {
        match line {
            _ if line.starts_with("breaks = ") || line.starts_with("opening = ") => {}
            _ if line.starts_with("steps = ") => kept += "steps = 1\n",
            _ => kept += &format!("{line}\n"),
        }
    }
    kept
}

/// A file without its opening run.
fn without_schedule(file: &str) -> String {
    with_schedule(file, "[]")
}

/// A file with another opening run.
fn with_schedule(file: &str, schedule: &str) -> String {
    let start = file.find("schedule = [").expect("a schedule");
    let end = start + file[start..].find("\n]").expect("its end") + 2;
    format!("{}schedule = {schedule}{}", &file[..start], &file[end..])
}

/// Puts statements where they belong in a file.
fn pasted(draft: &str, top: &str, tables: &str) -> String {
    let draft = without_table(draft, "[stall]");
    let at = draft.find("\n[").expect("tables") + 1;
    format!("{}{top}\n{}\n{tables}", &draft[..at], &draft[at..])
}

#[test]
fn a_safe_and_a_failing_scenario_are_told_as_recorded() {
    let safe = check(&["jbd2-shadow"]);
    expect_file!["golden/check/safe.txt"].assert_eq(&safe.out);
    let failing = check(&["unlock-gap"]);
    expect_file!["golden/check/failing.txt"].assert_eq(&failing.out);
    for output in [safe, failing] {
        assert_eq!((output.status, output.err.as_str()), (0, ""));
        let long = |line: &&str| line.len() > 80 && !line.starts_with("Link: ");
        assert_eq!(output.out.lines().find(long), None);
        assert!(output.out.is_ascii());
    }
}

/// A wrong verdict, opening run or list of invariants in a file is reported.
#[test]
fn a_file_that_states_something_else_is_not_as_expected() {
    let file = text("unlock-gap")
        .replace("none = [\"unstable write\"]", "none = []")
        .replace("\"hba insert\" = [", "\"hba insert\" = [\"deadlock\", ")
        .replace("\"I1\", \"I10\"]", "\"I10\"]\nopening = [\"trap\"]")
        .replace("  \"completion until stuck\",\n", "");
    let output = check_with(&file, &["-"]);
    expect_file!["golden/check/not-as-expected.txt"].assert_eq(&output.out);
    assert_eq!((output.status, output.err.as_str()), (1, ""));
    // Only the verdict for the device `none` differs, so a check of the others is as expected.
    let only = |device: &str| {
        let file = text("unlock-gap").replace("none = [\"unstable write\"]", "none = []");
        check_with(&file, &["--device", device, "-"]).status
    };
    assert_eq!((only("none"), only("fs checksum")), (1, 0));
}

/// A file may state that nothing fails and nothing is broken; it is held to that like any other.
#[test]
fn a_file_that_states_nothing_is_held_to_it() {
    let file = draft("unlock-gap")
        + "\n[expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n";
    let scenario = load("unlock-gap", &file).expect("loads");
    let differences = Report::of(&scenario, usize::MAX).differences(&scenario);
    let words: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "[expect] states safe, and the search found guard error",
            "the opening run is to show safe (\"opening\", or else [expect]), and shows guard error",
            "\"breaks\" states none, and the opening run breaks I3, I2, I6, I1, I10",
        ]
    );
}

/// Where memory was full, it is not known whether the opening run stops short in a state that was not looked at.
#[test]
fn an_opening_run_beyond_what_was_looked_at_is_not_judged() {
    let mut scenario = load("two-page-submitted", text("two-page-submitted")).expect("loads");
    let (model, bytes) = (&scenario.model, 1 << 20);
    let space = Space::explore(model, model.initial, Limits::bytes(bytes));
    let looked = (space.states() - space.frontier()) as u32;
    let stops_short = |scenario: &Scenario| {
        let opening = Report::of(scenario, bytes).opening;
        opening.expect("on its own device").stops_short
    };
    let schedules = [looked - 1, looked].map(|state| space.schedule(model, state));
    let [last, beyond] = schedules.map(|schedule| {
        scenario.schedule = schedule;
        stops_short(&scenario)
    });
    assert!(last && !beyond);
}

#[test]
fn every_bad_file_is_reported_with_its_place_and_the_others_are_checked() {
    let era = written("era", &text("unlock-gap").replace("\"3.0\"", "\"2.4\""));
    let toml = written("toml", "title = \"unfinished\nsummary = 3");
    let [era, toml] = [&era, &toml].map(|path| path.to_str().expect("UTF-8"));
    let output = check(&[era, "snapshot-right", toml, "snapshot-odrer"]);
    assert_eq!(output.status, 2);
    assert!(output.out.contains("snapshot-right: as the file expects"));
    let lines: Vec<&str> = output.err.lines().collect();
    let [first, second, third] = lines[..] else {
        panic!("{}", output.err);
    };
    let place = text("unlock-gap")
        .lines()
        .position(|it| it.starts_with("era ="));
    let line = place.expect("in the file") + 1;
    assert!(
        first.starts_with(&format!("{era}:{line}:7: unknown era \"2.4\"")),
        "{first}"
    );
    assert!(second.starts_with(&format!("{toml}:1:")), "{second}");
    assert!(
        third.ends_with("(did you mean \"snapshot-order\"?): check --list scenarios"),
        "{third}"
    );
    // The same in JSON.
    let output = check(&["--json", era, "snapshot-right", "snapshot-odrer"]);
    let value = json(&output);
    assert_eq!(output.status, 2);
    assert_eq!(value["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(value["problems"][0]["line"], line);
    assert_eq!(value["problems"][1]["line"], Value::Null);
}

/// A fault in nothing but the opening schedule is reported with its place, and what all schedules come to all the same.
#[test]
fn a_faulty_schedule_does_not_hide_the_result() {
    let faulty = text("unlock-gap").replace("flusher through queue_bio", "disk 3");
    let output = check_with(&faulty, &["-"]);
    assert_eq!(output.status, 2);
    assert!(
        output.err.contains(": schedule: after 0 steps disk"),
        "{}",
        output.err
    );
    let shown = [
        "\n  ok  dix+dif ",
        "Shortest run to guard error",
        "NOT as the file expects\n  - schedule: after 0 steps disk",
    ];
    for part in shown {
        assert!(output.out.contains(part), "{part}: {}", output.out);
    }
    assert!(!output.out.contains("breaks = "), "{}", output.out);
    let value = json(&check_with(&faulty, &["--json", "-"]));
    assert!(value["problems"][0]["line"].as_u64() > Some(1));
    assert_eq!(value["files"][0]["opening"], Value::Null);
    assert_eq!(value["files"][0]["as_expected"], false);
    // With another fault beside, nothing can be checked.
    let worse = faulty.replace("run = [\"disk\"]", "run = [\"disc\"]");
    let output = check_with(&worse, &["-"]);
    assert_eq!((output.status, output.out.as_str()), (2, ""));
}

#[test]
fn arguments_that_cannot_be_used_are_refused_with_what_could() {
    for (arguments, reason) in [
        (&[][..], "no scenario is given"),
        (&["--frobnicate", "unlock-gap"], "--frobnicate"),
        (
            &["--device", "tape", "unlock-gap"],
            "expected one of dix+dif, hba insert",
        ),
        (
            &["--era", "2.4", "unlock-gap"],
            "expected one of 2.6.39, 3.0",
        ),
        (&["--memory", "much", "unlock-gap"], "much"),
        (&["--promela", "--all", "unlock-gap"], "one model"),
        (&["--list", "nonsense"], "topics are scenarios"),
        (&["--list", "unlockpage"], "did you mean \"unlock_page\"?"),
    ] {
        let output = check(arguments);
        assert_eq!(
            (output.status, output.out.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(output.err.contains(reason), "{arguments:?}: {}", output.err);
    }
    let help = check(&["--help"]);
    assert_eq!((help.status, help.err.as_str()), (0, ""));
    assert!(help.out.starts_with("Checks scenarios"));
}

/// Every file of the catalogue is as it states, on every device that it states verdicts of; files are printed in the order
/// of the command line, whichever is checked first.
#[test]
fn the_catalogue_is_as_its_files_expect() {
    let mut slugs: Vec<&str> = catalogue().map(|entry| entry.slug).collect();
    slugs.reverse();
    let output = check(&[&["--json"], &slugs[..]].concat());
    let value = json(&output);
    let files = value["files"].as_array().expect("a list");
    let differences = files.iter().flat_map(|file| {
        let all = file["differences"].as_array().into_iter().flatten();
        all.map(|it| format!("{}: {it}", file["slug"]))
    });
    assert_eq!(differences.collect::<Vec<String>>(), Vec::<String>::new());
    assert_eq!(output.status, 0, "{}", output.err);
    let told: Vec<&str> = files.iter().filter_map(|it| it["slug"].as_str()).collect();
    assert_eq!(told, slugs);
}

/// A draft with the statements that `check` computes pasted into it becomes a file that is as it expects: also with a
/// livelock, with an opening run that shows other verdicts than the device has, and with two pages.
#[test]
fn what_is_computed_can_be_pasted() {
    let others = [
        "unlock-gap",
        "sync-chases-dirtier",
        "mpage-da-2-6-39",
        "stable-stall",
    ];
    let own_opening = catalogue().filter(|entry| entry.text.contains("\nopening = "));
    let slugs: Vec<&str> = own_opening
        .map(|it| it.slug)
        .take(3)
        .chain(others)
        .collect();
    assert!(slugs.len() > others.len(), "some file has an \"opening\"");
    for slug in slugs {
        let draft = draft(slug);
        let output = check_with(&draft, &["--json", "-"]);
        let value = json(&output);
        assert_eq!((output.status, output.err.as_str()), (1, ""), "{slug}");
        let file = &value["files"][0];
        let statements = |part: &str| file["statements"][part].as_str().expect("a text");
        let whole = pasted(&draft, statements("top"), statements("tables"));
        // Its statements are those of the catalogue's file.
        let loaded = load(slug, &whole).unwrap_or_else(|error| panic!("{error}\n{whole}"));
        let own = load(slug, text(slug)).expect("loads");
        for verdicts in &own.expect {
            assert!(loaded.expect.contains(verdicts), "{slug}: {verdicts:?}");
        }
        assert_eq!(
            (loaded.breaks, loaded.opening),
            (own.breaks, own.opening),
            "{slug}"
        );
        let output = check_with(&whole, &["-"]);
        assert_eq!(output.status, 0, "{slug}: {}", output.out);
        assert!(
            output
                .out
                .contains("\nAs computed, and as the file has it:\n")
        );
    }
}

/// For a draft without an opening run one is proposed: a shortest failure, and then further steps until nobody can move.
#[test]
fn a_draft_is_given_an_opening_run() {
    for slug in ["unlock-gap", "snapshot-right", "two-page-inversion"] {
        let draft = with_schedule(&draft(slug), "[]").replace("schedule = []\n", "");
        assert!(!draft.contains("schedule ="), "{slug}");
        let value = json(&check_with(&draft, &["--json", "-"]));
        let file = &value["files"][0];
        let statements = |part: &str| file["statements"][part].as_str().expect("a text");
        let whole = pasted(&draft, statements("top"), statements("tables"));
        let output = check_with(&whole, &["-"]);
        assert_eq!(output.status, 0, "{slug}: {}", output.out);
        let scenario = load(slug, &whole).expect("loads");
        let own = load(slug, text(slug)).expect("loads");
        assert_eq!(
            (scenario.stated(), scenario.opening.is_empty()),
            (own.stated(), own.opening.is_empty())
        );
        assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
        // The keys that the draft lacks are reported, with their places.
        let warnings = file["warnings"].as_array().expect("a list");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let text = check_with(&draft, &["-"]).out;
        assert!(
            text.contains(":1:1: warning: there is no \"schedule\""),
            "{text}"
        );
    }
}

/// The schedule printed for a shortest failure can be a file's opening run.
#[test]
fn a_shortest_failure_can_be_the_opening_run() {
    let value = json(&check(&[
        "--json",
        "mpage-da-2-6-39",
        "journal-stop-with-bio",
    ]));
    for file in value["files"].as_array().expect("a list") {
        let found = &file["checks"][0]["found"]["verdicts"][0];
        let slug = file["slug"].as_str().expect("a text");
        // JSON and TOML write a list of texts alike.
        let changed = with_schedule(text(slug), &found["run"]["schedule"].to_string());
        let scenario = load(slug, &changed).unwrap_or_else(|error| panic!("{error}\n{changed}"));
        assert_eq!(scenario.schedule.len() as u64, found["steps"], "{slug}");
        let value = json(&check_with(&changed, &["--json", "-"]));
        let shown = &value["files"][0]["opening"]["verdicts"];
        assert!(
            shown
                .as_array()
                .expect("a list")
                .contains(&found["verdict"])
        );
    }
}

#[test]
fn figures_are_those_of_the_checker() {
    let output = check(&["--json", "--device", "dix+dif", "unlock-gap"]);
    let value = json(&output);
    let found = &value["files"][0]["checks"][0]["found"];
    assert_eq!(
        (&found["states"], &found["settled"]),
        (&466.into(), &true.into())
    );
    assert_eq!(found["verdicts"][0]["steps"], 34);
    assert_eq!(found["odds"]["exactly"][0], "7973745");
    assert_eq!(found["odds"]["exactly"][1], "2147483648");
    assert_eq!(found["odds"]["schedules"][0], "557931");
}

#[test]
fn devices_and_kernels_can_be_chosen() {
    let rows = |arguments: &[&str]| {
        let value = json(&check(&[&["--json", "unlock-gap"], arguments].concat()));
        let checks = value["files"][0]["checks"]
            .as_array()
            .expect("a list")
            .clone();
        let name = |it: &Value, key: &str| it[key].as_str().expect("a text").to_owned();
        let rows = checks
            .iter()
            .map(|it| (name(it, "device"), name(it, "era")));
        rows.collect::<Vec<(String, String)>>()
    };
    let own = |device: &str, era: &str| (device.to_owned(), era.to_owned());
    assert_eq!(rows(&["--device", "nvme pi"]), [own("nvme pi", "3.0")]);
    let eras = rows(&["--device", "none", "--era", "3.9", "--era", "6.19"]);
    assert_eq!(eras, [own("none", "3.9"), own("none", "6.19")]);
    assert_eq!(rows(&["--era", "2.6.39"]).len(), Device::STATED);
    assert_eq!(rows(&["--all"]).len(), Device::ALL.len() * Era::ALL.len());
    // The file states nothing of another kernel, so nothing can differ there.
    let output = check(&["--era", "6.19", "unlock-gap"]);
    assert_eq!(output.status, 0);
    assert!(output.out.contains("the file states nothing of this"));
}

/// A scenario is not called safe, in words or by the exit status, if memory was not enough to explore all of it.
#[test]
fn what_was_not_explored_is_not_called_safe() {
    let mut crowded = text("two-page-submitted").to_owned();
    for (name, page) in [("one", 0), ("two", 1)] {
        let writer = format!(
            "[[store]]\nname = \"by-{name}\"\npage = {page}\noffset = 64\ntext = \"{name}\"\n\
             [[store]]\nname = \"again-{name}\"\npage = {page}\noffset = 96\ntext = \"{name}\"\n\
             [[actor]]\nname = \"{name}\"\nabout = \"\"\n\
             run = [\"generic_perform_write by-{name}\", \"generic_perform_write again-{name}\"]\n[expect]"
        );
        crowded = crowded.replacen("[expect]", &writer, 1);
    }
    let path = written("crowded", &crowded);
    let path = path.to_str().expect("UTF-8");
    let output = check(&["--memory", "1", "--device", "dix+dif", path]);
    assert_eq!(output.status, 1);
    let row = output
        .out
        .lines()
        .find(|line| line.starts_with("  !!  dix+dif"));
    assert!(
        row.expect("a row").contains("not all explored"),
        "{}",
        output.out
    );
    assert!(output.out.contains("NOT ALL EXPLORED"));
    assert!(!output.out.contains("Every reachable state was looked at"));
    let output = check(&["--memory", "1", "--device", "dix+dif", "--json", path]);
    let value = json(&output);
    for row in value["files"][0]["checks"].as_array().expect("a list") {
        assert_eq!(row["found"]["explored"], "part");
        assert_eq!(
            (&row["found"]["settled"], &row["found"]["odds"]),
            (&false.into(), &Value::Null)
        );
    }
}

/// The reduced search needs less memory. Where no run goes round, its verdicts are all there are.
#[test]
fn what_the_reduced_search_explored_is_settled() {
    let output = check(&["--memory", "1", "--json", "two-page-submitted"]);
    for row in json(&output)["files"][0]["checks"]
        .as_array()
        .expect("a list")
    {
        assert_eq!(
            (&row["found"]["explored"], &row["found"]["settled"]),
            (&"reduced".into(), &true.into())
        );
        assert_eq!(row["found"]["verdicts"], Value::Array(Vec::new()));
    }
    assert_eq!(output.status, 0);
}

#[test]
fn the_model_for_spin_is_the_one_that_is_shared() {
    let output = check(&["--promela", "unlock-gap"]);
    let scenario = load("unlock-gap", text("unlock-gap")).expect("loads");
    assert_eq!((output.status, output.out), (0, promela(&scenario, "")));
    let other = check(&[
        "--promela",
        "--device",
        "none",
        "--era",
        "3.9",
        "unlock-gap",
    ]);
    assert!(other.status == 0 && other.out.contains("Kernel:  Linux 3.9"));
}

/// `--list` has everything that a file can name.
#[test]
fn everything_a_file_can_name_is_listed() {
    let whole = check(&["--list"]).out;
    let listed = |word: &str| {
        let line = |line: &str| {
            let rest = line.strip_prefix("  ").and_then(|it| it.strip_prefix(word));
            rest.is_some_and(|it| it.is_empty() || it.starts_with(' '))
        };
        assert!(whole.lines().any(line), "{word}");
    };
    OPS.iter().for_each(|row| listed(row.key));
    library().for_each(&listed);
    catalogue().for_each(|entry| listed(entry.slug));
    Device::ALL.iter().for_each(|it| listed(it.word()));
    Era::ALL.iter().for_each(|it| listed(it.word()));
    Verdict::ALL.iter().for_each(|it| listed(it.words()));
    Invariant::ALL.iter().for_each(|it| listed(it.name().0));
    let is_address = |line: &str| line.trim_start().starts_with("https://");
    let fits = |line: &str| line.len() < 80 || is_address(line);
    assert!(whole.lines().all(fits) && whole.is_ascii());
    catalogue().for_each(|entry| assert!(whole.contains(entry.group), "{}", entry.group));
    for (word, meaning) in [
        ("I2", Invariant::I2.meaning()),
        ("guard error", Verdict::GuardError.meaning()),
        ("nvme pi", Device::ALL[5].about()),
        ("3.9", Era::V3_9.kernels()),
    ] {
        let output = check(&["--list", word]);
        let start = meaning.split(' ').take(3).collect::<Vec<_>>().join(" ");
        assert!(
            output.out.contains(&start) && output.out.lines().count() < 10,
            "{word}: {}",
            output.out
        );
    }
    let program = check(&["--list", "writepage", "lock_page"]).out;
    assert!(program.contains("\n  set_page_writeback\n") && program.contains("folio_lock(folio)"));
    let address = "linux.git/tree/include/linux/pagemap.h?h=v6.19\n";
    assert!(program.contains(address), "{program}");
}

/// The tables and keys of a file, but for the names of devices in `[expect]`.
fn keys_of(text: &str) -> BTreeSet<(String, String)> {
    fn inside(table: &str, keys: &DeTable, into: &mut BTreeSet<(String, String)>) {
        let names = keys.keys().map(|key| key.get_ref().to_string());
        into.extend(names.map(|name| (table.to_owned(), name)));
    }
    let document = DeTable::parse(text).expect("TOML");
    let mut found = BTreeSet::new();
    for (key, value) in document.get_ref() {
        let name = key.get_ref();
        let tables: Vec<&DeTable> = match value.get_ref() {
            DeValue::Table(_) if name == "expect" => continue,
            DeValue::Table(table) => {
                inside(&format!("[{name}]"), table, &mut found);
                continue;
            }
            DeValue::Array(values) => {
                let values = values.iter().map(|value| value.get_ref());
                values.filter_map(DeValue::as_table).collect()
            }
            _ => Vec::new(),
        };
        if tables.is_empty() {
            found.insert((String::new(), name.to_string()));
        }
        for table in tables {
            inside(&format!("[[{name}]]"), table, &mut found);
        }
    }
    found
}

/// `--list=keys` has the keys that the loader knows: just those that occur in the catalogue or in a file with the rarer
/// keys.
#[test]
fn the_keys_listed_are_those_of_files() {
    let rare = without_schedule(text("unlock-gap"))
        .replace("dirty = true", "dirty = true\ntlb = \"none\"")
        .replace(
            "[file]",
            "[[edit]]\nreplace = \"writepage/set_page_writeback\"\nwith = \"set_page_dirty\"\n\n[file]",
        )
        .replace(
            "[file]",
            "[[edit]]\nswap = \"writepage/lock_page\"\nwith = \"writepage/unlock_page\"\n\n[file]",
        )
        + "[[program]]\nname = \"again\"\nforever = true\ntext = \"lock_page\"\n\n"
        + "[[lock]]\nname = \"r\"\nkind = \"rwsem\"\nfair = false\n\n"
        + "[[lock]]\nname = \"n\"\nkind = \"count\"\nstart = 1\n\n"
        + "[[actor]]\nname = \"other\"\nabout = \"CPU2\"\nrun = [\"again\"]\n";
    load("rare", &rare).unwrap_or_else(|error| panic!("{error}\n{rare}"));
    let mut used = keys_of(&rare);
    for entry in catalogue() {
        used.extend(keys_of(entry.text));
    }
    let listed = FILE_KEYS.iter().filter(|key| !key.name.is_empty());
    let listed = listed.map(|key| (key.table.to_owned(), key.name.to_owned()));
    assert_eq!(listed.collect::<BTreeSet<_>>(), used);
}

/// A required key is one without which a file does not load.
#[test]
fn keys_are_required_as_listed() {
    let file = text("stable-stall");
    for key in FILE_KEYS.iter().filter(|key| key.table.is_empty()) {
        let line = file
            .lines()
            .find(|line| line.starts_with(&format!("{} = ", key.name)));
        let Some(line) = line.filter(|line| !line.ends_with('[')) else {
            continue;
        };
        let loads = load("less", &file.replacen(line, "", 1)).is_ok();
        // The file loads without a statement about its opening run, such as `breaks`; so none of them is required.
        assert_eq!(loads, !key.required, "{}", key.name);
    }
}
