//! The checker as the page's worker runs it: questions in, slices of work, answers out.

mod support;

use std::cell::Cell;

use stable_pages::explore::{Answer, Ask, Checker, Fate, Subject, Tell};
use stable_pages::machine::{Choice, History};
use stable_pages::protocol::{Edit, Era, Place};
use stable_pages::scenario::{Packed, Verdict, find};

thread_local! {
    /// A clock that is a millisecond later each time somebody looks.
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

fn clock() -> f64 {
    NOW.with(|now| {
        now.set(now.get() + 1.0);
        now.get()
    })
}

fn subject(slug: &str) -> Subject {
    Subject {
        slug: slug.to_owned(),
        text: find(slug).expect("in the catalogue").text.to_owned(),
        device: None,
        era: None,
        edits: Vec::new(),
    }
}

fn check(slug: &str) -> Ask {
    check_within(slug, u64::MAX)
}

fn check_within(slug: &str, bytes: u64) -> Ask {
    Ask::Check {
        turn: 1,
        subject: subject(slug),
        bytes,
    }
}

/// Asks, then works until there is nothing left.
fn ask(checker: &mut Checker, ask: Ask) -> Vec<Answer> {
    let mut told: Vec<Tell> = Vec::new();
    checker.ask(ask, &mut |tell| told.push(tell));
    while checker.busy() {
        let until = clock() + 50.0;
        checker.work(until, &mut |tell| told.push(tell));
    }
    // As they go over the border.
    let crossed = told.iter().map(|tell| {
        let bytes = postcard::to_allocvec(tell).expect("can be sent");
        postcard::from_bytes::<Tell>(&bytes).expect("arrives")
    });
    let crossed: Vec<Tell> = crossed.collect();
    assert_eq!(crossed, told);
    told.into_iter().map(|it| it.answer).collect()
}

fn started(slug: &str) -> (Checker, Vec<Answer>) {
    let mut checker = Checker::new(clock);
    let answers = ask(&mut checker, check(slug));
    (checker, answers)
}

#[test]
fn a_check_ends_with_findings_coverage_and_odds() {
    let (_, answers) = started("unlock-gap");
    let [Answer::Checked(checked), Answer::Odds(Ok(odds))] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(checked.complete && !checked.stopped && checked.unstable);
    assert_eq!((checked.sofar.states, checked.sofar.frontier), (466, 0));
    let [(Verdict::GuardError, schedule)] = &checked.findings[..] else {
        panic!("{:?}", checked.findings);
    };
    assert_eq!(schedule.len(), 34);
    let scenario = support::scenario("unlock-gap");
    let replayed = support::replayed(&scenario.model, schedule);
    assert!(replayed.1.has(Verdict::GuardError));
    let ran: u64 = checked.ran.iter().flatten().map(|it| u64::from(*it)).sum();
    assert_eq!(ran, checked.sofar.edges, "each step counts once");
    assert!(
        checked.ran.iter().flatten().any(|it| *it == 0),
        "sigbus is never reached"
    );
    assert!(odds.failing > 0.0 && odds.failing < 1.0 && odds.endless == 0.0);
    println!("{odds:?}");
}

/// What the page shows beside each step, at each moment of a run.
#[test]
fn outlooks_follow_a_run_to_its_failure() {
    let (mut checker, answers) = started("unlock-gap");
    let Answer::Checked(checked) = &answers[0] else {
        panic!("{answers:?}");
    };
    let schedule = checked.findings[0].1.clone();
    for made in 0..schedule.len() {
        let look = |made: usize| Ask::Look {
            schedule: schedule[..made].to_vec(),
        };
        let answers = ask(&mut checker, look(made));
        let [Answer::Outlooks(outlooks)] = &answers[..] else {
            panic!("{answers:?}");
        };
        let (_, outlook) = &outlooks[0];
        // The moment before and the one after are told of as they are when asked about.
        for beside in [made.saturating_sub(1), made + 1] {
            let answers = ask(&mut checker, look(beside));
            let [Answer::Outlooks(others)] = &answers[..] else {
                panic!("{answers:?}");
            };
            assert!(outlooks.contains(&others[0]), "{beside} beside {made}");
        }
        let left = (schedule.len() - made) as u16;
        assert_eq!(outlook.here.verdicts, [(Verdict::GuardError, left)]);
        // One of the steps offered is on the way, and none is nearer than that.
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
    // From any moment on, a shortest failure; from the end none, and everything was looked at.
    let half = schedule[..10].to_vec();
    let answers = ask(&mut checker, Ask::Fail { schedule: half });
    assert_eq!(answers, [Answer::Failure(schedule[10..].to_vec())]);
    let answers = ask(&mut checker, Ask::Fail { schedule });
    let [
        Answer::NoFailure {
            complete: true,
            states: 466,
        },
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    // A schedule that is none.
    let schedule = vec![Choice { actor: 7, way: 3 }];
    let answers = ask(&mut checker, Ask::Look { schedule });
    assert_eq!(answers, [Answer::Outlooks(Vec::new())]);
}

#[test]
fn other_questions_are_answered() {
    let (mut checker, _) = started("baseline-five-step");
    let answers = ask(&mut checker, Ask::Map((0, 1)));
    let [Answer::Map(map)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let cell = map.cells[map.cells.len() / 2];
    let answers = ask(&mut checker, Ask::Way(cell.nearest));
    let [Answer::Way(way)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let scenario = support::scenario("baseline-five-step");
    let mut history = History::new(&scenario.model);
    assert!(
        way.iter()
            .all(|choice| history.choose(&scenario.model, *choice))
    );
    assert!(matches!(
        &ask(&mut checker, Ask::Map((1, 1)))[..],
        [Answer::Failed(_)]
    ));
    assert!(matches!(
        &ask(&mut checker, Ask::Way(u32::MAX))[..],
        [Answer::Failed(_)]
    ));

    let answers = ask(&mut checker, Ask::Costs);
    let [Answer::Costs(own)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let answers = ask(&mut checker, Ask::Compare(subject("snapshot-right")));
    let [Answer::Compared(title, other)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(!title.is_empty() && own.len() == other.len() && own != other);

    let answers = ask(&mut checker, Ask::Mutants);
    let mut found = Vec::new();
    for answer in &answers {
        let Answer::Mutants { found: more, .. } = answer else {
            panic!("{answer:?}");
        };
        found.extend(more);
    }
    assert!(matches!(answers.last(), Some(Answer::Mutants { left: 0, same, .. }) if *same > 0));
    // Each opens as the scenario with that edit, and its failure is one there.
    for mutant in found.iter().filter(|it| it.shortest.is_some()).step_by(20) {
        let mut edited = subject("baseline-five-step");
        edited.edits = vec![mutant.edit.clone()];
        let (verdict, schedule) = mutant.shortest.as_ref().expect("filtered");
        let text = &edited.text;
        let scenario = stable_pages::scenario::load_variant("x", text, &edited.variant());
        let scenario = scenario.expect("loads");
        assert_eq!(scenario.stated(), None, "the file says nothing of it");
        let replayed = support::replayed(&scenario.model, schedule);
        assert!(replayed.1.has(*verdict), "{}", mutant.edit.words());
    }
}

#[test]
fn too_large_for_memory_ends_with_what_was_covered() {
    let mut checker = Checker::new(clock);
    let bytes = 1 << 20;
    let answers = ask(&mut checker, check_within("two-page-submitted", bytes));
    let [
        ..,
        Answer::Checked(checked),
        Answer::Reduced { complete, .. },
    ] = &answers[..]
    else {
        panic!("{answers:?}");
    };
    assert!(!complete, "it needs less, but not that little");
    assert!(!checked.complete && !checked.stopped);
    assert!(checked.sofar.states > 5_000 && checked.sofar.frontier > 0);
    assert!(checked.bytes < 2 * bytes, "{}", checked.bytes);
    // What is known is still to be had; what is not, is not guessed.
    let look = Ask::Look {
        schedule: Vec::new(),
    };
    let answers = ask(&mut checker, look);
    let [Answer::Outlooks(outlooks)] = &answers[..] else {
        panic!("{answers:?}");
    };
    let (_, outlook) = &outlooks[0];
    assert!(!outlook.complete);
    assert!(matches!(
        &ask(&mut checker, Ask::Costs)[..],
        [Answer::Failed(_)]
    ));
}

#[test]
fn a_stopped_check_keeps_what_it_has_and_a_new_one_replaces_it() {
    let mut checker = Checker::new(clock);
    let mut told = Vec::new();
    checker.ask(check("two-page-submitted"), &mut |tell| told.push(tell));
    let until = clock() + 20.0;
    checker.work(until, &mut |tell| told.push(tell));
    assert!(checker.busy());
    let answers = ask(&mut checker, Ask::Stop);
    let [Answer::Checked(checked)] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(checked.stopped && !checked.complete && checked.sofar.states > 1_000);
    assert!(!checker.busy());
    // Mutants stop as well.
    let (mut checker, _) = started("baseline-five-step");
    checker.ask(Ask::Mutants, &mut |_| panic!("not yet"));
    let until = clock() + 20.0;
    checker.work(until, &mut |_| {});
    assert!(checker.busy());
    let answers = ask(&mut checker, Ask::Stop);
    assert!(matches!(&answers[..], [Answer::Mutants { left: 0, .. }]) && !checker.busy());
    let answers = ask(&mut checker, check("unlock-gap"));
    assert!(matches!(
        &answers[..],
        [Answer::Checked(_), Answer::Odds(_)]
    ));
}

/// The page has no reader of files. What it wants built is there at once, whatever is under way, and
/// the check goes on as if nothing had been asked.
#[test]
fn scenarios_are_built_at_once_and_disturb_no_check() {
    let mut undisturbed = Checker::new(clock);
    let expected = ask(&mut undisturbed, check("two-page-inversion"));

    let mut checker = Checker::new(clock);
    let mut told = Vec::new();
    checker.ask(check("two-page-inversion"), &mut |tell| told.push(tell));
    let mut loads = 0;
    while checker.busy() {
        let until = clock() + 2.0;
        checker.work(until, &mut |tell| told.push(tell));
        loads += 1;
        let subject = Subject {
            era: Some(3),
            ..subject("unlock-gap")
        };
        let number = loads;
        let mut built = None;
        checker.ask(Ask::Load { number, subject }, &mut |tell| {
            built = Some(tell.answer)
        });
        let Some(Answer::Loaded(of, Ok(bytes))) = built else {
            panic!("{built:?}");
        };
        let packed = Packed::read(&bytes).expect("of this build");
        let entry = find("unlock-gap").expect("in the catalogue");
        assert_eq!((of, packed.text.as_str()), (loads, entry.text));
        assert_eq!(packed.scenario.era, Era::Today);
    }
    assert!(loads > 3, "{loads}");
    // But for the time it took, and reports of it.
    let lasting = |answers: &[Answer]| -> Vec<Answer> {
        let lasting = answers.iter().cloned().filter_map(|it| match it {
            Answer::Progress(_) => None,
            Answer::Checked(mut checked) => {
                checked.sofar.millis = 0;
                Some(Answer::Checked(checked))
            }
            it => Some(it),
        });
        lasting.collect()
    };
    let told: Vec<Answer> = told.into_iter().map(|it| it.answer).collect();
    assert_eq!(lasting(&told), lasting(&expected));

    // A file that is none comes to its fault, with a checker that has nothing to do as well.
    let mut broken = subject("unlock-gap");
    broken.text = "title = 3".to_owned();
    let (number, subject) = (9, broken);
    let answers = ask(&mut Checker::new(clock), Ask::Load { number, subject });
    assert!(
        matches!(&answers[..], [Answer::Loaded(9, Err(reason))] if reason.contains("line 1")),
        "{answers:?}"
    );
}

#[test]
fn what_cannot_be_checked_is_said() {
    let mut checker = Checker::new(clock);
    let mut broken = subject("unlock-gap");
    broken.text = "title = 3".to_owned();
    let (turn, bytes) = (1, 1 << 20);
    let subject = broken.clone();
    let answers = ask(
        &mut checker,
        Ask::Check {
            turn,
            subject,
            bytes,
        },
    );
    assert!(matches!(&answers[..], [Answer::Failed(reason)] if reason.contains("line 1")));
    let mut wrong = self::subject("unlock-gap");
    wrong.edits = vec![Edit::Drop(
        Place::parse("writepage/no_such_step").expect("a place"),
    )];
    let subject = wrong;
    let answers = ask(
        &mut checker,
        Ask::Check {
            turn,
            subject,
            bytes,
        },
    );
    assert!(matches!(&answers[..], [Answer::Failed(reason)] if reason.contains("no_such_step")));
    assert!(!checker.busy());
    assert!(
        ask(&mut checker, Ask::Mutants).is_empty(),
        "there is nothing to change"
    );
}

/// What is too large for the full search need not be for the reduced one.
#[test]
fn a_reduced_search_goes_further() {
    let mut checker = Checker::new(clock);
    let bytes = 4 << 20;
    let answers = ask(&mut checker, check_within("two-page-submitted", bytes));
    let [.., Answer::Checked(checked), reduced] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert!(!checked.complete);
    let Answer::Reduced {
        complete: true,
        states,
        verdicts,
        ..
    } = reduced
    else {
        panic!("{reduced:?}");
    };
    assert!(verdicts.is_empty() && *states > checked.sofar.states);
}
