//! A result as JSON, as `assets/schema/check-1.json` promises it. A change of its shape makes a new version.

use serde::Serialize;
use stable_pages::exchange::{diagram, schedule_lines};
use stable_pages::explore::{Coverage, Odds};
use stable_pages::scenario::Verdict;

use super::files::Problem;
use super::run::{Checked, Row};
use super::text::{changes, drawn};

/// The version of the shape.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Result<'a> {
    format: &'static str,
    version: u32,
    files: Vec<FileResult>,
    /// The files that could not be checked at all.
    problems: Vec<ProblemResult<'a>>,
}

#[derive(Serialize)]
struct ProblemResult<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    reason: &'a str,
}

/// A file's result.
#[derive(Serialize)]
pub struct FileResult {
    file: String,
    slug: String,
    title: String,
    device: &'static str,
    era: &'static str,
    as_expected: bool,
    /// In words, where the results differ from what the file expects.
    differences: Vec<String>,
    /// What the file lacks or has in vain, although it loads.
    warnings: Vec<WarningResult>,
    /// What the opening run shows; none if the file's own device and kernel were not checked.
    opening: Option<OpeningResult>,
    /// What the file should state, as TOML.
    statements: StatementsResult,
    checks: Vec<CheckResult>,
}

#[derive(Serialize)]
struct WarningResult {
    line: usize,
    column: usize,
    warning: String,
}

#[derive(Serialize)]
struct OpeningResult {
    verdicts: Vec<&'static str>,
    breaks: Vec<&'static str>,
}

#[derive(Serialize)]
struct StatementsResult {
    top: String,
    tables: String,
}

#[derive(Serialize)]
struct CheckResult {
    device: &'static str,
    era: &'static str,
    /// Why the file has no variant for this device and kernel; `found` is null then.
    error: Option<String>,
    /// The verdicts that the file states; none if it states none for this device and kernel.
    stated: Option<Vec<&'static str>>,
    found: Option<FoundResult>,
}

#[derive(Serialize)]
struct FoundResult {
    /// "all", "reduced" or "part". `settled` is true only with "all", or with "reduced" if no livelock is possible; only
    /// then does the lack of verdicts mean that the scenario is safe.
    explored: &'static str,
    settled: bool,
    verdicts: Vec<VerdictResult>,
    states: usize,
    transitions: u64,
    ends: u32,
    depth: u32,
    unstable: bool,
    odds: Option<OddsResult>,
    /// Why there are no odds, where that is known.
    no_odds: Option<String>,
}

#[derive(Serialize)]
struct VerdictResult {
    verdict: &'static str,
    steps: usize,
    /// A shortest run to the verdict; none if only a reduced search, which keeps no runs, has found it.
    run: Option<RunResult>,
}

#[derive(Serialize)]
struct RunResult {
    changes: usize,
    /// The run as the `schedule` of a scenario file.
    schedule: Vec<String>,
    diagram: String,
}

#[derive(Serialize)]
struct OddsResult {
    failing: f64,
    /// The share as a fraction: numerator and denominator, in digits.
    exactly: [String; 2],
    endless: f64,
    /// How many schedules there are and how many fail, in digits; none where runs can go round.
    schedules: Option<[String; 2]>,
}

/// The whole document.
pub fn text(files: Vec<FileResult>, problems: &[Problem]) -> String {
    let problems = problems.iter().map(|problem| ProblemResult {
        file: &problem.name,
        line: problem.place.map(|(line, _)| line),
        column: problem.place.map(|(_, column)| column),
        reason: &problem.reason,
    });
    let result = Result {
        format: "stable-pages check",
        version: VERSION,
        files,
        problems: problems.collect(),
    };
    // The result is names, numbers and texts; writing it cannot fail.
    serde_json::to_string_pretty(&result).unwrap_or_default() + "\n"
}

/// The result of one file.
pub fn file(checked: &Checked) -> FileResult {
    let scenario = &checked.file.scenario;
    let opening = checked.own().and_then(|row| {
        let (_, report) = row.result.as_ref().ok()?;
        let opening = report.opening.as_ref()?;
        Some(OpeningResult {
            verdicts: words(&opening.verdicts),
            breaks: opening.breaks.iter().map(|it| it.name().0).collect(),
        })
    });
    let differences = checked.complaints();
    let statements = checked.statements();
    FileResult {
        file: checked.file.name.clone(),
        slug: scenario.slug.clone(),
        title: diagram::ascii(&scenario.title),
        device: scenario.own_device.word(),
        era: scenario.own_era.word(),
        as_expected: differences.is_empty(),
        differences,
        warnings: (scenario.warnings.iter())
            .map(|it| WarningResult {
                line: it.line,
                column: it.column,
                warning: it.kind.to_string(),
            })
            .collect(),
        opening,
        statements: StatementsResult {
            top: statements.top,
            tables: statements.tables,
        },
        checks: checked.rows.iter().map(|row| check(checked, row)).collect(),
    }
}

fn check(checked: &Checked, row: &Row) -> CheckResult {
    let (device, era) = (row.device.word(), row.era.word());
    let (scenario, report) = match &row.result {
        Ok(it) => it,
        Err(reason) => {
            return CheckResult {
                device,
                era,
                error: Some(reason.clone()),
                stated: None,
                found: None,
            };
        }
    };
    let verdicts = report.verdicts.iter().map(|(verdict, steps)| {
        let finding = report.findings.iter().find(|it| it.verdict == *verdict);
        VerdictResult {
            verdict: verdict.words(),
            steps: *steps,
            run: finding.map(|finding| RunResult {
                changes: changes(finding),
                schedule: schedule_lines(scenario, &finding.schedule),
                diagram: drawn(checked, scenario, finding),
            }),
        }
    });
    let (odds, no_odds) = match &report.odds {
        None => (None, None),
        Some(Ok(odds)) => (Some(self::odds(odds)), None),
        Some(Err(reason)) => (None, Some(reason.to_string())),
    };
    CheckResult {
        device,
        era,
        error: None,
        stated: scenario.stated().map(words),
        found: Some(FoundResult {
            explored: match report.coverage {
                Coverage::Complete => "all",
                Coverage::Reduced { .. } => "reduced",
                Coverage::Partial => "part",
            },
            settled: report.settled(),
            verdicts: verdicts.collect(),
            states: report.states,
            transitions: report.transitions,
            ends: report.ends,
            depth: report.depth,
            unstable: report.unstable,
            odds,
            no_odds,
        }),
    }
}

fn odds(odds: &Odds) -> OddsResult {
    let (above, below) = odds.failing.terms();
    let schedules = odds.schedules.as_ref().zip(odds.failing_schedules.as_ref());
    OddsResult {
        failing: odds.failing.value(),
        exactly: [above.to_string(), below.to_string()],
        endless: odds.endless.value(),
        schedules: schedules.map(|(all, failing)| [all.to_string(), failing.to_string()]),
    }
}

fn words(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(|it| it.words()).collect()
}
