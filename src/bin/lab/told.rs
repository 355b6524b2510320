//! What the guest told on its serial port (`lab/init`), and what is known of its kernel.

use std::collections::BTreeMap;

/// What one experiment told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub name: String,
    /// The queue's attribute as it was during the run.
    pub stable_writes: Option<u8>,
    /// None where the program came to no result.
    pub counted: Option<Counted>,
    pub guard_errors: u64,
    /// Why a step of the set-up failed.
    pub broken: Vec<String>,
    /// The kernel's log.
    pub log: Vec<String>,
    /// Whether it came to its end.
    pub ended: bool,
}

/// What its program counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub operations: u64,
    pub failures: u64,
    pub errno: BTreeMap<String, u64>,
}

/// What is known of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub package: String,
    pub package_version: String,
    pub date: String,
    pub machine: String,
}

/// Reads what the guest told. Lines that say nothing here are passed over; an experiment cut off has not ended.
pub fn read(text: &str) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let mut lines = text.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "begin" {
            all.push(Told {
                name: rest.to_owned(),
                ..Told::default()
            });
            continue;
        }
        let Some(told) = all.last_mut().filter(|it| !it.ended) else {
            continue;
        };
        match word {
            "stable_writes" => told.stable_writes = rest.parse().ok().or(told.stable_writes),
            "result" => told.counted = counted(rest),
            "broken" => told.broken.push(rest.to_owned()),
            "guard" => {
                let number = rest.strip_prefix("errors ").unwrap_or_default();
                told.guard_errors = number.parse().unwrap_or(0);
            }
            "log" => {
                let end = format!("end {}", told.name);
                let log = lines.by_ref().take_while(|it| *it != end);
                told.log = log.map(str::to_owned).collect();
                told.ended = true;
            }
            _ => {}
        }
    }
    all
}

/// "operations=57 failures=37 EIO=37".
fn counted(text: &str) -> Option<Counted> {
    let mut counted = Counted::default();
    for word in text.split_whitespace() {
        let (name, number) = word.split_once('=')?;
        let number: u64 = number.parse().ok()?;
        match name {
            "operations" => counted.operations = number,
            "failures" => counted.failures = number,
            _ => {
                counted.errno.insert(name.to_owned(), number);
            }
        }
    }
    Some(counted)
}

/// Reads what `lab/run.sh` wrote of the kernel.
///
/// # Errors
/// Where something is missing.
pub fn about(text: &str) -> Result<About, String> {
    let value = |key: &str| {
        let mut lines = text.lines().filter_map(|it| it.split_once(' '));
        let found = lines.find(|it| it.0 == key);
        found
            .map(|it| it.1.to_owned())
            .ok_or_else(|| format!("nothing says the kernel's {key}"))
    };
    Ok(About {
        package: value("package")?,
        package_version: value("package-version")?,
        date: value("date")?,
        machine: value("machine")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "kernel 6.1.0\nbegin a\nstable_writes at first 1\nstable_writes 0\nresult operations=57 failures=37 EIO=37\nguard errors 37\nlog 2\n[ 1.0] one\nbegin b is what a log may say\nend a\nmdadm: stopped\nbegin b\nbroken mount\nresult operations=5";

    #[test]
    fn results_log_and_what_was_cut_off_are_read() {
        let told = read(TOLD);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].stable_writes, Some(0));
        let counted = told[0].counted.as_ref().expect("a result");
        assert_eq!((counted.operations, counted.failures), (57, 37));
        assert_eq!(counted.errno["EIO"], 37);
        assert_eq!(told[0].guard_errors, 37);
        assert_eq!(told[0].log, ["[ 1.0] one", "begin b is what a log may say"]);
        assert!(told[0].ended);
        assert_eq!(told[1].broken, ["mount"]);
        assert!(!told[1].ended);
    }

    #[test]
    fn a_result_that_is_no_result_is_none() {
        assert_eq!(read("begin a\nresult operations=x")[0].counted, None);
        assert!(about("package x").is_err());
    }
}
