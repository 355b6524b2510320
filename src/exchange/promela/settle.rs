//! Where an actor goes on after a step: at the next instruction that has something to do.

use crate::machine::{ActorId, Instr, Op, Operand, OperandKind, ReadStep};

use super::library::{not, option};
use super::variables::{BIO_AT_HAND, CLEANED, CSUM_AT_HAND, ORIG, TAGGED};
use super::writer::{Names, Writer};

/// An actor on its way to the next instruction that has something to do.
#[derive(Clone)]
struct Path {
    pc: usize,
    /// The store that faulted, in a fault handler.
    store: Option<usize>,
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
    /// Statements that send an actor to an instruction, or past it where it has nothing to do. The conditions `not` do not
    /// hold then. Each way through them ends with a `goto`.
    pub(super) fn go_to(
        &self,
        actor: ActorId,
        pc: usize,
        store: Option<usize>,
        not: Vec<String>,
    ) -> String {
        let path = Path {
            pc,
            store,
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
            if let (Some(store), true) = (path.store, path.pc >= it.code.len()) {
                // The store is run again; there is always something to do for it.
                out += &self.forgets(actor, &[("cleaned", CLEANED), ("orig_pte", ORIG)]);
                return out + &format!("goto {}", self.label(actor, store, None));
            }
            if path.store.is_none() && path.pc >= main {
                if !path.afresh {
                    let mut all =
                        vec![("cleaned", CLEANED), ("orig_pte", ORIG), ("tagged", TAGGED)];
                    if self.has_hand(actor) {
                        all.push(("at_hand", &[]));
                    }
                    out += &self.forgets(actor, &all);
                }
                if !it.forever || main == 0 {
                    return out + "goto finished";
                }
                path.afresh = true;
                path.pc = 0;
            }
            let Some(instr) = self.instr(actor, path.pc, path.store) else {
                break;
            };
            if instr.op == Op::Goto {
                path.pc = instr.no.into();
                continue;
            }
            let Some(nothing) = self.nothing_to_do(actor, instr, &self.names(instr)) else {
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
            let (here, cond) = (self.label(actor, path.pc, path.store), any.join(" || "));
            path.passed.push(cond.clone());
            path.pc += 1;
            let on = self.pass_on(actor, path);
            let passed_over = option(&cond, &on);
            return format!("{out}if\n{passed_over}\n:: else -> goto {here}\nfi");
        }
        match path.store.is_none() && path.pc >= main {
            true => out + "goto finished",
            false => out + &format!("goto {}", self.label(actor, path.pc, path.store)),
        }
    }

    /// The instruction at which an actor's program begins: the first that has something to do while there is no bio. None if
    /// there is none.
    pub(super) fn first(&self, actor: ActorId) -> Option<usize> {
        let it = &self.model.actors[actor.index()];
        let mut pc = 0;
        for _ in 0..=it.code.len() {
            let instr = it.code.get(pc).filter(|_| pc < it.main.into())?;
            pc = match instr.op {
                Op::Goto => instr.no.into(),
                _ if self
                    .nothing_to_do(actor, *instr, &self.names(*instr))
                    .is_none() =>
                {
                    return Some(pc);
                }
                _ => pc + 1,
            };
        }
        Some(pc)
    }

    /// Statements that clear those of an actor's variables that some of its instructions use.
    fn forgets(&self, actor: ActorId, all: &[(&str, &[Op])]) -> String {
        let used = all
            .iter()
            .filter(|(_, ops)| ops.is_empty() || self.uses(actor, ops));
        used.map(|(name, _)| match *name {
            "at_hand" | "orig_pte" => format!("{name} = 0; "),
            name => format!("{name} = false; "),
        })
        .collect()
    }

    /// Whether an actor's `at_hand` is ever set, to a bio or to the bytes that it computed a checksum of.
    pub(super) fn has_hand(&self, actor: ActorId) -> bool {
        self.uses(actor, BIO_AT_HAND) || self.uses(actor, CSUM_AT_HAND)
    }

    /// When an instruction is passed over without a step; none if it never is.
    pub(super) fn nothing_to_do(
        &self,
        actor: ActorId,
        instr: Instr,
        names: &Names,
    ) -> Option<NothingToDo> {
        let mut nothing = NothingToDo::default();
        let any_bio = |word: &str| self.any_bio(instr.page, &names.page, word);
        let in_hand = || match instr.operand {
            Operand::Sector(_) => format!("in_hand({})", names.place),
            _ => any_bio("in_hand"),
        };
        match instr.op {
            Op::Goto => nothing.ever = true,
            Op::CommitMedia | Op::Requeue | Op::CompleteRequest => {
                nothing.any.push("at_hand == 0".to_owned());
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
                ReadStep::Bounce => nothing.any.push(format!("!{}", any_bio(&self.builds))),
                ReadStep::Complete | ReadStep::Again | ReadStep::IsRead => {
                    nothing.any.push("at_hand == 0".to_owned());
                    nothing.at_hand = true;
                }
                _ => {
                    nothing.any.push(format!("!{}", in_hand()));
                    nothing.at_hand = true;
                }
            },
            Op::GenerateGuard | Op::CopySector => {
                nothing
                    .any
                    .push(format!("!{}({})", self.builds, names.place));
            }
            Op::BounceCopy => nothing.any.push(format!("!{}", any_bio(&self.builds))),
            Op::QueueBio | Op::HandOver => nothing.any.push(format!("{} == 0", self.own_bio)),
            _ => return None,
        }
        if let (true, Operand::Sector(_)) = (self.has.buffers, instr.operand) {
            let (page, nth) = (&names.page, &names.nth);
            nothing.any.push(format!("!under_io({page}, {nth})"));
        }
        nothing.ever |= nothing.at_hand && !self.has_hand(actor);
        Some(nothing)
    }

    /// Conditions that do not hold after an instruction, since it has had something to do, or has made that so.
    pub(super) fn not_after(&self, actor: ActorId, instr: Instr) -> Vec<String> {
        let nothing = self.nothing_to_do(actor, instr, &self.names(instr));
        let nothing = nothing.unwrap_or_default();
        let mut not = Vec::new();
        if nothing.at_hand || matches!(instr.op, Op::TakeRequest | Op::BioEndio) {
            not.push("at_hand == 0".to_owned());
        }
        // Instructions on a sector change neither which pages a bio has nor what is at hand.
        let of_sector = instr.op.operand() == OperandKind::Sector && !nothing.any.is_empty();
        if of_sector {
            not.extend(nothing.any);
        }
        match instr.op {
            Op::GenerateGuard | Op::CopySector | Op::TakeOver => {
                not.push(format!("{} == 0", self.own_bio));
            }
            // There is a bio for each page, and as many as its sectors for one that goes out in parts.
            Op::BioAdd => {
                not.push(format!("{} == 0", self.own_bio));
                let names = self.names(instr);
                let places = self.places_of(instr, &names).into_iter();
                not.extend(places.map(|it| format!("!{}({it})", self.builds)));
            }
            _ => {}
        }
        not
    }

    /// The condition that an instruction has something to do; none if it always has.
    pub(super) fn something_to_do(
        &self,
        actor: ActorId,
        instr: Instr,
        names: &Names,
    ) -> Option<String> {
        let nothing = self.nothing_to_do(actor, instr, names)?;
        let all = nothing.any.iter().map(|it| not(it));
        Some(all.collect::<Vec<_>>().join(" && "))
    }
}

/// When an instruction has nothing to do.
#[derive(Default)]
pub(super) struct NothingToDo {
    /// Always.
    pub(super) ever: bool,
    /// Also where the actor has nothing at hand.
    at_hand: bool,
    /// Also where one of these conditions holds.
    any: Vec<String>,
}
