//! What moves at a step, without a browser: held against what the page shows before and after it, over the catalogue's opening
//! runs and runs of chance on every device.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use stable_pages::machine::{ActorId, Choice, Effect, History, Hop, enabled};
use stable_pages::scenario::Scenario;
use stable_pages::view::{
    Attr, Element, Load, Moment, Movement, Spot, UiState, actor_cards, movements, played_from,
    stage, timed,
};
use support::{all, has};

/// The page at a moment.
struct Shown {
    stage: Element,
    actors: Element,
}

impl Shown {
    fn at(now: &Moment) -> Shown {
        let ui = UiState::default();
        Shown {
            stage: stage(now, &ui),
            actors: actor_cards(now, &ui, None),
        }
    }

    /// A line of a cell.
    fn line(&self, cell: &str, class: &str) -> String {
        let of = |it: &Element| it.attr_value(Attr::Cell) == Some(cell);
        let cell = self.stage.find(&of).unwrap_or_else(|| panic!("no {cell}"));
        let line = cell.find(&|it| has(it, class)).expect("two lines");
        line.all_text()
    }

    /// The first lines of all cells, by the cells' names.
    fn cells(&self) -> Vec<(String, String)> {
        let mut cells = Vec::new();
        let is = |it: &Element| it.attr_value(Attr::Cell).is_some();
        all(&self.stage, &is, &mut cells);
        let named = cells.iter().map(|it| {
            let name = it.attr_value(Attr::Cell).expect("a name").to_owned();
            let first = it.find(&|it| has(it, "bytes")).expect("a first line");
            (name, first.all_text())
        });
        named.collect()
    }

    /// The bits that are marked as changed, with the things they are in.
    fn changed(&self) -> BTreeSet<(String, String)> {
        let mut things = Vec::new();
        all(&self.stage, &|it| has(it, "entry"), &mut things);
        let mut changed = BTreeSet::new();
        for thing in things {
            let name = thing.attr_value(Attr::Thing).expect("a name");
            let mut bits = Vec::new();
            let is = |it: &Element| has(it, "bit") && has(it, "changed");
            all(thing, &is, &mut bits);
            let keys = bits.iter().filter_map(|it| it.attr_value(Attr::Bit));
            changed.extend(keys.map(|key| (name.to_owned(), key.to_owned())));
        }
        changed
    }

    fn card(&self, actor: ActorId) -> &Element {
        let name = format!("actor-{actor}");
        let is = |it: &Element| it.attr_value(Attr::Thing) == Some(&name);
        self.actors.find(&is).expect("a card")
    }

    fn holds(&self, actor: ActorId, lock: &str) -> bool {
        let is = |it: &Element| it.attr_value(Attr::Token) == Some(lock);
        self.card(actor).find(&is).is_some()
    }

    /// What an actor sleeps on.
    fn asleep(&self, actor: ActorId) -> Option<String> {
        let waits = |it: &Element| it.attr_value(Attr::Wire).is_some();
        let wire = self.card(actor).find(&waits)?.attr_value(Attr::Wire)?;
        wire.split(' ').next().map(str::to_owned)
    }

    /// Whether the element that a spot selects is there.
    fn there(&self, spot: &Spot) -> bool {
        match spot {
            Spot::Cell(cell) | Spot::First(cell) | Spot::Second(cell) | Spot::Edge(cell) => {
                !self.line(cell, "bytes").is_empty()
            }
            Spot::Actor(_) => true,
            Spot::Held(actor, lock) => self.holds(*actor, lock),
            Spot::Thing(name) => self
                .stage
                .find(&|it| it.attr_value(Attr::Thing) == Some(name))
                .is_some(),
            Spot::Bit(thing, bit) => {
                let thing = |it: &Element| it.attr_value(Attr::Thing) == Some(thing);
                let bit = |it: &Element| it.attr_value(Attr::Bit) == Some(bit);
                self.stage
                    .find(&thing)
                    .is_some_and(|it| it.find(&bit).is_some())
            }
        }
    }
}

/// The moments of a scenario's opening run.
fn opening(scenario: &Arc<Scenario>) -> Vec<Moment> {
    let mut next = scenario.schedule.iter();
    moments(scenario, |_| next.next().copied())
}

/// The moments of a run of chance.
fn chance(scenario: &Arc<Scenario>, mut seed: u32) -> Vec<Moment> {
    let mut left = 90;
    moments(scenario, |history| {
        left -= 1;
        let can: Vec<Choice> = enabled(&scenario.model, history.world()).collect();
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match (left, can.len()) {
            (0, _) | (_, 0) => None,
            (_, many) => Some(can[(seed >> 16) as usize % many]),
        }
    })
}

fn moments(
    scenario: &Arc<Scenario>,
    mut next: impl FnMut(&History) -> Option<Choice>,
) -> Vec<Moment> {
    let mut history = History::new(&scenario.model);
    let mut all = vec![Moment::of(scenario, &history, false, None)];
    while let Some(choice) = next(&history) {
        assert!(history.choose(&scenario.model, choice));
        all.push(Moment::of(scenario, &history, false, all.last()));
    }
    all
}

/// Every run that the tests look at, by the scenario's name.
fn runs() -> Vec<(String, Vec<Moment>)> {
    let entries = support::loadable().map(|it| (it.slug, Arc::new(it.load().expect("loads"))));
    let mut runs: Vec<_> = entries
        .map(|(slug, scenario)| (slug.to_owned(), opening(&scenario)))
        .collect();
    for (seed, scenario) in (1..).zip(support::all_scenarios()) {
        let name = format!("{} on {:?}", scenario.slug, scenario.device);
        runs.push((name, chance(&Arc::new(scenario), seed)));
    }
    runs
}

/// The movements of a moment's last step.
fn moved(now: &Moment) -> Vec<Movement> {
    let mut steps = movements(now, now.depth() - 1);
    assert_eq!(steps.len(), 1);
    steps.remove(0)
}

fn first_line(load: &Load) -> &str {
    load.text.split('\n').next().unwrap_or("")
}

/// The cell that bytes or a guard come to.
fn target(movement: &Movement) -> Option<&str> {
    match movement {
        Movement::Glide { to, .. } | Movement::Land { to, .. } => match to {
            Spot::Cell(cell) | Spot::First(cell) => Some(cell),
            _ => None,
        },
        _ => None,
    }
}

/// What glides stands where it comes from before the step, and where it goes to after it; what a cell is said to have
/// held until then it held; and no cell's bytes change but by what comes there.
#[test]
fn bytes_come_from_where_they_stood() {
    let (mut glides, mut lands) = (0, 0);
    for (name, run) in runs() {
        let shown: Vec<Shown> = run.iter().map(Shown::at).collect();
        for (now, pair) in run[1..].iter().zip(shown.windows(2)) {
            let (was, is) = (&pair[0], &pair[1]);
            let all = moved(now);
            let at = format!("{name}, step {}", now.depth());
            for movement in &all {
                match movement {
                    Movement::Glide { load, from, .. } => {
                        let stood = match from {
                            Spot::Cell(cell) | Spot::First(cell) => was.line(cell, "bytes"),
                            Spot::Second(cell) => was.line(cell, "crc"),
                            _ => panic!("{at}: from {from:?}"),
                        };
                        assert_eq!(stood, first_line(load), "{at}: {movement:?}");
                        glides += 1;
                    }
                    Movement::Land { .. } => lands += 1,
                    _ => {}
                }
                let (Some(cell), Movement::Glide { load, .. } | Movement::Land { load, .. }) =
                    (target(movement), movement)
                else {
                    continue;
                };
                // A checksum that is stored is shown as itself, and not as the bytes around it.
                if load.class != "tag" || cell.contains("bio") {
                    assert_eq!(
                        is.line(cell, "bytes"),
                        first_line(load),
                        "{at}: {movement:?}"
                    );
                }
                let before = match movement {
                    Movement::Glide { before, .. } => before.as_ref(),
                    Movement::Land { before, .. } => Some(before),
                    _ => None,
                };
                if let Some(before) = before {
                    assert_eq!(was.line(cell, "bytes"), first_line(before), "{at}");
                }
            }
            let came: Vec<&str> = all.iter().filter_map(target).collect();
            let cells = was.cells().into_iter().zip(is.cells());
            for ((cell, before), (_, after)) in cells {
                let changed = before != after && !after.is_empty();
                assert!(
                    !changed || came.contains(&&*cell),
                    "{at}: {cell} {before} {after}"
                );
            }
        }
    }
    assert!(glides > 3000 && lands > 100, "{glides} {lands}");
}

/// The adapter's check moves nothing and pulses the numbers that it compares; at the disk bytes arrive first.
#[test]
fn a_check_moves_nothing() {
    let (mut equal, mut differ) = (0, 0);
    for (name, run) in runs() {
        for now in &run[1..] {
            let step = now.story.steps.last().expect("a step");
            let check = step.effects.iter().find_map(|effect| match effect {
                Effect::Checked { hop, matched, .. } => Some((*hop, *matched)),
                _ => None,
            });
            let all = moved(now);
            let Some((hop, matched)) = check else {
                continue;
            };
            let rest = match (hop, &all[..]) {
                (Hop::Target, [Movement::Glide { .. }, rest @ ..]) => rest,
                (_, all) => all,
            };
            let [Movement::Pulse { spots, .. }] = rest else {
                panic!("{name}, step {}: {rest:?}", now.depth());
            };
            let shown = Shown::at(now);
            assert!(spots.iter().all(|it| shown.there(it)), "{name}: {spots:?}");
            *(if matched { &mut equal } else { &mut differ }) += 1;
        }
    }
    assert!(equal > 500 && differ > 10, "{equal} {differ}");
}

/// The bits that flip, or whose lock passes, are those marked as changed. A lock comes to the card of its holder, and
/// lines pull tight and let go where actors fall asleep and wake.
#[test]
fn bits_locks_and_sleepers_move_as_the_page_marks_them() {
    let (mut flips, mut passes, mut tight, mut free, mut bounces, mut shots) = (0, 0, 0, 0, 0, 0);
    for (name, run) in runs() {
        let shown: Vec<Shown> = run.iter().map(Shown::at).collect();
        for (now, pair) in run[1..].iter().zip(shown.windows(2)) {
            let (was, is) = (&pair[0], &pair[1]);
            let at = format!("{name}, step {}", now.depth());
            let mut changed = is.changed();
            let mut sleepers = BTreeSet::new();
            for movement in &moved(now) {
                match movement {
                    Movement::Flip { bit } => {
                        let Spot::Bit(thing, key) = bit else {
                            panic!("{at}: {bit:?}");
                        };
                        let marked = changed.remove(&(thing.clone(), key.clone()));
                        assert!(marked, "{at}: {thing} {key} flips");
                        flips += 1;
                    }
                    Movement::Pass { from, to, .. } => {
                        assert!(was.there(from) && is.there(to), "{at}: {movement:?}");
                        passes += 1;
                    }
                    Movement::Tighten { sleeper, on } => {
                        let asleep = is.asleep(*sleeper).map(Spot::Thing);
                        assert_eq!(asleep.as_ref(), Some(on), "{at}");
                        sleepers.insert(*sleeper);
                        tight += 1;
                    }
                    Movement::LetGo { sleeper, on } => {
                        let asleep = was.asleep(*sleeper).map(Spot::Thing);
                        assert_eq!(asleep.as_ref(), Some(on), "{at}");
                        sleepers.insert(*sleeper);
                        free += 1;
                    }
                    Movement::Bounce { off, .. } => {
                        assert!(is.there(off), "{at}: {off:?}");
                        bounces += 1;
                    }
                    Movement::Shot { at: hit, .. } => {
                        assert!(is.there(hit), "{at}: {hit:?}");
                        shots += 1;
                    }
                    _ => {}
                }
            }
            // What is left are the bits of locks that passed.
            let left: Vec<_> = changed.iter().map(|(_, key)| &**key).collect();
            let locks = ["PG_locked", "BH_Lock", "locked", "journal", "mmap_lock"];
            let named = |it: &&str| now.scenario.locks.iter().any(|name| name == it);
            let is_lock = |it: &&str| locks.contains(it) || named(it);
            assert!(left.iter().all(is_lock), "{at}: {left:?}");
            for actor in now.scenario.model.actor_ids() {
                let differs = was.asleep(actor) != is.asleep(actor);
                assert_eq!(differs, sleepers.contains(&actor), "{at}: actor {actor}");
            }
        }
    }
    let least = [flips, passes, tight, free, bounces, shots]
        .into_iter()
        .min();
    assert!(
        least > Some(40),
        "{flips} {passes} {tight} {free} {bounces} {shots}"
    );
}

/// A press that fetches and checks eight sectors takes about a second; no number is compared before it has come.
#[test]
fn eight_sectors_go_one_after_the_other() {
    let scenario = Arc::new(support::scenario("baseline-five-step"));
    let run = opening(&scenario);
    let fetches = |now: &&Moment| {
        let last = now.story.steps.last();
        last.is_some_and(|step| matches!(step.effects[..], [Effect::Fetched { .. }, ..]))
    };
    let first = run.iter().find(fetches).expect("a fetch").depth();
    let end = &run[first + 15];
    let steps = movements(end, first - 1);
    assert_eq!(steps.len(), 16);
    let all = timed(steps);
    let glides = all
        .iter()
        .filter(|it| matches!(it.movement, Movement::Glide { .. }));
    let mut starts: Vec<u32> = glides.map(|it| it.start).collect();
    starts.dedup();
    assert_eq!(starts.len(), 8, "{starts:?}");
    assert!(starts.is_sorted(), "{starts:?}");
    let over = all.iter().map(|it| it.start + it.lasts).max();
    assert!(
        over.is_some_and(|it| (800..=1250).contains(&it)),
        "{over:?}"
    );
    for it in &all {
        assert!((250..=500).contains(&it.lasts), "{it:?}");
        let Movement::Pulse { spots, .. } = &it.movement else {
            continue;
        };
        for spot in spots {
            let (Spot::First(cell) | Spot::Second(cell)) = spot else {
                panic!("{spot:?}");
            };
            let came = all.iter().find(|it| target(&it.movement) == Some(cell));
            if let Some(came) = came {
                assert!(
                    it.start >= came.start + came.lasts * 3 / 4,
                    "{it:?} {came:?}"
                );
            }
        }
    }
}

/// Motion plays one press forward, and neither jumps, nor steps back, nor another run.
#[test]
fn only_a_press_forward_plays() {
    let scenario = Arc::new(support::scenario("baseline-five-step"));
    let run = opening(&scenario);
    assert_eq!(played_from(&run[3], &run[4]), Some(3));
    assert_eq!(played_from(&run[4], &run[3]), None);
    assert_eq!(played_from(&run[3], &run[3]), None);
    assert_eq!(played_from(&run[3], &run[6]), None);
    let again = opening(&Arc::new(support::scenario("baseline-five-step")));
    assert_eq!(played_from(&run[3], &again[4]), None);
    // Another run of the same scenario.
    let mut history = History::new(&scenario.model);
    let mut ways = Vec::new();
    for order in [[0, 0], [1, 0]] {
        history.seek(0);
        for actor in order {
            assert!(history.choose(&scenario.model, Choice::of(ActorId(actor))));
            ways.push(Moment::of(&scenario, &history, false, None));
        }
    }
    assert_eq!(played_from(&ways[0], &ways[1]), Some(1));
    assert_eq!(played_from(&ways[0], &ways[3]), None);
}
