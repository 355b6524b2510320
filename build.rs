//! Lists the scenario files, so that adding one to the folder is all it takes.
//! For the page, keeps the wasm section that tools need although symbols are stripped.

use std::{env, fs, path::Path};

fn main() {
    let folder = Path::new("assets/scenarios");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut slugs: Vec<String> = fs::read_dir(folder)
        .expect("assets/scenarios is part of the source")
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            (path.extension()? == "toml").then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    slugs.sort();
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let rows: String = slugs
        .iter()
        .map(|slug| {
            let file = Path::new(&root).join(folder).join(format!("{slug}.toml"));
            format!("(\"{slug}\", include_str!({file:?})),")
        })
        .collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("scenarios.rs");
    fs::write(out, format!("&[{rows}]")).expect("OUT_DIR is writable");

    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}
