//! The checker with workers beside it finds what it finds alone, whoever is faster, and whoever goes.

mod support;

use stable_pages::explore::{
    Aside, AsideRequest, Checker, CheckerMessage, CheckerRequest, CheckerResponse, MatrixCell,
    Merged, Mutant, ReducedResult, ScenarioSpec,
};
use stable_pages::scenario::{Device, Verdict, find};
use support::clock::clock;

/// A message as it comes out on the other side.
fn crossed<T: serde::Serialize + serde::de::DeserializeOwned>(message: &T) -> T {
    let bytes = postcard::to_allocvec(message).expect("can be sent");
    postcard::from_bytes(&bytes).expect("can be read")
}

/// A checker and the workers beside it.
struct Team {
    checker: Checker,
    /// None where one is gone.
    asides: Vec<Option<Aside>>,
    /// Slices that the checker and the others make in turn.
    pace: (usize, usize),
    told: Vec<CheckerResponse>,
    /// How many tasks were given away.
    given: usize,
}

impl Team {
    fn new(many: usize, pace: (usize, usize)) -> Team {
        Team {
            checker: Checker::new(clock),
            asides: (0..many).map(|_| Some(Aside::default())).collect(),
            pace,
            told: Vec::new(),
            given: 0,
        }
    }

    fn ask(&mut self, request: CheckerRequest) {
        let told = &mut self.told;
        let mut send = |it: CheckerMessage| told.push(it.response);
        self.checker.handle(request, &mut send);
        self.pass_on();
    }

    fn pass_on(&mut self) {
        for (number, request) in self.checker.to_asides() {
            let request: AsideRequest = crossed(&request);
            if let Some(aside) = &mut self.asides[number] {
                self.given += 1;
                aside.handle(request);
            }
        }
    }

    /// One of the others is gone.
    fn lose(&mut self, number: usize) {
        self.asides[number] = None;
        self.checker.remove_aside(number);
        self.pass_on();
    }

    /// Each does some slices. Says whether anybody had anything to do.
    fn go_on(&mut self) -> bool {
        let mut busy = false;
        for _ in 0..self.pace.0 {
            if self.checker.busy() {
                busy = true;
                let told = &mut self.told;
                let mut send = |it: CheckerMessage| told.push(it.response);
                self.checker.work(clock() + 1.5, &mut send);
                self.pass_on();
            }
        }
        for number in 0..self.asides.len() {
            for _ in 0..self.pace.1 {
                let Some(aside) = self.asides[number].as_mut().filter(|it| it.busy()) else {
                    continue;
                };
                busy = true;
                let mut answers = Vec::new();
                aside.work(&mut |it| answers.push(crossed(&it)));
                for answer in answers {
                    let told = &mut self.told;
                    let mut send = |it: CheckerMessage| told.push(it.response);
                    self.checker.take_aside(number, answer, &mut send);
                    self.pass_on();
                }
            }
        }
        busy
    }

    fn finish(&mut self) {
        while self.go_on() {}
    }

    /// All others are there.
    fn call(&mut self) {
        for number in 0..self.asides.len() {
            self.checker.add_aside(number);
            self.pass_on();
        }
    }
}

fn check(turn: u32, slug: &str, text: String) -> CheckerRequest {
    CheckerRequest::Check {
        turn,
        spec: ScenarioSpec {
            slug: slug.to_owned(),
            text,
            ..ScenarioSpec::default()
        },
        bytes: u64::MAX,
    }
}

fn text(slug: &str) -> String {
    find(slug).expect("in the catalogue").text.to_owned()
}

fn changes(told: &[CheckerResponse]) -> (Vec<Mutant>, Vec<Merged>, Option<u32>) {
    let (mut all, mut merged, mut last) = (Vec::new(), Vec::new(), None);
    for it in told {
        if let CheckerResponse::Mutants { found, left, same } = it {
            all.extend(found.clone());
            merged.extend(same.clone());
            last = Some(*left);
        }
    }
    (all, merged, last)
}

fn cells(told: &[CheckerResponse]) -> (Vec<MatrixCell>, Option<u32>) {
    let (mut all, mut last) = (Vec::new(), None);
    for it in told {
        if let CheckerResponse::Matrix { cells, left } = it {
            all.extend(cells.clone());
            last = Some(*left);
        }
    }
    let place = |it: &MatrixCell| {
        let device = Device::ALL.iter().position(|device| *device == it.device);
        (device, it.era)
    };
    all.sort_by_key(place);
    (all, last)
}

/// The paces tried: the checker is faster, the others are, and nobody is.
const PACES: [(usize, usize); 3] = [(9, 1), (1, 9), (1, 1)];

#[test]
fn changes_tried_beside_the_checker_are_told_in_its_order() {
    let slug = "baseline-five-step";
    let alone = {
        let mut team = Team::new(0, (1, 1));
        team.ask(check(1, slug, text(slug)));
        team.ask(CheckerRequest::Mutants);
        team.finish();
        changes(&team.told)
    };
    assert!(alone.0.len() > 100 && alone.2 == Some(0));
    assert!(alone.0.iter().any(|it| it.safety.is_some()));
    for pace in PACES {
        let mut team = Team::new(2, pace);
        team.ask(check(1, slug, text(slug)));
        team.finish();
        assert!(!team.checker.wants_asides(), "nothing to be given away");
        team.ask(CheckerRequest::Mutants);
        team.go_on();
        assert!(team.checker.wants_asides());
        // They come while the checker is at it, and one goes again.
        team.call();
        for _ in 0..20 {
            team.go_on();
        }
        team.lose(1);
        team.finish();
        assert!(changes(&team.told) == alone, "{pace:?}");
        assert!(team.given > 40, "{pace:?}: only {} given away", team.given);
    }
}

#[test]
fn kernels_and_devices_looked_at_beside_the_checker_are_the_same() {
    let slug = "mkwrite-no-wait";
    let alone = {
        let mut team = Team::new(0, (1, 1));
        team.ask(check(1, slug, text(slug)));
        team.ask(CheckerRequest::Matrix);
        team.finish();
        cells(&team.told)
    };
    for pace in PACES {
        let mut team = Team::new(2, pace);
        team.ask(check(1, slug, text(slug)));
        team.call();
        team.ask(CheckerRequest::Matrix);
        for _ in 0..5 {
            team.go_on();
        }
        team.lose(0);
        team.finish();
        assert!(cells(&team.told) == alone, "{pace:?}");
        assert!(team.given > 4, "{pace:?}: only {} given away", team.given);
    }
}

/// The largest ordering with more writers, each of which stores so many times.
fn large(writers: usize, times: usize) -> String {
    let mut text = text("two-page-submitted");
    let from = text.find("schedule = [").expect("a schedule");
    let until = from + text[from..].find("\n]").expect("its end") + 2;
    text.replace_range(from..until, "schedule = []");
    for writer in 0..writers {
        let mut run = Vec::new();
        for time in 0..times {
            let (page, offset) = (writer % 2, 64 + 32 * writer + 8 * time);
            text += &format!(
                "[[store]]\nname = \"s{writer}{time}\"\npage = {page}\noffset = {offset}\ntext = \"w\"\n"
            );
            run.push(format!("\"generic_perform_write s{writer}{time}\""));
        }
        let run = run.join(", ");
        text += &format!("[[actor]]\nname = \"w{writer}\"\nabout = \"\"\nrun = [{run}]\n");
    }
    text
}

fn reduced(told: &[CheckerResponse]) -> Vec<CheckerResponse> {
    let is = |it: &&CheckerResponse| matches!(it, CheckerResponse::Reduced(_));
    told.iter().filter(is).cloned().collect()
}

#[test]
fn a_reduced_search_beside_the_checker_tells_its_verdicts_while_the_plain_one_goes_on() {
    let mut team = Team::new(1, (1, 20));
    team.call();
    team.ask(check(1, "large", large(1, 1)));
    while reduced(&team.told).is_empty() {
        assert!(team.go_on());
    }
    assert!(team.checker.busy(), "the plain search goes on");
    let [
        CheckerResponse::Reduced(ReducedResult {
            complete: true,
            states,
            verdicts,
            may_loop: false,
            ..
        }),
    ] = &reduced(&team.told)[..]
    else {
        panic!("{:?}", reduced(&team.told));
    };
    assert!(verdicts.is_empty() && *states < 20_000, "{states}");
    let progress = team.told.iter().rev().find_map(|it| match it {
        CheckerResponse::Progress(progress) => Some(progress.states),
        _ => None,
    });
    assert!(progress.is_none_or(|it| it < 100_000), "{progress:?}");
    // A new check is not disturbed by what was asked for the old one.
    let before = team.told.len();
    let slug = "mkwrite-no-wait";
    team.ask(check(2, slug, text(slug)));
    team.finish();
    assert!(reduced(&team.told[before..]).is_empty());
    let found = team.told[before..].iter().find_map(|it| match it {
        CheckerResponse::Checked(checked) => Some(checked.clone()),
        _ => None,
    });
    let found = found.expect("checked");
    assert!(found.complete && found.findings.iter().any(|it| it.0 == Verdict::GuardError));
}

#[test]
fn a_reduced_search_that_is_lost_is_made_here() {
    let mut team = Team::new(1, (1, 1));
    team.call();
    team.ask(check(1, "large", large(1, 1)));
    while team.given == 0 {
        assert!(team.go_on());
    }
    team.lose(0);
    while reduced(&team.told).is_empty() {
        assert!(team.go_on());
    }
    assert!(team.checker.busy(), "the plain search goes on");
}

/// A worker is asked for once it is seen that the search is long, and then makes it.
#[test]
fn a_long_reduced_search_is_handed_over() {
    let mut team = Team::new(1, (1, 20));
    team.ask(check(1, "large", large(2, 3)));
    while !team.checker.wants_asides() {
        assert!(
            team.go_on() && reduced(&team.told).is_empty(),
            "{:?}",
            team.told
        );
    }
    team.call();
    while reduced(&team.told).is_empty() {
        assert!(team.go_on());
    }
    assert_eq!(team.given, 2, "the file and the search");
    assert!(team.checker.busy(), "the plain search goes on");
    let [CheckerResponse::Reduced(found)] = &reduced(&team.told)[..] else {
        panic!("{:?}", reduced(&team.told));
    };
    assert!(found.complete && found.states > 40_000, "{found:?}");
}

/// Where memory is full for the plain search, what the other has met is told behind that.
#[test]
fn a_reduced_search_beside_the_checker_goes_further_than_memory() {
    let bytes = 2 << 20;
    for pace in [(1, 30), (30, 1)] {
        let mut team = Team::new(1, pace);
        team.call();
        let slug = "two-page-submitted";
        let CheckerRequest::Check { turn, spec, .. } = check(1, slug, text(slug)) else {
            panic!("a check");
        };
        team.ask(CheckerRequest::Check { turn, spec, bytes });
        team.finish();
        assert!(team.given > 0);
        let checked = (team.told.iter()).position(|it| matches!(it, CheckerResponse::Checked(_)));
        let checked = checked.expect("checked");
        let last = reduced(&team.told[checked..]);
        let Some(CheckerResponse::Reduced(ReducedResult {
            complete: true,
            verdicts,
            fewest: true,
            ..
        })) = last.last()
        else {
            panic!("{pace:?} {last:?}");
        };
        assert!(verdicts.is_empty());
    }
}

/// After a stop nobody has anything to do.
#[test]
fn a_stop_stops_everybody() {
    let mut team = Team::new(2, (1, 1));
    team.call();
    let slug = "baseline-five-step";
    team.ask(check(1, slug, text(slug)));
    team.finish();
    team.ask(CheckerRequest::Mutants);
    for _ in 0..5 {
        team.go_on();
    }
    team.ask(CheckerRequest::Stop);
    let told = team.told.len();
    team.finish();
    assert_eq!(team.told.len(), told);
    assert_eq!(changes(&team.told).2, Some(0));
    // And asked again they begin anew.
    let before = team.told.len();
    team.ask(CheckerRequest::Mutants);
    team.finish();
    assert!(changes(&team.told[before..]).0.len() > 100);
}
