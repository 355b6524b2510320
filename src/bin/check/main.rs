//! Checks scenario files in a terminal: `check FILE|SLUG...`, `check --help`.
//!
//! The search is the one that the page uses (`explore::Report`). This program adds arguments, files, threads on all cores, and
//! the result as text (`text.rs`) or JSON (`json.rs`).

mod args;
mod files;
mod json;
mod list;
mod run;
mod text;

use std::io::{self, Write};
use std::process::ExitCode;

use stable_pages::exchange::promela;

use args::{Command, Output, Request};
use files::Problem;

/// The exit status if every file's results are as it states.
const AS_EXPECTED: u8 = 0;
/// The exit status if those of some file are not, or if that could not be shown.
const NOT_AS_EXPECTED: u8 = 1;
/// The exit status if an argument or a file cannot be used.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let done = match args::parse() {
        Ok(Command::Help) => print(args::HELP).map(|()| AS_EXPECTED),
        Ok(Command::List(topics)) => match list::list(&topics) {
            Ok(text) => print(&text).map(|()| AS_EXPECTED),
            Err(reason) => complain(&reason),
        },
        Ok(Command::Check(request)) => check(&request),
        Err(reason) => complain(&format!("{reason}; check --help tells how it is called")),
    };
    match done {
        Ok(status) => status.into(),
        // The reader of the output, such as `head`, has closed it; the files not printed yet were not checked.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => NOT_AS_EXPECTED.into(),
        Err(error) => {
            eprintln!("check: {error}");
            BAD_INPUT.into()
        }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn complain(reason: &str) -> io::Result<u8> {
    eprintln!("check: {reason}");
    Ok(BAD_INPUT)
}

fn check(request: &Request) -> io::Result<u8> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for name in &request.files {
        match files::open(name) {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    // Files that cannot be used are reported first, since checking the others can take long.
    let schedules = files.iter().filter_map(|file| file.schedule.as_ref());
    let problems: Vec<&Problem> = problems.iter().chain(schedules).collect();
    problems.iter().for_each(|it| eprintln!("{it}"));
    if request.output == Output::Promela {
        return write_promela(request, &files, &problems);
    }
    let mut as_expected = true;
    let mut all = Vec::new();
    run::run(request, &files, |checked| {
        as_expected &= checked.complaints().is_empty();
        match request.output {
            Output::Json => all.push(json::file(&checked)),
            _ => print(&text::text(&checked))?,
        }
        Ok(())
    })?;
    if request.output == Output::Json {
        print(&json::text(all, &problems))?;
    }
    Ok(match (problems.is_empty(), as_expected) {
        (false, _) => BAD_INPUT,
        (true, false) => NOT_AS_EXPECTED,
        (true, true) => AS_EXPECTED,
    })
}

fn write_promela(request: &Request, files: &[files::File], bad: &[&Problem]) -> io::Result<u8> {
    if !bad.is_empty() {
        return Ok(BAD_INPUT);
    }
    let ([file], [(device, era)]) = (files, &*run::variants(request, &files[0].scenario)) else {
        return complain(
            "--promela writes one model: give one file, at most one device and one kernel",
        );
    };
    match file.load(*device, *era) {
        Ok(scenario) => print(&promela(&scenario, "")).map(|()| AS_EXPECTED),
        Err(error) => complain(&format!("{}: {error}", file.name)),
    }
}
