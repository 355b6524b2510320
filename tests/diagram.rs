//! Runs as text diagrams: they are fit for mail, and reading one gives its run again.

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;

use stable_pages::exchange::diagram::{
    Detail, Options, Placement, ReadError, Reading, Searched, WIDTH, read, read_as, write,
};
use stable_pages::explore::{StepRecord, Story};
use stable_pages::machine::{ActorId, Choice, Invariant, enabled, step, ways};
use stable_pages::protocol::{Edit, Era, GROUPS, OPS, Place, library};
use stable_pages::scenario::{Scenario, Variant, load_for, load_variant, words};

use support::{checked, opening, scenario, varied};

const DETAILS: [Detail; 2] = [Detail::Folded, Detail::Unfolded];

/// The story of a run.
fn told(scenario: &Scenario, choices: &[Choice]) -> Story {
    let model = &scenario.model;
    let history = stable_pages::machine::History::new(model);
    let mut story = Story::of(model, &history);
    let mut world = model.initial;
    for choice in choices {
        let (next, effects) = step(model, &world, *choice);
        world = next;
        let choice = *choice;
        story.go_on(
            model,
            StepRecord {
                choice,
                effects,
                world,
            },
        );
    }
    story
}

/// The opening run of a scenario and its shortest failures.
fn runs(scenario: &Scenario) -> Vec<Vec<Choice>> {
    let found = checked(scenario).findings(&scenario.model);
    let mut all = vec![scenario.schedule.clone()];
    all.extend(found.into_iter().map(|it| it.schedule));
    all
}

fn full(scenario: &Scenario, detail: Detail) -> Options {
    Options {
        detail,
        searched: Some(Searched {
            states: 419,
            found: scenario.opening.clone(),
        }),
        link: Some(format!(
            "https://example.org/stable-pages/#{}/{}",
            scenario.slug,
            "A-_9".repeat(20)
        )),
        ..Options::default()
    }
}

/// Checks what mail requires of every line.
fn fit_for_mail(text: &str) {
    for line in text.lines() {
        let printable = line.bytes().all(|it| (b' '..=b'~').contains(&it));
        assert!(printable, "not ASCII, or a tab: {line:?}");
        assert_eq!(line, line.trim_end(), "{text}");
        assert!(
            !line.starts_with("From ") && !line.starts_with('>'),
            "{line}"
        );
        if !line.starts_with("Link: ") {
            assert!(
                line.len() <= WIDTH,
                "{} columns: {line}\n{text}",
                line.len()
            );
            assert!(format!("> > {line}").len() <= 80);
        }
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    assert!(!text.contains("\n\n\n"));
}

#[test]
fn every_opening_run_is_fit_for_mail() {
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let (_, story) = opening(&scenario);
        for detail in DETAILS {
            let mut options = full(&scenario, detail);
            options.era = Some(Era::V6_19);
            fit_for_mail(&write(&scenario, &story, &options));
            let text = write(&scenario, &story, &full(&scenario, detail));
            fit_for_mail(&text);
            assert!(text.ends_with("A-_9\n"), "the link is whole");
        }
    }
}

/// A diagram without the line that has the run's address.
fn without_link(text: &str) -> String {
    let lines = text.lines().filter(|it| !it.starts_with("Link: "));
    lines.map(|it| format!("{it}\n")).collect()
}

/// Writes a run, reads it and writes it again.
fn there_and_back(
    scenario: &Scenario,
    choices: &[Choice],
    options: &Options,
) -> Result<(), String> {
    let text = write(scenario, &told(scenario, choices), options);
    let reading = read(&without_link(&text), &[scenario]).map_err(|it| format!("{it}\n{text}"))?;
    let missing: Vec<_> = reading.missing().collect();
    if !missing.is_empty() || reading.choices != choices || !reading.filled_in().is_empty() {
        return Err(format!(
            "{missing:?} {}/{}\n{text}",
            reading.choices.len(),
            choices.len()
        ));
    }
    let again = write(scenario, &told(scenario, &reading.choices), options);
    match again == text && reading.alternatives.is_empty() {
        true => Ok(()),
        false => Err(format!("{again}\n{text}")),
    }
}

#[test]
fn what_is_written_reads_as_the_same_run() {
    let (mut many, mut wrong) = (0, Vec::new());
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        for run in runs(&scenario) {
            for detail in DETAILS {
                let options = full(&scenario, detail);
                many += 1;
                if let Err(text) = there_and_back(&scenario, &run, &options) {
                    wrong.push(format!("{} {detail:?}: {text}", entry.slug));
                }
            }
        }
    }
    println!("{many} diagrams");
    assert!(
        wrong.is_empty(),
        "{} of {many} wrong:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(6)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n=====\n")
    );
    assert!(many > 200, "{many}");
}

/// Diagrams are as recorded in `tests/golden/diagram`; `UPDATE_EXPECT=1 cargo test --no-default-features --test diagram` writes the files anew.
#[test]
fn diagrams_are_as_recorded() {
    let write_anew = std::env::var_os("UPDATE_EXPECT").is_some();
    for slug in ["unlock-gap", "mkwrite-no-wait", "two-page-inversion"] {
        let scenario = scenario(slug);
        let (_, story) = opening(&scenario);
        for (detail, ending) in [(Detail::Folded, "folded"), (Detail::Unfolded, "unfolded")] {
            let text = write(&scenario, &story, &full(&scenario, detail));
            let path = Path::new("tests/golden/diagram").join(format!("{slug}.{ending}.txt"));
            if write_anew {
                fs::create_dir_all("tests/golden/diagram").expect("writable");
                fs::write(&path, &text).expect("writable");
            }
            assert_eq!(
                text,
                fs::read_to_string(&path).unwrap_or_default(),
                "{path:?}"
            );
        }
    }
}

/// The words of a text that are names in C.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

/// What our files and links call steps and programs, and no function of the release is called.
fn internal(era: Era) -> HashSet<&'static str> {
    let steps = OPS.iter().map(|it| (it.key, it.calls()[era as usize]));
    let groups = GROUPS.iter().map(|it| (it.key, it.calls[era as usize]));
    let rows: Vec<_> = steps.chain(groups).collect();
    // Functions of every release after which library programs are called.
    let kernel = [
        "do_wp_page",
        "generic_perform_write",
        "ext2_add_link",
        "munmap",
        "fsync",
    ];
    let kernel: HashSet<&str> = rows
        .iter()
        .flat_map(|it| names(it.1))
        .chain(kernel)
        .collect();
    let own = rows.iter().map(|it| it.0).chain(library());
    own.filter(|it| it.contains('_') && !kernel.contains(it))
        .collect()
}

/// In every kernel: kernel and device are named, and whatever was changed from the correct ordering; our own names, numbers of
/// invariants and odds are not.
#[test]
fn every_mail_is_fit_for_the_list() {
    let (mut many, mut wrong) = (0, Vec::new());
    for (entry, era) in support::loadable().flat_map(|it| Era::ALL.map(|era| (it, era))) {
        let Ok(scenario) = load_for(entry.slug, entry.text, None, Some(era)) else {
            continue;
        };
        let internal = internal(era);
        let all = match era == scenario.own_era {
            true => runs(&scenario),
            false => vec![scenario.schedule.clone()],
        };
        for (run, detail) in all.iter().flat_map(|it| DETAILS.map(|detail| (it, detail))) {
            let text = write(&scenario, &told(&scenario, run), &full(&scenario, detail));
            fit_for_mail(&text);
            many += 1;
            let mut say = |what: &str| {
                wrong.push(format!(
                    "{} {} {detail:?}: {what}\n{text}",
                    entry.slug,
                    era.word()
                ));
            };
            let body = without_link(&text);
            let ours: Vec<&str> = names(&body).filter(|it| internal.contains(it)).collect();
            if !ours.is_empty() {
                say(&format!("internal names {ours:?}"));
            }
            let invariants = Invariant::ALL.map(|it| it.name().0);
            if names(&body).any(|it| invariants.contains(&it)) || body.contains("breaks ") {
                say("an invariant's number");
            }
            if body.contains('%') || body.contains("die") || body.contains(" [1]") {
                say("odds or a footnote");
            }
            let setting = format!("\nLinux {}, ", era.word());
            if !body.contains(&setting) {
                say("no kernel");
            }
            // The opening run comes by whatever was changed; a shortest failure may need only some of it.
            let edited = !scenario.edits.is_empty() && era == scenario.own_era;
            let seen = [
                "(no ",
                "<- moved here",
                "<- added",
                "[moved here]",
                "[added]",
            ];
            if edited && *run == scenario.schedule && !seen.iter().any(|it| body.contains(it)) {
                say("the change is not seen");
            }
            let mut readers = read(&body, &[&scenario]).into_iter();
            if readers.next().is_none_or(|it| it.choices != *run) {
                say("reads as another run");
            }
        }
    }
    println!("{many} mails");
    let some: Vec<String> = wrong.iter().take(6).cloned().collect();
    assert!(
        wrong.is_empty(),
        "{} of {many}:\n{}",
        wrong.len(),
        some.join("\n")
    );
    assert!(many > 600, "{many}");
}

/// Of a changed ordering nothing is said that is true of the unchanged one only.
#[test]
fn an_edited_run_is_called_by_its_change() {
    let entry = stable_pages::scenario::find("baseline-five-step").expect("there");
    let place = Place::parse("do_wp_page/wait_for_stable_page").expect("a place");
    for (era, title, seen) in [
        (
            Era::V2_6_39,
            "wait_on_page_writeback() left out of ->page_mkwrite()",
            "(no wait_on_page_writeback)",
        ),
        (
            Era::V6_19,
            "folio_wait_stable() left out of ->page_mkwrite()",
            "(no folio_wait_stable)",
        ),
    ] {
        let variant = Variant {
            era: Some(era),
            edits: vec![Edit::Drop(place.clone())],
            ..Variant::default()
        };
        let scenario = load_variant(entry.slug, entry.text, &variant).expect("fits");
        let found = checked(&scenario).findings(&scenario.model);
        let run = &found.first().expect("it fails").schedule;
        let text = write(&scenario, &told(&scenario, run), &Options::default());
        let head = format!("{title}\nLinux {}, DIX+DIF disk\n\nCPU0 (", era.word());
        assert!(text.starts_with(&head), "{text}");
        assert!(text.contains(seen), "{text}");
        assert!(!text.contains("No order of steps fails"), "{text}");
    }
}

/// Labels of other hands over the columns.
#[test]
fn headings_of_kernel_mail_are_found() {
    let scenario = scenario("unlock-gap");
    for (heading, actors) in [
        (
            "CPU0 (flusher)                 CPU1 (mmap writer)",
            ["flusher", "writer"],
        ),
        (
            "kworker/u8:2                   fio-1234",
            ["flusher", "writer"],
        ),
        (
            "P1: flusher                    P2: writer",
            ["flusher", "writer"],
        ),
        (
            "CPU0 (flusher), then HBA       CPU1 (writer)",
            ["flusher", "writer"],
        ),
        (
            "fio-1234                       kworker/u8:2-77",
            ["writer", "flusher"],
        ),
    ] {
        let (one, other) = match actors[0] {
            "flusher" => ("clear_page_dirty_for_io(page)", "store -> write fault"),
            _ => ("store -> write fault", "clear_page_dirty_for_io(page)"),
        };
        let text = format!("{heading}\n{one}\n{:31}{other}\n", "");
        let reading =
            read(&text, &[&scenario]).unwrap_or_else(|error| panic!("{heading}: {error}"));
        let first = |at: usize| &*scenario.cast[reading.columns[at].actors[0].index()].name;
        assert_eq!([first(0), first(1)], actors, "{heading}");
        assert_eq!(reading.placed, 2, "{heading}");
    }
}

/// Diagrams of before the mail named kernel and device, with the labels, remarks and lines of then, read as the same runs.
#[test]
fn diagrams_of_the_past_read_as_they_were() {
    for slug in ["unlock-gap", "mkwrite-no-wait", "two-page-inversion"] {
        let scenario = scenario(slug);
        for ending in ["folded", "unfolded"] {
            let path = format!("tests/golden/diagram/old/{slug}.{ending}.txt");
            let text = fs::read_to_string(path).expect("there");
            let reading = read(&text, &[&scenario]).expect("a diagram");
            assert_eq!(reading.choices, scenario.schedule, "{slug} {ending}");
            assert_eq!(reading.missing().count(), 0, "{slug} {ending}");
        }
    }
}

/// A text as a mail that quotes it has it.
fn quoted(text: &str, mark: &str) -> String {
    text.lines().map(|it| format!("{mark}{it}\n")).collect()
}

/// A text with tabs for each eight blanks at the beginning of a line.
fn tabbed(text: &str) -> String {
    let line = |it: &str| {
        let margin = it.len() - it.trim_start().len();
        let (tabs, blanks) = ("\t".repeat(margin / 8), " ".repeat(margin % 8));
        format!("{tabs}{blanks}{}\n", it.trim_start())
    };
    text.lines().map(line).collect()
}

#[test]
fn quotes_tabs_margins_and_other_names_change_nothing() {
    let mut many = 0;
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let story = told(&scenario, &scenario.schedule);
        let mut texts = Vec::new();
        for detail in DETAILS {
            for era in Era::ALL {
                let mut options = full(&scenario, detail);
                options.era = Some(era);
                texts.push(write(&scenario, &story, &options));
            }
            let text = write(&scenario, &story, &full(&scenario, detail));
            texts.push(quoted(&text, "> "));
            texts.push(quoted(&quoted(&text, ">"), "> "));
            texts.push(quoted(&text, "    "));
            texts.push(tabbed(&text));
            texts.push(quoted(&tabbed(&text), "> > "));
            texts.push(text.replace('\n', "\r\n"));
            texts.push(format!(
                "From: somebody\nSubject: a race\n\nHi,\n\nwith two blanks  in it:\n\n{text}\n-- \nme\n"
            ));
        }
        for text in texts {
            let reading = read(&text, &[&scenario]).expect("a diagram");
            let missing: Vec<_> = reading.missing().collect();
            assert!(missing.is_empty(), "{missing:?}\n{text}");
            assert_eq!(reading.choices, scenario.schedule, "{}\n{text}", entry.slug);
            many += 1;
        }
    }
    assert!(many > 1_000, "{many}");
}

/// A diagram can be made at every moment of a run.
#[test]
fn every_moment_of_an_opening_run_reads_as_it_was() {
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        for steps in 1..scenario.schedule.len() {
            for detail in DETAILS {
                let options = full(&scenario, detail);
                let result = there_and_back(&scenario, &scenario.schedule[..steps], &options);
                assert_eq!(result, Ok(()), "{} {steps}", entry.slug);
            }
        }
    }
}

/// Actors' names and bytes that look like the syntax of a diagram.
#[test]
fn odd_names_and_stores_change_nothing() {
    let pieces = [
        ("text = \"new!\"", "text = \"(([\\\"  <->\""),
        ("name = \"disk\"", "name = \"HBA\""),
        ("name = \"completion\"", "name = \"target\""),
        ("name = \"writer\"", "name = \"From\""),
    ];
    let mut scenario = varied("unlock-gap", &pieces, "");
    scenario.schedule = wandered(&scenario, &[3, 1, 8, 5, 12, 2, 7, 4].repeat(12));
    for run in runs(&scenario) {
        for detail in DETAILS {
            let options = full(&scenario, detail);
            fit_for_mail(&write(&scenario, &told(&scenario, &run), &options));
            assert_eq!(there_and_back(&scenario, &run, &options), Ok(()));
        }
    }
}

/// Before the first step there is nothing to draw.
#[test]
fn a_run_without_steps_has_no_columns() {
    let scenario = scenario("unlock-gap");
    let text = write(
        &scenario,
        &told(&scenario, &[]),
        &full(&scenario, Detail::Folded),
    );
    fit_for_mail(&text);
    assert_eq!(read(&text, &[&scenario]), Err(ReadError::NoHeader));
}

/// A reading as text, line by line.
fn said(scenario: &Scenario, reading: &Reading) -> String {
    let names = |actors: &Vec<ActorId>| {
        let names: Vec<&str> = actors
            .iter()
            .map(|it| &*scenario.cast[it.index()].name)
            .collect();
        names.join(", ")
    };
    let mut text = format!("{}\n", reading.slug);
    for column in &reading.columns {
        text += &format!("{} = {}\n", column.label, names(&column.actors));
    }
    for other in &reading.alternatives {
        let columns: Vec<String> = other.iter().map(names).collect();
        text += &format!("or {}\n", columns.join(" | "));
    }
    let verdicts = told(scenario, &reading.choices).verdicts(&scenario.model);
    text += &format!(
        "{} lines placed, {} steps, {} of them filled in: {}\n\n",
        reading.placed,
        reading.choices.len(),
        reading.filled_in().len(),
        words(&verdicts)
    );
    for line in &reading.lines {
        let placement = match &line.placement {
            Placement::Continued => "goes on".to_owned(),
            Placement::Remark => "remark".to_owned(),
            Placement::Heading => "heading".to_owned(),
            Placement::Prose => "prose".to_owned(),
            placement => placement.words(scenario),
        };
        text += &format!("{:3}  {:36}  {placement}\n", line.number, line.text);
    }
    text
}

/// Races as drawn in the commits that the dossier's 11.2 names, retyped from its description, and the dossier's own example
/// (11.3). The golden files say which lines are placed, and why others are not.
#[test]
fn diagrams_of_kernel_mail_are_read_as_recorded() {
    let write_anew = std::env::var_os("UPDATE_EXPECT").is_some();
    let all: Vec<Scenario> = support::loadable()
        .map(|it| it.load().expect("loads"))
        .collect();
    let all: Vec<&Scenario> = all.iter().collect();
    // The commit, the scenario of the same race, and how many scenarios place as much of it.
    let mail = [
        ("dossier-11-3", "unlock-gap", 1),
        ("64081362e8ff", "two-page-inversion", 2),
        ("00d873c17e29", "reclaim-waits-for-own-bio", 1),
        ("6923cd196bae", "mkwrite-locked-truncate", 2),
        ("c2407cf7d22d", "wake-after-rearm", 1),
    ];
    for (commit, slug, ties) in mail {
        let folder = Path::new("tests/golden/diagram/mail");
        let text = fs::read_to_string(folder.join(format!("{commit}.txt"))).expect("there");
        let scenario = scenario(slug);
        let reading = read(&text, &[&scenario]).expect("a diagram");
        let table = said(&scenario, &reading);
        let path = folder.join(format!("{commit}.read"));
        if write_anew {
            fs::write(&path, &table).expect("writable");
        }
        assert_eq!(
            table,
            fs::read_to_string(&path).unwrap_or_default(),
            "{commit}"
        );
        // The scenario of the race is found among the whole catalogue.
        let found = read(&text, &all).expect("a diagram");
        let others = found.others.iter().map(|it| (&it.slug, it.placed));
        let mut ranks: Vec<_> = std::iter::once((&found.slug, found.placed))
            .chain(others)
            .collect();
        ranks.retain(|it| it.1 == found.placed);
        assert!(ranks.iter().any(|it| it.0 == slug), "{commit}: {ranks:?}");
        assert_eq!(ranks.len(), ties, "{commit}: {ranks:?}");
    }
}

#[test]
fn who_is_meant_is_not_guessed_silently() {
    let scenario = scenario("two-page-inversion");
    let text = "CPU0            CPU1\n----            ----\nlock_page(page 1)\n                lock_page(page 1) <blocks>\n";
    let reading = read(text, &[&scenario]).expect("a diagram");
    assert_eq!(reading.placed, 2);
    assert_eq!(reading.alternatives.len(), 1, "{reading:?}");
    assert_eq!(reading.pages, [0, 1]);
    let beyond = read(&text.replace("page 1", "page 2"), &[&scenario]).expect("a diagram");
    assert_eq!(
        (beyond.pages, beyond.placed),
        (vec![1, 2], 2),
        "by their indexes"
    );
    let other = &reading.alternatives[0];
    let again = read_as(text, &scenario, other).expect("a diagram");
    assert_eq!(again.placed, 2);
    assert_eq!(again.columns[0].actors, other[0]);
    assert_ne!(again.columns, reading.columns);
}

/// Diagrams with numbers in the margin, labels without dashes, two actors on one line, comments and wrapped lines, each with
/// the steps that its lines stand for. The very last line has no place: that store was made before the page was cleaned,
/// so it did not fault.
#[test]
fn other_hands_are_read_too() {
    let scenario = scenario("unlock-gap");
    let drawn = [
        (
            "  task A                        writeback / device\n  ----------------------------  -------------------\n1                               lock_page(page)\n2                               unlock_page()  // too early\n3 store byte 1   (no wait)\n4                               device: guard tag mismatch\n",
            [(3, "0..1"), (4, "5..6"), (5, "6..7")].as_slice(),
        ),
        (
            "       CPU0                    CPU1\n       ----                    ----\n  lock_page(page);\n  ...\n  clear_page_dirty_for_io(\n      page);\n                               store\n                               <write fault>\n\n *** DEADLOCK ***\n",
            [(3, "0..1"), (5, "1..5"), (7, "5..6")].as_slice(),
        ),
        (
            "Thread 1                        Thread 2\n\nfolio_lock()                    store\nfolio_clear_dirty_for_io()\n  // PG_dirty is clear\n\nfolio_unlock()\n                                -> folio_lock\n",
            [(3, "0..1"), (3, "1..2"), (4, "2..6"), (7, "6..7")].as_slice(),
        ),
    ];
    for (text, expected) in drawn {
        let reading = read(text, &[&scenario]).expect("a diagram");
        let made = reading
            .lines
            .iter()
            .filter_map(|line| match &line.placement {
                Placement::Steps { steps, .. } => Some((line.number, format!("{steps:?}"))),
                _ => None,
            });
        let expected = expected.iter().map(|it| (it.0, it.1.to_owned()));
        assert!(
            made.clone().eq(expected),
            "{:?}\n{text}{reading:#?}",
            made.collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_link_names_the_scenario() {
    let (one, other) = (
        scenario("two-page-submitted"),
        scenario("two-page-inversion"),
    );
    let text = write(
        &other,
        &told(&other, &other.schedule),
        &full(&other, Detail::Folded),
    );
    let found = read(&quoted(&text, "> "), &[&one, &other]).expect("a diagram");
    assert_eq!(
        (found.slug.as_str(), found.others.len()),
        ("two-page-inversion", 0)
    );
    assert!(found.link.expect("a link").contains("#two-page-inversion/"));
}

#[test]
fn what_is_no_diagram_is_refused_with_a_reason() {
    let it = scenario("unlock-gap");
    let refused = |text: &str| read(text, &[&it]).expect_err("refused");
    assert_eq!(refused(""), ReadError::NoHeader);
    assert_eq!(
        refused("Hello,\n\nlock_page() is called twice.\n"),
        ReadError::NoHeader
    );
    assert_eq!(
        refused("\nCPU0      CPU1\n\n"),
        ReadError::Empty { line: 2 }
    );
    let long = "x".repeat(600_000);
    assert!(matches!(
        refused(&long),
        ReadError::TooLong { found: 600_000, .. }
    ));
    assert!(matches!(
        refused(&"\n".repeat(5_000)),
        ReadError::TooManyLines { .. }
    ));
    assert_eq!(
        read("CPU0   CPU1\nlock_page()\n", &[]),
        Err(ReadError::NoScenario)
    );
}

/// A random run: `picks` says which of the possible steps is made each time.
fn wandered(scenario: &Scenario, picks: &[u8]) -> Vec<Choice> {
    let mut world = scenario.model.initial;
    let mut choices = Vec::new();
    for pick in picks {
        let possible: Vec<Choice> = enabled(&scenario.model, &world).collect();
        if possible.is_empty() {
            break;
        }
        // Three of four steps repeat the last choice where that is possible, as in diagrams that people draw.
        let same = possible.iter().find(|it| choices.last() == Some(*it));
        let choice = match same {
            Some(same) if pick % 4 != 0 => *same,
            _ => possible[*pick as usize % possible.len()],
        };
        world = step(&scenario.model, &world, choice).0;
        choices.push(choice);
    }
    choices
}

/// A diagram with lines dropped, swapped and doubled and characters changed.
fn damaged(text: &str, harm: &[(u8, u16, u8)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (kind, place, by) in harm {
        if lines.is_empty() {
            break;
        }
        let at = *place as usize % lines.len();
        let other = *by as usize % lines.len();
        match kind % 6 {
            0 => drop(lines.remove(at)),
            1 => lines.swap(at, other),
            2 => lines.insert(at, lines[other].clone()),
            3 => lines[at].insert_str(0, &" ".repeat(*by as usize % 40)),
            4 => lines[at] = lines[at].chars().skip(*by as usize % 8).collect(),
            _ => {
                let mut all: Vec<char> = lines[at].chars().collect();
                let many = all.len().max(1);
                if let Some(it) = all.get_mut(*by as usize % many) {
                    *it = char::from_u32(u32::from(*place) * 7).unwrap_or('\t');
                }
                lines[at] = all.into_iter().collect();
            }
        }
    }
    lines.join("\n")
}

/// Checks that a reading, whatever its text, is a run of the model.
fn is_sound(scenario: &Scenario, reading: &Reading) {
    let mut world = scenario.model.initial;
    for choice in &reading.choices {
        assert!(choice.way < ways(&scenario.model, &world, choice.actor));
        world = step(&scenario.model, &world, *choice).0;
    }
    for line in &reading.lines {
        line.placement.words(scenario);
        if let Placement::Steps {
            steps, left_out, ..
        } = &line.placement
        {
            assert!(steps.end <= reading.choices.len() && *left_out <= steps.start);
        }
    }
    serde_json::to_string(reading).expect("can be sent to the page");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_runs_read_as_they_were(pick in 0usize..1000, picks in vec(any::<u8>(), 1..120)) {
        let entries: Vec<_> = support::loadable().collect();
        let scenario = entries[pick % entries.len()].load().expect("loads");
        let run = wandered(&scenario, &picks);
        for detail in DETAILS {
            let options = full(&scenario, detail);
            fit_for_mail(&write(&scenario, &told(&scenario, &run), &options));
            prop_assert_eq!(there_and_back(&scenario, &run, &options), Ok(()));
        }
    }

    #[test]
    fn damaged_diagrams_come_to_a_run_or_a_reason(
        pick in 0usize..1000,
        harm in vec((any::<u8>(), any::<u16>(), any::<u8>()), 1..30),
    ) {
        let entries: Vec<_> = support::loadable().collect();
        let scenario = entries[pick % entries.len()].load().expect("loads");
        let story = told(&scenario, &scenario.schedule);
        let text = write(&scenario, &story, &full(&scenario, DETAILS[pick % 2]));
        let begun = Instant::now();
        if let Ok(reading) = read(&damaged(&text, &harm), &[&scenario]) {
            is_sound(&scenario, &reading);
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn any_text_comes_to_a_run_or_a_reason(text in "(CPU0  CPU1\n|Thread A\t\tThread B\n)?(\\PC{0,60}[\n\t>]{0,3}){0,40}") {
        let scenario = scenario("two-page-inversion");
        if let Ok(reading) = read(&text, &[&scenario]) {
            is_sound(&scenario, &reading);
        }
        let _ = read_as(&text, &scenario, &[vec![ActorId(250), ActorId(0)], vec![ActorId(1), ActorId(1), ActorId(1)]]);
    }
}

/// A text of the greatest length that is read, with lines that take the longest to place.
#[test]
fn the_worst_text_takes_bounded_time() {
    let all: Vec<Scenario> = support::loadable()
        .map(|it| it.load().expect("loads"))
        .collect();
    let all: Vec<&Scenario> = all.iter().collect();
    let lines = [
        "lock_page()",
        "store",
        "unlock_page()",
        "PageWriteback?",
        "kmalloc(",
        "end_page_writeback()",
    ];
    let mut text = "CPU0    CPU1    CPU2    CPU3    CPU4    CPU5    CPU6    CPU7\n".to_owned();
    for at in 0..3_990 {
        text += &format!(
            "{}{}\n",
            " ".repeat(8 * (at % 8)),
            lines[at * 7 % lines.len()]
        );
    }
    let begun = Instant::now();
    let reading = read(&text, &all).expect("a diagram");
    assert!(reading.choices.len() < 400_000);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}
