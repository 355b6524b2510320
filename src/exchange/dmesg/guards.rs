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

/// What can be told from the two guards of a line by themselves.
pub(super) fn told_by_guards(line: &Line) -> Option<String> {
    let (came, computed) = (line.hex("rcvd")?, line.hex("want")?);
    let swapped = u64::from(u16::try_from(came).ok()?.swap_bytes());
    if came != computed && swapped == computed {
        return Some(format!(
            "{came:04x} and {computed:04x} are the same number in two byte orders: that is a driver's mistake, and no race."
        ));
    }
    // An IP checksum of 0 or ffff says little, since many sectors have it.
    let of = |sum: u64| plain_sums().find(|(.., crc, _)| *crc == sum && sum != 0);
    let (which, sum, (name, size, ..)) = match (of(came), of(computed)) {
        (Some(it), _) => ("The tag that came", came, it),
        (_, Some(it)) => ("The bytes that were compared", computed, it),
        _ if came == 0 => {
            return Some(
                "The tag that came is 0000: the CRC of zeros, or a tag that nobody filled in."
                    .to_owned(),
            );
        }
        _ if computed == 0 => {
            return Some("The bytes that were compared come to 0000, as zeros do.".to_owned());
        }
        _ => return None,
    };
    Some(format!(
        "{which}: {sum:04x} is the CRC of {size} bytes of {name}."
    ))
}
