//! What is kept of a run: the results, which the page shows, and lines of the kernel's log and of its trace, which the tests read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stable_pages::exchange::dmesg::{self, Sign};

use super::results::{Kernel, Results};
use super::told::{About, Told};
use super::{json, read, write};

const RESULTS: &str = "assets/lab/results.json";
const LOGS: &str = "tests/lab";

/// How many lines of a kind are kept of an experiment: more of those with guards, which are all different.
fn most(sign: Sign) -> usize {
    match sign {
        Sign::ScsiDebug | Sign::ReadGuard => 16,
        _ => 2,
    }
}

/// Lines of the log, for each experiment those of each kind, and some of those of which nothing is known.
pub fn log(about: &About, told: &[Told]) -> String {
    let mut text = format!(
        "# {} {}, {}\n",
        about.package, about.package_version, about.date
    );
    for told in told {
        let log = told.log.join("\n");
        let known: BTreeMap<usize, Sign> = dmesg::read(&log)
            .iter()
            .map(|it| (it.number, it.format.sign))
            .collect();
        let mut kept: BTreeMap<Option<Sign>, usize> = BTreeMap::new();
        text += &format!("# {}\n", told.name);
        for (at, line) in told.log.iter().enumerate() {
            let sign = known.get(&(at + 1)).copied();
            let kept = kept.entry(sign).or_default();
            *kept += 1;
            if *kept <= sign.map_or(2, most) {
                text += line.trim_end();
                text.push('\n');
            }
        }
    }
    text
}

/// Keeps results, logs and what the recorder recorded; what is kept of other kernels stays.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn keep(folder: &Path, kernels: Vec<Kernel>, logs: &[(String, String)]) -> Result<(), String> {
    let path = Path::new(RESULTS);
    let mut all: Vec<Kernel> = match path.exists() {
        true => {
            let results: Result<Results, _> = serde_json::from_str(&read(path)?);
            results
                .map_err(|error| format!("{RESULTS}: {error}"))?
                .kernels
        }
        false => Vec::new(),
    };
    all.retain(|old| kernels.iter().all(|new| new.series != old.series));
    all.extend(kernels);
    let number = |it: &Kernel| -> Vec<u32> {
        it.series
            .split('.')
            .filter_map(|it| it.parse().ok())
            .collect()
    };
    all.sort_by_key(number);
    for folder in [path.parent(), Some(Path::new(LOGS))].into_iter().flatten() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    write(path, &json(&Results::of(all)))?;
    for (kernel, log) in logs {
        write(&Path::new(LOGS).join(format!("{kernel}.log")), log)?;
        let capture = read(&folder.join(format!("{kernel}.ftrace")))?;
        write(&Path::new(LOGS).join(format!("{kernel}.ftrace")), &capture)?;
    }
    println!("\nkept: {RESULTS}, {LOGS}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::experiments::experiments;
    use super::super::predict::ask;
    use super::super::results::outcome;
    use super::super::told::{Counted, Told};
    use super::super::{TABLE, read};
    use super::*;

    /// Nothing in the file is older than the table and the catalogue: the same experiments, the same models, the same verdicts
    /// and odds; and what is said to come of them does.
    #[test]
    fn what_is_kept_is_what_the_model_says_today() {
        let results: Results =
            serde_json::from_str(&read(Path::new(RESULTS)).expect("kept")).expect("of this shape");
        let experiments = experiments(&read(Path::new(TABLE)).expect("there")).expect("a table");
        let mut asked = BTreeMap::new();
        assert_eq!(results.kernels.len(), 2);
        for kernel in &results.kernels {
            let names = |all: &mut dyn Iterator<Item = &String>| all.cloned().collect::<Vec<_>>();
            assert_eq!(
                names(&mut kernel.experiments.iter().map(|it| &it.name)),
                names(&mut experiments.iter().map(|it| &it.name)),
                "make kernel-lab ARGS=--record"
            );
            for (row, experiment) in kernel.experiments.iter().zip(&experiments) {
                let model = experiment.model_on(&kernel.series).expect("one model");
                let model = model.map(|it| {
                    let key = (
                        it.scenario.clone(),
                        it.unchanged,
                        it.why.clone(),
                        experiment.sees.clone(),
                    );
                    let model = asked.entry(key);
                    model
                        .or_insert_with(|| ask(experiment, it).expect("a model"))
                        .clone()
                });
                assert_eq!(
                    row.model, model,
                    "{}: make kernel-lab ARGS=--record",
                    row.name
                );
                let about = (&row.about, &row.counts, &row.failing);
                assert_eq!(
                    about,
                    (&experiment.about, &experiment.counts, &experiment.failing)
                );
                let counted = Counted {
                    operations: row.operations,
                    failures: row.failures,
                    errno: row.errno.clone(),
                };
                let told = Told {
                    counted: Some(counted),
                    guard_errors: row.guard_errors,
                    ended: true,
                    ..Told::default()
                };
                assert_eq!(
                    outcome(row.model.as_ref(), &told),
                    row.outcome,
                    "{}",
                    row.name
                );
                assert!(row.outcome.is_good(), "{} {}", kernel.series, row.name);
            }
        }
    }
}
