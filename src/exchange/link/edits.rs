//! Edits in links: `drop.writepage.unlock_page`, `move.writepage.unlock_page.after.submit_bio`. Where a program has several steps of a
//! key, `pte_wrprotect-2` is the second. A byte that is neither a letter, a digit nor `_` is written as `~` and two hexadecimal digits.

use crate::protocol::{Edit, Place, Side};

/// Longest line of the program language that is read, in bytes.
const LONGEST: usize = 200;

/// Reads an edit; none if the text does not begin with the name of one.
pub(super) fn read(text: &str) -> Option<Result<Edit, String>> {
    let (kind, rest) = text.split_once('.')?;
    let parts: Vec<&str> = rest.split('.').collect();
    let edit = match (kind, &parts[..]) {
        ("drop", [program, step]) => place(program, step).map(Edit::Drop),
        ("move", [program, step, at, to]) => (|| {
            Ok(Edit::Move(place(program, step)?, place(program, to)?, side(at)?))
        })(),
        ("swap", [program, one, other]) => {
            (|| Ok(Edit::Swap(place(program, one)?, place(program, other)?)))()
        }
        ("insert", [program, step, at, line]) => {
            (|| Ok(Edit::Insert(decode(line)?, place(program, step)?, side(at)?)))()
        }
        ("replace", [program, step, line]) => {
            (|| Ok(Edit::Replace(place(program, step)?, decode(line)?)))()
        }
        ("drop" | "move" | "swap" | "insert" | "replace", _) => Err(
            "edits are drop.program.step, move.program.step.before.step, swap.program.step.step, insert.program.step.after.line and replace.program.step.line"
                .to_owned(),
        ),
        _ => return None,
    };
    Some(edit)
}

/// Writes an edit.
pub(super) fn write(edit: &Edit) -> String {
    let side = |side: &Side| match side {
        Side::Before => "before",
        Side::After => "after",
    };
    let step = |place: &Place| match place.nth {
        Some(nth) => format!("{}-{nth}", encode(&place.step)),
        None => encode(&place.step),
    };
    let at = |place: &Place| format!("{}.{}", encode(&place.program), step(place));
    match edit {
        Edit::Drop(it) => format!("drop.{}", at(it)),
        Edit::Move(it, to, on) => format!("move.{}.{}.{}", at(it), side(on), step(to)),
        Edit::Swap(one, other) => format!("swap.{}.{}", at(one), step(other)),
        Edit::Insert(line, to, on) => format!("insert.{}.{}.{}", at(to), side(on), encode(line)),
        Edit::Replace(it, line) => format!("replace.{}.{}", at(it), encode(line)),
    }
}

fn place(program: &str, step: &str) -> Result<Place, String> {
    let (step, nth) = match step.split_once('-') {
        Some((step, nth)) => (step, Some(nth)),
        None => (step, None),
    };
    let (program, step) = (decode(program)?, decode(step)?);
    let text = match nth {
        Some(nth) => format!("{program}/{step}#{nth}"),
        None => format!("{program}/{step}"),
    };
    Place::parse(&text).map_err(|error| error.to_string())
}

fn side(word: &str) -> Result<Side, String> {
    match word {
        "before" => Ok(Side::Before),
        "after" => Ok(Side::After),
        _ => Err("it is before or after a step".to_owned()),
    }
}

fn encode(line: &str) -> String {
    let mut text = String::new();
    for byte in line.bytes() {
        match byte {
            b'_' => text.push('_'),
            _ if byte.is_ascii_alphanumeric() => text.push(byte.into()),
            _ => text += &format!("~{byte:02x}"),
        }
    }
    text
}

fn decode(text: &str) -> Result<String, String> {
    let wrong = || "its line is damaged".to_owned();
    if text.is_empty() || text.len() > LONGEST {
        return Err(wrong());
    }
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('~') {
            let hex = after.get(..2).ok_or_else(wrong)?;
            bytes.push(u8::from_str_radix(hex, 16).map_err(|_| wrong())?);
            rest = &after[2..];
        } else {
            let end = rest.find('~').unwrap_or(rest.len());
            bytes.extend_from_slice(&rest.as_bytes()[..end]);
            rest = &rest[end..];
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
