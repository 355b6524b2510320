//! Parts into a model: its registers, its bytes, and the world where every run begins.

use super::check::{check, needs};
use super::content::{Content, Contents};
use super::error::ModelError;
use super::model::Model;
use super::op::{Op, Resource};
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
            for all in [&mut parts.memory, &mut parts.media] {
                let block = &mut all[stamp.interval(geometry)];
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
        let (contents, memory, media) =
            Contents::build(geometry, &parts.stores, &parts.memory, &parts.media)?;
        let who = |op: Op| {
            let runs = |it: &Actor| it.code.iter().any(|instr| instr.op == op);
            parts.actors.iter().position(runs).map(|it| it as u8)
        };
        let (disk, completion, host) = (who(Op::TakeRequest), who(Op::BioEndio), who(Op::TakeOver));
        let mut model = Model {
            geometry,
            protection: parts.protection,
            stable: parts.stable,
            rules: parts.rules,
            stores: parts.stores,
            contents,
            tlb_spaces: parts.tlbs,
            spaces: parts.spaces,
            cached: parts.pages.iter().map(|page| page.cached).collect(),
            layout,
            initial: World::BLANK,
            actors: parts.actors,
            disk,
            completion,
            host,
        };
        model.initial = model.start(&parts.pages, &parts.held, &memory, &media);
        for actor in 0..model.actors.len() {
            let mut world = model.initial;
            settle(&model, &mut world, actor);
            model.initial = world;
        }
        Ok(model)
    }

    fn start(
        &self,
        pages: &[PageStart],
        held: &[(Resource, u8, u8)],
        memory: &[Content],
        media: &[Content],
    ) -> World {
        let (at, sectors) = (&self.layout, self.geometry.sectors());
        let mut world = World::BLANK;
        for (page, start) in pages.iter().enumerate() {
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
            for sector in 0..sectors {
                let interval = page * sectors + sector;
                world[at.memory(page, sector)] = memory[interval].0;
                world[at.media(page, sector)] = media[interval].0;
                if let Some(cell) = at.tuples(page, sector) {
                    world[cell] = media[interval].0;
                }
            }
            for (space, pte) in start.ptes.iter().enumerate() {
                world[at.pte(space, page)] = pte.0;
            }
            for (tlb, cached) in start.tlbs.iter().enumerate() {
                world[at.tlb(tlb, page)] = cached.0;
            }
        }
        for bio in 0..at.most_bios() {
            world[at.bio_owner(bio)] = NOBODY;
        }
        for (resource, which, owner) in held {
            match resource {
                Resource::PageLock => world[at.lock(*which as usize)] = *owner,
                _ => {
                    if let Some(cell) = at.resource(*resource, *which as usize) {
                        world[cell] = owner + 1;
                    }
                }
            }
        }
        world
    }
}
