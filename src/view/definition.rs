//! What a thing on the page is: a row of the table, a bit, a line of a program, an invariant. Elements name what they can be
//! asked about in an attribute ([`Attr::Define`]); pointing at them, focusing or touching them shows the answer, which the
//! worker draws.

use crate::machine::{ActorId, LockKind, Protection};
use crate::protocol::{MEANINGS, TERMS, group_row, term_meaning};
use crate::scenario::{Scenario, never_existed};

use super::grid::Level;
use super::moment::Moment;
use super::sources::source;
use super::ui_state::UiState;
use super::vdom::{Element, el, nothing};

/// A row of the table, for [`Attr::Define`](super::Attr::Define).
pub fn of_level(level: Level) -> String {
    format!("level {}", level.key())
}

/// A bit, by the first word of its name.
pub fn of_bit(name: &str) -> String {
    format!("bit {name}")
}

/// The kernel that is chosen.
pub const KERNEL: &str = "kernel";

/// The device that is chosen.
pub const DEVICE: &str = "device";

/// A line of an actor's program.
pub fn of_line(actor: ActorId, line: usize) -> String {
    format!("line {actor} {line}")
}

/// The invariants that first do not hold after a step.
pub fn of_broken(step: usize) -> String {
    format!("broken {step}")
}

/// A name, what it means, and where that is written; the last is empty for what only this page has.
struct Definition {
    name: String,
    meaning: String,
    source: &'static str,
}

impl Definition {
    fn new(name: &str, meaning: &str, source: &'static str) -> Definition {
        Definition {
            name: name.to_owned(),
            meaning: meaning.to_owned(),
            source,
        }
    }
}

/// The definition that is asked for; nothing where none is, or where there is none.
pub fn definition(now: &Moment, ui: &UiState) -> Element {
    let mut words = ui.define.split(' ');
    let what = words.next().unwrap_or_default();
    let mut number = || words.next().and_then(|word| word.parse().ok());
    let found = match what {
        "level" => level(now, ui.define.trim_start_matches("level ")),
        "bit" => bit(&now.scenario, ui.define.trim_start_matches("bit ")),
        "line" => match (number(), number()) {
            (Some(actor), Some(at)) => line(&now.scenario, actor, at),
            _ => Vec::new(),
        },
        KERNEL => {
            let (name, meaning) = era_words(now);
            vec![Definition::new(name, meaning, "")]
        }
        DEVICE => vec![device(now)],
        "broken" => number().map_or_else(Vec::new, |step| broken(now, step)),
        _ => Vec::new(),
    };
    if found.is_empty() {
        return nothing();
    }
    let mut all = el("div", "definition");
    for one in found {
        let text = el("p", "")
            .child(el("b", "").text(&one.name))
            .text(": ")
            .text(&one.meaning.replace('`', ""));
        all = all.child(text);
        if !one.source.is_empty() {
            all = all.child(source(one.source));
        }
    }
    all
}

/// What a kernel's name and its meaning are.
fn era_words(now: &Moment) -> (&'static str, &'static str) {
    let words = now.scenario.era.kernels();
    words.split_once(": ").unwrap_or((words, ""))
}

fn device(now: &Moment) -> Definition {
    let (device, era) = (now.scenario.device, now.scenario.era);
    let mut meaning = device.about().to_owned();
    if let Some(fact) = never_existed(device, era) {
        meaning += &format!(" This pair never existed: {}", fact.why);
    }
    Definition::new(device.heading(), &meaning, "")
}

fn level(now: &Moment, key: &str) -> Vec<Definition> {
    let levels = Level::all(&now.scenario);
    let Some(level) = levels.into_iter().find(|it| it.key() == key) else {
        return Vec::new();
    };
    let protection = now.scenario.model.protection;
    let reads = now.scenario.model.reads();
    let meaning = match (level, protection) {
        (Level::Copy, _) if reads => {
            "a page of the kernel's that the device reads into. Nobody else has it, so the host can check the bytes there and copy them out."
        }
        (Level::Tuple, Protection::FsChecksum) if reads => {
            "the bytes that the file system's checksum is that of: those on the media. It is compared with what memory holds."
        }
        (Level::Tuple, _) if reads => {
            "the guard tag that came with the sector from the media. The host computes it anew over what memory holds, and compares."
        }
        (Level::Memory, _) => {
            "the bytes of the page in memory, where stores go: four of each sector, and the CRC of all its bytes as they are now."
        }
        (Level::Copy, _) => {
            "the copy that the I/O takes instead of the page, so that the page itself may change."
        }
        (Level::Tuple, Protection::FsChecksum) => {
            "the bytes from which the file system took its checksum. Nobody compares it on the way to the disk; a later read does."
        }
        (Level::Tuple, Protection::Parity) => {
            "the bytes from which the parity was computed. The data are fetched again, later."
        }
        (Level::Tuple, Protection::Mirror) => {
            "what the first leg of the mirror fetched from memory."
        }
        (Level::Tuple, _) => {
            "the guard tag taken from the sector's bytes when the I/O was prepared, and its reference tag. They travel with the command; the bytes stay in memory until they are fetched."
        }
        (Level::Hba, Protection::Mirror) => {
            "what the second leg of the mirror fetched from memory, for itself."
        }
        (Level::Hba, Protection::HbaInsert) => {
            "the adapter: what it fetched from memory by DMA, and the guard that it computed over that."
        }
        (Level::Hba, Protection::Nvme) => {
            "what the controller fetched from memory by DMA. It computes the guard anew and compares it with the one that came: =, or \u{2260} and the write is refused."
        }
        (Level::Hba, Protection::DixDif | Protection::DixOnly) => {
            "host bus adapter: what it fetched from memory by DMA. It computes the guard anew and compares it with the one that came: =, or \u{2260} and the write is refused."
        }
        (Level::Hba, _) => {
            "host bus adapter: what it fetched from memory by DMA. Nobody compares anything here."
        }
        (Level::Target, _) => {
            "the disk's own end of the wire: it computes the guard once more before it stores."
        }
        (Level::Media, it) if it.tuples() => {
            "what the disk holds: the bytes, and the guard that is stored with them."
        }
        (Level::Media, _) => "what the disk holds.",
    };
    let (title, _) = level.title(protection);
    vec![Definition::new(title, meaning, "")]
}

/// A lock, counter or flag of the scenario's own.
fn named_lock(scenario: &Scenario, name: &str) -> Vec<Definition> {
    let mut locks = scenario.locks.iter().zip(&scenario.model.locks);
    let Some((_, lock)) = locks.find(|(known, _)| *known == name) else {
        return Vec::new();
    };
    let (meaning, source) = match (lock.kind, lock.fair) {
        (LockKind::Mutex, _) => (
            "a mutex of the kernel: one holds it, and whoever else wants it sleeps.",
            "mutex_lock, kernel/locking/mutex.c (6.19)",
        ),
        (LockKind::Spin, _) => (
            "a spin lock of the kernel: one holds it, and whoever else wants it spins.",
            "spin_lock, include/linux/spinlock.h (6.19)",
        ),
        (LockKind::Rwsem, true) => (
            "a semaphore of the kernel for one writer or several readers. While readers hold it, a waiting writer keeps new ones out.",
            "rwsem_down_read_slowpath, kernel/locking/rwsem.c (6.19)",
        ),
        (LockKind::Rwsem, false) => (
            "a semaphore of the kernel for one writer or several readers. New readers come in although a writer waits.",
            "down_read, kernel/locking/rwsem.c (6.19)",
        ),
        (LockKind::Count, _) => (
            "a counter of the kernel. Nobody holds it; one can wait for it to become zero.",
            "wait_var_event, include/linux/wait_bit.h (6.19)",
        ),
        (LockKind::Completion, _) => (
            "a completion of the kernel: how many events were told of that nobody has waited for yet.",
            "complete, kernel/sched/completion.c (6.19)",
        ),
        (LockKind::Flag, _) => (
            "a flag of the kernel. Nobody holds it; one can wait for it to be set, or clear.",
            "wait_on_bit, include/linux/wait_bit.h (6.19)",
        ),
    };
    vec![Definition::new(name, meaning, source)]
}

fn bit(scenario: &Scenario, name: &str) -> Vec<Definition> {
    let term = match name {
        "PG_locked" => "page lock",
        "journal" => "journal handle",
        name => name,
    };
    let at = TERMS.iter().position(|it| it.name == term);
    // PTEs and TLB entries have a dirty bit of their own.
    if let Some(of) = at.filter(|_| name != "dirty").and_then(term_meaning) {
        return vec![Definition::new(name, of.meaning, of.source)];
    }
    let (meaning, from) = match name {
        "cached" => (
            "this CPU keeps a copy of the PTE in its TLB and goes by that, whatever the PTE says by now. Where the two differ, the entry is stale.",
            "Documentation/core-api/cachetlb.rst (6.19)",
        ),
        "present" => (
            "the process maps the page. Without it any access faults.",
            "Documentation/mm/page_tables.rst (6.19)",
        ),
        "write" => (
            "a store goes through without anybody being asked. Clear: it faults, and the kernel is asked.",
            "Documentation/mm/page_tables.rst (6.19)",
        ),
        "dirty" => (
            "a store has gone through here since the bit was last cleared. The CPU sets it; the page's own bit is PG_dirty.",
            "page_vma_mkclean_one, mm/rmap.c (6.19)",
        ),
        "locked" => (
            "the page table lock, under which PTEs are looked at and changed.",
            "finish_mkwrite_fault, mm/memory.c (6.19)",
        ),
        "error" => (
            "a write has failed, and the mapping keeps that for the next fsync to report.",
            "mapping_set_error, include/linux/pagemap.h (6.19)",
        ),
        "BH_Dirty" => (
            "this block of the page is newer in memory than on the disk.",
            "mark_buffer_dirty, fs/buffer.c (6.19)",
        ),
        "BH_Lock" => (
            "the lock of the page's buffer, held while it is written.",
            "lock_buffer, include/linux/buffer_head.h (6.19)",
        ),
        "BJ_Metadata" => (
            "the buffer is on the list of blocks that the running transaction has changed.",
            "BJ_Metadata, include/linux/jbd2.h (6.19)",
        ),
        "truncated" => (
            "the page has left its file: what is written to it now goes nowhere.",
            "truncate_inode_pages_range, mm/truncate.c (6.19)",
        ),
        "read-only" => (
            "the kernel's own mapping of the page forbids stores, to catch whoever makes one.",
            "set_memory_ro, arch/x86/mm/pat/set_memory.c (6.19)",
        ),
        "pinned" => (
            "somebody holds the page for DMA, and a device may write to it at any time, past every PTE.",
            "Documentation/core-api/pin_user_pages.rst (6.19)",
        ),
        "commit" => (
            "the journal is committing a transaction; no new one of its handles can be open meanwhile.",
            "jbd2_journal_commit_transaction, fs/jbd2/commit.c (6.19)",
        ),
        name => return named_lock(scenario, name),
    };
    vec![Definition::new(name, meaning, from)]
}

fn line(scenario: &Scenario, actor: usize, at: usize) -> Vec<Definition> {
    let cast = scenario.cast.get(actor);
    let Some(line) = cast.and_then(|cast| cast.lines.get(at)) else {
        return Vec::new();
    };
    let name = line.text.trim_end_matches(':');
    match (line.row, group_row(&line.key)) {
        (Some(row), _) => {
            let of = MEANINGS[row];
            vec![Definition::new(name, of.meaning, of.source)]
        }
        (None, Some(group)) => vec![Definition::new(name, group.meaning, group.source)],
        (None, None) => Vec::new(),
    }
}

fn broken(now: &Moment, step: usize) -> Vec<Definition> {
    let broken = now.whole.broken.iter().filter(|(_, at)| *at == step);
    let of = broken.map(|(invariant, _)| {
        let (number, name) = invariant.name();
        let name = format!("{number}, {name}");
        Definition::new(&name, invariant.meaning(), invariant.source())
    });
    of.collect()
}
