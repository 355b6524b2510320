//! The state of the page, as signals: the scenario with its runs, what is beside them, and what the checker
//! has said.
//!
//! The store knows nobody: `update` and the modules it calls change it, the sections that read it are drawn
//! anew.

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use stable_pages::explore::{Outlook, ScenarioSpec};
use stable_pages::machine::{ActorId, History, World};
use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, Packed, Scenario};
use stable_pages::view::{ChainMark, Element, Moment, Slot, USUAL_SPEED, UiState};

/// A scenario and all its runs so far.
pub struct Session {
    pub scenario: Arc<Scenario>,
    pub history: History,
    /// The file it was built from, to build it again for another kernel or device.
    pub text: String,
    /// Whether that file is the visitor's.
    pub own: bool,
    /// After how many steps the press began that led to the moment shown; none for a single step.
    pub began: Option<usize>,
}

impl Session {
    /// The opening run lies ahead; no step has been made.
    pub fn new(packed: Packed, own: bool) -> Session {
        let Packed { scenario, text } = packed;
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
            began: None,
        }
    }
}

/// What the checker has said, as far as the page keeps it.
#[derive(Clone, Default)]
pub struct CheckerState {
    /// The number of the newest check; responses to older ones are dropped.
    pub turn: u32,
    /// What lies ahead of the moment asked about last, of the one before it and of those one step further, so
    /// that the next step need not wait for it.
    pub outlooks: Vec<(World, Arc<Outlook>)>,
    /// The check and the moment whose outlook was asked for last.
    pub outlook_asked: Option<(u32, u32)>,
    /// The sections that the worker draws, by the number of their slot.
    pub sections: [Option<Arc<Element>>; Slot::ALL.len()],
    /// The steps that are behind the failure that the visitor asked about.
    pub chain: Vec<ChainMark>,
    /// Whether the visitor waits for a run to a failure.
    pub failure_wanted: bool,
}

impl CheckerState {
    /// What lies ahead of a world, if that is known.
    pub fn outlook(&self, world: &World) -> Option<Arc<Outlook>> {
        let mut known = self.outlooks.iter();
        known.find(|(of, _)| of == world).map(|it| it.1.clone())
    }
}

/// A shared value that is equal only to itself, so that a memo tells of every new one without comparing what
/// is inside.
pub struct PtrEq<T>(pub Arc<T>);

impl<T> Clone for PtrEq<T> {
    fn clone(&self) -> PtrEq<T> {
        PtrEq(self.0.clone())
    }
}

impl<T> PartialEq for PtrEq<T> {
    fn eq(&self, other: &PtrEq<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The state of the page; copied freely to whoever reads or changes it.
#[derive(Clone, Copy)]
pub struct Store {
    session: RwSignal<Session>,
    ui: RwSignal<UiState>,
    checker: RwSignal<CheckerState>,
    moment: Memo<PtrEq<Moment>>,
    scenario: Memo<PtrEq<Scenario>>,
    outlook: Memo<Option<PtrEq<Outlook>>>,
    sections: [Memo<Option<PtrEq<Element>>>; Slot::ALL.len()],
    /// The number of what the worker was asked to draw last; the side is busy until that is drawn.
    render_number: StoredValue<u32>,
    /// The number of the newest navigation; what an older one has asked for comes too late.
    navigation: StoredValue<u32>,
    /// Makes the next step while the run is played.
    timer: StoredValue<Option<Timeout>, LocalStorage>,
}

/// The place of one of several, as a [`ScenarioSpec`] names it.
pub fn place<T: PartialEq>(all: &[T], one: T) -> Option<u8> {
    let at = all.iter().position(|other| *other == one);
    at.map(|at| at as u8)
}

impl Store {
    /// The state of a page that begins with this scenario of the catalogue.
    pub fn new(first: Packed) -> Store {
        let session = RwSignal::new(Session::new(first, false));
        let ui = RwSignal::new(UiState {
            speed: USUAL_SPEED,
            ..UiState::default()
        });
        let checker = RwSignal::new(CheckerState::default());
        let moment = Memo::new(move |last: Option<&PtrEq<Moment>>| {
            let last = last.map(|last| &*last.0);
            session.with(|session| {
                let Session { scenario, own, .. } = session;
                let moment = Moment::of(scenario, &session.history, *own, last);
                PtrEq(Arc::new(moment.since(session.began)))
            })
        });
        let outlook = Memo::new(move |_| {
            let shown = moment.with(|moment| moment.0.world);
            checker.with(|checker| checker.outlook(&shown).map(PtrEq))
        });
        let section = |slot: Slot| {
            Memo::new(move |_| {
                checker.with(|checker| checker.sections[slot as usize].clone().map(PtrEq))
            })
        };
        let store = Store {
            session,
            ui,
            checker,
            moment,
            scenario: Memo::new(move |_| moment.with(|moment| PtrEq(moment.0.scenario.clone()))),
            outlook,
            sections: Slot::ALL.map(section),
            render_number: StoredValue::new(0),
            navigation: StoredValue::new(0),
            timer: StoredValue::new_local(None),
        };
        store.select_racing_sector();
        store
    }

    /// The run at the moment shown.
    pub fn moment(self) -> Arc<Moment> {
        self.moment.get().0
    }

    /// The run at the moment shown, without its reader being run again when that changes.
    pub fn moment_untracked(self) -> Arc<Moment> {
        self.moment.get_untracked().0
    }

    /// The run at the moment shown; its reader is run again for another scenario only, and not for each moment.
    pub fn moment_per_scenario(self) -> Arc<Moment> {
        // Read, and not only tracked: a memo that nobody reads is never computed, and so never changes.
        let _ = self.scenario.get();
        self.moment_untracked()
    }

    /// The state beside the run.
    pub fn ui(self) -> UiState {
        self.ui.get()
    }

    /// The state beside the run, without its reader being run again when that changes.
    pub fn ui_untracked(self) -> UiState {
        self.ui.get_untracked()
    }

    /// Changes the state beside the run. Readers are run again only if it differs afterwards, which after
    /// most steps it does not.
    pub fn update_ui(self, change: impl FnOnce(&mut UiState)) {
        let mut change = Some(change);
        self.change_ui(&mut |ui| {
            if let Some(change) = change.take() {
                change(ui);
            }
        });
    }

    /// The same with a change by reference, so that what is around it exists once.
    fn change_ui(self, change: &mut dyn FnMut(&mut UiState)) {
        self.ui.maybe_update(|ui| {
            let before = ui.clone();
            change(ui);
            *ui != before
        });
    }

    /// Says what was done.
    pub fn set_remark(self, remark: String) {
        self.update_ui(|ui| ui.remark = remark);
    }

    /// What the checker has said.
    pub fn checker(self) -> RwSignal<CheckerState> {
        self.checker
    }

    /// Changes what the checker has said.
    pub fn update_checker(self, change: impl FnOnce(&mut CheckerState)) {
        let mut change = Some(change);
        self.change_checker(&mut |checker| {
            if let Some(change) = change.take() {
                change(checker);
            }
        });
    }

    fn change_checker(self, change: &mut dyn FnMut(&mut CheckerState)) {
        self.checker.update(change);
    }

    /// The number of the newest check.
    pub fn turn(self) -> u32 {
        self.checker.with_untracked(|checker| checker.turn)
    }

    /// What lies ahead of the moment shown, once that is known; nothing for a learner, who is to find out.
    pub fn outlook(self) -> Option<PtrEq<Outlook>> {
        let outlook = self.outlook.get();
        outlook.filter(|_| self.ui.with(UiState::hints))
    }

    /// What the worker has drawn for a slot.
    pub fn section(self, slot: Slot) -> Option<PtrEq<Element>> {
        self.sections[slot as usize].get()
    }

    /// Reads the session.
    pub fn with_session<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        let (mut read, mut found) = (Some(read), None);
        self.read_session(&mut |session| found = read.take().map(|read| read(session)));
        found.expect("a session is read once")
    }

    /// Puts another session on the page.
    pub fn set_session(self, session: Session) {
        self.update_ui(|ui| ui.why = None);
        self.session.set(session);
    }

    /// Changes the session; says whether `change` did.
    pub fn update_session(self, change: impl FnOnce(&mut Session) -> bool) -> bool {
        let mut change = Some(change);
        self.change_session(&mut |session| change.take().is_some_and(|change| change(session)))
    }

    // By reference, so that what is around these exists once.

    fn read_session(self, read: &mut dyn FnMut(&Session)) {
        self.session.with_untracked(read);
    }

    fn change_session(self, change: &mut dyn FnMut(&mut Session) -> bool) -> bool {
        self.session.try_update(change).unwrap_or(false)
    }

    /// What the scenario on the stage is built from, as the checker builds it.
    pub fn spec(self) -> ScenarioSpec {
        self.with_session(|session| {
            let scenario = &session.scenario;
            ScenarioSpec {
                slug: scenario.slug.clone(),
                text: session.text.clone(),
                device: place(&Device::ALL, scenario.device),
                era: place(&Era::ALL, scenario.era),
                edits: scenario.own_edits.clone(),
            }
        })
    }

    /// The file of a scenario of the catalogue, if it is on the page.
    pub fn text_of(self, slug: &str) -> Option<String> {
        self.with_session(|session| {
            let here = !session.own && session.scenario.slug == slug;
            here.then(|| session.text.clone())
        })
    }

    /// Whether a scenario of the catalogue is on the page, with the same kernel, device and edits.
    pub fn shows(self, other: &Scenario) -> bool {
        self.with_session(|session| {
            let shown = &*session.scenario;
            !session.own
                && shown.slug == other.slug
                && shown.era == other.era
                && shown.device == other.device
                && shown.own_edits == other.own_edits
        })
    }

    /// The two actors that the race map begins with: the first one, and the first other one that stores.
    pub fn usual_racers(self) -> (ActorId, ActorId) {
        let moment = self.moment_untracked();
        let mut actors = moment.scenario.model.actors.iter();
        let found = actors.position(|actor| actor.code.iter().any(|instr| instr.op.writes()));
        match found {
            Some(0) | None => (ActorId(0), ActorId(1)),
            Some(at) => (ActorId(0), ActorId::at(at)),
        }
    }

    /// Selects the sector that the scenario's first store goes to.
    pub fn select_racing_sector(self) {
        let scenario = self.moment_untracked().scenario.clone();
        let (stores, geometry) = (&scenario.model.stores, scenario.model.geometry);
        let sector = stores.first().and_then(|store| {
            let mut sectors = geometry.sector_ids();
            let sector = sectors.find(|sector| store.touches(geometry, *sector))?;
            Some((store.page, sector))
        });
        self.update_ui(|ui| {
            ui.sector = sector.unwrap_or_default();
            ui.crc_byte = None;
        });
    }

    /// Begins another navigation and gives its number.
    pub fn next_navigation(self) -> u32 {
        next(self.navigation)
    }

    /// Whether no navigation was begun since the one of that number.
    pub fn is_latest_navigation(self, number: u32) -> bool {
        self.navigation.get_value() == number
    }

    /// Gives a number to what the worker is asked to draw next.
    pub fn next_render(self) -> u32 {
        next(self.render_number)
    }

    /// Whether the worker was asked to draw nothing since what has that number.
    pub fn is_latest_render(self, number: u32) -> bool {
        self.render_number.get_value() == number
    }

    /// Keeps the timer that makes the next step while the run is played, in place of the last one.
    pub fn set_timer(self, timer: Option<Timeout>) {
        self.timer.set_value(timer);
    }
}

fn next(counter: StoredValue<u32>) -> u32 {
    let next = counter.try_update_value(|number| {
        *number += 1;
        *number
    });
    next.unwrap_or(0)
}
