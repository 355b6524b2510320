//! Locks, counters and flags that the file declares by name, and what of them is held when a run begins.

use super::*;

/// Behind the name of a rwsem among what an actor holds: it is one of its readers.
const SHARED: &str = " shared";

impl Setting<'_> {
    /// The named locks, in the order of the file.
    pub(super) fn locks(&self) -> Vec<Lock> {
        let file = self.file;
        let locks = file.locks.iter().map(|table| {
            let name = &table.name;
            let store = file.stores.iter().any(|it| it.name.text == name.text);
            if store || file.actors.iter().any(|it| it.mm.text == name.text) {
                let what = if store { "a store" } else { "an address space" };
                let reason = format!(
                    "\"{}\" is {what}: in a program's line nobody could tell which is meant; choose another name",
                    name.text
                );
                self.wrong(name.at, reason);
            }
            let kind = by_word(
                self.source,
                "kind of lock",
                &table.kind,
                &LockKind::ALL,
                LockKind::word,
            );
            if let Some(at) = table.fair_at.filter(|_| kind != LockKind::Rwsem) {
                self.wrong(at, "fair: only a rwsem has readers that a waiting writer may keep out");
            }
            if let Some(at) = table.start_at {
                if kind.is_held() {
                    let reason = format!(
                        "start: a {} begins free; who holds it is said by \"holds\" of an actor",
                        kind.word()
                    );
                    self.wrong(at, reason);
                } else if kind == LockKind::Flag && table.start > 1 {
                    self.wrong(at, "start: a flag is 0 (clear) or 1 (set)");
                }
            }
            Lock {
                kind,
                fair: table.fair && kind == LockKind::Rwsem,
                start: table.start,
            }
        });
        locks.collect()
    }

    /// A named lock by its name.
    fn lock_named(&self, name: &str) -> Option<(LockId, LockKind)> {
        let mut locks = LockId::first(self.file.locks.len()).zip(&self.file.locks);
        let (lock, table) = locks.find(|(_, table)| table.name.text == name)?;
        let mut kinds = LockKind::ALL.into_iter();
        Some((lock, kinds.find(|kind| kind.word() == table.kind.text)?))
    }

    /// What an actor holds alone when a run begins.
    pub(super) fn held(&self) -> Vec<(Resource, Which, ActorId)> {
        let mut held: Vec<(Resource, Which, ActorId)> = Vec::new();
        let actors = ActorId::first(self.file.actors.len());
        for (actor, table) in actors.zip(&self.file.actors) {
            for word in table
                .holds
                .iter()
                .filter(|word| !word.text.ends_with(SHARED))
            {
                let Some((lock, kind)) = self.lock_named(&word.text) else {
                    let resource = by_word(self.source, "resource", word, &HELD, held_word);
                    held.push((resource, Which::Page(PageId(0)), actor));
                    continue;
                };
                if !kind.is_held() {
                    let reason = format!("nobody holds a {}", kind.word());
                    self.wrong(word.at, reason);
                }
                let which = Which::Lock(lock);
                if held.iter().any(|(_, other, _)| *other == which) {
                    let reason = format!("somebody else holds \"{}\" already", word.text);
                    self.wrong(word.at, reason);
                }
                held.push((Resource::Named, which, actor));
            }
        }
        held
    }

    /// The rwsems that an actor is a reader of when a run begins: "mmap_lock shared".
    pub(super) fn shared(&self) -> Vec<(LockId, ActorId)> {
        let mut shared = Vec::new();
        let taken = self.held();
        let actors = ActorId::first(self.file.actors.len());
        for (actor, table) in actors.zip(&self.file.actors) {
            for word in &table.holds {
                let Some(name) = word.text.strip_suffix(SHARED) else {
                    continue;
                };
                match self.lock_named(name) {
                    Some((lock, LockKind::Rwsem)) => {
                        let which = Which::Lock(lock);
                        if taken.iter().any(|(_, other, _)| *other == which) {
                            self.wrong(word.at, format!("a writer holds \"{name}\" already"));
                        }
                        shared.push((lock, actor));
                    }
                    _ => self.wrong(word.at, format!("there is no rwsem \"{name}\" to read")),
                }
            }
        }
        shared
    }
}
