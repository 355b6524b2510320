//! A stretch's programs as a scenario file.

use std::fmt::Write as _;

use super::Capture;
use super::programs::{Programs, UNSEEN};
use super::replay::{COMPLETION, DISK};
use crate::exchange::made_file::quoted;

impl Capture {
    /// Whether `bio_integrity_prep` was called for anything, which disks without guard tags have too before 7.1: `blk_mq_submit_bio`, block/blk-mq.c.
    pub(super) fn guards(&self) -> bool {
        self.recorded
            .iter()
            .any(|it| it.0.ends_with("bio_integrity_prep"))
    }

    /// A remark on each step with a line: which, and when.
    fn notes(&self, out: &mut String, programs: &Programs) {
        let mut notes: Vec<((&str, &str), Vec<u32>)> = Vec::new();
        for target in &programs.targets {
            let (name, times) = match target.actor {
                DISK => ("disk", 1),
                COMPLETION => ("completion", 1),
                index => {
                    let actor = &programs.actors[index];
                    let times = actor.counts.get(target.key).copied();
                    (&*actor.name, times.unwrap_or(0))
                }
            };
            // A step that is made several times has no line of its own, and one that must have been has none at all.
            if times != 1 || target.key == "lock_page" || target.actor == DISK && target.reach {
                continue;
            }
            match notes.iter_mut().find(|it| it.0 == (name, target.key)) {
                Some(note) if note.1.last() != Some(&target.event) => note.1.push(target.event),
                Some(_) => {}
                None => notes.push(((name, target.key), vec![target.event])),
            }
        }
        for ((name, key), events) in notes {
            let places = events.iter().map(|it| {
                let event = &self.events[*it as usize];
                format!(
                    "line {}, {} s, CPU {}",
                    event.line,
                    self.seconds(*it),
                    event.cpu
                )
            });
            let places: Vec<String> = places.collect();
            let text = format!("In the capture: {}.", places.join("; "));
            let _ = writeln!(out, "\n[[note]]\non = \"{name} {key}\"\ntext = \"{text}\"");
        }
    }

    /// When an event happened, in seconds.
    pub fn seconds(&self, event: u32) -> String {
        let time = self.events[event as usize].time;
        format!("{}.{:06}", time / 1_000_000_000, time / 1_000 % 1_000_000)
    }

    /// The file of a stretch.
    pub(super) fn file(&self, programs: &Programs, about: &str, folio: u32) -> String {
        let mut out = String::new();
        let name = quoted(&self.name);
        let _ = writeln!(
            out,
            "# Made of a capture: behind each line stands the one it was made of.\n"
        );
        let _ = writeln!(out, "title = \"{about} of {name}\"");
        let _ = writeln!(
            out,
            "summary = \"What {name} shows of one folio, an actor a task. Bytes, and what is marked, are not in the capture.\""
        );
        let device = match self.guards() {
            true => "dix+dif",
            false => "none",
        };
        let _ = writeln!(out, "watch = \"\"\nera = \"6.19\"\ndevice = \"{device}\"");
        if let Some(asked) = programs.asked {
            let _ = writeln!(out, "stable = {asked}");
        }
        let folio = self.folios.get(folio as usize);
        let small = |it: Option<u64>, most: u64| it.filter(|it| *it <= most);
        let inode = small(folio.and_then(|it| it.inode), 1 << 31).unwrap_or(12);
        let index = small(folio.and_then(|it| it.index), 1 << 20).unwrap_or(0);
        let _ = writeln!(
            out,
            "\n[file]\ninode = {inode}\nfirst_lba = 56\ninterval = 4096"
        );
        let dirty = programs.dirty != Some(false) || programs.underway;
        let maps = programs.actors.iter().any(|it| it.maps);
        let _ = writeln!(
            out,
            "\n[[page]]\nindex = {index}\nmemory = [\"new \"]\nmedia = [\"old \"]\ndirty = {dirty}"
        );
        if maps {
            let _ = writeln!(
                out,
                "pte = \"{}\"",
                if dirty { "writable" } else { "read-only" }
            );
        }
        for store in 1..=programs.stores {
            let _ = writeln!(
                out,
                "\n[[store]]\nname = \"new{store}\"\npage = 0\noffset = 0\ntext = \"new{store}!\""
            );
        }
        if maps {
            let stable = programs.fault.contains(&"wait_for_stable_page");
            let mut mkwrite = String::new();
            for key in &programs.fault {
                let _ = writeln!(mkwrite, "  {key}");
            }
            let remark = if stable {
                ""
            } else {
                "    # no wait for a stable page is in the capture"
            };
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"fault_seen\"\ntext = '''\ncall do_wp_page()    # {UNSEEN}\npage_mkwrite:{remark}\n  lock_page    # {UNSEEN}\n  check_mapping else gone    # {UNSEEN}\n{mkwrite}pte_mkwrite else changed    # {UNSEEN}\nset_page_dirty\nchanged>\nunlock_page\nend\ngone>\nunlock_page\nsigbus\n'''"
            );
        }
        for (at, actor) in programs
            .actors
            .iter()
            .enumerate()
            .filter(|it| !it.1.lines.is_empty())
        {
            let mut lines = actor.lines.join("\n");
            if actor.cleans {
                lines += "\nend\nclean>\nunlock_page";
            }
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"{}_seen\"\ntext = '''\n{lines}\n'''",
                actor.name
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"{0}\"\nabout = \"{1}\"\nrun = [\"{0}_seen\"]",
                actor.name,
                quoted(&actor.about)
            );
            if actor.maps {
                let _ = writeln!(out, "mm = \"A\"\ncpu = {at}\nfault = \"fault_seen\"");
            }
        }
        self.notes(&mut out, programs);
        if programs.underway {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"flusher_\"\nabout = \"began writeback; {UNSEEN}\"\nrun = [\"writepage\"]"
            );
        }
        if programs.io() {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"disk\"\nabout = \"adapter and disk\"\nrun = [\"disk\"]"
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"completion\"\nabout = \"interrupt\"\nrun = [\"completion\"]"
            );
        }
        out
    }
}
