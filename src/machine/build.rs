//! Builds a model out of its parts: registers, bytes, and the world where every run begins.

use super::check::{check, needs};
use super::content::{Content, Contents};
use super::error::ModelError;
use super::id::{ActorId, LockId};
use super::lock_state::bit;
use super::model::Model;
use super::op::{Op, Resource, Which};
use super::parts::{Actor, PageStart, Parts};
use super::step::settle;
use super::world::{CELLS, Layout, NOBODY, World, flag};

impl Model {
    /// Checks the parts and builds the machine.
    ///
    /// # Errors
    /// [`ModelError`] when a count, an operand or a store is outside what the machine has; a
    /// model that was built never panics, whatever its programs do.
    pub fn new(mut parts: Parts) -> Result<Model, ModelError> {
        check(&parts)?;
        let geometry = parts.geometry;
        // A block that carries its own checksum begins with a valid one.
        if let Some(stamp) = geometry.stamp {
            for intervals in [&mut parts.memory, &mut parts.media] {
                let block = &mut intervals[stamp.interval(geometry)];
                let read = block.clone();
                stamp.write(&read, block);
            }
        }
        let layout = Layout::new(&needs(&parts)?);
        if layout.used > CELLS {
            return Err(ModelError::TooBig {
                found: layout.used,
                most: CELLS,
            });
        }
        let mut code = parts.actors.iter().flat_map(|actor| &actor.code);
        let reads = code.any(|instr| matches!(instr.op, Op::Read(_)));
        let (contents, memory, media) =
            Contents::build(geometry, &parts.stores, &parts.memory, &parts.media, reads)?;
        let who = |op: Op| {
            let runs = |actor: &Actor| actor.code.iter().any(|instr| instr.op == op);
            parts.actors.iter().position(runs).map(ActorId::at)
        };
        let (disk, completion, host) = (who(Op::TakeRequest), who(Op::BioEndio), who(Op::TakeOver));
        let mut model = Model {
            geometry,
            protection: parts.protection,
            stable: parts.stable,
            rules: parts.rules,
            stores: parts.stores,
            locks: parts.locks,
            contents,
            tlb_spaces: parts.tlbs,
            spaces: parts.spaces,
            reads,
            cached: parts.pages.iter().map(|page| page.cached).collect(),
            layout,
            initial: World::BLANK,
            actors: parts.actors,
            disk,
            completion,
            host,
        };
        model.initial = model.start(&parts.pages, &memory, &media);
        model.take(&parts.held, &parts.shared);
        for actor in model.actor_ids() {
            let mut world = model.initial;
            settle(&model, &mut world, actor);
            model.initial = world;
        }
        Ok(model)
    }

    /// The world where every run begins, before actors are moved past instructions that have
    /// nothing to do.
    fn start(&self, pages: &[PageStart], memory: &[Content], media: &[Content]) -> World {
        let at = &self.layout;
        let mut world = World::BLANK;
        for (page, start) in self.page_ids().zip(pages) {
            world[at.lock(page)] = NOBODY;
            world[at.writeback(page)] = NOBODY;
            let mut flags = start.pins.min(7) * flag::PIN;
            for (is, bit) in [
                (start.dirty, flag::DIRTY),
                (start.committing, flag::COMMITTING),
            ] {
                flags |= if is { bit } else { 0 };
            }
            world[at.flags(page)] = flags;
            if let Some(cell) = at.buffers(page) {
                world[cell] = self.geometry.whole_buffers(start.buffers);
            }
            for sector in self.sector_ids() {
                let interval = self.geometry.interval_number(page, sector);
                world[at.memory(page, sector)] = memory[interval].0;
                world[at.media(page, sector)] = media[interval].0;
                if let Some(cell) = at.tuples(page, sector) {
                    world[cell] = media[interval].0;
                }
            }
            for (space, pte) in self.space_ids().zip(&start.ptes) {
                world[at.pte(space, page)] = pte.0;
            }
            for (tlb, cached) in self.tlb_ids().zip(&start.tlbs) {
                world[at.tlb(tlb, page)] = cached.0;
            }
        }
        for bio in self.bio_ids() {
            world[at.bio_owner(bio)] = NOBODY;
        }
        for (number, lock) in self.lock_ids().zip(&self.locks) {
            if let Some(cell) = at.lock_cell(number).filter(|_| !lock.kind.is_held()) {
                world[cell] = lock.start;
            }
        }
        world
    }

    /// Gives what is taken at the start to its holders.
    fn take(&mut self, held: &[(Resource, Which, ActorId)], shared: &[(LockId, ActorId)]) {
        let (at, world) = (&self.layout, &mut self.initial);
        for (resource, which, owner) in held {
            let cell = match (*resource, *which) {
                (Resource::PageLock, Which::Page(page)) => {
                    world[at.lock(page)] = owner.0;
                    continue;
                }
                (_, Which::Lock(lock)) => at.lock_cell(lock),
                (resource, which) => at.resource(resource, which),
            };
            if let Some(cell) = cell {
                world[cell] = owner.0 + 1;
            }
        }
        for (lock, reader) in shared {
            if let Some(cell) = at.lock_cell(*lock) {
                world[cell + 1] |= bit(*reader);
            }
        }
    }
}
