//! The cards of the actors: program lines with the current one marked, what an actor holds, why it cannot move.

use crate::exchange::{Outlooks, bio_words, foresee_briefly, foresee_step, since, status_words};
use crate::explore::{Fate, Outlook};
use crate::machine::{ActorId, Choice, End, Instr, Op, Resource, Stage, Status, Which, World};
use crate::protocol::{Mark, OPS};
use crate::scenario::Scenario;

use super::definition::of_line;
use super::machine_state::thing;
use super::moment::Moment;
use super::msg::Msg;
use super::press::press_name;
use super::program_rows::{LineState, ProgramPosition, ProgramRow, SHOWN, STUCK, rows};
use super::ui_state::{Folded, StepSize, Tab, UiState};
use super::vdom::{Attr, Element, button, define_button, el, note, nothing};

/// A card for each actor.
pub fn actor_cards(now: &Moment, ui: &UiState, outlook: Option<&Outlook>) -> Element {
    let actors = now.scenario.model.actor_ids();
    // Told by a class and not by `:has()`, since that costs a new style for every card whenever a line is put in.
    let class = match actors.len() {
        0..=4 => "actors",
        5 => "actors many",
        _ => "actors many most",
    };
    let cards = actors.map(|actor| card(now, ui, outlook, actor));
    el("section", class)
        .attr(Attr::Label, "Actors")
        .children(cards.collect())
}

/// The class of a status in style sheets, and its word on the buttons at the foot.
pub fn status_key(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Asleep(_) => "asleep",
        Status::Idle => "idle",
        Status::Finished => "finished",
        Status::Halted => "halted",
    }
}

/// The words that tell the ways of a step apart.
fn way_words(scenario: &Scenario, world: &World, instr: Instr, way: u8) -> String {
    let model = &scenario.model;
    let stage = match instr.op {
        Op::TakeRequest => Stage::Queued,
        Op::BioEndio => Stage::Done,
        Op::TakeOver => Stage::Passed,
        _ => {
            let ways = OPS[usize::from(instr.tag)].ways();
            let name = ways.and_then(|ways| ways.names.get(usize::from(way)));
            return name.map_or_else(String::new, |name| name.to_string());
        }
    };
    let mut bios = (model.bio_ids()).filter(|bio| model.bio(world, *bio).stage == stage);
    let bio = bios.nth(way.into());
    bio.map_or_else(String::new, |bio| bio_words(scenario, world, bio))
}

/// The locks and handles that an actor holds: for each the name that lines end at and that moving locks keep, and
/// its words.
fn holds(now: &Moment, actor: ActorId) -> Vec<(String, String)> {
    let (model, world) = (&now.scenario.model, &now.world);
    let mut held = Vec::new();
    let pages = model.page_ids();
    let of = |name: &str, which: Which, many: usize| match many {
        1 => name.to_owned(),
        _ => format!("{name} {}", which.number()),
    };
    for page in pages.clone() {
        if model.page(world, page).lock == Some(actor) {
            let which = Which::Page(page);
            held.push((
                thing(Resource::PageLock, which),
                of("page lock", which, pages.len()),
            ));
        }
    }
    for (resource, name) in [
        (Resource::BufferLock, "buffer lock"),
        (Resource::PteLock, "page table lock"),
        (Resource::Handle, "journal handle"),
        (Resource::Mutex, "mmap_lock"),
    ] {
        let many = model.all_of(resource).count();
        for which in model.all_of(resource) {
            if model.has(resource) && model.owner(world, resource, which) == Some(actor) {
                held.push((thing(resource, which), of(name, which, many)));
            }
        }
    }
    for (lock, name) in model.lock_ids().zip(&now.scenario.locks) {
        let state = model.lock(world, lock);
        if state.holds(actor) {
            let name = match state.owner {
                Some(_) => name.clone(),
                None => format!("{name} (read)"),
            };
            held.push((thing(Resource::Named, Which::Lock(lock)), name));
        }
    }
    held
}

/// Whether a card is folded to its header and status: its actor is finished or idle, did not make the last step, and
/// no line of its program is edited.
fn folds(now: &Moment, actor: ActorId) -> bool {
    let quiet = matches!(now.status(actor), Status::Finished | Status::Idle);
    let edited = |mark: Mark| !matches!(mark, Mark::Kept | Mark::NotYet | Mark::Elsewhere);
    let mut lines = now.scenario.cast[actor.index()].lines.iter();
    quiet && now.last_actor() != Some(actor) && !lines.any(|line| edited(line.mark))
}

fn card(now: &Moment, ui: &UiState, outlook: Option<&Outlook>, actor: ActorId) -> Element {
    let scenario = &now.scenario;
    let cast = &scenario.cast[actor.index()];
    let status = now.status(actor);
    let open = folds(now, actor) == ui.cards.contains(&actor);
    let moved = if now.last_actor() == Some(actor) {
        " moved"
    } else {
        ""
    };
    let heading = format!("actor-{actor}");
    let title = el("button", "fold")
        .attr_bool(Attr::Expanded, open)
        .text(&cast.name)
        .on_click(Msg::ToggleCard(actor));
    let held = holds(now, actor);
    let held = held
        .iter()
        .map(|(thing, words)| el("li", "token lock").attr(Attr::Token, thing).text(words));
    let header = el("header", "")
        .child(el("kbd", "").text(&(actor.index() + 1).to_string()))
        .child(el("h2", "").attr(Attr::Id, &heading).child(title))
        .child(el("span", "about").text(&cast.about))
        .child(
            el("ul", "holds")
                .attr(Attr::Label, "holds")
                .children(held.collect()),
        );
    let folded = if open { "" } else { " folded" };
    let stuck = matches!(now.end, Some(End::Deadlock(_)));
    let room = if stuck { " stuck" } else { "" };
    let mut card = el(
        "article",
        &format!("actor {}{moved}{folded}{room}", status_key(status)),
    )
    .attr(Attr::Actor, &cast.name)
    .attr(Attr::Thing, &heading)
    .attr(Attr::LabelledBy, &heading)
    .child(header);
    if open {
        let done = done_line(now, actor);
        let by_hand = ui.folded.iter().filter(|it| it.actor == actor);
        let by_hand: Vec<(usize, bool)> = by_hand.map(|it| (it.line, it.open)).collect();
        let whole = ui.lines.contains(&actor);
        let most = match (whole, stuck) {
            (true, _) => usize::MAX,
            (_, true) => STUCK,
            _ => SHOWN,
        };
        let program = &scenario.model.actors[actor.index()];
        let position = ProgramPosition {
            calls: ui.step_size == StepSize::Call && status == Status::Ready,
            ..now.position(actor)
        };
        // Pressing a line chooses it for the editor, while that is open.
        let editing = ui.shown() == Tab::Edit;
        let picture = ui.picture();
        // A window into the program only where all of it is there.
        let most = if picture.whole() { most } else { usize::MAX };
        let mut rows = rows(&cast.lines, program, position, &by_hand, most);
        rows.retain(|row| picture.has_line(&cast.lines, row.line));
        // A long program with an open composite keeps its height, wherever in the composite its actor is.
        let inside = rows.iter().any(|row| row.open == Some(true));
        let long = cast.lines.len() > SHOWN && inside && !stuck;
        let mut list = el("ol", if long { "program long" } else { "program" });
        // The innermost of the current lines is the step that comes next.
        let next = rows.iter().rposition(|row| row.place == LineState::Current);
        // The innermost row of the step that the actor has just made.
        let last = rows.iter().rposition(|row| {
            let line = &cast.lines[row.line];
            done.is_some_and(|pc| row.omitted == 0 && line.pcs.contains(&pc) && line.mark.runs())
        });
        for (at, row) in rows.into_iter().enumerate() {
            let sign = match status {
                Status::Ready if next == Some(at) => "next",
                Status::Asleep(_) if next == Some(at) => "asleep here",
                _ => "",
            };
            list = list.child(program_line(
                now,
                editing,
                actor,
                row,
                sign,
                last == Some(at),
            ));
        }
        card = card.child(list);
    } else {
        // Keeps the program's place, so that what stands below it stays the same elements.
        card = card.child(nothing());
    }
    card = card.child(status_line(now, actor, status));
    match (open, status) {
        // Only waits for work: one line says so.
        (false, Status::Idle) => card,
        _ if !ui.by_hand() => card,
        _ => card.child(next_step(now, ui, outlook, actor, status)),
    }
}

/// The instruction that the actor has just run, if it made the last step.
fn done_line(now: &Moment, actor: ActorId) -> Option<u8> {
    let (mover, _, pc) = now.last_row()?;
    (mover == actor).then_some(pc)
}

/// Why an actor cannot move, and on what it sleeps; the step since which it sleeps is a link to that step.
fn status_line(now: &Moment, actor: ActorId, status: Status) -> Element {
    let words = status_words(&now.scenario, &now.story, actor, status);
    let Status::Asleep(wait) = status else {
        let few = if status == Status::Idle {
            "idle"
        } else {
            &words
        };
        return note("status", few).attr(Attr::Title, &words);
    };
    let mut ends = thing(wait.on, wait.which);
    if let Some(holder) = wait.holder.filter(|it| *it != actor) {
        ends += &format!(" actor-{holder}");
    }
    let line = el("p", "status").attr(Attr::Wire, &ends);
    let since = since(&now.story, wait).map(|step| (step, format!("step {step}")));
    let link = since.as_ref().and_then(|(step, named)| {
        let (before, after) = words.split_once(named)?;
        let link = button("link", "", named, false, Msg::Seek(*step));
        Some(line.clone().text(before).child(link).text(after))
    });
    link.unwrap_or_else(|| line.text(&words))
}

/// The buttons for an actor's next step, each way of it, and where they lead.
fn next_step(
    now: &Moment,
    ui: &UiState,
    outlook: Option<&Outlook>,
    actor: ActorId,
    status: Status,
) -> Element {
    let model = &now.scenario.model;
    let next = model.actors[actor.index()]
        .code
        .get(now.position(actor).pc as usize);
    let call = match ui.step_size {
        StepSize::Call => press_name(&now.scenario, &ui.folded, actor, now.position(actor).pc),
        StepSize::Single => None,
    };
    let label = match (status, next) {
        // A sleeper's next step is the current line of its program.
        (Status::Finished | Status::Halted | Status::Asleep(_), _) | (_, None) => return nothing(),
        (_, Some(instr)) => OPS[usize::from(instr.tag)].label,
    };
    let spoken = next.is_none_or(|instr| ui.picture().has_step(instr.op));
    let label = match spoken {
        true => call.as_deref().unwrap_or(label),
        // A step that the lesson has not introduced.
        false => "go on",
    };
    let cannot = status != Status::Ready;
    let ways = now.ways(actor);
    let mut moves = el("div", "moves");
    for way in 0..ways.max(1) {
        let words = match next {
            Some(instr) if ways > 1 => {
                let words = way_words(&now.scenario, &now.world, *instr, way);
                format!("{label}: {words}")
            }
            _ => label.to_owned(),
        };
        let step = Msg::Step(actor, way);
        moves = moves.child(button("step", "", &words, cannot, step));
        if ways > 1 {
            moves = moves.child(foresight(now, outlook, actor, way));
        }
    }
    // A press goes there by itself where it takes whole lines.
    if ui.step_size == StepSize::Single {
        let line = button("line", "", "\u{21e5}", cannot, Msg::StepLine(actor));
        let line = line.attr(Attr::Label, "to line end");
        moves = moves.child(line.attr(Attr::Title, "to line end"));
    }
    match ways {
        1 => moves.child(foresight(now, outlook, actor, 0)),
        _ => moves,
    }
}

/// Where an actor's next step leads, in a word or two.
pub fn brief_foresight(now: &Moment, outlook: Option<&Outlook>, actor: ActorId) -> String {
    let choice = Choice::of(actor);
    let brief = outlook.and_then(|seen| {
        let mut steps = seen.steps.iter();
        let (_, ahead) = steps.find(|(of, _)| *of == choice)?;
        Some(foresee_briefly(ahead, seen.complete, now.failed()))
    });
    brief.unwrap_or_else(|| "ready".to_owned())
}

/// Where one way of an actor's next step leads.
fn foresight(now: &Moment, outlook: Option<&Outlook>, actor: ActorId, way: u8) -> Element {
    let Some(seen) = outlook else {
        // An empty paragraph keeps its place until that is known.
        return el("p", "outlook");
    };
    let choice = Choice {
        way,
        ..Choice::of(actor)
    };
    let mut steps = seen.steps.iter();
    match steps.find(|(of, _)| *of == choice) {
        Some((_, ahead)) => {
            let few = match ahead.fate {
                // What is so of every step is said above the stage, once.
                _ if !matters(seen) => "",
                _ if ahead.fails_at_once() => "fails at this step",
                Fate::Safe => "safe",
                Fate::AtRisk => "can fail",
                Fate::Doomed => "fails for certain",
            };
            brief(foresee_step(ahead, seen.complete, now.failed()), few)
        }
        None => nothing(),
    }
}

/// Whether it matters for what lies ahead which step is chosen.
fn matters(seen: &Outlook) -> bool {
    let all = seen.steps.iter();
    let mut all = all.map(|(_, ahead)| (ahead.fate, ahead.fails_at_once()));
    let first = all.next();
    all.any(|it| Some(it) != first)
}

/// An outlook in so few words that it fits beside a button; all of them where it is pointed at, and for screen readers.
fn brief(outlook: Outlooks, few: &str) -> Element {
    let all = outlook_words(outlook.clone());
    if outlook.sign.is_empty() {
        return all;
    }
    let words = format!("{}{}", outlook.sign, outlook.words);
    let sign = if few.is_empty() { "" } else { outlook.sign };
    let hidden = el("span", "hidden").text(&words);
    let shown = el("span", "").attr_bool(Attr::Hidden, true);
    Element {
        children: Vec::new(),
        ..all.attr(Attr::Title, &words)
    }
    .child(shown.text(sign).text(few))
    .child(hidden)
}

/// An outlook in words, with the sign and the class of its fate.
pub fn outlook_words(outlook: Outlooks) -> Element {
    let class = match outlook.fate {
        Fate::Safe if outlook.sign.is_empty() => "outlook",
        Fate::Safe => "outlook safe",
        Fate::AtRisk => "outlook risk",
        Fate::Doomed => "outlook doomed",
    };
    match outlook.words.is_empty() {
        true => nothing(),
        false => el("p", class).text(outlook.sign).text(&outlook.words),
    }
}

/// A line of a program; `sign` says what its actor is about to do there, `just` whether it has just done it.
fn program_line(
    now: &Moment,
    editing: bool,
    actor: ActorId,
    row: ProgramRow,
    sign: &str,
    just: bool,
) -> Element {
    let place = match row.place {
        LineState::Done => "done",
        LineState::Current => "current",
        LineState::Faulted => "faulted",
        LineState::Ahead => "ahead",
    };
    let era = now.scenario.era.word();
    let not_yet = format!("not in {era}");
    let (mark, note) = match row.mark {
        Mark::Kept if row.place == LineState::Faulted => ("kept", "faulted"),
        Mark::Kept => ("kept", ""),
        Mark::Dropped => ("dropped", "left out"),
        Mark::MovedAway => ("away", "moved from here"),
        Mark::MovedHere => ("here", "moved to here"),
        Mark::Inserted => ("inserted", "inserted"),
        Mark::NotYet | Mark::Elsewhere => ("not-yet", &*not_yet),
    };
    let handler = if row.handler { " handler" } else { "" };
    let last = if just { " last" } else { "" };
    // Where the line stands is said by its band or tick; in words for who does not see them.
    let sign = match (sign, just) {
        ("", true) => "just done",
        _ => sign,
    };
    let class = format!("code {place} {mark} depth-{}{handler}{last}", row.depth);
    let line = row.line;
    let body = match (row.omitted, row.open) {
        (0, Some(open)) => el("button", "fold")
            .attr_bool(Attr::Expanded, open)
            .attr(Attr::Define, &of_line(actor, line))
            .text(&row.text)
            .on_click(Msg::Fold(Folded {
                actor,
                line,
                open: !open,
            })),
        (0, None) if editing => el("button", "define text")
            .text(&row.text)
            .on_click(Msg::EditLine(actor, line)),
        (0, None) => define_button("text", &of_line(actor, line)).text(&row.text),
        (many, _) => {
            let s = if many == 1 { "" } else { "s" };
            el("button", "more")
                .text(&format!("\u{22ef} {many} line{s}"))
                .on_click(Msg::ToggleLines(actor))
        }
    };
    el("li", &class)
        .attr_bool(Attr::Current, row.place == LineState::Current)
        .child(body)
        .child(el("em", "edit").text(note))
        .child(el("em", "hidden").text(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Ahead;
    use crate::scenario::Verdict;

    #[test]
    fn an_outlook_matters_where_steps_differ() {
        let ahead = |fate, away: Option<u16>| Ahead {
            verdicts: away
                .map(|it| (Verdict::GuardError, it))
                .into_iter()
                .collect(),
            fate,
            share: 0.5,
        };
        let matters = |all: &[(Fate, Option<u16>)]| {
            let steps = all.iter().zip(0..).map(|(it, actor)| {
                let choice = Choice::of(ActorId(actor));
                (choice, ahead(it.0, it.1))
            });
            super::matters(&Outlook {
                here: ahead(Fate::AtRisk, Some(2)),
                steps: steps.collect(),
                complete: true,
            })
        };
        let (risk, doomed) = ((Fate::AtRisk, Some(5)), (Fate::Doomed, Some(7)));
        assert!(!matters(&[risk]));
        // Further away is no other outlook.
        assert!(!matters(&[risk, (Fate::AtRisk, Some(9))]));
        assert!(matters(&[risk, (Fate::Safe, None)]));
        assert!(matters(&[doomed, risk]));
        assert!(matters(&[doomed, (Fate::Doomed, Some(1))]));
    }
}
