//! Scenarios as bytes: unpacking gives the scenario that was packed, and damaged bytes give an error.

mod support;

use std::sync::OnceLock;

use proptest::prelude::*;
use stable_pages::machine::{ActorId, Choice, enabled, step};
use stable_pages::protocol::Era;
use stable_pages::scenario::{BUILD, PackError, Packed, Scenario, Variant, find};

/// Checks that two scenarios do the same in their opening run and in steps of each actor in turn after it.
fn same_runs(one: &Scenario, other: &Scenario) {
    let mut world = one.model.initial;
    assert_eq!(world, other.model.initial);
    let mut make = |choice: Choice| {
        let (next, effects) = step(&one.model, &world, choice);
        assert_eq!(step(&other.model, &world, choice), (next, effects));
        assert!(enabled(&one.model, &next).eq(enabled(&other.model, &next)));
        world = next;
    };
    for choice in &one.schedule {
        make(*choice);
    }
    for turn in 0..150 {
        make(Choice::of(ActorId::at(turn % one.model.actors.len())));
    }
}

#[test]
fn everything_packed_comes_out_again_and_runs_alike() {
    let mut packed = 0;
    for entry in support::loadable() {
        let own = entry.load().expect(entry.slug);
        for (device, _) in &own.expect {
            for era in Era::ALL {
                let variant = Variant {
                    device: Some(*device),
                    era: Some(era),
                    ..Variant::default()
                };
                let built = Packed::build(entry.slug, entry.text, &variant).expect(entry.slug);
                let bytes = built.bytes();
                let read = Packed::read(&bytes).expect(entry.slug);
                assert_eq!(read, built);
                assert_eq!(read.text, entry.text);
                assert!(bytes.len() < 80_000, "{}: {}", entry.slug, bytes.len());
                same_runs(&built.scenario, &read.scenario);
                packed += 1;
            }
        }
    }
    assert!(packed > 1000, "{packed}");
}

fn sample() -> &'static [u8] {
    static SAMPLE: OnceLock<Vec<u8>> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let entry = find("two-page-inversion").expect("in the catalogue");
        let packed = Packed::build(entry.slug, entry.text, &Variant::default());
        packed.expect("builds").bytes()
    })
}

#[test]
fn every_truncation_is_refused() {
    let bytes = sample();
    for length in 0..bytes.len() {
        let expected = match length < BUILD.len() {
            true => PackError::OtherBuild,
            false => PackError::Damaged,
        };
        assert_eq!(Packed::read(&bytes[..length]), Err(expected), "{length}");
    }
}

#[test]
fn another_build_and_other_files_are_told_apart_from_damage() {
    let mut bytes = sample().to_vec();
    bytes[..8].copy_from_slice(b"00000000");
    assert_eq!(Packed::read(&bytes), Err(PackError::OtherBuild));
    assert_eq!(
        Packed::read(b"<!doctype html><title>Not found</title>"),
        Err(PackError::OtherBuild)
    );
}

proptest! {
    #[test]
    fn a_flipped_bit_is_found_out(at in 0..sample().len(), bit in 0..8u32) {
        let mut bytes = sample().to_vec();
        bytes[at] ^= 1 << bit;
        let expected = match at < BUILD.len() {
            true => PackError::OtherBuild,
            false => PackError::Damaged,
        };
        prop_assert_eq!(Packed::read(&bytes), Err(expected));
    }

    #[test]
    fn a_damaged_stretch_is_found_out(at in 12..sample().len(), with in prop::collection::vec(any::<u8>(), 1..200)) {
        let mut bytes = sample().to_vec();
        let end = bytes.len().min(at + with.len());
        bytes.splice(at..end, with);
        if bytes != sample() {
            prop_assert_eq!(Packed::read(&bytes), Err(PackError::Damaged));
        }
    }

    /// A changed byte under a right checksum gives a scenario or an error, and no panic.
    #[test]
    fn a_wrong_byte_with_a_right_checksum_never_panics(at in 12..sample().len(), byte in any::<u8>()) {
        let mut bytes = sample().to_vec();
        bytes[at] = byte;
        let sum = stable_pages::machine::crc32c(&bytes[12..]).to_le_bytes();
        bytes[8..12].copy_from_slice(&sum);
        let read = Packed::read(&bytes);
        prop_assert!(matches!(read, Ok(_) | Err(PackError::Damaged)));
    }

    /// Random bytes are refused, by postcard if build and checksum are right.
    #[test]
    fn random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..3000), right in any::<bool>()) {
        let mut bytes = Vec::new();
        if right {
            bytes.extend(BUILD.as_bytes());
            bytes.extend(stable_pages::machine::crc32c(&body).to_le_bytes());
        }
        bytes.extend(&body);
        let expected = if right { PackError::Damaged } else { PackError::OtherBuild };
        prop_assert_eq!(Packed::read(&bytes), Err(expected));
    }
}
