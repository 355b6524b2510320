//! Brings an actor to the step that a line names, with the help of those it needs.

use super::*;

impl Placer<'_> {
    /// Whether an actor's program has a step or composite of the name that a line has.
    pub fn knows(scenario: &Scenario, actor: ActorId, parsed: &ParsedLine) -> bool {
        let cast = scenario.cast.get(actor.index());
        let mut lines = cast.into_iter().flat_map(|it| &it.lines);
        lines.any(|it| !it.pcs.is_empty() && parsed.is_of(it))
    }

    /// Places a line by the name it has.
    pub(super) fn by_name(
        &mut self,
        next: usize,
        actor: ActorId,
        text: &str,
        cell: &Cell,
    ) -> Placement {
        let mut parsed = match text == cell.text {
            true => cell.parsed.clone(),
            false => ParsedLine::of(text),
        };
        parsed.blocks |= self.sleeps_below(next, cell.column);
        if !parsed.is_known() {
            let own = self.scenario.cast.iter().flat_map(|it| &it.lines);
            if !own.into_iter().any(|it| parsed.is_of(it)) {
                let figures = text.contains("0x") && !text.contains('(');
                return match figures {
                    true => Placement::Remark,
                    false => Placement::Missing(Missing::Unknown { name: parsed.name }),
                };
            }
        }
        let page = match self.page(&parsed) {
            Ok(page) => page,
            Err(why) => return Placement::Missing(why),
        };
        let opens = self.opens(next, cell.column, cell.start);
        let column = self.casting.columns[cell.column]
            .iter()
            .chain(&self.free_servers);
        let others: Vec<ActorId> = column.copied().filter(|it| *it != actor).collect();
        let actors = std::iter::once(actor).chain(others);
        let known = actors.filter(|it| Self::knows(self.scenario, *it, &parsed));
        let searches: Vec<Search> = known
            .map(|actor| Search {
                actor,
                column: cell.column,
                parsed: &parsed,
                page,
                opens,
            })
            .collect();
        if searches.is_empty() {
            return Placement::Missing(Missing::Elsewhere { name: parsed.name });
        }
        let (world, first) = (self.world, self.choices.len());
        let why = match self.first_of(&searches, first) {
            Ok(placement) => return placement,
            Err(why) => why,
        };
        // The step may be possible once an actor without a column has acted.
        for spare in self.free_others.clone() {
            let mut many = 0;
            while many < MOST_SPARE && self.step(spare, 0) {
                many += 1;
            }
            if let (true, Ok(placement)) = (many > 0, self.first_of(&searches, first)) {
                return placement;
            }
            self.restore(world, first);
        }
        Placement::Missing(why)
    }

    /// The page that a line names, by the model's number.
    fn page(&self, parsed: &ParsedLine) -> Result<Option<PageId>, Missing> {
        let Some(number) = parsed.page else {
            return Ok(None);
        };
        let found = self.pages.iter().position(|index| *index == number);
        let page = found.ok_or(Missing::NoPage { page: parsed.page })?;
        Ok(Some(PageId::at(page)))
    }

    /// The placement by the first search that succeeds; `first` is the number of choices before the line. Where none
    /// succeeds, why the first one does not.
    fn first_of(&mut self, searches: &[Search], first: usize) -> Result<Placement, Missing> {
        let (world, begun) = (self.world, self.choices.len());
        let mut reason = None;
        for search in searches {
            let actor = search.actor;
            match self.seek(search, FORKS) {
                Ok(from) if from < self.choices.len() => {
                    return Ok(Placement::Steps {
                        actor,
                        steps: from..self.choices.len(),
                        left_out: from - first,
                        sector: self
                            .made
                            .and_then(|it| other_sector(self.scenario, search.parsed, it)),
                    });
                }
                Ok(from) => {
                    let steps = first..from;
                    return Ok(match search.parsed.blocks {
                        true => Placement::Sleeps { actor, steps },
                        false => Placement::Composite { actor, steps },
                    });
                }
                Err(why) => {
                    self.restore(world, begun);
                    reason = reason.or(Some(why));
                }
            }
        }
        Err(reason.unwrap_or(Missing::TooFar))
    }

    /// The way of a step with several ways whose line names none: one that leads to the next line of its column.
    pub(super) fn choose_way(&mut self, actor: ActorId, many: u8) -> u8 {
        let (cells, column) = (self.cells, self.column);
        let next = cells[self.next..].iter().find(|it| {
            it.column == column && !it.remark && Self::knows(self.scenario, actor, &it.parsed)
        });
        let Some(next) = next.filter(|_| !self.looking) else {
            return 0;
        };
        let search = Search {
            actor,
            column,
            parsed: &next.parsed,
            page: self.page(&next.parsed).unwrap_or(None),
            // The search ends where the actor stands at that line's step, without making it.
            opens: true,
        };
        let (world, steps) = (self.world, self.choices.len());
        self.looking = true;
        let leads = (0..many).find(|way| self.seek_by(&search, world, steps, *way, 1).is_ok());
        self.restore(world, steps);
        self.looking = false;
        leads.unwrap_or(0)
    }

    /// Brings an actor to the step that a line names, and through it. Returns how many choices the run had before that
    /// step.
    fn seek(&mut self, search: &Search, forks: u8) -> Result<usize, Missing> {
        let (scenario, actor) = (self.scenario, search.actor);
        let (model, lines) = (&scenario.model, &scenario.cast[actor.index()].lines);
        let inside: Vec<usize> = groups_at(lines, pc(model, &self.world, actor)).collect();
        for _ in 0..MOST_AHEAD {
            let now = status(model, &self.world, actor);
            let standing = standing(model, &self.world, actor);
            let Some((pc, instr)) = standing else {
                return Err(self.why_stuck(actor));
            };
            let group = groups_at(lines, pc).find(|it| {
                let fresh = !inside.contains(it) || lines[*it].pcs.start == pc;
                fresh && search.parsed.names(&lines[*it]) && search.is_of(instr.page)
            });
            let step = search.parsed.names_step(instr.tag.into())
                && search.parsed.is_about(instr, search.page)
                || self.is_text(search, actor, (pc, instr));
            // `wait_on_page_writeback_once` falls asleep by a step of its own, which this line then stands for.
            let once = step && instr.op == Op::WaitOnce && now == Status::Ready;
            if !once && (group.is_some() || step) && search.parsed.blocks {
                return match now {
                    Status::Asleep(_) => Ok(self.choices.len()),
                    _ => Err(Missing::Awake { actor }),
                };
            }
            if group.is_some() && search.opens {
                return Ok(self.choices.len());
            }
            let target = match group {
                Some(group) => Some(Target::Group(group)),
                None => step.then_some(Target::Step),
            };
            match (now, target) {
                (Status::Ready, Some(target)) => {
                    let from = self.choices.len();
                    return self
                        .make(actor, target, &search.parsed.result)
                        .map(|()| from);
                }
                (Status::Ready, None) if instr.op == Op::Choose && forks > 0 => {
                    let (world, steps) = (self.world, self.choices.len());
                    let found = self.seek_by(search, world, steps, 0, forks);
                    return found.or_else(|why| {
                        let other = self.seek_by(search, world, steps, 1, forks);
                        other.map_err(|_| why)
                    });
                }
                (Status::Ready, None) => {
                    if !self.step(actor, 0) {
                        return Err(Missing::TooFar);
                    }
                }
                _ if self.let_others_act_in(actor, search.column) => {}
                _ => return Err(self.why_stuck(actor)),
            }
        }
        Err(Missing::TooFar)
    }

    /// Whether a line whose name is not known is the line of source of an instruction, as any kernel has it.
    fn is_text(&self, search: &Search, actor: ActorId, (pc, instr): (u8, Instr)) -> bool {
        let mut eras = Era::ALL.into_iter();
        !search.parsed.is_known()
            && search.is_of(instr.page)
            && eras.any(|era| {
                search
                    .parsed
                    .is(&step_call(self.scenario, era, actor, (pc, instr)))
            })
    }

    /// Makes a step one way, and goes on to the step that the line names.
    fn seek_by(
        &mut self,
        search: &Search,
        world: World,
        steps: usize,
        way: u8,
        forks: u8,
    ) -> Result<usize, Missing> {
        self.restore(world, steps);
        match self.step(search.actor, way) {
            true => self.seek(search, forks - 1),
            false => Err(Missing::TooFar),
        }
    }

    /// As [`Self::let_others_act_in`], in the column of the actor itself.
    pub(super) fn let_others_act(&mut self, actor: ActorId) -> bool {
        let with = |it: &Vec<ActorId>| it.contains(&actor);
        let column = self.casting.columns.iter().position(with);
        self.let_others_act_in(actor, column.unwrap_or(0))
    }

    /// Lets the actor make a step that another one waits for, directly or behind others, if it may: if it serves others
    /// and has no column, or shares the column. If that one has no work, lets any actor that can move make a step.
    /// Returns whether a step was made.
    fn let_others_act_in(&mut self, actor: ActorId, column: usize) -> bool {
        let model = &self.scenario.model;
        let mut who = actor;
        for _ in model.actor_ids() {
            match status(model, &self.world, who) {
                Status::Asleep(wait) => match wait.holder {
                    Some(holder) if holder != actor => who = holder,
                    _ => return false,
                },
                Status::Ready if who != actor => {
                    return self.may_help(who, column) && self.step(who, 0);
                }
                // `who` has no work until another actor submits some.
                Status::Idle => {
                    let ready = |it: &ActorId| {
                        *it != who && status(model, &self.world, *it) == Status::Ready
                    };
                    let near = self
                        .free_servers
                        .iter()
                        .chain(&self.casting.columns[column]);
                    let far = model.actor_ids();
                    let Some(next) = near.copied().chain(far).find(ready) else {
                        return false;
                    };
                    return self.step(next, 0);
                }
                _ => return false,
            }
        }
        false
    }

    /// Whether an actor may act for one of a column: it shares the column, or serves others and has no column.
    fn may_help(&self, who: ActorId, column: usize) -> bool {
        self.free_servers.contains(&who) || self.casting.columns[column].contains(&who)
    }
}

/// A search for the step that a line names.
struct Search<'a> {
    actor: ActorId,
    column: usize,
    parsed: &'a ParsedLine,
    /// The page, by the model's number.
    page: Option<PageId>,
    /// Whether the line is the head of a composite, so that coming to it is enough.
    opens: bool,
}

impl Search<'_> {
    fn is_of(&self, page: PageId) -> bool {
        self.page.is_none_or(|it| it == page)
    }
}
