//! The variables of a model, and their values at the start of a run.

use crate::machine::{Access, ActorId, LockKind, Op, PageId, Resource, Which};

use super::writer::Writer;

/// One variable a line: the feature of a model that needs it, its type, its name with the length of an array, and what it
/// means.
const VARIABLES: &str = "
ever      bool halted                   after a BUG
ever      byte PG_locked[pages]         who holds the page lock
ever      bool PG_dirty[pages]
ever      byte PG_writeback[pages]      who set it
towrite   bool tag_towrite[pages]       PAGECACHE_TAG_TOWRITE
gone      bool gone[pages]              no longer part of the file
read_only bool kernel_ro[pages]         the kernel's own mapping is read-only
journal   bool BJ_Metadata[pages]       on the committing transaction's list
pins      byte pins[pages]              for DMA
buffers   byte BH_Dirty[pages]          dirty buffers, one bit a sector
blocks    byte block_writeback[pages]    sectors whose blocks are under writeback, one bit each
buffers   byte io_mask[pages]           sectors under I/O, one bit each
ever      byte memory[sectors]          sectors of the page cache, all pages in a row
copy      byte copy[sectors]            bounce copy or jbd2's frozen data; 0: none
ever      byte sealed[sectors]          at their checksum, or else at submission; 0: not yet
ever      byte wire[sectors]            as the HBA fetched them; 0: not yet
ever      byte media[sectors]           on the disk
tuples    byte tuples[sectors]          what each stored guard tag was computed from
promise   byte promise[sectors]         what fsync must see on media before it returns; 0: nothing
promise   byte fresh[pages]             sectors fetched since fsync began, one bit each
mixed     byte mixed[pages]             sectors of which the last write took other bytes than were sampled, one bit each
spaces    byte pte[ptes]                of each address space, all its pages in a row
tlbs      byte tlb[tlbs]                of each CPU and address space, all its pages in a row
ever      byte bio_of[places]           a page's bio, or a sector's where pages go out in parts, from 1; 0: none
ever      byte bio_stage[bios]
ever      byte bio_owner[bios]          its submitter
ever      bool bio_failed[bios]         BLK_STS_PROTECTION
guards    bool bio_guarded[bios]        each sector carries a guard tag of the block layer's
reads     bool bio_read[bios]           it brings bytes from the media
requeues  byte bio_requeues[bios]       how often nvme has requeued it
errors    bool AS_EIO                   the mapping's error, until an fsync returns it
errors    bool failed_once              there was an error, ever
BH_Lock   byte BH_Lock[pages]           who locked the page's buffers
BH_Shadow byte BH_Shadow[pages]         whose journal I/O the block is under
pte_lock  byte pte_lock[spaces]         of each address space
handle    byte journal_handle           who has one open
commit    byte journal_commit           who has yet to finish it
mutex     byte mmap_lock                who holds it
held      byte lock_owner[locks]        who holds a named lock alone
rwsems    byte lock_shares[shares]      how often each actor reads it, for all named locks in a row
rwsems    byte lock_queue[locks]        the writers that wait for it, one bit each
values    byte lock_value[locks]        of a named counter, completion or flag
once      byte sleeps_on[actors]        the page on whose PG_writeback it sleeps once, plus one
once      bool woken[actors]
";

/// The variables of one actor, in the same form.
const LOCALS: &str = "
hand      byte at_hand                  the bio it works on; or what it computed a checksum of
cleaned   bool cleaned                  found a dirty or writable PTE, has not acted on it yet
tagged    bool tagged                   looks pages up by TOWRITE from here on
told      bool told_error               this opener knows of the write error
orig      byte orig_pte                 the PTE as it was at the fault
";

/// Ops that set or read `at_hand` as a bio.
pub(super) const BIO_AT_HAND: &[Op] = &[Op::TakeRequest, Op::BioEndio];
pub(super) const CSUM_AT_HAND: &[Op] = &[Op::ReadChecksum, Op::StoreChecksum];
pub(super) const CLEANED: &[Op] = &[Op::PteWrprotect, Op::ZapPte, Op::RedirtyIfCleaned];
pub(super) const TAGGED: &[Op] = &[Op::TagTowrite, Op::FindTagged];
pub(super) const ORIG: &[Op] = &[Op::Store, Op::PteMkwrite];

impl Writer<'_> {
    /// Declares the variables that the model needs.
    pub(super) fn declare(&mut self) {
        for [when, kind, name, about] in rows(VARIABLES) {
            let (name, many) = match name.split_once('[') {
                Some((name, many)) => (name, Some(self.many(many.trim_end_matches(']')))),
                None => (name, None),
            };
            if self.needs_variable(when) {
                self.library.variable(kind, name, many, about);
            }
        }
    }

    /// Declarations of the variables of an actor's process.
    pub(super) fn locals(&self, actor: ActorId) -> String {
        let needed = |when: &str| match when {
            "hand" => self.has_hand(actor),
            "cleaned" => self.uses(actor, CLEANED),
            "tagged" => self.uses(actor, TAGGED),
            "told" => self.uses(actor, &[Op::FsyncReturn]),
            _ => self.uses(actor, ORIG),
        };
        rows(LOCALS)
            .filter(|[when, ..]| needed(when))
            .map(|[_, kind, name, about]| format!("\t{kind} {name}; /* {about} */\n"))
            .collect()
    }

    /// Whether the model has the feature in the first column of [`VARIABLES`].
    fn needs_variable(&self, when: &str) -> bool {
        let code = |ops: &[Op]| self.model.actor_ids().any(|it| self.uses(it, ops));
        let has = &self.has;
        match when {
            "towrite" => has.towrite,
            "gone" => has.gone,
            "read_only" => has.read_only,
            "journal" => has.journal,
            "pins" => has.pins,
            "buffers" => has.buffers,
            "blocks" => has.blocks,
            "copy" => has.copy,
            "tuples" => has.tuples,
            "promise" => has.promise,
            "mixed" => has.mixed,
            "spaces" => self.model.spaces > 0,
            "tlbs" => !self.model.tlb_spaces.is_empty(),
            "guards" => has.guards,
            "reads" => has.reads,
            "requeues" => has.requeues,
            "errors" => has.errors,
            "BH_Lock" => self.model.has(Resource::BufferLock),
            "BH_Shadow" => self.model.has(Resource::Shadow),
            "pte_lock" => self.model.has(Resource::PteLock),
            "handle" => self.model.has(Resource::Handle),
            "commit" => self.model.has(Resource::Commit),
            "mutex" => self.model.has(Resource::Mutex),
            "held" => self.model.locks.iter().any(|it| it.kind.is_held()),
            "rwsems" => self.model.locks.iter().any(|it| it.kind == LockKind::Rwsem),
            "values" => self.model.locks.iter().any(|it| !it.kind.is_held()),
            "once" => code(&[Op::WaitOnce]),
            _ => true,
        }
    }

    fn many(&self, what: &str) -> usize {
        match what {
            "pages" => self.pages,
            "sectors" => self.pages * self.sectors,
            "places" if self.has.parts => self.pages * self.sectors,
            "places" => self.pages,
            // Bios are numbered from 1.
            "bios" => self.bios + 1,
            "ptes" => self.pages * usize::from(self.model.spaces),
            "tlbs" => self.pages * self.model.tlb_spaces.len(),
            "spaces" => self.model.spaces.into(),
            "locks" => self.model.locks.len(),
            "shares" => self.model.locks.len() * self.model.actors.len(),
            _ => self.model.actors.len(),
        }
    }

    /// Statements that set every variable that is not zero at the start.
    pub(super) fn begin(&mut self) -> String {
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
        for id in model.page_ids() {
            let (page, which) = (id.index(), Which::Page(id));
            let it = model.page(world, id);
            set("PG_locked", page, &owner(Resource::PageLock, which));
            set("PG_writeback", page, &owner(Resource::Writeback, which));
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
            for space in model.space_ids() {
                let number = space.index() * self.pages + page;
                set("pte", number, access(model.pte(world, space, id)));
            }
            for tlb in model.tlb_ids() {
                let number = tlb.index() * self.pages + page;
                set("tlb", number, access(model.tlb(world, tlb, id)));
            }
            for (resource, name) in [
                (Resource::BufferLock, "BH_Lock"),
                (Resource::Shadow, "BH_Shadow"),
            ] {
                if model.has(resource) {
                    set(name, page, &owner(resource, which));
                }
            }
        }
        for bio in 0..=self.bios {
            set("bio_owner", bio, "NOBODY");
        }
        if model.has(Resource::PteLock) {
            for space in model.space_ids() {
                let owner = owner(Resource::PteLock, Which::Space(space));
                set("pte_lock", space.index(), &owner);
            }
        }
        for resource in [Resource::Handle, Resource::Commit, Resource::Mutex] {
            if model.has(resource) {
                let owner = owner(resource, Which::Page(PageId(0)));
                out += &format!("{} = {owner};\n", single(resource));
            }
        }
        out += &self.begin_locks();
        out
    }
}

/// The columns of a table of variables.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 4]> {
    table.lines().filter_map(|line| {
        let (when, rest) = line.split_once(' ')?;
        let (kind, rest) = rest.trim_start().split_once(' ')?;
        let (name, about) = rest.split_once(' ').unwrap_or((rest, ""));
        Some([when, kind, name, about.trim()])
    })
}

/// The variable for the owner of a resource that a model has only one of.
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
