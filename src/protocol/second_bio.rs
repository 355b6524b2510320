//! A sector that an actor adds to a bio although it is in one of the actor's already.
//!
//! In the machine a sector is in one bio at a time: the second `bio_add_page` sleeps until the first bio has ended, with
//! whatever the actor holds. A file that asks for it means something else: a bio for each block, say, which is written
//! with ranges (`bio_add_page 0-3`).

use crate::machine::{LockStep, Op, Operand, PageId};

use super::tree::{Step, What};

/// The second of two steps that add a page to a bio of the same actor, with nothing in between
/// during which the first bio could end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondBio {
    /// The page.
    pub page: PageId,
    /// Where the first step stands in the scenario file.
    pub first: Option<usize>,
    /// Where the second step stands there.
    pub second: Option<usize>,
}

/// A page that an actor has added to a bio: the sectors, one bit each, and where the step stands.
type Added = (PageId, u8, Option<usize>);

/// The first page of which an actor's steps, run one after the other, add a sector to a second bio. Only a certain
/// case is found: after a step that sleeps, answers no or goes elsewhere the actor is taken to have no
/// page in a bio.
pub fn second_bio<'a>(steps: impl Iterator<Item = &'a Step>) -> Option<SecondBio> {
    fn walk(step: &Step, added: &mut Vec<Added>) -> Option<SecondBio> {
        if !step.mark.runs() {
            return None;
        }
        match &step.what {
            What::Label(_) => None,
            What::Group(_, inner) => inner.iter().find_map(|step| walk(step, added)),
            What::Op {
                row,
                page,
                operand,
                no,
                ..
            } => {
                let op = super::ops::OPS[*row].op;
                if op == Op::BioAdd {
                    let sectors = match operand {
                        Operand::Sectors(some) => *some,
                        _ => u8::MAX,
                    };
                    let again = |it: &&Added| it.0 == *page && it.1 & sectors != 0;
                    let found = added.iter().find(again).map(|(.., first)| SecondBio {
                        page: *page,
                        first: *first,
                        second: step.at,
                    });
                    added.push((*page, sectors, step.at));
                    return found;
                }
                if no.is_some() || !passes(op) {
                    added.clear();
                }
                None
            }
        }
    }
    let mut added = Vec::new();
    steps.into_iter().find_map(|step| walk(step, &mut added))
}

/// Whether an actor makes this step without sleeping, and so without waiting for the end of a bio.
fn passes(op: Op) -> bool {
    matches!(
        op,
        Op::UnlockPage
            | Op::FlushTlb
            | Op::RedirtyIfCleaned
            | Op::TestClearPageDirty
            | Op::Lock(LockStep::Raise)
            | Op::SetPageDirty
            | Op::ClearDirtyBuffers
            | Op::SetPageWriteback
            | Op::SetBlocksWriteback
            | Op::AssertNoWriteback
            | Op::GenerateGuard
            | Op::BounceCopy
            | Op::CopySector
            | Op::QueueBio
    )
}
