//! Warnings: what a file that loads lacks, or has without effect.

use super::*;

impl Setting<'_> {
    /// All that the author of the file should know of, in the order of the file. Only a file as it is
    /// written is judged: without its edits it may well have a store that nobody makes.
    pub(super) fn warnings(&self, shape: &Shape, idle_faults: &[usize]) -> Vec<ScenarioWarning> {
        if self.variant.unchanged {
            return Vec::new();
        }
        let mut found = self.missing();
        found.extend(self.unused(&shape.named.borrow(), shape));
        found.extend(self.without_effect(idle_faults));
        found.sort_by_key(|(at, _)| *at);
        let warnings = found.into_iter();
        warnings
            .map(|(at, kind)| self.source.warning(at, kind))
            .collect()
    }

    /// Keys that only the catalogue needs.
    fn missing(&self) -> Vec<(usize, WarningKind)> {
        let file = self.file;
        let keys = [
            (
                file.group.is_empty(),
                "\"group\"",
                "the heading it stands under in the list of scenarios",
            ),
            (
                file.schedule.is_none(),
                "\"schedule\"",
                "the opening run, which a visitor sees first",
            ),
            (
                file.expect.is_none(),
                "[expect]",
                "for each device, the verdicts that the checker must find",
            ),
            (
                file.sources.is_empty(),
                "[[source]]",
                "the mail, commit or kernel file that it is taken from",
            ),
        ];
        let missing = keys.into_iter().filter(|(missing, ..)| *missing);
        missing
            .map(|(_, key, use_of)| {
                let (key, use_of) = (key.to_owned(), use_of.to_owned());
                (file.at, WarningKind::Missing { key, use_of })
            })
            .collect()
    }

    /// Programs, stores, locks, labels and address spaces that no step names.
    fn unused(&self, named: &Named, shape: &Shape) -> Vec<(usize, WarningKind)> {
        let mut found = Vec::new();
        for program in &self.file.programs {
            let name = &program.name;
            if !named.programs.contains(&name.text) {
                let name_text = name.text.clone();
                found.push((name.at, WarningKind::UnusedProgram { name: name_text }));
            }
        }
        let stores = StoreId::first(self.file.stores.len());
        for (number, store) in stores.zip(&self.file.stores) {
            if !named.stores.contains(&number) {
                let name = store.name.text.clone();
                found.push((store.name.at, WarningKind::UnusedStore { name }));
            }
        }
        let locks = LockId::first(self.file.locks.len());
        for (number, lock) in locks.zip(&self.file.locks) {
            if !named.locks.contains(&number) {
                let name = lock.name.text.clone();
                found.push((lock.name.at, WarningKind::UnusedLock { name }));
            }
        }
        for (at, (name, used)) in &named.labels {
            if !used {
                let name = name.clone();
                found.push((*at, WarningKind::UnusedLabel { name }));
            }
        }
        for (number, name) in SpaceId::first(shape.spaces.len()).zip(&shape.spaces) {
            let mut actors = self.file.actors.iter();
            let first = actors.find(|actor| actor.mm.text == *name);
            if let (Some(actor), false) = (first, named.spaces.contains(&number)) {
                let name = name.clone();
                found.push((actor.mm.at, WarningKind::UnusedSpace { name }));
            }
        }
        found
    }

    /// Keys of actors that change nothing.
    fn without_effect(&self, idle_faults: &[usize]) -> Vec<(usize, WarningKind)> {
        let mut found = Vec::new();
        for (number, actor) in self.file.actors.iter().enumerate() {
            let unused = |key: &str, reason: &str| WarningKind::UnusedKey {
                key: key.to_owned(),
                actor: actor.name.text.clone(),
                reason: reason.to_owned(),
            };
            if actor.cpu >= 0 && actor.mm.text.is_empty() {
                found.push((actor.cpu_at, unused("cpu", "has no \"mm\"")));
            }
            if !actor.fault.text.is_empty() && idle_faults.contains(&number) {
                let reason = "stores through no mapping";
                found.push((actor.fault.at, unused("fault", reason)));
            }
        }
        found
    }
}
