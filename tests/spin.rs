//! An independent oracle: SPIN verifies the catalogue and its mutants, and must find the verdicts
//! that our own search finds, in as many states.
//!
//! `exchange::promela` writes the semantics of the machine a second time, for another checker.
//! Livelock is no matter of safety: it is looked for by a never claim, in a run of its own.
//! Many models share a verifier, since compiling takes most of the time; where one disagrees, halves
//! of its group are verified until its name is known.
//! Without `spin` and `cc` on PATH this is skipped, and says so; with CI set it fails.

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stable_pages::exchange::{promela, promela_all};
use stable_pages::explore::{Limits, Progress, Space};
use stable_pages::machine::{End, end};
use stable_pages::protocol::single_edits;
use stable_pages::scenario::{
    Device, Scenario, Variant, Verdict, load, load_for, load_variant, programs as programs_of,
};
use support::spin;

/// How many instructions the models that share a verifier have together at most, and how many states: compiling takes most of
/// the time, and SPIN has room for the ends of 2,048 `d_step`s.
const TOGETHER: (usize, usize) = (700, 150_000);
/// How many mutants of each scenario there are, and the most states that one may have.
const MUTANTS: usize = 5;
const MOST: usize = 20_000;

/// One in so many mutants is verified with steps together, too; all other models always are.
const SHORT: usize = 4;

/// How many models with random programs there are, and the least and most states that one may have.
const RANDOM: usize = 40;
const RANDOM_STATES: std::ops::Range<usize> = 40..4_000;

/// Which models are searched for livelocks: those of one group of scenarios, and one in so many of the others; and the most
/// actors and states that such a model may have, since a claim multiplies its states.
const LIVE: (&str, usize) = ("S31", 25);
const LIVE_MOST: (usize, usize) = (4, 2_000);

/// The verdicts of a safety run, by their names in the Promela text.
const WORDS: [(&str, Verdict); 12] = [
    ("GUARD_ERROR", Verdict::GuardError),
    ("SILENT_CORRUPTION", Verdict::SilentCorruption),
    ("CHECKSUM_MISMATCH", Verdict::ChecksumMismatch),
    ("LOST_UPDATE", Verdict::LostUpdate),
    ("LEAK", Verdict::Leak),
    ("DEADLOCK", Verdict::Deadlock),
    ("STALL", Verdict::Stall),
    ("ASSERTION", Verdict::Assertion),
    ("TRAP", Verdict::Trap),
    ("UNSTABLE_WRITE", Verdict::UnstableWrite),
    ("TORN_WRITE", Verdict::TornWrite),
    ("EXPOSED_PAGE", Verdict::ExposedPage),
];

/// A model, with the findings of our own search.
struct Case {
    name: String,
    scenario: Scenario,
    verdicts: Vec<Verdict>,
    livelock: bool,
    is_mutant: bool,
    states: usize,
    ends: usize,
    /// How many steps lead to a BUG more than there are states after one.
    bugs: usize,
}

impl Case {
    /// The case for a scenario; none if it has more than `most` states.
    fn new(name: String, scenario: Scenario, most: usize) -> Option<Case> {
        let mut space = Space::new(&scenario.model, scenario.model.initial, Limits::NONE);
        let complete = space.advance(&scenario.model, most) == Progress::Complete;
        let found = space.verdicts();
        complete.then_some(Case {
            name,
            verdicts: found.iter().filter(|it| *it != Verdict::Livelock).collect(),
            livelock: found.has(Verdict::Livelock),
            is_mutant: false,
            states: space.states(),
            ends: space.ends() as usize,
            bugs: bugs(&scenario, &space),
            scenario,
        })
    }
}

/// How many steps lead to a BUG more than there are states after one: in the Promela text whoever meets a BUG stays behind its
/// step, so that each such step has a state of its own, while here he stays before it, and who it was is not to be seen.
fn bugs(scenario: &Scenario, space: &Space) -> usize {
    let model = &scenario.model;
    let graph = space.graph().expect("kept");
    let halted = |state: &u32| end(model, &space.world(*state)) == Some(End::Halted);
    let states = 0..space.states() as u32;
    let ends = states
        .clone()
        .filter(|it| graph.steps(*it).next().is_none());
    let halted: HashSet<u32> = ends.filter(halted).collect();
    if halted.is_empty() {
        return 0;
    }
    let steps = states.flat_map(|it| graph.steps(it));
    steps.filter(|it| halted.contains(&it.to)).count() - halted.len()
}

/// The catalogue, on each device for which it states verdicts.
fn stated() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in support::chosen() {
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

/// Files about nothing but named locks.
fn locks() -> Vec<Case> {
    let files = support::locks::files().into_iter();
    let cases = files
        .zip(support::locks::scenarios())
        .map(|((about, ..), scenario)| {
            Case::new(about.to_owned(), scenario, MOST).expect("all explored")
        });
    cases.collect()
}

/// Files about pages that are in several bios.
fn parts() -> Vec<Case> {
    let files = support::parts::files().into_iter();
    let cases = files
        .zip(support::parts::scenarios())
        .map(|((about, ..), scenario)| {
            Case::new(about.to_owned(), scenario, MOST).expect("all explored")
        });
    cases.collect()
}

/// Random numbers that are the same in every run (SplitMix64).
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

/// The catalogue with one or two steps left out, moved, swapped or waiting otherwise; on its own
/// devices and others.
fn mutants() -> Vec<Case> {
    let mut dice = Dice(26_000);
    let mut cases = Vec::new();
    for entry in support::chosen() {
        let edits = single_edits(&programs_of(entry.text, &Variant::default()).expect(entry.slug));
        let mut known = HashSet::new();
        let mut made = 0;
        for _ in 0..400 {
            let chosen = (0..1 + made % 2).map(|_| dice.of(&edits).clone());
            let mut variant = Variant {
                edits: chosen.collect(),
                device: (made >= 2).then(|| *dice.of(&Device::ALL)),
                ..Variant::default()
            };
            // Some edits exclude each other.
            let Ok(scenario) = load_variant(entry.slug, entry.text, &variant) else {
                continue;
            };
            let words: Vec<String> = variant.edits.drain(..).map(|it| it.words()).collect();
            let code = format!("{:?} {:?}", scenario.device, scenario.model.actors);
            let plain = load_variant(entry.slug, entry.text, &variant).expect(entry.slug);
            let changed = code != format!("{:?} {:?}", plain.device, plain.model.actors);
            let device = scenario.device.word();
            let name = format!("{} on {device} with {}", entry.slug, words.join(" and "));
            let Some(case) =
                (changed && known.insert(code)).then(|| Case::new(name, scenario, MOST))
            else {
                continue;
            };
            let is_mutant = true;
            cases.extend(case.map(|it| Case { is_mutant, ..it }));
            made += 1;
            if made == MUTANTS {
                break;
            }
        }
    }
    cases
}

/// Models with random programs, which nobody has written with the checker in mind. The variable `SEED` gives others.
fn random() -> Vec<Case> {
    let seed = std::env::var("SEED").unwrap_or_default();
    let seed: u64 = seed.parse().unwrap_or(14);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let files = programs::file();
    let mut cases = Vec::new();
    for number in 0..2_000 {
        let text = files.new_tree(&mut runner).expect("a file").current();
        // Not every random file loads.
        let Ok(scenario) = load("random", &text) else {
            continue;
        };
        let name = format!("random program {number} of SEED={seed}:\n{text}\n");
        let case = Case::new(name, scenario, RANDOM_STATES.end);
        cases.extend(case.filter(|it| it.states >= RANDOM_STATES.start));
        if cases.len() == RANDOM {
            break;
        }
    }
    cases
}

/// In what SPIN's result differs from that of our own search.
enum Wrong {
    /// Verdicts; the text names the models.
    Verdicts(String),
    /// The number of states, or SPIN does not accept the text; it is not known for which of the models.
    Somewhere(String),
}

/// How many models with another number of states are searched for and named; each takes some ten verifiers to find.
const NAMED: usize = 3;

/// Verifies models in one verifier, and names those for which SPIN's result is not that of our own search. Where only the
/// number of states differs, halves of the models are verified until the one is found.
fn verify(name: &str, cases: &[&Case], named: &AtomicUsize) -> String {
    match (verify_together(name, cases), cases) {
        (Ok(()), _) => String::new(),
        (Err(Wrong::Verdicts(wrong)), _) => wrong,
        (Err(Wrong::Somewhere(wrong)), [one]) => {
            named.fetch_add(1, Ordering::Relaxed);
            format!("{}: {wrong}\n", one.name)
        }
        (Err(Wrong::Somewhere(wrong)), _) => {
            let among = format!("one of {} models: {wrong}\n", cases.len());
            if named.load(Ordering::Relaxed) >= NAMED {
                return among;
            }
            let (first, second) = cases.split_at(cases.len() / 2);
            let halves = [("a", first), ("b", second)];
            let halves = halves.map(|(half, cases)| (format!("{name}{half}"), cases));
            let mut found = halves
                .iter()
                .map(|(name, cases)| verify(name, cases, named));
            found.find(|wrong| !wrong.is_empty()).unwrap_or(among)
        }
    }
}

/// What SPIN finds of models in one verifier, with these flags for SPIN and for the C compiler: the verdicts of each, in order,
/// and how many states it stores.
fn found_by_spin(
    name: &str,
    cases: &[&Case],
    flags: &[&str],
    cc: &[&str],
) -> Result<(Vec<Vec<Verdict>>, usize), String> {
    let text = match cases {
        [one] => promela(&one.scenario, ""),
        _ => promela_all(cases.iter().map(|it| &it.scenario)),
    };
    let cc = [&["-O0", "-DSAFETY", "-DVECTORSZ=4096"], cc].concat();
    let said = spin::pan(name, &text, &[&["-DORACLE"], flags].concat(), &cc)
        .and_then(|folder| spin::run(&folder, "./pan", &["-E", "-m1000000", "-w20"]))?;
    if !said.contains("errors: 0") || said.contains("error:") {
        return Err(said);
    }
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
    found.iter_mut().for_each(|it| it.sort_unstable());
    let stored = said
        .lines()
        .find_map(|it| it.strip_suffix(" states, stored"));
    let stored = stored.and_then(|it| it.trim().parse().ok());
    Ok((found, stored.ok_or(said)?))
}

/// Verifies models in one verifier: every step as a state of its own, which must be as many as ours, and steps together,
/// with what nobody notices left out.
fn verify_together(name: &str, cases: &[&Case]) -> Result<(), Wrong> {
    let every = found_by_spin(name, cases, &[], &["-DNOREDUCE"]);
    let (found, stored) = every.map_err(Wrong::Somewhere)?;
    let mut wrong = String::new();
    for (case, found) in cases.iter().zip(&found) {
        let (name, ours) = (&case.name, &case.verdicts);
        if found != ours {
            let _ = writeln!(wrong, "{name}: SPIN finds {found:?}, we {ours:?}");
        }
    }
    // One state more after each end, which `init` judges.
    let all_of = |it: &Case| it.states + it.ends + 2 * it.bugs;
    let chosen: Vec<&Case> = (cases.iter().enumerate())
        .filter(|(number, it)| !it.is_mutant || number % SHORT == 0)
        .map(|(_, it)| *it)
        .collect();
    let all: usize = chosen.iter().map(|it| all_of(it)).sum();
    let name = format!("{name}_short");
    let (short, fewer) =
        found_by_spin(&name, &chosen, &["-DTOGETHER"], &[]).map_err(Wrong::Somewhere)?;
    for (case, found) in chosen.iter().zip(&short) {
        let (name, ours) = (&case.name, &case.verdicts);
        if found != ours {
            let _ = writeln!(wrong, "{name}: SPIN, reduced, finds {found:?}, we {ours:?}");
        }
    }
    if !wrong.is_empty() {
        return Err(Wrong::Verdicts(wrong));
    }
    // And one in which the models have not begun yet.
    let expected = 1 + cases.iter().map(|it| all_of(it)).sum::<usize>();
    STORED[0].fetch_add(all, Ordering::Relaxed);
    STORED[1].fetch_add(fewer, Ordering::Relaxed);
    match stored == expected && fewer <= all + 1 {
        true => Ok(()),
        false => {
            let wrong = format!("SPIN stores {stored} states, reduced {fewer}, we {expected}");
            Err(Wrong::Somewhere(wrong))
        }
    }
}

/// The states that SPIN has stored of models it agrees on, and those that it stores of the same with steps together.
static STORED: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// A never claim for a livelock under strong fairness: from some moment on an actor whose program has an end does not finish,
/// some actors never can move again, and all others move again and again. Which actors these are the claim guesses.
fn claim(scenario: &Scenario, text: &str) -> String {
    let actors = &scenario.model.actors;
    let processes = text
        .lines()
        .filter_map(|it| it.trim().strip_prefix("run ")?.strip_suffix("();"));
    let processes: Vec<&str> = processes.collect();
    let (mut guesses, mut states) = (String::new(), String::new());
    for (number, _) in actors.iter().enumerate().filter(|(_, it)| !it.forever) {
        for still in 0..(1 << actors.len()) - 1 {
            let is_still = |it: &usize| still >> it & 1 == 1;
            // The process of an actor has the actor's number plus one, since `init` is process 0.
            let mut all = format!("!{}[{}]@finished", processes[number], number + 1);
            for actor in (0..actors.len()).filter(is_still) {
                let _ = write!(all, " && !enabled({})", actor + 1);
            }
            let moving: Vec<usize> = (0..actors.len()).filter(|it| !is_still(it)).collect();
            let place = |nth: usize| format!("waits_{number}_{still}_{nth}");
            let _ = writeln!(guesses, "\t:: {all} -> goto {}", place(0));
            for (nth, actor) in moving.iter().enumerate() {
                let _ = writeln!(
                    states,
                    "{here}: if :: {all} && _last == {} -> goto {} :: {all} -> goto {here} fi;",
                    actor + 1,
                    place(nth + 1),
                    here = place(nth)
                );
            }
            // A state in which nobody can move is no livelock.
            let _ = writeln!(
                states,
                "{here}: if :: {all} && enabled({}) -> goto accept_{number}_{still} :: {all} -> goto {here} fi;\n\
                 accept_{number}_{still}: if :: {all} -> goto {} fi;",
                moving[0] + 1,
                place(0),
                here = place(moving.len())
            );
        }
    }
    format!("never {{\nbegin:\tif\n\t:: true -> goto begin\n{guesses}\tfi;\n{states}\tskip\n}}\n")
}

/// Looks for a livelock; returns a complaint if SPIN's result is not that of our own search, else nothing.
fn verify_livelock(name: &str, case: &Case) -> String {
    let text = promela(&case.scenario, "");
    let claim = claim(&case.scenario, &text);
    let text = text + &claim;
    let made = spin::pan(name, &text, &["-DFIND=0"], &["-O0", "-DNOREDUCE"]);
    let said =
        made.and_then(|folder| spin::run(&folder, "./pan", &["-a", "-E", "-m1000000", "-w18"]));
    let said = match said {
        Ok(said) => said,
        Err(wrong) => return format!("{}: {wrong}\n", case.name),
    };
    let found = said.contains("acceptance cycle (at depth");
    let (name, ours) = (&case.name, case.livelock);
    match found == ours && (found || said.contains("errors: 0")) {
        true => String::new(),
        false => format!("{name}: SPIN finds a livelock: {found}, we: {ours}\n{said}\n"),
    }
}

/// Does each piece of work, two at a time, and joins the complaints.
fn by_two<T: Sync>(work: &[T], one: impl Fn(usize, &T) -> String + Sync) -> String {
    let left = Mutex::new(work.iter().enumerate());
    let wrong = Mutex::new(String::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no panic").next();
                    let Some((number, it)) = next else { break };
                    let said = one(number, it);
                    wrong.lock().expect("no panic").push_str(&said);
                }
            });
        }
    });
    wrong.into_inner().expect("no panic")
}

/// Verifies all models, many in a verifier, and names those for which SPIN's result is not that of our own search.
fn verify_all(name: &str, cases: &[Case]) -> String {
    let mut groups: Vec<Vec<&Case>> = Vec::new();
    for case in cases {
        let room = |last: &&mut Vec<&Case>| {
            let code = |it: &Case| {
                it.scenario
                    .model
                    .actors
                    .iter()
                    .map(|it| it.code.len())
                    .sum::<usize>()
            };
            let (many, states) = (last.iter()).fold((0, 0), |(many, states), it| {
                (many + code(it), states + it.states)
            });
            many < TOGETHER.0 && states < TOGETHER.1
        };
        match groups.last_mut().filter(room) {
            Some(last) => last.push(case),
            None => groups.push(vec![case]),
        }
    }
    for verdict in Verdict::ALL {
        let with = cases.iter().filter(|it| match verdict {
            Verdict::Livelock => it.livelock,
            verdict => it.verdicts.contains(&verdict),
        });
        println!("{}: {} models", verdict.words(), with.count());
    }
    let states: usize = cases.iter().map(|it| it.states).sum();
    println!(
        "{} models in {} verifiers, {states} states",
        cases.len(),
        groups.len()
    );
    let named = AtomicUsize::new(0);
    let wrong = by_two(&groups, |number, group| {
        verify(&format!("{name}{number}"), group, &named)
    });
    let [all, some] = [0, 1].map(|it| STORED[it].load(Ordering::Relaxed));
    println!("{some} states with steps together, of {all}");
    wrong
}

/// Whether SPIN is installed; with CI set it must be.
fn spin_is_there() -> bool {
    let there = spin::is_there();
    if !there {
        let skipped = "SKIPPED: spin and cc are not both on PATH; nothing was compared with SPIN";
        assert!(std::env::var_os("CI").is_none(), "{skipped}");
        println!("{skipped}");
    }
    there
}

#[test]
fn spin_finds_the_same_verdicts() {
    if !spin_is_there() {
        return;
    }
    let mut cases = stated();
    let many = cases.len();
    cases.extend(mutants());
    let mutants = cases.len() - many;
    if support::all_are_chosen() {
        assert!(many >= 67 && mutants >= 200, "{many} and {mutants}");
    }
    let wrong = verify_all("group", &cases);
    let (section, every) = LIVE;
    let picked = |(number, it): &(usize, &Case)| {
        let one = it.scenario.section == section || number % every == 0;
        one && it.scenario.cast.len() <= LIVE_MOST.0 && it.states <= LIVE_MOST.1
    };
    let live = cases.iter().enumerate().filter(picked);
    let live: Vec<&Case> = live.map(|(_, it)| it).collect();
    let wrong = wrong
        + &by_two(&live, |number, case| {
            verify_livelock(&format!("live{number}"), case)
        });
    println!(
        "{mutants} of them mutants; {} searched for livelocks",
        live.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn spin_finds_the_same_of_random_programs() {
    if !spin_is_there() {
        return;
    }
    let cases = random();
    assert_eq!(cases.len(), RANDOM);
    let wrong = verify_all("random", &cases);
    assert!(wrong.is_empty(), "{wrong}");
}

/// The Promela file that people can save: for every scenario SPIN accepts it, stops at a failure, and replays the run to it.
#[test]
fn spin_finds_the_same_under_a_page_table_lock() {
    if !spin_is_there() {
        return;
    }
    let cases = programs::under_page_table_lock().into_iter();
    let cases: Vec<_> = cases
        .map(|(key, text)| {
            let scenario = load(key, &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            Case::new(key.to_owned(), scenario, RANDOM_STATES.end).expect("all explored")
        })
        .collect();
    assert!(cases.len() > 4, "only {} steps change PTEs", cases.len());
    let wrong = verify_all("page_table_lock", &cases);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn spin_finds_the_same_of_pages_in_parts() {
    if !spin_is_there() {
        return;
    }
    let wrong = verify_all("parts", &parts());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn spin_finds_the_same_of_named_locks() {
    if !spin_is_there() {
        return;
    }
    let wrong = verify_all("locks", &locks());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn spin_tells_the_run_of_a_failure() {
    if !spin_is_there() {
        return;
    }
    for entry in support::chosen() {
        let scenario = entry.load().expect(entry.slug);
        let text = promela(&scenario, "https://example.org/#1");
        let made = spin::verifier("people", &text, &[]);
        made.unwrap_or_else(|wrong| panic!("{}: {wrong}", entry.slug));
    }
    for (slug, fails) in [("unlock-gap", true), ("baseline-five-step", false)] {
        let text = promela(&support::scenario(slug), "");
        let folder = spin::pan(slug, &text, &[], &["-O0", "-DSAFETY"]);
        let folder = folder.expect("a verifier");
        let said = spin::run(&folder, "./pan", &["-E", "-m1000000", "-w18"]).expect("runs");
        assert_eq!(said.contains("assertion violated"), fails, "{said}");
        assert_eq!(said.contains("errors: 0"), !fails, "{said}");
        assert_eq!(
            said.contains("assertion violated no_GUARD_ERROR"),
            fails,
            "{said}"
        );
        if fails {
            let told = spin::run(&folder, "spin", &["-t", "model.pml"]).expect("runs");
            assert!(told.contains("flusher: set_page_writeback(page)"), "{told}");
        }
    }
}
