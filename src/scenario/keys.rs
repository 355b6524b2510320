//! The keys of scenario files, for whoever writes one.

/// A key of a scenario file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKey {
    /// The table it stands in; empty for the top of the file.
    pub table: &'static str,
    /// The key; empty where it is a name of the writer's choice.
    pub name: &'static str,
    /// Whether a file must have it (in each table of the kind).
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
}

const fn must(table: &'static str, name: &'static str, meaning: &'static str) -> FileKey {
    FileKey {
        table,
        name,
        required: true,
        meaning,
    }
}

const fn may(table: &'static str, name: &'static str, meaning: &'static str) -> FileKey {
    FileKey {
        table,
        name,
        required: false,
        meaning,
    }
}

/// Every key there is, table by table.
#[rustfmt::skip]
pub const FILE_KEYS: [FileKey; 64] = [
    must("", "title", "what the ordering is called"),
    must("", "summary", "what differs from the correct ordering, in a sentence or two"),
    must("", "watch", "what to look at in the opening run"),
    may("", "section", "its number in the dossier's catalogue, such as S04"),
    may("", "group", "the heading it stands under in the list; the catalogue's files need one"),
    may("", "order", "its place in the list: a number between its neighbours'"),
    must("", "era", "the kernel whose names and rules hold"),
    must("", "device", "the device it is written for"),
    may("", "stable", "whether the mapping asks for stable pages; without it, what the device wants"),
    may("", "schedule", "the opening run, a list of lines: \"writer 3\" (steps), \"flusher through unlock_page\" (that step or composite included), \"flusher way 1\" (one step, the other way), \"disk until stuck\""),
    may("", "opening", "the verdicts the opening run shows, if not those of [expect]"),
    may("", "breaks", "the invariants the opening run breaks, in the order of breaking"),
    must("[file]", "inode", "its number, for log lines"),
    must("[file]", "first_lba", "the LBA of its first sector, for log lines and reference tags"),
    must("[file]", "interval", "bytes that one guard covers: 512 or 4096"),
    may("[file]", "block", "bytes of a buffer, where pages have buffers"),
    may("[file]", "checksum", "[from, at]: page 0 holds a CRC-32C over the bytes from..at, at \"at\""),
    must("[[page]]", "index", "its place in the file; 1 to 3 pages"),
    must("[[page]]", "memory", "a list: one text for all sectors or one for each, repeated to fill it"),
    must("[[page]]", "media", "likewise, what the disk holds"),
    must("[[page]]", "dirty", "whether PG_dirty is set"),
    may("[[page]]", "cached", "false: a buffer of direct I/O or of a guest"),
    may("[[page]]", "committing", "true: on jbd2's committing transaction"),
    may("[[page]]", "pins", "how many pins (get_user_pages) it has"),
    may("[[page]]", "pte", "\"none\", \"read-only\", \"writable\" (and dirty) or \"writable clean\"; by default writable for a dirty page, read-only for a clean one"),
    may("[[page]]", "tlb", "likewise, what TLBs hold of it"),
    may("[[page]]", "ptes", "the PTE of single address spaces: { A = \"read-only\" }"),
    may("[[page]]", "clean_blocks", "numbers of the blocks whose buffers are clean"),
    must("[[store]]", "name", "what programs call it"),
    may("[[store]]", "page", "the page, counted from 0; without it, 0"),
    must("[[store]]", "offset", "where in the page"),
    may("[[store]]", "text", "the bytes: one of text, hex and zeros"),
    may("[[store]]", "hex", "the bytes as pairs of digits"),
    may("[[store]]", "zeros", "so many zeros"),
    must("[[lock]]", "name", "what programs call it: one word"),
    must("[[lock]]", "kind", "\"mutex\", \"spin lock\", \"rwsem\", \"count\", \"completion\" or \"flag\""),
    may("[[lock]]", "fair", "of a rwsem, false: new readers come in although a writer waits for those that are in"),
    may("[[lock]]", "start", "of a count, completion or flag: its value as the run begins; without it, 0"),
    must("[[actor]]", "name", "one word; up to 8 actors"),
    must("[[actor]]", "about", "what and where it is, in a few words"),
    must("[[actor]]", "run", "lines of the program language, a list"),
    may("[[actor]]", "fault", "the program of its write faults; without it, do_wp_page"),
    may("[[actor]]", "mm", "the name of its address space; only who has one stores through a mapping"),
    may("[[actor]]", "cpu", "threads of one mm on one CPU share a TLB"),
    may("[[actor]]", "forever", "true: its programs begin again when they end"),
    may("[[actor]]", "holds", "what it holds as the run begins: \"journal handle\", \"commit\", \"mmap_lock\", \"page lock\", \"buffer lock\", the name of a [[lock]], or of a rwsem with \" shared\" behind it"),
    must("[[program]]", "name", "a program of the file's own"),
    may("[[program]]", "forever", "true: it begins again when it ends"),
    must("[[program]]", "text", "its lines"),
    may("[[edit]]", "drop", "\"program/step\": the step is left out; where a program has several, step#2"),
    may("[[edit]]", "move", "\"program/step\", with before or after"),
    may("[[edit]]", "swap", "\"program/step\", with \"with\": the two change places"),
    may("[[edit]]", "replace", "\"program/step\", with \"with\": that line runs instead"),
    may("[[edit]]", "insert", "a line, with before or after"),
    may("[[edit]]", "with", "a step (swap) or a line (replace)"),
    may("[[edit]]", "before", "\"program/step\""),
    may("[[edit]]", "after", "\"program/step\""),
    must("[[note]]", "on", "\"actor step\": when it is made, this is said"),
    must("[[note]]", "text", "what is said"),
    must("[stall]", "actor", "who sleeps longest"),
    must("[stall]", "behind", "who makes most of the steps meanwhile"),
    must("[stall]", "steps", "the steps others must make before it is woken, at worst"),
    may("[expect]", "", "for each device, by its name, a list of the verdicts that must be reachable, all and only those; empty means safe. A draft has no [expect]"),
    must("[[source]]", "text", "mail with subject and date, commit, kernel file and release; the catalogue's files need one"),
];
