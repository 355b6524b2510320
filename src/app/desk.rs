//! What the visitor has before them: a scenario, its runs, and how they are played.

use std::pin::Pin;
use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{File, HtmlDialogElement, HtmlElement};

use stable_pages::exchange::{Address, carried_words};
use stable_pages::explore::{Subject, carry, follow_to_failure};
use stable_pages::machine::Op;
use stable_pages::machine::{Choice, History, NodeId, World, ways};
use stable_pages::protocol::{Edit, Era};
use stable_pages::scenario::{
    Device, Entry, Scenario, Variant, catalogue, find, load, load_variant,
};

use super::check::{Check, Seen, outlook};
use super::now::Now;
use super::source;

/// What opens when the address asks for nothing in particular; build.rs embeds its text.
const FIRST: &str = "baseline-five-step";

/// A scenario and all its runs so far.
pub struct Session {
    pub scenario: Arc<Scenario>,
    pub history: History,
    /// The file it was built from, to build it again for another kernel or device.
    text: Arc<str>,
    /// Whether that file is the visitor's.
    own: bool,
}

impl Session {
    /// The opening run lies ahead; nothing has happened yet.
    fn new(scenario: Scenario, text: Arc<str>, own: bool) -> Session {
        let mut history = History::new(&scenario.model);
        for choice in &scenario.schedule {
            history.choose(&scenario.model, *choice);
        }
        history.seek(0);
        Session {
            scenario: Arc::new(scenario),
            history,
            text,
            own,
        }
    }
}

/// Lets something happen later; boxed, so that the code for it exists once.
fn start(later: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(later);
}

/// What no part of the page shows.
#[derive(Default)]
struct Backstage {
    timer: Option<Interval>,
    /// Counts navigations: an answer to an older one comes too late.
    turn: u32,
}

/// Steps a second to play at.
pub const SPEEDS: [u32; 4] = [1, 2, 5, 12];

/// The state of the page; copied freely to whoever shows or changes it.
#[derive(Clone, Copy)]
pub struct Desk {
    session: RwSignal<Session>,
    scenario: Memo<Shown>,
    now: Memo<Moment>,
    panel: RwSignal<Panel>,
    checks: RwSignal<Check>,
    outlook: Memo<Option<Seen>>,
    backstage: StoredValue<Backstage, LocalStorage>,
}

/// Everything beside the run itself.
#[derive(Clone, Default)]
pub struct Panel {
    /// A message about something that could not be done.
    pub notice: String,
    /// The scenario that could not be fetched, to be tried again.
    pub failed: Option<Entry>,
    /// What is being fetched.
    pub loading: &'static str,
    /// A message about something that was done.
    pub remark: String,
    /// Whether a file is held over the page.
    pub dropping: bool,
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// The page and the sector whose bytes are looked at.
    pub sector: (usize, usize),
    /// Whether the sheet of keys and words is open.
    pub help: bool,
    /// Program lines folded or unfolded by hand: actor and line.
    pub toggled: Vec<(usize, usize)>,
}

/// A scenario that compares by identity, so that memos need not look inside.
#[derive(Clone)]
pub struct Shown {
    scenario: Arc<Scenario>,
    /// Whether it is from a file of the visitor's.
    pub own: bool,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        Arc::ptr_eq(&self.scenario, &other.scenario)
    }
}

impl std::ops::Deref for Shown {
    type Target = Scenario;
    fn deref(&self) -> &Scenario {
        &self.scenario
    }
}

/// Any two moments differ.
#[derive(Clone)]
struct Moment(Arc<Now>);

impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Desk {
    pub fn new() -> Desk {
        let first = find(FIRST).or_else(|| catalogue().next());
        // The build lists the catalogue and the tests load all of it.
        let first = first.expect("the catalogue has a scenario");
        let scenario = first
            .load()
            .expect("the first scenario is part of the page");
        let session = RwSignal::new(Session::new(scenario, first.text.into(), false));
        let checks = RwSignal::new(Check::default());
        let desk = Desk {
            session,
            scenario: Memo::new(move |_| {
                session.with(|it| Shown {
                    scenario: it.scenario.clone(),
                    own: it.own,
                })
            }),
            now: Memo::new(move |_| session.with(|it| Moment(Arc::new(Now::of(it))))),
            panel: RwSignal::new(Panel {
                speed: 1,
                ..Panel::default()
            }),
            checks,
            outlook: outlook(checks),
            backstage: StoredValue::new_local(Backstage::default()),
        };
        desk.look_at_racing_sector();
        desk.read_address();
        let listener = window_event_listener(ev::hashchange, move |_| desk.read_address());
        on_cleanup(move || listener.remove());
        desk.name_the_tab();
        desk.check();
        desk.start_checking();
        desk
    }

    /// What the checker has said.
    #[inline(never)]
    pub fn checks(self) -> RwSignal<Check> {
        self.checks
    }

    /// What lies ahead of the moment shown, once that is known.
    #[inline(never)]
    pub fn outlook(self) -> Option<Seen> {
        self.outlook.get()
    }

    /// What is on the stage, as the checker builds it.
    pub fn subject(self) -> Subject {
        self.session.with_untracked(|it| {
            let scenario = &it.scenario;
            let device = Device::ALL.iter().position(|of| *of == scenario.device);
            let era = Era::ALL.iter().position(|of| *of == scenario.era);
            Subject {
                slug: scenario.slug.clone(),
                text: it.text.to_string(),
                device: device.map(|at| at as u8),
                era: era.map(|at| at as u8),
                edits: scenario.own_edits.clone(),
            }
        })
    }

    /// The first actor, and the first other one that stores.
    pub fn usual_racers(self) -> (u8, u8) {
        let now = self.peek();
        let stores = |op: Op| matches!(op, Op::Store | Op::KernelStore | Op::StoreChecksum);
        let mut actors = now.scenario.model.actors.iter();
        let found = actors.position(|it| it.code.iter().any(|instr| stores(instr.op)));
        match found {
            Some(0) | None => (0, 1),
            Some(at) => (0, at as u8),
        }
    }

    /// The scenario on the stage.
    #[inline(never)]
    pub fn scenario(self) -> Shown {
        self.scenario.get()
    }

    /// The run at the moment shown.
    #[inline(never)]
    pub fn now(self) -> Arc<Now> {
        self.now.get().0
    }

    /// The same, for somebody who does not want to be told when it changes.
    #[inline(never)]
    pub fn peek(self) -> Arc<Now> {
        self.now.get_untracked().0
    }

    /// What is beside the run.
    #[inline(never)]
    pub fn panel(self) -> Panel {
        self.panel.get()
    }

    #[inline(never)]
    pub fn peek_panel(self) -> Panel {
        self.panel.get_untracked()
    }

    pub fn set(self, mut change: impl FnMut(&mut Panel)) {
        self.set_by(&mut change);
    }

    #[inline(never)]
    fn set_by(self, change: &mut dyn FnMut(&mut Panel)) {
        self.panel.update(change);
    }

    fn name_the_tab(self) {
        let title = &self.peek().scenario.title;
        document().set_title(&format!("{title} \u{b7} Stable Pages"));
    }

    /// Plays or pauses: while playing there is a timer, which makes a step each time.
    fn play(self, playing: bool) {
        self.backstage.update_value(|it| it.timer = None);
        self.set(|panel| panel.playing = playing);
        if playing {
            let speed = SPEEDS[self.peek_panel().speed];
            let timer = Interval::new(1000 / speed, move || self.tick());
            self.backstage.update_value(|it| it.timer = Some(timer));
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

    /// Goes where the address says.
    pub fn read_address(self) {
        let fragment = window().location().hash().unwrap_or_default();
        match Address::parse(&fragment) {
            Ok(Address::Start) => self.set(|panel| panel.notice.clear()),
            Ok(Address::Scenario(entry)) => self.open(entry),
            Err(error) => self.complain(format!("{error} Choose an ordering from the list below.")),
        }
    }

    /// Says what could not be done; everything else stays.
    fn complain(self, notice: String) {
        self.set(|panel| {
            panel.notice = notice.clone();
            panel.failed = None;
            panel.loading = "";
        });
    }

    pub fn close_notice(self) {
        self.complain(String::new());
    }

    /// Begins a navigation; older ones have lost.
    fn begin(self) -> u32 {
        self.play(false);
        let next = self.backstage.try_update_value(|it| {
            it.turn += 1;
            it.turn
        });
        next.unwrap_or(0)
    }

    fn is_latest(self, turn: u32) -> bool {
        self.backstage.with_value(|it| it.turn) == turn
    }

    /// Opens a scenario of the catalogue, once its text is here.
    pub fn open(self, entry: Entry) {
        let turn = self.begin();
        if !entry.text.is_empty() {
            self.show_entry(entry, entry.text);
            return;
        }
        self.set(|panel| panel.loading = entry.title);
        start(Box::pin(async move {
            let text = source::fetch(entry.slug).await;
            if !self.is_latest(turn) {
                return;
            }
            match text {
                Ok(text) => self.show_entry(entry, &text),
                Err(reason) => {
                    let title = entry.title;
                    self.complain(format!(
                        "\u{201c}{title}\u{201d} could not be fetched: {reason}. What was on the page is still there."
                    ));
                    self.set(|panel| panel.failed = Some(entry));
                }
            }
        }));
    }

    fn show_entry(self, entry: Entry, text: &str) {
        match load(entry.slug, text) {
            Ok(scenario) => self.show(Session::new(scenario, text.into(), false)),
            Err(error) => self.complain(format!(
                "The file scenarios/{}.toml cannot be shown: {error}. What was on the page is still there.",
                entry.slug
            )),
        }
    }

    /// Opens a file of the visitor's.
    pub fn open_file(self, file: File) {
        let turn = self.begin();
        start(Box::pin(async move {
            let name = file.name();
            let text = source::read(&file).await;
            if !self.is_latest(turn) {
                return;
            }
            let slug = name.strip_suffix(".toml").unwrap_or(&name);
            let scenario = text.and_then(|text| match load(slug, &text) {
                Ok(scenario) => Ok(Session::new(scenario, text.into(), true)),
                Err(error) => Err(error.to_string()),
            });
            match scenario {
                Ok(session) => {
                    self.show(session);
                    // The address names a scenario of the catalogue, which this is not.
                    let location = window().location();
                    let path = location.pathname().unwrap_or_default();
                    let query = location.search().unwrap_or_default();
                    if let Ok(history) = window().history() {
                        // Refused only to pages without an address of their own.
                        let plain = format!("{path}{query}");
                        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&plain));
                    }
                }
                Err(reason) => self.complain(format!(
                    "{name} cannot be shown: {reason}. What was on the page is still there."
                )),
            }
        }));
    }

    /// Puts another scenario on the page.
    fn show(self, session: Session) {
        self.close_notice();
        self.set(|panel| {
            panel.remark.clear();
            panel.toggled.clear();
        });
        self.session.set(session);
        self.look_at_racing_sector();
        self.name_the_tab();
        self.check();
    }

    /// Builds the scenario for another device or kernel and takes the run along, as far as both
    /// have the same steps. Where the file does not fit, everything stays.
    pub fn rebuild(self, device: Device, era: Era) {
        self.play(false);
        let built = self.session.with_untracked(|it| {
            let variant = Variant {
                device: Some(device),
                era: Some(era),
                edits: it.scenario.own_edits.clone(),
            };
            let new = load_variant(&it.scenario.slug, &it.text, &variant)?;
            let carried = carry(&it.scenario, &it.history, &new);
            let words = carried_words(&it.scenario, &new, &carried);
            let mut session = Session::new(new, it.text.clone(), it.own);
            for choice in carried.choices {
                session.history.choose(&session.scenario.model, choice);
            }
            Ok::<_, stable_pages::scenario::ScenarioError>((session, words))
        });
        match built {
            Ok((session, words)) => {
                self.close_notice();
                self.session.set(session);
                self.set(|panel| {
                    panel.remark = words.clone();
                    panel.toggled.clear();
                });
                self.check();
            }
            Err(error) => self.complain(format!(
                "This ordering cannot be shown for Linux {} and {}: {error}. Everything stays as it was.",
                era.word(),
                device.word()
            )),
        }
    }

    /// Builds the scenario with other edits beyond its file's, a run of it ahead.
    pub fn rebuild_with(self, edits: Vec<Edit>, run: Vec<Choice>) {
        self.play(false);
        let built = self.session.with_untracked(|it| {
            let variant = Variant {
                device: Some(it.scenario.device),
                era: Some(it.scenario.era),
                edits,
            };
            let mut new = load_variant(&it.scenario.slug, &it.text, &variant)?;
            if !run.is_empty() {
                new.schedule = run;
            }
            Ok::<_, stable_pages::scenario::ScenarioError>(Session::new(
                new,
                it.text.clone(),
                it.own,
            ))
        });
        match built {
            Ok(session) => self.show(session),
            Err(error) => self.complain(format!(
                "This change cannot be shown: {error}. Everything stays as it was."
            )),
        }
    }

    /// Puts a schedule on the stage, from its start, and goes to one of its moments.
    pub fn load_run(self, schedule: &[Choice], moment: usize) {
        self.act(|it| {
            let model = &it.scenario.model;
            it.history.seek(0);
            for choice in schedule {
                it.history.choose(model, *choice);
            }
            it.history.seek(moment.min(schedule.len()));
            true
        });
    }

    /// Goes on from the moment shown.
    pub fn go_on_with(self, schedule: &[Choice]) {
        self.act(|it| {
            let model = &it.scenario.model;
            for choice in schedule {
                it.history.choose(model, *choice);
            }
            true
        });
    }

    /// Says what was done.
    pub fn remark(self, remark: String) {
        self.set(|panel| panel.remark = remark.clone());
    }

    /// Of all sectors, the one the scenario's first store goes to.
    fn look_at_racing_sector(self) {
        let scenario = self.peek().scenario.clone();
        let (stores, geometry) = (&scenario.model.stores, scenario.model.geometry);
        let sector = stores.first().and_then(|store| {
            let sector = (0..geometry.sectors()).find(|it| store.touches(geometry, *it))?;
            Some((store.page as usize, sector))
        });
        self.set(|panel| panel.sector = sector.unwrap_or((0, 0)));
    }

    fn change(self, mut how: impl FnMut(&mut Session) -> bool) -> bool {
        self.change_by(&mut how)
    }

    #[inline(never)]
    fn change_by(self, how: &mut dyn FnMut(&mut Session) -> bool) -> bool {
        self.set(|panel| panel.remark.clear());
        self.session.try_update(how).unwrap_or(false)
    }

    /// What a visitor does by hand: playing stops.
    fn act(self, mut how: impl FnMut(&mut Session) -> bool) {
        self.play(false);
        self.change_by(&mut how);
    }

    /// Steps an actor, one of the ways it can go. Where that is not possible nothing changes; the
    /// actor's panel says why.
    pub fn step(self, actor: usize, way: u8) {
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

    /// Runs to the next failure among the steps ahead, or asks the checker for one.
    pub fn run_to_failure(self) {
        let mut followed = false;
        self.act(|it| {
            let model = &it.scenario.model;
            followed = follow_to_failure(model, &mut it.history);
            followed
        });
        if followed {
            return;
        }
        let (gone, running) = self.checks.with_untracked(|it| (it.gone, it.running()));
        if gone {
            return self.remark("None among the steps ahead, and there is no checker.".to_owned());
        }
        if running {
            self.remark("The checker is looking at every schedule\u{2026}".to_owned());
        }
        self.ask_for_failure();
    }

    /// Opens the list of orderings, or closes it; the focus goes to what does that by mouse.
    /// Returns whether that was to be done.
    pub fn show_list(self, open: bool) -> bool {
        let list = document().get_element_by_id("orderings");
        let Some(list) = list.filter(|it| it.has_attribute("open") != open) else {
            return false;
        };
        // Fails only for a name that no attribute can have.
        let _ = list.toggle_attribute("open");
        let summary = list.first_element_child();
        if let Some(summary) = summary.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            let _ = summary.focus();
        }
        true
    }
}
