//! Lists the scenario files, so that adding one to the folder is all it takes, and embeds them
//! without their comments.
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
    let rows: String = slugs
        .iter()
        .map(|slug| {
            let file = folder.join(format!("{slug}.toml"));
            let text = fs::read_to_string(file).expect("a scenario file is UTF-8");
            let kept = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'));
            let kept: Vec<&str> = kept.filter(|line| !line.is_empty()).collect();
            format!("({slug:?}, {:?}),", kept.join("\n"))
        })
        .collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("scenarios.rs");
    fs::write(out, format!("&[{rows}]")).expect("OUT_DIR is writable");

    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}
