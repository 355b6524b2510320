//! What two guards of a line tell by themselves.

use crate::machine::{guard, ip_checksum};

use super::line::Line;

/// The sums of a sector whose bytes are all alike, as a driver leaves it that wrote nothing: bytes, size, CRC, IP checksum.
fn plain_sums() -> impl Iterator<Item = (&'static str, usize, u64, u64)> {
    let all = [(0, "zeros"), (0xff, "ones")];
    all.into_iter().flat_map(|(byte, name)| {
        [512, 4096].map(|size| {
            let bytes = vec![byte; size];
            let sums = (guard(&bytes), ip_checksum(&bytes));
            (name, size, u64::from(sums.0), u64::from(sums.1))
        })
    })
}

/// If one guard of a read is the CRC and the other the IP checksum of a sector of equal bytes, says so.
pub(super) fn two_kinds(line: &Line) -> Option<String> {
    let pair = (line.hex("rcvd")?, line.hex("want")?);
    let mut sums = plain_sums().filter(|(.., crc, ip)| crc != ip);
    let (name, _, crc, ip) =
        sums.find(|(.., crc, ip)| pair == (*crc, *ip) || pair == (*ip, *crc))?;
    Some(format!(
        "{crc:04x} is the CRC of a sector of {name}, and {ip:04x} its IP checksum."
    ))
}

/// What two guards, one that came and one computed, have to do with each other or with bytes that are all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// They are one number in two byte orders.
    Swapped,
    /// The one that came is the CRC of so many bytes, all of this kind.
    CamePlain(usize, &'static str),
    /// The one computed is.
    ComputedPlain(usize, &'static str),
    /// The one that came is 0: the CRC of zeros, or nothing.
    CameEmpty,
    /// The one computed is.
    ComputedEmpty,
}

/// What can be told of two guards by themselves.
pub fn told(came: u64, computed: u64) -> Option<Told> {
    let swapped = u64::from(u16::try_from(came).ok()?.swap_bytes());
    if came != computed && swapped == computed {
        return Some(Told::Swapped);
    }
    // An IP checksum of 0 or ffff says little, since many sectors have it.
    let of = |sum: u64| plain_sums().find(|(.., crc, _)| *crc == sum && sum != 0);
    match (of(came), of(computed)) {
        (Some((name, size, ..)), _) => Some(Told::CamePlain(size, name)),
        (_, Some((name, size, ..))) => Some(Told::ComputedPlain(size, name)),
        _ if came == 0 => Some(Told::CameEmpty),
        _ if computed == 0 => Some(Told::ComputedEmpty),
        _ => None,
    }
}

/// The same of a line, in words.
pub(super) fn told_by_guards(line: &Line) -> Option<String> {
    let (came, computed) = (line.hex("rcvd")?, line.hex("want")?);
    Some(match told(came, computed)? {
        Told::Swapped => format!(
            "{came:04x} and {computed:04x} are the same number in two byte orders: that is a driver's mistake, and no race."
        ),
        Told::CamePlain(size, name) => {
            format!("The tag that came: {came:04x} is the CRC of {size} bytes of {name}.")
        }
        Told::ComputedPlain(size, name) => format!(
            "The bytes that were compared: {computed:04x} is the CRC of {size} bytes of {name}."
        ),
        Told::CameEmpty => {
            "The tag that came is 0000: the CRC of zeros, or a tag that nobody filled in."
                .to_owned()
        }
        Told::ComputedEmpty => "The bytes that were compared come to 0000, as zeros do.".to_owned(),
    })
}
