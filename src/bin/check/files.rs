//! The files to be checked.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::Path;

use stable_pages::protocol::{Era, did_you_mean};
use stable_pages::scenario::{
    Device, Scenario, ScenarioError, Variant, catalogue, find, load, load_variant,
};

/// A scenario file that can be loaded.
pub struct File {
    /// The file's name as the command line has it.
    pub name: String,
    pub text: String,
    /// The scenario on its own device and in its own kernel.
    pub scenario: Scenario,
    /// What is wrong with the file's opening schedule, if nothing else is; `scenario` has it as far as it goes.
    pub schedule: Option<Problem>,
    /// Whether it is an unchanged scenario of the catalogue, so that a link can name it.
    pub listed: bool,
}

/// A file that cannot be used, or its opening schedule, and why. It is printed as compilers print errors, so that editors find the place.
pub struct Problem {
    pub name: String,
    /// Line and column, from 1, if the file could be read at all.
    pub place: Option<(usize, usize)>,
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}:", self.name)?;
        if let Some((line, column)) = self.place {
            write!(out, "{line}:{column}:")?;
        }
        write!(out, " {}", self.reason)
    }
}

/// Reads a file, standard input (`-`), or a scenario of the catalogue by its slug.
///
/// # Errors
/// [`Problem`], where there is no such file or it is no scenario.
pub fn open(name: &str) -> Result<File, Problem> {
    let path = Path::new(name);
    let (name, slug, text) = match (name, path.exists(), find(name)) {
        ("-", ..) => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            ("<stdin>", "stdin", read.map(|_| text))
        }
        (_, false, Some(entry)) => (name, entry.slug, Ok(entry.text.to_owned())),
        _ => {
            let stem = path.file_stem().and_then(|it| it.to_str());
            (name, stem.unwrap_or(name), std::fs::read_to_string(path))
        }
    };
    let problem = |place, reason| Problem {
        name: name.to_owned(),
        place,
        reason,
    };
    let text = text.map_err(|error| {
        let slugs = catalogue().map(|entry| entry.slug);
        let slug = match path.extension().is_none() && error.kind() == ErrorKind::NotFound {
            true => format!(
                "; nor is it a scenario of the catalogue{}: check --list scenarios",
                did_you_mean(name, slugs)
            ),
            false => String::new(),
        };
        problem(None, format!("{error}{slug}"))
    })?;
    let refused = |error: ScenarioError| problem(Some((error.line, error.column)), error.reason);
    let (scenario, schedule) = match load(slug, &text) {
        Ok(scenario) => (scenario, None),
        // Where the file loads with its schedule cut, only the schedule is at fault.
        Err(error) => match load_variant(slug, &text, &cut(None, None)) {
            Ok(scenario) => {
                let reason = format!("schedule: {}", error.reason);
                (scenario, Some(refused(ScenarioError { reason, ..error })))
            }
            Err(_) => return Err(refused(error)),
        },
    };
    Ok(File {
        name: name.to_owned(),
        listed: find(slug).is_some_and(|entry| entry.text == text),
        text,
        scenario,
        schedule,
    })
}

/// A scenario on a device and in a kernel, whatever its opening schedule is like.
fn cut(device: Option<Device>, era: Option<Era>) -> Variant {
    Variant {
        device,
        era,
        cut_schedule: true,
        ..Variant::default()
    }
}

impl File {
    /// The scenario on a device and in a kernel.
    ///
    /// # Errors
    /// When an edit of the file has no place in the programs of that kernel.
    pub fn load(&self, device: Device, era: Era) -> Result<Scenario, ScenarioError> {
        let variant = cut(Some(device), Some(era));
        load_variant(&self.scenario.slug, &self.text, &variant)
    }
}
