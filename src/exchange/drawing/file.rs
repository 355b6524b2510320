//! A drawing's programs as a scenario file.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::made_file::quoted;
use super::made::{About, Programs};
use super::sheet::Sheet;

/// What a file is written from.
pub(super) struct File<'a> {
    pub about: &'a About,
    pub sheet: &'a Sheet,
    pub made: &'a Programs,
    pub pages: usize,
    pub kinds: &'a BTreeMap<String, &'static str>,
    pub stores: &'a [(String, usize)],
    pub completions: &'a [bool],
    pub flusher: bool,
    pub io: bool,
    pub direct: bool,
    pub dirty: bool,
    pub era: &'a str,
}

pub(super) fn file(it: &File) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Made of a drawing: behind each line stands the one it was made of, with its number. What is not drawn is marked.\n"
    );
    let _ = writeln!(out, "title = \"{}\"", quoted(&it.about.title));
    let _ = writeln!(
        out,
        "summary = \"{}\"\nwatch = \"\"",
        quoted(&it.about.summary)
    );
    let _ = writeln!(out, "era = \"{}\"\ndevice = \"dix+dif\"\n", it.era);
    let _ = writeln!(out, "[file]\ninode = 12\nfirst_lba = 56\ninterval = 4096");
    for page in 0..it.pages {
        let _ = writeln!(out, "\n[[page]]\nindex = {page}");
        // Where nothing is written, nothing newer can be lost.
        let memory = if it.io { "new " } else { "old " };
        let _ = writeln!(out, "memory = [\"{memory}\"]\nmedia = [\"old \"]");
        let _ = writeln!(out, "dirty = {}", it.dirty || it.direct);
        if it.direct {
            let _ = writeln!(out, "cached = false");
        }
    }
    for (name, page) in it.stores {
        let text = format!("{name}!");
        let _ = writeln!(
            out,
            "\n[[store]]\nname = \"{name}\"\npage = {page}\noffset = 0\ntext = \"{text}\""
        );
    }
    let used = |name: &String| {
        let mut all = it.made.columns.iter().flatten();
        all.any(|line| line.text.split_whitespace().any(|word| word == name))
    };
    for (name, kind) in it.kinds.iter().filter(|(name, _)| used(name)) {
        let _ = writeln!(out, "\n[[lock]]\nname = \"{name}\"\nkind = \"{kind}\"");
    }
    for (at, (name, lines)) in it.made.names.iter().zip(&it.made.columns).enumerate() {
        let forever = if it.completions[at] {
            "forever = true\n"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "\n[[program]]\nname = \"{name}_drawn\"\n{forever}text = '''"
        );
        let mut last = None;
        for line in lines {
            let said =
                !line.text.ends_with('>') && !line.text.starts_with("goto") && line.text != "end";
            let mark = match line.cell {
                None if said => "    # not drawn".to_owned(),
                // The line that it was made of, once.
                Some(cell) if last != Some(cell) => {
                    let cell = &it.sheet.cells[cell];
                    format!("    # {}: {}", cell.line + 1, cell.text.replace("'''", ""))
                }
                _ => String::new(),
            };
            last = line.cell;
            let _ = writeln!(out, "{:1$}{2}{mark}", "", line.indent, line.text);
        }
        if lines.is_empty() {
            let _ = writeln!(out, "call nothing drawn");
        }
        let _ = writeln!(out, "'''");
    }
    let actor = |out: &mut String, name: &str, about: &str, run: &str| {
        let _ = writeln!(
            out,
            "\n[[actor]]\nname = \"{name}\"\nabout = \"{}\"\nrun = [\"{run}\"]",
            quoted(about)
        );
    };
    for (at, name) in it.made.names.iter().enumerate() {
        let label = match it.sheet.labels[at].trim() {
            "" => "a column without a label",
            label => label,
        };
        actor(&mut out, name, label, &format!("{name}_drawn"));
    }
    if it.flusher {
        actor(
            &mut out,
            "flusher_",
            "writes the page; not drawn",
            "writepage",
        );
    }
    if it.io {
        actor(&mut out, "disk", "HBA and target; not drawn", "disk");
        if !it.completions.contains(&true) {
            let program = if it.direct {
                "completion_direct"
            } else {
                "completion"
            };
            actor(&mut out, "completion", "softirq; not drawn", program);
        }
    }
    out
}
