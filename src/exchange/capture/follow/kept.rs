//! Which rules the lines keep or break.

use super::super::event::{NONE, What};
use super::super::rules::{Finding, Outcome, Rule, Why};
use super::{Follow, MOST_KEPT, MOST_OTHERS, MOST_UNDER_WAY, Pass};

impl Follow {
    pub(super) fn say(&mut self, rule: Rule, finding: Finding, folio: u32, at: [u32; 4], why: Why) {
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
    pub(super) fn same_time(&self, one: u32, other: u32) -> bool {
        let (Some(one), Some(other)) = (
            self.events.get(one as usize),
            self.events.get(other as usize),
        ) else {
            return false;
        };
        one.cpu != other.cpu && one.time == other.time
    }

    /// A rule that does not hold, by the order of two events.
    pub(super) fn broken(&mut self, rule: Rule, folio: u32, at: [u32; 4], order: (u32, u32)) {
        match self.same_time(order.0, order.1) {
            true => self.say(rule, Finding::Unknown, folio, at, Why::SameTime),
            false => self.say(rule, Finding::Broken, folio, at, Why::Nothing),
        }
    }

    /// A task that was to sleep until writeback ends does something.
    pub(super) fn wait_is_over(&mut self, event: u32, what: What, task: u16, named: Option<u32>) {
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
            // Where no line of the folio sets the bit, none may be known to clear it.
            false if state.started.is_none() => {
                let at = [wait.call, NONE, event, NONE];
                self.say(
                    Rule::Waited,
                    Finding::Unknown,
                    wait.folio,
                    at,
                    Why::WhichFolio,
                );
            }
            false => {
                let at = [wait.call, NONE, event, NONE];
                self.broken(Rule::Waited, wait.folio, at, (wait.call, event));
            }
        }
    }

    /// What a task does next after it has asked for a stable page says whether its mapping wants such.
    pub(super) fn asked_for_stable(&mut self, what: What, task: u16, named: Option<u32>) {
        let Some(folio) = self.doing(task).stable.take() else {
            return;
        };
        let inode = folio.and_then(|it| self.folios[it as usize].inode);
        let waits = matches!(what, What::WaitCalled | What::WaitSleeps)
            && named.is_none_or(|it| Some(it) == folio);
        let asks = self.asks.entry(inode).or_default();
        match waits {
            true => asks.yes += 1,
            false => asks.no += 1,
        }
    }

    pub(super) fn mkwrite_returned(&mut self, event: u32, task: u16) {
        let Some(mkwrite) = self.doing(task).mkwrite.take() else {
            return;
        };
        self.doing(task).pending.clear();
        let Some(folio) = mkwrite.folio else { return };
        // VM_FAULT_LOCKED, or 0 from handlers that leave locking to their caller: include/linux/mm_types.h (6.19).
        let returned = &self.events[event as usize];
        // XFS has one function for read and write faults; only a write waits for a stable page.
        let writes = mkwrite.stable || !returned.name().contains("xfs_filemap_fault");
        if returned.value & !0x204 == 0 && writes {
            self.granted(event, task, folio);
        }
    }

    pub(super) fn granted(&mut self, event: u32, task: u16, folio: u32) {
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
        self.say_open(Rule::Granted, finding, folio, at, why);
    }

    /// Says something that, where it is not known yet, the next line about the folio's writeback may settle.
    fn say_open(&mut self, rule: Rule, finding: Finding, folio: u32, at: [u32; 4], why: Why) {
        let before = self.outcomes.len();
        self.say(rule, finding, folio, at, why);
        if finding == Finding::Unknown && self.outcomes.len() > before {
            self.state(folio).open.push(before);
        }
    }

    /// The first line about a folio's writeback says what it was before: set, if it ends; clear, if it starts.
    fn settle_open(&mut self, folio: u32, ended: Option<u32>) {
        for number in std::mem::take(&mut self.state(folio).open) {
            let outcome = &mut self.outcomes[number];
            let rule = outcome.rule;
            (outcome.finding, outcome.why) = match ended {
                Some(_) => (Finding::Broken, Why::Asked),
                None => (Finding::Kept, Why::Nothing),
            };
            if let (Some(ended), Rule::Granted) = (ended, rule) {
                outcome.at[2] = ended;
            }
            let finding = outcome.finding;
            *self.counts.entry((rule, Finding::Unknown)).or_default() -= 1;
            *self.counts.entry((rule, finding)).or_default() += 1;
        }
    }

    pub(super) fn cleared(&mut self, event: u32, task: u16, folio: Option<u32>) {
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

    pub(super) fn started(&mut self, event: u32, task: u16, folio: Option<u32>) {
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
        self.settle_open(folio, None);
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

    pub(super) fn ended(&mut self, event: u32, folio: Option<u32>) {
        let Some(folio) = folio else { return };
        let state = self.state(folio).clone();
        self.settle_open(folio, Some(event));
        if state.started.is_none() {
            let at = [NONE, event, NONE, NONE];
            self.say(Rule::Ended, Finding::Unknown, folio, at, Why::Before);
        } else if state.writeback == Some(true) {
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

    pub(super) fn unlocked(&mut self, event: u32, task: u16, folio: Option<u32>) {
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
            self.say_open(Rule::Copied, finding, folio, at, why);
        }
    }
}
