//! Actors that can be added to a draft.

use serde::{Deserialize, Serialize};

use super::layout::{Layout, lines, quoted};

/// Who can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActorKind {
    /// One more flusher.
    Flusher,
    /// A process that maps the page and stores.
    SecondMapping,
    /// write(2).
    Write,
    /// O_DIRECT into the page.
    Dma,
    /// Truncation.
    Truncate,
    /// fsync.
    Fsync,
    /// Memory reclaim.
    Reclaim,
    /// munmap of a mapping of its own.
    Munmap,
    /// The file system, through the kernel's own mapping.
    KernelWriter,
    /// A disk.
    Disk,
    /// The end of writes.
    Completion,
    /// Lines of its own.
    Own,
}

impl ActorKind {
    /// All kinds.
    pub const ALL: [ActorKind; 12] = [
        ActorKind::Flusher,
        ActorKind::SecondMapping,
        ActorKind::Write,
        ActorKind::Dma,
        ActorKind::Truncate,
        ActorKind::Fsync,
        ActorKind::Reclaim,
        ActorKind::Munmap,
        ActorKind::KernelWriter,
        ActorKind::Disk,
        ActorKind::Completion,
        ActorKind::Own,
    ];

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            ActorKind::Flusher => "a flusher that writes the page",
            ActorKind::SecondMapping => "a process that maps the page and stores",
            ActorKind::Write => "a process that calls write(2)",
            ActorKind::Dma => "a device that reads into the page (O_DIRECT)",
            ActorKind::Truncate => "truncate",
            ActorKind::Fsync => "fsync",
            ActorKind::Reclaim => "memory reclaim that waits for the page",
            ActorKind::Munmap => "a process that unmaps the page",
            ActorKind::KernelWriter => "the file system, storing through the kernel's mapping",
            ActorKind::Disk => "a disk",
            ActorKind::Completion => "the end of writes (softirq)",
            ActorKind::Own => "lines of your own",
        }
    }

    fn name(self) -> &'static str {
        match self {
            ActorKind::Flusher => "flusher",
            ActorKind::SecondMapping | ActorKind::Write => "writer",
            ActorKind::Dma => "reader",
            ActorKind::Truncate => "truncate",
            ActorKind::Fsync => "fsync",
            ActorKind::Reclaim => "reclaim",
            ActorKind::Munmap => "munmap",
            ActorKind::KernelWriter => "fs",
            ActorKind::Disk => "disk",
            ActorKind::Completion => "completion",
            ActorKind::Own => "thread",
        }
    }
}

/// Memory reclaim that waits, as `shrink_page_list` of 2.6.39 does where it is asked for clean pages.
const RECLAIM: (&str, &str) = (
    "shrink_page_list",
    "trylock_page else busy\nwait_on_page_writeback\nunlock_page\nbusy>",
);

/// The CPU behind the last that the file has.
pub(super) fn free_cpu(layout: &Layout) -> i64 {
    let cpus = layout.all("actor").filter_map(|it| it.entry("cpu"));
    let cpus = cpus.filter_map(|it| layout.raw(it).parse::<i64>().ok());
    cpus.max().map_or(1, |it| it.saturating_add(1).clamp(0, 63))
}

/// The first letter that no address space is called.
fn free_space(layout: &Layout) -> String {
    let taken: Vec<&str> = layout
        .pieces
        .iter()
        .flat_map(|it| [it.text("mm"), it.text("name")])
        .collect();
    let mut letters = ('A'..='Z').map(String::from);
    letters
        .find(|it| !taken.contains(&&it[..]))
        .unwrap_or_else(|| "AA".to_owned())
}

/// The lines of a store of a name, in a sector that no other store is in while there is one.
pub(super) fn store(layout: &Layout, name: &str) -> String {
    let used = layout.all("store").filter_map(|it| it.entry("offset"));
    let used = used.filter_map(|it| layout.raw(it).parse::<u16>().ok());
    let used: Vec<u16> = used.map(|it| it / 512).collect();
    let sectors = [3, 5, 1, 6, 2, 4, 7, 0];
    let sector = sectors
        .into_iter()
        .find(|it| !used.contains(it))
        .unwrap_or(3);
    let bytes: String = name.chars().take(4).collect();
    format!(
        "name = {}\noffset = {}\ntext = {}\n",
        quoted(name),
        sector * 512,
        quoted(&format!("{bytes:!<4}"))
    )
}

/// Adds an actor, and what it needs.
pub(super) fn add(layout: &mut Layout, kind: ActorKind) {
    let name = layout.free_name(kind.name());
    let cpu = free_cpu(layout);
    let new_store = |layout: &mut Layout| {
        let name = layout.free_name("new");
        let body = store(layout, &name);
        layout.insert("store", &body);
        name
    };
    let mut mapped = String::new();
    let mut map = |layout: &Layout| {
        mapped = format!("mm = {}\ncpu = {cpu}\n", quoted(&free_space(layout)));
    };
    let (about, run) = match kind {
        ActorKind::Flusher => (
            "kworker, writes the page".to_owned(),
            "writepage".to_owned(),
        ),
        ActorKind::SecondMapping => {
            map(layout);
            let run = format!("store {}", new_store(layout));
            (format!("stores through mmap, CPU{cpu}"), run)
        }
        ActorKind::Write => {
            let run = format!("generic_perform_write {}", new_store(layout));
            ("write(2)".to_owned(), run)
        }
        ActorKind::Dma => {
            // The page has been pinned for it.
            if let Ok(page) = layout.nth("page", 0) {
                let pins = page.entry("pins").map(|it| layout.raw(it).parse::<u8>());
                let pins = pins.and_then(Result::ok).unwrap_or(0).saturating_add(1);
                layout.set(&page, "pins", Some(pins.to_string()));
            }
            let run = format!("direct_io_read_into_page {}", new_store(layout));
            ("another device; has pinned the page".to_owned(), run)
        }
        ActorKind::Truncate => ("truncate".to_owned(), "truncate_inode_page".to_owned()),
        ActorKind::Fsync => ("fsync".to_owned(), "fsync".to_owned()),
        ActorKind::Reclaim => {
            let (program, text) = RECLAIM;
            if !layout.names("program").iter().any(|it| it == program) {
                let body = format!("name = {}\ntext = {}\n", quoted(program), lines(text));
                layout.insert("program", &body);
            }
            ("memory reclaim".to_owned(), program.to_owned())
        }
        ActorKind::Munmap => {
            map(layout);
            (format!("munmap, CPU{cpu}"), "munmap".to_owned())
        }
        ActorKind::KernelWriter => {
            let run = format!("ext2_add_link {}", new_store(layout));
            ("adds a directory entry".to_owned(), run)
        }
        ActorKind::Disk => ("HBA and target".to_owned(), "disk".to_owned()),
        ActorKind::Completion => ("softirq, CPU0".to_owned(), "completion".to_owned()),
        ActorKind::Own => ("its own lines".to_owned(), String::new()),
    };
    let run = match kind {
        ActorKind::Own => "[\"lock_page\", \"unlock_page\"]".to_owned(),
        _ => format!("[{}]", quoted(&run)),
    };
    layout.insert(
        "actor",
        &format!(
            "name = {}\nabout = {}\nrun = {run}\n{mapped}",
            quoted(&name),
            quoted(&about)
        ),
    );
}
