//! A result as JSON, as `assets/schema/check-2.json` promises it: that is made of the types here, whose comments are
//! its descriptions. A change of the shape makes a new version.

use schemars::JsonSchema;
use serde::Serialize;
use stable_pages::exchange::{
    Consequence, DeviceWord, EraWord, InvariantNumber, VerdictWord, diagram, schedule_lines,
};
use stable_pages::explore::{Coverage, Odds};
use stable_pages::scenario::Verdict;

use super::files::Problem;
use super::run::{Checked, Row};
use super::text::{changes, drawn};

const FORMAT: &str = "stable-pages check";
/// The version of the shape.
const VERSION: u32 = 2;

/// Scenario files, each checked on some devices and in some kernels by looking at every schedule. Within version 2
/// members may be added by later versions of this file; none is removed or given another meaning.
#[derive(Serialize, JsonSchema)]
struct Result<'a> {
    /// What this document is.
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    /// Which version of its shape it has.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// The files that could be loaded, in the order given.
    files: Vec<FileResult>,
    /// The files that could not be loaded, and those whose opening schedule alone is at fault, which are among `files` too.
    problems: Vec<ProblemResult<'a>>,
}

/// A file that could not be loaded, or only without its opening schedule.
#[derive(Serialize, JsonSchema)]
struct ProblemResult<'a> {
    /// The file as it was given.
    file: &'a str,
    /// The line of the fault, from 1; null where there is no such file.
    #[schemars(range(min = 1))]
    line: Option<usize>,
    /// The column of the fault, from 1; null where there is no such file.
    #[schemars(range(min = 1))]
    column: Option<usize>,
    /// What is wrong.
    reason: &'a str,
}

/// A file's result.
#[derive(Serialize, JsonSchema)]
pub struct FileResult {
    /// The file as it was given; <stdin> for standard input.
    file: String,
    /// The file's name without its ending.
    slug: String,
    /// The scenario's title.
    title: String,
    /// The device that the file is written for.
    device: DeviceWord,
    /// The kernel that the file is written for.
    era: EraWord,
    /// Whether nothing differs from what the file states; the exit status is 0 if that is so of all files.
    as_expected: bool,
    /// In words, where the results differ from what the file expects.
    differences: Vec<String>,
    /// What the file lacks or has in vain, although it loads.
    warnings: Vec<WarningResult>,
    /// What the opening run shows (if the file has none, the run that `statements` proposes); null if the device and the
    /// kernel that the file is written for were not checked, or its schedule is at fault.
    opening: Option<OpeningResult>,
    /// What the file should state, as TOML to be pasted.
    statements: StatementsResult,
    /// The results for each device and kernel.
    checks: Vec<CheckResult>,
}

/// What the file lacks or has in vain, and where.
#[derive(Serialize, JsonSchema)]
struct WarningResult {
    /// The line, from 1.
    #[schemars(range(min = 1))]
    line: usize,
    /// The column, from 1.
    #[schemars(range(min = 1))]
    column: usize,
    /// What is lacking or in vain.
    warning: String,
}

/// What the opening run shows.
#[derive(Serialize, JsonSchema)]
struct OpeningResult {
    /// What came of it.
    verdicts: Vec<VerdictWord>,
    /// The invariants that it breaks, in the order of breaking.
    breaks: Vec<InvariantNumber>,
}

/// What the file should state, as TOML to be pasted.
#[derive(Serialize, JsonSchema)]
struct StatementsResult {
    /// Keys of the file's top.
    top: String,
    /// Tables.
    tables: String,
    /// Where the file states something else now, or nothing.
    remarks: Vec<String>,
}

/// The result for one device and kernel: either `error` or `found` is there, and the other is null.
#[derive(Serialize, JsonSchema)]
struct CheckResult {
    /// The device.
    device: DeviceWord,
    /// The kernel.
    era: EraWord,
    /// Why the file has no variant for this device and kernel; `found` is null then.
    error: Option<String>,
    /// The verdicts that the file states; null if it states none for this device and kernel.
    stated: Option<Vec<VerdictWord>>,
    /// What the search found.
    found: Option<FoundResult>,
}

/// What the search found for one device and kernel.
#[derive(Serialize, JsonSchema)]
struct FoundResult {
    /// How much was explored.
    explored: Explored,
    /// Whether the verdicts found are all there are; only then does the lack of verdicts mean that the scenario is safe.
    settled: bool,
    /// The verdicts that some schedule comes to.
    verdicts: Vec<VerdictResult>,
    /// How many states were reached.
    #[schemars(range(min = 1))]
    states: usize,
    /// How many steps there are between them.
    transitions: u64,
    /// States in which nobody can move.
    ends: u32,
    /// Steps to the farthest state.
    depth: u32,
    /// Whether some schedule changes bytes between their checksum and the end of the I/O, noticed or not.
    unstable: bool,
    /// What becomes of schedules if at every moment each possible step is equally likely; null where that is not known.
    odds: Option<OddsResult>,
    /// Why there are no odds although all was explored; null otherwise.
    no_odds: Option<String>,
}

/// How much was explored.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Explored {
    /// Every reachable state.
    All,
    /// All, but by a reduced search, which knows no livelock.
    Reduced,
    /// Not all, as memory was full.
    Part,
}

/// A verdict that some schedule comes to.
#[derive(Serialize, JsonSchema)]
struct VerdictResult {
    /// The verdict.
    verdict: VerdictWord,
    /// Steps of a shortest run to it. Where `run` is null, of a short one, if memory was full before a shortest was found.
    steps: usize,
    /// What follows from it; null where there is no run.
    follows: Option<FollowsResult>,
    /// A shortest run to the verdict, with the fewest changes of actor; null if only a reduced search, which keeps no
    /// runs, has found it.
    run: Option<RunResult>,
}

/// What follows from a failure, derived from a shortest run that goes on until nobody can move.
#[derive(Serialize, JsonSchema)]
struct FollowsResult {
    /// Who finds out.
    notices: String,
    /// Who is hurt.
    hurt: &'static str,
    /// Whether the next writeback repairs it.
    repair: &'static str,
}

/// A run to a verdict.
#[derive(Serialize, JsonSchema)]
struct RunResult {
    /// Changes of actor.
    changes: usize,
    /// The run as the `schedule` of a scenario file.
    schedule: Vec<String>,
    /// The run as a column diagram.
    diagram: String,
}

/// A whole number in decimal digits, perhaps hundreds of them.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9]+$"))]
struct Digits(String);

/// What becomes of schedules if at every moment each possible step is equally likely.
#[derive(Serialize, JsonSchema)]
struct OddsResult {
    /// The share that fails.
    #[schemars(range(min = 0.0, max = 1.0))]
    failing: f64,
    /// The share that fails as a fraction: numerator and denominator.
    exactly: [Digits; 2],
    /// The share that goes on for ever without failing.
    #[schemars(range(min = 0.0, max = 1.0))]
    endless: f64,
    /// How many schedules there are, and how many of them fail; null where runs can go round.
    schedules: Option<[Digits; 2]>,
}

/// The whole document.
pub fn text(files: Vec<FileResult>, problems: &[&Problem]) -> String {
    let problems = problems.iter().map(|problem| ProblemResult {
        file: &problem.name,
        line: problem.place.map(|(line, _)| line),
        column: problem.place.map(|(_, column)| column),
        reason: &problem.reason,
    });
    let result = Result {
        format: FORMAT,
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
            breaks: (opening.breaks.iter())
                .map(|it| InvariantNumber::from(*it))
                .collect(),
        })
    });
    let differences = checked.complaints();
    let statements = checked.statements();
    FileResult {
        file: checked.file.name.clone(),
        slug: scenario.slug.clone(),
        title: diagram::ascii(&scenario.title),
        device: scenario.own_device.into(),
        era: scenario.own_era.into(),
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
            remarks: statements.remarks,
        },
        checks: checked.rows.iter().map(|row| check(checked, row)).collect(),
    }
}

fn check(checked: &Checked, row: &Row) -> CheckResult {
    let (device, era) = (row.device.into(), row.era.into());
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
        let follows = finding.map(|it| {
            let follows = Consequence::of(scenario, &it.schedule, it.verdict);
            FollowsResult {
                notices: follows.notices.words(),
                hurt: follows.hurt.words(),
                repair: follows.repair.words(),
            }
        });
        VerdictResult {
            verdict: (*verdict).into(),
            steps: *steps,
            follows,
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
                Coverage::Complete => Explored::All,
                Coverage::Reduced { .. } => Explored::Reduced,
                Coverage::Partial => Explored::Part,
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
        exactly: [above, below].map(|it| Digits(it.to_string())),
        endless: odds.endless.value(),
        schedules: schedules.map(|(all, failing)| [all, failing].map(|it| Digits(it.to_string()))),
    }
}

fn words(verdicts: &[Verdict]) -> Vec<VerdictWord> {
    verdicts.iter().map(|it| VerdictWord::from(*it)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;
    use stable_pages::exchange::schema;

    use super::Result;

    /// `UPDATE_EXPECT=1 cargo test --no-default-features --bin check` writes it anew.
    #[test]
    fn the_published_schema_is_derived() {
        let derived = schema::<Result>("urn:stable-pages:check-2", "What check --json prints");
        expect_file!["../../../assets/schema/check-2.json"].assert_eq(&derived);
    }
}
