//! What follows from a failure: who finds out, who is hurt, and whether the next writeback repairs it. Kernel people sort
//! cases so ("mutation blast radius", linux-xfs, November 2025).
//!
//! All of it is derived from a run that fails so and goes on until it comes to rest; nothing is written by hand for a
//! scenario.

use crate::explore::{Failure, Story, onward};
use crate::machine::{
    Choice, Consumer, Effect, History, Loss, MAX_PAGES, Page, PageId, Protection, Resource,
    Violation, World,
};
use crate::scenario::{Scenario, Verdict};

use super::klog::errno;

/// Who is told that something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notices {
    /// Nobody.
    Nobody,
    /// fsync, once, with this error.
    Fsync(&'static str),
    /// write(2) with O_DIRECT, with EILSEQ.
    Write,
    /// read(2), by an error.
    ReadCall,
    /// Only the kernel's log.
    Log,
    /// Whoever reads the block from the disk.
    Read,
    /// A scrub that compares the copies.
    Scrub,
    /// Whoever waits for ever; the kernel reports a hung task.
    HungTask,
    /// Whoever waits for ever. The kernel reports nothing, since a task that gets turns is not hung (kernel/hung_task.c, 6.19).
    Waiter,
}

/// Who is worse off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurt {
    /// Nobody.
    Nobody,
    /// Whoever reads the file after the machine stopped before the next writeback.
    FileAfterCrash,
    /// The file system, if it must replay its journal.
    Journal,
    /// Whoever reads the file.
    File,
    /// The program that owns the memory.
    Program,
    /// The file, and others whose pages are in the same bio.
    SameBio,
    /// Anybody with data in the same stripe, after a rebuild.
    Stripe,
    /// The file system's own block.
    Metadata,
    /// The program that relies on what it stored, or on fsync.
    Storer,
    /// The program that stores next, or calls fsync next.
    NextStore,
    /// Whoever needs what is held.
    Waiters,
    /// The task that is stopped, and whoever waits for it.
    Stopped,
}

/// Whether the next writeback puts it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    /// There is nothing to repair.
    Needless,
    /// Yes: the page is dirty, or has been written again already.
    NextWriteback,
    /// Not by itself: only a PTE says dirty, which munmap or reclaim must find first.
    OncePteFound,
    /// Perhaps: raid5 repairs parity only where it computes it anew from all the data.
    Perhaps,
    /// No.
    Never,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// Who finds out.
    pub notices: Notices,
    /// Who is hurt.
    pub hurt: Hurt,
    /// Whether the next writeback repairs it; of a bio that was refused, the page that is worst off.
    pub repair: Repair,
    /// The same of each page of a bio that was refused, where they differ.
    pub pages: [Option<Repair>; MAX_PAGES],
}

impl Consequence {
    /// What follows where a run comes to a verdict. The run goes on from there until nobody can move.
    pub fn of(scenario: &Scenario, run: &[Choice], verdict: Verdict) -> Consequence {
        let model = &scenario.model;
        let mut history = History::new(model);
        for choice in onward(model, run.to_vec()) {
            history.choose(model, choice);
        }
        let story = Story::of(model, &history);
        let mut failures = story.failures.iter();
        let failure = failures.find(|it| it.verdict() == Some(verdict));
        let page = failure.map_or(PageId(0), |it| it.page);
        let mut repair = failure.map_or(Repair::Never, |it| repair(scenario, &story, it));
        let mut pages = [None; MAX_PAGES];
        if let (Verdict::GuardError, Some(failure)) = (verdict, failure) {
            pages = repairs(scenario, &story, failure, repair);
            let worst = pages.iter().flatten().max();
            repair = worst.copied().unwrap_or(repair);
        }
        let cached = model.cached[page.index()];
        let read = failure.is_some_and(|it| matches!(it.violation, Violation::ReadMismatch { .. }));
        let halved = story.unstable_write(page).is_none();
        let (notices, hurt, repair) = match verdict {
            _ if read && cached => (Notices::ReadCall, Hurt::File, Repair::Needless),
            _ if read => (Notices::ReadCall, Hurt::Program, Repair::Needless),
            Verdict::UnstableWrite => (Notices::Nobody, Hurt::Nobody, Repair::Needless),
            Verdict::TornWrite if !halved && model.has(Resource::Shadow) => {
                (Notices::Nobody, Hurt::Journal, Repair::NextWriteback)
            }
            Verdict::TornWrite if !halved && model.protection == Protection::Mirror => {
                (Notices::Scrub, Hurt::FileAfterCrash, Repair::NextWriteback)
            }
            Verdict::TornWrite => (Notices::Nobody, Hurt::FileAfterCrash, Repair::NextWriteback),
            Verdict::SilentCorruption => match model.protection {
                _ if halved => (Notices::Nobody, Hurt::File, Repair::Never),
                Protection::Parity => (Notices::Scrub, Hurt::Stripe, Repair::Perhaps),
                Protection::Mirror => (Notices::Scrub, Hurt::File, Repair::Never),
                _ if !cached => (Notices::Nobody, Hurt::Program, Repair::Never),
                _ => (Notices::Nobody, Hurt::File, Repair::Never),
            },
            Verdict::GuardError => {
                let latched = story.steps.iter().flat_map(|it| &it.effects);
                let latched = latched
                    .into_iter()
                    .any(|it| matches!(it, Effect::ErrorLatched));
                let notices = match (cached, latched) {
                    (false, _) => Notices::Write,
                    (true, true) => Notices::Fsync(errno(scenario.era)),
                    (true, false) => Notices::Log,
                };
                let pages = model.geometry.pages > 1;
                let hurt = match (cached, repair) {
                    (false, _) => Hurt::Program,
                    (_, Repair::NextWriteback) => Hurt::FileAfterCrash,
                    _ if pages => Hurt::SameBio,
                    _ => Hurt::File,
                };
                (notices, hurt, repair)
            }
            Verdict::ChecksumMismatch => {
                let block = model.geometry.stamp.is_some();
                let hurt = match (block, repair) {
                    (true, _) => Hurt::Metadata,
                    (_, Repair::NextWriteback) => Hurt::FileAfterCrash,
                    _ if !cached => Hurt::Program,
                    _ => Hurt::File,
                };
                (Notices::Read, hurt, repair)
            }
            Verdict::LostUpdate => (Notices::Nobody, Hurt::Storer, repair),
            Verdict::ExposedPage => (Notices::Nobody, Hurt::NextStore, repair),
            Verdict::Leak | Verdict::Deadlock | Verdict::Stall => {
                (Notices::HungTask, Hurt::Waiters, Repair::Never)
            }
            Verdict::Livelock => (Notices::Waiter, Hurt::Waiters, Repair::Never),
            Verdict::Assertion | Verdict::Trap => (Notices::Log, Hurt::Stopped, Repair::Never),
        };
        Consequence {
            notices,
            hurt,
            repair,
            pages,
        }
    }

    /// In a sentence or three.
    pub fn words(&self) -> String {
        let each: Vec<(usize, Repair)> = (self.pages.iter().enumerate())
            .filter_map(|(page, repair)| Some((page, (*repair)?)))
            .collect();
        let each = each.iter().map(|(page, repair)| {
            let (first, rest) = repair.sentence().split_at(1);
            format!("Page {page}: {}{rest}", first.to_lowercase())
        });
        let mut repairs = each.collect::<Vec<String>>().join(" ");
        if repairs.is_empty() {
            self.repair.sentence().clone_into(&mut repairs);
        }
        let notices = self.notices.sentence();
        format!("{notices} {} {repairs}", self.hurt.sentence())
            .trim_end()
            .to_owned()
    }
}

impl Notices {
    /// Who that is, in a few words.
    pub fn words(self) -> String {
        match self {
            Notices::Nobody => "nobody".to_owned(),
            Notices::Fsync(errno) => format!("fsync, with {errno}"),
            Notices::Write => "write(2), with EILSEQ".to_owned(),
            Notices::ReadCall => "read(2), with an error".to_owned(),
            Notices::Log => "only the kernel's log".to_owned(),
            Notices::Read => "a read from the disk".to_owned(),
            Notices::Scrub => "only a scrub".to_owned(),
            Notices::HungTask | Notices::Waiter => "whoever waits for it".to_owned(),
        }
    }

    fn sentence(self) -> String {
        match self {
            Notices::Nobody => "Nobody finds out.".to_owned(),
            Notices::Fsync(errno) => format!("fsync finds out: it returns {errno}, once."),
            Notices::Write => "write(2) finds out: it returns EILSEQ.".to_owned(),
            Notices::ReadCall => {
                "read(2) finds out: it returns an error, although the disk holds the right bytes.".to_owned()
            }
            Notices::Log => "Only the kernel's log tells of it.".to_owned(),
            Notices::Read => "A read from the disk finds out.".to_owned(),
            Notices::Scrub => "Only a scrub finds out.".to_owned(),
            Notices::HungTask => {
                "Whoever waits for it hangs, and after a while the kernel reports a hung task."
                    .to_owned()
            }
            Notices::Waiter => {
                "Whoever waits for it waits for ever, but gets turns, so the kernel reports no hung task."
                    .to_owned()
            }
        }
    }
}

impl Hurt {
    /// Who that is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Hurt::Nobody => "nobody",
            Hurt::FileAfterCrash => "the file, after a crash",
            Hurt::Journal => "the file system, after a crash",
            Hurt::File => "the file",
            Hurt::Program => "the program itself",
            Hurt::SameBio => "every page of the bio",
            Hurt::Stripe => "others in the stripe",
            Hurt::Metadata => "the file system",
            Hurt::Storer => "the program that stored",
            Hurt::NextStore => "the next program to store",
            Hurt::Waiters => "whoever waits",
            Hurt::Stopped => "the task, and whoever waits for it",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Hurt::Nobody => "Nobody is hurt.",
            Hurt::FileAfterCrash => {
                "The file is hurt only if the machine stops before the next writeback."
            }
            Hurt::Journal => {
                "The file system is hurt only if the machine stops and it must replay the journal."
            }
            Hurt::File => "Whoever reads the file is hurt.",
            Hurt::Program => "The program hurts itself: it changed its own buffer.",
            Hurt::SameBio => "Every page of the bio is hurt, even those that nobody touched.",
            Hurt::Stripe => {
                "Others are hurt: after a disk fails, the rebuild gives wrong bytes for whichever data block of the stripe was on it."
            }
            Hurt::Metadata => "The file system is hurt: the block is its own.",
            Hurt::Storer => "The program that relies on those bytes is hurt.",
            Hurt::NextStore => {
                "Nobody is hurt yet: the next program that stores, or calls fsync, will be."
            }
            Hurt::Waiters => "Whoever needs what is held is hurt.",
            Hurt::Stopped => "The task is stopped, and whoever waits for it is hurt.",
        }
    }
}

impl Repair {
    /// The answer in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Repair::Needless => "nothing to repair",
            Repair::NextWriteback => "the next writeback repairs it",
            Repair::OncePteFound => "repaired once the PTE's dirty bit is found",
            Repair::Perhaps => "perhaps never repaired",
            Repair::Never => "no writeback repairs it",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Repair::Needless => "",
            Repair::NextWriteback => "The next writeback repairs it.",
            Repair::OncePteFound => {
                "No writeback looks at the page until munmap or reclaim finds the PTE's dirty bit."
            }
            Repair::Perhaps => {
                "The next writeback repairs it only if the array computes parity anew from all the data."
            }
            Repair::Never => "No writeback repairs it.",
        }
    }
}

/// What becomes of each page of a bio that was refused, where that is not the same of all; `of_failed` is that of the page with
/// the sector that failed. The others have failed with it, whoever touched them.
fn repairs(
    scenario: &Scenario,
    story: &Story,
    failure: &Failure,
    of_failed: Repair,
) -> [Option<Repair>; MAX_PAGES] {
    let model = &scenario.model;
    let before = failure.step.checked_sub(2).map(|at| story.steps[at].world);
    let before = before.unwrap_or(model.initial);
    let bio = model.bio_at(&before, failure.page, failure.sector);
    let world = last_world(scenario, story);
    let mut pages = [None; MAX_PAGES];
    for number in model.page_ids() {
        let page = model.page(&world, number);
        pages[number.index()] = if number == failure.page {
            Some(of_failed)
        } else if bio.is_none_or(|bio| model.sectors_in(&before, bio, number) == 0) {
            None
        } else if page.memory == page.media {
            Some(Repair::NextWriteback)
        } else {
            Some(writeback(scenario, &world, number, &page, page.dirty))
        };
    }
    let mut all = pages.iter().flatten();
    match all.all(|it| *it == of_failed) {
        true => [None; MAX_PAGES],
        false => pages,
    }
}

fn last_world(scenario: &Scenario, story: &Story) -> World {
    let last = story.steps.last();
    last.map_or(scenario.model.initial, |it| it.world)
}

/// Whether a writeback finds a page; `again` says whether it writes what failed.
fn writeback(
    scenario: &Scenario,
    world: &World,
    number: PageId,
    page: &Page,
    again: bool,
) -> Repair {
    let model = &scenario.model;
    let mut ptes = model
        .space_ids()
        .map(|space| model.pte(world, space, number));
    if !model.cached[number.index()] || page.gone {
        Repair::Never
    } else if again {
        Repair::NextWriteback
    } else if ptes.any(|pte| pte.dirty()) {
        Repair::OncePteFound
    } else {
        Repair::Never
    }
}

/// Whether a sector that failed is written again, at the end of a run or in the rest of it.
fn repair(scenario: &Scenario, story: &Story, failure: &Failure) -> Repair {
    let (model, page) = (&scenario.model, failure.page);
    let world = last_world(scenario, story);
    let it = model.page(&world, page);
    let buffer = it.buffers.is_none_or(|all| all & failure.sector.bit() != 0);
    let fetched = |effect: &Effect| match *effect {
        Effect::Fetched {
            page: of, sector, ..
        } => (of, sector) == (page, failure.sector),
        _ => false,
    };
    let again = story.last(story.steps.len(), None, &fetched);
    // A block with a wrong checksum of its own in memory would be written as wrong again.
    let block = matches!(
        failure.violation,
        Violation::Checksum {
            consumer: Consumer::Block,
            ..
        }
    );
    let wrong = block && !model.contents.verifies(it.memory[failure.sector.index()]);
    let how = Loss::ReadOver;
    if wrong || matches!(failure.violation, Violation::Lost { how: it, .. } if it == how) {
        return Repair::Never;
    }
    let again = it.dirty && buffer || again.is_some_and(|step| step > failure.step);
    writeback(scenario, &world, page, &it, again)
}
