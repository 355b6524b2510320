//! A run in plain sentences, derived from effects and the table of ops.
//!
//! Kernel names stand between backquotes; whoever shows the text sets them in another face.

use crate::explore::{Stored, Story, Told};
use crate::machine::{
    Assertion, Content, Effect, End, Hop, Resource, Status, Through, Violation, Wait,
};
use crate::scenario::Scenario;

fn name(scenario: &Scenario, actor: u8) -> &str {
    let cast = scenario.cast.get(actor as usize);
    cast.map_or("nobody", |it| &it.name)
}

fn mm(scenario: &Scenario, space: u8) -> String {
    let owner = scenario
        .model
        .actors
        .iter()
        .position(|actor| actor.role == crate::machine::Role::Mmap && actor.space == space);
    format!("{}'s", name(scenario, owner.map_or(u8::MAX, |it| it as u8)))
}

/// Four hex digits.
pub fn hex(guard: u16) -> String {
    format!("{guard:04x}")
}

/// Bytes as text: printable ASCII as it is, everything else a dot.
pub fn bytes(bytes: &[u8]) -> String {
    let shown = |byte: &u8| {
        if byte.is_ascii_graphic() || *byte == b' ' {
            *byte as char
        } else {
            '\u{b7}'
        }
    };
    bytes.iter().map(shown).collect()
}

/// "writer stored "new!" at 0x600".
pub fn stored(scenario: &Scenario, stored: &Stored) -> String {
    let store = &scenario.model.stores[stored.store as usize];
    format!(
        "{} stored \"{}\" at {:#05x}",
        name(scenario, stored.actor),
        bytes(&store.bytes),
        store.offset
    )
}

/// What one step did, in a sentence or two.
pub fn sentence(scenario: &Scenario, told: &Told) -> String {
    let who = name(scenario, told.choice.actor);
    let mut parts: Vec<String> = Vec::new();
    for effect in &told.effects {
        parts.extend(phrase(scenario, who, *effect));
    }
    if parts.is_empty() {
        return format!("The {who} makes a step that changes nothing.");
    }
    parts.join(" ")
}

fn phrase(scenario: &Scenario, who: &str, effect: Effect) -> Option<String> {
    let contents = &scenario.model.contents;
    let guard = |content: Content| hex(contents.guard(content));
    Some(match effect {
        Effect::Locked { .. } => format!("The {who} takes the page lock."),
        Effect::Unlocked { .. } => format!("The {who} releases the page lock."),
        Effect::Cleaned { space, .. } => format!(
            "The {who} makes {} PTE read-only and clean.",
            mm(scenario, space)
        ),
        Effect::FoundClean { space, .. } => format!(
            "The {who} finds {} PTE read-only and clean already: nothing to do.",
            mm(scenario, space)
        ),
        Effect::TlbFlushed { space, entries, .. } => match entries {
            0 => format!(
                "The {who} flushes {} TLB entry; none was cached.",
                mm(scenario, space)
            ),
            _ => format!(
                "The {who} flushes {} TLB entry: the next store must consult the PTE.",
                mm(scenario, space)
            ),
        },
        Effect::DirtySet { was: true, .. } => {
            format!("The {who} sets `PG_dirty`, which was set already.")
        }
        Effect::DirtySet { was: false, .. } => format!("The {who} sets `PG_dirty`."),
        Effect::NotRedirtied { .. } => {
            format!("No PTE was cleaned, so the {who} leaves `PG_dirty` as it is.")
        }
        Effect::DirtyCleared { .. } => {
            format!("The {who} clears `PG_dirty`: the page counts as clean from here.")
        }
        Effect::NotDirty { .. } => format!("The {who} finds the page clean and skips it."),
        Effect::WritebackSet { .. } => {
            format!("The {who} sets `PG_writeback`: whoever wants to write must now wait.")
        }
        Effect::NoWriteback { .. } => {
            format!("The {who} finds `PG_writeback` clear and need not wait.")
        }
        Effect::WritebackCleared { .. } => {
            format!("The {who} clears `PG_writeback` and wakes whoever waits for it.")
        }
        Effect::Guarded {
            sector, content, ..
        } => format!(
            "The {who} computes sector {sector}'s guard over its bytes as they are now: {}.",
            guard(content)
        ),
        Effect::Queued { guarded: true, .. } => {
            format!("The {who} queues the write with its guards; nobody has read the bytes yet.")
        }
        Effect::Queued { guarded: false, .. } => {
            format!("The {who} queues the write, without guards.")
        }
        Effect::Taken { .. } => format!("The {who} takes the write command from its queue."),
        Effect::Fetched { sector, .. } => {
            format!("The HBA fetches sector {sector} from memory, as it is at this moment.")
        }
        Effect::Inserted {
            sector, content, ..
        } => format!(
            "The HBA computes sector {sector}'s guard from the bytes it fetched: {}.",
            guard(content)
        ),
        Effect::Checked {
            hop,
            sector,
            received,
            computed,
            matched,
            ..
        } => {
            let hop = hop_name(hop);
            if matched {
                format!(
                    "The {hop} recomputes sector {sector}'s guard: {}, as received.",
                    guard(computed)
                )
            } else {
                format!(
                    "The {hop} recomputes sector {sector}'s guard and gets {}, but it received {}: it refuses the write.",
                    guard(computed),
                    guard(received)
                )
            }
        }
        Effect::Committed { .. } => {
            "The target writes the sectors and their tuples to the media.".to_owned()
        }
        Effect::Completed { failed: false, .. } => {
            "The disk reports success and raises its interrupt.".to_owned()
        }
        Effect::Completed { failed: true, .. } => {
            "The disk reports the guard error; the whole request has failed.".to_owned()
        }
        Effect::Ended { failed: false, .. } => {
            "The completion sees that the write succeeded.".to_owned()
        }
        Effect::Ended { failed: true, .. } => {
            "The completion sees that the write failed with `-EILSEQ`.".to_owned()
        }
        Effect::ErrorLatched { .. } => {
            "The completion records the error in the mapping: the next fsync reports it.".to_owned()
        }
        Effect::Faulted { .. } => format!(
            "The {who}'s store faults: its PTE is read-only. The kernel handles the fault; the store will be run again."
        ),
        Effect::Stored {
            sector,
            store,
            from,
            to,
            through,
            ..
        } => {
            let it = &scenario.model.stores[store as usize];
            let way = match through {
                Through::Tlb => {
                    "through its cached, writable TLB entry; the page table is not consulted"
                }
                Through::PageTable => "through its writable PTE, which the hardware marks dirty",
            };
            let change = if from == to {
                "which held them already".to_owned()
            } else {
                format!("whose guard would now be {}", guard(to))
            };
            format!(
                "The {who} stores \"{}\" into sector {sector}, {change}, {way}.",
                bytes(&it.bytes)
            )
        }
        Effect::MadeWritable { .. } => {
            format!("The {who}'s PTE becomes writable and dirty.")
        }
        Effect::PteChanged { .. } => format!(
            "The {who}'s PTE is not what it was at the fault; the handler gives up and the CPU tries again."
        ),
        Effect::Retries => {
            format!("The fault is handled; the {who}'s next step is to run the store again.")
        }
        Effect::Broke(violation) => return broke(violation),
    })
}

fn hop_name(hop: Hop) -> &'static str {
    match hop {
        Hop::Hba => "HBA",
        Hop::Target => "target",
    }
}

fn broke(violation: Violation) -> Option<String> {
    Some(match violation {
        Violation::Unstable { .. } => {
            "The bytes were promised to be stable: the write is on its way to the disk.".to_owned()
        }
        Violation::Silent { sector, .. } => format!(
            "Yet the media does not hold what sector {sector} held when the write was submitted: silent corruption."
        ),
        Violation::Lost { sector, .. } => loss(sector),
        Violation::Assertion { what, .. } => format!("The kernel would stop here: {}.", bug(what)),
        // The check has said so already.
        Violation::Guard { .. } => return None,
    })
}

/// What a lost update means.
fn loss(sector: u8) -> String {
    format!(
        "Sector {sector} is newer in memory than on media, and no dirty bit says so: the update is lost."
    )
}

fn bug(what: Assertion) -> &'static str {
    match what {
        Assertion::UnlockNotHeld => "`unlock_page` on a page that its caller has not locked",
        Assertion::CleanUnlocked => "the page must be locked while it is cleaned",
        Assertion::WritebackTwice => "`set_page_writeback` on a page under writeback",
        Assertion::WritebackUnlocked => "`set_page_writeback` on an unlocked page",
        Assertion::EndWithoutWriteback => "`end_page_writeback` on a page not under writeback",
    }
}

/// Why an actor moves or does not, and behind whom.
pub fn status_words(scenario: &Scenario, story: &Story, status: Status) -> String {
    match status {
        Status::Ready => "ready".to_owned(),
        Status::Idle => "idle: no work has come yet".to_owned(),
        Status::Finished => "finished".to_owned(),
        Status::Halted => "stopped: the kernel hit a BUG".to_owned(),
        Status::Asleep(Wait { on, holder }) => {
            let who = holder.map_or("nobody", |holder| name(scenario, holder));
            match on {
                Resource::PageLock(_) => {
                    let since = since(story.locked_since);
                    format!("asleep on PG_locked, held by {who}{since}")
                }
                Resource::Writeback(_) => {
                    let since = since(story.writeback_since);
                    format!("asleep on PG_writeback, set{since}; {who} must act next")
                }
                Resource::Bio(_) => {
                    format!("asleep: its last bio is on its way; {who} must act next")
                }
            }
        }
    }
}

fn since(step: Option<usize>) -> String {
    step.map_or_else(String::new, |step| format!(" since step {step}"))
}

/// How a run ended, in a sentence.
pub fn outcome(scenario: &Scenario, story: &Story, end: &End) -> String {
    match end {
        End::Halted => "The kernel has stopped.".to_owned(),
        End::Deadlock(cycle) => outcome_deadlock(scenario, cycle),
        End::Rest(_) if !story.silent.is_empty() => {
            "Everyone is done and no error was reported, but the media holds bytes that were never sealed: silent corruption."
                .to_owned()
        }
        End::Rest(lost) => {
            if let Some(violation) = lost.first() {
                return broke(*violation).unwrap_or_default();
            }
            let failed = match story.failures.is_empty() {
                true => "",
                false => " The write failed, and fsync will say so once.",
            };
            format!("Everyone is done.{failed} {}", at_rest(scenario, story))
        }
    }
}

/// Where the newest bytes are, and what says so.
fn at_rest(scenario: &Scenario, story: &Story) -> &'static str {
    let last = story.steps.last();
    let world = last.map_or(scenario.model.initial, |told| told.world);
    let page = &world.pages[0];
    if page.memory == world.media[0].bytes {
        "All of the page is on the media."
    } else if page.dirty {
        "What is newer in memory is not lost: the page is dirty, so the next writeback writes it."
    } else {
        "PG_dirty is clear and only a PTE says dirty: no writeback looks at the page until munmap moves that bit."
    }
}

fn outcome_deadlock(scenario: &Scenario, cycle: &[u8]) -> String {
    let names: Vec<&str> = cycle.iter().map(|actor| name(scenario, *actor)).collect();
    match names.first() {
        None => "Deadlock: somebody waits for what nobody will do any more.".to_owned(),
        Some(first) => format!("Deadlock: {} waits for {first}.", names.join(" waits for ")),
    }
}
