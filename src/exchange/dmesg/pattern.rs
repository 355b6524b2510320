//! Patterns of log lines: literal text with named fields in braces.
//!
//! `{d:NAME}` is a decimal number, `{x:NAME}` a hexadecimal one, with 0x or without, `{w:NAME}` a word up to the next space,
//! `{*:NAME}` any text up to the last place of what follows in the pattern. A pattern may begin anywhere in a line, since time stamps, host
//! names and quote marks stand before it.

/// What a pattern took out of a line: names of fields, and their text.
pub type Fields<'a> = Vec<(&'static str, &'a str)>;

/// Where a pattern is in a line, and the text of its fields.
pub fn find<'a>(pattern: &'static str, line: &'a str) -> Option<Fields<'a>> {
    let starts = line.char_indices().map(|(at, _)| at);
    // Only where a word begins, so that `sdb: ..` is not found in `xsdb: ..`.
    let mut starts = starts.filter(|at| {
        let before = line[..*at].chars().next_back();
        !before.is_some_and(|it| it.is_ascii_alphanumeric())
    });
    starts.find_map(|at| take(pattern, &line[at..]))
}

/// The fields of a pattern that stands at the beginning of a text.
fn take<'a>(pattern: &'static str, text: &'a str) -> Option<Fields<'a>> {
    let mut fields = Fields::new();
    let (mut pattern, mut text) = (pattern, text);
    loop {
        let (literal, rest) = pattern.split_once('{').unwrap_or((pattern, ""));
        text = text.strip_prefix(literal)?;
        if rest.is_empty() {
            return Some(fields);
        }
        let (field, rest) = rest.split_once('}')?;
        let (kind, name) = field.split_once(':')?;
        let next = rest.split('{').next().unwrap_or_default();
        let length = match kind {
            "d" => digits(text, |it| it.is_ascii_digit()),
            "x" => {
                let prefix = if text.starts_with("0x") { 2 } else { 0 };
                match digits(&text[prefix..], |it| it.is_ascii_hexdigit()) {
                    0 => 0,
                    many => prefix + many,
                }
            }
            "w" => {
                let end = text.find(char::is_whitespace).unwrap_or(text.len());
                word_end(&text[..end], next)
            }
            _ if next.is_empty() => text.len(),
            _ => text.rfind(next)?,
        };
        if length == 0 && kind != "*" {
            return None;
        }
        fields.push((name, &text[..length]));
        (pattern, text) = (rest, &text[length..]);
    }
}

/// How many bytes at the beginning are of a kind; a sign before them counts.
fn digits(text: &str, is: impl Fn(char) -> bool) -> usize {
    let sign = usize::from(text.starts_with('-'));
    match text[sign..].find(|it| !is(it)).unwrap_or(text.len() - sign) {
        0 => 0,
        many => sign + many,
    }
}

/// How much of a word is the field, where the pattern goes on with a text that begins in the word.
fn word_end(word: &str, next: &str) -> usize {
    let close = next.chars().next().filter(|it| !it.is_whitespace());
    close
        .and_then(|close| word.find(close))
        .unwrap_or(word.len())
}

/// A number, in the notation of its text.
pub fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_each_kind_are_taken_wherever_the_pattern_begins() {
        let pattern =
            "{w:dev}: guard tag error at sector {d:sector} (rcvd {x:rcvd}, want {x:want})";
        let line = "> [  412.118203] sdc: guard tag error at sector 20488 (rcvd 6b1d, want 09f2)";
        let fields = find(pattern, line).expect("it is such a line");
        let all = [
            ("dev", "sdc"),
            ("sector", "20488"),
            ("rcvd", "6b1d"),
            ("want", "09f2"),
        ];
        assert_eq!(fields, all);
        assert_eq!(find(pattern, "sdc: guard tag error at sector x"), None);
        let any = find(
            "EXT4-fs error (device {w:dev}): {*:what}",
            "EXT4-fs error (device sdb): ext4: bad",
        );
        assert_eq!(any, Some(vec![("dev", "sdb"), ("what", "ext4: bad")]));
        assert_eq!(
            find(
                "super_written gets error={d:errno}",
                "md: super_written gets error=-84"
            ),
            Some(vec![("errno", "-84")])
        );
        assert_eq!(
            find(
                "RIP: {x:cs}:{w:function}+",
                "RIP: 0010:__folio_start_writeback+0x3a1/0x4c0"
            ),
            Some(vec![
                ("cs", "0010"),
                ("function", "__folio_start_writeback")
            ])
        );
    }
}
