//! Lists of everything that a scenario file can name.

use std::fmt::Write;

use stable_pages::exchange::diagram;
use stable_pages::machine::Invariant;
use stable_pages::protocol::{
    Era, MEANINGS, OPS, did_you_mean, group_row, library, library_text, op_number,
};
use stable_pages::scenario::{Device, FILE_KEYS, Verdict, catalogue};

const WIDTH: usize = 79;

/// A topic, with the function that adds its list to a text.
type Topic = (&'static str, fn(&mut String));

const TOPICS: [Topic; 8] = [
    ("scenarios", scenarios),
    ("steps", steps),
    ("programs", programs),
    ("devices", devices),
    ("kernels", kernels),
    ("verdicts", verdicts),
    ("invariants", invariants),
    ("keys", keys),
];

/// The lists of some topics, or all there is to say of some steps and programs; all lists if `wanted` is empty.
///
/// # Errors
/// In words, which of `wanted` is no topic, step or program.
pub fn list(wanted: &[String]) -> Result<String, String> {
    let mut out = String::new();
    for (topic, tell) in TOPICS {
        if wanted.is_empty() {
            let _ = writeln!(out, "{topic}:\n");
            tell(&mut out);
            out.push('\n');
        }
    }
    for word in wanted {
        let word = word.as_str();
        let topic = TOPICS.iter().find(|(topic, _)| *topic == word);
        match (topic, op_number(word), library_text(word)) {
            (Some((_, tell)), ..) => tell(&mut out),
            (_, Some(row), _) => step(&mut out, row),
            (.., Some(text)) => program(&mut out, word, text),
            _ => {
                let topics = TOPICS.iter().map(|(topic, _)| *topic);
                let keys = OPS.iter().map(|row| row.key);
                let hint = did_you_mean(word, topics.clone().chain(keys).chain(library()));
                let topics = topics.collect::<Vec<&str>>().join(", ");
                return Err(format!(
                    "\"{word}\" is no step and no program{hint}; topics are {topics}"
                ));
            }
        }
    }
    Ok(out)
}

/// Adds a word with its meaning: beside the word, or below it if the word is long.
fn entry(out: &mut String, word: &str, meaning: &str) {
    const INDENT: &str = "                            ";
    let mut start = format!("  {word:<24}  ");
    if start.len() > INDENT.len() {
        let _ = writeln!(out, "  {word}");
        start = INDENT.to_owned();
    }
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(&start)
        .subsequent_indent(INDENT);
    let text = diagram::ascii(meaning);
    let _ = writeln!(out, "{}", textwrap::fill(&text, options).trim_end());
}

fn scenarios(out: &mut String) {
    for it in catalogue() {
        entry(out, it.slug, it.title);
    }
}

fn steps(out: &mut String) {
    for (row, meaning) in OPS.iter().zip(&MEANINGS) {
        let no = match row.op.can_answer_no() {
            true => " Can answer no.",
            false => "",
        };
        let (label, meaning) = (row.label, meaning.meaning);
        entry(out, row.key, &format!("{label}. {meaning}{no}"));
    }
}

fn programs(out: &mut String) {
    for name in library() {
        let meaning = group_row(name).map_or("", |row| row.meaning);
        entry(out, name, meaning);
    }
}

fn devices(out: &mut String) {
    for it in Device::ALL {
        entry(out, it.word(), it.about());
    }
}

fn kernels(out: &mut String) {
    for it in Era::ALL {
        entry(out, it.word(), it.kernels());
    }
}

fn verdicts(out: &mut String) {
    for it in Verdict::ALL {
        entry(out, it.words(), it.meaning());
    }
}

fn invariants(out: &mut String) {
    for it in Invariant::ALL {
        let (number, name) = it.name();
        entry(out, &format!("{number} {name}"), it.meaning());
    }
}

fn keys(out: &mut String) {
    for it in FILE_KEYS {
        let name = match (it.table, it.name) {
            ("", name) => name.to_owned(),
            (table, "") => table.to_owned(),
            (table, name) => format!("{table} {name}"),
        };
        let must = if it.required { " (required)" } else { "" };
        entry(out, &name, &format!("{}{must}", it.meaning));
    }
}

/// Adds all there is to say of a step.
fn step(out: &mut String, row: usize) {
    let (it, meaning) = (&OPS[row], &MEANINGS[row]);
    let _ = writeln!(out, "{}: {}\n", it.key, it.label);
    entry(out, "meaning", meaning.meaning);
    if let Some(reason) = meaning.reason {
        entry(out, "why it is there", reason);
    }
    if it.op.can_answer_no() {
        entry(out, "can answer no", "a line can say \"else LABEL\"");
    }
    for (era, call) in Era::ALL.iter().zip(it.calls) {
        entry(out, &format!("in {}", era.word()), call);
    }
    entry(out, "source", meaning.source);
    out.push('\n');
}

/// Adds all there is to say of a program, with its lines.
fn program(out: &mut String, name: &str, text: &str) {
    match group_row(name) {
        Some(row) => {
            let _ = writeln!(out, "{name}\n");
            entry(out, "meaning", row.meaning);
            entry(out, "source", row.source);
            out.push('\n');
        }
        None => {
            let _ = writeln!(out, "{name}\n");
        }
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let _ = writeln!(out, "{}", line.trim_end());
    }
}
