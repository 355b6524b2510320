//! Inlines for the life of a bio, from its first page to the end of its I/O, and for the bytes that it carries.

use crate::machine::{ActorId, Instr, Protection};

use super::writer::{Names, Writer};

impl Writer<'_> {
    /// A statement for each sector of the page `p`; `{n}` in it becomes the sector's number.
    fn each_sector(&self, statement: &str) -> String {
        let many = self.sectors;
        match many {
            1 => statement.replace("{n}", "p"),
            _ => format!(
                "for (n : p * {many} .. p * {many} + {}) {{ {} }}",
                many - 1,
                statement.replace("{n}", "n")
            ),
        }
    }

    /// Statements that bring the kernel's page of a read to where the bytes were wanted.
    pub(super) fn copy_out(&mut self, page: &str) -> String {
        let head = "The kernel's page is copied to the user's.";
        if self.has.parts {
            let body = self.each_sector("if\n:: copy[{n}] != 0 && bio_of[{n}] == at_hand -> memory[{n}] = copy[{n}]; copy[{n}] = 0\n:: else\nfi");
            return self.library.inline("take_out_part", head, "p", &body) + &format!("({page})");
        }
        let each = "if\n:: copy[{n}] != 0 -> memory[{n}] = copy[{n}]; copy[{n}] = 0\n:: else\nfi";
        let body = self.each_sector(each);
        self.library.inline("take_out", head, "p", &body) + &format!("({page})")
    }

    /// Statements for each sector of all pages; `{n}` in them becomes the sector's number, `{p}` its page, `{b}` the place
    /// of its bio.
    pub(super) fn each_interval(&self, statements: &str) -> String {
        let most = self.pages * self.sectors - 1;
        let body = statements
            .replace("{b}", if self.has.parts { "{n}" } else { "{p}" })
            .replace("{n}", "n")
            .replace("{p}", &self.page_of("n"));
        format!(
            "for (n : 0 .. {most}) {{\n{}\n}}",
            super::library::indented(&body, 1)
        )
    }

    /// The page of the sector of a number.
    fn page_of(&self, n: &str) -> String {
        match (self.pages, self.sectors) {
            (1, _) => "0".to_owned(),
            (_, 1) => n.to_owned(),
            (_, many) => format!("{n} / {many}"),
        }
    }

    /// The condition that a sector is written with its page's bio; empty if every sector always is.
    fn under_io(&self) -> String {
        match (self.has.buffers, self.sectors) {
            (false, _) => String::new(),
            (true, many) => format!(" && under_io({{p}}, {{n}} % {many})"),
        }
    }

    /// Defines macros for the bio that `me` builds or has at hand, and the pages in it.
    pub(super) fn words(&mut self) {
        let mut found = "0".to_owned();
        for bio in (1..=self.bios).rev() {
            let mine = format!("bio_stage[{bio}] == BUILDING && bio_owner[{bio}] == me");
            found = format!("({mine} -> {bio} : {found})");
        }
        let text = format!("/* The bio \"me\" is building; 0: none. */\n#define @ {found}\n");
        self.own_bio = self.library.define("own_bio", &text);
        let own = &self.own_bio;
        let text = format!(
            "/* Page p is in the bio \"me\" is building. */\n#define @(p) ({own} != 0 && bio_of[p] == {own})\n"
        );
        self.builds = self.library.define("builds", &text);
        if self.model.actor_ids().any(|it| self.has_hand(it)) {
            let hand = "(at_hand != 0 && bio_of[p] == at_hand)";
            let text = format!(
                "/* Page p is in the bio \"me\" has at hand. */\n#define in_hand(p) {hand}\n"
            );
            self.library.define("in_hand", &text);
        }
        if self.has.buffers {
            let text = "/* Sector s of page p is written, if its bio is. */\n#define under_io(p, s) (io_mask[p] >> (s) & 1)\n";
            self.library.define("under_io", text);
        }
    }

    /// The bytes that an I/O takes for a sector: the copy's if there is one, else those in memory now.
    pub(super) fn source(&self, n: &str) -> String {
        match self.has.copy {
            true => format!("(copy[{n}] -> copy[{n}] : memory[{n}])"),
            false => format!("memory[{n}]"),
        }
    }

    /// The bytes a sector's guard tag was computed from: the submitter's where the bio is
    /// guarded, else those the HBA fetched.
    pub(super) fn tuple(&self, n: &str, page: &str) -> String {
        match self.has.guards {
            true => format!("(bio_guarded[bio_of[{page}]] -> sealed[{n}] : wire[{n}])"),
            false => format!("wire[{n}]"),
        }
    }

    pub(super) fn set_page_dirty(&mut self, page: &str) -> String {
        let all = (1 << self.sectors) - 1;
        let buffers = match self.has.buffers {
            true => format!(";\nBH_Dirty[p] = {all}"),
            false => String::new(),
        };
        let head = "The whole page counts as dirty: every buffer does.";
        let body = format!("PG_dirty[p] = true{buffers}");
        self.library.inline("mark_dirty", head, "p", &body) + &format!("({page})")
    }

    /// Statements, behind others, that reset a bio's variables once it is done.
    fn forgotten(&self) -> String {
        let mut body = String::new();
        if self.has.guards {
            body += "; bio_guarded[b] = false";
        }
        if self.has.requeues {
            body += "; bio_requeues[b] = 0";
        }
        body
    }

    /// Statements, behind others, that reset a bio's variables once nothing is in it any more.
    fn freed(&self) -> String {
        let read = if self.has.reads {
            "; bio_read[b] = false"
        } else {
            ""
        };
        self.forgotten() + read
    }

    /// Takes a page out of its bio, if it is in one; of several, out of the one at hand. A bio without pages is free again.
    pub(super) fn release_from_bio(&mut self, actor: ActorId, page: &str) -> String {
        if self.has.parts {
            return match self.has_hand(actor) {
                true => self.release_part(page),
                false => String::new(),
            };
        }
        let mut body = "b = bio_of[p];\nif\n:: b != 0 ->\n\tbio_of[p] = 0;\n".to_owned();
        if self.has.buffers {
            body += "\tio_mask[p] = 0;\n";
        }
        let copy = if self.has.copy { "; copy[{n}] = 0" } else { "" };
        let clear = self.each_sector(&format!("sealed[{{n}}] = 0; wire[{{n}}] = 0{copy}"));
        let pages: Vec<String> = (0..self.pages)
            .map(|it| format!("bio_of[{it}] != b"))
            .collect();
        body += &format!("\t{clear};\n\tif\n\t:: {} ->\n", pages.join(" && "));
        body += "\t\tbio_stage[b] = FREE; bio_owner[b] = NOBODY; bio_failed[b] = false";
        body += &self.freed();
        body += "\n\t:: else\n\tfi\n:: else\nfi";
        let head = "Takes a page out of its bio; a bio without pages is free.";
        self.library.inline("release_from_bio", head, "p", &body) + &format!("({page})")
    }

    /// Takes those sectors of a page out of the bio at hand that are in it; a bio without sectors is free again.
    fn release_part(&mut self, page: &str) -> String {
        let mut each = "bio_of[{n}] = 0; sealed[{n}] = 0; wire[{n}] = 0".to_owned();
        if self.has.copy {
            each += "; copy[{n}] = 0";
        }
        if self.has.buffers {
            each += &format!(
                "; io_mask[p] = io_mask[p] & ~(1 << ({{n}} % {}))",
                self.sectors
            );
        }
        let each = self.each_sector(&format!("if\n:: bio_of[{{n}}] == b -> {each}\n:: else\nfi"));
        let all: Vec<String> = (0..self.pages * self.sectors)
            .map(|it| format!("bio_of[{it}] != b"))
            .collect();
        let mut body = format!(
            "b = at_hand;\nif\n:: b != 0 ->\n\t{each};\n\tif\n\t:: {} ->\n",
            all.join(" && ")
        );
        body += "\t\tbio_stage[b] = FREE; bio_owner[b] = NOBODY; bio_failed[b] = false";
        body += &self.freed();
        body += "\n\t:: else\n\tfi\n:: else\nfi";
        let head = "Takes a page out of the bio at hand; a bio without sectors is free.";
        self.library.inline("release_part", head, "p", &body) + &format!("({page})")
    }

    pub(super) fn bio_add_page(&mut self, instr: Instr, names: &Names) -> String {
        let page = &names.page;
        let mut body = format!("b = {};\nif\n:: b != 0\n", self.own_bio);
        for bio in 1..=self.bios {
            let before: Vec<String> = (1..bio)
                .map(|it| format!(" && bio_stage[{it}] != FREE"))
                .collect();
            body += &format!(
                ":: b == 0 && bio_stage[{bio}] == FREE{} -> b = {bio}\n",
                before.concat()
            );
        }
        body += ":: else\nfi;\nif\n:: b != 0 ->\n\tbio_stage[b] = BUILDING; bio_owner[b] = me";
        body += if self.has.parts {
            ""
        } else {
            "; bio_of[p] = b"
        };
        if self.has.buffers && !self.has.parts {
            body += &format!(";\n\tio_mask[p] = {}", (1 << self.sectors) - 1);
        }
        body += "\n:: else\nfi";
        let head = "Adds a page to one's bio, which begins with its first page.";
        let mut out =
            self.library.inline("add_to_bio", head, "me, p", &body) + &format!("(me, {page})");
        if self.has.parts {
            for place in self.places_of(instr, names) {
                out += &format!("; bio_of[{place}] = b");
            }
            let some = instr.sectors().map_or((1 << self.sectors) - 1, u16::from);
            if self.has.buffers {
                out += &format!("; io_mask[{page}] = io_mask[{page}] | {some}");
            }
        }
        out
    }

    /// Copies a page, or only what the bio that `me` builds has of it, for an I/O to take the copy.
    pub(super) fn copies(&mut self, page: &str, own: bool) -> String {
        let head = "From here on the I/O takes the copy.";
        if own && self.has.parts {
            let body = self.each_sector(&format!(
                "if\n:: {}({{n}}) -> copy[{{n}}] = memory[{{n}}]\n:: else\nfi",
                self.builds
            ));
            return self
                .library
                .inline("take_copy_of_part", head, "me, p", &body)
                + &format!("(me, {page})");
        }
        let body = self.each_sector("copy[{n}] = memory[{n}]");
        self.library.inline("take_copy", head, "p", &body) + &format!("({page})")
    }

    pub(super) fn queue_bio(&mut self) -> String {
        let (guards, source) = (self.has.guards, self.source("{n}"));
        let unguarded = if guards { "good = false; " } else { "" };
        let mut body = format!("b = {};\n", self.own_bio);
        body += if guards { "good = true;\n" } else { "" };
        body += &self.each_interval(&format!(
            "if\n:: bio_of[{{b}}] == b && sealed[{{n}}] == 0{} -> {unguarded}sealed[{{n}}] = {source}\n:: else\nfi",
            self.under_io()
        ));
        body += ";\nbio_stage[b] = QUEUED; bio_owner[b] = me";
        if guards {
            body += ";\nif\n:: good -> bio_guarded[b] = true\n:: else\nfi";
        }
        let head =
            "Submission seals what has no checksum yet: these bytes are promised from here on.";
        self.library.inline("seal_and_queue", head, "me", &body) + "(me)"
    }

    pub(super) fn commit_media(&mut self) -> String {
        let mut each =
            "if\n:: bio_of[{b}] == b && wire[{n}] != 0 ->\n\tmedia[{n}] = wire[{n}]".to_owned();
        if self.has.tuples {
            each += &format!(";\n\ttuples[{{n}}] = {}", self.tuple("{n}", "{b}"));
        }
        if self.has.promise {
            let bit = format!("(1 << ({{n}} % {}))", self.sectors);
            each += &format!(
                ";\n\tif\n\t:: (fresh[{{p}}] & {bit}) || promise[{{n}}] == wire[{{n}}] ->\n\
                 \t\tpromise[{{n}}] = 0; fresh[{{p}}] = fresh[{{p}}] & ~{bit}\n\t:: else\n\tfi"
            );
        }
        let body = format!(
            "b = at_hand;\n{}",
            self.each_interval(&(each + "\n:: else\nfi"))
        );
        let head = "The target writes what was fetched, and what was promised is kept.";
        self.library.inline("write_to_media", head, "", &body) + "()"
    }

    pub(super) fn requeue(&mut self) -> String {
        let each = self.each_interval("if\n:: bio_of[{b}] == b -> wire[{n}] = 0\n:: else\nfi");
        let body = format!(
            "b = at_hand; bio_failed[b] = false; bio_requeues[b] = bio_requeues[b] + 1;\n{each}"
        );
        let head = "The bytes are to be fetched anew; the guard tags are not generated anew.";
        self.library.inline("queue_again", head, "", &body) + "()"
    }

    /// The end of a request: if it is reported as done, a verdict for each sector of which the media do not hold the bytes
    /// that were sealed.
    pub(super) fn complete_request(&mut self) -> String {
        let bit = format!("(1 << ({{n}} % {}))", self.sectors);
        let mut judged = match self.model.protection {
            Protection::FsChecksum => "if\n:: !bio_failed[b] && wire[{n}] != sealed[{n}] -> broke(CHECKSUM_MISMATCH)\n:: else\nfi;\n".to_owned(),
            protection => {
                let mended = match protection {
                    // Parity that is wrong may stay so: the array reads, modifies and writes.
                    Protection::Parity => String::new(),
                    _ => format!(":: !bio_failed[b] && wire[{{n}}] == sealed[{{n}}] && wire[{{n}}] != 0 -> mixed[{{p}}] = mixed[{{p}}] & ~{bit}\n"),
                };
                format!("if\n:: !bio_failed[b] && wire[{{n}}] != sealed[{{n}}] ->\n\tmixed[{{p}}] = mixed[{{p}}] | {bit}; broke(UNSTABLE_WRITE)\n{mended}:: else\nfi;\n")
            }
        };
        if let Some(block) = self.block() {
            let valid = self.verifies();
            judged += &format!(
                "if\n:: {{n}} == {block} && !bio_failed[b] && wire[{{n}}] != 0 && !{valid}[wire[{{n}}]] -> broke(CHECKSUM_MISMATCH)\n:: else\nfi;\n"
            );
        }
        judged += "sealed[{n}] = 0; wire[{n}] = 0";
        judged += if self.has.copy { "; copy[{n}] = 0" } else { "" };
        judged += &match (self.has.promise, self.has.parts) {
            (true, true) => format!(";\nfresh[{{p}}] = fresh[{{p}}] & ~{bit}"),
            (true, false) => ";\nfresh[{p}] = 0".to_owned(),
            (false, _) => String::new(),
        };
        let each = format!(
            "if\n:: bio_of[{{b}}] == b ->\n{}\n:: else\nfi",
            super::library::indented(&judged, 1)
        );
        let mut body = format!("b = at_hand;\n{};\n", self.each_interval(&each));
        body += "bio_stage[b] = DONE; bio_owner[b] = NOBODY";
        body += &self.forgotten();
        let head = "A write that is reported as done: does the media hold what was sealed?";
        self.library.inline("finish_request", head, "", &body) + "()"
    }
}
