//! What a broken rule means, in a sentence.

use super::*;

impl Step<'_> {
    pub(super) fn broke(&self, at: usize, violation: Violation) -> Option<String> {
        let which = self.same_kind(at, |it| match it {
            Effect::Broke(
                Violation::Unstable { page, sector }
                | Violation::UnstableWrite { page, sector }
                | Violation::Checksum { page, sector, .. }
                | Violation::Lost { page, sector, .. },
            ) => Some((*page, *sector)),
            _ => None,
        });
        let sectors = |page: PageId| self.names_several(page, &which);
        match violation {
            Violation::Assertion { what, .. } => {
                return Some(format!("The kernel would stop here: {}.", what.meaning()));
            }
            Violation::Trap { page } => {
                return self.say(
                    page,
                    "{Who}'s store traps: the kernel's own mapping{of} is read-only.",
                );
            }
            // The sentence for `Effect::Checked` or `Effect::ReadChecked` has told of it.
            Violation::Guard { .. } | Violation::ReadMismatch { .. } => return None,
            _ if which.is_empty() => return None,
            _ => {}
        }
        Some(match violation {
            Violation::Unstable { page, .. } if self.is_read(page) => {
                "These bytes have just come from the disk, and nobody has checked them yet.".to_owned()
            }
            Violation::Unstable { .. } if self.scenario.model.stable => {
                "These bytes were promised to stay stable: their write is on its way to the disk."
                    .to_owned()
            }
            Violation::Unstable { .. } => {
                "The write of these bytes is on its way to the disk, but nothing asks for stable pages here."
                    .to_owned()
            }
            Violation::UnstableWrite { page, .. } => match self.scenario.model.protection {
                Protection::Parity => format!(
                    "Yet parity was computed from other bytes of {}: data and parity disagree.",
                    sectors(page)
                ),
                Protection::Mirror => format!(
                    "Yet the other leg holds other bytes of {}: the legs of the mirror differ.",
                    sectors(page)
                ),
                _ => format!(
                    "The bytes it took for {} are not those that were submitted: an unstable write.",
                    sectors(page)
                ),
            },
            Violation::Checksum { page, consumer, .. } => match consumer {
                Consumer::FileSystem => format!(
                    "Yet the file system's checksum was taken from other bytes of {}: a read from the disk finds a mismatch.",
                    sectors(page)
                ),
                Consumer::Block => format!(
                    "Yet the checksum inside {} does not fit its bytes.",
                    sectors(page)
                ),
            },
            Violation::Lost { page, how, .. } => loss(&sectors(page), which.len(), how),
            _ => return None,
        })
    }
}

impl Step<'_> {
    /// Whether a page was being read before the step.
    fn is_read(&self, page: PageId) -> bool {
        let model = &self.scenario.model;
        let mut bios = model.bios_of(&self.before, page);
        bios.any(|bio| model.bio(&self.before, bio).read)
    }
}

/// How an update was lost, in a sentence; `what` names the sectors and `many` is how many they are.
pub(in crate::exchange) fn loss(what: &str, many: usize, how: Loss) -> String {
    match how {
        Loss::AtRest => format!(
            "{} {} newer in memory than on the media, and neither a dirty bit nor an error says so: the update is lost.",
            begin(what),
            if many == 1 { "is" } else { "are" }
        ),
        Loss::Fsync => {
            format!("But the media do not hold what memory held of {what} when fsync was called.")
        }
        Loss::ReadOver => format!(
            "{} was newer in memory than on the media: the update is lost.",
            begin(what)
        ),
        Loss::Detached => format!("The page has left the file: nobody will ever write {what}."),
    }
}
