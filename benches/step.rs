//! How many steps a second the engine makes.
//!
//! A bench, not a test: it prints rates and judges nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

use stable_pages::machine::step_watched;
use stable_pages::scenario::{Scenario, catalogue};

/// Repeats `work`, which returns how much it did, for a second, and prints the rate.
fn rate(name: &str, unit: &str, mut work: impl FnMut() -> usize) {
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < Duration::from_secs(1) {
        done += work();
    }
    let a_second = done as f64 / start.elapsed().as_secs_f64();
    println!("{name:40} {:8.2} million {unit} a second", a_second / 1e6);
}

fn main() {
    let scenarios: Vec<Scenario> = catalogue()
        .map(|entry| entry.load().expect("the tests load every scenario"))
        .collect();
    let mut effects = Vec::new();
    rate("every opening run", "steps", || {
        let mut steps = 0;
        for scenario in &scenarios {
            let mut world = black_box(scenario.model.initial);
            for choice in &scenario.schedule {
                effects.clear();
                world = step_watched(&scenario.model, &world, *choice, &mut effects);
            }
            black_box(world);
            steps += scenario.schedule.len();
        }
        steps
    });
}
