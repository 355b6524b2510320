//! The sheet behind Share: link, text for a mail, figures, data, the snippet for another page, and the way back in, a diagram out of
//! a mail.

use crate::exchange::diagram::{Detail, Fate, Options, ReadError, Reading, read, read_as, write};
use crate::exchange::{Link, chrome_trace, percent, promela, run_json};
use crate::protocol::Era;
use crate::scenario::Scenario;

use super::check::Check;
use super::figure::{Carried, figure};
use super::look::Look;
use super::now::Now;
use super::tree::{At, El, On, button, el, note, select};
use super::wish::Wish;

/// What there is to be shared.
pub struct Shared<'a> {
    /// The run.
    pub now: &'a Now,
    /// What is chosen.
    pub look: &'a Look,
    /// What the checker knows.
    pub check: &'a Check,
    /// The page's address without what stands behind `#`.
    pub base: &'a str,
    /// The files made of the run: kind, name and address.
    pub files: &'a [(String, String, String)],
    /// What a pasted text came to.
    pub pasted: Option<&'a Pasted>,
}

/// A pasted text, and what it came to.
pub struct Pasted {
    text: String,
    /// The scenario it was read with.
    scenario: std::sync::Arc<Scenario>,
    read: Result<Reading, ReadError>,
    /// Whether it is the scenario on the stage.
    here: bool,
}

impl Pasted {
    /// Reads a text with one of some scenarios, the first of which is on the stage; with a casting of its columns, if somebody chose one.
    pub fn of(
        text: String,
        among: &[std::sync::Arc<Scenario>],
        casting: Option<&[Vec<u8>]>,
    ) -> Option<Pasted> {
        let here = among.first()?;
        let all: Vec<&Scenario> = among.iter().map(|it| &**it).collect();
        let read = match casting {
            Some(casting) => read_as(&text, here, casting),
            None => read(&text, &all),
        };
        let slug = read.as_ref().map_or(&here.slug, |it| &it.slug);
        let scenario = among.iter().find(|it| it.slug == *slug).unwrap_or(here);
        Some(Pasted {
            here: scenario.slug == here.slug,
            scenario: scenario.clone(),
            text,
            read,
        })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A casting of its columns that is as good as the one taken.
    pub fn casting(&self, at: usize) -> Option<Vec<Vec<u8>>> {
        self.read.as_ref().ok()?.alternatives.get(at).cloned()
    }
}

/// What stands behind `#` for a run; empty for a visitor's file, which no address names.
pub fn link(now: &Now, see: Vec<String>) -> String {
    let run: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
    let link = Link::of(&now.scenario, &run, now.depth(), see);
    match link.is_start(&now.scenario) {
        _ if now.own => String::new(),
        true => link.slug,
        false => link.to_string(),
    }
}

/// The whole address of a run; empty for a visitor's file.
fn address(now: &Now, base: &str) -> String {
    match link(now, Vec::new()) {
        link if link.is_empty() => link,
        link => format!("{base}#{link}"),
    }
}

/// The run as a text for a mail.
pub fn text(now: &Now, look: &Look, check: &Check, base: &str) -> String {
    let scenario = &now.scenario;
    let address = address(now, base);
    let options = Options {
        title: Some(scenario.title.clone()),
        claim: Some(scenario.summary.clone()),
        detail: match look.unfolded {
            true => Detail::Unfolded,
            false => Detail::Folded,
        },
        era: look
            .names
            .checked_sub(1)
            .and_then(|at| Era::ALL.get(at).copied()),
        odds: odds(check),
        link: (!address.is_empty()).then_some(address),
        ..Options::default()
    };
    write(scenario, &now.story, &options)
}

fn odds(check: &Check) -> Option<String> {
    let digits = check.odds.as_ref()?.as_ref().ok()?;
    let share = percent(digits.failing);
    let of = match &digits.schedules {
        Some((all, failing)) if all.len() < 30 => format!("Of {all} schedules {failing} fail; "),
        _ => String::new(),
    };
    Some(format!(
        "{of}{share} fail if every possible step is equally likely at every moment."
    ))
}

/// Everything a run can be saved as: kind, name, type and content. `file` is the text of a visitor's file.
pub fn files(now: &Now, base: &str, file: Option<&str>) -> Vec<[String; 4]> {
    let scenario = &now.scenario;
    let run: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
    let fragment = Link::of(scenario, &run, now.depth(), Vec::new()).to_string();
    let address = address(now, base);
    let file = file.filter(|_| now.own).map(str::to_owned);
    let slug = &scenario.slug;
    let save = |kind: &str, ending: &str, mime: &str, text: String| {
        [
            kind.to_owned(),
            format!("{slug}.{ending}"),
            mime.to_owned(),
            text,
        ]
    };
    vec![
        save(
            "SVG",
            "svg",
            "image/svg+xml",
            figure(now, &address, &Carried { fragment, file }),
        ),
        save(
            "JSON",
            "json",
            "application/json",
            run_json(scenario, &now.whole, &address),
        ),
        save(
            "Chrome trace",
            "trace.json",
            "application/json",
            chrome_trace(scenario, &now.whole, &address),
        ),
        save("Promela", "pml", "text/plain", promela(scenario, &address)),
    ]
}

fn copied(what: &str, text: &str) -> El {
    button("copy", "", what, false, Wish::Copy(text.to_owned()))
}

fn part(title: &str, name: &str) -> El {
    el("section", "part")
        .at(At::Part, name)
        .with(el("h3", "").text(title))
}

/// What is on the sheet.
pub fn sheet(shared: &Shared) -> El {
    let Shared {
        now,
        look,
        check,
        base,
        ..
    } = shared;
    let head = el("div", "help-head")
        .with(el("h2", "").at(At::Id, "help-title").text("Share this run"))
        .with(button("", "Escape", "Close", false, Wish::Sheet(None)));
    el("div", "sheet-body share")
        .with(head)
        .with(addresses(now, base))
        .with(mail(&text(now, look, check, base), look))
        .with(saved(shared))
        .with(pasting(shared))
}

fn addresses(now: &Now, base: &str) -> El {
    let address = address(now, base);
    let it = part("Link", "share-link");
    if address.is_empty() {
        return it.with(note("", "A run of your own file has no link. Save the figure (SVG): it carries the file and the run, and this page opens it again."));
    }
    let embedded = address.replacen('#', "?embed#", 1);
    let frame = format!(
        "<iframe src=\"{embedded}\" title=\"Stable Pages: {}\" width=\"100%\" height=\"640\"></iframe>",
        now.scenario.title.replace('"', "&quot;")
    );
    let mail = format!("Link: {address} [1]");
    it.with(el("code", "address").text(&address)).with(
        el("div", "moves")
            .with(copied("Copy the link", &address))
            .with(copied("Copy as a tag for a commit", &mail))
            .with(copied("Copy the code for another page", &frame)),
    )
}

fn mail(text: &str, look: &Look) -> El {
    let detail = vec![
        ("folded".to_owned(), Wish::Unfolded(false)),
        ("every step".to_owned(), Wish::Unfolded(true)),
    ];
    let mut names = vec![("this kernel's".to_owned(), Wish::Names(0))];
    let eras = Era::ALL.iter().enumerate();
    names.extend(eras.map(|(at, era)| (format!("Linux {}", era.word()), Wish::Names(at + 1))));
    let widest = text
        .lines()
        .filter(|it| !it.contains("://"))
        .map(str::len)
        .max()
        .unwrap_or(0);
    part("Text for a mail", "share-text")
        .with(
            el("div", "moves")
                .with(select("Calls", usize::from(look.unfolded), detail))
                .with(select("Names", look.names, names))
                .with(button("copy primary", "C", "Copy the text", false, Wish::Copy(text.to_owned()))),
        )
        .with(
            el("pre", "mail")
                .at(At::TabIndex, "0")
                .at(At::Label, "The run as text")
                .text(text),
        )
        .with(note("small", &format!("Up to the moment shown; plain ASCII, {widest} columns at most besides the link. The key C copies it without opening this.")))
}

fn saved(shared: &Shared) -> El {
    let mut moves = el("div", "moves");
    for (kind, name, address) in shared.files {
        let link = el("a", "save").at(At::Href, address).at(At::Download, name);
        moves = moves.with(link.text(&format!("{kind}: {name}")));
        if kind == "SVG" {
            moves = moves.with(button(
                "",
                "",
                "PNG",
                false,
                Wish::Png(address.clone(), name.replace(".svg", ".png")),
            ));
        }
    }
    part("Figure and data", "share-files")
        .with(moves)
        .with(note("small", "SVG: stage and timeline, for print; it carries the run, and this page opens it again. JSON: every step with its effects and the state after it (schema/run-1.json). Chrome trace: for Perfetto and chrome://tracing. Promela: the whole scenario for SPIN."))
}

fn pasting(shared: &Shared) -> El {
    let mut field = el("textarea", "")
        .at(At::Label, "A diagram out of a mail or a commit message")
        .at(At::Rows, "7");
    field.on = Some(On::Write);
    let it = part("A diagram out of a mail", "share-paste")
        .with(note("", "Paste one: two columns or more, with labels over them. Quote marks and tabs do not matter; functions may be of any kernel."))
        .with(field);
    match shared.pasted {
        None => it,
        Some(pasted) => it.with(read_words(pasted)),
    }
}

/// What a pasted text came to, line by line.
fn read_words(pasted: &Pasted) -> El {
    let reading = match &pasted.read {
        Ok(reading) => reading,
        Err(error) => return note("unread", &error.to_string()).at(At::Role, "status"),
    };
    let scenario = &pasted.scenario;
    let of: usize = reading.lines.iter().filter(|it| matters(&it.fate)).count();
    let (many, filled) = (reading.choices.len(), reading.filled_in().len());
    let placed = of - reading.missing().count();
    let words = format!(
        "{placed} of {of} lines have a place in \u{201c}{}\u{201d}: a run of {many} steps, of which {filled} are filled in, because no line names them.",
        scenario.title
    );
    let mut columns = el("ul", "columns-read");
    for column in &reading.columns {
        let who: Vec<&str> = column
            .actors
            .iter()
            .filter_map(|it| scenario.cast.get(usize::from(*it)))
            .map(|it| it.name.as_str())
            .collect();
        let who = if who.is_empty() {
            "nobody here".to_owned()
        } else {
            who.join(", ")
        };
        columns =
            columns.with(el("li", "").text(&format!("\u{201c}{}\u{201d} is {who}", column.label)));
    }
    let open = match pasted.here {
        true => Wish::ShowEnd(reading.choices.clone()),
        false => Wish::Visit(Link::of(scenario, &reading.choices, many, Vec::new()).to_string()),
    };
    let mut moves =
        el("div", "moves").with(button("primary", "", "Open this run", many == 0, open));
    for (at, casting) in reading.alternatives.iter().enumerate().take(4) {
        let name = |actors: &Vec<u8>| {
            let first = actors
                .first()
                .and_then(|it| scenario.cast.get(usize::from(*it)));
            first.map_or("nobody", |it| &it.name).to_owned()
        };
        let names: Vec<String> = casting.iter().map(name).collect();
        moves = moves.with(button(
            "",
            "",
            &format!("Columns as {}", names.join(", ")),
            !pasted.here,
            Wish::Casting(at),
        ));
    }
    moves = moves.with(button(
        "",
        "",
        "Try every ordering",
        false,
        Wish::Everywhere,
    ));
    let mut table = el("tbody", "");
    for line in &reading.lines {
        let words = line.fate.words(scenario);
        let class = match &line.fate {
            Fate::Missing(_) => "missing",
            it if matters(it) => "placed",
            _ => "prose",
        };
        table = table.with(
            el("tr", class)
                .with(
                    el("th", "")
                        .at(At::Scope, "row")
                        .text(&line.number.to_string()),
                )
                .with(el("td", "").with(el("code", "").text(&line.text)))
                .with(el("td", "").text(&words)),
        );
    }
    let others: Vec<String> = reading
        .others
        .iter()
        .map(|it| format!("{} ({})", it.slug, it.placed))
        .collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!("Lines placed by others: {}.", others.join(", ")),
    };
    let castings = match reading.alternatives.len() {
        0 => String::new(),
        _ => {
            "The columns can be about others as well, with as many lines placed: choose.".to_owned()
        }
    };
    el("div", "reading")
        .at(At::Part, "reading")
        .with(note("", &words).at(At::Role, "status"))
        .with(columns)
        .with(note("", &castings))
        .with(moves)
        .with(note("small", &others))
        .with(el("table", "lines-read").with(table))
}

/// Whether a line is about an event.
fn matters(fate: &Fate) -> bool {
    matches!(
        fate,
        Fate::Made { .. } | Fate::Opened { .. } | Fate::Stands { .. } | Fate::Missing(_)
    )
}
