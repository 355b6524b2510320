//! Every sentence the page says of a scenario, as plain text that a reviewer reads.
//!
//! Only this file of the tests of texts uses the page's own types, so that renaming those changes no other.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use stable_pages::exchange::{diagram, sentence, status_words};
use stable_pages::explore::{CheckerRequest, ScenarioSpec, StepRecord, Story};
use stable_pages::machine::{ActorId, Choice, Effect, History, Status, enabled, step};
use stable_pages::protocol::{Era, GROUPS, MEANINGS, OPS, TERMS, plain, term_meaning};
use stable_pages::scenario::{Device, Entry, Scenario, Variant, Verdict, find, unchanged};
use stable_pages::view::{
    Attr, Chain, CheckResults, Element, KEYS, Moment, Node, OtherBuild, Panel, RenderInput,
    Renderer, Slot, Tab, UiState, WorkerRequest, WorkerResponse, actor_cards, elsewhere,
    explanations, failed_at, sentence as spoken,
};

use super::support::{all_scenarios, checked};

/// A node of a document, an element or a text. Both the page's elements and those of the plain pages are turned into it.
enum Piece {
    Text(String),
    Element(String, Vec<Piece>),
}

impl Piece {
    fn of(element: &Element) -> Piece {
        let inner = element.children.iter().map(|node| match node {
            Node::Text(text) => Piece::Text(text.to_string()),
            Node::Element(element) => Piece::of(element),
        });
        // A button on a word that opens its meaning counts as text, unlike other buttons.
        let tag = match class(element) {
            "term" | "whole" => "b",
            _ => &element.tag,
        };
        Piece::Element(tag.to_owned(), inner.collect())
    }

    fn of_xml(node: roxmltree::Node) -> Piece {
        match node.text().filter(|_| node.is_text()) {
            Some(text) => Piece::Text(text.to_owned()),
            None => {
                let inner = node.children().map(Piece::of_xml).collect();
                Piece::Element(node.tag_name().name().to_owned(), inner)
            }
        }
    }

    /// Whether it stands on lines of its own.
    fn is_block(&self) -> bool {
        let inline = [
            "a", "b", "button", "code", "i", "kbd", "label", "option", "select", "small", "span",
        ];
        match self {
            Piece::Text(_) => false,
            Piece::Element(tag, _) => !inline.contains(&tag.as_str()),
        }
    }

    /// Text between blocks, with kernel names between backquotes.
    fn inline(&self, out: &mut String) {
        match self {
            Piece::Text(text) => *out += text,
            Piece::Element(tag, inner) => {
                let (before, after) = match tag.as_str() {
                    "code" => ("`", "`"),
                    "button" => (" [", "] "),
                    // The page's style puts space between links that follow each other.
                    "a" if out.ends_with(char::is_alphanumeric) => (" ", ""),
                    "label" | "span" => (" ", " "),
                    // The options of a list are no sentence.
                    "option" => return,
                    _ => ("", ""),
                };
                *out += before;
                inner.iter().for_each(|piece| piece.inline(out));
                *out += after;
            }
        }
    }

    /// Adds the node's lines: one for each paragraph, item or row of a table.
    fn lines(&self, out: &mut Vec<String>) {
        let Piece::Element(tag, inner) = self else {
            return;
        };
        if tag == "tr" {
            let mut cells = Vec::new();
            for cell in inner {
                let Piece::Element(_, inside) = cell else {
                    continue;
                };
                let mut text = String::new();
                for piece in inside {
                    piece.inline(&mut text);
                    text.push(' ');
                }
                flush(&mut text, &mut cells);
            }
            out.push(cells.join(" | "));
            return;
        }
        if tag == "pre" {
            let mut text = String::new();
            self.inline(&mut text);
            out.extend(text.lines().map(str::to_owned));
            return;
        }
        let mut own = Vec::new();
        let mut text = String::new();
        let mut items = 0;
        for piece in inner {
            if !piece.is_block() {
                piece.inline(&mut text);
                continue;
            }
            flush(&mut text, &mut own);
            let mut below = Vec::new();
            piece.lines(&mut below);
            if tag == "ul" || tag == "ol" {
                items += 1;
                let mark = match tag.as_str() {
                    "ol" => format!("{items:>3}. "),
                    _ => "- ".to_owned(),
                };
                let margin = " ".repeat(mark.len());
                for (at, line) in below.iter_mut().enumerate() {
                    *line = format!("{}{line}", if at == 0 { &mark } else { &margin });
                }
            }
            own.extend(below);
        }
        flush(&mut text, &mut own);
        let (first, margin) = match tag.as_str() {
            "h1" => ("# ", ""),
            "h2" => ("\n## ", ""),
            "h3" => ("\n### ", ""),
            "dd" => ("    ", "    "),
            _ => ("", ""),
        };
        for (at, line) in own.iter_mut().enumerate() {
            *line = format!("{}{line}", if at == 0 { first } else { margin });
        }
        out.extend(own);
    }
}

fn flush(text: &mut String, lines: &mut Vec<String>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    if !words.is_empty() {
        lines.push(words.join(" "));
    }
    text.clear();
}

/// An element of the page, line by line; nothing where it has no text.
fn read(element: &Element) -> String {
    let mut lines = Vec::new();
    Piece::of(element).lines(&mut lines);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The plain pages, by file name, as text.
pub fn plain_pages() -> HashMap<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("texts");
    let packed = Command::new(env!("CARGO_BIN_EXE_pack"))
        .arg(&folder)
        .output()
        .expect("pack runs");
    let said = String::from_utf8_lossy(&packed.stderr);
    assert!(packed.status.success(), "{said}");
    let mut pages = HashMap::new();
    for file in fs::read_dir(folder.join("scenarios"))
        .expect("there")
        .flatten()
    {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(slug) = name.strip_suffix(".html") else {
            continue;
        };
        let html = fs::read_to_string(file.path()).expect("readable");
        let xml = html.trim_start_matches("<!doctype html>");
        let document = roxmltree::Document::parse(xml);
        let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut lines = Vec::new();
        for node in document.descendants() {
            match node.tag_name().name() {
                "title" => lines.push(node.text().unwrap_or_default().to_owned()),
                "meta" if node.attribute("name") == Some("description") => {
                    lines.push(node.attribute("content").unwrap_or_default().to_owned());
                    lines.push(String::new());
                }
                "body" => Piece::of_xml(node).lines(&mut lines),
                _ => {}
            }
        }
        pages.insert(slug.to_owned(), lines.join("\n") + "\n");
    }
    pages
}

/// The moments of a run, from its start on.
fn moments(scenario: &Arc<Scenario>, run: &[Choice]) -> Vec<Moment> {
    let mut history = History::new(&scenario.model);
    let mut all = vec![Moment::of(scenario, &history, false, None)];
    for choice in run {
        assert!(history.choose(&scenario.model, *choice));
        let now = Moment::of(scenario, &history, false, all.last());
        all.push(now);
    }
    all
}

fn class(element: &Element) -> &str {
    element.attr_value(Attr::Class).unwrap_or_default()
}

/// The elements directly inside an element that a visitor can see.
fn inside(element: &Element) -> impl Iterator<Item = &Element> {
    let elements = element.children.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    elements.filter(|element| class(element) != "hidden")
}

fn indented(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| format!("     {line}\n")).collect()
}

/// The page's texts over a run, moment by moment: the actor that moves and its line, the sentence (unless a plain page has it
/// already) and the texts around it, who sleeps on what behind whom, and of each card of the explanation the lines that were
/// not there a moment before. The card of the step itself is left out; its texts are in `steps.txt`.
fn told(scenario: &Arc<Scenario>, run: &[Choice], with_sentences: bool) -> String {
    let look = UiState::default();
    let file = find(&scenario.slug).map_or("", |entry| entry.text);
    let variant = Variant {
        device: Some(scenario.device),
        era: Some(scenario.era),
        ..Variant::default()
    };
    let others = unchanged(&scenario.slug, file, &variant);
    let mut out = String::new();
    let mut cards_before: Vec<String> = Vec::new();
    let mut asleep_before = vec![String::new(); scenario.cast.len()];
    for now in moments(scenario, run) {
        let failed = failed_at(&now).filter(|at| *at == now.depth());
        let chain = failed.and_then(|at| Chain::of(&now, at, &others));
        let side = explanations(&now, &look, &CheckResults::default(), None, chain.as_ref());
        let step = side.find(&|element| element.attr_value(Attr::Part) == Some("why"));
        let own = match now.depth().checked_sub(1) {
            None => {
                out += "  Start\n";
                String::new()
            }
            Some(index) => {
                let line = step.and_then(|card| card.find(&|element| element.tag == "h2"));
                let line = line.map(Element::all_text).unwrap_or_default();
                let who = &scenario.cast[now.last_actor().expect("somebody").index()].name;
                let _ = writeln!(out, "{:>3}. {who}: {line}", now.depth());
                sentence(scenario, &now.story, index)
            }
        };
        let (spoken, other) = (spoken(&now, &look), elsewhere(&now, &look));
        let paragraphs = inside(&spoken).chain(inside(&other));
        for paragraph in paragraphs.filter(|it| class(it) != "count") {
            let text = read(paragraph);
            let is_own = paragraph.all_text() == own.replace('`', "");
            if with_sentences || !(is_own || now.depth() == 0 || class(paragraph) == "decisive") {
                out += &indented(&text);
            }
        }
        for (actor, before) in scenario.model.actor_ids().zip(&mut asleep_before) {
            let words = match now.status(actor) {
                status @ Status::Asleep(_) => status_words(scenario, &now.story, actor, status),
                _ => String::new(),
            };
            if words != *before && !words.is_empty() {
                out += &indented(&format!(
                    "{} is {words}.",
                    scenario.cast[actor.index()].name
                ));
            }
            *before = words;
        }
        let mut cards: Vec<String> = Vec::new();
        for card in inside(&side) {
            let part = card.attr_value(Attr::Part).unwrap_or_default();
            // The scenario's card has the same words in another form after the start.
            if part == "why" || part == "scenario" && (now.depth() > 0 || with_sentences) {
                continue;
            }
            let lines: Vec<String> = read(card).lines().map(str::to_owned).collect();
            let new = lines.iter().filter(|line| !cards_before.contains(line));
            let new: String = new.map(|line| format!("{line}\n")).collect();
            if !new.trim().is_empty() {
                let _ = writeln!(out, "     [{part}]");
                out += &indented(&new);
            }
            cards.extend(lines);
        }
        cards_before = cards;
    }
    out
}

/// A scenario's texts: its plain page, what the page adds to it during the opening run, and the shortest
/// failures.
pub fn of_scenario(scenario: Scenario, others: &[Scenario], plain_page: &str) -> String {
    let scenario = Arc::new(scenario);
    let mut out = plain_page.to_owned();
    out += "\n\n== THE OPENING RUN ON THE PAGE: what is said beside the sentences above ==\n\n";
    out += &told(&scenario, &scenario.schedule, false);
    out += "\n  All actors at its end\n";
    let all = moments(&scenario, &scenario.schedule);
    if let Some(now) = all.last() {
        for card in inside(&actor_cards(now, &UiState::default(), None)) {
            let status = card.find(&|element| class(element) == "status");
            let name = card.attr_value(Attr::Actor).unwrap_or_default();
            let status = status.map(Element::all_text).unwrap_or_default();
            out += &indented(&format!("{name}: {status}"));
        }
    }
    let mut known: Vec<Verdict> = Vec::new();
    for scenario in std::iter::once(&*scenario).chain(others) {
        let own = scenario.device == scenario.own_device;
        let scenario = Arc::new(scenario.clone());
        for finding in checked(&scenario).findings(&scenario.model) {
            // For other devices, only the verdicts that the file's own device does not have.
            if known.contains(&finding.verdict) {
                continue;
            }
            known.push(finding.verdict);
            let device = scenario.device.word();
            let words = finding.verdict.words();
            let _ = writeln!(out, "\n\n== THE SHORTEST RUN TO {words} with {device} ==\n");
            if own && finding.schedule == scenario.schedule {
                out += "It is the opening run.\n";
            } else {
                out += &told(&scenario, &finding.schedule, true);
            }
            let mut history = History::new(&scenario.model);
            for choice in &finding.schedule {
                assert!(history.choose(&scenario.model, *choice));
            }
            let story = Story::of(&scenario.model, &history);
            let text = diagram::write(&scenario, &story, &diagram::Options::default());
            let _ = write!(out, "\n{text}");
        }
    }
    out
}

fn calls(calls: &[&str; 5]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (index, era) in Era::ALL.iter().enumerate() {
        if index == 0 || calls[index] != calls[index - 1] {
            at = index;
        }
        let last = index + 1 == calls.len() || calls[index + 1] != calls[index];
        if last {
            let eras = match at == index {
                true => era.word().to_owned(),
                false => format!("{} to {}", Era::ALL[at].word(), era.word()),
            };
            let _ = writeln!(out, "  {eras}: `{}`", calls[index]);
        }
    }
    out
}

/// The texts about each step and composite that are the same in all scenarios.
pub fn steps() -> String {
    let mut out = "Every step: what each kernel calls it, what a button says, what it means, why the protocol needs it, and where that is written.\n".to_owned();
    for (row, meaning) in OPS.iter().zip(&MEANINGS) {
        let _ = write!(out, "\n## {}\n{}", row.key, calls(row.calls()));
        let _ = writeln!(out, "  Button: {}", row.label);
        if let Some(ways) = row.ways() {
            let _ = writeln!(out, "  Its ways: {}", ways.names.join("; "));
        }
        let _ = writeln!(out, "  {}", meaning.meaning);
        if let Some(reason) = meaning.reason {
            let _ = writeln!(out, "  Why: {reason}");
        }
        if !meaning.since.is_empty() {
            let _ = writeln!(out, "  Since: {}", plain(meaning.since));
        }
        let _ = writeln!(out, "  Source: {}", plain(meaning.source));
    }
    out += "\n\n# Composites\n";
    for group in &GROUPS {
        let _ = write!(out, "\n## {}\n{}", group.key, calls(&group.calls));
        let _ = writeln!(
            out,
            "  {}\n  Source: {}",
            group.meaning,
            plain(group.source)
        );
    }
    out
}

/// A sentence with placeholders for what differs between scenarios: names, numbers, bytes.
fn pattern(scenario: &Scenario, sentence: &str) -> String {
    let mut text = sentence.to_owned();
    for cast in &scenario.cast {
        text = text
            .replace(&format!("the {}", cast.name), "X")
            .replace(&cast.name, "X");
    }
    for store in &scenario.stores {
        text = text.replace(store, "S");
    }
    for space in &scenario.spaces {
        text = text.replace(&format!("in {space}'s mm"), "in an mm");
    }
    let words = text
        .split(' ')
        .map(|word| match word.trim_matches(['.', ',', ':', ';']) {
            // Numbers, and guards in hex.
            bare if bare.bytes().any(|it| it.is_ascii_digit()) => "0",
            bare if bare.len() == 4 && bare.bytes().all(|it| it.is_ascii_hexdigit()) => "0",
            _ => word,
        });
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// All sentences about steps, one example of each pattern: over every state of every scenario, on each device for which it
/// states verdicts. An example that is recorded stays as long as it is said of some state, so that a new scenario does not
/// exchange those of others.
pub fn sentences(recorded: &str) -> String {
    let recorded = |row: usize| -> HashSet<&str> {
        let heading = format!("## {}", OPS[row].key);
        let lines = recorded.lines().skip_while(|line| *line != heading);
        let lines = lines.skip(1).take_while(|line| !line.starts_with("## "));
        lines.filter_map(|line| line.strip_prefix("- ")).collect()
    };
    let recorded: Vec<HashSet<&str>> = (0..OPS.len()).map(recorded).collect();
    let mut told: Vec<Vec<(String, String)>> = vec![Vec::new(); OPS.len()];
    for scenario in all_scenarios() {
        let (model, space) = (&scenario.model, checked(&scenario));
        let mut known: HashSet<(ActorId, u8, Vec<Effect>)> = HashSet::new();
        for state in 0..space.states() as u32 {
            let before = space.world(state);
            for choice in enabled(model, &before) {
                let (world, effects) = step(model, &before, choice);
                let actor = choice.actor;
                let pc = usize::from(model.actor(&before, actor).pc);
                let row = model.actors[actor.index()].code[pc].tag;
                if !known.insert((choice.actor, row, effects.clone())) {
                    continue;
                }
                let mut story = Story::of(model, &History::new(model));
                let first = StepRecord {
                    choice,
                    effects: Vec::new(),
                    world: before,
                };
                story.steps.push(first);
                story.steps.push(StepRecord {
                    choice,
                    effects,
                    world,
                });
                let text = sentence(&scenario, &story, 1);
                let pattern = pattern(&scenario, &text);
                let told = &mut told[usize::from(row)];
                match told.iter_mut().find(|(known, _)| *known == pattern) {
                    None => told.push((pattern, text)),
                    Some((_, example)) => {
                        if recorded[usize::from(row)].contains(&*text) {
                            *example = text;
                        }
                    }
                }
            }
        }
    }
    let mut out =
        "What is said of each step when it is made: an example of each sentence there is.\n"
            .to_owned();
    for (row, mut told) in OPS.iter().zip(told) {
        told.sort();
        let _ = writeln!(out, "\n## {}", row.key);
        for (_, text) in told {
            let _ = writeln!(out, "- {text}");
        }
    }
    out
}

/// The words for verdicts, invariants, devices and kernels, the field's words, the keys.
pub fn words() -> String {
    let mut out = "# Verdicts\n\n".to_owned();
    for verdict in Verdict::ALL {
        let _ = writeln!(out, "{}: {}", verdict.words(), verdict.meaning());
    }
    out += "\n# Invariants\n\n";
    for invariant in stable_pages::machine::Invariant::ALL {
        let (number, name) = invariant.name();
        let _ = writeln!(out, "{number} {name}: {}", invariant.meaning());
    }
    out += "\n# Devices\n\n";
    for device in Device::ALL {
        let _ = writeln!(out, "{}: {}", device.word(), device.about());
    }
    out += "\n# Kernels\n\n";
    for era in Era::ALL {
        let _ = writeln!(out, "{}: {}", era.word(), era.kernels());
    }
    out += "\n# The field's words\n";
    for (at, term) in TERMS.iter().enumerate() {
        let meaning = term_meaning(at).expect("each has one");
        let _ = write!(out, "\n{}", term.name);
        if !term.forms.is_empty() {
            let _ = write!(out, " (also: {})", term.forms.join(", "));
        }
        let _ = writeln!(out, ": {}", meaning.meaning);
        if !meaning.source.is_empty() {
            let _ = writeln!(out, "  Source: {}", plain(meaning.source));
        }
    }
    out += "\n# Keys\n\n";
    for (key, what) in KEYS {
        let _ = writeln!(out, "{key}: {what}");
    }
    out
}

/// The worker, and the sections that it has drawn last.
struct Worker {
    renderer: Renderer,
    input: RenderInput,
    drawn: HashMap<u8, Element>,
}

impl Worker {
    /// A worker that shows the end of a scenario's opening run and has looked at all schedules.
    fn new(entry: Entry, run: &[Choice]) -> Worker {
        let spec = ScenarioSpec {
            slug: entry.slug.to_owned(),
            text: entry.text.to_owned(),
            device: None,
            era: None,
            edits: Vec::new(),
        };
        let request = CheckerRequest::Check {
            turn: 1,
            spec,
            bytes: 256 << 20,
        };
        let mut worker = Worker {
            // The clock stands still, so that no text has a time in it.
            renderer: Renderer::new(|| 0.0, |name, _, _| name.to_owned()),
            input: RenderInput {
                turn: 1,
                run: run.to_vec(),
                depth: run.len(),
                base: "https://example.org/stable-pages/".to_owned(),
                ..RenderInput::default()
            },
            drawn: HashMap::new(),
        };
        worker.hear(WorkerRequest::Checker(request));
        worker.show(|_| {});
        worker
    }

    fn hear(&mut self, request: WorkerRequest) {
        let mut said = Vec::new();
        self.renderer
            .handle(request, &mut |it| said.push(it.response));
        while self.renderer.busy() {
            self.renderer.work(1.0, &mut |it| said.push(it.response));
        }
        for response in said {
            if let WorkerResponse::Section(slot, element) = response {
                self.drawn.insert(slot as u8, element);
            }
        }
    }

    /// Changes what is shown, and works until all answers are there.
    fn show(&mut self, change: impl Fn(&mut RenderInput)) {
        self.input.number += 1;
        self.input.ui = UiState::default();
        change(&mut self.input);
        self.hear(WorkerRequest::Render(Box::new(self.input.clone())));
    }

    fn place(&self, place: Slot) -> Option<&Element> {
        self.drawn.get(&(place as u8))
    }

    fn text(&self, place: Slot) -> String {
        self.place(place).map(read).unwrap_or_default()
    }
}

/// The worker's texts for a scenario: the result, what would happen without each step of the opening run, the checker's
/// panels, and the comparison with other orderings; with `with_changes` also the table of all single edits, which takes
/// long to compute.
pub fn of_worker(entry: Entry, with_changes: bool) -> String {
    let scenario = entry.load().expect("loads");
    let run = scenario.schedule.clone();
    let mut worker = Worker::new(entry, &run);
    let mut out = format!("# {}\n\n{}", scenario.title, worker.text(Slot::Result));
    out += "\n== WHAT EACH STEP OF THE OPENING RUN IS WORTH ==\n\n";
    for depth in 1..=run.len() {
        worker.show(|it| it.depth = depth);
        let side = worker.place(Slot::Side).expect("drawn");
        let card = side.find(&|element| element.attr_value(Attr::Part) == Some("why"));
        let card = card.expect("a step's card");
        let line = card.find(&|element| element.tag == "h2");
        let list = card.find(&|element| element.tag == "dl").expect("a list");
        let parts: Vec<&Element> = inside(list).collect();
        let worth = parts
            .chunks(2)
            .find(|pair| pair[0].all_text() == "Without it");
        let worth = worth.expect("without it")[1].all_text();
        let line = line.map(Element::all_text).unwrap_or_default();
        let _ = writeln!(out, "{depth:>3}. {line}\n     {worth}");
    }
    for panel in [
        Panel::Verdicts,
        Panel::Map,
        Panel::Mutants,
        Panel::Costs,
        Panel::Coverage,
    ] {
        if panel == Panel::Mutants && !with_changes {
            continue;
        }
        worker.show(|it| {
            it.depth = run.len();
            it.ui.panel = Some(panel);
            it.ui.racers = (ActorId(0), ActorId(1));
        });
        let _ = write!(
            out,
            "\n\n== PANEL {panel:?} ==\n\n{}",
            worker.text(Slot::Panel)
        );
    }
    let eras = (0..Era::ALL.len()).map(OtherBuild::Era);
    let devices = (0..Device::ALL.len()).map(OtherBuild::Device);
    for other in [OtherBuild::Unchanged]
        .into_iter()
        .chain(eras)
        .chain(devices)
    {
        worker.show(|it| {
            it.ui.tab = Tab::Compare;
            it.ui.other = other;
        });
        // Behind that line stands the stage of the other ordering, which is no sentence.
        let text = worker.text(Slot::Side);
        let text = text.split("\n\n").next().unwrap_or_default();
        let _ = write!(out, "\n\n== BESIDE {other:?} ==\n\n{text}\n");
    }
    worker.show(|it| it.ui.tab = Tab::Inspect);
    let _ = write!(out, "\n\n== INSPECTOR ==\n\n{}", worker.text(Slot::Side));
    out
}
