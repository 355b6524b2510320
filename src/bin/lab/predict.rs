//! What the model says of an experiment: its scenario, looked at in every schedule.

use stable_pages::exchange::{Link, percent};
use stable_pages::explore::Report;
use stable_pages::scenario::{Variant, Verdict, find, load_variant};

use super::experiments::{Experiment, ModelRow};
use super::results::Model;

/// The most memory that a search may take.
const BYTES: usize = 1 << 30;

/// Asks the model.
///
/// # Errors
/// Where the row names no scenario, or the search did not come to an end.
pub fn ask(experiment: &Experiment, row: &ModelRow) -> Result<Model, String> {
    let wrong = |reason: String| format!("{}: {}: {reason}", experiment.name, row.scenario);
    let slug = row.scenario.split('/').next().unwrap_or_default();
    let entry = find(slug).ok_or_else(|| wrong("no scenario has this name".to_owned()))?;
    let variant = match row.scenario == slug {
        true => Variant::default(),
        false => {
            let link = Link::parse(&row.scenario).map_err(|error| wrong(error.to_string()))?;
            if !link.damage.is_empty() {
                return Err(wrong(link.damage));
            }
            link.variant()
        }
    };
    let edited = !variant.edits.is_empty();
    let variant = Variant {
        unchanged: row.unchanged,
        cut_schedule: true,
        ..variant
    };
    let scenario = load_variant(slug, entry.text, &variant).map_err(|error| wrong(error.reason))?;
    let words: Vec<&str> = Verdict::ALL.iter().map(|it| it.words()).collect();
    if let Some(other) = experiment
        .sees
        .iter()
        .find(|it| !words.contains(&it.as_str()))
    {
        return Err(wrong(format!("\"{other}\" is no verdict")));
    }
    let report = Report::of(&scenario, BYTES);
    if !report.settled() {
        return Err(wrong("not every schedule was looked at".to_owned()));
    }
    let found = report.found().into_iter().map(|it| it.words().to_owned());
    let odds = match &report.odds {
        Some(Ok(odds)) => percent(odds.failing.value()),
        _ => "unknown".to_owned(),
    };
    Ok(Model {
        scenario: row.scenario.clone(),
        slug: slug.to_owned(),
        unchanged: row.unchanged,
        edited,
        device: scenario.device.word().to_owned(),
        era: scenario.era.word().to_owned(),
        verdicts: found.collect(),
        sees: experiment.sees.clone(),
        odds,
        why: row.why.clone(),
    })
}
