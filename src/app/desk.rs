//! What the visitor has before them: a scenario, its runs, and how they are played.

use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlDialogElement;

use stable_pages::exchange::{Address, sentence};
use stable_pages::explore::{Ahead, Story, to_next_failure};
use stable_pages::machine::{Choice, End, History, NodeId, Status, World, end, status};
use stable_pages::scenario::{Entry, Scenario, catalogue, find};

/// What opens when the address asks for nothing in particular.
const FIRST: &str = "baseline-five-step";
/// Worlds a search on this thread may look at: some tens of milliseconds.
const MOST_WORLDS: usize = 20_000;

/// A scenario and all its runs so far.
pub struct Session {
    pub scenario: Arc<Scenario>,
    pub history: History,
}

impl Session {
    /// The opening run lies ahead; nothing has happened yet.
    fn new(scenario: Scenario) -> Session {
        let mut history = History::new(&scenario.model);
        for choice in &scenario.schedule {
            history.choose(&scenario.model, *choice);
        }
        history.seek(0);
        Session {
            scenario: Arc::new(scenario),
            history,
        }
    }
}

/// Steps a second to play at.
pub const SPEEDS: [u32; 4] = [1, 2, 5, 12];

/// The state of the page; copied freely to whoever shows or changes it.
#[derive(Clone, Copy)]
pub struct Desk {
    session: RwSignal<Session>,
    /// The scenario on the stage.
    pub scenario: Memo<Shown>,
    /// The run up to the moment shown.
    pub story: Memo<Story>,
    /// The current branch from start to end.
    pub whole: Memo<Story>,
    panel: RwSignal<Panel>,
    timer: StoredValue<Option<Interval>, LocalStorage>,
}

/// Everything beside the run itself.
#[derive(Clone, Default)]
pub struct Panel {
    /// A message about something that could not be done.
    pub notice: String,
    /// A message about something that was done.
    pub remark: String,
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// The sector whose bytes are looked at.
    pub sector: usize,
    /// Whether the sheet of keys and words is open.
    pub help: bool,
    /// Program lines folded or unfolded by hand: actor and line.
    pub toggled: Vec<(usize, usize)>,
}

/// A scenario that compares by identity, so that memos need not look inside.
#[derive(Clone)]
pub struct Shown(Arc<Scenario>);

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for Shown {
    type Target = Scenario;
    fn deref(&self) -> &Scenario {
        &self.0
    }
}

impl Desk {
    pub fn new() -> Desk {
        let first = find(FIRST).or_else(|| catalogue().next());
        let first = first.and_then(|entry| entry.load().ok());
        // The build lists the catalogue and the tests load all of it.
        let session = RwSignal::new(Session::new(first.expect("the catalogue has a scenario")));
        let desk = Desk {
            session,
            scenario: Memo::new(move |_| session.with(|it| Shown(it.scenario.clone()))),
            story: Memo::new(move |_| {
                session.with(|it| Story::of(&it.scenario.model, &it.history))
            }),
            whole: Memo::new(move |_| {
                session.with(|it| Story::of_branch(&it.scenario.model, &it.history))
            }),
            panel: RwSignal::new(Panel {
                speed: 1,
                ..Panel::default()
            }),
            timer: StoredValue::new_local(None),
        };
        desk.look_at_racing_sector();
        desk.read_address();
        let listener = window_event_listener(ev::hashchange, move |_| desk.read_address());
        on_cleanup(move || listener.remove());
        desk.name_the_tab();
        desk
    }

    /// What is beside the run.
    pub fn panel(self) -> Panel {
        self.panel.get()
    }

    pub fn set(self, change: impl FnOnce(&mut Panel)) {
        self.panel.update(change);
    }

    fn name_the_tab(self) {
        let title = self.scenario.with_untracked(|it| it.title.clone());
        document().set_title(&format!("{title} \u{b7} Stable Pages"));
    }

    /// Plays or pauses: while playing there is a timer, which makes a step each time.
    fn play(self, playing: bool) {
        self.timer.set_value(None);
        self.set(|panel| panel.playing = playing);
        if playing {
            let speed = SPEEDS[self.panel.with_untracked(|panel| panel.speed)];
            let timer = Interval::new(1000 / speed, move || self.tick());
            self.timer.set_value(Some(timer));
        }
    }

    fn tick(self) {
        let moved = self.change(|it| it.history.forward());
        let failed = self.story.with_untracked(|story| {
            let last = story.steps.last();
            last.is_some_and(|told| told.verdict().is_some())
        });
        // A failure is worth a look; playing on is one key away.
        if !moved || failed {
            self.play(false);
        }
    }

    fn read_address(self) {
        let fragment = window().location().hash().unwrap_or_default();
        match Address::parse(&fragment) {
            Ok(Address::Start) => self.set(|panel| panel.notice.clear()),
            Ok(Address::Scenario(entry)) => self.open(entry),
            Err(error) => self.set(|panel| panel.notice = error.to_string()),
        }
    }

    fn open(self, entry: Entry) {
        self.play(false);
        match entry.load() {
            Ok(scenario) => {
                self.set(|panel| {
                    panel.notice.clear();
                    panel.remark.clear();
                    panel.toggled.clear();
                });
                self.session.set(Session::new(scenario));
                self.look_at_racing_sector();
                self.name_the_tab();
            }
            Err(error) => self.set(|panel| panel.notice = format!("{}: {error}", entry.slug)),
        }
    }

    /// Of all sectors, the one the scenario's first store goes to.
    fn look_at_racing_sector(self) {
        let sector = self.scenario.with_untracked(|it| {
            let (stores, geometry) = (&it.model.stores, it.model.geometry);
            let store = stores.first()?;
            (0..geometry.sectors()).find(|sector| store.touches(geometry, *sector))
        });
        self.set(|panel| panel.sector = sector.unwrap_or(0));
    }

    fn change(self, how: impl FnOnce(&mut Session) -> bool) -> bool {
        self.set(|panel| panel.remark.clear());
        self.session.try_update(how).unwrap_or(false)
    }

    /// What a visitor does by hand: playing stops.
    fn act(self, how: impl FnOnce(&mut Session) -> bool) {
        self.play(false);
        self.change(how);
    }

    /// Steps an actor. Where that is not possible nothing changes; the actor's panel says why.
    pub fn step(self, actor: usize) {
        self.act(|it| {
            let model = &it.scenario.model;
            it.history.choose(model, Choice::of(actor))
        });
    }

    /// Steps an actor to the end of its current top-level line.
    pub fn step_line(self, actor: usize) {
        self.act(|it| {
            let scenario = it.scenario.clone();
            let model = &scenario.model;
            let Some(cast) = scenario.cast.get(actor) else {
                return false;
            };
            let line_at = |pc: u8| {
                let lines = cast.lines.iter();
                lines
                    .filter(|line| line.depth == 0 && line.mark.runs())
                    .position(|line| line.pcs.contains(&pc))
            };
            let start = line_at(it.history.world().actors[actor].pc);
            let mut moved = false;
            while it.history.choose(model, Choice::of(actor)) {
                moved = true;
                if line_at(it.history.world().actors[actor].pc) != start {
                    break;
                }
            }
            moved
        });
    }

    pub fn back(self) {
        self.act(|it| it.history.back());
    }

    pub fn forward(self) {
        self.act(|it| it.history.forward());
    }

    pub fn seek(self, depth: usize) {
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
        self.set(|panel| {
            let all = &mut panel.toggled;
            match all.iter().position(|it| *it == (actor, line)) {
                Some(at) => drop(all.swap_remove(at)),
                None => all.push((actor, line)),
            }
        });
    }

    /// Makes another branch the current one.
    pub fn switch(self, end: NodeId) {
        self.act(|it| {
            it.history.switch(end);
            true
        });
    }

    pub fn toggle_play(self) {
        let at_end = self.steps_ahead() == 0;
        let playing = self.panel.with_untracked(|panel| panel.playing);
        if at_end {
            let text = "No steps lie ahead. Step an actor, or reset and play the run again.";
            self.set(|panel| panel.remark = text.to_owned());
        }
        self.play(!playing && !at_end);
    }

    /// The next of the speeds, from the last to the first.
    pub fn next_speed(self) {
        self.set(|panel| panel.speed = (panel.speed + 1) % SPEEDS.len());
        if self.panel.with_untracked(|panel| panel.playing) {
            self.play(true);
        }
    }

    /// Opens or closes the sheet of keys and words.
    pub fn show_help(self, open: bool) {
        self.set(|panel| panel.help = open);
        let sheet = document().get_element_by_id("help");
        let Some(sheet) = sheet.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) else {
            return;
        };
        if open && !sheet.open() {
            // Refused only for a sheet that is open or not on the page.
            let _ = sheet.show_modal();
        } else if !open {
            sheet.close();
        }
    }

    /// Runs to the next failure, or says that there is none.
    pub fn run_to_failure(self) {
        let mut ahead = None;
        self.act(|it| {
            let model = &it.scenario.model;
            ahead = Some(to_next_failure(model, &mut it.history, MOST_WORLDS));
            true
        });
        let remark = match ahead {
            Some(Ahead::Safe { states }) => format!(
                "No failure can be reached from here: all {states} states that can follow were looked at."
            ),
            Some(Ahead::Unknown { states }) => format!(
                "No failure in the first {states} states from here; not all were looked at."
            ),
            Some(Ahead::Found) => {
                "Found by search: one of the shortest ways to fail from there.".to_owned()
            }
            _ => String::new(),
        };
        self.set(|panel| panel.remark = remark);
    }

    pub fn depth(self) -> usize {
        self.session.with(|it| it.history.depth())
    }

    pub fn length(self) -> usize {
        self.whole.with(|it| it.steps.len())
    }

    pub fn steps_ahead(self) -> usize {
        self.length() - self.depth()
    }

    /// The ends of all branches with their lengths, and which is the current one.
    pub fn branches(self) -> Vec<(NodeId, usize, bool)> {
        self.session.with(|it| {
            let current = it.history.branch().last().copied();
            let ends = it.history.ends().into_iter();
            ends.map(|end| (end, it.history.depth_of(end), Some(end) == current))
                .collect()
        })
    }

    /// The world at the moment shown.
    pub fn world(self) -> World {
        self.session.with(|it| *it.history.world())
    }

    /// The world one step earlier; the same at the start.
    pub fn world_before(self) -> World {
        self.story.with(|story| match story.steps.len() {
            0 | 1 => self.scenario.with(|it| it.model.initial),
            n => story.steps[n - 2].world,
        })
    }

    pub fn status(self, actor: usize) -> Status {
        self.session
            .with(|it| status(&it.scenario.model, it.history.world(), actor))
    }

    /// How the run ends, where nobody can move.
    pub fn end(self) -> Option<End> {
        self.session
            .with(|it| end(&it.scenario.model, it.history.world()))
    }

    /// The last step in a sentence.
    pub fn sentence(self) -> Option<String> {
        self.story.with(|story| {
            let told = story.steps.last()?;
            Some(self.scenario.with(|scenario| sentence(scenario, told)))
        })
    }
}
