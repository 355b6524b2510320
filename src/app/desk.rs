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
use stable_pages::explore::{Subject, carry};
use stable_pages::machine::{Choice, History, Op};
use stable_pages::protocol::{Edit, Era};
use stable_pages::scenario::{
    Device, Entry, Scenario, Variant, catalogue, find, load, load_variant,
};

use stable_pages::view::{Check, Look, Now, Tab, Wish};

use super::check::{Seen, outlook};
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

/// Takes a thing out of a list, or puts it in.
pub(super) fn toggle<T: PartialEq>(all: &mut Vec<T>, it: T) {
    match all.iter().position(|other| *other == it) {
        Some(at) => drop(all.swap_remove(at)),
        None => all.push(it),
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

/// The state of the page; copied freely to whoever shows or changes it.
#[derive(Clone, Copy)]
pub struct Desk {
    session: RwSignal<Session>,
    now: Memo<Moment>,
    panel: RwSignal<Look>,
    checks: RwSignal<Check>,
    outlook: Memo<Option<Seen>>,
    backstage: StoredValue<Backstage, LocalStorage>,
}

/// Any two moments differ.
#[derive(Clone)]
struct Moment(Arc<Now>);

impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

thread_local! {
    /// What is pressed, and who answers, does not know whose it is; there is one desk.
    static DESK: std::cell::Cell<Option<Desk>> = const { std::cell::Cell::new(None) };
}

impl Desk {
    /// The page's desk.
    pub fn the() -> Desk {
        // Whatever can be pressed was drawn for a desk.
        DESK.get().expect("the page has a desk")
    }

    /// Does what was asked for by pressing something.
    pub fn grant(self, wish: Wish) {
        match wish {
            Wish::Reset => self.reset(),
            Wish::Back => self.back(),
            Wish::Forward => self.forward(),
            Wish::Play => self.toggle_play(),
            Wish::Speed => self.next_speed(),
            Wish::ToFailure => self.run_to_failure(),
            Wish::Seek(step) => self.seek(step),
            Wish::Step(actor, way) => self.step(actor.into(), way),
            Wish::StepLine(actor) => self.step_line(actor.into()),
            Wish::Switch(end) => self.switch(end),
            Wish::ToggleLine(actor, line) => self.toggle_line(actor, line),
            Wish::ToggleCard(actor) => self.set(|it| toggle(&mut it.cards, actor)),
            Wish::Lines(actor) => self.set(|it| toggle(&mut it.lines, actor)),
            Wish::Beside(other) => self.set(|it| it.other = other),
            Wish::Zoom(zoom) => self.set(|it| it.zoom = zoom),
            Wish::Sector(page, sector) => self.inspect(page, sector),
            Wish::CrcByte(byte) => self.set(|it| it.crc_byte = Some(byte)),
            Wish::Whole(whole) => self.set(|it| it.whole = whole),
            Wish::Help(open) => self.show_help(open),
            Wish::CloseNotice => self.close_notice(),
            Wish::TryAgain => {
                if let Some(entry) = self.peek_panel().failed {
                    self.open(entry);
                }
            }
            Wish::Open(slug) => {
                if let Some(entry) = find(&slug) {
                    self.open(entry);
                }
            }
            Wish::Follow(slug) => {
                self.show_list(false);
                // The browser tells of a new address only.
                let here = window().location().hash();
                if here.is_ok_and(|it| it.strip_prefix('#') == Some(&slug)) {
                    self.grant(Wish::Open(slug));
                }
            }
            Wish::Era(index) => {
                let device = self.peek().scenario.device;
                self.rebuild(device, Era::ALL[index % Era::ALL.len()]);
            }
            Wish::Device(index) => {
                let era = self.peek().scenario.era;
                self.rebuild(Device::ALL[index % Device::ALL.len()], era);
            }
            Wish::Undo => self.rebuild_with(Vec::new(), Vec::new()),
            Wish::Panel(panel) => self.open_panel(panel),
            Wish::ClosePanel => self.close_panel(),
            Wish::StopChecking => self.stop_checking(),
            Wish::Walk(schedule, verdict) => {
                self.close_panel();
                self.load_run(&schedule, 0);
                self.remark(format!(
                    "{} steps to a {} lie ahead: go forward, or play.",
                    schedule.len(),
                    verdict.words()
                ));
            }
            Wish::ShowEnd(schedule) => {
                self.close_panel();
                self.load_run(&schedule, usize::MAX);
            }
            Wish::Mutate => self.mutate(),
            Wish::OpenMutant(row) => self.open_mutant(row),
            Wish::Sort(column) => self.checks().update(|it| {
                it.order = (column, it.order.0 == column && !it.order.1);
            }),
            Wish::Kind(kind) => self.checks().update(|it| it.kind = kind),
            Wish::Race(first, second) => self.race((first, second)),
            Wish::Compare(slug) => {
                if let Some(entry) = find(&slug) {
                    self.compare(entry);
                }
            }
            Wish::Tab(tab) => self.set(|it| it.tab = tab),
            Wish::Term(word) => self.set(|it| it.term = (it.term != Some(word)).then_some(word)),
            Wish::Why => self.set(|it| it.why = !it.why),
            // Granted once addresses hold runs.
            Wish::Share => {}
            Wish::Change(edit, run) => {
                let mut edits = self.peek().scenario.own_edits.clone();
                edits.push(*edit);
                self.rebuild_with(edits, run);
            }
        }
    }

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
            now: Memo::new(move |last: Option<&Moment>| {
                let last = last.map(|it| &*it.0);
                session
                    .with(|it| Moment(Arc::new(Now::of(&it.scenario, &it.history, it.own, last))))
            }),
            panel: RwSignal::new(Look {
                speed: 1,
                ..Look::default()
            }),
            checks,
            outlook: outlook(checks),
            backstage: StoredValue::new_local(Backstage::default()),
        };
        DESK.set(Some(desk));
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

    /// Changes the run; says whether `how` did.
    pub(super) fn change_session(self, how: &mut dyn FnMut(&mut Session) -> bool) -> bool {
        self.session.try_update(how).unwrap_or(false)
    }

    /// Keeps the timer that makes the steps while playing.
    pub(super) fn keep_timer(self, timer: Option<Interval>) {
        self.backstage.update_value(|it| it.timer = timer);
    }

    /// What is beside the run.
    #[inline(never)]
    pub fn panel(self) -> Look {
        self.panel.get()
    }

    #[inline(never)]
    pub fn peek_panel(self) -> Look {
        self.panel.get_untracked()
    }

    pub fn set(self, mut change: impl FnMut(&mut Look)) {
        self.set_by(&mut change);
    }

    #[inline(never)]
    fn set_by(self, change: &mut dyn FnMut(&mut Look)) {
        self.panel.update(change);
    }

    fn name_the_tab(self) {
        let title = &self.peek().scenario.title;
        document().set_title(&format!("{title} \u{b7} Stable Pages"));
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
        self.set(|panel| {
            panel.sector = sector.unwrap_or((0, 0));
            panel.crc_byte = None;
        });
    }

    /// Opens the inspector of a sector; where it lies below what is seen, goes there.
    fn inspect(self, page: usize, sector: usize) {
        self.set(|it| {
            it.sector = (page, sector);
            it.crc_byte = None;
            it.tab = Tab::Inspect;
        });
        let height = window().inner_height().ok().and_then(|it| it.as_f64());
        if let (Some(side), Some(height)) = (document().get_element_by_id("side"), height)
            && side.get_bounding_client_rect().top() > height
        {
            side.scroll_into_view();
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
