//! The field's words that are not functions, each in a sentence.

/// Term and meaning.
pub const TERMS: [(&str, &str); 13] = [
    (
        "guard tag",
        "CRC-16 over the bytes of a protection interval (a sector of 512, or 4096); it travels with them and is recomputed on the way.",
    ),
    (
        "reference tag",
        "The low 32 bits of the sector's LBA, so that a sector cannot land in another's place.",
    ),
    (
        "tuple",
        "Guard, application and reference tag of one sector: 8 bytes (T10 protection information).",
    ),
    ("DIF", "Protection information between adapter and disk."),
    (
        "DIX",
        "The same between operating system and adapter: the block layer computes the guards.",
    ),
    (
        "HBA",
        "Host bus adapter: fetches memory by DMA and sends it to the disk.",
    ),
    (
        "target",
        "The disk's own end of the wire, which checks once more before it stores.",
    ),
    (
        "LBA",
        "Logical block address: a sector's number on the disk.",
    ),
    (
        "bio",
        "The block layer's description of one I/O: which pages, which sectors.",
    ),
    (
        "PTE",
        "Page table entry: whether a process may read or write a page, and whether it has (dirty).",
    ),
    (
        "TLB",
        "A CPU's cache of PTEs. It goes stale until it is flushed.",
    ),
    (
        "stable window",
        "From the first guard computed until the I/O is complete: the bytes must not change.",
    ),
    (
        "schedule",
        "One order in which the actors make their steps.",
    ),
];
