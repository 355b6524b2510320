//! The checksums over bytes: guard tags of both formats, and the CRC-32C that blocks carry inside.

use crc::{CRC_16_T10_DIF, CRC_32_ISCSI, Crc};

const T10_DIF: Crc<u16> = Crc::<u16>::new(&CRC_16_T10_DIF);
const CRC32C: Crc<u32, crc::NoTable> = Crc::<u32, crc::NoTable>::new(&CRC_32_ISCSI);

/// The guard tag of one protection interval: CRC-16/T10-DIF over all of its bytes.
///
/// Polynomial 8BB7h, initial value 0, no reflection, no final XOR; the check value of
/// `"123456789"` is D0DBh. (T10 SBC, as `crc_t10dif` in the kernel's `lib/crc-t10dif.c`.)
pub fn guard(bytes: &[u8]) -> u16 {
    T10_DIF.checksum(bytes)
}

/// The guard tag where operating system and adapter agree on the Internet checksum: the ones'
/// complement of the ones' complement sum of big-endian words.
///
/// (RFC 1071; `ip_compute_csum`, used by `block/t10-pi.c` for `T10-DIF-TYPE1-IP`.)
pub fn ip_checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0u32;
    for pair in bytes.chunks(2) {
        sum += u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// CRC-32C, as ext4 keeps it in its superblock (`ext4_superblock_csum`, fs/ext4/super.c, 6.19:
/// seed all ones, no final inversion).
pub fn crc32c(bytes: &[u8]) -> u32 {
    !CRC32C.checksum(bytes)
}
