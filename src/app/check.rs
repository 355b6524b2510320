//! What the checker has said about the scenario on the stage.

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use stable_pages::exchange::reduced_words;
use stable_pages::explore::{
    Answer, Ask, Bill, Checked, Digits, Mutant, Outlook, RaceMap, Sofar, Subject, Tell,
};
use stable_pages::machine::Choice;
use stable_pages::protocol::Edit;
use stable_pages::scenario::{Entry, find};

use super::desk::Desk;
use super::link::{self, Heard};
use super::source;

/// Bytes a search may take, in a worker and on the page's own thread.
const MOST_BYTES: u64 = 320 << 20;
const MOST_BYTES_HERE: u64 = 48 << 20;

/// The questions that have a panel of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Verdicts,
    Map,
    Mutants,
    Costs,
    Coverage,
}

/// The order of rows in the table of changes: by column, and which way.
pub type Order = (usize, bool);

/// Every single change of an ordering, as far as it is known.
#[derive(Clone, Default)]
pub struct Table {
    /// What was changed: the scenario with its edits.
    pub of: Option<Subject>,
    pub rows: Arc<Vec<Mutant>>,
    /// Changes still to be looked at.
    pub left: u32,
    pub same: u32,
}

/// All that is known.
#[derive(Clone, Default)]
pub struct Check {
    /// Counts checks; answers of older ones are dropped.
    pub turn: u32,
    pub subject: Option<Subject>,
    pub sofar: Option<Sofar>,
    pub checked: Option<Arc<Checked>>,
    pub odds: Option<Result<Digits, String>>,
    /// What a search that needs less memory found, in words.
    pub reduced: String,
    /// What lies ahead, and of which moment.
    pub outlook: Option<(u32, Arc<Outlook>)>,
    pub moment: u32,
    pub map: Option<Arc<RaceMap>>,
    /// The two actors of the map.
    pub racers: (u8, u8),
    pub table: Table,
    pub costs: Option<Vec<Bill>>,
    /// The ordering whose costs are set beside, then its title and bills.
    pub other: Option<Entry>,
    pub compared: Option<(String, Vec<Bill>)>,
    /// What could not be done.
    pub problem: String,
    /// No worker may run here.
    pub slow: bool,
    /// There is no checker.
    pub gone: bool,
    /// A question from the stage that waits for an answer: a run to failure.
    pub wanted: bool,
    /// The panel that is open.
    pub panel: Option<Panel>,
    pub order: Order,
    /// Kinds of change shown in the table.
    pub kind: usize,
}

impl Check {
    /// Whether a search goes on.
    pub fn running(&self) -> bool {
        self.checked.is_none() && !self.gone && self.problem.is_empty()
    }
}

/// What lies ahead of the moment shown; compares by identity.
#[derive(Clone)]
pub struct Seen(pub Arc<Outlook>);

impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What lies ahead of the moment shown, once that is known.
pub fn outlook(checks: RwSignal<Check>) -> Memo<Option<Seen>> {
    Memo::new(move |_| {
        checks.with(|it| {
            let (moment, outlook) = it.outlook.as_ref()?;
            (*moment == it.moment).then(|| Seen(outlook.clone()))
        })
    })
}

thread_local! {
    /// Answers come without knowing whose they are; there is one desk.
    static DESK: std::cell::Cell<Option<Desk>> = const { std::cell::Cell::new(None) };
}

fn hear(heard: Heard) {
    if let Some(desk) = DESK.get() {
        desk.heard(heard);
    }
}

impl Desk {
    /// Starts the checker once the page is there, and keeps it told of what is on the stage.
    pub fn start_checking(self) {
        DESK.set(Some(self));
        Timeout::new(30, || link::open(hear)).forget();
        // Whatever moment is shown, its outlook is wanted.
        Effect::new(move |_| {
            let now = self.now();
            let schedule: Vec<Choice> = now.story.steps.iter().map(|it| it.choice).collect();
            let moment = self.checks().with_untracked(|it| it.moment) + 1;
            self.checks().update(|it| it.moment = moment);
            link::ask(Ask::Look { moment, schedule });
        });
    }

    /// Checks what is on the stage, from nothing.
    pub fn check(self) {
        let subject = self.subject();
        let (turn, bytes) = self.checks().with_untracked(|it| {
            let bytes = if it.slow { MOST_BYTES_HERE } else { MOST_BYTES };
            (it.turn + 1, bytes)
        });
        let racers = self.usual_racers();
        self.checks().update(|it| {
            let same_file = |of: &Subject| {
                (&of.slug, of.device, of.era) == (&subject.slug, subject.device, subject.era)
            };
            let keeps = it.table.of.as_ref().is_some_and(same_file) && it.table.left == 0;
            *it = Check {
                turn,
                subject: Some(subject.clone()),
                racers,
                moment: it.moment,
                // Opening a change keeps the table one chose it from.
                table: match keeps {
                    true => std::mem::take(&mut it.table),
                    false => Table::default(),
                },
                slow: it.slow,
                gone: it.gone,
                panel: it.panel,
                order: it.order,
                kind: it.kind,
                other: it.other,
                ..Check::default()
            };
        });
        let subject = subject.clone();
        link::ask(Ask::Check {
            turn,
            subject,
            bytes,
        });
        self.ask_for_panel();
    }

    /// Asks what the open panel shows.
    fn ask_for_panel(self) {
        let check = self.checks().get_untracked();
        match check.panel {
            Some(Panel::Map) => link::ask(Ask::Map(check.racers)),
            Some(Panel::Costs) => {
                link::ask(Ask::Costs);
                // Beside the correct ordering; beside that, one that copies instead of waiting.
                let own = self.subject().slug;
                let usual = ["baseline-five-step", "snapshot-right"];
                let usual = usual.into_iter().find(|it| *it != own);
                if let Some(entry) = check.other.or_else(|| find(usual?)) {
                    self.compare(entry);
                }
            }
            Some(Panel::Mutants) if check.table.of.is_none() => self.mutate(),
            _ => {}
        }
    }

    /// Opens a panel, or closes it.
    pub fn open_panel(self, panel: Panel) {
        self.checks().update(|it| {
            it.panel = (it.panel != Some(panel)).then_some(panel);
        });
        self.ask_for_panel();
    }

    /// The stage is what is wanted now.
    pub fn close_panel(self) {
        self.checks().update(|it| it.panel = None);
    }

    /// Draws the map of two actors.
    pub fn race(self, racers: (u8, u8)) {
        self.checks().update(|it| it.racers = racers);
        link::ask(Ask::Map(racers));
    }

    /// Puts every single change of what is on the stage into the table.
    pub fn mutate(self) {
        self.checks().update(|it| {
            it.table = Table {
                of: it.subject.clone(),
                left: u32::MAX,
                ..Table::default()
            };
        });
        link::ask(Ask::Mutants);
    }

    /// Sets the costs of another ordering beside.
    pub fn compare(self, entry: Entry) {
        self.checks().update(|it| {
            it.other = Some(entry);
            it.compared = None;
        });
        let turn = self.checks().with_untracked(|it| it.turn);
        let own = self.subject();
        leptos::task::spawn_local(async move {
            let text = match entry.text {
                "" => source::fetch(entry.slug).await,
                text => Ok(text.to_owned()),
            };
            if self.checks().with_untracked(|it| it.turn) != turn {
                return;
            }
            match text {
                // On the same device, in the same kernel.
                Ok(text) => link::ask(Ask::Compare(Subject {
                    slug: entry.slug.to_owned(),
                    text,
                    edits: Vec::new(),
                    ..own
                })),
                Err(reason) => self.problem(format!(
                    "\u{201c}{}\u{201d} could not be fetched: {reason}.",
                    entry.title
                )),
            }
        });
    }

    fn problem(self, problem: String) {
        self.checks().update(|it| it.problem = problem.clone());
    }

    /// Stops the search; what is known stays.
    pub fn stop_checking(self) {
        link::ask(Ask::Stop);
    }

    /// Asks for a shortest way to a cell of the map.
    pub fn go_to_state(self, state: u32) {
        link::ask(Ask::Way(state));
    }

    /// Asks for a shortest failure from the moment shown.
    pub fn ask_for_failure(self) {
        let now = self.peek();
        let schedule = now.story.steps.iter().map(|it| it.choice).collect();
        self.checks().update(|it| it.wanted = true);
        link::ask(Ask::Fail { schedule });
    }

    fn heard(self, heard: Heard) {
        let tell = match heard {
            Heard::Told(tell) => tell,
            Heard::OnThisThread => {
                self.checks().update(|it| it.slow = true);
                // The bound is another one here.
                return self.check();
            }
            Heard::Nobody(reason) => {
                return self.checks().update(|it| {
                    it.gone = true;
                    it.problem = format!("The checker cannot work: {reason}.");
                });
            }
        };
        if tell.turn != self.checks().with_untracked(|it| it.turn) {
            return;
        }
        self.take(tell);
    }

    fn take(self, tell: Tell) {
        let checks = self.checks();
        match tell.answer {
            Answer::Ready | Answer::Loaded(..) => {}
            Answer::Progress(sofar) => checks.update(|it| it.sofar = Some(sofar)),
            Answer::Checked(checked) => checks.update(|it| {
                it.sofar = Some(checked.sofar);
                it.checked = Some(Arc::from(checked));
            }),
            Answer::Reduced {
                complete,
                states,
                verdicts,
                may_loop,
            } => {
                let words = reduced_words(complete, states, &verdicts, may_loop);
                checks.update(|it| it.reduced = words.clone());
            }
            Answer::Odds(odds) => checks.update(|it| it.odds = Some(odds)),
            Answer::Outlook(moment, outlook) => checks.update(|it| {
                it.outlook = outlook.map(|outlook| (moment, Arc::new(outlook)));
            }),
            Answer::Map(map) => checks.update(|it| it.map = Some(Arc::new(map))),
            Answer::Mutants { found, left, same } => checks.update(|it| {
                Arc::make_mut(&mut it.table.rows).extend(found);
                it.table.left = left;
                it.table.same = same;
            }),
            Answer::Costs(bills) => checks.update(|it| it.costs = Some(bills)),
            Answer::Compared(title, bills) => {
                checks.update(|it| it.compared = Some((title, bills)));
            }
            Answer::Failed(reason) => {
                if !self.no_longer_wanted() {
                    self.remark(reason.clone());
                }
                self.problem(reason);
            }
            Answer::Way(schedule) => {
                let steps = schedule.len();
                self.load_run(&schedule, usize::MAX);
                self.remark(format!("One of the shortest ways there: {steps} steps."));
            }
            Answer::Failure(schedule) => {
                if self.no_longer_wanted() {
                    return;
                }
                self.go_on_with(&schedule);
                self.remark(
                    "Found by the checker: of the shortest ways to fail from there, one with the fewest changes of actor."
                        .to_owned(),
                );
            }
            Answer::NoFailure { complete, states } => {
                if self.no_longer_wanted() {
                    return;
                }
                self.remark(match complete {
                    true => format!(
                        "No failure can be reached from here: all {states} states were looked at."
                    ),
                    false => format!(
                        "No failure from here in the {states} states looked at; there are more."
                    ),
                });
            }
        }
    }

    fn no_longer_wanted(self) -> bool {
        let wanted = self.checks().with_untracked(|it| it.wanted);
        self.checks().update(|it| it.wanted = false);
        !wanted
    }

    /// Opens one of the changes of the table, its shortest failure ahead.
    pub fn open_mutant(self, mutant: &Mutant) {
        let of = self.checks().with_untracked(|it| it.table.of.clone());
        let mut edits: Vec<Edit> = of.map_or(Vec::new(), |it| it.edits);
        edits.push(mutant.edit.clone());
        let schedule = mutant.shortest.as_ref().map(|it| it.1.clone());
        self.close_panel();
        self.rebuild_with(edits, schedule.unwrap_or_default());
    }
}
