//! An independent oracle: SPIN verifies the catalogue and its mutants, and must find the verdicts
//! that our own search finds, in as many states.
//!
//! `exchange::promela` writes the semantics of the machine a second time, for another checker.
//! Livelock is no matter of safety: it is looked for by a never claim, in a run of its own.
//! Without `spin` and `cc` on PATH this is skipped, and says so; with CI set it fails.

mod support;

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Mutex;

use stable_pages::exchange::{promela, promela_all};
use stable_pages::explore::{Limits, Progress, Space};
use stable_pages::protocol::single_edits;
use stable_pages::scenario::{
    Device, Scenario, Variant, Verdict, catalogue, load_for, load_variant, programs,
};
use support::spin;

/// How many models share a verifier, and how many states they have together at most: compiling
/// takes most of the time.
const TOGETHER: (usize, usize) = (32, 150_000);
/// Mutants of each scenario, and the most states one may have.
const MUTANTS: usize = 5;
const MOST: usize = 20_000;

/// The models that are searched for livelocks: of these scenarios and one in so many others. The
/// most actors and states one may have; a claim multiplies them.
const LIVE: (&str, usize) = ("S31", 25);
const LIVE_MOST: (usize, usize) = (4, 2_000);

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
    livelock: bool,
    states: usize,
    ends: usize,
}

impl Case {
    /// None where it has more than `most` states.
    fn new(name: String, scenario: Scenario, most: usize) -> Option<Case> {
        let mut space = Space::new(&scenario.model, scenario.model.initial, Limits::NONE);
        let complete = space.advance(&scenario.model, most) == Progress::Complete;
        let found = space.verdicts();
        complete.then_some(Case {
            name,
            scenario,
            verdicts: found.iter().filter(|it| *it != Verdict::Livelock).collect(),
            livelock: found.has(Verdict::Livelock),
            states: space.states(),
            ends: space.ends() as usize,
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

/// The catalogue with one or two steps left out, moved, swapped or waiting otherwise; on its own
/// devices and others.
fn mutants() -> Vec<Case> {
    let mut dice = Dice(26_000);
    let mut cases = Vec::new();
    for entry in catalogue() {
        let edits = single_edits(&programs(entry.text, &Variant::default()).expect(entry.slug));
        let mut known = HashSet::new();
        let mut made = 0;
        for _ in 0..400 {
            let chosen = (0..1 + made % 2).map(|_| dice.of(&edits).clone());
            let mut variant = Variant {
                edits: chosen.collect(),
                device: (made >= 2).then(|| *dice.of(&Device::ALL)),
                ..Variant::default()
            };
            // Not every two edits have a place together.
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
fn verify(name: &str, cases: &[&Case]) -> String {
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

/// A claim that is never to come true: from some moment on an actor whose program has an end does
/// not finish, some actors never can move again, and all others move again and again. That is a
/// livelock under strong fairness; which actor and which others, the claim guesses.
fn claim(scenario: &Scenario) -> String {
    let actors = &scenario.model.actors;
    let (mut guesses, mut states) = (String::new(), String::new());
    for (number, _) in actors.iter().enumerate().filter(|(_, it)| !it.forever) {
        for still in 0..(1 << actors.len()) - 1 {
            let is_still = |it: &usize| still >> it & 1 == 1;
            let mut all = format!("pc[{number}] != FINISHED");
            // A process's number is its actor's and one: init is process 0.
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
            // Where nobody can move, nothing goes on for ever.
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

/// Looks for a livelock, and says if it is not as our own search has it.
fn verify_livelock(name: &str, case: &Case) -> String {
    let text = promela(&case.scenario, "") + &claim(&case.scenario);
    let pan = spin::pan(name, &text, &["-DFIND=0"], &["-O0", "-DNOREDUCE"]);
    let folder = pan.parent().expect("a folder");
    let said = spin::run(folder, "./pan", &["-a", "-m1000000", "-w18"]);
    let found = said.contains("acceptance cycle (at depth");
    assert!(found || said.contains("errors: 0"), "{}: {said}", case.name);
    let (name, ours) = (&case.name, case.livelock);
    match found == ours {
        true => String::new(),
        false => format!("{name}: SPIN finds a livelock: {found}, we: {ours}\n"),
    }
}

/// Does all of some work, two at a time, and gathers what is wrong.
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
    assert!(many >= 67 && mutants >= 200, "{many} and {mutants}");
    let mut groups: Vec<Vec<&Case>> = Vec::new();
    for case in &cases {
        let room = |last: &&mut Vec<&Case>| {
            let states: usize = last.iter().map(|it| it.states).sum();
            last.len() < TOGETHER.0 && states < TOGETHER.1
        };
        match groups.last_mut().filter(room) {
            Some(last) => last.push(case),
            None => groups.push(vec![case]),
        }
    }
    let wrong = by_two(&groups, |number, group| {
        verify(&format!("group{number}"), group)
    });
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
    for verdict in Verdict::ALL {
        let with = cases.iter().filter(|it| match verdict {
            Verdict::Livelock => it.livelock,
            verdict => it.verdicts.contains(&verdict),
        });
        println!("{}: {} models", verdict.words(), with.count());
    }
    let states: usize = cases.iter().map(|it| it.states).sum();
    println!(
        "{many} models and {mutants} mutants in {} verifiers, {states} states; {} of them searched for livelocks",
        groups.len(),
        live.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
}

/// The file as people get it: SPIN takes every scenario's, stops where it fails, tells the run.
#[test]
fn spin_tells_the_run_of_a_failure() {
    if !spin::is_there() {
        println!("SKIPPED: spin and cc are not both on PATH");
        return;
    }
    for entry in catalogue() {
        let scenario = entry.load().expect(entry.slug);
        spin::verifier("people", &promela(&scenario, "https://example.org/#1"), &[]);
    }
    for (slug, fails) in [("unlock-gap", true), ("baseline-five-step", false)] {
        let text = promela(&support::scenario(slug), "");
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
