//! Whether parts make a machine that cannot panic, and what registers it needs.

use super::error::ModelError;
use super::id::ActorId;
use super::lock::LockKind;
use super::op::{EndIo, Op, Operand, OperandKind, Resource, Which};
use super::parts::{Actor, PAGE_SIZE, Parts, Protection};
use super::read::ReadStep;
use super::world::{MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, Needs, SECTORS};

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
        part_of: parts_of_pages(parts),
        ..Needs::default()
    };
    needs.locks = (parts.locks.iter())
        .map(|lock| match lock.kind {
            LockKind::Rwsem => 4,
            _ => 1,
        })
        .collect();
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
                Op::SetBlocksWriteback | Op::EndIo(EndIo::Blocks) => needs.block_writeback = true,
                Op::CopySector => (needs.copy, needs.copied_by_sector) = (true, true),
                Op::BounceCopy
                | Op::GetWriteAccess
                | Op::Read(ReadStep::Bounce | ReadStep::Again) => needs.copy = true,
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

/// Of each sector the part of its page that it belongs to: two sectors are in one part if no instruction names one of them
/// without the other.
fn parts_of_pages(parts: &Parts) -> [u8; SECTORS] {
    let code = parts.actors.iter().flat_map(|actor| &actor.code);
    let named: Vec<u8> = code.filter_map(|instr| instr.sectors()).collect();
    let alike = |one: usize, other: usize| {
        let mut all = named.iter();
        all.all(|sectors| sectors >> one & 1 == sectors >> other & 1)
    };
    let (mut part_of, mut found) = ([0; SECTORS], 0);
    for sector in 0..parts.geometry.sectors().min(SECTORS) {
        part_of[sector] = match (0..sector).find(|other| alike(sector, *other)) {
            Some(other) => part_of[other],
            None => {
                found += 1;
                found - 1
            }
        };
    }
    part_of
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
            (Resource::Named, Which::Lock(lock)) => {
                within("named lock", lock.index() + 1, 1, parts.locks.len())?;
                if !parts.locks[lock.index()].kind.is_held() {
                    return Err(ModelError::Held {
                        resource: *resource,
                    });
                }
                lock.index()
            }
            (Resource::PteLock | Resource::Named, _) | (_, Which::Space(_) | Which::Lock(_)) => {
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
    let any = |is: fn(Op) -> bool| {
        let mut code = parts.actors.iter().flat_map(|actor| &actor.code);
        code.any(|instr| is(instr.op))
    };
    let writes = |op| {
        matches!(
            op,
            Op::QueueBio | Op::DmaSector | Op::CommitMedia | Op::BounceCopy | Op::CopySector
        )
    };
    if any(|op| matches!(op, Op::Read(_))) && any(writes) {
        let blind = |it: &Actor| {
            let has = |is: fn(Op) -> bool| it.code.iter().any(|instr| is(instr.op));
            let gets = |op| matches!(op, Op::TakeRequest | Op::BioEndio);
            has(gets) && !has(|op| op == Op::Read(ReadStep::IsRead))
        };
        if let Some(actor) = parts.actors.iter().position(blind) {
            let actor = ActorId::at(actor);
            return Err(ModelError::ReadsAndWrites { actor });
        }
    }
    for (lock, reader) in &parts.shared {
        within("named lock", lock.index() + 1, 1, parts.locks.len())?;
        within("holder", reader.index(), 0, parts.actors.len() - 1)?;
        if parts.locks[lock.index()].kind != LockKind::Rwsem {
            let resource = Resource::Named;
            return Err(ModelError::Held { resource });
        }
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
        let all = wanted == OperandKind::Sectors && instr.operand == Operand::None;
        if wanted != found && !all || instr.operand == Operand::Sectors(0) {
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
            OperandKind::Lock => parts.locks.len(),
            OperandKind::Sectors => 1 << parts.geometry.sectors(),
        };
        exists(wanted.name(), instr.operand.number(), many)?;
        if let Op::Lock(step) = instr.op {
            let kind = parts.locks[instr.lock().index()].kind;
            if !step.fits(kind) {
                return Err(ModelError::LockKind { actor, pc, kind });
            }
        }
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
    use super::super::content::Contents;
    use super::super::id::{PageId, SectorId, SpaceId, StoreId, TlbId};
    use super::super::model::Model;
    use super::super::op::{Instr, Operand};
    use super::super::parts::{Geometry, PageStart, Rules, StableWait, Stamp, Store};
    use super::super::world::Access;
    use super::*;

    fn instr(op: Op, operand: Operand) -> Instr {
        Instr {
            op,
            page: PageId(0),
            operand,
            no: 0,
            tag: 0,
        }
    }

    /// A machine of one page and one store, with an actor that has a single instruction.
    fn parts(op: Op, operand: Operand) -> Parts {
        Parts {
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
                code: vec![instr(op, operand)],
                main: 1,
                forever: false,
            }],
            stores: vec![Store {
                page: PageId(0),
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
            locks: Vec::new(),
            held: Vec::new(),
            shared: Vec::new(),
        }
    }

    fn built(op: Op, operand: Operand) -> Result<Model, ModelError> {
        Model::new(parts(op, operand))
    }

    /// A machine of one page and a thread that stores through its mapping, with a handler.
    fn mapped() -> Parts {
        let mut parts = parts(Op::Store, Operand::Store(StoreId(0)));
        parts.spaces = 1;
        parts.tlbs = vec![SpaceId(0)];
        parts.pages[0].ptes = vec![Access::NONE];
        parts.pages[0].tlbs = vec![Access::NONE];
        let thread = &mut parts.actors[0];
        (thread.space, thread.tlb) = (Some(SpaceId(0)), Some(TlbId(0)));
        let handler = instr(Op::PteMkwrite, Operand::Space(SpaceId(0)));
        thread.code.push(handler);
        parts
    }

    /// As [`mapped`], with a change.
    fn with(change: impl Fn(&mut Parts)) -> Result<Model, ModelError> {
        let mut parts = mapped();
        change(&mut parts);
        Model::new(parts)
    }

    /// (Each count is that of registers or of a table: one more would be somebody else's.)
    #[test]
    fn a_count_that_is_out_of_range_is_refused_by_name() {
        type Change = fn(&mut Parts);
        let changes: [(&str, Change); 16] = [
            ("pages", |it| it.geometry.pages = 0),
            ("actors", |it| it.actors.clear()),
            ("address spaces", |it| it.spaces = 4),
            ("TLBs", |it| it.tlbs = vec![SpaceId(0); 5]),
            ("stores", |it| it.stores = vec![it.stores[0].clone(); 256]),
            ("descriptions of a page", |it| it.pages.clear()),
            ("address space of a TLB", |it| it.tlbs[0] = SpaceId(1)),
            ("PTEs of a page", |it| it.pages[0].ptes.clear()),
            ("TLB entries of a page", |it| it.pages[0].tlbs.clear()),
            ("intervals", |it| it.media.clear()),
            ("bytes of an interval", |it| it.memory[0].truncate(512)),
            ("page of a store", |it| it.stores[0].page = PageId(1)),
            ("address space of an actor", |it| {
                it.actors[0].space = Some(SpaceId(1));
            }),
            ("TLB of an actor", |it| it.actors[0].tlb = Some(TlbId(1))),
            ("instructions of an actor", |it| {
                it.actors[0].code = vec![instr(Op::Pause, Operand::None); MOST_INSTRS + 1];
            }),
            ("instructions of a program", |it| it.actors[0].main = 3),
        ];
        assert!(Model::new(mapped()).is_ok());
        for (count, change) in changes {
            match with(change).expect_err(count) {
                ModelError::Count { what, .. } => assert_eq!(what, count),
                other => panic!("{count}: {other}"),
            }
        }
    }

    /// What is held at the start is one of what there is, of the kind that the resource has, and somebody holds it.
    #[test]
    fn what_is_held_and_by_whom_exists() {
        let page = |number| Which::Page(PageId(number));
        let space = |number| Which::Space(SpaceId(number));
        let held =
            |resource, which, owner| with(|it| it.held = vec![(resource, which, ActorId(owner))]);
        assert!(held(Resource::PteLock, space(0), 0).is_ok());
        assert!(held(Resource::PageLock, page(0), 0).is_ok());
        assert!(held(Resource::Mutex, page(0), 0).is_ok());
        for (resource, which, owner, wrong) in [
            (Resource::PteLock, space(1), 0, "place of what is held"),
            (Resource::PageLock, page(1), 0, "place of what is held"),
            (Resource::Mutex, page(1), 0, "place of what is held"),
            (Resource::PageLock, page(0), 1, "holder"),
        ] {
            let error = held(resource, which, owner).expect_err(wrong);
            let named = matches!(error, ModelError::Count { what, .. } if what == wrong);
            assert!(named, "{resource:?} {which:?}: {error}");
        }
        for (resource, which) in [(Resource::PteLock, page(0)), (Resource::PageLock, space(0))] {
            let error = held(resource, which, 0).expect_err("of the other kind");
            assert_eq!(error, ModelError::Held { resource });
        }
        // With two pages there are two page locks, and still one mutex.
        let of_two = |resource| {
            with(|it| {
                it.geometry.pages = 2;
                it.memory.push(it.memory[0].clone());
                it.media.push(it.media[0].clone());
                it.pages.push(it.pages[0].clone());
                it.held = vec![(resource, page(1), ActorId(0))];
            })
        };
        assert!(of_two(Resource::PageLock).is_ok());
        assert!(of_two(Resource::Mutex).is_err());
    }

    /// A checksum and its bytes are on one page and in one interval, up to the last byte of it.
    #[test]
    fn a_checksum_lies_on_its_page() {
        let stamped = |page, from, at| {
            with(|it| {
                let page = PageId(page);
                it.geometry.stamp = Some(Stamp { page, from, at });
            })
        };
        assert!(stamped(0, 0, 4092).is_ok());
        assert!(stamped(0, 4091, 4092).is_ok());
        assert_eq!(stamped(0, 0, 4093), Err(ModelError::Stamp));
        assert_eq!(stamped(0, 0, 4096), Err(ModelError::Stamp));
        assert_eq!(stamped(0, 4096, 4100), Err(ModelError::Stamp));
        assert_eq!(stamped(0, 8, 8), Err(ModelError::Stamp));
        let elsewhere = stamped(1, 0, 4092).expect_err("no such page");
        assert!(matches!(elsewhere, ModelError::Count { .. }));
    }

    /// Who stores through a mapping has an address space, a TLB and a handler, and the handler itself does not store
    /// (a fault there would have nowhere to return to).
    #[test]
    fn a_thread_that_can_fault_has_what_a_fault_needs() {
        type Change = fn(&mut Parts);
        let lacking: [(&str, Change); 9] = [
            ("no address space", |it| it.actors[0].space = None),
            ("no TLB", |it| it.actors[0].tlb = None),
            ("an address space that does not exist", |it| {
                it.spaces = 0;
                it.pages[0].ptes.clear();
                it.actors[0].code[1] = instr(Op::Pause, Operand::None);
            }),
            ("a TLB that does not exist", |it| {
                it.tlbs.clear();
                it.pages[0].tlbs.clear();
            }),
            ("no handler", |it| it.actors[0].main = 2),
            ("nothing behind the store", |it| {
                it.actors[0].code.truncate(1);
            }),
            ("a store first in the handler", |it| {
                it.actors[0].code[1] = it.actors[0].code[0];
            }),
            ("a store deeper in the handler", |it| {
                let store = it.actors[0].code[0];
                it.actors[0].code.push(store);
            }),
            ("a load without a TLB", |it| {
                it.actors[0].code[0].op = Op::Load;
                it.actors[0].tlb = None;
            }),
        ];
        for (what, change) in lacking {
            let error = with(change).expect_err(what);
            let actor = ActorId(0);
            assert_eq!(error, ModelError::NoHandler { actor }, "{what}");
        }
        let loads = with(|it| {
            it.actors[0].code[0].op = Op::Load;
            it.actors[0].main = 2;
        });
        assert!(loads.is_ok(), "a load does not need a handler");
    }

    /// There are registers for one promise: one actor may call fsync as often as it likes.
    #[test]
    fn only_one_actor_calls_fsync() {
        let fsync = instr(Op::FsyncBegin, Operand::None);
        let calls = |first: usize, second: usize| {
            with(|it| {
                it.actors = [first, second]
                    .map(|calls| Actor {
                        space: None,
                        tlb: None,
                        code: vec![fsync; calls],
                        main: calls as u8,
                        forever: false,
                    })
                    .into();
            })
        };
        assert!(calls(2, 0).is_ok());
        assert!(calls(0, 2).is_ok());
        let (one, other) = (ActorId(0), ActorId(1));
        let error = calls(1, 1).expect_err("two promises");
        assert_eq!(error, ModelError::TwoPromises { one, other });
    }

    /// Contents have one byte for their number, and 0 is for none.
    #[test]
    fn there_are_numbers_for_255_contents() {
        // As many different bytes at one place, and the page as it was.
        let contents = |many: u16| {
            with(|it| {
                let store = |byte: u16| Store {
                    page: PageId(0),
                    offset: 0,
                    bytes: byte.to_be_bytes().into(),
                };
                it.stores = (1..many).map(store).collect();
            })
        };
        let most = Contents::MOST;
        let full = contents(255).expect("a number for each");
        assert_eq!((full.contents.count(), most), (256, 255));
        let error = contents(256).expect_err("one too many");
        assert_eq!(error, ModelError::TooManyContents { most });
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
        let error = built(Op::GenerateGuard, store).expect_err("a store");
        let said = "actor 0, instruction 0: its operand must be sector, not store";
        assert_eq!(error.to_string(), said);
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
