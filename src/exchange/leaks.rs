//! Since when something is held; and what is left behind where everybody is at rest, in words.

use super::words::{is_counter, of_page, page, the, thing};
use crate::explore::Story;
use crate::machine::{
    ActorId, Effect, End, Leak, Resource, Stage, Violation, Wait, Which, World, end,
};
use crate::scenario::Scenario;

/// The world after the last step of a run.
pub(super) fn last_world(scenario: &Scenario, story: &Story) -> World {
    let last = story.steps.last();
    last.map_or(scenario.model.initial, |told| told.world)
}

/// The step, from 1, at which what an actor sleeps on was taken; none if it was from the start.
pub fn since(story: &Story, wait: Wait) -> Option<usize> {
    let of = wait.which.page();
    let took = |effect: &Effect| match effect {
        Effect::Took { what, page } => *what == wait.on && (!what.of_page() || Some(*page) == of),
        Effect::Locked { page } => wait.on == Resource::PageLock && Some(*page) == of,
        Effect::WritebackSet { page } | Effect::BlocksMarked { page, .. } => {
            wait.on == Resource::Writeback && Some(*page) == of
        }
        Effect::Shadowed { page } => wait.on == Resource::Shadow && Some(*page) == of,
        Effect::Added { page, .. } => wait.on == Resource::Bio && Some(*page) == of,
        _ => false,
    };
    if let Which::Lock(lock) = wait.which {
        let taken = |effect: &Effect| match *effect {
            Effect::LockTaken { lock: of, .. } | Effect::LockQueued { lock: of } => of == lock,
            _ => false,
        };
        let counted = |effect: &Effect| matches!(*effect, Effect::ValueChanged { lock: of, .. } if of == lock);
        let last = |by, is: &dyn Fn(&Effect) -> bool| story.last(story.steps.len(), by, is);
        let held = wait.holder.and_then(|holder| last(Some(holder), &taken));
        return held.or_else(|| last(None, &counted));
    }
    let by = match wait.on {
        Resource::PteLock => Some(wait.holder?),
        _ => None,
    };
    story.last(story.steps.len(), by, &took)
}

/// What is left behind where a run has come to rest; nothing where it has not.
pub(super) fn leaks(scenario: &Scenario, story: &Story) -> Vec<Leak> {
    let Some(End::Rest(found)) = end(&scenario.model, &last_world(scenario, story)) else {
        return Vec::new();
    };
    let leaks = found.into_iter().filter_map(|it| match it {
        Violation::Leaked(leak) => Some(leak),
        _ => None,
    });
    leaks.collect()
}

/// The step, from 1, at which what is left behind was taken, and by whom; no step if it was so from
/// the start.
pub(super) fn taken(
    scenario: &Scenario,
    story: &Story,
    leak: Leak,
) -> (Option<usize>, Option<ActorId>) {
    let last = story.steps.len();
    let (step, holder) = match leak {
        Leak::Held(on, which) => {
            let (model, world) = (&scenario.model, last_world(scenario, story));
            let holder = match which {
                Which::Lock(lock) => model.lock(&world, lock).first_holder(),
                _ => model.owner(&world, on, which),
            };
            (since(story, Wait { on, which, holder }), holder)
        }
        Leak::Bio(bio) => {
            let queued = |effect: &Effect| matches!(*effect, Effect::Queued { bio: of, .. } | Effect::HandedOver { bio: of } if of == bio);
            (story.last(last, None, &queued), None)
        }
        Leak::Pin(page) => {
            let up = |effect: &Effect| matches!(*effect, Effect::Pinned { page: of, pins } if of == page && pins > 0);
            (story.last(last, None, &up), None)
        }
        Leak::ReadOnly(page) => {
            let set = |effect: &Effect| matches!(*effect, Effect::KernelMapping { page: of, read_only: true } if of == page);
            (story.last(last, None, &set), None)
        }
    };
    (step, step.and_then(|it| story.actor(it)).or(holder))
}

/// "`PG_writeback` is still set: the flusher set it at step 12, and no I/O is there that would end
/// it"; no sentence yet.
pub(super) fn leak_words(scenario: &Scenario, story: &Story, leak: Leak) -> String {
    let (step, who) = taken(scenario, story, leak);
    let who = who.map_or("somebody".to_owned(), |it| the(scenario, it));
    let at = match step {
        Some(step) => format!(" at step {step}"),
        None => " before the run began".to_owned(),
    };
    match leak {
        Leak::Held(on, which) => {
            let what = thing(scenario, on, which);
            let stage = |page| scenario.model.stage(&last_world(scenario, story), page);
            match (on, which) {
                (Resource::Bio, Which::Page(page)) => format!(
                    "the bio{} is still there: {who} began it{at}, and {}",
                    of_page(scenario, page),
                    stuck(stage(page))
                ),
                (Resource::Writeback, Which::Page(page))
                    if (scenario.model)
                        .owner(&last_world(scenario, story), on, which)
                        .is_none() =>
                {
                    format!(
                        "a block{} is still marked as under writeback, although `PG_writeback` is clear: {who} marked it{at}, and no I/O is left that would end it",
                        of_page(scenario, page)
                    )
                }
                (Resource::Writeback, Which::Page(page)) => format!(
                    "{what} is still set: {who} set it{at}, and {}",
                    match stage(page) {
                        Stage::Free => "there is no I/O that would end it",
                        _ => "its I/O never ends",
                    }
                ),
                (Resource::Shadow, _) => {
                    format!("{what} is still set: {who} set it{at}, and nobody clears it")
                }
                (Resource::Handle, _) => {
                    format!("{what} is still open: {who} opened it{at} and never stopped it")
                }
                (Resource::Commit, _) => format!("{what}, which {who} is to make, is never made"),
                (_, Which::Lock(_)) if is_counter(scenario, which) => {
                    format!(
                        "{what} is not back at its start: {who} counted{at}, and nobody counts it down"
                    )
                }
                _ => format!("{what} is still held: {who} took it{at} and never released it"),
            }
        }
        Leak::Bio(_) => format!(
            "a bio without a page is still there: {who} submitted it{at}, and somebody else ended the page's I/O"
        ),
        Leak::Pin(of) => format!(
            "{} is still pinned: {who} took a pin{at} that nobody gave back",
            page(scenario, of)
        ),
        Leak::ReadOnly(of) => format!(
            "the kernel's own mapping of {} is still read-only: {who} made it so{at}",
            page(scenario, of)
        ),
    }
}

/// Why a bio goes no further.
fn stuck(stage: Stage) -> &'static str {
    match stage {
        Stage::Building => "nobody submits it",
        Stage::Passed => "no host takes it",
        Stage::Queued => "no device takes it",
        Stage::InDevice => "the device never reports its end",
        Stage::Free | Stage::Done => "the device is done, but nobody completes it",
    }
}
