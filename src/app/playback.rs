//! The run on the stage: steps, runs, playing, and going to its moments.

use std::sync::Arc;

use gloo_timers::callback::Timeout;

use stable_pages::explore::{StepRecord, Story};
use stable_pages::machine::{ActorId, Choice, NodeId, World, ways};
use stable_pages::view::{
    NO_STEPS, SPEEDS, StepSize, press_ahead, press_behind, presses, reading_time, spoken_of,
};

use super::store::{Session, Store};
use super::{address, motion};

/// How a change of the run leads to the moment it ends at.
enum Way {
    /// By one press, from the moment before.
    Onward,
    /// By a jump; with the story of the whole run, where that stays the same.
    Jump(Option<Arc<Story>>),
}

/// Plays or pauses: while playing there is a timer, which makes the next press.
pub fn play(store: Store, playing: bool) {
    store.set_timer(None);
    store.update_ui(|ui| ui.playing = playing);
    if playing {
        address::stepped();
        wait(store, "");
    }
}

/// Makes the next press once a sentence can have been read.
fn wait(store: Store, sentence: &str) {
    let pause = reading_time(sentence, store.ui_untracked().speed);
    store.set_timer(Some(Timeout::new(pause, move || tick(store))));
}

fn tick(store: Store) {
    let moved = go_forward(store, store.ui_untracked().step_size);
    let moment = store.moment_untracked();
    let failed = moment.story.steps.last().is_some_and(StepRecord::fails);
    // Stops at a failure, to be looked at; playing on is one key away.
    if !moved || failed || moment.depth() == moment.length() {
        return play(store, false);
    }
    wait(store, &moment.sentence().unwrap_or_default());
}

/// Makes the steps that lie ahead, press by press at an even pace; `done` is told when all are made. Whatever else is done
/// to the run ends it.
pub fn walk(store: Store, done: impl FnOnce() + 'static) {
    let moment = store.moment_untracked();
    let ahead = presses(&moment.scenario, &moment.whole, &[]);
    let many = ahead.iter().filter(|it| **it > moment.depth()).count();
    if !motion::wanted() {
        seek(store, moment.length());
        return done();
    }
    let pause = (WALK / many.max(1) as u32).clamp(WALK_PACE.0, WALK_PACE.1);
    walk_on(store, pause, Box::new(done));
}

/// How many milliseconds such steps should take together, and the least and most for one.
const WALK: u32 = 5000;
const WALK_PACE: (u32, u32) = (300, 700);

fn walk_on(store: Store, pause: u32, done: Box<dyn FnOnce()>) {
    let mut moved = go_forward(store, StepSize::Call);
    while moved && unspoken(store) {
        moved = go_forward(store, StepSize::Call);
    }
    let moment = store.moment_untracked();
    if !moved || moment.depth() == moment.length() {
        return done();
    }
    let next = Timeout::new(pause, move || walk_on(store, pause, done));
    store.set_timer(Some(next));
}

/// Plays from the moment shown, or pauses; where no steps lie ahead, says so.
pub fn toggle_play(store: Store) {
    let moment = store.moment_untracked();
    let at_end = moment.depth() == moment.length();
    let playing = store.ui_untracked().playing;
    if at_end {
        store.set_remark(NO_STEPS.to_owned());
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
fn change(store: Store, way: Way, how: impl FnOnce(&mut Session) -> bool) -> bool {
    let ui = store.ui_untracked();
    store.update_ui(|ui| ui.remark.clear());
    let failure = || {
        let at = store.ui_untracked().why?;
        store.moment_untracked().node_at(at)
    };
    let before = failure();
    let changed = store.update_session(|session| {
        let from = session.history.depth();
        let changed = how(session);
        let depth = session.history.depth();
        session.began = match (way, ui.step_size) {
            (Way::Onward, _) if from < depth => Some(from),
            (Way::Onward, _) => session.began,
            (Way::Jump(_), StepSize::Single) => None,
            (Way::Jump(whole), StepSize::Call) => {
                let (scenario, history) = (&session.scenario, &session.history);
                let whole =
                    whole.unwrap_or_else(|| Arc::new(Story::of_branch(&scenario.model, history)));
                Some(press_behind(scenario, &whole, &ui.folded, depth))
            }
        };
        changed
    });
    if before.is_some() && failure() != before {
        store.update_ui(|ui| ui.why = None);
    }
    changed
}

/// Changes the run by hand: playing stops.
pub fn act(store: Store, how: impl FnOnce(&mut Session) -> bool) -> bool {
    play(store, false);
    change(store, Way::Jump(None), how)
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

/// Makes an actor's next step, one of the ways it can go, and what follows in its line if presses take whole lines. Where
/// that is not possible nothing changes; the actor's card says why.
pub fn step(store: Store, actor: ActorId, way: u8, size: StepSize) {
    address::stepped();
    play(store, false);
    let choice = Choice {
        way,
        ..Choice::of(actor)
    };
    let choices = match size {
        StepSize::Single => vec![choice],
        StepSize::Call => {
            let moment = store.moment_untracked();
            let folded = store.ui_untracked().folded;
            press_ahead(&moment.scenario, &moment.story, &folded, choice)
        }
    };
    change(store, Way::Onward, |session| {
        let model = &session.scenario.model;
        let mut made = choices.into_iter();
        made.all(|choice| session.history.choose(model, choice))
    });
    // A learner sees nothing of steps that come in later lessons: they are made in the same press.
    while unspoken(store) && store.moment_untracked().ways(actor) < 2 {
        let on = |session: &mut Session| {
            let model = &session.scenario.model;
            session.history.choose(model, Choice::of(actor))
        };
        if !change(store, Way::Onward, on) {
            return;
        }
    }
}

/// Whether a lesson has yet to introduce what the step made last is about.
fn unspoken(store: Store) -> bool {
    let picture = store.ui_untracked().picture();
    !picture.whole() && !spoken_of(&store.moment_untracked(), picture)
}

/// Steps an actor to the end of its current top-level line, or to where it must choose.
pub fn step_line(store: Store, actor: ActorId) {
    address::stepped();
    play(store, false);
    change(store, Way::Onward, |session| {
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
        step(store, actor, 1, store.ui_untracked().step_size);
    }
    found.is_some()
}

/// Goes one press back.
pub fn back(store: Store, size: StepSize) {
    address::stepped();
    play(store, false);
    let moment = store.moment_untracked();
    let to = match size {
        StepSize::Single => moment.depth().saturating_sub(1),
        StepSize::Call => {
            let folded = store.ui_untracked().folded;
            let bounds = presses(&moment.scenario, &moment.whole, &folded);
            let mut earlier = bounds.into_iter().rev();
            earlier.find(|it| *it < moment.depth()).unwrap_or(0)
        }
    };
    go_to(store, to);
    // As they were made in one press, so they are taken back.
    let first = store.ui_untracked().lesson.map_or(0, |it| it.from);
    let depth = store.moment_untracked().depth();
    if unspoken(store) && depth > first && depth < moment.depth() {
        back(store, size);
    }
}

/// Goes one press forward.
pub fn forward(store: Store, size: StepSize) {
    address::stepped();
    play(store, false);
    go_forward(store, size);
}

/// Goes one press forward; says whether there was one.
fn go_forward(store: Store, size: StepSize) -> bool {
    let moment = store.moment_untracked();
    let to = match size {
        StepSize::Single => moment.depth() + 1,
        StepSize::Call => {
            let folded = store.ui_untracked().folded;
            let bounds = presses(&moment.scenario, &moment.whole, &folded);
            let mut later = bounds.into_iter();
            let next = later.find(|it| *it > moment.depth());
            next.unwrap_or(moment.length())
        }
    };
    change(store, Way::Onward, |session| {
        let from = session.history.depth();
        session.history.seek(to);
        session.history.depth() > from
    })
}

/// Goes to a moment; back at the first one, all runs are still there.
pub fn seek(store: Store, depth: usize) {
    address::stepped();
    play(store, false);
    go_to(store, depth);
}

/// Goes to a moment of the current run.
fn go_to(store: Store, depth: usize) {
    let whole = store.moment_untracked().whole.clone();
    change(store, Way::Jump(Some(whole)), |session| {
        session.history.seek(depth);
        true
    });
}

/// Chooses how far one press goes.
pub fn take_step_size(store: Store, size: StepSize) {
    store.update_ui(|ui| ui.step_size = size);
    let words = match size {
        StepSize::Call => {
            "A press is a line of a program from here on: a call, or a loop over the sectors."
        }
        StepSize::Single => "A press is a single step from here on.",
    };
    store.set_remark(words.to_owned());
}

/// Goes to another of the runs tried, by its end.
pub fn switch_run(store: Store, end: NodeId) {
    address::jumped();
    act(store, |session| {
        session.history.switch(end);
        true
    });
}
