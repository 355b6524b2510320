//! The parts of the page that the worker draws: whatever rests on what the checker knows, and what
//! is read rather than played with. The page says what it shows, and gets elements back.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::exchange::{Link, Opened};
use crate::explore::{
    Answer, Ask, Checker, Outlook, Subject, Tell, Without, WithoutWork, omission,
};
use crate::machine::{Choice, History, World};
use crate::protocol::{Era, Program};
use crate::scenario::{Device, Packed, Scenario, Variant, load_variant, programs};

use super::beside::Beside;
use super::check::Check;
use super::comparison::comparison;
use super::explain::LeftOut;
use super::figure::reopen;
use super::look::{Look, Other, Panel, Sheet, Tab};
use super::now::Now;
use super::share::{Pasted, Shared};
use super::sight::sight;
use super::tree::El;
use super::{catalogue, checker, explain, glossary, help, share, side};

/// What the page shows, as far as the worker must know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// Counts situations; [`Reply::Shown`] names it.
    pub number: u32,
    /// Which check the scenario belongs to.
    pub turn: u32,
    /// Whether the scenario is from a visitor's file.
    pub own: bool,
    /// The current run, to its end.
    pub run: Vec<Choice>,
    /// How many steps of it have been made.
    pub depth: usize,
    /// What is open and chosen.
    pub look: Look,
    /// The page's address without what stands behind `#`.
    pub base: String,
}

/// What the page sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Something for the checker.
    Ask(Ask),
    /// What is shown now.
    Show(Box<Situation>),
    /// A way to a cell of the race map: row and column.
    Cell(usize, usize),
    /// The run as a text, to be copied.
    Copy,
    /// A diagram that was pasted.
    Read(String),
    /// The files of further scenarios to read it with: names and texts.
    Among(Vec<(String, String)>),
    /// What a saved figure carries.
    Reopen {
        /// Names the question in the answer.
        number: u32,
        /// The figure.
        svg: String,
    },
    /// What a link comes to.
    Open {
        /// Names the question in the answer.
        number: u32,
        /// What stands behind `#` in the address.
        link: String,
        /// The file of the scenario that it names.
        text: String,
    },
}

/// Where on the page something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// The result in one line.
    Result,
    /// The open panel.
    Panel,
    /// The column at the side.
    Side,
    /// The sheet of keys and words.
    Sheet,
    /// The meaning of a word in the step's sentence.
    Meaning,
    /// How the newest failure came about, under the sentence on a phone.
    Cause,
    /// The list of orderings.
    List,
    /// Two guards that differ, below the stage.
    Compared,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 8] = [
        Place::Result,
        Place::Panel,
        Place::Side,
        Place::Sheet,
        Place::Meaning,
        Place::Cause,
        Place::List,
        Place::Compared,
    ];
}

/// What the worker sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker is there.
    Ready,
    /// What lies ahead at some moments; none where it is not known.
    Outlooks(Vec<(World, Outlook)>),
    /// A schedule that was asked for.
    Way(Vec<Choice>),
    /// A shortest failure, from the moment asked about.
    Failure(Vec<Choice>),
    /// No failure lies ahead of it: of all states, or of so many.
    NoFailure(bool, u32),
    /// Something could not be done.
    Failed(String),
    /// A scenario that was to be built, or what is wrong with its file.
    Loaded(u32, Result<Vec<u8>, String>),
    /// What a link comes to, or why it cannot be opened.
    Opened(u32, Result<Box<Arrived>, String>),
    /// The run as a text.
    Copy(String),
    /// The link of what is shown: what stands behind `#`; empty where it has none.
    Link(String),
    /// A part of the page.
    Drawn(Place, El),
    /// Everything is drawn for a situation.
    Shown(u32),
}

/// What a link comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrived {
    /// A link to be opened instead, of a scenario that the page must fetch; else empty.
    pub visit: String,
    /// Whether the scenario is a visitor's own.
    pub own: bool,
    /// The scenario, [packed](crate::scenario::Packed).
    pub packed: Vec<u8>,
    /// The run, as far as it is possible.
    pub run: Vec<Choice>,
    /// The moment shown.
    pub at: usize,
    /// What is open, in the words of [`sight`](super::sight()).
    pub see: Vec<String>,
    /// What is different from what was linked; empty if nothing is.
    pub changed: String,
}

/// Opens a link in its scenario's file.
fn arrive(link: &str, text: &str) -> Result<Arrived, String> {
    let link = Link::parse(link).map_err(|error| error.to_string())?;
    let packed = Packed::build(&link.slug, text, &link.variant());
    let packed =
        packed.map_err(|error| format!("The scenario of the link cannot be built: {error}."))?;
    let Opened { run, at, changed } = link.open(&packed.scenario);
    Ok(Arrived {
        visit: String::new(),
        own: false,
        packed: packed.bytes(),
        run,
        at,
        see: link.see,
        changed,
    })
}

/// Opens what a saved figure carries.
fn come_back(svg: &str) -> Result<Arrived, String> {
    let carried = reopen(svg).map_err(|error| error.to_string())?;
    match carried.file {
        Some(file) => Ok(Arrived {
            own: true,
            ..arrive(&carried.fragment, &file)?
        }),
        None => Ok(Arrived {
            visit: carried.fragment,
            own: false,
            packed: Vec::new(),
            run: Vec::new(),
            at: 0,
            see: Vec::new(),
            changed: String::new(),
        }),
    }
}

/// A reply and the turn it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The turn of the check.
    pub turn: u32,
    /// The reply.
    pub reply: Reply,
}

/// The scenario of a subject, or another build of it.
fn build(subject: &Subject, other: Other) -> Option<Scenario> {
    let mut variant = subject.variant();
    match other {
        Other::None => {}
        Other::Unchanged => {
            variant.unchanged = true;
            variant.edits.clear();
            // Before 3.0 nobody waits, whatever the program says.
            let era = variant.era.filter(|it| *it != Era::V2_6_39);
            variant.era = Some(era.unwrap_or(Era::V3_0));
        }
        Other::Era(at) => variant.era = Era::ALL.get(at).copied(),
        Other::Device(at) => variant.device = Device::ALL.get(at).copied(),
    }
    load_variant(&subject.slug, &subject.text, &variant).ok()
}

/// The checker, and what is drawn of it.
pub struct Scribe {
    checker: Checker,
    check: Check,
    turn: u32,
    scenario: Option<Arc<Scenario>>,
    history: Option<History>,
    situation: Situation,
    now: Option<Now>,
    /// What is set beside, and its scenario.
    other: Option<(Other, Arc<Scenario>)>,
    /// The programs its actors run.
    programs: Vec<Program>,
    /// What comes of leaving out the last step.
    left_out: Option<LeftOut>,
    /// The step being left out.
    leaving: Option<WithoutWork>,
    /// What came of others.
    known: BTreeMap<(u8, u8), Without>,
    /// What the checker was asked for the open panel.
    asked: Option<(Panel, (u8, u8))>,
    drawn: [Option<El>; Place::ALL.len()],
    /// The link sent last.
    linked: String,
    /// Has a file's name, type and text kept where the page can fetch it; gives its address.
    publish: Publish,
    /// The files of the run on the stage: kind, name and address.
    files: Vec<(String, String, String)>,
    /// Further scenarios to read diagrams with.
    among: Vec<Arc<Scenario>>,
    /// The diagram pasted last.
    pasted: Option<Pasted>,
}

/// See [`Scribe::new`].
pub type Publish = fn(&str, &str, &str) -> String;

/// States looked at in one go, of a scenario without a step.
const SLICE: usize = 4_000;

impl Scribe {
    /// Nothing to be drawn yet; `clock` tells milliseconds, `publish` gives the address of a file with this name, type and text.
    pub fn new(clock: fn() -> f64, publish: Publish) -> Scribe {
        Scribe {
            checker: Checker::new(clock),
            check: Check::default(),
            turn: 0,
            scenario: None,
            history: None,
            situation: Situation::default(),
            now: None,
            other: None,
            programs: Vec::new(),
            left_out: None,
            leaving: None,
            known: BTreeMap::new(),
            asked: None,
            drawn: [const { None }; Place::ALL.len()],
            linked: String::new(),
            publish,
            files: Vec::new(),
            among: Vec::new(),
            pasted: None,
        }
    }

    /// Whether there is work to be done.
    pub fn busy(&self) -> bool {
        self.checker.busy() || self.leaving.is_some()
    }

    /// Takes a question; answers go to `say`.
    pub fn hear(&mut self, question: Question, say: &mut dyn FnMut(Said)) {
        match question {
            Question::Ask(ask) => {
                match &ask {
                    Ask::Check { turn, subject, .. } => self.begin(*turn, subject),
                    Ask::Mutants => self.check.begin_table(),
                    Ask::Compare(_) => self.check.compared = None,
                    _ => {}
                }
                self.ask(ask, say);
            }
            Question::Show(situation) => {
                let (turn, number) = (self.turn, situation.number);
                self.show(*situation, say);
                self.draw(say);
                self.link(say);
                let reply = Reply::Shown(number);
                return say(Said { turn, reply });
            }
            Question::Copy => {
                if let Some(now) = &self.now {
                    let Situation { look, base, .. } = &self.situation;
                    let text = share::text(now, look, &self.check, base);
                    let (turn, reply) = (self.turn, Reply::Copy(text));
                    say(Said { turn, reply });
                }
            }
            Question::Read(text) => self.read(text, None),
            Question::Among(files) => {
                let built = files
                    .iter()
                    .filter_map(|(slug, text)| load_variant(slug, text, &Variant::default()).ok());
                self.among = built.map(Arc::new).collect();
                if let Some(pasted) = self.pasted.take() {
                    self.read(pasted.text().to_owned(), None);
                }
            }
            Question::Reopen { number, svg } => {
                let reply = Reply::Opened(number, come_back(&svg).map(Box::new));
                let turn = self.turn;
                return say(Said { turn, reply });
            }
            Question::Open { number, link, text } => {
                let reply = Reply::Opened(number, arrive(&link, &text).map(Box::new));
                let turn = self.turn;
                return say(Said { turn, reply });
            }
            Question::Cell(row, column) => {
                if let Some(state) = checker::way_to(&self.check, (row, column)) {
                    self.ask(Ask::Way(state), say);
                }
            }
        }
        self.draw(say);
    }

    /// Works until the clock says so.
    pub fn work(&mut self, until: f64, say: &mut dyn FnMut(Said)) {
        let mut told = Vec::new();
        match self.checker.busy() {
            true => self.checker.work(until, &mut |tell| told.push(tell)),
            false => self.leave_out(),
        }
        self.pass(told, say);
        self.draw(say);
    }

    /// Looks at some states of the scenario without the last step.
    fn leave_out(&mut self) {
        let Some(found) = self.leaving.as_mut().and_then(|it| it.advance(SLICE)) else {
            return;
        };
        self.leaving = None;
        self.known.insert(found.step, found.clone());
        if let Some(it) = self.left_out.as_mut().filter(|it| it.step == found.step) {
            it.without = Some(found);
        }
    }

    /// Begins to leave out the step made last, where that is looked at.
    fn last_step(&mut self) {
        let (Some(now), Some(subject)) = (&self.now, &self.check.subject) else {
            return;
        };
        // What the step prevents is known only beside what can be reached with it.
        let Some(checked) = &self.check.checked else {
            return;
        };
        let step = now.last_row().map(|(actor, _, pc)| (actor as u8, pc));
        if self.situation.look.tab != Tab::Explain
            || self.left_out.as_ref().map(|it| it.step) == step
        {
            return;
        }
        (self.left_out, self.leaving) = (None, None);
        let Some(step) = step else {
            return;
        };
        let Some(omission) = omission(&now.scenario, &self.programs, step.0, step.1) else {
            return;
        };
        let without = self.known.get(&step).cloned();
        if without.is_none() {
            let before = checked.findings.iter().map(|it| it.0).collect();
            let (text, variant) = (&subject.text, subject.variant());
            self.leaving = WithoutWork::new(&now.scenario, text, &variant, step, before);
        }
        self.left_out = Some(LeftOut {
            step,
            omission,
            without,
        });
    }

    fn begin(&mut self, turn: u32, subject: &Subject) {
        self.turn = turn;
        self.check.begin(subject);
        self.scenario = build(subject, Other::None).map(Arc::new);
        self.programs = programs(&subject.text, &subject.variant()).unwrap_or_default();
        (self.left_out, self.leaving) = (None, None);
        self.known.clear();
        self.other = None;
        self.history = None;
        self.now = None;
        self.asked = None;
        self.drawn = [const { None }; Place::ALL.len()];
        self.linked.clear();
        self.files.clear();
        self.pasted = None;
    }

    fn ask(&mut self, ask: Ask, say: &mut dyn FnMut(Said)) {
        let mut told = Vec::new();
        self.checker.ask(ask, &mut |tell| told.push(tell));
        self.pass(told, say);
    }

    /// Keeps what the panels need, and passes on what the page waits for.
    fn pass(&mut self, told: Vec<Tell>, say: &mut dyn FnMut(Said)) {
        for Tell { turn, answer } in told {
            let reply = match self.check.take(answer) {
                None => continue,
                Some(Answer::Outlooks(outlooks)) => Reply::Outlooks(outlooks),
                Some(Answer::Way(schedule)) => Reply::Way(schedule),
                Some(Answer::Failure(schedule)) => Reply::Failure(schedule),
                Some(Answer::NoFailure { complete, states }) => Reply::NoFailure(complete, states),
                Some(Answer::Failed(reason)) => Reply::Failed(reason),
                Some(Answer::Loaded(number, built)) => Reply::Loaded(number, built),
                // The rest is for the panels, which have it.
                Some(_) => continue,
            };
            say(Said { turn, reply });
        }
    }

    /// Takes note of what the page shows, and asks what its panel needs.
    fn show(&mut self, situation: Situation, say: &mut dyn FnMut(Said)) {
        if situation.turn != self.turn {
            return;
        }
        let Some(scenario) = self.scenario.clone() else {
            return;
        };
        let mut history = match self.history.take() {
            Some(history) if situation.run == self.situation.run => history,
            _ => {
                let mut history = History::new(&scenario.model);
                for choice in &situation.run {
                    history.choose(&scenario.model, *choice);
                }
                history
            }
        };
        history.seek(situation.depth);
        let now = Now::of(&scenario, &history, situation.own, self.now.as_ref());
        self.now = Some(now);
        self.history = Some(history);
        let wanted = situation.look.other;
        if self.other.as_ref().map_or(Other::None, |it| it.0) != wanted {
            let subject = self.check.subject.as_ref();
            let built = subject.and_then(|it| build(it, wanted));
            self.other = built
                .filter(|_| wanted != Other::None)
                .map(|it| (wanted, Arc::new(it)));
        }
        if situation.look.sheet == Some(Sheet::Share) {
            self.make_files(&situation);
        }
        let casting = situation.look.casting;
        if casting.is_some()
            && casting != self.situation.look.casting
            && let (Some(at), Some(pasted)) = (casting, self.pasted.take())
        {
            let casting = pasted.casting(at);
            self.read(pasted.text().to_owned(), casting);
        }
        let racers = situation.look.racers;
        let wanted = situation.look.panel.map(|panel| (panel, racers));
        self.situation = situation;
        if wanted == self.asked {
            return;
        }
        self.asked = wanted;
        match wanted {
            Some((Panel::Map, racers)) => self.ask(Ask::Map(racers), say),
            Some((Panel::Costs, _)) if self.check.costs.is_none() => self.ask(Ask::Costs, say),
            Some((Panel::Mutants, _)) if self.check.table.of.is_none() => {
                self.check.begin_table();
                self.ask(Ask::Mutants, say);
            }
            _ => {}
        }
    }

    /// Has files made of the run, unless it is the one they were made of.
    fn make_files(&mut self, situation: &Situation) {
        let Some(now) = &self.now else {
            return;
        };
        let same = self.situation.run == situation.run && self.situation.depth == situation.depth;
        if same && !self.files.is_empty() {
            return;
        }
        let text = self.check.subject.as_ref().map(|it| it.text.as_str());
        let files = share::files(now, &situation.base, text);
        let publish = self.publish;
        self.files = (files.into_iter())
            .map(|[kind, name, mime, text]| {
                let address = publish(&name, &mime, &text);
                (kind, name, address)
            })
            .collect();
    }

    /// Reads a pasted diagram.
    fn read(&mut self, text: String, casting: Option<Vec<Vec<u8>>>) {
        let Some(scenario) = self.scenario.clone().filter(|_| !text.trim().is_empty()) else {
            self.pasted = None;
            return;
        };
        let mut all = vec![scenario];
        let others = self.among.iter().filter(|it| it.slug != all[0].slug);
        all.extend(others.cloned().collect::<Vec<_>>());
        self.pasted = Pasted::of(text, &all, casting.as_deref());
    }

    /// Sends the link of what is shown, where it is another one than before.
    fn link(&mut self, say: &mut dyn FnMut(Said)) {
        let Some(now) = self.now.as_ref() else {
            return;
        };
        let text = share::link(now, sight(&self.situation.look));
        if text != self.linked {
            self.linked.clone_from(&text);
            let (turn, reply) = (self.turn, Reply::Link(text));
            say(Said { turn, reply });
        }
    }

    /// Sends what looks different from what was sent last.
    fn draw(&mut self, say: &mut dyn FnMut(Said)) {
        self.last_step();
        let Some(now) = &self.now else {
            return;
        };
        let (look, check) = (&self.situation.look, &self.check);
        let other = self.other.as_ref().filter(|_| look.tab == Tab::Beside);
        let other = other.map(|(_, scenario)| Beside::of(now, scenario));
        for place in Place::ALL {
            let el = match place {
                Place::Result => checker::strip(now, look, check),
                Place::Panel => checker::panel(now, look, check),
                Place::Side => side::side(now, look, other.as_ref(), self.left_out.as_ref()),
                Place::Sheet => match look.sheet {
                    Some(Sheet::Keys) => help::sheet(now.scenario.era),
                    Some(Sheet::Share) => share::sheet(&Shared {
                        now,
                        look,
                        check,
                        base: &self.situation.base,
                        files: &self.files,
                        pasted: self.pasted.as_ref(),
                    }),
                    None => continue,
                },
                Place::Meaning => glossary::meaning_now(look),
                Place::Cause => explain::cause(now),
                Place::List => catalogue::orderings(now),
                Place::Compared => comparison(now),
            };
            let last = &mut self.drawn[place as usize];
            if last.as_ref() != Some(&el) {
                *last = Some(el.clone());
                let reply = Reply::Drawn(place, el);
                say(Said {
                    turn: self.turn,
                    reply,
                });
            }
        }
    }
}
