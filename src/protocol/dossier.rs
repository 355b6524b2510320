//! Finds where a text names a section of the kernel dossier (`docs/kernel/`): "the dossier, 3.5",
//! "sections 2.5 and 3.4", "chapter 13", "appendix A", "S04"; and on which page that section stands.
//!
//! The page and the plain pages make links of them, and `tests/dossier.rs` holds every one to a section that exists.

use std::ops::Range;

/// A place in a text that names a section: the section's or chapter's number, the appendix's letter or the ordering's
/// number, and the bytes that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The bytes that name it.
    pub range: Range<usize>,
    /// The number, letter or name of the section.
    pub section: String,
}

/// The words after which a number names a section.
const KEYWORDS: [&str; 6] = [
    "dossier", "section", "sections", "chapter", "chapters", "appendix",
];

/// All references of a text, from its beginning to its end.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = next_word(text, at) {
        at = word.end;
        if is_ordering(&text[word.clone()]) {
            // The reference is to the ordering as a whole, so the letter of its part is left out.
            found.push(reference(text, word.start..word.start + 3));
            continue;
        }
        let keyword = text[word].to_ascii_lowercase();
        if KEYWORDS.contains(&keyword.as_str()) {
            at = numbers(text, at, keyword.ends_with('s'), &mut found);
        }
    }
    found
}

/// The page of each chapter, by the first chapter that it has.
const PAGES: [(u8, &str); 9] = [
    (0, "index"),
    (1, "protocol"),
    (6, "actors"),
    (7, "history"),
    (8, "protection"),
    (9, "orderings"),
    (10, "invariants"),
    (11, "diagrams"),
    (12, "reference"),
];

/// The page and the fragment of a section, below the dossier's folder: `protocol.html#s3-5`, `orderings.html#S04`.
pub fn section_page(section: &str) -> String {
    let number = |digits: &str| digits.parse::<u8>().ok();
    let page = match section.strip_prefix('S') {
        // The orderings of the kernels after 6.19 stand with what changed in these.
        Some(ordering) if number(ordering).is_some_and(|it| it > 36) => "linux-7",
        Some(_) => "orderings",
        None => match number(section.split('.').next().unwrap_or_default()) {
            Some(chapter) if chapter > 12 => "linux-7",
            Some(chapter) => {
                let pages = PAGES.iter().rev();
                let mut before = pages.filter(|(first, _)| *first <= chapter);
                before.next().map_or("index", |(_, page)| *page)
            }
            None => "reference",
        },
    };
    format!("{page}.html#{}", section_anchor(section))
}

/// The fragment of a section's address: `s3-5`, `sA`, or an ordering's own name, `S04`.
pub fn section_anchor(section: &str) -> String {
    match section.starts_with('S') {
        true => section.to_owned(),
        false => format!("s{}", section.replace('.', "-")),
    }
}

/// The key of the section that a heading begins, such as `3.5` of "3.5 What the waiter holds".
pub fn heading_key(heading: &str) -> Option<&str> {
    let word = heading.split(' ').next()?;
    let key = word.strip_suffix('.').unwrap_or(word);
    let number = key.split('.').all(is_number) && key.split('.').count() <= 2;
    let appendix = word.len() == 2 && is_appendix(key);
    (number || appendix || (is_ordering(key) && key.len() == 3)).then_some(key)
}

/// Adds the numbers behind a keyword, from `at` on: the first, and others with "and" or the like between them or, behind a
/// plural such as "sections", with a comma. Returns where the last one ends.
fn numbers(text: &str, mut at: usize, plural: bool, found: &mut Vec<Reference>) -> usize {
    let rest = &text[at..];
    let rest = rest.strip_prefix("'s").unwrap_or(rest);
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let mut next = after_space(text, text.len() - rest.len());
    while let Some(start) = next {
        let length = section_length(&text[start..]);
        if length == 0 {
            break;
        }
        at = start + length;
        found.push(reference(text, start..at));
        // "section 3.3, 6.19" names a section and a kernel.
        let comma = plural && text[at..].starts_with(',');
        let between = after_space(text, at + usize::from(comma));
        let conjunction = between.and_then(|between| {
            let mut words = ["and", "or", "to"].iter();
            let rest = words.find_map(|word| text[between..].strip_prefix(word))?;
            after_space(text, text.len() - rest.len())
        });
        next = conjunction.or(between.filter(|_| comma));
    }
    at
}

fn reference(text: &str, range: Range<usize>) -> Reference {
    let section = text[range.clone()].to_owned();
    Reference { range, section }
}

/// The next run of letters and digits.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = from + text[from..].find(inside)?;
    let rest = &text[start..];
    let length = rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
    Some(start..start + length)
}

/// Where a text goes on behind the white space at `at`; none if there is no white space.
fn after_space(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].trim_start();
    let start = text.len() - rest.len();
    (start > at).then_some(start)
}

/// How long the section's number at the beginning of a text is; 0 if there is none.
fn section_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = |length: usize| {
        let rest = &text[length..];
        // "2.6.39" is a kernel; "section 4." ends a sentence.
        let goes_on = rest.strip_prefix('.').is_some_and(|it| digits(it) > 0);
        !rest.starts_with(char::is_alphanumeric) && !goes_on
    };
    if text.get(..1).is_some_and(is_appendix) && ends(1) {
        return 1;
    }
    let chapter = digits(text);
    if chapter == 0 || chapter > 2 {
        return 0;
    }
    let point = text[chapter..].strip_prefix('.').map_or(0, digits);
    let length = match point {
        0 => chapter,
        _ => chapter + 1 + point,
    };
    if ends(length) { length } else { 0 }
}

/// `S04`, or a part of it such as `S34a`.
fn is_ordering(word: &str) -> bool {
    let digits = word.strip_prefix('S').map(str::as_bytes);
    digits.is_some_and(|it| match it {
        [tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        [tens, ones, part] => {
            tens.is_ascii_digit() && ones.is_ascii_digit() && part.is_ascii_lowercase()
        }
        _ => false,
    })
}

fn is_appendix(word: &str) -> bool {
    ["A", "B"].contains(&word)
}

fn is_number(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}
