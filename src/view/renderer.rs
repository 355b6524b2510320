//! The renderer of the worker's sections: those that rest on what the checker knows, and those that are read
//! rather than played with. The page says what it shows, and gets the sections that changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exchange::capture::is_capture;
use crate::exchange::{Consequence, Link, Opened};
use crate::explore::{
    AsideAnswer, AsideRequest, BesideWork, CellFound, Checker, CheckerMessage, CheckerRequest,
    CheckerResponse, MatrixCell, ScenarioSpec, SearchResult, Without, WithoutWork, omission,
};
use crate::machine::{ActorId, Choice, History};
use crate::protocol::{Era, Program};
use crate::scenario::{Device, Packed, Scenario, Variant, load_variant, programs, unchanged};

use super::capture::{OpenedFiles, ReadFile};
use super::check_results::CheckResults;
use super::compare::Comparison;
use super::course::{self, BeatRun, Class, LessonFile};
use super::editor::{Desk, Drafted, editor};
use super::editor::{about_capture, about_drawing};
use super::explain::LeftOut;
use super::figure::reopen;
use super::messages::{OpenedRun, RenderInput, Slot, WorkerMessage, WorkerRequest, WorkerResponse};
use super::moment::Moment;
use super::msg::Msg;
use super::pasted_text::{ReadRequest, ReadText};
use super::route::route_words;
use super::share::{Pasted, Shared};
use super::stage::legend;
use super::standing::Standing;
use super::ui_state::{OtherBuild, Panel, Sheet, Tab};
use super::vdom::{Element, button, el, nothing};
use super::why::{Chain, ChainMark};
use super::{catalogue, checker, definition, explain, glossary, help, share, side};

/// Opens a link in its scenario's file.
fn open_link(link: &str, text: &str) -> Result<OpenedRun, String> {
    let link = Link::parse(link).map_err(|error| error.to_string())?;
    let own = link.draft.is_some();
    let text = link.draft.as_deref().unwrap_or(text);
    let packed = Packed::build(&link.slug, text, &link.variant());
    let packed =
        packed.map_err(|error| format!("The scenario of the link cannot be built: {error}."))?;
    let Opened {
        run,
        at,
        mut changed,
    } = link.open(&packed.scenario);
    if own {
        changed = format!(
            "A draft, from a link or from what was opened here: not one of ours, and nobody has checked what it says of itself. {changed}"
        );
    }
    Ok(OpenedRun {
        own,
        packed: packed.bytes(),
        run,
        at,
        route: link.see,
        changed: changed.trim_end().to_owned(),
        ..OpenedRun::default()
    })
}

/// Opens the run that a saved figure carries.
fn open_figure(svg: &str) -> Result<OpenedRun, String> {
    let carried = reopen(svg).map_err(|error| error.to_string())?;
    match carried.file {
        Some(file) => Ok(OpenedRun {
            own: true,
            ..open_link(&carried.fragment, &file)?
        }),
        // Only the page can fetch a scenario of the catalogue.
        None => Ok(OpenedRun {
            link: carried.fragment,
            ..OpenedRun::default()
        }),
    }
}

/// Builds a scenario, or another build of it; none where its file does not fit that.
fn build(spec: &ScenarioSpec, other: OtherBuild) -> Option<Scenario> {
    let mut variant = spec.variant();
    match other {
        OtherBuild::None => {}
        OtherBuild::Unchanged => {
            variant.unchanged = true;
            variant.edits.clear();
            // Before 3.0 nobody waits, whatever the program says.
            let era = variant.era.filter(|era| *era != Era::V2_6_39);
            variant.era = Some(era.unwrap_or(Era::V3_0));
        }
        OtherBuild::Era(at) => variant.era = Era::ALL.get(at).copied(),
        OtherBuild::Device(at) => variant.device = Device::ALL.get(at).copied(),
    }
    load_variant(&spec.slug, &spec.text, &variant).ok()
}

/// How a text begins.
fn head(text: &str) -> &[u8] {
    &text.as_bytes()[..text.len().min(64 * 1024)]
}

/// Keeps a file for the page to fetch: takes its name, its type and its text, gives its address.
pub type PublishFile = fn(&str, &str, &str) -> String;

/// The checker, and the sections drawn of what it knows.
pub struct Renderer {
    checker: Checker,
    /// Tells milliseconds.
    clock: fn() -> f64,
    results: CheckResults,
    /// The turn of the check.
    turn: u32,
    scenario: Option<Arc<Scenario>>,
    history: Option<History>,
    /// What the page shows.
    input: RenderInput,
    moment: Option<Moment>,
    /// Which build the stage is compared with, and its scenario.
    other: Option<(OtherBuild, Arc<Scenario>)>,
    /// The search of that build while it goes on, and what it found.
    other_search: Option<BesideWork>,
    other_found: Option<CellFound>,
    /// How many bytes a search may take.
    bytes: usize,
    /// The programs that the scenario's actors run.
    programs: Vec<Program>,
    /// What comes of leaving out the step made last.
    left_out: Option<LeftOut>,
    /// The search of the scenario without that step, while it goes on.
    left_out_search: Option<WithoutWork>,
    /// What came of leaving out steps before, by actor and instruction.
    left_out_known: BTreeMap<(ActorId, u8), Without>,
    /// The orderings without the scenario's changes; none as long as nobody has asked for them.
    unchanged: Option<Vec<Scenario>>,
    /// What is behind the failure that the visitor asked about, and the run it is of, up to that.
    chain: Option<(Vec<Choice>, Chain)>,
    /// The marks that were sent last.
    marks: Vec<ChainMark>,
    /// The panel that the checker was asked for last, and the actors of the race map then.
    panel_asked: Option<(Panel, (ActorId, ActorId))>,
    /// The sections as they were sent last, by the number of their slot.
    sections: [Option<Element>; Slot::ALL.len()],
    /// Whether some work has been done.
    worked: bool,
    /// Whether something is known that the sections do not show yet.
    news: bool,
    /// The link that was sent last.
    link: String,
    publish: PublishFile,
    /// The files made of the run on the stage: kind, name and address.
    files: Vec<(String, String, String)>,
    /// Further scenarios to read diagrams with.
    diagram_scenarios: Vec<Arc<Scenario>>,
    /// The diagram pasted last.
    pasted: Option<Pasted>,
    /// What the same text was read as, by the worker that reads.
    read: ReadText,
    /// What the workers that read are to be asked.
    to_read: Vec<ReadRequest>,
    /// The files that the page itself does not read.
    opened: OpenedFiles,
    /// The lesson opened last.
    class: Option<Class>,
    /// The draft on the page.
    desk: Desk,
}

/// Up to how many states every single change of a draft is tried unasked.
const MOST_STATES: u32 = 20_000;

/// How many states of a scenario without a step are looked at in one go.
const SLICE: usize = 4_000;

impl Renderer {
    /// A renderer that has nothing to draw yet; `clock` tells milliseconds.
    pub fn new(clock: fn() -> f64, publish: PublishFile) -> Renderer {
        Renderer {
            checker: Checker::new(clock),
            clock,
            results: CheckResults::default(),
            turn: 0,
            scenario: None,
            history: None,
            input: RenderInput::default(),
            moment: None,
            other: None,
            other_search: None,
            other_found: None,
            bytes: 0,
            programs: Vec::new(),
            left_out: None,
            left_out_search: None,
            left_out_known: BTreeMap::new(),
            unchanged: None,
            chain: None,
            marks: Vec::new(),
            panel_asked: None,
            sections: [const { None }; Slot::ALL.len()],
            worked: false,
            news: false,
            link: String::new(),
            publish,
            files: Vec::new(),
            diagram_scenarios: Vec::new(),
            pasted: None,
            read: ReadText::default(),
            to_read: Vec::new(),
            opened: OpenedFiles::default(),
            class: None,
            desk: Desk::default(),
        }
    }

    /// Whether there is work to be done.
    pub fn busy(&self) -> bool {
        self.checker.busy()
            || self.left_out_search.is_some()
            || self.other_search.is_some()
            || self.desk.held.busy()
    }

    /// Takes a request; responses go to `send`.
    pub fn handle(&mut self, request: WorkerRequest, send: &mut dyn FnMut(WorkerMessage)) {
        match request {
            WorkerRequest::Checker(request) => {
                match &request {
                    CheckerRequest::Check { turn, spec, bytes } => {
                        self.bytes = usize::try_from(*bytes).unwrap_or(usize::MAX);
                        self.begin(*turn, spec);
                    }
                    CheckerRequest::Mutants => self.results.begin_mutants(),
                    CheckerRequest::Matrix => self.results.begin_matrix(),
                    CheckerRequest::CostsOf(_) => self.results.costs_of_other = None,
                    _ => {}
                }
                self.ask_checker(request, send);
            }
            WorkerRequest::Render(input) => {
                let number = input.number;
                self.set_input(*input, send);
                self.try_draft(send);
                self.send_sections(send);
                self.send_link(send);
                return self.respond(WorkerResponse::Rendered(number), send);
            }
            WorkerRequest::MailText => {
                if let Some(moment) = &self.moment {
                    let RenderInput { ui, base, .. } = &self.input;
                    let text = share::mail_text(moment, self.own_file(), ui, &self.results, base);
                    self.respond(WorkerResponse::MailText(text), send);
                }
            }
            WorkerRequest::ReadDiagram(text) if is_capture(head(&text)) => {
                (self.pasted, self.read) = (None, ReadText::default());
                self.to_read.push(ReadRequest::PastedCapture(text));
            }
            WorkerRequest::ReadDiagram(text) => self.read_text(text),
            WorkerRequest::DiagramFiles(files) => {
                let built = files
                    .iter()
                    .filter_map(|(slug, text)| load_variant(slug, text, &Variant::default()).ok());
                self.diagram_scenarios = built.map(Arc::new).collect();
                if self.opened.has_capture() {
                    self.to_read.push(ReadRequest::Catalogue(files));
                }
                if let Some(pasted) = self.pasted.take() {
                    self.read_diagram(pasted.text().to_owned(), None);
                }
            }
            WorkerRequest::OpenFigure { number, svg } => {
                let opened = open_figure(&svg).map(Box::new);
                return self.respond(WorkerResponse::Opened(number, opened), send);
            }
            WorkerRequest::OpenBeat {
                number,
                lesson,
                beat,
                which,
            } => {
                let opened = self.open_beat(lesson, beat, which).map(Box::new);
                return self.respond(WorkerResponse::Opened(number, opened), send);
            }
            WorkerRequest::Draft(number, asked) => {
                if let Some(msg) = about_drawing(&asked) {
                    self.to_read.push(ReadRequest::Drawing(msg));
                }
                if let Some((msg, value)) = about_capture(&asked) {
                    self.opened.used(msg);
                    self.to_read.push(ReadRequest::Capture(msg, value));
                }
                let (stage, now) = (self.scenario.as_deref(), (self.clock)());
                let drafted = self.desk.ask(asked, stage, now).unwrap_or_default();
                let drafted = Box::new(Drafted { number, ..drafted });
                self.respond(WorkerResponse::Drafted(drafted), send);
                self.try_draft(send);
            }
            WorkerRequest::OpenLink { number, link, text } => {
                let opened = open_link(&link, &text).map(Box::new);
                return self.respond(WorkerResponse::Opened(number, opened), send);
            }
            WorkerRequest::ScheduleToCell(row, column) => {
                if let Some(state) = checker::nearest_state(&self.results, (row, column)) {
                    self.ask_checker(CheckerRequest::Schedule(state), send);
                }
            }
        }
        self.send_sections(send);
    }

    /// Has a text read as one that was pasted.
    fn read_text(&mut self, text: String) {
        self.read = ReadText {
            pending: !text.trim().is_empty(),
            ..ReadText::default()
        };
        self.to_read.push(ReadRequest::Text(text.clone()));
        self.read_diagram(text, None);
    }

    /// What the workers that read are to be asked, since this was last called.
    pub fn to_read(&mut self) -> Vec<ReadRequest> {
        std::mem::take(&mut self.to_read)
    }

    /// Takes what that worker has read.
    pub fn take_read(&mut self, read: ReadText, send: &mut dyn FnMut(WorkerMessage)) {
        self.read = read;
        self.send_sections(send);
    }

    /// Takes what became of a file, or what is to be seen of the capture that is open.
    pub fn take_file(&mut self, read: ReadFile, send: &mut dyn FnMut(WorkerMessage)) {
        if let Some(text) = self.opened.take(read) {
            self.read_text(text);
        }
        self.send_sections(send);
    }

    /// Opens a run of a beat, of a lesson that comes with it or of the one opened last.
    fn open_beat(
        &mut self,
        lesson: Option<LessonFile>,
        beat: usize,
        which: BeatRun,
    ) -> Result<OpenedRun, String> {
        if let Some(file) = lesson {
            self.class = Some(Class::read(&file)?);
        }
        let class = self.class.as_ref();
        let opened = class.and_then(|class| class.open(beat, which));
        opened.ok_or_else(|| "there is no such run in the lesson".to_owned())
    }

    fn respond(&self, response: WorkerResponse, send: &mut dyn FnMut(WorkerMessage)) {
        send(WorkerMessage {
            turn: self.turn,
            response,
        });
    }

    /// Works until the clock says so.
    pub fn work(&mut self, until: f64, send: &mut dyn FnMut(WorkerMessage)) {
        let mut messages = Vec::new();
        let checking = self.checker.busy();
        match checking {
            true => (self.checker).work(until, &mut |message| messages.push(message)),
            false if self.desk.held.busy() => self.desk.held.search(SLICE),
            false if self.left_out_search.is_some() => self.search_left_out(),
            false => self.search_other(),
        }
        // As long as the checker only goes on, nothing is to be drawn anew.
        self.news |= !checking;
        self.take_messages(messages, send);
        self.try_draft(send);
        self.worked = true;
        if self.news {
            self.send_sections(send);
        }
    }

    /// Whether workers beside the checker would have something to do.
    pub fn wants_asides(&self) -> bool {
        self.checker.wants_asides()
    }

    /// What workers beside the checker are to be asked, each by its number.
    pub fn to_asides(&mut self) -> Vec<(usize, AsideRequest)> {
        self.checker.to_asides()
    }

    /// Notes that a worker beside the checker is there.
    pub fn add_aside(&mut self, number: usize) {
        self.checker.add_aside(number);
    }

    /// Notes that a worker beside the checker is gone.
    pub fn remove_aside(&mut self, number: usize) {
        self.checker.remove_aside(number);
    }

    /// Takes the answer of a worker beside the checker.
    pub fn take_aside(
        &mut self,
        number: usize,
        answer: AsideAnswer,
        send: &mut dyn FnMut(WorkerMessage),
    ) {
        let mut messages = Vec::new();
        (self.checker).take_aside(number, answer, &mut |message| messages.push(message));
        self.take_messages(messages, send);
        // While there is work to be done they are drawn after the next slice of it.
        if !self.busy() {
            self.send_sections(send);
        }
    }

    /// Looks at some states of the scenario without the step made last.
    fn search_left_out(&mut self) {
        let search = self.left_out_search.as_mut();
        let Some(found) = search.and_then(|search| search.advance(SLICE)) else {
            return;
        };
        self.left_out_search = None;
        self.left_out_known.insert(found.step, found.clone());
        let left_out = self.left_out.as_mut();
        if let Some(left_out) = left_out.filter(|left_out| left_out.step == found.step) {
            left_out.without = Some(found);
        }
    }

    /// Looks at some states of the build that the stage is compared with.
    fn search_other(&mut self) {
        let found = self.other_search.as_mut();
        if let Some(found) = found.and_then(|search| search.advance(SLICE)) {
            self.other_search = None;
            self.other_found = Some(found);
        }
    }

    /// Begins to leave out the step made last, where the explanation is shown.
    fn leave_out_last_step(&mut self) {
        let (Some(moment), Some(spec)) = (&self.moment, &self.results.spec) else {
            return;
        };
        // Needed to tell what the step prevents: what can be reached without it and not with it.
        let Some(checked) = &self.results.checked else {
            return;
        };
        let step = moment.last_row().map(|(actor, _, pc)| (actor, pc));
        let known = self.left_out.as_ref().map(|left_out| left_out.step);
        if self.input.ui.shown() != Tab::Explain || known == step {
            return;
        }
        (self.left_out, self.left_out_search) = (None, None);
        let Some(step) = step else {
            return;
        };
        let Some(omission) = omission(&moment.scenario, &self.programs, step.0, step.1) else {
            return;
        };
        let without = self.left_out_known.get(&step).cloned();
        if without.is_none() {
            let reachable = checked.findings.iter().map(|finding| finding.0).collect();
            let (text, variant) = (&spec.text, spec.variant());
            let profile = self.checker.profile();
            self.left_out_search =
                WithoutWork::new(&moment.scenario, text, &variant, step, reachable, profile);
        }
        self.left_out = Some(LeftOut {
            step,
            omission,
            without,
        });
    }

    /// Begins with another scenario, of which nothing is known or drawn yet.
    fn begin(&mut self, turn: u32, spec: &ScenarioSpec) {
        self.turn = turn;
        self.results.begin(spec);
        self.scenario = build(spec, OtherBuild::None).map(Arc::new);
        self.desk.begin(spec, self.scenario.as_deref());
        self.programs = programs(&spec.text, &spec.variant()).unwrap_or_default();
        (self.left_out, self.left_out_search) = (None, None);
        self.left_out_known.clear();
        (self.unchanged, self.chain) = (None, None);
        self.marks.clear();
        (self.other, self.other_search, self.other_found) = (None, None, None);
        self.history = None;
        self.moment = None;
        self.panel_asked = None;
        self.sections = [const { None }; Slot::ALL.len()];
        self.link.clear();
        self.files.clear();
        self.pasted = None;
        self.read = ReadText::default();
    }

    /// Has the draft held against the ordering without its changes, and every line tried without it, once every schedule of the draft was looked at.
    fn try_draft(&mut self, send: &mut dyn FnMut(WorkerMessage)) {
        let ui = &self.input.ui;
        let shown = ui.shown() == Tab::Edit;
        let small = |it: &SearchResult| it.complete && it.progress.states < MOST_STATES;
        let known = self.results.checked.as_deref().is_some_and(small);
        if !shown || !known {
            return;
        }
        if let Some(spec) = &self.results.spec {
            self.desk.held.begin(spec);
        }
        if !self.desk.shows_lines() || self.results.mutants.of == self.results.spec {
            return;
        }
        self.results.begin_mutants();
        self.ask_checker(CheckerRequest::Mutants, send);
    }

    fn ask_checker(&mut self, request: CheckerRequest, send: &mut dyn FnMut(WorkerMessage)) {
        let mut messages = Vec::new();
        (self.checker).handle(request, &mut |message| messages.push(message));
        self.take_messages(messages, send);
    }

    /// Records what the panels show, and passes on what the page waits for.
    fn take_messages(
        &mut self,
        messages: Vec<CheckerMessage>,
        send: &mut dyn FnMut(WorkerMessage),
    ) {
        self.news |= !messages.is_empty();
        for CheckerMessage { turn, response } in messages {
            if let CheckerResponse::Matrix { cells, .. } = &response {
                let follows = self.consequences(cells);
                self.results.matrix.follows.extend(follows);
            }
            let response = match self.results.record(response) {
                None => continue,
                Some(CheckerResponse::Outlooks(outlooks)) => WorkerResponse::Outlooks(outlooks),
                Some(CheckerResponse::Schedule(schedule)) => WorkerResponse::Schedule(schedule),
                Some(CheckerResponse::Failure(schedule)) => WorkerResponse::Failure(schedule),
                Some(CheckerResponse::NoFailure { complete, states }) => {
                    WorkerResponse::NoFailure(complete, states)
                }
                Some(CheckerResponse::Failed(reason)) => WorkerResponse::Failed(reason),
                Some(CheckerResponse::Built(number, built)) => WorkerResponse::Built(number, built),
                // The panels show everything else.
                Some(_) => continue,
            };
            send(WorkerMessage { turn, response });
        }
    }

    /// What follows from the worst of what was found, in each cell of the matrix where something fails.
    fn consequences(&self, cells: &[MatrixCell]) -> Vec<(Era, Device, Consequence)> {
        let Some(spec) = &self.results.spec else {
            return Vec::new();
        };
        let of = |cell: &MatrixCell| {
            let (verdict, run) = cell.found.as_ref().ok()?.worst()?;
            let variant = Variant {
                era: Some(cell.era),
                device: Some(cell.device),
                ..spec.variant()
            };
            let scenario = load_variant(&spec.slug, &spec.text, &variant).ok()?;
            let follows = Consequence::of(&scenario, run, *verdict);
            Some((cell.era, cell.device, follows))
        };
        cells.iter().filter_map(of).collect()
    }

    /// Takes what the page shows, and asks the checker what the open panel needs.
    fn set_input(&mut self, input: RenderInput, send: &mut dyn FnMut(WorkerMessage)) {
        if input.turn != self.turn {
            return;
        }
        let Some(scenario) = self.scenario.clone() else {
            return;
        };
        let (mut history, last) = match self.history.take() {
            Some(history) if input.run == self.input.run => (history, self.moment.as_ref()),
            _ => {
                let mut history = History::new(&scenario.model);
                for choice in &input.run {
                    history.choose(&scenario.model, *choice);
                }
                // The moment before is of another history, whose nodes have the same numbers.
                (history, None)
            }
        };
        history.seek(input.depth);
        let moment = Moment::of(&scenario, &history, input.own, last);
        let moment = moment.since(input.began);
        self.moment = Some(moment);
        self.history = Some(history);
        self.build_other(input.ui.other);
        self.find_chain(&input);
        if input.ui.sheet == Some(Sheet::Share) {
            self.make_files(&input);
        }
        let casting = input.ui.casting;
        if casting.is_some()
            && casting != self.input.ui.casting
            && let (Some(at), Some(pasted)) = (casting, self.pasted.take())
        {
            let casting = pasted.casting(at);
            self.read_diagram(pasted.text().to_owned(), casting);
        }
        self.desk.note_own(input.own);
        let wanted = input.ui.panel.map(|panel| (panel, input.ui.racers));
        self.input = input;
        if wanted == self.panel_asked {
            return;
        }
        self.panel_asked = wanted;
        match wanted {
            Some((Panel::Map, racers)) => self.ask_checker(CheckerRequest::RaceMap(racers), send),
            Some((Panel::Costs, _)) if self.results.costs.is_none() => {
                self.ask_checker(CheckerRequest::Costs, send);
            }
            Some((Panel::Matrix, _)) if self.results.matrix.of.is_none() => {
                self.results.begin_matrix();
                self.ask_checker(CheckerRequest::Matrix, send);
            }
            Some((Panel::Mutants, _)) if self.results.mutants.of.is_none() => {
                self.results.begin_mutants();
                self.ask_checker(CheckerRequest::Mutants, send);
            }
            _ => {}
        }
    }

    /// Builds what the stage is compared with, unless it is there.
    fn build_other(&mut self, wanted: OtherBuild) {
        let built = self.other.as_ref();
        if built.map_or(OtherBuild::None, |(built, _)| *built) == wanted {
            return;
        }
        let spec = self.results.spec.as_ref();
        let scenario = spec.and_then(|spec| build(spec, wanted));
        let scenario = scenario.filter(|_| wanted != OtherBuild::None);
        self.other_found = None;
        self.other_search = (scenario.clone()).map(|it| BesideWork::new(it, self.bytes));
        self.other = scenario.map(|scenario| (wanted, Arc::new(scenario)));
    }

    /// Finds what is behind the failure that the visitor asked about, unless that is known.
    fn find_chain(&mut self, input: &RenderInput) {
        let (Some(at), Some(moment)) = (input.ui.why, &self.moment) else {
            self.chain = None;
            return;
        };
        let run = input.run.get(..at).unwrap_or(&input.run);
        if self.chain.as_ref().is_some_and(|(known, _)| known == run) {
            return;
        }
        let spec = self.results.spec.as_ref();
        let others = self.unchanged.get_or_insert_with(|| {
            let all = spec.map(|spec| unchanged(&spec.slug, &spec.text, &spec.variant()));
            all.unwrap_or_default()
        });
        let chain = Chain::of(moment, at, others);
        self.chain = chain.map(|chain| (run.to_vec(), chain));
    }

    /// The text of the visitor's own file, if that is on the stage.
    fn own_file(&self) -> Option<&str> {
        let own = self.moment.as_ref().is_some_and(|it| it.own);
        let spec = self.results.spec.as_ref().filter(|_| own);
        spec.map(|it| it.text.as_str())
    }

    /// Makes the files of the run, unless those there are were made of it.
    fn make_files(&mut self, input: &RenderInput) {
        let Some(moment) = &self.moment else {
            return;
        };
        let same = self.input.run == input.run && self.input.depth == input.depth;
        if same && !self.files.is_empty() {
            return;
        }
        let text = self.own_file();
        // A file shows what the last step changed.
        let single = moment.clone().since(None);
        let files = share::files(&single, &input.base, text);
        let publish = self.publish;
        self.files = (files.into_iter())
            .map(|[kind, name, mime, text]| {
                let address = publish(&name, &mime, &text);
                (kind, name, address)
            })
            .collect();
    }

    /// Reads a pasted diagram, with a casting of its columns if one was chosen; an empty text takes the last one
    /// away.
    fn read_diagram(&mut self, text: String, casting: Option<Vec<Vec<ActorId>>>) {
        let Some(scenario) = self.scenario.clone().filter(|_| !text.trim().is_empty()) else {
            self.pasted = None;
            return;
        };
        let others = self.diagram_scenarios.iter();
        let others = others.filter(|other| other.slug != scenario.slug).cloned();
        let all: Vec<_> = [scenario.clone()].into_iter().chain(others).collect();
        let pasted = Pasted::of(text, &all, casting.as_deref());
        self.pasted = match &self.results.spec {
            Some(spec) => pasted.map(|it| it.reordered(&self.programs, spec)),
            None => pasted,
        };
    }

    /// Sends the link of what is shown, unless it is the one sent last.
    fn send_link(&mut self, send: &mut dyn FnMut(WorkerMessage)) {
        let Some(moment) = &self.moment else {
            return;
        };
        let link = match &self.input.ui.lesson {
            // Of a visitor's own lesson there is none; on a first visit nothing has been chosen yet.
            Some(it) if it.own || it.welcome => String::new(),
            Some(it) => format!("lesson/{}/{}", it.slug, it.beat + 1),
            None => share::link(moment, self.own_file(), route_words(&self.input.ui)),
        };
        if link != self.link {
            self.link.clone_from(&link);
            self.respond(WorkerResponse::Link(link), send);
        }
    }

    /// What the sheets of shared and pasted things are drawn from.
    fn shared<'a>(&'a self, now: &'a Moment) -> Shared<'a> {
        Shared {
            now,
            ui: &self.input.ui,
            results: &self.results,
            base: &self.input.base,
            files: &self.files,
            file: self.own_file(),
            pasted: self.pasted.as_ref(),
            read: &self.read,
            opened: &self.opened,
        }
    }

    /// Sends the sections that look different from what was sent last.
    fn send_sections(&mut self, send: &mut dyn FnMut(WorkerMessage)) {
        self.news = false;
        self.leave_out_last_step();
        if self.input.ui.shown() == Tab::Edit {
            self.desk.save(self.publish);
        }
        let Some(moment) = &self.moment else {
            return;
        };
        let (ui, results) = (&self.input.ui, &self.results);
        let other = self.other.as_ref().filter(|_| ui.shown() == Tab::Compare);
        let comparison = other.map(|(_, scenario)| {
            let mut comparison = Comparison::of(moment, scenario);
            comparison.found = self.other_found.as_ref().map(Standing::of_cell);
            comparison
        });
        let chain = self.chain.as_ref().map(|(_, chain)| chain);
        let marks = chain.map_or(Vec::new(), Chain::marks);
        if marks != self.marks {
            self.marks.clone_from(&marks);
            send(WorkerMessage {
                turn: self.turn,
                response: WorkerResponse::Chain(marks),
            });
        }
        for slot in Slot::ALL {
            let section = match slot {
                Slot::Result => checker::result_line(moment, ui, results),
                Slot::Panel => checker::panel(moment, ui, results),
                Slot::Side if ui.shown() == Tab::Edit => {
                    editor(moment, ui, results, &self.desk, &self.programs)
                }
                Slot::Side => side::side(
                    moment,
                    ui,
                    results,
                    comparison.as_ref(),
                    self.left_out.as_ref(),
                    chain,
                ),
                Slot::Sheet => match ui.sheet {
                    Some(Sheet::Keys) => help::sheet(moment.scenario.era),
                    Some(Sheet::Share) => share::sheet(&self.shared(moment)),
                    Some(Sheet::Opened) => {
                        let text = || share::readings(&self.shared(moment));
                        self.opened.sheet(text)
                    }
                    Some(Sheet::Course) => course::sheet(ui),
                    None => continue,
                },
                Slot::Lesson => match (&ui.lesson, &self.class) {
                    (Some(attended), Some(class)) if class.is(attended) => {
                        class.panel(attended, Some(moment), ui.term)
                    }
                    _ => continue,
                },
                Slot::Legend => legend(moment),
                Slot::Elsewhere => explain::elsewhere(moment, ui),
                Slot::Questions => checker::panel_buttons(ui),
                Slot::TermMeaning => glossary::sentence_term_meaning(ui),
                Slot::Chain => chain.map_or_else(nothing, |chain| chain.strip(moment)),
                Slot::Definition => definition::definition(moment, ui),
                // The longest of all, and nobody opens it at once: the page has the others before.
                Slot::Orderings if self.busy() && !self.worked => {
                    self.news = true;
                    continue;
                }
                Slot::Orderings => {
                    let list = catalogue::orderings(moment, ui, results);
                    // A phone has no room for it beside the list.
                    let course = Msg::Sheet(Some(Sheet::Course));
                    el("div", "")
                        .child(button("to-course", "", "Course", false, course))
                        .child(self.opened.reopen())
                        .child(list)
                }
                Slot::Badge => catalogue::badge(moment, results),
            };
            let last = &mut self.sections[slot as usize];
            if last.as_ref() != Some(&section) {
                *last = Some(section.clone());
                send(WorkerMessage {
                    turn: self.turn,
                    response: WorkerResponse::Section(slot, section),
                });
            }
        }
    }
}
