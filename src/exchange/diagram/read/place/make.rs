//! Makes the steps of a line that its actor stands at.

use super::*;

impl Placer<'_> {
    /// Makes the step or composite that an actor stands at; `tail` is the line's text behind the call.
    pub(super) fn make_exactly(
        &mut self,
        next: usize,
        actor: ActorId,
        target: Target,
        tail: &str,
        start: usize,
    ) -> Placement {
        let column = self.cells[next - 1].column;
        let now = status(&self.scenario.model, &self.world, actor);
        if tail.contains("<block") || self.sleeps_below(next, column) {
            return match now {
                Status::Asleep(_) => Placement::Sleeps {
                    actor,
                    steps: self.no_steps(),
                },
                _ => Placement::Missing(Missing::Awake { actor }),
            };
        }
        if let Target::Group(group) = target
            && self.opens(next, column, start)
        {
            self.open.push(Open {
                column,
                start,
                actor,
                group,
            });
            return Placement::Composite {
                actor,
                steps: self.no_steps(),
            };
        }
        let (world, first) = (self.world, self.choices.len());
        let result = tail.strip_prefix("->").unwrap_or("");
        let result = result.split(['[', '<']).next().unwrap_or("");
        match self.make(actor, target, result) {
            Ok(()) => Placement::Steps {
                actor,
                steps: first..self.choices.len(),
                left_out: 0,
                sector: None,
            },
            Err(why) => {
                self.restore(world, first);
                Placement::Missing(why)
            }
        }
    }

    pub(super) fn no_steps(&self) -> Range<usize> {
        self.choices.len()..self.choices.len()
    }

    pub(super) fn restore(&mut self, world: World, steps: usize) {
        self.world = world;
        self.choices.truncate(steps);
    }

    /// One step of an actor, if it can make it.
    pub(super) fn step(&mut self, actor: ActorId, way: u8) -> bool {
        let model = &self.scenario.model;
        let many = ways(model, &self.world, actor);
        if way >= many || self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        let choice = Choice { actor, way };
        self.world = step(model, &self.world, choice).0;
        self.choices.push(choice);
        true
    }

    /// Makes the step or composite that an actor stands at, by the way that the line's `result` names, if it names one.
    pub(super) fn make(
        &mut self,
        actor: ActorId,
        target: Target,
        result: &str,
    ) -> Result<(), Missing> {
        let model = &self.scenario.model;
        if let Target::Sectors(high) = target {
            return self.make_sectors(actor, high);
        }
        let Target::Group(group) = target else {
            let many = ways(model, &self.world, actor);
            let plain = |text: &str| text.replace(' ', "");
            let is_result = |number: &u8| {
                let words = way(model, &self.world, actor, *number);
                let in_era = |era| words.as_ref().map(|it| plain(&release_words(it, era)));
                Era::ALL
                    .into_iter()
                    .any(|era| in_era(era).as_deref() == Some(&*plain(result)))
            };
            let chosen = (0..many).find(is_result);
            let forks = many > 1 && result.is_empty();
            let way = match chosen {
                None if forks => self.choose_way(actor, many),
                _ => chosen.unwrap_or(0),
            };
            self.made = standing(model, &self.world, actor).map(|it| it.1);
            return match self.step(actor, way) {
                true => Ok(()),
                false => Err(self.why_stuck(actor)),
            };
        };
        let line = &self.scenario.cast[actor.index()].lines[group];
        self.made = None;
        for _ in 0..MOST_AHEAD {
            let before = pc(model, &self.world, actor);
            match status(model, &self.world, actor) {
                Status::Ready => {
                    if !self.step(actor, 0) {
                        return Err(Missing::TooFar);
                    }
                }
                _ if self.let_others_act(actor) => continue,
                _ => return Err(self.why_stuck(actor)),
            }
            if !stays(line, before, pc(model, &self.world, actor)) {
                return Ok(());
            }
        }
        Err(Missing::TooFar)
    }

    /// Makes the steps on several sectors in a row, up to one.
    pub(super) fn make_sectors(&mut self, actor: ActorId, high: SectorId) -> Result<(), Missing> {
        let model = &self.scenario.model;
        let work = |world: &World| match standing(model, world, actor)?.1 {
            Instr {
                operand: Operand::Sector(sector),
                page,
                ..
            } => Some((page, sector)),
            _ => None,
        };
        self.made = None;
        let mut last = work(&self.world);
        while let (Some((page, sector)), Some((of, now))) = (last, work(&self.world)) {
            if page != of || now < sector || now > high {
                break;
            }
            if status(model, &self.world, actor) != Status::Ready || !self.step(actor, 0) {
                return Err(self.why_stuck(actor));
            }
            last = Some((of, now));
        }
        Ok(())
    }

    /// Why an actor cannot go on.
    pub(super) fn why_stuck(&self, actor: ActorId) -> Missing {
        match status(&self.scenario.model, &self.world, actor) {
            Status::Ready => Missing::TooFar,
            Status::Asleep(wait) => Missing::Asleep {
                actor,
                behind: wait.holder,
            },
            Status::Idle => Missing::Idle { actor },
            Status::Finished => Missing::Passed { actor },
            Status::Halted => Missing::Halted,
        }
    }
}
