//! The checker as the page's worker runs it: it takes requests, works in slices and sends responses.

mod support;

use std::collections::BTreeMap;

use stable_pages::explore::{
    Checker, CheckerMessage, CheckerRequest, CheckerResponse, Cost, Fate, Foresight, MatrixCell,
    ReducedResult, ScenarioSpec,
};
use stable_pages::machine::{ActorId, Choice, History};
use stable_pages::protocol::{Edit, Era, Place};
use stable_pages::scenario::{Device, Packed, Verdict, find, load_variant};
use support::clock::clock;

fn spec(slug: &str) -> ScenarioSpec {
    ScenarioSpec {
        slug: slug.to_owned(),
        text: find(slug).expect("in the catalogue").text.to_owned(),
        device: None,
        era: None,
        edits: Vec::new(),
    }
}

fn check(slug: &str) -> CheckerRequest {
    check_within(slug, u64::MAX)
}

fn check_within(slug: &str, bytes: u64) -> CheckerRequest {
    CheckerRequest::Check {
        turn: 1,
        spec: spec(slug),
        bytes,
    }
}

/// Sends a request, then has the checker work until nothing is left to do; returns its responses.
fn ask(checker: &mut Checker, ask: CheckerRequest) -> Vec<CheckerResponse> {
    let mut told: Vec<CheckerMessage> = Vec::new();
    checker.handle(ask, &mut |tell| told.push(tell));
    while checker.busy() {
        let until = clock() + 50.0;
        checker.work(until, &mut |tell| told.push(tell));
    }
    // Each response is encoded and decoded, as on its way between worker and page.
    let crossed = told.iter().map(|tell| {
        let bytes = postcard::to_allocvec(tell).expect("can be sent");
        postcard::from_bytes::<CheckerMessage>(&bytes).expect("arrives")
    });
    let crossed: Vec<CheckerMessage> = crossed.collect();
    assert_eq!(crossed, told);
    told.into_iter().map(|it| it.response).collect()
}

fn started(slug: &str) -> (Checker, Vec<CheckerResponse>) {
    let mut checker = Checker::new(clock);
    let answers = ask(&mut checker, check(slug));
    (checker, answers)
}

#[test]
fn a_check_ends_with_findings_coverage_and_odds() {
    let (_, answers) = started("unlock-gap");
    let [
        CheckerResponse::Checked(checked),
        CheckerResponse::Odds(Ok(odds)),
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    assert!(checked.complete && !checked.stopped && checked.unstable);
    assert_eq!(
        (checked.progress.states, checked.progress.frontier),
        (466, 0)
    );
    let [(Verdict::GuardError, schedule)] = &checked.findings[..] else {
        panic!("{:?}", checked.findings);
    };
    assert_eq!(schedule.len(), 34);
    let scenario = support::scenario("unlock-gap");
    let replayed = support::replayed(&scenario.model, schedule);
    assert!(replayed.1.has(Verdict::GuardError));
    let ran: u64 = checked.ran.iter().flatten().map(|it| u64::from(*it)).sum();
    assert_eq!(ran, checked.progress.edges, "each step counts once");
    assert!(
        checked.ran.iter().flatten().any(|it| *it == 0),
        "sigbus is never reached"
    );
    assert!(odds.failing > 0.0 && odds.failing < 1.0 && odds.endless == 0.0);
    println!("{odds:?}");
}

/// Outlooks, which the page shows beside each step offered, at each moment of a run.
#[test]
fn outlooks_follow_a_run_to_its_failure() {
    let (mut checker, answers) = started("unlock-gap");
    let CheckerResponse::Checked(checked) = &answers[0] else {
        panic!("{answers:?}");
    };
    let schedule = checked.findings[0].1.clone();
    for made in 0..schedule.len() {
        let look = |made: usize| CheckerRequest::Outlooks {
            schedule: schedule[..made].to_vec(),
        };
        let answers = ask(&mut checker, look(made));
        let [CheckerResponse::Outlooks(outlooks)] = &answers[..] else {
            panic!("{answers:?}");
        };
        let (_, outlook) = &outlooks[0];
        // The outlooks that come along for the moments before and after are those that a request for these gets.
        for beside in [made.saturating_sub(1), made + 1] {
            let answers = ask(&mut checker, look(beside));
            let [CheckerResponse::Outlooks(others)] = &answers[..] else {
                panic!("{answers:?}");
            };
            assert!(outlooks.contains(&others[0]), "{beside} beside {made}");
        }
        let left = (schedule.len() - made) as u16;
        assert_eq!(outlook.here.verdicts, [(Verdict::GuardError, left)]);
        // The steps before the failure lead towards it: one of the steps offered is the nearest way to a verdict.
        let nearest = outlook.steps.iter().flat_map(|it| it.1.verdicts.iter());
        assert_eq!(nearest.map(|it| it.1).min(), Some(left));
        let mean: f64 = outlook.steps.iter().map(|it| it.1.share).sum();
        let mean = mean / outlook.steps.len() as f64;
        assert!((mean - outlook.here.share).abs() < 1e-9);
        for (choice, ahead) in &outlook.steps {
            assert_eq!(
                ahead.fate == Fate::Safe,
                ahead.verdicts.is_empty(),
                "{choice:?}"
            );
            assert_eq!(ahead.fate == Fate::Doomed, ahead.share > 0.999_999);
        }
    }
    // A shortest failure is found from the middle of the run on, and none from its end on, with everything explored.
    let half = schedule[..10].to_vec();
    let answers = ask(&mut checker, CheckerRequest::FindFailure { schedule: half });
    assert_eq!(answers, [CheckerResponse::Failure(schedule[10..].to_vec())]);
    let answers = ask(&mut checker, CheckerRequest::FindFailure { schedule });
    let [
        CheckerResponse::NoFailure {
            complete: true,
            states: 466,
        },
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    // Nor is a failure found that has happened already: a deadlock is a state, with no step to it from itself.
    let (mut stuck, answers) = started("two-page-inversion");
    let checked = |it: &&CheckerResponse| matches!(it, CheckerResponse::Checked(_));
    let Some(CheckerResponse::Checked(found)) = answers.iter().find(checked) else {
        panic!("{answers:?}");
    };
    let deadlock = found.findings.iter().find(|it| it.0 == Verdict::Deadlock);
    let (_, schedule) = deadlock.expect("found").clone();
    let answers = ask(&mut stuck, CheckerRequest::FindFailure { schedule });
    assert!(
        matches!(answers[..], [CheckerResponse::NoFailure { .. }]),
        "{answers:?}"
    );
    // A schedule with a step that is not possible.
    let schedule = vec![Choice {
        actor: ActorId(7),
        way: 3,
    }];
    let answers = ask(&mut checker, CheckerRequest::Outlooks { schedule });
    assert_eq!(answers, [CheckerResponse::Outlooks(Vec::new())]);
}

#[test]
fn other_questions_are_answered() {
    let (mut checker, _) = started("baseline-five-step");
    let answers = ask(
        &mut checker,
        CheckerRequest::RaceMap((ActorId(0), ActorId(1))),
    );
    let [CheckerResponse::RaceMap(map)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let cell = map.cells[map.cells.len() / 2];
    let answers = ask(&mut checker, CheckerRequest::Schedule(cell.nearest));
    let [CheckerResponse::Schedule(way)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let scenario = support::scenario("baseline-five-step");
    let mut history = History::new(&scenario.model);
    assert!(
        way.iter()
            .all(|choice| history.choose(&scenario.model, *choice))
    );
    assert!(matches!(
        &ask(
            &mut checker,
            CheckerRequest::RaceMap((ActorId(1), ActorId(1)))
        )[..],
        [CheckerResponse::Failed(_)]
    ));
    assert!(matches!(
        &ask(&mut checker, CheckerRequest::Schedule(u32::MAX))[..],
        [CheckerResponse::Failed(_)]
    ));

    let answers = ask(&mut checker, CheckerRequest::Costs);
    let [CheckerResponse::Costs(own)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let answers = ask(
        &mut checker,
        CheckerRequest::CostsOf(spec("snapshot-right")),
    );
    let [CheckerResponse::CostsOf(other)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(!other.title.is_empty() && own.len() == other.bills.len() && *own != other.bills);
    // In the kernel that its file names: before 3.9 it would copy nothing.
    assert_eq!(other.era, Era::V3_9);
    assert!(
        other
            .bills
            .iter()
            .any(|it| it.cost == Cost::Copied && it.most > 0.0)
    );

    let answers = ask(&mut checker, CheckerRequest::Mutants);
    let (mut found, mut merged) = (Vec::new(), Vec::new());
    for answer in &answers {
        let CheckerResponse::Mutants {
            found: more, same, ..
        } = answer
        else {
            panic!("{answer:?}");
        };
        found.extend(more);
        merged.extend(same);
    }
    assert!(matches!(
        answers.last(),
        Some(CheckerResponse::Mutants { left: 0, .. })
    ));
    // A change that comes to the same as another one has the verdicts of that one.
    assert!(merged.len() > 20);
    for it in merged.iter().step_by(9) {
        let mut edited = spec("baseline-five-step");
        edited.edits = vec![it.edit.clone()];
        let edited = load_variant(&edited.slug, &edited.text, &edited.variant()).expect("loads");
        let verdicts = support::checked(&edited).verdicts();
        match it.row {
            Some(row) => assert_eq!(verdicts, found[row as usize].verdicts, "{:?}", it.edit),
            None => assert!(verdicts.safe(), "{:?}", it.edit),
        }
    }
    // The scenario with the mutant's edit has the mutant's shortest failure.
    for mutant in found.iter().filter(|it| it.shortest.is_some()).step_by(20) {
        let mut edited = spec("baseline-five-step");
        edited.edits = vec![mutant.edit.clone()];
        let (verdict, schedule) = mutant.shortest.as_ref().expect("filtered");
        let text = &edited.text;
        let scenario = stable_pages::scenario::load_variant("x", text, &edited.variant());
        let scenario = scenario.expect("loads");
        assert_eq!(scenario.stated(), None, "the file says nothing of it");
        let replayed = support::replayed(&scenario.model, schedule);
        // That everybody goes round for ever is a question about the whole graph.
        if *verdict != Verdict::Livelock {
            assert!(replayed.1.has(*verdict), "{}", mutant.edit.words());
        }
    }
}

/// What there is not is asked for by its number: the first number too many has no answer either.
#[test]
fn numbers_out_of_range_are_refused() {
    let (mut checker, answers) = started("baseline-five-step");
    let CheckerResponse::Checked(checked) = &answers[0] else {
        panic!("{answers:?}");
    };
    let many = ActorId::at(support::scenario("baseline-five-step").model.actors.len());
    for request in [
        CheckerRequest::RaceMap((many, ActorId(0))),
        CheckerRequest::RaceMap((ActorId(0), many)),
        CheckerRequest::Schedule(checked.progress.states),
    ] {
        let answers = ask(&mut checker, request);
        assert!(
            matches!(answers[..], [CheckerResponse::Failed(_)]),
            "{answers:?}"
        );
    }
}

/// Of several requests of one kind the newest is answered, and one of another kind beside it.
#[test]
fn only_the_newest_request_of_a_kind_is_answered() {
    let (mut checker, _) = started("baseline-five-step");
    let map = |one, other| CheckerRequest::RaceMap((ActorId(one), ActorId(other)));
    let older = [map(0, 1), CheckerRequest::Schedule(0)];
    for request in older {
        checker.handle(request, &mut |_| panic!("nothing is answered at once"));
    }
    let answers = ask(&mut checker, map(1, 0));
    let [
        CheckerResponse::Schedule(_),
        CheckerResponse::RaceMap(found),
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    let alone = ask(&mut checker, map(1, 0));
    assert_eq!(alone, [CheckerResponse::RaceMap(found.clone())]);
    assert_ne!(ask(&mut checker, map(0, 1)), alone);
}

/// The verdicts ahead are listed from the nearest on, each once; one that a step meets is one step away. An unstable write is
/// no failure, so nobody is doomed by it.
#[test]
fn verdicts_ahead_are_listed_nearest_first() {
    let (mut several, mut ties, mut unstable) = (0, 0, 0);
    for (slug, device) in [
        ("mkclean-without-flush", "dix+dif"),
        ("mkclean-without-flush", "none"),
        ("fault-vs-clear", "dix+dif"),
        ("second-mapper-missed", "none"),
    ] {
        let at = Device::ALL.iter().position(|it| it.word() == device);
        let spec = ScenarioSpec {
            device: at.map(|it| it as u8),
            ..spec(slug)
        };
        let scenario = load_variant(slug, &spec.text, &spec.variant()).expect("loads");
        let (model, space) = (&scenario.model, support::checked(&scenario));
        let graph = space.graph().expect("kept");
        let foresight = Foresight::of(graph);
        let mut checker = Checker::new(clock);
        let answers = ask(
            &mut checker,
            CheckerRequest::Check {
                turn: 1,
                spec,
                bytes: u64::MAX,
            },
        );
        let CheckerResponse::Checked(checked) = &answers[0] else {
            panic!("{answers:?}");
        };
        for (_, schedule) in &checked.findings {
            for made in 0..schedule.len() {
                let schedule = schedule[..made].to_vec();
                let state = space.find(&support::replayed(model, &schedule).0);
                let edges = graph.steps(state.expect("found"));
                let answers = ask(&mut checker, CheckerRequest::Outlooks { schedule });
                let [CheckerResponse::Outlooks(outlooks)] = &answers[..] else {
                    panic!("{answers:?}");
                };
                let (_, outlook) = &outlooks[0];
                let here = &outlook.here.verdicts;
                assert!(
                    here.is_sorted_by_key(|(verdict, steps)| (*steps, *verdict)),
                    "{here:?}"
                );
                several += usize::from(here.len() > 1);
                ties += here.windows(2).filter(|it| it[0].1 == it[1].1).count();
                for (edge, (choice, ahead)) in edges.zip(&outlook.steps) {
                    assert_eq!(edge.choice, *choice);
                    let later = foresight.ahead(edge.to);
                    let mut expected: BTreeMap<Verdict, u16> =
                        later.map(|(verdict, steps)| (verdict, steps + 1)).collect();
                    let fails = edge.broke.iter().filter(|it| it.fails());
                    expected.extend(fails.map(|verdict| (verdict, 1)));
                    assert!(
                        ahead.verdicts.iter().map(|it| it.1).is_sorted(),
                        "{ahead:?}"
                    );
                    assert_eq!(ahead.verdicts.len(), expected.len(), "{ahead:?}");
                    assert_eq!(
                        ahead.verdicts.iter().copied().collect::<BTreeMap<_, _>>(),
                        expected
                    );
                    let met = edge.broke.iter().any(Verdict::fails);
                    let fate = if met {
                        Fate::Doomed
                    } else {
                        foresight.fate(edge.to)
                    };
                    assert_eq!(ahead.fate, fate, "{slug} on {device}: {ahead:?}");
                    unstable += usize::from(!edge.broke.is_empty() && !met);
                }
            }
        }
    }
    assert!(
        several > 0 && ties > 0 && unstable > 0,
        "{several} {ties} {unstable}"
    );
}

/// A scenario is checked on the device and in the kernel that is asked for.
#[test]
fn a_scenario_is_checked_as_it_is_shown() {
    let found = |device: Option<&str>, era| {
        let device = Device::ALL.iter().position(|it| device == Some(it.word()));
        let device = device.map(|it| it as u8);
        let spec = ScenarioSpec {
            device,
            era,
            ..spec("unlock-gap")
        };
        let request = CheckerRequest::Check {
            turn: 1,
            spec,
            bytes: u64::MAX,
        };
        let answers = ask(&mut Checker::new(clock), request);
        let Some(CheckerResponse::Checked(checked)) = answers.first() else {
            panic!("{answers:?}");
        };
        checked.findings.iter().map(|it| it.0).collect::<Vec<_>>()
    };
    // The file states what comes of it on each device; in today's kernel its gap is a BUG.
    for (device, stated) in &support::scenario("unlock-gap").expect {
        assert_eq!(found(Some(device.word()), None), stated.to_vec());
    }
    assert_eq!(found(None, Some(Era::V6_19 as u8)), [Verdict::Assertion]);
}

#[test]
fn too_large_for_memory_ends_with_what_was_covered() {
    let mut checker = Checker::new(clock);
    let bytes = 1 << 20;
    let answers = ask(&mut checker, check_within("two-page-submitted", bytes));
    let [
        ..,
        CheckerResponse::Checked(checked),
        CheckerResponse::Reduced(ReducedResult { complete, .. }),
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    assert!(complete, "it needs less");
    assert!(!checked.complete && !checked.stopped);
    assert!(checked.progress.states > 5_000 && checked.progress.frontier > 0);
    assert!(checked.bytes < 2 * bytes, "{}", checked.bytes);
    // Outlooks of states found before memory was full are known, those of others are not guessed.
    let look = CheckerRequest::Outlooks {
        schedule: Vec::new(),
    };
    let answers = ask(&mut checker, look);
    let [CheckerResponse::Outlooks(outlooks)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let (_, outlook) = &outlooks[0];
    assert!(!outlook.complete);
    // The first state that was not looked at is known, but not what can come of it, even where it comes next.
    let first = checked.progress.states - checked.progress.frontier;
    let answers = ask(&mut checker, CheckerRequest::Schedule(first));
    let [CheckerResponse::Schedule(schedule)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let schedule = schedule.clone();
    let model = &support::scenario("two-page-submitted").model;
    let (world, _) = support::replayed(model, &schedule);
    let before = schedule[..schedule.len() - 1].to_vec();
    let look = CheckerRequest::Outlooks { schedule: before };
    let answers = ask(&mut checker, look);
    let [CheckerResponse::Outlooks(outlooks)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(!outlooks.is_empty() && outlooks.iter().all(|(it, _)| *it != world));
    let answers = ask(&mut checker, CheckerRequest::Outlooks { schedule });
    assert_eq!(answers, [CheckerResponse::Outlooks(Vec::new())]);
    assert!(matches!(
        &ask(&mut checker, CheckerRequest::Costs)[..],
        [CheckerResponse::Failed(_)]
    ));
}

#[test]
fn a_stopped_check_keeps_what_it_has_and_a_new_one_replaces_it() {
    let mut checker = Checker::new(clock);
    let mut told = Vec::new();
    checker.handle(check("two-page-submitted"), &mut |tell| told.push(tell));
    let until = clock() + 20.0;
    checker.work(until, &mut |tell| told.push(tell));
    assert!(checker.busy());
    let answers = ask(&mut checker, CheckerRequest::Stop);
    let [CheckerResponse::Checked(checked)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(checked.stopped && !checked.complete && checked.progress.states > 1_000);
    assert!(!checker.busy());
    // The search through mutants can be stopped too.
    let (mut checker, _) = started("baseline-five-step");
    checker.handle(CheckerRequest::Mutants, &mut |_| panic!("not yet"));
    let until = clock() + 20.0;
    checker.work(until, &mut |_| {});
    assert!(checker.busy());
    let answers = ask(&mut checker, CheckerRequest::Stop);
    assert!(matches!(&answers[..], [CheckerResponse::Mutants { left: 0, .. }]) && !checker.busy());
    let answers = ask(&mut checker, check("unlock-gap"));
    assert!(matches!(
        &answers[..],
        [CheckerResponse::Checked(_), CheckerResponse::Odds(_)]
    ));
}

/// The page cannot read files, so the checker builds scenarios for it: at once, in the middle of a check, which then goes on
/// as if there had been no such request.
#[test]
fn scenarios_are_built_at_once_and_disturb_no_check() {
    let mut undisturbed = Checker::new(clock);
    let expected = ask(&mut undisturbed, check("two-page-inversion"));

    let mut checker = Checker::new(clock);
    let mut told = Vec::new();
    checker.handle(check("two-page-inversion"), &mut |tell| told.push(tell));
    let mut loads = 0;
    while checker.busy() {
        let until = clock() + 2.0;
        checker.work(until, &mut |tell| told.push(tell));
        loads += 1;
        let spec = ScenarioSpec {
            era: Some(3),
            ..spec("unlock-gap")
        };
        let number = loads;
        let mut built = None;
        checker.handle(CheckerRequest::Build { number, spec }, &mut |tell| {
            built = Some(tell.response)
        });
        let Some(CheckerResponse::Built(of, Ok(bytes))) = built else {
            panic!("{built:?}");
        };
        let packed = Packed::read(&bytes).expect("of this build");
        let entry = find("unlock-gap").expect("in the catalogue");
        assert_eq!((of, packed.text.as_str()), (loads, entry.text));
        assert_eq!(packed.scenario.era, Era::V6_19);
    }
    assert!(loads > 3, "{loads}");
    // Responses without times and without reports of progress, which depend on the clock.
    let lasting = |answers: &[CheckerResponse]| -> Vec<CheckerResponse> {
        let lasting = answers.iter().cloned().filter_map(|it| match it {
            CheckerResponse::Progress(_) => None,
            CheckerResponse::Checked(mut checked) => {
                checked.progress.millis = 0;
                Some(CheckerResponse::Checked(checked))
            }
            it => Some(it),
        });
        lasting.collect()
    };
    let told: Vec<CheckerResponse> = told.into_iter().map(|it| it.response).collect();
    assert_eq!(lasting(&told), lasting(&expected));

    // A file that does not load gets its error back, also from a checker that has nothing else to do.
    let mut broken = spec("unlock-gap");
    broken.text = "title = 3".to_owned();
    let (number, spec) = (9, broken);
    let answers = ask(
        &mut Checker::new(clock),
        CheckerRequest::Build { number, spec },
    );
    assert!(
        matches!(&answers[..], [CheckerResponse::Built(9, Err(reason))] if reason.contains("line 1")),
        "{answers:?}"
    );
}

#[test]
fn what_cannot_be_checked_is_said() {
    let mut checker = Checker::new(clock);
    let mut broken = spec("unlock-gap");
    broken.text = "title = 3".to_owned();
    let (turn, bytes) = (1, 1 << 20);
    let spec = broken.clone();
    let answers = ask(&mut checker, CheckerRequest::Check { turn, spec, bytes });
    assert!(matches!(&answers[..], [CheckerResponse::Failed(reason)] if reason.contains("line 1")));
    let mut wrong = self::spec("unlock-gap");
    wrong.edits = vec![Edit::Drop(
        Place::parse("writepage/no_such_step").expect("a place"),
    )];
    let spec = wrong;
    let answers = ask(&mut checker, CheckerRequest::Check { turn, spec, bytes });
    assert!(
        matches!(&answers[..], [CheckerResponse::Failed(reason)] if reason.contains("no_such_step"))
    );
    assert!(!checker.busy());
    assert!(
        ask(&mut checker, CheckerRequest::Mutants).is_empty(),
        "there is nothing to change"
    );
}

/// Where there are many states, the verdicts are told before all of them are looked at.
#[test]
fn verdicts_come_before_everything_is_looked_at() {
    let writer = "[[store]]\nname = \"s\"\noffset = 64\ntext = \"w\"\n[[actor]]\nname = \"w\"\nabout = \"\"\nrun = [\"generic_perform_write s\"]\n[expect]";
    let mut spec = spec("two-page-submitted");
    let from = spec.text.find("schedule = [").expect("a schedule");
    let until = from + spec.text[from..].find("\n]").expect("its end") + 2;
    spec.text.replace_range(from..until, "schedule = []");
    spec.text = spec.text.replacen("[expect]", writer, 1);
    let mut checker = Checker::new(clock);
    let mut told: Vec<CheckerResponse> = Vec::new();
    let (turn, bytes) = (1, u64::MAX);
    checker.handle(CheckerRequest::Check { turn, spec, bytes }, &mut |it| {
        told.push(it.response)
    });
    let known = |told: &[CheckerResponse]| {
        let reduced = |it: &&CheckerResponse| matches!(it, CheckerResponse::Reduced(_));
        told.iter().find(reduced).cloned()
    };
    while known(&told).is_none() {
        assert!(checker.busy());
        let until = clock() + 3.0;
        checker.work(until, &mut |it| told.push(it.response));
    }
    let over = told
        .iter()
        .any(|it| matches!(it, CheckerResponse::Checked(_)));
    assert!(!over, "the plain search goes on");
    let CheckerResponse::Reduced(ReducedResult {
        complete: true,
        states,
        verdicts,
        fewest: true,
        may_loop: false,
    }) = known(&told).expect("told")
    else {
        panic!("{told:?}");
    };
    assert!(verdicts.is_empty() && states < 20_000, "{states}");
    checker.handle(CheckerRequest::Stop, &mut |it| told.push(it.response));
    let Some(CheckerResponse::Checked(checked)) = told.last() else {
        panic!("{told:?}");
    };
    // The plain search begins alone, with 6,000, and then goes along.
    let states = checked.progress.states;
    assert!(checked.stopped && states > 6_000, "{states}");
}

/// The reduced search finishes where the full one runs out of memory, if it gets enough itself.
#[test]
fn a_reduced_search_goes_further() {
    let mut checker = Checker::new(clock);
    let answers = ask(&mut checker, check_within("two-page-submitted", 1 << 16));
    let Some(CheckerResponse::Reduced(ReducedResult {
        complete: false, ..
    })) = answers.last()
    else {
        panic!("{answers:?}");
    };
    let bytes = 2 << 20;
    let answers = ask(&mut checker, check_within("two-page-submitted", bytes));
    let [.., CheckerResponse::Checked(checked), reduced] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(!checked.complete);
    let CheckerResponse::Reduced(ReducedResult {
        complete: true,
        states,
        verdicts,
        ..
    }) = reduced
    else {
        panic!("{reduced:?}");
    };
    assert!(verdicts.is_empty() && *states < checked.progress.states);
}

/// The ordering in all other kernels and on all other devices: cell after cell, dropped with its check.
#[test]
fn the_matrix_comes_cell_by_cell_and_goes_with_its_check() {
    let (mut checker, _) = started("mkwrite-no-wait");
    let all = Era::ALL.len() * Device::ALL.len();
    let mut told = Vec::new();
    checker.handle(CheckerRequest::Matrix, &mut |it| told.push(it));
    // A slice of one tick does not look at everything.
    let until = clock() + 3.0;
    checker.work(until, &mut |it| told.push(it));
    let known = |told: &[CheckerMessage]| -> Vec<MatrixCell> {
        let cells = told.iter().filter_map(|it| match &it.response {
            CheckerResponse::Matrix { cells, .. } => Some(cells.clone()),
            _ => None,
        });
        cells.flatten().collect()
    };
    let first = known(&told);
    assert!(!first.is_empty() && first.len() < all, "{}", first.len());
    let own = support::scenario("mkwrite-no-wait");
    assert_eq!((first[0].era, first[0].device), (own.era, own.device));
    // Stopped: what is known stays, and nothing more comes.
    let mut stopped = Vec::new();
    checker.handle(CheckerRequest::Stop, &mut |it| stopped.push(it));
    assert!(matches!(
        &stopped[..],
        [CheckerMessage { response: CheckerResponse::Matrix { cells, left: 0 }, .. }] if cells.is_empty()
    ));
    assert!(!checker.busy());
    // Asked again it goes to the end; every place has a cell, and one only.
    let answers = ask(&mut checker, CheckerRequest::Matrix);
    let mut cells = Vec::new();
    for answer in &answers {
        let CheckerResponse::Matrix { cells: some, .. } = answer else {
            panic!("{answer:?}");
        };
        cells.extend(some.clone());
    }
    assert_eq!(cells.len(), all);
    assert!(matches!(
        answers.last(),
        Some(CheckerResponse::Matrix { left: 0, .. })
    ));
    for (era, device) in Era::ALL
        .iter()
        .flat_map(|era| Device::ALL.map(|it| (*era, it)))
    {
        let of = |it: &&MatrixCell| (it.era, it.device) == (era, device);
        assert_eq!(cells.iter().filter(of).count(), 1);
        let found = cells
            .iter()
            .find(of)
            .expect("one")
            .found
            .as_ref()
            .expect("fits");
        assert!(found.complete);
    }
    // A new check drops the one under way.
    told.clear();
    checker.handle(CheckerRequest::Matrix, &mut |it| told.push(it));
    checker.handle(check("baseline-five-step"), &mut |it| told.push(it));
    told.clear();
    while checker.busy() {
        checker.work(f64::MAX, &mut |it| told.push(it));
    }
    assert!(known(&told).is_empty());
}
