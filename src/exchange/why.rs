//! Why a run failed: the few steps that matter, found by walking back from the failure to the last
//! writer of each value in it.

mod lost;
mod stuck;

use super::case::Case;
use super::cause::Cause;
use super::change::with_changes;
use super::ending::{round_began, unsubmitted};
use super::leaks::{last_world, leak_words, leaks, since, taken};
use super::lock_words::taker_words;
use super::narration::{bytes, hop_name, instr_at, sentence, world_before};
use super::words::{begin, is_counter, of_page, page, store, the, thing, way};
use crate::explore::{Failure, Round, Story};
use crate::machine::{
    ActorId, Assertion, Cell, Consumer, Content, Effect, End, LockId, Loss, Op, PageId, Protection,
    Register, Resource, SectorId, SpaceId, Status, StoreId, Through, Violation, Wait, end, status,
};
use crate::scenario::Scenario;

/// The steps behind a failure, in the order of the run; the last is the failing step itself.
pub fn why(scenario: &Scenario, story: &Story, failure: &Failure) -> Vec<Cause> {
    let mut trace = Trace::new(scenario, story, failure.step);
    let case = Case::of(scenario, story, failure);
    match failure.violation {
        Violation::Unstable { .. } => {}
        Violation::Guard { hop, .. } => trace.guard(&case, hop_name(scenario, hop)),
        Violation::ReadMismatch { .. } => trace.read_mismatch(&case),
        Violation::UnstableWrite { .. } => trace.unstable_write(&case),
        Violation::Torn { .. } | Violation::Corrupt { .. } => trace.torn(&case),
        Violation::Checksum {
            consumer: Consumer::Block,
            ..
        } => trace.block(&case),
        Violation::Checksum { .. } => trace.checksum(&case),
        Violation::Lost { how, .. } => match how {
            Loss::AtRest => trace.lost(&case),
            Loss::Fsync => trace.lost_by_fsync(&case),
            Loss::Detached => trace.detached(&case),
            Loss::ReadOver => trace.read_over(&case),
        },
        Violation::Exposed { page } => trace.exposed(page),
        Violation::Leaked(leak) => trace.leaked(&case, leak.page()),
        Violation::Assertion { what, .. } => trace.assertion(&case, what),
        Violation::Trap { .. } => trace.trap(&case),
    }
    trace.causes()
}

/// The steps behind a run after which nobody can move: who took what, and who sleeps on it.
pub fn why_end(scenario: &Scenario, story: &Story, end: &End) -> Vec<Cause> {
    let mut trace = Trace::new(scenario, story, story.steps.len());
    match end {
        End::Deadlock(cycle) => {
            for actor in cycle {
                trace.sleeps(*actor);
            }
        }
        End::Stall(first) => trace.stall(*first),
        End::Rest(_) | End::Halted => return Vec::new(),
    }
    if trace.found.len() < 2 {
        let last = story.steps.len();
        trace.add(last, "{Who} made the last step; nobody can move any more.");
    }
    trace.causes()
}

/// The steps behind a run that goes round for ever: what somebody looks at each time who would be done otherwise, and who makes it so
/// again.
pub fn why_round(scenario: &Scenario, story: &Story, round: &Round) -> Vec<Cause> {
    let mut trace = Trace::new(scenario, story, story.steps.len());
    trace.round(round);
    trace.causes()
}

/// As [`why`] and [`why_end`], beginning with the changed or missing line. `story` ends with the failure, with nobody able to move, or with a round that
/// can repeat for ever;
/// `others` are the orderings without the changes, nearest first.
pub fn why_from(
    scenario: &Scenario,
    story: &Story,
    failure: Option<&Failure>,
    others: &[Scenario],
) -> Vec<Cause> {
    let causes = match failure {
        Some(failure) => why(scenario, story, failure),
        None => match end(&scenario.model, &last_world(scenario, story)) {
            Some(end) => why_end(scenario, story, &end),
            None => match story.round(&scenario.model) {
                Some(round) => why_round(scenario, story, &round),
                None => Vec::new(),
            },
        },
    };
    with_changes(scenario, story, others, causes)
}

/// The causes of one failure, as they are found.
struct Trace<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
    /// The failing step, from 1.
    end: usize,
    found: Vec<Cause>,
}

impl Trace<'_> {
    fn new<'a>(scenario: &'a Scenario, story: &'a Story, end: usize) -> Trace<'a> {
        Trace {
            scenario,
            story,
            end,
            found: Vec::new(),
        }
    }

    /// The causes in the order of the run, those of one step and actor in one.
    fn causes(self) -> Vec<Cause> {
        let mut found = self.found;
        found.sort_by_key(|it| it.step);
        let mut causes: Vec<Cause> = Vec::new();
        for cause in found {
            match causes.last_mut() {
                Some(last) if (last.step, last.actor) == (cause.step, cause.actor) => {
                    last.words += " ";
                    last.words += &cause.words;
                }
                _ => causes.push(cause),
            }
        }
        causes
    }

    /// Adds the step of a number as a cause; `{Who}` in the words becomes its actor.
    fn add(&mut self, step: usize, words: &str) {
        if let Some(actor) = self.story.actor(step) {
            self.say(step, actor, words);
        }
    }

    fn say(&mut self, step: usize, actor: ActorId, words: &str) {
        let who = begin(&the(self.scenario, actor));
        self.found.push(Cause {
            step,
            actor,
            words: begin(&words.replace("{Who}", &who)),
            line: None,
            missing: false,
        });
    }

    /// Four bytes of a content, from the first that differs from another content on.
    fn sample(&self, content: Content, other: Content) -> String {
        let contents = &self.scenario.model.contents;
        let (own, other) = (contents.bytes(content), contents.bytes(other));
        let from = own.iter().zip(other).position(|(one, other)| one != other);
        let from = from.unwrap_or(0);
        let some = &own[from.min(own.len())..(from + 4).min(own.len())];
        match some.iter().all(|it| it.is_ascii_graphic() || *it == b' ') {
            true => format!("\u{201c}{}\u{2026}\u{201d}", bytes(some)),
            false => {
                let hex: Vec<String> = some.iter().map(|it| format!("{it:02x}")).collect();
                format!("{} \u{2026}", hex.join(" "))
            }
        }
    }

    /// Adds the step that took the checksum (with the words `taken`) or submitted the write, and the last store into the
    /// sector between that and the fetch. Where the I/O takes a copy, the bytes count as of the moment of copying.
    fn window(&mut self, case: &Case, taken: &str) {
        let io = &case.failure.column;
        let fetched = io.fetched().unwrap_or(self.end);
        let copied = |at: usize| io.copied.filter(|copied| *copied < at).unwrap_or(at);
        let from = match (io.sealed(), io.queued) {
            (Some(step), _) => {
                self.add(step, taken);
                copied(step)
            }
            (None, Some(step)) => {
                self.add(step, "{Who} submitted the write.");
                copied(step)
            }
            (None, None) => 0,
        };
        let until = copied(fetched);
        if from != until
            && let Some(step) = io.copied.filter(|it| [from, until].contains(it))
        {
            self.add(step, "{Who} copied the page.");
        }
        let (from, until) = (from.min(until), from.max(until));
        if let Some(last) = case.stores(from, until).last() {
            self.stored(case, last.step, last.store, last.through);
            if last.through == Through::Tlb {
                self.stale(case, last.step, last.actor);
            }
            let ignored = |effect: &Effect| match *effect {
                Effect::WritebackIgnored { page } => page == case.failure.page,
                _ => false,
            };
            let ignored = self.story.last(last.step, Some(last.actor), &ignored);
            if let Some(step) = ignored.filter(|it| *it > from) {
                self.add(step, "{Who} found `PG_writeback` set and did not wait.");
            }
        }
    }

    /// Adds a store, and how its way to the page came to be open.
    fn stored(&mut self, case: &Case, step: usize, number: StoreId, through: Through) {
        let space = |actor: ActorId| self.scenario.model.actors.get(actor.index())?.space;
        let own = self.story.actor(step).and_then(space);
        let opened = |effect: &Effect| match *effect {
            Effect::MadeWritable { page, space } => {
                page == case.failure.page && Some(space) == own && through == Through::PageTable
            }
            Effect::Pinned { page, pins } => {
                page == case.failure.page && pins > 0 && through == Through::Dma
            }
            _ => false,
        };
        if let Some(opened) = self.story.last(step - 1, None, &opened) {
            self.add(
                opened,
                match through {
                    Through::Dma => "{Who} took a pin, for the device to write by.",
                    _ => "{Who} made the PTE writable.",
                },
            );
        }
        let words = format!(
            "{{Who}} stored {} {}.",
            store(case.scenario, number),
            way(through)
        );
        self.add(step, &words);
    }

    fn guard(&mut self, case: &Case, hop: &str) {
        let it = case.failure;
        let over = self.sample(it.sealed, it.fetched);
        let guard = case.hex(it.sealed);
        self.window(
            case,
            &format!(
                "{{Who}} computed the guard of {} over {over}: {guard}.",
                case.sector
            ),
        );
        let fetched = match case.failure.column.fetched() {
            Some(step) => format!(", fetched at step {step}"),
            None => String::new(),
        };
        let words = format!(
            "The {hop} computed the guard over what had arrived, {}{fetched}: {}. The two differ.",
            self.sample(it.fetched, it.sealed),
            case.hex(it.fetched)
        );
        self.add(it.step, &words);
    }

    /// Adds the failing step as the one that reported the write as done, with what the write took; `but` ends the sentence.
    fn done(&mut self, case: &Case, but: &str) {
        let fetched = match case.failure.column.fetched() {
            Some(step) => format!("what was fetched at step {step} is on the media"),
            None => "nobody ever fetched the bytes".to_owned(),
        };
        let words = format!("The write was reported as done: {fetched}{but}.");
        self.add(case.failure.step, &words);
    }

    /// Who made the page writable, or left it so, and who cleared PG_dirty.
    fn exposed(&mut self, number: PageId) {
        let end = self.end;
        let cleared =
            |effect: &Effect| matches!(effect, Effect::DirtyCleared { page } if *page == number);
        let stored =
            |effect: &Effect| matches!(effect, Effect::Stored { page, .. } if *page == number);
        let writable = |effect: &Effect| match effect {
            Effect::MadeWritable { page, .. } | Effect::Forked { page, .. } => *page == number,
            _ => false,
        };
        if let Some(step) = self.story.last(end, None, &writable) {
            self.add(step, "{Who} made a PTE writable.");
        }
        if let Some(step) = self.story.last(end, None, &cleared) {
            self.add(
                step,
                "{Who} cleared `PG_dirty`, and nobody has set it since.",
            );
        }
        if let Some(step) = self.story.last(end, None, &stored) {
            self.add(step, "{Who} stored, through a mapping that still let it.");
        }
        self.add(
            end,
            "{Who} made the last step: everyone is done, and that is how it stays.",
        );
    }

    /// The unstable write that the torn page comes from, and the end that showed it.
    fn torn(&mut self, case: &Case) {
        let (end, it) = (self.end, case.failure);
        if let Some(write) = self.story.unstable_write(it.page) {
            self.end = write.step;
            self.unstable_write(&Case::of(self.scenario, self.story, write));
            self.end = end;
        } else if let Some(halved) = case.halved() {
            let words = format!(
                "{{Who}} copied {}: of what is stored from here on the copy has nothing.",
                case.sector
            );
            self.add(halved.copied, &words);
            let it = &halved.store;
            self.stored(case, it.step, it.store, it.through);
            self.add(
                halved.rest,
                "{Who} copied another sector of that store, after it: the copy has half.",
            );
        }
        let cleared =
            |effect: &Effect| matches!(effect, Effect::DirtyCleared { page } if *page == it.page);
        if matches!(it.violation, Violation::Corrupt { .. })
            && let Some(step) = self.story.last(end, None, &cleared)
        {
            self.add(
                step,
                "{Who} cleared `PG_dirty`, and nobody has set it since.",
            );
        }
        self.add(
            end,
            "{Who} made the last step: everyone is done, and that is how it stays.",
        );
    }

    fn unstable_write(&mut self, case: &Case) {
        let model = &self.scenario.model;
        match model.protection {
            Protection::Parity => {
                self.window(case, "{Who} computed parity over the bytes as they were.");
                return self.done(case, ", and parity is of other bytes");
            }
            Protection::Mirror => {
                self.window(case, "{Who} fetched the bytes for the first leg.");
                return self.done(case, " of the second leg, and the first has other bytes");
            }
            _ => {}
        }
        let (number, sector) = (case.failure.page, case.failure.sector);
        let at = sector.index();
        let (sealed, wire) = (case.page.sealed[at], case.page.wire[at]);
        let taken = format!("{{Who}} computed the guard of {}.", case.sector);
        self.window(case, &taken);
        let mine = |page: PageId, of: SectorId| (page, of) == (number, sector);
        let inserted = |effect: &Effect| match *effect {
            Effect::Inserted { page, sector, .. } => mine(page, sector),
            _ => false,
        };
        let passed = |effect: &Effect| match *effect {
            Effect::Checked { page, sector, .. } => mine(page, sector),
            _ => false,
        };
        if let Some(step) = self.story.last(self.end, None, &inserted) {
            self.add(
                step,
                "The HBA computed the guard itself, over what it had fetched: it fits whatever that was.",
            );
        } else if case.failure.column.sealed().is_some()
            && wire.is_some()
            && model.contents.guards_match(sealed, wire)
            && let Some(step) = self.story.last(self.end, None, &passed)
        {
            let words = format!(
                "Other bytes, but the same guard, {}: the check let them pass.",
                case.hex(wire)
            );
            self.add(step, &words);
        }
        self.done(case, ", and nobody noticed");
    }

    fn checksum(&mut self, case: &Case) {
        self.window(
            case,
            "{Who} computed the file system's checksum over the bytes as they were.",
        );
        self.done(case, ", and the checksum is of other bytes");
    }

    fn block(&mut self, case: &Case) {
        let until = case.failure.column.fetched().unwrap_or(self.end);
        let stores = case.stores(0, until);
        if let Some(put) = stores.iter().rfind(|it| it.store == StoreId::CHECKSUM) {
            let read = |effect: &Effect| matches!(effect, Effect::ChecksumRead { .. });
            if let Some(step) = self.story.last(put.step, Some(put.actor), &read) {
                self.add(step, "{Who} computed the block's checksum.");
            }
            self.add(put.step, "{Who} stored that checksum into the block.");
        }
        if let Some(other) = stores.iter().rfind(|it| it.store != StoreId::CHECKSUM) {
            self.stored(case, other.step, other.store, other.through);
        }
        self.done(case, ", and the checksum inside it does not fit");
    }

    /// What brought the bytes, who changed them, and who looked.
    fn read_mismatch(&mut self, case: &Case) {
        let it = case.failure;
        let mine = (it.page, it.sector);
        let came = |effect: &Effect| matches!(*effect, Effect::ReadInto { page, sector, .. } if (page, sector) == mine);
        let stored = |effect: &Effect| matches!(*effect, Effect::Stored { page, sector, .. } if (page, sector) == mine);
        for (is, words) in [
            (
                &came as &dyn Fn(&Effect) -> bool,
                "{Who} brought the sector into memory, with what it must check to.",
            ),
            (&stored, "{Who} stored into it before anybody had checked."),
        ] {
            if let Some(step) = self.story.last(it.step, None, is) {
                self.add(step, words);
            }
        }
        self.add(
            it.step,
            "{Who} found other bytes than had come, and failed the read.",
        );
    }

    /// The named lock that a step (counted from 1) works on.
    fn lock_of(&self, step: usize) -> Option<LockId> {
        let step = step.checked_sub(1)?;
        let before = world_before(self.scenario, self.story, step);
        let instr = instr_at(
            self.scenario,
            &before,
            self.story.steps.get(step)?.choice.actor,
        )?;
        matches!(instr.op, Op::Lock(_)).then(|| instr.lock())
    }

    fn assertion(&mut self, case: &Case, what: Assertion) {
        let it = case.failure;
        let of = of_page(self.scenario, it.page);
        let before = it.step.saturating_sub(1);
        let mine = it.page;
        let lock = self.lock_of(it.step);
        let of = if lock.is_some() { String::new() } else { of };
        let (is, words): (&dyn Fn(&Effect) -> bool, _) = match what {
            Assertion::UnlockNotHeld
            | Assertion::CleanUnlocked
            | Assertion::WritebackUnlocked
            | Assertion::RemoveUnlocked => (
                &|effect| match *effect {
                    Effect::Locked { page } | Effect::Unlocked { page } => page == mine,
                    _ => false,
                },
                "{Who} was the last to take or give back the page lock",
            ),
            Assertion::WritebackTwice | Assertion::StillWriteback => (
                &|effect| match *effect {
                    Effect::WritebackSet { page } => page == mine,
                    _ => false,
                },
                "{Who} set `PG_writeback`",
            ),
            Assertion::EndWithoutWriteback => (
                &|effect| match *effect {
                    Effect::WritebackCleared { page, .. } => page == mine,
                    _ => false,
                },
                "{Who} cleared `PG_writeback`",
            ),
            Assertion::ReleaseNotHeld | Assertion::BelowZero if lock.is_some() => (
                &|effect| match *effect {
                    Effect::LockTaken { lock: of, .. }
                    | Effect::LockReleased { lock: of, .. }
                    | Effect::ValueChanged { lock: of, .. } => Some(of) == lock,
                    _ => false,
                },
                match what {
                    Assertion::BelowZero => "{Who} was the last to count",
                    _ => "{Who} was the last to take it or give it back",
                },
            ),
            Assertion::ReleaseNotHeld | Assertion::BelowZero => (
                &|effect| matches!(effect, Effect::Took { page, .. } | Effect::GaveBack { page, .. } if *page == mine),
                "{Who} was the last to take it or give it back",
            ),
        };
        let found = self.story.last(before, None, is);
        if let Some(step) = found {
            self.add(step, &format!("{words}{of}."));
        }
        let woke = |effect: &Effect| matches!(effect, Effect::Woke { page } if *page == mine);
        if let Some(step) = self.story.last(before, Some(it.actor), &woke) {
            self.add(step, "{Who} was woken and went on without looking again.");
        }
        let never = match found {
            Some(_) => "",
            None => " Nobody had done what it builds on.",
        };
        let words = format!(
            "{{Who}} met the kernel's own check: {}.{never}",
            what.meaning()
        );
        self.add(it.step, &words);
    }

    /// Who took what is left behind, and whose last step it was that left it.
    fn leaked(&mut self, case: &Case, page: PageId) {
        let (scenario, story) = (self.scenario, self.story);
        let mut takers = Vec::new();
        for leak in leaks(scenario, story) {
            if leak.page() != page {
                continue;
            }
            let (step, who) = taken(scenario, story, leak);
            let words = format!("Left behind: {}.", leak_words(scenario, story, leak));
            match (step, who) {
                (Some(step), _) => self.add(step, &words),
                (None, Some(who)) => self.say(0, who, &words),
                (None, None) => {}
            }
            takers.extend(who.filter(|it| !takers.contains(it)));
        }
        for who in takers {
            if let Some(last) = story.last(self.end, Some(who), &|_| true)
                && last != case.failure.step
            {
                self.add(last, "{Who} made its last step.");
            }
        }
        self.add(case.failure.step, "With this step everyone is done.");
    }

    fn trap(&mut self, case: &Case) {
        let it = case.failure;
        let set = |effect: &Effect| match *effect {
            Effect::KernelMapping { page, read_only } => read_only && page == it.page,
            _ => false,
        };
        if let Some(step) = self.story.last(it.step, None, &set) {
            self.add(step, "{Who} made the kernel's own mapping read-only.");
        }
        self.add(it.step, "{Who} stored through it all the same.");
    }
}

#[cfg(test)]
mod tests {
    use super::super::missing::missing;
    use super::*;
    use crate::explore::{Limits, Space};
    use crate::machine::{Choice, History};
    use crate::scenario::{Verdict, catalogue};

    fn told(scenario: &Scenario, schedule: &[Choice]) -> (Story, Option<End>) {
        let mut history = History::new(&scenario.model);
        for choice in schedule {
            history.choose(&scenario.model, *choice);
        }
        let end = end(&scenario.model, history.world());
        (Story::of(&scenario.model, &history), end)
    }

    /// All causes of a run, and how many failures there were.
    fn causes(scenario: &Scenario, schedule: &[Choice]) -> Vec<(Option<Verdict>, Vec<Cause>)> {
        let (story, end) = told(scenario, schedule);
        let failures = story.failures.iter();
        let mut all: Vec<_> = failures
            .map(|failure| {
                let causes = why(scenario, &story, failure);
                assert!(causes.iter().all(|cause| cause.step <= failure.step));
                assert_eq!(causes.last().map(|cause| cause.step), Some(failure.step));
                (failure.verdict(), causes)
            })
            .collect();
        if let Some(end @ (End::Deadlock(_) | End::Stall(_))) = end {
            all.push((None, why_end(scenario, &story, &end)));
        }
        for (_, causes) in &all {
            for it in causes {
                assert!(it.step <= story.steps.len());
                assert!(
                    it.words.ends_with('.') && !it.words.contains('{'),
                    "{}",
                    it.words
                );
                if it.step > 0 {
                    assert_eq!(it.actor, story.steps[it.step - 1].choice.actor);
                }
            }
            assert!(causes.is_sorted_by(|one, other| one.step <= other.step));
        }
        all
    }

    #[test]
    fn every_failure_of_the_catalogue_has_its_causes() {
        let (mut many, mut few) = (0, Vec::new());
        for entry in catalogue() {
            let scenario = entry.load().expect("loads");
            let mut schedules = vec![scenario.schedule.clone()];
            if !scenario.stated().unwrap_or(&[]).is_empty() {
                let limits = Limits::bytes(64 << 20);
                let space = Space::explore(&scenario.model, scenario.model.initial, limits);
                let findings = space.findings(&scenario.model);
                let ends = findings.iter().filter(|it| it.verdict != Verdict::Livelock);
                schedules.extend(ends.map(|it| it.schedule.clone()));
            }
            for schedule in &schedules {
                for (verdict, causes) in causes(&scenario, schedule) {
                    println!("{} {verdict:?} {:?}", entry.slug, missing(&scenario));
                    for it in &causes {
                        println!("    {:>3} {}", it.step, it.words);
                    }
                    many += 1;
                    if causes.len() < 2 {
                        few.push((entry.slug, verdict, missing(&scenario)));
                    }
                }
            }
        }
        assert!(many > 80, "{many}");
        // One step alone only where the scenario says what is missing.
        for (slug, verdict, reason) in &few {
            assert!(reason.is_some(), "{slug} {verdict:?}");
        }
    }

    #[test]
    fn a_guard_error_is_walked_back_to_both_values() {
        let entry = crate::scenario::find("mkwrite-no-wait").expect("there");
        let scenario = entry.load().expect("loads");
        let all = causes(&scenario, &scenario.schedule);
        let (_, causes) = &all[0];
        let words: Vec<&str> = causes.iter().map(|it| &*it.words).collect();
        assert!(
            words[0].contains("computed the guard of sector 3 over \u{201c}3333"),
            "{words:?}"
        );
        assert!(words[1].contains("made the PTE writable"), "{words:?}");
        assert!(words[2].contains("The writer stored \"new!\""), "{words:?}");
        assert!(
            words[3].starts_with("The HBA computed the guard"),
            "{words:?}"
        );
    }
}
