//! Whether parts make a machine that cannot panic, and what registers it needs.

use super::error::ModelError;
use super::op::{Op, Operand, Resource};
use super::parts::{Actor, PAGE_SIZE, Parts};
use super::world::{MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, Needs};

/// Most instructions of an actor, program and handler together: the pc and the retry register
/// (a pc plus one) are bytes.
pub const MOST_INSTRS: usize = 250;

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
