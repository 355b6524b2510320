//! Drafts in links: a file of one's own, deflated and in the letters of base64url.
//!
//! Deflate begins with a text that both sides have ([`DICTIONARY`]), so that only what is different from a file as they usually
//! are is written. That text must never change: links made with it would not open any more.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::DataFormat;
use miniz_oxide::deflate::CompressionLevel;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::machine::crc32c;
use crate::scenario::LONGEST_DRAFT;

/// What a file is deflated after: the baseline as it was when links first carried drafts.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// Bytes of the checksum in front.
const SUM: usize = 3;

/// A file as letters of a link.
pub(super) fn write(text: &str) -> String {
    let mut deflate =
        CompressorOxide::with_format_and_level(DataFormat::Raw, CompressionLevel::UberCompression);
    let mut bytes = Vec::new();
    // What comes of the text known to both sides is not written.
    let known = compress_to_output(&mut deflate, DICTIONARY, TDEFLFlush::Sync, |_| true);
    let end = compress_to_output(&mut deflate, text.as_bytes(), TDEFLFlush::Finish, |part| {
        bytes.extend_from_slice(part);
        true
    });
    debug_assert_eq!((known.0, end.0), (TDEFLStatus::Okay, TDEFLStatus::Done));
    let mut all = sum(text).to_vec();
    all.extend(bytes);
    URL_SAFE_NO_PAD.encode(all)
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// What is wrong with any other letters. Time and memory are bounded.
pub(super) fn read(letters: &str) -> Result<String, String> {
    let damaged = || "it has changed on its way or is cut off".to_owned();
    let all = URL_SAFE_NO_PAD.decode(letters).map_err(|_| damaged())?;
    let (own, bytes) = all.split_at_checked(SUM).ok_or_else(damaged)?;
    let mut out = DICTIONARY.to_vec();
    let known = out.len();
    out.resize(known + LONGEST_DRAFT, 0);
    let mut inflate = DecompressorOxide::new();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, many) = decompress(&mut inflate, bytes, &mut out, known, flags);
    match status {
        TINFLStatus::Done => {}
        TINFLStatus::HasMoreOutput => {
            return Err(format!("a draft has at most {LONGEST_DRAFT} bytes"));
        }
        _ => return Err(damaged()),
    }
    out.truncate(known + many);
    let text = String::from_utf8(out.split_off(known)).map_err(|_| damaged())?;
    match sum(&text) == own {
        true => Ok(text),
        false => Err(damaged()),
    }
}

/// A checksum of a text.
fn sum(text: &str) -> [u8; SUM] {
    let [one, two, three, _] = crc32c(text.as_bytes()).to_le_bytes();
    [one, two, three]
}
