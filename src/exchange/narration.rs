//! A run in plain sentences, derived from effects and the table of ops.
//!
//! Kernel names stand between backquotes; whoever shows the text sets them in another face.

mod deeds;
mod locks;
mod press;
mod rules;

pub use press::press_sentence;
pub(super) use rules::loss;

use super::words::{begin, bio, listed, of_page, page, pte, sectors, store, the, thing, way};
use crate::explore::{StepRecord, Stored, Story};
use crate::machine::{
    Access, ActorId, BioId, Consumer, Content, Effect, EndIo, Hop, Instr, Loss, Op, PageId,
    Protection, Resource, SectorId, StableWait, Status, Violation, Which, World, status,
};
use crate::protocol::{Line, OPS, OpRow, UNMODELLED};
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
    if index >= story.steps.len() {
        return String::new();
    }
    let step = step_at(scenario, story, index);
    let mut parts: Vec<String> = Vec::new();
    for effect in 0..step.effects.len() {
        parts.extend(step.phrase(effect));
    }
    if let Some(first) = parts.first_mut() {
        *first = step.woken(first);
    }
    if parts.is_empty() {
        return step.passed();
    }
    parts.join(" ")
}

/// A step of a run (counted from 0), which there must be.
fn step_at<'a>(scenario: &'a Scenario, story: &'a Story, index: usize) -> Step<'a> {
    let told = &story.steps[index];
    let actor = told.choice.actor;
    let before = world_before(scenario, story, index);
    let instr = instr_at(scenario, &before, actor);
    let who = the(scenario, actor);
    Step {
        scenario,
        effects: &told.effects,
        actor,
        row: row(instr),
        instr,
        before,
        after: told.world,
        slept: slept(scenario, story, index),
        begin: begin(&who),
        who,
    }
}

/// The world before a step (counted from 0).
pub(super) fn world_before(scenario: &Scenario, story: &Story, index: usize) -> World {
    let last = index.checked_sub(1).and_then(|it| story.steps.get(it));
    last.map_or(scenario.model.initial, |told| told.world)
}

/// Through how many steps of others the actor of a step (counted from 0) slept since its last one.
pub fn slept(scenario: &Scenario, story: &Story, index: usize) -> usize {
    let actor = story.steps[index].choice.actor;
    let asleep = |step: &usize| {
        let world = world_before(scenario, story, *step);
        matches!(status(&scenario.model, &world, actor), Status::Asleep(_))
    };
    let others = (0..index).rev();
    let others = others.take_while(|step| story.steps[*step].choice.actor != actor);
    others.filter(asleep).count()
}

/// The instruction an actor runs next.
pub(super) fn instr_at(scenario: &Scenario, world: &World, actor: ActorId) -> Option<Instr> {
    let code = &scenario.model.actors.get(actor.index())?.code;
    let pc = scenario.model.actor(world, actor).pc;
    code.get(usize::from(pc)).copied()
}

/// The line of the instruction that an actor runs next.
fn line_at<'a>(scenario: &'a Scenario, world: &World, actor: ActorId) -> Option<&'a Line> {
    let pc = scenario.model.actor(world, actor).pc;
    let mut lines = scenario.cast.get(actor.index())?.lines.iter();
    lines.find(|line| line.row.is_some() && line.pcs.contains(&pc))
}

pub(super) fn row(instr: Option<Instr>) -> &'static OpRow {
    let tag = instr.map_or(0, |it| usize::from(it.tag));
    OPS.get(tag).unwrap_or(&OPS[0])
}

/// One step of a run, with what its sentences speak of.
struct Step<'a> {
    scenario: &'a Scenario,
    effects: &'a [Effect],
    actor: ActorId,
    row: &'static OpRow,
    instr: Option<Instr>,
    before: World,
    after: World,
    /// Through how many steps of others the actor slept before this one.
    slept: usize,
    /// The actor, inside a sentence: "the flusher".
    who: String,
    /// The actor, at the beginning of a sentence: "The flusher".
    begin: String,
}

impl Step<'_> {
    /// A template with names in place of its braces: `{Who}` and `{who}` are the actor, `{page}` and `{of}` the
    /// page; `{x}` and `{y}` are the caller's texts.
    fn fill(&self, number: PageId, text: &str, x: &str, y: &str) -> Option<String> {
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

    fn say(&self, number: PageId, text: &str) -> Option<String> {
        self.fill(number, text, "", "")
    }

    fn guard(&self, content: Content) -> String {
        hex(self.scenario.model.contents.guard(content))
    }

    fn op(&self) -> Option<Op> {
        self.instr.map(|it| it.op)
    }

    /// The first sentence of a step, and of what sleep its actor has woken, if it slept.
    fn woken(&self, sentence: &str) -> String {
        let s = if self.slept == 1 { "" } else { "s" };
        let after = format!("after {} step{s} asleep", self.slept);
        match (self.slept, sentence.strip_prefix(&self.begin)) {
            (0, _) | (_, None) => sentence.to_owned(),
            (_, Some(rest)) => match rest.strip_prefix(" wakes") {
                Some(rest) => format!("{} wakes {after}{rest}", self.begin),
                None => format!("Woken {after}, {}{rest}", self.who),
            },
        }
    }

    /// The sentence for a step that has no effect but that time passes: its meaning, from the table of ops.
    fn passed(&self) -> String {
        let model = &self.scenario.model;
        let failed = |bio| model.bio(&self.before, bio).failed;
        if self.op() == Some(Op::Requeue) && model.bio_ids().any(failed) {
            return "The host gives up: NVMe requeues a bio five times at most.".to_owned();
        }
        if self.row.key == UNMODELLED {
            let line = line_at(self.scenario, &self.before, self.actor);
            return format!(
                "{} calls `{}`. Not modelled: changes nothing here.",
                self.begin,
                line.map_or("", |line| &line.text)
            );
        }
        let meaning = self.instr.map_or("", |it| self.scenario.meaning(it.tag));
        let verb = meaning.split(' ').next().unwrap_or("");
        if !verb.ends_with('s') {
            return meaning.to_owned();
        }
        let (first, rest) = meaning.split_at(1);
        format!("{} {}{rest}", self.begin, first.to_ascii_lowercase())
    }

    /// The sectors of one page that are named by effects of one kind, the kind being what `sector` picks out:
    /// a single sentence tells of all of them. Empty if an earlier effect of the kind than the one at `at` has
    /// told of them already.
    fn same_kind(
        &self,
        at: usize,
        sector: fn(&Effect) -> Option<(PageId, SectorId)>,
    ) -> Vec<SectorId> {
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

    fn names_several(&self, page: PageId, which: &[SectorId]) -> String {
        sectors(self.scenario, page, which)
    }

    /// The sentence for the effect at `at`, if there is one.
    fn phrase(&self, at: usize) -> Option<String> {
        let (it, model) = (self.scenario, &self.scenario.model);
        let protection = model.protection;
        match self.effects[at] {
            Effect::Locked { page } => self.say(page, "{Who} takes the page lock{of}."),
            Effect::LockBusy { page } => self.say(
                page,
                "{Who} finds {page} locked and does not wait: it goes on without the lock.",
            ),
            Effect::Unlocked { page } if self.row.key == "end_page_read" => self.say(
                page,
                "{Who} ends the read{of} and releases the page lock, which came with it.",
            ),
            Effect::Unlocked { page } => self.say(page, "{Who} releases the page lock{of}."),
            Effect::Took { what, page } => self.took(what, page),
            Effect::GaveBack { what, page } => self.gave_back(what, page),
            Effect::FoundFree { what, page } => self.found_free(what, page),
            Effect::LockTaken { lock, shared } => self.lock_taken(lock, shared),
            Effect::LockQueued { lock } => self.lock_queued(lock),
            Effect::LockRefused { lock, shared } => self.lock_refused(lock, shared),
            Effect::LockReleased { lock, .. } => self.lock_released(lock),
            Effect::ValueChanged { lock, from, to } => self.value_changed(lock, from, to),
            Effect::ValueSeen { lock, value } => self.value_seen(lock, value),
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
                "{Who} clears the write bit of {x} and leaves its dirty bit.",
                &pte(it, page, space),
                "",
            ),
            Effect::FoundClean { page, space } => self.fill(
                page,
                "{Who} finds {x} already {y}: nothing to do.",
                &pte(it, page, space),
                match self.op() {
                    _ if !model.pte(&self.before, space, page).present() => "gone",
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
                    (false, _) => "{Who} finds {x} already gone: nothing to remove.",
                    (_, true) => {
                        "{Who} removes {x}; it was dirty, and from here on only {who} knows that."
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
            Effect::NotRedirtied { page } => {
                let [_, left_as_it_is] = self.row.told()?;
                self.say(page, left_as_it_is)
            }
            Effect::DirtyCleared { page } => self.say(
                page,
                "{Who} clears `PG_dirty`{of}: {page} counts as clean from here on.",
            ),
            Effect::FoundDirty { page } => self.say(
                page,
                match self.op() {
                    Some(Op::FindTagged) => "{Who} finds {page} by its tag and goes on to write it.",
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
                        "{Who} sets `PG_writeback`{of}: {page} is under writeback from here on."
                    }
                    _ => {
                        "{Who} sets `PG_writeback`{of}: from here on, whoever waits for a stable page sleeps."
                    }
                },
            ),
            Effect::BlocksMarked { page, mask } => {
                let which = sectors(it, page, &listed(model, mask));
                self.fill(page, "{Who} marks the blocks of {x} as under writeback.", &which, "")
            }
            Effect::NoWriteback { page } => self.say(
                page,
                match self.op() {
                    Some(Op::AssertNoWriteback) => {
                        "{Who} finds `PG_writeback`{of} clear, as it must be here."
                    }
                    _ if self.slept > 0 => "{Who} wakes: `PG_writeback`{of} is clear, and it goes on.",
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
                        "`PG_writeback`{of} is set, but nothing asks for stable pages here, so {who} goes on."
                    }
                },
            ),
            Effect::FellAsleep { page } => self.say(
                page,
                "{Who} finds `PG_writeback`{of} set and goes to sleep until somebody wakes it.",
            ),
            Effect::Woke { page } => {
                let set = model.page(&self.after, page).writeback.is_some();
                self.say(
                    page,
                    match set {
                        true => {
                            "{Who} goes on without looking again, although `PG_writeback`{of} is set once more."
                        }
                        false => "{Who} goes on without looking again.",
                    },
                )
            }
            Effect::WritebackCleared { page, woke } => self.say(
                page,
                match woke {
                    true => "{Who} clears `PG_writeback`{of} and wakes its waiters.",
                    false => "{Who} clears `PG_writeback`{of}; its waiters are not woken yet.",
                },
            ),
            Effect::WokeWaiters { page, many } => self.say(
                page,
                match many {
                    0 => "{Who} wakes the waiters of `PG_writeback`{of}; there are none.",
                    _ => "{Who} wakes the waiters of `PG_writeback`{of}, whatever the bit says by now.",
                },
            ),
            Effect::Passed => Some(self.passed()),
            Effect::Chose { way } => self.chose(way),
            Effect::Added { page: number, .. } => {
                let x = match self.instr.and_then(Instr::sectors) {
                    Some(some) => sectors(it, number, &listed(model, some)),
                    None => page(it, number),
                };
                self.fill(number, "{Who} adds {x} to its bio.", &x, "")
            }
            Effect::Guarded {
                page,
                sector,
                content,
            } => {
                let [of_memory, of_copy] = self.row.told()?;
                let text = match self.copied(page, sector) {
                    false => of_memory,
                    true => of_copy,
                };
                let name = sectors(it, page, &[sector]);
                self.fill(page, text, &name, &self.guard(content))
            }
            Effect::Copied { page } => self.say(
                page,
                "{Who} copies {page}: from here on the I/O takes the copy, whatever happens to {page}.",
            ),
            Effect::CopiedSector { page, sector, .. } => self.fill(
                page,
                "{Who} copies {x}, as it is now: from here on the I/O takes the copy.",
                &sectors(it, page, &[sector]),
                "",
            ),
            Effect::ReadBounced { page } => self.say(
                page,
                "{Who} takes a page of the kernel's for the I/O to read into.",
            ),
            Effect::ReadInto { page, sector, bounced, .. } => self.fill(
                page,
                match bounced {
                    true => "{Who} brings {x} from the media into the kernel's page.",
                    false => "{Who} brings {x} from the media into memory.",
                },
                &sectors(it, page, &[sector]),
                "",
            ),
            Effect::ReadChecked { page, sector, received, computed, matched } => {
                let guard = protection.guards();
                let text = match (guard, matched) {
                    (true, true) => "{Who} computes the guard of {x} as it is in memory now: {y}, as it came.",
                    (true, false) => "{Who} computes the guard of {x} as it is in memory now: {y}.",
                    (false, true) => "{Who} takes the checksum of {x} as it is in memory now: it fits.",
                    (false, false) => "{Who} takes the checksum of {x} as it is in memory now: it does not fit.",
                };
                let values = match matched {
                    true => self.guard(computed),
                    false => format!("{}, but {} came with it", self.guard(computed), self.guard(received)),
                };
                self.fill(page, text, &sectors(it, page, &[sector]), &values)
            }
            Effect::CopiedOut { page } => self.say(
                page,
                "{Who} copies what was checked from the kernel's page to the user's buffer.",
            ),
            Effect::ReadAgain { bio } => self.about_bio(
                bio,
                "{Who} submits {x} once more, as a read into a page of the kernel's.",
            ),
            Effect::Queued { bio, .. } if self.reads(bio) => self.about_bio(
                bio,
                "{Who} submits {x} as a read; nothing has come yet.",
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
            Effect::Direction { bio, read } => self.about_bio(
                bio,
                match read {
                    true => "{Who} sees that {x} is a read.",
                    false => "{Who} sees that {x} is a write.",
                },
            ),
            Effect::HandedOver { bio } => self.about_bio(
                bio,
                "{Who} passes {x} to its host; no guest sees what the host does with it.",
            ),
            Effect::TookOver { bio } => {
                self.about_bio(bio, "{Who} takes over {x} from its guest.")
            }
            Effect::Taken { bio } => self.about_bio(bio, "{Who} takes {x} from its queue."),
            Effect::Sampled { page, sector, .. } => self.fill(
                page,
                match protection {
                    Protection::Mirror => "The first leg of the mirror fetches {x}, as it is now.",
                    _ => "{Who} computes parity over {x}, as it is now; it fetches the data later.",
                },
                &sectors(it, page, &[sector]),
                "",
            ),
            Effect::Fetched { page, sector, .. } => {
                let text = match (protection, self.copied(page, sector)) {
                    (_, true) => "{Who} fetches {x} from the copy.",
                    (Protection::Mirror, _) => {
                        "The second leg of the mirror fetches {x}, as it is now."
                    }
                    _ => "{Who} fetches {x} from memory, as it is now.",
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
                let (hop, computed) = (hop_name(it, hop), self.guard(computed));
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
                    true => "{Who} reports the guard error; {x} fails as a whole.",
                },
            ),
            Effect::Ended { bio, .. } if self.reads(bio) => self.about_bio(
                bio,
                "{Who} sees that the read of {x} is done, as far as the device is concerned.",
            ),
            Effect::Ended { bio, failed } => self.about_bio(
                bio,
                match failed {
                    false => "{Who} sees that the write of {x} succeeded.",
                    true => "{Who} sees that the write of {x} failed with `-EILSEQ`.",
                },
            ),
            Effect::ErrorLatched => self.say(
                PageId(0),
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
                        "{Who} clears `BH_Shadow`{of}: the journal is done with the block, which may change now."
                    }
                    EndIo::Direct => "{Who} ends the direct I/O{of}; there is no flag to clear.",
                    EndIo::Part => "{Who} lets go of the bio; `PG_writeback`{of} stays as it is.",
                    EndIo::Blocks => {
                        "{Who} clears the writeback marks of its blocks{of}; other blocks have theirs, so `PG_writeback` stays."
                    }
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
                        "{Who}'s store faults: {x} is read-only. The kernel handles the fault, then the store runs again."
                    }
                    false => {
                        "{Who}'s store faults: {x} is not present. The kernel handles the fault, then the store runs again."
                    }
                },
                &pte(it, page, space),
                "",
            ),
            Effect::Loaded { page, .. } => {
                let tlb = model.actors.get(self.actor.index()).and_then(|it| it.tlb);
                let cached = tlb.map_or(Access::NONE, |tlb| {
                    model.tlb(&self.after, tlb, page)
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
                "{Who} makes {x} writable and dirty: from here on, stores go through it.",
                &pte(it, page, space),
                "",
            ),
            Effect::PteChanged { page, space } => self.fill(
                page,
                "{Who} finds {x} changed since the fault, gives up, and lets the CPU try again.",
                &pte(it, page, space),
                "",
            ),
            Effect::Retries => self.say(
                PageId(0),
                "The fault is handled; next {who} runs the store again.",
            ),
            Effect::MappingChecked { page, gone } => self.say(
                page,
                match (self.op(), gone) {
                    (Some(Op::CheckVma), true) => "{Who} finds that {page} is no longer mapped.",
                    (Some(Op::CheckVma), false) => "{Who} finds that {page} is still mapped.",
                    (_, true) => "{Who} finds that {page} has left the file.",
                    (_, false) => "{Who} finds that {page} still belongs to the file.",
                },
            ),
            Effect::DirtyCancelled { page } => self.say(
                page,
                "{Who} clears `PG_dirty`{of}: nobody will write {page} now.",
            ),
            Effect::Removed { page } => self.say(
                page,
                "{Who} removes {page} from the file; whoever still has it must check its mapping.",
            ),
            Effect::Sigbus => self.say(PageId(0), "{Who} gets SIGBUS instead of its store, and ends."),
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
                PageId(0),
                "{Who} calls fsync: what memory holds now must be on the media by the time it returns success.",
            ),
            Effect::FsyncReturned { failed, missed } => self.say(
                PageId(0),
                match (failed, missed) {
                    (true, _) => "fsync returns the write error to {who}, once.",
                    (_, true) => {
                        "fsync returns success to {who}, although a write failed: somebody else was told already."
                    }
                    _ => "fsync returns success to {who}.",
                },
            ),
            Effect::KernelMapping { page, read_only } => self.say(
                page,
                match read_only {
                    true => {
                        "{Who} makes the kernel's own mapping{of} read-only: from here on, a store through it traps."
                    }
                    false => "{Who} makes the kernel's own mapping{of} writable again.",
                },
            ),
            Effect::WriteAccess { page, frozen } => self.say(
                page,
                match frozen {
                    true => {
                        "The block{of} belongs to the committing transaction: {who} leaves the journal a frozen copy, and may change the original."
                    }
                    false => "{Who} may change the block{of}: the journal is not writing it.",
                },
            ),
            Effect::Shadowed { page } => self.say(
                page,
                "{Who} sets `BH_Shadow`{of}: from here on, whoever wants to change the block waits.",
            ),
            Effect::ChecksumRead { page, .. } => self.say(
                page,
                "{Who} computes the checksum of the block{of} over its bytes as they are now; it is not stored yet.",
            ),
            Effect::Broke(violation) => self.broke(at, violation),
        }
    }

    /// Whether the I/O of a sector takes its bytes from a copy of the page, not from the page itself.
    fn copied(&self, page: PageId, sector: SectorId) -> bool {
        let page = self.scenario.model.page(&self.before, page);
        page.copy[sector.index()].is_some()
    }

    /// Whether a bio is a read.
    fn reads(&self, bio: BioId) -> bool {
        self.scenario.model.bio(&self.after, bio).read
    }

    fn about_bio(&self, number: BioId, text: &str) -> Option<String> {
        self.fill(
            PageId(0),
            text,
            &bio(self.scenario, &self.after, number),
            "",
        )
    }
}

/// Who checks at a hop: NVMe has no host adapter.
pub(super) fn hop_name(scenario: &Scenario, hop: Hop) -> &'static str {
    match hop {
        Hop::Hba if scenario.model.protection == Protection::Nvme => "controller",
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
