//! Files about nothing but named locks, counters and flags: every step on them, and what can come of them. The catalogue has
//! only what somebody has reported.

#![allow(dead_code, reason = "not every test uses all of it")]

use stable_pages::scenario::{Scenario, Verdict, load};

/// What a file is about, its locks (name, kind, more keys), its actors (name, lines, what it holds), and its verdicts.
type File = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    &'static [(&'static str, &'static [&'static str], &'static str)],
    &'static [Verdict],
);

const MUTEX: (&str, &str, &str) = ("m", "mutex", "");
const DONE: (&str, &str, &str) = ("done", "completion", "");
const READ: &[&str] = &["down_read r", "up_read r"];
const WRITE: &[&str] = &["down_write r", "up_write r"];
const READ_TWICE: &[&str] = &["down_read r", "down_read r", "up_read r", "up_read r"];

const FILES: [File; 19] = [
    (
        "a mutex and a spin lock, with ways out",
        &[MUTEX, ("s", "spin lock", "")],
        &[
            (
                "P1",
                &[
                    "mutex_lock m",
                    "spin_lock s",
                    "spin_unlock s",
                    "mutex_unlock m",
                ],
                "",
            ),
            (
                "P2",
                &[
                    "spin_lock s",
                    "spin_unlock s",
                    "mutex_lock m",
                    "mutex_unlock m",
                ],
                "",
            ),
            ("P3", &["try_both"], ""),
        ],
        &[],
    ),
    (
        "two locks, taken in both orders",
        &[MUTEX, ("o", "mutex", "")],
        &[
            (
                "P1",
                &[
                    "mutex_lock m",
                    "mutex_lock o",
                    "mutex_unlock o",
                    "mutex_unlock m",
                ],
                "",
            ),
            (
                "P2",
                &[
                    "mutex_lock o",
                    "mutex_lock m",
                    "mutex_unlock m",
                    "mutex_unlock o",
                ],
                "",
            ),
        ],
        &[Verdict::Deadlock],
    ),
    (
        "a mutex, taken twice",
        &[MUTEX],
        &[(
            "P1",
            &["mutex_lock m", "mutex_lock m", "mutex_unlock m"],
            "",
        )],
        &[Verdict::Deadlock],
    ),
    (
        "readers, a writer and whoever tries",
        &[("r", "rwsem", "")],
        &[
            ("P1", READ, ""),
            ("P2", WRITE, ""),
            ("P3", &["try_read"], ""),
            ("P4", &["try_write"], ""),
        ],
        &[],
    ),
    (
        "a reader comes twice, and a writer waits in between",
        &[("r", "rwsem", "")],
        &[("P1", READ_TWICE, ""), ("P2", WRITE, "")],
        &[Verdict::Deadlock],
    ),
    (
        "a reader comes twice, and no writer keeps it out",
        &[("r", "rwsem", "fair = false")],
        &[("P1", READ_TWICE, ""), ("P2", WRITE, ""), ("P3", WRITE, "")],
        &[],
    ),
    (
        "a reader would write",
        &[("r", "rwsem", "")],
        &[(
            "P1",
            &["down_read r", "down_write r", "up_write r", "up_read r"],
            "",
        )],
        &[Verdict::Deadlock],
    ),
    (
        "of two readers the second waits for the writer",
        &[("r", "rwsem", ""), MUTEX],
        &[
            ("P1", READ, ""),
            (
                "P2",
                &["down_read r", "mutex_lock m", "mutex_unlock m", "up_read r"],
                "",
            ),
            (
                "P3",
                &[
                    "mutex_lock m",
                    "down_write r",
                    "up_write r",
                    "mutex_unlock m",
                ],
                "",
            ),
        ],
        &[Verdict::Deadlock],
    ),
    (
        "a counter that comes back to zero",
        &[("n", "count", "")],
        &[
            ("P1", &["atomic_inc n", "atomic_dec n"], ""),
            ("P2", &["atomic_inc n", "wait_or_look"], ""),
        ],
        &[Verdict::Deadlock],
    ),
    (
        "a counter that begins at one",
        &[("n", "count", "start = 1")],
        &[
            ("P1", &["atomic_dec n"], ""),
            ("P2", &["wait_var_event n", "atomic_inc n"], ""),
        ],
        &[],
    ),
    (
        "a counter that nobody counts down",
        &[("n", "count", "")],
        &[("P1", &["atomic_inc n"], "")],
        &[Verdict::Leak],
    ),
    (
        "a counter below zero",
        &[("n", "count", "")],
        &[("P1", &["atomic_dec n"], ""), ("P2", &["atomic_inc n"], "")],
        &[Verdict::Assertion],
    ),
    (
        "of two that count down, the one that finds zero",
        &[("n", "count", "start = 2")],
        &[("P1", &["last_one"], ""), ("P2", &["last_one"], "")],
        &[],
    ),
    (
        "a completion for each of two",
        &[DONE],
        &[
            ("P1", &["complete done", "complete done"], ""),
            ("P2", &["wait_for_completion done"], ""),
            ("P3", &["wait_for_completion done"], ""),
        ],
        &[],
    ),
    (
        "whoever completes needs what the waiter holds",
        &[DONE, MUTEX],
        &[
            (
                "P1",
                &["mutex_lock m", "wait_for_completion done", "mutex_unlock m"],
                "",
            ),
            (
                "P2",
                &["mutex_lock m", "complete done", "mutex_unlock m"],
                "",
            ),
        ],
        &[Verdict::Deadlock],
    ),
    (
        "a completion too few",
        &[DONE],
        &[
            ("P1", &["complete done"], ""),
            ("P2", &["wait_for_completion done"], ""),
            ("P3", &["wait_for_completion done"], ""),
        ],
        &[Verdict::Stall],
    ),
    (
        "a flag, set and cleared",
        &[("f", "flag", "")],
        &[
            ("P1", &["set_bit f", "clear_bit f", "set_bit f"], ""),
            ("P2", &["wait_event f"], ""),
            ("P3", &["look"], ""),
        ],
        &[Verdict::Stall],
    ),
    (
        "given back by somebody else",
        &[MUTEX, ("r", "rwsem", "")],
        &[
            ("P1", &["mutex_unlock m"], ""),
            ("P2", &["up_read r"], "holds = [\"m\", \"r shared\"]"),
            ("P3", &["up_read r"], ""),
        ],
        &[Verdict::Assertion],
    ),
    (
        "a fault handler that others wait for",
        &[DONE, ("f", "flag", "start = 1")],
        &[
            ("P1", &["store new"], "mm = \"A\"\nfault = \"tells\""),
            ("P2", &["wait_on_bit f", "wait_for_completion done"], ""),
        ],
        &[Verdict::ExposedPage],
    ),
];

/// All files: what each is about, its text, and the verdicts it must have.
pub fn files() -> Vec<(&'static str, String, Vec<Verdict>)> {
    let all = FILES.iter().map(|(about, locks, actors, verdicts)| {
        let mut text = String::from(
            "title = \"t\"\nera = \"6.19\"\nsummary = \"s\"\nwatch = \"w\"\ndevice = \"none\"\nschedule = []\n\
             [file]\ninode = 1\nfirst_lba = 8\ninterval = 4096\n\
             [[page]]\nindex = 0\nmemory = [\"ab\"]\nmedia = [\"ab\"]\ndirty = false\n\
             [[store]]\nname = \"new\"\noffset = 100\ntext = \"new!\"\n",
        );
        for (name, kind, more) in *locks {
            text += &format!("[[lock]]\nname = \"{name}\"\nkind = \"{kind}\"\n{more}\n");
        }
        for (name, lines) in PROGRAMS {
            if actors.iter().any(|(_, run, more)| run.contains(&name) || more.contains(name)) {
                text += &format!("[[program]]\nname = \"{name}\"\ntext = \"\"\"\n{lines}\n\"\"\"\n");
            }
        }
        for (name, run, more) in *actors {
            text += &format!("[[actor]]\nname = \"{name}\"\nabout = \"\"\nrun = {run:?}\n{more}\n");
        }
        (*about, text, verdicts.to_vec())
    });
    all.collect()
}

/// All files as scenarios.
///
/// # Panics
/// When one does not load.
pub fn scenarios() -> impl Iterator<Item = Scenario> {
    let loaded = |(about, text, _): (&str, String, _)| {
        load("locks", &text).unwrap_or_else(|error| panic!("{about}: {error}\n{text}"))
    };
    files().into_iter().map(loaded)
}

const PROGRAMS: [(&str, &str); 7] = [
    (
        "try_both",
        "mutex_trylock m else out\nmutex_unlock m\nout> spin_trylock s else end\nspin_unlock s",
    ),
    ("try_read", "down_read_trylock r else end\nup_read r"),
    ("try_write", "down_write_trylock r else end\nup_write r"),
    (
        "wait_or_look",
        "atomic_dec n\natomic_read n else zero\nwait_var_event n\nzero> atomic_inc n\nwait_var_event n\natomic_dec n",
    ),
    (
        "last_one",
        "atomic_dec_and_test n else end\natomic_inc n\natomic_dec n",
    ),
    ("look", "test_bit f else end\nwait_on_bit f"),
    ("tells", "complete done\nclear_bit f\npte_mkwrite"),
];
