//! The checker's answers about the whole graph, compared with plain enumeration of schedules.

mod support;

use std::collections::HashMap;

use num_bigint::BigUint;
use stable_pages::explore::{
    Cell, Cost, Fate, Foresight, Graph, Limits, Mutant, MutantWork, Odds, Omission, Position,
    RaceMap, Space, TooManyEquations, Verdicts, costs, failing_share, omission, without,
};
use stable_pages::machine::{
    ActorId, Choice, Effect, Instr, Model, Status, World, enabled, end, status, step,
};
use stable_pages::protocol::{Edit, OPS};
use stable_pages::scenario::{Scenario, Variant, Verdict, load_variant, programs};

use support::{checked, scenario};

/// Scenarios with few enough schedules to follow every one of them.
const SMALL: [&str; 6] = [
    "writeback-flag-leaked",
    "mkclean-no-redirty",
    "reclaim-waits-for-own-bio",
    "reclaim-passes-over",
    "waiting-on-a-cached-bio",
    "cached-bio-submitted",
];

fn graph(space: &Space) -> &Graph {
    space.graph().expect("kept")
}

/// The verdicts of one step and of the end it may lead to.
fn verdict(model: &Model, effects: &[Effect], world: &World) -> Option<Verdict> {
    let broke = effects.iter().find_map(|effect| match effect {
        Effect::Broke(violation) => Verdict::of(*violation),
        _ => None,
    });
    broke.or_else(|| support::bad_end(model, world).first().copied())
}

/// Follows every schedule, and sums up how many there are, how many fail, and how likely it is that one fails if each
/// step is chosen at random.
fn count(model: &Model, world: &World, failed: bool, weight: f64, sums: &mut (u64, u64, f64)) {
    let choices: Vec<Choice> = enabled(model, world).collect();
    if choices.is_empty() {
        sums.0 += 1;
        sums.1 += u64::from(failed);
        sums.2 += if failed { weight } else { 0.0 };
    }
    for choice in &choices {
        let (next, effects) = step(model, world, *choice);
        let failed = failed || verdict(model, &effects, &next).is_some();
        count(model, &next, failed, weight / choices.len() as f64, sums);
    }
}

#[test]
fn odds_are_those_of_counting_every_schedule() {
    let mut failing = 0;
    for slug in SMALL {
        let scenario = scenario(slug);
        let model = &scenario.model;
        let mut sums = (0, 0, 0.0);
        count(model, &model.initial, false, 1.0, &mut sums);
        let odds = Odds::of(graph(&checked(&scenario))).expect("small");
        assert_eq!(odds.schedules, Some(BigUint::from(sums.0)), "{slug}");
        assert_eq!(
            odds.failing_schedules,
            Some(BigUint::from(sums.1)),
            "{slug}"
        );
        assert!((odds.failing.value() - sums.2).abs() < 1e-9, "{slug}");
        println!("{slug}: {} schedules, {} fail, {}", sums.0, sums.1, sums.2);
        failing += u32::from(sums.1 > 0 && sums.1 < sums.0);
    }
    assert!(failing > 0, "some schedules fail and some do not");
}

/// The share of failing schedules as an exact fraction equals the one in floating point, which is computed otherwise.
#[test]
fn both_ways_to_the_odds_agree_over_the_catalogue() {
    let (mut sure, mut never, mut between, mut rounds) = (0, 0, 0, 0);
    for entry in support::loadable() {
        let scenario = entry.load().expect(entry.slug);
        let space = checked(&scenario);
        let odds = Odds::of(graph(&space)).expect(entry.slug);
        let share = failing_share(graph(&space));
        let value = odds.failing.value();
        assert!(
            (value - share).abs() < 1e-9,
            "{}: {value} {share}",
            entry.slug
        );
        let uncounted = odds.schedules.is_none();
        match odds.schedules {
            Some(all) => {
                let bad = odds.failing_schedules.expect("counted");
                assert_eq!(bad == BigUint::ZERO, value == 0.0);
                assert_eq!(bad == all, value == 1.0);
            }
            None => rounds += 1,
        }
        // Runs that can go round for ever cannot be counted.
        let stated = scenario.stated().expect("its own device");
        if stated.contains(&Verdict::Livelock) {
            assert!(
                space.verdicts().has(Verdict::Livelock) && uncounted,
                "{}",
                entry.slug
            );
        }
        // A livelock that has a way out adds nothing to the share: random steps take it in the end.
        let mut fails = space.verdicts().iter().filter(|it| it.fails());
        let fails = fails.any(|it| it != Verdict::Livelock);
        // One without a way out is where all of them end.
        let stays = !fails && space.verdicts().has(Verdict::Livelock);
        assert!(stays || fails == (value > 0.0), "{}", entry.slug);
        match value {
            1.0 => sure += 1,
            0.0 => never += 1,
            _ => between += 1,
        }
    }
    println!("{sure} always fail, {never} never, {between} sometimes, {rounds} can go round");
    assert!(never > 15 && between > 20 && rounds > 0);
}

/// A file with an actor for each of these programs, given as lines and keys, and a clean page with these bytes in memory.
fn running(memory: &str, programs: &[(&str, &str)]) -> Scenario {
    let actors = programs.iter().enumerate().map(|(number, (lines, keys))| {
        let own = if *keys == FOREVER { FOREVER } else { "" };
        format!(
            "[[program]]\nname = \"of_{number}\"\ntext = \"\"\"\n{lines}\n\"\"\"\n{own}\n\
             [[actor]]\nname = \"a{number}\"\nabout = \"\"\nrun = [\"of_{number}\"]\n{keys}\n"
        )
    });
    let text = format!(
        "title = \"t\"\nera = \"3.0\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"none\"\nschedule = []\n\
         [file]\ninode = 1\nfirst_lba = 8\ninterval = 4096\n\
         [[page]]\nindex = 0\nmemory = [\"{memory}\"]\nmedia = [\"a\"]\ndirty = false\n{}",
        actors.collect::<String>(),
    );
    stable_pages::scenario::load("running", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A file with one thread that goes round a loop, which it leaves each time with probability 1/2 by the lines `leave`.
fn looping(leave: &str) -> Scenario {
    running("a", &[(leave, "")])
}

/// Odds of programs with loops, against the linear equations solved by hand.
#[test]
fn odds_of_runs_that_can_go_round() {
    // Way 0 goes on to a second choice, way 1 leaves by unlocking what it does not hold (fails).
    let text =
        "again>\nkmem_cache_alloc else bad\nkmem_cache_alloc else again\nend\nbad>\nunlock_page";
    let scenario = looping(text);
    let space = checked(&scenario);
    let odds = Odds::of(graph(&space)).expect("small");
    // x = 1/2 * 1 + 1/2 * (1/2 * 0 + 1/2 x), so x = 2/3.
    let (above, below) = odds.failing.terms();
    assert_eq!(
        (above.to_string(), below.to_string()),
        ("2".into(), "3".into())
    );
    assert_eq!(odds.endless.value(), 0.0);
    // x = (y + z) / 2, y = x / 2 and z = 1/2 + y / 2, so x = 2/5.
    let text = "again>\nkmem_cache_alloc else z\ny>\nkmem_cache_alloc else again\nend\n\
                z>\nkmem_cache_alloc else y\nunlock_page";
    let both = Odds::of(graph(&checked(&looping(text)))).expect("small");
    let (above, below) = both.failing.terms();
    assert_eq!(
        (above.to_string(), below.to_string()),
        ("2".into(), "5".into())
    );
    assert_eq!(
        odds.schedules, None,
        "one can go round as often as one likes"
    );
    assert!((failing_share(graph(&space)) - 2.0 / 3.0).abs() < 1e-12);

    // Half of all runs end, half go round for ever. That is a livelock, since the loop has no way out; if the actor's
    // program never ends anyway, it is none.
    let text = "kmem_cache_alloc else out\nagain>\nkmem_cache_alloc\ngoto again\nout>\nmay_sleep";
    let scenario = looping(text);
    let space = checked(&scenario);
    assert!(space.verdicts().iter().eq([Verdict::Livelock]));
    let odds = Odds::of(graph(&space)).expect("small");
    assert_eq!((odds.failing.value(), odds.endless.value()), (0.5, 0.0));
    assert_eq!(failing_share(graph(&space)), 0.5);
    let foresight = Foresight::of(graph(&space));
    assert_eq!(foresight.fate(0), Fate::AtRisk);
    let fates = graph(&space).steps(0).map(|edge| foresight.fate(edge.to));
    assert_eq!(fates.collect::<Vec<_>>(), [Fate::Doomed, Fate::Safe]);
    let mut served = scenario;
    served.model.actors[0].forever = true;
    let space = checked(&served);
    let odds = Odds::of(graph(&space)).expect("small");
    assert!(space.verdicts().is_empty());
    assert_eq!((odds.failing.value(), odds.endless.value()), (0.0, 1.0));
}

/// A verdict may be met at the end of one run and, as soon, by a step of another: the run that has come to its end is shorter.
#[test]
fn an_end_is_nearer_than_a_step_from_beside_it() {
    // Newer bytes that nothing tells of are lost where the run ends, or where fsync returns, whatever comes first.
    let end = "fsync_begin\nkmem_cache_alloc else out\nfsync_return\nout>";
    let step = "fsync_begin\nfsync_return\nmay_sleep\nmay_sleep";
    for (lines, steps) in [(end, 2), (step, 2)] {
        let scenario = running("b", &[(lines, "")]);
        let space = checked(&scenario);
        let findings = space.findings(&scenario.model);
        let found = findings.iter().map(|it| (it.verdict, it.schedule.len()));
        assert_eq!(found.collect::<Vec<_>>(), [(Verdict::LostUpdate, steps)]);
        support::same(&scenario, &support::explored(&scenario), &space);
    }
}

/// From every state of small scenarios: what a search from there finds, and how soon.
#[test]
fn foresight_is_what_a_search_from_there_finds() {
    let mut looked = 0;
    for slug in [
        "unlock-gap",
        "reclaim-waits-for-own-bio",
        "mkclean-no-redirty",
        "error-told-once",
        "sync-chases-dirtier",
    ] {
        let scenario = scenario(slug);
        let model = &scenario.model;
        let space = checked(&scenario);
        let foresight = Foresight::of(graph(&space));
        for state in 0..space.states() as u32 {
            let world = space.world(state);
            assert_eq!(space.find(&world), Some(state));
            let from = Space::explore(model, world, Limits::NONE);
            let mut found: Vec<(Verdict, u16)> = (from.findings(model).iter())
                .map(|it| (it.verdict, it.schedule.len() as u16))
                .collect();
            found.sort();
            let mut ahead: Vec<(Verdict, u16)> = foresight.ahead(state).collect();
            ahead.sort();
            assert_eq!(ahead, found, "{slug} from state {state}");
            let share = failing_share(graph(&from));
            match foresight.fate(state) {
                Fate::Safe => assert_eq!(share, 0.0),
                Fate::Doomed => assert!(share > 0.999_999, "{slug} {state}"),
                Fate::AtRisk => assert!(share < 1.0, "{slug} {state}"),
            }
            looked += 1;
        }
    }
    assert!(looked > 1000);
}

/// All schedules of a length that end with a verdict, and the fewest changes of actor among them.
fn fewest(model: &Model, foresight: &Foresight, space: &Space, verdict: Verdict) -> usize {
    let mut known: HashMap<(u32, Option<ActorId>), usize> = HashMap::new();
    fn walk(
        at: (u32, Option<ActorId>),
        known: &mut HashMap<(u32, Option<ActorId>), usize>,
        next: &dyn Fn(u32) -> Vec<(ActorId, Option<u32>)>,
    ) -> usize {
        if let Some(known) = known.get(&at) {
            return *known;
        }
        let mut best = usize::MAX;
        for (actor, to) in next(at.0) {
            let change = usize::from(at.1.is_some_and(|it| it != actor));
            let rest = to.map_or(0, |to| walk((to, Some(actor)), known, next));
            best = best.min(change.saturating_add(rest));
        }
        known.insert(at, best);
        best
    }
    let away = |state: u32| {
        foresight
            .ahead(state)
            .find(|(it, _)| *it == verdict)
            .map(|it| it.1)
    };
    let next = |state: u32| {
        let left = away(state).expect("on the way");
        let mut steps = Vec::new();
        for edge in graph(space).steps(state) {
            if left == 1 && edge.broke.has(verdict) {
                steps.push((edge.choice.actor, None));
            } else if away(edge.to).is_some_and(|it| it + 1 == left) {
                let rest = (left > 1).then_some(edge.to);
                steps.push((edge.choice.actor, rest));
            }
        }
        steps
    };
    let _ = model;
    walk((0, None), &mut known, &next)
}

#[test]
fn the_witness_is_shortest_and_changes_actor_least() {
    let mut shown = 0;
    for entry in support::loadable() {
        let scenario = entry.load().expect(entry.slug);
        let model = &scenario.model;
        let space = checked(&scenario);
        if space.states() > 5000 {
            continue;
        }
        let foresight = Foresight::of(graph(&space));
        // Of an unstable write, which is no failure, foresight does not tell.
        let findings = space.findings(model).into_iter();
        for finding in findings.filter(|it| it.verdict.fails()) {
            let witness = foresight
                .witness(graph(&space), 0, finding.verdict)
                .expect("reached");
            assert_eq!(witness.len(), finding.schedule.len(), "{}", entry.slug);
            let world = support::replayed(model, &witness).0;
            if finding.verdict == Verdict::Livelock {
                let state = space.find(&world).expect("found");
                assert!(graph(&space).verdicts_at(state).has(Verdict::Livelock));
            } else {
                assert!(support::replayed(model, &witness).1.has(finding.verdict));
            }
            if witness.is_empty() {
                continue;
            }
            let changes = witness
                .windows(2)
                .filter(|it| it[0].actor != it[1].actor)
                .count();
            assert_eq!(
                changes,
                fewest(model, &foresight, &space, finding.verdict),
                "{}",
                entry.slug
            );
            shown += 1;
        }
    }
    assert!(shown > 40, "{shown}");
}

/// Of two ways that an actor can take, as long as each other, that one is shown which it goes alone.
#[test]
fn the_witness_takes_the_way_without_changes_of_actor() {
    let either = "kmem_cache_alloc else alone\nlock_page\nclear_writeback\nend\n\
                  alone>\nmay_sleep\nmay_sleep\nclear_writeback";
    let holder = ("unlock_page", "holds = [\"page lock\"]");
    let scenario = running("a", &[(either, ""), holder]);
    let space = checked(&scenario);
    let foresight = Foresight::of(graph(&space));
    let witness = foresight.witness(graph(&space), 0, Verdict::Assertion);
    let alone = |way| Choice {
        actor: ActorId(0),
        way,
    };
    assert_eq!(witness, Some([1, 0, 0, 0].map(alone).to_vec()));
}

/// The cells of a race map, counted state by state.
fn cells(
    model: &Model,
    space: &Space,
    foresight: &Foresight,
    actors: [ActorId; 2],
) -> HashMap<[Position; 2], Cell> {
    let mut all: HashMap<[Position; 2], Cell> = HashMap::new();
    for state in 0..space.states() as u32 {
        let world = &space.world(state);
        let asleep = actors.map(|it| matches!(status(model, world, it), Status::Asleep(_)));
        let pages: Vec<_> = model.page_ids().map(|it| model.page(world, it)).collect();
        let locked = |is: &dyn Fn(ActorId) -> bool| pages.iter().any(|it| it.lock.is_some_and(is));
        let fate = foresight.fate(state);
        let places = actors.map(|it| Position::of(model, world, it));
        let cell = all.entry(places).or_insert(Cell {
            at: (0, 0),
            states: 0,
            nearest: state,
            asleep: (0, 0),
            locked: (0, 0, 0),
            writeback: 0,
            risky: 0,
            doomed: 0,
        });
        cell.states += 1;
        cell.asleep.0 += u32::from(asleep[0]);
        cell.asleep.1 += u32::from(asleep[1]);
        cell.locked.0 += u32::from(locked(&|it| it == actors[0]));
        cell.locked.1 += u32::from(locked(&|it| it == actors[1]));
        cell.locked.2 += u32::from(locked(&|it| !actors.contains(&it)));
        cell.writeback += u32::from(pages.iter().any(|it| it.writeback.is_some()));
        cell.risky += u32::from(fate != Fate::Safe);
        cell.doomed += u32::from(fate == Fate::Doomed);
    }
    all
}

/// Each cell of the race map has the sum of its states, and its nearest state is the first of them.
#[test]
fn the_race_map_is_the_sum_of_its_states() {
    for slug in ["unlock-gap", "two-page-inversion", "writeback-flag-leaked"] {
        let scenario = scenario(slug);
        let model = &scenario.model;
        let space = checked(&scenario);
        let foresight = Foresight::of(graph(&space));
        for (first, second) in model.actor_ids().zip(model.actor_ids().skip(1)) {
            let map = RaceMap::of(model, &space, &foresight, (first, second));
            let mut expected = cells(model, &space, &foresight, [first, second]);
            for cell in &map.cells {
                let places = [
                    map.rows[usize::from(cell.at.0)],
                    map.columns[usize::from(cell.at.1)],
                ];
                let counted = expected.remove(&places).expect("once");
                assert_eq!(
                    Cell {
                        at: cell.at,
                        ..counted
                    },
                    *cell,
                    "{slug} {places:?}"
                );
            }
            assert!(expected.is_empty());
        }
    }
    let scenario = scenario("unlock-gap");
    let model = &scenario.model;
    let space = checked(&scenario);
    let foresight = Foresight::of(graph(&space));
    let map = RaceMap::of(model, &space, &foresight, (ActorId(0), ActorId(1)));
    let mut fates: Vec<Fate> = map.cells.iter().map(|it| it.fate()).collect();
    // In a deadlock no step leads out of some cells.
    for slug in ["mkwrite-waits-with-handle-open", "journal-stop-with-bio"] {
        let stuck = support::scenario(slug);
        let held = checked(&stuck);
        let foresight = Foresight::of(graph(&held));
        for second in stuck.model.actor_ids().skip(1) {
            let cells = RaceMap::of(&stuck.model, &held, &foresight, (ActorId(0), second)).cells;
            fates.extend(cells.iter().map(|it| it.fate()));
        }
    }
    for fate in [Fate::Safe, Fate::AtRisk, Fate::Doomed] {
        assert!(fates.contains(&fate), "{fate:?}");
    }
    // No state has both actors inside the page lock.
    assert!(
        map.cells
            .iter()
            .all(|it| it.locked.0 + it.locked.1 + it.locked.2 <= it.states)
    );
    // Columns are in the order of the program, with the fault handler behind its store.
    let columns: Vec<bool> = map.columns.iter().map(|it| it.store.is_some()).collect();
    assert!(!columns[0] && columns[1] && !columns[columns.len() - 1]);
}

/// The cost of a step's effects, counted without the checker.
fn paid(effects: &[Effect], cost: Cost) -> f64 {
    let many = |is: fn(&Effect) -> bool| effects.iter().filter(|effect| is(effect)).count();
    let paid = match cost {
        Cost::Walked => many(|effect| {
            matches!(
                effect,
                Effect::Cleaned { .. }
                    | Effect::FoundClean { .. }
                    | Effect::Zapped { .. }
                    | Effect::Revoked { .. }
            )
        }),
        Cost::Flushes => many(|effect| matches!(effect, Effect::TlbFlushed { .. })),
        Cost::Copied => {
            let sectors = many(|effect| matches!(effect, Effect::CopiedSector { .. }));
            512 * sectors
                + 4096
                    * many(|effect| {
                        matches!(
                            effect,
                            Effect::Copied { .. } | Effect::WriteAccess { frozen: true, .. }
                        )
                    })
        }
        Cost::Stall => 0,
    };
    paid as f64
}

/// The mean and greatest costs, against those summed up over every schedule.
#[test]
fn costs_are_those_of_following_every_schedule() {
    /// For each cost its mean and its greatest value.
    type Sums = [(f64, f64); 3];
    const COUNTED: [Cost; 3] = [Cost::Walked, Cost::Flushes, Cost::Copied];
    fn follow(model: &Model, world: &World, weight: f64, so_far: [f64; 3], sums: &mut Sums) {
        let choices: Vec<Choice> = enabled(model, world).collect();
        if choices.is_empty() {
            assert!(end(model, world).is_some());
            for (sum, so_far) in sums.iter_mut().zip(so_far) {
                sum.0 += weight * so_far;
                sum.1 = sum.1.max(so_far);
            }
        }
        for choice in &choices {
            let (next, effects) = step(model, world, *choice);
            let mut more = so_far;
            for (more, cost) in more.iter_mut().zip(COUNTED) {
                *more += paid(&effects, cost);
            }
            follow(model, &next, weight / choices.len() as f64, more, sums);
        }
    }
    let mut all = [0.0; 3];
    for slug in SMALL {
        let scenario = scenario(slug);
        let model = &scenario.model;
        let mut sums = Sums::default();
        follow(model, &model.initial, 1.0, [0.0; 3], &mut sums);
        let space = checked(&scenario);
        let bills = costs(model, graph(&space), &|state| space.world(state));
        for (nth, cost) in COUNTED.into_iter().enumerate() {
            let bill = bills.iter().find(|it| it.cost == cost).expect("there");
            let (mean, most) = sums[nth];
            assert!(
                (bill.mean - mean).abs() < 1e-9 && bill.most == most,
                "{slug}: {bill:?}, not {mean} and {most}"
            );
            all[nth] += bill.most;
        }
    }
    assert!(all[0] > 0.0 && all[1] > 0.0, "{all:?}");
    // Writers wait where the page must be stable, and not where a copy of it is written (the dossier's S16).
    let bill = |slug: &str, cost: Cost| {
        let scenario = scenario(slug);
        let space = checked(&scenario);
        let bills = costs(&scenario.model, graph(&space), &|state| space.world(state));
        *bills.iter().find(|it| it.cost == cost).expect("there")
    };
    let (waits, copies) = ("baseline-five-step", "snapshot-right");
    assert!(bill(waits, Cost::Stall).most > bill(copies, Cost::Stall).most);
    assert!(bill(waits, Cost::Stall).mean > bill(copies, Cost::Stall).mean);
    assert_eq!(bill(waits, Cost::Copied).most, 0.0);
    assert_eq!(bill(copies, Cost::Copied).most, 4096.0);
    // A sync that chases a dirtier can wait for ever.
    assert_eq!(bill("sync-chases-dirtier", Cost::Stall).most, f64::INFINITY);
    assert!(bill("sync-chases-dirtier", Cost::Stall).mean.is_finite());
}

/// All single edits of an ordering.
fn mutants(slug: &str) -> (Vec<Mutant>, u32) {
    let scenario = scenario(slug);
    let text = stable_pages::scenario::find(slug).expect("there").text;
    let mut work = MutantWork::new(&scenario, text, &Variant::default(), usize::MAX, None);
    let mut found = Vec::new();
    while work.left() > 0 {
        found.extend(work.advance(usize::MAX));
    }
    (found, work.same.len() as u32)
}

/// Broken orderings of the catalogue are among the single edits of the correct one, with the same verdicts after as many
/// steps.
#[test]
fn mutants_of_the_correct_ordering_are_the_catalogues_broken_ones() {
    let (found, same) = mutants("baseline-five-step");
    println!("{} changes, {same} the same as another", found.len());
    assert!(found.len() > 300 && same > 0);
    for it in &found {
        assert_eq!(it.verdicts.safe(), it.shortest.is_none());
        assert_eq!(
            it.verdicts.safe(),
            it.share == Some(0.0),
            "{}",
            it.edit.words()
        );
    }
    for (words, slug) in [
        (
            "`set_page_writeback` moved before `submit_bio`",
            "unlock-gap",
        ),
        (
            "`wait_for_stable_page` left out of do_wp_page",
            "mkwrite-no-wait",
        ),
        (
            "`flush_tlb_page` left out of writepage",
            "mkclean-without-flush",
        ),
        ("`page_mkclean` left out of writepage", "mkclean-skipped"),
    ] {
        let mutant = found.iter().find(|it| it.edit.words() == words);
        let mutant = mutant.unwrap_or_else(|| panic!("{words} is not among them"));
        let space = checked(&scenario(slug));
        let shortest = space.findings(&scenario(slug).model);
        let steps = shortest.iter().map(|it| it.schedule.len()).min();
        assert_eq!(mutant.verdicts, space.verdicts(), "{words}: {slug}");
        assert_eq!(
            mutant.shortest.as_ref().map(|it| it.1.len()),
            steps,
            "{words}: {slug}"
        );
    }
    // `redirty_if_cleaned` is needed only where the page is dirty in a PTE alone: not in the first scenario, but in the
    // second.
    let redirty = "`redirty_if_cleaned` left out of writepage";
    let harmless = found
        .iter()
        .find(|it| it.edit.words() == redirty)
        .expect("there");
    assert!(harmless.verdicts.is_empty());
    assert!(
        !checked(&scenario("mkclean-no-redirty"))
            .verdicts()
            .is_empty()
    );
}

/// In small slices the same comes of the changes as in one go, and what is left to be done never gets more.
#[test]
fn changes_are_tried_in_slices() {
    let slug = "writeback-flag-leaked";
    let entry = stable_pages::scenario::find(slug).expect("there");
    let variant = Variant::default();
    let mut work = MutantWork::new(&scenario(slug), entry.text, &variant, usize::MAX, None);
    let (mut found, mut left, mut slices) = (Vec::new(), work.left(), 0);
    while left > 0 {
        found.extend(work.advance(5));
        assert!(work.left() <= left, "{left}, then {}", work.left());
        left = work.left();
        slices += 1;
    }
    assert!(slices > 2 * found.len(), "{slices}");
    assert_eq!(found, mutants(slug).0);
}

/// An unconditional wait in place of the conditional one leaves the correct ordering safe and repairs the one whose flag was
/// lost.
#[test]
fn waits_are_made_conditional_and_unconditional() {
    let (found, ..) = mutants("baseline-five-step");
    let words = "`wait_on_page_writeback` instead of `wait_for_stable_page`";
    let mutant = found
        .iter()
        .find(|it| it.edit.words() == words)
        .expect("among them");
    assert!(mutant.verdicts.is_empty(), "3.0 waits on every disk anyway");
    let (found, ..) = mutants("stable-flag-lost");
    let mutant = found
        .iter()
        .find(|it| it.edit.words() == words)
        .expect("among them");
    assert!(
        mutant.verdicts.is_empty(),
        "whoever always waits needs no flag"
    );
}

/// The answer to "what if this step were left out" is the row of the table of changes that drops it, and for each step of
/// kernel code there is an edit that drops just that instruction.
#[test]
fn a_step_left_out_is_a_change_of_the_table() {
    for slug in ["baseline-five-step", "second-mapper-missed"] {
        let (found, ..) = mutants(slug);
        let scenario = scenario(slug);
        let text = stable_pages::scenario::find(slug).expect("there").text;
        let all = programs(text, &Variant::default()).expect("loads");
        let mut known = 0;
        for (actor, it) in scenario.model.actor_ids().zip(&scenario.model.actors) {
            for pc in 0..it.code.len() as u8 {
                let step = (actor, pc);
                let Some(Omission::By(edit)) = omission(&scenario, &all, step.0, step.1) else {
                    continue;
                };
                let before = Verdicts::NONE;
                let Some(left) = without(&scenario, text, &Variant::default(), step, before) else {
                    panic!("{}", edit.words());
                };
                assert_eq!((left.step, left.before), (step, before));
                let row = found.iter().find(|it| it.edit == edit);
                if let (Some(row), Some(mutant)) = (row, &left.mutant) {
                    assert_eq!(row, mutant, "{}", edit.words());
                    known += 1;
                }
            }
        }
        println!("{slug}: {known} steps are in the table");
        assert!(known > 10, "{slug}: {known}");
    }
}

/// Over the catalogue, the edit that leaves an instruction out drops that very instruction.
#[test]
fn a_step_left_out_is_the_one_that_was_made() {
    let mut kinds = [0; 3];
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let all = programs(entry.text, &Variant::default()).expect("loads");
        for (actor, it) in scenario.model.actor_ids().zip(&scenario.model.actors) {
            for (pc, instr) in it.code.iter().enumerate() {
                match omission(&scenario, &all, actor, pc as u8).expect("an instruction") {
                    Omission::By(Edit::Drop(place)) => {
                        kinds[0] += 1;
                        assert_eq!(place.step, OPS[instr.tag as usize].key, "{}", entry.slug);
                        // Of the instructions for each sector in a loop, the first is enough.
                        if instr.operand.number() != 0 {
                            continue;
                        }
                        let variant = Variant {
                            edits: vec![Edit::Drop(place)],
                            ..Variant::default()
                        };
                        let Ok(less) = load_variant(entry.slug, entry.text, &variant) else {
                            continue;
                        };
                        let code = &less.model.actors[actor.index()].code;
                        let tags =
                            |code: &[Instr]| -> Vec<u8> { code.iter().map(|it| it.tag).collect() };
                        let mut rest = tags(&it.code);
                        rest.remove(pc);
                        // Where other programs of that name have lost the step as well, the lengths differ.
                        if code.len() == rest.len() {
                            assert_eq!(tags(code), rest, "{} {pc}", entry.slug);
                        }
                    }
                    Omission::By(other) => panic!("{}", other.words()),
                    Omission::Device => kinds[1] += 1,
                    Omission::User => kinds[2] += 1,
                }
            }
        }
    }
    assert!(kinds.iter().all(|many| *many > 10), "{kinds:?}");
}

/// Whoever takes requests is the device, be it by a program of the library under whatever name, or by lines of its own that
/// run one.
#[test]
fn steps_of_devices_are_not_left_out() {
    let entry = stable_pages::scenario::find("baseline-five-step").expect("there");
    let name = "name = \"disk\"";
    let actor = entry.text.find(name).expect("a disk");
    let (before, after) = entry.text.split_at(actor);
    let after = after.replacen(name, "name = \"array\"", 1);
    let lines = after.replacen("run = [\"disk\"]", "run = [\"may_sleep\", \"disk\"]", 1);
    for file in [&after, &lines] {
        let text = support::without_opening(&format!("{before}{file}"));
        let scenario = stable_pages::scenario::load("x", &text).expect("loads");
        let all = programs(&text, &Variant::default()).expect("loads");
        let array = support::actor(&scenario, "array");
        for pc in 0..scenario.model.actors[array.index()].code.len() as u8 {
            let found = omission(&scenario, &all, array, pc);
            assert_eq!(found, Some(Omission::Device), "{pc}");
        }
    }
}

/// The search that the page asks for at each step ends soon, before the visitor makes the next step.
#[test]
fn a_step_left_out_takes_few_states() {
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let variant = Variant::default();
        let first = without(
            &scenario,
            entry.text,
            &variant,
            (ActorId(0), 0),
            Verdicts::NONE,
        );
        let mutant = first.and_then(|it| it.mutant);
        let states = mutant.as_ref().map_or(0, |it| it.states);
        // The last state looked at may add a few neighbours beyond the limit.
        assert!(states < 20_100, "{}: {states}", entry.slug);
        let share = mutant.and_then(|it| it.share);
        assert!(states < 20_000 || share.is_none(), "{}", entry.slug);
    }
}

/// The graph keeps each step that is possible, with the way in which it is made, and where it leads.
#[test]
fn the_graph_has_the_steps_that_are_possible() {
    let mut other_ways = 0;
    for slug in ["writeback-flag-leaked", "two-page-inversion", "unlock-gap"] {
        let scenario = scenario(slug);
        let (model, space) = (&scenario.model, checked(&scenario));
        for state in 0..space.states() as u32 {
            let world = space.world(state);
            let edges = graph(&space).steps(state);
            let kept: Vec<_> = edges
                .map(|edge| (edge.choice, space.world(edge.to)))
                .collect();
            let made = enabled(model, &world).map(|choice| (choice, step(model, &world, choice).0));
            assert_eq!(kept, made.collect::<Vec<_>>(), "{slug}, state {state}");
            other_ways += kept.iter().filter(|it| it.0.way > 0).count();
        }
    }
    assert!(other_ways > 0);
}

const FOREVER: &str = "forever = true";

/// A file in which one actor goes round for ever and another wants the page lock once.
fn goes_round(round: &str, once: &str) -> Scenario {
    running("a", &[("may_sleep", ""), (once, ""), (round, FOREVER)])
}

/// Equations are solved for as many states as is said, and for no more: two actors that go round in so many steps each make
/// a round of all pairs.
#[test]
fn rounds_that_are_too_large_have_no_exact_odds() {
    let round = |steps: usize| "may_sleep\n".repeat(steps);
    let odds = |one: usize, other: usize| {
        let scenario = running("a", &[(&round(one), FOREVER), (&round(other), FOREVER)]);
        let space = checked(&scenario);
        assert_eq!(space.states(), one * other);
        Odds::of(graph(&space)).map(|odds| odds.endless.value())
    };
    assert_eq!(odds(20, 20), Ok(1.0));
    assert_eq!(odds(20, 21), Err(TooManyEquations(420)));
}

/// docs/kernel, L3 and L4: a loop is a livelock if everybody who can move in it does, and somebody never finishes. Whoever
/// could leave it and is only never chosen is not starved; whoever cannot move as long as the others go round is.
#[test]
fn only_a_fair_loop_is_a_livelock() {
    let verdicts = |round: &str, once: &str| support::verdicts(&goes_round(round, once));
    let take_turns = "lock_page\nunlock_page";
    assert_eq!(verdicts("may_sleep", "may_sleep"), "safe");
    assert_eq!(verdicts(take_turns, take_turns), "safe");
    assert_eq!(
        verdicts("may_sleep", "again>\nmay_sleep\ngoto again"),
        "livelock"
    );
    // The one who goes round may keep the lock as long as it likes.
    let keeps = "lock_page\nagain>\nmay_sleep\nalloc_or_reclaim else again\nunlock_page";
    assert_eq!(verdicts(keeps, take_turns), "livelock");
    // A loop can be as short as one state.
    let alone = looping("again>\nmay_sleep\ngoto again");
    assert_eq!(support::verdicts(&alone), "livelock");
    assert_eq!(checked(&alone).states(), 1);
    // Who never wants it is not starved by that.
    assert_eq!(verdicts(keeps, "may_sleep"), "safe");
}
