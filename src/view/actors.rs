//! The actors: program lines, the current one marked, and why somebody cannot move.

use crate::exchange::{Outlooks, foresee_briefly, foresee_step, status_words};
use crate::explore::{Fate, Outlook};
use crate::machine::{Choice, Instr, Model, Op, Stage, Status, World};
use crate::protocol::{Mark, OPS, ways as words_of_ways};

use super::listing::{Place, Row, rows};
use super::look::Look;
use super::now::Now;
use super::tree::{At, El, button, el, note, nothing};
use super::wish::Wish;

/// A card for each actor.
pub fn cards(now: &Now, look: &Look, outlook: Option<&Outlook>) -> El {
    let many = now.scenario.cast.len();
    let cards = (0..many).map(|actor| card(now, look, outlook, actor));
    el("section", "actors")
        .at(At::Label, "Actors")
        .all(cards.collect())
}

/// How a status is called in the page's markup.
pub fn status_key(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Asleep(_) => "asleep",
        Status::Idle => "idle",
        Status::Finished => "finished",
        Status::Halted => "halted",
    }
}

/// What tells a step's ways apart.
fn way_words(model: &Model, world: &World, instr: Instr, way: u8) -> String {
    let stage = match instr.op {
        Op::TakeRequest => Stage::Queued,
        Op::BioEndio => Stage::Done,
        Op::TakeOver => Stage::Passed,
        _ => return words_of_ways(OPS[instr.tag as usize].key)[way as usize & 1].to_owned(),
    };
    // Pages and bios are as many.
    let pages = 0..model.geometry.pages as usize;
    let mut bios = pages
        .clone()
        .filter(|bio| model.bio(world, *bio).stage == stage);
    let bio = bios.nth(way as usize).map(|it| it as u8);
    let inside = pages.filter(|page| model.page(world, *page).bio == bio);
    let inside: Vec<String> = inside.map(|page| page.to_string()).collect();
    format!("the bio of page {}", inside.join(", "))
}

fn card(now: &Now, look: &Look, outlook: Option<&Outlook>, actor: usize) -> El {
    let scenario = &now.scenario;
    let it = &scenario.model.actors[actor];
    let cast = &scenario.cast[actor];
    let state = now.stand(actor);
    let status = now.status(actor);
    let words = status_words(scenario, &now.story, actor, status);
    let next = it.code.get(state.pc as usize);
    let label = match (status, next) {
        (Status::Finished | Status::Halted, _) | (_, None) => "finished",
        (_, Some(instr)) => OPS[instr.tag as usize].label,
    };
    let toggled: Vec<usize> = look
        .toggled
        .iter()
        .filter(|(of, _)| *of == actor)
        .map(|(_, line)| *line)
        .collect();
    let mut program = el("ol", "program");
    for row in rows(&cast.lines, it, state, &toggled) {
        program = program.with(program_line(now, actor, row));
    }
    let moved = if now.last_actor() == Some(actor) {
        " moved"
    } else {
        ""
    };
    let heading = format!("actor-{actor}");
    let cannot = status != Status::Ready;
    let ways = now.ways(actor);
    let seen = outlook;
    let mut moves = el("div", "moves");
    for way in 0..ways.max(1) {
        let words = match next {
            Some(instr) if ways > 1 => {
                let words = way_words(&scenario.model, &now.world, *instr, way);
                format!("{label}: {words}")
            }
            _ => label.to_owned(),
        };
        let words = match way {
            0 => format!("{}: {words}", actor + 1),
            _ => words,
        };
        let step = Wish::Step(actor as u8, way);
        moves = moves.with(button("step", "", &words, cannot, step));
        if ways > 1 {
            moves = moves.with(el("div", "foresight").with(foresight(now, seen, actor, way)));
        }
    }
    let line = Wish::StepLine(actor as u8);
    el("article", &format!("actor {}{moved}", status_key(status)))
        .at(At::Actor, &cast.name)
        .at(At::LabelledBy, &heading)
        .with(
            el("header", "")
                .with(el("h2", "").at(At::Id, &heading).text(&cast.name))
                .with(el("span", "about").text(&cast.about)),
        )
        .with(program)
        .with(note("status", &words))
        .with(moves.with(button("line", "", "to line end", cannot, line)))
        .with(match ways {
            1 => el("div", "foresight").with(foresight(now, seen, actor, 0)),
            _ => nothing(),
        })
}

/// The same in a word or two.
pub fn brief_foresight(now: &Now, outlook: Option<&Outlook>, actor: usize) -> String {
    let choice = Choice::of(actor);
    let brief = outlook.and_then(|seen| {
        let mut steps = seen.steps.iter();
        let (_, ahead) = steps.find(|(of, _)| *of == choice)?;
        Some(foresee_briefly(ahead, seen.complete, now.failed()))
    });
    brief.unwrap_or_else(|| "ready".to_owned())
}

/// Where a step that is offered leads.
fn foresight(now: &Now, outlook: Option<&Outlook>, actor: usize, way: u8) -> El {
    let Some(seen) = outlook else {
        return nothing();
    };
    let choice = Choice {
        way,
        ..Choice::of(actor)
    };
    let mut steps = seen.steps.iter();
    match steps.find(|(of, _)| *of == choice) {
        Some((_, ahead)) => outlook_words(foresee_step(ahead, seen.complete, now.failed())),
        None => nothing(),
    }
}

/// Words with the sign of what they bode.
pub fn outlook_words(it: Outlooks) -> El {
    let class = match it.fate {
        Fate::Safe if it.sign.is_empty() => "outlook",
        Fate::Safe => "outlook safe",
        Fate::AtRisk => "outlook risk",
        Fate::Doomed => "outlook doomed",
    };
    match it.words.is_empty() {
        true => nothing(),
        false => el("p", class).text(it.sign).text(&it.words),
    }
}

fn program_line(now: &Now, actor: usize, row: Row) -> El {
    let place = match row.place {
        Place::Done => "done",
        Place::Current => "current",
        Place::Faulted => "faulted",
        Place::Ahead => "ahead",
    };
    let era = now.scenario.era.word();
    let not_yet = format!("not in {era} yet");
    let (mark, note) = match row.mark {
        Mark::Kept if row.place == Place::Faulted => ("kept", "faulted"),
        Mark::Kept => ("kept", ""),
        Mark::Dropped => ("dropped", "left out"),
        Mark::MovedAway => ("away", "moved from here"),
        Mark::MovedHere => ("here", "moved to here"),
        Mark::Inserted => ("inserted", "inserted"),
        Mark::NotYet | Mark::Elsewhere => ("not-yet", &*not_yet),
    };
    let handler = if row.handler { " handler" } else { "" };
    let class = format!("code {place} {mark} depth-{}{handler}", row.depth);
    let text = match row.omitted {
        0 => row.text,
        many => format!("\u{22ef} {many} more"),
    };
    let line = row.line;
    let body = match row.open {
        Some(open) => el("button", "fold")
            .is(At::Expanded, open)
            .text(&text)
            .press(Wish::ToggleLine(actor, line)),
        None => el("span", "text").text(&text),
    };
    el("li", &class)
        .is(At::Current, row.place == Place::Current)
        .with(body)
        .with(el("em", "edit").text(note))
}
