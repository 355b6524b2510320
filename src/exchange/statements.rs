//! The statements that a scenario's file should have (`schedule`, `breaks`, `opening`, `[expect]`, `[stall]`), from
//! what the checker found, as TOML that can be pasted into it.

use crate::explore::{Opening, Report, Sleep};
use crate::machine::{ActorId, Choice, Invariant};
use crate::scenario::{Device, Scenario, Verdict};

/// Statements as lines of TOML. Where the file's own statement is another, a comment beside the line quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    /// The keys that stand at the top of a file, before its tables.
    pub top: String,
    /// The tables `[expect]` and `[stall]`.
    pub tables: String,
    /// Whether the file already states exactly this.
    pub stated: bool,
}

/// The statements for a scenario without further edits, from the checker's reports in the scenario's own kernel. A
/// device without a report keeps the verdicts that the file states.
pub fn statements(scenario: &Scenario, checked: &[(Device, &Report)]) -> Statements {
    let of = |device: Device| checked.iter().find(|(it, _)| *it == device);
    let own = of(scenario.own_device).map(|(_, report)| *report);
    let mut out = Statements {
        top: String::new(),
        tables: String::new(),
        stated: true,
    };
    if let Some((report, opening)) = own.and_then(|it| Some((it, it.opening.as_ref()?))) {
        out.opening(scenario, report, opening);
    }
    out.tables += "[expect]\n";
    for device in Device::ALL {
        let stated = scenario.expect.iter().find(|(it, _)| *it == device);
        let stated = stated.map(|(_, verdicts)| verdicts);
        out.expect(device, stated, of(device).map(|(_, report)| *report));
    }
    if let (Some(bound), Some(sleep)) = (scenario.stall, own.and_then(|it| it.sleep)) {
        let name = |actor: ActorId| format!("{:?}", scenario.cast[actor.index()].name);
        let of_actor = name(bound.actor);
        out.tables += &match sleep {
            Sleep::Steps(steps, behind) => {
                out.stated &= (steps, behind) == (bound.steps, bound.behind);
                let behind = name(behind);
                format!("\n[stall]\nactor = {of_actor}\nbehind = {behind}\nsteps = {steps}\n")
            }
            Sleep::Forever => {
                out.stated = false;
                format!("\n# No [stall]: {of_actor} may sleep for ever.\n")
            }
        };
    }
    out
}

impl Statements {
    fn opening(&mut self, scenario: &Scenario, report: &Report, opening: &Opening) {
        if let Some(run) = &opening.proposed {
            self.stated = false;
            self.top +=
                "# The file has no opening run. This: a shortest failure, if there is one;\n";
            self.top += "# then everybody goes on in turn.\nschedule = [\n";
            for line in schedule_lines(scenario, run) {
                self.top += &format!("  {line:?},\n");
            }
            self.top += "]\n";
        }
        let (found, stated) = (&opening.breaks, &scenario.breaks);
        self.stated &= found == stated;
        let remark = match found == stated {
            true => String::new(),
            false => format!("the file has {}", invariants(stated)),
        };
        self.top += &remarked(&format!("breaks = {}", invariants(found)), &remark);
        // A file without the key "opening" says that its opening run shows the verdicts of its own device.
        let needed = opening.verdicts != report.found();
        let draft = scenario.stated().is_none() && scenario.opening.is_empty();
        let differs = opening.verdicts != scenario.opening && !draft;
        self.stated &= !differs;
        let line = format!("opening = {}", verdicts(&opening.verdicts));
        let stated = format!("the file has {}", verdicts(&scenario.opening));
        self.top += &match (needed, differs) {
            (false, false) => String::new(),
            (false, true) => format!("# no \"opening\", it is as in [expect]; {stated}\n"),
            (true, false) => remarked(&line, ""),
            (true, true) => remarked(&line, &stated),
        };
    }

    fn expect(&mut self, device: Device, stated: Option<&Vec<Verdict>>, report: Option<&Report>) {
        let name = match device.word() {
            word if word.contains([' ', '+']) => format!("{word:?}"),
            word => word.to_owned(),
        };
        let line =
            |of: &[Verdict], remark: &str| remarked(&format!("{name} = {}", verdicts(of)), remark);
        let settled = report.filter(|report| report.settled());
        let same = settled.is_some_and(|report| stated == Some(&report.found()));
        self.stated &= same || report.is_none();
        self.tables += &match (report, settled, stated) {
            (None, _, None) => String::new(),
            (None, _, Some(stated)) => line(stated, "as the file has it, not checked now"),
            (_, Some(_), Some(stated)) if same => line(stated, ""),
            (_, Some(report), Some(stated)) => {
                let remark = format!("the file has {}", verdicts(stated));
                line(&report.found(), &remark)
            }
            (_, Some(report), None) => line(&report.found(), "the file does not say"),
            (_, None, Some(stated)) => line(stated, "as the file has it: not all was explored"),
            (_, None, None) => format!("# {name}: not all was explored\n"),
        };
    }
}

/// A run as the lines of a file's `schedule`, which the loader reads back as the same choices.
pub fn schedule_lines(scenario: &Scenario, run: &[Choice]) -> Vec<String> {
    let stretches = run.chunk_by(|one, next| one == next && one.way == 0);
    let line = |stretch: &[Choice]| {
        let choice = stretch.first()?;
        let name = &scenario.cast.get(choice.actor.index())?.name;
        Some(match choice.way {
            0 => format!("{name} {}", stretch.len()),
            way => format!("{name} way {way}"),
        })
    };
    stretches.filter_map(line).collect()
}

/// A line of TOML with a comment beside it, or above it where the two together are wider than a terminal.
fn remarked(line: &str, remark: &str) -> String {
    match (remark, line.len() + remark.len() < 76) {
        ("", _) => format!("{line}\n"),
        (_, true) => format!("{line}  # {remark}\n"),
        (_, false) => format!("# {remark}\n{line}\n"),
    }
}

/// A list of words as TOML has it, which for words without control characters is Rust's debug form.
fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("{:?}", words.collect::<Vec<&str>>())
}

fn verdicts(all: &[Verdict]) -> String {
    list(all.iter().map(|it| it.words()))
}

fn invariants(all: &[Invariant]) -> String {
    list(all.iter().map(|it| it.name().0))
}
