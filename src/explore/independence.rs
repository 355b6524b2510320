//! What steps of different actors have to do with each other: which registers a step uses and changes, and which ones an
//! actor can still come to while others wait.
//!
//! Two steps can be made in either order if neither changes what the other uses. What a step touches says its footprint
//! (`machine::footprint`); here it is made exact enough for a search. *A page's I/O is a baton*: of the actors only the one
//! that has the page's bio at hand works on it, so a step on a bio touches the pages that are in that bio and no others.
//! *What waits cannot be in the way*: an actor that must first get a lock, a bio or a request from somebody who stands still
//! comes no further until then. Bytes that a store finds sealed are no business of its own: that they change under the I/O is
//! seen by whoever compares.

use hashbrown::HashTable;

use crate::machine::{
    Actor, ActorId, CELLS, Cell, EndIo, Instr, LockKind, LockStep, MAX_ACTORS, MAX_PAGES,
    MOVING_ON, Model, Op, Operand, PageId, Reach, ReadStep, Register, Resource, StableWait, Stage,
    Which, World, ways,
};

/// A set of registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Registers([u64; MOST / 64]);

/// Registers there is room for. A page's flags are six in one byte, and some stand for sets.
const MOST: usize = 192;
const _: () = assert!(CELLS + 5 * MAX_PAGES + 3 + 3 * MAX_PAGES <= MOST);

impl Registers {
    fn add(&mut self, register: usize) {
        if let Some(word) = self.0.get_mut(register / 64) {
            *word |= 1 << (register % 64);
        }
    }

    fn join(&mut self, other: &Registers) {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
    }

    fn leave_out(&mut self, other: &Registers) {
        for (word, less) in self.0.iter_mut().zip(other.0) {
            *word &= !less;
        }
    }

    fn meets(&self, other: &Registers) -> bool {
        self.0.iter().zip(other.0).any(|(one, two)| one & two != 0)
    }
}

/// What steps use (to see whether they are possible, and what they come to) and what they change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    uses: Registers,
    changes: Registers,
}

impl Touched {
    pub(super) fn join(&mut self, other: &Touched) {
        self.uses.join(&other.uses);
        self.changes.join(&other.changes);
    }

    fn uses(&mut self, register: usize) {
        self.uses.add(register);
    }

    fn changes(&mut self, register: usize) {
        self.uses.add(register);
        self.changes.add(register);
    }

    /// Whether the order of steps that touch these and those can matter.
    pub(super) fn conflicts(&self, other: &Touched) -> bool {
        self.uses.meets(&other.changes) || self.changes.meets(&other.uses)
    }
}

/// A set of pages, one bit each.
type Pages = u8;

/// On whose bio an instruction works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// On none.
    None,
    /// On the one its actor builds.
    Own,
    /// On the one the device or the completion has at hand.
    AtHand,
}

/// A condition that an actor can only pass when somebody else has acted; one bit in [`Closed`].
pub(super) mod gate {
    pub const PAGE_LOCK: u32 = 0;
    pub const WRITEBACK: u32 = 3;
    pub const BIO: u32 = 6;
    pub const PTE_LOCK: u32 = 9;
    pub const HANDLE: u32 = 12;
    pub const COMMIT: u32 = 13;
    pub const MUTEX: u32 = 14;
    pub const QUEUED: u32 = 15;
    pub const DONE: u32 = 16;
    pub const PASSED: u32 = 17;
    pub const NAMED: u32 = 18;
    /// Named locks that have a bit.
    pub const MOST_NAMED: usize = 14;
}

/// Conditions that cannot come true for now.
type Closed = u32;

/// One instruction, on one page.
#[derive(Clone, Debug)]
struct Step {
    op: Op,
    page: PageId,
    work: Work,
    /// The condition for it, as a set of one or none.
    gate: Closed,
    /// What it touches whatever is in its bio.
    always: Touched,
    /// What it touches of each page, if that page is in its bio.
    of_bio: [Touched; MAX_PAGES],
}

/// All that an actor can still do while others stand still.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Future {
    touched: Touched,
    /// Pages that it may put into a bio.
    adds: Pages,
    queues: bool,
    completes: bool,
    hands_over: bool,
}

/// Where an actor stands, what it has at hand, and what is closed to it: all that its [`Future`] depends on.
#[derive(Clone, Copy, Debug)]
struct Stand {
    actor: usize,
    pc: u8,
    /// The store that faulted, plus one.
    retry: u8,
    own: Pages,
    at_hand: Pages,
    passed: Pages,
    closed: Closed,
}

impl Stand {
    /// All of it in one word.
    fn key(&self) -> u64 {
        let pages = [self.own, self.at_hand, self.passed];
        let pages = pages.iter().fold(0, |key, it| key << 3 | u64::from(*it));
        let place = (self.actor as u64) << 16 | u64::from(self.pc) << 8 | u64::from(self.retry);
        u64::from(self.closed) << 32 | pages << 20 | place
    }
}

/// Where a page's I/O is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Baton {
    /// The page is in no bio.
    Free,
    /// This actor has it, or will be the next to have it.
    With(ActorId),
    /// Nobody will ever have it.
    Lost,
}

/// What matters of a state for the order of steps.
pub(super) struct Facts {
    /// Actors that can move.
    pub ready: u8,
    /// Actors that are not finished.
    pub due: u8,
    /// For each actor in how many ways it can move.
    pub ways: [u8; MAX_ACTORS],
    pc: [u8; MAX_ACTORS],
    retry: [u8; MAX_ACTORS],
    own: [Pages; MAX_ACTORS],
    batons: [Baton; MAX_PAGES],
    queued: Pages,
    in_device: Pages,
    done: Pages,
    passed: Pages,
    writeback: Pages,
    /// For each actor the gates of the locks that it holds.
    holds: [Closed; MAX_ACTORS],
}

/// The steps of a model, and what they have to do with each other.
#[derive(Clone, Debug)]
pub(super) struct Independence {
    /// For each actor and instruction the step, on its page or, in a fault handler, on any.
    steps: Vec<Vec<Vec<Step>>>,
    /// The gates there are in each actor's code.
    gates: Vec<Closed>,
    /// Whether bios are passed on in good order, so that a page's I/O is a baton.
    orderly: bool,
    /// Whether the end of a read unlocks its page, whoever has locked it.
    unlocks: bool,
    /// The registers that stand for sets of bios.
    sets: Registers,
    /// Actors that only serve: they go round because others give them work.
    servers: u8,
    /// Who takes requests, who ends bios, and who takes over a guest's.
    roles: [Option<ActorId>; 3],
    /// What was found out of futures, by their stand.
    known: HashTable<(u64, u32)>,
    futures: Vec<Future>,
    /// What was found last of what the actors of a set can do, by hash.
    kept: Vec<Kept>,
}

/// Registers by number: those of the model, but for bios and actors, and behind them some that stand for sets.
struct Numbers<'a> {
    model: &'a Model,
    cells: Vec<Cell>,
    orderly: bool,
}

/// Registers that stand for sets: to add to a set is no change that another one who adds could notice.
#[derive(Clone, Copy)]
enum Extra {
    /// Submitted bios.
    Queued,
    /// Completed bios.
    Done,
    /// Bios handed to the host.
    Passed,
    /// Whether a page is in a bio.
    InBio(PageId),
    /// Who sleeps until a page's waiters are woken.
    Woken(PageId),
    /// Whether somebody has set PG_dirty.
    MadeDirty(PageId),
}

/// What the actors of a set can still do, one by one (by number) and together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Futures {
    pub each: [u32; MAX_ACTORS],
    pub together: Touched,
}

/// So many futures of sets of actors are kept, as a power of two.
const KEPT_BITS: u32 = 10;

/// Futures that were found, and for what.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    key: [u64; 5],
    futures: Futures,
}

impl Facts {
    /// All that the futures of a set of actors depend on. It is never zero.
    fn of(&self, out: u8) -> [u64; 5] {
        let out = out & self.due;
        let mine = |all: &[u8; MAX_ACTORS]| {
            u64::from_le_bytes(std::array::from_fn(|at| match out >> at & 1 {
                0 => 0,
                _ => all[at],
            }))
        };
        let pages = [
            self.queued,
            self.in_device,
            self.done,
            self.passed,
            self.writeback,
        ];
        let pages = pages.iter().fold(1, |key, it| key << 3 | u64::from(*it));
        let batons = self.batons.iter().fold(pages, |key, baton| {
            let baton = match baton {
                Baton::Free => 0,
                Baton::Lost => 1,
                Baton::With(actor) => 2 + u64::from(actor.0),
            };
            key << 4 | baton
        });
        let place = u64::from(self.closed_by_locks(out)) << 8 | u64::from(out);
        [
            mine(&self.pc),
            mine(&self.retry),
            mine(&self.own),
            batons,
            place,
        ]
    }

    /// The gates of locks that nobody of a set of actors who are not finished can give back.
    fn closed_by_locks(&self, out: u8) -> Closed {
        let others = self.holds.iter().enumerate();
        let others = others.filter(|(actor, _)| out >> actor & 1 == 0);
        others.fold(0, |closed, (_, holds)| closed | holds)
    }
}

impl Numbers<'_> {
    fn extra(&self, extra: Extra) -> usize {
        let of_page = |first: usize, page: PageId| first + page.index();
        self.cells.len()
            + match extra {
                Extra::Queued => 0,
                Extra::Done => 1,
                Extra::Passed => 2,
                Extra::InBio(page) => of_page(3, page),
                Extra::Woken(page) => of_page(3 + MAX_PAGES, page),
                Extra::MadeDirty(page) => of_page(3 + 2 * MAX_PAGES, page),
            }
    }

    /// The numbers of the registers of some kinds that an instruction touches, with their page.
    fn within<'a>(
        &'a self,
        instr: &'a Instr,
        reach: Reach,
        kinds: &'a [Register],
    ) -> impl Iterator<Item = (usize, &'a Cell)> + 'a {
        // A store goes to its own page, whatever page its actor works on.
        let page = match instr.operand {
            Operand::Store(store) => self.model.stores[store.index()].page,
            _ => instr.page,
        };
        let there = Instr { page, ..*instr };
        let cells = self.cells.iter().enumerate();
        cells.filter(move |(_, cell)| {
            let within = cell.is_within(reach, instr) || cell.is_within(reach, &there);
            kinds.contains(&cell.register) && within
        })
    }

    fn step(&self, actor: ActorId, instr: Instr) -> Step {
        let page = instr.page;
        let work = work(instr.op);
        let mut step = Step {
            op: instr.op,
            page,
            work: if self.orderly { work } else { Work::None },
            gate: self.gate(&instr),
            always: Touched::default(),
            of_bio: [Touched::default(); MAX_PAGES],
        };
        let said = instr.op.footprint();
        for (kinds, changed) in [(said.reads, false), (said.writes, true)] {
            for (number, cell) in self.within(&instr, said.reach, kinds) {
                if !self.concerns(actor, &instr, cell) {
                    continue;
                }
                let touched = match (step.work, cell.page) {
                    (Work::None, _) | (_, None) => &mut step.always,
                    (_, Some(page)) => &mut step.of_bio[page.index()],
                };
                // Which sectors are under I/O is of interest to the one that has the bio, but for buffers that are cleaned by
                // somebody else.
                let handed_on = self.orderly
                    && cell.register == Register::Mask
                    && instr.op != Op::ClearDirtyBuffers;
                match changed && !handed_on {
                    true => touched.changes(number),
                    false => touched.uses(number),
                }
            }
        }
        self.add_sets(&instr, &mut step);
        // What an actor looks at on its way to its next instruction.
        for (number, _) in self.within(&instr, Reach::AllPages, MOVING_ON) {
            step.always.uses(number);
        }
        step
    }

    /// Whether what becomes of a step depends on a register that its footprint names.
    fn concerns(&self, actor: ActorId, instr: &Instr, cell: &Cell) -> bool {
        let stores = instr.op.stores();
        match cell.register {
            // Whether bytes are sealed, a store only reports.
            Register::Sealed | Register::Copy if stores || instr.op == Op::StoreChecksum => false,
            Register::Memory if stores => cell.sector.is_none_or(|sector| {
                let store = &self.model.stores[instr.store().index()];
                store.touches(self.model.geometry, sector)
            }),
            // A thread goes through the page table of its own address space.
            Register::Pte | Register::Tlb if matches!(instr.op, Op::Store | Op::Load) => {
                let of = &self.model.actors[actor.index()];
                cell.space.is_none_or(|space| of.space == Some(space))
            }
            // Two who set the bit need not know of each other; see `add_sets`.
            Register::Dirty => !sets_dirty(instr.op),
            _ => true,
        }
    }

    /// What a step has to do with sets: to add to one is to use it, to take from one to change it.
    fn add_sets(&self, instr: &Instr, step: &mut Step) {
        let page = instr.page;
        let dirty = self.extra(Extra::MadeDirty(page));
        let said = instr.op.footprint();
        if sets_dirty(instr.op) {
            step.always.uses.add(dirty);
        } else if said.reads.contains(&Register::Dirty) || said.writes.contains(&Register::Dirty) {
            for page in self.model.page_ids() {
                if said.reach == Reach::AllPages || page == instr.page {
                    let dirty = self.extra(Extra::MadeDirty(page));
                    step.always.changes.add(dirty);
                }
            }
            if said.writes.contains(&Register::Dirty) {
                step.always.changes(dirty);
            }
        }
        let woken = self.extra(Extra::Woken(page));
        if matches!(
            instr.op,
            Op::WaitOnce | Op::WakeUpPage | Op::EndIo(EndIo::Writeback | EndIo::Blocks)
        ) {
            step.always.changes(woken);
        }
        if !self.orderly {
            return;
        }
        let in_bio = self.extra(Extra::InBio(page));
        let [queued, done, passed] =
            [Extra::Queued, Extra::Done, Extra::Passed].map(|it| self.extra(it));
        let always = &mut step.always;
        match instr.op {
            Op::BioAdd => always.changes(in_bio),
            Op::WaitBio => always.uses(in_bio),
            Op::EndIo(_) => step.of_bio[page.index()].changes(in_bio),
            Op::QueueBio | Op::Read(ReadStep::Submit | ReadStep::Again) => always.uses(queued),
            Op::TakeRequest => always.changes(queued),
            Op::HandOver => always.uses(passed),
            Op::TakeOver => always.changes(passed),
            Op::CompleteRequest | Op::Read(ReadStep::Complete) => always.uses(done),
            Op::BioEndio => always.changes(done),
            _ => {}
        }
    }

    /// The condition for an instruction, if it is one that a [`Closed`] has a bit for.
    fn gate(&self, instr: &Instr) -> Closed {
        let page = u32::from(instr.page.0);
        let of_resource = |what| match what {
            Resource::PteLock => Some(gate::PTE_LOCK + u32::from(instr.space().0)),
            Resource::Handle => Some(gate::HANDLE),
            Resource::Commit => Some(gate::COMMIT),
            Resource::Mutex => Some(gate::MUTEX),
            _ => None,
        };
        let waits = match self.model.rules.wait {
            StableWait::Never => false,
            StableWait::Always => true,
            StableWait::IfRequired => self.model.stable,
        };
        let bit = match instr.op {
            Op::LockPage | Op::WaitPageUnlocked => Some(gate::PAGE_LOCK + page),
            Op::Take(what) | Op::Await(what) => of_resource(what),
            Op::PteWrprotect | Op::PteRevoke | Op::PteMkwrite | Op::ZapPte | Op::ForkPte => {
                of_resource(Resource::PteLock)
            }
            Op::Lock(step) => {
                let lock = instr.lock().index();
                let kind = self.model.locks[lock].kind;
                let sleeps = match kind {
                    LockKind::Mutex | LockKind::Spin => step == LockStep::Take,
                    LockKind::Rwsem => step == LockStep::TakeShared,
                    _ => false,
                };
                (sleeps && lock < gate::MOST_NAMED).then_some(gate::NAMED + lock as u32)
            }
            Op::WaitWriteback if self.orderly => Some(gate::WRITEBACK + page),
            Op::WaitStable if self.orderly && waits => Some(gate::WRITEBACK + page),
            Op::BioAdd | Op::WaitBio if self.orderly => Some(gate::BIO + page),
            Op::TakeRequest if self.orderly => Some(gate::QUEUED),
            Op::BioEndio if self.orderly => Some(gate::DONE),
            Op::TakeOver if self.orderly => Some(gate::PASSED),
            _ => None,
        };
        bit.map_or(0, |bit| 1 << bit)
    }
}

fn sets_dirty(op: Op) -> bool {
    matches!(op, Op::SetPageDirty | Op::RedirtyIfCleaned)
}

/// On whose bio a step works, if on any.
fn work(op: Op) -> Work {
    match op {
        Op::GenerateGuard | Op::BounceCopy | Op::CopySector | Op::QueueBio | Op::HandOver => {
            Work::Own
        }
        Op::Read(step) if step.is_submission() => Work::Own,
        Op::Read(_)
        | Op::SampleFirst
        | Op::DmaSector
        | Op::HbaVerify
        | Op::HbaInsert
        | Op::TargetVerify
        | Op::CommitMedia
        | Op::Requeue
        | Op::CompleteRequest
        | Op::EndIo(_) => Work::AtHand,
        _ => Work::None,
    }
}

/// What an actor has in its register for a bio at hand, as far as its code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    Empty,
    InDevice,
    Done,
    /// As `Done`, and it may be over after this step.
    Ending,
    /// A bio that somebody else may have by now, or no bio.
    Stale,
}

/// Whether an actor works only on a bio that it has at hand, by any way through its code.
fn keeps_to_its_bio(model: &Model, actor: ActorId) -> bool {
    let it = &model.actors[actor.index()];
    let code = &it.code;
    let faults = code.iter().any(|instr| instr.op == Op::Store);
    let serves = |instr: &Instr| work(instr.op) == Work::AtHand || ROLES.contains(&instr.op);
    if !code.iter().any(serves) {
        return true;
    }
    let reads = code.iter().any(|instr| instr.op == Op::ReadChecksum);
    if faults || reads || code.len() != usize::from(it.main) {
        return false;
    }
    let mut seen = vec![0u8; code.len()];
    let mut ahead = vec![(0usize, Hand::Empty)];
    while let Some((pc, hand)) = ahead.pop() {
        let Some(instr) = code.get(pc) else {
            continue; // The register is cleared where a program begins again.
        };
        if seen[pc] & 1 << hand as u8 != 0 {
            continue;
        }
        seen[pc] |= 1 << hand as u8;
        let fits: &[Hand] = match instr.op {
            Op::EndIo(_) => &[Hand::Empty, Hand::Done, Hand::Ending],
            Op::Read(ReadStep::IsRead) => &[Hand::Empty, Hand::InDevice, Hand::Done],
            Op::Read(
                ReadStep::Check
                | ReadStep::Verify
                | ReadStep::CopyOut
                | ReadStep::Again
                | ReadStep::Unlock,
            ) => &[Hand::Empty, Hand::Done, Hand::Ending],
            op if work(op) == Work::AtHand => &[Hand::Empty, Hand::InDevice],
            _ => &[
                Hand::Empty,
                Hand::InDevice,
                Hand::Done,
                Hand::Ending,
                Hand::Stale,
            ],
        };
        if !fits.contains(&hand) {
            return false;
        }
        let then = match instr.op {
            Op::TakeRequest => Hand::InDevice,
            Op::BioEndio => Hand::Done,
            Op::CompleteRequest | Op::Read(ReadStep::Complete | ReadStep::Again)
                if hand != Hand::Empty =>
            {
                Hand::Stale
            }
            Op::EndIo(_) if hand == Hand::Done => Hand::Ending,
            Op::Goto => hand,
            op if hand == Hand::Ending && work(op) != Work::AtHand => Hand::Stale,
            _ => hand,
        };
        if instr.op != Op::Goto {
            ahead.push((pc + 1, then));
        }
        if instr.op.can_answer_no() {
            ahead.push((instr.no.into(), then));
        }
    }
    true
}

/// The steps by which an actor takes a bio from others: as the device, the completion, the host.
const ROLES: [Op; 3] = [Op::TakeRequest, Op::BioEndio, Op::TakeOver];

fn runs(model: &Model, actor: ActorId, op: Op) -> bool {
    let mut code = model.actors[actor.index()].code.iter();
    code.any(|instr| instr.op == op)
}

/// Whether of all actors only the one that has a page's bio at hand works on the page's I/O.
fn is_orderly(model: &Model) -> bool {
    let many = |op: Op| (model.actor_ids().filter(|it| runs(model, *it, op))).count();
    // A page that goes out in parts is in several bios at a time.
    !model.in_parts()
        && many(Op::ClearWriteback) == 0
        && ROLES.into_iter().all(|op| many(op) <= 1)
        && model
            .actor_ids()
            .all(|actor| keeps_to_its_bio(model, actor))
}

/// Whether an actor only serves: it has nothing to do but what others give it.
fn only_serves(model: &Model, actor: ActorId) -> bool {
    let code = &model.actors[actor.index()].code;
    let gives = |op| {
        matches!(
            op,
            Op::BioAdd
                | Op::QueueBio
                | Op::HandOver
                | Op::TakeOver
                | Op::Read(ReadStep::Submit | ReadStep::Again)
        )
    };
    code.iter().any(|instr| instr.op.serves()) && !code.iter().any(|instr| gives(instr.op))
}

impl Independence {
    /// What the steps of a model have to do with each other.
    pub(super) fn of(model: &Model) -> Independence {
        let orderly = is_orderly(model);
        let mut cells = model.cells();
        cells.retain(|cell| match cell.register {
            Register::Actors => false,
            Register::BioOf | Register::Bio => !orderly,
            _ => true,
        });
        let numbers = Numbers {
            model,
            cells,
            orderly,
        };
        let steps: Vec<Vec<Vec<Step>>> = (model.actor_ids())
            .map(|actor| {
                let on_pages = |instr: &Instr| {
                    let on = |page| numbers.step(actor, Instr { page, ..*instr });
                    model.page_ids().map(on).collect()
                };
                let code = &model.actors[actor.index()].code;
                code.iter().map(on_pages).collect()
            })
            .collect();
        let gates = |code: &Vec<Vec<Step>>| {
            let all = code.iter().flatten();
            all.fold(0, |gates, step| gates | step.gate)
        };
        let mut sets = Registers::default();
        for set in [Extra::Queued, Extra::Done, Extra::Passed] {
            sets.add(numbers.extra(set));
        }
        Independence {
            sets,
            gates: steps.iter().map(gates).collect(),
            steps,
            orderly,
            unlocks: (model.actor_ids()).any(|it| runs(model, it, Op::Read(ReadStep::Unlock))),
            servers: (model.actor_ids())
                .filter(|actor| orderly && only_serves(model, *actor))
                .fold(0, |set, actor| set | 1 << actor.0),
            roles: ROLES.map(|op| model.actor_ids().find(|actor| runs(model, *actor, op))),
            known: HashTable::new(),
            futures: vec![Future::default()],
            kept: vec![Kept::default(); 1 << KEPT_BITS],
        }
    }

    /// What matters of a state.
    pub(super) fn facts(&self, model: &Model, world: &World) -> Facts {
        let mut facts = Facts {
            ready: 0,
            due: 0,
            ways: [0; MAX_ACTORS],
            pc: [0; MAX_ACTORS],
            retry: [0; MAX_ACTORS],
            own: [0; MAX_ACTORS],
            batons: [Baton::Free; MAX_PAGES],
            queued: 0,
            in_device: 0,
            done: 0,
            passed: 0,
            writeback: 0,
            holds: [0; MAX_ACTORS],
        };
        for actor in model.actor_ids() {
            let at = actor.index();
            let stands = model.actor(world, actor);
            facts.pc[at] = stands.pc;
            facts.retry[at] = stands.store.map_or(0, |store| store + 1);
            facts.ways[at] = ways(model, world, actor);
            facts.ready |= u8::from(facts.ways[at] > 0) << at;
            facts.due |= u8::from(model.due(world, actor).is_some()) << at;
        }
        let mut owned = |gate: u32, owner: Option<ActorId>| {
            if let Some(holds) = owner.and_then(|owner| facts.holds.get_mut(owner.index())) {
                *holds |= 1 << gate;
            }
        };
        for page in model.page_ids() {
            let which = Which::Page(page);
            let lock = model.owner(world, Resource::PageLock, which);
            owned(gate::PAGE_LOCK + u32::from(page.0), lock);
        }
        for space in model.space_ids() {
            let owner = model.owner(world, Resource::PteLock, Which::Space(space));
            owned(gate::PTE_LOCK + u32::from(space.0), owner);
        }
        for (what, gate) in [
            (Resource::Handle, gate::HANDLE),
            (Resource::Commit, gate::COMMIT),
            (Resource::Mutex, gate::MUTEX),
        ] {
            owned(gate, model.owner(world, what, Which::Page(PageId(0))));
        }
        for lock in model.lock_ids().take(gate::MOST_NAMED) {
            owned(
                gate::NAMED + u32::from(lock.0),
                model.lock(world, lock).owner,
            );
        }
        let [disk, completion, host] = self.roles;
        for page in model.page_ids() {
            let bit = 1 << page.0;
            let which = Which::Page(page);
            if model.owner(world, Resource::Writeback, which).is_some() {
                facts.writeback |= bit;
            }
            let (Some(bio), true) = (model.bios_of(world, page).next(), self.orderly) else {
                continue;
            };
            let bio = model.bio(world, bio);
            let with = match bio.stage {
                Stage::Free => None,
                Stage::Building => {
                    if let Some(own) = bio.owner.and_then(|it| facts.own.get_mut(it.index())) {
                        *own |= bit;
                    }
                    bio.owner
                }
                Stage::Passed => {
                    facts.passed |= bit;
                    host
                }
                Stage::Queued => {
                    facts.queued |= bit;
                    disk
                }
                Stage::InDevice => {
                    facts.in_device |= bit;
                    disk
                }
                Stage::Done => {
                    facts.done |= bit;
                    completion
                }
            };
            facts.batons[page.index()] = with.map_or(Baton::Lost, Baton::With);
        }
        facts
    }

    /// What an actor's next step touches; nothing if it is finished.
    pub(super) fn next(&self, model: &Model, facts: &Facts, actor: ActorId) -> Touched {
        let at = actor.index();
        if facts.due & 1 << at == 0 {
            return Touched::default();
        }
        let (pc, retry) = (facts.pc[at], facts.retry[at]);
        let Some(step) = self.step(model, at, pc, retry) else {
            return Touched::default();
        };
        let pages = match step.work {
            Work::None => 0,
            Work::Own => facts.own[at],
            Work::AtHand => self.at_hand(facts, actor),
        };
        step.touched(pages)
    }

    /// The pages of bios that an actor can have at hand.
    fn at_hand(&self, facts: &Facts, actor: ActorId) -> Pages {
        let [disk, completion, _] = self.roles.map(|it| it == Some(actor));
        let of = |is, pages| if is { pages } else { 0 };
        of(disk, facts.in_device) | of(completion, facts.done)
    }

    fn step(&self, model: &Model, actor: usize, pc: u8, retry: u8) -> Option<&Step> {
        let code = &model.actors[actor].code;
        let of = retry.checked_sub(1).unwrap_or(pc);
        let page = code.get(usize::from(of))?.page;
        self.steps[actor].get(usize::from(pc))?.get(page.index())
    }

    /// Whether an actor's step has nothing to do with a step of another that comes to be made meanwhile, on any page that a
    /// fault can be on, where these gates are closed to the other. With each stands in which pages nobody else has a bio.
    /// Where PG_writeback is `minded`, a page under none is in no bio.
    pub(super) fn are_apart(
        &self,
        model: &Model,
        (actor, pc, of_mine): (ActorId, usize, Pages),
        (other, at, of_its): (ActorId, usize, Pages),
        closed: u32,
        minded: bool,
    ) -> bool {
        let all: Pages = (1 << MAX_PAGES) - 1;
        // In a fault handler the page is that of the store.
        let steps = |actor: ActorId, pc: usize| {
            let it = &model.actors[actor.index()];
            let own = (pc < it.main.into()).then(|| it.code[pc].page.index());
            let all = self.steps[actor.index()][pc].iter().enumerate();
            all.filter(move |(page, _)| own.is_none_or(|own| own == *page))
                .map(|(_, step)| step)
        };
        // Who waits for writeback waits until the page is in no bio.
        let waits_for = |step: &Step| match minded {
            true => (step.gate >> gate::WRITEBACK) as Pages & all,
            false => 0,
        };
        steps(actor, pc).all(|mine| {
            steps(other, at).all(|its| {
                // Of the two only one has a page's bio.
                let with_io = |step: &Step, not: Pages| step.touched(all & !not);
                let mut first = with_io(mine, of_its | waits_for(its));
                let mut alone = mine.touched(0);
                if mine.adds() {
                    // What is added changes nothing of what can be taken already.
                    for touched in [&mut first, &mut alone] {
                        touched.uses.leave_out(&self.sets);
                    }
                }
                let conflict = first.conflicts(&its.touched(0))
                    || alone.conflicts(&with_io(its, of_mine | waits_for(mine)));
                its.gate & closed != 0 || !conflict
            })
        })
    }

    /// What each actor of a set can still do while all others stand still, by number: see [`future`](Independence::future).
    pub(super) fn futures(&mut self, model: &Model, facts: &Facts, out: u8) -> Futures {
        // While one actor goes on, all this stays as it is for the others.
        let key = facts.of(out);
        let hash = key.iter().fold(0u64, |hash, word| {
            (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        let place = (hash >> (64 - KEPT_BITS)) as usize;
        let kept = &self.kept[place];
        if kept.key == key {
            return kept.futures;
        }
        let each = self.find_futures(model, facts, out);
        let mut together = Touched::default();
        for number in each {
            together.join(self.future(number).touched());
        }
        let futures = Futures { each, together };
        self.kept[place] = Kept { key, futures };
        futures
    }

    fn find_futures(&mut self, model: &Model, facts: &Facts, out: u8) -> [u32; MAX_ACTORS] {
        let (mut all, mut keys) = ([0; MAX_ACTORS], [0; MAX_ACTORS]);
        let (mut adds, mut given) = (0, [false; 3]);
        loop {
            let mut reached = 0;
            for page in model.page_ids() {
                let is = match facts.batons[page.index()] {
                    Baton::Free => adds >> page.0 & 1 != 0 || !self.orderly,
                    Baton::With(actor) => (out & facts.due) >> actor.0 & 1 != 0,
                    Baton::Lost => false,
                };
                reached |= u8::from(is) << page.0;
            }
            let closed = self.closed(facts, out, reached, given);
            for actor in model.actor_ids() {
                let at = actor.index();
                if out & facts.due & 1 << at == 0 {
                    continue;
                }
                let [disk, completion, host] = self.roles.map(|it| it == Some(actor));
                let more = |is: bool, waiting: Pages, more: bool| match (is, more) {
                    (false, _) => 0,
                    (true, false) => waiting,
                    (true, true) => waiting | reached,
                };
                let in_own = u32::from(facts.own[at]) << gate::BIO;
                let stand = Stand {
                    actor: at,
                    pc: facts.pc[at],
                    retry: facts.retry[at],
                    own: facts.own[at],
                    at_hand: self.at_hand(facts, actor)
                        | more(disk, facts.queued, given[0])
                        | more(completion, 0, given[1]),
                    passed: more(host, facts.passed, given[2]),
                    closed: closed & self.gates[at] & !in_own,
                };
                let key = stand.key();
                if all[at] == 0 || keys[at] != key {
                    (all[at], keys[at]) = (self.number(model, stand, key), key);
                }
            }
            let found = all.iter().fold((0, [false; 3]), |(adds, given), it| {
                let it = self.future(*it);
                let more = [it.queues, it.completes, it.hands_over];
                (adds | it.adds, [0, 1, 2].map(|at| given[at] || more[at]))
            });
            if found == (adds, given) {
                return all;
            }
            (adds, given) = found;
        }
    }

    /// What cannot come true while only the actors of a set move, who may get `reached` pages' bios to work on, and
    /// requests, completed bios and a guest's bios where they are `given`.
    fn closed(&self, facts: &Facts, out: u8, reached: Pages, given: [bool; 3]) -> Closed {
        // Whoever is finished gives nothing back.
        let mut closed = facts.closed_by_locks(out & facts.due);
        // The end of a read gives a page lock back that somebody else took: whoever can come to have the page's bio.
        if self.unlocks {
            closed &= !(u32::from(reached) << gate::PAGE_LOCK);
        }
        if !self.orderly {
            return closed;
        }
        let mut in_bios = 0;
        for (page, baton) in facts.batons.iter().enumerate() {
            in_bios |= u8::from(*baton != Baton::Free) << page;
        }
        closed |= u32::from(facts.writeback & !reached) << gate::WRITEBACK;
        closed |= u32::from(in_bios & !reached) << gate::BIO;
        let waiting = [facts.queued, facts.done, facts.passed];
        for (at, gate) in [gate::QUEUED, gate::DONE, gate::PASSED]
            .into_iter()
            .enumerate()
        {
            closed |= u32::from(waiting[at] == 0 && !given[at]) << gate;
        }
        closed
    }

    /// A future by its number; 0 is that of an actor that does nothing.
    pub(super) fn future(&self, number: u32) -> &Future {
        &self.futures[number as usize]
    }

    /// The number of an actor's future; `key` is that of its stand.
    fn number(&mut self, model: &Model, stand: Stand, key: u64) -> u32 {
        let hash = |key: u64| {
            let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^ hash >> 32
        };
        if let Some((_, known)) = self.known.find(hash(key), |(other, _)| *other == key) {
            return *known;
        }
        let number = self.futures.len() as u32;
        self.futures.push(self.look_ahead(model, stand));
        (self.known).insert_unique(hash(key), (key, number), |(key, _)| hash(*key));
        number
    }

    /// All that an actor can come to from where it stands, through its code as it is written.
    fn look_ahead(&self, model: &Model, stand: Stand) -> Future {
        let Actor {
            code,
            main,
            forever,
            ..
        } = &model.actors[stand.actor];
        let end = code.len();
        // Where an actor stands that goes to an instruction; none where its program is over.
        let go = |pc: usize, retry: u8| match retry.checked_sub(1) {
            Some(store) if pc >= end => Some((store, 0)),
            None if pc >= usize::from(*main) => forever.then_some((0, 0)),
            _ => Some((pc as u8, retry)),
        };
        let mut ahead = vec![(stand.pc, stand.retry)];
        let mut seen: Vec<(u8, u8)> = Vec::new();
        while let Some(at) = ahead.pop() {
            let (pc, retry) = at;
            let Some(step) = self.step(model, stand.actor, pc, retry) else {
                continue;
            };
            if seen.contains(&at) || step.gate & stand.closed != 0 {
                continue;
            }
            seen.push(at);
            let instr = &code[usize::from(pc)];
            if instr.op != Op::Goto {
                ahead.extend(go(usize::from(pc) + 1, retry));
            }
            if instr.op.can_answer_no() {
                ahead.extend(go(instr.no.into(), retry));
            }
            match instr.op {
                Op::Sigbus => ahead.extend(go((*main).into(), 0)),
                Op::Store => ahead.extend(go((*main).into(), pc + 1)),
                _ => {}
            }
        }
        let mut future = Future::default();
        let (mut own, mut takes_over) = (stand.own, false);
        for (pc, retry) in &seen {
            let Some(step) = self.step(model, stand.actor, *pc, *retry) else {
                continue;
            };
            match step.op {
                Op::BioAdd => future.adds |= 1 << step.page.0,
                Op::TakeOver => takes_over = true,
                _ => {}
            }
        }
        own |= future.adds | if takes_over { stand.passed } else { 0 };
        for (pc, retry) in &seen {
            let Some(step) = self.step(model, stand.actor, *pc, *retry) else {
                continue;
            };
            let pages = match step.work {
                Work::None => 0,
                Work::Own => own,
                Work::AtHand => stand.at_hand,
            };
            future.touched.join(&step.touched(pages));
            match step.op {
                Op::QueueBio | Op::Read(ReadStep::Submit | ReadStep::Again) => {
                    future.queues |= pages != 0;
                }
                Op::HandOver => future.hands_over |= pages != 0,
                Op::CompleteRequest | Op::Read(ReadStep::Complete) => {
                    future.completes |= pages != 0;
                }
                _ => {}
            }
        }
        future
    }

    /// Whether bios are passed on in good order, so that their numbers tell nothing.
    pub(super) fn is_orderly(&self) -> bool {
        self.orderly
    }

    /// Bytes that it has come to take.
    pub(super) fn bytes(&self) -> usize {
        self.known.allocation_size()
            + self.futures.capacity() * size_of::<Future>()
            + self.kept.capacity() * size_of::<Kept>()
    }

    /// Whether an actor only serves others.
    pub(super) fn only_serves(&self, actor: ActorId) -> bool {
        self.servers >> actor.0 & 1 != 0
    }
}

impl Step {
    /// Whether it adds a bio to those that somebody takes.
    fn adds(&self) -> bool {
        matches!(
            self.op,
            Op::QueueBio
                | Op::HandOver
                | Op::CompleteRequest
                | Op::Read(ReadStep::Submit | ReadStep::Again | ReadStep::Complete)
        )
    }

    /// What it touches if so many pages are in its bio.
    fn touched(&self, pages: Pages) -> Touched {
        let mut touched = self.always;
        for (page, of_page) in self.of_bio.iter().enumerate() {
            if pages >> page & 1 != 0 {
                touched.join(of_page);
            }
        }
        touched
    }
}

impl Future {
    /// What its steps touch.
    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }
}
