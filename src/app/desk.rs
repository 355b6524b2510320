//! What the visitor has before them: a scenario, its runs, and how they are played.

use std::pin::Pin;
use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{File, HtmlDialogElement, HtmlElement};

use stable_pages::exchange::{Address, carried_words};
use stable_pages::explore::{Outlook, Subject, carry};
use stable_pages::machine::{Choice, History, Op};
use stable_pages::protocol::{Edit, Era};
use stable_pages::scenario::{Device, Entry, Packed, Scenario};

use stable_pages::view::{El, Look, Now, Place, Sheet};

use super::address::{address, before_fragment, stays};
use super::check::{Check, Same, drawn, outlook};
use super::link;
use super::render::listen;
use super::source;

/// A scenario and all its runs so far.
pub struct Session {
    pub scenario: Arc<Scenario>,
    pub history: History,
    /// The file it was built from, to build it again for another kernel or device.
    text: String,
    /// Whether that file is the visitor's.
    own: bool,
}

impl Session {
    /// The opening run lies ahead; nothing has happened yet.
    #[inline(never)]
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
        }
    }
}

/// The place of one of several, as a [`Subject`] names it.
fn place<T: PartialEq>(all: &[T], of: T) -> Option<u8> {
    let at = all.iter().position(|it| *it == of);
    at.map(|at| at as u8)
}

/// Lets something happen later; boxed, so that the code for it exists once.
pub(super) fn start(later: Pin<Box<dyn Future<Output = ()>>>) {
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
    scenario: Memo<Same<Scenario>>,
    outlook: Memo<Option<Same<Outlook>>>,
    drawn: [Memo<Option<Same<El>>>; Place::ALL.len()],
    /// The number of the situation the checker was told last; the side is busy until that is drawn.
    pub(super) told: StoredValue<u32>,
    backstage: StoredValue<Backstage, LocalStorage>,
}

/// Any two moments differ.
#[derive(Clone)]
pub struct Moment(pub Arc<Now>);

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

    /// The page begins with a scenario of the catalogue.
    pub fn new(first: Packed) -> Desk {
        let slug = first.scenario.slug.clone();
        let session = RwSignal::new(Session::new(first, false));
        let checks = RwSignal::new(Check::default());
        let now = Memo::new(move |last: Option<&Moment>| {
            let last = last.map(|it| &*it.0);
            session.with(|it| Moment(Arc::new(Now::of(&it.scenario, &it.history, it.own, last))))
        });
        let desk = Desk {
            session,
            now,
            panel: RwSignal::new(Look {
                speed: 1,
                ..Look::default()
            }),
            checks,
            scenario: Memo::new(move |_| now.with(|it| Same(it.0.scenario.clone()))),
            outlook: outlook(now, checks),
            drawn: Place::ALL.map(|place| drawn(checks, place)),
            told: StoredValue::new(0),
            backstage: StoredValue::new_local(Backstage::default()),
        };
        DESK.set(Some(desk));
        desk.look_at_racing_sector();
        // It may name something else by now, or what could not be fetched.
        let named = address();
        if !matches!(&named, Ok(Address::Scenario(entry)) if entry.slug == slug) {
            desk.read_address();
        }
        listen("hashchange", move |_| desk.read_address());
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

    /// Has its reader run again for another scenario only, and not for each moment.
    #[inline(never)]
    pub fn once_a_scenario(self) -> Arc<Now> {
        // Merely tracked, it would never be computed, and so never change.
        let _ = self.scenario.get();
        self.peek()
    }

    /// What lies ahead of the moment shown, once that is known.
    #[inline(never)]
    pub fn outlook(self) -> Option<Same<Outlook>> {
        self.outlook.get()
    }

    /// What the checker draws at a place.
    #[inline(never)]
    pub fn drawn(self, place: Place) -> Option<Same<El>> {
        self.drawn[place as usize].get()
    }

    /// What is on the stage, as the checker builds it.
    pub fn subject(self) -> Subject {
        self.session.with_untracked(|it| {
            let scenario = &it.scenario;
            Subject {
                slug: scenario.slug.clone(),
                text: it.text.clone(),
                device: place(&Device::ALL, scenario.device),
                era: place(&Era::ALL, scenario.era),
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

    /// Tells nobody where nothing changed, as with most steps.
    #[inline(never)]
    fn set_by(self, change: &mut dyn FnMut(&mut Look)) {
        self.panel.maybe_update(|it| {
            let before = it.clone();
            change(it);
            *it != before
        });
    }

    fn name_the_tab(self) {
        let title = &self.peek().scenario.title;
        document().set_title(&format!("{title} \u{b7} Stable Pages"));
    }

    /// Says what could not be done; everything else stays.
    pub fn complain(self, notice: String) {
        stays();
        self.set(|panel| {
            panel.notice = notice.clone();
            panel.failed = None;
            panel.loading.clear();
        });
    }

    pub fn close_notice(self) {
        self.complain(String::new());
    }

    /// The file of a scenario of the catalogue, if it is on the page.
    pub fn text_of(self, slug: &str) -> Option<String> {
        self.session.with_untracked(|it| {
            let here = !it.own && it.scenario.slug == slug;
            here.then(|| it.text.clone())
        })
    }

    /// Whether a scenario is on the page, with the same kernel, device and edits.
    pub fn shows(self, other: &Scenario) -> bool {
        self.session.with_untracked(|it| {
            let own = it.own;
            let it = &*it.scenario;
            let edits = it.own_edits == other.own_edits;
            !own && it.slug == other.slug
                && it.era == other.era
                && it.device == other.device
                && edits
        })
    }

    /// Begins a navigation; older ones have lost.
    pub fn begin(self) -> u32 {
        self.play(false);
        let next = self.backstage.try_update_value(|it| {
            it.turn += 1;
            it.turn
        });
        next.unwrap_or(0)
    }

    pub fn is_latest(self, turn: u32) -> bool {
        self.backstage.with_value(|it| it.turn) == turn
    }

    /// Opens a scenario of the catalogue, once it is here.
    pub fn open(self, entry: Entry) {
        let turn = self.begin();
        self.set(|panel| panel.loading = entry.slug.to_owned());
        start(Box::pin(async move {
            let packed = source::fetch(entry.slug).await;
            if !self.is_latest(turn) {
                return;
            }
            match packed {
                Ok(packed) => {
                    self.show(Session::new(packed, false));
                    self.arrived();
                }
                Err(reason) => {
                    let title = entry.slug;
                    self.complain(format!(
                        "\u{201c}{title}\u{201d} could not be fetched: {reason}. What was on the page is still there."
                    ));
                    self.set(|panel| panel.failed = Some(entry.slug.to_owned()));
                }
            }
        }));
    }

    /// Has the checker build something; `then` hears of it, unless something else was begun since.
    fn build(self, subject: Subject, then: Box<dyn FnOnce(Result<Packed, String>)>) {
        let turn = self.begin();
        if !link::ready() {
            self.set(|panel| panel.loading = "the checker, which builds it".to_owned());
        }
        let built = move |built: Result<Vec<u8>, String>| {
            if self.is_latest(turn) {
                then(built.and_then(|it| Packed::read(&it).map_err(|error| error.to_string())));
            }
        };
        link::load(subject, Box::new(built));
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
            if name.ends_with(".svg") {
                return self.open_figure(turn, &name, text);
            }
            let slug = name.strip_suffix(".toml").unwrap_or(&name).to_owned();
            let shown = move |built: Result<Packed, String>| match built {
                Ok(packed) => {
                    self.show(Session::new(packed, true));
                    // The address names a scenario of the catalogue, which this is not.
                    if let Ok(history) = window().history() {
                        // Refused only to pages without an address of their own.
                        let plain = before_fragment();
                        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&plain));
                    }
                }
                Err(reason) => self.complain(format!(
                    "{name} cannot be shown: {reason}. What was on the page is still there."
                )),
            };
            match text {
                Ok(text) => {
                    let (device, era, edits) = (None, None, Vec::new());
                    let subject = Subject {
                        slug,
                        text,
                        device,
                        era,
                        edits,
                    };
                    self.build(subject, Box::new(shown));
                }
                Err(reason) => shown(Err(reason)),
            }
        }));
    }

    /// Puts another scenario on the page.
    pub fn show(self, session: Session) {
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

    /// Has the scenario built for another device or kernel and takes the run along, as far as both
    /// have the same steps. Where the file does not fit, everything stays.
    pub fn rebuild(self, device: Device, era: Era) {
        let subject = Subject {
            device: place(&Device::ALL, device),
            era: place(&Era::ALL, era),
            ..self.subject()
        };
        let shown = move |built: Result<Packed, String>| match built {
            Ok(packed) => self.go_on_in(packed),
            Err(reason) => {
                let (era, device) = (era.word(), device.word());
                self.complain(format!(
                    "This ordering cannot be shown for Linux {era} and {device}: {reason}. Everything stays as it was."
                ));
            }
        };
        self.build(subject, Box::new(shown));
    }

    /// Puts another build of the same scenario on the page, and takes the run along.
    #[inline(never)]
    fn go_on_in(self, packed: Packed) {
        self.play(false);
        self.did(false);
        let (session, words) = self.session.with_untracked(|it| {
            let carried = carry(&it.scenario, &it.history, &packed.scenario);
            let words = carried_words(&it.scenario, &packed.scenario, &carried);
            let mut session = Session::new(packed, it.own);
            for choice in carried.choices {
                session.history.choose(&session.scenario.model, choice);
            }
            (session, words)
        });
        self.close_notice();
        self.session.set(session);
        self.set(|panel| {
            panel.remark = words.clone();
            panel.toggled.clear();
        });
        self.check();
    }

    /// Has the scenario built with other edits beyond its file's, a run of it ahead.
    pub fn rebuild_with(self, edits: Vec<Edit>, run: Vec<Choice>) {
        let subject = Subject {
            edits,
            ..self.subject()
        };
        let shown = move |built: Result<Packed, String>| match built {
            Ok(mut packed) => {
                if !run.is_empty() {
                    packed.scenario.schedule = run;
                }
                let own = self.session.with_untracked(|it| it.own);
                self.did(false);
                self.show(Session::new(packed, own));
            }
            Err(reason) => self.complain(format!(
                "This change cannot be shown: {reason}. Everything stays as it was."
            )),
        };
        self.build(subject, Box::new(shown));
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

    /// Opens a sheet, or closes it.
    pub fn show_sheet(self, which: Option<Sheet>) {
        self.set(|panel| panel.sheet = which);
        let sheet = document().get_element_by_id("help");
        let Some(sheet) = sheet.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) else {
            return;
        };
        if which.is_none() {
            sheet.close();
        } else if !sheet.open() {
            // Refused only for a sheet that is open or not on the page.
            let _ = sheet.show_modal();
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
