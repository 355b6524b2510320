//! What the page asks the checker, and what it does with the responses.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use stable_pages::explore::{CheckerRequest, ScenarioSpec, follow_to_failure};
use stable_pages::machine::Choice;
use stable_pages::scenario::{Entry, find};
use stable_pages::view::{
    Drafted, Drawer, Panel, RenderInput, Slot, Tab, WorkerMessage, WorkerRequest, WorkerResponse,
};

use super::dom::{self, AFTER_FRAME};
use super::store::Store;
use super::worker::{self, WorkerEvent};
use super::{address, clipboard, offline, playback, source};

/// Bytes that a search may take in a worker, and on the page's own thread.
const MOST_BYTES: u64 = 320 << 20;
const MOST_BYTES_ON_THIS_THREAD: u64 = 48 << 20;

/// Windows narrower than this, in CSS pixels, have no room for the names of steps on the race map.
const NARROW_BELOW: f64 = 640.0;

/// Takes what became of a draft.
type TakeDraft = fn(Store, Drafted);

/// Starts the checker once the page is drawn, and keeps it told of what is on the stage.
pub fn start(store: Store, take_draft: TakeDraft) {
    set_timeout(
        move || worker::start(move |event| take_event(store, event, take_draft)),
        Duration::from_millis(30),
    );
    // The outlook and the sections of whatever is shown are wanted; asked for a moment after the frame, so that
    // it is painted without the worker beside it, and nobody asks for what was skipped.
    let turn = Memo::new(move |_| store.checker().with(|checker| checker.turn));
    let scheduled = StoredValue::new(false);
    dom::whenever(move || {
        store.moment();
        store.ui();
        turn.track();
        if scheduled.get_value() {
            return;
        }
        scheduled.set_value(true);
        let number = store.next_render();
        set_busy(true);
        // Leptos's timer: gloo's, once forgotten, never gives its closure back.
        let ask = move || {
            scheduled.set_value(false);
            ask_for_outlooks(store);
            ask_for_sections(store, number);
        };
        dom::later(AFTER_FRAME, ask);
    });
}

/// Whether the column at the side is about to change, so that assistive software need not read it now.
fn set_busy(busy: bool) {
    if let Some(side) = document().get_element_by_id("side") {
        // An element takes every attribute.
        let _ = side.set_attribute("aria-busy", if busy { "true" } else { "false" });
    }
}

/// Asks what lies ahead of the moment shown, unless that was asked.
fn ask_for_outlooks(store: Store) {
    let moment = store.moment_untracked();
    let schedule: Vec<Choice> = moment.story.steps.iter().map(|step| step.choice).collect();
    let asked = Some((store.turn(), moment.number));
    let checker = store.checker();
    if checker.with_untracked(|checker| checker.outlook_asked == asked) {
        return;
    }
    checker.update(|checker| checker.outlook_asked = asked);
    worker::send(WorkerRequest::Checker(CheckerRequest::Outlooks {
        schedule,
    }));
}

/// Tells the worker what is shown, so that it draws its sections.
fn ask_for_sections(store: Store, number: u32) {
    let moment = store.moment_untracked();
    let width = window().inner_width().ok().and_then(|it| it.as_f64());
    let mut ui = store.ui_untracked();
    // No section of the worker's shows these, so a change of them need not be a change to it.
    ui.remark.clear();
    ui.notice.clear();
    ui.loading.clear();
    ui.newer = false;
    ui.playing = false;
    ui.tape = 0;
    ui.narrow = width.is_some_and(|width| width < NARROW_BELOW);
    let input = RenderInput {
        number,
        turn: store.turn(),
        own: moment.own,
        run: moment.whole.steps.iter().map(|step| step.choice).collect(),
        depth: moment.depth(),
        began: Some(moment.began),
        ui,
        base: address::base(),
    };
    worker::send(WorkerRequest::Render(Box::new(input)));
}

/// Checks what is on the stage, from nothing.
pub fn check(store: Store) {
    let spec = store.spec();
    let slow = store.ui_untracked().slow;
    let bytes = if slow {
        MOST_BYTES_ON_THIS_THREAD
    } else {
        MOST_BYTES
    };
    let racers = store.usual_racers();
    store.update_ui(|ui| {
        ui.racers = racers;
        ui.cell = None;
    });
    let turn = store.turn() + 1;
    // Before the turn changes, so that what is asked for when it does belongs to the new check.
    worker::send(WorkerRequest::Checker(CheckerRequest::Check {
        turn,
        spec,
        bytes,
    }));
    store.update_checker(|checker| {
        checker.turn = turn;
        checker.outlooks.clear();
        checker.chain.clear();
        checker.failure_wanted = false;
        // What these show of the last scenario is wrong of this one. The editor stays, with what is being written in it.
        let edits = store.ui_untracked().shown() == Tab::Edit;
        for slot in [
            Slot::Result,
            Slot::Badge,
            Slot::Side,
            Slot::Chain,
            Slot::Panel,
            Slot::Elsewhere,
        ] {
            if slot != Slot::Side || !edits {
                checker.sections[slot as usize] = None;
            }
        }
    });
    if store.ui_untracked().panel == Some(Panel::Costs) {
        compare_usual_costs(store);
    }
}

/// Opens a panel, or closes it if it is open.
pub fn toggle_panel(store: Store, panel: Panel) {
    store.update_ui(|ui| {
        ui.panel = (ui.panel != Some(panel)).then_some(panel);
        ui.drawer = Some(Drawer::Side);
        // Another panel begins with an empty field.
        ui.filter.clear();
        ui.cell = None;
    });
    if store.ui_untracked().panel == Some(Panel::Costs) {
        compare_usual_costs(store);
    }
}

/// Closes the panel.
pub fn close_panel(store: Store) {
    store.update_ui(|ui| {
        ui.panel = None;
        ui.filter.clear();
    });
}

/// Compares the costs with those of the scenario chosen, else of the correct ordering; those of that one with
/// an ordering's that copies instead of waiting.
fn compare_usual_costs(store: Store) {
    let own = store.spec().slug;
    let chosen = find(&store.ui_untracked().costs_of);
    let usual = ["baseline-five-step", "snapshot-right"];
    let usual = usual.into_iter().find(|slug| *slug != own);
    if let Some(entry) = chosen.or(usual.and_then(find)) {
        compare_costs(store, entry);
    }
}

/// Compares the costs with those of another scenario, in the kernel and on the device that its file names.
pub fn compare_costs(store: Store, entry: Entry) {
    store.update_ui(|ui| ui.costs_of = entry.slug.to_owned());
    let turn = store.turn();
    spawn_local(async move {
        let packed = source::fetch(entry.slug).await;
        if store.turn() != turn {
            return;
        }
        match packed {
            Ok(packed) => {
                let other = ScenarioSpec {
                    slug: entry.slug.to_owned(),
                    text: packed.text,
                    device: None,
                    era: None,
                    edits: Vec::new(),
                };
                worker::send(WorkerRequest::Checker(CheckerRequest::CostsOf(other)));
            }
            Err(reason) => store.set_remark(format!(
                "\u{201c}{}\u{201d} could not be fetched: {reason}.",
                entry.slug
            )),
        }
    });
}

/// Goes to the next failure among the steps ahead; where there is none, asks the checker for a shortest one.
pub fn run_to_failure(store: Store) {
    address::jumped();
    let followed = playback::act(store, |session| {
        follow_to_failure(&session.scenario, &mut session.history)
    });
    if followed {
        return;
    }
    if store.ui_untracked().gone.is_some() {
        return store.set_remark("None among the steps ahead, and there is no checker.".to_owned());
    }
    store.set_remark("The checker is looking at every schedule\u{2026}".to_owned());
    let moment = store.moment_untracked();
    let schedule = moment.story.steps.iter().map(|step| step.choice).collect();
    store.update_checker(|checker| checker.failure_wanted = true);
    worker::send(WorkerRequest::Checker(CheckerRequest::FindFailure {
        schedule,
    }));
}

fn take_event(store: Store, event: WorkerEvent, take_draft: TakeDraft) {
    match event {
        // By now all that the page needs has been fetched.
        WorkerEvent::Ready => offline::start(move || store.update_ui(|ui| ui.newer = true)),
        WorkerEvent::Message(WorkerMessage { turn, response }) => {
            if turn == store.turn() {
                take_response(store, response);
            }
        }
        WorkerEvent::Drafted(drafted) => take_draft(store, *drafted),
        WorkerEvent::OnThisThread => {
            store.update_ui(|ui| ui.slow = true);
            // A check with less memory begins anew; what was asked of the last one is asked again.
            check(store);
        }
        WorkerEvent::Unavailable(reason) => store.update_ui(|ui| ui.gone = Some(reason)),
    }
}

fn take_response(store: Store, response: WorkerResponse) {
    match response {
        // The connection has taken these.
        WorkerResponse::Ready
        | WorkerResponse::Built(..)
        | WorkerResponse::Drafted(..)
        | WorkerResponse::Opened(..) => {}
        WorkerResponse::Link(link) => address::follow(link),
        WorkerResponse::MailText(text) => {
            spawn_local(async move { store.set_remark(clipboard::copy(text).await) });
        }
        WorkerResponse::Rendered(number) => {
            // After the sections that came before this are on the page.
            let done = move || set_busy(!store.is_latest_render(number));
            dom::later(Duration::ZERO, done);
        }
        WorkerResponse::Chain(marks) => {
            let opens =
                !marks.is_empty() && store.checker().with_untracked(|it| it.chain.is_empty());
            store.update_checker(|checker| checker.chain = marks);
            if opens {
                // Once its card is on the page.
                dom::later(AFTER_FRAME, show_chain);
            }
        }
        WorkerResponse::Section(slot, element) => store.update_checker(|checker| {
            checker.sections[slot as usize] = Some(Arc::new(element));
        }),
        WorkerResponse::Outlooks(outlooks) => store.update_checker(|checker| {
            let outlooks = outlooks.into_iter().map(|(world, new)| {
                // The same allocation, so that what is known already is not drawn again.
                let known = checker.outlook(&world);
                (world, known.unwrap_or_else(|| Arc::new(new)))
            });
            checker.outlooks = outlooks.collect();
        }),
        WorkerResponse::Failed(reason) => {
            if take_failure_wanted(store) {
                store.set_remark(reason);
            }
        }
        WorkerResponse::Schedule(schedule) => {
            let steps = schedule.len();
            playback::load_run(store, &schedule, usize::MAX);
            store.set_remark(format!("One of the shortest ways there: {steps} steps."));
        }
        WorkerResponse::Failure(schedule) => {
            if take_failure_wanted(store) {
                playback::continue_with(store, &schedule);
                store.set_remark(
                    "Found by the checker: of the shortest ways to fail from there, one with the fewest changes of actor."
                        .to_owned(),
                );
            }
        }
        WorkerResponse::NoFailure(complete, states) => {
            if take_failure_wanted(store) {
                store.set_remark(match complete {
                    true => format!(
                        "No failure can be reached from here: all {states} states were looked at."
                    ),
                    false => format!(
                        "No failure from here in the {states} states looked at; there are more."
                    ),
                });
            }
        }
    }
}

/// Whether the visitor waited for a run to a failure; not any more.
fn take_failure_wanted(store: Store) -> bool {
    let mut wanted = false;
    store.update_checker(|checker| wanted = std::mem::take(&mut checker.failure_wanted));
    wanted
}

/// Scrolls the column at the side, where it scrolls by itself, to the first step behind a failure.
fn show_chain() {
    let side = document().get_element_by_id("side");
    let chain = document()
        .query_selector("[data-part=chain]")
        .ok()
        .flatten();
    if let (Some(side), Some(chain)) = (side, chain) {
        let top = chain.get_bounding_client_rect().top() - side.get_bounding_client_rect().top();
        side.set_scroll_top(side.scroll_top() + top as i32);
    }
}
