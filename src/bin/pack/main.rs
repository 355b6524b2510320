//! Packs every scenario of the catalogue for the page, and writes it as a plain page of its own; so the kernel dossier
//! (`docs/kernel/`) and the lessons (`assets/lessons/`): `pack [FOLDER]`, by default target, into the folders `scenarios`,
//! `kernel` and `lessons` of it. Trunk runs it before each build of the page.

mod document;
mod dossier;
mod lessons;
mod pages;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use dossier::Dossier;
use stable_pages::scenario::{Packed, Variant, catalogue};

/// The dossier's folder; its files are read when the program runs.
const DOSSIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kernel");
/// The folder of the lessons, likewise.
const LESSONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/lessons");
/// What teachers are told.
const TEACHING: &str = include_str!("../../../docs/teaching.md");

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1);
    let folder = folder.map_or(PathBuf::from("target"), PathBuf::from);
    let mut all = Vec::new();
    for entry in catalogue() {
        let packed = Packed::build(entry.slug, entry.text, &Variant::default());
        let packed = packed.map_err(|error| {
            io::Error::other(format!("assets/scenarios/{}.toml: {error}", entry.slug))
        })?;
        all.push((entry, packed));
    }
    let dossier = Dossier::read(Path::new(DOSSIER))?;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (entry, packed) in &all {
        files.push((format!("{}.bin", entry.slug), packed.bytes()));
    }
    let pages = pages::all(&all, &dossier).into_iter();
    files.extend(pages.map(|(name, text)| (name, text.into_bytes())));
    write(&folder.join("scenarios"), &files)?;

    let entries: Vec<_> = all.iter().map(|(entry, _)| *entry).collect();
    let pages = dossier.pages(&entries)?.into_iter();
    let files: Vec<_> = pages
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    write(&folder.join("kernel"), &files)?;

    let lessons = lessons::read(Path::new(LESSONS))?;
    let pages = lessons::all(&lessons, TEACHING, &dossier).into_iter();
    let mut files: Vec<_> = pages
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    files.extend(lessons::packed(Path::new(LESSONS), lessons)?);
    write(&folder.join("lessons"), &files)
}

/// Makes a folder hold these files and no others.
fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        let path = folder.join(name);
        // A file with the same content is not written again, since Trunk rebuilds the page when one changes.
        if fs::read(&path).ok().as_ref() != Some(bytes) {
            fs::write(&path, bytes)?;
        }
    }
    // Files that only earlier sources had are removed.
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !files.iter().any(|(name, _)| **name == *entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
