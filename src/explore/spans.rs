//! What held for a while in a run: locks, writeback, the stable window, sleep.

use crate::machine::{ActorId, Model, PageId, Resource, Stage, Status, status};

use super::story::Story;

/// What holds for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The page's bytes must not change.
    Window,
    /// PG_writeback is set.
    Writeback,
    /// An actor holds the page lock.
    Lock,
    /// An actor sleeps.
    Asleep(Resource),
}

/// A stretch of steps during which something held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What held.
    pub held: Held,
    /// Of which page; of no meaning for sleep on what no page has.
    pub page: PageId,
    /// Who held it, or who slept; of no meaning for what a page has.
    pub actor: ActorId,
    /// After which step it began to hold; 0 is the start.
    pub from: usize,
    /// With which step it ended, or the run's last one.
    pub to: usize,
}

/// Spans of a run: what each page has, then who slept; of each thing in the order they began.
pub fn spans(model: &Model, story: &Story) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let before = std::iter::once(&model.initial);
    let worlds = before.chain(story.steps.iter().map(|told| &told.world));
    let worlds: Vec<_> = worlds.collect();
    // Follows one thing through all moments: what it is called now, if it holds.
    let mut follow = |holds: &mut dyn FnMut(usize) -> Option<(Held, PageId, ActorId)>| {
        let mut open: Option<((Held, PageId, ActorId), usize)> = None;
        for step in 0..worlds.len() {
            let now = holds(step);
            if let Some((_, span)) = open {
                spans[span].to = step;
            }
            if now == open.map(|it| it.0) {
                continue;
            }
            open = now.map(|(held, page, actor)| {
                spans.push(Span {
                    held,
                    page,
                    actor,
                    from: step,
                    to: step,
                });
                ((held, page, actor), spans.len() - 1)
            });
        }
    };
    for page in model.page_ids() {
        follow(&mut |step| {
            let world = worlds[step];
            let (it, stage) = (model.page(world, page), model.stage(world, page));
            let sealed = it.sealed.iter().any(|it| it.is_some());
            // With a copy to take from, the page itself may change.
            let copied = it.copy.iter().any(|it| it.is_some());
            let moving = sealed && !copied && !matches!(stage, Stage::Free | Stage::Done);
            moving.then_some((Held::Window, page, ActorId(0)))
        });
        follow(&mut |step| {
            let owner = model.page(worlds[step], page).writeback;
            owner.map(|_| (Held::Writeback, page, ActorId(0)))
        });
        follow(&mut |step| {
            let owner = model.page(worlds[step], page).lock;
            owner.map(|owner| (Held::Lock, page, owner))
        });
    }
    for actor in model.actor_ids() {
        follow(&mut |step| match status(model, worlds[step], actor) {
            Status::Asleep(wait) => {
                let page = wait.which.page().unwrap_or_default();
                Some((Held::Asleep(wait.on), page, actor))
            }
            _ => None,
        });
    }
    spans
}
