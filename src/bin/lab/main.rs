//! The kernel lab's head: what the model says of each experiment, before the guest runs, and the table of both after it.
//! `lab/run.sh` calls it.
//!
//! ```text
//! lab predict FOLDER SECONDS KERNEL... [--short|--only=NAME,...]   writes predicted.json and KERNEL.plan
//! lab table FOLDER KERNEL... [--short|--only=NAME,...|--record]     prints the table; --record keeps results and log lines
//! ```

mod experiments;
mod predict;
mod record;
mod results;
mod table;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use experiments::{Experiment, experiments};
use results::{Kernel, Predicted, Results};

/// The experiments, as they are written down.
const TABLE: &str = "lab/experiments.toml";
/// What the model says, as it is kept between the two commands.
const PREDICTED: &str = "predicted.json";

/// What a command was given.
struct Request {
    folder: PathBuf,
    kernels: Vec<String>,
    short: bool,
    /// The names of those that are to run; empty for all.
    only: Vec<String>,
    record: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (options, words): (Vec<&str>, Vec<&str>) =
        words.into_iter().partition(|it| it.starts_with("--"));
    let request = |folder: &str, kernels: &[&str]| Request {
        folder: folder.into(),
        kernels: kernels.iter().map(|it| (*it).to_owned()).collect(),
        short: options.contains(&"--short"),
        only: options
            .iter()
            .filter_map(|it| it.strip_prefix("--only="))
            .flat_map(|it| it.split(',').map(str::to_owned))
            .collect(),
        record: options.contains(&"--record"),
    };
    let done = match &words[..] {
        ["predict", folder, seconds, kernels @ ..] => predict(&request(folder, kernels), seconds),
        ["table", folder, kernels @ ..] => held(&request(folder, kernels)),
        _ => Err("usage: lab predict FOLDER SECONDS KERNEL..., lab table FOLDER KERNEL...; see lab/run.sh".to_owned()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("lab: {reason}");
            2.into()
        }
    }
}

/// The experiments asked for, in the order of the table.
fn chosen(request: &Request) -> Result<Vec<Experiment>, String> {
    let all = experiments(&read(Path::new(TABLE))?).map_err(|error| format!("{TABLE}: {error}"))?;
    if let Some(unknown) = (request.only.iter()).find(|name| all.iter().all(|it| it.name != **name))
    {
        return Err(format!("{TABLE} has no experiment \"{unknown}\""));
    }
    let chosen = all.into_iter().filter(|it| it.short || !request.short);
    let chosen = chosen.filter(|it| request.only.is_empty() || request.only.contains(&it.name));
    Ok(chosen.collect())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// JSON, with a line end; what is written here cannot fail to be written.
fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Asks the model, and writes what the guest is to do.
fn predict(request: &Request, seconds: &str) -> Result<bool, String> {
    let experiments = chosen(request)?;
    let mut predicted = Vec::new();
    for kernel in &request.kernels {
        let plan: String = experiments.iter().map(|it| it.plan(seconds)).collect();
        write(&request.folder.join(format!("{kernel}.plan")), &plan)?;
        for experiment in &experiments {
            let model = match experiment.model_on(kernel)? {
                Some(row) => Some(predict::ask(experiment, row)?),
                None => None,
            };
            predicted.push(Predicted {
                kernel: kernel.clone(),
                experiment: experiment.name.clone(),
                model,
            });
        }
    }
    print!("{}", table::predictions(&predicted));
    write(&request.folder.join(PREDICTED), &json(&predicted))?;
    Ok(true)
}

/// Holds what the kernels did against what was predicted. True where nothing contradicts the model and everything ran.
fn held(request: &Request) -> Result<bool, String> {
    let experiments = chosen(request)?;
    let predicted = read(&request.folder.join(PREDICTED))?;
    let predicted: Vec<Predicted> = serde_json::from_str(&predicted)
        .map_err(|error| format!("{PREDICTED}: {error}; was it written by another version?"))?;
    let mut kernels = Vec::new();
    let mut logs = Vec::new();
    for kernel in &request.kernels {
        let about = read(&request.folder.join(format!("{kernel}.about")))?;
        // A kernel's log may hold any bytes.
        let path = request.folder.join(format!("{kernel}.told"));
        let told = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let told = told::read(&String::from_utf8_lossy(&told));
        let about = told::about(&about)?;
        logs.push((kernel.clone(), record::log(&about, &told)));
        let of_kernel: Vec<&Predicted> =
            predicted.iter().filter(|it| it.kernel == *kernel).collect();
        kernels.push(Kernel::of(kernel, &about, &told, &experiments, &of_kernel));
    }
    print!("{}", table::results(&kernels));
    let good = kernels.iter().flat_map(|it| &it.experiments);
    let good = good.into_iter().all(|it| it.outcome.is_good());
    write(
        &request.folder.join("results.json"),
        &json(&Results::of(kernels.clone())),
    )?;
    if request.record {
        if request.short || !request.only.is_empty() {
            return Err("only a whole run can be kept".to_owned());
        }
        if !good {
            return Err(
                "a run in which something contradicts, or has no result, is not kept".to_owned(),
            );
        }
        record::keep(&request.folder, kernels, &logs)?;
    }
    Ok(good)
}
