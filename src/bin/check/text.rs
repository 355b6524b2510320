//! A result as text for a terminal of 80 columns.

use std::fmt::Write;

use stable_pages::exchange::{Consequence, Link, diagram, grouped, percent};
use stable_pages::explore::{Coverage, Finding, Odds, Report, Story};
use stable_pages::machine::History;
use stable_pages::protocol::ASSUMPTIONS;
use stable_pages::scenario::{Scenario, Verdict};

use super::run::{Checked, Row};

/// Most characters of a line, in the table and in wrapped text.
const WIDTH: usize = 79;

/// The whole text for one file.
pub fn text(checked: &Checked) -> String {
    let mut out = String::new();
    about(&mut out, checked);
    table(&mut out, checked);
    odds(&mut out, checked);
    failures(&mut out, checked);
    to_paste(&mut out, checked);
    result(&mut out, checked);
    out
}

/// Adds a paragraph, wrapped.
fn paragraph(out: &mut String, indent: &str, text: &str) {
    let text = diagram::ascii(text);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(indent)
        .subsequent_indent(indent);
    let _ = writeln!(out, "{}", textwrap::fill(&text, options));
}

fn about(out: &mut String, checked: &Checked) {
    let scenario = &checked.file.scenario;
    paragraph(
        out,
        "",
        &format!("{}: {}", checked.file.name, scenario.title),
    );
    out.push('\n');
    paragraph(out, "  ", &scenario.summary);
    if !scenario.edits.is_empty() {
        let edits = scenario.edits.join("; ");
        paragraph(
            out,
            "  ",
            &format!("Changed from the correct ordering: {edits}."),
        );
    }
    let device = scenario.own_device;
    let written = format!(
        "Written for {} ({}) and {}.",
        device.word(),
        device.about(),
        scenario.own_era.kernels()
    );
    paragraph(out, "  ", &written);
}

fn table(out: &mut String, checked: &Checked) {
    *out += "\n      device       kernel      states  fail         found (steps at least)\n";
    for row in &checked.rows {
        let (device, era) = (row.device.word(), row.era.word());
        let (scenario, report) = match &row.result {
            Ok(it) => it,
            Err(reason) => {
                let start = format!("      {device:<12} {era:<7} ");
                hanging(out, &start, &format!("no such variant: {reason}"));
                continue;
            }
        };
        let mark = match (&report.differences(scenario)[..], scenario.stated()) {
            ([_, ..], _) => "!!",
            (_, None) => "  ",
            _ => "ok",
        };
        let partly = match report.coverage {
            Coverage::Complete => " ",
            _ => "+",
        };
        let states = grouped(&report.states.to_string()) + partly;
        let share = match &report.odds {
            Some(Ok(odds)) => {
                let share = percent(odds.failing.value());
                // Of a share such as "0.37 % (1 in 269)" the table has room for the first half.
                share.split(" (").next().unwrap_or_default().to_owned()
            }
            _ => "?".to_owned(),
        };
        let start = format!("  {mark}  {device:<12} {era:<7}{states:>11}  {share:<11}  ");
        hanging(out, &start, &found(report));
    }
    notes(out, checked);
}

/// Adds a text behind the start of a line; where it is wrapped, its further lines begin below its first word.
fn hanging(out: &mut String, start: &str, text: &str) {
    let indent = " ".repeat(start.len());
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(start)
        .subsequent_indent(&indent);
    let _ = writeln!(out, "{}", textwrap::fill(&diagram::ascii(text), options));
}

/// The verdicts of a row of the table; "safe" only if there are none and everything was explored.
fn found(report: &Report) -> String {
    let each = report.verdicts.iter();
    let each: Vec<String> = each
        .map(|(verdict, steps)| format!("{} ({steps})", verdict.words()))
        .collect();
    match (each.is_empty(), report.settled()) {
        (true, true) => "safe".to_owned(),
        (false, true) => each.join(", "),
        (true, false) => "not all explored; nothing so far".to_owned(),
        (false, false) => format!("not all explored; so far {}", each.join(", ")),
    }
}

/// Adds what the reader of the table must know: how much was explored, and what its marks mean.
fn notes(out: &mut String, checked: &Checked) {
    let ran = || {
        checked
            .rows
            .iter()
            .filter_map(|row| row.result.as_ref().ok())
    };
    let mut said = Vec::new();
    if ran().all(|(_, report)| report.coverage == Coverage::Complete) {
        said.push("Every reachable state was looked at.".to_owned());
    }
    let partly = together(checked, |report| {
        match report.coverage {
        Coverage::Complete => None,
        Coverage::Reduced {
            states,
            may_loop,
            fewest,
        } => Some(format!(
            "memory was full. A reduced search (identical actors taken as one, steps whose order nobody can notice made in one order) then looked at everything, in {} states{}{}.",
            grouped(&states.to_string()),
            match fewest {
                true => "",
                false => "; there may be shorter ways to the verdicts than in the steps given",
            },
            match may_loop {
                true => ", but cannot tell whether there is a livelock: grant more with --memory",
                false => "",
            }
        )),
        Coverage::Partial => Some(
            "NOT ALL EXPLORED: memory was full, for a reduced search as well. What was not found may still be there: grant more with --memory.".to_owned(),
        ),
    }
    });
    said.extend(partly.into_iter().map(|(of, text)| format!("{of}: {text}")));
    let beside = together(checked, |report| {
        let safe = report.safe() && report.settled();
        safe.then(|| safe_beside(report)).flatten()
    });
    said.extend(
        beside
            .into_iter()
            .map(|(of, text)| format!("{of}: safe, but {text}.")),
    );
    if ran().any(|(_, report)| report.safe() && report.settled()) {
        let about: Vec<&str> = ASSUMPTIONS.iter().map(|it| it.about).collect();
        said.push(format!(
            "What the model takes for granted or leaves out: {}. The Promela export says it in full.",
            about.join(", ")
        ));
    }
    if ran().any(|(scenario, _)| scenario.stated().is_none()) {
        said.push("Rows without a mark: the file states nothing of them.".to_owned());
    }
    out.push('\n');
    said.iter().for_each(|it| paragraph(out, "  ", it));
}

/// What is to be said in the same breath as "safe", if anything is.
fn safe_beside(report: &Report) -> Option<String> {
    let (reached, all) = report.reached;
    let mut said = Vec::new();
    if 2 * reached < all {
        said.push(format!("only {reached} of {all} instructions were reached"));
    } else if reached < all {
        said.push(format!(
            "{} of {all} instructions were never reached",
            all - reached
        ));
    }
    if report.needless_write {
        said.push("some run ends with a clean page that a PTE calls dirty (I5): its bytes are on the disk, so that costs a needless write".to_owned());
    }
    (!said.is_empty()).then(|| said.join(", and "))
}

/// Texts about rows, each different text once: the rows that it is about ("dix+dif 3.0, 3.9; none 3.0") and the text.
fn together(checked: &Checked, say: impl Fn(&Report) -> Option<String>) -> Vec<(String, String)> {
    let mut said: Vec<(String, String, &str)> = Vec::new();
    for row in &checked.rows {
        let text = row.result.as_ref().ok().and_then(|(_, report)| say(report));
        let Some(text) = text else {
            continue;
        };
        let (device, era) = (row.device.word(), row.era.word());
        match said.iter_mut().find(|(_, known, _)| *known == text) {
            Some((of, _, last)) if *last == device => *of += &format!(", {era}"),
            Some((of, _, last)) => {
                *of += &format!("; {device} {era}");
                *last = device;
            }
            None => said.push((format!("{device} {era}"), text, device)),
        }
    }
    said.into_iter().map(|(of, text, _)| (of, text)).collect()
}

/// Adds the odds of each row, those of rows with the same odds once.
fn odds(out: &mut String, checked: &Checked) {
    let said = together(checked, |report| match report.odds.as_ref()? {
        Ok(odds) => Some(odds_words(odds)),
        Err(reason) => Some(reason.to_string()),
    });
    if said.is_empty() {
        return;
    }
    *out += "\nOdds, if at every moment each possible step is equally likely:\n";
    for (of, text) in said {
        let options = textwrap::Options::new(WIDTH)
            .initial_indent("  ")
            .subsequent_indent("    ");
        let _ = writeln!(out, "{}", textwrap::fill(&format!("{of}: {text}"), options));
    }
}

/// "25 % fail, exactly 1/4; of 12 schedules 3 fail".
fn odds_words(odds: &Odds) -> String {
    let share = percent(odds.failing.value());
    let (above, below) = odds.failing.terms();
    let mut text = format!("{share} fail");
    if !matches!(&*share, "none" | "all") {
        let (above, below) = (brief(&above.to_string()), brief(&below.to_string()));
        text += &format!(", exactly {above}/{below}");
    }
    let endless = odds.endless.value();
    if endless > 0.0 {
        text += &format!(", {} go on for ever without failing", percent(endless));
    }
    match odds.schedules.as_ref().zip(odds.failing_schedules.as_ref()) {
        Some((all, failing)) => {
            let [all, failing] = [all, failing].map(|it| grouped(&it.to_string()));
            text += &match &*share {
                "none" => format!(", of {all} schedules"),
                _ => format!("; of {all} schedules {failing} fail"),
            };
        }
        None => text += "; there are infinitely many schedules, as a run can go round",
    }
    text.replace('\u{d7}', "x")
}

/// Digits in full; a number of more than 24 digits as a power of ten.
fn brief(digits: &str) -> String {
    match digits.len() {
        0..=24 => digits.to_owned(),
        _ => format!("({})", grouped(digits)),
    }
}

/// Adds a shortest run to each verdict, on the first device and in the first kernel that have the verdict.
fn failures(out: &mut String, checked: &Checked) {
    let own = checked.own().into_iter();
    let rows: Vec<&Row> = own.chain(&checked.rows).collect();
    for verdict in Verdict::ALL {
        let of_row = |row: &&Row| {
            let (_, report) = row.result.as_ref().ok()?;
            report
                .verdicts
                .iter()
                .find(|(it, _)| *it == verdict)
                .copied()
        };
        let Some((row, (_, steps))) = rows.iter().find_map(|row| Some((row, of_row(row)?))) else {
            continue;
        };
        let Ok((scenario, report)) = &row.result else {
            continue;
        };
        let (device, era) = (row.device.word(), row.era.word());
        let finding = report.findings.iter().find(|it| it.verdict == verdict);
        let heading = format!("Shortest run to {} ({device}, {era})", verdict.words());
        out.push('\n');
        match finding {
            Some(finding) => {
                let livelock = match verdict {
                    Verdict::Livelock => ". From its end on, everybody can get turns for ever",
                    _ => "",
                };
                paragraph(
                    out,
                    "",
                    &format!("{heading}: {}{livelock}.", length(finding)),
                );
                let follows = Consequence::of(scenario, &finding.schedule, verdict);
                paragraph(out, "", &follows.words());
                out.push('\n');
                *out += &drawn(checked, scenario, finding);
            }
            None => {
                let reduced = "the reduced search that found it keeps no runs";
                paragraph(out, "", &format!("{heading}: {steps} steps; {reduced}."));
            }
        }
    }
}

/// "34 steps, 6 changes of actor".
fn length(finding: &Finding) -> String {
    let plural = |many: usize| if many == 1 { "" } else { "s" };
    let (steps, changes) = (finding.schedule.len(), changes(finding));
    format!(
        "{steps} step{}, {changes} change{} of actor",
        plural(steps),
        plural(changes)
    )
}

/// How often in a run another actor takes over.
pub fn changes(finding: &Finding) -> usize {
    let pairs = finding.schedule.windows(2);
    pairs.filter(|pair| pair[0].actor != pair[1].actor).count()
}

/// A run as the column diagram of kernel mail, and below it its link if the catalogue has the scenario.
pub fn drawn(checked: &Checked, scenario: &Scenario, finding: &Finding) -> String {
    let mut history = History::new(&scenario.model);
    for choice in &finding.schedule {
        history.choose(&scenario.model, *choice);
    }
    let link = Link::of(
        scenario,
        &finding.schedule,
        finding.schedule.len(),
        Vec::new(),
    );
    let story = Story::of(&scenario.model, &history);
    let mut text = diagram::draw(scenario, &story, &diagram::Options::default());
    if checked.file.listed {
        let _ = writeln!(text, "\nLink: #{link}");
    }
    text
}

fn to_paste(out: &mut String, checked: &Checked) {
    let statements = checked.statements();
    if !statements.remarks.is_empty() {
        *out += "\nIn the file now:\n\n";
    }
    for remark in &statements.remarks {
        let options = textwrap::Options::new(WIDTH)
            .initial_indent("  - ")
            .subsequent_indent("    ");
        let _ = writeln!(out, "{}", textwrap::fill(remark, options));
    }
    *out += match statements.stated {
        true => "\nAs computed, and as the file has it:\n\n",
        false => "\nComputed, to be pasted into the file:\n\n",
    };
    if !statements.top.is_empty() {
        let _ = writeln!(out, "# At the top, before any table.\n{}", statements.top);
    }
    let _ = writeln!(out, "{}", statements.tables);
}

fn result(out: &mut String, checked: &Checked) {
    let name = &checked.file.name;
    let complaints = checked.complaints();
    if complaints.is_empty() {
        let stated = checked.rows.iter().any(|row| {
            let ran = row.result.as_ref().ok();
            ran.is_some_and(|(scenario, _)| scenario.stated().is_some())
        });
        let _ = match stated {
            true => writeln!(out, "{name}: as the file expects"),
            false => writeln!(out, "{name}: the file states nothing of this"),
        };
    } else {
        let _ = writeln!(out, "{name}: NOT as the file expects");
        for complaint in complaints {
            let options = textwrap::Options::new(WIDTH)
                .initial_indent("  - ")
                .subsequent_indent("    ");
            let _ = writeln!(
                out,
                "{}",
                textwrap::fill(&diagram::ascii(&complaint), options)
            );
        }
    }
    for warning in &checked.file.scenario.warnings {
        let (line, column) = (warning.line, warning.column);
        let _ = writeln!(out, "{name}:{line}:{column}: warning: {}", warning.kind);
    }
    out.push('\n');
}
