//! How fast the checker is and how much memory it takes, beside stateright and SPIN on the same models.
//!
//! A bench, not a test: it prints figures and judges nothing. `cargo bench --bench explore -- 10m`
//! also looks at ten million states; `-- changes` and `-- plain` make one part alone, for a profile.

#[path = "../tests/support/machine.rs"]
mod machine;
#[path = "../tests/support/spin.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod spin;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use machine::Machine;
use stable_pages::exchange::promela;
use stable_pages::explore::{Limits, MutantWork, Reduced, Space};
use stable_pages::scenario::{Scenario, Variant, catalogue, find, load};
use stateright::{Checker, Property};

const COMPACT: Limits = Limits {
    bytes: usize::MAX,
    graph: false,
};

/// The largest scenario of the catalogue with more writers, each of which stores `times` times.
fn scaled(writers: usize, times: usize) -> Scenario {
    let mut text = find("two-page-submitted").expect("there").text.to_owned();
    let start = text.find("schedule = [").expect("a schedule");
    let end = start + text[start..].find("\n]").expect("its end") + 2;
    text.replace_range(start..end, "schedule = []");
    for writer in 0..writers {
        let (mut stores, mut run) = (String::new(), Vec::new());
        for time in 0..times {
            let (page, offset) = (writer % 2, 64 + 32 * writer + 16 * time);
            stores += &format!(
                "[[store]]\nname = \"s{writer}{time}\"\npage = {page}\noffset = {offset}\ntext = \"w{writer}{time}\"\n"
            );
            run.push(format!("\"generic_perform_write s{writer}{time}\""));
        }
        let run = run.join(", ");
        let actor = format!("[[actor]]\nname = \"w{writer}\"\nabout = \"\"\nrun = [{run}]\n");
        text = text.replacen("[expect]", &format!("{stores}{actor}[expect]"), 1);
    }
    load("scaled", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// The result of some work, and the seconds that its fastest run took.
fn best(mut work: impl FnMut() -> usize) -> (usize, f64) {
    let (begun, mut best, mut found) = (Instant::now(), f64::INFINITY, 0);
    while begun.elapsed() < Duration::from_secs(2) {
        let start = Instant::now();
        found = work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    (found, best)
}

fn say(name: &str, states: usize, seconds: f64, rest: &str) {
    let rate = states as f64 / seconds / 1e6;
    println!(
        "  {name:34} {states:>10} states {:>9.1} ms {rate:6.2} M states/s {rest}",
        seconds * 1e3
    );
}

fn against(name: &str, scenario: &Scenario) {
    println!("{name}");
    let model = &scenario.model;
    let mut bytes = 0;
    let (states, ours) = best(|| {
        let space = Space::explore(model, model.initial, COMPACT);
        bytes = space.bytes();
        space.states()
    });
    let each = bytes as f64 / states as f64;
    let room = format!("{each:.1} bytes a state, {} MiB", bytes >> 20);
    say("packed states, one core", states, ours, &room);
    let mut bytes = 0;
    let (_, seconds) = best(|| {
        let space = Space::explore(model, model.initial, Limits::NONE);
        bytes = space.bytes();
        space.states()
    });
    let room = format!("{:.1} bytes a state", bytes as f64 / states as f64);
    say("the same, with the graph", states, seconds, &room);
    let mut kept = String::new();
    let (stored, seconds) = best(|| {
        let reduced = Reduced::explore(model, usize::MAX);
        kept = format!("{} KiB", reduced.bytes() >> 10);
        reduced.states()
    });
    say("reduced, all verdicts", stored, seconds, &kept);
    println!("  (goal, with two more writers that write twice: 300,000 states at most)");
    let (found, theirs) = best(|| {
        use stateright::Model as _;
        let machine = Machine {
            model: model.clone(),
            properties: || vec![Property::always("goes on", |_, _| true)],
        };
        machine
            .checker()
            .threads(1)
            .spawn_bfs()
            .join()
            .unique_state_count()
    });
    let ratio = format!("{:.1} times our time (goal: 3)", theirs / ours);
    say("stateright 0.31, BFS, one thread", found, theirs, &ratio);
    if !spin::is_there() {
        println!("  SPIN is not there");
        return;
    }
    let text = promela(scenario, "");
    for (how, every, flags) in [
        (
            "SPIN, -O2, every step",
            &["-DORACLE"][..],
            &["-O2", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=4096"][..],
        ),
        (
            "SPIN, -O2, steps together",
            &["-DORACLE", "-DTOGETHER"][..],
            &["-O2", "-DSAFETY", "-DVECTORSZ=4096"][..],
        ),
    ] {
        let folder = format!("bench-{}", flags.len());
        let folder = spin::pan(&folder, &text, every, flags).expect("a verifier");
        let mut stored = 0;
        let (_, theirs) = best(|| {
            let said = spin::run(&folder, "./pan", &["-E", "-m2000000", "-w22"]).expect("runs");
            let line = said
                .lines()
                .find_map(|it| it.strip_suffix(" states, stored"));
            stored = line.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
            stored
        });
        let ratio = format!("{:.1} times our time", theirs / ours);
        say(how, stored, theirs, &ratio);
    }
}

/// The verdicts of every single change of a scenario's ordering, on all cores: how many changes, and how many of them can go
/// round, so that all their states were looked at, since there may be a livelock.
fn look_at_changes(slug: &str) -> (usize, usize) {
    let entry = find(slug).expect("there");
    let scenario = entry.load().expect("loads");
    let variant = Variant::default();
    let work = MutantWork::new(&scenario, entry.text, &variant, usize::MAX, None);
    let left = Mutex::new(work.scenarios());
    let [looked, round] = [(); 2].map(|()| AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(changed) = left.lock().expect("no panic").next() else {
                        break;
                    };
                    let model = &changed.model;
                    // How soon each verdict is met is not asked.
                    let mut reduced = Reduced::new(model, usize::MAX);
                    while !reduced.all_met() {
                        reduced.advance(model, 1 << 10);
                    }
                    if reduced.may_loop() {
                        Space::explore(model, model.initial, Limits::NONE);
                        round.fetch_add(1, Ordering::Relaxed);
                    }
                    looked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    (looked.into_inner(), round.into_inner())
}

fn every_change() {
    let start = Instant::now();
    let (many, round) = look_at_changes("two-page-submitted");
    println!("verdicts of every single change of the largest scenario, on all cores");
    println!(
        "  {many} changes, of which {round} can go round; {:.0} ms (goal: 2000)",
        start.elapsed().as_secs_f64() * 1e3
    );
}

/// The plain search of the largest scenario with more writers, a few times.
fn plain() {
    let scenario = scaled(2, 2);
    let model = &scenario.model;
    let explore = || Space::explore(model, model.initial, COMPACT).states();
    let (states, seconds) = best(explore);
    say("packed states, one core", states, seconds, "");
}

fn main() {
    // A part alone, for a profile.
    match std::env::args().nth(1).as_deref() {
        Some("changes") => return every_change(),
        Some("plain") => return plain(),
        _ => {}
    }
    let scenarios: Vec<Scenario> = catalogue()
        .map(|entry| entry.load().expect("the tests load every scenario"))
        .collect();
    println!("the whole catalogue, {} scenarios", scenarios.len());
    let all = |limits: Limits| {
        let of = |it: &Scenario| Space::explore(&it.model, it.model.initial, limits).states();
        scenarios.iter().map(of).sum()
    };
    let (states, seconds) = best(|| all(Limits::NONE));
    say("verified, with graphs", states, seconds, "");
    let (states, seconds) = best(|| {
        let load = |entry: stable_pages::scenario::Entry| entry.load().expect("loads");
        let check = |it: Scenario| Space::explore(&it.model, it.model.initial, COMPACT).states();
        catalogue().map(load).map(check).sum()
    });
    say("loaded and verified", states, seconds, "");
    println!("every single change of the correct ordering");
    let baseline = find("baseline-five-step").expect("there");
    let (changes, seconds) = best(|| {
        let scenario = baseline.load().expect("loads");
        let mut work = MutantWork::new(
            &scenario,
            baseline.text,
            &Variant::default(),
            usize::MAX,
            None,
        );
        let mut found = 0;
        while work.left() > 0 {
            found += usize::from(work.advance(usize::MAX).is_some());
        }
        found
    });
    println!("  {changes} changes, {:.0} ms", seconds * 1e3);
    every_change();
    let largest = "the largest scenario, two-page-submitted";
    against(largest, &scaled(0, 0));
    let more = "the same with two more writers, each writing twice";
    against(more, &scaled(2, 2));
    if std::env::args().any(|it| it == "10m") {
        let scenario = scaled(2, 4);
        let model = &scenario.model;
        let start = Instant::now();
        let mut space = Space::new(model, model.initial, COMPACT);
        space.advance(model, 10_000_000);
        let room = format!(
            "{:.1} bytes a state (goal: 24), {} MiB, {} still to be looked at",
            space.bytes() as f64 / space.states() as f64,
            space.bytes() >> 20,
            space.frontier()
        );
        println!("ten million states, two more writers that write four times");
        say(
            "packed states, one core",
            space.states(),
            start.elapsed().as_secs_f64(),
            &room,
        );
    }
}
