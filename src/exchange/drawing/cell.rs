//! A cell of a drawing taken apart: what it calls, with which arguments, what is said behind it, and what kind of line it is.

/// What kind of line a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// It names a function.
    Call,
    /// Something is asked: `if (PageDirty(page))`.
    Condition,
    /// A value is set: `sbi->node_inode = NULL`.
    Assignment,
    /// Back to an earlier line.
    Jump,
    /// What happens without being called: `<ptes zapped>`, `>> write fails <<`.
    Event,
    /// Words.
    Words,
    /// Steps that are not drawn: `...`.
    Elided,
    /// A comment, or marks that point at something.
    Comment,
}

/// A cell taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// How many characters in front of it are marks of a list, a tree or a number.
    pub marks: usize,
    /// The line without marks and remark.
    pub text: String,
    /// The function that it calls.
    pub function: Option<String>,
    /// The function's arguments.
    pub arguments: Vec<String>,
    /// What stands behind it as a remark.
    pub remark: String,
    /// The letter that marks a resource: `--- A`.
    pub tag: Option<char>,
    /// Whether it is said that the call fails, or that it succeeds.
    pub outcome: Option<bool>,
    /// What kind of line it is.
    pub shape: Shape,
}

/// Marks in front of a line, longest first.
const MARKS: [&str; 16] = [
    "|---", "|--", "|->", "|-", "`--", "`-", "\\_", "\\-", "+->", "+-", "-->", "->", "=>", "- ",
    "* ", "o ",
];

/// The characters of the marks in front of a text.
fn marks(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = &rest[digits..];
        let numbered = match behind.as_bytes() {
            [b'.' | b')' | b':', b' ', ..] if digits > 0 => digits + 1,
            _ => 0,
        };
        let in_brackets = rest.strip_prefix(['(', '[']).map_or(0, |inner| {
            let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
            let closes = inner[digits..].starts_with([')', ']']);
            if digits > 0 && closes { digits + 2 } else { 0 }
        });
        let mark = MARKS
            .iter()
            .find(|it| rest.starts_with(**it))
            .map_or(0, |it| it.len());
        // A bar alone is part of a tree; `-name` is a list without a blank.
        let bar = usize::from(rest.starts_with("| ") || rest == "|");
        let dash = match rest.as_bytes() {
            [b'-', next, ..] if next.is_ascii_alphabetic() || *next == b'_' => 1,
            _ => 0,
        };
        let taken = [numbered, in_brackets, mark, bar, dash]
            .into_iter()
            .max()
            .unwrap_or(0);
        if taken == 0 {
            return text.len() - rest.len();
        }
        rest = &rest[taken..];
    }
}

/// Where the remark behind a text begins.
fn remark_at(text: &str) -> usize {
    let starts = [
        " --", " <-", " //", " /*", " # ", "  ", " [", " ^", " =>", "; ",
    ];
    let found = starts.iter().filter_map(|it| text.find(it));
    found.min().unwrap_or(text.len())
}

/// Whether a character can be part of a name in C.
pub(super) fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const KEYWORDS: [&str; 8] = [
    "if", "while", "for", "switch", "return", "sizeof", "else", "do",
];

/// The first function that a text calls, with its arguments.
fn call(text: &str) -> Option<(String, Vec<String>)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('(').map(|it| from + it) {
        let before = &text[..open];
        let start = before.rfind(|c: char| !of_name(c)).map_or(0, |it| it + 1);
        let name = &before[start..];
        // A letter with something in parentheses is no function of the kernel.
        let function = name.len() > 1 && !name.starts_with(|c: char| c.is_ascii_digit());
        if function && !KEYWORDS.contains(&name) {
            return Some((name.to_owned(), arguments(&text[open + 1..])));
        }
        from = open + 1;
    }
    None
}

/// The arguments up to the parenthesis that closes the call.
fn arguments(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                all.push(text[from..at].trim().to_owned());
                from = text.len();
                break;
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                all.push(text[from..at].trim().to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    if from < text.len() {
        all.push(text[from..].trim().to_owned());
    }
    all.retain(|it| !it.is_empty());
    all
}

/// A function that is named without parentheses, with the words behind it: `lock_page page 1`.
fn named(text: &str) -> Option<(String, Vec<String>)> {
    let mut words = text.split_whitespace();
    let first = words.next()?.trim_end_matches([',', ':', ';']);
    let first = first.rsplit("->").next()?;
    let name = first.chars().all(of_name)
        && first.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // Names of functions have an underscore, or are written together with capitals.
    let inner = first.trim_matches('_');
    let capitals = inner.chars().filter(char::is_ascii_uppercase).count();
    let joined =
        inner.contains('_') || capitals > 1 && inner.chars().any(|c| c.is_ascii_lowercase());
    let rest: Vec<String> = words.map(str::to_owned).collect();
    (name && joined && rest.len() <= 2).then(|| (first.to_owned(), rest))
}

/// Words by which a line says that a call did not succeed.
const FAILS: [&str; 12] = [
    "refused",
    "fails",
    "failed",
    "failure",
    "false",
    "eagain",
    "ebusy",
    "busy",
    "contended",
    "-eagain",
    "-ebusy",
    "unsuccessful",
];
/// Words by which it says that it did.
const SUCCEEDS: [&str; 6] = ["succeeds", "succeeded", "success", "true", "ok", "got"];

fn outcome(said: &str, result: &str) -> Option<bool> {
    let words = |of: &str| -> Vec<String> {
        let words = of.split(|c: char| !of_name(c) && c != '-');
        words.map(str::to_ascii_lowercase).collect()
    };
    match result.trim_end_matches(';').trim() {
        "0" | "NULL" => return Some(false),
        "1" => return Some(true),
        _ => {}
    }
    let all = [words(said), words(result)].concat();
    if all.iter().any(|it| FAILS.contains(&it.as_str())) {
        return Some(false);
    }
    all.iter()
        .any(|it| SUCCEEDS.contains(&it.as_str()))
        .then_some(true)
}

impl Parsed {
    /// Takes a cell apart.
    pub fn of(cell: &str) -> Parsed {
        let marks = marks(cell);
        let text = cell[marks..].trim();
        let mut parsed = Parsed {
            marks,
            text: text.to_owned(),
            function: None,
            arguments: Vec::new(),
            remark: String::new(),
            tag: None,
            outcome: None,
            shape: Shape::Words,
        };
        if let Some(shape) = plain_shape(text) {
            parsed.shape = shape;
            return parsed;
        }
        let end = remark_at(text);
        let (body, remark) = text.split_at(end);
        let remark = remark.trim_matches(|c: char| !of_name(c) && !matches!(c, '(' | ')'));
        let mut letters = remark.chars();
        if let (Some(tag @ 'A'..='Z'), None) = (letters.next(), letters.next()) {
            parsed.tag = Some(tag);
        }
        remark.clone_into(&mut parsed.remark);
        let body = body.trim().trim_end_matches([';', '{', ',']).trim();
        let arrow = body
            .split_once(" -> ")
            .filter(|(before, _)| call(before).is_some());
        let (body, result) = match arrow.or_else(|| body.split_once(") = ")) {
            Some((before, result)) => {
                let closed = body.len() > before.len() && body[before.len()..].starts_with(')');
                (&body[..before.len() + usize::from(closed)], result.trim())
            }
            None => (body, ""),
        };
        body.clone_into(&mut parsed.text);
        if !result.is_empty() {
            parsed.remark = format!("{result} {}", parsed.remark).trim().to_owned();
        }
        parsed.kind(body, result);
        parsed
    }

    fn kind(&mut self, body: &str, result: &str) {
        let lower = body.to_ascii_lowercase();
        let first = lower.split(|c: char| !of_name(c)).next().unwrap_or("");
        let asked =
            ["if", "while", "unless", "else", "until"].contains(&first) || body.ends_with('?');
        let back =
            ["goto", "retry", "repeat", "loop", "again"].contains(&first) && !body.contains('(');
        let body = body.strip_prefix("return ").unwrap_or(body);
        let body = ["calls ", "call ", "enters ", "enter ", "in ", "into "]
            .iter()
            .find_map(|it| body.strip_prefix(it))
            .unwrap_or(body);
        let set = assigned(body);
        let called = call(set.unwrap_or(body)).or_else(|| named(set.unwrap_or(body)));
        let words = body.split_whitespace().count();
        self.shape = match (&called, asked, back, set) {
            (_, true, ..) => Shape::Condition,
            (_, _, true, _) => Shape::Jump,
            (None, _, _, Some(_)) => Shape::Assignment,
            (None, ..) if body.ends_with("++") || body.ends_with("--") => Shape::Assignment,
            // A sentence that mentions a function calls nothing.
            (Some((name, _)), ..)
                if words > 4 && !body.starts_with(name.as_str()) && !body.ends_with(')') =>
            {
                Shape::Words
            }
            (Some(_), ..) => Shape::Call,
            _ => Shape::Words,
        };
        if let (Some((name, arguments)), Shape::Call | Shape::Condition) = (called, self.shape) {
            let said = body.replacen(&name, "", 1);
            let said = said.split('(').next().unwrap_or("").to_owned()
                + " "
                + said.rsplit(')').next().unwrap_or("");
            self.outcome = outcome(&format!("{said} {}", self.remark), result);
            self.function = Some(name);
            self.arguments = arguments;
        }
    }

    /// Whether the text asks for the contrary: `if (!PageDirty(page))`.
    pub fn negated(&self) -> bool {
        let function = self.function.as_deref().unwrap_or("");
        let before = self.text.find(function).map_or("", |at| &self.text[..at]);
        before.contains('!') || before.contains("not ")
    }
}

/// What is assigned, of an assignment.
fn assigned(body: &str) -> Option<&str> {
    let at = body.find(" = ")?;
    let plain = |c: char| of_name(c) || "->.[]*& ".contains(c);
    body[..at].chars().all(plain).then(|| body[at + 3..].trim())
}

/// The shape of a line that its marks alone decide.
fn plain_shape(text: &str) -> Option<Shape> {
    if text.is_empty() || text.bytes().all(|it| b"|.:^v+=_ ~".contains(&it)) {
        let dots = text.contains("..") || text.contains(':');
        return Some(if dots { Shape::Elided } else { Shape::Comment });
    }
    if text.starts_with("...") && !text.contains('(') {
        return Some(match text.trim_matches('.').trim().is_empty() {
            true => Shape::Elided,
            false => Shape::Comment,
        });
    }
    if ["//", "/*", "*/", "#", "--", "==", "^", "<-"]
        .iter()
        .any(|it| text.starts_with(it))
    {
        return Some(Shape::Comment);
    }
    let between = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    let event = between("<", ">")
        || between(">>", "<<")
        || between("[", "]")
        || text.starts_with("**")
        || text.starts_with("!!");
    event.then_some(Shape::Event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_whatever_stands_around_them() {
        let of = |text: &str| {
            let it = Parsed::of(text);
            (
                it.function.unwrap_or_default(),
                it.arguments.join("|"),
                it.shape,
            )
        };
        assert_eq!(
            of("- mutex_lock(&sbi->gc_mutex)"),
            ("mutex_lock".into(), "&sbi->gc_mutex".into(), Shape::Call)
        );
        assert_eq!(
            of("3) lock_page(page);  <-- sleeps"),
            ("lock_page".into(), "page".into(), Shape::Call)
        );
        assert_eq!(
            of("|  |- mapping->a_ops->writepage(page, wbc)").0,
            "writepage"
        );
        assert_eq!(
            of("ret = foo_bar(a, g(b, c))"),
            ("foo_bar".into(), "a|g(b, c)".into(), Shape::Call)
        );
        assert_eq!(of("if (!buffer_dirty(bh))").2, Shape::Condition);
        assert_eq!(of("sbi->node_inode = NULL").2, Shape::Assignment);
        assert_eq!(of("<ptes zapped>").2, Shape::Event);
        assert_eq!(of(".....").2, Shape::Elided);
        assert_eq!(of("goto again").2, Shape::Jump);
        assert_eq!(of("M(page) + m(integrity)").2, Shape::Words);
        assert_eq!(of("SetPageWriteback").0, "SetPageWriteback");
        assert_eq!(of("lock gc_mutex").2, Shape::Words);
    }

    #[test]
    fn outcomes_and_tags_are_read() {
        assert_eq!(
            Parsed::of(
                "- f2fs_trylock_op refused\t--- B"
                    .replace('\t', "  ")
                    .as_str()
            )
            .outcome,
            Some(false)
        );
        assert_eq!(Parsed::of("f2fs_lock_op --- B").tag, Some('B'));
        assert_eq!(Parsed::of("trylock_page(page) -> 0").outcome, Some(false));
        assert_eq!(Parsed::of("trylock_page(page) = 1").outcome, Some(true));
        assert!(Parsed::of("if (!buffer_dirty(bh))").negated());
    }
}
