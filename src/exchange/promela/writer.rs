//! What is known of one model while it is written into a file, and its instructions one by one.

use std::collections::BTreeSet;

use crate::explore::safe_steps;
use crate::machine::{ActorId, EndIo, Instr, Model, Op, PageId, Protection, ReadStep, SectorId};
use crate::scenario::Scenario;

use super::library::Library;

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

/// An instruction in its place: in the actor's program, or in its fault handler, where `instr` has the page whose store
/// faulted.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) actor: ActorId,
    pub(super) pc: usize,
    pub(super) instr: Instr,
    pub(super) handling: bool,
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

    /// Every instruction of an actor; one of its fault handler once for each page that the actor's stores can fault on.
    pub(super) fn places(&self, actor: ActorId) -> Vec<Place> {
        let it = &self.model.actors[actor.index()];
        let main = usize::from(it.main);
        let faulting: BTreeSet<PageId> = (it.code.iter().take(main))
            .filter(|instr| instr.op == Op::Store)
            .map(|instr| instr.page)
            .collect();
        let mut places = Vec::new();
        for (pc, instr) in it.code.iter().enumerate() {
            let handling = pc >= main;
            let own = BTreeSet::from([instr.page]);
            for page in if handling { &faulting } else { &own } {
                let instr = Instr {
                    page: *page,
                    ..*instr
                };
                places.push(Place {
                    actor,
                    pc,
                    instr,
                    handling,
                });
            }
        }
        places
    }

    /// The condition that the actor `who` stands at a place; in a handler, that it is there for the place's page.
    pub(super) fn standing(&self, place: Place, who: &str) -> String {
        let at = match who {
            "me" => format!("at({})", place.pc),
            who => format!("pc[{who}] == {}", place.pc),
        };
        let it = &self.model.actors[place.actor.index()];
        let stores = || {
            let main = it.code.iter().enumerate().take(it.main.into());
            main.filter(|(_, instr)| instr.op == Op::Store)
        };
        if !place.handling || stores().all(|(_, instr)| instr.page == place.instr.page) {
            return at;
        }
        let of_page = stores().filter(|(_, instr)| instr.page == place.instr.page);
        let any: Vec<String> = of_page
            .map(|(pc, _)| format!("retry[{who}] == {}", pc + 1))
            .collect();
        format!("{at} && ({})", any.join(" || "))
    }

    /// Where the bio of a sector is kept: in the variable of its page, or in one of its own where pages go out in parts.
    pub(super) fn bio_place(&self, page: PageId, sector: SectorId) -> usize {
        match self.has.parts {
            true => self.model.geometry.interval_number(page, sector),
            false => page.index(),
        }
    }

    /// All places where bios of a page are kept.
    pub(super) fn bio_places(&self, page: PageId) -> Vec<usize> {
        let mut all: Vec<usize> = (self.model.sector_ids())
            .map(|sector| self.bio_place(page, sector))
            .collect();
        all.dedup();
        all
    }

    /// The condition that a word is true of one of a page's bios.
    pub(super) fn any_bio(&self, page: PageId, word: &str) -> String {
        let all = self.bio_places(page).into_iter();
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
        for actor in self.model.actor_ids() {
            let options = self.options(actor);
            let name = &self.scenario.cast[actor.index()].name;
            let word: String = (name.chars())
                .map(|it| if it.is_ascii_alphanumeric() { it } else { '_' })
                .collect();
            let unnoticed = self.unnoticed(actor);
            let base = format!("the_{word}");
            let name = (self.library).process(&base, actor.index(), &options, &unnoticed);
            begin += &format!("run {name}();\n");
        }
        let judge = self.judge();
        self.library.start(begin, judge);
    }
}
