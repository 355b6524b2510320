//! What a capture comes to: the answer first, then rule by rule with the lines behind it; and facts about the file.

use crate::exchange::capture::{Finding, Outcome, Rule};

use super::super::capture_msg::{CaptureMsg, Place};
use super::super::editor::capture_asked;
use super::super::vdom::{Attr, Element, button, el, note, nothing, rich};
use super::looked::Looked;
use super::window;
use super::words::{counted, many, pages, seconds, sign};

/// How many outcomes of a list are shown at a time.
const SHOWN: usize = 8;

/// The answer, in a sentence or two.
pub(super) fn answer(panel: &Looked) -> Element {
    let capture = &panel.capture;
    let total = |finding| Rule::ALL.iter().map(|it| capture.count(*it, finding)).sum();
    let [broken, not_asked, unknown, kept]: [u64; 4] = Finding::ALL.map(total);
    let times = |number: u64| match number {
        1 => "Once".to_owned(),
        _ => format!("{} times", many(number)),
    };
    let (class, sign, words) = match (broken, not_asked, kept) {
        (1.., ..) => (
            "bad",
            "\u{2717}",
            format!("{} a rule of the protocol is broken.", times(broken)),
        ),
        (0, 1.., _) => (
            "",
            "\u{2248}",
            format!(
                "{} somebody was let write under writeback. No rule is broken: the mapping does not ask for stable pages.{}",
                times(not_asked),
                match capture
                    .recorded
                    .iter()
                    .any(|it| it.0.ends_with("bio_integrity_prep"))
                {
                    true =>
                        " But bio_integrity_prep was called: if the disk has guard tags, a store before it reads is a guard error.",
                    false => "",
                }
            ),
        ),
        (0, 0, 0) => (
            "",
            "?",
            "This capture cannot tell of any rule whether it is kept.".to_owned(),
        ),
        (0, 0, _) => (
            "good",
            "\u{2713}",
            format!(
                "No rule is seen to be broken, in {} that can be told.",
                counted(kept, "occasion")
            ),
        ),
    };
    let headline = el("p", class).child(el("strong", "").text(sign).text(" ").text(&words));
    let mut it = el("div", "case").child(headline.attr(Attr::Role, "status"));
    if unknown > 0 {
        let words = format!(
            "Of {} it cannot tell; the list says why.",
            counted(unknown, "occasion")
        );
        it = it.child(note("", &words));
    }
    let (from, to) = capture.span();
    let lost = match capture.lost.len() {
        0 => String::new(),
        _ => " The tracer lost events, so some of what looks wrong may only be missing.".to_owned(),
    };
    let words = format!(
        "{} of {} lines are about writeback: {} by {} on {} in {} s.{lost}",
        many(capture.events.len() as u64 + capture.beyond),
        many(capture.lines.into()),
        counted(capture.folios.len() as u64, "folio"),
        counted(capture.tasks.len() as u64, "task"),
        counted(panel.cpus as u64, "CPU"),
        seconds(to.saturating_sub(from)),
    );
    it.child(note("small", &words))
}

/// From how many lines of one processor with one time on its clock is said to stand still.
const STANDSTILL: usize = 20;

/// Every rule, with how often it is kept and broken, and the lists that are open.
pub(super) fn rules(panel: &Looked) -> Element {
    let mut list = el("ul", "rules");
    for (number, rule) in (0..).zip(Rule::ALL) {
        let mut counts = el("div", "moves");
        let mut lists = Vec::new();
        let mut worst = None;
        for (kind, finding) in (0..).zip(Finding::ALL) {
            let count = panel.capture.count(rule, finding);
            if count == 0 {
                continue;
            }
            worst = worst.or(Some(finding));
            let (sign, class) = sign(finding);
            let words = format!("{sign} {} {}", many(count), finding.words());
            let msg = capture_asked(CaptureMsg::List(number, kind));
            let from = panel.lists.get(&(number, kind));
            let button = button(class, "", &words, false, msg);
            counts = counts.child(button.attr_bool(Attr::Expanded, from.is_some()));
            if let Some(from) = from {
                lists.push(outcomes(panel, (number, rule), (kind, finding), *from));
            }
        }
        let mark = worst.map_or(("\u{2013}", "unknown"), sign);
        if worst.is_none() {
            counts = counts.child(el("small", "").text("no occasion in this capture"));
        }
        let head = el("div", "rule")
            .child(el("span", mark.1).text(mark.0))
            .child(el("span", "").text(rule.words()));
        let item = el("li", "").child(head).child(counts).children(lists);
        list = list.child(item);
    }
    el("section", "part")
        .attr(Attr::Part, "capture-rules")
        .child(el("h3", "").text("Rule by rule"))
        .child(list)
}

/// Some outcomes of a rule.
fn outcomes(
    panel: &Looked,
    (number, rule): (u8, Rule),
    (kind, finding): (u8, Finding),
    from: usize,
) -> Element {
    let capture = &panel.capture;
    let of = |it: &(usize, &Outcome)| it.1.rule == rule && it.1.finding == finding;
    let all = capture.outcomes.iter().enumerate().filter(of);
    let kept: Vec<(usize, &Outcome)> = all.collect();
    let from = from.min(kept.len().saturating_sub(1));
    let to = kept.len().min(from + SHOWN);
    let mut list = el("ol", "outcomes");
    for (at, outcome) in &kept[from..to] {
        let place = Place::Outcome(*at as u32);
        let open = panel.open.iter().find(|it| it.0 == place);
        let show = capture_asked(CaptureMsg::Events(place));
        let words = outcome.words(capture);
        let button = button("link", "", "its lines", false, show)
            .attr(Attr::Label, &format!("its lines: {words}"))
            .attr_bool(Attr::Expanded, open.is_some());
        let mut item = el("li", "").child(rich(el("p", ""), &words).text(" ").child(button));
        if let Some((_, from)) = open {
            item = item.child(window::events(panel, place, *from));
        }
        list = list.child(item);
    }
    let count = capture.count(rule, finding);
    let words = match kept.len() as u64 {
        all if all < count => format!(
            "{} to {to} of {}, of which the first {} are kept",
            from + 1,
            many(count),
            many(all)
        ),
        _ => format!("{} to {to} of {}", from + 1, many(count)),
    };
    let go = |from: usize| capture_asked(CaptureMsg::ListFrom(number, kind, from as u32));
    let pages = pages(&words, from, to, kept.len(), SHOWN, &go);
    let source = note("small", &format!("The rule: {}.", rule.source()));
    el("div", "opened").child(source).child(list).child(pages)
}

/// Facts about the file, and what it cannot tell.
pub(super) fn facts(panel: &Looked) -> Element {
    let capture = &panel.capture;
    let mut list = el("dl", "");
    let mut say = |what: &str, words: &str| {
        let it = std::mem::replace(&mut list, nothing());
        list = it
            .child(el("dt", "").text(what))
            .child(el("dd", "").text(words));
    };
    for remark in &capture.remarks {
        say("it says", remark);
    }
    let (from, to) = capture.span();
    say(
        "time",
        &format!(
            "{} to {} s of the tracer's clock",
            seconds(from),
            seconds(to)
        ),
    );
    let mut tasks: Vec<usize> = (0..capture.tasks.len()).collect();
    tasks.sort_by_key(|it| std::cmp::Reverse(capture.tasks[*it].events));
    let named = tasks.iter().take(12).map(|it| {
        let events = many(capture.tasks[*it].events.into());
        format!("{} ({events})", capture.task_name(*it as u16))
    });
    let mut words = named.collect::<Vec<_>>().join(", ");
    if tasks.len() > 12 {
        words += &format!(", and {} more", tasks.len() - 12);
    }
    say("tasks, with their events", &words);
    let names = capture.recorded.iter();
    let names =
        names.map(|(name, count)| format!("{} ({})", name.trim_start_matches('~'), many(*count)));
    say("recorded", &names.collect::<Vec<_>>().join(", "));
    let mut asks: Vec<_> = capture.asks.iter().collect();
    asks.sort_by_key(|it| *it.0);
    for (inode, asks) in asks {
        let of = inode.map_or("some file".to_owned(), |it| format!("inode {it}"));
        let words = match (asks.yes, asks.no) {
            (0, 0) => continue,
            (yes, 0) => format!("asks for them: folio_wait_stable went on to wait {yes} times"),
            (0, no) => {
                format!(
                    "does not ask for them: folio_wait_stable was called {no} times, and folio_wait_writeback never followed"
                )
            }
            (yes, no) => format!(
                "changes its mind: folio_wait_writeback followed folio_wait_stable {yes} times, and {no} times it did not"
            ),
        };
        say(&format!("stable pages of {of}"), &words);
    }
    let lost = match capture.lost.as_slice() {
        [] => "nothing, as far as the tracer says".to_owned(),
        lost => {
            let all: u64 = lost.iter().map(|it| it.1).sum();
            let lines = lost.iter().take(8).map(|it| it.0.to_string());
            let lines = lines.collect::<Vec<_>>().join(", ");
            match all {
                0 => format!("an unknown number of events, at lines {lines}"),
                _ => format!("{} events, at lines {lines}", many(all)),
            }
        }
    };
    say("lost", &lost);
    if let Some(entries) = capture.cut {
        let words = format!(
            "the heading counts {} entries, and the file has fewer",
            many(entries)
        );
        say("cut or filtered", &words);
    }
    let (cpu, still) = capture.standstill();
    if still >= STANDSTILL {
        let words = format!(
            "CPU {cpu} has one time on {still} lines behind each other: the order between CPUs rests on that of the lines"
        );
        say("clock", &words);
    }
    if capture.other > 0 {
        say(
            "about something else",
            &counted(capture.other.into(), "line"),
        );
    }
    if capture.not_read > 0 {
        let told = capture.told.iter().take(8);
        let told = told.map(|it| format!("line {}: {}", it.line, it.why));
        let words = format!(
            "{} ({})",
            counted(capture.not_read.into(), "line"),
            told.collect::<Vec<_>>().join("; ")
        );
        say("not read", &words);
    }
    if capture.beyond > 0 {
        let words = format!(
            "{}: more than are followed",
            counted(capture.beyond, "event")
        );
        say("counted only", &words);
    }
    say(
        "it cannot show",
        "who takes the page lock without sleeping (that is inlined), the stores themselves (only faults show), and bytes",
    );
    if capture
        .folios
        .iter()
        .any(|it| it.address.is_none() && it.index.is_none())
    {
        let words = "the function tracer has no arguments, so each round of a task counts as a folio of its own; kprobe events with folio, index and ino tell (lab/record-writeback.sh)";
        say("which folio", words);
    }
    el("details", "part")
        .attr(Attr::Part, "capture-facts")
        .child(el("summary", "").text("About the file"))
        .child(list)
}
