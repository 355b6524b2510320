//! A run as JSON, for other programs. `assets/schema/run-1.json` describes each member. New information gets a new member;
//! a member whose meaning changes makes a new version.

use serde::Serialize;

use super::ending::outcome;
use super::narration::{hex, sentence, world_before};
use super::status_words;
use crate::explore::Story;
use crate::machine::{
    Access, ActorId, BioId, Content, Effect, End, Intervals, Model, PageId, Resource, SpaceId,
    Stage, Status, World, end, status,
};
use crate::protocol::OPS;
use crate::scenario::Scenario;

const FORMAT: &str = "stable-pages run";
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Run<'a> {
    format: &'static str,
    version: u32,
    link: &'a str,
    scenario: About<'a>,
    actors: Vec<Actor<'a>>,
    spaces: &'a [String],
    tlbs: Vec<Tlb<'a>>,
    pages: Vec<PageOf>,
    contents: Vec<Option<String>>,
    initial: State<'a>,
    steps: Vec<Step<'a>>,
    verdicts: Vec<&'static str>,
    invariants: Vec<Broken>,
    end: Option<Ended<'a>>,
}

#[derive(Serialize)]
struct About<'a> {
    slug: &'a str,
    title: &'a str,
    summary: &'a str,
    era: &'static str,
    device: &'static str,
    edits: &'a [String],
    sources: &'a [String],
}

#[derive(Serialize)]
struct Actor<'a> {
    name: &'a str,
    about: &'a str,
    space: Option<&'a str>,
}

#[derive(Serialize)]
struct Tlb<'a> {
    space: Option<&'a str>,
    actors: Vec<&'a str>,
}

#[derive(Serialize)]
struct PageOf {
    index: Option<u32>,
    cached: bool,
    lbas: Vec<u32>,
}

#[derive(Serialize)]
struct Step<'a> {
    step: usize,
    actor: &'a str,
    way: u8,
    op: &'static str,
    line: &'a str,
    sentence: String,
    effects: &'a [Effect],
    breaks: Vec<&'static str>,
    verdict: Option<&'static str>,
    state: State<'a>,
}

#[derive(Serialize)]
struct Broken {
    invariant: &'static str,
    name: &'static str,
    step: usize,
}

#[derive(Serialize)]
struct Ended<'a> {
    kind: &'static str,
    actors: Vec<&'a str>,
    sentence: String,
}

#[derive(Serialize)]
struct State<'a> {
    pages: Vec<Page<'a>>,
    actors: Vec<Place<'a>>,
    held: Vec<Holding<'a>>,
    error_latched: bool,
}

#[derive(Serialize)]
struct Page<'a> {
    locked_by: Option<&'a str>,
    writeback: bool,
    dirty: bool,
    towrite: bool,
    truncated: bool,
    committing: bool,
    kernel_read_only: bool,
    pins: u8,
    dirty_buffers: Option<u8>,
    bio: Option<BioId>,
    bio_stage: Stage,
    ptes: Vec<Bits>,
    tlbs: Vec<Bits>,
    memory: Vec<Content>,
    copy: Vec<Content>,
    sealed: Vec<Content>,
    guards: Vec<Option<String>>,
    fetched: Vec<Content>,
    media: Vec<Content>,
    media_guards: Vec<Option<String>>,
}

#[derive(Serialize)]
struct Bits {
    present: bool,
    write: bool,
    dirty: bool,
}

#[derive(Serialize)]
struct Place<'a> {
    name: &'a str,
    status: &'static str,
    next: Option<&'static str>,
    faulting: bool,
    asleep: Option<Asleep<'a>>,
}

#[derive(Serialize)]
struct Asleep<'a> {
    on: Resource,
    which: u8,
    behind: Option<&'a str>,
    sentence: Option<String>,
}

#[derive(Serialize)]
struct Holding<'a> {
    what: Resource,
    which: u8,
    by: &'a str,
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
        format: FORMAT,
        version: VERSION,
        link,
        scenario: About {
            slug: &scenario.slug,
            title: &scenario.title,
            summary: &scenario.summary,
            era: scenario.era.word(),
            device: scenario.device.word(),
            edits: &scenario.edits,
            sources: &scenario.sources,
        },
        actors: (scenario.cast.iter().zip(&model.actors))
            .map(|(cast, it)| Actor {
                name: &cast.name,
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
        steps: (1..=last).map(|step| builder.step(step)).collect(),
        verdicts: (story.verdicts(model).into_iter())
            .map(|it| it.words())
            .collect(),
        invariants: (story.broken.iter())
            .map(|(it, step)| Broken {
                invariant: it.name().0,
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
    fn name(&self, actor: ActorId) -> Option<&'a str> {
        let cast = self.scenario.cast.get(actor.index())?;
        Some(&cast.name)
    }

    fn model(&self) -> &'a Model {
        &self.scenario.model
    }

    fn guard(&self, content: Content) -> Option<String> {
        let guard = || hex(self.model().contents.guard(content));
        content.is_some().then(guard)
    }

    /// The guard of each content; none for the first one, which stands for no bytes.
    fn contents(&self) -> Vec<Option<String>> {
        let all = 0..self.model().contents.count();
        all.map(|it| self.guard(Content(it as u8))).collect()
    }

    fn step(&self, step: usize) -> Step<'a> {
        let (scenario, story) = (self.scenario, self.story);
        let told = &story.steps[step - 1];
        let (op, line) = line_of(scenario, story, step - 1);
        let broken = story.broken.iter().filter(|(_, at)| *at == step);
        Step {
            step,
            actor: self.name(told.choice.actor).unwrap_or(""),
            way: told.choice.way,
            op,
            line,
            sentence: sentence(scenario, story, step - 1).replace('`', ""),
            effects: &told.effects,
            breaks: broken.map(|(it, _)| it.name().0).collect(),
            verdict: told.verdict().map(|it| it.words()),
            state: self.state(&told.world, step),
        }
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
            error_latched: model.mapping_error(world),
        }
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
            bio: it.bio,
            bio_stage: model.stage(world, number),
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
            name: self.name(actor).unwrap_or(""),
            status: match status {
                Status::Ready => "ready",
                Status::Asleep(_) => "asleep",
                Status::Idle => "idle",
                Status::Finished => "finished",
                Status::Halted => "halted",
            },
            next: next
                .filter(|_| !over)
                .map(|it| OPS[usize::from(it.tag)].key),
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
            End::Rest(_) => ("rest", Vec::new()),
            End::Deadlock(cycle) => ("deadlock", cycle.clone()),
            End::Stall(actor) => ("stall", vec![*actor]),
            End::Halted => ("halted", Vec::new()),
        };
        Some(Ended {
            kind,
            actors: actors.into_iter().filter_map(|it| self.name(it)).collect(),
            sentence: outcome(self.scenario, self.story, &end).replace('`', ""),
        })
    }
}

/// A step (counted from 0) by its key, which never changes, and by its line of source in the scenario's kernel.
pub(super) fn line_of<'a>(
    scenario: &'a Scenario,
    story: &Story,
    index: usize,
) -> (&'static str, &'a str) {
    let Some(told) = story.steps.get(index) else {
        return ("", "");
    };
    let actor = told.choice.actor;
    let before = world_before(scenario, story, index);
    let pc = scenario.model.actor(&before, actor).pc;
    let instr = scenario.model.actors[actor.index()]
        .code
        .get(usize::from(pc));
    let key = instr.map_or("", |it| OPS[usize::from(it.tag)].key);
    let mut lines = scenario.cast[actor.index()].lines.iter();
    let line = lines.find(|it| it.row.is_some() && it.pcs.contains(&pc));
    (key, line.map_or("", |it| &it.text))
}
