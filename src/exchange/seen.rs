//! What real kernels did where this model was asked before: the results of the kernel lab (`assets/lab/results.json`).

use crate::scenario::Scenario;

use super::figures::grouped;

// `build.rs` writes `SEEN`: a line for each experiment of each kernel.
include!(concat!(env!("OUT_DIR"), "/seen.rs"));

/// What came of holding a kernel against the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing could fail, and nothing did.
    Safe,
    /// It could fail, and it did.
    Failed,
    /// It could fail, and did not.
    NotObserved,
}

/// One experiment on one kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The kernel's series: "6.1".
    pub series: &'static str,
    /// The version of Debian's package.
    pub version: &'static str,
    /// The day of the run.
    pub date: &'static str,
    /// The command that repeats it.
    pub repeat: &'static str,
    /// The scenario that models it.
    pub slug: &'static str,
    /// The device of the model.
    pub device: &'static str,
    /// The kernel whose rules the model followed.
    pub era: &'static str,
    /// What the model said, in words; empty for safe.
    pub verdicts: &'static str,
    /// What ran.
    pub about: &'static str,
    /// What was counted, in the plural: "fsyncs".
    pub counts: &'static str,
    /// What one that did not go well did: "failed".
    pub failing: &'static str,
    /// How many there were.
    pub operations: u64,
    /// How many of them did not go well.
    pub failures: u64,
    /// The errors they returned.
    pub errno: &'static str,
    /// What came of it.
    pub held: Held,
    /// Why this ordering models it on that kernel, where that is not plain.
    pub why: &'static str,
}

/// All experiments whose ordering is one of the catalogue as it is written.
pub fn all_seen() -> impl Iterator<Item = Seen> {
    SEEN.lines().filter_map(|line| {
        let mut words = line.split('\t');
        let mut word = || words.next().unwrap_or_default();
        Some(Seen {
            series: word(),
            version: word(),
            date: word(),
            repeat: word(),
            slug: word(),
            device: word(),
            era: word(),
            verdicts: word(),
            about: word(),
            counts: word(),
            failing: word(),
            operations: word().parse().ok()?,
            failures: word().parse().ok()?,
            errno: word(),
            held: match word() {
                "safe-as-predicted" => Held::Safe,
                "failed-as-predicted" => Held::Failed,
                "not-observed" => Held::NotObserved,
                _ => return None,
            },
            why: word(),
        })
    })
}

/// What was seen of an ordering as it stands on the stage: on its device, and in kernels where the model says the same of it.
pub fn seen(scenario: &Scenario) -> Vec<Seen> {
    if !scenario.own_edits.is_empty() || scenario.unchanged {
        return Vec::new();
    }
    let stated: Option<Vec<&str>> = scenario
        .stated()
        .map(|it| it.iter().map(|it| it.words()).collect());
    let stated = stated.map(|it| it.join(", "));
    let fits = |it: &Seen| {
        it.slug == scenario.slug
            && it.device == scenario.device.word()
            && (it.era == scenario.era.word() || stated.as_deref() == Some(it.verdicts))
    };
    all_seen().filter(fits).collect()
}

impl Seen {
    /// What came of it: "405 of 406 fsyncs failed, with EIO".
    pub fn figures(&self) -> String {
        let Seen {
            counts,
            failing,
            errno,
            ..
        } = self;
        figures(counts, failing, self.operations, self.failures, errno)
    }
}

/// In a sentence for each kernel, what was seen in all its experiments together.
pub fn seen_words(seen: &[Seen]) -> String {
    let mut sentences = String::new();
    for of_series in seen.chunk_by(|one, other| one.series == other.series) {
        let sum = |of: fn(&Seen) -> u64| of_series.iter().map(of).sum();
        let failed = of_series.iter().filter(|it| it.failures > 0);
        let mut errno: Vec<&str> = failed.map(|it| it.errno).collect();
        errno.sort_unstable();
        errno.dedup();
        let errno = errno.join(" or ");
        // What can fail and failed in one experiment was seen, whatever the others did.
        let held = [Held::Failed, Held::NotObserved, Held::Safe];
        let mut held = held
            .into_iter()
            .filter(|it| of_series.iter().any(|of| of.held == *it));
        let begin = match held.next() {
            Some(Held::Failed) => "Seen on",
            Some(Held::NotObserved) => "Not observed on",
            Some(Held::Safe) | None => "Held against",
        };
        let [
            Seen {
                counts,
                failing,
                series,
                ..
            },
            ..,
        ] = of_series
        else {
            continue;
        };
        let figures = figures(
            counts,
            failing,
            sum(|it| it.operations),
            sum(|it| it.failures),
            &errno,
        );
        sentences += &format!("{begin} Linux {series}: {figures}. ");
    }
    sentences.trim_end().to_owned()
}

/// "405 of 406 fsyncs failed, with EIO"; "of 53 fsyncs none failed".
fn figures(counts: &str, failing: &str, all: u64, failed: u64, errno: &str) -> String {
    let [many, few] = [all, failed].map(|it| grouped(&it.to_string()));
    match (failed, errno) {
        (0, _) => format!("of {many} {counts} none {failing}"),
        (_, "") => format!("{few} of {many} {counts} {failing}"),
        _ => format!("{few} of {many} {counts} {failing}, with {errno}"),
    }
}
