//! The actors: the programs they run, with the edits of the file made.

use super::*;

/// The actors, and what they run.
pub(super) struct Crew {
    pub actors: Vec<Actor>,
    pub cast: Vec<Cast>,
    /// The address space of each TLB.
    pub tlbs: Vec<u8>,
    pub programs: Vec<Program>,
}

impl Setting<'_> {
    /// The programs the file brings along.
    pub(super) fn programs(&self) -> Vec<Text> {
        let mut own = Vec::new();
        for it in &self.file.programs {
            let name = &it.name;
            if name.text.is_empty() || name.text.contains(char::is_whitespace) {
                self.wrong(name.at, "a program's name is one word");
            }
            if op_number(&name.text).is_some() {
                self.wrong(name.at, format!("\"{}\" is a step's name", name.text));
            }
            // Lines keep their place in the file: the text begins after the opening quotes.
            let from = &self.source.text()[it.text.at.min(self.source.text().len())..];
            let mut starts = vec![it.text.at];
            starts.extend(from.match_indices('\n').map(|(at, _)| it.text.at + at + 1));
            let first = usize::from(from.starts_with("'''\n") || from.starts_with("\"\"\"\n"));
            let place = |line: usize| starts.get(line + first).copied().unwrap_or(it.text.at);
            own.push(Text {
                name: name.text.clone(),
                forever: it.forever,
                lines: lines(&it.text.text, place),
            });
        }
        own
    }

    /// The programs an actor runs, one after the other, and whether they begin again.
    pub(super) fn run(&self, shape: &Shape, it: &ActorTable, frame: Frame) -> (Vec<Program>, bool) {
        let mut programs = Vec::new();
        let mut forever = it.forever;
        for line in &it.run {
            let head = line.text.split_whitespace().next().unwrap_or("");
            let called = program_source(shape, head);
            let name = match &called {
                Some(source) => source.name.clone(),
                None => it.name.text.clone(),
            };
            forever |= called.is_some_and(|source| source.forever);
            let text = Text {
                name: name.clone(),
                forever: false,
                lines: vec![(0, line.text.clone(), line.at)],
            };
            match expand(shape, &text, frame) {
                Ok(steps) => programs.push(Program {
                    name,
                    frame,
                    steps: unwrapped(steps),
                }),
                Err(error) => {
                    let at = if error.at == 0 { line.at } else { error.at };
                    self.wrong(at, error.reason);
                }
            }
        }
        (programs, forever)
    }

    /// The program of an actor's write faults.
    fn handler(&self, shape: &Shape, it: &ActorTable, frame: Frame) -> Option<Program> {
        let name = match it.fault.text.as_str() {
            "" => "do_wp_page",
            name => name,
        };
        let Some(text) = program_source(shape, name) else {
            self.wrong(it.fault.at, format!("there is no program \"{name}\""));
            return None;
        };
        match expand(shape, &text, frame) {
            Ok(steps) => Some(Program {
                name: name.to_owned(),
                frame,
                steps,
            }),
            Err(error) => {
                let at = if error.at == 0 { it.fault.at } else { error.at };
                self.wrong(at, error.reason);
                None
            }
        }
    }

    pub(super) fn crew(&self, shape: &Shape) -> Crew {
        let mut tlbs: Vec<(u8, i64)> = Vec::new();
        let mut programs = Vec::new();
        // For each actor: how many programs it runs, whether it has a handler, its place.
        let mut rows = Vec::new();
        for (number, it) in self.file.actors.iter().enumerate() {
            let space = shape.spaces.iter().position(|name| *name == it.mm.text);
            let space = space.map(|space| space as u8);
            let tlb = space.map(|space| {
                let cpu = match it.cpu {
                    -1 => -1 - number as i64,
                    cpu => cpu,
                };
                tlbs.iter()
                    .position(|known| *known == (space, cpu))
                    .unwrap_or_else(|| {
                        tlbs.push((space, cpu));
                        tlbs.len() - 1
                    }) as u8
            });
            let frame = Frame {
                space,
                ..Frame::default()
            };
            let (mut own, forever) = self.run(shape, it, frame);
            let many = own.len();
            let stored = own.iter().find_map(|program| page_of_store(&program.steps));
            // Whoever never stores never faults for writing. The handler works on the page whose
            // store faulted; its lines name the first.
            if let (Some(_), Some(page)) = (space, stored) {
                own.extend(self.handler(shape, it, Frame { page, ..frame }));
            }
            rows.push((space, tlb, forever, many, own.len()));
            programs.extend(own);
        }
        if tlbs.len() > MAX_TLBS {
            let reason =
                format!("a scenario has at most {MAX_TLBS} pairs of CPU and address space");
            self.wrong(self.file.at, reason);
        }
        for table in self.file_edits() {
            let edit = read_edit(table);
            if let Err(error) = edit.and_then(|edit| apply(shape, &edit, &mut programs)) {
                self.wrong(table.at, error.to_string());
            }
        }
        for edit in &self.variant.edits {
            if let Err(error) = apply(shape, edit, &mut programs) {
                self.wrong(self.file.at, format!("{}: {error}", edit.words()));
            }
        }
        let (mut actors, mut cast) = (Vec::new(), Vec::new());
        let mut rest = programs.clone().into_iter();
        for (it, (space, tlb, forever, many, all)) in self.file.actors.iter().zip(rows) {
            let mut steps = |many: usize| -> Vec<Step> {
                rest.by_ref()
                    .take(many)
                    .flat_map(|program| program.steps)
                    .collect()
            };
            let (main, handler) = (steps(many), steps(all - many));
            let code = compile(&main, &handler, self.era, shape.pages > 1);
            if code.instrs.len() > MOST_INSTRS {
                let reason = format!("its programs have more than {MOST_INSTRS} steps");
                self.wrong(it.at, reason);
            }
            actors.push(Actor {
                space,
                tlb,
                code: code.instrs,
                main: code.main,
                forever,
            });
            cast.push(Cast {
                name: it.name.text.clone(),
                about: it.about.clone(),
                lines: code.lines,
            });
        }
        Crew {
            actors,
            cast,
            tlbs: tlbs.into_iter().map(|(space, _)| space).collect(),
            programs,
        }
    }

    pub(super) fn held(&self) -> Vec<(Resource, u8, u8)> {
        let mut held = Vec::new();
        for (number, it) in self.file.actors.iter().enumerate() {
            for word in &it.holds {
                let resource = by_word(self.source, "resource", word, &HELD, held_word);
                held.push((resource, 0, number as u8));
            }
        }
        held
    }
}

/// A call expands to one composite and the end of the line; its steps are the program.
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

pub(super) fn read_edit(table: &EditTable) -> Result<Edit, EditError> {
    let EditTable {
        drop,
        moved,
        swap,
        with,
        insert,
        replace,
        before,
        after,
        at: _,
    } = table;
    let beside = || match (before.is_empty(), after.is_empty()) {
        (false, true) => Ok((Place::parse(before)?, Side::Before)),
        (true, false) => Ok((Place::parse(after)?, Side::After)),
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
            Ok(Edit::Insert(insert.clone(), to, side))
        }
        ([false, false, false, false, true], false, false) => {
            Ok(Edit::Replace(Place::parse(replace)?, with.clone()))
        }
        _ => Err(EditError::NotAnEdit),
    }
}

/// The page of the first store through a mapping, at any depth.
fn page_of_store(steps: &[Step]) -> Option<u8> {
    steps.iter().find_map(|step| match &step.what {
        What::Op { row, page, .. } => (OPS[*row].op == Op::Store).then_some(*page),
        What::Group(_, inner) => page_of_store(inner),
        What::Label(_) => None,
    })
}
