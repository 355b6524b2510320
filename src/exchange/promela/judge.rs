//! Waking, fsync, and the verdicts on a state in which no actor can move.

use crate::machine::{Op, PageId, Protection, Resource, SectorId};

use super::library::{indented, not};
use super::variables::single;
use super::writer::Writer;

impl Writer<'_> {
    /// An expression for the actor that must act next for a page's I/O to end; `owner` while there is no I/O.
    pub(super) fn io_holder(&mut self, page: &str, owner: &str) -> String {
        let (disk, completion) = (self.who(Op::TakeRequest), self.who(Op::BioEndio));
        let host = self.who(Op::TakeOver);
        let text = format!(
            "/* Who must act next for a page's I/O to end: its submitter, the disk, the completion. */\n\
             #define @(p, owner) \\\n\
             \t(bio_stage[bio_of[p]] == FREE     -> owner : \\\n\
             \t(bio_stage[bio_of[p]] == BUILDING -> bio_owner[bio_of[p]] : \\\n\
             \t(bio_stage[bio_of[p]] == PASSED   -> {host} : \\\n\
             \t(bio_stage[bio_of[p]] == DONE     -> {completion} : {disk}))))\n"
        );
        self.library.define("io_holder", &text) + &format!("({page}, {owner})")
    }

    /// An expression for the actor that must act next for a page to be unlocked: its owner, or while it is read whoever must
    /// act for the read to end.
    pub(super) fn lock_holder(
        &mut self,
        page: PageId,
        p: &str,
        behind: &mut Option<String>,
    ) -> String {
        let owner = format!("PG_locked[{p}]");
        if !self.has.reads {
            return owner;
        }
        if let Some(all) = self.io_holders(page, "NOBODY") {
            *behind = Some(format!("({owner} == WITH_READ -> {all} : (1 << {owner}))"));
        }
        let holder = self.io_holder(p, "NOBODY");
        format!("({owner} == WITH_READ -> {holder} : {owner})")
    }

    /// Of a page that goes out in parts everybody that must act next for its I/O to end, one bit each; none of another page.
    pub(super) fn io_holders(&mut self, page: PageId, owner: &str) -> Option<String> {
        if !self.has.parts {
            return None;
        }
        let places = self.bio_places(page, "");
        let bit = "/* A set of one actor, or of nobody. */\n#define @(who) ((who) == NOBODY -> 0 : (1 << (who)))\n";
        let bit = self.library.define("only", bit);
        let mut all = Vec::new();
        for place in &places {
            let holder = self.io_holder(place, "NOBODY");
            all.push(format!("(bio_of[{place}] == 0 -> 0 : {bit}({holder}))"));
        }
        let none: Vec<String> = places
            .iter()
            .map(|it| format!("bio_of[{it}] == 0"))
            .collect();
        let (none, all) = (none.join(" && "), all.join(" | "));
        Some(format!("(({none}) -> {bit}({owner}) : ({all}))"))
    }

    /// Marks every actor as woken that sleeps at a `wait_on_page_writeback_once` for this page.
    pub(super) fn wake_up_page(&mut self, page: &str) -> String {
        let sleepers = (self.model.actor_ids()).filter(|it| self.uses(*it, &[Op::WaitOnce]));
        let all: Vec<String> = sleepers
            .map(|it| format!("if\n:: sleeps_on[{it}] == p + 1 -> woken[{it}] = true\n:: else\nfi"))
            .collect();
        if all.is_empty() {
            return String::new();
        }
        let head = "Whoever sleeps once, and believes whoever wakes it.";
        self.library
            .inline("wake_sleepers", head, "p", &all.join(";\n"))
            + &format!("({page})")
    }

    pub(super) fn fsync_begin(&mut self) -> String {
        let cached: Vec<String> = (0..self.pages)
            .map(|page| {
                let each = (0..self.sectors).map(|sector| {
                    let n = page * self.sectors + sector;
                    match self.model.cached[page] {
                        true => format!(
                            "promise[{n}] = (memory[{n}] != media[{n}]{} -> memory[{n}] : 0);\n",
                            self.but_for_unread(PageId::at(page), &n.to_string())
                        ),
                        false => format!("promise[{n}] = 0;\n"),
                    }
                });
                each.collect::<String>() + &format!("fresh[{page}] = 0")
            })
            .collect();
        let head = "What memory holds now must be on media when fsync returns success.";
        self.library
            .inline("make_promises", head, "", &cached.join(";\n"))
            + "()"
    }

    /// The return of fsync. 2.6.39 tests and clears AS_EIO, so only the first fsync after an error reports it; with errseq
    /// each opener's first one does.
    pub(super) fn fsync_return(&mut self) -> String {
        let failed = match (self.has.errors, self.model.rules.errseq) {
            (false, _) => "false",
            (true, true) => "failed_once && !told_error",
            (true, false) => "AS_EIO",
        };
        let mut body = format!("good = !({failed});\n");
        body += if self.has.errors {
            "AS_EIO = false;\n"
        } else {
            ""
        };
        body += "told_error = told_error || !good";
        if self.has.promise {
            let gone = if self.has.gone { " && !gone[{p}]" } else { "" };
            body += ";\n";
            body += &self.each_interval(&format!(
                "if\n:: promise[{{n}}] != 0 && good{gone} -> broke(LOST_UPDATE)\n:: else\nfi;\npromise[{{n}}] = 0"
            ));
        }
        let head = match self.model.rules.errseq {
            true => "Each opener is told of an error once (errseq).",
            false => "Whoever asks first is told of an error (AS_EIO).",
        };
        self.library.inline("tell_of_errors", head, "", &body) + "()"
    }

    /// The verdict at the end of a run: deadlock or stall if somebody sleeps, else the updates that are lost. `processes` are
    /// the names of the actors' processes.
    pub(super) fn judge(&mut self, processes: &[String]) -> String {
        let mut out = String::new();
        // A named lock may have several holders, and so may a page that goes out in parts.
        let named = !self.model.locks.is_empty() || self.has.parts;
        for actor in self.model.actor_ids() {
            let mut all = String::new();
            for place in self.places(actor) {
                let names = self.names(place.instr);
                let Some(sleep) = self.sleep(place.instr, &names) else {
                    continue;
                };
                let at = self.stands_at(place, processes);
                let (until, holder) = (not(&sleep.until), sleep.holder);
                all += &match (named, self.behind(place.instr, sleep.behind, processes)) {
                    (false, _) => format!(":: {at} && {until} -> holder[me] = {holder}\n"),
                    (true, Some(behind)) => format!(
                        ":: {at} && {until} -> holder[me] = NOBODY; behind[me] = {behind}\n"
                    ),
                    (true, None) => format!(
                        ":: {at} && {until} -> b = {holder}; holder[me] = b; behind[me] = (b == NOBODY -> 0 : (1 << b))\n"
                    ),
                };
            }
            let name = super::library::comment(&self.scenario.cast[actor.index()].name);
            out += &match all.is_empty() {
                true => format!("holder[{actor}] = AWAKE; /* {name} */\n"),
                false => format!(
                    "#define me {actor} /* {name} */\nif\n{all}:: else -> holder[me] = AWAKE\nfi;\n#undef me\n"
                ),
            };
        }
        let many = self.model.actors.len();
        let sleepers = format!(
            "good = true; circle = false;\n\
             for (actor : 0 .. {last}) {{\n\
             \tif\n\t:: holder[actor] != AWAKE -> good = false\n\t:: else\n\tfi;\n\
             \tb = actor;\n\
             \tfor (n : 0 .. {many}) {{\n\
             \t\tif\n\t\t:: b != NOBODY && holder[b] != AWAKE -> b = holder[b]\n\t\t:: else -> b = NOBODY\n\t\tfi\n\
             \t}};\n\
             \tif\n\t:: b != NOBODY -> circle = true\n\t:: else\n\tfi\n\
             }}",
            last = many - 1,
        );
        let head = "Follows holders from each sleeper: does somebody come round again?";
        let follow = match named {
            false => self.library.inline("follow_holders", head, "", &sleepers),
            true => self.leave_out_who_may_wake(),
        };
        let rest = self.at_rest();
        out += &format!(
            "d_step {{\n\t{follow}();\n\tif\n\t:: circle -> broke(DEADLOCK)\n\t:: !circle && !good -> broke(STALL)\n\t:: else ->\n{}\n\tfi\n}}",
            indented(&rest, 2)
        );
        format!("if\n:: halted\n:: else ->\n{}\nfi", indented(&out, 1))
    }

    /// Leaves out of all sleepers, again and again, who sleeps behind none of those that are left: the rest wait for each
    /// other.
    fn leave_out_who_may_wake(&mut self) -> String {
        let many = self.model.actors.len();
        let about = "the actors that each sleeper sleeps behind, one bit each";
        (self.library).variable("hidden byte", "behind", Some(8), about);
        let body = format!(
            "good = true; old = 0;\n\
             for (actor : 0 .. {last}) {{\n\
             \tif\n\t:: holder[actor] != AWAKE -> good = false; old = old | (1 << actor)\n\t:: else\n\tfi\n\
             }};\n\
             for (n : 1 .. {many}) {{\n\
             \tfor (actor : 0 .. {last}) {{\n\
             \t\tif\n\t\t:: (old & (1 << actor)) && !(behind[actor] & old) -> old = old & ~(1 << actor)\n\t\t:: else\n\t\tfi\n\
             \t}}\n\
             }};\n\
             circle = (old != 0)",
            last = many - 1,
        );
        let head = "Of all sleepers, those that sleep behind no other do not wait in a circle; nor do those behind them.";
        self.library
            .inline("leave_out_who_may_wake", head, "", &body)
    }

    /// At the end without sleepers: a lost update for each sector whose newer bytes nothing announces, and a leak if
    /// anything is left behind.
    fn at_rest(&mut self) -> String {
        let mut all = Vec::new();
        for page in (0..self.pages).filter(|it| self.model.cached[*it]) {
            let mut quiet = vec![match self.has.buffers {
                true => format!(
                    "!(PG_dirty[{page}] && BH_Dirty[{page}] & (1 << (n - {})))",
                    page * self.sectors
                ),
                false => format!("!PG_dirty[{page}]"),
            }];
            if self.has.gone {
                quiet.push(format!("!gone[{page}]"));
            }
            if self.has.errors {
                quiet.push("!failed_once".to_owned());
            }
            for space in 0..usize::from(self.model.spaces) {
                quiet.push(format!("!(pte[{}] & DIRTY)", space * self.pages + page));
            }
            let (first, last) = (page * self.sectors, (page + 1) * self.sectors - 1);
            let quiet = quiet.join(" && ") + &self.but_for_unread(PageId::at(page), "n");
            all.push(format!(
                "for (n : {first} .. {last}) {{\n\tif\n\t:: {quiet} && memory[n] != media[n] -> broke(LOST_UPDATE)\n\t:: else\n\tfi\n}}"
            ));
        }
        let mut out = String::new();
        if !all.is_empty() {
            let head = "Newer in memory than on media, and nothing says so?";
            let body = all.join(";\n");
            out = self
                .library
                .inline("look_for_lost_updates", head, "", &body)
                + "();\n";
        }
        let exposed = self.exposed();
        if !exposed.is_empty() {
            let head =
                "Does a page count as clean that is writable, or newer with only a PTE to say so?";
            out += &self
                .library
                .inline("look_for_exposed_pages", head, "", &exposed.join(";\n"));
            out += "();\n";
        }
        let torn = self.torn();
        if !torn.is_empty() {
            let head = "What has an unstable write left on the media?";
            out += &self
                .library
                .inline("look_for_torn_pages", head, "", &torn.join(";\n"));
            out += "();\n";
        }
        let halved = self.halved();
        if !halved.is_empty() {
            let head =
                "Has a copy that was made sector by sector brought half of a store onto the media?";
            out += &self
                .library
                .inline("look_for_half_stores", head, "", &halved.join(";\n"));
            out += "();\n";
        }
        let held = self.held().join(" ||\n   ");
        let body = format!("if\n:: {held} -> broke(LEAK)\n:: else\nfi");
        let head = "Everybody is at rest. Is anything left behind?";
        out + &self.library.inline("look_for_leaks", head, "", &body) + "()"
    }

    /// For each page whether it counts as clean and is writable through a PTE or a TLB entry, or is newer than the media and a
    /// PTE says so: of these what it did not begin with. A page with a lost update is told of already.
    fn exposed(&self) -> Vec<String> {
        let model = self.model;
        let of = |(page, begun): (PageId, [bool; 2])| {
            let number = page.index();
            let (first, last) = (number * self.sectors, (number + 1) * self.sectors - 1);
            let each = |name: &str, many: usize, bits: &str| -> Vec<String> {
                (0..many)
                    .map(|it| format!("({name}[{}] & {bits})", it * self.pages + number))
                    .collect()
            };
            let (spaces, tlbs) = (usize::from(model.spaces), model.tlb_spaces.len());
            let dirty = each("pte", spaces, "DIRTY").join(" || ");
            let mut ways = match begun[0] {
                true => Vec::new(),
                false => [each("pte", spaces, "WRITE"), each("tlb", tlbs, "WRITE")].concat(),
            };
            if !begun[1] {
                ways.push(format!("good && ({dirty})"));
            }
            let here = match self.has.gone {
                true => format!("!PG_dirty[{number}] && !gone[{number}]"),
                false => format!("!PG_dirty[{number}]"),
            };
            let told = match self.has.errors {
                true => "failed_once || ",
                false => "",
            };
            // Newer bytes that no dirty bit and no error tells of are lost: that is said already.
            format!(
                "good = false;\n\
                 for (n : {first} .. {last}) {{\n\tif\n\t:: memory[n] != media[n] -> good = true\n\t:: else\n\tfi\n}};\n\
                 if\n:: {here} && ({}) && (!good || {told}{dirty}) -> broke(EXPOSED_PAGE)\n:: else\nfi",
                ways.join(" || ")
            )
        };
        let begun = |page: PageId| {
            let it = model.page(&model.initial, page);
            let ptes = || (model.space_ids()).map(|space| model.pte(&model.initial, space, page));
            let mut tlbs = (model.tlb_ids()).map(|tlb| model.tlb(&model.initial, tlb, page));
            let writable = ptes().any(|it| it.write()) || tlbs.any(|it| it.write());
            let newer = it.memory != it.media && ptes().any(|it| it.dirty());
            [writable, newer].map(|so| so && !it.dirty)
        };
        (model.page_ids())
            .filter(|it| model.cached[it.index()] && model.spaces > 0)
            .map(|it| (it, begun(it)))
            .filter(|(_, begun)| *begun != [true; 2])
            .map(of)
            .collect()
    }

    /// For each page, what its media hold after an unstable write: what will be written again is torn, anything else is
    /// corrupt for good.
    fn torn(&self) -> Vec<String> {
        if !self.has.mixed {
            return Vec::new();
        }
        let model = self.model;
        let parity = model.protection == Protection::Parity;
        // Copies that are compared with each other, not with memory.
        let copies =
            parity || model.protection == Protection::Mirror || model.has(Resource::Shadow);
        let page = |page: usize| {
            let (first, last) = (page * self.sectors, (page + 1) * self.sectors - 1);
            let bit = format!("(1 << (n - {first}))");
            let differs = match copies {
                true => format!("mixed[{page}] & {bit}"),
                false => "memory[n] != media[n]".to_owned(),
            };
            let mut written = vec![match self.has.buffers {
                true => format!("PG_dirty[{page}] && BH_Dirty[{page}] & {bit}"),
                false => format!("PG_dirty[{page}]"),
            }];
            for space in 0..usize::from(model.spaces) {
                written.push(format!("(pte[{}] & DIRTY)", space * self.pages + page));
            }
            let written = match model.cached[page] && !parity {
                true => written.join(" || "),
                false => "false".to_owned(),
            };
            let here = match self.has.gone && !parity {
                true => format!("mixed[{page}] && !gone[{page}]"),
                false => format!("mixed[{page}]"),
            };
            format!(
                "good = true; circle = false;\n\
                 for (n : {first} .. {last}) {{\n\
                 \tif\n\t:: {differs} ->\n\t\tcircle = true;\n\t\tif\n\t\t:: {written}\n\t\t:: else -> good = false\n\t\tfi\n\t:: else\n\tfi\n\
                 }};\n\
                 if\n:: {here} && circle && good -> broke(TORN_WRITE)\n:: {here} && circle && !good -> broke(SILENT_CORRUPTION)\n:: else\nfi"
            )
        };
        (0..self.pages).map(page).collect()
    }

    /// For each store across sectors whether memory has it whole and the media have it in part: what will be written again is
    /// torn, anything else is corrupt.
    fn halved(&self) -> Vec<String> {
        let model = self.model;
        if !(model.actor_ids()).any(|it| self.uses(it, &[Op::CopySector])) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for store in &model.stores {
            let page = store.page.index();
            let touched: Vec<_> = (model.sector_ids())
                .filter(|it| store.touches(model.geometry, *it))
                .collect();
            if touched.len() < 2 || !model.cached[page] {
                continue;
            }
            let is_in = |holder: &str, sector: SectorId| {
                let n = model.geometry.interval_number(store.page, sector);
                let with: Vec<String> = (self.ids())
                    .filter(|it| store.is_in(model.geometry, sector, model.contents.bytes(*it)))
                    .map(|it| format!("{holder}[{n}] == {}", it.0))
                    .collect();
                match with.is_empty() {
                    true => "false".to_owned(),
                    false => format!("({})", with.join(" || ")),
                }
            };
            let whole: Vec<_> = touched.iter().map(|it| is_in("memory", *it)).collect();
            let some: Vec<_> = touched.iter().map(|it| is_in("media", *it)).collect();
            let written: Vec<_> = (touched.iter().zip(&some))
                .map(|(sector, there)| {
                    let mut says = vec![match self.has.buffers {
                        true => format!("PG_dirty[{page}] && BH_Dirty[{page}] & {}", sector.bit()),
                        false => format!("PG_dirty[{page}]"),
                    }];
                    for space in 0..usize::from(model.spaces) {
                        says.push(format!("(pte[{}] & DIRTY)", space * self.pages + page));
                    }
                    format!("({there} || {})", says.join(" || "))
                })
                .collect();
            let gone = match self.has.gone {
                true => format!(" && !gone[{page}]"),
                false => String::new(),
            };
            let (whole, any, each) = (whole.join(" && "), some.join(" || "), some.join(" && "));
            let written = written.join(" && ");
            all.push(format!(
                "if\n:: {whole} && ({any}) && !({each}){gone} ->\n\
                 \tif\n\t:: {written} -> broke(TORN_WRITE)\n\t:: else -> broke(SILENT_CORRUPTION)\n\tfi\n\
                 :: else\nfi"
            ));
        }
        all
    }

    /// What nobody may hold at rest, as conditions. Pins that the file begins with are somebody's
    /// outside the model.
    fn held(&self) -> Vec<String> {
        let (model, first) = (self.model, &self.model.initial);
        let mut all = self.locks_held();
        for id in model.page_ids() {
            let page = id.index();
            all.push(format!("PG_locked[{page}] != NOBODY"));
            all.push(format!("PG_writeback[{page}] != NOBODY"));
            if self.has.blocks {
                all.push(format!("block_writeback[{page}] != 0"));
            }
            // They count from 1.
            let mine = page * self.bios / self.pages..(page + 1) * self.bios / self.pages;
            all.extend(mine.map(|bio| format!("bio_stage[{}] != FREE", bio + 1)));
            for (resource, name) in [
                (Resource::BufferLock, "BH_Lock"),
                (Resource::Shadow, "BH_Shadow"),
            ] {
                if model.has(resource) {
                    all.push(format!("{name}[{page}] != NOBODY"));
                }
            }
            let it = model.page(first, id);
            if self.has.pins {
                all.push(format!("pins[{page}] > {}", it.pins));
            }
            if self.has.read_only {
                all.push(format!("kernel_ro[{page}]"));
            }
        }
        if model.has(Resource::PteLock) {
            let spaces = model.space_ids();
            all.extend(spaces.map(|it| format!("pte_lock[{it}] != NOBODY")));
        }
        for resource in [Resource::Handle, Resource::Commit, Resource::Mutex] {
            if model.has(resource) {
                all.push(format!("{} != NOBODY", single(resource)));
            }
        }
        all
    }
}
