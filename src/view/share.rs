//! The sheet behind Share: link, text for a mail, figures, data, the code for another page, and a field for diagrams
//! out of mails and lines of kernel logs.

use crate::exchange::diagram::{
    Detail, Drawn, Options, Placement, ReadError, Reading, Searched, read, read_as, write,
};
use crate::exchange::{LONGEST_LINK, Link, chrome_trace, promela, run_json};
use crate::explore::{ScenarioSpec, step_place};
use crate::machine::{ActorId, Choice};
use crate::protocol::{Edit, Era, Program, Side};
use crate::scenario::{Scenario, load_variant};

use super::capture::OpenedFiles;
use super::check_results::CheckResults;
use super::figure::{Carried, figure};
use super::moment::Moment;
use super::msg::Msg;
use super::pasted_text::ReadText;
use super::ui_state::UiState;
use super::vdom::{Attr, Element, Handler, Node, button, el, note, select};

/// What the sheet is drawn from.
pub struct Shared<'a> {
    /// The run at the moment shown.
    pub now: &'a Moment,
    /// What is chosen on the sheet.
    pub ui: &'a UiState,
    /// What the checker has said.
    pub results: &'a CheckResults,
    /// The page's address without what stands behind `#`.
    pub base: &'a str,
    /// The files made of the run: kind, name and address.
    pub files: &'a [(String, String, String)],
    /// The text of a visitor's own file, if that is on the stage.
    pub file: Option<&'a str>,
    /// The text pasted last, as it was read.
    pub pasted: Option<&'a Pasted>,
    /// What the same text was read as besides.
    pub read: &'a ReadText,
    /// The files that the page itself does not read.
    pub opened: &'a OpenedFiles,
}

/// A pasted text, as it was read.
pub struct Pasted {
    text: String,
    /// The scenario that it was read with.
    scenario: std::sync::Arc<Scenario>,
    read: Result<Reading, ReadError>,
    /// Whether that is the scenario on the stage.
    here: bool,
    /// The ordering in which more of its lines have a place, if a line is out of order.
    reordered: Option<Reordered>,
}

/// An ordering with a step moved, as a diagram draws it.
struct Reordered {
    /// What is moved, in words.
    words: String,
    /// The edits beyond those of the file.
    edits: Vec<Edit>,
    /// The run that the diagram comes to there.
    run: Vec<Choice>,
}

impl Pasted {
    /// Reads a text with whichever of some scenarios fits best; the first of them is on the stage. With a casting of
    /// its columns it is read with that one.
    pub fn of(
        text: String,
        among: &[std::sync::Arc<Scenario>],
        casting: Option<&[Vec<ActorId>]>,
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
            reordered: None,
        })
    }

    /// Looks for an ordering with a step moved in which more of the text has a place. `programs` are those of the scenario
    /// on the stage, `spec` is what it was built of.
    pub fn reordered(mut self, programs: &[Program], spec: &ScenarioSpec) -> Pasted {
        self.reordered = self.find_order(programs, spec);
        self
    }

    fn find_order(&self, programs: &[Program], spec: &ScenarioSpec) -> Option<Reordered> {
        let reading = self.read.as_ref().ok().filter(|_| self.here)?;
        reading.reorders.iter().find_map(|it| {
            let place =
                |of: &Drawn| step_place(&self.scenario, programs, (it.actor, of.pc), &of.group);
            let (what, above) = (place(&it.what)?, place(&it.above)?);
            let mut variant = spec.variant();
            variant.edits.push(match it.alone {
                true => Edit::Move(above, what, Side::Before),
                false => Edit::Move(what, above, Side::After),
            });
            let scenario = load_variant(&spec.slug, &spec.text, &variant).ok()?;
            let other = read(&self.text, &[&scenario]).ok()?;
            (other.placed > reading.placed).then(|| Reordered {
                words: scenario
                    .edits
                    .last()
                    .map_or(String::new(), |it| it.replace('`', "")),
                edits: variant.edits,
                run: other.choices,
            })
        })
    }

    /// Whether every line has a place, as those of a diagram that was written here.
    fn is_our_own(&self) -> bool {
        let reading = self.read.as_ref().ok();
        reading.is_some_and(|it| {
            it.placed > 1 && it.missing().count() == 0 && it.filled_in().is_empty()
        })
    }

    /// What the catalogue makes of it, in a few words.
    fn summary(&self) -> String {
        let placed = self.read.as_ref().map_or(0, |it| it.placed);
        format!(
            "As a run of \u{201c}{}\u{201d}, which places {placed} of its lines",
            self.scenario.title
        )
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One of the castings of its columns that place as many lines as the one taken.
    pub fn casting(&self, at: usize) -> Option<Vec<Vec<ActorId>>> {
        self.read.as_ref().ok()?.alternatives.get(at).cloned()
    }
}

/// The link of a run: what stands behind `#`. `file` is the text of a visitor's own file, which travels in the link; empty where it is
/// too long for that.
pub fn link(now: &Moment, file: Option<&str>, route: Vec<String>) -> String {
    let run: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
    link_to(now, file, &run, now.depth(), route)
}

fn link_to(
    now: &Moment,
    file: Option<&str>,
    run: &[Choice],
    at: usize,
    route: Vec<String>,
) -> String {
    let link = Link::of(&now.scenario, run, at, route);
    match file {
        Some(text) => {
            let link = link.with_draft(text).to_string();
            Some(link)
                .filter(|it| it.len() <= LONGEST_LINK)
                .unwrap_or_default()
        }
        None if link.is_start(&now.scenario) => link.slug,
        None => link.to_string(),
    }
}

/// The whole address of a link; empty where there is none.
fn address(link: String, base: &str) -> String {
    match link.is_empty() {
        true => link,
        false => format!("{base}#{link}"),
    }
}

/// The run as a text for a mail: up to the moment shown, but as a whole before its first step and where nothing in it
/// fails.
pub fn mail_text(
    now: &Moment,
    file: Option<&str>,
    ui: &UiState,
    results: &CheckResults,
    base: &str,
) -> String {
    let scenario = &now.scenario;
    let verdicts = now.whole.verdicts(&scenario.model);
    let whole = now.depth() == 0 || !verdicts.iter().any(|it| it.fails());
    let (story, address) = match whole && now.depth() < now.length() {
        true => {
            let run: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
            let link = link_to(now, file, &run, run.len(), Vec::new());
            (&*now.whole, address(link, base))
        }
        false => (&now.story, address(link(now, file, Vec::new()), base)),
    };
    let options = Options {
        detail: match ui.unfolded {
            true => Detail::Unfolded,
            false => Detail::Folded,
        },
        era: ui
            .names
            .checked_sub(1)
            .and_then(|at| Era::ALL.get(at).copied()),
        searched: searched(results),
        link: (!address.is_empty()).then_some(address),
    };
    write(scenario, story, &options)
}

/// What the checker has found, if it has looked at everything.
fn searched(results: &CheckResults) -> Option<Searched> {
    let checked = results.checked.as_ref().filter(|it| it.complete)?;
    Some(Searched {
        states: checked.progress.states,
        found: checked.findings.iter().map(|it| it.0).collect(),
    })
}

/// Every file that a run can be saved as: kind, name, type and content. `file` is the text of a visitor's own file.
pub fn files(now: &Moment, base: &str, file: Option<&str>) -> Vec<[String; 4]> {
    let scenario = &now.scenario;
    let run: Vec<_> = now.whole.steps.iter().map(|it| it.choice).collect();
    let fragment = Link::of(scenario, &run, now.depth(), Vec::new()).to_string();
    let address = address(link(now, file, Vec::new()), base);
    let file = file.map(str::to_owned);
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

/// A button that copies a text.
fn copy_button(what: &str, text: &str) -> Element {
    button("copy", "", what, false, Msg::CopyText(text.to_owned()))
}

/// A part of the sheet.
fn part(title: &str, name: &str) -> Element {
    el("section", "part")
        .attr(Attr::Part, name)
        .child(el("h3", "").text(title))
}

/// The content of the sheet.
pub fn sheet(shared: &Shared) -> Element {
    let Shared {
        now,
        ui,
        results,
        base,
        file,
        ..
    } = shared;
    let head = el("div", "help-head")
        .child(
            el("h2", "")
                .attr(Attr::Id, "help-title")
                .text("Share this run"),
        )
        .child(button("", "Escape", "Close", false, Msg::Sheet(None)));
    el("div", "sheet-body share")
        .child(head)
        .child(addresses(now, *file, base))
        .child(mail(&mail_text(now, *file, ui, results, base), ui))
        .child(saved(shared))
        .child(pasting(shared))
}

fn addresses(now: &Moment, file: Option<&str>, base: &str) -> Element {
    let address = address(link(now, file, Vec::new()), base);
    let it = part("Link", "share-link");
    if address.is_empty() {
        return it.child(note("", "Your own file is too long to travel in a link. Save the figure (SVG): it carries the file and the run, and this page opens it again."));
    }
    let embedded = address.replacen('#', "?embed#", 1);
    let frame = format!(
        "<iframe src=\"{embedded}\" title=\"Stable Pages: {}\" width=\"100%\" height=\"640\"></iframe>",
        now.scenario.title.replace('"', "&quot;")
    );
    let mail = format!("Link: {address}");
    it.child(el("code", "address").text(&address)).child(
        el("div", "moves")
            .child(copy_button("Copy the link", &address))
            .child(copy_button("Copy as a tag for a commit", &mail))
            .child(copy_button("Copy the code for another page", &frame)),
    )
}

fn mail(text: &str, ui: &UiState) -> Element {
    let detail = vec![
        ("folded".to_owned(), Msg::MailUnfolded(false)),
        ("every line".to_owned(), Msg::MailUnfolded(true)),
    ];
    let mut names = vec![("this kernel's".to_owned(), Msg::MailNames(0))];
    let eras = Era::ALL.iter().enumerate();
    names.extend(eras.map(|(at, era)| (format!("Linux {}", era.word()), Msg::MailNames(at + 1))));
    let widest = text
        .lines()
        .filter(|it| !it.contains("://"))
        .map(str::len)
        .max()
        .unwrap_or(0);
    part("Text for a mail", "share-text")
        .child(
            el("div", "moves")
                .child(select("Calls", usize::from(ui.unfolded), detail))
                .child(select("Names", ui.names, names))
                .child(button("copy primary", "C", "Copy the text", false, Msg::CopyText(text.to_owned()))),
        )
        .child(
            el("pre", "mail")
                .attr(Attr::TabIndex, "0")
                .attr(Attr::Label, "The run as text")
                .text(text),
        )
        .child(note("small", &format!("Up to the moment shown, or the whole run where nothing in it fails; plain ASCII, {widest} columns at most besides the link. The key C copies it without opening this.")))
}

fn saved(shared: &Shared) -> Element {
    let mut moves = el("div", "moves");
    for (kind, name, address) in shared.files {
        let link = el("a", "save")
            .attr(Attr::Href, address)
            .attr(Attr::Download, name);
        moves = moves.child(link.text(&format!("{kind}: {name}")));
        if kind == "SVG" {
            moves = moves.child(button(
                "",
                "",
                "PNG",
                false,
                Msg::SavePng(address.clone(), name.replace(".svg", ".png")),
            ));
        }
    }
    part("Figure and data", "share-files")
        .child(moves)
        .child(note("small", "SVG: stage and timeline, for print; it carries the run, and this page opens it again. JSON: every step with its effects and the state after it (schema/run-2.json); a run of the catalogue opens again from it. Chrome trace: for Perfetto and chrome://tracing. Promela: the whole scenario for SPIN."))
}

/// The field to paste into, and right below it what was pasted comes to.
fn pasting(shared: &Shared) -> Element {
    let mut field = el("textarea", "")
        .attr(
            Attr::Label,
            "A diagram out of a mail or a commit message, lines of a kernel log, or a sector's bytes",
        )
        .attr(Attr::Rows, "7");
    field.handler = Some(Handler::DiagramInput);
    part("A diagram, a kernel log, a sector, or a capture", "share-paste")
        .child(field)
        .child(shared.opened.reopen())
        .child(readings(shared))
        .child(note("", "A diagram: two columns or more. It becomes programs that run, a column an actor and a line a step, and you are told what they come to. Quote marks, tabs and the mail around it do not matter; functions may be of any kernel, locks of any name. A log: lines of dmesg or the journal about checksums, failed writes or hung tasks, with whatever stands around them. A sector: its bytes as xxd, hexdump or od write them, with the tuple behind them, for their checksums. A capture: the text of a kernel's trace buffer; a long one is better opened as a file. Nothing leaves the page."))
}

/// What the text pasted last was read as.
pub fn readings(shared: &Shared) -> Element {
    let it = el("div", "");
    if let Some(bytes) = &shared.read.bytes {
        return it.child(bytes.clone());
    }
    let read = shared.pasted.filter(|it| it.read.is_ok());
    let mut it = it;
    // The link below a diagram brings its draft along.
    let linked = read.and_then(|it| it.read.as_ref().ok()?.link.as_deref()?.split_once('#'));
    if let Some((_, link)) = linked {
        let open = Msg::GoToLink(link.to_owned());
        let words = "Open the run that its link names";
        it = it.child(el("div", "moves").child(button("", "", words, false, open)));
    }
    // Log lines in a mail with a diagram are answered above it.
    let log = shared.read.log.clone();
    let silent = log.is_none();
    it.children.extend(log.map(Node::Element));
    match (shared.read.drawing.clone(), read) {
        // A diagram of our own is the run that it was made of.
        (_, Some(pasted)) if pasted.is_our_own() => it.child(reading_lines(pasted)),
        (Some(drawing), Some(pasted)) => it.child(drawing).child(
            el("details", "")
                .child(el("summary", "").text(&pasted.summary()))
                .child(reading_lines(pasted)),
        ),
        (Some(drawing), None) => it.child(drawing),
        (None, Some(pasted)) => it.child(reading_lines(pasted)),
        // Not even a drawing: why, unless something else was found in it.
        (None, None) if shared.read.pending => {
            it.child(note("", "Reading\u{2026}").attr(Attr::Role, "status"))
        }
        (None, None) => match shared.pasted.filter(|_| silent) {
            Some(pasted) => it.child(reading_lines(pasted)),
            None => it,
        },
    }
}

/// What is said of a text in which nothing is known.
fn nothing_known() -> Element {
    let words = "Nothing that this page knows was found in the text. It knows a diagram with labels over two columns or more, such as \"CPU0\" and \"CPU1\", and a call in each; kernel log lines about checksums, failed writes or hung tasks; a sector's bytes in hex; and the trace buffer's text.";
    note("unread", words).attr(Attr::Role, "status")
}

/// What a pasted text was read as, line by line.
fn reading_lines(pasted: &Pasted) -> Element {
    let reading = match &pasted.read {
        Ok(reading) => reading,
        Err(ReadError::NoHeader) => return nothing_known(),
        Err(error) => return note("unread", &error.to_string()).attr(Attr::Role, "status"),
    };
    let scenario = &pasted.scenario;
    let of: usize = reading
        .lines
        .iter()
        .filter(|line| matters(&line.placement))
        .count();
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
            .filter_map(|actor| scenario.cast.get(actor.index()))
            .map(|cast| cast.name.as_str())
            .collect();
        let who = if who.is_empty() {
            "nobody here".to_owned()
        } else {
            who.join(", ")
        };
        columns =
            columns.child(el("li", "").text(&format!("\u{201c}{}\u{201d} is {who}", column.label)));
    }
    let open = match pasted.here {
        true => Msg::ShowEnd(reading.choices.clone()),
        false => Msg::GoToLink(Link::of(scenario, &reading.choices, many, Vec::new()).to_string()),
    };
    let mut moves =
        el("div", "moves").child(button("primary", "", "Open this run", many == 0, open));
    if let Some(it) = &pasted.reordered {
        let open = Msg::ApplyEdits(it.edits.clone(), it.run.clone());
        moves = moves.child(button(
            "",
            "",
            &format!("Open with {}", it.words),
            false,
            open,
        ));
    }
    for (at, casting) in reading.alternatives.iter().enumerate().take(4) {
        let name = |actors: &Vec<ActorId>| {
            let first = actors
                .first()
                .and_then(|actor| scenario.cast.get(actor.index()));
            first.map_or("nobody", |cast| &cast.name).to_owned()
        };
        let names: Vec<String> = casting.iter().map(name).collect();
        moves = moves.child(button(
            "",
            "",
            &format!("Columns as {}", names.join(", ")),
            !pasted.here,
            Msg::DiagramCasting(at),
        ));
    }
    moves = moves.child(button(
        "",
        "",
        "Try every ordering",
        false,
        Msg::ReadWithAll,
    ));
    let mut table = el("tbody", "");
    for line in &reading.lines {
        let words = line.placement.words(scenario);
        let class = match &line.placement {
            Placement::Missing(_) => "missing",
            placement if matters(placement) => "placed",
            _ => "prose",
        };
        table = table.child(
            el("tr", class)
                .child(
                    el("th", "")
                        .attr(Attr::Scope, "row")
                        .text(&line.number.to_string()),
                )
                .child(el("td", "").child(el("code", "").text(&line.text)))
                .child(el("td", "").text(&words)),
        );
    }
    let others: Vec<String> = reading
        .others
        .iter()
        .map(|other| format!("{} ({})", other.slug, other.placed))
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
        .attr(Attr::Part, "reading")
        .child(note("", &words).attr(Attr::Role, "status"))
        .child(columns)
        .child(note("", &castings))
        .child(moves)
        .child(note("small", &others))
        .child(el("table", "lines-read").child(table))
}

/// Whether a line is about something that happens.
fn matters(placement: &Placement) -> bool {
    matches!(
        placement,
        Placement::Steps { .. }
            | Placement::Composite { .. }
            | Placement::Sleeps { .. }
            | Placement::Missing(_)
    )
}
