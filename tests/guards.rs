//! CRC-16/T10-DIF, IP checksum and CRC-32C against the test vectors of the kernel dossier
//! (appendix A).

use stable_pages::machine::{crc32c, guard, ip_checksum};

fn repeat(text: &[u8], length: usize) -> Vec<u8> {
    text.iter().copied().cycle().take(length).collect()
}

fn counting(length: usize) -> Vec<u8> {
    (0..length).map(|byte| byte as u8).collect()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn the_vectors_hold() {
    let vectors: Vec<(&str, Vec<u8>, u16)> = vec![
        ("123456789", b"123456789".to_vec(), 0xd0db),
        ("01", vec![1], 0x8bb7),
        ("a", b"a".to_vec(), 0xfaae),
        ("abc", b"abc".to_vec(), 0x443b),
        ("32 x 00", vec![0; 32], 0x0000),
        ("32 x FF", vec![0xff; 32], 0xa293),
        ("00 01 .. 1F", counting(32), 0x0224),
        ("512 x 00", vec![0; 512], 0x0000),
        ("512 x FF", vec![0xff; 512], 0xe6a1),
        ("512 x AA", vec![0xaa; 512], 0xbb3e),
        ("512 x 55", vec![0x55; 512], 0x5d9f),
        ("512 x A", repeat(b"A", 512), 0x2f3f),
        ("512 x B", repeat(b"B", 512), 0x24a7),
        ("00..FF twice", counting(512), 0x4f10),
        ("01 then zeros", joined(&[&[1], &[0; 511]]), 0xb45e),
        ("zeros then 01", joined(&[&[0; 511], &[1]]), 0x8bb7),
        (
            "256 x A, 256 x B",
            joined(&[&[b'A'; 256], &[b'B'; 256]]),
            0xf460,
        ),
        ("511 x A, B", joined(&[&[b'A'; 511], b"B"]), 0x3851),
        ("4096 x 00", vec![0; 4096], 0x0000),
        ("4096 x FF", vec![0xff; 4096], 0x8b5d),
        ("4096 x A", repeat(b"A", 4096), 0xe8f7),
        ("4096 x B", repeat(b"B", 4096), 0x0fc4),
        ("00..FF x 16", counting(4096), 0x8f6d),
        (
            "2048 x A, 2048 x B",
            joined(&[&[b'A'; 2048], &[b'B'; 2048]]),
            0x8392,
        ),
        ("old ", repeat(b"old ", 512), 0x7d33),
        ("new ", repeat(b"new ", 512), 0x79df),
    ];
    for (name, bytes, expected) in vectors {
        assert_eq!(guard(&bytes), expected, "{name}");
    }
}

#[test]
fn the_first_bytes_new_and_the_rest_old() {
    for (new, expected) in [(4, 0xf125), (64, 0xe8ac), (256, 0xaa1d), (508, 0x0dbf)] {
        let mut bytes = repeat(b"old ", 512);
        bytes[..new].copy_from_slice(&repeat(b"new ", new));
        assert_eq!(guard(&bytes), expected, "{new}");
    }
}

#[test]
fn a_page_of_digits_has_these_guards() {
    let expected = [
        0xb980, 0xbf08, 0xb490, 0xb218, 0xa3a0, 0xa528, 0xaeb0, 0xa838,
    ];
    let mut page = Vec::new();
    for (digit, expected) in expected.iter().enumerate() {
        let sector = vec![0x30 + digit as u8; 512];
        assert_eq!(guard(&sector), *expected);
        page.extend(sector);
    }
    assert_eq!(guard(&page), 0x4808);
}

#[test]
fn the_crc_is_linear_in_single_bits() {
    for (byte, bit, delta) in [
        (0, 0, 0xb45e),
        (0, 7, 0xd02a),
        (255, 0, 0x4b0b),
        (255, 7, 0x15a8),
        (256, 0, 0xf343),
        (256, 7, 0xe05e),
        (511, 0, 0x8bb7),
        (511, 7, 0x3ab1),
    ] {
        for start in [vec![0_u8; 512], repeat(b"old ", 512), counting(512)] {
            let mut flipped = start.clone();
            flipped[byte] ^= 1 << bit;
            assert_eq!(
                guard(&start) ^ guard(&flipped),
                delta,
                "byte {byte} bit {bit}"
            );
        }
    }
}

/// Different bytes with the same guard, which a check of guards cannot tell apart.
#[test]
fn the_constructed_collision_collides() {
    let one = repeat(b"A", 512);
    let mut other = one.clone();
    for (byte, delta) in other[509..].iter_mut().zip([0xc5, 0xdb, 0x80]) {
        *byte ^= delta;
    }
    assert_eq!(other[509..], [0x84, 0x9a, 0xc1]);
    assert_ne!(one, other);
    assert_eq!(guard(&one), 0x2f3f);
    assert_eq!(guard(&other), 0x2f3f);
}

#[test]
fn appending_the_guard_leaves_nothing() {
    for bytes in [repeat(b"old ", 512), counting(4096), b"123456789".to_vec()] {
        let tag = guard(&bytes).to_be_bytes();
        assert_eq!(guard(&joined(&[&bytes, &tag])), 0);
    }
}

#[test]
fn ip_checksums_hold() {
    let vectors: Vec<(Vec<u8>, u16)> = vec![
        (b"123456789".to_vec(), 0xf62a),
        (vec![0; 32], 0xffff),
        (vec![0xff; 32], 0x0000),
        (counting(32), 0x0eff),
        (vec![0xaa; 512], 0x5555),
        (repeat(b"A", 512), 0xbebe),
        (counting(512), 0x7f80),
        (joined(&[&[1], &[0; 511]]), 0xfeff),
        (joined(&[&[0; 511], &[1]]), 0xfffe),
        (joined(&[&[b'A'; 256], &[b'B'; 256]]), 0x3e3e),
        (joined(&[&[b'A'; 511], b"B"]), 0xbebd),
        (repeat(b"B", 4096), 0xeded),
        (counting(4096), 0xfc03),
    ];
    for (bytes, expected) in vectors {
        assert_eq!(ip_checksum(&bytes), expected);
    }
    // Swapped 16-bit words: one checksum, two CRCs (8.2).
    let one = joined(&[&[0x12, 0x34, 0x56, 0x78], &[0; 508]]);
    let other = joined(&[&[0x56, 0x78, 0x12, 0x34], &[0; 508]]);
    assert_eq!((ip_checksum(&one), ip_checksum(&other)), (0x9753, 0x9753));
    assert_eq!((guard(&one), guard(&other)), (0xaa61, 0x1f78));
}

/// The kernel's ext4 keeps CRC-32C without its final inversion.
#[test]
fn crc32c_holds() {
    assert_eq!(!crc32c(b"123456789"), 0xe306_9283);
    assert_eq!(!crc32c(&[0; 32]), 0x8a91_36aa);
    assert_eq!(!crc32c(&counting(4096)), 0x9c71_fe32);
}
