//! Everything said follows the stage: in every kernel, on every device and with every change, title, badge, introduction,
//! card, bar, list and matrix say what the checker finds there, and nothing that the file tells of itself alone.

mod support;

use std::sync::{Arc, Mutex};

use stable_pages::explore::{CheckerRequest, Limits, ScenarioSpec, Space, Verdicts};
use stable_pages::machine::History;
use stable_pages::protocol::{Edit, Era, single_edits};
use stable_pages::scenario::{
    Device, Entry, Scenario, Variant, find, load_variant, programs, words,
};
use stable_pages::view::{
    Attr, Element, Moment, Node, Panel, RenderInput, Renderer, Slot, UiState, WorkerRequest,
    WorkerResponse, orderings_summary, sentence,
};
use support::has;

const BYTES: usize = 64 << 20;

fn place<T: PartialEq>(all: &[T], one: &T) -> Option<u8> {
    all.iter().position(|it| it == one).map(|at| at as u8)
}

fn spec(entry: &Entry, variant: &Variant) -> ScenarioSpec {
    ScenarioSpec {
        slug: entry.slug.to_owned(),
        text: entry.text.to_owned(),
        device: variant.device.and_then(|it| place(&Device::ALL, &it)),
        era: variant.era.and_then(|it| place(&Era::ALL, &it)),
        edits: variant.edits.clone(),
    }
}

/// What the worker draws of an ordering once everything has been looked at, by slot.
fn drawn(spec: ScenarioSpec, run: &Scenario, panel: Option<Panel>) -> Vec<(Slot, Element)> {
    let mut renderer = Renderer::new(|| 0.0, |name, _, _| name.to_owned());
    let mut said = Vec::new();
    let bytes = BYTES as u64;
    let check = CheckerRequest::Check {
        turn: 1,
        spec,
        bytes,
    };
    renderer.handle(WorkerRequest::Checker(check), &mut |it| said.push(it));
    let input = RenderInput {
        number: 1,
        turn: 1,
        run: run.schedule.clone(),
        ui: UiState {
            panel,
            ..UiState::default()
        },
        ..RenderInput::default()
    };
    renderer.handle(WorkerRequest::Render(Box::new(input)), &mut |it| {
        said.push(it);
    });
    while renderer.busy() {
        renderer.work(1.0, &mut |it| said.push(it));
    }
    let mut last: Vec<(Slot, Element)> = Vec::new();
    for message in said {
        if let WorkerResponse::Section(slot, element) = message.response {
            last.retain(|(known, _)| *known != slot);
            last.push((slot, element));
        }
    }
    last
}

fn section(all: &[(Slot, Element)], slot: Slot) -> &Element {
    let found = all.iter().find(|(known, _)| *known == slot);
    &found.expect("drawn").1
}

fn part<'a>(el: &'a Element, name: &str) -> &'a Element {
    let found = el.find(&|it| it.attr_value(Attr::Part) == Some(name));
    found.expect("the part is there")
}

/// The words of the first badge inside: without its sign.
fn badge(el: &Element) -> String {
    let found = el.find(&|it| has(it, "badge")).expect("a badge").all_text();
    found.split_once(' ').expect("a sign").1.to_owned()
}

/// The texts of all elements inside that are wanted.
fn texts(el: &Element, wanted: &dyn Fn(&Element) -> bool, found: &mut Vec<String>) {
    if wanted(el) {
        found.push(el.all_text());
    }
    for child in &el.children {
        if let Node::Element(child) = child {
            texts(child, wanted, found);
        }
    }
}

/// Each word of these badges is explained in a section.
fn explained(section: &Element, badges: &[String], what: &str) {
    let mut known = Vec::new();
    texts(part(section, "meanings"), &|it| it.tag == "dt", &mut known);
    for badge in badges {
        let inner = badge
            .strip_prefix("safe (")
            .and_then(|it| it.strip_suffix(')'));
        for word in inner
            .unwrap_or(badge)
            .split(", ")
            .chain(inner.map(|_| "safe"))
        {
            assert!(
                known.iter().any(|it| it == word),
                "{what}: {word} of {known:?}"
            );
        }
    }
}

fn moment(scenario: &Arc<Scenario>) -> Moment {
    Moment::of(scenario, &History::new(&scenario.model), false, None)
}

/// What the checker's own search comes to, in words: the only judge.
fn judged(scenario: &Scenario) -> String {
    let limits = Limits::bytes(BYTES);
    let space = Space::explore(&scenario.model, scenario.model.initial, limits);
    in_words(space.verdicts())
}

fn in_words(found: Verdicts) -> String {
    let told = if found.safe() {
        found
    } else {
        found.failures()
    };
    words(&told.iter().collect::<Vec<_>>())
}

/// Every text that a file tells of itself.
fn told_by_file(scenario: &Scenario) -> Vec<&str> {
    let notes = scenario.notes.iter().map(|note| note.text.as_str());
    let own = [scenario.summary.as_str(), scenario.watch.as_str()];
    own.into_iter().chain(notes).collect()
}

/// None of these sections, and no sentence of the page's at the start or, with `run`, at any moment of the opening run,
/// has what the file tells.
fn tells_nothing_of_the_file(
    scenario: &Arc<Scenario>,
    sections: &[&Element],
    run: bool,
    what: &str,
) {
    let plain = |text: &str| text.replace('`', "");
    let mut said: Vec<String> = sections.iter().map(|it| it.all_text()).collect();
    let mut history = History::new(&scenario.model);
    let mut last = moment(scenario);
    said.push(sentence(&last, &UiState::default()).all_text());
    for choice in scenario.schedule.iter().filter(|_| run) {
        assert!(history.choose(&scenario.model, *choice));
        last = Moment::of(scenario, &history, false, Some(&last));
        said.push(sentence(&last, &UiState::default()).all_text());
    }
    for told in told_by_file(scenario) {
        for said in &said {
            assert!(
                !plain(said).contains(&plain(told)),
                "{what}: \u{201c}{told}\u{201d} is told of an ordering that it was not written of"
            );
        }
    }
}

/// Title, badge, introduction, card, bar and list of an ordering at one place.
fn holds(entry: &Entry, variant: &Variant) -> Option<String> {
    let scenario = Arc::new(load_variant(entry.slug, entry.text, variant).ok()?);
    let what = format!(
        "{} in {} {}",
        entry.slug,
        scenario.era.word(),
        scenario.device.on()
    );
    let found = judged(&scenario);
    let now = moment(&scenario);
    let all = drawn(spec(entry, variant), &scenario, None);
    let [bar, side, list, head] =
        [Slot::Result, Slot::Side, Slot::Orderings, Slot::Badge].map(|slot| section(&all, slot));
    let card = part(side, "scenario");
    explained(card, std::slice::from_ref(&found), &what);
    assert_eq!(badge(head), found, "{what}: badge");
    assert_eq!(badge(bar), found, "{what}: bar");
    let sentence = part(side, "scenario").find(&|it| has(it, "verdict"));
    let sentence = sentence.expect("a sentence").all_text();
    assert!(
        sentence.ends_with(&format!("finds: {found}.")),
        "{what}: {sentence}"
    );
    let current = list.find(&|it| it.attr_value(Attr::Current) == Some("true"));
    let here = list.find(&|it| has(it, "here"));
    let title = orderings_summary(&now, None);
    match scenario.as_written() {
        true => {
            assert!(here.is_none(), "{what}");
            assert_eq!(
                badge(current.expect("the current one")),
                found,
                "{what}: list"
            );
            assert!(title.all_text().starts_with(&scenario.title), "{what}");
            assert_eq!(badge(&title), found, "{what}: before the checker answers");
        }
        false => {
            let here = here.expect("what is on the stage");
            assert_eq!(badge(here), found, "{what}: list");
            assert!(here.all_text().contains(&scenario.name), "{what}");
            assert!(
                !title.all_text().contains(&scenario.title),
                "{what}: {}",
                scenario.name
            );
            // What the file states of this device in its own kernel is held to the checker elsewhere.
            if scenario.stated().is_none() {
                assert_eq!(badge(&title), "being checked", "{what}");
            }
            tells_nothing_of_the_file(&scenario, &[bar, card, &title], true, &what);
        }
    }
    Some(found)
}

fn in_two_threads<T: Sync>(work: &[T], each: impl Fn(&T) + Sync) {
    let left = Mutex::new(work.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(next) = left.lock().expect("no panic").next() else {
                        break;
                    };
                    each(next);
                }
            });
        }
    });
}

/// For every scenario, device and kernel, all that is said agrees with the checker, and so does each cell of the matrix.
#[test]
fn what_is_said_agrees_with_the_checker_everywhere() {
    let entries: Vec<Entry> = support::chosen().collect();
    in_two_threads(&entries, |entry| {
        let own = entry.load().expect("loads");
        let all = drawn(spec(entry, &Variant::default()), &own, Some(Panel::Matrix));
        let table = part(section(&all, Slot::Panel), "matrix");
        let mut badges = Vec::new();
        texts(table, &|it| has(it, "badge"), &mut badges);
        let badges: Vec<String> = (badges.iter())
            .filter_map(|it| Some(it.split_once(' ')?.1.to_owned()))
            .collect();
        explained(section(&all, Slot::Panel), &badges, entry.slug);
        let mut listed = Vec::new();
        let list = section(&all, Slot::Orderings);
        texts(list, &|it| has(it, "badge"), &mut listed);
        let listed = listed
            .iter()
            .filter_map(|it| Some(it.split_once(' ')?.1.to_owned()));
        explained(list, &listed.collect::<Vec<_>>(), "the list");
        for device in Device::ALL {
            for era in Era::ALL {
                let variant = Variant {
                    device: Some(device),
                    era: Some(era),
                    ..Variant::default()
                };
                let cell = part(table, &format!("{}-{}", device.link_word(), era.word()));
                match holds(entry, &variant) {
                    Some(found) => assert_eq!(badge(cell), found, "{}: matrix", entry.slug),
                    None => assert!(cell.all_text().contains("cannot be made"), "{}", entry.slug),
                }
            }
        }
    });
}

/// Orderings whose single changes are all tried.
const CHANGED: [&str; 12] = [
    "baseline-five-step",
    "mkwrite-no-wait",
    "unlock-gap",
    "mkclean-skipped",
    "mkclean-without-flush",
    "no-stable-pages-needed",
    "mpage-da-submit-io",
    "error-told-once",
    "two-page-inversion",
    "parity-rot",
    "sync-chases-dirtier",
    "writeback-flag-leaked",
];

/// A changed ordering has nothing of what its file tells or states: its title, introduction and cards are of the change.
#[test]
fn a_changed_ordering_has_nothing_of_the_original() {
    let mut work: Vec<(Entry, Edit)> = Vec::new();
    for slug in CHANGED {
        let entry = find(slug).expect("in the catalogue");
        let all = programs(entry.text, &Variant::default()).expect("loads");
        let edits = single_edits(&all).into_iter();
        work.extend(edits.map(|edit| (entry, edit)));
    }
    // The checker, and a whole run, for some of them.
    let every = |at: usize| at.is_multiple_of(48);
    let work: Vec<_> = work.into_iter().enumerate().collect();
    in_two_threads(&work, |(at, (entry, edit))| {
        let variant = Variant {
            edits: vec![edit.clone()],
            ..Variant::default()
        };
        let Ok(scenario) = load_variant(entry.slug, entry.text, &variant) else {
            return;
        };
        let (scenario, what) = (Arc::new(scenario), format!("{}: {edit:?}", entry.slug));
        let now = moment(&scenario);
        let title = orderings_summary(&now, None);
        assert!(!scenario.name.contains(&scenario.title), "{what}");
        assert!(
            !scenario.name.contains(['#', '{']),
            "{what}: {}",
            scenario.name
        );
        assert_eq!(badge(&title), "being checked", "{what}");
        tells_nothing_of_the_file(&scenario, &[&title], false, &what);
        if every(*at) {
            holds(entry, &variant);
        }
    });
}
