//! A sector's bytes as somebody pastes them, and what checksums they come to: hex dumps of `xxd`, `hexdump`, `hexdump -C` and `od`,
//! or plain digits, with the tuple behind the bytes or in words beside them.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc};

use super::dmesg::{Told, told};
use crate::machine::{guard, ip_checksum};

/// Bytes of a protection tuple of type 1 to 3 (T10 SPC-4/SBC-3): guard, application tag, reference tag.
const TUPLE: usize = 8;
/// The sizes of protection intervals that exist, in bytes.
const INTERVALS: [usize; 2] = [512, 4096];
/// Most bytes read.
const MOST: usize = 64 * 1024;
/// Least bytes that are taken for a sector's, where nothing else says that they are bytes.
const LEAST: usize = 64;

/// As it stands on the wire and on disks: the machine's own is not inverted at the end.
const CRC32C: Crc<u32, crc::NoTable> = Crc::<u32, crc::NoTable>::new(&CRC_32_ISCSI);
const CRC64: Crc<u64, crc::NoTable> = Crc::<u64, crc::NoTable>::new(&CRC_64_NVME);

/// Why pasted bytes could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// The number at a line's beginning is not where the bytes before it end.
    #[error(
        "line {line}: it begins at byte {says:#x}, but {have:#x} bytes stand before it; lines are missing, or are out of order"
    )]
    Gap {
        /// The line, from 1.
        line: usize,
        /// Where it says it begins.
        says: usize,
        /// How many bytes there are.
        have: usize,
    },
    /// More bytes than any sector has.
    #[error(
        "more than {MOST} bytes; paste one sector of 512 or 4096 bytes, with its tuple if there is one"
    )]
    TooMany,
}

/// A protection tuple, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuple {
    /// The guard tag.
    pub guard: Option<u16>,
    /// The application tag.
    pub app: Option<u16>,
    /// The reference tag.
    pub reference: Option<u32>,
}

/// Bytes that were pasted, with what is said of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectorBytes {
    /// The bytes, without a tuple.
    pub bytes: Vec<u8>,
    /// The tuple behind them, or in words beside them.
    pub tuple: Tuple,
    /// The logical block address, where it is said.
    pub lba: Option<u64>,
}

/// A checksum of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What it is called, and who takes it.
    pub name: &'static str,
    /// Its value in hexadecimal digits.
    pub value: String,
}

/// A part of the tuple, held against the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the part agrees.
    pub agrees: bool,
    /// What there is to say.
    pub words: String,
}

impl SectorBytes {
    /// Reads a text; none for one that is no dump of bytes.
    ///
    /// # Errors
    /// [`BytesError`] for a dump whose lines do not follow each other.
    pub fn read(text: &str) -> Option<Result<SectorBytes, BytesError>> {
        let mut found = SectorBytes::default();
        let mut others = 0;
        let mut squeezed = false;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim().trim_start_matches('>').trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line == "*" {
                squeezed = true;
                continue;
            }
            if found.say(line) {
                continue;
            }
            let Some((offset, bytes)) = dump_line(line) else {
                others += 1;
                // Prose, a diagram or a log.
                if others > 3 {
                    return None;
                }
                continue;
            };
            if let Some(says) = offset {
                let have = found.bytes.len();
                // hexdump says lines that repeat the last one by a star.
                if squeezed && says > have && have >= 16 && says <= MOST {
                    let last = found.bytes[have - 16..].to_vec();
                    while found.bytes.len() < says {
                        let rest = says - found.bytes.len();
                        found.bytes.extend(&last[..rest.min(16)]);
                    }
                } else if says != have {
                    // A dump may begin anywhere in its file.
                    if have > 0 {
                        return match have < LEAST {
                            true => None,
                            false => Some(Err(BytesError::Gap {
                                line: at + 1,
                                says,
                                have,
                            })),
                        };
                    }
                }
            }
            squeezed = false;
            found.bytes.extend(bytes);
            if found.bytes.len() > MOST {
                return Some(Err(BytesError::TooMany));
            }
        }
        if found.bytes.len() < LEAST {
            return None;
        }
        found.split_tuple();
        Some(Ok(found))
    }

    /// Takes a line that says a tag or an address in words; says whether it is one.
    fn say(&mut self, line: &str) -> bool {
        let lower = line.to_ascii_lowercase();
        let words: Vec<&str> = lower
            .split(|it: char| it.is_whitespace() || matches!(it, ':' | '=' | ',' | ';' | '(' | ')'))
            .filter(|it| !it.is_empty())
            .collect();
        let mut any = false;
        for (at, word) in words.iter().enumerate() {
            let value = words[at + 1..]
                .iter()
                .find(|it| !matches!(**it, "tag" | "is"));
            let Some(value) = value else {
                continue;
            };
            // Tags are written in hexadecimal digits, addresses in decimal ones.
            let (hex, number) = (hex(value), decimal(value));
            let reference = if value.len() == 8 { hex } else { number };
            match *word {
                "guard" | "grd" => self.tuple.guard = hex.and_then(|it| it.try_into().ok()),
                "app" | "application" => self.tuple.app = hex.and_then(|it| it.try_into().ok()),
                "ref" | "reference" => {
                    self.tuple.reference = reference.and_then(|it| it.try_into().ok());
                }
                "lba" | "sector" => self.lba = number,
                _ => continue,
            }
            if hex.or(number).is_none() {
                continue;
            }
            any = true;
        }
        any
    }

    /// Where a tuple stands behind the bytes of an interval, takes it from them.
    fn split_tuple(&mut self) {
        let many = self.bytes.len();
        let behind = INTERVALS.iter().any(|it| it + TUPLE == many);
        if !behind || self.tuple.guard.is_some() {
            return;
        }
        let tuple = self.bytes.split_off(many - TUPLE);
        let two = |at: usize| u16::from_be_bytes([tuple[at], tuple[at + 1]]);
        self.tuple = Tuple {
            guard: Some(two(0)),
            app: Some(two(2)),
            reference: Some(u32::from(two(4)) << 16 | u32::from(two(6))),
        };
    }

    /// The checksums of the bytes.
    pub fn sums(&self) -> Vec<Sum> {
        let bytes = &self.bytes;
        let sum = |name, value| Sum { name, value };
        vec![
            sum(
                "CRC-16/T10-DIF (guard tag)",
                format!("{:04x}", guard(bytes)),
            ),
            sum(
                "IP checksum (guard tag, DIX)",
                format!("{:04x}", ip_checksum(bytes)),
            ),
            sum(
                "CRC-32C (btrfs, ext4, XFS, iSCSI, NVMe/TCP)",
                format!("{:08x}", CRC32C.checksum(bytes)),
            ),
            sum(
                "CRC-64/NVMe (64 bit guard)",
                format!("{:016x}", CRC64.checksum(bytes)),
            ),
        ]
    }

    /// The parts of the tuple, held against the bytes and the address.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut say = |agrees, words: String| found.push(Finding { agrees, words });
        let bytes = &self.bytes;
        if let Some(tag) = self.tuple.guard {
            let (crc, ip) = (guard(bytes), ip_checksum(bytes));
            match tag {
                _ if tag == crc => say(
                    true,
                    format!("Guard {tag:04x}: it is the CRC of these bytes."),
                ),
                _ if tag == ip => say(
                    true,
                    format!(
                        "Guard {tag:04x}: it is the IP checksum of these bytes, as a host uses between itself and its adapter (DIX)."
                    ),
                ),
                _ => {
                    let why = match told(tag.into(), crc.into()) {
                        Some(Told::Swapped) => {
                            " It is that CRC with its two bytes swapped: a driver's mistake, and no race.".to_owned()
                        }
                        Some(Told::CameEmpty) => {
                            " 0000 is the CRC of zeros, or a tag that nobody filled in.".to_owned()
                        }
                        Some(Told::CamePlain(size, name)) => format!(" It is the CRC of {size} bytes of {name}."),
                        _ if tag == 0xffff => " ffff may be a tag that nobody filled in.".to_owned(),
                        _ => {
                            " It was computed over other bytes: they changed between the computing and this copy, or were damaged.".to_owned()
                        }
                    };
                    say(
                        false,
                        format!("Guard {tag:04x}: these bytes come to {crc:04x}.{why}"),
                    );
                }
            }
        }
        if let Some(tag) = self.tuple.app {
            match tag {
                0xffff => say(true, "Application tag ffff: the device does not check a tuple with this escape (types 1 and 2).".to_owned()),
                _ => say(true, format!("Application tag {tag:04x}: whatever the owner wrote; only the owner can check it.")),
            }
        }
        match (self.tuple.reference, self.lba) {
            (Some(tag), Some(lba)) => {
                let due = lba as u32;
                let words = match tag == due {
                    true => format!(
                        "Reference tag {tag:08x}: the lower half of LBA {lba}, as type 1 wants it."
                    ),
                    false => format!(
                        "Reference tag {tag:08x}: type 1 wants {due:08x} for LBA {lba}. The block was written to, or read from, another place."
                    ),
                };
                say(tag == due, words);
            }
            (Some(tag), None) => say(
                true,
                format!(
                    "Reference tag {tag:08x}: of type 1 it is the lower half of the LBA, so {tag}."
                ),
            ),
            _ => {}
        }
        found
    }
}

fn hex(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x").unwrap_or(word), 16).ok()
}

/// A number in decimal digits, or behind `0x`.
fn decimal(word: &str) -> Option<u64> {
    match word.starts_with("0x") {
        true => hex(word),
        false => word.parse().ok(),
    }
}

/// Where a line of a dump says it begins, and its bytes; none for a line that is none.
fn dump_line(line: &str) -> Option<(Option<usize>, Vec<u8>)> {
    // What the bytes are as characters stands behind two blanks or between bars.
    let line = line.split('|').next().unwrap_or(line).trim_end();
    let hex = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_hexdigit());
    let (offset, rest) = match line.split_once(':') {
        Some((offset, rest)) if hex(offset) => (Some(offset), rest.trim_start()),
        Some(_) => return None,
        None => match line.split_once(char::is_whitespace) {
            Some((first, rest))
                if hex(first)
                    && first.len() >= 6
                    && !rest.trim().is_empty()
                    && rest.split_whitespace().all(|it| it.len() < first.len()) =>
            {
                (Some(first), rest.trim_start())
            }
            None if hex(line) && matches!(line.len(), 7 | 8) => (Some(line), ""),
            _ => (None, line),
        },
    };
    let colon = line.contains(':');
    let rest = match rest.find("  ") {
        // xxd; hexdump -C has two blanks in the middle as well.
        Some(at) if colon => &rest[..at],
        _ => rest,
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    if !words.iter().all(|it| hex(it) && it.len() % 2 == 0) {
        return None;
    }
    let mut bytes = Vec::new();
    for word in &words {
        let mut pairs: Vec<u8> = (0..word.len())
            .step_by(2)
            .filter_map(|at| u8::from_str_radix(word.get(at..at + 2)?, 16).ok())
            .collect();
        // Plain `hexdump` writes words of a little-endian host, behind an offset of seven digits.
        if offset.is_some_and(|it| it.len() == 7) && !colon && word.len() == 4 {
            pairs.reverse();
        }
        bytes.extend(pairs);
    }
    let offset = match offset {
        Some(it) => Some(usize::from_str_radix(it, 16).ok()?),
        None => None,
    };
    Some((offset, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> Vec<u8> {
        (0..512u32).map(|it| (it * 7 % 251) as u8).collect()
    }

    fn read(text: &str) -> SectorBytes {
        SectorBytes::read(text).expect("bytes").expect("whole")
    }

    #[test]
    fn dumps_of_all_kinds_are_the_same_bytes() {
        let bytes = sector();
        let hex = |it: &[u8], group: usize| -> String {
            let groups = it
                .chunks(group)
                .map(|it| it.iter().map(|it| format!("{it:02x}")).collect::<String>());
            groups.collect::<Vec<_>>().join(" ")
        };
        let rows = || bytes.chunks(16).enumerate();
        let xxd: String = rows()
            .map(|(at, it)| format!("{:08x}: {}  ..|..\n", at * 16, hex(it, 2)))
            .collect();
        let canonical: String = rows()
            .map(|(at, it)| {
                format!(
                    "{:08x}  {}  {}  |................|\n",
                    at * 16,
                    hex(&it[..8], 1),
                    hex(&it[8..], 1)
                )
            })
            .collect();
        let od: String = rows()
            .map(|(at, it)| format!("{:06x} {}\n", at * 16, hex(it, 1)))
            .collect();
        let words: String = rows()
            .map(|(at, it)| {
                let words: Vec<String> = it
                    .chunks(2)
                    .map(|it| format!("{:02x}{:02x}", it[1], it[0]))
                    .collect();
                format!("{:07x} {}\n", at * 16, words.join(" "))
            })
            .collect();
        for text in [
            xxd,
            canonical + "00000200\n",
            od,
            words,
            hex(&bytes, 512),
            hex(&bytes, 1),
        ] {
            assert_eq!(read(&text).bytes, bytes, "{text}");
        }
        let zeros = "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000200\n";
        assert_eq!(read(zeros).bytes, vec![0; 512]);
    }

    #[test]
    fn a_tuple_is_held_against_the_bytes() {
        let bytes = sector();
        let right = guard(&bytes);
        let dump = |guard: u16| {
            let tuple = [&guard.to_be_bytes()[..], &[0, 0], &59u32.to_be_bytes()].concat();
            let all = [bytes.clone(), tuple].concat();
            all.iter().map(|it| format!("{it:02x}")).collect::<String>()
        };
        let agrees = |text: &str| -> Vec<bool> {
            read(text).findings().iter().map(|it| it.agrees).collect()
        };
        assert_eq!(agrees(&dump(right)), [true, true, true]);
        assert_eq!(agrees(&dump(right ^ 1)), [false, true, true]);
        assert_eq!(
            agrees(&format!("LBA 59\n{}", dump(right))),
            [true, true, true]
        );
        assert_eq!(
            agrees(&format!("LBA 60\n{}", dump(right))),
            [true, true, false]
        );
        // Four digits of an address are no hexadecimal number.
        assert_eq!(read(&format!("LBA 1024\n{}", dump(right))).lba, Some(1024));
        assert_eq!(read(&format!("lba 0x400\n{}", dump(right))).lba, Some(1024));
        let swapped = read(&dump(right.swap_bytes())).findings();
        assert!(swapped[0].words.contains("swapped"), "{swapped:?}");
        let beside = format!("guard tag 0x{right:04x}\n{}", &dump(right)[..1024]);
        assert_eq!(agrees(&beside), [true]);
    }

    #[test]
    fn the_sums_are_those_of_the_standards() {
        // "123456789" is the check value of every CRC, but too short to be pasted as a sector.
        let it = SectorBytes {
            bytes: b"123456789".to_vec(),
            ..SectorBytes::default()
        };
        let values: Vec<String> = it.sums().into_iter().map(|it| it.value).collect();
        assert_eq!(
            [&*values[0], &values[2], &values[3]],
            ["d0db", "e3069283", "ae8b14860a799888"]
        );
    }

    #[test]
    fn other_texts_are_no_bytes() {
        for text in [
            "",
            "lock_page(page)\n",
            "dead beef",
            "CPU0   CPU1\n---- ----\nadd    face\n",
            "sd 0:0:0:0: [sda] tag#5 Sense Key : Illegal Request",
        ] {
            assert_eq!(SectorBytes::read(text), None, "{text}");
        }
        let gap = "00000000: 0000 0000 0000 0000 0000 0000 0000 0000\n".to_owned()
            + &(1..5)
                .map(|at| format!("{:08x}: {}\n", at * 16, "0000 ".repeat(8).trim()))
                .collect::<String>()
            + "00000100: 0000\n";
        assert!(matches!(
            SectorBytes::read(&gap),
            Some(Err(BytesError::Gap { line: 6, .. }))
        ));
    }
}
