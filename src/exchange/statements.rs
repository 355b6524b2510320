//! The statements that a scenario's file should have (`schedule`, `breaks`, `opening`, `[expect]`, `[stall]`), from
//! what the checker found, as TOML that can be pasted into it.

use crate::explore::{Opening, Report, Sleep};
use crate::machine::{ActorId, Choice, Invariant};
use crate::scenario::{Device, Scenario, Verdict};

/// Statements as lines of TOML, and apart from them remarks that no longer hold once they are pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    /// The keys that stand at the top of a file, before its tables.
    pub top: String,
    /// The tables `[expect]` and `[stall]`.
    pub tables: String,
    /// Where the file states something else, or nothing: a sentence each.
    pub remarks: Vec<String>,
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
        remarks: Vec::new(),
        stated: true,
    };
    if let Some((report, opening)) = own.and_then(|it| Some((it, it.opening.as_ref()?))) {
        out.opening(scenario, report, opening);
    }
    out.tables += "[expect]\n";
    for device in Device::ALL {
        let stated = scenario.expect.iter().find(|(it, _)| *it == device);
        let stated = stated.map(|(_, verdicts)| verdicts);
        let report = of(device).map(|(_, report)| *report);
        out.expect(device, stated, report, scenario.expect.is_empty());
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
                let remark = format!("[stall]: leave it out, {of_actor} may sleep for ever");
                out.remarks.push(remark);
                String::new()
            }
        };
    }
    out
}

impl Statements {
    fn opening(&mut self, scenario: &Scenario, report: &Report, opening: &Opening) {
        if let Some(run) = &opening.proposed {
            self.stated = false;
            self.remark(
                "schedule",
                "the file has no opening run; this one goes to a shortest failure, if there is one, and then on in turn",
            );
            self.top += "schedule = [\n";
            for line in schedule_lines(scenario, run) {
                self.top += &format!("  {line:?},\n");
            }
            self.top += "]\n";
        }
        let (found, stated) = (&opening.breaks, &scenario.breaks);
        self.stated &= found == stated;
        if found != stated {
            self.remark("breaks", &format!("the file has {}", invariants(stated)));
        }
        self.top += &format!("breaks = {}\n", invariants(found));
        // A file without the key "opening" says that its opening run shows the verdicts of its own device.
        let needed = opening.verdicts != report.found();
        let draft = scenario.stated().is_none() && scenario.opening.is_empty();
        let differs = opening.verdicts != scenario.opening && !draft;
        self.stated &= !differs;
        let stated = format!("the file has {}", verdicts(&scenario.opening));
        match (needed, differs) {
            (_, false) => {}
            (true, true) => self.remark("opening", &stated),
            (false, true) => {
                let remark = format!("leave it out, it is as in [expect]; {stated}");
                self.remark("opening", &remark);
            }
        }
        if needed {
            self.top += &format!("opening = {}\n", verdicts(&opening.verdicts));
        }
    }

    fn remark(&mut self, of: &str, text: &str) {
        self.remarks.push(format!("{of}: {text}"));
    }

    /// Adds the verdicts of a device. `draft`: the file states none of any device, so that this need not be said of each.
    fn expect(
        &mut self,
        device: Device,
        stated: Option<&Vec<Verdict>>,
        report: Option<&Report>,
        draft: bool,
    ) {
        let word = device.word();
        let settled = report.filter(|report| report.settled());
        let found = settled.map(Report::found);
        let same = found.is_some() && stated == found.as_ref();
        self.stated &= same || report.is_none();
        match (report, &found, stated) {
            (Some(_), Some(_), Some(stated)) if !same => {
                self.remark(word, &format!("the file has {}", verdicts(stated)));
            }
            (Some(_), Some(_), None) if !draft => self.remark(word, "the file does not say"),
            (Some(_), None, Some(_)) => {
                self.remark(word, "as the file has it: not all was explored");
            }
            (Some(_), None, None) => self.remark(word, "not all was explored"),
            (None, _, Some(_)) => self.remark(word, "as the file has it, not checked now"),
            _ => {}
        }
        if let Some(all) = found.as_ref().or(stated) {
            let name = match word.contains([' ', '+']) {
                true => format!("{word:?}"),
                false => word.to_owned(),
            };
            self.tables += &format!("{name} = {}\n", verdicts(all));
        }
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
