//! A run in plain sentences, derived from effects and the table of ops.
//!
//! Kernel names stand between backquotes; whoever shows the text sets them in another face.

use super::words::{begin, bio, of_page, page, pte, sectors, store, the, thing, way};
use crate::explore::{Stored, Story};
use crate::machine::{
    Access, Assertion, Consumer, Content, Effect, EndIo, Hop, Instr, Loss, NOBODY, Op, Protection,
    Resource, StableWait, Violation, World,
};
use crate::protocol::{OPS, OpRow};
use crate::scenario::Scenario;

/// Four hex digits.
pub fn hex(guard: u16) -> String {
    format!("{guard:04x}")
}

/// Bytes as text: printable ASCII as it is, everything else a dot.
pub fn bytes(bytes: &[u8]) -> String {
    let shown = |byte: &u8| {
        if byte.is_ascii_graphic() || *byte == b' ' {
            *byte as char
        } else {
            '\u{b7}'
        }
    };
    bytes.iter().map(shown).collect()
}

/// "the writer stored "new!" at 0x600".
pub fn stored(scenario: &Scenario, stored: &Stored) -> String {
    format!(
        "{} stored {}",
        the(scenario, stored.actor),
        store(scenario, stored.store)
    )
}

/// What one step of a run (counted from 0) did, in a sentence or two.
pub fn sentence(scenario: &Scenario, story: &Story, index: usize) -> String {
    let Some(told) = story.steps.get(index) else {
        return String::new();
    };
    let actor = told.choice.actor;
    let before = world_before(scenario, story, index);
    let instr = instr_at(scenario, &before, actor);
    let who = the(scenario, actor);
    let step = Step {
        scenario,
        effects: &told.effects,
        actor,
        row: row(instr),
        instr,
        before,
        after: told.world,
        begin: begin(&who),
        who,
    };
    let mut parts: Vec<String> = Vec::new();
    for at in 0..told.effects.len() {
        parts.extend(step.phrase(at));
    }
    if parts.is_empty() {
        return step.passed();
    }
    parts.join(" ")
}

/// The world before a step (counted from 0).
pub(super) fn world_before(scenario: &Scenario, story: &Story, index: usize) -> World {
    let last = index.checked_sub(1).and_then(|it| story.steps.get(it));
    last.map_or(scenario.model.initial, |told| told.world)
}

/// The instruction an actor runs next.
pub(super) fn instr_at(scenario: &Scenario, world: &World, actor: u8) -> Option<Instr> {
    let it = scenario.model.actors.get(actor as usize)?;
    let pc = scenario.model.actor(world, actor.into()).pc;
    it.code.get(pc as usize).copied()
}

pub(super) fn row(instr: Option<Instr>) -> &'static OpRow {
    let tag = instr.map_or(0, |it| it.tag as usize);
    OPS.get(tag).unwrap_or(&OPS[0])
}

/// One step, with what its sentences speak of.
struct Step<'a> {
    scenario: &'a Scenario,
    effects: &'a [Effect],
    actor: u8,
    row: &'static OpRow,
    instr: Option<Instr>,
    before: World,
    after: World,
    who: String,
    begin: String,
}

impl Step<'_> {
    /// A template with its names put in; `{x}` and `{y}` are the caller's.
    fn fill(&self, number: u8, text: &str, x: &str, y: &str) -> Option<String> {
        let words = [
            ("{Who}", self.begin.as_str()),
            ("{who}", self.who.as_str()),
            ("{of}", &of_page(self.scenario, number)),
            ("{page}", &page(self.scenario, number)),
            ("{x}", x),
            ("{y}", y),
        ];
        let mut text = text.to_owned();
        for (name, word) in words {
            text = text.replace(name, word);
        }
        Some(begin(&text))
    }

    fn say(&self, number: u8, text: &str) -> Option<String> {
        self.fill(number, text, "", "")
    }

    fn guard(&self, content: Content) -> String {
        hex(self.scenario.model.contents.guard(content))
    }

    fn op(&self) -> Option<Op> {
        self.instr.map(|it| it.op)
    }

    /// A step without effects, or in which only time passes: the table's sentence.
    fn passed(&self) -> String {
        let meaning = self.row.meaning;
        let verb = meaning.split(' ').next().unwrap_or("");
        if !verb.ends_with('s') {
            return meaning.to_owned();
        }
        let (first, rest) = meaning.split_at(1);
        format!("{} {}{rest}", self.begin, first.to_ascii_lowercase())
    }

    /// The sectors that effects of the kind of the one at `at` are about; none if an earlier one
    /// of that kind has spoken for it.
    fn same_kind(&self, at: usize, sector: fn(&Effect) -> Option<(u8, u8)>) -> Vec<u8> {
        let Some((page, _)) = sector(&self.effects[at]) else {
            return Vec::new();
        };
        let alike = |it: &Effect| sector(it).filter(|(of, _)| *of == page);
        if self.effects[..at].iter().any(|it| alike(it).is_some()) {
            return Vec::new();
        }
        let all = self.effects.iter().filter_map(alike);
        all.map(|(_, sector)| sector).collect()
    }

    fn names_several(&self, page: u8, which: &[u8]) -> String {
        sectors(self.scenario, page, which)
    }

    fn phrase(&self, at: usize) -> Option<String> {
        let (it, model) = (self.scenario, &self.scenario.model);
        let protection = model.protection;
        match self.effects[at] {
            Effect::Locked { page } => self.say(page, "{Who} takes the page lock{of}."),
            Effect::LockBusy { page } => self.say(
                page,
                "{Who} finds {page} locked and does not wait: it goes on without the lock.",
            ),
            Effect::Unlocked { page } => self.say(page, "{Who} releases the page lock{of}."),
            Effect::Took { what, page } => self.took(what, page),
            Effect::GaveBack { what, page } => self.gave_back(what, page),
            Effect::FoundFree { what, page } => self.found_free(what, page),
            Effect::Cleaned { page, space, was } => {
                let was = access(was);
                let pte = pte(it, page, space);
                self.fill(
                    page,
                    "{Who} makes {x} read-only and clean; it was {y}.",
                    &pte,
                    was,
                )
            }
            Effect::Revoked { page, space } => self.fill(
                page,
                "{Who} takes the write bit from {x} and leaves its dirty bit.",
                &pte(it, page, space),
                "",
            ),
            Effect::FoundClean { page, space } => self.fill(
                page,
                "{Who} finds {x} {y} already: nothing to do.",
                &pte(it, page, space),
                match self.op() {
                    _ if !model.pte(&self.before, space.into(), page.into()).present() => "gone",
                    Some(Op::PteRevoke) => "read-only",
                    _ => "read-only and clean",
                },
            ),
            Effect::TlbFlushed {
                page,
                space,
                entries,
            } => self.fill(
                page,
                match entries {
                    0 => "{Who} flushes the TLBs for {x}; none had cached it.",
                    _ => "{Who} flushes the TLBs for {x}: the next store must consult it.",
                },
                &pte(it, page, space),
                "",
            ),
            Effect::Zapped { page, space, was } => {
                let text = match (was.present(), was.dirty()) {
                    (false, _) => "{Who} finds that {x} is not there: nothing to remove.",
                    (_, true) => {
                        "{Who} removes {x}; it was dirty, and from here only {who} knows that."
                    }
                    _ => "{Who} removes {x}, which was clean.",
                };
                self.fill(page, text, &pte(it, page, space), "")
            }
            Effect::Forked { page, space, to } => {
                let text = match (to.present(), to.write()) {
                    (false, _) => "{Who} has no PTE{of} to copy.",
                    (_, true) => "{Who} copies its PTE to {x}: clean, but still writable.",
                    _ => "{Who} copies its PTE to {x}: clean and read-only.",
                };
                self.fill(page, text, &pte(it, page, space), "")
            }
            Effect::DirtySet { page, was } => self.dirty_set(page, was),
            Effect::NotRedirtied { page } => self.say(
                page,
                match self.row.key {
                    "set_dirty_if_pte_was" => {
                        "The PTE was not dirty, so {who} leaves `PG_dirty`{of} as it is."
                    }
                    _ => "No PTE was cleaned, so {who} leaves `PG_dirty`{of} as it is.",
                },
            ),
            Effect::DirtyCleared { page } => self.say(
                page,
                "{Who} clears `PG_dirty`{of}: {page} counts as clean from here.",
            ),
            Effect::FoundDirty { page } => self.say(
                page,
                match self.op() {
                    Some(Op::FindTagged) => "{Who} finds {page} by its tag: it is to be written.",
                    _ => "{Who} finds `PG_dirty`{of} set and goes on.",
                },
            ),
            Effect::NotDirty { page } => self.say(
                page,
                match self.op() {
                    Some(Op::FindTagged) => "{Who} finds no tag on {page}: nothing left to write.",
                    _ => "{Who} finds `PG_dirty`{of} clear: there is nothing to write.",
                },
            ),
            Effect::Tagged { page, tagged } => self.say(
                page,
                match tagged {
                    true => {
                        "{Who} tags {page} `TOWRITE`: what becomes dirty later is left to the next sync."
                    }
                    false => "{Who} finds {page} clean and does not tag it.",
                },
            ),
            Effect::Buffers { page, mask } => self.buffers(page, mask),
            Effect::WritebackSet { page } => self.say(
                page,
                match model.rules.wait {
                    StableWait::Never => {
                        "{Who} sets `PG_writeback`{of}: the bytes are on their way from here."
                    }
                    _ => {
                        "{Who} sets `PG_writeback`{of}: whoever waits for stable pages waits from here."
                    }
                },
            ),
            Effect::NoWriteback { page } => self.say(
                page,
                match self.op() {
                    Some(Op::AssertNoWriteback) => {
                        "{Who} finds `PG_writeback`{of} clear, as it must be here."
                    }
                    _ => "{Who} finds `PG_writeback`{of} clear and need not wait.",
                },
            ),
            Effect::WritebackIgnored { page } => self.say(
                page,
                match model.rules.wait {
                    StableWait::Never => {
                        "`PG_writeback`{of} is set, but in this kernel nobody waits for it here: {who} goes on."
                    }
                    _ => {
                        "`PG_writeback`{of} is set, but nothing asks for stable pages here: {who} goes on."
                    }
                },
            ),
            Effect::FellAsleep { page } => self.say(
                page,
                "{Who} finds `PG_writeback`{of} set and goes to sleep until somebody wakes it.",
            ),
            Effect::Woke { page } => {
                let set = model.page(&self.after, page.into()).writeback != NOBODY;
                self.say(
                    page,
                    match set {
                        true => {
                            "{Who} has been woken and goes on without looking again, although `PG_writeback`{of} is set once more."
                        }
                        false => "{Who} has been woken and goes on without looking again.",
                    },
                )
            }
            Effect::WritebackCleared { page, woke } => self.say(
                page,
                match woke {
                    true => "{Who} clears `PG_writeback`{of} and wakes whoever waits for it.",
                    false => "{Who} clears `PG_writeback`{of}; its waiters are not woken yet.",
                },
            ),
            Effect::WokeWaiters { page, many } => self.say(
                page,
                match many {
                    0 => "{Who} wakes the waiters for `PG_writeback`{of}; nobody sleeps there.",
                    _ => "{Who} wakes whoever sleeps on `PG_writeback`{of}, whatever the bit says by now.",
                },
            ),
            Effect::Passed => Some(self.passed()),
            Effect::Chose { way } => self.chose(way),
            Effect::Added { page, .. } => self.say(page, "{Who} adds {page} to its bio."),
            Effect::Guarded {
                page,
                sector,
                content,
            } => {
                let text = match (self.row.key, self.copied(page, sector)) {
                    ("csum_data", false) => {
                        "{Who} computes the checksum of {x} over its bytes as they are now."
                    }
                    ("csum_data", true) => "{Who} computes the checksum of {x} over its copy.",
                    (_, false) => {
                        "{Who} computes the guard of {x} over its bytes as they are now: {y}."
                    }
                    (_, true) => "{Who} computes the guard of {x} over its copy: {y}.",
                };
                let name = sectors(it, page, &[sector]);
                self.fill(page, text, &name, &self.guard(content))
            }
            Effect::Copied { page } => self.say(
                page,
                "{Who} copies {page}: from here on the I/O takes the copy, whatever happens to {page}.",
            ),
            Effect::Queued { bio, guarded } => self.about_bio(
                bio,
                match guarded {
                    _ if protection == Protection::FsChecksum => {
                        "{Who} queues {x}; nobody has fetched the bytes yet."
                    }
                    true => "{Who} queues {x} with its guards; nobody has fetched the bytes yet.",
                    false => "{Who} queues {x} without guards; nobody has fetched the bytes yet.",
                },
            ),
            Effect::HandedOver { bio } => self.about_bio(
                bio,
                "{Who} passes {x} to its host; what the host does with it no guest sees.",
            ),
            Effect::TookOver { bio } => {
                self.about_bio(bio, "{Who} takes over {x}, which a guest has passed on.")
            }
            Effect::Taken { bio } => self.about_bio(bio, "{Who} takes {x} from its queue."),
            Effect::Sampled { page, sector, .. } => self.fill(
                page,
                match protection {
                    Protection::Mirror => "The first leg of the mirror fetches {x} as it is now.",
                    _ => "{Who} computes parity over {x} as it is now; the data is fetched later.",
                },
                &sectors(it, page, &[sector]),
                "",
            ),
            Effect::Fetched { page, sector, .. } => {
                let text = match (protection, self.copied(page, sector)) {
                    (_, true) => "{Who} fetches {x} from the copy.",
                    (Protection::Mirror, _) => {
                        "The second leg of the mirror fetches {x}, as it is at this moment."
                    }
                    _ => "{Who} fetches {x} from memory, as it is at this moment.",
                };
                self.fill(page, text, &sectors(it, page, &[sector]), "")
            }
            Effect::Inserted {
                page,
                sector,
                content,
            } => self.fill(
                page,
                "The HBA computes the guard of {x} from the bytes it fetched: {y}.",
                &sectors(it, page, &[sector]),
                &self.guard(content),
            ),
            Effect::Checked {
                hop,
                page,
                sector,
                received,
                computed,
                matched,
            } => {
                let name = sectors(it, page, &[sector]);
                let (hop, computed) = (hop_name(hop), self.guard(computed));
                Some(match matched {
                    true => {
                        format!("The {hop} recomputes the guard of {name}: {computed}, as received.")
                    }
                    false => format!(
                        "The {hop} recomputes the guard of {name} and gets {computed}, but it received {}: it refuses the write.",
                        self.guard(received)
                    ),
                })
            }
            Effect::Committed { bio } => self.about_bio(
                bio,
                match protection.tuples() {
                    true => "{Who} writes the sectors of {x} and their tuples to the media.",
                    false => "{Who} writes the sectors of {x} to the media.",
                },
            ),
            Effect::Requeued { bio, times } => self.about_bio(
                bio,
                match times {
                    1 => "The host requeues {x} with the same guard tags: the controller fetches the bytes anew.",
                    _ => "The host requeues {x} once more, with the same guard tags.",
                },
            ),
            Effect::Completed { bio, failed } => self.about_bio(
                bio,
                match failed {
                    false => "{Who} reports success for {x} and raises its interrupt.",
                    true => "{Who} reports the guard error; all of {x} has failed.",
                },
            ),
            Effect::Ended { bio, failed } => self.about_bio(
                bio,
                match failed {
                    false => "{Who} sees that the write of {x} succeeded.",
                    true => "{Who} sees that the write of {x} failed with `-EILSEQ`.",
                },
            ),
            Effect::ErrorLatched => self.say(
                0,
                match model.rules.errseq {
                    true => "{Who} records the error in the mapping: fsync reports it, once to each opener.",
                    false => "{Who} records the error in the mapping: whoever calls fsync first is told.",
                },
            ),
            Effect::IoEnded { page, what } => self.say(
                page,
                match what {
                    EndIo::Buffer => "{Who} unlocks the buffer{of}: its I/O is over.",
                    EndIo::Shadow => {
                        "{Who} clears `BH_Shadow`{of}: the block is in the journal and may be changed."
                    }
                    EndIo::Direct => "{Who} ends the direct I/O{of}; there is no flag to clear.",
                    EndIo::Writeback => "{Who} clears `PG_writeback`{of}.",
                },
            ),
            Effect::Faulted {
                page,
                space,
                mapped,
            } => self.fill(
                page,
                match mapped {
                    true => {
                        "The store of {who} faults: {x} is read-only. The kernel handles the fault; the store will be run again."
                    }
                    false => {
                        "The store of {who} faults: {x} is not there. The kernel handles the fault; the store will be run again."
                    }
                },
                &pte(it, page, space),
                "",
            ),
            Effect::Loaded { page, .. } => {
                let tlb = model.actors.get(self.actor as usize).and_then(|it| it.tlb);
                let cached = tlb.map_or(Access::NONE, |tlb| {
                    model.tlb(&self.after, tlb.into(), page.into())
                });
                self.fill(
                    page,
                    "{Who} reads {page}: its TLB entry is {x}.",
                    access(cached),
                    "",
                )
            }
            Effect::Stored { .. } => self.stores(at),
            Effect::MadeWritable { page, space } => self.fill(
                page,
                "{Who} makes {x} writable and dirty: stores go through it from here.",
                &pte(it, page, space),
                "",
            ),
            Effect::PteChanged { page, space } => self.fill(
                page,
                "{Who} finds that {x} is not what it was at the fault, gives up, and lets the CPU try again.",
                &pte(it, page, space),
                "",
            ),
            Effect::Retries => self.say(
                0,
                "The fault is handled; the next step of {who} is to run the store again.",
            ),
            Effect::MappingChecked { page, gone } => self.say(
                page,
                match (self.op(), gone) {
                    (Some(Op::CheckVma), true) => "{Who} finds that {page} is not mapped any more.",
                    (Some(Op::CheckVma), false) => "{Who} finds that {page} is still mapped.",
                    (_, true) => "{Who} finds that {page} has left the file.",
                    (_, false) => "{Who} finds that {page} still belongs to the file.",
                },
            ),
            Effect::DirtyCancelled { page } => self.say(
                page,
                "{Who} drops `PG_dirty`{of}: nobody will write {page} any more.",
            ),
            Effect::Removed { page } => self.say(
                page,
                "{Who} removes {page} from the file; whoever still has it must check.",
            ),
            Effect::Sigbus => self.say(0, "{Who} gets a signal instead of its store and ends."),
            Effect::Pinned { page, pins } => self.fill(
                page,
                match (self.op(), pins) {
                    (Some(Op::Pin), _) => {
                        "{Who} pins {page}: a device may write into it by its physical address."
                    }
                    (_, 0) => "{Who} unpins {page}.",
                    _ => "{Who} unpins {page}; {x} left.",
                },
                &match pins {
                    1 => "1 pin is".to_owned(),
                    _ => format!("{pins} pins are"),
                },
                "",
            ),
            Effect::FsyncBegan => self.say(
                0,
                "{Who} calls fsync: what memory holds now must be on the media when it returns success.",
            ),
            Effect::FsyncReturned { failed, missed } => self.say(
                0,
                match (failed, missed) {
                    (true, _) => "fsync returns the write error to {who}, once.",
                    (_, true) => {
                        "fsync returns success to {who}, although a write failed: somebody else has been told instead."
                    }
                    _ => "fsync returns success to {who}.",
                },
            ),
            Effect::KernelMapping { page, read_only } => self.say(
                page,
                match read_only {
                    true => {
                        "{Who} makes the kernel's own mapping{of} read-only: a store through it traps from here."
                    }
                    false => "{Who} makes the kernel's own mapping{of} writable again.",
                },
            ),
            Effect::WriteAccess { page, frozen } => self.say(
                page,
                match frozen {
                    true => {
                        "The block{of} belongs to the committing transaction: a frozen copy is taken for the journal, and {who} may change the original."
                    }
                    false => "{Who} may change the block{of}: the journal is not writing it.",
                },
            ),
            Effect::Shadowed { page } => self.say(
                page,
                "{Who} sets `BH_Shadow`{of}: whoever wants to change the block waits from here.",
            ),
            Effect::ChecksumRead { page, .. } => self.say(
                page,
                "{Who} computes the checksum of the block{of} over its bytes as they are now; it is not stored yet.",
            ),
            Effect::Broke(violation) => self.broke(at, violation),
        }
    }

    /// Whether the I/O of a sector takes a copy.
    fn copied(&self, page: u8, sector: u8) -> bool {
        let page = self.scenario.model.page(&self.before, page.into());
        page.copy[sector as usize].is_some()
    }

    fn about_bio(&self, number: u8, text: &str) -> Option<String> {
        self.fill(0, text, &bio(self.scenario, &self.after, number), "")
    }

    fn took(&self, what: Resource, page: u8) -> Option<String> {
        let text = match what {
            Resource::Handle => {
                "{Who} opens a journal handle: the transaction cannot commit while it is open."
            }
            _ => "{Who} takes {x}.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    fn gave_back(&self, what: Resource, page: u8) -> Option<String> {
        let text = match what {
            Resource::Handle => "{Who} closes its journal handle.",
            Resource::Commit => {
                "{Who} has committed the transaction: whoever waits for it goes on."
            }
            _ => "{Who} gives {x} back.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    fn found_free(&self, what: Resource, page: u8) -> Option<String> {
        let text = match what {
            Resource::PageLock => "{Who} finds {page} unlocked: whoever held the lock is done.",
            Resource::Bio => "{Who} finds no I/O{of} under way and goes on.",
            Resource::Handle => "{Who} finds no journal handle open and goes on.",
            Resource::Commit => "{Who} finds the transaction committed and goes on.",
            _ => "{Who} finds {x} free and goes on.",
        };
        self.fill(page, text, &self.thing(what, page), "")
    }

    /// The effect names a page; a page table's lock belongs to an address space.
    fn thing(&self, what: Resource, page: u8) -> String {
        let which = match what {
            Resource::PteLock => self.instr.map_or(0, |it| it.arg),
            _ => page,
        };
        thing(self.scenario, what, which)
    }

    fn dirty_set(&self, page: u8, was: bool) -> Option<String> {
        let why = match self.row.key {
            "redirty_if_cleaned" => "A PTE had been dirty or writable, so {who}",
            "set_dirty_if_pte_was" => "The PTE was dirty, so {who}",
            _ => "{Who}",
        };
        let more = match (self.scenario.model.geometry.block, was) {
            (0, false) => "",
            (0, true) => ", which was set already",
            (_, false) => " and the dirty bit of every buffer",
            (_, true) => " once more and the dirty bit of every buffer",
        };
        self.fill(
            page,
            &format!("{why} sets `PG_dirty`{{of}}{{x}}."),
            more,
            "",
        )
    }

    fn buffers(&self, page: u8, mask: u8) -> Option<String> {
        let all = self.scenario.model.geometry.sectors() as u8;
        let taken: Vec<u8> = (0..all).filter(|it| mask & 1 << it != 0).collect();
        let text = match taken.len() {
            0 => "{Who} finds no dirty block{of}: the I/O will carry nothing.",
            many if many == all as usize => "{Who} takes every block{of} into the I/O.",
            _ => {
                "{Who} takes only the dirty blocks into the I/O: {x}. Blocks that count as clean are not written."
            }
        };
        self.fill(page, text, &self.names_several(page, &taken), "")
    }

    fn chose(&self, way: u8) -> Option<String> {
        let text = match (self.row.key, way) {
            ("kmem_cache_alloc", 0) => "{Who} gets the memory it asks for.",
            ("kmem_cache_alloc", _) => "The allocation fails: {who} gets no memory.",
            ("alloc_or_reclaim", 0) => "{Who} gets the memory at once.",
            ("alloc_or_reclaim", _) => "There is no free memory: {who} has to reclaim some first.",
            ("mblk_io_submit", 0) => "{Who} takes the branch of `ext4_bio_write_page`.",
            ("mblk_io_submit", _) => "{Who} takes the branch of `block_write_full_page`.",
            (_, 0) => "{Who} goes on as usual.",
            _ => "{Who} goes the other way.",
        };
        self.say(0, text)
    }

    fn stores(&self, at: usize) -> Option<String> {
        let which = self.same_kind(at, |it| match it {
            Effect::Stored { page, sector, .. } => Some((*page, *sector)),
            _ => None,
        });
        let Effect::Stored {
            page,
            store: id,
            from,
            to,
            through,
            ..
        } = self.effects[at]
        else {
            return None;
        };
        if which.is_empty() {
            return None;
        }
        let model = &self.scenario.model;
        let guarded = model.protection.guards() || model.protection.tuples();
        let unchanged = self.effects.iter().all(|it| match it {
            Effect::Stored { from, to, .. } => from == to,
            _ => true,
        });
        let change = if unchanged {
            ", which held these bytes already,".to_owned()
        } else if guarded && which.len() == 1 && from != to {
            format!(", whose guard would now be {},", self.guard(to))
        } else {
            String::new()
        };
        Some(format!(
            "{} stores {} into {}{change} {}.",
            self.begin,
            store(self.scenario, id),
            sectors(self.scenario, page, &which),
            way(through)
        ))
    }

    fn broke(&self, at: usize, violation: Violation) -> Option<String> {
        let which = self.same_kind(at, |it| match it {
            Effect::Broke(
                Violation::Unstable { page, sector }
                | Violation::Silent { page, sector }
                | Violation::Checksum { page, sector, .. }
                | Violation::Lost { page, sector, .. },
            ) => Some((*page, *sector)),
            _ => None,
        });
        let sectors = |page: u8| self.names_several(page, &which);
        match violation {
            Violation::Assertion { what, .. } => {
                return Some(format!("The kernel would stop here: {}.", bug(what)));
            }
            Violation::Trap { page } => {
                return self.say(
                    page,
                    "The store of {who} traps: the kernel's own mapping{of} is read-only.",
                );
            }
            // The check has said so already.
            Violation::Guard { .. } => return None,
            _ if which.is_empty() => return None,
            _ => {}
        }
        Some(match violation {
            Violation::Unstable { .. } if self.scenario.model.stable => {
                "The bytes were promised to be stable: the write is on its way to the disk."
                    .to_owned()
            }
            Violation::Unstable { .. } => {
                "The write is on its way to the disk, and nothing asks for stable pages here."
                    .to_owned()
            }
            Violation::Silent { page, .. } => format!(
                "Yet the media does not hold what was sealed of {}: silent corruption.",
                sectors(page)
            ),
            Violation::Checksum { page, consumer, .. } => match consumer {
                Consumer::FileSystem => format!(
                    "Yet the file system's checksum was taken from other bytes of {}: a later read finds a mismatch.",
                    sectors(page)
                ),
                Consumer::Parity => format!(
                    "Yet parity was computed from other bytes of {}: data and parity disagree.",
                    sectors(page)
                ),
                Consumer::Mirror => format!(
                    "Yet the other leg holds other bytes of {}: the mirror disagrees with itself.",
                    sectors(page)
                ),
                Consumer::Block => format!(
                    "Yet the checksum inside {} is not that of its bytes.",
                    sectors(page)
                ),
            },
            Violation::Lost { page, how, .. } => loss(&sectors(page), which.len(), how),
            _ => return None,
        })
    }
}

pub(super) fn hop_name(hop: Hop) -> &'static str {
    match hop {
        Hop::Hba => "HBA",
        Hop::Target => "target",
    }
}

fn access(it: Access) -> &'static str {
    match (it.present(), it.write(), it.dirty()) {
        (false, ..) => "empty",
        (_, false, false) => "read-only and clean",
        (_, false, true) => "read-only and dirty",
        (_, true, false) => "writable and clean",
        (_, true, true) => "writable and dirty",
    }
}

/// What a lost update means; `what` names the sectors.
pub(super) fn loss(what: &str, many: usize, how: Loss) -> String {
    match how {
        Loss::AtRest => format!(
            "{} {} newer in memory than on media, and neither a dirty bit nor an error says so: the update is lost.",
            begin(what),
            if many == 1 { "is" } else { "are" }
        ),
        Loss::Fsync => {
            format!("But the media does not hold what memory held of {what} when fsync was called.")
        }
        Loss::Detached => format!("The page has left the file: nobody will ever write {what}."),
    }
}

pub(super) fn bug(what: Assertion) -> &'static str {
    match what {
        Assertion::UnlockNotHeld => "`unlock_page` on a page that its caller has not locked",
        Assertion::CleanUnlocked => "the page must be locked while it is cleaned",
        Assertion::WritebackTwice => "`set_page_writeback` on a page under writeback",
        Assertion::WritebackUnlocked => {
            "`set_page_writeback` on a page that its caller has not locked"
        }
        Assertion::EndWithoutWriteback => "`end_page_writeback` on a page not under writeback",
        Assertion::StillWriteback => {
            "the page is under writeback where it must not be (`BUG_ON(PageWriteback(page))`)"
        }
        Assertion::ReleaseNotHeld => {
            "a lock or a journal handle given back by somebody who does not hold it"
        }
        Assertion::RemoveUnlocked => "a page removed from its file without the page lock",
    }
}
