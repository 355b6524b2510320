//! Sets of verdicts.

use crate::scenario::Verdict;

/// A set of verdicts, one bit each.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Verdicts(u16);

impl Verdicts {
    /// The empty set.
    pub const NONE: Verdicts = Verdicts(0);

    /// A set of one.
    pub fn one(verdict: Verdict) -> Verdicts {
        Verdicts(1 << verdict as u16)
    }

    /// The set with these bits; bits that are no verdict's are dropped.
    pub fn of_bits(bits: u16) -> Verdicts {
        Verdicts(bits & ((1 << Verdict::ALL.len()) - 1))
    }

    /// One bit for each verdict, in the order of [`Verdict::ALL`].
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of them that are failures: an unstable write alone is none.
    pub fn failures(self) -> Verdicts {
        self.iter().filter(|it| it.fails()).collect()
    }

    /// Whether none of them is a failure.
    pub fn safe(self) -> bool {
        self.0 & !Verdicts::one(Verdict::UnstableWrite).0 == 0
    }

    /// Whether a verdict is in it.
    pub fn has(self, verdict: Verdict) -> bool {
        self.0 & Verdicts::one(verdict).0 != 0
    }

    /// Adds the verdicts of another set.
    pub fn add(&mut self, other: Verdicts) {
        self.0 |= other.0;
    }

    /// The verdicts in it, in the order of [`Verdict::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Verdict> {
        let all = Verdict::ALL.into_iter();
        all.filter(move |verdict| self.has(*verdict))
    }
}

impl FromIterator<Verdict> for Verdicts {
    fn from_iter<I: IntoIterator<Item = Verdict>>(all: I) -> Verdicts {
        let mut set = Verdicts::NONE;
        for verdict in all {
            set.add(Verdicts::one(verdict));
        }
        set
    }
}
