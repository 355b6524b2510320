//! Several steps of one line in one sentence, made of the sentences of the steps.

use super::*;
use crate::protocol::Line;

/// What happened, by whom, and to which sectors where that is told once for all of them.
struct Clause {
    /// Who else than the actor; none for the actor.
    by: Option<String>,
    /// `{x}` stands for the sectors.
    text: String,
    sectors: Option<(PageId, Vec<SectorId>)>,
}

/// What the steps after `from` up to `to` did, which one actor made in one line of its program. A single step, and one
/// that fails, is told as ever.
pub fn press_sentence(scenario: &Scenario, story: &Story, from: usize, to: usize) -> String {
    let Some(last) = to.checked_sub(1) else {
        return String::new();
    };
    let told = sentence(scenario, story, last);
    let fails = story.steps.get(last).is_none_or(StepRecord::fails);
    if to - from < 2 || fails {
        return told;
    }
    let apart = stands_apart(&story.steps[last].effects);
    let until = if apart { last } else { to };
    let mut clauses: Vec<Clause> = Vec::new();
    for index in from..until {
        step_at(scenario, story, index).clauses(&mut clauses);
    }
    if clauses.is_empty() {
        return told;
    }
    let mut said = joined(scenario, story, from, until, &clauses);
    if apart {
        said += " ";
        said += &told;
    }
    said
}

/// Whether what the last step of a press did is told in its own sentence.
fn stands_apart(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::Stored { .. }
                | Effect::Faulted { .. }
                | Effect::FellAsleep { .. }
                | Effect::Woke { .. }
                | Effect::Checked { matched: false, .. }
                | Effect::Broke(_)
        )
    })
}

/// The innermost composite that all of an actor's instructions are in: its name as a function, if it has one, and whether
/// the first of them is its first.
fn call(lines: &[Line], pcs: &[u8]) -> Option<(String, bool)> {
    let all = |line: &&Line| {
        let composite = line.row.is_none() && !line.key.is_empty();
        composite && pcs.iter().all(|pc| line.pcs.contains(pc))
    };
    let line = lines.iter().rfind(all)?;
    let (name, _) = line.text.split_once('(')?;
    let name = name.trim_start_matches("->");
    let function = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '>' | '-'));
    let first = pcs.first() == Some(&line.pcs.start);
    function.then(|| (name.to_owned(), first))
}

/// Whether two clauses have one subject; what is told of other things is told one by one.
fn alike(one: &Clause, other: &Clause) -> bool {
    one.by == other.by && !matches!(one.by.as_deref(), Some("" | "the"))
}

/// The clauses as one sentence.
fn joined(
    scenario: &Scenario,
    story: &Story,
    from: usize,
    until: usize,
    clauses: &[Clause],
) -> String {
    let actor = story.steps[from].choice.actor;
    let who = the(scenario, actor);
    let pcs: Vec<u8> = (from..until)
        .map(|index| {
            let world = world_before(scenario, story, index);
            scenario.model.actor(&world, actor).pc
        })
        .collect();
    let mut said = String::new();
    let mut subject = who.clone();
    if let Some((name, whole)) = call(&scenario.cast[actor.index()].lines, &pcs) {
        said = match whole {
            true => format!("{who} calls `{name}`: "),
            false => format!("{who} goes on in `{name}`: "),
        };
        subject = "it".to_owned();
    }
    for (number, group) in clauses.chunk_by(alike).enumerate() {
        if number > 0 {
            said += "; ";
        }
        let by = group[0].by.as_deref().unwrap_or(&subject);
        said += by;
        // A second "and" needs a comma before it.
        let simple = group.iter().all(|clause| !clause.text.contains(" and "));
        for (at, clause) in group.iter().enumerate() {
            said += match at {
                0 if by.is_empty() => "",
                0 => " ",
                _ if at + 1 < group.len() => ", ",
                _ if at == 1 && simple => " and ",
                _ => ", and ",
            };
            said += &clause.said(scenario);
        }
    }
    begin(&said) + "."
}

impl Clause {
    fn said(&self, scenario: &Scenario) -> String {
        let Some((page, which)) = &self.sectors else {
            return self.text.clone();
        };
        let names = sectors(scenario, *page, which);
        let mut text = self.text.clone();
        if which.len() > 1 {
            for (one, several) in [
                ("the guard of", "the guards of"),
                ("the checksum of", "the checksums of"),
            ] {
                text = text.replace(one, several);
            }
            text = text.replace("it matches", "all match");
        }
        text.replace("{x}", &names)
    }
}

impl Step<'_> {
    /// Adds what the step did; to a clause that says the same of other sectors, its own sector.
    fn clauses(&self, all: &mut Vec<Clause>) {
        for (at, effect) in self.effects.iter().enumerate() {
            // What was so already need not be told.
            if matches!(
                effect,
                Effect::DirtySet { was: true, .. } | Effect::NotRedirtied { .. }
            ) {
                continue;
            }
            if let Some(clause) = self.clause(at, *effect) {
                merge(all, clause);
            }
        }
        if self.effects.is_empty() {
            merge(all, self.short(&self.passed()));
        }
    }

    fn clause(&self, at: usize, effect: Effect) -> Option<Clause> {
        let (page, sector) = match effect {
            Effect::Checked {
                hop, page, sector, ..
            } => {
                return Some(Clause {
                    by: Some(format!("the {}", hop_name(self.scenario, hop))),
                    text: "recomputes the guard of {x}: it matches".to_owned(),
                    sectors: Some((page, vec![sector])),
                });
            }
            Effect::Guarded { page, sector, .. }
            | Effect::Sampled { page, sector, .. }
            | Effect::Fetched { page, sector, .. }
            | Effect::CopiedSector { page, sector, .. }
            | Effect::Inserted { page, sector, .. } => (page, sector),
            _ => return self.phrase(at).map(|text| self.short(&text)),
        };
        let name = sectors(self.scenario, page, &[sector]);
        let text = self.phrase(at)?.replacen(&name, "{x}", 1);
        let mut clause = self.short(&text);
        if clause.text.contains("{x}") {
            clause.sectors = Some((page, vec![sector]));
        }
        Some(clause)
    }

    /// A sentence of a step as a clause: what is said beyond the deed is left out.
    fn short(&self, text: &str) -> Clause {
        let so = format!(", so {} ", self.who);
        let (own, text) = match text.split_once(&so) {
            Some((_, deed)) => (true, deed),
            None => match text.strip_prefix(&format!("{} ", self.begin)) {
                Some(deed) => (true, deed),
                None => (false, text),
            },
        };
        let mut quoted = false;
        let stop = |c: char| {
            quoted ^= matches!(c, '`' | '"');
            !quoted && matches!(c, ',' | ';' | ':')
        };
        let end = text.find(stop).unwrap_or(text.len());
        let deed = &text[..end.min(text.find(". ").unwrap_or(end))];
        let deed = deed.trim_end_matches('.');
        let mut deed = deed.split(" over its bytes").next().unwrap_or(deed);
        for more in [" and goes on", " and need not wait"] {
            deed = deed.strip_suffix(more).unwrap_or(deed);
        }
        let (by, deed) = match own {
            true => (None, deed.to_owned()),
            // The sentence is about something else, which is its first words.
            false => match deed.strip_prefix("The ") {
                Some(rest) => (Some("the".to_owned()), rest.to_owned()),
                None => (Some(String::new()), deed.to_owned()),
            },
        };
        Clause {
            by,
            text: deed,
            sectors: None,
        }
    }
}

/// Adds a clause, or its sectors to one that says the same.
fn merge(all: &mut Vec<Clause>, clause: Clause) {
    let of = clause.sectors.as_ref().map(|(page, _)| *page);
    let same = |it: &&mut Clause| {
        let page = it.sectors.as_ref().map(|(page, _)| *page);
        (&it.by, &it.text, page) == (&clause.by, &clause.text, of)
    };
    match (all.iter_mut().find(same), &clause.sectors) {
        (Some(known), Some((_, more))) => {
            if let Some((_, which)) = &mut known.sectors {
                for it in more {
                    if !which.contains(it) {
                        which.insert(which.partition_point(|other| other < it), *it);
                    }
                }
            }
        }
        (Some(_), None) => {}
        (None, _) => all.push(clause),
    }
}
