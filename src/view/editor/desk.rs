//! The draft on the page, as the worker has it: its versions, its text as a whole, what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::explore::ScenarioSpec;
use crate::protocol::{Mark, Side};
use crate::scenario::{
    Draft, DraftError, Packed, Scenario, ScenarioError, Variant, move_line, swap_lines,
};

use super::fix::DESIGN;
use super::held::Held;
use super::state::{DraftAsked, EditMsg, Editing, Face, Putting};
use super::version::Version;

/// What a protocol is designed from.
pub(super) const DESIGN_FROM: &str = include_str!("design-it.toml");
/// Most versions that can be taken back.
const MOST: usize = 500;

/// What is typed within so many milliseconds is taken back together.
const TYPING: f64 = 1000.0;

/// What became of a request for a draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drafted {
    /// The number of the request.
    pub number: u32,
    /// The scenario for the stage, [packed](crate::scenario::Packed); none where the draft does not run or is as it was.
    pub packed: Option<Vec<u8>>,
    /// Whether it is the visitor's own file by now.
    pub own: bool,
    /// What could not be done; else empty.
    pub refused: String,
    /// The draft as the browser is to keep it; empty where it is as it was.
    pub record: String,
    /// Whether it is another draft, to be kept beside the last one.
    pub fresh: bool,
    /// Where the caret goes in the text, in bytes, where the text was completed.
    pub caret: Option<usize>,
}

/// How a version came about.
#[derive(Clone, Copy, PartialEq)]
enum By {
    /// By a change.
    Change,
    /// By writing on.
    Typing,
    /// By going back.
    Undo,
    /// By going there again.
    Redo,
    /// As another draft.
    Fresh,
}

/// The draft on the page.
#[derive(Default)]
pub struct Desk {
    past: Vec<Version>,
    now: Version,
    future: Vec<Version>,
    /// What the page was told to show last.
    shown: Version,
    /// Its text as a whole.
    pub(super) whole: String,
    /// The address of its file; empty where there is none of it yet.
    pub(super) file: String,
    /// What its changes come to.
    pub held: Held,
    /// When the text was written last, in milliseconds.
    typed: f64,
    /// The text of the line chosen, by which it is found again where it has moved.
    text: String,
    /// What is open.
    pub(super) editing: Editing,
    /// What is wrong with it.
    pub(super) fault: Option<ScenarioError>,
}

impl Desk {
    /// Takes over what is on the stage, unless that comes from here.
    pub fn begin(&mut self, spec: &ScenarioSpec, stage: Option<&Scenario>) {
        let version = Version::on(spec, stage);
        let same = version.draft == self.shown.draft && version.of == self.shown.of;
        if same {
            return;
        }
        // What else was done to the same file is a version like others.
        match version.draft.text == self.now.draft.text && !self.now.draft.text.is_empty() {
            true => self.past.push(std::mem::take(&mut self.now)),
            false => self.past.clear(),
        }
        self.future.clear();
        self.shown = version.clone();
        self.take(version, None);
    }

    /// Notes whether what is on the stage is the visitor's own.
    pub fn note_own(&mut self, own: bool) {
        if self.now.draft == self.shown.draft {
            self.now.base.own = own;
            self.shown.base.own = own;
        }
    }

    /// Has the draft saved where its file can be, unless there is one of it.
    pub fn save(&mut self, publish: fn(&str, &str, &str) -> String) {
        if self.file.is_empty() && self.editing.face == Face::Kept {
            let name = format!("{}.toml", self.now.of.slug);
            self.file = publish(&name, "application/toml", &self.whole);
        }
    }

    /// Whether the programs are shown line by line.
    pub fn shows_lines(&self) -> bool {
        self.editing.face == Face::Lines
    }

    fn take(&mut self, version: Version, fault: Option<ScenarioError>) {
        self.whole = version.draft.whole();
        self.file.clear();
        self.now = version;
        self.fault = fault;
    }

    /// The draft.
    pub(super) fn draft(&self) -> &Draft {
        &self.now.draft
    }

    /// How many changes can be taken back, and made again.
    pub(super) fn steps(&self) -> (usize, usize) {
        (self.past.len(), self.future.len())
    }

    /// Chooses a line, or lets it go where it was chosen before.
    fn choose(&mut self, line: Option<usize>) {
        let editing = &mut self.editing;
        editing.line = line.filter(|_| editing.line != line);
        editing.putting = None;
    }

    /// Does what the page asks for; of what only opens something there is nothing to tell. `stage` is the scenario on the stage, `now` the
    /// time in milliseconds.
    pub fn ask(
        &mut self,
        asked: DraftAsked,
        stage: Option<&Scenario>,
        now: f64,
    ) -> Option<Drafted> {
        self.text = self.chosen_text(stage);
        let draft = &self.now.draft;
        let changed = match asked {
            DraftAsked::Used(sealed, value) => {
                return self.used(sealed.read()?, value, stage, now);
            }
            DraftAsked::Open(record) => {
                return Version::read(&record).map(|it| self.go_on(it, By::Fresh));
            }
            DraftAsked::Move(actor, from, to, lower) => {
                let side = if lower { Side::After } else { Side::Before };
                let change = move_line(draft, stage?, actor, from, to, side);
                change.and_then(|change| draft.apply(&change))
            }
            DraftAsked::Line(actor, line) => {
                (self.editing.actor, self.editing.face) = (actor, Face::Lines);
                self.choose(Some(line));
                return None;
            }
            DraftAsked::Caret(caret) => {
                self.editing.caret = caret;
                return None;
            }
            DraftAsked::Kept(drafts) => {
                self.editing.drafts = drafts;
                return None;
            }
            DraftAsked::Said(words) => {
                self.editing.kept = words;
                return None;
            }
        };
        Some(self.changed(changed, By::Change))
    }

    /// Does what an element of the editor was used for.
    fn used(
        &mut self,
        msg: EditMsg,
        value: String,
        stage: Option<&Scenario>,
        now: f64,
    ) -> Option<Drafted> {
        let draft = &self.now.draft;
        let typed = std::mem::replace(&mut self.typed, f64::NEG_INFINITY);
        let (changed, by) = match msg {
            EditMsg::Change(change) => (draft.apply(&change), By::Change),
            EditMsg::Field(field) => (draft.apply(&field.change(value)), By::Change),
            EditMsg::Text => {
                self.typed = now;
                let by = if now - typed < TYPING {
                    By::Typing
                } else {
                    By::Change
                };
                (self.now.written(value), by)
            }
            EditMsg::Complete(from, to, word) => {
                let (before, behind) = (self.whole.get(..from)?, self.whole.get(to..)?);
                let text = format!("{before}{word}{behind}");
                let changed = self.now.written(text);
                let caret = Some(from + word.len());
                return Some(Drafted {
                    caret,
                    ..self.changed(changed, By::Change)
                });
            }
            EditMsg::Undo => return self.past.pop().map(|it| self.go_on(it, By::Undo)),
            EditMsg::Redo => return self.future.pop().map(|it| self.go_on(it, By::Redo)),
            EditMsg::New => {
                let new = Version::own("draft", Draft::empty());
                return Some(self.go_on(new, By::Fresh));
            }
            EditMsg::Design => {
                let new = Version::own(DESIGN, Draft::of(DESIGN_FROM));
                return Some(self.go_on(new, By::Fresh));
            }
            EditMsg::Drawing(_) | EditMsg::Capture(_) => return None,
            EditMsg::Face(face) => {
                self.editing.face = face;
                return None;
            }
            EditMsg::Actor(actor) => {
                self.editing.actor = actor;
                self.choose(None);
                return None;
            }
            EditMsg::Line(other) if self.editing.putting == Some(Putting::Swap) => {
                let (actor, one) = (self.editing.actor, self.editing.line?);
                self.editing.putting = None;
                let change = swap_lines(draft, stage?, actor, one, other);
                (change.and_then(|change| draft.apply(&change)), By::Change)
            }
            EditMsg::Line(line) => {
                self.choose(Some(line));
                return None;
            }
            EditMsg::Putting(putting) => {
                self.editing.putting = putting;
                self.editing.query.clear();
                return None;
            }
            EditMsg::Query => {
                self.editing.query = value;
                return None;
            }
        };
        Some(self.changed(changed, by))
    }

    /// Goes on with the draft as it was changed, or tells why it was not.
    fn changed(&mut self, changed: Result<Draft, DraftError>, by: By) -> Drafted {
        match changed {
            Ok(draft) => self.go_on(self.now.with(draft), by),
            Err(error) => Drafted {
                refused: format!("{error}."),
                ..Drafted::default()
            },
        }
    }

    /// Goes on with another version.
    fn go_on(&mut self, wanted: Version, by: By) -> Drafted {
        if wanted == self.now {
            return Drafted::default();
        }
        let before = self.now.clone();
        match by {
            By::Undo => self.future.push(before),
            By::Redo => self.past.push(before),
            // It goes on from what is the newest version already.
            By::Typing if !self.past.is_empty() => self.future.clear(),
            By::Typing | By::Change | By::Fresh => {
                self.future.clear();
                self.past.push(before);
            }
        }
        if self.past.len() > MOST {
            self.past.remove(0);
        }
        if by == By::Fresh {
            self.editing = Editing::default();
        }
        self.editing.putting = None;
        let spec = wanted.spec();
        let built = Packed::build(&spec.slug, &spec.text, &spec.variant());
        let fault = built.as_ref().err().map(|error| {
            // Of an edit behind the file, the error of the whole text has the place.
            let whole = wanted.draft.whole();
            let placed = Packed::build(
                &spec.slug,
                &whole,
                &Variant {
                    edits: Vec::new(),
                    ..spec.variant()
                },
            );
            placed.err().unwrap_or_else(|| error.clone())
        });
        self.take(wanted, fault);
        let name = match &built {
            Ok(packed) => packed.scenario.name.clone(),
            Err(_) => self.now.title(),
        };
        if let Ok(packed) = &built {
            self.follow(&packed.scenario);
        }
        let packed = built.ok().map(|packed| packed.bytes());
        if packed.is_some() {
            self.shown = self.now.clone();
        }
        Drafted {
            packed,
            own: self.now.is_own(),
            record: self.now.record(&name),
            fresh: by == By::Fresh,
            ..Drafted::default()
        }
    }

    fn chosen_text(&self, stage: Option<&Scenario>) -> String {
        let cast = stage.and_then(|it| it.cast.get(self.editing.actor.index()));
        let line = cast.and_then(|it| it.lines.get(self.editing.line?));
        line.map_or_else(String::new, |it| it.text.clone())
    }

    /// Keeps the line chosen that was, where it stands now: of several alike the one that has moved, else the nearest.
    fn follow(&mut self, scenario: &Scenario) {
        let (Some(at), false) = (self.editing.line, self.text.is_empty()) else {
            return;
        };
        let Some(cast) = scenario.cast.get(self.editing.actor.index()) else {
            return;
        };
        let alike = cast
            .lines
            .iter()
            .enumerate()
            .filter(|(_, it)| it.text == self.text);
        let nearest = alike.min_by_key(|(place, it)| {
            let rank = match it.mark {
                Mark::MovedHere => 0,
                Mark::MovedAway => 2,
                _ => 1,
            };
            (rank, place.abs_diff(at))
        });
        self.editing.line = nearest.map(|(place, _)| place).or(Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::Sealed;
    use super::*;
    use crate::machine::ActorId;
    use crate::scenario::{find, load_variant};

    fn spec(slug: &str) -> ScenarioSpec {
        ScenarioSpec {
            slug: slug.to_owned(),
            text: find(slug).expect("there").text.to_owned(),
            ..ScenarioSpec::default()
        }
    }

    #[test]
    fn what_is_written_is_taken_back_in_the_pieces_it_was_written_in() {
        let spec = spec("baseline-five-step");
        let mut desk = Desk::default();
        desk.begin(&spec, None);
        let used = |desk: &mut Desk, msg: EditMsg, value: &str, now: f64| {
            desk.ask(
                DraftAsked::Used(Sealed::of(&msg), value.to_owned()),
                None,
                now,
            )
        };
        let edit = "\n[[edit]]\ndrop = \"writepage/lock_page\"\n";
        for (time, much) in [10, 20, edit.len()].into_iter().enumerate() {
            let text = spec.text.clone() + &edit[..much];
            used(
                &mut desk,
                EditMsg::Text,
                &text,
                5000.0 + 100.0 * time as f64,
            );
        }
        assert_eq!(desk.fault, None);
        assert!(!desk.draft().edits.is_empty());
        used(&mut desk, EditMsg::Text, "nonsense", 9000.0);
        assert!(desk.fault.is_some());
        assert_eq!(desk.steps(), (2, 0));
        // What does not run is kept as it is.
        let record = desk.now.record("a name");
        assert_eq!(
            Version::read(&record).map(|it| it.draft.whole()).as_deref(),
            Some("nonsense")
        );
        used(&mut desk, EditMsg::Undo, "", 9100.0);
        used(&mut desk, EditMsg::Undo, "", 9200.0);
        assert_eq!(
            (desk.whole.clone(), desk.steps()),
            (spec.text.clone(), (0, 2))
        );
        used(&mut desk, EditMsg::Redo, "", 9300.0);
        assert_eq!(
            Version::read(&desk.now.record("it")),
            Some(desk.now.clone())
        );
    }

    #[test]
    fn the_line_chosen_stays_chosen_where_others_are_dragged() {
        let spec = spec("baseline-five-step");
        let stage = load_variant(&spec.slug, &spec.text, &spec.variant()).expect("it loads");
        let at = |stage: &Scenario, text: &str| {
            let lines = &stage.cast[0].lines;
            lines
                .iter()
                .position(|it| it.text == text && it.mark.runs())
        };
        let [lock, unlock, set] = [
            "lock_page(page)",
            "unlock_page(page)",
            "set_page_writeback(page)",
        ]
        .map(|it| at(&stage, it).expect("a line"));
        let mut desk = Desk::default();
        desk.begin(&spec, Some(&stage));
        // Chosen on the stage, after another one was used.
        let line = EditMsg::Line(lock);
        desk.ask(
            DraftAsked::Used(Sealed::of(&line), String::new()),
            Some(&stage),
            0.0,
        );
        desk.ask(DraftAsked::Line(ActorId(0), unlock), Some(&stage), 0.0);
        let moved = desk.ask(
            DraftAsked::Move(ActorId(0), unlock, set, false),
            Some(&stage),
            0.0,
        );
        let packed = moved.and_then(|it| it.packed).expect("it runs");
        let now = Packed::read(&packed).expect("of this build").scenario;
        assert_eq!(desk.editing.line, at(&now, "unlock_page(page)"));
    }

    #[test]
    fn a_new_draft_taken_back_leaves_the_catalogue_s_file_the_catalogue_s() {
        let spec = spec("baseline-five-step");
        let mut desk = Desk::default();
        desk.begin(&spec, None);
        let used = |desk: &mut Desk, msg: EditMsg, value: &str| {
            desk.ask(
                DraftAsked::Used(Sealed::of(&msg), value.to_owned()),
                None,
                0.0,
            )
        };
        used(&mut desk, EditMsg::New, "");
        used(&mut desk, EditMsg::Undo, "");
        let text = spec.text.clone() + "\n[[edit]]\ndrop = \"writepage/lock_page\"\n";
        let changed = used(&mut desk, EditMsg::Text, &text).expect("it is told");
        assert!(!changed.own && changed.packed.is_some());
    }

    #[test]
    fn no_record_is_too_damaged_to_be_read() {
        for record in [
            "",
            "a\nb\n1\n\n\n9999\nx",
            "\n\n\n\n\n1\n\u{e9}",
            "a\nb\n1\n300\n300\n0\n",
        ] {
            Version::read(record);
        }
    }
}
