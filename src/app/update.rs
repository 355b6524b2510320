//! What each message does.

use leptos::task::spawn_local;
use stable_pages::machine::{PageId, SectorId};

use stable_pages::explore::CheckerRequest;
use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, catalogue, find};
use stable_pages::view::{Drawer, Msg, Tab, UiState, WorkerRequest};

use super::store::Store;
use super::{
    address, arrival, checking, clipboard, course, dialogs, drafts, editor, navigation, offline,
    picture, playback, source, worker,
};

/// Does what a message asks for.
pub fn update(store: Store, msg: Msg) {
    let size = store.ui_untracked().step_size;
    match msg {
        Msg::Reset => playback::seek(store, 0),
        Msg::Back => playback::back(store, size),
        Msg::BackOther => playback::back(store, size.other()),
        Msg::Forward => playback::forward(store, size),
        Msg::ForwardOther => playback::forward(store, size.other()),
        Msg::StepSize(size) => playback::take_step_size(store, size),
        Msg::TogglePlay => playback::toggle_play(store),
        Msg::NextSpeed => playback::next_speed(store),
        Msg::ToFailure => {
            store.update_ui(look_at_stage);
            checking::run_to_failure(store);
        }
        Msg::Seek(step) => playback::seek(store, step),
        Msg::Step(actor, way) => playback::step(store, actor, way, size),
        Msg::StepOther(actor) => playback::step(store, actor, 0, size.other()),
        Msg::StepLine(actor) => playback::step_line(store, actor),
        Msg::SwitchRun(end) => playback::switch_run(store, end),
        Msg::Fold(folded) => store.update_ui(|ui| {
            let of = (folded.actor, folded.line);
            ui.folded.retain(|it| (it.actor, it.line) != of);
            ui.folded.push(folded);
        }),
        Msg::ToggleCard(actor) => store.update_ui(|ui| toggle(&mut ui.cards, actor)),
        Msg::ToggleLines(actor) => store.update_ui(|ui| toggle(&mut ui.lines, actor)),
        Msg::CompareWith(other) => store.update_ui(|ui| ui.other = other),
        Msg::Zoom(zoom) => store.update_ui(|ui| ui.zoom = zoom),
        Msg::Sector(page, sector) => inspect(store, page, sector),
        Msg::CrcByte(byte) => store.update_ui(|ui| ui.crc_byte = Some(byte)),
        Msg::AllBytes(whole) => store.update_ui(|ui| ui.whole = whole),
        Msg::Sheet(which) => dialogs::show_sheet(store, which),
        Msg::CopyText(text) => {
            spawn_local(async move { store.set_remark(clipboard::copy(text).await) });
        }
        Msg::SavePng(figure, name) => picture::save(&figure, name),
        Msg::MailUnfolded(unfolded) => store.update_ui(|ui| ui.unfolded = unfolded),
        Msg::MailNames(of) => store.update_ui(|ui| ui.names = of),
        Msg::ReadDiagram(text) => worker::send(WorkerRequest::ReadDiagram(text)),
        Msg::DiagramCasting(at) => store.update_ui(|ui| ui.casting = Some(at)),
        Msg::ReadWithAll => fetch_all_files(),
        Msg::GoToLink(link) => {
            dialogs::show_sheet(store, None);
            address::go_to(&link);
        }
        Msg::CloseNotice => {
            // An error's notice lies over that of a newer build.
            if store.ui_untracked().notice.is_empty() {
                store.update_ui(|ui| ui.newer = false);
            }
            arrival::close_notice(store);
        }
        Msg::TryAgain => {
            if let Some(slug) = store.ui_untracked().failed {
                update(store, Msg::OpenScenario(slug));
            }
        }
        Msg::Reload => offline::reload(),
        Msg::TakeNewBuild => offline::take_over(),
        Msg::OpenScenario(slug) => {
            if let Some(entry) = find(&slug) {
                navigation::open_scenario(store, entry);
            }
        }
        Msg::FollowLink(slug) => {
            dialogs::show_list(store, false);
            // The browser follows the link, and tells the page only if the address is a new one.
            if address::fragment().strip_prefix('#') == Some(&slug) {
                update(store, Msg::OpenScenario(slug));
            }
        }
        Msg::Era(index) => {
            let device = store.moment_untracked().scenario.device;
            navigation::rebuild(store, device, Era::ALL[index % Era::ALL.len()]);
        }
        Msg::Device(index) => {
            let era = store.moment_untracked().scenario.era;
            navigation::rebuild(store, Device::ALL[index % Device::ALL.len()], era);
        }
        Msg::OpenAt(era, device) => navigation::rebuild(store, device, era),
        Msg::FillMatrix => worker::send(WorkerRequest::Checker(CheckerRequest::Matrix)),
        Msg::UndoEdits => navigation::rebuild_with(store, Vec::new(), Vec::new()),
        Msg::Panel(panel) => checking::toggle_panel(store, panel),
        Msg::ClosePanel => checking::close_panel(store),
        Msg::StopChecking => worker::send(WorkerRequest::Checker(CheckerRequest::Stop)),
        Msg::WalkThrough(schedule, verdict) => {
            store.update_ui(look_at_stage);
            playback::load_run(store, &schedule, 0);
            store.set_remark(format!(
                "{} steps to a {} lie ahead: go forward, or play.",
                schedule.len(),
                verdict.words()
            ));
        }
        Msg::ShowEnd(schedule) => {
            store.update_ui(look_at_stage);
            dialogs::show_sheet(store, None);
            playback::load_run(store, &schedule, usize::MAX);
        }
        Msg::TryMutants => worker::send(WorkerRequest::Checker(CheckerRequest::Mutants)),
        Msg::SortMutants(column) => store.update_ui(|ui| {
            ui.order = (column, ui.order.0 == column && !ui.order.1);
        }),
        Msg::FindOrdering(words) => store.update_ui(|ui| ui.find = words),
        Msg::FindChange(words) => store.update_ui(|ui| ui.filter = words),
        Msg::MutantKind(kind) => store.update_ui(|ui| ui.kind = kind),
        Msg::Racers(first, second) => store.update_ui(|ui| {
            ui.racers = (first, second);
            ui.cell = None;
        }),
        Msg::CompareCosts(slug) => {
            if let Some(entry) = find(&slug) {
                checking::compare_costs(store, entry);
            }
        }
        Msg::Tab(tab) => store.update_ui(|ui| {
            let shown = ui.drawer == Some(Drawer::Side) && ui.shown() == tab;
            ui.drawer = (!shown).then_some(Drawer::Side);
            (ui.tab, ui.panel) = (tab, None);
        }),
        Msg::Drawer(drawer) => store.update_ui(|ui| ui.drawer = drawer),
        Msg::ToggleTerm(term) => {
            store.update_ui(|ui| ui.term = (ui.term != Some(term)).then_some(term));
        }
        Msg::Why(at) => store.update_ui(|ui| {
            ui.why = at;
            show_side(ui, Tab::Explain);
        }),
        Msg::Course(msg) => course::update(store, msg),
        Msg::Edit(sealed) => editor::used(sealed, String::new()),
        Msg::EditLine(actor, line) => editor::choose(store, actor, line),
        Msg::Drafts(sealed) => {
            editor::tell_drafts();
            editor::used(sealed, String::new());
        }
        Msg::OpenDraft(key) => editor::open(&key),
        Msg::ForgetDraft(key) => {
            drafts::forget(&key);
            editor::tell_drafts();
        }
        Msg::ApplyEdits(edits, run) => {
            store.update_ui(look_at_stage);
            dialogs::show_sheet(store, None);
            navigation::rebuild_with(store, edits, run);
        }
    }
}

/// Takes an item out of a list, or puts it in.
fn toggle<T: PartialEq>(all: &mut Vec<T>, item: T) {
    match all.iter().position(|other| *other == item) {
        Some(at) => drop(all.swap_remove(at)),
        None => all.push(item),
    }
}

/// Fetches the file of every scenario of the catalogue, for a pasted diagram to be read with.
fn fetch_all_files() {
    spawn_local(async move {
        let mut files = Vec::new();
        for entry in catalogue() {
            // What cannot be fetched is left out.
            if let Ok(packed) = source::fetch(entry.slug).await {
                files.push((entry.slug.to_owned(), packed.text));
            }
        }
        worker::send(WorkerRequest::DiagramFiles(files));
    });
}

/// Opens the inspector of a sector.
fn inspect(store: Store, page: PageId, sector: SectorId) {
    store.update_ui(|ui| {
        ui.sector = (page, sector);
        ui.crc_byte = None;
        show_side(ui, Tab::Inspect);
    });
}

/// Shows the stage, with the explanation beside it: the visitor has put another run onto it.
fn look_at_stage(ui: &mut UiState) {
    // Who tries a draft goes on changing it.
    if ui.tab != Tab::Edit {
        ui.tab = Tab::Explain;
    }
    (ui.panel, ui.drawer) = (None, None);
}

/// Shows a tab at the side, and brings it over the stage where the window is narrow.
fn show_side(ui: &mut UiState, tab: Tab) {
    (ui.tab, ui.panel) = (tab, None);
    ui.drawer = Some(Drawer::Side);
}
