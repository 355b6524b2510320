//! A run as JSON, for other programs. `assets/schema/run-2.json` describes each member; it is made of the types here,
//! whose comments are its descriptions. New information gets a new member; a member whose meaning changes makes a new
//! version.

mod form;

use super::ending::outcome;
use super::introduction;
use super::narration::{hex, sentence, world_before};
use super::schema::VerdictWord;
use super::status_words;
use crate::explore::Story;
use crate::machine::{
    Access, ActorId, Content, End, Intervals, Model, PageId, Resource, SpaceId, Status, World, end,
    status,
};
use crate::protocol::{OPS, OpRow};
use crate::scenario::Scenario;

pub use form::RUN_FORMAT;
use form::*;

/// The schema of [`run_json`], as `assets/schema/run-2.json` has it.
#[cfg(not(target_family = "wasm"))]
pub fn run_schema() -> String {
    super::schema::schema::<Run>("urn:stable-pages:run-2", "A run of Stable Pages")
}

impl From<Access> for Bits {
    fn from(it: Access) -> Bits {
        Bits {
            present: it.present(),
            write: it.write(),
            dirty: it.dirty(),
        }
    }
}

/// The whole run as JSON without indentation, with the state after each step.
///
/// `link` is the page's whole address for this run.
pub fn run_json(scenario: &Scenario, story: &Story, link: &str) -> String {
    let model = &scenario.model;
    let builder = RunBuilder { scenario, story };
    let of_space = |space: Option<SpaceId>| Some(scenario.spaces.get(space?.index())?.as_str());
    let last = story.steps.len();
    let run = Run {
        format: RUN_FORMAT,
        version: VERSION,
        link,
        scenario: About {
            slug: &scenario.slug,
            title: &scenario.name,
            summary: introduction(scenario),
            era: scenario.era.into(),
            device: scenario.device.into(),
            edits: &scenario.edits,
            sources: &scenario.sources,
        },
        actors: (scenario.cast.iter().zip(&model.actors))
            .map(|(cast, it)| Actor {
                name: ActorName(&cast.name),
                about: &cast.about,
                space: of_space(it.space),
            })
            .collect(),
        spaces: &scenario.spaces,
        tlbs: (model.tlb_ids().zip(&model.tlb_spaces))
            .map(|(tlb, space)| {
                let actors = model.actor_ids().zip(&model.actors);
                let mine = actors.filter(|(_, it)| it.tlb == Some(tlb));
                Tlb {
                    space: of_space(Some(*space)),
                    actors: mine.filter_map(|(at, _)| builder.name(at)).collect(),
                }
            })
            .collect(),
        pages: (model.page_ids())
            .map(|page| PageOf {
                index: scenario.indexes.get(page.index()).copied(),
                cached: model.cached[page.index()],
                lbas: (model.sector_ids())
                    .map(|sector| model.geometry.lba(page, sector))
                    .collect(),
            })
            .collect(),
        contents: builder.contents(),
        initial: builder.state(&model.initial, 0),
        steps: (1..=last).filter_map(|step| builder.step(step)).collect(),
        verdicts: (story.verdicts(model).into_iter())
            .map(VerdictWord::from)
            .collect(),
        invariants: (story.broken.iter())
            .map(|(it, step)| Broken {
                invariant: (*it).into(),
                name: it.name().1,
                step: *step,
            })
            .collect(),
        end: builder.end(),
    };
    // A run is plain data with text for keys; writing it cannot fail.
    serde_json::to_string(&run).unwrap_or_default()
}

struct RunBuilder<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
}

impl<'a> RunBuilder<'a> {
    fn name(&self, actor: ActorId) -> Option<ActorName<'a>> {
        let cast = self.scenario.cast.get(actor.index())?;
        Some(ActorName(&cast.name))
    }

    fn model(&self) -> &'a Model {
        &self.scenario.model
    }

    fn guard(&self, content: Content) -> Option<Guard> {
        let guard = || Guard(hex(self.model().contents.guard(content)));
        content.is_some().then(guard)
    }

    /// The guard of each content; none for the first one, which stands for no bytes.
    fn contents(&self) -> Vec<Option<Guard>> {
        let all = 0..self.model().contents.count();
        all.map(|it| self.guard(Content(it as u8))).collect()
    }

    fn step(&self, step: usize) -> Option<Step<'a>> {
        let (scenario, story) = (self.scenario, self.story);
        let told = &story.steps[step - 1];
        let (row, line) = line_of(scenario, story, step - 1)?;
        let broken = story.broken.iter().filter(|(_, at)| *at == step);
        Some(Step {
            step,
            actor: self.name(told.choice.actor).unwrap_or(ActorName("")),
            way: told.choice.way,
            op: row.into(),
            line,
            sentence: sentence(scenario, story, step - 1).replace('`', ""),
            effects: &told.effects,
            breaks: broken.map(|(it, _)| (*it).into()).collect(),
            verdict: told.verdict().map(VerdictWord::from),
            state: self.state(&told.world, step),
        })
    }

    /// The state after a step; after the last step also with a sentence for each sleeper.
    fn state(&self, world: &World, step: usize) -> State<'a> {
        let model = self.model();
        let mut held = Vec::new();
        for what in Resource::OWNED {
            for which in model.all_of(what) {
                let owner = model.owner(world, what, which);
                if let Some(by) = owner.and_then(|it| self.name(it)) {
                    let which = which.number();
                    held.push(Holding { what, which, by });
                }
            }
        }
        let (pages, actors) = (model.page_ids(), model.actor_ids());
        State {
            pages: pages.map(|it| self.page(world, it)).collect(),
            actors: actors.map(|it| self.place(world, it, step)).collect(),
            held,
            locks: self.locks(world),
            error_latched: model.mapping_error(world),
        }
    }

    fn locks(&self, world: &World) -> Vec<NamedLock<'a>> {
        let model = self.model();
        let locks = model.lock_ids().zip(&model.locks).zip(&self.scenario.locks);
        let named = locks.map(|((lock, of), name)| {
            let it = model.lock(world, lock);
            let all = |is: &dyn Fn(ActorId) -> bool| {
                let actors = model.actor_ids().filter(|actor| is(*actor));
                actors.filter_map(|actor| self.name(actor)).collect()
            };
            NamedLock {
                name,
                kind: of.kind,
                held_by: it.owner.and_then(|it| self.name(it)),
                read_by: all(&|actor| it.owner.is_none() && it.holds(actor)),
                waited_for_by: all(&|actor| it.waits_to_write(actor)),
                value: it.value,
            }
        });
        named.collect()
    }

    fn page(&self, world: &World, number: PageId) -> Page<'a> {
        let model = self.model();
        let sectors = model.geometry.sectors();
        let it = model.page(world, number);
        let row = |all: &Intervals| all[..sectors].to_vec();
        let guards = |all: &Intervals| all[..sectors].iter().map(|it| self.guard(*it)).collect();
        let (spaces, tlbs) = (model.space_ids(), model.tlb_ids());
        Page {
            locked_by: it.lock.and_then(|it| self.name(it)),
            writeback: it.writeback.is_some(),
            dirty: it.dirty,
            towrite: it.towrite,
            truncated: it.gone,
            committing: it.committing,
            kernel_read_only: it.read_only,
            pins: it.pins,
            dirty_buffers: it.buffers,
            blocks_under_writeback: it.block_writeback,
            bio: it.bio,
            bio_stage: model.stage(world, number),
            bios: (model.sector_ids())
                .filter(|_| model.in_parts())
                .map(|sector| model.bio_at(world, number, sector))
                .collect(),
            ptes: spaces.map(|s| model.pte(world, s, number).into()).collect(),
            tlbs: tlbs.map(|t| model.tlb(world, t, number).into()).collect(),
            memory: row(&it.memory),
            copy: row(&it.copy),
            sealed: row(&it.sealed),
            guards: guards(&it.sealed),
            fetched: row(&it.wire),
            media: row(&it.media),
            media_guards: guards(&it.tuples),
        }
    }

    fn place(&self, world: &World, actor: ActorId, step: usize) -> Place<'a> {
        let model = self.model();
        let state = model.actor(world, actor);
        let status = status(model, world, actor);
        let next = model.actors[actor.index()].code.get(usize::from(state.pc));
        let over = matches!(status, Status::Finished | Status::Halted);
        let words = || status_words(self.scenario, self.story, actor, status);
        let now = step == self.story.steps.len();
        Place {
            name: self.name(actor).unwrap_or(ActorName("")),
            status: match status {
                Status::Ready => Standing::Ready,
                Status::Asleep(_) => Standing::Asleep,
                Status::Idle => Standing::Idle,
                Status::Finished => Standing::Finished,
                Status::Halted => Standing::Halted,
            },
            next: next
                .filter(|_| !over)
                .map(|it| (&OPS[usize::from(it.tag)]).into()),
            faulting: state.faulting,
            asleep: match status {
                Status::Asleep(wait) => Some(Asleep {
                    on: wait.on,
                    which: wait.which.number(),
                    behind: wait.holder.and_then(|it| self.name(it)),
                    sentence: now.then(words),
                }),
                _ => None,
            },
        }
    }

    fn end(&self) -> Option<Ended<'a>> {
        let last = self.story.steps.last();
        let world = last.map_or(self.model().initial, |told| told.world);
        let end = end(self.model(), &world)?;
        let (kind, actors) = match &end {
            End::Rest(_) => (EndKind::Rest, Vec::new()),
            End::Deadlock(cycle) => (EndKind::Deadlock, cycle.clone()),
            End::Stall(actor) => (EndKind::Stall, vec![*actor]),
            End::Halted => (EndKind::Halted, Vec::new()),
        };
        Some(Ended {
            kind,
            actors: actors.into_iter().filter_map(|it| self.name(it)).collect(),
            sentence: outcome(self.scenario, self.story, &end).replace('`', ""),
        })
    }
}

/// The row of a step (counted from 0), and its line of source in the scenario's kernel.
pub(super) fn line_of<'a>(
    scenario: &'a Scenario,
    story: &Story,
    index: usize,
) -> Option<(&'static OpRow, &'a str)> {
    let actor = story.steps.get(index)?.choice.actor;
    let before = world_before(scenario, story, index);
    let pc = scenario.model.actor(&before, actor).pc;
    let code = &scenario.model.actors[actor.index()].code;
    let row = &OPS[usize::from(code.get(usize::from(pc))?.tag)];
    let mut lines = scenario.cast[actor.index()].lines.iter();
    let line = lines.find(|it| it.row.is_some() && it.pcs.contains(&pc));
    Some((row, line.map_or("", |it| &it.text)))
}
