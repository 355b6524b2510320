//! The actors: the programs they run, with the edits of the file made.

use super::*;

/// The actors, and what they run.
pub(super) struct Actors {
    /// As the machine has them.
    pub actors: Vec<Actor>,
    /// As the page shows them, in the same order.
    pub cast: Vec<Cast>,
    /// The address space of each TLB.
    pub tlbs: Vec<SpaceId>,
    /// What they run, all edits made.
    pub programs: Vec<Program>,
    /// What the edits change, in words.
    pub changes: Vec<String>,
    /// The actors that never fault for writing, so that a `fault` of theirs has no effect.
    pub idle_faults: Vec<usize>,
}

/// What the actors run as it is written, no edits made, and what was learnt of the machine meanwhile. It depends on file,
/// kernel and device alone.
#[derive(Clone)]
pub(super) struct Written {
    pub shape: Shape,
    programs: Vec<Program>,
    rows: Vec<Row>,
    tlbs: Vec<(SpaceId, i64)>,
    idle_faults: Vec<usize>,
}

/// Where an actor runs, and what.
#[derive(Clone, Copy)]
struct Row {
    space: Option<SpaceId>,
    tlb: Option<TlbId>,
    /// Whether its programs begin again.
    forever: bool,
    /// How many programs it runs, and how many they are with its fault handler.
    many: usize,
    all: usize,
}

impl Setting<'_> {
    /// The programs the file brings along.
    pub(super) fn programs(&self) -> Vec<Text> {
        let mut own: Vec<Text> = Vec::new();
        for table in &self.file.programs {
            let name = &table.name;
            if name.text.is_empty() || name.text.contains(char::is_whitespace) {
                self.wrong(name.at, "a program's name is one word");
            }
            if op_number(&name.text).is_some() || ["each", "end"].contains(&name.text.as_str()) {
                let reason = format!(
                    "\"{}\" is a word of the program language already; choose another name",
                    name.text
                );
                self.wrong(name.at, reason);
            }
            if own.iter().any(|program| program.name == name.text) {
                let reason = format!("there is already another program \"{}\"", name.text);
                self.wrong(name.at, reason);
            }
            let places = self.source.places(&table.text.text, table.text.at);
            own.push(Text {
                name: name.text.clone(),
                forever: table.forever,
                lines: lines(&table.text.text, |byte| places.get(byte).copied()),
            });
        }
        own
    }

    /// Expands a text that stands at a word of the file.
    fn expand(&self, shape: &Shape, text: &Text, frame: Frame, word: &Word) -> Option<Vec<Step>> {
        let steps = expand(shape, text, frame);
        let noted = steps.map_err(|error| {
            let mut reason = error.reason;
            if let Some(before) = error.before {
                reason += &format!("; the first stands in line {}", self.source.place(before).0);
            }
            self.wrong(error.at.unwrap_or(word.at), reason);
        });
        noted.ok()
    }

    /// The programs an actor runs, one after the other, and whether they begin again.
    fn run(
        &self,
        shape: &Shape,
        number: usize,
        actor: &ActorTable,
        frame: Frame,
    ) -> (Vec<Program>, bool) {
        let mut programs: Vec<Program> = Vec::new();
        let mut forever = actor.forever;
        let mut last_is_own = false;
        for line in &actor.run {
            let head = line.text.split_whitespace().next().unwrap_or("");
            let called = program_source(shape, head);
            let name = match &called {
                Some(source) => source.name.clone(),
                None => actor.name.text.clone(),
            };
            forever |= called.as_ref().is_some_and(|source| source.forever);
            let places = self.source.places(&line.text, line.at);
            let text = one_line(&name, &line.text, |byte| places.get(byte).copied());
            if text.lines.is_empty() {
                self.wrong(line.at, "there is no step or program in this line");
            }
            let is_own = called.is_none();
            let Some(steps) = self.expand(shape, &text, frame, line) else {
                continue;
            };
            let steps = unwrapped(steps);
            match programs.last_mut() {
                // Lines of the actor's own that follow each other are one program.
                Some(last) if is_own && last_is_own => last.steps.extend(steps),
                _ => programs.push(Program {
                    name,
                    actor: ActorId::at(number),
                    handler: false,
                    frame,
                    steps,
                }),
            }
            last_is_own = is_own;
        }
        (programs, forever)
    }

    /// The program of an actor's write faults.
    fn handler(
        &self,
        shape: &Shape,
        number: usize,
        actor: &ActorTable,
        frame: Frame,
    ) -> Option<Program> {
        let name = match actor.fault.text.as_str() {
            "" => "do_wp_page",
            name => name,
        };
        let Some(text) = program_source(shape, name) else {
            let reason = format!(
                "there is no program \"{name}\"{}; `make check ARGS=--list` lists them",
                did_you_mean(name, program_names(shape))
            );
            self.wrong(actor.fault.at, reason);
            return None;
        };
        let mut named = shape.named.borrow_mut();
        named.programs.insert(name.to_owned());
        drop(named);
        let steps = self.expand(shape, &text, frame, &actor.fault)?;
        Some(Program {
            name: name.to_owned(),
            actor: ActorId::at(number),
            handler: true,
            frame,
            steps,
        })
    }

    /// Writes out what the actors run.
    pub(super) fn write(&self, shape: Shape) -> Written {
        let mut idle_faults = Vec::new();
        let mut tlbs: Vec<(SpaceId, i64)> = Vec::new();
        let mut programs: Vec<Program> = Vec::new();
        let mut rows = Vec::new();
        for (number, table) in self.file.actors.iter().enumerate() {
            let space = shape.spaces.iter().position(|name| *name == table.mm.text);
            let space = space.map(SpaceId::at);
            let tlb = space.map(|space| {
                let cpu = match table.cpu {
                    -1 => -1 - number as i64,
                    cpu => cpu,
                };
                let known = tlbs.iter().position(|known| *known == (space, cpu));
                TlbId::at(known.unwrap_or_else(|| {
                    tlbs.push((space, cpu));
                    tlbs.len() - 1
                }))
            });
            let frame = Frame {
                space,
                ..Frame::default()
            };
            let (mut own, forever) = self.run(&shape, number, table, frame);
            let many = own.len();
            let stored = own.iter().find_map(|program| page_of_store(&program.steps));
            // An actor that never stores through a mapping never faults for writing. The handler works
            // on the page whose store faulted; its lines name the page of the first store.
            match (space, stored) {
                (Some(_), Some(page)) => {
                    own.extend(self.handler(&shape, number, table, Frame { page, ..frame }));
                }
                _ => idle_faults.push(number),
            }
            rows.push(Row {
                space,
                tlb,
                forever,
                many,
                all: own.len(),
            });
            programs.extend(own);
        }
        if tlbs.len() > MAX_TLBS {
            let reason =
                format!("a scenario has at most {MAX_TLBS} pairs of CPU and address space");
            self.wrong(self.file.at, reason);
        }
        for (number, table) in self.file.actors.iter().enumerate() {
            let own = programs
                .iter()
                .filter(|it| it.actor.index() == number && !it.handler);
            let steps: Vec<Step> = own.flat_map(|it| it.steps.clone()).collect();
            self.second_bio(&shape, table, &steps);
        }
        Written {
            shape,
            programs,
            rows,
            tlbs,
            idle_faults,
        }
    }

    /// The actors, with all edits made to what is written.
    pub(super) fn actors(&self, written: Written) -> (Shape, Actors) {
        let Written {
            shape,
            mut programs,
            mut rows,
            tlbs,
            mut idle_faults,
        } = written;
        let of = &shape;
        // An edit may have an actor store that did not before.
        for (number, page) in self.stores_by_edits(of, &programs, &idle_faults) {
            let (table, row): (_, &mut Row) = (&self.file.actors[number], &mut rows[number]);
            let frame = Frame {
                page,
                space: row.space,
                ..Frame::default()
            };
            if let Some(handler) = row
                .space
                .and_then(|_| self.handler(of, number, table, frame))
            {
                let behind = programs
                    .iter()
                    .filter(|it| it.actor.index() <= number)
                    .count();
                programs.insert(behind, handler);
                row.all += 1;
                idle_faults.retain(|it| *it != number);
            }
        }
        // In the programs' order.
        let mut names = Vec::new();
        for (table, row) in self.file.actors.iter().zip(&rows) {
            names.extend(std::iter::repeat_n(&table.name.text, row.all));
        }
        let whose = |programs: &[Program], of: &str| {
            let run = programs.iter().zip(&names);
            let mut all: Vec<&str> = run
                .filter(|(program, _)| program.name == of)
                .map(|(_, name)| name.as_str())
                .collect();
            all.dedup();
            all.join(", ")
        };
        let mut changes = Vec::new();
        let mut change = |edit: &Edit, programs: &[Program]| {
            // An edit without a place is refused below.
            let words = change_words(of, edit, programs, &|it| whose(programs, it));
            changes.push(words.unwrap_or_default());
        };
        for (number, table) in self.file_edits().enumerate() {
            if let Ok(edit) = read_edit(table) {
                change(&resolved(&edit, &programs, self.era), &programs);
            }
            self.edit(of, table, number, &mut programs);
        }
        let before = self.file_edits().count();
        for (number, edit) in (before..).zip(&self.variant.edits) {
            let edit = &resolved(edit, &programs, self.era);
            change(edit, &programs);
            if let Err(error) = apply(of, edit, number, &mut programs, &|_| None) {
                self.wrong(self.file.at, format!("{}: {error}", edit.words()));
            }
        }
        let (mut actors, mut cast) = (Vec::new(), Vec::new());
        let mut rest = programs.clone().into_iter();
        for (table, row) in self.file.actors.iter().zip(rows) {
            let Row {
                space,
                tlb,
                forever,
                many,
                all,
            } = row;
            let mut steps = |many: usize| -> Vec<Step> {
                rest.by_ref()
                    .take(many)
                    .flat_map(|program| program.steps)
                    .collect()
            };
            let (main, handler) = (steps(many), steps(all - many));
            let code = compile(&main, &handler, self.era, of.pages > 1);
            if code.instrs.len() > MOST_INSTRS {
                let reason = format!("its programs have more than {MOST_INSTRS} steps");
                self.wrong(table.at, reason);
            }
            self.can_fault(table, space, &code.instrs, code.main.into());
            actors.push(Actor {
                space,
                tlb,
                code: code.instrs,
                main: code.main,
                forever,
            });
            cast.push(Cast {
                name: table.name.text.clone(),
                about: table.about.clone(),
                lines: code.lines,
            });
        }
        let actors = Actors {
            actors,
            cast,
            tlbs: tlbs.into_iter().map(|(space, _)| space).collect(),
            programs,
            changes,
            idle_faults,
        };
        (shape, actors)
    }

    /// Refuses steps through a page table by an actor without one, and stores that may fault without a
    /// program for the fault.
    fn can_fault(&self, table: &ActorTable, space: Option<SpaceId>, code: &[Instr], main: usize) {
        let name = &table.name.text;
        let walks = |instr: &&Instr| {
            let op = instr.op;
            matches!(op, Op::Store | Op::Load | Op::ForkPte | Op::PteMkwrite)
        };
        let stores = |instr: &Instr| instr.op == Op::Store;
        if space.is_none() {
            if let Some(instr) = code.iter().find(walks) {
                let key = OPS[usize::from(instr.tag)].key;
                let reason = format!(
                    "\"{name}\" has no address space, and its step \"{key}\" goes through a page table: give \"{name}\" an \"mm\", such as mm = \"A\""
                );
                self.wrong(table.at, reason);
            }
        } else if main == code.len() && code.iter().any(stores) {
            let reason = format!(
                "the store of \"{name}\" can fault, and the program of its write faults has no step in this kernel: give \"{name}\" a \"fault\" with steps, or leave the key out (do_wp_page)"
            );
            self.wrong(table.at, reason);
        }
    }

    /// The actors among some that store once all edits are made, each with the page of the first store.
    fn stores_by_edits(
        &self,
        shape: &Shape,
        programs: &[Program],
        actors: &[usize],
    ) -> Vec<(usize, PageId)> {
        let own = self.file_edits().filter_map(|it| read_edit(it).ok());
        let edits: Vec<Edit> = own.chain(self.variant.edits.iter().cloned()).collect();
        if !(edits.iter()).any(|it| matches!(it, Edit::Insert(..) | Edit::Replace(..))) {
            return Vec::new();
        }
        let mut edited = programs.to_vec();
        for edit in &edits {
            let edit = resolved(edit, &edited, self.era);
            // An edit without a place is refused when it is made in earnest.
            let _ = apply(shape, &edit, 0, &mut edited, &|_| None);
        }
        let page = |number: usize| {
            let mut own = edited.iter().filter(|it| it.actor.index() == number);
            Some((number, own.find_map(|it| page_of_store(&it.steps))?))
        };
        actors.iter().filter_map(|it| page(*it)).collect()
    }

    /// Makes an edit of the file.
    fn edit(&self, shape: &Shape, table: &EditTable, number: usize, programs: &mut [Program]) {
        // Of replace and insert, the word that is a line of the program language.
        let line = match table.insert.text.is_empty() {
            true => &table.with,
            false => &table.insert,
        };
        let places = self.source.places(&line.text, line.at);
        let place = |byte: usize| places.get(byte).copied();
        let made = read_edit(table).and_then(|edit| {
            let edit = resolved(&edit, programs, self.era);
            apply(shape, &edit, number, programs, &place)
        });
        if let Err(error) = made {
            let at = match &error {
                EditError::NotInsertable { reason, .. } => reason.at,
                _ => None,
            };
            let text = error.text();
            let is_text = |word: &&Word| text.as_ref() == Some(&word.text);
            let word = || table.words().into_iter().find(is_text);
            let at = at.or_else(|| word().map(|word| word.at));
            self.wrong(at.unwrap_or(table.at), error.to_string());
        }
    }

    /// Refuses a sector in two bios at a time, which the machine does not have. Only the programs as they are written are judged:
    /// an edit of them, wherever it stands, may well ask for a second bio, and shows what comes of it.
    fn second_bio(&self, shape: &Shape, actor: &ActorTable, steps: &[Step]) {
        let Some(twice) = second_bio(steps.iter()) else {
            return;
        };
        let line = twice.first.map(|at| self.source.place(at).0);
        let reason = format!(
            "{} is in a bio of \"{}\" already{}: a sector is in one bio at a time; add it once, name other sectors (bio_add_page 4-7), or wait for the first bio before this step (wait_on_page_writeback, wait_for_bio)",
            match shape.pages {
                1 => "the page".to_owned(),
                _ => format!("page {}", twice.page),
            },
            actor.name.text,
            line.map_or(String::new(), |line| format!(", by line {line}"))
        );
        self.wrong(twice.second.unwrap_or(actor.at), reason);
    }
}

/// The steps of the program that a line calls: the call was expanded to one composite, which has them,
/// and the label at the end of the line. The steps of any other line stay as they are.
fn unwrapped(mut steps: Vec<Step>) -> Vec<Step> {
    if let [
        Step {
            what: What::Group(_, inner),
            ..
        },
        Step {
            what: What::Label(_),
            ..
        },
    ] = &mut steps[..]
    {
        return std::mem::take(inner);
    }
    steps
}

/// The edit that a table describes.
pub(super) fn read_edit(table: &EditTable) -> Result<Edit, EditError> {
    let [drop, moved, swap, with, insert, replace, before, after] =
        table.words().map(|word| word.text.as_str());
    let beside = || match (before, after) {
        (before, "") => Ok((Place::parse(before)?, Side::Before)),
        ("", after) => Ok((Place::parse(after)?, Side::After)),
        _ => Err(EditError::NotAnEdit),
    };
    let given = [drop, moved, swap, insert, replace].map(|text| !text.is_empty());
    let placed = !before.is_empty() || !after.is_empty();
    match (given, with.is_empty(), placed) {
        ([true, false, false, false, false], true, false) => Ok(Edit::Drop(Place::parse(drop)?)),
        ([false, true, false, false, false], true, true) => {
            let (to, side) = beside()?;
            Ok(Edit::Move(Place::parse(moved)?, to, side))
        }
        ([false, false, true, false, false], false, false) => {
            Ok(Edit::Swap(Place::parse(swap)?, Place::parse(with)?))
        }
        ([false, false, false, true, false], true, true) => {
            let (to, side) = beside()?;
            Ok(Edit::Insert(insert.to_owned(), to, side))
        }
        ([false, false, false, false, true], false, false) => {
            Ok(Edit::Replace(Place::parse(replace)?, with.to_owned()))
        }
        _ => Err(EditError::NotAnEdit),
    }
}

/// The edits of a text that has nothing else; none if it has.
pub(in crate::scenario) fn edits(text: &str) -> Option<Vec<Edit>> {
    let tables = edit_tables(text)?;
    tables.iter().map(|it| read_edit(it).ok()).collect()
}

/// The page of the first store through a mapping, at any depth.
fn page_of_store(steps: &[Step]) -> Option<PageId> {
    steps.iter().find_map(|step| match &step.what {
        What::Op { row, page, .. } => (OPS[*row].op == Op::Store).then_some(*page),
        What::Group(_, inner) => page_of_store(inner),
        What::Label(_) => None,
    })
}
