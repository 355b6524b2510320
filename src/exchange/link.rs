//! Links to a run: the part of the page's address behind `#`.
//!
//! ```text
//! #1k3qa/unlock-gap/f9w12f4d5/at-17/linux-3.9/see-bytes-0.3
//! ```
//!
//! - `1`, the version of this form, and `k3qa`, a checksum of the model that the run was made with;
//! - the scenario's name in the catalogue;
//! - the run: for each stretch of steps of one actor its letter and the number of steps (none for one step). An actor's letter is
//!   the first of its name that no actor before it has. A capital is one step of the actor by its second way, `D-2` one by its third;
//! - further parts, only where they are needed: the moment shown, if it is not the run's end (`at-`); the kernel (`linux-`) and
//!   the device (`on-`), if they are not the scenario's own; what is open on the page (`see-`); edits (`edits.rs`).
//!
//! Links consist of unreserved characters of RFC 3986 and `/`, so that they pass quoted-printable, and end in a letter or a digit,
//! since mail software that makes addresses clickable leaves other characters at the end out.
//! A scenario's name alone opens the scenario at its start; the page's first version had only such links. By hand one may also
//! write `#unlock-gap/drop.writepage.submit_bio`: a name, and behind it parts as above, with a run or without one.
//!
//! A draft, a file that is not in the catalogue, travels itself: `#2k3qa/draft/5VNLa9tA/f9w12`, version 2, has `draft` for the name and then
//! the file (`draft.rs`); run and parts follow as in version 1.
//!
//! On its way through mail a link gets blanks and line ends into it, a full stop or a `>` behind it, and `%2F` for `/`: all that is
//! taken away before it is read ([`mended`]).

mod draft;
mod edits;
mod mend;
mod run;

use crate::explore::Story;
use crate::machine::{
    ActorId, Choice, Geometry, History, Model, Stamp, Status, World, crc32c, enabled, status, step,
};
use crate::protocol::{Edit, Era, OPS};
use crate::scenario::{Device, Scenario, Variant, find};

use super::ending::status_words;
use super::words::the;
pub use mend::mended;
use run::{Leg, legs, letters};

/// The version written.
const VERSION: char = '1';
/// The version written of a link that carries a draft.
const DRAFT_VERSION: char = '2';
/// What such a link has for the scenario's name.
const DRAFT: &str = "draft";
/// How parts other than the run and edits begin.
const PARTS: [&str; 4] = ["at", "linux", "on", "see"];
/// Longest link read, in bytes; one of 20,000 steps, each by another actor, is about as long.
pub const LONGEST_LINK: usize = 32_768;
/// Most steps of a run.
const MOST: usize = 20_000;

/// A link, taken apart. Its actors, steps and edits need not exist in its scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The checksum of the model it was made with.
    pub sum: String,
    /// The scenario's name.
    pub slug: String,
    /// The file of a draft, which is not in the catalogue.
    pub draft: Option<String>,
    legs: Vec<Leg>,
    /// The moment shown, in steps; none for the run's end.
    pub at: Option<usize>,
    /// The kernel, where it is not the scenario's own.
    pub era: Option<Era>,
    /// The device, where it is not the scenario's own.
    pub device: Option<Device>,
    /// Edits beyond the scenario's own.
    pub edits: Vec<Edit>,
    /// What is open on the page, in the words of `view/route.rs`.
    pub see: Vec<String>,
    /// Whether the link names no run, so that it opens the scenario's opening run.
    opens: bool,
    /// What was left out of it because it could not be read, in sentences.
    pub damage: String,
}

/// Why a text is no link to a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The text is longer than links are.
    #[error("The link has {bytes} characters; links have at most {LONGEST_LINK}.")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The text does not begin with a version that is known here, nor with a scenario's name.
    #[error(
        "The link is of version \"{version}\", which this page does not know; a newer page will. Reload the page, or ask for the text of the run."
    )]
    Version {
        /// Its first part, shortened.
        version: String,
    },
    /// The text ends before the scenario's name and the run.
    #[error(
        "The link is cut off: behind the checksum come the scenario's name and the run, with / between them."
    )]
    CutOff,
    /// The draft that it carries cannot be read.
    #[error("The draft in the link cannot be read: {reason}.")]
    Draft {
        /// What is wrong with it.
        reason: String,
    },
    /// The part for the run cannot be read.
    #[error(
        "\"{rest}\" is not a run: letters stand for actors, each followed by how many steps it makes, such as f9w12; at most {MOST} steps."
    )]
    Run {
        /// The part from the fault on, shortened.
        rest: String,
    },
    /// Another part cannot be read.
    #[error("\"{part}\" in the link is not understood: {reason}.")]
    Part {
        /// The part, shortened.
        part: String,
        /// What would be understood there.
        reason: String,
    },
}

/// A link, opened in its scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The run, as far as it is possible.
    pub run: Vec<Choice>,
    /// The moment shown.
    pub at: usize,
    /// In sentences, what is different from the run that was linked; empty if nothing is.
    pub changed: String,
}

/// A text from outside, shortened and without control characters, as it can stand in a message.
fn shown(text: &str) -> String {
    let plain = text.chars().filter(|it| !it.is_control());
    plain.take(40).collect()
}

/// A checksum, in four letters or digits, of everything in the model that decides what a run does. Actors and steps are counted by
/// their names, not by their places in tables, so that it changes only where this model does.
pub fn model_sum(scenario: &Scenario) -> String {
    let model = &scenario.model;
    let mut text = geometry_text(model.geometry);
    text += &format!(" {:?} {}", model.protection, model.stable);
    for (cast, actor) in scenario.cast.iter().zip(&model.actors) {
        text += &format!("\n{} {}", cast.name, actor.main);
        for it in &actor.code {
            let key = OPS[usize::from(it.tag)].key;
            text += &format!(" {key}.{}.{}.{}", it.page, it.operand.number(), it.no);
        }
    }
    for (name, lock) in scenario.locks.iter().zip(&model.locks) {
        text += &format!("\n{name} {} {} {}", lock.kind.word(), lock.fair, lock.start);
    }
    for store in &model.stores {
        text += &format!("\n{} {} {:?}", store.page, store.offset, store.bytes);
    }
    let sum = crc32c(text.as_bytes());
    // Without l, o, 0 and 1, which look alike.
    let digits = b"abcdefghijkmnpqrstuvwxyz23456789";
    let place = |at: u32| char::from(digits[(sum >> (5 * at)) as usize % digits.len()]);
    (0..4).map(place).collect()
}

/// The geometry's part of the checksum: just the fields and names that it had when the first links were made, so that a new field
/// of `Geometry` changes no link.
fn geometry_text(geometry: Geometry) -> String {
    let Geometry {
        pages,
        interval,
        first_lba,
        block,
        ip_guards,
        stamp,
    } = geometry;
    let stamp = match stamp {
        Some(Stamp { page, from, at }) => {
            format!("Some(Stamp {{ page: {page}, from: {from}, at: {at} }})")
        }
        None => "None".to_owned(),
    };
    format!(
        "Geometry {{ pages: {pages}, interval: {interval}, first_lba: {first_lba}, block: {block}, ip_guards: {ip_guards}, stamp: {stamp} }}"
    )
}

impl Link {
    /// The link to a run. `see` is what is open on the page, in words of letters, digits, dots and hyphens.
    pub fn of(scenario: &Scenario, run: &[Choice], at: usize, see: Vec<String>) -> Link {
        Link {
            sum: model_sum(scenario),
            slug: scenario.slug.clone(),
            legs: legs(&letters(&scenario.cast), run),
            at: (at != run.len()).then_some(at),
            era: Some(scenario.era).filter(|it| *it != scenario.own_era),
            device: Some(scenario.device).filter(|it| *it != scenario.own_device),
            edits: scenario.own_edits.clone(),
            see,
            ..Link::default()
        }
    }

    /// The link with the file of a draft, which nobody else has.
    pub fn with_draft(self, text: impl Into<String>) -> Link {
        Link {
            slug: DRAFT.to_owned(),
            draft: Some(text.into()),
            ..self
        }
    }

    /// Whether the part of an address behind `#` is a link that carries a draft.
    pub fn carries_draft(fragment: &str) -> bool {
        let text = mended(fragment);
        let mut parts = text.split('/');
        let first = parts.next().unwrap_or_default();
        first.starts_with(DRAFT_VERSION) && parts.next() == Some(DRAFT)
    }

    /// Whether the link is to the scenario just as its name alone opens it.
    pub fn is_start(&self, scenario: &Scenario) -> bool {
        let opening = Link::of(scenario, &scenario.schedule, 0, Vec::new());
        *self == opening && self.edits.is_empty() && self.era.is_none() && self.device.is_none()
    }

    /// The kernel, device and edits that are different from the scenario's file.
    pub fn variant(&self) -> Variant {
        Variant {
            device: self.device,
            era: self.era,
            edits: self.edits.clone(),
            ..Variant::default()
        }
    }

    /// Reads the part of an address behind `#`, with or without the `#`.
    ///
    /// # Errors
    /// [`LinkError`] for any text that is no link to a run. Time and memory are in proportion to the text's length.
    pub fn parse(text: &str) -> Result<Link, LinkError> {
        if text.len() > LONGEST_LINK {
            let bytes = text.len();
            return Err(LinkError::TooLong { bytes });
        }
        let text = &mended(text);
        let mut parts = text.split('/').peekable();
        let mut link = Link::default();
        let first = parts.next().unwrap_or_default();
        match first.strip_prefix(VERSION) {
            _ if first.starts_with(DRAFT_VERSION) && parts.peek() == Some(&DRAFT) => {
                let (Some(slug), Some(letters), Some(_)) =
                    (parts.next(), parts.next(), parts.peek())
                else {
                    return Err(LinkError::CutOff);
                };
                (link.sum, link.slug) = (first[1..].to_owned(), slug.to_owned());
                let draft = draft::read(letters).map_err(|reason| LinkError::Draft { reason })?;
                link.draft = Some(draft);
            }
            Some(sum) => {
                let (Some(slug), Some(_)) = (parts.next(), parts.peek()) else {
                    return Err(LinkError::CutOff);
                };
                (link.sum, link.slug) = (sum.to_owned(), slug.to_owned());
            }
            None if find(first).is_some() => link.slug = first.to_owned(),
            None => {
                let version = shown(first);
                return Err(LinkError::Version { version });
            }
        }
        // By hand the run may be left out. Edits have a full stop in them, other parts a hyphen behind their name.
        let by_hand = link.sum.is_empty();
        let is_part = |it: &&str| {
            it.is_empty()
                || it.contains('.')
                || it.split_once('-').is_some_and(|it| PARTS.contains(&it.0))
        };
        match parts.next_if(|it| !by_hand || !is_part(it)) {
            Some(run) => match run::read(run) {
                (legs, Some(wrong)) if legs.is_empty() => return Err(wrong),
                (legs, wrong) => {
                    link.legs = legs;
                    link.damage = wrong.map_or(String::new(), |it| it.to_string());
                }
            },
            None => link.opens = true,
        }
        for part in parts.filter(|it| !it.is_empty()) {
            // An edit that cannot be read makes another ordering of it, anything else leaves the run as it is.
            match link.take(part) {
                Ok(()) => {}
                Err(error) if edits::read(part).is_some() => return Err(error),
                Err(error) => link.damage = format!("{} {error}", link.damage).trim().to_owned(),
            }
        }
        Ok(link)
    }

    /// Reads one of the parts behind the run.
    fn take(&mut self, part: &str) -> Result<(), LinkError> {
        let wrong = |reason: &str| LinkError::Part {
            part: shown(part),
            reason: reason.to_owned(),
        };
        if let Some(edit) = edits::read(part) {
            self.edits.push(edit.map_err(|reason| wrong(&reason))?);
            return Ok(());
        }
        let (name, value) = part.split_once('-').ok_or_else(|| {
            wrong("parts begin with at-, linux-, on-, see- or the name of an edit")
        })?;
        match name {
            "at" => {
                let at = value
                    .parse()
                    .map_err(|_| wrong("a number of steps follows at-"))?;
                self.at = Some(at);
            }
            "linux" => {
                let era = Era::ALL.into_iter().find(|it| it.word() == value);
                let known = Era::ALL.map(Era::word).join(", ");
                self.era = Some(era.ok_or_else(|| wrong(&format!("kernels are {known}")))?);
            }
            "on" => {
                let device = Device::ALL.into_iter().find(|it| it.link_word() == value);
                let known = Device::ALL.map(Device::link_word).join(", ");
                self.device = Some(device.ok_or_else(|| wrong(&format!("devices are {known}")))?);
            }
            "see" => {
                // As links end.
                let value = value.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
                if value.is_empty() {
                    return Err(wrong("the name of what is open follows see-"));
                }
                self.see.push(value.to_owned());
            }
            _ => {
                return Err(wrong(
                    "parts begin with at-, linux-, on-, see- or the name of an edit",
                ));
            }
        }
        Ok(())
    }

    /// The run in its scenario, which must have been built with [`variant`](Link::variant). The run ends before the first step that
    /// is not possible there, and `changed` says which one that is.
    pub fn open(&self, scenario: &Scenario) -> Opened {
        let model = &scenario.model;
        let letters = letters(&scenario.cast);
        let (mut world, mut run) = (model.initial, Vec::new());
        let mut changed = String::new();
        if self.opens {
            return Opened {
                run: scenario.schedule.clone(),
                at: self.at.unwrap_or(0).min(scenario.schedule.len()),
                changed: match self.damage.is_empty() {
                    true => String::new(),
                    false => format!("{} It is left out.", self.damage),
                },
            };
        }
        let many: usize = self.legs.iter().map(|leg| leg.count).sum();
        'run: for leg in &self.legs {
            let Some(actor) = letters.iter().position(|letter| *letter == leg.letter) else {
                let known: Vec<String> = scenario
                    .cast
                    .iter()
                    .zip(&letters)
                    .map(|(cast, letter)| format!("{letter} {}", cast.name))
                    .collect();
                changed = format!(
                    "No actor's letter is \u{201c}{}\u{201d}; they are {}.",
                    leg.letter,
                    known.join(", ")
                );
                break;
            };
            for _ in 0..leg.count {
                let choice = Choice {
                    actor: ActorId::at(actor),
                    way: leg.way,
                };
                let Some(next) = next(model, &world, choice) else {
                    changed = stopped(scenario, &run, choice);
                    break 'run;
                };
                world = next;
                run.push(choice);
            }
        }
        if run.len() < many {
            let (made, s) = (run.len(), if many == 1 { "" } else { "s" });
            changed = format!("{made} of {many} step{s} could be made. {changed}");
        }
        if !self.damage.is_empty() {
            changed = format!("{} It is left out. {changed}", self.damage);
        }
        let sum = model_sum(scenario);
        // Who writes a link by hand gives no checksum.
        if sum != self.sum && !self.sum.is_empty() {
            let was = shown(&self.sum);
            changed = format!(
                "The link was made with another state of this model (checksum {was}, now {sum}), so its steps may do something else. {changed}"
            );
        }
        Opened {
            at: self.at.unwrap_or(run.len()).min(run.len()),
            run,
            changed: changed.trim().to_owned(),
        }
    }
}

/// The world after a step; none where the step is not possible.
fn next(model: &Model, world: &World, choice: Choice) -> Option<World> {
    let possible = enabled(model, world).any(|it| it == choice);
    possible.then(|| step(model, world, choice).0)
}

/// Why the run ends before the step.
fn stopped(scenario: &Scenario, run: &[Choice], choice: Choice) -> String {
    let model = &scenario.model;
    let mut history = History::new(model);
    for choice in run {
        history.choose(model, *choice);
    }
    let actor = choice.actor;
    let who = the(scenario, choice.actor);
    let at = run.len() + 1;
    match status(model, history.world(), actor) {
        Status::Ready => format!("Step {at}: {who} has no such way there."),
        status => {
            let story = Story::of(model, &history);
            let words = status_words(scenario, &story, actor, status);
            format!("Step {at}: {who} cannot move there: {words}.")
        }
    }
}

impl std::fmt::Display for Link {
    /// The link as it stands behind `#`.
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match (&self.draft, self.opens) {
            (Some(text), _) => {
                let letters = draft::write(text);
                write!(out, "{DRAFT_VERSION}{}/{DRAFT}/{letters}/", self.sum)?;
            }
            (None, true) => write!(out, "{}", self.slug)?,
            (None, false) => write!(out, "{VERSION}{}/{}/", self.sum, self.slug)?,
        }
        for leg in &self.legs {
            write!(out, "{leg}")?;
        }
        if let Some(at) = self.at {
            write!(out, "/at-{at}")?;
        }
        if let Some(era) = self.era {
            write!(out, "/linux-{}", era.word())?;
        }
        if let Some(device) = self.device {
            write!(out, "/on-{}", device.link_word())?;
        }
        for edit in &self.edits {
            write!(out, "/{}", edits::write(edit))?;
        }
        for see in &self.see {
            write!(out, "/see-{see}")?;
        }
        Ok(())
    }
}
