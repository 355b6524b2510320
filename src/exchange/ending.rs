//! Who sleeps on what, behind whom, and how a run ended.

use super::leaks::{last_world, leak_words, leaks, since};
use super::lock_words::held_lock;
use super::narration::loss;
use super::words::{begin, is_counter, of_page, of_pages, page, sectors, the, thing};
use crate::explore::{Round, Story};
use crate::machine::{
    ActorId, Effect, End, Loss, PageId, Protection, Resource, Stage, Status, Violation, Wait,
    World, status,
};
use crate::scenario::Scenario;

/// Whether an actor can move; if it sleeps, on what and behind whom.
pub fn status_words(scenario: &Scenario, story: &Story, actor: ActorId, status: Status) -> String {
    match status {
        Status::Ready => "ready".to_owned(),
        Status::Idle => "idle, with nothing to do".to_owned(),
        Status::Finished => "finished".to_owned(),
        Status::Halted => "stopped: the kernel hit a BUG".to_owned(),
        Status::Asleep(wait) => {
            let text = held(scenario, story, actor, wait);
            // Shorter than in a sentence, and without the marks of kernel names.
            let text = text.replace('`', "").replace("by the ", "by ");
            format!("asleep on {}", text.replace("; the ", "; "))
        }
    }
}

/// What an actor sleeps on and who has it: "`PG_writeback` of page 0, set since step 12; the disk must act next".
pub(super) fn held(scenario: &Scenario, story: &Story, actor: ActorId, wait: Wait) -> String {
    if wait.on == Resource::Named {
        return held_lock(scenario, story, actor, wait);
    }
    let thing = thing(scenario, wait.on, wait.which);
    let since = match since(story, wait) {
        Some(step) => format!(" since step {step}"),
        None => " from the start".to_owned(),
    };
    let Some(holder) = wait.holder else {
        return format!("{thing}, taken{since}; nobody is left to act");
    };
    let last = last_world(scenario, story);
    if status(&scenario.model, &last, holder) == Status::Finished {
        let who = the(scenario, holder);
        return format!("{thing}, held{since}; {who} is finished, and nobody else will act");
    }
    let who = match holder == actor {
        true => "itself".to_owned(),
        false => the(scenario, holder),
    };
    match wait.on {
        Resource::Writeback | Resource::Bio | Resource::BufferLock | Resource::Shadow => {
            let taken = match wait.on {
                Resource::Bio => "under way",
                Resource::BufferLock => "taken",
                _ => "set",
            };
            match holder == actor {
                true => format!("{thing}, {taken}{since}; it waits for itself"),
                false => format!("{thing}, {taken}{since}; {who} must act next"),
            }
        }
        Resource::Handle => format!("{thing}, opened by {who}{}", since.replace("since", "at")),
        Resource::Commit => format!("{thing}, which {who} is to make"),
        _ => format!("{thing}, held by {who}{since}"),
    }
}

/// How a run ended, in a sentence.
pub fn outcome(scenario: &Scenario, story: &Story, end: &End) -> String {
    let done = "Everyone is done";
    match end {
        End::Halted => match story.failures.last().map(|it| it.violation) {
            Some(Violation::Trap { .. }) => {
                "The store trapped, and the kernel stops there.".to_owned()
            }
            Some(Violation::Assertion { what, .. }) => {
                format!("The kernel has stopped: {}.", what.meaning())
            }
            _ => "The kernel has stopped.".to_owned(),
        },
        End::Deadlock(cycle) => {
            let mut text = "Deadlock".to_owned();
            for (at, actor) in cycle.iter().enumerate() {
                let next = cycle[(at + 1) % cycle.len()];
                let (who, next) = (the(scenario, *actor), the(scenario, next));
                text += match at {
                    0 => ": ",
                    _ if at + 1 == cycle.len() => ", and ",
                    _ => ", ",
                };
                text += &match cycle.len() {
                    1 => format!("{who} waits for itself"),
                    _ => format!("{who} waits for {next}"),
                };
            }
            text + "."
        }
        End::Stall(actor) => {
            let world = last_world(scenario, story);
            match status(&scenario.model, &world, *actor) {
                Status::Asleep(wait) => format!(
                    "Stall: {} sleeps for ever on {}.",
                    the(scenario, *actor),
                    thing(scenario, wait.on, wait.which)
                ),
                _ => format!("Stall: {} sleeps for ever.", the(scenario, *actor)),
            }
        }
        End::Rest(found) => {
            let leaks = leaks(scenario, story).into_iter();
            let left: Vec<String> = leaks.map(|it| leak_words(scenario, story, it)).collect();
            let left = left.join("; ");
            match (rested(scenario, story, found), left.is_empty()) {
                (Some(text), true) => text,
                (Some(text), false) => format!("{text} Left behind: {left}."),
                (None, true) => rest(scenario, story),
                (None, false) => format!("{done}, but {left}."),
            }
        }
    }
}

/// What a run has come to that ends with a round which can repeat for ever; `after` is where that began, in words.
pub fn livelock_words(scenario: &Scenario, round: &Round, after: &str) -> String {
    format!(
        "Livelock: everything is again as it was {after}. Everybody who could move has had a turn since, and {} is as far from its end as before.",
        the(scenario, round.starved)
    )
}

/// Where a round began, in words.
pub fn round_began(round: &Round) -> String {
    match round.from {
        0 => "at the start".to_owned(),
        step => format!("after step {step}"),
    }
}

/// What went wrong in a run in which everyone is done, if that can be told of its bytes. Where several things did, each is
/// told with what it is of.
fn rested(scenario: &Scenario, story: &Story, found: &[Violation]) -> Option<String> {
    // Each with what stands before it as the only thing that went wrong.
    let mut said: Vec<(&str, String)> = Vec::new();
    let mut told: Vec<(u8, PageId)> = Vec::new();
    let mismatch = story.mismatch().is_some();
    if mismatch {
        let at_rest = at_rest(scenario, story);
        let text = format!("a checksum was taken from other bytes than the media hold. {at_rest}");
        said.push((" and no error was reported, but ", text));
    }
    for it in found {
        let (kind, number) = match *it {
            // A checksum that does not fit tells of it already.
            Violation::Torn { .. } | Violation::Corrupt { .. } if mismatch => continue,
            Violation::Torn { page, .. } => (0, page),
            Violation::Corrupt { page, .. } => (1, page),
            Violation::Exposed { page } => (2, page),
            Violation::Lost { page, .. } => (3, page),
            _ => continue,
        };
        if told.contains(&(kind, number)) {
            continue;
        }
        told.push((kind, number));
        said.push(match *it {
            Violation::Exposed { .. } => {
                let text = format!(
                    "{} counts as clean: {}. Nobody will notice the next store, and fsync skips the page.",
                    page(scenario, number),
                    exposed_words(scenario, story, number)
                );
                (", but ", text)
            }
            Violation::Lost { how, .. } => {
                let of_page = found.iter().filter_map(|it| match it {
                    Violation::Lost { page, sector, .. } if *page == number => Some(*sector),
                    _ => None,
                });
                let which: Vec<_> = of_page.collect();
                let text = loss(&sectors(scenario, number, &which), which.len(), how);
                ("", text)
            }
            _ => {
                let text = torn_words(scenario, story, number, kind == 0);
                (" and no error was reported. ", text)
            }
        });
    }
    let done = "Everyone is done";
    let refused = refused(scenario, story);
    let many = match (&said[..], &refused) {
        ([], _) => return None,
        ([("", text)], None) => return Some(text.clone()),
        ([(before, text)], None) => return Some(format!("{done}{before}{text}")),
        ([_], _) | ([_, _], None) => "two",
        _ => "several",
    };
    let mut all = format!("{done}, and {many} things went wrong.");
    let said = said.into_iter().map(|(_, text)| begin(&text));
    for text in refused.into_iter().chain(said) {
        all = all + " " + &text;
    }
    Some(all)
}

/// That the device refused a write, of which sector and who is told; none where it refused none.
fn refused(scenario: &Scenario, story: &Story) -> Option<String> {
    let mut failures = story.failures.iter();
    let failure = failures.find(|it| it.hop().is_some())?;
    let sector = sectors(scenario, failure.page, &[failure.sector]);
    let told = match tells(scenario, story) {
        true => ": fsync reports that once",
        false => "",
    };
    let step = failure.step;
    Some(format!(
        "At step {step} the device refused {sector} and the whole write with it{told}."
    ))
}

/// Whether fsync learns that a write failed.
fn tells(scenario: &Scenario, story: &Story) -> bool {
    let mut effects = story.steps.iter().flat_map(|it| &it.effects);
    scenario.model.cached.contains(&true) && effects.any(|it| matches!(it, Effect::ErrorLatched))
}

/// How a run ended after which everyone is done and the last state has no lost update and no leak.
fn rest(scenario: &Scenario, story: &Story) -> String {
    let done = "Everyone is done";
    if let Some(how) = story.loss() {
        return format!("{done}, but {}.", lost_words(how));
    }
    let failed = match story.failures.iter().any(|it| it.hop().is_some()) {
        true if tells(scenario, story) => " A write failed, and fsync reports it once.",
        true => " A write failed.",
        false => "",
    };
    let unstable = match story
        .failures
        .iter()
        .any(|it| matches!(it.violation, Violation::UnstableWrite { .. }))
    {
        true => " Bytes changed under a write, and nobody was harmed.",
        false => "",
    };
    let text = format!("{done}.{failed}{unstable} {}", at_rest(scenario, story));
    text.trim_end().to_owned()
}

/// What keeps the next store to a clean page from being seen.
pub(super) fn exposed_words(scenario: &Scenario, story: &Story, number: PageId) -> &'static str {
    let (model, world) = (&scenario.model, last_world(scenario, story));
    let mut ptes = model
        .space_ids()
        .map(|space| model.pte(&world, space, number));
    let mut tlbs = model.tlb_ids().map(|tlb| model.tlb(&world, tlb, number));
    if ptes.any(|it| it.write()) {
        "a PTE is still writable, so a store does not fault"
    } else if tlbs.any(|it| it.write()) {
        "a TLB entry is still writable, so a store does not fault"
    } else {
        "it is newer than the disk, and only a PTE says so"
    }
}

/// What an unstable write has left on the media of a page where everyone is at rest.
fn torn_words(scenario: &Scenario, story: &Story, number: PageId, repaired: bool) -> String {
    let (model, of) = (&scenario.model, of_page(scenario, number));
    let halved = story.unstable_write(number).is_none();
    let what = match model.protection {
        _ if halved => format!("The media hold half of a store{of}"),
        Protection::Parity => format!("The parity{of} does not fit the data"),
        Protection::Mirror => format!(
            "The legs of the mirror differ{}",
            of.replace(" of ", " in ")
        ),
        _ if model.has(Resource::Shadow) => {
            format!("The journal holds bytes{of} that belong to the next transaction")
        }
        _ => format!("The media hold a mix of old and new bytes{of}"),
    };
    match (repaired, model.protection) {
        (true, _) => format!(
            "{what}: a torn write. The page is dirty, so the next writeback repairs it; it would show only if the machine stopped before that."
        ),
        (false, Protection::Parity) if !halved => format!(
            "{what}: silent corruption. Only a scrub finds out, and no writeback is sure to mend it: a read-modify-write keeps the error."
        ),
        (false, _) => format!("{what}, and nobody will write the page again: silent corruption."),
    }
}

fn lost_words(how: Loss) -> &'static str {
    match how {
        Loss::AtRest => "an update was lost",
        Loss::Fsync => "fsync returned success for bytes that were not on the media",
        Loss::ReadOver => "a read brought older bytes over an update",
        Loss::Detached => "a store went into a page that had left the file",
    }
}

/// Whether the newest bytes of each page are on the media, and if not, which bit or error tells of them.
fn at_rest(scenario: &Scenario, story: &Story) -> String {
    let (model, world) = (&scenario.model, last_world(scenario, story));
    // Pages of which the same is to be said are told together.
    let mut told: Vec<(u8, Vec<PageId>)> = Vec::new();
    for number in model.page_ids() {
        let page = model.page(&world, number);
        if page.memory == page.media || page.gone || !model.cached[number.index()] {
            continue;
        }
        let mut ptes = model
            .space_ids()
            .map(|space| model.pte(&world, space, number));
        let kind = match (page.dirty, ptes.any(|pte| pte.dirty())) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        match told.iter_mut().find(|(it, _)| *it == kind) {
            Some((_, pages)) => pages.push(number),
            None => told.push((kind, vec![number])),
        }
    }
    let said = told.into_iter().map(|(kind, pages)| {
        let of = of_pages(scenario, &pages);
        match kind {
            0 => format!("The newer bytes{of} in memory are not lost: `PG_dirty` is set, so the next writeback writes them."),
            1 => format!("`PG_dirty`{of} is clear and only a PTE says dirty: no writeback looks at the page until munmap or reclaim moves that bit to it."),
            _ => format!("The newer bytes{of} in memory will not be written: `PG_dirty` is clear, and only the error tells of them."),
        }
    });
    let said: Vec<String> = said.collect();
    match model.cached.iter().any(|it| *it) {
        true if said.is_empty() => "The whole file is on the media.".to_owned(),
        _ => said.join(" "),
    }
}

/// Why nobody can move any more: the circle of a deadlock, or what a stall waits for.
pub fn explain_end(scenario: &Scenario, story: &Story, end: &End) -> Vec<String> {
    let (model, world) = (&scenario.model, last_world(scenario, story));
    let wait = |actor: ActorId| match status(model, &world, actor) {
        Status::Asleep(wait) => Some(wait),
        _ => None,
    };
    let sleeps = |actor: ActorId, wait: Wait| {
        let mut text = format!(
            "{} sleeps on {}.",
            begin(&the(scenario, actor)),
            held(scenario, story, actor, wait)
        );
        if let Some(why) = unsubmitted(scenario, &world, wait) {
            text += &format!(" {why}");
        }
        text
    };
    let mut said = Vec::new();
    match end {
        End::Deadlock(cycle) => {
            for actor in cycle {
                said.extend(wait(*actor).map(|it| sleeps(*actor, it)));
            }
            said.push(match cycle.len() {
                1 => "It waits for itself, so it never wakes.".to_owned(),
                _ => "Each waits for the next, so none of them ever wakes.".to_owned(),
            });
            for actor in model.actor_ids() {
                if let (Some(it), false) = (wait(actor), cycle.contains(&actor)) {
                    let text = held(scenario, story, actor, it);
                    let who = begin(&the(scenario, actor));
                    said.push(format!("{who} is stuck behind them: it sleeps on {text}."));
                }
            }
        }
        End::Stall(first) => {
            let mut actor = *first;
            // The chain of holders ends with somebody awake or with nobody; if it did not, it would be a circle and
            // so a deadlock.
            for _ in model.actor_ids() {
                let Some(it) = wait(actor) else { break };
                said.push(sleeps(actor, it));
                let Some(next) = it.holder else {
                    said.push(match it.on {
                        Resource::Named => "Nobody who can still move comes to that.".to_owned(),
                        _ => "No I/O on its way will end it, and nobody else will.".to_owned(),
                    });
                    break;
                };
                if wait(next).is_none() {
                    let who = begin(&the(scenario, next));
                    said.push(match status(model, &world, next) {
                        Status::Finished if it.on == Resource::Writeback => format!(
                            "{who}'s program is over and no I/O is on its way: nobody will ever clear the bit."
                        ),
                        _ if is_counter(scenario, it.which) => {
                            format!("{who} comes to that no more.")
                        }
                        Status::Finished => format!(
                            "{who}'s program is over: it never releases what it took."
                        ),
                        _ => format!("{who} has no work left that would end it."),
                    });
                    break;
                }
                actor = next;
            }
        }
        End::Rest(_) | End::Halted => {}
    }
    said
}

/// For a sleep that only the end of an I/O can end: that its bio was not submitted, or that its completion has not
/// run, if it is so.
pub(super) fn unsubmitted(scenario: &Scenario, world: &World, wait: Wait) -> Option<String> {
    let io = matches!(
        wait.on,
        Resource::Writeback | Resource::Bio | Resource::BufferLock | Resource::Shadow
    );
    let holder = the(scenario, wait.holder?);
    let page = wait.which.page().filter(|_| io)?;
    let of = of_page(scenario, page);
    match scenario.model.stage(world, page) {
        Stage::Building => Some(format!(
            "The bio{of} is built, but {holder} has not submitted it."
        )),
        Stage::Done => Some(format!(
            "The device is done; {holder} has yet to end the I/O."
        )),
        _ => None,
    }
}
