//! What the lines of a capture come to: whose folio each of them is about, and which rules they keep or break.
//!
//! A line names its folio where the recorder asked for it. Others belong to a folio by what their task does: the fault before a
//! `page_mkwrite`, the bio after `PG_writeback`, the disk's answer to a request of that sector. Where nothing tells, they stay without one.

use std::collections::{HashMap, VecDeque};

use super::event::{Event, NONE, ROWS, What};
use super::line::{Line, hex, number};
use super::rules::{Finding, Outcome, Rule, Why};

/// Most events that are kept; those behind are counted only.
const MOST_EVENTS: usize = 2_000_000;
/// Most folios.
const MOST_FOLIOS: usize = 400_000;
/// Most tasks.
const MOST_TASKS: usize = 60_000;
/// Most outcomes kept of a rule: those that keep it, and others; all are counted.
const MOST_KEPT: u64 = 1_000;
const MOST_OTHERS: u64 = 50_000;
/// Most folios or passes that a task has under way, and most requests that are remembered.
const MOST_UNDER_WAY: usize = 4_096;

/// Somebody who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The name.
    pub name: String,
    /// The number; none for interrupts and idle processors.
    pub pid: Option<u32>,
    /// How many events are its doing.
    pub events: u32,
}

/// A folio that the capture tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folio {
    /// Its address in the kernel.
    pub address: Option<u64>,
    /// The number of its inode.
    pub inode: Option<u64>,
    /// Its place in the file, in pages.
    pub index: Option<u64>,
    /// Its events, in order, by their places in [`super::Capture::events`].
    pub events: Vec<u32>,
    pub(super) state: State,
}

/// What is known of a folio while lines are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    writeback: Option<bool>,
    started: Option<u32>,
    ended: Option<u32>,
    ends: u32,
    batch: Option<usize>,
    /// When somebody was let write last.
    granted: Option<u32>,
}

/// A call of page_mkwrite that has not returned.
#[derive(Clone, Debug)]
struct Mkwrite {
    folio: u32,
    stable: bool,
}

/// A folio that was cleared for I/O.
#[derive(Clone, Debug)]
struct Pass {
    folio: u32,
    cleared: u32,
    mkclean: u32,
    unlocked: u32,
}

#[derive(Clone, Debug)]
struct Wait {
    folio: u32,
    call: u32,
    ends: u32,
}

#[derive(Clone, Debug, Default)]
struct Doing {
    /// Events that will belong to the folio of the next one.
    pending: Vec<u32>,
    mkwrite: Option<Mkwrite>,
    /// The folio that it was let write, until it is unlocked.
    granted: Option<u32>,
    /// The folio that it writes into: since which event.
    copying: Option<(u32, u32)>,
    passes: Vec<Pass>,
    /// The folios that it has marked and not submitted.
    started: Vec<u32>,
    wait: Option<Wait>,
    /// It has asked whether to wait for a stable page.
    stable: Option<(u32, u32)>,
    /// The folio that lines without one are about.
    current: Option<u32>,
    /// Folios of a bio that ends, for lines without one.
    ending: VecDeque<u32>,
    /// The request whose end it serves.
    batch: Option<usize>,
    last: Option<u8>,
}

/// A bio on its way.
#[derive(Clone, Debug)]
struct Batch {
    folios: Vec<u32>,
    task: u16,
    bio: u64,
    sector: Option<u64>,
    prepared: u32,
    issued: u32,
    completed: u32,
}

/// How often a mapping was seen to ask for stable pages, and not to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// `folio_wait_stable` went on to wait for writeback.
    pub yes: u32,
    /// It returned at once.
    pub no: u32,
}

/// Follows the lines of a capture.
#[derive(Debug, Default)]
pub(super) struct Follow {
    pub events: Vec<Event>,
    pub folios: Vec<Folio>,
    pub tasks: Vec<Task>,
    pub outcomes: Vec<Outcome>,
    pub counts: HashMap<(Rule, Finding), u64>,
    /// Whether each inode's mapping asks for stable pages.
    pub asks: HashMap<Option<u64>, Asks>,
    /// How many events of each row there are.
    pub rows: Vec<u64>,
    /// Events behind the most that are kept.
    pub beyond: u64,
    task_of: HashMap<u64, u16>,
    by_address: HashMap<u64, u32>,
    by_place: HashMap<(u64, u64), u32>,
    doing: Vec<Doing>,
    batches: VecDeque<Batch>,
    /// How many batches have been forgotten.
    forgotten: usize,
}

/// The value of `name=` in a text.
fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|it| *it == b'=') {
        let at = from + at;
        let starts = at.checked_sub(name.len());
        if let Some(start) = starts
            && &text[start..at] == name
            && (start == 0 || text[start - 1] == b' ')
        {
            return Some(&text[at + 1..]);
        }
        from = at + 1;
    }
    None
}

fn decimal(text: &[u8], name: &[u8]) -> Option<u64> {
    number(field(text, name)?).map(|it| it.0)
}

/// What a request's line says: whether it writes, its sector and sectors, and what stands in the last brackets.
fn request(text: &[u8]) -> Option<(bool, u64, u64, i64)> {
    let mut words = text.split(|it| *it == b' ').filter(|it| !it.is_empty());
    let writes = words.nth(1)?.contains(&b'W');
    let plus = text.windows(3).position(|it| it == b" + ")?;
    let before = text[..plus].rsplit(|it| *it == b' ').next()?;
    let (sector, _) = number(before)?;
    let (sectors, _) = number(&text[plus + 3..])?;
    let inner = text
        .iter()
        .rposition(|it| *it == b'[')
        .map_or(&[][..], |at| &text[at + 1..]);
    let error = match inner {
        [b'-', digits @ ..] => number(digits).map_or(0, |it| -i64::try_from(it.0).unwrap_or(0)),
        _ => 0,
    };
    Some((writes, sector, sectors, error))
}

impl Follow {
    /// Takes a line whose name has a row.
    pub fn take(&mut self, row: usize, line: &Line<'_>, offset: u64, at: u32) {
        if self.rows.is_empty() {
            self.rows = vec![0; ROWS.len()];
        }
        self.rows[row] += 1;
        if self.events.len() >= MOST_EVENTS {
            self.beyond += 1;
            return;
        }
        let task = self.task(line);
        self.tasks[usize::from(task)].events += 1;
        let spec = &ROWS[row];
        let what = match (spec.what, line.rest) {
            // The tracepoint of this name says that somebody sleeps; the function is only called.
            (What::WaitCalled, [b'b', b'd', b'i', ..]) => What::WaitSleeps,
            (what, _) => what,
        };
        let folio = self.named(line.rest);
        let doing = &mut self.doing[usize::from(task)];
        let last = doing.last.replace(u8::try_from(row).unwrap_or(u8::MAX));
        // A wrapper of older kernels, and behind it the function that it calls.
        let wrapped = last.is_some_and(|it| {
            let last = &ROWS[usize::from(it)];
            last.wrapper && last.what == spec.what && !spec.wrapper
        });
        if wrapped && folio.is_none() {
            return;
        }
        let value = match what {
            What::MkwriteReturned => field(line.rest, b"ret").and_then(hex),
            What::Fault => field(line.rest, b"address").and_then(hex),
            What::Issued => request(line.rest).map(|it| it.1),
            What::Completed => request(line.rest).map(|it| it.3.cast_unsigned()),
            _ => None,
        };
        let row = match what {
            What::WaitSleeps => super::event::sleeps(),
            _ => row,
        };
        let number = u32::try_from(self.events.len()).unwrap_or(NONE);
        self.events.push(Event {
            offset,
            time: line.time,
            value: value.unwrap_or(0),
            line: at,
            task,
            cpu: line.cpu,
            row: u8::try_from(row).unwrap_or(u8::MAX),
        });
        self.happened(number, what, task, folio, line.rest);
    }

    fn task(&mut self, line: &Line<'_>) -> u16 {
        // Interrupts, and idle processors, are another one on each processor.
        let (kind, id) = match (line.interrupt, line.pid) {
            (true, _) => (1, u32::from(line.cpu)),
            (_, 0) => (2, u32::from(line.cpu)),
            (_, pid) => (0, pid),
        };
        let key = kind << 32 | u64::from(id);
        if let Some(task) = self.task_of.get(&key) {
            return *task;
        }
        if self.tasks.len() >= MOST_TASKS {
            return 0;
        }
        let task = u16::try_from(self.tasks.len()).unwrap_or(0);
        let name = match kind {
            1 => format!("interrupt on CPU {}", line.cpu),
            2 => format!("idle CPU {}", line.cpu),
            _ => String::from_utf8_lossy(line.task).into_owned(),
        };
        self.tasks.push(Task {
            name,
            pid: (kind == 0).then_some(line.pid),
            events: 0,
        });
        self.doing.push(Doing::default());
        self.task_of.insert(key, task);
        task
    }

    fn new_folio(&mut self, address: Option<u64>, place: Option<(u64, u64)>) -> Option<u32> {
        if self.folios.len() >= MOST_FOLIOS {
            return None;
        }
        let number = u32::try_from(self.folios.len()).ok()?;
        self.folios.push(Folio {
            address,
            inode: place.map(|it| it.0),
            index: place.map(|it| it.1),
            events: Vec::new(),
            state: State::default(),
        });
        if let Some(address) = address {
            self.by_address.insert(address, number);
        }
        if let Some(place) = place {
            self.by_place.insert(place, number);
        }
        Some(number)
    }

    /// The folio that a line names.
    fn named(&mut self, text: &[u8]) -> Option<u32> {
        let address = field(text, b"folio").and_then(hex);
        let place = decimal(text, b"ino").zip(decimal(text, b"index"));
        match (address, place) {
            (Some(address), _) => {
                if let Some(known) = self.by_address.get(&address) {
                    let folio = &self.folios[*known as usize];
                    // The same memory may serve another page later.
                    if place.is_none() || folio.inode.zip(folio.index) == place {
                        return Some(*known);
                    }
                } else if let Some(known) = place.and_then(|it| self.by_place.get(&it)) {
                    let known = *known;
                    let folio = &mut self.folios[known as usize];
                    if folio.address.is_none() {
                        folio.address = Some(address);
                        self.by_address.insert(address, known);
                        return Some(known);
                    }
                }
                self.new_folio(Some(address), place)
            }
            (None, Some(place)) => match self.by_place.get(&place) {
                Some(known) => Some(*known),
                None => self.new_folio(None, Some(place)),
            },
            (None, None) => None,
        }
    }

    fn doing(&mut self, task: u16) -> &mut Doing {
        &mut self.doing[usize::from(task)]
    }

    fn state(&mut self, folio: u32) -> &mut State {
        &mut self.folios[folio as usize].state
    }

    /// Says that an event is about a folio.
    fn about(&mut self, event: u32, folio: u32) {
        let events = &mut self.folios[folio as usize].events;
        match events.last() {
            Some(last) if *last >= event => {
                if let Err(at) = events.binary_search(&event) {
                    events.insert(at, event);
                }
            }
            _ => events.push(event),
        }
    }

    fn say(&mut self, rule: Rule, finding: Finding, folio: u32, at: [u32; 4], why: Why) {
        let most = match finding {
            Finding::Kept => MOST_KEPT,
            _ => MOST_OTHERS,
        };
        let count = self.counts.entry((rule, finding)).or_default();
        *count += 1;
        if *count <= most {
            self.outcomes.push(Outcome {
                rule,
                finding,
                folio,
                at,
                why,
            });
        } else if finding == Finding::Broken {
            // Whether it is broken is settled at the end, for what is kept.
            *count -= 1;
            *self.counts.entry((rule, Finding::Unknown)).or_default() += 1;
        }
    }

    /// Whether two events are of two processors at one time: then their order is not certain.
    fn same_time(&self, one: u32, other: u32) -> bool {
        let (Some(one), Some(other)) = (
            self.events.get(one as usize),
            self.events.get(other as usize),
        ) else {
            return false;
        };
        one.cpu != other.cpu && one.time == other.time
    }

    /// A rule that does not hold, by the order of two events.
    fn broken(&mut self, rule: Rule, folio: u32, at: [u32; 4], order: (u32, u32)) {
        match self.same_time(order.0, order.1) {
            true => self.say(rule, Finding::Unknown, folio, at, Why::SameTime),
            false => self.say(rule, Finding::Broken, folio, at, Why::Nothing),
        }
    }

    fn happened(&mut self, event: u32, what: What, task: u16, named: Option<u32>, text: &[u8]) {
        self.wait_is_over(event, what, task, named);
        self.asked_for_stable(what, task, named);
        let folio = named.or_else(|| self.follows(event, what, task));
        if let Some(folio) = folio {
            self.about(event, folio);
            self.settle_pending(task, what, folio);
        }
        match what {
            What::Fault => {
                // The task was in its own program: nothing of before is under way.
                let doing = self.doing(task);
                (doing.mkwrite, doing.copying) = (None, None);
                doing.pending.clear();
                doing.pending.push(event);
            }
            What::WriteFault => self.doing(task).pending.push(event),
            What::MkwriteCalled => {
                let doing = self.doing(task);
                doing.pending.push(event);
                doing.mkwrite = Some(Mkwrite {
                    folio: NONE,
                    stable: false,
                });
            }
            What::MkwriteReturned => self.mkwrite_returned(event, task),
            What::ClearedForIo => self.cleared(event, task, folio),
            What::Mkclean | What::MkcleanOne => {
                let passes = &mut self.doing(task).passes;
                if let Some(pass) = passes.iter_mut().rev().find(|it| Some(it.folio) == folio)
                    && pass.mkclean == NONE
                {
                    pass.mkclean = event;
                }
            }
            What::WritebackStarted => self.started(event, task, folio),
            What::WritebackEnded => self.ended(event, folio),
            What::WaitCalled => {
                if let Some(folio) = folio
                    && self.state(folio).writeback != Some(false)
                {
                    let ends = self.state(folio).ends;
                    self.doing(task).wait = Some(Wait {
                        folio,
                        call: event,
                        ends,
                    });
                }
            }
            What::StableCalled => {
                let doing = self.doing(task);
                doing.stable = Some((folio.unwrap_or(NONE), event));
                match &mut doing.mkwrite {
                    Some(mkwrite) => mkwrite.stable = true,
                    None if doing.copying.is_none_or(|it| Some(it.0) != folio) => {
                        doing.copying = folio.map(|it| (it, event));
                    }
                    None => {}
                }
            }
            What::Unlocked => self.unlocked(event, task, folio),
            What::Submitted | What::GuardPrepared => self.submitted(event, what, task, text),
            What::Issued => self.issued(event, task, text),
            What::Completed => self.completed(event, task, text),
            What::BioEnded => self.bio_ended(event, task, text),
            What::AddedToBio
            | What::MadeWritable
            | What::MarkedDirty
            | What::DirtyTold
            | What::WaitSleeps
            | What::LockSleeps
            | What::Queued => {}
        }
    }

    /// The folio of a line that names none, by what its task is about.
    fn follows(&mut self, event: u32, what: What, task: u16) -> Option<u32> {
        match what {
            What::ClearedForIo => {
                let folio = self.new_folio(None, None)?;
                self.doing(task).current = Some(folio);
                if let Some(before) = self.doing(task).pending.pop()
                    && self.events[before as usize].what() == What::WaitCalled
                {
                    self.about(before, folio);
                }
                Some(folio)
            }
            What::Mkclean | What::MkcleanOne | What::AddedToBio | What::WritebackStarted => {
                self.doing(task).current
            }
            What::MarkedDirty | What::StableCalled | What::MadeWritable => {
                let doing = self.doing(task);
                let mkwrite = doing
                    .mkwrite
                    .as_ref()
                    .map(|it| it.folio)
                    .filter(|it| *it != NONE);
                mkwrite.or(doing.granted).or(doing.current)
            }
            What::MkwriteReturned => {
                let mkwrite = self.doing(task).mkwrite.as_ref();
                mkwrite.map(|it| it.folio).filter(|it| *it != NONE)
            }
            What::WaitCalled => {
                let doing = self.doing(task);
                let mkwrite = doing
                    .mkwrite
                    .as_ref()
                    .map(|it| it.folio)
                    .filter(|it| *it != NONE);
                if mkwrite.is_none() && doing.mkwrite.is_none() {
                    doing.pending.clear();
                    doing.pending.push(event);
                }
                mkwrite
            }
            What::Unlocked => {
                let doing = self.doing(task);
                let mkwrite = doing
                    .mkwrite
                    .as_ref()
                    .map(|it| it.folio)
                    .filter(|it| *it != NONE);
                mkwrite.or(doing.granted).or(doing.current)
            }
            What::WritebackEnded => self.doing(task).ending.pop_front(),
            _ => None,
        }
    }

    /// The events before that were waiting for a folio.
    fn settle_pending(&mut self, task: u16, what: What, folio: u32) {
        let doing = self.doing(task);
        match &mut doing.mkwrite {
            Some(mkwrite) if mkwrite.folio == NONE => {
                mkwrite.folio = folio;
                for before in std::mem::take(&mut doing.pending) {
                    self.about(before, folio);
                }
            }
            Some(_) => {}
            // A fault that came to nothing of this kind.
            None if what == What::Unlocked => doing.pending.clear(),
            None => {}
        }
    }

    /// A task that was to sleep until writeback ends does something.
    fn wait_is_over(&mut self, event: u32, what: What, task: u16, named: Option<u32>) {
        let Some(wait) = self.doing(task).wait.take() else {
            return;
        };
        if what == What::WaitSleeps && named.is_none_or(|it| it == wait.folio) {
            self.doing(task).wait = Some(wait);
            return;
        }
        let state = self.state(wait.folio).clone();
        match state.ends > wait.ends {
            // Whether there was anything to wait for is not in the capture; now there is nothing.
            _ if state.writeback.is_none() => self.state(wait.folio).writeback = Some(false),
            true => {
                let at = [wait.call, state.ended.unwrap_or(NONE), event, NONE];
                self.say(Rule::Waited, Finding::Kept, wait.folio, at, Why::Nothing);
            }
            false => {
                let at = [wait.call, NONE, event, NONE];
                self.broken(Rule::Waited, wait.folio, at, (wait.call, event));
            }
        }
    }

    /// What a task does next after it has asked for a stable page says whether its mapping wants such.
    fn asked_for_stable(&mut self, what: What, task: u16, named: Option<u32>) {
        let Some((folio, _)) = self.doing(task).stable.take() else {
            return;
        };
        let inode = self.folios.get(folio as usize).and_then(|it| it.inode);
        let waits = matches!(what, What::WaitCalled | What::WaitSleeps)
            && named.is_none_or(|it| it == folio);
        let asks = self.asks.entry(inode).or_default();
        match waits {
            true => asks.yes += 1,
            false => asks.no += 1,
        }
    }

    fn mkwrite_returned(&mut self, event: u32, task: u16) {
        let Some(mkwrite) = self.doing(task).mkwrite.take() else {
            return;
        };
        self.doing(task).pending.clear();
        if mkwrite.folio == NONE {
            return;
        }
        // VM_FAULT_LOCKED, or 0 from handlers that leave locking to their caller: include/linux/mm_types.h (6.19).
        let returned = &self.events[event as usize];
        // XFS has one function for read and write faults; only a write waits for a stable page.
        let writes = mkwrite.stable || !returned.name().contains("xfs_filemap_fault");
        if returned.value & !0x204 == 0 && writes {
            self.granted(event, task, mkwrite.folio);
        }
    }

    fn granted(&mut self, event: u32, task: u16, folio: u32) {
        let doing = self.doing(task);
        doing.granted = Some(folio);
        let state = self.state(folio).clone();
        self.state(folio).granted = Some(event);
        let batch = state.batch.and_then(|it| self.batch(it));
        let prepared = batch.map_or(NONE, |it| it.prepared);
        let (finding, why) = match state.writeback {
            Some(false) => (Finding::Kept, Why::Nothing),
            Some(true) => (Finding::Broken, Why::Asked),
            None => (Finding::Unknown, Why::Before),
        };
        let at = match state.writeback {
            Some(false) => [event, NONE, state.ended.unwrap_or(NONE), NONE],
            _ => [event, state.started.unwrap_or(NONE), NONE, prepared],
        };
        self.say(Rule::Granted, finding, folio, at, why);
    }

    fn cleared(&mut self, event: u32, task: u16, folio: Option<u32>) {
        let Some(folio) = folio else { return };
        let passes = &mut self.doing(task).passes;
        passes.retain(|it| it.folio != folio);
        if passes.len() >= MOST_UNDER_WAY {
            passes.remove(0);
        }
        passes.push(Pass {
            folio,
            cleared: event,
            mkclean: NONE,
            unlocked: NONE,
        });
    }

    fn started(&mut self, event: u32, task: u16, folio: Option<u32>) {
        let Some(folio) = folio else { return };
        let passes = &self.doing(task).passes;
        let pass = passes.iter().rev().find(|it| it.folio == folio).cloned();
        match &pass {
            Some(pass) => {
                let at = [pass.cleared, pass.mkclean, event, NONE];
                let finding = match pass.mkclean {
                    NONE => Finding::Broken,
                    _ => Finding::Kept,
                };
                self.say(
                    Rule::Protected,
                    finding,
                    folio,
                    at,
                    Why::NotRecorded("folio_mkclean"),
                );
                if pass.unlocked != NONE {
                    let at = [pass.cleared, event, pass.unlocked, NONE];
                    self.broken(Rule::Marked, folio, at, (pass.unlocked, event));
                    self.doing(task).passes.retain(|it| it.folio != folio);
                }
            }
            None => {
                let at = [NONE, NONE, event, NONE];
                self.say(Rule::Protected, Finding::Unknown, folio, at, Why::Before);
            }
        }
        let state = self.state(folio).clone();
        match state.writeback {
            Some(true) => {
                let first = state.started.unwrap_or(NONE);
                self.broken(
                    Rule::Once,
                    folio,
                    [first, event, NONE, NONE],
                    (first, event),
                );
            }
            Some(false) => {
                let at = [state.ended.unwrap_or(NONE), event, NONE, NONE];
                self.say(Rule::Once, Finding::Kept, folio, at, Why::Nothing);
            }
            None => {}
        }
        let state = self.state(folio);
        (state.writeback, state.started, state.batch) = (Some(true), Some(event), None);
        let doing = self.doing(task);
        if doing.started.len() < MOST_UNDER_WAY {
            doing.started.push(folio);
        }
    }

    fn ended(&mut self, event: u32, folio: Option<u32>) {
        let Some(folio) = folio else { return };
        let state = self.state(folio).clone();
        if state.writeback == Some(true) {
            let batch = state.batch.and_then(|it| self.batch(it)).cloned();
            match batch {
                Some(batch) if batch.completed != NONE => {
                    let at = [batch.completed, event, NONE, NONE];
                    self.say(Rule::Ended, Finding::Kept, folio, at, Why::Nothing);
                }
                Some(batch) if batch.issued != NONE => {
                    let at = [batch.issued, event, NONE, NONE];
                    self.broken(Rule::Ended, folio, at, (batch.issued, event));
                }
                _ => {
                    let at = [NONE, event, NONE, NONE];
                    self.say(Rule::Ended, Finding::Unknown, folio, at, Why::WhichRequest);
                }
            }
        }
        let state = self.state(folio);
        (state.writeback, state.ended) = (Some(false), Some(event));
        state.ends += 1;
    }

    fn unlocked(&mut self, event: u32, task: u16, folio: Option<u32>) {
        let doing = self.doing(task);
        let mkwrite = doing.mkwrite.as_ref().is_some();
        let copying = doing.copying.filter(|it| Some(it.0) == folio && !mkwrite);
        if copying.is_some() {
            doing.copying = None;
        }
        if doing.granted == folio {
            doing.granted = None;
        }
        if doing.current == folio {
            doing.current = None;
        }
        let Some(folio) = folio else { return };
        if let Some(at) = doing.passes.iter().rposition(|it| it.folio == folio) {
            let pass = doing.passes[at].clone();
            let started = self.folios[folio as usize].state.started;
            let doing = self.doing(task);
            match started.filter(|it| *it > pass.cleared) {
                Some(started) => {
                    doing.passes.remove(at);
                    let at = [pass.cleared, started, event, NONE];
                    self.say(Rule::Marked, Finding::Kept, folio, at, Why::Nothing);
                }
                None => doing.passes[at].unlocked = event,
            }
        }
        if let Some((_, since)) = copying {
            let state = self.state(folio).clone();
            let (finding, why) = match state.writeback {
                Some(false) => (Finding::Kept, Why::Nothing),
                Some(true) => (Finding::Broken, Why::Asked),
                None => (Finding::Unknown, Why::Before),
            };
            let at = [event, state.started.unwrap_or(NONE), since, NONE];
            self.say(Rule::Copied, finding, folio, at, why);
        }
    }

    fn batch(&self, number: usize) -> Option<&Batch> {
        self.batches.get(number.checked_sub(self.forgotten)?)
    }

    fn new_batch(&mut self, task: u16) -> Option<usize> {
        let folios = std::mem::take(&mut self.doing(task).started);
        if folios.is_empty() {
            return None;
        }
        if self.batches.len() >= MOST_UNDER_WAY {
            self.batches.pop_front();
            self.forgotten += 1;
        }
        let number = self.forgotten + self.batches.len();
        for folio in &folios {
            self.state(*folio).batch = Some(number);
        }
        self.batches.push_back(Batch {
            folios,
            task,
            bio: 0,
            sector: None,
            prepared: NONE,
            issued: NONE,
            completed: NONE,
        });
        Some(number)
    }

    /// Says that an event is about all folios of a bio.
    fn about_all(&mut self, event: u32, number: usize) {
        let folios = self
            .batch(number)
            .map_or(Vec::new(), |it| it.folios.clone());
        for folio in folios {
            self.about(event, folio);
        }
    }

    fn submitted(&mut self, event: u32, what: What, task: u16, text: &[u8]) {
        let waiting = |it: &Batch| it.task == task && it.issued == NONE && it.prepared == NONE;
        let number = match self.new_batch(task) {
            Some(number) => number,
            None => match self.batches.iter().rposition(waiting) {
                Some(at) => self.forgotten + at,
                None => return,
            },
        };
        let sector = decimal(text, b"sector").or_else(|| match what {
            What::Submitted => request(text).map(|it| it.1),
            _ => None,
        });
        let bio = field(text, b"bio").and_then(hex);
        let at = number - self.forgotten;
        let batch = &mut self.batches[at];
        batch.sector = sector.or(batch.sector);
        batch.bio = bio.unwrap_or(batch.bio);
        if what == What::GuardPrepared {
            batch.prepared = event;
        }
        self.about_all(event, number);
    }

    fn issued(&mut self, event: u32, task: u16, text: &[u8]) {
        let Some((true, sector, sectors, _)) = request(text) else {
            return;
        };
        let open: Vec<usize> = (0..self.batches.len())
            .filter(|at| self.batches[*at].issued == NONE)
            .collect();
        let find =
            |is: &dyn Fn(&Batch) -> bool| open.iter().copied().find(|at| is(&self.batches[*at]));
        let at = find(&|it| it.sector == Some(sector))
            .or_else(|| find(&|it| it.sector.is_none() && it.folios.len() as u64 * 8 == sectors));
        let at = at.or_else(|| {
            // One bio of large folios, or a part of one.
            let own = |at: &&usize| {
                let batch = &self.batches[**at];
                batch.task == task && batch.sector.is_none()
            };
            let mut own = open.iter().filter(own);
            own.next().copied().filter(|_| own.next().is_none())
        });
        let at = match at {
            None if self.doing(task).started.len() as u64 * 8 == sectors => {
                self.new_batch(task).map(|it| it - self.forgotten)
            }
            found => found,
        };
        let Some(at) = at else { return };
        let batch = &mut self.batches[at];
        (batch.issued, batch.sector) = (event, Some(sector));
        self.about_all(event, self.forgotten + at);
    }

    fn completed(&mut self, event: u32, task: u16, text: &[u8]) {
        let Some((_, sector, sectors, error)) = request(text) else {
            return;
        };
        if sectors == 0 {
            return;
        }
        let open =
            |it: &Batch| it.issued != NONE && it.completed == NONE && it.sector == Some(sector);
        let Some(at) = self.batches.iter().position(open) else {
            return;
        };
        let number = self.forgotten + at;
        let batch = &mut self.batches[at];
        batch.completed = event;
        let batch = batch.clone();
        let doing = self.doing(task);
        doing.batch = Some(number);
        doing.ending = batch.folios.iter().copied().collect();
        self.about_all(event, number);
        let first = batch.folios.first().copied().unwrap_or(NONE);
        match error {
            0 => {
                let at = [batch.issued, event, NONE, NONE];
                self.say(Rule::Taken, Finding::Kept, first, at, Why::Nothing);
            }
            _ => {
                let after = |it: &u32| {
                    let granted = self.folios[*it as usize].state.granted;
                    granted.filter(|it| batch.prepared != NONE && *it > batch.prepared)
                };
                let changed = batch.folios.iter().find_map(after);
                let prepared = changed.map_or(NONE, |_| batch.prepared);
                let at = [batch.issued, event, changed.unwrap_or(NONE), prepared];
                self.say(Rule::Taken, Finding::Broken, first, at, Why::Nothing);
            }
        }
    }

    fn bio_ended(&mut self, event: u32, task: u16, text: &[u8]) {
        let bio = field(text, b"bio").and_then(hex);
        let by_bio = |it: &Batch| Some(it.bio) == bio && it.bio != 0;
        let number = match self.batches.iter().rposition(by_bio) {
            Some(at) => Some(self.forgotten + at),
            None if bio.is_none() => self.doing(task).batch,
            None => None,
        };
        if let Some(number) = number {
            self.about_all(event, number);
        }
    }

    /// Settles what only the whole capture can tell.
    pub fn finish(&mut self) {
        let seen = |what: What| {
            let rows = ROWS.iter().zip(&self.rows);
            rows.filter(|it| it.0.what == what)
                .map(|it| it.1)
                .sum::<u64>()
                > 0
        };
        let walks = seen(What::Mkclean) || seen(What::MkcleanOne);
        let waits = seen(What::WaitCalled);
        let mut moved = Vec::new();
        for outcome in &mut self.outcomes {
            let before = outcome.finding;
            match outcome.rule {
                Rule::Protected if before == Finding::Broken && !walks => {
                    outcome.finding = Finding::Unknown;
                }
                Rule::Granted | Rule::Copied if before == Finding::Broken => {
                    let folio = self.folios.get(outcome.folio as usize);
                    let asks = folio.and_then(|it| self.asks.get(&it.inode)).copied();
                    let asks = asks.unwrap_or_default();
                    let order = (outcome.at[1], outcome.at[0]);
                    let (one, other) = (
                        &self.events[order.0 as usize],
                        &self.events[order.1 as usize],
                    );
                    (outcome.finding, outcome.why) = match (waits, asks.yes, asks.no) {
                        _ if one.cpu != other.cpu && one.time == other.time => {
                            (Finding::Unknown, Why::SameTime)
                        }
                        (true, 0, 1..) => (Finding::NotAsked, Why::Nothing),
                        (true, 1.., _) => (Finding::Broken, Why::Nothing),
                        _ => (Finding::Unknown, Why::Asked),
                    };
                }
                _ => {}
            }
            if outcome.finding != before {
                moved.push((outcome.rule, before, outcome.finding));
            }
        }
        for (rule, before, after) in moved {
            *self.counts.entry((rule, before)).or_default() -= 1;
            *self.counts.entry((rule, after)).or_default() += 1;
        }
        self.counts.retain(|_, count| *count > 0);
    }
}
