//! Runs the checks: decides which devices and kernels each file is checked for, and checks files on all cores.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{sync::mpsc, thread};

use stable_pages::exchange::{Statements, statements};
use stable_pages::explore::Report;
use stable_pages::protocol::Era;
use stable_pages::scenario::{Device, Scenario};

use super::args::Request;
use super::files::File;

/// A file with its results.
pub struct Checked<'a> {
    pub file: &'a File,
    pub rows: Vec<Row>,
}

/// The result of a file on one device and in one kernel.
pub struct Row {
    pub device: Device,
    pub era: Era,
    /// The scenario and the report on it; or why the file has no such variant: one of its edits has no place there.
    pub result: Result<(Scenario, Report), String>,
}

impl Checked<'_> {
    /// The row of the device and kernel that the file is written for, if it was asked for.
    pub fn own(&self) -> Option<&Row> {
        self.rows.iter().find(|row| {
            let scenario = &self.file.scenario;
            row.device == scenario.own_device && row.era == scenario.own_era
        })
    }

    /// In words, where the results differ from what the file expects; empty if they do not.
    pub fn complaints(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(problem) = &self.file.schedule {
            all.push(problem.reason.clone());
        }
        for row in &self.rows {
            let Ok((scenario, report)) = &row.result else {
                continue;
            };
            for difference in report.differences(scenario) {
                let (device, era) = (row.device.word(), row.era.word());
                all.push(format!("{device} {era}: {difference}"));
            }
        }
        let scenario = &self.file.scenario;
        if self.own().is_some() && scenario.stated().is_none() {
            let device = scenario.own_device.word();
            all.push(format!(
                "the file states no verdicts for its own device, {device}: paste the [expect] computed here"
            ));
        }
        all
    }

    /// What the file should state.
    pub fn statements(&self) -> Statements {
        let of_own_era = self.rows.iter().filter_map(|row| {
            let (_, report) = row.result.as_ref().ok()?;
            (row.era == self.file.scenario.own_era).then_some((row.device, report))
        });
        statements(&self.file.scenario, &of_own_era.collect::<Vec<_>>())
    }
}

/// The devices and kernels to check a file for: those that the request names, else those that the file states verdicts of.
pub fn variants(request: &Request, scenario: &Scenario) -> Vec<(Device, Era)> {
    let promela = request.output == super::args::Output::Promela;
    let stated = |device: &Device| {
        let mut stated = scenario.expect.iter().map(|(of, _)| of);
        *device == scenario.own_device
            || !promela && stated.any(|it| it == device)
            || !promela
                && scenario.expect.is_empty()
                && Device::ALL[..Device::STATED].contains(device)
    };
    let devices: Vec<Device> = match &request.devices[..] {
        [] => Device::ALL.into_iter().filter(stated).collect(),
        devices => devices.to_vec(),
    };
    let eras = match &request.eras[..] {
        [] => vec![scenario.own_era],
        eras => eras.to_vec(),
    };
    let each = |device: Device| eras.iter().map(move |era| (device, *era));
    devices.into_iter().flat_map(each).collect()
}

/// Checks files on all cores. Calls `done` for each in their order, as soon as it and those before it are checked.
///
/// # Errors
/// Whatever `done` returns.
pub fn run(
    request: &Request,
    files: &[File],
    mut done: impl FnMut(Checked) -> io::Result<()>,
) -> io::Result<()> {
    let jobs: Vec<(usize, Device, Era)> = (files.iter().enumerate())
        .flat_map(|(number, file)| {
            let variants = variants(request, &file.scenario).into_iter();
            variants.map(move |(device, era)| (number, device, era))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.min(jobs.len()) {
            let (sender, jobs, next) = (sender.clone(), &jobs, &next);
            scope.spawn(move || {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (number, device, era) = *job;
                    let row = row(&files[number], device, era, request.bytes);
                    if sender.send((number, row)).is_err() {
                        return;
                    }
                }
            });
        }
        // The loop over the receiver ends when all senders are dropped; this one is of no further use.
        drop(sender);
        let mut early: Vec<(usize, Row)> = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let many = jobs.iter().filter(|job| job.0 == number).count();
            let mut rows: Vec<Row> = Vec::new();
            while rows.len() < many {
                let waiting = early.iter().position(|(of, _)| *of == number);
                let Some((of, row)) = waiting
                    .map(|at| early.swap_remove(at))
                    .or_else(|| receiver.recv().ok())
                else {
                    break;
                };
                match of == number {
                    true => rows.push(row),
                    false => early.push((of, row)),
                }
            }
            let place = |row: &Row| {
                jobs.iter()
                    .position(|job| *job == (number, row.device, row.era))
            };
            rows.sort_by_key(place);
            let result = done(Checked { file, rows });
            if result.is_err() {
                // The remaining jobs are skipped, since their results would not be printed.
                next.store(jobs.len(), Ordering::Relaxed);
                return result;
            }
        }
        Ok(())
    })
}

fn row(file: &File, device: Device, era: Era, bytes: usize) -> Row {
    let loaded = file.load(device, era).map_err(|error| error.to_string());
    Row {
        device,
        era,
        result: loaded.map(|scenario| {
            let mut report = Report::of(&scenario, bytes);
            if file.schedule.is_some() {
                report.opening = None;
            }
            (scenario, report)
        }),
    }
}
