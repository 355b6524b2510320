//! An independent explorer over the same `step`: stateright, with every scenario of the catalogue.
//!
//! It keeps whole worlds in its own tables, so it vouches for the checker's packing, numbering and
//! verdicts, not for the step function (SPIN does that: `tests/spin.rs`).

#[path = "support/machine.rs"]
mod machine;
mod support;

use machine::Machine;
use stable_pages::explore::Verdicts;
use stable_pages::machine::{Model, World, enabled, step};
use stable_pages::scenario::Verdict;
use stateright::{Checker, Model as _, Property};

/// The verdicts of a state's steps and, where nobody can move, of the state itself.
fn verdicts_at(model: &Model, world: &World) -> Verdicts {
    let ways = enabled(model, world).map(|choice| step(model, world, choice).1);
    let broken = ways.flatten().filter_map(|effect| match effect {
        stable_pages::machine::Effect::Broke(violation) => Verdict::of(violation),
        _ => None,
    });
    broken.chain(support::bad_end(model, world)).collect()
}

macro_rules! never {
    ($($verdict:ident),*) => {
        vec![
            // A property that always holds: without one the search would end at the first verdict.
            Property::<Machine>::always("goes on", |_, _| true),
            $(Property::<Machine>::always(stringify!($verdict), |it, world| {
                !verdicts_at(&it.model, world).has(Verdict::$verdict)
            })),*
        ]
    };
}

fn properties() -> Vec<Property<Machine>> {
    never!(
        GuardError,
        SilentCorruption,
        ChecksumMismatch,
        LostUpdate,
        Leak,
        Deadlock,
        Stall,
        Assertion,
        Trap,
        UnstableWrite,
        TornWrite,
        ExposedPage
    )
}

#[test]
fn stateright_finds_the_same_states_and_verdicts() {
    let mut states = 0;
    for entry in support::chosen() {
        let scenario = entry.load().expect(entry.slug);
        let ours = support::checked(&scenario);
        let theirs = Machine {
            model: scenario.model.clone(),
            properties,
        };
        let theirs = theirs.checker().spawn_bfs().join();
        assert!(theirs.is_done(), "{}", entry.slug);
        assert_eq!(theirs.unique_state_count(), ours.states(), "{}", entry.slug);
        let discovered = theirs.discoveries();
        // Livelock is left out, since it is not a property of single states.
        for verdict in Verdict::ALL
            .into_iter()
            .filter(|it| *it != Verdict::Livelock)
        {
            let name = format!("{verdict:?}");
            assert_eq!(
                discovered.contains_key(name.as_str()),
                ours.verdicts().has(verdict),
                "{}: {name}",
                entry.slug
            );
        }
        states += ours.states();
    }
    println!("{states} states of {} scenarios", support::chosen().count());
    assert!(states > 150_000 || !support::all_are_chosen());
}
