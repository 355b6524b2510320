//! Named locks, counters and flags.

use crate::machine::{ActorId, Instr, LockId, LockKind, LockStep, Op};

use super::steps::{Branch, Sleep, Then, Way, branch, or_else, way};
use super::writer::{Place, Writer};

impl Writer<'_> {
    fn kind(&self, lock: LockId) -> LockKind {
        self.model.locks[lock.index()].kind
    }

    /// The variable for how often an actor reads a rwsem.
    fn shares(&self, lock: &str, actor: &str) -> String {
        format!(
            "lock_shares[{lock} * {} + {actor}]",
            self.model.actors.len()
        )
    }

    /// The condition that nobody reads a lock; none for one that has no readers.
    fn unread(&self, kind: LockKind, lock: &str) -> Option<String> {
        let all = self.model.actor_ids();
        let all = all.map(|it| format!("{} == 0", self.shares(lock, &it.to_string())));
        (kind == LockKind::Rwsem).then(|| all.collect::<Vec<_>>().join(" && "))
    }

    fn is_free(&self, kind: LockKind, lock: &str) -> String {
        let alone = format!("lock_owner[{lock}] == NOBODY");
        let all: Vec<String> = [alone].into_iter().chain(self.unread(kind, lock)).collect();
        format!("({})", all.join(" && "))
    }

    /// The condition that a reader may come in.
    fn admits_readers(&self, kind: LockKind, lock: &str) -> String {
        let unread = self.unread(kind, lock).unwrap_or_default();
        format!("(lock_owner[{lock}] == NOBODY && (lock_queue[{lock}] == 0 || ({unread})))")
    }

    /// What a step on a named lock waits for; who must act is asked of [`behind`](Self::behind).
    pub(super) fn sleep_on_lock(&self, step: LockStep, instr: Instr, lock: &str) -> Option<Sleep> {
        let kind = self.kind(instr.lock());
        let fair = self.model.locks[instr.lock().index()].fair;
        let until = match step {
            LockStep::Take if fair => {
                format!(
                    "({} || !(lock_queue[{lock}] & (1 << me)))",
                    self.is_free(kind, lock)
                )
            }
            LockStep::Take => self.is_free(kind, lock),
            LockStep::TakeShared => self.admits_readers(kind, lock),
            LockStep::Consume | LockStep::AwaitSet => format!("lock_value[{lock}] != 0"),
            LockStep::AwaitZero => format!("lock_value[{lock}] == 0"),
            _ => return None,
        };
        Some(Sleep {
            until,
            holder: "NOBODY".to_owned(),
            behind: None,
        })
    }

    /// The set of all actors that may have to act before an actor's sleep at a step ends, one bit each: `sleeps`, or those
    /// that a named lock keeps waiting.
    pub(super) fn behind(
        &mut self,
        instr: Instr,
        sleeps: Option<String>,
        processes: &[String],
    ) -> Option<String> {
        let Op::Lock(step) = instr.op else {
            return sleeps;
        };
        let (kind, lock) = (self.kind(instr.lock()), &*instr.lock().to_string());
        let owner = |nobody: &str| {
            format!("(lock_owner[{lock}] == NOBODY -> {nobody} : (1 << lock_owner[{lock}]))")
        };
        Some(match step {
            LockStep::Take => {
                let readers = (self.model.actor_ids()).filter(|_| kind == LockKind::Rwsem);
                let readers = readers.map(|it| {
                    format!(
                        "({} -> {} : 0)",
                        self.shares(lock, &it.to_string()),
                        1u8 << it.0
                    )
                });
                let all: Vec<String> = [owner("0")].into_iter().chain(readers).collect();
                all.join(" | ")
            }
            LockStep::TakeShared => owner(&format!("lock_queue[{lock}]")),
            LockStep::AwaitZero => {
                let steps = [LockStep::Lower, LockStep::LowerAndTest, LockStep::Consume];
                self.who_comes_to(instr.lock(), &steps, processes)
            }
            _ => self.who_comes_to(instr.lock(), &[LockStep::Raise], processes),
        })
    }

    /// What a step on a named lock does.
    pub(super) fn lock_step(&self, step: LockStep, instr: Instr, lock: &str) -> Vec<Way> {
        let kind = self.kind(instr.lock());
        let (owner, value) = (format!("lock_owner[{lock}]"), format!("lock_value[{lock}]"));
        let (queue, shares) = (format!("lock_queue[{lock}]"), self.shares(lock, "me"));
        let take = format!("{owner} = me");
        let does = |statement: &str| vec![or_else(&[statement], Then::On)];
        let either = |when: String, then: Then, statement: &str| -> Vec<Branch> {
            vec![branch(when, &[], then), or_else(&[statement], Then::On)]
        };
        let reads = format!("{shares} = ({shares} < 3 -> {shares} + 1 : 3)");
        way(match step {
            LockStep::Take if kind == LockKind::Rwsem => vec![
                branch(
                    self.is_free(kind, lock),
                    &[&take, &format!("{queue} = {queue} & ~(1 << me)")],
                    Then::On,
                ),
                or_else(&[&format!("{queue} = {queue} | (1 << me)")], Then::Stay),
            ],
            LockStep::Take => does(&take),
            LockStep::Try => either(format!("!{}", self.is_free(kind, lock)), Then::No, &take),
            LockStep::Release => either(
                format!("{owner} != me"),
                Then::Bug,
                &format!("{owner} = NOBODY"),
            ),
            LockStep::TakeShared => does(&reads),
            LockStep::TryShared => either(
                format!("!{}", self.admits_readers(kind, lock)),
                Then::No,
                &reads,
            ),
            LockStep::ReleaseShared => either(
                format!("{shares} == 0"),
                Then::Bug,
                &format!("{shares} = {shares} - 1"),
            ),
            LockStep::Raise if kind == LockKind::Flag => does(&format!("{value} = 1")),
            LockStep::Raise => does(&format!("{value} = ({value} < 255 -> {value} + 1 : 255)")),
            LockStep::Lower if kind == LockKind::Flag => does(&format!("{value} = 0")),
            LockStep::Lower => either(
                format!("{value} == 0"),
                Then::Bug,
                &format!("{value} = {value} - 1"),
            ),
            LockStep::LowerAndTest => vec![
                branch(format!("{value} == 0"), &[], Then::Bug),
                branch(
                    format!("{value} > 1"),
                    &[&format!("{value} = {value} - 1")],
                    Then::No,
                ),
                or_else(&[&format!("{value} = 0")], Then::On),
            ],
            LockStep::Consume => does(&format!("{value} = {value} - 1")),
            // These do nothing but wait.
            LockStep::AwaitZero | LockStep::AwaitSet => does(""),
            LockStep::Test => either(format!("{value} == 0"), Then::No, ""),
        })
    }

    /// A set of all actors that can still come to one of these steps, one bit each. It is asked for where nobody can move, so
    /// that an actor stands where it may have to wait.
    fn who_comes_to(&mut self, lock: LockId, steps: &[LockStep], processes: &[String]) -> String {
        let mut all = Vec::new();
        for actor in self.model.actor_ids() {
            let leading = self.leading_to(actor, lock, steps);
            let leads = |place: &Place| {
                leading.contains(&place.pc) || place.store.is_some_and(|it| leading.contains(&it))
            };
            let mut places = self.places(actor);
            places.retain(|it| leads(it) && self.may_wait(*it));
            let there = places.iter().map(|it| self.stands_at(*it, processes));
            let there: Vec<String> = there.collect();
            if !there.is_empty() {
                let bit = 1u8 << actor.0;
                all.push(format!("(({}) -> {bit} : 0)", there.join(" || ")));
            }
        }
        match all.is_empty() {
            true => "0".to_owned(),
            false => all.join(" | "),
        }
    }

    /// The instructions of an actor from which a way leads to one of these steps, in order: those steps, then whatever
    /// goes on to an instruction known so far, until there are no more.
    fn leading_to(&self, actor: ActorId, lock: LockId, steps: &[LockStep]) -> Vec<usize> {
        let it = &self.model.actors[actor.index()];
        let (main, many) = (usize::from(it.main), it.code.len());
        let mut leads: Vec<bool> = (it.code.iter())
            .map(|instr| match instr.op {
                Op::Lock(step) => instr.lock() == lock && steps.contains(&step),
                _ => false,
            })
            .collect();
        loop {
            let mut grown = false;
            for (pc, instr) in it.code.iter().enumerate() {
                let mut next = Vec::new();
                if instr.op != Op::Goto {
                    next.push(pc + 1);
                }
                if instr.op.can_answer_no() {
                    next.push(instr.no.into());
                }
                for to in &mut next {
                    if pc < main && *to >= main {
                        *to = if it.forever { 0 } else { many };
                    }
                }
                if instr.op == Op::Store {
                    next.push(main);
                }
                let on = next.iter().any(|to| leads.get(*to) == Some(&true));
                if on && !leads[pc] {
                    (leads[pc], grown) = (true, true);
                }
            }
            if !grown {
                break;
            }
        }
        (0..many).filter(|pc| leads[*pc]).collect()
    }

    /// What nobody may hold at rest, as conditions.
    pub(super) fn locks_held(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (lock, it) in self.model.lock_ids().zip(&self.model.locks) {
            match it.kind {
                LockKind::Count => all.push(format!("lock_value[{lock}] > {}", it.start)),
                LockKind::Completion | LockKind::Flag => {}
                kind => all.push(format!("!{}", self.is_free(kind, &lock.to_string()))),
            }
        }
        all
    }

    /// Statements that set the locks as they are at the start.
    pub(super) fn begin_locks(&self) -> String {
        let (model, world) = (self.model, &self.model.initial);
        let mut out = String::new();
        for (lock, it) in model.lock_ids().zip(&model.locks) {
            let state = model.lock(world, lock);
            if it.kind.is_held() {
                let owner = state.owner.map_or("NOBODY".to_owned(), |it| it.to_string());
                out += &format!("lock_owner[{lock}] = {owner};\n");
            } else if state.value > 0 {
                out += &format!("lock_value[{lock}] = {};\n", state.value);
            }
            for (actor, shares) in model.actor_ids().zip(state.shares) {
                if shares > 0 {
                    let its = self.shares(&lock.to_string(), &actor.to_string());
                    out += &format!("{its} = {shares};\n");
                }
            }
        }
        out
    }
}
