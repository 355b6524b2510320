//! One model's share of a file: its variables, tables and processes.

use std::collections::BTreeSet;

use crate::machine::{Access, Content, Instr, MAX_ACTORS, Model, Op, Resource};
use crate::scenario::Scenario;

use super::library::{Library, comment};

/// Who writes a model.
pub(super) struct Writer<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) model: &'a Model,
    pub(super) library: &'a mut Library,
    pub(super) pages: usize,
    pub(super) sectors: usize,
    /// What this model needs variables for.
    pub(super) has: Has,
    /// The name of its table of guard tags.
    pub(super) guard_tag: String,
    /// The names of its words for the bio somebody builds.
    pub(super) own_bio: String,
    pub(super) builds: String,
}

/// Which of the things that not every model has there are.
#[derive(Default)]
pub(super) struct Has {
    pub(super) buffers: bool,
    pub(super) copy: bool,
    pub(super) promise: bool,
    pub(super) tuples: bool,
    pub(super) guards: bool,
    pub(super) gone: bool,
    pub(super) towrite: bool,
    pub(super) requeues: bool,
    pub(super) errors: bool,
    pub(super) journal: bool,
    pub(super) pins: bool,
    pub(super) read_only: bool,
}

/// Where an instruction stands: in the program, or in the fault handler, which works on the page
/// whose store faulted.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) actor: usize,
    pub(super) pc: usize,
    pub(super) instr: Instr,
    pub(super) handling: bool,
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
            has: Has {
                buffers: model.geometry.block != 0,
                copy: any(&[Op::BounceCopy, Op::GetWriteAccess]),
                promise: any(&[Op::FsyncBegin]),
                tuples: model.protection.tuples(),
                guards: model.protection.guards(),
                gone: any(&[Op::RemoveFromCache]),
                towrite: any(&[Op::TagTowrite, Op::FindTagged]),
                requeues: any(&[Op::Requeue]),
                errors: any(&[Op::MappingSetError]),
                journal: any(&[Op::GetWriteAccess, Op::FileShadow]),
                pins: any(&[Op::Pin, Op::Unpin]),
                read_only: any(&[Op::SetMemoryRo, Op::SetMemoryRw]),
            },
            guard_tag: String::new(),
            own_bio: String::new(),
            builds: String::new(),
        }
    }

    /// Every instruction, once for each page its actor's stores can fault on where it belongs to
    /// a handler.
    pub(super) fn places(&self, actor: usize) -> Vec<Place> {
        let it = &self.model.actors[actor];
        let main = it.main as usize;
        let faulting: BTreeSet<u8> = (it.code.iter().take(main))
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

    /// That `who` stands there; in a handler, for the page the place is for.
    pub(super) fn standing(&self, place: Place, who: &str) -> String {
        let at = match who {
            "me" => format!("at({})", place.pc),
            who => format!("pc[{who}] == {}", place.pc),
        };
        let it = &self.model.actors[place.actor];
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

    pub(super) fn uses(&self, actor: usize, ops: &[Op]) -> bool {
        let code = &self.model.actors[actor].code;
        code.iter().any(|it| ops.contains(&it.op))
    }

    /// Writes everything there is to say of the model into the library.
    pub(super) fn write(mut self) {
        self.declare();
        self.contents();
        self.words();
        let mut begin = self.begin();
        for actor in 0..self.model.actors.len() {
            let options = self.options(actor);
            let name = &self.scenario.cast[actor].name;
            let word: String = (name.chars())
                .map(|it| if it.is_ascii_alphanumeric() { it } else { '_' })
                .collect();
            let name = (self.library).process(&format!("the_{word}"), actor, &options);
            begin += &format!("run {name}();\n");
        }
        let judge = self.judge();
        self.library.start(begin, judge);
    }

    fn declare(&mut self) {
        let (pages, actors) = (Some(self.pages), Some(self.model.actors.len()));
        let intervals = Some(self.pages * self.sectors);
        let bios = Some(self.pages + 1);
        let code = |ops: &[Op]| (0..self.model.actors.len()).any(|it| self.uses(it, ops));
        let has = &self.has;
        let numbered = match self.pages {
            1 => "the page's sectors in memory",
            _ => "sectors in memory, all pages in a row",
        };
        let all = [
            (true, "bool", "halted", None, "a BUG"),
            (
                true,
                "byte",
                "pc",
                actors,
                "which instruction an actor runs next",
            ),
            (
                code(&[Op::Store]),
                "byte",
                "retry",
                actors,
                "in a write fault: the store to run again, plus one",
            ),
            (true, "byte", "PG_locked", pages, "who holds the page lock"),
            (true, "bool", "PG_dirty", pages, ""),
            (true, "byte", "PG_writeback", pages, "who set it"),
            (
                has.towrite,
                "bool",
                "tag_towrite",
                pages,
                "PAGECACHE_TAG_TOWRITE",
            ),
            (
                has.gone,
                "bool",
                "gone",
                pages,
                "no longer part of the file",
            ),
            (
                has.read_only,
                "bool",
                "kernel_ro",
                pages,
                "the kernel's own mapping is read-only",
            ),
            (
                has.journal,
                "bool",
                "BJ_Metadata",
                pages,
                "on the committing transaction's list",
            ),
            (has.pins, "byte", "pins", pages, "for DMA"),
            (
                has.buffers,
                "byte",
                "BH_Dirty",
                pages,
                "dirty buffers, one bit a sector",
            ),
            (
                has.buffers,
                "byte",
                "io_mask",
                pages,
                "sectors under I/O, one bit each",
            ),
            (true, "byte", "memory", intervals, numbered),
            (
                has.copy,
                "byte",
                "copy",
                intervals,
                "bounce copy or jbd2's frozen data; 0: none",
            ),
            (
                true,
                "byte",
                "sealed",
                intervals,
                "at their checksum, or at submission without one; 0: not yet",
            ),
            (
                true,
                "byte",
                "wire",
                intervals,
                "as the HBA fetched them; 0: not yet",
            ),
            (true, "byte", "media", intervals, "on the disk"),
            (
                has.tuples,
                "byte",
                "tuples",
                intervals,
                "what each stored guard tag was computed from",
            ),
            (
                has.promise,
                "byte",
                "promise",
                intervals,
                "what fsync must see on media before it returns; 0: nothing",
            ),
            (
                has.promise,
                "byte",
                "fresh",
                pages,
                "sectors fetched since fsync began, one bit each",
            ),
            (
                self.model.spaces > 0,
                "byte",
                "pte",
                Some(self.pages * self.model.spaces as usize),
                "of each address space, all its pages in a row",
            ),
            (
                !self.model.tlb_spaces.is_empty(),
                "byte",
                "tlb",
                Some(self.pages * self.model.tlb_spaces.len()),
                "of each CPU and address space, all its pages in a row",
            ),
            (
                true,
                "byte",
                "bio_of",
                pages,
                "a page's bio, from 1; 0: none",
            ),
            (true, "byte", "bio_stage", bios, ""),
            (true, "byte", "bio_owner", bios, "its submitter"),
            (true, "bool", "bio_failed", bios, "BLK_STS_PROTECTION"),
            (
                has.guards,
                "bool",
                "bio_guarded",
                bios,
                "each sector carries a guard tag of the block layer's",
            ),
            (
                has.requeues,
                "byte",
                "bio_requeues",
                bios,
                "how often nvme has requeued it",
            ),
            (
                has.errors,
                "bool",
                "AS_EIO",
                None,
                "the mapping's error, until an fsync returns it",
            ),
            (
                has.errors,
                "bool",
                "failed_once",
                None,
                "there was an error ever",
            ),
            (
                self.model.has(Resource::BufferLock),
                "byte",
                "BH_Lock",
                pages,
                "who locked the page's buffers",
            ),
            (
                self.model.has(Resource::Shadow),
                "byte",
                "BH_Shadow",
                pages,
                "whose journal I/O the block is under",
            ),
            (
                self.model.has(Resource::PteLock),
                "byte",
                "pte_lock",
                Some(self.model.spaces.into()),
                "of each address space",
            ),
            (
                self.model.has(Resource::Handle),
                "byte",
                "journal_handle",
                None,
                "who has one open",
            ),
            (
                self.model.has(Resource::Commit),
                "byte",
                "journal_commit",
                None,
                "who has yet to finish it",
            ),
            (
                self.model.has(Resource::Mutex),
                "byte",
                "mmap_lock",
                None,
                "who holds it",
            ),
            (
                code(BIO_AT_HAND) || code(CSUM_AT_HAND),
                "byte",
                "at_hand",
                actors,
                "an actor's bio; or what it computed a block's checksum of",
            ),
            (
                code(CLEANED),
                "bool",
                "cleaned",
                actors,
                "found a dirty or writable PTE and has not acted on it",
            ),
            (
                code(TAGGED),
                "bool",
                "tagged",
                actors,
                "looks pages up by TOWRITE from here on",
            ),
            (
                code(&[Op::WaitOnce]),
                "bool",
                "sleeping",
                actors,
                "on PG_writeback, once",
            ),
            (code(&[Op::WaitOnce]), "bool", "woken", actors, ""),
            (
                code(&[Op::FsyncReturn]),
                "bool",
                "told_error",
                actors,
                "this opener knows of the write error",
            ),
            (
                code(ORIG),
                "byte",
                "orig_pte",
                actors,
                "the PTE as it was at the fault",
            ),
            (
                true,
                "hidden byte",
                "holder",
                Some(MAX_ACTORS),
                "at the end: on whom an actor waits",
            ),
        ];
        for (there, kind, name, many, about) in all {
            if there {
                self.library.variable(kind, name, many, about);
            }
        }
    }

    /// What the numbers of contents stand for.
    pub(super) fn legend(&self) -> Vec<(Content, String)> {
        let contents = &self.model.contents;
        let initial = &self.model.initial;
        let mut known: Vec<(Content, String)> = Vec::new();
        let mut add = |id: Content, text: &dyn Fn() -> String| {
            if id.is_some() && known.iter().all(|(it, _)| *it != id) {
                known.push((id, text()));
            }
        };
        for holder in ["on media", "in memory"] {
            for page in 0..self.pages {
                let at = self.model.page(initial, page);
                for sector in 0..self.sectors {
                    let id = match holder {
                        "in memory" => at.memory[sector],
                        _ => at.media[sector],
                    };
                    add(id, &|| {
                        format!("page {page}, sector {sector} {holder} at first")
                    });
                }
            }
        }
        let ids = || (1..=u8::MAX).map(Content);
        let there = || ids().take_while(|it| !contents.bytes(*it).is_empty());
        for from in there() {
            for store in 0..self.model.stores.len() {
                for interval in 0..self.pages * self.sectors {
                    let to = contents.after(store, interval, from);
                    let shown = comment(&self.scenario.stores[store]);
                    add(to, &|| format!("{} after the store of {shown}", from.0));
                }
            }
        }
        for into in there() {
            for read in there() {
                let text = || format!("{} with the checksum of {}", into.0, read.0);
                add(contents.stamped(into, read), &text);
            }
        }
        known.sort_unstable();
        known
    }

    /// Tells what the numbers of contents stand for, and makes the table of their guard tags.
    fn contents(&mut self) {
        let legend = self.legend();
        let mut text =
            "/* What a sector can hold, by number, and its guard tag; 0 is nothing. */\n"
                .to_owned();
        text += &format!("hidden int @[{}] = {{\n\t0", legend.len() + 1);
        for (id, said) in &legend {
            let tag = self.model.contents.guard(*id);
            text += &format!(",\n\t{tag:5} /* {:2}, {tag:04x}: {said} */", id.0);
        }
        text += "\n};\n";
        self.guard_tag = self.library.define("guard_tag", &text);
    }

    /// The first moment. Everything else is zero.
    fn begin(&mut self) -> String {
        let (model, world) = (self.model, &self.model.initial);
        let mut out = String::new();
        let mut set = |name: &str, number: usize, value: &str| {
            if value != "0" {
                out += &format!("{name}[{number}] = {value};\n");
            }
        };
        let owner = |resource, which| match model.owner(world, resource, which) {
            Some(owner) => owner.to_string(),
            None => "NOBODY".to_owned(),
        };
        let truth = |is: bool| if is { "true" } else { "0" };
        for page in 0..self.pages {
            let it = model.page(world, page);
            set("PG_locked", page, &owner(Resource::PageLock, page));
            set("PG_writeback", page, &owner(Resource::Writeback, page));
            set("PG_dirty", page, truth(it.dirty));
            set(
                "BJ_Metadata",
                page,
                truth(it.committing && self.has.journal),
            );
            let pins = if self.has.pins { it.pins } else { 0 };
            set("pins", page, &pins.to_string());
            set("BH_Dirty", page, &it.buffers.unwrap_or(0).to_string());
            for sector in 0..self.sectors {
                let number = page * self.sectors + sector;
                set("memory", number, &it.memory[sector].0.to_string());
                set("media", number, &it.media[sector].0.to_string());
                set("tuples", number, &it.tuples[sector].0.to_string());
            }
            for space in 0..model.spaces as usize {
                let number = space * self.pages + page;
                set("pte", number, access(model.pte(world, space, page)));
            }
            for tlb in 0..model.tlb_spaces.len() {
                let number = tlb * self.pages + page;
                set("tlb", number, access(model.tlb(world, tlb, page)));
            }
            for (resource, name) in [
                (Resource::BufferLock, "BH_Lock"),
                (Resource::Shadow, "BH_Shadow"),
            ] {
                if model.has(resource) {
                    set(name, page, &owner(resource, page));
                }
            }
        }
        for bio in 0..=self.pages {
            set("bio_owner", bio, "NOBODY");
        }
        if model.has(Resource::PteLock) {
            for space in 0..model.spaces.into() {
                set("pte_lock", space, &owner(Resource::PteLock, space));
            }
        }
        for resource in [Resource::Handle, Resource::Commit, Resource::Mutex] {
            if model.has(resource) {
                out += &format!("{} = {};\n", single(resource), owner(resource, 0));
            }
        }
        for actor in 0..model.actors.len() {
            let settled = self.lands(actor, 0, None, Vec::new());
            out += &match settled.as_str() {
                "pc[me] = 0" => String::new(),
                settled => format!("#define me {actor}\n{settled};\n#undef me\n"),
            };
        }
        out
    }
}

/// The variable of a resource of which there is one.
pub(super) fn single(resource: Resource) -> &'static str {
    match resource {
        Resource::Handle => "journal_handle",
        Resource::Commit => "journal_commit",
        _ => "mmap_lock",
    }
}

fn access(it: Access) -> &'static str {
    match (it.present(), it.write(), it.dirty()) {
        (false, ..) => "0",
        (_, true, true) => "PRESENT | WRITE | DIRTY",
        (_, true, false) => "PRESENT | WRITE",
        (_, false, true) => "PRESENT | DIRTY",
        (_, false, false) => "PRESENT",
    }
}

/// Ops that put a bio into an actor's hand, or look at it.
pub(super) const BIO_AT_HAND: &[Op] = &[Op::TakeRequest, Op::BioEndio];
pub(super) const CSUM_AT_HAND: &[Op] = &[Op::ReadChecksum, Op::StoreChecksum];
pub(super) const CLEANED: &[Op] = &[Op::PteWrprotect, Op::ZapPte, Op::RedirtyIfCleaned];
pub(super) const TAGGED: &[Op] = &[Op::TagTowrite, Op::FindTagged];
pub(super) const ORIG: &[Op] = &[Op::Store, Op::PteMkwrite];
