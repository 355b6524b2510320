//! A version of the draft, and the lines of plain text that the browser keeps it as.

use crate::explore::ScenarioSpec;
use crate::scenario::{Change, Draft, DraftError, Scenario};

/// The file that a draft began with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Base {
    pub text: String,
    /// Whether it is the visitor's own.
    pub own: bool,
}

/// A version of the draft.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Version {
    pub draft: Draft,
    /// Where it stands: name, device, kernel; without text and edits.
    pub of: ScenarioSpec,
    pub base: Base,
}

impl Version {
    /// What is on the stage: what the file says of device and kernel itself is left to it.
    pub fn on(spec: &ScenarioSpec, stage: Option<&Scenario>) -> Version {
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
        Version::of(of, draft, false)
    }

    /// A file of the visitor's own.
    pub fn own(slug: &str, draft: Draft) -> Version {
        let of = ScenarioSpec {
            slug: slug.to_owned(),
            ..ScenarioSpec::default()
        };
        Version::of(of, draft, true)
    }

    fn of(of: ScenarioSpec, draft: Draft, own: bool) -> Version {
        let base = Base {
            text: draft.text.clone(),
            own,
        };
        Version { draft, of, base }
    }

    /// The same with another draft.
    pub fn with(&self, draft: Draft) -> Version {
        Version {
            draft,
            ..self.clone()
        }
    }

    /// Whether its text is the visitor's own.
    pub fn is_own(&self) -> bool {
        self.base.own || self.draft.text != self.base.text
    }

    /// What the scenario is built from.
    pub fn spec(&self) -> ScenarioSpec {
        ScenarioSpec {
            text: self.draft.text.clone(),
            edits: self.draft.edits.clone(),
            ..self.of.clone()
        }
    }

    /// The draft whose text somebody has written. Where that is the file it began with and edits, it is again, whatever was written in
    /// between.
    pub fn written(&self, text: String) -> Result<Draft, DraftError> {
        let base = Draft::of(self.base.text.clone()).with_whole(&text);
        match base.text == self.base.text {
            true => Ok(base),
            false => self.draft.apply(&Change::Whole(text)),
        }
    }

    /// The title that its text has.
    pub fn title(&self) -> String {
        let lines = self.draft.text.lines();
        let mut titles = lines.filter_map(|it| it.trim_start().strip_prefix("title"));
        let title = titles.next().unwrap_or_default();
        let title = title.trim_matches([' ', '=', '"']);
        match title.is_empty() {
            true => "A draft".to_owned(),
            false => title.to_owned(),
        }
    }

    /// The version as the browser keeps it: its name, then its file and its text, both whole.
    pub fn record(&self, name: &str) -> String {
        let Version { draft, of, .. } = self;
        let place = |it: Option<u8>| it.map_or_else(String::new, |it| it.to_string());
        format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}{}",
            name.replace('\n', " "),
            of.slug,
            u8::from(self.is_own()),
            place(of.device),
            place(of.era),
            draft.text.len(),
            draft.text,
            draft.whole()
        )
    }

    /// The version that a record has; none for a damaged one.
    pub fn read(record: &str) -> Option<Version> {
        let mut parts = record.splitn(7, '\n');
        let mut next = || parts.next();
        let (_, slug, own) = (next()?, next()?, next()?);
        let (device, era, length, texts) = (next()?, next()?, next()?, next()?);
        let (text, whole) = texts.split_at_checked(length.parse().ok()?)?;
        let of = ScenarioSpec {
            slug: slug.to_owned(),
            device: device.parse().ok(),
            era: era.parse().ok(),
            ..ScenarioSpec::default()
        };
        Some(Version::of(
            of,
            Draft::of(text).with_whole(whole),
            own == "1",
        ))
    }
}
