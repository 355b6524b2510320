//! Where an actor goes on after a step: at the next instruction that has something to do.

use crate::machine::{ActorId, Instr, Op, Operand, OperandKind, PageId, ReadStep};

use super::library::option;
use super::variables::{BIO_AT_HAND, CLEANED, CSUM_AT_HAND, ORIG, TAGGED};
use super::writer::Writer;

/// An actor on its way to the next instruction that has something to do.
#[derive(Clone)]
struct Path {
    pc: usize,
    /// The page of the store that faulted, in a fault handler.
    handling: Option<PageId>,
    /// Conditions that hold, since an earlier instruction on the path was passed over for them; no state changes on it.
    passed: Vec<String>,
    /// Conditions that do not hold.
    not: Vec<String>,
    /// Whether the program has begun again on the path, so that its actor has nothing at hand.
    afresh: bool,
    /// How many more instructions may be passed over, so that a loop without anything to do comes to an end.
    left: usize,
}

impl Writer<'_> {
    /// Statements that send `me` to an instruction, or past it where it has nothing to do. The conditions `not` do not hold
    /// then.
    pub(super) fn go_to(
        &self,
        actor: ActorId,
        pc: usize,
        handling: Option<PageId>,
        not: Vec<String>,
    ) -> String {
        let path = Path {
            pc,
            handling,
            passed: Vec::new(),
            not,
            afresh: false,
            left: 2 * self.model.actors[actor.index()].code.len() + 1,
        };
        self.pass_on(actor, path)
    }

    /// Statements for the rest of a path.
    fn pass_on(&self, actor: ActorId, mut path: Path) -> String {
        let it = &self.model.actors[actor.index()];
        let main = usize::from(it.main);
        let mut out = String::new();
        while path.left > 0 {
            path.left -= 1;
            if path.handling.is_some() && path.pc >= it.code.len() {
                // The store is run again; there is always something to do for it.
                out += "pc[me] = retry[me] - 1; retry[me] = 0;";
                return out + &self.forgets(actor, &[("cleaned", CLEANED), ("orig_pte", ORIG)]);
            }
            if path.handling.is_none() && path.pc >= main {
                if !path.afresh {
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
                path.afresh = true;
                path.pc = 0;
            }
            let instr = match (it.code.get(path.pc), path.handling) {
                (Some(instr), Some(page)) => Instr { page, ..*instr },
                (Some(instr), None) => *instr,
                (None, _) => break,
            };
            if instr.op == Op::Goto {
                path.pc = instr.no.into();
                continue;
            }
            let Some(nothing) = self.nothing_to_do(actor, instr) else {
                break;
            };
            let mut any = nothing.any;
            any.retain(|it| !path.not.contains(it));
            if nothing.ever
                || nothing.at_hand && path.afresh
                || any.iter().any(|it| path.passed.contains(it))
            {
                path.pc += 1;
                continue;
            }
            if any.is_empty() {
                break;
            }
            let (here, cond) = (path.pc, any.join(" || "));
            path.passed.push(cond.clone());
            path.pc += 1;
            let on = self.pass_on(actor, path);
            let passed_over = option(&cond, &on);
            return format!("{out}if\n{passed_over}\n:: else -> pc[me] = {here}\nfi");
        }
        match path.handling.is_none() && path.pc >= main {
            true => out + "pc[me] = FINISHED",
            false => out + &format!("pc[me] = {}", path.pc),
        }
    }

    /// Statements that clear those of an actor's variables that some of its instructions use.
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

    /// Whether an actor's `at_hand` is ever set, to a bio or to the bytes that it computed a checksum of.
    pub(super) fn has_hand(&self, actor: ActorId) -> bool {
        self.uses(actor, BIO_AT_HAND) || self.uses(actor, CSUM_AT_HAND)
    }

    /// When an instruction is passed over without a step; none if it never is.
    pub(super) fn nothing_to_do(&self, actor: ActorId, instr: Instr) -> Option<NothingToDo> {
        let p = instr.page;
        let mut nothing = NothingToDo::default();
        let in_hand = || match instr.operand {
            Operand::Sector(sector) => format!("in_hand({})", self.bio_place(p, sector)),
            _ => self.any_bio(p, "in_hand"),
        };
        match instr.op {
            Op::Goto => nothing.ever = true,
            Op::CommitMedia | Op::Requeue | Op::CompleteRequest => {
                nothing.any.push("at_hand[me] == 0".to_owned());
                nothing.at_hand = true;
            }
            Op::SampleFirst
            | Op::DmaSector
            | Op::HbaVerify
            | Op::HbaInsert
            | Op::TargetVerify
            | Op::EndIo(_) => {
                nothing.any.push(format!("!{}", in_hand()));
                nothing.at_hand = true;
            }
            Op::Read(step) => match step {
                ReadStep::Submit => nothing.any.push(format!("{} == 0", self.own_bio)),
                ReadStep::Bounce => nothing
                    .any
                    .push(format!("!{}", self.any_bio(p, &self.builds))),
                ReadStep::Complete | ReadStep::Again | ReadStep::IsRead => {
                    nothing.any.push("at_hand[me] == 0".to_owned());
                    nothing.at_hand = true;
                }
                _ => {
                    nothing.any.push(format!("!{}", in_hand()));
                    nothing.at_hand = true;
                }
            },
            Op::GenerateGuard | Op::CopySector => nothing.any.push(format!(
                "!{}({})",
                self.builds,
                self.bio_place(p, instr.sector())
            )),
            Op::BounceCopy => nothing
                .any
                .push(format!("!{}", self.any_bio(p, &self.builds))),
            Op::QueueBio | Op::HandOver => nothing.any.push(format!("{} == 0", self.own_bio)),
            _ => return None,
        }
        if let (true, Operand::Sector(sector)) = (self.has.buffers, instr.operand) {
            nothing.any.push(format!("!under_io({p}, {sector})"));
        }
        nothing.ever |= nothing.at_hand && !self.has_hand(actor);
        Some(nothing)
    }

    /// Conditions that do not hold where an instruction has something to do, and still do not hold after it: instructions on
    /// a sector change neither which pages a bio has nor what is at hand.
    pub(super) fn not_after(&self, actor: ActorId, instr: Instr) -> Vec<String> {
        let mut not = match self.nothing_to_do(actor, instr) {
            Some(nothing) if instr.op.operand() == OperandKind::Sector => nothing.any,
            _ => return Vec::new(),
        };
        not.push(match instr.op {
            Op::GenerateGuard | Op::CopySector => format!("{} == 0", self.own_bio),
            _ => "at_hand[me] == 0".to_owned(),
        });
        not
    }

    /// The condition that an instruction has something to do; none if it always has.
    pub(super) fn something_to_do(&self, actor: ActorId, instr: Instr) -> Option<String> {
        let nothing = self.nothing_to_do(actor, instr)?;
        if nothing.ever {
            return Some("false".to_owned());
        }
        let all = nothing.any.iter().map(|it| match it.strip_prefix('!') {
            Some(it) => it.to_owned(),
            None => it.replace("==", "!="),
        });
        Some(all.collect::<Vec<_>>().join(" && "))
    }
}

/// When an instruction has nothing to do.
#[derive(Default)]
pub(super) struct NothingToDo {
    /// Always.
    ever: bool,
    /// Also where the actor has nothing at hand.
    at_hand: bool,
    /// Also where one of these conditions holds.
    any: Vec<String>,
}
