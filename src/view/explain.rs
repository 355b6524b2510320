//! The step in a sentence, and the cards of the explanation at the side: what failed and how, what the step made
//! last is for, which invariants are broken, what the scenario is about.

use crate::exchange::{
    Consequence, explain, explain_change, explain_end, foresee, hex, introduction, livelock_words,
    log_lines, missing, outcome, percent, release_words, round_began, status_words, what_differs,
    who_compares, without_words,
};
use crate::explore::{Failure, Omission, Outlook, StepRecord, Without, with_round};
use crate::lesson::Part;
use crate::machine::{ActorId, Choice, Content, Effect, End, Hop, Protection, Status, Violation};
use crate::protocol::{GroupRow, Line, MEANINGS, OPS, group_row};
use crate::scenario::{Scenario, Severity, Verdict, never_existed};

use super::actors::outlook_words;
use super::badge;
use super::check_results::CheckResults;
use super::glossary::Glossary;
use super::guard_bits::guard_bits;
use super::moment::Moment;
use super::msg::Msg;
use super::picture::Picture;
use super::seen::on_real_kernels;
use super::sources::{cited, source};
use super::standing::Standing;
use super::ui_state::{Card, Panel, Sheet, UiState};
use super::vdom::{Attr, Element, Node, button, el, note, nothing, rich};
use super::why::{Chain, failed_at, troubles};

/// What comes of leaving out the step made last, as far as that is known.
pub struct LeftOut {
    /// The step: its actor and instruction.
    pub step: (ActorId, u8),
    /// Whether it can be left out.
    pub omission: Omission,
    /// What can be reached without it, once the search is done.
    pub without: Option<Without>,
}

/// The step made last in one sentence, which screen readers speak as the visitor steps.
pub fn sentence(now: &Moment, ui: &UiState) -> Element {
    let scenario = &now.scenario;
    let (depth, length) = (now.depth(), now.length());
    let picture = ui.picture();
    if !picture.whole() && !spoken_of(now, picture) {
        let who = now.last_actor().filter(|_| ui.by_hand());
        let words = who.map_or_else(String::new, |actor| {
            let name = &scenario.cast[actor.index()].name;
            format!("The {name} goes on: its step is for a later lesson.")
        });
        return el("div", "now").child(note("sentence", &words));
    }
    let count = match now.last_actor() {
        Some(actor) => {
            let name = &scenario.cast[actor.index()].name;
            let steps = match depth - now.began {
                1 => format!("Step {depth}"),
                _ => format!("Steps {} to {depth}", now.began + 1),
            };
            format!("{steps} {}, just made \u{b7} {name}", now.of_run())
        }
        None if length == 0 => "Start \u{b7} no steps lie ahead: step an actor".to_owned(),
        None if length == 1 => "Start \u{b7} 1 step lies ahead".to_owned(),
        None => format!("Start \u{b7} {length} steps lie ahead"),
    };
    // What is said where something is not as written comes from the worker: see [`elsewhere`].
    let sentence = now
        .sentence()
        .unwrap_or_else(|| match scenario.as_written() {
            true => scenario.summary.clone(),
            false => String::new(),
        });
    let ending = ending(now);
    let last = now.story.steps.last();
    let failed = last.is_some_and(StepRecord::fails);
    // A bad end stands before the sentence of the step, any other behind it.
    let end = end_severity(now);
    let badly = end.is_some_and(|it| it > Severity::Fact);
    let first = if badly { ending.as_str() } else { "" };
    let ending = if badly { "" } else { ending.as_str() };
    // In a lesson its own text says what matters.
    let remark = match picture.whole() {
        true => now.notes().join(" "),
        false => String::new(),
    };
    let bad = failed || badly;
    // The actor that has just moved may be asleep now.
    let mover = now.last_actor();
    let then = match mover.map(|actor| (actor, now.status(actor))) {
        Some((actor, status @ Status::Asleep(_))) => {
            let words = status_words(scenario, &now.story, actor, status);
            format!("Now it is {words}.")
        }
        _ => String::new(),
    };
    let mut glossary = Glossary::of(Card::Sentence, ui.term);
    let mut paragraph = |class, text| glossary.glossed(el("p", class), text);
    // A step that fails by itself is never harmless: that a write is torn shows at the end.
    let class = match (failed, end) {
        (false, Some(Severity::Passing)) => "now passing",
        _ if bad => "now failed",
        _ => "now",
    };
    el("div", class)
        .child(note("count", &count))
        .child(paragraph("sentence badly", first))
        .child(paragraph(
            if failed && !badly {
                "sentence badly"
            } else {
                "sentence"
            },
            &sentence,
        ))
        .child(paragraph("then", &then))
        .child(paragraph("decisive", &remark))
        .child(paragraph("ending", ending))
        .child(rich(el("p", "remark"), &ui.remark))
}

/// What the ordering is before its first step, where kernel, device or steps are other than its file has them.
pub fn elsewhere(now: &Moment, ui: &UiState) -> Element {
    if now.depth() > 0 || now.scenario.as_written() || ui.lesson.is_some() {
        return nothing();
    }
    let mut glossary = Glossary::of(Card::Sentence, ui.term);
    let words = introduction(&now.scenario);
    el("div", "now").child(glossary.glossed(el("p", "sentence"), &words))
}

/// Whether a lesson has introduced what the step made last is about.
pub fn spoken_of(now: &Moment, picture: Picture) -> bool {
    let row = now.last_row();
    let faults = || {
        let mut effects = now.story.steps.last().map(|it| it.effects.iter());
        effects
            .as_mut()
            .is_some_and(|it| it.any(|it| matches!(it, Effect::Faulted { .. })))
    };
    row.is_some_and(|(_, row, _)| picture.has_step(OPS[row].op))
        // Whoever knows no PTE knows no fault.
        && (picture.has(Part::Pte) || !faults())
}

/// How bad the end is that the run has come to; none where it goes on.
fn end_severity(now: &Moment) -> Option<Severity> {
    match (&now.end, &now.round) {
        (Some(End::Rest(found)), _) => {
            let found = found.iter().copied().filter_map(Verdict::of);
            let worst = found.map(Verdict::severity).max();
            Some(worst.unwrap_or(Severity::Fact))
        }
        (Some(_), _) | (None, Some(_)) => Some(Severity::Failure),
        (None, None) => None,
    }
}

/// What can still come of the moment shown.
pub fn outlook_line(now: &Moment, outlook: Option<&Outlook>) -> Element {
    let line = el("div", "foresight");
    let Some(seen) = outlook else {
        return line;
    };
    let share = percent(seen.here.share);
    line.child(outlook_words(foresee(
        &seen.here,
        seen.complete,
        now.failed(),
        &share,
    )))
}

/// The cards at the side: what failed, the step made last, the invariants, the scenario. `left_out` says what comes
/// of leaving out the step; `chain` is what is behind the failure that the visitor asked about.
pub fn explanations(
    now: &Moment,
    ui: &UiState,
    results: &CheckResults,
    left_out: Option<&LeftOut>,
    chain: Option<&Chain>,
) -> Element {
    let mut cards = Vec::new();
    let troubles = troubles(&now.story, now.stuck());
    // The chain stands where its button is pressed, and keeps its place while its steps are visited.
    let mut chain = chain.map(|chain| chain.card(now, ui));
    if troubles.is_empty() {
        cards.extend(chain.take());
    }
    for (at, (failure, and)) in troubles.iter().enumerate() {
        let mut glossary = Glossary::of(Card::Failure(at as u8), ui.term);
        let mut card = match (failure, now.stuck()) {
            (Some(failure), _) => failed(now, failure, and, troubles.len() > 1, &mut glossary),
            (None, Some(verdict)) => stuck(now, verdict, &mut glossary),
            (None, None) => continue,
        };
        // The first card is that of the newest failure, about which one can do something.
        if at == 0 {
            // Below the heading, where they are seen without scrolling.
            card.children.insert(1, Node::Element(answers(now, ui)));
        }
        if let Some(text) = missing(&now.scenario) {
            card = card.child(glossary.glossed(el("p", "changed"), &text));
        }
        card = card.child(glossary.meaning()).child(in_full(now, *failure));
        if let Some(failure) = failure {
            card = card.child(bytes(failure));
        }
        cards.push(card);
        cards.extend(chain.take());
    }
    cards.push(step(now, ui, left_out));
    cards.push(broken(now, ui));
    cards.push(what_this_is(now, results));
    el("section", "explain")
        .attr(Attr::Label, "Explanation")
        .children(cards)
}

/// The buttons for what one can do about a failure.
fn answers(now: &Moment, ui: &UiState) -> Element {
    let at = failed_at(now);
    let open = ui.why.is_some() && ui.why == at;
    let toggle = Msg::Why(at.filter(|_| !open));
    let why = button("", "", "Why?", false, toggle).attr_bool(Attr::Expanded, open);
    el("div", "answers")
        .child(button(
            "main",
            "",
            "Undo the last step",
            false,
            Msg::Seek(now.depth().saturating_sub(1)),
        ))
        .child(why)
        .child(button(
            "",
            "X",
            "Share",
            false,
            Msg::Sheet(Some(Sheet::Share)),
        ))
}

/// The step just made: what it did, what for, and what would be without it.
fn step(now: &Moment, ui: &UiState, left_out: Option<&LeftOut>) -> Element {
    let scenario = &now.scenario;
    let Some((actor, number, pc)) = now.last_row() else {
        return nothing();
    };
    let (row, meaning) = (&OPS[number], MEANINGS[number]);
    let lines = &scenario.cast[actor.index()].lines;
    let at = lines
        .iter()
        .position(|line| line.row.is_some() && line.pcs.contains(&pc));
    let text = at.map_or(row.calls()[scenario.era as usize], |at| &lines[at].text);
    let several = now.depth() - now.began > 1;
    // Several steps have the line that they are folded into, if they are all of one.
    let pcs = (now.began + 1..=now.depth()).filter_map(|step| now.row_of(step, actor));
    let whole = |line: &&Line| {
        let composite = line.row.is_none() && !line.key.is_empty();
        composite && pcs.clone().all(|(_, _, pc)| line.pcs.contains(&pc))
    };
    let folded = lines.iter().rfind(whole).filter(|_| several);
    let heading = folded.map_or(text, |line| &line.text);
    let group = folded.and_then(|line| Some((line, group_row(&line.key)?)));
    let group = group.or_else(|| at.and_then(|at| composite(lines, at)));
    let mut glossary = Glossary::of(Card::Step, ui.term);
    let mut list = el("dl", "step");
    let mut part = |list: Element, title: &str, text: &str| {
        list.child(el("dt", "").text(title))
            .child(glossary.glossed(el("dd", ""), text))
    };
    list = part(list, "What it did", &now.sentence().unwrap_or_default());
    if let Some((line, group)) = &group {
        let words = format!("`{}`. {}", line.text, group.meaning);
        list = part(list, "Part of", &words);
    }
    // Each kind of step that the press made, once.
    let mut made: Vec<usize> = Vec::new();
    for step in now.began + 1..=now.depth() {
        if let Some((_, number, _)) = now.row_of(step, actor)
            && !made.contains(&number)
        {
            made.push(number);
        }
    }
    for number in &made {
        let (row, meaning) = (&OPS[*number], MEANINGS[*number]);
        let why = meaning.reason.unwrap_or(meaning.meaning);
        let title = match made.len() {
            1 => "Why it matters".to_owned(),
            _ => format!("Why {}", row.label),
        };
        list = part(list, &title, why);
    }
    if let Some(words) = release_words(row, &meaning, scenario.era) {
        let title = format!("In Linux {}", scenario.era.word());
        list = list
            .child(el("dt", "").text(&title))
            .child(cited(el("dd", ""), &words));
    }
    let pc = (actor, pc);
    let left_out = left_out.filter(|left_out| left_out.step == pc);
    let without = left_out.and_then(|left_out| left_out.without.as_ref());
    if let Some(left_out) = left_out {
        let words = without_words(&left_out.omission, without);
        let words = words.as_deref();
        let waiting = "The checker is leaving it out to see\u{2026}";
        let title = match several {
            true => format!("Without {}", row.label),
            false => "Without it".to_owned(),
        };
        list = part(list, &title, words.unwrap_or(waiting));
    }
    let mut card = el("div", "card")
        .attr(Attr::Part, "why")
        .child(note(
            "small",
            &match several {
                false => "The step just made".to_owned(),
                true => format!("The steps just made, {} to {}", now.began + 1, now.depth()),
            },
        ))
        .child(el("h2", "").child(el("code", "").text(heading)))
        .child(list)
        .child(match without {
            Some(without) => leave_out(scenario, without),
            None => nothing(),
        });
    card = card.child(glossary.meaning());
    let mut sources = el("details", "")
        .child(el("summary", "").text("Sources"))
        .child(source(meaning.source));
    if let Some((_, group)) = group {
        sources = sources.child(source(group.source));
    }
    match meaning.source {
        "" => card,
        _ => card.child(sources),
    }
}

/// The composite that a line is part of, and its row in the table of composites.
fn composite(lines: &[Line], at: usize) -> Option<(&Line, &'static GroupRow)> {
    let depth = lines[at].depth;
    let mut above = lines[..at].iter().rev();
    let line = above.find(|it| it.row.is_none() && !it.key.is_empty() && it.depth < depth)?;
    Some((line, group_row(&line.key)?))
}

/// A button that puts the scenario without the step made last onto the stage.
fn leave_out(scenario: &Scenario, without: &Without) -> Element {
    let Some(mutant) = &without.mutant else {
        return nothing();
    };
    let (label, run) = match &mutant.shortest {
        Some(found) => (
            format!("Open it without this step, up to the {}", found.0.words()),
            with_round(found, &mutant.round),
        ),
        None => ("Open it without this step".to_owned(), Vec::new()),
    };
    let mut edits = scenario.own_edits.clone();
    edits.push(mutant.edit.clone());
    button("", "", &label, false, Msg::ApplyEdits(edits, run))
}

/// Words with a capital first letter.
fn title(words: &str) -> String {
    let (first, rest) = words.split_at(words.len().min(1));
    first.to_ascii_uppercase() + rest
}

/// How the run ended, in a sentence; nothing where it can go on, unless it goes round for ever.
fn ending(now: &Moment) -> String {
    match (&now.end, &now.round) {
        (Some(end), _) => outcome(&now.scenario, &now.story, end),
        (None, Some(round)) => livelock_words(&now.scenario, round, &round_began(round)),
        (None, None) => String::new(),
    }
}

/// The card of a run that ended with actors that sleep for ever, or that goes round for ever.
fn stuck(now: &Moment, verdict: Verdict, glossary: &mut Glossary) -> Element {
    el("div", &badge::card(verdict))
        .attr(Attr::Part, "failure")
        .child(el("h2", "").text(&title(verdict.words())))
        .child(note("small", verdict.meaning()))
        .child(glossary.glossed(el("p", ""), &ending(now)))
}

/// A folded section with every sentence about a failure, and what the kernel logs of it.
fn in_full(now: &Moment, failure: Option<&Failure>) -> Element {
    let scenario = &now.scenario;
    let (sentences, log) = match (failure, &now.end) {
        (Some(failure), _) => (
            explain(scenario, &now.story, failure),
            log_lines(scenario, failure),
        ),
        (None, Some(end)) => (explain_end(scenario, &now.story, end), Vec::new()),
        (None, None) => return nothing(),
    };
    let summary = match log.is_empty() {
        true => "In full",
        false => "In full, and what the kernel logs",
    };
    let mut full = el("details", "").child(el("summary", "").text(summary));
    for text in &sentences {
        full = full.child(rich(el("p", ""), text));
    }
    if log.is_empty() {
        return full;
    }
    let heading = "In the kernel's log (shortened; scsi_debug counts LBAs, the block layer sectors of 512 bytes)";
    super::log::log(full, heading, &log, scenario.era)
}

/// The card of the invariants broken so far, each with the step that broke it.
fn broken(now: &Moment, ui: &UiState) -> Element {
    let broken = &now.story.broken;
    if broken.is_empty() {
        return nothing();
    }
    let mut glossary = Glossary::of(Card::Broken, ui.term);
    let mut list = el("dl", "invariants");
    let mut sources = el("details", "").child(el("summary", "").text("Sources"));
    for &(invariant, step) in broken {
        let (number, name) = invariant.name();
        let at = match step {
            0 => "from the start".to_owned(),
            _ => format!("step {step}"),
        };
        let term = el("dt", "")
            .child(el("b", "").text(number))
            .text(" ")
            .text(name);
        list = list
            .child(
                term.text(" ")
                    .child(button("", "", &at, false, Msg::Seek(step))),
            )
            .child(glossary.glossed(el("dd", ""), invariant.meaning()));
        sources = sources.child(source(&format!("{number}: {}", invariant.source())));
    }
    el("div", "card")
        .attr(Attr::Part, "broken")
        .child(el("h2", "").text("Invariants broken so far"))
        .child(note(
            "small",
            "A broken invariant is a warning; what counts as failure is a verdict.",
        ))
        .child(list)
        .child(glossary.meaning())
        .child(sources)
}

/// Adds a value to a list, with its name and where it comes from.
fn value(list: Element, name: &str, key: &str, value: u16, from: &str) -> Element {
    let code = el("code", "").attr(Attr::Part, key).text(&hex(value));
    list.child(el("dt", "").text(name))
        .child(el("dd", "").child(code).text(from))
}

/// The card of a broken rule: which rule, where, and what changed in between.
/// Where `others` have failed too, it says of which failure it tells what follows.
fn failed(
    now: &Moment,
    failure: &Failure,
    and: &str,
    others: bool,
    glossary: &mut Glossary,
) -> Element {
    let scenario = &now.scenario;
    let Some(verdict) = failure.verdict() else {
        return nothing();
    };
    let place = match failure.violation {
        Violation::Leaked(_) | Violation::Assertion { .. } | Violation::Trap { .. } => {
            String::new()
        }
        // It is the whole page that is so.
        Violation::Exposed { page } => match scenario.model.geometry.pages {
            1 => String::new(),
            _ => format!(": page {page}"),
        },
        _ if scenario.model.geometry.pages > 1 => format!(
            ": page {}, sector {}, LBA {}",
            failure.page, failure.sector, failure.lba
        ),
        _ => format!(": sector {}, LBA {}", failure.sector, failure.lba),
    };
    let hop = match failure.hop() {
        Some(Hop::Hba) if scenario.model.protection == Protection::Nvme => " at the controller",
        Some(Hop::Hba) => " at the HBA",
        Some(Hop::Target) => " at the target",
        None => "",
    };
    let heading = format!("{}{hop}{place}{and}", title(verdict.words()));
    let card = el("div", &badge::card(verdict))
        .attr(Attr::Part, "failure")
        .child(el("h2", "").text(&heading))
        .child(glossary.glossed(el("p", "small"), verdict.meaning()));
    let (card, sentence) = match failure.violation {
        Violation::Guard {
            received, computed, ..
        } => (
            compared(card, scenario, failure, received, computed),
            explain_change(scenario, &now.story, failure),
        ),
        _ => {
            // The first sentence says what is wrong, the next two how that came about.
            let sentences = explain(scenario, &now.story, failure);
            let first: Vec<String> = sentences.into_iter().take(3).collect();
            (card, Some(first.join(" ")))
        }
    };
    let run: Vec<Choice> = now.story.steps.iter().map(|it| it.choice).collect();
    let follows = Consequence::of(scenario, &run, verdict).words();
    let mut follows_line = el("p", "follows");
    if others {
        // Without its LBA.
        let (place, _) = place.split_once(", LBA").unwrap_or((&place, ""));
        let place = place.trim_start_matches(": ");
        let place = match place {
            "" => String::new(),
            _ => format!(" ({place})"),
        };
        let of = format!("What follows from the {}{place}. ", verdict.words());
        follows_line = follows_line.child(el("b", "").text(&of));
    }
    card.child(glossary.glossed(el("p", ""), &sentence.unwrap_or_default()))
        .child(glossary.glossed(follows_line, &follows))
}

/// Adds both guards, and when each was computed.
fn compared(
    card: Element,
    scenario: &Scenario,
    failure: &Failure,
    received: Content,
    computed: Content,
) -> Element {
    let contents = &scenario.model.contents;
    let taken = failure.column.guard.map_or(String::new(), |(_, step)| {
        format!(", computed at step {step}")
    });
    let recomputed = format!(", computed at step {} over what was fetched", failure.step);
    let values = el("dl", "compare");
    let (received, computed) = (contents.guard(received), contents.guard(computed));
    let values = value(values, "guard received", "received", received, &taken);
    let values = value(values, "guard computed", "computed", computed, &recomputed);
    card.child(values).child(guard_bits(received, computed))
}

/// A button that opens the inspector of the sector that failed; nothing where the failure is not about a sector.
fn bytes(failure: &Failure) -> Element {
    match failure.violation {
        Violation::Leaked(_) | Violation::Assertion { .. } | Violation::Trap { .. } => nothing(),
        _ => {
            let inspect = Msg::Sector(failure.page, failure.sector);
            button("", "", "Inspect its bytes", false, inspect)
        }
    }
}

/// The card of the scenario: what to watch, what the checker finds, and its sources. Folded after the first step.
fn what_this_is(now: &Moment, results: &CheckResults) -> Element {
    let scenario = &now.scenario;
    let heading = match scenario.as_written() {
        true => "What to watch",
        false => "What this is",
    };
    let (card, element) = match now.depth() {
        0 => (el("div", "card"), el("h2", "")),
        _ => (el("details", "card"), el("summary", "")),
    };
    let mut card = card
        .attr(Attr::Part, "scenario")
        .child(element.text(heading));
    card = match scenario.as_written() {
        true => card.child(rich(el("p", ""), &scenario.watch)),
        false => card
            .child(rich(el("p", ""), &what_differs(scenario)))
            .child(way_back(scenario))
            .child(note("", who_compares(scenario).as_str())),
    };
    card = card
        .child(note("verdict", &found(now, results)))
        .child(on_real_kernels(scenario))
        .child({
            let standing = Standing::of(results);
            badge::meanings(&standing.told(), standing.safe())
        })
        .child(button(
            "",
            "",
            "On other devices, in other kernels",
            false,
            Msg::Panel(Panel::Matrix),
        ));
    let fact = never_existed(scenario.device, scenario.era);
    if let Some(fact) = fact {
        let words = format!("This pair of kernel and device never existed. {}", fact.why);
        card = card.child(note("small", &words));
    }
    // Sources of the ordering as it is written say nothing of a change to it.
    if scenario.sources.is_empty() || !scenario.own_edits.is_empty() || scenario.unchanged {
        return card;
    }
    let mut sources = el("details", "").child(el("summary", "").text("Sources"));
    for text in &scenario.sources {
        sources = sources.child(source(text));
    }
    let kernel = format!("Linux {}: {}", scenario.era.word(), scenario.era.source());
    sources = sources.child(source(&kernel));
    if let Some(fact) = fact {
        let pair = format!("{}: {}", scenario.device.word(), fact.source);
        sources = sources.child(source(&pair));
    }
    card.child(sources)
}

/// The button that brings back what the file has.
fn way_back(scenario: &Scenario) -> Element {
    let title = format!("Back to \u{201c}{}\u{201d}", scenario.title);
    let home = (scenario.own_era, scenario.own_device);
    let (words, back) = match (scenario.own_edits.is_empty(), home) {
        (true, (era, device)) => (title.as_str(), Msg::OpenAt(era, device)),
        (false, home) if home == (scenario.era, scenario.device) => {
            (title.as_str(), Msg::UndoEdits)
        }
        (false, _) => ("Undo the change", Msg::UndoEdits),
    };
    button("link", "", words, false, back)
}

/// What the checker finds of what is on the stage, in a sentence.
fn found(now: &Moment, results: &CheckResults) -> String {
    let scenario = &now.scenario;
    let place = format!("in Linux {} {}", scenario.era.word(), scenario.device.on());
    let standing = Standing::of(results);
    let verdicts = standing.words();
    match standing {
        Standing::Settled(_) => {
            format!("The checker, having looked at every schedule {place}, finds: {verdicts}.")
        }
        Standing::Looking(found) if found.safe() => {
            format!("The checker is looking at every schedule {place}.")
        }
        Standing::Looking(_) => {
            format!("The checker is looking at every schedule {place}; so far: {verdicts}.")
        }
        Standing::Partial(_) => {
            format!("The checker has not looked at every schedule {place}: {verdicts}.")
        }
        Standing::Unchecked => format!("Nothing was checked {place}."),
    }
}
