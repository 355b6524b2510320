//! The course on the page: lessons packed and read back, their panels, and a picture that has no part too early.

mod support;

use std::fs;
use std::sync::Arc;

use stable_pages::lesson::{Part, Parts, Task, load};
use stable_pages::machine::History;
use stable_pages::scenario::{Packed, Verdict};
use stable_pages::view::{
    Attended, Attr, BeatRun, Class, Element, Moment, PackedLesson, Progress, UiState, actor_cards,
    lessons, sentence, stage, step_buttons,
};
/// All elements for which `is` holds.
fn all<'a>(element: &'a Element, is: &dyn Fn(&Element) -> bool) -> Vec<&'a Element> {
    let mut found = Vec::new();
    support::all(element, is, &mut found);
    found
}

/// Every lesson, packed as the page fetches it, with its class.
fn classes() -> Vec<(PackedLesson, Class)> {
    let listed = lessons();
    let each = listed.map(|listed| {
        let text = fs::read_to_string(format!("assets/lessons/{}.md", listed.slug));
        let text = text.expect("in the folder");
        let lesson = load(listed.slug, &text).expect("tests/lessons.rs");
        assert_eq!(lesson.beats.len(), listed.beats, "{}", listed.slug);
        assert_eq!(lesson.title, listed.title);
        let packed = PackedLesson::of(lesson, &text).expect("packs");
        let read = PackedLesson::read(&packed.bytes()).expect("reads back");
        assert_eq!(read, packed);
        let class = Class::read(&read.file).unwrap_or_else(|error| panic!("{error}"));
        (read, class)
    });
    each.collect()
}

/// The stage that a beat's run leads to, and what is attended.
fn opened(class: &Class, beat: usize, which: BeatRun) -> Option<(Moment, UiState)> {
    let opened = class.open(beat, which)?;
    let scenario = Arc::new(Packed::read(&opened.packed).expect("packed").scenario);
    let mut history = History::new(&scenario.model);
    for choice in &opened.run {
        assert!(history.choose(&scenario.model, *choice));
    }
    let ui = UiState {
        lesson: opened.attended,
        ..UiState::default()
    };
    Some((Moment::of(&scenario, &history, false, None), ui))
}

fn attended(ui: &UiState) -> &Attended {
    ui.lesson.as_ref().expect("a lesson is attended")
}

#[test]
fn lessons_are_listed_in_their_order() {
    let numbers: Vec<u8> = lessons().map(|it| it.number).collect();
    assert_eq!(numbers[..10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(numbers[10..].iter().all(|it| *it == 0), "{numbers:?}");
}

#[test]
fn every_beat_has_a_panel_and_comes_onto_the_stage() {
    for (packed, class) in classes() {
        let lesson = &class.lesson;
        for (at, beat) in lesson.beats.iter().enumerate() {
            let (now, ui) = opened(&class, at, BeatRun::Moment).expect("every beat has a moment");
            let place = format!("{} {at}", lesson.slug);
            assert_eq!(now.depth(), beat.scene.run.len(), "{place}");
            let panel = class.panel(attended(&ui), Some(&now), None);
            let text = panel.all_text();
            assert!(text.contains(&beat.title), "{place}: {text}");
            assert_eq!(text.contains("Back"), at > 0, "{place}");
            let last = at + 1 == lesson.beats.len();
            assert_eq!(text.contains(&lesson.takeaway), last, "{place}");
        }
        assert_eq!(packed.welcome.is_some(), lesson.number == Some(1));
        // Behind the last beat there is nothing, so that a link to one that is gone opens the last.
        let far = opened(&class, 999, BeatRun::Moment).expect("the last beat");
        assert_eq!(attended(&far.1).beat + 1, lesson.beats.len());
    }
}

#[test]
fn every_answer_runs_and_says_what_the_engine_finds() {
    for (_, class) in classes() {
        for (at, beat) in class.lesson.beats.iter().enumerate() {
            let (Task::Predict(answers) | Task::Explain(answers)) = &beat.task else {
                continue;
            };
            assert!(class.open(at, BeatRun::Answer(answers.len())).is_none());
            for (number, answer) in answers.iter().enumerate() {
                let (now, mut ui) = opened(&class, at, BeatRun::Answer(number)).expect("a run");
                assert!(now.depth() >= answer.scene.run.len());
                // What is said of all schedules is shown by one of them, where one fails.
                let shows = answer.claim.is_searched() && !answer.claim.is_odds();
                if shows
                    && answer
                        .scene
                        .found()
                        .expect("small")
                        .iter()
                        .any(|it| it.fails())
                {
                    let met = now.story.verdicts(&now.scenario.model);
                    assert!(met.iter().any(|it| it.fails()), "{}", class.lesson.slug);
                }
                let lesson = ui.lesson.as_mut().expect("a lesson");
                lesson.said = vec![Some(answer.right); answers.len()];
                let panel = class.panel(lesson, Some(&now), None);
                let outcomes = all(&panel, &|it| it.attr_value(Attr::Part) == Some("outcome"));
                let many = match beat.task {
                    Task::Predict(_) => 1,
                    _ => answers.len(),
                };
                assert_eq!(outcomes.len(), many);
                let outcome = outcomes[if many == 1 { 0 } else { number }];
                // Of a statement the learner has said what is so.
                let right = answer.right || many > 1;
                let looks = match right {
                    true => "outcome right",
                    false => "outcome wrong",
                };
                assert_eq!(outcome.attr_value(Attr::Class), Some(looks));
                let told = outcome.all_text();
                // Who says the same of a statement as the engine is told so, whichever it is.
                let so = match (answer.right, many) {
                    (true, 1) => "It is so.",
                    (false, 1) => "Not so.",
                    (true, _) => "True, as you say.",
                    (false, _) => "False, as you say.",
                };
                assert!(told.contains(so), "{}: {told}", class.lesson.slug);
            }
        }
    }
}

#[test]
fn the_field_s_words_in_what_is_said_of_an_answer_open_their_meanings() {
    let (_, class) = classes().swap_remove(0);
    let (now, mut ui) = opened(&class, 3, BeatRun::Answer(0)).expect("a run");
    let lesson = ui.lesson.as_mut().expect("a lesson");
    lesson.picked = Some(0);
    let terms = |panel: &Element| {
        let terms = all(panel, &|it| it.attr_value(Attr::Class) == Some("term"));
        terms.iter().map(|it| it.all_text()).collect::<Vec<_>>()
    };
    let panel = class.panel(lesson, Some(&now), None);
    assert_eq!(terms(&panel), ["sector", "PTE", "stable pages"]);
    // Who sees stripes is told what they are, as long as there are any.
    assert!(panel.all_text().contains("stored since"));
    let (before, _) = opened(&class, 3, BeatRun::Moment).expect("its moment");
    let panel = class.panel(lesson, Some(&before), None);
    assert!(!panel.all_text().contains("stored since"));
}

#[test]
fn a_challenge_is_met_by_its_shortest_way_and_not_before() {
    let mut challenges = 0;
    for (_, class) in classes() {
        for (at, beat) in class.lesson.beats.iter().enumerate() {
            let Task::Break(goal) = &beat.task else {
                continue;
            };
            challenges += 1;
            let (now, ui) = opened(&class, at, BeatRun::Moment).expect("its start");
            let before = class.panel(attended(&ui), Some(&now), None).all_text();
            assert!(before.contains("whose step comes first?"), "{before}");
            let (now, ui) = opened(&class, at, BeatRun::Shortest).expect("a shortest way");
            let after = class.panel(attended(&ui), Some(&now), None).all_text();
            let broken = format!("Broken, in {} step", goal.par);
            assert!(after.contains(&broken), "{after}");
            let undo = now.depth() - 1;
            let mut history = History::new(&now.scenario.model);
            for step in &now.story.steps[..undo] {
                history.choose(&now.scenario.model, step.choice);
            }
            let now = Moment::of(&now.scenario, &history, false, None);
            let short = class.panel(attended(&ui), Some(&now), None).all_text();
            assert!(!short.contains("Broken"), "{short}");
        }
    }
    assert!(challenges > 12, "{challenges}");
}

/// The words under which a part would be seen on the stage or in a program.
fn traces(part: Part) -> &'static [&'static str] {
    match part {
        Part::GuardTag => &["generate_guard", "guard tag", "CRC"],
        Part::Adapter => &["HBA", "target"],
        Part::PageLock => &["PG_locked", "lock_page"],
        Part::PgDirty => &["PG_dirty", "TestClearPageDirty"],
        Part::PgWriteback => &["PG_writeback", "set_page_writeback"],
        Part::Pte => &["PTE", "ptep_", "page_mkwrite"],
        Part::Tlb => &["TLB", "flush_tlb"],
        Part::Journal => &["BH_Shadow", "journal handle"],
        _ => &[],
    }
}

#[test]
fn what_was_not_introduced_is_not_drawn() {
    let mut withheld = 0;
    for (_, class) in classes() {
        for at in 0..class.lesson.beats.len() {
            let (now, mut ui) = opened(&class, at, BeatRun::Moment).expect("its moment");
            let cards = |ui: &UiState| actor_cards(&now, ui, None).all_text();
            let drawn = stage(&now, &ui).all_text() + &cards(&ui);
            let shown = attended(&ui).shown;
            if shown == Parts::NONE {
                assert!(ui.picture().whole());
                continue;
            }
            for part in Part::ALL.into_iter().filter(|it| !shown.has(*it)) {
                for word in traces(part) {
                    // The device's rows are called so in the disk's program, too.
                    let allowed = part == Part::Adapter;
                    let here = drawn.contains(word);
                    assert!(
                        !here || allowed,
                        "{} {at}: \"{word}\" in {drawn}",
                        class.lesson.slug
                    );
                    withheld += 1;
                }
            }
            // What is not there for the learner is there with "show everything".
            ui.lesson.as_mut().expect("a lesson").whole = true;
            let whole = stage(&now, &ui).all_text();
            for part in Part::ALL.into_iter().filter(|it| it.is_in(&now.scenario)) {
                let bit = match part {
                    Part::PageLock => "PG_locked",
                    Part::PgDirty => "PG_dirty",
                    Part::PgWriteback => "PG_writeback",
                    Part::Adapter => "HBA",
                    _ => continue,
                };
                let cached = now.scenario.model.cached[0] || part == Part::Adapter;
                assert!(!cached || whole.contains(bit), "{bit} in {whole}");
            }
        }
    }
    assert!(withheld > 100);
}

#[test]
fn only_a_challenge_is_stepped_by_hand_and_nothing_tells_what_comes() {
    for (_, class) in classes() {
        for (at, beat) in class.lesson.beats.iter().enumerate() {
            let (now, ui) = opened(&class, at, BeatRun::Moment).expect("its moment");
            let by_hand = matches!(beat.task, Task::Break(_));
            assert_eq!(ui.by_hand(), by_hand);
            assert!(!ui.hints());
            let buttons = step_buttons(&now, &ui, None);
            let is_button = |it: &Element| it.tag == "button";
            assert_eq!(!all(&buttons, &is_button).is_empty(), by_hand);
        }
    }
}

#[test]
fn the_guard_is_fooled_by_bytes_that_are_searched_for_and_by_no_others() {
    let classes = classes();
    let found = classes
        .iter()
        .find(|(_, it)| it.lesson.slug == "fool-the-guard");
    let (_, class) = found.expect("in the folder");
    let scene = &class.lesson.beats[0].scene;
    let (now, mut ui) = opened(class, 0, BeatRun::Moment).expect("its start");
    let told = |ui: &UiState| class.panel(attended(ui), Some(&now), None).all_text();
    assert!(
        told(&ui).contains("Another: the guard tells."),
        "{}",
        told(&ui)
    );
    let mut fooled = 0;
    for first in [*b"Hi", *b"ne", *b"  "] {
        let last = scene.hiding(&first).expect("one pair of 65,536 does");
        let bytes = [first, last].concat();
        let trial = scene.try_store(&bytes).expect("they fit");
        assert!(trial.fooled() && trial.before == trial.after);
        // Another last byte is seen: the guard tells any single changed byte.
        let other = [&bytes[..3], &[bytes[3] ^ 1]].concat();
        assert!(!scene.try_store(&other).expect("they fit").fooled());
        for (bytes, refused) in [(bytes, false), (other, true)] {
            let lesson = ui.lesson.as_mut().expect("a lesson");
            lesson.bytes.clone_from(&bytes);
            lesson.searched = true;
            assert_eq!(told(&ui).contains("the guard does not tell"), !refused);
            let (now, _) = opened(class, 0, BeatRun::Store(bytes)).expect("a run");
            let met = now.story.verdicts(&now.scenario.model);
            assert_eq!(met.contains(&Verdict::GuardError), refused);
            fooled += usize::from(!refused);
        }
    }
    assert_eq!(fooled, 3);
    // Without a choice the store writes what the file says.
    assert!(class.open(0, BeatRun::Store(Vec::new())).is_some());
    // Bytes that do not fit are no run, and no panic.
    assert!(class.open(0, BeatRun::Store(vec![0; 9000])).is_none());
    assert!(scene.try_store(&[0; 600]).is_none());
}

#[test]
fn sentences_wait_until_what_they_speak_of_is_there() {
    let (_, class) = classes().swap_remove(0);
    // The flusher has made all its steps, of which lesson 1 has introduced none that sets a bit.
    let (now, mut ui) = opened(&class, 1, BeatRun::Moment).expect("a moment");
    let quiet = sentence(&now, &ui).all_text();
    assert!(!quiet.contains("PG_writeback"), "{quiet}");
    ui.lesson = None;
    assert!(!sentence(&now, &ui).all_text().is_empty());
}

#[test]
fn progress_is_kept_as_a_line_and_damaged_lines_are_passed_over() {
    let mut progress = Progress::default();
    for (slug, beat) in [
        ("lock-and-bit", 3),
        ("time-between", 1),
        ("lock-and-bit", 2),
    ] {
        progress.reach(slug, beat);
    }
    assert_eq!(progress.of("lock-and-bit"), Some(3));
    assert_eq!(progress.line(), "lock-and-bit/3 time-between/1");
    assert_eq!(Progress::read(&progress.line()), progress);
    let damaged = Progress::read("a/b /// lock-and-bit/3  x/-1 time-between/1 \u{1F4A5}");
    assert_eq!(damaged, progress);
}

#[test]
fn parts_are_introduced_by_the_beat_that_first_shows_them() {
    for (_, class) in classes() {
        let mut before = class.lesson.beats[0].shown;
        for (at, beat) in class.lesson.beats.iter().enumerate() {
            let (_, ui) = opened(&class, at, BeatRun::Moment).expect("its moment");
            let new: Vec<Part> = attended(&ui).new.iter().collect();
            let expected: Vec<Part> = beat.shown.beyond(before).iter().collect();
            assert_eq!(new, expected);
            before = beat.shown;
        }
    }
}
