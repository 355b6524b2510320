//! The registers that each step is stated to read and write (`machine::footprint`), compared with what `step` does: over
//! random walks through the catalogue no step changes a register that is not stated, and no step behaves differently if
//! registers that are not stated have other values.

mod support;

use std::collections::BTreeSet;

use stable_pages::machine::{
    Access, Actor, ActorId, Cell, Choice, Geometry, Instr, LockKind, MOVING_ON, Model, Op, Operand,
    PageId, PageStart, Parts, Protection, Register, Resource, Rules, SpaceId, StableWait, Which,
    World, enabled, step, ways,
};
use stable_pages::scenario::{Device, Scenario, catalogue, find, load_for};
use support::scenario;

/// Reachable worlds, by a fixed walk that starts again where it ends.
fn worlds(model: &Model, many: usize) -> Vec<World> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut all, mut world) = (Vec::new(), model.initial);
    while all.len() < many {
        all.push(world);
        let choices: Vec<Choice> = enabled(model, &world).collect();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        world = match choices.len() {
            0 => model.initial,
            choices_left => {
                let at = (seed >> 33) as usize % choices_left;
                step(model, &world, choices[at]).0
            }
        };
    }
    all
}

fn bytes(world: &World) -> Vec<u8> {
    let lanes = world.lanes();
    lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect()
}

fn world(bytes: &[u8]) -> World {
    let mut lanes = World::of_lanes(&[0; stable_pages::machine::LANES]).lanes();
    for (lane, eight) in lanes.iter_mut().zip(bytes.chunks_exact(8)) {
        *lane = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
    }
    World::of_lanes(&lanes)
}

/// Whether a cell is among the registers stated for a step; those of its actor always are.
fn stated(cell: &Cell, registers: &[Register], instr: &Instr, actor: ActorId) -> bool {
    if cell.actor == Some(actor) {
        return true;
    }
    registers.contains(&cell.register) && cell.is_within(instr.op.footprint().reach, instr)
}

fn hold_to(scenario: &Scenario, seen: &mut BTreeSet<String>) {
    let model = &scenario.model;
    let cells = model.cells();
    let all = worlds(model, 400);
    for (number, here) in all.iter().enumerate() {
        for choice in enabled(model, here) {
            let actor = choice.actor;
            let instr = model.due(here, actor).expect("it can move");
            let (next, effects) = step(model, here, choice);
            if model.halted(&next) {
                continue;
            }
            let said = instr.op.footprint();
            seen.insert(format!("{:?}", instr.op));
            let (before, after) = (bytes(here), bytes(&next));
            for cell in &cells {
                let changed = (before[cell.at] ^ after[cell.at]) & cell.bits != 0;
                assert!(
                    !changed || stated(cell, said.writes, &instr, actor),
                    "{}: {:?} writes {cell:?}, which machine::footprint does not state",
                    scenario.slug,
                    instr.op,
                );
            }
            // The same step, with all registers that are not stated taken from another world.
            let other = bytes(&all[(number * 7 + 13) % all.len()]);
            let (mut mixed, mut expected) = (before.clone(), after.clone());
            for cell in &cells {
                let matters = stated(cell, said.reads, &instr, actor)
                    || stated(cell, said.writes, &instr, actor)
                    || MOVING_ON.contains(&cell.register);
                if !matters {
                    for row in [&mut mixed, &mut expected] {
                        row[cell.at] = row[cell.at] & !cell.bits | other[cell.at] & cell.bits;
                    }
                }
            }
            let mixed = world(&mixed);
            let (then, effects_then) = step(model, &mixed, choice);
            let what = format!("{}: {:?} of actor {actor}", scenario.slug, instr.op);
            let many = (ways(model, here, actor), ways(model, &mixed, actor));
            assert_eq!(
                many.0, many.1,
                "{what}: whether it can go on reads what is not stated"
            );
            assert_eq!(effects_then, effects, "{what} reads what is not stated");
            assert_eq!(bytes(&then), expected, "{what} reads what is not stated");
        }
    }
}

#[test]
fn steps_read_and_write_what_is_stated() {
    let mut seen = BTreeSet::new();
    for entry in catalogue() {
        let Ok(scenario) = entry.load() else {
            continue; // tests/scenarios.rs says what is wrong with it
        };
        hold_to(&scenario, &mut seen);
    }
    for scenario in support::locks::scenarios().chain(support::parts::scenarios()) {
        hold_to(&scenario, &mut seen);
    }
    let baseline = find("baseline-five-step").expect("in the catalogue");
    for device in Device::ALL {
        let on = load_for("baseline-five-step", baseline.text, Some(device), None);
        hold_to(&on.expect("builds"), &mut seen);
    }
    assert!(seen.len() > 55, "only {} steps were made", seen.len());
}

/// A model has the registers that its steps need: a lock where a step takes or asks for it, a row of bytes where a
/// step fills it from memory. (A walk over PTEs looks at the page table's lock only where somebody takes it.)
#[test]
fn models_have_the_registers_their_steps_need() {
    let (mut had, mut lacked) = (BTreeSet::new(), BTreeSet::new());
    for scenario in catalogue().filter_map(|entry| entry.load().ok()) {
        let model = &scenario.model;
        let has = |register| model.cells().iter().any(|cell| cell.register == register);
        let code = || model.actors.iter().flat_map(|actor| &actor.code);
        let said = |instr: &Instr| instr.op.footprint();
        let locks = Resource::OWNED.map(|lock| {
            let mut all = model.all_of(lock);
            let held = all.any(|which| model.owner(&model.initial, lock, which).is_some());
            let walks = |instr: &Instr| {
                lock == Resource::PteLock && said(instr).writes.contains(&Register::Pte)
            };
            let used = code().any(|instr| {
                let named = said(instr).reads.iter().chain(said(instr).writes);
                !walks(instr) && named.into_iter().any(|it| *it == Register::Lock(lock))
            });
            assert_eq!(model.has(lock), held || used, "{}: {lock:?}", scenario.slug);
            (Register::Lock(lock), held || used)
        });
        let rows = [Register::Copy, Register::Promise].map(|row| {
            let fills = |instr: &Instr| {
                // A read looks at the bytes that it goes over, and goes into a copy only where there is one.
                let brings = said(instr).writes.contains(&Register::Memory);
                let samples = said(instr).reads.contains(&Register::Memory) && !brings;
                samples && said(instr).writes.contains(&row)
            };
            (row, code().any(fills))
        });
        for (register, needed) in locks.into_iter().chain(rows) {
            assert_eq!(has(register), needed, "{}: {register:?}", scenario.slug);
            let seen = if needed { &mut had } else { &mut lacked };
            seen.insert(format!("{register:?}"));
        }
    }
    assert_eq!(
        (had.len(), lacked.len()),
        (8, 8),
        "each is needed by some model and not by all"
    );
}

/// A model that has several of everything: two pages of eight sectors in two address spaces, one of them on two CPUs. No
/// scenario has.
fn several() -> Model {
    let sectors = vec![vec![0; 512]; 16];
    let page = PageStart {
        cached: true,
        ptes: vec![Access::NONE; 2],
        tlbs: vec![Access::NONE; 3],
        ..PageStart::default()
    };
    let take = |space| Instr {
        op: Op::Take(Resource::PteLock),
        page: PageId(0),
        operand: Operand::Space(SpaceId(space)),
        no: 0,
        tag: 0,
    };
    let fsync = Instr {
        op: Op::FsyncBegin,
        operand: Operand::None,
        ..take(0)
    };
    let parts = Parts {
        geometry: Geometry {
            pages: 2,
            interval: 512,
            first_lba: 0,
            block: 512,
            ip_guards: false,
            stamp: None,
        },
        protection: Protection::None,
        stable: true,
        rules: Rules {
            writeback_asserts_lock: true,
            wait: StableWait::IfRequired,
            errseq: true,
        },
        actors: vec![Actor {
            space: None,
            tlb: None,
            code: vec![take(0), take(1), fsync],
            main: 3,
            forever: false,
        }],
        stores: Vec::new(),
        memory: sectors.clone(),
        media: sectors,
        pages: vec![page; 2],
        spaces: 2,
        tlbs: vec![SpaceId(0), SpaceId(1), SpaceId(1)],
        locks: Vec::new(),
        held: Vec::new(),
        shared: Vec::new(),
    };
    Model::new(parts).expect("a model")
}

/// The catalogue's models, and one that has several of everything.
fn models() -> impl Iterator<Item = Model> {
    let loaded = catalogue().filter_map(|entry| entry.load().ok());
    let named = support::locks::scenarios();
    let loaded = loaded.chain(named);
    loaded.map(|it| it.model).chain([several()])
}

/// Every bit of a world is in one register, and each register has a name of its own, but for those that are several by
/// nature: the stage and the owner of a bio, the bios of a page in parts, an actor's four, and the TLBs of an address space.
#[test]
fn every_bit_is_in_one_register() {
    for (number, model) in models().enumerate() {
        let cells = model.cells();
        let mut covered = vec![0; model.layout.used];
        for cell in &cells {
            assert_eq!(covered[cell.at] & cell.bits, 0, "{number}: {cell:?}");
            covered[cell.at] |= cell.bits;
            // The machine's own HALTED stands beside the errors.
            if cell.register == Register::Errors {
                covered[cell.at] |= 0b1111_1001;
            }
        }
        let bare = covered.iter().position(|bits| *bits != u8::MAX);
        assert_eq!(bare, None, "{number}: in no register");
        let name = |it: &Cell| (it.register, it.page, it.sector, it.space, it.actor, it.lock);
        // A rwsem has an owner, two digits of its readers' shares, and a queue.
        let named = |cell: &Cell| {
            let lock = cell.lock.expect("of a lock");
            let rwsem = model.locks[lock.index()].kind == LockKind::Rwsem;
            if rwsem { 4 } else { 1 }
        };
        for cell in &cells {
            let many = cells.iter().filter(|it| name(it) == name(cell)).count();
            let of_space = |space: &&SpaceId| cell.space == Some(**space);
            let several = match cell.register {
                Register::Bio => 2 * model.bio_ids().len(),
                Register::BioOf => model.bio_ids().len() / model.page_ids().len(),
                Register::Actors => 4,
                Register::Named => named(cell),
                Register::Tlb => model.tlb_spaces.iter().filter(of_space).count(),
                _ => 1,
            };
            assert_eq!(many, several, "{number}: {cell:?}");
        }
    }
}

/// A step on page 1 is stated to touch registers of page 1, not those of page 0.
#[test]
fn reach_tells_pages_apart() {
    let scenario = scenario("two-page-inversion");
    let cells = scenario.model.cells();
    let pages: BTreeSet<_> = cells.iter().filter_map(|cell| cell.page).collect();
    assert_eq!(pages.len(), 2);
    let lock = Instr {
        op: Op::LockPage,
        page: PageId(1),
        operand: Operand::None,
        no: 0,
        tag: 0,
    };
    let touched: Vec<_> = cells
        .iter()
        .filter(|cell| stated(cell, lock.op.footprint().writes, &lock, ActorId(7)))
        .collect();
    assert_eq!(touched.len(), 1);
    assert_eq!(
        (touched[0].register, touched[0].page),
        (Register::PageLock, Some(PageId(1)))
    );
}

/// There is a page lock for each page, a page table lock for each address space, and one journal handle.
#[test]
fn resources_are_there_as_often_as_what_has_them() {
    let model = several();
    let all = |what| model.all_of(what).collect::<Vec<_>>();
    let pages = [0, 1].map(|it| Which::Page(PageId(it)));
    let spaces = [0, 1].map(|it| Which::Space(SpaceId(it)));
    assert_eq!(all(Resource::PageLock), pages);
    assert_eq!(all(Resource::BufferLock), pages);
    assert_eq!(all(Resource::PteLock), spaces);
    assert_eq!(all(Resource::Handle), pages[..1]);
    // A page table's lock is of no page, and each has its own owner.
    assert_eq!(spaces.map(Which::page), [None, None]);
    let step = |world: &World, pc: usize| {
        let code = &model.actors[0].code;
        assert_eq!(model.due(world, ActorId(0)), code.get(pc).copied());
        step(&model, world, Choice::of(ActorId(0))).0
    };
    let mut world = model.initial;
    for (taken, space) in spaces.into_iter().enumerate() {
        assert_eq!(model.owner(&world, Resource::PteLock, space), None);
        world = step(&world, taken);
        let owner = model.owner(&world, Resource::PteLock, space);
        assert_eq!(owner, Some(ActorId(0)));
    }
}

/// Steps on one sector, or on the PTE of one address space, are stated to touch that one only.
#[test]
fn reach_tells_sectors_and_address_spaces_apart() {
    for model in models() {
        let touched = |op: Op, operand| {
            let page = model.page_ids().next_back().expect("a page");
            let instr = Instr {
                op,
                page,
                operand,
                no: 0,
                tag: 0,
            };
            let writes = op.footprint().writes;
            let cells = model.cells().into_iter();
            let all = cells.filter(|cell| stated(cell, writes, &instr, ActorId(7)));
            let all = all.map(|cell| {
                (
                    cell.register,
                    cell.page == Some(page),
                    cell.sector,
                    cell.space,
                )
            });
            all.collect::<Vec<_>>()
        };
        for sector in model.sector_ids() {
            let one = (Register::Sealed, true, Some(sector), None);
            let operand = Operand::Sector(sector);
            assert_eq!(touched(Op::GenerateGuard, operand), [one]);
        }
        for space in model.space_ids() {
            let one = (Register::Pte, true, None, Some(space));
            let operand = Operand::Space(space);
            assert_eq!(touched(Op::PteWrprotect, operand), [one]);
        }
    }
}
