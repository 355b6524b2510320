//! The editor's core: drafts, changes to them, and what can be done with a line on the stage.

mod support;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use stable_pages::machine::ActorId;
use stable_pages::protocol::{Edit, Era, Mark, Place, Program, Side, line_steps};
use stable_pages::scenario::{
    ActionKind, ActorKey, ActorKind, Change, Device, Draft, DraftError, LockKey, PageKey,
    ProgramKey, Scenario, StoreKey, Variant, find, insert_line, line_actions, load, load_variant,
    move_line, place_of_line, programs, replace_line, swap_lines,
};
use support::loadable;

fn catalogue_draft(slug: &str) -> Draft {
    Draft::of(find(slug).expect("in the catalogue").text)
}

fn built(draft: &Draft) -> Scenario {
    let built = draft.build("draft", &Variant::default());
    built.unwrap_or_else(|error| panic!("{error}\n{}", draft.whole()))
}

/// What stands behind each line is found for every line on the stage, in every kernel.
#[test]
fn every_line_has_its_step() {
    let mut named = 0;
    for entry in loadable() {
        for era in Era::ALL {
            let variant = Variant {
                era: Some(era),
                ..Variant::default()
            };
            let Ok(scenario) = load_variant(entry.slug, entry.text, &variant) else {
                continue;
            };
            let programs = programs(entry.text, &variant).expect("loads");
            for (number, cast) in scenario.cast.iter().enumerate() {
                let steps = line_steps(&programs, ActorId::at(number));
                assert_eq!(
                    steps.len(),
                    cast.lines.len(),
                    "{} {}",
                    entry.slug,
                    cast.name
                );
                for (line, step) in cast.lines.iter().zip(&steps) {
                    let of = step.step().expect("a step");
                    let gone = step.place.is_none();
                    assert_eq!(of.key(), line.key, "{}", entry.slug);
                    assert_eq!(step.program.handler, line.handler, "{}", entry.slug);
                    if !line.key.is_empty() {
                        assert_eq!(of.mark, line.mark, "{}", entry.slug);
                        assert!(gone || step.place.as_ref().is_some_and(|it| it.step == line.key));
                    }
                    named += usize::from(!gone);
                }
            }
        }
    }
    assert!(named > 10_000, "{named} lines that an edit can name");
}

/// The line of an actor that an edit names so, as the stage has it.
fn line_of(draft: &Draft, scenario: &Scenario, place: &Place) -> Option<(ActorId, usize)> {
    let setting = Variant {
        device: Some(scenario.device),
        era: Some(scenario.era),
        ..Variant::default()
    };
    let all = programs(&draft.text, &draft.variant(&setting)).expect("builds");
    let number = |all: &[Program], actor: ActorId| {
        let lines = line_steps(all, actor);
        let plain = |it: &Place| it.program == place.program && it.step == place.step;
        let exact = (0..lines.len()).find(|line| {
            let of = place_of_line(all, actor, *line);
            of.is_some_and(|it| it == *place || it.nth.is_none() && plain(&it))
        });
        // The only one of its key that is reached without a label has a number where it stands with others.
        exact.or_else(|| {
            (0..lines.len()).find(|line| {
                place_of_line(all, actor, *line).is_some_and(|it| place.nth.is_none() && plain(&it))
            })
        })
    };
    let actors = 0..scenario.cast.len();
    actors
        .map(ActorId::at)
        .find_map(|actor| Some((actor, number(&all, actor)?)))
}

/// The change that makes an edit, by what can be done on the stage.
fn by_hand(draft: &Draft, edit: &Edit) -> Change {
    // What concerns another device is shown, and can be changed, only on that.
    let own = std::iter::once(None).chain(Device::ALL.into_iter().map(Some));
    let stages = own.map(|device| {
        let setting = Variant {
            device,
            ..Variant::default()
        };
        draft.build("", &setting).expect("builds")
    });
    let places = match edit {
        Edit::Drop(it) | Edit::Insert(_, it, _) | Edit::Replace(it, _) => vec![it],
        Edit::Move(it, to, _) | Edit::Swap(it, to) => vec![it, to],
    };
    let shows = |it: &Scenario| {
        places
            .iter()
            .all(|place| line_of(draft, it, place).is_some())
    };
    let mut stages = stages.filter(shows);
    let scenario = stages
        .next()
        .unwrap_or_else(|| panic!("no line for {edit:?}"));
    let at = |place: &Place| line_of(draft, &scenario, place).expect("it is shown");
    let made = match edit {
        Edit::Drop(place) => {
            let (actor, line) = at(place);
            let actions = line_actions(draft, &scenario, actor, line);
            let mut drops = actions.into_iter().filter(|it| it.kind == ActionKind::Drop);
            let drop = drops
                .next()
                .unwrap_or_else(|| panic!("{} {place} {line}", draft.text));
            Ok(drop.change)
        }
        Edit::Move(what, to, side) => {
            let ((actor, from), (_, to)) = (at(what), at(to));
            move_line(draft, &scenario, actor, from, to, *side)
        }
        Edit::Swap(one, other) => {
            let ((actor, one), (_, other)) = (at(one), at(other));
            swap_lines(draft, &scenario, actor, one, other)
        }
        Edit::Insert(line, to, side) => {
            let (actor, to) = at(to);
            insert_line(draft, &scenario, actor, to, line, *side)
        }
        Edit::Replace(what, by) => {
            let (actor, line) = at(what);
            replace_line(draft, &scenario, actor, line, by)
        }
    };
    made.unwrap_or_else(|error| panic!("{edit:?}: {error}"))
}

/// A file of the catalogue without its edits, with these.
fn without_edits(text: &str) -> (Draft, Vec<Edit>) {
    let mut draft = Draft::of(text);
    let mut edits = Vec::new();
    while let Ok(next) = draft.apply(&Change::RemoveEdit(0)) {
        let start = draft.text.find("[[edit]]").expect("an edit");
        let block: Vec<&str> = draft.text[start..]
            .lines()
            .take_while(|it| !it.is_empty())
            .collect();
        let read = Draft::default().with_whole(&format!("\n{}\n", block.join("\n")));
        edits.extend(read.edits);
        draft = next;
    }
    (draft, edits)
}

/// The catalogue's broken orderings are made from the correct ones by what can be done on the stage.
#[test]
fn the_catalogue_s_changes_are_made_by_hand() {
    let baseline = find("baseline-five-step").expect("in the catalogue");
    let (mut made, mut from_baseline) = (Vec::new(), Vec::new());
    for entry in loadable() {
        let (plain, edits) = without_edits(entry.text);
        if edits.is_empty() {
            continue;
        }
        let goal = entry.load().expect("loads");
        let mut draft = plain.clone();
        for edit in &edits {
            draft = draft.apply(&by_hand(&draft, edit)).expect("can be made");
        }
        let scenario = built(&draft);
        assert_eq!(scenario.model, goal.model, "{}", entry.slug);
        made.push(entry.slug);
        // The same from the baseline as it is, where it is an ordering of the baseline's programs.
        let setting = Variant {
            era: Some(goal.era),
            device: Some(goal.device),
            ..Variant::default()
        };
        let unchanged = Variant {
            unchanged: true,
            ..setting.clone()
        };
        let before = load_variant(entry.slug, entry.text, &unchanged).expect("loads");
        let of = load_variant(baseline.slug, baseline.text, &setting).expect("loads");
        if before.model == of.model {
            let mut draft = Draft::of(baseline.text);
            for edit in &edits {
                draft = draft.apply(&by_hand(&draft, edit)).expect("can be made");
            }
            let scenario = draft.build("", &setting).expect("builds");
            assert_eq!(scenario.model, goal.model, "{}", entry.slug);
            assert_eq!(draft.text, baseline.text);
            from_baseline.push(entry.slug);
        }
    }
    let listed = [
        "mkwrite-no-wait",
        "unlock-gap",
        "sleep-with-lock-held",
        "guard-before-freeze",
        "prep-walk-alone",
        "prep-walk-with-wait",
        "prep-walk-redundant",
        "mkclean-skipped",
        "mkclean-without-flush",
        "parity-rot",
    ];
    assert_eq!(from_baseline, listed);
    assert!(made.len() >= 40, "{made:?}");
}

/// S04 is one line of the baseline moved up; the same line moved down again leaves nothing behind.
#[test]
fn a_line_goes_up_and_down() {
    let start = catalogue_draft("baseline-five-step");
    let flusher = support::actor(&built(&start), "flusher");
    let unlock = |draft: &Draft| {
        let lines = &built(draft).cast[flusher.index()].lines;
        let runs = |it: &stable_pages::protocol::Line| it.key == "unlock_page" && it.mark.runs();
        lines.iter().position(runs).expect("there")
    };
    let action = |draft: &Draft, kind: ActionKind| {
        let actions = line_actions(draft, &built(draft), flusher, unlock(draft));
        let mut found = actions.into_iter().filter(|it| it.kind == kind);
        found
            .next()
            .map(|it| draft.apply(&it.change).expect("can be done"))
    };
    let s04 = action(&start, ActionKind::Up).expect("goes up");
    assert_eq!(built(&s04).model, support::scenario("unlock-gap").model);
    let higher = action(&s04, ActionKind::Up).expect("goes up again");
    assert_eq!(higher.edits.len(), 1, "{:?}", higher.edits);
    assert_ne!(built(&higher).model, built(&s04).model);
    let lower = action(&higher, ActionKind::Down).expect("goes down");
    assert_eq!(built(&lower).model, built(&s04).model);
    assert_eq!(action(&lower, ActionKind::Down).expect("goes down"), start);
    assert_eq!(action(&s04, ActionKind::PutBack).expect("goes back"), start);
    // The text has the edit behind it, and the text with it is the same draft.
    let whole = s04.whole();
    assert!(whole.starts_with(&start.text), "{whole}");
    assert_eq!(start.with_whole(&whole), s04);
    assert_eq!(start.with_whole(&start.text), start);
    let of_file = load("whole", &support::without_opening(&whole)).expect("loads");
    assert_eq!(of_file.model, built(&s04).model);
    // Other text is another file.
    let other = whole.replace("kworker", "worker");
    assert_eq!(start.with_whole(&other), Draft::of(other.clone()));
}

/// A change that a file of the catalogue makes itself is undone by an edit where one can, so that a link still names the file.
#[test]
fn changes_of_the_file_are_put_back() {
    let (mut by_edit, mut by_text) = (Vec::new(), Vec::new());
    for entry in loadable() {
        let draft = Draft::of(entry.text);
        let scenario = built(&draft);
        for (number, cast) in scenario.cast.iter().enumerate() {
            for (line, shown) in cast.lines.iter().enumerate() {
                if matches!(shown.mark, Mark::Kept | Mark::NotYet) {
                    continue;
                }
                let mut actions =
                    line_actions(&draft, &scenario, ActorId::at(number), line).into_iter();
                let Some(back) = actions.find(|it| it.kind == ActionKind::PutBack) else {
                    continue;
                };
                let next = draft.apply(&back.change).expect("is offered");
                built(&next);
                match back.change {
                    Change::Edit(_) => {
                        assert_eq!(next.text, draft.text);
                        by_edit.push(entry.slug);
                    }
                    Change::RemoveEdit(_) => by_text.push(entry.slug),
                    change => panic!("{change:?}"),
                }
            }
        }
    }
    by_edit.dedup();
    by_text.dedup();
    for slug in [
        "unlock-gap",
        "mkclean-skipped",
        "sleep-with-lock-held",
        "kernel-metadata-writer",
    ] {
        assert!(by_edit.contains(&slug), "{slug}: {by_edit:?}");
    }
    assert!(by_edit.len() > by_text.len(), "{by_text:?}");
}

/// An edit that a later one needs is not taken back before it.
#[test]
fn what_a_later_edit_needs_stays() {
    let edit = |line: &str, at: &str| {
        Change::Edit(Edit::Insert(
            line.to_owned(),
            Place::parse(at).expect("a place"),
            Side::Before,
        ))
    };
    let draft = catalogue_draft("baseline-five-step");
    let draft = draft
        .apply(&edit("trylock_page", "writepage/lock_page"))
        .expect("can be added");
    let draft = draft
        .apply(&edit("page_dirty", "writepage/trylock_page"))
        .expect("can be added");
    let wrong = draft
        .apply(&Change::TakeBack(0))
        .expect_err("the second needs it");
    assert!(
        matches!(wrong, DraftError::Needed { number: 1, .. }),
        "{wrong}"
    );
    let first = draft.apply(&Change::TakeBack(1)).expect("nobody needs it");
    assert_eq!(
        first
            .apply(&Change::TakeBack(0))
            .expect("nor the first")
            .edits,
        []
    );
}

/// An actor that stores only since an edit had it store has a fault handler, which other edits can change.
#[test]
fn an_edit_may_add_the_first_store() {
    let draft = Draft::empty();
    let set = |key: ActorKey, value: &str| Change::SetActor {
        actor: "thread".to_owned(),
        key,
        value: Some(value.to_owned()),
    };
    let at = |text: &str| Place::parse(text).expect("a place");
    let mut now = draft;
    for change in [
        Change::AddActor(ActorKind::Own),
        set(ActorKey::Mm, "A"),
        Change::AddStore,
        Change::Edit(Edit::Insert(
            "store new".to_owned(),
            at("thread/unlock_page"),
            Side::After,
        )),
        Change::Edit(Edit::Drop(at("do_wp_page/wait_for_stable_page"))),
    ] {
        now = now.apply(&change).expect("can be made");
    }
    let scenario = built(&now);
    let thread = support::actor(&scenario, "thread").index();
    let machine = &scenario.model.actors[thread];
    assert!(usize::from(machine.main) < machine.code.len(), "no handler");
    let dropped = scenario.cast[thread]
        .lines
        .iter()
        .filter(|it| it.handler && it.mark == Mark::Dropped);
    assert_eq!(dropped.count(), 1);
}

/// S03 is written from nothing, step by step as the page offers it.
#[test]
fn s03_from_an_empty_draft() {
    let mut draft = Draft::empty();
    let goal = support::scenario("write2-no-wait");
    let space = support::checked(&built(&draft));
    assert!(space.verdicts().safe());
    let set = |actor: &str, key: ActorKey, value: &str| Change::SetActor {
        actor: actor.to_owned(),
        key,
        value: Some(value.to_owned()),
    };
    for change in [
        Change::Era(Era::V2_6_39),
        Change::AddActor(ActorKind::Flusher),
        Change::AddActor(ActorKind::Own),
        set("thread", ActorKey::Name, "writer"),
        Change::AddStore,
        set(
            "writer",
            ActorKey::Run,
            "lock_page\ncopy_from_user new\nset_page_dirty\nunlock_page",
        ),
    ] {
        draft = draft
            .apply(&change)
            .unwrap_or_else(|error| panic!("{change:?}: {error}"));
    }
    let scenario = built(&draft);
    let code = |it: &Scenario, name: &str| {
        let actor = support::actor(it, name);
        let code = it.model.actors[actor.index()].code.clone();
        code.into_iter()
            .map(|it| (it.op, it.page, it.operand, it.no))
            .collect::<Vec<_>>()
    };
    for name in ["flusher", "writer", "disk", "completion"] {
        assert_eq!(code(&scenario, name), code(&goal, name), "{name}");
    }
    assert_eq!(scenario.model.stores, goal.model.stores);
    assert_eq!(support::verdicts(&scenario), support::verdicts(&goal));
    assert_eq!(support::verdicts(&scenario), "guard error");
}

/// Every kind of actor can be added to the baseline and to nothing, and then runs.
#[test]
fn actors_that_can_be_added() {
    for start in [Draft::empty(), catalogue_draft("baseline-five-step")] {
        for kind in ActorKind::ALL {
            let before = built(&start).cast.len();
            let draft = start.apply(&Change::AddActor(kind)).expect("can be added");
            let scenario = built(&draft);
            assert_eq!(scenario.cast.len(), before + 1, "{kind:?}");
            assert!(!kind.words().is_empty());
            let name = scenario.cast[before].name.clone();
            let none = draft
                .apply(&Change::RemoveActor(name.clone()))
                .expect("can go again");
            assert_eq!(built(&none).cast.len(), before, "{kind:?}");
            let twice = draft
                .apply(&Change::CopyActor(name))
                .expect("can be copied");
            match twice.build("", &Variant::default()) {
                Ok(scenario) => assert_eq!(scenario.cast.len(), before + 2, "{kind:?}"),
                // The machine has no room for every pair.
                Err(error) => assert!(!error.reason.is_empty()),
            }
        }
    }
}

/// A change of the text leaves all else as it is, and what the file states of its outcome is not stated any more.
#[test]
fn changes_leave_the_rest_of_the_text() {
    let draft = Draft::of(
        "# mine\ntitle = 'Mine'  # so\nsummary = \"\"\nwatch = \"\"\nera = \"3.0\"\ndevice = \"none\"\n\n[file]\ninode = 1\nfirst_lba = 8 # here\ninterval = 4096\n\n[[page]]\nindex = 0\nmemory = [\n  \"a\", # a\n]\nmedia = [\"b\"]\ndirty = true\n\n# who writes\n[[actor]] # the flusher\nname = \"flusher\"\nabout = \"writes\"\nrun = [\"writepage\"] # all of it\n\n[expect]\nnone = []\n",
    );
    let change = Change::SetActor {
        actor: "flusher".to_owned(),
        key: ActorKey::Cpu,
        value: Some("2".to_owned()),
    };
    let next = draft.apply(&change).expect("can be set");
    let goal = draft
        .text
        .replace("# all of it\n", "# all of it\ncpu = 2\n")
        .replace("[expect]\nnone = []\n", "");
    assert_eq!(next.text, goal);
    let change = Change::SetActor {
        actor: "flusher".to_owned(),
        key: ActorKey::Cpu,
        value: None,
    };
    let back = next.apply(&change).expect("can be taken out");
    assert_eq!(back.text, draft.text.replace("[expect]\nnone = []\n", ""));
    let gone = draft
        .apply(&Change::RemoveActor("flusher".to_owned()))
        .expect("can go");
    assert!(
        gone.text.ends_with("dirty = true\n\n# who writes\n"),
        "{}",
        gone.text
    );
    // A file of the catalogue is not the one any more that its title speaks of.
    let next = catalogue_draft("baseline-five-step")
        .apply(&Change::AddPage)
        .expect("a page");
    let scenario = built(&next);
    assert!(
        scenario.title.starts_with("Draft, from: "),
        "{}",
        scenario.title
    );
    assert!(scenario.section.is_empty() && scenario.sources.is_empty());
    assert_eq!(scenario.stated(), None);
}

/// What cannot be done says why, and where.
#[test]
fn what_cannot_be_done_says_why() {
    let draft = catalogue_draft("baseline-five-step");
    for (change, says) in [
        (Change::TakeBack(0), "there is no edit 0; there are 0"),
        (Change::RemoveEdit(0), "there is no edit 0; there are 0"),
        (
            Change::RemoveActor("nobody".to_owned()),
            "there is no actor \"nobody\"; there are: flusher, writer, disk, completion",
        ),
        (
            Change::AddLock {
                name: "gc".to_owned(),
                kind: "semaphore".to_owned(),
            },
            "\"semaphore\" cannot be kind: it is one of mutex, spin lock, rwsem, count, completion, flag",
        ),
        (
            Change::SetActor {
                actor: "writer".to_owned(),
                key: ActorKey::Name,
                value: Some("disk".to_owned()),
            },
            "there is already another actor \"disk\"",
        ),
        (
            Change::RemovePage(1),
            "there is no page \"1\"; there are: 0",
        ),
    ] {
        let error = draft.apply(&change).expect_err("cannot be done");
        assert_eq!(error.to_string(), says);
    }
    let broken = Draft::of("title = \n");
    let error = broken.apply(&Change::AddStore).expect_err("no TOML");
    assert!(
        matches!(error, DraftError::Unreadable { line: 1, .. }),
        "{error}"
    );
}

/// A name is changed wherever the thing is named.
#[test]
fn things_are_renamed_everywhere() {
    for entry in loadable() {
        let start = Draft::of(entry.text);
        let before = entry.load().expect("loads");
        for (number, cast) in before.cast.iter().enumerate() {
            let change = Change::SetActor {
                actor: cast.name.clone(),
                key: ActorKey::Name,
                value: Some("somebody".to_owned()),
            };
            let draft = start.apply(&change).expect("can be renamed");
            let scenario = built(&draft);
            assert_eq!(
                scenario.model, before.model,
                "{}: {}",
                entry.slug, cast.name
            );
            assert_eq!(scenario.cast[number].name, "somebody");
        }
    }
}

/// A random change, by numbers: what it is, and to what.
fn random_change(draft: &Draft, dice: (u8, u8, u8, u8)) -> Change {
    let (kind, one, two, three) = dice;
    let scenario = draft.build("", &Variant::default());
    let names = |all: Vec<String>| {
        let chosen = all.get(usize::from(one) % all.len().max(1));
        chosen.map_or("none".to_owned(), String::clone)
    };
    let tables = |kind: &str| {
        let text = &draft.text;
        let head = format!("[[{kind}]]\nname = \"");
        let heads = text.split(&head[..]).skip(1);
        names(
            heads
                .map(|it| it.split('"').next().unwrap_or_default().to_owned())
                .collect(),
        )
    };
    let words = [
        "new",
        "2",
        "A",
        "true",
        "writepage\nstore new",
        "lock_page",
        "\u{1}\"\\",
        "",
        "0x600",
    ];
    let value = words[usize::from(two) % words.len()].to_owned();
    let maybe = (!three.is_multiple_of(5)).then(|| value.clone());
    let on_stage = || -> Option<Change> {
        let scenario = scenario.as_ref().ok()?;
        let actor = usize::from(one) % scenario.cast.len().max(1);
        let many = scenario.cast.get(actor)?.lines.len().max(1);
        let (actor, line) = (ActorId::at(actor), usize::from(two) % many);
        let other = usize::from(three) % many;
        let side = if one > 128 { Side::Before } else { Side::After };
        match kind % 4 {
            0 => move_line(draft, scenario, actor, line, other, side).ok(),
            1 => swap_lines(draft, scenario, actor, line, other).ok(),
            2 => insert_line(draft, scenario, actor, line, "unlock_page", side).ok(),
            _ => {
                let actions = line_actions(draft, scenario, actor, line);
                let chosen = actions.get(usize::from(three) % actions.len().max(1))?;
                // What is offered can be done, and then runs.
                let next = draft.apply(&chosen.change).expect("is offered");
                built(&next);
                Some(chosen.change.clone())
            }
        }
    };
    match kind % 24 {
        0..=9 => on_stage().unwrap_or(Change::TakeBackAll),
        10 => Change::TakeBack(usize::from(one) % (draft.edits.len() + 1)),
        11 => Change::RemoveEdit(usize::from(one) % 3),
        12 => Change::AddActor(ActorKind::ALL[usize::from(one) % ActorKind::ALL.len()]),
        13 => Change::CopyActor(tables("actor")),
        14 => Change::RemoveActor(tables("actor")),
        15 => {
            let keys = [
                ActorKey::Name,
                ActorKey::About,
                ActorKey::Cpu,
                ActorKey::Mm,
                ActorKey::Run,
                ActorKey::Fault,
                ActorKey::Forever,
                ActorKey::Holds,
            ];
            Change::SetActor {
                actor: tables("actor"),
                key: keys[usize::from(three) % keys.len()],
                value: maybe,
            }
        }
        16 => [Change::AddStore, Change::AddPage, Change::AddProgram(value)][usize::from(one) % 3]
            .clone(),
        17 => {
            let keys = [
                StoreKey::Name,
                StoreKey::Page,
                StoreKey::Offset,
                StoreKey::Text,
                StoreKey::Hex,
                StoreKey::Zeros,
            ];
            Change::SetStore {
                store: tables("store"),
                key: keys[usize::from(three) % keys.len()],
                value,
            }
        }
        18 => [
            Change::RemoveStore(tables("store")),
            Change::RemovePage(usize::from(two) % 2),
            Change::RemoveProgram(tables("program")),
            Change::RemoveLock(tables("lock")),
        ][usize::from(three) % 4]
            .clone(),
        19 => Change::AddLock {
            name: value,
            kind: ["mutex", "rwsem", "flag", "no"][usize::from(three) % 4].to_owned(),
        },
        20 => [
            Change::SetLock {
                lock: tables("lock"),
                key: [LockKey::Name, LockKey::Kind, LockKey::Fair, LockKey::Start]
                    [usize::from(two) % 4],
                value: maybe.clone(),
            },
            Change::SetProgram {
                program: tables("program"),
                key: [ProgramKey::Name, ProgramKey::Text, ProgramKey::Forever]
                    [usize::from(one) % 3],
                value: value.clone(),
            },
            Change::SetPage {
                page: usize::from(one) % 2,
                key: [
                    PageKey::Index,
                    PageKey::Memory,
                    PageKey::Media,
                    PageKey::Dirty,
                    PageKey::Cached,
                    PageKey::Pins,
                    PageKey::Pte,
                    PageKey::Tlb,
                ][usize::from(two) % 8],
                value: maybe,
            },
        ][usize::from(three) % 3]
            .clone(),
        21 => [
            Change::Stable([None, Some(true), Some(false)][usize::from(one) % 3]),
            Change::Interval(if one > 128 { 512 } else { 4096 }),
            Change::Block((one > 128).then_some(1024)),
            Change::Device(Device::ALL[usize::from(one) % Device::ALL.len()]),
            Change::Era(Era::ALL[usize::from(one) % Era::ALL.len()]),
            Change::Title(value),
        ][usize::from(three) % 6]
            .clone(),
        22 => {
            // Typing: a piece of the text goes, or another comes.
            let mut whole = draft.whole();
            let at = (usize::from(one) << 8 | usize::from(two)) % (whole.len() + 1);
            let at = (0..=at)
                .rev()
                .find(|it| whole.is_char_boundary(*it))
                .unwrap_or(0);
            match three % 3 {
                0 => whole.insert_str(
                    at,
                    ["\n", "\"", "[[edit]]\n", "x", "# "][usize::from(three) % 5],
                ),
                1 => {
                    drop(whole.drain(at..at + whole[at..].chars().next().map_or(0, char::len_utf8)))
                }
                _ => whole.push_str("\n[[edit]]\ndrop = \"writepage/lock_page\"\n"),
            }
            Change::Whole(whole)
        }
        _ => Change::TakeBackAll,
    }
}

/// Any sequence of changes leaves a draft that runs, or says where it does not and why; the text and the draft are one thing;
/// and all that was done can be undone and redone.
#[test]
fn any_sequence_of_changes() {
    let starts: Vec<Draft> = loadable()
        .map(|it| Draft::of(it.text))
        .chain([Draft::empty(), Draft::default()])
        .collect();
    let dice = prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..14);
    let case = (any::<prop::sample::Index>(), dice);
    let config = ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let tally = std::cell::RefCell::new((0, 0, 0));
    let done = TestRunner::new(config).run(&case, |(start, dice)| {
        let mut history = vec![starts[start.index(starts.len())].clone()];
        for dice in dice {
            let draft = history.last().expect("a draft");
            let change = random_change(draft, dice);
            let mut tally = tally.borrow_mut();
            let Ok(next) = draft
                .apply(&change)
                .map_err(|error| assert!(!error.to_string().is_empty()))
            else {
                tally.0 += 1;
                continue;
            };
            prop_assert_eq!(&draft.apply(&change).expect("the same again"), &next);
            // The text with the edits behind it is the draft.
            let whole = next.whole();
            prop_assert_eq!(&next.with_whole(&whole), &next);
            prop_assert_eq!(draft.with_whole(&whole).whole(), whole.clone());
            match next.build("draft", &Variant::default()) {
                Ok(scenario) => {
                    tally.1 += 1;
                    let space = stable_pages::explore::Space::explore(
                        &scenario.model,
                        scenario.model.initial,
                        stable_pages::explore::Limits {
                            bytes: 1 << 20,
                            graph: false,
                        },
                    );
                    prop_assert!(space.states() > 0);
                    // As a file of its own it is the same model.
                    let file = Draft::of(whole).build("draft", &Variant::default());
                    prop_assert_eq!(file.map(|it| it.model), Ok(scenario.model));
                }
                Err(error) => {
                    tally.2 += 1;
                    prop_assert!(error.line > 0 && error.column > 0 && !error.reason.is_empty());
                }
            }
            history.push(next);
        }
        // The page keeps the drafts: to undo is to go back in the list.
        prop_assert_eq!(&history[0], &starts[start.index(starts.len())]);
        let undone = history[0].with_whole(&history[0].whole());
        prop_assert_eq!(&undone.text, &starts[start.index(starts.len())].text);
        Ok(())
    });
    done.expect("no sequence does harm");
    let (refused, ran, broken) = *tally.borrow();
    assert!(
        ran > 200 && broken > 20 && refused > 20,
        "{ran} ran, {broken} did not build, {refused} were refused"
    );
}
