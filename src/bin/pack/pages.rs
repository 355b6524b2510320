//! The catalogue as plain pages without a program: one for each scenario and one that lists them.
//!
//! They are for browsers without WebAssembly, for readers who would rather read, and for search engines and previews of
//! links, which never see the part of an address behind `#`.

use std::sync::Arc;

use crate::document::{Document, STYLE, document, html, link};
use crate::dossier::{Dossier, FROM_SCENARIOS};

use stable_pages::exchange::{
    Consequence, explain, explain_end, livelock_words, outcome, round_began,
};
use stable_pages::machine::{End, History};
use stable_pages::scenario::{Entry, Packed, Scenario, Verdict};
use stable_pages::view::{
    Attr, Element, Moment, badge, cited_outside, el, note, on_real_kernels, rich,
};

/// What the list of scenarios is about.
const ABOUT: &str = "Linux's page writeback protocol, correct and broken: each ordering of its steps with what a search through every schedule finds, for each kind of device.";

/// The names and texts of all files.
pub fn all(catalogue: &[(Entry, Packed)], dossier: &Dossier) -> Vec<(String, String)> {
    let mut files = vec![
        ("plain.css".to_owned(), STYLE.to_owned()),
        ("index.html".to_owned(), list(catalogue)),
    ];
    for (at, (entry, packed)) in catalogue.iter().enumerate() {
        let neighbour = |at: Option<usize>| at.and_then(|it| catalogue.get(it)).map(|it| it.0);
        let beside = [neighbour(at.checked_sub(1)), neighbour(Some(at + 1))];
        let scenario = Arc::new(packed.scenario.clone());
        let text = scenario_page(entry, &scenario, beside, dossier);
        files.push((format!("{}.html", entry.slug), text));
    }
    files
}

fn list(catalogue: &[(Entry, Packed)]) -> String {
    let mut main = el("main", "")
        .child(el("h1", "").text("All orderings"))
        .child(note("", ABOUT));
    let mut groups: Vec<&str> = Vec::new();
    for (entry, _) in catalogue {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    for group in groups {
        let of_group = catalogue.iter().filter(|(entry, _)| entry.group == group);
        let items = of_group.map(|(entry, packed)| {
            let scenario = &packed.scenario;
            let name = rich(link("", &format!("{}.html", entry.slug)), entry.title);
            let verdict = badge("span", scenario.stated().unwrap_or_default());
            let line = el("p", "").child(name).text(" ").child(verdict);
            el("li", "")
                .child(line)
                .child(rich(el("p", "small"), &scenario.summary))
        });
        let items = items.collect();
        main = main
            .child(el("h2", "").text(group))
            .child(el("ul", "").children(items));
    }
    page("All orderings", ABOUT, "", &html(&main))
}

fn scenario_page(
    entry: &Entry,
    scenario: &Arc<Scenario>,
    beside: [Option<Entry>; 2],
    dossier: &Dossier,
) -> String {
    let place = format!(
        "{} \u{b7} {}",
        match entry.section {
            "" => entry.slug,
            section => section,
        },
        entry.group
    );
    let step = link("go", &format!("../#{}", entry.slug)).text("Step through it");
    let mut main = el("main", "")
        .child(note("small", &place))
        .child(rich(el("h1", ""), &scenario.title))
        .child(rich(el("p", ""), &scenario.summary))
        .child(el("p", "").child(step).text(
            ", byte by byte, and through every other schedule (needs JavaScript and WebAssembly).",
        ))
        .child(el("h2", "").text("What its schedules come to"))
        .child(verdicts(scenario));
    let seen = on_real_kernels(scenario);
    if !seen.children.is_empty() {
        main = main.child(el("h2", "").text("On real kernels")).child(seen);
    }
    if !scenario.edits.is_empty() {
        main = main
            .child(el("h2", "").text("Changed from the correct ordering"))
            .child(items("ul", &scenario.edits));
    }
    let cast = scenario.cast.iter().map(|it| match it.about.as_str() {
        "" => it.name.clone(),
        about => format!("{}: {about}", it.name),
    });
    main = main
        .child(el("h2", "").text("Who takes part"))
        .child(items("ul", &cast.collect::<Vec<_>>()))
        .child(el("h2", "").text("One run"))
        .child(rich(el("p", ""), &scenario.watch));
    main = run(main, scenario);
    if !scenario.sources.is_empty() {
        main = main
            .child(el("h2", "").text("Sources"))
            .child(sources(&scenario.sources));
    }
    if !entry.section.is_empty() {
        let background = format!(
            "Background: the kernel dossier, chapter 9, {}.",
            entry.section
        );
        main = main.child(note("", &background));
    }
    let mut others = el("nav", "").attr(Attr::Label, "Other orderings");
    for (entry, which) in beside.iter().zip(["Previous", "Next"]) {
        if let Some(entry) = entry {
            let name = rich(link("", &format!("{}.html", entry.slug)), entry.title);
            others = others.child(el("p", "").text(which).text(": ").child(name));
        }
    }
    let title = scenario.title.replace('`', "");
    let summary = scenario.summary.replace('`', "");
    let main = dossier.linked(&html(&main.child(others)), FROM_SCENARIOS);
    page(&title, &summary, entry.slug, &main)
}

/// The verdicts that a file states for each device.
fn verdicts(scenario: &Scenario) -> Element {
    let head = |text: &str| el("th", "").attr(Attr::Scope, "col").text(text);
    let mut table = el("table", "").child(
        el("tr", "")
            .child(head("Device"))
            .child(head(&format!("In Linux {}", scenario.own_era.word()))),
    );
    for (device, found) in &scenario.expect {
        let name = el("th", "").attr(Attr::Scope, "row").text(device.word());
        let name = name.child(el("span", "small").text(device.about()));
        let own = *device == scenario.own_device;
        let cell = el("td", "").child(badge("span", found));
        let row = el("tr", "").child(name).child(match own {
            true => cell.child(el("span", "small").text("the run below")),
            false => cell,
        });
        table = table.child(row);
    }
    table
}

/// Adds the opening run, a sentence a step, and how it ends.
fn run(mut main: Element, scenario: &Arc<Scenario>) -> Element {
    let mut history = History::new(&scenario.model);
    let mut now = Moment::of(scenario, &history, false, None);
    let mut steps = el("ol", "");
    for choice in &scenario.schedule {
        history.choose(&scenario.model, *choice);
        now = Moment::of(scenario, &history, false, Some(&now));
        let mut said = rich(el("li", ""), &now.sentence().unwrap_or_default());
        let verdict = now.story.steps.last().and_then(|it| it.verdict());
        // An unstable write gets no badge: its sentence tells of it, and whether the run is safe is not known yet.
        if let Some(verdict) = verdict.filter(|it| it.fails()) {
            said = said.text(" ").child(badge("span", &[verdict]));
        }
        let remark = now.last_row();
        let remark = remark.and_then(|(actor, row, _)| scenario.note(actor, row));
        if let Some(remark) = remark {
            said = said.child(rich(el("p", "note"), remark));
        }
        steps = steps.child(said);
    }
    main = main.child(steps);
    let (story, mut told) = (&now.story, Vec::new());
    for failure in &story.failures {
        if let Some(verdict) = failure.verdict()
            && !told.contains(&verdict)
        {
            told.push(verdict);
            let mut said = explain(scenario, story, failure);
            said.push(Consequence::of(scenario, &scenario.schedule, verdict).words());
            main = meaning(main, verdict, &said);
        }
    }
    if let Some(round) = &now.round {
        let words = livelock_words(scenario, round, &round_began(round));
        main = meaning(main, Verdict::Livelock, &[words]);
    }
    if let Some(end) = &now.end {
        let verdict = match end {
            End::Deadlock(_) => Some(Verdict::Deadlock),
            End::Stall(_) => Some(Verdict::Stall),
            _ => None,
        };
        if let Some(verdict) = verdict {
            main = meaning(main, verdict, &explain_end(scenario, story, end));
        }
        main = main.child(rich(el("p", "end"), &outcome(scenario, story, end)));
    }
    main
}

fn meaning(main: Element, verdict: Verdict, sentences: &[String]) -> Element {
    let (first, rest) = verdict.words().split_at(1);
    let title = format!("{}{rest}", first.to_ascii_uppercase());
    main.child(el("h3", "").text(&title))
        .child(note("", verdict.meaning()))
        .child(items("ul", sentences))
}

fn items(tag: &'static str, all: &[String]) -> Element {
    let items = all.iter().map(|it| rich(el("li", ""), it));
    el(tag, "").children(items.collect())
}

/// The sources, each with its links.
fn sources(all: &[String]) -> Element {
    let items = all.iter().map(|it| cited_outside(el("li", ""), it));
    el("ul", "").children(items.collect())
}

/// The page of a scenario, or, without a `slug`, the list of them.
fn page(title: &str, about: &str, slug: &str, main: &str) -> String {
    let dossier = format!("{FROM_SCENARIOS}index.html");
    let ways = [
        ("index.html", "All orderings"),
        (dossier.as_str(), "Kernel dossier"),
        ("../lessons/index.html", "The course"),
    ];
    let (home, ways) = match slug {
        "" => ("../".to_owned(), &ways[1..]),
        slug => (format!("../#{slug}"), &ways[..2]),
    };
    document(&Document {
        title,
        about,
        home: &home,
        ways,
        style: "plain.css",
        main,
    })
}
