//! How fast the checker is, and how much room it takes.
//!
//! A bench, not a test: it prints figures and judges nothing.

use stable_pages::explore::{Limits, Space};
use stable_pages::scenario::{Scenario, catalogue};
use std::time::{Duration, Instant};

fn main() {
    let scenarios: Vec<Scenario> = catalogue()
        .map(|entry| entry.load().expect("loads"))
        .collect();
    for graph in [false, true] {
        for scenario in &scenarios {
            let model = &scenario.model;
            let limits = Limits {
                bytes: usize::MAX,
                graph,
            };
            let space = Space::explore(model, model.initial, limits);
            if space.states() < 4000 {
                continue;
            }
            let start = Instant::now();
            let mut n = 0;
            while start.elapsed() < Duration::from_secs(1) {
                n += Space::explore(model, model.initial, limits).states();
            }
            println!(
                "{:24} graph {graph} {} states {} edges {:.2} M/s {} B/state words",
                scenario.slug,
                space.states(),
                space.edges(),
                n as f64 / start.elapsed().as_secs_f64() / 1e6,
                space.bytes() / space.states()
            );
        }
    }
}
