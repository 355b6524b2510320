//! A stretch of a folio's history becomes a scenario: an actor a task, and the capture's order as a run of it.
//!
//! The programs have the steps that the capture shows, in the order in which each task made them, and what must have been between them: the
//! page lock, which is taken unseen, and the store whose fault was served. The run makes each step where its line stands; where the model
//! cannot go on, the capture departs from it.

use std::fmt::Write as _;

use super::Capture;
use super::programs::{Programs, UNSEEN};
use super::replay::{COMPLETION, DISK, Run};
use super::stretch::Stretch;
use crate::exchange::statements::schedule_lines;
use crate::explore::{Limits, Progress, Space, Story, Verdicts};
use crate::machine::{ActorId, Choice, History};
use crate::scenario::{Scenario, ScenarioError, Verdict, load};

/// The name of a capture's scenario in links.
const SLUG: &str = "capture";
/// Most events of a stretch that becomes a scenario.
const MOST_EVENTS: usize = 400;
/// Most memory of the search.
const BYTES: usize = 12 << 20;
/// Most tasks that become actors; a disk and a completion come besides.
const MOST_TASKS: usize = 6;

/// A stretch that becomes no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// It has too many events.
    #[error(
        "The stretch has {found} events; at most {MOST_EVENTS} become a scenario. Take a shorter one."
    )]
    TooLong {
        /// How many it has.
        found: usize,
    },
    /// Too many tasks take part.
    #[error(
        "{found} tasks take part in the stretch; at most {MOST_TASKS} become actors. Take a shorter one."
    )]
    TooManyTasks {
        /// How many there are.
        found: usize,
    },
    /// Nothing in it is a step of the model.
    #[error("Nobody locks, cleans, writes or waits for the folio in the stretch.")]
    Nothing,
    /// The file does not build.
    #[error("The stretch becomes a scenario that does not build: {0}")]
    Unbuildable(ScenarioError),
}

/// A stretch as a scenario.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The scenario's file.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The capture's order, as far as the model can go with it.
    pub choices: Vec<Choice>,
    /// How many choices are made when an event is reached: the event and the number, in the capture's order.
    pub reached: Vec<(u32, usize)>,
    /// The event at which the model cannot go on, and who it is that cannot.
    pub departs: Option<(u32, String)>,
    /// Events at which the model sleeps and the kernel did not, or the other way round.
    pub unlike: Vec<u32>,
    /// What the file has that the capture does not show.
    pub assumed: Vec<String>,
    /// What the capture's order comes to.
    pub drawn: Vec<Verdict>,
    /// What some order of the same steps comes to.
    pub all: Verdicts,
    /// How many states there are, and whether all were looked at.
    pub states: usize,
    /// Whether every order was looked at.
    pub complete: bool,
    /// A shortest run to each verdict.
    pub shortest: Vec<(Verdict, Vec<Choice>)>,
}

/// A text that can stand between TOML's quotes.
fn quotable(text: &str) -> String {
    let plain = |c: char| match c {
        '\\' | '"' => '\'',
        c if c.is_control() => '?',
        c => c,
    };
    text.chars().map(plain).collect()
}

impl Capture {
    /// Makes a scenario of a stretch of a folio's history.
    ///
    /// # Errors
    /// [`DraftError`] where it is too long, or nothing in it is a step.
    pub fn draft(&self, folio: u32, stretch: Stretch) -> Result<Draft, DraftError> {
        let events = self.events_of(folio);
        let to = stretch.to.min(events.len());
        let events = &events[stretch.from.min(to)..to];
        if events.len() > MOST_EVENTS {
            return Err(DraftError::TooLong {
                found: events.len(),
            });
        }
        let programs = self.programs(events);
        let found = programs
            .actors
            .iter()
            .filter(|it| !it.lines.is_empty())
            .count();
        if found > MOST_TASKS {
            return Err(DraftError::TooManyTasks { found });
        }
        if programs.actors.iter().all(|it| it.lines.is_empty()) {
            return Err(DraftError::Nothing);
        }
        let lines = |it: Option<&u32>| it.map_or(0, |it| self.events[*it as usize].line);
        let (first, last) = (lines(events.first()), lines(events.last()));
        let about = format!("{}, lines {first} to {last}", self.folio_name(folio));
        let text = self.file(&programs, &about, folio);
        let scenario = load(SLUG, &text).map_err(DraftError::Unbuildable)?;
        let mut programs = programs;
        if programs.io() && self.guards() {
            let words = "The disk has guard tags: `bio_integrity_prep` is in the capture, which kernels before 7.1 call for any disk.";
            programs.assumed.push(words.to_owned());
        }
        Ok(judged(scenario, text, programs))
    }

    /// Whether `bio_integrity_prep` was called for anything, which disks without guard tags have too before 7.1: `blk_mq_submit_bio`, block/blk-mq.c.
    fn guards(&self) -> bool {
        self.recorded
            .iter()
            .any(|it| it.0.ends_with("bio_integrity_prep"))
    }

    /// A remark on each step with a line: which, and when.
    fn notes(&self, out: &mut String, programs: &Programs) {
        let mut notes: Vec<((&str, &str), Vec<u32>)> = Vec::new();
        for target in &programs.targets {
            let (name, times) = match target.actor {
                DISK => ("disk", 1),
                COMPLETION => ("completion", 1),
                index => {
                    let actor = &programs.actors[index];
                    let times = actor.counts.get(target.key).copied();
                    (&*actor.name, times.unwrap_or(0))
                }
            };
            // A step that is made several times has no line of its own, and one that must have been has none at all.
            if times != 1 || target.key == "lock_page" || target.actor == DISK && target.reach {
                continue;
            }
            match notes.iter_mut().find(|it| it.0 == (name, target.key)) {
                Some(note) if note.1.last() != Some(&target.event) => note.1.push(target.event),
                Some(_) => {}
                None => notes.push(((name, target.key), vec![target.event])),
            }
        }
        for ((name, key), events) in notes {
            let places = events.iter().map(|it| {
                let event = &self.events[*it as usize];
                format!(
                    "line {}, {} s, CPU {}",
                    event.line,
                    self.seconds(*it),
                    event.cpu
                )
            });
            let places: Vec<String> = places.collect();
            let text = format!("In the capture: {}.", places.join("; "));
            let _ = writeln!(out, "\n[[note]]\non = \"{name} {key}\"\ntext = \"{text}\"");
        }
    }

    /// When an event happened, in seconds.
    pub fn seconds(&self, event: u32) -> String {
        let time = self.events[event as usize].time;
        format!("{}.{:06}", time / 1_000_000_000, time / 1_000 % 1_000_000)
    }

    fn file(&self, programs: &Programs, about: &str, folio: u32) -> String {
        let mut out = String::new();
        let name = quotable(&self.name);
        let _ = writeln!(
            out,
            "# Made of a capture: behind each line stands the one it was made of.\n"
        );
        let _ = writeln!(out, "title = \"{about} of {name}\"");
        let _ = writeln!(
            out,
            "summary = \"What {name} shows of one folio, an actor a task. Bytes, and what is marked, are not in the capture.\""
        );
        let device = match self.guards() {
            true => "dix+dif",
            false => "none",
        };
        let _ = writeln!(out, "watch = \"\"\nera = \"6.19\"\ndevice = \"{device}\"");
        if let Some(asked) = programs.asked {
            let _ = writeln!(out, "stable = {asked}");
        }
        let folio = self.folios.get(folio as usize);
        let small = |it: Option<u64>, most: u64| it.filter(|it| *it <= most);
        let inode = small(folio.and_then(|it| it.inode), 1 << 31).unwrap_or(12);
        let index = small(folio.and_then(|it| it.index), 1 << 20).unwrap_or(0);
        let _ = writeln!(
            out,
            "\n[file]\ninode = {inode}\nfirst_lba = 56\ninterval = 4096"
        );
        let dirty = programs.dirty != Some(false) || programs.underway;
        let maps = programs.actors.iter().any(|it| it.maps);
        let _ = writeln!(
            out,
            "\n[[page]]\nindex = {index}\nmemory = [\"new \"]\nmedia = [\"old \"]\ndirty = {dirty}"
        );
        if maps {
            let _ = writeln!(
                out,
                "pte = \"{}\"",
                if dirty { "writable" } else { "read-only" }
            );
        }
        for store in 1..=programs.stores {
            let _ = writeln!(
                out,
                "\n[[store]]\nname = \"new{store}\"\npage = 0\noffset = 0\ntext = \"new{store}!\""
            );
        }
        if maps {
            let stable = programs.fault.contains(&"wait_for_stable_page");
            let mut mkwrite = String::new();
            for key in &programs.fault {
                let _ = writeln!(mkwrite, "  {key}");
            }
            let remark = if stable {
                ""
            } else {
                "    # no wait for a stable page is in the capture"
            };
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"fault_seen\"\ntext = '''\ncall do_wp_page()    # {UNSEEN}\npage_mkwrite:{remark}\n  lock_page    # {UNSEEN}\n  check_mapping else gone    # {UNSEEN}\n{mkwrite}pte_mkwrite else changed    # {UNSEEN}\nset_page_dirty\nchanged>\nunlock_page\nend\ngone>\nunlock_page\nsigbus\n'''"
            );
        }
        for (at, actor) in programs
            .actors
            .iter()
            .enumerate()
            .filter(|it| !it.1.lines.is_empty())
        {
            let mut lines = actor.lines.join("\n");
            if actor.cleans {
                lines += "\nend\nclean>\nunlock_page";
            }
            let _ = writeln!(
                out,
                "\n[[program]]\nname = \"{}_seen\"\ntext = '''\n{lines}\n'''",
                actor.name
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"{0}\"\nabout = \"{1}\"\nrun = [\"{0}_seen\"]",
                actor.name,
                quotable(&actor.about)
            );
            if actor.maps {
                let _ = writeln!(out, "mm = \"A\"\ncpu = {at}\nfault = \"fault_seen\"");
            }
        }
        self.notes(&mut out, programs);
        if programs.underway {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"flusher_\"\nabout = \"began writeback; {UNSEEN}\"\nrun = [\"writepage\"]"
            );
        }
        if programs.io() {
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"disk\"\nabout = \"adapter and disk\"\nrun = [\"disk\"]"
            );
            let _ = writeln!(
                out,
                "\n[[actor]]\nname = \"completion\"\nabout = \"interrupt\"\nrun = [\"completion\"]"
            );
        }
        out
    }
}

fn judged(scenario: Scenario, text: String, programs: Programs) -> Draft {
    let named = |name: &str| scenario.cast.iter().position(|it| it.name == name);
    let ids: Vec<ActorId> = scenario.model.actor_ids().collect();
    let id = |at: Option<usize>| at.and_then(|at| ids.get(at).copied());
    let (disk, completion, flusher) = (
        id(named("disk")),
        id(named("completion")),
        id(named("flusher_")),
    );
    let mut run = Run::new(&scenario, disk, completion);
    if let Some(flusher) = flusher {
        run.make(flusher, "queue_bio");
        // Whether the disk took it is not in the stretch, and nothing says that it did not.
        if let Some(disk) = disk {
            run.read_early(disk);
        }
    }
    let (mut reached, mut departs, mut unlike) = (Vec::new(), None, Vec::new());
    for (at, target) in programs.targets.iter().enumerate() {
        run.frees(&programs.targets[at..]);
        let actor = match target.actor {
            DISK => disk,
            COMPLETION => completion,
            index => id(named(&programs.actors[index].name)),
        };
        let Some(actor) = actor else { continue };
        let there = match target.actor {
            DISK if target.reach => {
                run.read_early(actor);
                true
            }
            _ => run.bring(actor, target),
        };
        if !there {
            departs = Some((target.event, scenario.cast[actor.index()].name.clone()));
            break;
        }
        if !run.agrees(actor, target) {
            unlike.push(target.event);
        }
        reached.push((target.event, run.choices.len()));
    }
    let choices = run.choices;
    let (text, scenario) = with_run(text, scenario, &choices);
    let limits = Limits {
        bytes: BYTES,
        graph: true,
    };
    let space = Space::explore(&scenario.model, scenario.model.initial, limits);
    let mut history = History::new(&scenario.model);
    for choice in &choices {
        history.choose(&scenario.model, *choice);
    }
    let drawn = Story::of(&scenario.model, &history).verdicts(&scenario.model);
    let findings = space.findings(&scenario.model).into_iter();
    Draft {
        text,
        choices,
        reached,
        departs,
        unlike,
        assumed: programs.assumed,
        drawn,
        all: space.verdicts(),
        states: space.states(),
        complete: space.progress() == Progress::Complete,
        shortest: findings.map(|it| (it.verdict, it.schedule)).collect(),
        scenario,
    }
}

/// The file with the capture's order as its opening run.
fn with_run(text: String, scenario: Scenario, choices: &[Choice]) -> (String, Scenario) {
    let lines = schedule_lines(&scenario, choices);
    let lines: String = lines.iter().map(|it| format!("  \"{it}\",\n")).collect();
    let with = text.replacen(
        "\n[file]\n",
        &format!("\nschedule = [\n{lines}]\n\n[file]\n"),
        1,
    );
    match load(SLUG, &with) {
        Ok(scenario) => (with, scenario),
        Err(_) => (text, scenario),
    }
}
