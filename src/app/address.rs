//! The page's address: what it asks for, and how it follows what a visitor does.
//!
//! The worker reads and writes links, as it knows the language of files. What a visitor does becomes an entry of the browser's
//! history when it is something else than before: a walk step by step, however long, is one; a jump is one of its own.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use stable_pages::exchange::{Address, AddressError};
use stable_pages::scenario::{Entry, Packed};
use stable_pages::view::{Arrived, Wish, look_at};

use super::desk::{Desk, Session, start};
use super::{link, source};

/// Milliseconds until the address follows: browsers refuse more than some hundred changes in half a minute.
const CALM: u32 = 350;

/// Where the address stands in what a visitor does.
#[derive(Default)]
struct Trail {
    /// The link of what is shown.
    link: String,
    /// Counts what becomes an entry of its own.
    chapter: u32,
    /// The one that the address belongs to.
    written: u32,
    /// Whether something else is on its way: what is shown until then is none of the address's.
    leaving: bool,
    /// Whether the last thing done was a step.
    walking: bool,
    timer: Option<Timeout>,
}

thread_local! {
    /// There is one address.
    static TRAIL: RefCell<Trail> = RefCell::default();
}

/// What the page's address asks for.
pub fn address() -> Result<Address, AddressError> {
    Address::parse(&fragment())
}

fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// The address without what stands behind `#`.
pub fn before_fragment() -> String {
    let whole = window().location().href().unwrap_or_default();
    whole.split('#').next().unwrap_or_default().to_owned()
}

/// The page's own address: neither what stands behind `#` nor what stands behind `?`.
pub fn own_address() -> String {
    let whole = before_fragment();
    whole.split('?').next().unwrap_or_default().to_owned()
}

/// What was asked for does not come, or is there: the address follows what is shown again.
pub fn stays() {
    TRAIL.with_borrow_mut(|it| it.leaving = false);
}

impl Desk {
    /// Goes where the address says.
    pub fn read_address(self) {
        let link = fragment();
        // What is shown is known by its link; what will be has none yet.
        let shown = TRAIL.with_borrow_mut(|it| std::mem::take(&mut it.link));
        if link.strip_prefix('#') == Some(&shown) {
            TRAIL.with_borrow_mut(|it| it.link = shown);
            return;
        }
        let address = address();
        let leaving = matches!(address, Ok(Address::Scenario(_) | Address::Run(_)));
        TRAIL.with_borrow_mut(|it| it.leaving = leaving);
        match address {
            Ok(Address::Start) => self.set(|panel| panel.notice.clear()),
            Ok(Address::Scenario(entry)) => self.open(entry),
            Ok(Address::Run(entry)) => self.open_link(entry, link),
            Err(error) => self.complain(format!("{error} Choose an ordering from the list below.")),
        }
    }

    /// Opens a run of a scenario.
    pub fn open_link(self, entry: Entry, link: String) {
        let turn = self.begin();
        let here = self.text_of(entry.slug);
        self.set(|panel| panel.loading = "the run".to_owned());
        start(Box::pin(async move {
            let text = match here {
                Some(text) => Ok(text),
                None => source::fetch(entry.slug).await.map(|it| it.text),
            };
            let arrived = move |arrived: Result<Box<Arrived>, String>| {
                if self.is_latest(turn) {
                    self.arrive(arrived);
                }
            };
            match text {
                Ok(text) => link::open_run(link, text, Box::new(arrived)),
                Err(reason) => arrived(Err(format!(
                    "The scenario of the link could not be fetched: {reason}."
                ))),
            }
        }));
    }

    /// Opens the run that a saved figure carries.
    pub fn open_figure(self, turn: u32, name: &str, text: Result<String, String>) {
        let name = name.to_owned();
        let arrived = move |arrived: Result<Box<Arrived>, String>| {
            if !self.is_latest(turn) {
                return;
            }
            match arrived {
                Ok(it) if !it.visit.is_empty() => self.grant(Wish::Visit(it.visit)),
                Ok(it) => self.arrive(Ok(it)),
                Err(reason) => self.complain(format!(
                    "{name} cannot be opened: {reason} What was on the page is still there."
                )),
            }
        };
        match text {
            Ok(svg) => link::reopen(svg, Box::new(arrived)),
            Err(reason) => arrived(Err(format!("{reason}."))),
        }
    }

    fn arrive(self, arrived: Result<Box<Arrived>, String>) {
        let read = arrived.and_then(|it| match Packed::read(&it.packed) {
            Ok(packed) => Ok((packed, it)),
            Err(error) => Err(format!("The link cannot be opened: {error}.")),
        });
        let (packed, arrived) = match read {
            Ok(read) => read,
            Err(reason) => {
                return self.complain(format!("{reason} What was on the page is still there."));
            }
        };
        self.close_notice();
        if arrived.own || !self.shows(&packed.scenario) {
            self.show(Session::new(packed, arrived.own));
        }
        self.load_run(&arrived.run, arrived.at);
        let geometry = self.peek().scenario.model.geometry;
        self.set(|look| {
            look_at(look, &arrived.see);
            look.sector.0 = look.sector.0.min(usize::from(geometry.pages) - 1);
            look.sector.1 = look.sector.1.min(geometry.sectors() - 1);
        });
        if !arrived.changed.is_empty() {
            self.complain(arrived.changed.clone());
        }
        self.arrived();
    }

    /// A step was made, or something that is no step.
    pub fn did(self, walking: bool) {
        TRAIL.with_borrow_mut(|it| {
            if !(walking && it.walking) {
                it.chapter += 1;
            }
            it.walking = walking;
        });
    }

    /// The scenario that the address names is shown.
    pub fn arrived(self) {
        TRAIL.with_borrow_mut(|it| {
            it.written = it.chapter;
            it.walking = false;
            it.leaving = false;
        });
    }

    /// What is shown has another link now.
    pub fn linked(self, link: String) {
        TRAIL.with_borrow_mut(|it| {
            if it.leaving {
                return;
            }
            it.link = link;
            // One timer at a time: the address follows at a calm pace.
            it.timer
                .get_or_insert_with(|| Timeout::new(CALM, move || self.write_address()));
        });
    }

    fn write_address(self) {
        let (link, fresh) = TRAIL.with_borrow_mut(|it| {
            it.timer = None;
            let fresh = it.chapter != it.written;
            it.written = it.chapter;
            (it.link.clone(), fresh)
        });
        if let Some(full) = document().get_element_by_id("full") {
            // An element takes every attribute.
            let _ = full.set_attribute("href", &format!("{}#{link}", own_address()));
        }
        let now = fragment();
        let now = now.strip_prefix('#').unwrap_or_default();
        let pristine = now.is_empty() && !link.contains('/');
        if link.is_empty() || link == now || pristine {
            return;
        }
        let to = format!("{}#{link}", before_fragment());
        if let Ok(history) = window().history() {
            // Refused only where addresses change too often, and to pages without one of their own.
            let _ = match fresh {
                true => history.push_state_with_url(&JsValue::NULL, "", Some(&to)),
                false => history.replace_state_with_url(&JsValue::NULL, "", Some(&to)),
            };
        }
    }
}
