//! The run on the stage: steps, runs, playing, and going to its moments.

use gloo_timers::callback::Interval;

use stable_pages::machine::{ActorId, Choice, NodeId, World, ways};
use stable_pages::view::SPEEDS;

use super::address;
use super::store::{Session, Store};

/// Plays or pauses: while playing there is a timer, which makes a step each time.
pub fn play(store: Store, playing: bool) {
    store.set_timer(None);
    store.update_ui(|ui| ui.playing = playing);
    if playing {
        address::stepped();
        let speed = SPEEDS[store.ui_untracked().speed];
        let timer = Interval::new(1000 / speed, move || tick(store));
        store.set_timer(Some(timer));
    }
}

fn tick(store: Store) {
    let moved = change(store, |session| session.history.forward());
    let moment = store.moment_untracked();
    let last = moment.story.steps.last();
    let failed = last.is_some_and(|step| step.fails());
    // Stops at a failure, to be looked at; playing on is one key away.
    if !moved || failed {
        play(store, false);
    }
}

/// Plays from the moment shown, or pauses; where no steps lie ahead, says so.
pub fn toggle_play(store: Store) {
    let moment = store.moment_untracked();
    let at_end = moment.depth() == moment.length();
    let playing = store.ui_untracked().playing;
    if at_end {
        let text = "No steps lie ahead. Step an actor, or reset and play the run again.";
        store.set_remark(text.to_owned());
    }
    play(store, !playing && !at_end);
}

/// Takes the next of the speeds; after the last the first.
pub fn next_speed(store: Store) {
    store.update_ui(|ui| ui.speed = (ui.speed + 1) % SPEEDS.len());
    if store.ui_untracked().playing {
        play(store, true);
    }
}

/// Changes the run; says whether `how` did. What was said of the last change is over, and so is what is behind a failure that the
/// run does not come to any more.
fn change(store: Store, how: impl FnOnce(&mut Session) -> bool) -> bool {
    store.update_ui(|ui| ui.remark.clear());
    let failure = || {
        let at = store.ui_untracked().why?;
        store.moment_untracked().node_at(at)
    };
    let before = failure();
    let changed = store.update_session(how);
    if before.is_some() && failure() != before {
        store.update_ui(|ui| ui.why = None);
    }
    changed
}

/// Changes the run by hand: playing stops.
pub fn act(store: Store, how: impl FnOnce(&mut Session) -> bool) -> bool {
    play(store, false);
    change(store, how)
}

/// Puts a schedule onto the stage, from its start, and goes to one of its moments.
pub fn load_run(store: Store, schedule: &[Choice], moment: usize) {
    address::jumped();
    act(store, |session| {
        let model = &session.scenario.model;
        session.history.seek(0);
        for choice in schedule {
            session.history.choose(model, *choice);
        }
        session.history.end_here();
        session.history.seek(moment.min(schedule.len()));
        true
    });
}

/// Makes the steps of a schedule from the moment shown.
pub fn continue_with(store: Store, schedule: &[Choice]) {
    address::jumped();
    act(store, |session| {
        let model = &session.scenario.model;
        for choice in schedule {
            session.history.choose(model, *choice);
        }
        true
    });
}

/// Makes an actor's next step, one of the ways it can go. Where that is not possible nothing changes; the
/// actor's card says why.
pub fn step(store: Store, actor: ActorId, way: u8) {
    address::stepped();
    act(store, |session| {
        let model = &session.scenario.model;
        let choice = Choice {
            way,
            ..Choice::of(actor)
        };
        session.history.choose(model, choice)
    });
}

/// Steps an actor to the end of its current top-level line, or to where it must choose.
pub fn step_line(store: Store, actor: ActorId) {
    address::stepped();
    act(store, |session| {
        let scenario = session.scenario.clone();
        let model = &scenario.model;
        let Some(cast) = scenario.cast.get(actor.index()) else {
            return false;
        };
        let current_line = |world: &World| {
            let pc = model.actor(world, actor).pc;
            let lines = cast.lines.iter();
            lines
                .filter(|line| line.depth == 0 && line.mark.runs())
                .position(|line| line.pcs.contains(&pc))
        };
        let start = current_line(session.history.world());
        let mut moved = false;
        while session.history.choose(model, Choice::of(actor)) {
            moved = true;
            let world = session.history.world();
            if current_line(world) != start || ways(model, world, actor) > 1 {
                break;
            }
        }
        moved
    });
}

/// Steps the first actor that has two ways to go the second way; says whether there is one.
pub fn step_other_way(store: Store) -> bool {
    let moment = store.moment_untracked();
    let found = moment
        .scenario
        .model
        .actor_ids()
        .find(|actor| moment.ways(*actor) > 1);
    if let Some(actor) = found {
        step(store, actor, 1);
    }
    found.is_some()
}

/// Goes one step back.
pub fn back(store: Store) {
    address::stepped();
    act(store, |session| session.history.back());
}

/// Goes one step forward.
pub fn forward(store: Store) {
    address::stepped();
    act(store, |session| session.history.forward());
}

/// Goes to a moment; back at the first one, all runs are still there.
pub fn seek(store: Store, depth: usize) {
    address::stepped();
    act(store, |session| {
        session.history.seek(depth);
        true
    });
}

/// Goes to another of the runs tried, by its end.
pub fn switch_run(store: Store, end: NodeId) {
    address::jumped();
    act(store, |session| {
        session.history.switch(end);
        true
    });
}
