//! The draft on the page, as the worker has it: its versions, its text as a whole, what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::explore::{MendingWork, ScenarioSpec};
use crate::protocol::{Mark, Side};
use crate::scenario::{
    Change, Draft, DraftError, Packed, Scenario, ScenarioError, Variant, load, load_variant,
    move_line, swap_lines,
};

use super::fix::DESIGN;
use super::state::{DraftAsked, EditMsg, Editing, Face, Putting};

/// What a protocol is designed from.
const DESIGN_FROM: &str = include_str!("design-it.toml");
/// What a design is held against.
const CORRECT: &str = include_str!("../../../assets/scenarios/baseline-five-step.toml");

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

/// A version of the draft.
#[derive(Clone, Debug, Default, PartialEq)]
struct Version {
    draft: Draft,
    /// Where it stands: name, device, kernel; without text and edits.
    of: ScenarioSpec,
    /// Whether its text is the visitor's own.
    own: bool,
}

impl Version {
    fn spec(&self) -> ScenarioSpec {
        ScenarioSpec {
            text: self.draft.text.clone(),
            edits: self.draft.edits.clone(),
            ..self.of.clone()
        }
    }
}

/// The draft on the page.
#[derive(Default)]
pub struct Desk {
    /// The file that it began with, and whether that is the visitor's own.
    base: (String, bool),
    past: Vec<Version>,
    now: Version,
    future: Vec<Version>,
    /// What the page was told to show last.
    shown: Version,
    /// Its text as a whole.
    pub(super) whole: String,
    /// Whether its file was given away.
    saved: bool,
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
        let version = version(spec, stage);
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
        self.base = (version.draft.text.clone(), false);
        self.shown = version.clone();
        self.take(version, None);
    }

    /// Notes whether what is on the stage is the visitor's own.
    pub fn note_own(&mut self, own: bool) {
        if self.now.draft == self.shown.draft {
            self.now.own = own;
            self.shown.own = own;
            if self.base.0 == self.now.draft.text {
                self.base.1 = own;
            }
        }
    }

    /// The draft's file, its name and text, unless it was given before.
    pub fn file(&mut self) -> Option<(String, String)> {
        let name = format!("{}.toml", self.now.of.slug);
        (!std::mem::replace(&mut self.saved, true)).then(|| (name, self.whole.clone()))
    }

    fn take(&mut self, version: Version, fault: Option<ScenarioError>) {
        self.whole = version.draft.whole();
        self.saved = false;
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

    /// The work of holding the draft's changes against the ordering without them, if there are any.
    pub fn mending(&self, spec: &ScenarioSpec) -> Option<MendingWork> {
        if spec.slug == DESIGN {
            let correct = load("baseline-five-step", CORRECT).ok()?;
            let design = load_variant(&spec.slug, &spec.text, &spec.variant()).ok()?;
            return Some(MendingWork::between(correct, design));
        }
        match spec.edits.is_empty() {
            true => None,
            false => MendingWork::new(&spec.slug, &spec.text, &spec.variant()),
        }
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
        let draft = &self.now.draft;
        let changed = match asked {
            DraftAsked::Used(sealed, value) => {
                self.text = self.chosen_text(stage);
                return self.used(sealed.read()?, value, stage, now);
            }
            DraftAsked::Open(record) => return opened(&record).map(|it| self.go_on(it, By::Fresh)),
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
                (self.written(value), by)
            }
            EditMsg::Complete(from, to, word) => {
                let (before, behind) = (self.whole.get(..from)?, self.whole.get(to..)?);
                let text = format!("{before}{word}{behind}");
                let changed = self.written(text);
                let caret = Some(from + word.len());
                return Some(Drafted {
                    caret,
                    ..self.changed(changed, By::Change)
                });
            }
            EditMsg::Undo => return self.past.pop().map(|it| self.go_on(it, By::Undo)),
            EditMsg::Redo => return self.future.pop().map(|it| self.go_on(it, By::Redo)),
            EditMsg::New => {
                let new = fresh("draft", Draft::empty());
                return Some(self.go_on(new, By::Fresh));
            }
            EditMsg::Design => {
                let new = fresh(DESIGN, Draft::of(DESIGN_FROM));
                return Some(self.go_on(new, By::Fresh));
            }
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

    /// The draft whose text somebody has written. Where that is the file it began with and edits, it is again, whatever was written in
    /// between.
    fn written(&self, text: String) -> Result<Draft, DraftError> {
        let base = Draft::of(self.base.0.clone()).with_whole(&text);
        match base.text == self.base.0 {
            true => Ok(base),
            false => self.now.draft.apply(&Change::Whole(text)),
        }
    }

    /// Goes on with the draft as it was changed, or tells why it was not.
    fn changed(&mut self, changed: Result<Draft, DraftError>, by: By) -> Drafted {
        match changed {
            Ok(draft) => {
                let (base, own) = &self.base;
                let version = Version {
                    own: *own || draft.text != *base,
                    of: self.now.of.clone(),
                    draft,
                };
                self.go_on(version, by)
            }
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
            self.base = (wanted.draft.text.clone(), wanted.own);
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
            Err(_) => self.title(),
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
            own: self.now.own,
            record: self.record(&name),
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

    fn title(&self) -> String {
        let lines = self.now.draft.text.lines();
        let mut titles = lines.filter_map(|it| it.trim_start().strip_prefix("title"));
        let title = titles.next().unwrap_or_default();
        let title = title.trim_matches([' ', '=', '"']);
        match title.is_empty() {
            true => "A draft".to_owned(),
            false => title.to_owned(),
        }
    }

    /// The draft as lines of plain text, for the browser to keep: its name, then what it was changed from and its text, both whole.
    fn record(&self, name: &str) -> String {
        let Version { draft, of, own } = &self.now;
        let place = |it: Option<u8>| it.map_or_else(String::new, |it| it.to_string());
        format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}{}",
            name.replace('\n', " "),
            of.slug,
            u8::from(*own),
            place(of.device),
            place(of.era),
            draft.text.len(),
            draft.text,
            self.whole
        )
    }
}

/// What is on the stage, as a version: what the file says of device and kernel itself is left to it.
fn version(spec: &ScenarioSpec, stage: Option<&Scenario>) -> Version {
    let mut of = spec.clone();
    let draft = Draft {
        text: std::mem::take(&mut of.text),
        edits: std::mem::take(&mut of.edits),
    };
    if stage.is_some_and(|it| it.device == it.own_device) {
        of.device = None;
    }
    if stage.is_some_and(|it| it.era == it.own_era) {
        of.era = None;
    }
    Version {
        draft,
        of,
        own: false,
    }
}

fn fresh(slug: &str, draft: Draft) -> Version {
    let of = ScenarioSpec {
        slug: slug.to_owned(),
        ..ScenarioSpec::default()
    };
    Version {
        draft,
        of,
        own: true,
    }
}

/// The version that a record has; none for a damaged one.
fn opened(record: &str) -> Option<Version> {
    let mut parts = record.splitn(7, '\n');
    let mut next = || parts.next();
    let (_, slug, own) = (next()?, next()?, next()?);
    let (device, era, length, texts) = (next()?, next()?, next()?, next()?);
    let (base, whole) = texts.split_at_checked(length.parse().ok()?)?;
    Some(Version {
        draft: Draft::of(base).with_whole(whole),
        of: ScenarioSpec {
            slug: slug.to_owned(),
            device: device.parse().ok(),
            era: era.parse().ok(),
            ..ScenarioSpec::default()
        },
        own: own == "1",
    })
}

#[cfg(test)]
mod tests {
    use super::super::state::Sealed;
    use super::*;
    use crate::scenario::find;

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
        let record = desk.record("a name");
        assert_eq!(
            opened(&record).map(|it| it.draft.whole()).as_deref(),
            Some("nonsense")
        );
        used(&mut desk, EditMsg::Undo, "", 9100.0);
        used(&mut desk, EditMsg::Undo, "", 9200.0);
        assert_eq!(
            (desk.whole.clone(), desk.steps()),
            (spec.text.clone(), (0, 2))
        );
        used(&mut desk, EditMsg::Redo, "", 9300.0);
        assert_eq!(opened(&desk.record("it")), Some(desk.now.clone()));
    }

    #[test]
    fn no_record_is_too_damaged_to_be_read() {
        for record in [
            "",
            "a\nb\n1\n\n\n9999\nx",
            "\n\n\n\n\n1\n\u{e9}",
            "a\nb\n1\n300\n300\n0\n",
        ] {
            opened(record);
        }
    }

    #[test]
    fn a_design_is_held_against_the_correct_ordering() {
        let mut desk = Desk::default();
        desk.ask(
            DraftAsked::Used(Sealed::of(&EditMsg::Design), String::new()),
            None,
            0.0,
        );
        assert_eq!(desk.fault, None);
        assert!(desk.mending(&desk.now.spec()).is_some());
    }
}
