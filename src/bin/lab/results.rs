//! The results as JSON, as `assets/schema/lab-1.json` promises them: that is made of the types here, whose comments are its
//! descriptions. And what comes of holding a kernel against the model.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stable_pages::exchange::{DeviceWord, EraWord, VerdictWord};

use super::experiments::Experiment;
use super::told::{About, Told};

const FORMAT: &str = "stable-pages lab";
const VERSION: u32 = 1;

/// What real kernels did where the model was asked before. Made by `make kernel-lab`, never by hand. Within version 1
/// members may be added; none is removed or given another meaning.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// What this document is.
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    /// Which version of its shape it has.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The kernels, oldest first.
    pub kernels: Vec<Kernel>,
}

/// A kernel, and what it did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kernel {
    /// Its series: 6.1.
    pub series: String,
    /// The Debian package.
    pub package: String,
    /// The package's version.
    pub package_version: String,
    /// The day of the run, as 2026-11-30.
    #[schemars(regex(pattern = "^\\d{4}-\\d\\d-\\d\\d$"))]
    pub date: String,
    /// What it ran on.
    pub machine: String,
    /// The command that repeats the run.
    pub repeat: String,
    /// The experiments, in the order of lab/experiments.toml.
    pub experiments: Vec<Row>,
}

/// One experiment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its name in lab/experiments.toml.
    pub name: String,
    /// What ran.
    pub about: String,
    /// What was counted, in the plural: fsyncs.
    pub counts: String,
    /// What an operation that does not go well does: failed.
    pub failing: String,
    /// The queue's attribute stable_writes during the run; null where it was not told.
    #[schemars(range(max = 1))]
    pub stable_writes: Option<u8>,
    /// What the model said before; null for a control, which is to fail always.
    pub model: Option<Model>,
    /// How many operations there were.
    pub operations: u64,
    /// How many of them failed.
    pub failures: u64,
    /// The errors, each with how often; empty where an operation tells of a failure in another way.
    pub errno: BTreeMap<String, u64>,
    /// Lines of the kernel's log about a guard that does not fit.
    pub guard_errors: u64,
    /// What comes of both.
    pub outcome: Outcome,
    /// Why there is no result; empty where there is one.
    pub broken: String,
}

/// What the model said, after looking at every schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The scenario, with kernel, device and edits as links have them.
    pub scenario: String,
    /// Its name in the catalogue.
    pub slug: String,
    /// Whether the file's own edits are left out.
    pub unchanged: bool,
    /// Whether there are edits beyond the file's own.
    pub edited: bool,
    /// The device.
    #[schemars(with = "DeviceWord")]
    pub device: String,
    /// The kernel whose rules hold.
    #[schemars(with = "EraWord")]
    pub era: String,
    /// The verdicts that can be reached.
    #[schemars(with = "Vec<VerdictWord>")]
    pub verdicts: Vec<String>,
    /// Those that show as a failed operation in the experiment.
    #[schemars(with = "Vec<VerdictWord>")]
    pub sees: Vec<String>,
    /// The share of schedules that fail, if each possible step is equally likely at every moment.
    pub odds: String,
    /// Why this is the model on this kernel, where that is not plain.
    pub why: Option<String>,
}

/// What was predicted of an experiment in a kernel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Predicted {
    pub kernel: String,
    pub experiment: String,
    pub model: Option<Model>,
}

/// What comes of holding the kernel against the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The model says that nothing of it can fail, and nothing did.
    SafeAsPredicted,
    /// The model says that it can fail, and it did.
    FailedAsPredicted,
    /// The model says that it can fail, and it did not.
    NotObserved,
    /// A control, which failed each time.
    Control,
    /// It failed where the model says that it cannot, or in another way than the model says.
    Contradiction,
    /// It did not come to a result.
    NoResult,
}

impl Outcome {
    /// Whether the lab may pass with it.
    pub fn is_good(self) -> bool {
        !matches!(self, Outcome::Contradiction | Outcome::NoResult)
    }

    /// As the table has it.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::SafeAsPredicted => "agree: safe",
            Outcome::FailedAsPredicted => "agree: fails",
            Outcome::NotObserved => "not observed",
            Outcome::Control => "control",
            Outcome::Contradiction => "CONTRADICTION",
            Outcome::NoResult => "NO RESULT",
        }
    }
}

/// Holds what a kernel did against what was predicted.
pub fn outcome(model: Option<&Model>, told: &Told) -> Outcome {
    let Some(counted) = told.counted.as_ref().filter(|it| it.operations > 0) else {
        return Outcome::NoResult;
    };
    if !told.ended || !told.broken.is_empty() {
        return Outcome::NoResult;
    }
    let (all, failed) = (counted.operations, counted.failures);
    let Some(model) = model else {
        return match failed == all {
            true => Outcome::Control,
            false => Outcome::Contradiction,
        };
    };
    let can: Vec<&String> = model
        .sees
        .iter()
        .filter(|it| model.verdicts.contains(it))
        .collect();
    // A refused sector is an I/O error or an illegal byte sequence. Any other errno is another trouble.
    let other = counted.errno.keys().any(|it| it != "EIO" && it != "EILSEQ");
    let without_guard =
        failed > 0 && can.iter().any(|it| *it == "guard error") && told.guard_errors == 0;
    match (can.is_empty(), failed > 0 || told.guard_errors > 0) {
        _ if other || without_guard => Outcome::Contradiction,
        (true, false) => Outcome::SafeAsPredicted,
        (true, true) => Outcome::Contradiction,
        (false, false) => Outcome::NotObserved,
        (false, true) => Outcome::FailedAsPredicted,
    }
}

impl Results {
    pub fn of(kernels: Vec<Kernel>) -> Results {
        Results {
            format: FORMAT.to_owned(),
            version: VERSION,
            kernels,
        }
    }
}

impl Kernel {
    /// Holds what a kernel told against what was predicted of it.
    pub fn of(
        series: &str,
        about: &About,
        told: &[Told],
        experiments: &[Experiment],
        predicted: &[&Predicted],
    ) -> Kernel {
        let rows = experiments.iter().map(|experiment| {
            let name = &experiment.name;
            let of = predicted.iter().find(|it| it.experiment == *name);
            let told = told.iter().find(|it| it.name == *name);
            let told = told.cloned().unwrap_or_default();
            let model = of.and_then(|it| it.model.clone());
            let mut broken = told.broken.join("; ");
            let outcome = match of {
                Some(_) => outcome(model.as_ref(), &told),
                None => Outcome::NoResult,
            };
            if outcome == Outcome::NoResult && broken.is_empty() {
                broken = "it did not come to its end".to_owned();
            }
            let counted = told.counted.unwrap_or_default();
            Row {
                name: name.clone(),
                about: experiment.about.clone(),
                counts: experiment.counts.clone(),
                failing: experiment.failing.clone(),
                stable_writes: told.stable_writes,
                model,
                operations: counted.operations,
                failures: counted.failures,
                errno: counted.errno,
                guard_errors: told.guard_errors,
                outcome,
                broken,
            }
        });
        Kernel {
            series: series.to_owned(),
            package: about.package.clone(),
            package_version: about.package_version.clone(),
            date: about.date.clone(),
            machine: about.machine.clone(),
            repeat: format!("make kernel-lab KERNEL={series}"),
            experiments: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::told::{Counted, Told};
    use super::*;

    #[test]
    fn the_published_schema_is_derived() {
        let id = "urn:stable-pages:lab-1";
        let schema = stable_pages::exchange::schema::<Results>(id, "Results of the kernel lab");
        expect_test::expect_file!["../../../assets/schema/lab-1.json"].assert_eq(&schema);
    }

    fn model(verdicts: &[&str]) -> Model {
        Model {
            scenario: "x".to_owned(),
            slug: "x".to_owned(),
            unchanged: false,
            edited: false,
            device: "dix+dif".to_owned(),
            era: "6.19".to_owned(),
            verdicts: verdicts.iter().map(|it| (*it).to_owned()).collect(),
            sees: vec!["guard error".to_owned()],
            odds: "all".to_owned(),
            why: None,
        }
    }

    fn told(operations: u64, failures: u64, errno: &str, guard_errors: u64) -> Told {
        let mut counted = Counted {
            operations,
            failures,
            ..Counted::default()
        };
        if !errno.is_empty() {
            counted.errno.insert(errno.to_owned(), failures);
        }
        Told {
            counted: Some(counted),
            guard_errors,
            ended: true,
            ..Told::default()
        }
    }

    #[test]
    fn a_kernel_agrees_contradicts_or_shows_nothing() {
        let (safe, fails) = (model(&["unstable write"]), model(&["guard error"]));
        let cases = [
            (Some(&safe), told(50, 0, "", 0), Outcome::SafeAsPredicted),
            (Some(&safe), told(50, 1, "EIO", 1), Outcome::Contradiction),
            // A guard error that no operation told of is one all the same.
            (Some(&safe), told(50, 0, "", 1), Outcome::Contradiction),
            (
                Some(&fails),
                told(50, 9, "EIO", 9),
                Outcome::FailedAsPredicted,
            ),
            (Some(&fails), told(50, 0, "", 0), Outcome::NotObserved),
            // It failed, but not as the model says.
            (
                Some(&fails),
                told(50, 9, "ENOSPC", 9),
                Outcome::Contradiction,
            ),
            (Some(&fails), told(50, 9, "EIO", 0), Outcome::Contradiction),
            (Some(&safe), told(0, 0, "", 0), Outcome::NoResult),
            (None, told(8, 8, "EILSEQ", 8), Outcome::Control),
            (None, told(8, 7, "EILSEQ", 7), Outcome::Contradiction),
        ];
        for (at, (model, told, expected)) in cases.into_iter().enumerate() {
            assert_eq!(outcome(model, &told), expected, "case {at}");
        }
        let broken = Told {
            broken: vec!["mount".to_owned()],
            ..told(50, 0, "", 0)
        };
        assert_eq!(outcome(Some(&safe), &broken), Outcome::NoResult);
        let cut_off = Told {
            ended: false,
            ..told(50, 0, "", 0)
        };
        assert_eq!(outcome(Some(&safe), &cut_off), Outcome::NoResult);
    }
}
