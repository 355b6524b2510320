//! Whether parts make a machine that cannot panic, and what registers it needs.

use super::content::PAGE_SIZE;
use super::op::{Op, Operand, Resource};
use super::parts::{Actor, Parts};
use super::world::{MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, Needs};

/// Most instructions of an actor, program and handler together: the pc and the retry register
/// (a pc plus one) are bytes.
pub const MOST_INSTRS: usize = 250;

/// A model that cannot be built, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A count is outside what a world has room for.
    #[error("{what}: {found} is not between {least} and {most}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there were.
        found: usize,
        /// The least that is possible.
        least: usize,
        /// The most that is possible.
        most: usize,
    },
    /// The protection interval is neither 512 nor 4096 bytes.
    #[error("a protection interval has 512 or 4096 bytes, not {found}")]
    Interval {
        /// The size given.
        found: u16,
    },
    /// The block size fits neither interval nor page.
    #[error("a block has 512, 1024, 2048 or 4096 bytes and at least one interval, not {found}")]
    Block {
        /// The size given.
        found: u16,
    },
    /// The checksum inside a block is not inside one interval.
    #[error("a block's checksum and the bytes it covers must lie in one protection interval")]
    Stamp,
    /// More state than a world has room for.
    #[error(
        "this takes {found} bytes of state and a world has {most}; use fewer pages or actors, or 4096-byte intervals"
    )]
    TooBig {
        /// Bytes needed.
        found: usize,
        /// Bytes there are.
        most: usize,
    },
    /// A store reaches past the end of its page.
    #[error("a store of {length} bytes at offset {offset} leaves its 4096-byte page")]
    StoreOutside {
        /// Offset in the page.
        offset: u16,
        /// Number of bytes.
        length: usize,
    },
    /// More distinct contents than ids.
    #[error(
        "the stores can leave more than {most} different sector contents; use fewer or smaller stores"
    )]
    TooManyContents {
        /// The most that is possible.
        most: usize,
    },
    /// An instruction refers to something that does not exist.
    #[error("actor {actor}, instruction {pc}: {what} {found} does not exist")]
    Operand {
        /// The actor's number.
        actor: usize,
        /// The instruction's index.
        pc: usize,
        /// What is referred to.
        what: &'static str,
        /// Its number.
        found: usize,
    },
    /// A thread that stores through a mapping has no address space, TLB or fault handler.
    #[error("actor {actor} stores through a mapping but has no address space or no fault handler")]
    NoHandler {
        /// The actor's number.
        actor: usize,
    },
    /// More than one actor promises what fsync promises.
    #[error("only one actor can call fsync in a scenario; actors {one} and {other} both do")]
    TwoPromises {
        /// The first.
        one: usize,
        /// The second.
        other: usize,
    },
}

fn within(what: &'static str, found: usize, least: usize, most: usize) -> Result<(), ModelError> {
    if (least..=most).contains(&found) {
        Ok(())
    } else {
        Err(ModelError::Count {
            what,
            found,
            least,
            most,
        })
    }
}

pub(super) fn needs(parts: &Parts) -> Result<Needs, ModelError> {
    let mut needs = Needs {
        pages: parts.geometry.pages.into(),
        sectors: parts.geometry.sectors(),
        spaces: parts.spaces.into(),
        tlbs: parts.tlbs.len(),
        actors: parts.actors.len(),
        tuples: parts.protection.tuples(),
        buffers: parts.geometry.block != 0,
        ..Needs::default()
    };
    let mut promises = None;
    let mut need = |resource: Resource| {
        let number = Resource::OWNED.iter().position(|it| *it == resource);
        if let Some(number) = number {
            needs.resources[number] = true;
        }
    };
    for (resource, ..) in &parts.held {
        need(*resource);
    }
    for (number, actor) in parts.actors.iter().enumerate() {
        for instr in &actor.code {
            if let Some(resource) = instr.op.resource() {
                need(resource);
            }
            match instr.op {
                // A walk that cleans PTEs respects the page table lock where somebody takes it.
                Op::BounceCopy | Op::GetWriteAccess => needs.copy = true,
                Op::FsyncBegin => {
                    needs.promise = true;
                    match promises {
                        Some(one) if one != number => {
                            return Err(ModelError::TwoPromises { one, other: number });
                        }
                        _ => promises = Some(number),
                    }
                }
                _ => {}
            }
        }
    }
    Ok(needs)
}

pub(super) fn check(parts: &Parts) -> Result<(), ModelError> {
    let geometry = parts.geometry;
    if geometry.interval != 512 && geometry.interval != 4096 {
        return Err(ModelError::Interval {
            found: geometry.interval,
        });
    }
    let block = geometry.block;
    if block != 0 && !([512, 1024, 2048, 4096].contains(&block) && block >= geometry.interval) {
        return Err(ModelError::Block { found: block });
    }
    let pages = geometry.pages as usize;
    let intervals = pages * geometry.sectors();
    within("pages", pages, 1, MAX_PAGES)?;
    within("actors", parts.actors.len(), 1, MAX_ACTORS)?;
    within("address spaces", parts.spaces.into(), 0, MAX_SPACES)?;
    within("TLBs", parts.tlbs.len(), 0, MAX_TLBS)?;
    within("stores", parts.stores.len(), 0, 255)?;
    within("descriptions of a page", parts.pages.len(), pages, pages)?;
    for space in &parts.tlbs {
        let most = (parts.spaces as usize).saturating_sub(1);
        within("address space of a TLB", *space as usize, 0, most)?;
    }
    for page in &parts.pages {
        let spaces = parts.spaces as usize;
        within("PTEs of a page", page.ptes.len(), spaces, spaces)?;
        let tlbs = parts.tlbs.len();
        within("TLB entries of a page", page.tlbs.len(), tlbs, tlbs)?;
    }
    for bytes in [&parts.memory, &parts.media] {
        within("intervals", bytes.len(), intervals, intervals)?;
        for interval in bytes {
            let size = geometry.interval as usize;
            within("bytes of an interval", interval.len(), size, size)?;
        }
    }
    for store in &parts.stores {
        within("page of a store", store.page as usize, 0, pages - 1)?;
        if store.offset as usize + store.bytes.len() > PAGE_SIZE {
            return Err(ModelError::StoreOutside {
                offset: store.offset,
                length: store.bytes.len(),
            });
        }
    }
    if let Some(stamp) = geometry.stamp {
        within("page of a checksum", stamp.page as usize, 0, pages - 1)?;
        let place = stamp.at as usize;
        if place + 4 > PAGE_SIZE || stamp.range(geometry.interval as usize).is_none() {
            return Err(ModelError::Stamp);
        }
    }
    for (resource, which, owner) in &parts.held {
        let most = match resource {
            Resource::PteLock => (parts.spaces as usize).saturating_sub(1),
            it if it.of_page() => pages - 1,
            _ => 0,
        };
        within("place of what is held", *which as usize, 0, most)?;
        within("holder", *owner as usize, 0, parts.actors.len() - 1)?;
    }
    for (actor, it) in parts.actors.iter().enumerate() {
        check_code(parts, actor, it)?;
    }
    Ok(())
}

fn check_code(parts: &Parts, actor: usize, it: &Actor) -> Result<(), ModelError> {
    within("instructions of an actor", it.code.len(), 0, MOST_INSTRS)?;
    within(
        "instructions of a program",
        it.main as usize,
        0,
        it.code.len(),
    )?;
    if let Some(space) = it.space {
        let most = (parts.spaces as usize).saturating_sub(1);
        within("address space of an actor", space as usize, 0, most)?;
    }
    if let Some(tlb) = it.tlb {
        let most = parts.tlbs.len().saturating_sub(1);
        within("TLB of an actor", tlb as usize, 0, most)?;
    }
    let user = it.space.is_some() && it.tlb.is_some() && parts.spaces > 0 && !parts.tlbs.is_empty();
    for (pc, instr) in it.code.iter().enumerate() {
        let operand = |what, found: u8, many: usize| {
            if (found as usize) < many {
                Ok(())
            } else {
                Err(ModelError::Operand {
                    actor,
                    pc,
                    what,
                    found: found as usize,
                })
            }
        };
        operand("page", instr.page, parts.geometry.pages as usize)?;
        operand("jump target", instr.no, it.code.len() + 1)?;
        match instr.op.operand() {
            Operand::Sector => operand("sector", instr.arg, parts.geometry.sectors())?,
            Operand::Space => operand("address space", instr.arg, parts.spaces as usize)?,
            Operand::Store => operand("store", instr.arg, parts.stores.len())?,
            Operand::None => {}
        }
        let handled = (it.main as usize) < it.code.len() && pc < it.main as usize;
        let faults = instr.op == Op::Store && !(user && handled);
        let walks = matches!(instr.op, Op::Load | Op::ForkPte | Op::PteMkwrite) && !user;
        if faults || walks {
            return Err(ModelError::NoHandler { actor });
        }
    }
    Ok(())
}
