//! Page flags, PTEs, TLB entries and locks as labelled bits, with a ring around those that the last step changed.

use crate::lesson::Part;
use crate::machine::{
    Access, ActorId, LockKind, LockState, Model, Op, PageId, Resource, SpaceId, Stage, TlbId,
    Which, World,
};
use crate::scenario::Scenario;

use super::definition::of_bit;
use super::grid::PageMoment;
use super::moment::Moment;
use super::picture::{Picture, part_of_bit};
use super::vdom::{Attr, Element, define_button, el, note, nothing};

/// A bit of the world, as shown.
pub struct Bit {
    /// The class of its meaning: `lock`, `dirty`, `writeback`, `write`, `error`, or none.
    pub kind: &'static str,
    pub name: String,
    pub on: bool,
    /// Whether it was on one step earlier.
    pub was: bool,
    /// Who holds it, as in `by flusher`; empty where nobody does.
    pub by: String,
    /// The name that lines end at and that moving locks keep; empty where none do.
    pub thing: String,
    /// Whether a lesson introduces it now.
    pub new: bool,
}

/// A titled group of bits.
pub struct BitGroup {
    class: &'static str,
    /// The name of its element, which stores meet and flips are looked for in.
    pub thing: String,
    pub title: String,
    /// The title where there is little room, and where a row of a table has the group of each page.
    pub short: String,
    pub bits: Vec<Bit>,
    /// What is special about the group now; most often empty.
    pub remark: String,
    /// Whether a lesson introduces it now.
    pub new: bool,
}

/// How an address space maps a page: the way that its stores take, from left to right.
pub struct SpaceMapping {
    /// What the TLBs of the space cache.
    pub caches: Vec<BitGroup>,
    pub pte: BitGroup,
}

/// The bits around one page.
pub struct PageBits {
    pub mappings: Vec<SpaceMapping>,
    /// The page, and its buffer if that has locks of its own.
    pub frame: Vec<BitGroup>,
    /// Says what holds while the page's bytes are on their way; else empty.
    pub window: String,
}

fn flag(kind: &'static str, name: &str, on: bool, was: bool) -> Bit {
    Bit {
        kind,
        name: name.to_owned(),
        on,
        was,
        by: String::new(),
        thing: String::new(),
        new: false,
    }
}

impl Bit {
    /// What the bit is called in the markup.
    pub fn key(&self) -> &str {
        self.name.split(' ').next().unwrap_or("")
    }

    /// Lets lines from sleepers end at this bit.
    fn thing(mut self, resource: Resource, which: Which) -> Bit {
        self.thing = thing(resource, which);
        self
    }
}

/// The name of something that actors sleep on, for lines that end there and locks that move.
pub fn thing(resource: Resource, which: Which) -> String {
    format!("{resource:?}-{}", which.number())
}

/// The name of a PTE's element.
pub fn pte_thing(space: SpaceId, page: PageId) -> String {
    format!("pte-{space}-{page}")
}

/// The name of a TLB entry's element.
pub fn tlb_thing(tlb: TlbId, page: PageId) -> String {
    format!("tlb-{tlb}-{page}")
}

/// Draws a bit, with a ring if it changed.
fn bit(bit: Bit) -> Element {
    let key = bit.key().to_owned();
    let Bit {
        kind,
        name,
        on,
        was,
        by,
        thing,
        new,
    } = bit;
    let changed = on != was;
    let class = format!(
        "bit {kind}{}{}{}",
        if on { " on" } else { "" },
        if changed { " changed" } else { "" },
        if new { " new" } else { "" }
    );
    let state = if on { "set" } else { "clear" };
    let spoken = match (by.is_empty(), changed, was) {
        (false, ..) => format!(": {state}, {by}"),
        (_, false, _) => format!(": {state}"),
        (_, true, true) => ": just cleared".to_owned(),
        (_, true, false) => ": just set".to_owned(),
    };
    let mut li = el("li", &class).attr(Attr::Bit, &key);
    if !thing.is_empty() {
        li = li.attr(Attr::Thing, &thing);
        // The lock itself lies here only while nobody holds it.
        if !on && kind == "lock" {
            li = li.attr(Attr::Token, &thing);
        }
    }
    let button = define_button("", &of_bit(&key)).text(&name);
    li.child(marked_new(button, new))
        .child(el("span", "hidden").text(&spoken))
}

/// Marks an element that a lesson introduces now.
pub fn marked_new(element: Element, new: bool) -> Element {
    match new {
        true => element.attr_bool(Attr::New, true),
        false => element,
    }
}

fn group(class: &'static str, thing: String, title: &str, short: &str, bits: Vec<Bit>) -> BitGroup {
    BitGroup {
        class,
        thing,
        title: title.to_owned(),
        short: short.to_owned(),
        bits,
        remark: String::new(),
        new: false,
    }
}

impl BitGroup {
    fn draw(self) -> Element {
        let title = el("h2", "")
            .child(el("span", "wide").text(&self.title))
            .child(
                el("span", "narrow")
                    .attr_bool(Attr::Hidden, true)
                    .text(&self.short),
            )
            .child(el("em", "").text(&self.holders()));
        let new = if self.new { " new" } else { "" };
        let title = marked_new(title, self.new);
        let class = format!("entry{}{new}", self.class);
        self.draw_bits(el("div", &class).child(title))
    }

    /// What is special about the group now, or who holds the locks among the bits.
    fn holders(&self) -> String {
        if !self.remark.is_empty() {
            return self.remark.clone();
        }
        let held = self.bits.iter().filter(|bit| !bit.by.is_empty());
        let held = held.map(|bit| format!("{} {}", bit.name, bit.by));
        held.collect::<Vec<String>>().join(", ")
    }

    /// Draws the bits, without a title.
    fn draw_bits(self, into: Element) -> Element {
        let bits = self.bits.into_iter().map(bit).collect();
        into.attr(Attr::Thing, &self.thing)
            .child(el("ul", "bits").children(bits))
    }
}

fn access(present: &str, now: Access, was: Access) -> Vec<Bit> {
    vec![
        flag("", present, now.present(), was.present()),
        flag("write", "write", now.write(), was.write()),
        flag("dirty", "dirty", now.dirty(), was.dirty()),
    ]
}

/// The bit of something with an owner: on while somebody holds it.
fn owned(
    scenario: &Scenario,
    kind: &'static str,
    name: &str,
    now: Option<ActorId>,
    was: Option<ActorId>,
) -> Bit {
    let owner = now.and_then(|actor| scenario.cast.get(actor.index()));
    Bit {
        by: owner.map_or(String::new(), |cast| format!("by {}", cast.name)),
        ..flag(kind, name, now.is_some(), was.is_some())
    }
}

/// The locks that all pages share and the mapping's write error; none where the scenario has neither.
pub fn shared_bits(scenario: &Scenario, now: &World, was: &World) -> Option<BitGroup> {
    let model = &scenario.model;
    let mut bits = Vec::new();
    for (resource, name) in [
        (Resource::Handle, "journal handle"),
        (Resource::Commit, "commit"),
        (Resource::Mutex, "mmap_lock"),
    ] {
        if model.has(resource) {
            let which = Which::Page(PageId(0));
            let of = |world| model.owner(world, resource, which);
            bits.push(owned(scenario, "lock", name, of(now), of(was)).thing(resource, which));
        }
    }
    bits.extend(lock_bits(scenario, now, was));
    // Room from the start where a device can refuse a write, so that nothing moves when it does.
    let (error, before) = (model.mapping_error(now), model.mapping_error(was));
    let mut code = model.actors.iter().flat_map(|actor| &actor.code);
    let may = model.protection.guards() && code.any(|instr| instr.op == Op::MappingSetError);
    if error || before || may {
        bits.push(flag("error", "error", error, before));
    }
    if bits.is_empty() {
        return None;
    }
    let title = match model.has(Resource::Handle) || model.has(Resource::Named) {
        true => "file system",
        false => "mapping",
    };
    Some(group("", "shared".to_owned(), title, title, bits))
}

/// A bit for each lock, counter and flag that the scenario declares.
fn lock_bits(scenario: &Scenario, now: &World, was: &World) -> Vec<Bit> {
    let model = &scenario.model;
    let locks = model.lock_ids().zip(&model.locks).zip(&scenario.locks);
    let bits = locks.map(|((lock, of), name)| {
        let (now, was) = (model.lock(now, lock), model.lock(was, lock));
        let on = |it: &LockState| !it.is_free() || it.value > 0;
        let mut bit = flag("lock", name, on(&now), on(&was));
        bit.by = lock_holders(scenario, &now);
        if matches!(of.kind, LockKind::Count | LockKind::Completion) {
            bit.name = format!("{name} {}", now.value);
        }
        bit.thing(Resource::Named, Which::Lock(lock))
    });
    bits.collect()
}

/// Who holds a named lock, as in `by writer` or `read by one, two`, and which writers wait for it; empty where nobody does.
fn lock_holders(scenario: &Scenario, lock: &LockState) -> String {
    let names = |is: &dyn Fn(ActorId) -> bool| {
        let all = scenario.model.actor_ids().filter(|actor| is(*actor));
        let names = all.map(|actor| scenario.cast[actor.index()].name.as_str());
        names.collect::<Vec<&str>>().join(", ")
    };
    let held = names(&|actor| lock.holds(actor));
    let waits = names(&|actor| lock.waits_to_write(actor));
    let mut said = match (held.is_empty(), lock.owner) {
        (true, _) => String::new(),
        (_, Some(_)) => format!("by {held}"),
        (_, None) => format!("read by {held}"),
    };
    if !waits.is_empty() {
        said += if said.is_empty() { "" } else { ", " };
        said += &format!("{waits} to write");
    }
    said
}

/// Draws what several pages share.
pub fn draw_shared_bits(now: &Moment) -> Element {
    let shared = shared_bits(&now.scenario, &now.world, &now.before);
    match shared.filter(|_| now.scenario.model.geometry.pages > 1) {
        Some(group) => el("div", "machine shared").child(group.draw()),
        None => nothing(),
    }
}

/// The bits that all pages share as a row, with its name.
pub fn shared_row(now: &Moment) -> Option<(String, Element)> {
    let group = shared_bits(&now.scenario, &now.world, &now.before)?;
    Some((group.short.clone(), group.draw_bits(el("div", "entry"))))
}

/// The page's flags.
fn page_flags(moment: &PageMoment) -> BitGroup {
    let (page, before, scenario) = (&moment.page, &moment.before, moment.scenario);
    let model = &scenario.model;
    let which = Which::Page(moment.number);
    let mut bits = Vec::new();
    if model.cached[moment.number.index()] || uses(model, moment.number, &[Op::LockPage]) {
        let (now, was) = (page.lock, before.lock);
        bits.push(owned(scenario, "lock", "PG_locked", now, was).thing(Resource::PageLock, which));
        bits.push(flag("dirty", "PG_dirty", page.dirty, before.dirty));
        let (on, was) = (page.writeback.is_some(), before.writeback.is_some());
        bits.push(flag("writeback", "PG_writeback", on, was).thing(Resource::Writeback, which));
    }
    // A bit for each buffer, which is a block of the page.
    if let (Some(now), Some(was)) = (page.buffers, before.buffers) {
        let geometry = model.geometry;
        let many = (geometry.block / geometry.interval).max(1);
        for block in 0..geometry.sectors() as u16 / many {
            let dirty = |mask: u8| mask >> (block * many) & 1 != 0;
            let name = format!("BH_Dirty {block}");
            bits.push(flag("dirty", &name, dirty(now), dirty(was)));
        }
    }
    // And one for each block under writeback.
    if let (Some(now), Some(was)) = (page.block_writeback, before.block_writeback) {
        let geometry = model.geometry;
        let many = (geometry.block / geometry.interval).max(1);
        for block in 0..geometry.sectors() as u16 / many {
            let on = |mask: u8| mask >> (block * many) & 1 != 0;
            bits.push(flag(
                "writeback",
                &format!("writeback {block}"),
                on(now),
                on(was),
            ));
        }
    }
    let (now, was) = (page, before);
    for (kind, name, ops, on, was) in [
        (
            "lock",
            "TOWRITE",
            &[Op::TagTowrite][..],
            now.towrite,
            was.towrite,
        ),
        (
            "lock",
            "BJ_Metadata",
            &[Op::FileShadow],
            now.committing,
            was.committing,
        ),
        (
            "error",
            "truncated",
            &[Op::RemoveFromCache],
            now.gone,
            was.gone,
        ),
        (
            "lock",
            "read-only in the kernel",
            &[Op::SetMemoryRo],
            now.read_only,
            was.read_only,
        ),
        (
            "lock",
            "pinned for DMA",
            &[Op::Pin, Op::Unpin],
            now.pins > 0,
            was.pins > 0,
        ),
    ] {
        if on || was || uses(model, moment.number, ops) {
            bits.push(flag(kind, name, on, was));
        }
    }
    title_page(moment, bits)
}

fn title_page(moment: &PageMoment, bits: Vec<Bit>) -> BitGroup {
    let scenario = moment.scenario;
    let index = scenario
        .indexes
        .get(moment.number.index())
        .copied()
        .unwrap_or(0);
    let (cached, number) = (scenario.model.cached[moment.number.index()], moment.number);
    let title = match (scenario.model.geometry.pages, cached) {
        (1, true) => format!("page {index} of inode {}", scenario.inode),
        (1, false) => "a page outside the page cache".to_owned(),
        (_, true) => format!("page {number} (inode {}, index {index})", scenario.inode),
        (_, false) => format!("page {number} (outside the page cache)"),
    };
    group(" page", format!("page-{number}"), &title, "page", bits)
}

/// Whether any program does one of these ops to a page.
fn uses(model: &Model, page: PageId, wanted: &[Op]) -> bool {
    let mut code = model.actors.iter().flat_map(|actor| &actor.code);
    code.any(|instr| instr.page == page && wanted.contains(&instr.op))
}

/// The bits around a page.
pub fn page_bits(moment: &PageMoment, now: &World, was: &World) -> PageBits {
    let (number, scenario) = (moment.number, moment.scenario);
    let model = &scenario.model;
    let mut frame = vec![page_flags(moment)];
    let mut mappings: Vec<SpaceMapping> = Vec::new();
    let mut buffer = Vec::new();
    for (resource, name) in [
        (Resource::BufferLock, "BH_Lock"),
        (Resource::Shadow, "BH_Shadow"),
    ] {
        if model.has(resource) {
            let which = Which::Page(number);
            let of = |world| model.owner(world, resource, which);
            buffer.push(owned(scenario, "lock", name, of(now), of(was)).thing(resource, which));
        }
    }
    if !buffer.is_empty() {
        let name = format!("buffer-{number}");
        frame.push(group("", name, "its buffer", "buffer", buffer));
    }
    // With a single page every address space shows its PTE; with several, those that map the page or store to it.
    let maps = |space: SpaceId, tlb: Option<TlbId>, initial: Access| {
        let mut actors = model.actors.iter();
        let stores = [Op::Store, Op::Load, Op::ForkPte, Op::ZapPte];
        model.geometry.pages == 1
            || initial.present()
            || actors.any(|actor| {
                let here = actor.space == Some(space) && (tlb.is_none() || actor.tlb == tlb);
                let mut code = actor.code.iter();
                here && code.any(|instr| {
                    let of = stores.contains(&instr.op);
                    of && instr.page == number
                })
            })
    };
    for space in model.space_ids() {
        let pte = |world| model.pte(world, space, number);
        if !maps(space, None, pte(&model.initial)) {
            continue;
        }
        let mut own = access("present", pte(now), pte(was));
        if model.has(Resource::PteLock) {
            let which = Which::Space(space);
            let of = |world| model.owner(world, Resource::PteLock, which);
            own.push(
                owned(scenario, "lock", "locked", of(now), of(was)).thing(Resource::PteLock, which),
            );
        }
        let in_space = |actor: &ActorId| model.actors[actor.index()].space == Some(space);
        let actors: Vec<ActorId> = model.actor_ids().filter(in_space).collect();
        let owner = match actors[..] {
            [one] => format!("{}'s PTE", scenario.cast[one.index()].name),
            _ => format!("PTE in mm {}", scenario.spaces[space.index()]),
        };
        let alone = model.tlb_spaces.len() == 1;
        let short = |name: &str, what: &str| match alone {
            true => what.to_owned(),
            false => format!("{name} {what}"),
        };
        let mut caches = Vec::new();
        for (tlb, of) in model.tlb_ids().zip(&model.tlb_spaces) {
            let cached = |world| model.tlb(world, tlb, number);
            if *of != space || !maps(space, Some(tlb), cached(&model.initial)) {
                continue;
            }
            let (entry_now, pte_now) = (cached(now), pte(now));
            let runs = |actor: &ActorId| model.actors[actor.index()].tlb == Some(tlb);
            let of = actors.iter().copied().find(runs);
            let name = of.map_or("?", |actor| &scenario.cast[actor.index()].name);
            let stale = entry_now.write() && !pte_now.write();
            // Emptied by another actor: an interrupt from that actor's CPU did it.
            let shot = cached(was).present() && !entry_now.present() && moment.mover != of;
            let shot = moment.mover.filter(|_| shot);
            let by = shot.map(|by| scenario.cast[by.index()].name.as_str());
            let (class, remark) = match (by, stale) {
                (Some(by), _) => (" flushed", format!("flushed by {by}")),
                (None, true) => (" stale", "stale".to_owned()),
                (None, false) => ("", String::new()),
            };
            let title = format!("{name}'s TLB entry");
            let short = short(name, "TLB");
            let bits = access("cached", entry_now, cached(was));
            caches.push(BitGroup {
                remark,
                ..group(class, tlb_thing(tlb, number), &title, &short, bits)
            });
        }
        let name = scenario.spaces.get(space.index());
        let short = short(name.map_or("", |name| name), "PTE");
        let pte = group(" pte", pte_thing(space, number), &owner, &short, own);
        mappings.push(SpaceMapping { caches, pte });
    }
    PageBits {
        mappings,
        frame,
        window: window(moment),
    }
}

/// The bits around a page that a picture has.
pub fn within(mut all: PageBits, picture: Picture) -> PageBits {
    if picture.whole() {
        return all;
    }
    for group in &mut all.frame {
        group.bits.retain(|bit| match part_of_bit(bit.key()) {
            Some(part) => picture.has(part),
            None => bit.on,
        });
    }
    all.frame.retain(|group| !group.bits.is_empty());
    let spaces = match (picture.has(Part::Pte), picture.has(Part::SecondProcess)) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => usize::MAX,
    };
    all.mappings.truncate(spaces);
    if !picture.has(Part::Tlb) {
        all.mappings.iter_mut().for_each(|it| it.caches.clear());
    }
    if !picture.has_window() {
        all.window.clear();
    }
    for mapping in &mut all.mappings {
        mapping.pte.new = picture.is_new(Part::Pte);
        for cache in &mut mapping.caches {
            cache.new = picture.is_new(Part::Tlb);
        }
    }
    if let Some(second) = all.mappings.get_mut(1) {
        second.pte.new = picture.is_new(Part::SecondProcess);
    }
    for bit in all.frame.iter_mut().flat_map(|group| &mut group.bits) {
        bit.new = part_of_bit(bit.key()).is_some_and(|it| picture.is_new(it));
    }
    all
}

/// Draws the bits around a page.
pub fn draw_page_bits(moment: &PageMoment, now: &World, was: &World, picture: Picture) -> Element {
    let bits = within(page_bits(moment, now, was), picture);
    let drawn = |all: Vec<BitGroup>| all.into_iter().map(BitGroup::draw).collect();
    let mappings = bits.mappings.into_iter().map(|mapping| {
        el("div", "door")
            .child(el("div", "caches").children(drawn(mapping.caches)))
            .child(mapping.pte.draw())
    });
    let mut frame = bits.frame;
    // What all pages share stands beside a single one.
    let shared = shared_bits(moment.scenario, now, was).filter(|_| picture.has_shared());
    frame.extend(shared.filter(|_| moment.scenario.model.geometry.pages == 1));
    el("div", "machine")
        .children(mappings.collect())
        .child(el("div", "frame").children(drawn(frame)))
        .child(note("window", &bits.window).attr(Attr::Part, "window"))
}

/// The bits around a page in one row each, by the row's name.
pub fn bit_rows(
    moment: &PageMoment,
    now: &World,
    was: &World,
    picture: Picture,
) -> Vec<(String, Element)> {
    let PageBits {
        mappings, frame, ..
    } = within(page_bits(moment, now, was), picture);
    let mapped = mappings
        .into_iter()
        .flat_map(|it| it.caches.into_iter().chain([it.pte]));
    let rows = mapped.chain(frame).map(|group| {
        let group_name = group.short.clone();
        let by = group.bits.iter().find(|bit| !bit.by.is_empty());
        let held = el("em", "").text(by.map_or(&group.remark, |bit| &bit.by));
        let class = format!("entry{}", group.class);
        let entry = group.draw_bits(el("div", &class));
        (group_name, entry.child(held))
    });
    rows.collect()
}

/// Says what holds while the page's bytes are on their way.
pub fn window(moment: &PageMoment) -> String {
    if !moment.frozen() {
        return String::new();
    }
    let steps = moment.columns.iter().filter_map(|it| it.guard);
    let since = steps.map(|(_, step)| step).min();
    let since = since.map_or(String::new(), |step| format!(" since step {step}"));
    if moment.page.copy.iter().any(|it| it.is_some()) {
        return "The I/O takes the copy: the page itself may change.".to_owned();
    }
    match moment.scenario.model.stable {
        true => format!("Stable window{since}: these bytes must not change."),
        false => match moment.stage {
            Stage::Building => String::new(),
            _ => "On their way: nobody here asks for stable bytes.".to_owned(),
        },
    }
}
