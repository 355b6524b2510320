//! The part of the page's address after `#`.

use super::link::{Link, mended};
use crate::scenario::{Entry, find};

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Nothing in particular.
    Start,
    /// A scenario of the catalogue.
    Scenario(Entry),
    /// A run of a scenario of the catalogue: the address is a [`Link`](super::Link), which the worker reads.
    Run(Entry),
    /// A run of a draft that the address carries itself: it is a [`Link`](super::Link), which the worker reads.
    Draft,
    /// A beat of a lesson: `lesson/lock-and-bit/3`.
    Lesson {
        /// The lesson's name.
        slug: String,
        /// The beat, counted from 0.
        beat: usize,
    },
}

/// An address that leads nowhere, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text has not the form of a scenario's name.
    #[error(
        "The address ends in \"#{text}\", which is not a scenario's name (small letters, digits and hyphens). It may have been cut or altered on its way."
    )]
    Damaged {
        /// The text, shortened and without control characters.
        text: String,
    },
    /// No scenario has this name.
    #[error("There is no scenario \"{name}\".{}", hint(.nearest))]
    Unknown {
        /// The name that the address has.
        name: String,
        /// A scenario whose name begins like it.
        nearest: Option<&'static str>,
    },
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |slug| format!(" Did you mean \"{slug}\"?"))
}

impl Address {
    /// Reads a fragment, with or without its `#`.
    ///
    /// # Errors
    /// [`AddressError`], for any text at all that is not a scenario's name.
    pub fn parse(fragment: &str) -> Result<Address, AddressError> {
        let whole = fragment.strip_prefix('#').unwrap_or(fragment);
        if whole.is_empty() {
            return Ok(Address::Start);
        }
        let mended = mended(whole);
        if let Some(entry) = find(mended.trim_end_matches('/')) {
            return Ok(Address::Scenario(entry));
        }
        if Link::carries_draft(whole) {
            return Ok(Address::Draft);
        }
        // A link to a run begins with its version, a digit; a scenario's name begins with a letter.
        let is_link = mended.starts_with(|it: char| it.is_ascii_digit());
        let mut parts = mended.split('/');
        let first = parts.next();
        let name = match parts.next() {
            Some(slug) if is_link => Some(slug),
            Some(_) => first,
            None => None,
        };
        if let Some(entry) = name.and_then(find) {
            return Ok(Address::Run(entry));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if let Some(rest) = mended.strip_prefix("lesson/") {
            let (slug, beat) = rest.split_once('/').unwrap_or((rest, "1"));
            let beat: usize = beat.trim_end_matches('/').parse().unwrap_or(1);
            if !slug.is_empty() && slug.len() <= 60 && slug.chars().all(plain) {
                return Ok(Address::Lesson {
                    slug: slug.to_owned(),
                    beat: beat.saturating_sub(1),
                });
            }
        }
        let name = name.unwrap_or(&mended);
        let name = if name.is_empty() { whole } else { name };
        if name.len() > 60 || !name.chars().all(plain) {
            let shown = name.chars().filter(|c| !c.is_control()).take(40);
            return Err(AddressError::Damaged {
                text: shown.collect(),
            });
        }
        let nearest = crate::scenario::catalogue()
            .map(|entry| (in_common(name, entry.slug), entry.slug))
            .max()
            .filter(|(common, slug)| common * 2 >= slug.len())
            .map(|(_, slug)| slug);
        Err(AddressError::Unknown {
            name: name.to_owned(),
            nearest,
        })
    }
}

/// How many bytes at their beginning two names share.
fn in_common(one: &str, other: &str) -> usize {
    let both = one.bytes().zip(other.bytes());
    both.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_catalogue_lead_there() {
        for entry in crate::scenario::catalogue() {
            let address = format!("#{}", entry.slug);
            assert_eq!(Address::parse(&address), Ok(Address::Scenario(entry)));
        }
        assert_eq!(Address::parse(""), Ok(Address::Start));
        assert_eq!(Address::parse("#"), Ok(Address::Start));
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion() {
        let error = Address::parse("#mkwrite-no-wiat").unwrap_err();
        assert!(error.to_string().contains("mkwrite-no-wait"), "{error}");
        let error = Address::parse("#zzz").unwrap_err();
        assert_eq!(error.to_string(), "There is no scenario \"zzz\".");
    }

    #[test]
    fn anything_else_is_called_damaged() {
        for text in [
            "#1abcd/=/f",
            "#)",
            "#Unlock",
            "#%00",
            "#\u{1F4A5}",
            &"#a".repeat(90),
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(matches!(error, AddressError::Damaged { .. }), "{text}");
            assert!(error.to_string().len() < 260);
        }
    }
}
