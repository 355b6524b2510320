//! Why nobody finishes: who sleeps on what and who took it, and what a round that goes on for ever keeps from an actor.

use super::*;

impl Trace<'_> {
    pub(super) fn wait(&self, actor: ActorId) -> Option<Wait> {
        let world = last_world(self.scenario, self.story);
        match status(&self.scenario.model, &world, actor) {
            Status::Asleep(wait) => Some(wait),
            _ => None,
        }
    }

    /// Adds the step that took what an actor sleeps on, with who sleeps and who must act next.
    pub(super) fn sleeps(&mut self, actor: ActorId) {
        let Some(wait) = self.wait(actor) else {
            return;
        };
        let scenario = self.scenario;
        let what = thing(scenario, wait.on, wait.which);
        let deed = match wait.on {
            Resource::Writeback | Resource::Shadow => "set",
            Resource::Handle => "opened",
            Resource::Bio => "began",
            Resource::Commit => "has yet to make",
            _ => "took",
        };
        let who = the(scenario, actor);
        let step = since(self.story, wait).unwrap_or(0);
        let told = step.checked_sub(1).and_then(|at| self.story.steps.get(at));
        let taker = told.map(|told| told.choice.actor).or(wait.holder);
        // Nobody holds a counter or a flag: whoever changed it last is not whom one waits for.
        let taker = match is_counter(scenario, wait.which) {
            true => wait.holder.or(Some(actor)),
            false => taker,
        };
        let mut words = match (told, wait.on) {
            (_, Resource::Named) => taker_words(scenario, self.story, actor, wait),
            (None, Resource::Commit) => format!("{{Who}} {deed} {what}"),
            (None, _) => format!("{{Who}} holds {what} from the start"),
            _ => format!("{{Who}} {deed} {what}"),
        };
        words += &match taker == Some(actor) {
            true => "; it sleeps on that itself".to_owned(),
            false => format!("; {who} sleeps on it"),
        };
        if let Some(holder) = wait.holder.filter(|it| Some(*it) != taker && *it != actor) {
            words += &format!(", and {} must act next", the(scenario, holder));
        }
        words += ".";
        let world = last_world(scenario, self.story);
        if let Some(more) = unsubmitted(scenario, &world, wait) {
            words += &format!(" {more}");
        }
        self.say(step, taker.unwrap_or(actor), &words);
    }

    /// What keeps an actor from finishing in a round that repeats for ever: what it looks at, whoever changes that, and the last step,
    /// after which all is as it was.
    pub(super) fn round(&mut self, round: &Round) {
        let (scenario, story) = (self.scenario, self.story);
        let model = &scenario.model;
        let who = round.starved;
        let steps = round.from..story.steps.len();
        let mine = |step: &usize| story.steps[*step].choice.actor == who;
        let at =
            |step: usize| usize::from(model.actor(&world_before(scenario, story, step), who).pc);
        let visited: Vec<usize> = steps.clone().filter(mine).map(at).collect();
        let code = &model.actors[who.index()].code;
        // Whether the program can end from a place without coming by where the round goes.
        let leaves = |from: usize| {
            let (mut seen, mut next) = (Vec::new(), vec![from]);
            while let Some(pc) = next.pop() {
                let Some(instr) = code.get(pc) else {
                    return true;
                };
                if visited.contains(&pc) || seen.contains(&pc) {
                    continue;
                }
                seen.push(pc);
                next.push(pc + 1);
                if instr.op.can_answer_no() {
                    next.push(instr.no.into());
                }
            }
            false
        };
        let decides = |step: &usize| {
            let (pc, after) = (at(*step), model.actor(&story.steps[*step].world, who).pc);
            let instr = code.get(pc);
            instr.filter(|it| it.op.can_answer_no()).is_some_and(|it| {
                leaves(match it.no == after {
                    true => pc + 1,
                    false => it.no.into(),
                })
            })
        };
        let decisions: Vec<usize> = steps.clone().filter(mine).filter(decides).collect();
        let cells = model.cells();
        for &step in &decisions {
            let words = sentence(scenario, story, step);
            self.add(step + 1, &format!("{words} Otherwise it would be done."));
        }
        let looked: Vec<&Cell> = (decisions.iter())
            .filter_map(|step| model.due(&world_before(scenario, story, *step), who))
            .flat_map(|instr| {
                let footprint = instr.op.footprint();
                let read = move |cell: &&Cell| {
                    footprint.reads.contains(&cell.register)
                        && cell.register != Register::Actors
                        && cell.is_within(footprint.reach, &instr)
                };
                cells.iter().filter(read)
            })
            .collect();
        for step in steps {
            let (before, after) = (world_before(scenario, story, step), story.steps[step].world);
            let changes = |cell: &&Cell| (before[cell.at] ^ after[cell.at]) & cell.bits != 0;
            if looked.iter().any(changes) {
                self.add(step + 1, &sentence(scenario, story, step));
            }
        }
        if decisions.is_empty() {
            self.sleeps(who);
        }
        self.add(
            self.end,
            &format!(
                "Everything is again as it was {}, and everybody who could move has had a turn: this can go on for ever.",
                round_began(round)
            ),
        );
    }

    pub(super) fn stall(&mut self, first: ActorId) {
        let mut actor = first;
        for _ in self.scenario.model.actor_ids() {
            let Some(wait) = self.wait(actor) else { break };
            self.sleeps(actor);
            let taken = since(self.story, wait);
            let took = taken.map(|step| self.story.steps[step - 1].choice.actor);
            match wait.holder {
                Some(next) if self.wait(next).is_some() => actor = next,
                // The holder is awake but will never act, or there is none: its last step ends the story.
                holder => {
                    let over = holder.or(took).filter(|it| *it != actor);
                    if let Some(step) = self.story.last(self.end, over, &|_| true)
                        && over.is_some()
                    {
                        self.add(
                            step,
                            "{Who} made its last step, and what it took is not given back.",
                        );
                    }
                    break;
                }
            }
        }
    }
}
