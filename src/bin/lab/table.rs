//! The tables that are printed.

use super::results::{Kernel, Model, Predicted, Row};

/// What the model says of each experiment.
pub fn predictions(predicted: &[Predicted]) -> String {
    let mut rows = vec![
        [
            "kernel",
            "experiment",
            "scenario",
            "odds to fail",
            "the model says",
        ]
        .map(str::to_owned),
    ];
    rows.extend(predicted.iter().map(|it| {
        let (scenario, odds) = match &it.model {
            Some(model) => (scenario(model), model.odds.clone()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let says = says(it.model.as_ref());
        [
            it.kernel.clone(),
            it.experiment.clone(),
            scenario,
            odds,
            says,
        ]
    }));
    aligned(&rows)
}

/// What kernels did, beside what the model said.
pub fn results(kernels: &[Kernel]) -> String {
    let head = [
        "kernel",
        "experiment",
        "the model says",
        "operations",
        "failed",
        "errno",
        "guard errors",
        "",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    let mut text = String::new();
    for kernel in kernels {
        let Kernel {
            series,
            package_version,
            date,
            machine,
            ..
        } = kernel;
        text += &format!("Linux {series}: Debian's {package_version}, {date}, {machine}\n");
        rows.extend(kernel.experiments.iter().map(|it| row(series, it)));
    }
    format!("\n{text}\n{}", aligned(&rows))
}

fn row(series: &str, row: &Row) -> [String; 8] {
    let errno: Vec<String> = match row.errno.len() {
        1 => row.errno.keys().cloned().collect(),
        _ => row
            .errno
            .iter()
            .map(|it| format!("{} {}", it.1, it.0))
            .collect(),
    };
    let outcome = match row.broken.is_empty() {
        true => row.outcome.words().to_owned(),
        false => format!("{}: {}", row.outcome.words(), row.broken),
    };
    [
        series.to_owned(),
        row.name.clone(),
        says(row.model.as_ref()),
        row.operations.to_string(),
        row.failures.to_string(),
        errno.join(", "),
        row.guard_errors.to_string(),
        outcome,
    ]
}

fn scenario(model: &Model) -> String {
    match model.unchanged {
        true => format!("{}, unchanged", model.scenario),
        false => model.scenario.clone(),
    }
}

fn says(model: Option<&Model>) -> String {
    match model {
        None => "control".to_owned(),
        Some(model) if model.verdicts.is_empty() => "safe".to_owned(),
        Some(model) => model.verdicts.join(", "),
    }
}

/// Columns below each other, with two blanks between them.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let wide = |at: usize| rows.iter().map(|row| row[at].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(wide).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(text, width)| format!("{text:<width$}"));
        let cells: Vec<String> = cells.collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
