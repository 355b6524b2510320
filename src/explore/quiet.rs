//! Steps that no other actor can tell from not having been made yet: a reduced search need not look
//! at them in every order.

use crate::machine::{ActorId, Instr, Model, Op, Reach, Register, World};

/// For each actor, which of its instructions are quiet.
///
/// A quiet step is always possible, has one outcome, breaks nothing, and neither changes nor reads
/// what another actor's step reads or changes while it is due. Guards, DMA and checks of intervals
/// that no store touches are quiet: the bytes are the same whenever they are read, and what comes of
/// it concerns only actors that work on the bio later.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    steps: Vec<Vec<bool>>,
}

impl Quiet {
    pub(super) fn of(model: &Model) -> Quiet {
        let ops = || model.actors.iter().flat_map(|actor| actor.code.iter());
        // Whether only the actor that has a bio at hand works on its pages' I/O. An actor that ends
        // writeback by hand takes pages out of bios that others are filling; where pages have buffers,
        // another writer changes which sectors an I/O covers.
        let keeps_to_its_bio = |op| !matches!(op, Op::ClearWriteback | Op::ClearDirtyBuffers);
        let alone = ops().all(|instr| keeps_to_its_bio(instr.op));
        // fsync asks which sectors were fetched since it began.
        let fsync = ops().any(|instr| matches!(instr.op, Op::FsyncBegin | Op::FsyncReturn));
        // Whether nobody stores into the sector that an instruction works on. The checksum that a block carries fits it from
        // the start, so it changes only where a store changes the block.
        let fixed = |instr: &Instr| {
            let (page, sector) = (instr.page, instr.sector());
            let mut stores = model.stores.iter();
            !stores.any(|store| store.page == page && store.touches(model.geometry, sector))
        };
        // Whether no other actor's step reads or changes a register of this kind while this step is due.
        let unshared = |instr: &Instr, register: &Register| match register {
            Register::Memory => fixed(instr),
            Register::Promise | Register::Sampled => !fsync,
            other => other.of_io() && alone && fixed(instr),
        };
        let quiet = |instr: &Instr| {
            let footprint = instr.op.footprint();
            let mut registers = footprint.reads.iter().chain(footprint.writes);
            footprint.reach == Reach::Sector && registers.all(|register| unshared(instr, register))
        };
        let of = model.actors.iter();
        Quiet {
            steps: of
                .map(|actor| actor.code.iter().map(quiet).collect())
                .collect(),
        }
    }

    /// Whether an actor stands at a quiet step.
    pub(super) fn at(&self, model: &Model, world: &World, actor: ActorId) -> bool {
        let pc = usize::from(model.actor(world, actor).pc);
        self.steps[actor.index()].get(pc) == Some(&true)
    }
}
