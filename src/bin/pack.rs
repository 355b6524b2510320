//! Packs every scenario of the catalogue for the page: `pack [FOLDER]`, by default target/scenarios.
//! Trunk runs it before each build of the page.

use std::path::PathBuf;
use std::{env, fs, io};

use stable_pages::scenario::{Packed, Variant, catalogue};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1);
    let folder = folder.map_or(PathBuf::from("target/scenarios"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    let mut names = Vec::new();
    for entry in catalogue() {
        let packed = Packed::build(entry.slug, entry.text, &Variant::default());
        let packed = packed.map_err(|error| {
            io::Error::other(format!("assets/scenarios/{}.toml: {error}", entry.slug))
        })?;
        let (path, bytes) = (folder.join(format!("{}.bin", entry.slug)), packed.bytes());
        // Left alone where nothing changes, for whoever watches.
        if fs::read(&path).ok().as_ref() != Some(&bytes) {
            fs::write(&path, bytes)?;
        }
        names.push(path);
    }
    // Of scenarios that there are no more.
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if !names.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
