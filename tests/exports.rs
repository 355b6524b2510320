//! The files that a run can be saved as (figure, JSON, trace, Promela), over the catalogue's opening runs.

mod support;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;
use stable_pages::exchange::{chrome_trace, promela, run_json};
use stable_pages::machine::{History, enabled};
use stable_pages::scenario::{Scenario, find, load_variant};
use stable_pages::view::{Carried, FigureError, Moment, figure, reopen};

const LINK: &str = "https://example.org/stable-pages/#1.some-run.AbCdEf_-012";

fn scenario(slug: &str) -> Arc<Scenario> {
    Arc::new(find(slug).expect("there").load().expect("loads"))
}

/// The opening run of a scenario.
fn opening(scenario: &Scenario) -> History {
    let mut history = History::new(&scenario.model);
    for choice in &scenario.schedule {
        assert!(history.choose(&scenario.model, *choice));
    }
    history
}

/// A run of so many steps that are chosen at random.
fn random(scenario: &Scenario, steps: usize, seed: u64) -> History {
    let mut history = History::new(&scenario.model);
    let mut state = seed;
    for _ in 0..steps {
        let all: Vec<_> = enabled(&scenario.model, history.world()).collect();
        if all.is_empty() {
            break;
        }
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        let choice = all[(state >> 33) as usize % all.len()];
        assert!(history.choose(&scenario.model, choice));
    }
    history
}

fn catalogued() -> Vec<(Arc<Scenario>, Moment)> {
    let all = support::loadable().map(|entry| {
        let scenario = Arc::new(entry.load().expect("loads"));
        let now = Moment::of(&scenario, &opening(&scenario), false, None);
        (scenario, now)
    });
    all.collect()
}

/// The moments at which figures are drawn: start, middle, each failure, end.
fn moments(scenario: &Arc<Scenario>, history: &mut History) -> Vec<Moment> {
    history.seek(usize::MAX);
    let end = Moment::of(scenario, history, false, None);
    let mut depths: Vec<usize> = end.story.failures.iter().map(|it| it.step).collect();
    depths.extend([0, end.depth() / 2, end.depth()]);
    depths.sort_unstable();
    depths.dedup();
    let at = |depth: &usize| {
        history.seek(*depth);
        Moment::of(scenario, history, false, None)
    };
    depths.iter().map(at).collect()
}

/// The box of a text in tenths of pixels, estimated without the figure's own code.
struct Written {
    words: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

fn number(node: roxmltree::Node, name: &str) -> f64 {
    let text = node.attribute(name).unwrap_or("0");
    text.parse().unwrap_or_else(|_| panic!("{name}={text}"))
}

fn written(node: roxmltree::Node) -> Written {
    let inner = node.descendants().filter(|it| it.is_text());
    let words: String = inner.filter_map(|it| it.text()).collect();
    let size = number(node, "font-size");
    let mono = node.attribute("font-family") == Some("monospace");
    // Mean widths of Arial's and of a monospaced face's letters.
    let each = if mono { 0.602 } else { 0.5 };
    let width = words.chars().count() as f64 * each * size;
    let x = number(node, "x");
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    let y = number(node, "y");
    Written {
        words,
        left,
        right: left + width,
        top: y - 0.72 * size,
        bottom: y,
    }
}

/// Checks that a figure is well-formed, refers to nothing outside, keeps within its edges, and that no texts overlap.
fn check_figure(name: &str, svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|it| panic!("{name}: {it}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let (w, h) = (number(root, "width"), number(root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(&*format!("0 0 {w} {h}")));
    let inside = |x: f64, y: f64, what: &str| {
        let is = (0.0..=w).contains(&x) && (0.0..=h).contains(&y);
        assert!(is, "{name}: {what} at {x},{y} of {w},{h}");
    };
    let mut texts: Vec<Written> = Vec::new();
    for node in document.descendants().filter(|it| it.is_element()) {
        let shown = !node.ancestors().any(|it| it.has_tag_name("defs"));
        match node.tag_name().name() {
            "rect" if shown => {
                let (x, y) = (number(node, "x"), number(node, "y"));
                inside(x, y, "a box");
                inside(
                    x + number(node, "width"),
                    y + number(node, "height"),
                    "a box",
                );
            }
            "circle" => inside(number(node, "cx"), number(node, "cy"), "a circle"),
            "path" => {
                let d = node.attribute("d").expect("an outline");
                for point in d.split(['M', 'L', 'Z']).filter(|it| !it.is_empty()) {
                    let (x, y) = point.split_once(' ').expect("two numbers");
                    inside(x.parse().expect("x"), y.parse().expect("y"), "a path");
                }
            }
            "text" => {
                let text = written(node);
                inside(text.left, text.top, &text.words);
                inside(text.right, text.bottom, &text.words);
                texts.push(text);
            }
            "image" | "script" | "use" | "a" | "foreignObject" => panic!("{name} is not of itself"),
            _ => {}
        }
    }
    assert!(texts.len() > 10);
    for (at, one) in texts.iter().enumerate() {
        for other in &texts[at + 1..] {
            let apart = one.right <= other.left
                || other.right <= one.left
                || one.bottom <= other.top
                || other.bottom <= one.top;
            assert!(apart, "{name}: {:?} over {:?}", one.words, other.words);
        }
    }
}

#[test]
fn figures_are_whole_and_legible() {
    let mut drawn = 0;
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        let mut history = opening(&scenario);
        for now in moments(&scenario, &mut history) {
            let name = format!("{} at {}", entry.slug, now.depth());
            let carried = Carried {
                fragment: format!("1.{}.{}", entry.slug, now.depth()),
                file: None,
            };
            let svg = figure(&now, LINK, &carried);
            check_figure(&name, &svg);
            assert_eq!(reopen(&svg), Ok(carried), "{name}");
            let title = scenario.title.replace('&', "&amp;").replace('<', "&lt;");
            assert!(svg.contains(&title.replace('"', "&quot;")), "{name}");
            drawn += 1;
        }
    }
    assert!(drawn > 150, "{drawn}");
}

/// Figures of random runs: as long as a figure is meant for, and very short ones.
#[test]
fn figures_of_random_and_long_runs_are_legible() {
    for entry in support::loadable() {
        let scenario = Arc::new(entry.load().expect("loads"));
        for (steps, seed) in [(500, 7), (500, 8), (5, 9)] {
            let mut history = random(&scenario, steps, seed);
            for now in moments(&scenario, &mut history) {
                let name = format!("{} {steps}/{seed} at {}", entry.slug, now.depth());
                let svg = figure(&now, &LINK.repeat(12), &Carried::default());
                check_figure(&name, &svg);
                assert!(svg.len() < 400_000, "{name}: {} bytes", svg.len());
            }
        }
    }
}

/// Names in a visitor's file may be long or look like markup.
#[test]
fn strange_names_are_escaped_and_shortened() {
    let entry = find("mkwrite-no-wait").expect("there");
    let title = "<b>&\\\"'\\u0007 ]]> ".to_owned() + &"W\u{1f4a5}\u{6f22}".repeat(60);
    let first = entry.text.lines().find(|it| it.starts_with("title"));
    let text = entry
        .text
        .replacen(first.expect("a title"), &format!("title = \"{title}\""), 1);
    let scenario = load_variant("own", &text, &Default::default()).expect("loads");
    let mut scenario = Arc::new(scenario);
    let long = "x".repeat(200);
    Arc::get_mut(&mut scenario).expect("mine").cast[1].name = format!("<{long}&");
    let mut history = opening(&scenario);
    for now in moments(&scenario, &mut history) {
        let carried = Carried {
            fragment: "own".to_owned(),
            file: Some(text.clone()),
        };
        let svg = figure(&now, "https://x/?a=1&b=<2>", &carried);
        check_figure("own", &svg);
        assert_eq!(reopen(&svg), Ok(carried));
        serde_json::from_str::<Value>(&run_json(&scenario, &now.whole, LINK)).expect("JSON");
    }
}

#[test]
fn figures_that_an_editor_saved_can_be_reopened() {
    let scenario = scenario("unlock-gap");
    let now = Moment::of(&scenario, &opening(&scenario), false, None);
    let carried = Carried {
        fragment: "1.unlock-gap:a%b&c\u{e9} \u{1f4a5}".to_owned(),
        file: Some("title = \"x\"\r\n\ttext <&> --> stable-pages:1:no\n".to_owned()),
    };
    let svg = figure(&now, LINK, &carried);
    let from = svg.find("stable-pages:").expect("there");
    let wrapped = format!("{}\n    {}", &svg[..from + 30], &svg[from + 30..]);
    for saved in [
        svg.replace("<metadata>", "<svg:metadata id=\"m1\">\n  ")
            .replace("</metadata>", "\n</svg:metadata>"),
        svg.replace('\n', "\r\n  "),
        wrapped,
        svg.replace(
            "<metadata>",
            "<metadata><rdf:RDF><dc:title>stable-pages: a figure</dc:title>",
        ),
    ] {
        assert_eq!(reopen(&saved), Ok(carried.clone()));
    }
    assert_eq!(reopen("<svg/>"), Err(FigureError::NoRun));
    let other = svg.replace("stable-pages:1:", "stable-pages:2:");
    let found = "2:".to_owned();
    let error = reopen(&other).expect_err("another format");
    assert!(matches!(&error, FigureError::OtherFormat { found: it } if it.starts_with(&found)));
    let cut = &svg[..from + 40];
    assert!(matches!(reopen(cut), Err(FigureError::Damaged { .. })));
    let long = " ".repeat((16 << 20) + 1);
    assert!(matches!(reopen(&long), Err(FigureError::TooLong { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_carried_comes_out_again(fragment in "\\PC{0,80}", file in proptest::option::of(any::<String>())) {
        let scenario = scenario_once();
        let carried = Carried { fragment, file };
        let svg = figure(scenario, "", &carried);
        prop_assert!(roxmltree::Document::parse(&svg).is_ok());
        prop_assert_eq!(reopen(&svg), Ok(carried));
    }

    #[test]
    fn no_text_makes_reopening_panic(text in any::<String>(), marks in proptest::collection::vec(0usize..4, 0..8)) {
        let pieces = ["stable-pages:", "stable-pages:1:", ":%4", "::end"];
        let mixed: String = marks.iter().map(|at| format!("{}{text}", pieces[*at])).collect();
        let _ = reopen(&text);
        if let Err(error) = reopen(&mixed) {
            prop_assert!(error.to_string().len() < 400);
        }
    }

    #[test]
    fn no_mutation_makes_reopening_panic(at in 0usize..4000, with in "\\PC{0,3}", gone in 0usize..200) {
        let carried = Carried { fragment: "1.a.b".repeat(30), file: Some("x = 1\n".repeat(40)) };
        let svg = figure(scenario_once(), LINK, &carried);
        let letters: Vec<char> = svg.chars().collect();
        let at = at.min(letters.len());
        let after = (at + gone).min(letters.len());
        let mutated: String = letters[..at].iter().collect::<String>() + &with + &letters[after..].iter().collect::<String>();
        let _ = reopen(&mutated);
    }
}

/// The moment that all cases share.
fn scenario_once() -> &'static Moment {
    static NOW: std::sync::OnceLock<Moment> = std::sync::OnceLock::new();
    NOW.get_or_init(|| {
        let scenario = scenario("baseline-five-step");
        Moment::of(&scenario, &History::new(&scenario.model), false, None)
    })
}

#[test]
fn runs_as_json_are_as_the_schema_says() {
    let schema = std::fs::read_to_string("assets/schema/run-2.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut runs = catalogued();
    for slug in ["sync-chases-dirtier", "nvme-retries", "jbd2-shadow"] {
        let scenario = scenario(slug);
        for seed in 0..4 {
            let now = Moment::of(&scenario, &random(&scenario, 300, seed), false, None);
            runs.push((scenario.clone(), now));
        }
    }
    let mut names = HashSet::new();
    for (scenario, now) in runs {
        let text = run_json(&scenario, &now.whole, LINK);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        if let Some(error) = validator.iter_errors(&json).next() {
            panic!("{} at {}: {error}", scenario.slug, error.instance_path);
        }
        assert_eq!(json["link"], LINK);
        let steps = json["steps"].as_array().expect("steps");
        assert_eq!(steps.len(), now.length());
        let verdicts: Vec<&str> = now
            .whole
            .verdicts(&scenario.model)
            .iter()
            .map(|it| it.words())
            .collect();
        assert_eq!(json["verdicts"], serde_json::json!(verdicts));
        for (at, step) in steps.iter().enumerate() {
            assert_eq!(step["step"], at + 1);
            assert!(!step["op"].as_str().expect("a name").is_empty());
            assert!(
                !step["line"].as_str().expect("a line").is_empty(),
                "{}",
                step["op"]
            );
            assert!(!step["sentence"].as_str().expect("words").is_empty());
            for effect in step["effects"].as_array().expect("effects") {
                let name = effect.as_object().and_then(|it| it.keys().next().cloned());
                names.extend(name.or(effect.as_str().map(str::to_owned)));
            }
        }
        assert_eq!(json["end"].is_null(), now.end.is_none());
    }
    assert!(names.len() > 55, "{} of the effects were seen", names.len());
}

/// Traces are as Perfetto and chrome://tracing require: two slices of a thread are one inside the other or do not overlap,
/// every begun track is ended, arrows begin and end in slices, events are sorted by time.
#[test]
fn traces_are_well_formed() {
    let (mut asleep, mut arrows, mut nested) = (0, 0, 0);
    for (scenario, now) in catalogued() {
        let slug = &scenario.slug;
        let text = chrome_trace(&scenario, &now.whole, LINK);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        let events = json["traceEvents"].as_array().expect("events");
        let mut threads = HashMap::new();
        let mut slices: HashMap<u64, Vec<(u64, u64)>> = HashMap::new();
        let mut open: HashMap<String, u64> = HashMap::new();
        let mut begun: HashSet<String> = HashSet::new();
        let (mut last, mut steps) = (0, 0);
        for event in events {
            let of = |name: &str| {
                event[name]
                    .as_u64()
                    .unwrap_or_else(|| panic!("{slug}: {event}"))
            };
            let (ts, tid, name) = (of("ts"), of("tid"), event["name"].as_str().expect("a name"));
            assert_eq!(of("pid"), 1);
            assert!(!name.is_empty(), "{slug}: {event}");
            assert!(ts >= last, "{slug}: time goes back");
            last = ts;
            let id = || event["id"].as_str().expect("an id").to_owned();
            match event["ph"].as_str().expect("a kind") {
                "M" if name == "thread_name" => {
                    threads.insert(
                        tid,
                        event["args"]["name"].as_str().expect("a name").to_owned(),
                    );
                }
                "M" => {}
                "X" => {
                    let end = ts + of("dur");
                    let stack = slices.entry(tid).or_default();
                    while stack.last().is_some_and(|it| it.1 <= ts) {
                        stack.pop();
                    }
                    nested += usize::from(!stack.is_empty());
                    if let Some((_, outer)) = stack.last() {
                        assert!(end <= *outer, "{slug}: {event} sticks out");
                    }
                    stack.push((ts, end));
                    assert!(threads.contains_key(&tid), "{slug}: thread without a name");
                    match event["cat"].as_str() {
                        Some("step") => {
                            steps += 1;
                            assert!(
                                !event["args"]["sentence"]
                                    .as_str()
                                    .expect("words")
                                    .is_empty()
                            );
                        }
                        Some("sleep") => asleep += 1,
                        _ => {}
                    }
                }
                "b" => assert!(open.insert(id(), ts).is_none(), "{slug}: {event} twice"),
                "e" => assert!(
                    open.remove(&id()).is_some_and(|it| it <= ts),
                    "{slug}: {event}"
                ),
                "s" | "f" => {
                    let around = slices.get(&tid).and_then(|it| it.last());
                    assert!(
                        around.is_some_and(|it| it.0 <= ts && ts <= it.1),
                        "{slug}: {event}"
                    );
                    if event["ph"] == "s" {
                        begun.insert(id());
                    } else {
                        assert!(begun.remove(&id()), "{slug}: {event}");
                        arrows += 1;
                    }
                }
                "i" => assert!(["t", "p"].contains(&event["s"].as_str().expect("a reach"))),
                kind => panic!("{slug}: {kind}"),
            }
        }
        assert!(open.is_empty() && begun.is_empty(), "{slug}: left open");
        assert_eq!(steps, now.length());
        let names: HashSet<String> = scenario.cast.iter().map(|it| it.name.clone()).collect();
        assert_eq!(threads.into_values().collect::<HashSet<_>>(), names);
    }
    assert!(
        asleep > 20 && arrows > 20 && nested > 500,
        "{asleep} {arrows} {nested}"
    );
}

/// A Promela text begins with what it is a model of and how to run it, and no text of a scenario file ends that comment.
#[test]
fn promela_says_what_it_is() {
    for entry in support::loadable() {
        let scenario = entry.load().expect("loads");
        let text = promela(&scenario, LINK);
        let head = text.split("*/").next().expect("a comment");
        for wanted in [&*scenario.title, scenario.era.kernels(), LINK, "spin -a"] {
            assert!(head.contains(wanted), "{}: {wanted}", entry.slug);
        }
        for cast in &scenario.cast {
            assert!(head.contains(&cast.name), "{}: {}", entry.slug, cast.name);
        }
    }
}

/// A run saved as JSON opens again, one that was saved before the words of verdicts changed (version 1) as well.
#[test]
fn runs_saved_as_json_can_be_reopened() {
    let old = std::fs::read_to_string("tests/golden/run-1.json").expect("there");
    let json: Value = serde_json::from_str(&old).expect("JSON");
    assert_eq!(
        (&json["version"], &json["verdicts"][0]),
        (&Value::from(1), &Value::from("silent corruption"))
    );
    let schema = std::fs::read_to_string("assets/schema/run-1.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&json), "its schema is still there");
    let fragment = |text: &str| reopen(text).map(|it| it.fragment);
    assert_eq!(fragment(&old).as_deref(), Ok("no-stable-pages-needed"));
    let (scenario, now) = &catalogued()[0];
    let new = run_json(scenario, &now.whole, LINK);
    let (_, expected) = LINK.split_once('#').expect("a fragment");
    assert_eq!(fragment(&new).as_deref(), Ok(expected));
    let later = new.replacen("\"version\":2", "\"version\":3", 1);
    assert!(matches!(
        fragment(&later),
        Err(FigureError::OtherVersion { .. })
    ));
    for other in ["{", "{}", "{\"format\":\"stable-pages run\",\"version\":1}"] {
        assert_eq!(fragment(other), Err(FigureError::NotARun), "{other}");
    }
}
