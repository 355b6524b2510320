//! Going through time: steps, runs, playing, and from failure to failure.

use gloo_timers::callback::Interval;

use stable_pages::explore::follow_to_failure;
use stable_pages::machine::{Choice, NodeId, World, ways};
use stable_pages::view::SPEEDS;

use super::desk::{Desk, Session};
use super::wishes::toggle;

impl Desk {
    /// Plays or pauses: while playing there is a timer, which makes a step each time.
    pub(super) fn play(self, playing: bool) {
        self.keep_timer(None);
        self.set(|panel| panel.playing = playing);
        if playing {
            self.did(true);
            let speed = SPEEDS[self.peek_panel().speed];
            let timer = Interval::new(1000 / speed, move || self.tick());
            self.keep_timer(Some(timer));
        }
    }

    fn tick(self) {
        let moved = self.change(|it| it.history.forward());
        let now = self.peek();
        let last = now.story.steps.last();
        let failed = last.is_some_and(|told| told.verdict().is_some());
        // A failure is worth a look; playing on is one key away.
        if !moved || failed {
            self.play(false);
        }
    }

    /// Puts a schedule on the stage, from its start, and goes to one of its moments.
    pub fn load_run(self, schedule: &[Choice], moment: usize) {
        self.did(false);
        self.act(|it| {
            let model = &it.scenario.model;
            it.history.seek(0);
            for choice in schedule {
                it.history.choose(model, *choice);
            }
            it.history.end_here();
            it.history.seek(moment.min(schedule.len()));
            true
        });
    }

    /// Goes on from the moment shown.
    pub fn go_on_with(self, schedule: &[Choice]) {
        self.did(false);
        self.act(|it| {
            let model = &it.scenario.model;
            for choice in schedule {
                it.history.choose(model, *choice);
            }
            true
        });
    }

    fn change(self, mut how: impl FnMut(&mut Session) -> bool) -> bool {
        self.change_by(&mut how)
    }

    #[inline(never)]
    fn change_by(self, how: &mut dyn FnMut(&mut Session) -> bool) -> bool {
        self.set(|panel| panel.remark.clear());
        self.change_session(how)
    }

    /// What a visitor does by hand: playing stops.
    fn act(self, mut how: impl FnMut(&mut Session) -> bool) {
        self.play(false);
        self.change_by(&mut how);
    }

    /// Steps an actor, one of the ways it can go. Where that is not possible nothing changes; the
    /// actor's panel says why.
    pub fn step(self, actor: usize, way: u8) {
        self.did(true);
        self.act(|it| {
            let model = &it.scenario.model;
            let choice = Choice {
                way,
                ..Choice::of(actor)
            };
            it.history.choose(model, choice)
        });
    }

    /// Steps an actor to the end of its current top-level line, or to where it must choose.
    pub fn step_line(self, actor: usize) {
        self.did(true);
        self.act(|it| {
            let scenario = it.scenario.clone();
            let model = &scenario.model;
            let Some(cast) = scenario.cast.get(actor) else {
                return false;
            };
            let line_now = |world: &World| {
                let pc = model.actor(world, actor).pc;
                let lines = cast.lines.iter();
                lines
                    .filter(|line| line.depth == 0 && line.mark.runs())
                    .position(|line| line.pcs.contains(&pc))
            };
            let start = line_now(it.history.world());
            let mut moved = false;
            while it.history.choose(model, Choice::of(actor)) {
                moved = true;
                let world = it.history.world();
                if line_now(world) != start || ways(model, world, actor) > 1 {
                    break;
                }
            }
            moved
        });
    }

    /// Steps the first actor that can go another way that way; says whether there is one.
    pub fn other_way(self) -> bool {
        let now = self.peek();
        let found = (0..now.scenario.cast.len()).find(|actor| now.ways(*actor) > 1);
        if let Some(actor) = found {
            self.step(actor, 1);
        }
        found.is_some()
    }

    pub fn back(self) {
        self.did(true);
        self.act(|it| it.history.back());
    }

    pub fn forward(self) {
        self.did(true);
        self.act(|it| it.history.forward());
    }

    pub fn seek(self, depth: usize) {
        self.did(true);
        self.act(|it| {
            it.history.seek(depth);
            true
        });
    }

    /// Back to the first moment; runs and branches stay.
    pub fn reset(self) {
        self.seek(0);
    }

    /// Folds a composite of an actor's program that is open, or unfolds it.
    pub fn toggle_line(self, actor: usize, line: usize) {
        self.set(|panel| toggle(&mut panel.toggled, (actor, line)));
    }

    /// Makes another branch the current one.
    pub fn switch(self, end: NodeId) {
        self.did(false);
        self.act(|it| {
            it.history.switch(end);
            true
        });
    }

    pub fn toggle_play(self) {
        let at_end = self.peek().depth() == self.peek().length();
        let playing = self.peek_panel().playing;
        if at_end {
            let text = "No steps lie ahead. Step an actor, or reset and play the run again.";
            self.set(|panel| panel.remark = text.to_owned());
        }
        self.play(!playing && !at_end);
    }

    /// The next of the speeds, from the last to the first.
    pub fn next_speed(self) {
        self.set(|panel| panel.speed = (panel.speed + 1) % SPEEDS.len());
        if self.peek_panel().playing {
            self.play(true);
        }
    }

    /// Runs to the next failure among the steps ahead, or asks the checker for one.
    pub fn run_to_failure(self) {
        self.did(false);
        let mut followed = false;
        self.act(|it| {
            let model = &it.scenario.model;
            followed = follow_to_failure(model, &mut it.history);
            followed
        });
        if followed {
            return;
        }
        if self.peek_panel().gone.is_some() {
            return self.remark("None among the steps ahead, and there is no checker.".to_owned());
        }
        self.remark("The checker is looking at every schedule\u{2026}".to_owned());
        self.ask_for_failure();
    }
}
