//! The contents of sectors, by number: their guard tags, and what stores change them into.

use crate::machine::{Content, StoreId};

use super::library::comment;
use super::writer::Writer;

impl Writer<'_> {
    /// The numbers of all contents.
    pub(super) fn ids(&self) -> impl Iterator<Item = Content> + use<'_> {
        let contents = &self.model.contents;
        let ids = (1..=u8::MAX).map(Content);
        ids.take_while(|it| !contents.bytes(*it).is_empty())
    }

    /// A comment that says which bytes a content is.
    fn origin(&self, id: Content) -> String {
        let contents = &self.model.contents;
        for (holder, of) in [("media", true), ("memory", false)] {
            for page in self.model.page_ids() {
                let it = self.model.page(&self.model.initial, page);
                let held = if of { it.media } else { it.memory };
                for sector in self.model.sector_ids() {
                    if id == held[sector.index()] {
                        return format!("page {page}, sector {sector} of {holder} at first");
                    }
                }
            }
        }
        for from in self.ids() {
            let stores = StoreId::first(self.model.stores.len());
            for (store, shown) in stores.zip(&self.scenario.stores) {
                if (0..self.pages * self.sectors).any(|n| contents.after(store, n, from) == id)
                    && from != id
                {
                    return format!("{} after the store of {}", from.0, comment(shown));
                }
            }
        }
        for into in self.ids() {
            let mut all = self.ids();
            let read = all.find(|read| contents.stamped(into, *read) == id && into != id);
            if let Some(read) = read {
                return format!("{} with the checksum of {}", into.0, read.0);
            }
        }
        "unused".to_owned()
    }

    /// Makes the table of guard tags, with comments that say what each number of a content stands for.
    pub(super) fn contents(&mut self) {
        let mut text =
            "/* What a sector can hold, by number, and its guard tag; 0 is nothing. */\n"
                .to_owned();
        text += &format!("hidden int @[{}] = {{\n\t0", self.ids().count() + 1);
        for id in self.ids() {
            let said = self.origin(id);
            let tag = self.model.contents.guard(id);
            text += &format!(",\n\t{tag:5} /* {:2}, {tag:04x}: {said} */", id.0);
        }
        text += "\n};\n";
        self.guard_tag = self.library.define("guard_tag", &text);
    }

    /// A store of fixed bytes, as an inline that changes the content of each sector that it touches.
    pub(super) fn store(&mut self, number: StoreId) -> String {
        let Some(store) = self.model.stores.get(number.index()) else {
            return "skip".to_owned();
        };
        let page = store.page.index();
        let mut lines = Vec::new();
        for sector in self.model.sector_ids() {
            if !store.touches(self.model.geometry, sector) {
                continue;
            }
            let n = self.model.geometry.interval_number(store.page, sector);
            let mut after = "old".to_owned();
            for id in self.ids() {
                let to = self.model.contents.after(number, n, id);
                if to != id {
                    after = format!("(old == {} -> {} : {after})", id.0, to.0);
                }
            }
            lines.push(format!("old = memory[{n}]; memory[{n}] = {after}"));
            if self.has.gone {
                lines.push(format!(
                    "if\n:: gone[{page}] && memory[{n}] != old -> broke(LOST_UPDATE)\n:: else\nfi"
                ));
            }
        }
        let head = format!(
            "The store of {}.",
            comment(&self.scenario.stores[number.index()])
        );
        let body = if lines.is_empty() {
            "skip".to_owned()
        } else {
            lines.join(";\n")
        };
        self.library
            .inline(&format!("put_bytes_{number}"), &head, "", &body)
            + "()"
    }

    /// The number of the sector that carries a checksum of itself, if one does.
    pub(super) fn block(&self) -> Option<usize> {
        let geometry = self.model.geometry;
        let stamp = geometry.stamp?;
        Some(stamp.interval(geometry))
    }

    /// The table that says of each content whether the checksum inside it is right.
    pub(super) fn verifies(&mut self) -> String {
        let contents = &self.model.contents;
        let valid: Vec<String> = (self.ids())
            .map(|id| format!(", {}", u8::from(contents.verifies(id))))
            .collect();
        let text = format!(
            "/* Whether the checksum inside a content is that of its bytes. */\nhidden byte @[{}] = {{ 1{} }};\n",
            valid.len() + 1,
            valid.concat()
        );
        self.library.define("verifies", &text)
    }

    /// An inline that stores the checksum of the bytes read before into the block that carries it.
    pub(super) fn csum_store(&mut self) -> String {
        let Some(block) = self.block() else {
            return "at_hand = 0".to_owned();
        };
        let many = self.ids().count() + 1;
        let stamped = |into, read| self.model.contents.stamped(into, read).0;
        let rows: Vec<String> = (self.ids())
            .map(|into| {
                let row = self.ids().map(|read| format!(", {}", stamped(into, read)));
                format!(",\n\t{}{}", into.0, row.collect::<String>())
            })
            .collect();
        let none = vec!["0"; many].join(", ");
        let text = format!(
            "/* What a content (row) is once the checksum of another (column) is stored in it. */\n\
             hidden byte @[{}] = {{\n\t{none}{}\n}};\n",
            many * many,
            rows.concat()
        );
        let stamped = self.library.define("stamped", &text);
        let body = format!(
            "if\n:: at_hand != 0 -> memory[{block}] = {stamped}[memory[{block}] * {many} + at_hand]\n:: else\nfi;\nat_hand = 0"
        );
        let head = "Stores the checksum computed before, whatever the block holds now.";
        self.library.inline("put_checksum", head, "", &body) + "()"
    }
}
