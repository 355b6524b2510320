//! Built scenarios as bytes: in this form the page gets them, as it has no reader of files.
//!
//! A packed scenario begins with the build, eight hexadecimal digits; then come a checksum of the rest,
//! CRC-32C in four bytes, the least significant first, and postcard's bytes.

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::machine::crc32c;

use super::build::{Variant, load_variant};
use super::error::ScenarioError;
use super::loaded::Scenario;

/// The build: eight hexadecimal digits over the sources that say what a scenario consists of.
pub const BUILD: &str = env!("SCENARIO_BUILD");

const SUM: usize = BUILD.len();
const BODY: usize = SUM + 4;

/// A scenario, ready to run, and the file it was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// The scenario.
    pub scenario: Scenario,
    /// The file, from which the checker builds it again.
    pub text: String,
}

/// Bytes that are no scenario of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// They are not a scenario at all, or of a build with other sources.
    #[error("it is not of the same version as the page; reload the page")]
    OtherBuild,
    /// They have changed on their way.
    #[error("it was damaged on its way")]
    Damaged,
}

/// Plain data as postcard's bytes; none if it cannot be encoded, as plain data always can.
pub fn to_bytes(data: &impl Serialize) -> Option<Vec<u8>> {
    postcard::serialize_with_flavor(data, Out(Vec::new())).ok()
}

/// Collects the bytes that postcard writes. Its methods are called, while those of postcard's own
/// collector would be inlined wherever something is encoded, which costs the checker several kilobytes.
struct Out(Vec<u8>);

impl Flavor for Out {
    type Output = Vec<u8>;

    #[inline(never)]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline(never)]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

impl Packed {
    /// Builds the scenario of a file.
    ///
    /// # Errors
    /// As [`load_variant`].
    pub fn build(slug: &str, text: &str, variant: &Variant) -> Result<Packed, ScenarioError> {
        Ok(Packed {
            scenario: load_variant(slug, text, variant)?,
            text: text.to_owned(),
        })
    }

    /// As bytes that [`read`](Packed::read) reads in the same build.
    pub fn bytes(&self) -> Vec<u8> {
        seal(self)
    }

    /// Reads what [`bytes`](Packed::bytes) wrote. Never panics, and takes memory in proportion to the bytes.
    ///
    /// What it returns is a scenario as it was built. The build refuses bytes of other sources. The
    /// checksum refuses bytes that changed by accident, all but one case in four thousand million (all,
    /// where up to 32 bits in a row changed). Neither refuses bytes made up on purpose, with which the
    /// machine could panic; but whoever can put such bytes beside the page can replace the page as well.
    ///
    /// # Errors
    /// [`PackError`], for any other bytes.
    pub fn read(bytes: &[u8]) -> Result<Packed, PackError> {
        unseal(bytes)
    }
}

/// Plain data as bytes that [`unseal`] reads in the same build.
pub fn seal(data: &impl Serialize) -> Vec<u8> {
    // Encoding plain data cannot fail.
    let body = to_bytes(data).unwrap_or_default();
    let mut bytes = BUILD.as_bytes().to_vec();
    bytes.extend(crc32c(&body).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// Reads what [`seal`] wrote; refuses what [`Packed::read`] refuses.
///
/// # Errors
/// [`PackError`], for any other bytes.
pub fn unseal<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, PackError> {
    if bytes.get(..SUM) != Some(BUILD.as_bytes()) {
        return Err(PackError::OtherBuild);
    }
    let (Some(sum), Some(body)) = (bytes.get(SUM..BODY), bytes.get(BODY..)) else {
        return Err(PackError::Damaged);
    };
    if sum != crc32c(body).to_le_bytes() {
        return Err(PackError::Damaged);
    }
    postcard::from_bytes(body).map_err(|_| PackError::Damaged)
}
