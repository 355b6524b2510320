//! What a file says of its runs: verdicts, opening run, invariants, remarks, sleeps.

use super::*;

impl Setting<'_> {
    /// The choices of the opening run.
    pub(super) fn schedule(&self, built: &Built, elsewhere: bool) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut world = built.model.initial;
        for line in &self.file.schedule {
            let ran = schedule::run(
                &line.text,
                &built.model,
                &built.cast,
                &mut world,
                &mut choices,
            );
            if let Err(reason) = ran {
                // Another device or era ends some steps earlier; what is possible is kept.
                if !elsewhere {
                    self.wrong(line.at, reason);
                }
                break;
            }
        }
        choices
    }

    pub(super) fn verdicts(&self, stated: &[Word]) -> Vec<Verdict> {
        let words = stated.iter();
        let stated: Vec<Verdict> = words
            .map(|word| by_word(self.source, "verdict", word, &Verdict::ALL, Verdict::words))
            .collect();
        let all = Verdict::ALL.into_iter();
        all.filter(|it| stated.contains(it)).collect()
    }

    pub(super) fn expect(&self) -> Vec<(Device, Vec<Verdict>)> {
        let mut expect: Vec<(Device, Vec<Verdict>)> = Vec::new();
        let Some(stated) = &self.file.expect else {
            return expect;
        };
        for (name, words) in &stated.devices {
            let device = by_word(self.source, "device", name, &Device::ALL, Device::word);
            expect.push((device, self.verdicts(words)));
        }
        for device in &Device::ALL[..Device::STATED] {
            if !expect.iter().any(|(known, _)| known == device) {
                let word = device.word();
                let reason =
                    format!("state the verdicts for device \"{word}\" (an empty list: safe)");
                self.wrong(stated.at, reason);
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
        let number = |it: Invariant| it.name().0;
        words
            .map(|word| by_word(self.source, "invariant", word, &Invariant::ALL, number))
            .collect()
    }

    pub(super) fn actor(&self, cast: &[Cast], word: &Word) -> u8 {
        let found = cast.iter().position(|it| it.name == word.text);
        if found.is_none() {
            self.wrong(word.at, format!("there is no actor \"{}\"", word.text));
        }
        found.unwrap_or(0) as u8
    }

    pub(super) fn notes(&self, cast: &[Cast]) -> Vec<Note> {
        let mut notes = Vec::new();
        for it in &self.file.notes {
            let on = it.on.text.split_once(' ');
            let row = on.and_then(|(_, key)| op_number(key));
            let (Some((name, _)), Some(row)) = (on, row) else {
                self.wrong(
                    it.on.at,
                    "a note is \"on\" an actor and a step's key, such as \"writer pte_mkwrite\"",
                );
                continue;
            };
            let name = Word {
                text: name.to_owned(),
                at: it.on.at,
            };
            notes.push(Note {
                actor: self.actor(cast, &name),
                row,
                text: it.text.clone(),
            });
        }
        notes
    }

    pub(super) fn stall(&self, cast: &[Cast]) -> Option<StallBound> {
        let it = self.file.stall.as_ref()?;
        Some(StallBound {
            actor: self.actor(cast, &it.actor),
            behind: self.actor(cast, &it.behind),
            steps: it.steps as u32,
        })
    }
}
