//! Packs every scenario of the catalogue for the page, and writes it as a plain page of its own:
//! `pack [FOLDER]`, by default target/scenarios. Trunk runs it before each build of the page.

mod pages;

use std::path::PathBuf;
use std::{env, fs, io};

use stable_pages::scenario::{Packed, Variant, catalogue};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1);
    let folder = folder.map_or(PathBuf::from("target/scenarios"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    let mut all = Vec::new();
    for entry in catalogue() {
        let packed = Packed::build(entry.slug, entry.text, &Variant::default());
        let packed = packed.map_err(|error| {
            io::Error::other(format!("assets/scenarios/{}.toml: {error}", entry.slug))
        })?;
        all.push((entry, packed));
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (entry, packed) in &all {
        files.push((format!("{}.bin", entry.slug), packed.bytes()));
    }
    let pages = pages::all(&all).into_iter();
    files.extend(pages.map(|(name, text)| (name, text.into_bytes())));
    let mut paths = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        // Left alone where nothing changes, for whoever watches.
        if fs::read(&path).ok().as_ref() != Some(&bytes) {
            fs::write(&path, bytes)?;
        }
        paths.push(path);
    }
    // Of scenarios that there are no more.
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if !paths.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
