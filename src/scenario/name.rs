//! What a scenario on the stage is called. A file's title speaks of the file's own kernel, device and ordering; taken to
//! another kernel or device, or changed, a scenario is called by its number and by what is different.

use crate::protocol::{ANY_CALL, Edit, Era, Place, Program, Side, What, release_function};

use super::verdict::Device;

/// More changes than this are counted in a name, not told one by one.
const MOST_TOLD: usize = 2;

/// The parts of a name: what the scenario is, and where it stands.
pub(super) struct Naming<'a> {
    /// The number that the file gives; where it gives none, its slug is taken.
    pub section: &'a str,
    pub slug: &'a str,
    /// Whether the file's own edits are left out.
    pub unchanged: bool,
    /// The edits beyond the file's.
    pub edits: &'a [Edit],
    /// The programs of the actors, all edits made.
    pub programs: &'a [Program],
    /// Which kernel's names hold.
    pub era: Era,
    /// The kernel, if it is not the file's own.
    pub other_era: Option<Era>,
    /// The device, if it is not the file's own.
    pub other_device: Option<Device>,
}

impl Naming<'_> {
    /// "S01 without pte_wrprotect in Linux 6.19 on an ordinary disk".
    pub fn name(&self) -> String {
        let mut name = match self.section {
            "" => self.slug.to_owned(),
            section => section.to_owned(),
        };
        if self.unchanged {
            name += " in the correct ordering";
        }
        match self.edits.len() {
            0 => {}
            many if many > MOST_TOLD => name += &format!(" with {many} changes"),
            _ => {
                let changes: Vec<String> = self.edits.iter().map(|it| self.change(it)).collect();
                name += &format!(" {}", changes.join(", "));
            }
        }
        if let Some(era) = self.other_era {
            name += &format!(" in Linux {}", era.word());
        }
        if let Some(device) = self.other_device {
            name += &format!(" {}", device.on());
        }
        name
    }

    fn change(&self, edit: &Edit) -> String {
        let side = |side: &Side| match side {
            Side::Before => "before",
            Side::After => "after",
        };
        // A line begins with the key of its step.
        let line = |line: &String| {
            let key = line.split_whitespace().next().unwrap_or_default();
            called(key, self.era)
        };
        match edit {
            Edit::Drop(step) => format!("without {}", self.step(step)),
            Edit::Move(step, to, at) => {
                format!("with {} {} {}", self.step(step), side(at), self.step(to))
            }
            Edit::Swap(one, other) => {
                format!("with {} and {} swapped", self.step(one), self.step(other))
            }
            Edit::Insert(added, to, at) => {
                format!("with {} added {} {}", line(added), side(at), self.step(to))
            }
            Edit::Replace(step, by) => {
                format!("with {} in place of {}", line(by), self.step(step))
            }
        }
    }

    /// A step by the kernel's name; with its number where its program has several of that key, and with its program
    /// where others have one.
    fn step(&self, place: &Place) -> String {
        const NUMBERS: [&str; 4] = ["first", "second", "third", "fourth"];
        let mut text = called(&place.step, self.era);
        if let Some(nth) = place.nth {
            let number = NUMBERS.get(nth.wrapping_sub(1));
            text = match number {
                Some(number) => format!("the {number} {text}"),
                None => format!("{text} number {nth}"),
            };
        }
        let others = |it: &&Program| it.name != place.program && has(&it.steps, &place.step);
        if place.program != place.step && self.programs.iter().any(|it| others(&it)) {
            text += &format!(" of {}", called(&place.program, self.era));
        }
        text
    }
}

/// Whether a step of a key is among some steps or inside of them.
fn has(steps: &[crate::protocol::Step], key: &str) -> bool {
    steps.iter().any(|step| {
        step.key() == key || matches!(&step.what, What::Group(_, children) if has(children, key))
    })
}

/// What a step, a composite or a program is called in a kernel: its function, or else its line without what it works on.
pub(super) fn called(key: &str, era: Era) -> String {
    let Some(name) = release_function(key, era) else {
        return key.to_owned();
    };
    // A call that is not modelled has its name in its line only.
    if name == ANY_CALL {
        return key.to_owned();
    }
    let bare = name.trim_start_matches("->");
    let after = bare.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    if let Some((name, '(' | ':')) =
        after.and_then(|at| Some((&bare[..at], bare[at..].chars().next()?)))
    {
        return name.to_owned();
    }
    let cut = [", sector {}", " in {}", " at {}", " to {}", " {}"];
    let found = cut.iter().find_map(|end| bare.find(end));
    bare[..found.unwrap_or(bare.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::OPS;

    #[test]
    fn a_step_has_its_release_s_name() {
        for (key, era, name) in [
            ("lock_page", Era::V3_0, "lock_page"),
            ("lock_page", Era::V6_19, "folio_lock"),
            ("pte_wrprotect", Era::V6_19, "pte_wrprotect, pte_mkclean"),
            ("page_mkwrite", Era::V3_0, "page_mkwrite"),
            ("submit_bio", Era::V6_19, "submit_bio"),
            ("generate_guard", Era::V3_0, "generate guard"),
            ("store", Era::V3_0, "store"),
        ] {
            assert_eq!(called(key, era), name, "{key}");
        }
        // Nothing of the template or of an argument is left.
        for row in OPS.iter() {
            for era in Era::ALL {
                let name = called(row.key, era);
                assert!(!name.is_empty() && !name.contains(['{', '}']), "{name}");
            }
        }
    }
}
