//! What is said of who waits for a named lock, counter or flag.

use super::leaks::{last_world, since};
use super::words::{the, thing};
use crate::explore::Story;
use crate::machine::{ActorId, Instr, LockKind, LockState, LockStep, Op, Wait};
use crate::scenario::Scenario;

/// What must be done to a counter, completion or flag before a wait for it is over; none of a lock, which must be given
/// back.
pub(super) fn awaited(scenario: &Scenario, instr: Instr) -> Option<&'static str> {
    let Op::Lock(step) = instr.op else {
        return None;
    };
    let lock = scenario.model.locks.get(instr.lock().index())?;
    Some(match (step, lock.kind) {
        (LockStep::AwaitZero, LockKind::Flag) => "clear",
        (LockStep::AwaitZero, _) => "count down",
        (LockStep::AwaitSet, _) => "set",
        (LockStep::Consume, _) => "complete",
        _ => return None,
    })
}

/// The named lock that an actor sleeps on at the end of a run, as it is then, and its step there.
fn slept_on(scenario: &Scenario, story: &Story, actor: ActorId) -> Option<(LockState, Instr)> {
    let world = last_world(scenario, story);
    let instr = scenario.model.due(&world, actor)?;
    matches!(instr.op, Op::Lock(_)).then(|| (scenario.model.lock(&world, instr.lock()), instr))
}

/// "the writer", or "itself" where it is the sleeper.
fn who(scenario: &Scenario, actor: ActorId, holder: ActorId) -> String {
    match holder == actor {
        true => "itself".to_owned(),
        false => the(scenario, holder),
    }
}

/// What an actor sleeps on and behind whom: "`i_rwsem`, held by the writer and the reader since step 3".
pub(super) fn held_lock(scenario: &Scenario, story: &Story, actor: ActorId, wait: Wait) -> String {
    let what = thing(scenario, wait.on, wait.which);
    let Some((state, instr)) = slept_on(scenario, story, actor) else {
        return what;
    };
    if let Some(verb) = awaited(scenario, instr) {
        return match wait.holder {
            None => format!("{what}, which nobody is left to {verb}"),
            Some(holder) if holder == actor => {
                format!("{what}, which it would have to {verb} itself")
            }
            Some(holder) => format!("{what}, which {} is to {verb}", the(scenario, holder)),
        };
    }
    let since = match since(story, wait) {
        Some(step) => format!(" since step {step}"),
        None => " from the start".to_owned(),
    };
    let Some(holder) = wait.holder else {
        return format!("{what}, taken{since}; nobody is left to act");
    };
    if waits_behind_writer(state, instr) {
        let who = who(scenario, actor, holder);
        return format!("{what}, for which {who} waits as a writer{since}");
    }
    let names: Vec<String> = (scenario.model.actor_ids())
        .filter(|it| state.holds(*it))
        .map(|it| who(scenario, actor, it))
        .collect();
    format!("{what}, held by {}{since}", names.join(" and "))
}

/// Whether a reader sleeps since a writer is to have the lock before it.
fn waits_behind_writer(state: LockState, instr: Instr) -> bool {
    instr.op == Op::Lock(LockStep::TakeShared) && state.owner.is_none()
}

/// Who took the named lock that an actor sleeps on, or must change the counter or flag, as the beginning of a sentence
/// that `{Who}` begins.
pub(super) fn taker_words(
    scenario: &Scenario,
    story: &Story,
    actor: ActorId,
    wait: Wait,
) -> String {
    let what = thing(scenario, wait.on, wait.which);
    let Some((state, instr)) = slept_on(scenario, story, actor) else {
        return format!("{{Who}} has {what}");
    };
    match (awaited(scenario, instr), since(story, wait)) {
        (Some(verb), _) if wait.holder.is_none() => {
            format!("{{Who}} sleeps on {what}, which nobody is left to {verb}")
        }
        (Some(verb), _) => format!("{{Who}} is to {verb} {what}"),
        (None, _) if waits_behind_writer(state, instr) => {
            format!("{{Who}} began to wait for {what} as a writer, which keeps new readers out")
        }
        (None, Some(_)) => format!("{{Who}} took {what}"),
        (None, None) => format!("{{Who}} holds {what} from the start"),
    }
}
