//! Everything that a step or an effect needs besides its code. A failure names the step or effect that lacks it.
//! (`ARCHITECTURE.md` tells how a step is added.)

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use stable_pages::exchange::{promela, sentence};
use stable_pages::explore::{StepRecord, Story};
use stable_pages::machine::{
    Choice, Effect, History, Op, Resource, Status, World, enabled, status, step,
};
use stable_pages::protocol::{MEANINGS, OPS, op_number};
use stable_pages::scenario::{Scenario, load, load_for};
use support::{all_scenarios, checked};

/// Makes the list of an enum's variants and the function from a value to its variant's name. The match has no wildcard, so
/// the compiler asks for a variant that is not listed.
macro_rules! variants {
    ($of:ident, $names:ident, $name:ident: $($variant:ident)*) => {
        const $names: &[&str] = &[$(stringify!($variant)),*];

        fn $name(it: &$of) -> &'static str {
            match it {
                $($of::$variant { .. } => stringify!($variant),)*
            }
        }
    };
}

variants! { Op, OP_NAMES, op_name:
    LockPage TrylockPage UnlockPage WaitPageUnlocked Take Release Await Lock Read TestPageDirty TagTowrite FindTagged
    PteWrprotect PteRevoke FlushTlb RedirtyIfCleaned TestClearPageDirty SetPageDirty ClearDirtyBuffers
    SetPageWriteback SetBlocksWriteback WaitWriteback WaitStable WaitOnce AssertNoWriteback ClearWriteback WakeUpPage EndIo Pause
    Choose BioAdd GenerateGuard BounceCopy CopySector QueueBio HandOver TakeOver WaitBio TakeRequest SampleFirst DmaSector
    HbaVerify HbaInsert TargetVerify CommitMedia Requeue CompleteRequest BioEndio MappingSetError Store Load
    PteMkwrite KernelStore DmaStore ZapPte ForkPte CheckMapping CheckVma CancelDirty RemoveFromCache Sigbus Pin
    Unpin FsyncBegin FsyncReturn SetMemoryRo SetMemoryRw GetWriteAccess FileShadow ReadChecksum StoreChecksum Goto
}

variants! { Effect, EFFECT_NAMES, effect_name:
    Locked LockBusy Unlocked Took GaveBack FoundFree LockTaken LockQueued LockRefused LockReleased ValueChanged
    ValueSeen ReadBounced ReadInto ReadChecked CopiedOut ReadAgain Direction Cleaned Revoked FoundClean TlbFlushed Zapped Forked DirtySet
    NotRedirtied DirtyCleared FoundDirty NotDirty Tagged Buffers WritebackSet BlocksMarked NoWriteback WritebackIgnored
    FellAsleep Woke WritebackCleared WokeWaiters Passed Chose Added Guarded Copied CopiedSector Queued HandedOver TookOver
    Taken Sampled Fetched Inserted Checked Committed Requeued Completed Ended ErrorLatched IoEnded Faulted Loaded
    Stored MadeWritable PteChanged Retries MappingChecked DirtyCancelled Removed Sigbus Pinned FsyncBegan
    FsyncReturned KernelMapping WriteAccess Shadowed ChecksumRead Broke
}

/// Steps that no scenario of the catalogue has, each with the reason.
const UNUSED: [(&str, &str); 14] = [
    ("mutex_trylock", UNREPORTED),
    ("spin_lock", UNREPORTED),
    ("spin_trylock", UNREPORTED),
    ("spin_unlock", UNREPORTED),
    ("down_write_trylock", UNREPORTED),
    ("atomic_dec", UNREPORTED),
    ("atomic_read", UNREPORTED),
    ("wait_var_event", UNREPORTED),
    ("complete", UNREPORTED),
    ("wait_for_completion", UNREPORTED),
    ("clear_bit", UNREPORTED),
    ("wait_on_bit", UNREPORTED),
    ("wait_event", UNREPORTED),
    (
        "pin_page",
        "the catalogue's pinned pages are pinned from the start: how they came to be so does not matter there",
    ),
];

/// Steps on named locks that files of one's own may need.
const UNREPORTED: &str =
    "no report that the catalogue tells of turns on it; tests/support/locks.rs has it";

/// Steps whose meaning already says why the protocol needs them, so that they need no reason.
const MEANING_IS_REASON: [&str; 15] = [
    "bounce_copy",
    "cancel_dirty_page",
    "dma_write",
    "flush_tlb_page",
    "goto",
    "journal_end_io",
    "mmap_write_lock",
    "nvme_requeue",
    "pte_mkwrite",
    "pte_unlock",
    "queue_bio",
    "set_memory_ro",
    "set_memory_rw",
    "sigbus",
    "virtqueue_kick",
];

/// Effects without a sentence of their own: the step's meaning is shown instead.
const UNTOLD: [&str; 1] = ["Passed"];

/// One place where a step is made: the scenario, the world before it, and its effects.
struct Example {
    scenario: Arc<Scenario>,
    before: World,
    choice: Choice,
    effects: Vec<Effect>,
    after: World,
}

impl Example {
    /// The sentence for the step if it had these effects.
    fn sentence(&self, effects: &[Effect]) -> String {
        let model = &self.scenario.model;
        let mut story = Story::of(model, &History::new(model));
        let told = |effects: &[Effect], world: World| StepRecord {
            choice: self.choice,
            effects: effects.to_vec(),
            world,
        };
        story.steps.push(told(&[], self.before));
        story.steps.push(told(effects, self.after));
        sentence(&self.scenario, &story, 1)
    }
}

/// An example of each step, by its row, and of each effect, by its name.
struct Examples {
    steps: BTreeMap<usize, Example>,
    effects: BTreeMap<&'static str, Example>,
}

fn examples() -> &'static Examples {
    static ALL: OnceLock<Examples> = OnceLock::new();
    ALL.get_or_init(|| {
        let (mut steps, mut effects) = (BTreeMap::new(), BTreeMap::new());
        for scenario in all_scenarios().map(Arc::new) {
            let model = &scenario.model;
            let space = checked(&scenario);
            for state in 0..space.states() as u32 {
                let before = space.world(state);
                for choice in enabled(model, &before) {
                    let (after, seen) = step(model, &before, choice);
                    let actor = choice.actor;
                    let pc = model.actor(&before, actor).pc;
                    let row = usize::from(model.actors[actor.index()].code[usize::from(pc)].tag);
                    let example = || Example {
                        scenario: scenario.clone(),
                        before,
                        choice,
                        effects: seen.clone(),
                        after,
                    };
                    steps.entry(row).or_insert_with(example);
                    for effect in &seen {
                        effects.entry(effect_name(effect)).or_insert_with(example);
                    }
                }
            }
        }
        Examples { steps, effects }
    })
}

/// Fails with the names, if there are any; `what` says what is wrong with them.
fn none<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) {
    let names: Vec<&str> = names.into_iter().collect();
    assert!(names.is_empty(), "{what}: {}", names.join(", "));
}

/// The reason for a step in the protocol, as the tables have it.
fn reason(key: &str) -> Option<&'static str> {
    MEANINGS[op_number(key)?].reason
}

#[test]
fn every_op_is_a_step() {
    let with_row: BTreeSet<&str> = OPS.iter().map(|row| op_name(&row.op)).collect();
    let without = OP_NAMES.iter().filter(|name| !with_row.contains(*name));
    none(
        "ops without a row in the table of steps (protocol/ops.rs)",
        without.copied(),
    );
}

#[test]
fn every_step_says_why_it_is_there() {
    let exempt = |key: &str| MEANING_IS_REASON.contains(&key);
    let keys = || OPS.iter().map(|row| row.key);
    none(
        "steps without a reason (protocol/ops.rs)",
        keys().filter(|key| reason(key).is_none() && !exempt(key)),
    );
    none(
        "steps that have a reason, though MEANING_IS_REASON (tests/steps.rs) has them",
        keys().filter(|key| reason(key).is_some() && exempt(key)),
    );
}

#[test]
fn every_step_is_in_a_scenario() {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for entry in support::loadable() {
        let own = entry.load().expect("loads");
        for (device, _) in &own.expect {
            let scenario = load_for(entry.slug, entry.text, Some(*device), None).expect("loads");
            let code = scenario.model.actors.iter().flat_map(|actor| &actor.code);
            used.extend(code.map(|instr| OPS[usize::from(instr.tag)].key));
        }
    }
    let exempt = |key: &str| UNUSED.iter().any(|(unused, _)| *unused == key);
    let keys = || OPS.iter().map(|row| row.key);
    none(
        "steps that no scenario of the catalogue has",
        keys().filter(|key| !used.contains(key) && !exempt(key)),
    );
    none(
        "steps that a scenario has, though UNUSED (tests/steps.rs) has them",
        keys().filter(|key| used.contains(key) && exempt(key)),
    );
}

#[test]
fn every_step_is_told() {
    let examples = examples();
    let untold = OPS.iter().enumerate().filter(|(number, row)| {
        let told = examples
            .steps
            .get(number)
            .map(|it| it.sentence(&it.effects));
        let is_sentence = |told: String| told.ends_with('.') && !told.contains(['{', '}']);
        row.op != Op::Goto && !told.is_some_and(is_sentence)
    });
    let keys = untold.map(|(_, row)| row.key);
    none("steps without a sentence (exchange/narration.rs)", keys);
}

#[test]
fn every_effect_is_told() {
    let examples = examples();
    let missing = EFFECT_NAMES
        .iter()
        .filter(|name| !examples.effects.contains_key(*name));
    none("effects that no scenario has", missing.copied());
    // An effect has a sentence if that of its step changes when the effect is left out.
    let untold = examples.effects.iter().filter(|(name, example)| {
        let mut effects = example.effects.iter();
        let effect = effects.find(|effect| effect_name(effect) == **name);
        let alone = [*effect.expect("it has it")];
        let is_told = example.sentence(&alone) != example.sentence(&[]);
        is_told == UNTOLD.contains(*name)
    });
    let names = untold.map(|(name, _)| *name);
    none(
        "effects without a sentence (exchange/narration.rs), or with one though UNTOLD",
        names,
    );
}

#[test]
fn every_effect_is_in_the_schema() {
    let schema = std::fs::read_to_string("assets/schema/run-2.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let effects = schema["$defs"]["Effect"]["oneOf"]
        .as_array()
        .expect("a list");
    let mut described: BTreeSet<&str> = BTreeSet::new();
    for effect in effects {
        described.extend(effect["const"].as_str());
        let properties = effect["properties"].as_object();
        described.extend(
            properties
                .into_iter()
                .flat_map(|it| it.keys().map(String::as_str)),
        );
    }
    let names: BTreeSet<&str> = EFFECT_NAMES.iter().copied().collect();
    none(
        "effects that assets/schema/run-2.json does not have",
        names.difference(&described).copied(),
    );
    none(
        "effects that only assets/schema/run-2.json has",
        described.difference(&names).copied(),
    );
}

#[test]
fn every_step_is_in_the_schema() {
    let schema = std::fs::read_to_string("assets/schema/run-2.json").expect("there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let step = &schema["$defs"]["Step"]["properties"]["op"]["$ref"];
    assert_eq!(step, "#/$defs/StepKey", "what a step is called");
    let listed = schema["$defs"]["StepKey"]["enum"].as_array();
    let listed = listed.expect("a list").iter().filter_map(Value::as_str);
    let described: BTreeSet<&str> = listed.collect();
    let keys: BTreeSet<&str> = OPS.iter().map(|row| row.key).collect();
    none(
        "steps that assets/schema/run-2.json does not have",
        keys.difference(&described).copied(),
    );
    none(
        "steps that only assets/schema/run-2.json has",
        described.difference(&keys).copied(),
    );
}

/// Every step has its line in the Promela text. (That its statements are there is what the compiler checks.)
#[test]
fn every_step_is_written_for_spin() {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for scenario in all_scenarios() {
        let text = promela(&scenario, "");
        for cast in &scenario.cast {
            for line in cast.lines.iter().filter(|line| !line.pcs.is_empty()) {
                if let Some(row) = line.row
                    && text.contains(&format!(": {}\\n", line.text.replace('"', "'")))
                {
                    written.insert(OPS[row].key);
                }
            }
        }
    }
    let keys = OPS
        .iter()
        .filter(|row| row.op != Op::Goto)
        .map(|row| row.key);
    none(
        "steps whose line no Promela text has (exchange/promela)",
        keys.filter(|key| !written.contains(key)),
    );
}

/// (mm/rmap.c, mm/memory.c: whoever changes a PTE holds the lock of its page table, 2.6.39 and 6.19.)
#[test]
fn every_step_that_changes_a_pte_waits_for_the_page_table_lock() {
    for (key, text) in programs::under_page_table_lock() {
        let scenario = load(key, &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut world = scenario.model.initial;
        support::run_to(&scenario, &mut world, "b", key);
        support::run_to(&scenario, &mut world, "a", "pte_unlock");
        let other = support::actor(&scenario, "b");
        let asleep = matches!(
            status(&scenario.model, &world, other),
            Status::Asleep(wait) if wait.on == Resource::PteLock
        );
        assert!(
            asleep,
            "{key} does not wait for the page table lock (machine/status.rs)"
        );
    }
}
