//! A source as it is written ("`__lock_page`, mm/filemap.c (6.19); commit 79352894b285") in pieces, some of which can
//! be followed.
//!
//! Parts of a source stand between semicolons. What leads somewhere is found by its form:
//!
//! - a file of the kernel with its releases, `mm/filemap.c (2.6.39, 6.19)`: that file in each of them;
//! - `commit 79352894b285`; `CVE-2026-89772`, to its record among the kernel's own; a page of the documentation, `Documentation/block/data-integrity.rst`; a manual page, `md(4)`;
//! - a mail or an article, `Chris Mason, 26 Apr 2011 <MESSAGE-ID>` or `LWN 215119 <https://lwn.net/..>`: the words before
//!   the brackets lead there;
//! - a section of the kernel dossier ([`references`]).
//!
//! A standard is named by its number and leads nowhere, since it is sold.

use std::ops::Range;

use super::dossier::{references, section_page};

/// Where a piece of a source leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A file of the kernel, in a release.
    File {
        /// Its path in the tree.
        path: &'a str,
        /// The release, such as "2.6.39".
        release: &'a str,
    },
    /// A commit, by at least 12 digits of its hash.
    Commit(&'a str),
    /// A record of the kernel's CVE team, by its number.
    Cve(&'a str),
    /// A page of the kernel's documentation, by the path of its file.
    Documentation(&'a str),
    /// A mail, by its Message-ID.
    Mail(&'a str),
    /// An article, or a mail in another archive, by its address.
    Article(&'a str),
    /// A page of the manual: its name and its section.
    Manual(&'a str, &'a str),
    /// A section of the kernel dossier, which is part of this site.
    Dossier(String),
}

/// The trees of git.kernel.org.
const TREES: &str = "https://git.kernel.org/pub/scm/linux/kernel/git";

/// The hosts whose articles a source may lead to; a file of a visitor's own cannot lead elsewhere.
const HOSTS: [&str; 4] = [
    "lwn.net",
    "lore.kernel.org",
    "www.spinics.net",
    "lkml.iu.edu",
];

impl Target<'_> {
    /// Its address; that of a section of the dossier is relative to the page with the program.
    pub fn address(&self) -> String {
        match self {
            Target::File { path, release } => {
                // Point releases are in the tree of the stable releases only.
                let points = release.bytes().filter(|it| *it == b'.').count();
                let mainline = points < 2 || (release.starts_with("2.6.") && points == 2);
                let tree = if mainline { "torvalds" } else { "stable" };
                format!("{TREES}/{tree}/linux.git/tree/{path}?h=v{release}")
            }
            Target::Commit(hash) => format!("https://git.kernel.org/linus/{hash}"),
            Target::Cve(number) => {
                let year = number.split('-').nth(1).unwrap_or_default();
                format!(
                    "https://git.kernel.org/pub/scm/linux/security/vulns.git/tree/cve/published/{year}/{number}"
                )
            }
            Target::Documentation(path) => {
                let page = path.trim_start_matches("Documentation/");
                let page = page.trim_end_matches(".rst");
                format!("https://docs.kernel.org/{page}.html")
            }
            Target::Mail(id) => format!("https://lore.kernel.org/r/{}", id.replace('/', "%2F")),
            Target::Article(address) => (*address).to_owned(),
            Target::Manual(name, section) => {
                format!("https://man7.org/linux/man-pages/man{section}/{name}.{section}.html")
            }
            Target::Dossier(section) => format!("kernel/{}", section_page(section)),
        }
    }
}

/// A piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its words, as they are shown.
    pub text: &'a str,
    /// Where it leads, if anywhere.
    pub target: Option<Target<'a>>,
}

/// The pieces of a source, from its beginning to its end.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    for mark in marks(source) {
        let text = |from, to| Piece {
            text: &source[from..to],
            target: None,
        };
        if at < mark.start {
            all.push(text(at, mark.start));
        }
        all.push(Piece {
            text: source[mark.start..mark.shown].trim_end(),
            target: Some(mark.target),
        });
        at = mark.end;
    }
    if at < source.len() {
        all.push(Piece {
            text: &source[at..],
            target: None,
        });
    }
    all
}

/// The source as it is read aloud: without what stands in angle brackets for its links.
pub fn plain(source: &str) -> String {
    pieces(source).iter().map(|it| it.text).collect()
}

/// The addresses outside of this site that a source leads to.
pub fn addresses(source: &str) -> Vec<String> {
    let targets = pieces(source).into_iter().filter_map(|it| it.target);
    let outside = targets.filter(|it| !matches!(it, Target::Dossier(_)));
    outside.map(|it| it.address()).collect()
}

/// The file in which a source says that something was read in a release.
pub fn file_in<'a>(source: &'a str, release: &str) -> Option<&'a str> {
    let mut targets = pieces(source).into_iter().filter_map(|it| it.target);
    targets.find_map(|it| match it {
        Target::File { path, release: of } if of == release => Some(path),
        _ => None,
    })
}

/// The first part of a source that leads nowhere and names no standard: something that nobody can look up.
pub fn unfollowed(source: &str) -> Option<&str> {
    let marks = marks(source);
    parts(source).into_iter().find_map(|(start, end)| {
        let part = &source[start..end];
        let leads = marks.iter().any(|it| (start..end).contains(&it.start));
        let standard = ["T10 SBC-", "NVM Express ", "Computed: "];
        let named = standard.iter().any(|it| part.starts_with(it));
        (!leads && !named).then_some(part)
    })
}

/// What the tags of the dossier's text lead to, `[K6.19 mm/memory.c]` and `[C 79352894b285]`, with the bytes that name it.
pub fn evidence(text: &str) -> Vec<(Range<usize>, Target<'_>)> {
    let mut found = Vec::new();
    let mut release = None;
    let mut at = 0;
    while let Some(start) = text[at..].find(of_word).map(|it| at + it) {
        let rest = &text[start..];
        let long = rest.find(|it| !of_word(it)).unwrap_or(rest.len());
        if text[at..start].contains(['[', ']']) {
            release = None;
        }
        at = start + long;
        let word = rest[..long].trim_end_matches(['.', '/']);
        let range = start..start + word.len();
        match word.strip_prefix('K').filter(|it| is_release(it)) {
            Some(tag) => release = Some(tag),
            None if is_hash(word) && (has_both(word) || text[..start].ends_with("[C ")) => {
                found.push((range, Target::Commit(word)));
            }
            None if is_path(word) => {
                let file = release.map(|release| Target::File {
                    path: word,
                    release,
                });
                found.extend(file.map(|it| (range, it)));
            }
            None => {}
        }
    }
    found
}

/// A place in a source that leads somewhere: what is shown goes to `shown`, what belongs to it to `end`.
struct MarkAt<'a> {
    start: usize,
    shown: usize,
    end: usize,
    target: Target<'a>,
}

fn marks(source: &str) -> Vec<MarkAt<'_>> {
    let mut found = Vec::new();
    for (start, end) in parts(source) {
        bracketed(source, start, end, &mut found);
        words(source, start, end, &mut found);
    }
    for it in references(source) {
        found.push(MarkAt {
            start: it.range.start,
            shown: it.range.end,
            end: it.range.end,
            target: Target::Dossier(it.section),
        });
    }
    // Those of brackets were added first in each part and take the words before them; what stands inside is theirs.
    found.sort_by_key(|it| (it.start, usize::MAX - it.end));
    let mut last = 0;
    found.retain(|it| {
        let free = it.start >= last;
        if free {
            last = it.end;
        }
        free
    });
    found
}

/// The parts of a source: what stands between semicolons, other than inside parentheses or quotation marks.
fn parts(source: &str) -> Vec<(usize, usize)> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, letter) in source.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 && !quoted => {
                parts.push((start, at));
                let rest = &source[at + 1..];
                start = at + 1 + (rest.len() - rest.trim_start().len());
            }
            _ => {}
        }
    }
    if start < source.len() {
        parts.push((start, source.len()));
    }
    parts
}

/// Adds what stands in angle brackets, a Message-ID or an address.
fn bracketed<'a>(source: &'a str, start: usize, end: usize, found: &mut Vec<MarkAt<'a>>) {
    let mut from = start;
    while let Some(open) = source[from..end].find('<').map(|it| from + it) {
        let Some(close) = source[open..end].find('>').map(|it| open + it) else {
            return;
        };
        let inside = &source[open + 1..close];
        let host = inside.strip_prefix("https://");
        let host = host.map(|it| it.split('/').next().unwrap_or_default());
        let id = inside.contains('@') && !inside.contains(char::is_whitespace);
        let target = match host {
            Some(host) if HOSTS.contains(&host) => Some(Target::Article(inside)),
            None if id => Some(Target::Mail(inside)),
            _ => None,
        };
        if let Some(target) = target {
            let words = &source[from..open];
            // What stands before a colon is another subject, unless it is inside a quotation.
            let outside = |at: &usize| words[..*at].matches('"').count().is_multiple_of(2);
            let mut colons = words.rmatch_indices(": ").map(|(at, _)| at);
            let colon = colons.find(outside).map_or(0, |it| it + 2);
            found.push(MarkAt {
                start: from + colon + leading(&words[colon..]),
                shown: open,
                end: close + 1,
                target,
            });
        }
        from = close + 1;
    }
}

/// How long what begins a text and is no word is.
fn leading(text: &str) -> usize {
    let word = |it: char| it.is_alphanumeric() || it == '_' || it == '"';
    text.find(word).unwrap_or(text.len())
}

/// Adds files, commits, CVE records, pages of the documentation and of the manual.
fn words<'a>(source: &'a str, start: usize, end: usize, found: &mut Vec<MarkAt<'a>>) {
    let mut at = start;
    let mut before = "";
    while let Some(from) = source[at..end].find(of_word).map(|it| at + it) {
        let rest = &source[from..end];
        let long = rest.find(|it| !of_word(it)).unwrap_or(rest.len());
        let word = rest[..long].trim_end_matches(['.', '/']);
        at = from + long;
        let behind = &source[from + word.len()..end];
        let mut mark = |length: usize, target| {
            found.push(MarkAt {
                start: from,
                shown: from + length,
                end: from + length,
                target,
            });
        };
        let alone = from == start || source[..from].ends_with([' ', '(', '"']);
        if let Some(section) = manual_section(word, behind).filter(|_| alone) {
            mark(word.len() + 3, Target::Manual(word, section));
        } else if is_hash(word) && (before.starts_with("commit") || has_both(word)) {
            mark(word.len(), Target::Commit(word));
        } else if is_cve(word) {
            mark(word.len(), Target::Cve(word));
        } else if is_path(word) && word.starts_with("Documentation/") && word.ends_with(".rst") {
            mark(word.len(), Target::Documentation(word));
        } else if is_path(word) {
            let releases = releases(source, from + word.len(), end);
            let file = |release| Target::File {
                path: word,
                release,
            };
            // The path leads to the newest of the releases, and each of them to the file in it.
            if let Some((_, newest)) = releases.last() {
                mark(word.len(), file(newest));
            }
            if releases.len() > 1 && behind.starts_with(" (") {
                for (place, release) in releases {
                    found.push(MarkAt {
                        start: place,
                        shown: place + release.len(),
                        end: place + release.len(),
                        target: file(release),
                    });
                }
            }
        }
        before = word;
    }
}

/// The releases in the parentheses behind a file, or behind the last file of a list, each with its place.
fn releases(source: &str, from: usize, end: usize) -> Vec<(usize, &str)> {
    let mut at = from;
    loop {
        let rest = &source[at..end];
        if rest.starts_with(" (") {
            at += 2;
            break;
        }
        let Some(next) = rest.strip_prefix(", ").or(rest.strip_prefix(" and ")) else {
            return Vec::new();
        };
        let long = next.find([',', ' ', ';']).unwrap_or(next.len());
        if !is_path(&next[..long]) {
            return Vec::new();
        }
        at = end - next.len() + long;
    }
    let mut found = Vec::new();
    loop {
        let rest = &source[at..end];
        let long = rest.find([',', ':', ')', ' ']).unwrap_or(rest.len());
        let word = &rest[..long];
        if !is_release(word) {
            return found;
        }
        found.push((at, word));
        at += long;
        match source[at..end].strip_prefix(", ") {
            Some(_) => at += 2,
            None => return found,
        }
    }
}

/// Whether a letter can be in a path, a hash or a release.
fn of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-./+".contains(letter)
}

/// "6.19", "2.6.39", "3.9.6", "2.6.20-rc3".
fn is_release(word: &str) -> bool {
    let (numbers, candidate) = word.split_once("-rc").unwrap_or((word, "1"));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let mut numbers = numbers.split('.');
    is_number(candidate) && numbers.all(is_number) && word.contains('.')
}

fn is_path(word: &str) -> bool {
    const TOPS: [&str; 9] = [
        "mm/",
        "fs/",
        "block/",
        "drivers/",
        "include/",
        "arch/",
        "lib/",
        "kernel/",
        "Documentation/",
    ];
    let ends = [".c", ".h", ".S", ".rst", ".txt"];
    TOPS.iter().any(|it| word.starts_with(it)) && ends.iter().any(|it| word.ends_with(it))
}

fn is_hash(word: &str) -> bool {
    let hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    (12..=40).contains(&word.len()) && word.bytes().all(hex)
}

/// "CVE-2026-89772".
fn is_cve(word: &str) -> bool {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let numbers = word.strip_prefix("CVE-").and_then(|it| it.split_once('-'));
    numbers.is_some_and(|(year, number)| year.len() == 4 && digits(year) && digits(number))
}

/// Whether a hash has both letters and digits, so that it is no number and no word.
fn has_both(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && digits < word.len()
}

/// The section of a page of the manual such as `md(4)`.
fn manual_section<'a>(word: &str, behind: &'a str) -> Option<&'a str> {
    let section = behind.strip_prefix('(')?.get(..1)?;
    let closes = behind.get(2..3) == Some(")");
    let name = word.len() > 1 && word.bytes().all(|it| it.is_ascii_lowercase());
    let number = section.bytes().all(|it| (b'1'..=b'8').contains(&it));
    (closes && name && number).then_some(section)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a source that lead somewhere, each with its address.
    fn links(source: &str) -> Vec<(&str, String)> {
        let found = pieces(source).into_iter();
        let links = found.filter_map(|it| Some((it.text, it.target?.address())));
        links.collect()
    }

    #[test]
    fn each_form_leads_to_its_place() {
        const TREE: &str = "https://git.kernel.org/pub/scm/linux/kernel/git";
        let torvalds = |path: &str| format!("{TREE}/torvalds/linux.git/tree/{path}");
        assert_eq!(
            links("__lock_page, mm/filemap.c (2.6.39, 6.19)"),
            [
                ("mm/filemap.c", torvalds("mm/filemap.c?h=v6.19")),
                ("2.6.39", torvalds("mm/filemap.c?h=v2.6.39")),
                ("6.19", torvalds("mm/filemap.c?h=v6.19")),
            ]
        );
        assert_eq!(
            links("blk_queue_bio, block/blk-core.c, mm/bounce.c (3.9.6)"),
            [
                (
                    "block/blk-core.c",
                    format!("{TREE}/stable/linux.git/tree/block/blk-core.c?h=v3.9.6")
                ),
                (
                    "mm/bounce.c",
                    format!("{TREE}/stable/linux.git/tree/mm/bounce.c?h=v3.9.6")
                ),
            ]
        );
        assert_eq!(
            links("commit 5376c9db4536; CVE-2026-89772, CVE-26-1"),
            [
                (
                    "5376c9db4536",
                    "https://git.kernel.org/linus/5376c9db4536".to_owned()
                ),
                (
                    "CVE-2026-89772",
                    "https://git.kernel.org/pub/scm/linux/security/vulns.git/tree/cve/published/2026/CVE-2026-89772".to_owned()
                ),
            ]
        );
        assert_eq!(
            links("mapping_set_error, include/linux/pagemap.h (2.6.39: AS_EIO)"),
            [(
                "include/linux/pagemap.h",
                torvalds("include/linux/pagemap.h?h=v2.6.39")
            )]
        );
        for (source, text, address) in [
            (
                "commit 713685111774, \"mm: make snapshotting pages a per-bio operation\" (3.10)",
                "713685111774",
                "https://git.kernel.org/linus/713685111774",
            ),
            (
                "Chris Mason, 26 Apr 2011 <1303817@think>: \"calls page_mkclean\"",
                "Chris Mason, 26 Apr 2011",
                "https://lore.kernel.org/r/1303817@think",
            ),
            (
                "Wong, \"[RFC] integrity: pages\" <a@b>",
                "Wong, \"[RFC] integrity: pages\"",
                "https://lore.kernel.org/r/a@b",
            ),
            (
                "who says it: Jan Kara, 22 Apr 2011 <a/b@c>",
                "Jan Kara, 22 Apr 2011",
                "https://lore.kernel.org/r/a%2Fb@c",
            ),
            (
                "LWN, 12 Nov 2025 <https://lwn.net/Articles/1045006/>",
                "LWN, 12 Nov 2025",
                "https://lwn.net/Articles/1045006/",
            ),
            (
                "Documentation/block/data-integrity.rst (6.19), 5.2",
                "Documentation/block/data-integrity.rst",
                "https://docs.kernel.org/block/data-integrity.html",
            ),
            (
                "md(4): scrubbing and mismatches",
                "md(4)",
                "https://man7.org/linux/man-pages/man4/md.4.html",
            ),
            (
                "the kernel dossier, section 8.4",
                "8.4",
                "kernel/protection.html#s8-4",
            ),
        ] {
            assert_eq!(links(source), [(text, address.to_owned())], "{source}");
            assert_eq!(unfollowed(source), None, "{source}");
        }
    }

    #[test]
    fn what_has_no_such_form_leads_nowhere() {
        for source in [
            "",
            "mm/filemap.c",
            "mm/filemap.c before commit",
            "filemap.c (6.19)",
            "commit 7935289",
            "512 x 41h, 123456789012",
            "<https://example.org/x>",
            "<javascript:alert(1)>",
            "<unclosed@id",
            "\u{e9}\u{201c}<>\u{201d} (",
            "write_begin()",
        ] {
            assert!(links(source).is_empty(), "{source}: {:?}", links(source));
            assert_eq!(plain(source), source);
        }
        assert_eq!(unfollowed("mm/filemap.c"), Some("mm/filemap.c"));
        assert_eq!(
            unfollowed("T10 SBC-3; (a; b) commit 79352894b285; Today"),
            Some("Today")
        );
        assert_eq!(
            unfollowed("\"one; two\", commit 79352894b285; T10 SBC-3"),
            None
        );
    }

    #[test]
    fn tags_of_the_dossier_lead_to_files_and_commits() {
        let text = "so [K2.6.39 and K6.19 mm/rmap.c, page-io.c; C 79352894b285], not mm/memory.c [C 713685111774]";
        let found: Vec<&str> = evidence(text)
            .into_iter()
            .map(|(range, _)| &text[range])
            .collect();
        assert_eq!(found, ["mm/rmap.c", "79352894b285", "713685111774"]);
        let Target::File { release, .. } = evidence(text)[0].1 else {
            panic!("a file");
        };
        assert_eq!(release, "6.19");
    }

    #[test]
    fn nothing_of_a_source_is_lost() {
        let source = "Kara, 22 Apr 2011 <a@b>: so; mm/rmap.c, fs/buffer.c (2.6.39, 6.19); S04";
        assert_eq!(
            plain(source),
            "Kara, 22 Apr 2011: so; mm/rmap.c, fs/buffer.c (2.6.39, 6.19); S04"
        );
        assert_eq!(file_in(source, "2.6.39"), Some("fs/buffer.c"));
        assert_eq!(file_in(source, "6.19"), Some("mm/rmap.c"));
        assert_eq!(file_in(source, "3.9"), None);
        assert_eq!(addresses(source).len(), 5);
    }
}
