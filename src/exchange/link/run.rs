//! Runs in links: for each stretch of steps the actor's letter and the number of steps.

use crate::machine::Choice;
use crate::scenario::Cast;

use super::{LinkError, MOST, shown};

/// Steps that one actor makes in a row, all by the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leg {
    /// The actor's letter.
    pub letter: char,
    /// The way of each step, from 0.
    pub way: u8,
    /// How many steps.
    pub count: usize,
}

impl std::fmt::Display for Leg {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let capital = self.letter.to_ascii_uppercase();
        match (self.way, self.count) {
            (0, 1) => write!(out, "{}", self.letter),
            (0, many) => write!(out, "{}{many}", self.letter),
            (1, _) => write!(out, "{capital}"),
            (way, _) => write!(out, "{capital}-{way}"),
        }
    }
}

/// Each actor's letter: the first in its name that no actor before it has, else the first such letter of the alphabet.
pub(super) fn letters(cast: &[Cast]) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for cast in cast {
        let name = cast.name.chars().map(|it| it.to_ascii_lowercase());
        let mut candidates = name.filter(char::is_ascii_lowercase).chain('a'..='z');
        // A model has at most eight actors, so there is always a letter left.
        letters.extend(candidates.find(|letter| !letters.contains(letter)));
    }
    letters
}

/// A run as stretches of steps.
pub(super) fn legs(letters: &[char], run: &[Choice]) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    for choice in run {
        let Some(letter) = letters.get(choice.actor.index()) else {
            continue;
        };
        match legs.last_mut() {
            Some(last) if last.letter == *letter && last.way == 0 && choice.way == 0 => {
                last.count += 1
            }
            _ => legs.push(Leg {
                letter: *letter,
                way: choice.way,
                count: 1,
            }),
        }
    }
    legs
}

/// Reads a run: the stretches up to the first that cannot be read, and what is wrong with that one.
pub(super) fn read(text: &str) -> (Vec<Leg>, Option<LinkError>) {
    let mut legs: Vec<Leg> = Vec::new();
    let (mut rest, mut many) = (text, 0);
    while !rest.is_empty() {
        let Some((leg, after)) = leg(rest).filter(|(leg, _)| leg.count <= MOST - many) else {
            return (legs, Some(LinkError::Run { rest: shown(rest) }));
        };
        many += leg.count;
        legs.push(leg);
        rest = after;
    }
    (legs, None)
}

/// The first stretch of a run, and what stands behind it.
fn leg(text: &str) -> Option<(Leg, &str)> {
    let letter = text.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = &text[1..];
    let other = letter.is_ascii_uppercase();
    let (dash, numbers) = match rest.strip_prefix('-') {
        Some(after) if other => (true, after),
        _ => (false, rest),
    };
    let digits = numbers.bytes().take_while(u8::is_ascii_digit).count();
    let number = numbers[..digits].parse::<usize>().ok();
    let (way, count) = match (other, dash, number) {
        (false, _, None) if digits == 0 => (0, 1),
        (false, _, Some(count @ 1..)) => (0, count),
        (true, false, None) if digits == 0 => (1, 1),
        (true, true, Some(way @ 2..=255)) => (way as u8, 1),
        _ => return None,
    };
    let letter = letter.to_ascii_lowercase();
    Some((Leg { letter, way, count }, &numbers[digits..]))
}
