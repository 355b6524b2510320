//! The parts that the models of one file share: variables, tables, inlines and processes, each written once.

/// A global variable.
struct Variable {
    kind: &'static str,
    name: &'static str,
    /// The length of an array; none for a single variable.
    many: Option<usize>,
    about: &'static str,
}

/// A definition, a table, an inline or a process; `@` in its text stands for its name.
struct Part {
    text: String,
    /// What its name begins with.
    base: String,
    name: String,
    process: bool,
}

/// All parts of a file, in the order in which they were first needed.
#[derive(Default)]
pub(super) struct Library {
    variables: Vec<Variable>,
    parts: Vec<Part>,
    /// For each model, what `init` does to begin it and to judge where it ends.
    starts: Vec<(String, String)>,
}

impl Library {
    /// Declares a variable, or an array of `many`, unless another model has declared it already; an array then gets the larger
    /// of both lengths.
    pub(super) fn variable(
        &mut self,
        kind: &'static str,
        name: &'static str,
        many: Option<usize>,
        about: &'static str,
    ) {
        match self.variables.iter_mut().find(|it| it.name == name) {
            Some(it) => it.many = it.many.max(many),
            None => self.variables.push(Variable {
                kind,
                name,
                many,
                about,
            }),
        }
    }

    /// Adds a part unless there is one with the same name and text, and returns its name: `base`, with a number behind it where
    /// another text has that name.
    fn named(&mut self, base: &str, text: &str, process: bool) -> String {
        if let Some(known) = self
            .parts
            .iter()
            .find(|it| it.base == base && it.text == text)
        {
            return known.name.clone();
        }
        let mut name = base.to_owned();
        let mut tries = 1;
        while self.parts.iter().any(|it| it.name == name) {
            tries += 1;
            name = format!("{base}{tries}");
        }
        self.parts.push(Part {
            text: text.to_owned(),
            base: base.to_owned(),
            name: name.clone(),
            process,
        });
        name
    }

    /// Adds a step as a macro with parameters; `head` is the comment above it. Returns its name.
    pub(super) fn step(&mut self, base: &str, head: &str, parameters: &str, body: &str) -> String {
        let body = body.replace('\n', " \\\n");
        let text = format!("/* {head} */\n#define @({parameters}) {body}\n");
        self.named(base, &text, false)
    }

    /// Adds a macro, `#define @(n) ...`, or a table that never changes, `@[n] = ...`; returns its name.
    pub(super) fn define(&mut self, base: &str, text: &str) -> String {
        self.named(base, text, false)
    }

    /// Adds an `inline`, statements with a name and parameters; `head` is the comment above it. Returns its name.
    pub(super) fn inline(
        &mut self,
        base: &str,
        head: &str,
        parameters: &str,
        body: &str,
    ) -> String {
        // SPIN takes the end of a loop for a way out of the `d_step` around it unless something stands behind it.
        let end = if body.ends_with('}') { ";\nskip" } else { "" };
        let body = indented(&(body.to_owned() + end), 1);
        let text = format!("/* {head} */\ninline @({parameters}) {{\n{body}\n}}\n");
        self.named(base, &text, false)
    }

    /// Adds the process of the actor `me`; returns its name.
    pub(super) fn process(&mut self, base: &str, me: usize, program: &str) -> String {
        let text = format!("#define me {me}\nproctype @() {{\n{program}}}\n#undef me\n");
        self.named(base, &text, true)
    }

    /// Adds what `init` does for one model: to begin it, and to judge the state where no actor can move.
    pub(super) fn start(&mut self, begin: String, judge: String) {
        self.starts.push((begin, judge));
    }

    /// The text of the file; `model` is the C expression for the number of the model that is run.
    pub(super) fn file(&self, model: &str) -> String {
        let mut out = format!("#define MODEL {model} /* for -DORACLE: which model is run */\n\n");
        let several = self.starts.len() > 1;
        if several {
            out += "byte model; /* which of them is run */\n";
        }
        for it in &self.variables {
            let many = it.many.map_or(String::new(), |many| format!("[{many}]"));
            out += &format!("{} {}{many};", it.kind, it.name);
            out += &match it.about {
                "" => "\n".to_owned(),
                about => format!(" /* {about} */\n"),
            };
        }
        out += "\n/* What a step works with; no part of the state. */\n";
        out += "hidden byte n, b, actor, old, good, circle, holder[8];\n\n";
        for process in [false, true] {
            for it in self.parts.iter().filter(|it| it.process == process) {
                out += &it.text.replace('@', &it.name);
                out.push('\n');
            }
        }
        out += "init {\n";
        out += if several { "\tif\n" } else { "" };
        for (number, (begin, judge)) in self.starts.iter().enumerate() {
            let tabs = if several { 2 } else { 1 };
            let (head, chosen) = match several {
                true => ("\t:: ", format!("\tmodel = {number};\n")),
                false => ("\t", String::new()),
            };
            let (begin, judge) = (indented(begin, tabs), indented(judge, tabs + 1));
            let tab = "\t".repeat(tabs);
            out += &format!("{head}atomic {{\n{chosen}{begin}\n{tab}}}\n");
            out += &format!(
                "{tab}/* Where nobody can move: how does it end? */\n\
                 {tab}atomic {{ timeout ->\n{judge}\n{tab}}}\n"
            );
        }
        out += if several { "\tfi\n" } else { "" };
        out + "}\n"
    }
}

/// A text with tabs in front of each line, but for the preprocessor's lines.
pub(super) fn indented(text: &str, tabs: usize) -> String {
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line if line.starts_with('#') => line.to_owned(),
        line => "\t".repeat(tabs) + line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An option of an `if`, on one line if it has only one statement.
pub(super) fn option(when: &str, does: &str) -> String {
    match does.contains('\n') {
        true => format!(":: {when} ->\n{}", indented(does, 1)),
        false => format!(":: {when} -> {does}"),
    }
}

/// The contrary of a condition.
pub(super) fn not(cond: &str) -> String {
    let plain = |it: &str| !it.contains(|it: char| "&|<>?".contains(it));
    if let Some(it) = cond.strip_prefix('!')
        && plain(it)
        && !it.contains('=')
    {
        return it.to_owned();
    }
    for (is, is_not) in [(" == ", " != "), (" != ", " == ")] {
        if plain(cond) && cond.matches(is).count() == 1 && !cond.contains(is_not) {
            return cond.replace(is, is_not);
        }
    }
    format!("!({cond})")
}

/// A text as it can stand in a comment.
pub(super) fn comment(text: &str) -> String {
    short(text).replace("*/", "* /").replace('@', "(at)")
}

/// A text as it can stand in `printf`.
pub(super) fn printed(text: &str) -> String {
    let plain = short(text).replace('\\', "/").replace('"', "'");
    plain.replace('%', "%%").replace('@', "(at)")
}

/// The beginning of a text: a store's bytes may fill a page, and SPIN 6.5.2 overruns its buffer
/// at long texts.
fn short(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}..", &text[..at]),
        None => text.to_owned(),
    }
}

/// A text as a name.
pub(super) fn word(text: &str) -> String {
    text.replace(|it: char| !is_of_word(it), "_")
}

/// Whether a letter can be part of a name.
pub(super) fn is_of_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

/// The name of a step: the function that its line calls, or else its key.
pub(super) fn step_name(line: &str, key: &str) -> String {
    // Words before a bracket that are no function of the kernel's, or are Promela's own.
    const OTHERS: [&str; 10] = [
        "assert", "empty", "for", "full", "if", "len", "return", "run", "switch", "while",
    ];
    let end = line.find(|it: char| !is_of_word(it));
    let (function, rest) = line.split_at(end.unwrap_or(line.len()));
    match rest.starts_with('(') && !function.is_empty() && !OTHERS.contains(&function) {
        true => function.to_owned(),
        false => word(key),
    }
}
