//! The course: lessons are fetched, their beats come onto the stage, and how far a learner has come is kept in the browser.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{KeyboardEvent, Storage};

use stable_pages::exchange::{Address, AddressError};
use stable_pages::scenario::{Packed, find};
use stable_pages::view::{
    Asked, Attended, BeatRun, CourseMsg, LessonFile, Msg, OpenedRun, PackedLesson, Progress, Sheet,
    Slot, Tab,
};

use super::store::{Session, Store};
use super::{address, arrival, dialogs, embed, playback, source, worker};

/// The lesson of a first visit.
const FIRST: &str = "time-between";

/// Where the browser keeps how far a learner has come, and where the last visit ended.
const PROGRESS: &str = "stable-pages-course";
const PLACE: &str = "stable-pages-place";
/// The place of who is not in the course.
const WORKBENCH: &str = "workbench";

thread_local! {
    /// The lesson that the worker was given last, and whether it is a visitor's own.
    static GIVEN: RefCell<Option<(String, bool)>> = const { RefCell::new(None) };
}

/// What the page begins with.
pub struct First {
    /// What comes onto the stage.
    pub packed: Packed,
    /// The lesson that it belongs to, its beat, and whether this is a first visit.
    pub lesson: Option<(PackedLesson, usize, bool)>,
}

/// What the page begins with: what the address names; without that the place where the last visit ended, and on a first visit
/// the first lesson.
///
/// # Errors
/// The reason, where nothing could be fetched.
pub async fn first(address: Result<Address, AddressError>) -> Result<First, String> {
    let wanted = match &address {
        Ok(Address::Lesson { slug, beat }) => Some((slug.clone(), *beat, false)),
        Ok(Address::Start) if !embed::asked() => match kept(PLACE) {
            None => Some((FIRST.to_owned(), 0, true)),
            Some(place) => place
                .split_once('/')
                .and_then(|(slug, beat)| Some((slug.to_owned(), beat.parse().ok()?, false))),
        },
        _ => None,
    };
    if let Some((slug, beat, welcome)) = wanted
        && let Ok(lesson) = source::fetch_lesson(&slug).await
        && let Ok(packed) = Packed::read(&lesson.first.packed)
    {
        let lesson = Some((lesson, beat, welcome));
        return Ok(First { packed, lesson });
    }
    let packed = source::first(address).await?;
    Ok(First {
        packed,
        lesson: None,
    })
}

/// Finds how far the learner has come. Where the page begins with a lesson, its first beat is shown at once, and the one
/// wanted is opened as soon as the worker is there.
pub fn start(store: Store, lesson: Option<(PackedLesson, usize, bool)>) {
    let progress = Progress::read(&kept(PROGRESS).unwrap_or_default());
    store.update_ui(|ui| ui.progress = progress);
    let Some((lesson, beat, welcome)) = lesson else {
        return;
    };
    let PackedLesson {
        file,
        first,
        panel,
        welcome: welcomed,
    } = lesson;
    playback::load_run(store, &first.run, usize::MAX);
    address::arrived();
    let panel = welcomed.filter(|_| welcome).unwrap_or(panel);
    if beat == 0 {
        store.update_checker(|checker| {
            checker.sections[Slot::Lesson as usize] = Some(Arc::new(panel));
        });
    }
    let attended = first.attended.map(|it| Attended { welcome, ..it });
    store.update_ui(|ui| ui.lesson = attended);
    let number = arrival::begin(store);
    let way = Way {
        play: false,
        arrives: true,
    };
    request(store, number, Some(file), beat, BeatRun::Moment, way);
}

/// How a beat's run comes onto the stage.
#[derive(Clone, Copy)]
struct Way {
    /// Whether the steps that it adds are made one after the other.
    play: bool,
    /// Whether the address names it already.
    arrives: bool,
}

/// Opens a lesson at a beat.
pub fn open(store: Store, slug: &str, beat: usize, arrives: bool) {
    let number = arrival::begin(store);
    let way = Way {
        play: !arrives,
        arrives,
    };
    let given = GIVEN.with_borrow(|given| *given == Some((slug.to_owned(), false)));
    if given {
        return request(store, number, None, beat, BeatRun::Moment, way);
    }
    store.update_ui(|ui| ui.loading = "the lesson".to_owned());
    let slug = slug.to_owned();
    spawn_local(async move {
        let lesson = source::fetch_lesson(&slug).await;
        if !store.is_latest_navigation(number) {
            return;
        }
        match lesson {
            Ok(lesson) => request(store, number, Some(lesson.file), beat, BeatRun::Moment, way),
            Err(reason) => arrival::complain(
                store,
                format!(
                    "The lesson \u{201c}{slug}\u{201d} could not be fetched: {reason}. What was on the page is still there."
                ),
            ),
        }
    });
}

/// Opens a lesson of the visitor's own, with the scenarios of the catalogue that it speaks of.
pub fn open_own(store: Store, number: u32, name: String, slug: String, text: String) {
    let asked = text.clone();
    let on_read = move |read: worker::ReadLesson| {
        let (outline, names) = match read {
            Ok(read) => read,
            Err(reason) => return arrival::refuse(store, &name, &reason),
        };
        spawn_local(async move {
            let mut files = Vec::new();
            for entry in names.iter().filter_map(|name| find(name)) {
                // What cannot be fetched is missing to the reader, which says so.
                if let Ok(packed) = source::fetch(entry.slug).await {
                    files.push((entry.slug.to_owned(), packed.text));
                }
            }
            if !store.is_latest_navigation(number) {
                return;
            }
            dialogs::show_sheet(store, None);
            address::clear();
            let file = LessonFile {
                slug,
                own: true,
                text,
                outline,
                files,
            };
            let way = Way {
                play: false,
                arrives: true,
            };
            request(store, number, Some(file), 0, BeatRun::Moment, way);
        });
    };
    worker::read_lesson(&asked, Box::new(on_read));
}

/// Has the worker open a run of a beat, and puts it onto the stage.
fn request(
    store: Store,
    number: u32,
    file: Option<LessonFile>,
    beat: usize,
    which: BeatRun,
    way: Way,
) {
    if let Some(file) = &file {
        GIVEN.set(Some((file.slug.clone(), file.own)));
    }
    let moment = which == BeatRun::Moment;
    let on_opened = move |opened: Result<Box<OpenedRun>, String>| {
        if store.is_latest_navigation(number) {
            show(store, opened, moment, way);
        }
    };
    worker::open_beat(file, beat, which, Box::new(on_opened));
}

/// Puts a run of a beat onto the stage; `moment` says that it leads to the beat's own moment.
fn show(store: Store, opened: Result<Box<OpenedRun>, String>, moment: bool, way: Way) {
    let read = opened.and_then(|opened| match Packed::read(&opened.packed) {
        Ok(packed) => Ok((packed, opened)),
        Err(error) => Err(error.to_string()),
    });
    let (packed, opened) = match read {
        Ok(read) => read,
        Err(reason) => {
            GIVEN.set(None);
            let words = format!(
                "The lesson cannot be opened: {reason}. What was on the page is still there."
            );
            return arrival::complain(store, words);
        }
    };
    arrival::close_notice(store);
    if opened.own || !store.shows(&packed.scenario) {
        arrival::show(store, Session::new(packed, opened.own));
    }
    let Some(attended) = opened.attended else {
        return;
    };
    let play = way.play && opened.at < opened.run.len();
    let at = if play { opened.at } else { usize::MAX };
    playback::load_run(store, &opened.run, at);
    attend(store, attended, moment, play);
    if way.arrives {
        address::arrived();
    }
    if play {
        playback::walk(store, move || {
            change(store, |lesson| lesson.running = false);
        });
    }
}

/// Notes the beat that is attended now. What the learner said and chose at the same beat stays.
fn attend(store: Store, mut attended: Attended, moment: bool, play: bool) {
    store.update_ui(|ui| {
        if let Some(last) = &ui.lesson {
            let same = last.slug == attended.slug && last.beat == attended.beat;
            attended.whole = last.whole;
            attended.welcome = last.welcome && same;
            if same && !moment {
                attended.said.clone_from(&last.said);
                attended.bytes.clone_from(&last.bytes);
                attended.searched = last.searched;
            }
        }
        if attended.asked != Asked::Predict {
            attended.picked = None;
        }
        attended.running = play;
        (ui.tab, ui.panel, ui.drawer, ui.term) = (Tab::Explain, None, None, None);
        if !attended.own {
            ui.progress.reach(&attended.slug, attended.beat);
        }
        ui.lesson = Some(attended);
    });
    remember(store);
}

/// Changes what is known of the learner at this beat.
fn change(store: Store, how: impl FnOnce(&mut Attended)) {
    store.update_ui(|ui| {
        if let Some(lesson) = &mut ui.lesson {
            how(lesson);
        }
    });
}

/// Does what a message asks for.
pub fn update(store: Store, msg: CourseMsg) {
    let lesson = store.ui_untracked().lesson;
    let run = |beat: usize, which: BeatRun, play: bool| {
        let number = arrival::begin(store);
        let way = Way {
            play,
            arrives: false,
        };
        request(store, number, None, beat, which, way);
    };
    match (msg, lesson) {
        (CourseMsg::Open(slug, beat), lesson) => {
            dialogs::show_sheet(store, None);
            match lesson {
                // A visitor's own lesson cannot be fetched.
                Some(it) if it.slug == slug && it.own => run(beat, BeatRun::Moment, false),
                _ => open(store, &slug, beat, false),
            }
        }
        (CourseMsg::Projector, _) => {
            dialogs::show_sheet(store, None);
            store.update_ui(|ui| ui.projector = !ui.projector);
        }
        (_, None) => {}
        (CourseMsg::Next, Some(it)) if it.beat + 1 < it.beats => {
            change(store, |lesson| lesson.welcome = false);
            run(it.beat + 1, BeatRun::Moment, true);
        }
        (CourseMsg::Next, Some(it)) if it.next.is_empty() => {
            dialogs::show_sheet(store, Some(Sheet::Course));
        }
        (CourseMsg::Next, Some(it)) => open(store, &it.next, 0, false),
        (CourseMsg::Previous, Some(it)) => {
            if let Some(beat) = it.beat.checked_sub(1) {
                run(beat, BeatRun::Moment, false);
            }
        }
        (CourseMsg::Pick(at), Some(it)) => {
            change(store, |lesson| {
                (lesson.picked, lesson.running) = (Some(at), true)
            });
            run(it.beat, BeatRun::Answer(at), true);
        }
        (CourseMsg::Bytes(bytes), _) => change(store, |lesson| lesson.bytes = bytes),
        (CourseMsg::Search, _) => change(store, |lesson| lesson.searched = true),
        (CourseMsg::Store, Some(it)) => run(it.beat, BeatRun::Store(it.bytes), true),
        (CourseMsg::ShowShortest, Some(it)) => run(it.beat, BeatRun::Shortest, true),
        (CourseMsg::Say(at, so), Some(it)) => {
            change(store, |lesson| {
                lesson.said.resize(lesson.answers, None);
                if let Some(said) = lesson.said.get_mut(at) {
                    *said = Some(so);
                }
            });
            run(it.beat, BeatRun::Answer(at), false);
        }
        (CourseMsg::Again, Some(it)) => run(it.beat, BeatRun::Moment, false),
        (CourseMsg::Whole(whole), _) => change(store, |lesson| lesson.whole = whole),
        (CourseMsg::Begin, _) => {
            change(store, |lesson| lesson.welcome = false);
            remember(store);
        }
        (CourseMsg::Leave, Some(it)) => {
            leave(store);
            if it.welcome {
                address::go_to(source::FIRST);
            }
        }
    }
}

/// What a key asks for in the course; none for keys that do there what they always do.
pub fn key(store: Store, event: &KeyboardEvent) -> Option<Msg> {
    let lesson = store.ui_untracked().lesson?;
    let key = event.key();
    let digit = key.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
    let msg = match key.as_str() {
        "n" | "N" => CourseMsg::Next,
        "p" | "P" => CourseMsg::Previous,
        _ if lesson.by_hand() => {
            return (key == "Backspace" || key == "ArrowLeft" && !lesson.whole)
                .then_some(Msg::Back);
        }
        "ArrowRight" => CourseMsg::Next,
        "ArrowLeft" => CourseMsg::Previous,
        _ => {
            let answers = lesson.answers;
            let predict = lesson.asked == Asked::Predict;
            CourseMsg::Pick(digit.filter(|at| predict && *at < answers)?)
        }
    };
    Some(Msg::Course(msg))
}

/// Leaves the lesson, if one is attended: something else comes onto the stage.
pub fn leave(store: Store) {
    if store.ui_untracked().lesson.is_some() {
        store.update_ui(|ui| ui.lesson = None);
        keep(PLACE, WORKBENCH);
    }
}

fn storage() -> Option<Storage> {
    // Refused where the visitor blocks it: the course works without.
    window().local_storage().ok().flatten()
}

fn kept(what: &str) -> Option<String> {
    storage()?.get_item(what).ok().flatten()
}

fn keep(what: &str, value: &str) {
    if let Some(storage) = storage() {
        // Refused where it is full.
        let _ = storage.set_item(what, value);
    }
}

/// Keeps how far the learner has come, unless nothing has been decided yet.
fn remember(store: Store) {
    let ui = store.ui_untracked();
    if let Some(lesson) = ui.lesson.filter(|it| !it.own && !it.welcome) {
        keep(PROGRESS, &ui.progress.line());
        keep(PLACE, &format!("{}/{}", lesson.slug, lesson.beat));
    }
}
