//! Lists of everything that a scenario file can name.

use std::fmt::Write;

use stable_pages::exchange::diagram;
use stable_pages::machine::Invariant;
use stable_pages::protocol::{
    Era, MEANINGS, OPS, addresses, did_you_mean, group_row, library, library_text, op_number, plain,
};
use stable_pages::scenario::{Device, FILE_KEYS, Verdict, catalogue, never_existed};

const WIDTH: usize = 79;

/// A topic, with the function that adds its list to a text.
type Topic = (&'static str, fn(&mut String));

const TOPICS: [Topic; 9] = [
    ("scenarios", scenarios),
    ("groups", groups),
    ("steps", steps),
    ("programs", programs),
    ("devices", devices),
    ("kernels", kernels),
    ("verdicts", verdicts),
    ("invariants", invariants),
    ("keys", keys),
];

/// The lists of some topics, or all there is to say of some steps, programs and other words of files; all lists if `wanted` is empty.
///
/// # Errors
/// In words, which of `wanted` is in none of the lists.
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
            _ => match words().find(|known| known.word == word) {
                Some(known) => known.tell_all(&mut out),
                None => return Err(unknown(word)),
            },
        }
    }
    Ok(out)
}

/// A word of files other than steps and programs, with its meaning.
struct Word {
    word: &'static str,
    /// What stands behind the word in a list; empty for most.
    name: &'static str,
    meaning: &'static str,
    /// Where that is written; empty for what is this project's own.
    source: &'static str,
}

impl Word {
    fn new(word: &'static str, meaning: &'static str) -> Word {
        Word {
            word,
            name: "",
            meaning,
            source: "",
        }
    }

    fn tell(&self, out: &mut String) {
        let shown = format!("{} {}", self.word, self.name);
        entry(out, shown.trim_end(), self.meaning);
    }

    /// All there is to say of the word.
    fn tell_all(&self, out: &mut String) {
        self.tell(out);
        if !self.source.is_empty() {
            sources(out, self.source);
        }
    }
}

fn device_words() -> impl Iterator<Item = Word> {
    let all = Device::ALL.into_iter();
    all.map(|it| Word::new(it.word(), it.about()))
}

fn kernel_words() -> impl Iterator<Item = Word> {
    let all = Era::ALL.into_iter();
    all.map(|it| Word {
        source: it.source(),
        ..Word::new(it.word(), it.kernels())
    })
}

fn verdict_words() -> impl Iterator<Item = Word> {
    let all = Verdict::ALL.into_iter();
    all.map(|it| Word::new(it.words(), it.meaning()))
}

fn invariant_words() -> impl Iterator<Item = Word> {
    Invariant::ALL.into_iter().map(|it| {
        let (word, name) = it.name();
        let meaning = it.meaning();
        Word {
            word,
            name,
            meaning,
            source: it.source(),
        }
    })
}

fn words() -> impl Iterator<Item = Word> {
    let settings = device_words().chain(kernel_words());
    settings.chain(verdict_words()).chain(invariant_words())
}

/// What to say of a word that is in none of the lists.
fn unknown(word: &str) -> String {
    let topics = TOPICS.iter().map(|(topic, _)| *topic);
    let keys = OPS.iter().map(|row| row.key);
    let words = words().map(|it| it.word);
    let known = topics.clone().chain(keys).chain(library()).chain(words);
    let hint = did_you_mean(word, known);
    let topics = topics.collect::<Vec<&str>>().join(", ");
    format!(
        "\"{word}\" is not a step, program, device, kernel, verdict or invariant{hint}; topics are {topics}"
    )
}

/// Adds a word with its meaning: beside the word, or below it if the word is long.
fn entry(out: &mut String, word: &str, meaning: &str) {
    const INDENT: &str = "                            ";
    let mut start = format!("  {word:<24}  ");
    if start.len() > INDENT.len() {
        let _ = writeln!(out, "  {word}");
        start = INDENT.to_owned();
    }
    // A file's name stays whole.
    let options = textwrap::Options::new(WIDTH)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
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

/// Adds the headings of the list of scenarios, each with its scenarios and the `order` of each.
fn groups(out: &mut String) {
    let mut headings: Vec<&str> = Vec::new();
    for it in catalogue() {
        if !headings.contains(&it.group) {
            headings.push(it.group);
        }
    }
    *out += "  The list goes by \"order\": give a scenario a number between those of the two\n";
    *out += "  that it is to stand between.\n";
    for heading in headings {
        let _ = writeln!(out, "\n  {heading}");
        for it in catalogue().filter(|it| it.group == heading) {
            let _ = writeln!(out, "    {:>4}  {}", it.order, it.slug);
        }
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
    device_words().for_each(|it| it.tell(out));
    *out += "\n  Any device can be put under any kernel; these pairs never existed:\n";
    for device in Device::ALL {
        let facts = Era::ALL.map(|era| (era, never_existed(device, era)));
        for group in facts.chunk_by(|one, other| one.1 == other.1) {
            if let Some(fact) = group[0].1 {
                let eras: Vec<&str> = group.iter().map(|(era, _)| era.word()).collect();
                let pairs = format!("{}, {}", device.word(), eras.join(", "));
                entry(out, &pairs, fact.why);
                sources(out, fact.source);
            }
        }
    }
}

fn kernels(out: &mut String) {
    kernel_words().for_each(|it| it.tell(out));
}

fn verdicts(out: &mut String) {
    verdict_words().for_each(|it| it.tell(out));
}

fn invariants(out: &mut String) {
    invariant_words().for_each(|it| it.tell(out));
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
    for (era, call) in Era::ALL.iter().zip(it.calls()) {
        entry(out, &format!("in {}", era.word()), call);
    }
    if !meaning.since.is_empty() {
        entry(out, "since", &plain(meaning.since));
    }
    sources(out, meaning.source);
    out.push('\n');
}

/// Adds a source, and the addresses it leads to.
fn sources(out: &mut String, source: &str) {
    entry(out, "source", &plain(source));
    for address in addresses(source) {
        let _ = writeln!(out, "{:28}{address}", "");
    }
}

/// Adds all there is to say of a program, with its lines.
fn program(out: &mut String, name: &str, text: &str) {
    match group_row(name) {
        Some(row) => {
            let _ = writeln!(out, "{name}\n");
            entry(out, "meaning", row.meaning);
            sources(out, row.source);
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
