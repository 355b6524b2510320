//! The arithmetic of the two kinds of guard, one unit of bytes at a time, as it is done by hand.

/// T10's polynomial without its highest term, x^16.
pub(super) const POLYNOMIAL: u16 = 0x8bb7;

/// The two ways to compute sixteen bits from the bytes of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// CRC-16/T10-DIF: a byte at a time, through a table.
    Crc,
    /// The Internet checksum: sixteen bits at a time, added.
    Ip,
}

impl Sum {
    /// Bytes taken at once.
    pub(super) fn unit(self) -> usize {
        match self {
            Sum::Crc => 1,
            Sum::Ip => 2,
        }
    }

    /// The register after one more unit.
    pub(super) fn step(self, register: u16, unit: &[u8]) -> u16 {
        match self {
            Sum::Crc => (register << 8) ^ entry(index(register, unit)),
            Sum::Ip => {
                let (sum, carry) = register.overflowing_add(word(unit));
                sum + u16::from(carry)
            }
        }
    }

    /// The register before the unit at `at`.
    pub(super) fn before(self, bytes: &[u8], at: usize) -> u16 {
        let units = bytes[..at.min(bytes.len())].chunks(self.unit());
        units.fold(0, |register, unit| self.step(register, unit))
    }

    /// The guard: what the register holds after the last unit, or, of a sum, its complement.
    pub(super) fn guard(self, bytes: &[u8]) -> u16 {
        let last = self.before(bytes, bytes.len());
        match self {
            Sum::Crc => last,
            Sum::Ip => !last,
        }
    }
}

/// Which of the table's 256 entries a byte picks.
pub(super) fn index(register: u16, unit: &[u8]) -> u8 {
    (register >> 8) as u8 ^ unit.first().copied().unwrap_or(0)
}

/// A unit as a number, high byte first.
pub(super) fn word(unit: &[u8]) -> u16 {
    let byte = |at: usize| unit.get(at).copied().unwrap_or(0);
    u16::from_be_bytes([byte(0), byte(1)])
}

/// One bit of a polynomial division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// The register before.
    pub(super) from: u16,
    /// Whether a one fell out at the top, so that the polynomial is subtracted.
    pub(super) out: bool,
    /// The register after.
    pub(super) to: u16,
}

/// A table entry as it comes about: the index in the upper eight bits, divided eight times.
pub(super) fn division(index: u8) -> [Shift; 8] {
    let mut register = u16::from(index) << 8;
    std::array::from_fn(|_| {
        let (from, out) = (register, register & 0x8000 != 0);
        register <<= 1;
        if out {
            register ^= POLYNOMIAL;
        }
        let to = register;
        Shift { from, out, to }
    })
}

/// An entry of the table.
pub(super) fn entry(index: u8) -> u16 {
    division(index)[7].to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{guard, ip_checksum};
    use crc::{CRC_16_T10_DIF, Crc};

    const OTHER: Crc<u16> = Crc::<u16>::new(&CRC_16_T10_DIF);

    /// From a register of zero, a byte leaves the entry it picks.
    #[test]
    fn the_table_is_that_of_the_crc_crate() {
        for byte in 0..=255 {
            assert_eq!(entry(byte), OTHER.checksum(&[byte]), "{byte:02x}");
        }
    }

    #[test]
    fn a_step_goes_on_from_any_register() {
        for register in (0..=u16::MAX).step_by(257) {
            for byte in [0x00, 0x01, 0x5a, 0x80, 0xff] {
                let bytes = [(register >> 8) as u8, register as u8, byte];
                let before = Sum::Crc.before(&bytes, 2);
                assert_eq!(Sum::Crc.step(before, &[byte]), OTHER.checksum(&bytes));
            }
        }
    }

    #[test]
    fn both_end_in_the_guards_of_the_machine() {
        let counting: Vec<u8> = (0..4096).map(|it| (it * 7 + it / 256) as u8).collect();
        for bytes in [&b"123456789"[..], &[0; 512], &[0xff; 512], &counting] {
            assert_eq!(Sum::Crc.guard(bytes), guard(bytes));
            assert_eq!(Sum::Ip.guard(bytes), ip_checksum(bytes));
        }
    }
}
