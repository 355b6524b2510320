//! A store of a learner's own bytes, and the search for bytes that the guard does not see.

use std::sync::Arc;

use crate::machine::{Content, SectorId, guard};
use crate::scenario::{Variant, Verdict, load_variant};

use super::scene::Scene;

/// What a sector's guard comes to with a store of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The guard over the bytes as they were.
    pub before: u16,
    /// The guard over the bytes with the store.
    pub after: u16,
    /// Whether the store changes any byte at all.
    pub changes: bool,
}

impl Trial {
    /// Whether bytes changed and the guard does not tell.
    pub fn fooled(self) -> bool {
        self.changes && self.before == self.after
    }
}

impl Scene {
    /// The bytes that the scenario's first store writes.
    pub fn stored(&self) -> Option<&[u8]> {
        Some(&self.scenario.model.stores.first()?.bytes)
    }

    /// The sector that the first store goes to, as it is at the start, and where in it the store begins.
    fn target(&self) -> Option<(Vec<u8>, usize)> {
        let model = &self.scenario.model;
        let (store, size) = (model.stores.first()?, usize::from(model.geometry.interval));
        let sector = SectorId::at(usize::from(store.offset) / size);
        let page = model.page(&model.initial, store.page);
        let held: Content = page.memory[sector.index()];
        let bytes = model.contents.bytes(held).to_vec();
        let at = usize::from(store.offset) % size;
        (at + store.bytes.len() <= bytes.len()).then_some((bytes, at))
    }

    /// What the guard comes to if the first store writes these bytes.
    pub fn try_store(&self, bytes: &[u8]) -> Option<Trial> {
        let (before, at) = self.target()?;
        let mut after = before.clone();
        after.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
        Some(Trial {
            before: guard(&before),
            after: guard(&after),
            changes: before != after,
        })
    }

    /// The last two bytes with which a store that begins with `first` leaves the guard as it is: all pairs are tried.
    pub fn hiding(&self, first: &[u8]) -> Option<[u8; 2]> {
        let (before, at) = self.target()?;
        let wanted = guard(&before);
        let mut after = before.clone();
        after.get_mut(at..at + first.len())?.copy_from_slice(first);
        let last = at + first.len();
        after.get(last..last + 2)?;
        (0..=u16::MAX).map(u16::to_be_bytes).find(|pair| {
            after[last..last + 2].copy_from_slice(pair);
            guard(&after) == wanted && after != before
        })
    }

    /// Whether there are such bytes, and the adapter lets them pass in the opening run, in which it refuses those of the file.
    pub(super) fn can_be_fooled(&self) -> bool {
        let stored = self.stored().unwrap_or_default();
        let [first @ .., _, _] = stored else {
            return false;
        };
        let Some(last) = self.hiding(first) else {
            return false;
        };
        let refused = |bytes: &[u8]| {
            let scene = self.storing(bytes)?;
            let met = scene.story().verdicts(&scene.scenario.model);
            Some(met.contains(&Verdict::GuardError))
        };
        refused(stored) == Some(true) && refused(&[first, &last].concat()) == Some(false)
    }

    /// The scenario with a first store of these bytes, at its opening run's end.
    pub fn storing(&self, bytes: &[u8]) -> Option<Scene> {
        let scenario = &self.scenario;
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let begin = self.text.find("[[store]]")?;
        let line = |key: &str| self.text[begin..].find(&format!("\n{key} = "));
        let at = begin
            + ["text", "hex", "zeros"]
                .into_iter()
                .filter_map(line)
                .min()?
            + 1;
        let end = at + self.text[at..].find('\n')?;
        let text = format!(
            "{}hex = \"{}\"{}",
            &self.text[..at],
            hex.join(" "),
            &self.text[end..]
        );
        let variant = Variant {
            device: Some(scenario.device),
            era: Some(scenario.era),
            ..Variant::default()
        };
        let built = load_variant(&scenario.slug, &text, &variant).ok()?;
        Some(Scene {
            run: built.schedule.clone(),
            scenario: Arc::new(built),
            text: text.into(),
        })
    }
}
