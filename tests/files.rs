//! Scenario files: every fault gets line, column and reason; no text at all makes them panic.

use std::fmt::Write;

use expect_test::expect_file;
use proptest::prelude::*;
use stable_pages::protocol::{Era, OPS};
use stable_pages::scenario::{ScenarioError, Variant, catalogue, find, load, load_variant};

fn text(slug: &str) -> &'static str {
    find(slug).expect("in the catalogue").text
}

fn base() -> &'static str {
    text("unlock-gap")
}

/// A file with one piece replaced.
fn with(file: &str, from: &str, to: &str) -> String {
    assert!(file.contains(from), "{from}");
    file.replacen(from, to, 1)
}

/// The error of a bad file.
fn refused(file: &str) -> ScenarioError {
    let loaded = load("x", file);
    loaded
        .err()
        .unwrap_or_else(|| panic!("this loads:\n{file}"))
}

/// The error after replacing one piece of a good file.
fn error(from: &str, to: &str) -> ScenarioError {
    refused(&with(base(), from, to))
}

/// A file whose flusher runs a program of its own.
fn own_program(lines: &str) -> String {
    let program =
        format!("[[program]]\nname = \"own\"\ntext = \"\"\"\n{lines}\n\"\"\"\n\n[[actor]]");
    let file = with(base(), "[[actor]]", &program);
    let file = with(&file, "run = [\"writepage\"]", "run = [\"own\"]");
    let edit = file.find("[[edit]]").expect("an edit");
    let end = file.find("[file]").expect("a file");
    format!("{}{}", &file[..edit], &file[end..])
}

/// A line of a file, below it a mark under one of its columns, and the message about it.
fn pointed(file: &str, line: usize, column: usize, words: &str) -> String {
    let source = file.lines().nth(line - 1).unwrap_or("");
    assert!(
        column <= source.chars().count() + 1,
        "line {line}, column {column}: {words}"
    );
    let short: String = source.chars().take(70).collect();
    format!("{short}\n{}^ {words}\n", " ".repeat(column - 1))
}

/// The catalogue is every file of the folder, in the order that the files state; nothing else lists them.
#[test]
fn the_catalogue_is_the_folder() {
    let folder = std::fs::read_dir("assets/scenarios").expect("a folder");
    let mut files: Vec<String> = folder
        .map(|file| file.expect("readable").path())
        .map(|path| path.file_stem().expect("named").display().to_string())
        .collect();
    files.sort();
    let mut listed: Vec<&str> = catalogue().map(|entry| entry.slug).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
    let mut before = 0;
    for entry in catalogue() {
        let scenario = entry.load().expect(entry.slug);
        assert!(entry.order >= before, "{}", entry.slug);
        before = entry.order;
        // Title and line of the list, which are known without loading the file, are the file's.
        assert_eq!(entry.title, scenario.title);
        assert_eq!(entry.section, scenario.section);
        assert_eq!(entry.group, scenario.group);
        assert!(!entry.group.is_empty());
        assert_eq!(entry.order, scenario.order);
        let stated = scenario.stated().expect("its own device").iter();
        let words: Vec<&str> = stated.map(|it| it.words()).collect();
        assert_eq!(entry.verdicts, words.join(", "), "{}", entry.slug);
        assert!(!scenario.sources.is_empty() && !scenario.schedule.is_empty());
    }
}

/// The messages for faulty files, each below its line, are as recorded in `tests/golden/refusals.txt`. `UPDATE_EXPECT=1`
/// writes the file anew.
#[test]
fn faults_have_a_place_and_a_reason() {
    let mut told = String::new();
    let mut tell = |file: &str| {
        let error = refused(file);
        told += &pointed(file, error.line, error.column, &error.reason);
        told += "\n";
    };
    for (from, to) in FAULTS {
        tell(&with(base(), from, to));
    }
    // Fault handlers that never make the PTE writable: one with a step, one that has none in the file's kernel.
    for line in ["wait_on_page_locked", "?3.9+ pte_mkwrite"] {
        let program = format!("[[program]]\nname = \"own\"\ntext = \"{line}\"\n\n[[actor]]");
        let file = with(base(), "[[actor]]", &program);
        tell(&with(&file, "mm = \"A\"", "mm = \"A\"\nfault = \"own\""));
    }
    for lines in PROGRAM_FAULTS {
        tell(&own_program(lines));
    }
    let pages = text("two-page-inversion");
    for (from, to) in PAGE_FAULTS {
        tell(&with(pages, from, to));
    }
    expect_file!["golden/refusals.txt"].assert_eq(&told);
}

/// Pieces of `unlock-gap`, each with a faulty text to put in its place.
const FAULTS: [(&str, &str); 66] = [
    // Words from a fixed list.
    ("era = \"3.0\"", "era = \"1999\""),
    ("device = \"dix+dif\"", "device = \"dix\""),
    ("device = \"dix+dif\"", "device = 3"),
    ("dirty = true", "dirty = true\npte = \"read only\""),
    ("dirty = true", "dirty = true\nptes = { B = \"none\" }"),
    ("[\"guard error\"]", "[\"bad luck\"]"),
    ("[\"guard error\"]", "[\"gard error\"]"),
    ("none = [", "nine = ["),
    ("none = [\"unstable write\"]", ""),
    ("breaks = [\"I3\"", "breaks = [\"I33\""),
    ("cpu = 1", "cpu = 1\nholds = [\"page_lock\"]"),
    // Keys and values.
    ("title = ", "tittle = "),
    ("summary = ", "text = "),
    ("dirty = true", "dirty = true\ncolour = 1"),
    ("dirty = true", "dirty = true\ncomitting = true"),
    ("dirty = true", "dirty = 1"),
    ("move =", "shove ="),
    ("watch = \"", "watch = "),
    ("index = 7", "index = -7"),
    ("interval = 512", "interval = 1024"),
    ("interval = 512", "interval = 512\nblock = 700"),
    ("interval = 512", "interval = 512\nchecksum = [1]"),
    ("[[store]]", "[store]"),
    // Bytes.
    ("offset = 1536", "offset = 4094"),
    ("text = \"new!\"", "hex = \"0g\""),
    ("text = \"new!\"", ""),
    ("text = \"new!\"", "text = \"new!\"\npage = 1"),
    ("media = [\"old \"]", "media = [\"old \", \"new \"]"),
    ("media = [\"old \"]", "media = [\"\"]"),
    (
        "\"3\", \"4\"",
        "\"3\", \"long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long \"",
    ),
    // Names.
    ("name = \"disk\"", "name = \"writer\""),
    ("name = \"disk\"", "name = \"the disk\""),
    ("name = \"new\"", "name = \"1\""),
    ("mm = \"A\"", "mm = \"1\""),
    ("mm = \"A\"", "mm = \"new\""),
    (
        "[[actor]]",
        "[[program]]\nname = \"lock_page\"\ntext = \"\"\n[[actor]]",
    ),
    (
        "[[actor]]",
        "[[program]]\nname = \"p\"\ntext = \"\"\n[[program]]\nname = \"p\"\ntext = \"\"\n[[actor]]",
    ),
    ("mm = \"A\"", "mm = \"A\"\nfault = \"do_wp_pages\""),
    ("mm = \"A\"", ""),
    // Lines of actors.
    ("run = [\"disk\"]", "run = [\"disc\"]"),
    ("run = [\"disk\"]", "run = [\"tape\"]"),
    ("run = [\"disk\"]", "run = [\"\"]"),
    ("run = [\"store new\"]", "run = [\"store  news\"]"),
    ("run = [\"store new\"]", "run = [\"store\"]"),
    ("run = [\"store new\"]", "run = [\"ext2_add_link\"]"),
    ("run = [\"store new\"]", "run = [\"store new new\"]"),
    // Edits.
    ("writepage/unlock_page", "writepage/unlock"),
    ("writepage/unlock_page", "writepage/folio_unlock"),
    ("writepage/unlock_page", "writepages/unlock_page"),
    ("writepage/unlock_page", "nobody/unlock_page"),
    ("writepage/unlock_page", "unlock_page"),
    ("writepage/unlock_page", "writepage/unlock_page#3"),
    ("writepage/unlock_page", "writepage/generate_guard"),
    ("writepage/set_page_writeback", "do_wp_page/pte_mkwrite"),
    ("before =", "with ="),
    (
        "move = \"writepage/unlock_page\"",
        "insert = \"wait_on_page_writeback B\"",
    ),
    // The opening run, remarks and the longest sleep.
    ("flusher through queue_bio", "flusher through queue_bios"),
    ("flusher through queue_bio", "flushers 3"),
    ("flusher through queue_bio", "kworker 3"),
    ("flusher through queue_bio", "disk 3"),
    ("flusher through queue_bio", "flusher way 1"),
    ("flusher through queue_bio", "flusher on"),
    (
        "move = \"writepage/unlock_page\"\nbefore = \"writepage/set_page_writeback\"",
        "drop = \"writepage/lock_page\"",
    ),
    ("on = \"flusher", "on = \"nobody"),
    ("on = \"flusher unlock_page", "on = \"flusher unlock"),
    (
        "[[note]]",
        "[stall]\nactor = \"reader\"\nbehind = \"disk\"\nsteps = 1\n[[note]]",
    ),
];

/// Faulty programs.
const PROGRAM_FAULTS: [&str; 43] = [
    // Names.
    "lock_page\n  # a comment\nlokc_page",
    "folio_lock",
    "lock_page(page)",
    "folio_lock(folio)",
    "ptep_get_and_clear A",
    "btrfs_csum_one_bio",
    "hba",
    "?4.2 lock_page",
    "?guard lock_page",
    "each sectors\n  generate_guard",
    // What a step works on.
    "generate_guard",
    "generate_guard new",
    "generate_guard 3",
    "each sector\n  generate_guard new",
    "each sector\n  kernel_store",
    "lock_page new",
    "lock_page A",
    "lock_page 7",
    "lock_page 0 0",
    "pte_lock",
    "pte_lock new",
    // Labels.
    "trylock_page else out\nunlock_page\nuot>",
    "again> lock_page\nunlock_page\nagain> lock_page",
    "each mapping\n  next>\n  next>\nnext>",
    "end> lock_page",
    "> lock_page",
    "goto nowhere",
    "lock_page else end",
    "writepage else end",
    "else end",
    // Shape.
    "lock_page\n  unlock_page",
    "lock_page\nown",
    "a:\n  b:\n    c:\n      d:\n        e:\n          f:\n            g:\n              h:\n                i:\n                  j:\n                    k:\n                      l:\n                        m:\n                          lock_page",
    // One bio at a time.
    "lock_page\nset_page_writeback\nbio_add_page\ngenerate_guards:\n  each sector\n    generate_guard\nqueue_bio\nbio_add_page\nqueue_bio\nunlock_page",
    "lock_page\nset_page_writeback\nunlock_page\nsubmit_bio\nsubmit_bio",
    // Sectors of a page.
    "submit_bio 0-3\nsubmit_bio 3-7",
    "bio_add_page 0-8",
    "bio_add_page 4-3",
    "bio_add_page 0-3 4-7",
    "lock_page 0-3",
    // Columns behind escapes, tabs and folded lines.
    "lock_page # \\u00fc \\\"quoted\\\" \\nunlock_page   lock",
    "?3.0+\\tunlock_page \\\n     \\\n   B",
    "\\u0020\\U00000020 unlock_pages",
];

/// Pieces of `two-page-inversion`, each with a faulty text to put in its place.
const PAGE_FAULTS: [(&str, &str); 4] = [
    ("wb_page 1", "wb_pages 1"),
    ("wb_page 0", "wb_page 7"),
    ("wb_page 1", "cyclic_pass"),
    (
        "wb_page 0\nsubmit\n\"\"\"",
        "lock_page 0\nbio_add_page 0\nbio_add_page 1\nbio_add_page 0\n\"\"\"",
    ),
];

/// Programs that look like faulty ones load: a page added again after a wait, labels and stores in the rounds of loops,
/// arguments that repeat what a program's steps mean.
#[test]
fn what_is_clear_is_not_refused() {
    for lines in [
        "writepage\nwritepage",
        "submit_bio 0-3\nsubmit_bio 4-7",
        "bio_add_page 0 4-7\nbio_add_page 0-3 0\nqueue_bio",
        "wb_page\nsubmit\nwait_on_page_writeback\nwb_page\nsubmit",
        "bio_add_page\nqueue_bio\nwait_for_bio\nbio_add_page\nqueue_bio",
        "mblk_io_submit else other\nbio_add_page\nqueue_bio\nend\nother> bio_add_page\nqueue_bio",
        "each mapping\n  pte_wrprotect else next\n  next>\neach mapping\n  pte_revoke else next\n  next>",
        "each sector\n  kernel_store new",
        "each sector\n  ext2_add_link new",
        "ext2_add_link new 0",
        "munmap A",
    ] {
        let loaded = load("x", &own_program(lines));
        // The opening run is of another program, so only its lines may be at fault.
        if let Err(error) = loaded {
            assert!(error.line < 25, "{lines}: {error}");
        }
    }
}

/// A second bio for a page is refused in programs as they are written, but not in edits, be they those of a file or of a link: old
/// links with such edits must open, and a draft's edits stand behind its file.
#[test]
fn an_edit_may_add_a_page_twice() {
    use stable_pages::protocol::{Edit, Place, Side};
    let place = Place::parse("writepage/submit_bio").expect("a place");
    let edit = Edit::Insert("bio_add_page".to_owned(), place, Side::Before);
    let edits = vec![edit];
    let variant = Variant {
        edits,
        ..Variant::default()
    };
    load_variant("x", base(), &variant).expect("an edit of a visitor");
    let (from, to) = (
        "move = \"writepage/unlock_page\"\nbefore = \"writepage/set_page_writeback\"",
        "insert = \"bio_add_page\"\nbefore = \"writepage/submit_bio\"",
    );
    assert!(base().contains(from));
    let cut = Variant {
        cut_schedule: true,
        ..Variant::default()
    };
    load_variant("x", &base().replace(from, to), &cut).expect("an edit of a file");
    let written = own_program("bio_add_page\nbio_add_page\nqueue_bio");
    let refused = load("x", &written).expect_err("written so");
    assert!(refused.reason.contains("one bio at a time"), "{refused}");
}

/// The message for a function's name that some kernel has for a step names the step's key: `lock_page` for `folio_lock`.
#[test]
fn names_of_other_kernels_are_recognized() {
    let mut told = 0;
    for row in &OPS {
        for era in Era::ALL {
            let call = row.calls()[era as usize];
            let Some((function, _)) = call.split_once('(') else {
                continue;
            };
            let word = function.chars().all(|c| c.is_alphanumeric() || c == '_');
            let known = OPS.iter().any(|other| other.key == function);
            if !word || known || stable_pages::protocol::library().any(|name| name == function) {
                continue;
            }
            let error = refused(&own_program(function));
            let said = format!("\"{function}\" is \"");
            assert!(error.reason.contains(&said), "{}: {error}", row.key);
            told += 1;
        }
    }
    assert!(told > 40, "only {told}");
}

/// Warnings about files that load, each with its place, are as recorded in `tests/golden/warnings.txt`.
#[test]
fn drafts_load_and_are_told_what_they_lack() {
    let draft = "title = \"A draft\"
era = \"6.19\"
summary = \"One page.\"
watch = \"The page.\"
device = \"dix+dif\"

[file]
inode = 12
first_lba = 56
interval = 4096

[[page]]
index = 7
memory = [\"new \"]
media = [\"old \"]
dirty = true

[[store]]
name = \"never\"
offset = 0
text = \"never\"

[[program]]
name = \"write\"
text = '''
writepage
nobody>
'''

[[program]]
name = \"forgotten\"
text = \"writepage\"

[[actor]]
name = \"flusher\"
about = \"\"
run = [\"write\"]
cpu = 1
fault = \"do_wp_page\"

[[actor]]
name = \"sleeper\"
about = \"\"
run = [\"lock_page\"]
mm = \"A\"

[[actor]]
name = \"disk\"
about = \"\"
run = [\"disk\"]

[[actor]]
name = \"completion\"
about = \"\"
run = [\"completion\"]
";
    let scenario = load("draft", draft).expect("a draft loads");
    assert_eq!(scenario.stated(), None);
    assert!(scenario.schedule.is_empty() && scenario.opening.is_empty());
    let mut told = String::new();
    for warning in &scenario.warnings {
        let kind = warning.kind.to_string();
        told += &pointed(draft, warning.line, warning.column, &kind);
        told += "\n";
    }
    expect_file!["golden/warnings.txt"].assert_eq(&told);
}

/// No file of the catalogue has warnings.
#[test]
fn the_catalogue_has_no_warnings() {
    let mut told = String::new();
    for entry in catalogue() {
        for warning in entry.load().expect(entry.slug).warnings {
            writeln!(told, "{}.toml, {warning}", entry.slug).expect("a text");
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn too_much_is_refused_not_wrapped() {
    let many = vec!["\"store new\""; 300].join(", ");
    let refused = error("\"store new\"", &many);
    assert!(refused.reason.contains("steps"), "{refused}");
    let pages = "[[page]]\nindex = 1\nmemory = [\"a\"]\nmedia = [\"b\"]\ndirty = true\n";
    let refused = error("[[store]]", &format!("{}[[store]]", pages.repeat(3)));
    assert!(refused.reason.contains("at most 3 pages"), "{refused}");
    let refused = error("[[store]]", &format!("{}[[store]]", pages.repeat(2)));
    assert!(refused.reason.contains("bytes of state"), "{refused}");
    let deep = format!("title = {}1{}", "[".repeat(400), "]".repeat(400));
    assert!(load("x", &deep).is_err());
}

/// The pieces that random files are made of: lines of good files, and words with a meaning there.
fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for entry in catalogue() {
        pieces.extend(entry.text.lines().map(str::to_owned));
    }
    for (_, to) in FAULTS.iter().chain(&PAGE_FAULTS) {
        pieces.push((*to).to_owned());
    }
    for lines in PROGRAM_FAULTS {
        pieces.extend(lines.split('\n').map(str::to_owned));
    }
    pieces.sort();
    pieces.dedup();
    pieces
}

proptest! {
    /// A good file with random lines put into it loads or is refused with a place; it never makes the loader panic.
    #[test]
    fn no_line_makes_loading_panic(at in any::<prop::sample::Index>(), put in prop::collection::vec(prop::sample::select(pieces()), 1..4), program in any::<bool>()) {
        let file = match program {
            true => own_program(&put.join("\n").replace('"', "")),
            false => {
                let mut lines: Vec<&str> = base().lines().collect();
                let at = at.index(lines.len());
                lines.splice(at..at, put.iter().map(String::as_str));
                lines.join("\n")
            }
        };
        if let Err(error) = load("x", &file) {
            pointed(&file, error.line, error.column, &error.reason);
        }
    }

    #[test]
    fn no_text_makes_loading_panic(text in "\\PC{0,200}") {
        let _ = load("x", &text);
    }

    #[test]
    fn no_damage_makes_loading_panic(which in any::<prop::sample::Index>(), at in 0_usize..4000, cut in 0_usize..60, put in "[ -~\n]{0,12}") {
        let all: Vec<&str> = catalogue().map(|entry| entry.text).collect();
        let text: Vec<char> = which.get(&all).chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        let damaged: String = text[..at].iter().copied().chain(put.chars()).chain(text[end..].iter().copied()).collect();
        if let Ok(scenario) = load("x", &damaged) {
            // A file that loads can also be run: a bounded search of it does not panic.
            let from = scenario.model.initial;
            let mut space = stable_pages::explore::Space::new(&scenario.model, from, stable_pages::explore::Limits::NONE);
            space.advance(&scenario.model, 300);
        }
    }
}
