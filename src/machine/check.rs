//! Whether parts make a machine that cannot panic, and what registers it needs.

use super::error::ModelError;
use super::id::ActorId;
use super::op::{Op, OperandKind, Resource, Which};
use super::parts::{Actor, PAGE_SIZE, Parts, Protection};
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
    for (number, actor) in ActorId::first(parts.actors.len()).zip(&parts.actors) {
        for instr in &actor.code {
            // Steps on PTEs respect the page table lock, but only a step that takes it needs the
            // register.
            if let Some(resource) = instr.op.resource() {
                need(resource);
            }
            match instr.op {
                Op::BounceCopy | Op::GetWriteAccess => needs.copy = true,
                // With a checksum of the file system's own, a later read tells.
                Op::CompleteRequest => {
                    needs.mixed = parts.protection != Protection::FsChecksum;
                }
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
    let pages = usize::from(geometry.pages);
    let intervals = pages * geometry.sectors();
    within("pages", pages, 1, MAX_PAGES)?;
    within("actors", parts.actors.len(), 1, MAX_ACTORS)?;
    within("address spaces", parts.spaces.into(), 0, MAX_SPACES)?;
    within("TLBs", parts.tlbs.len(), 0, MAX_TLBS)?;
    within("stores", parts.stores.len(), 0, 255)?;
    within("descriptions of a page", parts.pages.len(), pages, pages)?;
    let last_space = usize::from(parts.spaces).saturating_sub(1);
    for space in &parts.tlbs {
        within("address space of a TLB", space.index(), 0, last_space)?;
    }
    for page in &parts.pages {
        let spaces = parts.spaces.into();
        within("PTEs of a page", page.ptes.len(), spaces, spaces)?;
        let tlbs = parts.tlbs.len();
        within("TLB entries of a page", page.tlbs.len(), tlbs, tlbs)?;
    }
    for bytes in [&parts.memory, &parts.media] {
        within("intervals", bytes.len(), intervals, intervals)?;
        for interval in bytes {
            let size = geometry.interval.into();
            within("bytes of an interval", interval.len(), size, size)?;
        }
    }
    for store in &parts.stores {
        within("page of a store", store.page.index(), 0, pages - 1)?;
        if usize::from(store.offset) + store.bytes.len() > PAGE_SIZE {
            return Err(ModelError::StoreOutside {
                offset: store.offset,
                length: store.bytes.len(),
            });
        }
    }
    if let Some(stamp) = geometry.stamp {
        within("page of a checksum", stamp.page.index(), 0, pages - 1)?;
        let place = usize::from(stamp.at);
        if place + 4 > PAGE_SIZE || stamp.range(geometry.interval.into()).is_none() {
            return Err(ModelError::Stamp);
        }
    }
    for (resource, which, owner) in &parts.held {
        let most = match (resource, which) {
            (Resource::PteLock, Which::Space(_)) => last_space,
            (Resource::PteLock, _) | (_, Which::Space(_)) => {
                return Err(ModelError::Held {
                    resource: *resource,
                });
            }
            (resource, _) if resource.of_page() => pages - 1,
            _ => 0,
        };
        within("place of what is held", which.number().into(), 0, most)?;
        within("holder", owner.index(), 0, parts.actors.len() - 1)?;
    }
    for (actor, it) in ActorId::first(parts.actors.len()).zip(&parts.actors) {
        check_code(parts, actor, it)?;
    }
    Ok(())
}

fn check_code(parts: &Parts, actor: ActorId, it: &Actor) -> Result<(), ModelError> {
    let main = usize::from(it.main);
    within("instructions of an actor", it.code.len(), 0, MOST_INSTRS)?;
    within("instructions of a program", main, 0, it.code.len())?;
    if let Some(space) = it.space {
        let most = usize::from(parts.spaces).saturating_sub(1);
        within("address space of an actor", space.index(), 0, most)?;
    }
    if let Some(tlb) = it.tlb {
        let most = parts.tlbs.len().saturating_sub(1);
        within("TLB of an actor", tlb.index(), 0, most)?;
    }
    let user = it.space.is_some() && it.tlb.is_some() && parts.spaces > 0 && !parts.tlbs.is_empty();
    for (pc, instr) in it.code.iter().enumerate() {
        let exists = |what, found: u8, many: usize| {
            let found = usize::from(found);
            if found < many {
                return Ok(());
            }
            Err(ModelError::Missing {
                actor,
                pc,
                what,
                found,
            })
        };
        exists("page", instr.page.0, parts.geometry.pages.into())?;
        exists("jump target", instr.no, it.code.len() + 1)?;
        let (wanted, found) = (instr.op.operand(), instr.operand.kind());
        if wanted != found {
            return Err(ModelError::Operand {
                actor,
                pc,
                wanted: wanted.name(),
                found: found.name(),
            });
        }
        let many = match wanted {
            OperandKind::None => 1,
            OperandKind::Sector => parts.geometry.sectors(),
            OperandKind::Space => parts.spaces.into(),
            OperandKind::Store => parts.stores.len(),
        };
        exists(wanted.name(), instr.operand.number(), many)?;
        let handled = main < it.code.len() && pc < main;
        let faults = instr.op == Op::Store && !(user && handled);
        let walks = matches!(instr.op, Op::Load | Op::ForkPte | Op::PteMkwrite) && !user;
        if faults || walks {
            return Err(ModelError::NoHandler { actor });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::id::{PageId, SectorId, SpaceId, StoreId};
    use super::super::model::Model;
    use super::super::op::{Instr, Operand};
    use super::super::parts::{Geometry, PageStart, Rules, StableWait, Store};
    use super::*;

    /// A machine of one page and one store, with an actor that has a single instruction.
    fn built(op: Op, operand: Operand) -> Result<Model, ModelError> {
        let page = PageId(0);
        Model::new(Parts {
            geometry: Geometry {
                pages: 1,
                interval: 4096,
                first_lba: 8,
                block: 0,
                ip_guards: false,
                stamp: None,
            },
            protection: Protection::DixDif,
            stable: true,
            rules: Rules {
                writeback_asserts_lock: true,
                wait: StableWait::IfRequired,
                errseq: true,
            },
            actors: vec![Actor {
                space: None,
                tlb: None,
                code: vec![Instr {
                    op,
                    page,
                    operand,
                    no: 1,
                    tag: 0,
                }],
                main: 1,
                forever: false,
            }],
            stores: vec![Store {
                page,
                offset: 0,
                bytes: vec![1],
            }],
            memory: vec![vec![0; PAGE_SIZE]],
            media: vec![vec![0; PAGE_SIZE]],
            pages: vec![PageStart {
                cached: true,
                ..PageStart::default()
            }],
            spaces: 0,
            tlbs: Vec::new(),
            held: Vec::new(),
        })
    }

    #[test]
    fn an_operand_of_another_kind_than_the_op_wants_is_refused() {
        let (sector, store) = (Operand::Sector(SectorId(0)), Operand::Store(StoreId(0)));
        assert!(built(Op::GenerateGuard, sector).is_ok());
        assert!(built(Op::KernelStore, store).is_ok());
        assert!(built(Op::LockPage, Operand::None).is_ok());
        for (op, operand) in [
            (Op::GenerateGuard, store),
            (Op::GenerateGuard, Operand::None),
            (Op::KernelStore, sector),
            (Op::LockPage, store),
            (Op::FlushTlb, sector),
        ] {
            let error = built(op, operand).expect_err("not what the op works on");
            assert!(
                matches!(error, ModelError::Operand { .. }),
                "{op:?}: {error}"
            );
        }
    }

    #[test]
    fn an_operand_that_does_not_exist_is_refused() {
        for (op, operand) in [
            (Op::GenerateGuard, Operand::Sector(SectorId(1))),
            (Op::KernelStore, Operand::Store(StoreId(1))),
            (Op::KernelStore, Operand::Store(StoreId::CHECKSUM)),
            (Op::CheckVma, Operand::Space(SpaceId(0))),
        ] {
            let error = built(op, operand).expect_err("there is none");
            assert!(
                matches!(error, ModelError::Missing { .. }),
                "{op:?}: {error}"
            );
        }
    }
}
