//! What is done when something is pressed.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, catalogue, find};
use stable_pages::view::{Question, Tab, Wish};

use super::desk::{Desk, start};
use super::{link, offline, picture, source};

/// Takes a thing out of a list, or puts it in.
pub(super) fn toggle<T: PartialEq>(all: &mut Vec<T>, it: T) {
    match all.iter().position(|other| *other == it) {
        Some(at) => drop(all.swap_remove(at)),
        None => all.push(it),
    }
}

impl Desk {
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
            Wish::Sheet(which) => self.show_sheet(which),
            Wish::Copy(text) => self.copy(text),
            Wish::Png(from, name) => picture::save(&from, name),
            Wish::Unfolded(is) => self.set(|it| it.unfolded = is),
            Wish::Names(of) => self.set(|it| it.names = of),
            Wish::Casting(at) => self.set(|it| it.casting = Some(at)),
            Wish::Everywhere => self.fetch_everything(),
            Wish::Visit(link) => {
                self.show_sheet(None);
                // Any text can stand there.
                let _ = window().location().set_hash(&link);
            }
            Wish::CloseNotice => {
                // The one that is seen.
                if self.peek_panel().notice.is_empty() {
                    self.set(|it| it.newer = false);
                }
                self.close_notice();
            }
            Wish::TryAgain => {
                if let Some(slug) = self.peek_panel().failed {
                    self.grant(Wish::Open(slug));
                }
            }
            Wish::Reload => {}
            Wish::Update => offline::take_over(),
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
                self.show_sheet(None);
                self.load_run(&schedule, usize::MAX);
            }
            Wish::Mutate => self.mutate(),
            Wish::Sort(column) => self.set(|it| {
                it.order = (column, it.order.0 == column && !it.order.1);
            }),
            Wish::Kind(kind) => self.set(|it| it.kind = kind),
            Wish::Race(first, second) => self.set(|it| {
                it.racers = (first, second);
                it.cell = None;
            }),
            Wish::Compare(slug) => {
                if let Some(entry) = find(&slug) {
                    self.compare(entry);
                }
            }
            Wish::Tab(tab) => self.set(|it| it.tab = tab),
            Wish::Term(word) => self.set(|it| it.term = (it.term != Some(word)).then_some(word)),
            Wish::Why => self.set(|it| it.why = !it.why),
            Wish::Change(edits, run) => {
                self.close_panel();
                self.rebuild_with(edits, run);
            }
        }
    }

    /// Puts a text into the clipboard.
    pub fn copy(self, text: String) {
        start(Box::pin(async move {
            let copied = window().navigator().clipboard().write_text(&text);
            let (lines, first) = (
                text.lines().count(),
                text.lines().next().unwrap_or_default(),
            );
            let said = match JsFuture::from(copied).await {
                Ok(_) if lines == 1 => format!("Copied: {first}"),
                Ok(_) => format!("Copied: {lines} lines, \u{201c}{first}\u{201d} and so on."),
                Err(_) => {
                    "The browser does not let the page copy; mark the text and copy it yourself."
                        .to_owned()
                }
            };
            self.remark(said);
        }));
    }

    /// Fetches every scenario of the catalogue, for a pasted diagram to be read with.
    fn fetch_everything(self) {
        start(Box::pin(async move {
            let mut files = Vec::new();
            for entry in catalogue() {
                // What cannot be fetched is left out.
                if let Ok(packed) = source::fetch(entry.slug).await {
                    files.push((entry.slug.to_owned(), packed.text));
                }
            }
            link::ask(Question::Among(files));
        }));
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
}
