//! A scenario as a model for SPIN: the same protocol, in Promela, for another checker to judge.
//!
//! The machine's semantics are written a second time here, op by op, without use of `machine::step` or of anything that our
//! own search found, so that SPIN can disagree. An actor is a process with control flow of its own (`program.rs`), a step
//! a macro that is named as the kernel's function, and in it one `d_step`: what that function does in one go.
//! (Promela and SPIN: G. J. Holzmann, "The SPIN Model Checker", 2003; version 6.5.2.)

mod bio;
mod contents;
mod judge;
mod library;
mod locks;
mod program;
mod reads;
mod settle;
mod steps;
mod variables;
mod writer;

use crate::protocol::ASSUMPTIONS;
use crate::scenario::{Scenario, words};

use super::{diagram, introduction};
use library::{Library, comment};
use writer::Writer;

/// The beginning of every model: how a broken rule is reported, and names for numbers.
const WORDS: &str = r#"
/* What can come of a run. */
#define GUARD_ERROR        1 /* a hop recomputed a guard tag, and it differed */
#define SILENT_CORRUPTION  2 /* an unstable write has left wrong bytes, and nobody will repair them */
#define CHECKSUM_MISMATCH  4 /* a checksum was taken from other bytes */
#define LOST_UPDATE        8 /* newer bytes in memory than on media, and nothing says so */
#define DEADLOCK          16 /* actors wait for each other in a circle */
#define STALL             32 /* somebody sleeps for ever on what nobody will do any more */
#define ASSERTION         64 /* the kernel would BUG */
#define TRAP             128 /* a store hit a page that set_memory_ro had made read-only */
#define LEAK             256 /* everybody is at rest, and something is left behind */
#define UNSTABLE_WRITE   512 /* no failure: other bytes were written than were sampled */
#define TORN_WRITE      1024 /* an unstable write has left a mix, which the next writeback repairs */
#define EXPOSED_PAGE    2048 /* a page that counts as clean is writable, or only a PTE says that it is newer */

#ifdef ORACLE
/* Say once of each model which of these were reached, and go on. */
c_decl { static unsigned short told[256]; }
#define broke(what) c_code { \
	if (!(told[MODEL] & what)) { told[MODEL] |= what; printf("VERDICT %d %s\n", MODEL, #what); } }
#define say(what)
#else
/* Stop at the first of these but UNSTABLE_WRITE; spin -DFIND=DEADLOCK (a sum, for several) looks for that alone. */
#ifndef FIND
#define FIND 3583
#endif
/* Never set: SPIN reports the name of what was reached, "assertion violated no_GUARD_ERROR". */
hidden byte no_GUARD_ERROR, no_SILENT_CORRUPTION, no_CHECKSUM_MISMATCH, no_LOST_UPDATE, no_DEADLOCK,
	no_STALL, no_ASSERTION, no_TRAP, no_LEAK, no_UNSTABLE_WRITE, no_TORN_WRITE, no_EXPOSED_PAGE;
#define broke(what) if :: what & FIND -> assert(no_##what) :: else fi
#define say(what) printf(what);
#endif

#define NOBODY   255 /* owner of what is free */
#define WITH_READ 254 /* owner of the lock of a page that is read: the end of the read gives it back */
#define AWAKE    254

/* A PTE, or the TLB entry that caches it. */
#define PRESENT 1
#define WRITE   2
#define DIRTY   4

/* Where a bio is between the submitter and the completion. */
#define FREE      0
#define BUILDING  1 /* its submitter adds pages and generates guards */
#define PASSED    2 /* a guest has submitted it, its host has not looked yet */
#define QUEUED    3
#define IN_DEVICE 4
#define DONE      5 /* the device is done, the completion has not run */

/* After a BUG nobody moves any more. */
#define BUG  halted = true; broke(ASSERTION)
#define stop false

/* With spin -DTOGETHER, steps that no other actor can tell from not having been made yet are made in one go with the step
   before them. That is known of the programs as they stand here, and may be untrue of others. */
#ifdef TOGETHER
#define together atomic
#else
#define together
#endif
"#;

/// The scenario as a Promela model, with its device and in its era; `link` is the page's whole
/// address for it, empty where there is none.
///
/// Every verdict but livelock is a safety property of it: SPIN stops with an assertion where one
/// is reached. Compiled with `-DORACLE`, it goes on and prints each verdict once.
pub fn promela(scenario: &Scenario, link: &str) -> String {
    let stated = match scenario.stated() {
        Some(verdicts) => words(verdicts),
        None => "not stated for this device and era".to_owned(),
    };
    let mut about = vec![scenario.name.clone(), String::new()];
    about.extend(wrapped(&diagram::ascii(&introduction(scenario))));
    about.extend([
        String::new(),
        format!("Kernel:  {}", scenario.era.kernels()),
        format!("Device:  {}", scenario.device.about()),
        format!("Verdict: {stated}"),
    ]);
    about.extend(scenario.edits.iter().map(|it| format!("Edit:    {it}")));
    let cast = scenario.cast.iter().map(|it| match &*it.about {
        "" => format!("Actor:   {}", it.name),
        about => format!("Actor:   {}, {about}", it.name),
    });
    about.extend(cast);
    about.extend(
        [
            "",
            "From Stable Pages, an executable model of Linux's stable page writeback.",
            "Each actor is a process, and each line of it one indivisible step: a macro that is named as",
            "the kernel's function and is given the line that it stands for. Lines can be moved, left out",
            "and added like those of any program.",
            "",
            "  spin -a x.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -E -m1000000",
            "  spin -t x.pml      tells the run it found, line by line; -p shows statements as well",
            "",
            "Far fewer states, and no failure less, as long as nothing in this file is changed: steps that",
            "no other actor can notice stand together, and are made in one go with the step before them.",
            "",
            "  spin -DTOGETHER -a x.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -E -m1000000",
            "  spin -DTOGETHER -search -swarm8,2 -E -m1000000 x.pml      on eight cores, at random",
            "",
            "-E, since whoever waits at the end is judged by init; so the references to labels inside",
            "atomic sequences that SPIN then warns of are of no matter. ./pan -i looks for a shorter run,",
            "if pan.c was compiled with -DREACH, too. Its run may be another interleaving than the page's.",
            "A livelock is no matter of safety: not looked for.",
            "",
            "That SPIN agrees with the page vouches for the search. Whether this model is what the kernel",
            "does is for its reader to judge: each step names the line it stands for.",
        ]
        .map(String::from),
    );
    about.extend([
        String::new(),
        "What this model takes for granted or leaves out, whatever SPIN finds:".to_owned(),
    ]);
    for it in &ASSUMPTIONS {
        let text = format!("- {}: {}", it.about, it.words);
        about.extend(wrapped(&text));
    }
    let mut library = Library::default();
    Writer::new(scenario, &mut library).write();
    let mut lines: Vec<String> = about.iter().map(|it| comment(it)).collect();
    if !link.is_empty() {
        // The link is written in full, however long it is: the preprocessor takes comments out before SPIN reads them.
        let link = link.replace("*/", "*%2F").replace(char::is_whitespace, "");
        lines.extend([String::new(), link]);
    }
    let lines = lines.iter().map(|it| format!(" * {it}"));
    let head: Vec<String> = lines.map(|it| it.trim_end().to_owned() + "\n").collect();
    let body = library.file("0");
    format!("/*\n{} */\n{WORDS}\n{body}", head.concat())
}

/// Several scenarios, 256 at most, in one Promela model, which begins by choosing one of them:
/// for a verifier that is compiled once. With `-DORACLE` it prints a verdict with the place of
/// its scenario.
pub fn promela_all<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>) -> String {
    let mut library = Library::default();
    for scenario in scenarios {
        Writer::new(scenario, &mut library).write();
    }
    let body = library.file("now.model");
    format!("{WORDS}\n{body}")
}

/// A text in lines of at most 90 letters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.len() + word.len() < 90 => *last += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
