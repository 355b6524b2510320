//! An independent oracle: SPIN verifies the catalogue and its mutants, and must find the verdicts
//! that our own search finds, in as many states.
//!
//! `exchange::promela` writes the semantics of the machine a second time, for another checker.
//! Livelock is left out: it is no matter of safety, and SPIN's run is a safety run.
//! Without `spin` and `cc` on PATH this is skipped, and says so; with CI set it fails.

mod support;

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Mutex;

use stable_pages::exchange::{promela, promela_all};
use stable_pages::explore::Search;
use stable_pages::protocol::op_number;
use stable_pages::scenario::{Device, Entry, Scenario, Verdict, catalogue, load_for};
use support::spin;

/// How many models share a verifier, and how many states they have together at most: compiling
/// takes most of the time.
const TOGETHER: (usize, usize) = (32, 150_000);
/// Mutants of each scenario, and the most states one may have.
const MUTANTS: usize = 5;
const MOST: usize = 20_000;

/// The words of the Promela text for the verdicts of a safety run.
const WORDS: [(&str, Verdict); 8] = [
    ("GUARD_ERROR", Verdict::GuardError),
    ("SILENT_CORRUPTION", Verdict::SilentCorruption),
    ("CHECKSUM_MISMATCH", Verdict::ChecksumMismatch),
    ("LOST_UPDATE", Verdict::LostUpdate),
    ("DEADLOCK", Verdict::Deadlock),
    ("STALL", Verdict::Stall),
    ("ASSERTION", Verdict::Assertion),
    ("TRAP", Verdict::Trap),
];

/// A model and what our own search finds.
struct Case {
    name: String,
    scenario: Scenario,
    verdicts: Vec<Verdict>,
    states: usize,
    ends: usize,
}

impl Case {
    /// None where it has more than `most` states.
    fn new(name: String, scenario: Scenario, most: usize) -> Option<Case> {
        let report = Search::run(&scenario.model, scenario.model.initial, most);
        let found = report.findings.iter().map(|it| it.verdict);
        let mut verdicts: Vec<Verdict> = found.filter(|it| *it != Verdict::Livelock).collect();
        verdicts.sort_unstable();
        report.complete.then_some(Case {
            name,
            scenario,
            verdicts,
            states: report.states,
            ends: report.ends,
        })
    }
}

/// The catalogue, on each device for which it states verdicts.
fn stated() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in catalogue() {
        let own = entry.load().expect(entry.slug);
        assert!(own.stated().is_some(), "its own device among them");
        for (device, _) in &own.expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None);
            let name = format!("{} on {}", entry.slug, device.word());
            let case = Case::new(name, scenario.expect(entry.slug), 3_000_000);
            cases.push(case.expect("all explored"));
        }
    }
    cases
}

/// Numbers that are the same every time. (SplitMix64.)
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((it ^ (it >> 31)) % many as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// The steps of a file's programs that an edit can name: of each actor, of its handler.
fn places(entry: Entry, scenario: &Scenario) -> Vec<Vec<String>> {
    let value = |block: &str, key: &str| {
        let line = block
            .lines()
            .find(|it| it.starts_with(&format!("{key} = ")));
        line.map(|it| it[key.len() + 3..].to_owned())
    };
    let blocks = entry.text.split("[[actor]]").skip(1);
    let mut all = Vec::new();
    for (block, cast) in blocks.zip(&scenario.cast) {
        let block = block.split("\n[").next().unwrap_or("");
        let run = value(block, "run").unwrap_or_default();
        let heads = run.split('"').skip(1).step_by(2);
        let names = heads.map(|it| it.split_whitespace().next().unwrap_or(""));
        let names: Vec<&str> = names
            .map(|it| {
                if op_number(it).is_some() {
                    &cast.name
                } else {
                    it
                }
            })
            .collect();
        let fault = value(block, "fault").unwrap_or("do_wp_page".to_owned());
        for (handler, names) in [(false, names), (true, vec![fault.trim_matches('"')])] {
            let lines = || cast.lines.iter().filter(|it| it.handler == handler);
            let mut keys = Vec::new();
            for (number, line) in lines().enumerate() {
                let same = |it: &&_| **it == line.key;
                let before = lines().take(number).map(|it| &it.key).filter(same).count();
                if !line.key.is_empty() {
                    keys.push(format!("{}#{}", line.key, before + 1));
                }
            }
            for name in names {
                all.push(keys.iter().map(|key| format!("{name}/{key}")).collect());
            }
        }
    }
    all.retain(|keys: &Vec<String>| keys.len() > 1);
    all
}

/// One edit of a random kind, as a file has it.
fn edit(dice: &mut Dice, places: &[Vec<String>]) -> String {
    let program = dice.of(places);
    let (one, other) = (dice.of(program), dice.of(program));
    match dice.below(4) {
        0 => format!("[[edit]]\ndrop = \"{one}\"\n"),
        1 => format!("[[edit]]\nmove = \"{one}\"\nbefore = \"{other}\"\n"),
        2 => format!("[[edit]]\nmove = \"{one}\"\nafter = \"{other}\"\n"),
        _ => format!("[[edit]]\nswap = \"{one}\"\nwith = \"{other}\"\n"),
    }
}

/// A file without its opening run, its notes and what it says of sleeps, with edits added.
fn edited(entry: Entry, edits: &str) -> String {
    let mut text = entry.text.to_owned();
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("the schedule's end") + 2;
    text.replace_range(start..end, "schedule = []");
    let mut kept = true;
    let lines = text.lines().filter(|line| {
        if line.starts_with('[') {
            kept = !matches!(*line, "[[note]]" | "[stall]");
        }
        kept
    });
    let text: Vec<&str> = lines.collect();
    text.join("\n")
        .replacen("[file]", &format!("{edits}\n[file]"), 1)
}

/// The catalogue with one or two steps left out, moved or swapped; on its own devices and others.
fn mutants() -> Vec<Case> {
    let mut dice = Dice(26_000);
    let mut cases = Vec::new();
    for entry in catalogue() {
        let places = places(entry, &entry.load().expect(entry.slug));
        let mut known = HashSet::new();
        let mut made = 0;
        for _ in 0..400 {
            let edits: String = (0..1 + made % 2)
                .map(|_| edit(&mut dice, &places))
                .collect();
            let device = (made >= 2).then(|| *dice.of(&Device::ALL));
            // Not every edit has a place.
            let text = edited(entry, &edits);
            let Ok(scenario) = load_for(entry.slug, &text, device, None) else {
                continue;
            };
            let code = format!("{:?} {:?}", scenario.device, scenario.model.actors);
            let plain = load_for(entry.slug, entry.text, device, None).expect(entry.slug);
            let changed = code != format!("{:?} {:?}", plain.device, plain.model.actors);
            let name = format!("{} on {} with\n{edits}", entry.slug, scenario.device.word());
            let Some(case) =
                (changed && known.insert(code)).then(|| Case::new(name, scenario, MOST))
            else {
                continue;
            };
            cases.extend(case);
            made += 1;
            if made == MUTANTS {
                break;
            }
        }
    }
    cases
}

/// Verifies models that share a verifier, and says what is not as our own search has it.
fn verify(name: &str, cases: &[Case]) -> String {
    let text = promela_all(cases.iter().map(|it| &it.scenario));
    let cc = ["-O0", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=4096"];
    let pan = spin::pan(name, &text, &["-DORACLE"], &cc);
    let folder = pan.parent().expect("a folder");
    let said = spin::run(folder, "./pan", &["-m1000000", "-w20"]);
    assert!(
        said.contains("errors: 0") && !said.contains("error:"),
        "{name}: {said}"
    );
    let mut found = vec![Vec::new(); cases.len()];
    for line in said.lines() {
        let Some((number, word)) = line
            .strip_prefix("VERDICT ")
            .and_then(|it| it.split_once(' '))
        else {
            continue;
        };
        let verdict = WORDS.iter().find(|(it, _)| *it == word);
        let number: usize = number.parse().expect("a number");
        found[number].push(verdict.expect("a verdict").1);
    }
    let mut wrong = String::new();
    for (case, found) in cases.iter().zip(&mut found) {
        found.sort_unstable();
        if *found != case.verdicts {
            let (name, ours) = (&case.name, &case.verdicts);
            let _ = writeln!(wrong, "{name}: SPIN finds {found:?}, we {ours:?}");
        }
    }
    // SPIN has one state more before it chooses a model, and one after each judged end.
    let expected = 1 + cases.iter().map(|it| it.states + it.ends).sum::<usize>();
    let stored = said
        .lines()
        .find_map(|it| it.strip_suffix(" states, stored"));
    let stored = stored.and_then(|it| it.trim().parse::<usize>().ok());
    if stored != Some(expected) {
        let names: Vec<String> = (cases.iter())
            .map(|it| format!("{} ({} + {})", it.name, it.states, it.ends))
            .collect();
        let names = names.join(", ");
        let _ = writeln!(
            wrong,
            "SPIN stores {stored:?} states, we {expected}: {names}"
        );
    }
    wrong
}

#[test]
fn spin_finds_the_same_verdicts() {
    if !spin::is_there() {
        let skipped = "SKIPPED: spin and cc are not both on PATH; nothing was compared with SPIN";
        assert!(std::env::var_os("CI").is_none(), "{skipped}");
        println!("{skipped}");
        return;
    }
    let mut cases = stated();
    let many = cases.len();
    cases.extend(mutants());
    let mutants = cases.len() - many;
    let mut groups: Vec<Vec<Case>> = Vec::new();
    for case in cases {
        match groups.last_mut() {
            Some(last)
                if last.len() < TOGETHER.0
                    && last.iter().map(|it| it.states).sum::<usize>() < TOGETHER.1 =>
            {
                last.push(case);
            }
            _ => groups.push(vec![case]),
        }
    }
    for verdict in Verdict::ALL {
        let with = groups
            .iter()
            .flatten()
            .filter(|it| it.verdicts.contains(&verdict));
        println!("{}: {} models", verdict.words(), with.count());
    }
    let clean = groups.iter().flatten().filter(|it| it.verdicts.is_empty());
    let states: usize = groups.iter().flatten().map(|it| it.states).sum();
    println!(
        "clean: {} models; {many} models and {mutants} mutants in {} verifiers, {states} states",
        clean.count(),
        groups.len()
    );
    let left = Mutex::new(groups.iter().enumerate());
    let wrong = Mutex::new(String::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no panic").next();
                    let Some((number, group)) = next else { break };
                    let said = verify(&format!("group{number}"), group);
                    wrong.lock().expect("no panic").push_str(&said);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The file as people get it: SPIN stops where the scenario fails, and tells the run.
#[test]
fn spin_tells_the_run_of_a_failure() {
    if !spin::is_there() {
        println!("SKIPPED: spin and cc are not both on PATH");
        return;
    }
    for (slug, fails) in [("unlock-gap", true), ("baseline-five-step", false)] {
        let text = promela(&support::scenario(slug));
        let pan = spin::pan(slug, &text, &[], &["-O0", "-DSAFETY", "-DNOREDUCE"]);
        let folder = pan.parent().expect("a folder");
        let said = spin::run(folder, "./pan", &["-m1000000", "-w18"]);
        assert_eq!(said.contains("assertion violated"), fails, "{said}");
        assert_eq!(said.contains("errors: 0"), !fails, "{said}");
        if fails {
            let told = spin::run(folder, "spin", &["-t", "model.pml"]);
            assert!(told.contains("flusher: set_page_writeback(page)"), "{told}");
        }
    }
}
