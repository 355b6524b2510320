//! What held for a while in a run: locks, writeback, the stable window, sleep.

use crate::machine::{ActorId, Model, PageId, Resource, Status, status};

use super::story::Story;

/// A condition that holds for a stretch of steps.
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
    /// The page it is about; page 0 for sleep on what is not of one page.
    pub page: PageId,
    /// Who held the page lock, or who slept; actor 0 for the window and for writeback.
    pub actor: ActorId,
    /// After which step it began to hold; 0 for the start.
    pub from: usize,
    /// With which step it ended, or the run's last one.
    pub to: usize,
}

/// The spans of a run: for each page its stable windows, writebacks and page locks, then for each actor
/// its sleeps; those of one kind in the order in which they began.
pub fn spans(model: &Model, story: &Story) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let before = std::iter::once(&model.initial);
    let worlds = before.chain(story.steps.iter().map(|record| &record.world));
    let worlds: Vec<_> = worlds.collect();
    // Follows one condition through all moments. `holds` says for a moment whether the condition holds,
    // and with which page and actor; where these change, another span begins.
    let mut follow = |holds: &mut dyn FnMut(usize) -> Option<(Held, PageId, ActorId)>| {
        let mut open: Option<((Held, PageId, ActorId), usize)> = None;
        for step in 0..worlds.len() {
            let now = holds(step);
            if let Some((_, span)) = open {
                spans[span].to = step;
            }
            if now == open.map(|(before, _)| before) {
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
            let registers = model.page(world, page);
            // No page of an I/O that is completed, or of none, is sealed.
            let sealed = registers.sealed.iter().any(|content| content.is_some());
            // Where the I/O takes a copy, the page itself may change.
            let copied = registers.copy.iter().any(|content| content.is_some());
            (sealed && !copied).then_some((Held::Window, page, ActorId(0)))
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
