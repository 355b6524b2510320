//! What a file says of its runs: verdicts, opening run, invariants, remarks, sleeps.

use super::*;
use schedule::Run;

impl Setting<'_> {
    /// The choices of the opening run.
    pub(super) fn schedule(&self, built: &Built, elsewhere: bool) -> Vec<Choice> {
        let mut run = Run::new(&built.model, &built.cast);
        for line in self.file.schedule.iter().flatten() {
            let places = self.source.places(&line.text, line.at);
            let words = tokens(&line.text, |byte| places.get(byte).copied());
            if let Err(error) = run.line(&line.text, &words) {
                // On another device or in another era the run may end some steps earlier: the steps
                // that are possible are kept.
                if !elsewhere {
                    self.wrong(error.at.unwrap_or(line.at), error.reason);
                }
                break;
            }
        }
        run.choices
    }

    pub(super) fn verdicts(&self, stated: &[Word]) -> Vec<Verdict> {
        let words = stated.iter();
        let stated: Vec<Verdict> = words
            .map(|word| by_word(self.source, "verdict", word, &Verdict::ALL, Verdict::words))
            .collect();
        let all = Verdict::ALL.into_iter();
        all.filter(|verdict| stated.contains(verdict)).collect()
    }

    pub(super) fn expect(&self) -> Vec<(Device, Vec<Verdict>)> {
        let mut expect: Vec<(Device, Vec<Verdict>)> = Vec::new();
        let Some(table) = &self.file.expect else {
            return expect;
        };
        for (name, words) in &table.devices {
            let device = by_word(self.source, "device", name, &Device::ALL, Device::word);
            expect.push((device, self.verdicts(words)));
        }
        for device in &Device::ALL[..Device::STATED] {
            if !expect.iter().any(|(known, _)| known == device) {
                let word = device.word();
                let reason =
                    format!("state the verdicts for device \"{word}\" (an empty list: safe)");
                self.wrong(table.at, reason);
            }
        }
        expect
    }

    pub(super) fn opening(&self) -> Option<Vec<Verdict>> {
        let stated = self.file.opening.as_ref()?;
        Some(self.verdicts(stated))
    }

    pub(super) fn breaks(&self) -> Vec<Invariant> {
        let words = self.file.breaks.iter();
        let number = |invariant: Invariant| invariant.name().0;
        words
            .map(|word| by_word(self.source, "invariant", word, &Invariant::ALL, number))
            .collect()
    }

    /// The actor of a name that stands at a place of the file.
    fn actor(&self, cast: &[Cast], name: &str, at: usize) -> ActorId {
        let found = cast.iter().position(|actor| actor.name == name);
        if found.is_none() {
            self.wrong(at, schedule::no_actor(cast, name));
        }
        ActorId::at(found.unwrap_or(0))
    }

    pub(super) fn notes(&self, cast: &[Cast]) -> Vec<Note> {
        let mut notes = Vec::new();
        for table in &self.file.notes {
            let on = &table.on;
            let places = self.source.places(&on.text, on.at);
            let words = tokens(&on.text, |byte| places.get(byte).copied());
            let [name, key] = &words[..] else {
                self.wrong(
                    on.at,
                    "a note is \"on\" an actor and a step's key, such as \"writer pte_mkwrite\"",
                );
                continue;
            };
            let actor = self.actor(cast, &name.text, name.at.unwrap_or(on.at));
            let Some(row) = op_number(&key.text) else {
                let steps = OPS.iter().map(|row| row.key);
                let reason = format!(
                    "there is no step \"{}\"{}; a note is \"on\" an actor and a step's key, such as \"writer pte_mkwrite\"",
                    key.text,
                    did_you_mean(&key.text, steps)
                );
                self.wrong(key.at.unwrap_or(on.at), reason);
                continue;
            };
            notes.push(Note {
                actor,
                row,
                text: table.text.clone(),
            });
        }
        notes
    }

    pub(super) fn stall(&self, cast: &[Cast]) -> Option<StallBound> {
        let table = self.file.stall.as_ref()?;
        let actor = |word: &Word| self.actor(cast, &word.text, word.at);
        Some(StallBound {
            actor: actor(&table.actor),
            behind: actor(&table.behind),
            steps: table.steps as u32,
        })
    }
}
