//! Where an actor goes on after a step: past whatever has nothing to do there.

use crate::machine::{ActorId, Instr, Op, Operand, OperandKind, PageId};

use super::library::option;
use super::variables::{BIO_AT_HAND, CLEANED, CSUM_AT_HAND, ORIG, TAGGED};
use super::writer::Writer;

/// An actor on its way to the next instruction that has something to do.
#[derive(Clone)]
struct Way {
    pc: usize,
    /// The page of the store that faulted, in a fault handler.
    handling: Option<PageId>,
    /// What is known to hold, since it let us pass before; nothing changes meanwhile.
    passed: Vec<String>,
    /// What is known not to hold.
    not: Vec<String>,
    /// The program has begun again, with nothing at hand.
    afresh: bool,
    /// A loop in which there is nothing to do is left where it is after so many instructions.
    left: usize,
}

impl Writer<'_> {
    /// Sends `me` to an instruction, and on from there. `not` does not hold where it comes from.
    pub(super) fn lands(
        &self,
        actor: ActorId,
        pc: usize,
        handling: Option<PageId>,
        not: Vec<String>,
    ) -> String {
        let way = Way {
            pc,
            handling,
            passed: Vec::new(),
            not,
            afresh: false,
            left: 2 * self.model.actors[actor.index()].code.len() + 1,
        };
        self.goes(actor, way)
    }

    fn goes(&self, actor: ActorId, mut way: Way) -> String {
        let it = &self.model.actors[actor.index()];
        let main = usize::from(it.main);
        let mut out = String::new();
        while way.left > 0 {
            way.left -= 1;
            if way.handling.is_some() && way.pc >= it.code.len() {
                // The store is run again; there is always something to do for it.
                out += "pc[me] = retry[me] - 1; retry[me] = 0;";
                return out + &self.forgets(actor, &[("cleaned", CLEANED), ("orig_pte", ORIG)]);
            }
            if way.handling.is_none() && way.pc >= main {
                if !way.afresh {
                    let mut all = vec![
                        ("cleaned", CLEANED),
                        ("orig_pte", ORIG),
                        ("tagged", TAGGED),
                        ("sleeping", &[Op::WaitOnce][..]),
                        ("woken", &[Op::WaitOnce]),
                    ];
                    if self.has_hand(actor) {
                        all.push(("at_hand", &[]));
                    }
                    out += self.forgets(actor, &all).trim_start();
                    out += if out.is_empty() { "" } else { " " };
                }
                if !it.forever || main == 0 {
                    return out + "pc[me] = FINISHED";
                }
                way.afresh = true;
                way.pc = 0;
            }
            let instr = match (it.code.get(way.pc), way.handling) {
                (Some(instr), Some(page)) => Instr { page, ..*instr },
                (Some(instr), None) => *instr,
                (None, _) => break,
            };
            if instr.op == Op::Goto {
                way.pc = instr.no.into();
                continue;
            }
            let Some(void) = self.nothing_to_do(actor, instr) else {
                break;
            };
            let mut any = void.any;
            any.retain(|it| !way.not.contains(it));
            if void.ever
                || void.at_hand && way.afresh
                || any.iter().any(|it| way.passed.contains(it))
            {
                way.pc += 1;
                continue;
            }
            if any.is_empty() {
                break;
            }
            let (here, cond) = (way.pc, any.join(" || "));
            way.passed.push(cond.clone());
            way.pc += 1;
            let on = self.goes(actor, way);
            let passed_over = option(&cond, &on);
            return format!("{out}if\n{passed_over}\n:: else -> pc[me] = {here}\nfi");
        }
        match way.handling.is_none() && way.pc >= main {
            true => out + "pc[me] = FINISHED",
            false => out + &format!("pc[me] = {}", way.pc),
        }
    }

    /// Clears what an actor remembers, if it ever remembers it.
    fn forgets(&self, actor: ActorId, all: &[(&str, &[Op])]) -> String {
        let used = all
            .iter()
            .filter(|(_, ops)| ops.is_empty() || self.uses(actor, ops));
        used.map(|(name, _)| match *name {
            "at_hand" | "orig_pte" => format!(" {name}[me] = 0;"),
            name => format!(" {name}[me] = false;"),
        })
        .collect()
    }

    /// Whether an actor ever has a bio at hand, or bytes it computed a checksum of.
    pub(super) fn has_hand(&self, actor: ActorId) -> bool {
        self.uses(actor, BIO_AT_HAND) || self.uses(actor, CSUM_AT_HAND)
    }

    /// When an instruction is passed over without a step; none where it never is.
    pub(super) fn nothing_to_do(&self, actor: ActorId, instr: Instr) -> Option<Void> {
        let p = instr.page;
        let mut void = Void::default();
        match instr.op {
            Op::Goto => void.ever = true,
            Op::CommitMedia | Op::Requeue | Op::CompleteRequest => {
                void.any.push("at_hand[me] == 0".to_owned());
                void.at_hand = true;
            }
            Op::SampleFirst
            | Op::DmaSector
            | Op::HbaVerify
            | Op::HbaInsert
            | Op::TargetVerify
            | Op::EndIo(_) => {
                void.any.push(format!("!in_hand({p})"));
                void.at_hand = true;
            }
            Op::GenerateGuard | Op::BounceCopy => void.any.push(format!("!{}({p})", self.builds)),
            Op::QueueBio | Op::HandOver => void.any.push(format!("{} == 0", self.own_bio)),
            _ => return None,
        }
        if let (true, Operand::Sector(sector)) = (self.has.buffers, instr.operand) {
            void.any.push(format!("!under_io({p}, {sector})"));
        }
        void.ever |= void.at_hand && !self.has_hand(actor);
        Some(void)
    }

    /// What does not hold wherever an instruction has something to do, and still does not once it
    /// has done it: those that only look at a sector change nothing of a bio's pages and hands.
    pub(super) fn not_after(&self, actor: ActorId, instr: Instr) -> Vec<String> {
        let mut not = match self.nothing_to_do(actor, instr) {
            Some(void) if instr.op.operand() == OperandKind::Sector => void.any,
            _ => return Vec::new(),
        };
        not.push(match instr.op {
            Op::GenerateGuard => format!("{} == 0", self.own_bio),
            _ => "at_hand[me] == 0".to_owned(),
        });
        not
    }

    /// That an instruction that might be passed over has something to do.
    pub(super) fn something_to_do(&self, actor: ActorId, instr: Instr) -> Option<String> {
        let void = self.nothing_to_do(actor, instr)?;
        if void.ever {
            return Some("false".to_owned());
        }
        let all = void.any.iter().map(|it| match it.strip_prefix('!') {
            Some(it) => it.to_owned(),
            None => it.replace("==", "!="),
        });
        Some(all.collect::<Vec<_>>().join(" && "))
    }
}

/// When an instruction has nothing to do.
#[derive(Default)]
pub(super) struct Void {
    /// As long as its actor runs.
    ever: bool,
    /// Wherever nothing is at hand, too.
    at_hand: bool,
    /// Where one of these holds.
    any: Vec<String>,
}
