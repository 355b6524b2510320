//! What an edit does, in the words of a release: its functions, never the names that files and links use.

use super::edit::{Edit, EditError, Place, Program, Side, added, find};
use super::era::Era;
use super::groups::{GROUPS, group_row};
use super::ops::{OPS, op_number};
use super::text::Shape;
use super::tree::{Step, What, each};

/// Programs that are a kernel function of the same name in every release, so that a step can be said to be left out of it.
const FUNCTIONS: [&str; 3] = ["generic_perform_write", "ext2_add_link", "munmap"];

/// What an edit does to programs that do not have it yet, with functions between backquotes. `whose` names the actors
/// that run a program.
///
/// # Errors
/// [`EditError`] where the edit has no place in the programs.
pub fn change_words(
    shape: &Shape,
    edit: &Edit,
    programs: &[Program],
    whose: &dyn Fn(&str) -> String,
) -> Result<String, EditError> {
    let first = edit.place();
    let mut all = programs.iter();
    let Some(program) = all.find(|it| it.name == first.program) else {
        return Ok(edit.words());
    };
    let step = |place: &Place| named(shape, program, place);
    let line = |line: &str, at: &Place| -> Result<String, EditError> {
        let path = find(program, at)?;
        let steps = added(shape, line, program, &path, &|_| None)?;
        let shown = steps.iter().filter(|it| !it.key().is_empty());
        let names: Vec<String> = shown.map(|it| quoted(&release_name(shape, it))).collect();
        Ok(names.join(", "))
    };
    Ok(match edit {
        Edit::Drop(place) => {
            let out = match caller(shape, program, place)? {
                Some(caller) => format!(" left out of {}", quoted(&caller)),
                None => format!(" left out ({})", whose(&program.name)),
            };
            step(place)? + &out
        }
        Edit::Move(place, to, side) => {
            format!("{} moved {} {}", step(place)?, word(*side), step(to)?)
        }
        Edit::Swap(one, other) => format!("{} and {} swapped", step(one)?, step(other)?),
        Edit::Insert(text, to, side) => {
            format!("{} added {} {}", line(text, to)?, word(*side), step(to)?)
        }
        Edit::Replace(place, text) => format!("{} instead of {}", line(text, place)?, step(place)?),
    })
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Before => "before",
        Side::After => "after",
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// The step of a place by the name it has in the release; where the program has others of that name and the place counts
/// them, with its number.
fn named(shape: &Shape, program: &Program, place: &Place) -> Result<String, EditError> {
    let path = find(program, place)?;
    let step = walk(program, &path).last();
    let name = step.map_or(String::new(), |it| release_name(shape, it));
    let mut alike = 0;
    each(&program.steps, &mut |it| {
        alike += usize::from(it.key() == place.step && release_name(shape, it) == name);
    });
    // The others may be reached by a label only.
    let without = Place {
        nth: None,
        ..place.clone()
    };
    let is_plain = find(program, &without).is_ok_and(|it| it == path);
    let number = match place.nth {
        Some(nth) if alike > 1 && !is_plain => match nth {
            1 => "the first ".to_owned(),
            2 => "the second ".to_owned(),
            3 => "the third ".to_owned(),
            _ => format!("no. {nth} of "),
        },
        _ => String::new(),
    };
    Ok(number + &quoted(&name))
}

/// The steps that a path leads through, outermost first.
fn walk<'a>(program: &'a Program, path: &'a [usize]) -> impl Iterator<Item = &'a Step> {
    let mut level: &[Step] = &program.steps;
    path.iter().map_while(move |at| {
        let step = level.get(*at)?;
        level = match &step.what {
            What::Group(_, inner) => inner,
            _ => &[],
        };
        Some(step)
    })
}

/// The function that makes a step, by the name it has in the release: the innermost composite around it, else its program;
/// none where neither is a function of the kernel.
fn caller(shape: &Shape, program: &Program, place: &Place) -> Result<Option<String>, EditError> {
    let path = find(program, place)?;
    let (_, around) = path.split_last().unwrap_or((&0, &[]));
    let known = walk(program, around).filter(|it| group_row(it.key()).is_some());
    if let Some(step) = known.last() {
        return Ok(Some(release_name(shape, step)));
    }
    let name = program.name.as_str();
    Ok(match group_row(name) {
        Some(row) => Some(short(row.calls[shape.era as usize])),
        // Its variants differ in what file systems do around it.
        None if name.starts_with("do_wp_page") => Some("do_wp_page()".to_owned()),
        None => FUNCTIONS.contains(&name).then(|| format!("{name}()")),
    })
}

/// A step or composite by the function that makes it in a release; what is no call, by its line.
fn release_name(shape: &Shape, step: &Step) -> String {
    let mut name = short(&step.call(shape.era, shape.pages > 1));
    if let ([only], What::Op { .. }) = (&shape.spaces[..], &step.what) {
        // There is no other address space to tell it from.
        name = short(&name.replace(&format!(" in {only}"), ""));
    }
    name
}

/// A call without its arguments: `unlock_page()` for `unlock_page(page)`. Those that say which of several pages stay.
pub fn short(call: &str) -> String {
    let head = match call.split_once(": ") {
        Some((head, _)) => head,
        None => call,
    };
    let name = head.split('(').next().unwrap_or(head);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let function = name.strip_prefix("->").unwrap_or(name);
    let is_name = !function.is_empty() && function.chars().all(plain);
    let rest = &head[name.len()..];
    let closed = !rest.is_empty() && rest.find(')') == Some(rest.len() - 1);
    let is_call = closed || rest.is_empty() && function.contains('_');
    match is_name && is_call && !rest.contains(|c: char| c.is_ascii_digit()) {
        true => format!("{name}()"),
        false => head.to_owned(),
    }
}

/// The function behind a step's or composite's key in a release, without arguments; none for a key that does not exist.
pub fn release_function(key: &str, era: Era) -> Option<String> {
    let step = op_number(key).map(|row| OPS[row].calls()[era as usize]);
    let call = step.or_else(|| group_row(key).map(|row| row.calls[era as usize]))?;
    Some(short(call))
}

/// A function of any release, or a step's key, by the function's name in a release; none if it is neither.
pub fn renamed(word: &str, era: Era) -> Option<String> {
    let steps = OPS.iter().map(|row| (row.key, row.calls()));
    let groups = GROUPS.iter().map(|row| (row.key, &row.calls));
    let all = steps.chain(groups);
    let is = |call: &&str| short(call).strip_suffix("()") == Some(word);
    // A key comes first: 2.6.39 calls two different waits the same.
    let by_key = all.clone().find(|(key, _)| *key == word);
    let (_, calls) = by_key.or_else(|| all.into_iter().find(|(_, calls)| calls.iter().any(is)))?;
    let name = short(calls[era as usize]);
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let name = name.strip_suffix("()")?;
    name.chars().all(plain).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_shortened_to_functions() {
        for (call, name) in [
            ("unlock_page(page)", "unlock_page()"),
            ("lock_page(page 1)", "lock_page(page 1)"),
            ("->page_mkwrite(vma, vmf)", "->page_mkwrite()"),
            ("submit_bio(bio): blk_mq_submit_bio", "submit_bio()"),
            (
                "jbd2_journal_write_metadata_buffer: BJ_Shadow",
                "jbd2_journal_write_metadata_buffer()",
            ),
            (
                "if (cleaned) set_page_dirty(page)",
                "if (cleaned) set_page_dirty(page)",
            ),
            (
                "maybe_mkwrite(pte_mkdirty(pte))",
                "maybe_mkwrite(pte_mkdirty(pte))",
            ),
            ("writepages: one folio", "writepages"),
            ("queue the request", "queue the request"),
        ] {
            assert_eq!(short(call), name);
        }
        let wait = release_function("wait_for_stable_page", Era::V6_19);
        assert_eq!(wait.as_deref(), Some("folio_wait_stable()"));
        let name = |word, era| renamed(word, era);
        assert_eq!(
            name("unlock_page", Era::V6_19).as_deref(),
            Some("folio_unlock")
        );
        assert_eq!(
            name("folio_unlock", Era::V3_0).as_deref(),
            Some("unlock_page")
        );
        assert_eq!(name("redirty_if_cleaned", Era::V3_0), None);
        assert_eq!(name("no_such_function", Era::V3_0), None);
    }
}
