//! What comes onto the stage: scenarios of the catalogue, links, the visitor's files, and other builds of
//! the scenario that is there.

use leptos::task::spawn_local;
use leptos::web_sys::File;

use stable_pages::exchange::{Address, carried_words};
use stable_pages::explore::{ScenarioSpec, carry};
use stable_pages::machine::{Choice, PageId, SectorId};
use stable_pages::protocol::{Edit, Era};
use stable_pages::scenario::{Device, Entry, Packed, find};
use stable_pages::view::{OpenedRun, Sheet, apply_route};

use super::arrival::{begin, close_notice, complain, refuse, set_title, show};
use super::dom::listen;
use super::store::{Session, Store, place};
use super::{address, checking, course, dialogs, playback, source, worker};

/// Goes where the address says, now and whenever it changes.
pub fn start(store: Store) {
    // The address may have changed while the first scenario was fetched, or name one that could not be.
    let slug = store.spec().slug;
    let begun = match address::current() {
        Ok(Address::Scenario(entry)) => entry.slug == slug,
        Ok(Address::Lesson { slug, .. }) => {
            let lesson = store.ui_untracked().lesson;
            lesson.is_some_and(|it| it.slug == slug)
        }
        _ => false,
    };
    if !begun {
        follow_address(store);
    }
    listen("hashchange", move |_| follow_address(store));
    set_title(store);
    checking::check(store);
}

fn follow_address(store: Store) {
    let Some((address, fragment)) = address::changed() else {
        return;
    };
    match address {
        Ok(Address::Start) => {
            store.update_ui(|ui| ui.notice.clear());
            // Back to where the visit began.
            if store.ui_untracked().lesson.is_none()
                && store.text_of(source::FIRST).is_none()
                && let Some(entry) = find(source::FIRST)
            {
                open_scenario(store, entry);
            }
        }
        Ok(Address::Scenario(entry)) => open_scenario(store, entry),
        Ok(Address::Run(entry)) => open_link(store, Some(entry), fragment),
        Ok(Address::Draft) => open_link(store, None, fragment),
        Ok(Address::Lesson { slug, beat }) => course::open(store, &slug, beat, true),
        Err(error) => complain(
            store,
            format!("{error} Choose an ordering from the list below."),
        ),
    }
}

/// Opens a scenario of the catalogue, once it is fetched.
pub fn open_scenario(store: Store, entry: Entry) {
    let number = begin(store);
    store.update_ui(|ui| ui.loading = entry.slug.to_owned());
    spawn_local(async move {
        let packed = source::fetch(entry.slug).await;
        if !store.is_latest_navigation(number) {
            return;
        }
        match packed {
            Ok(packed) => {
                course::leave(store);
                show(store, Session::new(packed, false));
                address::arrived();
            }
            Err(reason) => {
                let title = entry.slug;
                complain(
                    store,
                    format!(
                        "\u{201c}{title}\u{201d} could not be fetched: {reason}. What was on the page is still there."
                    ),
                );
                store.update_ui(|ui| ui.failed = Some(entry.slug.to_owned()));
            }
        }
    });
}

/// Opens a run by its link, of a scenario of the catalogue or of a draft that comes with it.
fn open_link(store: Store, entry: Option<Entry>, link: String) {
    let number = begin(store);
    let here = match entry {
        Some(entry) => store.text_of(entry.slug),
        None => Some(String::new()),
    };
    store.update_ui(|ui| ui.loading = "the run".to_owned());
    spawn_local(async move {
        let text = match (here, entry) {
            (Some(text), _) => Ok(text),
            (None, Some(entry)) => source::fetch(entry.slug).await.map(|packed| packed.text),
            (None, None) => Ok(String::new()),
        };
        let on_opened = move |opened: Result<Box<OpenedRun>, String>| {
            if store.is_latest_navigation(number) {
                show_run(store, opened);
            }
        };
        match text {
            Ok(text) => worker::open_link(link, text, Box::new(on_opened)),
            Err(reason) => on_opened(Err(format!(
                "The scenario of the link could not be fetched: {reason}."
            ))),
        }
    });
}

/// Opens a visitor's file: a scenario, a lesson, or a figure saved from this page; anything else goes to a worker that reads it.
pub fn open_file(store: Store, file: File) {
    let name = file.name();
    let (slug, ending) = name.rsplit_once('.').unwrap_or_default();
    // Whether it is a lesson, whether it is a figure or a run, and how many KiB it may have: scenarios of the catalogue have a few.
    let (lesson, run, most) = match ending {
        "toml" => (false, false, 256.0),
        "md" => (true, false, 256.0),
        "svg" | "json" => (false, true, 2048.0),
        _ => (false, false, 0.0),
    };
    if file.size() >= most * 1024.0 {
        dialogs::show_sheet(store, Some(Sheet::Opened));
        return worker::post(file.into());
    }
    let slug = slug.to_owned();
    let number = begin(store);
    spawn_local(async move {
        let text = source::read(&file).await;
        if !store.is_latest_navigation(number) {
            return;
        }
        let text = match text {
            Ok(text) => text,
            Err(reason) => return refuse(store, &name, &reason),
        };
        if lesson {
            return course::open_own(store, number, name, slug, text);
        }
        if run {
            return open_figure(store, number, name, text);
        }
        let on_built = move |built: Result<Packed, String>| match built {
            Ok(packed) => {
                course::leave(store);
                show(store, Session::new(packed, true));
                // The address names a scenario of the catalogue, which this is not.
                address::clear();
            }
            Err(reason) => refuse(store, &name, &reason),
        };
        let spec = ScenarioSpec {
            slug,
            text,
            device: None,
            era: None,
            edits: Vec::new(),
        };
        build(store, spec, on_built);
    });
}

/// Opens the run that a saved figure carries.
fn open_figure(store: Store, number: u32, name: String, text: String) {
    let on_opened = move |opened: Result<Box<OpenedRun>, String>| {
        if !store.is_latest_navigation(number) {
            return;
        }
        match opened {
            Ok(opened) if !opened.link.is_empty() => {
                dialogs::show_sheet(store, None);
                address::go_to(&opened.link);
            }
            Ok(opened) => show_run(store, Ok(opened)),
            Err(reason) => refuse(store, &name, reason.trim_end_matches('.')),
        }
    };
    worker::open_figure(text, Box::new(on_opened));
}

/// Puts the run of a link or a figure onto the stage.
fn show_run(store: Store, opened: Result<Box<OpenedRun>, String>) {
    let read = opened.and_then(|opened| match Packed::read(&opened.packed) {
        Ok(packed) => Ok((packed, opened)),
        Err(error) => Err(format!("The link cannot be opened: {error}.")),
    });
    let (packed, opened) = match read {
        Ok(read) => read,
        Err(reason) => {
            return complain(
                store,
                format!("{reason} What was on the page is still there."),
            );
        }
    };
    close_notice(store);
    course::leave(store);
    if opened.own || !store.shows(&packed.scenario) {
        show(store, Session::new(packed, opened.own));
    }
    playback::load_run(store, &opened.run, opened.at);
    let geometry = store.moment_untracked().scenario.model.geometry;
    store.update_ui(|ui| {
        apply_route(ui, &opened.route);
        ui.sector.0 = ui.sector.0.min(PageId(geometry.pages - 1));
        ui.sector.1 = ui.sector.1.min(SectorId::at(geometry.sectors() - 1));
    });
    if !opened.changed.is_empty() {
        complain(store, opened.changed);
    }
    address::arrived();
}

/// Has the checker build a scenario; `on_built` is told of it, unless another navigation was begun since.
fn build(
    store: Store,
    spec: ScenarioSpec,
    on_built: impl FnOnce(Result<Packed, String>) + 'static,
) {
    let number = begin(store);
    if !worker::ready() {
        store.update_ui(|ui| ui.loading = "the checker, which builds it".to_owned());
    }
    let read = move |built: Result<Vec<u8>, String>| {
        if store.is_latest_navigation(number) {
            on_built(
                built.and_then(|bytes| Packed::read(&bytes).map_err(|error| error.to_string())),
            );
        }
    };
    worker::build(spec, Box::new(read));
}

/// Has the scenario built for another device or kernel and takes the run along, as far as both
/// have the same steps. Where the file does not fit, everything stays.
pub fn rebuild(store: Store, device: Device, era: Era) {
    let spec = ScenarioSpec {
        device: place(&Device::ALL, device),
        era: place(&Era::ALL, era),
        ..store.spec()
    };
    build(store, spec, move |built| match built {
        Ok(packed) => {
            let own = store.with_session(|session| session.own);
            carry_run_to(store, packed, own);
        }
        Err(reason) => {
            let (era, device) = (era.word(), device.word());
            complain(
                store,
                format!(
                    "This ordering cannot be shown for Linux {era} and {device}: {reason}. Everything stays as it was."
                ),
            );
        }
    });
}

/// Puts another build of the same scenario onto the stage, and takes the run along.
pub fn carry_run_to(store: Store, packed: Packed, own: bool) {
    playback::play(store, false);
    address::jumped();
    let (session, words) = store.with_session(|old| {
        let carried = carry(&old.scenario, &old.history, &packed.scenario);
        let (before, now) = (&old.scenario, &packed.scenario);
        let moved = (before.era, before.device) != (now.era, now.device);
        let words = match moved {
            true => carried_words(before, now, &carried),
            false => String::new(),
        };
        let mut new = Session::new(packed, own);
        for choice in carried.choices {
            new.history.choose(&new.scenario.model, choice);
        }
        (new, words)
    });
    close_notice(store);
    store.set_session(session);
    set_title(store);
    store.update_ui(|ui| {
        ui.remark = words;
        ui.folded.clear();
    });
    checking::check(store);
}

/// Has the scenario built with these edits beyond its file's, and puts a run of it ahead; without a run, the
/// opening run.
pub fn rebuild_with(store: Store, edits: Vec<Edit>, run: Vec<Choice>) {
    let spec = ScenarioSpec {
        edits,
        ..store.spec()
    };
    build(store, spec, move |built| match built {
        Ok(mut packed) => {
            if !run.is_empty() {
                packed.scenario.schedule = run;
            }
            let own = store.with_session(|session| session.own);
            address::jumped();
            show(store, Session::new(packed, own));
        }
        Err(reason) => complain(
            store,
            format!("This change cannot be shown: {reason}. Everything stays as it was."),
        ),
    });
}
