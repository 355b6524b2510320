//! What mail does to links, undone.

/// The part of an address behind `#`, with or without it, as it was before mail software wrapped it, encoded it or let
/// punctuation run into it. What stands in links is letters, digits and `-._~/`, so whatever else there is came on the way.
pub fn mended(text: &str) -> String {
    let text = decoded(text.strip_prefix('#').unwrap_or(text));
    // A footnote's number behind the address, and what a mail goes on with after a bracket.
    let end = text.find(['[', '<', '>', '"', '|']).unwrap_or(text.len());
    // Line ends, with `=` in front of them as quoted-printable breaks lines, and blanks around them.
    let lines = text[..end].lines().map(str::trim);
    let joined: String = lines.collect::<String>().replace('=', "");
    let mut words = joined.split_whitespace();
    let first = words.next().unwrap_or_default();
    // A line end may have become a blank; a sentence that goes on behind the address has several.
    let kept = match (words.next(), words.next()) {
        (Some(rest), None) if rest.contains('/') => first.to_owned() + rest,
        _ => first.to_owned(),
    };
    // A stroke may be the end of a run without steps, `_` that of a name.
    let fine = |it: char| it.is_alphanumeric() || it == '/' || it == '_';
    kept.trim_end_matches(|it| !fine(it)).to_owned()
}

/// A text with `%2F` and the like decoded; a `%` without two hexadecimal digits stays, and so does what is no UTF-8 then.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| (*after.get(at)? as char).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((16 * high + low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
