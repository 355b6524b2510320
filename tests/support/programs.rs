//! Scenario files with random programs, for tests that ask for more than the catalogue has.

#![allow(dead_code, reason = "not every test uses all of it")]

use proptest::prelude::*;
use stable_pages::machine::{LockKind, Op, OperandKind, Register};
use stable_pages::protocol::{Era, OPS, library};
use stable_pages::scenario::Device;

/// A line of a random program; most lines are right, a few are faulty. Where the file reads and writes, reads are as
/// likely as all other lines.
fn line(reads: bool) -> impl Strategy<Value = String> {
    let mut words: Vec<String> = Vec::new();
    let is_read = |op: Op| matches!(op, Op::Read(_));
    for row in OPS.iter().filter(|row| reads || !is_read(row.op)) {
        let argument = match row.op.operand() {
            OperandKind::Store => " new",
            OperandKind::Space => " B",
            OperandKind::None if row.key == "call" => " ext4_map_blocks(inode)",
            OperandKind::None => "",
            OperandKind::Lock => match row.lock_kind().expect("a step on a lock") {
                LockKind::Mutex => " m",
                LockKind::Spin => " s",
                LockKind::Rwsem => " r",
                LockKind::Count => " n",
                LockKind::Completion => " c",
                LockKind::Flag => " g",
            },
            OperandKind::Sector => continue,
            OperandKind::Sectors => {
                words.push(row.key.to_owned());
                words.push(format!("{} 4-7", row.key));
                " 0-0"
            }
        };
        words.push(format!("{}{argument}", row.key));
        if row.op.can_answer_no() && row.key != "goto" {
            words.push(format!("{}{argument} else end", row.key));
            words.push(format!("{}{argument} else l", row.key));
        }
    }
    let stores = [
        "generic_perform_write",
        "ext2_add_link",
        "direct_io_read_into_page",
    ];
    for name in library() {
        if !["clear_page_dirty_for_io", "munmap", "disk"].contains(&name) {
            let argument = if stores.contains(&name) { " new" } else { "" };
            words.push(format!("{name}{argument}"));
        }
    }
    for word in [
        "end",
        "goto l",
        "l>",
        "l>",
        "each sector",
        "each page",
        "munmap B",
        "nonsense",
    ] {
        words.push(word.to_owned());
    }
    let some = words.len() / 4;
    for (number, word) in READS.iter().cycle().take(some).enumerate() {
        if reads {
            words.insert(number, (*word).to_owned());
        }
    }
    (
        prop::sample::select(words),
        prop::sample::select(vec!["", "", "", "", "", "?guards ", "?3.9+ "]),
    )
        .prop_map(|(word, condition)| format!("{condition}{word}"))
}

/// The lines of a read of a page.
const READS: [&str; 5] = [
    "lock_page",
    "trylock_page",
    "bio_add_page",
    "submit_read",
    "wait_on_page_locked",
];

/// A device and a completion for reads and writes.
const BOTH: &str = "[[program]]\nname = \"disk_both\"\nforever = true\ntext = '''\n\
    take_request\nbio_is_read else write\neach page\n  each sector\n    dma_read\ncomplete_read\nend\nwrite>\neach page\n\
    \x20 each sector\n    dma_sector\n    ?guards hba_verify else bad\ncommit_media\nbad>\ncomplete_request\n'''\n\
    [[program]]\nname = \"completion_both\"\nforever = true\ntext = '''\nbio_endio else fine\nmapping_set_error\nfine>\n\
    bio_is_read else write\neach page\n  each sector\n    ?guards verify_read\n  end_page_read\n  bio_put\nend\nwrite>\n\
    each page\n  end_page_writeback\n'''\n";

/// Lines in which the label is defined once: by the first that does so, else by an added last one.
fn labels_once(lines: Vec<String>) -> Vec<String> {
    let defines = |line: &String| line.ends_with("l>");
    let first = lines.iter().position(defines);
    let mut lines: Vec<String> = (lines.into_iter().enumerate())
        .filter(|(at, line)| !defines(line) || Some(*at) == first)
        .map(|(_, line)| line)
        .collect();
    if first.is_none() {
        lines.push("l>".to_owned());
    }
    lines
}

/// A scenario file with random programs, edits, pages and devices.
pub fn file() -> impl Strategy<Value = String> {
    prop_oneof![2 => file_that(false), 1 => file_that(true)]
}

/// A file that writes, or one that reads and writes.
fn file_that(reads: bool) -> impl Strategy<Value = String> {
    let program = move || prop::collection::vec(line(reads), 1..12).prop_map(labels_once);
    let device = prop::sample::select(Device::ALL.map(|it| it.word()).to_vec());
    let era = prop::sample::select(Era::ALL.map(|it| it.word()).to_vec());
    let pte = prop::sample::select(vec!["none", "read-only", "writable", "writable clean"]);
    let edit = prop::sample::select(vec![
        "",
        "drop = \"one/lock_page\"",
        "drop = \"writepage/page_mkclean\"",
        "swap = \"writepage/unlock_page\"\nwith = \"writepage/set_page_writeback\"",
        "insert = \"wait_on_page_writeback\"\nafter = \"writepage/lock_page\"",
        "insert = \"revoke_writes\"\nbefore = \"two/unlock_page\"",
        "move = \"do_wp_page/pte_mkwrite\"\nbefore = \"do_wp_page/page_mkwrite\"",
    ]);
    (
        (program(), program()),
        (device, era, pte),
        edit,
        (1..3usize, any::<bool>(), any::<bool>()),
    )
        .prop_map(move |((one, two), kind, edit, geometry)| {
            let [one, two] =
                [&one, &two].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
            let text = text(kind, edit, geometry, &one, &two);
            if !reads {
                return text;
            }
            let text = text.replace("run = [\"disk\"]", "run = [\"disk_both\"]");
            let text = text.replace("run = [\"completion\"]", "run = [\"completion_both\"]");
            text.replacen("[[actor]]", &format!("{BOTH}[[actor]]"), 1)
        })
}

/// A lock of each kind.
pub const LOCKS: &str = "\
    [[lock]]\nname = \"m\"\nkind = \"mutex\"\n[[lock]]\nname = \"s\"\nkind = \"spin lock\"\n\
    [[lock]]\nname = \"r\"\nkind = \"rwsem\"\n[[lock]]\nname = \"n\"\nkind = \"count\"\n\
    [[lock]]\nname = \"c\"\nkind = \"completion\"\n[[lock]]\nname = \"g\"\nkind = \"flag\"\n";

/// A file of two programs' lines: with a device, an era and a PTE; with an edit, if any; with so many pages,
/// whether intervals are small, and whether pages have buffers.
pub fn text(
    (device, era, pte): (&str, &str, &str),
    edit: &str,
    (pages, small, buffers): (usize, bool, bool),
    one: &[&str],
    two: &[&str],
) -> String {
    let page = |index: usize| {
        format!(
            "[[page]]\nindex = {index}\nmemory = [\"ab\"]\nmedia = [\"old \"]\ndirty = {}\npte = \"{pte}\"\n",
            index == 0
        )
    };
    let interval = if small && pages == 1 { 512 } else { 4096 };
    let block = if buffers { "block = 4096" } else { "" };
    let edit = match edit {
        "" => String::new(),
        edit => format!("[[edit]]\n{edit}\n"),
    };
    format!(
        "title = \"t\"\nera = \"{era}\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"{device}\"\nschedule = []\n\
                 {edit}[file]\ninode = 1\nfirst_lba = 8\ninterval = {interval}\n{block}\n{}\
                 [[store]]\nname = \"new\"\noffset = 100\ntext = \"new!\"\n\
                 {LOCKS}[[program]]\nname = \"one\"\ntext = '''\n{}\n'''\n\
                 [[program]]\nname = \"two\"\ntext = '''\n{}\n'''\n\
                 [[actor]]\nname = \"a\"\nabout = \"\"\nrun = [\"one\"]\nmm = \"A\"\n\
                 [[actor]]\nname = \"b\"\nabout = \"\"\nrun = [\"two\", \"store new\"]\nmm = \"B\"\n\
                 [[actor]]\nname = \"f\"\nabout = \"\"\nrun = [\"writepage\"]\n\
                 [[actor]]\nname = \"d\"\nabout = \"\"\nrun = [\"disk\"]\n\
                 [[actor]]\nname = \"c\"\nabout = \"\"\nrun = [\"completion\"]\n\
                 [expect]\nnone = []\n\"dix+dif\" = []\n\"hba insert\" = []\n\"fs checksum\" = []\n",
        (0..pages).map(page).collect::<String>(),
        one.join("\n")
            .replace("each sector", "each sector\n  generate_guard")
            .replace("each page", "each page\n  set_page_dirty"),
        two.join("\n")
            .replace("each sector", "each sector\n  dma_sector")
            .replace("each page", "each page\n  end_page_writeback"),
    )
}

/// For each step by which the kernel changes a PTE: its key, and a file in which one actor makes it while another has the
/// lock of that page table. Stores and loads change PTEs too, but that is the hardware, which takes no lock.
pub fn under_page_table_lock() -> Vec<(&'static str, String)> {
    let changes = |op: Op| {
        op.footprint().writes.contains(&Register::Pte) && !matches!(op, Op::Store | Op::Load)
    };
    let rows = OPS.iter().filter(|row| changes(row.op));
    rows.map(|row| {
        let step = format!("{} B", row.key);
        let two = ["lock_page", step.as_str(), "unlock_page"];
        let kind = ("none", "3.0", "writable");
        let one = ["pte_lock B", "pte_unlock B"];
        (row.key, text(kind, "", (1, false, false), &one, &two))
    })
    .collect()
}
