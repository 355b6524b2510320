//! What the model takes for granted, and what of the kernel it leaves out: what "safe" does not cover.

/// Something the model takes for granted, or leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What it is about, in a few words.
    pub about: &'static str,
    /// What the model does, and what a kernel or a machine may do besides.
    pub words: &'static str,
    /// Where that is written; empty for what is the model's own choice.
    pub source: &'static str,
}

const fn row(about: &'static str, words: &'static str, source: &'static str) -> Assumption {
    Assumption {
        about,
        words,
        source,
    }
}

/// All of them, what is taken for granted first.
pub static ASSUMPTIONS: [Assumption; 14] = [
    row(
        "memory order",
        "Every step is seen by all CPUs at once and in order. Barriers, and what a CPU may reorder, are not modelled.",
        "",
    ),
    row(
        "atomic steps",
        "One line of a program is one indivisible step: a kernel function, or one action of it. Inside a step nobody else moves.",
        "the kernel dossier, section 1.2",
    ),
    row(
        "TLB",
        "As on x86: the CPU sets the dirty bit of the PTE by itself, and a flush reaches every CPU of the address space in one step. Other processors take a fault for the dirty bit, or are flushed one by one.",
        "the kernel dossier, section 1.2",
    ),
    row(
        "size",
        "Three pages of 4096 bytes at most, the stores and actors that are shown, and one CPU for each of them. What takes more of anything is not looked at.",
        "",
    ),
    row(
        "fairness",
        "Whoever can move does so eventually. How long anything takes is not modelled: a verdict says what can happen, not how often.",
        "",
    ),
    row(
        "hardware",
        "No bit flips, no power failure, no disk that lies. The disk checks every sector before it stores any, as scsi_debug does; a real one may have stored some.",
        "the kernel dossier, section 8.5",
    ),
    row(
        "kernel and device",
        "A kernel here is its names and its rules of waiting; a bug is an edit, and the scenario says which releases had it. Any device can be put under any kernel; pairs that never existed are marked.",
        "the kernel dossier, sections 7 and 9",
    ),
    row(
        "large folios",
        "Left out: a folio is one page; where two pages stand for one folio, the scenario says so.",
        "the kernel dossier, section 13",
    ),
    row(
        "reclaim and migration",
        "Left out, save where an actor does it: no page is evicted, moved or read again, so a page of a file stays in memory until it is truncated.",
        "the kernel dossier, sections 6.2 and 6.6",
    ),
    row(
        "tags of the page cache",
        "PAGECACHE_TAG_DIRTY and PAGECACHE_TAG_WRITEBACK are taken to say what PG_dirty and PG_writeback say. Only PAGECACHE_TAG_TOWRITE has a bit of its own. Where a scan is shown with one page, that page stands for all the next ones.",
        "tag_pages_for_writeback, mm/page-writeback.c (6.19)",
    ),
    row(
        "buffers",
        "Buffer heads are one dirty bit for each block, and a lock. Mapping, allocation and bh state beyond that are left out.",
        "__block_write_full_folio, fs/buffer.c (6.19)",
    ),
    row(
        "reference counts",
        "Pins are counted; other references are not: nothing is freed too early or too late.",
        "",
    ),
    row(
        "assertions",
        "A BUG stops the run where it is met. VM_BUG_ON does so only in a kernel with CONFIG_DEBUG_VM; others go on.",
        "VM_BUG_ON_FOLIO, include/linux/mmdebug.h (6.19)",
    ),
    row(
        "log lines",
        "Shortened to the lines that tell about the guard: the CDB, the result line and the file system's own warning are left out. The refusal is scsi_debug's; a real adapter may log nothing of its own.",
        "the kernel dossier, section 8.7",
    ),
];
