//! Several threads find what one finds, under the same numbers.

use stable_pages::explore::{Limits, Progress, Space};
use stable_pages::machine::Model;
use stable_pages::scenario::{Scenario, catalogue};

/// States of a scenario from which on some distance has enough of them for several threads to share; the largest has a
/// hundred distances.
const MANY: usize = 40_000;

fn compare(scenario: &Scenario, one: &Space, many: &Space) {
    let (model, name): (&Model, &str) = (&scenario.model, &scenario.slug);
    assert_eq!(many.progress(), Progress::Complete, "{name}");
    assert_eq!(one.states(), many.states(), "{name}");
    assert_eq!(one.edges(), many.edges(), "{name}");
    assert_eq!(one.ends(), many.ends(), "{name}");
    assert_eq!(one.depth(), many.depth(), "{name}");
    assert_eq!(one.unstable(), many.unstable(), "{name}");
    assert_eq!(one.needless_write(), many.needless_write(), "{name}");
    assert_eq!(one.findings(model), many.findings(model), "{name}");
    for (actor, parts) in model.actor_ids().zip(&model.actors) {
        for pc in 0..parts.code.len() {
            assert_eq!(one.ran(actor, pc), many.ran(actor, pc), "{name}, {pc}");
        }
    }
    let (one_graph, many_graph) = (one.graph().expect("kept"), many.graph().expect("kept"));
    assert_eq!(one_graph.ends(), many_graph.ends(), "{name}");
    for state in 0..one.states() as u32 {
        assert_eq!(one.world(state), many.world(state), "{name}, {state}");
        assert!(
            one_graph.steps(state).eq(many_graph.steps(state)),
            "{name}, steps of {state}"
        );
    }
}

#[test]
fn threads_change_nothing() {
    let mut compared = 0;
    for entry in catalogue() {
        let scenario = entry.load().expect("loads");
        let search = |threads| {
            let limits = Limits {
                threads,
                ..Limits::NONE
            };
            Space::explore(&scenario.model, scenario.model.initial, limits)
        };
        let one = search(1);
        if one.states() >= MANY {
            for threads in [2, 3] {
                compare(&scenario, &one, &search(threads));
            }
            compared += 1;
        }
    }
    assert!(compared >= 2, "only {compared} were large enough");
}
