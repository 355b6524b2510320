//! How many bytes of a capture are read a second.
//!
//! A bench, not a test: it prints rates and judges nothing.

use std::hint::black_box;
use std::time::Instant;

use stable_pages::exchange::capture::Reading;

/// The size of the file that each capture is repeated to.
const BYTES: usize = 200 << 20;
/// The size of the pieces it comes in.
const PIECE: usize = 4 << 20;

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/captures");
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries.map(|it| it.expect("readable").path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read(&path).expect("readable");
        let file = text.repeat(BYTES / text.len() + 1);
        let start = Instant::now();
        let mut reading = Reading::new("it");
        for piece in file.chunks(PIECE) {
            reading.feed(piece).expect("a capture");
        }
        let capture = reading.finish().expect("a capture");
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:36} {:6.0} MB/s, {:.2} million lines a second, {} folios",
            path.file_stem().expect("a name").to_string_lossy(),
            file.len() as f64 / 1e6 / seconds,
            f64::from(capture.lines) / 1e6 / seconds,
            capture.folios.len()
        );
        black_box(capture);
    }
}
