//! Brings an actor to the step that a line names, with the help of those it needs.

use super::*;

impl Placer<'_> {
    /// Whether an actor's program has anything of the name that a line has.
    pub fn knows(scenario: &Scenario, actor: ActorId, said: &Said) -> bool {
        let cast = scenario.cast.get(actor.index());
        let mut lines = cast.into_iter().flat_map(|it| &it.lines);
        lines.any(|it| !it.pcs.is_empty() && said.is_of(it))
    }

    /// Places a line by the name it has.
    pub(super) fn by_name(&mut self, next: usize, actor: ActorId, text: &str, cell: &Cell) -> Fate {
        let mut said = match text == cell.text {
            true => cell.said.clone(),
            false => Said::of(text),
        };
        said.blocks |= self.sleeps_below(next, cell.column);
        if !said.is_known() {
            let own = self.scenario.cast.iter().flat_map(|it| &it.lines);
            if !own.into_iter().any(|it| said.is_of(it)) {
                let figures = text.contains("0x") && !text.contains('(');
                return match figures {
                    true => Fate::Remark,
                    false => Fate::Missing(Missing::Unknown { name: said.name }),
                };
            }
        }
        let page = match self.page(&said) {
            Ok(page) => page,
            Err(why) => return Fate::Missing(why),
        };
        let opens = self.opens(next, cell.column, cell.start);
        let column = self.crew.columns[cell.column].iter().chain(&self.free);
        let others: Vec<ActorId> = column.copied().filter(|it| *it != actor).collect();
        let actors = std::iter::once(actor).chain(others);
        let known = actors.filter(|it| Self::knows(self.scenario, *it, &said));
        let searches: Vec<Search> = known
            .map(|actor| Search {
                actor,
                column: cell.column,
                said: &said,
                page,
                opens,
            })
            .collect();
        if searches.is_empty() {
            return Fate::Missing(Missing::Elsewhere { name: said.name });
        }
        let (world, first) = (self.world, self.choices.len());
        let why = match self.first_of(&searches, first) {
            Ok(fate) => return fate,
            Err(why) => why,
        };
        // Perhaps somebody without a column must have acted before.
        for spare in self.spare.clone() {
            let mut many = 0;
            while many < MOST_SPARE && self.step(spare, 0) {
                many += 1;
            }
            if let (true, Ok(fate)) = (many > 0, self.first_of(&searches, first)) {
                return fate;
            }
            self.restore(world, first);
        }
        Fate::Missing(why)
    }

    /// The page that a line names, by the model's number.
    fn page(&self, said: &Said) -> Result<Option<PageId>, Missing> {
        let Some(number) = said.page else {
            return Ok(None);
        };
        let found = self.pages.iter().position(|index| *index == number);
        let page = found.ok_or(Missing::NoPage { page: said.page })?;
        Ok(Some(PageId::at(page)))
    }

    /// The first search that succeeds, with the steps since `first`; else why the first did not.
    fn first_of(&mut self, searches: &[Search], first: usize) -> Result<Fate, Missing> {
        let (world, begun) = (self.world, self.choices.len());
        let mut reason = None;
        for search in searches {
            let actor = search.actor;
            match self.seek(search, FORKS) {
                Ok(from) if from < self.choices.len() => {
                    return Ok(Fate::Made {
                        actor,
                        steps: from..self.choices.len(),
                        left_out: from - first,
                        sector: self
                            .made
                            .and_then(|it| other_sector(self.scenario, search.said, it)),
                    });
                }
                Ok(from) => {
                    let steps = first..from;
                    return Ok(match search.said.blocks {
                        true => Fate::Stands { actor, steps },
                        false => Fate::Opened { actor, steps },
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

    /// Which way a step with two ways goes that does not say: one on which the next line of its
    /// column is to be found.
    pub(super) fn fork(&mut self, actor: ActorId, many: u8) -> u8 {
        let (cells, column) = (self.cells, self.column);
        let next = cells[self.next..].iter().find(|it| {
            it.column == column && !it.remark && Self::knows(self.scenario, actor, &it.said)
        });
        let Some(next) = next.filter(|_| !self.looking) else {
            return 0;
        };
        let search = Search {
            actor,
            column,
            said: &next.said,
            page: self.page(&next.said).unwrap_or(None),
            // To come to it is enough.
            opens: true,
        };
        let (world, steps) = (self.world, self.choices.len());
        self.looking = true;
        let leads = (0..many).find(|way| self.seek_by(&search, world, steps, *way, 1).is_ok());
        self.restore(world, steps);
        self.looking = false;
        leads.unwrap_or(0)
    }

    /// Brings an actor to a line and through it; the number of steps before its own.
    fn seek(&mut self, search: &Search, forks: u8) -> Result<usize, Missing> {
        let (scenario, actor) = (self.scenario, search.actor);
        let (model, lines) = (&scenario.model, &scenario.cast[actor.index()].lines);
        let inside: Vec<usize> = groups_at(lines, pc(model, &self.world, actor)).collect();
        for _ in 0..MOST_AHEAD {
            let now = status(model, &self.world, actor);
            let standing = standing(model, &self.world, actor);
            let Some((pc, instr)) = standing else {
                return Err(self.cannot(actor));
            };
            let group = groups_at(lines, pc).find(|it| {
                let fresh = !inside.contains(it) || lines[*it].pcs.start == pc;
                fresh && search.said.names(&lines[*it]) && search.is_of(instr.page)
            });
            let step = search.said.names_step(instr.tag.into())
                && search.said.is_about(instr, search.page)
                || self.is_text(search, instr);
            // Sleeping is a step of its own where the bit is looked at once.
            let once = step && instr.op == Op::WaitOnce && now == Status::Ready;
            if !once && (group.is_some() || step) && search.said.blocks {
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
                    return self.make(actor, target, &search.said.result).map(|()| from);
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
                _ if self.helped_in(actor, search.column) => {}
                _ => return Err(self.cannot(actor)),
            }
        }
        Err(Missing::TooFar)
    }

    /// Whether a line that has no function's name is the text of a step, in the words of any era.
    fn is_text(&self, search: &Search, instr: Instr) -> bool {
        let mut eras = Era::ALL.into_iter();
        !search.said.is_known()
            && search.is_of(instr.page)
            && eras.any(|era| search.said.is(&step_call(self.scenario, era, instr)))
    }

    /// Goes one way at a fork, and on to the line.
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

    pub(super) fn helped(&mut self, actor: ActorId) -> bool {
        let with = |it: &Vec<ActorId>| it.contains(&actor);
        let column = self.crew.columns.iter().position(with);
        self.helped_in(actor, column.unwrap_or(0))
    }

    /// Lets somebody act without whom an actor cannot go on: who serves and has no column, or who
    /// shares the column. Returns whether somebody did.
    fn helped_in(&mut self, actor: ActorId, column: usize) -> bool {
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
                // It has no work: who may submit some does.
                Status::Idle => {
                    let ready = |it: &ActorId| {
                        *it != who && status(model, &self.world, *it) == Status::Ready
                    };
                    let near = self.free.iter().chain(&self.crew.columns[column]);
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

    fn may_help(&self, who: ActorId, column: usize) -> bool {
        self.free.contains(&who) || self.crew.columns[column].contains(&who)
    }
}

/// What is looked for.
struct Search<'a> {
    actor: ActorId,
    column: usize,
    said: &'a Said,
    /// The page, by the model's number.
    page: Option<PageId>,
    /// Lines further in follow.
    opens: bool,
}

impl Search<'_> {
    fn is_of(&self, page: PageId) -> bool {
        self.page.is_none_or(|it| it == page)
    }
}
