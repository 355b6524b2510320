//! What is known of one model while it is written into a file, and its instructions one by one.

use crate::explore::safe_steps;
use crate::machine::{ActorId, EndIo, Instr, Model, Op, PageId, Protection, ReadStep, SectorId};
use crate::scenario::Scenario;

use super::library::{Library, step_name, word};

/// Writes one model into a library.
pub(super) struct Writer<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) model: &'a Model,
    pub(super) library: &'a mut Library,
    pub(super) pages: usize,
    pub(super) sectors: usize,
    /// How many bios there can be at a time.
    pub(super) bios: usize,
    /// Which optional things this model has, and so needs variables for.
    pub(super) has: Has,
    /// For each actor and instruction, whether it can be made in one go with the step before.
    pub(super) unnoticed: Vec<Vec<bool>>,
    /// The name of its table of guard tags.
    pub(super) guard_tag: String,
    /// The names of the definitions for the bio that `me` builds and for the pages in it.
    pub(super) own_bio: String,
    pub(super) builds: String,
}

/// Which of the things that only some models have this one has.
#[derive(Default)]
pub(super) struct Has {
    /// Pages that go out in parts, so that each sector has its bio, not each page.
    pub(super) parts: bool,
    pub(super) buffers: bool,
    /// Blocks with a writeback bit of their own.
    pub(super) blocks: bool,
    pub(super) copy: bool,
    pub(super) promise: bool,
    pub(super) mixed: bool,
    pub(super) tuples: bool,
    pub(super) guards: bool,
    pub(super) gone: bool,
    pub(super) towrite: bool,
    /// Bios that are reads.
    pub(super) reads: bool,
    pub(super) requeues: bool,
    pub(super) errors: bool,
    pub(super) journal: bool,
    pub(super) pins: bool,
    pub(super) read_only: bool,
}

/// An instruction in its place: in the actor's program, or in its fault handler, which is written once for each store that
/// can fault; there `instr` has the store's page.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) actor: ActorId,
    pub(super) pc: usize,
    pub(super) instr: Instr,
    /// In a fault handler, the store that faulted.
    pub(super) store: Option<usize>,
}

/// What an instruction works on, in the text: numbers, or the names of a macro's parameters.
pub(super) struct Names {
    pub(super) page: String,
    /// Its sector, counted through all pages.
    pub(super) sector: String,
    /// Its sector, counted through its page.
    pub(super) nth: String,
    /// Where the bio of its sector is kept.
    pub(super) place: String,
    pub(super) lock: String,
}

/// For each actor and instruction whether its step can be made in one go with the step before it: it has one outcome, it is
/// safe (`explore/safe.rs`), and the actor never goes back to it, so that whoever goes round stops there for others.
fn unnoticed(model: &Model) -> Vec<Vec<bool>> {
    let mut all = safe_steps(model);
    for (it, all) in model.actors.iter().zip(&mut all) {
        let main = usize::from(it.main);
        let mut visible = |pc: usize| {
            if let Some(one) = all.get_mut(pc) {
                *one = false;
            }
        };
        visible(0);
        for (pc, instr) in it.code.iter().enumerate() {
            // A store is made again after its fault.
            let many =
                matches!(instr.op, Op::Choose | Op::Store | Op::WaitOnce) || instr.op.serves();
            if many {
                visible(pc);
            }
            if instr.op.can_answer_no() && usize::from(instr.no) <= pc {
                visible(instr.no.into());
            }
            if pc == main {
                visible(pc);
            }
        }
    }
    all
}

impl<'a> Writer<'a> {
    pub(super) fn new(scenario: &'a Scenario, library: &'a mut Library) -> Writer<'a> {
        let model = &scenario.model;
        let code = || model.actors.iter().flat_map(|it| &it.code);
        let any = |ops: &[Op]| code().any(|it| ops.contains(&it.op));
        Writer {
            scenario,
            model,
            library,
            pages: model.geometry.pages.into(),
            sectors: model.geometry.sectors(),
            bios: model.bio_ids().len(),
            has: Has {
                parts: model.in_parts(),
                buffers: model.geometry.block != 0,
                blocks: any(&[Op::SetBlocksWriteback, Op::EndIo(EndIo::Blocks)]),
                copy: any(&[Op::BounceCopy, Op::CopySector, Op::GetWriteAccess])
                    || any(&[ReadStep::Bounce, ReadStep::Again].map(Op::Read)),
                promise: any(&[Op::FsyncBegin]),
                mixed: any(&[Op::CompleteRequest]) && model.protection != Protection::FsChecksum,
                tuples: model.protection.tuples(),
                guards: model.protection.guards(),
                gone: any(&[Op::RemoveFromCache]),
                towrite: any(&[Op::TagTowrite, Op::FindTagged]),
                reads: any(&[ReadStep::Submit, ReadStep::IsRead].map(Op::Read)),
                requeues: any(&[Op::Requeue]),
                errors: any(&[Op::MappingSetError]),
                journal: any(&[Op::GetWriteAccess, Op::FileShadow]),
                pins: any(&[Op::Pin, Op::Unpin]),
                read_only: any(&[Op::SetMemoryRo, Op::SetMemoryRw]),
            },
            unnoticed: unnoticed(model),
            guard_tag: String::new(),
            own_bio: String::new(),
            builds: String::new(),
        }
    }

    /// An instruction of an actor; in the fault handler of a store, with the store's page.
    pub(super) fn instr(&self, actor: ActorId, pc: usize, store: Option<usize>) -> Option<Instr> {
        let code = &self.model.actors[actor.index()].code;
        let mut instr = *code.get(pc)?;
        if let Some(store) = store {
            instr.page = code[store].page;
        }
        Some(instr)
    }

    /// Every instruction of an actor; those of its fault handler once for each store.
    pub(super) fn places(&self, actor: ActorId) -> Vec<Place> {
        let it = &self.model.actors[actor.index()];
        let main = usize::from(it.main);
        let stores = (0..main).filter(|pc| it.code[*pc].op == Op::Store);
        let handlers =
            stores.flat_map(|store| (main..it.code.len()).map(move |pc| (pc, Some(store))));
        let all = (0..main).map(|pc| (pc, None)).chain(handlers);
        all.filter_map(|(pc, store)| {
            let instr = self.instr(actor, pc, store)?;
            Some(Place {
                actor,
                pc,
                instr,
                store,
            })
        })
        .collect()
    }

    /// The label of an instruction: its step's name, in a handler the number of the store, and its own number.
    pub(super) fn label(&self, actor: ActorId, pc: usize, store: Option<usize>) -> String {
        let line = self.line(actor, pc);
        let name = line.map_or("step".to_owned(), |it| step_name(&it.text, &it.key));
        match store {
            None => format!("{name}_{}", pc + 1),
            Some(store) => format!("{name}_{}_{}", store + 1, pc + 1),
        }
    }

    /// The condition that an actor stands at a place.
    pub(super) fn stands_at(&self, place: Place, processes: &[String]) -> String {
        let process = &processes[place.actor.index()];
        let label = self.label(place.actor, place.pc, place.store);
        // `init` is process 0.
        format!("{process}[{}]@{label}", place.actor.0 + 1)
    }

    /// Whether an actor may have to wait before a step, for whatever reason.
    pub(super) fn may_wait(&mut self, place: Place) -> bool {
        let names = self.names(place.instr);
        self.sleep(place.instr, &names).is_some()
            || self
                .nothing_to_do(place.actor, place.instr, &names)
                .is_some()
            || place.instr.op.serves()
    }

    /// What an instruction works on.
    pub(super) fn names(&self, instr: Instr) -> Names {
        let (page, sector) = (instr.page, instr.sector());
        Names {
            page: page.to_string(),
            sector: self
                .model
                .geometry
                .interval_number(page, sector)
                .to_string(),
            nth: sector.to_string(),
            place: self.bio_place(page, sector).to_string(),
            lock: instr.lock().to_string(),
        }
    }

    /// The same as the parameters of a macro.
    pub(super) fn parameters(&self) -> Names {
        Names {
            page: "page".to_owned(),
            sector: "sector".to_owned(),
            nth: match self.sectors {
                1 => "0".to_owned(),
                many => format!("sector % {many}"),
            },
            place: (if self.has.parts { "sector" } else { "page" }).to_owned(),
            lock: "lock".to_owned(),
        }
    }

    /// Where the bio of a sector is kept: in the variable of its page, or in one of its own where pages go out in parts.
    pub(super) fn bio_place(&self, page: PageId, sector: SectorId) -> usize {
        match self.has.parts {
            true => self.model.geometry.interval_number(page, sector),
            false => page.index(),
        }
    }

    /// All places where bios are kept of a page, which the text calls `name`.
    pub(super) fn bio_places(&self, page: PageId, name: &str) -> Vec<String> {
        match self.has.parts {
            true => (self.model.sector_ids())
                .map(|sector| self.bio_place(page, sector).to_string())
                .collect(),
            false => vec![name.to_owned()],
        }
    }

    /// The condition that a word is true of one of a page's bios.
    pub(super) fn any_bio(&self, page: PageId, name: &str, word: &str) -> String {
        let all = self.bio_places(page, name).into_iter();
        let all: Vec<String> = all.map(|it| format!("{word}({it})")).collect();
        match &all[..] {
            [one] => one.clone(),
            _ => format!("({})", all.join(" || ")),
        }
    }

    pub(super) fn uses(&self, actor: ActorId, ops: &[Op]) -> bool {
        let code = &self.model.actors[actor.index()].code;
        code.iter().any(|it| ops.contains(&it.op))
    }

    /// Writes the whole model into the library.
    pub(super) fn write(mut self) {
        self.declare();
        self.contents();
        self.words();
        let mut begin = self.begin();
        let mut processes = Vec::new();
        for actor in self.model.actor_ids() {
            let program = self.program(actor);
            let base = format!("the_{}", word(&self.scenario.cast[actor.index()].name));
            let name = self.library.process(&base, actor.index(), &program);
            begin += &format!("run {name}();\n");
            processes.push(name);
        }
        let judge = self.judge(&processes);
        self.library.start(begin, judge);
    }
}
