//! What a quantity that steps add up comes to: on average, when every possible step is equally
//! likely at every moment, and at worst.

use super::graph::{Edge, Graph, Order};

/// How many times a state of a component with cycles is looked at anew, all its states together, before
/// their values are taken as they are.
const MOST_LOOKS: usize = 20_000_000;
/// Once values change by less than this share of themselves they are taken as they are.
const EXACT_ENOUGH: f64 = 1e-13;

/// What one step adds, and whether the run is followed beyond it.
pub(super) struct Worth {
    pub(super) adds: f64,
    pub(super) follow: bool,
}

/// For every state, what runs from it add up to on average. `order` is the graph's. `at_end` is what a
/// state adds where a run ends in it, or goes round in it for ever without steps that add anything.
pub(super) fn mean(
    graph: &Graph,
    order: &Order,
    worth: &dyn Fn(Edge) -> Worth,
    at_end: &dyn Fn(u32) -> f64,
) -> Vec<f64> {
    let mut values = vec![0.0; graph.states()];
    let one = |values: &[f64], state: u32| {
        let (mut sum, mut steps) = (0.0, 0u32);
        for edge in graph.steps(state) {
            let worth = worth(edge);
            sum += worth.adds;
            if worth.follow {
                sum += values[edge.to as usize];
            }
            steps += 1;
        }
        match steps {
            0 => at_end(state),
            _ => sum / f64::from(steps),
        }
    };
    for component in &order.components {
        let loops = |state: u32| graph.steps(state).any(|edge| edge.to == state);
        if component.len() == 1 && !loops(component[0]) {
            values[component[0] as usize] = one(&values, component[0]);
            continue;
        }
        let all = |is: &dyn Fn(u32, Edge) -> bool| {
            let each = |state: &u32| graph.steps(*state).all(|edge| is(*state, edge));
            component.iter().all(each)
        };
        if all(&|state, edge| order.inside(state, edge.to) && worth(edge).follow) {
            // No run leaves this component, so whatever its steps add is added without end.
            let adds = !all(&|_, edge| worth(edge).adds == 0.0);
            let within = component.iter().map(|state| at_end(*state));
            let value = match adds {
                true => f64::INFINITY,
                false => within.fold(0.0, f64::max),
            };
            for state in component {
                values[*state as usize] = value;
            }
            continue;
        }
        for _ in 0..MOST_LOOKS / component.len() {
            let mut change: f64 = 0.0;
            for state in component {
                let value = one(&values, *state);
                let known = &mut values[*state as usize];
                if *known != value {
                    change = change.max((value - *known).abs() / value.abs().max(1.0));
                }
                *known = value;
            }
            if change < EXACT_ENOUGH {
                break;
            }
        }
    }
    values
}

/// For every state, the most that a run from it adds up to; infinite where it can add for ever.
pub(super) fn most(graph: &Graph, order: &Order, adds: &dyn Fn(Edge) -> f64) -> Vec<f64> {
    let mut values = vec![0.0f64; graph.states()];
    for component in &order.components {
        let mut most: f64 = 0.0;
        for state in component {
            for edge in graph.steps(*state) {
                most = most.max(match order.inside(*state, edge.to) && adds(edge) > 0.0 {
                    true => f64::INFINITY,
                    // Within the component the value is not known yet, and still 0.
                    false => adds(edge) + values[edge.to as usize],
                });
            }
        }
        for state in component {
            values[*state as usize] = most;
        }
    }
    values
}

/// The share of schedules that fail, to the precision of floating point.
pub fn failing_share(graph: &Graph) -> f64 {
    failing_shares(graph)[0]
}

/// For every state, the share of the schedules from it that fail.
pub(super) fn failing_shares(graph: &Graph) -> Vec<f64> {
    let order = graph.order();
    let worth = |edge: Edge| Worth {
        adds: f64::from(u8::from(!edge.broke.safe())),
        follow: edge.broke.safe(),
    };
    let at_end = |state: u32| f64::from(u8::from(!graph.verdicts_at(state).safe()));
    mean(graph, &order, &worth, &at_end)
}
